-- What concerns who asks, on one page. Beyond Hermes. All of it is read by indexes, and no more of the journal than is shown.

-- hermes_api.home(req) -> {asOf, user, quests, atRisk, waiting, failures, today, days}      GET /api/v1/home
--   Where a query server says whose hosts are whose and does not answer, nothing waits for owners, and waiting.whole is false.
create or replace function hermes_api.home(req jsonb) returns api.answer
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
	me      text        := people.must_be_signed_in(req);
	now     timestamptz := clock_timestamp();
	wanted  jsonb       := hermes_api.hosts_mine_wanted(req, me);
	hosts   bigint[];
	days    bigint[][];
begin
	if wanted is not null then
		return api.ask(jsonb_set(wanted, '{mine}', wanted->'mine' || '{"else": true, "soon": true}'));
	end if;
	hosts := hermes_api.hosts_mine(req, me);
	days := hermes_api.days_counted(fate.hour(now) / 24, 30);
	return api.ok('"href":' || api.json(req->>'url') || ',"asOf":' || api.json(now) || ',"user":' || api.json(me)
		|| ',"quests":' || hermes_api.quests_followed(hermes_api.quests_mine(me), req->>'base')
		|| ',"atRisk":' || hermes_api.quests_followed(hermes_api.quests_at_risk(me, now), req->>'base')
		|| ',"waiting":' || hermes_api.labors_waiting(me, hosts)
		|| ',"failures":' || api.objects_list(array(
		   select members from hermes_api.events_json(hermes_api.failures(now), req->>'base',
		                                              hermes_api.expand('{"query": {"expand": ["hosts", "eventtypes"]}}'))))
		|| ',"today":' || hermes_api.today(days[30:30])
		|| ',"days":' || array_to_json(days)::text);
end
$$;

-- hermes_api.hosts_mine_wanted(req, me) -> the question whose answer says which hosts are mine; null: it was asked, or need not be.
create or replace function hermes_api.hosts_mine_wanted(req jsonb, me text) returns jsonb
language plpgsql stable as $$
begin
	return case when (req->'settings'->>'queryServer')::boolean and not coalesce(req->'asked' ? 'mine', false)
	            then jsonb_build_object('mine', jsonb_build_object('user', me)) end;
end
$$;

-- hermes_api.hosts_mine(req, me) -> ids of the hosts that I own; null: the query server does not say.
create or replace function hermes_api.hosts_mine(req jsonb, me text) returns bigint[]
language plpgsql stable as $$
begin
	if (req->'settings'->>'queryServer')::boolean then
		return case when jsonb_typeof(req->'asked'->'mine') = 'array' then hermes_api.hosts_answered(req, 'mine') end;
	end if;
	return hermes_api.hosts_owned(req, people.unqualified(me, req->'settings'->>'domain'));
end
$$;

-- hermes_api.quests_mine(name) -> the first 20 of the quests that this user has open, by when they are due.
create or replace function hermes_api.quests_mine(name text) returns bigint[]
language plpgsql stable as $$
begin
	return array(select id from fate.quests where creator = name and completion_time is null
	              order by target_time nulls last, id limit 20);
end
$$;

-- hermes_api.quests_at_risk(name, now) -> the 10 open quests of others that will be late by most: overdue, or going on too slowly.
-- Those that are overdue and do not go on at all come first.
create or replace function hermes_api.quests_at_risk(name text, now timestamptz) returns bigint[]
language plpgsql stable as $$
begin
	return array(select q.id
	               from fate.quests_forecast(array(select id from fate.quests
	                                                where completion_time is null and creator <> name and target_time is not null), now) f
	               join fate.quests q on q.id = f.quest_id
	              where q.target_time < greatest(now, f.forecast_time)
	              order by f.forecast_time is null desc, greatest(now, f.forecast_time) - q.target_time desc, q.id limit 10);
end
$$;

-- hermes_api.quests_followed(ids, base) -> a list of these, with progress and forecast.
create or replace function hermes_api.quests_followed(ids bigint[], base text) returns text
language plpgsql stable as $$
begin
	return api.objects_list(array(select members from hermes_api.quests_json(
		ids, base, hermes_api.expand('{"query": {"expand": ["forecast"]}}'), true, false)));
end
$$;

-- hermes_api.labors_waiting(name, hosts) -> {total, whole, steps}: the open labors that wait for the user of that name, who owns these hosts
-- (null: it is not known which): those for owners there, and those for creators in his quests.
create or replace function hermes_api.labors_waiting(name text, hosts bigint[]) returns text
language plpgsql stable as $$
declare
	total bigint;
	steps text[];
begin
	-- offset 0: by the host, however many there are, for most labors are closed.
	with waiting as (
		select l.id, l.fate_id, l.quest_id, l.creation_time
		  from unnest(hosts) h, lateral (
		       select * from fate.labors where host_id = h and completion_event_id is null offset 0) l
		 where l.for_owner
		union
		select l.id, l.fate_id, l.quest_id, l.creation_time
		  from fate.quests q cross join fate.fates f
		  join fate.labors l on l.quest_id = q.id and l.fate_id = f.id and l.completion_event_id is null
		 where q.creator = name and q.open_labors > 0 and f.for_creator
	), summed as materialized (
		select fate_id, quest_id, count(*) as n, min(creation_time) as oldest from waiting group by fate_id, quest_id
	)
	select coalesce(sum(n), 0),
	       array(select '"fateId":' || fate_id || ',"questId":' || api.json(quest_id) || ',"labors":' || n || ',"oldest":' || api.json(oldest)
	               from summed order by n desc, fate_id, quest_id nulls last limit 50)
	  into total, steps
	  from summed;
	return '{"total":' || total || ',"whole":' || api.json(hosts is not null) || ',"steps":' || api.objects_list(steps) || '}';
end
$$;

-- hermes_api.failures(now) -> the newest 10 events of the last seven days that tell of something that failed, the newest first. Of each
-- type the newest ten are looked at, however old they are: so none is searched for.
create or replace function hermes_api.failures(now timestamptz) returns bigint[]
language plpgsql stable as $$
begin
	return array(select e.id
	               from fate.event_types t
	              cross join lateral (select id, at from fate.events where event_type_id = t.id order by id desc limit 10) e
	              where t.state ~* 'fail|error|unreachable' and e.at >= now - interval '7 days'
	              order by e.id desc limit 10);
end
$$;

-- hermes_api.days_counted(last, n) -> [when it begins, opened, closed] of each of n days, of which that one is the last (days since 1970, UTC):
-- seconds since 1970, labors opened and closed.
create or replace function hermes_api.days_counted(last int, n int) returns bigint[][]
language plpgsql stable as $$
begin
	return (
		with counted as materialized (
			select hour / 24 as day, sum(opened) as opened, sum(closed) as closed
			  from (select o.hour, o.n as opened, 0 as closed from fate.counts_by_hour('opened', (last - n + 1) * 24) o
			        union all
			        select c.hour, 0, c.n from fate.counts_by_hour('closed', (last - n + 1) * 24) c) h
			 group by 1
		)
		select array_agg(array[d * 86400::bigint, coalesce(c.opened, 0)::bigint, coalesce(c.closed, 0)::bigint] order by d)
		  from generate_series(last - n + 1, last) d left join counted c on c.day = d);
end
$$;

-- hermes_api.today(day) -> what happened since that day began, of which days_counted has told.
create or replace function hermes_api.today(day bigint[][]) returns text
language plpgsql stable as $$
declare
	since constant timestamptz := to_timestamp(day[1][1]);
begin
	return '{"events":' || fate.events_since(since) || ',"opened":' || day[1][2] || ',"closed":' || day[1][3]
	       || ',"questsStarted":' || (select count(*) from fate.quests where embark_time >= since)
	       || ',"questsCompleted":' || (select count(*) from fate.quests where completion_time >= since) || '}';
end
$$;
