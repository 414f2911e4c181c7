-- The queue: which syncs and runs a runner gets. Who claims holds the lock work.queue.

-- work.syncs_claim(runner, most) -> [{kind, id, token}, ...]: projects that wait to be synced, so many at a time on one runner. A project is
-- synced by one at a time.
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
		                       order by id limit greatest(free, 0) for update skip locked))
		returning id, token
	)
	select jsonb_agg(jsonb_build_object('kind', 'sync', 'id', id, 'token', token) order by id) into taken from claimed;
	perform outbox.changed('project', array(select (t->>'id')::bigint from jsonb_array_elements(taken) t)) where taken is not null;
	return coalesce(taken, '[]');
end
$$;

-- work.runs_claim(runner, settings) -> the same for runs, fairly: the project that has fewest at work comes first, then who asked first. A run
-- waits for its project's sync, and for machines that have enough to do.
create or replace function work.runs_claim(p_runner text, settings jsonb) returns jsonb
language plpgsql as $$
declare
	free  bigint := (settings->>'jobs')::int - (select count(*) from work.runs where status = 'RUN' and runner = p_runner);
	ids   bigint[];
	taken jsonb;
begin
	if free <= 0 or not exists (select from work.runs where status = 'DELAY') then
		return '[]'::jsonb;
	end if;
	ids := array(
		select r.id
		  from (select distinct project_id from work.runs where status = 'DELAY') q
		  join work.projects p on p.id = q.project_id and p.status not in ('WAIT_SYNC', 'SYNC'),
		       lateral (select count(*) as n from work.runs a where a.status = 'RUN' and a.project_id = q.project_id) active,
		       lateral (select d.id, row_number() over (order by d.id) + active.n as turn
		                  from (select id from work.runs where status = 'DELAY' and project_id = q.project_id order by id limit free) d) r
		 where coalesce(nullif((settings->>'jobsPerProject')::int, 0), r.turn) >= r.turn
		 order by r.turn, r.id limit free);
	ids := work.runs_with_room(ids, (settings->>'jobsPerHost')::int);
	with claimed as (
		update work.runs
		   set status = 'RUN', runner = p_runner, token = gen_random_uuid(), lease_until = clock_timestamp() + runner_api.lease()
		 where id = any(ids) and status = 'DELAY'
		returning id, token
	)
	select jsonb_agg(jsonb_build_object('kind', 'run', 'id', id, 'token', token) order by array_position(ids, id)) into taken from claimed;
	perform outbox.changed('run', ids), work.runs_tell(ids) where taken is not null;
	return coalesce(taken, '[]');
end
$$;

-- work.runs_with_room(ids, most) -> those of the runs, in that order, with whose machines fewer than so many runs are at work; 0: any
-- number. From then on they count. Of a file of the project nobody knows yet which machines it means.
create or replace function work.runs_with_room(p_ids bigint[], p_most int) returns bigint[]
language plpgsql as $$
declare
	run     bigint;
	allowed bigint[] := '{}'::bigint[];
begin
	if p_most = 0 then
		return p_ids;
	end if;
	-- One by one, for each counts for the next: no more than there are free slots.
	foreach run in array p_ids loop
		continue when exists (
			select from work.machine_names(run) m
			 where (select count(*) from work.busy b where b.name = m) >= p_most);
		insert into work.busy (run_id, name) select run, m from work.machine_names(run) m;
		allowed := allowed || run;
	end loop;
	return allowed;
end
$$;

-- work.machine_names(run) -> the names of the machines in the run's inventory.
create or replace function work.machine_names(p_run bigint) returns setof text
language plpgsql stable as $$
begin
	return query
		select distinct n.name
		  from work.runs r
		  join people.parts h on h.part_kind = 'host' and (h.kind, h.id) in (
		       select 'inventory'::people.kind, r.inventory_id
		       union all
		       select 'group', g from unnest(inventory.groups_below(inventory.parts_of('inventory', r.inventory_id, 'group'))) g)
		  join inventory.host_names n on n.host_id = h.part_id
		 where r.id = p_run;
end
$$;
