-- Guessing of passwords is slowed down, and locks nobody out (sql/people/throttle.sql, people_api.by_password).
begin;
\ir lib.psql
select plan(37);

-- tests.wrong(n, name, address, second): so many wrong passwords, one each second from then on.
create function tests.wrong(n int, name text, address text, sec int default 0) returns void
language sql as $$ select people.password_was_wrong(name, address, tests.sec(sec + i)) from generate_series(0, n - 1) i $$;
create function tests.wait(name text, address text, sec numeric) returns int
language sql as $$ select people.wait(name, address, tests.sec(sec)) $$;

-- ---- what counts as one address ----
select is(people.address_key(address), wanted, rule) from (values
	('192.0.2.1', '192.0.2.1', 'an address counts by itself'),
	 ('2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64', 'of IPv6 the network that one customer gets'),
	('2001:DB8:1:2::', '2001:db8:1:2::/64', '... however it is written'),
	 ('2001:db8:1:3::1', '2001:db8:1:3::/64', '... not its neighbour'), ('::1', '::/64', '... be it this machine'),
	('::ffff:192.0.2.1', '192.0.2.1', 'one of IPv4 that comes in IPv6''s clothes is none of these'),
	 ('', '', 'a client of a unix socket has none'),
	('no:address', 'no:address', 'what is none counts as it is'),
	 (repeat('x:', 100), repeat('x:', 32), '... by its beginning')) v (address, wanted, rule);

-- ---- an address ----
select tests.story();
select tests.wrong(9, 'johnny', 'here');
select is(tests.wait('johnny', 'here', 9), 0, 'nine wrong passwords do not close an address');
select tests.wrong(1, 'johnny', 'here', 9);
select is(tests.wait('johnny', 'here', 9), 291, 'ten within five minutes do: until the first of them is as old');
select is(tests.wait('bob', 'here', 9), 291, '... for any name');
select is(tests.wait('johnny', 'there', 9), 0, '... no other address');
select is(tests.wait('johnny', 'here', 299.5), 1, '... to the last second');
select is(tests.wait('johnny', 'here', 300), 0, '... and no longer');
select tests.wrong(3, 'johnny', 'here', 100);
select is(tests.wait('johnny', 'here', 103), 200, 'whoever goes on waits for the tenth last');
select is(tests.wait('johnny', 'here', 303), 0, '... until fewer than ten lie within five minutes');
select tests.story();
select tests.wrong(1, 'johnny', 'here', i * 31) from generate_series(0, 9) i;
select is(tests.wait('johnny', 'here', 280), 20, 'ten that lie just within five minutes close it');
select tests.story();
select tests.wrong(1, 'johnny', 'here', i * 34) from generate_series(0, 20) i;
select is(tests.wait('johnny', 'here', 680), 0, 'who gets it wrong more seldom never waits');
select tests.story();
select tests.wrong(5, 'a', '2001:db8::1'), tests.wrong(5, 'b', '2001:db8::2');
select is(tests.wait('c', '2001:db8::3', 9), 291, 'a customer''s network is one address');
select is(tests.wait('c', '2001:db8:0:1::1', 9), 0, '... the next is another');
select tests.story();
select tests.wrong(10, 'a', '::ffff:192.0.2.1');
select is(tests.wait('a', '::ffff:192.0.2.2', 9) || ' ' || (tests.wait('a', '192.0.2.1', 9) > 0), '0 true',
	'who comes by IPv4 is not taken for everybody who does');

-- ---- a name ----
select tests.story();
select tests.wrong(1, 'johnny', 'bot' || i, i) from generate_series(1, 12) i;
select is(tests.wait('johnny', 'home', 12), 0, 'a name that many guess at is open to whoever has not got it wrong');
select is(tests.wait('johnny', 'bot1', 12), 291, '... not to whom it was wrong once: each address gives one guess');
select is(tests.wait('bob', 'bot1', 12), 0, '... who may still try another');
select tests.wrong(1, 'johnny', 'home', 13);
select is(tests.wait('johnny', 'home', 13), 291, 'the user, too, has one try');
select is(tests.wait('johnny', 'home', 304), 0, '... until fewer than ten lie within five minutes');
select is(tests.wait('Johnny', 'bot1', 12), 0, 'case counts, as it does in names');
select tests.story();
select tests.wrong(1, 'johnny', 'bot' || i, 0) from generate_series(1, 9) i;
select tests.wrong(1, 'johnny', 'home', 5);
select is(tests.wait('johnny', 'home', 5), 295, 'his own error is one of the ten');
select tests.story();
select tests.wrong(1, 'johnny', 'home', 0);
select tests.wrong(1, 'johnny', 'bot' || i, 200) from generate_series(1, 10) i;
select is(tests.wait('johnny', 'home', 200) || ' ' || tests.wait('johnny', 'home', 300), '300 0',
	'an error five minutes ago is forgotten');

-- ---- what is kept ----
select tests.story();
select tests.wrong(1, 'my password', '2001:db8::1'), tests.wrong(1, 'x', 'y', 299);
select is((select string_agg(w::text, ' ') from people.wrong_passwords w) ~ 'my password', false,
	'names are not kept, for some people type their password there');
select is((select count(*) from people.wrong_passwords), 2::bigint, 'errors are kept for five minutes');
select tests.wrong(1, 'x', 'y', 300);
select is((select array_agg(at order by at) from people.wrong_passwords), array[tests.sec(299), tests.sec(300)],
	'... and no longer');
select is(tests.audit(), '', 'errors are not told in the audit');

-- ---- as the worker asks ----
select tests.story();
update people.users set password = 'hash';
insert into people.users (username, password) values ('django', 'pbkdf2_sha256$1$a$b');
select people_api.password_was_wrong('johnny', '192.0.2.1') from generate_series(1, 10);
create function tests.by_password(name text, address text) returns text
language sql as $$ select string_agg(b::text, ' ') from people_api.by_password(name, address) b $$;
select matches(tests.by_password('johnny', '192.0.2.1'), '^\(,,,(299|300),',
	'who must wait is told for how long, and nothing else');
select is(tests.by_password('nobody', '192.0.2.1') ~ '^\(,,,(299|300),', true, '... also where there is no such user');
select is(tests.by_password('johnny', '192.0.2.2'), '(1,7,hash,0,pbkdf2_sha256$1$a$b)', 'elsewhere nobody waits');

select * from finish();
rollback;
