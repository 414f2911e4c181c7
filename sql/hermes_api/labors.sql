-- Labors (hermes.txt /labors).

-- hermes_api.labors_list(req) -> {limit, offset, totalLabors, labors}                  GET /api/v1/labors
--   query  hostname, startingLaborId, open, questId, category, state, hostQuery, userQuery, limit, offset,
--          expand hosts, events, eventtypes, quests, fates, labors, askedBy
--   The oldest first; with hostname the newest `limit`, shown oldest first.
--   hostQuery: those for the owners of these hosts; userQuery: those for the owners of the user's hosts, or for the creators
--   of quests that are the user's. Both: hosts of both.
--   fails  WE400 bad number, unknown host, bad query; where a query server is asked, as Hermes: no hosts
create or replace function hermes_api.labors_list(req jsonb) returns api.answer
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor       text   := people.must_be_signed_in(req);
	page_limit  bigint := api.query_limit(req);
	page_offset bigint := api.query_offset(req);
	x           hermes_api.expand := hermes_api.expand(req);
	f           hermes_api.labor_filter := hermes_api.labors_filter(req);
	wanted      jsonb  := hermes_api.hosts_wanted(req);
	ids         bigint[];
	total       bigint;
	q           fate.quests;
begin
	if wanted is not null then
		return api.ask(wanted);
	end if;
	-- Each way to the page has its own index; what is left is filtered on the way.
	if f.among is not null then
		perform api.plan_for_many();
		with found as materialized (
			select id from hermes_api.labors_found(f.host, f.quest, f.root, f.opened, f.fates, f.among, f.creator)
		)
		select (select count(*) from found),
		       array(select id from (select id from found order by case when f.host is null then id else -id end
		                              limit page_limit offset page_offset) p order by id)
		  into total, ids;
	elsif f.host is not null then
		with found as (
			select id from fate.labors l
			 where host_id = f.host and (f.opened is null or (completion_event_id is null) = f.opened)
			   and (f.quest is null or quest_id = f.quest) and (f.fates is null or fate_id = any(f.fates))
			   and (f.root is null or id = f.root or starting_labor_id = f.root)
		)
		select (select count(*) from found),
		       array(select id from (select id from found order by id desc limit page_limit offset page_offset) p
		              order by id)
		  into total, ids;
	elsif f.root is not null then
		with found as (
			select id from (select * from fate.labors where id = f.root
			                union all
			                select * from fate.labors where starting_labor_id = f.root) l
			 where (f.opened is null or (completion_event_id is null) = f.opened)
			   and (f.quest is null or quest_id = f.quest) and (f.fates is null or fate_id = any(f.fates))
		)
		select (select count(*) from found), array(select id from found order by id limit page_limit offset page_offset)
		  into total, ids;
	elsif f.quest is not null then
		ids := array(select id from fate.labors
		              where quest_id = f.quest and (f.opened is null or (completion_event_id is null) = f.opened)
		                and (f.fates is null or fate_id = any(f.fates))
		              order by id limit page_limit offset page_offset);
		if f.fates is null then
			select * into q from fate.quests where id = f.quest;
			total := coalesce(case f.opened when true then q.open_labors
			                              when false then q.labors - q.open_labors else q.labors end, 0);
		else
			total := (select count(*) from fate.labors
			           where quest_id = f.quest and (f.opened is null or (completion_event_id is null) = f.opened)
			             and fate_id = any(f.fates));
		end if;
	else
		total := case when f.opened then fate.count('open', f.fates)
		              else fate.count('labor', f.fates) - case when f.opened is null then 0 else fate.count('open', f.fates) end end;
		if f.fates is not null then
			ids := array(select p.id
			               from unnest(f.fates) kind,
			                    lateral (select id from fate.labors
			                              where fate_id = kind and (f.opened is null or (completion_event_id is null) = f.opened)
			                              order by id limit least(page_limit, total) + page_offset) p
			              order by p.id limit page_limit offset page_offset);
		elsif f.opened then
			ids := array(select id from fate.labors where completion_time is null
			              order by id limit page_limit offset page_offset);
		else
			ids := array(select id from fate.labors where f.opened is null or completion_event_id is not null
			              order by id limit page_limit offset page_offset);
		end if;
	end if;
	perform hermes_api.must_be_bearable(ids, x);
	return api.ok(api.page(req, page_limit, page_offset) || ',"totalLabors":' || total || ',"labors":'
	              || api.objects_list(array(select members from hermes_api.labors_json(ids, req->>'base', x))));
end
$$;

-- hermes_api.labors_filter(req) -> what the query string asks for, of the list and the table alike; without the hosts as long as there
-- is something to ask of these.       fails  as the list
create or replace function hermes_api.labors_filter(req jsonb) returns hermes_api.labor_filter
language plpgsql stable as $$
declare
	name        text := api.query(req, 'hostname');
	of_category text := api.query(req, 'category');
	in_state    text := api.query(req, 'state');
	f           hermes_api.labor_filter;
begin
	f.quest := api.query_integer(req, 'questId');
	f.root := api.query_integer(req, 'startingLaborId');
	f.opened := case lower(api.query(req, 'open')) when 'true' then true when 'false' then false end;
	f.among := case when hermes_api.hosts_wanted(req) is null then hermes_api.hosts_among(req) end;
	f.creator := api.query(req, 'userQuery');
	if name is not null then
		f.host := (select id from fate.hosts where hostname = name);
		if f.host is null then
			perform api.fail(400, format('No host %s found', name));
		end if;
	end if;
	if of_category is not null or in_state is not null then
		f.fates := array(select k.id from fate.fates k join fate.event_types t on t.id = k.creation_type_id
		                  where t.category = coalesce(of_category, t.category)
		                    and t.state = coalesce(in_state, t.state));
	end if;
	return f;
end
$$;

-- hermes_api.labors_found(the members of a labor_filter) -> these labors. The planner puts it in line, and takes out of it what is
-- not asked for: but only after api.plan_for_many().
create or replace function hermes_api.labors_found(
	host bigint, quest bigint, root bigint, opened boolean, fates int[], among bigint[], creator text
) returns setof fate.labors
language sql stable as $$
	select * from fate.labors l
	 where (host is null or l.host_id = host) and (quest is null or l.quest_id = quest)
	   and (root is null or l.id = root or l.starting_labor_id = root)
	   and (opened is null or (l.completion_event_id is null) = opened) and (fates is null or l.fate_id = any(fates))
	   and (among is null or (l.host_id = any(among) and l.for_owner) or
	        (l.for_creator and l.quest_id = any(array(select q.id from fate.quests q where q.creator = labors_found.creator))))
$$;

-- hermes_api.hosts_among(req) -> ids of the hosts that hostQuery and userQuery mean together; null when neither is given.
create or replace function hermes_api.hosts_among(req jsonb) returns bigint[]
language plpgsql stable as $$
declare
	queried bigint[] := hermes_api.hosts_queried(req);
	owned   bigint[] := hermes_api.hosts_of_user(req);
	among   bigint[];
begin
	if queried is null and owned is null then
		return null;
	end if;
	among := case when owned is null then queried when queried is null then owned
	         else array(select unnest(queried) intersect select unnest(owned)) end;
	if among = '{}' and (req->'settings'->>'queryServer')::boolean then
		perform api.fail(400, 'Querying on 0 hosts');
	end if;
	return among;
end
$$;

-- hermes_api.labors_table(req) -> {asOf, total, whole, columns, gone}                   GET /api/v1/labors/table
--   query  what the list filters by; mine: only those that wait for me, as GET /home says; since: the asOf of an earlier answer
--   A table with ten thousands of rows, by columns: where chains stand now, so open labors, and closed ones behind which their
--   chain did not go on; the oldest 100,000 of them. With `since`, where that tells all that is different since then: only those
--   made, closed or acknowledged since, and which are gone.
--   fails  as the list, WE400 bad time, mine with other hosts
create or replace function hermes_api.labors_table(req jsonb) returns api.answer
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor  text        := people.must_be_signed_in(req);
	since  timestamptz := api.time(api.query(req, 'since'), 'since');
	f      hermes_api.labor_filter := hermes_api.labors_filter(req);
	mine   boolean     := api.query_flag(req, 'mine');
	wanted jsonb       := hermes_api.hosts_wanted(req);
begin
	if mine and (req->'query' ?| '{hostQuery,userQuery}') then
		perform api.fail(400, 'mine: not together with hostQuery or userQuery');
	elsif mine then
		wanted := hermes_api.hosts_mine_wanted(req, actor);
		f.opened := true;
		f.creator := actor;
		f.among := coalesce(hermes_api.hosts_mine(req, actor), '{}');
	end if;
	if wanted is not null then
		return api.ask(wanted);
	end if;
	return api.ok('"href":' || api.json(req->>'url') || ',' || hermes_api.labors_now(f, since));
end
$$;

-- hermes_api.labors_now(filter, since) -> the members of the table. Volatile, so that what is read is read after asOf.
create or replace function hermes_api.labors_now(f hermes_api.labor_filter, since timestamptz) returns text
language plpgsql as $$
declare
	as_of timestamptz := fate.seen_until();
begin
	perform api.plan_for_many();
	return '"asOf":' || api.json(as_of) || ',' || hermes_api.labors_columns(f, since);
end
$$;

-- hermes_api.labors_columns(filter, since) -> the other members, all of one snapshot.
create or replace function hermes_api.labors_columns(f hermes_api.labor_filter, p_since timestamptz) returns text
language plpgsql stable as $$
declare
	most  constant int := 100000;
	last  int[]  := array(select k.id from fate.fates k where not exists (select from fate.fates n where n.follows_id = k.id));
	total bigint := hermes_api.labors_total(f, last);
	gone  bigint[];
	rows  text;
begin
	p_since := case when total <= most and hermes_api.labors_told_by_rows(f, p_since) then p_since end;
	select '"id":' || api.list(array_agg(id)) || ',"host":' || api.list(array_agg(hostname))
	       || ',"owner":' || api.list(array_agg(owner)) || ',"quest":' || api.list(array_agg(quest_id))
	       || ',"fate":' || api.list(array_agg(fate_id)) || ',"closingFate":' || api.list(array_agg(closing_fate_id))
	       || ',"made":' || api.list(array_agg(api.seconds(creation_time)))
	       || ',"closed":' || api.list(array_agg(api.seconds(completion_time)))
	       || ',"acked":' || api.list(array_agg(api.seconds(ack_time))) || ',"ackUser":' || api.list(array_agg(ack_user))
	       || ',"start":' || api.list(array_agg(coalesce(starting_labor_id, id)))
	       || ',"for":' || api.list(array_agg(for_owner::int + 2 * for_creator::int))
	  into rows
	  from (select l.*, h.hostname, h.owner
	          from hermes_api.labors_found(f.host, f.quest, f.root, f.opened, f.fates, f.among, f.creator) l
	          join fate.hosts h on h.id = l.host_id
	         where (l.completion_event_id is null or l.closing_fate_id = any(last))
	           and (p_since is null or l.creation_time >= p_since or l.completion_time >= p_since or l.ack_time >= p_since)
	         order by l.id limit most) l;
	if p_since is not null and f.opened is distinct from false then
		gone := array(select l.id from hermes_api.labors_found(f.host, f.quest, f.root, false, f.fates, f.among, f.creator) l
		               where l.completion_time >= p_since and (f.opened or l.closing_fate_id <> all(last)) order by l.id);
	end if;
	return '"total":' || total || ',"whole":' || api.json(p_since is null) || ',"columns":{' || rows || '},"gone":' || api.list(gone);
end
$$;

-- hermes_api.labors_total(filter, last) -> how many there are in the table; last: the fates that no other follows.
create or replace function hermes_api.labors_total(f hermes_api.labor_filter, last int[]) returns bigint
language plpgsql stable as $$
begin
	if not (f.host is null and f.quest is null and f.root is null and f.among is null) then
		return (select count(*) from hermes_api.labors_found(f.host, f.quest, f.root, f.opened, f.fates, f.among, f.creator)
		         where completion_event_id is null or closing_fate_id = any(last));
	end if;
	return case when f.opened is distinct from false then fate.count('open', f.fates) else 0 end
	       + case when f.opened is distinct from true then (
	                select count(*) from fate.labors
	                 where closing_fate_id = any(last) and (f.fates is null or fate_id = any(f.fates))) else 0 end;
end
$$;

-- hermes_api.labors_told_by_rows(filter, since) -> do the labors that changed since then tell all that is different in the table? Not
-- where it is about hosts; where some were moved, or hosts or fates changed; nor after an hour.
create or replace function hermes_api.labors_told_by_rows(f hermes_api.labor_filter, since timestamptz) returns boolean
language plpgsql stable as $$
begin
	return since between clock_timestamp() - interval '1 hour' and clock_timestamp()
	       and f.host is null and f.root is null and f.among is null
	       and not exists (select from fate.quests where move_time >= since and (f.quest is null or id = f.quest))
	       and not exists (select from unnest('{fate,fleet host}'::text[]) changed,
	                              lateral (select at from people.audit where kind = changed order by id desc limit 1) a
	                        where a.at >= since);
end
$$;

-- hermes_api.labors_get(req) -> the labor                                              GET /api/v1/labors/{id}
--   query  expand as for the list       fails  WE404
create or replace function hermes_api.labors_get(req jsonb) returns api.answer
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor text := people.must_be_signed_in(req);
begin
	return api.ok(hermes_api.labor_of_path(req, hermes_api.expand(req)));
end
$$;

-- hermes_api.labors_update(req) -> the labor                                           PUT /api/v1/labors/{id}
--   body   questId and/or ackUser: joins that quest; acknowledged by that user, now
--   fails  WE404, WE400 neither given or malformed, WE409 no such quest
create or replace function hermes_api.labors_update(req jsonb) returns api.answer
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor text := people.must_be_signed_in(req);
begin
	perform hermes_api.labor_of_path(req, null);
	perform hermes_api.labors_change(req, array[api.path_id(req, 'id')]);
	return api.ok(hermes_api.labor_of_path(req, null));
end
$$;

-- hermes_api.labors_update_many(req) -> {changed}: how many are now other than before  PUT /api/v1/labors
--   body   laborIds: 1 to 100,000 ids; questId and/or ackUser, as for one. All or none.
--   fails  WE400 malformed, neither given; WE409 no such quest or labor: the first
create or replace function hermes_api.labors_update_many(req jsonb) returns api.answer
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor text := people.must_be_signed_in(req);
begin
	return api.ok('"href":' || api.json(req->>'url') || ',"changed":'
	              || hermes_api.labors_change(req, api.ids_needed(req->'body', 'laborIds', 100000)));
end
$$;

-- hermes_api.labors_change(req, ids) -> how many of these labors are other than before, by the body's questId and ackUser.
create or replace function hermes_api.labors_change(req jsonb, ids bigint[]) returns bigint
language plpgsql as $$
declare
	actor  text   := people.must_be_signed_in(req);
	body   jsonb  := req->'body';
	quest  bigint := api.id(body, 'questId');
	acker  text;
	now    timestamptz;
	quests bigint[];
	moved  bigint[];
begin
	if coalesce(body->>'ackUser', '') <> '' then
		acker := people.named(body, 'ackUser', req->'settings'->>'domain');
	end if;
	if quest is null and acker is null then
		perform api.fail(400, 'Must update either questId or ackUser');
	end if;
	if not exists (select from fate.quests where id = quest) and quest is not null then
		perform api.fail(409, format('questId: no such Quest %s found', quest));
	end if;
	perform fate.labors_lock(ids);
	perform hermes_api.must_be_labors(ids);
	now := clock_timestamp();
	quests := array(select quest_id from fate.labors where id = any(ids) and quest_id is not null
	                union select quest where quest is not null order by 1);
	if quest is not null then
		moved := fate.labors_move(ids, quest, now);
	end if;
	if acker is not null then
		update fate.labors set ack_user = acker, ack_time = now, ack_asked_by = people.other(actor, acker) where id = any(ids);
	end if;
	perform outbox.changed('labor', ids, quests),
	        people.audited(req, 'update', 'labor', ids, jsonb_build_object('questId', quest, 'ackUser', acker));
	return cardinality(case when acker is null then moved else ids end);
end
$$;

-- hermes_api.must_be_labors(ids): WE409 for the first that is none.
create or replace function hermes_api.must_be_labors(ids bigint[]) returns void
language plpgsql stable as $$
declare
	unknown bigint;
begin
	select i.id into unknown from unnest(ids) with ordinality i (id, n)
	 where not exists (select from fate.labors l where l.id = i.id) order by i.n limit 1;
	if found then
		perform api.fail(409, format('laborIds: no such Labor %s found', unknown));
	end if;
end
$$;

-- hermes_api.labor_of_path(req, expand) -> the members of the labor that the path names, or WE404.
create or replace function hermes_api.labor_of_path(req jsonb, x hermes_api.expand) returns text
language plpgsql stable as $$
declare
	found text;
begin
	select members into found
	  from hermes_api.labors_json(array[api.path_id(req, 'id')], req->>'base', x);
	if found is null then
		perform api.fail(404, format('No such Labor %s found', req->'path'->>'id'));
	end if;
	return found;
end
$$;
