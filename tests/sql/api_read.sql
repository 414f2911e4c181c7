-- Reading a request (sql/api/read.sql): what is as it should be is taken, all else refused with 400 and the field's name.
begin;
\ir lib.psql
select plan(83);

-- tests.q('{"limit": ["5"]}') -> a request with that query; tests.said(expression) -> its value or its refusal, as text.
create function tests.q(query jsonb) returns jsonb
language sql immutable as $$ select jsonb_build_object('query', query) $$;
create function tests.said(expression text) returns text
language plpgsql as $$
declare
	value text;
begin
	execute 'select (' || expression || ')::text' into value;
	return value;
exception when others then
	return sqlstate || ' ' || sqlerrm;
end
$$;

-- ---- ids in the path ----
select is(api.path_id('{"path": {"id": "42"}}', 'id'), 42::bigint, 'an id in the path is a number');
select is(api.path_id('{"path": {"id": "999999999999999999"}}', 'id'), 999999999999999999,
	'... of up to 18 digits');
select is(api.path_id('{"path": {"id": "9999999999999999999999"}}', 'id'), null,
	'... beyond that one that no row has');
select is(api.path_id('{"path": {}}', 'id'), null, '... and without one none');

-- ---- numbers ----
select is(api.integer('42', 'n'), 42::bigint, 'a whole number is taken');
select is(api.integer(' -7 ', 'n'), -7::bigint, '... with a sign and blanks');
select is(api.integer('+7', 'n'), 7::bigint, '... or a plus');
select is(api.integer('007', 'n'), 7::bigint, '... or leading zeros');
select is(api.integer(null, 'n'), null, '... and none is none');
select is_empty($$
	select text from unnest(array['', ' ', 'x', '1.5', '1e3', '0x10', '1 2', '--1', '1234567890123456789', '१', '1;drop', E'1\n2'])
	  text where tests.said(format('api.integer(%L, ''n'')', text)) not like 'WE400 n: % is not a whole number in range' $$,
	'anything else is refused by the field''s name');
select is(tests.refused($$ select api.integer(E'a"\n' || repeat('x', 100), 'n') $$),
	'WE400 n: "a\"\n' || repeat('x', 54) || ' is not a whole number in range', '... quoted, and not at length');

-- ---- the query ----
select is(api.query(tests.q('{"a": ["1", " two "]}'), 'a'), 'two',
	'the last of several values counts, stripped of blanks');
select is(api.query(tests.q('{"a": ["  "]}'), 'a'), null, 'an empty value counts as not given');
select is(api.query(tests.q('{"a": ["x", ""]}'), 'a'), null, '... also as the last one');
select is(api.query(tests.q('{}'), 'a'), null, 'what is not given is null');
select is(api.query('{}', 'a'), null, '... also without any query');
select is(api.query_integer(tests.q('{"a": ["x", "5"]}'), 'a'), 5::bigint,
	'a number in the query is the last one');
select is(tests.said($$ api.query_integer(tests.q('{"a": ["5", "x"]}'), 'a') $$),
	'WE400 a: "x" is not a whole number in range', '... or refused');

select is_empty($$ select word from unnest('{true,TRUE,yes,On,1," true "}'::text[]) word
	where not api.query_flag(jsonb_build_object('query', jsonb_build_object('f', array[word])), 'f') $$,
	'the words for yes');
select is_empty($$ select word from unnest('{false,False,no,OFF,0,none,null,""," "}'::text[]) word
	where api.query_flag(jsonb_build_object('query', jsonb_build_object('f', array[word])), 'f') $$,
	'the words for no');
select is(api.query_flag('{}', 'f'), false, 'a flag that is not given is not set');
select is(tests.said($$ api.query_flag(tests.q('{"f": ["maybe"]}'), 'f') $$), 'WE400 f: must be true or false',
	'any other word is refused');

select is(api.query_limit('{}'), 10::bigint, 'a page has 10 rows unless told');
select is(api.query_limit(tests.q('{"limit": ["5", "7"]}')), 5::bigint, 'the first limit counts');
select is(api.query_limit(tests.q('{"limit": ["0"]}')), 0::bigint, 'a limit may be 0');
select is(api.query_limit(tests.q('{"limit": [" ALL "]}')), null, 'all is no limit');
select is(api.query_limit(tests.q('{"limit": [""]}')), 10::bigint, 'an empty limit is none given');
select is(tests.said($$ api.query_limit(tests.q('{"limit": ["-1"]}')) $$), 'WE400 limit: must not be negative',
	'a negative limit is refused');
select is(tests.said($$ api.query_limit(tests.q('{"limit": ["many"]}')) $$),
	'WE400 limit: "many" is not a whole number in range', '... and one that is no number');
select is(api.query_offset('{}'), 0::bigint, 'a list begins at 0 unless told');
select is(api.query_offset(tests.q('{"offset": ["5", "7"]}')), 5::bigint, 'the first offset counts');
select is(tests.said($$ api.query_offset(tests.q('{"offset": ["-1"]}')) $$), 'WE400 offset: must not be negative',
	'a negative offset is refused');
select is(tests.said($$ api.query_offset(tests.q('{"offset": ["all"]}')) $$),
	'WE400 offset: "all" is not a whole number in range', '... and one that is no number');

-- ---- times ----
set local timezone = 'America/New_York';
set local datestyle = 'SQL, DMY';
create table tests.times (text text, utc text);
insert into tests.times values
	('2015-06-01 12:11:01.123456', '2015-06-01 12:11:01.123456'), ('2015-06-01 12:11:01', '2015-06-01 12:11:01'),
	('2015-06-01T12:11:01', '2015-06-01 12:11:01'), ('2015-06-01 12:11', '2015-06-01 12:11:00'),
	('2015-06-01', '2015-06-01 00:00:00'), ('20150601', '2015-06-01 00:00:00'),
	('15-06-01', '2015-06-01 00:00:00'), ('2015/06/01', '2015-06-01 00:00:00'), ('June 1 2015', '2015-06-01 00:00:00'),
	('2015-06-01 12:11:01Z', '2015-06-01 12:11:01'), ('2015-06-01T12:11:01+05:30', '2015-06-01 12:11:01'),
	('2015-06-01 12:11 America/Los_Angeles', '2015-06-01 12:11:00'), ('2015-06-01 12:11:01.5', '2015-06-01 12:11:01.5'),
	('2015-06-01 12', '2015-06-01 12:00:00'), ('2015-06-01T07', '2015-06-01 07:00:00'),
	('2015-06-01 12:11:01,5', '2015-06-01 12:11:01.5'), ('2015-06-01 3pm', '2015-06-01 15:00:00'),
	('Jun 1, 2015 3 PM', '2015-06-01 15:00:00'),
	('0001-01-01', '0001-01-01 00:00:00'), ('9999-12-31 23:59:59.999999', '9999-12-31 23:59:59.999999');
select is_empty($$ select text, api.time(text, 't') from tests.times
	where api.time(text, 't') is distinct from utc::timestamp at time zone 'UTC' $$,
	'times as people write them, year first, are UTC whatever zone or style the session has; a zone is cut off');
select is(api.time(null, 't'), null, 'no time is none');
select is_empty($$ select text from unnest(array['now', 'NOW', 'infinity', '-infinity', 'today', 'tomorrow', 'yesterday',
	'epoch', 'allballs', '44-03-15 BC', '2015-06-01 bc']) text
	where tests.said(format('api.time(%L, ''t'')', text)) not like 'WE400 t: % is not a time such as 2015-06-01 12:11' $$,
	'PostgreSQL''s own words for times are not taken');
select is_empty($$ select text from unnest(array['', ' ', 'soon', '2015-13-01', '2015-02-29', '2015-06-01 25:00', '12:11',
	'2015', '10000-01-01', '123456-01-01', '999999999999', '0000-01-01', '2015-06-01 12:11 Nowhere/Land', '{}'])
	text where tests.said(format('api.time(%L, ''t'')', text)) not like 'WE400 t: % is not a time such as 2015-06-01 12:11' $$,
	'what is no time is refused by the field''s name');
set local timezone = 'UTC';
set local datestyle = 'ISO, YMD';

-- ---- texts in the body ----
select is(api.text('{"a": " as it is "}', 'a', 20), ' as it is ', 'a text is taken as it is');
select is(api.text('{"a": ""}', 'a', 20), '', '... also empty');
select is(api.text('{"a": null}', 'a', 20), null, '... null');
select is(api.text('{}', 'a', 20), null, '... or absent');
select is(api.text('{"a": "日本語"}', 'a', 3), '日本語', 'length is counted in characters');
select is(tests.said($$ api.text('{"a": "日本語x"}', 'a', 3) $$), 'WE400 a: longer than 3 characters',
	'... and limited');
select is_empty($$ select value from unnest(array['7', 'true', '[]', '{}', '["x"]']) value
	where tests.said(format('api.text(''{"a": %s}'', ''a'', 20)', value)) <> 'WE400 a: must be a string' $$,
	'what is no string is refused');
select is(api.text_needed('{"a": "x"}', 'a', 20), 'x', 'a text that is needed is taken');
select is_empty($$ select body from unnest(array['{}', '{"a": null}', '{"a": ""}']) body
	where tests.said(format('api.text_needed(%L, ''a'', 20)', body)) <> case body
		when '{}' then 'WE400 Missing Required Argument: a' else 'WE400 a: must not be empty' end $$,
	'... and refused when absent, null or empty');
select is(tests.said($$ api.text_needed('{"a": 7}', 'a', 20) $$), 'WE400 a: must be a string',
	'... or no string');

select lives_ok($$ select api.must_have('{"a": null, "b": 1}', 'a', 'b') $$, 'what must be there may be null');
select is(tests.said($$ api.must_have('{"b": 1}', 'b', 'a', 'c') $$), 'WE400 Missing Required Argument: a',
	'the first that is missing is named');

-- ---- numbers and flags in the body ----
select is(api.id('{"a": 7}', 'a'), 7::bigint, 'an id is a number');
select is(api.id('{"a": "7"}', 'a'), 7::bigint, '... or its digits');
select is(api.id('{"a": 1e3}', 'a'), 1000::bigint, '... however the number is written');
select is(api.id('{"a": null}', 'a'), null, 'a null id is none');
select is(api.id('{}', 'a'), null, '... nor is an absent one');
select is_empty($$ select value from unnest(array['true', '[]', '{}', '[7]']) value
	where tests.said(format('api.id(''{"a": %s}'', ''a'')', value)) <> 'WE400 a: must be a whole number' $$,
	'what is neither is refused');
select is_empty($$ select value from unnest(array['1.5', '1e30', '"x"', '""', '12345678901234567890']) value
	where tests.said(format('api.id(''{"a": %s}'', ''a'')', value)) not like 'WE400 a: % is not a whole number in range' $$,
	'... and so is what is not whole or out of range');

select is(api.flag('{"a": true}', 'a', false), true, 'a flag is true');
select is(api.flag('{"a": false}', 'a', true), false, '... or false');
select is(api.flag('{"a": 1}', 'a', false), true, '... or 1');
select is(api.flag('{"a": "0"}', 'a', true), false, '... or "0"');
select is(api.flag('{}', 'a', true), true, 'one that is absent is as it would be otherwise');
select is(api.flag('{"a": null}', 'a', true), true, '... or null');
select is_empty($$ select value from unnest(array['2', '"true"', '""', '[]', '{}', '-1']) value
	where tests.said(format('api.flag(''{"a": %s}'', ''a'', false)', value)) <> 'WE400 a: must be true or false' $$,
	'anything else is refused');

-- ---- lists in the body ----
select is(api.objects('{"a": [{"b": 1}, {}]}', 'a'), '[{"b": 1}, {}]', 'a list of objects is taken as it is');
select is(api.objects('{"a": []}', 'a'), '[]', '... also empty');
select is_empty($$ select body from unnest(array['{"a": null}', '{"a": {}}', '{"a": "x"}', '{"a": 7}']) body
	where tests.said(format('api.objects(%L, ''a'')', body)) <> 'WE400 a: must be a list' $$,
	'what is no list is refused');
select is(tests.said($$ api.objects('{}', 'a') $$), 'WE400 a: must be a list',
	'... also where there is nothing');
select is_empty($$ select body from unnest(array['{"a": [7]}', '{"a": [{}, null]}', '{"a": [[]]}', '{"a": ["x"]}']) body
	where tests.said(format('api.objects(%L, ''a'')', body)) <> 'WE400 a: each entry must be an object' $$,
	'... and so is an entry that is no object');

select is(api.hostnames('{"a": ["b", "a", "b", "c", "a"]}', 'a'), '{b,a,c}',
	'host names come once each, in the order given');
select is(api.hostnames('{"a": []}', 'a'), '{}', '... maybe none');
select is(api.hostnames('{}', 'a'), null, '... which is not the same as no list');
select is(api.hostnames(jsonb_build_object('a', array[repeat('ü', 128)]), 'a'), array[repeat('ü', 128)],
	'a host name has up to 128 characters');
select is_empty($$ select body from unnest(array['{"a": [7]}', '{"a": [null]}', '{"a": [""]}', '{"a": [["x"]]}', '{"a": ["x", {}]}',
	format('{"a": ["%s"]}', repeat('x', 129))]) body where tests.said(format('api.hostnames(%L, ''a'')', body))
	<> 'WE400 a: a host name is a string of 1 to 128 characters' $$, 'what is no host name is refused');
select is_empty($$ select body from unnest(array['{"a": "x"}', '{"a": {}}', '{"a": 7}', '{"a": true}']) body
	where tests.said(format('api.hostnames(%L, ''a'')', body)) <> 'WE400 a: must be a list of host names' $$,
	'... and so is what is no list');

-- ---- ids ----
select is(api.ids_needed('{"a": [3, "1", 3, " 2 ", 1]}', 'a', 5), '{3,1,2}', 'ids come once each, in the order given');
select is(api.ids_needed('{"a": [-1, 999999999999999999]}', 'a', 2), '{-1,999999999999999999}', '... whether anything has them or not');
select is(tests.said($$ api.ids_needed('{}', 'a', 2) $$), 'WE400 Missing Required Argument: a', 'they may not be missing');
select is_empty($$ select body from unnest(array['{"a": null}', '{"a": {}}', '{"a": "1"}', '{"a": 1}', '{"a": []}', '{"a": [1, 1, 1]}']) body
	where tests.said(format('api.ids_needed(%L, ''a'', 2)', body)) <> 'WE400 a: must be a list of 1 to 2 ids' $$,
	'... nor too few or too many');
select is_empty($$ select body from unnest(array['{"a": [1, null]}', '{"a": [true]}', '{"a": [[1]]}', '{"a": [{}]}', '{"a": ["", 1]}',
	'{"a": [1.5]}', '{"a": [1e300]}', '{"a": ["0x1"]}', '{"a": ["9999999999999999999"]}']) body
	where tests.said(format('api.ids_needed(%L, ''a'', 2)', body)) <> 'WE400 a: an id is a whole number in range' $$, 'each is one');

-- ---- lines ----
select is(api.line_needed('{"a": " x y"}', 'a', 20), ' x y', 'a text of one line is taken as it is');
select is_empty($$ select c from unnest('{9,10,13,31,127}'::int[]) c
	where tests.said(format('api.line_needed(%L, ''a'', 20)', jsonb_build_object('a', 'x' || chr(c) || 'y'))) <> 'WE400 a: must be one line' $$,
	'... and refused with a line end, or anything else that would get out of it');
select is_empty($$ select body from unnest(array['{}', '{"a": null}', '{"a": ""}', '{"a": 7}', '{"a": "xxx"}']) body
	where tests.said(format('api.line_needed(%L, ''a'', 2)', body)) is distinct from tests.said(format('api.text_needed(%L, ''a'', 2)', body)) $$,
	'... or as any text that is needed');

-- ---- refusing ----
select is(tests.refused($$ select api.fail(404, 'No such 100 % %s found') $$), 'WE404 No such 100 % %s found',
	'a refusal bears its status and its text, as they are');

select * from finish();
rollback;
