-- hermes_api.current_user(req) -> {user}: who is signed in, as Hermes writes names     GET /api/v1/currentUser
create or replace function hermes_api.current_user(req jsonb) returns api.answer
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
	return api.ok('"href":' || api.json(req->>'url') || ',"user":' || api.json(people.must_be_signed_in(req)));
end
$$;

-- hermes_api.extquery(req)                                                             GET, POST /api/v1/extquery
create or replace function hermes_api.extquery(req jsonb) returns api.answer
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor text := people.must_be_signed_in(req);
begin
	perform api.fail(501, 'This server cannot ask a query server yet.');
end
$$;
