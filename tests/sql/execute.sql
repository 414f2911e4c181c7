-- Runs that are asked for (sql/polemarch_api/execute.sql; polemarch-behaviour.md sections 9 and 12).
begin;
\ir lib.psql
select plan(144);

insert into people.users (username, superuser, stamp) values ('admin', true, 8), ('eve', false, 9), ('bob', false, 10);
insert into house.seal_keys (public_key, current) select repeat('A', 43) || '=',
	true where not exists (select from house.seal_keys where current);
create function tests.box(word text default 'AA==', key int default null) returns jsonb
language sql as $$ select jsonb_build_object('sealed', word, 'key', coalesce(key, (select id from house.seal_keys where current))) $$;
create function tests.play(name text, body jsonb, id bigint default 1) returns text
language sql as $$ select tests.polemarch(name, 'execute_playbook', jsonb_build_object('id', id::text), body) $$;
create function tests.module(name text, body jsonb, id bigint default 1) returns text
language sql as $$ select tests.polemarch(name, 'execute_module', jsonb_build_object('id', id::text), body) $$;
create function tests.template(kind text, data jsonb) returns text
language sql as $$ select tests.polemarch('johnny', 'templates_create', body => jsonb_build_object('name', 't', 'kind', kind, 'data', data)) $$;
create function tests.executed(name text, id bigint) returns text
language sql as $$ select tests.polemarch(name, 'execute_template', jsonb_build_object('id', id::text)) $$;
create function tests.run(id bigint) returns text
language sql as $$ select concat_ws(' ', r.project_id, coalesce(r.inventory_id::text, r.inventory_path), r.kind, r.mode, r.host_pattern, r.arguments,
	r.save_result, r.initiator,
	r.initiator_type, r.status, o.sealed) from work.runs r left join inventory.objects o on o.kind = 'run' and o.id = r.id where r.id = run.id $$;
create function tests.reference() returns void
language sql as $$
	select runner_api.reference_put('2.14.18',
	'{"ansible": {"args": {"type": "text"}, "forks": {"type": "integer"}, "become": {"type": "boolean"}, "limit": {"type": "text"},
		"private-key": {"type": "keyfile"}}, "ansible-playbook": {"forks": {"type": "integer"}, "become": {"type": "boolean"}, "private-key": {"type": "keyfile"}, "limit": {"type": "text"},
		"connection": {"type": "text"}, "tags": {"type": "text"}}}', '{}')
$$;
-- johnny's project 1, inventory 1 with a host, 2 with one in a group of a group, and 3 with an empty group; eve's project 2, inventory 4, with a host.
create function tests.world() returns void
language plpgsql as $$
begin
	perform tests.story();
	perform tests.reference();
	perform inventory.inventories_add(i, '{}', '{}', 1) from unnest('{i,j,k}'::text[]) i;
	perform inventory.inventories_add('l', '{}', '{}', 3);
	perform inventory.hosts_add('{h}', '{HOST}', array['{}'::jsonb], array['{}'::jsonb], 1),
	        inventory.groups_add('{a,b,c}', '{true,false,false}', array['{}', '{}', '{}']::jsonb[], array['{}', '{}', '{}']::jsonb[], 1);
	perform people.parts_add('inventory', 1, 'host', '{1}'), people.parts_add('inventory', 2, 'group', '{1}'), people.parts_add('group', 1, 'group',
	'{2}'),
	        people.parts_add('group', 2, 'host', '{1}'), people.parts_add('inventory', 3, 'group', '{3}'), people.parts_add('inventory', 4, 'host',
	'{1}');
	perform work.projects_add('p', 'x', '{"repo_type": "GIT"}', '{}', 1), work.projects_add('q', 'x', '{"repo_type": "GIT"}', '{}', 3);
end
$$;
select tests.world();

select is(tests.polemarch('nobody', f), '401 Sign in to use this resource.', f || ': who is not signed in is told so')
  from unnest('{execute_playbook,execute_module,execute_template,execute_periodic_task}'::text[]) f;

-- ---- a playbook ----
select is(tests.play('johnny', '{"inventory": 1, "playbook": " main.yml ", "become": null, "su-user": "rootburger"}'),
	'201 /polemarch/api/v1/history/1/ {"detail":"Started at inventory 1.","history_id":1}', 'a playbook is to be run, as in the document');
select is(tests.run(1), '1 1 PLAYBOOK main.yml {"become": null, "su-user": "rootburger"} t 1 users DELAY', '... with these arguments');
select is((select concat(verb, kind, ids, details) from people.audit),
	'executeproject{1}{"run": 1, "kind": "PLAYBOOK", "mode": "main.yml", "project": 1, "inventory": "1"}',
	'... it is told who asked, without the arguments');
select is((select concat(kind, ids) from outbox.changes), 'run{1}', '... and to who watches the page');
select is(tests.play('johnny', '{"inventory": "2", "playbook": "sub/ok.yml", "forks": "5"}') ~ '"Started at inventory 2."', true,
	'a host in a group of a group is one');
select is(tests.play('johnny', '{"inventory": "./1", "playbook": 5}'),
	'201 /polemarch/api/v1/history/3/ {"detail":"Started at inventory ./1.","history_id":3}',
	'an inventory may be a file of the project');
select is(tests.run(3), '1 ./1 PLAYBOOK 5 {} t 1 users DELAY', '... and is none else');
select is(tests.play('johnny', jsonb_build_object('inventory', 1, 'playbook', 'a.yml', 'private-key', tests.box('key'), 'tags',
	'[~~ENCRYPTED~~]')) ~ '"history_id":4', true, 'secrets come sealed');
select is(tests.run(4), '1 1 PLAYBOOK a.yml {"private-key": "[~~ENCRYPTED~~]"} t 1 users DELAY ' || jsonb_build_object('private-key',
	tests.box('key'))::text, '... and are kept so, until it is over');
select is(tests.play('admin', '{"inventory": 4, "playbook": "a.yml"}', 2) ~ '^201', true, 'a superuser may');

-- ---- a module ----
select is(tests.module('johnny', '{"inventory": 1, "module": "shell", "group": "all", "args": "ls -la"}'),
	'201 /polemarch/api/v1/history/6/ {"detail":"Started at inventory 1.","history_id":6}', 'a module is to be run, as in the document');
select is(tests.run(6), '1 1 MODULE shell all {"args": "ls -la"} t 1 users DELAY', '... with these arguments');
select is(tests.module('johnny', '{"inventory": "hosts", "module": "ansible.builtin.ping", "group": " web:!db ", "become": "", "forks": 0}') ~ '^201',
	true, 'another');
select is(tests.run(7), '1 hosts MODULE ansible.builtin.ping web:!db {"forks": 0, "become": ""} t 1 users DELAY', '... on hosts of a file');
select is((select details->>'group' from people.audit where details->>'run' = '7'), 'web:!db', '... that is told, too');

-- ---- refused, in the order of the checks ----
select tests.world();
select is(tests.play('johnny', body::jsonb), wanted, 'a playbook, refused: ' || body) from (values
	('[]', '400 {"non_field_errors": ["Invalid data. Expected a dictionary, but got list."]}'), ('{}', '400 {"inventory": ["This field is required."]}'),
	('{"playbook": "x"}', '400 {"inventory": ["This field is required."]}'), ('{"inventory": 99}',
	'400 {"detail": "Inventory matching query does not exist.", "error_type": "DoesNotExist"}'),
	('{"inventory": "99999999999999999999"}', '400 {"detail": "Inventory matching query does not exist.", "error_type": "DoesNotExist"}'),
	('{"inventory": 1.5}', '400 {"detail": "Inventory matching query does not exist.", "error_type": "DoesNotExist"}'),
	('{"inventory": -1}', '400 {"detail": "Inventory matching query does not exist.", "error_type": "DoesNotExist"}'),
	('{"inventory": 4}', '403 {"detail": "You don''t have permission to inventory."}'), ('{"inventory": "4", "playbook": ""}',
	'403 {"detail": "You don''t have permission to inventory."}'),
	('{"inventory": 1}', '400 {"playbook": ["This field is required."]}'), ('{"inventory": "../x"}', '400 {"playbook": ["This field is required."]}'),
	('{"inventory": "../1x/inv", "playbook": ""}', '400 {"detail": {"inventory": ["Inventory should be in project dir."]}}'),
	('{"inventory": "/etc/passwd", "playbook": ""}', '400 {"detail": {"inventory": ["Inventory should be in project dir."]}}'),
	('{"inventory": "~/x", "playbook": ""}', '400 {"detail": {"inventory": ["Inventory should be in project dir."]}}'),
	('{"inventory": "a/../../b", "playbook": ""}', '400 {"detail": {"inventory": ["Inventory should be in project dir."]}}'),
	('{"inventory": null, "playbook": ""}', '400 {"inventory": ["This field may not be null."]}'), ('{"inventory": " ", "playbook": ""}',
	'400 {"inventory": ["This field may not be blank."]}'),
	('{"inventory": [1], "playbook": ""}', '400 {"inventory": ["Not a valid string."]}'), ('{"inventory": true, "playbook": ""}',
	'400 {"inventory": ["Not a valid string."]}'),
	('{"inventory": "a\nb", "playbook": ""}', '400 {"inventory": ["Enter one line."]}'),
	('{"inventory": 1, "playbook": "", "x": 1}', '400 {"detail": "Empty playbook/module name.", "error_type": "PMException"}'),
	('{"inventory": "1", "playbook": " "}', '400 {"detail": "Empty playbook/module name.", "error_type": "PMException"}'),
	('{"inventory": 1, "playbook": null}', '400 {"playbook": ["This field may not be null."]}'), ('{"inventory": 1, "playbook": {}}',
	'400 {"playbook": ["Not a valid string."]}'),
	('{"inventory": 1, "playbook": "--version"}', '400 {"detail": {"playbook": ["It begins with -."]}}'),
	('{"inventory": 1, "playbook": "../../x.yml"}', '400 {"detail": {"playbook": ["Playbook should be in project dir."]}}'),
	('{"inventory": 1, "playbook": "/x.yml"}', '400 {"detail": {"playbook": ["Playbook should be in project dir."]}}'),
	('{"inventory": 1, "playbook": "a\nb"}', '400 {"playbook": ["Enter one line."]}'),
	('{"inventory": 1, "playbook": "x", "non-existent-ansible-arg": "x"}',
	'400 {"detail": {"argument": ["non-existent-ansible-arg"], "playbook": ["Incorrect argument: ''non-existent-ansible-arg''."]}}'),
	('{"inventory": 1, "playbook": "x", "forks": "234bnl"}',
	'400 {"detail": {"argument": ["forks"], "playbook": ["Incorrect argument: invalid literal for int() with base 10: ''234bnl''."]}}'),
	('{"inventory": 1, "playbook": "x", "sudo": "makaka"}',
	'400 {"detail": {"argument": ["sudo"], "playbook": ["Incorrect argument: This argument shouldn''t have value."]}}'),
	('{"inventory": 1, "playbook": "x", "group": "all"}', '400 {"detail": {"argument": ["group"], "playbook": ["Incorrect argument: ''group''."]}}'),
	('{"inventory": 1, "playbook": "x", "": 1}', '400 {"detail": {"argument": [""], "playbook": ["Incorrect argument: ''''."]}}'),
	('{"inventory": 1, "playbook": "x", "sync": true}', '400 {"detail": {"argument": ["sync"], "playbook": ["Incorrect argument: ''sync''."]}}'),
	('{"inventory": 1, "playbook": "x", "save_result": false}',
	'400 {"detail": {"argument": ["save_result"], "playbook": ["Incorrect argument: ''save_result''."]}}'),
	('{"inventory": 3, "playbook": "x", "limit": ":"}',
	'400 {"detail": {"argument": ["limit"], "playbook": ["Incorrect argument: It names no hosts."]}}'),
	('{"inventory": 3, "playbook": "x"}', '400 {"detail": {"inventory": ["The inventory has no hosts."]}}')) v (body, wanted);
select is(tests.play('johnny', jsonb_build_object('inventory', 1, 'playbook', repeat('x', 257))),
	'400 {"playbook": ["Ensure this field has no more than 256 characters."]}', 'a name has an end');
select is(tests.play('johnny', jsonb_build_object('inventory', repeat('x', 1025), 'playbook', 'x')),
	'400 {"inventory": ["Ensure this field has no more than 1024 characters."]}', '... a path, too');
select is(tests.module('johnny', body::jsonb), wanted, 'a module, refused: ' || body) from (values
	('{"inventory": 1, "group": "all"}', '400 {"module": ["This field is required."]}'), ('{"inventory": 1, "module": "", "group": "all"}',
	'400 {"detail": "Empty playbook/module name.", "error_type": "PMException"}'), ('{"inventory": 1, "module": "-x"}',
	'400 {"detail": {"module": ["It begins with -."]}}'),
	('{"inventory": 1, "module": "ping"}', '400 {"group": ["This field is required."]}'), ('{"inventory": 1, "module": "ping", "group": ""}',
	'400 {"group": ["This field may not be blank."]}'),
	('{"inventory": 1, "module": "ping", "group": null}', '400 {"group": ["This field may not be null."]}'),
	('{"inventory": 1, "module": "ping", "group": ["all"]}', '400 {"group": ["Not a valid string."]}'),
	('{"inventory": 1, "module": "ping", "group": "--list-hosts"}', '400 {"group": ["It begins with -."]}'),
	('{"inventory": 1, "module": "ping", "group": ","}', '400 {"group": ["It names no hosts."]}'),
	('{"inventory": 1, "module": "ping", "group": "all", "playbook": "x"}',
	'400 {"detail": {"module": ["Incorrect argument: ''playbook''."], "argument": ["playbook"]}}'),
	('{"inventory": 1, "module": "ping", "group": "all", "tags": "x"}',
	'400 {"detail": {"module": ["Incorrect argument: ''tags''."], "argument": ["tags"]}}'),
	('{"inventory": 3, "module": "ping", "group": "all"}', '400 {"detail": {"inventory": ["The inventory has no hosts."]}}')) v (body, wanted);
select is(tests.play('johnny', jsonb_build_object('inventory', 1, 'playbook', 'x', 'private-key', tests.box(key => 0))),
	'503 Secrets are being sealed anew: try again.',
	'a secret sealed to an old key is to be sent again');
select is(tests.play('johnny', jsonb_build_object('inventory', 1, 'playbook', 'x', 'ansible_ssh_pass', tests.box())),
	'400 {"detail": {"argument": ["ansible_ssh_pass"], "playbook": ["Incorrect argument: ''ansible_ssh_pass''."]}}', 'one that is no argument is none');
select is((select count(*) from work.runs) || (select count(*) from people.audit)::text || coalesce(pg_sequence_last_value('work.runs_id_seq')::text,
	'-'), '00-',
	'... nothing is asked for, told, or used up');

-- ---- rights ----
select is(f, '403 {"detail": "You do not have permission to perform this action."}', 'a project that one has no right on')
  from unnest(array[tests.play('eve', '{}'), tests.module('eve', '{}')]) f;
select is(f, '404 {"detail": "Not found."}', 'a project that is not there') from unnest(array[tests.play('johnny', '{}', 9), tests.module('admin',
	'{}', 9)]) f;
select people.grants_put('project', 1, '{4}', '{EXECUTOR}');
select is(tests.play('bob', '{"inventory": 1, "playbook": "x"}'), '403 {"detail": "You don''t have permission to inventory."}',
	'an EXECUTOR needs a right on the inventory');
select is(tests.play('bob', '{"inventory": "hosts", "playbook": "x"}') ~ '^201', true, '... but for a file of the project');
select people.grants_put('inventory', 1, '{4}', '{EXECUTOR}');
select is(tests.play('bob', '{"inventory": 1, "playbook": "x"}') ~ '^201', true, '... and then may');
select is((select concat(initiator, initiator_type) from work.runs order by id desc limit 1), '4users', '... it is his');
select is((select count(*) from people.visible where principal = 4 and kind = 'project'), 1::bigint, '... and gives no rights');
delete from work.ansible_reference;
select is(tests.play('johnny', '{"inventory": 1, "playbook": "x"}'), '503 No runner has told yet what Ansible can do: try again.',
	'before any runner was here nothing is run');
select is(tests.play('johnny', '{"inventory": 1, "playbook": ""}') ~ '^400', true, '... but what is wrong is told');

-- ---- templates ----
select tests.world();
select is(tests.template(kind, data::jsonb) ~ '^201', true, 'a template: ' || kind) from (values
	(1, 'Task', '{"playbook": "a.yml", "project": 1, "inventory": 1, "vars": {"become": null, "forks": 5}}'),
	(2, 'Module', '{"module": "ping", "group": "web", "args": "data=x", "project": 1, "inventory": "hosts", "vars": {"forks": 7}}'),
	(3, 'PeriodicTask',
	'{"mode": "b.yml", "playbook": "c.yml", "project": 1, "inventory": 1, "name": "n", "type": "INTERVAL", "schedule": "5", "vars": {"tags": "x"}}'),
	(4, 'PeriodicTask', '{"kind": "MODULE", "mode": "shell", "project": 1, "inventory": 1, "vars": {"group": "all", "args": "ls"}}'),
	(5, 'Task', '{"playbook": "a.yml"}'), (6, 'Host', '{"vars": {"x": 1}}'), (7, 'Group', '{}'), (8, 'Task', '{"project": 1, "inventory": 1}'),
	(9, 'PeriodicTask', '{"playbook": "c.yml", "project": 1, "inventory": 77}'), (10, 'Module', '{"module": "ping", "project": 1, "inventory": 1}'),
	(11, 'Task', '{"playbook": "", "project": 1, "inventory": ""}'), (12, 'Task', '{"playbook": "a.yml", "project": 1, "inventory": 3}')) v (n, kind,
	data) order by n;
select is(tests.executed('johnny', id), wanted, 'template ' || id) from (values
	(1, '201 /polemarch/api/v1/history/1/ {"detail":"Started at inventory 1.","history_id":1}'), (2,
	'201 /polemarch/api/v1/history/2/ {"detail":"Started at inventory hosts.","history_id":2}'),
	(3, '201 /polemarch/api/v1/history/3/ {"detail":"Started at inventory 1.","history_id":3}'), (4,
	'201 /polemarch/api/v1/history/4/ {"detail":"Started at inventory 1.","history_id":4}'),
	(5, '400 {"detail": {"project": ["Project have to set."], "inventory": ["Inventory have to set."]}}'), (6, '415 {"detail": "Unknown kind Host."}'),
	(7, '415 {"detail": "Unknown kind Group."}'),
	(8, '400 {"playbook": ["This field is required."]}'), (9,
	'400 {"detail": "Inventory matching query does not exist.", "error_type": "DoesNotExist"}'),
	(10, '400 {"group": ["This field is required."]}'), (11, '400 {"detail": {"inventory": ["Inventory have to set."]}}'),
	(12, '400 {"detail": {"inventory": ["The inventory has no hosts."]}}'), (99, '404 {"detail": "Not found."}')) v (id, wanted) order by id;
select is(tests.run(id), wanted, 'what template ' || id || ' runs') from (values
	(1, '1 1 PLAYBOOK a.yml {"forks": 5, "become": null} t 1 users DELAY'), (2,
	'1 hosts MODULE ping web {"args": "data=x", "forks": 7} t 1 users DELAY'),
	(3, '1 1 PLAYBOOK b.yml {"tags": "x"} t 1 users DELAY'), (4, '1 1 MODULE shell all {"args": "ls"} t 1 users DELAY')) v (id, wanted);
select is((select concat(verb, kind, ids) from people.audit where id = 13), 'executetemplate{1}', 'it is told by way of which template');
select tests.polemarch('johnny', 'templates_update', '{"id": "1"}', jsonb_build_object('data', jsonb_build_object('playbook', 'a.yml', 'project', 1,
	'inventory', 1,
	'vars', jsonb_build_object('private-key', tests.box('key')))));
select tests.executed('johnny', 1);
select is(tests.run(5), '1 1 PLAYBOOK a.yml {"private-key": "[~~ENCRYPTED~~]"} t 1 users DELAY ' || jsonb_build_object('private-key',
	tests.box('key'))::text, 'its secrets go along');
select is(tests.executed('bob', 1), '403 {"detail": "You do not have permission to perform this action."}',
	'who has no right on the template does not run it');
select people.grants_put('template', 1, '{4}', '{EXECUTOR}');
select is(tests.executed('bob', 1) ~ '^201', true, '... who is an EXECUTOR of it is one of what it needs');
select people.objects_remove('project', '{1}');
select is(tests.executed('johnny', 1), '400 {"detail": {"project": ["Project have to set."]}}', '... a project that is gone is none');

-- ---- periodic tasks, now ----
select tests.world();
insert into work.periodic_tasks (type, schedule, kind, mode, project_id, inventory_id, inventory_path, save_result, enabled, zone)
select 'INTERVAL', '5', kind, 'x.yml', project, inventory, path, saved, false, 'UTC'
  from (values (1, 'PLAYBOOK', 1, 1, null, true), (2, 'MODULE', 1, null, 'hosts', false), (3, 'MODULE', 1, 1, null, true), (4, 'PLAYBOOK', 2, 4, null,
	true),
               (5, 'PLAYBOOK', 1, 3, null, true), (6, 'PLAYBOOK', 1, 1, null, true), (7, 'MODULE', 1, 1, null, true)) v (n, kind, project, inventory,
	path, saved) order by n;
insert into inventory.objects (kind, id, name, vars, sealed) values ('periodic_task', 1, 'n', '{"forks": 5}', jsonb_build_object('private-key',
	tests.box('key'))),
	('periodic_task', 2, 'n', '{"group": "web", "args": "x"}', '{}'), ('periodic_task', 3, 'n', '{}', '{}'), ('periodic_task', 4, 'n', '{}', '{}'),
	('periodic_task', 5, 'n', '{}', '{}'), ('periodic_task', 6, 'n', '{"tasks": 1}', '{}'), ('periodic_task', 7, 'n', '{"group": ","}', '{}');
select is(tests.polemarch('johnny', 'execute_periodic_task', jsonb_build_object('id', id::text)), wanted, 'periodic task ' || id) from (values
	(1, '201 /polemarch/api/v1/history/1/ {"detail":"Started at inventory 1.","history_id":1}'), (2,
	'201 {"detail":"Started at inventory hosts.","history_id":null}'),
	(3, '400 {"group": ["This field is required."]}'), (4, '403 {"detail": "You do not have permission to perform this action."}'),
	(5, '400 {"detail": {"inventory": ["The inventory has no hosts."]}}'), (6,
	'400 {"detail": {"argument": ["tasks"], "playbook": ["Incorrect argument: ''tasks''."]}}'),
	(7, '400 {"group": ["It names no hosts."]}'), (99, '404 {"detail": "Not found."}')) v (id, wanted) order by id;
select is(tests.run(id), wanted, 'what periodic task ' || id || ' runs') from (values
	(1, '1 1 PLAYBOOK x.yml {"forks": 5, "private-key": "[~~ENCRYPTED~~]"} t 1 users DELAY ' || jsonb_build_object('private-key',
	tests.box('key'))::text),
	(2, '1 hosts MODULE x.yml web {"args": "x"} f 1 users DELAY')) v (id, wanted);
select is((select string_agg(concat(verb, kind, ids), ' ' order by id) from people.audit), 'executeperiodictask{1} executeperiodictask{2}',
	'it is told by way of which');
select people.grants_put('project', 1, '{4}', '{EXECUTOR}');
select is(tests.polemarch('bob', 'execute_periodic_task', '{"id": "1"}'), '403 {"detail": "You don''t have permission to inventory."}',
	'an EXECUTOR needs a right on the inventory');
select is(tests.polemarch('bob', 'execute_periodic_task', '{"id": "2"}') ~ '^201', true, '... but for a file of the project');
select is((select concat(initiator, initiator_type) from work.runs order by id desc limit 1), '4users', '... and it is his run');

-- ---- what templates may save ----
select tests.world();
select is(tests.template(kind, data::jsonb), wanted, format('a %s with %s', kind, data)) from (values
	('Task', '{"vars": {"x": 1}}', '400 {"detail": {"argument": ["x"], "playbook": ["Incorrect argument: ''x''."]}}'),
	('PeriodicTask', '{"vars": {"group": "all"}}', '400 {"detail": {"argument": ["group"], "playbook": ["Incorrect argument: ''group''."]}}'),
	('PeriodicTask', '{"kind": "MODULE", "vars": {"tags": "x"}}', '400 {"detail": {"module": ["Incorrect argument: ''tags''."], "argument": ["tags"]}}'),
	('Module', '{"vars": {"forks": "x"}}',
	'400 {"detail": {"module": ["Incorrect argument: invalid literal for int() with base 10: ''x''."], "argument": ["forks"]}}')) v (kind, data,
	wanted);
select is(tests.template('Task', '{"vars": {"tags": "x"}}') ~ '^201', true, 'arguments of the tool are good');
select is(tests.polemarch('johnny', 'templates_update', '{"id": "1"}', body::jsonb), wanted, 'changed: ' || body) from (values
	('{"kind": "Module"}', '400 {"detail": {"module": ["Incorrect argument: ''tags''."], "argument": ["tags"]}}'),
	('{"data": {"vars": {"become": 1}}}',
	'400 {"detail": {"argument": ["become"], "playbook": ["Incorrect argument: This argument shouldn''t have value."]}}'),
	('{"kind": "Host"}', '200 {"id":1,"name":"t","kind":"Host","data":{"vars":{"tags":"x"}}}'),
	('{"data": {"vars": {"y": 1}}}', '200 {"id":1,"name":"t","kind":"Host","data":{"vars":{"y":1}}}'),
	('{"kind": "Task"}', '400 {"detail": {"argument": ["y"], "playbook": ["Incorrect argument: ''y''."]}}')) v (body, wanted);
delete from work.ansible_reference;
select is(tests.polemarch('johnny', 'templates_update', '{"id": "1"}', '{"kind": "Task"}') ~ '^200', true,
	'before any runner was here all arguments are good');
select tests.reference();
select is(tests.polemarch('johnny', 'templates_update', '{"id": "1"}', '{"name": "n"}') ~ '^200', true, '... and do not hinder later who renames it');

select * from finish();
rollback;
