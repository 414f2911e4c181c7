-- Fates (hermes.txt /fates).

-- hermes_api.fates_list(req) -> {limit, offset, totalFates, fates}                     GET /api/v1/fates
--   query  limit, offset, expand eventtypes
create or replace function hermes_api.fates_list(req jsonb) returns api.answer
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor       text   := people.must_be_signed_in(req);
	page_limit  bigint := api.query_limit(req);
	page_offset bigint := api.query_offset(req);
	x           hermes_api.expand := hermes_api.expand(req);
begin
	return api.ok(api.page(req, page_limit, page_offset)
		|| ',"totalFates":' || (select count(*) from fate.fates) || ',"fates":'
		|| api.objects_list(array(select hermes_api.fate_members(f, req->>'base', x.eventtypes)
		                            from (select * from fate.fates order by id limit page_limit offset page_offset) f)));
end
$$;

-- hermes_api.fates_create(req) -> the fate                                             POST /api/v1/fates
--   body   creationEventTypeId, description, followsId (null), forOwner (true), forCreator (false)
--   fails  WE403, WE400 missing, malformed, unknown type or fate, for nobody
create or replace function hermes_api.fates_create(req jsonb) returns api.answer
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor   text  := people.must_be_among(req, 'mayEditFates');
	body    jsonb := req->'body';
	type    bigint;
	follows bigint;
	owner   boolean := api.flag(body, 'forOwner', true);
	creator boolean := api.flag(body, 'forCreator', false);
	about   text    := api.text(body, 'description', 2048);
	f       fate.fates;
begin
	perform api.must_have(body, 'creationEventTypeId', 'description');
	type := api.id(body, 'creationEventTypeId');
	follows := api.id(body, 'followsId');
	perform fate.definitions_own();
	if not exists (select from fate.event_types where id = type) then
		perform api.fail(400, 'Bad creation event type');
	elsif follows is not null and not exists (select from fate.fates where id = follows) then
		perform api.fail(400, format('Fate cannot follow a non-existent Fate %s', follows));
	elsif not owner and not creator then
		perform api.fail(400, 'Fate must designate labors for the machine owner, quest creator, or both.');
	end if;
	insert into fate.fates (creation_type_id, follows_id, for_creator, for_owner, description)
	values (type, follows, creator, owner, about)
	returning * into f;
	perform outbox.changed('fate', array[f.id]), people.audited(req, 'create', 'fate', array[f.id],
		jsonb_build_object('creationEventTypeId', type, 'followsId', follows));
	-- The quirk: this href has no scheme and host.
	return api.created((req->>'mount') || '/fates/' || f.id, hermes_api.fate_members(f, req->>'mount', false));
end
$$;

-- hermes_api.fates_get(req) -> the fate                                                GET /api/v1/fates/{id}
--   query  expand eventtypes       fails  WE404
create or replace function hermes_api.fates_get(req jsonb) returns api.answer
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor text := people.must_be_signed_in(req);
	x     hermes_api.expand := hermes_api.expand(req);
begin
	return api.ok(hermes_api.fate_members(hermes_api.fate_of_path(req), req->>'base', x.eventtypes));
end
$$;

-- hermes_api.fates_update(req) -> the fate                                             PUT /api/v1/fates/{id}
--   body   description and/or followsId; anything else is passed over, nothing changes nothing
--   fails  WE403, WE404, WE400, WE409 no such fate to follow, or a circle
create or replace function hermes_api.fates_update(req jsonb) returns api.answer
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor text  := people.must_be_among(req, 'mayEditFates');
	body  jsonb := req->'body';
	f     fate.fates := hermes_api.fate_of_path(req);
begin
	if body ? 'followsId' then
		perform fate.fates_follow(f.id, api.id(body, 'followsId'));
	end if;
	if body ? 'description' then
		update fate.fates set description = api.text(body, 'description', 2048) where id = f.id;
	end if;
	perform outbox.changed('fate', array[f.id]), people.audited(req, 'update', 'fate', array[f.id],
		case when body ? 'followsId' then jsonb_build_object('followsId', body->'followsId') else '{}' end);
	return api.ok(hermes_api.fate_members(hermes_api.fate_of_path(req), req->>'base', false));
end
$$;

-- hermes_api.fates_delete(req) -> {}                                                   DELETE /api/v1/fates/{id}
--   fails  WE403, WE404, WE409 labors or fates refer to it       (the document's TODO "Deletion Support")
create or replace function hermes_api.fates_delete(req jsonb) returns api.answer
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor text := people.must_be_among(req, 'mayDeleteFates');
	f     fate.fates := hermes_api.fate_of_path(req);
	used  text := fate.fates_delete(f.id);
begin
	if used is not null then
		perform api.fail(409, format('Fate %s is referred to by %s', f.id, used));
	end if;
	perform outbox.changed('fate', array[f.id]), people.audited(req, 'delete', 'fate', array[f.id],
		jsonb_build_object('creationEventTypeId', f.creation_type_id, 'followsId', f.follows_id));
	return api.ok('"href":' || api.json((req->>'base') || '/fates/' || f.id));
end
$$;

create or replace function hermes_api.fate_of_path(req jsonb) returns fate.fates
language plpgsql stable as $$
declare
	f fate.fates;
begin
	select * into f from fate.fates where id = api.path_id(req, 'id');
	if not found then
		perform api.fail(404, format('No such Fate %s found', req->'path'->>'id'));
	end if;
	return f;
end
$$;

-- hermes_api.fate_of_body(body) -> the id that fateId names, or null where it names none; WE400 where there is no such fate.
create or replace function hermes_api.fate_of_body(body jsonb) returns int
language plpgsql stable as $$
declare
	fate int := (select id from fate.fates where id = api.id(body, 'fateId'));
begin
	if fate is null and body->>'fateId' is not null then
		perform api.fail(400, format('Bad fate id %s', body->>'fateId'));
	end if;
	return fate;
end
$$;
