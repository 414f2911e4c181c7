-- What moirai-courier may call (fcgi-app/courier): its steps, each a transaction of its own. No network call is ever made
-- inside of one. `settings` is what lib/settings.c (settings_told) tells.

-- courier_api.sort(n, settings) -> how many changes became letters, at most n. Planned anew each time: a plan that was kept from when there
-- were few events would compare each of a large quest's with each (D73).
create or replace function courier_api.sort(n int, settings jsonb) returns int
language plpgsql security definer set search_path = pg_catalog, pg_temp set plan_cache_mode = force_custom_plan as $$
begin
	return outbox.sort(settings, n, clock_timestamp());
end
$$;

-- courier_api.sort_later(): the oldest change can't be sorted: the others first.
create or replace function courier_api.sort_later() returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
	perform outbox.sort_later();
end
$$;

-- courier_api.claim(channel, n, lease, settings, slow) -> [{id, lease, key, kind, receiver, attempt, content}, ...], for
-- `lease` seconds; null when none is due. slow: to receivers that stall, or to others; null: to all.
create or replace function courier_api.claim(
	p_channel text, n int, p_lease int, settings jsonb, slow boolean default null
) returns jsonb
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
	return (select jsonb_agg(jsonb_build_object(
	               'id', l.id, 'lease', l.lease, 'key', l.key, 'kind', l.kind, 'receiver', l.receiver, 'attempt', l.attempts,
	               'content', outbox.to_deliver(l, settings)) order by l.id)
	          from outbox.letters_claim(p_channel, n, p_lease, settings, clock_timestamp(), slow) l);
end
$$;

-- courier_api.settle(channel, results, settings): what became of them (outbox.letters_settle). The owners that were asked
-- for, [{id, reply: {owners, contacts}}, ...], become the mail that waits for them.
create or replace function courier_api.settle(p_channel text, results jsonb, settings jsonb) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
	if p_channel = 'owners' then
		perform outbox.owners_known(results, settings, clock_timestamp());
	end if;
	perform outbox.letters_settle(results, (settings->>'letterRetry')::numeric / 1000, clock_timestamp());
end
$$;

-- courier_api.alive(name, settings): a courier of that name runs; and tidies up.
create or replace function courier_api.alive(p_name text, settings jsonb) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
	insert into outbox.couriers (name, seen_at) values (p_name, clock_timestamp())
	on conflict (name) do update set seen_at = excluded.seen_at;
	perform outbox.tidy((settings->>'letterRetention')::int, clock_timestamp());
end
$$;

-- courier_api.digest_questions(settings) -> what must be asked before a digest can be written (hermes_api/ask.sql); {} when
-- nothing must be asked.
create or replace function courier_api.digest_questions(settings jsonb) returns jsonb
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
	return outbox.digest_questions(settings);
end
$$;

-- courier_api.digest(asked, send_to, settings) -> how many mails were written. send_to: all go there; null: to each.
create or replace function courier_api.digest(asked jsonb, send_to text, settings jsonb) returns int
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
	return outbox.digest(asked, send_to, settings, clock_timestamp());
end
$$;

-- courier_api.report(logger, message): an unexpected error, for Sentry. Of more than ten a minute nobody is told.
create or replace function courier_api.report(logger text, message text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
	perform outbox.report(logger, message, clock_timestamp());
end
$$;
