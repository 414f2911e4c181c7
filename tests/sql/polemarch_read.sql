-- What the Polemarch family reads of a request and writes of pages, times and addresses (sql/polemarch_api/read.sql, write.sql;
-- polemarch-behaviour.md sections 1.1, 1.3, 1.6, 1.7).
begin;
\ir lib.psql
select plan(153);

-- ---- the body ----
-- tests.read(body, method) -> of a text `t` that is needed, a flag `f`, true unless told, ids `i`, an address `e` and a line `l`
-- that may be empty: what is read, or what is wrong.
create function tests.read(body jsonb, method text default 'POST') returns text
language plpgsql as $$
declare
	wrong text;
begin
	return polemarch_api.fields(jsonb_build_object('method', method, 'body', body), polemarch_api.want('t', 'text',
	needed => true, most => 5),
		polemarch_api.want('f', 'flag', otherwise => 'true'), polemarch_api.want('i', 'ids'), polemarch_api.want('e',
			'email', most => 20, blank => true),
		polemarch_api.want('l', 'line', otherwise => '"none"', blank => true))::text;
exception when sqlstate 'WE400' then
	get stacked diagnostics wrong = pg_exception_detail;
	return wrong;
end
$$;
select is(tests.read(body::jsonb), wanted, rule) from (values
	('{"t": "a"}', '{"f": true, "l": "none", "t": "a"}', 'what is not said is what it is otherwise, or nothing'),
	('{"t": " a\t\n", "e": " x@y.z ", "l": "  "}', '{"e": "x@y.z", "f": true, "l": "", "t": "a"}', 'text is trimmed'),
	 ('{"t": 7}', '{"f": true, "l": "none", "t": "7"}', 'a number is text, too'),
	('{"t": 1.50}', '{"f": true, "l": "none", "t": "1.50"}', '... as it is written'),
	 ('{"t": "a", "x": [1], "T": 2}', '{"f": true, "l": "none", "t": "a"}', 'what is not known is passed over'),
	('{"t": " 12345 "}', '{"f": true, "l": "none", "t": "12345"}', 'characters are counted without what is around them'),
	 ('{"t": "üüüüü"}', '{"f": true, "l": "none", "t": "üüüüü"}', '... characters, not bytes'),
	('{"t": "a b"}', '{"f": true, "l": "none", "t": "a b"}', 'what is inside stays'),
	 ('{"t": "a\nb"}', '{"f": true, "l": "none", "t": "a\nb"}', 'text may have lines'),
	('{"t": "a", "i": [1, "2", " ", 1]}', '{"i": ["A valid integer is required."]}', 'ids are numbers'),
	 ('{"t": "a", "i": [1, "2", -3, "+4", 1]}', '{"f": true, "i": [1, "2", -3, "+4", 1], "l": "none", "t": "a"}',
	 '... or written as such'),
	('{"t": "a", "i": []}', '{"f": true, "i": [], "l": "none", "t": "a"}', '... or none'),
	 ('{}', '{"t": ["This field is required."]}', 'what is needed must be there'),
	('{"t": ""}', '{"t": ["This field may not be blank."]}', '... and be something'),
	 ('{"t": "\t"}', '{"t": ["This field may not be blank."]}', '... not blank'),
	('{"t": "123456"}', '{"t": ["Ensure this field has no more than 5 characters."]}', '... not too long'),
	 ('{"t": 123456}', '{"t": ["Ensure this field has no more than 5 characters."]}', '... be it a number'),
	('{"t": null}', '{"t": ["This field may not be null."]}', '... not null'),
	 ('{"t": true}', '{"t": ["Not a valid string."]}', '... or a flag'),
	 ('{"t": {}}', '{"t": ["Not a valid string."]}', '... or an object'),
	('{"t": "a", "e": "x"}', '{"e": ["Enter a valid email address."]}', 'an address is one'),
	 ('{"t": "a", "e": "123456789012345@x.yz"}', '{"e": "123456789012345@x.yz", "f": true, "l": "none", "t": "a"}',
	 '... not too long'),
	('{"t": "a", "e": "1234567890123456@x.yz"}', '{"e": ["Ensure this field has no more than 20 characters."]}',
	 '... really'), ('{"t": "a", "e": ""}', '{"e": "", "f": true, "l": "none", "t": "a"}', '... or empty'),
	('{"t": "a", "l": "a\u0001"}', '{"l": ["Enter one line."]}', 'a line has no control characters'),
	 ('{"t": "a", "f": null, "i": 7, "e": "x", "l": []}',
	 '{"e": ["Enter a valid email address."], "f": ["This field may not be null."], '
	 '"i": ["Expected a list of items but got type \"int\"."], "l": ["Not a valid string."]}',
	 'all that is wrong is said at once'),
	('[]', '{"non_field_errors": ["Invalid data. Expected a dictionary, but got list."]}', 'the body is an object'),
	('7', '{"non_field_errors": ["Invalid data. Expected a dictionary, but got int."]}', '... no number'),
	 ('1e3', '{"non_field_errors": ["Invalid data. Expected a dictionary, but got int."]}', '... of whatever kind'),
	('1.5', '{"non_field_errors": ["Invalid data. Expected a dictionary, but got float."]}', '... with a fraction'),
	 ('"x"', '{"non_field_errors": ["Invalid data. Expected a dictionary, but got str."]}', '... text'),
	('true', '{"non_field_errors": ["Invalid data. Expected a dictionary, but got bool."]}', '... flag'),
	 ('null', '{"non_field_errors": ["Invalid data. Expected a dictionary, but got NoneType."]}', '... or null')
	) v (body, wanted, rule);
select is(tests.read('{}', method), wanted, rule) from (values ('PATCH', '{}', 'PATCH changes what it says'),
	('PUT', '{"t": ["This field is required."]}', 'PUT needs what a new one does')) v (method, wanted, rule);
select is(tests.read('{"t": "a"}', 'PUT'), '{"t": "a"}', '... and leaves what it does not say');
select is(tests.read('{"t": ""}', 'PATCH'), '{"t": ["This field may not be blank."]}',
	'what PATCH says is looked at all the same');
select is(tests.refused($$ select polemarch_api.fields('{"method": "POST"}', polemarch_api.want('x', 'text')) $$),
	'WE400 refused', 'a request without a body has no object');

-- Flags.
select is(array(select polemarch_api.flag_word(w) from unnest(words::jsonb[]) w), array(select wanted from unnest(words)),
	'flags: ' || array_to_string(words, ' ')) from (values
	('{true,1,"\"1\"","\"t\"","\"T\"","\"y\"","\"Y\"","\"yes\"","\"Yes\"","\"YES\"","\"true\"","\"True\"","\"TRUE\"",'
	 '"\"on\"","\"On\"","\"ON\""}'::text[], true),
	('{false,0,"\"0\"","\"f\"","\"F\"","\"n\"","\"N\"","\"no\"","\"No\"","\"NO\"","\"false\"","\"False\"","\"FALSE\"",'
	 '"\"off\"","\"Off\"","\"OFF\""}', false),
	('{null,2,-1,1.0,"\"\"","\"tRUE\"","\"yEs\"","\"maybe\"","\" true\"","[true]","{}","[]"}', null)) v (words, wanted);

-- Passwords, as the worker leaves them.
select is(polemarch_api.field_error(value::jsonb, polemarch_api.want('p', 'password', most => 128)), wanted,
	'a password: ' || value) from (values
	('{"hash": "h"}', null), ('{"given": true}', null), ('"[~~ENCRYPTED~~]"', null),
	 ('{"length": 0}', 'This field may not be blank.'),
	('{"length": 129}', 'Ensure this field has no more than 128 characters.'), ('{}', 'Not a valid string.'),
	 ('"plain"', 'Not a valid string.'), ('"hash"', 'Not a valid string.'),
	('["hash"]', 'Not a valid string.'), ('["length"]', 'Not a valid string.'), ('7', 'Not a valid string.'),
	 ('true', 'Not a valid string.'), ('null', 'This field may not be null.')) v (value, wanted);

-- ---- the query ----
create function tests.query(query jsonb) returns jsonb
language sql as $$ select jsonb_build_object('query', query, 'mount', '/m', 'base', 'http://h/m', 'url',
	'http://h/m/it/?whatever') $$;
select is(polemarch_api.query(tests.query(query::jsonb), 'x'), wanted, rule || ': ' || query)
	from (values ('{}', null, 'what is not given'), ('{"x": [""]}', null, '... is empty'),
	('{"x": ["a", ""]}', null, '... at last'), ('{"x": ["", "a"]}', 'a', 'the last one counts'),
	 ('{"x": [" a "]}', ' a ', '... as it is'), ('{"X": ["a"]}', null, 'case counts')) v (query, wanted, rule);
select is(polemarch_api.ids_of(words), wanted, 'ids: ' || words) from (values ('1', '{1}'::bigint[]), ('3,1', '{3,1}'),
	('1, 2', '{1,2}'), (E' +1\t, -2 ,03', '{1,-2,3}'),
	('999999999999999999', '{999999999999999999}'), ('1000000000000000000,1', '{-1,1}'),
	 (repeat('9', 50), '{-1}')) v (words, wanted);
select is(tests.refused(format('select polemarch_api.ids_of(%L)', words)), 'WE400 '
	|| format('invalid literal for int() with base 10: ''%s''', bad), 'no ids: ' || words) from (values
	('x', 'x'), ('1,', ''), (',', ''), ('1,,2', ''), ('1.5', '1.5'), ('1, x y ', 'x y'), ('1;2', '1;2'), (' ', ''),
	 ('--1', '--1'), ('1,''2', '''2')) v (words, bad);
select is(polemarch_api.ids(tests.query('{"id": [""]}'), 'id'), null, 'no word is no list of ids');
select is(polemarch_api.query_flag(tests.query(jsonb_build_object('x', array[word])), 'x'), wanted,
	'a flag of the query: ' || word) from (values ('true', true), ('TRUE', true), ('True', true),
	('false', false), ('FALSE', false), ('1', null), ('yes', null), ('', null), ('x', null),
	 (' true', null)) v (word, wanted);
select is(polemarch_api.limit(tests.query(jsonb_build_object('limit', array[word]))) || ' '
	|| polemarch_api.offset(tests.query(jsonb_build_object('offset', array[word]))), wanted,
	'limit and offset: ' || word) from (values ('5', '5 5'), (' 5 ', '5 5'), ('+5', '5 5'), ('007', '7 7'),
	('0', '1000 0'), ('-5', '1000 0'), ('', '1000 0'), ('x', '1000 0'), ('5x', '1000 0'),
	('1.5', '1000 0'), ('1e3', '1000 0'), ('999999999999999', '999999999999999 999999999999999'),
	 ('1000000000000000', '1000 0'), (repeat('9', 99), '1000 0')) v (word, wanted);
select is(polemarch_api.limit(tests.query('{}')) || ' ' || polemarch_api.offset(tests.query('{}')), '1000 0',
	'... a thousand from the first where nothing is said');

-- ---- pages ----
-- tests.page(query, total) -> 'previous | next', without the address of the list.
create function tests.page(query jsonb, total bigint default 10) returns text
language sql as $$
	select replace(coalesce(p->>'previous', '-') || ' ' || coalesce(p->>'next', '-'), 'http://h/m/it/?', '?')
	  from (select (polemarch_api.page(tests.query(query), total, '{}')).body::jsonb) v (p)
$$;
select is((polemarch_api.page(tests.query('{}'), 2, '{"\"id\":1","\"id\":2"}'))::text,
	'(200,,"{""count"":2,""next"":null,""previous"":null,""results"":[{""id"":1},{""id"":2}]}")',
	'a page tells how many there are');
select is((polemarch_api.page(tests.query('{}'), 0, '{}')).body, '{"count":0,"next":null,"previous":null,"results":[]}',
	'... or that there are none');
select is(tests.page(query::jsonb), wanted, rule || ': ' || query) from (values
	('{}', '- -', 'what fits on a page has no other'), ('{"limit": ["10"]}', '- -', '... to the last row'),
	 ('{"limit": ["9"]}', '- ?limit=9&offset=9', 'the next page begins behind this one'),
	('{"limit": ["3"], "offset": ["3"]}', '?limit=3 ?limit=3&offset=6', 'the first has no offset'),
	 ('{"limit": ["3"], "offset": ["4"]}', '?limit=3&offset=1 ?limit=3&offset=7', '... the previous one has'),
	('{"limit": ["3"], "offset": ["2"]}', '?limit=3 ?limit=3&offset=5', '... unless it would begin before all'),
	 ('{"offset": ["2"]}', '?limit=1000 -', 'the limit is always said'),
	('{"limit": ["3"], "offset": ["7"]}', '?limit=3&offset=4 -', 'the last has no next'),
	 ('{"limit": ["3"], "offset": ["99"]}', '?limit=3&offset=96 -', 'beyond all there is only a way back'),
	('{"limit": ["x"], "offset": ["-1"]}', '- -', 'what makes no sense counts as not said'),
	('{"limit": ["2"], "username": ["b", "a&b c/ü"], "id__not": ["1,2"], "Z": [""]}',
	 '- ?Z=&id__not=1%2C2&limit=2&offset=2&username=a%26b%20c%2F%C3%BC',
	 'what else is asked goes along, sorted by name, the last value of each'),
	 ('{"limit": ["2"], "format": ["json"]}', '- ?format=json&limit=2&offset=2', '... the format, too')) v (query, wanted,
	 rule);
select is(tests.page('{"limit": ["999999999999999"], "offset": ["999999999999999"]}', 9), '?limit=999999999999999 -',
	'large numbers are numbers');

-- ---- addresses, times, answers ----
select is(polemarch_api.url(tests.query(query::jsonb), '/users/1/'), wanted, 'an address: ' || query)
	from (values ('{}', '"http://h/m/users/1/"'), ('{"format": ["json"]}', '"http://h/m/users/1/?format=json"'),
	('{"format": ["api"]}', '"http://h/m/users/1/?format=api"'),
	 ('{"format": ["x", "json"]}', '"http://h/m/users/1/?format=json"'),
	 ('{"format": ["json&x"]}', '"http://h/m/users/1/"'), ('{"format": [""]}', '"http://h/m/users/1/"')) v (query,
	 wanted);
select is(polemarch_api.time(t), wanted, rule) from (values (timestamptz '2017-07-24 06:39:52.052504+00',
	'"2017-07-24T06:39:52.052504Z"', 'a time is UTC, to the microsecond'),
	('2017-07-24 06:39:52+00', '"2017-07-24T06:39:52Z"', '... without a fraction that is none'),
	 ('2017-07-24 06:39:52.5+00', '"2017-07-24T06:39:52.500000Z"', '... or with six digits'),
	('2017-07-24 01:39:52+05', '"2017-07-23T20:39:52Z"', '... wherever it was'), (null, 'null', '... or none')) v (t,
	 wanted, rule);
select is(polemarch_api.ok('x')::text || polemarch_api.created(tests.query('{}'), '/users/1/', 'x')
	|| polemarch_api.gone(), '(200,,x)(201,/m/users/1/,x)(204,,"")', 'answers');
select is(tests.refused($$ select polemarch_api.fail(409, 'Oh.') $$) || tests.refused($$ select polemarch_api.fail(409,
	'{"x": 1}'::jsonb) $$) || tests.refused('select polemarch_api.not_found()')
	|| tests.refused('select polemarch_api.forbidden()'),
	'WE409 Oh.WE409 refusedWE404 Not found.WE403 You do not have permission to perform this action.', 'refusals');

-- ---- this server ----
-- tests.server(function, more) -> what johnny is told of it.
create function tests.server(function text, more jsonb default '{}', query jsonb default '{}') returns text
language sql as $$ select tests.polemarch('johnny', function, query => query, more => more) $$;
select is(tests.server('root'),
	'200 {"token":"http://moirai/polemarch/api/v1/token/","bulk":"http://moirai/polemarch/api/v1/_bulk/","users":"http://moirai/polemarch/api/v1/users/",'
	|| '"teams":"http://moirai/polemarch/api/v1/teams/","hosts":"http://moirai/polemarch/api/v1/hosts/",'
	|| '"groups":"http://moirai/polemarch/api/v1/groups/","inventories":"http://moirai/polemarch/api/v1/inventories/",'
	|| '"projects":"http://moirai/polemarch/api/v1/projects/","tasks":"http://moirai/polemarch/api/v1/tasks/",'
	|| '"periodic-tasks":"http://moirai/polemarch/api/v1/periodic-tasks/","templates":"http://moirai/polemarch/api/v1/templates/",'
	|| '"history":"http://moirai/polemarch/api/v1/history/","ansible":"http://moirai/polemarch/api/v1/ansible/",'
	|| '"stats":"http://moirai/polemarch/api/v1/stats/","hooks":"http://moirai/polemarch/api/v1/hooks/",'
	|| '"license":"http://moirai/polemarch/api/v1/license/"}',
	'the root tells where everything is');
select is(tests.server('root', '{"mount": "/polemarch/api", "base": "http://moirai/polemarch/api"}'),
	'200 {"v1":"http://moirai/polemarch/api/v1/"}', '... the one above it, where version 1 is');
select is(tests.server('root', '{"mount": "/polemarch/api", "base": "http://moirai/polemarch/api"}',
	'{"format": ["json"]}'), '200 {"v1":"http://moirai/polemarch/api/v1/?format=json"}',
	'... in the format that was asked for');
insert into people.users (username, active) values ('gone', false);
select fate.hosts_named('{x,y,z}');
select inventory.hosts_add('{a,b,"c[1:2]",a}', '{HOST,HOST,RANGE,HOST}', array_fill('{}'::jsonb, '{4}'), array_fill('{}'::jsonb, '{4}'), 1);
select is(tests.server('license'),
	'200 {"expiry":null,"users":null,"organization":"","contacts":"","hosts":null,"actual_hosts":5,"actual_users":2}',
	'nothing is limited; all users are counted, and all names of an inventory''s hosts');
select is(tests.server('license', jsonb_build_object('settings',
	tests.settings('{"license": {"expiry": "2099-12-31", "users": 5, "hosts": 1, "organization": "A \"B\"", '
	'"contacts": "x@y.z"}}'))),
	'200 {"expiry":"2099-12-31","users":5,"organization":"A \"B\"","contacts":"x@y.z","hosts":1,"actual_hosts":5,'
	'"actual_users":2}', '... unless the settings say so, which holds nobody up');
select is(tests.server('license',
	'{"settings": {"domain": "x"}}') ~ '"expiry":null,"users":null,"organization":"","contacts":"","hosts":null', true,
	'... or say nothing');

select is(polemarch_api.words(tests.req(query => jsonb_build_object('w', array[given])), 'w'), wanted::text[], format('words of "%s"', given)) from (values
	('a', '{a}'), (' a , b,a', '{a,b,a}'), ('a,', '{a,""}'), ('', null)) v (given, wanted);
select is(polemarch_api.query_id(tests.req(query => jsonb_build_object('w', array[given])), 'w'), wanted::bigint, format('an id of "%s"', given)) from (values
	('7', 7), (' 7 ', 7), ('x', -1), ('1,2', -1), ('-1', -1), (repeat('9', 19), -1), ('', null)) v (given, wanted);
select is(polemarch_api.is_asked(tests.req(query => query::jsonb), 'owner'), wanted, 'owner by ' || query) from (values
	('{"expand": ["owner"]}', true), ('{"expand": ["a, owner"]}', true), ('{"expand": ["owners"]}', false), ('{"expand": [""]}', false), ('{}', false)) v (query, wanted);

select * from finish();
rollback;
