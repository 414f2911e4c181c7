-- Labors: what people may do to one, and the ways to list them (hermes-behaviour.md section 5).
begin;
\ir lib.psql
select plan(50);

create function tests.put(labor int, body jsonb) returns jsonb
language sql as $$ select tests.ask('labors_update', jsonb_build_object('id', labor::text), '{}', body) $$;

-- ---- acknowledging ----
select tests.story(2);
select tests.throw(1, 'web');
select is(tests.put(1, '{"ackUser": "bob"}')->'ackUser', '"bob@example.com"',
	'who acknowledges is named with the domain');
select ok((select ack_time between now() and clock_timestamp() from fate.labors), '... with the time of it');
select is(tests.labors('ack_asked_by, completion_event_id'), '(johnny@example.com,)',
	'... by whoever really asked; and the labor stays open');
select is(tests.rows('fate.labors', 'quest_id'), '()', '... and in no quest');
select tests.put(1, '{"ackUser": "johnny"}');
select is(tests.labors('ack_user, ack_asked_by'), '(johnny@example.com,)',
	'who acknowledges for himself is named once');
select is(tests.refused($$ select tests.put(1, '{}') $$), 'WE400 Must update either questId or ackUser',
	'an update must name a quest or a user');
select is(tests.refused($$ select tests.put(1, '{"ackUser": "", "questId": null}') $$),
	'WE400 Must update either questId or ackUser', '... that are not empty');
select is(tests.refused($$ select tests.put(9, '{"ackUser": "bob"}') $$), 'WE404 No such Labor 9 found',
	'a labor that is not there cannot be acknowledged');

-- ---- moving ----
select is(tests.refused($$ select tests.put(1, '{"questId": 5}') $$), 'WE409 questId: no such Quest 5 found',
	'a labor cannot join a quest that is not there');
select tests.quest(1, 'db');
select is(tests.put(1, '{"questId": 1, "ackUser": "bob"}') - '{href,ackTime,creationTime,status}'::text[],
	'{"id": 1, "startingLaborId": null, "questId": 1, "hostId": 1, "fateId": 1, "closingFateId": null,
	  "forCreator": false, "forOwner": true, "creationEventId": 1, "completionTime": null, "completionEventId": null,
	  "ackUser": "bob@example.com", "targetTime": null}', 'a labor may join a quest and be acknowledged at once');
select tests.quest(1, 'db');
select tests.put(1, '{"questId": 2}');
select is(tests.labors('id, quest_id'), '(1,2) (2,1) (3,2)', 'a labor may move from quest to quest');
select is(tests.rows('fate.quests', 'labors, open_labors'), '(1,1) (2,2)', '... and is counted where it is');
select is(left(tests.refused($$ update fate.labors set completion_time = now() where id = 1 $$), 5), '23514',
	'a completion has a time and an event, or neither');

-- ---- many at once ----
create function tests.put_many(ids text, more jsonb) returns jsonb
language sql as $$ select tests.ask('labors_update_many', '{}', '{}', jsonb_build_object('laborIds', ids::jsonb) || more) $$;
select tests.story(3);
select tests.throw(1, 'a', 'b', 'c', 'd');
select tests.throw(2, 'a', 'b');
select tests.throw(3, 'a');
select tests.quest(1, 'e');
select tests.quest(1, 'f');
select is(tests.labors('id, starting_labor_id, quest_id, completion_time is null'),
	'(1,,,f) (2,,,f) (3,,,t) (4,,,t) (5,1,,f) (6,2,,t) (7,,1,t) (8,,2,t)', 'labors of all sorts');
select is(tests.put_many('[3, "5", 7, 3]', '{"ackUser": "bob"}'), '{"status": "ok", "href": "http://moirai/api/v1/it", "changed": 3}',
	'many are acknowledged at once, each once');
select is((select array_agg(row(id, ack_user, ack_asked_by)::text order by id) from fate.labors where ack_time = (select max(ack_time) from fate.labors)),
	'{"(3,bob@example.com,johnny@example.com)","(5,bob@example.com,johnny@example.com)","(7,bob@example.com,johnny@example.com)"}',
	'... at one time, also such as are closed');
select is(tests.rows('outbox.changes where kind = ''labor''', 'ids, quests'), '("{3,5,7}",{1})', '... which is one change');
select is(tests.audit('kind = ''labor'''), '(update,labor,"{3,5,7}")', '... and told once');
select is(tests.put_many('[8, 7, 6, 5, 2, 1]', '{"questId": 1}')->'changed', '5', 'many are moved at once: but for those that are there');
select is(tests.labors('id, quest_id'), '(1,1) (2,1) (3,) (4,) (5,1) (6,1) (7,1) (8,1)', '... from no quest, or from another');
select is(tests.rows('fate.quests', 'labors, open_labors, root_labors, open_roots'), '(6,3,4,2) (0,0,0,0)', '... and are counted where they are');
select is_empty('select * from fate.check()', '... as the law wants it');
select is((select array_agg(quests::text order by id) from outbox.changes where kind = 'labor'), '{"{1}","{1,2}"}',
	'... all quests that look different are told');
select is(tests.audit('kind = ''labor'' and details ? ''questId'''), '(update,labor,"{8,7,6,5,2,1}")', '... in one row');
select is(tests.rows('fate.quests', 'move_time is null'), '(f) (f)', '... and they remember');
select is(tests.put_many('[1, 2]', '{"questId": 1}')->'changed', '0', 'who are all there already are as before');
select is(tests.put_many('[1, 8]', '{"questId": 2, "ackUser": "eve"}')->'changed', '2', 'both at once');
select is(tests.labors('quest_id, ack_user'), '(2,eve@example.com) (1,) (,bob@example.com) (,) (1,bob@example.com) (1,) (1,bob@example.com) (2,eve@example.com)',
	'... all of it');
select is(tests.refused(format('select tests.put_many(%L, %L)', ids, more)), wanted, rule) from (values
	('[1, 99, 98]', '{"ackUser": "bob"}', 'WE409 laborIds: no such Labor 99 found', 'one that is none refuses all: the first is named'),
	('[1, 99]', '{"questId": 77}', 'WE409 questId: no such Quest 77 found', '... and so does a quest that is none'),
	('[1]', '{"questId": null}', 'WE400 Must update either questId or ackUser', 'an update must name a quest or a user'),
	('[]', '{"ackUser": "bob"}', 'WE400 laborIds: must be a list of 1 to 100000 ids', '... and labors'),
	('[1, "x"]', '{"ackUser": "bob"}', 'WE400 laborIds: an id is a whole number in range', '... by their ids')) v (ids, more, wanted, rule);
select is(tests.put_many((select jsonb_agg(id)::text from fate.labors), '{"ackUser": "bob"}')->'changed', '8', 'nothing of that was done');

-- ---- lists: each way to the page has its own index, so each is tried with each filter ----
select tests.story(3);
select tests.throw(1, variadic array(select 'h' || i from generate_series(1, 30) i));
select tests.quest(1, variadic array(select 'h' || i from generate_series(21, 50) i));
select tests.throw(2, variadic array(select 'h' || i from generate_series(11, 40) i));
select tests.quest(2, 'h1', 'h25');
select tests.throw(3, 'h11', 'h12', 'h25');

create function tests.list(query jsonb) returns jsonb
language sql as $$ select tests.ask('labors_list', '{}', query) $$;
create function tests.ids(query jsonb) returns text
language sql as $$
	select coalesce(string_agg(l->>'id', ' ' order by n), '')
	  from jsonb_array_elements(tests.list(query)->'labors') with ordinality e (l, n)
$$;

-- The filters one by one, and what they mean to the plainest of queries.
create table tests.filters as
	select f.*, row_number() over () as n
	  from (values ('{}'::jsonb, 'true'), ('{"open": ["true"]}', 'completion_event_id is null'),
	               ('{"open": ["FALSE"]}', 'completion_event_id is not null'), ('{"open": ["maybe"]}', 'true'))
	       o (q_open, w_open),
	       (values ('{}'::jsonb, 'true'), ('{"questId": ["1"]}', 'quest_id = 1'), ('{"questId": ["77"]}', 'quest_id = 77'))
	       q (q_quest, w_quest),
	       (values ('{}'::jsonb, 'true'), ('{"category": ["step"]}', 'true'), ('{"state": ["2"]}', 'fate_id = 2'),
	               ('{"category": ["none"]}', 'false')) t (q_type, w_type),
	       (values ('{}'::jsonb, 'true'), ('{"hostname": ["h25"]}', 'host_id = 25')) h (q_host, w_host),
	       (values ('{}'::jsonb, 'true'), ('{"startingLaborId": ["25"]}', '25 in (id, starting_labor_id)')) r (q_root, w_root),
	       lateral (values (q_open || q_quest || q_type || q_host || q_root,
	                        concat_ws(' and ', w_open, w_quest, w_type, w_host, w_root))) f (query, condition);

create function tests.wrong_lists(lim int, off int) returns setof text
language plpgsql as $$
declare
	f     record;
	ids   text;
	total bigint;
	page  jsonb := jsonb_build_object('limit', array[lim::text], 'offset', array[off::text]);
begin
	for f in select * from tests.filters loop
		-- With a host the newest, else the oldest; shown oldest first.
		execute format('select (select string_agg(id::text, '' '' order by id) from (select id from fate.labors where %1$s
		                         order by case when %2$L::boolean then -id else id end limit %3$s offset %4$s) p),
		                       (select count(*) from fate.labors where %1$s)',
			f.condition, f.query ? 'hostname', lim, off) into ids, total;
		if tests.ids(f.query || page) <> coalesce(ids, '')
		   or (tests.list(f.query || page)->>'totalLabors')::bigint <> total then
			return next format('%s: %s, not %s of %s', f.query, tests.ids(f.query || page), ids, total);
		end if;
	end loop;
end
$$;
select is((select count(*) from tests.filters), 192::bigint, 'so many combinations of filters');
select is_empty('select tests.wrong_lists(10, 0)',
	'each list is right on its first page, and its total is exact');
select is_empty('select tests.wrong_lists(3, 2)', '... further on');
select is_empty('select tests.wrong_lists(1000, 0)', '... as a whole');
select is_empty('select tests.wrong_lists(10, 500)', '... and beyond its end');

select is(tests.ids('{"limit": ["3"]}'), '1 2 3', 'without a host the oldest page comes first');
select is(tests.ids('{"limit": ["2"], "hostname": ["h25"]}'),
	(select string_agg(id::text, ' ' order by id) from (select id from fate.labors where host_id = 25 order by id desc limit 2) l),
	'with a host the newest, shown oldest first');
select is(tests.ids('{"startingLaborId": ["11"]}'), '11 61',
	'startingLaborId gives that labor and all that it started');
select is(tests.refused($$ select tests.list('{"hostname": ["nobody"]}') $$), 'WE400 No host nobody found',
	'an unknown host is refused');
select is(tests.refused($$ select tests.list('{"questId": ["x"]}') $$), 'WE400 questId: "x" is not a whole number in range',
	'a senseless number is refused');

-- ---- a labor in full ----
select tests.story(2);
select tests.throw(1, 'web');
select tests.throw(2, 'web');
select is(tests.ask('labors_get', '{"id": "1"}') - 'status',
	'{"id": 1, "startingLaborId": null, "questId": null, "hostId": 1, "fateId": 1, "closingFateId": 2,
	  "forCreator": false, "forOwner": true, "creationTime": "2015-06-01 12:01:00", "creationEventId": 1,
	  "completionTime": "2015-06-01 12:02:00", "completionEventId": 2, "ackUser": null, "ackTime": null,
	  "href": "http://moirai/api/v1/labors/1"}', 'a labor of no quest has no targetTime');
select is(array(select jsonb_object_keys(tests.ask('labors_get', '{"id": "1"}', '{"expand": ["hosts", "events", "quests",
	"fates", "eventtypes"]}') - array(select jsonb_object_keys(tests.ask('labors_get', '{"id": "1"}')))) k order by k),
	'{closingFate,completionEvent,creationEvent,fate,host,quest}', 'expanded it has these besides');
select is(tests.ask('labors_get', '{"id": "1"}', '{"expand": ["events", "eventtypes"]}') #> '{completionEvent,eventType,state}',
	'"2"', 'event types are expanded inside its events');
select is(tests.ask('labors_get', '{"id": "1"}', '{"expand": ["eventtypes"]}'), tests.ask('labors_get', '{"id": "1"}'),
	'... and add nothing by themselves');
select is(tests.refused($$ select tests.ask('labors_get', '{"id": "2"}') $$), 'WE404 No such Labor 2 found',
	'a labor that is not there is not found');
select is(tests.refused($$ select tests.ask('labors_get', '{"id": "9999999999999999999"}') $$),
	'WE404 No such Labor 9999999999999999999 found', '... nor one beyond all numbers');

select * from finish();
rollback;
