-- Mails: the rules for every one, and what each says, to the letter (hermes-behaviour.md section 8).
begin;
\ir lib.psql
select plan(61);

-- ---- to whom ----
-- tests.mail(settings, to, cc, member) -> what a mail with these settings has there.
create function tests.mail(more jsonb, p_to text[], p_cc text[], member text) returns jsonb
language sql as $$
	select outbox.mail(tests.settings(more), p_to, p_cc, 'a subject', E'a\ntext', '<p>html</p>',
	'bob@example.com')->member
$$;
select is(outbox.mail(tests.settings(), '{a@x.org}', null, 's', 't'),
	'{"from": "hermes@example.com", "to": ["a@x.org"], "cc": [], "recipients": ["a@x.org"], "subject": "s", "text": "t"}',
	'a mail says from whom, to whom, who gets it, what it is about and its text');
select is(outbox.mail(tests.settings(), '{a@x.org}', '{b@x.org}', 's', 't', '<p>', 'c@x.org') - 'text',
	'{"from": "c@x.org", "to": ["a@x.org"], "cc": ["b@x.org"], "recipients": ["a@x.org", "b@x.org"], "subject": "s", "html": "<p>"}',
	'... with copies, a sender of its own and HTML, where they are given');
select is(tests.mail('{}', '{b@x.org,a@x.org,b@x.org," a@x.org ",""}', null, 'to'), '["b@x.org", "a@x.org"]',
	'each address once, in the order given, without blanks');
select is(tests.mail('{}', '{a@x.org}', '{c@x.org,a@x.org,b@x.org,c@x.org}', 'recipients'),
	'["a@x.org", "c@x.org", "b@x.org"]',
	'... also where it would get a copy besides');
select is(tests.mail('{"alwaysCopy": "ops@x.org, log@x.org"}', '{a@x.org}', null, 'cc'), '["ops@x.org", "log@x.org"]',
	'who always gets a copy');
select is(tests.mail('{"alwaysCopy": "ops@x.org"}', '{a@x.org}', '{b@x.org}', 'cc'), '["ops@x.org", "b@x.org"]',
	'... besides those of this mail');
select is(tests.mail('{"alwaysCopy": "a@x.org,b@x.org"}', '{a@x.org}', '{b@x.org}', 'recipients'),
	'["a@x.org", "b@x.org"]',
	'... and nobody twice');
select is(tests.mail('{"alwaysCopy": " , ,"}', '{a@x.org}', null, 'cc'), '[]', 'an empty copy is none');
select is(tests.mail('{}', '{}', null, 'to'), null, 'a mail to nobody is none');
select is(tests.mail('{}', '{null,""," "}', '{}', 'to'), null, '... nor one to empty addresses');
select is(tests.mail('{"alwaysCopy": "ops@x.org"}', '{}', null, 'recipients'), '["ops@x.org"]',
	'... but those who always get a copy get it');

-- ---- the dev environment ----
create function tests.dev(p_to text[], p_cc text[], member text, more jsonb default '{}') returns text
language sql as $$ select tests.mail('{"environment": "dev", "devRecipient": "dev@x.org"}' || more, p_to, p_cc,
	member) #>> '{}' $$;
select is(tests.dev('{a@x.org,b@x.org}', '{c@x.org}', 'recipients'), '["dev@x.org"]', 'in dev one address gets all mail');
select is(tests.dev('{a@x.org}', '{c@x.org}', 'to'), '["dev@x.org"]', '... to it');
select is(tests.dev('{a@x.org}', '{c@x.org}', 'cc'), '[]', '... without copies');
select is(tests.dev('{a@x.org}', null, 'from'), 'bob@example.com', '... from whom it would be');
select is(tests.dev('{a@x.org}', null, 'subject'), '[DEV] a subject', 'its subject says so');
select is(tests.dev('{a@x.org,b@x.org}', '{c@x.org}', 'text'), E'[DEV]: Sent to DEV\n'
	|| E'Originally addressed as: To: [''a@x.org'', ''b@x.org'']   CC: [''c@x.org'']\n\n\na\ntext',
	'... and its text, which tells to whom it would be');
select is(tests.dev('{a@x.org}', null, 'text', '{"alwaysCopy": "ops@x.org"}'), E'[DEV]: Sent to DEV\n'
	|| E'Originally addressed as: To: [''a@x.org'']   CC: [''ops@x.org'']\n\n\na\ntext',
	'... and who would always get a copy');
select is(tests.dev('{a@x.org}', null, 'text'),
	E'[DEV]: Sent to DEV\nOriginally addressed as: To: [''a@x.org'']   CC: []\n\n\na\ntext',
	'... or that nobody would');
select is(tests.dev('{a@x.org,b@x.org}', '{c@x.org}', 'html'), '<p><strong>DEV:</strong> Sent to DEV<br />'
	|| 'Originally addressed as: To: [''a@x.org'', ''b@x.org'']   CC: [''c@x.org'']<br/></p><p>html</p>',
	'... the HTML likewise');
select is(tests.dev('{a<b@x.org}', null, 'html'), '<p><strong>DEV:</strong> Sent to DEV<br />'
	|| 'Originally addressed as: To: [''a&lt;b@x.org'']   CC: []<br/></p><p>html</p>',
	'... in which an address is no HTML');
select is(outbox.mail(tests.settings('{"environment": "dev", "devRecipient": "dev@x.org"}'), '{a@x.org}', null, 's',
	't')->'html', null,
	'a mail without HTML has none there, either');
select is(tests.dev('{a@x.org}', null, 'to', '{"devRecipient": ""}'), null,
	'without an address for it no mail is sent in dev');
select is(tests.dev('{}', null, 'to'), null, 'a mail to nobody is none there, either');
select is(tests.mail('{"environment": "staging", "devRecipient": "dev@x.org"}', '{a@x.org}', null, 'to'), '["a@x.org"]',
	'any other environment is no dev');

select is(outbox.python_list('{}'), '[]', 'Python writes an empty list so');
select is(outbox.python_list('{a,"b c"}'), '[''a'', ''b c'']', '... texts between apostrophes');
select is(outbox.python_list(array['o''neill@x.org', 'b']), '["o''neill@x.org", ''b'']',
	'... one with an apostrophe between quotes');

-- ---- addresses, HTML ----
select is(outbox.address('johnny', null, 'example.com'), 'johnny@example.com', 'a name gets the domain');
select is(outbox.address('j@x.org', '{}', 'example.com'), 'j@x.org', '... an address does not');
select is(outbox.address('johnny', '{"johnny": "team@x.org"}', 'example.com'), 'team@x.org',
	'a contact that is known goes before');
select is(outbox.address('johnny', 'null', 'example.com'), 'johnny@example.com', '... where contacts were to be had');
select is(outbox.html('<a href="x">R&D</a> &amp;'), '&lt;a href=&quot;x&quot;&gt;R&amp;D&lt;/a&gt; &amp;amp;',
	'no text becomes HTML');
select is(outbox.html('''plain'' text'), '''plain'' text', '... and what is harmless stays');

-- ---- a quest is made ----
select tests.story(3);
select tests.quest(1, 'a', 'b');
create function tests.made(quest bigint, hosts bigint, event bigint) returns jsonb
language sql as $$ select outbox.mail_quest_made(quest, hosts, event, tests.settings()) $$;
select is(tests.made(1, 2, 1) - 'text', '{"from": "hermes@example.com", "to": ["johnny@example.com"], "cc": [],
	"recipients": ["johnny@example.com"], "subject": "Quest 1 started"}', 'a quest is made: to its creator');
select is(tests.made(1, 2, 1)->>'text', E'QUEST 1 STARTED:\n\n\t"an aim"\n\nThere are 2 labors in the Quest.  '
	'They were started with the event "step 1."', '... how many labors, by which event');
update fate.quests set description = repeat('abcdef ', 19) || 'abcdef';
select is(tests.made(1, 2, 1)->>'text',
	E'QUEST 1 STARTED:\n\n\t"abcdef abcdef abcdef abcdef abcdef abcdef abcdef abcdef\n'
	|| E'\t abcdef abcdef abcdef abcdef abcdef abcdef abcdef abcdef\n\t abcdef abcdef abcdef abcdef"\n\n'
	|| 'There are 2 labors in the Quest.  They were started with the event "step 1."', '... the description is wrapped');
update fate.quests set description = E'100% "sure"\\n', creator = 'bob@x.org';
select is(tests.made(1, 1, 1)->>'text', E'QUEST 1 STARTED:\n\n\t"100% "sure"\\n"\n\nThere are 1 labors in the Quest.  '
	'They were started with the event "step 1."', '... and else as it is');
select is(tests.made(1, 1, 1)->'to', '["bob@x.org"]', 'to its creator as of now');
select is(outbox.mail_quest_made(1, 2, 1, tests.settings('{"alwaysCopy": "ops@x.org"}'))->'cc', '["ops@x.org"]',
	'the rules for every mail hold');

-- ---- labors of a quest are closed ----
create function tests.updated(quest bigint, n int, variadic labors bigint[]) returns text
language sql as $$
	select outbox.mail_quest_updated(quest, jsonb_build_object('n', n, 'labors', labors), tests.settings())->>'text'
$$;
select tests.story(3);
select tests.quest(1, 'a', 'b', 'c');
select tests.throw(2, 'a');
select is(outbox.mail_quest_updated(1, '{"n": 1, "labors": [1]}', tests.settings()) - 'text',
	'{"from": "hermes@example.com",
	"to": ["johnny@example.com"], "cc": [], "recipients": ["johnny@example.com"], "subject": "Quest 1 updated"}',
	'labors of a quest are closed: to its creator');
select is(tests.updated(1, 1, 1), E'QUEST 1 UPDATED:\n\n\t"an aim"\n\n\nOPEN LABORS BY TYPE:\n\tstep 1: 2\tstep 2: 1'
	|| E'\n\nOVERALL STATUS:\n\t25.00% complete.  4 total labors.  3 remain open.\n\n'
	|| E'LABORS UPDATED:\n\tLabor 1 completed.\n\t\ta: step 1 => step 2\n\n',
	'... what is open, how far it is, and what was closed');
select tests.throw(3, 'a');
select tests.throw(2, 'b');
select is(tests.updated(1, 2, 4, 2), E'QUEST 1 UPDATED:\n\n\t"an aim"\n\n\nOPEN LABORS BY TYPE:\n\tstep 1: 1\tstep 2: 1'
	|| E'\n\nOVERALL STATUS:\n\t60.00% complete.  5 total labors.  2 remain open.\n\n'
	|| E'LABORS UPDATED:\n\tLabor 2 completed.\n\t\tb: step 1 => step 2\n\n\tLabor 4 completed.\n\t\ta: step 2 => step 3\n\n',
	'... each labor, by its number');
select tests.throw(2, 'c');
select tests.throw(3, 'b', 'c');
select is(tests.updated(1, 2, 5, 6), E'QUEST 1 UPDATED:\n\n\t"an aim"\n\n'
	|| E'\n\nOVERALL STATUS:\n\t100.00% complete.  6 total labors.  0 remain open.\n\n'
	|| E'LABORS UPDATED:\n\tLabor 5 completed.\n\t\tb: step 2 => step 3\n\n\tLabor 6 completed.\n\t\tc: step 2 => step 3\n\n',
	'where nothing is open, nothing is said of it');
select is(tests.updated(1, 1203, 5), E'QUEST 1 UPDATED:\n\n\t"an aim"\n\n'
	|| E'\n\nOVERALL STATUS:\n\t100.00% complete.  6 total labors.  0 remain open.\n\n'
	|| E'LABORS UPDATED:\n\tLabor 5 completed.\n\t\tb: step 2 => step 3\n\n\tand 1202 more.\n\n',
	'those that are not named are counted');

select tests.story(2);
select tests.quest(1, 'a', 'b', 'c');
select tests.throw(2, 'a');
select matches(tests.updated(1, 1, 1), '\t33\.33% complete\.  3 total labors\.  2 remain open\.',
	'percent have two decimals, rounded');
select tests.throw(2, 'b');
select matches(tests.updated(1, 1, 1), '\t66\.67% complete\.', '... up or down');
select fate.labors_move('{1}', 2, tests.at(9)), fate.labors_move('{2}', 2, tests.at(9)), fate.labors_move('{3}', 2, tests.at(9))
  from tests.quest(1, 'd');
select matches(tests.updated(1, 1, 1), '\t0\.00% complete\.  0 total labors\.  0 remain open\.',
	'a quest without labors is at nothing');

-- Two fates of one type, both on the same quest.
select tests.story(1);
select tests.type('step', '2'), tests.type('step', '3'), tests.type('another', 'z');
select tests.fate(2, 1), tests.fate(2, 1), tests.fate(3, 2), tests.fate(3, 3), tests.fate(4, 1), tests.fate(3, 6);
select tests.quest(1, 'a', 'b', 'c');
select tests.throw(2, 'a');
select tests.throw(4, 'b');
select is(tests.labors('fate_id, completion_time is null'), '(1,f) (1,f) (1,t) (2,t) (3,t) (6,t)',
	'where an event opens two labors on a host');
select matches(tests.updated(1, 1, 1), E'OPEN LABORS BY TYPE:\\n\\tanother z: 1\\tstep 1: 1\\tstep 2: 2\\n\\n',
	'... both count under the one type of event');

-- ---- a quest is complete ----
select tests.story(3);
select tests.quest(1, 'a', 'b');
select tests.throw(2, 'a', 'b');
select tests.throw(3, 'a', 'b');
update fate.quests set embark_time = '2015-06-01 12:11:01.123456Z';
create function tests.complete(owners jsonb, contacts jsonb, member text) returns jsonb
language sql as $$ select outbox.mail_quest_complete(1, owners, contacts, tests.settings())->member $$;
select is(tests.complete(null, null, 'subject'), '"Quest 1 completed"', 'a quest is complete');
select is(tests.complete(null, null, 'text') #>> '{}', E'QUEST 1 COMPLETED:\n\n\t"an aim"\n\n'
	'Quest was embarked on 2015-06-01 12:11:01.123456 and completed on 2015-06-01 12:03:00.\nThere were 4 labors in the Quest.',
	'... its times, and its labors, those of chains, too');
select is(tests.complete(null, null, 'to'), '["johnny@example.com"]', '... to its creator');
select is(tests.complete(null, null, 'cc'), '[]', '... without copies where no owners are known');
select is(tests.complete('null', 'null', 'recipients'), '["johnny@example.com"]', '... or they were not to be had');
select is(tests.complete('{"a": "zoe", "b": "adam", "c": "zoe"}', null, 'cc'), '["adam@example.com", "zoe@example.com"]',
	'owners of the hosts get a copy, each once');
select is(tests.complete('{"a": "zoe", "b": null, "c": ""}', null, 'cc'), '["zoe@example.com"]',
	'... where a host has one');
select is(tests.complete('{"a": "johnny", "b": "zoe"}', null, 'recipients'), '["johnny@example.com", "zoe@example.com"]',
	'... and the creator no second');
select is(tests.complete('{"a": "zoe", "b": "adam"}', '{"zoe": "team@x.org"}', 'cc'),
	'["adam@example.com", "team@x.org"]',
	'... at the contact that is known');

-- ---- what is asked and linked ----
select is(outbox.quest_link(7, tests.settings()), 'https://hermes.example.com/v1/quests/7',
	'where the page shows a quest');
select is(outbox.quest_link(7, '{"frontend": "https://hermes/"}'), 'https://hermes/v1/quests/7', '... with one slash');

select * from finish();
rollback;
