-- The audit: each change is told with who made it, by which way of sign-in; it is only ever added to; superusers read it
-- (sql/people/audit.sql, sql/hermes_api/audit.sql).
begin;
\ir lib.psql
select plan(126);

-- johnny is nobody special; admin is a superuser.
insert into people.users (username, superuser, stamp) values ('admin', true, 8), ('bob', false, 9);
create function tests.told(columns text, condition text default 'true') returns text
language sql as $$ select tests.rows('people.audit where ' || condition, columns) $$;

-- ---- what a row tells ----
select tests.story();
select people.audited(tests.req() || '{"via": "session"}', 'do', 'thing', '{3,1}', '{"a": 1, "b": null, "c": {"d": null}}');
select is(tests.told('id, user_id, username, via, address, verb, kind, ids, n, details, '
	'at between now() and clock_timestamp()'),
	'(1,1,johnny,session,192.0.2.1,do,thing,"{3,1}",2,"{""a"": 1, ""c"": {}}",t)',
	'who did what to what, when, by which way of sign-in, from where');
select people.audited(tests.req(), 'do', 'thing', array(select generate_series(1, 150)));
select is(tests.told('cardinality(ids), ids[100], n, details', 'id = 2'), '(100,100,150,{})',
	'... the first hundred of many, and how many there were');
select people.audited(tests.req(), 'do', 'thing', null), people.audited(tests.req(), 'do', 'thing', '{}');
select is(tests.told('ids, n', 'id > 2'), '({},0) ({},0)', '... or none');
select people.audited(tests.req() || who, 'do', 'thing', '{1}') from unnest(array['{"actor": 99}', '{"actor": 0}',
	'{"actor": null}']::jsonb[]) who;
select is((select count(*) from people.audit), 4::bigint, 'where there is nobody nothing is told');
select is(left(tests.refused(format('select people.audited(%L, ''do'', ''thing'', ''{1}'')', tests.req()
	|| jsonb_build_object('via', via))), 5), '23514', 'a way of sign-in is one of five, not ' || via)
  from unnest('{cookie,""}'::text[]) via;
select people.audited_by(3, 'proxy', null, 'enter', 'team', '{1,2}'), people.audited_by(null, 'command', '', 'do', 'user',
	'{}', '{"x": 1}');
select is(tests.told('user_id, case when username = session_user then ''who is at it'' else username end, via, address, '
	'verb, kind, ids, n, details', 'id > 4'),
	'(3,bob,proxy,,enter,team,"{1,2}",2,{}) (,"who is at it",command,"",do,user,{},0,"{""x"": 1}")',
	'what no endpoint does is told by whoever does it');
delete from people.users where id = 3;
select is(tests.told('user_id, username', 'username = ''bob'''), '(3,bob)', 'who is deleted is still named');
insert into people.users (id, username, stamp) values (3, 'bob', 9);

-- ---- nobody changes it ----
select is(tests.refused(command || ' ' || who), 'P0001 the audit is only ever added to', format('%s %s', command, who)) from
	unnest('{update people.audit set verb = ''x'',delete from people.audit}'::text[]) command,
	unnest('{"","where id = 1","where false"}'::text[]) who;
select is(tests.refused(command), 'P0001 the audit is only ever added to', command) from
	unnest('{truncate people.audit,truncate people.audit cascade,truncate people.users cascade;truncate people.audit}'::text[]) command;
select is(tests.refused($$ select tests.as_role('moirai_owner', 'delete from people.audit') $$),
	'P0001 the audit is only ever added to', '... not even its owner');
select is((select count(*) from people.audit), 6::bigint, '... and all is there');

-- ---- each endpoint that changes something tells it ----
create table tests.calls (n int generated always as identity, f text, who text, path jsonb, body jsonb, wanted text);
insert into tests.calls (f, who, path, body, wanted) values
	('hermes_api.hosts_create', 'johnny', '{}', '{"hosts": [{"hostname": "x"}, {"hostname": "y"}]}',
	 '(create,"fleet host","{4,5}",{})'),
	('hermes_api.hosts_update', 'johnny', '{"hostname": "x"}', '{"hostname": "z"}',
	 '(update,"fleet host",{4},"{""hostname"": ""z""}")'),
	('hermes_api.event_types_create', 'johnny', '{}',
	 '{"eventTypes": [{"category": "a", "state": "b", "description": "d"}, {"category": "a", "state": "c", '
	 '"description": "d"}]}',
	 '(create,"event type","{4,5}",{})'),
	('hermes_api.event_types_update', 'johnny', '{"id": "4"}', '{"description": "e"}', '(update,"event type",{4},{})'),
	('hermes_api.event_types_delete', 'admin', '{"id": "5"}', '{}',
	 '(delete,"event type",{5},"{""state"": ""c"", ""category"": ""a""}")'),
	('hermes_api.fates_create', 'johnny', '{}', '{"creationEventTypeId": 4, "description": "d"}',
	 '(create,fate,{4},"{""creationEventTypeId"": 4}")'),
	('hermes_api.fates_update', 'johnny', '{"id": "4"}', '{"followsId": 1}', '(update,fate,{4},"{""followsId"": 1}")'),
	('hermes_api.fates_update', 'johnny', '{"id": "4"}', '{"description": "e"}', '(update,fate,{4},{})'),
	('hermes_api.fates_delete', 'admin', '{"id": "4"}', '{}',
	 '(delete,fate,{4},"{""followsId"": 1, ""creationEventTypeId"": 4}")'),
	('hermes_api.events_create', 'johnny', '{}', '{"user": "bob", "eventTypeId": 2, "hostname": "a"}', null),
	 -- the journal does
	('hermes_api.labors_update', 'johnny', '{"id": "2"}', '{"ackUser": "bob"}',
	 '(update,labor,{2},"{""ackUser"": ""bob@example.com""}")'),
	('hermes_api.labors_update_many', 'johnny', '{}', '{"laborIds": [2, 1], "ackUser": "bob"}',
	 '(update,labor,"{2,1}","{""ackUser"": ""bob@example.com""}")'),
	('hermes_api.quests_create', 'johnny', '{}',
	 '{"fateId": 1, "creator": "bob", "description": "d", "hostnames": ["a", "b", "new"]}',
	 '(create,quest,{2},"{""hosts"": 3, ""fateId"": 1}")'),
	('hermes_api.quests_update', 'johnny', '{"id": "2"}', '{"creator": "johnny"}',
	 '(update,quest,{2},"{""creator"": ""johnny@example.com""}")'),
	('hermes_api.quests_mail', 'johnny', '{"id": "1"}',
	 '{"laborOwners": true, "serverOwners": true, "from": "x", "subject": "s", "message": "my words"}',
	 '(mail,quest,{1},"{""subject"": ""s""}")'),
	('hermes_api.letters_retry', 'admin', '{"id": "1"}', '{}', '(retry,letter,{1},{})'),
	('hermes_api.webhooks_create', 'admin', '{}', '{"url": "http://x", "secret": "s3cret"}',
	 '(create,webhook,{1},{})'),
	('hermes_api.webhooks_update', 'admin', '{"id": "1"}', '{"secret": "s3cret2"}', '(update,webhook,{1},{})'),
	('hermes_api.webhooks_delete', 'admin', '{"id": "1"}', '{}', '(delete,webhook,{1},{})'),
	('hermes_api.session_create', 'johnny', '{}', '{"username": "johnny", "password": {"given": true}}',
	 '("sign in",session,{4},{})'),
	('hermes_api.session_delete', 'johnny', '{}', '{}', '("sign out",session,{1},{})'),
	('hermes_api.sessions_delete', 'johnny', '{"id": "2"}', '{}', '("sign out",session,{2},{})'),
	('hermes_api.sessions_end_others', 'johnny', '{}', '{}', '("sign out",session,{4},{})'),
	('hermes_api.tokens_create', 'johnny', '{}', '{"name": "mine", "scope": "write"}',
	 '(create,token,{5},"{""name"": ""mine"", ""scope"": ""write""}")'),
	('hermes_api.tokens_delete', 'johnny', '{"id": "5"}', '{}', '(delete,token,{5},{})'),
	('polemarch_api.token_create', 'johnny', '{}', '{"username": "johnny", "password": {"given": true}}',
	 '(create,token,{6},"{""kind"": ""login""}")'),
	('polemarch_api.token_delete', 'johnny', '{}', '{}', '(delete,token,{3},{})'),
	('polemarch_api.users_create', 'admin', '{}',
	 '{"username": "eve", "password": {"hash": "$argon2id$x"}, "email": "e@x.org"}',
	 '(create,user,{4},"{""email"": ""e@x.org"", '
	 '""is_staff"": false, ""username"": ""eve"", ""is_active"": true, ""last_name"": """", ""first_name"": """"}")'),
	('polemarch_api.users_update', 'admin', '{"id": "4"}', '{"is_staff": true, "password": {"hash": "$argon2id$y"}}',
	 '(update,user,{4},"{""is_staff"": true, ""password"": true}")'),
	('polemarch_api.users_delete', 'admin', '{"id": "4"}', '{}', '(delete,user,{4},"{""username"": ""eve""}")'),
	('polemarch_api.teams_create', 'admin', '{}', '{"name": "t", "users_list": [1], "proxy_group": "g"}',
	 '(create,team,{1},"{""name"": ""t"", ""users_list"": [1], ""proxy_group"": ""g""}")'),
	('polemarch_api.teams_update', 'admin', '{"id": "1"}', '{"users_list": []}',
	 '(update,team,{1},"{""users_list"": []}")'),
	('polemarch_api.permissions_add', 'admin', '{"objects": "teams", "id": "1"}',
	 '[{"member": 3, "role": "MASTER", "member_type": "user", "password": "s3cret"}]',
	 '("add permissions",team,{1},"{""permissions"": [{""role"": ""MASTER"", ""member"": 3, ""member_type"": ""user""}]}")'),
	('polemarch_api.permissions_replace', 'admin', '{"objects": "teams", "id": "1"}', '[]',
	 '("replace permissions",team,{1},"{""permissions"": []}")'),
	('polemarch_api.permissions_remove', 'admin', '{"objects": "teams", "id": "1"}',
	 '[{"member": 3, "member_type": "user"}]',
	 '("remove permissions",team,{1},"{""permissions"": []}")'),
	('polemarch_api.owner_set', 'admin', '{"objects": "teams", "id": "1"}', '3',
	 '("change owner",team,{1},"{""owner"": 3}")'),
	('polemarch_api.teams_delete', 'admin', '{"id": "1"}', '{}', '(delete,team,{1},"{""name"": ""t""}")'),
	('polemarch_api.hosts_create', 'johnny', '{}', '{"name": "w", "vars": {"x": "s3cret"}}',
	 '(create,host,{1},"{""name"": ""w"", ""type"": ""HOST"", ""vars"": [""x""]}")'),
	('polemarch_api.hosts_update', 'johnny', '{"id": "1"}', '{"vars": {"y": "s3cret"}}', '(update,host,{1},"{""vars"": [""y""]}")'),
	('polemarch_api.groups_create', 'johnny', '{}', '{"name": "g"}',
	 '(create,group,{1},"{""name"": ""g"", ""vars"": [], ""children"": false}")'),
	('polemarch_api.groups_update', 'johnny', '{"id": "1"}', '{"name": "h"}', '(update,group,{1},"{""name"": ""h""}")'),
	('polemarch_api.sublists_add', 'johnny', '{"objects": "groups", "id": "1"}', '[1, 7]',
	 '("add hosts",group,{1},"{""n"": 1, ""ids"": [1]}")'),
	('polemarch_api.sublists_replace', 'johnny', '{"objects": "groups", "id": "1"}', '[1]',
	 '("replace hosts",group,{1},"{""n"": 1, ""ids"": [1]}")'),
	('polemarch_api.sublists_remove', 'johnny', '{"objects": "groups", "id": "1"}', '[1]',
	 '("remove hosts",group,{1},"{""n"": 1, ""ids"": [1]}")'),
	('polemarch_api.inventories_create', 'johnny', '{}', '{"name": "i"}', '(create,inventory,{1},"{""name"": ""i"", ""vars"": []}")'),
	('polemarch_api.inventories_update', 'johnny', '{"id": "1"}', '{"name": "j"}', '(update,inventory,{1},"{""name"": ""j""}")'),
	('polemarch_api.inventories_import', 'johnny', '{}', '{"name": "k", "text": {"length": 9}}',
	 '(import,inventory,{2},"{""name"": ""k""}")'),
	('polemarch_api.inventories_delete', 'johnny', '{"id": "2"}', '{}', '(delete,inventory,{2},"{""name"": ""k""}")'),
	('polemarch_api.templates_create', 'johnny', '{}', '{"name": "t", "kind": "Host", "data": {"vars": {"x": "s3cret"}}}',
	 '(create,template,{1},"{""kind"": ""Host"", ""name"": ""t""}")'),
	('polemarch_api.templates_update', 'johnny', '{"id": "1"}', '{"name": "u", "data": {"name": "s3cret"}}',
	 '(update,template,{1},"{""name"": ""u""}")'),
	('polemarch_api.projects_create', 'johnny', '{}', '{"name": "p", "repository": "x", "vars": {"repo_type": "MANUAL"}}',
	 '(create,project,{1},"{""name"": ""p"", ""vars"": [""repo_type""], ""repository"": ""x""}")'),
	('polemarch_api.projects_update', 'johnny', '{"id": "1"}', '{"name": "q"}', '(update,project,{1},"{""name"": ""q""}")'),
	('polemarch_api.projects_sync', 'johnny', '{"id": "1"}', '{}', '(sync,project,{1},{})'),
	('polemarch_api.execute_playbook', 'johnny', '{"id": "1"}', '{"inventory": "hosts", "playbook": "x.yml", "tags": "s3cret"}',
	 '(execute,project,{1},"{""run"": 1, ""kind"": ""PLAYBOOK"", ""mode"": ""x.yml"", ""project"": 1, ""inventory"": ""hosts""}")'),
	('polemarch_api.execute_module', 'johnny', '{"id": "1"}', '{"inventory": "hosts", "module": "ping", "group": "all"}',
	 '(execute,project,{1},"{""run"": 2, ""kind"": ""MODULE"", ""mode"": ""ping"", ""group"": ""all"", ""project"": 1, ""inventory"": ""hosts""}")'),
	('polemarch_api.templates_update', 'johnny', '{"id": "1"}', '{"kind": "Task", "data": {"playbook": "y.yml", "project": 1, "inventory": "hosts"}}',
	 '(update,template,{1},"{""kind"": ""Task""}")'),
	('polemarch_api.execute_template', 'johnny', '{"id": "1"}', '{}',
	 '(execute,template,{1},"{""run"": 3, ""kind"": ""PLAYBOOK"", ""mode"": ""y.yml"", ""project"": 1, ""inventory"": ""hosts""}")'),
	('polemarch_api.execute_periodic_task', 'johnny', '{"id": "1000"}', '{}',
	 '(execute,periodictask,{1000},"{""run"": 4, ""kind"": ""PLAYBOOK"", ""mode"": ""z.yml"", ""project"": 1, ""inventory"": ""hosts""}")'),
	('polemarch_api.periodic_tasks_create', 'johnny', '{}', '{"name": "every", "type": "INTERVAL", "schedule": "60", "mode": "z.yml", "project": 1, "inventory": "hosts", "vars": {"tags": "s3cret"}}',
	 '(create,periodictask,{1},"{""kind"": ""PLAYBOOK"", ""mode"": ""z.yml"", ""name"": ""every"", ""type"": ""INTERVAL"", ""vars"": [""tags""], '
	 '""enabled"": true, ""project"": ""1"", ""schedule"": ""60"", ""inventory"": ""hosts"", ""save_result"": true}")'),
	('polemarch_api.periodic_tasks_update', 'johnny', '{"id": "1"}', '{"name": "each"}', '(update,periodictask,{1},"{""name"": ""each""}")'),
	('polemarch_api.periodic_tasks_delete', 'johnny', '{"id": "1"}', '{}', '(delete,periodictask,{1},"{""name"": ""each""}")'),
	('polemarch_api.history_cancel', 'johnny', '{"id": "1"}', '{}', '(cancel,run,{1},"{""mode"": ""x.yml""}")'),
	('polemarch_api.history_delete', 'johnny', '{"id": "1"}', '{}', '(delete,run,{1},"{""mode"": ""x.yml""}")'),
	('polemarch_api.hooks_create', 'admin', '{}', '{"name": "h", "type": "HTTP", "recipients": "http://s3cret"}', '(create,hook,{1},"{""name"": ""h"", ""type"": ""HTTP""}")'),
	('polemarch_api.hooks_update', 'admin', '{"id": "1"}', '{"name": "i"}', '(update,hook,{1},"{""name"": ""i""}")'),
	('polemarch_api.hooks_delete', 'admin', '{"id": "1"}', '{}', '(delete,hook,{1},"{""name"": ""i""}")'),
	('polemarch_api.bulk', 'johnny', '{}', '[{"type": "add", "item": "group", "data": {"name": "b"}}]', '(create,group,{2},"{""name"": ""b"", ""vars"": [], ""children"": false}")'),
	('polemarch_api.projects_create', 'johnny', '{}', '{"name": "r", "repository": "x", "vars": {"repo_type": "MANUAL"}}',
	 '(create,project,{2},"{""name"": ""r"", ""vars"": [""repo_type""], ""repository"": ""x""}")'),
	('polemarch_api.projects_delete', 'johnny', '{"id": "2"}', '{}', '(delete,project,{2},"{""name"": ""r""}")'),
	('polemarch_api.templates_delete', 'johnny', '{"id": "1"}', '{}', '(delete,template,{1},"{""name"": ""u""}")'),
	('polemarch_api.hosts_delete', 'johnny', '{"id": "1"}', '{}', '(delete,host,{1},"{""name"": ""w""}")'),
	('polemarch_api.groups_delete', 'johnny', '{"id": "1"}', '{}', '(delete,group,{1},"{""name"": ""h""}")');
select set_eq('select f from tests.calls', $$ select p.oid::regproc::text from pg_proc p where prosecdef
	and provolatile = 'v'
	and pronamespace in ('hermes_api'::regnamespace, 'polemarch_api'::regnamespace) $$,
	'these are all endpoints that change something');
-- tests.try(n) -> what the n-th of them tells; by a session with the number 1, or a token with 3.
create function tests.try(n int) returns text
language plpgsql as $$
declare
	c      tests.calls;
	before bigint := (select coalesce(max(id), 0) from people.audit);
	said   text;
begin
	select * into c from tests.calls t where t.n = try.n;
	said := tests.said(c.f, tests.req(c.path, '{}', c.body) || tests.by(c.who) || jsonb_build_object('secret',
	encode(sha256(n::text::bytea), 'hex'), 'agent', 'x',
		'address', '192.0.2.' || n, 'method', case when c.f ~ 'update' then 'PATCH' else 'POST' end)
		|| case when c.f ~ 'session' then '{"via": "session", "token": 1}'
			when c.f ~ 'token_delete' then '{"via": "token", "token": 3}'
			when c.f ~ 'sublists' then '{"url": "http://x/groups/1/hosts/"}'
			when c.f ~ 'import' then '{"asked": {"inventory": {}}}' else '{}' end::jsonb);
	return case when said !~ '^20' then said else nullif(tests.told('verb, kind, ids, details', 'id > ' || before), '') end;
end
$$;
select tests.story(3);
insert into people.tokens (user_id, kind, hash, made_at, seen_at) select 1, k, sha256(k::bytea || random()::text::bytea),
	now(), now() from unnest('{session,session,login}'::text[]) k;
select runner_api.reference_put('1', '{"ansible": {}, "ansible-playbook": {"tags": {"type": "text"}}}', '{}');
insert into work.periodic_tasks (id, type, schedule, kind, mode, project_id, inventory_path, save_result, enabled, zone)
values (1000, 'INTERVAL', '5', 'PLAYBOOK', 'z.yml', 1, 'hosts', true, false, 'UTC');
insert into inventory.objects (kind, id, name) values ('periodic_task', 1000, 'n');
select tests.quest(1, 'a', 'b', 'c');
update fate.hosts set owner = 'bob@example.com';
select outbox.sort(tests.settings(), 9, tests.sec(0));
update outbox.letters set state = 'parked';
select is(tests.try(n), wanted, f) from tests.calls order by n;
select is_empty($$ select a.username, a.address, c.f from people.audit a join tests.calls c on a.address = '192.0.2.'
	|| c.n where a.username <> c.who or a.user_id is distinct from
	(select id from people.users u where u.username = c.who) $$, 'each tells who asked');
select is((select string_agg(distinct via || ' ' || kind, ', ') from people.audit where via <> 'password'),
	'session session, token token', '... and by which way of sign-in');
select is(string_agg(a::text, ' ') ~ 's3cret|argon2|hash|my words|pw@|[0-9a-f]{32}', false,
	'no secret is told, and no word of letters') from people.audit a;

-- By who may not, or of what is not there.
select count(*) as n from people.audit \gset
select is((select array_agg(distinct left(tests.said(f, tests.req('{"id": "99", "hostname": "nowhere", '
	'"objects": "teams"}', '{}', '{"hostname": "a", "category": "step", "state": "1",
	"description": "d"}') || tests.by('bob')), 1)) from tests.calls where f !~ 'end_others|polemarch_api.(hosts|groups|inventories)_create'), '{4}', 'what is refused');
select is((select count(*) from people.audit), :n::bigint, '... is not told');

-- ---- reading it ----
select tests.story();
insert into people.audit (at, user_id, username, via, address, verb, kind, ids, n, details)
select tests.sec(i), case when i <> 3 then i % 2 + 1 end, case i when 3 then 'postgres'
	else (array['johnny', 'admin'])[i % 2 + 1] end, (array['session', 'token', 'command', 'password', 'proxy'])[i],
       case when i <> 3 then '192.0.2.1' end, (array['create', 'update', 'administrator', 'delete', 'create'])[i], case
       when i < 4 then 'user' else 'team' end, array[i, 7], 2, '{"a": 1}'
  from generate_series(1, 5) i;
-- tests.found(query) -> ids of what is listed to admin; or how it is refused.
create function tests.found(query jsonb) returns text
language plpgsql as $$
declare
	said text := tests.hermes('admin', 'audit_list', query => query);
begin
	return case when said !~ '^200' then said else (select string_agg(a->>'id', ' ' order by i)
	from jsonb_array_elements(tests.members(said)->'audit') with ordinality e (a, i)) end;
end
$$;
select is(tests.hermes('admin', 'audit_list', query => '{"limit": ["2"], "offset": ["2"]}'),
	'200 {"status":"ok","href":"http://moirai/api/v1/it","limit":2,"offset":2,"audit":['
	|| '{"id":3,"time":"2015-06-01 12:00:03","userId":null,"username":"postgres","via":"command","address":null,'
	'"verb":"administrator","kind":"user","objectIds":[3,7],"totalObjects":2,"details":{"a": 1}},'
	|| '{"id":2,"time":"2015-06-01 12:00:02","userId":1,"username":"johnny","via":"token","address":"192.0.2.1",'
	'"verb":"update","kind":"user","objectIds":[2,7],"totalObjects":2,"details":{"a": 1}}]}',
	'superusers read it, the newest first');
select is(tests.found(query::jsonb), wanted, rule || ': ' || query) from (values
	('{}', '5 4 3 2 1', 'all of it'), ('{"userId": ["1"]}', '4 2', 'what one has done'),
	 ('{"username": ["admin"]}', '5 1', '... by name'), ('{"username": ["adm"]}', null, '... the whole'),
	('{"username": ["postgres"]}', '3', '... also who was at the command line'),
	 ('{"via": ["token"]}', '2', 'by a way of sign-in'), ('{"verb": ["create"]}', '5 1', 'what was done'),
	 ('{"kind": ["team"]}', '5 4', 'with what'),
	('{"objectId": ["3"]}', '3', 'with which'), ('{"objectId": ["7"], "kind": ["user"]}', '3 2 1', '... of that kind'),
	 ('{"objectId": ["99"]}', null, '... or nothing'),
	('{"after": ["2015-06-01 12:00:04"]}', '5 4', 'from then on'), ('{"before": ["2015-06-01 12:00:04"]}', '3 2 1',
	 '... or until then'), ('{"after": ["2015-06-01 12:00:02"], "before": ["2015-06-01 12:00:04"]}', '3 2',
	 '... or between'),
	('{"beforeId": ["4"]}', '3 2 1', 'from a row on'), ('{"beforeId": ["4"], "limit": ["1"]}', '3', '... so many'),
	 ('{"limit": ["all"]}', '5 4 3 2 1', '... or all'),
	('{"verb": ["create"], "kind": ["user"], "username": ["admin"]}', '1', 'all at once'),
	 ('{"verb": [""], "userId": [""], "after": [""], "what": ["x"]}', '5 4 3 2 1',
	 'what is empty, or not known, is passed over'),
	('{"userId": ["x"]}', '400 userId: "x" is not a whole number in range', 'a number is one'),
	 ('{"objectId": ["x"]}', '400 objectId: "x" is not a whole number in range', '... each'),
	('{"beforeId": ["x"]}', '400 beforeId: "x" is not a whole number in range', '... of them'),
	 ('{"after": ["x"]}', '400 after: "x" is not a time such as 2015-06-01 12:11', 'a time is one'),
	('{"before": ["x"]}', '400 before: "x" is not a time such as 2015-06-01 12:11', '... each'),
	 ('{"limit": ["-1"]}', '400 limit: must not be negative', 'so are limits')) v (query, wanted, rule);
select is(tests.hermes(name, 'audit_list'), wanted, 'others do not read it: ' || name)
	from (values ('johnny', '403 This is for administrators.'), ('nobody', '401 Sign in to use this resource.')) v (name,
	wanted);
select is(tests.audit('id > 5'), '', 'who reads it is not told');

select * from finish();
rollback;
