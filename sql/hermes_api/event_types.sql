-- Event types (hermes.txt /eventtypes).

-- hermes_api.event_types_list(req) -> {limit, offset, totalEventTypes, eventTypes}     GET /api/v1/eventtypes
--   query  category, state, startingTypes, limit, offset, expand fates
create or replace function hermes_api.event_types_list(req jsonb) returns api.answer
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor       text    := people.must_be_signed_in(req);
	page_limit  bigint  := api.query_limit(req);
	page_offset bigint  := api.query_offset(req);
	starting    boolean := api.query_flag(req, 'startingTypes');
	x           hermes_api.expand := hermes_api.expand(req);
	ids         int[];
	texts       text[];
begin
	ids := array(select t.id from fate.event_types t
	              where t.category = coalesce(api.query(req, 'category'), t.category)
	                and t.state = coalesce(api.query(req, 'state'), t.state)
	                and (not starting or exists (select from fate.fates f
	                                              where f.creation_type_id = t.id and f.follows_id is null))
	              order by t.id);
	texts := array(select hermes_api.event_type_members(t, req->>'base', x.fates)
	                 from (select * from fate.event_types where id = any(ids)
	                        order by id limit page_limit offset page_offset) t);
	return api.ok(api.page(req, page_limit, page_offset) || ',"totalEventTypes":' || cardinality(ids)
	              || ',"eventTypes":' || api.objects_list(texts));
end
$$;

-- hermes_api.event_types_create(req) -> the type, or {eventTypes, totalEventTypes}     POST /api/v1/eventtypes
--   body   {category, state, description, restricted?} or {eventTypes: [those]}
--   fails  WE403, WE400 missing or malformed, WE409 one of them exists
create or replace function hermes_api.event_types_create(req jsonb) returns api.answer
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor text  := people.must_be_among(req, 'mayEditFates');
	body  jsonb := req->'body';
	many  jsonb;
	made  fate.event_types[];
	taken text;
	texts text[];
	ids      bigint[];
begin
	many := case when body ? 'eventTypes' then api.objects(body, 'eventTypes') else jsonb_build_array(body) end;
	perform api.must_have(o, 'category', 'state', 'description') from jsonb_array_elements(many) o;
	if exists (select from jsonb_array_elements(many) o where o->>'category' is null or o->>'state' is null) then
		perform api.fail(400, 'Category and State are required');
	end if;
	made := array(select row(0, api.text_needed(o, 'category', 64), api.text_needed(o, 'state', 32),
	                         api.text(o, 'description', 1024), api.flag(o, 'restricted', false), null, false)::fate.event_types
	                from jsonb_array_elements(many) with ordinality e (o, i) order by i);
	perform pg_advisory_xact_lock(hashtext('fate.event_types'));       -- two that make the same wait for each other
	select format('%s %s', m.category, m.state) into taken from unnest(made) m
	 group by m.category, m.state having count(*) > 1
	     or exists (select from fate.event_types t where t.category = m.category and t.state = m.state) limit 1;
	if taken is not null then
		perform api.fail(409, format('category, state: event type %s exists already', taken));
	end if;
	with stored as (
		insert into fate.event_types (category, state, description, restricted)
		select category, state, description, restricted from unnest(made) with ordinality
		 order by ordinality
		returning *
	)
	select coalesce(array_agg(hermes_api.event_type_members(t, req->>'base', false) order by t.id), '{}'), array_agg(t.id)
	  into texts, ids from stored t;
	if ids is not null then
		perform outbox.changed('eventtype', ids), people.audited(req, 'create', 'event type', ids);
	end if;
	if cardinality(texts) = 1 then
		return api.created((req->>'mount') || '/eventtypes/' || ids[1], texts[1]);
	end if;
	return api.created(null, '"eventTypes":' || api.objects_list(texts)
	                         || ',"totalEventTypes":' || cardinality(texts));
end
$$;

-- hermes_api.event_types_get(req) -> the type with its newest events                   GET /api/v1/eventtypes/{id}
--   query  limit, offset, expand events, fates, hosts       fails  WE404
create or replace function hermes_api.event_types_get(req jsonb) returns api.answer
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor       text   := people.must_be_signed_in(req);
	page_limit  bigint := api.query_limit(req);
	page_offset bigint := api.query_offset(req);
	base        text   := req->>'base';
	x           hermes_api.expand := hermes_api.expand(req);
	t           fate.event_types := hermes_api.event_type_of_path(req);
	ids         bigint[];
	events      text[];
begin
	ids := fate.events_page(array[t.id], '-infinity', 'infinity', 0, page_limit, page_offset);
	if x.events then
		events := array(select members from hermes_api.events_json(ids, base, x));
	else
		events := array(select hermes_api.stub('events', id, base) from unnest(ids) id);
	end if;
	return api.ok(hermes_api.event_type_members(t, base, x.fates)
	              || ',"limit":' || api.json(page_limit) || ',"offset":' || page_offset
	              || ',"events":' || api.objects_list(events));
end
$$;

-- hermes_api.event_types_update(req) -> the type                                       PUT /api/v1/eventtypes/{id}
--   body   {description}       fails  WE403, WE404, WE400
create or replace function hermes_api.event_types_update(req jsonb) returns api.answer
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor text := people.must_be_among(req, 'mayEditFates');
	t     fate.event_types := hermes_api.event_type_of_path(req);
begin
	perform api.must_have(req->'body', 'description');
	update fate.event_types set description = api.text(req->'body', 'description', 1024)
	 where id = t.id returning * into t;
	if not found then         -- deleted a moment ago
		perform api.fail(404, format('No such EventType %s found', req->'path'->>'id'));
	end if;
	perform outbox.changed('eventtype', array[t.id]), people.audited(req, 'update', 'event type', array[t.id]);
	return api.ok(hermes_api.event_type_members(t, req->>'base', false));
end
$$;

-- hermes_api.event_types_delete(req) -> {}                                             DELETE /api/v1/eventtypes/{id}
--   fails  WE403, WE404, WE409 events or fates refer to it       (the document's TODO "Deletion Support")
create or replace function hermes_api.event_types_delete(req jsonb) returns api.answer
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor text := people.must_be_among(req, 'mayDeleteFates');
	t     fate.event_types := hermes_api.event_type_of_path(req);
	used  text := fate.event_types_delete(t.id);
begin
	if used is not null then
		perform api.fail(409, format('EventType %s is referred to by %s', t.id, used));
	end if;
	perform outbox.changed('eventtype', array[t.id]),
	        people.audited(req, 'delete', 'event type', array[t.id], jsonb_build_object('category', t.category, 'state', t.state));
	return api.ok('"href":' || api.json((req->>'base') || '/eventtypes/' || t.id));
end
$$;

create or replace function hermes_api.event_type_of_path(req jsonb) returns fate.event_types
language plpgsql stable as $$
declare
	t fate.event_types;
begin
	select * into t from fate.event_types where id = api.path_id(req, 'id');
	if not found then
		perform api.fail(404, format('No such EventType %s found', req->'path'->>'id'));
	end if;
	return t;
end
$$;
