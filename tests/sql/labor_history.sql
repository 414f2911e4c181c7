-- How quests went, by the hour, how they will go on, and what is counted by the hour (sql/fate/history.sql).
begin;
\ir lib.psql
select plan(43);

-- tests.h(n) -> the moment n hours into the story, which begins with an hour.
create function tests.h(n numeric) returns timestamptz
language sql immutable as $$ select tests.at(0) + n * interval '1 hour' $$;
create function tests.throw_at(h numeric, type int, variadic hosts text[]) returns bigint[]
language sql as $$
	select fate.events_throw(type, fate.hosts_named(hosts), 'johnny@example.com', null, null, tests.h(h))
$$;
create function tests.quest_at(h numeric, fate int, variadic hosts text[]) returns bigint
language sql as $$
	select fate.quests_embark(f.id, f.creation_type_id, fate.hosts_named(hosts), 'johnny@example.com', 'an aim', null, null, null, tests.h(h))
	  from fate.fates f where f.id = $2
$$;
-- tests.history() -> (quest,hour of the story,fate,opened,closed) of each row.
create function tests.history() returns text
language sql as $$
	select string_agg(row(quest_id, hour - fate.hour(tests.at(0)), fate_id, opened, closed)::text, ' ' order by quest_id, hour, fate_id)
	  from fate.labor_history
$$;
create function tests.hosts(n int, first int default 1) returns text[]
language sql as $$ select array_agg('h' || i order by i) from generate_series(first, first + n - 1) i $$;

-- ---- hours ----
select is(fate.hour('1970-01-01 00:00+00'), 0, 'hours are counted from 1970, UTC');
select is(fate.hour('1970-01-01 00:59:59.999999+00'), 0, '... an hour ends before the next one begins');
select is(fate.hour('1969-12-31 23:59:59.999999+00'), -1, '... also before 1970');
select is(fate.hour_begin(fate.hour(tests.at(59))), tests.at(0), '... and begins where its first moment is');

-- ---- what is kept ----
select tests.story(3);
select tests.throw_at(0, 1, 'x');
select is(tests.history(), null, 'labors of no quest have no history');
select tests.quest_at(0, 1, 'a', 'b', 'c');
select is(tests.history(), '(1,0,1,3,0)', 'a quest begins with a labor on each host');
select tests.throw_at(0.9, 2, 'a', 'x');
select is(tests.history(), '(1,0,1,3,1) (1,0,2,1,0)', 'a step closes a labor of one fate and opens one of the next');
select tests.throw_at(1, 2, 'b');
select tests.throw_at(1.5, 3, 'a', 'b', 'c');
select is(tests.history(), '(1,0,1,3,1) (1,0,2,1,0) (1,1,1,0,1) (1,1,2,1,2)', '... in the hour in which that happens');
select tests.throw_at(1.6, 3, 'a', 'b', 'c');
select is(tests.history(), '(1,0,1,3,1) (1,0,2,1,0) (1,1,1,0,1) (1,1,2,1,2)', 'what changes nothing leaves no trace');
select is((select array_agg(s::text) from fate.quests_steps('{1,2}') s), '{"(1,1,1,2)","(1,2,0,2)"}', 'a quest''s steps: open and closed of each fate');
select tests.quest_at(2, 1, 'd');
select fate.labors_move('{4}', 2, tests.h(3));
select fate.labors_move('{3}', 2, tests.h(4));
select is(tests.history(), '(1,0,1,3,1) (1,0,2,1,0) (1,1,1,0,1) (1,1,2,1,2) (1,3,1,-1,0) (1,4,1,-1,-1) (2,2,1,1,0) (2,3,1,1,0) (2,4,1,1,1)',
	'a labor that is moved leaves one history and joins the other, in that hour');
select is((select array_agg(s::text) from fate.quests_steps('{1}') s), '{"(1,1,0,1)","(1,2,0,2)"}', '... and is counted where it is');
select is((select count(*) from fate.check()), 0::bigint, '... lawfully');

-- ---- the same from the labors alone, as of an installation that is older than that ----
create function tests.old() returns text
language sql as $$
	select coalesce(string_agg(c::text, ' ' order by c::text), '') from (
	       select kind, key, level, block, sum(n) from fate.counts where kind in ('opened', 'closed') group by 1, 2, 3, 4) c
$$;
select tests.story(3);
select tests.throw_at(0, 1, variadic tests.hosts(20));
select tests.quest_at(1, 1, variadic tests.hosts(10, 5));
select tests.throw_at(h, 2, variadic tests.hosts(3, h)) from generate_series(2, 12) h;
select tests.throw_at(h, 3, variadic tests.hosts(2, h)) from generate_series(300, 303) h, generate_series(1, 2);
select tests.throw_at(301, 3, variadic tests.hosts(2, 3));
update fate.count_deltas set minute = minute - 5;
select fate.counts_fold();
select tests.history() as history, tests.old() as counts, fate.count('opened') as opened, fate.count('closed') as closed \gset
drop table fate.labor_history;
delete from fate.counts where kind in ('opened', 'closed');
alter type hermes_api.expand drop attribute forecast;
drop index fate.quests_embark_time_idx, fate.quests_completion_time_idx, fate.quests_open_creator, fate.labors_open_quest;
\ir ../../sql/migrate/0006_history.sql
select cmp_ok(length(tests.history()), '>', 200, 'there is a history to be found again');
select is(tests.history(), :'history', 'the migration finds the history of labors that were there before');
select is(tests.old(), :'counts', '... and what to count by the hour, at each level');
select is(array[fate.count('opened'), fate.count('closed')], array[:opened, :closed]::bigint[], '... and altogether');
select is((select count(*) from fate.check()), 0::bigint, '... lawfully');

-- ---- opened and closed by the hour ----
select tests.story(2);
select tests.throw_at(0, 1, 'a', 'b');
select tests.throw_at(1, 2, 'a');
select tests.throw_at(1.9, 1, 'a');
select tests.throw_at(300, 2, 'a', 'b');
create function tests.by_hour(kind text, first int) returns text
language sql as $$
	select string_agg(row(hour - fate.hour(tests.at(0)), n)::text, ' ' order by hour) from fate.counts_by_hour(kind, fate.hour(tests.h(first)))
$$;
select is(tests.by_hour('opened', 0), '(0,2) (1,1)', 'labors are counted in the hour in which they were opened');
select is(tests.by_hour('closed', 0), '(1,1) (300,2)', '... and in that in which they were closed');
update fate.count_deltas set minute = minute - 5;
select fate.counts_fold();
select is(tests.by_hour('opened', 0) || ' ' || tests.by_hour('closed', 1), '(0,2) (1,1) (1,1) (300,2)', '... also when that is folded');
select is(tests.by_hour('closed', 2), '(300,2)', 'what was before is not asked for');
select is((select array_agg(row(key, level, n)::text order by key, level, block) from fate.counts where kind = 'closed'),
	'{"(0,0,3)","(0,1,1)","(0,1,2)","(0,2,1)","(0,2,2)","(1,0,3)","(1,1,1)","(1,1,2)","(1,2,1)","(1,2,2)"}',
	'each number stands for its fate and for all, altogether, by 256 hours and by the hour');
select is(array(select fate.fates_counted(null)::text), '{"(1,0,3)","(2,0,0)"}', 'each fate has its open and closed labors');

-- ---- forecasts ----
create function tests.forecast(h numeric, quest bigint default 1) returns text
language sql as $$
	select row(extract(epoch from f.forecast_time - tests.at(0)) / 3600, per_day)::text
	  from fate.quests_forecast(array[quest], tests.h(h)) f
$$;
select tests.story(2);
select tests.quest_at(0, 1, variadic tests.hosts(20));
select is(tests.forecast(10), '(,0.00)', 'nothing done: no end in sight');
select tests.throw_at(10, 2, variadic tests.hosts(5));
select is(tests.forecast(10), '(40.0000000000000000,12.00)', 'a quarter done in ten hours: the rest takes thirty');
select is(tests.forecast(20), '(80.0000000000000000,6.00)', '... and longer, the longer nothing happens');
select is(tests.forecast(0), '(3.0000000000000000,120.00)', 'what begins now is taken to have gone on for an hour');
select tests.throw_at(100, 2, variadic tests.hosts(5, 6));
select is(tests.forecast(240), '(574.0000000000000000,0.72)', 'after a week what was before counts no more: five in seven days but an hour');
select is(tests.forecast(100 + 168), '(,0.00)', '... until nothing is left that counts');
select tests.throw_at(300, 2, variadic tests.hosts(10, 11));
select is(tests.forecast(1000), '(,1.44)', 'a quest that is complete has no forecast, but went on as fast as this before it was');
select tests.throw_at(301, 1, 'late');
select fate.labors_move((select array_agg(id) from fate.labors where completion_time is null), 1, tests.h(302));
select is(tests.forecast(303), '(,1.44)', '... also when an open labor has joined it');

select tests.story(3);
select tests.quest_at(0, 1, variadic tests.hosts(4));
select tests.throw_at(1, 2, 'h1', 'h2');
select is(tests.forecast(2), '(,0.00)', 'a step that opens the next labor brings no end nearer');
select tests.throw_at(2, 3, 'h1', 'h2');
select is(tests.forecast(2), '(4.0000000000000000,24.00)', '... the last step does');
select tests.throw_at(2, 1, 'x');
select fate.labors_move(array(select id from fate.labors where quest_id is null), 1, tests.h(2));
select is(tests.forecast(2), '(5.0000000000000000,24.00)', 'a labor that joins is more to do, and takes nothing from what was done');
select tests.quest_at(2, 1, variadic tests.hosts(2, 50));
select is(tests.forecast(2, 2), '(,0.00)', 'each quest has its own');
select is((select count(*) from fate.quests_forecast('{1,2,77}', tests.h(3))), 2::bigint, '... that is there');
select is((select count(*) from fate.quests_forecast(null, tests.h(3))), 0::bigint, '... and was asked for');
update fate.quests set open_labors = 500000, root_labors = 500001 where id = 1;
select is(tests.forecast(2), '(,12.00)', 'what would take a hundred years has no end');

-- ---- points ----
create function tests.points(first int, last int, step int) returns text
language sql as $$
	select string_agg(row(upto - fate.hour(tests.at(0)), open, opened, closed)::text, ' ' order by upto)
	  from fate.quests_points(1, fate.hour(tests.h(first)), fate.hour(tests.h(last)), step)
$$;
select tests.story(2);
select tests.throw_at(-5, 1, 'x', 'y');
select tests.quest_at(0, 1, variadic tests.hosts(10));
select tests.throw_at(2, 2, variadic tests.hosts(3));
select tests.throw_at(6.9, 2, variadic tests.hosts(3, 4));
select is(tests.points(0, 0, 1), '(1,10,10,0)', 'the first hour has what was opened at the start');
select is(tests.points(0, 4, 1), '(1,10,10,0) (2,10,0,0) (3,7,0,3) (4,7,0,0) (5,7,0,0)', 'each hour has a point, also where nothing happened');
select is(tests.points(0, 8, 4), '(4,7,10,3) (8,4,0,3) (9,4,0,0)', 'hours are taken together, from the first on; the last piece may be shorter');
update fate.labor_history set hour = hour - 3 where opened > 0;
select is(tests.points(0, 2, 1), '(1,10,10,0) (2,10,0,0) (3,7,0,3)', 'what was before the first hour is in it');

select * from finish();
rollback;
