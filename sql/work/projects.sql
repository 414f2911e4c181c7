-- Projects and their tasks (polemarch-behaviour.md sections 7 and 8): made and deleted here; a runner brings them what their
-- repositories have (sql/runner_api/sync.sql). Callers own the rights (people.rights_own).

-- work.repo_types() -> the kinds of repositories.
create or replace function work.repo_types() returns text[]
language sql immutable as $$
	select '{TAR,GIT,MANUAL}'::text[]
$$;

-- work.repository_shown(repository) -> without the password that a URL may hold.
create or replace function work.repository_shown(repository text) returns text
language sql immutable as $$
	select regexp_replace(repository, '^([A-Za-z][A-Za-z0-9+.-]*://[^/?#:@]*:)[^/?#]*@', '\1[~~ENCRYPTED~~]@')
$$;

-- work.repository_given(given, old) -> what is to be stored: the mask stands for the password that there was.
create or replace function work.repository_given(given text, old text) returns text
language sql immutable as $$
	select case when given = work.repository_shown(given)
	            then replace(given, '[~~ENCRYPTED~~]@', coalesce(substring(old from '^[A-Za-z][A-Za-z0-9+.-]*://[^/?#:@]*:([^/?#]*)@'), '') || '@')
	            else given end
$$;

-- work.projects_add(name, repository, vars, sealed, owner) -> its id. It waits to be synchronized.
create or replace function work.projects_add(p_name text, p_repository text, p_vars jsonb, p_sealed jsonb, p_owner bigint) returns bigint
language plpgsql as $$
declare
	made bigint;
begin
	insert into work.projects (repository) values (p_repository) returning id into made;
	perform inventory.objects_add('project', array[made], array[p_name], array[p_vars], array[p_sealed], p_owner),
	        work.event_types_ensure();
	return made;
end
$$;

-- work.project_sync(id) -> its repository, as it is shown: it waits to be synchronized, whatever it was. A sync that is going on keeps its lease, and
-- what it finds counts; it is followed by another one.
create or replace function work.project_sync(p_id bigint) returns text
language plpgsql as $$
declare
	source text;
begin
	update work.projects set status = 'WAIT_SYNC', status_detail = null where id = p_id
	returning work.repository_shown(repository) into source;
	return source;
end
$$;

-- work.project_busy(id) -> why it can't be deleted just now, or null. Its row is held from here on: who begins a run of it holds
-- it, too (work.project_used).
create or replace function work.project_busy(p_id bigint) returns text
language plpgsql as $$
declare
	p work.projects;
begin
	select * into p from work.projects where id = p_id for update;
	return case when exists (select from work.runs r where r.project_id = p_id and r.status in ('DELAY', 'RUN'))
	            then 'A run of the project is not over yet.'
	            when p.lease_until > now() then 'The project is being synchronized.' end;
end
$$;

-- work.project_used(id) -> whether it is there; until the transaction ends it can't be deleted.
create or replace function work.project_used(p_id bigint) returns boolean
language plpgsql as $$
begin
	perform from work.projects where id = p_id for key share;
	return found;
end
$$;

-- work.project_synced(id, revision, playbooks): a sync of it was well and has found these files. Those that can be playbooks become
-- its tasks; one that was there already keeps its id. Who asked for another sync meanwhile still waits for that.
create or replace function work.project_synced(p_id bigint, p_revision text, p_playbooks text[]) returns void
language plpgsql as $$
declare
	found_now text[] := array(select distinct p collate "C" from unnest(p_playbooks) p where p ~ '^[\w.-]+\.ya?ml$' order by 1);
begin
	if api.many(cardinality(p_playbooks)) then
		perform api.plan_for_many();
	end if;
	update work.projects p set revision = p_revision, synced_at = now(), losses = 0,
	       status = case status when 'WAIT_SYNC' then status else 'OK' end, status_detail = null,
	       home = (select p.runner from inventory.objects o where o.kind = 'project' and o.id = p.id and o.vars->>'repo_type' = 'MANUAL')
	 where id = p_id;
	delete from work.tasks where project_id = p_id and playbook <> all (found_now);
	insert into work.tasks (project_id, playbook, name)
	select p_id, f.playbook, coalesce(nullif(substring(f.playbook from '^(.*?)\.ya?ml'), ''), f.playbook)
	  from unnest(found_now) with ordinality f (playbook, n)
	 where not exists (select from work.tasks t where t.project_id = p_id and t.playbook = f.playbook)
	 order by f.n;
	perform outbox.changed('project', array[p_id]);
end
$$;

-- work.project_failed(id, detail): a sync of it was not well; what was there stays. Who asked for another one still waits for that.
create or replace function work.project_failed(p_id bigint, p_detail text) returns void
language plpgsql as $$
begin
	update work.projects set losses = 0, status = case status when 'WAIT_SYNC' then status else 'ERROR' end,
	       status_detail = p_detail where id = p_id;
	perform outbox.changed('project', array[p_id]);
end
$$;
