-- Users (polemarch.txt Users, polemarch-behaviour.md section 13). is_staff is what makes a superuser.

-- polemarch_api.users_list(req) -> a page of users                                     GET /users/
--   query  id, id__not, username, username__not (parts of it), is_active, first_name, last_name, email, limit, offset
create or replace function polemarch_api.users_list(req jsonb) returns api.answer
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor    text    := people.must_be_signed_in(req);
	among    bigint[] := polemarch_api.ids(req, 'id');
	but      bigint[] := polemarch_api.ids(req, 'id__not');
	part     text    := polemarch_api.query(req, 'username');
	part_not text    := polemarch_api.query(req, 'username__not');
	is_active boolean := polemarch_api.query_flag(req, 'is_active');
	first    text    := polemarch_api.query(req, 'first_name');
	last     text    := polemarch_api.query(req, 'last_name');
	mail     text    := polemarch_api.query(req, 'email');
	found    bigint[];
begin
	found := array(select id from people.users u
	                where (among is null or u.id = any(among)) and (but is null or u.id <> all (but))
	                  and (part is null or strpos(u.username, part) > 0)
	                  and (part_not is null or strpos(u.username, part_not) = 0)
	                  and (is_active is null or u.active = is_active)
	                  and (first is null or u.first_name = first) and (last is null or u.last_name = last)
	                  and (mail is null or u.email = mail)
	                order by u.id);
	return polemarch_api.page(req, cardinality(found), array(
		select polemarch_api.user_row(req, u)
		  from (select * from people.users where id = any(found)
		         order by id limit polemarch_api.limit(req) offset polemarch_api.offset(req)) u order by u.id));
end
$$;

-- polemarch_api.users_create(req) -> the user                                          POST /users/
--   body   username, password; email, first_name, last_name, is_active, is_staff. raw_password "True": `password` is a
--          hash that Django made       fails  WE403, WE400, WE409 the name is taken
create or replace function polemarch_api.users_create(req jsonb) returns api.answer
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor text := people.must_be_signed_in(req);
	given jsonb;
	u     people.users;
begin
	if not people.is_superuser(req) then
		perform polemarch_api.forbidden();
	end if;
	perform people.superusers_own();         -- one after the other: no id is used up by who comes second
	perform polemarch_api.must_be_free(polemarch_api.object(req)->'username', null);
	given := polemarch_api.user_fields(req);
	perform polemarch_api.must_be_its_own(null, nullif(given->>'email', ''));
	insert into people.users (username, first_name, last_name, email, active, superuser)
	values (given->>'username', given->>'first_name', given->>'last_name', nullif(given->>'email', ''),
	        (given->>'is_active')::boolean, (given->>'is_staff')::boolean)
	on conflict (username) do nothing returning * into u;
	if not found then         -- somebody else did a moment ago
		perform polemarch_api.must_be_free(to_jsonb(given->>'username'), null);
	end if;
	update people.users set password = given->'password'->>'hash' where id = u.id;
	perform people.audited(req, 'create', 'user', array[u.id], given - 'password' || jsonb_build_object('username', u.username)),
	        outbox.changed('user', array[u.id]);
	return polemarch_api.created(req, '/users/' || u.id || '/', polemarch_api.user_json(req, u));
end
$$;

-- polemarch_api.users_get(req) -> the user                                             GET /users/{id}/
--   For superusers and oneself.       query  expand=owns       fails  WE404, WE403
create or replace function polemarch_api.users_get(req jsonb) returns api.answer
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor text := people.must_be_signed_in(req);
begin
	return polemarch_api.ok(polemarch_api.user_json(req, polemarch_api.user_of_path(req)));
end
$$;

-- polemarch_api.users_update(req) -> the user                                          PATCH, PUT /users/{id}/
--   body   as for making one; PUT needs username and password. A new password ends the user's other sessions and tokens.
--          username, is_active and is_staff are changed by superusers only.
--   fails  WE404, WE403, WE400, WE409 the name is taken, or the last superuser would be none
create or replace function polemarch_api.users_update(req jsonb) returns api.answer
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor text := people.must_be_signed_in(req);
	super boolean;
	u     people.users;
	given jsonb;
	was   people.users;
begin
	perform people.superusers_own();
	perform from people.users where id = api.path_id(req, 'id') for no key update;
	-- Whoever changed the user or the actor has done so, or waits.
	actor := people.must_be_signed_in(req);
	super := people.is_superuser(req);
	u := polemarch_api.user_of_path(req);
	perform polemarch_api.must_be_free(polemarch_api.object(req)->'username', u.id) where super;
	given := polemarch_api.user_fields(req);
	was := u;
	u.username := coalesce(given->>'username', u.username);
	u.first_name := coalesce(given->>'first_name', u.first_name);
	u.last_name := coalesce(given->>'last_name', u.last_name);
	u.email := case when given ? 'email' then nullif(given->>'email', '') else u.email end;
	u.email_trusted := case when u.email is distinct from was.email then super else u.email_trusted end;
	u.active := coalesce((given->>'is_active')::boolean, u.active);
	u.superuser := coalesce((given->>'is_staff')::boolean, u.superuser);
	if not super and row(u.username, u.active, u.superuser) is distinct from row(was.username, was.active, was.superuser) then
		perform polemarch_api.forbidden();
	end if;
	if u.id = (req->>'actor')::bigint and given ? 'password'
	   and exists (select from people.tokens t where t.id = (req->>'token')::bigint and t.kind = 'personal') then
		perform polemarch_api.fail(403, 'A token sets no password of its own user: sign in by password or proxy.');
	end if;
	if not (u.active and u.superuser) and people.is_last_superuser(u.id) then
		perform polemarch_api.fail(409, 'The last superuser must stay one.');
	end if;
	perform polemarch_api.must_be_its_own(u.id, u.email) where u.email_trusted;
	update people.users
	   set username = u.username, first_name = u.first_name, last_name = u.last_name, email = u.email,
	       email_trusted = u.email_trusted, active = u.active, superuser = u.superuser
	 where id = u.id;
	if given->'password' ? 'hash' then
		perform people.password_set(u.id, given->'password'->>'hash', (req->>'token')::bigint);
	end if;
	if was.active and not u.active then
		delete from people.tokens where user_id = u.id and kind <> 'personal';
	end if;
	if row(u.username, u.active) is distinct from row(was.username, was.active) then
		perform people.must_prove_again(u.id);
	end if;
	perform people.audited(req, 'update', 'user', array[u.id],
		given - 'password' || case when given->'password' ? 'hash' then '{"password": true}' else '{}' end::jsonb),
	        outbox.changed('user', array[u.id]);
	return polemarch_api.ok(polemarch_api.user_json(req, u));
end
$$;

-- polemarch_api.users_delete(req) -> nothing                                           DELETE /users/{id}/
--   What the user owned passes to who deletes it.       fails  WE404, WE403, WE409 oneself
create or replace function polemarch_api.users_delete(req jsonb) returns api.answer
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor text := people.must_be_signed_in(req);
	u     people.users := polemarch_api.user_of_path(req);
begin
	if u.id = (req->>'actor')::bigint then
		perform polemarch_api.fail(409, 'Could not remove youself.');
	end if;
	-- So who deletes still is a superuser, and stays; and nobody else has deleted the user.
	perform people.superusers_own();
	actor := people.must_be_signed_in(req);
	u := polemarch_api.user_of_path(req);
	perform people.rights_own();
	perform polemarch_api.noticed(kind, array_agg(id)) from (
		select kind, id from people.objects where owner_id = u.id
		union
		select 'team', team_id from people.team_members where user_id = u.id) his group by kind;
	perform people.objects_pass(u.id, (req->>'actor')::bigint), people.principal_forget(u.id);
	delete from people.users where id = u.id;
	perform people.audited(req, 'delete', 'user', array[u.id], jsonb_build_object('username', u.username)),
	        outbox.changed('user', array[u.id]);
	return polemarch_api.gone();
end
$$;

-- polemarch_api.user_fields(req) -> the body's fields of a user, cleaned.       fails  WE400, WE403
create or replace function polemarch_api.user_fields(req jsonb) returns jsonb
language plpgsql stable as $$
declare
	raw   boolean := polemarch_api.flag_word(polemarch_api.object(req)->'raw_password');
	given jsonb;
begin
	given := polemarch_api.fields(req,
		polemarch_api.want('username', 'username', needed => true, most => 150),
		polemarch_api.want('password', case when raw then 'hash' else 'password' end, needed => true, most => 128),
		polemarch_api.want('email', 'email', most => 254, otherwise => '""', blank => true),
		polemarch_api.want('first_name', 'line', most => 30, otherwise => '""', blank => true),
		polemarch_api.want('last_name', 'line', most => 30, otherwise => '""', blank => true),
		polemarch_api.want('is_active', 'flag', otherwise => 'true'),
		polemarch_api.want('is_staff', 'flag', otherwise => 'false'));
	if given->>'password' = '[~~ENCRYPTED~~]' then
		-- What answers show instead of a password: sent back, it changes nothing.
		if req->>'method' = 'POST' then
			perform polemarch_api.fail(400, '{"password": ["This field is required."]}'::jsonb);
		end if;
		given := given - 'password';
	elsif raw and given ? 'password' then
		if not people.is_superuser(req) then
			perform polemarch_api.forbidden();
		end if;
		given := jsonb_set(given, '{password}', jsonb_build_object('hash', given->'password'));
	end if;
	return given;
end
$$;

-- polemarch_api.must_be_free(username, id): no other user than this has the name.       fails  WE409
create or replace function polemarch_api.must_be_free(name jsonb, p_id bigint) returns void
language plpgsql stable as $$
begin
	if exists (select from people.users u
	            where u.username = polemarch_api.trimmed(name #>> '{}') and u.id is distinct from p_id) then
		perform polemarch_api.fail(409, '{"username": ["Already exists."]}'::jsonb);
	end if;
end
$$;

-- polemarch_api.must_be_its_own(id, email): no other user may be called by it.       fails  WE400
create or replace function polemarch_api.must_be_its_own(p_id bigint, mail text) returns void
language plpgsql stable as $$
begin
	if exists (select from people.users u where u.email = mail and u.email_trusted and u.id is distinct from p_id) then
		perform polemarch_api.fail(400, '{"email": ["Another user has this address."]}'::jsonb);
	end if;
end
$$;

-- polemarch_api.user_row(req, user) -> what lists show of it; also as a member of other things.
create or replace function polemarch_api.user_row(req jsonb, u people.users) returns text
language plpgsql stable as $$
begin
	return '"id":' || u.id || ',"username":' || api.json(u.username) || ',"is_active":' || api.json(u.active)
	       || ',"is_staff":' || api.json(u.superuser) || ',"url":' || polemarch_api.url(req, '/users/' || u.id || '/');
end
$$;

create or replace function polemarch_api.user_json(req jsonb, u people.users) returns text
language plpgsql stable as $$
begin
	return '{"id":' || u.id || ',"username":' || api.json(u.username) || ',"password":"[~~ENCRYPTED~~]"'
	       || ',"is_active":' || api.json(u.active) || ',"is_staff":' || api.json(u.superuser)
	       || ',"first_name":' || api.json(u.first_name) || ',"last_name":' || api.json(u.last_name)
	       || ',"email":' || api.json(coalesce(u.email, '')) || polemarch_api.owns_asked(req, u.id)
	       || ',"url":' || polemarch_api.url(req, '/users/' || u.id || '/') || '}';
end
$$;

-- polemarch_api.owns_asked(req, user) -> the member `owns` where `?expand=owns` asks for it: how many things of each kind are the user's.
create or replace function polemarch_api.owns_asked(req jsonb, p_user bigint) returns text
language plpgsql stable as $$
begin
	return case when polemarch_api.is_asked(req, 'owns') then (
		select ',"owns":{"hosts":' || count(*) filter (where kind = 'host') || ',"groups":' || count(*) filter (where kind = 'group')
		       || ',"inventories":' || count(*) filter (where kind = 'inventory') || ',"projects":' || count(*) filter (where kind = 'project')
		       || ',"templates":' || count(*) filter (where kind = 'template') || ',"teams":' || count(*) filter (where kind = 'team') || '}'
		  from people.objects where owner_id = p_user) else '' end;
end
$$;

-- polemarch_api.user_of_path(req) -> the user that the path names, whom only superusers and the user see whole.
--   fails  WE404, WE403
create or replace function polemarch_api.user_of_path(req jsonb) returns people.users
language plpgsql stable as $$
declare
	u people.users;
begin
	select * into u from people.users where id = api.path_id(req, 'id');
	if not found then
		perform polemarch_api.not_found();
	elsif u.id <> (req->>'actor')::bigint and not people.is_superuser(req) then
		perform polemarch_api.forbidden();
	end if;
	return u;
end
$$;
