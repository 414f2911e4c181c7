-- What a host of an inventory may be called, which machines its name stands for, and in which order (sql/inventory/names.sql,
-- polemarch-behaviour.md sections 3 and 5.2).
begin;
\ir lib.psql
select plan(230);
-- (Not a timed test: what is not bounded would not end before tomorrow, or the memory does.)
set local statement_timeout = '20s';

-- tests.range(name) -> the names, with blanks between; null: it is no range.
create function tests.range(name text) returns text
language sql as $$ select array_to_string(inventory.range_names(name), ' ') $$;

-- ---- a host's name ----
select ok(inventory.is_hostname(name), format('%s may be the name of a host', to_json(name))) from unnest(array[
	'web', 'w', '7', 'WEB', 'web1.example.com', 'web-1.example.com', 'x--y', '038108237241668497-0875926814493907', '127.0.0.1',
	'1.2.3.400',
	'.web', 'web.', '..web', 'web..example', 'web.example..', '[::1]', '[::]', '[2001:db8::7]', '[2001:DB8:0:0:0:0:0:7]',
	'[::ffff:1.2.3.4]', 'bücher.example', 'машина', '主机', 'é', repeat('a', 512)]) name;
select ok(not inventory.is_hostname(name), format('%s may not', to_json(name))) from unnest(array[
	'', ' ', '.', '..', '???', 'a b', ' a', 'a ', E'a\nb', E'a\n', E'\na', E'a\tb', E'a\rb', 'a_b', '_a', '-a', 'a-', '-', 'a-.b',
	'a.-b', 'a/b',
	'/', 'a:b', '::1', '2001:db8::7', '1.2.3.4:22', 'web:22', 'a#b', '#a', 'a=b', 'a,b', 'a''b', 'a"b', 'a\b', 'a%b', 'a*', 'a@b',
	'a[1:3]', '[1:3]',
	'[add]', '[]', '[1.2.3.4]', '[::1', '::1]', '[::1]x', 'x[::1]', '[[::1]]', '[::1]]', '[::1/128]', '[ ::1]', E'[::1\n]',
	E'[::1]\n', '[fe80::1%eth0]',
	'[:::1]', '[g::1]', '[::1][::2]', E'a\u00a0b', E'a\u200bb', E'\u200b', E'a\u200d', E'\ufeffa', E'a\u2028b', E'a\u202eb',
	E'a\u3000b', E'a\u00adb',
	E'a\u2060b', E'a\u0085b', E'\u007f', E'a\uffffb', E'a\u0001']) name;
select is(inventory.is_hostname(null), null, 'what is not known is neither');

-- ---- what stands in a bracket ----
select is(array_to_string(inventory.range_values(range), ' '), wanted, format('%s is %s', to_json(range), coalesce(wanted,
	'no range'))) from (values
	('1:3', '1 2 3'), ('3:3', '3'), ('0:2', '0 1 2'), (':2', '0 1 2'), ('1-3', '1 2 3'), ('01:10',
	'01 02 03 04 05 06 07 08 09 10'), ('01-03', '01 02 03'),
	('008:010', '008 009 010'), ('1:010', '1 2 3 4 5 6 7 8 9 10'), ('9:11', '9 10 11'), ('00:2', null), ('01:2', null), ('1:9:3',
	'1 4 7'), ('0:10:5', '0 5 10'),
	('01:07:3', '01 04 07'), ('1:3:9', '1'), ('1-9-4', '1 5 9'), ('a:e', 'a b c d e'), ('A:C', 'A B C'), ('a-c', 'a b c'),
	('a:g:3', 'a d g'),
	('y:B', 'y z A B'), ('Z:a', null), ('3:1', null), ('c:a', null), ('1:c', null), ('a:3', null), (':c', null), ('1:3:0', null),
	('1:3:x', null),
	('1:', null), (':', null), ('', null), ('1', null), ('a', null), ('1:2:3:4', null), ('aa:ac', null), ('1:3 ', null), ('-1:3',
	'0'),
	('1:1000000000', null), ('1.5:3', null), (E'1:3\n', null)) v (range, wanted);
select is(inventory.range_values(null), null, 'nothing is no range');
select is(cardinality(inventory.range_values('1:999999999')), 65537,
	'of a huge range no more is made than tells that it is too large');

-- ---- the names of a range ----
select is(tests.range(name), wanted, format('%s stands for %s', to_json(name), coalesce(wanted, 'nothing'))) from (values
	('web', 'web'), ('web[1:3]', 'web1 web2 web3'), ('[1:3]', '1 2 3'), ('127.0.1.[3:4]', '127.0.1.3 127.0.1.4'),
	('192.168.0.[1-3]', '192.168.0.1 192.168.0.2 192.168.0.3'),
	('web[08:10].example.com', 'web08.example.com web09.example.com web10.example.com'), ('[a:c]x', 'ax bx cx'), ('r[1:2]n[a:b]',
	'r1na r1nb r2na r2nb'),
	('[1:2][1:2]', '11 12 21 22'), ('a[1:2]b[3:4]c[5:6]d', 'a1b3c5d a1b3c6d a1b4c5d a1b4c6d a2b3c5d a2b3c6d a2b4c5d a2b4c6d'),
	('w_[1:2]', 'w_1 w_2'),
	('a-b', 'a-b'), ('w[1:1]', 'w1'), ('[]', null), ('web[]', null), ('web[1]', null), ('web[1:3', null), ('web1:3]', null),
	('web[1:3]]', null), ('[[1:3]]', null),
	('web[3:1]', null), ('a[1:2]b[2:1]', null), ('a b', null), ('a:b', null), ('[::1]', null), ('ü[1:2]', null), (E'a[1:2]\n',
	null), (E'a[1:2]\nb', null)) v (name, wanted);
select is(cardinality(inventory.range_names('w[0:65535]')), 65536, 'a range may stand for 65536 names');
select is(cardinality(inventory.range_names('w[1:256]x[1:256]')), 65536, '... by several brackets, too');
select is(cardinality(inventory.range_names(name)), 65537, format('... %s for no more: it is not made', name))
  from unnest('{w[0:65536],"w[1:257]x[1:256]","[1:999999999][1:999999999]"}'::text[]) name;
select is(cardinality(inventory.range_names('w' || repeat('[1:999999999]', 30))), 65537, '... however many brackets there are');
select is(cardinality(inventory.range_names('w' || repeat('[1:2]', 90))), 65537, '... each of them small');
select is(cardinality(inventory.range_names(repeat('[0:1]', 16) || repeat('[1:1]', 86))), 65536,
	'many brackets that are one name each cost no more than one');
select is(inventory.range_names('a[1:2]b[3:3]c[x:y]d[7:7]'), '{a1b3cxd7,a1b3cyd7,a2b3cxd7,a2b3cyd7}', '... and stand where they stand');

-- ---- why not ----
create function tests.why(name text, type text default 'HOST', vars jsonb default '{}') returns text
language sql as $$ select inventory.name_error(name, type, vars) $$;
select is(tests.why('web1.example.com'), null, 'a HOST has the name of a host');
select is(tests.why('???'), 'Invalid hostname or IP ''???''.', '... nothing else');
select is(tests.why('a_b'), 'Invalid hostname or IP ''a_b''.', '... also no _');
select is(tests.why('web[1:3]'), 'Invalid hostname or IP ''web[1:3]''.', '... nor a range');
select is(tests.why('1.2.3.4:22'), 'Invalid hostname or IP ''1.2.3.4:22''.', '... nor a port');
select is(tests.why('web_1', vars => '{"ansible_host": "10.0.0.1"}'), null,
	'where ansible_host says how to reach it the name may have a _');
select is(tests.why('[::1]', vars => '{"ansible_host": "[::2]"}'), null, '... and may be an address all the same');
select is(tests.why(name, vars => '{"ansible_host": "10.0.0.1"}'), format('Invalid hostname or IP ''%s''.', name),
	'... but not be ' || to_json(name))
  from unnest(array['a b', E'a\nb', '???', 'web[1:3]', 'a#b', '[add]']) name;
select is(tests.why('_', vars => '{"ansible_host": "10.0.0.1"}'), null, '... though _ alone');
select is(tests.why('web', vars => jsonb_build_object('ansible_host', address)), format('Invalid hostname or IP ''%s''.',
	address),
	'ansible_host itself is the name of a host: not ' || to_json(address)) from unnest(array['a_b', '::1', '10.0.0.1:22',
	E'10.0.0.1\nevil', ' ', '{{ x }}']) address;
select is(tests.why('web[1:3]', 'RANGE', '{"ansible_host": "???"}'), 'Invalid hostname or IP ''???''.',
	'... that of a range, too');
select is(tests.why('web', vars => vars::jsonb), null, 'ansible_host ' || vars || ' says nothing against it')
  from unnest('{"{\"ansible_host\": \"\"}","{\"ansible_host\": null}","{\"ansible_host\": 12}","{\"ansible_host\": \"[::1]\"}"}'::text[])
	vars;
select is(tests.why('a_b', vars => '{"ansible_host": ""}'), 'Invalid hostname or IP ''a_b''.',
	'an empty one leaves the name to be checked');
select is(tests.why('web', vars => '{"ansible_host": ["a"]}'), 'Invalid hostname or IP ''["a"]''.', 'a list is no address');
select is(length(tests.why('web', vars => jsonb_build_object('ansible_host', repeat('_', 9000)))),
	512 + length('Invalid hostname or IP ''''.'), 'of a long one the beginning is told');
select is(tests.why(name, 'RANGE'), null, name || ' may be a RANGE') from
	unnest('{web[1:3],"192.168.0.[1-10]",web,web_1,"w[a:c].x[01:20]"}'::text[]) name;
select is(tests.why(name, 'RANGE'), 'Name must be Alphanumeric', to_json(name) || ' may not') from unnest(array['a b',
	E'a[1:2]\n', 'ü[1:2]', 'a/b', '#', 'a,b']) name;
select is(tests.why(name, 'RANGE'), 'Name must be a range that Ansible reads, such as web[01:20].example.com',
	name || ' may not, for Ansible would not read it')
  from unnest('{web[3:1],web[],web[1,"[::1]",a:b,web[1:c]}'::text[]) name;
select is(tests.why('w[0:65535]', 'RANGE'), null, 'a RANGE may stand for 65536 hosts');
select is(tests.why('w[0:65536]', 'RANGE'), 'Name stands for more than 65536 hosts.', '... not for more');

-- ---- the machines ----
select is(inventory.names('web', 'HOST'), '{web}', 'a HOST stands for the machine of its name');
select is(inventory.names('[::1]', 'HOST'), '{::1}', '... an address without its brackets');
select is(inventory.names('[2001:db8::]', 'HOST'), '{2001:db8::0}', '... one that ends in colons as Ansible is told it');
select is(inventory.names('web[1:2]', 'HOST'), '{web[1:2}', '... and is not read as a range');
select is(inventory.names('web[1:2].x', 'RANGE'), '{web1.x,web2.x}', 'a RANGE stands for each of its names');
select is(inventory.names('web', 'RANGE'), '{web}', '... be it one');

select * from finish();
rollback;
