-- Settings that say who may do what (people.must_be_among): everyone, superusers, or the members of a team.
begin;
\ir lib.psql
select plan(56);

-- johnny is nobody special, tess is in a team, admin is a superuser.
insert into people.users (username, superuser, stamp) values ('admin', true, 8), ('tess', false, 9), ('gone', true, 10);
update people.users set active = false where username = 'gone';
create function tests.world() returns void
language sql as $$
	select tests.story(2);
	insert into fate.event_types (category, state, restricted) values ('rare', 'event', true);
	insert into people.teams (name) values ('fleet'), ('fleet two');
	insert into people.team_members (team_id, user_id) values (1, 3);
	select people.objects_add('team', '{1,2}', 2);
	select tests.quest(1, 'web');
$$;
-- tests.may(name, function, setting, value, path, body) -> what is answered where that is set: a status, and of 403 the words.
create function tests.may(name text, function text, setting text, value text, path jsonb default '{}',
	body jsonb default '{}') returns text
language sql as $$
	select regexp_replace(tests.hermes(name, function, path, body, more => jsonb_build_object('settings', case
	when value is null
		then tests.settings() - setting else tests.settings(jsonb_build_object(setting, value)) end)), '^(20\d).*', '\1')
$$;

-- ---- what may be said ----
select tests.world();
create function tests.among(name text, value text) returns text
language sql as $$ select tests.may(name, 'fates_update', 'mayEditFates', value, '{"id": "1"}', '{"description": "x"}') $$;
select is(array[tests.among('johnny', value), tests.among('tess', value), tests.among('admin', value)], wanted, rule)
	from (values
	('everyone', '{200,200,200}'::text[], 'everyone: whoever is signed in'),
	('superusers', '{"403 This is for administrators.","403 This is for administrators.",200}', 'superusers: only they'),
	('team fleet', '{"403 This is for the team fleet.",200,200}', 'a team: its members, and superusers'),
	('team Fleet', '{"403 This is for the team Fleet.","403 This is for the team Fleet.",200}', '... case counts'),
	('team fleet two', '{"403 This is for the team fleet two.","403 This is for the team fleet two.",200}',
	 '... the whole name'),
	('team', '{"403 This is for the team.","403 This is for the team.",200}', '... which must be one'),
	('fleet', '{"403 This is for the fleet.","403 This is for the fleet.",200}', 'anything else: superusers'),
	('', '{"403 This is for the .","403 This is for the .",200}', '... also nothing'),
	(null, '{"403 This is for administrators.","403 This is for administrators.",200}',
	 '... and where it is not told')) v (value, wanted, rule);
select people.owner_set('team', 1, 1);
select is(tests.among('tess', 'team fleet'), '403 This is for the team fleet.', 'a team that no superuser owns lets nobody: anybody may call one so');
select people.owner_set('team', 1, 4);
select is(tests.among('tess', 'team fleet'), '403 This is for the team fleet.', '... nor one of who was a superuser');
select people.owner_set('team', 1, 2);
select is(array[tests.among('nobody', value), tests.among('gone', value)],
	'{"401 Sign in to use this resource.","401 Sign in to use this resource."}',
	'who is not signed in, or no longer active, is not among ' || value)
	from unnest('{everyone,superusers,"team fleet"}'::text[]) value;
update people.teams set name = 'ships' where id = 1;
select is(tests.among('tess', 'team fleet') || ', ' || tests.among('tess', 'team ships'),
	'403 This is for the team fleet., 200', 'a team is meant by its name');
delete from people.team_members;
select is(tests.among('tess', 'team ships'), '403 This is for the team ships.', 'who has left it may no more');
select is((select string_agg(distinct format('%s %s', username, verb), ', ') from people.audit),
	'admin update, johnny update, tess update', 'who was let is told');

-- ---- what is asked ----
create table tests.calls (f text, setting text, path jsonb, body jsonb, status text);
insert into tests.calls values
	('event_types_create', 'mayEditFates', '{}', '{"category": "a", "state": "b", "description": "d"}', '201'),
	('event_types_update', 'mayEditFates', '{"id": "1"}', '{"description": "d"}', '200'),
	('event_types_delete', 'mayDeleteFates', '{"id": "3"}', '{}', '200'),
	('fates_create', 'mayEditFates', '{}', '{"creationEventTypeId": 1, "description": "d"}', '201'),
	('fates_update', 'mayEditFates', '{"id": "2"}', '{"description": "d"}', '200'),
	('fates_delete', 'mayDeleteFates', '{"id": "2"}', '{}', '200'),
	('quests_mail', 'mayMailOwners', '{"id": "1"}', '{"serverOwners": true, "from": "x", "subject": "s", "message": "m"}',
	 '400 Host owners not found'),
	('events_create', 'mayThrowRestricted', '{}', '{"user": "johnny", "eventTypeId": 3, "hostname": "web"}', '201');
-- tests.alone(call, settings) -> what the call answers to that user, and whether it is told in the audit; undone.
create function tests.alone(name text, c tests.calls, settings jsonb) returns text
language plpgsql as $$
declare
	said text;
begin
	said := regexp_replace(tests.hermes(name, c.f, c.path, c.body, more => jsonb_build_object('settings',
	tests.settings(settings))), '^(20\d).*', '\1');
	raise exception using errcode = 'TT000', message = said || case when exists (select from people.audit) then ', told'
	else '' end;
exception when sqlstate 'TT000' then
	return sqlerrm;
end
$$;
create function tests.tried(name text, value text) returns setof text
language sql as $$ select f || ' ' || tests.alone(name, c, jsonb_build_object(setting, value)) from tests.calls c
	order by f $$;
create function tests.wanted(refused text) returns setof text
language sql as $$
	select f || ' ' || coalesce(refused, status || case when status ~ '^20' and f <> 'events_create' then ', told'
	else '' end) from tests.calls order by f
$$;
select tests.world();
select results_eq(format('select tests.tried(%L, %L)', name, value), format('select tests.wanted(%L)', refused),
	format('each of them asks its setting: %s, where it says %s', name, value))
  from (values ('johnny', 'everyone', null), ('johnny', 'superusers', '403 This is for administrators.'),
	('johnny', 'team fleet', '403 This is for the team fleet.'),
	('tess', 'team fleet', null), ('admin', 'superusers', null), ('admin', 'team fleet', null),
	 ('nobody', 'everyone', '401 Sign in to use this resource.')) v (name, value, refused);
-- Each is about its own: the others closed, or open, make no difference.
select is(tests.alone('johnny', c, (select jsonb_object_agg(s, case s when setting then mine else others end)
	                                  from unnest('{mayEditFates,mayDeleteFates,mayMailOwners,mayThrowRestricted}'::text[]) s)) ~ '^403', mine = 'superusers',
	format('%s asks %s, and no other: %s', f, setting, mine))
  from tests.calls c, (values ('superusers', 'everyone'), ('everyone', 'superusers')) v (mine, others);

select tests.world();
select is(tests.may('johnny', 'events_create', 'mayThrowRestricted', 'superusers', '{}',
	'{"user": "johnny", "eventTypeId": 1, "hostname": "web"}'), '201',
	'types that are not restricted are thrown by anybody');
select is(tests.may('johnny', 'events_create', 'mayThrowRestricted', 'superusers', '{}',
	'{"user": "admin", "category": "rare", "state": "event", "hostname": "web"}'),
	'403 This is for administrators.', 'those that are, not even in another''s name');
select tests.fate(3);
select is(tests.may(name, 'quests_create', 'mayThrowRestricted', 'team fleet', '{}', jsonb_build_object('fateId', fate,
	'creator', 'johnny', 'description', 'd', 'hostnames', '{web}'::text[])), wanted, rule) from (values
	('johnny', 3, '403 This is for the team fleet.', '... nor by a quest, which would throw them'),
	('johnny', 1, '201', '... others may be'), ('tess', 3, '201', 'who may, may begin such a quest')) v (name, fate,
	 wanted, rule);
select is(tests.may('johnny', 'quests_create', 'mayThrowRestricted', 'team fleet', '{}', '{"fateId": 3, "creator": "johnny",
	"description": "d", "hostQuery": "web"}'), '403 This is for the team fleet.',
	'... which is said before anybody is asked for hosts');
select is(tests.may('johnny', 'events_create', 'mayThrowRestricted', 'superusers', '{}',
	'{"user": "johnny", "eventTypeId": 9, "hostname": "web"}'), '400 Bad event type',
	'a type that is not there is refused as such');
select is(tests.may('johnny', f, 'mayEditFates', 'superusers', '{"id": "99"}'), '403 This is for administrators.',
	'who may not is told so, whether it is there or not: ' || f)
  from unnest('{fates_update,event_types_update}'::text[]) f;
select is((select setting from (values ('fates_delete'), ('event_types_delete')) d (f) join tests.calls using (f)
	where tests.hermes('johnny', f, '{"id": "1"}') ~ '^403 ' group by 1), 'mayDeleteFates',
	'unless told otherwise only superusers delete');
select is(tests.hermes('johnny', 'fates_create', '{}', '{"creationEventTypeId": 1, "description": "d"}') ~ '^201 ', true,
	'... and everyone makes and changes');

-- ---- what the page is told ----
-- tests.told_may(name, settings) -> what that user is told that he may.
create function tests.told_may(name text, settings jsonb default '{}') returns jsonb
language sql as $$
	select tests.members(tests.hermes(name, 'session_get', more => jsonb_build_object('settings', tests.settings(settings))))->'may'
$$;
select tests.world();
select is(tests.told_may('johnny'), '["mayEditFates", "mayMailOwners", "mayThrowRestricted"]', 'who is signed in is told what he may, by the settings');
select is(tests.told_may('admin'), '["mayDeleteFates", "mayEditFates", "mayMailOwners", "mayThrowRestricted"]', '... a superuser all');
select is(tests.told_may('tess', '{"mayEditFates": "superusers", "mayDeleteFates": "team fleet", "mayMailOwners": "team fleet two"}'),
	'["mayDeleteFates", "mayThrowRestricted"]', '... or a member of a team');
select is(tests.members(tests.hermes('johnny', 'session_create', body => '{"username": "johnny", "password": {"given": true}}',
	more => jsonb_build_object('secret', repeat('0', 64), 'agent', 'x')))->'may', tests.told_may('johnny'), '... and so is who has just signed in');
select is_empty($$ select c.f, name, value from tests.calls c, unnest('{johnny,tess,admin}'::text[]) name, unnest('{everyone,superusers,team fleet}'::text[]) value
	where tests.alone(name, c, jsonb_build_object(c.setting, value)) !~ '^403' <> tests.told_may(name, jsonb_build_object(c.setting, value)) ? c.setting $$,
	'what is told is what is let');

select * from finish();
rollback;
