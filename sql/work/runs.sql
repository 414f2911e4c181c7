-- Runs: asked for, begun, ended (polemarch-behaviour.md sections 9.3 and 10). A run is
--	DELAY          asked for, and nobody has it
--	RUN            a shepherd has it (fcgi-app/runner), by a token, and must be heard of before its lease ends
--	OK, ERROR, OFFLINE, INTERRUPTED      over
-- Who changes a run that is not over locks its row first.

-- work.runs_add(orders, now) -> the ids of the runs that were asked for, each at its place. They are good: their arguments, and
-- who may ask for them, were looked at.
create or replace function work.runs_add(p_orders work.order[], p_now timestamptz) returns bigint[]
language plpgsql as $$
declare
	ids bigint[];
begin
	with made as (
		insert into work.runs (project_id, inventory_id, inventory_path, kind, mode, host_pattern, arguments, save_result,
		                       initiator, initiator_type, start_time)
		select o.project_id, o.inventory_id, o.inventory_path, o.kind, o.mode, o.host_pattern,
		       o.arguments || coalesce((select jsonb_object_agg(key, '[~~ENCRYPTED~~]') from jsonb_object_keys(o.sealed) key), '{}'),
		       o.save_result, o.initiator, o.initiator_type, p_now
		  from unnest(p_orders) with ordinality o order by o.ordinality
		returning id
	)
	select array_agg(id order by id) into ids from made;
	insert into inventory.objects (kind, id, name, sealed)
	select 'run', r.id, o.mode, o.sealed
	  from unnest(p_orders) with ordinality o join unnest(ids) with ordinality r (id, n) on r.n = o.ordinality
	 where o.sealed <> '{}';
	perform outbox.changed('run', ids) where ids is not null;
	perform work.runs_counted((select count(*) from unnest(p_orders) o where o.save_result));
	perform fate.counts_fold() where ids[1] >> 8 <> (ids[cardinality(ids)] + 1) >> 8;
	return ids;
end
$$;

-- work.run_narrow(run, names): the run, which was just asked for, is of these machines only: of its inventory, or, where it has none, of
-- these and nothing else. Each name is given once, and looked at.
create or replace function work.run_narrow(p_id bigint, p_names text[]) returns void
language plpgsql as $$
begin
	insert into work.run_targets (run_id, names) values (p_id, p_names);
	update work.runs set bare = true where id = p_id and inventory_id is null and inventory_path is null;
end
$$;

-- work.runs_counted(n): so many more records are shown, or fewer (fate/counts.sql): no list counts all of them.
create or replace function work.runs_counted(n bigint) returns void
language plpgsql as $$
begin
	perform fate.counts_add('run', 0, 0, n) where n <> 0;
end
$$;

-- work.run_end(run, status, detail, hosts, facts, otherwise, now): the run, which the caller has locked, is over, and that came of it
-- (runner_api.run_settle). Of a machine that it had come to, and of which nothing was told, `otherwise` came: interrupted, or unknown,
-- which is no event.
create or replace function work.run_end(
	r work.runs, p_status text, p_detail text, hosts jsonb, facts jsonb, otherwise text, p_now timestamptz
) returns void
language plpgsql as $$
begin
	if api.many(jsonb_array_length(hosts)) then
		perform api.plan_for_many();
	end if;
	insert into work.run_hosts as h (run_id, name, host_id, outcome, ok, changed, unreachable, failed, skipped, rescued, ignored, task, message)
	select distinct on (n.name) r.id, n.name, f.id, n.outcome, n.ok, n.changed, n.unreachable, n.failed, n.skipped, n.rescued, n.ignored,
	       n.task, n.message
	  from jsonb_to_recordset(hosts) n (name text, outcome text, ok int, changed int, unreachable int, failed int, skipped int,
	                                    rescued int, ignored int, task text, message text)
	  left join fate.hosts f on f.hostname = n.name order by n.name
	on conflict (run_id, name) do update
	   set outcome = excluded.outcome, ok = excluded.ok, changed = excluded.changed, unreachable = excluded.unreachable,
	       failed = excluded.failed, skipped = excluded.skipped, rescued = excluded.rescued, ignored = excluded.ignored,
	       task = excluded.task, message = excluded.message;
	update work.run_hosts set outcome = otherwise where run_id = r.id and outcome is null;
	update work.runs
	   set outcomes = (select coalesce(jsonb_object_agg(h.outcome, h.n), '{}')
	                     from (select outcome, count(*) as n from work.run_hosts where run_id = r.id group by outcome) h)
	 where id = r.id;
	insert into work.run_facts (run_id, n, name, status, facts)
	select r.id, f.n, f.fact->>'name', f.fact->>'status', f.fact->>'facts' from jsonb_array_elements(facts) with ordinality f (fact, n);
	perform work.events_throw(r, s.hosts, s.state)
	   from (select case when outcome in ('ok', 'changed', 'skipped') then 'succeeded' when outcome = 'unreachable' then outcome
	                     else 'failed' end as state, array_agg(host_id order by host_id) as hosts
	           from work.run_hosts where run_id = r.id and host_id is not null and outcome <> 'unknown' group by 1 order by 1) s;
	perform work.runs_over(array[r.id], p_status, p_detail, p_now);
end
$$;

-- work.runs_over(ids, status, detail, now): these runs, of which nobody is at work any more, are over. What was secret of them is gone, and
-- those whose results nobody wants are gone altogether: of a failure among them a warning is left in the logs.
create or replace function work.runs_over(p_ids bigint[], p_status text, p_detail text, p_now timestamptz) returns void
language plpgsql as $$
declare
	lost text;
begin
	if p_status in ('ERROR', 'OFFLINE') then
		select string_agg(format('run %s of %s', id, mode), ', ' order by id) into lost from work.runs where id = any(p_ids) and not save_result;
		if lost is not null then
			raise warning '%: %. %', lost, p_status, p_detail;
		end if;
	end if;
	-- Which hosts were left out stands there since it began.
	update work.runs
	   set status = p_status, status_detail = nullif(concat_ws(' ', status_detail, p_detail), ''), stop_time = p_now, token = null, lease_until = null
	 where id = any(p_ids);
	delete from inventory.objects where kind = 'run' and id = any(p_ids);
	delete from work.busy where run_id = any(p_ids);
	perform work.runs_tell(p_ids);
	perform work.runs_delete(array(select id from work.runs where id = any(p_ids) and not save_result)),
	        outbox.changed('run', p_ids);
end
$$;

-- work.runs_delete(ids): they are gone, with all that they said.
create or replace function work.runs_delete(p_ids bigint[]) returns void
language plpgsql as $$
declare
	shown bigint;
begin
	delete from work.lines l using (select id, output_day from work.runs where id = any(p_ids) and output_day is not null) r
	 where l.run_id = r.id and l.day = r.output_day;
	delete from inventory.objects where kind = 'run' and id = any(p_ids);
	with gone as (delete from work.runs where id = any(p_ids) returning save_result)
	select count(*) filter (where save_result) into shown from gone;
	perform work.runs_counted(-shown);
end
$$;

-- work.run_cancel(id, now): a run that has not begun is over at once; one that is at work will be stopped; one that is over stays
-- as it is.
create or replace function work.run_cancel(p_id bigint, p_now timestamptz) returns void
language plpgsql as $$
declare
	r work.runs;
begin
	select * into r from work.runs where id = p_id for update;
	if r.status = 'DELAY' then
		perform work.runs_over(array[p_id], 'INTERRUPTED', 'canceled before it began', p_now);
	elsif r.status = 'RUN' and r.cancel_at is null then
		update work.runs set cancel_at = p_now where id = p_id;
	end if;
end
$$;

-- ---- what the fleet hears of it ----

-- work.event_types_ensure(): a run is an event of the category ansible-run on each machine. Made with the first project, so that
-- fates can be built on them.
create or replace function work.event_types_ensure() returns void
language plpgsql as $$
begin
	insert into fate.event_types (category, state, description, restricted)
	select 'ansible-run', s, d, true
	  from (values ('started', 'A run of Ansible has begun on the host'), ('succeeded', 'A run of Ansible went well on the host'),
	               ('failed', 'A run of Ansible failed on the host'), ('unreachable', 'A run of Ansible could not reach the host')) t (s, d)
	on conflict do nothing;
end
$$;

-- work.events_throw(run, hosts, state): each of these machines has come that far in the run.
create or replace function work.events_throw(r work.runs, p_hosts bigint[], p_state text) returns void
language plpgsql as $$
declare
	who text := case r.initiator_type when 'users' then (select username from people.users where id = r.initiator) end;
begin
	if cardinality(p_hosts) > 0 then
		perform work.event_types_ensure();
		perform fate.events_throw(t.id, p_hosts, coalesce(who, r.initiator_type), format('run %s: %s', r.id, r.mode), null)
		   from fate.event_types t where t.category = 'ansible-run' and t.state = p_state;
	end if;
end
$$;

-- ---- what hangs on what is deleted ----

-- work.objects_gone(kind, ids): these projects or inventories are being deleted. Their history stays, without them; periodic tasks
-- that need them go.
create or replace function work.objects_gone(p_kind people.kind, p_ids bigint[]) returns void
language plpgsql as $$
begin
	if p_kind = 'project' then
		perform work.periodic_tasks_delete(array(select id from work.periodic_tasks where project_id = any(p_ids)));
		update work.runs set project_id = null where project_id = any(p_ids);
		delete from work.projects where id = any(p_ids);
	elsif p_kind = 'inventory' then
		perform work.periodic_tasks_delete(array(select id from work.periodic_tasks where inventory_id = any(p_ids)));
		update work.runs set inventory_id = null where inventory_id = any(p_ids);
	end if;
end
$$;

-- work.runner_seen(now) -> how many seconds ago some runner said that it is there; null: none ever has.
create or replace function work.runner_seen(p_now timestamptz) returns numeric
language plpgsql stable as $$
begin
	return extract(epoch from p_now - (select max(seen_at) from work.runners));
end
$$;

-- work.runner_is_needed() -> is there anything that a runner should be doing?
create or replace function work.runner_is_needed() returns boolean
language plpgsql stable as $$
begin
	return exists (select from work.runs where status in ('DELAY', 'RUN'))
	    or exists (select from work.projects where status in ('WAIT_SYNC', 'SYNC'))
	    or exists (select from work.periodic_tasks where next_at < now() - interval '1 minute');
end
$$;
