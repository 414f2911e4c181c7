-- Hosts, groups and inventories, as they are made, shown, found, changed and deleted, and the machines of the fleet that hosts stand
-- for (sql/polemarch_api/{objects,hosts,groups,inventories}.sql, sql/inventory/objects.sql; polemarch-behaviour.md sections 1.7, 3-5).
begin;
\ir lib.psql
select plan(165);

-- johnny makes things, admin is a superuser, eve is nobody special.
insert into people.users (username, superuser, stamp) values ('admin', true, 8), ('eve', false, 9);
insert into house.seal_keys (public_key, current) select repeat('A', 43) || '=',
	true where not exists (select from house.seal_keys where current);
create function tests.box(word text default 'AA==', key int default null) returns jsonb
language sql as $$ select jsonb_build_object('sealed', word, 'key', coalesce(key,
	(select id from house.seal_keys where current))) $$;
create function tests.on(name text, function text, id text default '1', body jsonb default '{}', query jsonb default '{}',
	more jsonb default '{}') returns text
language sql as $$ select tests.polemarch(name, function, jsonb_build_object('id', id), body, query, more) $$;
create function tests.made(what text, body jsonb default '{}', name text default 'johnny') returns text
language sql as $$ select tests.on(name, what || '_create', body => body) $$;
-- tests.listed(what, parameters, name) -> 'COUNT: ids'.
create function tests.listed(what text, parameters text default '', name text default 'johnny') returns text
language plpgsql as $$
declare
	query jsonb := (select coalesce(jsonb_object_agg(split_part(p, '=', 1), jsonb_build_array(substr(p, strpos(p, '=') + 1))),
	'{}')
	                  from unnest(string_to_array(parameters, '&')) p);
	said  text  := tests.polemarch(name, what || '_list', query => query);
begin
	return case when said not like '200 %' then said else (tests.members(said)->>'count') || ': ' || coalesce((
		select string_agg(r->>'id', ' ' order by n) from jsonb_array_elements(tests.members(said)->'results') with ordinality e
	(r, n)), '') end;
end
$$;
create function tests.fleet() returns text language sql as $$ select string_agg(hostname, ' ' order by id) from fate.hosts $$;
create function tests.machines(host bigint default 1) returns text
language sql as $$ select string_agg(name, ' ' order by name collate "C") from inventory.host_names where host_id = host $$;
-- tests.wrong() -> what the checks find.
create function tests.wrong() returns text
language sql as $$ select string_agg(concat_ws(' ', rule, id, found),
	'; ') from (select * from inventory.check() union all select * from people.rights_check()) c $$;
-- tests.state() -> all that a refused request may not change; the sequences, too.
create function tests.state() returns text
language sql as $$
	select md5(string_agg(query_to_xml(format('select * from %s t order by t::text', t), false, false, '')::text,
	'' order by t::text))
	       || (select string_agg(concat(schemaname, sequencename, last_value),
	' ' order by 1) from pg_sequences where schemaname in ('inventory', 'fate', 'people', 'outbox'))
	  from unnest('{inventory.objects,inventory.hosts,inventory.groups,inventory.inventories,inventory.host_names,fate.hosts,people.objects,people.parts,'
	              'people.visible,people.audit,outbox.changes}'::regclass[]) t
$$;

-- ---- making one ----
select is(tests.made('hosts',
	'{"name": "web1", "type": "HOST", "vars": {"b": 0.50, "ansible_user": "u", "ansible_host": "10.0.0.1"}, "id": 9, "owner": 2}'),
	'201 /polemarch/api/v1/hosts/1/ {"id":1,"name":"web1","type":"HOST","vars":{"ansible_host":"10.0.0.1","ansible_user":"u","b":0.50},"url":"http://moirai/polemarch/api/v1/hosts/1/"}',
	'who is signed in makes a host');
select is(tests.made('groups', '{"name": "dbs", "vars": {"a": null}, "hosts": [1]}'),
	'201 /polemarch/api/v1/groups/1/ {"id":1,"name":"dbs","hosts":[],"groups":[],"vars":{"a":null},"children":false,"url":"http://moirai/polemarch/api/v1/groups/1/"}',
	'... a group');
select is(tests.made('inventories', '{"name": "all of it", "vars": {}}'),
	'201 /polemarch/api/v1/inventories/1/ {"id":1,"name":"all of it","hosts":[],"groups":[],"vars":{},"url":"http://moirai/polemarch/api/v1/inventories/1/"}',
	'... an inventory');
select is(tests.made('groups', '{"name": "sites", "children": "true"}'),
	'201 /polemarch/api/v1/groups/2/ {"id":2,"name":"sites","hosts":[],"groups":[],"vars":{},"children":true,"url":"http://moirai/polemarch/api/v1/groups/2/"}',
	'... a group of groups');
select matches(tests.made(what), '"name":"[0-9a-f]{8}-[0-9a-f-]{27}"',
	'what is given no name has one that nobody has: ' || what) from unnest('{hosts,groups,inventories}'::text[]) what;
select is((select type from inventory.hosts where id = 2) || (select children from inventory.groups where id = 3), 'HOSTfalse',
	'... and is a HOST, or a group of hosts');
select is((select string_agg(distinct kind || owner_id::text, ' ') from people.objects), 'group1 host1 inventory1',
	'all of it is his who made it');
select is(tests.on('johnny', 'hosts_get', query => '{"expand": ["owner"]}') ~
	'"owner":\{"id":1,"username":"johnny","is_active":true,"is_staff":false,"url":"[^"]*"\},"url":', true,
	'... and is shown with him where that is wanted');
select is(tests.made('hosts', '{"name": " web3 ", "vars": {"ansible_ssh_pass": "[~~ENCRYPTED~~]", "x": "[~~ENCRYPTED~~]"}}') ~
	'"name":"web3","type":"HOST","vars":\{\}', true,
	'blanks around a name go, and a mask of nothing');
select is(tests.made('groups', '{"name": "-._09aZ"}') ~ '^201', true, 'names of groups are of letters, digits, -, . and _');
select is(tests.made('inventories', '{"name": "ü ??? #"}') ~ '^201', true, '... of inventories of anything');

-- ---- refused ----
create table tests.before as select tests.state() as state;
select is(tests.made(what, body::jsonb), wanted, what || ' of ' || left(body, 60)) from (values
	('hosts', '{"name": "???"}', '400 {"detail": {"other_errors": ["Invalid hostname or IP ''???''."]}}'),
	('hosts', '{"name": "a b", "type": "RANGE"}', '400 {"detail": {"other_errors": ["Name must be Alphanumeric"]}}'),
	('hosts', '{"name": "web", "vars": {"ansible_host": "a_b"}}',
	'400 {"detail": {"other_errors": ["Invalid hostname or IP ''a_b''."]}}'),
	('hosts', '{"type": "host"}', '415 {"detail": "Unknown type host."}'), ('hosts', '{"type": "RANGES"}',
	'400 {"type": ["Ensure this field has no more than 5 characters."]}'),
	('hosts', '{"name": "", "vars": 1}', '400 {"name": ["This field may not be blank."], "vars": ["Expected a dictionary."]}'),
	('hosts', '{"name": null, "vars": []}', '400 {"name": ["This field may not be null."], "vars": ["Expected a dictionary."]}'),
	('hosts', format('{"name": "%s"}', repeat('a', 513)), '400 {"name": ["Ensure this field has no more than 512 characters."]}'),
	('hosts', '[]', '400 {"non_field_errors": ["Invalid data. Expected a dictionary, but got list."]}'),
	('hosts', '{"name": "w[1:99999]", "type": "RANGE"}',
	'400 {"detail": {"other_errors": ["Name stands for more than 65536 hosts."]}}'),
	('groups', '{"name": "a b"}', '400 {"detail": {"other_errors": ["Name must be Alphanumeric"]}}'), ('groups',
	'{"name": "a\nb"}', '400 {"detail": {"other_errors": ["Name must be Alphanumeric"]}}'),
	('groups', '{"children": "maybe"}', '400 {"children": ["\"maybe\" is not a valid boolean."]}'), ('groups',
	'{"vars": {"a b": 1}}',
	'400 {"vars": ["\"a b\" is no name of a variable: letters, digits, _, . and -, no more than 128, the first a letter or _."]}'),
	('inventories', '{"name": "a\nb"}', '400 {"name": ["Enter one line."]}'), ('inventories', '{"name": true}',
	'400 {"name": ["Not a valid string."]}'),
	('inventories', '{"vars": "x"}', '400 {"vars": ["Expected a dictionary."]}')) v (what, body, wanted);
select is(tests.made('hosts', jsonb_build_object('vars', jsonb_build_object('ansible_ssh_pass', tests.box(key => 0)))),
	'503 Secrets are being sealed anew: try again.',
	'a secret sealed to an old key is to be sent again');
select is(tests.on('johnny', what || '_' || verb, '77'), '404 {"detail": "Not found."}',
	format('%s: nothing of %s that is not there', verb, what))
  from unnest('{hosts,groups,inventories}'::text[]) what, unnest('{get,update,delete}'::text[]) verb;
select is(tests.on('eve', what || '_' || verb, body => '{"name": "???"}'),
	'403 {"detail": "You do not have permission to perform this action."}',
	format('%s: nor who has no right, whatever he sends: %s', verb, what))
  from unnest('{hosts,groups,inventories}'::text[]) what, unnest('{get,update,delete}'::text[]) verb;
select is(tests.on('nobody', what || '_' || verb), '401 Sign in to use this resource.', format('%s: nor who is not signed in: %s',
	verb, what))
  from unnest('{hosts,groups,inventories}'::text[]) what, unnest('{list,create,get,update,delete}'::text[]) verb;
select is(tests.on('johnny', 'hosts_get', repeat('9', 30)), '404 {"detail": "Not found."}', 'no number is too large');
select is(tests.on('johnny', 'groups_update', body => '{"children": true, "name": "new"}'),
	'400 ["Children not allowed to update."]', 'a group of hosts does not become one of groups');
select is(tests.on('johnny', 'groups_update', '2', '{"children": "off"}', more => '{"method": "PUT"}'),
	'400 ["Children not allowed to update."]', '... nor the other way');
select is(tests.on('johnny', 'hosts_update', body => '{"name": "a_b", "vars": {}}'),
	'400 {"detail": {"other_errors": ["Invalid hostname or IP ''a_b''."]}}', 'a name is looked at when it changes');
select is(tests.on('johnny', 'hosts_update', body => '{"type": "R"}'), '415 {"detail": "Unknown type R."}', '... a type, too');
select is(tests.state(), (select state from tests.before), 'what is refused changes nothing, and uses no id up');

-- ---- changing ----
select is(tests.on('johnny', 'hosts_update', body => '{"vars": {"new": 1, "b": "[~~ENCRYPTED~~]"}}'),
	'200 {"id":1,"name":"web1","type":"HOST","vars":{"b":0.50,"new":1},"url":"http://moirai/polemarch/api/v1/hosts/1/"}',
	'variables are replaced, but for those the mask keeps');
select is(tests.on('johnny', 'hosts_update', body => jsonb_build_object('vars', jsonb_build_object('ansible_ssh_pass',
	tests.box('top secret')))) ~ '"vars":\{"ansible_ssh_pass":"\[~~ENCRYPTED~~\]"\}', true,
	'a secret is not shown');
select is(tests.on('johnny', 'hosts_update', body => '{"name": "web1"}') ~ '"vars":\{"ansible_ssh_pass":"\[~~ENCRYPTED~~\]"\}',
	true, 'what is not sent stays');
select is(tests.on('johnny', 'hosts_update', body => '{"vars": {"ansible_ssh_pass": "[~~ENCRYPTED~~]", "a": 1}}',
	more => '{"method": "PUT"}') ~ '"name":"web1"', true, '... by PUT, too, and nothing is needed');
select is((select concat_ws(' ', vars, sealed) from inventory.objects where kind = 'host' and id = 1),
	'{"a": 1} ' || jsonb_build_object('ansible_ssh_pass', tests.box('top secret'))::text, '... the secret behind its mask');
select is(tests.on('johnny', 'groups_update', body => '{"children": 0, "name": "db", "groups": [2]}') ~
	'"name":"db","hosts":\[\],"groups":\[\],"vars":\{"a":null\},"children":false', true,
	'a group keeps its sort, where that is sent');
select is(tests.on('johnny', 'groups_update', body => '{"name": "a b"}'),
	'400 {"detail": {"other_errors": ["Name must be Alphanumeric"]}}', '... and a good name');
select is(tests.on('johnny', 'inventories_update', body => '{"name": "some", "vars": {"x": [1]}}'),
	'200 {"id":1,"name":"some","hosts":[],"groups":[],"vars":{"x":[1]},"url":"http://moirai/polemarch/api/v1/inventories/1/"}',
	'an inventory');
select is(tests.rows('people.audit where id > 10', 'verb, kind, ids, details'),
	'(update,host,{1},"{""vars"": [""b"", ""new""]}") (update,host,{1},"{""vars"": [""ansible_ssh_pass""]}") '
	'(update,host,{1},"{""name"": ""web1""}") (update,host,{1},"{""vars"": [""a"", ""ansible_ssh_pass""]}") (update,group,{1},"{""name"": ""db"", ""children"": false}") '
	'(update,inventory,{1},"{""name"": ""some"", ""vars"": [""x""]}")', 'the audit knows which variables, not what is in them');
select is((select string_agg(concat_ws(' ', kind, ids), ', ' order by id) from outbox.changes where id > 10),
	'inventoryhost {1}, inventoryhost {1}, inventoryhost {1}, inventoryhost {1}, group {1}, inventory {1}',
	'who watches a page is told of it');
select is(tests.wrong(), null, 'all is as the law says');

-- ---- lists and their filters ----
select tests.story();
select tests.made('hosts', format('{"name": "w%s", "vars": {"n": %s, "odd": %s}}', i, i,
	to_json(i % 2 = 1))::jsonb) from generate_series(1, 12) i;
select tests.made('hosts', jsonb_build_object('name', 'evil', 'vars', jsonb_build_object('n', 1, 'ansible_ssh_pass',
	tests.box('AA=='))), 'eve');
select tests.made('groups', '{"name": "web.a_b", "vars": {"n": 1}}'), tests.made('groups', '{"name": "db", "children": 1}'),
	tests.made('inventories', '{"name": "50% of"}');
select is(tests.polemarch('johnny', 'hosts_list', query => '{"limit": ["1"], "offset": ["1"]}'),
	'200 {"count":12,"next":"http://moirai/polemarch/api/v1/it?limit=1&offset=2","previous":"http://moirai/polemarch/api/v1/it?limit=1",'
	'"results":[{"id":2,"name":"w2","type":"HOST","url":"http://moirai/polemarch/api/v1/hosts/2/"}]}', 'a page of hosts');
select is(tests.polemarch('johnny', 'groups_list', query => '{"format": ["json"]}') ~
	'"results":\[\{"id":1,"name":"web.a_b","children":false,"url":"http://moirai/polemarch/api/v1/groups/1/\?format=json"\},'
	'\{"id":2,"name":"db","children":true,', true, '... of groups');
select is(tests.polemarch('johnny', 'inventories_list') ~
	'^200 \{"count":1,"next":null,"previous":null,"results":\[\{"id":1,"name":"50% of","url":"[^"]*/inventories/1/"\}\]\}$', true,
	'... of inventories');
select is(tests.listed(what, parameters, name), wanted, format('%s: %s sees %s', what, name, parameters)) from (values
	('hosts', '', 'johnny', '12: 1 2 3 4 5 6 7 8 9 10 11 12'), ('hosts', '', 'eve', '1: 13'), ('hosts', 'limit=2&offset=12',
	'admin', '13: 13'), ('groups', '', 'eve', '0: '),
	('hosts', 'id=3', 'johnny', '1: 3'), ('hosts', 'id=3, 1,3,99,13', 'johnny', '2: 1 3'), ('hosts', 'id__not=1,2,3,4,5,6,7,8',
	'johnny', '4: 9 10 11 12'),
	('hosts', 'id=1,2&id__not=2', 'johnny', '1: 1'), ('hosts', 'id=' || repeat('9', 40), 'johnny', '0: '), ('hosts', 'name=1',
	'johnny', '4: 1 10 11 12'),
	('hosts', 'name=W1', 'johnny', '0: '), ('hosts', 'name__not=1', 'johnny', '8: 2 3 4 5 6 7 8 9'), ('hosts',
	'name=1&name__not=2', 'johnny', '3: 1 10 11'),
	('hosts', 'name=w%', 'johnny', '0: '), ('groups', 'name=a_b', 'johnny', '1: 1'), ('groups', 'name=a-b', 'johnny', '0: '),
	('inventories', 'name=50%', 'johnny', '1: 1'),
	('hosts', 'variables=n:12', 'johnny', '1: 12'), ('hosts', 'variables=n:1', 'johnny', '1: 1'), ('hosts', 'variables=n:1',
	'eve', '1: 13'), ('hosts', 'variables=n:1', 'admin', '2: 1 13'),
	('hosts', 'variables=odd:True,n:3', 'johnny', '1: 3'), ('hosts', 'variables=odd:true', 'johnny', '0: '), ('groups',
	'variables=n:1', 'johnny', '1: 1'),
	('hosts', 'variables=ansible_ssh_pass:AA==', 'eve', '0: '), ('hosts', 'variables=ansible_ssh_pass:[~~ENCRYPTED~~]', 'eve',
	'0: '),
	('hosts', 'variables=odd:False&name=2&id__not=2&limit=1', 'johnny', '1: 12'), ('hosts', 'name=w&limit=2&offset=3', 'johnny',
	'12: 4 5'),
	('hosts', 'name=w&offset=99999999999', 'johnny', '12: '), ('hosts', 'name=w&limit=99999999999&offset=10', 'johnny',
	'12: 11 12'), ('hosts', 'name=&id=&variables=&kind=RANGE', 'eve', '1: 13'),
	('hosts', 'id=1,', 'johnny', '400 {"detail": "invalid literal for int() with base 10: ''''", "error_type": "ValueError"}'),
	('hosts', 'variables=n', 'johnny', '400 {"detail": "list index out of range", "error_type": "IndexError"}')) v (what,
	parameters, name, wanted);

-- ---- what is in it ----
select people.parts_add('group', 2, 'group', '{1}'), people.parts_add('group', 1, 'host', '{3,1}'), people.parts_add('inventory',
	1, 'group', '{2}'), people.parts_add('inventory', 1, 'host', '{11,2}');
select is(tests.on('johnny', 'groups_get') ~
	'"hosts":\[\{"id":1,"name":"w1","type":"HOST","url":"[^"]*"\},\{"id":3,[^\]]*\],"groups":\[\],', true,
	'a group is shown with its hosts');
select is((select string_agg(r->>'name', ' ' order by n) from jsonb_array_elements(tests.members(tests.on('johnny',
	'inventories_get'))->'hosts') with ordinality e (r, n)), 'w11 w2', 'an inventory with its own hosts by their names');
select is((select string_agg(r->>'name', ' ' order by n) from jsonb_array_elements(tests.members(tests.on('johnny',
	'inventories_get'))->'groups') with ordinality e (r, n)), 'db web.a_b', '... and all groups, also those in groups');
select people.grants_put('inventory', 1, '{3}', '{EDITOR}');
select is(tests.listed('hosts', '', 'eve') || ', ' || tests.listed('groups', 'name=e', 'eve'), '5: 1 2 3 11 13, 1: 1',
	'who has a right on it sees what it is made of');
select is(tests.on('eve', 'hosts_update', body => '{}') || tests.on('eve', 'inventories_update', body => '{}') ~ '^403.*200',
	true, '... but changes only the thing itself');
select is(tests.on('eve', 'inventories_update', body => '{"name": "hers"}') ~ '^200 .*"name":"hers"', true, '... as an EDITOR');
select is(tests.wrong(), null, 'all is as the law says');

-- ---- machines of the fleet ----
select tests.story(1);
select tests.throw(1, 'web2', 'old');
select tests.made('hosts', '{"name": "web[1:3]", "type": "RANGE"}'), tests.made('hosts', '{"name": "web2"}'), tests.made('hosts',
	'{"name": "[2001:db8::7]"}'), tests.made('hosts', '{"name": "web2"}', 'eve');
select is(tests.fleet(), 'web2 old web1 web3 2001:db8::7',
	'a host stands for machines of the fleet; those it has not heard of are made');
select is(tests.machines(1) || ', ' || tests.machines(2) || ', ' || tests.machines(3), 'web1 web2 web3, web2, 2001:db8::7',
	'... a RANGE for several');
select is((select count(*) from pg_locks where locktype = 'advisory' and pid = pg_backend_pid() and objid::bigint =
	hashtext('fate.hosts')::bigint & 4294967295), 1::bigint,
	'... which nobody renames meanwhile');
select is(tests.members(tests.polemarch('johnny', 'license'))->>'actual_hosts', '6', 'the license is told of each name');
select is(fate.count('host'), 5::bigint, '... and the total of the fleet''s hosts is right');
select tests.on('johnny', 'hosts_update', '1', '{"name": "db[1:2]"}'), tests.on('johnny', 'hosts_update', '2',
	'{"vars": {"a": 1}}');
select is(tests.machines(1) || ', ' || tests.machines(2) || ', ' || tests.fleet(),
	'db1 db2, web2, web2 old web1 web3 2001:db8::7 db1 db2',
	'a host renamed stands for others; those that were stay in the fleet');
select is(tests.on('johnny', 'hosts_update', '1', '{"type": "HOST"}'),
	'400 {"detail": {"other_errors": ["Invalid hostname or IP ''db[1:2]''."]}}', 'a range is no HOST');
select tests.on('johnny', 'hosts_update', '2', '{"type": "RANGE", "name": "x_[1:2]"}');
select is(tests.machines(2), 'x_1 x_2', '... but a HOST may become one');
select is(tests.on('johnny', 'hosts_delete', '2'), '204', 'a host is deleted');
select is(concat(tests.machines(2), '|', tests.fleet()), '|web2 old web1 web3 2001:db8::7 db1 db2 x_1 x_2',
	'... the machines stay');
select is(tests.hermes('admin', 'hosts_update', '{"hostname": "db1"}', '{"hostname": "db9"}') ~ '^200', true,
	'a machine that an inventory names is renamed');
select is(tests.fleet(), 'web2 old web1 web3 2001:db8::7 db9 db2 x_1 x_2 db1', '... and there is one of the old name again');
select tests.hermes('admin', 'hosts_update', '{"hostname": "old"}', '{"hostname": "older"}');
select is(tests.fleet() ~ '\mold\M', false, '... where none names it there is not');
select tests.hermes('admin', 'hosts_update', '{"hostname": "db2"}', '{"hostname": "db9"}');
select is(tests.fleet() ~ '\mdb2\M' and tests.wrong() is null, true, '... joined with another it stays anyway');
select is(fate.count('host'), (select count(*) from fate.hosts), '... and all are counted');

-- ---- deleting ----
select tests.made('groups', '{"name": "g"}'), tests.made('inventories', '{"name": "i"}');
select people.parts_add('group', 1, 'host', '{1,3}'), people.parts_add('inventory', 1, 'group', '{1}'),
	people.parts_add('inventory', 1, 'host', '{1}'), people.grants_put('host', 1, '{3}', '{EDITOR}');
select is(tests.on('eve', 'hosts_delete', '1'), '204', 'an EDITOR deletes a host');
select is((select string_agg(concat_ws(' ', kind, id, part_kind, part_id), ', ' order by 1) from people.parts),
	'group 1 host 3, inventory 1 group 1', '... which leaves all that it was in');
select is(tests.on('johnny', 'inventories_delete', '1') || tests.on('johnny', 'groups_delete', '1'), '204204',
	'an inventory and a group are deleted');
select is((select string_agg(kind || id::text, ' ' order by kind, id) from inventory.objects), 'host3 host4',
	'... what they held stays');
select is(tests.rows($$people.audit where verb = 'delete'$$, 'username, kind, ids, details'),
	'(johnny,host,{2},"{""name"": ""x_[1:2]""}") (eve,host,{1},"{""name"": ""db[1:2]""}") (johnny,inventory,{1},"{""name"": ""i""}") '
	'(johnny,group,{1},"{""name"": ""g""}")', '... and is told by its name');
select is(tests.wrong(), null, 'all is as the law says');

select cmp_ok((select count(*) from outbox.changes where kind in ('inventoryhost', 'group', 'inventory')), '>', 10::bigint,
	'all these changes wait for the courier');
select outbox.sort(tests.settings(), 99, now());
select is_empty('select * from outbox.changes', '... who can sort them');

-- ---- a secret that is sealed anew while a request is at work ----
-- tests.put_late(given) -> what is sealed after somebody has put that who had read the object before.
create function tests.put_late(given jsonb) returns jsonb
language plpgsql as $$
declare
	o inventory.objects;
begin
	update inventory.objects set sealed = '{"ansible_ssh_pass": {"sealed": "OLD=", "key": 1}}' where kind = 'host' and id = 4;
	select * into o from inventory.objects where kind = 'host' and id = 4;
	update inventory.objects set sealed = '{"ansible_ssh_pass": {"sealed": "NEW=", "key": 2}}' where kind = 'host' and id = 4;
	return (polemarch_api.object_put(o, given)).sealed->'ansible_ssh_pass'->'sealed';
end
$$;
select is(tests.put_late('{"vars": {"ansible_ssh_pass": "[~~ENCRYPTED~~]"}}'), '"NEW="', 'a secret that is kept is the one that is stored by now');
select is(tests.put_late('{}'), '"NEW="', '... also where no variables are sent');
update inventory.objects set sealed = '{}' where kind = 'host' and id = 4;

-- ---- what the check finds ----
-- tests.finds(damage) -> which rules are broken by it. Undone.
create function tests.finds(damage text) returns text
language plpgsql as $$
declare
	said text;
begin
	execute damage;
	said := (select string_agg(concat_ws(': ', rule, id), '; ' order by rule, id) from inventory.check());
	raise exception using errcode = 'TT000';
exception when sqlstate 'TT000' then
	return said;
end
$$;
select is(tests.finds(damage), wanted, 'the check sees: ' || left(damage, 80)) from (values
	('delete from inventory.hosts where id = 3',
	'a host stands for the machines that its name says: host 3; an object has a name, an owner, and a row of its kind: host 3'),
	('delete from inventory.objects where id = 4',
	'a host stands for the machines that its name says: host 4; an object has a name, an owner, and a row of its kind: host 4'),
	('delete from people.objects where id = 3', 'an object has a name, an owner, and a row of its kind: host 3'),
	('insert into inventory.groups (id, children) values (9, true)',
	'an object has a name, an owner, and a row of its kind: group 9'),
	($$insert into people.objects values ('template', 9, 1)$$,
	'an object has a name, an owner, and a row of its kind: template 9'),
	('update inventory.hosts set names = 7 where id = 4', 'a host knows for how many machines it stands: host 4'),
	('delete from inventory.host_names where host_id = 4', 'a host stands for the machines that its name says: host 4'),
	($$insert into inventory.host_names values ('web1', 4)$$, 'a host stands for the machines that its name says: host 4'),
	($$update inventory.objects set sealed = '{"ansible_ssh_pass": {"sealed": "AA==", "key": 999}}' where kind = 'host' and id = 4$$,
	'a secret is sealed to a key that is there: host 4'),
	($$delete from fate.hosts where hostname = '2001:db8::7'$$, 'the fleet knows each machine: host 3'),
	($$select inventory.groups_add('{g}', '{true}', array['{}'::jsonb], array['{}'::jsonb], 1), people.parts_add('group',
	lastval(), 'host', '{3}')$$, 'a group holds hosts or groups, not both: group 2')) v (damage, wanted);

-- ---- how many machines a group or an inventory means ----
select tests.story();
select tests.made('hosts', h::jsonb) from unnest(array['{"name": "a"}', '{"name": "b[1:20]", "type": "RANGE"}', '{"name": "b7"}']) h;
select tests.made('groups', '{"name": "g"}'), tests.made('inventories', '{}'), tests.made('inventories', '{}');
select people.parts_add('group', 1, 'host', '{1,2}'), people.parts_add('inventory', 1, 'host', '{1,3}'),
       people.parts_add('inventory', 1, 'group', '{1}'), people.parts_add('inventory', 2, 'host', '{1}');
select is(inventory.machines_counted('inventory', '{1,9,2,1}', 1000), '{21,0,1,21}', 'each name counts once, those of groups and of ranges too');
select is(inventory.machines_counted('inventory', '{1,2}', 10), '{NULL,1}', '... but not what has more names than there is time for');
select is(inventory.machines_counted('group', '{1}', 1), '{NULL}', '... or more hosts');
select is(inventory.machines_counted('group', '{1}', 21), '{21}', '... of which all are counted that fit');
select is(inventory.machines_counted('group', '{}', 21), '{}', '... none of none');

select * from finish();
rollback;
