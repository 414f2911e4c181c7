-- Periodic tasks: runs by the clock (polemarch-behaviour.md section 11). A task has a row of work.periodic_tasks, and one of
-- inventory.objects with its name and its arguments; next_at is when it is due. A tick makes runs of those that are (one at a time
-- ticks, see runner_api). Who changes a task locks its row of work.periodic_tasks first, then that of inventory.objects.

-- ---- when ----

-- work.interval_seconds(schedule) -> the number that it is; null: it is none.
create or replace function work.interval_seconds(schedule text) returns numeric
language plpgsql immutable as $$
begin
	return case when length(schedule) <= 60 and schedule ~ '^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?$'
	            then schedule::numeric end;
end
$$;

-- work.schedule_error(type, schedule) -> what is wrong with it, or null. CRONTAB: as sql/work/cron.sql tells; INTERVAL: whole seconds.
create or replace function work.schedule_error(p_type text, schedule text) returns text
language plpgsql immutable as $$
declare
	seconds numeric := work.interval_seconds(schedule);
begin
	return case when p_type = 'CRONTAB' then work.cron_error(schedule)
	            when schedule = '' then 'could not convert string to float: '
	            when seconds is null then 'could not convert string to float: ' || work.python(schedule)
	            when seconds < 1 then 'Ensure this value is greater than or equal to 1.'
	            when seconds > 1000000000 then 'Ensure this value is less than or equal to 1000000000.'
	            when seconds <> trunc(seconds) then 'A valid integer is required.' end;
end
$$;

-- work.periodic_next(type, schedule, after, zone) -> when one that was saved then is due first; null: never.
create or replace function work.periodic_next(p_type text, schedule text, after timestamptz, zone text) returns timestamptz
language plpgsql stable as $$
begin
	return case p_type when 'CRONTAB' then work.cron_next(schedule, after, zone)
	                   else after + work.interval_seconds(schedule)::float8 * interval '1 second' end;
end
$$;

-- work.periodic_following(task, now, zone) -> when one that was due is due again: later than now, by the rhythm that it had.
create or replace function work.periodic_following(t work.periodic_tasks, p_now timestamptz, zone text) returns timestamptz
language plpgsql stable as $$
declare
	seconds float8;
begin
	if t.type = 'CRONTAB' then
		return work.cron_next(t.schedule, p_now, zone);
	end if;
	seconds := work.interval_seconds(t.schedule);
	return t.next_at + seconds * (floor(extract(epoch from p_now - t.next_at)::float8 / seconds) + 1) * interval '1 second';
end
$$;

-- ---- kept ----

-- work.periodic_tasks_add(task, name, vars, sealed, now, zone) -> its id. The caller has looked at all of it.
create or replace function work.periodic_tasks_add(
	t work.periodic_tasks, p_name text, p_vars jsonb, p_sealed jsonb, p_now timestamptz, p_zone text
) returns bigint
language plpgsql as $$
declare
	made bigint;
begin
	insert into work.periodic_tasks (type, schedule, kind, mode, project_id, inventory_id, inventory_path, save_result, enabled, zone, next_at)
	values (t.type, t.schedule, t.kind, t.mode, t.project_id, t.inventory_id, t.inventory_path, t.save_result, t.enabled, p_zone,
	        case when t.enabled then work.periodic_next(t.type, t.schedule, p_now, p_zone) end)
	returning id into made;
	insert into inventory.objects (kind, id, name, vars, sealed) values ('periodic_task', made, p_name, p_vars, p_sealed);
	return made;
end
$$;

-- work.periodic_tasks_put(task, now, zone): so it is from now on; the caller holds its row. Its clock starts anew only where something
-- else tells when it is due.
create or replace function work.periodic_tasks_put(t work.periodic_tasks, p_now timestamptz, p_zone text) returns void
language plpgsql as $$
begin
	update work.periodic_tasks o
	   set kind = t.kind, mode = t.mode, project_id = t.project_id, inventory_id = t.inventory_id, inventory_path = t.inventory_path,
	       save_result = t.save_result
	 where o.id = t.id;
	update work.periodic_tasks o
	   set type = t.type, schedule = t.schedule, enabled = t.enabled, zone = p_zone,
	       next_at = case when t.enabled then work.periodic_next(t.type, t.schedule, p_now, p_zone) end
	 where o.id = t.id and (o.type, o.schedule, o.enabled) is distinct from (t.type, t.schedule, t.enabled);
end
$$;

-- work.periodic_tasks_delete(ids): they are gone. What they have run stays, and goes on.
create or replace function work.periodic_tasks_delete(p_ids bigint[]) returns void
language plpgsql as $$
begin
	delete from work.periodic_tasks where id = any(p_ids);
	delete from inventory.objects where kind = 'periodic_task' and id = any(p_ids);
	perform outbox.changed('periodictask', p_ids) where p_ids <> '{}';
end
$$;

-- ---- run ----

-- work.periodic_orders(ids) -> the run that each of these tasks asks for, at its place. What is sealed is held from here on, or
-- moirai-db rekey might seal it anew while it is copied.
create or replace function work.periodic_orders(p_ids bigint[]) returns work.order[]
language plpgsql as $$
begin
	perform from inventory.objects o
	  where o.kind = 'periodic_task' and o.id = any(p_ids) and o.sealed <> '{}' order by o.id for share;
	return array(
		select row(t.project_id, t.inventory_id, t.inventory_path, t.kind, t.mode,
		           case t.kind when 'MODULE' then nullif(btrim(o.vars->>'group'), '') end,
		           case t.kind when 'MODULE' then o.vars - 'group' else o.vars end, o.sealed, t.save_result, t.id, 'scheduler')::work.order
		  from unnest(p_ids) with ordinality i (id, n)
		  join work.periodic_tasks t on t.id = i.id
		  join inventory.objects o on o.kind = 'periodic_task' and o.id = t.id
		 order by i.n);
end
$$;

-- work.periodic_order(id) -> the run that the task asks for; null: there is no such task.
create or replace function work.periodic_order(p_id bigint) returns work.order
language plpgsql as $$
begin
	return (work.periodic_orders(array[p_id]))[1];
end
$$;

-- work.inventories_without_hosts(ids) -> those of them in which there is no host, nor in a group of theirs.
create or replace function work.inventories_without_hosts(p_ids bigint[]) returns bigint[]
language plpgsql stable as $$
begin
	return array(select distinct i from unnest(p_ids) i where i is not null and not work.inventory_has_hosts(i));
end
$$;

-- work.periodic_fire(tasks, now) -> the run that has come of each of these, at its place: all are asked for, and those that can't be
-- run are over at once.
create or replace function work.periodic_fire(p_ids bigint[], p_now timestamptz) returns bigint[]
language plpgsql as $$
declare
	orders work.order[] := work.periodic_orders(p_ids);
	runs   bigint[]     := work.runs_add(orders, p_now);
	empty  bigint[]     := work.inventories_without_hosts(array(select distinct inventory_id from unnest(orders)));
begin
	perform work.runs_over(w.runs, 'ERROR', w.why, p_now)
	   from (select why, array_agg(run order by run) as runs
	           from (select runs[n] as run, case when kind = 'MODULE' and not work.names_hosts(host_pattern)
	                                             then 'A module needs a group, on whose hosts it is run.'
	                                             when inventory_id = any(empty) then 'The inventory has no hosts.' end as why
	                   from unnest(orders) with ordinality o (project_id, inventory_id, inventory_path, kind, mode, host_pattern,
	                                                          arguments, sealed, save_result, initiator, initiator_type, n)) j
	          where why is not null group by why order by why) w;
	return runs;
end
$$;

-- work.periodic_tick(settings, now) -> how many runs it has made: one of each task that is due, however late, unless the one before is
-- still at work, or, where `missedRuns` is skip, it is late by more than a minute. A task that somebody is just changing is left
-- to the next tick.
create or replace function work.periodic_tick(settings jsonb, p_now timestamptz) returns int
language plpgsql as $$
declare
	clock text := work.zone(settings->>'timeZone');
	due   work.periodic_tasks[];
	ids   bigint[];
	runs  bigint[];
begin
	-- Their projects are held, too, or one might be deleted that has a run now.
	due := array(select q.t from (select t from work.periodic_tasks t join work.projects p on p.id = t.project_id
	                               where t.next_at <= p_now order by t.next_at, t.id
	                                 for update of t skip locked for key share of p skip locked) q);
	if due <> '{}' then
		ids := array(select t.id from unnest(due) with ordinality t
		              where not coalesce(settings->>'missedRuns' = 'skip' and t.next_at < p_now - interval '1 minute', false)
		                and not exists (select from work.runs r where r.id = t.run_id and r.status in ('DELAY', 'RUN'))
		              order by t.ordinality);
		runs := case when ids <> '{}' then work.periodic_fire(ids, p_now) end;
		update work.periodic_tasks t
		   set zone = clock, next_at = d.next_at, run_id = coalesce(runs[array_position(ids, t.id)], t.run_id)
		  from (select u.id, work.periodic_following(u, p_now, clock) as next_at from unnest(due) u) d
		 where t.id = d.id;
		perform outbox.changed('periodictask', array(select id from unnest(due)));
	end if;
	perform work.periodic_zone_put(clock, p_now);
	return coalesce(cardinality(runs), 0);
end
$$;

-- work.periodic_zone_put(zone, now): all tasks go by the clock of that zone. One that is due has its turn first.
create or replace function work.periodic_zone_put(p_zone text, p_now timestamptz) returns void
language plpgsql as $$
declare
	ids bigint[];
begin
	ids := array(select id from work.periodic_tasks where zone <> p_zone and coalesce(next_at > p_now, true)
	              order by id for update skip locked);
	if ids <> '{}' then
		update work.periodic_tasks
		   set zone = p_zone, next_at = case when type = 'CRONTAB' and enabled then work.cron_next(schedule, p_now, p_zone) else next_at end
		 where id = any(ids);
		perform outbox.changed('periodictask', ids);
	end if;
end
$$;
