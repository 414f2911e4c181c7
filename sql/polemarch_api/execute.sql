-- A run of Ansible is asked for (polemarch.txt Projects, polemarch-behaviour.md sections 9 and 12; executing templates and periodic tasks
-- is beyond the document). A runner takes it as soon as it may (sql/work/queue.sql).

-- polemarch_api.execute_playbook(req) -> {detail, history_id}                          POST /projects/{id}/execute-playbook/
--   body   inventory: its id, or a file of the project; playbook; hosts: only these of the inventory, or these without one
--          (polemarch_api.hosts_sent); all else are arguments of ansible-playbook
--   fails  WE404, WE403 project or inventory, WE400, WE503 no runner has been here yet
create or replace function polemarch_api.execute_playbook(req jsonb) returns api.answer
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor text := people.must_be_signed_in(req);
begin
	return polemarch_api.run_sent(req, 'PLAYBOOK');
end
$$;

-- polemarch_api.execute_module(req) -> {detail, history_id}                            POST /projects/{id}/execute-module/
--   body   inventory: its id, or a file of the project; module; group: which hosts of it; hosts: as for a playbook; all else, `args`
--          too, are arguments of ansible
--   fails  WE404, WE403 project or inventory, WE400, WE503 no runner has been here yet
create or replace function polemarch_api.execute_module(req jsonb) returns api.answer
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor text := people.must_be_signed_in(req);
begin
	return polemarch_api.run_sent(req, 'MODULE');
end
$$;

-- polemarch_api.execute_template(req) -> {detail, history_id}                          POST /templates/{id}/execute/
--   of the kinds Task and Module, and of PeriodicTask what that would run
--   fails  WE404, WE403 template, project or inventory, WE400, WE415 another kind, WE503 no runner has been here yet
create or replace function polemarch_api.execute_template(req jsonb) returns api.answer
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor text := people.must_be_signed_in(req);
	o     inventory.objects := polemarch_api.object_of_path(req, 'execute', 'template');
	t     inventory.templates;
	wrong jsonb;
	ordered work.order;
begin
	-- Held, or moirai-db rekey might seal its secrets anew while they are copied.
	select * into o from inventory.objects where kind = 'template' and id = o.id for share;
	select * into t from inventory.templates where id = o.id;
	perform polemarch_api.not_found() where t.id is null;
	perform polemarch_api.fail(415, format('Unknown kind %s.', t.kind)) where t.kind in ('Host', 'Group');
	wrong := case when coalesce(t.data->>'inventory', '') = '' then '{"inventory": ["Inventory have to set."]}'::jsonb else '{}' end
	         || case when polemarch_api.named(t.data, 'project') is null then '{"project": ["Project have to set."]}'::jsonb else '{}' end;
	perform polemarch_api.fail(400, jsonb_build_object('detail', wrong)) where wrong <> '{}';
	perform polemarch_api.must(req, 'execute', 'project', polemarch_api.named(t.data, 'project'));
	ordered := polemarch_api.order_sent(req, polemarch_api.named(t.data, 'project'),
	                                    case polemarch_api.template_tool(t.kind, t.data) when 'ansible' then 'MODULE' else 'PLAYBOOK' end,
	                                    polemarch_api.template_body(t), false);
	ordered.sealed := o.sealed;
	return polemarch_api.run_asked(req, ordered, null, 'template', o.id);
end
$$;

-- polemarch_api.execute_periodic_task(req) -> {detail, history_id}                     POST /periodic-tasks/{id}/execute/
--   now, and whether it is enabled or not; the clock goes on as it did
--   fails  WE404, WE403 project or inventory, WE400, WE503 no runner has been here yet
create or replace function polemarch_api.execute_periodic_task(req jsonb) returns api.answer
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor   text := people.must_be_signed_in(req);
	task    bigint := api.path_id(req, 'id');
	ordered work.order;
begin
	perform polemarch_api.must(req, 'execute', 'project', (select project_id from work.periodic_tasks where id = task));
	ordered := work.periodic_order(task);
	ordered.initiator := (req->>'actor')::bigint;
	ordered.initiator_type := 'users';
	perform polemarch_api.must_be_inventory(req, to_jsonb(ordered.inventory_id)) where ordered.inventory_id is not null;
	perform polemarch_api.must_have(jsonb_strip_nulls(jsonb_build_object('group', ordered.host_pattern)), 'group'),
	        polemarch_api.must_be_hosts(to_jsonb(ordered.host_pattern)) where ordered.kind = 'MODULE';
	return polemarch_api.run_asked(req, ordered, null, 'periodictask', task);
end
$$;

-- ---- what is asked for ----

-- polemarch_api.run_sent(req, kind) -> the answer: what the body says is asked for, of the project that the path names.
create or replace function polemarch_api.run_sent(req jsonb, p_kind text) returns api.answer
language plpgsql as $$
declare
	project bigint := api.path_id(req, 'id');
	body    jsonb;
	o       work.order;
begin
	perform polemarch_api.must(req, 'execute', 'project', project);
	body := polemarch_api.object(req);
	o := polemarch_api.order_sent(req, project, p_kind, body - 'hosts', body ? 'hosts');
	return polemarch_api.run_asked(req, o, case when body ? 'hosts' then polemarch_api.hosts_sent(o, body->'hosts') end, 'project', project);
end
$$;

-- polemarch_api.order_sent(req, project, kind, body, by_name) -> the run that the body asks for, in the order of its checks. Its arguments are
-- still to be looked at. by_name: its hosts are named, so that it needs no inventory, and a module no group.
--   fails  WE400, WE403, WE503
create or replace function polemarch_api.order_sent(req jsonb, p_project bigint, p_kind text, body jsonb, by_name boolean) returns work.order
language plpgsql as $$
declare
	o    work.order;
	word text := case p_kind when 'MODULE' then 'module' else 'playbook' end;
	v    record;
begin
	perform polemarch_api.must_have(body, 'inventory') where not by_name;
	o.inventory_id := case when body ? 'inventory' then polemarch_api.must_be_inventory(req, body->'inventory') end;
	perform polemarch_api.must_have(body, word);
	o.inventory_path := case when body ? 'inventory' and o.inventory_id is null
	                         then polemarch_api.must_be_path(body->'inventory', 'inventory', 'Inventory') end;
	o.mode := polemarch_api.must_be_mode(body->word, p_kind);
	if p_kind = 'MODULE' then
		body := case when by_name then '{"group": "all"}' else '{}'::jsonb end || body;
		perform polemarch_api.must_have(body, 'group');
		o.host_pattern := polemarch_api.must_be_hosts(body->'group');
		body := body - 'group';
	end if;
	v := inventory.vars_settled(body - array['inventory', word], '{}', '{}');
	o.project_id := p_project;
	o.kind := p_kind;
	o.arguments := v.vars;
	o.sealed := v.sealed;
	o.save_result := true;
	o.initiator := (req->>'actor')::bigint;
	o.initiator_type := 'users';
	return o;
end
$$;

-- polemarch_api.hosts_sent(order, value) -> the names of the machines that the run is to be of, each once, in their order: such as its
-- inventory has, or, where it has none, as can be named without one.       fails  WE400
create or replace function polemarch_api.hosts_sent(o work.order, value jsonb) returns text[]
language plpgsql stable as $$
declare
	error text := polemarch_api.names_error(value, 1);
	names text[];
	bad   text[];
begin
	if error is not null then
		perform polemarch_api.fail(400, jsonb_build_object('hosts', jsonb_build_array(error)));
	elsif o.inventory_path is not null then
		perform polemarch_api.fail(400, jsonb_build_object('detail', jsonb_build_object('hosts', jsonb_build_array(
			'Of an inventory that is a file of the project, limit says on which hosts.'))));
	end if;
	names := polemarch_api.names_sent(value);
	bad := case when o.inventory_id is not null then inventory.names_missing(o.inventory_id, names)
	            else array(select n from unnest(names) with ordinality u (n, i) where not inventory.is_bare_name(n) order by i) end;
	if bad <> '{}' then
		perform polemarch_api.fail(400, jsonb_build_object('detail', jsonb_build_object('hosts', jsonb_build_array(
			case when o.inventory_id is not null then 'Not in the inventory: ' else 'No names of hosts: ' end
			|| inventory.names_told(bad) || '.'))));
	end if;
	return names;
end
$$;

-- polemarch_api.run_asked(req, order, names, kind, id) -> the answer: it is asked for, by way of that thing. names: of these machines
-- only; null: of all in its inventory.
--   fails  WE400 arguments, or no hosts, WE404 the project has gone meanwhile, WE503 no runner has been here yet
create or replace function polemarch_api.run_asked(req jsonb, o work.order, p_names text[], p_kind text, p_id bigint) returns api.answer
language plpgsql as $$
declare
	run   bigint;
	place text := concat_ws(' of ', case cardinality(p_names) when 1 then '1 host' else cardinality(p_names) || ' hosts' end,
	                        'inventory ' || coalesce(o.inventory_id::text, o.inventory_path));
begin
	perform polemarch_api.must_be_arguments(case o.kind when 'MODULE' then 'ansible' else 'ansible-playbook' end, o.arguments, o.sealed);
	perform polemarch_api.fail(400, '{"detail": {"inventory": ["The inventory has no hosts."]}}'::jsonb)
	  where o.inventory_id is not null and not work.inventory_has_hosts(o.inventory_id);
	perform polemarch_api.not_found() where not work.project_used(o.project_id);
	run := (work.runs_add(array[o], now()))[1];
	perform work.run_narrow(run, p_names) where p_names is not null;
	perform people.audited(req, 'execute', p_kind, array[p_id], jsonb_build_object(
		'run', run, 'kind', o.kind, 'mode', o.mode, 'project', o.project_id,
		'inventory', coalesce(o.inventory_id::text, o.inventory_path), 'group', o.host_pattern, 'hosts', cardinality(p_names)));
	return row(201, case when o.save_result then (req->>'mount') || '/history/' || run || '/' end,
	           '{"detail":' || api.json('Started at ' || place || '.')
	           || ',"history_id":' || case when o.save_result then run::text else 'null' end || '}')::api.answer;
end
$$;

-- polemarch_api.must_have(body, name): it has that member.       fails  WE400
create or replace function polemarch_api.must_have(body jsonb, name text) returns void
language plpgsql stable as $$
begin
	if not body ? name then
		perform polemarch_api.fail(400, jsonb_build_object(name, jsonb_build_array('This field is required.')));
	end if;
end
$$;

-- polemarch_api.must_be_word(value, name, most) -> the text of that member, one line.       fails  WE400
create or replace function polemarch_api.must_be_word(value jsonb, name text, most int) returns text
language plpgsql stable as $$
declare
	error text := polemarch_api.field_error(value, polemarch_api.want(name, 'line', most => most));
begin
	if error is not null then
		perform polemarch_api.fail(400, jsonb_build_object(name, jsonb_build_array(error)));
	end if;
	return polemarch_api.trimmed(value #>> '{}');
end
$$;

-- polemarch_api.must_be_inventory(req, value) -> the id of the inventory that is meant, which is there and the actor sees; null: what is
-- meant is a path.       fails  WE400, WE403
create or replace function polemarch_api.must_be_inventory(req jsonb, value jsonb) returns bigint
language plpgsql stable as $$
declare
	word text := btrim(value #>> '{}');
	i    bigint;
begin
	if jsonb_typeof(value) <> 'number' and not coalesce(jsonb_typeof(value) = 'string' and word ~ '^[0-9]+$', false) then
		return null;
	end if;
	select o.id into i from people.objects o
	 where o.kind = 'inventory' and o.id = case when word ~ '^[0-9]{1,18}$' then word::bigint else -1 end;
	if i is null then
		perform polemarch_api.fail(400, '{"detail": "Inventory matching query does not exist.", "error_type": "DoesNotExist"}'::jsonb);
	elsif not people.may((req->>'actor')::bigint, 'execute', 'inventory', i) then
		perform polemarch_api.fail(403, 'You don''t have permission to inventory.');
	end if;
	return i;
end
$$;

-- polemarch_api.must_be_path(value, name, title) -> the text of that member, a path below the project.       fails  WE400
create or replace function polemarch_api.must_be_path(value jsonb, name text, title text) returns text
language plpgsql stable as $$
declare
	path text := polemarch_api.must_be_word(value, name, 1024);
begin
	if not work.path_is_inside(path) then
		perform polemarch_api.fail(400, jsonb_build_object('detail', jsonb_build_object(
			name, jsonb_build_array(title || ' should be in project dir.'))));
	elsif name = 'inventory' and path ~ '^-|,' then
		perform polemarch_api.fail(400, '{"detail": {"inventory": ["Ansible takes a name with a comma for a list of hosts, one that begins with - for an option."]}}'::jsonb);
	end if;
	return path;
end
$$;

-- polemarch_api.must_be_mode(value, kind) -> the name of a playbook or module.       fails  WE400
create or replace function polemarch_api.must_be_mode(value jsonb, p_kind text) returns text
language plpgsql stable as $$
declare
	name text := case p_kind when 'MODULE' then 'module' else 'playbook' end;
	mode text;
begin
	if polemarch_api.trimmed(value #>> '{}') = '' then
		perform polemarch_api.fail(400, '{"detail": "Empty playbook/module name.", "error_type": "PMException"}'::jsonb);
	end if;
	mode := polemarch_api.must_be_word(value, name, 256);
	if mode like '-%' then
		perform polemarch_api.fail(400, jsonb_build_object('detail', jsonb_build_object(name, jsonb_build_array('It begins with -.'))));
	end if;
	return case p_kind when 'MODULE' then mode else polemarch_api.must_be_path(value, name, 'Playbook') end;
end
$$;

-- polemarch_api.must_be_hosts(value) -> the pattern that says on which hosts of the inventory a module is run.       fails  WE400
create or replace function polemarch_api.must_be_hosts(value jsonb) returns text
language plpgsql stable as $$
declare
	pattern text := polemarch_api.must_be_word(value, 'group', 65536);
begin
	if not work.names_hosts(pattern) or pattern like '-%' then
		perform polemarch_api.fail(400, jsonb_build_object('group', jsonb_build_array(
			case when pattern like '-%' then 'It begins with -.' else 'It names no hosts.' end)));
	end if;
	return pattern;
end
$$;

-- polemarch_api.must_be_arguments(tool, arguments, sealed): Ansible takes them (work.argument_error).       fails  WE400, WE503
create or replace function polemarch_api.must_be_arguments(tool text, arguments jsonb, sealed jsonb) returns void
language plpgsql stable as $$
declare
	wrong jsonb := work.argument_error(tool, arguments, sealed);
begin
	if wrong is not null then
		perform polemarch_api.fail(400, jsonb_build_object('detail', jsonb_build_object(
			case tool when 'ansible' then 'module' else 'playbook' end, jsonb_build_array('Incorrect argument: ' || (wrong->>'why') || '.'),
			'argument', jsonb_build_array(wrong->>'argument'))));
	end if;
end
$$;

-- polemarch_api.template_body(template) -> what would be sent to run what it has saved, but for what is sealed.
create or replace function polemarch_api.template_body(t inventory.templates) returns jsonb
language plpgsql immutable as $$
declare
	vars jsonb := coalesce(t.data->'vars', '{}');
	tool text  := polemarch_api.template_tool(t.kind, t.data);
	word text  := case tool when 'ansible' then 'module' else 'playbook' end;
	more jsonb;
begin
	more := jsonb_strip_nulls(jsonb_build_object(
		word, case t.kind when 'PeriodicTask' then coalesce(nullif(t.data->'mode', 'null'), t.data->'playbook') else t.data->word end,
		'group', case tool when 'ansible' then t.data->'group' end,
		'args', case tool when 'ansible' then t.data->'args' end));
	return (vars - word) || more || jsonb_build_object('inventory', t.data->'inventory');
end
$$;
