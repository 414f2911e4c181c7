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

-- inventory.pairs(vars) -> KEY of each variable, and KEY=VALUE where it is not null: what filters look for. Its plan is kept:
-- under api.plan_for_many() one would be made for each row.
create or replace function inventory.pairs(vars jsonb) returns text[]
language plpgsql immutable parallel safe set plan_cache_mode = force_generic_plan as $$
begin
	return array(select p from jsonb_each(vars) v (key, value),
	                           lateral (values (v.key), (inventory.pair(v.key, inventory.word(v.value)))) w (p)
	              where p is not null);
end
$$;
-- Here and not among the tables, for it needs the function. A column and not an index of the function alone, for a plan that
-- does not use the index would call that for each row.
alter table inventory.objects add column if not exists pairs text[] generated always as (inventory.pairs(vars)) stored;
create index if not exists objects_pairs_idx on inventory.objects using gin (pairs);

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

-- inventory.vars_only(vars, keys) -> those of the variables. Put together as text: for many, `-` compares each key with each, and
-- what is nested takes jsonb_object_agg quadratic time, too. (`is true` keeps the planner from a join: each key is looked up by hash.)
create or replace function inventory.vars_only(vars jsonb, keys text[]) returns jsonb
language plpgsql immutable as $$
begin
	return (select coalesce('{' || string_agg(to_json(v.key)::text || ':' || v.value::text, ',') || '}', '{}')::jsonb
	          from jsonb_each(vars) v where (v.key in (select unnest(keys))) is true);
end
$$;

-- inventory.vars_kept(given) -> the keys of those that are to stay what they are: `[~~ENCRYPTED~~]` stands for what is stored.
create or replace function inventory.vars_kept(given jsonb) returns text[]
language plpgsql immutable as $$
begin
	return array(select v.key from jsonb_each(given) v where v.value = '"[~~ENCRYPTED~~]"');
end
$$;

-- inventory.vars_clear(given), inventory.vars_secret(given) -> of variables that were sent, those in clear, and the sealed ones;
-- those that are kept are in neither.
create or replace function inventory.vars_clear(given jsonb) returns jsonb
language plpgsql immutable as $$
declare
	clear jsonb := given - inventory.secret_keys(given);
begin
	return case when inventory.vars_kept(clear) = '{}' then clear
	       else inventory.vars_only(clear, array(select v.key from jsonb_each(clear) v where v.value <> '"[~~ENCRYPTED~~]"')) end;
end
$$;
create or replace function inventory.vars_secret(given jsonb) returns jsonb
language plpgsql immutable as $$
declare
	keys text[] := inventory.secret_keys(given);
begin
	if not given ?| keys then
		return '{}'::jsonb;
	end if;
	return (select coalesce(jsonb_object_agg(v.key, v.value), '{}') from jsonb_each(given) v
	         where v.value <> '"[~~ENCRYPTED~~]"' and v.key = any(keys));
end
$$;

-- inventory.vars_settled(given, vars, sealed) -> (vars, sealed): what is to be stored where those are stored and this was
-- sent. `[~~ENCRYPTED~~]` keeps what the key has, be it secret or not, and is nothing where it has nothing.
--   fails  WE503 a secret was sealed to a key that is no longer the current one
create or replace function inventory.vars_settled(given jsonb, old_vars jsonb, old_sealed jsonb, out vars jsonb, out sealed jsonb)
language plpgsql as $$
declare
	kept text[] := inventory.vars_kept(given);
begin
	vars := inventory.vars_clear(given) || inventory.vars_only(old_vars, kept);
	sealed := inventory.vars_secret(given);
	perform inventory.must_be_current(sealed);
	sealed := sealed || inventory.vars_only(old_sealed, kept);
end
$$;

-- inventory.key_rank(key) -> by which variables stand in order: how to reach a host, what else is Ansible's, the rest.
create or replace function inventory.key_rank(p_key text) returns text
language sql immutable as $$
	select case p_key when 'ansible_host' then '1' when 'ansible_port' then '2' when 'ansible_user' then '3'
	                  when 'ansible_ssh_pass' then '4' when 'ansible_ssh_private_key_file' then '5'
	                  else case when starts_with(p_key, 'ansible_') then '6' else '7' end || p_key end
$$;

-- inventory.with_fractions(JSON) -> the same, but whole numbers beyond 64 bits, which came as 1e22, have a fraction: so they may
-- be sent back, and are to Ansible what they were. (JSON's numbers here have no exponents.)
create or replace function inventory.add_fractions(p_json text) returns text
language plpgsql immutable as $$
begin
	return (select string_agg(concat(m[1], m[2], case when m[2] ~ '^-?[0-9]{19,}$'
	                                                   and m[2]::numeric not between -9223372036854775808 and 9223372036854775807
	                                                  then '.0' end, m[3]), '' order by n)
	          from regexp_matches(p_json, '("(?:[^"\\]|\\.)*")|(-?[0-9]+(?:\.[0-9]+)?)|([^"0-9-]+)', 'g') with ordinality t (m, n));
end
$$;
create or replace function inventory.with_fractions(p_json text) returns text
language sql immutable as $$
	select case when p_json ~ '[0-9]{19}' then inventory.add_fractions(p_json) else p_json end
$$;

-- inventory.vars_json(vars, sealed) -> both as one JSON object, in order, without the secrets.
create or replace function inventory.vars_json(vars jsonb, sealed jsonb) returns text
language plpgsql stable as $$
begin
	return (select coalesce('{' || string_agg(api.json(v.key) || ':' || v.shown, ',' order by inventory.key_rank(v.key) collate "C") || '}', '{}')
	          from (select key, inventory.with_fractions(value::text) as shown from jsonb_each(vars)
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
