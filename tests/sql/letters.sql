-- The life of a letter: claimed under a lease, delivered outside, settled; tried again later and later, parked in the end.
begin;
\ir lib.psql
select plan(128);

-- tests.letter(channel, receiver, due) -> a new letter's id.
create function tests.letter(channel text default 'mail', receiver text default null,
	due numeric default 0) returns bigint
language sql as $$
	insert into outbox.letters (channel, kind, receiver, content, made_at, due_at)
	values (channel, 'test', receiver, '{}', tests.sec(least(due, 0)), tests.sec(due)) returning id
$$;
-- tests.claim(n, seconds, channel, lease) -> ids of what is claimed then, by how long they are due.
create function tests.claim(n int, sec numeric, channel text default 'mail', lease int default 60) returns text
language sql as $$
	select string_agg(l.id::text, ' ' order by b.due_at, l.id)
	  from (select id, due_at from outbox.letters) b
	  join outbox.letters_claim(channel, n, lease, tests.settings(), tests.sec(sec)) l on l.id = b.id
$$;
create function tests.letters(columns text, condition text default 'true') returns text
language sql as $$ select tests.rows('outbox.letters where ' || condition, columns) $$;
-- tests.due(condition) -> from when on they can be claimed, in seconds: when they are due, and their receiver is not held.
create function tests.due(condition text default 'true') returns text
language plpgsql as $$
begin
	return tests.rows('(select l.*, greatest(due_at, until) as from_then from outbox.letters l left join outbox.holds h
	                     on l.state = ''waiting'' and h.channel = l.channel and h.receiver = l.receiver) l where ' || condition,
	                  'round(extract(epoch from from_then - tests.sec(0)), 1)');
end
$$;
-- tests.settle(seconds, outcome, more, condition): what became of those letters; `more` overrides members of the results.
create function tests.settle(sec numeric, outcome text, more jsonb default '{}',
	condition text default 'lease is not null') returns void
language plpgsql as $$
declare
	results jsonb;
begin
	execute format('select jsonb_agg(jsonb_build_object(''id'', id, ''lease'', lease, ''outcome'', %L::text, ''error'', '''') || %L::jsonb)
	                  from outbox.letters where %s', outcome, more, condition) into results;
	perform outbox.letters_settle(coalesce(results, '[]'), 10, tests.sec(sec));
end
$$;

-- ---- claiming ----
select tests.story();
select tests.letter(due => 5), tests.letter(due => 3), tests.letter('slack'), tests.letter(due => 3),
	tests.letter(due => 20);
select is(tests.claim(10, 2), null, 'a letter that is not due is not claimed');
select is(tests.claim(10, 3), '2 4', 'one that is, is');
select is(tests.letters('attempts, lease is not null, due_at = tests.sec(63), state', 'id = 2'), '(1,t,t,waiting)',
	'... for the time of the lease; that is an attempt');
select is(tests.claim(10, 3), null, 'a second claimer at that time gets none of them');
select is(tests.claim(10, 62.9), '1 5', '... nor at any before the lease is over; but others, the longest due first');
select is((select count(distinct lease) from outbox.letters), 2::bigint, 'each claim has a lease of its own');
select lease as was from outbox.letters where id = 2 \gset
select is(tests.claim(10, 63), '2 4', 'when it is over they may be claimed again');
select is(tests.letters('attempts, due_at = tests.sec(123)', 'id = 2'), '(2,t)', '... which is another attempt');
select isnt((select lease from outbox.letters where id = 2), :'was'::bigint, '... under another lease');
select is(tests.claim(10, 0, 'slack'), '3', 'each channel has its own');
select is(tests.claim(10, 0, 'hook'), null, '... or none');

select tests.story();
select tests.letter(due => -i) from generate_series(1, 30) i;
select is(tests.claim(12, 0), '30 29 28 27 26 25 24 23 22 21 20 19', 'so many at a time');
select is(tests.claim(12, 0), '18 17 16 15 14 13 12 11 10 9 8 7', '... to the next claimer the next');
select is(tests.claim(12, 0), '6 5 4 3 2 1', '... and to the last the rest');
select is(tests.claim(12, 0), null, 'nobody gets what another has');
update outbox.letters set state = case when id % 2 = 0 then 'sent' else 'parked' end;
select is(tests.claim(12, 1000), null, 'what is sent or parked is not claimed');

select tests.story();
select tests.letter('webhook', 'one', -100) from generate_series(1, 40);
select tests.letter('webhook', 'two', -50) from generate_series(1, 3);
select tests.letter('webhook', null, -10) from generate_series(1, 12);
select is(tests.claim(16, 0, 'webhook'), '1 2 3 4 41 42 43 44 45 46 47 48 49 50 51 52',
	'of one receiver a quarter at most: one that stalls shall not keep the others waiting; of none any number');
select is(tests.claim(2, 0, 'webhook'), '5 53', '... but one of each');
select is(tests.claim(1, 0, 'webhook'), '6', '... where one is all');

select tests.story();
select tests.letter('webhook', 'one', -100) from generate_series(1, 400);
select tests.letter('webhook', 'two', -50) from generate_series(1, 3);
select is(tests.claim(16, 0, 'webhook'), '1 2 3 4 401 402 403', '... however many have been waiting for that one');

-- ---- what was only gathered is written out ----
select tests.story(2);
select tests.quest(1, 'a', 'b');
select tests.throw(2, 'a');
select outbox.sort(tests.settings(), 10, tests.sec(0));
select is((select array_agg(gather order by id) from outbox.letters where gather is not null),
	'{"slack labors-made","slack labors-closed","quest-updated 1"}',
	'letters that are gathered');
create table tests.written as
	select kind, content, gather from unnest('{slack,mail}'::text[]) channel, outbox.letters_claim(channel, 40, 60,
	tests.settings(), tests.sec(2));
select is((select content->>'text' from tests.written where kind = 'labors-made'), '*Labors:* created 2 labors',
	'... are written when they are claimed');
select is((select content->>'text' from tests.written where kind = 'labors-closed'),
	E'*Labor 1* completed.\n\ta: step 1 => step 2\n\tPart of Quest [1] "an aim"\n\n', '... for Slack');
select is((select content->>'subject' from tests.written where kind = 'quest-updated'), 'Quest 1 updated',
	'... and as mail');
select is((select count(*) from tests.written where gather is not null), 0::bigint, '... and no more is added');
select set_eq('select content from tests.written', 'select content from outbox.letters',
	'... they stand as they were claimed');
select tests.throw(2, 'b');
update fate.quests set description = 'changed';
select tests.settle(3, 'retry', condition => 'kind in (''quest-updated'', ''labors-closed'')');
select outbox.sort(tests.settings('{"questMailEvery": 0}'), 10, tests.sec(3));
select is((select count(*) from tests.written w, unnest('{slack,mail}'::text[]) channel, outbox.letters_claim(channel, 40,
	60, tests.settings(), tests.sec(99)) c
	where c.kind = w.kind and c.content = w.content and c.attempts = 2), 5::bigint,
	'the next attempts say what the first did');
select is((select count(*) from outbox.letters where gather is null and kind = 'labors-closed'), 2::bigint,
	'what came later is another letter');

-- ---- settling: sent ----
select tests.story();
select tests.letter(), tests.letter(), tests.letter();
select tests.claim(2, 1);
select tests.settle(5, 'sent', '{"error": "one of two refused"}');
select is(tests.letters('state, lease, attempts, settled_at = tests.sec(5), error', 'id < 3'),
	'(sent,,1,t,"one of two refused") (sent,,1,t,"one of two refused")',
	'a letter that is sent is settled, and may still say what went wrong');
select is(tests.letters('state, attempts, settled_at', 'id = 3'), '(waiting,0,)', '... others are left alone');
select is(tests.rows('(select 1 as id, * from outbox.tally) t', 'channel, sent, retried, parked'), '(mail,2,0,0)',
	'... and counted');
select tests.claim(2, 6);
select tests.settle(7, 'sent');
select is(tests.letters('error', 'id = 3'), '()', 'no error is none');

-- ---- under a lease that is another's ----
select tests.story();
select tests.letter();
select tests.claim(1, 0);
select tests.settle(1, 'sent', '{"lease": 1}');
select is(tests.letters('state, lease is not null, settled_at'), '(waiting,t,)',
	'under another lease nothing is settled');
select tests.settle(1, 'sent', '{"lease": null}');
select is(tests.letters('state, lease is not null, settled_at'), '(waiting,t,)', '... nor under none');
select tests.settle(1, 'sent', '{"id": 9}');
select is(tests.letters('state, lease is not null, settled_at'), '(waiting,t,)', '... nor of a letter that is not there');
select is((select count(*) from outbox.tally), 0::bigint, '... or counted');
select lease as slow from outbox.letters \gset
select tests.claim(1, 61);
select tests.settle(62, 'sent', jsonb_build_object('lease', :slow));
select is(tests.letters('state, attempts'), '(waiting,2)', 'who was too slow has lost it to another');
select tests.settle(63, 'retry');
select tests.settle(64, 'sent', jsonb_build_object('lease', :slow), 'true');
select is(tests.letters('state, lease'), '(waiting,)', '... also after that one has settled it');
-- A connection that is gone: nobody holds its number.
select tests.story();
select tests.letter(), tests.letter();
select tests.claim(2, 0);
update outbox.letters set holder = 5 where id = 1;
select lease as gone from outbox.letters where id = 1 \gset
select outbox.letters_release(tests.sec(10));
select is(tests.letters('state, lease is null, attempts, due_at = tests.sec(10)'), '(waiting,t,1,t) (waiting,f,1,f)',
	'a letter whose holder is gone is due again; while he is there it is his');
select tests.settle(11, 'sent', jsonb_build_object('lease', :gone, 'attempt', 1), 'id = 1');
select is(tests.letters('state', 'id = 1'), '(sent)', 'should he have delivered it all the same, he may still settle it');
update outbox.letters set holder = 5 where id = 2;
select lease as gone from outbox.letters where id = 2 \gset
select outbox.letters_release(tests.sec(12));
select tests.claim(2, 12);
select tests.settle(13, 'sent', jsonb_build_object('lease', :gone, 'attempt', 1), 'id = 2');
select is(tests.letters('state, attempts', 'id = 2'), '(waiting,2)', '... but not when another has it by then');
select tests.settle(14, 'retry', '{"attempt": 2}', 'id = 2');
select tests.settle(15, 'sent', jsonb_build_object('lease', :gone, 'attempt', 1), 'id = 2');
select is(tests.letters('state, attempts', 'id = 2'), '(waiting,2)', '... or had it');
select outbox.letters_settle('[]', 10, tests.sec(65));
select is(tests.letters('state'), '(sent) (waiting)', 'no results settle nothing');

-- ---- tried again ----
-- tests.pauses(attempts, outcome) -> the shortest and the longest pause of five hundred letters after so many attempts, in parts
-- of 10 * 1.5^(attempts - 1) seconds; and how many are parked.
create function tests.pauses(attempts int, outcome text) returns text
language plpgsql as $$
begin
	perform tests.story();
	perform tests.letter() from generate_series(1, 500);
	update outbox.letters l set attempts = pauses.attempts - 1;
	perform tests.claim(500, 0);
	perform tests.settle(0, outcome);
	return (select format('%s %s %s', round(min(part), 1), round(max(part), 1), count(*) filter (where state = 'parked'))
	          from (select state, extract(epoch from due_at - tests.sec(0)) / (10 * 1.5 ^ least(pauses.attempts - 1,
	40)) as part from outbox.letters) p);
end
$$;
select is(tests.pauses(1, 'retry'), '0.5 1.0 0',
	'one that failed is tried again after half the pause to all of it, at random');
select is(tests.letters('state, lease, attempts, settled_at = tests.sec(0)', 'id = 7'), '(waiting,,1,t)',
	'... by whoever claims it then');
select is(tests.pauses(2, 'retry'), '0.5 1.0 0', 'each further pause is half as long again');
select is(tests.pauses(3, 'stalled'), '0.5 1.0 0', '... also where the receiver stalls');
select is(tests.pauses(10, 'retry'), '0.5 1.0 0', '... and again');
select is(tests.pauses(23, 'retry'), '0.5 1.0 0', '... up to a day');
select is(tests.pauses(24, 'retry'), '0.0 0.0 500', 'one that would have to wait longer is parked');
select is(tests.pauses(24, 'stalled'), '0.0 0.0 500', '... also where the receiver stalls');
select is(tests.pauses(1000000, 'retry'), '0.0 0.0 500', '... whatever number of attempts it had');
select is(tests.pauses(1, 'park'), '0.0 0.0 500', 'one that can never be delivered is parked at once');
select is(tests.letters('state, lease, attempts, settled_at = tests.sec(0)', 'id = 7'), '(parked,,1,t)',
	'... and nobody has it');
select is(tests.rows('(select 1 as id, * from outbox.tally) t', 'channel, sent, retried, parked'), '(mail,0,0,500)',
	'... and counted');

select tests.story();
select tests.letter();
select tests.claim(1, 0);
select tests.settle(1, 'retry', '{"error": "no route to host"}');
select is(tests.letters('error'), '("no route to host")', 'its error is kept');
select is(tests.rows('(select 1 as id, * from outbox.tally) t', 'channel, sent, retried, parked'), '(mail,0,1,0)',
	'... and the attempt counted');
select tests.claim(1, 99);
select tests.settle(99, 'retry', '{"left": {"recipients": ["b@x.org"]}}');
select is(tests.letters('content, error'), '("{""recipients"": [""b@x.org""]}",)',
	'what is left to be done is done the next time');
select tests.claim(1, 999);
select tests.settle(999, 'retry', '{"left": null, "reply": {"a": 1}}');
select is(tests.letters('content'), '("{""recipients"": [""b@x.org""]}")', '... or all of it again');

-- ---- a receiver that asks for time, or stalls ----
-- tests.others(outcome, more) -> when these are due then: the one that was tried; of its receiver one that was due, one due later;
-- one of another receiver, of another channel, of none; one that somebody has. Then the states.
create function tests.others(outcome text, more jsonb) returns text
language plpgsql as $$
begin
	perform tests.story();
	perform tests.letter('webhook', 'one'), tests.claim(1, 0, 'webhook');
	perform tests.letter('webhook', 'one', -5), tests.letter('webhook', 'one', 5000), tests.letter('webhook', 'two', -5),
	        tests.letter('mail', 'one', -5), tests.letter('webhook', null, -5);
	insert into outbox.letters (channel, kind, receiver, content, made_at, due_at, lease, attempts, state)
	values ('webhook', 'test', 'one', '{}', tests.sec(0), tests.sec(50), 7, 1, 'waiting'),
	       ('webhook', 'test', 'one', '{}', tests.sec(0), tests.sec(-50), 8, 1, 'waiting'),
	       ('webhook', 'test', 'one', '{}', tests.sec(0), tests.sec(0), null, 1, 'sent');
	perform tests.settle(10, outcome, more, 'id = 1');
	return tests.due();
end
$$;
select is(tests.others('retry', '{"retryAfter": 700}'),
	'(710.0) (710.0) (5000.0) (-5.0) (-5.0) (-5.0) (710.0) (710.0) (0.0)',
	'a receiver that asks for time gets it, for all that waits for it; nobody else does');
select matches(tests.others('retry', '{}'), '^\(\d+\.\d\) \(-5\.0\) \(5000\.0\) ',
	'one that only failed keeps no other waiting');
select is(tests.others('retry', '{"retryAfter": 0}') ~ '^\(\d\d\.\d\) \(-5\.0\)', true,
	'... nor one that asks for no time');
select is(tests.others('sent', '{"retryAfter": 700}') ~ '^\(10\.0\) \(-5\.0\)', true, '... nor one that took it');
select is(tests.others('park', '{"retryAfter": 700}') ~ '^\(10\.0\) \(-5\.0\)', true, '... nor one that is parked');
select ok(bool_and(due ~ '^\((1\d|20)\.\d\) \((1\d|20)\.\d\) \(5000\.0\) \(-5\.0\) \(-5\.0\) \(-5\.0\) \(50\.0\) \((1\d|20)\.\d\) \(0\.0\)$'
	and substring(due from '^\((\S+)\)') = substring(due from '^\S+ \((\S+)\)')),
	'one that stalls gets nothing else before')
  from (select tests.others('stalled', '{}') as due from generate_series(1, 20)) t;
select tests.story();
select tests.letter('webhook', 'one'), tests.letter('webhook', 'one');
update outbox.letters set attempts = 20 where id = 1;
select tests.claim(1, 0, 'webhook');
select tests.settle(0, 'stalled');
select ok((select due_at > tests.sec(3000) from outbox.letters where id = 1), 'however long it waits itself');
select is(tests.due('id = 2'), '(60.0)', '... the others are tried after a minute');
select tests.story();
select tests.letter(), tests.letter();
select tests.claim(1, 0);
select tests.settle(0, 'stalled', '{"retryAfter": 700}');
select is(tests.due(), '(700.0) (0.0)', 'where there is no receiver nobody waits for it');
select tests.story();
select tests.letter('webhook', 'one'), tests.letter('webhook', 'one'), tests.letter('webhook', 'one'),
	tests.letter('webhook', 'one');
select tests.claim(12, 0, 'webhook');
select outbox.letters_settle((select jsonb_agg(jsonb_build_object('id', id, 'lease', lease, 'outcome',
	case when id = 2 then 'sent' else 'retry' end,
	'retryAfter', id * 100)) from outbox.letters where lease is not null), 10, tests.sec(0));
select is(tests.due('state = ''waiting'''), '(300.0) (300.0) (300.0)', 'of several that ask for time the longest counts');

-- ---- ... and what comes for it later ----
select tests.story();
select tests.letter('webhook', 'one'), tests.claim(1, 0, 'webhook'), tests.settle(10, 'retry', '{"retryAfter": 700}');
select tests.letter('webhook', 'one'), tests.letter('webhook', 'two'), tests.letter('webhook'), tests.letter('mail',
	'one');
select is(tests.claim(16, 709, 'webhook') || ' ' || tests.claim(16, 709), '3 4 5',
	'what is written for a receiver that asked for time waits, too');
select is(tests.claim(16, 710, 'webhook'), '2 1', '... until then');
select tests.settle(711, 'sent', '{}', 'receiver = ''one'' and channel = ''webhook''');
select is((select count(*) from outbox.holds), 0::bigint, 'one that took something is held no more');

-- tests.claim_slow(seconds, slow) -> what is claimed for receivers that stall, or for others, eight at a time.
create function tests.claim_slow(sec numeric, slow boolean) returns text
language sql as $$
	select string_agg(id::text, ' ' order by id) from outbox.letters_claim('webhook', 8, 60, tests.settings(),
	tests.sec(sec), slow)
$$;
select tests.story();
select tests.letter('webhook', 'one'), tests.letter('webhook', 'two'), tests.letter('webhook');
select is(tests.claim_slow(0, true), null, 'before any receiver stalls there is nothing to be claimed for such');
select is(tests.claim_slow(0, false), '1 2 3', '... all is for others');
select tests.settle(30, 'stalled', '{}', 'receiver = ''one'''), tests.settle(30, 'retry', '{}',
	'receiver is distinct from ''one''');
select tests.letter('webhook', 'one');
select is(tests.claim_slow(30, true), null, 'one that stalled gets nothing at first');
select is(tests.claim_slow(300, false), '2 3', '... later, too, not along with others');
select is(tests.claim_slow(300, true), '1 4', '... but apart from them');
select tests.settle(330, 'retry', '{"retryAfter": 20}', 'receiver = ''one''');
select is(tests.claim_slow(349, false) is null and tests.claim_slow(349, true) is null, true,
	'once it answers, be it that it wants more time, it gets that');
select is(tests.claim_slow(350, true), null, '... and is no longer apart');
select is(tests.claim_slow(350, false), '1 4', '... but served with the others');
select tests.settle(380, 'stalled', '{}', 'receiver = ''one''');
select is(tests.claim_slow(500, true), '1 4', 'when it stalls again it is apart again');
select tests.settle(500, 'sent', '{}', 'receiver = ''one''');
select is((select count(*) from outbox.holds), 0::bigint, '... until it takes something');
insert into outbox.holds values ('webhook', 'one', tests.sec(-86401), true), ('webhook', 'two', tests.sec(-86399), true);
select outbox.tidy(7, tests.sec(0));
select is((select array_agg(receiver) from outbox.holds), '{two}',
	'a receiver that nothing is sent to any more is forgotten');
select tests.others('stalled', '{}');
select is((select row(channel, receiver, stalled)::text from outbox.holds), '(webhook,one,t)',
	'receivers are held by channel');

-- ---- notices for the page ----
-- tests.notice(id): a notice of that host.
create function tests.notice(id int) returns bigint
language sql as $$
	insert into outbox.letters (channel, kind, receiver, content, made_at, due_at)
	values ('live', 'notices', 'live', jsonb_build_object('notices', jsonb_build_array(jsonb_build_object('kind', 'host',
	'ids', array[id]))), tests.sec(0), tests.sec(0))
	returning letters.id
$$;
create function tests.missed(since numeric, now numeric) returns text
language sql as $$
	select string_agg(coalesce(n->'ids'->>0, n->>'kind'), ' ' order by i)
	  from jsonb_array_elements(outbox.notices_since(tests.sec(since), tests.sec(now))) with ordinality e (n, i)
$$;
select tests.story();
select tests.notice(i) from generate_series(1, 4) i;
select is(tests.missed(0, 10), null, 'a notice that was not sent was not missed');
select tests.claim(1, 0, 'live'), tests.settle(1, 'sent');
select tests.claim(1, 2, 'live'), tests.settle(2, 'sent');
select is(tests.missed(0, 10), '1 2', 'those that were sent can be heard again');
select is(tests.missed(1, 10), '2', '... since some time');
select is(tests.missed(2, 10), null, '... or none');
update outbox.letters set attempts = id where id > 2;
select tests.claim(1, 3, 'live'), tests.claim(1, 3, 'live'), tests.settle(3, 'retry');
select is(tests.letters('id, attempts, state'), '(1,1,sent) (2,1,sent) (3,4,waiting) (4,5,sent)',
	'one that was tried five times is given up');
select is(tests.missed(1, 10), '2 4', '... and can be heard like the others');
select is(tests.rows('(select 1 as id, * from outbox.tally) t', 'channel, sent'), '(live,2)',
	'... but does not count as sent');
select outbox.tidy(7, tests.sec(601.5));
select is(tests.letters('id'), '(2) (3) (4)', 'notices are kept for ten minutes');
select is(tests.missed(1, 542), 'all', 'who was away for longer is told that everything may have changed');
select is(tests.missed(500, 400), 'all', '... or comes from the future');

-- ---- somebody asks for a retry ----
select tests.story();
select tests.letter(due => 500), tests.letter(), tests.letter(), tests.letter(), tests.letter();
update outbox.letters set attempts = 9, state = case id when 2 then 'parked' when 3 then 'sent' else 'waiting' end,
       lease = case when id > 3 then 7 end,
	due_at = case id when 4 then tests.sec(70) when 5 then tests.sec(30) else due_at end, error = 'e';
select is((select array_agg(outbox.letters_retry(id, tests.sec(60)) order by id) from outbox.letters), '{t,t,f,f,t}',
	'one that waits or is parked can be retried; not one that is sent, or that somebody has');
select is(tests.letters('state, attempts, round(extract(epoch from due_at - tests.sec(0)))'),
	'(waiting,0,60) (waiting,0,60) (sent,9,0) (waiting,9,70) (waiting,0,60)',
	'... it is due now, as if never tried');
select is(outbox.letters_retry(99, tests.sec(0)), false, 'one that is not there cannot');
select is(tests.claim(9, 60), '1 2 5', '... they are claimed');
select is((select array_agg(outbox.is_claimed(s, l, d, tests.sec(0))) from (values ('waiting', 7::bigint, tests.sec(1)),
	('waiting', 7, tests.sec(0)),
	('waiting', null, tests.sec(1)), ('parked', 7, tests.sec(1))) v (s, l, d)), '{t,f,f,f}',
	'somebody has a letter while its lease lasts');

-- ---- tidying ----
select tests.story();
select tests.letter() from generate_series(1, 6);
update outbox.letters set settled_at = tests.sec(-86400 * 7 - case id when 2 then 0 else 1 end),
       state = case id when 3 then 'waiting' when 4 then 'parked' else 'sent' end,
	attempts = case id when 5 then 60 else 59 end;
update outbox.letters set settled_at = tests.sec(0) where id = 6;
select outbox.tidy(7, tests.sec(0));
select is(tests.letters('id'), '(2) (3) (4) (6)', 'letters that were sent some days ago are forgotten, no others');
select outbox.tidy(0, tests.sec(0.001));
select is(tests.letters('id'), '(3) (4)', '... at once, where they are kept for no day');
select tests.story();
select tests.letter() from generate_series(1, 10050);
update outbox.letters set state = 'sent', settled_at = tests.sec(-86400);
select outbox.tidy(0, tests.sec(0));
select is((select count(*) from outbox.letters), 50::bigint, '... some thousands at a time');
select outbox.tidy(0, tests.sec(0));
select is((select count(*) from outbox.letters), 0::bigint, '... the rest the next time');
select tests.letter(due => -1), tests.letter(due => -1), tests.letter(due => 9);
update outbox.letters set lease = 7, attempts = 59 + (id > 10051)::int;
select outbox.tidy(7, tests.sec(0));
select is(tests.letters('state, lease, error'),
	'(waiting,7,) (parked,,"The courier died each time it was tried.") (waiting,7,)',
	'a letter that no courier survives is parked');
insert into outbox.quest_pace values (1, tests.sec(-3601)), (2, tests.sec(-3600)), (3, tests.sec(5));
delete from outbox.couriers;
insert into outbox.couriers values ('old', tests.sec(-86401)), ('new', tests.sec(-86399));
select outbox.tidy(7, tests.sec(0));
select is((select array_agg(quest_id order by quest_id) from outbox.quest_pace), '{2,3}',
	'a pace that is long over is forgotten');
select is((select array_agg(name) from outbox.couriers), '{new}', '... and so is a courier that is gone');

-- ---- how long has the oldest been waiting? ----
select tests.story();
select is(outbox.oldest(tests.sec(0)), null, 'where nothing waits nothing has been waiting');
insert into outbox.changes (at, kind, ids) values (tests.sec(-30), 'host', '{1}'), (tests.sec(-40), 'host', '{1}');
select is(outbox.oldest(tests.sec(0)), 30::numeric, 'a change waits since it happened');
truncate outbox.changes;
select tests.letter(due => 100);
select is(outbox.oldest(tests.sec(99)), null, 'a letter that is not due has not been kept waiting');
select is(outbox.oldest(tests.sec(107)), 7::numeric, '... but from then on');
truncate outbox.letters;
select tests.letter();
select tests.claim(1, 110), tests.settle(111, 'retry', '{"retryAfter": 5000}');
select is(outbox.oldest(tests.sec(200)), 200::numeric, '... also while it waits for its next try');
truncate outbox.letters;
select tests.letter('webhook', 'one'), tests.letter('webhook', 'one'), tests.claim(1, 0, 'webhook'), tests.settle(0,
	'stalled');
select is(outbox.oldest(tests.sec(50)), 50::numeric, '... or its receiver is held');
update outbox.letters set state = 'parked';
select is(outbox.oldest(tests.sec(200)), null, 'what is sent or parked waits no more');
select tests.story(2);
select tests.quest(1, 'a', 'b', 'c');
select tests.throw(2, 'a');
select outbox.sort(tests.settings('{"slack": false}'), 10, tests.sec(0));
select tests.claim(9, 0), tests.settle(0, 'sent');
select tests.throw(2, 'b');
select outbox.sort(tests.settings('{"slack": false}'), 10, tests.sec(10));
select is(outbox.oldest(tests.sec(899)), null, 'what is gathered for its time is not kept waiting');
select is(outbox.oldest(tests.sec(907)), 7::numeric, '... it is from its time on');
select tests.claim(9, 910);
select is(outbox.oldest(tests.sec(911)), 11::numeric, '... also while somebody tries');

-- ---- what the courier calls ----
select tests.story(2);
select is(courier_api.claim('mail', 5, 60, tests.settings()), null, 'where none is due there is none to be had');
insert into outbox.webhooks (url, secret, made_by, made_at) values ('http://x/?a=b', 's3cret', 'johnny', now()),
	('http://y', null, 'johnny', now());
select tests.throw(1, 'a');
select courier_api.sort(500, tests.settings('{"slackGather": 0}'));
select is(tests.letters('content ? ''secret'', content::text ~ ''s3cret'', content::text ~ ''x/'''),
	'(f,f,f) (f,f,f) (f,f,f)',
	'no letter holds a secret, or where a webhook is');
create table tests.claimed as select jsonb_array_elements(courier_api.claim('webhook', 16, 60,
	tests.settings())) as letter;
select is((select array_agg(k order by k) from tests.claimed, jsonb_object_keys(letter) k where letter->>'id' = '1'),
	'{attempt,content,id,key,kind,lease,receiver}', 'a claimed letter has these');
select is((letter->'content') - 'body', '{"url": "http://x/?a=b", "secret": "s3cret"}',
	'to a webhook: where it is, and its secret')
  from tests.claimed where letter->>'receiver' = 'webhook 1';
select is((letter->'content') - 'body', '{"url": "http://y", "secret": null}',
	'... if it has one') from tests.claimed where letter->>'receiver' = 'webhook 2';
select is((letter->'content'->>'body')::jsonb - 'events', jsonb_build_object('key', letter->'key', 'webhookId', 1),
	'... and what is posted')
  from tests.claimed where letter->>'receiver' = 'webhook 1';
select is((letter->'content'->>'body')::jsonb #>> '{events,0,hostname}', 'a',
	'... the events') from tests.claimed where letter->>'receiver' = 'webhook 1';
select is(courier_api.claim('slack', 1, 60, tests.settings())->0->'content', '{"text": "*Labors:* created 1 labor"}',
	'any other: its content');
delete from outbox.webhooks where id = 1;
select is(tests.letters('receiver'), '("webhook 2") (slack)', 'the letters of a webhook that is deleted go with it');
select courier_api.settle('webhook',
	(select jsonb_agg(letter || '{"outcome": "retry", "error": "x"}') from tests.claimed),
	tests.settings('{"letterRetry": 500}'));
select ok((select due_at between now() + interval '0.25 s' and clock_timestamp() + interval '0.5 s' from outbox.letters where webhook_id = 2),
	'letter_retry is told in milliseconds');
select courier_api.alive('me:7', tests.settings());
select ok((select seen_at between now() and clock_timestamp() from outbox.couriers where name = 'me:7'),
	'a courier says that it is alive');
select courier_api.alive('me:7', tests.settings());
select is((select count(*) from outbox.couriers where name = 'me:7'), 1::bigint, '... again and again');

select * from finish();
rollback;
