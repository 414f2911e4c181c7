-- When quests complete and what their figures say (hermes-behaviour.md 2.2).
begin;
\ir lib.psql
select plan(48);

-- The figures as the database keeps them, and as progressInfo shows them.
create function tests.figures(quest bigint) returns text
language sql as $$
	select row(labors, open_labors, root_labors, open_roots)::text from fate.quests where id = quest
$$;
create function tests.progress(quest bigint) returns text
language sql as $$
	select row(q->>'totalLabors', q->>'unstartedLabors', q->>'inprogressLabors', q->>'completedLabors',
	           q->>'percentComplete')::text
	  from tests.ask('quests_get', jsonb_build_object('id', quest::text), '{"progressInfo": ["true"]}') q
$$;
create function tests.completed(quest bigint) returns timestamptz
language sql as $$ select completion_time from fate.quests where id = quest $$;

-- ---- creation ----
select tests.story(3);
select is(fate.quests_embark(1, 1, fate.hosts_named('{a,b}'), 'johnny@example.com', 'an aim', tests.at(9),
	'[{"label": "x", "url": "http://x"}]', 'bob@example.com', tests.at(1)), 1::bigint,
	'a new quest is known by its id');
select is(tests.rows('fate.quests', 'embark_time = tests.at(1), target_time = tests.at(9), completion_time, creator, '
	|| 'description, asked_by'), '(t,t,,johnny@example.com,"an aim",bob@example.com)',
	'... and stands as it was given, open');
select is(tests.rows('fate.events', 'host_id, event_type_id, username, note, at = tests.at(1)'),
	'(1,1,johnny@example.com,,t) (2,1,johnny@example.com,,t)',
	'creating a quest stores an event of the fate''s type for each host, by the creator, without a note');
select is(tests.figures(1), '(2,2,2,2)', 'its labors are in its figures from the start');
select is(fate.quests_hosts(1), '{1,2}', 'its hosts are those of its labors');

-- ---- completion ----
select tests.story(2);
select tests.quest(1, 'a', 'b');
select tests.throw(2, 'a');
select is(tests.completed(1), null, 'a quest with an open labor is not complete');
select is((select last_closing_time from fate.quests), tests.at(2), '... but remembers its last closing');
select tests.throw(2, 'b');
select is(tests.completed(1), tests.at(3), 'a quest is complete when its last labor closes, at that moment');
select tests.throw(2, 'b');
select tests.throw(1, 'a');
select tests.throw(2, 'a');
select is(tests.completed(1), tests.at(3), '... and stays so, whatever happens to its hosts afterwards');

select tests.story(3);
select tests.quest(1, 'web');
select tests.throw(2, 'web');
select is(tests.completed(1), null, 'a step that opens the next labor does not complete the quest');
select tests.throw(3, 'web');
select is(tests.completed(1), tests.at(3), '... the last step does');

select tests.story(2);
select tests.quest(1, 'a', 'b', 'c');
select tests.throw(2, 'a', 'b', 'c');
select is(tests.completed(1), tests.at(2), 'one event on all hosts completes the quest');

select tests.story(2);
select tests.quest(1, 'web');
select tests.quest(1, 'web', 'db');
select tests.quest(1, 'web');
select tests.throw(2, 'web');
select is(tests.rows('fate.quests', 'completion_time = tests.at(4)'), '(t) () (t)',
	'one event may complete several quests, and only those without open labors');

select tests.story(2);
select tests.quest(1, 'a', 'b');
select fate.events_throw(2, '{1}', 'x', null, null, tests.at(20));
select fate.events_throw(2, '{2}', 'x', null, null, tests.at(10));
select is(tests.completed(1), tests.at(20),
	'the completion time is that of the latest closing, not of the closing that came to be written last');
select is((select last_closing_time from fate.quests), tests.at(20), '... and that is the last one it remembers');

-- ---- progress ----
select tests.story(3);
select tests.quest(1, 'a', 'b', 'c');
select is(tests.progress(1), '(3,3,0,0,0.0)', 'nothing done: all unstarted, 0.0 percent');
select tests.throw(2, 'a');
select is(tests.progress(1), '(3,2,1,0,25.0)', 'one host one step on: one of four labors is closed');
select is(tests.figures(1), '(4,3,3,2)', '... and the figures hold starting labors and all labors apart');
select tests.throw(3, 'a');
select is(tests.progress(1), '(3,2,0,1,50.0)', 'that host done: two of four');
select tests.throw(2, 'b', 'c');
select is(tests.progress(1), '(3,0,2,1,66.67)', 'the others one step on: percent is rounded to two places');
select tests.throw(3, 'b', 'c');
select is(tests.progress(1), '(3,0,0,3,100.0)', 'all done: 100.0 percent');
select is((tests.ask('quests_get', '{"id": "1"}', '{"progressInfo": ["false"]}')) ? 'totalLabors', false,
	'without progressInfo an answer has no figures');

-- ---- joining ----
select tests.story(2);
select tests.quest(1, 'a', 'b');
select tests.quest(1, 'c');
select tests.throw(2, 'a');
select fate.labors_move('{2}', 2, tests.at(10));
select is(tests.figures(1) || tests.figures(2), '(1,0,1,0)(2,2,2,2)',
	'a labor that is moved takes its figures with it');
select is(tests.rows('fate.quests', 'move_time = tests.at(10)'), '(t) (t)', '... and both quests remember when');
select is(tests.completed(1), null, 'moving the last open labor away does not complete a quest');
select tests.throw(2, 'b', 'c');
select is(tests.completed(1), null, '... nor does closing it elsewhere');
select is(tests.completed(2), tests.at(4), 'a labor that has joined counts for its new quest');

select tests.story(2);
select tests.throw(1, 'b');
select tests.quest(1, 'a');
select tests.throw(2, 'a');
select fate.labors_move('{1}', 1, tests.at(10));
select is(tests.completed(1), tests.at(3), 'an open labor that joins a completed quest leaves it complete');
select is(tests.figures(1), '(2,1,2,1)', '... with an open labor in its figures');
select tests.throw(2, 'b');
select is(tests.completed(1), tests.at(4), 'when it closes, the completion time is set again');

select tests.story(3);
select tests.throw(1, 'web');
select tests.throw(2, 'web');
select tests.quest(1, 'db');
select fate.labors_move('{1}', 1, tests.at(10));
select is(tests.figures(1), '(2,1,2,1)', 'a closed labor joins as a closed one');
select fate.labors_move('{2}', 1, tests.at(10));
select is(tests.figures(1), '(3,2,2,1)', 'a labor with a starting labor joins as one that is in progress');
select fate.labors_move('{2}', 1, tests.at(10));
select is(tests.figures(1), '(3,2,2,1)', 'joining the quest it is in changes nothing');
select is(tests.progress(1), '(2,1,1,0,33.33)', '... and progress shows it so');

-- ---- quests without labors ----
select tests.story(2);
select tests.quest(1, 'a');
select tests.quest(1, 'b');
select fate.labors_move('{1}', 2, tests.at(10));
select is(tests.progress(1), '(0,0,0,0,0.0)', 'a quest without labors is at 0.0 percent');
select is(tests.completed(1), null, '... and not complete');
select is(tests.ask('quests_get', '{"id": "1"}', '{"expand": ["labors"]}')->'labors', '[]',
	'... and lists none');
select is(tests.ask('quests_get', '{"id": "2"}', '{"expand": ["labors"]}')->'labors'->0->>'questId', '2',
	'the labor is listed by the quest it has joined');

-- ---- brief ----
select tests.story(2);
create function tests.brief(function text, body jsonb, word text default 'true') returns api.answer
language sql as $$ select tests.answer(function, '{}', jsonb_build_object('brief', array[word]), body || '{"user": "bob", "creator": "bob"}') $$;
select is((tests.brief('quests_create', '{"fateId": 1, "description": "d", "hostnames": ["a", "b", "a"]}')).body::jsonb - 'embarkTime',
	'{"status": "created", "id": 1, "completionTime": null, "creator": "bob@example.com", "targetTime": null, "description": "d",
	  "href": "http://moirai/api/v1/quests/1", "totalLabors": 2}', 'a brief answer to a new quest tells how many labors it has');
select is((tests.brief('quests_create', '{"fateId": 1, "description": "d", "hostnames": ["a"]}')).location, '/api/v1/quests/2', '... and where it is');
select is(tests.brief('events_create', jsonb_build_object('eventTypeId', 2, 'hostnames', names)),
	row(201, null, '{"status":"created","totalEvents":' || cardinality(names) || '}')::api.answer, 'of events: how many there are: ' || cardinality(names))
	from (values ('{a,b}'::text[]), ('{c}')) v (names);
select is((tests.brief('events_create', '{"eventTypeId": 2, "hostname": "a"}', 'no')).location, '/api/v1/events/7', 'where that is asked for');
select is(tests.refused(format($$ select tests.brief(%L, '{"eventTypeId": 2, "fateId": 1, "description": "d", "hostname": "new", "hostnames": ["new"]}', 'x') $$, f)),
	'WE400 brief: must be true or false', 'which is told by yes or no: ' || f) from unnest('{events_create,quests_create}'::text[]) f;

-- ---- fate.quests_change, by itself ----
select tests.story(2);
select tests.quest(1, 'a');
select tests.quest(1, 'b');
select fate.quests_change(null, tests.at(5));
select is(tests.figures(1) || tests.figures(2), '(1,1,1,1)(1,1,1,1)', 'no changes change nothing');
select fate.quests_change('{"(1,1,2,1,1,0,1)","(2,1,0,-1,0,-1,1)","(,1,1,1,1,1,0)"}', tests.at(5));
select is(tests.figures(1) || tests.figures(2), '(3,2,2,1)(1,0,1,0)',
	'changes are added, each to its own quest');
select is(tests.rows('fate.quests', 'completion_time = tests.at(5)'), '() (t)',
	'... and complete the one that has nothing open');

select * from finish();
rollback;
