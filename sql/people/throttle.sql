-- Guessing of passwords is slowed down, without letting anybody lock another out.
--
-- An address that gave ten wrong passwords within five minutes gets no more of them looked at until fewer lie within
-- five minutes. A name for which there were ten, from wherever, is not closed, for then anybody could close it: but an
-- address that has got it wrong once may not try it again meanwhile. So many addresses give one guess each, and the
-- user's own, which gets it right, is let in. A network of IPv6 that one customer gets (/64) counts as one address.

-- people.address_key(address) -> what is counted of it.
create or replace function people.address_key(address text) returns text
language plpgsql immutable as $$
begin
	if address ~* '^::ffff:[0-9.]+$' then      -- one of IPv4, where a socket takes both
		return substr(address, 8);
	elsif address ~ ':' then
		return network(set_masklen(address::inet, 64));
	end if;
	return address;
exception when data_exception then
	return left(address, 64);
end
$$;

create or replace function people.name_key(name text) returns bytea
language sql immutable as $$
	select sha256(convert_to(name, 'UTF8'))
$$;

-- people.wait(name, address, now) -> seconds until a password of that name is looked at again from there; 0: now.
create or replace function people.wait(p_name text, p_address text, now timestamptz) returns int
language plpgsql stable as $$
declare
	here  text  := people.address_key(p_address);
	whom  bytea := people.name_key(p_name);
	since timestamptz := now - interval '5 minutes';
	tenth timestamptz;
begin
	select w.at into tenth from people.wrong_passwords w
	 where w.address = here and w.at > since order by w.at desc offset 9 limit 1;
	if tenth is null and exists (select from people.wrong_passwords w where w.name = whom and w.address = here and w.at > since) then
		select w.at into tenth from people.wrong_passwords w
		 where w.name = whom and w.at > since order by w.at desc offset 9 limit 1;
	end if;
	return greatest(ceil(extract(epoch from tenth - since)), 0)::int;
end
$$;

-- people.password_was_wrong(name, address, now): remembers it for five minutes.
create or replace function people.password_was_wrong(p_name text, p_address text, now timestamptz) returns void
language plpgsql as $$
begin
	delete from people.wrong_passwords where at <= now - interval '5 minutes';
	insert into people.wrong_passwords (at, address, name)
	values (now, people.address_key(p_address), people.name_key(p_name));
end
$$;
