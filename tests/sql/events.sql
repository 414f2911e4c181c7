-- The journal: pages, deep offsets, ranges and totals are exact, whatever part of the counts has been folded. All is
-- compared with plain counting on a journal of some 20000 events.
begin;
\ir lib.psql
select plan(37);

-- ---- the journal: four types, a hundred hosts, times that mostly rise ----
create function tests.journal(throws int, first int default 0) returns void
language plpgsql as $$
declare
	hosts bigint[] := fate.hosts_named(array(select 'h' || i from generate_series(1, 100) i));
	type  int;
begin
	for i in 1 .. throws loop
		-- Type 1 is common, type 3 rare, type 4 comes only at first.
		type := case when i <= 20 then 4 when i % 50 = 0 then 3 when i % 4 = 0 then 2 else 1 end;
		perform fate.events_throw(type, hosts[1 : 1 + (i * 37) % 100], 'johnny@example.com', null, null,
		                          tests.at(first + i - case when i % 10 = 0 then 30 else 0 end));
	end loop;
end
$$;

-- What counting finds, by the plainest of queries.
create function tests.matching(types int[], after timestamptz, before timestamptz, from_id bigint)
returns setof bigint
language sql stable as $$
	select id from fate.events
	 where (types is null or event_type_id = any(types)) and at >= after and at < before and id >= from_id
$$;

create table tests.filters as
	select row_number() over () as n, types, after, before, from_id
	  from (values (null::int[]), ('{1}'), ('{3}'), ('{4}'), ('{1,3}'), ('{2,3,4}'), ('{99}'), ('{}')) t (types),
	       (values ('-infinity'::timestamptz, 'infinity'::timestamptz), (tests.at(100), 'infinity'),
	               ('-infinity', tests.at(250)), (tests.at(100), tests.at(250)), (tests.at(200), tests.at(200)),
	               (tests.at(123), tests.at(124)), (tests.at(99999), 'infinity')) r (after, before),
	       (values (0::bigint), (-5), (4096), (10000), (99999999)) f (from_id);

create function tests.wrong_totals() returns setof text
language sql as $$
	select format('%s: %s, not %s', to_json(f), said, counted)
	  from tests.filters f, fate.events_total(types, after, before, from_id) said,
	       lateral (select count(*) as counted from tests.matching(types, after, before, from_id)) c
	 where said is distinct from counted
$$;

-- Each page is tried with the filters that lead to a walk by blocks, and with a part of the others.
create function tests.wrong_pages(lim bigint, off bigint) returns setof text
language sql as $$
	select format('%s limit %s offset %s', to_json(f), lim, off)
	  from tests.filters f
	 where (after = '-infinity' and before = 'infinity' and from_id in (0, 4096) or (n + off) % 16 = 0)
	   and fate.events_page(types, after, before, from_id, lim, off) <> array(
	       select id from (select m as id from tests.matching(types, after, before, from_id) m
	                        order by m desc limit lim offset off) newest order by id)
$$;

-- Skipping n, also n that end where a block does: those beyond `upto` and the `rest` are n together, and the rest lies within one block.
create function tests.wrong_skips() returns setof text
language sql as $$
	select format('type %s skip %s: upto %s rest %s', type, n, upto, rest)
	  from unnest('{0,1,2,3,4,99}'::int[]) type,
	       lateral (select unnest('{0,1,100,2000,4095,4096,4097,8192,12000,16000,19000,19990,20500,999999}'::bigint[])
	                union select sum(count(*)) over (order by id >> 12 desc)::bigint from fate.events
	                       where type = 0 or event_type_id = type group by id >> 12) skips (n),
	       fate.counts_skip('event', case when type <> 0 then array[type] end, n),
	       lateral (select count(*) as total, count(*) filter (where id > upto) as beyond,
	                       count(*) filter (where id between upto - 4095 and upto) as here
	                  from fate.events where type = 0 or event_type_id = type) c
	 where case when upto is null then total > n
	            else beyond + rest <> n or rest not between 0 and here - 1 or (upto + 1) % 4096 <> 0 end
$$;

create function tests.fold() returns void
language sql as $$
	update fate.count_deltas set minute = minute - 5;       -- as if five minutes had passed
	select fate.counts_fold();
$$;
create function tests.counts() returns text
language sql as $$
	select md5(string_agg(c::text, ';' order by kind, key, level, block)) from fate.counts c
$$;

-- ---- nothing folded yet ----
select tests.story();
select tests.type('type', i::text) from generate_series(1, 5) i;
select tests.journal(200);
select cmp_ok((select count(*) from fate.events), '>', 8192::bigint, 'the journal reaches over several blocks');
select is((select count(*) from fate.counts), 0::bigint,
	'deltas of this minute are not folded: others may write there');
select is_empty('select tests.wrong_totals()', 'totals are exact before folding');
select is_empty('select tests.wrong_skips()', 'deep offsets are found before folding');
select is_empty('select tests.wrong_pages(10, 5000)', 'deep pages are right before folding');

-- ---- folded in part ----
select tests.fold();
select is((select count(*) from fate.count_deltas), 0::bigint, 'what no backend writes any more is folded');
select is_empty('select tests.wrong_totals()', 'totals are exact after folding');
select is(tests.ask('events_list', '{}', '{"eventTypeId": ["0", "-1", "99999999999"]}')->>'totalEvents', '0',
	'... and of types that cannot be, there are none');
select is_empty('select tests.wrong_skips()', 'deep offsets are found after folding');
select tests.journal(200, 200);
select cmp_ok((select count(*) from fate.count_deltas), '>', 0::bigint,
	'new events are counted in deltas again');
select cmp_ok((select count(*) from fate.events), '>', 20000::bigint, '... on top of what is folded');
select is_empty('select tests.wrong_totals()', 'totals are exact while a part is folded');
select is_empty('select tests.wrong_skips()', 'deep offsets are found while a part is folded');
select is_empty('select tests.wrong_pages(10, 15000)', 'deep pages are right while a part is folded');

-- ---- folded, late comers with early times, too; and ranges that end where a block's times do ----
select tests.fold();
select tests.journal(20);
select tests.fold();
insert into tests.filters
	select 1000 + block, types, after, before, 0
	  from fate.counts, (values (null::int[]), ('{1,2,4}')) t (types),
	       lateral (values (min_at, max_at), (min_at, 'infinity'), ('-infinity', min_at), ('-infinity', max_at), (max_at, 'infinity'))
	       r (after, before)
	 where kind = 'event' and level = 2 and key = 0;
select tests.counts() as folded \gset
select is_empty('select tests.wrong_totals()', 'totals are exact when all is folded');
select is_empty('select tests.wrong_skips()', 'deep offsets are found when all is folded');
select fate.counts_fold();
select is(tests.counts(), :'folded', 'folding twice changes nothing');
select is((select sum(n) from fate.counts where kind = 'event' and level = 2 and key > 0),
	(select count(*) from fate.events)::numeric, 'blocks of 4096 ids add up to the journal');
select is_empty($$
	select level, block from fate.counts where kind = 'event'
	 group by level, block having sum(n) filter (where key = 0) <> sum(n) filter (where key > 0) $$,
	'each number for all types is the sum of those of the types');
select is_empty($$
	select c from fate.counts c, lateral (
	       select min(at) as low, max(at) as high from fate.events
	        where id >> 12 = block and (key = 0 or event_type_id = key)) e
	 where kind = 'event' and level = 2 and (min_at <> low or max_at <> high) $$,
	'each block knows the first and the last of its times');

-- ---- pages: limits and offsets at every edge ----
select is_empty('select tests.wrong_pages(10, 0)', 'the newest page, shown oldest first');
select is_empty($$ select tests.wrong_pages(lim, off) from unnest('{0,1,3,100}'::bigint[]) lim,
	unnest('{1,9,4095}'::bigint[]) off $$, 'pages near the newest end');
select is_empty($$ select tests.wrong_pages(7, off) from unnest('{4096,4097,8191,8192,8193}'::bigint[]) off $$,
	'pages where the walk by blocks begins');
select is_empty($$ select tests.wrong_pages(7, off) from unnest('{12345,19999,20480}'::bigint[]) off $$,
	'deep pages');
select is_empty($$ select tests.wrong_pages(7, n + d) from (select count(*) as n from fate.events) c,
	unnest('{-8,-7,-1,0,1,1000000000000}'::bigint[]) d $$, 'the last pages, and those beyond');
select is_empty($$ select tests.wrong_pages(null, off) from unnest('{0,7,4200}'::bigint[]) off $$,
	'without a limit all');
select is(fate.events_page(null, '-infinity', 'infinity', 0, 1000000000000, 0),
	array(select id from fate.events order by id), 'a limit larger than the journal is no limit');

-- ---- more than one block of 2^20 ids, more than one partition ----
select setval('fate.events_id_seq', (1 << 20) - 1000);
select tests.journal(60);
select is_empty('select tests.wrong_totals()', 'totals are exact across blocks of a million ids');
select is_empty('select tests.wrong_skips()', 'deep offsets are found across them');
select is_empty($$ select tests.wrong_pages(5, off) from unnest('{900,4100,22000}'::bigint[]) off $$,
	'... and pages');
select tests.fold();
select is_empty('select tests.wrong_skips()', '... folded, too');

select is(to_regclass('fate.events_2')::text, null, 'the partition after the next is not made yet');
select setval('fate.events_id_seq', (1 << 24) - 20);
select tests.journal(60);
select is(to_regclass('fate.events_2')::text, 'fate.events_2',
	'events that reach a new partition make the next one');
select is((select array_agg(distinct tableoid::regclass::text order by tableoid::regclass::text) from fate.events),
	'{fate.events_0,fate.events_1}', '... and stand in their own');
select is_empty('select tests.wrong_totals() union all select tests.wrong_skips()',
	'... found and counted as before');
select fate.event_partitions_ensure();
select fate.event_partitions_ensure();
select is((select count(*) from pg_inherits where inhparent = 'fate.events'::regclass), 3::bigint,
	'ensuring partitions twice makes none twice');
select is(tests.ask('events_list', '{}', '{"limit": ["2"], "offset": ["20000"], "eventTypeId": ["1", "2", "3", "4"]}')
	->'totalEvents', to_jsonb((select count(*) from fate.events)), 'GET /events says the exact total');

select * from finish();
rollback;
