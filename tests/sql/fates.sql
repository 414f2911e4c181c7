-- Fates follow one another without circles, and are deleted only while nothing refers to them.
begin;
\ir lib.psql
select plan(31);

-- ---- circles ----
select tests.story(4);
select ok(fate.fates_circle(1, 1), 'a fate that follows itself is a circle');
select ok(fate.fates_circle(1, 2), 'one that follows its own follower is a circle');
select ok(fate.fates_circle(1, 4), '... and so is one that follows a follower''s follower''s follower');
select ok(not fate.fates_circle(4, 1), 'following a fate further up is none');
select ok(not fate.fates_circle(2, null), 'following nothing is none');
select ok(not fate.fates_circle(9, 4), 'a fate that is not there yet closes none');

select is(tests.refused('select fate.fates_follow(1, 1)'), 'WE409 followsId: Fate 1 would follow itself',
	'a fate cannot be made to follow itself');
select is(tests.refused('select fate.fates_follow(1, 2)'), 'WE409 followsId: Fate 1 would follow itself',
	'... directly');
select is(tests.refused('select fate.fates_follow(1, 4)'), 'WE409 followsId: Fate 1 would follow itself',
	'... or by others');
select is(tests.refused('select fate.fates_follow(2, 3)'), 'WE409 followsId: Fate 2 would follow itself',
	'... nor in the middle of a chain');
select is(tests.refused('select fate.fates_follow(1, 99)'), 'WE409 followsId: no such Fate 99 found',
	'a fate cannot follow one that is not there');
select is(tests.rows('fate.fates', 'follows_id'), '() (1) (2) (3)', 'what is refused changes nothing');

-- ---- following ----
select fate.fates_follow(4, 1);
select is(tests.rows('fate.fates', 'follows_id'), '() (1) (2) (1)', 'a fate may be made to follow another');
select fate.fates_follow(3, null);
select is(tests.rows('fate.fates', 'follows_id'), '() (1) () (1)', '... or none: then it starts');
select fate.fates_follow(1, 3);
select is(tests.rows('fate.fates', 'follows_id'), '(3) (1) () (1)',
	'what has lost its tie may be tied the other way round');
select is(tests.refused('select fate.fates_follow(3, 4)'), 'WE409 followsId: Fate 3 would follow itself',
	'... and makes circles elsewhere impossible');

-- The database ends its search even where a circle was made by hand.
update fate.fates set follows_id = 2 where id = 1;
select ok(not fate.fates_circle(9, 1), 'looking for a circle ends even where there is one');
select ok(fate.fates_circle(1, 2), '... and finds it');

-- ---- deleting ----
select tests.story(3);
select is(fate.fates_delete(1), 'fates 2', 'a fate that another follows is not deleted');
select tests.fate(1, 1);
select is(fate.fates_delete(1), 'fates 2, 4', '... and the answer names its followers');
select is(fate.fates_delete(3), null, 'the last of a chain is');
select is(tests.rows('fate.fates', 'id'), '(1) (2) (4)', '... gone');
select tests.throw(1, 'web');
select tests.throw(2, 'web');
select is(fate.fates_delete(2), 'labors', 'a fate that closed a labor is not deleted');
select is(fate.fates_delete(1), 'fates 2, 4', '... nor one with followers and labors');
select fate.fates_follow(2, null), fate.fates_follow(4, null);
select is(fate.fates_delete(1), 'labors', '... nor one with labors of its own');
select is(fate.fates_delete(4), null, 'one that nothing refers to is deleted');
select is(left(tests.refused('delete from fate.event_types where id = 1'), 5), '23503',
	'a fate''s type stays while it does');

-- ---- the endpoints say the same ----
update people.users set superuser = true;         -- who may delete them
select is(tests.refused($$ select tests.ask('fates_delete', '{"id": "1"}') $$), 'WE409 Fate 1 is referred to by labors',
	'DELETE of one that is used says by what');
select is(tests.refused($$ select tests.ask('fates_update', '{"id": "1"}', '{}', '{"followsId": 1}') $$),
	'WE409 followsId: Fate 1 would follow itself', 'PUT refuses a circle');
select is(tests.ask('fates_update', '{"id": "2"}', '{}', '{"followsId": 1}')->'followsId', '1',
	'PUT with followsId ties');
select is(tests.ask('fates_update', '{"id": "2"}', '{}', '{}')->'followsId', '1',
	'... and an empty one changes nothing');

select * from finish();
rollback;
