-- What an event does (hermes-behaviour.md 2.1): each rule and each consequence, through fate.events_throw.
begin;
\ir lib.psql
select plan(47);

-- ---- the event itself ----
select tests.story(2);
select is(fate.events_throw(1, fate.hosts_named('{c,a,b}'), 'johnny@example.com', 'why', 'bob@example.com', tests.at(1)),
	'{1,2,3}', 'a throw returns the ids of its events');
select is(tests.rows('fate.events', 'id, host_id, at = tests.at(1), event_type_id, username, note, asked_by'),
	'(1,1,t,1,johnny@example.com,why,bob@example.com) (2,2,t,1,johnny@example.com,why,bob@example.com) '
	|| '(3,3,t,1,johnny@example.com,why,bob@example.com)',
	'an event stands in the journal for each host, in the order of the hosts, at the time given, as it was said');
select fate.events_throw(1, '{1}', 'johnny@example.com', null, null);
select ok((select at between now() and clock_timestamp() from fate.events where id = 4),
	'without a time an event happens now, by the clock');
select is(tests.refused($$ select fate.events_throw(99, '{1}', 'johnny@example.com', null, null) $$),
	'WE400 Bad event type', 'an event of an unknown type is refused');

-- ---- step 1: what an event opens ----
select tests.story(2);
select tests.throw(1, 'web');
select is(tests.labors('fate_id, host_id, creation_event_id, starting_labor_id, quest_id, completion_event_id, '
	|| 'completion_time, closing_fate_id, creation_time = tests.at(1)'), '(1,1,1,,,,,,t)',
	'an event of a starting fate''s type opens a labor of that fate on its host, at the event''s time, of no quest');
select tests.throw(1, 'web');
select tests.throw(1, 'web');
select is(tests.open('fate_id, creation_event_id'), '(1,1) (1,2) (1,3)',
	'each opening event makes a further labor, even when one like it is open');

select tests.story(2);
select tests.throw(tests.type('log', 'entry'), 'web');
select is(tests.labors('id'), '', 'an event of a type without fates opens nothing');

select tests.story(2);
select tests.fate(1);
select tests.throw(1, 'web');
select is(tests.labors('fate_id'), '(1)',
	'of two starting fates on one type plain events use the one with the lower id');

select tests.story();
select tests.fate(tests.type('a', 'b'), null, true, false);
select tests.fate(tests.type('a', 'c'), null, false, true);
select tests.fate(tests.type('a', 'd'), null, true, true);
select tests.throw(type, 'web') from generate_series(1, 3) type;
select is(tests.labors('for_owner, for_creator'), '(t,f) (f,t) (t,t)',
	'a labor is for owner or creator as its fate says');

select tests.story(2);
select tests.throw(1, variadic array(select 'h' || i from generate_series(1, 250) i));
select is((select row(count(*), count(distinct host_id), max(abs(creation_event_id - host_id)))::text from fate.labors),
	'(250,250,0)', 'an event on many hosts opens a labor on each, from the event of that host');
select tests.throw(2, variadic array(select 'h' || i from generate_series(1, 100) i));
select is((select row(count(*), min(host_id), max(host_id), min(completion_event_id - host_id),
	max(completion_event_id - host_id))::text from fate.labors where completion_event_id is not null),
	'(100,1,100,250,250)', 'an event on some hosts closes the labors of those, each by the event of its host');

-- ---- step 2: what an event closes ----
select tests.story(2);
select tests.throw(1, 'web');
select tests.throw(2, 'web');
select is(tests.labors('id, completion_event_id, closing_fate_id, completion_time = tests.at(2)'), '(1,2,2,t)',
	'an event of the type of a following fate closes the labor: when, by which event, by which fate');
select tests.throw(2, 'web');
select is(tests.labors('id, completion_event_id, completion_time = tests.at(2)'), '(1,2,t)',
	'a labor is closed once and stays as it was closed');

select tests.story(2);
select tests.throw(1, 'web') from generate_series(1, 3);
select tests.throw(2, 'web');
select is(tests.labors('completion_event_id'), '(4) (4) (4)',
	'one closing event closes all open labors like it');

select tests.story(2);
select tests.throw(1, 'web', 'db');
select tests.throw(2, 'db');
select is(tests.open('host_id'), '(1)', 'a closing event leaves the labors of other hosts alone');

select tests.story(2);
select tests.throw(2, 'web');
select is(tests.labors('id'), '', 'a closing event with nothing open does nothing');

select tests.story(2);
select tests.fate(tests.type('step', 'other'), 1);
select tests.throw(3, 'web');
select tests.throw(1, 'web');
select tests.throw(3, 'web');
select tests.throw(1, 'web');
select tests.throw(2, 'web');
select is(tests.labors('creation_event_id, completion_event_id, closing_fate_id'), '(2,3,3) (4,5,2)',
	'where several fates follow one, any of them closes its labors');

select tests.story();
select tests.fate(tests.fate(tests.type('check', 'again')), 1);
select tests.throw(1, 'web');
select is(tests.labors('completion_event_id'), '()',
	'a labor born from an event is never closed by that event');
select tests.throw(1, 'web');
select is(tests.labors('creation_event_id, completion_event_id'), '(1,2) (2,)',
	'... but by the next one like it');

select tests.story(2);
select tests.fate(2);
select tests.throw(1, 'web');
select tests.throw(2, 'web');
select is(tests.labors('fate_id, creation_event_id, completion_event_id, starting_labor_id'), '(1,1,2,) (3,2,,)',
	'one event may close some labors and start another, which is no part of the chain it closed');

select tests.story(2);
select tests.fate(1);
select tests.quest(3, 'web');
select tests.throw(2, 'web');
select is(tests.open('fate_id, quest_id'), '(3,1)',
	'followers of one starting fate never close labors of another on the same type');

-- ---- chains ----
select tests.story(3);
select tests.throw(2, 'web');
select is(tests.labors('id'), '',
	'an intermediate fate never makes a labor without an open one of the fate it follows');
select tests.throw(1, 'web');
select tests.throw(3, 'web');
select is(tests.labors('fate_id, completion_event_id'), '(1,)', 'stages cannot be skipped');

select tests.story(3);
select tests.throw(1, 'web');
select tests.throw(2, 'web');
select is(tests.labors('id, fate_id, starting_labor_id, creation_event_id, completion_event_id, closing_fate_id'),
	'(1,1,,1,2,2) (2,2,1,2,,)', 'closing by a fate that is itself followed opens a labor of that fate');
select is((select creation_time from fate.labors where id = 2), tests.at(2), '... at that moment');
select tests.throw(3, 'web');
select is(tests.labors('id, closing_fate_id, completion_event_id'), '(1,2,2) (2,3,3)',
	'a chain ends with the fate that nothing follows: no further labor');

select tests.story(5);
select tests.throw(type, 'web') from generate_series(1, 5) type;
select is(tests.labors('starting_labor_id, fate_id, closing_fate_id'), '(,1,2) (1,2,3) (1,3,4) (1,4,5)',
	'a long chain names its first labor throughout');

select tests.story(3);
select tests.throw(type, 'web') from unnest('{1,1,2,1,2}'::int[]) type;
select is(tests.open('fate_id, starting_labor_id'), '(2,1) (2,2) (2,5)', 'each chain moves on by itself');
select tests.throw(3, 'web');
select is(tests.open('id'), '', '... and one event of the last type ends them all');

select tests.story();
select tests.fate(tests.type('a', 'b'), null, true, false);
select tests.fate(tests.type('a', 'c'), 1, false, true);
select tests.fate(tests.type('a', 'd'), 2);
select tests.throw(type, 'web') from generate_series(1, 2) type;
select is(tests.labors('for_owner, for_creator'), '(t,f) (f,t)',
	'a later labor takes owner and creator from its own fate');

select tests.story(2);
select tests.fate(2, 1);
select tests.fate(tests.type('all', 'done'), 2);
select tests.fate(3, 3);
select tests.throw(1, 'web');
select tests.throw(2, 'web');
select is((select closing_fate_id from fate.labors where id = 1), 3,
	'of several fates of one type that follow a labor''s, the last is kept as the closing one');
select is(tests.open('fate_id, starting_labor_id'), '(2,1) (3,1)',
	'... and the chain goes on by each that is followed');
select tests.throw(3, 'web');
select is(tests.labors('fate_id, closing_fate_id'), '(1,3) (2,4) (3,5)',
	'... each then closed by its own follower');

-- ---- events of a quest ----
select tests.story(3);
select tests.quest(1, 'web', 'db');
select is(tests.labors('fate_id, host_id, quest_id, creation_event_id, starting_labor_id'), '(1,1,1,1,) (1,2,1,2,)',
	'a new quest opens a labor of its fate on each host, in the quest');
select tests.throw(1, 'web');
select is(tests.labors('host_id, quest_id'), '(1,1) (2,1) (1,)',
	'labors of plain events have no quest, even when the host has an open quest of the same fate');
select tests.throw(2, 'web', 'db');
select is(tests.open('host_id, fate_id, quest_id, starting_labor_id'), '(1,2,1,1) (1,2,,3) (2,2,1,2)',
	'labors in a chain stay in their quest');

select tests.story(2);
select tests.fate(1);
select tests.fate(2, 3);
select tests.quest(3, 'web');
select is(tests.labors('fate_id, quest_id'), '(3,1)',
	'a quest reaches the starting fate that plain events do not');
select tests.throw(2, 'web');
select is(tests.labors('closing_fate_id'), '(4)', '... whose own follower closes it');

select tests.story(3);
select tests.quest(2, 'web');
select is(tests.labors('fate_id, quest_id, starting_labor_id'), '(2,1,)',
	'a quest may name an intermediate fate: it opens labors that follow nothing');
select tests.throw(3, 'web');
select is(tests.labors('completion_event_id, closing_fate_id'), '(2,3)', '... and end as those of a chain');

select tests.story(3);
select tests.quest(1, 'web');
select tests.throw(1, 'web');
select tests.quest(2, 'web', 'db');
select is(tests.labors('id, fate_id, quest_id, starting_labor_id, completion_event_id'),
	'(1,1,1,,3) (2,1,,,3) (3,2,2,,) (4,2,1,1,) (5,2,,2,) (6,2,2,,)',
	'events thrown by creating a quest close what was open before, of other quests or none, and those chains go on');
select is((select row(completion_time, open_labors)::text from fate.quests where id = 1), '(,1)',
	'... so the other quest is not complete, its next labor being open');

-- ---- one transaction, one set ----
select tests.story(2);
select tests.throw(1, 'a', 'b', 'c');
select tests.refused($$ select 1 / (cardinality(tests.throw(2, 'a', 'b', 'c')) - 3) $$);
select is(tests.open('host_id'), '(1) (2) (3)', 'an event on several hosts happens on all or on none');
select tests.throw(1, 'new', 'c', 'a');
select is(tests.labors('host_id, creation_event_id'), '(1,1) (2,2) (3,3) (1,7) (3,8) (4,9)',
	'known and new hosts may be mixed: events in the order of the hosts');

-- The fates are read at each event (the original remembers them and misses changes).
select tests.story(2);
select tests.throw(1, 'web');
select tests.fate(tests.type('late', 'comer'), 1);
select tests.throw(3, 'web');
select is(tests.labors('closing_fate_id'), '(3)', 'a fate added later closes labors that were open before');
select fate.fates_follow(2, null);
select tests.throw(2, 'web');
select is(tests.labors('fate_id, completion_event_id'), '(1,2) (2,)',
	'a fate that has become a starting one opens labors');

select is(fate.count('labor') || ' ' || fate.count('open'), '2 1', 'what is opened and closed is counted');

select * from finish();
rollback;
