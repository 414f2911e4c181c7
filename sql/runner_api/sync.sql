-- What the shepherd of a sync may call (fcgi-app/runner/record.c), by its token, as that of a run.

-- runner_api.sync_held(id, token) -> true: it is still ours, and has a new lease; null: no.
create or replace function runner_api.sync_held(p_id bigint, p_token uuid) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
	update work.projects set lease_until = clock_timestamp() + runner_api.lease() where id = p_id and token = p_token;
	return nullif(found, false);
end
$$;

-- runner_api.sync_begin(id, token) -> {"id", "type", "repository", "branch", "sealed", "fresh": it never was well,
-- "elsewhere": another runner, which has the files of a MANUAL one, or null}; null: it is not ours.
create or replace function runner_api.sync_begin(p_id bigint, p_token uuid) returns jsonb
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
	if runner_api.sync_held(p_id, p_token) is null then
		return null;
	end if;
	return (select jsonb_build_object('id', p.id, 'type', o.vars->>'repo_type', 'repository', p.repository,
	                                  'branch', o.vars->>'repo_branch', 'sealed', work.boxes(o.sealed), 'fresh', p.synced_at is null,
	                                  'elsewhere', nullif(p.home, p.runner))
	          from work.projects p join inventory.objects o on o.kind = 'project' and o.id = p.id where p.id = p_id);
end
$$;

-- runner_api.sync_settle(id, token, revision, playbooks, detail) -> true: it is over. detail: why it failed; null: it went well, and found
-- these playbooks. A sync that was asked for meanwhile waits.
create or replace function runner_api.sync_settle(p_id bigint, p_token uuid, p_revision text, playbooks text[], p_detail text)
returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
	perform from work.projects where id = p_id and token = p_token for update;
	if not found then
		return null;
	end if;
	update work.projects set token = null, lease_until = null where id = p_id;
	if p_detail is null then
		perform work.project_synced(p_id, p_revision, playbooks);
	else
		perform work.project_failed(p_id, p_detail);
	end if;
	return true;
end
$$;
