-- Sessions and tokens (beyond the documents): how the page stays signed in, and what scripts sign in by.

-- hermes_api.session_create(req) -> the session, and its cookie                        POST /api/v1/session
--   body   username, password. (The worker has compared the password: it says who the actor is, or nobody; and it sets the
--          cookie, of which only the hash comes here.) Whatever cookie came along, the session is a new one.
--   fails  WE400, WE401 wrong name or password, WE429
create or replace function hermes_api.session_create(req jsonb) returns api.answer
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
	body jsonb := req->'body';
	s    people.tokens;
begin
	perform api.must_have(body, 'username', 'password');
	if jsonb_typeof(body->'username') <> 'string' or not body->'password' ?| '{given,length}' then
		perform api.fail(400, 'username, password: must be strings');
	elsif (req->>'actor')::bigint = 0 then
		perform api.fail(401, 'Wrong name or password.');
	end if;
	perform people.must_be_signed_in(req);
	s := people.token_open(req, 'session', null, false, (req->'settings'->>'sessionIdle')::int * interval '1 second',
	                       clock_timestamp() + (req->'settings'->>'sessionLifetime')::int * interval '1 second');
	perform people.audited(req, 'sign in', 'session', array[s.id]);
	return api.created((req->>'mount') || '/session', hermes_api.session_members(req, s));
end
$$;

-- hermes_api.session_get(req) -> who is signed in, and by what                         GET /api/v1/session
--   With the XSRF token that writes must show, where that is a cookie (the worker adds it); `may` names the settings that let this
--   user do what they are about (people.is_among).
create or replace function hermes_api.session_get(req jsonb) returns api.answer
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor text := people.must_be_signed_in(req);
	s     people.tokens;
begin
	select * into s from people.tokens where id = (req->>'token')::bigint and kind = 'session';
	return api.ok(hermes_api.session_members(req, s));
end
$$;

-- hermes_api.session_delete(req) -> {}                                                 DELETE /api/v1/session
--   Signs out: the cookie by which this was asked is worth nothing any more.       fails  WE409 it was not asked by one
create or replace function hermes_api.session_delete(req jsonb) returns api.answer
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor text := people.must_be_signed_in(req);
begin
	if req->>'via' is distinct from 'session' then
		perform api.fail(409, 'You are not signed in by a session.');
	end if;
	perform people.tokens_end((req->>'actor')::bigint, array[(req->>'token')::bigint]),
	        people.audited(req, 'sign out', 'session', array[(req->>'token')::bigint]);
	return api.ok('"href":' || api.json((req->>'base') || '/session'));
end
$$;

-- hermes_api.sessions_list(req) -> {sessions}: one's own, newest first                 GET /api/v1/sessions
create or replace function hermes_api.sessions_list(req jsonb) returns api.answer
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor text := people.must_be_signed_in(req);
begin
	return api.ok('"href":' || api.json(req->>'url') || ',"sessions":' || api.objects_list(array(
		select hermes_api.token_members(req, t) from hermes_api.tokens_of(req, '{session}') t order by t.id desc)));
end
$$;

-- hermes_api.sessions_end_others(req) -> {ended}                                       DELETE /api/v1/sessions
--   All of one's own but the one by which this was asked.
create or replace function hermes_api.sessions_end_others(req jsonb) returns api.answer
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor text     := people.must_be_signed_in(req);
	ids   bigint[] := array(select t.id from hermes_api.tokens_of(req, '{session}') t
	                         where t.id is distinct from (req->>'token')::bigint order by t.id);
begin
	if cardinality(ids) > 0 then
		perform people.tokens_end((req->>'actor')::bigint, ids), people.audited(req, 'sign out', 'session', ids);
	end if;
	return api.ok('"href":' || api.json(req->>'url') || ',"ended":' || cardinality(ids));
end
$$;

-- hermes_api.sessions_delete(req) -> {}                                                DELETE /api/v1/sessions/{id}
--   One of one's own.       fails  WE404
create or replace function hermes_api.sessions_delete(req jsonb) returns api.answer
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
	return hermes_api.token_end(req, '{session}', 'Session', 'sign out');
end
$$;

-- hermes_api.tokens_list(req) -> {tokens}: one's own, newest first                     GET /api/v1/tokens
create or replace function hermes_api.tokens_list(req jsonb) returns api.answer
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor text := people.must_be_signed_in(req);
begin
	return api.ok('"href":' || api.json(req->>'url') || ',"tokens":' || api.objects_list(array(
		select hermes_api.token_members(req, t) from hermes_api.tokens_of(req, '{login,personal}') t order by t.id desc)));
end
$$;

-- hermes_api.tokens_create(req) -> the token, this once with what signs in              POST /api/v1/tokens
--   body   name; scope: read (unless told) or write; expiryTime: when it ends, never unless told. (The worker adds `token`,
--          of which only the hash comes here.)       fails  WE400, WE403 asked by a token: one that was stolen makes no others
create or replace function hermes_api.tokens_create(req jsonb) returns api.answer
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor text  := people.must_be_signed_in(req);
	body  jsonb := req->'body';
	scope text  := coalesce(api.text(body, 'scope', 10), 'read');
	ends  timestamptz := api.time(api.text(body, 'expiryTime', 64), 'expiryTime');
	t     people.tokens;
begin
	if req->>'via' = 'token' then
		perform api.fail(403, 'A token makes no tokens: sign in by password or proxy.');
	elsif scope not in ('read', 'write') then
		perform api.fail(400, 'scope: must be read or write');
	elsif ends <= clock_timestamp() then
		perform api.fail(400, 'expiryTime: is over');
	end if;
	t := people.token_open(req, 'personal', api.line_needed(body, 'name', 80), scope = 'read', null, ends);
	perform people.audited(req, 'create', 'token', array[t.id], jsonb_build_object('name', t.name, 'scope', scope));
	return api.created((req->>'mount') || '/tokens/' || t.id, hermes_api.token_members(req, t));
end
$$;

-- hermes_api.tokens_delete(req) -> {}                                                  DELETE /api/v1/tokens/{id}
--   One of one's own.       fails  WE404
create or replace function hermes_api.tokens_delete(req jsonb) returns api.answer
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
	return hermes_api.token_end(req, '{login,personal}', 'Token', 'delete');
end
$$;

-- hermes_api.tokens_of(req, kinds) -> the actor's tokens of these kinds that still sign in.
create or replace function hermes_api.tokens_of(req jsonb, kinds text[]) returns setof people.tokens
language plpgsql stable as $$
begin
	return query select * from people.tokens t
	              where t.user_id = (req->>'actor')::bigint and t.kind = any(kinds) and people.token_is_good(t, clock_timestamp());
end
$$;

create or replace function hermes_api.token_end(req jsonb, kinds text[], what text, verb text) returns api.answer
language plpgsql as $$
declare
	actor text := people.must_be_signed_in(req);
	ended bigint;
begin
	select t.id into ended from hermes_api.tokens_of(req, kinds) t where t.id = api.path_id(req, 'id');
	if ended is null then
		perform api.fail(404, format('No such %s %s found', what, req->'path'->>'id'));
	end if;
	perform people.tokens_end((req->>'actor')::bigint, array[ended]), people.audited(req, verb, lower(what), array[ended]);
	return api.ok('"href":' || api.json((req->>'base') || '/' || lower(what) || 's/' || ended));
end
$$;

create or replace function hermes_api.token_members(req jsonb, t people.tokens) returns text
language plpgsql stable as $$
begin
	return '"id":' || t.id
	       || case t.kind when 'session' then ',"current":' || api.json(coalesce(t.id = (req->>'token')::bigint, false))
	               else ',"kind":' || api.json(t.kind) || ',"name":' || api.json(t.name)
	                    || ',"scope":' || case when t.read_only then '"read"' else '"write"' end end
	       || ',"creationTime":' || api.json(t.made_at) || ',"seenTime":' || api.json(t.seen_at)
	       || ',"expiryTime":' || api.json(least(t.expires_at, t.seen_at + t.idle))
	       || ',"address":' || api.json(t.address) || ',"agent":' || api.json(t.agent)
	       || ',"href":' || api.json((req->>'base') || case t.kind when 'session' then '/sessions/' else '/tokens/' end || t.id);
end
$$;

create or replace function hermes_api.session_members(req jsonb, s people.tokens) returns text
language plpgsql stable as $$
declare
	u people.users;
begin
	select * into u from people.users where id = (req->>'actor')::bigint;
	return '"href":' || api.json((req->>'base') || '/session')
	       || ',"user":' || api.json(people.qualified(u.username, req->'settings'->>'domain'))
	       || ',"userId":' || u.id || ',"username":' || api.json(u.username) || ',"superuser":' || api.json(u.superuser)
	       || ',"may":' || api.list(array(select may from jsonb_object_keys(req->'settings') may
	                                       where may ~ '^may[A-Z]' and people.is_among(req, may) order by may))
	       || ',"via":' || api.json(case when s.id is not null then 'session' else req->>'via' end)
	       || ',"expiryTime":' || api.json(least(s.expires_at, s.seen_at + s.idle));
end
$$;
