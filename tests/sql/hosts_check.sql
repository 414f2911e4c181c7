-- What is known of the hosts that somebody means (hermes_api.hosts_check).
begin;
\ir lib.psql
select plan(34);

create function tests.checked(body jsonb, asked jsonb default null, settings jsonb default '{}') returns api.answer
language sql as $$
	select tests.answer('hosts_check', '{}', '{}', body, jsonb_build_object('settings', tests.settings(settings))
	       || case when asked is null then '{}' else jsonb_build_object('asked', asked) end)
$$;
create function tests.told(body jsonb, asked jsonb default null, settings jsonb default '{}') returns jsonb
language sql as $$ select (tests.checked(body, asked, settings)).body::jsonb - '{status,href}'::text[] $$;
-- tests.names(member, body) -> the names that it tells under that member, after their number.
create function tests.names(member text, body jsonb) returns text
language sql as $$ select (t->member->>'total') || ' ' || (t->member->>'names') from tests.told(body) t $$;

-- a: step 2, in a quest; b: step 1; c: a labor of another chain; d: closed; e: never any.
select tests.story(3);
select tests.fate(tests.type('other', 'required'));
select tests.quest(1, 'a');
select tests.throw(1, 'b', 'd');
select tests.throw(4, 'c');
select tests.throw(2, 'a', 'd');
select tests.throw(3, 'd');
select fate.hosts_named('{e}');
update fate.hosts set owner = 'zoe' where hostname in ('a', 'c');

select is(tests.told('{"hostnames": ["a", "new", "e", "a", "b", "new"]}'),
	'{"hosts": 4, "known": 3, "new": {"total": 1, "names": ["new"]}, "withLabor": {"total": 2, "names": ["a", "b"]}, "withoutOwner": 3,
	  "invalid": {"total": 0, "names": []}}', 'hosts that are known or new, each once; that have an open labor; that have no owner');
select is(tests.names('withLabor', '{"hostnames": ["e", "d", "c", "b", "a"]}'), '3 ["c", "b", "a"]',
	'without a fate any open labor counts; names stand in the order given');
select is(tests.names('withLabor', jsonb_build_object('fateId', fate, 'hostnames', '["a", "b", "c", "d", "e"]'::jsonb)), wanted, rule) from (values
	(1, '2 ["a", "b"]', 'with a fate one of its chain: of the root'),
	(2, '2 ["a", "b"]', '... of the middle'),
	(3, '2 ["a", "b"]', '... and of the end mean the same'),
	(4, '1 ["c"]', 'another chain')) w (fate, wanted, rule);
select tests.fate(2, 1), tests.fate(tests.type('branch', 'ready'), 5);
select is(fate.fates_chain(6), '{1,2,3,5,6}', 'a chain has all branches from its root on');
select is(fate.fates_chain(4), '{4}', '... or is its root alone');
select is(fate.fates_chain(99), null, '... what is no fate has none');
select is(fate.fates_chain(null), null, '... nor has nothing');

select is(tests.told('{"questId": 1}') - '{new,invalid,withLabor}'::text[], '{"hosts": 1, "known": 1, "withoutOwner": 0}', 'hosts of a quest');
select is(tests.told('{"questId": 1, "hostnames": ["b", "a", "x"]}') - '{new,invalid,withLabor}'::text[],
	'{"hosts": 3, "known": 2, "withoutOwner": 2}', '... together with those that are named');
select is(tests.told('{"hostnames": []}') - '{new,invalid,withLabor}'::text[], '{"hosts": 0, "known": 0, "withoutOwner": 0}',
	'no hosts are none');

-- ---- names that are none ----
select is(tests.names('invalid', jsonb_build_object('hostnames', jsonb_build_array('a', '', E'x\ty', repeat('x', 128), repeat('y', 129)))),
	'2 ' || jsonb_build_array('', repeat('y', 129))::text, 'names that are empty or too long are told, as POST /quests would refuse them');
select is(tests.told(jsonb_build_object('hostnames', jsonb_build_array('a', '', 'b c', repeat('y', 129)))) - '{withLabor,invalid}'::text[],
	'{"hosts": 2, "known": 1, "new": {"total": 1, "names": ["b c"]}, "withoutOwner": 1}', '... and count as no hosts');
select is(length(tests.told(jsonb_build_object('hostnames', jsonb_build_array(repeat('x', 5000)))) #>> '{invalid,names,0}'), 512,
	'a name that is far too long is not told in full');

-- ---- many ----
select is(tests.told(jsonb_build_object('hostnames', (select jsonb_agg('n' || i) from generate_series(1, 1500) i)))->'new'->'total', '1500',
	'of many all are counted');
select is(jsonb_array_length(tests.told(jsonb_build_object('hostnames', (select jsonb_agg('n' || i) from generate_series(1, 1500) i)))->'new'->'names'),
	1000, '... and the first thousand named');

-- ---- a host query ----
select is((tests.checked('{"hostQuery": " web* "}')).status || (tests.checked('{"hostQuery": " web* "}')).body,
	'100{"hostQuery": {"query": "web*"}}', 'what a host query means is asked');
select is(tests.told('{"hostQuery": "x", "hostnames": ["e"]}', '{"hostQuery": ["a", "f"]}')->'hosts', '3', '... and taken together with names');
select is(tests.told('{"hostQuery": "x"}', '{"hostQuery": {"op": "is", "key": "owner", "value": "zoe", "column": 1}}')->'hosts', '2',
	'... or by itself');

-- ---- a query server knows owners ----
select is((tests.checked('{"hostnames": ["a", "new", "", "b"]}', null, '{"queryServer": true}')).body::jsonb,
	'{"owners": {"operation": "owners", "hostnames": ["a", "new", "b"], "else": true, "soon": true}}', 'a query server is asked for the owners');
select is(tests.told('{"hostnames": ["a", "new", "b"]}', '{"owners": {"new": "zoe", "b": ""}}', '{"queryServer": true}')->'withoutOwner', '2',
	'... and believed');
select is(tests.told('{"hostnames": ["a", "new", "b"]}', '{"owners": null}', '{"queryServer": true}')->'withoutOwner', 'null',
	'... where it says nothing, nobody knows');

-- ---- refused ----
select is(tests.refused(format('select tests.told(%L)', body)), words, 'refused: ' || body) from (values
	('{}', 'WE400 hostnames, hostQuery or questId: one of them is needed'),
	('{"hostnames": null, "fateId": 1}', 'WE400 hostnames, hostQuery or questId: one of them is needed'),
	('{"hostnames": "a"}', 'WE400 hostnames: must be a list of host names'),
	('{"hostnames": ["a", 5]}', 'WE400 hostnames: a host name is a string of 1 to 128 characters'),
	('{"hostnames": ["a", null]}', 'WE400 hostnames: a host name is a string of 1 to 128 characters'),
	('{"hostnames": ["a"], "fateId": 99}', 'WE400 Bad fate id 99'),
	('{"hostnames": ["a"], "fateId": "x"}', 'WE400 fateId: "x" is not a whole number in range'),
	('{"questId": 99}', 'WE404 No such Quest 99 found'),
	('{"hostQuery": 5}', 'WE400 hostQuery: must be a string')) r (body, words);
select tests.told('{"hostnames": ["q", "r"], "questId": 1}');
select is((select count(*) from fate.hosts where hostname in ('q', 'r', 'new')), 0::bigint, 'and no host is made by any of it');

select * from finish();
rollback;
