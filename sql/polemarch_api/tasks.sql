-- Tasks: the playbooks that the last sync of a project has found (polemarch.txt Tasks, polemarch-behaviour.md section 8). Who sees the
-- project sees them; nobody changes one by hand.

-- polemarch_api.tasks_list(req) -> a page of tasks                                     GET /tasks/
--   query  id, id__not, name, name__not, playbook, playbook__not (parts of it), project, limit, offset       fails  WE400
create or replace function polemarch_api.tasks_list(req jsonb) returns api.answer
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor text := people.must_be_signed_in(req);
	found bigint[] := polemarch_api.tasks_found(req);
	url   text[] := polemarch_api.url_ends(req, '/tasks');
begin
	return polemarch_api.page(req, cardinality(found), array(
		select polemarch_api.task_members(t) || ',"url":' || url[1] || t.id || url[2]
		  from (select i from unnest(found) i limit polemarch_api.limit(req) offset polemarch_api.offset(req)) page
		  join work.tasks t on t.id = page.i order by t.id));
end
$$;

-- polemarch_api.tasks_found(req) -> ids of the tasks that the actor sees and the filters take, ascending.       fails  WE400
create or replace function polemarch_api.tasks_found(req jsonb) returns bigint[]
language plpgsql stable as $$
declare
	principals bigint[] := people.principals((req->>'actor')::bigint);
	among      bigint[] := polemarch_api.ids(req, 'id');
	but        bigint[] := polemarch_api.ids(req, 'id__not');
	part       text     := api.containing(polemarch_api.query(req, 'name'));
	part_not   text     := api.containing(polemarch_api.query(req, 'name__not'));
	file       text     := api.containing(polemarch_api.query(req, 'playbook'));
	file_not   text     := api.containing(polemarch_api.query(req, 'playbook__not'));
	of_project bigint   := polemarch_api.query_id(req, 'project');
begin
	-- Planned for what was asked: a filter that is not there costs nothing, one that is may have an index.
	perform api.plan_for_many();
	return array(
		select t.id from work.tasks t
		 where (of_project is null or t.project_id = of_project)
		   and (among is null or t.id = any(among)) and (but is null or t.id <> all(but))
		   and (part is null or t.name like part) and (part_not is null or t.name not like part_not)
		   and (file is null or t.playbook like file) and (file_not is null or t.playbook not like file_not)
		   and (0 = any(principals) or exists (select from people.visible v where v.principal = any(principals) and v.kind = 'project'
		                                                                      and v.id = t.project_id))
		 order by t.id);
end
$$;

-- polemarch_api.tasks_get(req) -> the task                                             GET /tasks/{id}/
--   fails  WE404, WE403
create or replace function polemarch_api.tasks_get(req jsonb) returns api.answer
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor text := people.must_be_signed_in(req);
	t     work.tasks;
begin
	select * into t from work.tasks where id = api.path_id(req, 'id');
	perform polemarch_api.must(req, 'see', 'project', t.project_id);
	return polemarch_api.ok('{' || polemarch_api.task_members(t) || ',"url":' || polemarch_api.url(req, '/tasks/' || t.id || '/') || '}');
end
$$;

create or replace function polemarch_api.task_members(t work.tasks) returns text
language plpgsql stable as $$
begin
	return '"id":' || t.id || ',"name":' || api.json(t.name) || ',"playbook":' || api.json(t.playbook) || ',"project":' || t.project_id;
end
$$;
