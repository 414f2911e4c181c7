-- Event types: unique by category and state, deleted only while nothing refers to them.
begin;
\ir lib.psql
select plan(24);

-- ---- what may stand ----
select tests.type('system', 'required');
select is(left(tests.refused($$ select tests.type('system', 'required') $$), 5), '23505',
	'category and state together are unique');
select is(tests.refused($$ select tests.type('system', 'completed') $$), null, '... not each by itself');
select is(left(tests.refused($$ select tests.type(repeat('x', 65), 'a') $$), 5), '23514',
	'a category has 64 characters at most');
select is(left(tests.refused($$ select tests.type('a', repeat('x', 33)) $$), 5), '23514', 'a state has 32');
select is(left(tests.refused($$ insert into fate.event_types (category, state, description)
	values ('a', 'b', repeat('x', 1025)) $$), 5), '23514', 'a description has 1024');
select is(tests.refused($$ insert into fate.event_types (category, state, description)
	values (repeat('ü', 64), repeat('ü', 32), repeat('ü', 1024)) $$), null, '... characters, not bytes');
select is(tests.rows('fate.event_types', 'description, restricted'), '(,f)',
	'a type is not restricted unless told');

-- ---- deleting ----
select tests.story(2);
select is(fate.event_types_delete(1), 'fates 1', 'a type with a fate is not deleted');
select tests.fate(1);
select is(fate.event_types_delete(1), 'fates 1, 3', '... and the answer names its fates');
select tests.type('log', 'entry');
select tests.throw(3, 'web');
select is(fate.event_types_delete(3), 'events', 'a type with events is not deleted');
select is(tests.rows('fate.event_types', 'id'), '(1) (2) (3)', '... it stays');
select tests.type('log', 'other');
select is(fate.event_types_delete(4), null, 'a type that nothing refers to is');
select is(tests.rows('fate.event_types', 'id'), '(1) (2) (3)', '... gone');
select is(tests.refused($$ select tests.throw(4, 'web') $$), 'WE400 Bad event type',
	'... and no longer thrown');
select is(tests.type('log', 'other'), 5, 'its number is not given again');
select is(left(tests.refused($$ delete from fate.event_types where id = 1 $$), 5), '23503',
	'even by hand a type that a fate names cannot be deleted');
select is(current_setting('lock_timeout'), '2s',
	'a deletion waits two seconds at most for events being judged');

-- ---- the endpoint says the same ----
update people.users set superuser = true;         -- who may delete them
select is(tests.ask('event_types_delete', '{"id": "5"}'), '{"status": "ok", "href": "http://moirai/api/v1/eventtypes/5"}',
	'DELETE answers with what was deleted');
select is(tests.refused($$ select tests.ask('event_types_delete', '{"id": "5"}') $$), 'WE404 No such EventType 5 found',
	'... once');
select is(tests.refused($$ select tests.ask('event_types_delete', '{"id": "1"}') $$),
	'WE409 EventType 1 is referred to by fates 1, 3', 'DELETE of one that is used says by what');
select is(tests.ask('event_types_list', '{}', '{"startingTypes": ["true"]}')->'eventTypes'->0->'id', '1',
	'starting types are those of a starting fate');
select is(tests.ask('event_types_list', '{}', '{"startingTypes": ["true"]}')->'totalEventTypes', '1',
	'... only');
select is(tests.refused($$ select tests.ask('event_types_create', '{}', '{}', '{"eventTypes": [
	{"category": "x", "state": "y", "description": "d"}, {"category": "step", "state": "2", "description": "d"}]}') $$),
	'WE409 category, state: event type step 2 exists already', 'a taken type among several refuses them all');
select is(tests.refused($$ select tests.ask('event_types_create', '{}', '{}', '{"eventTypes": [
	{"category": "x", "state": "y", "description": "d"}, {"category": "x", "state": "y", "description": "e"}]}') $$),
	'WE409 category, state: event type x y exists already', '... as does one that is given twice');

select * from finish();
rollback;
