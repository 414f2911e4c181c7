-- Templates: what is run again, or made again, as it was saved (polemarch.txt Templates, polemarch-behaviour.md section 12).

-- polemarch_api.template_keys(kind) -> what the data of such a template may hold; null: there is no such kind.
create or replace function polemarch_api.template_keys(p_kind text) returns text[]
language plpgsql immutable as $$
begin
	return case p_kind
		when 'Task' then '{playbook,vars,inventory,project}'
		when 'Host' then '{name,vars}'
		when 'PeriodicTask' then '{playbook,vars,inventory,project,type,name,schedule,kind,mode}'
		when 'Group' then '{name,vars,children}'
		when 'Module' then '{inventory,module,group,args,vars,project}' end::text[];
end
$$;

-- polemarch_api.templates_kinds(req) -> {kind: [key, ...]}                             GET /templates/supported-kinds/
create or replace function polemarch_api.templates_kinds(req jsonb) returns api.answer
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor text := people.must_be_signed_in(req);
begin
	return polemarch_api.ok('{' || (select string_agg(api.json(k) || ':' || array_to_json(polemarch_api.template_keys(k)), ',' order by n)
	                                  from unnest('{Task,Host,PeriodicTask,Group,Module}'::text[]) with ordinality u (k, n)) || '}');
end
$$;

-- polemarch_api.templates_list(req) -> a page of templates                             GET /templates/
--   query  kind, project, inventory; others as polemarch_api.objects_found, but for variables; expand=owner, role, names
create or replace function polemarch_api.templates_list(req jsonb) returns api.answer
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor text := people.must_be_signed_in(req);
	sort  text := polemarch_api.query(req, 'kind');
	of_project   text := polemarch_api.query(req, 'project');
	of_inventory text := polemarch_api.query(req, 'inventory');
	those bigint[];
	total bigint;
	ids   bigint[];
begin
	if num_nonnulls(sort, of_project, of_inventory) > 0 then
		those := array(select t.id from inventory.templates t
		                where (sort is null or t.kind = sort)
		                  and (of_project is null
		                       or t.data->>'project' = of_project and polemarch_api.named(t.data, 'project') is not null)
		                  and (of_inventory is null or t.data->>'inventory' = of_inventory));
	end if;
	select * into total, ids from polemarch_api.objects_found(req #- '{query,variables}', 'template', those);
	return polemarch_api.page(req, total, array(
		select '"id":' || t.id || ',"name":' || api.json(o.name) || ',"kind":' || api.json(t.kind)
		       || coalesce(i.rights, '') || coalesce(i.names, '')
		  from unnest(ids, polemarch_api.rights_asked(req, 'template', ids), polemarch_api.template_names_asked(req, ids))
		       with ordinality i (id, rights, names, n)
		  join inventory.templates t on t.id = i.id
		  join inventory.objects o on o.kind = 'template' and o.id = i.id order by i.n));
end
$$;

-- polemarch_api.templates_create(req) -> the template                                  POST /templates/
--   body   name, kind, data: what its kind may hold; where that runs Ansible, vars are its arguments
--   fails  WE400, WE403 project or inventory, WE415 unknown kind
create or replace function polemarch_api.templates_create(req jsonb) returns api.answer
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor text  := people.must_be_signed_in(req);
	given jsonb := polemarch_api.template_fields(req);
	v     record;
	t     inventory.templates;
begin
	perform people.rights_own();
	perform polemarch_api.must_be_data(req, given->>'kind', given->'data');
	v := inventory.vars_settled(coalesce(given->'data'->'vars', '{}'), '{}', '{}');
	perform polemarch_api.must_be_vars_of(given->>'kind', given->'data', v.vars, v.sealed);
	insert into inventory.templates (kind, data) values (given->>'kind', polemarch_api.data_kept(given->'data', v.vars)) returning * into t;
	perform inventory.objects_add('template', array[t.id], array[given->>'name'], array['{}'::jsonb], array[v.sealed],
	                              (req->>'actor')::bigint);
	perform polemarch_api.template_parts(t.id, t.data),
	        polemarch_api.told(req, 'create', 'template', array[t.id], given - 'data');
	return polemarch_api.created(req, '/templates/' || t.id || '/', polemarch_api.template_json(req, t.id));
end
$$;

-- polemarch_api.templates_get(req) -> the template                                     GET /templates/{id}/
--   query  expand=owner, role, names       fails  WE404, WE403
create or replace function polemarch_api.templates_get(req jsonb) returns api.answer
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor text := people.must_be_signed_in(req);
	o     inventory.objects := polemarch_api.object_of_path(req, 'see', 'template');
begin
	return polemarch_api.ok(polemarch_api.template_json(req, o.id));
end
$$;

-- polemarch_api.templates_update(req) -> the template                                  PATCH, PUT /templates/{id}/
--   body   as for making one; data is all of it       fails  WE404, WE403, WE400, WE415
create or replace function polemarch_api.templates_update(req jsonb) returns api.answer
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor text := people.must_be_signed_in(req);
	o     inventory.objects := polemarch_api.object_of_path(req, 'edit', 'template');
	given jsonb := polemarch_api.template_fields(req);          -- before the lock: who holds the rights makes all others wait
	t     inventory.templates;
	v     record;
begin
	perform people.rights_own();
	o := polemarch_api.object_of_path(req, 'edit', 'template');
	select * into t from inventory.templates where id = o.id;
	select * into o from inventory.objects where kind = 'template' and id = o.id for update;     -- as in polemarch_api.object_put
	if given ? 'data' then
		perform polemarch_api.must_be_data(req, coalesce(given->>'kind', t.kind), given->'data');
		v := inventory.vars_settled(coalesce(given->'data'->'vars', '{}'), coalesce(t.data->'vars', '{}'), o.sealed);
		perform polemarch_api.must_be_vars_of(coalesce(given->>'kind', t.kind), given->'data', v.vars, v.sealed);
		t.data := polemarch_api.data_kept(given->'data', v.vars);
		o.sealed := v.sealed;
		perform polemarch_api.template_parts(o.id, t.data);
	else
		-- What it has named may be gone by now.
		perform polemarch_api.must_be_keys(coalesce(given->>'kind', t.kind),
		                                   case when polemarch_api.named(t.data, 'project') is null then t.data - 'project' else t.data end);
		perform polemarch_api.must_be_vars_of(given->>'kind', t.data, coalesce(t.data->'vars', '{}'), o.sealed) where given ? 'kind';
	end if;
	update inventory.templates set kind = coalesce(given->>'kind', kind), data = t.data where id = o.id;
	update inventory.objects set name = coalesce(given->>'name', name), sealed = o.sealed where kind = 'template' and id = o.id;
	perform polemarch_api.told(req, 'update', 'template', array[o.id], given - 'data');
	return polemarch_api.ok(polemarch_api.template_json(req, o.id));
end
$$;

-- polemarch_api.templates_delete(req) -> nothing                                       DELETE /templates/{id}/
--   fails  WE404, WE403
create or replace function polemarch_api.templates_delete(req jsonb) returns api.answer
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor text := people.must_be_signed_in(req);
begin
	return polemarch_api.object_delete(req, 'template');
end
$$;

-- polemarch_api.template_fields(req) -> the body's fields of a template, cleaned.       fails  WE400, WE415
create or replace function polemarch_api.template_fields(req jsonb) returns jsonb
language plpgsql stable as $$
declare
	given jsonb := polemarch_api.fields(req,
		polemarch_api.want('name', 'line', needed => true, most => 512),
		polemarch_api.want('kind', 'text', needed => true, most => 32),
		polemarch_api.want('data', 'object', needed => true));
begin
	if polemarch_api.template_keys(given->>'kind') is null and given ? 'kind' then
		perform polemarch_api.fail(415, format('Unknown type %s.', given->>'kind'));
	end if;
	return given;
end
$$;

-- polemarch_api.must_be_keys(kind, data): such a template may hold these.       fails  WE400
create or replace function polemarch_api.must_be_keys(p_kind text, data jsonb) returns void
language plpgsql stable as $$
declare
	keys    text[] := polemarch_api.template_keys(p_kind);
	unknown jsonb;
begin
	select jsonb_object_agg(k, jsonb_build_array('Unknown key. Keys should be [''' || array_to_string(keys, ''', ''') || ''']')) into unknown
	  from jsonb_object_keys(data) k where k <> all (keys);
	if unknown is not null then
		perform polemarch_api.fail(400, jsonb_build_object('detail', unknown));
	end if;
end
$$;

-- polemarch_api.must_be_data(req, kind, data): such a template may hold that, and the actor may use what it names.
--   fails  WE400, WE403
create or replace function polemarch_api.must_be_data(req jsonb, p_kind text, data jsonb) returns void
language plpgsql stable as $$
declare
	wrong text := inventory.vars_error(data->'vars');
begin
	perform polemarch_api.must_be_keys(p_kind, data);
	if wrong is not null then
		perform polemarch_api.fail(400, jsonb_build_object('detail', jsonb_build_object('vars', jsonb_build_array(wrong))));
	elsif jsonb_typeof(data->'project') not in ('null', 'number', 'string')
	   or jsonb_typeof(data->'inventory') not in ('null', 'number', 'string') then
		perform polemarch_api.fail(400, jsonb_build_object('detail', jsonb_build_object(
			case when jsonb_typeof(data->'project') not in ('null', 'number', 'string') then 'project' else 'inventory' end,
			jsonb_build_array('Incorrect type. Expected pk value.'))));
	end if;
	perform polemarch_api.fail(400, '{"detail": "Project matching query does not exist.", "error_type": "DoesNotExist"}'::jsonb)
	  where data->>'project' is not null and polemarch_api.named(data, 'project') is null;
	perform polemarch_api.forbidden()
	   from (values ('project'::people.kind), ('inventory')) k (kind)
	  where polemarch_api.named(data, k.kind) is not null
	    and not people.may((req->>'actor')::bigint, 'see', k.kind, polemarch_api.named(data, k.kind));
end
$$;

-- polemarch_api.template_tool(kind, data) -> the command that such a template would run; null: none.
create or replace function polemarch_api.template_tool(p_kind text, data jsonb) returns text
language plpgsql immutable as $$
begin
	return case when p_kind = 'Module' or p_kind = 'PeriodicTask' and data->>'kind' = 'MODULE' then 'ansible'
	            when p_kind in ('Task', 'PeriodicTask') then 'ansible-playbook' end;
end
$$;

-- polemarch_api.must_be_vars_of(kind, data, vars, sealed): of what runs Ansible they are arguments of that. As long as no runner has told
-- which there are, any will do: then they are looked at when it is executed, as they always are.       fails  WE400
create or replace function polemarch_api.must_be_vars_of(p_kind text, data jsonb, vars jsonb, sealed jsonb) returns void
language plpgsql stable as $$
declare
	tool text := polemarch_api.template_tool(p_kind, data);
begin
	if tool is not null and work.reference_known() is not null then
		perform polemarch_api.must_be_arguments(tool, vars, sealed);
	end if;
end
$$;

-- polemarch_api.named(data, kind) -> the id of the object of that kind that the data name; null: none that is there.
create or replace function polemarch_api.named(data jsonb, p_kind people.kind) returns bigint
language plpgsql stable as $$
begin
	return (select o.id from people.objects o
	         where o.kind = p_kind and o.id = case when data->>(p_kind::text) ~ '^[0-9]{1,18}$' then (data->>(p_kind::text))::bigint end);
end
$$;

-- polemarch_api.data_kept(data, vars) -> what is stored of it: ids as numbers, without what is sealed.
create or replace function polemarch_api.data_kept(data jsonb, vars jsonb) returns jsonb
language plpgsql immutable as $$
begin
	select data || coalesce(jsonb_object_agg(k, (data->>k)::bigint), '{}') into data
	  from unnest('{project,inventory}'::text[]) k where data->>k ~ '^[0-9]{1,18}$';
	return case when data ? 'vars' then jsonb_set(data, '{vars}', vars) else data end;
end
$$;

-- polemarch_api.template_parts(id, data): it needs the project and the inventory that it names.
create or replace function polemarch_api.template_parts(p_id bigint, data jsonb) returns void
language plpgsql as $$
begin
	perform people.parts_replace('template', p_id, k.kind, array_remove(array[polemarch_api.named(data, k.kind)], null))
	   from (values ('project'::people.kind), ('inventory')) k (kind);
end
$$;

-- polemarch_api.template_names_asked(req, ids) -> of each of these, at its place, the members project_name and inventory_name that
-- `?expand=names` asks for: null where it names none, it is gone, or the actor does not see it; the path of an inventory that is a file.
create or replace function polemarch_api.template_names_asked(req jsonb, ids bigint[]) returns text[]
language plpgsql stable as $$
declare
	projects    bigint[];
	inventories bigint[];
	paths       text[];
begin
	if not polemarch_api.is_asked(req, 'names') then
		return null;
	end if;
	select array_agg(case when t.data->>'project' ~ '^[0-9]{1,18}$' then (t.data->>'project')::bigint end order by i.n),
	       array_agg(case when t.data->>'inventory' ~ '^[0-9]{1,18}$' then (t.data->>'inventory')::bigint end order by i.n),
	       array_agg(case when jsonb_typeof(t.data->'inventory') = 'string' then t.data->>'inventory' end order by i.n)
	  into projects, inventories, paths
	  from unnest(ids) with ordinality i (id, n) left join inventory.templates t on t.id = i.id;
	return array(
		select ',"project_name":' || api.json(p) || ',"inventory_name":' || api.json(coalesce(i, path))
		  from unnest(polemarch_api.names_seen(req, 'project', projects), polemarch_api.names_seen(req, 'inventory', inventories), paths)
		       with ordinality u (p, i, path, n) order by n);
end
$$;

-- The data in the order of its kind's keys, but what it needs at the end. A project that is gone is not shown.
create or replace function polemarch_api.template_json(req jsonb, p_id bigint) returns text
language plpgsql stable as $$
begin
	return (select '{"id":' || t.id || ',"name":' || api.json(o.name) || ',"kind":' || api.json(t.kind)
	               || polemarch_api.owner_asked(req, 'template', t.id) || polemarch_api.role_asked(req, 'template', t.id)
	               || coalesce((polemarch_api.template_names_asked(req, array[t.id]))[1], '') || ',"data":{' || (
		select coalesce(string_agg(api.json(k) || ':' || case when k = 'vars' then inventory.vars_json(t.data->'vars', o.sealed)
		                                                      else (t.data->k)::text end, ','
		                           order by k in ('inventory', 'project'), n), '')
		  from unnest(polemarch_api.template_keys(t.kind)) with ordinality u (k, n)
		 where t.data ? k and (k <> 'project' or polemarch_api.named(t.data, 'project') is not null)) || '}}'
	          from inventory.templates t join inventory.objects o on o.kind = 'template' and o.id = t.id where t.id = p_id);
end
$$;
