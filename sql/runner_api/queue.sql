-- What moirai-runner may call (fcgi-app/runner/queue.c): its steps, each a transaction of its own. `settings` is what lib/settings.c
-- (settings_told) tells. What a runner or a shepherd has, it has by a token and for a lease: so long as it is heard of.

create or replace function runner_api.lease() returns interval
language sql immutable as $$ select interval '30 seconds' $$;

-- runner_api.alive(name, version, ansible): a runner of that name runs, with that Ansible (null: none).
create or replace function runner_api.alive(p_name text, p_version text, p_ansible text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
	insert into work.runners (name, seen_at, version, ansible) values (p_name, clock_timestamp(), p_version, p_ansible)
	on conflict (name) do update set seen_at = excluded.seen_at, version = excluded.version, ansible = excluded.ansible;
	delete from work.runners where seen_at < clock_timestamp() - interval '1 day';
end
$$;

-- runner_api.claim(runner, settings) -> [{kind: "run"|"sync", id, token}, ...]: what the runner has to do now, as much as it has free slots for.
-- One runner claims at a time, so that limits over all of them hold; who comes meanwhile asks again.
create or replace function runner_api.claim(p_runner text, settings jsonb) returns jsonb
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
	if not pg_try_advisory_xact_lock(hashtext('work.queue')) then
		return '[]'::jsonb;
	end if;
	return work.syncs_claim(p_runner, (settings->>'jobs')::int) || work.runs_claim(p_runner, settings);
end
$$;

-- runner_api.tick(settings) -> how many periodic tasks were due, and have become runs. Of several runners one does it.
create or replace function runner_api.tick(settings jsonb) returns int
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
	if not pg_try_advisory_xact_lock(hashtext('work.tick')) then
		return 0;
	end if;
	return work.periodic_tick(settings, clock_timestamp());
end
$$;

-- runner_api.reap() -> how many syncs and runs were taken from those who were not heard of any more. Who calls it has been connected for
-- longer than a lease; and the database has run for as long, so that everybody could be heard.
create or replace function runner_api.reap() returns int
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
	lost  work.runs[];
	syncs bigint[];
begin
	if clock_timestamp() < pg_postmaster_start_time() + runner_api.lease() then
		return 0;
	end if;
	with taken as (
		update work.projects
		   set token = null, lease_until = null, losses = losses + 1,
		       status = case when status <> 'SYNC' then status when losses < 2 then 'WAIT_SYNC' else 'ERROR' end,
		       status_detail = case when status = 'SYNC' and losses >= 2
		                            then format('Nothing was heard of the sync on %s any more.', runner) end
		 where token is not null and lease_until < clock_timestamp()
		returning id
	)
	select array_agg(id order by id) into syncs from taken;
	perform outbox.changed('project', syncs) where syncs is not null;
	select array_agg(r::work.runs order by r.id) into lost
	  from (select * from work.runs where status = 'RUN' and lease_until < clock_timestamp() order by id for update skip locked) r;
	with said as (
		insert into work.lines (day, run_id, n, line)
		select l.output_day, l.id, l.lines + 1, format('Nothing was heard of the run on %s any more.', l.runner)
		  from unnest(lost) l where l.output_day is not null
		returning run_id
	)
	update work.runs r set lines = r.lines + 1 from said where r.id = said.run_id;
	perform work.run_end(l.*, 'ERROR', format('Nothing was heard of the run on %s any more.', l.runner), '[]', '[]', 'interrupted', clock_timestamp())
	   from unnest(lost) l;
	return coalesce(cardinality(syncs), 0) + coalesce(cardinality(lost), 0);
end
$$;

-- runner_api.tidy(settings): room for the output of the next week, none for that which is too old.
create or replace function runner_api.tidy(settings jsonb) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
	days int := (settings->>'runRetention')::int;
begin
	perform work.line_partitions_ensure(current_date);
	if days > 0 then
		perform work.line_partitions_drop(current_date - days);
	end if;
end
$$;

-- runner_api.projects_gone(ids) -> those of these that are no projects any more: the copies of them can go.
create or replace function runner_api.projects_gone(ids bigint[]) returns setof bigint
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
	return query select i from unnest(ids) i where not exists (select from work.projects p where p.id = i);
end
$$;
