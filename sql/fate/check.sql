-- fate.check() -> a row for each thing that is not as the law says; none when all is well. Reads everything:
-- for the tests and for whoever wants to know, not for a request.
create or replace function fate.check() returns table (rule text, id bigint, found text)
language sql stable as $$
	select 'what an event names is there', e.id, e::text
	  from fate.events e
	 where not exists (select from fate.hosts h where h.id = e.host_id)
	    or not exists (select from fate.event_types t where t.id = e.event_type_id)
	union all
	select 'what a labor names is there', l.id, l::text
	  from fate.labors l
	 where not exists (select from fate.fates f where f.id = l.fate_id)
	    or (l.quest_id is not null and not exists (select from fate.quests q where q.id = l.quest_id))
	    or (l.starting_labor_id is not null and not exists (select from fate.labors s where s.id = l.starting_labor_id))
	union all
	select 'a labor is opened by an event of its fate''s type on its host', l.id, l::text
	  from fate.labors l join fate.fates f on f.id = l.fate_id
	  left join fate.events e on e.id = l.creation_event_id
	 where e.host_id is distinct from l.host_id or e.event_type_id is distinct from f.creation_type_id
	    or e.at is distinct from l.creation_time
	union all
	select 'a labor is closed by a later event of the type of a fate that follows its own', l.id, l::text
	  from fate.labors l
	  left join fate.fates f on f.id = l.closing_fate_id
	  left join fate.events e on e.id = l.completion_event_id
	 where l.completion_event_id is not null
	   and (e.host_id is distinct from l.host_id or e.event_type_id is distinct from f.creation_type_id
	        or e.at is distinct from l.completion_time
	        or (f.follows_id is distinct from l.fate_id and l.completion_event_id > f.since)
	        or l.completion_event_id <= l.creation_event_id)
	union all
	select 'an open labor has met no event that closes it', l.id, l::text
	  from fate.labors l
	 where l.completion_event_id is null
	   and exists (select from fate.fates f
	                 join fate.events e on e.event_type_id = f.creation_type_id
	                where f.follows_id = l.fate_id and e.host_id = l.host_id and e.id > l.creation_event_id
	                  and e.id > f.since and e.id > (select since from fate.hosts h where h.id = l.host_id))
	union all
	select 'an event opens one labor of its starting fate', e.id, e::text
	  from fate.events e
	  join (select creation_type_id, max(since) as since from fate.fates where follows_id is null group by 1) f
	    on f.creation_type_id = e.event_type_id and e.id > f.since
	  left join (select creation_event_id, count(*) as n from fate.labors where starting_labor_id is null group by 1) l
	    on l.creation_event_id = e.id
	 where l.n is distinct from 1
	union all
	select 'a chain goes on as often as a labor of it closes', l.id, l::text
	  from fate.labors l
	 where exists (select from fate.fates f where f.follows_id = l.closing_fate_id and l.completion_event_id > f.since)
	   and not exists (
	       select from fate.labors n
	        where n.creation_event_id = l.completion_event_id and n.fate_id = l.closing_fate_id
	          and n.starting_labor_id = coalesce(l.starting_labor_id, l.id) and n.host_id = l.host_id)
	union all
	select 'a quest''s figures are those of its labors', q.id, q::text
	  from fate.quests q
	  left join lateral (
	       select count(*) as labors, count(*) filter (where completion_time is null) as open_labors,
	              count(*) filter (where starting_labor_id is null) as root_labors,
	              count(*) filter (where starting_labor_id is null and completion_time is null) as open_roots
	         from fate.labors l where l.quest_id = q.id) l on true
	 where (q.labors, q.open_labors, q.root_labors, q.open_roots)
	       is distinct from (l.labors, l.open_labors, l.root_labors, l.open_roots)
	union all
	select 'a quest''s history tells of its labors', h.quest_id, row(h.fate_id, h.hour, sum(h.opened), sum(h.closed))::text
	  from (select l.quest_id, l.fate_id, l.hour, l.opened, l.closed from fate.labor_history l
	        union all
	        select l.quest_id, l.fate_id, fate.hour(t.at), t.opened, t.closed
	          from fate.labors l, lateral (values (l.creation_time, -1, 0), (l.completion_time, 0, -1)) t (at, opened, closed)
	         where l.quest_id is not null and t.at is not null) e
	  left join fate.quests q on q.id = e.quest_id,
	       -- A labor that joined or left by hand did so later than it was made.
	       lateral (select e.quest_id, e.fate_id, case when q.move_time is null then e.hour end as hour, e.opened, e.closed) h
	 group by h.quest_id, h.fate_id, h.hour having sum(h.opened) <> 0 or sum(h.closed) <> 0
	union all
	select 'a quest is complete since its last labor closed', q.id, q::text
	  from fate.quests q
	 where q.labors > 0
	   and q.completion_time is distinct from case when q.open_labors = 0 then q.last_closing_time end
	   and q.move_time is null         -- a labor that joins or leaves by hand completes nothing and reopens nothing
	union all
	select 'an event type knows what the fates say of it', t.id, t::text
	  from fate.event_types t
	 where t.opens_by is distinct from (select min(f.id) from fate.fates f
	                                     where f.creation_type_id = t.id and f.follows_id is null)
	    or t.closes <> exists (select from fate.fates f where f.creation_type_id = t.id and f.follows_id is not null)
	union all
	select 'an owner, or a tag, is that of so many hosts', sum(n), row(kind, word)::text
	  from (select kind, word, hosts as n from fate.host_words
	        union all select 'owner', owner, -1 from fate.hosts where owner is not null
	        union all select 'tag', t, -1 from fate.hosts h, lateral (select distinct unnest(h.tags)) u (t)) w
	 group by kind, word having sum(n) <> 0
	union all
	select 'a total is what counting finds', n.total, n.what
	  from (select fate.count('event') as total, (select count(*) from fate.events) as counted, 'events' as what
	        union all select fate.count('labor'), (select count(*) from fate.labors), 'labors'
	        union all select fate.count('open'),
	                         (select count(*) from fate.labors where completion_event_id is null), 'open labors'
	        union all select fate.count('opened'), (select count(*) from fate.labors), 'labors opened'
	        union all select fate.count('closed'), (select count(completion_event_id) from fate.labors), 'labors closed'
	        union all select fate.count('quest'), (select count(*) from fate.quests), 'quests'
	        union all select fate.count('host'), (select count(*) from fate.hosts), 'hosts') n
	 where n.total <> n.counted
	union all
	select 'the labors of an hour are what counting finds', h.fate_id, row(h.hour, sum(h.opened), sum(h.closed))::text
	  from (select key as fate_id, block as hour, n * (kind = 'opened')::int as opened, n * (kind = 'closed')::int as closed
	          from (select kind, key, block, n from fate.counts where level = 2 and key > 0
	                union all select kind, key, block, n from fate.count_deltas) c
	         where kind in ('opened', 'closed')
	        union all select l.fate_id, fate.hour(l.creation_time), -1, 0 from fate.labors l
	        union all select l.fate_id, fate.hour(l.completion_time), 0, -1 from fate.labors l where l.completion_time is not null) h
	 group by h.fate_id, h.hour having sum(h.opened) <> 0 or sum(h.closed) <> 0
$$;
