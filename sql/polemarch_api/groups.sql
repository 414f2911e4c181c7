-- Groups of hosts or of groups (polemarch.txt Groups, polemarch-behaviour.md section 4).

-- polemarch_api.groups_list(req) -> a page of groups                                   GET /groups/
--   query  children; others as polemarch_api.objects_found; expand=owner, role, counts
create or replace function polemarch_api.groups_list(req jsonb) returns api.answer
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor text := people.must_be_signed_in(req);
	sort  boolean := polemarch_api.query_flag(req, 'children');
	total bigint;
	ids   bigint[];
begin
	select * into total, ids from polemarch_api.objects_found(req, 'group', case when sort is not null then array(
		select id from inventory.groups where children = sort) end);
	return polemarch_api.page(req, total, polemarch_api.group_rows(req, ids));
end
$$;

-- polemarch_api.groups_create(req) -> the group                                        POST /groups/
--   body   name (a random one), children: it is to hold groups (false: hosts), vars       fails  WE400
create or replace function polemarch_api.groups_create(req jsonb) returns api.answer
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor text  := people.must_be_signed_in(req);
	given jsonb := polemarch_api.group_fields(req);
	v     record;
	ids   bigint[];
begin
	v := inventory.vars_settled(given->'vars', '{}', '{}');
	perform people.rights_own();
	ids := inventory.groups_add(array[given->>'name'], array[(given->>'children')::boolean], array[v.vars], array[v.sealed],
	                            (req->>'actor')::bigint);
	perform polemarch_api.told(req, 'create', 'group', ids, given);
	return polemarch_api.created(req, '/groups/' || ids[1] || '/', polemarch_api.group_json(req, ids[1]));
end
$$;

-- polemarch_api.groups_get(req) -> the group with what it holds itself                 GET /groups/{id}/
--   query  expand=owner, role, counts; parts=no: without these       fails  WE404, WE403
create or replace function polemarch_api.groups_get(req jsonb) returns api.answer
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor text := people.must_be_signed_in(req);
	o     inventory.objects := polemarch_api.object_of_path(req, 'see', 'group');
begin
	return polemarch_api.ok(polemarch_api.group_json(req, o.id));
end
$$;

-- polemarch_api.groups_update(req) -> the group                                        PATCH, PUT /groups/{id}/
--   body   as for making one; children can't be changed any more; vars are all its variables       fails  WE404, WE403, WE400
create or replace function polemarch_api.groups_update(req jsonb) returns api.answer
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor text := people.must_be_signed_in(req);
	o     inventory.objects := polemarch_api.object_of_path(req, 'edit', 'group');
	given jsonb := polemarch_api.group_fields(req);          -- before the lock: who holds the rights makes all others wait
begin
	perform people.rights_own();
	o := polemarch_api.object_of_path(req, 'edit', 'group');
	if (given->>'children')::boolean <> (select children from inventory.groups where id = o.id) then
		perform polemarch_api.fail(400, '["Children not allowed to update."]'::jsonb);
	end if;
	o := polemarch_api.object_put(o, given);
	perform polemarch_api.told(req, 'update', 'group', array[o.id], given);
	return polemarch_api.ok(polemarch_api.group_json(req, o.id));
end
$$;

-- polemarch_api.groups_delete(req) -> nothing; what it holds stays                     DELETE /groups/{id}/
--   fails  WE404, WE403
create or replace function polemarch_api.groups_delete(req jsonb) returns api.answer
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor text := people.must_be_signed_in(req);
begin
	return polemarch_api.object_delete(req, 'group');
end
$$;

-- polemarch_api.group_fields(req) -> the body's fields of a group, cleaned.       fails  WE400
create or replace function polemarch_api.group_fields(req jsonb) returns jsonb
language plpgsql volatile as $$
declare
	given jsonb := polemarch_api.fields(req,
		polemarch_api.want('name', 'text', most => 512, otherwise => polemarch_api.new_name()),
		polemarch_api.want('children', 'flag', otherwise => 'false'),
		polemarch_api.want('vars', 'vars', otherwise => '{}'));
begin
	perform polemarch_api.must_be_well('Name must be Alphanumeric') where given->>'name' !~ '^[a-zA-Z0-9._-]*$';
	perform polemarch_api.must_be_well('The name _meta is Ansible''s own.') where given->>'name' = '_meta';
	return given;
end
$$;

-- polemarch_api.group_rows(req, ids) -> the members of these groups as lists show them, in that order.
create or replace function polemarch_api.group_rows(req jsonb, ids bigint[]) returns text[]
language plpgsql stable as $$
declare
	url text[] := polemarch_api.url_ends(req, '/groups');
begin
	if api.many(cardinality(ids)) then
		perform api.plan_for_many();
	end if;
	-- Each by its key, as polemarch_api.host_rows.
	return array(select '"id":' || g.id || ',"name":' || to_json(g.name)::text || ',"children":' || api.json(g.children)
	                    || coalesce(i.rights, '') || coalesce(i.counts, '') || ',"url":' || url[1] || g.id || url[2]
	               from unnest(ids, polemarch_api.rights_asked(req, 'group', ids), polemarch_api.counts_asked(req, 'group', ids))
	                    with ordinality i (id, rights, counts, n),
	                    lateral (select t.id, t.children, o.name from inventory.groups t join inventory.objects o on o.kind = 'group' and o.id = t.id
	                              where t.id = i.id limit 1) g
	              order by i.n);
end
$$;

create or replace function polemarch_api.group_json(req jsonb, p_id bigint) returns text
language plpgsql stable as $$
begin
	return (select '{"id":' || g.id || ',"name":' || api.json(o.name)
	               || polemarch_api.parts_json(req, 'group', g.id, 'host', 'group')
	               || ',"vars":' || inventory.vars_json(o.vars, o.sealed) || ',"children":' || api.json(g.children)
	               || polemarch_api.owner_asked(req, 'group', g.id) || polemarch_api.role_asked(req, 'group', g.id)
	               || coalesce((polemarch_api.counts_asked(req, 'group', array[g.id]))[1], '')
	               || ',"url":' || polemarch_api.url(req, '/groups/' || g.id || '/') || '}'
	          from inventory.groups g join inventory.objects o on o.kind = 'group' and o.id = g.id where g.id = p_id);
end
$$;
