-- Periodic tasks by the API (sql/polemarch_api/periodic_tasks.sql; polemarch-behaviour.md section 11).
begin;
\ir lib.psql
select plan(141);

insert into people.users (username, superuser, stamp) values ('admin', true, 8), ('eve', false, 9), ('bob', false, 10);
insert into house.seal_keys (public_key, current) select repeat('A', 43) || '=', true where not exists (select from house.seal_keys where current);
create function tests.box(word text default 'AA==', key int default null) returns jsonb
language sql as $$ select jsonb_build_object('sealed', word, 'key', coalesce(key, (select id from house.seal_keys where current))) $$;
create function tests.on(name text, function text, id bigint default 1, body jsonb default '{}', query jsonb default '{}', more jsonb default '{}')
returns text
language sql as $$ select tests.polemarch(name, 'periodic_tasks_' || function, jsonb_build_object('id', id::text), body, query, more) $$;
-- tests.body(more) -> what makes one, with more; what is null in it is left out.
create function tests.body(more jsonb default '{}') returns jsonb
language sql as $$ select coalesce(jsonb_object_agg(key, value) filter (where value <> 'null'), '{}')
	from jsonb_each('{"type": "INTERVAL", "schedule": "25", "mode": "touch.yml", "project": 1, "inventory": 1}'::jsonb || more) $$;
create function tests.made(more jsonb default '{}', name text default 'johnny') returns text
language sql as $$ select tests.on(name, 'create', body => tests.body('{"name": "n"}'::jsonb || more)) $$;
create function tests.listed(name text, query jsonb default '{}') returns text
language plpgsql as $$
declare
	said text := tests.polemarch(name, 'periodic_tasks_list', query => query);
begin
	return case when said not like '200 %' then said else (tests.members(said)->>'count') || ': ' || coalesce((
		select string_agg(r->>'id', ' ' order by n) from jsonb_array_elements(tests.members(said)->'results') with ordinality e (r, n)), '') end;
end
$$;
-- tests.kept(columns) -> those of the tasks' rows.
create function tests.kept(columns text) returns text
language sql as $$ select tests.rows('work.periodic_tasks', columns) $$;
-- johnny's project 1 and inventory 1, eve's project 2 and inventory 2; johnny has EXECUTOR on project 3 and inventory 3.
create function tests.world() returns void
language plpgsql as $$
begin
	perform tests.story();
	truncate work.projects, work.runs, work.periodic_tasks, work.tasks, work.ansible_reference restart identity cascade;
	insert into work.ansible_reference (version, seen_at, options, modules) values ('2.14', now(), '{
		"ansible": {"forks": {"type": "integer"}, "become": {"type": "boolean"}, "args": {"type": "text"}, "key-file": {"type": "keyfile"}},
		"ansible-playbook": {"forks": {"type": "integer"}, "become": {"type": "boolean"}, "tags": {"type": "text"}, "key-file": {"type": "keyfile"},
		                     "vault-password-file": {"type": "textfile"}, "limit": {"type": "text"}}}', '{}');
	insert into work.projects (repository, status) select 'x', 'OK' from generate_series(1, 3);
	perform people.objects_add('project', array[p], o), inventory.inventories_add('i', '{}', '{}', o) from (values (1, 1), (2, 3), (3, 3)) v (p, o);
	perform people.grants_put('project', 3, '{1}', '{EXECUTOR}'), people.grants_put('inventory', 3, '{1}', '{EXECUTOR}');
end
$$;

-- ---- making one ----
select is(tests.on('nobody', f), '401 Sign in to use this resource.', f || ': who is not signed in is told so') from unnest('{list,create,get,update,delete}'::text[]) f;
select tests.world();
select is(tests.on('johnny', 'create', body => '{"type": "INTERVAL", "schedule": "25", "mode": "touch_the_clouds.yml", "project": 1, "inventory": 1, "vars": {}, "name": "x",
	"id": 9, "url": 1, "more": []}'),
	'201 /polemarch/api/v1/periodic-tasks/1/ {"id":1,"name":"x","type":"INTERVAL","schedule":"25","mode":"touch_the_clouds.yml","kind":"PLAYBOOK","project":1,'
	'"inventory":1,"save_result":true,"enabled":true,"vars":{},"url":"http://moirai/polemarch/api/v1/periodic-tasks/1/"}', 'who may edit a project makes a task of it');
select is(tests.on('johnny', 'get', query => '{"format": ["json"]}'),
	'200 {"id":1,"name":"x","type":"INTERVAL","schedule":"25","mode":"touch_the_clouds.yml","kind":"PLAYBOOK","project":1,'
	'"inventory":1,"save_result":true,"enabled":true,"vars":{},"url":"http://moirai/polemarch/api/v1/periodic-tasks/1/?format=json"}', '... and sees it');
select is(tests.kept('zone, next_at between now() and clock_timestamp() + interval ''25 s'', run_id'), '(UTC,t,)', '... and its clock runs');
select is(substring(tests.made(more::jsonb) from '"type".*"url"'), wanted, 'made with ' || more) from (values
	('{"schedule": 25, "project": "1", "inventory": "1", "save_result": "False", "enabled": 0}',
	 '"type":"INTERVAL","schedule":"25","mode":"touch.yml","kind":"PLAYBOOK","project":1,"inventory":1,"save_result":false,"enabled":false,"vars":{},"url"'),
	('{"type": "CRONTAB", "schedule": "", "inventory": "./hosts", "mode": " sub/x.yml "}',
	 '"type":"CRONTAB","schedule":"","mode":"sub/x.yml","kind":"PLAYBOOK","project":1,"inventory":"./hosts","save_result":true,"enabled":true,"vars":{},"url"'),
	('{"type": "CRONTAB", "schedule": "* */2 sun,fri 1-15 *", "kind": "MODULE", "mode": "ping", "vars": {"group": "web", "forks": 5, "args": ""}}',
	 '"type":"CRONTAB","schedule":"* */2 sun,fri 1-15 *","mode":"ping","kind":"MODULE","project":1,"inventory":1,"save_result":true,"enabled":true,'
	 '"vars":{"args":"","forks":5,"group":"web"},"url"'),
	('{"kind": "MODULE", "vars": {"become": null}}',
	 '"type":"INTERVAL","schedule":"25","mode":"touch.yml","kind":"MODULE","project":1,"inventory":1,"save_result":true,"enabled":true,"vars":{"become":null},"url"'),
	('{"vars": {"tags": "ü", "su-user": "root", "forks": "7", "become": ""}}',
	 '"type":"INTERVAL","schedule":"25","mode":"touch.yml","kind":"PLAYBOOK","project":1,"inventory":1,"save_result":true,"enabled":true,'
	 '"vars":{"become":"","forks":"7","su-user":"root","tags":"ü"},"url"')) v (more, wanted);
select is(length(tests.members(tests.on('johnny', 'create', body => tests.body()))->>'name'), 36, 'one without a name gets some');

-- ---- refused ----
select tests.world();
select is(tests.on('johnny', 'create', body => tests.body(more::jsonb)), wanted, 'refused: ' || more) from (values
	('{"type": null, "schedule": null, "mode": null, "project": null, "inventory": null}',
	 '400 {"mode": ["This field is required."], "type": ["This field is required."], "project": ["This field is required."], "schedule": ["This field is required."], '
	 '"inventory": ["This field is required."]}'),
	('{"type": "", "mode": " ", "project": "", "inventory": "", "kind": "", "name": "", "enabled": "maybe", "save_result": [], "vars": []}',
	 '400 {"kind": ["This field may not be blank."], "mode": ["This field may not be blank."], "name": ["This field may not be blank."], '
	 '"type": ["This field may not be blank."], "vars": ["Expected a dictionary."], "enabled": ["\"maybe\" is not a valid boolean."], "project": ["This field may not be blank."], '
	 '"inventory": ["This field may not be blank."], "save_result": ["\"[]\" is not a valid boolean."]}'),
	('{"type": "crontab"}', '415 {"detail": "Unknown type crontab."}'), ('{"kind": "module"}', '415 {"detail": "Unknown kind module."}'),
	('{"type": "INTERVALS!!"}', '400 {"type": ["Ensure this field has no more than 10 characters."]}'),
	('{"project": 999}', '400 {"project": ["Invalid pk \"999\" - object does not exist."]}'),
	('{"project": -1}', '400 {"project": ["Invalid pk \"-1\" - object does not exist."]}'),
	('{"project": "99999999999999999999"}', '400 {"project": ["Invalid pk \"99999999999999999999\" - object does not exist."]}'),
	('{"project": "x"}', '400 {"project": ["Incorrect type. Expected pk value, received str."]}'),
	('{"project": "x", "mode": " "}', '400 {"mode": ["This field may not be blank."], "project": ["Incorrect type. Expected pk value, received str."]}'),
	('{"project": [1]}', '400 {"project": ["Incorrect type. Expected pk value, received list."]}'),
	('{"project": {}}', '400 {"project": ["Incorrect type. Expected pk value, received dict."]}'),
	('{"project": true}', '400 {"project": ["Incorrect type. Expected pk value, received bool."]}'),
	('{"project": 1.5}', '400 {"project": ["Incorrect type. Expected pk value, received float."]}'),
	('{"project": 2}', '403 {"detail": "You do not have permission to perform this action."}'),
	('{"project": 3}', '403 {"detail": "You do not have permission to perform this action."}'),
	('{"inventory": 2}', '403 {"detail": "You don''t have permission to inventory."}'),
	('{"inventory": "2"}', '403 {"detail": "You don''t have permission to inventory."}'),
	('{"inventory": 999}', '400 {"detail": "Inventory matching query does not exist.", "error_type": "DoesNotExist"}'),
	('{"inventory": "999"}', '400 {"detail": "Inventory matching query does not exist.", "error_type": "DoesNotExist"}'),
	('{"inventory": 1.5}', '400 {"detail": "Inventory matching query does not exist.", "error_type": "DoesNotExist"}'),
	('{"inventory": [1]}', '400 {"inventory": ["Not a valid string."]}'), ('{"inventory": "a\nb"}', '400 {"inventory": ["Enter one line."]}'),
	('{"inventory": "../inventory"}', '400 {"detail": {"inventory": ["Inventory should be in project dir."]}}'),
	('{"inventory": "/etc/x"}', '400 {"detail": {"inventory": ["Inventory should be in project dir."]}}'),
	('{"inventory": "~/x"}', '400 {"detail": {"inventory": ["Inventory should be in project dir."]}}'),
	('{"inventory": "a/../../b"}', '400 {"detail": {"inventory": ["Inventory should be in project dir."]}}'),
	('{"mode": "../x.yml"}', '400 {"detail": {"playbook": ["Playbook should be in project dir."]}}'),
	('{"mode": "--version"}', '400 {"detail": {"playbook": ["It begins with -."]}}'),
	('{"mode": "-x", "kind": "MODULE"}', '400 {"detail": {"module": ["It begins with -."]}}'),
	('{"schedule": "abc"}', '400 {"detail": {"schedule": ["could not convert string to float: ''abc''"]}}'),
	('{"schedule": ""}', '400 {"detail": {"schedule": ["could not convert string to float: "]}}'),
	('{"schedule": 0}', '400 {"detail": {"schedule": ["Ensure this value is greater than or equal to 1."]}}'),
	('{"schedule": "30 */4 foo", "type": "CRONTAB"}', '400 {"detail": {"schedule": ["Invalid weekday literal ''foo''."]}}'),
	('{"schedule": "60* */2 sun,fri 1-15 *", "type": "CRONTAB"}', '400 {"detail": {"schedule": ["Invalid weekday literal ''60*''."]}}'),
	('{"vars": {"nonexist": 1}}', '400 {"detail": {"argument": ["nonexist"], "playbook": ["Incorrect argument: ''nonexist''."]}}'),
	('{"vars": {"nonexist": 1}, "kind": "MODULE"}', '400 {"detail": {"module": ["Incorrect argument: ''nonexist''."], "argument": ["nonexist"]}}'),
	('{"vars": {"group": "web"}}', '400 {"detail": {"argument": ["group"], "playbook": ["Incorrect argument: ''group''."]}}'),
	('{"vars": {"forks": "234bnl"}}',
	 '400 {"detail": {"argument": ["forks"], "playbook": ["Incorrect argument: invalid literal for int() with base 10: ''234bnl''."]}}'),
	('{"vars": {"sudo": "makaka"}}', '400 {"detail": {"argument": ["sudo"], "playbook": ["Incorrect argument: This argument shouldn''t have value."]}}'),
	('{"vars": {"a b": 1}}',
	 '400 {"vars": ["\"a b\" is no name of a variable: letters, digits, _, . and -, no more than 128, the first a letter or _."]}')) v (more, wanted);
select is(tests.on('johnny', 'create', body => b::jsonb), '400 {"non_field_errors": ["Invalid data. Expected a dictionary, but got ' || t || '."]}', 'no body: ' || b)
	from (values ('[]', 'list'), ('5', 'int'), ('null', 'NoneType'), ('"x"', 'str')) v (b, t);
select is(tests.made(jsonb_build_object('vars', jsonb_build_object('key-file', tests.box(key => 0)))), '503 Secrets are being sealed anew: try again.',
	'a secret sealed to an old key is to be sent again');
delete from work.ansible_reference;
select is(tests.made('{"vars": {"forks": 1}}'), '503 No runner has told yet what Ansible can do: try again.', 'as long as nobody knows the arguments there can''t be any');
select is((select count(*) from work.periodic_tasks) || (select count(*) from people.audit)::text || coalesce(pg_sequence_last_value('work.periodic_tasks_id_seq')::text, '-'),
	'00-', '... nothing was made, told, or used up');
select is(left(tests.made(), 3), '201', '... without it can be made');

-- ---- rights ----
select tests.world();
select is(left(tests.made(), 3) || left(tests.made('{"project": 2, "inventory": 2}', 'eve'), 3) || left(tests.made('{"project": 3, "inventory": 3}', 'eve'), 3),
	'201201201', 'tasks of three projects');
select is(tests.on('johnny', f, 9), '404 {"detail": "Not found."}', f || ' of none that is there') from unnest('{get,update,delete}'::text[]) f;
select is(tests.on('johnny', f, 2, body => '"x"'), '403 {"detail": "You do not have permission to perform this action."}', f || ': who has no right is told so')
	from unnest('{get,update,delete}'::text[]) f;
select is(left(tests.on('johnny', 'get', 3), 3), '200', 'who may execute a project sees its tasks');
select is(tests.on('johnny', f, 3), '403 {"detail": "You do not have permission to perform this action."}', '... and does not ' || f || ' them')
	from unnest('{update,delete}'::text[]) f;
select is(array[tests.listed('johnny'), tests.listed('eve'), tests.listed('bob'), tests.listed('admin')], array['2: 1 3', '2: 2 3', '0: ', '3: 1 2 3'],
	'a list has those of the projects that one sees');
select is(tests.on('johnny', 'update', body => '{"project": 3}'), '403 {"detail": "You do not have permission to perform this action."}',
	'a task goes only where one may edit, too');
select people.grants_put('project', 3, '{1}', '{EDITOR}');
select is(substring(tests.on('johnny', 'update', body => '{"project": 3}') from '"project":\d'), '"project":3', '... then it does');
select is(tests.on('johnny', 'update', 3, '{"inventory": 2}'), '403 {"detail": "You don''t have permission to inventory."}', 'an inventory is one that one may use');
select is(left(tests.on('johnny', 'update', 3, '{"inventory": 3}'), 3), '200', '... then it is');
select people.grants_remove('inventory', 3, '{1}');
select is(left(tests.on('johnny', 'update', 3, '{"name": "x"}'), 3), '200', 'who has lost that right changes other things');
select is(tests.on('johnny', 'update', 3, body), '403 {"detail": "You don''t have permission to inventory."}', '... but not what is done to it: ' || body::text)
  from unnest(array['{"mode": "x.yml"}', '{"vars": {"tags": "x"}}']::jsonb[]) body;
select is(tests.on('johnny', 'update', 3, '{"inventory": 3}'), '403 {"detail": "You don''t have permission to inventory."}', '... and does not say it anew');

-- ---- changing ----
select tests.world();
select is(left(tests.made('{"vars": {"tags": "a"}, "type": "CRONTAB", "schedule": "0 5 * * *"}'), 3), '201', 'a task by the calendar');
update work.periodic_tasks set next_at = '2100-01-01 00:00Z';
select is(substring(tests.on('johnny', 'update', query => '{"expand": ["next_run"]}') from '"enabled".*'),
	'"enabled":true,"vars":{"tags":"a"},"next_run":"2100-01-01T00:00:00Z","url":"http://moirai/polemarch/api/v1/periodic-tasks/1/"}', 'PATCH needs nothing');
select is(substring(tests.on('johnny', 'update', body => '{"name": "new", "mode": "b.yml", "save_result": false, "vars": {"forks": 2}, "inventory": "hosts"}',
	query => '{"expand": ["owner,next_run"]}') from '"name".*"url"'),
	'"name":"new","type":"CRONTAB","schedule":"0 5 * * *","mode":"b.yml","kind":"PLAYBOOK","project":1,"inventory":"hosts","save_result":false,"enabled":true,'
	'"vars":{"forks":2},"next_run":"2100-01-01T00:00:00Z","url"', 'what is sent is changed, all vars together, and its clock goes on');
select is(substring(tests.on('johnny', 'update', body => '{"schedule": "0 6 * * *"}', more => jsonb_build_object('settings', '{"timeZone": "Asia/Kathmandu"}'::jsonb),
	query => '{"expand": ["next_run"]}') from 'next_run":"[0-9-]+T([^"]*)'), '00:15:00Z', 'another schedule begins anew, by the clock of the zone');
select is(substring(tests.on('johnny', 'update', body => '{"enabled": false}', query => '{"expand": ["next_run"]}') from '"next_run":[^,]*'), '"next_run":null',
	'what is not enabled has no next time');
select is(substring(tests.on('johnny', 'update', body => '{"enabled": true, "schedule": "0 0 30 2 *"}', query => '{"expand": ["next_run"]}') from '"next_run":[^,]*'),
	'"next_run":null', '... nor what never comes');
select is(tests.on('johnny', 'update', body => '{"type": "INTERVAL"}'),
	'400 {"detail": {"schedule": ["could not convert string to float: ''0 0 30 2 *''"]}}', 'another type has to fit the schedule that there is');
select is(tests.on('johnny', 'update', body => '{"schedule": "60"}'), '400 {"detail": {"schedule": ["Invalid end range: 60 > 59."]}}', '... and a schedule the type');
select is(substring(tests.on('johnny', 'update', body => '{"type": "INTERVAL", "schedule": 60}') from '"type":"INTERVAL","schedule":"60"'), '"type":"INTERVAL","schedule":"60"',
	'... both go together');
select is(left(tests.on('johnny', 'update', body => '{"vars": {"tags": "x"}}'), 3), '200', 'vars of ansible-playbook');
select is(tests.on('johnny', 'update', body => '{"kind": "MODULE"}'), '400 {"detail": {"module": ["Incorrect argument: ''tags''."], "argument": ["tags"]}}',
	'another kind has to fit the vars that there are');
select is(left(tests.on('johnny', 'update', body => '{"kind": "MODULE", "mode": "ping", "vars": {"group": "all"}}'), 3), '200', '... or comes with others');
update work.ansible_reference set options = '{"ansible": {}, "ansible-playbook": {}}';
select is(left(tests.on('johnny', 'update', body => '{"name": "x"}'), 3), '200', 'vars that Ansible has since forgotten do not hinder who changes something else');
select is(tests.on('johnny', 'update', body => '{"name": "x"}', more => '{"method": "PUT"}'),
	'400 {"mode": ["This field is required."], "type": ["This field is required."], "project": ["This field is required."], "schedule": ["This field is required."], '
	'"inventory": ["This field is required."]}', 'PUT needs all');
select is(substring(tests.on('johnny', 'update', body => tests.body(), more => '{"method": "PUT"}') from '"name".*"url"'),
	'"name":"x","type":"INTERVAL","schedule":"25","mode":"touch.yml","kind":"MODULE","project":1,"inventory":1,"save_result":false,"enabled":true,"vars":{"group":"all"},"url"',
	'... that it says it needs');
select is(tests.on('johnny', 'delete'), '204', 'it is deleted');
select is((select count(*) from work.periodic_tasks) || (select count(*) from inventory.objects where kind = 'periodic_task')::text, '00', '... and gone');
select is((select string_agg(verb || kind || details::text, ' ' order by id) from people.audit where id in (1, 3) or verb = 'delete'),
	'createperiodictask{"kind": "PLAYBOOK", "mode": "touch.yml", "name": "n", "type": "CRONTAB", "vars": ["tags"], "enabled": true, "project": "1", '
	'"schedule": "0 5 * * *", "inventory": "1", "save_result": true} '
	'updateperiodictask{"mode": "b.yml", "name": "new", "vars": ["forks"], "inventory": "hosts", "save_result": false} deleteperiodictask{"name": "x"}',
	'what was done is told');
select is((select string_agg(distinct concat(kind, ids), ' ') from outbox.changes where kind <> 'inventory'), 'periodictask{1}', '... to who watches the page, too');

-- ---- secrets ----
select tests.world();
select is(substring(tests.made(jsonb_build_object('vars', jsonb_build_object('tags', 'x', 'key-file', tests.box('top'), 'vault-password-file', tests.box('two'))))
	from '"vars":.*"url"'), '"vars":{"key-file":"[~~ENCRYPTED~~]","tags":"x","vault-password-file":"[~~ENCRYPTED~~]"},"url"', 'secrets are not shown');
select is((select vars::text || sealed::text from inventory.objects where kind = 'periodic_task'),
	'{"tags": "x"}' || jsonb_build_object('key-file', tests.box('top'), 'vault-password-file', tests.box('two'))::text, '... but kept sealed');
select is(substring(tests.on('johnny', 'update', body =>
	'{"vars": {"key-file": "[~~ENCRYPTED~~]", "tags": "[~~ENCRYPTED~~]", "become-password-file": "[~~ENCRYPTED~~]", "limit": "[~~ENCRYPTED~~]"}}') from '"vars":.*"url"'),
	'"vars":{"key-file":"[~~ENCRYPTED~~]","tags":"x"},"url"', 'the mask keeps what there is');
select is((select sealed from inventory.objects where kind = 'periodic_task'), jsonb_build_object('key-file', tests.box('top')), '... what is not sent goes');
select is(substring(tests.on('johnny', 'update', body => '{"name": "y"}') from '"vars":.*"url"'), '"vars":{"key-file":"[~~ENCRYPTED~~]","tags":"x"},"url"', '... unless none are sent at all');
select is(tests.on('johnny', 'update', body => jsonb_build_object('vars', jsonb_build_object('ansible_ssh_pass', tests.box()))),
	'400 {"detail": {"argument": ["ansible_ssh_pass"], "playbook": ["Incorrect argument: ''ansible_ssh_pass''."]}}', 'a secret that is no argument is refused');
select is(substring(tests.on('johnny', 'list') from '"vars":.*"url"'), '"vars":{"key-file":"[~~ENCRYPTED~~]","tags":"x"},"url"', 'lists show no more');

-- ---- lists ----
select tests.world();
select left(tests.made(m::jsonb), 3) from unnest(array['{"name": "a_x"}', '{"name": "b", "type": "CRONTAB", "mode": "b.yml"}', '{"name": "ab", "kind": "MODULE", "mode": "ping"}',
	'{"name": "c", "inventory": "p"}']) m;
select is(left(tests.made('{"name": "e", "project": 2, "inventory": 2}', 'eve'), 3), '201', 'a task of another');
select is(tests.listed('johnny', q::jsonb), wanted, 'those with ' || q) from (values
	('{}', '4: 1 2 3 4'), ('{"id": ["1,3, 5"]}', '2: 1 3'), ('{"id__not": ["1"]}', '3: 2 3 4'), ('{"name": ["a"]}', '2: 1 3'), ('{"name": ["_"]}', '1: 1'),
	('{"name__not": ["a"]}', '2: 2 4'), ('{"name": ["a"], "name__not": ["b"]}', '1: 1'), ('{"mode": ["b.yml"]}', '1: 2'), ('{"mode": ["b"]}', '0: '),
	('{"kind": ["MODULE"]}', '1: 3'), ('{"kind": ["module"]}', '0: '), ('{"type": ["CRONTAB"]}', '1: 2'), ('{"type": ["CRONTAB,INTERVAL"]}', '0: '),
	('{"project": ["1"]}', '4: 1 2 3 4'), ('{"project": ["2"]}', '0: '), ('{"project": ["x"]}', '0: '), ('{"project": ["99999999999999999999"]}', '0: '),
	('{"project": [""]}', '4: 1 2 3 4'), ('{"inventory": [""], "enabled": ["maybe"], "more": ["x"]}', '4: 1 2 3 4'), ('{"inventory": ["1"]}', '3: 1 2 3'), ('{"inventory": ["2"]}', '0: '),
	('{"inventory": ["p"]}', '0: '), ('{"enabled": ["True"]}', '4: 1 2 3 4'), ('{"enabled": ["false"]}', '0: '),  ('{"limit": ["2"], "offset": ["1"]}', '4: 2 3'),
	('{"type": ["INTERVAL"], "limit": ["1"]}', '3: 1'), ('{"id": ["x"]}',
	'400 {"detail": "invalid literal for int() with base 10: ''x''", "error_type": "ValueError"}')) v (q, wanted);
select is(tests.on('eve', 'list', query => '{"expand": ["next_run"]}') ~ '^200 \{"count":1,"next":null,"previous":null,"results":\[\{"id":5,"name":"e","type":"INTERVAL",'
	'"schedule":"25","mode":"touch.yml","kind":"PLAYBOOK","project":2,"inventory":2,"save_result":true,"enabled":true,"vars":\{\},"next_run":"[0-9T:.-]+Z",'
	'"url":"http://moirai/polemarch/api/v1/periodic-tasks/5/"\}\]\}$', true, 'a row is all of it');
select tests.on('johnny', 'update', 2, '{"enabled": false}');
update work.periodic_tasks set next_at = tests.at(case id when 1 then 9 else 5 end) where id in (1, 3, 4);
select is(tests.listed('johnny', q::jsonb), wanted, 'those with ' || q) from (values
	('{"enabled": ["false"]}', '1: 2'), ('{"enabled": ["true"]}', '3: 1 3 4'), ('{"ordering": ["next_run"]}', '4: 3 4 1 2'),
	('{"ordering": ["next_run"], "limit": ["2"], "offset": ["1"]}', '4: 4 1')) v (q, wanted);

select * from finish();
rollback;
