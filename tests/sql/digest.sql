-- The digest: one mail to each owner with open labors, to the letter (hermes-behaviour.md section 10).
begin;
\ir lib.psql
select plan(41);

-- tests.digest(settings, asked, send_to) -> how many mails were written; they take the place of those before.
create function tests.digest(more jsonb default '{}', asked jsonb default '{}', send_to text default null) returns int
language sql as $$
	truncate outbox.letters;
	select outbox.digest(asked, send_to, tests.settings(more), tests.sec(0));
$$;
create function tests.to() returns text
language sql as $$ select string_agg(content->'to'->>0, ' ' order by id) from outbox.letters $$;
create function tests.mail(who text) returns jsonb
language sql as $$ select content from outbox.letters where content->'to'->>0 = who $$;
create function tests.head(who text) returns text
language sql immutable as $$
	select 'This email is being sent to ' || who || E' because that is the owner listed\n'
	       || E'for the systems with open Hermes labors listed below.\n\nDue dates, if any, are noted with each quest.\n\n'
	       || E'To throw an event manually, you can run the following command on a shell server:\n\n'
	       || E'$ hermes event create [event] --host [hostname].\n\nOr you can visit the quests linked below.\n\n'
$$;
create function tests.html_head(who text) returns text
language sql immutable as $$
	select '<html><body style="font-family: Verdana; font-size: 1em; color: #000"><div style=''padding: 10px; border-radius: 5px; '
	       || 'background: #232f3e; color: #fff; font-weight: bold; font-size: 1.25em;''>Hermes Notifications</div>'
	       || '<div style=''padding: 10px;''><p>This email is being sent to ' || who || E' because that is the owner listed\n'
	       || 'for the systems with open Hermes labors listed below.</p><p>Due dates, if any, are noted with each quest.</p>'
	       || '<p>To throw an event manually, you can run the following command on a shell server:</p>'
	       || '<pre style=''font-size: 1.2em''>$ hermes event create [event] --host [hostname]</pre>'
	       || '<p>Or you can visit the quests linked below.</p></div>'
$$;
create function tests.html_section() returns text
language sql immutable as $$
	select '<div style=''border-radius: 5px; background: #dce1e6; padding: 10px; margin-bottom: 10px;''>'
	       || '<span style=''font-size: 1.1em; font-weight: bold''>'
$$;

-- ---- the text ----
select tests.story(2);
select tests.quest(1, 'web2', 'web1', 'db1');
select tests.throw(1, 'web1', 'db2');
update fate.hosts set owner = case when hostname ~ 'web' then 'zoe' else 'adam' end,
                      tags = case hostname when 'web1' then '{dc=ams,web}' when 'web2' then '{}' end::text[];
update fate.quests set description = 'Reboot all of them, so that the new kernel is in use before the others come back; no excuse.',
                       target_time = '2015-07-01 10:00:00.5Z';
select is(tests.digest(), 2, 'each owner of hosts with open labors gets one mail');
select is(tests.to(), 'adam@example.com zoe@example.com', '... at his name with the domain');
select is(tests.mail('zoe@example.com') - '{text,html}'::text[],
	'{"from": "hermes@example.com", "to": ["zoe@example.com"], "cc": [],
	"recipients": ["zoe@example.com"], "subject": "zoe: Open Hermes labors need your attention"}',
	'... with this subject');
select is(tests.mail('zoe@example.com')->>'text', tests.head('zoe')
	|| E'==[ QUEST 1 ]================================\nCREATOR: johnny@example.com\nDUE: 2015-07-01 10:00:00.500000\n'
	|| E'DESC: "Reboot all of them, so that the new kernel is in use before\nthe others come back; no excuse."\n'
	|| E'LINK: https://hermes.example.com/v1/quests/1\n\nMachines with labors:\n    web1 (dc=ams, web)\n    web2 (no services)\n\n\n'
	|| E'  Labors not associated with a quest:\n\nMachines with labors:\n    web1 (dc=ams, web)\n\n\n',
	'its text: by quest, hosts by their names with their tags; then labors of none');
select is(tests.mail('adam@example.com')->>'text', tests.head('adam')
	|| E'==[ QUEST 1 ]================================\nCREATOR: johnny@example.com\nDUE: 2015-07-01 10:00:00.500000\n'
	|| E'DESC: "Reboot all of them, so that the new kernel is in use before\nthe others come back; no excuse."\n'
	|| E'LINK: https://hermes.example.com/v1/quests/1\n\nMachines with labors:\n    db1 (no services)\n\n\n'
	|| E'  Labors not associated with a quest:\n\nMachines with labors:\n    db2 (no services)\n\n\n',
	'... to each of his own hosts');
update fate.quests set target_time = null, description = E'short \t100%\\';
select tests.digest();
select matches(tests.mail('adam@example.com')->>'text',
	E'CREATOR: johnny@example\\.com\nDESC: "short   100%\\\\"\nLINK: ', 'without a due date there is none');
select is(tests.rows('outbox.letters', 'channel, kind, receiver, due_at = tests.sec(0), quest_id'),
	'(mail,digest,,t,) (mail,digest,,t,)', 'a digest is a mail, that goes at once');

-- ---- the HTML ----
update fate.quests set target_time = '2015-07-01 10:00:00Z', description = 'Reboot "all" of <b>them</b> & more',
	creator = 'j<x>@example.com';
select tests.digest();
select is(tests.mail('zoe@example.com')->>'html', tests.html_head('zoe') || tests.html_section()
	|| 'QUEST 1</span><br/><strong>CREATOR:</strong> j&lt;x&gt;@example.com<br /><strong>DUE:</strong> 2015-07-01 10:00:00<br/>'
	|| '<strong>DESC:</strong><p> "Reboot &quot;all&quot; of &lt;b&gt;them&lt;/b&gt; &amp; more"</p>'
	|| '<strong>LINK:</strong> <code>https://hermes.example.com/v1/quests/1</code><br/>'
	|| '<p>Machines with labors:</p><pre style=''margin-left: 10px; font-size: 1.2em''>' || E'web1 (dc=ams, web)\nweb2 (no services)\n' || '</pre></div>'
	|| tests.html_section() || 'Labors not associated with a quest:</span><br />'
	|| '<p>Machines with labors:</p><pre style=''margin-left: 10px; font-size: 1.2em''>' || E'web1 (dc=ams, web)\n' || '</pre></div></body>',
	'its HTML: the same, and no text becomes HTML');
update fate.quests set target_time = null;
update fate.hosts set owner = '<zoe>' where owner = 'zoe';
update fate.hosts set tags = '{<i>}' where hostname = 'web1';
select tests.digest();
select is(left(tests.mail('<zoe>@example.com')->>'html', length(tests.html_head('&lt;zoe&gt;'))),
	tests.html_head('&lt;zoe&gt;'), '... be it an owner''s name');
select matches(tests.mail('<zoe>@example.com')->>'html', 'web1 \(&lt;i&gt;\)', '... or a tag');
select matches(tests.mail('<zoe>@example.com')->>'html', 'example\.com<br /><strong>DESC:',
	'without a due date there is none, there, too');

-- ---- whom a labor is for ----
create function tests.parts(who text) returns text
language sql as $$
	select string_agg(coalesce(substring(part from 'QUEST (\d+)'), 'none') || ': '
	                  || regexp_replace(btrim(substring(part from 'Machines with labors:\n(.*)$')), '\n *', ', ', 'g'),
	'; ' order by i)
	  from regexp_split_to_table(rtrim(tests.mail(who)->>'text', E'\n'), '\n\n\n') with ordinality p (part, i)
$$;
select tests.story(2);
select tests.quest(1, 'a', 'b');
select tests.quest(1, 'a');
select tests.throw(1, 'a', 'c');
update fate.hosts set owner = case hostname when 'a' then 'zoe' when 'b' then 'adam' end;
select tests.digest();
select is(tests.to(), 'adam@example.com zoe@example.com', 'a host without an owner is left out');
select is(tests.parts('zoe@example.com'), '1: a (no services); 2: a (no services); none: a (no services)',
	'a host comes under each of its quests');
select tests.quest(1, 'a');
select fate.labors_move('{5}', 2, tests.at(9)), fate.labors_move('{3}', 2, tests.at(9));
select tests.digest();
select is(tests.parts('zoe@example.com'), (select string_agg(coalesce(q::text, 'none') || ': ' || hosts,
	'; ' order by q nulls last) from (
	select quest_id as q, string_agg('a (no services)',
	', ') as hosts from fate.labors where host_id = 1 and completion_time is null group by 1) s),
	'a host once for each labor');
update fate.labors set for_owner = false, for_creator = true where id in (1, 2);
select tests.digest();
select is(tests.parts('johnny@example.com'), '1: a (no services), b (no services)',
	'labors for the creator go to the creator of their quest');
select is(tests.to(), 'johnny@example.com zoe@example.com', '... whose address has its domain already');
update fate.labors set for_owner = true where id = 1;
select tests.digest();
select matches(tests.parts('zoe@example.com'), '^1: a', 'what is for both goes to the owner');
select is(tests.parts('johnny@example.com'), '1: b (no services)', '... alone');
select tests.story(2);
select fate.events_throw(1, fate.hosts_named('{a}'), 'bob@example.com', null, null, tests.at(1));
update fate.labors set for_owner = false, for_creator = true;
select tests.digest();
select is(tests.to(), 'bob@example.com', 'for the creator, but in no quest: to who threw the event');

select tests.story(2);
select tests.quest(1, 'a', 'b');
update fate.hosts set owner = 'zoe';
select tests.throw(2, 'a');
select tests.digest();
select is(tests.parts('zoe@example.com'), '1: b (no services)', 'what is closed is not told');
select tests.throw(1, 'a');
select tests.throw(2, 'b');
select fate.labors_move('{3}', 1, tests.at(9));
select tests.digest();
select is(tests.parts('zoe@example.com'), 'none: a (no services)', 'a quest that is complete counts as none');
select tests.throw(2, 'a');
select is(tests.digest(), 0, 'where nothing is open nobody gets mail');

-- ---- to whom ----
select tests.story(2);
select tests.throw(1, 'a', 'b');
update fate.hosts set owner = case hostname when 'a' then 'zoe' else 'adam' end;
select is(tests.digest('{"mail": false}'), 0, 'where no mail is sent none is written');
select is(tests.digest(send_to => 'me@x.org'), 2, 'all can be sent to one');
select is(tests.to(), 'me@x.org me@x.org', '... address');
select is((select string_agg(content->>'subject', ', ' order by id) from outbox.letters),
	'adam: Open Hermes labors need your attention, zoe: Open Hermes labors need your attention',
	'... as it would go to each');
select tests.digest('{"environment": "dev", "devRecipient": "dev@x.org"}');
select is((select content->>'subject' from outbox.letters order by id limit 1),
	'[DEV] adam: Open Hermes labors need your attention', 'the rules for every mail hold');
select matches((select content->>'html' from outbox.letters order by id limit 1),
	'^<p><strong>DEV:</strong> Sent to DEV<br />.*<br/></p><html><body', '... of its HTML, too');
select is(tests.digest('{"environment": "dev"}'), 0, '... and who must not get it does not');

-- ---- what the query server says ----
select is(outbox.digest_questions(tests.settings()), '{}', 'without a query server nothing is asked');
select is(outbox.digest_questions(tests.settings('{"queryServer": true, "mail": false}')), '{}',
	'... nor where no mail is sent');
select fate.hosts_named('{idle}');
select is(outbox.digest_questions(tests.settings('{"queryServer": true}')),
	'{"owners": {"operation": "owners", "hostnames": ["a", "b"]},
	"tags": {"operation": "tags", "hostnames": ["a", "b"], "else": true}}',
	'owners and tags of the hosts with open labors; owners must be known');
select is(outbox.digest_questions(tests.settings('{"queryServer": true, "contacts": true}'))->'contacts',
	'{"contacts": true, "else": true}', '... and contacts, where they can be asked for');
select tests.digest('{"queryServer": true}',
	'{"owners": {"a": "x", "b": null, "other": "y"}, "tags": {"a": ["one", "two"]}, "contacts": null}');
select is(tests.to(), 'x@example.com', 'owners are whom it says, not those that we know');
select is(tests.parts('x@example.com'), 'none: a (one, two)', '... and so are tags');
select tests.digest('{"queryServer": true}',
	'{"owners": {"a": "x", "b": "y"}, "tags": {"a": [], "b": "odd"}, "contacts": {"x": "team@x.org"}}');
select is(tests.to(), 'team@x.org y@example.com', '... at the contacts that are known');
select is(tests.parts('team@x.org') || tests.parts('y@example.com'), 'none: a (no services)none: b (no services)',
	'... without tags, or with such that make no sense');
select tests.digest('{"queryServer": true}', '{"owners": {"a": "x"}, "tags": null}');
select is(tests.parts('x@example.com'), 'none: a (no services)', '... or none to be had');
select is(tests.digest('{"queryServer": true}', '{"owners": null}'), 0,
	'where owners are not to be had nobody gets mail');

-- ---- what the courier calls ----
select is(courier_api.digest_questions(tests.settings()), '{}', 'the courier asks');
select is(courier_api.digest('{}', null, tests.settings()), 2, '... and has it written');

select * from finish();
rollback;
