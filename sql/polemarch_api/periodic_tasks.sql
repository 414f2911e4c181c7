-- Periodic tasks: runs by the clock (polemarch.txt Periodic tasks, polemarch-behaviour.md section 11). Rights are those on the project:
-- who may execute it sees them, who may edit it makes, changes and deletes them.

-- polemarch_api.periodic_tasks_list(req) -> a page of periodic tasks                   GET /periodic-tasks/
--   query  id, id__not, name, name__not (parts of it), mode, kind, type, enabled, project, inventory, limit, offset; ordering=next_run: by
--          when they are due, those that never are last; expand as polemarch_api.periodic_task_rows       fails  WE400
create or replace function polemarch_api.periodic_tasks_list(req jsonb) returns api.answer
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor        text     := people.must_be_signed_in(req);
	principals   bigint[] := people.principals((req->>'actor')::bigint);
	among        bigint[] := polemarch_api.ids(req, 'id');
	but          bigint[] := polemarch_api.ids(req, 'id__not');
	part         text     := api.containing(polemarch_api.query(req, 'name'));
	part_not     text     := api.containing(polemarch_api.query(req, 'name__not'));
	of_project   bigint   := polemarch_api.query_id(req, 'project');
	of_inventory bigint   := polemarch_api.query_id(req, 'inventory');
	of_mode      text     := polemarch_api.query(req, 'mode');
	of_kind      text     := polemarch_api.query(req, 'kind');
	of_type      text     := polemarch_api.query(req, 'type');
	on_or_off    boolean  := polemarch_api.query_flag(req, 'enabled');
	by_time      boolean  := coalesce(polemarch_api.query(req, 'ordering') = 'next_run', false);
	page_size    bigint   := polemarch_api.limit(req);
	page_from    bigint   := polemarch_api.offset(req);
	found        bigint[];
begin
	perform api.plan_for_many();
	found := array(
		select t.id from work.periodic_tasks t
		 where (among is null or t.id = any(among)) and (but is null or t.id <> all (but))
		   and (of_project is null or t.project_id = of_project) and (of_inventory is null or t.inventory_id = of_inventory)
		   and (on_or_off is null or t.enabled = on_or_off)
		   and (of_mode is null or t.mode = of_mode) and (of_kind is null or t.kind = of_kind) and (of_type is null or t.type = of_type)
		   and (part is null and part_not is null
		        or exists (select from inventory.objects o where o.kind = 'periodic_task' and o.id = t.id
		                      and (part is null or o.name like part) and (part_not is null or o.name not like part_not)))
		   and exists (select from people.visible v where v.principal = any(principals) and v.kind = 'project' and v.id = t.project_id)
		 order by case when by_time then t.next_at end, t.id);
	return polemarch_api.page(req, cardinality(found), polemarch_api.periodic_task_rows(
		req, array(select unnest(found) limit page_size offset page_from)));
end
$$;

-- polemarch_api.periodic_tasks_create(req) -> the periodic task                        POST /periodic-tasks/
--   body   name (a random one), type CRONTAB or INTERVAL, schedule, kind PLAYBOOK or MODULE (PLAYBOOK), mode (the playbook or module),
--          project, inventory (its id, or a file of the project), save_result (true), enabled (true), vars: arguments of
--          ansible-playbook or ansible, and for MODULE group       query  expand as polemarch_api.periodic_task_rows
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
--   query  expand as polemarch_api.periodic_task_rows       fails  WE404, WE403
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

-- polemarch_api.periodic_tasks_next(req) -> {zone, next: [time, ...]}: the next five     GET /periodic-tasks/next/
--   Beyond the document: when a task with that schedule would be due, were it made now.
--   query  type, schedule       fails  WE400, WE415, as for making one
create or replace function polemarch_api.periodic_tasks_next(req jsonb) returns api.answer
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor text := people.must_be_signed_in(req);
	zone  text := work.zone(req->'settings'->>'timeZone');
	given jsonb;
	times timestamptz[];
begin
	given := polemarch_api.schedule_fields(req || jsonb_build_object('method', 'POST', 'body', jsonb_strip_nulls(jsonb_build_object(
		'type', req->'query'->'type'->-1, 'schedule', req->'query'->'schedule'->-1))));
	with recursive due as (
		select 1 as n, work.periodic_next(given->>'type', given->>'schedule', clock_timestamp(), zone) as at
		union all
		select n + 1, work.periodic_next(given->>'type', given->>'schedule', at, zone) from due where n < 5 and at is not null
	)
	select array_agg(at order by n) into times from due where at is not null;
	return polemarch_api.ok('{"zone":' || api.json(zone) || ',"next":['
		|| coalesce((select string_agg(polemarch_api.time(t), ',' order by n) from unnest(times) with ordinality u (t, n)), '') || ']}');
end
$$;

-- ---- what is sent ----

-- polemarch_api.schedule_fields(req) -> the body's type and schedule, which go together, cleaned.       fails  WE400, WE415
create or replace function polemarch_api.schedule_fields(req jsonb) returns jsonb
language plpgsql stable as $$
declare
	given jsonb := polemarch_api.fields(req,
		polemarch_api.want('type', 'text', needed => true, most => 10),
		polemarch_api.want('schedule', 'text', needed => true, most => 4096, blank => true));
begin
	perform polemarch_api.must_be_type(given->>'type'), polemarch_api.must_be_schedule(given->>'type', given->>'schedule');
	return given;
end
$$;

-- polemarch_api.must_be_type(type): there are such.       fails  WE415
create or replace function polemarch_api.must_be_type(p_type text) returns void
language plpgsql stable as $$
begin
	perform polemarch_api.fail(415, format('Unknown type %s.', p_type)) where p_type not in ('CRONTAB', 'INTERVAL');
end
$$;

-- polemarch_api.must_be_schedule(type, schedule): it is one of that type.       fails  WE400
create or replace function polemarch_api.must_be_schedule(p_type text, schedule text) returns void
language plpgsql stable as $$
declare
	wrong text := work.schedule_error(p_type, schedule);
begin
	if wrong is not null then
		perform polemarch_api.fail(400, jsonb_build_object('detail', jsonb_build_object('schedule', jsonb_build_array(wrong))));
	end if;
end
$$;

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
	perform polemarch_api.must_be_type(given->>'type');
	return given;
end
$$;

-- polemarch_api.periodic_task_given(req, task, given) -> the task with what is given, which the actor may make it. Its arguments are
-- looked at when they are put together.       fails  WE400, WE403
create or replace function polemarch_api.periodic_task_given(req jsonb, t work.periodic_tasks, given jsonb) returns work.periodic_tasks
language plpgsql stable as $$
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
	perform polemarch_api.must_be_schedule(t.type, t.schedule) where given ?| '{type,schedule}';
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
--   query  expand=next_run (when it is due), role (on the project), names (of project and inventory), last_run
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
	                    || coalesce(i.names, '') || coalesce(i.last, '')
	                    || ',"url":' || url[1] || t.id || url[2]
	               from unnest(ids, polemarch_api.periodic_task_names_asked(req, ids), polemarch_api.last_run_asked(req, ids))
	                    with ordinality i (id, names, last, n)
	               join work.periodic_tasks t on t.id = i.id
	               join inventory.objects o on o.kind = 'periodic_task' and o.id = t.id,
	                    lateral (select string_agg(to_json(a.key)::text || ':' || a.shown, ',' order by a.key collate "C") as shown
	                               from (select key, inventory.with_fractions(value::text) as shown from jsonb_each(o.vars)
	                                     union all
	                                     select key, '"[~~ENCRYPTED~~]"' from jsonb_object_keys(o.sealed) key) a) v
	              order by i.n);
end
$$;

-- polemarch_api.periodic_task_names_asked(req, ids) -> of each of these, at its place, what `?expand=` asks for of role, project_name and
-- inventory_name; null: it asks for none of it.
create or replace function polemarch_api.periodic_task_names_asked(req jsonb, ids bigint[]) returns text[]
language plpgsql stable as $$
declare
	with_names  boolean := polemarch_api.is_asked(req, 'names');
	with_role   boolean := polemarch_api.is_asked(req, 'role');
	projects    bigint[];
	inventories bigint[];
	paths       text[];
begin
	if not with_names and not with_role then
		return null;
	end if;
	select array_agg(t.project_id order by i.n), array_agg(t.inventory_id order by i.n), array_agg(t.inventory_path order by i.n)
	  into projects, inventories, paths
	  from unnest(ids) with ordinality i (id, n) left join work.periodic_tasks t on t.id = i.id;
	return array(
		select case when with_role then ',"role":' || coalesce('"' || role || '"', 'null') else '' end
		       || case when with_names then ',"project_name":' || api.json(p) || ',"inventory_name":' || api.json(coalesce(i, path)) else '' end
		  from unnest(people.roles_of((req->>'actor')::bigint, 'project', projects),
		              polemarch_api.names_seen(req, 'project', projects), polemarch_api.names_seen(req, 'inventory', inventories), paths)
		       with ordinality u (role, p, i, path, n) order by n);
end
$$;

-- polemarch_api.last_run_asked(req, ids) -> of each of these, at its place, the member last_run where `?expand=last_run` asks for it: the
-- last of its runs that the actor sees; null: it does not.
create or replace function polemarch_api.last_run_asked(req jsonb, ids bigint[]) returns text[]
language plpgsql stable as $$
declare
	mine record;
begin
	if not polemarch_api.is_asked(req, 'last_run') then
		return null;
	end if;
	mine := polemarch_api.run_rights(req);
	return array(
		select ',"last_run":' || coalesce('{"id":' || r.id || ',"status":"' || r.status || '","start_time":' || polemarch_api.time(r.start_time)
		                                  || ',"stop_time":' || polemarch_api.time(r.stop_time) || '}', 'null')
		  from unnest(ids) with ordinality i (id, n)
		  left join lateral (
			select s.id, s.status, s.start_time, s.stop_time
			  from polemarch_api.runs_seen((req->>'actor')::bigint, mine.everything, mine.own_projects, mine.own_inventories,
			                               mine.projects, mine.inventories) s
			 where s.initiator_type = 'scheduler' and s.initiator = i.id order by s.id desc limit 1) r on true
		 order by i.n);
end
$$;

create or replace function polemarch_api.periodic_task_json(req jsonb, p_id bigint) returns text
language plpgsql stable as $$
begin
	return '{' || (polemarch_api.periodic_task_rows(req, array[p_id]))[1] || '}';
end
$$;
