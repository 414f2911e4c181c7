-- house.reset(): empties a private instance, and refuses to touch any other.
begin;
\ir lib.psql
select plan(13);

select tests.story(2);
select tests.quest(1, 'a', 'b');
insert into people.users (username, superuser) values ('admin', true), ('eve', false);
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
select is((select count(*) from fate.events) || ' ' || (select count(*) from people.users) || ' ' || (select count(*) from outbox.letters), '3 3 4',
	'... and keeps all it has');
insert into house.mark values ('something else');
select is(left(tests.refused('select house.reset()'), 5), 'WE403', 'another mark does not do');

insert into house.mark values ('private');
select lives_ok('select house.reset()', 'an instance of script/server is emptied');
select is((select sum((xpath('/row/n/text()', query_to_xml(format('select count(*) as n from %s', oid::regclass), false, true, '')))
	[1]::text::int) from pg_class where relkind in ('r', 'p') and relnamespace in ('fate'::regnamespace, 'outbox'::regnamespace)
	and oid <> 'outbox.couriers'::regclass), 0::bigint, '... of everything in fate and outbox');
select is((select count(*) from outbox.couriers), 1::bigint, '... but for the couriers that run');
select is(tests.rows('people.users', 'id, username'), '(2,admin)', 'the administrators stay, nobody else');
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
select lives_ok('select house.reset()', 'it can be emptied again');

select * from finish();
rollback;
