-- Many changes at once (sql/polemarch_api/bulk.sql; polemarch-behaviour.md section 19).
begin;
\ir lib.psql
select plan(70);

insert into people.users (username, superuser, stamp) values ('admin', true, 8), ('eve', false, 9);
create function tests.bulk(body text, name text default 'johnny') returns text
language sql as $$ select tests.polemarch(name, 'bulk', body => body::jsonb, more => '{"method": "POST"}') $$;
create function tests.state() returns text
language sql as $$
	select concat((select string_agg(concat_ws(':', kind, id, name), ' ' order by kind, id) from inventory.objects), ' | ',
	              (select string_agg(concat(kind, id, '>', part_kind, part_id), ' ' order by kind, id, part_id) from people.parts))
$$;

select is(tests.polemarch('johnny', 'bulk_types'), '200 {"allowed_types":["host","group","inventory","project","periodictask","template","history"],'
	'"operations_types":["add","set","del","mod","get"]}', 'what there is to do');
select is(tests.polemarch('nobody', f), '401 Sign in to use this resource.', f || ': who is not signed in is told so') from unnest('{bulk,bulk_types}'::text[]) f;

-- ---- each of them ----
select is(tests.bulk('[]'), '200 []', 'nothing to do is done');
select is(tests.bulk('[{"type": "add", "item": "host", "data": {"name": "web"}}, {"type": "add", "item": "group", "data": {"name": "g"}},
	{"type": "add", "item": "inventory", "data": {"name": "i", "vars": {"a": 1}}}, {"type": "add", "item": "template", "data": {"name": "t", "kind": "Host", "data": {"name": "x"}}},
	{"type": "mod", "item": "group", "pk": 1, "data_type": "hosts", "data": [1, 7]}, {"type": "mod", "item": "inventory", "pk": "1", "data_type": "groups", "method": "post", "data": [1]},
	{"type": "set", "item": "host", "pk": 1, "data": {"name": "web2"}}, {"type": "get", "item": "template", "pk": 1}]'),
	'200 [{"data":{"id":1,"name":"web","type":"HOST","vars":{},"url":"http://moirai/polemarch/api/v1/hosts/1/"},"status":201,"type":"add"},'
	'{"data":{"id":1,"name":"g","hosts":[],"groups":[],"vars":{},"children":false,"url":"http://moirai/polemarch/api/v1/groups/1/"},"status":201,"type":"add"},'
	'{"data":{"id":1,"name":"i","hosts":[],"groups":[],"vars":{"a":1},"url":"http://moirai/polemarch/api/v1/inventories/1/"},"status":201,"type":"add"},'
	'{"data":{"id":1,"name":"t","kind":"Host","data":{"name":"x"}},"status":201,"type":"add"},'
	'{"data":{"total":2,"operated":1,"not_found":1,"failed_list":[7]},"status":200,"type":"mod"},'
	'{"data":{"total":1,"operated":1,"not_found":0,"failed_list":[]},"status":200,"type":"mod"},'
	'{"data":{"id":1,"name":"web2","type":"HOST","vars":{},"url":"http://moirai/polemarch/api/v1/hosts/1/"},"status":200,"type":"set"},'
	'{"data":{"id":1,"name":"t","kind":"Host","data":{"name":"x"}},"status":200,"type":"get"}]', 'each is answered as its endpoint would answer it');
select is(tests.state(), 'host:1:web2 group:1:g inventory:1:i template:1:t | group1>host1 inventory1>group1', '... and done');
select is((select string_agg(verb || ' ' || kind, ', ' order by id) from people.audit),
	'create host, create group, create inventory, create template, replace hosts group, add groups inventory, update host', '... and told of, one by one');
select is(tests.bulk('[{"type": "mod", "item": "group", "pk": 1, "data_type": "hosts", "method": "GET"}, {"type": "mod", "item": "host", "pk": 1, "data_type": "owner", "method": "GET"},
	{"type": "mod", "item": "host", "pk": 1, "data_type": "permissions", "method": "POST", "data": [{"member": 3, "member_type": "user", "role": "EDITOR"}]}]'),
	'200 [{"data":[1],"status":200,"type":"mod"},{"data":1,"status":200,"type":"mod"},{"data":[{"member":3,"role":"EDITOR","member_type":"user"}],"status":200,"type":"mod"}]',
	'lists are read, owners and permissions, too');
select is(tests.bulk('[{"type": "set", "item": "host", "pk": 1, "data": {"name": "hers"}}]', 'eve'),
	'200 [{"data":{"id":1,"name":"hers","type":"HOST","vars":{},"url":"http://moirai/polemarch/api/v1/hosts/1/"},"status":200,"type":"set"}]', 'who may edit does');
select is(tests.bulk('[{"type": "del", "item": "template", "pk": 1}]'), '200 [{"data":{"detail":"Ok"},"status":200,"type":"del"}]', 'what is deleted is gone');
select work.runs_add(array[row(null, null, null, 'MODULE', 'ping', null, '{}'::jsonb, '{}'::jsonb, true, 1, 'users')::work.order], tests.at(0));
select is(tests.bulk('[{"type": "get", "item": "history", "pk": 1}]') ~ '^200 \[\{"data":\{"id":1,"project":null,"mode":"ping"', true, 'records are read');
select is(tests.bulk('[{"type": "del", "item": "history", "pk": 1}]'), '409 {"detail": "Execution still in process."}', '... and deleted as they may be');

-- ---- projects and periodic tasks ----
select tests.story();
insert into work.ansible_reference (version, seen_at, options, modules) values ('2.14', now(), '{"ansible": {}, "ansible-playbook": {"forks": {"type": "integer"}}}', '{}');
select tests.bulk('[{"type": "add", "item": "inventory", "data": {"name": "i"}}, {"type": "add", "item": "inventory", "data": {"name": "j"}}]'),
	tests.polemarch('admin', 'inventories_create', body => '{"name": "his"}');
-- tests.told(operations, name) -> of each what it was answered: status and what `members` are in it.
create function tests.told(operations text, members text[], name text default 'johnny') returns text
language plpgsql as $$
declare
	said text := tests.bulk(operations, name);
begin
	return case when said not like '200 %' then said else (
		select string_agg(concat_ws(' ', o->>'type', o->>'status', (select string_agg(o->'data'->>m, ' ' order by k) from unnest(members) with ordinality u (m, k))), ', ' order by n)
		  from jsonb_array_elements(substr(said, 5)::jsonb) with ordinality e (o, n)) end;
end
$$;
select is(tests.bulk('[{"type": "add", "item": "project", "data": {"name": "p", "repository": "git@x", "vars": {"repo_type": "GIT"}}},
	{"type": "add", "item": "periodictask", "data": {"name": "t", "type": "INTERVAL", "schedule": "60", "mode": "site.yml", "project": 1, "inventory": 1, "vars": {"forks": 5}}}]'),
	'200 [{"data":{"id":1,"name":"p","status":"WAIT_SYNC","repository":"git@x","hosts":[],"groups":[],"inventories":[],"vars":{"repo_type":"GIT"},'
	'"url":"http://moirai/polemarch/api/v1/projects/1/"},"status":201,"type":"add"},'
	'{"data":{"id":1,"name":"t","type":"INTERVAL","schedule":"60","mode":"site.yml","kind":"PLAYBOOK","project":1,"inventory":1,"save_result":true,"enabled":true,'
	'"vars":{"forks":5},"url":"http://moirai/polemarch/api/v1/periodic-tasks/1/"},"status":201,"type":"add"}]',
	'a periodic task may be one of a project that is made with it');
select is(tests.told('[{"type": "set", "item": "project", "pk": 1, "data": {"name": "q"}}, {"type": "get", "item": "project", "pk": "1"},
	{"type": "set", "item": "periodictask", "pk": 1, "data": {"enabled": false}}, {"type": "get", "item": "periodictask", "pk": 1}]', '{name,repository,schedule,enabled}'),
	'set 200 q git@x, get 200 q git@x, set 200 t 60 false, get 200 t 60 false', 'what is set is changed, all else stays');
select is(tests.told('[{"type": "mod", "item": "project", "pk": 1, "data_type": "inventories", "data": [1, 2, 3, 9]},
	{"type": "mod", "item": "project", "pk": 1, "data_type": "inventories", "method": "DELETE", "data": [1]},
	{"type": "mod", "item": "project", "pk": 1, "data_type": "hosts", "method": "POST", "data": []}]', '{total,operated,not_found,failed_list}'),
	'mod 200 4 2 2 [3, 9], mod 200 1 1 0 [], mod 200 0 0 0 []', 'a project is given inventories, those that its owner sees, and they are taken away');
select is(tests.state(), 'inventory:1:i inventory:2:j inventory:3:his project:1:q periodic_task:1:t | project1>inventory2', '... and that is so');
select is((select string_agg(verb || ' ' || kind, ', ' order by id) from people.audit where kind in ('project', 'periodictask')),
	'create project, create periodictask, update project, update periodictask, replace inventories project, remove inventories project, add hosts project', '... and told');
create table tests.before_projects as select tests.state() as state;
select is(tests.bulk(format('[{"type": "set", "item": "project", "pk": 1, "data": {"name": "new"}}, {"type": "del", "item": "periodictask", "pk": 1}, %s]', operation), name), wanted,
	name || ' is refused: ' || operation) from (values
	('johnny', '{"type": "add", "item": "project", "data": {"repository": "x"}}', '415 {"detail": "Unknown type Null (''repo_type'' variable needed!)."}'),
	('johnny', '{"type": "set", "item": "project", "pk": 1, "data": {"vars": {}}}', '415 {"detail": "Unknown type Null (''repo_type'' variable needed!)."}'),
	('johnny', '{"type": "add", "item": "periodictask", "data": {"type": "INTERVAL", "schedule": "60", "mode": "x.yml", "project": 1, "inventory": 3}}',
	 '403 {"detail": "You don''t have permission to inventory."}'),
	('johnny', '{"type": "add", "item": "periodictask", "data": {"type": "CRONTAB", "schedule": "30 */4 foo", "mode": "x.yml", "project": 1, "inventory": 1}}',
	 '400 {"detail": {"schedule": ["Invalid weekday literal ''foo''."]}}'),
	('johnny', '{"type": "add", "item": "periodictask", "data": {"type": "INTERVAL", "schedule": "60", "mode": "x.yml", "project": 1, "inventory": 1, "vars": {"tags": "x"}}}',
	 '400 {"detail": {"argument": ["tags"], "playbook": ["Incorrect argument: ''tags''."]}}'),
	('johnny', '{"type": "get", "item": "periodictask", "pk": 1}', '404 {"detail": "Not found."}'),
	('johnny', '{"type": "set", "item": "periodictask", "pk": 99, "data": {}}', '404 {"detail": "Not found."}'),
	('johnny', '{"type": "mod", "item": "periodictask", "pk": 1, "data_type": "hosts", "data": [1]}', '404 {"detail": "Not found."}'),
	('johnny', '{"type": "mod", "item": "periodictask", "pk": 1, "data_type": "owner", "data": 3}', '404 {"detail": "Not found."}'),
	('johnny', '{"type": "mod", "item": "project", "pk": 1, "data_type": "tasks", "data": []}', '400 {"detail": "''tasks''", "error_type": "KeyError"}'),
	('eve', '{"type": "get", "item": "project", "pk": 1}', '403 {"detail": "You do not have permission to perform this action."}')) v (name, operation, wanted);
select is(tests.state(), (select state from tests.before_projects), '... and nothing of it was done');
select people.grants_put('project', 1, '{3}', '{EXECUTOR}');
select is(tests.told(operation, '{name}', 'eve'), wanted, 'who may only execute a project: ' || operation) from (values
	('[{"type": "get", "item": "project", "pk": 1}, {"type": "get", "item": "periodictask", "pk": 1}]', 'get 200 q, get 200 t'),
	('[{"type": "set", "item": "periodictask", "pk": 1, "data": {"name": "x"}}]', '403 {"detail": "You do not have permission to perform this action."}'),
	('[{"type": "del", "item": "periodictask", "pk": 1}]', '403 {"detail": "You do not have permission to perform this action."}'),
	('[{"type": "del", "item": "project", "pk": 1}]', '403 {"detail": "You do not have permission to perform this action."}'),
	('[{"type": "mod", "item": "project", "pk": 1, "data_type": "inventories", "data": []}]', '403 {"detail": "You do not have permission to perform this action."}')) v (operation, wanted);
update work.projects set status = 'SYNC', token = gen_random_uuid(), lease_until = 'infinity';
select is(tests.bulk('[{"type": "del", "item": "periodictask", "pk": 1}, {"type": "del", "item": "project", "pk": 1}]'), '409 {"detail": "The project is being synchronized."}',
	'a project that is at work is not deleted');
select is(tests.told('[{"type": "get", "item": "periodictask", "pk": 1}]', '{name}'), 'get 200 t', '... nor what was to go with it');
update work.projects set status = 'OK', token = null, lease_until = null;
select is(tests.told('[{"type": "del", "item": "periodictask", "pk": 1}, {"type": "del", "item": "project", "pk": 1}]', '{detail}'), 'del 200 Ok, del 200 Ok', 'what is deleted is gone');
select is(tests.state() || (select count(*) from work.periodic_tasks) || (select count(*) from work.projects),
	'inventory:1:i inventory:2:j inventory:3:his | 00', '... with all that is known of it');
select is((select string_agg(rule, '; ') from (select rule from inventory.check() union all select rule from people.rights_check() union all select rule from work.check()) c), null,
	'all is as the law says');

-- ---- all or none ----
select tests.story();
select tests.bulk('[{"type": "add", "item": "host", "data": {"name": "a"}}, {"type": "add", "item": "host", "data": {"name": "b"}}]');
select tests.polemarch('admin', 'hosts_create', body => '{"name": "c"}');
create table tests.before as select tests.state() as state;
select is(tests.bulk(format('[{"type": "add", "item": "host", "data": {"name": "new"}}, {"type": "del", "item": "host", "pk": 1}, %s]', operation)), wanted, 'refused: ' || operation)
  from (values
	('{"type": "add", "item": "host", "data": {"name": ""}}', '400 {"name": ["This field may not be blank."]}'), ('{"type": "add", "item": "template"}',
	'400 {"data": ["This field is required."], "kind": ["This field is required."], "name": ["This field is required."]}'),
	('{"type": "set", "item": "host", "pk": 99, "data": {}}', '404 {"detail": "Not found."}'), ('{"type": "set", "item": "host", "pk": 3, "data": {"name": "x"}}',
	'403 {"detail": "You do not have permission to perform this action."}'), ('{"type": "del", "item": "host", "pk": 3}', '403 {"detail": "You do not have permission to perform this action."}'),
	('{"type": "get", "item": "host", "pk": 3}', '403 {"detail": "You do not have permission to perform this action."}'), ('{"type": "get", "item": "host", "pk": 1}', '404 {"detail": "Not found."}'),
	('{"type": "del", "item": "host", "pk": "x"}', '404 {"detail": "Not found."}'), ('{"type": "del", "item": "host", "pk": null}', '404 {"detail": "Not found."}'),
	('{"type": "del", "item": "host", "pk": [1]}', '404 {"detail": "Not found."}'), ('{"type": "del", "item": "host"}', '400 {"detail": "''pk''", "error_type": "KeyError"}'),
	('{"item": "host"}', '400 {"detail": "''type''", "error_type": "KeyError"}'), ('{"type": "add"}', '400 {"detail": "''item''", "error_type": "KeyError"}'),
	('{"type": "put", "item": "host", "pk": 2}', '400 {"detail": "''put''", "error_type": "KeyError"}'), ('{"type": "add", "item": "user"}', '415 {"detail": "Unsupported media type \"user\" in request."}'),
	('{"type": "add", "item": null}', '415 {"detail": "Unsupported media type \"\" in request."}'), ('{"type": "set", "item": "history", "pk": 1}', '415 {"detail": "Unsupported media type \"history\" in request."}'),
	('{"type": "mod", "item": "host", "pk": 2}', '400 {"detail": "''data_type''", "error_type": "KeyError"}'),
	('{"type": "mod", "item": "host", "pk": 2, "data_type": "vars"}', '400 {"detail": "''vars''", "error_type": "KeyError"}'),
	('{"type": "mod", "item": "host", "pk": 2, "data_type": "owner", "method": "POST"}', '400 {"detail": "Method \"POST\" not allowed."}'),
	('{"type": "mod", "item": "host", "pk": 2, "data_type": "hosts", "method": "TRACE"}', '400 {"detail": "Method \"TRACE\" not allowed."}'),
	('{"type": "mod", "item": "host", "pk": 2, "data_type": "hosts", "data": [2]}', '404 {"detail": "Not found."}'),
	('{"type": "mod", "item": "host", "pk": 3, "data_type": "owner", "data": 1}', '403 {"detail": "You do not have permission to perform this action."}'),
	('7', '400 {"non_field_errors": ["Invalid data. Expected a dictionary, but got int."]}'), ('[]', '400 {"non_field_errors": ["Invalid data. Expected a dictionary, but got list."]}')) v (operation, wanted);
select is(tests.state(), (select state from tests.before), '... and nothing of it was done');
select is((select string_agg(name, ' ' order by id) from inventory.objects where kind = 'host'), 'a b c', '... not even the first');
select is(tests.bulk(body), wanted, 'no list: ' || body) from (values ('{}', '400 {"non_field_errors": ["Expected a list of items but got type \"dict\"."]}'),
	('null', '400 {"non_field_errors": ["Expected a list of items but got type \"NoneType\"."]}')) v (body, wanted);
select is(tests.bulk((select jsonb_agg('{"type": "add", "item": "host", "data": {"name": "x"}}'::jsonb) from generate_series(1, 1001))::text),
	'400 {"non_field_errors": ["Ensure this list has no more than 1000 elements."]}', 'too many are refused');
select is((select string_agg(rule, '; ') from (select rule from inventory.check() union all select rule from people.rights_check()) c), null, 'all is as the law says');

select * from finish();
rollback;
