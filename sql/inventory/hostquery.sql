-- What inventories say about machines of the fleet, for host queries (fate/hostquery.sql): only what the one who asks sees, and
-- no secret. `op` and `value` are as fate.fits has them.

-- inventory.machines(hosts) -> ids of the fleet's hosts that these stand for, ascending.
create or replace function inventory.machines(p_hosts bigint[]) returns bigint[]
language plpgsql stable as $$
begin
	return array(select distinct f.id from unnest(p_hosts) h
	               join inventory.host_names n on n.host_id = h
	               join fate.hosts f on f.hostname = n.name order by 1);
end
$$;

-- inventory.machines_in_groups(principals, op, value) -> ids of the fleet's hosts in groups with such a name, or in groups of
-- these.
create or replace function inventory.machines_in_groups(p_principals bigint[], op text, value text) returns bigint[]
language plpgsql stable as $$
declare
	groups bigint[] := array(select o.id from inventory.objects o
	                          where o.kind = 'group' and fate.fits(o.name, op, value)
	                            and o.id in (select v from people.visible_ids(p_principals, 'group') v));
begin
	if groups = '{}' then
		return groups;
	end if;
	return inventory.machines(array(select distinct p.part_id
	                                  from unnest(inventory.groups_below(groups)) g
	                                  join people.parts p on p.kind = 'group' and p.id = g and p.part_kind = 'host'));
end
$$;

-- inventory.machines_with(principals, key, op, value) -> ids of the fleet's hosts for which this variable has such a value. What
-- a host says itself counts before what its groups say, a group before those it is in, and these before the inventory.
create or replace function inventory.machines_with(p_principals bigint[], p_key text, op text, value text) returns bigint[]
language plpgsql stable as $$
begin
	return inventory.machines(array(
		with recursive said as materialized (
			select o.kind, o.id, fate.fits(inventory.word(o.vars->p_key), op, value) as fits
			  from inventory.objects o
			 where o.pairs @> array[p_key]
			   and exists (select from people.visible v where v.principal = any(p_principals) and v.kind = o.kind and v.id = o.id)
		), of_group as (
			select id as part_id, fits from said where kind = 'group'
			union
			select p.part_id, g.fits
			  from of_group g join people.parts p on p.kind = 'group' and p.id = g.part_id and p.part_kind = 'group'
			 where p.part_id not in (select id from said where kind = 'group')
		), by_group as (
			select p.part_id as id, bool_or(g.fits) as fits
			  from of_group g join people.parts p on p.kind = 'group' and p.id = g.part_id and p.part_kind = 'host' group by 1
		), of_inventory as (
			select p.part_kind, p.part_id, s.fits
			  from said s join people.parts p on p.kind = 'inventory' and p.id = s.id where s.kind = 'inventory'
			union
			select p.part_kind, p.part_id, i.fits
			  from of_inventory i join people.parts p on p.kind = 'group' and p.id = i.part_id where i.part_kind = 'group'
		)
		select id from said where kind = 'host' and fits
		union
		select id from by_group g
		 where g.fits and not exists (select from said s where s.kind = 'host' and s.id = g.id)
		union
		select part_id from of_inventory i
		 where i.part_kind = 'host' and i.fits and not exists (select from said s where s.kind = 'host' and s.id = i.part_id)
		   and not exists (select from by_group g where g.id = i.part_id)));
end
$$;

-- inventory.groups_found(principals, part, most) -> names of at most so many groups that they see: those that begin so, then those that
-- contain it, in any case; of a thousand.
create or replace function inventory.groups_found(p_principals bigint[], part text, most int) returns text[]
language plpgsql stable as $$
begin
	return array(select name
	               -- offset 0: of groups alone, for the trigrams are those of hosts as well.
	               from (select o.name from (select id, name from inventory.objects where kind = 'group' offset 0) o
	                      where o.name ilike api.containing(part)
	                        and exists (select from people.visible v
	                                     where v.principal = any(p_principals) and v.kind = 'group' and v.id = o.id)
	                      limit 1000) g
	              group by name order by not starts_with(lower(name), lower(part)), name limit most);
end
$$;
