-- What only administrators may see and change: webhooks (/webhooks) and letters (/letters).
begin;
\ir lib.psql
select plan(79);

-- johnny is nobody special; admin is.
insert into people.users (username, superuser, stamp) values ('admin', true, 8);
-- tests.by_admin(function, path, query, body) -> the answer; tests.made(body) -> of making a webhook.
create function tests.by_admin(function text, path jsonb default '{}', query jsonb default '{}',
	body jsonb default '{}') returns api.answer
language sql as $$ select tests.answer(function, path, query, body, '{"actor": 2, "stamp": 8}') $$;
create function tests.seen(function text, path jsonb default '{}', query jsonb default '{}',
	body jsonb default '{}') returns jsonb
language sql as $$ select (tests.by_admin(function, path, query, body)).body::jsonb $$;
create function tests.refusal(function text, path jsonb default '{}', query jsonb default '{}',
	body jsonb default '{}') returns text
language sql as $$ select tests.refused(format('select tests.by_admin(%L, %L, %L, %L)', function, path, query, body)) $$;
create function tests.hooks(columns text) returns text
language sql as $$ select tests.rows('outbox.webhooks', columns) $$;

-- ---- for others ----
create table tests.calls as select unnest('{webhooks_list,webhooks_create,webhooks_get,webhooks_update,webhooks_delete,letters_list,letters_get,letters_retry}'::text[]) as f;
insert into outbox.webhooks (url, made_by, made_at) values ('http://x', 'x', tests.sec(0));
insert into outbox.letters (channel, kind, content, made_at, due_at) values ('mail', 'test', '{}', tests.sec(0),
	tests.sec(0));
create function tests.refusals(more jsonb) returns text[]
language sql as $$
	select array_agg(distinct tests.refused(format('select tests.answer(%L, ''{"id": "1"}'', ''{}'', ''{"url": "http://y"}'', %L)', f, more))) from tests.calls
$$;
select is(tests.refusals('{"actor": null}'), '{"WE401 Sign in to use this resource."}',
	'who is not signed in sees nothing of it');
select is(tests.refusals('{"actor": 2, "stamp": 7}'), '{"WE401 Sign in to use this resource."}',
	'... nor who was, under an old stamp');
select is(tests.refusals('{}'), '{"WE403 This is for administrators."}', '... nor who is no administrator');
update people.users set superuser = false where id = 2;
select is(tests.refusals('{"actor": 2, "stamp": 8}'), '{"WE403 This is for administrators."}', '... or was one');
update people.users set superuser = true, active = false where id = 2;
select is(tests.refusals('{"actor": 2, "stamp": 8}'), '{"WE401 Sign in to use this resource."}', '... or is gone');
update people.users set active = true where id = 2;
select is(tests.hooks('id, url') || tests.rows('outbox.letters', 'id, attempts'), '(1,http://x)(1,0)',
	'nothing of it has changed anything');
select tests.story();

-- ---- making one ----
select is(row(a.status, a.location)::text, '(201,/api/v1/webhooks/1)', 'a webhook is made')
  from tests.by_admin('webhooks_create', body => '{"url": "https://x.org/a?b=c"}') a;
select is(tests.hooks('url, secret, event_types, active, made_by, made_at between now() and clock_timestamp()'),
	'(https://x.org/a?b=c,,,t,admin@example.com,t)',
	'... for all events, unsigned, in use, by who asked for it');
select is(tests.seen('webhooks_create',
	body => '{"url": "HTTP://x", "secret": "s3cret", "active": false, "eventTypes": [{"category": "a", "state": "b", "x": 1},
	{"state": "c", "category": null}]}') - 'creationTime',
	'{"status": "created", "id": 2, "url": "HTTP://x", "signed": true, "active": false, "creator": "admin@example.com",
	"eventTypes": [{"category": "a", "state": "b"}, {"state": "c"}], "href": "http://moirai/api/v1/webhooks/2"}',
	'... or for some types, signed, not yet in use');
select is(tests.seen('webhooks_create', body => '{"url": "http://x", "secret": "", "eventTypes": []}') -> 'signed',
	'false', 'an empty secret is none');
select is(tests.hooks('secret, event_types'),
	'(,) (s3cret,"[{""state"": ""b"", ""category"": ""a""}, {""state"": ""c""}]") (,[])', 'so they stand');

-- tests.bad(body) -> why a webhook cannot be made so.
create function tests.bad(body jsonb) returns text
language sql as $$ select tests.refusal('webhooks_create', body => '{"url": "http://x"}' || body) $$;
select is(tests.refusal('webhooks_create', body => '{}'), 'WE400 Missing Required Argument: url',
	'a webhook has an address');
select is_empty($$ select url, tests.bad(jsonb_build_object('url', url)) from unnest(array['x.org', 'ftp://x.org',
	'javascript:x', 'http:/x', 'http://', 'http:///x', 'http://?x',
	'http://#', ' http://x', 'http://x y', 'https://x/ ']) url where tests.bad(jsonb_build_object('url',
	url)) is distinct from
	'WE400 url: must begin with http:// or https:// and a host' $$, '... by HTTP, of a host, without blanks');
select is_empty($$ select url, tests.bad(jsonb_build_object('url', url)) from unnest(array['http://me:pw@x/a', 'https://token@x',
	'HTTP://:pw@x?a', 'http://a:b@c@x']) url where tests.bad(jsonb_build_object('url', url)) is distinct from
	'WE400 url: must have no user or password in it, for it is shown' $$, '... without a password, which would be shown');
select is(api.has_login('http://x/a@b:c?d@e#f@g'), false, '... but an @ after the host is none');
select is(tests.bad(jsonb_build_object('url', E'http://x\n')), 'WE400 url: must be one line', '... in one line');
select is(tests.bad('{"url": null}'), 'WE400 url: must not be empty', '... and not null');
select is(tests.bad('{"url": 7}'), 'WE400 url: must be a string', '... or a number');
select is(tests.bad(jsonb_build_object('url', 'http://' || repeat('x', 2042))), 'WE400 url: longer than 2048 characters',
	'... nor too long');
select is(tests.bad('{"secret": 7}'), 'WE400 secret: must be a string', 'a secret is a text');
select is(tests.bad(jsonb_build_object('secret', repeat('x', 257))), 'WE400 secret: longer than 256 characters',
	'... not too long');
select is(tests.bad('{"active": "yes"}'), 'WE400 active: must be true or false', 'it is in use or not');
select is(tests.bad('{"eventTypes": "a"}'), 'WE400 eventTypes: must be a list', 'types are a list');
select is(tests.bad('{"eventTypes": ["a"]}'), 'WE400 eventTypes: each entry must be an object', '... of objects');
select is(tests.bad(jsonb_build_object('eventTypes', array[entry])),
	'WE400 eventTypes: each needs category, state or both', '... each with a category, a state or both: ' || entry::text)
  from unnest(array['{}', '{"x": 1}', '{"category": null}', '{"category": null, "state": null}']::jsonb[]) entry;
select is(tests.bad('{"eventTypes": [{"category": "a"}, {"category": 7}]}'), 'WE400 category: must be a string',
	'... that are texts');
select is(tests.bad(jsonb_build_object('eventTypes', array[jsonb_build_object('state', repeat('x', 33))])),
	'WE400 state: longer than 32 characters', '... not too long');
select is(tests.hooks('id'), '(1) (2) (3)', 'what is refused is not made');
select is(tests.seen('webhooks_create', body => '{"url": "http://x"}')->'id', '4', '... and uses up no number');

-- ---- seeing them ----
select is(tests.seen('webhooks_get', '{"id": "2"}') - 'creationTime',
	'{"status": "ok", "id": 2, "url": "HTTP://x", "signed": true, "active": false, "creator": "admin@example.com",
	"eventTypes": [{"category": "a", "state": "b"}, {"state": "c"}], "href": "http://moirai/api/v1/webhooks/2"}',
	'one of them');
select is(tests.seen('webhooks_get', '{"id": "1"}')->'eventTypes', 'null', '... null: all types');
select is(tests.seen('webhooks_list') - 'webhooks',
	'{"status": "ok", "href": "http://moirai/api/v1/it", "limit": 10, "offset": 0, "totalWebhooks": 4}', 'all of them');
select is((select array_agg(w->'id') from jsonb_array_elements(tests.seen('webhooks_list')->'webhooks') w), '{1,2,3,4}',
	'... by id');
select is((select array_agg(w->'id') from jsonb_array_elements(tests.seen('webhooks_list', '{}',
	'{"limit": ["2"], "offset": ["1"]}')->'webhooks') w), '{2,3}', '... by pages');
select is(tests.seen('webhooks_list')->'webhooks'->1, tests.seen('webhooks_get', '{"id": "2"}') - 'status',
	'... each as by itself');
select is(tests.refusal('webhooks_list', query => '{"limit": ["x"]}'), 'WE400 limit: "x" is not a whole number in range',
	'a senseless limit');
select is(tests.refusal(f, '{"id": "9"}'), 'WE404 No such Webhook 9 found',
	f || ' of one that is not there') from unnest('{webhooks_get,webhooks_update,webhooks_delete}'::text[]) f;

-- ---- changing one ----
select is(tests.seen('webhooks_update', '{"id": "2"}', body => '{"active": true}')->'active', 'true',
	'a webhook is changed');
select is(tests.rows('outbox.webhooks where id = 2', 'url, secret, active, made_by'),
	'(HTTP://x,s3cret,t,admin@example.com)', '... what is not given stays');
select is(tests.seen('webhooks_update', '{"id": "2"}',
	body => '{"url": "http://y", "secret": "other", "eventTypes": null}') - 'creationTime',
	'{"status": "ok", "id": 2, "url": "http://y",
	"signed": true, "active": true, "creator": "admin@example.com", "eventTypes": null, "href": "http://moirai/api/v1/webhooks/2"}',
	'... all of it');
select is(tests.rows('outbox.webhooks where id = 2', 'secret'), '(other)', '... the secret, too');
select is(tests.seen('webhooks_update', '{"id": "2"}', body => '{"secret": null}')->'signed', 'false',
	'... or taken away');
select is(tests.seen('webhooks_update', '{"id": "2"}', body => '{}')->'url', '"http://y"', 'nothing changes nothing');
select is(tests.refusal('webhooks_update', '{"id": "2"}', body => '{"url": "x"}'),
	'WE400 url: must begin with http:// or https:// and a host', 'the same is refused');
select is(tests.seen('webhooks_delete', '{"id": "3"}'), '{"status": "ok", "href": "http://moirai/api/v1/webhooks/3"}',
	'one is deleted');
select is(tests.hooks('id'), '(1) (2) (4)', '... that one');

-- ---- no secret is ever told ----
update outbox.webhooks set secret = 's3cret', event_types = null, active = true;
select tests.type('a', 'b');
select tests.throw(1, 'web');
select outbox.sort(tests.settings('{"slack": false}'), 99, tests.sec(0));
select is(tests.rows('outbox.letters', 'channel, webhook_id'), '(webhook,1) (webhook,2) (webhook,4)',
	'webhooks with secrets, and letters to them');
select is_empty($$ select f from tests.calls where f <> 'webhooks_delete' and position('s3cret' in (tests.by_admin(f,
	'{"id": "1"}', '{}', '{"url": "http://x"}')).body) > 0 $$,
	'no answer tells a secret');

-- ---- letters ----
select tests.story(2);
select tests.quest(1, 'a', 'b');
select tests.throw(2, 'a');
insert into outbox.webhooks (url, made_by, made_at) values ('http://x', 'x', tests.sec(0));
select outbox.sort(tests.settings(), 9, clock_timestamp() - interval '1 hour');
-- Of the six: one is sent, one parked, one somebody has, one waits for its next try.
update outbox.letters set state = 'sent', settled_at = tests.sec(7.5),
	attempts = 1 where kind = 'quest-started' and channel = 'mail';
update outbox.letters set state = 'parked', error = 'no such address', attempts = 3 where kind = 'quest-updated';
update outbox.letters set lease = 7, due_at = clock_timestamp() + interval '1 hour',
	attempts = 1 where kind = 'labors-made';
update outbox.letters set due_at = clock_timestamp() + interval '1 hour', attempts = 1 where kind = 'labors-closed';
create function tests.listed(query jsonb) returns text
language sql as $$
	select format('%s: %s', a->>'totalLetters', string_agg(l->>'channel' || ' ' || (l->>'kind'), ', ' order by i))
	  from tests.seen('letters_list', query => query) a, jsonb_array_elements(a->'letters') with ordinality e (l,
	i) group by a
$$;
select is(tests.listed('{}'),
	'6: mail quest-updated, mail quest-started, slack labors-closed, slack quest-started, slack labors-made, webhook events',
	'letters, the newest first');
select is(tests.listed('{"limit": ["2"], "offset": ["1"]}'), '6: mail quest-started, slack labors-closed',
	'... by pages');
select is(tests.listed('{"state": ["sent"]}'), '1: mail quest-started', '... that were sent');
select is(tests.listed('{"state": ["parked"]}'), '1: mail quest-updated', '... that are parked');
select is(tests.listed('{"state": ["sending"]}'), '1: slack labors-made', '... that somebody has');
select is(tests.listed('{"state": ["waiting"]}'), '3: slack labors-closed, slack quest-started, webhook events',
	'... that wait');
select is(tests.listed('{"kind": ["quest-started"]}'), '2: mail quest-started, slack quest-started', '... of a kind');
select is(tests.listed('{"kind": ["quest-started"], "channel": ["slack"], "state": ["waiting"]}'),
	'1: slack quest-started', '... of a channel, all at once');
select is(tests.listed('{"webhookId": [" 1"]}'), '1: webhook events', '... to a webhook');
select is(tests.seen('letters_list', query => jsonb_build_object('webhookId', jsonb_build_array(w), 'state', '["waiting"]'::jsonb))->>'totalLetters', n, 'to webhook ' || w)
  from (values ('1', '1'), ('2', '0'), ('-1', '0')) v (w, n);
select is(tests.refusal('letters_list', query => '{"webhookId": ["x"]}'), 'WE400 webhookId: "x" is not a whole number in range', '... which has a number');
select is(tests.seen('letters_list', query => '{"kind": ["x"]}') - 'href',
	'{"status": "ok", "limit": 10, "offset": 0, "totalLetters": 0, "letters": []}', '... or none');
select is(tests.refusal('letters_list', query => '{"state": ["lost"]}'),
	'WE400 state: must be waiting, sending, sent or parked', 'another state');
create function tests.id(kind text, channel text) returns jsonb
language sql as $$ select jsonb_build_object('id',
	id::text) from outbox.letters l where l.kind = $1 and l.channel = $2 $$;
select is(tests.seen('letters_get', tests.id('quest-started', 'mail')) - '{id,key,href,madeTime,content}'::text[],
	'{"status": "ok", "channel": "mail", "kind": "quest-started", "state": "sent",
	"questId": 1, "webhookId": null, "recipients": ["johnny@example.com"], "subject": "Quest 1 started", "attempts": 1, "error": null, "dueTime": null,
	"settledTime": "2015-06-01 12:00:07.500000"}', 'a letter in full');
select is(tests.seen('letters_get', tests.id('quest-started', 'mail'))->'content'->>'subject', 'Quest 1 started',
	'... with its content');
select is(tests.seen('letters_get', tests.id('events', 'webhook')) - '{id,href,madeTime,dueTime,content}'::text[],
	jsonb_build_object('key',
	(select key from outbox.letters where channel = 'webhook')) || '{"status": "ok", "channel": "webhook", "kind": "events",
	"state": "waiting", "questId": null, "webhookId": 1, "recipients": null, "subject": null, "attempts": 0, "error": null, "settledTime": null}',
	'... under its key');
select is((tests.seen('letters_list')->'letters'->0) ? 'content', false, 'a list tells no content');
select is(tests.refusal(f, '{"id": "99"}'), 'WE404 No such Letter 99 found',
	f || ' of one that is not there') from unnest('{letters_get,letters_retry}'::text[]) f;

select is(tests.seen('letters_retry', tests.id('quest-updated', 'mail'))->'state', '"waiting"',
	'one that is parked can be retried');
select ok((select due_at between now() and clock_timestamp() and attempts = 0 from outbox.letters where kind = 'quest-updated'),
	'... now');
select is(tests.seen('letters_retry', tests.id('labors-closed', 'slack'))->'attempts', '0', '... one that waits, too');
select is(tests.refusal('letters_retry', tests.id('quest-started', 'mail')), format('WE409 Letter %s is sent',
	tests.id('quest-started', 'mail')->>'id'), 'one that is sent cannot');
select is(tests.refusal('letters_retry', tests.id('labors-made', 'slack')), format('WE409 Letter %s is sending',
	tests.id('labors-made', 'slack')->>'id'), '... nor one that somebody has');

select * from finish();
rollback;
