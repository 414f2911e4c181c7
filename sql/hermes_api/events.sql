-- The journal (hermes.txt /events).

-- hermes_api.events_list(req) -> {limit, offset, totalEvents, events}                  GET /api/v1/events
--   query  eventTypeId (repeatable), hostId, hostname, after, before, afterEventType, afterEventId, hostQuery,
--          limit, offset, expand hosts, eventtypes, askedBy
--   The newest `limit` after skipping the `offset` newest, shown oldest first. totalEvents unless the setting
--   count_events is false.
--   fails  WE400 bad number or time, unknown host, no event of the type, bad host query
create or replace function hermes_api.events_list(req jsonb) returns api.answer
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor       text    := people.must_be_signed_in(req);
	page_limit  bigint  := api.query_limit(req);
	page_offset bigint  := api.query_offset(req);
	counted     boolean := coalesce((req->'settings'->>'countEvents')::boolean, true);
	since       timestamptz := coalesce(api.time(api.query(req, 'after'), 'after'), '-infinity');
	until       timestamptz := coalesce(api.time(api.query(req, 'before'), 'before'), 'infinity');
	from_id     bigint  := coalesce(api.query_integer(req, 'afterEventId'), 0);
	host        bigint  := api.query_integer(req, 'hostId');
	name        text    := api.query(req, 'hostname');
	wanted      jsonb   := hermes_api.hosts_wanted(req);
	among       bigint[];
	types       int[];
	ids         bigint[];
	total       bigint;
begin
	if wanted is not null then
		return api.ask(wanted);
	end if;
	among := hermes_api.hosts_queried(req);
	if req->'query' ? 'eventTypeId' then
		-- A type beyond the range of an int is one that no event has.
		types := (select array_agg(distinct case when id between 1 and 2147483647 then id else -1 end::int)
		            from (select api.integer(v, 'eventTypeId') as id
		                    from jsonb_array_elements_text(req->'query'->'eventTypeId') v where btrim(v) <> '') t);
	end if;
	if name is not null then
		host := (select id from fate.hosts where hostname = name and id = coalesce(host, id));
		if host is null and not exists (select from fate.hosts where hostname = name) then
			perform api.fail(400, format('No host %s found', name));
		end if;
		host := coalesce(host, -1);
	end if;
	if among is not null and host is not null then
		host := case when host = any(among) then host else -1 end;
		among := null;
	end if;
	if api.query(req, 'afterEventType') is not null then
		from_id := greatest(from_id, hermes_api.last_event(api.query_integer(req, 'afterEventType'), host, among));
	end if;
	if among is not null then
		select coalesce(array_agg(id order by id), '{}') into ids
		  from (select e.id
		          from unnest(among) on_host, lateral (
		               select id from fate.events
		                where host_id = on_host and id >= from_id and at >= since and at < until
		                  and (types is null or event_type_id = any(types))
		                order by id desc limit page_limit + page_offset) e
		         order by e.id desc limit page_limit offset page_offset) newest;
		total := (select count(*) from fate.events
		           where counted and host_id = any(among) and id >= from_id and at >= since and at < until
		             and (types is null or event_type_id = any(types)));
	elsif host is null then
		ids := fate.events_page(types, since, until, from_id, page_limit, page_offset);
		total := case when counted then fate.events_total(types, since, until, from_id) end;
	else
		select coalesce(array_agg(id order by id), '{}') into ids
		  from (select id from fate.events
		         where host_id = host and id >= from_id and at >= since and at < until
		           and (types is null or event_type_id = any(types))
		         order by id desc limit page_limit offset page_offset) newest;
		total := (select count(*) from fate.events
		           where counted and host_id = host and id >= from_id and at >= since and at < until
		             and (types is null or event_type_id = any(types)));
	end if;
	return api.ok(api.page(req, page_limit, page_offset)
		|| case when counted then ',"totalEvents":' || total else '' end || ',"events":'
		|| api.objects_list(array(select members from hermes_api.events_json(ids, req->>'base', hermes_api.expand(req)))));
end
$$;

-- hermes_api.last_event(type, host, among) -> the id of the newest event of the type, on the host, one of those hosts or
-- (both null) any; or WE400.
create or replace function hermes_api.last_event(type bigint, host bigint, among bigint[]) returns bigint
language plpgsql stable as $$
declare
	last bigint;
begin
	if among is not null then
		last := (select max(id) from fate.events where event_type_id = type and host_id = any(among));
	elsif host is null then
		last := (select id from fate.events where event_type_id = type order by id desc limit 1);
	else
		last := (select max(id) from fate.events where event_type_id = type and host_id = host);
	end if;
	if last is null then
		perform api.fail(400, format('No event of type %s found', type));
	end if;
	return last;
end
$$;

-- hermes_api.events_create(req) -> the event, or {events, totalEvents}                 POST /api/v1/events
--   body   user; eventTypeId or category and state; any of hostname, hostnames, questId, hostQuery; note
--   Unknown hosts are made.
--   fails  WE400 missing or malformed, no host, bad host query; WE404 no such quest
create or replace function hermes_api.events_create(req jsonb) returns api.answer
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor    text  := people.must_be_signed_in(req);
	body     jsonb := req->'body';
	base     text  := req->>'base';
	username text;
	note     text;
	type     int;
	quest    bigint;
	names    text[];
	hosts    bigint[];
	ids      bigint[];
	made     text;
begin
	username := people.named(body, 'user', req->'settings'->>'domain');
	type := hermes_api.event_type_of_body(body);
	perform people.must_be_among(req, 'mayThrowRestricted') from fate.event_types t where t.id = type and t.restricted;
	note := api.text(body, 'note', 65535);
	quest := api.id(body, 'questId');
	names := api.hostnames(body, 'hostnames');
	if body->>'hostname' is not null then
		names := array_append(array_remove(names, body->>'hostname'), api.text_needed(body, 'hostname', 128));
	end if;
	if quest is not null then
		if not exists (select from fate.quests where id = quest) then
			perform api.fail(404, format('No such Quest %s found', quest));
		end if;
		hosts := fate.quests_hosts(quest);
	end if;
	if body ? 'hostQuery' then
		if hermes_api.hosts_wanted(req) is not null then
			return api.ask(hermes_api.hosts_wanted(req));
		end if;
		names := hermes_api.names_with(names, hermes_api.names_queried(req));
	end if;
	if coalesce(cardinality(names), 0) + coalesce(cardinality(hosts), 0) = 0 then
		perform api.fail(400, 'No hosts found with given list');
	end if;
	hosts := hosts || case when names is not null then fate.hosts_named(names) end;
	if quest is not null then
		hosts := array(select distinct host from unnest(hosts) host order by host);
	end if;

	ids := fate.events_throw(type, hosts, username, note, people.other(actor, username));
	if cardinality(ids) = 1 then
		-- The quirk: this href has no scheme and host.
		select hermes_api.event_members(e, req->>'mount', null) into made from fate.events e where id = ids[1];
		return api.created((req->>'mount') || '/events/' || ids[1], made);
	end if;
	return api.created(null,
		'"events":' || api.objects_list(array(select members from hermes_api.events_json(ids, base, null)))
		|| ',"totalEvents":' || cardinality(ids));
end
$$;

-- hermes_api.event_type_of_body(body) -> the id of the type that eventTypeId or category and state name, or WE400.
create or replace function hermes_api.event_type_of_body(body jsonb) returns int
language plpgsql stable as $$
declare
	wanted bigint := api.id(body, 'eventTypeId');
	type   int;
begin
	if wanted is not null then
		type := (select id from fate.event_types where id = wanted);
	elsif body->>'category' is null and body->>'state' is null then
		perform api.fail(400, 'Must specify an event type id or both category and state');
	elsif body->>'category' is null or body->>'state' is null then
		perform api.fail(400, format('%s: Must specify an event type id or both category and state',
			case when body->>'category' is null then 'category' else 'state' end));
	else
		type := (select id from fate.event_types
		          where category = api.text(body, 'category', 64) and state = api.text(body, 'state', 32));
	end if;
	if type is null then
		perform api.fail(400, 'Bad event type');
	end if;
	return type;
end
$$;

-- hermes_api.events_get(req) -> the event                                              GET /api/v1/events/{id}
--   query  expand hosts, eventtypes, askedBy       fails  WE404
create or replace function hermes_api.events_get(req jsonb) returns api.answer
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor text := people.must_be_signed_in(req);
	found text;
begin
	select members into found
	  from hermes_api.events_json(array[api.path_id(req, 'id')], req->>'base', hermes_api.expand(req));
	if found is null then
		perform api.fail(404, format('No such Event %s found', req->'path'->>'id'));
	end if;
	return api.ok(found);
end
$$;
