-- Periodic tasks by the clock (sql/work/periodic.sql; polemarch-behaviour.md section 11).
begin;
\ir lib.psql
select plan(81);

insert into people.users (username, superuser, stamp) values ('admin', true, 8);
insert into house.seal_keys (public_key, current) select repeat('A', 43) || '=', true where not exists (select from house.seal_keys where current);
create function tests.box(word text default 'AA==') returns jsonb
language sql as $$ select jsonb_build_object('sealed', word, 'key', (select id from house.seal_keys where current)) $$;

-- johnny's project 1; inventory 1 with a host, 2 with a group with one, 3 without any, 4 with a group without any.
create function tests.world() returns void
language plpgsql as $$
begin
	perform tests.story();
	truncate work.projects, work.runs, work.periodic_tasks, work.tasks restart identity cascade;
	insert into work.projects (repository, status) values ('x', 'OK');
	perform people.objects_add('project', '{1}', 1), inventory.inventories_add('i' || n, '{}', '{}', 1) from generate_series(1, 1) n;
	perform inventory.inventories_add('i' || n, '{}', '{}', 1) from generate_series(2, 4) n;
	perform inventory.groups_add('{full,hollow,above}', '{f,f,t}', array['{}', '{}', '{}']::jsonb[], array['{}', '{}', '{}']::jsonb[], 1);
	perform people.parts_add('inventory', 1, 'host', inventory.hosts_add('{h}', '{HOST}', array['{}'::jsonb], array['{}'::jsonb], 1)),
	        people.parts_add('group', 1, 'host', '{1}'), people.parts_add('group', 3, 'group', '{1}'),
	        people.parts_add('inventory', 2, 'group', '{3}'), people.parts_add('inventory', 4, 'group', '{2}');
end
$$;
-- tests.task(type, schedule, ...) -> a task that was saved at the minute 0 of the story, noon.
create function tests.task(type text, schedule text, vars jsonb default '{}', sealed jsonb default '{}', kind text default 'PLAYBOOK',
	inventory bigint default 1, path text default null, save_result boolean default true, enabled boolean default true,
	zone text default 'UTC', project bigint default 1, at timestamptz default tests.at(0)) returns bigint
language sql as $$
	select work.periodic_tasks_add(row(null, type, schedule, kind, case kind when 'MODULE' then 'ping' else 'site.yml' end, project,
		case when path is null then inventory end, path, save_result, enabled, 'x', null, null)::work.periodic_tasks, 'n', vars, sealed, at, zone)
$$;
create function tests.tick(at timestamptz, settings jsonb default '{}') returns int
language sql as $$ select work.periodic_tick('{"timeZone": "UTC", "missedRuns": "catch_up"}'::jsonb || settings, at) $$;
create function tests.due(minutes numeric) returns text
language sql as $$ select to_char(tests.sec(minutes * 60) at time zone 'UTC', 'DD HH24:MI:SS') $$;
create function tests.next(task bigint default 1) returns text
language sql as $$ select coalesce(to_char(next_at at time zone 'UTC', 'DD HH24:MI:SS'), 'never') from work.periodic_tasks where id = task $$;
create function tests.runs(columns text default 'id, initiator, status') returns text
language sql as $$ select tests.rows('work.runs', columns) $$;
create function tests.over(status text default 'OK') returns void
language sql as $$ select work.runs_over(array(select id from work.runs where stop_time is null), status, null, tests.at(0)) $$;
-- tests.put(task, change): saved again, with that changed, an hour after the first time.
create function tests.put(change jsonb, at timestamptz default tests.at(60), clock text default 'UTC') returns void
language sql as $$ select work.periodic_tasks_put(jsonb_populate_record(t, change), at, clock) from work.periodic_tasks t where id = 1 $$;

-- ---- intervals ----
select is(work.schedule_error('INTERVAL', s), null, format('an interval: "%s"', s)) from unnest('{1,60,1.0,1e3,+5,1000000000,007,25.}'::text[]) s;
select is(work.schedule_error('INTERVAL', s), error, format('none: "%s"', s)) from (values
	('abc', 'could not convert string to float: ''abc'''), ('', 'could not convert string to float: '),
	('* * * * *', 'could not convert string to float: ''* * * * *'''), ('nan', 'could not convert string to float: ''nan'''),
	('inf', 'could not convert string to float: ''inf'''), ('1 2', 'could not convert string to float: ''1 2'''),
	('0', 'Ensure this value is greater than or equal to 1.'), ('-5', 'Ensure this value is greater than or equal to 1.'),
	('0.5', 'Ensure this value is greater than or equal to 1.'), ('1.5', 'A valid integer is required.'),
	('1000000001', 'Ensure this value is less than or equal to 1000000000.'), ('1e999', 'Ensure this value is less than or equal to 1000000000.'),
	('1e-999', 'Ensure this value is greater than or equal to 1.'), (repeat('9', 61), 'could not convert string to float: ''' || repeat('9', 60) || '''')) v (s, error);
select is(work.schedule_error('CRONTAB', '60'), 'Invalid end range: 60 > 59.', 'a schedule is read by its type');

-- ---- the first time ----
select tests.world();
select tests.task('INTERVAL', '90'), tests.task('CRONTAB', '30 2 * * *'), tests.task('CRONTAB', '30 2 * * *', zone => 'Europe/Berlin'),
	tests.task('CRONTAB', '0 0 30 2 *'), tests.task('INTERVAL', '90', enabled => false), tests.task('INTERVAL', '1e3');
select is(tests.next(1), tests.due(1.5), 'an interval begins with the interval');
select is(tests.next(2), tests.due(870), 'a schedule with its first time');
select is(tests.next(3), tests.due(750), '... by the clock of the zone');
select is(tests.next(4), 'never', '... which may never come');
select is(tests.next(5), 'never', 'what is not enabled is never due');
select is(tests.next(6), tests.due(1000 / 60.0), 'an interval may be written in many ways');

-- ---- due ----
select tests.world();
select tests.task('INTERVAL', '90', '{"forks": 5}'), tests.task('CRONTAB', '*/2 * * * *', '{"args": "x", "group": " web "}', kind => 'MODULE', inventory => 2),
	tests.task('CRONTAB', '*/2 * * * *', path => './hosts');
select is(tests.tick(tests.sec(89.9)), 0, 'before it is due there is no run');
select is(tests.tick(tests.sec(90)), 1, 'when it is there is one');
select is(tests.tick(tests.sec(90)), 0, '... and no second one');
select is(tests.next(), tests.due(3), '... until the next time');
select is(tests.tick(tests.sec(121)), 2, 'all that are due are run at once');
select is(tests.runs('id, project_id, inventory_id, inventory_path, kind, mode, host_pattern, arguments, save_result, initiator, initiator_type, status'),
	'(1,1,1,,PLAYBOOK,site.yml,,"{""forks"": 5}",t,1,scheduler,DELAY) (2,1,2,,MODULE,ping,web,"{""args"": ""x""}",t,2,scheduler,DELAY) '
	'(3,1,,./hosts,PLAYBOOK,site.yml,,{},t,3,scheduler,DELAY)', 'a run is what its task says');
select is((select string_agg(kind || ids::text, ' ' order by id) from outbox.changes where kind in ('run', 'periodictask')),
	'run{1} periodictask{1} run{2,3} periodictask{2,3}', '... and those who watch the page hear of it');
select is((work.periodic_order(2)).host_pattern, 'web', 'what would be run can be asked for');
select ok(work.periodic_order(99) is null, '... of none that is there');

-- ---- one at a time ----
select tests.world();
select tests.task('INTERVAL', '60'), tests.task('CRONTAB', '* * * * *');
select is(tests.tick(tests.at(1)), 2, 'a run is made');
select is(tests.tick(tests.at(2)), 0, 'none while the one before waits');
update work.runs set status = 'RUN' where id = 1;
select is(tests.next(1) || ' ' || tests.next(2), tests.due(3) || ' ' || tests.due(3), '... that time is left out');
select is(tests.tick(tests.at(3)), 0, '... or is at work');
select tests.over();
select is(tests.tick(tests.at(3)), 0, 'when that is over the next one comes in its time');
select is(tests.tick(tests.at(4)), 2, '... then it does');
select work.runs_delete('{3,4}');
select is(tests.tick(tests.at(5)), 2, 'one whose run is gone is at work no more');

-- ---- late ----
select tests.world();
select tests.task('INTERVAL', '60'), tests.task('CRONTAB', '*/5 * * * *');
select is(tests.tick(tests.sec(36630)), 2, 'however late there is one run');
select is(tests.next(1) || ' ' || tests.next(2), tests.due(611) || ' ' || tests.due(615),
	'... and after that the rhythm is what it was');
select tests.over();
select is(tests.tick(tests.sec(36659), '{"missedRuns": "skip"}'), 0, 'to leave out what was missed');
select is(tests.tick(tests.sec(36721), '{"missedRuns": "skip"}'), 0, '... is to leave out what is late by more than a minute');
select is(tests.next(1), tests.due(613), '... and to go on');
select is(tests.tick(tests.sec(36840), '{"missedRuns": "skip"}'), 1, '... but not what is late by that or less');
select is(tests.tick(tests.sec(36960), '{"missedRuns": "skip"}'), 1, '... of any type');
select tests.over();
select is(tests.tick(tests.at(617), '{"timeZone": null, "missedRuns": null}'), 1, 'without settings nothing is left out');

-- ---- what can't be run ----
select tests.world();
select tests.task('INTERVAL', '60', kind => 'MODULE'), tests.task('INTERVAL', '60', inventory => 3), tests.task('INTERVAL', '60'),
	tests.task('INTERVAL', '60', inventory => 4, sealed => jsonb_build_object('key-file', tests.box())),
	tests.task('INTERVAL', '60', '{"group": " "}', kind => 'MODULE', inventory => 4), tests.task('INTERVAL', '60', inventory => 3, save_result => false);
select is(tests.tick(tests.at(1)), 6, 'each has its run');
select is(tests.runs('id, status, status_detail, stop_time is null'), '(1,ERROR,"A module needs a group, on whose hosts it is run.",f) '
	'(2,ERROR,"The inventory has no hosts.",f) (3,DELAY,,t) (4,ERROR,"The inventory has no hosts.",f) '
	'(5,ERROR,"A module needs a group, on whose hosts it is run.",f)', '... which is over at once where nothing can come of it, and says why');
select is((select count(*) from inventory.objects where kind = 'run'), 0::bigint, '... and leaves no secrets');
select is(tests.tick(tests.at(2)), 5, 'the next time all but the one that waits are tried again');

-- ---- secrets ----
select tests.world();
select tests.task('INTERVAL', '60', '{"a": 1}', jsonb_build_object('key-file', tests.box('top'), 'vault-password-file', tests.box('two')));
select is(tests.tick(tests.at(1)), 1, 'a task with secrets is run');
select is((select sealed from inventory.objects where kind = 'run' and id = 1),
	jsonb_build_object('key-file', tests.box('top'), 'vault-password-file', tests.box('two')), '... which has its boxes');
select is(tests.runs('arguments'), '("{""a"": 1, ""key-file"": ""[~~ENCRYPTED~~]"", ""vault-password-file"": ""[~~ENCRYPTED~~]""}")', '... and says that there are');

-- ---- saved again ----
select tests.world();
select tests.task('INTERVAL', '6000');
select is(tests.next(), tests.due(100), 'a task is due');
select tests.put('{"mode": "x", "kind": "MODULE", "save_result": false, "inventory_id": null, "inventory_path": "p"}');
select is(tests.next() || (select mode || kind || save_result || inventory_path from work.periodic_tasks),
	tests.due(100) || 'xMODULEfalsep', '... as it was after a change of something else');
select tests.put('{"schedule": "6000", "type": "INTERVAL", "enabled": true}', clock => 'Europe/Berlin');
select is(tests.next(), tests.due(100), '... or of nothing');
select tests.put('{"schedule": "60"}');
select is(tests.next(), tests.due(61), 'another schedule counts from then on');
select tests.put('{"type": "CRONTAB", "schedule": "0 5 * * *"}', clock => 'Europe/Berlin');
select is(tests.next() || (select zone from work.periodic_tasks), tests.due(900) || 'Europe/Berlin', '... so does another type');
select tests.put('{"enabled": false}');
select is(tests.next(), 'never', 'what is switched off is due no more');
select is(tests.tick(tests.at(9999)), 0, '... and not run');
select tests.put('{"enabled": true, "type": "INTERVAL", "schedule": "60"}');
select is(tests.next(), tests.due(61), 'switched on again it begins anew');

-- ---- the clock's zone is another ----
select tests.world();
select tests.task('CRONTAB', '0 5 * * *'), tests.task('INTERVAL', '60000'), tests.task('CRONTAB', '0 5 * * *', enabled => false), tests.task('CRONTAB', '1 * * * *');
select is(tests.tick(tests.at(1), '{"timeZone": "Asia/Kathmandu"}'), 1, 'what is due has its turn first');
select is(tests.next(1), tests.due(675), '... others go by the clock of the new zone');
select is(tests.next(4), tests.due(16), '... as does that');
select is(tests.next(2) || tests.next(3), tests.due(1000) || 'never', '... an interval knows no zones');
select is((select string_agg(distinct zone, ' ') from work.periodic_tasks), 'Asia/Kathmandu', '... though it stands with it');
select tests.tick(tests.at(2), '{"timeZone": "nowhere"}');
select is((select string_agg(distinct zone, ' ') from work.periodic_tasks) || tests.next(1), 'UTC' || tests.due(1020), 'a zone that is none is UTC');

-- ---- gone ----
select tests.world();
select tests.task('INTERVAL', '60'), tests.task('INTERVAL', '60', inventory => 2), tests.task('INTERVAL', '60', path => 'p');
select tests.tick(tests.at(1));
truncate outbox.changes;
select work.periodic_tasks_delete('{1}');
select is((select string_agg(id::text, ' ' order by id) from work.periodic_tasks) || (select count(*) from inventory.objects where kind = 'periodic_task')
	|| (select kind || ids::text from outbox.changes) || tests.runs('id'), '2 32periodictask{1}(1) (2) (3)', 'what is deleted is gone, its runs are not');
select inventory.objects_delete('inventory', '{2}');
select is((select string_agg(id::text, ' ') from work.periodic_tasks), '3', 'a task goes with its inventory');
select tests.over();
select inventory.objects_delete('project', '{1}');
select is((select count(*) from work.periodic_tasks) || (select count(*) from inventory.objects where kind = 'periodic_task')::text, '00', '... and with its project');
truncate outbox.changes;
select work.periodic_tasks_delete('{}');
select is((select count(*) from outbox.changes), 0::bigint, 'of nothing nothing is told');

-- ---- many ----
select tests.world();
select count(tests.task('CRONTAB', '* * * * *', inventory => 1 + n % 4)) from generate_series(1, 300) n;
select is(tests.tick(tests.at(5)), 300, 'many are run together');
select is((select string_agg(concat(status, n), ' ' order by status) from (select status, count(*) n from work.runs group by 1) s), 'DELAY150 ERROR150',
	'... or not');
select is((select count(*) from work.periodic_tasks t join work.runs r on r.id = t.run_id and r.initiator = t.id and r.inventory_id = t.inventory_id), 300::bigint,
	'... each has its own run');

select * from finish();
rollback;
