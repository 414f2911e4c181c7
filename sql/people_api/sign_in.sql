-- What a worker may ask about people before it knows who is asking (fcgi-app/worker/actor.c). No route leads here.

-- people_api.by_password(username) -> id, stamp and argon2id hash of an active user with a password, or no row.
-- The worker compares: hashing takes milliseconds of CPU and has no place in a transaction.
create or replace function people_api.by_password(p_username text)
returns table (id bigint, stamp bigint, password text)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
	return query
		select u.id, u.stamp, u.password
		  from people.users u where u.username = p_username and u.active and u.password is not null;
end
$$;

-- people_api.by_proxy(name, make) -> id and stamp of the active user whom the sign-in proxy names by name or mail;
-- made when missing and `make`. No row: not known, or no longer active.
create or replace function people_api.by_proxy(p_name text, make boolean)
returns table (id bigint, stamp bigint)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
	-- Look before inserting: a conflict, too, uses up an id.
	if make and length(p_name) between 1 and 64
	   and not exists (select from people.users u where u.username = p_name or u.email = p_name) then
		insert into people.users (username, email)
		values (p_name, case when p_name ~ '^[^@]+@[^@]+$' then p_name end)
		on conflict do nothing;
	end if;
	return query
		select u.id, u.stamp
		  from (select * from people.users n where n.username = p_name or n.email = p_name
		         order by n.username = p_name desc limit 1) u
		 where u.active;
end
$$;
