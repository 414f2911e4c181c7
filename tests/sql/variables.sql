-- Variables of hosts, groups and inventories: what they may be, how they are kept, found and shown (sql/inventory/variables.sql,
-- polemarch-behaviour.md sections 1.7 and 2).
begin;
\ir lib.psql
select plan(105);

insert into house.seal_keys (public_key, current) select repeat('A', 43) || '=',
	true where not exists (select from house.seal_keys where current);
-- tests.box(word) -> what stands for a secret.
create function tests.box(word text default 'AA==') returns jsonb
language sql as $$ select jsonb_build_object('sealed', word, 'key', (select id from house.seal_keys where current)) $$;
-- tests.settled(given, vars, sealed) -> '(vars,sealed)'.
create function tests.settled(given jsonb, vars jsonb default '{}', sealed jsonb default '{}') returns text
language sql as $$ select concat_ws(' ', s.vars, s.sealed) from inventory.vars_settled(given, vars, sealed) s $$;

-- ---- words ----
select is(inventory.word(value::jsonb), wanted, value || ' is compared as ' || coalesce(to_json(wanted)::text,
	'nothing')) from (values
	('12', '12'), ('0.5', '0.5'), ('0.50', '0.50'), ('-0', '0'), ('1e3', '1000'), ('true', 'True'), ('false', 'False'), ('"true"',
	'true'), ('"x y"', 'x y'), ('""', ''),
	('null', null), ('[1, "a"]', '[1, "a"]'), ('{"a": true}', '{"a": true}'), ('"\u00fc\n"', E'ü\n')) v (value, wanted);

-- ---- pairs ----
select is(inventory.pair('a', 'b'), 'a=b', 'a pair is KEY=VALUE');
select is(inventory.pair('a', ''), 'a=', '... also of an empty value');
select is(inventory.pair('a', repeat('x', 200)), 'a=' || repeat('x', 200), '... up to 200 bytes');
select is(inventory.pair('a', repeat('x', 201)), 'a#' || md5(repeat('x', 201)), '... a longer value by its hash');
select is(inventory.pair('a', repeat('ü', 101)), 'a#' || md5(repeat('ü', 101)), '... longer in bytes, that is');
select isnt(inventory.pair('a', repeat('x', 201)), inventory.pair('a', repeat('x', 202)),
	'... so that two long values are not the same');
select is(inventory.pairs('{"n": 12, "f": 0.5, "b": true, "s": "12", "e": "", "z": null, "o": {"k": [null]}}'),
	'{b,b=True,e,e=,f,f=0.5,n,n=12,o,"o={\"k\": [null]}",s,s=12,z}',
	'of each variable stands its key, and its pair unless it is null');
select is(inventory.pairs('{}'), '{}', '... nothing of nothing');

-- ---- what is refused ----
select is(inventory.vars_error(vars::jsonb), 'Expected a dictionary.',
	vars || ' is no object') from unnest('{[],[1],1,"\"x\"",true,"null"}'::text[]) vars;
select is(inventory.vars_error(null), null, 'nothing sent is not wrong');
select is(inventory.vars_error('{}'), null, 'there may be none');
select is(inventory.vars_error(jsonb_build_object(key, 1)), null, left(key, 20) || ' may be a variable')
  from unnest(array['a', '_', 'A9', 'ansible_ssh_pass', 'key-file', 'a.b', 'private-key', repeat('k', 128)]) key;
select is(inventory.vars_error(jsonb_build_object('good', 1, key, 1)),
	format('%s is no name of a variable: letters, digits, _, . and -, no more than 128, the first a letter or _.',
	to_json(left(key, 140))),
	to_json(left(key, 20)) || ' may not')
  from unnest(array['', ' ', '9a', '-a', '.a', 'a b', 'a=b', E'a\n', E'a\nb', 'a:b', 'a[0]', 'ü', 'a"b', 'a''', '{{a}}', '#a',
	repeat('k', 129), repeat('k', 5000)]) key;

-- ---- what is kept ----
select is(inventory.vars_clear('{"a": 1, "b": null, "c": "[~~ENCRYPTED~~]", "ansible_ssh_pass": {"sealed": "x", "key": 1}}'),
	'{"a": 1, "b": null}',
	'in clear stands what is no secret and no mask');
select is(inventory.vars_secret('{"a": 1, "repo_key": "[~~ENCRYPTED~~]", "ansible_ssh_pass": {"sealed": "x", "key": 1}}'),
	'{"ansible_ssh_pass": {"key": 1, "sealed": "x"}}', '... apart what is');
select is(inventory.vars_clear('{}') || inventory.vars_secret('{}'), '{}', '... nothing of nothing');
select is(inventory.vars_only('{"a": 1.0, "b\"\u00fc": {"n": [null, "x\n"]}, "c": 1}', array['b"ü', 'a', 'z'])::text,
	'{"a": 1.0, "b\"ü": {"n": [null, "x\n"]}}', 'of variables those that are named, as they are');
select is(inventory.vars_only('{"a": 1}', '{}'), '{}', '... or none');
select is(tests.settled('{"a": {"n": [1, null, {"x": 0.10}]}, "b": null}'), '{"a": {"n": [1, null, {"x": 0.10}]}, "b": null} {}',
	'values are kept as they were sent: null, nested, numbers with their zeros');
select is(tests.settled('{"a": 1}', '{"a": 2, "b": 3}', '{"repo_key": {}}'), '{"a": 1} {}',
	'what was sent replaces all there was, secrets too');
select is(tests.settled('{"a": "[~~ENCRYPTED~~]"}', '{"a": 2, "b": 3}'), '{"a": 2} {}',
	'the mask keeps what there is, of any key');
select is(tests.settled('{"a": "[~~ENCRYPTED~~]"}', '{"a": null}'), '{"a": null} {}', '... be it null');
select is(tests.settled('{"repo_key": "[~~ENCRYPTED~~]"}', '{}', '{"repo_key": {"sealed": "old", "key": 0}}'),
	'{} {"repo_key": {"key": 0, "sealed": "old"}}',
	'... of a secret, though it is sealed to an old key');
select is(tests.settled('{"a": "[~~ENCRYPTED~~]", "repo_key": "[~~ENCRYPTED~~]"}'), '{} {}',
	'... and is nothing where there is nothing');
select is(tests.settled('{"a": " [~~ENCRYPTED~~]", "b": ["[~~ENCRYPTED~~]"], "c": "[~~encrypted~~]"}',
	'{"a": 1, "b": 1, "c": 1}'),
	'{"a": " [~~ENCRYPTED~~]", "b": ["[~~ENCRYPTED~~]"], "c": "[~~encrypted~~]"} {}', '... but only the very word');
select is(tests.settled(jsonb_build_object('a', 1, 'ansible_ssh_pass', tests.box('new')), '{"b": 1}',
	'{"repo_key": {}, "ansible_ssh_pass": {}}'),
	'{"a": 1} ' || (jsonb_build_object('ansible_ssh_pass', tests.box('new')))::text, 'a secret takes the place of the old one');
select is(tests.settled('{}', '{"a": 1}', '{"repo_key": {}}'), '{} {}', 'none sent is none');
select is(tests.settled(jsonb_build_object('a', 1, 'extra-vars', tests.box('new'))), '{"a": 1} ' || jsonb_build_object('extra-vars', tests.box('new'))::text,
	'extra variables are a secret where they are sealed');
select is(tests.settled('{"extra-vars": {"x": 1}}', '{}', '{"extra-vars": {}}'), '{"extra-vars": {"x": 1}} {}', '... and else none');
select is(tests.settled('{"extra-vars": "[~~ENCRYPTED~~]"}', '{}', jsonb_build_object('extra-vars', tests.box('old'))),
	'{} ' || jsonb_build_object('extra-vars', tests.box('old'))::text, '... which the mask keeps');
select is(tests.settled('{"extra-vars": "sealed"}'), '{"extra-vars": "sealed"} {}', '... whatever the text says');
select is(tests.refused(format('select tests.settled(%L)', jsonb_build_object(key, 'rex'))), 'P0001 a secret that is not sealed',
	key || ' in clear is a mistake of ours, and is not stored') from unnest(inventory.hidden_keys()) key limit 4;
select is(tests.refused(format('select tests.settled(%L)', jsonb_build_object('ansible_ssh_pass', tests.box() || '{"key": 0}'))),
	'WE503 Secrets are being sealed anew: try again.', 'what is sealed to another key is to be sent again');

-- ---- what is shown ----
select is((select string_agg(k, ' ' order by inventory.key_rank(k) collate "C") from
	unnest('{b,a,Z,_,ansible_x,ansible_become_pass,ansible_ssh_private_key_file,'
	'ansible_ssh_pass,ansible_user,ansible_port,ansible_host,ansible,ansiblex}'::text[]) k),
	'ansible_host ansible_port ansible_user ansible_ssh_pass ansible_ssh_private_key_file ansible_become_pass ansible_x Z _ a ansible ansiblex b',
	'variables stand in the order: how to reach a host, what else is Ansible''s, the rest by name');
select is(inventory.vars_json('{"b": 0.50, "a": [1, {"z": null}], "ansible_user": "u\u00fc\"", "n": null, "t": true}',
	'{"ansible_ssh_pass": {"sealed": "secret", "key": 1}, "repo_key": {}}'),
	'{"ansible_user":"uü\"","ansible_ssh_pass":"[~~ENCRYPTED~~]","a":[1, {"z": null}],"b":0.50,"n":null,"repo_key":"[~~ENCRYPTED~~]","t":true}',
	'... as they were sent, secrets as the mask');
select is(inventory.vars_json('{}', '{}'), '{}', '... or none');
select is(inventory.with_fractions(jsonb_build_array(number, '{"a-1":1}'::jsonb)::text), format('[%s, {"a-1": 1}]', wanted), number || ' is written ' || wanted) from (values
	(9223372036854775807, '9223372036854775807'), (9223372036854775808, '9223372036854775808.0'), (-9223372036854775808,
	'-9223372036854775808'), (-1e22, '-10000000000000000000000.0'), (0.12345678901234567890, '0.12345678901234567890')) v (number, wanted);
select is(inventory.with_fractions('{"10000000000000000000000": "\"10000000000000000000000"}'), '{"10000000000000000000000": "\"10000000000000000000000"}',
	'what a text holds is no number');
select is(inventory.vars_told(jsonb_build_object('name', 'x', 'vars', jsonb_build_object('b', 'secret?', 'a', 1,
	'ansible_ssh_pass', tests.box()))),
	'{"name": "x", "vars": ["a", "ansible_ssh_pass", "b"]}', 'the audit is told their names only');
select is(inventory.vars_told('{"name": "x"}'), '{"name": "x"}', '... where there are some');
select is(jsonb_array_length(inventory.vars_told((select jsonb_build_object('vars', jsonb_object_agg('v' || i,
	1)) from generate_series(1, 300) i))->'vars'), 100, '... a hundred at most');

-- ---- what is found, and by what ----
select tests.story();
insert into inventory.objects (kind, id, name, vars)
select 'host', i, 'h' || i, jsonb_build_object('n', i, 'half', i / 2.0, 'b', i % 2 = 0, 'long', repeat('x',
	i % 9 * 1000)) from generate_series(1, 3000) i;
insert into inventory.objects (kind, id, name, vars) select 'group', i, 'g' || i, '{"n": 7}' from generate_series(1, 10) i;
analyze inventory.objects;
select gin_clean_pending_list('inventory.objects_pairs_idx');
-- tests.plan(query) -> how it would be done; tests.web_plan(query): under the settings of the role moirai_web.
create function tests.plan(query text) returns text
language plpgsql as $$
declare
	line text;
	said text := '';
begin
	for line in execute 'explain ' || query loop
		said := said || line || E'\n';
	end loop;
	return said;
end
$$;
create function tests.web_plan(query text) returns text
language sql set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set plan_cache_mode =
	force_generic_plan as $$ select tests.plan(query) $$;
prepare filter(people.kind, text[]) as select id from inventory.objects o where o.kind = $1 and o.pairs @> $2;
select matches(tests.plan($$ execute filter('host', '{n=7}') $$), 'Bitmap Index Scan on objects_pairs_idx',
	'a filter is answered by the index, planned as api.plan_for_many() has it');
select matches(tests.web_plan($$ select id from inventory.objects o where o.pairs @> array['n'] $$),
	'Bitmap Index Scan on objects_pairs_idx',
	'... a host query, too');
-- tests.found(pairs) -> the hosts.
create function tests.found(variables text) returns text
language sql as $$
	select string_agg(id::text, ' ' order by id) from inventory.objects
	 where kind = 'host' and pairs @> polemarch_api.pairs(tests.req(query => jsonb_build_object('variables',
	jsonb_build_array(variables))))
$$;
select is(tests.found('n:7'), '7', 'a number is found by its text');
select is(tests.found('n:7,b:False'), '7', '... together with others');
select is(tests.found('n:7,b:True'), null, '... all of which must fit');
select is(tests.found('n:07'), null, '... to the letter');
select is(tests.found('half:3.5000000000000000'), '7', '... with its zeros');
select is(tests.found('n:6,n:7'), '7', 'of a key that comes twice the last counts');
select is(tests.found('n:7,long:' || repeat('x', 7000)), '7', 'a long value is found');
select is(tests.found('n:7,long:' || repeat('x', 7001)), null, '... as a whole');
select is(polemarch_api.pairs(tests.req(query => '{"variables": ["url:http://x:8, k: v ,e:"]}')), array[' k= v ', 'e=',
	'url=http://x:8'], 'a value may hold colons and blanks');
select is(polemarch_api.pairs(tests.req(query => '{"variables": [""]}')), null, 'an empty filter is none');
select is(tests.refused($$ select tests.found('n') $$), 'WE400 list index out of range', 'a filter without a colon is refused');
select is(tests.refused($$ select tests.found('n:7,') $$), 'WE400 list index out of range', '... also behind a comma');

select * from finish();
rollback;
