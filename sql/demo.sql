-- What script/server shows who has nothing yet: a fleet of 120 machines, three weeks of its life. All of it is thrown as
-- events through the law's own functions, at times past, so it is as true as any data.
\set ON_ERROR_STOP on
set timezone = 'UTC';
set role moirai_owner;

insert into fate.event_types (category, state, description, restricted) values
	('system-reboot', 'required', 'The machine must be rebooted.', false),
	('system-reboot', 'completed', 'The machine has been rebooted.', false),
	('system-maintenance', 'required', 'Hands are needed at the machine.', false),
	('system-maintenance', 'ready', 'The owner has drained the machine: hands may come.', false),
	('system-maintenance', 'completed', 'The machine is back in service.', false),
	('puppet-restart', 'required', 'The puppet agent must be restarted.', false),
	('puppet-restart', 'completed', 'The puppet agent has been restarted.', false),
	('disk-smart', 'failing', 'smartd foresees the death of a disk.', true),
	('deploy', 'finished', 'A new release is in service.', false);

insert into fate.fates (creation_type_id, follows_id, for_creator, for_owner, description) values
	(1, null, false, true, 'Reboot the machine.'),
	(2, 1,    false, true, 'A reboot settles it.'),
	(3, null, false, true, 'Drain the machine and say when it is ready.'),
	(4, 3,    true,  false, 'Do the work, put the machine back.'),
	(5, 4,    true,  false, 'Back in service.'),
	(6, null, false, true, 'Restart the puppet agent.'),
	(7, 6,    false, true, 'A restart of the agent settles it.'),
	(2, 6,    false, true, 'A reboot restarts the agent, too.');

do $$
declare
	day    constant interval    := '1 day';
	today  constant timestamptz := date_trunc('hour', now());
	web    bigint[];
	db     bigint[];
	cache  bigint[];
begin
	web   := fate.hosts_named(array(select format('web%s.ams.example.com', lpad(i::text, 2, '0'))
	                                  from generate_series(1, 60) i));
	db    := fate.hosts_named(array(select format('db%s.ams.example.com', lpad(i::text, 2, '0'))
	                                  from generate_series(1, 20) i));
	cache := fate.hosts_named(array(select format('cache%s.fra.example.com', lpad(i::text, 2, '0'))
	                                  from generate_series(1, 40) i));

	-- A quest that is done, one that is late, one that goes well; and what comes by itself, in no quest. In order of time.
	perform fate.quests_embark(1, 1, cache, 'tammy@example.com', 'Reboot all caches into the new kernel.',
	                           today - 14 * day, '[{"label": "OPS-812", "url": "https://tickets.example.com/OPS-812"}]',
	                           null, today - 20 * day);
	for i in 0..3 loop
		perform fate.events_throw(2, cache[i * 10 + 1 : i * 10 + 10], 'deployer@example.com', 'rolling reboot', null,
		                          today - (19 - i) * day);
	end loop;
	perform fate.quests_embark(3, 3, db, 'tammy@example.com', 'Replace the batteries of the RAID controllers.',
	                           today - 1 * day, null, null, today - 10 * day);
	perform fate.events_throw(4, db[1:12], 'johnny@example.com', 'drained', null, today - 8 * day);
	perform fate.events_throw(5, db[1:7], 'hands@example.com', 'battery replaced', null, today - 7 * day);
	perform fate.quests_embark(1, 1, web, 'johnny@example.com',
	                           'Reboot the web servers: the new libc is in use only after that.',
	                           today + 5 * day, null, null, today - 6 * day);
	for i in 1..5 loop
		perform fate.events_throw(2, web[i * 8 - 7 : i * 8], 'deployer@example.com', null, null, today - (6 - i) * day);
		if i = 3 then
			perform fate.events_throw(6, web[50:60], 'monitoring@example.com', 'agent silent for an hour', null,
			                          today - 70 * interval '1 hour');
		elsif i = 4 then
			perform fate.events_throw(7, web[50:52], 'johnny@example.com', null, null, today - 47 * interval '1 hour');
			perform fate.events_throw(8, db[3:3], 'monitoring@example.com', '/dev/sdb: 12 reallocated sectors', null,
			                          today - 46 * interval '1 hour');
		end if;
	end loop;
	perform fate.events_throw(9, web, 'deployer@example.com', 'release 42', null, today - 3 * interval '1 hour');
end
$$;

-- How they are reached.
do $$
declare
	admin  constant bigint := (select id from people.users where superuser order by id limit 1);
	none   constant jsonb  := '{}';
	hosts  bigint[];
	groups bigint[];
	fleet  bigint;
begin
	perform people.rights_own();
	hosts := inventory.hosts_add('{web[01:60].ams.example.com,db[01:20].ams.example.com,cache[01:40].fra.example.com}', '{RANGE,RANGE,RANGE}',
	                             array_fill(none, array[3]), array_fill(none, array[3]), admin);
	groups := inventory.groups_add('{web,db,cache,ams}', '{f,f,f,t}',
	                               array['{"http_port": 8080}', '{"ansible_user": "postgres"}', '{"memory": "8g"}', '{"dc": "ams"}']::jsonb[],
	                               array_fill(none, array[4]), admin);
	fleet := inventory.inventories_add('fleet', '{"ntp_server": "ntp.example.com"}', none, admin);
	perform people.parts_join(array[
		row('group', groups[1], 'host', hosts[1]), row('group', groups[2], 'host', hosts[2]), row('group', groups[3], 'host', hosts[3]),
		row('group', groups[4], 'group', groups[1]), row('group', groups[4], 'group', groups[2]),
		row('inventory', fleet, 'group', groups[4]), row('inventory', fleet, 'group', groups[3])]::people.parts[]);
end
$$;

-- What is done with them, where script/server has made a repository of script/demo.
\if :{?repository}
select people.rights_own(), work.projects_add('demo', :'repository', '{"repo_type": "GIT"}', '{}', (select id from people.users where superuser order by id limit 1));
\endif

-- Nobody shall be told of it.
truncate outbox.changes;
