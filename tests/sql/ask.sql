-- What must be known from outside is asked first, by an answer of status 100 that changes nothing; then the endpoint is called
-- again with what was said.
begin;
\ir lib.psql
select plan(128);

-- tests.get(function, query, asked, settings, path) -> the answer to a GET; tests.post(function, body, ...) -> to a POST.
create function tests.get(function text, query jsonb, asked jsonb default null, more jsonb default '{}',
	path jsonb default '{}') returns api.answer
language sql as $$
	select tests.answer(function, path, query, '{}', jsonb_build_object('body', null, 'settings', tests.settings(more))
	       || case when asked is null then '{}' else jsonb_build_object('asked', asked) end)
$$;
create function tests.post(function text, body jsonb, asked jsonb default null, more jsonb default '{}',
	path jsonb default '{}') returns api.answer
language sql as $$
	select tests.answer(function, path, '{}', body, jsonb_build_object('settings', tests.settings(more))
	       || case when asked is null then '{}' else jsonb_build_object('asked', asked) end)
$$;
-- tests.asks(answer) -> the questions, where it is one that asks.
create function tests.asks(answer api.answer) returns jsonb
language sql as $$ select case when answer.status = 100 and answer.location is null then answer.body::jsonb end $$;
-- tests.ids(answer, list) -> the ids of what is listed.
create function tests.ids(answer api.answer, list text) returns text
language sql as $$
	select coalesce(string_agg(o->>'id', ' ' order by i),
	'') from jsonb_array_elements(answer.body::jsonb->list) with ordinality e (o, i)
$$;
-- tests.state() -> everything that could change.
create function tests.state() returns text
language sql as $$
	select md5(concat((select string_agg(h::text, ';' order by id) from fate.hosts h), (select string_agg(e::text,
	';' order by id) from fate.events e),
	       (select string_agg(l::text, ';' order by id) from fate.labors l), (select string_agg(q::text,
	';' order by id) from fate.quests q),
	       (select count(*) from outbox.changes), (select string_agg(l::text, ';' order by id) from outbox.letters l),
	       (select string_agg(format('%s %s', oid, pg_sequence_last_value(oid)), ';' order by oid) from pg_class
	         where relkind = 'S' and relnamespace in ('fate'::regnamespace, 'outbox'::regnamespace))))
$$;
create function tests.tree(name text) returns jsonb
language sql immutable as $$ select jsonb_build_object('op', 'is', 'key', 'name', 'value', name, 'column', 1) $$;

-- a: step 2 in quest 1, for its owner; b, c: step 1 in quest 1; d: step 1 in no quest; e: nothing.
select tests.story(3);
select tests.quest(1, 'a', 'b', 'c');
select tests.throw(1, 'd');
select tests.throw(2, 'a');
select fate.hosts_named('{e}');
update fate.hosts set owner = case hostname when 'a' then 'zoe' when 'b' then 'zoe@example.com' when 'c' then 'adam' end,
                      tags = case hostname when 'a' then '{web,dc=ams}'::text[] when 'b' then '{db}' when 'e' then '{}' end;

-- ---- which questions ----
select tests.state() as before \gset
select is(tests.asks(tests.get(f, '{"hostQuery": ["web*"]}')), '{"hostQuery": {"query": "web*"}}',
	f || ' asks what a host query means')
  from unnest('{hosts_list,events_list,labors_list,quests_list}'::text[]) f;
select is(tests.asks(tests.get('labors_list', '{"userQuery": ["zoe"]}', null, '{"queryServer": true}')),
	'{"userQuery": {"user": "zoe"}}',
	'labors_list asks for a user''s hosts');
select is(tests.asks(tests.get('labors_list', '{"userQuery": ["zoe"], "hostQuery": ["x"]}', null,
	'{"queryServer": true}')),
	'{"userQuery": {"user": "zoe"}, "hostQuery": {"query": "x"}}', '... both at once');
select is(tests.asks(tests.get('labors_list', '{"userQuery": ["zoe"], "hostQuery": ["x"]}')),
	'{"hostQuery": {"query": "x"}}',
	'... without a query server not for the user''s: those we know ourselves');
select is(tests.asks(tests.get('labors_list', '{"userQuery": ["zoe"], "hostQuery": ["x"]}', '{"hostQuery": []}',
	'{"queryServer": true}')),
	'{"userQuery": {"user": "zoe"}}', '... only for what was not asked yet');
select is(tests.asks(tests.get('hosts_list', '{"hostQuery": ["first", " web1, web2 "]}')),
	'{"hostQuery": {"query": "web1, web2"}}',
	'of several queries the last, without the blanks around it');
select is((select array_agg(status) from unnest('{hosts_list,events_list,labors_list,quests_list}'::text[]) f,
	tests.get(f, '{"hostQuery": [" "]}')),
	'{200,200,200,200}', 'an empty query is none');
select is((select array_agg(status) from unnest('{hosts_list,events_list,labors_list,quests_list}'::text[]) f,
	tests.get(f, '{}')),
	'{200,200,200,200}', 'without a query nothing is asked');
select is(tests.asks(tests.post('events_create', '{"user": "johnny", "eventTypeId": 1, "hostQuery": " web* "}')),
	'{"hostQuery": {"query": "web*"}}',
	'events_create asks what the query in its body means');
select is(tests.asks(tests.post('quests_create',
	'{"creator": "johnny", "fateId": 1, "description": "d", "hostQuery": "web*", "hostnames": ["new"]}')),
	'{"hostQuery": {"query": "web*"}}', '... so does quests_create');
select is(tests.asks(tests.post('quests_mail', '{"laborOwners": true, "from": "a", "subject": "b", "message": "c"}', null,
	'{"queryServer": true}', '{"id": "1"}')),
	'{"owners": {"operation": "owners", "hostnames": ["a", "b", "c"], "else": true}}',
	'quests_mail asks for the owners of all its hosts');
select is(tests.asks(tests.post('quests_mail', '{"laborOwners": true, "from": "a", "subject": "b", "message": "c"}', null,
	'{"queryServer": true, "contacts": true}', '{"id": "1"}')),
	'{"owners": {"operation": "owners", "hostnames": ["a", "b", "c"], "else": true},
	"contacts": {"contacts": true, "else": true}}', '... and for contacts');

-- ---- what is refused is refused before anything is asked ----
select is(tests.refused($$ select tests.post('events_create', '{"eventTypeId": 1, "hostQuery": "x"}') $$),
	'WE400 Missing Required Argument: user',
	'an event by nobody is refused, whatever its query');
select is(tests.refused($$ select tests.post('events_create',
	'{"user": "johnny", "eventTypeId": 9, "hostQuery": "x"}') $$), 'WE400 Bad event type', '... of no type');
select is(tests.refused($$ select tests.post('events_create',
	'{"user": "johnny", "eventTypeId": 1, "hostQuery": "x", "questId": 9}') $$),
	'WE404 No such Quest 9 found', '... of an unknown quest');
select is(tests.refused($$ select tests.post('quests_create',
	'{"creator": "johnny", "fateId": 9, "description": "d", "hostQuery": "x"}') $$),
	'WE400 Bad fate id 9', 'a quest of no fate');
select is(tests.refused($$ select tests.post('events_create', '{"user": "johnny", "eventTypeId": 1, "hostQuery": 7}') $$),
	'WE400 hostQuery: must be a string', 'a query that is no text');
select is(tests.refused($$ select tests.post('quests_create',
	'{"creator": "johnny", "fateId": 1, "description": "d", "hostQuery": ["x"]}') $$),
	'WE400 hostQuery: must be a string', '... for a quest');
select is(tests.refused($$ select tests.get('hosts_list', '{"hostQuery": ["x"], "limit": ["x"]}') $$),
	'WE400 limit: "x" is not a whole number in range',
	'a senseless limit');
select is((select array_agg(tests.refused(format($q$ select tests.answer(%L, '{}', '{"hostQuery": ["x"], "query": ["x"]}',
	'{}', '{"stamp": 6, "body": null}') $q$, f)))
	from unnest('{hosts_list,events_list,labors_list,quests_list,extquery}'::text[]) f),
	array_fill('WE401 Sign in to use this resource.'::text, array[5]),
	'who is not signed in asks nothing');
select is(tests.state(), :'before', 'none of this has changed anything, or used up a number');

-- ---- answers: lists ----
select is(tests.ids(tests.get('hosts_list', '{"hostQuery": ["x"]}', '{"hostQuery": ["c", "nobody", "a", "a"]}'), 'hosts'),
	'1 3',
	'a list of names means the hosts among them that are known, by id');
select is((tests.get('hosts_list', '{"hostQuery": ["x"]}',
	'{"hostQuery": ["c", "nobody", "a", "a"]}')).body::jsonb->'totalHosts', '2', '... and so many');
select is(tests.ids(tests.get('hosts_list', '{"hostQuery": ["x"], "limit": ["1"], "offset": ["1"]}',
	'{"hostQuery": ["c", "a"]}'), 'hosts'), '3', '... by pages');
select is(tests.ids(tests.get('hosts_list', '{"hostQuery": ["x"]}', '{"hostQuery": []}'), 'hosts'), '',
	'no names, no hosts');
select is((tests.get('hosts_list', '{"hostQuery": ["x"]}', '{"hostQuery": []}',
	'{"queryServer": true}')).body::jsonb->'totalHosts', '0', '... which is a list, too');
select is(tests.ids(tests.get('hosts_list', '{"hostQuery": ["x"], "hostname": ["a"]}', '{"hostQuery": ["c", "a"]}'),
	'hosts'), '1', 'with a name: if it is among them');
select is(tests.ids(tests.get('hosts_list', '{"hostQuery": ["x"], "hostname": ["b"]}', '{"hostQuery": ["c", "a"]}'),
	'hosts'), '', '... else none');

select is(tests.ids(tests.get('events_list', '{"hostQuery": ["x"]}', '{"hostQuery": ["a", "d"]}'), 'events'), '1 4 5',
	'events on these hosts');
select is((tests.get('events_list', '{"hostQuery": ["x"]}', '{"hostQuery": ["a", "d"]}')).body::jsonb->'totalEvents', '3',
	'... and so many');
select is(tests.ids(tests.get('events_list', '{"hostQuery": ["x"], "limit": ["2"]}', '{"hostQuery": ["a", "d"]}'),
	'events'), '4 5', '... the newest');
select is(tests.ids(tests.get('events_list', '{"hostQuery": ["x"], "limit": ["1"], "offset": ["1"]}',
	'{"hostQuery": ["a", "d"]}'), 'events'), '4', '... before those');
select is(tests.ids(tests.get('events_list', '{"hostQuery": ["x"], "eventTypeId": ["1"]}', '{"hostQuery": ["a", "d"]}'),
	'events'), '1 4', '... of a type');
select is(tests.ids(tests.get('events_list', '{"hostQuery": ["x"], "hostname": ["a"]}', '{"hostQuery": ["a", "d"]}'),
	'events'), '1 5', '... on one of them');
select is(tests.ids(tests.get('events_list', '{"hostQuery": ["x"], "hostname": ["b"]}', '{"hostQuery": ["a", "d"]}'),
	'events'), '', '... on none of them');
select is(tests.ids(tests.get('events_list', '{"hostQuery": ["x"]}', '{"hostQuery": []}'), 'events'), '',
	'no hosts, no events');
select is(tests.ids(tests.get('events_list', '{"hostQuery": ["x"], "afterEventType": ["1"]}', '{"hostQuery": ["a"]}'),
	'events'), '1 5',
	'afterEventType: the newest of that type on these hosts');
select is(tests.refused($$ select tests.get('events_list', '{"hostQuery": ["x"], "afterEventType": ["1"]}',
	'{"hostQuery": ["e"]}') $$),
	'WE400 No event of type 1 found', '... which have one');

select is(tests.ids(tests.get('quests_list', '{"hostQuery": ["x"]}', '{"hostQuery": ["a"]}'), 'quests'), '1',
	'quests that have a labor on one of these hosts');
select is(tests.ids(tests.get('quests_list', '{"hostQuery": ["x"]}', '{"hostQuery": ["d"]}'), 'quests'), '',
	'... or none');
select is(tests.ids(tests.get('quests_list', '{"hostQuery": ["x"], "hostnames": ["a"]}', '{"hostQuery": ["d"]}'),
	'quests'), '1', '... or on one that is named');
select is(tests.ids(tests.get('quests_list', '{"hostQuery": ["x"]}', '{"hostQuery": []}'), 'quests'), '',
	'no hosts, no quests');

-- ---- answers: labors ----
create function tests.labors_of(query jsonb, asked jsonb, server boolean default false) returns text
language sql as $$ select tests.ids(tests.get('labors_list', query || '{"limit": ["all"]}', asked,
	jsonb_build_object('queryServer', server)), 'labors') $$;
update fate.labors set for_owner = false, for_creator = true where id = 2;
select is(tests.labors_of('{"hostQuery": ["x"]}', '{"hostQuery": ["a", "b", "d"]}'), '1 4 5',
	'labors on these hosts that are for their owners');
select is(tests.labors_of('{"hostQuery": ["x"], "open": ["true"]}', '{"hostQuery": ["a", "b", "d"]}'), '4 5',
	'... that are open');
select is(tests.labors_of('{"hostQuery": ["x"], "hostname": ["a"]}', '{"hostQuery": ["a", "b", "d"]}'), '1 5',
	'... on one of them');
select is(tests.labors_of('{"hostQuery": ["x"], "questId": ["1"], "state": ["2"]}', '{"hostQuery": ["a", "b", "d"]}'),
	'5', '... of a quest, of a type');
select is(tests.labors_of('{"hostQuery": ["x"]}', '{"hostQuery": ["e"]}'), '', '... or none');
select is(tests.labors_of('{"hostQuery": ["x"]}', '{"hostQuery": ["nobody"]}'), '', 'no hosts, no labors');
select is(tests.refused($$ select tests.labors_of('{"hostQuery": ["x"]}', '{"hostQuery": ["nobody"]}', true) $$),
	'WE400 Querying on 0 hosts',
	'... but where a query server was asked, as in Hermes, that is refused');
select is(tests.refused($$ select tests.labors_of('{"userQuery": ["x"]}', '{"userQuery": []}', true) $$),
	'WE400 Querying on 0 hosts', '... for a user, too');
select is(tests.refused($$ select tests.labors_of('{"userQuery": ["x"], "hostQuery": ["x"]}',
	'{"userQuery": ["a"], "hostQuery": ["b"]}', true) $$),
	'WE400 Querying on 0 hosts', '... or where no host is left of both');
select is(tests.labors_of('{"userQuery": ["x"]}', '{"userQuery": ["c", "d"]}', true), '3 4',
	'labors on the user''s hosts');
select is(tests.labors_of('{"userQuery": ["johnny@example.com"]}', '{"userQuery": ["d"]}', true), '2 4',
	'... and those for the creator of quests that are the user''s');
select is(tests.labors_of('{"userQuery": ["johnny"]}', '{"userQuery": ["d"]}', true), '4', '... by exactly that name');
select is(tests.labors_of('{"userQuery": ["johnny@example.com"], "hostQuery": ["x"]}',
	'{"userQuery": ["d", "c"], "hostQuery": ["a", "c"]}', true), '2 3',
	'both: hosts of both');
select is(tests.labors_of('{"userQuery": ["zoe"]}', null), '1 5',
	'without a query server a user''s hosts are those that we know, by the name');
select is(tests.labors_of('{"userQuery": ["adam@example.com"]}', null), '', '... as it is given');
update fate.labors set for_owner = true where id = 2;
select is(tests.labors_of('{"userQuery": ["zoe"]}', null), '1 2 5', '... or with the domain');
select is(tests.labors_of('{"userQuery": ["nobody"]}', null), '', '... who has none has no labors');
select is(tests.labors_of('{"userQuery": ["zoe"], "hostQuery": ["x"]}', '{"hostQuery": ["b", "c"]}'), '2',
	'... both: hosts of both');
select is(tests.labors_of('{"userQuery": ["johnny@example.com"]}', null), '2', '... and as creator');
select is((tests.get('labors_list', '{"userQuery": ["zoe"], "limit": ["1"]}')).body::jsonb->'totalLabors', '3',
	'... counted, whatever the page');
select is(tests.ids(tests.get('labors_list', '{"userQuery": ["zoe"], "hostname": ["a"], "limit": ["1"]}'), 'labors'), '5',
	'with a host the newest first');

-- ---- answers: trees ----
select is(tests.ids(tests.get(f, '{"hostQuery": ["a"]}', jsonb_build_object('hostQuery', tests.tree('a'))), list), ids,
	f || ' takes a tree of our own parser, too')
  from (values ('hosts_list', 'hosts', '1'), ('events_list', 'events', '1 5'), ('labors_list', 'labors', '1 5'),
	('quests_list', 'quests', '1')) v (f, list, ids);
select is(tests.ids(tests.get('hosts_list', '{"hostQuery": ["x"]}',
	'{"hostQuery": {"op": "is", "key": "dc", "value": "ams", "column": 1}}'), 'hosts'), '1', '... by tags');
select is(tests.refused($$ select tests.get('hosts_list', '{"hostQuery": ["x"]}',
	'{"hostQuery": {"op": "regex", "key": "name", "value": "(", "column": 5}}') $$),
	'WE400 hostQuery: column 5: invalid regular expression: parentheses () not balanced',
	'a bad expression is refused by the field''s name and the place in it');
select is(tests.refused(format($$ select tests.post(%L, %L,
	'{"hostQuery": {"op": "regex", "key": "name", "value": "(", "column": 5}}') $$, f, body)),
	'WE400 hostQuery: column 5: invalid regular expression: parentheses () not balanced', '... by ' || f || ', too')
  from (values ('events_create', '{"user": "johnny", "eventTypeId": 1, "hostQuery": "x"}'),
               ('quests_create', '{"creator": "johnny", "fateId": 1, "description": "d", "hostQuery": "x"}')) v (f, body);

-- ---- events and quests by a query ----
select is((tests.post('events_create', '{"user": "johnny", "eventTypeId": 3, "hostQuery": "x", "hostnames": ["e", "a"]}',
	'{"hostQuery": ["a", "new", "b", "new"]}')).body::jsonb->'totalEvents', '4',
	'an event on the hosts that are named, and that the query means');
select is((select array_agg(h.hostname order by e.id) from fate.events e join fate.hosts h on h.id = e.host_id where event_type_id = 3),
	'{a,b,e,new}',
	'... each once; the query server may know more hosts than we did');
select is((tests.post('events_create', '{"user": "johnny", "eventTypeId": 3, "hostQuery": "x"}',
	'{"hostQuery": ["a"]}')).location, '/api/v1/events/10',
	'one host: one event');
select is((tests.post('events_create',
	'{"user": "johnny", "eventTypeId": 3, "hostQuery": "x", "questId": 1, "hostname": "d"}',
	'{"hostQuery": ["e", "a"]}')).body::jsonb
	->'totalEvents', '5', 'with those of a quest');
select is((tests.post('events_create', '{"user": "johnny", "eventTypeId": 3, "hostQuery": "x"}',
	jsonb_build_object('hostQuery', tests.tree('b')))).body::jsonb->'hostId',
	'2', '... by a tree');
select is(tests.refused(format($$ select tests.post('events_create',
	'{"user": "johnny", "eventTypeId": 3, "hostQuery": "x"}', %L) $$, asked)),
	'WE400 No hosts found with given list', 'a query that means no host is no host')
  from unnest(array[jsonb '{"hostQuery": []}', jsonb_build_object('hostQuery', tests.tree('nobody'))]) asked;
select is(tests.refused($$ select tests.post('events_create',
	'{"user": "johnny", "eventTypeId": 3, "hostQuery": ""}') $$), 'WE400 No hosts found with given list',
	'... nor is an empty one');
select is(tests.refused($$ select tests.post('quests_create',
	'{"creator": "johnny", "fateId": 1, "description": "d", "hostQuery": "x"}', '{"hostQuery": []}') $$),
	'WE400 No hosts found with given list', '... for a quest, too');
select is((tests.post('quests_create',
	'{"creator": "johnny", "fateId": 1, "description": "d", "hostQuery": "x", "hostnames": ["zz", "a"]}',
	'{"hostQuery": ["a", "yy", "yy"]}')).location, '/api/v1/quests/2',
	'a quest on the hosts that are named, and that the query means');
select is((select array_agg(h.hostname order by l.id) from fate.labors l join fate.hosts h on h.id = l.host_id where quest_id = 2),
	'{a,zz,yy}', '... each once');

-- ---- mail about a quest ----
-- tests.mail(which, asked, settings, quest) -> what becomes of it: to whom the letter goes.
create function tests.mail(which jsonb, asked jsonb default null, more jsonb default '{}',
	quest text default '1') returns jsonb
language plpgsql as $$
declare
	answer api.answer;
	found  jsonb;
begin
	truncate outbox.letters;
	answer := tests.post('quests_mail', '{"from": "boss@x.org", "subject": "Hurry", "message": "It is late."}' || which,
	asked, more, jsonb_build_object('id', quest));
	select content->'to' into found from outbox.letters where kind = 'quest-mail' and quest_id = quest::bigint;
	return jsonb_strip_nulls(jsonb_build_object('status', answer.status, 'to', found));
end
$$;
-- Labors of quest 1: a (closed, and its follower), b and c for the owner; one of c's is for the creator alone.
update fate.labors set for_creator = false;
update fate.labors set for_owner = false, for_creator = true where id = 3;
select is(tests.mail('{"serverOwners": true}'), '{"status": 201, "to": ["adam@example.com", "zoe@example.com"]}',
	'serverOwners: to the owners of all its hosts');
select is(tests.mail('{"laborOwners": true}'), '{"status": 201, "to": ["johnny@example.com", "zoe@example.com"]}',
	'laborOwners: to those whom its labors are for, owners or the creator');
select is(tests.mail('{"laborOwners": true, "serverOwners": true}'),
	'{"status": 201, "to": ["adam@example.com", "johnny@example.com", "zoe@example.com"]}', 'both');
select is((select content - 'to' - 'recipients' from outbox.letters),
	'{"from": "boss@x.org", "cc": [], "subject": "Hurry",
	"text": "It is late.\n\nhttps://hermes.example.com/v1/quests/1"}',
	'one mail, from whom it says, with a link to the quest below');
select is(tests.rows('outbox.letters', 'channel, receiver, state, due_at between now() and clock_timestamp()'),
	'(mail,,waiting,t)', '... that goes at once');
select is(tests.mail('{"serverOwners": true}',
	'{"owners": {"a": "x", "b": "y", "c": null}, "contacts": {"y": "team@x.org"}}', '{"queryServer": true}'),
	'{"status": 201, "to": ["team@x.org", "x@example.com"]}',
	'owners as the query server says, at the contacts that are known');
select is(tests.mail('{"serverOwners": true}', '{"owners": {"a": "x"}, "contacts": null}', '{"queryServer": true}'),
	'{"status": 201, "to": ["x@example.com"]}',
	'... without contacts, too, and where a host has no owner');
select is(tests.refused($$ select tests.mail('{"serverOwners": true}', '{"owners": null}', '{"queryServer": true}') $$),
	'WE400 Host owners not found',
	'owners not to be had');
select tests.quest(1, 'e');
select is(tests.refused($$ select tests.mail('{"serverOwners": true}', quest => '3') $$), 'WE400 Host owners not found',
	'... or not known');
select is(tests.mail('{"serverOwners": true}', '{"owners": {}}', '{"queryServer": true}'), '{"status": 201}',
	'nobody to write to: no letter');
select is(tests.mail('{"serverOwners": true}', null, '{"mail": false}'), '{"status": 201}',
	'where no mail is sent: no letter, but no error');
select is(tests.mail('{"serverOwners": 1}', null, '{"environment": "dev", "devRecipient": "dev@x.org"}'),
	'{"status": 201, "to": ["dev@x.org"]}',
	'the rules for every mail hold');
select is(tests.refused(format('select tests.mail(%L)', which)),
	'WE400 Must specify serverOwners and/or laborOwners as true', 'neither is refused: ' || which)
  from unnest(array['{}', '{"serverOwners": false}', '{"laborOwners": null, "serverOwners": 0}']) which;
select is(tests.refused($$ select tests.mail('{"serverOwners": "yes"}') $$), 'WE400 serverOwners: must be true or false',
	'a flag that is none');
select is(tests.refused(format($$ select tests.post('quests_mail', %L, null, '{}', '{"id": "1"}') $$,
	jsonb '{"serverOwners": true, "from": "a@x.org", "subject": "b", "message": "c"}' - field)),
	'WE400 Missing Required Argument: ' || field, 'without ' || field)
  from unnest('{from,subject,message}'::text[]) field;
select is(tests.refused(format($$ select tests.mail(%L) $$, jsonb_build_object('serverOwners', true, field,
	E'x\nBcc: y@x.org'))), 'WE400 ' || field || ': must be one line',
	field || ' is one line') from unnest('{from,subject}'::text[]) field;
select is(tests.refused($$ select tests.mail('{"serverOwners": true, "message": ""}') $$),
	'WE400 message: must not be empty', 'a message says something');
select is(tests.refused($$ select tests.mail('{"serverOwners": true}', quest => '99') $$), 'WE404 Quest 99 not found',
	'a quest that is not there');
select is(tests.refused($$ select tests.mail('{}', quest => '99') $$),
	'WE400 Must specify serverOwners and/or laborOwners as true', '... which is looked at last');

-- ---- extquery ----
create function tests.ext(query jsonb, asked jsonb default null, server boolean default false) returns jsonb
language sql as $$
	select case when a.status = 100 then a.body::jsonb else a.body::jsonb->'results' end
	  from tests.get('extquery', query, asked, jsonb_build_object('queryServer', server)) a
$$;
create function tests.ext_post(body jsonb, asked jsonb default null, server boolean default false) returns jsonb
language sql as $$
	select case when a.status = 100 then a.body::jsonb else a.body::jsonb->'results' end
	  from tests.post('extquery', body, asked, jsonb_build_object('queryServer', server)) a
$$;
select is(tests.ext('{"query": ["a", "b"], "x": ["y"]}', null, true), '{"results": {"get": true}}',
	'extquery passes all of it on');
select is(tests.ext('{"query": ["a"]}', '{"results": [{"any": "thing"}, 7]}', true), '[{"any": "thing"}, 7]',
	'... and back');
select is(tests.ext_post('{"operation": "x", "y": [1]}', null, true), '{"results": {"post": true}}',
	'... a body likewise');
select is(tests.ext_post('{"operation": "x"}', '{"results": {"a": "b"}}', true), '{"a": "b"}', '... and back');
select is(tests.ext_post('{}', null, true), '{"results": {"post": true}}', '... be it empty');
select is((tests.get('extquery', '{"query": ["x"]}', '{"results": []}', '{"queryServer": true}')).body::jsonb - 'results',
	'{"status": "ok", "href": "http://moirai/api/v1/it"}',
	'... under the address that was asked');
select is(tests.ext('{"query": [" a "]}'), '{"query": {"query": "a"}}',
	'without a query server our own parser reads the query');
select is(tests.ext('{"query": ["a"]}', jsonb_build_object('query', jsonb_build_object('op', 'or', 'of',
	array[tests.tree('zz'), tests.tree('a'), tests.tree('x')]))), '["a", "zz"]',
	'... and we answer as it would');
select is(tests.refused($$ select tests.ext('{"query": ["x"]}',
	'{"query": {"op": "regex", "key": "name", "value": "(", "column": 5}}') $$),
	'WE400 query: column 5: invalid regular expression: parentheses () not balanced', '... or refuse');
select is(tests.ext('{"user": ["zoe"]}'), '["a", "b"]', 'a user''s hosts, by the name or with the domain');
select is(tests.ext('{"user": ["zoe@example.com"]}'), '["b"]', '... which is no other name');
select is(tests.ext('{"user": ["nobody"]}'), '[]', '... or none');
select is(tests.ext_post('{"operation": "owners", "hostnames": ["b", "a", "e", "nobody"]}'),
	'{"a": "zoe", "b": "zoe@example.com"}', 'owners, of hosts that have one');
select is(tests.ext_post('{"operation": "tags", "hostnames": ["b", "a", "e", "nobody"]}'),
	'{"a": ["web", "dc=ams"], "b": ["db"]}', 'tags, of hosts that have some');
select is(tests.ext_post('{"operation": "owners", "hostnames": []}'), '{}', '... of none');
select is(tests.refused($$ select tests.ext('{}') $$), 'WE400 query or user: one of them is needed',
	'neither is refused');
select is(tests.refused($$ select tests.ext_post('{"operation": "x", "hostnames": []}') $$),
	'WE400 operation: must be owners or tags', 'another operation');
select is(tests.refused($$ select tests.ext_post('{"operation": "tags"}') $$),
	'WE400 Missing Required Argument: hostnames', '... of what?');
select is(tests.refused($$ select tests.ext_post('{"operation": "tags", "hostnames": "a"}') $$),
	'WE400 hostnames: must be a list of host names', '... is a list');

select * from finish();
rollback;
