-- Users: who may see and change whom, and what a change ends (sql/polemarch_api/users.sql; polemarch-behaviour.md section 13).
begin;
\ir lib.psql
select plan(193);

-- johnny is nobody special; admin is a superuser.
insert into people.users (username, superuser, stamp, email, first_name, last_name) values ('admin', true, 8,
	'admin@x.org', '', ''),
	('Rosa', false, 9, 'rosa@x.org', 'Rosa', 'Lux');
create function tests.users(columns text, condition text default 'true') returns text
language sql as $$ select tests.rows('people.users where ' || condition, columns) $$;
-- tests.patch(name, id, body, method) -> what an update answers.
create function tests.patch(name text, id int, body jsonb, method text default 'PATCH') returns text
language sql as $$
	select tests.polemarch(name, 'users_update', jsonb_build_object('id', id::text), body,
	more => jsonb_build_object('method', method))
$$;

-- ---- the list ----
select is(tests.polemarch('johnny', 'users_list'), '200 {"count":3,"next":null,"previous":null,"results":['
	|| '{"id":1,"username":"johnny","is_active":true,"is_staff":false,"url":"http://moirai/polemarch/api/v1/users/1/"},'
	|| '{"id":2,"username":"admin","is_active":true,"is_staff":true,"url":"http://moirai/polemarch/api/v1/users/2/"},'
	|| '{"id":3,"username":"Rosa","is_active":true,"is_staff":false,"url":"http://moirai/polemarch/api/v1/users/3/"}]}',
	'whoever is signed in sees all users, by id, and whether they are active and superusers');
insert into people.users (username, active, first_name, last_name, email) values
	('rosamund', false, 'Rosa', 'Fall', 'm@x.org'), ('100%_x', true, '', 'Lux', null), ('a\b', true, '', '', null);
-- tests.found(query) -> the ids that the list shows.
create function tests.found(query jsonb) returns text
language sql as $$
	select string_agg(u->>'id', ' ' order by i) from jsonb_array_elements(
		tests.members(tests.polemarch('johnny', 'users_list', query => query))->'results') with ordinality e (u, i)
$$;
select is(tests.found(query::jsonb), wanted, rule || ': ' || query) from (values
	('{"id": ["3,1"]}', '1 3', 'by ids'), ('{"id": ["3, 99"]}', '3', '... that need not be there'),
	('{"id__not": ["1,2,99"]}', '3 4 5 6', '... or by others than these'),
	 ('{"id": ["1,2"], "id__not": ["2"]}', '1', '... both'),
	('{"username": ["os"]}', '3 4', 'by a part of the name'), ('{"username": ["ROSA"]}', null, '... case counts'),
	('{"username": ["%"]}', '5', '... a percent sign is one'), ('{"username": ["_"]}', '5', '... an underscore, too'),
	('{"username": ["\\"]}', '6', '... and a backslash'), ('{"username": ["a,b"]}', null, '... and a comma'),
	('{"username__not": ["os"]}', '1 2 5 6', '... or without it'),
	('{"is_active": ["true"]}', '1 2 3 5 6', 'by whether they are active'), ('{"is_active": ["FALSE"]}', '4', '... or not'),
	('{"is_active": ["1"]}', '1 2 3 4 5 6', '... another word is none'),
	('{"first_name": ["Rosa"]}', '3 4', 'by the whole first name'), ('{"first_name": ["Ros"]}', null, '... not a part'),
	('{"last_name": ["Lux"]}', '3 5', '... or last name'), ('{"email": ["rosa@x.org"]}', '3', '... or mail address'),
	('{"email": ["x.org"]}', null, '... the whole'),
	('{"first_name": ["Rosa"], "is_active": ["true"]}', '3', 'by several'),
	('{"username": [""], "id": [""], "is_active": [""], "email": [""]}', '1 2 3 4 5 6', 'what is empty is not asked for'),
	('{"username": ["x", "os"]}', '3 4', 'the last of several counts'),
	('{"is_staff": ["true"], "what": ["x"]}', '1 2 3 4 5 6', 'what is not a filter is passed over'),
	('{"limit": ["2"], "offset": ["3"]}', '4 5', 'by pages')
	) v (query, wanted, rule);
select is(tests.members(tests.polemarch('johnny', 'users_list',
	query => '{"username": ["os"], "limit": ["1"]}')) - 'results',
	'{"count": 2, "previous": null, "next": "http://moirai/polemarch/api/v1/it?limit=1&offset=1&username=os"}',
	'all that are found are counted');
select is(tests.polemarch('johnny', 'users_list', query => '{"id": ["1,x"]}'),
	'400 {"detail": "invalid literal for int() with base 10: ''x''", "error_type": "ValueError"}', 'ids are numbers');
delete from people.users where id > 3;
select setval('people.users_id_seq', 3);

-- ---- one of them ----
select is(tests.polemarch('Rosa', 'users_get', '{"id": "3"}'), '200 {"id":3,"username":"Rosa","password":"[~~ENCRYPTED~~]",'
	|| '"is_active":true,"is_staff":false,"first_name":"Rosa","last_name":"Lux","email":"rosa@x.org",'
	|| '"url":"http://moirai/polemarch/api/v1/users/3/"}', 'users see themselves, but for the password');
select is(tests.polemarch('admin', 'users_get', '{"id": "3"}'), tests.polemarch('Rosa', 'users_get', '{"id": "3"}'),
	'... superusers all');
select is(tests.members(tests.polemarch('johnny', 'users_get', '{"id": "1"}'))->'email', '""',
	'who has no address has an empty one');
create table tests.calls as select unnest('{users_get,users_update,users_delete}'::text[]) as f;
select is(tests.polemarch('johnny', f, '{"id": "3"}', '{}'),
	'403 {"detail": "You do not have permission to perform this action."}',
	'others may not: ' || f) from tests.calls;
select is(tests.polemarch(name, f, jsonb_build_object('id', id), '{}'), '404 {"detail": "Not found."}',
	format('who is not there is not found by %s: %s %s', name, f, id))
  from tests.calls, unnest('{johnny,admin}'::text[]) name, unnest('{9,99999999999999999999}'::text[]) id;
select is(tests.audit(), '', 'nothing of that is told in the audit');

-- ---- making one ----
-- tests.make(body, name) -> the answer to it with name and password.
create function tests.make(body jsonb, name text default 'admin') returns text
language sql as $$
	select tests.polemarch(name, 'users_create', body => '{"username": "new", "password": {"hash": "$argon2id$new"}}'
	|| body)
$$;
select is(tests.make('{}', 'johnny'), '403 {"detail": "You do not have permission to perform this action."}',
	'only superusers make users');
select is(tests.make('{}'), '201 /polemarch/api/v1/users/4/ {"id":4,"username":"new","password":"[~~ENCRYPTED~~]",'
	|| '"is_active":true,"is_staff":false,"first_name":"","last_name":"","email":"",'
	'"url":"http://moirai/polemarch/api/v1/users/4/"}',
	'a user is made by name and password');
select is(tests.users('username, password, email, email_trusted, active, superuser, first_name', 'id = 4'),
	'(new,$argon2id$new,,t,t,f,"")',
	'... active, and no superuser');
select is(tests.rows('people.audit', 'user_id, username, via, address, verb, kind, ids, n, details'),
	'(2,admin,password,192.0.2.1,create,user,{4},1,"{""email"": """", ""is_staff"": false, ""username"": ""new"", '
	'""is_active"": true, '
	|| '""last_name"": """", ""first_name"": """"}")', '... which is told, without the password');
select is(tests.members(tests.make('{"username": " two ", "email": " b@x.org ", "first_name": " B ", "last_name": 7,
	"is_active": "false", "is_staff": 1, "is_superuser": false, "id": 99, "url": "x", "groups": [1]}')) - 'url',
	'{"id": 5, "username": "two", "password": "[~~ENCRYPTED~~]", "is_active": false, "is_staff": true, "first_name": "B",
	"last_name": "7", "email": "b@x.org"}', '... with all that may be said; the rest is passed over');
select is(tests.users('email, email_trusted, active, superuser', 'id = 5'), '(b@x.org,t,f,t)',
	'... his address may be used as his name');
select is(tests.make('{"username": 7}') ~ '^201 .*"username":"7"', true, 'a name may be a number');
select is(tests.make('{"username": "NEW"}') ~ '^201 ', true, 'names may differ by case');
select is(tests.make('{"username": "Ünï.c+o-d_e@x"}') ~ '^201 .*"username":"Ünï.c\+o-d_e@x"', true,
	'... and have letters of any language');
select is(tests.make(body::jsonb), '409 {"username": ["Already exists."]}', 'a taken name: ' || body) from unnest(array[
	'{}', '{"username": " new\t"}', '{"password": 7}', '{"username": "new", "email": "x", "is_staff": []}']) body;
select is(tests.polemarch('admin', 'users_create', body => body::jsonb), '400 ' || wanted, rule) from (values
	('{}', '{"password": ["This field is required."], "username": ["This field is required."]}',
	 'name and password are needed'),
	('{"username": "", "password": {"length": 0}}',
	 '{"password": ["This field may not be blank."], "username": ["This field may not be blank."]}', '... not empty'),
	('{"username": " \t ", "password": {"hash": "h"}}', '{"username": ["This field may not be blank."]}', '... nor blank'),
	('{"username": null, "password": null, "email": null, "first_name": null, "is_active": null}',
	 '{"email": ["This field may not be null."], "password": ["This field may not be null."], '
	 '"username": ["This field may not be null."], '
	 '"is_active": ["This field may not be null."], "first_name": ["This field may not be null."]}',
	 'nothing is null; all is said at once'),
	('{"username": true, "password": true, "email": [], "last_name": {}, "is_staff": "maybe"}',
	 '{"email": ["Not a valid string."], "is_staff": ["\"maybe\" is not a valid boolean."], '
	 '"password": ["Not a valid string."], '
	 '"username": ["Not a valid string."], "last_name": ["Not a valid string."]}', '... or of another type'),
	('{"username": "x", "password": "plain"}', '{"password": ["Not a valid string."]}', 'a password that was not hashed'),
	('{"username": "x", "password": ["hash"]}', '{"password": ["Not a valid string."]}', '... a list'),
	('{"username": "x", "password": "hash"}', '{"password": ["Not a valid string."]}', '... or a word'),
	('{"username": "x", "password": {"length": 129}}',
	 '{"password": ["Ensure this field has no more than 128 characters."]}', '... that was too long'),
	('{"username": "x", "password": "[~~ENCRYPTED~~]"}', '{"password": ["This field is required."]}',
	 '... or stands for one'),
	('{"username": "a b", "password": {"hash": "h"}}',
	 '{"username": ["Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters."]}',
	 'a name with a blank'),
	('{"username": "a/b", "password": {"hash": "h"}}',
	 '{"username": ["Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters."]}',
	 '... or a slash'),
	('{"username": "a\nb", "password": {"hash": "h"}}',
	 '{"username": ["Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters."]}',
	 '... or two lines'),
	('{"username": "a b", "password": {}, "email": "x", "is_active": "x"}',
	 '{"email": ["Enter a valid email address."], "password": ["Not a valid string."], '
	 '"username": ["Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters."], '
	 '"is_active": ["\"x\" is not a valid boolean."]}', 'all that is wrong is said at once'),
	('{"username": "x", "password": {"hash": "h"}, "first_name": "a\u0007", "last_name": "a\nb"}',
	 '{"last_name": ["Enter one line."], "first_name": ["Enter one line."]}', 'names are one line'),
	('{"username": "x", "password": {"hash": "h"}, "email": "admin@x.org"}',
	 '{"email": ["Another user has this address."]}',
	 'an address by which another may be named'),
	('[1]', '{"non_field_errors": ["Invalid data. Expected a dictionary, but got list."]}', 'no object'),
	('"x"', '{"non_field_errors": ["Invalid data. Expected a dictionary, but got str."]}', '... but a text')
	) v (body, wanted, rule);
select is(tests.make('{"username": "long"}' || jsonb_build_object(field, value)),
	format('400 {"%s": ["Ensure this field has no more than %s characters."]}', field, most),
	field || ': ' || most || ' characters at most') from (values ('username', 150, repeat('x', 151)),
	('first_name', 30, repeat('ü', 31)),
	('last_name', 30, repeat('x', 31)), ('email', 254, repeat('x', 250) || '@x.org')) v (field, most, value);
select is(tests.make(jsonb_build_object('username', repeat('y', 150), 'first_name', repeat('ü', 30), 'last_name',
	repeat('x', 30),
	'email', repeat('x', 248) || '@x.org')) ~ '^201 ', true, '... so many may be');
select is(tests.make(jsonb_build_object('username', 'm', 'email', email)),
	'400 {"email": ["Enter a valid email address."]}', 'no address: ' || email)
  from unnest(array['x', 'x@y', '@x.org', 'a b@x.org', 'a@b@x.org', 'x@y.', E'a@x\u0001.org']) email;
-- Hashes that Django made.
select is(tests.make('{"username": "dj", "raw_password": "True", "password": "pbkdf2_sha256$36000$salt$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}') ~ '^201 ',
	true, 'a hash that Django made may be given');
select is(tests.users('password', 'username = ''dj'''),
	'(pbkdf2_sha256$36000$salt$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=)', '... and is kept');
select is(tests.make(jsonb_build_object('username', 'dj2', 'raw_password', raw, 'password', password)),
	'400 {"password": ["Expected pbkdf2_sha256$ITERATIONS$SALT$HASH, as Django writes it."]}', '... in its form: '
	|| password)
  from unnest('{"True","t"}'::text[]) raw, unnest(array['x', '$argon2id$v=19$m=1,t=1,p=1$c2FsdA$aGFzaA',
	'pbkdf2_sha256$36000$salt$AAAA',
	'pbkdf2_sha256$0$salt$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=',
	'pbkdf2_sha256$10000000$salt$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=',
	'pbkdf2_sha1$36000$salt$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=']) password;
select is(tests.make(jsonb_build_object('username', 'dj2', 'password',
	'pbkdf2_sha256$36000$salt$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=', 'raw_password', raw)),
	'400 {"password": ["Not a valid string."]}', '... where that is said, not otherwise: ' || raw)
	from unnest('{"False","no","x"}'::text[]) raw;
select is((select string_agg(distinct details::text, '') from people.audit) ~ 'argon2|pbkdf2|hash|password', false,
	'no password is told in the audit');
delete from people.users where id > 3;
select setval('people.users_id_seq', 3);

-- ---- changing one ----
select tests.story();
select is(tests.members(tests.patch('Rosa', 3,
	'{"first_name": "R", "last_name": "", "email": "r@x.org"}')) - '{url,id}'::text[],
	'{"username": "Rosa", "password": "[~~ENCRYPTED~~]", "is_active": true, "is_staff": false, "first_name": "R", '
	'"last_name": "",
	"email": "r@x.org"}', 'users change what they are called, and where they get mail');
select is(tests.users('username, first_name, last_name, email', 'id = 3'), '(Rosa,R,"",r@x.org)', '... so it stands');
select is(tests.rows('people.audit', 'username, verb, kind, ids, details'),
	'(Rosa,update,user,{3},"{""email"": ""r@x.org"", ""last_name"": """", ""first_name"": ""R""}")', '... and is told');
select is(tests.patch('Rosa', 3, '{}') ~ '^200 .*"first_name":"R".*"email":"r@x.org"', true, 'nothing changes nothing');
select is(tests.patch('Rosa', 3, body::jsonb), '403 {"detail": "You do not have permission to perform this action."}',
	'... but not: ' || body) from unnest(array['{"is_staff": true}', '{"is_active": false}', '{"username": "r"}',
	'{"is_staff": "yes", "first_name": "x"}', '{"username": "admin"}']) body;
select is(tests.patch('Rosa', 3, '{"is_staff": false, "is_active": "true", "username": " Rosa "}') ~ '^200 ', true,
	'... saying what is so, they may');
select is(tests.users('username, first_name, active, superuser', 'id = 3'), '(Rosa,R,t,f)', '... which changes nothing');
select is(tests.members(tests.patch('admin', 3,
	'{"is_staff": true, "is_active": "off", "username": "rose"}')) - '{url,id,password,email}'::text[],
	'{"username": "rose", "is_active": false, "is_staff": true, "first_name": "R", "last_name": ""}',
	'superusers change that, too');
select is(tests.patch('admin', 3, '{"username": "johnny"}'), '409 {"username": ["Already exists."]}',
	'... but two do not have one name');
select is(tests.patch('admin', 3, '{"username": "johnny", "email": 7}'), '409 {"username": ["Already exists."]}',
	'... which is said before anything else');
select is(tests.patch('admin', 3, '{"username": "rose"}') ~ '^200 ', true, '... his own he may keep');
select is(tests.patch('admin', 3, body::jsonb), '400 ' || wanted, 'the same is refused as in a new one: ' || body)
	from (values
	('{"username": "a b"}', '{"username": ["Enter a valid username. This value may contain only letters, numbers, '
	 'and @/./+/-/_ characters."]}'),
	('{"username": ""}', '{"username": ["This field may not be blank."]}'),
	 ('{"email": "x"}', '{"email": ["Enter a valid email address."]}'),
	('{"is_active": 2}', '{"is_active": ["\"2\" is not a valid boolean."]}'),
	 ('{"password": null}', '{"password": ["This field may not be null."]}'),
	('{"password": ["hash"]}', '{"password": ["Not a valid string."]}'),
	 ('{"password": {"length": 0}}', '{"password": ["This field may not be blank."]}'),
	('[]', '{"non_field_errors": ["Invalid data. Expected a dictionary, but got list."]}')
	) v (body, wanted);
update people.users set username = 'Rosa', active = true, superuser = false, stamp = 9 where id = 3;

-- PUT
select is(tests.patch('Rosa', 3, '{}', 'PUT'),
	'400 {"password": ["This field is required."], "username": ["This field is required."]}',
	'PUT needs name and password');
select is(tests.members(tests.patch('Rosa', 3, '{"username": "Rosa", "password": "[~~ENCRYPTED~~]"}',
	'PUT')) - '{url,id,password}'::text[],
	'{"username": "Rosa", "is_active": true, "is_staff": false, "first_name": "R", "last_name": "", "email": "r@x.org"}',
	'... what it does not say stays');
select is(tests.members(tests.patch('admin', 3,
	'{"username": "r2", "password": "[~~ENCRYPTED~~]", "email": "", "last_name": "X", "is_staff": "1"}', 'PUT'))
	- '{url,id,password}'::text[], '{"username": "r2", "is_active": true, "is_staff": true, "first_name": "R", '
	'"last_name": "X", "email": ""}',
	'... what it says is so');
select is(tests.users('email is null', 'id = 3'), '(t)', 'an empty address is none');
update people.users set username = 'Rosa', superuser = false, stamp = 9, email = 'rosa@x.org' where id = 3;

-- ---- addresses that are names, too ----
create function tests.mail(who int) returns text
language sql as $$ select format('%s %s', coalesce(email, 'none'), email_trusted) from people.users where id = who $$;
select tests.patch('Rosa', 3, '{"email": "rosa@x.org"}');
select is(tests.mail(3), 'rosa@x.org t', 'an address that an administrator gave stays a name when it is said again');
select tests.patch('Rosa', 3, '{"email": "r@x.org"}');
select is(tests.mail(3), 'r@x.org f', 'one that users give themselves is none');
select is(tests.patch('Rosa', 3, '{"email": "admin@x.org"}') ~ '^200 ', true, '... so it may be another''s');
select is(tests.mail(3), 'admin@x.org f', '... really');
select is((people.named_by_proxy('admin@x.org')).id, 2::bigint, '... who still is the one who is meant by it');
select tests.patch('admin', 3, '{"first_name": "Rosa", "email": "admin@x.org"}');
select is(tests.mail(3), 'admin@x.org f', '... also when an administrator sends it back with something else');
select is(tests.patch('admin', 3, '{"email": "r@x.org"}') ~ '^200 ', true, 'one that an administrator gives');
select is(tests.mail(3), 'r@x.org t', '... is a name');
select is(tests.patch('admin', 3, '{"email": "admin@x.org"}'), '400 {"email": ["Another user has this address."]}',
	'... of one user only');
select tests.patch('johnny', 1, '{"email": "r@x.org"}');
select tests.patch('admin', 3, '{"email": ""}');
select is(tests.patch('admin', 1, '{"email": "R@x.org"}') ~ '^200 ', true,
	'... which another may have when he has no more');
select is(tests.mail(1) || ', ' || tests.mail(3), 'R@x.org t, none t', '... so they stand');
select is(tests.patch('admin', 2, '{"email": "new@x.org"}') ~ '^200 ', true, 'administrators may change their own');
select is(tests.mail(2), 'new@x.org t', '... and are named by it');

-- ---- passwords ----
select tests.story();
update people.users set stamp = id, password = 'old';
-- tests.tokens(): each user has a session, a short token and one with a name: 1 to 9.
create function tests.tokens() returns void
language sql as $$
	truncate people.tokens restart identity;
	insert into people.tokens (user_id, kind, name, hash, made_at, seen_at)
	select u, k, case k when 'personal' then 'x' end, sha256((u || k)::bytea), now(), now()
	  from generate_series(1, 3) u, unnest('{session,login,personal}'::text[]) k;
$$;
create function tests.left() returns text
language sql as $$ select string_agg(id::text, ' ' order by id) from people.tokens $$;
select tests.tokens();
select is(tests.polemarch('johnny', 'users_update', '{"id": "1"}', '{"password": {"hash": "$argon2id$x"}}',
	more => '{"token": 1}') ~ '^200 ', true,
	'users give themselves a new password');
select is(tests.left(), '1 4 5 6 7 8 9', '... which ends their other sessions and tokens, nobody else''s');
select is(tests.users('password'), '($argon2id$x) (old) (old)', '... and is the one that counts');
select is(tests.users('stamp = id'), '(f) (t) (t)', '... what was proved by the old one must be proved again');
select is(tests.rows('people.audit', 'verb, ids, details'), '(update,{1},"{""password"": true}")',
	'... that is told, but not which');
select is(tests.patch('johnny', 1,
	'{"password": {"hash": "$argon2id$y"}, "first_name": "J"}') ~ '^200 .*"first_name":"J"', true,
	'with something else, too');
select is(tests.left(), '4 5 6 7 8 9', '... who has no token keeps none');
select tests.tokens();
update people.users set stamp = id;
select tests.polemarch('admin', 'users_update', '{"id": "3"}', '{"password": {"hash": "$argon2id$z"}}',
	more => '{"token": 4}');
select is(tests.left(), '1 2 3 4 5 6', 'an administrator who gives another one ends what that one has');
select is(tests.users('stamp = id'), '(t) (t) (f)', '... and stays signed in himself');
select is(tests.patch('johnny', 1, '{"password": "[~~ENCRYPTED~~]", "first_name": "j"}') ~ '^200 ', true,
	'what is shown instead of a password');
select is(tests.users('password, stamp = id', 'id = 1') || ' ' || tests.left(), '($argon2id$y,t) 1 2 3 4 5 6',
	'... changes and ends nothing');
select is(tests.rows('people.audit where id = (select max(id) from people.audit)', 'details'),
	'("{""first_name"": ""j""}")', '... and is not told');
select is(tests.patch('johnny', 1,
	'{"raw_password": true, "password": "pbkdf2_sha256$36000$salt$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}'),
	'403 {"detail": "You do not have permission to perform this action."}', 'Django''s hashes are for administrators only');
select is(tests.patch('admin', 1,
	'{"raw_password": true, "password": "pbkdf2_sha256$36000$salt$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}') ~ '^200 ',
	true, '... who give them to others');
select is(tests.users('password', 'id = 1') || ' ' || tests.left(),
	'(pbkdf2_sha256$36000$salt$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=) 4 5 6',
	'... as any password');

-- Whoever has stolen a token that was made for scripts can't take over its user.
select tests.tokens();
update people.users set stamp = id;
-- tests.by_token(name, token, user, password) -> what an update answers to who is signed in by that token.
create function tests.by_token(name text, token int, id int, password jsonb default '{"hash": "$argon2id$t"}') returns text
language sql as $$
	select left(tests.polemarch(name, 'users_update', jsonb_build_object('id', id::text),
		jsonb_build_object('password', password, 'first_name', 'x'),
		more => jsonb_build_object('via', 'token', 'token', token)), 92)
$$;
select is(tests.by_token('johnny', 3, 1),
	'403 {"detail": "A token sets no password of its own user: sign in by password or proxy."}',
	'a token with a name sets no password of its user''s');
select is(left(tests.by_token('johnny', 3, 1, '"[~~ENCRYPTED~~]"'), 3), '200', '... other things it may');
select is(left(tests.by_token('johnny', 2, 1), 3), '200', 'a short one, for which a password was shown, does');
select is(tests.left(), '2 4 5 6 7 8 9', '... and stays');
select is(left(tests.by_token('admin', 6, 3), 3), '200', 'a superuser''s sets those of others');

-- ---- out at once ----
select tests.tokens();
update people.users set stamp = id;
select tests.patch('admin', 1, '{"is_active": false}');
select is(tests.users('stamp = id, active', 'id = 1') || ' ' || tests.left(), '(f,f) 3 4 5 6 7 8 9',
	'who is made inactive is out at once: what has no name ends');
select tests.patch('admin', 1, '{"is_active": false}');
select tests.patch('admin', 1, '{"is_active": true}');
select is(tests.users('active', 'id = 1') || ' ' || tests.left(), '(t) 3 4 5 6 7 8 9',
	'... and in again, with what has one');
select tests.tokens();
update people.users set stamp = id;
select tests.patch('admin', 1, '{"username": "jonny"}');
select is(tests.users('stamp = id', 'id = 1') || ' ' || tests.left(), '(f) 1 2 3 4 5 6 7 8 9',
	'who gets another name must be known by it, and stays signed in');
select tests.patch('admin', 1, '{"username": "johnny", "is_staff": true}');
update people.users set stamp = id;
select tests.patch('admin', 1, '{"is_staff": false, "first_name": "x", "email": "j@x.org"}');
select is(tests.users('stamp = id', 'id = 1'), '(t)', 'nothing else must be proved again');

-- ---- the last superuser ----
select is(tests.patch('admin', 2, body::jsonb), '409 {"detail": "The last superuser must stay one."}',
	'the last superuser: ' || body)
  from unnest(array['{"is_staff": false}', '{"is_active": false}', '{"is_staff": false, "is_active": false}']) body;
select is(tests.patch('admin', 2, '{"is_staff": false, "username": "a b"}') ~ '^400 ', true,
	'... what is wrong is said first');
update people.users set superuser = true, active = false where id = 1;
select is(tests.patch('admin', 2, '{"is_staff": false}') ~ '^409 ', true, '... one who is not active does not count');
select is(tests.patch('admin', 1, '{"is_staff": false}') ~ '^200 ', true, '... and need not stay one');
update people.users set superuser = true, active = true where id = 1;
select is(tests.patch('admin', 2, '{"is_staff": false}') ~ '^200 ', true, 'of two one may go');
select is(tests.patch('johnny', 1, '{"is_active": false}') ~ '^409 ', true, '... and then no other');
update people.users set superuser = id = 2, stamp = id;

-- ---- deleting one ----
select tests.story();
select tests.tokens();
select is(tests.polemarch(name, 'users_delete', jsonb_build_object('id', id)),
	'409 {"detail": "Could not remove youself."}', 'nobody deletes himself: ' || name)
  from (values ('johnny', '1'), ('admin', '2')) v (name, id);
select tests.polemarch('johnny', 'teams_create', body => '{"name": "one", "users_list": [1, 3]}'),
	tests.polemarch('Rosa', 'teams_create', body => '{"name": "two", "users_list": [1]}');
select tests.polemarch('Rosa', 'permissions_add', '{"objects": "teams", "id": "2"}',
	'[{"member": 1, "role": "EDITOR", "member_type": "user"}]');
select people.objects_add('host', '{1,2}', 1), people.objects_add('inventory', '{1}', 3), people.parts_add('inventory', 1,
	'host', '{1}');
select is(tests.members(tests.polemarch(name, 'users_get', jsonb_build_object('id', id), query => '{"expand": ["owns"]}'))->>'owns', wanted, format('%s is told what %s owns', name, id))
  from (values ('johnny', '1', '{"hosts": 2, "teams": 1, "groups": 0, "projects": 0, "templates": 0, "inventories": 0}'),
	('admin', '3', '{"hosts": 0, "teams": 1, "groups": 0, "projects": 0, "templates": 0, "inventories": 1}'),
	('admin', '2', '{"hosts": 0, "teams": 0, "groups": 0, "projects": 0, "templates": 0, "inventories": 0}')) v (name, id, wanted);
delete from outbox.changes;
select is(tests.polemarch('admin', 'users_delete', '{"id": "1"}'), '204', 'a superuser deletes a user');
select is((select string_agg(format('%s: %s', kind, i), ', ' order by kind, i) from outbox.changes, unnest(ids) i),
	'inventoryhost: 1, inventoryhost: 2, team: 1, team: 2, user: 1', '... which is told of what he owned, and of the teams that he was in');
select is(tests.users('username') || ' ' || tests.left(), '(admin) (Rosa) 4 5 6 7 8 9', '... with all he had signed in by');
select is((select string_agg(format('%s %s: %s', kind, id, owner_id), ', ' order by kind, id) from people.objects),
	'host 1: 2, host 2: 2, inventory 1: 3, team 1: 2, team 2: 3', '... what he owned passes to who deletes him');
select is((select count(*) from people.grants) || ' ' || (select string_agg(team_id || ':' || user_id, ' ')
	from people.team_members), '0 1:3',
	'... he has no rights any more, and is in no team');
select is_empty('select * from people.rights_check()', '... and all is as the law says');
select is(tests.rows('people.audit where verb = ''delete''', 'username, kind, ids, details'),
	'(admin,user,{1},"{""username"": ""johnny""}")',
	'... who it was is told');
insert into people.users (username, superuser) values ('boss', true);
select is(tests.polemarch('admin', 'users_delete', '{"id": "4"}'), '204', 'another superuser can be deleted');
select is(tests.polemarch('admin', 'users_delete', '{"id": "4"}'), '404 {"detail": "Not found."}', '... once');

select * from finish();
rollback;
