-- The rights engine in a large world: what it has written down is what recursion over grants and parts finds, before and after
-- many changes, and a list costs its page, however much one sees. Everything is drawn by hashes, so each run is the same.
begin;
\ir lib.psql
select plan(13);

-- ---- tools ----
-- tests.draw(n, seeds...) -> one of 1 to n.
create function tests.draw(n bigint, variadic seeds bigint[]) returns bigint
language sql immutable as $$ select 1 + abs(hash_array(seeds)::bigint) % n $$;

-- tests.web(), tests.bulk(): settings of the web role, which plans as for a small request; those of api.plan_for_many().
create function tests.web() returns void
language sql as $$
	select set_config('plan_cache_mode', 'force_generic_plan', true), set_config('enable_seqscan', 'off', true),
	       set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true),
	       set_config('work_mem', '4MB', true)
$$;
create function tests.bulk() returns void
language sql as $$ select api.plan_for_many() $$;

create function tests.ms(what text, command text) returns text
language plpgsql as $$
declare
	began timestamptz;
begin
	perform tests.web();
	began := clock_timestamp();
	execute command;
	return diag(format('%s ms  %s', round(extract(epoch from clock_timestamp() - began) * 1000, 1), what));
end
$$;

-- tests.entries(command) -> how many index entries of people.visible it reads; tests.buffers(command) -> pages. Both of the second
-- run, when plans are made.
create function tests.entries(command text) returns bigint
language plpgsql as $$
declare
	n bigint;
begin
	for i in 1 .. 2 loop
		perform tests.web();
		n := (select sum(pg_stat_get_xact_tuples_returned(indexrelid)) from pg_index where indrelid = 'people.visible'::regclass);
		execute command;
		n := (select sum(pg_stat_get_xact_tuples_returned(indexrelid)) from pg_index where indrelid = 'people.visible'::regclass)
		     - n;
	end loop;
	return n;
end
$$;
create function tests.buffers(command text) returns bigint
language plpgsql as $$
declare
	told json;
begin
	for i in 1 .. 2 loop
		perform tests.web();
		execute 'explain (analyze, buffers, format json) ' || command into told;
	end loop;
	return (told->0->'Plan'->>'Shared Hit Blocks')::bigint + (told->0->'Plan'->>'Shared Read Blocks')::bigint;
end
$$;

-- tests.found(user) -> what the user's role is on each object on which he has one: by recursion, from grants, owners and parts.
create function tests.found(who bigint) returns table (kind people.kind, id bigint, role people.role)
language sql stable as $$
	with recursive mine as (
		select who as principal
		union
		select -team_id from people.team_members where user_id = who
	), given as (
		select o.kind, o.id, 'OWNER'::people.role as role from people.objects o
		 where o.owner_id = who or (select superuser from people.users u where u.id = who)
		union all
		select g.kind, g.id, g.role from people.grants g join mine using (principal)
		union all
		select 'team', t.team_id, 'EXECUTOR' from people.team_members t where t.user_id = who
	), seen as (
		select g.kind, g.id from given g
		union
		select p.part_kind, p.part_id from seen s join people.parts p on p.kind = s.kind and p.id = s.id
	)
	select s.kind, s.id, coalesce(max(g.role), 'EXECUTOR') from seen s left join given g using (kind, id) group by 1, 2
$$;

-- tests.differs(user) -> where what the engine says of the user is not what is found; null: nowhere.
create function tests.differs(who bigint) returns text
language plpgsql as $$
declare
	mine bigint[] := people.principals(who);
	k    people.kind;
	ids  bigint[];
	few  bigint[];
begin
	perform tests.bulk();
	create temp table found on commit drop as select * from tests.found(who);
	foreach k in array enum_range(null::people.kind) loop
		ids := array(select id from found where kind = k order by id);
		few := array(select tests.draw(1000, i, who) from generate_series(1, 50) i) || ids[1:20];
		if people.visible_page(mine, k, null, 0) <> ids then
			return format('%s: all %s', who, k);
		elsif people.visible_page(mine, k, 100, cardinality(ids) / 2) <> coalesce(ids[cardinality(ids) / 2 + 1:cardinality(ids) / 2 + 100], '{}') then
			return format('%s: a page of %s', who, k);
		elsif people.visible_count(mine, k) <> cardinality(ids) then
			return format('%s: number of %s', who, k);
		elsif exists (select from unnest('{see,edit,grant,own}'::text[]) verb
		               where people.may_each(who, verb, k, few)
		                     <> array(select s.id from unnest(few) with ordinality s (id, n)
		                                join found f on f.kind = k and f.id = s.id and f.role >= people.role_needed(verb)
		                               order by s.n)) then
			return format('%s: rights on %s', who, k);
		elsif array(select distinct id from people.editable_ids(mine, k) id order by id)
		      <> array(select id from found where kind = k and role >= 'EDITOR' order by id) then
			return format('%s: editable %s', who, k);
		end if;
	end loop;
	drop table found;
	return null;
end
$$;

-- ---- a world ----
-- 1,000 users, of whom two are superusers, and 100 teams: user n is in up to 5 of 98, each twentieth in up to 20. Teams 99 and
-- 100 are for users 77 and 1000.
truncate people.users, people.teams, people.team_members, people.objects, people.grants, people.parts, people.visible,
         people.visible_counts restart identity cascade;
insert into people.users (username, superuser) select 'user' || i, i in (1, 500) from generate_series(1, 1000) i;
insert into people.teams (name) select 'team' || i from generate_series(1, 100) i;
insert into people.team_members (team_id, user_id)
select distinct tests.draw(98, u, k), u
  from generate_series(2::bigint, 999) u, generate_series(1, case when u % 20 = 0 then 20 else u % 6 end) k
union values (99, 77), (99, 1000), (100, 1000);

-- 100,000 hosts in ranges of 500, each of one owner; containers.
select tests.web();
\set began `date +%s%N`
select people.objects_add('host', array(select generate_series(1, 500) + o * 500)::bigint[], tests.draw(999, o))
  from generate_series(0::bigint, 199) o;
select people.objects_add('group', array(select generate_series(1, 50) + o * 50)::bigint[], tests.draw(999, o, 1))
  from generate_series(0::bigint, 39) o;
select people.objects_add('inventory', array(select generate_series(1, 20) + o * 20)::bigint[], tests.draw(999, o, 2))
  from generate_series(0::bigint, 19) o;
select people.objects_add('project', array(select generate_series(1, 20) + o * 20)::bigint[], tests.draw(999, o, 3))
  from generate_series(0::bigint, 9) o;
select people.objects_add('template', array(select generate_series(1, 20) + o * 20)::bigint[], tests.draw(999, o, 4))
  from generate_series(0::bigint, 4) o;
select people.objects_add('team', array(select generate_series(1, 100))::bigint[], 2);
-- Each group has 20 hosts, and one to three groups with higher numbers; groups 1 to 7 are a chain. Inventories have hosts and
-- groups, projects inventories, templates projects.
select people.parts_add('group', g, 'host', array(select tests.draw(100000, g, i) from generate_series(1, 20) i))
  from generate_series(1::bigint, 2000) g;
select people.parts_add('group', g, 'group', case when g < 8 then array[g + 1]
                        else array(select g + tests.draw(2000 - g, g, i) from generate_series(1, 1 + g % 3) i) end)
  from generate_series(1::bigint, 1999) g where g < 8 or g > 1500;
select people.parts_add('inventory', v, 'host', array(select tests.draw(100000, v, i) from generate_series(1, 30) i)),
       people.parts_add('inventory', v, 'group', array(select tests.draw(2000, v, i) from generate_series(1, 3) i))
  from generate_series(1::bigint, 400) v;
select people.parts_add('project', p, 'inventory', array[tests.draw(400, p)]),
       people.parts_add('project', p, 'host', array(select tests.draw(100000, p, i) from generate_series(1, 5) i))
  from generate_series(1::bigint, 200) p;
select people.parts_add('template', t, 'project', array[tests.draw(200, t)]),
       people.parts_add('template', t, 'inventory', array[tests.draw(400, t, 1)])
  from generate_series(1::bigint, 100) t;
\set ended `date +%s%N`
select diag(format('%s ms  objects and parts', (:ended - :began) / 1000000));

-- Three grants on each object. One call for each host would take a minute, so theirs are written by hand, and the engine told
-- of all at once.
\set began `date +%s%N`
create view tests.drawn as
	select o.kind, o.id, (array_agg(principal order by n))[1:3] as principals, (array_agg(role order by n))[1:3] as roles
	  from people.objects o,
	       lateral (select distinct on (principal) principal, n, (enum_range(null::people.role))[tests.draw(3, o.id, n, 9)] as role
	                  from (select n, case when tests.draw(3, o.id, n, 7) = 1 then -tests.draw(98, o.id, n, 8)
	                                       else tests.draw(999, o.id, n, 8) end as principal
	                          from generate_series(1::bigint, 4) n) p
	                 order by principal, n) g
	 group by 1, 2;
select people.grants_put(kind, id, principals, roles) from tests.drawn where kind <> 'host';
select people.rights_own();
insert into people.grants (kind, id, principal, role)
select kind, id, principal, role from tests.drawn, unnest(principals, roles) g (principal, role) where kind = 'host';
select people.visible_change(array(select row(principal, kind, id, 1)::people.way from people.grants where kind = 'host'));
\set ended `date +%s%N`
select diag(format('%s ms  grants', (:ended - :began) / 1000000));

-- Inventory 401 holds all hosts, for team 99; team 100 has 20 hosts by group 2001.
select people.objects_add('inventory', '{401}', 999), people.objects_add('group', '{2001}', 999);
select people.parts_add('inventory', 401, 'host', array(select generate_series(1, 100000))::bigint[]),
       people.parts_add('group', 2001, 'host', array(select i * 10 from generate_series(1, 20) i)::bigint[]);
select tests.ms('a team is granted an inventory of 100,000 hosts',
	$$ select people.grants_put('inventory', 401, '{-99}', '{EXECUTOR}') $$);
select people.grants_put('group', 2001, '{-100}', '{EXECUTOR}');

select is((select row(count(*), sum(cardinality(principals)))::text from tests.drawn where kind = 'host'), '(100000,300000)',
	'a world of 100,000 hosts, each with three grants');
select is((select count(*) from people.visible), 0::bigint, 'x');

-- ---- what a list costs ----
-- User 1000 sees all hosts by the inventory of one team, a few again by the other.
select is(people.principals(1000), '{1000,-99,-100}', 'there is who sees all hosts by one of his teams');
select is(people.visible_count('{1000,-99,-100}', 'host') || ' ' || people.visible_count('{0}', 'host'), '100000 100000',
	'... as many as a superuser');
\set page 'select people.visible_page(people.principals(%s), ''host'', 1000, 0)'
\set count 'select people.visible_count(people.principals(%s), ''host'')'
select tests.ms(what, format(query, who))
  from (values (1, 'page of a superuser', :'page', 1), (2, 'count of a superuser', :'count', 1),
               (3, 'page of who sees all by a team', :'page', 1000), (4, 'count of who sees all by a team', :'count', 1000),
               (5, 'page of who sees all by a team, some by more', :'page', 77), (6, 'count of who sees all by a team, some by more', :'count', 77),
               (7, 'page of the owner of an inventory of all', :'page', 999), (8, 'count of the owner of an inventory of all', :'count', 999),
               (9, 'page of a member of 20 teams', :'page', 20), (10, 'count of a member of 20 teams', :'count', 20))
       v (n, what, query, who), generate_series(1, 2) order by n;
select diag(format('%s pages, %s entries  %s', tests.buffers(format(query, who)), tests.entries(format(query, who)), what))
  from (values (1, 'page of a superuser', :'page', 1), (2, 'count of a superuser', :'count', 1),
               (3, 'page of who sees all by a team', :'page', 1000), (4, 'count of who sees all by a team', :'count', 1000),
               (5, 'page of who sees all by a team, some by more', :'page', 77), (6, 'count of who sees all by a team, some by more', :'count', 77),
               (7, 'page of the owner of an inventory of all', :'page', 999), (8, 'count of the owner of an inventory of all', :'count', 999),
               (9, 'page of a member of 20 teams', :'page', 20), (10, 'count of a member of 20 teams', :'count', 20)) v (n, what, query, who);

select is((select string_agg(rule || ': ' || id || ' ' || found, '; ') from people.rights_check()), null, 'a large world is lawful');
\timing on
select tests.differs(who) from unnest('{1,2,20,40,77,999,1000}'::bigint[]) who;
select tests.differs(who) from generate_series(100,150) who;
select * from finish();
rollback;
