-- The other half of what script/server shows who has nothing yet (sql/demo.sql, by which this is read): the demo's playbooks, machines on
-- which they can really be run, people and what they may, schedules and templates, and eight weeks of runs with what they said.

create schema demo;
-- demo.roll(word, most) -> 0 to most - 1, the same each time.
create function demo.roll(word text, most int) returns int
language sql immutable as $$ select (hashtext(word)::bigint + 2147483648) % most $$;

do $$
declare
	admin  constant bigint := (select id from people.users where superuser order by id limit 1);
	none   constant jsonb  := '{}';
	people bigint[];
	teams  bigint[];
begin
	perform people.rights_own();
	with made as (
		insert into people.users (username, first_name, last_name, email)
		values ('lena', 'Lena', 'Brandt', 'lena@example.net'), ('marek', 'Marek', 'Nowak', 'marek@example.net'),
		       ('ines', 'Inês', 'Duarte', 'ines@example.net'), ('tomoko', 'Tomoko', 'Abe', 'tomoko@example.net')
		returning id
	)
	select array_agg(id order by id) into people from made;
	with made as (insert into people.teams (name) values ('team-web'), ('team-db') returning id)
	select array_agg(id order by id) into teams from made;
	perform people.objects_add('team', teams, admin),
	        people.team_members_set(teams[1], people[1:2]),
	        people.team_members_set(teams[2], people[2:4]);
	perform people.grants_put('project', (select id from work.projects), array[-teams[1], people[3]], '{EXECUTOR,MASTER}');
	perform people.grants_put('inventory', (select id from inventory.objects where kind = 'inventory' and name = 'fleet'),
	                          array[-teams[1], -teams[2]], '{EDITOR,EXECUTOR}');
end
$$;

-- Twelve machines that are this one, so that a run can be seen which goes well.
do $$
declare
	admin constant bigint := (select id from people.users where superuser order by id limit 1);
	hosts bigint[];
	made  bigint;
begin
	perform people.rights_own();
	hosts := inventory.hosts_add('{demo-[01:12].example.net}', '{RANGE}', '{"{\"ansible_connection\": \"local\"}"}', '{"{}"}', admin);
	made := inventory.inventories_add('this machine, twelve times', '{}', '{}', admin);
	perform people.parts_add('inventory', made, 'host', hosts);
end
$$;

-- ---- what is planned ----
do $$
declare
	admin   constant bigint := (select id from people.users where superuser order by id limit 1);
	project constant bigint := (select id from work.projects);
	fleet   constant bigint := (select id from inventory.objects where kind = 'inventory' and name = 'fleet');
	local   constant bigint := (select id from inventory.objects where kind = 'inventory' and name like 'this machine%');
	task    work.periodic_tasks;
	ids     bigint[];
begin
	perform people.rights_own();
	task.kind := 'PLAYBOOK';
	task.project_id := project;
	task.save_result := true;
	task.type := 'CRONTAB';
	task.mode := 'hello.yml';
	task.schedule := '30 4 * * 1-5';
	task.inventory_id := local;
	task.enabled := true;
	perform work.periodic_tasks_add(task, 'Is everything there?', '{}', '{}', now(), 'UTC');
	task.mode := 'reboot.yml';
	task.schedule := '0 2 1,15 * *';
	task.inventory_id := fleet;
	task.enabled := false;
	perform work.periodic_tasks_add(task, 'Reboot the fleet, twice a month', '{"forks": 20}', '{}', now(), 'UTC');
	with made as (
		insert into inventory.templates (kind, data) values
			('Task', jsonb_build_object('playbook', 'hello.yml', 'inventory', local, 'project', project, 'vars', '{"forks": 6}'::jsonb)),
			('Module', jsonb_build_object('module', 'setup', 'group', 'all', 'inventory', local, 'project', project, 'args', '', 'vars', '{}'::jsonb))
		returning id
	)
	select array_agg(id order by id) into ids from made;
	perform inventory.objects_add('template', ids, '{"Hello, everybody",What are these machines?}', '{"{}","{}"}', '{"{}","{}"}', admin);
	perform people.parts_join(array(select row('template', i, k, p)::people.parts from unnest(ids) i,
	                                       (values ('project'::people.kind, project), ('inventory', local)) t (k, p)));
end
$$;

-- ---- what was run: on weekday mornings, on a role of the fleet, and then the reboots of what was left ----
create table demo.runs as
select row_number() over (order by at) as n, at, mode, role, who, by_clock
  from (select d + make_interval(hours => 4, mins => 30) as at, 'hello.yml' as mode, null as role, null as who, true as by_clock
          from generate_series(date_trunc('day', now()) - interval '55 days', now(), interval '1 day') d where extract(isodow from d) < 6
        union all
        select d + make_interval(hours => 8 + demo.roll('hour' || d, 9), mins => demo.roll('minute' || d, 60)),
               case demo.roll('mode' || d, 3) when 0 then 'hello.yml' else 'reboot.yml' end,
               ('{web,app,db,cache,kafka,edge}'::text[])[1 + demo.roll('role' || d, 6)],
               ('{admin,lena,marek,ines}'::text[])[1 + demo.roll('who' || d, 4)], false
          from generate_series(date_trunc('day', now()) - interval '54 days', now(), interval '2 days') d) r
 where at < now() - interval '10 minutes';

do $$
declare
	project constant bigint := (select id from work.projects);
	fleet   constant bigint := (select id from inventory.objects where kind = 'inventory' and name = 'fleet');
	local   constant bigint := (select id from inventory.objects where kind = 'inventory' and name like 'this machine%');
	clock   constant bigint := (select id from work.periodic_tasks where mode = 'hello.yml');
begin
	insert into work.runs (project_id, inventory_id, kind, mode, arguments, initiator, initiator_type, status, start_time, stop_time, revision,
	                       raw_args, raw_inventory, output_day)
	select project, case when by_clock then local else fleet end, 'PLAYBOOK', mode,
	       case when role is null then '{}' else jsonb_build_object('limit', role) end,
	       case when by_clock then clock else (select id from people.users where username = who) end,
	       case when by_clock then 'scheduler' else 'users' end, 'OK', at,
	       at + make_interval(secs => case mode when 'hello.yml' then 4 + demo.roll('s' || n, 9) else 240 + demo.roll('s' || n, 900) end),
	       encode(sha256(convert_to('demo' || n / 9, 'UTF8')), 'hex')::char(40),
	       'ansible-playbook ' || mode || ' -i inventory' || coalesce(' --limit ' || role, ''),
	       inventory.text(case when by_clock then local else fleet end), at::date
	  from demo.runs order by n;
	perform work.line_partitions_ensure(d::date) from (select distinct at::date as d from demo.runs) days;
	perform fate.counts_add('run', 0, 0, (select count(*) from demo.runs));
	perform setval(pg_get_serial_sequence('work.runs', 'id'), (select max(id) from work.runs));
end
$$;

-- What came of each on each of its machines: most went well.
insert into work.run_hosts (run_id, name, host_id, outcome, ok, changed, unreachable, failed, task, message)
select r.id, m.name, f.id, o.outcome, case when o.outcome in ('ok', 'changed') then 2 else 0 end, (o.outcome = 'changed')::int,
       (o.outcome = 'unreachable')::int, (o.outcome = 'failed')::int,
       case when o.outcome in ('failed', 'unreachable') then case r.mode when 'hello.yml' then 'Is it there?' else 'Reboot, and wait until it is back' end end,
       case o.outcome when 'failed' then 'Timed out waiting for last boot time check (timeout=600)'
                      when 'unreachable' then 'Failed to connect to the host via ssh: Connection timed out' end
  from work.runs r
  join demo.runs d on d.n = r.id
  cross join lateral (select n.name from inventory.host_names n
                       where case when d.by_clock then n.name like 'demo-%' else n.name like d.role || '-%' end) m
  left join fate.hosts f on f.hostname = m.name
  cross join lateral (select case when d.by_clock then 'ok'
                                  when demo.roll('reach' || r.id || m.name, 120) = 0 then 'unreachable'
                                  when r.mode = 'reboot.yml' and demo.roll('fail' || r.id || m.name, 90) = 0 then 'failed'
                                  when r.mode = 'reboot.yml' then 'changed' else 'ok' end as outcome) o;
update work.runs r
   set status = case when h.failed > 0 then 'ERROR' else 'OFFLINE' end,
       status_detail = case when h.failed > 0 then format('%s of %s hosts failed', h.failed, h.hosts)
                            else format('%s of %s hosts could not be reached', h.gone, h.hosts) end
  from (select run_id, count(*) filter (where outcome = 'failed') as failed, count(*) filter (where outcome = 'unreachable') as gone, count(*) as hosts
          from work.run_hosts group by 1) h
 where h.run_id = r.id and h.failed + h.gone > 0;

-- And what they said, as Ansible does, in its colours.
insert into work.lines (day, run_id, n, line)
select output_day, id, row_number() over (partition by id order by part, name), line
  from (select r.output_day, r.id, 1 as part, '' as name, '' as line from work.runs r
        union all
        select r.output_day, r.id, 2, '', format('PLAY [%s] ', initcap(split_part(r.mode, '.', 1))) || repeat('*', 60) from work.runs r
        union all
        select r.output_day, r.id, 3, '', '' from work.runs r
        union all
        select r.output_day, r.id, 4, '', 'TASK [' || case r.mode when 'hello.yml' then 'Is it there?' else 'Reboot, and wait until it is back' end || '] '
		       || repeat('*', 50) from work.runs r
        union all
        select r.output_day, r.id, 5, h.name,
               case h.outcome when 'ok' then E'\x1b[0;32mok: [' || h.name || E']\x1b[0m'
                              when 'changed' then E'\x1b[0;33mchanged: [' || h.name || E']\x1b[0m'
                              when 'unreachable' then E'\x1b[1;31mfatal: [' || h.name || ']: UNREACHABLE! => {"changed": false, "msg": "' || h.message || E'", "unreachable": true}\x1b[0m'
                              else E'\x1b[0;31mfatal: [' || h.name || ']: FAILED! => {"changed": false, "msg": "' || h.message || E'", "rebooted": true}\x1b[0m' end
          from work.runs r join work.run_hosts h on h.run_id = r.id
        union all
        select r.output_day, r.id, 6, '', '' from work.runs r
        union all
        select r.output_day, r.id, 7, '', 'PLAY RECAP ' || repeat('*', 69) from work.runs r
        union all
        select r.output_day, r.id, 8, h.name,
               format(E'\x1b[0;%sm%s\x1b[0m : ok=%s    changed=%s    unreachable=%s    failed=%s    skipped=0    rescued=0    ignored=0',
                      case h.outcome when 'ok' then 32 when 'changed' then 33 else 31 end, rpad(h.name, 28), h.ok, h.changed, h.unreachable, h.failed)
          from work.runs r join work.run_hosts h on h.run_id = r.id) said;
update work.runs r set lines = l.n from (select run_id, count(*) as n from work.lines group by 1) l where l.run_id = r.id;
update work.periodic_tasks t set run_id = (select max(id) from work.runs r where r.initiator_type = 'scheduler' and r.initiator = t.id);
drop schema demo cascade;
