-- The rights engine in a large world: what it has written down is what recursion over grants and parts finds, before and after
-- many changes, and a list costs its page, however much one sees. Everything is drawn by hashes, so each run is the same.
begin;
\ir lib.psql
select plan(17);

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
language plpgsql stable as $$
declare
	teams bigint[] := array(select team_id from people.team_members where user_id = who);
	super boolean  := coalesce((select superuser from people.users u where u.id = who), false);
begin
	return query
		with recursive given as (
			select o.kind, o.id, 'OWNER'::people.role as role from people.objects o where o.owner_id = who
			union all
			select o.kind, o.id, 'OWNER' from people.objects o where super
			union all
			select g.kind, g.id, g.role from people.grants g
			 where g.principal = who or g.principal = any(array(select -t from unnest(teams) t))
			union all
			select 'team', t, 'EXECUTOR' from unnest(teams) t
		), seen as (
			select g.kind, g.id from given g
			union
			select p.part_kind, p.part_id from seen s join people.parts p on p.kind = s.kind and p.id = s.id
		)
		select r.kind, r.id, max(r.role)
		  from (select * from given union all select s.kind, s.id, 'EXECUTOR' from seen s) r group by 1, 2;
end
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
	perform tests.web();
	truncate tests.role;
	insert into tests.role select * from tests.found(who);
	foreach k in array enum_range(null::people.kind) loop
		ids := array(select id from tests.role where kind = k order by id);
		few := array(select tests.draw(1000, i, who) from generate_series(1::bigint, 50) i) || ids[1:20];
		if people.visible_page(mine, k, null, 0) <> ids then
			return format('%s: all %ss', who, k);
		elsif people.visible_page(mine, k, 100, cardinality(ids) / 2)
		      <> array(select i from unnest(ids) with ordinality u (i, n) order by n limit 100 offset cardinality(ids) / 2) then
			return format('%s: a page of %ss', who, k);
		elsif people.visible_count(mine, k) <> cardinality(ids) then
			return format('%s: number of %ss', who, k);
		elsif exists (select from unnest('{see,edit,grant,own}'::text[]) verb
		               where people.may_each(who, verb, k, few)
		                     <> array(select f.id from unnest(few) with ordinality f (id, n)
		                                join tests.role r on r.kind = k and r.id = f.id and r.role >= people.role_needed(verb)
		                               order by f.n)) then
			return format('%s: rights on %ss', who, k);
		elsif people.roles_of(who, k, few)
		      <> array(select r.role from unnest(few) with ordinality f (id, n) left join tests.role r on r.kind = k and r.id = f.id order by f.n) then
			return format('%s: roles on %ss', who, k);
		elsif array(select distinct id from people.editable_ids(mine, k) id order by id)
		      <> array(select id from tests.role where kind = k and role >= 'EDITOR' order by id) then
			return format('%s: editable %ss', who, k);
		end if;
	end loop;
	return null;
end
$$;
-- tests.access_differs() -> where people.access says something else than who sees it, and by which role; null: nowhere.
create function tests.access_differs() returns text
language plpgsql as $$
begin
	perform tests.bulk();
	return (
		with those as materialized (
			select kind, id from people.objects where tests.draw(case kind when 'host' then 1500 else 10 end, id, 6) = 1
		), told as materialized (
			select t.kind, t.id, a.who, max(a.gives) as role from those t, lateral people.access(t.kind, t.id) a group by 1, 2, 3
		), seen as materialized (
			select v.kind, v.id, v.principal as who
			  from those t join people.visible v on v.kind = t.kind and v.id = t.id and v.principal <> 0
		)
		select case when (select count(*) from those) < 60 then 'nothing to compare'
		            else string_agg(concat_ws(' ', d.kind, d.id, d.who, d.said), '; ') end
		  from (select kind, id, who, coalesce(told.role::text, 'seen') as said from told full join seen using (kind, id, who)
		         where told.role is null or seen is null
		        union all
		        select t.kind, t.id, u.id, people.role_of(u.id, t.kind, t.id)::text
		          from those t, (select u.id, people.principals(u.id) as mine from tests.users u where u.id not in (1, 500)) u
		         where people.role_of(u.id, t.kind, t.id) is distinct from (
		               select max(role) from told x where x.kind = t.kind and x.id = t.id and x.who = any(u.mine))) d);
end
$$;
create unlogged table tests.role (kind people.kind, id bigint, role people.role, primary key (kind, id));

-- ---- a world ----
-- 1,000 users, of whom two are superusers, and 100 teams: user n is in up to 5 of 98, each twentieth in up to 20. Teams 99 and
-- 100 are for users 77 and 1000.
truncate people.users, people.teams, people.team_members, people.objects, people.grants, people.parts, people.visible,
         people.visible_counts restart identity cascade;
insert into people.users (username, superuser) select 'user' || i, i in (1, 500) from generate_series(1, 1000) i;
insert into people.teams (name) select 'team' || i from generate_series(1, 100) i;
insert into people.team_members (team_id, user_id)
select distinct tests.draw(98, u, k), u
  from generate_series(2::bigint, 999) u, generate_series(1::bigint, case when u % 20 = 0 then 20 else u % 6 end) k
union values (99, 77), (99, 1000), (100, 1000);

-- 100,000 hosts in ranges of 1,000, each of one owner; containers.
select tests.web();
select people.objects_add('host', array(select generate_series(1, 1000) + o * 1000)::bigint[], tests.draw(999, o))
  from generate_series(0::bigint, 99) o;
select tests.web();
select people.objects_add('group', array(select generate_series(1, 20) + o * 20)::bigint[], tests.draw(999, o, 1)),
       people.objects_add('inventory', array(select generate_series(1, 5) + o * 5)::bigint[], tests.draw(999, o, 2)),
       people.objects_add('project', array(select generate_series(1, 3) + o * 3)::bigint[], tests.draw(999, o, 3)),
       people.objects_add('template', array(select generate_series(1, 2) + o * 2)::bigint[], tests.draw(999, o, 4))
  from generate_series(0::bigint, 19) o;
select people.objects_add('team', array(select generate_series(1, 100))::bigint[], 2);
-- Groups 1 to 7 are a chain, others have hosts, and some of them one or two groups of higher number. Inventories have hosts
-- and groups, projects a host and an inventory, templates a project and an inventory.
select people.parts_add('group', g, 'host', array(select tests.draw(100000, g, i) from generate_series(1::bigint, 15) i))
  from generate_series(7::bigint, 400) g;
select people.parts_add('group', g, 'group', array(select g + tests.draw(400 - g, g, i) from generate_series(0, g % 2) i))
  from generate_series(301::bigint, 399) g;
select people.parts_add('group', g, 'group', array[g + 1]) from generate_series(1::bigint, 6) g;
select people.parts_add('inventory', v, 'host', array(select tests.draw(100000, v, i) from generate_series(1::bigint, 30) i)),
       people.parts_add('inventory', v, 'group', array(select tests.draw(400, v, i) from generate_series(1::bigint, 2) i))
  from generate_series(1::bigint, 100) v;
select people.parts_add('project', p, 'inventory', array[tests.draw(100, p)]),
       people.parts_add('project', p, 'host', array[tests.draw(100000, p)])
  from generate_series(1::bigint, 60) p;
select people.parts_add('template', t, 'project', array[tests.draw(60, t)]),
       people.parts_add('template', t, 'inventory', array[tests.draw(100, t, 1)])
  from generate_series(1::bigint, 40) t;

-- Three grants on each object. A call for each host would take a minute, so theirs are written by hand, and the engine is told
-- of them all at once.
create view tests.drawn as
	select o.kind, o.id, (array_agg(g.principal order by g.n))[1:3] as principals, (array_agg(g.role order by g.n))[1:3] as roles
	  from people.objects o,
	       lateral (select distinct on (principal) principal, n, (enum_range(null::people.role))[tests.draw(3, o.id, n, 9)] as role
	                  from (select n, case when tests.draw(3, o.id, n, 7) = 1 then -tests.draw(98, o.id, n, 8)
	                                       else tests.draw(999, o.id, n, 8) end as principal
	                          from generate_series(1::bigint, 6) n) p
	                 order by principal, n) g
	 group by 1, 2;
select people.grants_put(kind, id, principals, roles) from tests.drawn where kind <> 'host';
set local session_replication_role = replica;       -- their hosts are there
insert into people.grants (kind, id, principal, role)
select d.kind, d.id, g.principal, g.role
  from tests.drawn d, unnest(d.principals, d.roles) g (principal, role) where d.kind = 'host';
set local session_replication_role = origin;
select people.visible_change(array(select row(principal, kind, id, 1)::people.way from people.grants where kind = 'host'));

-- Inventory 101 holds all hosts, for team 99; group 401 holds five, for team 100.
select people.objects_add('inventory', '{101}', 999), people.objects_add('group', '{401}', 999);
select people.parts_add('inventory', 101, 'host', array(select generate_series(1, 100000))::bigint[]),
       people.parts_add('group', 401, 'host', '{7,77,777,7777,77777}');
select tests.ms('a team is granted an inventory of 100,000 hosts',
	$$ select people.grants_put('inventory', 101, '{-99}', '{EXECUTOR}') $$);
select people.grants_put('group', 401, '{-100}', '{EXECUTOR}');

select api.plan_for_many();
analyze people.objects, people.parts, people.grants, people.team_members;
select is((select row(count(distinct id), count(*))::text from people.grants where kind = 'host'), '(100000,300000)',
	'in a world of 100,000 hosts, each with three grants');
select cmp_ok((select count(*) from people.visible where kind = 'host' and principal not in (0, -99, 999)), '>', 400000::bigint,
	'... each of them seen by several');

-- ---- what a list costs ----
\set page 'select people.visible_page(people.principals(%s), ''host'', 1000, 0)'
\set count 'select people.visible_count(people.principals(%s), ''host'')'
create table tests.costs as
	select who, what, part, format(case part when 'page' then :'page' else :'count' end, who) as query, null::bigint as entries,
	       null::bigint as pages, people.visible_count(people.principals(who), 'host') as n
	  from (values (1, 'a superuser'), (1000, 'who sees all by a team'), (77, 'who sees all by a team, and more by others'),
	               (999, 'the owner of all'), (20, 'a member of twenty teams')) u (who, what), (values ('page'), ('count')) p (part);
update tests.costs set entries = tests.entries(query), pages = tests.buffers(query);
select tests.ms(format('%s of %s (%s index entries, %s pages)', part, what, entries, pages), query) from tests.costs;

create function tests.cost(who bigint, part text) returns tests.costs
language sql as $$ select c from tests.costs c where c.who = $1 and c.part = $2 $$;
select is((select array_agg(n) from tests.costs where who in (1, 1000)), '{100000,100000,100000,100000}',
	'who sees all hosts by a team');
select cmp_ok((tests.cost(1000, 'page')).pages + (tests.cost(1000, 'count')).pages, '<=',
	3 * ((tests.cost(1, 'page')).pages + (tests.cost(1, 'count')).pages), '... gets a page and the count for thrice the pages');
select cmp_ok((tests.cost(1000, 'page')).entries, '<=', 1100::bigint, '... of a thousand entries');
select cmp_ok((tests.cost(1000, 'count')).entries, '<=', 20::bigint, '... and none of the hundred thousand is counted');
select cmp_ok((tests.cost(77, 'page')).entries, '<=', (1000 * cardinality(people.principals(77)))::bigint,
	'each more team costs at most another page');
select cmp_ok((tests.cost(77, 'count')).entries, '<=', 3 * (select sum(n)::bigint from people.visible_counts
	where principal = any(people.principals(77)) and principal <> -99 and kind = 'host'), '... and what it sees to be looked up');
select cmp_ok((tests.cost(20, 'count')).entries, '<=', (select sum(n)::bigint from people.visible_counts
	where principal = any(people.principals(20)) and kind = 'host') * 11 / 10, 'where that is most of it all is gone through once');

-- ---- what it says ----
select api.plan_for_many();
analyze people.visible;
select is((select string_agg(rule || ': ' || id || ' ' || found, '; ') from people.rights_check()), null, 'all is lawful');

-- Superusers, those who see all hosts, some in twenty teams, and others.
create view tests.users as
	select unnest('{1,500,20,77,999,1000}'::bigint[]) as id union all select * from generate_series(13::bigint, 999, 18);
select cmp_ok((select count(*) from tests.users), '>=', 60::bigint, 'of 60 users');
select is((select string_agg(tests.differs(id), '; ') from tests.users), null,
	'... lists, counts and rights are what recursion over grants and parts finds');
select is(tests.access_differs(), null, '... and who has access to what, and by which role, is told so');

-- ---- changes ----
select tests.web();
select tests.ms('a host is taken out of an inventory of 100,000', $$ select people.parts_remove('inventory', 101, 'host', '{12345}') $$);
select tests.ms('a host is made', $$ select people.objects_add('host', '{100001}', 7) $$);
select people.grants_remove(kind, id, array[principal]) from people.grants where tests.draw(500, seq) = 1;
select people.grants_put(kind, id, array[tests.draw(999, id), -tests.draw(98, id)], '{MASTER,EXECUTOR}')
  from people.objects where tests.draw(500, id, 1) = 1;
select people.grants_replace(kind, id, array[tests.draw(999, id, 1)], '{EDITOR}') from people.objects where tests.draw(1000, id, 2) = 1;
select people.parts_remove(kind, id, part_kind, array[part_id])
  from people.parts where tests.draw(10, id, part_id) = 1 and not (kind = 'inventory' and id = 101);
select people.parts_remove('inventory', 101, 'host', array(select generate_series(1, 1000))::bigint[]);
select people.parts_replace('group', g, 'host', array(select tests.draw(100000, g, i, 1) from generate_series(1::bigint, 5) i))
  from generate_series(7::bigint, 400, 20) g;
select people.parts_replace('group', g, 'group', array[g + tests.draw(400 - g, g, 5)]) from generate_series(301::bigint, 399, 7) g;
select people.objects_remove('host', array(select id from people.objects where kind = 'host' and tests.draw(50, id, 3) = 1));
select people.objects_remove(kind, array[id]) from people.objects where kind not in ('host', 'team') and tests.draw(15, id, 3) = 1;
select people.owner_set(kind, id, tests.draw(999, id, 4)) from people.objects where tests.draw(1000, id, 5) = 1;
select people.objects_pass(u, u + 1), people.principal_forget(u) from generate_series(13::bigint, 999, 36) u;
delete from people.users where id = any(array(select generate_series(13, 999, 36)));
select people.objects_remove('team', array[t]), people.principal_forget(-t) from generate_series(5::bigint, 98, 30) t;
delete from people.teams where id = any(array(select generate_series(5, 98, 30)));
delete from people.team_members where tests.draw(5, team_id, user_id) = 1 and team_id < 99;
select api.plan_for_many();
select ok((select count(*) from people.objects where kind = 'host') between 97000 and 99000
	and (select count(*) from people.parts where kind = 'inventory' and id = 101) between 96000 and 98000
	and (select count(*) from people.users) = 972 and (select count(*) from people.grants) < 298000,
	'after much has changed');
select is((select string_agg(rule || ': ' || id || ' ' || found, '; ') from people.rights_check()), null, 'all is lawful still');
select is((select string_agg(tests.differs(id), '; ') from tests.users), null,
	'... and lists, counts and rights are what recursion finds');
select is(tests.access_differs(), null, '... and so is who has access');

select * from finish();
rollback;
