-- What hosts, groups, inventories and templates have in common: lists with their filters (polemarch-behaviour.md sections 1.7
-- and 15.2), and what is shown of an owner.

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

-- polemarch_api.objects_found(req, kind, those) -> how many of them the actor sees that the filters take, and the ids of this
-- page, ascending.
--   query  id, id__not, name, name__not (parts of it), variables, limit, offset
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
	page_from  bigint   := polemarch_api.offset(req);
	page_size  bigint   := polemarch_api.limit(req);
	found      bigint[];
begin
	if num_nonnulls(those, among, but, part, part_not, wanted) = 0 then
		total := people.visible_count(principals, p_kind);
		ids := people.visible_page(principals, p_kind, page_size, page_from);
		return;
	end if;
	-- Planned for what was asked: a filter that is not there costs nothing, one that is may have an index.
	perform api.plan_for_many();
	found := array(
		select o.id from inventory.objects o
		 where o.kind = p_kind
		   and (those is null or o.id = any(those)) and (among is null or o.id = any(among)) and (but is null or o.id <> all(but))
		   and (part is null or o.name like part) and (part_not is null or o.name not like part_not)
		   and (wanted is null or o.pairs @> wanted)
		   and (0 = any(principals) or exists (select from people.visible v where v.principal = any(principals) and v.kind = p_kind and v.id = o.id))
		 order by o.id);
	total := cardinality(found);
	ids := array(select unnest(found) limit page_size offset page_from);
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
	perform people.audited(req, verb, p_kind::text, ids, inventory.vars_told(details)),
	        outbox.changed(case p_kind when 'host' then 'inventoryhost' else p_kind::text end, ids);
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
