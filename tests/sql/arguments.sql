-- What may be said to Ansible (sql/work/arguments.sql, sql/work/reference.sql, sql/runner_api/reference.sql).
begin;
\ir lib.psql
select plan(111);

-- tests.options(type, names) -> {name: {type, ...}, ...}
create function tests.options(type text, variadic names text[]) returns jsonb
language sql as $$ select jsonb_object_agg(n, jsonb_build_object('type', type, 'shortopts', '[]'::jsonb, 'help', 'help')) from unnest(names) n $$;
create function tests.reference(version text default '2.14.18') returns void
language sql as $$
	select runner_api.reference_put(version, jsonb_build_object(
		'ansible', tests.options('boolean', 'become', 'help', 'verbose', 'ask-pass') || tests.options('integer', 'forks', 'background')
			|| tests.options('text', 'args', 'limit', 'extra-vars', 'inventory', 'connection') || tests.options('keyfile', 'private-key')
			|| tests.options('textfile', 'vault-password-file', 'other-file'),
		'ansible-playbook', tests.options('boolean', 'become', 'help', 'step', 'verbose') || tests.options('integer', 'forks')
			|| tests.options('text', 'limit', 'tags') || tests.options('keyfile', 'private-key', 'key-file')
			|| tests.options('textfile', 'vault-password-file')),
		'{"ansible.builtin.git": {"module": "git"}, "ansible.builtin._include": {}, "b._x.ping": {}, "_y": {}}')
$$;
-- tests.wrong(tool, arguments, secrets) -> 'ARGUMENT: why'
create function tests.wrong(tool text, arguments jsonb, variadic secrets text[] default '{}') returns text
language sql as $$
	select (e->>'argument') || ': ' || (e->>'why') from work.argument_error(tool, arguments,
		(select coalesce(jsonb_object_agg(s, '{"sealed": "AA==", "key": 1}'::jsonb), '{}') from unnest(secrets) s)) e
$$;

-- ---- which Ansible counts ----
select is(work.reference_known(), null, 'at first nobody knows what Ansible can do');
select is(tests.refused($$ select tests.wrong('ansible', '{}') $$), 'WE503 No runner has told yet what Ansible can do: try again.',
	'... and who asks is to come again');
select is(runner_api.reference_seen('2.14.18'), false, 'a runner hears that its version is not known');
select tests.reference();
select is(runner_api.reference_seen('2.14.18'), true, '... and when it is');
select tests.reference('2.20.1');
select is(work.reference_known(), '2.20.1', 'the version that was seen last counts');
select runner_api.reference_seen('2.14.18');
select is(work.reference_known(), '2.14.18', '... be it an older one');
select is((select names from work.ansible_reference where version = '2.14.18'), '{ansible.builtin.git,b._x.ping}',
	'modules whose names begin with _ are left out');
select runner_api.reference_put('2.14.18', '{"ansible": {}, "ansible-playbook": {}}', '{"x": {}}');
select is((select string_agg(names::text, ' ' order by version) from work.ansible_reference), '{x} {ansible.builtin.git,b._x.ping}',
	'what is told anew replaces what was');
select is(tests.refused(format('select runner_api.reference_put(%L, %L, %L)', 'x', options, modules)), 'P0001 not what Ansible x can do',
	'refused of a runner: ' || options || ' ' || modules)
  from (values ('{}', '{}'), ('[]', '{}'), ('{"ansible": {}}', '{}'), ('{"ansible": [], "ansible-playbook": {}}', '{}'),
               ('{"ansible": {}, "ansible-playbook": {}}', '[]')) v (options, modules);
select tests.reference();
select is(array(select jsonb_object_keys(work.options_of('ansible-playbook')) order by 1),
	'{become,forks,help,key-file,limit,private-key,tags,vault-password-file}', 'what the runner says itself, or needs somebody there, is no option');

-- ---- what is good ----
select is(tests.wrong(tool, arguments::jsonb), null, tool || ' takes ' || arguments) from (values
	('ansible-playbook', '{}'), ('ansible', '{}'), ('ansible-playbook', '{"become": null, "help": ""}'), ('ansible-playbook', '{"forks": 5}'),
	('ansible-playbook', '{"forks": "5"}'), ('ansible-playbook', '{"forks": " -5 "}'), ('ansible-playbook', '{"forks": 0}'), ('ansible-playbook',
	'{"forks": 1e3}'),
	('ansible-playbook', '{"tags": "a,b"}'), ('ansible-playbook', '{"tags": null}'), ('ansible-playbook', '{"tags": ""}'), ('ansible-playbook',
	'{"tags": 5}'),
	('ansible-playbook', '{"tags": true}'), ('ansible-playbook', '{"tags": ["a"]}'), ('ansible', '{"extra-vars": {"a": [1, null]}}'),
	('ansible', '{"args": "ls -la\n-x", "connection": "paramiko"}'), ('ansible', '{"group": "all"}'), ('ansible', '{"background": "+7"}'),
	('ansible-playbook', '{"limit": "web*:!web1"}'), ('ansible-playbook', '{"limit": "@hosts"}'), ('ansible-playbook', '{"limit": "!web1"}'),
	('ansible-playbook', '{"su": null, "sudo": "", "su-user": "root", "sudo-user": "x", "new-vault-id": "x"}'), ('ansible',
	'{"su-user": "rootburger"}')) v (tool, arguments);
select is(tests.wrong('ansible-playbook', '{"forks": 5}', 'private-key', 'key-file', 'vault-password-file', 'new-vault-password-file'), null,
	'secrets come sealed');

-- ---- what is not ----
select is(tests.wrong(tool, arguments::jsonb), wanted, tool || ' does not take ' || arguments) from (values
	('ansible-playbook', '{"nonexist": 1}', 'nonexist: ''nonexist'''), ('ansible-playbook', '{"non-existent-ansible-arg": "x"}',
	'non-existent-ansible-arg: ''non-existent-ansible-arg'''),
	('ansible-playbook', '{"": 1}', ': '''''), ('ansible-playbook', '{"a''b\\": 1}', 'a''b\: ''a\''b\\'''), ('ansible-playbook', '{"Forks": 1}',
	'Forks: ''Forks'''),
	('ansible-playbook', '{"--forks": 1}', '--forks: ''--forks'''), ('ansible-playbook', '{"f": 1}', 'f: ''f'''),
	('ansible-playbook', '{"args": "x"}', 'args: ''args'''), ('ansible-playbook', '{"group": "all"}', 'group: ''group'''), ('ansible', '{"tags": "x"}',
	'tags: ''tags'''),
	('ansible-playbook', '{"step": null}', 'step: ''step'''), ('ansible', '{"verbose": null}', 'verbose: ''verbose'''), ('ansible', '{"ask-pass": null}',
	'ask-pass: ''ask-pass'''),
	('ansible', '{"inventory": "x"}', 'inventory: ''inventory'''), ('ansible', '{"sync": true}', 'sync: ''sync'''), ('ansible', '{"save_result": false}',
	'save_result: ''save_result'''),
	('ansible', '{"become": true}', 'become: This argument shouldn''t have value'), ('ansible', '{"become": false}',
	'become: This argument shouldn''t have value'),
	('ansible', '{"become": "x"}', 'become: This argument shouldn''t have value'), ('ansible', '{"become": []}',
	'become: This argument shouldn''t have value'),
	('ansible', '{"sudo": "makaka"}', 'sudo: This argument shouldn''t have value'), ('ansible', '{"su": 1}', 'su: This argument shouldn''t have value'),
	('ansible', '{"forks": "234bnl"}', 'forks: invalid literal for int() with base 10: ''234bnl'''), ('ansible', '{"forks": ""}',
	'forks: invalid literal for int() with base 10: '''''),
	('ansible', '{"forks": null}', 'forks: invalid literal for int() with base 10: '''''), ('ansible', '{"forks": 1.5}',
	'forks: invalid literal for int() with base 10: ''1.5'''),
	('ansible', '{"forks": true}', 'forks: invalid literal for int() with base 10: ''True'''), ('ansible', '{"forks": [5]}',
	'forks: invalid literal for int() with base 10: ''[5]'''),
	('ansible', '{"forks": "5\n6"}', 'forks: invalid literal for int() with base 10: ''5' || E'\n' || '6'''),
	('ansible', '{"private-key": "a/b"}', 'private-key: ''private-key'''), ('ansible', '{"other-file": "x"}', 'other-file: ''other-file'''),
	('ansible', '{"limit": null}', 'limit: It names no hosts'), ('ansible', '{"limit": ""}', 'limit: It names no hosts'), ('ansible', '{"limit": []}',
	'limit: It names no hosts'),
	('ansible', '{"limit": " , :\t"}', 'limit: It names no hosts'), ('ansible', '{"group": "-v"}', 'group: It begins with -'), ('ansible',
	'{"group": ","}', 'group: It names no hosts'),
	('ansible', '{"zz": 1, "forks": "x", "become": 1}', 'become: This argument shouldn''t have value')) v (tool, arguments, wanted);
select is(tests.wrong('ansible', '{}', secret), secret || ': ''' || secret || '''', 'what is sealed and takes no file is none: ' || secret)
  from unnest('{ansible_ssh_pass,repo_key,key-file,args}'::text[]) secret;
select is(tests.wrong('ansible', jsonb_build_object('args', repeat('x', 100000))), null, 'a value may have 100000 bytes');
select is(tests.wrong('ansible', jsonb_build_object('args', repeat('x', 99999) || '☃')), 'args: This argument is longer than 100000 bytes',
	'... and no more');
select is(tests.wrong('ansible', jsonb_build_object('forks', repeat('9', 100001))), 'forks: invalid literal for int() with base 10: ''' || repeat('9',
	60) || '''',
	'a number has an end, and an error, too');
update work.ansible_reference set options = jsonb_set(options, '{ansible}', (select jsonb_object_agg('o' || i,
	'{"type": "text"}'::jsonb) from generate_series(1, 20) i));
select is(tests.wrong('ansible', (select jsonb_object_agg('o' || i, repeat('x', 49000)) from generate_series(1, 20) i)), null,
	'all together may have a megabyte');
select is(tests.wrong('ansible', (select jsonb_object_agg('o' || i, repeat('x', 50000 + i)) from generate_series(1, 20) i)),
	'o20: All arguments are longer than 1000000 bytes', '... and no more');

-- ---- patterns of hosts: Ansible takes one that names none for all ----
select is(work.names_hosts(pattern), false, format('%s names no hosts', to_json(pattern)))
  from unnest(array[null, '', ' ', ',', ':', ' ,:, ', '[', ']', '[]', '!', '&', '~', '!:&', E'\u00a0', E'\u3000,', E'\x1d']) pattern;
select is(work.names_hosts(pattern), true, format('%s names some', to_json(pattern))) from unnest(array['a', '*', 'all', '!a', ',a', '[0]', '~x',
	'-']) pattern;

-- ---- paths ----
select is(array(select p from unnest(array['a', 'a/b.yml', './a', 'a..b', '..a', 'a~', '.', '-a', 'ü x']) p where not work.path_is_inside(p)), '{}',
	'paths below a project');
select is(array(select p from unnest(array['/a', '/', '..', '../a', 'a/..', 'a/../b', './../a', '~', '~root/x', '~/x', E'a\nb',
	E'a\x7f']) p where work.path_is_inside(p)), '{}', '... and elsewhere');

select * from finish();
rollback;
