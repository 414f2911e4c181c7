-- What Ansible can do, as it is shown (sql/polemarch_api/ansible.sql; polemarch-behaviour.md section 17).
begin;
\ir lib.psql
select plan(28);

create function tests.shown(function text, query jsonb default '{}', told jsonb default null) returns text
language sql as $$ select tests.polemarch('johnny', 'ansible' || function, query => query,
	more => case when told is null then '{}' else jsonb_build_object('asked', jsonb_build_object('modules', told)) end) $$;

select is(tests.polemarch('nobody', f), '401 Sign in to use this resource.', f || ': who is not signed in is told so')
  from unnest('{ansible,ansible_cli_reference,ansible_modules}'::text[]) f;
select is(tests.shown('', '{"format": ["json"]}'), '200 {"cli-reference":"http://moirai/polemarch/api/v1/ansible/cli_reference/?format=json",'
	'"modules":"http://moirai/polemarch/api/v1/ansible/modules/?format=json"}', 'there are two of them');
select is(tests.shown(f), '503 No runner has told yet what Ansible can do: try again.',
	f || ' before any runner was here') from unnest('{_cli_reference,_modules}'::text[]) f;

select runner_api.reference_put('2.14.18',
	'{"ansible": {"forks": {"type": "integer", "shortopts": ["f"], "help": "how many (default=5)"}, "become": {"type": "boolean", "shortopts": ["b"], "help": "run \"so\""},
	              "verbose": {"type": "boolean", "shortopts": ["v"], "help": "x"}, "inventory": {"type": "text", "shortopts": ["i"], "help": "x"}},
	  "ansible-playbook": {"key-file": {"type": "keyfile", "shortopts": [], "help": "x"}, "step": {"type": "boolean", "shortopts": [], "help": "x"}}}',
	'{"ansible.builtin.setup": {"module": "setup", "short_description": "Facts", "options": {"a": [1, null]}}, "ansible.builtin.git": {"module": "git", "short_description": "Git"},
	  "ansible.builtin._include": {"module": "include"}}');

-- ---- options ----
select is(tests.shown('_cli_reference', query::jsonb), '200 ' || wanted, 'cli_reference of ' || query) from (values
	('{"filter": ["ansible"]}',
	'{"ansible":{"become":{"type":"boolean","shortopts":["b"],"help":"run \"so\""},"forks":{"type":"integer","shortopts":["f"],"help":"how many (default=5)"}}}'),
	('{"filter": ["playbook"]}', '{"playbook":{"key-file":{"type":"keyfile","shortopts":[],"help":"x"}}}'),
	('{"filter": ["byaka"]}', '{}'), ('{"filter": ["ansible,playbook"]}', '{}'), ('{"filter": ["Ansible"]}', '{}')) v (query, wanted);
select is(array(select json_object_keys(substr(tests.shown('_cli_reference'), 5)::json)),
	'{ansible,ansible-playbook,module,playbook,periodic_module,periodic_playbook}', 'each tool has two or three names');
select is((select string_agg(distinct substr(tests.shown('_cli_reference'), 5)::jsonb->>name,
	' ') from unnest('{ansible,module,periodic_module}'::text[]) name) =
	substr(tests.shown('_cli_reference', '{"filter": ["module"]}'), 5)::jsonb->>'module', true, '... and one set of options');

-- ---- modules ----
select is(tests.shown('_modules', query::jsonb), '200 ["ansible.builtin.git","ansible.builtin.setup"]', 'modules of ' || query)
  from unnest(array['{}', '{"filter": [""]}', '{"detailed": ["0"]}', '{"fields": ["module"]}', '{"filter": ["x", ""]}']) query;
select is(tests.shown('_modules', '{"filter": ["\\.git"]}'),
	'100 {"modules": {"regex": "\\.git", "texts": ["ansible.builtin.git", "ansible.builtin.setup"]}}', 'a filter is the worker''s to look for');
select is(tests.shown('_modules', '{"filter": ["\\.git"]}', '["ansible.builtin.git"]'), '200 ["ansible.builtin.git"]', '... what it finds is shown');
select is(tests.shown('_modules', '{"filter": ["x"]}', '[]'), '200 []', '... be it nothing');
select is(tests.shown('_modules', '{"filter": ["["]}', '{"error": "missing ] at position 1"}'),
	'400 {"detail": "missing ] at position 1", "error_type": "error"}',
	'... and what it does not take');
select is(tests.shown('_modules', query::jsonb), '200 ' || wanted, 'modules of ' || query) from (values
	('{"detailed": ["1"]}',
	'[{"path":"ansible.builtin.git","data":{"module":"git","short_description":"Git"}},{"path":"ansible.builtin.setup","data":{"module":"setup","short_description":"Facts"}}]'),
	('{"detailed": ["1"], "fields": ["options,nothing, module,options"]}',
	 '[{"path":"ansible.builtin.git","data":{"options":null,"nothing":null,"module":"git"}},{"path":"ansible.builtin.setup","data":{"options":{"a": [1, null]},"nothing":null,"module":"setup"}}]')) v (query,
	wanted);
select is(tests.shown('_modules', '{"detailed": ["1"], "filter": ["g"]}', '["ansible.builtin.git"]'),
	'200 [{"path":"ansible.builtin.git","data":{"module":"git","short_description":"Git"}}]', 'a filter is for these, too');
select is(tests.shown('_modules', jsonb_build_object('fields', array[repeat(',', 100)])),
	'400 {"fields": ["Ensure this field has no more than 100 elements."]}', 'fields have an end');
select runner_api.reference_put('2.20', '{"ansible": {}, "ansible-playbook": {}}', '{"b": {}, "B": {}, "a": {}}');
select is(tests.shown('_modules'), '200 ["B","a","b"]', 'after an upgrade it is the new one that is shown');
select is(tests.shown('_cli_reference', '{"filter": ["ansible"]}'), '200 {"ansible":{}}', '... with its options');

select * from finish();
rollback;
