-- The queue, and what a run is between its claim and its end (sql/work/queue.sql, runs.sql; sql/runner_api).
begin;
\ir lib.psql
select plan(92);

-- Projects 1 and 2, which are synced; inventory 1 with hosts a and b, inventory 2 with host a.
create function tests.world() returns void
language plpgsql as $$
begin
	perform tests.story();
	perform people.rights_own(), work.projects_add('p', 'git@x', '{"repo_type": "GIT"}', '{}', 1), work.projects_add('q', 'y', '{"repo_type": "TAR"}', '{}', 1);
	update work.projects set status = 'OK', revision = 'r' || id, synced_at = tests.at(0);
	perform inventory.inventories_add('i', '{}', '{}', 1), inventory.inventories_add('j', '{}', '{}', 1);
	perform people.parts_add('inventory', 1, 'host', inventory.hosts_add('{a,b}', '{HOST,HOST}', array['{}', '{}']::jsonb[], array['{}', '{}']::jsonb[], 1));
	perform people.parts_add('inventory', 2, 'host', '{1}');
end
$$;
-- tests.order(project, inventory, more) -> the id of a run that was asked for.
create function tests.order(project bigint default 1, inventory bigint default 1, sealed jsonb default '{}', save boolean default true) returns bigint
language sql as $$
	select (work.runs_add(array[row(project, inventory, null, 'PLAYBOOK', 'site.yml', null, '{"forks": 5}', sealed, save, 1, 'users')::work.order], tests.at(1)))[1]
$$;
create function tests.claimed(runner text default 'r', jobs int default 10, per_project int default 0, per_host int default 0) returns text
language sql as $$
	select coalesce(string_agg(concat_ws(' ', j->>'kind', j->>'id'), ', ' order by n), '')
	  from jsonb_array_elements(runner_api.claim(runner, jsonb_build_object('jobs', jobs, 'jobsPerProject', per_project, 'jobsPerHost', per_host)))
	       with ordinality c (j, n)
$$;
create function tests.token(run bigint) returns uuid language sql as $$ select token from work.runs where id = run $$;
create function tests.wrong() returns text
language sql as $$ select string_agg(concat_ws(' ', rule, id, found), '; ') from (select * from work.check() union all select * from inventory.check()) c $$;

-- ---- who gets what ----
select tests.world();
select is(tests.claimed(), '', 'where nothing is asked for, nothing is claimed');
select tests.order() from generate_series(1, 3);
select is(tests.claimed(jobs => 2), 'run 1, run 2', 'a runner gets as much as it has free slots for, who asked first first');
select is(tests.claimed(jobs => 2), '', 'and nothing more while these are at work');
select is(tests.claimed('other', 2), 'run 3', 'another runner has its own slots');
select is((select string_agg(concat_ws(' ', status, runner, token is not null, lease_until > clock_timestamp() + interval '25 s'), ', ' order by id) from work.runs),
	'RUN r t t, RUN r t t, RUN other t t', 'who has a run has it by a token, for a lease');
select is((select count(*) from outbox.changes where kind = 'run'), 5::bigint, 'who watches the page is told when runs are asked for, and claimed');

select tests.world(), tests.order(1), tests.order(1), tests.order(1), tests.order(2);
select is(tests.claimed(jobs => 2), 'run 1, run 4', 'the second run of a project comes after the first of another');
select is(tests.claimed(jobs => 3), 'run 2', 'and so on');
select tests.world(), tests.order(1), tests.order(1), tests.order(2);
select is(tests.claimed(per_project => 1), 'run 1, run 3', 'jobs_per_project: no more runs of a project at a time');
select is(tests.claimed('other', per_project => 1), '', 'on all runners together');
select tests.world(), tests.order(1, 1), tests.order(1, 2), tests.order(2, 2);
select is(tests.claimed(per_host => 1), 'run 1', 'jobs_per_host: no more runs on a machine at a time');
select work.run_end(r, 'OK', null, '[]', '[]', 'interrupted', tests.at(2)) from work.runs r where id = 1;
select is(tests.claimed(per_host => 1), 'run 2', 'when it is over the next gets its turn');
select is((select count(*) from work.busy), 1::bigint, 'what is over counts no more');

select tests.world(), tests.order(1), tests.order(1), tests.order(1), tests.order(1, 2), inventory.inventories_add('k', '{}', '{}', 1), tests.order(1, 3);
select is(tests.claimed(jobs => 2, per_host => 1), 'run 1, run 5', 'who waits for a machine holds up nobody behind');
select tests.world();
create function tests.narrow(run bigint, variadic names text[]) returns void language sql as $$ select work.run_narrow(run, names) $$;
select tests.narrow(tests.order(1), 'a'), tests.narrow(tests.order(1), 'a', 'b'), tests.narrow(tests.order(2), 'b'), tests.narrow(tests.order(2, null), 'c'), tests.narrow(tests.order(1, null), 'c');
select is(tests.claimed(per_host => 1), 'run 1, run 3, run 4', 'where machines are named these alone count, and who waits for one holds up none of the others');
select is((select string_agg(concat_ws(' ', run_id, name), ', ' order by run_id) from work.busy), '1 a, 3 b, 4 c', '... and are busy');
select is(tests.claimed(per_host => 2), 'run 2, run 5', '... so long as there is room');
select tests.world(), tests.order(1), tests.narrow(tests.order(2), 'a');
select is(tests.claimed(per_host => 1), 'run 1', 'who is on a whole inventory is on each of its machines');
select tests.world(), tests.narrow(tests.order(1, null), 'a'), tests.order(1), tests.narrow(tests.order(1), 'b');
select is(tests.claimed(per_host => 1), 'run 1, run 3', '... and while it waits it holds up nobody on one of them');
select tests.world(), tests.narrow(tests.order(1, null), 'a'), tests.narrow(tests.order(1, null), 'c'), tests.narrow(tests.order(1, null), 'b', 'c', 'a');
select is(tests.claimed(per_host => 1), 'run 1, run 2', 'a run of named machines waits for those of them that are busy');
select is((select waits_for from work.run_targets where run_id = 3), 'c', '... for the first, which is remembered');
select work.run_end(r, 'OK', null, '[]', '[]', 'interrupted', tests.at(2)) from work.runs r where id = 2;
select is(tests.claimed(per_host => 1), '', '... and when that is free');
select is((select waits_for from work.run_targets where run_id = 3), 'a', '... for the next');
select work.run_end(r, 'OK', null, '[]', '[]', 'interrupted', tests.at(2)) from work.runs r where id = 1;
select is(tests.claimed(per_host => 1), 'run 3', '... until none is left');
select tests.world(), tests.order(1), tests.order(2);
update work.projects set status = 'WAIT_SYNC' where id = 1;
select is(tests.claimed(), 'sync 1, run 2', 'a run waits for its project''s sync');
select is(tests.claimed(), '', 'while that goes on, too');
select is((select concat_ws(' ', status, runner, token is not null) from work.projects where id = 1), 'SYNC r t', 'a sync is had by a token, too');
select is(runner_api.sync_begin(1, (select token from work.projects where id = 1)),
	'{"id": 1, "type": "GIT", "branch": null, "fresh": false, "sealed": {}, "elsewhere": null, "repository": "git@x"}', 'who has it learns all about the project');
select is(runner_api.sync_settle(1, gen_random_uuid(), 'r', '{}', null), null, 'with another token it can''t be ended');
select is(runner_api.sync_settle(1, (select token from work.projects where id = 1), 'abc', '{site.yml}', null), true, 'when it went well');
select is((select concat_ws(' ', status, revision, token, status_detail) from work.projects where id = 1), 'OK abc', 'the project is OK, and has its revision');
select is(tests.claimed(), 'run 1', 'and its run can begin');
update work.projects set status = 'WAIT_SYNC' where id = 2;
select is(tests.claimed(), 'sync 2', 'runs that are at work hold up no sync');
select runner_api.sync_settle(2, (select token from work.projects where id = 2), null, null, 'no route');
select is((select concat_ws(' ', status, revision, status_detail) from work.projects where id = 2), 'ERROR r2 no route', 'one that failed says why; what was there stays');
update work.projects set status = 'WAIT_SYNC' where id = 2;
select tests.claimed(), work.project_sync(2);
select is(tests.claimed(), '', 'a project is synced by one at a time');
select runner_api.sync_settle(2, (select token from work.projects where id = 2), 'x', '{}', null);
select is((select status from work.projects where id = 2), 'WAIT_SYNC', 'one that was asked for meanwhile still is to come');
select is(tests.claimed(), 'sync 2', 'and comes');

select tests.world();
create function tests.synced(id bigint) returns boolean
language sql as $$ select runner_api.sync_settle(id, (select token from work.projects p where p.id = synced.id), null, '{}', null) $$;
update inventory.objects set vars = '{"repo_type": "MANUAL"}' where kind = 'project' and id = 1;
update work.projects set status = 'WAIT_SYNC', synced_at = null where id = 1;
select tests.claimed('here'), tests.synced(1);
select is((select home from work.projects where id = 1), 'here', 'what people fill by hand is on the machine that synced it first');
select runner_api.alive('here', '1', null), tests.order(1), tests.order(2);
select is(tests.claimed('there'), 'run 2', 'no other gets runs of it');
select is(tests.claimed('here'), 'run 1', '... but that one');
update work.projects set status = 'WAIT_SYNC' where id = 1;
select is(tests.claimed('there'), '', '... nor a sync');
update work.runners set seen_at = clock_timestamp() - interval '2 minutes';
select is(tests.claimed('there'), 'sync 1', '... unless nothing was heard of it');
select is(runner_api.sync_begin(1, (select token from work.projects where id = 1))->>'elsewhere', 'here', '... and is told where the files should be');
select runner_api.sync_settle(1, (select token from work.projects where id = 1), null, null, 'not here');
select is((select home || ' ' || status from work.projects where id = 1), 'here ERROR', '... which is no other place if they are nowhere else');
update work.projects set status = 'WAIT_SYNC' where id = 1;
select tests.claimed('there'), tests.synced(1);
select is((select home from work.projects where id = 1), 'there', '... and is where they are found');
update inventory.objects set vars = '{"repo_type": "GIT"}' where kind = 'project' and id = 1;
update work.projects set status = 'WAIT_SYNC' where id = 1;
select tests.claimed('there'), tests.synced(1);
select is((select home from work.projects where id = 1), null, 'a repository is anywhere');

-- ---- the life of one ----
select tests.world(), tests.order(sealed => '{"key-file": {"sealed": "BOX", "key": 1}}'), tests.claimed();
select is((select arguments::text from work.runs), '{"forks": 5, "key-file": "[~~ENCRYPTED~~]"}', 'a secret argument is shown as one');
select is(runner_api.run_begin(1, gen_random_uuid())::text, null, 'who has not the token learns nothing');
select is(runner_api.run_begin(1, tests.token(1))::jsonb - 'inventory' - 'day',
	'{"kind": "PLAYBOOK", "mode": "site.yml", "pattern": null, "arguments": {"forks": 5, "key-file": "[~~ENCRYPTED~~]"}, "sealed": {"key-file": "BOX"},
	  "project": {"id": 1, "type": "GIT", "repository": "git@x", "branch": null, "sealed": {}, "revision": "r1", "status": "OK", "status_detail": null}}',
	'who has it learns all about the run');
select is((select concat_ws('|', revision, raw_inventory, output_day = current_date) from work.runs), E'r1|# Hosts \na \nb \n\n\n\n# Groups |t',
	'from then on the run has its revision, and the text of its inventory');
select is(runner_api.run_started(1, tests.token(1), 'ansible-playbook site.yml', null), true, 'it is told the command');
select is((select raw_args from work.runs), 'ansible-playbook site.yml', 'which stands there');
select is(work.masked(E'a ansible_ssh_pass=geheim x=1\nb ansible_password="two words"\nc:\n  ansible_become_pass: ''x y''\nrepo_keyx=5'),
	E'a ansible_ssh_pass=[~~ENCRYPTED~~] x=1\nb ansible_password=[~~ENCRYPTED~~]\nc:\n  ansible_become_pass: [~~ENCRYPTED~~]\nrepo_keyx=5',
	'passwords in an inventory of the project are not shown');
select is(work.masked(E'{"ansible_ssh_pass": "a\\"b", ''ansible_password'': c}
h ansible_become_pass=a\\ sword x=1
ansible_su_pass: |
  two
  lines
next: 1'),
	E'{"ansible_ssh_pass": [~~ENCRYPTED~~] ''ansible_password'': [~~ENCRYPTED~~]
h ansible_become_pass=[~~ENCRYPTED~~] x=1
ansible_su_pass: [~~ENCRYPTED~~]
next: 1',
	'however they are written');
select is(runner_api.hosts_started(1, tests.token(1), '{b,a,elsewhere,a}'), true, 'it comes to hosts');
select is((select string_agg(concat_ws(' ', name, host_id), ', ' order by name) from work.run_hosts), 'a 1, b 2, elsewhere',
	'those that the fleet knows are the fleet''s');
select is((select string_agg(concat_ws(' ', t.state, h.hostname, e.username, e.note), ', ' order by e.id) from fate.events e join fate.event_types t on t.id = e.event_type_id
	join fate.hosts h on h.id = e.host_id), 'started a johnny run 1: site.yml, started b johnny run 1: site.yml', 'and hear of it as an event');
select runner_api.hosts_started(1, tests.token(1), '{a,c}');
select is((select count(*) from fate.events), 2::bigint, 'once');

insert into work.lines select current_date, 1, n, 'line ' || n from generate_series(1, 3) n;
select is(runner_api.lines_stored(1, tests.token(1), 1, 3), false, 'lines count when they are told');
select is(tests.refused($$ select runner_api.lines_stored(1, tests.token(1), 5, 6) $$), 'WE409 3 lines are there, not 4', 'no gap is left');
select is(tests.refused($$ select runner_api.lines_stored(1, tests.token(1), 3, 6) $$), 'WE409 3 lines are there, not 2', 'nothing is counted twice');
select is(tests.refused($$ select runner_api.lines_stored(1, gen_random_uuid(), 4, 4) $$), 'WE404 the run is not ours any more', 'and only who has the run tells any');
select is(runner_api.run_asked(1, tests.token(1)), false, 'nobody wants it to stop');
select work.run_cancel(1, tests.at(3)), work.run_cancel(1, tests.at(4));
select is(runner_api.run_asked(1, tests.token(1)), true, 'until somebody does');
select is((select concat_ws(' ', status, cancel_at = tests.at(3)) from work.runs), 'RUN t', 'it is at work till its shepherd says that it is over');
select is(tests.refused($$ select runner_api.run_settle(1, tests.token(1), 'OK', null, '{"hosts": [], "facts": [], "lines": 4}') $$), 'WE409 3 lines are there, not 4',
	'its shepherd can''t end it while lines are missing');
select is(runner_api.run_settle(1, tests.token(1), 'INTERRUPTED', 'canceled', '{"hosts": [
	{"name": "a", "outcome": "failed", "ok": 1, "changed": 0, "unreachable": 0, "failed": 1, "skipped": 0, "rescued": 0, "ignored": 0, "task": "t", "message": "m"},
	{"name": "elsewhere", "outcome": "ok", "ok": 1, "changed": 0, "unreachable": 0, "failed": 0, "skipped": 0, "rescued": 0, "ignored": 0}],
	"facts": [{"name": "a", "status": "SUCCESS", "facts": "{\"x\":1}"}], "lines": 3}'), true, 'who does, says what came of it');
select is((select concat_ws(' ', status, status_detail, stop_time > start_time, token, lease_until, lines) from work.runs), 'INTERRUPTED canceled t 3',
	'it is over, and nobody has it');
select is((select string_agg(concat_ws(' ', name, outcome, failed, task, message), ', ' order by name) from work.run_hosts),
	'a failed 1 t m, b interrupted 0, c interrupted 0, elsewhere ok 0', 'of a host of which nothing is known it was interrupted');
select is((select string_agg(concat_ws(' ', t.state, h.hostname), ', ' order by e.id) from fate.events e join fate.event_types t on t.id = e.event_type_id
	join fate.hosts h on h.id = e.host_id where t.state <> 'started'), 'failed a, failed b', 'the fleet hears what came of it');
select is((select string_agg(concat_ws(' ', n, name, status, facts), ', ') from work.run_facts), '1 a SUCCESS {"x":1}', 'facts are kept as they are');
select is((select count(*) from inventory.objects where kind = 'run'), 0::bigint, 'its secrets are gone');
select is(runner_api.run_settle(1, gen_random_uuid(), 'OK', null, '{"hosts": [], "facts": []}'), null, 'what is over can''t be ended again');
select is(tests.wrong(), null, 'all is as it should be');

select tests.order(save => false), tests.claimed(), runner_api.run_settle(2, tests.token(2), 'OK', null, '{"hosts": [], "facts": []}');
select is((select string_agg(id::text, ' ') from work.runs), '1', 'a run whose result nobody wants is gone when it is over');
select tests.order();
select work.run_cancel(3, tests.at(5));
select is((select concat_ws(' ', status, status_detail) from work.runs where id = 3), 'INTERRUPTED canceled before it began', 'one that has not begun is over at once');

-- ---- machines that were named ----
create function tests.begun(run bigint) returns text
language plpgsql as $$
declare
	about jsonb;
begin
	perform tests.claimed();
	about := runner_api.run_begin(run, tests.token(run));
	return concat_ws(' | ', about->'inventory'->>'refused', about->'inventory'->'pieces'->0->>'text', (select status_detail from work.runs where id = run),
	                 (select raw_inventory = about->'inventory'->'pieces'->0->>'text' from work.runs where id = run));
end
$$;
select tests.world(), tests.narrow(tests.order(), 'b');
select is(tests.begun(1), E'# Hosts \nb \n\n\n\n# Groups  | t', 'Ansible is given these of the inventory');
select tests.narrow(tests.order(project => 2), 'x', 'a', 'y');
select is(tests.begun(2), E'# Hosts \na \n\n\n\n# Groups  | No longer in the inventory: x, y. | t', '... those that are there still, and it is told which are not');
select runner_api.run_settle(2, tests.token(2), 'OK', null, '{"hosts": [], "facts": [], "lines": 0}');
select is((select status || ' ' || status_detail from work.runs where id = 2), 'OK No longer in the inventory: x, y.', '... to the end');
select tests.narrow(tests.order(), 'x', 'a');
select length(tests.begun(3)), runner_api.run_settle(3, tests.token(3), 'ERROR', 'exit 2', '{"hosts": [], "facts": [], "lines": 0}');
select is((select status || ' ' || status_detail from work.runs where id = 3), 'ERROR No longer in the inventory: x. exit 2', '... before what came of it');
select tests.narrow(tests.order(), 'x', 'y');
select is(tests.begun(4), 'None of its hosts is in the inventory any more.', 'where none is left there is no inventory');
select is((select concat_ws(' ', status_detail, raw_inventory) from work.runs where id = 4), '', '... nor a text of one');
select tests.narrow(tests.order(inventory => null), 'b', 'x');
select is(tests.begun(5), E'# Hosts \nb\nx\n\n\n\n# Groups  | t', 'without one they are all that Ansible is given');
select tests.narrow(tests.order(), 'a');
select work.objects_gone('inventory', '{1}');
select tests.claimed();
select is(runner_api.run_begin(6, tests.token(6))::jsonb->'inventory', 'null', 'where it is gone there is none either');
select work.runs_delete('{1,2,3,4,5,6}');
select is((select count(*) from work.run_targets), 0::bigint, 'with a record its names go');
select is(tests.wrong(), null, 'all is as it should be');

-- ---- who is not heard of ----
select tests.world(), tests.order(), tests.order(), tests.claimed();
update work.runs set lease_until = clock_timestamp() - interval '1 s' where id = 1;
create function tests.long_up() returns boolean language sql as $$ select clock_timestamp() > pg_postmaster_start_time() + runner_api.lease() $$;
select is(runner_api.reap(), case when tests.long_up() then 1 else 0 end, 'a run of which nothing was heard for a lease is taken, if the database was there');
select is((select string_agg(concat_ws(' ', status, status_detail), ', ' order by id) from work.runs),
	case when tests.long_up() then 'ERROR Nothing was heard of the run on r any more., RUN' else 'RUN, RUN' end, 'and says so');
select is(runner_api.run_beat(2, tests.token(2)), true, 'who is heard of keeps it');
select is(tests.wrong(), null, 'all is as it should be');

-- ---- old output ----
select tests.world(), tests.order(), work.line_partitions_ensure('2015-06-01');
update work.runs set status = 'OK', stop_time = tests.at(5), output_day = '2015-06-03', lines = 2;
insert into work.lines values ('2015-06-03', 1, 1, 'x'), ('2015-06-03', 1, 2, 'y');
select is(work.line_partitions_drop('2015-06-08'), 1, 'output goes by the week, once all of it is old enough');
select is((select concat_ws(' ', status, lines, output_day) from work.runs), 'OK 0', 'the run stays, without it');

select * from finish();
rollback;
