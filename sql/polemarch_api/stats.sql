-- How much there is, and what was run (beyond the document; polemarch-behaviour.md section 19).

-- polemarch_api.stats(req) -> {projects, inventories, groups, hosts, teams, users, jobs: {day, month, year}}   GET /stats/
--   How many of each the actor sees (of teams and users, all); and of the runs that began in the last days, today among them, by UTC: how many ended in which
--   status (`sum`), of how many in all, in each day, month and year that had any.       query  last: of how many days (14)
create or replace function polemarch_api.stats(req jsonb) returns api.answer
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor      text     := people.must_be_signed_in(req);
	principals bigint[] := people.principals((req->>'actor')::bigint);
	days       int      := least(polemarch_api.count_word(req, 'last', 1, 14), 3660);
begin
	return polemarch_api.ok('{' || (
		select string_agg('"' || k.name || '":' || people.visible_count(principals, k.kind), ',' order by k.n)
		  from (values (1, 'projects', 'project'::people.kind), (2, 'inventories', 'inventory'), (3, 'groups', 'group'),
		               (4, 'hosts', 'host')) k (n, name, kind))
		|| ',"teams":' || (select count(*) from people.teams) || ',"users":' || (select count(*) from people.users)
		|| ',"jobs":{' || polemarch_api.jobs_json(req, date_trunc('day', now(), 'UTC') - make_interval(days => days - 1)) || '}}');
end
$$;

-- polemarch_api.jobs_json(req, since) -> "day":[{day, status, sum, all}, ...],"month":[...],"year":[...] of the runs that the actor
-- sees and that began since then.
create or replace function polemarch_api.jobs_json(req jsonb, since timestamptz) returns text
language plpgsql stable as $$
declare
	who  bigint := (req->>'actor')::bigint;
	mine record;
begin
	mine := polemarch_api.run_rights(req);
	perform api.plan_for_many();
	return (
		with daily as materialized (
			select date_trunc('day', r.start_time, 'UTC') as day, r.status, count(*) as n
			  from polemarch_api.runs_seen(who, mine.everything, mine.own_projects, mine.own_inventories, mine.projects, mine.inventories) r
			 where r.start_time >= since group by 1, 2
		), summed as (
			select u.unit, u.place, date_trunc(u.unit, d.day, 'UTC') as at, d.status, sum(d.n) as n
			  from unnest('{day,month,year}'::text[]) with ordinality u (unit, place), daily d group by 1, 2, 3, 4
		), told as (
			select unit, place, string_agg('{"' || unit || '":' || polemarch_api.time(at) || ',"status":"' || status || '","sum":' || n
			                               || ',"all":' || all_of_them || '}', ',' order by at, status) as rows
			  from (select *, sum(n) over (partition by unit, at) as all_of_them from summed) s group by 1, 2
		)
		select string_agg('"' || u.unit || '":[' || coalesce(t.rows, '') || ']', ',' order by u.place)
		  from unnest('{day,month,year}'::text[]) with ordinality u (unit, place) left join told t on t.place = u.place);
end
$$;
