-- Secrets, sealed by the worker (D8): {"sealed": base64, "key": house.seal_keys.id}. Here nobody can open one; they are
-- stored, counted, and exchanged when `moirai-db rekey` has sealed them to another key.

-- inventory.hidden_keys() -> the variables that are secrets: those of fcgi-app/lib/hidden.c (tests/sql/rekey.t).
create or replace function inventory.hidden_keys() returns text[]
language sql immutable as $$
	select '{ansible_ssh_pass, ansible_ssh_private_key_file, ansible_become_pass,
	         ansible_password, ansible_become_password, ansible_sudo_pass, ansible_su_pass,
	         ansible_ssh_password, ansible_paramiko_pass, ansible_paramiko_password, ansible_winrm_pass, ansible_winrm_password,
	         ansible_psrp_password, ansible_httpapi_pass, ansible_httpapi_password, ansible_runas_pass,
	         repo_password, repo_key,
	         key-file, private-key, vault-password-file, new-vault-password-file, vault-pass-file,
	         become-password-file, become-pass-file, connection-password-file, conn-pass-file}'::text[]
$$;

-- inventory.secret_keys(given) -> those, and extra-vars if they are sealed: the worker seals them where a secret is among them, or they
-- look like sealed ones.
create or replace function inventory.secret_keys(given jsonb) returns text[]
language sql immutable as $$
	select inventory.hidden_keys() || case when given->'extra-vars' ? 'sealed' and jsonb_typeof(given->'extra-vars') = 'object'
	                                       then '{extra-vars}'::text[] else '{}' end
$$;

-- ---- the current key ----
-- inventory.current_key() -> its id, null while there is none; it stays the current one until the transaction ends.
create or replace function inventory.current_key() returns int
language plpgsql as $$
begin
	return (select k.id from house.seal_keys k where k.current for share);
end
$$;

-- inventory.must_be_current(sealed): whoever stores secrets asks this first, of those that a request brought.
--   fails  WE503 one is sealed to a key that is no longer the current one
create or replace function inventory.must_be_current(sealed jsonb) returns void
language plpgsql as $$
declare
	current int;
begin
	if sealed = '{}' then
		return;
	end if;
	-- Our bug: a row of the route table that is not R_SECRETS. What was sent is not repeated.
	if exists (select from jsonb_each(sealed) s
	            where not (s.value ? 'sealed' and s.value ? 'key' and jsonb_typeof(s.value) = 'object')) then
		raise exception 'a secret that is not sealed';
	end if;
	current := inventory.current_key();
	if exists (select from jsonb_each(sealed) s where s.value->'key' is distinct from to_jsonb(current)) then
		perform api.fail(503, 'Secrets are being sealed anew: try again.');
	end if;
end
$$;

-- house.seal_key_add(public_key) -> its id. From now on secrets are sealed to it; those who store some just now are waited for.
create or replace function house.seal_key_add(p_public_key text) returns int
language plpgsql as $$
declare
	added int;
begin
	if p_public_key !~ '^[A-Za-z0-9+/]{43}=$' then
		raise exception 'not a public key: %', p_public_key;
	end if;
	lock table house.seal_keys in share row exclusive mode;
	update house.seal_keys set current = false where current;
	update house.seal_keys set current = true where public_key = p_public_key returning id into added;
	if not found then
		insert into house.seal_keys (public_key, current) values (p_public_key, true) returning id into added;
	end if;
	return added;
end
$$;

-- house.seal_key_drop(id) -> whether it is gone: not while it is the current one, or something is sealed to it.
create or replace function house.seal_key_drop(p_id int) returns boolean
language plpgsql as $$
begin
	-- Nobody is just copying a box from one row to another.
	lock table inventory.objects in share mode;
	delete from house.seal_keys k
	 where k.id = p_id and not k.current
	   and not exists (select from inventory.objects o, jsonb_each(o.sealed) s
	                    where o.sealed <> '{}' and s.value->'key' = to_jsonb(p_id));
	return found;
end
$$;

-- ---- exchanging them ----
create or replace function inventory.box_mark(box text) returns text
language sql immutable as $$ select encode(sha256(convert_to(box, 'UTF8')), 'hex') $$;

-- inventory.boxes(most) -> so many of the values that are not sealed to the current key; `mark` tells a box from another.
create or replace function inventory.boxes(most int)
returns table (kind people.kind, id bigint, key text, mark text, box text)
language plpgsql stable as $$
begin
	return query
		select o.kind, o.id, s.key, inventory.box_mark(s.value->>'sealed'), s.value->>'sealed'
		  from inventory.objects o, jsonb_each(o.sealed) s
		 where o.sealed <> '{}' and s.value->'key' is distinct from (select to_jsonb(k.id) from house.seal_keys k where k.current)
		 limit most;
end
$$;

-- inventory.boxes_put(key, kinds, ids, keys, marks, boxes): these boxes, sealed to that key, each in the place of the one
-- with the mark; where another stands there meanwhile, it stays.
--   fails  WE503 it is no longer the current key
create or replace function inventory.boxes_put(
	p_key int, p_kinds people.kind[], p_ids bigint[], p_keys text[], p_marks text[], p_boxes text[]
) returns void
language plpgsql as $$
begin
	if inventory.current_key() is distinct from p_key then
		perform api.fail(503, 'Secrets are being sealed anew: try again.');
	end if;
	-- What stands there is looked at when nobody can change it any more.
	perform from inventory.objects o
	 where (o.kind, o.id) in (select * from unnest(p_kinds, p_ids)) order by o.kind, o.id for update;
	update inventory.objects o set sealed = o.sealed || n.boxes
	  from (select b.kind, b.id, jsonb_object_agg(b.key, jsonb_build_object('sealed', b.box, 'key', p_key)) as boxes
	          from unnest(p_kinds, p_ids, p_keys, p_marks, p_boxes) b (kind, id, key, mark, box)
	          join inventory.objects t using (kind, id)
	         where inventory.box_mark(t.sealed->b.key->>'sealed') = b.mark
	         group by b.kind, b.id) n
	 where o.kind = n.kind and o.id = n.id;
end
$$;
