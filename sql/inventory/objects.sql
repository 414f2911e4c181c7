-- Hosts, groups, inventories and templates: made, changed and deleted. Callers own the rights (people.rights_own).

-- inventory.objects_add(kind, ids, names, vars, sealed, owner): these ids of the kind's table are objects with these names and
-- variables, each at its place, and that user's.
create or replace function inventory.objects_add(
	p_kind people.kind, p_ids bigint[], p_names text[], p_vars jsonb[], p_sealed jsonb[], p_owner bigint
) returns void
language plpgsql as $$
begin
	perform people.objects_add(p_kind, p_ids, p_owner);
	insert into inventory.objects (kind, id, name, vars, sealed)
	select p_kind, o.id, o.name, o.vars, o.sealed from unnest(p_ids, p_names, p_vars, p_sealed) o (id, name, vars, sealed);
end
$$;

-- inventory.hosts_add(names, types, vars, sealed, owner) -> ids, each at its place. Names are good (inventory.name_error).
create or replace function inventory.hosts_add(
	p_names text[], p_types text[], p_vars jsonb[], p_sealed jsonb[], p_owner bigint
) returns bigint[]
language plpgsql as $$
declare
	ids bigint[];
begin
	if api.many(cardinality(p_names)) then
		perform api.plan_for_many();
	end if;
	with made as (
		insert into inventory.hosts (type) select t from unnest(p_types) with ordinality u (t, n) order by n returning id
	)
	select array_agg(id order by id) into ids from made;
	perform inventory.objects_add('host', ids, p_names, p_vars, p_sealed, p_owner), inventory.host_names_put(ids);
	return ids;
end
$$;

-- inventory.host_names_put(hosts): these hosts, new or renamed, stand for the machines that their names say. A machine that the
-- fleet has not heard of is made. None is renamed meanwhile, or it might be the one that was just found.
create or replace function inventory.host_names_put(p_hosts bigint[]) returns void
language plpgsql as $$
begin
	perform fate.hosts_own_names();
	delete from inventory.host_names where host_id = any(p_hosts);
	insert into inventory.host_names (name, host_id)
	select distinct n, o.id
	  from unnest(p_hosts) h (id),
	       -- Each by its key: how many of the objects are hosts the planner may not know yet.
	       lateral (select t.id, t.type, k.name from inventory.hosts t join inventory.objects k on k.kind = 'host' and k.id = t.id
	                 where t.id = h.id limit 1) o,
	       lateral unnest(inventory.names(o.name, o.type)) n;
	update inventory.hosts h set names = (select count(*) from inventory.host_names k where k.host_id = h.id)
	 where h.id = any(p_hosts) and (h.type = 'RANGE' or h.names <> 1);
	perform fate.hosts_named(array(select name from inventory.host_names where host_id = any(p_hosts)
	                                group by name order by min(host_id), name));
end
$$;

-- inventory.groups_add(names, children, vars, sealed, owner) -> ids, each at its place.
create or replace function inventory.groups_add(
	p_names text[], p_children boolean[], p_vars jsonb[], p_sealed jsonb[], p_owner bigint
) returns bigint[]
language plpgsql as $$
declare
	ids bigint[];
begin
	with made as (
		insert into inventory.groups (children) select c from unnest(p_children) with ordinality u (c, n) order by n returning id
	)
	select array_agg(id order by id) into ids from made;
	perform inventory.objects_add('group', ids, p_names, p_vars, p_sealed, p_owner);
	return ids;
end
$$;

-- inventory.inventories_add(name, vars, sealed, owner) -> its id.
create or replace function inventory.inventories_add(p_name text, p_vars jsonb, p_sealed jsonb, p_owner bigint) returns bigint
language plpgsql as $$
declare
	made bigint;
begin
	insert into inventory.inventories default values returning id into made;
	perform inventory.objects_add('inventory', array[made], array[p_name], array[p_vars], array[p_sealed], p_owner);
	return made;
end
$$;

-- inventory.objects_delete(kind, ids): they are gone, with all that hangs on them. Machines of the fleet stay.
create or replace function inventory.objects_delete(p_kind people.kind, p_ids bigint[]) returns void
language plpgsql as $$
begin
	perform people.objects_remove(p_kind, p_ids), work.objects_gone(p_kind, p_ids);
	delete from inventory.objects where kind = p_kind and id = any(p_ids);
	case p_kind
	when 'project' then null;
	when 'host' then
		delete from inventory.host_names where host_id = any(p_ids);
		delete from inventory.hosts where id = any(p_ids);
	when 'group' then
		delete from inventory.groups where id = any(p_ids);
	when 'inventory' then
		delete from inventory.inventories where id = any(p_ids);
	when 'template' then
		delete from inventory.templates where id = any(p_ids);
	end case;
end
$$;

-- inventory.groups_below(groups) -> these and all groups below them, each once.
create or replace function inventory.groups_below(p_groups bigint[]) returns bigint[]
language plpgsql stable as $$
begin
	return array(
		with recursive below as (
			select unnest(p_groups) as id
			union
			select p.part_id from below b join people.parts p on p.kind = 'group' and p.id = b.id and p.part_kind = 'group'
		)
		select id from below order by id);
end
$$;

-- inventory.parts_of(kind, id, part_kind) -> what of that kind it holds itself, ascending.
create or replace function inventory.parts_of(p_kind people.kind, p_id bigint, p_part_kind people.kind) returns bigint[]
language plpgsql stable as $$
begin
	return array(select part_id from people.parts where kind = p_kind and id = p_id and part_kind = p_part_kind order by part_id);
end
$$;

-- inventory.machines_counted(kind, ids, most) -> of each of these groups, or inventories, at its place, how many machines it means: names
-- of the hosts in it and in all groups below, each once. Where all together that is more work than `most` names, null for the largest.
create or replace function inventory.machines_counted(p_kind people.kind, p_ids bigint[], most bigint) returns bigint[]
language plpgsql stable as $$
declare
	small bigint[];
	ns    bigint[];
	hosts bigint[];
begin
	perform api.plan_for_many();
	with recursive holders as (
		select i.n, p_kind as kind, i.id from unnest(p_ids) with ordinality i (id, n)
		union
		select h.n, 'group'::people.kind, p.part_id
		  from holders h join people.parts p on p.kind = h.kind and p.id = h.id and p.part_kind = 'group'
	), sized as (
		select h.n, sum(c.hosts) as size
		  from holders h, lateral (select count(*) as hosts from people.parts p
		                            where p.kind = h.kind and p.id = h.id and p.part_kind = 'host') c
		 group by h.n
	), few as (
		select n from (select n, sum(size) over (order by size, n) as upto from sized) s where upto <= most
	), held as (
		select distinct h.n, p.part_id as id
		  from few join holders h on h.n = few.n
		  join people.parts p on p.kind = h.kind and p.id = h.id and p.part_kind = 'host'
	)
	select (select array_agg(n) from few), array_agg(h.n), array_agg(h.id) into small, ns, hosts from held h;
	-- As arrays, of which the planner knows how many there are; and each by its key, for of what has just been imported it knows nothing,
	-- and would compare each with each.
	small := array(select w.n
	                 from (select s.n, sum(coalesce(h.names, 0)) over (order by h.names nulls first, s.n) as upto
	                         from unnest(small) s (n)
	                         left join (select u.n, sum(t.names) as names from unnest(ns, hosts) u (n, id),
	                                           lateral (select names from inventory.hosts where id = u.id limit 1) t group by u.n) h on h.n = s.n) w
	                where w.upto <= most);
	return array(
		select case when i.n = any(small) then coalesce(m.machines, 0) end
		  from unnest(p_ids) with ordinality i (id, n)
		  left join (select d.n, count(*) as machines
		               from (select distinct u.n, k.name
		                       from unnest(ns, hosts) u (n, id),
		                            lateral (select name from inventory.host_names where host_id = u.id offset 0) k
		                      where u.n = any(small)) d
		              group by d.n) m on m.n = i.n
		 order by i.n);
end
$$;

-- inventory.objects_named(principals, kind, part, most) -> ids of at most so many objects that they see: those whose names begin so, then
-- those whose names contain it, in any case; of a thousand.
create or replace function inventory.objects_named(p_principals bigint[], p_kind people.kind, part text, most int) returns bigint[]
language plpgsql stable as $$
begin
	return array(select id
	               -- offset 0: of that kind alone, for the trigrams are those of hosts as well.
	               from (select o.id, o.name from (select id, name from inventory.objects where kind = p_kind offset 0) o
	                      where o.name ilike api.containing(part)
	                        and exists (select from people.visible v
	                                     where v.principal = any(p_principals) and v.kind = p_kind and v.id = o.id)
	                      limit 1000) g
	              order by not starts_with(lower(name), lower(part)), name, id limit most);
end
$$;

-- inventory.check() -> a row for each thing that is not as the law says, like fate.check(); none when all is well.
create or replace function inventory.check() returns table (rule text, id text, found text)
language sql stable as $$
	with things as (
		select 'host'::people.kind as kind, id from inventory.hosts
		union all select 'group', id from inventory.groups
		union all select 'inventory', id from inventory.inventories
		union all select 'template', id from inventory.templates
	), names as (
		select h.id as host_id, n as name
		  from inventory.hosts h join inventory.objects o on o.kind = 'host' and o.id = h.id,
		       lateral unnest(inventory.names(o.name, h.type)) n
	)
	select 'an object has a name, an owner, and a row of its kind', concat_ws(' ', kind, id), concat_ws(' ', t, o.name, p.owner_id)
	  from things t full join (select * from inventory.objects where kind in ('host', 'group', 'inventory', 'template')) o using (kind, id)
	  full join (select * from people.objects where kind in ('host', 'group', 'inventory', 'template')) p using (kind, id)
	 where t is null or o.name is null or p.owner_id is null
	union all
	select 'a host stands for the machines that its name says', concat_ws(' ', 'host', host_id), name
	  from names full join (select name, host_id, true as kept from inventory.host_names) k using (name, host_id)
	 where kept is null or names is null
	union all
	select 'a host knows for how many machines it stands', concat_ws(' ', 'host', h.id), format('%s, should be %s', h.names, n.names)
	  from inventory.hosts h join (select host_id, count(distinct name) as names from names group by 1) n on n.host_id = h.id
	 where h.names <> n.names
	union all
	select 'the fleet knows each machine', concat_ws(' ', 'host', n.host_id), n.name
	  from inventory.host_names n where not exists (select from fate.hosts f where f.hostname = n.name)
	union all
	select 'a secret is sealed to a key that is there', concat_ws(' ', o.kind, o.id), s.key
	  from inventory.objects o, jsonb_each(o.sealed) s
	 where o.sealed <> '{}' and not exists (select from house.seal_keys k where to_jsonb(k.id) = s.value->'key')
	union all
	select 'a group holds hosts or groups, not both', concat_ws(' ', 'group', g.id), p.part_kind::text
	  from inventory.groups g join people.parts p on p.kind = 'group' and p.id = g.id
	 where (p.part_kind = 'group') <> g.children
$$;
