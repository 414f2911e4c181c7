-- What names a host of an inventory may have, and which machines they stand for (polemarch-behaviour.md sections 3, 5, 16).

-- inventory.is_hostname(text) -> a dotted quad, an IPv6 address in brackets, or labels of letters, digits and `-`, with dots.
create or replace function inventory.is_hostname(name text) returns boolean
language plpgsql immutable as $$
begin
	if name ~ '^\[[0-9A-Fa-f:.]+\]$' then
		return family(btrim(name, '[]')::inet) = 6;
	end if;
	-- Beyond ASCII all but blanks, marks that nobody sees, and what is no letter anywhere.
	return name ~ '^[A-Za-z0-9\u00a1-\U0010ffff.-]+$' and name ~ '[^.]' and name !~ '(^|\.)-|-(\.|$)'
	       and name !~ '[\u00ad\u1680\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff\ufff0-\uffff]';
exception when invalid_text_representation then
	return false;
end
$$;

-- inventory.range_values(range) -> what stands in the place of a bracket: `3:4`, `01-20`, `a:e`, `0:10:5`; null: it is none that
-- Ansible reads, or stands for nothing. Of more than 65,537 no more are made.
create or replace function inventory.range_values(range text) returns text[]
language plpgsql immutable as $$
declare
	letters constant text := 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
	part    text[] := regexp_match(replace(range, '-', ':'), '^([0-9]{0,9}|[A-Za-z]):([0-9]{1,9}|[A-Za-z])(?::([0-9]{1,9}))?$');
	first   text   := coalesce(nullif(part[1], ''), '0');
	last    text   := part[2];
	step    int    := coalesce(part[3], '1')::int;
	found   text[];
begin
	if part is null or step = 0 or (first ~ '[0-9]') <> (last ~ '[0-9]') then
		return null;
	elsif first ~ '[A-Za-z]' then
		found := array(select substr(letters, i, 1) from generate_series(strpos(letters, first), strpos(letters, last), step) i);
	elsif first like '0_%' and length(first) <> length(last) then
		return null;
	else
		found := array(select case when first like '0_%' then lpad(i::text, length(first), '0') else i::text end
		                 from generate_series(first::bigint, least(last::bigint, first::bigint + 65536::bigint * step), step) i);
	end if;
	return nullif(found, '{}');
end
$$;

-- inventory.range_names(name) -> the names that a RANGE stands for, in Ansible's order; each bracket is a range, and without
-- brackets it is one name. null: it is none that Ansible reads. For more than 65,536 that many blanks.
create or replace function inventory.range_names(name text) returns text[]
language plpgsql immutable as $$
declare
	names text[] := array[''];
	head  text   := '';
	part  record;
	these text[];
begin
	if name !~ '^(?!-)[A-Za-z0-9._-]*(\[[A-Za-z0-9:-]+\][A-Za-z0-9._-]*)*$' then
		return null;
	end if;
	for part in select m[1] as head, m[2] as range from regexp_matches(name, '([^\[\]]*)(?:\[([^\]]*)\])?', 'g') m loop
		these := case when part.range is null then '{""}' else inventory.range_values(part.range) end;
		head := head || part.head;
		if these is null then
			return null;
		elsif cardinality(these) = 1 then
			head := head || these[1];
			continue;
		elsif cardinality(names)::bigint * cardinality(these) > 65536 then
			return array_fill(''::text, array[65537]);
		end if;
		names := array(select n || head || v
		                 from unnest(names) with ordinality a (n, i), unnest(these) with ordinality b (v, j) order by i, j);
		head := '';
	end loop;
	return array(select n || head from unnest(names) with ordinality a (n, i) order by i);
end
$$;

-- inventory.name_error(name, type, vars) -> why a host may not be called so, or null. Where ansible_host says how to reach it
-- the name is only what it is called, and may have a `_`, too. What a host by the name of one of Ansible's own groups says, it
-- would say for all of these.
create or replace function inventory.name_error(name text, type text, vars jsonb) returns text
language plpgsql immutable as $$
declare
	address text := nullif(vars->>'ansible_host', '');
	names   text[];
begin
	if not inventory.is_hostname(coalesce(address, 'a')) then
		return format('Invalid hostname or IP ''%s''.', left(address, 512));
	elsif type = 'HOST' then
		return case when name in ('all', 'ungrouped')
		                 or not inventory.is_hostname(case when address is null then name else replace(name, '_', 'a') end) then format('Invalid hostname or IP ''%s''.', name) end;
	elsif name !~ '^[a-zA-Z0-9._\[\]:-]*$' then
		return 'Name must be Alphanumeric';
	end if;
	names := inventory.range_names(name);
	return case when names is null or names && '{all,ungrouped}'
	            then 'Name must be a range that Ansible reads, such as web[01:20].example.com'
	            when cardinality(names) > 65536 then 'Name stands for more than 65536 hosts.' end;
end
$$;

-- inventory.host_pattern(name, type) -> the host as Ansible wants it named: an IPv6 address without its brackets, and not
-- ending in a colon; ranges with colons.
create or replace function inventory.host_pattern(p_name text, p_type text) returns text
language sql immutable as $$
	select case when p_name !~ '\[' then p_name
	            when p_type = 'HOST' then regexp_replace(btrim(p_name, '[]'), ':$', ':0')
	            else regexp_replace(p_name, '-(?=[^\[]*\])', ':', 'g') end
$$;

-- inventory.names(name, type) -> the machines of the fleet that a host with this name stands for.
create or replace function inventory.names(name text, type text) returns text[]
language plpgsql immutable as $$
begin
	return case when type = 'RANGE' then inventory.range_names(name) else array[inventory.host_pattern(name, type)] end;
end
$$;
