-- Teams, and what the sign-in proxy says of groups (sql/polemarch_api/teams.sql, sql/people/teams.sql; polemarch-behaviour.md
-- section 14).
begin;
\ir lib.psql
select plan(138);

-- johnny makes teams, admin is a superuser, eve and bob are nobody special.
insert into people.users (username, superuser, stamp) values ('admin', true, 8), ('eve', false, 9), ('bob', false, 10);
create function tests.members_of(team int) returns text
language sql as $$
	select string_agg(user_id || case when by_proxy then 'p' else '' end, ' ' order by user_id) from people.team_members
	where team_id = team
$$;
create function tests.team(name text, function text, id int default 1, body jsonb default '{}',
	method text default null) returns text
language sql as $$
	select tests.polemarch(name, 'teams_' || function, jsonb_build_object('id', id::text), body,
	                       more => jsonb_strip_nulls(jsonb_build_object('method', method)))
$$;
create function tests.made(name text, body jsonb) returns text
language sql as $$ select tests.polemarch(name, 'teams_create', body => body) $$;

-- ---- making one ----
select is(tests.made('johnny', '{"name": "web"}'),
	'201 /polemarch/api/v1/teams/1/ {"id":1,"name":"web","users":[],"users_list":[],'
	|| '"owner":{"id":1,"username":"johnny","is_active":true,"is_staff":false,"url":"http://moirai/polemarch/api/v1/users/1/"},'
	|| '"url":"http://moirai/polemarch/api/v1/teams/1/"}', 'whoever is signed in makes a team, and owns it');
select is(tests.made('johnny', '{"name": " two ", "users_list": [3, "1", 3, 99], "users": [4], "owner": 2, "id": 7, '
	'"what": null}'),
	'201 /polemarch/api/v1/teams/2/ {"id":2,"name":"two","users":['
	|| '{"id":1,"username":"johnny","is_active":true,"is_staff":false,"url":"http://moirai/polemarch/api/v1/users/1/"},'
	|| '{"id":3,"username":"eve","is_active":true,"is_staff":false,"url":"http://moirai/polemarch/api/v1/users/3/"}],'
	'"users_list":[1,3],'
	|| '"owner":{"id":1,"username":"johnny","is_active":true,"is_staff":false,"url":"http://moirai/polemarch/api/v1/users/1/"},'
	|| '"url":"http://moirai/polemarch/api/v1/teams/2/"}',
	'... of these users, those who are there; the rest is passed over');
select is(tests.rows('people.teams', 'id, name, proxy_group') || ' ' || tests.members_of(2), '(1,web,) (2,two,) 1 3',
	'... so it stands');
select is((select string_agg(format('%s %s', kind, owner_id), ' ' order by id) from people.objects), 'team 1 team 1',
	'... as objects of his');
select is(tests.rows('people.audit', 'username, via, verb, kind, ids, details'),
	'(johnny,password,create,team,{1},"{""name"": ""web""}") (johnny,password,create,team,{2},"{""name"": ""two"", '
	'""users_list"": [1, 3]}")',
	'... and is told');
select is(tests.members(tests.made('admin',
	'{"name": 3, "proxy_group": " staff "}')) - '{owner,users,users_list,url}'::text[],
	'{"id": 3, "name": "3", "proxy_group": "staff"}', 'superusers may say for which group of the proxy''s it stands');
select is(tests.made('johnny', body::jsonb), '400 ' || wanted, rule) from (values
	('{}', '{"name": ["This field is required."]}', 'a team has a name'),
	 ('{"name": " "}', '{"name": ["This field may not be blank."]}', '... not blank'),
	('{"name": null}', '{"name": ["This field may not be null."]}', '... or null'),
	 ('{"name": []}', '{"name": ["Not a valid string."]}', '... or a list'),
	('{"name": "a\nb"}', '{"name": ["Enter one line."]}', '... of one line'),
	 ('{"name": "web"}', '{"name": ["team with this name already exists."]}', '... its own'),
	('{"name": " web "}', '{"name": ["team with this name already exists."]}', '... whatever is around it'),
	('{"name": "x", "users_list": 1}', '{"users_list": ["Expected a list of items but got type \"int\"."]}',
	 'members are a list'),
	('{"name": "x", "users_list": null}', '{"users_list": ["This field may not be null."]}', '... not null'),
	('{"name": "x", "users_list": [1, "x"]}', '{"users_list": ["A valid integer is required."]}', '... of numbers'),
	('{"name": "x", "users_list": [null]}', '{"users_list": ["A valid integer is required."]}', '... not of nothing'),
	('{"name": "x", "users_list": [1.5]}', '{"users_list": ["A valid integer is required."]}', '... whole ones'),
	('{"name": "x", "users_list": [[1]]}', '{"users_list": ["A valid integer is required."]}', '... not of lists'),
	('{"name": "x", "users_list": [9999999999999999999]}', '{"users_list": ["A valid integer is required."]}',
	 '... nor beyond all'),
	('{"name": "", "users_list": {}}',
	 '{"name": ["This field may not be blank."], "users_list": ["Expected a list of items but got type \"dict\"."]}',
	 'all that is wrong is said'),
	('"x"', '{"non_field_errors": ["Invalid data. Expected a dictionary, but got str."]}', 'it is an object')
	) v (body, wanted, rule);
select is(tests.made('johnny', jsonb_build_object('name', repeat('x', 81))),
	'400 {"name": ["Ensure this field has no more than 80 characters."]}', 'a name has 80 characters at most');
select is(tests.made('johnny', '{"name": "Web"}') ~ '^201 ', true, 'names may differ by case');
select is(tests.made('johnny', body::jsonb), '403 {"detail": "You do not have permission to perform this action."}',
	'others may not name a group: ' || body)
  from unnest(array['{"name": "x", "proxy_group": "g"}', '{"name": "x", "proxy_group": ""}']) body;
select is(tests.made('admin', body::jsonb), '400 ' || wanted, 'the group: ' || body) from (values
	('{"name": "x", "proxy_group": "staff"}', '{"proxy_group": ["team with this group already exists."]}'),
	('{"name": "x", "proxy_group": null}', '{"proxy_group": ["This field may not be null."]}'),
	('{"name": "x", "proxy_group": "a\tb"}', '{"proxy_group": ["Enter one line."]}')
	) v (body, wanted);
select is(tests.made('admin', jsonb_build_object('name', 'x', 'proxy_group', repeat('x', 256))),
	'400 {"proxy_group": ["Ensure this field has no more than 255 characters."]}', '... 255 characters at most');
select is(tests.members(tests.made('admin', '{"name": "none", "proxy_group": ""}')) ? 'proxy_group', false,
	'an empty group is none');
select is(tests.rows('people.teams', 'name, proxy_group'), '(web,) (two,) (3,staff) (Web,) (none,)',
	'what is refused is not made');
select is(tests.made('johnny', '{"name": "x", "proxy_group": "staff"}') ~ '^403 ', true,
	'who may not name a group does not learn which there are');

-- ---- the list ----
select is(tests.polemarch('bob', 'teams_list', query => '{"limit": ["2"]}'),
	'200 {"count":5,"next":"http://moirai/polemarch/api/v1/it?limit=2&offset=2",'
	|| '"previous":null,"results":[{"id":1,"name":"web","url":"http://moirai/polemarch/api/v1/teams/1/"},'
	|| '{"id":2,"name":"two","url":"http://moirai/polemarch/api/v1/teams/2/"}]}',
	'whoever is signed in sees the names of all teams, by id');
create function tests.found(query jsonb) returns text
language sql as $$
	select string_agg(u->>'id', ' ' order by i) from jsonb_array_elements(
		tests.members(tests.polemarch('bob', 'teams_list', query => query))->'results') with ordinality e (u, i)
$$;
select is(tests.found(query::jsonb), wanted, rule) from (values
	('{"id": ["2,1,99"]}', '1 2', 'by ids'), ('{"id__not": ["2"]}', '1 3 4 5', '... or others'),
	 ('{"name": ["e"]}', '1 4 5', 'by a part of the name'),
	('{"name": ["W"]}', '4', '... case counts'), ('{"name__not": ["e"]}', '2 3', '... or without it'),
	('{"name": ["e"], "name__not": ["W"], "id__not": ["1"]}', '5', '... all at once'),
	 ('{"name": ["%"]}', null, '... a percent sign is one'),
	('{"name": [""], "owner": ["7"]}', '1 2 3 4 5', 'what is empty or no filter is passed over'),
	 ('{"limit": ["2"], "offset": ["4"]}', '5', 'by pages')
	) v (query, wanted, rule);
select is(tests.polemarch('bob', 'teams_list', query => '{"id__not": ["x"]}'),
	'400 {"detail": "invalid literal for int() with base 10: ''x''", "error_type": "ValueError"}', 'ids are numbers');

-- ---- whose teams ----
select tests.story();
-- Of the three eve is in the first two, and bob is told of the second by a role on it.
select tests.made('johnny', '{"name": "one", "users_list": [3, 1]}'), tests.made('johnny', '{"name": "two", "users_list": [3]}'),
	tests.made('bob', '{"name": "three", "users_list": [4]}');
select people.grants_put('team', 2, '{4}', '{EXECUTOR}');
select is(coalesce(string_agg(r->>'id', ' ' order by n), '') || ' of ' || (a->>'count'), wanted, format('%s asks for the teams of %s', name, member))
  from (values ('admin', '3', '1 2 of 2'), ('admin', ' 4 ', '3 of 1'), ('admin', '2', ' of 0'), ('admin', '99', ' of 0'), ('admin', 'x', ' of 0'), ('johnny', '3', '1 2 of 2'),
	('eve', '3', '1 2 of 2'), ('bob', '3', '2 of 1'), ('eve', '4', ' of 0')) v (name, member, wanted),
       lateral (select tests.members(tests.polemarch(name, 'teams_list', query => jsonb_build_object('member', jsonb_build_array(member)))) as a) said
  left join lateral jsonb_array_elements(a->'results') with ordinality e (r, n) on true
 group by name, member, wanted, a;

-- ---- who sees one, who changes it ----
select tests.story();
select tests.made('johnny', '{"name": "web", "users_list": [3]}');
create table tests.calls as select unnest('{get,update,delete}'::text[]) as f;
select is(tests.team('bob', f), '403 {"detail": "You do not have permission to perform this action."}', 'others may not: '
	|| f) from tests.calls;
select is(tests.team(name, f, 9), '404 {"detail": "Not found."}', format('one that is not there is not found by %s: %s',
	name, f))
  from tests.calls, unnest('{bob,admin}'::text[]) name;
select is(tests.polemarch('bob', 'teams_get', '{"id": "99999999999999999999"}'), '404 {"detail": "Not found."}',
	'... nor beyond all');
select is(left(tests.team(name, 'get'), 4), '200 ', name || ' sees it') from unnest('{johnny,eve,admin}'::text[]) name;
select is(tests.team('eve', f), '403 {"detail": "You do not have permission to perform this action."}',
	'members do not change it: ' || f)
  from tests.calls where f <> 'get';
select people.grants_put('team', 1, '{4}', '{EXECUTOR}');
select is(left(tests.team('bob', 'get'), 4) || left(tests.team('bob', 'update'), 3), '200 403', 'an EXECUTOR sees it');
select people.grants_put('team', 1, '{4}', '{EDITOR}');
select is(left(tests.team('bob', 'update'), 3), '200', '... an EDITOR changes it');
select people.grants_remove('team', 1, '{4}');
select is(left(tests.team('bob', 'get'), 3), '403', '... neither when it is taken from him');
select is(tests.audit('verb <> ''create'''), '(update,team,{1})', 'what is changed is told');

-- ---- changing one ----
select tests.story();
select tests.made('johnny', '{"name": "web", "users_list": [3]}'), tests.made('johnny', '{"name": "db"}');
select is(tests.members(tests.team('johnny', 'update', 1, '{"name": " www "}')) - '{users,owner,url}'::text[],
	'{"id": 1, "name": "www", "users_list": [3]}',
	'a new name leaves the members');
select is(tests.members(tests.team('johnny', 'update', 1, '{"users_list": [4, 1, 99]}')) - '{users,owner,url}'::text[],
	'{"id": 1, "name": "www", "users_list": [1, 4]}',
	'a list of members is all of them');
select is(tests.members(tests.team('johnny', 'update', 1, '{"users_list": []}'))->'users', '[]', '... or none');
select is(tests.rows('people.audit where verb = ''update''', 'username, ids, details'),
	'(johnny,{1},"{""name"": ""www""}") '
	|| '(johnny,{1},"{""users_list"": [1, 4]}") (johnny,{1},"{""users_list"": []}")', '... which is told');
select is(tests.team('johnny', 'update', 1, '{"users_list": [3]}', 'PUT'), '400 {"name": ["This field is required."]}',
	'PUT needs the name');
select is(left(tests.team('johnny', 'update', 1, '{"name": "www"}', 'PUT'), 3), '200', '... which may be its own');
select is(left(tests.team('johnny', 'update', 1, '{}'), 3), '200', 'nothing changes nothing');
select is(tests.rows('people.teams', 'name') || ' ' || coalesce(tests.members_of(1), 'none'), '(www) (db) none',
	'... so it stands');
select is(tests.team('johnny', 'update', 1, body::jsonb), wanted, 'the same is refused as in a new one: ' || body)
	from (values
	('{"name": "db"}', '400 {"name": ["team with this name already exists."]}'),
	 ('{"name": ""}', '400 {"name": ["This field may not be blank."]}'),
	('{"users_list": ["x"]}', '400 {"users_list": ["A valid integer is required."]}'),
	('{"proxy_group": "g"}', '403 {"detail": "You do not have permission to perform this action."}'),
	('[]', '400 {"non_field_errors": ["Invalid data. Expected a dictionary, but got list."]}')
	) v (body, wanted);
select is(tests.members(tests.team('admin', 'update', 1, '{"proxy_group": "staff"}')) -> 'proxy_group', '"staff"',
	'a superuser says for which group it stands');
select is(left(tests.team('johnny', 'update', 1, '{"name": "web"}'), 3), '200', '... its owner may change the rest');
select is(tests.team('johnny', 'update', 1, '{"proxy_group": ""}'),
	'403 {"detail": "You do not have permission to perform this action."}', '... not that');
select is(tests.team('admin', 'update', 2, '{"proxy_group": "staff"}'),
	'400 {"proxy_group": ["team with this group already exists."]}', 'a group has one team');
select is(left(tests.team('admin', 'update', 1, '{"proxy_group": "staff"}'), 3), '200', '... this one');
select tests.team('admin', 'update', 1, '{"proxy_group": ""}');
select is(tests.rows('people.teams', 'name, proxy_group'), '(web,) (db,)', '... or none');

-- ---- deleting one ----
select tests.story();
select tests.made('johnny', '{"name": "web", "users_list": [3]}'), tests.made('johnny',
	'{"name": "db", "users_list": [3]}');
select people.objects_add('host', '{1,2}', 1), people.grants_put('host', 1, '{-1}', '{EDITOR}'), people.grants_put('host',
	2, '{-2}', '{EDITOR}');
select is(people.visible_page(people.principals(3), 'host', 9, 0), '{1,2}', 'a member sees what was granted to the teams');
select people.grants_put('team', 1, '{4}', '{EDITOR}');
select is(tests.team('bob', 'delete'), '204', 'an EDITOR deletes a team');
select is(tests.rows('people.teams', 'id') || ' ' || (select string_agg(team_id || ':' || user_id, ' ')
	from people.team_members), '(2) 2:3', '... and no other');
select is((select string_agg(kind || ' ' || id, ', ' order by kind, id) from people.objects), 'host 1, host 2, team 2',
	'... it is an object no longer');
select is((select string_agg(format('%s %s: %s', kind, id, principal), ', ') from people.grants), 'host 2: -2',
	'... nothing is granted to it or on it');
select is(people.visible_page(people.principals(3), 'host', 9, 0), '{2}', '... who was in it sees the rest');
select is_empty('select * from people.rights_check()', '... and all is as the law says');
select is(tests.rows('people.audit where verb = ''delete''', 'username, kind, ids, details'),
	'(bob,team,{1},"{""name"": ""web""}")', '... what it was called is told');
select is(tests.team('johnny', 'delete'), '404 {"detail": "Not found."}', 'it is deleted once');

-- ---- what the proxy says of groups ----
select tests.story();
insert into people.teams (name, proxy_group) values ('one', 'g1'), ('two', 'g2'), ('three', 'G1'), ('own', null);
insert into people.team_members (team_id, user_id) values (4, 3), (2, 4);
-- tests.told(name, groups, superusers) -> the user's teams then; p: because the proxy says so.
create function tests.told(name text, groups text[], superusers text default '') returns text
language plpgsql as $$
begin
	perform people_api.by_proxy(name, true, groups, superusers);
	return (select coalesce(string_agg(m.team_id || case when by_proxy then 'p' else '' end, ' ' order by m.team_id),
	'none')
	          from people.users u left join people.team_members m on m.user_id = u.id where u.username = name);
end
$$;
select is(tests.told('eve', null), '4', 'where the proxy says nothing of groups all stays');
select is(tests.told('eve', '{g1,g2,x}'), '1p 2p 4', 'whom it says to be in groups enters the teams that stand for them');
select is(tests.rows('people.audit', 'user_id, username, via, address, verb, kind, ids, details'),
	'(3,eve,proxy,,enter,team,"{1,2}",{})', '... which is told');
select is(tests.told('eve', '{g2,g1,g1}'), '1p 2p 4', '... stays in them while it does');
select is(tests.told('eve', null), '1p 2p 4', '... and while it says nothing');
select is((select count(*) from people.audit), 1::bigint, '... of which nothing is told');
select is(tests.told('eve', '{g2}'), '2p 4', '... and leaves those that it says no more');
select is(tests.told('eve', '{G1}'), '3p 4', '... case counts');
select is(tests.told('eve', '{}'), '4', '... all when it is in no group; not those to which it was put by hand');
select is(tests.audit(), '(enter,team,"{1,2}") (leave,team,{1}) (leave,team,{2}) (enter,team,{3}) (leave,team,{3})',
	'... all is told');
select is(tests.told('bob', '{g2}'), '2', 'who was put to it by hand stays so');
select is(tests.told('bob', '{}'), '2', '... also when the group is left');
select tests.told('eve', '{g1}');
update people.teams set proxy_group = null where id = 1;
select is(tests.told('eve', null), '1p 4', 'a team that stands for a group no longer is left');
select is(tests.told('eve', '{g1}'), '4', '... when the proxy speaks of groups next');
select is(tests.told('new', '{g2}'), '2p', 'whom it makes a user is in the teams at once');
select is(tests.rows('people.audit where username = ''new''', 'verb, kind'), '(create,user) (enter,team)',
	'... made first');
update people.users set active = false where username = 'new';
select is(tests.told('new', '{}'), '2p', 'of who is no longer active nothing is heard');
select tests.told('eve', '{g2}'), tests.made('johnny', '{"name": "x"}'), tests.polemarch('admin', 'teams_list');
select people.team_members_set(2, '{3,4,1}');
select is(tests.members_of(2), '1 3p 4', 'who stays in a team that is changed stays there in the way in which he came');
select is(tests.told('eve', '{}'), '4', '... and leaves it with the group');

select tests.story();
insert into people.teams (name, proxy_group) values ('one', 'g1');
-- tests.stamp(groups) -> what by_proxy tells of eve: is it the stamp that was hers before, and is it hers now?
create function tests.stamp(groups text[]) returns text
language plpgsql as $$
declare
	before bigint := (select stamp from people.users where username = 'eve');
	told   bigint := (select stamp from people_api.by_proxy('eve', false, groups, ''));
begin
	return format('%s %s', told = before, told = (select stamp from people.users where username = 'eve'));
end
$$;
select is(tests.stamp(groups), wanted, rule) from (values
	(null::text[], 't t', 'what workers remember holds while nothing is said'), ('{x}', 't t', '... or nothing new'),
	('{g1}', 'f t', 'who enters a team is asked for anew, under the stamp that is told'), ('{g1,x}', 't t', '... once'),
	('{" g1 "}', 't t', 'blanks around a group are not of it'), ('{}', 'f t', 'who leaves it, too'), ('{}', 't t', '... once')
	) v (groups, wanted, rule);

-- Who is a superuser.
create function tests.superusers() returns text
language sql as $$ select string_agg(username, ' ' order by id) from people.users where superuser $$;
select tests.story();
select tests.told('eve', '{boss}');
select is(tests.superusers(), 'admin', 'a group makes no superusers');
select tests.told('eve', '{a,boss}', 'boss');
select is(tests.superusers(), 'admin eve', '... unless it is the one of which the settings say so');
select is(tests.rows('people.audit', 'user_id, username, via, verb, kind, ids, details'),
	'(3,eve,proxy,update,user,{3},"{""is_staff"": true}")', '... which is told');
select stamp from people.users where id = 3 \gset
select tests.told('eve', '{boss}', 'boss'), tests.told('bob', '{a}', 'boss');
select is(tests.superusers() || ' ' || (select count(*) from people.audit), 'admin eve 1',
	'who is one stays one, who is none none');
select tests.told('eve', null, 'boss'), tests.told('eve', '{}', '');
select is(tests.superusers(), 'admin eve', '... also where the proxy does not say');
select tests.told('eve', '{a}', 'boss');
select is(tests.superusers(), 'admin', 'who leaves it is one no longer');
select is(tests.rows('people.audit where id = 2', 'username, ids, details'), '(eve,{3},"{""is_staff"": false}")',
	'... which is told');
select isnt((select stamp from people.users where id = 3), :stamp::bigint,
	'... and what the proxy said before counts no more');
select stamp from people.users where id = 2 \gset
select tests.told('admin', '{a}', 'boss');
select is(tests.superusers() || ' ' || (select count(*) from people.audit), 'admin 2', 'the last superuser stays one');
select is((select stamp from people.users where id = 2), :stamp::bigint,
	'... and as nothing has changed, nothing must be proved again');
select tests.told('eve', '{boss}', 'boss'), tests.told('admin', '{a}', 'boss');
select is(tests.superusers(), 'eve', '... until there is another');
select tests.told('fresh', '{boss}', 'boss');
select is(tests.superusers(), 'eve fresh', 'a new user may be one at once');

select * from finish();
rollback;
