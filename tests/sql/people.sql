-- People: how names are written, who is signed in, what a worker may ask before it knows that (sql/people/users.sql,
-- sql/people_api/sign_in.sql; hermes-behaviour.md section 3, User names).
begin;
\ir lib.psql
select plan(64);

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
select is(tests.refused($$ select people.named('{"user": null}', 'user', 'example.com') $$),
	'WE400 user: must not be empty',
	'... not null');
select is(tests.refused($$ select people.named('{"user": 7}', 'user', 'example.com') $$), 'WE400 user: must be a string',
	'... nor a number');
select is(people.named(jsonb_build_object('user', repeat('x', 52)), 'user', 'example.com'), repeat('x', 52)
	|| '@example.com',
	'with the domain it has 64 characters at most');
select is(tests.refused($$ select people.named(jsonb_build_object('user', repeat('x', 53)), 'user', 'example.com') $$),
	'WE400 user: longer than 64 characters with the domain', '... not more');
select is(people.other('johnny@example.com', 'bob@example.com'), 'johnny@example.com',
	'who asks for another is remembered');
select is(people.other('bob@example.com', 'bob@example.com'), null, 'who asks for himself is not named twice');

-- ---- who is signed in ----
insert into people.users (username, email, password, stamp, active)
values ('mail@example.org', null, 'hash', 8, true), ('gone', null, 'hash', 9, false),
	('nopass', 'n@example.org', null, 10, true);

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

-- tests.without(req) -> 'endpoint: answer' of each that answers anything but 401 to that request.
create function tests.without(req jsonb) returns setof text
language plpgsql as $$
declare
	endpoint regproc;
	ended    text;
begin
	for endpoint in select oid from pg_proc where pronamespace in ('hermes_api'::regnamespace,
	'polemarch_api'::regnamespace)
	                   and prosecdef order by oid::regproc::text
	loop
		ended := tests.refused(format('select %s(%L)', endpoint, req));
		if ended is distinct from 'WE401 Sign in to use this resource.' then
			return next endpoint || ': ' || coalesce(ended, 'done');
		end if;
	end loop;
end
$$;
-- health and metrics: whoever the worker lets through. The other two sign in: the worker says whose the password was.
select is(array(select tests.without(tests.req('{"id": "1", "objects": "teams", "hostname": "web"}', body => body)
	|| who)), wanted, rule)
  from (values
	('{"stamp": 6}'::jsonb, '{}'::jsonb,
	 '{"hermes_api.health: done","hermes_api.metrics: done","hermes_api.session_create: WE400 Missing Required Argument: username",
	 "polemarch_api.token_create: WE400 refused"}'::text[],
	 'no endpoint answers without a sign-in, but for health and metrics'),
	('{"actor": 0, "stamp": 0}', '{"username": "johnny", "password": {"given": true}}',
	 '{"hermes_api.health: done","hermes_api.metrics: done","hermes_api.session_create: WE401 Wrong name or password.",
	 "polemarch_api.token_create: WE400 refused"}', '... nor to nobody'),
	('{"actor": 3, "stamp": 9}', '{"username": "gone", "password": {"given": true}}',
	 '{"hermes_api.health: done","hermes_api.metrics: done","polemarch_api.token_create: WE400 refused"}',
	 '... nor to who is no longer active'),
	('{"actor": null, "stamp": null}', '{"username": "johnny", "password": {"given": true}}',
	 '{"hermes_api.health: done","hermes_api.metrics: done","polemarch_api.token_create: WE400 refused"}',
	 '... nor where the worker says nothing')
	) v (who, body, wanted, rule);
select is(tests.ask('current_user')->'user', '"johnny@example.com"', 'who is signed in can ask who he is');

-- ---- by password ----
-- tests.by_password(name) -> the row that the worker gets.
create function tests.by_password(name text) returns text
language sql as $$ select string_agg(b::text, ' ') from people_api.by_password(name, '192.0.2.1') b $$;
select is(tests.by_password('mail@example.org'), '(2,8,hash,0,)',
	'a user with a password is found by name: id, stamp and hash, and no time to wait');
select is_empty($$ select name from unnest('{gone,nopass,nobody,MAIL@example.org,n@example.org,"",NULL}'::text[]) name
	where tests.by_password(name) is distinct from '(,,,0,)' $$,
	'nobody else is: not the inactive, nor those without a password, nor by mail or case; the row is the same for all');
insert into people.users (username, password, stamp, active) values ('django', 'pbkdf2_sha256$20$a$b', 11, true),
	('late', 'pbkdf2_sha256$3$c$d', 12, true);
select is(tests.by_password('nobody'), '(,,,0,pbkdf2_sha256$20$a$b)',
	'while there are hashes of Django''s, the costliest is told, whoever is asked for');
select is(tests.by_password('late'), '(6,12,pbkdf2_sha256$3$c$d,0,pbkdf2_sha256$20$a$b)', '... the same for all');
select people_api.rehash(5, 'pbkdf2_sha256$20$a$b', '$argon2id$x');
select is(tests.by_password('django'), '(5,11,$argon2id$x,0,pbkdf2_sha256$3$c$d)',
	'an imported hash is replaced by one of ours; what was proved stays so');
select people_api.rehash(5, '$argon2id$x', '$argon2id$y'), people_api.rehash(2, 'hash', '$argon2id$y'),
	people_api.rehash(6, 'pbkdf2_sha256$3$c$x', '$argon2id$y'), people_api.rehash(6, 'pbkdf2_sha256$3$c$d', 'plain'),
	people_api.rehash(6, 'pbkdf2_sha256$3$c$d', null);
select is(tests.rows('people.users where id in (2, 5, 6)', 'password'), '(hash) ($argon2id$x) (pbkdf2_sha256$3$c$d)',
	'... nothing else is: none of ours, none that has changed meanwhile, by none but ours');
delete from people.users where id > 4;
select setval('people.users_id_seq', 4);
select is(tests.by_password('nobody'), '(,,,0,)', 'when none of Django''s is left, none is told');

-- ---- by the proxy ----
-- tests.by_proxy(name, make) -> the row that the worker gets, of a proxy that says nothing of groups.
create function tests.by_proxy(name text, make boolean default true) returns text
language sql as $$ select string_agg(b::text, ' ') from people_api.by_proxy(name, make, null, '') b $$;
select is(tests.by_proxy('johnny', false), '(1,7)', 'the proxy may name a user');
select is(tests.by_proxy('n@example.org'), '(4,10)', '... also by mail');
select is(tests.by_proxy('new', false), null, 'an unknown one is nobody unless users are to be made');
select matches(tests.by_proxy('new'), '^\(5,', '... and then a new user');
select is(tests.rows('people.audit', 'user_id, username, via, address, verb, kind, ids, details'),
	'(5,new,proxy,,create,user,{5},{})', '... which is told');
select is(tests.rows('outbox.changes', 'kind, ids'), '(user,{5})', '... to who watches the page, too');
select matches(tests.by_proxy('new'), '^\(5,', '... made once');
select is(tests.rows('people.users where id = 5', 'username, email, password, active, superuser'), '(new,,,t,f)',
	'... who cannot sign in by password and is no administrator');
select matches(tests.by_proxy('x@example.org'), '^\(6,', 'the next has the next number');
select is(tests.rows('people.users where id = 6', 'username, email, email_trusted'), '(x@example.org,x@example.org,t)',
	'... and a mail, if so named, by which he may be named');
select isnt((select stamp from people.users where id = 5), (select stamp from people.users where id = 6),
	'each user has a stamp of his own');
select is(tests.by_proxy('gone'), null, 'one no longer active stays shut out');
select is(tests.by_proxy(name), null, 'what cannot be a user''s name makes nobody: ' || coalesce(left(name, 3), 'null'))
  from unnest(array[repeat('x', 151), '', null]) name;
select is((select count(*) from people.users), 6::bigint, '... really nobody');
insert into people.users (username, email, stamp) values ('other', 'third@example.org', 11),
	('third@example.org', null, 12);
select is(tests.by_proxy('third@example.org'), '(8,12)', 'a name goes before a mail');
update people.users set active = false where id = 8;
select is(tests.by_proxy('third@example.org'), null, '... also where the one of that name is shut out');
insert into people.users (username, email, email_trusted) values ('eve', 'boss@example.org', false);
select is(tests.by_proxy('boss@example.org', false), null, 'an address that users give themselves is no name');
select matches(tests.by_proxy('boss@example.org'), '^\(10,', '... and whose it is gets a user of his own');
select is(tests.rows('people.users where email = ''boss@example.org''', 'id, email_trusted'), '(9,f) (10,t)',
	'... with the same address');
select matches(tests.refused('update people.users set email_trusted = true where id = 9'), '^23505',
	'... by which none but one may be named');
select matches(tests.by_proxy(repeat('x', 150)), '^\(11,', 'a name may have 150 characters');

-- ---- administrators ----
select people.administrator_set('admin', 'hash1');
select is(tests.rows('people.users where username = ''admin''', 'id, password, superuser, active'), '(12,hash1,t,t)',
	'an administrator is made');
select is(tests.rows('people.audit where id = (select max(id) from people.audit)',
	'user_id, username = session_user, via, address, verb, kind, ids, details'), '(,t,command,,administrator,user,{12},{})',
	'... which is told, as done by who is at the command line');
update people.users set active = false where username = 'admin';
insert into people.tokens (user_id, kind, hash, made_at, seen_at)
select id, 'session', sha256(username::bytea), now(), now() from people.users where id in (1, 12);
select stamp from people.users where username = 'admin' \gset
select people.administrator_set('admin', 'hash2');
select is(tests.rows('people.users where username = ''admin''', 'password, superuser, active'), '(hash2,t,t)',
	'... or gets a new password, and is active again');
select isnt((select stamp from people.users where username = 'admin'), :stamp,
	'... which ends what was proved before');
select is(tests.rows('people.tokens', 'user_id'), '(1)', '... and what he has signed in by, but nobody else''s');
select people.administrator_set('johnny', 'hash3');
select is(tests.rows('people.users where id = 1', 'username, password, superuser'), '(johnny,hash3,t)',
	'a user may become one');

-- ---- the last one ----
select is(array(select id from people.users where people.is_last_superuser(id) order by id), '{}',
	'of two superusers none is the last');
update people.users set active = false where id = 1;
select is(array(select id from people.users where people.is_last_superuser(id) order by id), '{12}',
	'of two superusers of whom one is no longer active the other is');
update people.users set superuser = false where id = 12;
select is(array(select id from people.users where people.is_last_superuser(id)), '{}', 'where there is none nobody is');

select * from finish();
rollback;
