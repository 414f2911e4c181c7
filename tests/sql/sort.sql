-- Changes become letters: which, to whom, when, and what is gathered in one.
begin;
\ir lib.psql
select plan(90);

-- tests.sort(seconds, settings) -> how many changes were sorted, so many seconds into the story.
create function tests.sort(sec numeric, more jsonb default '{}') returns int
language sql as $$ select outbox.sort(tests.settings(more), 500, tests.sec(sec)) $$;
create function tests.claim(channel text, sec numeric) returns text
language sql as $$
	select string_agg(id::text, ' ' order by due_at, id) from outbox.letters_claim(channel, 1000, 60, tests.settings(),
	tests.sec(sec))
$$;
create function tests.letters(columns text, condition text default 'true') returns text
language sql as $$ select tests.rows('outbox.letters where ' || condition, columns) $$;
create function tests.due(condition text default 'true') returns text
language sql as $$ select tests.letters('extract(epoch from due_at - tests.sec(0))::int', condition) $$;

-- ---- changes ----
select tests.story(2);
select is(tests.sort(0), 0, 'where nothing has changed nothing is sorted');
select tests.throw(1, 'a');
select tests.throw(1, 'b');
select tests.throw(2, 'a');
select is(outbox.sort(tests.settings(), 2, tests.sec(0)), 2, 'so many changes at a time');
select is(tests.rows('outbox.changes', 'id'), '(3)', '... the oldest first, and what is sorted is gone');
select is(tests.letters('content'), '("{""n"": 2, ""labors"": []}")', '... its letter stands');
select is(tests.sort(0), 1, 'the next in its turn');
select is(tests.sort(0), 0, '... each once');
select is(tests.letters('channel, state, attempts, lease, settled_at, made_at = tests.sec(0)'),
	'(slack,waiting,0,,,t) (slack,waiting,0,,,t)', 'a letter waits, and nobody has tried it');
select cmp_ok((select count(distinct key) from outbox.letters), '=', 2::bigint, '... under a key of its own');

-- ---- channels that are off ----
create function tests.happen() returns void
language plpgsql as $$
begin
	perform tests.story(2);
	perform tests.quest(1, 'a');
	perform tests.throw(2, 'a');
end
$$;
create function tests.channels(more jsonb) returns text
language sql as $$
	select tests.happen();
	select tests.sort(0, more);
	select string_agg(distinct channel, ' ' order by channel) from outbox.letters;
$$;
select is(tests.channels('{"slack": false, "mail": false}'), null, 'where all channels are off nothing is written');
select is((select count(*) from outbox.changes), 0::bigint, '... and changes go away all the same');
select is((select count(*) from outbox.quest_pace), 0::bigint, '... no pace is kept of mails that are not');
select is(tests.channels('{"slack": true, "mail": false}'), 'slack', 'Slack alone');
select is(tests.channels('{"slack": false, "mail": true}'), 'mail', 'mail alone');
select is(tests.channels('{"slack": false, "mail": true, "queryServer": true}'), 'mail owners',
	'... with somebody who knows owners');
select is(tests.channels('{"slack": false, "mail": false, "queryServer": true}'), null,
	'without mail nobody is asked for owners');
select is(tests.channels('{"slack": false, "mail": false, "hooks": true}'), 'hook', 'hooks alone');
select is(tests.channels('{"slack": false, "mail": false, "live": true}'), 'live', 'the page alone');

-- ---- Slack: what comes in a short time is one message ----
select tests.story(2);
select tests.throw(1, 'a', 'b');
select tests.sort(0);
select is(tests.letters('kind, receiver, content'), '(labors-made,slack,"{""n"": 2, ""labors"": []}")',
	'labors that are made');
select is(tests.due(), '(2)', '... are told when the window closes');
select tests.throw(1, 'c');
select tests.sort(1.5);
select is(tests.letters('content'), '("{""n"": 3, ""labors"": []}")', 'more of them in the window are added');
select is(tests.due(), '(2)', '... and it closes no later for that');
select is(tests.claim('slack', 1.9), null, 'before it closes nobody gets the letter');
select is(tests.claim('slack', 2), '1', 'then it goes');
select tests.throw(1, 'd');
select tests.sort(2);
select is(tests.letters('content'), '("{""text"": ""*Labors:* created 3 labors""}") ("{""n"": 1, ""labors"": []}")',
	'what comes after that is another letter');
select tests.throw(2, 'a', 'b');
select tests.sort(3);
select tests.throw(2, 'c');
select tests.sort(4);
select is(tests.letters('kind, content', 'kind = ''labors-closed'''),
	'(labors-closed,"{""n"": 3, ""labors"": [1, 2, 3]}")',
	'labors that are closed are gathered by themselves');
select is(tests.due(), '(62) (4) (5)', '... in a window of their own');
select tests.story(2);
select tests.throw(1, 'a');
select tests.sort(0, '{"slackGather": 0}');
select is(tests.due(), '(0)', 'without a window it goes at once');

select tests.story(2);
select tests.throw(1, variadic array(select 'h' || i from generate_series(1, 1500) i));
select tests.throw(2, variadic array(select 'h' || i from generate_series(1, 1500) i));
select tests.sort(0);
select is(tests.letters('content', 'kind = ''labors-closed'''),
	'("{""n"": 1500, ""labors"": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]}")',
	'of many that close only as many are named as a text may name');
select is(outbox.gathered('{"n": 2, "labors": [1, 2]}', '{"n": 5, "labors": [9, 7]}'), '{"n": 7, "labors": [1, 2, 9, 7]}',
	'what is gathered is added up');
select is(jsonb_array_length(outbox.gathered(jsonb_build_object('n', 1000, 'labors', array(select generate_series(1,
	1000))),
	'{"n": 5, "labors": [9, 7]}')->'labors'), 1000, '... up to a thousand names');

select tests.story(2);
select tests.quest(1, 'a');
select tests.quest(1, 'b');
select tests.throw(2, 'a', 'b');
select tests.sort(0);
select is(tests.letters('kind, quest_id', 'channel = ''slack'''),
	'(labors-made,) (quest-started,1) (quest-started,2) (labors-closed,)'
	' (quest-completed,1) (quest-completed,2)', 'each quest has letters of its own');
select is(tests.claim('slack', 2), '1 2 3 4 5 6', '... that go after those of its labors');

-- ---- mail: a quest ----
select tests.story(2);
select tests.quest(1, 'a', 'b', 'c', 'd');
select tests.sort(0);
select is(tests.letters('kind, quest_id, gather, receiver, content->>''subject''', 'channel = ''mail'''),
	'(quest-started,1,,,"Quest 1 started")', 'a new quest: its creator gets mail');
select is(tests.due('channel = ''mail'''), '(0)', '... at once');
select tests.throw(2, 'a');
select tests.sort(10);
select is(tests.letters('kind, quest_id, content', 'kind = ''quest-updated'''),
	'(quest-updated,1,"{""n"": 1, ""labors"": [1]}")',
	'labors of it close: mail');
select is(tests.due('kind = ''quest-updated'''), '(10)', '... at once, for it is the first');
select tests.throw(2, 'b');
select tests.sort(11);
select is(tests.letters('content', 'kind = ''quest-updated'''), '("{""n"": 2, ""labors"": [1, 2]}")',
	'until it goes more is added');
select is((select array_agg(kind) from outbox.letters_claim('mail', 9, 60, tests.settings(), tests.sec(12))),
	'{quest-started,quest-updated}',
	'it goes');
select matches((select content->>'text' from outbox.letters where kind = 'quest-updated'),
	'Labor 1 completed.*Labor 2 completed', '... written out');
select is(tests.letters('gather, content->>''subject'', content ? ''labors''', 'kind = ''quest-updated'''),
	'(,"Quest 1 updated",f)', '... and is no longer added to');
select tests.throw(2, 'c');
select tests.sort(20);
select is(tests.due('kind = ''quest-updated'' and attempts = 0'), '(910)', 'the next may go when the stretch is over');
select tests.throw(2, 'd');
select tests.sort(500);
select is(tests.letters('content', 'kind = ''quest-updated'' and attempts = 0'), '("{""n"": 2, ""labors"": [3, 4]}")',
	'... with all of it');
select is(tests.due('kind = ''quest-updated'' and attempts = 0'), '(910)', '... and no later for that');
select is(tests.letters('kind, quest_id', 'channel = ''mail'' and kind <> ''quest-updated'''),
	'(quest-started,1) (quest-completed,1)',
	'the closing that completes it is told twice: by the update, and by a mail of its own');
select is(tests.due('kind = ''quest-completed'' and channel = ''mail'''), '(500)', '... that waits for no stretch');

-- One that goes on for hours, sorted and claimed every twenty seconds.
create function tests.hours(every int) returns table (at int, n bigint)
language plpgsql as $$
declare
	more jsonb := jsonb_build_object('questMailEvery', every, 'slack', false);
begin
	perform tests.story(2);
	perform tests.quest(1, variadic array(select 'h' || i from generate_series(1, 400) i));
	perform tests.sort(0, more);
	for t in 0 .. 7999 by 20 loop
		-- Each time a labor closes, but for an hour in which none does, and the end.
		if t < 2000 or t between 5600 and 7000 then
			perform tests.throw(2, 'h' || t / 20 + 1);
		end if;
		perform tests.sort(t, more);
		return query
			select t, (select count(*) from regexp_matches(l.content->>'text', 'Labor \d+ completed', 'g'))
			  from outbox.letters_claim('mail', 100, 99999, tests.settings(more),
	tests.sec(t)) l where kind = 'quest-updated';
	end loop;
end
$$;
create table tests.mails as select * from tests.hours(900);
select is((select array_agg(at order by at) from tests.mails), '{0,900,1800,2700,5600,6500,7400}',
	'while labors close all the time a mail goes each fifteen minutes; after a silence at once');
select is((select sum(n) from tests.mails), (select count(*) from fate.labors where completion_time is not null)::numeric,
	'... and each labor is in one');
create table tests.all_mails as select * from tests.hours(0);
select is((select count(*) from tests.all_mails), (select count(*) from fate.labors where completion_time is not null),
	'without a pace each goes at once');

select tests.story(2);
select tests.quest(1, 'a', 'b', 'c', 'd');
select tests.quest(1, 'e', 'f');
select tests.sort(0);
select tests.throw(2, 'a');
select tests.sort(10);
select tests.claim('mail', 10);
select tests.throw(2, 'b', 'e');
select tests.sort(20);
select is(tests.due('kind = ''quest-updated'' and attempts = 0'), '(910) (20)', 'each quest has a pace of its own');
select tests.claim('mail', 911);
select tests.throw(2, 'c');
select tests.sort(5000);
select is(tests.due('kind = ''quest-updated'' and attempts = 0'), '(5000)', 'after a silence the next goes at once');
select tests.claim('mail', 5000);
select tests.throw(2, 'd');
select tests.sort(5001);
select is(tests.due('kind = ''quest-updated'' and attempts = 0'), '(5900)', '... and begins a new stretch');
select tests.story(2);
select tests.throw(1, 'a');
select tests.throw(2, 'a');
select tests.sort(0);
select is(tests.letters('kind', 'channel = ''mail'''), '', 'labors of no quest are no mail''s business');
select tests.story(3);
select tests.quest(1, 'a');
select tests.throw(2, 'a');
select fate.labors_move('{2}', 2, tests.at(9)) from tests.quest(1, 'b');
select tests.sort(0);
select is(tests.letters('quest_id, content', 'kind = ''quest-updated'''), '(1,"{""n"": 1, ""labors"": [1]}")',
	'a labor closes in the quest it was in');
select tests.sort(0, '{"environment": "dev"}') from tests.throw(3, 'a');
select is((select content from outbox.letters_claim('mail', 100, 60, tests.settings('{"environment": "dev"}'),
	tests.sec(9999))
	where kind = 'quest-updated' and quest_id = 2), '{"recipients": []}',
	'an update that nobody may get is a letter to nobody');

-- ---- who owns the hosts of a quest that is complete? ----
select tests.story(2);
select tests.quest(1, 'a', 'b');
update fate.hosts set owner = 'zoe' where hostname = 'b';
select tests.throw(2, 'a', 'b');
select tests.sort(0);
select is(tests.letters('receiver, content->''to'', content->''cc''',
	'kind = ''quest-completed'' and channel = ''mail'''),
	'(,"[""johnny@example.com""]","[""zoe@example.com""]")', 'where nobody is asked, owners are those that we know');
select tests.story(2);
select tests.quest(1, 'a', 'b');
select tests.throw(2, 'a', 'b');
select tests.sort(7, '{"queryServer": true}');
select is(tests.letters('channel, receiver, quest_id, content', 'kind = ''quest-completed'' and channel <> ''slack'''),
	'(owners,owners,1,{})',
	'where a query server knows, it is asked first');
select is(tests.due('channel = ''owners'''), '(7)', '... at once');
select is(outbox.to_deliver(l, tests.settings()),
	'{"owners": {"operation": "owners", "hostnames": ["a", "b"], "else": true}}',
	'... for the owners of its hosts; no answer is one, too') from outbox.letters l where channel = 'owners';
select is(outbox.to_deliver(l, tests.settings('{"contacts": true}')),
	'{"owners": {"operation": "owners", "hostnames": ["a", "b"], "else": true},
	"contacts": {"contacts": true, "else": true}}',
	'... and for StrongPOC''s contacts, where it is set') from outbox.letters l where channel = 'owners';
select tests.claim('owners', 8);
-- tests.known(outcome, reply, lease): the answer to the letter, and the mail that is written of it.
create function tests.known(outcome text, reply jsonb, more int default 0) returns text
language plpgsql as $$
begin
	perform courier_api.settle('owners', (select jsonb_agg(jsonb_build_object('id', id, 'lease', lease + more, 'outcome',
	outcome, 'reply', reply))
	                                        from outbox.letters where channel = 'owners'), tests.settings());
	return tests.letters('quest_id, content->''recipients''', 'kind = ''quest-completed'' and channel = ''mail''');
end
$$;
select is(tests.known('sent', '{"owners": {}}', 1), '', 'an answer under a lease that is not this one becomes no mail');
select is(tests.known('retry', null), '', 'no answer, neither');
update outbox.letters set due_at = tests.sec(9) where channel = 'owners';
select tests.claim('owners', 9);
select is(tests.known('sent', '{"owners": {"a": "zoe", "b": "adam"}, "contacts": {"zoe": "team@x.org"}}'),
	'(1,"[""johnny@example.com"", ""adam@example.com"", ""team@x.org""]")', 'the answer becomes the mail');
select is(tests.letters('state', 'channel = ''owners'''), '(sent)', '... and the question is settled');
select is(tests.known('sent', '{"owners": {"a": "zoe"}}'),
	'(1,"[""johnny@example.com"", ""adam@example.com"", ""team@x.org""]")',
	'... once');
create function tests.asked() returns void
language plpgsql as $$
begin
	perform tests.happen();
	perform tests.sort(0, '{"queryServer": true}');
	perform tests.claim('owners', 0);
end
$$;
select tests.asked();
select is(tests.known('sent', '{"owners": null, "contacts": null}'), '(1,"[""johnny@example.com""]")',
	'owners not to be had: the creator is told all the same');
select tests.asked();
select is(tests.known('sent', null), '(1,"[""johnny@example.com""]")', '... also where there was no reply at all');

-- ---- webhooks ----
create function tests.hook(event_types jsonb, active boolean default true) returns bigint
language sql as $$
	insert into outbox.webhooks (url, event_types, active, made_by, made_at)
	values ('http://x/', event_types, active, 'johnny', tests.sec(0)) returning id
$$;
-- tests.parts() -> of each webhook's letters the ids of the events.
create function tests.parts() returns text
language sql as $$
	select string_agg(format('%s: %s', webhook_id, (select string_agg(e->>'id',
	' ' order by i) from jsonb_array_elements(content->'events')
	                         with ordinality o (e, i))), '; ' order by id) from outbox.letters where channel = 'webhook'
$$;
select tests.story();
select tests.type('net', 'down'), tests.type('net', 'up'), tests.type('disk', 'down');
select tests.hook(null), tests.hook('[{"category": "net"}]'), tests.hook('[{"state": "down"}]'),
       tests.hook('[{"category": "disk", "state": "up"}, {"category": "net", "state": "up"}]'), tests.hook('[]'),
	tests.hook(null, false),
       tests.hook('[{"category": "net"}, {"state": "down"}]');
select tests.throw(1, 'a');
select tests.throw(2, 'a', 'b');
select tests.throw(3, 'a');
select tests.sort(5);
select is(tests.parts(), '1: 1 2 3 4; 2: 1 2 3; 3: 1 4; 4: 2 3; 7: 1 2 3 4',
	'a webhook gets all events, or those of categories, of states, or of both; one that is off gets none');
select is(tests.letters('channel, kind, receiver, due_at = tests.sec(5)', 'webhook_id = 3'),
	'(webhook,events,"webhook 3",t)', '... at once');
select tests.throw(1, 'a');
select tests.ask('hosts_create', '{}', '{}', '{"hostname": "z"}');
select tests.sort(6);
select is(tests.parts(), '1: 1 2 3 4; 2: 1 2 3; 3: 1 4; 4: 2 3; 7: 1 2 3 4; 1: 5; 2: 5; 3: 5; 7: 5',
	'events alone are told');
select is((select content->'events'->0 from outbox.letters where webhook_id = 2 order by id limit 1),
	'{"id": 1, "hostId": 1, "hostname": "a",
	"timestamp": "2015-06-01 12:01:00", "user": "johnny@example.com", "eventTypeId": 1, "category": "net", "state": "down", "note": "",
	"href": "/api/v1/events/1"}', 'an event is told with its host and its type');
select tests.story();
select tests.type('net', 'down');
select tests.hook(null), tests.hook('[{"state": "down"}]');
select tests.throw(1, variadic array(select 'h' || i from generate_series(1, 150) i));
select tests.throw(1, variadic array(select 'h' || i from generate_series(1, 100) i));
select tests.sort(0, '{"slack": false}');
select is((select array_agg(row(webhook_id, jsonb_array_length(content->'events'), content->'events'->0->>'id',
	content->'events'->-1->>'id')::text
	order by id) from outbox.letters),
	'{"(1,100,1,100)","(1,100,101,200)","(1,50,201,250)","(2,100,1,100)","(2,100,101,200)","(2,50,201,250)"}',
	'many events are letters of a hundred, in their order');
update fate.hosts set hostname = 'new' where id = 1;
insert into fate.events (host_id, at, event_type_id, username, note) values (1, '2015-06-01 12:00:00.5Z', 1, 'x',
	E'a "note"');
select is(event - 'id'::text,
	'{"hostId": 1, "hostname": "new", "timestamp": "2015-06-01 12:00:00.500000", "user": "x", "eventTypeId": 1,
	"category": "net", "state": "down", "note": "a \"note\"", "href": "/api/v1/events/251"}',
	'note and fraction are told where there are some')
  from outbox.events_told(array[row(1, now(), 'event', '{251}', null, null, null, null, null, null)::outbox.changes]);

-- ---- hooks ----
select tests.story(1);
select tests.throw(1, 'a', 'b');
select tests.sort(3, '{"hooks": true}');
select is(tests.letters('kind, receiver, content->''event''->>''hostname'', due_at = tests.sec(3)', 'channel = ''hook'''),
	'(event,,a,t) (event,,b,t)',
	'a hook hears of each event by itself');
select is((select content - 'event' from outbox.letters where channel = 'hook' limit 1), '{}', '... and of nothing else');

-- ---- the page ----
create function tests.notices(more jsonb default '{"live": true, "slack": false, "mail": false}') returns jsonb
language plpgsql as $$
declare
	found jsonb;
begin
	perform tests.sort(0, more);
	with gone as (delete from outbox.letters where channel = 'live' returning content)
	select jsonb_object_agg(n->>'kind', coalesce(n->'ids', '"many"')) into found from gone,
	jsonb_array_elements(content->'notices') n;
	return found;
end
$$;
select tests.story(3);
select tests.throw(1, 'a', 'b');
select is(tests.notices(), '{"event": [1, 2], "host": [1, 2], "labor": [1, 2]}',
	'the page hears of events, of their hosts, and of labors that they made');
select tests.throw(2, 'b');
select is(tests.notices(), '{"event": [3], "host": [2], "labor": [2, 3]}', '... or closed');
select tests.quest(1, 'c');
select is(tests.notices(), '{"event": [4], "host": [3], "labor": [4], "quest": [1]}', 'of a quest that is made');
select tests.throw(2, 'c');
select tests.throw(3, 'c', 'a');
select is(tests.notices(), '{"event": [5, 6, 7], "host": [1, 3], "labor": [4, 5], "quest": [1]}',
	'... or that its labors change; each thing once');
select tests.quest(1, 'd');
select tests.notices();
select tests.ask('labors_update', '{"id": "1"}', '{}', '{"questId": 2}');
select is(tests.notices(), '{"labor": [1], "quest": [2]}', 'of a labor that joins a quest');
select tests.ask('labors_update', '{"id": "1"}', '{}', '{"questId": 1}');
select is(tests.notices(), '{"labor": [1], "quest": [1, 2]}', '... and leaves another');
select tests.ask('hosts_create', '{}', '{}', '{"hostname": "z"}');
select tests.ask('event_types_update', '{"id": "1"}', '{}', '{"description": "d"}');
select tests.ask('fates_update', '{"id": "2"}', '{}', '{"description": "d"}');
select tests.ask('quests_update', '{"id": "1"}', '{}', '{"description": "d"}');
select is(tests.notices(), '{"eventtype": [1], "fate": [2], "host": [5], "quest": [1]}',
	'of what else people change by hand');
select tests.throw(1, 'a');
select tests.throw(1, 'a');
select tests.sort(0, '{"live": true}');
select is(tests.letters('kind, receiver, due_at = tests.sec(0)', 'channel = ''live'''), '(notices,live,t)',
	'all that is sorted at a time is one letter');
select tests.notices();
select tests.throw(1, variadic array(select 'h' || i from generate_series(1, 99) i));
select is((select array_agg(k || ' ' || jsonb_array_length(v) order by k) from jsonb_each(tests.notices()) n (k, v)),
	'{"event 99","host 99","labor 99"}',
	'ninety-nine of a kind are told one by one');
select tests.throw(1, variadic array(select 'h' || i from generate_series(1, 150) i));
select is(tests.notices(), '{"event": "many", "host": "many", "labor": "many"}',
	'of a hundred and more only that there are such: not all labors that were made are known');
select tests.quest(1, 'c');
select tests.throw(2, variadic array(select 'h' || i from generate_series(1, 99) i));
select is(tests.notices() - 'quest', '{"event": "many", "host": "many", "labor": "many"}', '... of several changes, too');

-- ---- errors of ours ----
select tests.story();
select outbox.report('courier', 'oh ' || i, tests.sec(i)) from generate_series(1, 15) i;
select is((select count(*) from outbox.letters), 10::bigint, 'of errors ten in a minute are reported');
select is(tests.letters('channel, kind, receiver, content', 'id = 1'),
	'(sentry,error,sentry,"{""at"": ""2015-06-01T12:00:01.000000Z"", '
	|| '""logger"": ""courier"", ""message"": ""oh 1""}")', '... with the time and who has seen it');
select outbox.report('courier', 'again', tests.sec(60.5));
select is((select count(*) from outbox.letters), 10::bigint, '... in any minute');
select outbox.report('courier', 'again', tests.sec(61)), outbox.report('courier', 'and again', tests.sec(61));
select is((select count(*) from outbox.letters), 11::bigint, '... so that the eleventh goes a minute after the first');

select ok((select 'plan_cache_mode=force_custom_plan' = any(proconfig) from pg_proc where oid = 'courier_api.sort(int, jsonb)'::regprocedure),
	'no plan is kept from when there were few events, for a hundred thousand to be sorted by');
select * from finish();
rollback;
