-- What Slack is told, to the letter (hermes-behaviour.md section 7).
begin;
\ir lib.psql
select plan(22);

-- tests.told(n) -> sorts what has happened n minutes into the story, and what Slack would be told then, one text after the other.
create function tests.told(n int) returns text
language sql as $$
	select outbox.sort(tests.settings(), 500, tests.at(n));
	select string_agg(content->>'text', '|' order by due_at, id)
	  from outbox.letters_claim('slack', 100, 60, tests.settings(), tests.at(n) + interval '1 minute');
$$;
create function tests.closed(n int, variadic labors bigint[]) returns text
language sql as $$ select outbox.slack_labors_closed(jsonb_build_object('n', n, 'labors', labors)) $$;

-- ---- labors ----
select is(outbox.slack_labors_made(1), '*Labors:* created 1 labor', 'one labor that is made');
select is(outbox.slack_labors_made(2), '*Labors:* created 2 labors', 'two');
select is(outbox.slack_labors_made(100000), '*Labors:* created 100000 labors', 'as many as may be, without commas');

select tests.story(3);
select tests.throw(1, 'web', 'db.example.com');
select is(tests.told(9), '*Labors:* created 2 labors', 'an event that makes labors');
select tests.throw(2, 'web');
select is(tests.told(9), '*Labors:* created 1 labor|' || E'*Labor 1* completed.\n\tweb: step 1 => step 2\n\n',
	'for a chain: what was created, then what was completed');
select tests.throw(3, 'web');
select tests.throw(2, 'db.example.com');
select is(tests.told(9), E'*Labors:* created 1 labor|*Labor 2* completed.\n\tdb.example.com: step 1 => step 2\n\n'
	|| E'*Labor 3* completed.\n\tweb: step 2 => step 3\n\n',
	'each labor that is closed is told in one text: from the event that opened it to the event that closed it');
select is(tests.told(9), null, 'where nothing has happened nothing is told');
select tests.type('plain', 'x');
select tests.throw(4, 'web');
select is(tests.told(9), null, '... nor where it is no labor''s business');

-- ---- of quests ----
select tests.story(2);
select tests.quest(1, 'a', 'b');
update fate.quests set description = E'Reboot "all" of\n\tthem: 100% \\of %s';
select is(tests.told(9), '*Labors:* created 2 labors|*Quest 1* created by johnny@example.com: 2 hosts started with step 1'
	|| E'\n\t"Reboot "all" of\n\tthem: 100% \\of %s"',
	'a new quest, after its labors; its description as it is, not wrapped');
select tests.throw(2, 'a');
select is(tests.told(9),
	E'*Labor 1* completed.\n\ta: step 1 => step 2\n\tPart of Quest [1] "Reboot "all" of\n\tthem: 100% \\of %s"\n\n',
	'a labor of a quest says so');
select tests.throw(2, 'b');
select is(tests.told(9),
	E'*Labor 2* completed.\n\tb: step 1 => step 2\n\tPart of Quest [1] "Reboot "all" of\n\tthem: 100% \\of %s"\n\n'
	|| E'|*Quest 1* completed:\n\t"Reboot "all" of\n\tthem: 100% \\of %s"',
	'a quest that is complete, after its last labor');

select tests.story(2);
select tests.quest(1, 'a');
select tests.quest(1, 'a');
select is(tests.told(9), '*Labors:* created 2 labors|*Quest 1* created by johnny@example.com: 1 hosts started with step 1'
	|| E'\n\t"an aim"|*Quest 2* created by johnny@example.com: 1 hosts started with step 1\n\t"an aim"',
	'several quests');
select tests.throw(2, 'a');
select is(tests.told(9), E'*Labor 1* completed.\n\ta: step 1 => step 2\n\tPart of Quest [1] "an aim"\n\n'
	|| E'*Labor 2* completed.\n\ta: step 1 => step 2\n\tPart of Quest [2] "an aim"\n\n'
	|| E'|*Quest 1* completed:\n\t"an aim"|*Quest 2* completed:\n\t"an aim"', '... that one event completes');
select tests.story(3);
select tests.quest(2, 'a', 'b', 'c');
select is(tests.told(9), '*Labors:* created 3 labors|*Quest 1* created by johnny@example.com: 3 hosts started with step 2'
	|| E'\n\t"an aim"', 'a quest may begin with any fate');

-- ---- ten ----
select tests.story(2);
select tests.throw(1, variadic array(select 'h' || i from generate_series(1, 30) i));
select tests.told(9);
select tests.throw(2, variadic array(select 'h' || i from generate_series(1, 9) i));
select is(tests.told(9), (select string_agg(format(E'*Labor %s* completed.\n\th%s: step 1 => step 2\n\n', i, i),
	'' order by i)
	from generate_series(1, 9) i), 'nine labors are told one by one');
select tests.throw(2, variadic array(select 'h' || i from generate_series(10, 19) i));
select is(tests.told(9), '*Labors:* completed 10 Labors', 'ten only by their number');
select tests.throw(2, variadic array(select 'h' || i from generate_series(20, 30) i));
select is(tests.told(9), '*Labors:* completed 11 Labors', '... and more');

-- ---- what a text stands on ----
select tests.story(3);
select tests.fate(3, 1);
select tests.throw(1, 'web');
select tests.throw(3, 'web');
select is(tests.closed(1, 1), E'*Labor 1* completed.\n\tweb: step 1 => step 3\n\n',
	'the closing event''s type is told, not that of another way on');
select fate.hosts_rename(1, 'new');
select is(tests.closed(1, 1), E'*Labor 1* completed.\n\tnew: step 1 => step 3\n\n',
	'a host is called by the name it has now');
select is(tests.closed(10, 1), '*Labors:* completed 10 Labors', 'n counts, whatever is named');
select tests.throw(1, 'web');
select tests.quest(1, 'web');
select fate.labors_move('{2}', 1, tests.at(9));
select tests.throw(2, 'web');
select is(tests.closed(2, 3, 2), E'*Labor 2* completed.\n\tweb: step 1 => step 2\n\tPart of Quest [1] "an aim"\n\n'
	|| E'*Labor 3* completed.\n\tweb: step 1 => step 2\n\tPart of Quest [1] "an aim"\n\n', 'labors by their numbers');
update fate.quests set creator = 'a%s\n"x"@example.com';
select is(outbox.slack_quest_made(1, 7, 4),
	E'*Quest 1* created by a%s\\n"x"@example.com: 7 hosts started with step 1\n\t"an aim"',
	'names are told as they are');

select * from finish();
rollback;
