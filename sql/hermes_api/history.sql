-- How far things are, and how they got there. Beyond Hermes.

-- hermes_api.quests_history(req) -> {questId, asOf, from, step, points, target, completionTime, forecast, steps}      GET /api/v1/quests/{id}/history
--   points: [end, open, opened, closed] of each step of so many seconds, 200 at most, from the hour of the embark until now or until
--   it was complete: seconds since 1970, labors open then, opened and closed in it.
--   fails  WE404
create or replace function hermes_api.quests_history(req jsonb) returns api.answer
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor  text        := people.must_be_signed_in(req);
	now    timestamptz := clock_timestamp();
	q      fate.quests;
	till   timestamptz;
	first  int;
	hours  int;
	points text;
begin
	select * into q from fate.quests where id = api.path_id(req, 'id');
	if not found then
		perform api.fail(404, format('No such Quest %s found', req->'path'->>'id'));
	end if;
	till := greatest(coalesce(q.completion_time, now), q.embark_time);
	first := fate.hour(q.embark_time);
	hours := (fate.hour(till) - first) / 200 + 1;
	points := (select string_agg(format('[%s,%s,%s,%s]', least(p.upto * 3600::bigint, ceil(extract(epoch from till))::bigint),
	                                    p.open, p.opened, p.closed), ',' order by p.upto)
	             from fate.quests_points(q.id, first, fate.hour(till), hours) p);
	return api.ok('"href":' || api.json(req->>'url') || ',"questId":' || q.id || ',"asOf":' || api.json(now)
		|| ',"from":' || api.json(fate.hour_begin(first)) || ',"step":' || hours * 3600 || ',"points":[' || points
		|| '],"target":' || api.json(q.target_time) || ',"completionTime":' || api.json(q.completion_time)
		|| (select ',"forecast":{"time":' || api.json(f.forecast_time) || ',"perDay":' || f.per_day || '}'
		      from fate.quests_forecast(array[q.id], now) f)
		|| ',"steps":' || api.objects_list(array(
		   select '"fateId":' || s.fate_id || ',"open":' || s.open || ',"closed":' || s.closed from fate.quests_steps(array[q.id]) s)));
end
$$;

-- hermes_api.fates_counts(req) -> {questId, fates}                                    GET /api/v1/fates/counts
--   query  questId
--   Of every fate how many labors are open and closed: in that quest, or in all and none.
--   fails  WE400 bad number
create or replace function hermes_api.fates_counts(req jsonb) returns api.answer
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor text   := people.must_be_signed_in(req);
	quest bigint := api.query_integer(req, 'questId');
begin
	return api.ok('"href":' || api.json(req->>'url') || ',"questId":' || api.json(quest) || ',"fates":' || api.objects_list(array(
		select '"id":' || c.fate_id || ',"open":' || c.open || ',"closed":' || c.closed from fate.fates_counted(quest) c)));
end
$$;
