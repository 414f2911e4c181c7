-- Records by when they began and ended (sql/polemarch_api/history.sql, query_times; polemarch-behaviour.md sections 1.7 and 10).
begin;
\ir lib.psql
select plan(76);

insert into people.users (username, superuser, stamp) values ('admin', true, 8), ('eve', false, 9);
-- tests.listed(query, name) -> 'COUNT: IDS' of the page.
create function tests.listed(query jsonb, name text default 'admin') returns text
language plpgsql as $$
declare
	said text := tests.polemarch(name, 'history_list', '{}', '{}', query);
begin
	return case when said not like '200 %' then said else (tests.members(said)->>'count') || ': ' || coalesce((
		select string_agg(r->>'id', ' ' order by n) from jsonb_array_elements(tests.members(said)->'results') with ordinality e (r, n)), '') end;
end
$$;
-- Runs 1 to 5 began at tests.at(their number). 2 ended last, 3 is at work, 4 waits. 1 to 4 are johnny's, 5 is eve's.
select work.runs_add(array[row(null, null, null, 'PLAYBOOK', 'site.yml', null, '{}'::jsonb, '{}'::jsonb, true, case n when 5 then 3 else 1 end, 'users')::work.order], tests.at(n))
  from generate_series(1, 5) n;
update work.runs r set status = v.status, stop_time = v.stop_time::timestamptz from (values
	(1, 'OK', '2015-06-01 12:01:05+00'), (2, 'ERROR', '2015-06-01 12:30:00+00'), (3, 'RUN', null), (4, 'DELAY', null), (5, 'OK', '2015-06-01 12:05:05.123456+00')) v (id, status, stop_time)
 where r.id = v.id;

-- ---- each of the comparisons ----
select is(tests.listed(jsonb_build_object(name, jsonb_build_array(word))), wanted, format('%s=%s', name, word)) from (values
	('stop_time', '2015-06-01T12:01:05Z', '1: 1'), ('stop_time', '2015-06-01T12:01:05.000001Z', '0: '), ('stop_time', '2015-06-01T12:05:05Z', '0: '),
	('stop_time', '2015-06-01T12:05:05.123456Z', '1: 5'), ('start_time', '2015-06-01T12:01:05Z', '0: '),
	('stop_time__lt', '2015-06-01T12:01:05Z', '0: '), ('stop_time__lt', '2015-06-01T12:01:05.000001Z', '1: 1'), ('stop_time__lt', '2015-06-01T12:30:00Z', '2: 5 1'),
	('stop_time__lt', '2100-01-01T00:00:00Z', '3: 5 2 1'), ('stop_time__lte', '2015-06-01T12:01:04.999999Z', '0: '), ('stop_time__lte', '2015-06-01T12:01:05Z', '1: 1'),
	('stop_time__lte', '2015-06-01T12:30Z', '3: 5 2 1'), ('stop_time__gt', '2015-06-01T12:05:05.123455Z', '2: 5 2'), ('stop_time__gt', '2015-06-01T12:05:05.123456Z', '1: 2'),
	('stop_time__gt', '2015-06-01T12:30:00Z', '0: '), ('stop_time__gt', '1970-01-01T00:00:00Z', '3: 5 2 1'), ('stop_time__gte', '2015-06-01T12:05:05.123456Z', '2: 5 2'),
	('stop_time__gte', '2015-06-01T12:05:05.123457Z', '1: 2'), ('stop_time__gte', '2015-06-01T12:30:00Z', '1: 2'), ('stop_time__gte', '2015-06-01T12:30:00.000001Z', '0: '),
	('start_time__gt', '2015-06-01T12:04:59.999999Z', '1: 5'), ('start_time__gt', '2015-06-01T12:05:00Z', '0: '), ('start_time__gte', '2015-06-01T12:05:00Z', '1: 5'),
	('start_time__gte', '2015-06-01T12:05:00.000001Z', '0: '), ('start_time__lt', '2015-06-01T12:01:00Z', '0: '), ('start_time__lt', '2015-06-01T12:01:00.000001Z', '1: 1'),
	('start_time__lte', '2015-06-01T12:01:00Z', '1: 1'), ('start_time__lte', '2015-06-01T12:00:59.999999Z', '0: ')) v (name, word, wanted);
-- As many as the comparison itself takes, at each moment and next to it. (What has not ended is none of them.)
select is((select string_agg(format('%s%s at %s: %s', c, op, at, found), '; ') from (
	select c, op, at, tests.listed(jsonb_build_object(c || op, jsonb_build_array(to_char(at, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')))) as found, (
		select count(*) || ': ' || coalesce(string_agg(r.id::text, ' ' order by r.id desc), '') from work.runs r, lateral (select case c when 'start_time' then r.start_time else r.stop_time end) m (t)
		 where case op when '' then t = at when '__gt' then t > at when '__gte' then t >= at when '__lt' then t < at else t <= at end) as wanted
	  from unnest('{start_time,stop_time}'::text[]) c, unnest('{"",__gt,__gte,__lt,__lte}'::text[]) op,
	       (select distinct t + d * interval '1 microsecond' from work.runs r, lateral (values (r.start_time), (r.stop_time)) m (t), generate_series(-1, 1) d where t is not null) a (at)) s
	where found <> wanted), null, 'each comparison means what it says');
select is((select string_agg(format('%s %s', r.id, tests.listed(jsonb_build_object(c, jsonb_build_array(e->>c)))), '; ' order by r.id, c)
	from jsonb_array_elements(tests.members(tests.polemarch('admin', 'history_list'))->'results') e join work.runs r on r.id = (e->>'id')::bigint,
	     unnest('{start_time,stop_time}'::text[]) c where e->>c is not null),
	'1 1: 1; 1 1: 1; 2 1: 2; 2 1: 2; 3 1: 3; 4 1: 4; 5 1: 5; 5 1: 5', 'a time finds the record that shows it');

-- ---- more than one ----
select is(tests.listed(query::jsonb), wanted, 'all of them hold: ' || query) from (values
	('{"stop_time__gt": ["2015-06-01T12:01:05Z"], "stop_time__lt": ["2015-06-01T12:30:00Z"]}', '1: 5'),
	('{"stop_time__gte": ["2015-06-01T12:01:05Z"], "stop_time__lte": ["2015-06-01T12:30:00Z"]}', '3: 5 2 1'),
	('{"stop_time__gt": ["2015-06-01T12:01:05Z"], "stop_time__gte": ["2015-06-01T12:01:05Z"]}', '2: 5 2'),
	('{"stop_time__lt": ["2015-06-01T12:30:00Z"], "stop_time__lte": ["2015-06-01T12:30:00Z"]}', '2: 5 1'),
	('{"stop_time__gte": ["2015-06-01T12:30:00Z"], "stop_time__lte": ["2015-06-01T12:30:00Z"]}', '1: 2'),
	('{"stop_time__gt": ["2015-06-01T12:30:00Z"], "stop_time__lt": ["2015-06-01T12:30:00Z"]}', '0: '),
	('{"stop_time__gt": ["2015-06-01T12:30:00Z"], "stop_time__lt": ["2015-06-01T12:01:05Z"]}', '0: '),
	('{"stop_time": ["2015-06-01T12:30:00Z"], "stop_time__lt": ["2015-06-01T12:30:00Z"]}', '0: '),
	('{"stop_time": ["2015-06-01T12:30:00Z"], "stop_time__gte": ["2015-06-01T12:01:05Z"]}', '1: 2'),
	('{"start_time__lt": ["2015-06-01T12:03:00Z"], "stop_time__gt": ["2015-06-01T12:10:00Z"]}', '1: 2'),
	('{"start_time": ["2015-06-01T12:02:00Z"], "stop_time": ["2015-06-01T12:30:00Z"]}', '1: 2'),
	('{"start_time__gte": ["2015-06-01T12:03:00Z"], "stop_time__lte": ["2100-01-01T00:00:00Z"]}', '1: 5'),
	('{"stop_time__lt": ["2100-01-01T00:00:00Z"], "status": ["OK"]}', '2: 5 1'), ('{"stop_time__lt": ["2100-01-01T00:00:00Z"], "status": ["RUN"]}', '0: '),
	('{"stop_time__lt": ["2100-01-01T00:00:00Z"], "id__not": ["2"]}', '2: 5 1'),
	('{"stop_time__lt": ["2100-01-01T00:00:00Z"], "limit": ["1"], "offset": ["1"]}', '3: 2'),
	('{"stop_time__gt": ["2015-06-01T12:05:05Z", "2015-06-01T12:20:00Z"]}', '1: 2')) v (query, wanted);
select is(tests.listed('{"start_time__gte": ["2015-06-01T12:02:00Z"]}', name) || '; ' || tests.listed('{"stop_time__gte": ["2015-06-01T12:02:00Z"]}', name), wanted,
	name || ' finds what he sees') from (values ('johnny', '3: 4 3 2; 1: 2'), ('eve', '1: 5; 1: 5')) v (name, wanted);

-- ---- how a time is written ----
select is(tests.listed(jsonb_build_object('stop_time', jsonb_build_array(word))), wanted, 'stop_time=' || word) from (values
	('2015-06-01 12:30', '1: 2'), ('2015-06-01T12:30:00', '1: 2'), ('2015-06-01T12:30:00.000000Z', '1: 2'), ('2015-06-01T14:30+02', '1: 2'), ('2015-06-01T14:30:00+0200', '1: 2'),
	('2015-06-01T14:30:00+02:00', '1: 2'), ('2015-06-01T14:30:00 02:00', '1: 2'), ('2015-06-01T07:00:00-05:30', '1: 2'), ('2015-05-31T23:30:00-13:00', '1: 2'),
	('2015-06-02T02:30:00+14:00', '1: 2')) v (word, wanted);
select is(tests.listed(jsonb_build_object(name, jsonb_build_array(word))), '0: ', format('none is before or after what is no time: %s=%s', name, word)) from (values
	('stop_time', '2015-06-01'), ('stop_time', '12:30'), ('stop_time__gt', 'x'), ('stop_time__lt', 'x'), ('stop_time__gte', '-infinity'), ('stop_time__lte', 'infinity'),
	('stop_time__lt', 'tomorrow'), ('stop_time__gt', '2015-02-29T00:00:00Z'), ('stop_time__gt', '0000-01-01T00:00:00Z'), ('stop_time__lt', '2100-01-01T00:00:00+99:00'),
	('stop_time__lt', '2100-01-01T00:00:00 UTC'), ('stop_time__lt', '20150601T123000Z'), ('start_time__lt', '2100-01-01T00:60:00Z'), ('start_time__gt', '2015-06-01T12:00:00Z; drop')) v (name, word);
select is(tests.listed('{"stop_time__gt": ["x"], "stop_time__gte": ["2015-06-01T12:00:00Z"]}'), '0: ', '... also beside one that is one');
select is(tests.listed('{"stop_time__gt": [""], "stop_time__lt": [""], "start_time": [""]}'), '5: 5 4 3 2 1', 'what is empty is not asked for');
select is(tests.listed('{"stop_time__ne": ["2015-06-01T12:30:00Z"], "stop_time__range": ["x"], "stop__lt": ["x"]}'), '5: 5 4 3 2 1', 'what is unknown is not asked for');

select * from finish();
rollback;
