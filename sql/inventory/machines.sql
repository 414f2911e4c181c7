-- Which machines an inventory means: the names of its hosts and of those in its groups, directly or by others, with all that a RANGE
-- stands for.

-- inventory.machine_names(inventory) -> their names, each once.
create or replace function inventory.machine_names(p_inventory bigint) returns setof text
language plpgsql stable rows 5000 as $$
begin
	-- Each by its key: of what has just been imported the planner knows nothing, and would compare each with each.
	return query
		select distinct n.name
		  from inventory.sections(p_inventory) s,
		       lateral (select part_id from people.parts where kind = s.kind and id = s.id and part_kind = 'host' offset 0) p,
		       lateral (select h.name from inventory.host_names h where h.host_id = p.part_id offset 0) n;
end
$$;

-- inventory.names_missing(inventory, names) -> those of these names of which it means no machine, in their order.
create or replace function inventory.names_missing(p_inventory bigint, p_names text[]) returns text[]
language plpgsql stable as $$
begin
	if api.many(cardinality(p_names)) then
		perform inventory.plan(p_inventory, p_names);
		return array(select n from unnest(p_names) with ordinality u (n, i)
		              where n not in (select m from inventory.machine_names(p_inventory) m) order by i);
	end if;
	-- Of few each is looked up: there may be a hundred thousand in it.
	return array(select u.n from unnest(p_names) with ordinality u (n, i)
	              where u.n not in (select h.name from inventory.host_names h
	                                  join people.parts p on p.part_kind = 'host' and p.part_id = h.host_id
	                                  join inventory.sections(p_inventory) s on s.kind = p.kind and s.id = p.id
	                                 where h.name = any(p_names))
	              order by i);
end
$$;

-- inventory.names_told(names) -> `a, b and 3 more`: the first ten of them.
create or replace function inventory.names_told(p_names text[]) returns text
language sql immutable as $$
	select array_to_string(p_names[1:10], ', ')
	       || case when cardinality(p_names) > 10 then ' and ' || cardinality(p_names) - 10 || ' more' else '' end
$$;

-- inventory.is_bare_name(text) -> may a line of an inventory hold this and nothing else, and mean the machine of that name?
create or replace function inventory.is_bare_name(name text) returns boolean
language plpgsql immutable as $$
begin
	if name in ('all', 'ungrouped') then
		return false;
	end if;
	-- A line that ends in a colon is none to Ansible, and with it the whole inventory.
	return name ~ '^[A-Za-z0-9]+([.-][A-Za-z0-9]+)*$' or inventory.is_hostname(replace(name, '_', 'a')) and name !~ '\['
	       or strpos(name, ':') > 0 and name !~ ':$' and inventory.is_hostname('[' || name || ']');
end
$$;

-- inventory.bare_text(names) -> the text of an inventory of these machines, of which nothing else is said.
create or replace function inventory.bare_text(p_names text[]) returns text
language plpgsql immutable as $$
begin
	return E'# Hosts \n' || array_to_string(p_names, E'\n') || E'\n\n\n\n# Groups ';
end
$$;
