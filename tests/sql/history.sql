-- The records of runs (sql/polemarch_api/history.sql; polemarch-behaviour.md sections 1.7, 10 and 15.3).
begin;
\ir lib.psql
select plan(144);

insert into people.users (username, superuser, stamp) values ('admin', true, 8), ('eve', false, 9), ('bob', false, 10);
create function tests.on(name text, function text, id bigint default 1, query jsonb default '{}') returns text
language sql as $$ select tests.polemarch(name, 'history_' || function, jsonb_build_object('id', id::text), '{}', query) $$;
create function tests.listed(name text, query jsonb default '{}') returns text
language plpgsql as $$
declare
	said text := tests.on(name, 'list', query => query);
begin
	return case when said not like '200 %' then said else (tests.members(said)->>'count') || ': ' || coalesce((
		select string_agg(r->>'id', ' ' order by n) from jsonb_array_elements(tests.members(said)->'results') with ordinality e (r, n)), '') end;
end
$$;
-- tests.run(...) -> a run that was asked for at tests.at(its number).
create function tests.run(p_project bigint, p_inventory bigint, p_initiator bigint default 1, p_status text default 'OK',
	p_kind text default 'PLAYBOOK', p_mode text default 'site.yml', p_saved boolean default true, p_type text default 'users') returns bigint
language plpgsql as $$
declare
	made bigint := (work.runs_add(array[row(p_project, p_inventory, null, p_kind, p_mode, null, '{"forks": 5}'::jsonb, '{}'::jsonb, p_saved,
	                                        p_initiator, p_type)::work.order], tests.clock()))[1];
begin
	update work.runs set status = p_status, stop_time = case when p_status not in ('DELAY', 'RUN') then start_time + interval '5 s' end where id = made;
	return made;
end
$$;
-- Projects 1 of johnny and 2 of eve, inventories likewise.
create function tests.world() returns void
language plpgsql as $$
begin
	perform tests.story();
	perform people.objects_add('project', '{1}', 1), people.objects_add('project', '{2}', 3),
	        inventory.inventories_add('i', '{}', '{}', 1), inventory.inventories_add('j', '{}', '{}', 3);
end
$$;

-- ---- who is not signed in ----
select is(tests.on('nobody', f), '401 Sign in to use this resource.', f || ': who is not signed in is told so')
  from unnest('{list,get,delete,cancel,facts,hosts,lines,raw}'::text[]) f;

-- ---- lists ----
select tests.world();
select is(tests.listed('admin'), '0: ', 'at first there is none');
select tests.run(1, 1), tests.run(2, 2, 3, 'ERROR'), tests.run(1, null, 4, 'RUN', 'MODULE', 'ping'), tests.run(1, 1, 1, 'OK', p_saved => false),
       tests.run(1, 1, 7, 'OFFLINE', p_type => 'scheduler'), tests.run(null, null, 1, 'DELAY');
select is(tests.on('admin', 'list', query => '{"limit": ["2"], "offset": ["3"]}'),
	'200 {"count":5,"next":null,"previous":"http://moirai/polemarch/api/v1/it?limit=2&offset=1","results":['
	'{"id":2,"project":2,"mode":"site.yml","kind":"PLAYBOOK","status":"ERROR","inventory":2,"start_time":"2015-06-01T12:02:00Z",'
	'"stop_time":"2015-06-01T12:02:05Z","initiator":3,"initiator_type":"users","url":"http://moirai/polemarch/api/v1/history/2/"},'
	'{"id":1,"project":1,"mode":"site.yml","kind":"PLAYBOOK","status":"OK","inventory":1,"start_time":"2015-06-01T12:01:00Z",'
	'"stop_time":"2015-06-01T12:01:05Z","initiator":1,"initiator_type":"users","url":"http://moirai/polemarch/api/v1/history/1/"}]}',
	'a page of records, the newest first');
select is(tests.listed('admin', query::jsonb), wanted, 'filtered by ' || query) from (values
	('{}', '5: 6 5 3 2 1'), ('{"id": ["1,2, 4"]}', '2: 2 1'), ('{"id__not": ["1,2"]}', '3: 6 5 3'), ('{"id": ["x"]}',
	'400 {"detail": "invalid literal for int() with base 10: ''x''", "error_type": "ValueError"}'),
	('{"mode": ["ping"]}', '1: 3'), ('{"mode": ["pin"]}', '0: '), ('{"mode": [""]}', '5: 6 5 3 2 1'), ('{"kind": ["MODULE"]}', '1: 3'), ('{"kind": ["module"]}', '0: '),
	('{"status": ["OK"]}', '1: 1'), ('{"status": ["OK,ERROR"]}', '2: 2 1'), ('{"status": ["OK, RUN ,x"]}', '2: 3 1'), ('{"status": ["RUN", "ERROR"]}', '1: 2'), ('{"project": ["1"]}', '3: 5 3 1'), ('{"project": [" 1"]}', '3: 5 3 1'),
	('{"project": ["x"]}', '0: '), ('{"project": ["99"]}', '0: '), ('{"inventory": ["2"]}', '1: 2'), ('{"inventory": ["-1"]}', '0: '),
	('{"initiator": ["1"]}', '2: 6 1'), ('{"initiator": ["7"], "initiator_type": ["users"]}', '0: '), ('{"initiator_type": ["scheduler"]}', '1: 5'),
	('{"name": ["x"], "name__not": ["y"], "unknown": ["z"]}', '5: 6 5 3 2 1'), ('{"project": ["1"], "status": ["OK"], "kind": ["PLAYBOOK"]}', '1: 1'),
	('{"start_time": ["2015-06-01T12:02:00Z"]}', '1: 2'), ('{"start_time": ["2015-06-01T14:02:00+02:00"]}', '1: 2'),
	('{"start_time": ["2015-06-01T14:02:00 02:00"]}', '1: 2'), ('{"start_time": ["2015-06-01 12:02"]}', '1: 2'),
	('{"start_time__gt": ["2015-06-01T12:02:00Z"]}', '3: 6 5 3'), ('{"start_time__gte": ["2015-06-01T12:02:00Z"]}', '4: 6 5 3 2'),
	('{"start_time__lt": ["2015-06-01T12:02:00.000001Z"]}', '2: 2 1'), ('{"start_time__lt": ["2015-06-01T12:02:00Z"]}', '1: 1'),
	('{"start_time__lte": ["2015-06-01T12:02:00.000Z"]}', '2: 2 1'), ('{"stop_time__gt": ["2015-06-01T12:02:05Z"]}', '1: 5'),
	('{"stop_time__lte": ["2015-06-01T12:02:05Z"]}', '2: 2 1'), ('{"stop_time": ["2015-06-01T12:05:05Z"]}', '1: 5'),
	('{"start_time__gt": ["2015-06-01T12:01:00Z"], "start_time__lt": ["2015-06-01T12:05:00Z"], "stop_time__gte": ["2000-01-01T00:00Z"]}', '1: 2'),
	('{"start_time__lt": ["2015-06-01"]}', '0: '), ('{"start_time__gt": ["1433160000"]}', '0: '), ('{"stop_time__lte": ["now"]}', '0: '),
	('{"start_time__gte": ["2015-13-01T00:00:00Z"]}', '0: '), ('{"start_time__lte": ["2015-06-01T25:00:00Z"]}', '0: '),
	('{"start_time__lte": ["infinity"]}', '0: '), ('{"stop_time__gte": [""]}', '5: 6 5 3 2 1'), ('{"limit": ["2"]}', '5: 6 5'), ('{"limit": ["2"], "offset": ["4"]}', '5: 1'),
	('{"limit": ["1"], "offset": ["1"], "project": ["1"]}', '3: 3'), ('{"offset": ["9"]}', '5: ')) v (query, wanted);

-- ---- rights: the list shows what people.may_run allows, and nothing else ----
create function tests.allowed(name text) returns text
language sql as $$
	select count(*) || ': ' || coalesce(string_agg(r.id::text, ' ' order by r.id desc), '') from work.runs r, people.users u
	 where u.username = name and r.save_result and people.may_run(u.id, 'see', r.project_id, polemarch_api.inventory_of(r),
	                                                              case r.initiator_type when 'users' then r.initiator end)
$$;
select is(tests.listed('johnny'), '4: 6 5 3 1', 'his own runs, and those of his project');
select is(tests.listed('eve'), '1: 2', 'she hers');
select is(tests.listed('bob'), '1: 3', 'he the one that he has started');
select tests.world(), tests.story();
select people.objects_add('project', array(select generate_series(1, 6)::bigint), 1), people.objects_add('inventory', array(select generate_series(1, 6)::bigint), 1);
select tests.run(p, i, u, p_type => t) from unnest('{null,1,2,3,4}'::bigint[]) p, unnest('{null,1,2,3,4}'::bigint[]) i, unnest('{1,3,4}'::bigint[]) u,
	unnest('{users,scheduler}'::text[]) t;
update work.runs set inventory_path = 'hosts' where inventory_id is null and id % 2 = 0;
update work.runs set bare = true where inventory_id is null and inventory_path is null and initiator = 4;
create function tests.grant_all() returns void
language plpgsql as $$
begin
	insert into people.grants (kind, id, principal, role) values ('project', 1, 3, 'EXECUTOR'), ('project', 2, 3, 'EDITOR'), ('project', 3, -1, 'EXECUTOR'),
		('inventory', 1, 3, 'EXECUTOR'), ('inventory', 2, 3, 'EDITOR'), ('inventory', 3, -1, 'MASTER');
	insert into people.teams (name) values ('t');
	perform people.objects_add('team', '{1}', 1);
	insert into people.team_members (team_id, user_id) values (1, 3), (1, 4);
	perform people.visible_change(array(select row(principal, kind, id, 1)::people.way from people.grants));
end
$$;
select tests.grant_all();
select is(tests.listed(name), tests.allowed(name), name || ' sees what people.may_run allows')
  from unnest('{johnny,eve,bob,admin}'::text[]) name;
select cmp_ok((select count(*) from work.runs), '=', 150::bigint, '... of many');
select is(tests.listed(name, '{"limit": ["7"], "offset": ["5"], "inventory": ["3"]}'), (
	select count(*) || ': ' || coalesce(string_agg(id, ' ' order by id::int desc) filter (where n between 6 and 12), '')
	  from (select a.id, row_number() over (order by a.n) as n from unnest(string_to_array(split_part(tests.allowed(name), ': ', 2), ' ')) with ordinality a (id, n)
	          join work.runs r on r.id = a.id::bigint and r.inventory_id = 3) s), name || ': a page of them')
  from unnest('{johnny,eve,bob,admin}'::text[]) name;
select is((select count(*) from work.runs r, people.users u where u.username in ('eve', 'bob') and r.save_result
	and (tests.on(u.username, 'get', r.id) like '200 %') <> people.may_run(u.id, 'see', r.project_id, polemarch_api.inventory_of(r),
	case r.initiator_type when 'users' then r.initiator end)), 0::bigint, '... and so does each record');
select is(fate.count('run'), 150::bigint, 'all of them are counted');
create function tests.may(name text, id bigint) returns text
language sql as $$ select tests.members(tests.on(name, 'get', id, '{"expand": ["may"]}'))->>'may' $$;
select is((select string_agg(format('%s: %s, not %s', r.id, tests.may(u.username, r.id), a.may), '; ' order by r.id)
	from work.runs r, people.users u, lateral (select coalesce(jsonb_agg(v order by v), '[]') as may from unnest('{cancel,delete}'::text[]) v
	      where people.may_run(u.id, v, r.project_id, polemarch_api.inventory_of(r), case r.initiator_type when 'users' then r.initiator end)) a
	where u.username = name and people.may_run(u.id, 'see', r.project_id, polemarch_api.inventory_of(r), case r.initiator_type when 'users' then r.initiator end)
	  and tests.may(name, r.id)::jsonb <> a.may), null, name || ' is told of each run that he sees what people.may_run allows')
  from unnest('{johnny,eve,bob,admin}'::text[]) name;

select tests.world();
insert into people.grants (kind, id, principal, role) values ('project', 1, 3, 'EXECUTOR'), ('inventory', 1, 3, 'EXECUTOR');
select people.visible_change(array(select row(principal, kind, id, 1)::people.way from people.grants));
select tests.run(1, 1), tests.run(1, null);
update work.runs set inventory_path = 'hosts' where id = 2;
select is(tests.listed('eve'), '2: 2 1', 'who has both sees the runs, those on a file, too');
select tests.run(1, null), tests.run(1, null);
select work.run_narrow(3, '{web}'), work.run_narrow(tests.run(1, 1), '{web}');
select is(tests.listed('eve'), '4: 5 3 2 1', '... and on machines that are named without one; of one that is gone not');
select is((select string_agg(bare::text, ' ' order by id) from work.runs), 'false false true false false', '... which is another thing');
delete from work.runs where id > 2;
select work.objects_gone('inventory', '{1}');
select is(tests.listed('eve'), '1: 2', '... but not what was run on an inventory that is gone: nobody can say any more who might see it');
select is(tests.on('eve', 'get', 1), '403 {"detail": "You do not have permission to perform this action."}', '... nor by its number');
select is(tests.listed('johnny'), '2: 2 1', '... only who may edit the project');

-- ---- a record ----
select tests.world();
select tests.run(1, 1), tests.run(2, 2, 3), tests.run(1, 1, p_saved => false);
update work.runs set raw_inventory = E'# Hosts \nweb', raw_args = 'ansible-playbook site.yml -i inventory -v', revision = 'abc', status = 'ERROR',
	status_detail = 'exit 2', arguments = '{"user": "x", "forks": 5, "key-file": "[~~ENCRYPTED~~]"}', output_day = '2015-06-01', lines = 2 where id = 1;
select work.line_partitions_ensure('2015-06-01');
insert into work.lines values ('2015-06-01', 1, 1, E'\x1b[0;32mok: [web]\x1b[0m'), ('2015-06-01', 1, 2, 'the "end"');
select is(tests.on('johnny', 'get'), '200 {"id":1,"project":1,"mode":"site.yml","kind":"PLAYBOOK","status":"ERROR","start_time":"2015-06-01T12:01:00Z",'
	'"stop_time":"2015-06-01T12:01:05Z","inventory":1,"raw_inventory":"# Hosts \nweb","raw_args":"ansible-playbook site.yml -i inventory -v",'
	'"raw_stdout":"ok: [web]\nthe \"end\"","initiator":1,"initiator_type":"users","revision":"abc","url":"http://moirai/polemarch/api/v1/history/1/"}',
	'it is told as the document has it');
select is(tests.members(tests.on('johnny', 'get', query => '{"output": ["no"]}')) ?| '{raw_stdout,raw_inventory}', false, 'without what it said, where that is not wanted');
select is(substring(tests.on('johnny', 'get', query => '{"expand": ["status_detail,execute_args"]}') from '"initiator_type":"users",(.*),"url"'),
	'"execute_args":{"forks":5,"key-file":"[~~ENCRYPTED~~]","user":"x"},"revision":"abc","status_detail":"exit 2"', 'more is told where it is asked for');
select is(tests.on('admin', 'get', 2) ~ '"raw_inventory":"","raw_args":"","raw_stdout":"","initiator":3', true, 'what has not begun has said nothing');
select is(tests.on(name, f, id), wanted, format('%s: %s of %s', name, f, id)) from (values
	('johnny', 2, '403 {"detail": "You do not have permission to perform this action."}'), ('admin', 3, '404 {"detail": "Not found."}'),
	('admin', 99, '404 {"detail": "Not found."}')) v (name, id, wanted), unnest('{get,cancel,hosts,facts,delete}'::text[]) f;

-- ---- more of many ----
select tests.world();
create function tests.more(name text, query jsonb) returns text
language sql as $$ select string_agg(concat_ws(' ', r->>'id', r->>'project_name', r->>'inventory_name', r->>'initiator_name', r->>'outcomes', r->>'may'), '; ' order by n)
	from jsonb_array_elements(tests.members(tests.on(name, 'list', query => query))->'results') with ordinality e (r, n) $$;
insert into inventory.objects (kind, id, name) values ('project', 1, 'P1'), ('project', 2, 'P2'), ('periodic_task', 7, 'nightly');
insert into work.periodic_tasks (id, type, schedule, kind, mode, project_id, inventory_id, save_result, enabled, zone)
values (7, 'INTERVAL', '60', 'PLAYBOOK', 'site.yml', 1, 1, true, true, 'UTC');
select tests.run(1, 1), tests.run(1, null), tests.run(1, 2, 99), tests.run(1, 1, 7, p_type => 'scheduler'), tests.run(2, 2, 1), tests.run(1, 1, p_status => 'RUN');
update work.runs set inventory_path = 'hosts' where id = 2;
insert into work.run_hosts (run_id, name, outcome) values (1, 'a', 'ok'), (1, 'b', 'ok'), (1, 'c', 'failed'), (4, 'a', 'changed'), (6, 'a', 'ok'), (6, 'b', null);
update work.runs set outcomes = '{"skipped": 9}' where id = 4;
select is(tests.more('johnny', '{"expand": ["names"]}'), '6 P1 i johnny; 5 johnny; 4 P1 i nightly; 3 P1; 2 P1 hosts johnny; 1 P1 i johnny', 'names, but for what is gone or is not seen');
select is(tests.more('admin', '{"expand": ["names"], "id": ["3,5"]}'), '5 P2 j johnny; 3 P1 j', '... which is seen by others');
select people.grants_put('inventory', 1, '{4}', '{EDITOR}');
select is(tests.more('bob', '{"expand": ["names"], "id": ["4"]}'), '4 i', '... the task too, to whom sees its project');
select people.grants_remove('inventory', 1, '{4}');
select is(tests.more('johnny', '{"expand": ["outcomes"]}'), '6 {"ok": 1, "running": 1}; 5 {}; 4 {"skipped": 9}; 3 {}; 2 {}; 1 {"ok": 2, "failed": 1}',
	'how many machines of each outcome');
select is(tests.more('johnny', '{"expand": ["may,outcomes"], "id": ["1,5"]}'), '5 {} ["cancel"]; 1 {"ok": 2, "failed": 1} ["cancel", "delete"]', 'what may be done with them');
select is(substring(tests.on('johnny', 'get', 1, '{"expand": ["names,outcomes,may,hosts"], "output": ["no"]}') from '"revision".*,"url"'),
	'"revision":null,"hosts":null,"project_name":"P1","inventory_name":"i","initiator_name":"johnny","bare":false,"outcomes":{"failed":1,"ok":2},"may":["cancel","delete"],"url"',
	'of one record, too');
select is(substring(tests.on('johnny', 'get', 1, '{"expand": ["raw_inventory"], "output": ["no"]}') from '"inventory":.*,"initiator":'),
	'"inventory":1,"raw_inventory":"","raw_args":"","initiator":', 'the inventory without the output');
select work.run_narrow(1, '{a,c,b}');
select is(tests.members(tests.on('johnny', 'get', 1, '{"expand": ["hosts"]}'))->>'hosts', '["a", "c", "b"]', 'the machines it was asked for by name');
select is(tests.listed('johnny', query::jsonb), wanted, 'runs by ' || query) from (values ('{"host": ["a"]}', '3: 6 4 1'), ('{"host": ["b"], "status": ["RUN"]}', '1: 6'),
	('{"host": ["A"]}', '0: '), ('{"host": [""]}', '6: 6 5 4 3 2 1'), ('{"host": ["a"], "limit": ["1"], "offset": ["1"]}', '3: 4')) v (query, wanted);
select is(tests.listed('eve', '{"host": ["a"]}'), '0: ', '... that one sees');
select work.run_end(r, 'ERROR', 'exit 2', (select jsonb_agg(jsonb_build_object('name', n, 'outcome', o, 'ok', 0, 'changed', 0, 'unreachable', 0, 'failed', 0, 'skipped', 0, 'rescued', 0, 'ignored', 0))
	from (values ('a', 'failed'), ('c', 'ok')) v (n, o)), '[]', 'interrupted', tests.at(9)) from work.runs r where id = 6;
select is((select concat_ws(' ', outcomes, status_detail) from work.runs where id = 6), '{"ok": 1, "failed": 1, "interrupted": 1} exit 2', 'of a run that is over they are counted once');

-- ---- cancel and delete ----
select tests.world();
select tests.run(1, 1, p_status => s) from unnest('{DELAY,RUN,OK}'::text[]) s;
select is(tests.on('johnny', 'delete', id), '409 {"detail": "Execution still in process."}', 'what is not over is not deleted') from generate_series(1, 2) id;
select is(tests.polemarch('johnny', 'history_cancel', jsonb_build_object('id', id), more => '{"method": "POST"}'), format('200 {"detail":"Task canceled: %s"}', id),
	'whatever is seen is canceled') from generate_series(1, 3) id;
select is(tests.rows('work.runs', 'id, status, cancel_at is not null'), '(1,INTERRUPTED,f) (2,RUN,t) (3,OK,f)', '... each as it stands');
select is(tests.audit('kind = ''run'''), '(cancel,run,{1}) (cancel,run,{2})', '... and that is told');
select is(tests.on('johnny', 'delete', 3), '204', 'what is over is deleted');
select is((select count(*) from work.runs) || ' ' || fate.count('run') || ' ' || tests.listed('admin'), '2 2 2: 2 1', '... and counts no more');
select is(tests.audit('verb = ''delete'''), '(delete,run,{3})', '... which is told, too');
select people.objects_add('project', '{3}', 1);
insert into people.grants (kind, id, principal, role) values ('project', 3, 3, 'EXECUTOR');
select people.visible_change(people.ways('{3}', 'project', '{3}', 1));
select is(tests.on('eve', 'delete', tests.run(3, null, 3)), '403 {"detail": "You do not have permission to perform this action."}',
	'who only sees does not delete, not even his own');

-- ---- facts ----
select tests.world();
select tests.run(1, 1, p_status => s, p_kind => k, p_mode => m) from (values (1, 'DELAY', 'PLAYBOOK', 'setup'), (2, 'RUN', 'MODULE', 'setup'), (3, 'OK', 'PLAYBOOK', 'setup'),
	(4, 'OK', 'MODULE', 'ping'), (5, 'OFFLINE', 'MODULE', 'setup'), (6, 'INTERRUPTED', 'MODULE', 'ansible.builtin.setup'), (7, 'OK', 'MODULE', 'ansible.legacy.setup')) v (n, s, k, m) order by n;
insert into work.run_facts values (5, 2, 'a', 'UNREACHABLE!', '{"changed":false,"msg":"no \"route\""}'), (5, 1, 'b"c', 'SUCCESS', '{"ansible_facts": {"x": 1}, "changed": false}'),
	(5, 3, 'd', 'SUCCESS', ' {}'), (6, 1, 'a', 'SUCCESS', '{"changed":false}');
select is(tests.on('johnny', 'facts', id), wanted, 'facts of run ' || id) from (values (1, '424 {"detail": "Execution still in process."}'),
	(2, '424 {"detail": "Execution still in process."}'), (3, '404 {"detail": "Facts can be gathered only by setup module."}'),
	(4, '404 {"detail": "Facts can be gathered only by setup module."}'),
	(5, '200 {"b\"c":{"status":"SUCCESS","ansible_facts": {"x": 1}, "changed": false},"a":{"status":"UNREACHABLE!","changed":false,"msg":"no \"route\""},"d":{"status":"SUCCESS"}}'),
	(6, '200 {"a":{"status":"SUCCESS","changed":false}}'), (7, '200 {}')) v (id, wanted);

-- ---- hosts ----
select tests.world();
select tests.run(1, 1);
insert into work.run_hosts (run_id, name, host_id, outcome, ok, failed, task, message) values (1, 'web2', null, 'failed', 1, 1, 'copy', E'no\nspace'),
	(1, 'web1', 7, 'ok', 3, 0, null, null), (1, 'db', null, null, 0, 0, null, null);
select is(tests.on('johnny', 'hosts', query => '{"limit": ["1"], "name": ["web"]}'),
	'200 {"count":2,"next":"http://moirai/polemarch/api/v1/it?limit=1&name=web&offset=1","previous":null,"results":[{"name":"web1","host":7,"outcome":"ok","ok":3,'
	'"changed":0,"unreachable":0,"failed":0,"skipped":0,"rescued":0,"ignored":0,"task":null,"message":null}]}', 'what came of it on each host');
select is((select string_agg(h->>'name', ' ' order by n) from jsonb_array_elements(tests.members(tests.on('johnny', 'hosts', query => query::jsonb))->'results') with ordinality e (h, n)),
	wanted, 'hosts by ' || query) from (values ('{}', 'db web1 web2'), ('{"outcome": ["failed"]}', 'web2'), ('{"outcome": ["fail"]}', null), ('{"name": ["%"]}', null),
	('{"outcome": ["running, ok"]}', 'db web1'), ('{"ordering": ["outcome"]}', 'web2 db web1'), ('{"ordering": ["name"]}', 'db web1 web2'), ('{"ordering": ["outcome"], "limit": ["1"], "offset": ["2"]}', 'web1')) v (query, wanted);
delete from work.run_hosts;
insert into work.run_hosts (run_id, name, outcome) select 1, n || coalesce(o, 'z'), o from unnest(array['skipped', 'ok', 'changed', null, 'unknown', 'interrupted', 'unreachable', 'failed']) o, unnest('{b,a}'::text[]) n;
select is((select string_agg(h->>'name', ' ' order by n) from jsonb_array_elements(tests.members(tests.on('johnny', 'hosts', query => '{"ordering": ["outcome"]}'))->'results') with ordinality e (h, n)),
	'afailed bfailed aunreachable bunreachable ainterrupted binterrupted aunknown bunknown az bz achanged bchanged aok bok askipped bskipped', 'the worst first, then by name');

select * from finish();
rollback;
