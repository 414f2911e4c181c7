-- The audit (beyond the documents), for superusers.

-- hermes_api.audit_list(req) -> {limit, offset, audit}, newest first                   GET /api/v1/audit
--   query  userId, username, via, verb, kind, objectId (of that kind), after, before (times), beforeId (to go on from there),
--          limit, offset       fails  WE400, WE403
create or replace function hermes_api.audit_list(req jsonb) returns api.answer
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor       text   := people.must_be_administrator(req);
	page_limit  bigint := api.query_limit(req);
	page_offset bigint := api.query_offset(req);
	who         bigint := api.query_integer(req, 'userId');
	object      bigint := api.query_integer(req, 'objectId');
	before_id   bigint := coalesce(api.query_integer(req, 'beforeId'), 9223372036854775807);
	since       timestamptz := coalesce(api.time(api.query(req, 'after'), 'after'), '-infinity');
	until       timestamptz := coalesce(api.time(api.query(req, 'before'), 'before'), 'infinity');
begin
	return api.ok(api.page(req, page_limit, page_offset) || ',"audit":' || api.objects_list(array(
		select hermes_api.audit_members(a)
		  from (select * from people.audit r
		         where r.id < before_id and r.at >= since and r.at < until
		           and (who is null or r.user_id = who) and (object is null or r.ids @> array[object])
		           and (api.query(req, 'username') is null or r.username = api.query(req, 'username'))
		           and (api.query(req, 'via') is null or r.via = api.query(req, 'via'))
		           and (api.query(req, 'verb') is null or r.verb = api.query(req, 'verb'))
		           and (api.query(req, 'kind') is null or r.kind = api.query(req, 'kind'))
		         order by r.id desc limit page_limit offset page_offset) a order by a.id desc)));
end
$$;

create or replace function hermes_api.audit_members(a people.audit) returns text
language plpgsql stable as $$
begin
	return '"id":' || a.id || ',"time":' || api.json(a.at) || ',"userId":' || api.json(a.user_id)
	       || ',"username":' || api.json(a.username) || ',"via":' || api.json(a.via) || ',"address":' || api.json(a.address)
	       || ',"verb":' || api.json(a.verb) || ',"kind":' || api.json(a.kind)
	       || ',"objectIds":[' || array_to_string(a.ids, ',') || '],"totalObjects":' || a.n
	       || ',"details":' || a.details::text;
end
$$;
