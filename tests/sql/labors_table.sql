-- GET /labors/table: where chains stand, by columns, and what has changed in that since somebody looked.
begin;
\ir lib.psql
select plan(43);

create function tests.tab(query jsonb default '{}') returns jsonb
language sql as $$ select tests.ask('labors_table', '{}', query) $$;
create function tests.since(query jsonb, before jsonb) returns jsonb
language sql as $$ select tests.tab(query || jsonb_build_object('since', array[before->>'asOf'])) $$;
-- tests.table_rows(answer) -> a row for each labor: all its columns but the id as one list, in the order of the document.
create function tests.table_rows(answer jsonb) returns table (id bigint, cells jsonb)
language sql as $$
	select i::bigint, jsonb_build_array(c->'host'->n, c->'owner'->n, c->'quest'->n, c->'fate'->n, c->'closingFate'->n, c->'made'->n,
	                                    c->'closed'->n, c->'acked'->n, c->'ackUser'->n, c->'start'->n, c->'root'->n, c->'for'->n)
	  from (select answer->'columns') a (c), jsonb_array_elements_text(c->'id') with ordinality e (i, o),
	       lateral (select o::int - 1) x (n)
$$;
-- tests.brief(answer) -> 'ids/gone whole total'.
create function tests.brief(answer jsonb) returns text
language sql as $$
	select format('%s/%s %s %s', (select string_agg(id::text, ' ' order by id) from tests.table_rows(answer)),
	              (select string_agg(i, ' ') from jsonb_array_elements_text(answer->'gone') i), answer->>'whole', answer->>'total')
$$;
create function tests.event(type int, variadic hosts text[]) returns void
language sql as $$
	select tests.ask('events_create', '{}', '{}', jsonb_build_object('user', 'johnny', 'eventTypeId', type, 'hostnames', hosts))
$$;
create function tests.embark(fate int, variadic hosts text[]) returns void
language sql as $$
	select tests.ask('quests_create', '{}', '{}', jsonb_build_object('fateId', fate, 'creator', 'johnny', 'description', 'd',
	                                                                   'hostnames', hosts))
$$;

-- ---- columns ----
select tests.story(3);
insert into fate.hosts (hostname, owner) values ('web', 'bob'), ('db "1"', null);
select tests.throw(1, 'web');
select tests.throw(2, 'web');
select tests.quest(1, 'db "1"');
update fate.fates set for_creator = true, for_owner = id <> 2;
select tests.throw(2, 'db "1"');
select tests.throw(3, 'db "1"');
update fate.labors set ack_user = 'bob@example.com', ack_time = tests.sec(7.9) where id = 4;
select is((tests.tab()->'columns') - 'made' - 'closed' - 'acked',
	'{"id": [2, 4], "host": ["web", "db \"1\""], "owner": ["bob", null], "quest": [null, 1], "fate": [2, 2], "closingFate": [null, 3],
	  "ackUser": [null, "bob@example.com"], "start": [1, 3], "for": [1, 2]}',
	'open labors, and closed ones behind which no other came; by columns, the oldest first');
select is(array[tests.tab() #> '{columns,made}', tests.tab() #> '{columns,closed}', tests.tab() #> '{columns,acked}']::text,
	format('{"[%s, %s]","[null, %s]","[null, %s]"}', 1433160000 + 120, 1433160000 + 240, 1433160000 + 300, 1433160000 + 7),
	'times are whole seconds since 1970');
select is(array(select jsonb_object_keys(tests.tab())), '{asOf,gone,href,total,whole,status,columns}', 'besides the columns there are these');
select is(tests.tab()->'gone', '[]', '... of which nothing is gone in a whole table');
select is(tests.tab()->>'asOf' between api.json(now())::jsonb #>> '{}' and api.json(clock_timestamp())::jsonb #>> '{}', true,
	'... and which is as of just now');
select tests.throw(1, 'web');
select is(tests.tab('{"questId": ["9"]}') - '{href,asOf,status}'::text[], '{"total": 0, "whole": true, "gone": [], "columns": {"id": [],
	"host": [], "owner": [], "quest": [], "fate": [], "closingFate": [], "made": [], "closed": [], "acked": [], "ackUser": [], "start": [],
	"for": []}}', 'a table may be empty');
select is(tests.tab('{"hostname": ["web"]}') #>> '{columns,start}', '[1, 5]', 'where the chain of each labor starts');

-- ---- filters: as those of the list ----
select tests.story(3);
select tests.throw(1, variadic array(select 'h' || i from generate_series(1, 30) i));
select tests.quest(1, variadic array(select 'h' || i from generate_series(21, 50) i));
select tests.throw(2, variadic array(select 'h' || i from generate_series(11, 40) i));
select tests.quest(2, 'h1', 'h25');
select tests.throw(3, 'h11', 'h12', 'h25');
update fate.hosts set owner = 'bob' where id between 20 and 30;
update fate.labors set for_creator = true where id % 3 = 0;

create table tests.filters as
	select f.*, row_number() over () as n
	  from (values ('{}'::jsonb, 'true'), ('{"open": ["true"]}', 'completion_event_id is null'),
	               ('{"open": ["FALSE"]}', 'completion_event_id is not null'), ('{"open": ["maybe"]}', 'true')) o (q_open, w_open),
	       (values ('{}'::jsonb, 'true'), ('{"questId": ["1"]}', 'quest_id = 1'), ('{"questId": ["77"]}', 'quest_id = 77'))
	       q (q_quest, w_quest),
	       (values ('{}'::jsonb, 'true'), ('{"category": ["step"]}', 'true'), ('{"state": ["2"]}', 'fate_id = 2'),
	               ('{"category": ["none"]}', 'false')) t (q_type, w_type),
	       (values ('{}'::jsonb, 'true'), ('{"hostname": ["h25"]}', 'host_id = 25')) h (q_host, w_host),
	       (values ('{}'::jsonb, 'true'), ('{"startingLaborId": ["25"]}', '25 in (id, starting_labor_id)'),
	               ('{"userQuery": ["bob"]}', 'for_owner and host_id between 20 and 30'),
	               ('{"userQuery": ["johnny@example.com"]}', 'for_creator and quest_id is not null')) r (q_root, w_root),
	       lateral (values (q_open || q_quest || q_type || q_host || q_root,
	                        concat_ws(' and ', w_open, w_quest, w_type, w_host, w_root))) f (query, condition);
create function tests.wrong_tables() returns setof text
language plpgsql as $$
declare
	f      record;
	wanted text;
begin
	for f in select * from tests.filters loop
		execute format('select format(''%%s/ true %%s'', string_agg(id::text, '' '' order by id), count(*)) from fate.labors
		                 where %s and (completion_event_id is null or closing_fate_id = 3)', f.condition) into wanted;
		if tests.brief(tests.tab(f.query)) <> wanted then
			return next format('%s: %s, not %s', f.query, tests.brief(tests.tab(f.query)), wanted);
		end if;
	end loop;
end
$$;
select is((select count(*) from tests.filters), 384::bigint, 'so many combinations of filters');
select is_empty('select tests.wrong_tables()', 'each table has what it is asked for, and its total is exact');
-- As the worker's role has it: without hash joins and sequential scans, by plans that are kept.
set local plan_cache_mode = force_generic_plan; set local enable_seqscan = off; set local enable_hashjoin = off; set local enable_mergejoin = off;
select is_empty('select tests.wrong_tables()', '... also by the plans of the worker''s role');
reset plan_cache_mode; reset enable_seqscan; reset enable_hashjoin; reset enable_mergejoin;
select is(tests.refused($$ select tests.tab('{"hostname": ["nobody"]}') $$), 'WE400 No host nobody found', 'an unknown host is refused');
select is(tests.refused($$ select tests.tab('{"questId": ["x"]}') $$), 'WE400 questId: "x" is not a whole number in range',
	'... and a senseless number');
select is(tests.refused($$ select tests.tab('{"since": ["x"]}') $$), 'WE400 since: "x" is not a time such as 2015-06-01 12:11', '... or time');
select is((tests.answer('labors_table', '{}', '{"hostQuery": ["web*"]}', more => '{"body": null}')).status, 100, 'what hosts a query means is asked first');

-- ---- since ----
select tests.story(3);
select tests.event(1, 'a', 'b');
select tests.embark(1, 'c', 'd');
select tests.tab() as t \gset
select tests.tab('{"open": ["true"]}') as o \gset
select tests.tab('{"questId": ["1"]}') as q \gset
select is(tests.brief(:'t'), '1 2 3 4/ true 4', 'a story by the clock');
select is(tests.brief(tests.since('{}', :'t')), '/ false 4', 'nothing has changed since');
select tests.event(1, 'a');
select is(tests.brief(tests.since('{}', :'t')), '5/ false 5', 'a labor that was made');
select is(tests.brief(tests.since('{"questId": ["1"]}', :'q')), '/ false 2', '... in no quest');
select tests.event(2, 'd');
select is(tests.brief(tests.since('{}', :'t')), '5 6/4 false 5', 'a labor closed, and its chain gone on');
select is(tests.brief(tests.since('{"open": ["true"]}', :'o')), '5 6/4 false 5', '... among the open ones');
select is(tests.brief(tests.since('{"questId": ["1"]}', :'q')), '6/4 false 2', '... in the quest');
select is(tests.brief(tests.since('{"state": ["1"]}', :'t')), '5/4 false 4', '... of its state');
select tests.event(3, 'd');
select is(tests.brief(tests.since('{}', :'t')), '5 6/4 false 5', 'a chain at its end stays');
select is(tests.brief(tests.since('{"open": ["true"]}', :'o')), '5/4 6 false 4', '... but not among the open ones');
select is(tests.brief(tests.since('{"open": ["false"]}', :'o')), '6/ false 1', '... rather among the closed');
select tests.ask('labors_update', '{"id": "1"}', '{}', '{"ackUser": "bob"}'), tests.ask('labors_update', '{"id": "6"}', '{}', '{"ackUser": "bob"}');
select is(tests.brief(tests.since('{}', :'t')), '1 5 6/4 false 5', 'one that was acknowledged');
select tests.tab() as t \gset
select is(tests.brief(tests.since('{}', :'t')), '/ false 5', 'after another look all that is old');
select tests.ask('labors_update', '{"id": "6"}', '{}', '{"ackUser": "bob"}');
select is(tests.brief(tests.since('{}', :'t')), '6/ false 5', 'one that was acknowledged after it had closed');

-- ---- what rows can't tell ----
select is(tests.brief(tests.tab(jsonb_build_object('since', array[at]))), '1 2 3 5 6/ true 5', rule)
  from (values ('2015-06-01 12:11', 'from long ago: all of it'),
               (api.json(clock_timestamp() - interval '1 hour')::jsonb #>> '{}', '... and from an hour ago'),
               (api.json(clock_timestamp() + interval '1 minute')::jsonb #>> '{}', 'from what is to come: all of it')) v (at, rule);
select is(tests.brief(tests.since('{"hostname": ["a"]}', :'t')), '1 5/ true 2', 'where it is about a host: all of it');
select is(tests.brief(tests.since('{"userQuery": ["johnny@example.com"]}', :'t')), '/ true 0', '... or about somebody');
select tests.embark(1, 'e');
select tests.tab() as t \gset
select tests.ask('labors_update', '{"id": "1"}', '{}', '{"questId": 2}');
select is(tests.brief(tests.since('{}', :'t')), '1 2 3 5 6 7/ true 6', 'some were moved: all of it');
select is(tests.brief(tests.since('{"questId": ["2"]}', :'t')), '1 7/ true 2', '... of the quest that one has joined');
select is(tests.brief(tests.since('{"questId": ["1"]}', :'t')), '/ false 2', '... and no other');
select tests.tab() as t \gset
select tests.ask('hosts_update', '{"hostname": "a"}', '{}', '{"owner": "bob"}');
select is(tests.since('{}', :'t')->'whole', 'true', 'an owner is another: all of it');
select tests.tab() as t \gset
select tests.ask('fates_create', '{}', '{}', '{"creationEventTypeId": 1, "followsId": 3, "description": "d"}');
select is(tests.brief(tests.since('{}', :'t')), '1 2 3 5 7/ true 5', 'a fate is another: all of it');

-- ---- who looks again and again sees what is there ----
select tests.story(3);
select tests.fate(2, 3), tests.fate(3, 1);
create table tests.seen (n bigint, id bigint, cells jsonb, primary key (n, id));
create table tests.looks (n bigint, at text, query jsonb);
insert into tests.looks (n, query) select row_number() over (), o || q || s
  from (values (jsonb '{}'), ('{"open": ["true"]}'), ('{"open": ["false"]}')) o (o), (values (jsonb '{}'), ('{"questId": ["1"]}')) q (q),
       (values (jsonb '{}'), ('{"state": ["1"]}')) s (s);
-- tests.look() -> for each table, whether all of it was told; its rows are then in tests.seen, as a page would have them.
create function tests.look() returns setof boolean
language plpgsql as $$
declare
	l      tests.looks;
	answer jsonb;
begin
	for l in select * from tests.looks order by n loop
		answer := tests.tab(l.query || case when l.at is null then '{}' else jsonb_build_object('since', array[l.at]) end);
		delete from tests.seen s where s.n = l.n and ((answer->>'whole')::boolean or answer->'gone' @> to_jsonb(s.id));
		insert into tests.seen as s select l.n, t.id, t.cells from tests.table_rows(answer) t
		on conflict (n, id) do update set cells = excluded.cells;
		if (select count(*) from tests.seen s where s.n = l.n) <> (answer->>'total')::bigint then
			raise exception '% since %: not as many as the total %', l.query, l.at, answer;
		end if;
		update tests.looks set at = answer->>'asOf' where n = l.n;
		return next (answer->>'whole')::boolean;
	end loop;
end
$$;
create table tests.wholes (step int, whole boolean);
do $$
declare
	hosts text[] := array(select 'h' || i from generate_series(1, 12) i);
begin
	perform setseed(0.42);
	for i in 1 .. 80 loop
		case (random() * 9)::int
		when 0 then perform tests.embark((1 + random() * 4)::int, variadic hosts[1 + (random() * 5)::int : 6 + (random() * 6)::int]);
		when 1 then perform tests.ask('labors_update_many', '{}', '{}', jsonb_build_object('ackUser', 'u' || i, 'laborIds',
			(select jsonb_agg(id) from (select id from fate.labors order by random() limit 3) l)))
			where exists (select from fate.labors);
		when 2 then perform tests.ask('labors_update_many', '{}', '{}', jsonb_build_object('questId', q.id, 'laborIds',
			(select jsonb_agg(id) from (select id from fate.labors order by random() limit 3) l)))
			from (select id from fate.quests order by random() limit 1) q where random() < 0.5;
		else perform tests.event((1 + random() * 2)::int, variadic hosts[1 + (random() * 5)::int : 6 + (random() * 6)::int]);
		end case;
		insert into tests.wholes select i, tests.look() where random() < 0.7;
	end loop;
	insert into tests.wholes select 81, tests.look();
end
$$;
select cmp_ok((select count(*) from tests.wholes where not whole), '>', (select count(*) from tests.wholes where whole),
	'a random story, looked at now and then: mostly rows tell what is new');
select is_empty($$ (select l.n, t.* from tests.looks l, tests.table_rows(tests.tab(l.query)) t except all select * from tests.seen)
	union all (select * from tests.seen except all select l.n, t.* from tests.looks l, tests.table_rows(tests.tab(l.query)) t) $$,
	'... and who has followed sees all that is there, as it is');
select cmp_ok((select count(*) from tests.seen), '>', 200::bigint, '... which is not little');

-- ---- more than a table holds ----
select tests.story(2);
select tests.event(1, 'web');
insert into fate.labors (fate_id, host_id, creation_event_id, creation_time, for_creator, for_owner)
select 1, 1, 1, now(), false, true from generate_series(2, 100001);
select fate.counts_add('labor', 1, 0, 100000), fate.counts_add('open', 1, 0, 100000);
select tests.tab() as t \gset
select is(array[:'t'::jsonb->>'total', jsonb_array_length(:'t'::jsonb #> '{columns,id}')::text, :'t'::jsonb #>> '{columns,id,0}',
	:'t'::jsonb #>> '{columns,id,99999}'], '{100001,100000,1,100000}', 'a table has the oldest 100,000');
select is(tests.since('{}', :'t')->'whole', 'true', '... and then all of it is told each time');

select * from finish();
rollback;
