-- People: how names are written, who is signed in, what a worker may ask before it knows that (sql/people/users.sql,
-- sql/people_api/sign_in.sql; hermes-behaviour.md section 3, User names).
begin;
\ir lib.psql
select plan(43);

-- ---- names ----
select is(people.qualified('johnny', 'example.com'), 'johnny@example.com', 'a name gets the domain');
select is(people.qualified('johnny@other.org', 'example.com'), 'johnny@other.org', 'an address stays as it is');
select is(people.qualified('a@localhost', 'example.com'), 'a@localhost@example.com',
	'the quirk: an address without a dot gets the domain, too');
select is(people.qualified('a@b.c and more', 'example.com'), 'a@b.c and more',
	'... only the beginning must look like an address');
select is(people.qualified('@b.c', 'example.com'), '@b.c@example.com',
	'... which needs something before the @');
select is(people.qualified('a@.c', 'example.com'), 'a@.c@example.com', '... something before the dot');
select is(people.qualified('a@b.', 'example.com'), 'a@b.@example.com', '... something after it');
select is(people.qualified('a@b@c.d', 'example.com'), 'a@b@c.d@example.com', '... and one @');

select is(people.named('{"user": "johnny"}', 'user', 'example.com'), 'johnny@example.com',
	'a name in a body gets the domain');
select is(tests.refused($$ select people.named('{"user": ""}', 'user', 'example.com') $$), 'WE400 user: must not be empty',
	'... and must be one');
select is(tests.refused($$ select people.named('{"user": null}', 'user', 'example.com') $$), 'WE400 user: must not be empty',
	'... not null');
select is(tests.refused($$ select people.named('{"user": 7}', 'user', 'example.com') $$), 'WE400 user: must be a string',
	'... nor a number');
select is(people.named(jsonb_build_object('user', repeat('x', 52)), 'user', 'example.com'), repeat('x', 52) || '@example.com',
	'with the domain it has 64 characters at most');
select is(tests.refused($$ select people.named(jsonb_build_object('user', repeat('x', 53)), 'user', 'example.com') $$),
	'WE400 user: longer than 64 characters with the domain', '... not more');
select is(people.other('johnny@example.com', 'bob@example.com'), 'johnny@example.com',
	'who asks for another is remembered');
select is(people.other('bob@example.com', 'bob@example.com'), null, 'who asks for himself is not named twice');

-- ---- who is signed in ----
insert into people.users (username, email, password, stamp, active)
values ('mail@example.org', null, 'hash', 8, true), ('gone', null, 'hash', 9, false), ('nopass', 'n@example.org', null, 10, true);

create function tests.signed_in(who jsonb) returns text
language plpgsql as $$
begin
	return people.must_be_signed_in(who || '{"settings": {"domain": "example.com"}}');
exception when sqlstate 'WE401' then
	return sqlerrm;
end
$$;
select is(tests.signed_in('{"actor": 1, "stamp": 7}'), 'johnny@example.com',
	'an active user with the right stamp is signed in');
select is(tests.signed_in('{"actor": 2, "stamp": 8}'), 'mail@example.org',
	'... under a name that may be an address');
select is_empty($$ select who from unnest(array['{"actor": 1, "stamp": 8}', '{"actor": 1}', '{"actor": 1, "stamp": null}',
	'{"actor": 0, "stamp": 0}', '{"actor": null, "stamp": null}', '{"stamp": 7}', '{}', '{"actor": 99, "stamp": 7}',
	'{"actor": 3, "stamp": 9}']::jsonb[]) who where tests.signed_in(who) <> 'Sign in to use this resource.' $$,
	'nobody else is: another stamp, no stamp, no user, an unknown one, one no longer active');
update people.users set active = false where id = 1;
select is(tests.signed_in('{"actor": 1, "stamp": 7}'), 'Sign in to use this resource.',
	'a user may be shut out at once');
update people.users set active = true where id = 1;

create function tests.open_endpoints() returns setof text
language plpgsql as $$
declare
	endpoint regproc;
begin
	-- health and metrics: whoever the worker lets through.
	for endpoint in select oid from pg_proc where pronamespace = 'hermes_api'::regnamespace and prorettype = 'api.answer'::regtype
	                   and proname not in ('health', 'metrics')
	loop
		if tests.refused(format('select %s(%L)', endpoint, tests.req('{"id": "1"}') || '{"stamp": 6}'))
		   is distinct from 'WE401 Sign in to use this resource.' then
			return next endpoint;
		end if;
	end loop;
end
$$;
select is_empty('select tests.open_endpoints()', 'no endpoint but for health and metrics answers without a sign-in');
select is(tests.ask('current_user')->'user', '"johnny@example.com"', 'who is signed in can ask who he is');

-- ---- by password ----
select is((select array_agg(b::text) from people_api.by_password('mail@example.org') b), '{"(2,8,hash)"}',
	'a user with a password is found by name: id, stamp and hash');
select is_empty($$ select name, p from unnest('{gone,nopass,nobody,MAIL@example.org,n@example.org,""}'::text[]) name,
	people_api.by_password(name) p $$,
	'nobody else is: not the inactive, nor those without a password, nor by mail or case');
select is_empty('select people_api.by_password(null)', '... nor without a name');

-- ---- by the proxy ----
select is((select array_agg(b::text) from people_api.by_proxy('johnny', false) b), '{"(1,7)"}',
	'the proxy may name a user');
select is((select array_agg(b::text) from people_api.by_proxy('n@example.org', true) b), '{"(4,10)"}',
	'... also by mail');
select is_empty($$ select people_api.by_proxy('new', false) $$,
	'an unknown one is nobody unless users are to be made');
select is((select id from people_api.by_proxy('new', true)), 5::bigint, '... and then a new user');
select is((select id from people_api.by_proxy('new', true)), 5::bigint, '... made once');
select is(tests.rows('people.users where id = 5', 'username, email, password, active, superuser'), '(new,,,t,f)',
	'... who cannot sign in by password and is no administrator');
select is((select id from people_api.by_proxy('x@example.org', true)), 6::bigint,
	'the next has the next number');
select is(tests.rows('people.users where id = 6', 'username, email'), '(x@example.org,x@example.org)',
	'... and a mail, if so named');
select isnt((select stamp from people.users where id = 5), (select stamp from people.users where id = 6),
	'each user has a stamp of his own');
select is_empty($$ select people_api.by_proxy('gone', true) $$, 'one no longer active stays shut out');
select is_empty($$ select people_api.by_proxy(repeat('x', 65), true) union all select people_api.by_proxy('', true)
	union all select people_api.by_proxy(null, true) $$, 'what cannot be a user''s name makes nobody');
select is((select count(*) from people.users), 6::bigint, '... really nobody');
insert into people.users (username, email, stamp) values ('other', 'third@example.org', 11), ('third@example.org', null, 12);
select is((select id from people_api.by_proxy('third@example.org', true)), 8::bigint,
	'a name goes before a mail');
update people.users set active = false where id = 8;
select is_empty($$ select people_api.by_proxy('third@example.org', true) $$,
	'... also where the one of that name is shut out');

-- ---- administrators ----
select people.administrator_set('admin', 'hash1');
select is(tests.rows('people.users where username = ''admin''', 'password, superuser, active'), '(hash1,t,t)',
	'an administrator is made');
update people.users set active = false where username = 'admin';
select stamp from people.users where username = 'admin' \gset
select people.administrator_set('admin', 'hash2');
select is(tests.rows('people.users where username = ''admin''', 'password, superuser, active'), '(hash2,t,t)',
	'... or gets a new password, and is active again');
select isnt((select stamp from people.users where username = 'admin'), :stamp,
	'... which ends what was proved before');
select people.administrator_set('johnny', 'hash3');
select is(tests.rows('people.users where id = 1', 'username, password, superuser'), '(johnny,hash3,t)',
	'a user may become one');

select * from finish();
rollback;
