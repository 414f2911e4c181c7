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
	name        text   := api.query(req, 'hostname');
	quest       bigint := api.query_integer(req, 'questId');
	root        bigint := api.query_integer(req, 'startingLaborId');
	opened      boolean := case lower(api.query(req, 'open')) when 'true' then true when 'false' then false end;
	of_category text   := api.query(req, 'category');
	in_state    text   := api.query(req, 'state');
	x           hermes_api.expand := hermes_api.expand(req);
	wanted      jsonb  := hermes_api.hosts_wanted(req);
	among       bigint[];
	host        bigint;
	fates       int[];
	ids         bigint[];
	total       bigint;
	q           fate.quests;
begin
	if wanted is not null then
		return api.ask(wanted);
	end if;
	among := hermes_api.hosts_among(req);
	if name is not null then
		host := (select id from fate.hosts where hostname = name);
		if host is null then
			perform api.fail(400, format('No host %s found', name));
		end if;
	end if;
	if of_category is not null or in_state is not null then
		fates := array(select f.id from fate.fates f join fate.event_types t on t.id = f.creation_type_id
		                where t.category = coalesce(of_category, t.category)
		                  and t.state = coalesce(in_state, t.state));
	end if;
	-- Each way to the page has its own index; what is left is filtered on the way.
	if among is not null then
		with found as materialized (
			select id from (select * from fate.labors where host_id = any(among) and for_owner
			                union
			                select l.* from fate.quests m join fate.labors l on l.quest_id = m.id
			                 where m.creator = api.query(req, 'userQuery') and l.for_creator) l
			 where (opened is null or (completion_event_id is null) = opened) and (host is null or host_id = host)
			   and (quest is null or quest_id = quest) and (fates is null or fate_id = any(fates))
			   and (root is null or id = root or starting_labor_id = root)
		)
		select (select count(*) from found),
		       array(select id from (select id from found order by case when host is null then id else -id end
		                              limit page_limit offset page_offset) p order by id)
		  into total, ids;
	elsif host is not null then
		with found as (
			select id from fate.labors l
			 where host_id = host and (opened is null or (completion_event_id is null) = opened)
			   and (quest is null or quest_id = quest) and (fates is null or fate_id = any(fates))
			   and (root is null or id = root or starting_labor_id = root)
		)
		select (select count(*) from found),
		       array(select id from (select id from found order by id desc limit page_limit offset page_offset) p
		              order by id)
		  into total, ids;
	elsif root is not null then
		with found as (
			select id from (select * from fate.labors where id = root
			                union all
			                select * from fate.labors where starting_labor_id = root) l
			 where (opened is null or (completion_event_id is null) = opened)
			   and (quest is null or quest_id = quest) and (fates is null or fate_id = any(fates))
		)
		select (select count(*) from found), array(select id from found order by id limit page_limit offset page_offset)
		  into total, ids;
	elsif quest is not null then
		ids := array(select id from fate.labors
		              where quest_id = quest and (opened is null or (completion_event_id is null) = opened)
		                and (fates is null or fate_id = any(fates))
		              order by id limit page_limit offset page_offset);
		if fates is null then
			select * into q from fate.quests where id = quest;
			total := coalesce(case opened when true then q.open_labors
			                              when false then q.labors - q.open_labors else q.labors end, 0);
		else
			total := (select count(*) from fate.labors
			           where quest_id = quest and (opened is null or (completion_event_id is null) = opened)
			             and fate_id = any(fates));
		end if;
	else
		total := case when opened then fate.count('open', fates)
		              else fate.count('labor', fates) - case when opened is null then 0 else fate.count('open', fates) end end;
		if fates is not null then
			ids := array(select p.id
			               from unnest(fates) f,
			                    lateral (select id from fate.labors
			                              where fate_id = f and (opened is null or (completion_event_id is null) = opened)
			                              order by id limit least(page_limit, total) + page_offset) p
			              order by p.id limit page_limit offset page_offset);
		elsif opened then
			ids := array(select id from fate.labors where completion_time is null
			              order by id limit page_limit offset page_offset);
		else
			ids := array(select id from fate.labors where opened is null or completion_event_id is not null
			              order by id limit page_limit offset page_offset);
		end if;
	end if;
	perform hermes_api.must_be_bearable(ids, x);
	return api.ok(api.page(req, page_limit, page_offset) || ',"totalLabors":' || total || ',"labors":'
	              || api.objects_list(array(select members from hermes_api.labors_json(ids, req->>'base', x))));
end
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
	actor text   := people.must_be_signed_in(req);
	body  jsonb  := req->'body';
	labor bigint := api.path_id(req, 'id');
	was   bigint := (select quest_id from fate.labors where id = api.path_id(req, 'id'));
	quest bigint;
	acker text;
begin
	perform hermes_api.labor_of_path(req, null);
	quest := api.id(body, 'questId');
	if coalesce(body->>'ackUser', '') <> '' then
		acker := people.named(body, 'ackUser', req->'settings'->>'domain');
	end if;
	if quest is null and acker is null then
		perform api.fail(400, 'Must update either questId or ackUser');
	end if;
	if quest is not null then
		if not exists (select from fate.quests where id = quest) then
			perform api.fail(409, format('questId: no such Quest %s found', quest));
		end if;
		perform fate.labors_move(labor, quest, clock_timestamp());
	end if;
	if acker is not null then
		update fate.labors
		   set ack_user = acker, ack_time = clock_timestamp(), ack_asked_by = people.other(actor, acker)
		 where id = labor;
	end if;
	perform outbox.changed('labor', array[labor], array[was, quest]),
	        people.audited(req, 'update', 'labor', array[labor], jsonb_build_object('questId', quest, 'ackUser', acker));
	return api.ok(hermes_api.labor_of_path(req, null));
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
