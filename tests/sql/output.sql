-- What runs have said (sql/polemarch_api/output.sql; polemarch-behaviour.md section 10.1).
begin;
\ir lib.psql
select plan(80);

insert into people.users (username, superuser, stamp) values ('admin', true, 8), ('eve', false, 9);
create function tests.on(function text, query jsonb default '{}', id bigint default 1, name text default 'johnny') returns text
language sql as $$ select tests.polemarch(name, 'history_' || function, jsonb_build_object('id', id::text), '{}', query) $$;
-- tests.ran(lines, status, day) -> a run of johnny's that has said so, on that day.
create function tests.ran(p_lines text[], p_status text default 'OK', p_day date default '2015-06-01') returns bigint
language plpgsql as $$
declare
	made bigint := (work.runs_add(array[row(null, null, null, 'PLAYBOOK', 'site.yml', null, '{}'::jsonb, '{}'::jsonb, true, 1, 'users')::work.order], tests.at(0)))[1];
begin
	perform work.line_partitions_ensure(p_day);
	insert into work.lines select p_day, made, n, line from unnest(p_lines) with ordinality l (line, n);
	update work.runs set status = p_status, stop_time = case when p_status <> 'RUN' then tests.at(1) end, output_day = p_day,
		lines = cardinality(p_lines) where id = made;
	return made;
end
$$;
create function tests.numbers(query jsonb default '{}', id bigint default 1) returns text
language plpgsql as $$
declare
	said jsonb := tests.members(tests.on('lines', query, id));
begin
	return (said->>'count') || ': ' || coalesce((select string_agg(r->>'line_number', ' ' order by n) from jsonb_array_elements(said->'results') with ordinality e (r, n)), '');
end
$$;

-- ---- colors ----
select tests.story();
select tests.ran(array[E'\x1b[0;32mok: [web]\x1b[0m', '', E'a\x1b[1;31mb\x1b[0mc "d"', E'cut \x1b[0;3', E'\x1b[0;35m\x1b[0;36m\x1b[1;35m\x1b[0;33mx']);
select is(tests.on('lines', '{"limit": ["3"]}'), '200 {"count":5,"next":"http://moirai/polemarch/api/v1/it?limit=3&offset=3","previous":null,"results":['
	'{"line_number":5,"line":"x"},{"line_number":4,"line":"cut \u001b[0;3"},{"line_number":3,"line":"abc \"d\""}]}', 'lines, the last first, without colors');
select is(tests.on('lines', '{"color": ["yes"], "before": ["2"]}'), '200 {"count":1,"next":null,"previous":null,"results":[{"line_number":1,'
	'"line":"\u001b[0;32mok: [web]\u001b[0m"}]}', 'with colors, where they are wanted');
select is(tests.members(tests.on('get'))->>'raw_stdout', E'ok: [web]\n\nabc "d"\ncut \x1b[0;3\nx', 'as a text without');
select is(tests.on('raw'), E'200 \x1b[0;32mok: [web]\x1b[0m\n\na\x1b[1;31mb\x1b[0mc "d"\ncut \x1b[0;3\n\x1b[0;35m\x1b[0;36m\x1b[1;35m\x1b[0;33mx', 'raw has them: the worker takes them out');

-- ---- which lines ----
select tests.story();
select tests.ran(array(select 'line ' || n from generate_series(1, 10) n)), tests.ran('{}'::text[]), tests.ran('{a,b}', 'RUN');
select is(tests.numbers(query::jsonb), wanted, 'lines by ' || query) from (values ('{}', '10: 10 9 8 7 6 5 4 3 2 1'), ('{"after": ["7"]}', '3: 10 9 8'), ('{"before": ["3"]}', '2: 2 1'),
	('{"after": ["2"], "before": ["5"]}', '2: 4 3'), ('{"after": ["5"], "before": ["6"]}', '0: '), ('{"after": ["10"]}', '0: '), ('{"after": ["-3"]}', '10: 10 9 8 7 6 5 4 3 2 1'),
	('{"before": ["99"], "limit": ["2"]}', '10: 10 9'), ('{"before": ["0"]}', '0: '), ('{"line_number": ["4"]}', '1: 4'), ('{"line_number": ["0"]}', '0: '), ('{"line_number": ["11"]}', '0: '),
	('{"line_number": ["4"], "after": ["4"]}', '0: '), ('{"after": ["x"]}', '0: '), ('{"before": ["1.5"]}', '0: '), ('{"line_number": ["99999999999999999999"]}', '0: '), ('{"after": [""]}', '10: 10 9 8 7 6 5 4 3 2 1'),
	('{"limit": ["3"]}', '10: 10 9 8'), ('{"limit": ["3"], "offset": ["3"]}', '10: 7 6 5'), ('{"limit": ["3"], "offset": ["9"]}', '10: 1'), ('{"offset": ["10"]}', '10: '), ('{"offset": ["99"]}', '10: '),
	('{"after": ["2"], "limit": ["3"], "offset": ["1"]}', '8: 9 8 7'), ('{"ordering": ["line_number"], "after": ["2"], "limit": ["3"]}', '8: 3 4 5'),
	('{"ordering": ["line_number"], "after": ["2"], "limit": ["3"], "offset": ["6"]}', '8: 9 10'), ('{"ordering": ["line_number"], "offset": ["10"]}', '10: '), ('{"ordering": ["-line_number"], "limit": ["1"]}', '10: 10'),
	('{"ordering": ["line_number"], "after": ["10"]}', '0: ')) v (query, wanted);
select is(tests.numbers(id => 2) || tests.on('raw', id => 2), '0: 200', 'who has said nothing has no lines');
select is(tests.numbers(id => 3) || E' ' || tests.on('raw', id => 3), E'2: 2 1 200 a\nb', 'what is still at work has said so much');
select is(tests.on(f, name => 'eve'), '403 {"detail": "You do not have permission to perform this action."}', f || ' is for who sees the run') from unnest('{lines,raw}'::text[]) f;
select is(tests.on(f, id => 99), '404 {"detail": "Not found."}', f || ' of none') from unnest('{lines,raw}'::text[]) f;

-- ---- a text in them ----
select tests.story();
select tests.ran(array[E'\x1b[0;32mok: [Web1]\x1b[0m', 'plain WEB1 100%', E'\x1b[0;31mfa\x1b[0mtal: \x1b[0;36mm\x1b[0m', E'cut \x1b[0;3 web', E'\x1b[0;33m\x1b[0m', 'GRÖSSE a_b', E'\x1b[0;32mGrÖße web1\x1b[0m', '', E'x\x1b[0;35my\x1b[0m',
	E'\x1b[0;32mfoo m[0m\x1b[0m', E'\x1b[1;31m\x1b[0;32mdouble web1\x1b[0m']);
select is(tests.numbers(query::jsonb), wanted, 'lines by ' || query) from (values ('{"search": ["web1"]}', '4: 11 7 2 1'), ('{"search": ["Web1"], "ordering": ["line_number"], "limit": ["2"], "offset": ["1"]}', '4: 2 7'),
	('{"search": ["web1"], "limit": ["2"], "offset": ["1"]}', '4: 7 2'), ('{"search": ["web1"], "offset": ["4"]}', '4: '), ('{"search": ["web1"], "offset": ["999999999999999"]}', '4: '),
	('{"search": ["web1"], "ordering": ["line_number"], "offset": ["999999999999999"]}', '4: '), ('{"search": ["web1"], "limit": ["999999999999999"], "ordering": ["line_number"]}', '4: 1 2 7 11'),
	('{"search": ["web"], "after": ["2"], "before": ["11"]}', '2: 7 4'), ('{"search": ["100%"]}', '1: 2'), ('{"search": ["a_b"]}', '1: 6'), ('{"search": ["fatal: m"]}', '1: 3'), ('{"search": ["XY"]}', '1: 9'),
	('{"search": ["größe"]}', '1: 7'), ('{"search": ["grösse"]}', '1: 6'), ('{"search": ["0;3"]}', '1: 4'), ('{"search": ["[0m"]}', '1: 10'), ('{"search": ["m"]}', '2: 10 3'), ('{"search": [""]}', '11: 11 10 9 8 7 6 5 4 3 2 1')) v (query, wanted);

-- ---- output that is gone for its age ----
update work.runs set status = 'OK', stop_time = tests.at(1) where id = 3;
select is(work.line_partitions_drop('2015-06-09') > 0, true, 'old output is dropped');
select is(tests.numbers() || tests.on('raw') || substring(tests.on('get') from '"raw_stdout":"[^"]*"'), '0: 200"raw_stdout":""', '... and there is none');
update work.runs set lines = 10 where id = 1;
select is(tests.numbers() || tests.on('raw') || substring(tests.on('get') from '"raw_stdout":"[^"]*"'), '0: 200"raw_stdout":""', '... however many there were');

-- ---- how many days it is kept (run_retention) ----
-- tests.age() -> how many days ago the last day of the week before last was.
create function tests.age() returns int language sql as $$ select extract(isodow from current_date)::int + 7 $$;
-- tests.tidied(days) -> the runs that still have their output when this setting has been heeded, and how many lines there are.
create function tests.tidied(days int) returns text
language plpgsql as $$
begin
	perform runner_api.tidy(tests.settings(jsonb_build_object('runRetention', days)));
	return (select string_agg(id::text, ' ' order by id) from work.runs where output_day is not null and lines = 2) || ', '
	       || (select count(*) from work.lines);
end
$$;
select tests.story();
select tests.ran('{a,b}', 'OK', current_date - tests.age() - days) from unnest('{0,6,7}'::int[]) days;
select tests.ran('{a,b}', 'OK', current_date), tests.ran('{a,b}', 'RUN', current_date - tests.age());
select is(tests.tidied(0), '1 2 3 4 5, 10', '0 days are for ever');
select is(tests.tidied(36500), '1 2 3 4 5, 10', 'what is not as old stays');
select is(tests.tidied(tests.age() + 7), '1 2 3 4 5, 10', '... up to that day');
select is(tests.tidied(tests.age() + 6), '1 2 4 5, 8', 'what is older goes');
select is(tests.tidied(1), '1 2 4 5, 8', '... but not what is in a week with a run that is at work');
update work.runs set status = 'OK', stop_time = tests.at(1) where id = 5;
select is(tests.tidied(tests.age()), '1 2 4 5, 8', 'a week stays as long as its last day');
select is(tests.tidied(tests.age() - 1), '4, 2', '... and goes with it');
select is(tests.rows('work.runs', 'id, status, output_day is null, lines'), '(1,OK,t,0) (2,OK,t,0) (3,OK,t,0) (4,OK,f,2) (5,OK,t,0)', 'the runs stay, without their output');
select is(tests.numbers() || tests.on('raw') || substring(tests.on('get') from '"raw_stdout":"[^"]*"'), '0: 200"raw_stdout":""', '... and are shown so');
select is(tests.numbers(id => 4) || E' ' || tests.on('raw', id => 4), E'2: 2 1 200 a\nb', 'what is younger is there');
select work.line_partitions_drop('infinity'), runner_api.tidy(tests.settings());
select is((select string_agg(inhrelid::regclass::text, ' ' order by inhrelid::regclass::text) from pg_inherits where inhparent = 'work.lines'::regclass),
	format('work.lines_%s work.lines_%s', to_char(current_date, 'IYYY_IW'), to_char(current_date + 7, 'IYYY_IW')), 'there is room for what comes this week and the next');
select is((select string_agg(rule, '; ') from work.check()), null, 'all is as the law says');

-- ---- a text in pieces ----
select tests.story();
select tests.ran(array(select 'line ' || n from generate_series(1, 12000) n)), tests.ran(array(select repeat('x', 100000) from generate_series(1, 12))), tests.ran(array[repeat('y', 3000000), 'z']);
-- tests.whole(id) -> how many pieces there are, and whether they are all that it has said.
create function tests.whole(id bigint, query jsonb default '{}') returns text
language plpgsql as $$
declare
	a     api.answer;
	whole text := '';
	n     int := 0;
	after text := '0';
begin
	loop
		a := polemarch_api.history_raw(tests.req(jsonb_build_object('id', id::text), query || jsonb_build_object('after', jsonb_build_array(after))));
		whole := whole || a.body;
		n := n + 1;
		exit when a.location is null;
		after := a.location;
	end loop;
	return n || ' ' || (whole = (select string_agg(line, E'\n' order by l.n) from work.lines l where run_id = id));
end
$$;
select is(tests.whole(1), '3 true', 'a text of 12,000 lines comes in three pieces');
select is(tests.whole(2), '3 true', '... one of long lines in more');
select is(tests.whole(3), '2 true', '... and never less than a line at a time');
select is(split_part(tests.on('raw', '{"after": ["11999"]}'), ' ', 1) || substr(tests.on('raw', '{"after": ["11999"]}'), 5), E'200\nline 12000', 'what follows a line begins with a newline');
select is(tests.on('raw', '{"after": ["12000"]}') || tests.on('raw', '{"after": ["99999999999"]}'), '200200', '... unless nothing follows');
select is(left(tests.on('raw', '{"after": ["x"]}'), 15), E'200 5000 line 1', 'what is no number is the beginning');

-- ---- raw_stdout ----
select is(length(tests.members(tests.on('get', id => 2))->>'raw_stdout'), 1200011, 'the text is in the record');
select is(tests.members(tests.on('get', id => 1))->>'raw_stdout' = (select string_agg('line ' || n, E'\n' order by n) from generate_series(1, 12000) n), true, '... all of it');
select tests.story();
select tests.ran(array(select repeat('ü', 99999) from generate_series(1, 101)));
select is(length(tests.members(tests.on('get'))->>'raw_stdout'), 10000000, '... up to ten million characters');

select * from finish();
rollback;
