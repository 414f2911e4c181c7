-- Many changes at once, all or none (beyond the document; polemarch-behaviour.md section 19). Each is what an endpoint of its kind
-- does, and that endpoint's function does it.

-- polemarch_api.bulk_items(item) -> the list of such things, as paths have it; null: there are none.
create or replace function polemarch_api.bulk_items(item text) returns text
language plpgsql immutable as $$
begin
	return case item when 'host' then 'hosts' when 'group' then 'groups' when 'inventory' then 'inventories' when 'project' then 'projects'
	                 when 'periodictask' then 'periodic-tasks' when 'template' then 'templates' when 'history' then 'history' end;
end
$$;

-- polemarch_api.bulk_types(req) -> {allowed_types, operations_types}                   GET /_bulk/
create or replace function polemarch_api.bulk_types(req jsonb) returns api.answer
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor text := people.must_be_signed_in(req);
begin
	return polemarch_api.ok('{"allowed_types":["host","group","inventory","project","periodictask","template","history"],'
	                        '"operations_types":["add","set","del","mod","get"]}');
end
$$;

-- polemarch_api.bulk(req) -> [{data, status, type}, ...]: what each would have been answered    POST /_bulk/
--   body   at most 1,000 of
--          {type: add, item, data}            as POST to its list
--          {type: set, item, pk, data}        as PATCH
--          {type: get|del, item, pk}          as GET, DELETE; what has no answer is {"detail":"Ok"}
--          {type: mod, item, pk, data_type, method, data}   as that method (PUT) of its hosts, groups, inventories, permissions or owner
--          A record of history can be got and deleted.
--   fails  as the first that fails, and nothing was done; WE415 no such item; WE400 no such operation, something is missing, too many
create or replace function polemarch_api.bulk(req jsonb) returns api.answer
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor     text   := people.must_be_signed_in(req);
	told      text[] := '{}'::text[];
	operation jsonb;
begin
	perform polemarch_api.must_be_operations(req->'body');
	perform people.rights_own();           -- before the locks of what is changed first
	for operation in select e from jsonb_array_elements(req->'body') with ordinality b (e, n) order by n loop
		told := told || polemarch_api.bulk_operate(req - 'body', operation);
	end loop;
	return polemarch_api.ok('[' || array_to_string(told, ',') || ']');
end
$$;

-- polemarch_api.must_be_operations(body): a list of objects, not too long.       fails  WE400
create or replace function polemarch_api.must_be_operations(body jsonb) returns void
language plpgsql stable as $$
declare
	wrong jsonb;
begin
	perform polemarch_api.must_be_list(body, 1000);
	select e into wrong from jsonb_array_elements(body) e where jsonb_typeof(e) <> 'object' limit 1;
	perform polemarch_api.fail(400, jsonb_build_object('non_field_errors', jsonb_build_array(
		format('Invalid data. Expected a dictionary, but got %s.', polemarch_api.python_type(wrong))))) where wrong is not null;
end
$$;

-- polemarch_api.bulk_operate(req, operation) -> {data, status, type} of one operation.       fails  as its endpoint; WE400, WE415
create or replace function polemarch_api.bulk_operate(req jsonb, operation jsonb) returns text
language plpgsql as $$
declare
	verb   text := operation->>'type';
	items  text := polemarch_api.bulk_items(operation->>'item');
	method text := case verb when 'add' then 'POST' when 'set' then 'PATCH' when 'del' then 'DELETE' when 'get' then 'GET'
	                         when 'mod' then upper(coalesce(operation->>'method', 'PUT')) end;
	told   api.answer;
begin
	perform polemarch_api.bulk_missing('type') where verb is null;
	perform polemarch_api.bulk_missing('item') where not operation ? 'item';
	perform polemarch_api.fail(415, format('Unsupported media type "%s" in request.', left(operation->>'item', 100)))
	  where items is null or (items = 'history' and verb not in ('get', 'del'));
	perform polemarch_api.bulk_missing(left(verb, 100)) where method is null;
	perform polemarch_api.bulk_missing('pk') where verb <> 'add' and not operation ? 'pk';
	perform polemarch_api.not_found() where verb <> 'add' and coalesce(operation->>'pk', '') !~ '^[0-9]+$';
	told := polemarch_api.bulk_call(polemarch_api.bulk_function(operation, items, method), req || jsonb_build_object(
		'method', method, 'path', jsonb_build_object('id', operation->>'pk', 'objects', items), 'query', '{}'::jsonb,
		'body', coalesce(operation->'data', '{}'),
		'url', concat_ws('/', req->>'base', items, operation->>'pk', operation->>'data_type') || '/'));
	return '{"data":' || coalesce(nullif(told.body, ''), '{"detail":"Ok"}') || ',"status":' || replace(told.status::text, '204', '200')
	       || ',"type":' || api.json(verb) || '}';
end
$$;

-- polemarch_api.bulk_missing(name): there is no such member, or no such thing to do.       fails  WE400
create or replace function polemarch_api.bulk_missing(name text) returns void
language plpgsql as $$
begin
	perform polemarch_api.fail(400, jsonb_build_object('detail', '''' || name || '''', 'error_type', 'KeyError'));
end
$$;

-- polemarch_api.bulk_function(operation, items, method) -> the name of the endpoint's function.       fails  WE400
create or replace function polemarch_api.bulk_function(operation jsonb, items text, method text) returns text
language plpgsql stable as $$
declare
	part text := operation->>'data_type';
	verb text := case method when 'GET' then 'get' when 'POST' then 'add' when 'PUT' then 'replace' when 'DELETE' then 'remove' end;
begin
	if operation->>'type' <> 'mod' then
		return replace(items, '-', '_') || case operation->>'type' when 'add' then '_create' when 'set' then '_update' when 'del' then '_delete'
		                                                           else '_get' end;
	end if;
	perform polemarch_api.bulk_missing('data_type') where part is null;
	perform polemarch_api.bulk_missing(left(part, 100)) where part not in ('hosts', 'groups', 'inventories', 'permissions', 'owner');
	perform polemarch_api.fail(400, format('Method "%s" not allowed.', left(method, 20)))
	  where verb is null or (part = 'owner' and verb not in ('get', 'replace'));
	return case part when 'permissions' then 'permissions_' || verb
	                 when 'owner' then case verb when 'get' then 'owner_get' else 'owner_set' end
	                 else 'sublists_' || verb end;
end
$$;

-- polemarch_api.bulk_call(name, req) -> what the endpoint's function answers.
create or replace function polemarch_api.bulk_call(name text, req jsonb) returns api.answer
language plpgsql as $$
begin
	return case name
	when 'hosts_create' then polemarch_api.hosts_create(req)
	when 'hosts_update' then polemarch_api.hosts_update(req)
	when 'hosts_delete' then polemarch_api.hosts_delete(req)
	when 'hosts_get' then polemarch_api.hosts_get(req)
	when 'groups_create' then polemarch_api.groups_create(req)
	when 'groups_update' then polemarch_api.groups_update(req)
	when 'groups_delete' then polemarch_api.groups_delete(req)
	when 'groups_get' then polemarch_api.groups_get(req)
	when 'inventories_create' then polemarch_api.inventories_create(req)
	when 'inventories_update' then polemarch_api.inventories_update(req)
	when 'inventories_delete' then polemarch_api.inventories_delete(req)
	when 'inventories_get' then polemarch_api.inventories_get(req)
	when 'projects_create' then polemarch_api.projects_create(req)
	when 'projects_update' then polemarch_api.projects_update(req)
	when 'projects_delete' then polemarch_api.projects_delete(req)
	when 'projects_get' then polemarch_api.projects_get(req)
	when 'periodic_tasks_create' then polemarch_api.periodic_tasks_create(req)
	when 'periodic_tasks_update' then polemarch_api.periodic_tasks_update(req)
	when 'periodic_tasks_delete' then polemarch_api.periodic_tasks_delete(req)
	when 'periodic_tasks_get' then polemarch_api.periodic_tasks_get(req)
	when 'templates_create' then polemarch_api.templates_create(req)
	when 'templates_update' then polemarch_api.templates_update(req)
	when 'templates_delete' then polemarch_api.templates_delete(req)
	when 'templates_get' then polemarch_api.templates_get(req)
	when 'history_get' then polemarch_api.history_get(req)
	when 'history_delete' then polemarch_api.history_delete(req)
	when 'sublists_get' then polemarch_api.sublists_get(req)
	when 'sublists_add' then polemarch_api.sublists_add(req)
	when 'sublists_replace' then polemarch_api.sublists_replace(req)
	when 'sublists_remove' then polemarch_api.sublists_remove(req)
	when 'permissions_get' then polemarch_api.permissions_get(req)
	when 'permissions_add' then polemarch_api.permissions_add(req)
	when 'permissions_replace' then polemarch_api.permissions_replace(req)
	when 'permissions_remove' then polemarch_api.permissions_remove(req)
	when 'owner_get' then polemarch_api.owner_get(req)
	when 'owner_set' then polemarch_api.owner_set(req)
	end;
end
$$;
