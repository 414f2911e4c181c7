-- Who may do what with the objects of the inventory (sql/people/rights.sql; polemarch-behaviour.md section 15): each rule and
-- each consequence, in small worlds made by hand. rights_world.sql has a large one.
begin;
\ir lib.psql
select plan(164);

-- tests.people(): user 1 is a superuser, 2 owns what is made, 3 to 9 are plain, 10 is a superuser no longer active; teams 1
-- to 3 are empty; no objects.
create function tests.people() returns void
language sql as $$
	truncate people.users, people.teams, people.team_members, people.objects, people.grants, people.parts, people.visible,
	         people.visible_counts restart identity cascade;
	insert into people.users (username, superuser, active)
	select 'user' || i, i in (1, 10), i <> 10 from generate_series(1, 10) i;
	insert into people.teams (name) values ('one'), ('two'), ('three');
$$;

create function tests.enter(team bigint, variadic users bigint[]) returns void
language sql as $$ insert into people.team_members (team_id, user_id) select team, unnest(users) $$;

create function tests.leave(team bigint, who bigint) returns void
language sql as $$ delete from people.team_members where team_id = team and user_id = who $$;

-- tests.make(kind, n...): objects of user 2.
create function tests.make(kind people.kind, variadic ids bigint[]) returns void
language sql as $$ select people.objects_add(kind, ids, 2) $$;

create function tests.allow(kind people.kind, id bigint, principal bigint, role people.role default 'EXECUTOR') returns void
language sql as $$ select people.grants_put(kind, id, array[principal], array[role]) $$;

create function tests.put(part_kind people.kind, part bigint, kind people.kind, id bigint) returns void
language sql as $$ select people.parts_add(kind, id, part_kind, array[part]) $$;

create function tests.take(part_kind people.kind, part bigint, kind people.kind, id bigint) returns void
language sql as $$ select people.parts_remove(kind, id, part_kind, array[part]) $$;

-- tests.sees(user) -> 'host 1,2; group 1': what lists show him, which is what he may see, and as many as is counted.
create function tests.sees(who bigint) returns text
language plpgsql as $$
declare
	mine bigint[] := people.principals(who);
	all_ids text := '';
	kind people.kind;
	ids bigint[];
begin
	foreach kind in array enum_range(null::people.kind) loop
		ids := people.visible_page(mine, kind, null, 0);
		if ids is distinct from array(select i from generate_series(1::bigint, 20) i where people.may(who, 'see', kind, i))
		   or ids <> array(select distinct v from people.visible_ids(mine, kind) v order by v)
		   or cardinality(ids) <> people.visible_count(mine, kind) then
			return 'lists and rights differ';
		end if;
		all_ids := all_ids || case when ids <> '{}' then format('; %s %s', kind, array_to_string(ids, ',')) else '' end;
	end loop;
	return substr(all_ids, 3);
end
$$;

-- tests.lawful(what): nothing is to be found.
create function tests.lawful(what text) returns text
language sql as $$
	select is((select string_agg(rule || ': ' || id || ' ' || found, '; ') from people.rights_check()), null, what)
$$;

-- tests.reasons(principal, kind, id) -> how many it has to see it; null: it does not.
create function tests.reasons(p bigint, k people.kind, i bigint) returns int
language sql as $$ select ways from people.visible v where v.principal = p and v.kind = k and v.id = i $$;

-- ---- who waits for whom ----
create function tests.owns(command text) returns boolean
language plpgsql as $$
declare
	owns boolean;
begin
	execute command;
	owns := exists (select from pg_locks where locktype = 'advisory' and pid = pg_backend_pid() and granted
	                   and objid = hashtext('people.rights')::bigint & x'ffffffff'::bigint);
	raise exception using errcode = 'TT000';
exception when sqlstate 'TT000' then
	return owns;
end
$$;
select tests.people();
select ok(not tests.owns('select 1'), 'nobody owns the rights');
select is_empty($$ select command from unnest(array['people.rights_own()', 'people.objects_add(''host'', ''{}'', 2)',
	'people.objects_remove(''host'', ''{1}'')', 'people.owner_set(''host'', 1, 2)', 'people.objects_pass(2, 3)',
	'people.principal_forget(3)', 'people.grants_put(''host'', 1, ''{}'', ''{}'')',
	'people.grants_remove(''host'', 1, ''{3}'')', 'people.grants_replace(''host'', 1, ''{}'', ''{}'')',
	'people.parts_add(''group'', 1, ''host'', ''{1}'')', 'people.parts_remove(''group'', 1, ''host'', ''{1}'')',
	'people.parts_replace(''group'', 1, ''host'', ''{1}'')']) command where not tests.owns('select ' || command) $$,
	'whatever changes objects, grants or parts waits for others that do');
select is_empty($$ select command from unnest(array['people.role_of(3, ''host'', 1)', 'people.may(3, ''see'', ''host'', 1)',
	'people.may_each(3, ''see'', ''host'', ''{1}'')', 'people.visible_page(''{3}'', ''host'', 1, 0)',
	'people.visible_count(''{3}'', ''host'')', 'people.parts_circle(''group'', 1, ''group'', ''{2}'')']) command
	where tests.owns('select ' || command) $$, '... who only asks waits for nobody');

-- ---- principals ----
select tests.enter(2, 3, 4), tests.enter(1, 3), tests.enter(3, 1, 10);
select is(people.principals(3), '{3,-1,-2}', 'a user stands for himself and his teams');
select is(people.principals(5), '{5}', '... for himself alone where he is in none');
select is(people.principals(1), '{0}', 'a superuser stands for the superusers, not for his teams');
select is(people.principals(10), '{0}', '... also one who is not active, who cannot sign in anyway');
select is(people.principals(99), '{}', 'who is not there stands for nobody');
select is(people.principals(null), '{}', '... nor does nobody');

-- ---- roles, verbs, kinds ----
select is((select string_agg(verb || ' ' || people.role_needed(verb), ', ') from unnest(
	'{see,execute,sync,edit,delete,link,grant,own}'::text[]) verb), 'see EXECUTOR, execute EXECUTOR, sync EXECUTOR, edit '
	'EDITOR, delete EDITOR, link EDITOR, grant MASTER, own OWNER', 'each verb needs a role');
select is(tests.refused($$ select people.role_needed('fly') $$), 'P0001 there is no verb fly', '... there are no others');
select is(tests.refused($$ select people.may(3, 'cancel', 'host', 1) $$), 'P0001 there is no verb cancel',
	'... also where there is no object');
select is(tests.refused($$ select people.may_each(1, null, 'host', '{}') $$), 'P0001 there is no verb <NULL>', '... nor none');

-- tests.matrix(kind) -> of object 1: a line for each user, a column for each verb, the role at the end; as may, may_each and
-- role_of say it.
create function tests.matrix(kind people.kind) returns text
language sql as $$
	select string_agg(line, e'\n' order by who)
	  from (select who, rpad(name, 17) || string_agg(case when people.may(id, verb, $1, 1) <>
	               (people.may_each(id, verb, $1, '{1}') = '{1}') then '?'
	               when people.may(id, verb, $1, 1) then '+' else '-' end, '' order by n)
	               || ' ' || coalesce(people.role_of(id, $1, 1)::text, 'none') as line
	          from (values (1, 'superuser', 1), (2, 'inactive one', 10), (3, 'owner', 2), (4, 'master', 3), (5, 'editor', 4),
	                       (6, 'executor', 5), (7, 'in team of them', 6), (8, 'more by team', 7), (9, 'less by team', 8),
	                       (10, 'of what needs it', 9), (11, 'stranger', 11), (12, 'nobody', 99), (13, 'no', null))
	               users (who, name, id),
	               unnest('{see,execute,sync,edit,delete,link,grant,own}'::text[]) with ordinality verbs (verb, n)
	         group by who, name, id) lines
$$;
select tests.people();
insert into people.users (username) values ('stranger');
insert into people.teams (name) values ('four');
select tests.enter(1, 6), tests.enter(2, 7), tests.enter(3, 8);
select tests.make(kind, 1, 2) from unnest(enum_range(null::people.kind)) kind;
select people.grants_put(kind, 1, '{3,4,5,-1,7,-2,8,-3}',
	'{MASTER,EDITOR,EXECUTOR,EDITOR,EXECUTOR,MASTER,EDITOR,EXECUTOR}') from unnest(enum_range(null::people.kind)) kind;
select tests.put('host', 1, 'group', 2), tests.put('group', 1, 'group', 2), tests.put('inventory', 1, 'project', 2),
       tests.put('project', 1, 'template', 2);
select tests.allow('group', 2, 9, 'MASTER'), tests.allow('project', 2, 9, 'EDITOR'), tests.allow('template', 2, 9, 'EXECUTOR');
-- The verbs: see, execute, sync; edit, delete, link; grant; own. A role on an object that needs it counts where one may.
create function tests.expected(needed boolean) returns text
language sql as $$
	select format(e'superuser        ++++++++ OWNER\n'
	              'inactive one     ++++++++ OWNER\n'
	              'owner            ++++++++ OWNER\n'
	              'master           +++++++- MASTER\n'
	              'editor           ++++++-- EDITOR\n'
	              'executor         +++----- EXECUTOR\n'
	              'in team of them  ++++++-- EDITOR\n'
	              'more by team     +++++++- MASTER\n'
	              'less by team     ++++++-- EDITOR\n'
	              'of what needs it %s\n'
	              'stranger         -------- none\n'
	              'nobody           -------- none\n'
	              'no               -------- none', case when needed then '+++----- EXECUTOR' else '-------- none' end)
$$;
select is(tests.matrix('host'), tests.expected(true), 'who may what with a host');
select is(tests.matrix('group'), tests.expected(true), '... with a group');
select is(tests.matrix('inventory'), tests.expected(true), '... with an inventory');
select is(tests.matrix('project'), tests.expected(true), '... with a project');
select is(tests.matrix('template'), tests.expected(false), '... with a template, which nothing needs');
select is(tests.matrix('team'), tests.expected(false), '... with a team');
select is((select array_agg(distinct people.role_of(1, k, 3)) from unnest(enum_range(null::people.kind)) k), '{null}',
	'with what is not there nobody has a role, not even a superuser');
select ok(not people.may(1, 'see', 'host', 3), '... nor may anything');
select is(people.may_each(1, 'own', 'host', '{3,1,4,2}'), '{1,2}', '... nor with some of many');
select is(people.may_each(9, 'see', 'host', '{1,3,2,1,null,-1,0,1}'), '{1,1,1}',
	'of many those are told that one may, in the order and as often as given');
select is(people.may_each(2, 'see', 'host', '{2,3,1,2}') || people.may_each(2, 'own', 'host', '{2,3,1,2}'), '{2,1,2,2,1,2}',
	'... and not in another');
select is(people.may_each(4, 'edit', 'host', '{2,1,3,1}'), '{1,1}', '... also what needs more than to see');
select is(people.may_each(4, 'own', 'host', '{2,1,3,1}'), '{}', '... or nothing');
select is(people.may_each(2, 'see', 'host', '{}'), '{}', '... of nothing nothing');
select tests.lawful('all that is lawful');

select tests.people();
select tests.make('team', 1, 2), tests.enter(1, 3);
select is(tests.sees(3), 'team 1', 'a team is seen by its members');
select is(people.role_of(3, 'team', 1), 'EXECUTOR', '... and no more than that');
select is(tests.sees(4), '', '... by nobody else');
select is(tests.sees(2) || ' ' || tests.sees(1), 'team 1,2 team 1,2', '... but its owner and superusers');
select tests.leave(1, 3);
select is(tests.sees(3), '', '... no longer by who has left');

-- ---- what an object needs ----
select tests.people();
select tests.make(kind, 1) from unnest('{host,inventory,project,template}'::people.kind[]) kind;
select tests.make('group', 1, 2, 3), tests.make('host', 2);
select tests.put('project', 1, 'template', 1), tests.put('inventory', 1, 'project', 1), tests.put('group', 1, 'inventory', 1),
       tests.put('group', 2, 'group', 1), tests.put('group', 3, 'group', 2), tests.put('host', 1, 'group', 3);
select tests.allow('group', 3, 3), tests.allow('group', 1, 4, 'EDITOR'), tests.allow('inventory', 1, 5, 'MASTER'),
       tests.allow('project', 1, -1), tests.enter(1, 6), tests.allow('template', 1, 7);
select is(tests.sees(3), 'host 1; group 3', 'who has a role on a group has one on its hosts');
select is(tests.sees(4), 'host 1; group 1,2,3', '... on its groups, theirs, and their hosts');
select is(tests.sees(5), 'host 1; group 1,2,3; inventory 1', 'who has one on an inventory, on all that is in it');
select is(tests.sees(6), 'host 1; group 1,2,3; inventory 1; project 1', '... on a project, on its inventories; also by a team');
select is(tests.sees(7), 'host 1; group 1,2,3; inventory 1; project 1; template 1', '... on a template, on what it runs');
select is(tests.sees(8), '', '... others have none');
select is((select array_agg(people.role_of(who, kind::people.kind, id)::text) from (values (4, 'group', 1), (4, 'group', 2),
	(4, 'host', 1), (5, 'inventory', 1), (5, 'group', 1), (5, 'host', 1)) v (who, kind, id)),
	'{EDITOR,EXECUTOR,EXECUTOR,MASTER,EXECUTOR,EXECUTOR}', 'the role on what is needed is EXECUTOR, whatever it is above');
select is((select count(*) from people.grants), 5::bigint, 'and no grant tells of it');
select tests.allow('host', 1, 5, 'EDITOR');
select is(people.role_of(5, 'host', 1), 'EDITOR', 'a grant of one''s own goes beyond it');
select tests.lawful('a chain is lawful');
select tests.put('host', 2, 'group', 3);
select is(tests.sees(7), 'host 1,2; group 1,2,3; inventory 1; project 1; template 1',
	'what is put in far below is seen from above at once');
select tests.take('host', 2, 'group', 3);
select is(tests.sees(7) || '/' || tests.sees(3), 'host 1; group 1,2,3; inventory 1; project 1; template 1/host 1; group 3',
	'... what is taken out no more');
select tests.leave(1, 6);
select is(tests.sees(6), '', 'who leaves a team sees nothing by it');
select tests.enter(1, 8);
select is(tests.sees(8), 'host 1; group 1,2,3; inventory 1; project 1', '... who enters it does');
select tests.take('group', 2, 'group', 1);
select is(tests.sees(4) || '/' || tests.sees(5) || '/' || tests.sees(7),
	'group 1/host 1; group 1; inventory 1/group 1; inventory 1; project 1; template 1',
	'what is cut off in the middle is seen by who had it by that, but for what is his own');
select is(tests.sees(3), 'host 1; group 3', '... and by who had it from below, as before');
select people.grants_remove('project', 1, '{-1}');
select is(tests.sees(8), '', 'a grant withdrawn takes along what it entailed');
select is(tests.sees(2), 'host 1,2; group 1,2,3; inventory 1; project 1; template 1', 'the owner sees his own throughout');
select tests.lawful('what is left is lawful');

-- ---- several reasons ----
select tests.people();
select tests.make('host', 1), tests.make('group', 1, 2, 3, 4), tests.make('inventory', 1);
select people.parts_add('inventory', 1, 'group', '{1,2}');
select tests.put('host', 1, 'group', 1), tests.put('host', 1, 'group', 2);
select tests.allow('inventory', 1, 3);
select is(tests.reasons(3, 'host', 1), 2, 'a host in two groups that are seen is seen for two reasons');
select tests.take('host', 1, 'group', 1);
select is(tests.sees(3), 'host 1; group 1,2; inventory 1', '... with one of them it stays');
select tests.take('group', 2, 'inventory', 1);
select is(tests.sees(3), 'group 1; inventory 1', '... with none it is gone');
select people.parts_replace('inventory', 1, 'group', '{2,3}');
select is(tests.sees(3), 'host 1; group 2,3; inventory 1', 'parts may be replaced');
select tests.put('group', 4, 'group', 3), tests.put('host', 1, 'group', 4);
select is(tests.reasons(3, 'host', 1), 2, 'ways to it may differ in length');
select people.parts_replace('inventory', 1, 'group', '{3}');
select is(tests.sees(3), 'host 1; group 3,4; inventory 1', '... the longer may be what is left');
select people.parts_replace('inventory', 1, 'group', '{2}');
select is(tests.sees(3), 'host 1; group 2; inventory 1', '... or the shorter');
select tests.put('host', 1, 'inventory', 1), tests.allow('host', 1, 3);
select is(tests.reasons(3, 'host', 1), 3, 'a grant is a reason, too');
select tests.allow('host', 1, 3, 'MASTER');
select is(tests.reasons(3, 'host', 1), 3, '... one, also when it is given again');
select people.grants_remove('inventory', 1, '{3}');
select is(tests.sees(3), 'host 1', '... and may be the last');
select tests.allow('host', 1, 2), tests.take('host', 1, 'inventory', 1);
select is(tests.reasons(2, 'host', 1), 4, 'the owner has his own, his grant''s, and those of his groups');
select is(tests.reasons(0, 'host', 1), 1, 'superusers need one');
select tests.enter(1, 3), tests.allow('host', 1, -1);
select people.grants_remove('host', 1, '{3}');
select is(tests.sees(3), 'host 1', 'a team''s grant stays when the member''s own is withdrawn');
select tests.lawful('all these are lawful');

-- ---- objects ----
select tests.people();
select tests.make('host', 1, 2, 3), tests.make('group', 1, 2), tests.make('inventory', 1);
select people.parts_add('inventory', 1, 'group', '{1}'), people.parts_add('group', 1, 'host', '{1,2}'),
       people.parts_add('group', 1, 'group', '{2}'), people.parts_add('group', 2, 'host', '{2,3}');
select tests.allow('inventory', 1, 3), tests.allow('group', 2, 4), tests.allow('host', 1, 5), tests.allow('group', 1, 6);
select people.objects_remove('host', '{1,77}');
select is(tests.sees(3) || '/' || tests.sees(5), 'host 2,3; group 1,2; inventory 1/', 'a host that is gone is seen by nobody');
select is((select string_agg(kind || '' || id, ',' order by seq) from people.grants), 'inventory1,group2,group1',
	'... its grants are gone');
select is((select string_agg(kind || '' || id || part_kind || part_id, ',' order by kind, id, part_kind, part_id)
	from people.parts), 'group1host2,group1group2,group2host2,group2host3,inventory1group1', '... and its places');
select people.objects_remove('group', '{1}');
select is(tests.sees(3) || '/' || tests.sees(4) || '/' || tests.sees(6), 'inventory 1/host 2,3; group 2/',
	'with a group all is gone that was seen through it alone');
select tests.lawful('what is left is lawful');
select tests.make('host', 1), tests.make('group', 1);
select is(tests.sees(3) || '/' || tests.sees(5) || '/' || tests.sees(6), 'inventory 1//',
	'what comes under an old id begins anew');
select people.parts_add('inventory', 1, 'group', '{1}'), people.parts_add('group', 1, 'group', '{2}'), tests.allow('group', 1, 6);
select people.objects_remove('group', '{2,1,2}');
select is(tests.sees(3) || '/' || tests.sees(4) || '/' || tests.sees(6), 'inventory 1//',
	'an object may go together with what it is a part of');
select tests.lawful('... lawfully');
select is(tests.refused($$ select people.objects_add('host', '{5,1}', 2) $$) ~ '^23505', true, 'an id is given once');
select is(tests.refused($$ select people.objects_add('host', '{5}', 99) $$) ~ '^23503', true, '... to an owner who is there');
select is(tests.refused($$ select people.objects_add('host', '{5}', null) $$) ~ '^23502', true, '... not to nobody');
select people.objects_add('group', '{}', 2);
select tests.lawful('nothing may be made of nothing');

-- ---- owners ----
select tests.people();
select tests.make('host', 1, 2), tests.make('group', 1), people.objects_add('host', '{3}', 4);
select tests.put('host', 1, 'group', 1), tests.allow('host', 2, 2, 'EDITOR');
select people.owner_set('group', 1, 3);
select is(tests.sees(3), 'host 1; group 1', 'a new owner sees his object, and what it needs');
select is(tests.sees(2), 'host 1,2', '... the old one no more');
select is(people.role_of(3, 'group', 1)::text || coalesce(people.role_of(2, 'group', 1)::text, ' none'), 'OWNER none',
	'... in his role');
select people.owner_set('host', 2, 3);
select is(people.role_of(2, 'host', 2), 'EDITOR', 'the old owner keeps what was granted to him');
select people.owner_set('host', 2, 3), people.owner_set('host', 99, 3);
select tests.lawful('who owns it already may be made the owner; what is not there has none');
select is(tests.refused($$ select people.owner_set('host', 2, 99) $$) ~ '^23503', true, 'an owner is a user');
select people.objects_pass(3, 5);
select is(tests.sees(3) || '/' || tests.sees(5), '/host 1,2; group 1', 'all that one owns may pass to another');
select people.objects_pass(5, 5), people.objects_pass(8, 5), people.objects_pass(2, 4);
select is(tests.sees(5) || '/' || tests.sees(4) || '/' || tests.sees(2), 'host 1,2; group 1/host 1,3/host 2',
	'... to himself, too; of who owns nothing nothing');
select tests.lawful('owners are lawful');

-- ---- who is forgotten ----
select tests.enter(1, 5, 6), tests.allow('group', 1, -1), tests.allow('group', 1, 7), tests.allow('host', 3, 7);
select people.principal_forget(7), people.principal_forget(-1);
select is((select count(*) from people.grants where principal in (7, -1)), 0::bigint, 'who is forgotten has no grants');
select is(tests.sees(7) || tests.sees(6), '', '... and sees nothing');
select is(tests.sees(5), 'host 1,2; group 1', '... others do');
select tests.lawful('... which is lawful');
create function tests.forgotten(p bigint) returns text
language plpgsql as $$
begin
	perform people.principal_forget(p);
	return 'forgotten';
exception when assert_failure then
	return sqlerrm;
end
$$;
select is(tests.forgotten(5), 'a principal that owns something is not forgotten', 'who owns something is not forgotten');
select isnt(tests.forgotten(0), 'forgotten', '... nor are superusers');
select tests.make('team', 1), tests.allow('team', 1, 3);
select people.objects_remove('team', '{1}'), people.principal_forget(-1);
delete from people.teams where id = 1;
select tests.lawful('a team can be forgotten, which is also an object');

-- ---- grants ----
create function tests.grants(k people.kind, i bigint) returns text
language sql as $$ select string_agg(principal || ' ' || role, ', ' order by seq) from people.grants where kind = k and id = i $$;
select tests.people();
select tests.make('host', 1, 2);
select people.grants_put('host', 1, '{7,-2,3}', '{EDITOR,MASTER,EXECUTOR}');
select people.grants_put('host', 1, '{5,-2}', '{EXECUTOR,EDITOR}');
select is(tests.grants('host', 1), '7 EDITOR, 3 EXECUTOR, 5 EXECUTOR, -2 EDITOR',
	'grants are kept in the order given; one that is given again is the youngest');
select people.grants_put('host', 1, '{7}', '{EDITOR}');
select is(tests.grants('host', 1), '3 EXECUTOR, 5 EXECUTOR, -2 EDITOR, 7 EDITOR', '... also when nothing changes');
select people.grants_remove('host', 1, '{5,99,3}');
select is(tests.grants('host', 1), '-2 EDITOR, 7 EDITOR', 'those named are removed, whoever has none is passed over');
select people.grants_replace('host', 1, '{7,4}', '{MASTER,EXECUTOR}');
select is(tests.grants('host', 1), '7 MASTER, 4 EXECUTOR', 'replaced, it is exactly those');
select is(tests.sees(7) || '/' || tests.sees(4) || '/' || tests.sees(3), 'host 1/host 1/', '... for lists as well');
select people.grants_replace('host', 1, '{}', '{}');
select is(tests.grants('host', 1), null, '... or none');
select is((select array_agg(left(tests.refused(format('select people.grants_put(''host'', 1, %L, %L)', p, r)), 5))
	from (values ('{3}', '{OWNER}'), ('{0}', '{EDITOR}'), ('{3,3}', '{EDITOR,MASTER}'), ('{3}', '{}')) v (p, r)),
	'{23514,23514,23505,23502}', 'OWNER can''t be granted, nothing to superusers, nor twice, nor without a role');
select is(tests.refused($$ select people.grants_put('host', 3, '{3}', '{EDITOR}') $$) ~ '^23503', true,
	'... nor on what is not there');
select tests.lawful('grants are lawful');

-- ---- parts ----
select tests.people();
select tests.make(kind, 1, 2) from unnest(enum_range(null::people.kind)) kind;
select is((select array_agg(kind || '->' || part order by kind, part) from unnest(enum_range(null::people.kind)) kind,
	unnest(enum_range(null::people.kind)) part
	where tests.refused(format('select people.parts_add(%L, 1, %L, ''{2}'')', kind, part)) is null),
	'{group->host,group->group,inventory->host,inventory->group,project->host,project->group,project->inventory,'
	'template->inventory,template->project}', 'these may be parts of those');
select is(left(tests.refused($$ select people.parts_add('host', 1, 'host', '{2}') $$), 5), '23514', '... nothing else');
select people.parts_add('group', 1, 'host', '{1,2,1,99}'), people.parts_add('group', 1, 'host', '{2}'),
       people.parts_add('group', 99, 'host', '{1}'), people.parts_add('inventory', 1, 'host', '{}');
select is((select array_agg(part_id order by part_id) from people.parts), '{1,2}',
	'what is put in twice is in once, what is not there is passed over');
select people.parts_remove('group', 1, 'host', '{2,2,99}'), people.parts_remove('group', 1, 'host', '{2}');
select is((select array_agg(part_id) from people.parts), '{1}', '... likewise what is taken out');
select tests.lawful('parts are lawful');

select tests.people();
select tests.make('group', 1, 2, 3, 4, 5), tests.make('inventory', 1), tests.make('host', 1);
select tests.put('group', 2, 'group', 1), tests.put('group', 3, 'group', 2), tests.put('group', 4, 'group', 3),
       tests.put('group', 1, 'inventory', 1);
select is((select array_agg(coalesce(people.parts_circle('group', id, 'group', ids), '-') order by n) from (values
	(1, 1, '{1}'::bigint[]), (2, 2, '{1}'), (3, 4, '{5,1}'), (4, 4, '{1,4}'), (5, 1, '{4}'), (6, 5, '{1,2,3,4}'), (7, 4, '{5}'),
	(8, 2, '{3}'), (9, 1, '{}'), (10, 2, '{99}')) v (n, id, ids)), '{self,longer,longer,self,-,-,-,-,-,-}',
	'a circle is seen before it closes: by the group itself, or by one that it is in');
select is(people.parts_circle('inventory', 1, 'group', '{1}'), null, '... of other kinds there can be none');
select is(people.parts_circle('group', 1, 'host', '{1}'), null, '... also where they have the same id');
select is((select array_agg(tests.refused(command)) from unnest(array[
	$$ select people.parts_add('group', 4, 'group', '{5,1}') $$, $$ select people.parts_add('group', 4, 'group', '{4}') $$,
	$$ select people.parts_replace('group', 2, 'group', '{1}') $$, $$ select people.parts_replace('group', 1, 'group', '{1}') $$])
	command), '{"WE400 group 4 would be a part of itself","WE400 group 4 would be a part of itself",'
	'"WE400 group 2 would be a part of itself","WE400 group 1 would be a part of itself"}', 'a circle is refused');
select is((select count(*) from people.parts), 4::bigint, '... and then nothing is changed');
select people.parts_replace('group', 3, 'group', '{5}');
select people.parts_add('group', 4, 'group', '{1}');
select is(people.parts_circle('group', 3, 'group', '{4}'), 'longer', 'what is no part any more may come above');
select is(tests.refused($$ select people.parts_replace('group', 1, 'group', '{3}') $$), null,
	'what may be a part is judged by the others, not by the old ones that go');
select tests.lawful('no circle is lawful');

-- ---- the whole, as Polemarch's users meet it (section 15.6) ----
-- 2 owns; 3 is u, also in team 1; inventory 1 has host 1 and group 1 with host 2; project 1; host 9 is another's.
select tests.people();
select tests.make('host', 1, 2), tests.make('group', 1), tests.make('inventory', 1), tests.make('project', 1);
select people.objects_add('host', '{9}', 4), people.objects_add('group', '{3}', 3), people.objects_add('project', '{4}', 4);
select people.parts_add('inventory', 1, 'host', '{1}'), people.parts_add('inventory', 1, 'group', '{1}'),
       people.parts_add('group', 1, 'host', '{2}');
select is(people.visible_count(people.principals(3), 'host') || ' ' || people.may(3, 'see', 'host', 1), '0 false',
	'1: u sees no host');
select tests.allow('inventory', 1, 3), tests.allow('project', 1, 3);
select is(tests.sees(3), 'host 1,2; group 1,3; inventory 1; project 1', '2: EXECUTOR on the inventory: all in it');
select is((select array_agg(people.may(3, verb, kind::people.kind, id)::text) from (values
	('edit', 'host', 1), ('execute', 'project', 1), ('execute', 'inventory', 1), ('edit', 'inventory', 1)) v (verb, kind, id)),
	'{false,true,true,false}', '... to run, not to change');
select tests.allow('inventory', 1, 3, 'EDITOR');
select is((select array_agg(people.may(3, verb, kind::people.kind, id)::text) from (values
	('edit', 'inventory', 1), ('edit', 'host', 1), ('grant', 'inventory', 1)) v (verb, kind, id)), '{true,false,false}',
	'3: EDITOR: to change it, not what is in it');
select tests.allow('inventory', 1, 3, 'MASTER');
select is((select array_agg(people.may(3, verb, 'inventory', 1)::text) from unnest('{grant,own}'::text[]) verb), '{true,false}',
	'4: MASTER: to grant, not to give away');
select people.grants_remove('inventory', 1, '{3}'), tests.allow('inventory', 1, -1, 'MASTER'), tests.enter(1, 3);
select is(tests.sees(3) || ' ' || people.role_of(3, 'inventory', 1), 'host 1,2; group 1,3; inventory 1; project 1 MASTER',
	'5: a team''s grant does the same');
select tests.leave(1, 3);
select is(tests.sees(3), 'group 3; project 1', '... which ends when he leaves it');
select tests.enter(1, 3), people.parts_remove('inventory', 1, 'host', '{1}');
select ok(not people.may(3, 'see', 'host', 1), '6: a host taken out is seen no more');
select people.grants_remove('inventory', 1, '{-1}');
select is(tests.sees(3), 'group 3; project 1', '7: nor is anything when the grant is gone');
select is(people.may_each(3, 'see', 'host', '{9}') || people.may_each(3, 'link', 'group', '{3}'), '{3}',
	'8: u may put something into his group, but not a host of others');
select is(people.may_each(3, 'execute', 'project', '{4,1}'), '{1}', '9: ... nor the project of another into a template');
select people.owner_set('inventory', 1, 5);
select is(tests.sees(2) || '/' || tests.sees(5), 'host 1,2; group 1; project 1/host 2; group 1; inventory 1',
	'11: the owner of old sees it no more');
select is_empty($$ select verb, o.kind, o.id from unnest('{see,execute,sync,edit,delete,link,grant,own}'::text[]) verb,
	people.objects o where not people.may(1, verb, o.kind, o.id) $$, '12: a superuser may everything');
select tests.lawful('all this is lawful');

-- ---- runs (section 15.3) ----
-- Project and inventory 1; users 3 to 7 by their roles on them. What each may, on a run of project 1 with inventory 1, without
-- one, and without a project; each as who started it, and as who did not.
select tests.people();
select tests.make('project', 1), tests.make('inventory', 1, 2);
select tests.allow('project', 1, 3, 'EDITOR'), tests.allow('inventory', 1, 4, 'EDITOR'), tests.allow('project', 1, 5),
       tests.allow('project', 1, 6), tests.allow('inventory', 1, 6), tests.allow('inventory', 1, 7);
create function tests.runs(who bigint) returns text
language sql as $$
	select string_agg(case when people.may_run(who, verb, project, inventory, initiator) then '+' else '-' end, ''
	                  order by runs.n, started.n, verbs.n)
	  from (values (1, 1, 1), (2, 1, null), (3, null, 1)) runs (n, project, inventory),
	       (values (1, 9::bigint), (2, who)) started (n, initiator),
	       (values (1, 'see'), (2, 'cancel'), (3, 'delete')) verbs (n, verb)
$$;
select is((select string_agg(role || ' ' || tests.runs(who), e'\n' order by n) from (values
	(1, 'superuser              ', 1), (2, 'editor of the project  ', 3), (3, 'editor of the inventory', 4),
	(4, 'executor of the project', 5), (5, 'executor of both       ', 6), (6, 'executor of the invent.', 7),
	(7, 'owner of both          ', 2), (8, 'stranger               ', 8)) v (n, role, who)),
--                         project + inventory: others', own; project alone; neither
	'superuser               ++++++++++++++++++' || e'\n'
	'editor of the project   ++-++-++++++---+++' || e'\n'
	'editor of the inventory ++++++---++----+++' || e'\n'
	'executor of the project ---++-++-++----+++' || e'\n'
	'executor of both        ++-++-++-++----+++' || e'\n'
	'executor of the invent. ---++----++----+++' || e'\n'
	'owner of both           ++++++++++++---+++' || e'\n'
	'stranger                ---++----++----+++', 'who may see, cancel and delete which run');
select is(people.may_run(4, 'see', 1, 2, null), false, 'a run of no user''s is not everybody''s');
select is(people.may_run(null, 'see', 1, 1, null) or people.may_run(99, 'see', null, null, null), false, '... nor nobody''s');
select is(people.may_run(3, 'delete', 1, 99, null), false, 'whose inventory is gone may be deleted by nobody but superusers');
select is(people.may_run(1, 'delete', 99, 99, null), true, '... by these it may');
select is(tests.refused($$ select people.may_run(1, 'edit', 1, 1, 1) $$), 'P0001 there is no verb edit for a run',
	'there are no other verbs for it');

-- ---- lists ----
select tests.people();
select tests.make('host', 1, 2, 3, 4, 5, 6), tests.make('inventory', 1, 2), people.objects_add('host', '{7,8}', 3);
select people.parts_add('inventory', 1, 'host', '{2,3,4}'), people.parts_add('inventory', 2, 'host', '{6,4,3}');
select tests.allow('inventory', 1, -1), tests.allow('inventory', 2, -2, 'EDITOR'), tests.allow('host', 3, 3, 'MASTER'),
       tests.allow('host', 2, -2, 'EDITOR'), tests.allow('host', 5, 4, 'EDITOR'), tests.enter(1, 3), tests.enter(2, 3);
select is((select array_agg(people.visible_page(people.principals(3), 'host', page_limit, page_offset)::text) from
	(values (3, 0), (3, 3), (3, 6), (3, 9), (0, 0), (null, 4), (100, 0)) v (page_limit, page_offset)),
	'{"{2,3,4}","{6,7,8}","{}","{}","{}","{7,8}","{2,3,4,6,7,8}"}', 'a page is cut from all that one sees, in order, each once');
select is((select array_agg(people.visible_page(people.principals(1), 'host', page_limit, page_offset)::text) from
	(values (3, 0), (3, 6), (null, 6), (100, 0)) v (page_limit, page_offset)),
	'{"{1,2,3}","{7,8}","{7,8}","{1,2,3,4,5,6,7,8}"}', '... also a superuser''s');
select is((select array_agg(people.visible_count(people.principals(who), 'host')) from unnest('{1,2,3,4,5,99}'::bigint[]) who),
	'{8,6,6,1,0,0}', 'each is counted once');
select is(people.visible_page('{}', 'host', 10, 0), '{}', 'nobody sees nothing');
select is((select array_agg(distinct id order by id) from people.editable_ids(people.principals(3), 'host') id), '{2,3,7,8}',
	'what one may change: by grants, by teams, as owner; not what is only needed');
select is((select array_agg(distinct id order by id) from people.editable_ids(people.principals(1), 'host') id),
	'{1,2,3,4,5,6,7,8}', '... superusers all');
select is_empty($$ select who, k from generate_series(1, 10) who, unnest(enum_range(null::people.kind)) k
	where array(select distinct id from people.editable_ids(people.principals(who), k) id order by id)
	      <> array(select o.id from people.objects o where o.kind = k and people.may(who, 'edit', k, o.id) order by 1) $$,
	'... which is what people.may says');
select people.objects_add('host', array(select generate_series(11, 70))::bigint[], 6);
select tests.allow('host', 11, 3), tests.allow('host', 1, 7), tests.allow('host', 1, -3),
       tests.allow('host', 2, -3), tests.allow('host', 12, -3), tests.enter(3, 6, 7), tests.enter(2, 6);
select is((select array_agg(people.visible_count(people.principals(who), 'host')) from unnest('{6,7,3}'::bigint[]) who),
	'{65,3,7}',
	'who sees much by one of his principals and little by others is counted as well');
create function tests.plan_of(query text) returns text
language plpgsql as $$
declare
	found text;
begin
	execute 'explain (format json) ' || query into found;
	return found;
end
$$;
select unalike(tests.plan_of($$ select from fate.hosts h where h.id in
	(select v from people.visible_ids('{3,-1}', 'host') v) $$), '%visible_ids%', 'the planner puts people.visible_ids in line');
select unalike(tests.plan_of($$ select from fate.hosts h where h.id in
	(select v from people.editable_ids('{3,-1}', 'host') v) $$), '%editable_ids%', '... and people.editable_ids');

-- ---- people.rights_check() is awake ----
create function tests.broken(command text) returns text
language plpgsql as $$
declare
	rules text;
begin
	execute command;
	select string_agg(c.rule || ' (' || c.id || ': ' || c.found || ')', '; ' order by c.rule, c.id) into rules
	  from people.rights_check() c;
	raise exception using errcode = 'TT000';
exception when sqlstate 'TT000' then
	return rules;
end
$$;
select tests.people();
select tests.make('host', 1, 2), tests.make('group', 1, 2), tests.make('inventory', 1), tests.make('team', 1);
select tests.put('host', 1, 'group', 1), tests.put('group', 2, 'group', 1),
       tests.allow('group', 1, 3), tests.allow('host', 2, -1);
select tests.lawful('a small lawful world, to be broken');
\set seen 'who sees what, and for how many reasons'
select is(tests.broken($$ delete from people.visible where principal = 3 and kind = 'host' $$),
	:'seen' || ' (3 host 1: 0, should be 1)', 'a sight that is missing is found');
select is(tests.broken($$ insert into people.visible values (3, 'host', 2, 1) $$),
	:'seen' || ' (3 host 2: 1, should be 0)', '... one too many');
select is(tests.broken($$ update people.visible set ways = 2 where principal = 0 and kind = 'host' and id = 1 $$),
	:'seen' || ' (0 host 1: 2, should be 1)', '... with a wrong number of reasons');
select is(tests.broken($$ update people.visible set principal = -2 where principal = -1 and kind = 'team' $$),
	:'seen' || ' (-1 team 1: 0, should be 1); ' || :'seen' || ' (-2 team 1: 1, should be 0)', '... of the wrong team');
\set counted 'what a principal sees is counted'
select is(tests.broken($$ update people.visible_counts set n = 3 where principal = 0 and kind = 'host' $$),
	:'counted' || ' (0 host: 3, should be 2)', 'a wrong count is found');
select is(tests.broken($$ delete from people.visible_counts where principal = 3 and kind = 'group' $$),
	:'counted' || ' (3 group: 0, should be 2)', '... one that is missing');
select is(tests.broken($$ insert into people.visible_counts values (9, 'host', 1) $$),
	:'counted' || ' (9 host: 1, should be 0)', '... one too many');
select is(tests.broken($$ insert into people.visible_counts values (9, 'host', 0) $$), null, '... but not one of none');
select matches(tests.broken($$ delete from people.grants where principal = 3 $$),
	'3 group 1: 1, should be 0.*3 host 1: 1, should be 0', 'a grant that went by hand is found by what it left');
select matches(tests.broken($$ update people.objects set owner_id = 5 where kind = 'group' and id = 2 $$),
	'2 group 2: 2, should be 1.*5 group 2: 0, should be 1', '... an owner changed by hand');
select matches(tests.broken($$ delete from people.parts where part_kind = 'host' $$), '3 host 1: 1, should be 0',
	'... a part taken out by hand');
select matches(tests.broken($$ update people.grants set principal = 77 where principal = 3 $$),
	'a grant is of a user or a team that is there \(1: \(1,group,1,77,EXECUTOR\)\)', 'a grant of no user is found');
select matches(tests.broken($$ update people.grants set principal = -77 where principal = -1 $$),
	'a grant is of a user or a team that is there \(2: ', '... of no team');
select matches(tests.broken($$ update people.parts set part_id = 77 where part_kind = 'host' $$),
	'a part and what it is a part of are there \(group 1 host 77: ', 'a part that is not there is found');
select matches(tests.broken($$ insert into people.parts values ('inventory', 77, 'host', 1) $$),
	'a part and what it is a part of are there \(inventory 77 host 1: ', '... or is part of nothing');
select matches(tests.broken($$ insert into people.parts values ('group', 2, 'group', 1) $$),
	'nothing is a part of itself \(group 1: in a circle\); nothing is a part of itself \(group 2: in a circle\)',
	'a circle is found');
select tests.lawful('and all is as it was');

select * from finish();
rollback;
