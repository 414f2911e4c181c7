-- Variables of hosts, groups, inventories, projects and periodic tasks (polemarch.txt Variables, polemarch-behaviour.md
-- section 2): an object of any JSON values. Secret ones come here sealed (D8, seal.sql) and are kept apart.

-- inventory.word(value) -> a variable's value as text, as filters and host queries compare it; null for null.
create or replace function inventory.word(value jsonb) returns text
language sql immutable as $$
	select case when jsonb_typeof(value) = 'boolean' then initcap(value #>> '{}') else value #>> '{}' end
$$;

-- inventory.pair(key, word) -> what stands for a variable in the index: KEY=WORD. A long one by a hash, KEY#HASH, for an index takes
-- no more; a key has no `#`.
create or replace function inventory.pair(key text, word text) returns text
language sql immutable as $$
	select key || case when octet_length(word) > 200 then '#' || md5(word) else '=' || word end
$$;

-- inventory.pairs(vars) -> KEY of each variable, and KEY=VALUE where it is not null: what filters look for.
create or replace function inventory.pairs(vars jsonb) returns text[]
language plpgsql immutable parallel safe as $$
begin
	return array(select p from jsonb_each(vars) v (key, value),
	                           lateral (values (v.key), (inventory.pair(v.key, inventory.word(v.value)))) w (p)
	              where p is not null);
end
$$;
-- Here and not among the tables, for it needs the function.
create index if not exists objects_pairs_idx on inventory.objects using gin (inventory.pairs(vars));

-- inventory.vars_error(vars) -> what is wrong with it, or null.
create or replace function inventory.vars_error(vars jsonb) returns text
language plpgsql immutable as $$
begin
	if jsonb_typeof(vars) <> 'object' then
		return 'Expected a dictionary.';
	end if;
	return (select format('%s is no name of a variable: letters, digits, _, . and -, no more than 128, the first a letter or _.',
	                      to_json(left(key, 140)))
	          from jsonb_object_keys(vars) key where key !~ '^[A-Za-z_][A-Za-z0-9_.-]{0,127}$' limit 1);
end
$$;

-- inventory.vars_clear(given), inventory.vars_secret(given) -> of variables that were sent, those in clear, and the sealed ones.
-- `[~~ENCRYPTED~~]`, which stands for what is stored, is in neither.
create or replace function inventory.vars_clear(given jsonb) returns jsonb
language plpgsql immutable as $$
begin
	-- Taken away, not put together: PostgreSQL's jsonb_object_agg takes quadratic time for what is nested.
	return given - (inventory.hidden_keys() || array(select v.key from jsonb_each(given) v where v.value = '"[~~ENCRYPTED~~]"'));
end
$$;
create or replace function inventory.vars_secret(given jsonb) returns jsonb
language plpgsql immutable as $$
begin
	if not given ?| inventory.hidden_keys() then
		return '{}'::jsonb;
	end if;
	return (select coalesce(jsonb_object_agg(v.key, v.value), '{}') from jsonb_each(given) v
	         where v.value <> '"[~~ENCRYPTED~~]"' and inventory.is_hidden(v.key));
end
$$;

-- inventory.vars_settled(given, vars, sealed) -> (vars, sealed): what is to be stored where those are stored and this was
-- sent. `[~~ENCRYPTED~~]` keeps what the key has, be it secret or not, and is nothing where it has nothing.
--   fails  WE503 a secret was sealed to a key that is no longer the current one
create or replace function inventory.vars_settled(given jsonb, old_vars jsonb, old_sealed jsonb, out vars jsonb, out sealed jsonb)
language plpgsql as $$
declare
	kept text[] := array(select v.key from jsonb_each(given) v where v.value = '"[~~ENCRYPTED~~]"');
begin
	vars := inventory.vars_clear(given);
	sealed := inventory.vars_secret(given);
	perform inventory.must_be_current(sealed);
	vars := vars || (old_vars - array(select jsonb_object_keys(old_vars) except select unnest(kept)));
	sealed := sealed || (old_sealed - array(select jsonb_object_keys(old_sealed) except select unnest(kept)));
end
$$;

-- inventory.key_rank(key) -> by which variables stand in order: how to reach a host, what else is Ansible's, the rest.
create or replace function inventory.key_rank(p_key text) returns text
language sql immutable as $$
	select case p_key when 'ansible_host' then '1' when 'ansible_port' then '2' when 'ansible_user' then '3'
	                  when 'ansible_ssh_pass' then '4' when 'ansible_ssh_private_key_file' then '5'
	                  else case when starts_with(p_key, 'ansible_') then '6' else '7' end || p_key end
$$;

-- inventory.is_huge(value) -> is it a whole number beyond 64 bits?
create or replace function inventory.is_huge(value jsonb) returns boolean
language sql immutable as $$
	select case when value::text ~ '^-?[0-9]{19,}$' then value::numeric not between -9223372036854775808 and 9223372036854775807 else false end
$$;

-- inventory.vars_json(vars, sealed) -> both as one JSON object, in order, without the secrets. Whole numbers beyond 64 bits, which
-- came as 1e22, have a fraction: so they may be sent back.
create or replace function inventory.vars_json(vars jsonb, sealed jsonb) returns text
language plpgsql stable as $$
begin
	return (select coalesce('{' || string_agg(api.json(v.key) || ':' || v.shown, ',' order by inventory.key_rank(v.key) collate "C") || '}', '{}')
	          from (select key, value::text || case when inventory.is_huge(value) then '.0' else '' end as shown from jsonb_each(vars)
	                union all
	                select key, '"[~~ENCRYPTED~~]"' from jsonb_object_keys(sealed) key) v);
end
$$;

-- inventory.vars_told(given) -> what the audit says of variables: which there are.
create or replace function inventory.vars_told(given jsonb) returns jsonb
language plpgsql immutable as $$
begin
	return case when given ? 'vars'
	       then given || jsonb_build_object('vars', array(select jsonb_object_keys(given->'vars') order by 1 limit 100)) else given end;
end
$$;
