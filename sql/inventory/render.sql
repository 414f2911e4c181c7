-- The text that Ansible is given for an inventory (polemarch-behaviour.md 5.1 and 5.2), and the same as YAML.
--
-- Whatever a variable holds, Ansible 2.14 reads back that value and nothing else. Its ini plugin splits the file where
-- Python's str.splitlines() would, the line of a host as a shell does, and takes a value for a Python literal if it is one,
-- else for text. So a string is written as it is only where all its characters are known to do no harm, else as a JSON
-- string, which Python and YAML read alike once what neither prints is escaped. (Characters beyond \uffff stay as they
-- are: Python would read JSON's two escapes as two characters.)
--
-- Names need little: they are checked when they are given (names.sql). Two groups of one name are one to Ansible, and so
-- are two hosts: of a variable that both have it takes the one that comes last.

-- ---- values ----

create or replace function inventory.with_escapes(p_json text) returns text
language plpgsql immutable as $$
declare
	escaped text := p_json;
	letter  text;
begin
	for letter in select distinct m[1] from regexp_matches(p_json, '[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]', 'g') m loop
		escaped := replace(escaped, letter, '\u' || lpad(to_hex(ascii(letter)), 4, '0'));
	end loop;
	return escaped;
end
$$;

-- inventory.escaped(JSON) -> the same, with escapes for what ends a line, or what YAML does not allow. JSON has these only
-- in its strings.
create or replace function inventory.escaped(p_json text) returns text
language sql immutable as $$
	select case when p_json ~ '[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]' then inventory.with_escapes(p_json) else p_json end
$$;

-- inventory.literal(JSON) -> the value as a Python literal.
create or replace function inventory.literal(p_json text) returns text
language plpgsql immutable as $$
begin
	p_json := inventory.with_fractions(p_json);
	if p_json ~ '^"' or p_json !~ 'null|true|false' then
		return inventory.escaped(p_json);
	end if;
	-- Strings stay; what stands between them has Python's words.
	return inventory.escaped((
		select string_agg(coalesce(m[1], replace(replace(replace(m[2], 'null', 'None'), 'true', 'True'), 'false', 'False')),
		                  '' order by n)
		  from regexp_matches(p_json, '("(?:[^"\\]|\\.)*")|([^"]+)', 'g') with ordinality t (m, n)));
end
$$;

-- inventory.is_plain(JSON) -> is it a string that stays text without its quotes? Nothing in it means anything to a shell, and
-- no Python literal begins so, but for three words; nor is an address one.
create or replace function inventory.is_plain(p_json text) returns boolean
language sql immutable as $$
	select p_json ~ '^"([A-Za-z/]|-[A-Za-z])[A-Za-z0-9_./:@%+,=~-]*"$' and length(p_json) <= 130 and p_json !~ 'None|True|False'
	       or p_json ~ '^"[0-9]{1,3}(\.[0-9]{1,3}){3}(/[0-9]{1,2})?"$'
$$;

-- inventory.section_value(JSON) -> how it stands in a section of variables: also single blanks do no harm there.
create or replace function inventory.section_value(p_json text) returns text
language sql immutable as $$
	select case when p_json ~ '^[0-9-]' then inventory.with_fractions(p_json)
	            when inventory.is_plain(replace(p_json, ' ', '_')) and p_json !~ ' [ "]' then btrim(p_json, '"')
	            else inventory.literal(p_json) end
$$;

-- inventory.host_value(JSON) -> how it stands on the line of a host: as one word of a shell's.
create or replace function inventory.host_value(p_json text) returns text
language sql immutable as $$
	select case when p_json ~ '^[0-9-]' then inventory.with_fractions(p_json)
	            when inventory.is_plain(p_json) then btrim(p_json, '"')
	            else '''' || replace(inventory.literal(p_json), '''', '''"''"''') || '''' end
$$;

-- inventory.yaml_value(JSON) -> how it stands in YAML, which wants to be told of a key of more than 1024 characters.
create or replace function inventory.with_long_keys(p_json text) returns text
language plpgsql immutable as $$
begin
	return (select string_agg(case when m[2] = ':' and length(m[1]) > 1000 then '? ' || m[1] || ' :' else concat(m[1], m[2], m[3]) end,
	                          '' order by n)
	          from regexp_matches(p_json, '("(?:[^"\\]|\\.)*")(:?)|([^"]+)', 'g') with ordinality t (m, n));
end
$$;
create or replace function inventory.yaml_value(p_json text) returns text
language sql immutable as $$
	select case when length(p_json) > 150 and p_json ~ '^[[{]' then inventory.with_long_keys(inventory.escaped(inventory.with_fractions(p_json)))
	            else inventory.escaped(inventory.with_fractions(p_json)) end
$$;

-- inventory.yaml_key(text) -> a name as it stands in YAML: as it is, unless it could be taken for something else.
create or replace function inventory.yaml_key(p_name text) returns text
language sql stable as $$
	select case when p_name ~ '^[A-Za-z_][A-Za-z0-9_.-]*$' and p_name !~* '^(y|n|yes|no|on|off|true|false|null)$'
	              or p_name ~ '^[0-9]{1,3}(\.[0-9]{1,3}){3}$' then p_name
	            else inventory.escaped(to_json(p_name)::text) end
$$;

-- ---- names and variables ----

create or replace function inventory.masks(p_sealed jsonb) returns jsonb
language plpgsql immutable as $$
begin
	return (select jsonb_object_agg(key, '[~~ENCRYPTED~~]'::text) from jsonb_object_keys(p_sealed) key);
end
$$;

-- inventory.masked(vars, sealed) -> all variables, without the secrets.
create or replace function inventory.masked(p_vars jsonb, p_sealed jsonb) returns jsonb
language sql immutable as $$
	select case when p_sealed = '{}' then p_vars else p_vars || inventory.masks(p_sealed) end
$$;

-- inventory.group_vars(vars) -> those of a group. Ansible drops the whole inventory for a priority that is no number; it has 1
-- where none is given.
create or replace function inventory.group_vars(p_vars jsonb) returns jsonb
language sql immutable as $$
	select case when p_vars ? 'ansible_group_priority' and jsonb_typeof(p_vars->'ansible_group_priority') not in ('number', 'boolean')
	             and coalesce(p_vars->>'ansible_group_priority', '') !~ '^[+-]?[0-9]{1,18}$'
	            then p_vars || '{"ansible_group_priority": 1}' else p_vars end
$$;

-- inventory.sections(inventory) -> the inventory itself, and the groups that it holds, directly or by others.
create or replace function inventory.sections(p_inventory bigint)
returns table (kind people.kind, id bigint, name text, children boolean, vars jsonb, sealed jsonb)
language plpgsql stable rows 5000 as $$
begin
	return query
		with recursive inside (kind, id) as (
			select 'inventory'::people.kind, p_inventory
			union
			select p.part_kind, p.part_id from inside i join people.parts p on p.kind = i.kind and p.id = i.id and p.part_kind = 'group'
		)
		select i.kind, i.id, o.name, g.children, o.vars, o.sealed
		  from inside i join inventory.objects o using (kind, id) left join inventory.groups g on i.kind = 'group' and g.id = i.id;
end
$$;

-- inventory.unsaid(inventory) -> names of groups, and of groups in them, of which Ansible can't be told that. To it all groups of
-- one name are one, and none may be in itself, directly or by others; `all` is in no group, and what is in `ungrouped` in no
-- other. As no circle leads through the groups themselves, one of names leads into a name that several have: there it is cut.
create or replace function inventory.unsaid(p_inventory bigint) returns table (name text, part text)
language plpgsql stable as $$
begin
	return query
		with recursive groups as materialized (
			select s.id, s.name from inventory.sections(p_inventory) s where s.kind = 'group'
		), edges as materialized (
			select distinct g.name, part.name as part
			  from groups g
			  join people.parts p on p.kind = 'group' and p.id = g.id and p.part_kind = 'group'
			  join groups part on part.id = p.part_id
		), below (top, name) as (
			select g.name, g.name from groups g group by g.name having count(*) > 1
			union
			select b.top, e.part from below b join edges e on e.name = b.name
		)
		select e.name, e.part from edges e where e.part in ('all', 'ungrouped')
		union
		select e.name, e.part from edges e join below b on b.top = e.part and b.name = e.name;
end
$$;

-- inventory.plan(inventory, only): for a large one, or many machines of it, plans are made that suit it. (In a small one it takes longer to
-- make them.)
create or replace function inventory.plan(p_inventory bigint, p_only text[] default null) returns void
language plpgsql stable as $$
begin
	if p_only is not null then
		perform api.plan_for_many();
	end if;
	if api.many(cardinality(p_only))
	   or api.many((select count(*) from (select from inventory.sections(p_inventory) s
	                                        join people.parts p on p.kind = s.kind and p.id = s.id limit 501) few)) then
		perform api.plan_for_many();
		-- Of what has just been imported the planner knows nothing, and would compare each row with each.
		perform set_config('enable_nestloop', 'off', true);
	end if;
end
$$;

-- ---- INI ----

-- inventory.mark(form, key, sealed): stands in the text where a sealed value does, for inventory.pieces. Nothing else
-- there is a control character.
create or replace function inventory.mark(p_form text, p_key text, p_sealed jsonb) returns text
language sql immutable as $$
	select E'\x01' || p_form || E'\x02' || p_key || E'\x02' || p_sealed::text || E'\x03'
$$;

-- inventory.ini(inventory, masked, only) -> its text, with masks or with marks for what is sealed; null: there is none.
--   only   names of machines: it has these and no other. A RANGE of which some are meant is written out.
create or replace function inventory.ini(p_inventory bigint, p_masked boolean, p_only text[] default null) returns text
language plpgsql stable as $$
begin
	perform inventory.plan(p_inventory, p_only);
	-- No function with a statement of its own is called for each row: with plan_for_many it would be planned each time.
	return (
		with unsaid as materialized (
			select * from inventory.unsaid(p_inventory)
		), sections as materialized (
			-- The inventory, which is all, and its groups.
			select o.kind, o.id, o.name, o.children,
			       (select string_agg(v.key || '=' || case when not o.sealed ? v.key then inventory.section_value(v.value::text)
			                                               when p_masked then '[~~ENCRYPTED~~]'
			                                               else inventory.mark('section', v.key, v.value) end || E'\n',
			                          '' order by inventory.key_rank(v.key) collate "C")
			          from jsonb_each(inventory.group_vars(o.vars) || o.sealed) v) as vars
			  from inventory.sections(p_inventory) o
		), held as materialized (
			select s.kind, s.id, p.part_id as host_id
			  from sections s join people.parts p on p.kind = s.kind and p.id = s.id and p.part_kind = 'host'
		), meant as materialized (
			-- names: those of a host that does not stand for these alone.
			select distinct host_id as id, null::text[] as names from held where p_only is null
			union all
			select d.id, case when count(o.name) < count(*)
			                  then array_agg(o.name order by length(o.name), o.name) filter (where o.name is not null) end
			  from (select distinct host_id as id from held where p_only is not null) d
			  join inventory.host_names n on n.host_id = d.id
			  left join (select distinct name from unnest(p_only) u (name)) o on o.name = n.name
			 group by d.id having count(o.name) > 0
		), hosts as materialized (
			-- Few names are no plain ones, and what begins like a section is quoted.
			select o.id, o.name, o.vars, o.sealed, d.names,
			       case when o.name !~ '\[' then o.name
			            else (select regexp_replace(inventory.host_pattern(o.name, h.type), '^(\[.*)$', '"\1"')
			                    from inventory.hosts h where h.id = o.id) end || ' ' as begin
			  from meant d join inventory.objects o on o.kind = 'host' and o.id = d.id
		), pairs as (
			-- Sorted all at once: a sort for each host costs more.
			select h.id, v.key || '=' || case when not h.sealed ? v.key then inventory.host_value(j.json)
			                                  when p_masked then '[~~ENCRYPTED~~]'
			                                  else inventory.mark('host', v.key, v.value) end as pair
			  from hosts h, jsonb_each(h.vars || h.sealed) v, lateral (select v.value::text offset 0) j (json)
			 order by h.id, inventory.key_rank(v.key) collate "C"
		), lines as materialized (
			select h.id, h.name, case when h.names is null then h.begin || coalesce(v.vars, '')
			                          else (select string_agg(n || ' ' || coalesce(v.vars, ''), E'\n' order by i)
			                                  from unnest(h.names) with ordinality u (n, i)) end as line
			  from hosts h left join (select id, string_agg(pair, ' ') as vars from pairs group by id) v using (id)
		), members (kind, id, lines) as (
			select h.kind, h.id, string_agg(l.line, E'\n' order by l.name collate "C", l.id)
			  from held h join lines l on l.id = h.host_id group by 1, 2
			union all
			select s.kind, s.id, string_agg(part.name, E'\n' order by part.name collate "C", part.id)
			  from sections s
			  join people.parts p on p.kind = s.kind and p.id = s.id and p.part_kind = 'group'
			  join inventory.objects part on part.kind = 'group' and part.id = p.part_id
			 where s.kind = 'group' and not exists (select from unsaid u where u.name = s.name and u.part = part.name)
			 group by 1, 2
		)
		select string_agg(
			case when s.kind = 'inventory'
			     then E'# Hosts \n' || coalesce(m.lines || E'\n', '') || E'\n'
			          || coalesce(E'# Global vars\n[all:vars]\n' || s.vars, E'\n') || E'\n# Groups '
			     else '[' || s.name || case when s.children then ':children' else '' end || E']\n'
			          || coalesce(m.lines, '') || E'\n\n' || coalesce(E'\n[' || s.name || E':vars]\n' || s.vars, '')
			end, E'\n' order by s.kind desc, s.children desc, s.id)
		  from sections s left join members m using (kind, id)
		 where exists (select from sections where kind = 'inventory'));
end
$$;

-- inventory.text(inventory) -> the text of an inventory, secrets masked; null: there is none.
create or replace function inventory.text(inventory_id bigint) returns text
language plpgsql stable as $$
begin
	return inventory.ini(inventory_id, true);
end
$$;

-- inventory.pieces(inventory, only) -> the same text, of all or of these machines only, cut where a secret has its place: n from 1; text,
-- and the secret that follows it, as it is sealed, with the variable's name; the last has none. Opened and written as a JSON string the
-- secret follows the text as it is where form is `section`; where it is `host`, in single quotes, with '"'"' for each of its own.
create or replace function inventory.pieces(inventory_id bigint, p_only text[] default null)
returns table (n bigint, text text, form text, key text, sealed jsonb)
language plpgsql stable as $$
begin
	return query
		with cut as materialized (
			-- MARK \x03 TEXT, the first without a mark.
			select p.n, split_part(p.piece, E'\x03', 1) as mark, split_part(p.piece, E'\x03', 2) as text
			  from string_to_table(E'\x03' || inventory.ini(inventory_id, false, p_only), E'\x01') with ordinality p (piece, n)
		)
		select t.n, t.text, split_part(m.mark, E'\x02', 1), split_part(m.mark, E'\x02', 2), split_part(m.mark, E'\x02', 3)::jsonb
		  from cut t left join cut m on m.n = t.n + 1
		 order by t.n;
end
$$;

-- ---- YAML ----

-- inventory.yaml_line(key, value) -> KEY: VALUE, after a line's end.
create or replace function inventory.yaml_line(p_key text, p_json text) returns text
language sql stable as $$
	select E'\n' || inventory.yaml_key(p_key) || ': ' || inventory.yaml_value(p_json)
$$;

-- inventory.indented(lines, n) -> the lines, each after a line's end, n blanks further in.
create or replace function inventory.indented(p_lines text, p_blanks int) returns text
language sql immutable as $$
	select replace(p_lines, E'\n', E'\n' || repeat(' ', p_blanks))
$$;

-- inventory.yaml(inventory) -> the same inventory as YAML, secrets masked; null: there is none. It is a tree of names, `all` at
-- the top; groups of one name are one, and are written out where they stand least deep. What is more than 32 levels down,
-- which not every reader of YAML would follow, is written out below `all`.
create or replace function inventory.yaml(inventory_id bigint) returns text
language plpgsql stable as $$
begin
	perform inventory.plan(inventory_id);
	return (
		with recursive inside as materialized (
			select s.kind, s.id, s.children, case s.kind when 'group' then s.name else 'all' end as name,
			       inventory.group_vars(inventory.masked(s.vars, s.sealed)) as vars
			  from inventory.sections(inventory_id) s
		), unsaid as materialized (
			select * from inventory.unsaid(inventory_id)
		), edges as materialized (
			select distinct i.name, part.name as part
			  from inside i
			  join people.parts p on p.kind = i.kind and p.id = i.id and p.part_kind = 'group'
			  join inventory.objects part on part.kind = 'group' and part.id = p.part_id and part.name <> i.name
			 where i.kind = 'inventory' or not exists (select from unsaid u where u.name = i.name and u.part = part.name)
		), down (name, level) as (
			select 'all', 0
			union
			select e.part, d.level + 1 from down d join edges e using (name) where d.level < 32
		), levels as materialized (
			select name, coalesce(min(d.level), 1) as level from inside left join down d using (name) group by name
		), links as materialized (
			-- Which name is mentioned where, and in which of these places it is written out.
			select e.name, e.part, row_number() over (partition by e.part order by p.level <> l.level - 1, e.name collate "C") = 1
			                       and p.level = l.level - 1 and e.part <> 'all' as here
			  from (select name, part from edges
			        union
			        select 'all', l.name from levels l where l.name <> 'all' and not exists (select from down d where d.name = l.name)) e
			  join levels p on p.name = e.name
			  join levels l on l.name = e.part
		), places (path, level, name, here) as (
			select array['all'], 0, 'all', true
			union all
			select p.path || l.part, p.level + 1, l.part, l.here
			  from places p join links l on l.name = p.name where p.here
		), hosts as materialized (
			select i.name, inventory.host_pattern(o.name, h.type) as pattern, min(o.name collate "C") as host,
			       array_agg(o.id order by o.name collate "C", o.id) as ids
			  from inside i
			  join people.parts p on p.kind = i.kind and p.id = i.id and p.part_kind = 'host'
			  join inventory.objects o on o.kind = 'host' and o.id = p.part_id
			  join inventory.hosts h on h.id = p.part_id
			 group by 1, 2
		), variables (ids, vars) as (
			-- Of several hosts of one name: those of all.
			select d.ids, case when cardinality(d.ids) = 1
			       then (select inventory.masked(o.vars, o.sealed) from inventory.objects o where o.kind = 'host' and o.id = d.ids[1])
			       else (select jsonb_object_agg(v.key, v.value order by array_position(d.ids, o.id))
			               from inventory.objects o, jsonb_each(inventory.masked(o.vars, o.sealed)) v
			              where o.kind = 'host' and o.id = any(d.ids)) end
			  from (select distinct ids from hosts) d
		), machines as materialized (
			select m.ids, (select string_agg(inventory.yaml_line(v.key, v.value::text), '' order by inventory.key_rank(v.key) collate "C")
			                 from jsonb_each(m.vars) v) as vars
			  from variables m
		), host_blocks as (
			select h.name, string_agg(E'\n' || inventory.yaml_key(h.pattern) || ':' || coalesce(inventory.indented(m.vars, 2), ' {}'),
			                          '' order by h.host collate "C") as lines
			  from hosts h join machines m using (ids) group by h.name
		), var_blocks as (
			select n.name, string_agg(inventory.yaml_line(v.key, v.value::text), '' order by inventory.key_rank(v.key) collate "C") as lines
			  from (select i.name, jsonb_object_agg(v.key, v.value order by i.kind desc, i.children desc, i.id) as vars
			          from inside i, jsonb_each(i.vars) v group by i.name) n, jsonb_each(n.vars) v
			 group by n.name
		), nodes as (
			select l.name, E'\n  hosts:' || inventory.indented(h.lines, 4) as hosts,
			       E'\n  vars:' || inventory.indented(v.lines, 4) as vars,
			       case when exists (select from links k where k.name = l.name) then E'\n  children:' end as children
			  from levels l left join host_blocks h using (name) left join var_blocks v using (name)
		)
		select string_agg(repeat(' ', 4 * p.level) || inventory.yaml_key(p.name) || ':'
		                  || case when p.here then coalesce(nullif(inventory.indented(concat(n.hosts, n.vars, n.children), 4 * p.level), ''),
		                                                    ' {}')
		                          else ' {}' end || E'\n', '' order by p.path collate "C")
		  from places p join nodes n using (name)
		 where exists (select from inside where kind = 'inventory'));
end
$$;
