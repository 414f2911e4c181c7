-- Templates (sql/polemarch_api/templates.sql; polemarch-behaviour.md section 12).
begin;
\ir lib.psql
select plan(97);

insert into people.users (username, superuser, stamp) values ('admin', true, 8), ('eve', false, 9), ('bob', false, 10);
insert into house.seal_keys (public_key, current) select repeat('A', 43) || '=',
	true where not exists (select from house.seal_keys where current);
create function tests.box(word text default 'AA==', key int default null) returns jsonb
language sql as $$ select jsonb_build_object('sealed', word, 'key', coalesce(key,
	(select id from house.seal_keys where current))) $$;
create function tests.on(name text, function text, id bigint default 1, body jsonb default '{}', query jsonb default '{}',
	more jsonb default '{}') returns text
language sql as $$ select tests.polemarch(name, 'templates_' || function, jsonb_build_object('id', id::text), body, query,
	more) $$;
create function tests.made(kind text, data jsonb, name text default 'johnny') returns text
language sql as $$ select tests.on(name, 'create', body => jsonb_build_object('name', 't', 'kind', kind, 'data', data)) $$;
-- tests.data(answer) -> the data as they are shown, to the letter.
create function tests.data(answer text) returns text language sql as $$ select substring(answer from '"data":(\{.*\})\}$') $$;
create function tests.listed(name text, query jsonb) returns text
language plpgsql as $$
declare
	said text := tests.polemarch(name, 'templates_list', query => query);
begin
	return case when said not like '200 %' then said else (tests.members(said)->>'count') || ': ' || coalesce((
		select string_agg(r->>'id', ' ' order by n) from jsonb_array_elements(tests.members(said)->'results') with ordinality e
	(r, n)), '') end;
end
$$;
create function tests.parts() returns text
language sql as $$ select string_agg(concat(kind, id, ':', part_kind, part_id), ' ' order by kind, id, part_kind,
	part_id) from people.parts where kind = 'template' $$;
create function tests.wrong() returns text
language sql as $$ select string_agg(concat_ws(' ', rule, id, found),
	'; ') from (select * from inventory.check() union all select * from people.rights_check()) c $$;
-- johnny's inventory 1 with a host, and project 1; eve's inventory 2 and project 2.
create function tests.world() returns void
language plpgsql as $$
begin
	perform tests.story();
	perform inventory.inventories_add('i', '{}', '{}', 1), inventory.inventories_add('j', '{}', '{}', 3),
	people.objects_add('project', '{1}', 1), people.objects_add('project', '{2}', 3);
	perform people.parts_add('inventory', 1, 'host', inventory.hosts_add('{h}', '{HOST}', array['{}'::jsonb], array['{}'::jsonb],
	1));
end
$$;

-- ---- kinds ----
select is(tests.on('johnny', 'kinds'),
	'200 {"Task":["playbook","vars","inventory","project"],"Host":["name","vars"],"PeriodicTask":["playbook","vars","inventory","project","type","name","schedule","kind","mode"],'
	'"Group":["name","vars","children"],"Module":["inventory","module","group","args","vars","project"]}',
	'there are five kinds, each with its keys');
select is(tests.on('nobody', f), '401 Sign in to use this resource.',
	f || ': who is not signed in is told so') from unnest('{kinds,list,create,get,update,delete}'::text[]) f;

-- ---- making one ----
select tests.world();
select is(tests.on('johnny', 'create', body =>
	'{"name": " test ", "kind": "Task", "data": {"playbook": "test.yml", "vars": {"connection": "paramiko"}}, "id": 9, "x": 1}'),
	'201 /polemarch/api/v1/templates/1/ {"id":1,"name":"test","kind":"Task","data":{"playbook":"test.yml","vars":{"connection":"paramiko"}}}',
	'who is signed in makes a template');
select is(tests.on('johnny', 'get'),
	'200 {"id":1,"name":"test","kind":"Task","data":{"playbook":"test.yml","vars":{"connection":"paramiko"}}}',
	'... and sees it');
select is(tests.on('johnny', 'get', query => '{"expand": ["owner"]}') ~ '"kind":"Task","owner":\{"id":1,"username":"johnny",',
	true, '... with its owner where that is wanted');
select is(tests.data(tests.made(kind, data::jsonb)), wanted, format('a %s with %s', kind, data)) from (values
	('Task', '{}', '{}'), ('Task', '{"project": "1", "inventory": " 1", "vars": {}, "playbook": null}',
	'{"playbook":null,"vars":{},"inventory":" 1","project":1}'),
	('Task', '{"project": 1, "inventory": "1"}', '{"inventory":1,"project":1}'), ('Task', '{"inventory": 222233222}',
	'{"inventory":222233222}'), ('Task', '{"inventory": "some/path"}', '{"inventory":"some/path"}'),
	('Task', '{"inventory": 12345678901234567890}', '{"inventory":12345678901234567890}'), ('Task',
	'{"inventory": null, "project": null}', '{"inventory":null}'),
	('Host', '{"vars": {"b": 0.10, "ansible_host": "x", "a": [null]}, "name": "h"}',
	'{"name":"h","vars":{"ansible_host":"x","a":[null],"b":0.10}}'), ('Group', '{"children": true, "name": 1}',
	'{"name":1,"children":true}'),
	('PeriodicTask', '{"mode": "m", "kind": "k", "schedule": "* *", "name": "n", "type": "CRONTAB", "inventory": 1, "vars": {"forks": 7}, "playbook": "p"}',
	 '{"playbook":"p","vars":{"forks":7},"type":"CRONTAB","name":"n","schedule":"* *","kind":"k","mode":"m","inventory":1}'),
	('Module', '{"args": "a", "group": "g", "module": "ping", "project": 1, "inventory": 1}',
	'{"module":"ping","group":"g","args":"a","inventory":1,"project":1}')) v (kind, data, wanted);
select is(tests.wrong(), null, 'all is as the law says');

-- ---- refused ----
select tests.world();
select is(tests.on('johnny', 'create', body => body::jsonb), wanted, 'refused: ' || body) from (values
	('{}', '400 {"data": ["This field is required."], "kind": ["This field is required."], "name": ["This field is required."]}'),
	('{"name": " ", "kind": [], "data": []}',
	'400 {"data": ["Expected a dictionary."], "kind": ["Not a valid string."], "name": ["This field may not be blank."]}'),
	('{"name": "a\nb", "kind": "Task", "data": {}}', '400 {"name": ["Enter one line."]}'),
	('{"name": "x", "kind": "Test", "data": {}}', '415 {"detail": "Unknown type Test."}'),
	('{"name": "x", "kind": "task", "data": {"x": 1}}', '415 {"detail": "Unknown type task."}'),
	('{"name": "x", "kind": "Task", "data": {"test": 1, "tst": 2, "vars": 3}}',
	'400 {"detail": {"tst": ["Unknown key. Keys should be [''playbook'', ''vars'', ''inventory'', ''project'']"], '
	'"test": ["Unknown key. Keys should be [''playbook'', ''vars'', ''inventory'', ''project'']"]}}'),
	('{"name": "x", "kind": "Host", "data": {"project": 1}}',
	'400 {"detail": {"project": ["Unknown key. Keys should be [''name'', ''vars'']"]}}'),
	('{"name": "x", "kind": "Host", "data": {"vars": []}}', '400 {"detail": {"vars": ["Expected a dictionary."]}}'),
	('{"name": "x", "kind": "Host", "data": {"vars": null}}', '400 {"detail": {"vars": ["Expected a dictionary."]}}'),
	('{"name": "x", "kind": "Host", "data": {"vars": {"a b": 1}}}',
	'400 {"detail": {"vars": ["\"a b\" is no name of a variable: letters, digits, _, . and -, no more than 128, the first a letter or _."]}}'),
	('{"name": "x", "kind": "Task", "data": {"project": [1], "inventory": {}}}',
	'400 {"detail": {"project": ["Incorrect type. Expected pk value."]}}'),
	('{"name": "x", "kind": "Task", "data": {"project": 1, "inventory": true}}',
	'400 {"detail": {"inventory": ["Incorrect type. Expected pk value."]}}'),
	('{"name": "x", "kind": "Task", "data": {"project": 99}}',
	'400 {"detail": "Project matching query does not exist.", "error_type": "DoesNotExist"}'),
	('{"name": "x", "kind": "Task", "data": {"project": "my"}}',
	'400 {"detail": "Project matching query does not exist.", "error_type": "DoesNotExist"}'),
	('{"name": "x", "kind": "Task", "data": {"project": 12345678901234567890}}',
	'400 {"detail": "Project matching query does not exist.", "error_type": "DoesNotExist"}'),
	('{"name": "x", "kind": "Task", "data": {"project": 2}}',
	'403 {"detail": "You do not have permission to perform this action."}'),
	('{"name": "x", "kind": "Task", "data": {"project": 1, "inventory": "2"}}',
	'403 {"detail": "You do not have permission to perform this action."}')) v (body, wanted);
select is(tests.made('Host', jsonb_build_object('vars', jsonb_build_object('ansible_ssh_pass', tests.box(key => 0)))),
	'503 Secrets are being sealed anew: try again.', 'a secret sealed to an old key is to be sent again');
select is((select count(*) from inventory.templates) || (select count(*) from people.audit)::text ||
	coalesce(pg_sequence_last_value('inventory.templates_id_seq')::text, '-'), '00-', '... nothing is made, told, or used up');
select is(tests.on('johnny', f, 7), '404 {"detail": "Not found."}',
	f || ' of none that is there') from unnest('{get,update,delete}'::text[]) f;
select tests.made('Task', '{"project": 1, "inventory": 1}');
select is(tests.on('eve', f, body => '"x"'), '403 {"detail": "You do not have permission to perform this action."}',
	f || ': who has no right is told so') from unnest('{get,update,delete}'::text[]) f;

-- ---- what it needs ----
select is(tests.parts(), 'template1:inventory1 template1:project1', 'a template needs its inventory and its project');
select people.grants_put('template', 1, '{4}', '{EXECUTOR}');
select is((select string_agg(concat(kind, id), ' ' order by kind, id) from people.visible where principal = 4),
	'host1 inventory1 project1 template1', '... so who sees it sees these, and what is in them');
select is(tests.on('bob', 'update', body => '{"name": "x"}'),
	'403 {"detail": "You do not have permission to perform this action."}', '... and does not change it');
select is(tests.data(tests.on('johnny', 'update', body => '{"data": {"inventory": 77}}')), '{"inventory":77}',
	'new data replace all of the old');
select is(tests.parts(), null, '... and what it needs');
select is((select string_agg(concat(kind, id), ' ' order by kind, id) from people.visible where principal = 4), 'template1',
	'... nobody sees that by it any more');
insert into inventory.inventories (id) values (77);
select inventory.objects_add('inventory', '{77}', '{late}', array['{}'::jsonb], array['{}'::jsonb], 3);
select is(tests.on('johnny', 'update', body => '{"name": "new"}'),
	'200 {"id":1,"name":"new","kind":"Task","data":{"inventory":77}}',
	'an inventory that got that number later is no matter to who renames it');
select is(tests.on('admin', 'update', body => '{"name": "newer"}') ~ '^200' and tests.parts() is null, true,
	'... and is not shown by that, whoever does');
select is(tests.on('johnny', 'update', body => '{"data": {"inventory": 77}}'),
	'403 {"detail": "You do not have permission to perform this action."}', '... but to who says so anew');
select is(tests.on('johnny', 'update', body => '{"data": {"inventory": 1, "project": 1}}') ~ '^200' and tests.parts() =
	'template1:inventory1 template1:project1', true, 'what it names now it needs');
select people.objects_remove('project', '{1}');
select is(tests.on('johnny', 'get'), '200 {"id":1,"name":"newer","kind":"Task","data":{"inventory":1}}',
	'a project that is gone is not shown');
select is(tests.on('johnny', 'update', body => '{"name": "last"}'),
	'200 {"id":1,"name":"last","kind":"Task","data":{"inventory":1}}', '... and does not hinder who renames it');
select is(tests.on('johnny', 'update', body => '{"kind": "Module"}'),
	'200 {"id":1,"name":"last","kind":"Module","data":{"inventory":1}}', '... or makes it one of another kind');
select inventory.objects_delete('inventory', '{1}');
select is(tests.data(tests.on('johnny', 'get')), '{"inventory":1}', 'an inventory that is gone leaves its number');
select is(tests.wrong(), null, 'all is as the law says');

-- ---- changing ----
select tests.world();
select tests.made('Task', '{"playbook": "p", "project": 1}');
select is(tests.on('johnny', 'update', body => '{"kind": "Host"}'),
	'400 {"detail": {"project": ["Unknown key. Keys should be [''name'', ''vars'']"], "playbook": ["Unknown key. Keys should be [''name'', ''vars'']"]}}',
	'another kind has to fit the data that there are');
select is(tests.on('johnny', 'update', body => '{"kind": "Test"}'), '415 {"detail": "Unknown type Test."}', '... and be one');
select is(tests.on('johnny', 'update', body => '{"kind": "PeriodicTask"}'),
	'200 {"id":1,"name":"t","kind":"PeriodicTask","data":{"playbook":"p","project":1}}', '... then it is');
select is(tests.on('johnny', 'update', body => '{"kind": "Host", "data": {"name": "h"}}'),
	'200 {"id":1,"name":"t","kind":"Host","data":{"name":"h"}}', '... or comes with new ones');
select is(tests.on('johnny', 'update', body => '{"data": {"playbook": "h"}}'),
	'400 {"detail": {"playbook": ["Unknown key. Keys should be [''name'', ''vars'']"]}}',
	'new data have to fit the kind that it is');
select is(tests.on('johnny', 'update', body => '{"name": "x"}', more => '{"method": "PUT"}'),
	'400 {"data": ["This field is required."], "kind": ["This field is required."]}', 'PUT needs all');
select is(tests.on('johnny', 'update'), '200 {"id":1,"name":"t","kind":"Host","data":{"name":"h"}}', 'PATCH needs nothing');
select is(tests.on('johnny', 'update', body => jsonb_build_object('data', jsonb_build_object('vars', jsonb_build_object('a', 1,
	'ansible_ssh_pass', tests.box('top'), 'key-file', tests.box('two'))))),
	'200 {"id":1,"name":"t","kind":"Host","data":{"vars":{"ansible_ssh_pass":"[~~ENCRYPTED~~]","a":1,"key-file":"[~~ENCRYPTED~~]"}}}',
	'secrets among its variables are not shown');
select is((select concat_ws(' ', t.data, o.sealed) from inventory.templates t join inventory.objects o on o.kind = 'template' and
	o.id = t.id),
	'{"vars": {"a": 1}} ' || jsonb_build_object('ansible_ssh_pass', tests.box('top'), 'key-file', tests.box('two'))::text,
	'... but kept sealed');
select is(tests.data(tests.on('johnny', 'update', body =>
	'{"data": {"name": "n", "vars": {"ansible_ssh_pass": "[~~ENCRYPTED~~]", "a": "[~~ENCRYPTED~~]", "repo_key": "[~~ENCRYPTED~~]"}}}')),
	'{"name":"n","vars":{"ansible_ssh_pass":"[~~ENCRYPTED~~]","a":1}}', 'the mask keeps what there is');
select is((select sealed from inventory.objects where kind = 'template'), jsonb_build_object('ansible_ssh_pass',
	tests.box('top')), '... what is not sent goes');
select is(tests.data(tests.on('johnny', 'update', body => '{"name": "y"}')),
	'{"name":"n","vars":{"ansible_ssh_pass":"[~~ENCRYPTED~~]","a":1}}', '... unless no data are sent at all');
select is(tests.data(tests.on('johnny', 'update', body => '{"data": {}}')), '{}', 'without variables there are none');
select is((select sealed from inventory.objects where kind = 'template'), '{}', '... secrets neither');
select is(tests.on('johnny', 'delete'), '204', 'it is deleted');
select is((select count(*) from inventory.templates) || (select string_agg(verb || kind || details::text,
	' ' order by id) from people.audit where id in (1, 2, 9)),
	'0createtemplate{"kind": "Task", "name": "t"} updatetemplate{"kind": "PeriodicTask"} deletetemplate{"name": "y"}',
	'... and what was done is told, without the data');
select is((select string_agg(distinct concat(kind, ids), ' ') from outbox.changes), 'template{1}',
	'... to who watches the page, too');
select is(tests.wrong(), null, 'all is as the law says');

-- ---- lists ----
select tests.world();
select tests.made('Task', '{"project": 1, "inventory": 1}'), tests.made('Task', '{"inventory": "1"}'), tests.made('Host',
	'{"name": "1"}'), tests.made('Module', '{"inventory": "some/path", "project": "1"}'),
       tests.made('Task', '{"project": 2, "inventory": 2}', 'eve');
select is(tests.polemarch('johnny', 'templates_list', query => '{"limit": ["1"], "kind": ["Task"]}'),
	'200 {"count":2,"next":"http://moirai/polemarch/api/v1/it?kind=Task&limit=1&offset=1","previous":null,'
	'"results":[{"id":1,"name":"t","kind":"Task"}]}', 'a page of templates');
select is(tests.listed(name, query::jsonb), wanted, format('%s sees of %s', name, query)) from (values
	('johnny', '{}', '4: 1 2 3 4'), ('eve', '{}', '1: 5'), ('admin', '{}', '5: 1 2 3 4 5'), ('johnny', '{"kind": ["Host"]}',
	'1: 3'), ('johnny', '{"kind": ["host"]}', '0: '), ('johnny', '{"kind": ["Task,Host"]}', '0: '),
	('johnny', '{"project": ["1"]}', '2: 1 4'), ('johnny', '{"project": ["2"]}', '0: '), ('admin', '{"project": ["2"]}', '1: 5'),
	('johnny', '{"project": ["x"]}', '0: '), ('johnny', '{"inventory": ["1"]}', '2: 1 2'),
	('johnny', '{"inventory": ["some/path"]}', '1: 4'), ('johnny',
	'{"inventory": ["1"], "project": ["1"], "kind": ["Task"], "id__not": ["2"]}', '1: 1'), ('johnny',
	'{"kind": ["Task"], "id": ["2,3"]}', '1: 2'),
	('johnny', '{"kind": [""], "name": ["x"]}', '0: '), ('johnny', '{"kind": ["Task"], "offset": ["1"]}', '2: 2')) v (name, query,
	wanted);

select * from finish();
rollback;
