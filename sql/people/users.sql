-- people.qualified(name, domain) -> the name as Hermes writes it: with the domain, unless it looks like an
-- address already (hermes-behaviour.md section 3, User names; the quirk `a@localhost` included).
create or replace function people.qualified(name text, domain text) returns text
language sql immutable as $$
	select case when name ~ '^[^@]+@[^@]+\.[^@]+' then name else name || '@' || domain end
$$;

-- people.unqualified(name, domain) -> the name without that domain.
create or replace function people.unqualified(name text, domain text) returns text
language plpgsql immutable as $$
begin
	return case when right(name, length(domain) + 1) = '@' || domain then left(name, -length(domain) - 1) else name end;
end
$$;

-- people.must_be_signed_in(req) -> who asks, qualified. First line of every endpoint.
--   fails  WE401 nobody, a user no longer active, or one whose stamp has changed since the worker asked
create or replace function people.must_be_signed_in(req jsonb) returns text
language plpgsql stable as $$
declare
	name text;
begin
	select u.username into name
	  from people.users u
	 where u.id = (req->>'actor')::bigint and u.stamp = (req->>'stamp')::bigint and u.active;
	if name is null then
		perform api.fail(401, 'Sign in to use this resource.');
	end if;
	return people.qualified(name, req->'settings'->>'domain');
end
$$;

-- people.is_superuser(req) -> is it one who asks?
create or replace function people.is_superuser(req jsonb) returns boolean
language plpgsql stable as $$
begin
	return exists (select from people.users where id = (req->>'actor')::bigint and superuser and active);
end
$$;

-- people.must_be_administrator(req) -> who asks, qualified.       fails  WE401, WE403
create or replace function people.must_be_administrator(req jsonb) returns text
language plpgsql stable as $$
declare
	name text := people.must_be_signed_in(req);
begin
	if not people.is_superuser(req) then
		perform api.fail(403, 'This is for administrators.');
	end if;
	return name;
end
$$;

-- people.is_among(req, setting) -> may the one who asks? A setting says who may: `everyone`, `superusers` or `team NAME`, a team that a
-- superuser owns, for anybody may call a team so. Superusers always may.
create or replace function people.is_among(req jsonb, setting text) returns boolean
language plpgsql stable as $$
declare
	who text := coalesce(req->'settings'->>setting, 'superusers');
begin
	return who = 'everyone' or people.is_superuser(req)
	       or exists (select from people.team_members m
	                    join people.teams t on t.id = m.team_id
	                    join people.objects o on o.kind = 'team' and o.id = t.id
	                    join people.users u on u.id = o.owner_id and u.superuser and u.active
	                   where m.user_id = (req->>'actor')::bigint and who = 'team ' || t.name);
end
$$;

-- people.must_be_among(req, setting) -> who asks, qualified, and may.       fails  WE401, WE403
create or replace function people.must_be_among(req jsonb, setting text) returns text
language plpgsql stable as $$
declare
	name text := people.must_be_signed_in(req);
	who  text := coalesce(req->'settings'->>setting, 'superusers');
begin
	if not people.is_among(req, setting) then
		perform api.fail(403, 'This is for ' || case who when 'superusers' then 'administrators.' else 'the ' || who || '.' end);
	end if;
	return name;
end
$$;

-- people.named(body, name, domain) -> a user's name in the body, qualified: one line, and not blank.
create or replace function people.named(body jsonb, name text, domain text) returns text
language plpgsql immutable as $$
declare
	value text := api.line_needed(body, name, 64);
begin
	if value ~ '^ *$' then
		perform api.fail(400, format('%s: must not be empty', name));
	end if;
	value := people.qualified(value, domain);
	if length(value) > 64 then
		perform api.fail(400, format('%s: longer than 64 characters with the domain', name));
	end if;
	return value;
end
$$;

-- people.other(actor, name) -> the actor, where somebody else is named: what the journal keeps beside the name.
create or replace function people.other(actor text, name text) returns text
language sql immutable as $$
	select nullif(actor, name)
$$;

-- people.superusers_own(): who makes and unmakes superusers waits for who else does, so that the last one stays.
create or replace function people.superusers_own() returns void
language plpgsql as $$
begin
	perform pg_advisory_xact_lock(hashtext('people.superusers'));
end
$$;

-- people.is_last_superuser(id) -> would nobody be left who may everything?
create or replace function people.is_last_superuser(p_id bigint) returns boolean
language plpgsql stable as $$
begin
	return exists (select from people.users where id = p_id and superuser and active)
	       and not exists (select from people.users where id <> p_id and superuser and active);
end
$$;

-- people.must_prove_again(id): what workers remember of the user counts no more.
create or replace function people.must_prove_again(p_id bigint) returns void
language plpgsql as $$
begin
	update people.users set stamp = (random() * 9e15)::bigint where id = p_id;
end
$$;

-- people.password_set(id, hash, but): a new password, as libsodium or Django writes its hash. It ends all sessions and
-- tokens of the user but the one numbered `but`, by which it is set.
create or replace function people.password_set(p_id bigint, hash text, but bigint default null) returns void
language plpgsql as $$
begin
	update people.users set password = hash where id = p_id;
	delete from people.tokens where user_id = p_id and id is distinct from but;
	perform people.must_prove_again(p_id);
end
$$;

-- people.administrator_set(username, password): makes the administrator or gives it a new password (argon2id).
-- For `moirai-db administrator`, as the owner.
create or replace function people.administrator_set(p_username text, p_password text) returns void
language plpgsql as $$
declare
	who bigint;
begin
	perform people.superusers_own();
	update people.users set superuser = true, active = true where username = p_username returning id into who;
	if who is null then
		insert into people.users (username, superuser) values (p_username, true) returning id into who;
	end if;
	perform people.password_set(who, p_password), outbox.changed('user', array[who]),
	        people.audited_by(null, 'command', null, 'administrator', 'user', array[who]);
end
$$;
