-- History: the records of runs (polemarch.txt History records, polemarch-behaviour.md section 10). Those whose results nobody wants
-- (save_result) are never shown. A run's rights are those of its project and inventory (people.may_run).

-- ---- lists ----

-- polemarch_api.runs_seen(user, all, ...) -> the runs that the user sees, as people.may_run decides it for one. all: every one; else
-- these are the projects and inventories that he may edit, and those that he sees (polemarch_api.run_rights). In FROM the planner puts
-- it in line.
create or replace function polemarch_api.runs_seen(
	p_user bigint, everything boolean, own_projects bigint[], own_inventories bigint[], projects bigint[], inventories bigint[]
) returns setof work.runs
language sql stable as $$
	select r.* from work.runs r
	 where r.save_result
	   and (everything or r.initiator_type = 'users' and r.initiator = p_user
	        or r.project_id is not null and (r.project_id = any(own_projects) or r.inventory_id = any(own_inventories))
	        or r.project_id = any(projects) and (r.inventory_path is not null or r.bare or r.inventory_id = any(inventories)))
$$;

-- polemarch_api.run_rights(req) -> what polemarch_api.runs_seen must know of who asks.
create or replace function polemarch_api.run_rights(
	req jsonb, out everything boolean, out own_projects bigint[], out own_inventories bigint[], out projects bigint[], out inventories bigint[]
)
language plpgsql stable as $$
declare
	mine bigint[] := people.principals((req->>'actor')::bigint);
begin
	everything := 0 = any(mine);
	if not everything then
		own_projects := array(select e from people.editable_ids(mine, 'project') e);
		own_inventories := array(select e from people.editable_ids(mine, 'inventory') e);
		projects := array(select distinct v from people.visible_ids(mine, 'project') v);
		inventories := array(select distinct v from people.visible_ids(mine, 'inventory') v where cardinality(projects) > 0);
	end if;
end
$$;

-- polemarch_api.query_time(req, name, wrong) -> a time of the query, by its zone or in UTC; `wrong` where it is none; null: not given.
create or replace function polemarch_api.query_time(req jsonb, name text, wrong timestamptz) returns timestamptz
language plpgsql stable as $$
declare
	word  text   := polemarch_api.query(req, name);
	-- A `+` that was not encoded has come as a blank.
	parts text[] := regexp_match(word, '^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[ +-]\d\d(?::?\d\d)?)?$');
begin
	if word is null then
		return null;
	end if;
	return coalesce((parts[1] || ' ' || parts[2] || replace(coalesce(parts[3], 'Z'), ' ', '+'))::timestamptz, wrong);
exception when data_exception then
	return wrong;
end
$$;

-- polemarch_api.query_times(req, name) -> from when to when the parameters name, name__gt, __gte, __lt and __lte allow; null: any.
-- Nothing lies between where one of them is no time.
create or replace function polemarch_api.query_times(req jsonb, name text, out low timestamptz, out high timestamptz)
language plpgsql stable as $$
begin
	low := greatest(polemarch_api.query_time(req, name, 'infinity'), polemarch_api.query_time(req, name || '__gte', 'infinity'),
	                polemarch_api.query_time(req, name || '__gt', 'infinity') + interval '1 microsecond');
	high := least(polemarch_api.query_time(req, name, '-infinity'), polemarch_api.query_time(req, name || '__lte', '-infinity'),
	              polemarch_api.query_time(req, name || '__lt', '-infinity') - interval '1 microsecond');
end
$$;

-- polemarch_api.runs_found(req) -> how many runs the actor sees that the filters take, and the ids of this page, the newest first.
create or replace function polemarch_api.runs_found(req jsonb, out total bigint, out ids bigint[])
language plpgsql stable as $$
declare
	mine         record;
	started      record;
	stopped      record;
	who          bigint   := (req->>'actor')::bigint;
	among        bigint[] := polemarch_api.ids(req, 'id');
	but          bigint[] := polemarch_api.ids(req, 'id__not');
	of_mode      text     := polemarch_api.query(req, 'mode');
	of_kind      text     := polemarch_api.query(req, 'kind');
	with_status  text[]   := polemarch_api.words(req, 'status');
	on_host      text     := polemarch_api.query(req, 'host');
	came         bigint[] := case when on_host is not null then array(select run_id from work.run_hosts where name = on_host) end;
	of_project   bigint   := polemarch_api.query_id(req, 'project');
	of_inventory bigint   := polemarch_api.query_id(req, 'inventory');
	by_initiator bigint   := polemarch_api.query_id(req, 'initiator');
	by_type      text     := polemarch_api.query(req, 'initiator_type');
	page_from    bigint   := polemarch_api.offset(req);
	page_size    bigint   := polemarch_api.limit(req);
begin
	mine := polemarch_api.run_rights(req);
	started := polemarch_api.query_times(req, 'start_time');
	stopped := polemarch_api.query_times(req, 'stop_time');
	if mine.everything and num_nonnulls(among, but, of_mode, of_kind, with_status, on_host, of_project, of_inventory, by_initiator, by_type,
	                                    started.low, started.high, stopped.low, stopped.high) = 0 then
		total := fate.count('run');
		ids := array(select id from work.runs where save_result order by id desc limit page_size offset page_from);
		return;
	end if;
	-- Planned for what was asked: a filter that is not there costs nothing.
	perform api.plan_for_many();
	with found as materialized (
		select r.id
		  from polemarch_api.runs_seen(who, mine.everything, mine.own_projects, mine.own_inventories, mine.projects, mine.inventories) r
		 where (among is null or r.id = any(among)) and (but is null or r.id <> all(but))
		   and (of_mode is null or r.mode = of_mode) and (of_kind is null or r.kind = of_kind)
		   and (with_status is null or r.status = any(with_status)) and (came is null or r.id = any(came))
		   and (of_project is null or r.project_id = of_project) and (of_inventory is null or r.inventory_id = of_inventory)
		   and (by_initiator is null or r.initiator = by_initiator and r.initiator_type in ('users', 'scheduler'))      -- as the index has it
		   and (by_type is null or r.initiator_type = by_type)
		   and (started.low is null or r.start_time >= started.low) and (started.high is null or r.start_time <= started.high)
		   and (stopped.low is null or r.stop_time >= stopped.low) and (stopped.high is null or r.stop_time <= stopped.high)
	)
	select (select count(*) from found),
	       array(select f.id from found f order by f.id desc limit page_size offset page_from)
	  into total, ids;
end
$$;

-- polemarch_api.history_list(req) -> a page of records, the newest first               GET /history/
--   query  id, id__not, mode, kind, status (several with commas), host (the name of a machine that they have come to), project, inventory,
--          initiator, initiator_type; start_time, stop_time, each also with __gt, __gte, __lt, __lte; limit, offset; expand
--          (polemarch_api.runs_more)
create or replace function polemarch_api.history_list(req jsonb) returns api.answer
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor text   := people.must_be_signed_in(req);
	url   text[] := polemarch_api.url_ends(req, '/history');
	total bigint;
	ids   bigint[];
begin
	select * into total, ids from polemarch_api.runs_found(req);
	return polemarch_api.page(req, total, array(
		select '"id":' || r.id || ',"project":' || api.json(r.project_id) || ',"mode":' || api.json(r.mode) || ',"kind":"' || r.kind
		       || '","status":"' || r.status || '","inventory":' || api.json(r.inventory_id)
		       || ',"start_time":' || polemarch_api.time(r.start_time) || ',"stop_time":' || polemarch_api.time(r.stop_time)
		       || ',"initiator":' || api.json(r.initiator) || ',"initiator_type":"' || r.initiator_type || '"' || i.more
		       || ',"url":' || url[1] || r.id || url[2]
		  from unnest(ids, polemarch_api.runs_more(req, ids)) with ordinality i (id, more, n) join work.runs r on r.id = i.id order by i.n));
end
$$;

-- polemarch_api.runs_more(req, ids) -> for each of these runs, which the actor sees, at its place what `?expand=` asks for, after a comma:
--   names      project_name, inventory_name, initiator_name; null: gone, or not the actor's to see. And bare: is it of machines that were
--              named, and of no inventory?
--   outcomes   how many machines of each
--   may        cancel (who sees it may), delete (as people.may_run decides it for one)
create or replace function polemarch_api.runs_more(req jsonb, p_ids bigint[]) returns text[]
language plpgsql stable as $$
declare
	who  bigint   := (req->>'actor')::bigint;
	mine bigint[] := people.principals(who);
	with_names    boolean := polemarch_api.is_asked(req, 'names');
	with_outcomes boolean := polemarch_api.is_asked(req, 'outcomes');
	with_may      boolean := polemarch_api.is_asked(req, 'may');
	own_projects    bigint[] := array(select e from people.editable_ids(mine, 'project') e where with_may);
	own_inventories bigint[] := array(select e from people.editable_ids(mine, 'inventory') e where with_may);
begin
	if not (with_names or with_outcomes or with_may) then
		return array_fill(''::text, array[cardinality(p_ids)]);
	end if;
	return array(
		select case when with_names then ',"project_name":' || api.json(p.name)
		                            || ',"inventory_name":' || api.json(coalesce(r.inventory_path, v.name))
		                            || ',"initiator_name":' || api.json(coalesce(u.username, t.name))
		                            || ',"bare":' || api.json(r.bare) else '' end
		       || case when with_outcomes then ',"outcomes":' || polemarch_api.members_json(coalesce(r.outcomes, (
		              select jsonb_object_agg(coalesce(h.outcome, 'running'), h.n)
		                from (select outcome, count(*) as n from work.run_hosts where run_id = r.id group by outcome) h), '{}')) else '' end
		       || case when with_may then ',"may":["cancel"' || case when
		              case when 0 = any(mine) then true
		                   when r.project_id is null then r.initiator_type = 'users' and r.initiator = who
		                   when r.inventory_path is not null or r.bare then r.project_id = any(own_projects)
		                   else r.inventory_id = any(own_inventories) end then ',"delete"]' else ']' end else '' end
		  from unnest(p_ids) with ordinality i (id, n)
		  left join work.runs r on r.id = i.id
		  left join inventory.objects p on with_names and p.kind = 'project' and p.id = r.project_id
		        and exists (select from people.visible s where s.principal = any(mine) and s.kind = 'project' and s.id = p.id)
		  left join inventory.objects v on with_names and v.kind = 'inventory' and v.id = r.inventory_id
		        and exists (select from people.visible s where s.principal = any(mine) and s.kind = 'inventory' and s.id = v.id)
		  left join people.users u on with_names and r.initiator_type = 'users' and u.id = r.initiator
		  left join work.periodic_tasks k on with_names and r.initiator_type = 'scheduler' and k.id = r.initiator
		        and exists (select from people.visible s where s.principal = any(mine) and s.kind = 'project' and s.id = k.project_id)
		  left join inventory.objects t on t.kind = 'periodic_task' and t.id = k.id
		 order by i.n);
end
$$;

-- ---- one of them ----

-- polemarch_api.inventory_of(run) -> its inventory, as people.may_run wants it.
create or replace function polemarch_api.inventory_of(r work.runs) returns bigint
language sql immutable as $$
	select coalesce(r.inventory_id, case when r.inventory_path is null and not r.bare then 0 end)
$$;

-- polemarch_api.run_of_path(req, verb) -> the run that the path names, to which the actor may do that (people.may_run).
--   fails  WE404, WE403
create or replace function polemarch_api.run_of_path(req jsonb, verb text) returns work.runs
language plpgsql stable as $$
declare
	r work.runs;
begin
	select * into r from work.runs where id = api.path_id(req, 'id') and save_result;
	if not found then
		perform polemarch_api.not_found();
	elsif not people.may_run((req->>'actor')::bigint, verb, r.project_id, polemarch_api.inventory_of(r),
	                         case when r.initiator_type = 'users' then r.initiator end) then
		perform polemarch_api.forbidden();
	end if;
	return r;
end
$$;

-- polemarch_api.history_get(req) -> the record                                         GET /history/{id}/
--   raw_stdout is the first 10,000,000 characters of the output, without colours. `inventory` and `revision` are shown beyond the
--   document, as Polemarch does; what is long, or says more than it, where it is asked for.
--   query  output=no: without raw_stdout and raw_inventory; expand=raw_inventory (in spite of that), execute_args (secret ones as
--          `[~~ENCRYPTED~~]`), status_detail (why it did not end well, or what was left out), hosts (the machines it was asked for by name;
--          null: all of its inventory), and those of polemarch_api.runs_more, with commas       fails  WE404, WE403
create or replace function polemarch_api.history_get(req jsonb) returns api.answer
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor  text      := people.must_be_signed_in(req);
	r      work.runs := polemarch_api.run_of_path(req, 'see');
	output boolean   := polemarch_api.query(req, 'output') is distinct from 'no';
begin
	return polemarch_api.ok('{"id":' || r.id || ',"project":' || api.json(r.project_id) || ',"mode":' || api.json(r.mode)
		|| ',"kind":"' || r.kind || '","status":"' || r.status
		|| '","start_time":' || polemarch_api.time(r.start_time) || ',"stop_time":' || polemarch_api.time(r.stop_time)
		|| ',"inventory":' || api.json(r.inventory_id)
		|| case when output or polemarch_api.is_asked(req, 'raw_inventory')
		        then ',"raw_inventory":' || api.json(coalesce(r.raw_inventory, '')) else '' end
		|| ',"raw_args":' || api.json(coalesce(r.raw_args, ''))
		|| case when output then ',"raw_stdout":' || api.json(polemarch_api.run_text(r, 10000000)) else '' end
		|| ',"initiator":' || api.json(r.initiator) || ',"initiator_type":"' || r.initiator_type || '"'
		|| case when polemarch_api.is_asked(req, 'execute_args') then ',"execute_args":' || polemarch_api.members_json(r.arguments)
		        else '' end
		|| ',"revision":' || api.json(r.revision)
		|| case when polemarch_api.is_asked(req, 'status_detail') then ',"status_detail":' || api.json(r.status_detail) else '' end
		|| case when polemarch_api.is_asked(req, 'hosts')
		        then ',"hosts":' || coalesce((select api.list(names) from work.run_targets where run_id = r.id), 'null') else '' end
		|| (polemarch_api.runs_more(req, array[r.id]))[1]
		|| ',"url":' || polemarch_api.url(req, '/history/' || r.id || '/') || '}');
end
$$;

-- polemarch_api.members_json(object) -> the object as JSON, by its keys.
create or replace function polemarch_api.members_json(object jsonb) returns text
language plpgsql stable as $$
begin
	return '{' || coalesce((select string_agg(api.json(key) || ':' || value::text, ',' order by key collate "C")
	                          from jsonb_each(object)), '') || '}';
end
$$;

-- polemarch_api.history_delete(req) -> nothing: the record is gone, with its output    DELETE /history/{id}/
--   fails  WE404, WE403, WE409 it is not over
create or replace function polemarch_api.history_delete(req jsonb) returns api.answer
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor text      := people.must_be_signed_in(req);
	r     work.runs := polemarch_api.run_of_path(req, 'delete');
begin
	perform from work.runs where id = r.id for update;
	r := polemarch_api.run_of_path(req, 'delete');
	perform polemarch_api.fail(409, 'Execution still in process.') where r.status in ('DELAY', 'RUN');
	perform work.runs_delete(array[r.id]),
	        polemarch_api.told(req, 'delete', 'run', array[r.id], jsonb_build_object('mode', r.mode));
	return polemarch_api.gone();
end
$$;

-- polemarch_api.history_cancel(req) -> {detail}                                        POST /history/{id}/cancel/
--   A run that is over stays as it is.       fails  WE404, WE403
create or replace function polemarch_api.history_cancel(req jsonb) returns api.answer
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor text      := people.must_be_signed_in(req);
	r     work.runs := polemarch_api.run_of_path(req, 'cancel');
begin
	if r.status in ('DELAY', 'RUN') then
		perform work.run_cancel(r.id, clock_timestamp()),
		        polemarch_api.told(req, 'cancel', 'run', array[r.id], jsonb_build_object('mode', r.mode));
	end if;
	return polemarch_api.ok('{"detail":"Task canceled: ' || r.id || '"}');
end
$$;

-- ---- what came of it ----

-- polemarch_api.history_facts(req) -> {HOST: {status, ...}} in the order in which they answered   GET /history/{id}/facts/
--   Of a run that was canceled: those that had answered.
--   fails  WE404, WE403, WE424 it is not over, WE404 it was not one of the module setup
create or replace function polemarch_api.history_facts(req jsonb) returns api.answer
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor text      := people.must_be_signed_in(req);
	r     work.runs := polemarch_api.run_of_path(req, 'see');
begin
	perform polemarch_api.fail(424, 'Execution still in process.') where r.status in ('DELAY', 'RUN');
	perform polemarch_api.fail(404, 'Facts can be gathered only by setup module.')
	  where r.kind <> 'MODULE' or r.mode not in ('setup', 'ansible.builtin.setup', 'ansible.legacy.setup');
	return polemarch_api.ok('{' || coalesce((
		select string_agg(api.json(name) || ':{"status":' || api.json(status)
		                  || case when facts ~ '^\s*\{\s*\}' then '}' else ',' || substr(ltrim(facts, E' \t\r\n'), 2) end, ',' order by n)
		  from work.run_facts where run_id = r.id), '') || '}');
end
$$;

-- polemarch_api.history_hosts(req) -> a page of what came of it on each host, by name  GET /history/{id}/hosts/
--   Beyond the document. `host` is the machine of the fleet that has this name; outcome null: it is at it.
--   query  name (part of it); outcome, several with commas, `running` for null; ordering=outcome: the worst first; limit, offset
--   fails  WE404, WE403
create or replace function polemarch_api.history_hosts(req jsonb) returns api.answer
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor  text      := people.must_be_signed_in(req);
	r      work.runs := polemarch_api.run_of_path(req, 'see');
	part   text      := api.containing(polemarch_api.query(req, 'name'));
	wanted text[]    := polemarch_api.words(req, 'outcome');
	worst  text[]    := case when polemarch_api.query(req, 'ordering') = 'outcome'
	                         then '{failed,unreachable,interrupted,unknown,running,changed,ok,skipped}'::text[] end;
	total  bigint;
begin
	-- Planned for what was asked: by name the index has them in order.
	perform api.plan_for_many();
	select count(*) into total from work.run_hosts h
	 where h.run_id = r.id and (part is null or h.name like part) and (wanted is null or coalesce(h.outcome, 'running') = any(wanted));
	return polemarch_api.page(req, total, array(
		select '"name":' || api.json(h.name) || ',"host":' || api.json(h.host_id) || ',"outcome":' || api.json(h.outcome)
		       || ',"ok":' || h.ok || ',"changed":' || h.changed || ',"unreachable":' || h.unreachable || ',"failed":' || h.failed
		       || ',"skipped":' || h.skipped || ',"rescued":' || h.rescued || ',"ignored":' || h.ignored
		       || ',"task":' || api.json(h.task) || ',"message":' || api.json(h.message)
		  from work.run_hosts h
		 where h.run_id = r.id and (part is null or h.name like part) and (wanted is null or coalesce(h.outcome, 'running') = any(wanted))
		 order by case when worst is not null then array_position(worst, coalesce(h.outcome, 'running')) end, h.name
		 limit polemarch_api.limit(req) offset polemarch_api.offset(req)));
end
$$;
