-- Who is who in the database. Owners own and never log in; each kind of process logs in as itself.
do $$
declare
	name text;
begin
	if not exists (select from pg_roles where rolname = 'moirai_owner') then
		create role moirai_owner nologin;
	end if;
	foreach name in array array['moirai_web', 'moirai_courier', 'moirai_runner'] loop
		if not exists (select from pg_roles where rolname = name) then
			execute format('create role %I login', name);
		end if;
		-- Times cross the border as naive UTC text, and dates are read year first.
		execute format('alter role %I set timezone = %L', name, 'UTC');
		execute format('alter role %I set datestyle = %L', name, 'ISO, YMD');
		execute format('alter role %I set jit = off', name);
		-- The owner's functions may see since when these are at work (fate.seen_until); what they may do it may anyway.
		execute format('grant %I to moirai_owner', name);
	end loop;
	-- The lock order leaves no cycles; were there one, it is found and retried soon.
	if (select rolsuper from pg_roles where rolname = current_user) then
		alter role moirai_web set deadlock_timeout = '200ms';
	end if;
	alter role moirai_web set statement_timeout = '60s';
	-- A request's statements touch a few rows by their keys. Left to itself the planner makes many of them anew at each
	-- call, which costs more than running them, and reads or hashes whole tables while it believes them small; a plan
	-- that is kept would go on doing so. api.plan_for_many() undoes this.
	alter role moirai_web set plan_cache_mode = force_generic_plan;
	alter role moirai_web set enable_seqscan = off;
	alter role moirai_web set enable_hashjoin = off;
	alter role moirai_web set enable_mergejoin = off;
	execute format('revoke temporary on database %I from public', current_database());
	execute format('grant create on database %I to moirai_owner', current_database());
	if not pg_has_role(current_user, 'moirai_owner', 'member') then
		execute format('grant moirai_owner to %I', current_user);
	end if;
end
$$;
