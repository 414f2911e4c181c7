-- Inventories of what `ansible-inventory --list --export` says (sql/inventory/import.sql, sql/polemarch_api/import.sql).
begin;
\ir lib.psql
select plan(78);

insert into people.users (username, superuser, stamp) values ('admin', true, 8);
insert into house.seal_keys (public_key, current) select repeat('A', 43) || '=',
	true where not exists (select from house.seal_keys where current);
create function tests.box(word text default 'AA==', key int default null) returns jsonb
language sql as $$ select jsonb_build_object('sealed', word, 'key', coalesce(key,
	(select id from house.seal_keys where current))) $$;
-- tests.import(told, more) -> what is answered, where Ansible has told that.
create function tests.import(told jsonb, more jsonb default '{}', name text default 'johnny') returns text
language sql as $$ select tests.polemarch(name, 'inventories_import',
	body => '{"name": "mine", "text": {"length": 9}}'::jsonb || more, more => jsonb_build_object('method', 'POST', 'asked',
	jsonb_build_object('inventory', told))) $$;
-- tests.told(groups, hostvars) -> the same as Ansible tells it: all children of `all` are there.
create function tests.told(groups jsonb, hostvars jsonb default '{}') returns jsonb
language sql as $$
	select jsonb_build_object('_meta', jsonb_build_object('hostvars', hostvars),
	                          'all', jsonb_build_object('children',
	(select jsonb_agg(k) from (select 'ungrouped' as k union all select jsonb_object_keys(groups - 'all')) c)) ||
	coalesce(groups->'all', '{}')) || (groups - 'all')
$$;
create function tests.hosts(told jsonb) returns text
language sql as $$ select string_agg(concat_ws(' ', host, case when name <> host then 'as ' || name end, type, vars),
	', ') from inventory.told_hosts(told) $$;
create function tests.groups(told jsonb) returns text
language sql as $$ select string_agg(concat_ws(' ', name, children, vars, hosts, groups),
	', ') from inventory.told_groups(told) $$;
create function tests.parts() returns text
language sql as $$
	select string_agg(concat(p.kind, ' ', o.name, ': ', p.part_kind, ' ', n.name), ', ' order by p.kind, o.name collate "C",
	p.part_kind, n.name collate "C")
	  from people.parts p join inventory.objects o on o.kind = p.kind and o.id = p.id join inventory.objects n on n.kind =
	p.part_kind and n.id = p.part_id
$$;
create function tests.wrong() returns text
language sql as $$ select string_agg(concat_ws(' ', rule, id, found),
	'; ') from (select * from inventory.check() union all select * from people.rights_check()) c $$;
-- tests.state() -> how much there is, and where the sequences are.
create function tests.state() returns text
language sql as $$
	select concat_ws(' ', (select count(*) from inventory.objects), (select count(*) from people.objects),
	(select count(*) from people.parts), (select count(*) from fate.hosts), (select count(*) from people.audit),
	                 (select count(*) from outbox.changes), (select string_agg(concat(schemaname, sequencename, last_value),
	' ' order by 1) from pg_sequences where schemaname in ('inventory', 'fate', 'people', 'outbox')))
$$;

-- ---- hosts ----
select is(tests.hosts(tests.told('{"ungrouped": {"hosts": ["b", "a"]}, "g": {"hosts": ["c", "a"]}}',
	'{"a": {"x": 1}, "d": {"y": 0.50}}')), 'a HOST {"x": 1}, b HOST {}, c HOST {}, d HOST {"y": 0.50}',
	'each host once, by name, wherever it stands');
select is(tests.hosts(tests.told('{"ungrouped": {"hosts": ["a", "b"], "vars": {"x": 1, "y": 2}}, "g": {"hosts": ["c"]}}',
	'{"a": {"x": 3}}')), 'a HOST {"x": 3, "y": 2}, b HOST {"x": 1, "y": 2}, c HOST {}',
	'what is said of those in no group they say themselves, if they do not say otherwise');
select is(tests.hosts(tests.told('{"g": {"hosts": ["::1", "2001:db8::7", "::ffff:1.2.3.4", "10.0.0.1"]}}')),
	'10.0.0.1 HOST {}, 2001:db8::7 as [2001:db8::7] HOST {}, ::1 as [::1] HOST {}, ::ffff:1.2.3.4 as [::ffff:1.2.3.4] HOST {}',
	'an IPv6 address stands in brackets');
select is(tests.hosts(tests.told('{"g": {"hosts": ["web_1", "web_2", "_"]}}', '{"web_2": {"ansible_host": "10.0.0.2"}}')),
	'_ RANGE {}, web_1 RANGE {}, web_2 HOST {"ansible_host": "10.0.0.2"}',
	'a name with a _ is a RANGE of one, where ansible_host does not say how to reach it');
select is(tests.hosts('{"_meta": {"hostvars": {}}, "all": {"children": ["ungrouped"]}}'), null, 'there may be none');

-- ---- groups ----
select is(tests.groups(tests.told('{"web": {"hosts": ["a"], "vars": {"x": 1}}, "sites": {"children": ["web", "empty"]}}')),
	'empty f {} {} {}, sites t {} {} {web,empty}, web f {"x": 1} {a} {}',
	'groups hold hosts or groups; one that is only named is there, too');
select is(tests.groups(tests.told('{"both": {"hosts": ["a", "b"], "children": ["sub"], "vars": {"x": 1}}, "sub": {"hosts": ["c"]}}')),
	'both t {"x": 1} {} {sub,both.hosts}, both.hosts f {} {a,b} {}, sub f {} {c} {}',
	'one that holds both becomes two: the hosts are in NAME.hosts, in it');
select is(tests.groups(tests.told('{"both": {"hosts": ["a"], "children": ["both.hosts"]}, "both.hosts": {"hosts": ["b"]}}')),
	'both t {} {} {both.hosts,both.hosts.hosts}, both.hosts f {} {b} {}, both.hosts.hosts f {} {a} {}',
	'... or a longer name, where that one is taken');
select is(tests.groups(tests.told('{"ungrouped": {"hosts": ["a"]}, "all": {"vars": {"x": 1}}}')), null,
	'all and ungrouped are no groups');

-- ---- machines ----
select fate.hosts_named('{known,fe80::1}');
select is(inventory.told_machines(tests.told('{"g": {"hosts": ["known", "new", "New", "fe80::1", "fe80::2", "web_1"]}}')),
	'{New,fe80::2,new,web_1}', 'machines that the fleet has not heard of, each once, in order');

-- ---- made ----
select tests.story();
select fate.hosts_named('{web1}');
create table tests.full as select tests.told(jsonb_build_object(
	'all', jsonb_build_object('vars', jsonb_build_object('site', 'x', 'ansible_become_pass', tests.box('all'))),
	'ungrouped', '{"hosts": ["lone", "::1"], "vars": {"u": 1}}'::jsonb,
	'web', jsonb_build_object('hosts', '["web1", "web_2"]'::jsonb, 'vars', jsonb_build_object('ansible_ssh_pass',
	'[~~ENCRYPTED~~]', 'port', 80)),
	'sites', '{"hosts": ["web1"], "children": ["web", "empty"]}'::jsonb), jsonb_build_object('web1',
	jsonb_build_object('ansible_ssh_pass', tests.box('web1'), 'ansible_port', 22, 'n', null), 'lone',
	'{"u": 2, "m": "[~~ENCRYPTED~~]"}'::jsonb)) as told;
create table tests.before as select tests.state() as state;
create table tests.dry as select tests.import(told, '{"dry_run": true}') as said from tests.full;
select is(said, '200 {"dry_run":true,"name":"mine","hosts":4,"groups":4,"variables":8,"secrets":2,"left_out":2,"new_machines":["::1","lone","web_2"],"split":["sites"]}',
	'what would be made is told') from tests.dry;
select is(tests.state(), (select state from tests.before), '... and nothing is made, no id used up');
select is(tests.import(told), '201 /polemarch/api/v1/inventories/1/ ' || replace(substr(said, 5), '"dry_run":true',
	'"dry_run":false,"id":1,"url":"http://moirai/polemarch/api/v1/inventories/1/"'), 'made, the same is told, and where')
  from tests.full, tests.dry;
select is((select string_agg(concat_ws(' ', o.kind, o.name, h.type, g.children, vars, nullif(sealed, '{}')), ', ' order by o.kind,
	o.id) from inventory.objects o left join inventory.hosts h on o.kind = 'host' and h.id = o.id left join inventory.groups g on
	o.kind = 'group' and g.id = o.id),
	concat('host [::1] HOST {"u": 1}, host lone HOST {"u": 2}, host web1 HOST {"n": null, "ansible_port": 22} ',
	jsonb_build_object('ansible_ssh_pass', tests.box('web1')), ', host web_2 RANGE {}, '
	'group empty f {}, group sites t {}, group sites.hosts f {}, group web f {"port": 80}, inventory mine {"site": "x"} ',
	jsonb_build_object('ansible_become_pass', tests.box('all'))), 'all of it is there, secrets sealed, masks left out');
select is(tests.parts(),
	'group sites: group empty, group sites: group sites.hosts, group sites: group web, group sites.hosts: host web1, group web: host web1, group web: host web_2, '
	'inventory mine: host [::1], inventory mine: host lone, inventory mine: group sites, inventory mine: group web',
	'... each in its place');
select is((select string_agg(hostname, ' ' order by id) from fate.hosts), 'web1 ::1 lone web_2', '... and machines of the fleet');
select is((select string_agg(distinct owner_id::text, ' ') from people.objects), '1', '... all his who asked');
select is(tests.rows('people.audit', 'username, verb, kind, ids, details'),
	'(johnny,import,inventory,{1},"{""name"": ""mine""}")', '... and told');
select is((select string_agg(concat(kind, ids), ' ') from outbox.changes), 'inventory{1}', '... to who watches, too');
select is(tests.wrong(), null, 'all is as the law says');
select is(tests.import(told, '{"name": "again"}') ~ '^201 .*"id":2,.*"new_machines":\[\]', true,
	'once more it is made once more') from tests.full;
select is((select count(*) from inventory.objects) || ' ' || (select count(*) from fate.hosts), '18 4',
	'... of the same machines');
select is(tests.wrong(), null, 'all is as the law says');

-- ---- little ----
select tests.story();
select is(tests.import('{"_meta": {"hostvars": {}}, "all": {"children": ["ungrouped"]}}'),
	'201 /polemarch/api/v1/inventories/1/ {"dry_run":false,"id":1,"url":"http://moirai/polemarch/api/v1/inventories/1/","name":"mine",'
	'"hosts":0,"groups":0,"variables":0,"secrets":0,"left_out":0,"new_machines":[],"split":[]}',
	'an empty text is an empty inventory');
select is(tests.import('{}') ~ '^201 .*"hosts":0,"groups":0', true, '... also where Ansible says nothing at all');
select is(tests.import(tests.told('{"g": {"vars": {"x": 1}}}')) ~ '"hosts":0,"groups":1,"variables":1', true,
	'groups without hosts');
select is(tests.import(tests.told('{"ungrouped": {"hosts": ["a"]}}')) ~ '"hosts":1,"groups":0,"variables":0', true,
	'hosts without groups');
select is(tests.import(tests.told('{"ungrouped": {"hosts": ["a", "a"]}, "g": {"hosts": ["a", "a"]}, "h": {"children": ["g", "g"]}}'))
	~ '"hosts":1,"groups":2', true, 'what is told twice is there once');
select is(tests.parts() ~ 'group g: host a, group h: group g, ', true, '... in its places');
select is(tests.wrong(), null, 'all is as the law says');

-- ---- asked ----
select is(tests.polemarch('johnny', 'inventories_import', body => '{"text": {"length": 9}, "format": "yaml"}'),
	'100 {"inventory": {"inventory": "yaml"}}', 'Ansible is asked first');
select is(tests.polemarch('johnny', 'inventories_import', body => '{"text": {"length": 9}}', more => '{"method": "POST"}'),
	'100 {"inventory": {"inventory": "ini"}}', '... of an INI, if nothing else is said');
select is(tests.polemarch('johnny', 'inventories_import', body => body::jsonb, more => '{"method": "POST"}'), wanted,
	'refused: ' || body) from (values
	('{}', '400 {"text": ["This field is required."]}'), ('{"text": "x"}', '400 {"text": ["Not a valid string."]}'),
	('{"text": {"length": 0}}', '400 {"text": ["This field may not be blank."]}'),
	('{"text": {"length": 1}, "format": "toml"}', '400 {"format": ["\"toml\" is neither ini nor yaml."]}'),
	('{"text": {"length": 1}, "dry_run": "maybe", "name": ""}',
	'400 {"name": ["This field may not be blank."], "dry_run": ["\"maybe\" is not a valid boolean."]}'),
	('[]', '400 {"non_field_errors": ["Invalid data. Expected a dictionary, but got list."]}')) v (body, wanted);
select is(tests.import('{}', name => 'nobody'), '401 Sign in to use this resource.', 'who is not signed in is told so');

-- ---- refused ----
select tests.story();
truncate tests.before;
insert into tests.before values (tests.state());
select is(tests.import(told::jsonb, jsonb_build_object('dry_run', dry)), '400 {"text": ["' || wanted || '"]}',
	format('refused%s: %s', case when dry then ', also dry' end, left(told, 80)))
  from (values
	(tests.told('{"g": {"hosts": ["good", "a b"]}}')::text, 'host a b: Name must be Alphanumeric'),
	(tests.told('{"g": {"hosts": ["a"]}}', '{"a": {"ansible_host": "???"}}')::text, 'host a: Invalid hostname or IP ''???''.'),
	(tests.told('{"all": {"vars": {"v": {"__ansible_vault": "x"}}}}')::text, 'variable v: !vault and !unsafe can''t be kept.'),
	(tests.told('{"g": {}}', '{"a": {"u": [{"__ansible_unsafe": "x"}]}}')::text,
	'variable u: !vault and !unsafe can''t be kept.'),
	(tests.told('{"g g": {"hosts": ["a"]}}')::text, 'group g g: Name must be Alphanumeric'),
	(tests.told('{"g": {"children": ["ü"]}}')::text, 'group ü: Name must be Alphanumeric'),
	(tests.told('{"g": {"hosts": ["a"]}}', '{"a": {"b c": 1}}')::text,
	'host a: \"b c\" is no name of a variable: letters, digits, _, . and -, no more than 128, the first a letter or _.'),
	(tests.told('{"g": {"vars": {"9": 1}}}')::text,
	'group g: \"9\" is no name of a variable: letters, digits, _, . and -, no more than 128, the first a letter or _.'),
	(tests.told('{"all": {"vars": {"": 1}}}')::text,
	'group all: \"\" is no name of a variable: letters, digits, _, . and -, no more than 128, the first a letter or _.'),
	(tests.told(jsonb_build_object(repeat('g', 513), '{}'::jsonb))::text, 'group ' || repeat('g',
	60) || '...: Ensure this field has no more than 512 characters.'),
	(tests.told(jsonb_build_object(repeat('g', 510), '{"hosts": ["a"], "children": ["b"]}'::jsonb))::text, 'group ' || repeat('g',
	60) || '...: Ensure this field has no more than 512 characters.'),
	(tests.told(jsonb_build_object('g', jsonb_build_object('hosts', array[repeat('h', 513)])))::text, 'host ' || repeat('h',
	60) || '...: Ensure this field has no more than 512 characters.'), (tests.told('{"g": {"hosts": [""]}}')::text,
	'host : This field may not be blank.'),
	(tests.told('{"g": {"children": ["ungrouped"]}}')::text,
	'group g: Ansible forgets the hosts of no group, where `ungrouped` is a child.'),
	(tests.told('{"g": {"hosts": ["w[1:99999]"]}}')::text, 'host w[1:99999]: Name stands for more than 65536 hosts.')) v (told,
	wanted), unnest('{false,true}'::boolean[]) dry;
select is(tests.import(tests.told('{"g": {"hosts": ["a"]}}', jsonb_build_object('a', jsonb_build_object('ansible_ssh_pass',
	tests.box(key => 0))))), '503 Secrets are being sealed anew: try again.',
	'a secret sealed to an old key is to be sent again');
select is(tests.import(tests.told('{"g": {"hosts": ["a"]}}', '{"a": {"ansible_ssh_pass": "rex"}}')),
	'P0001 a secret that is not sealed', '... one in clear is a mistake of ours');
select is(tests.import(tests.told('{"all": {"vars": {"repo_key": null}}}')), 'P0001 a secret that is not sealed',
	'... be it nothing');
select is(tests.state(), (select state from tests.before), 'what is refused makes nothing, and uses no id up');

-- ---- many ----
set local statement_timeout = '60s';       -- (of what takes a few seconds; of the square it would take an hour)
create table tests.large as select tests.told(jsonb_build_object('ungrouped', jsonb_build_object('hosts',
	(select jsonb_agg('h' || i) from generate_series(1, 20000, 2) i), 'vars', '{"u": 1}'::jsonb))
	|| (select jsonb_object_agg('g' || g, jsonb_build_object('hosts', (select jsonb_agg('h' || i) from generate_series(g * 2,
	20000, 200) i))) from generate_series(1, 100) g),
	(select jsonb_object_agg('h' || i, jsonb_build_object('ansible_host', 'h' || i || '.example.com', 'ansible_ssh_pass',
	tests.box(), 'n', i)) from generate_series(1, 20000) i)) as told;
create table tests.dry_large as select tests.import(told, '{"dry_run": true}') as said from tests.large;
select is(tests.members(said) - 'new_machines',
	'{"dry_run": true, "name": "mine", "hosts": 20000, "groups": 100, "variables": 60001, "secrets": 20000, "left_out": 0, "split": []}',
	'twenty thousand hosts are told') from tests.dry_large;
select is(jsonb_array_length(tests.members(said)->'new_machines'), 100, '... of new machines a hundred') from tests.dry_large;
select is(tests.import(told) ~ '"hosts":20000,"groups":100,"variables":60001,"secrets":20000,', true,
	'... and made') from tests.large;
select is((select count(*) from inventory.objects) || ' ' || (select count(*) from fate.hosts) || ' ' || (select count(*) from
	people.parts), '20101 20000 20100', '... all of them');
select is(tests.wrong(), null, 'all is as the law says');

select * from finish();
rollback;
