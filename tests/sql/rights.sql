-- Who may do what in the database: asked of its catalogue, without exceptions, and tried for real by each role.
begin;
\ir lib.psql
select plan(49);

-- ---- what the house owns ----
create view tests.houses as
	select n.oid, nspname as name from pg_namespace n join pg_roles r on r.oid = nspowner
	 -- In trigrams stands an extension of PostgreSQL's, and nothing else.
	 where rolname = 'moirai_owner' and nspname <> 'trigrams';
create view tests.relations as
	select c.oid, c.oid::regclass as name, c.relkind as kind, c.relacl as acl, c.relowner as owner
	  from pg_class c where c.relnamespace in (select oid from tests.houses) and c.relkind in ('r', 'p', 'v', 'm', 'f',
	'S');
create view tests.functions as
	select p.*, p.oid::regprocedure as name,
	       -- An endpoint lends its owner's rights; its helpers do not. routes.t asks whether these are the route table's.
	       n.name in ('hermes_api', 'polemarch_api') and p.prosecdef as endpoint,
	       n.name = 'people_api' or n.name in ('hermes_api', 'polemarch_api') and p.prosecdef as for_web,
	       n.name = 'courier_api' as for_courier,
	       n.name = 'runner_api' and p.prosecdef as for_runner,
	       p.oid = 'courier_api.report(text, text)'::regprocedure as for_both
	  from pg_proc p join tests.houses n on n.oid = p.pronamespace;
create view tests.roles as
	select unnest('{moirai_web,moirai_courier,moirai_runner}'::text[]) as role;

select is((select array_agg(name::text order by name) from tests.houses),
	'{api,courier_api,fate,hermes_api,house,inventory,outbox,people,people_api,polemarch_api,runner_api,work}', 'these are the schemas of the house');
select is_empty($$ select c.oid::regclass from pg_class c join pg_namespace n on n.oid = c.relnamespace
	where c.relowner = 'moirai_owner'::regrole and n.oid not in (select oid from tests.houses) and n.nspname !~ '^pg_toast' $$,
	'no table of the house stands elsewhere');
select is_empty($$ select name::text from tests.relations where owner <> 'moirai_owner'::regrole
	union all select name::text from tests.functions where proowner <> 'moirai_owner'::regrole $$,
	'all in its schemas belongs to the one owner');
select is_empty($$ select relname from pg_class where relnamespace = 'public'::regnamespace
	union all select proname from pg_proc where pronamespace = 'public'::regnamespace $$, 'nothing stands in schema public');
select cmp_ok((select count(*) from tests.relations), '>=', 40::bigint,
	'there are tables and sequences to be asked about');
select cmp_ok((select count(*) from tests.functions), '>=', 300::bigint, '... and functions');

-- ---- the roles ----
select is((select array_agg(row(rolname, rolcanlogin)::text order by rolname) from pg_roles where rolname ~ '^moirai'),
	'{"(moirai_courier,t)","(moirai_owner,f)","(moirai_runner,t)","(moirai_web,t)"}',
	'processes log in, the owner never does');
select is_empty($$ select rolname from pg_roles where rolname ~ '^moirai'
	and (rolsuper or rolcreaterole or rolcreatedb or rolreplication or rolbypassrls) $$,
	'no role has powers of its own');
select is_empty($$ select role, r.rolname from tests.roles, pg_roles r
	where role <> r.rolname and pg_has_role(role, r.oid, 'member') $$, '... or those of another');

-- ---- the catalogue: schemas, tables, columns, sequences, functions ----
select is((select array_agg(role || ' ' || name order by role, name) from tests.roles, tests.houses
	where has_schema_privilege(role, oid, 'usage')), '{"moirai_courier courier_api","moirai_runner runner_api","moirai_runner work","moirai_web courier_api",
	"moirai_web hermes_api","moirai_web people_api","moirai_web polemarch_api"}',
	'the web tier may use the API''s schemas, and that in which it reports errors; courier and runner their own, the runner that of the lines, too');
select is_empty($$ select role, oid::regnamespace from tests.roles, pg_namespace where nspname !~ '^pg_(temp|toast_temp)'
	and has_schema_privilege(role, oid, 'create') $$, 'nobody may create in any schema');
select is((select array_agg(concat_ws(' ', role, name, verb)) from tests.roles, tests.relations,
	unnest('{select,insert,update,delete,truncate,references,trigger}'::text[]) verb where kind <> 'S' and has_table_privilege(role, oid, verb)),
	'{"moirai_runner work.lines insert"}', 'the runner may add lines; else nobody may do anything with any table');
select is((select array_agg(concat_ws(' ', role, name, verb)) from tests.roles, tests.relations,
	unnest('{select,insert,update,references}'::text[]) verb where kind <> 'S' and has_any_column_privilege(role, oid, verb)),
	'{"moirai_runner work.lines insert"}', '... or any column of one');
select is_empty($$ select role, name from tests.roles, tests.relations where kind = 'S'
	and has_sequence_privilege(role, oid, 'usage, select, update') $$, '... or any sequence');
select set_eq($$ select name from tests.functions where has_function_privilege('moirai_web', oid, 'execute') $$,
	$$ select name from tests.functions where for_web or for_both $$,
	'the web tier may execute the endpoints and people_api, and report errors, nothing else');
select set_eq($$ select name from tests.functions where has_function_privilege('moirai_courier', oid, 'execute') $$,
	$$ select name from tests.functions where for_courier $$, 'the courier may execute courier_api, nothing else');
select set_eq($$ select name from tests.functions where has_function_privilege('moirai_runner', oid, 'execute') $$,
	$$ select name from tests.functions where for_runner $$, 'the runner may execute runner_api, nothing else');

select is_empty($$ select role from tests.roles where has_database_privilege(role, current_database(), 'create') $$,
	'nobody may make schemas');
select is_empty($$ select role from tests.roles where has_database_privilege(role, current_database(), 'temporary') $$,
	'... or temporary tables');

select is_empty($$ select p.oid::regprocedure from pg_proc p where p.pronamespace = 'trigrams'::regnamespace
	and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e') $$, 'trigrams holds the extension''s functions only');
select is_empty($$ select role from tests.roles where has_schema_privilege(role, 'trigrams', 'usage') $$, '... which nobody may use');

-- ---- no grants to everybody ----
select is_empty($$ select name, a.privilege_type from tests.functions, aclexplode(coalesce(proacl, acldefault('f', proowner))) a
	where a.grantee = 0 $$, 'no function is granted to public');
select is_empty($$ select name, a.privilege_type from tests.relations, aclexplode(acl) a where a.grantee = 0 $$,
	'no table is');
select is_empty($$ select n.nspname, a.privilege_type from pg_namespace n, aclexplode(n.nspacl) a
	where a.grantee = 0 and n.oid in (select oid from tests.houses) $$, 'no schema is');
select is_empty($$ select a.attrelid::regclass, a.attname from pg_attribute a
	where a.attacl is not null and a.attrelid in (select oid from tests.relations) $$,
	'no column is granted to anyone');
select is((select array_agg(concat_ws(' ', grantee::regrole, name, privilege_type)) from (select name, (aclexplode(acl)).* from tests.relations) g
	where grantee <> 'moirai_owner'::regrole), '{"moirai_runner work.lines INSERT"}', 'no other table is granted to anyone');

-- ---- functions that lend their owner's rights ----
select set_eq('select name from tests.functions where prosecdef', 'select name from tests.functions where for_web or for_courier or for_runner',
	'those that the web tier, the courier and the runner call lend the owner''s rights, and only those');
select is_empty($$ select oid::regprocedure from pg_proc where prosecdef and pronamespace <> 'pg_catalog'::regnamespace
	and not coalesce(proconfig @> '{"search_path=pg_catalog, pg_temp"}', false) $$,
	'every one of them pins its search path, the temporary schema last');
select is_empty($$ select name from tests.functions where (for_web or for_courier) and (proargmodes @> '{v}' or provariadic <> 0) $$,
	'... and none takes any number of arguments');
select is_empty($$ select name from tests.functions f where endpoint and (proargtypes[0] <> 'jsonb'::regtype or pronargs <> 1
	or prorettype <> 'api.answer'::regtype or proretset) $$,
	'an endpoint takes one request and gives one answer');
select is_empty($$ select name from tests.functions where prolang not in (select oid from pg_language
	where lanname in ('sql', 'plpgsql')) $$, 'all are written in a trusted language');

-- ---- tried for real ----
-- tests.not_denied(role, commands): those of them that anything but a want of rights has ended.
create function tests.not_denied(role text, commands text[]) returns setof text
language plpgsql as $$
declare
	command text;
	ended   text;
begin
	foreach command in array commands loop
		ended := tests.refused(format('select tests.as_role(%L, %L)', role, command));
		if ended is null or ended not like '42501 %' then
			return next format('%s: %s: %s', role, command, coalesce(ended, 'done'));
		end if;
	end loop;
end
$$;

create function tests.touches() returns text[]
language sql as $$
	select array_agg(format(command, name))
	  from tests.relations,
	       lateral unnest(case when kind = 'S' then '{"select last_value from %s","select nextval(%L)","select setval(%L, 9)"}'
	                           else '{"select from %s","select * from %s limit 1","insert into %s default values",
	                                 "delete from %s","truncate %s","lock table %s in access share mode",
	                                 "select t from %s t for update"}' end::text[]) command
$$;
create function tests.updates() returns text[]
language sql as $$
	select array_agg(format('update %s set %I = %2$I', name, attname))
	  from tests.relations join pg_attribute a on attrelid = oid and attnum > 0 and not attisdropped and attgenerated = '' where kind <> 'S'
$$;
create function tests.calls(condition text) returns text[]
language plpgsql as $$
declare
	found text[];
begin
	execute 'select array_agg(format(''select %s(%s%s)'', oid::regproc, repeat(''null, '', pronargs - 1 - (provariadic <> 0)::int),
	                          case when provariadic <> 0 then ''null, variadic null::'' || proargtypes[pronargs - 1]::regtype
	                               when pronargs > 0 then ''null'' end))
	           from tests.functions where ' || condition into found;
	return found;
end
$$;
select cmp_ok(cardinality(tests.touches()) + cardinality(tests.updates()), '>', 180,
	'so many ways to touch a table');
select is_empty($$ select tests.not_denied(role, array_remove(tests.touches(),
	case role when 'moirai_runner' then 'insert into work.lines default values' end)) from tests.roles $$,
	'nobody can read, write, empty or lock any table, or use any sequence; but that the runner adds lines');
select is_empty('select tests.not_denied(role, tests.updates()) from tests.roles', '... or change any column');
select is_empty($$ select tests.not_denied(role, tests.calls('not for_web and not for_courier and not for_runner')) from tests.roles $$,
	'nobody can call any function of fate, inventory, outbox, house, people or api, or a helper of an endpoint');
select is_empty($$ select tests.not_denied(role, tests.calls('for_web')) from tests.roles where role <> 'moirai_web' $$,
	'courier and runner cannot call any endpoint');
select is_empty($$ select tests.not_denied('moirai_runner', tests.calls('for_courier'))
	union all select tests.not_denied('moirai_web', tests.calls('for_courier and not for_both')) $$, 'nobody but the courier can do its steps');
select is_empty($$ select tests.not_denied(role, tests.calls('for_runner')) from tests.roles where role <> 'moirai_runner' $$,
	'nobody but the runner can do its steps');
select is((select count(*) from unnest(tests.calls('for_runner')) command
	where tests.refused(format('select tests.as_role(''moirai_runner'', %L)', command)) ~ '^42501'), 0::bigint, '... and it can');
select cmp_ok(cardinality(tests.calls('for_courier')), '>=', 7, 'there are such');
select is((select count(*) from unnest(tests.calls('for_courier')) command
	where tests.refused(format('select tests.as_role(''moirai_courier'', %L)', command)) ~ '^42501'), 0::bigint, '... and it can');
select lives_ok($$ select tests.as_role('moirai_web', 'select courier_api.report(''x'', ''y'')') $$, 'the web tier can report an error');
create view tests.tried as
	select call, coalesce(tests.refused(format('select tests.as_role(''moirai_web'', %L)', call)), 'done') as ended
	  from unnest(tests.calls('for_web and not for_both')) call;
select is((select array_agg(substring(call from '[a-z_]+\.[a-z_]+') || ': ' || ended order by call) from tests.tried
	where call !~ 'people_api' and ended <> 'WE401 Sign in to use this resource.'),
	'{"hermes_api.health: done","hermes_api.metrics: done","polemarch_api.token_create: WE400 refused"}',
	'the web tier can call each endpoint, which then wants to know who asks; but for two for whoever the worker lets '
	'watch, and one that signs in');
select is((select array_agg(substring(call from '[a-z_]+\(') || left(ended, 5) order by call) from tests.tried where call ~ 'people_api'),
	'{by_password(done,by_proxy(done,by_token(done,password_was_wrong(23502,rehash(done,seal_key(done}', '... and each function of people_api');
select lives_ok(format('select tests.as_role(''moirai_web'', %L)',
	format('select hermes_api.hosts_create(%L)', tests.req('{}', '{}', '{"hostname": "web"}'))),
	'the web tier can make a host by its endpoint');
select is(tests.rows('fate.hosts', 'hostname'), '(web)', '... really');
select throws_ok($$ select tests.as_role('moirai_web', 'insert into fate.hosts (hostname) values (''db'')') $$, '42501',
	'permission denied for schema fate', '... and not by hand');

select is_empty($$ select tests.not_denied(role, '{"create table public.t ()","create schema s","create table hermes_api.t ()",
	"create function hermes_api.f() returns int language sql as ''select 1''","create function public.f() returns int
	language sql as ''select 1''","copy (select 1) to ''/tmp/x''","copy pg_class to program ''true''",
	"select pg_read_file(''/etc/passwd'')","select * from pg_authid","create role r",
	"set session_replication_role = replica","load ''plpgsql_check''"}') from tests.roles $$,
	'nobody can make anything, reach files or programs, see passwords or change the server');
select is_empty($$ select tests.not_denied(role, array(select 'set role ' || r.rolname from pg_roles r
	where r.rolname <> role)) from tests.roles $$, 'nobody can become anyone else');

select * from finish();
rollback;
