-- What an event would do is what it does (hermes_api.events_preview): the figures of small stories, then of random worlds.
begin;
\ir lib.psql
select plan(33);

-- tests.preview(body, more) -> the answer's own members.
create function tests.preview(body jsonb, more jsonb default '{}') returns jsonb
language sql as $$
	select tests.ask('events_preview', '{}', '{}', '{"user": "johnny"}'::jsonb || body, more) - '{status,href}'::text[]
$$;
-- tests.state() -> everything that could change.
create function tests.state() returns text
language sql as $$
	select md5(concat((select string_agg(h::text, ';' order by id) from fate.hosts h), (select count(*) from fate.events),
	       (select string_agg(l::text, ';' order by id) from fate.labors l), (select string_agg(q::text, ';' order by id) from fate.quests q),
	       (select count(*) from outbox.changes), (select count(*) from people.audit), (select count(*) from fate.count_deltas),
	       (select string_agg(format('%s %s', oid, pg_sequence_last_value(oid)), ';' order by oid) from pg_class where relkind = 'S' and relnamespace in ('fate'::regnamespace, 'outbox'::regnamespace, 'people'::regnamespace))))
$$;

-- ---- one thing after the other ----
select tests.story(3);
select tests.type('no', 'fate');
select tests.throw(1, 'a', 'b');
select tests.quest(1, 'a', 'c');
select tests.state() as before \gset
select is(tests.preview('{"eventTypeId": 1, "hostnames": ["a", "new", "newer"]}'),
	'{"eventTypeId": 1, "hosts": 3, "newHosts": 2, "opens": [{"fateId": 1, "questId": null, "labors": 3}], "closes": [], "completes": [],
	  "unmoved": 0, "restricted": false, "may": true}', 'a starting type opens a labor on each host, be it there or not');
select is(tests.preview('{"eventTypeId": 2, "hostnames": ["a", "b", "c", "new"]}'),
	'{"eventTypeId": 2, "hosts": 4, "newHosts": 1,
	  "opens": [{"fateId": 2, "questId": null, "labors": 2}, {"fateId": 2, "questId": 1, "labors": 2}],
	  "closes": [{"fateId": 1, "closingFateId": 2, "questId": null, "labors": 2}, {"fateId": 1, "closingFateId": 2, "questId": 1, "labors": 2}],
	  "completes": [], "unmoved": 1, "restricted": false, "may": true}',
	'one that is followed closes labors and goes on, in their quests; a host without any is not moved');
select is(tests.preview('{"category": "step", "state": "3", "hostname": "a"}')
	- '{restricted,may,completes}'::text[], '{"eventTypeId": 3, "hosts": 1, "newHosts": 0, "opens": [], "closes": [], "unmoved": 1}',
	'one that nothing waits for does nothing');
select is(tests.preview('{"eventTypeId": 4, "questId": 1}') - '{restricted,may,completes}'::text[],
	'{"eventTypeId": 4, "hosts": 2, "newHosts": 0, "opens": [], "closes": [], "unmoved": 2}', 'one of no fate neither');
select is(tests.preview('{"eventTypeId": 2, "questId": 1, "hostnames": ["a", "b"], "hostname": "new"}')->'hosts', '4',
	'hosts that are named and those of a quest are taken together, each once');
select is(tests.state(), :'before', 'none of this has changed anything, or used up a number');

select tests.throw(2, 'a', 'b', 'c');
select is(tests.preview('{"eventTypeId": 3, "hostname": "a"}')->'completes', '[]', 'a quest of which labors stay open is not complete');
select is(tests.preview('{"eventTypeId": 3, "questId": 1}')->'completes', '[1]', '... one whose last ones close is');
select is(tests.preview('{"eventTypeId": 2, "questId": 1}')->'completes', '[]', '... one of which none closes is not');

select tests.story(2);
select tests.quest(1, 'q' || i) from generate_series(1, 120) i;
select is(tests.preview(jsonb_build_object('eventTypeId', 2, 'hostnames', array(select 'q' || i from generate_series(1, 120) i)))->'completes',
	(select jsonb_agg(i) from generate_series(1, 100) i), 'of many quests that would be complete the first hundred are named');

-- ---- several fates of one type ----
select tests.story(2);
select tests.fate(2, 1), tests.fate(tests.type('step', '3'), 3);
select tests.throw(1, 'a');
select is(tests.preview('{"eventTypeId": 2, "hostname": "a"}') - '{restricted,may,completes,unmoved,hosts,newHosts,eventTypeId}'::text[],
	'{"opens": [{"fateId": 3, "questId": null, "labors": 1}], "closes": [{"fateId": 1, "closingFateId": 3, "questId": null, "labors": 1}]}',
	'a labor that several fates would close is closed by the last of them; what goes on is told of each');

-- ---- who may ----
update fate.event_types set restricted = true where id = 1;
insert into people.users (username, superuser, stamp) values ('admin', true, 8);
create function tests.may(who text, setting text) returns text
language sql as $$
	select p->>'restricted' || ' ' || (p->>'may')
	  from tests.preview('{"eventTypeId": 1, "hostname": "a"}',
	       tests.by(who) || jsonb_build_object('settings', tests.settings(jsonb_build_object('mayThrowRestricted', setting)))) p
$$;
select is(tests.may('johnny', 'everyone'), 'true true', 'a restricted type, for everybody');
select is(tests.may('johnny', 'superusers'), 'true false', '... for superusers: not for others');
select is(tests.may('admin', 'superusers'), 'true true', '... but for these');
select is(tests.may('johnny', 'team ops'), 'true false', '... for a team that is not there');

-- ---- what POST /events refuses is refused here ----
select is(tests.refused(format('select tests.ask(''events_preview'', body => %L)', body)),
	tests.refused(format('select tests.ask(''events_create'', body => %L)', body)), 'refused as an event: ' || left(body, 60))
  from unnest(array['{}', '{"user": "x"}', '{"user": "x", "eventTypeId": 9, "hostname": "a"}', '{"user": "x", "eventTypeId": 1}',
	'{"user": "x", "eventTypeId": 1, "hostnames": []}', '{"user": "x", "eventTypeId": 1, "hostnames": [1]}',
	'{"user": "x", "eventTypeId": 1, "hostname": 5}', '{"user": "x", "eventTypeId": 1, "questId": 9}',
	'{"user": "x", "eventTypeId": 1, "questId": "x"}', '{"user": "x", "category": "step", "hostname": "a"}',
	'{"user": "x", "eventTypeId": 1, "hostname": "a", "note": 5}', '{"user": "x", "eventTypeId": 1, "hostQuery": 5}']) body;
select isnt(tests.refused($$ select tests.ask('events_create', body => '{"user": "x", "eventTypeId": 1}') $$), null, '... which it is');

-- ---- a host query ----
create function tests.queried(asked jsonb) returns api.answer
language sql as $$
	select tests.answer('events_preview', '{}', '{}', '{"user": "x", "eventTypeId": 1, "hostQuery": "web*", "hostname": "a"}',
	       case when asked is null then '{}' else jsonb_build_object('asked', jsonb_build_object('hostQuery', asked)) end)
$$;
select is((tests.queried(null)).status || ' ' || (tests.queried(null)).body, '100 {"hostQuery": {"query": "web*"}}',
	'what a host query means is asked');
select is((tests.queried('["a", "b", "c"]')).body::jsonb->'newHosts', '2', '... and names that are not known are new hosts');
select is((tests.queried('{"op": "is", "key": "name", "value": "a", "column": 1}')).body::jsonb->'hosts', '1', '... our own language knows known ones');

-- ---- random worlds: foretold, then done ----
create function tests.draw(n bigint, variadic seeds bigint[]) returns bigint
language sql immutable as $$ select 1 + abs(hash_array(seeds)::bigint) % n $$;

-- tests.done(answer, events, known, hosts) -> what these events have really done, as a preview says it.
create function tests.done(type bigint, events bigint[], fresh bigint) returns jsonb
language sql as $$
	select jsonb_build_object(
		'eventTypeId', type, 'hosts', cardinality(events), 'newHosts', fresh, 'restricted', false, 'may', true,
		'opens', coalesce((select jsonb_agg(jsonb_build_object('fateId', fate_id, 'questId', quest_id, 'labors', n) order by fate_id, quest_id nulls first)
		                     from (select fate_id, quest_id, count(*) as n from fate.labors
		                            where creation_event_id = any(events) group by 1, 2) o), '[]'),
		'closes', coalesce((select jsonb_agg(jsonb_build_object('fateId', fate_id, 'closingFateId', closing_fate_id, 'questId', quest_id, 'labors', n)
		                                     order by fate_id, closing_fate_id, quest_id nulls first)
		                      from (select fate_id, closing_fate_id, quest_id, count(*) as n from fate.labors
		                             where completion_event_id = any(events) group by 1, 2, 3) c), '[]'),
		'completes', coalesce((select to_jsonb(complete) from outbox.changes order by id desc limit 1), '[]'),
		'unmoved', (select count(*) from unnest(events) e
		             where not exists (select from fate.labors where e in (creation_event_id, completion_event_id))))
$$;

-- tests.wrong(seed) -> where in that world something else was done than foretold.
create table tests.seen (did jsonb);
create function tests.wrong(seed bigint) returns setof text
language plpgsql as $$
declare
	body     jsonb;
	foretold jsonb;
	answer   jsonb;
	events   bigint[];
	hosts    bigint;
	did      jsonb;
begin
	perform tests.story();
	for i in 1 .. 5 loop
		perform tests.type('type', i::text);
	end loop;
	-- A fate may follow any that came before it, of its own type, too; several may follow one.
	for i in 1 .. 9 loop
		perform tests.fate(tests.draw(5, seed, i, 1)::int, nullif(tests.draw(i, seed, i, 2) - 1, 0)::int);
	end loop;
	for i in 1 .. 25 loop
		if tests.draw(4, seed, i, 3) = 1 then
			perform tests.quest(tests.draw(9, seed, i, 4)::int, variadic array(
				select distinct 'h' || tests.draw(12, seed, i, n, 5) from generate_series(1, 4) n));
		elsif tests.draw(6, seed, i, 6) = 1 and exists (select from fate.quests) then
			perform fate.labors_move(array(select id from fate.labors order by hash_array(array[seed, i, id]) limit 2),
				(select id from fate.quests order by hash_array(array[seed, i, id]) limit 1), tests.clock());
		end if;
		body := jsonb_build_object('user', 'johnny', 'eventTypeId', tests.draw(5, seed, i, 7))
			|| case when tests.draw(3, seed, i, 8) < 3 or not exists (select from fate.quests)
			   then jsonb_build_object('hostnames', array(select 'h' || tests.draw(14, seed, i, n, 9) from generate_series(1, 6) n)) else '{}' end
			|| case when tests.draw(3, seed, i, 8) > 1 and exists (select from fate.quests)
			   then jsonb_build_object('questId', (select id from fate.quests order by hash_array(array[seed, i, id]) desc limit 1)) else '{}' end;
		foretold := tests.preview(body);
		hosts := (select count(*) from fate.hosts);
		answer := tests.ask('events_create', '{}', '{}', body);
		events := coalesce(array(select (e->>'id')::bigint from jsonb_array_elements(answer->'events') e), '{}');
		events := case when events = '{}' then array[(answer->>'id')::bigint] else events end;
		did := tests.done((body->>'eventTypeId')::bigint, events, (select count(*) from fate.hosts) - hosts);
		insert into tests.seen values (did);
		if did is distinct from foretold then
			return next format('world %s, event %s: %s was foretold, %s done', seed, i, foretold, did);
		end if;
	end loop;
	return query select format('world %s: %s', seed, c) from fate.check() c;
end
$$;
select is_empty('select tests.wrong(seed) from generate_series(1, 40) seed', 'in forty random worlds a thousand events did what was foretold');
select ok(count(*) filter (where did->'opens' <> '[]') > 300 and count(*) filter (where did->'closes' <> '[]') > 300
	and count(*) filter (where did->'completes' <> '[]') > 30 and count(*) filter (where (did->>'unmoved')::int > 0) > 300, '... of each kind many')
  from tests.seen;

select * from finish();
rollback;
