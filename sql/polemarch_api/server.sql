-- About this server (polemarch.txt License; polemarch-behaviour.md sections 1.1, 1.5, 16).

-- polemarch_api.root(req) -> the addresses of all there is                             GET /
--   Where the mount is the one above that of version 1: the address of that version.
create or replace function polemarch_api.root(req jsonb) returns api.answer
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor text := people.must_be_signed_in(req);
begin
	if req->>'mount' like '%/v1' then
		return polemarch_api.ok('{' || (
			select string_agg(api.json(name) || ':' || polemarch_api.url(req, case name when 'bulk' then '/_bulk/' else '/' || name || '/' end),
			                  ',' order by i)
			  from unnest('{token,bulk,users,teams,hosts,groups,inventories,projects,tasks,periodic-tasks,templates,history,ansible,stats,hooks,
			                license}'::text[]) with ordinality r (name, i)) || '}');
	end if;
	return polemarch_api.ok('{"v1":' || polemarch_api.url(req, '/v1/') || '}');
end
$$;

-- polemarch_api.license(req) -> {expiry, users, organization, contacts, hosts, actual_hosts, actual_users}   GET /license/
--   Unlimited, unless the settings say otherwise; nothing is enforced. Of a RANGE each name counts.
create or replace function polemarch_api.license(req jsonb) returns api.answer
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor text  := people.must_be_signed_in(req);
	said  jsonb := coalesce(req->'settings'->'license', '{}');
begin
	return polemarch_api.ok('{"expiry":' || api.json(nullif(said->>'expiry', ''))
		|| ',"users":' || api.json(nullif((said->>'users')::bigint, 0))
		|| ',"organization":' || api.json(coalesce(said->>'organization', ''))
		|| ',"contacts":' || api.json(coalesce(said->>'contacts', ''))
		|| ',"hosts":' || api.json(nullif((said->>'hosts')::bigint, 0))
		|| ',"actual_hosts":' || (select count(*) from inventory.host_names)
		|| ',"actual_users":' || (select count(*) from people.users) || '}');
end
$$;

-- polemarch_api.token_create(req) -> {token}                                           POST /token/
--   body   username, password. The token ends when it was not used for the seconds of auth_token_expiry. (The worker has
--          compared the password: it says who the actor is, or nobody; and it adds the token, of which only the hash
--          comes here.)       fails  WE400, WE429
create or replace function polemarch_api.token_create(req jsonb) returns api.answer
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
	t people.tokens;
begin
	perform polemarch_api.fields(req, polemarch_api.want('username', 'text', needed => true),
	                             polemarch_api.want('password', 'password', needed => true));
	if not exists (select from people.users u where u.id = (req->>'actor')::bigint and u.stamp = (req->>'stamp')::bigint and u.active) then
		perform polemarch_api.fail(400, '{"non_field_errors": ["Unable to log in with provided credentials."]}'::jsonb);
	end if;
	t := people.token_open(req, 'login', null, false, (req->'settings'->>'authTokenExpiry')::int * interval '1 second',
	                       clock_timestamp() + (req->'settings'->>'sessionLifetime')::int * interval '1 second');
	perform people.audited(req, 'create', 'token', array[t.id], '{"kind": "login"}');
	return polemarch_api.ok('{}');
end
$$;

-- polemarch_api.token_delete(req) -> nothing                                           DELETE /token/
--   The token by which this was asked is one no more.       fails  WE400 it was asked in another way
create or replace function polemarch_api.token_delete(req jsonb) returns api.answer
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor text := people.must_be_signed_in(req);
begin
	if req->>'via' is distinct from 'token' then
		perform polemarch_api.fail(400, 'Token not found.');
	end if;
	perform people.tokens_end((req->>'actor')::bigint, array[(req->>'token')::bigint]),
	        people.audited(req, 'delete', 'token', array[(req->>'token')::bigint]);
	return polemarch_api.gone();
end
$$;
