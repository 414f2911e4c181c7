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
--   query  brief: totalEvents alone, also of one
--   Unknown hosts are made.
--   fails  WE400 missing or malformed, no host, bad host query; WE404 no such quest; WE403
create or replace function hermes_api.events_create(req jsonb) returns api.answer
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor text    := people.must_be_signed_in(req);
	base  text    := req->>'base';
	brief boolean := api.query_flag(req, 'brief');
	given record;
	hosts bigint[];
	ids   bigint[];
	made  text;
begin
	given := hermes_api.event_of_body(req);
	perform people.must_be_among(req, 'mayThrowRestricted') from fate.event_types t where t.id = given.type and t.restricted;
	if given.wanted is not null then
		return api.ask(given.wanted);
	end if;
	hosts := given.hosts || case when given.names is not null then fate.hosts_named(given.names) end;
	if given.hosts is not null then
		hosts := array(select distinct host from unnest(hosts) host order by host);
	end if;

	ids := fate.events_throw(given.type, hosts, given.username, given.note, people.other(actor, given.username));
	if brief then
		return api.created(null, '"totalEvents":' || cardinality(ids));
	elsif cardinality(ids) = 1 then
		-- The quirk: this href has no scheme and host.
		select hermes_api.event_members(e, req->>'mount', null) into made from fate.events e where id = ids[1];
		return api.created((req->>'mount') || '/events/' || ids[1], made);
	end if;
	return api.created(null,
		'"events":' || api.objects_list(array(select members from hermes_api.events_json(ids, base, null)))
		|| ',"totalEvents":' || cardinality(ids));
end
$$;

-- hermes_api.events_preview(req) -> what such an event would do now                   POST /api/v1/events/preview
--   body   as POST /events; changes nothing, also no sequence
--   {eventTypeId, hosts, newHosts, opens [{fateId, questId, labors}], closes [{fateId, closingFateId, questId, labors}],
--   completes [quests, the first 100], unmoved (hosts on which nothing opens or closes), restricted, may (who asks throw it)}
--   fails  as POST /events, but for WE403
create or replace function hermes_api.events_preview(req jsonb) returns api.answer
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor     text := people.must_be_signed_in(req);
	given     record;
	t         fate.event_types;
	known     bigint[];
	new_hosts int;
	hosts     bigint[];
	opens     text[];
	closes    text[];
	completes bigint[];
	unmoved   bigint;
begin
	given := hermes_api.event_of_body(req);
	if given.wanted is not null then
		return api.ask(given.wanted);
	end if;
	select * into t from fate.event_types where id = given.type;
	if api.many(cardinality(given.names)) or api.many(cardinality(given.hosts)) then
		perform api.plan_for_many();
	end if;
	known := fate.hosts_known(given.names);
	new_hosts := coalesce(cardinality(given.names), 0) - cardinality(known);
	-- Those that are not there yet are nobody's numbers here.
	hosts := array(select distinct host from unnest(known || given.hosts) host order by host)
	         || array(select -n::bigint from generate_series(1, new_hosts) n);
	with deed as (
		select * from fate.deeds(t.id, hosts, hosts, t.opens_by, null)
	), figure as (
		select d.closes, d.fate_id, d.closing_fate_id, d.quest_id, count(*) as n from deed d group by 1, 2, 3, 4
	), by_quest as (
		select quest_id, coalesce(sum(n) filter (where f.closes), 0)::bigint as closings,
		       sum(case when f.closes then -n else n end)::bigint as open_labors
		  from figure f where quest_id is not null group by 1
	)
	select array(select '"fateId":' || fate_id || ',"questId":' || api.json(quest_id) || ',"labors":' || n
	               from figure f where not f.closes order by fate_id, quest_id nulls first),
	       array(select '"fateId":' || fate_id || ',"closingFateId":' || closing_fate_id || ',"questId":' || api.json(quest_id)
	                    || ',"labors":' || n
	               from figure f where f.closes order by fate_id, closing_fate_id, quest_id nulls first),
	       array(select q.id from by_quest b join fate.quests q on q.id = b.quest_id
	              where fate.is_complete_by(b.closings, q.open_labors + b.open_labors) order by q.id limit 100),
	       cardinality(hosts) - (select count(distinct host_id) from deed)
	  into opens, closes, completes, unmoved;
	return api.ok('"href":' || api.json(req->>'url') || ',"eventTypeId":' || t.id || ',"hosts":' || cardinality(hosts)
	              || ',"newHosts":' || new_hosts || ',"opens":' || api.objects_list(opens) || ',"closes":' || api.objects_list(closes)
	              || ',"completes":' || array_to_json(completes) || ',"unmoved":' || unmoved
	              || ',"restricted":' || api.json(t.restricted)
	              || ',"may":' || api.json(not t.restricted or people.is_among(req, 'mayThrowRestricted')));
end
$$;

-- hermes_api.event_of_body(req) -> what the body tells of an event: its type, who threw it, the note; its hosts by names, known or
-- not, and by the quest, as hermes_api.hosts_of_body has them, at least one; wanted: the questions to be asked before they are known.
create or replace function hermes_api.event_of_body(
	req jsonb, out type int, out username text, out note text, out names text[], out hosts bigint[], out wanted jsonb
)
language plpgsql stable as $$
declare
	body jsonb := req->'body';
begin
	username := people.named(body, 'user', req->'settings'->>'domain');
	type := hermes_api.event_type_of_body(body);
	note := api.text(body, 'note', 65535);
	names := api.hostnames(body, 'hostnames');
	if body->>'hostname' is not null then
		names := array_append(array_remove(names, body->>'hostname'), api.text_needed(body, 'hostname', 128));
	end if;
	if body ?| '{questId,hostQuery}' then
		select h.names, h.hosts, h.wanted into names, hosts, wanted from hermes_api.hosts_of_body(req, names) h;
	end if;
	if wanted is null and coalesce(cardinality(names), 0) + coalesce(cardinality(hosts), 0) = 0 then
		perform api.fail(400, 'No hosts found with given list');
	end if;
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
