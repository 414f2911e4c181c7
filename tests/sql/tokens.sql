-- Sessions and tokens: opened, used, seen, ended (sql/people/tokens.sql, sql/people_api/sign_in.sql,
-- sql/hermes_api/session.sql, sql/polemarch_api/server.sql; polemarch-behaviour.md section 1.5).
begin;
\ir lib.psql
select plan(146);

-- johnny is nobody special, admin a superuser, gone no longer active.
insert into people.users (username, superuser, stamp, active) values ('admin', true, 8, true), ('gone', false, 9, false);
create function tests.tokens(columns text, condition text default 'true') returns text
language sql as $$ select tests.rows('people.tokens where ' || condition, columns) $$;
-- tests.hold(user, kind, ...): the user holds one, as if by a secret that is its number.
create function tests.hold(who int, kind text, seen interval default '0', idle interval default null,
	ends interval default null,
                           read_only boolean default false) returns void
language plpgsql as $$
declare
	new bigint;
begin
	insert into people.tokens (user_id, kind, name, read_only, hash, made_at, seen_at, idle, expires_at)
	values (who, kind, case kind when 'personal' then 'mine' end, read_only, sha256(random()::text::bytea),
	clock_timestamp() - interval '1 day',
	        clock_timestamp() - seen, idle, clock_timestamp() + ends) returning id into new;
	update people.tokens set hash = sha256(new::text::bytea) where id = new;
end
$$;
create function tests.secret(n int) returns text
language sql immutable as $$ select encode(sha256(n::text::bytea), 'hex') $$;
-- tests.by_token(number, cookie) -> the row that the worker gets who has been shown that secret.
create function tests.by_token(n int, cookie boolean default true) returns text
language sql as $$ select string_agg(t::text, ' ') from people_api.by_token(tests.secret(n), cookie) t $$;
-- tests.seconds(interval) -> whole ones, and yet some.
create function tests.seconds(i interval) returns int
language sql immutable as $$ select round(extract(epoch from i))::int $$;

-- ---- what still signs in ----
select is(people.token_is_good(row(1, 1, 'session', '', null, false, tests.sec(0), seen, idle, ends, null, null),
	tests.sec(100)), wanted, rule) from (values
	(tests.sec(0), null::interval, null::timestamptz, true, 'what has no end does not end'),
	(tests.sec(0), null, tests.sec(101), true, 'what has one lasts until then'),
	 (tests.sec(0), null, tests.sec(100), false, '... and no longer'),
	(tests.sec(50), '51 s', null, true, 'what must be used lasts for so long after it was'),
	 (tests.sec(50), '50 s', null, false, '... and no longer'),
	(tests.sec(99), '50 s', tests.sec(100), false, 'use does not lengthen a life'),
	 (tests.sec(1), '50 s', tests.sec(200), false, '... nor life a rest')
	) v (seen, idle, ends, wanted, rule);

-- ---- shown to the worker ----
select tests.story();
select tests.hold(1, 'session'), tests.hold(2, 'login'), tests.hold(2, 'personal', read_only => true), tests.hold(3,
	'session'), tests.hold(3, 'personal');
select is(tests.by_token(1), '(1,7,1,f,60)',
	'a session is known by its hash: its user and stamp, its number, that it may write, and for a minute at most');
select is(tests.by_token(2, false), '(2,8,2,f,60)', '... a token, too');
select is(tests.by_token(3, false), '(2,8,3,t,60)', '... which may only read');
select is(tests.by_token(1, false), null, 'a session is no token');
select is(tests.by_token(2, true), null, '... nor a token a session');
select is(tests.by_token(3, true), null, '... of either kind');
select is(tests.by_token(4), null, 'who is no longer active holds nothing');
select is(tests.by_token(5, false), null, '... of any kind');
select is(tests.by_token(9), null, 'nobody holds what is not there');
select is_empty($$ select t from unnest(array['', '00', encode(sha256('1'), 'hex') || '00']) h, people_api.by_token(h,
	true) t $$, '... or what is no hash');
select is_empty($$ select t from people_api.by_token(null, true) t $$, '... or nothing');
select is_empty($$ select t from people_api.by_token(tests.secret(1), null) t $$, '... or of no kind');
update people.users set active = true where id = 3;
select is(tests.by_token(4), '(3,9,4,f,60)', 'who is active again holds what he held');

select tests.story();
select tests.hold(1, 'session', seen, idle, ends) from (values
	(interval '0', interval '1 hour', interval '1 day'), ('0', '40 s', '1 day'), ('0', '1 hour', '30 s'),
	 ('59 s', '1 minute', null),
	('61 s', '1 minute', null), ('0', null, '-1 s'), ('0', null, '0.9 s')) v (seen, idle, ends);
select is(tests.by_token(1), '(1,7,1,f,60)', 'it is remembered for a minute at most');
select is(tests.by_token(2), '(1,7,2,f,10)', '... for a quarter of the time in which it must be used');
select is(tests.by_token(3), '(1,7,3,f,29)', '... and not beyond its end');
select is(tests.by_token(7), '(1,7,7,f,0)', '... be it near');
select is(tests.by_token(4), '(1,7,4,f,15)', 'what was used in time');
select is(tests.by_token(5) || coalesce(tests.by_token(6), ''), null, '... what was not, and what is over, sign nobody in');

select tests.story();
select tests.hold(1, 'session', seen, idle) from (values (interval '50 s', interval '1 hour'), ('70 s', '1 hour'),
	('8 s', '40 s'), ('12 s', '40 s'), ('70 s', null)) v (seen, idle);
select tests.by_token(n) from generate_series(1, 5) n;
select is(tests.tokens('tests.seconds(clock_timestamp() - seen_at)'), '(50) (0) (8) (0) (0)',
	'a use is noted when the last was a minute ago, or a quarter of the time in which one is needed');
select tests.hold(1, 'session', '59 min', '1 hour');
select tests.by_token(6);
select is(tests.tokens('tests.seconds(seen_at + idle - clock_timestamp())', 'id = 6'), '(3600)',
	'... so what is used goes on');
select tests.hold(1, 'session', '61 min', '1 hour');
select tests.by_token(7);
select is(tests.tokens('tests.seconds(clock_timestamp() - seen_at)', 'id = 7'), '(3660)', '... what has ended does not');
update people.users set active = false where id = 1;
select tests.hold(1, 'session', '70 s');
select tests.by_token(8);
select is(tests.tokens('tests.seconds(clock_timestamp() - seen_at)', 'id = 8'), '(70)',
	'... nor that of one who is no longer active');
update people.users set active = true where id = 1;

-- ---- signing in ----
-- tests.sign_in(name, body, more) -> the answer to it, of a worker that has compared the password and made the secret 1.
create function tests.sign_in(name text, body jsonb default '{"username": "x", "password": {"given": true}}',
	more jsonb default '{}') returns text
language sql as $$
	select tests.hermes(name, 'session_create', body => body, more => jsonb_build_object('secret', tests.secret(1),
	'agent', 'Firefox') || more)
$$;
select tests.story();
select is(tests.sign_in('johnny', body::jsonb), wanted, rule) from (values
	('{}', '400 Missing Required Argument: username', 'a sign-in needs a name'),
	 ('{"username": "x"}', '400 Missing Required Argument: password', '... and a password'),
	('{"username": 7, "password": {"given": true}}', '400 username, password: must be strings', '... both of them text'),
	('{"username": null, "password": {"given": true}}', '400 username, password: must be strings', '... and not null'),
	('{"username": "x", "password": 7}', '400 username, password: must be strings', '... be it a number'),
	('{"username": "x", "password": null}', '400 username, password: must be strings', '... or null'),
	('{"username": "x", "password": {}}', '400 username, password: must be strings', '... or an object'),
	('{"username": "x", "password": ["x"]}', '400 username, password: must be strings', '... or a list')
	) v (body, wanted, rule);
select is(tests.sign_in('nobody'), '401 Wrong name or password.', 'a wrong one is refused');
select is(tests.sign_in('nobody', '{"username": "x", "password": {"length": 0}}'), '401 Wrong name or password.',
	'... an empty one in the same words');
select is(tests.sign_in('gone', more => '{"stamp": 10}'), '401 Sign in to use this resource.',
	'nor is who has just changed signed in');
select is(tests.tokens('id') || tests.audit(), '', 'what is refused opens and tells nothing');
select matches(tests.sign_in('johnny'),
	'^201 /api/v1/session {"status":"created","href":"http://moirai/api/v1/session","user":"johnny@example.com","userId":1,'
	|| '"username":"johnny","superuser":false,"may":\["mayEditFates","mayMailOwners","mayThrowRestricted"\],"via":"session","expiryTime":"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{6})?"}$',
	'a sign-in opens a session');
select is(tests.tokens('id, user_id, kind, encode(hash, ''hex'') = tests.secret(1), name, read_only, '
	'tests.seconds(clock_timestamp() - made_at), made_at = seen_at, idle, '
	'tests.seconds(expires_at - made_at), address, agent'), '(1,1,session,t,,f,0,t,12:00:00,1209600,192.0.2.1,Firefox)',
	'... which is known by its hash only, ends after the time that the settings say, '
	'and when it is not used; from where, and by what');
select is(tests.rows('people.audit', 'user_id, username, via, address, verb, kind, ids, details'),
	'(1,johnny,password,192.0.2.1,"sign in",session,{1},{})', '... which is told');
select is(tests.by_token(1), '(1,7,1,f,60)', '... and signs in');
select is(tests.members(tests.sign_in('admin', more => jsonb_build_object('secret', tests.secret(2), 'agent',
	repeat('x', 300), 'settings',
	tests.settings('{"sessionIdle": 60, "sessionLifetime": 30}'))))->'superuser', 'true', 'a superuser is told so');
select is(tests.tokens('user_id, idle, tests.seconds(expires_at - made_at), length(agent)', 'id = 2'),
	'(2,00:01:00,30,200)', 'the settings say for how long; a long name of a program is cut');
select tests.sign_in('johnny', more => jsonb_build_object('secret', tests.secret(3), 'token', 1, 'via', 'session'));
select is(tests.tokens('id, user_id'), '(1,1) (2,2) (3,1)', 'each sign-in is another session, whatever came along');
select matches(tests.sign_in('johnny', more => jsonb_build_object('secret', tests.secret(3))), '^23505 ',
	'... no two by one secret');
select tests.hold(1, 'session', ends => '-1 s'), tests.hold(1, 'personal', ends => '-1 s'), tests.hold(1, 'login',
	'11 min', '10 min'), tests.hold(2, 'session', ends => '-1 s');
select tests.sign_in('johnny', more => jsonb_build_object('secret', tests.secret(4)));
select is(tests.tokens('user_id, kind, people.token_is_good(tokens, clock_timestamp())'),
	'(1,session,t) (2,session,t) (1,session,t) (2,session,f) (1,session,t)',
	'a sign-in sweeps away what of the user''s has ended');

-- ---- who is signed in ----
select tests.story();
select tests.hold(1, 'session', '0', '1 hour', '30 min'), tests.hold(1, 'session', '0', '10 min', '30 min'), tests.hold(1,
	'personal', ends => '1 hour');
-- tests.via(name, function, via, token, path) -> an endpoint's answer to who is signed in that way.
create function tests.via(name text, function text, via text, token int, id int default null,
	body jsonb default '{}') returns text
language sql as $$
	select tests.hermes(name, function, jsonb_build_object('id', id::text), body, more => jsonb_build_object('via', via,
	'token', token, 'secret', tests.secret(100),
		'agent', 'curl'))
$$;
select is(tests.members(tests.via('johnny', 'session_get', via, token)) - '{expiryTime,href,status}'::text[],
	'{"user": "johnny@example.com", "userId": 1, "username": "johnny", "superuser": false,
	  "may": ["mayEditFates", "mayMailOwners", "mayThrowRestricted"]}'::jsonb
	|| jsonb_build_object('via', via), 'who is signed in, by a ' || via)
  from (values ('session', 1), ('token', 3), ('password', 0), ('proxy', 0)) v (via, token);
select is(tests.seconds((tests.members(tests.via('johnny', 'session_get', via,
	token))->>'expiryTime')::timestamptz - clock_timestamp()), wanted, rule) from (values
	('session', 1, 1800, 'until when: the end of its life'),
	 ('session', 2, 600, '... or of the time in which it must be used'), ('token', 3, null, '... is told of sessions'),
	('password', 0, null, '... only')) v (via, token, wanted, rule);
select is(tests.members(tests.hermes('admin', 'session_get'))->'superuser', 'true', '... and whether he is a superuser');

-- ---- signing out ----
select is(tests.via('johnny', 'session_delete', via, token), '409 You are not signed in by a session.', 'by a ' || via
	|| ' nobody signs out')
  from (values ('token', 3), ('password', 0), ('proxy', 0)) v (via, token);
select is(tests.tokens('id') || tests.audit(), '(1) (2) (3)', '... nothing ends');
select is(tests.via('johnny', 'session_delete', 'session', 1),
	'200 {"status":"ok","href":"http://moirai/api/v1/session"}', 'who signs out ends his session');
select is(tests.tokens('id'), '(2) (3)', '... no other');
select is(tests.by_token(1), null, '... it signs nobody in any more');
select is((select stamp from people.users where id = 1) <> 7, true, '... also where it is remembered');
select is(tests.rows('people.audit', 'username, via, verb, kind, ids'), '(johnny,session,"sign out",session,{1})',
	'... which is told');

-- ---- one's own sessions ----
select tests.story();
update people.users set stamp = 7 where id = 1;
select tests.hold(1, 'session', '5 min', '1 hour', '1 day'), tests.hold(2, 'session'), tests.hold(1, 'session'),
	tests.hold(1, 'personal'), tests.hold(1, 'session', ends => '-1 s'),
	tests.hold(1, 'login'), tests.hold(1, 'session');
update people.tokens set address = '192.0.2.7', agent = '"x"' where id = 1;
select is((select array_agg(s->'id') from jsonb_array_elements(tests.members(tests.via('johnny', 'sessions_list',
	'session', 3))->'sessions') s), '{7,3,1}',
	'one''s own sessions, the newest first; not what has ended');
select is((select array_agg(s->'id') from jsonb_array_elements(tests.members(tests.via('johnny', 'sessions_list',
	'session', 3))->'sessions') s where (s->>'current')::boolean),
	'{3}', '... which of them it is');
select is((select array_agg(s->'id') from jsonb_array_elements(tests.members(tests.via('johnny', 'sessions_list', 'token',
	4))->'sessions') s where (s->>'current')::boolean),
	null, '... or none');
select is((select s - '{creationTime,seenTime,expiryTime}'::text[]
	from jsonb_array_elements(tests.members(tests.via('johnny', 'sessions_list', 'session', 3))->'sessions') s
	where s->'id' = '1'), '{"id": 1, "current": false, "address": "192.0.2.7", "agent": "\"x\"", '
	'"href": "http://moirai/api/v1/sessions/1"}', '... from where, and by what');
select is((select array_agg(tests.seconds((s->>m)::timestamptz - clock_timestamp()) order by m)
	from unnest('{creationTime,expiryTime,seenTime}'::text[]) m,
	jsonb_array_elements(tests.members(tests.via('johnny', 'sessions_list', 'session', 3))->'sessions') s
	where s->'id' = '1'), '{-86400,3300,-300}',
	'... since when, until when, and when it was used');
select is(tests.hermes('gone', 'sessions_list'), '200 {"status":"ok","href":"http://moirai/api/v1/it","sessions":[]}',
	'who has none sees none');
select is(tests.via('johnny', 'sessions_delete', 'session', 3, id), format('404 No such Session %s found', id),
	'nobody ends ' || what) from (values
	(2, 'another''s'), (4, 'a token as if it were a session'), (5, 'what has ended'),
	 (99, 'what is not there')) v (id, what);
select is(tests.via('admin', 'sessions_delete', 'session', 2, 1), '404 No such Session 1 found',
	'... not even a superuser');
select is(tests.via('johnny', 'sessions_delete', 'session', 3, 1),
	'200 {"status":"ok","href":"http://moirai/api/v1/sessions/1"}', 'one of one''s own');
select is(tests.tokens('id') || ' ' || tests.audit(), '(2) (3) (4) (5) (6) (7) ("sign out",session,{1})',
	'... ends, and is told');
select is(tests.by_token(1), null, '... and signs nobody in');
select tests.hold(1, 'session');
select is(tests.via('johnny', 'sessions_end_others', 'session', 3),
	'200 {"status":"ok","href":"http://moirai/api/v1/it","ended":2}', 'all but the one by which it was asked');
select is(tests.tokens('id') || ' ' || tests.audit('id > 1'), '(2) (3) (4) (5) (6) ("sign out",session,"{7,8}")',
	'... no tokens, and nobody else''s');
select stamp from people.users where id = 1 \gset
select is(tests.via('johnny', 'sessions_end_others', 'session', 3) ~ '"ended":0}$', true, '... or none');
select is((select stamp from people.users where id = 1) || ' ' || (select count(*) from people.audit), :'stamp' || ' 2',
	'... of which nothing is told, and nothing must be proved again');
select is(tests.via('johnny', 'sessions_end_others', 'token', 4) ~ '"ended":1}$', true, 'by a token all of them');
select is(tests.tokens('id, kind', 'user_id = 1'), '(4,personal) (5,session) (6,login)', '... that had not ended');

-- ---- one's own tokens ----
select tests.story();
update people.users set stamp = 7 where id = 1;
-- tests.token(body, via) -> the answer to who makes one.
create function tests.token(body jsonb, via text default 'password', token int default 0) returns text
language sql as $$ select tests.via('johnny', 'tokens_create', via, token, null, body) $$;
select is(tests.token(body::jsonb), '400 ' || wanted, rule) from (values
	('{}', 'Missing Required Argument: name', 'a token has a name'),
	 ('{"name": ""}', 'name: must not be empty', '... that is not empty'),
	 ('{"name": 7}', 'name: must be a string', '... is text'),
	('{"name": "a\nb"}', 'name: must be one line', '... and one line'),
	 ('{"name": "x", "scope": "all"}', 'scope: must be read or write', 'it may read or write'),
	('{"name": "x", "scope": ""}', 'scope: must be read or write', '... not nothing'),
	 ('{"name": "x", "scope": 7}', 'scope: must be a string', '... nor what is no text'),
	('{"name": "x", "expiryTime": "soon"}', 'expiryTime: "soon" is not a time such as 2015-06-01 12:11',
	 'its end is a time'),
	('{"name": "x", "expiryTime": "2015-06-01 12:11"}', 'expiryTime: is over', '... to come')) v (body, wanted, rule);
select is(tests.token(jsonb_build_object('name', repeat('x', 81))), '400 name: longer than 80 characters',
	'a name has 80 characters at most');
select is(tests.token('{"name": "x"}', 'token', 1), '403 A token makes no tokens: sign in by password or proxy.',
	'a token makes no other');
select is(tests.tokens('id') || tests.audit(), '', 'what is refused is not made');
select matches(tests.token('{"name": "mine"}'),
	'^201 /api/v1/tokens/1 {"status":"created","id":1,"kind":"personal","name":"mine","scope":"read","creationTime":"[^"]+",'
	|| '"seenTime":"[^"]+","expiryTime":null,"address":"192.0.2.1","agent":"curl",'
	'"href":"http://moirai/api/v1/tokens/1"}$', 'one for scripts: it reads, and does not end');
select is(tests.tokens('user_id, kind, name, encode(hash, ''hex'') = tests.secret(100), read_only, idle, expires_at'),
	'(1,personal,mine,t,t,,)', '... so it stands, by its hash');
select is(tests.rows('people.audit', 'username, via, verb, kind, ids, details'),
	'(johnny,password,create,token,{1},"{""name"": ""mine"", ""scope"": ""read""}")', '... and is told');
select is(tests.by_token(100, false), '(1,7,1,t,60)', '... and reads');
update people.tokens set hash = sha256('1');
select is(tests.members(tests.token('{"name": "w", "scope": "write", "expiryTime": "2099-06-01 12:00"}', 'session',
	1)) - '{creationTime,seenTime,address,agent,href}'::text[],
	'{"status": "created", "id": 2, "kind": "personal", "name": "w", "scope": "write", '
	'"expiryTime": "2099-06-01 12:00:00"}', '... or writes, until then');
select is(tests.by_token(100, false), '(1,7,2,f,60)', '... really');
update people.tokens set hash = sha256('2') where id = 2;
select is(tests.token('{"name": "w", "scope": null, "expiryTime": null}', via) ~ '^201 .*"name":"w","scope":"read"', true,
	'by a ' || via || '; two may have one name')
  from unnest('{proxy}'::text[]) via;

select tests.story();
update people.users set stamp = 7 where id = 1;
select tests.hold(1, 'personal', '5 min', ends => '1 hour'), tests.hold(2, 'personal'), tests.hold(1, 'session'),
	tests.hold(1, 'login', '1 min', '10 min', '1 day'),
	tests.hold(1, 'personal', ends => '-1 s'), tests.hold(1, 'personal', read_only => true);
select is((select array_agg(s - '{creationTime,seenTime,expiryTime,address,agent,href}'::text[])
	from jsonb_array_elements(tests.members(tests.via('johnny', 'tokens_list', 'session', 3))->'tokens') s),
	'{"{\"id\": 6, \"kind\": \"personal\", \"name\": \"mine\", \"scope\": \"read\"}","{\"id\": 4, \"kind\": \"login\", '
	'\"name\": null, \"scope\": \"write\"}",
	"{\"id\": 1, \"kind\": \"personal\", \"name\": \"mine\", \"scope\": \"write\"}"}',
	'one''s own tokens, short ones too, the newest first; not what has ended');
select is((select array_agg(tests.seconds((s->>'expiryTime')::timestamptz - clock_timestamp()))
	from jsonb_array_elements(tests.members(tests.hermes('johnny', 'tokens_list'))->'tokens') s),
	'{NULL,540,3600}', '... until when');
select is(tests.via('johnny', 'tokens_delete', 'session', 3, id), format('404 No such Token %s found', id), 'nobody ends '
	|| what) from (values
	(2, 'another''s'), (3, 'a session as if it were a token'), (5, 'what has ended'),
	 (99, 'what is not there')) v (id, what);
select is(tests.via('admin', 'tokens_delete', 'session', 2, 1), '404 No such Token 1 found', '... not even a superuser');
select is(tests.via('johnny', 'tokens_delete', 'token', 4, id),
	format('200 {"status":"ok","href":"http://moirai/api/v1/tokens/%s"}', id), 'one of one''s own: ' || id)
	from unnest('{1,4}'::int[]) id;
select is(tests.tokens('id') || ' ' || tests.audit(), '(2) (3) (5) (6) (delete,token,{1}) (delete,token,{4})',
	'... ends, and is told');
select is(tests.by_token(1, false), null, '... and signs nobody in');
select is((select stamp from people.users where id = 1) <> 7, true, '... also where it is remembered');

-- ---- short tokens ----
select tests.story();
update people.users set stamp = 7 where id = 1;
create function tests.short(name text, body jsonb default '{"username": "x", "password": {"given": true}}',
	more jsonb default '{}') returns text
language sql as $$ select tests.polemarch(name, 'token_create', body => body, more => jsonb_build_object('secret',
	tests.secret(1), 'agent', 'curl') || more) $$;
select is(tests.short('johnny', body::jsonb), '400 ' || wanted, 'no sign-in: ' || body) from (values
	('{}', '{"password": ["This field is required."], "username": ["This field is required."]}'),
	('{"username": "", "password": {"length": 0}}',
	 '{"password": ["This field may not be blank."], "username": ["This field may not be blank."]}'),
	('{"username": null, "password": null}',
	 '{"password": ["This field may not be null."], "username": ["This field may not be null."]}'),
	('{"username": [], "password": []}', '{"password": ["Not a valid string."], "username": ["Not a valid string."]}'),
	('{"username": "x", "password": "plain"}', '{"password": ["Not a valid string."]}'),
	('[]', '{"non_field_errors": ["Invalid data. Expected a dictionary, but got list."]}')) v (body, wanted);
select is(tests.short(name, more => more), '400 {"non_field_errors": ["Unable to log in with provided credentials."]}',
	rule) from (values
	('nobody', '{}'::jsonb, 'a wrong password'), ('johnny', '{"stamp": 6}', '... who has just changed')) v (name, more,
	 rule);
update people.users set active = false where id = 1;
select is(tests.short('johnny'), '400 {"non_field_errors": ["Unable to log in with provided credentials."]}',
	'... who is no longer active');
update people.users set active = true where id = 1;
select is(tests.tokens('id') || tests.audit(), '', 'what is refused opens and tells nothing');
select is(tests.short('johnny', '{"username": 7, "password": {"given": true}}'), '200 {}',
	'name and password give a token, which the worker adds');
select is(tests.tokens('user_id, kind, encode(hash, ''hex'') = tests.secret(1), name, read_only, idle, '
	'tests.seconds(expires_at - made_at), address, agent'),
	'(1,login,t,,f,00:10:00,1209600,192.0.2.1,curl)',
	'... a short one, that writes, and ends when it is not used for the time that the settings say');
select is(tests.rows('people.audit', 'username, via, verb, kind, ids, details'),
	'(johnny,password,create,token,{1},"{""kind"": ""login""}")', '... which is told');
select is(tests.by_token(1, false), '(1,7,1,f,60)', '... and signs in');
select is(tests.polemarch('johnny', 'token_delete', more => jsonb_build_object('via', via, 'token', token)),
	'400 {"detail": "Token not found."}', 'who is signed in by a ' || via || ' has none to give back')
  from (values ('session', 1), ('password', 0), ('proxy', 0)) v (via, token);
select is(tests.polemarch('johnny', 'token_delete', more => '{"via": "token", "token": 1}'), '204',
	'who is by one gives it back');
select is(tests.tokens('id') || ' ' || tests.audit('id > 1'), ' (delete,token,{1})', '... it is gone, which is told');
select is((select stamp from people.users where id = 1) <> 7, true, '... also where it is remembered');

-- ---- who stays signed in, and who does not ----
select tests.hold(1, 'session'), tests.hold(2, 'session');
update people.users set stamp = id;
select is(people.tokens_end(1, array(select id from people.tokens)) || ' ' || tests.tokens('user_id'), '1 (2)',
	'nobody''s but the user''s end');
select is(people.tokens_end(1, '{1,2,3}'), 0, '... each once');
select is(tests.rows('people.users', 'stamp = id'), '(f) (t) (t)', 'whose end must prove again who he is');
update people.users set stamp = id;
select people.tokens_end(1, '{1,2,3}');
select is(tests.rows('people.users', 'stamp = id'), '(t) (t) (t)', '... where none ends nobody must');

-- ---- no secret is ever told ----
select tests.hold(1, 'session'), tests.hold(1, 'personal');
select is_empty(format($$ select f, said from unnest('{session_get,sessions_list,tokens_list}'::text[]) f,
	tests.via('johnny', f, 'session', %s) said
	where said ~ 'hash|[0-9a-f]{64}' $$, (select max(id) from people.tokens where kind = 'session')),
	'no answer tells a hash');
select is((select string_agg(a::text, '') from people.audit a) ~ 'hash|[0-9a-f]{32}|secret', false,
	'... nor does the audit');

select * from finish();
rollback;
