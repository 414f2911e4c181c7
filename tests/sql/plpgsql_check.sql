-- Every PL/pgSQL function of the house, read by plpgsql_check: names, types, variables, injections.
begin;
\ir lib.psql
select plan(4);

-- tests.remarks() -> what there is to say. Some things are as they shall be: an endpoint asks who is signed in even where
-- it does not use the answer, and takes a request even where it needs nothing of it; a function may end by api.fail, of
-- which the checker does not know that it never returns.
create function tests.remarks() returns table (function regprocedure, line int, level text, message text)
language sql as $$
	select p.oid::regprocedure, c.lineno, c.level, concat_ws('; ', c.message, c.detail, c.context)
	  from pg_proc p
	  join pg_language l on l.oid = p.prolang and l.lanname = 'plpgsql'
	  join pg_namespace n on n.oid = p.pronamespace,
	       lateral (select coalesce(min(tgrelid::bigint), 0)::oid::regclass as rel, min(tgoldtable::text)::name as was,
	                       min(tgnewtable::text)::name as made
	                  from pg_trigger where tgfoid = p.oid) t,
	       plpgsql_check_function_tb(p.oid, t.rel, oldtable => t.was, newtable => t.made,
	                                 fatal_errors => false, other_warnings => true, extra_warnings => true,
	                                 security_warnings => true, performance_warnings => false) c
	 where n.nspowner = 'moirai_owner'::regrole
	   and not (c.message = 'never read variable "actor"' and p.prosrc ~ 'actor +text +:= people.must_be_((signed_in|administrator)\(req\)|among\(req, )')
	   and not (c.message = 'unused parameter "req"' and p.prorettype = 'api.answer'::regtype)
	   and not (c.message = 'control reached end of function without RETURN'
	            and p.prosrc ~ 'perform api\.fail\([^;]*\);\s*end\s*$')
$$;

select cmp_ok((select count(*) from pg_proc p join pg_language l on l.oid = prolang
	where lanname = 'plpgsql' and pronamespace in (select oid from pg_namespace where nspowner = 'moirai_owner'::regrole)),
	'>', 140::bigint, 'there are functions to be read');
select is_empty($$ select * from tests.remarks() where level = 'error' $$, 'no function has an error');
select is_empty($$ select * from tests.remarks() where level <> 'error' $$, 'no function has an unused variable, a lost value or '
	'text of others in a command');

-- The checker is awake.
set local role moirai_owner;
create function fate.broken(p text) returns int language plpgsql as $$
declare
	unused int;
begin
	execute 'select ' || p;
	return (select no_such_column from fate.hosts);
end
$$;
reset role;
select is((select array_agg(level || ' ' || line order by level, line) from tests.remarks() where function = 'fate.broken'::regproc),
	'{"error 6","security 5","warning 3"}', 'a wrong name, an injection and an unused variable would be seen');

select * from finish();
rollback;
