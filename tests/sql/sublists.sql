-- What is put into what, and taken out (sql/polemarch_api/sublists.sql; polemarch-behaviour.md sections 4, 6, 15.2), and that rights
-- which are given by many parts at once are those that they give one by one (people.parts_join).
begin;
\ir lib.psql
select plan(149);

insert into people.users (username, superuser, stamp) values ('admin', true, 8), ('eve', false, 9), ('bob', false, 10);
create function tests.objects(kind people.kind, n int, owner int default 1, children boolean default false) returns bigint[]
language sql as $$
	select case kind
		when 'host' then inventory.hosts_add(array_agg('h' || i), array_agg('HOST'::text), array_agg('{}'::jsonb),
	array_agg('{}'::jsonb), owner)
		when 'group' then inventory.groups_add(array_agg('g' || i), array_agg(children), array_agg('{}'::jsonb),
	array_agg('{}'::jsonb), owner)
		else array[inventory.inventories_add('i', '{}', '{}', owner)] end
	  from generate_series(1, n) i
$$;
-- tests.on(name, verb, place, body) -> what is answered; the place is like groups/1/hosts.
create function tests.on(name text, verb text, place text, body jsonb default '[]', more jsonb default '{}') returns text
language sql as $$
	select tests.polemarch(name, 'sublists_' || verb, jsonb_build_object('objects', split_part(place, '/', 1), 'id',
	split_part(place, '/', 2)), body,
	                       more => jsonb_build_object('url', 'http://moirai/polemarch/api/v1/' || place || '/?x=/y') || more)
$$;
-- tests.told(total, operated, failed) -> the answer.
create function tests.told(total int, operated int, failed text default '') returns text
language sql as $$ select format('200 {"total":%s,"operated":%s,"not_found":%s,"failed_list":[%s]}', total, operated,
	total - operated, failed) $$;
create function tests.wrong() returns text
language sql as $$ select string_agg(concat_ws(' ', rule, id, found),
	'; ') from (select * from inventory.check() union all select * from people.rights_check()) c $$;
create function tests.parts() returns text
language sql as $$ select string_agg(concat(kind, id, ':', part_kind, part_id), ' ' order by kind, id, part_kind,
	part_id) from people.parts $$;

-- hosts 1 to 4 are johnny's, 5 and 6 eve's; groups 1 and 2 hold hosts, 3 and 4 groups; an inventory; a project.
create function tests.world() returns void
language plpgsql as $$
begin
	perform tests.story();
	perform tests.objects('host', 4), tests.objects('host', 2, 3), tests.objects('group', 2), tests.objects('group', 2, 1, true),
	tests.objects('inventory', 1);
	perform people.objects_add('project', '{1}', 1);
end
$$;
create table tests.places as select * from (values ('groups/1/hosts', '1'), ('groups/3/groups', '1'), ('inventories/1/hosts',
	'1'), ('inventories/1/groups', '3'), ('projects/1/hosts', '1'),
	('projects/1/groups', '1'), ('projects/1/inventories', '1')) p (place, id);

-- ---- every pair ----
select tests.world();
select is(tests.on('johnny', 'get', place), '200 []', 'at first nothing is in ' || place) from tests.places;
select is(tests.on('johnny', 'add', place, ('[' || id || ', 99]')::jsonb), tests.told(2, 1, '99'),
	'something is put into ' || place) from tests.places;
select is(tests.on('johnny', 'get', place), '200 [' || id || ']', '... so it is in it: ' || place) from tests.places;
select is(tests.on('johnny', 'replace', place, ('["' || id || '"]')::jsonb) || tests.on('johnny', 'get', place), tests.told(1,
	1) || '200 [' || id || ']', '... and put there again: ' || place) from tests.places;
select is(tests.wrong(), null, 'all is as the law says');
select is(tests.on('johnny', 'remove', place, ('[' || id || ']')::jsonb) || tests.on('johnny', 'get', place), tests.told(1,
	1) || '200 []', '... and taken out: ' || place) from tests.places;
select is(tests.parts(), null, '... so that nothing is left');
select is(tests.rows($$people.audit where kind = 'group' and ids = '{1}'$$, 'username, verb, kind, ids, details'),
	'(johnny,"add hosts",group,{1},"{""n"": 1, ""ids"": [1]}") '
	'(johnny,"replace hosts",group,{1},"{""n"": 1, ""ids"": [1]}") (johnny,"remove hosts",group,{1},"{""n"": 1, ""ids"": [1]}")',
	'the audit is told');
select is((select string_agg(kind || n, ' ' order by kind) from (select kind, count(*) as n from people.audit group by 1) a),
	'group6 inventory6 project9', '... of each, projects too');
select is((select string_agg(distinct concat_ws(' ', kind, ids), ', ') from outbox.changes),
	'group {1}, group {3}, inventory {1}, project {1}', 'who watches a page is told, too');
select is(tests.on('johnny', verb, place), '404 {"detail": "Not found."}', format('%s: there is no %s', verb,
	place)) from unnest('{get,add,replace,remove}'::text[]) verb,
	unnest('{hosts/1/hosts,templates/1/inventories,groups/1/inventories,inventories/1/inventories,groups/99/hosts,inventories/99/hosts,things/1/hosts,groups/1/things}'::text[])
	place;

-- ---- what is told ----
select tests.world();
select is(tests.on('johnny', 'add', 'groups/1/hosts', '[1, 2, 2, 99, 99]'), tests.told(5, 3, '99,99'),
	'each id counts as often as it was sent');
select is(tests.on('johnny', 'add', 'groups/1/hosts', '[1]'), tests.told(1, 1), '... also what is there already');
select is(tests.on('johnny', 'add', 'groups/1/hosts',
	'["3", " 4", "+4", "5", "99", -1, 0, 12345678901234567890123, "-7", "00099"]'),
	tests.told(10, 3, '"5","99",-1,0,12345678901234567890123,"-7","00099"'),
	'what failed is told as it was sent: what is not there, or not seen, or no id ever');
select is(tests.on('johnny', 'get', 'groups/1/hosts'), '200 [1,2,3,4]', '... the rest is done all the same');
select is(tests.on('johnny', verb, 'groups/1/hosts', body::jsonb), tests.told(0, 0),
	verb || ' of nothing is nothing: ' || body) from unnest('{add,remove}'::text[]) verb, unnest('{[],"{}"}'::text[]) body;
select is(tests.on('johnny', 'remove', 'groups/1/hosts', '[4, 5, 2, 2]'), tests.told(4, 3, '5'),
	'what is taken out twice counts twice');
select is(tests.on('johnny', 'remove', 'groups/1/hosts', '[4]'), tests.told(1, 1), '... what is not in it counts, if it is seen');
select is(tests.on('johnny', 'replace', 'groups/1/hosts', '[2, 99, 3]') || tests.on('johnny', 'get', 'groups/1/hosts'),
	tests.told(3, 2, '99') || '200 [2,3]', 'exactly those of them that are there');
select is(tests.on('johnny', 'replace', 'groups/1/hosts', '{}') || tests.on('johnny', 'get', 'groups/1/hosts'), tests.told(0,
	0) || '200 []', '... or none');
select is(tests.on('johnny', 'add', 'groups/1/hosts', body::jsonb), wanted, 'refused: ' || body) from (values
	('{"a": 1}', '400 {"non_field_errors": ["Expected a list of items but got type \"dict\"."]}'), ('1',
	'400 {"non_field_errors": ["Expected a list of items but got type \"int\"."]}'),
	('"1"', '400 {"non_field_errors": ["Expected a list of items but got type \"str\"."]}'), ('null',
	'400 {"non_field_errors": ["Expected a list of items but got type \"NoneType\"."]}'),
	('[1, "x"]', '400 {"detail": "invalid literal for int() with base 10: ''x''", "error_type": "ValueError"}'), ('[1, 2.5]',
	'400 {"detail": "invalid literal for int() with base 10: ''2.5''", "error_type": "ValueError"}'),
	('[1, null]', '400 {"detail": "invalid literal for int() with base 10: ''None''", "error_type": "ValueError"}'), ('[1, [2]]',
	'400 {"detail": "invalid literal for int() with base 10: ''[2]''", "error_type": "ValueError"}'),
	('[1, ""]', '400 {"detail": "invalid literal for int() with base 10: ''''", "error_type": "ValueError"}'), ('[true]',
	'400 {"detail": "invalid literal for int() with base 10: ''true''", "error_type": "ValueError"}'),
	('["1 2"]', '400 {"detail": "invalid literal for int() with base 10: ''1 2''", "error_type": "ValueError"}')) v (body,
	wanted);
select is(tests.parts(), null, '... and nothing of it is done');

-- ---- groups of both sorts ----
select is(tests.on('johnny', verb, 'groups/1/groups', body::jsonb), '409 ["Group is not children."]',
	format('a group of hosts holds no groups: %s %s', verb, body))
  from unnest('{get,add,replace,remove}'::text[]) verb, unnest('{[2],"[\"x\"]"}'::text[]) body;
select is(tests.on('johnny', verb, 'groups/3/hosts', '{"x": 1}'), '409 ["Group is children."]',
	format('a group of groups holds no hosts: %s', verb)) from unnest('{get,add,replace,remove}'::text[]) verb;
select is(tests.on('johnny', 'add', 'groups/3/groups', '[1, 4]') || tests.on('johnny', 'add', 'inventories/1/groups', '[1, 3]'),
	tests.told(2, 2) || tests.told(2, 2), 'groups of both sorts are put into groups and inventories');
select is(tests.wrong(), null, 'all is as the law says');

-- ---- circles ----
select tests.story();
select tests.objects('group', 8, 1, true), tests.objects('group', 1, 3, true);
create function tests.circle(words text) returns text
language sql as $$ select '400 ' || jsonb_build_object('error_type', 'CiclicDependencyError', 'detail',
	'A cyclic dependence was found. The group ' || words)::text $$;
select is(tests.on('johnny', verb, 'groups/1/groups', '[2, 1]'), tests.circle('can not refer to itself.'),
	verb || ': no group is in itself') from unnest('{add,replace}'::text[]) verb;
select tests.on('johnny', 'add', format('groups/%s/groups', i), jsonb_build_array(i + 1)) from generate_series(1, 6) i;
select is(tests.on('johnny', verb, 'groups/7/groups', '[8, 1]'), tests.circle('has a dependence on itself.'),
	verb || ': ... nor through seven others') from unnest('{add,replace}'::text[]) verb;
select is(tests.on('johnny', 'get', 'groups/7/groups'), '200 []', '... the whole of it is refused');
select is(tests.on('johnny', 'replace', 'groups/3/groups', '[2]'), tests.circle('has a dependence on itself.'),
	'what would close the circle is not replaced');
select is(tests.on('johnny', 'replace', 'groups/3/groups', '[8]') || tests.on('johnny', 'add', 'groups/7/groups', '[1]'),
	tests.told(1, 1) || tests.told(1, 1), '... but what is taken out opens one');
select is(tests.on('johnny', 'add', 'groups/1/groups', '[3, 8]'), tests.told(2, 2), 'two ways to one group are none');
select people.parts_add('group', 9, 'group', '{1}');
select is(tests.on('johnny', 'add', 'groups/1/groups', '[9]'), tests.told(1, 0, '9'),
	'what one does not see closes none, for it is not put there');
select is(tests.on('johnny', 'remove', 'groups/1/groups', '[1, 2]'), tests.told(2, 2), 'to take out is never refused');
select is(tests.wrong(), null, 'all is as the law says');

-- ---- rights ----
select tests.world();
select is(tests.on('eve', verb, 'groups/1/hosts', '"x"'), '403 {"detail": "You do not have permission to perform this action."}',
	verb || ': who has no right is told so, whatever he sends') from unnest('{get,add,replace,remove}'::text[]) verb;
select is(tests.on('nobody', verb, 'groups/1/hosts'), '401 Sign in to use this resource.',
	verb || ': who is not signed in, too') from unnest('{get,add,replace,remove}'::text[]) verb;
select people.grants_put('group', 1, '{3,4}', '{EDITOR,EXECUTOR}');
select tests.on('johnny', 'add', 'groups/1/hosts', '[1]');
select is(tests.on('bob', 'get', 'groups/1/hosts'), '200 [1]', 'an EXECUTOR sees what is in it');
select is(tests.on('bob', verb, 'groups/1/hosts', '[1]'), '403 {"detail": "You do not have permission to perform this action."}',
	'... but cannot ' || verb) from unnest('{add,replace,remove}'::text[]) verb;
select is(tests.on('eve', 'add', 'groups/1/hosts', '[1, 2, 5]'), tests.told(3, 2, '2'), 'an EDITOR puts there what he sees');
select is((select string_agg(v::text, ' ' order by v) from people.visible_ids('{4}', 'host') v), '1 5',
	'... which all others who see the group see from now on');
select is(tests.on('eve', 'remove', 'groups/1/hosts', '[1]') || tests.on('eve', 'add', 'groups/1/hosts', '[1]'), tests.told(1,
	1) || tests.told(1, 0, '1'), '... and cannot put back what he saw by that only');
select is(tests.on('johnny', 'replace', 'groups/1/hosts', '[2]') || tests.on('johnny', 'get', 'groups/1/hosts'), tests.told(1,
	1) || '200 [2]', 'whoever replaces all takes out also what he would not see otherwise');
select is(tests.on('admin', 'add', 'groups/1/hosts', '[5, 6]'), tests.told(2, 2), 'a superuser sees all');
select is(tests.wrong(), null, 'all is as the law says');

-- ---- many ----
select tests.story();
select people.objects_add('host', array(select generate_series(1, 50000)), 1), people.objects_add('host',
	array(select generate_series(50001, 100000)), 3),
       tests.objects('inventory', 1);
select people.grants_put('inventory', 1, '{4}', '{EXECUTOR}');
analyze people.visible; analyze people.objects; analyze people.parts;
set local statement_timeout = '20s';       -- (of what takes a second; of the square it would take an hour)
create table tests.many as select tests.on('johnny', 'add', 'inventories/1/hosts', (select jsonb_agg(i) from generate_series(1,
	100000) i)) as said;
select is(said, tests.told(100000, 50000, (select string_agg(i::text, ',') from generate_series(50001, 100000) i)),
	'a hundred thousand in one call') from tests.many;
select is(tests.on('johnny', 'replace', 'inventories/1/hosts', (select jsonb_agg(i) from generate_series(25001, 50000) i)),
	tests.told(25000, 25000), '... half of them replaced');
select is(people.visible_count('{4}', 'host'), 25000::bigint, '... and seen by who sees the inventory');
select is(tests.on('johnny', 'remove', 'inventories/1/hosts', (select jsonb_agg(i) from generate_series(1, 49999) i)),
	tests.told(49999, 49999), '... and taken out');
select is(tests.on('johnny', 'get', 'inventories/1/hosts'), '200 [50000]', '... but for one');
select is_empty('select * from people.rights_check()', 'all is as the law says');
reset statement_timeout;

-- ---- one by one, or at once ----
-- tests.woods(at_once) -> who sees what, where 300 random things are put into each other; a group only into one of a smaller number.
create function tests.woods(at_once boolean) returns text
language plpgsql as $$
begin
	perform tests.story();
	perform setseed(0.4), tests.objects('host', 20, 3), tests.objects('group', 10, 1), tests.objects('group', 10, 1, true),
	tests.objects('inventory', 1), tests.objects('inventory', 1, 4), people.objects_add('project', '{1,2}', 4);
	perform people.grants_put('group', 12, '{3}', '{EDITOR}'), people.grants_put('inventory', 1, '{4}', '{EXECUTOR}'),
	people.grants_put('project', 1, '{3}', '{MASTER}');
	create temporary table wood on commit drop as
	select distinct kind, id, part_kind, part_id from (
		select 'group'::people.kind as kind, (random() * 9 + 1)::bigint as id, 'host'::people.kind as part_kind,
	(random() * 21 + 1)::bigint as part_id from generate_series(1, 60)
		union all select 'group', n, 'group', case when n = 20 then 1 else n + (random() * (20 - n - 1))::int + 1 end from
	generate_series(11, 20) n, generate_series(1, 2)
		union all select 'group', n, 'group', (random() * 9 + 1)::bigint from generate_series(11, 20) n, generate_series(1, 3)
		union all select 'inventory', (random() + 1)::bigint, 'group', (random() * 19 + 1)::bigint from generate_series(1, 5)
		union all select 'inventory', (random() + 1)::bigint, 'host', (random() * 19 + 1)::bigint from generate_series(1, 5)
		union all select 'project', (random() + 1)::bigint, 'inventory', (random() + 1)::bigint from generate_series(1, 3)
		union all select 'project', (random() + 1)::bigint, 'group', (random() * 19 + 1)::bigint from generate_series(1, 3)) w;
	if at_once then
		perform people.parts_join(array(select row(kind, id, part_kind,
	part_id)::people.parts from wood union all select row(kind, id, part_kind, part_id)::people.parts from wood));
	else
		perform people.parts_add(kind, id, part_kind, array[part_id]) from (select * from wood order by random()) w;
	end if;
	drop table wood;
	return (select string_agg(v::text, ' ' order by v::text) from people.visible v) || (select string_agg(c::text,
	' ' order by c::text) from people.visible_counts c);
end
$$;
create table tests.seen as select tests.woods(true) as at_once;
select is(tests.wrong(), null, 'of parts that come all at once, in a wood of groups, all is as the law says');
select cmp_ok((select count(*) from people.parts), '>', 60::bigint, '... of which there are many');
select is(md5(at_once), md5(tests.woods(false)), '... as if they came one by one') from tests.seen;
select is(tests.wrong(), null, '... which is right, too');

select * from finish();
rollback;
