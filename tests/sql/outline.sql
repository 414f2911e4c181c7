-- Where plays, tasks and failures are in what a run has said (sql/polemarch_api/outline.sql).
begin;
\ir lib.psql
select plan(28);

insert into people.users (username, superuser, stamp) values ('eve', false, 9);
create function tests.on(query jsonb default '{}', id bigint default 1, name text default 'johnny') returns text
language sql as $$ select tests.polemarch(name, 'history_outline', jsonb_build_object('id', id::text), '{}', query) $$;
create function tests.ran(p_kind text, variadic p_lines text[]) returns bigint
language plpgsql as $$
declare
	made bigint := (work.runs_add(array[row(null, null, null, p_kind, 'x', null, '{}'::jsonb, '{}'::jsonb, true, 1, 'users')::work.order], tests.at(0)))[1];
begin
	perform work.line_partitions_ensure('2015-06-01');
	insert into work.lines select '2015-06-01', made, n, line from unnest(p_lines) with ordinality l (line, n);
	update work.runs set output_day = '2015-06-01', lines = cardinality(p_lines) where id = made;
	return made;
end
$$;
-- tests.marks(...) -> UPTO: LINE kind text host, ...
create function tests.marks(query jsonb default '{}', id bigint default 1) returns text
language sql as $$
	select (a->>'upto') || ': ' || coalesce((select string_agg(concat_ws(' ', m->>'line', m->>'kind', m->>'text', m->>'host'), ', ' order by n)
	                                          from jsonb_array_elements(a->'marks') with ordinality e (m, n)), '')
	  from tests.members(tests.on(query, id)) a
$$;
-- tests.one(line) -> what is found in it, without its number.
create function tests.one(line text, kind text default 'PLAYBOOK') returns text
language plpgsql as $$
declare
	made bigint := tests.ran(kind, line);
begin
	return nullif(substring(tests.marks(id => made) from '^1: 1? ?(.*)$'), '');
end
$$;

select tests.story();
select is(tests.on(name => 'nobody'), '401 Sign in to use this resource.', 'who is not signed in is told so');
select is(tests.on(id => 1), '404 {"detail": "Not found."}', 'there is no such run');
select tests.ran('PLAYBOOK', '', 'PLAY [site] ****', '', 'TASK [copy it] ***', E'\x1b[0;32mok: [web1]\x1b[0m', E'\x1b[0;31mfatal: [web2]: FAILED! => {"changed": false, "msg": "no \\"space\\"\\nleft"}\x1b[0m',
	E'\x1b[0;36m...ignoring\x1b[0m', E'\x1b[1;31mfatal: [web3]: UNREACHABLE! => {"msg": "away"}\x1b[0m', 'RUNNING HANDLER [restart] *****', 'PLAY RECAP ***', 'web1 : ok=1');
select is(tests.on(name => 'eve'), '403 {"detail": "You do not have permission to perform this action."}', 'it is for who sees the run');
select is(tests.on('{"limit": ["3"]}'), '200 {"upto":6,"marks":[{"line":2,"kind":"play","text":"site","host":null},{"line":4,"kind":"task","text":"copy it","host":null},'
	'{"line":6,"kind":"ignored","text":"no \"space\" left","host":"web2"}]}', 'marks, by their lines');
select is(tests.marks(), '11: 2 play site, 4 task copy it, 6 ignored no "space" left web2, 8 unreachable away web3, 9 handler restart, 10 recap ', 'all of them');
select is(tests.marks(query::jsonb), wanted, 'marks by ' || query) from (values ('{"after": ["6"]}', '11: 6 ignored no "space" left web2, 8 unreachable away web3, 9 handler restart, 10 recap '),
	('{"after": ["7"]}', '11: 8 unreachable away web3, 9 handler restart, 10 recap '), ('{"after": ["10"]}', '11: '), ('{"after": ["11"]}', '11: '), ('{"after": ["99"]}', '11: '),
	('{"after": ["4"], "limit": ["1"]}', '6: 6 ignored no "space" left web2'), ('{"after": ["6"], "limit": ["1"]}', '7: 6 ignored no "space" left web2'), ('{"limit": ["0"], "after": ["x"]}', tests.marks())) v (query, wanted);
select is(tests.one(line), wanted, line) from (values ('TASK [a [b] ] x] ***', 'task a [b] ] x'), ('PLAY ****', 'play '), ('PLAY [x] [CHECK MODE] ***', 'play x'), ('TASK [no stars]', null),
	('fatal: [web1 -> db.example.com]: FAILED! => {"censored": "x"}', 'failed {"censored": "x"} web1'), ('failed: [web1] (item=a b) => {"msg": "not \\ this"}', 'failed not \ this web1'),
	('failed: [w] (item=1) => {"msg": "away", "unreachable": true}', 'unreachable away w'),
	('   PLAY [x] ***', null), ('web1 | FAILED! => {', null)) v (line, wanted);
select is(tests.one(line, 'MODULE'), wanted, 'of a module: ' || line) from (values (E'\x1b[0;31mweb1 | FAILED! => {\x1b[0m', 'failed  web1'), ('w | UNREACHABLE! => {"msg": "away"}', 'unreachable away w'),
	(E'w | FAILED | rc=2 >>', 'failed  w'), ('PLAY [x] ***', null)) v (line, wanted);
select is(tests.marks(id => tests.ran('PLAYBOOK', 'TASK [loop] ***', 'failed: [a] (item=1) => {"msg": "x"}', 'failed: [b] (item=1) => {"msg": "y"}', '...ignoring', '...ignoring', 'fatal: [c]: FAILED! => {}',
	'TASK [n] ***', 'failed: [a] (item=1) => {}')), '8: 1 task loop, 2 ignored x a, 3 ignored y b, 6 failed {} c, 7 task n, 8 failed {} a', 'items of a loop are ignored together');
update work.runs set output_day = null, lines = 0 where id = 1;
select is(tests.marks(), '0: ', 'of output that is gone there are none');

select * from finish();
rollback;
