-- Writing an answer (sql/api/write.sql, sql/hermes_api/json.sql): what it looks like, to the letter.
begin;
\ir lib.psql
select plan(53);

-- ---- texts ----
select is(api.json('as it is'), '"as it is"', 'a text is a JSON string');
select is(api.json(''), '""', '... maybe empty');
select is(api.json(null::text), 'null', '... or null');
select is(api.json(E'a "b" \\ c'), '"a \"b\" \\ c"', 'quotes and backslashes are escaped');
select is(api.json(E'1\n2\t3\r4\b5\f6'), '"1\n2\t3\r4\b5\f6"', '... and the controls that have a letter');
select is(api.json(E'\x01\x1f'), '"\u0001\u001f"', '... and those that have none');
select is(api.json('日本 ü 🎉 </script>'), '"日本 ü 🎉 </script>"', 'all other characters are themselves');
select is((select count(*) from generate_series(1, 1114111) c where c not between 55296 and 57343
	and (c < 1000 or c % 997 = 0) and api.json(chr(c))::jsonb #>> '{}' <> chr(c)), 0::bigint,
	'what is read back is what was written');

-- ---- numbers, flags, times ----
select is(api.json(9223372036854775807), '9223372036854775807', 'a number is itself');
select is(api.json(0::bigint) || api.json(-1::bigint) || api.json(null::bigint), '0-1null', '... or null');
select is(api.json(true) || api.json(false), 'truefalse', 'a flag is true or false');
select is(api.json('2015-06-01 12:11:01.123456Z'::timestamptz), '"2015-06-01 12:11:01.123456"',
	'a time is naive UTC');
select is(api.json('2015-06-01 12:11:01Z'::timestamptz), '"2015-06-01 12:11:01"',
	'... without a fraction where there is none');
select is(api.json('2015-06-01 12:11:01.1Z'::timestamptz), '"2015-06-01 12:11:01.100000"',
	'... else with six digits');
select is(api.json('2015-06-01 12:11:01.000001Z'::timestamptz), '"2015-06-01 12:11:01.000001"',
	'... to the microsecond');
select is(api.json('2015-06-01 00:00Z'::timestamptz), '"2015-06-01 00:00:00"', '... midnight in full');
select is(api.json('0001-01-01 00:00Z'::timestamptz), '"0001-01-01 00:00:00"', '... from the first year');
select is(api.json('9999-12-31 23:59:59.999999Z'::timestamptz), '"9999-12-31 23:59:59.999999"',
	'... to the last');
select is(api.json(null::timestamptz), 'null', '... or null');
set local timezone = 'Asia/Kathmandu';
select is(api.json('2015-06-01 12:11:01.5Z'::timestamptz), '"2015-06-01 12:11:01.500000"',
	'... whatever zone the session has');
set local timezone = 'UTC';
select is_empty($$ select text from unnest('{2015-06-01 12:11:01,2015-06-01 12:11:01.100000,0999-01-01 00:00:00.000007}'::text[]) text
	where api.json(api.time(text, 't')) <> '"' || text || '"' $$, 'a time that is read is written the same');

-- ---- segments of a path ----
select is(api.segment('web-1.example.com'), 'web-1.example.com', 'a plain name is its own segment');
select is(api.segment('AZaz09._~-'), 'AZaz09._~-', '... of letters, digits and these four');
select is(api.segment('a b/c?d#e%f&g+h'), 'a%20b%2Fc%3Fd%23e%25f%26g%2Bh',
	'what means something in a URL is percent-encoded');
select is(api.segment('ü日🎉'), '%C3%BC%E6%97%A5%F0%9F%8E%89', '... and so is each byte of other characters');
select is(api.segment(E'\x01\t\x7f'), '%01%09%7F', '... and controls, with both digits');
select is(api.segment('..'), '..', 'dots stay');
select is(api.segment(''), '', 'nothing stays nothing');
select is(api.segment(string_agg(chr(c), '')), string_agg(case when chr(c) ~ '[A-Za-z0-9._~-]' then chr(c)
	else '%' || upper(lpad(to_hex(c), 2, '0')) end, ''), '... each of ASCII as it should be') from generate_series(1, 127) c;

-- ---- columns ----
select is(api.list('{1,null,-3}'::bigint[]), '[1,null,-3]', 'a list of numbers');
select is(api.list(array['a "b"', null, 'ü']), '["a \"b\"",null,"ü"]', '... or of texts');
select is(api.list('{}'::int[]) || api.list(null::text[]), '[][]', '... or of nothing');
select is(api.seconds(at), wanted, rule) from (values
	('1970-01-01 00:00:01.999999Z'::timestamptz, 1::bigint, 'a time in whole seconds since 1970'),
	('1969-12-31 23:59:59.5Z', -1, '... before which they are less than nothing'), (null, null, '... or null')) v (at, wanted, rule);

-- ---- lists and answers ----
select is(api.objects_list(array['"a":1', '"b":2']), '[{"a":1},{"b":2}]', 'a list of objects by their members');
select is(api.objects_list('{}'), '[]', '... of none');
select is(api.objects_list(null), '[]', '... or no list at all');
select is(api.ok('"a":1'), row(200, null, '{"status":"ok","a":1}')::api.answer, 'an answer that all went well');
select is(api.created('/api/v1/a/1', '"a":1'), row(201, '/api/v1/a/1', '{"status":"created","a":1}')::api.answer,
	'an answer that something was made, and where');
select is(api.created(null, '"a":1'), row(201, null, '{"status":"created","a":1}')::api.answer,
	'... or that several were');
select is(api.page('{"url": "http://h/a?b=\"c"}', 5, 10), '"href":"http://h/a?b=\"c","limit":5,"offset":10',
	'a list''s answer opens with its URL, limit and offset');
select is(api.page('{"url": "u"}', null, 0), '"href":"u","limit":null,"offset":0',
	'... where no limit is null');

-- ---- what things look like ----
select tests.story(2);
update fate.event_types set description = 'say "when"' where id = 1;
select tests.throw(1, 'a b');
select tests.quest(1, 'a b');
select tests.throw(2, 'a b');
select is((hermes_api.hosts_get(tests.req('{"hostname": "a b"}', '{"limit": ["1"]}'))).body,
	'{"status":"ok","id":1,"hostname":"a b","href":"http://moirai/api/v1/hosts/a%20b","limit":1,"offset":0,'
	|| '"labors":[{"id":2,"href":"http://moirai/api/v1/labors/2"}],"quests":[{"id":1,"href":"http://moirai/api/v1/quests/1"}],'
	|| '"events":[{"id":3,"href":"http://moirai/api/v1/events/3"}],"lastEvent":"2015-06-01 12:03:00"}',
	'a host shows its newest, and its name percent-encoded in its URL');
select is((hermes_api.event_types_list(tests.req('{}', '{"limit": ["1"], "expand": ["fates"]}'))).body,
	'{"status":"ok","href":"http://moirai/api/v1/it","limit":1,"offset":0,"totalEventTypes":2,"eventTypes":[{"id":1,'
	|| '"category":"step","state":"1","description":"say \"when\"","restricted":false,'
	|| '"href":"http://moirai/api/v1/eventtypes/1","autoCreates":[{"id":1,"creationEventTypeId":1,"followsId":null,'
	|| '"precedesIds":[2],"forCreator":false,"forOwner":true,"description":"a fate","href":"http://moirai/api/v1/fates/1"}]}]}',
	'an event type, with the fates it creates');
select is((hermes_api.fates_get(tests.req('{"id": "2"}', '{"expand": ["eventtypes"]}'))).body,
	'{"status":"ok","id":2,"creationEventTypeId":2,"followsId":1,"precedesIds":[],"forCreator":false,"forOwner":true,'
	|| '"description":"a fate","href":"http://moirai/api/v1/fates/2","creationEventType":{"id":2,"category":"step",'
	|| '"state":"2","description":null,"restricted":false,"href":"http://moirai/api/v1/eventtypes/2"}}', 'a fate, with its type');
select is((hermes_api.events_get(tests.req('{"id": "1"}', '{"expand": ["hosts"]}'))).body,
	'{"status":"ok","id":1,"hostId":1,"timestamp":"2015-06-01 12:01:00","user":"johnny@example.com","eventTypeId":1,'
	|| '"note":"","href":"http://moirai/api/v1/events/1","host":{"id":1,"hostname":"a b",'
	|| '"href":"http://moirai/api/v1/hosts/a%20b"}}', 'an event, whose null note is shown as empty, with its host');
select is((hermes_api.quests_get(tests.req('{"id": "1"}'))).body,
	'{"status":"ok","id":1,"embarkTime":"2015-06-01 12:02:00","completionTime":"2015-06-01 12:03:00",'
	|| '"creator":"johnny@example.com","targetTime":null,"description":"an aim","href":"http://moirai/api/v1/quests/1"}',
	'a quest');
select is(tests.ask('quests_get', '{"id": "1"}', '{"expand": ["labors", "quests", "hosts"]}') #> '{labors,0}' ?& '{host}',
	true, 'nesting goes on by the other names');
select is(tests.ask('quests_get', '{"id": "1"}', '{"expand": ["labors", "quests"]}') #> '{labors,0}' ? 'quest',
	false, '... and ends where a name was used on the way down');
select is(tests.ask('labors_get', '{"id": "2"}', '{"expand": ["labors", "quests"]}') #>> '{quest,labors,0,id}', '2',
	'... from a labor to its quest to that quest''s labors');
select is((hermes_api.hosts_create(tests.req('{}', '{}', '{"hostname": "ü"}'))).location, '/api/v1/hosts/%C3%BC',
	'what was made stands where Location says');
select is((hermes_api.events_create(tests.req('{}', '{}', '{"user": "x", "eventTypeId": 1, "hostnames": ["ü", "v"]}'))).location,
	null, '... and several stand nowhere');

select * from finish();
rollback;
