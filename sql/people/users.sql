-- people.qualified(name, domain) -> the name as Hermes writes it: with the domain, unless it looks like an
-- address already (hermes-behaviour.md section 3, User names; the quirk `a@localhost` included).
create or replace function people.qualified(name text, domain text) returns text
language sql immutable as $$
	select case when name ~ '^[^@]+@[^@]+\.[^@]+' then name else name || '@' || domain end
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

-- people.must_be_administrator(req) -> who asks, qualified.       fails  WE401, WE403
create or replace function people.must_be_administrator(req jsonb) returns text
language plpgsql stable as $$
declare
	name text := people.must_be_signed_in(req);
begin
	if not exists (select from people.users where id = (req->>'actor')::bigint and superuser) then
		perform api.fail(403, 'This is for administrators.');
	end if;
	return name;
end
$$;

-- people.named(body, name, domain) -> a user's name in the body, qualified.
create or replace function people.named(body jsonb, name text, domain text) returns text
language plpgsql immutable as $$
declare
	value text := api.text_needed(body, name, 64);
begin
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

-- people.administrator_set(username, password): makes the administrator or gives it a new password (argon2id).
-- For `moirai-db administrator`, as the owner.
create or replace function people.administrator_set(p_username text, p_password text) returns void
language plpgsql as $$
begin
	update people.users
	   set password = p_password, superuser = true, active = true, stamp = (random() * 9e15)::bigint
	 where username = p_username;
	if not found then
		insert into people.users (username, password, superuser) values (p_username, p_password, true);
	end if;
end
$$;
