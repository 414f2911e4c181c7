-- What changed things say of it: one row in outbox.changes for each request, written by the transaction that changed them.
begin;
\ir lib.psql
select plan(58);

-- tests.last(columns) -> those of the newest change; tests.effects(change) -> its effects, by fate: quest, fate, labors made,
-- more open ones, starting ones, more open starting ones, closings.
create function tests.last(columns text) returns text
language plpgsql as $$
declare
	found text;
begin
	execute format('select row(%s)::text from outbox.changes order by id desc limit 1', columns) into found;
	return found;
end
$$;
create function tests.effects(change bigint) returns text
language sql as $$
	select string_agg(e::text, ' ' order by e.quest_id, e.fate_id, e.closings) from outbox.changes c,
	unnest(c.effects) e where c.id = change
$$;
create function tests.n() returns bigint language sql as $$ select count(*) from outbox.changes $$;

-- ---- events ----
select tests.story(3);
select tests.type('plain', 'x');
select tests.throw(4, 'a', 'b');
select is(tests.last('id, at = tests.at(1), kind, ids'), '(1,t,event,"{1,2}")',
	'an event on two hosts is one change, at its time');
select is(tests.last('effects, made, closed, quests, quest_made, complete'), '(,,,,,)',
	'... and where no fate concerns its type, nothing else is told');
select tests.throw(1, 'a', 'b');
select is(tests.last('kind, ids, made, closed, quests, quest_made, complete'), '(event,"{3,4}","{1,2}",,,,)',
	'labors that are made are told');
select is(tests.effects(2), '(,1,2,2,2,2,0)', '... and counted, by quest and fate');
select tests.throw(2, 'a');
select is(tests.last('ids, made, closed, complete'), '({5},{3},{1},)',
	'one that closes and the next of its chain: both are told');
select is(tests.effects(3), '(,1,0,-1,0,-1,1) (,2,1,1,0,0,0)', '... and counted apart');
select tests.throw(3, 'a');
select is(tests.last('ids, made, closed'), '({6},,{3})', 'the end of a chain makes none');
select tests.throw(3, 'a', 'c');
select is(tests.last('ids, effects, made, closed'), '("{7,8}",,,)',
	'an event that finds nothing to close tells of itself alone');
select is(tests.n(), 5::bigint, 'as many changes as requests');

select tests.story(2);
select tests.fate(1);
select tests.throw(1, 'a');
select is(tests.effects(1), '(,1,1,1,1,1,0)', 'of two starting fates of a type only the one that made labors is told');

-- ---- large ones ----
select tests.story(2);
select tests.throw(1, variadic array(select 'h' || i from generate_series(1, 1200) i));
select is(tests.last('cardinality(ids), cardinality(made), made[1], made[100]'), '(1200,100,1,100)',
	'of many labors made the first hundred are named');
select is(tests.effects(1), '(,1,1200,1200,1200,1200,0)', '... and all are counted');
select tests.throw(2, variadic array(select 'h' || i from generate_series(1, 1200) i));
select is(tests.last('cardinality(ids), made, cardinality(closed), closed[1], closed[1000]'), '(1200,,1000,1,1000)',
	'of many closed the first thousand');
select is(tests.effects(2), '(,1,0,-1200,0,-1200,1200)', '... and all are counted');
select tests.story(3);
select tests.throw(1, variadic array(select 'h' || i from generate_series(1, 150) i));
select tests.throw(2, variadic array(select 'h' || i from generate_series(1, 150) i));
select is(tests.last('made[1], cardinality(made), closed[1], cardinality(closed)'), '(151,100,1,150)',
	'those of a chain are named in the order of their ids, too');

-- ---- quests ----
select tests.story(3);
select tests.quest(1, 'a', 'b');
select is(tests.last('at = tests.at(1), kind, ids, made, closed, quests, quest_made, complete'),
	'(t,event,"{1,2}","{1,2}",,,1,)', 'a new quest is told with its events and labors, in one change');
select is(tests.effects(1), '(1,1,2,2,2,2,0)', '... counted for it');
select tests.throw(2, 'a');
select is(tests.last('closed, quest_made, complete'), '({1},,)', 'a step on is no completion');
select is(tests.effects(2), '(1,1,0,-1,0,-1,1) (1,2,1,1,0,0,0)', '... but a change of the quest');
select tests.throw(2, 'b');
select tests.throw(3, 'a');
select is(tests.last('complete'), '()', '... nor is the last step of one host');
select tests.throw(3, 'b');
select is(tests.last('complete'), '({1})', 'the last closing completes it');
select tests.throw(1, 'a', 'b');
select tests.throw(2, 'a', 'b');
select tests.throw(3, 'a', 'b');
select is((select array_agg(q) from outbox.changes, unnest(complete) q), '{1}',
	'... and that is told once, whatever happens to its hosts later');

select tests.story(2);
select tests.quest(1, 'web');
select tests.quest(1, 'web', 'db');
select tests.quest(1, 'web');
select tests.throw(2, 'web');
select is(tests.last('closed, complete'), '("{1,2,4}","{1,3}")',
	'one event may complete several quests; those alone are told');

select tests.story(2);
select tests.throw(1, 'a');
select tests.quest(1, 'b');
select tests.throw(2, 'b');
select fate.labors_move('{1}', 1, tests.at(9));
select is((select count(*) from outbox.changes where complete is not null), 1::bigint,
	'a labor that joins completes nothing');
select tests.throw(2, 'a');
select is((select array_agg(complete::text order by id) from outbox.changes where complete is not null), '{"{1}","{1}"}',
	'... but closing it completes the quest anew, for its time is set again');

select tests.story(2);
select tests.quest(1, 'a', 'b');
select tests.quest(1, 'c');
select fate.labors_move('{1}', 2, tests.at(9)), fate.labors_move('{2}', 2, tests.at(9));
select tests.throw(2, 'a', 'b', 'c');
select is(tests.last('complete'), '({2})', 'a quest that all labors have left is not completed by their closing');

select is(fate.quests_change(null, tests.at(5)), null, 'no changes complete no quest');
select is(fate.quests_change('{"(,1,1,1,1,1,0)"}', tests.at(5)), null, '... nor do those of no quest');
select tests.story(2);
select tests.quest(1, 'a');
select tests.quest(1, 'b');
select is(fate.quests_change('{"(2,1,0,-1,0,-1,1)","(1,1,0,-1,0,-1,1)"}', tests.at(5)), '{1,2}',
	'those that changes complete are returned, by id');
select is(fate.quests_change('{"(2,1,1,1,1,1,0)","(1,1,0,0,0,0,0)"}', tests.at(5)), null, '... and null where none is');

-- ---- what is told adds up ----
select tests.story(4);
select tests.fate(2, 3), tests.fate(3, 1);
do $$
declare
	hosts text[] := array(select 'h' || i from generate_series(1, 12) i);
begin
	perform setseed(0.42);
	for i in 1 .. 300 loop
		if random() < 0.2 then
			perform tests.quest((1 + random() * 5)::int,
	variadic hosts[1 + (random() * 5)::int : 6 + (random() * 6)::int]);
		else
			perform tests.throw((1 + random() * 3)::int,
	variadic hosts[1 + (random() * 5)::int : 6 + (random() * 6)::int]);
		end if;
	end loop;
end
$$;
select cmp_ok((select count(*) from fate.quests where completion_time is not null), '>', 20::bigint,
	'a random story, in which quests complete');
select is(tests.n(), 300::bigint, '... of as many changes as requests');
select is((select array_agg(i.id order by c.id, n) from outbox.changes c, unnest(c.ids) with ordinality i (id, n)),
	(select array_agg(id order by id) from fate.events), 'each event is in one change, in its order');
select set_eq($$ select unnest(complete), count(*) from outbox.changes group by 1 $$,
	$$ select id, 1::bigint from fate.quests where completion_time is not null $$,
	'each quest that is complete completed exactly once');
select set_eq($$ select quest_made from outbox.changes where quest_made is not null $$, $$ select id from fate.quests $$,
	'each quest is made once');
select set_eq($$ select unnest(made), count(*) from outbox.changes group by 1 $$,
	$$ select id, 1::bigint from fate.labors $$,
	'each labor is made once');
select set_eq($$ select unnest(closed), count(*) from outbox.changes group by 1 $$,
	$$ select id, 1::bigint from fate.labors where completion_time is not null $$, '... and closed once, those that are');
select results_eq($$ select e.quest_id, sum(e.labors)::int, sum(e.open_labors)::int, sum(e.root_labors)::int,
	sum(e.open_roots)::int
	from outbox.changes c, unnest(c.effects) e where e.quest_id is not null group by 1 order by 1 $$,
	$$ select id, labors, open_labors, root_labors, open_roots from fate.quests order by 1 $$,
	'effects add up to the quests'' figures');
select results_eq($$ select e.fate_id, sum(e.labors), sum(e.open_labors), sum(e.closings) from outbox.changes c,
	unnest(c.effects) e
	group by 1 order by 1 $$, $$ select fate_id, count(*), count(*) filter (where completion_time is null),
	count(*) filter (where completion_time is not null) from fate.labors group by 1 order by 1 $$,
	'... and to the labors of each fate');

-- ---- what people change by hand ----
select tests.story(2);
select tests.ask('hosts_create', '{}', '{}', '{"hosts": [{"hostname": "a"}, {"hostname": "b"}]}');
select is(tests.last('kind, ids, effects, quests'), '(host,"{1,2}",,)', 'hosts that are made');
select is(tests.last('at between now() and clock_timestamp()'), '(t)', '... just now');
select tests.ask('hosts_create', '{}', '{}', '{"hosts": []}');
select is(tests.n(), 1::bigint, '... no host is no change');
select tests.ask('hosts_update', '{"hostname": "a"}', '{}', '{"hostname": "c"}');
select is(tests.last('id, kind, ids'), '(2,host,{1})', 'a host that is renamed');
select tests.ask('hosts_update', '{"hostname": "c"}', '{}', '{"owner": "bob"}');
select is(tests.last('id, kind, ids'), '(3,host,{1})', '... or gets an owner');
select tests.ask('event_types_create', '{}', '{}', '{"eventTypes": [{"category": "x", "state": "y", "description": "z"},
	{"category": "x", "state": "z", "description": "z"}]}');
select is(tests.last('kind, ids'), '(eventtype,"{3,4}")', 'event types that are made');
select tests.ask('event_types_create', '{}', '{}', '{"eventTypes": []}');
select is(tests.last('id'), '(4)', '... none are no change');
select tests.ask('event_types_update', '{"id": "3"}', '{}', '{"description": "new"}');
select is(tests.last('id, kind, ids'), '(5,eventtype,{3})', '... described');
select tests.ask('fates_create', '{}', '{}', '{"creationEventTypeId": 3, "description": "z"}');
select is(tests.last('kind, ids'), '(fate,{3})', 'a fate that is made');
select tests.ask('fates_update', '{"id": "3"}', '{}', '{"description": "new"}');
select is(tests.last('id, kind, ids'), '(7,fate,{3})', '... described');
update people.users set superuser = true;         -- who may delete them
select tests.ask('fates_delete', '{"id": "3"}');
select is(tests.last('id, kind, ids'), '(8,fate,{3})', '... deleted');
select tests.ask('event_types_delete', '{"id": "4"}');
select is(tests.last('id, kind, ids'), '(9,eventtype,{4})', 'an event type that is deleted');
select tests.quest(1, 'a');
select tests.quest(1, 'b');
select tests.ask('quests_update', '{"id": "2"}', '{}', '{"description": "new"}');
select is(tests.last('id, kind, ids, complete'), '(12,quest,{2},)', 'a quest that is changed');
select tests.ask('labors_update', '{"id": "1"}', '{}', '{"ackUser": "bob"}');
select is(tests.last('kind, ids, array_remove(quests, null)'), '(labor,{1},{1})',
	'a labor that is acknowledged, and its quest');
select tests.ask('labors_update', '{"id": "1"}', '{}', '{"questId": 2}');
select is(tests.last('kind, ids, quests, effects, complete'), '(labor,{1},"{1,2}",,)',
	'... or moved: both quests look different');
select tests.ask('hosts_update', '{"hostname": "c"}', '{}', '{"hostname": "b"}');
select is(tests.last('kind, ids, quests'), '(host,"{1,2}",{2})', 'two hosts that are merged, and the quests that show them');
select is((select row(kind, ids)::text from outbox.changes order by id desc offset 1 limit 1), '(labor,{2})', '... and their open labors');

-- ---- refused, asked ----
select tests.n() as before \gset
select is((select count(*) from unnest(array[
	$q$ tests.ask('events_create', '{}', '{}', '{"user": "johnny", "eventTypeId": 9, "hostname": "a"}') $q$,
	$q$ tests.ask('quests_create', '{}', '{}',
	'{"fateId": 9, "creator": "johnny", "description": "d", "hostnames": ["a"]}') $q$,
	$q$ tests.ask('hosts_create', '{}', '{}', '{"hostname": "a"}') $q$,
	$q$ tests.ask('fates_delete', '{"id": "1"}') $q$,
	$q$ tests.ask('labors_update', '{"id": "1"}', '{}', '{"questId": 99}') $q$]) call
	where tests.refused('select ' || call) ~ '^WE4'), 5::bigint, 'requests that are refused');
select tests.answer(f, '{}', '{}',
	'{"user": "johnny", "creator": "johnny", "fateId": 1, "eventTypeId": 1, "description": "d", "hostQuery": "a"}')
  from unnest('{events_create,quests_create}'::text[]) f;
select is(tests.n(), :'before'::bigint, '... and such that ask first tell of nothing');

select * from finish();
rollback;
