-- Periodic tasks: runs by the clock (polemarch.txt Periodic tasks, polemarch-behaviour.md section 11). Rights are those on the project:
-- who may execute it sees them, who may edit it makes, changes and deletes them.

-- polemarch_api.periodic_tasks_list(req) -> a page of periodic tasks                   GET /periodic-tasks/
--   query  id, id__not, name, name__not (parts of it), mode, kind, type, project, limit, offset; expand=next_run       fails  WE400
create or replace function polemarch_api.periodic_tasks_list(req jsonb) returns api.answer
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor      text := people.must_be_signed_in(req);
	principals bigint[] := people.principals((req->>'actor')::bigint);
	among      bigint[] := polemarch_api.ids(req, 'id');
	but        bigint[] := polemarch_api.ids(req, 'id__not');
	part       text     := api.containing(polemarch_api.query(req, 'name'));
	part_not   text     := api.containing(polemarch_api.query(req, 'name__not'));
	project    text     := polemarch_api.query(req, 'project');
	of_project bigint   := case when project ~ '^\s*[0-9]{1,18}\s*$' then project::bigint else -1 end;
	of_mode    text     := polemarch_api.query(req, 'mode');
	of_kind    text     := polemarch_api.query(req, 'kind');
	of_type    text     := polemarch_api.query(req, 'type');
	page_size  bigint   := polemarch_api.limit(req);
	page_from  bigint   := polemarch_api.offset(req);
	found      bigint[];
begin
	perform api.plan_for_many();
	found := array(
		select t.id from work.periodic_tasks t
		 where (among is null or t.id = any(among)) and (but is null or t.id <> all (but))
		   and (project is null or t.project_id = of_project)
		   and (of_mode is null or t.mode = of_mode) and (of_kind is null or t.kind = of_kind) and (of_type is null or t.type = of_type)
		   and (part is null and part_not is null
		        or exists (select from inventory.objects o where o.kind = 'periodic_task' and o.id = t.id
		                      and (part is null or o.name like part) and (part_not is null or o.name not like part_not)))
		   and exists (select from people.visible v where v.principal = any(principals) and v.kind = 'project' and v.id = t.project_id)
		 order by t.id);
	return polemarch_api.page(req, cardinality(found), polemarch_api.periodic_task_rows(
		req, array(select unnest(found) limit page_size offset page_from)));
end
$$;

-- polemarch_api.periodic_tasks_create(req) -> the periodic task                        POST /periodic-tasks/
--   body   name (a random one), type CRONTAB or INTERVAL, schedule, kind PLAYBOOK or MODULE (PLAYBOOK), mode (the playbook or module),
--          project, inventory (its id, or a file of the project), save_result (true), enabled (true), vars: arguments of
--          ansible-playbook or ansible, and for MODULE group       query  expand=next_run
--   fails  WE400, WE403 project or inventory, WE415 unknown type or kind, WE503 no runner has told yet which arguments there are
create or replace function polemarch_api.periodic_tasks_create(req jsonb) returns api.answer
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor text  := people.must_be_signed_in(req);
	given jsonb := polemarch_api.periodic_task_fields(req);
	t     work.periodic_tasks;
	v     record;
	made  bigint;
begin
	perform people.rights_own();
	t := polemarch_api.periodic_task_given(req, t, given);
	v := inventory.vars_settled(given->'vars', '{}', '{}');
	perform polemarch_api.must_be_arguments_of(t.kind, v.vars, v.sealed);
	made := work.periodic_tasks_add(t, given->>'name', v.vars, v.sealed, clock_timestamp(), work.zone(req->'settings'->>'timeZone'));
	perform polemarch_api.periodic_task_told(req, 'create', made, given);
	return polemarch_api.created(req, '/periodic-tasks/' || made || '/', polemarch_api.periodic_task_json(req, made));
end
$$;

-- polemarch_api.periodic_tasks_get(req) -> the periodic task                           GET /periodic-tasks/{id}/
--   query  expand=next_run       fails  WE404, WE403
create or replace function polemarch_api.periodic_tasks_get(req jsonb) returns api.answer
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor text := people.must_be_signed_in(req);
	t     work.periodic_tasks := polemarch_api.periodic_task_of_path(req, 'see');
begin
	return polemarch_api.ok(polemarch_api.periodic_task_json(req, t.id));
end
$$;

-- polemarch_api.periodic_tasks_update(req) -> the periodic task                        PATCH, PUT /periodic-tasks/{id}/
--   body   as for making one; vars are all of them. Its clock starts anew where type, schedule or enabled change, else it goes on.
--   fails  WE404, WE403 task, project or inventory, WE400, WE415, WE503
create or replace function polemarch_api.periodic_tasks_update(req jsonb) returns api.answer
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor text := people.must_be_signed_in(req);
	t     work.periodic_tasks := polemarch_api.periodic_task_of_path(req, 'edit');
	given jsonb := polemarch_api.periodic_task_fields(req);          -- before the lock: who holds the rights makes all others wait
	o     inventory.objects;
begin
	perform people.rights_own();
	perform from work.periodic_tasks where id = t.id for update;
	t := polemarch_api.periodic_task_of_path(req, 'edit');
	select * into o from inventory.objects where kind = 'periodic_task' and id = t.id for update;     -- as in polemarch_api.object_put
	t := polemarch_api.periodic_task_given(req, t, given);
	if given ? 'vars' then
		select s.vars, s.sealed into o.vars, o.sealed from inventory.vars_settled(given->'vars', o.vars, o.sealed) s;
	end if;
	perform polemarch_api.must_be_arguments_of(t.kind, o.vars, o.sealed) where given ?| '{vars,kind}';
	perform work.periodic_tasks_put(t, clock_timestamp(), work.zone(req->'settings'->>'timeZone'));
	update inventory.objects set name = coalesce(given->>'name', name), vars = o.vars, sealed = o.sealed
	 where kind = 'periodic_task' and id = t.id;
	perform polemarch_api.periodic_task_told(req, 'update', t.id, given);
	return polemarch_api.ok(polemarch_api.periodic_task_json(req, t.id));
end
$$;

-- polemarch_api.periodic_tasks_delete(req) -> nothing; what it has run stays           DELETE /periodic-tasks/{id}/
--   fails  WE404, WE403
create or replace function polemarch_api.periodic_tasks_delete(req jsonb) returns api.answer
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor text := people.must_be_signed_in(req);
	t     work.periodic_tasks;
begin
	perform people.rights_own();
	t := polemarch_api.periodic_task_of_path(req, 'delete');
	perform polemarch_api.periodic_task_told(req, 'delete', t.id, (select jsonb_build_object('name', o.name) from inventory.objects o
	                                                                where o.kind = 'periodic_task' and o.id = t.id)),
	        work.periodic_tasks_delete(array[t.id]);
	return polemarch_api.gone();
end
$$;

-- ---- what is sent ----

-- polemarch_api.periodic_task_fields(req) -> the body's fields of a periodic task, cleaned.       fails  WE400, WE415
create or replace function polemarch_api.periodic_task_fields(req jsonb) returns jsonb
language plpgsql volatile as $$
declare
	given jsonb;
begin
	given := polemarch_api.fields(req,
		polemarch_api.want('name', 'line', most => 512, otherwise => polemarch_api.new_name()),
		polemarch_api.want('type', 'text', needed => true, most => 10),
		polemarch_api.want('schedule', 'text', needed => true, most => 4096, blank => true),
		polemarch_api.want('mode', 'line', needed => true, most => 256),
		polemarch_api.want('kind', 'text', most => 50, otherwise => '"PLAYBOOK"'),
		polemarch_api.want('project', 'pk', needed => true),
		polemarch_api.want('inventory', 'line', needed => true, most => 1024),
		polemarch_api.want('save_result', 'flag', otherwise => 'true'),
		polemarch_api.want('enabled', 'flag', otherwise => 'true'),
		polemarch_api.want('vars', 'vars', otherwise => '{}'));
	perform polemarch_api.fail(415, format('Unknown kind %s.', given->>'kind')) where given->>'kind' not in ('PLAYBOOK', 'MODULE');
	perform polemarch_api.fail(415, format('Unknown type %s.', given->>'type')) where given->>'type' not in ('CRONTAB', 'INTERVAL');
	return given;
end
$$;

-- polemarch_api.periodic_task_given(req, task, given) -> the task with what is given, which the actor may make it. Its arguments are
-- looked at when they are put together.       fails  WE400, WE403
create or replace function polemarch_api.periodic_task_given(req jsonb, t work.periodic_tasks, given jsonb) returns work.periodic_tasks
language plpgsql stable as $$
declare
	wrong text;
begin
	t.project_id := polemarch_api.project_given(req, given->>'project', t.project_id);
	if given ? 'inventory' then
		t.inventory_id := polemarch_api.must_be_inventory(req, req->'body'->'inventory');       -- a number is no path
		t.inventory_path := case when t.inventory_id is null then polemarch_api.must_be_path(given->'inventory', 'inventory', 'Inventory') end;
	elsif t.inventory_id is not null and given ?| '{project,mode,kind,vars}' then
		perform polemarch_api.must_be_inventory(req, to_jsonb(t.inventory_id));      -- what is done to it is another thing now
	end if;
	t.type := coalesce(given->>'type', t.type);
	t.schedule := coalesce(given->>'schedule', t.schedule);
	t.kind := coalesce(given->>'kind', t.kind);
	t.mode := coalesce(given->>'mode', t.mode);
	perform polemarch_api.must_be_mode(to_jsonb(t.mode), t.kind) where given ?| '{mode,kind}';
	t.save_result := coalesce((given->>'save_result')::boolean, t.save_result);
	t.enabled := coalesce((given->>'enabled')::boolean, t.enabled);
	wrong := case when given ?| '{type,schedule}' then work.schedule_error(t.type, t.schedule) end;
	if wrong is not null then
		perform polemarch_api.fail(400, jsonb_build_object('detail', jsonb_build_object('schedule', jsonb_build_array(wrong))));
	end if;
	return t;
end
$$;

-- polemarch_api.project_given(req, word, old) -> the project that is named, which the actor may edit; the old one where none is.
--   fails  WE400, WE403
create or replace function polemarch_api.project_given(req jsonb, word text, old bigint) returns bigint
language plpgsql stable as $$
declare
	project bigint;
begin
	if word is null then
		return old;
	end if;
	select o.id into project from people.objects o
	 where o.kind = 'project' and o.id = case when word ~ '^[+-]?[0-9]{1,18}$' then word::bigint end;
	if project is null then
		perform polemarch_api.fail(400, jsonb_build_object('project', jsonb_build_array(
			format('Invalid pk "%s" - object does not exist.', left(word, 60)))));
	end if;
	perform polemarch_api.must(req, 'edit', 'project', project);
	return project;
end
$$;

-- polemarch_api.must_be_arguments_of(kind, vars, sealed): Ansible takes them, run so. None it always takes, whatever it is.
--   fails  WE400, WE503
create or replace function polemarch_api.must_be_arguments_of(p_kind text, vars jsonb, sealed jsonb) returns void
language plpgsql stable as $$
begin
	perform polemarch_api.must_be_arguments(case p_kind when 'MODULE' then 'ansible' else 'ansible-playbook' end, vars, sealed)
	  where vars <> '{}' or sealed <> '{}';
end
$$;

-- ---- what is said of one ----

-- polemarch_api.periodic_task_of_path(req, verb) -> the task that the path names, with whose project the actor may do that.
--   fails  WE404, WE403
create or replace function polemarch_api.periodic_task_of_path(req jsonb, verb text) returns work.periodic_tasks
language plpgsql stable as $$
declare
	t work.periodic_tasks;
begin
	select * into t from work.periodic_tasks where id = api.path_id(req, 'id');
	perform polemarch_api.must(req, verb, 'project', t.project_id);          -- of no task: there is none
	return t;
end
$$;

-- polemarch_api.periodic_task_told(req, verb, id, details): as polemarch_api.told.
create or replace function polemarch_api.periodic_task_told(req jsonb, verb text, p_id bigint, details jsonb) returns void
language plpgsql as $$
begin
	perform people.audited(req, verb, 'periodictask', array[p_id], inventory.vars_told(details)),
	        outbox.changed('periodictask', array[p_id]);
end
$$;

-- polemarch_api.periodic_task_rows(req, ids) -> the members of these tasks, in that order; their arguments by name, without the secrets.
-- `?expand=next_run` adds when it is due.
create or replace function polemarch_api.periodic_task_rows(req jsonb, ids bigint[]) returns text[]
language plpgsql stable as $$
declare
	url  text[]  := polemarch_api.url_ends(req, '/periodic-tasks');
	more boolean := polemarch_api.is_asked(req, 'next_run');
begin
	return array(select '"id":' || t.id || ',"name":' || api.json(o.name) || ',"type":"' || t.type || '","schedule":' || api.json(t.schedule)
	                    || ',"mode":' || api.json(t.mode) || ',"kind":"' || t.kind || '","project":' || t.project_id
	                    || ',"inventory":' || coalesce(t.inventory_id::text, api.json(t.inventory_path))
	                    || ',"save_result":' || api.json(t.save_result) || ',"enabled":' || api.json(t.enabled)
	                    || ',"vars":{' || coalesce(v.shown, '') || '}'
	                    || case when more then ',"next_run":' || polemarch_api.time(t.next_at) else '' end
	                    || ',"url":' || url[1] || t.id || url[2]
	               from unnest(ids) with ordinality i (id, n)
	               join work.periodic_tasks t on t.id = i.id
	               join inventory.objects o on o.kind = 'periodic_task' and o.id = t.id,
	                    lateral (select string_agg(to_json(a.key)::text || ':' || a.shown, ',' order by a.key collate "C") as shown
	                               from (select key, inventory.with_fractions(value::text) as shown from jsonb_each(o.vars)
	                                     union all
	                                     select key, '"[~~ENCRYPTED~~]"' from jsonb_object_keys(o.sealed) key) a) v
	              order by i.n);
end
$$;

create or replace function polemarch_api.periodic_task_json(req jsonb, p_id bigint) returns text
language plpgsql stable as $$
begin
	return '{' || (polemarch_api.periodic_task_rows(req, array[p_id]))[1] || '}';
end
$$;
