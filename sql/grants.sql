-- moirai_web may execute the API schemas, moirai_courier its own, and nobody touches anything else; tests/sql/rights.sql
-- tries it.
-- What no line here grants, nobody but the owner has.
do $$
declare
	name text;
begin
	foreach name in array array['house', 'people', 'fate', 'outbox', 'api', 'inventory', 'work', 'people_api', 'hermes_api', 'polemarch_api', 'courier_api', 'runner_api'] loop
		execute format('revoke all on schema %I from public', name);
		execute format('revoke execute on all functions in schema %I from public', name);
	end loop;
	foreach name in array array['people_api', 'hermes_api', 'polemarch_api'] loop
		execute format('grant usage on schema %I to moirai_web', name);
		execute format('grant execute on all functions in schema %I to moirai_web', name);
	end loop;
	grant usage on schema courier_api to moirai_courier;
	grant execute on all functions in schema courier_api to moirai_courier;
	-- moirai_runner stores lines by COPY, which no function can.
	grant usage on schema runner_api, work to moirai_runner;
	grant execute on all functions in schema runner_api to moirai_runner;
	grant insert on work.lines to moirai_runner;
	-- A worker reports what went wrong, too.
	grant usage on schema courier_api to moirai_web;
	grant execute on function courier_api.report(text, text) to moirai_web;
end
$$;
-- The endpoints are security definer; their helpers are called by them, as their owner: not by the web tier itself, nor by the runner.
do $$
declare
	helper regprocedure;
begin
	for helper in
		select p.oid from pg_proc p
		 where p.pronamespace in ('hermes_api'::regnamespace, 'polemarch_api'::regnamespace, 'runner_api'::regnamespace) and not p.prosecdef
	loop
		execute format('revoke execute on function %s from moirai_web, moirai_runner', helper);
	end loop;
end
$$;
