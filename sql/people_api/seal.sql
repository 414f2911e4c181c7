-- What a worker seals secrets to (D8, fcgi-app/worker/secrets.c). No route leads here.

-- people_api.seal_key() -> id and public half of the current key; no row while there is none.
create or replace function people_api.seal_key() returns table (id int, public_key text)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
	return query select k.id, k.public_key from house.seal_keys k where k.current;
end
$$;
