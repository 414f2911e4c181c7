-- Inventories: what Ansible is told (polemarch.txt Inventories, polemarch-behaviour.md section 5).

-- polemarch_api.inventories_list(req) -> a page of inventories                         GET /inventories/
--   query  as polemarch_api.objects_found; expand=owner, role, counts
create or replace function polemarch_api.inventories_list(req jsonb) returns api.answer
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor text := people.must_be_signed_in(req);
	total bigint;
	ids   bigint[];
begin
	select * into total, ids from polemarch_api.objects_found(req, 'inventory', null);
	return polemarch_api.page(req, total, polemarch_api.inventory_rows(req, ids));
end
$$;

-- polemarch_api.inventories_create(req) -> the inventory                               POST /inventories/
--   body   name (a random one), vars       fails  WE400
create or replace function polemarch_api.inventories_create(req jsonb) returns api.answer
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor text  := people.must_be_signed_in(req);
	given jsonb := polemarch_api.inventory_fields(req);
	v     record;
	made  bigint;
begin
	v := inventory.vars_settled(given->'vars', '{}', '{}');
	perform people.rights_own();
	made := inventory.inventories_add(given->>'name', v.vars, v.sealed, (req->>'actor')::bigint);
	perform polemarch_api.told(req, 'create', 'inventory', array[made], given);
	return polemarch_api.created(req, '/inventories/' || made || '/', polemarch_api.inventory_json(req, made));
end
$$;

-- polemarch_api.inventories_get(req) -> the inventory                                  GET /inventories/{id}/
--   its own hosts, and all groups, also those in groups
--   query  expand=owner, role, counts; parts=no: without these       fails  WE404, WE403
create or replace function polemarch_api.inventories_get(req jsonb) returns api.answer
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor text := people.must_be_signed_in(req);
	o     inventory.objects := polemarch_api.object_of_path(req, 'see', 'inventory');
begin
	return polemarch_api.ok(polemarch_api.inventory_json(req, o.id));
end
$$;

-- polemarch_api.inventories_update(req) -> the inventory                               PATCH, PUT /inventories/{id}/
--   body   as for making one; vars are all its variables       fails  WE404, WE403, WE400
create or replace function polemarch_api.inventories_update(req jsonb) returns api.answer
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor text := people.must_be_signed_in(req);
	o     inventory.objects := polemarch_api.object_of_path(req, 'edit', 'inventory');
	given jsonb := polemarch_api.inventory_fields(req);          -- before the lock: who holds the rights makes all others wait
begin
	perform people.rights_own();
	o := polemarch_api.object_of_path(req, 'edit', 'inventory');
	o := polemarch_api.object_put(o, given);
	perform polemarch_api.told(req, 'update', 'inventory', array[o.id], given);
	return polemarch_api.ok(polemarch_api.inventory_json(req, o.id));
end
$$;

-- polemarch_api.inventories_delete(req) -> nothing; what it holds stays                DELETE /inventories/{id}/
--   fails  WE404, WE403
create or replace function polemarch_api.inventories_delete(req jsonb) returns api.answer
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor text := people.must_be_signed_in(req);
begin
	return polemarch_api.object_delete(req, 'inventory');
end
$$;

-- polemarch_api.inventory_fields(req) -> the body's fields of an inventory, cleaned.       fails  WE400
create or replace function polemarch_api.inventory_fields(req jsonb) returns jsonb
language plpgsql volatile as $$
begin
	return polemarch_api.fields(req,
		polemarch_api.want('name', 'line', most => 512, otherwise => polemarch_api.new_name()),
		polemarch_api.want('vars', 'vars', otherwise => '{}'));
end
$$;

-- polemarch_api.inventory_rows(req, ids) -> the members of these inventories as lists show them, in that order.
create or replace function polemarch_api.inventory_rows(req jsonb, ids bigint[]) returns text[]
language plpgsql stable as $$
declare
	url text[] := polemarch_api.url_ends(req, '/inventories');
begin
	return array(select '"id":' || o.id || ',"name":' || to_json(o.name)::text || coalesce(i.rights, '') || coalesce(i.counts, '')
	                    || ',"url":' || url[1] || o.id || url[2]
	               from unnest(ids, polemarch_api.rights_asked(req, 'inventory', ids), polemarch_api.counts_asked(req, 'inventory', ids))
	                    with ordinality i (id, rights, counts, n)
	               join inventory.objects o on o.kind = 'inventory' and o.id = i.id
	              order by i.n);
end
$$;

-- polemarch_api.inventory_parts(req, id) -> the members hosts and groups of an inventory.
create or replace function polemarch_api.inventory_parts(req jsonb, p_id bigint) returns text
language plpgsql stable as $$
declare
	hosts  bigint[] := array(select h from unnest(inventory.parts_of('inventory', p_id, 'host')) h,
	                                lateral (select name from inventory.objects where kind = 'host' and id = h limit 1) o
	                          order by o.name collate "C", h);
	groups bigint[] := array(select g.id from unnest(inventory.groups_below(inventory.parts_of('inventory', p_id, 'group'))) b
	                           join inventory.groups g on g.id = b order by g.children desc, g.id);
begin
	return ',"hosts":' || api.objects_list(polemarch_api.host_rows(polemarch_api.unasked(req), hosts))
	       || ',"groups":' || api.objects_list(polemarch_api.group_rows(polemarch_api.unasked(req), groups));
end
$$;

create or replace function polemarch_api.inventory_json(req jsonb, p_id bigint) returns text
language plpgsql stable as $$
begin
	return (select '{"id":' || o.id || ',"name":' || api.json(o.name)
	               || case when polemarch_api.parts_asked(req) then polemarch_api.inventory_parts(req, o.id) else '' end
	               || ',"vars":' || inventory.vars_json(o.vars, o.sealed)
	               || polemarch_api.owner_asked(req, 'inventory', o.id) || polemarch_api.role_asked(req, 'inventory', o.id)
	               || coalesce((polemarch_api.counts_asked(req, 'inventory', array[o.id]))[1], '')
	               || ',"url":' || polemarch_api.url(req, '/inventories/' || o.id || '/') || '}'
	          from inventory.objects o where o.kind = 'inventory' and o.id = p_id);
end
$$;
