-- Who would get a mail about a quest (hermes_api.quests_mail_to) is who gets it.
begin;
\ir lib.psql
select plan(38);

create function tests.req_of(query jsonb, asked jsonb, settings jsonb) returns jsonb
language sql as $$
	select jsonb_build_object('settings', tests.settings(settings), 'body', null)
	       || case when asked is null then '{}' else jsonb_build_object('asked', asked) end
$$;
create function tests.mail_to(query jsonb, asked jsonb default null, settings jsonb default '{}', quest int default 1) returns jsonb
language sql as $$
	select (tests.answer('quests_mail_to', jsonb_build_object('id', quest::text), query, '{}', tests.req_of(query, asked, settings))).body::jsonb
	       - '{status,href}'::text[]
$$;
-- tests.mailed(query, ...) -> to and cc of the letter that POST writes with the same flags.
create function tests.mailed(query jsonb, asked jsonb default null, settings jsonb default '{}') returns jsonb
language plpgsql as $$
begin
	delete from outbox.letters;
	perform tests.answer('quests_mail', '{"id": "1"}', '{}', (select jsonb_object_agg(k, v->>0 = 'true') from jsonb_each(query) e (k, v))
		|| '{"from": "a@x.org", "subject": "s", "message": "m"}', tests.req_of(query, asked, settings) - 'body');
	return coalesce((select jsonb_build_object('to', content->'to', 'cc', content->'cc') from outbox.letters), '{"to": [], "cc": []}');
end
$$;

-- Quest 1: a, b for their owners (b's is closed), c for the creator, d for both; quest 2: one for the creator alone.
select tests.story(2);
select tests.fate(tests.type('audit', 'required'), null, false, true), tests.fate(tests.type('both', 'required'), null, true, true);
select tests.quest(1, 'a', 'b');
select tests.throw(3, 'c');
select tests.throw(4, 'd');
select fate.labors_move(array[3, 4]::bigint[], 1, tests.clock());
select tests.throw(2, 'b');
select tests.quest(3, 'e');
update fate.quests set creator = 'cher@example.com';
update fate.hosts set owner = case hostname when 'a' then 'zoe' when 'c' then 'adam@x.org' when 'd' then 'zoe' end;

create table tests.ways as
	select row_number() over () as n, q.query, a.asked, s.settings
	  from (values ('{"serverOwners": ["true"]}'::jsonb), ('{"laborOwners": ["true"]}'),
	               ('{"serverOwners": ["true"], "laborOwners": ["true"]}')) q (query),
	       (values (null::jsonb, '{}'::jsonb),
	               (null, '{"alwaysCopy": "boss@example.com, zoe@example.com"}'),
	               (null, '{"environment": "dev", "devRecipient": "dev@example.com", "alwaysCopy": "boss@example.com"}'),
	               ('{"owners": {"a": "storage", "b": "x", "c": ""}}', '{"queryServer": true}'),
	               ('{"owners": {"a": "storage", "b": "x"}, "contacts": {"storage": "storage@contacts.org"}}',
	                '{"queryServer": true, "contacts": true}')) a (asked, more),
	       lateral (values (a.more)) s (settings);
select is(tests.mail_to(query, asked, settings) - '{mail,may,hostsWithoutOwner}'::text[], tests.mailed(query, asked, settings),
	format('foretold and done are the same: %s, %s, %s', query, asked, settings))
  from tests.ways order by n;

select is(tests.mail_to('{"serverOwners": ["true"]}'),
	'{"mail": true, "may": true, "to": ["adam@x.org", "zoe@example.com"], "cc": [], "hostsWithoutOwner": 1}', 'the owners of its hosts');
select is(tests.mail_to('{"laborOwners": ["1"]}')->'to', '["cher@example.com", "zoe@example.com"]', 'those whom its labors are for');
select is(tests.mail_to('{"serverOwners": ["true"]}', null, '{"alwaysCopy": "boss@example.com"}')->'cc', '["boss@example.com"]', 'who always gets a copy');
select is(tests.mail_to('{"serverOwners": ["true"]}', null, '{"environment": "dev", "devRecipient": "dev@example.com"}')->'to', '["dev@example.com"]',
	'in a dev environment one gets it');
select is(tests.mail_to('{"serverOwners": ["true"]}', null, '{"environment": "dev"}')->'to', '[]', '... or nobody');
select is(tests.mail_to('{"serverOwners": ["true"]}', '{"owners": {"a": "zoe", "b": ""}}', '{"queryServer": true}')->'hostsWithoutOwner', '3',
	'a query server''s owners count, an empty one is none');
select is(tests.mail_to('{"serverOwners": ["true"]}', null, '{"mail": false}')->'mail', 'false', 'a house that sends no mail says so');
select is(tests.mail_to('{"serverOwners": ["true"]}', null, '{"mail": false}')->'to', '["adam@x.org", "zoe@example.com"]', '... and who would get it');
select is(tests.mail_to('{"serverOwners": ["true"]}', null, '{"mayMailOwners": "superusers"}')->'may', 'false', 'who may not send it is told so');
select is(tests.mail_to('{"laborOwners": ["true"]}', null, '{}', 2),
	'{"mail": true, "may": true, "to": ["cher@example.com"], "cc": [], "hostsWithoutOwner": 1}', 'labors for the creator alone need no owner');

-- ---- questions, refusals ----
select is((tests.answer('quests_mail_to', '{"id": "1"}', '{"serverOwners": ["true"]}', '{}',
	tests.req_of('{}', null, '{"queryServer": true, "contacts": true}'))).body::jsonb,
	'{"owners": {"operation": "owners", "hostnames": ["a", "b", "c", "d"], "else": true}, "contacts": {"contacts": true, "else": true}}',
	'query server and StrongPOC are asked as for the mail itself');
select is(tests.refused(format('select tests.mail_to(%L, %L, %L, %L)', query, asked, settings, quest)), words, words) from (values
	('{}', null, '{}', 1, 'WE400 Must specify serverOwners and/or laborOwners as true'),
	('{"serverOwners": ["false"]}', null, '{}', 99, 'WE400 Must specify serverOwners and/or laborOwners as true'),
	('{"serverOwners": ["true"]}', null, '{}', 99, 'WE404 Quest 99 not found'),
	('{"serverOwners": ["maybe"]}', null, '{}', 1, 'WE400 serverOwners: must be true or false'),
	('{"laborOwners": ["true"]}', '{"owners": null}', '{"queryServer": true}', 1, 'WE400 Host owners not found'),
	('{"serverOwners": ["true"]}', null, '{}', 2, 'WE400 Host owners not found')) r (query, asked, settings, quest, words);
delete from outbox.letters;
select tests.mail_to('{"serverOwners": ["true"]}');
select is((select count(*) from outbox.letters), 0::bigint, 'to ask writes no letter');
select is(tests.audit('verb <> ''mail'''), '', '... and no audit');
select is(tests.mailed('{"serverOwners": ["true"]}', null, '{"mail": false}'), '{"to": [], "cc": []}', 'where no mail is sent none is written');
select is(tests.mailed('{"serverOwners": ["true"]}')->'to', '["adam@x.org", "zoe@example.com"]', 'a mail is as it was');
select is(tests.refused($$ select tests.mailed('{"serverOwners": ["true"]}', null, '{"mayMailOwners": "superusers"}') $$),
	'WE403 This is for administrators.', 'who may not send it may not send it');
select is(tests.refused($$ select tests.mailed('{"serverOwners": ["false"]}') $$),
	'WE400 Must specify serverOwners and/or laborOwners as true', 'a mail to nobody is refused in the same words');

select * from finish();
rollback;
