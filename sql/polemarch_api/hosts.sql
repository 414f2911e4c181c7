-- Hosts of the inventory (polemarch.txt Hosts, polemarch-behaviour.md section 3).

-- polemarch_api.hosts_list(req) -> a page of hosts                                     GET /hosts/
--   query  type; others as polemarch_api.objects_found; expand=owner, role
create or replace function polemarch_api.hosts_list(req jsonb) returns api.answer
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor text := people.must_be_signed_in(req);
	sort  text := polemarch_api.query(req, 'type');
	total bigint;
	ids   bigint[];
begin
	select * into total, ids from polemarch_api.objects_found(req, 'host', case when sort is not null then array(
		select id from inventory.hosts where type = sort) end);
	return polemarch_api.page(req, total, polemarch_api.host_rows(req, ids));
end
$$;

-- polemarch_api.hosts_create(req) -> the host                                          POST /hosts/
--   body   name (a random one), type HOST or RANGE (HOST), vars. The machines that it stands for are hosts of the fleet, made
--          where they are new.       fails  WE400, WE415 unknown type
create or replace function polemarch_api.hosts_create(req jsonb) returns api.answer
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor text  := people.must_be_signed_in(req);
	given jsonb := polemarch_api.host_fields(req);
	v     record;
	ids   bigint[];
begin
	v := inventory.vars_settled(given->'vars', '{}', '{}');
	perform polemarch_api.must_be_host(given->>'name', given->>'type', v.vars);
	perform people.rights_own();
	ids := inventory.hosts_add(array[given->>'name'], array[given->>'type'], array[v.vars], array[v.sealed], (req->>'actor')::bigint);
	perform polemarch_api.told(req, 'create', 'host', ids, given);
	return polemarch_api.created(req, '/hosts/' || ids[1] || '/', polemarch_api.host_json(req, ids[1]));
end
$$;

-- polemarch_api.hosts_get(req) -> the host                                             GET /hosts/{id}/
--   query  expand=owner, role       fails  WE404, WE403
create or replace function polemarch_api.hosts_get(req jsonb) returns api.answer
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor text := people.must_be_signed_in(req);
	o     inventory.objects := polemarch_api.object_of_path(req, 'see', 'host');
begin
	return polemarch_api.ok(polemarch_api.host_json(req, o.id));
end
$$;

-- polemarch_api.hosts_update(req) -> the host                                          PATCH, PUT /hosts/{id}/
--   body   as for making one; vars are all its variables       fails  WE404, WE403, WE400, WE415
create or replace function polemarch_api.hosts_update(req jsonb) returns api.answer
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor text := people.must_be_signed_in(req);
	o     inventory.objects := polemarch_api.object_of_path(req, 'edit', 'host');
	given jsonb := polemarch_api.host_fields(req);          -- before the lock: who holds the rights makes all others wait
	types text;
begin
	perform people.rights_own();
	o := polemarch_api.object_of_path(req, 'edit', 'host');
	o := polemarch_api.object_put(o, given);
	update inventory.hosts set type = coalesce(given->>'type', type) where id = o.id returning type into types;
	perform polemarch_api.must_be_host(o.name, types, o.vars);
	perform inventory.host_names_put(array[o.id]) where given ?| '{name,type}';
	perform polemarch_api.told(req, 'update', 'host', array[o.id], given);
	return polemarch_api.ok(polemarch_api.host_json(req, o.id));
end
$$;

-- polemarch_api.hosts_delete(req) -> nothing                                           DELETE /hosts/{id}/
--   It leaves all that it was in; the fleet's hosts stay.       fails  WE404, WE403
create or replace function polemarch_api.hosts_delete(req jsonb) returns api.answer
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor text := people.must_be_signed_in(req);
begin
	return polemarch_api.object_delete(req, 'host');
end
$$;

-- polemarch_api.host_fields(req) -> the body's fields of a host, cleaned.       fails  WE400, WE415
create or replace function polemarch_api.host_fields(req jsonb) returns jsonb
language plpgsql volatile as $$
declare
	given jsonb := polemarch_api.fields(req,
		polemarch_api.want('name', 'text', most => 512, otherwise => polemarch_api.new_name()),
		polemarch_api.want('type', 'text', most => 5, otherwise => '"HOST"'),
		polemarch_api.want('vars', 'vars', otherwise => '{}'));
begin
	if given->>'type' not in ('HOST', 'RANGE') then
		perform polemarch_api.fail(415, format('Unknown type %s.', given->>'type'));
	end if;
	return given;
end
$$;

-- polemarch_api.must_be_host(name, type, vars): it may be called so.       fails  WE400
create or replace function polemarch_api.must_be_host(name text, type text, vars jsonb) returns void
language plpgsql stable as $$
begin
	perform polemarch_api.must_be_well(inventory.name_error(name, type, vars));
end
$$;

-- polemarch_api.must_be_well(error): there is none.       fails  WE400, bound to no field
create or replace function polemarch_api.must_be_well(error text) returns void
language plpgsql stable as $$
begin
	if error is not null then
		perform polemarch_api.fail(400, jsonb_build_object('detail', jsonb_build_object('other_errors', jsonb_build_array(error))));
	end if;
end
$$;

-- polemarch_api.host_rows(req, ids) -> the members of these hosts as lists show them, in that order.
create or replace function polemarch_api.host_rows(req jsonb, ids bigint[]) returns text[]
language plpgsql stable as $$
declare
	url text[] := polemarch_api.url_ends(req, '/hosts');
begin
	if api.many(cardinality(ids)) then
		perform api.plan_for_many();
	end if;
	-- Each by its key: how many of the objects are hosts the planner may not know yet.
	return array(select '"id":' || h.id || ',"name":' || to_json(h.name)::text || ',"type":"' || h.type
	                    || '"' || coalesce(i.rights, '') || ',"url":' || url[1] || h.id || url[2]
	               from unnest(ids, polemarch_api.rights_asked(req, 'host', ids)) with ordinality i (id, rights, n),
	                    lateral (select t.id, t.type, o.name from inventory.hosts t join inventory.objects o on o.kind = 'host' and o.id = t.id
	                              where t.id = i.id limit 1) h
	              order by i.n);
end
$$;

create or replace function polemarch_api.host_json(req jsonb, p_id bigint) returns text
language plpgsql stable as $$
begin
	return (select '{"id":' || h.id || ',"name":' || api.json(o.name) || ',"type":"' || h.type
	               || '","vars":' || inventory.vars_json(o.vars, o.sealed)
	               || polemarch_api.owner_asked(req, 'host', h.id) || polemarch_api.role_asked(req, 'host', h.id)
	               || ',"url":' || polemarch_api.url(req, '/hosts/' || h.id || '/') || '}'
	          from inventory.hosts h join inventory.objects o on o.kind = 'host' and o.id = h.id where h.id = p_id);
end
$$;
