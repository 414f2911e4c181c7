-- What a worker may ask about people before it knows who is asking (fcgi-app/worker/actor.c). No route leads here.

drop function if exists people_api.by_password(text);
drop function if exists people_api.by_proxy(text, boolean);

-- people_api.by_password(username, address) -> one row: how many seconds to wait before a password is compared (then
-- nothing else), and of an active user with a password id, stamp and its hash; and while hashes of Django's are left,
-- the costliest of these, so that a comparison takes the same time for all names (lib/password.h).
-- The worker compares: hashing takes milliseconds of CPU and has no place in a transaction.
create or replace function people_api.by_password(p_username text, p_address text)
returns table (id bigint, stamp bigint, password text, wait int, imported text)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
	must_wait int := people.wait(p_username, p_address, clock_timestamp());
begin
	return query
		select u.id, u.stamp, u.password, must_wait,
		       (select i.password from people.users i
		         where i.password like 'pbkdf2%' order by split_part(i.password, '$', 2)::int desc limit 1)
		  from (values (p_username)) n (name)
		  left join people.users u on u.username = n.name and u.active and u.password is not null and must_wait = 0;
end
$$;

-- people_api.password_was_wrong(username, address).
create or replace function people_api.password_was_wrong(p_username text, p_address text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
	perform people.password_was_wrong(p_username, p_address, clock_timestamp());
end
$$;

-- people_api.rehash(id, old, new): the same password's hash as this house writes it, in place of an imported one.
create or replace function people_api.rehash(p_id bigint, old text, new text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
	update people.users set password = new where id = p_id and password = old and old like 'pbkdf2%' and new like '$argon2id$%';
end
$$;

-- people_api.by_token(hash, cookie) -> id and stamp of the active user who holds it, the token's own id, whether it may
-- only read, and for how many seconds at most that may be remembered; or no row. `cookie`: a session, else any other.
create or replace function people_api.by_token(p_hash text, cookie boolean)
returns table (id bigint, stamp bigint, token bigint, read_only boolean, seconds int)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
	now timestamptz := clock_timestamp();
	t   people.tokens;
	u   people.users;
begin
	select * into t from people.tokens o where o.hash = decode(p_hash, 'hex') and (o.kind = 'session') = cookie;
	if not found or not people.token_is_good(t, now) then
		return;
	end if;
	select * into u from people.users o where o.id = t.user_id and o.active;
	if not found then
		return;
	end if;
	-- Not each time: a use is a read, and a minute more or less is nothing.
	update people.tokens o set seen_at = now
	 where o.id = t.id and o.seen_at < now - least(interval '1 minute', o.idle / 4);
	return query select u.id, u.stamp, t.id, t.read_only,
		floor(extract(epoch from least(interval '1 minute', t.idle / 4, t.expires_at - now)))::int;
end
$$;

-- people_api.by_proxy(name, make, groups, superusers) -> id and stamp of the active user whom the sign-in proxy names by
-- name or mail; made when missing and `make`. No row: not known, or no longer active.
--   groups      what groups the proxy says the user is in, or null where it says nothing: the user is then a member of
--               the teams that stand for these, and of no others that stand for a group
--   superusers  the group whose members are superusers, '' for none
create or replace function people_api.by_proxy(p_name text, make boolean, groups text[], superusers text)
returns table (id bigint, stamp bigint)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
	who people.users;
begin
	-- Look before inserting: a conflict, too, uses up an id.
	who := people.named_by_proxy(p_name);
	if who.id is null and make and length(p_name) between 1 and 150 and p_name !~ '^\s|\s$|[[:cntrl:]]' then
		insert into people.users (username, email)
		values (p_name, case when p_name ~ '^[^@]+@[^@]+$' then p_name end)
		on conflict do nothing returning * into who;
		if found then
			perform people.audited_by(who.id, 'proxy', null, 'create', 'user', array[who.id]), outbox.changed('user', array[who.id]);
		else
			who := people.named_by_proxy(p_name);
		end if;
	end if;
	if who.active then
		if groups is not null then
			perform people.groups_told(who, array(select btrim(g) from unnest(groups) g), superusers);
			select * into who from people.users u where u.id = who.id;
		end if;
		return query select who.id, who.stamp;
	end if;
end
$$;
