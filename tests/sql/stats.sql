-- How much there is, and what was run (sql/polemarch_api/stats.sql).
begin;
\ir lib.psql
select plan(9);

insert into people.users (username, superuser, stamp) values ('admin', true, 8), ('eve', false, 9);
create function tests.stats(name text, query jsonb default '{}') returns text
language sql as $$ select tests.polemarch(name, 'stats', query => query) $$;
-- tests.run(status, days) -> a run of johnny's that began so many days ago, at noon.
create function tests.run(p_status text, days int, who bigint default 1) returns void
language sql as $$
	insert into work.runs (kind, mode, arguments, initiator, initiator_type, status, start_time, stop_time)
	values ('MODULE', 'ping', '{}', who, 'users', p_status, date_trunc('day', now(), 'UTC') - days * interval '1 day' + interval '12 hours',
	        case when p_status not in ('DELAY', 'RUN') then now() end)
$$;

select is(tests.stats('nobody'), '401 Sign in to use this resource.', 'who is not signed in is told so');
select is(tests.stats('johnny'), '200 {"projects":0,"inventories":0,"groups":0,"hosts":0,"teams":0,"users":3,"jobs":{"day":[],"month":[],"year":[]}}', 'where nothing is');
select people.objects_add('project', '{1,2}', 1), people.objects_add('host', '{1,2,3}', 1), people.objects_add('host', '{4}', 3), inventory.inventories_add('i', '{}', '{}', 3);
insert into people.teams (name) values ('t');
select people.objects_add('team', '{1}', 1);
select is(substring(tests.stats(name) from '\{"projects.*,"jobs'), wanted, name || ' is told of what is seen') from (values
	('johnny', '{"projects":2,"inventories":0,"groups":0,"hosts":3,"teams":1,"users":3,"jobs'),
	('eve', '{"projects":0,"inventories":1,"groups":0,"hosts":1,"teams":1,"users":3,"jobs'),
	('admin', '{"projects":2,"inventories":1,"groups":0,"hosts":4,"teams":1,"users":3,"jobs')) v (name, wanted);

select tests.run('OK', 0), tests.run('OK', 0), tests.run('ERROR', 0), tests.run('OK', 13), tests.run('OK', 14), tests.run('RUN', 0, 3);
create function tests.days(name text, query jsonb default '{}') returns text
language sql as $$
	select string_agg(concat(date_trunc('day', now(), 'UTC')::date - (d->>'day')::timestamptz::date, d->>'status', d->>'sum', '/', d->>'all'), ' ' order by n)
	  from jsonb_array_elements(tests.members(tests.stats(name, query))->'jobs'->'day') with ordinality e (d, n)
$$;
select is(tests.days('johnny'), '13OK1/1 0ERROR1/3 0OK2/3', 'his runs of the last fourteen days');
select is(tests.days('johnny', '{"last": ["15"]}') || ' ' || tests.days('johnny', '{"last": ["1"]}'), '14OK1/1 13OK1/1 0ERROR1/3 0OK2/3 0ERROR1/3 0OK2/3', '... of so many');
select is(tests.days('admin', '{"last": ["x"]}'), '13OK1/1 0ERROR1/4 0OK2/4 0RUN1/4', '... and everybody''s for who sees them');
select is((select sum((m->>'sum')::int) || ' ' || bool_and(m->>'month' ~ '^\d{4}-\d\d-01T00:00:00Z$') from jsonb_array_elements(tests.members(tests.stats('johnny', '{"last": ["15"]}'))->'jobs'->'month') m)
	|| (select ' ' || sum((y->>'sum')::int) || ' ' || bool_and(y->>'year' ~ '^\d{4}-01-01T00:00:00Z$') from jsonb_array_elements(tests.members(tests.stats('johnny', '{"last": ["15"]}'))->'jobs'->'year') y),
	'5 true 5 true', 'months and years likewise');

select * from finish();
rollback;
