-- Making an inventory of what `ansible-inventory --list --export` says of a text:
--   {"_meta": {"hostvars": {host: vars}}, "all": {"vars", "children"}, "ungrouped": {"hosts"}, group: {"hosts", "children", "vars"}}
-- Secrets in it are sealed. Hosts in no group are the inventory's own; groups that are in no other are, too.

-- inventory.told_names(told) -> each host once.
create or replace function inventory.told_names(told jsonb) returns setof text
language plpgsql stable as $$
begin
	return query
		select jsonb_object_keys(told->'_meta'->'hostvars')
		union
		select h from jsonb_each(told - '_meta') g, jsonb_array_elements_text(g.value->'hosts') h;
end
$$;

-- inventory.told_hosts(told) -> each host once with its variables, in the order of names, what it is called here, as which type, and why
-- it may not be. Ansible's name of a group `ungrouped` is no group here: what it says of its hosts, they say themselves.
create or replace function inventory.told_hosts(told jsonb) returns table (host text, name text, type text, vars jsonb, error text)
language plpgsql stable as $$
begin
	return query
		-- Joined, not looked up: a JSON list is read from its begin each time.
		with said as materialized (
			select s.key as n, s.value as v from jsonb_each(told->'_meta'->'hostvars') s
		), lone as materialized (
			select distinct h as n, coalesce(told->'ungrouped'->'vars', '{}') as v from jsonb_array_elements_text(told->'ungrouped'->'hosts') h
		), known as (
			select n, case when n ~ '^[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*$' then '[' || n || ']' else n end as called,
			       coalesce(lone.v, '{}') || coalesce(said.v, '{}') as v
			  from inventory.told_names(told) named (n) left join said using (n) left join lone using (n)
		)
		-- Only a RANGE, be it of one, may have a `_` and no ansible_host.
		select k.n, k.called, case when e.as_host is null then 'HOST' else 'RANGE' end, k.v,
		       case when e.as_host is not null then inventory.name_error(k.called, 'RANGE', c.vars) end
		  from known k,
		       lateral (select inventory.vars_clear(k.v) as vars offset 0) c,
		       lateral (select inventory.name_error(k.called, 'HOST', c.vars) as as_host offset 0) e
		 order by k.called collate "C";
end
$$;

-- inventory.told_groups(told) -> each group once with its variables, its hosts and the groups in it. One that has both becomes two
-- here: the hosts are in a group NAME.hosts, in it.
create or replace function inventory.told_groups(told jsonb)
returns table (name text, children boolean, vars jsonb, hosts text[], groups text[])
language plpgsql stable as $$
begin
	return query
		with named as (
			select g.key as n, coalesce(g.value->'vars', '{}') as v,
			       array(select jsonb_array_elements_text(g.value->'hosts')) as h,
			       array(select jsonb_array_elements_text(g.value->'children')) as c
			  from jsonb_each(told - '{_meta,all,ungrouped}'::text[]) g
			union all
			-- One that nothing is said of but that it is there.
			select c, '{}', '{}', '{}' from (
				select distinct jsonb_array_elements_text(g.value->'children') as c from jsonb_each(told - '_meta') g) all_children
			 where not told ? c and c <> 'ungrouped'
		), ends as (
			-- A name without .hosts at its end, how often that stands there, and how often at most behind that name.
			select e.*, max(e.often) over (partition by e.stem) as most
			  from (select n, h, c, regexp_replace(n, '(\.hosts)+$', '') as stem, (length(n) - length(regexp_replace(n, '(\.hosts)+$', ''))) / 6 as often
			          from named) e
		), mixed as (
			-- Once more for each: `g` and `g.hosts` may both be mixed.
			select stem || repeat('.hosts', most + row_number() over (partition by stem order by n collate "C")::int) as extra, n, h
			  from ends where h <> '{}' and c <> '{}'
		)
		select n.n, n.c <> '{}', n.v, case when n.c = '{}' then n.h else '{}' end, n.c || array(select b.extra from mixed b where b.n = n.n)
		  from named n
		union all
		select b.extra, false, '{}', b.h, '{}' from mixed b
		 order by 1;
end
$$;

-- inventory.import(told, name, owner) -> the inventory's id, made with all its hosts and groups; all belong to that user. What is
-- told is good: inventory.import_error. The caller owns the rights.       fails  WE503 as inventory.vars_settled
create or replace function inventory.import(told jsonb, p_name text, p_owner bigint) returns bigint
language plpgsql as $$
declare
	made        bigint;
	hosts       text[];
	host_ids    bigint[];
	groups      text[];
	group_ids   bigint[];
	top         text[] := array(select jsonb_array_elements_text(told->'all'->'children'));
begin
	perform api.plan_for_many();
	perform inventory.must_be_current(inventory.told_keys(told));
	made := inventory.inventories_add(p_name, inventory.vars_clear(coalesce(told->'all'->'vars', '{}')),
	                                  inventory.vars_secret(coalesce(told->'all'->'vars', '{}')), p_owner);
	select coalesce(array_agg(h.host), '{}'),
	       inventory.hosts_add(array_agg(h.name), array_agg(h.type), array_agg(inventory.vars_clear(h.vars)),
	                           array_agg(inventory.vars_secret(h.vars)), p_owner)
	  into hosts, host_ids from inventory.told_hosts(told) h having count(*) > 0;
	select coalesce(array_agg(g.name), '{}'),
	       inventory.groups_add(array_agg(g.name), array_agg(g.children), array_agg(inventory.vars_clear(g.vars)),
	                            array_agg(inventory.vars_secret(g.vars)), p_owner)
	  into groups, group_ids from inventory.told_groups(told) g having count(*) > 0;
	perform people.parts_join(array(
		with h as materialized (select * from unnest(hosts, host_ids) u (name, id)),
		     g as materialized (select * from unnest(groups, group_ids) u (name, id)),
		     said as materialized (select g.id, t.hosts, t.groups from inventory.told_groups(told) t join g on g.name = t.name)
		select row('group', s.id, 'host', h.id)::people.parts from said s, unnest(s.hosts) n join h on h.name = n
		union all
		select row('group', s.id, 'group', g.id)::people.parts from said s, unnest(s.groups) n join g on g.name = n
		union all
		select row('inventory', made, 'group', g.id)::people.parts from unnest(top) n join g on g.name = n
		union all
		select row('inventory', made, 'host', h.id)::people.parts
		  from jsonb_array_elements_text(told->'ungrouped'->'hosts') n join h on h.name = n));
	return made;
end
$$;

-- inventory.told_vars(told) -> the variables of each host, group and of the inventory.
create or replace function inventory.told_vars(told jsonb) returns setof jsonb
language plpgsql stable as $$
begin
	return query
		select value from jsonb_each(told->'_meta'->'hostvars')
		union all
		select g.value->'vars' from jsonb_each(told - '_meta') g where g.value ? 'vars';
end
$$;

-- inventory.told_keys(told) -> {n: {"sealed", "key"}}: one secret for each key that some are sealed to.
create or replace function inventory.told_keys(told jsonb) returns jsonb
language plpgsql stable as $$
begin
	return (select coalesce(jsonb_object_agg(coalesce(s.value->>'key', ''), s.value), '{}')
	          from inventory.told_vars(told) v, jsonb_each(v) s
	         where s.value <> '"[~~ENCRYPTED~~]"' and s.key = any(inventory.secret_keys(v)));
end
$$;

-- inventory.told_machines(told) -> the names that the fleet has not heard of, in order.
create or replace function inventory.told_machines(told jsonb) returns text[]
language plpgsql stable as $$
begin
	return array(select distinct m collate "C" from inventory.told_hosts(told) h, unnest(inventory.names(h.name, h.type)) m
	              where not exists (select from fate.hosts f where f.hostname = m) order by 1);
end
$$;

-- inventory.import_error(told) -> the first thing in it that can't be made here, or null.
create or replace function inventory.import_error(told jsonb) returns text
language plpgsql stable as $$
begin
	return (with hosts as materialized (
		select * from inventory.told_hosts(told)
	), groups as materialized (
		select * from inventory.told_groups(told)
	)
	select coalesce(
		(select format('host %s...: Ensure this field has no more than 512 characters.', left(h.host, 60))
		   from hosts h where length(h.name) > 512 limit 1),
		(select 'host : This field may not be blank.' from hosts h where h.name = '' limit 1),
		(select format('host %s: %s', h.host, h.error) from hosts h where h.error is not null limit 1),
		(select format('group %s: Ansible forgets the hosts of no group, where `ungrouped` is a child.', g.key)
		   from jsonb_each(told - '{_meta,all}'::text[]) g where g.value->'children' ? 'ungrouped' limit 1),
		-- Ansible keeps what it is told to by tags of its own, which no text of ours would say again.
		(select format('variable %s: !vault and !unsafe can''t be kept.', v.key) from inventory.told_vars(told) t, jsonb_each(t) v
		  where v.value::text ~ '"__ansible_(vault|unsafe)": ' limit 1),
		(select format('group %s: Name must be Alphanumeric', g.name) from groups g where g.name !~ '^[a-zA-Z0-9._-]+$' limit 1),
		(select format('group %s...: Ensure this field has no more than 512 characters.', left(g.name, 60))
		   from groups g where length(g.name) > 512 limit 1),
		(select format('host %s: %s', h.host, inventory.vars_error(h.vars))
		   from hosts h where inventory.vars_error(h.vars) is not null limit 1),
		(select format('group %s: %s', g.key, inventory.vars_error(g.value->'vars'))
		   from jsonb_each(told - '_meta') g where inventory.vars_error(g.value->'vars') is not null limit 1)));
end
$$;
