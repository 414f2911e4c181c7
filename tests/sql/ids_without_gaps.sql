-- Ids come without gaps: a request that is refused uses up none (hermes-behaviour.md section 1; a failed INSERT and ON
-- CONFLICT both would).
begin;
\ir lib.psql
select plan(68);

create function tests.sequences() returns text
language sql as $$
	select string_agg(format('%s %s', c.oid::regclass, pg_sequence_last_value(c.oid)), ', ' order by c.oid)
	  from pg_class c
	 where c.relkind = 'S' and c.relnamespace in ('fate'::regnamespace, 'people'::regnamespace)
$$;

-- tests.cost(function, body) -> the SQLSTATE of the refusal, and what it has used up.
create function tests.cost(function text, body jsonb, path jsonb default '{}') returns text
language plpgsql as $$
declare
	before text := tests.sequences();
	why    text := tests.refused(format('select tests.ask(%L, %L, ''{}'', %L)', function, path, body));
begin
	return left(why, 5) || case when before <> tests.sequences() then ' ' || tests.sequences() else '' end;
end
$$;

select tests.story(2);
select tests.throw(1, 'web');
select tests.quest(1, 'web');
select ok(tests.sequences() ~ 'fate.hosts_id_seq 1,' and tests.sequences() ~ 'fate.events_id_seq 2,',
	'the numbers used so far can be seen');

-- ---- hosts ----
select is(tests.cost('hosts_create', '{"hostname": "web"}'), 'WE409', 'a taken host name');
select is(tests.cost('hosts_create', '{"hosts": [{"hostname": "new"}, {"hostname": "web"}]}'), 'WE409',
	'... among several');
select is(tests.cost('hosts_create', '{"hosts": [{"hostname": "new"}, {"hostname": "new"}]}'), 'WE409',
	'... given twice');
select is(tests.cost('hosts_create', '{}'), 'WE400', 'no host name');
select is(tests.cost('hosts_create', '{"hosts": [{"hostname": "new"}, {}]}'), 'WE400', '... in one of several');
select is(tests.cost('hosts_create', '{"hosts": [{"hostname": "new"}, 7]}'), 'WE400',
	'... one that is no object');
select is(tests.cost('hosts_create', '{"hosts": {"hostname": "new"}}'), 'WE400', '... no list');
select is(tests.cost('hosts_create', '{"hostname": null}'), 'WE400', '... null');
select is(tests.cost('hosts_create', jsonb_build_object('hostname', repeat('x', 129))), 'WE400',
	'... too long');
select is(tests.cost('hosts_update', '{"hostname": ""}', '{"hostname": "web"}'), 'WE400',
	'renaming to nothing');
select is(tests.ask('hosts_create', '{}', '{}', '{"hostname": "db"}')->'id', '2',
	'the next host has the next number');

-- ---- event types ----
select is(tests.cost('event_types_create', '{"category": "step", "state": "1", "description": ""}'), 'WE409',
	'a taken category and state');
select is(tests.cost('event_types_create', '{"eventTypes": [{"category": "a", "state": "b", "description": ""},
	{"category": "step", "state": "1", "description": ""}]}'), 'WE409', '... among several');
select is(tests.cost('event_types_create', '{"eventTypes": [{"category": "a", "state": "b", "description": ""},
	{"category": "a", "state": "b", "description": ""}]}'), 'WE409', '... given twice');
select is(tests.cost('event_types_create', '{"category": "a", "state": "b"}'), 'WE400', 'no description');
select is(tests.cost('event_types_create', '{"category": "a", "state": null, "description": ""}'), 'WE400',
	'a null state');
select is(tests.cost('event_types_create', jsonb_build_object('category', repeat('x', 65), 'state', 'a', 'description', 'b')),
	'WE400', 'a category that is too long');
select is(tests.cost('event_types_create', '{"category": "a", "state": "b", "description": "", "restricted": "maybe"}'),
	'WE400', 'a flag that is none');
select is(tests.ask('event_types_create', '{}', '{}', '{"category": "a", "state": "b", "description": null}')->'id', '3',
	'the next event type has the next number');

-- ---- fates ----
select is(tests.cost('fates_create', '{"creationEventTypeId": 99, "description": "d"}'), 'WE400',
	'a fate of an unknown type');
select is(tests.cost('fates_create', '{"creationEventTypeId": 99999999999, "description": "d"}'), 'WE400',
	'... beyond all');
select is(tests.cost('fates_create', '{"creationEventTypeId": 1, "description": "d", "followsId": 99}'), 'WE400',
	'... that follows an unknown one');
select is(tests.cost('fates_create', '{"creationEventTypeId": 1, "description": "d", "forOwner": false}'), 'WE400',
	'... for nobody');
select is(tests.cost('fates_create', '{"creationEventTypeId": 1}'), 'WE400', '... without a description');
select is(tests.cost('fates_create', jsonb_build_object('creationEventTypeId', 1, 'description', repeat('x', 2049))), 'WE400',
	'... with one that is too long');
select is(tests.ask('fates_create', '{}', '{}', '{"creationEventTypeId": 1, "description": "d"}')->'id', '3',
	'the next fate has the next number');

-- ---- events ----
select is(tests.cost('events_create', '{"eventTypeId": 1, "hostname": "new"}'), 'WE400', 'an event by nobody');
select is(tests.cost('events_create', '{"user": "johnny", "hostname": "new"}'), 'WE400', '... of no type');
select is(tests.cost('events_create', '{"user": "johnny", "eventTypeId": 99, "hostname": "new"}'), 'WE400',
	'... of an unknown');
select is(tests.cost('events_create', '{"user": "johnny", "category": "step", "hostname": "new"}'), 'WE400',
	'... of half a type');
select is(tests.cost('events_create', '{"user": "johnny", "eventTypeId": 1}'), 'WE400', '... on no host');
select is(tests.cost('events_create', '{"user": "johnny", "eventTypeId": 1, "hostnames": ["new", 7]}'), 'WE400',
	'... on one whose name is none');
select is(tests.cost('events_create', '{"user": "johnny", "eventTypeId": 1, "hostname": "new", "questId": 99}'), 'WE404',
	'... on the hosts of an unknown quest');
select is(tests.cost('events_create', '{"user": "johnny", "eventTypeId": 1, "hostname": "new", "note": 7}'), 'WE400',
	'... with a note that is no text');
select is(tests.cost('events_create', '{"user": "johnny", "eventTypeId": 1, "hostname": "new", "hostQuery": 7}'), 'WE400',
	'... by a query that is none');
select is(tests.ask('events_create', '{}', '{}', '{"user": "johnny", "eventTypeId": 1, "hostname": "new"}')->'id', '3',
	'the next event has the next number');
select is((select max(id) from fate.labors) || ' ' || (select max(id) from fate.hosts), '3 3',
	'... its labor and its host, too');

-- ---- quests ----
select is(tests.cost('quests_create', '{"fateId": 99, "creator": "johnny", "description": "d", "hostnames": ["x"]}'), 'WE400',
	'a quest of an unknown fate');
select is(tests.cost('quests_create', '{"fateId": 1, "creator": "johnny", "description": "d"}'), 'WE400',
	'... without hosts');
select is(tests.cost('quests_create', '{"fateId": 1, "creator": "", "description": "d", "hostnames": ["x"]}'), 'WE400',
	'... by nobody');
select is(tests.cost('quests_create', '{"fateId": 1, "creator": "johnny", "description": "d", "hostnames": ["x"],
	"targetTime": "2015-01-01"}'), 'WE400', '... that was due long ago');
select is(tests.cost('quests_create', '{"fateId": 1, "creator": "johnny", "description": "d", "hostnames": ["x"],
	"references": [{"label": "l", "url": "javascript:x"}]}'), 'WE400', '... with a link that is none');
select is(tests.ask('quests_create', '{}', '{}', '{"fateId": 1, "creator": "johnny", "description": "d", "hostnames": ["x"]}')
	->'id', '2', 'the next quest has the next number');

-- ---- labors and users ----
select is(tests.cost('labors_update', '{"questId": 99}', '{"id": "1"}'), 'WE409',
	'a labor that joins an unknown quest');
select is(tests.cost('fates_update', '{"followsId": 1}', '{"id": "1"}'), 'WE409',
	'a fate that would follow itself');
select tests.sequences() as before \gset
select people_api.by_proxy('johnny', true, null, ''), people_api.by_proxy(repeat('x', 151), true, null, ''),
	people_api.by_proxy('nobody', false, null, '');
select is(tests.sequences(), :'before', 'a user who is known, or is not made');

-- ---- people, by the Polemarch family ----
-- tests.cost_to(name, function, path, body) -> the status of the refusal, and what it has used up.
create function tests.cost_to(name text, function text, path jsonb, body jsonb) returns text
language plpgsql as $$
declare
	before text := tests.sequences();
	said   text := tests.polemarch(name, function, path, body);
begin
	return left(said, 3) || case when before <> tests.sequences() then ' ' || tests.sequences() else '' end;
end
$$;
insert into people.users (username, superuser, stamp, email) values ('admin', true, 8, 'admin@x.org');
select is(tests.cost_to(who, function, path::jsonb, body), wanted, rule) from (values
	('admin', 'users_create', '{}', '{"username": "johnny", "password": {"hash": "h"}}'::jsonb, '409', 'a taken user name'),
	('admin', 'users_create', '{}', '{"username": "new", "password": {"hash": "h"}, "email": "admin@x.org"}', '400',
	 '... or mail address'),
	('admin', 'users_create', '{}', '{"username": "new"}', '400', '... no password'),
	('admin', 'users_create', '{}', '{"username": "a b", "password": {"hash": "h"}}', '400', '... a name that is none'),
	('johnny', 'users_create', '{}', '{"username": "new", "password": {"hash": "h"}}', '403', '... by one who may not'),
	('nobody', 'users_create', '{}', '{"username": "new", "password": {"hash": "h"}}', '401', '... or is not signed in')
	) refused (who, function, path, body, wanted, rule);
select matches(tests.polemarch('admin', 'users_create', body => '{"username": "new", "password": {"hash": "h"}}'),
	'^201 /polemarch/api/v1/users/3/ ', 'the next user has the next number');
select tests.polemarch('johnny', 'teams_create', body => '{"name": "one"}');
select is(tests.cost_to(who, function, path::jsonb, body), wanted, rule) from (values
	('johnny', 'teams_create', '{}', '{"name": "one"}'::jsonb, '400', 'a taken team name'),
	('johnny', 'teams_create', '{}', '{}', '400', '... none'),
	('johnny', 'teams_create', '{}', '{"name": "two", "proxy_group": "g"}', '403', '... a group by one who may not'),
	('johnny', 'teams_create', '{}', '{"name": "two", "users_list": ["x"]}', '400', '... members that are none'),
	('johnny', 'permissions_add', '{"objects": "teams", "id": "1"}', '[{"member": 99, "role": "EDITOR", "member_type": "user"}]',
	 '400', 'a right for nobody'),
	('johnny', 'permissions_add', '{"objects": "teams", "id": "1"}', '[{"member": 1, "role": "OWNER", "member_type": "user"}]',
	 '400', '... or one that is none'),
	('new', 'permissions_add', '{"objects": "teams", "id": "1"}', '[{"member": 1, "role": "EDITOR", "member_type": "user"}]',
	 '403', '... by one who may not'),
	('new', 'permissions_add', '{"objects": "teams", "id": "9"}', '[{"member": 1, "role": "EDITOR", "member_type": "user"}]',
	 '404', '... on nothing'),
	('johnny', 'owner_set', '{"objects": "teams", "id": "1"}', '99', '400', 'an owner who is nobody'),
	('johnny', 'token_create', '{}', '{"username": "johnny", "password": {"length": 0}}', '400', 'a token without a password'),
	('nobody', 'token_create', '{}', '{"username": "johnny", "password": {"given": true}}', '400', '... or by a wrong one')
	) refused (who, function, path, body, wanted, rule);
select is(tests.cost('session_create', '{"username": "johnny"}'), 'WE400', 'a session without a password');
select is(tests.cost('tokens_create', '{"name": "x", "scope": "all"}'), 'WE400', 'a token that may all');
select matches(tests.polemarch('johnny', 'teams_create', body => '{"name": "two"}'), '^201 /polemarch/api/v1/teams/2/ ',
	'the next team has the next number');

select * from finish();
rollback;
