-- Tasks (sql/polemarch_api/tasks.sql; polemarch-behaviour.md section 8).
begin;
\ir lib.psql
select plan(30);

insert into people.users (username, superuser, stamp) values ('admin', true, 8), ('eve', false, 9), ('bob', false, 10);
create function tests.listed(name text, query jsonb) returns text
language plpgsql as $$
declare
	said text := tests.polemarch(name, 'tasks_list', query => query);
begin
	return case when said not like '200 %' then said else (tests.members(said)->>'count') || ': ' || coalesce((
		select string_agg(r->>'id', ' ' order by n) from jsonb_array_elements(tests.members(said)->'results') with ordinality e (r, n)), '') end;
end
$$;
select tests.story();
select work.projects_add('p', 'x', '{"repo_type": "GIT"}', '{}', 1), work.projects_add('q', 'x', '{"repo_type": "GIT"}', '{}', 3);
select work.project_synced(1, 'r', '{ruin_my_env.yml,a_b.yaml,ab.yml}'), work.project_synced(2, 'r', '{ruin.yml}');

select is(tests.polemarch('nobody', f), '401 Sign in to use this resource.',
	f || ': who is not signed in is told so') from unnest('{tasks_list,tasks_get}'::text[]) f;
select is(tests.polemarch('johnny', 'tasks_list', query => '{"project": ["1"], "limit": ["1"], "offset": ["1"], "format": ["json"]}'),
	'200 {"count":3,"next":"http://moirai/polemarch/api/v1/it?format=json&limit=1&offset=2&project=1","previous":"http://moirai/polemarch/api/v1/it?format=json&limit=1&project=1",'
	'"results":[{"id":2,"name":"ab","playbook":"ab.yml","project":1,"url":"http://moirai/polemarch/api/v1/tasks/2/?format=json"}]}', 'a page of tasks');
select is(tests.polemarch('johnny', 'tasks_get', '{"id": "3"}'),
	'200 {"id":3,"name":"ruin_my_env","playbook":"ruin_my_env.yml","project":1,"url":"http://moirai/polemarch/api/v1/tasks/3/"}', 'one of them');
select is(tests.polemarch('eve', 'tasks_get', '{"id": "3"}'), '403 {"detail": "You do not have permission to perform this action."}',
	'who does not see the project does not see its tasks');
select is(tests.polemarch(name, 'tasks_get', '{"id": "99"}'), '404 {"detail": "Not found."}',
	name || ' is told that there is none') from unnest('{johnny,admin}'::text[]) name;
select is(tests.listed(name, query::jsonb), wanted, format('%s sees of %s', name, query)) from (values
	('johnny', '{}', '3: 1 2 3'), ('eve', '{}', '1: 4'), ('admin', '{}', '4: 1 2 3 4'), ('bob', '{}', '0: '), ('johnny', '{"project": ["2"]}', '0: '),
	('admin', '{"project": ["2"]}', '1: 4'),
	('admin', '{"project": ["x"]}', '0: '), ('admin', '{"project": ["1,2"]}', '0: '), ('admin', '{"project": ["99999999999999999999"]}', '0: '),
	('admin', '{"project": [""]}', '4: 1 2 3 4'),
	('admin', '{"name": ["ruin"]}', '2: 3 4'), ('admin', '{"name": ["_"]}', '2: 1 3'), ('admin', '{"name__not": ["a"]}', '2: 3 4'), ('admin',
	'{"playbook": [".yaml"]}', '1: 1'),
	('admin', '{"playbook__not": [".yml"]}', '1: 1'), ('admin', '{"playbook": ["RUIN"]}', '0: '), ('admin', '{"id": ["1,4"], "name": ["ruin"]}', '1: 4'),
	('admin', '{"id__not": ["1"]}', '3: 2 3 4'),
	('admin', '{"offset": ["3"]}', '4: 4'), ('admin', '{"id": ["1,"]}',
	'400 {"detail": "invalid literal for int() with base 10: ''''", "error_type": "ValueError"}')) v (name, query, wanted);
select people.grants_put('project', 1, '{4}', '{EXECUTOR}');
select is(tests.listed('bob', '{}'), '3: 1 2 3', 'who sees a project sees its tasks');
select is(tests.polemarch('bob', 'tasks_get', '{"id": "1"}') ~ '^200', true, '... each');
select people.grants_remove('project', 1, '{4}');
select is(tests.listed('bob', '{}'), '0: ', '... no longer than that');

select * from finish();
rollback;
