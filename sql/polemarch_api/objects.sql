-- What hosts, groups, inventories and templates have in common: lists with their filters (polemarch-behaviour.md sections 1.7
-- and 15.2), and what `?expand=` adds to each.

-- polemarch_api.pairs(req) -> what the parameter `variables=KEY:VALUE,KEY:VALUE` asks for, as inventory.pairs has it; null: nothing.
-- Of a key that comes twice the last counts.       fails  WE400
create or replace function polemarch_api.pairs(req jsonb) returns text[]
language plpgsql stable as $$
declare
	words text[] := string_to_array(polemarch_api.query(req, 'variables'), ',');
begin
	if exists (select from unnest(words) w where w not like '%:%') then
		perform polemarch_api.fail(400, '{"detail": "list index out of range", "error_type": "IndexError"}'::jsonb);
	end if;
	return case when words is not null then array(
		-- A key with a `=` is none that anything has.
		select distinct on (key) case when key like '%=%' then '=' else inventory.pair(key, value) end
		  from unnest(words) with ordinality u (w, n),
		       lateral (select split_part(w, ':', 1) as key, substr(w, strpos(w, ':') + 1) as value) p
		 order by key, n desc) end;
end
$$;

-- polemarch_api.held(req, kind) -> what of that kind is in the inventory, the group and the project that the query names, itself, by id;
-- null: it names none. In what the actor does not see there is nothing.
create or replace function polemarch_api.held(req jsonb, p_kind people.kind) returns bigint[]
language plpgsql stable as $$
declare
	holder people.kind;
	asked  bigint;
	parts  bigint[];
	held   bigint[];
begin
	foreach holder in array case when p_kind in ('host', 'group') then '{inventory,group,project}'
	                             when p_kind = 'inventory' then '{project}' else '{}' end::people.kind[] loop
		asked := polemarch_api.query_id(req, holder::text);
		continue when asked is null;
		parts := case when people.may((req->>'actor')::bigint, 'see', holder, asked) then inventory.parts_of(holder, asked, p_kind)
		              else '{}'::bigint[] end;
		held := case when held is null then parts else array(select unnest(held) intersect select unnest(parts) order by 1) end;
	end loop;
	return held;
end
$$;

-- polemarch_api.objects_found(req, kind, those) -> how many of them the actor sees that the filters take, and the ids of this
-- page, in order.
--   query  id, id__not, name, name__not (parts of it), variables; inventory, group, project (polemarch_api.held); ordering (id, name,
--          -name), limit, offset
--   those  only these; null: all       fails  WE400
create or replace function polemarch_api.objects_found(req jsonb, p_kind people.kind, those bigint[], out total bigint, out ids bigint[])
language plpgsql stable as $$
declare
	principals bigint[] := people.principals((req->>'actor')::bigint);
	among      bigint[] := polemarch_api.ids(req, 'id');
	but        bigint[] := polemarch_api.ids(req, 'id__not');
	part       text     := api.containing(polemarch_api.query(req, 'name'));
	part_not   text     := api.containing(polemarch_api.query(req, 'name__not'));
	wanted     text[]   := polemarch_api.pairs(req);
	held       bigint[] := polemarch_api.held(req, p_kind);
	-- Who sees something sees what is in it.
	all_seen   boolean  := held is not null or 0 = any(principals);
	sorting    text     := polemarch_api.query(req, 'ordering');
	by_name    boolean  := coalesce(sorting in ('name', '-name'), false);
	page_from  bigint   := polemarch_api.offset(req);
	page_size  bigint   := polemarch_api.limit(req);
begin
	if not by_name and num_nonnulls(those, among, but, part, part_not, wanted) = 0 then
		if held is not null then
			total := cardinality(held);
			ids := array(select unnest(held) limit page_size offset page_from);
		else
			total := people.visible_count(principals, p_kind);
			ids := people.visible_page(principals, p_kind, page_size, page_from);
		end if;
		return;
	end if;
	-- Planned for what was asked: a filter that is not there costs nothing, one that is may have an index.
	perform api.plan_for_many();
	with found as materialized (
		select o.id, case when by_name then o.name end collate "C" as name from inventory.objects o
		 where o.kind = p_kind
		   and (those is null or o.id = any(those)) and (held is null or o.id = any(held))
		   and (among is null or o.id = any(among)) and (but is null or o.id <> all(but))
		   and (part is null or o.name like part) and (part_not is null or o.name not like part_not)
		   and (wanted is null or o.pairs @> wanted)
		   and (all_seen or exists (select from people.visible v where v.principal = any(principals) and v.kind = p_kind and v.id = o.id))
	)
	select (select count(*) from found),
	       array(select f.id from found f
	              order by case when sorting = 'name' then f.name end, case when sorting = '-name' then f.name end desc, f.id
	              limit page_size offset page_from)
	  into total, ids;
end
$$;

-- polemarch_api.object_of_path(req, verb, kind) -> the object that the path names, with which the actor may do that.
--   fails  WE404, WE403
create or replace function polemarch_api.object_of_path(req jsonb, verb text, p_kind people.kind) returns inventory.objects
language plpgsql stable as $$
declare
	o inventory.objects;
begin
	perform polemarch_api.must(req, verb, p_kind, api.path_id(req, 'id'));
	select * into o from inventory.objects where kind = p_kind and id = api.path_id(req, 'id');
	return o;
end
$$;

-- polemarch_api.object_put(object, given) -> the object with the name and variables that were sent, stored. Read again, and held:
-- meanwhile moirai-db rekey may have sealed its secrets anew.
create or replace function polemarch_api.object_put(o inventory.objects, given jsonb) returns inventory.objects
language plpgsql as $$
begin
	select * into o from inventory.objects where kind = o.kind and id = o.id for update;
	o.name := coalesce(given->>'name', o.name);
	if given ? 'vars' then
		select s.vars, s.sealed into o.vars, o.sealed from inventory.vars_settled(given->'vars', o.vars, o.sealed) s;
	end if;
	update inventory.objects set name = o.name, vars = o.vars, sealed = o.sealed where kind = o.kind and id = o.id;
	return o;
end
$$;

-- polemarch_api.object_delete(req, kind) -> nothing: the object that the path names is gone.       fails  WE404, WE403
create or replace function polemarch_api.object_delete(req jsonb, p_kind people.kind) returns api.answer
language plpgsql as $$
declare
	o inventory.objects;
begin
	perform people.rights_own();
	o := polemarch_api.object_of_path(req, 'delete', p_kind);
	perform inventory.objects_delete(p_kind, array[o.id]),
	        polemarch_api.told(req, 'delete', p_kind, array[o.id], jsonb_build_object('name', o.name));
	return polemarch_api.gone();
end
$$;

-- polemarch_api.told(req, verb, kind, ids, details): the audit, and who watches the page, are told of it.
create or replace function polemarch_api.told(req jsonb, verb text, p_kind people.kind, ids bigint[], details jsonb default '{}') returns void
language plpgsql as $$
begin
	perform people.audited(req, verb, p_kind::text, ids, inventory.vars_told(details)), polemarch_api.noticed(p_kind, ids);
end
$$;

-- polemarch_api.noticed(kind, ids): who watches the page is told that these are no longer as they were.
create or replace function polemarch_api.noticed(p_kind people.kind, ids bigint[]) returns void
language plpgsql as $$
begin
	perform outbox.changed(case p_kind when 'host' then 'inventoryhost' else p_kind::text end, ids);
end
$$;

-- polemarch_api.new_name() -> what a thing is called that is given no name.
create or replace function polemarch_api.new_name() returns jsonb
language sql volatile as $$
	select to_jsonb(gen_random_uuid()::text)
$$;

-- polemarch_api.is_asked(req, member) -> does `?expand=MEMBER,MEMBER` ask for what the document does not show?
create or replace function polemarch_api.is_asked(req jsonb, member text) returns boolean
language sql immutable as $$
	select coalesce(member = any(polemarch_api.words(req, 'expand')), false)
$$;

-- polemarch_api.owner_asked(req, kind, id) -> the member `owner` where `?expand=owner` asks for it: the document shows none.
create or replace function polemarch_api.owner_asked(req jsonb, p_kind people.kind, p_id bigint) returns text
language plpgsql stable as $$
begin
	return case when polemarch_api.is_asked(req, 'owner') then ',"owner":' || polemarch_api.owner_json(req, p_kind, p_id) else '' end;
end
$$;

-- polemarch_api.role_asked(req, kind, id) -> the member `role` where `?expand=role` asks for it: the actor's own.
create or replace function polemarch_api.role_asked(req jsonb, p_kind people.kind, p_id bigint) returns text
language plpgsql stable as $$
begin
	return case when polemarch_api.is_asked(req, 'role')
	            then ',"role":' || coalesce('"' || people.role_of((req->>'actor')::bigint, p_kind, p_id) || '"', 'null') else '' end;
end
$$;

-- polemarch_api.rights_asked(req, kind, ids) -> of each of these, at its place, the members `owner` and `role` that `?expand=` adds to rows
-- of lists; null: it asks for none.
create or replace function polemarch_api.rights_asked(req jsonb, p_kind people.kind, ids bigint[]) returns text[]
language plpgsql stable as $$
declare
	with_owner boolean := polemarch_api.is_asked(req, 'owner');
	with_role  boolean := polemarch_api.is_asked(req, 'role');
	roles      people.role[];
begin
	if not with_owner and not with_role then
		return null;
	elsif with_role then
		roles := people.roles_of((req->>'actor')::bigint, p_kind, ids);
	end if;
	return array(
		select case when with_owner then ',"owner":{"id":' || u.id || ',"username":' || api.json(u.username) || '}' else '' end
		       || case when with_role then ',"role":' || coalesce('"' || r || '"', 'null') else '' end
		  from unnest(ids, roles) with ordinality i (id, r, n)
		  left join lateral (select owner_id from people.objects where kind = p_kind and id = i.id limit 1) o on true
		  left join people.users u on u.id = o.owner_id
		 order by i.n);
end
$$;

-- polemarch_api.parts_asked(req) -> are the lists of what it holds to be shown of it? Not with `?parts=no`.
create or replace function polemarch_api.parts_asked(req jsonb) returns boolean
language sql immutable as $$
	select polemarch_api.query(req, 'parts') is distinct from 'no'
$$;

-- polemarch_api.parts_json(req, kind, id, part_kinds) -> the members that list what of these kinds it holds itself, by id; none with
-- `?parts=no`.
create or replace function polemarch_api.parts_json(req jsonb, p_kind people.kind, p_id bigint, variadic part_kinds people.kind[])
returns text
language plpgsql stable as $$
begin
	return case when polemarch_api.parts_asked(req) then (
		select string_agg(',"' || polemarch_api.plural(k) || '":' || api.objects_list(
		           polemarch_api.rows_of(polemarch_api.unasked(req), k, inventory.parts_of(p_kind, p_id, k))), '' order by n)
		  from unnest(part_kinds) with ordinality u (k, n)) else '' end;
end
$$;

-- polemarch_api.rows_of(req, kind, ids) -> as lists of hosts, groups or inventories show these.
create or replace function polemarch_api.rows_of(req jsonb, p_kind people.kind, ids bigint[]) returns text[]
language plpgsql stable as $$
begin
	return case p_kind when 'host' then polemarch_api.host_rows(req, ids) when 'group' then polemarch_api.group_rows(req, ids)
	                   when 'inventory' then polemarch_api.inventory_rows(req, ids) end;
end
$$;

-- polemarch_api.unasked(req) -> the request without `?expand=`, which is not of what is shown within something else.
create or replace function polemarch_api.unasked(req jsonb) returns jsonb
language sql immutable as $$
	select req #- '{query,expand}'
$$;

-- polemarch_api.counts_asked(req, kind, ids) -> of each of these, at its place, the member `counts` where `?expand=counts` asks for it: how
-- many hosts and groups it holds itself, and how many machines it means; null: it does not.
create or replace function polemarch_api.counts_asked(req jsonb, p_kind people.kind, ids bigint[]) returns text[]
language plpgsql stable as $$
declare
	machines bigint[];
begin
	if not polemarch_api.is_asked(req, 'counts') then
		return null;
	end if;
	machines := inventory.machines_counted(p_kind, ids, case when cardinality(ids) = 1 then 1000000 else 200000 end);
	return array(
		select ',"counts":{"hosts":' || c.hosts || ',"groups":' || c.groups || ',"machines":' || coalesce(m::text, 'null') || '}'
		  from unnest(ids, machines) with ordinality i (id, m, n),
		       lateral (select count(*) filter (where p.part_kind = 'host') as hosts, count(*) filter (where p.part_kind = 'group') as groups
		                  from people.parts p where p.kind = p_kind and p.id = i.id) c
		 order by i.n);
end
$$;

-- polemarch_api.names_seen(req, kind, ids) -> the names of these, each at its place; null: the actor does not see it, or there is none.
create or replace function polemarch_api.names_seen(req jsonb, p_kind people.kind, ids bigint[]) returns text[]
language plpgsql stable as $$
declare
	principals bigint[] := people.principals((req->>'actor')::bigint);
begin
	if api.many(cardinality(ids)) then
		perform api.plan_for_many();
	end if;
	return array(
		select case when exists (select from people.visible v where v.principal = any(principals) and v.kind = p_kind and v.id = i.id)
		            then o.name end
		  from unnest(ids) with ordinality i (id, n)
		  left join lateral (select name from inventory.objects where kind = p_kind and id = i.id limit 1) o on true
		 order by i.n);
end
$$;
