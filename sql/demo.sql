-- What script/server shows who has nothing yet: a fleet of 1,200 machines, eight weeks of its life, until minutes ago. All of it is thrown as
-- events through the law's own functions, at times past, so it is as true as any data. What looks like chance is made of hashes: the same
-- each time, but that weekends and nights are quieter.
\set ON_ERROR_STOP on
set client_min_messages = warning;
set timezone = 'UTC';
set jit = off;
begin;
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
	('disk-smart', 'replaced', 'The disk has been replaced.', false),
	('kernel-upgrade', 'required', 'The machine must get a new kernel.', false),
	('kernel-upgrade', 'drained', 'The machine has no traffic and may be rebooted.', false),
	('kernel-upgrade', 'rebooted', 'The new kernel runs.', false),
	('kernel-upgrade', 'verified', 'The machine works under the new kernel, and has its traffic back.', false),
	('certificate', 'expiring', 'A certificate ends within thirty days.', false),
	('certificate', 'renewed', 'The new certificate is in service.', false),
	('deploy', 'finished', 'A new release is in service.', false),
	('deploy', 'failed', 'A new release did not start; the old one is in service.', false),
	('snapshot', 'taken', 'The nightly snapshot is complete.', false),
	('snapshot', 'failed', 'There is no snapshot of this night.', false);

insert into fate.fates (creation_type_id, follows_id, for_creator, for_owner, description) values
	(1,  null, false, true,  'Reboot the machine.'),
	(2,  1,    false, true,  'A reboot settles it.'),
	(3,  null, false, true,  'Drain the machine and say when it is ready.'),
	(4,  3,    true,  false, 'Do the work, put the machine back.'),
	(5,  4,    true,  false, 'Back in service.'),
	(5,  3,    true,  true,  'Done without draining it.'),
	(6,  null, false, true,  'Restart the puppet agent.'),
	(7,  7,    false, true,  'A restart of the agent settles it.'),
	(2,  7,    false, true,  'A reboot restarts the agent, too.'),
	(8,  null, false, true,  'Have the disk replaced.'),
	(9,  10,   false, true,  'A new disk settles it.'),
	(10, null, false, true,  'Take the traffic away from the machine.'),
	(11, 12,   true,  false, 'Reboot it into the new kernel.'),
	(12, 13,   false, true,  'See that it works, give it back its traffic.'),
	(13, 14,   false, true,  'Done.'),
	(14, null, false, true,  'Renew the certificate.'),
	(15, 16,   false, true,  'A new certificate settles it.');

-- ---- what the story is made of; gone at its end ----
create schema demo;
create table demo.fleet (id bigint primary key, name text, role text, site text, i int);
create table demo.quests (n int, fate int, creator text, description text, target timestamptz, links jsonb);
-- What is to happen: events of a type on hosts, or the embark of a quest on them.
create table demo.plan (
	at timestamptz, n int generated always as identity, type int, quest int, hosts bigint[], username text, note text
);

-- demo.roll(seed, n) -> a number below n.
create function demo.roll(seed text, n int) returns int
language sql immutable as $$ select (hashtextextended(seed, 0) & 1073741823)::int % n $$;

-- demo.ago(days) -> when that was, by the full hour.
create function demo.ago(days numeric) returns timestamptz
language sql stable as $$ select date_trunc('hour', now()) - days * interval '1 day' $$;

-- demo.moments(seed, from, upto, a_day) -> so many moments of each working day between these, and a fifth of that at weekends: between six
-- and twenty o'clock, most of them at midday. There is one at least.
create function demo.moments(seed text, since timestamptz, upto timestamptz, a_day int) returns timestamptz[]
language sql stable as $$
	select coalesce(array_agg(at order by at), array[since + (upto - since) / 2])
	  from generate_series(0, extract(day from upto - since)::int + 1) d,
	       lateral (select date_trunc('day', since) + d * interval '1 day' as day) days,
	       generate_series(1, case when extract(isodow from day) > 5 then (a_day + 4) / 5 else a_day end) k,
	       lateral (select day + (360 + demo.roll(seed || d || '-' || k, 420) + demo.roll(seed || k || '+' || d, 420)) * interval '1 minute'
	                       + demo.roll(seed || k, 60) * interval '1 second' as at) moment
	 where at > since and at < upto
$$;

-- demo.progress(hosts, type, moments, who, note): an event on each of the hosts, in their order, as many at each of the moments as it takes.
create function demo.progress(hosts bigint[], type int, moments timestamptz[], who text, note text default null) returns void
language sql as $$
	insert into demo.plan (at, type, hosts, username, note)
	select at, progress.type, part, who, progress.note
	  from unnest(moments) with ordinality m (at, i), cardinality(moments) n,
	       lateral (select hosts[(i - 1) * cardinality(hosts) / n + 1 : i * cardinality(hosts) / n] as part) p
	 where part <> '{}' and at < now() - interval '3 minutes'
$$;

-- demo.embark(quest, fate, at, hosts, creator, description, target, links)
create function demo.embark(
	quest int, fate int, at timestamptz, hosts bigint[], creator text, description text, target timestamptz, links jsonb default null
) returns void
language sql as $$
	insert into demo.quests values (quest, fate, creator, description, target, links);
	insert into demo.plan (at, quest, hosts) values (at, quest, hosts);
$$;

-- demo.hosts(roles, sites) -> those hosts, site by site.
create function demo.hosts(roles text[], sites text[] default '{ams1,fra3,iad2,sjc1}') returns bigint[]
language sql stable as $$ select array_agg(id order by id) from demo.fleet where role = any(roles) and site = any(sites) $$;

-- demo.some(seed, roles, n) -> n of the hosts in a row, or fewer, somewhere among them.
create function demo.some(seed text, roles text[], n int) returns bigint[]
language sql stable as $$
	select h[first : first + n - 1] from demo.hosts(roles) h, lateral (select 1 + demo.roll(seed, cardinality(h)) as first) f
$$;

-- ---- the fleet ----
select fate.hosts_named(array(
	select format('%s-%s.%s.example.net', role, lpad(i::text, 3, '0'), site)
	  from unnest('{web,app,db,cache,kafka,edge}'::text[], '{100,80,40,40,20,20}'::int[]) with ordinality r (role, n, place),
	       unnest('{ams1,fra3,iad2,sjc1}'::text[]) site, generate_series(1, n) i
	 order by place, site, i));
insert into demo.fleet
select id, hostname, part[1], part[3], part[2]::int
  from (select id, hostname, regexp_match(hostname, '^([a-z]+)-([0-9]+)\.([a-z0-9]+)\.') as part from fate.hosts) h;
update fate.hosts h
   set owner = case when f.role = 'cache' and f.site = 'sjc1' or f.role = 'edge' and f.site = 'iad2' and f.i <= 10 then 'admin'
                    when f.role = 'app' and f.site in ('iad2', 'sjc1') then case when f.i <= 72 then 'batch-ops' end
                    else case f.role when 'web' then 'team-web' when 'app' then 'team-web' when 'db' then 'storage-sre' when 'cache' then 'infra-core'
                                     when 'kafka' then 'kafka-oncall' else 'team-edge' end end,
       tags = array['env=' || case when f.i % 10 = 0 then 'staging' else 'prod' end, 'site=' || f.site, 'role=' || f.role,
                    'os=' || case when f.role = 'kafka' and f.i > 15 then 'debian-11' else 'debian-12' end,
                    format('rack=%s-%s', f.site, lpad((1 + f.id % 17)::text, 2, '0'))]
  from demo.fleet f where f.id = h.id;

-- ---- eight quests ----
select demo.embark(1, 1, demo.ago(56), demo.hosts('{cache}'), 'tammy@example.net', 'Reboot all caches into the new libc.', demo.ago(44),
	'[{"label": "OPS-812", "url": "https://tickets.example.net/OPS-812"}]');
select demo.progress(demo.hosts('{cache}'), 2, demo.moments('one', demo.ago(55.5), demo.ago(46), 6), 'deployer@example.net', 'rolling reboot');

select demo.embark(2, 3, demo.ago(49), demo.hosts('{db}', '{ams1,fra3}'), 'admin@localhost', 'Replace the batteries of the RAID controllers.',
	demo.ago(34), '[{"label": "HW-77", "url": "https://tickets.example.net/HW-77"}]');
select demo.progress(demo.hosts('{db}', '{ams1,fra3}'), 4, m[: cardinality(m) - 3], 'lena@example.net', 'drained'),
       demo.progress(demo.hosts('{db}', '{ams1,fra3}'), 5, m[4:], 'hands@example.net', 'battery replaced')
  from demo.moments('two', demo.ago(48), demo.ago(29), 4) m;

select demo.embark(3, 3, demo.ago(35), demo.hosts('{kafka}'), 'ravi@example.net', 'Flash the firmware of the disk controllers: drain first, then hands.',
	demo.ago(10), '[{"label": "HW-91", "url": "https://tickets.example.net/HW-91"}, {"label": "Vendor note", "url": "https://vendor.example.net/SA-2214"}]');
select demo.progress(h[1:68], 4, m[: cardinality(m) - 4], 'kafka-oncall@example.net', 'drained'),
       demo.progress(h[1:47], 5, m[5:], 'hands@example.net', 'firmware 4.11'),
       demo.progress(h[69:71], 5, m[9:11], 'hands@example.net', 'spare broker, no need to drain')
  from demo.hosts('{kafka}') h, demo.moments('three', demo.ago(34), demo.ago(13), 5) m;

select demo.embark(4, 1, demo.ago(21), demo.hosts('{web}'), 'admin@localhost', 'Reboot the web servers: OpenSSL 3.0.15 is in use only after that.',
	demo.ago(-4), '[{"label": "SEC-1180", "url": "https://tickets.example.net/SEC-1180"}]');
select demo.progress((demo.hosts('{web}'))[1:386], 2, demo.moments('four', demo.ago(20), now(), 8), 'deployer@example.net', 'rolling reboot');

select demo.embark(5, 12, demo.ago(9), demo.hosts('{cache,edge}'), 'admin@localhost', 'Kernel 6.1.119 on caches and edge (CVE-2024-50264).',
	demo.ago(-12), '[{"label": "SEC-1201", "url": "https://tickets.example.net/SEC-1201"}]');
select demo.progress(h[1:176], 11, m[: cardinality(m) - 4], 'drain-bot@example.net', 'weight 0'),
       demo.progress(h[1:151], 12, m[2 : cardinality(m) - 2], 'deployer@example.net', '6.1.119-1'),
       demo.progress(h[1:128], 13, m[4:], 'probe@example.net')
  from demo.hosts('{cache,edge}') h, demo.moments('five', demo.ago(8.8), now(), 12) m;

select demo.embark(6, 1, demo.ago(12), demo.hosts('{app}'), 'priya@example.net', 'Reboot the application servers: huge pages off.', demo.ago(-3));
select demo.progress((demo.hosts('{app}'))[1:97], 2, demo.moments('six', demo.ago(11.5), now(), 4), 'deployer@example.net', 'one at a time');

select demo.embark(7, 10, demo.ago(5), h[3:8], 'admin@localhost', 'Six disks of one batch are failing: replace them all.', demo.ago(-4)),
       demo.progress(h[3:6], 9, demo.moments('seven', demo.ago(4.5), now(), 2), 'hands@example.net', 'from the shelf')
  from demo.hosts('{db}', '{iad2}') h;

select demo.embark(8, 16, demo.ago(0) - interval '3 hours', demo.hosts('{web}', '{ams1}'), 'jonas@example.net', 'New certificates: the old root ends in spring.', demo.ago(-14)),
       demo.progress((demo.hosts('{web}', '{ams1}'))[1:7], 15, array(select demo.ago(0) - m * interval '1 minute' from unnest('{150,95,40}'::int[]) m),
                     'acme-bot@example.net');

-- ---- what comes by itself ----
-- Unattended upgrades of those that no quest reboots: some each morning, many on Tuesdays; most are rebooted within three days.
select demo.progress(h, 1, array[at], 'unattended-upgrades@example.net', 'linux-image'),
       demo.progress(h[1 : greatest(cardinality(h) - demo.roll('left' || d, 4), 1)], 2,
                     demo.moments('reboots' || d, at + interval '1 hour', at + interval '3 days', 4), 'deployer@example.net')
  from generate_series(1, 56) d,
       lateral (select demo.ago(0) - d * interval '1 day' as that_day) t,
       lateral (select date_trunc('day', that_day) + interval '6 hours' + demo.roll('upgrade' || d, 3600) * interval '1 second' as at) a,
       lateral (select demo.some('upgraded' || d, '{db,kafka}', case extract(isodow from at) when 2 then 44 when 6 then 2 when 7 then 2
                                                                    else 5 + demo.roll('n' || d, 12) end) as h) hosts
 where at > demo.ago(56);

-- Puppet agents fall silent, and are restarted within hours; some with a reboot. Twelve days ago a bad release of it.
select demo.progress(h, 6, array[at], 'monitoring@example.net', 'agent silent for an hour'),
       demo.progress(h[1 : cardinality(h) - demo.roll('silent' || i, 8) / 7], case when demo.roll('by' || i, 9) = 0 then 2 else 7 end,
                     array[at + (40 + demo.roll('hours' || i, 500)) * interval '1 minute'], 'puppet-bot@example.net')
  from unnest(demo.moments('puppet', demo.ago(56), now() - interval '20 minutes', 6)) with ordinality m (at, i),
       lateral (select demo.some('agents' || i, '{db,kafka,edge,cache}', 1 + demo.roll('many' || i, 4)) as h) hosts;
select demo.progress(h, 6, array[demo.ago(12)], 'monitoring@example.net', 'agent 8.10.1 does not start'),
       demo.progress(h[1:50], 7, array(select demo.ago(12) + m * interval '17 minutes' from generate_series(4, 13) m), 'lena@example.net', 'agent 8.10.0')
  from demo.hosts('{edge,db}', '{fra3}') h;

-- Disks die; hands come within days.
select demo.progress(h, 8, array[at], 'smartd@example.net', format('/dev/sd%s: %s reallocated sectors', chr(97 + demo.roll('disk' || i, 6)),
                                                                  8 + demo.roll('sectors' || i, 90))),
       demo.progress(h, 9, array[at + (30 + demo.roll('hands' || i, 140)) * interval '1 hour'], 'hands@example.net', 'from the shelf')
  from unnest(demo.moments('disks', demo.ago(56), demo.ago(0.2), 1)) with ordinality m (at, i),
       lateral (select demo.some('dying' || i, '{kafka,db}', 1) as h) hosts;

-- Certificates end.
select demo.progress(h, 14, array[at], 'acme-bot@example.net', 'ends in 30 days'),
       demo.progress(h[1:11], 15, demo.moments('renewed' || w, at, at + interval '5 days', 3), 'acme-bot@example.net')
  from generate_series(1, 8) w, lateral (select demo.ago(7 * w - 1) - interval '20 minutes' as at) a,
       lateral (select demo.some('ending' || w, '{db,kafka}', 12) as h) hosts;

-- Releases go to one site after the other, on working days.
select demo.progress(h, 16, array[at], 'deployer@example.net', 'release ' || 412 + 2 * (56 - d) + k),
       demo.progress(case when demo.roll('broken' || d || k, 5) = 0 then h[17:17] end, 17, array[at - interval '90 seconds'], 'deployer@example.net',
                     'health check failed: rolled back, then again')
  from generate_series(0, 56) d, generate_series(0, 1) k,
       lateral (select date_trunc('day', now()) - d * interval '1 day' + (570 + 270 * k + demo.roll('release' || d || k, 90)) * interval '1 minute' as at) a,
       lateral (select demo.hosts(array[(array['web', 'app'])[k + 1]], array[(array['ams1', 'fra3', 'iad2', 'sjc1'])[1 + d % 4]]) as h) hosts
 where extract(isodow from at) < 6 and at > demo.ago(56);

-- Snapshots at night: of a few there is none.
select demo.progress(array(select i from unnest(h) i where demo.roll('snapshot' || i || '/' || d, 150) > 0), 18, array[at], 'snapshotter@example.net'),
       demo.progress(array(select i from unnest(h) i where demo.roll('snapshot' || i || '/' || d, 150) = 0), 19, array[at + interval '11 minutes'],
                     'snapshotter@example.net', 'no space left on device')
  from generate_series(0, 56) d,
       lateral (select date_trunc('day', now()) - d * interval '1 day' + (120 + demo.roll('night' || d, 50)) * interval '1 minute' as at) a,
       lateral (select demo.hosts('{db}', array[(array['ams1', 'fra3', 'iad2', 'sjc1'])[1 + d % 4], (array['iad2', 'sjc1', 'ams1', 'fra3'])[1 + d % 4]]) as h) hosts
 where at > demo.ago(56);

-- And just now.
insert into demo.plan (at, type, hosts, username, note)
select now() - m * interval '1 minute', type, (demo.hosts(array[role], array[site]))[n : n + more], who, note
  from (values (52, 19, 'db', 'sjc1', 7, 0, 'snapshotter@example.net', 'no space left on device'),
               (34, 6, 'edge', 'sjc1', 4, 2, 'monitoring@example.net', 'agent silent for an hour'),
               (21, 17, 'app', 'fra3', 12, 0, 'deployer@example.net', 'health check failed: rolled back'),
               (14, 16, 'app', 'fra3', 13, 9, 'deployer@example.net', 'release 530'),
               (9, 7, 'edge', 'sjc1', 4, 1, 'puppet-bot@example.net', null),
               (4, 8, 'kafka', 'ams1', 11, 0, 'smartd@example.net', '/dev/sdc: 31 reallocated sectors')) e (m, type, role, site, n, more, who, note);

-- ---- it happens, in the order of time; with plans that are kept, as for the workers (sql/roles.sql) ----
set local plan_cache_mode = force_generic_plan;
set local enable_seqscan = off;
set local enable_hashjoin = off;
set local enable_mergejoin = off;
do $$
declare
	p  demo.plan;
	q  demo.quests;
begin
	for p in select * from demo.plan where hosts <> '{}' order by at, n loop
		if p.quest is null then
			perform fate.events_throw(p.type, (select array_agg(distinct h order by h) from unnest(p.hosts) h), p.username, p.note, null, p.at);
		else
			select * into q from demo.quests where demo.quests.n = p.quest;
			perform fate.quests_embark(q.fate, (select creation_type_id from fate.fates where id = q.fate), p.hosts, q.creator, q.description,
			                           q.target, q.links, null, p.at);
		end if;
	end loop;
end
$$;

-- Some have been seen by somebody.
update fate.labors
   set ack_user = case when for_creator then 'marek@example.net' else 'lena@example.net' end,
       ack_time = least(creation_time + (20 + demo.roll('seen' || id, 900)) * interval '1 minute', now() - interval '2 minutes')
 where completion_event_id is null and demo.roll('ack' || id, 8) = 0;
drop schema demo cascade;

-- How they are reached.
do $$
declare
	admin  constant bigint := (select id from people.users where superuser order by id limit 1);
	none   constant jsonb  := '{}';
	roles  constant text[] := '{web,app,db,cache,kafka,edge}';
	sites  constant text[] := '{ams1,fra3,iad2,sjc1}';
	ranges text[]   := array(select format('%s-[001:%s].%s.example.net', role, lpad(n::text, 3, '0'), site)
	                           from unnest(roles, '{100,80,40,40,20,20}'::int[]) with ordinality r (role, n, place), unnest(sites) site order by place, site);
	hosts  bigint[];
	groups bigint[];
	fleet  bigint;
begin
	perform people.rights_own();
	hosts := inventory.hosts_add(ranges, array_fill('RANGE'::text, array[24]), array_fill(none, array[24]), array_fill(none, array[24]), admin);
	-- One for each role and each site; those of two sites are in europe.
	groups := inventory.groups_add(roles || sites || '{europe}'::text[], array_fill(false, array[10]) || true,
	                               array['{"http_port": 8080}', '{"workers": 16}', '{"ansible_user": "postgres"}', '{"memory": "8g"}', '{"heap": "24g"}', '{}',
	                                     '{"site": "ams1"}', '{"site": "fra3"}', '{"site": "iad2"}', '{"site": "sjc1"}', '{"ntp_server": "ntp.eu.example.net"}']::jsonb[],
	                               array_fill(none, array[11]), admin);
	fleet := inventory.inventories_add('fleet', '{"ntp_server": "ntp.example.net"}', none, admin);
	perform people.parts_join(array(
		select row('group', groups[1 + (i - 1) / 4], 'host', hosts[i])::people.parts from generate_series(1, 24) i
		union all
		select row('group', groups[7 + (i - 1) % 4], 'host', hosts[i])::people.parts from generate_series(1, 24) i
		union all
		select row('group', groups[11], 'group', groups[i])::people.parts from generate_series(7, 8) i
		union all
		select row('inventory', fleet, 'group', groups[i])::people.parts from unnest('{1,2,3,4,5,6,9,10,11}'::int[]) i));
end
$$;

-- What is done with them, where script/server has made a repository of script/demo.
\if :{?repository}
select people.rights_own(), work.projects_add('demo', :'repository', '{"repo_type": "GIT"}', '{}', (select id from people.users where superuser order by id limit 1));
\ir demo_work.sql
\endif

-- Nobody shall be told of it.
truncate outbox.changes;
commit;
