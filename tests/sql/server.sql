-- What watchers are told of this server (/health, /metrics), and what the page hears when it comes back to /live.
begin;
\ir lib.psql
select plan(42);

create function tests.health(more jsonb default '{}') returns api.answer
language sql as $$ select tests.answer('health', '{}', '{}', '{}', jsonb_build_object('actor', null, 'settings',
	tests.settings(more))) $$;
create function tests.courier(ago interval) returns void
language sql as $$
	truncate outbox.couriers;
	insert into outbox.couriers values ('me', clock_timestamp() - ago), ('gone', clock_timestamp() - interval '1 day');
$$;
create function tests.letter(ago interval, state text default 'waiting') returns void
language sql as $$
	insert into outbox.letters (channel, kind, content, state, made_at, due_at) values ('mail', 'x', '{}', state,
	clock_timestamp() - ago, clock_timestamp() - ago)
$$;

-- ---- health ----
select tests.story();
truncate outbox.couriers;
select is((tests.health()).status || ' ' || (tests.health()).body,
	'503 {"status":"error","error":{"code":503,"message":"No courier has ever been seen."},'
	|| '"database":"ok","courier":{"seenSecondsAgo":null},"letters":{"oldestSeconds":0,"parked":0},'
	|| '"runner":{"seenSecondsAgo":null},"runs":{"waiting":0,"running":0}}',
	'without a courier the server is not well');
select tests.courier('2 seconds');
select is((tests.health()).status, 200, 'with one it is');
select matches((tests.health()).body,
	'^\{"status":"ok","database":"ok","courier":\{"seenSecondsAgo":2\.\d\},"letters":\{"oldestSeconds":0,"parked":0\},'
	|| '"runner":\{"seenSecondsAgo":null\},"runs":\{"waiting":0,"running":0\}\}$',
	'... and says when one was seen');
select tests.courier('29 seconds');
select is((tests.health()).status, 200, '... half a minute ago at most');
select tests.courier('100 seconds');
select is((tests.health()).body::jsonb #>> '{error,message}', 'No courier has been seen for 100 s.',
	'... else it is not well');
select tests.courier('0');
select tests.letter('100 seconds');
select is((tests.health()).status, 200, 'letters may wait');
select is(round(((tests.health()).body::jsonb #>> '{letters,oldestSeconds}')::numeric), 100::numeric,
	'... it says for how long');
select is((tests.health('{"healthLetterAge": 99}')).body::jsonb #>> '{error,message}',
	'A letter has been waiting for 100 s.', '... but not too long');
select is((tests.health('{"healthLetterAge": 99}')).status, 503, '... or it is not well');
select tests.courier('100 seconds');
select is((tests.health('{"healthLetterAge": 99}')).body::jsonb #>> '{error,message}',
	'No courier has been seen for 100 s. A letter has been waiting for 100 s.',
	'all that is wrong is said');
update outbox.letters set state = 'parked';
select tests.courier('0');
select is((tests.health('{"healthLetterAge": 99}')).status, 200, 'letters that are parked are not waiting');
select is((tests.health()).body::jsonb #>> '{letters,parked}', '1', '... but told');
insert into outbox.changes (at, kind, ids) values (clock_timestamp() - interval '100 seconds', 'host', '{1}');
select is((tests.health('{"healthLetterAge": 99}')).status, 503, 'a change that nobody sorts is waiting');

delete from outbox.changes where kind = 'host';
create function tests.runner(ago interval) returns void
language sql as $$
	truncate work.runners;
	insert into work.runners values ('here', clock_timestamp() - ago, '1'), ('gone', clock_timestamp() - interval '1 day', '1');
$$;
create function tests.said(more jsonb default '{}') returns text
language sql as $$ select (tests.health(more)).body::jsonb #>> '{error,message}' $$;
select tests.runner('1 hour');
select is(tests.said(), null, 'without runs nobody misses a runner');
create function tests.runs() returns void
language sql as $$
	insert into work.runs (kind, mode, arguments, status, initiator_type, start_time)
	select 'PLAYBOOK', 'x', '{}', s, 'users', now() from unnest('{DELAY,DELAY,RUN}'::text[]) s
$$;
insert into work.projects (id, repository, status) values (1, 'x', 'WAIT_SYNC');
select is(tests.said(), 'No runner has been seen for 3600 s.', 'where something is to be done one is missed');
select tests.runner('50 seconds');
select is(tests.said(), null, '... that was not seen for a minute');
truncate work.runners;
select is(tests.said(), 'No runner has ever been seen.', '... or never');
update work.projects set status = 'OK';
select tests.runs();
select is((tests.health()).body::jsonb->'runs', '{"waiting": 2, "running": 1}', 'runs that are not over are told');
select tests.runner('7 seconds');
select is(tests.said(), null, '... which somebody will see to');
select is(tests.said('{"timeZone": "Europe/Atlantis"}'), 'There is no time zone Europe/Atlantis: schedules go by UTC.',
	'a time zone that is none is told');
select is(tests.said('{"timeZone": "Europe/Berlin"}'), null, '... and one that is one is fine');

-- ---- metrics ----
create function tests.metrics() returns text
language sql as $$ select (tests.answer('metrics', '{}', '{}', '{}', '{"actor": null}')).body $$;
create function tests.metric(name text) returns text
language sql as $$ select substring(line from length(name) + 2) from regexp_split_to_table(tests.metrics(),
	'\n') line where starts_with(line, name || ' ') $$;
select tests.story(2);
truncate outbox.couriers;
select is(tests.metric('moirai_courier_seen_seconds'), '+Inf', 'no courier was seen for ever');
select is(tests.metric('moirai_letters_oldest_seconds'), '0.000', 'nothing waits');
select is((select count(*) from regexp_matches(tests.metrics(), 'moirai_letters\{channel="[a-z]+",state="[a-z]+"\} 0',
	'g')), 16::bigint,
	'each channel has its figures, also where they are 0');
select tests.courier('7 seconds');
select tests.runner('7 seconds');
select tests.runs();
select tests.quest(1, 'a', 'b', 'c');
select tests.quest(1, 'd');
select tests.throw(2, 'a', 'd');
select is(tests.metric('moirai_open_labors') || ' ' || tests.metric('moirai_open_quests'), '2 1', 'what is open');
select is(tests.metric('moirai_changes_unsorted'), '3', 'what is not sorted');
select matches(tests.metric('moirai_courier_seen_seconds'), '^7\.\d\d\d$', 'when a courier was seen');
select is(tests.metric('moirai_runs{state="waiting"}') || ' ' || tests.metric('moirai_runs{state="running"}'), '2 1', 'runs that are not over');
select matches(tests.metric('moirai_runner_seen_seconds'), '^[78]\.\d\d\d$', 'when a runner was seen');
select outbox.sort(tests.settings(), 9, clock_timestamp() - interval '50 seconds');
update outbox.letters set state = 'parked' where kind = 'quest-started' and channel = 'slack';
select is((select array_agg(tests.metric(format('moirai_letters{channel="%s",state="%s"}', channel,
	state)) order by channel, state)
	from unnest('{mail,slack}'::text[]) channel, unnest('{parked,waiting}'::text[]) state), '{0,5,2,3}',
	'how many letters wait, or were given up');
select matches(tests.metric('moirai_letters_oldest_seconds'), '^50\.\d\d\d$', 'how long the oldest has been waiting');
insert into outbox.tally values ('mail', 5, 3, 1);
select is((select array_agg(tests.metric(format('moirai_letters_settled_total{channel="mail",outcome="%s"}',
	o)) order by o) from unnest('{parked,retry,sent}'::text[]) o),
	'{1,3,5}', 'what became of them');
select is_empty($$ select line from regexp_split_to_table(rtrim(tests.metrics(), E'\n'), '\n') line
	where line !~ '^# (HELP|TYPE) moirai_[a-z_]+ .+$' and line !~ '^moirai_[a-z_]+(\{[a-z]+="[a-z]+"(,[a-z]+="[a-z]+")*\})? (\d+(\.\d+)?|\+Inf)$' $$,
	'each line is in Prometheus'' form');
select is_empty($$ select name from (select substring(line from '^moirai_[a-z_]+') as name, min(n) as n
	                              from regexp_split_to_table(tests.metrics(), '\n') with ordinality l (line,
	n) group by 1) m
	where name is not null and tests.metrics() !~ ('# TYPE ' || name || ' (gauge|counter)\n') $$,
	'... and each name has a type');
select is(right(tests.metrics(), 1), E'\n', '... to the end');

-- ---- the page comes back ----
-- tests.live(id) -> where nginx shall take the stream from, or what was missed.
create function tests.live(id text) returns text
language sql as $$
	select coalesce(a.location, substring(a.body from 'data: (.*)\n\n$')) from tests.answer('live',
	more => jsonb_build_object('lastEventId', id)) a
$$;
select tests.story();
select is(tests.live(null), '/_moirai/live', 'who comes anew hears what happens from now on');
select is(tests.live(round(extract(epoch from clock_timestamp()))::text || ':0'), '/_moirai/live-again',
	'who comes back and has missed nothing hears the last seconds again');
insert into outbox.letters (channel, kind, content, state, made_at, due_at, settled_at)
values ('live', 'notices', '{"notices": [{"kind": "host", "ids": [1]}]}', 'sent', now(), now(),
	clock_timestamp() - interval '30 seconds');
select is(tests.live(floor(extract(epoch from clock_timestamp() - interval '40 seconds'))::text || ':0'),
	'[{"ids": [1], "kind": "host"}]', 'who has missed something is told at once');
select is(tests.live(floor(extract(epoch from clock_timestamp() - interval '20 seconds'))::text || ':0'),
	'/_moirai/live-again', '... but not what came before');
select is(tests.live(id), '[{"kind": "all"}]',
	'who was away for long, or names no time, is told that all may have changed') from unnest('{1000000000:0,unknown,99999999999:5}'::text[]) id;

select * from finish();
rollback;
