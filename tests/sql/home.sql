-- GET /home: what concerns who asks; and what quests and fates tell of how far they are.
begin;
\ir lib.psql
select plan(52);

-- tests.day(n, hours) -> so many hours after the beginning of the day n days ago.
create function tests.day(n int, hours numeric default 0) returns timestamptz
language sql as $$ select date_trunc('day', now()) - n * interval '1 day' + hours * interval '1 hour' $$;
create function tests.throw_at(at timestamptz, type int, variadic hosts text[]) returns bigint[]
language sql as $$ select fate.events_throw(type, fate.hosts_named(hosts), 'johnny@example.com', null, null, at) $$;
create function tests.quest_at(at timestamptz, creator text, target timestamptz, fate int, variadic hosts text[]) returns bigint
language sql as $$
	select fate.quests_embark(f.id, f.creation_type_id, fate.hosts_named(hosts), creator, 'an aim', target, null, null, at)
	  from fate.fates f where f.id = $4
$$;
create function tests.home(asked jsonb default null, more jsonb default '{}') returns jsonb
language sql as $$
	select tests.ask('home', '{}', '{}', '{}', jsonb_build_object('body', null, 'settings', tests.settings(more))
	       || case when asked is null then '{}' else jsonb_build_object('asked', asked) end)
$$;
create function tests.of(list jsonb, member text) returns text
language sql as $$ select coalesce(string_agg(e->>member, ' ' order by n), '') from jsonb_array_elements(list) with ordinality l (e, n) $$;
create function tests.mine(more jsonb default '{}') returns jsonb
language sql as $$ select (tests.answer('labors_table', '{}', '{"mine": ["true"]}' || more, '{}', '{"body": null}')).body::jsonb $$;
create function tests.waiting(asked jsonb default null, more jsonb default '{}') returns text
language sql as $$
	select concat(w->>'total', ' ', w->>'whole', ': ', (
	       select string_agg(concat(s->>'fateId', '/', s->>'questId', ':', s->>'labors'), ' ' order by n)
	         from jsonb_array_elements(w->'steps') with ordinality e (s, n)))
	  from (select tests.home(asked, more)->'waiting' as w) home
$$;

-- ---- nothing yet ----
select tests.story(2);
select is(tests.home() - '{asOf,days}'::text[], '{"status": "ok", "href": "http://moirai/api/v1/it", "user": "johnny@example.com", "quests": [],
	"atRisk": [], "waiting": {"total": 0, "whole": true, "steps": []}, "failures": [],
	"today": {"events": 0, "opened": 0, "closed": 0, "questsStarted": 0, "questsCompleted": 0}}', 'who has nothing to do is told so');
select is(jsonb_array_length(tests.home()->'days'), 30, '... for thirty days');
select is(tests.home()#>'{days,29}', jsonb_build_array(extract(epoch from tests.day(0))::bigint, 0, 0), '... of which this is the last');
select is(tests.home()#>'{days,0}', jsonb_build_array(extract(epoch from tests.day(29))::bigint, 0, 0), '... and this the first');
select ok((tests.home()->>'asOf')::timestamp between (now() at time zone 'UTC') and (clock_timestamp() at time zone 'UTC'), 'it says as of when it is');

-- ---- quests ----
-- Johnny's: 1 due tomorrow, 2 never, 3 overdue, 4 complete. Of others: 5 late by its forecast, 6 in time, 7 overdue and stuck, 8 overdue
-- and going on, 9 without a target, 10 complete, too late.
select tests.quest_at(tests.day(8), 'johnny@example.com', tests.day(-1), 1, 'a1', 'a2');
select tests.quest_at(tests.day(8), 'johnny@example.com', null, 1, 'b1');
select tests.quest_at(tests.day(8), 'johnny@example.com', tests.day(1), 1, 'c1');
select tests.quest_at(tests.day(8), 'johnny@example.com', tests.day(1), 1, 'd1');
select tests.quest_at(tests.day(4), 'zoe@example.com', tests.day(-2), 1, variadic array(select 'e' || i from generate_series(1, 10) i));
select tests.quest_at(tests.day(4), 'zoe@example.com', tests.day(-90), 1, variadic array(select 'f' || i from generate_series(1, 10) i));
select tests.quest_at(tests.day(20), 'zoe@example.com', tests.day(2), 1, 'g1', 'g2');
select tests.quest_at(tests.day(4), 'zoe@example.com', tests.day(1), 1, variadic array(select 'h' || i from generate_series(1, 4) i));
select tests.quest_at(tests.day(4), 'zoe@example.com', null, 1, 'i1');
select tests.quest_at(tests.day(4), 'zoe@example.com', tests.day(3), 1, 'j1');
select tests.throw_at(tests.day(2), 2, 'd1', 'e1', 'f1', 'h1', 'h2', 'h3', 'j1');
select is(tests.of(tests.home()->'quests', 'id'), '3 1 2', 'my open quests are listed by when they are due, what is overdue first');
select is((tests.home()#>'{quests,0}') - '{description,embarkTime,targetTime}'::text[], '{"id": 3, "creator": "johnny@example.com",
	"completionTime": null, "href": "http://moirai/api/v1/quests/3", "totalLabors": 1, "unstartedLabors": 1, "inprogressLabors": 0,
	"completedLabors": 0, "percentComplete": 0.0, "openLabors": 1, "forecastTime": null}', '... with progress and forecast');
select is(tests.of(tests.home()->'atRisk', 'id'), '7 5 8', 'of others those at risk: what is overdue and stuck first, then what will be late by most');
select isnt(tests.home()#>'{atRisk,1,forecastTime}', 'null', '... with their forecasts');
select tests.quest_at(tests.day(3), 'johnny@example.com', tests.day(-5), 1, 'q' || i) from generate_series(1, 25) i;
select is(tests.of(tests.home()->'quests', 'id'), '3 1 ' || (select string_agg(i::text, ' ') from generate_series(11, 28) i), 'twenty of mine at most');
select tests.quest_at(tests.day(30), 'zoe@example.com', tests.day(20), 1, 'r' || i) from generate_series(1, 12) i;
select is(tests.of(tests.home()->'atRisk', 'id'), (select string_agg(i::text, ' ') from generate_series(36, 45) i), '... ten of others');

-- ---- a quest's forecast in lists, and its history ----
create function tests.shown(query jsonb) returns jsonb
language sql as $$ select tests.ask('quests_get', '{"id": "5"}', query) $$;
select is(tests.shown('{}') ? 'openLabors', false, 'a quest has no forecast unless it is asked for');
select is(q - 'forecastTime' - array(select jsonb_object_keys(tests.shown('{}'))), '{"openLabors": 9}', '... and then this member besides')
  from tests.shown('{"expand": ["forecast"]}') q;
select cmp_ok((tests.shown('{"expand": ["forecast"]}')->>'forecastTime')::timestamp, '>', now() at time zone 'UTC', '... and this one');
select is((select count(*) from jsonb_array_elements(tests.ask('quests_list', '{}', '{"expand": ["forecast"], "limit": ["all"]}')->'quests') q
	where q ? 'forecastTime'), 47::bigint, '... in the list for each');
select is(tests.ask('labors_list', '{}', '{"expand": ["quests", "forecast"], "questId": ["9"]}')#>'{labors,0,quest,openLabors}', '1',
	'... and where a labor shows its quest');

create function tests.past(quest int) returns jsonb
language sql as $$ select tests.ask('quests_history', jsonb_build_object('id', quest::text)) $$;
select is(tests.past(10) - '{asOf,points}'::text[], jsonb_build_object('status', 'ok', 'href', 'http://moirai/api/v1/it', 'questId', 10,
	'from', btrim(api.json(tests.day(4)), '"'), 'step', 3600, 'target', btrim(api.json(tests.day(3)), '"'),
	'completionTime', btrim(api.json(tests.day(2)), '"'), 'forecast', '{"time": null, "perDay": 0.50}'::jsonb,
	'steps', '[{"fateId": 1, "open": 0, "closed": 1}]'::jsonb), 'a quest''s history says what it is of');
select is(jsonb_array_length(tests.past(10)->'points'), 49, '... has a point for each hour');
select is(tests.past(10)#>'{points,0}', jsonb_build_array(extract(epoch from tests.day(4, 1))::bigint, 1, 1, 0), '... from the embark');
select is(tests.past(10)#>'{points,47}', jsonb_build_array(extract(epoch from tests.day(2))::bigint, 1, 0, 0), '... over the hours after');
select is(tests.past(10)#>'{points,48}', jsonb_build_array(extract(epoch from tests.day(2))::bigint, 0, 0, 1), '... to the completion');
select is((tests.past(7)->>'step')::int, 3 * 3600, 'what takes long has longer steps');
select ok(jsonb_array_length(tests.past(7)->'points') between 160 and 200, '... so that there are two hundred points at most');
select ok((tests.past(5)#>>'{points,-1,0}')::bigint - extract(epoch from clock_timestamp()) between -60 and 1, 'the last point of an open quest is now');
select is(tests.past(5)#>'{points,-1,1}', '9', '... with what is open');
select is(tests.refused($$ select tests.past(99) $$), 'WE404 No such Quest 99 found', 'a quest that is not there has no history');
select is(tests.refused($$ select tests.ask('quests_history', '{"id": "9999999999999999999"}') $$), 'WE404 No such Quest 9999999999999999999 found',
	'... nor one beyond all numbers');

-- ---- each fate's labors ----
create function tests.counts(query jsonb) returns text
language sql as $$
	select concat(a->>'questId', ': ', (select string_agg(concat(f->>'id', ' ', f->>'open', ' ', f->>'closed'), ', ' order by n)
	                                      from jsonb_array_elements(a->'fates') with ordinality e (f, n)))
	  from tests.ask('fates_counts', '{}', query) a
$$;
select is(tests.counts('{}'), (select format(': 1 %s 7, 2 0 0', count(*) - 7) from fate.labors), 'of each fate labors are counted');
select is(tests.counts('{"questId": ["5"]}'), '5: 1 9 1, 2 0 0', '... or those of one quest');
select is(tests.counts('{"questId": ["99"]}'), '99: 1 0 0, 2 0 0', '... a quest that is not there has none');
select is(tests.refused($$ select tests.counts('{"questId": ["x"]}') $$), 'WE400 questId: "x" is not a whole number in range', '... and a number is one');

-- ---- what waits ----
-- Fate 1 for owners, 2 for creators, 3 for both; types likewise.
select tests.story();
select tests.fate(tests.type('step', '1'), null, true, false);
select tests.fate(tests.type('step', '2'), 1, false, true);
select tests.fate(tests.type('step', '3'), 2, true, true);
select tests.fate(tests.type('step', '4'), 3, true, false);
select tests.throw_at(tests.day(9), 1, 'mine', 'yours', 'mine too');
update fate.hosts set owner = case hostname when 'mine' then 'johnny' when 'mine too' then 'johnny@example.com' else 'zoe' end;
select tests.quest_at(tests.day(8), 'johnny@example.com', null, 1, 'yours', 'mine');
select tests.quest_at(tests.day(7), 'zoe@example.com', null, 1, 'mine', 'yours');
select is(tests.waiting(), '4 true: 1/:2 1/1:1 1/2:1', 'labors for owners wait for who owns the host, be he called with the domain or without');
select is(tests.home()#>'{waiting,steps,0,oldest}', to_jsonb(btrim(api.json(tests.day(9)), '"')), '... since the oldest of them');
select tests.throw_at(tests.day(6), 2, 'mine', 'yours');
select is(tests.waiting(), '3 true: 2/1:2 1/:1', 'labors for creators wait for who made the quest, on any host');
select tests.throw_at(tests.day(5), 3, 'mine', 'yours');
select is(tests.waiting(), '5 true: 3/1:2 1/:1 3/2:1 3/:1', 'what is for both waits once');
select is(tests.waiting(null, '{"domain": "elsewhere.com"}'), '3 true: 3/1:1 3/2:1 3/:1',
	'somebody else''s of that name, at another domain, do not');
select is(tests.mine()->'total', tests.home()#>'{waiting,total}', 'the table of labors that are mine has as many');
select is(tests.mine()#>'{columns,id}', '[3, 14, 15, 16, 18]', '... which are these');
select is((tests.answer('labors_table', '{}', '{"mine": ["true"]}', '{}', jsonb_build_object('body', null, 'settings', tests.settings('{"queryServer": true}')))).body::jsonb,
	'{"mine": {"user": "johnny@example.com"}}', '... by the query server, where there is one');
select is(tests.refused($$ select tests.mine('{"hostQuery": ["x"]}') $$), 'WE400 mine: not together with hostQuery or userQuery', '... and of no other hosts');

select is((tests.answer('home', '{}', '{}', '{}', jsonb_build_object('settings', tests.settings('{"queryServer": true}')))).body::jsonb,
	'{"mine": {"user": "johnny@example.com", "else": true, "soon": true}}', 'a query server is asked whose hosts are whose');
select is(tests.waiting('{"mine": ["yours", "unknown"]}', '{"queryServer": true}'), '4 true: 3/1:2 3/2:1 3/:1', '... and believed');
select is(tests.waiting('{"mine": []}', '{"queryServer": true}'), '2 true: 3/1:2', '... that there are none');
select is(tests.waiting('{"mine": null}', '{"queryServer": true}'), '2 false: 3/1:2', 'without its answer only what is for creators is known, and that is said');
select tests.throw_at(tests.day(4), 4, 'mine', 'yours', 'mine too');
select is(tests.waiting(), '1 true: 1/:1', 'what is done waits no longer');

-- ---- failures, and today ----
select tests.story();
select tests.fate(tests.type('x', 'required'), null);
select tests.fate(tests.type('x', 'done'), 1);
select tests.type('run', 'failed'), tests.type('run', 'Unreachable'), tests.type('io', 'ERRORS'), tests.type('x', 'fine');
select tests.throw_at(tests.day(8), 3, variadic array(select 'a' || i from generate_series(1, 12) i));
select tests.throw_at(tests.day(40), 1, 'h');
select tests.throw_at(tests.day(29), 1, 'h', 'i');
select tests.throw_at(tests.day(1, 23.99), 2, 'h', 'i');
select is(tests.home()->'failures', '[]', 'what failed long ago is not told');
select tests.throw_at(tests.day(3), type, 'a', 'b') from generate_series(3, 6) type;
select tests.throw_at(tests.day(0), 3, 'a', 'b', 'c', 'd', 'e', 'f');
select is(tests.of(tests.home()->'failures', 'id'), '31 30 29 28 27 26 23 22 21 20', 'the newest ten failures, the newest first');
select is((tests.home()#>'{failures,9}') - '{timestamp,note,user,href}'::text[], '{"id": 20, "hostId": 15, "eventTypeId": 4, "eventType": {"id": 4,
	"category": "run", "state": "Unreachable", "description": null, "restricted": false, "href": "http://moirai/api/v1/eventtypes/4"},
	"host": {"id": 15, "hostname": "a", "href": "http://moirai/api/v1/hosts/a"}}', '... with host and type');
select tests.quest_at(tests.day(0), 'johnny@example.com', null, 1, 'p', 'q', 'r');
select tests.quest_at(tests.day(0), 'johnny@example.com', null, 1, 's');
select tests.throw_at(tests.day(0, 0.001), 2, 'p', 's');
create function tests.days() returns text
language sql as $$
	select string_agg(concat(n, ' ', d->1, ' ', d->2), ', ' order by n) from jsonb_array_elements(tests.home()->'days') with ordinality e (d, n)
	 where d->1 <> '0' or d->2 <> '0'
$$;
select is(tests.home()->'today', '{"events": 12, "opened": 4, "closed": 2, "questsStarted": 2, "questsCompleted": 1}', 'today is what happened since midnight');
select is(tests.days(), '1 2 0, 29 0 3, 30 4 2', 'each day has the labors opened and closed in it');
update fate.count_deltas set minute = minute - 5;
select fate.counts_fold();
select is(tests.days(), '1 2 0, 29 0 3, 30 4 2', '... also when that is folded');
select is(tests.home()#>'{today,events}', '12', '... as are its events');

select * from finish();
rollback;
