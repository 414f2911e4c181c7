-- Projects (sql/polemarch_api/projects.sql, sql/work/projects.sql; polemarch-behaviour.md section 7).
begin;
\ir lib.psql
select plan(99);

insert into people.users (username, superuser, stamp) values ('admin', true, 8), ('eve', false, 9), ('bob', false, 10);
insert into house.seal_keys (public_key, current) select repeat('A', 43) || '=',
	true where not exists (select from house.seal_keys where current);
create function tests.box(word text default 'AA==') returns jsonb
language sql as $$ select jsonb_build_object('sealed', word, 'key', (select id from house.seal_keys where current)) $$;
create function tests.on(name text, function text, id bigint default 1, body jsonb default '{}', query jsonb default '{}',
	more jsonb default '{}') returns text
language sql as $$ select tests.polemarch(name, 'projects_' || function, jsonb_build_object('id', id::text), body, query, more) $$;
create function tests.made(name text, project text, more jsonb default '{}') returns text
language sql as $$ select tests.on(name, 'create', body => jsonb_build_object('name', project, 'repository', 'git@x:' || project,
	'vars', '{"repo_type": "GIT"}'::jsonb) || more) $$;
create function tests.listed(name text, query jsonb) returns text
language plpgsql as $$
declare
	said text := tests.polemarch(name, 'projects_list', query => query);
begin
	return case when said not like '200 %' then said else (tests.members(said)->>'count') || ': ' || coalesce((
		select string_agg(r->>'id', ' ' order by n) from jsonb_array_elements(tests.members(said)->'results') with ordinality e (r, n)), '') end;
end
$$;
create function tests.tasks() returns text
language sql as $$ select string_agg(concat_ws(' ', id, playbook, name), ', ' order by id) from work.tasks $$;
create function tests.wrong() returns text
language sql as $$ select string_agg(concat_ws(' ', rule, id, found),
	'; ') from (select * from inventory.check() where id !~ '^project ' union all select * from people.rights_check()) c $$;

select is(tests.on('johnny', 'repos'), '200 ["TAR","GIT","MANUAL"]', 'these repositories are known');
select is(tests.on('nobody', f), '401 Sign in to use this resource.', f || ': who is not signed in is told so')
  from unnest('{repos,list,create,get,update,delete,sync}'::text[]) f;

-- ---- making one ----
select is(tests.on('johnny', 'create',
	body => '{"name": " project_owl ", "repository": " somewhere-in-emptiness ", "vars": {"repo_type": "TAR"}, "status": "OK", "x": 1}'),
	'201 /polemarch/api/v1/projects/1/ {"id":1,"name":"project_owl","status":"WAIT_SYNC","repository":"somewhere-in-emptiness","hosts":[],"groups":[],"inventories":[],'
	'"vars":{"repo_type":"TAR"},"url":"http://moirai/polemarch/api/v1/projects/1/"}',
	'who is signed in makes a project, which waits to be synchronized');
select is(tests.on('johnny', 'get'),
	'200 {"id":1,"name":"project_owl","status":"WAIT_SYNC","repository":"somewhere-in-emptiness","hosts":[],"groups":[],"inventories":[],'
	'"vars":{"repo_type":"TAR"},"url":"http://moirai/polemarch/api/v1/projects/1/"}', '... and sees it; no password is made up');
select is((select string_agg(concat_ws(' ', category, state, restricted), ', ' order by id) from fate.event_types),
	'ansible-run started t, ansible-run succeeded t, ansible-run failed t, ansible-run unreachable t', 'with the first there are events of runs');
select is((select owner_id from people.objects where kind = 'project'), 1::bigint, 'it is his');
select is(tests.on('johnny', 'get', query => format('{"expand": ["%s"]}', expand)::jsonb) ~ wanted, true, 'expand=' || expand)
  from (values ('owner', '"vars":\{[^}]*\},"owner":\{"id":1,"username":"johnny",[^}]*\},"url"'), ('revision',
	'"vars":\{[^}]*\},"revision":"NO VCS","url"'),
               ('status_detail', '"vars":\{[^}]*\},"status_detail":null,"url"'),
               ('status_detail, owner,revision,x', '"owner":\{[^}]*\},"revision":"NO VCS","status_detail":null,"url"')) v (expand, wanted);
select is(tests.on('johnny', 'create', body => '{"repository": 5, "vars": {"repo_type": "MANUAL"}}') ~
	'"name":"[0-9a-f-]{36}","status":"WAIT_SYNC","repository":"5"', true, 'a name is made up');
select is(tests.members(tests.made('johnny', 'secret', jsonb_build_object('vars', jsonb_build_object('repo_type', 'GIT', 'repo_password',
	tests.box('one'),
	'repo_key', tests.box('two')))))->'vars', '{"repo_type": "GIT", "repo_password": "[~~ENCRYPTED~~]", "repo_key": "[~~ENCRYPTED~~]"}',
	'what is secret is not shown');
select is((select string_agg(concat(verb, kind, ids, details), ' ' order by id) from people.audit where ids = '{3}'),
	'createproject{3}{"name": "secret", "vars": ["repo_key", "repo_password", "repo_type"], "repository": "git@x:secret"}', '... nor told');
select is(tests.wrong(), null, 'all is as the law says');

-- ---- refused ----
select tests.story();
select is(tests.on('johnny', 'create', body => body::jsonb), wanted, 'refused: ' || body) from (values
	('{}', '400 {"repository": ["This field is required."]}'), ('[]',
	'400 {"non_field_errors": ["Invalid data. Expected a dictionary, but got list."]}'),
	('{"repository": " ", "name": "", "vars": 5}',
	'400 {"name": ["This field may not be blank."], "vars": ["Expected a dictionary."], "repository": ["This field may not be blank."]}'),
	('{"repository": "a\nb"}', '400 {"repository": ["Enter one line."]}'), ('{"repository": null}',
	'400 {"repository": ["This field may not be null."]}'),
	('{"repository": "x"}', '415 {"detail": "Unknown type Null (''repo_type'' variable needed!)."}'),
	('{"repository": "x", "vars": {"repo_type": null}}', '415 {"detail": "Unknown type Null (''repo_type'' variable needed!)."}'),
	('{"repository": "x", "vars": {"repo_type": "[~~ENCRYPTED~~]"}}', '415 {"detail": "Unknown type Null (''repo_type'' variable needed!)."}'),
	('{"repository": "x", "vars": {"repo_type": "SVN"}}', '415 {"detail": "Unknown type SVN (''repo_type'' variable needed!)."}'),
	('{"repository": "x", "vars": {"repo_type": "git"}}', '415 {"detail": "Unknown type git (''repo_type'' variable needed!)."}'),
	('{"repository": "x", "vars": {"repo_type": ["GIT"]}}', '415 {"detail": "Unknown type [\"GIT\"] (''repo_type'' variable needed!)."}')) v (body,
	wanted);
select is(tests.made('johnny', 'x', jsonb_build_object('repository', repeat('x', 2049))),
	'400 {"repository": ["Ensure this field has no more than 2048 characters."]}', 'a repository has an end');
select is((select count(*) from work.projects) || coalesce(pg_sequence_last_value('work.projects_id_seq')::text, '-'), '0-',
	'... nothing is made, or used up');

-- ---- changing ----
select tests.made('johnny', 'p', jsonb_build_object('vars', jsonb_build_object('repo_type', 'GIT', 'repo_password', tests.box())));
select tests.made('eve', 'q');
update work.projects set status = 'OK', revision = repeat('a1', 20) where id = 1;
select work.project_synced(1, repeat('a1', 20), '{site.yml}');
select is(tests.on('johnny', 'update', body => '{"name": "n", "repository": "r"}', query => '{"expand": ["revision"]}'),
	'200 {"id":1,"name":"n","status":"OK","repository":"r","hosts":[],"groups":[],"inventories":[],"vars":{"repo_password":"[~~ENCRYPTED~~]","repo_type":"GIT"},'
	'"revision":"a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1","url":"http://moirai/polemarch/api/v1/projects/1/"}',
	'a project is changed, and not synchronized by that');
select is(tests.tasks(), '1 site.yml site', '... its tasks stay');
select is(tests.on('johnny', 'update', body => '{"vars": {"repo_password": "[~~ENCRYPTED~~]"}}'),
	'415 {"detail": "Unknown type Null (''repo_type'' variable needed!)."}',
	'variables are all there are to be');
select is((select vars from inventory.objects where kind = 'project' and id = 1), '{"repo_type": "GIT"}', '... and nothing was changed');
select is(tests.members(tests.on('johnny', 'update',
	body => '{"vars": {"repo_type": "MANUAL", "repo_password": "[~~ENCRYPTED~~]", "a": 1}}'))->'vars',
	'{"repo_type": "MANUAL", "repo_password": "[~~ENCRYPTED~~]", "a": 1}', 'it may be of another kind from now on');
select is(tests.on('johnny', 'update', query => '{"expand": ["revision"]}') ~ '"revision":"NO VCS"', true, '... and has no revision then');
select is(tests.on('johnny', 'update', body => '{"name": "x"}', more => '{"method": "PUT"}'), '400 {"repository": ["This field is required."]}',
	'PUT needs the repository');
select is(tests.on('johnny', 'update', body => '{"repository": "x"}', more => '{"method": "PUT"}') ~ '^200 .*"name":"n"', true, '... and no more');
select is(tests.on('eve', 'get', query => '{"expand": ["revision"]}', id => 2) ~ '"revision":"ERROR"', true,
	'one that was never synchronized has an error for a revision');
select is(tests.on('eve', f, body => '"x"'), '403 {"detail": "You do not have permission to perform this action."}',
	f || ': who has no right is told so')
  from unnest('{get,update,delete,sync}'::text[]) f;
select is(tests.on('johnny', f, 9), '404 {"detail": "Not found."}', f || ' of none that is there') from unnest('{get,update,delete,sync}'::text[]) f;

-- ---- synchronizing ----
select people.grants_put('project', 1, '{4}', '{EXECUTOR}');
select is(tests.on('bob', 'update', body => '{"name": "x"}'), '403 {"detail": "You do not have permission to perform this action."}',
	'an EXECUTOR changes nothing');
update work.projects set status = 'ERROR', status_detail = 'why' where id = 1;
select is(tests.on('bob', 'get', query => '{"expand": ["status_detail"]}') ~ '"status":"ERROR".*"status_detail":"why"', true,
	'... but sees why it is as it is');
select is(tests.on('bob', 'sync'), '200 {"detail":"Sync with x."}', '... and has it synchronized');
select is((select concat_ws(' ', status, status_detail) from work.projects where id = 1), 'WAIT_SYNC', '... it waits for that');
update work.projects set status = 'SYNC', token = gen_random_uuid(), lease_until = now() + interval '1 minute', losses = 2 where id = 1;
select is(tests.on('johnny', 'delete'), '409 {"detail": "The project is being synchronized."}', 'it is not deleted meanwhile');
select is(tests.on('johnny', 'sync'), '200 {"detail":"Sync with x."}', 'who asks while a sync goes on gets another one');
select is((select concat_ws(' ', status, token is not null) from work.projects where id = 1), 'WAIT_SYNC t', '... that one is not disturbed');
select work.project_synced(1, 'r2',
	'{b.yml,site.yml,a.yaml,sub/x.yml,x.yml.retry,b.yml.bak,"has blank.yml",.yml,.hidden.yml,a.b.yml.yml,site.yml,é.yml,README}');
select is(tests.tasks(), '1 site.yml site, 2 .hidden.yml .hidden, 3 a.b.yml.yml a.b, 4 a.yaml a, 5 b.yml b, 6 é.yml é',
	'playbooks become tasks; one that was there keeps its id');
select is((select concat_ws(' ', status, revision, losses, synced_at = now()) from work.projects where id = 1), 'WAIT_SYNC r2 0 t',
	'... and the other sync is still waited for');
update work.projects set status = 'SYNC' where id = 1;
select work.project_synced(1, 'r3', '{b.yml}');
select is(tests.tasks() || (select concat_ws(' ', '', status, revision) from work.projects where id = 1), '5 b.yml b OK r3',
	'those that are gone go');
select work.project_synced(1, 'r4', '{}');
select is(tests.tasks(), null, '... be it all');
select is((select count(*) from outbox.changes where kind = 'project') > 5, true, 'who watches the page hears of it');
select is((select string_agg(concat(verb, kind, ids), ' ' order by id) from people.audit where verb = 'sync'), 'syncproject{1} syncproject{1}',
	'... and the audit');

-- ---- deleting ----
update work.projects set token = null, lease_until = now() - interval '1 minute' where id = 1;
select work.project_synced(1, 'r5', '{b.yml}');
select work.runs_add(array[row(1, null, 'hosts', 'PLAYBOOK', 'b.yml', null, '{}', '{}', true, 1, 'users')::work.order], now());
select is(tests.on('johnny', 'delete'), '409 {"detail": "A run of the project is not over yet."}', 'one that is run is not deleted');
update work.runs set status = 'RUN';
select is(tests.on('johnny', 'delete'), '409 {"detail": "A run of the project is not over yet."}', '... nor one whose run goes on');
select work.runs_over('{1}', 'OK', null, now());
select is(tests.on('bob', 'delete'), '403 {"detail": "You do not have permission to perform this action."}', 'an EXECUTOR does not delete it');
select is(tests.on('johnny', 'delete'), '204', 'then it is');
select is((select string_agg(id::text, '') from work.projects) || coalesce(tests.tasks(), '-') || (select concat(id, project_id,
	status) from work.runs), '2-1OK',
	'... with its tasks, and its history stays');
select is(tests.on('johnny', 'get'), '404 {"detail": "Not found."}', '... it is gone');
select is(tests.wrong(), null, 'all is as the law says');

-- ---- lists, and what is in it ----
select tests.story();
select inventory.hosts_add('{h,k}', '{HOST,RANGE}', array['{}', '{}']::jsonb[], array['{}', '{}']::jsonb[], 1),
       inventory.groups_add('{g}', '{false}', array['{}']::jsonb[], array['{}']::jsonb[], 1), inventory.inventories_add('i', '{}', '{}', 1);
select tests.made('johnny', 'a'), tests.made('johnny', 'ab', '{"vars": {"repo_type": "TAR", "k": 5}}'), tests.made('eve', 'b'), tests.made('johnny',
	'c', '{"vars": {"repo_type": "MANUAL"}}');
update work.projects set status = (array['OK', 'SYNC', 'OK', 'WAIT_SYNC'])[id];
select is(tests.polemarch('johnny', 'projects_list', query => '{"limit": ["2"], "status__not": ["ERROR"]}'),
	'200 {"count":3,"next":"http://moirai/polemarch/api/v1/it?limit=2&offset=2&status__not=ERROR","previous":null,"results":['
	'{"id":1,"name":"a","status":"OK","type":"GIT","url":"http://moirai/polemarch/api/v1/projects/1/"},'
	'{"id":2,"name":"ab","status":"SYNC","type":"TAR","url":"http://moirai/polemarch/api/v1/projects/2/"}]}', 'a page of projects');
select is(tests.listed(name, query::jsonb), wanted, format('%s sees of %s', name, query)) from (values
	('johnny', '{}', '3: 1 2 4'), ('admin', '{}', '4: 1 2 3 4'), ('johnny', '{"status": ["OK"]}', '1: 1'), ('admin', '{"status": ["OK, SYNC"]}',
	'3: 1 2 3'),
	('johnny', '{"status__not": ["SYNC"]}', '2: 1 4'), ('johnny', '{"status": ["OK"], "status__not": ["OK,X"]}', '0: '), ('johnny', '{"status": ["ok"]}',
	'0: '),
	('johnny', '{"status": [""], "name": ["a"]}', '2: 1 2'), ('johnny', '{"name__not": ["b"]}', '2: 1 4'), ('johnny',
	'{"variables": ["k:5,repo_type:TAR"]}', '1: 2'),
	('johnny', '{"variables": ["repo_password:x"]}', '0: '), ('johnny', '{"id": ["1,3"]}', '1: 1'), ('johnny', '{"id__not": ["1"], "offset": ["1"]}',
	'2: 4'),
	('johnny', '{"id": ["x"]}', '400 {"detail": "invalid literal for int() with base 10: ''x''", "error_type": "ValueError"}')) v (name, query, wanted);
select people.parts_add('project', 1, 'host', '{2,1}'), people.parts_add('project', 1, 'group', '{1}'), people.parts_add('project', 1, 'inventory',
	'{1}');
select is(tests.on('johnny', 'get',
	query => '{"format": ["json"]}') ~ '"hosts":\[\{"id":1,"name":"h","type":"HOST","url":"[^"]*/hosts/1/\?format=json"\},\{"id":2,"name":"k","type":"RANGE",'
	'"url":"[^"]*"\}\],"groups":\[\{"id":1,"name":"g","children":false,"url":"[^"]*"\}\],"inventories":\[\{"id":1,"name":"i","url":"[^"]*"\}\],"vars"',
	true, 'what a project has is shown');
select is(tests.polemarch('johnny', 'sublists_get', '{"objects": "projects", "id": "1"}',
	more => '{"url": "http://moirai/polemarch/api/v1/projects/1/hosts/"}'), '200 [1,2]', '... and is a list of its own');

-- ---- passwords in a URL ----
select is(work.repository_shown(given), shown, 'shown: ' || given) from (values
	('https://jo:se@cret:x@host/p?a=b@c', 'https://jo:[~~ENCRYPTED~~]@host/p?a=b@c'), ('https://jo@host/p', 'https://jo@host/p'),
	('https://host/a:b@c', 'https://host/a:b@c'), ('git@host:p', 'git@host:p'), ('https://:x@h', 'https://:[~~ENCRYPTED~~]@h'), ('x', 'x')) v (given, shown);
select is(work.repository_given('https://jo:[~~ENCRYPTED~~]@new/p', 'https://jo:old@host/p'), 'https://jo:old@new/p', 'what is shown may be sent back');
select is(work.repository_given('https://jo:new@host/p', 'https://jo:old@host/p'), 'https://jo:new@host/p', '... or another password');
select is(tests.members(tests.made('johnny', 'pw', '{"repository": "https://jo:geheim@host/p"}'))->>'repository', 'https://jo:[~~ENCRYPTED~~]@host/p',
	'the password in a URL is not shown');
select is(tests.on('johnny', 'sync', (select max(id) from work.projects)), '200 {"detail":"Sync with https://jo:[~~ENCRYPTED~~]@host/p."}', '... nowhere');
select is((select count(*) from people.audit where details::text like '%geheim%'), 0::bigint, '... nor told');
select is((select repository from work.projects order by id desc limit 1), 'https://jo:geheim@host/p', '... but kept');

select * from finish();
rollback;
