-- About this server.

-- hermes_api.current_user(req) -> {user}: who is signed in, as Hermes writes names     GET /api/v1/currentUser
create or replace function hermes_api.current_user(req jsonb) returns api.answer
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
	return api.ok('"href":' || api.json(req->>'url') || ',"user":' || api.json(people.must_be_signed_in(req)));
end
$$;

-- hermes_api.server_config(req) -> {domain, fullstoryId}, from the settings            GET /api/v1/serverConfig
create or replace function hermes_api.server_config(req jsonb) returns api.answer
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor text := people.must_be_signed_in(req);
begin
	return api.ok('"href":' || api.json(req->>'url') || ',"domain":' || api.json(req->'settings'->>'domain')
	              || ',"fullstoryId":' || api.json(nullif(req->'settings'->>'fullstoryId', '')));
end
$$;

-- hermes_api.live(req) -> notices of what changes, as server-sent events               GET /api/v1/live
--   nginx sends the stream: from what happens from now on, or, to who comes back, from a few seconds ago. (Location is the
--   place inside of nginx: nginx/snippets/moirai-live.conf.) What somebody has missed by then, by the time in its
--   Last-Event-ID, is the whole answer: it comes back at once, with an id that says so. Who was away for longer than
--   notices are kept, or names no time, is told that everything may have changed.
create or replace function hermes_api.live(req jsonb) returns api.answer
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor  text        := people.must_be_signed_in(req);
	id     text        := req->>'lastEventId';
	now    timestamptz := clock_timestamp();
	last   timestamptz := to_timestamp(coalesce(substring(id from '^[0-9]{1,11}')::bigint, 0));
	missed jsonb;
begin
	if id is null then
		return row(200, '/_moirai/live', '')::api.answer;
	end if;
	if not (id like '%:again' and last > now - interval '8 seconds') then
		missed := outbox.notices_since(last, now);
		if missed <> '[]' then
			return row(200, null, format(E'retry: 500\nid: %s:again\ndata: %s\n\n', floor(extract(epoch from now)), missed))::api.answer;
		end if;
	end if;
	return row(200, '/_moirai/live-again', '')::api.answer;
end
$$;

-- hermes_api.health(req) -> {database, courier, letters, runner, runs}, or 503 with what is bad      GET /api/v1/health
--   Whoever the worker lets through: this machine, a bearer of metrics_token, or who is signed in.
create or replace function hermes_api.health(req jsonb) returns api.answer
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
	seen    numeric := extract(epoch from clock_timestamp() - (select max(seen_at) from outbox.couriers));
	oldest  numeric := outbox.oldest(clock_timestamp());
	most    int     := coalesce((req->'settings'->>'healthLetterAge')::int, 3600);
	runner  numeric := work.runner_seen(clock_timestamp());
	zone    text    := req->'settings'->>'timeZone';
	bad     text;
	members text;
begin
	bad := nullif(concat_ws(' ',
		case when seen is null then 'No courier has ever been seen.'
		     when seen > 30 then format('No courier has been seen for %s s.', round(seen)) end,
		case when oldest > most then format('A letter has been waiting for %s s.', round(oldest)) end,
		-- A house without runs needs no runner.
		case when runner is null and work.runner_is_needed() then 'No runner has ever been seen.'
		     when runner > 60 and work.runner_is_needed() then format('No runner has been seen for %s s.', round(runner)) end,
		case when work.zone(zone) <> zone then format('There is no time zone %s: schedules go by UTC.', zone) end), '');
	members := '"database":"ok","courier":{"seenSecondsAgo":' || coalesce(round(seen, 1)::text, 'null')
	           || '},"letters":{"oldestSeconds":' || coalesce(round(oldest, 1)::text, '0')
	           || ',"parked":' || (select count(*) from outbox.letters where state = 'parked')
	           || '},"runner":{"seenSecondsAgo":' || coalesce(round(runner, 1)::text, 'null')
	           || '},"runs":{"waiting":' || (select count(*) from work.runs where status = 'DELAY')
	           || ',"running":' || (select count(*) from work.runs where status = 'RUN') || '}}';
	if bad is null then
		return row(200, null, '{"status":"ok",' || members)::api.answer;
	end if;
	return row(503, null, '{"status":"error","error":{"code":503,"message":' || api.json(bad) || '},' || members)::api.answer;
end
$$;

-- hermes_api.metrics(req) -> the database's part, in Prometheus' text form             GET /api/v1/metrics
--   Whoever the worker lets through, as for health. The worker's own figures go before it (worker/metrics.c).
create or replace function hermes_api.metrics(req jsonb) returns api.answer
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
	return row(200, null, concat(
		E'# HELP moirai_open_labors Labors that are not completed.\n# TYPE moirai_open_labors gauge\n',
		'moirai_open_labors ', fate.count('open'), E'\n',
		E'# HELP moirai_open_quests Quests that are not completed.\n# TYPE moirai_open_quests gauge\n',
		'moirai_open_quests ', (select count(*) from fate.quests where completion_time is null), E'\n',
		E'# HELP moirai_changes_unsorted Requests whose changes are not yet sorted into letters.\n',
		E'# TYPE moirai_changes_unsorted gauge\nmoirai_changes_unsorted ', (select count(*) from outbox.changes), E'\n',
		E'# HELP moirai_letters Letters that wait to be delivered, or were given up.\n# TYPE moirai_letters gauge\n',
		(select string_agg(format(E'moirai_letters{channel="%s",state="%s"} %s\n', c.name, s.state, coalesce(n.n, 0)),
		                   '' order by c.name, s.state)
		   from (select unnest('{hook,live,mail,owners,script,sentry,slack,webhook}'::text[])) c (name)
		  cross join (values ('waiting'), ('parked')) s (state)
		   left join (select channel, state, count(*) as n from outbox.letters
		               where state in ('waiting', 'parked') group by 1, 2) n on n.channel = c.name and n.state = s.state),
		E'# HELP moirai_letters_oldest_seconds How long the oldest letter has been waiting.\n',
		E'# TYPE moirai_letters_oldest_seconds gauge\nmoirai_letters_oldest_seconds ',
		round(coalesce(outbox.oldest(clock_timestamp()), 0), 3), E'\n',
		E'# HELP moirai_letters_settled_total What became of attempts to deliver letters.\n',
		E'# TYPE moirai_letters_settled_total counter\n',
		(select string_agg(format(E'moirai_letters_settled_total{channel="%s",outcome="%s"} %s\n', t.channel, o.outcome, o.n),
		                   '' order by t.channel, o.outcome)
		   from outbox.tally t, lateral (values ('sent', t.sent), ('retry', t.retried), ('parked', t.parked)) o (outcome, n)),
		E'# HELP moirai_courier_seen_seconds Since when no courier was seen.\n',
		E'# TYPE moirai_courier_seen_seconds gauge\nmoirai_courier_seen_seconds ',
		(select coalesce(round(extract(epoch from clock_timestamp() - max(seen_at)), 3)::text, '+Inf')
		   from outbox.couriers), E'\n',
		E'# HELP moirai_runs Runs that wait for a runner, or are at work.\n# TYPE moirai_runs gauge\n',
		(select string_agg(format(E'moirai_runs{state="%s"} %s\n', s.state,
		                          (select count(*) from work.runs r where r.status = s.status)), '' order by s.state)
		   from (values ('waiting', 'DELAY'), ('running', 'RUN')) s (state, status)),
		E'# HELP moirai_runner_seen_seconds Since when no runner was seen.\n',
		E'# TYPE moirai_runner_seen_seconds gauge\nmoirai_runner_seen_seconds ',
		coalesce(round(work.runner_seen(clock_timestamp()), 3)::text, '+Inf'), E'\n'))::api.answer;
end
$$;
