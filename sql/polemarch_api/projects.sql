-- Projects: where playbooks come from (polemarch.txt Projects, polemarch-behaviour.md section 7).

-- polemarch_api.projects_repos(req) -> ["TAR", "GIT", "MANUAL"]                        GET /projects/supported-repos/
create or replace function polemarch_api.projects_repos(req jsonb) returns api.answer
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor text := people.must_be_signed_in(req);
begin
	return polemarch_api.ok(array_to_json(work.repo_types())::text);
end
$$;

-- polemarch_api.projects_list(req) -> a page of projects                               GET /projects/
--   query  status, status__not (lists with commas); others as polemarch_api.objects_found; expand=owner, role, repository, revision,
--          status_detail, synced_time, tasks (how many there are)
create or replace function polemarch_api.projects_list(req jsonb) returns api.answer
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor text := people.must_be_signed_in(req);
	among text[] := polemarch_api.words(req, 'status');
	but   text[] := polemarch_api.words(req, 'status__not');
	those bigint[];
	total bigint;
	ids   bigint[];
begin
	if num_nonnulls(among, but) > 0 then
		perform api.plan_for_many();
		those := array(select p.id from work.projects p
		                where (among is null or p.status = any(among)) and (but is null or p.status <> all(but)));
	end if;
	select * into total, ids from polemarch_api.objects_found(req, 'project', those);
	return polemarch_api.page(req, total, polemarch_api.project_rows(req, ids));
end
$$;

-- polemarch_api.projects_create(req) -> the project                                    POST /projects/
--   body   name (a random one), repository, vars: repo_type, and what is needed to get there. It waits to be synchronized.
--   fails  WE400, WE415 unknown repo_type
create or replace function polemarch_api.projects_create(req jsonb) returns api.answer
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor text  := people.must_be_signed_in(req);
	given jsonb := polemarch_api.project_fields(req);
	v     record;
	made  bigint;
begin
	v := inventory.vars_settled(given->'vars', '{}', '{}');
	perform polemarch_api.must_be_repo(v.vars);
	perform people.rights_own();
	made := work.projects_add(given->>'name', work.repository_given(given->>'repository', null), v.vars, v.sealed, (req->>'actor')::bigint);
	perform polemarch_api.project_told(req, 'create', made, given);
	return polemarch_api.created(req, '/projects/' || made || '/', polemarch_api.project_json(req, made));
end
$$;

-- polemarch_api.projects_get(req) -> the project                                       GET /projects/{id}/
--   query  expand: owner, revision, status_detail       fails  WE404, WE403
create or replace function polemarch_api.projects_get(req jsonb) returns api.answer
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor text := people.must_be_signed_in(req);
	o     inventory.objects := polemarch_api.object_of_path(req, 'see', 'project');
begin
	return polemarch_api.ok(polemarch_api.project_json(req, o.id));
end
$$;

-- polemarch_api.projects_update(req) -> the project                                    PATCH, PUT /projects/{id}/
--   body   as for making one; vars are all its variables. What it has, its tasks too, stays until it is synchronized.
--   fails  WE404, WE403, WE400, WE415
create or replace function polemarch_api.projects_update(req jsonb) returns api.answer
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor text := people.must_be_signed_in(req);
	o     inventory.objects := polemarch_api.object_of_path(req, 'edit', 'project');
	given jsonb := polemarch_api.project_fields(req);          -- before the lock: who holds the rights makes all others wait
begin
	perform people.rights_own();
	o := polemarch_api.object_of_path(req, 'edit', 'project');
	o := polemarch_api.object_put(o, given);
	perform polemarch_api.must_be_repo(o.vars) where given ? 'vars';
	update work.projects set repository = work.repository_given(given->>'repository', repository) where id = o.id and given ? 'repository';
	perform polemarch_api.project_told(req, 'update', o.id, given);
	return polemarch_api.ok(polemarch_api.project_json(req, o.id));
end
$$;

-- polemarch_api.projects_delete(req) -> nothing; its history stays, without it         DELETE /projects/{id}/
--   fails  WE404, WE403, WE409 a run or a sync of it is going on
create or replace function polemarch_api.projects_delete(req jsonb) returns api.answer
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor text := people.must_be_signed_in(req);
	o     inventory.objects := polemarch_api.object_of_path(req, 'delete', 'project');
	busy  text;
begin
	perform people.rights_own();
	o := polemarch_api.object_of_path(req, 'delete', 'project');
	busy := work.project_busy(o.id);
	perform polemarch_api.fail(409, busy) where busy is not null;
	return polemarch_api.object_delete(req, 'project');
end
$$;

-- polemarch_api.projects_sync(req) -> {detail}                                         POST /projects/{id}/sync/
--   It waits to be synchronized.       fails  WE404, WE403
create or replace function polemarch_api.projects_sync(req jsonb) returns api.answer
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor  text := people.must_be_signed_in(req);
	o      inventory.objects := polemarch_api.object_of_path(req, 'sync', 'project');
	source text := work.project_sync(o.id);
begin
	perform polemarch_api.not_found() where source is null;
	perform polemarch_api.told(req, 'sync', 'project', array[o.id]);
	return polemarch_api.ok('{"detail":' || api.json('Sync with ' || source || '.') || '}');
end
$$;

-- polemarch_api.project_told(req, verb, id, given): somebody did that with it, said to the audit.
create or replace function polemarch_api.project_told(req jsonb, verb text, p_id bigint, given jsonb) returns void
language plpgsql as $$
begin
	perform polemarch_api.told(req, verb, 'project', array[p_id],
	                           case when given ? 'repository'
	                                then given || jsonb_build_object('repository', work.repository_shown(given->>'repository')) else given end);
end
$$;

-- polemarch_api.project_fields(req) -> the body's fields of a project, cleaned.       fails  WE400
create or replace function polemarch_api.project_fields(req jsonb) returns jsonb
language plpgsql volatile as $$
begin
	return polemarch_api.fields(req,
		polemarch_api.want('name', 'line', most => 512, otherwise => polemarch_api.new_name()),
		polemarch_api.want('repository', 'line', needed => true, most => 2048),
		polemarch_api.want('vars', 'vars', otherwise => '{}'));
end
$$;

-- polemarch_api.must_be_repo(vars): they say of which kind the repository is.       fails  WE415
create or replace function polemarch_api.must_be_repo(vars jsonb) returns void
language plpgsql stable as $$
begin
	perform polemarch_api.fail(415, format('Unknown type %s (''repo_type'' variable needed!).',
	                                       coalesce(left(vars->>'repo_type', 60), 'Null')))
	  where coalesce(vars->>'repo_type', '') <> all (work.repo_types());
end
$$;

-- polemarch_api.project_rows(req, ids) -> the members of these projects as lists show them, in that order.
create or replace function polemarch_api.project_rows(req jsonb, ids bigint[]) returns text[]
language plpgsql stable as $$
declare
	url  text[]  := polemarch_api.url_ends(req, '/projects');
	more boolean := polemarch_api.is_asked(req, 'repository');
begin
	return array(select '"id":' || p.id || ',"name":' || api.json(o.name) || ',"status":"' || p.status || '","type":'
	                    || api.json(o.vars->>'repo_type')
	                    || case when more then ',"repository":' || api.json(work.repository_shown(p.repository)) else '' end
	                    || coalesce(i.rights, '')
	                    || polemarch_api.project_asked(req, p, o.vars->>'repo_type') || ',"url":' || url[1] || p.id || url[2]
	               from unnest(ids, polemarch_api.rights_asked(req, 'project', ids)) with ordinality i (id, rights, n)
	               join work.projects p on p.id = i.id
	               join inventory.objects o on o.kind = 'project' and o.id = i.id
	              order by i.n);
end
$$;

create or replace function polemarch_api.project_json(req jsonb, p_id bigint) returns text
language plpgsql stable as $$
begin
	return (select '{"id":' || o.id || ',"name":' || api.json(o.name) || ',"status":"' || p.status
	               || '","repository":' || api.json(work.repository_shown(p.repository))
	               || polemarch_api.parts_json(req, 'project', o.id, 'host', 'group', 'inventory')
	               || ',"vars":' || inventory.vars_json(o.vars, o.sealed)
	               || polemarch_api.owner_asked(req, 'project', o.id) || polemarch_api.role_asked(req, 'project', o.id)
	               || case when polemarch_api.is_asked(req, 'type') then ',"type":' || api.json(o.vars->>'repo_type') else '' end
	               || polemarch_api.project_asked(req, p, o.vars->>'repo_type')
	               || ',"url":' || polemarch_api.url(req, '/projects/' || o.id || '/') || '}'
	          from work.projects p join inventory.objects o on o.kind = 'project' and o.id = p.id where p.id = p_id);
end
$$;

-- polemarch_api.project_asked(req, project, repo_type) -> the members of its own that `?expand=` asks for.
create or replace function polemarch_api.project_asked(req jsonb, p work.projects, repo_type text) returns text
language plpgsql stable as $$
begin
	if not req->'query' ? 'expand' then
		return '';
	end if;
	return case when polemarch_api.is_asked(req, 'revision')
	            then ',"revision":' || api.json(polemarch_api.revision(repo_type, p.revision)) else '' end
	       || case when polemarch_api.is_asked(req, 'status_detail') then ',"status_detail":' || api.json(p.status_detail) else '' end
	       || case when polemarch_api.is_asked(req, 'synced_time') then ',"synced_time":' || polemarch_api.time(p.synced_at) else '' end
	       || case when polemarch_api.is_asked(req, 'tasks')
	               then ',"tasks":' || (select count(*) from work.tasks t where t.project_id = p.id) else '' end;
end
$$;

-- polemarch_api.revision(repo_type, revision) -> as it is shown: only GIT's is one.
create or replace function polemarch_api.revision(repo_type text, revision text) returns text
language sql immutable as $$
	select case when repo_type = 'GIT' then coalesce(substring(revision from '^[0-9a-f]{40}$'), 'ERROR') else 'NO VCS' end
$$;
