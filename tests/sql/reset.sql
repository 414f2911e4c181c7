-- house.reset(): empties a private instance, and refuses to touch any other.
begin;
\ir lib.psql
select plan(21);

select tests.story(2);
select tests.quest(1, 'a', 'b');
insert into people.users (username, superuser, stamp, email) values ('admin', true, 8, 'a@x.org'), ('eve', false, 9, null),
	('boss', true, 10, null);
select tests.polemarch('admin', 'teams_create', body => '{"name": "web", "users_list": [1, 3]}');
select tests.polemarch('admin', 'permissions_add', '{"objects": "teams", "id": "1"}',
	'[{"member": 3, "role": "EDITOR", "member_type": "user"}]');
select people.objects_add('host', '{1}', 1), people.objects_add('group', '{1}', 3), people.parts_add('group', 1, 'host', '{1}');
insert into people.tokens (user_id, kind, hash, made_at, seen_at) select 2, 'session', sha256('x'), now(), now();
insert into people.wrong_passwords values (now(), 'x', 'x');
insert into outbox.webhooks (url, made_by, made_at) values ('http://x', 'x', now());
select outbox.sort(tests.settings(), 9, now());
update outbox.letters set lease = 7;
select tests.throw(2, 'a');
insert into outbox.quest_pace values (1, now());
insert into outbox.holds values ('mail', 'x', now(), true);
insert into outbox.tally values ('mail', 1, 2, 3);
insert into outbox.couriers values ('me', now());
delete from house.mark;

select is(tests.refused('select house.reset()'),
	'WE403 This is not a private instance of script/server: it is not emptied.', 'an instance without the mark is refused');
select is((select count(*) from fate.events) || ' ' || (select count(*) from people.users) || ' ' || (select count(*) from outbox.letters), '3 4 4',
	'... and keeps all it has');
insert into house.mark values ('something else');
select is(left(tests.refused('select house.reset()'), 5), 'WE403', 'another mark does not do');

insert into house.mark values ('private');
select lives_ok('select house.reset()', 'an instance of script/server is emptied');
select is((select sum((xpath('/row/n/text()', query_to_xml(format('select count(*) as n from %s', oid::regclass), false, true, '')))
	[1]::text::int) from pg_class where relkind in ('r', 'p') and relnamespace in ('fate'::regnamespace, 'outbox'::regnamespace, 'people'::regnamespace)
	and oid not in ('outbox.couriers'::regclass, 'people.users'::regclass)), 0::bigint, '... of everything in fate, outbox and people');
select is((select count(*) from outbox.couriers), 1::bigint, '... but for the couriers that run');
select is(tests.rows('people.users', 'id, username, superuser, active, email'), '(2,admin,t,t,)',
	'admin stays, nobody else, and is as he was at first');
select isnt((select stamp from people.users), 8::bigint, '... and who is signed in as him by a token must prove it again');
select is(tests.refused('delete from people.audit'), 'P0001 the audit is only ever added to', 'the audit is guarded as before');
insert into people.users (username) values ('new');
select is(tests.rows('people.users', 'id, username'), '(2,admin) (3,new)', 'the next user comes after them');
select tests.type('a', 'b');
select tests.fate(1);
select tests.quest(1, 'web');
select is((select row(e.id, e.host_id, e.event_type_id, l.id, l.fate_id, l.quest_id)::text
	from fate.events e join fate.labors l on l.creation_event_id = e.id), '(1,1,1,1,1,1)',
	'identities begin at 1 again');
select outbox.sort(tests.settings(), 9, now());
select is((select min(id) from outbox.letters), 1::bigint, '... those of letters, too');
select is(fate.count('event') || ' ' || fate.count('host') || ' ' || fate.count('open'), '1 1 1',
	'... and so do the totals');
select is((select array_agg(name order by name) from house.mark), '{private,"something else"}',
	'the marks stay');
select is(tests.polemarch('admin', 'teams_create', body => '{"name": "web"}') ~ '^201 /polemarch/api/v1/teams/1/ ', true,
	'... those of teams');
select is(tests.rows('people.audit', 'id, verb'), '(1,create)', '... and of the audit');
update people.users set superuser = false, active = false, first_name = 'x', last_name = 'y' where username = 'admin';
select stamp from people.users where username = 'admin' \gset
select lives_ok('select house.reset()', 'it can be emptied again');
select is(tests.rows('people.users', 'username, superuser, active, first_name, last_name'), '(admin,t,t,"","")',
	'admin is an administrator again, whatever had become of him');
select is((select stamp from people.users), :stamp, '... and, without a token, may be remembered');
delete from people.users;
select lives_ok('select house.reset()', 'without him it can be emptied, too');
insert into people.users (username) values ('new');
select is(tests.rows('people.users', 'id, username'), '(1,new)', '... and then users begin at 1');

select * from finish();
rollback;
