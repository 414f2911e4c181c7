-- The journal and the fate engine: what an event does (hermes-behaviour.md section 2.1).

-- fate.events_throw(type, hosts, username, note, asked_by, now, quest, fate) -> the new events' ids, in the order of
-- the hosts. One event of the type on each host, and all that follows from them, as one set:
--
--   1. the starting fate of the type with the lowest id opens a labor on each host; where a new quest is given, it
--      is the quest's own fate that does, starting or not;
--   2. each open labor whose fate is followed by a fate of this type closes; where that fate is itself followed, the
--      next labor of the chain opens, in the same quest.
--
-- hosts  ids, ascending, each once; they exist
-- now    the time of the events, whose hosts the caller has locked; null: they are locked here, and the clock is read
--        once they are, so that labors open and close in the order of the events
-- quest  a quest that this transaction has just made, or null      fate  its fate, or null
-- fails  WE400 no such event type
create or replace function fate.events_throw(
	p_type int, p_hosts bigint[], p_username text, p_note text, p_asked_by text,
	p_now timestamptz default null, p_quest bigint default null, p_fate int default null
) returns bigint[]
language plpgsql as $$
declare
	starts  int;
	moves   boolean;
	ids     bigint[];
	did     fate.outcome;
	done    bigint[];
begin
	if api.many(cardinality(p_hosts)) then
		perform api.plan_for_many();
	end if;
	perform fate.definitions_hold();
	select coalesce(p_fate, opens_by), closes into starts, moves from fate.event_types where id = p_type;
	if not found then
		perform api.fail(400, 'Bad event type');
	end if;
	if p_now is null then
		if starts is not null or moves then
			perform fate.hosts_lock(p_hosts);
		end if;
		p_now := clock_timestamp();
	end if;

	with thrown as (
		insert into fate.events (host_id, at, event_type_id, username, note, asked_by)
		select host, p_now, p_type, p_username, p_note, p_asked_by
		  from unnest(p_hosts) with ordinality h (host, i) order by i
		returning id
	)
	select array_agg(id order by id) into ids from thrown;
	perform fate.counts_add_events(p_type, ids, p_now);
	if ids[1] >> 10 <> (ids[cardinality(ids)] + 1) >> 10 then
		perform fate.journal_tend(ids[1], ids[cardinality(ids)]);
	end if;

	if starts is not null or moves then
		did := fate.question(p_type, ids, p_hosts, p_now, starts, moves, p_quest);
		if did.changes is not null then
			perform fate.counts_add_labors(did.changes, p_now);
			done := fate.quests_change(did.changes, p_now);
		end if;
	end if;
	insert into outbox.changes (at, kind, ids, effects, made, closed, quest_made, complete)
	values (p_now, 'event', ids, did.changes, did.made, did.closed, p_quest, done);
	return ids;
end
$$;

-- fate.deeds(type, events, hosts, starts, quest) -> what an event of the type on each of these hosts does to the labors as they
-- are: a row for each labor that closes, and one for each that opens. The one text of that law: fate.question does what is
-- here, hermes_api.events_preview counts it. The planner puts it in line in both.
--   hosts      where there is no host of that id yet, nothing closes
--   starts     the starting fate, which opens one in the quest, or (null) in none; null: none does
--   labor_id   the one that closes, or from which the one that opens goes on; root_id: where its chain began, null: there
create or replace function fate.deeds(p_type int, p_events bigint[], p_hosts bigint[], p_starts int, p_quest bigint)
returns table (closes boolean, event_id bigint, host_id bigint, labor_id bigint, root_id bigint, quest_id bigint, fate_id int,
               closing_fate_id int, for_creator boolean, for_owner boolean)
language sql stable as $$
	with thrown as (
		select event_id, host_id from unnest(p_events, p_hosts) t (event_id, host_id)
	), hit as (
		select t.event_id, l.id as labor_id, l.host_id, l.quest_id, l.starting_labor_id, l.fate_id, f.id as by_fate,
		       f.for_creator, f.for_owner,
		       exists (select from fate.fates n where n.follows_id = f.id) as goes_on
		  from thrown t
		 cross join lateral (
		       -- offset 0: by the host, never by the fate, whatever the planner thinks it knows of either.
		       select * from fate.labors where host_id = t.host_id and completion_event_id is null offset 0) l
		  join fate.fates f on f.follows_id = l.fate_id and f.creation_type_id = p_type
	)
	select true, event_id, host_id, labor_id, starting_labor_id, quest_id, fate_id, max(by_fate), null::boolean, null::boolean
	  from hit group by labor_id, event_id, host_id, starting_labor_id, quest_id, fate_id
	union all
	select false, t.event_id, t.host_id, null, null, p_quest, f.id, null, f.for_creator, f.for_owner
	  from thrown t, fate.fates f where f.id = p_starts
	union all
	select false, event_id, host_id, labor_id, coalesce(starting_labor_id, labor_id), quest_id, by_fate, null, for_creator, for_owner
	  from hit where goes_on
$$;

-- fate.question(type, events, hosts, now, starts, moves, quest) -> what it did. The heart: labors as they were before
-- these events (one statement, one snapshot) decide which close and which open. The hosts are locked.
create or replace function fate.question(
	p_type int, p_events bigint[], p_hosts bigint[], p_now timestamptz, p_starts int, p_moves boolean, p_quest bigint
) returns fate.outcome
language plpgsql as $$
declare
	n   int := cardinality(p_events);
	did fate.outcome;
begin
	if not p_moves then
		with opened as (
			insert into fate.labors (fate_id, quest_id, host_id, creation_event_id, creation_time, for_creator, for_owner)
			select f.id, p_quest, t.host_id, t.event_id, p_now, f.for_creator, f.for_owner
			  from fate.fates f, unnest(p_events, p_hosts) t (event_id, host_id)
			 where f.id = p_starts order by t.event_id
			returning id
		)
		select (array_agg(id))[1:100] into did.made from opened;
		did.changes := array[row(p_quest, p_starts, n, n, n, n, 0)::fate.labor_change];
		return did;
	end if;

	with deed as (
		select * from fate.deeds(p_type, p_events, p_hosts, p_starts, p_quest)
	), closed as (
		update fate.labors l
		   set completion_event_id = d.event_id, completion_time = p_now, closing_fate_id = d.closing_fate_id
		  from deed d
		 where d.closes and l.id = d.labor_id
		returning l.id, l.quest_id, l.fate_id, l.starting_labor_id is null as root
	), opened as (
		insert into fate.labors (starting_labor_id, fate_id, quest_id, host_id, creation_event_id, creation_time,
		                         for_creator, for_owner)
		select root_id, fate_id, quest_id, host_id, event_id, p_now, for_creator, for_owner
		  from deed where not closes
		 order by event_id, labor_id nulls first, fate_id
		returning id, quest_id, fate_id, starting_labor_id is null as root
	), effect as (
		select quest_id, fate_id, count(*) as labors, count(*) as open, count(*) filter (where root) as roots,
		       count(*) filter (where root) as open_roots, 0 as closings
		  from opened group by 1, 2
		union all
		select quest_id, fate_id, 0, -count(*), 0, -count(*) filter (where root), count(*)
		  from closed group by 1, 2
	)
	select array_agg(row(quest_id, fate_id, labors, open, roots, open_roots, closings)::fate.labor_change),
	       (select (array_agg(id order by id))[1:100] from opened), (select (array_agg(id order by id))[1:1000] from closed)
	  into did from effect;
	return did;
end
$$;

-- fate.journal_tend(low, high): folds and makes room, when the events just stored, of these ids, make it time to.
create or replace function fate.journal_tend(low bigint, high bigint) returns void
language plpgsql as $$
begin
	perform fate.counts_fold();
	if low >> 20 <> (high + 1) >> 20 then
		perform fate.event_partitions_ensure();
	end if;
end
$$;

-- fate.event_partitions_ensure(): a partition holds 2^24 ids; the one after the current always exists. One request
-- can't name so many hosts, so no event ever finds itself without a place. A table is made by itself and then attached,
-- which lets others read and write the journal meanwhile; where even that would have to wait, the next event in need tries.
create or replace function fate.event_partitions_ensure() returns void
language plpgsql as $$
declare
	current bigint := coalesce(pg_sequence_last_value('fate.events_id_seq'), 1) >> 24;
	waited  text   := current_setting('lock_timeout');
begin
	for part in current .. current + 1 loop
		continue when to_regclass('fate.events_' || part) is not null;
		perform set_config('lock_timeout', '200ms', true);
		begin
			perform pg_advisory_xact_lock(hashtext('fate.event_partitions'));
			continue when to_regclass('fate.events_' || part) is not null;
			execute format('create table fate.%I (like fate.events including defaults)', 'events_' || part);
			execute format('alter table fate.events attach partition fate.%I for values from (%s) to (%s)',
				'events_' || part, part << 24, (part + 1) << 24);
		exception when lock_not_available then
			null;
		end;
		perform set_config('lock_timeout', waited, true);
	end loop;
end
$$;

-- fate.events_total(types, after, before, from_id) -> the exact number of events; types null: all.
create or replace function fate.events_total(
	p_types int[], p_after timestamptz, p_before timestamptz, p_from bigint
) returns bigint
language plpgsql stable as $$
declare
	r record;
begin
	if p_after = '-infinity' and p_before = 'infinity' and p_from <= 0 then
		return fate.count('event', p_types);
	end if;
	r := fate.counts_range(p_types, p_after, p_before, p_from);
	-- Each block by itself, or the planner would rather read all ids from p_from on.
	return r.inside + (
		select coalesce(sum(n), 0)
		  from unnest(r.edges) block, lateral (
		       select count(*) as n from fate.events e
		        where e.id between block << 12 and (block << 12) + 4095 and e.id >= p_from
		          and e.at >= p_after and e.at < p_before
		          and (p_types is null or e.event_type_id = any(p_types))) edge);
end
$$;

-- fate.events_since(time) -> the exact number of events since then, near the journal's end: its beginning is not read. Ids and times rise
-- together but for transactions that overlap; what is a million ids before a block that is older is older, too.
create or replace function fate.events_since(p_after timestamptz) returns bigint
language plpgsql stable as $$
declare
	older bigint := (select block from fate.counts where kind = 'event' and key = 0 and level = 2 and max_at < p_after
	                  order by block desc limit 1);
begin
	return fate.events_total(null, p_after, 'infinity', greatest(coalesce(older, 0) - 256, 0) << 12);
end
$$;

-- fate.events_page(types, after, before, from_id, limit, offset) -> ids of the newest `limit` events after skipping
-- the `offset` newest, ascending. limit null: all.
create or replace function fate.events_page(
	p_types int[], p_after timestamptz, p_before timestamptz, p_from bigint, p_limit bigint, p_offset bigint
) returns bigint[]
language plpgsql stable as $$
declare
	upto bigint := 9223372036854775807;
	rest bigint := p_offset;
	ids  bigint[];
begin
	if p_after <> '-infinity' or p_before <> 'infinity' then
		select greatest(p_from, low), high into p_from, upto
		  from fate.counts_range(p_types, p_after, p_before, p_from);
	elsif p_offset > 4096 then
		select s.upto, s.rest into upto, rest from fate.counts_skip('event', p_types, p_offset) s;
	end if;
	if p_types is null then
		select array_agg(id order by id) into ids
		  from (select id from fate.events
		         where id >= p_from and id <= upto and at >= p_after and at < p_before
		         order by id desc limit p_limit offset rest) newest;
	else
		select array_agg(id order by id) into ids
		  from (select e.id
		          from unnest(p_types) type,
		               lateral (select id from fate.events
		                         where event_type_id = type and id >= p_from and id <= upto
		                           and at >= p_after and at < p_before
		                         order by id desc limit p_limit + rest) e
		         order by e.id desc limit p_limit offset rest) newest;
	end if;
	return coalesce(ids, '{}');
end
$$;
