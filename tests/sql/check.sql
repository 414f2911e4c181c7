-- fate.check() finds nothing in a lawful world, and names the rule for each row that is broken by hand.
begin;
\ir lib.psql
select plan(51);

-- tests.found() -> the rules that are broken now; tests.broken(command) -> those that it breaks. Undone afterwards.
create function tests.found() returns text
language sql as $$ select coalesce(string_agg(distinct rule || ' (' || id || ')', '; '), '') from fate.check() $$;

create function tests.broken(command text) returns text
language plpgsql as $$
declare
	rules text;
begin
	execute command;
	rules := tests.found();
	raise exception using errcode = 'TT000';
exception when sqlstate 'TT000' then
	return rules;
end
$$;

-- ---- a lawful world ----
select tests.story(3);
select is(tests.found(), '', 'an empty world is lawful');
select tests.fate(1);
select tests.fate(2, 4);
select tests.fate(tests.type('log', 'entry'), null, false, true);
select tests.type('no', 'fate');
select tests.throw(5, 'a', 'b', 'z');
select tests.throw(1, 'a', 'b', 'c');
select tests.throw(2, 'a', 'b');
select tests.throw(3, 'a');
select tests.throw(1, 'a');
select tests.throw(4, 'd');
select is(tests.found(), '', 'chains that are open, half way and ended are lawful');
select tests.quest(1, 'a', 'e', 'f');
select tests.quest(4, 'g');
select tests.quest(2, 'h', 'b');
select tests.throw(2, 'e', 'f', 'g');
select tests.throw(3, 'e', 'f', 'h');
select is(tests.found(), '', 'quests that are open, half way and complete are lawful');
select is((select count(*) filter (where completion_time is null) || ' ' || count(completion_time) from fate.quests), '2 1',
	'... there are some of both');
select fate.labors_move('{3}', 1, tests.at(30));
select fate.labors_move('{1}', 1, tests.at(30));
select is(tests.found(), '', 'labors that were moved are lawful');
select fate.hosts_rename(3, 'cc');
select fate.hosts_rename(4, 'y');
select is(tests.found(), '', 'hosts that were renamed are lawful');
update fate.count_deltas set minute = minute - 5;
select fate.counts_fold();
select is(tests.found(), '', 'folding breaks no total');

-- ---- one broken row for each rule ----
select tests.story(3);
select tests.fate(3, 1);
select tests.throw(1, 'a', 'b');
select tests.throw(2, 'a');
select tests.quest(1, 'c');
select tests.throw(2, 'c');
select tests.throw(3, 'c');
select is(tests.found(), '', 'a small lawful world, to be broken');
select is(tests.labors('id, fate_id, host_id, creation_event_id, completion_event_id, quest_id'),
	'(1,1,1,1,3,) (2,1,2,2,,) (3,2,1,3,,) (4,1,3,4,5,1) (5,2,3,5,6,1)', '... of these labors');

\set hours 'the labors of an hour are what counting finds'
\set rule 'a labor is opened by an event of its fate\'s type on its host'
select is(tests.broken($$ update fate.labors set host_id = 99 where id = 2 $$), :'rule' || ' (2)',
	:'rule' || ': the host');
select is(tests.broken($$ update fate.labors set creation_time = now() where id = 2 $$), :'rule' || ' (2); ' || :'hours' || ' (1)',
	'... the time');
select matches(tests.broken($$ update fate.labors set creation_event_id = 99 where id = 3 $$), 'on its host \(3\)',
	'... the event');
select matches(tests.broken($$ update fate.labors set fate_id = 3 where id = 2 $$), 'on its host \(2\)',
	'... the type');

\set rule 'a labor is closed by a later event of the type of a fate that follows its own'
select is(tests.broken($$ update fate.labors set completion_time = now() where id = 1 $$), :'rule' || ' (1); ' || :'hours' || ' (1)',
	:'rule' || ': the time');
select is(tests.broken($$ update fate.labors set closing_fate_id = 4 where id = 5 $$), :'rule' || ' (5)',
	'... a fate of that type that follows another');
select matches(tests.broken($$ update fate.labors set closing_fate_id = 2 where id = 5 $$), 'follows its own \(5\)',
	'... the fate');
select matches(tests.broken($$ update fate.labors set closing_fate_id = null where id = 5 $$), 'follows its own \(5\)',
	'... none');
select matches(tests.broken($$ update fate.labors set completion_event_id = 3 where id = 5 $$), 'follows its own \(5\)',
	'... the event''s host');
select matches(tests.broken($$ update fate.labors set completion_event_id = 99 where id = 5 $$), 'follows its own \(5\)',
	'... an event that is not there');

\set rule 'an open labor has met no event that closes it'
select is(tests.broken($$ insert into fate.events (host_id, at, event_type_id, username) values (2, tests.at(9), 2,
	'x');
	select fate.counts_add('event', 2, 0, 1, tests.at(9)) $$), :'rule' || ' (2)', :'rule');

\set rule 'an event opens one labor of its starting fate'
select is(tests.broken($$ insert into fate.events (id, host_id, at, event_type_id, username) values (50, 2, tests.at(9), 1,
	'x');
	select fate.counts_add('event', 1, 0, 1, tests.at(9)) $$), :'rule' || ' (50)', :'rule' || ': none');
select is(tests.broken($$ insert into fate.labors (fate_id, host_id, creation_event_id, creation_time, for_owner, for_creator)
	select fate_id, host_id, creation_event_id, creation_time, true, false from fate.labors where id = 2;
	select fate.counts_add('labor', 1, 0, 1), fate.counts_add('open', 1, 0, 1), fate.counts_add('opened', 1, fate.hour(tests.at(2)), 1) $$),
	:'rule' || ' (2)', '... two');

\set rule 'a chain goes on as often as a labor of it closes'
select is(tests.broken($$ delete from fate.labors where id = 3;
	select fate.counts_add('labor', 2, 0, -1), fate.counts_add('open', 2, 0, -1), fate.counts_add('opened', 2, fate.hour(tests.at(3)), -1) $$),
	:'rule' || ' (1)', :'rule');
select is(tests.broken($$ update fate.labors set starting_labor_id = 4 where id = 3 $$), :'rule' || ' (1)',
	'... by a labor that names where it started');

\set rule 'a quest\'s figures are those of its labors'
select is(tests.broken($$ update fate.quests set labors = labors + 1 $$), :'rule' || ' (1)',
	:'rule' || ': all');
select matches(tests.broken($$ update fate.quests set open_labors = 1 $$), 'of its labors \(1\)',
	'... the open');
select is(tests.broken($$ update fate.quests set root_labors = 2 $$), :'rule' || ' (1)', '... the first ones');
select is(tests.broken($$ update fate.quests set open_roots = 1 $$), :'rule' || ' (1)',
	'... those of them that are open');
select is(tests.broken($$ update fate.labors set quest_id = 1 where id = 1 $$), :'rule' || ' (1); a quest''s history tells of its labors (1)',
	'... a labor moved by hand');

\set rule 'a quest\'s history tells of its labors'
select is(tests.broken($$ update fate.labor_history set opened = opened + 1 where fate_id = 2 $$), :'rule' || ' (1)', :'rule' || ': opened');
select is(tests.broken($$ update fate.labor_history set closed = closed - 1 where fate_id = 1 $$), :'rule' || ' (1)', '... closed');
select is(tests.broken($$ update fate.labor_history set hour = hour - 1 $$), :'rule' || ' (1)', '... when');
select is(tests.broken($$ delete from fate.labor_history $$), :'rule' || ' (1)', '... at all');
select is(tests.broken($$ insert into fate.labor_history values (7, 0, 1, 1, 0) $$), :'rule' || ' (7)', '... of a quest that there is not');
select is(tests.broken($$ update fate.labor_history set hour = hour - 1; update fate.quests set move_time = now() $$), '',
	'... but a labor that was moved came at another time');

\set rule 'a quest is complete since its last labor closed'
select is(tests.broken($$ update fate.quests set completion_time = null $$), :'rule' || ' (1)',
	:'rule' || ': it is not');
select is(tests.broken($$ update fate.quests set completion_time = now() $$), :'rule' || ' (1)',
	'... at another time');
select tests.quest(1, 'd');
select is(tests.broken($$ update fate.quests set completion_time = now() where id = 2 $$), :'rule' || ' (2)',
	'... too early');

\set rule 'an event type knows what the fates say of it'
select is(tests.broken($$ update fate.event_types set opens_by = 2 where id = 1 $$), :'rule' || ' (1)',
	:'rule' || ': another opens');
select is(tests.broken($$ update fate.event_types set closes = not closes where id = 2 $$), :'rule' || ' (2)',
	'... it closes');

\set rule 'a total is what counting finds'
select is(tests.broken($$ select fate.counts_add('event', 1, 0, 1) $$), :'rule' || ' (8)',
	:'rule' || ': events');
select is(tests.broken($$ select fate.counts_add('labor', 1, 0, 1) $$), :'rule' || ' (7)', '... labors');
select is(tests.broken($$ select fate.counts_add('open', 1, 0, -1) $$), :'rule' || ' (2)', '... open labors');
select is(tests.broken($$ insert into fate.hosts (hostname) values ('x') $$), :'rule' || ' (4)', '... hosts');
select is(tests.broken($$ update fate.count_deltas set key = key + 5 where kind = 'opened'; $$), :'hours' || ' (1); ' || :'hours' || ' (2); '
	|| :'hours' || ' (6); ' || :'hours' || ' (7)', :'hours' || ': of which fate');
select is(tests.broken($$ select fate.counts_add('closed', 1, 5, 1), fate.counts_add('closed', 1, fate.hour(tests.at(5)), -1) $$), :'hours' || ' (1)',
	'... when');
select is((select count(distinct rule) from fate.check()), 0::bigint, 'and all is as it was');

-- ---- lawful, though today's fates would judge otherwise ----
select tests.story(2);
select tests.throw(tests.type('log', 'entry'), 'web');
select tests.fate(3);
select is(tests.found(), '', 'a fate that starts on events of a type thrown before is lawful');
select tests.story(2);
select tests.throw(type, 'web') from generate_series(1, 2) type;
select tests.fate(tests.type('all', 'done'), 2);
select is(tests.found(), '', 'a chain made longer afterwards is lawful');
select tests.story(2);
select tests.throw(type, 'web') from generate_series(1, 2) type;
select fate.fates_follow(2, null);
select is(tests.found(), '', 'a fate that follows no longer is lawful');
select tests.story(2);
select tests.throw(1, 'a');
select tests.throw(2, 'b');
select fate.hosts_rename(1, 'b');
select is(tests.found(), '', 'an open labor moved to a host that had a closing event of its own is lawful');

select * from finish();
rollback;
