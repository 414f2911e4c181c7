-- The queue: which syncs and runs a runner gets. Who claims holds the lock work.queue.

-- work.syncs_claim(runner, most) -> [{kind, id, token}, ...]: projects that wait to be synced, so many at a time on one runner. A project is
-- synced by one at a time; one of type MANUAL where its files are, and elsewhere only when nothing was heard from there for a minute.
create or replace function work.syncs_claim(p_runner text, p_most int) returns jsonb
language plpgsql as $$
declare
	free bigint := p_most - (select count(*) from work.projects where status in ('WAIT_SYNC', 'SYNC') and token is not null and runner = p_runner);
	taken jsonb;
begin
	with claimed as (
		update work.projects p
		   set status = 'SYNC', runner = p_runner, token = gen_random_uuid(), lease_until = clock_timestamp() + runner_api.lease()
		 where id = any(array(select id from work.projects where status = 'WAIT_SYNC' and token is null
		                         and (home is null or home = p_runner or not exists (
		                              select from work.runners r where r.name = home and r.seen_at > clock_timestamp() - interval '1 minute'))
		                       order by id limit greatest(free, 0) for update skip locked))
		returning id, token
	)
	select jsonb_agg(jsonb_build_object('kind', 'sync', 'id', id, 'token', token) order by id) into taken from claimed;
	perform outbox.changed('project', array(select (t->>'id')::bigint from jsonb_array_elements(taken) t)) where taken is not null;
	return coalesce(taken, '[]');
end
$$;

-- work.runs_claim(runner, settings) -> the same for runs, fairly: the project that has fewest at work comes first, then who asked first. A run
-- waits for its project's sync, for the runner that has its files (of type MANUAL), and for machines that have enough to do.
create or replace function work.runs_claim(p_runner text, settings jsonb) returns jsonb
language plpgsql as $$
declare
	free  bigint := (settings->>'jobs')::int - (select count(*) from work.runs where status = 'RUN' and runner = p_runner);
	ids   bigint[];
	begun bigint[];
	taken jsonb;
begin
	if free <= 0 or not exists (select from work.runs where status = 'DELAY') then
		return '[]'::jsonb;
	end if;
	ids := work.runs_next(p_runner, free, (settings->>'jobsPerProject')::int, (settings->>'jobsPerHost')::int);
	with claimed as (
		update work.runs
		   set status = 'RUN', runner = p_runner, token = gen_random_uuid(), lease_until = clock_timestamp() + runner_api.lease()
		 where id = any(ids) and status = 'DELAY'
		returning id, token
	)
	select jsonb_agg(jsonb_build_object('kind', 'run', 'id', id, 'token', token) order by array_position(ids, id)),
	       array_agg(id order by id) into taken, begun from claimed;
	-- Those that were canceled just now are not among them.
	delete from work.busy where run_id = any(ids) and run_id <> all(coalesce(begun, '{}'));
	perform outbox.changed('run', begun), work.runs_tell(begun) where begun is not null;
	return coalesce(taken, '[]');
end
$$;

-- work.runs_next(runner, free, per_project, per_host) -> the runs that are to begin there now, in order.
create or replace function work.runs_next(p_runner text, free bigint, per_project int, per_host int) returns bigint[]
language plpgsql as $$
declare
	-- Some may have to wait for their machines, and others not.
	looked_at bigint := case per_host when 0 then free else 1000 end;
begin
	return work.runs_with_room(array(
		-- Which projects have some, from one to the next by the index, however many wait.
		with recursive waiting as (
			select min(project_id) as project_id from work.runs where status = 'DELAY'
			union all
			select (select min(r.project_id) from work.runs r where r.status = 'DELAY' and r.project_id > w.project_id)
			  from waiting w where w.project_id is not null
		)
		select r.id
		  from waiting q
		  join work.projects p on p.id = q.project_id and p.status not in ('WAIT_SYNC', 'SYNC') and (p.home is null or p.home = p_runner),
		       lateral (select count(*) as n from work.runs a where a.status = 'RUN' and a.project_id = q.project_id) active,
		       lateral (select d.id, row_number() over (order by d.id) + active.n as turn
		                  from (select id from work.runs where status = 'DELAY' and project_id = q.project_id
		                         order by id limit looked_at) d) r
		 where coalesce(nullif(per_project, 0), r.turn) >= r.turn
		 order by r.turn, r.id limit looked_at), per_host, free);
end
$$;

-- work.runs_with_room(ids, most, free) -> the first `free` of the runs with whose machines fewer than `most` others are at work; 0: any
-- number. From then on they count. Of a file of the project nobody knows yet which machines it means.
create or replace function work.runs_with_room(p_ids bigint[], p_most int, free bigint) returns bigint[]
language plpgsql as $$
declare
	run     record;
	busy    text;
	allowed bigint[] := '{}'::bigint[];
	full_up bigint[] := '{}'::bigint[];
begin
	if p_most = 0 then
		return p_ids;
	end if;
	-- One by one, for each counts for the next: no more than there are free slots, and inventories that have to wait.
	-- The many names of a run are not looked through again while the machine that it waited for is busy.
	for run in select r.id, r.inventory_id, t.run_id is null as whole, t.waits_for
	             from unnest(p_ids) with ordinality i (id, n) join work.runs r using (id) left join work.run_targets t on t.run_id = r.id order by i.n
	loop
		exit when cardinality(allowed) >= free;
		continue when run.whole and run.inventory_id = any(full_up) or (select count(*) from work.busy b where b.name = run.waits_for) >= p_most;
		select m into busy from work.machine_names(run.id) m where (select count(*) from work.busy b where b.name = m) >= p_most limit 1;
		if found then
			full_up := case when run.whole then full_up || run.inventory_id else full_up end;
			update work.run_targets set waits_for = busy where run_id = run.id;
		else
			insert into work.busy (run_id, name) select run.id, m from work.machine_names(run.id) m;
			allowed := allowed || run.id;
		end if;
	end loop;
	return allowed;
end
$$;

-- work.machine_names(run) -> the names of the machines that the run is of, be it all in its inventory.
create or replace function work.machine_names(p_run bigint) returns setof text
language plpgsql stable as $$
begin
	return query select unnest(t.names) from work.run_targets t where t.run_id = p_run;
	if not found then
		return query select m from work.runs r, inventory.machine_names(r.inventory_id) m where r.id = p_run;
	end if;
end
$$;
