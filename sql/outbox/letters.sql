-- Letters: claimed (a lease, not taken out), delivered by the courier outside of any transaction, settled.
--
-- Delivered at least once: a courier that dies leaves a lease that runs out, and before that, as a rule, a connection that
-- is seen to be gone. Several couriers never have one letter at a time. A letter that failed is tried again after
-- letter_retry, then half as long again each time, with jitter; one whose next try would be more than a day away is parked,
-- with its last error, until somebody asks to retry it.

-- outbox.letters_claim(channel, n, lease, settings, now, slow) -> the letters, by how long they have been due; each is
-- this caller's until `lease` seconds from now. Of one receiver at most a quarter of n (but one): one that stalls shall
-- not keep the others waiting. What was gathered is written out now, as of when it was due, and no more is added to it.
--   slow  true: only to receivers that stalled when they were last tried; false: only to others; null: to all
create or replace function outbox.letters_claim(
	p_channel text, p_n int, p_lease int, p_settings jsonb, p_now timestamptz, p_slow boolean default null
) returns setof outbox.letters
language plpgsql as $$
declare
	token bigint := (random() * 9e15)::bigint;
	slow  text[] := array(select receiver from outbox.holds where channel = p_channel and stalled);
	held  text[] := array(select receiver from outbox.holds where channel = p_channel and until > p_now)
	                || case when not p_slow then slow end;
	due   bigint[];
begin
	if p_slow and slow = '{}' then
		return;
	end if;
	due := array(
		with recursive receivers (receiver) as (     -- by walking from one to the next in the index
			(select l.receiver from outbox.letters l
			  where l.channel = p_channel and l.state = 'waiting' and l.receiver is not null order by l.receiver limit 1)
			union all
			select (select l.receiver from outbox.letters l
			         where l.channel = p_channel and l.state = 'waiting' and l.receiver > r.receiver
			         order by l.receiver limit 1)
			  from receivers r where r.receiver is not null
		), first as (
			select l.id, l.due_at
			  from receivers r, lateral (
			       select l.id, l.due_at from outbox.letters l
			        where l.channel = p_channel and l.state = 'waiting' and l.receiver = r.receiver and l.due_at <= p_now
			        order by l.due_at, l.id limit greatest(p_n / 4, 1)) l
			 where r.receiver <> all(held) and (p_slow is not true or r.receiver = any(slow))
			union all
			(select l.id, l.due_at from outbox.letters l
			  where l.channel = p_channel and l.state = 'waiting' and l.receiver is null and l.due_at <= p_now
			    and p_slow is not true
			  order by l.due_at, l.id limit p_n)
		)
		select f.id from first f order by f.due_at, f.id limit p_n);
	return query
		with mine as (
			select id from outbox.letters
			 where id = any(due) and state = 'waiting' and due_at <= p_now order by id for update skip locked
		)
		update outbox.letters l
		   set lease = token, holder = outbox.holder(), attempts = attempts + 1, due_at = p_now + make_interval(secs => p_lease),
		       content = outbox.letter_written(l, p_settings), gather = null,
		       made_at = case when l.gather is null then l.made_at else l.due_at end
		  from mine where l.id = mine.id
		returning l.*;
end
$$;

-- outbox.holder() -> a number that stands for this connection: it holds the advisory lock of that number while it lives.
create or replace function outbox.holder() returns bigint
language plpgsql as $$
declare
	mine bigint := nullif(current_setting('moirai.holder', true), '')::bigint;
begin
	if mine is null then
		mine := (random() * 9e15)::bigint;
		perform pg_advisory_lock(mine), set_config('moirai.holder', mine::text, false);
	end if;
	return mine;
end
$$;

-- outbox.letters_release(now): letters whose holder is gone are due again. Should it still deliver them, for only its
-- connection was lost, it may settle them as long as nobody else has claimed them.
create or replace function outbox.letters_release(p_now timestamptz) returns void
language plpgsql as $$
begin
	update outbox.letters set lease = null, holder = null, due_at = p_now
	 where state = 'waiting' and due_at > p_now and lease is not null and holder is not null
	   and holder not in (select classid::bigint << 32 | objid::bigint from pg_locks
	                       where locktype = 'advisory' and objsubid = 1 and granted);
end
$$;

-- outbox.letter_written(letter, settings) -> its content, written out where it was only gathered.
create or replace function outbox.letter_written(l outbox.letters, settings jsonb) returns jsonb
language plpgsql stable as $$
begin
	if l.gather is null then
		return l.content;
	end if;
	return case l.kind
	       when 'labors-made' then jsonb_build_object('text', outbox.slack_labors_made((l.content->>'n')::bigint))
	       when 'labors-closed' then jsonb_build_object('text', outbox.slack_labors_closed(l.content))
	       when 'quest-updated' then coalesce(outbox.mail_quest_updated(l.quest_id, l.content, settings),
	                                          '{"recipients": []}')
	       end;
end
$$;

-- outbox.letters_settle(results, retry, now): what became of letters that were claimed together.
--   results  [{id, lease, attempt, outcome: sent|retry|stalled|park, error, retryAfter: seconds, left: content}, ...]
--   retry    seconds until the first retry
-- A letter that somebody else has claimed since is left alone.
create or replace function outbox.letters_settle(p_results jsonb, p_retry numeric, p_now timestamptz) returns void
language plpgsql as $$
declare
	settled outbox.letters[];
begin
	with results as (
		select * from jsonb_to_recordset(p_results)
		       as r (id bigint, lease bigint, attempt int, outcome text, error text, "retryAfter" int, "left" jsonb)
	), judged as (
		select r.*, p_retry * 1.5 ^ least(l.attempts - 1, 100) as pause,
		       r.outcome = 'park' or (r.outcome <> 'sent' and p_retry * 1.5 ^ least(l.attempts - 1, 100) > 86400) as parked
		  from results r join outbox.letters l on l.id = r.id and outbox.is_ours(l.state, l.lease, l.attempts, r.lease, r.attempt)
		   for update of l
	), changed as (
		update outbox.letters l
		   set state = case when j.outcome = 'sent' then 'sent' when j.parked then 'parked' else 'waiting' end,
		       due_at = p_now + make_interval(secs => case
		                when j.outcome = 'sent' or j.parked then 0
		                when j."retryAfter" > 0 then j."retryAfter"
		                else j.pause * (0.5 + random() / 2) end),
		       lease = null, holder = null, settled_at = p_now, error = nullif(j.error, ''),
		       content = coalesce(nullif(j."left", 'null'), l.content)
		  from judged j where l.id = j.id
		returning l
	)
	select array_agg(c.l) into settled from changed c;

	insert into outbox.tally as t (channel, sent, retried, parked)
	select s.channel, count(*) filter (where s.state = 'sent'), count(*) filter (where s.state = 'waiting'),
	       count(*) filter (where s.state = 'parked')
	  from unnest(settled) s group by s.channel
	on conflict (channel) do update
	   set sent = t.sent + excluded.sent, retried = t.retried + excluded.retried, parked = t.parked + excluded.parked;

	perform outbox.receivers_settle(settled, p_results, p_now);

	-- A notice for the page is worth nothing when it is old; who missed it gets it by outbox.notices_since.
	update outbox.letters l set state = 'sent' from unnest(settled) s
	 where l.id = s.id and s.channel = 'live' and s.state = 'waiting' and s.attempts >= 5;
end
$$;

-- outbox.is_ours(state, lease, attempts, our lease, our attempt): is the letter still under our claim, or under nobody's since?
create or replace function outbox.is_ours(state text, lease bigint, attempts int, our_lease bigint, our_attempt int)
returns boolean
language sql immutable as $$
	select lease = our_lease or (lease is null and state = 'waiting' and attempts = our_attempt)
$$;

-- outbox.receivers_settle(settled, results, now): a receiver that stalled, or asked for time, is held: it gets nothing else
-- before. (The letters that wait for it are not touched: they may be many.)
create or replace function outbox.receivers_settle(settled outbox.letters[], p_results jsonb, p_now timestamptz) returns void
language plpgsql as $$
begin
	with tried as (
		select s.channel, s.receiver, bool_or(r.outcome = 'stalled') as stalled,
		       max(case when s.state <> 'waiting' then null when r."retryAfter" > 0 then s.due_at
		                when r.outcome = 'stalled' then least(s.due_at, p_now + interval '1 minute') end) as until
		  from unnest(settled) s
		  join jsonb_to_recordset(p_results) as r (id bigint, outcome text, "retryAfter" int) on r.id = s.id
		 where s.receiver is not null group by 1, 2
	), answered as (
		delete from outbox.holds h using tried t
		 where h.channel = t.channel and h.receiver = t.receiver and not t.stalled and t.until is null and h.until <= p_now
	)
	insert into outbox.holds as h (channel, receiver, until, stalled)
	select channel, receiver, coalesce(until, p_now), stalled from tried where stalled or until is not null order by 1, 2
	on conflict (channel, receiver) do update set until = greatest(h.until, excluded.until), stalled = excluded.stalled;
end
$$;

-- outbox.letters_retry(id, now) -> whether it was parked or waiting for its next try; it is due now, as if never tried,
-- and so is whatever its receiver kept waiting.
create or replace function outbox.letters_retry(p_id bigint, p_now timestamptz) returns boolean
language plpgsql as $$
begin
	delete from outbox.holds h using outbox.letters l
	 where l.id = p_id and l.state <> 'sent' and h.channel = l.channel and h.receiver = l.receiver;
	update outbox.letters set state = 'waiting', due_at = p_now, attempts = 0
	 where id = p_id and state <> 'sent' and not outbox.is_claimed(state, lease, due_at, p_now);
	return found;
end
$$;

-- outbox.is_claimed(state, lease, due, now): does a courier have it just now?
create or replace function outbox.is_claimed(state text, lease bigint, due timestamptz, p_now timestamptz) returns boolean
language sql immutable as $$
	select state = 'waiting' and lease is not null and due > p_now
$$;

-- outbox.tidy(days, now): forgets letters that were sent `days` ago, some thousands at a time, and parks those that no
-- courier survives.
create or replace function outbox.tidy(p_days int, p_now timestamptz) returns void
language plpgsql as $$
begin
	perform outbox.letters_release(p_now);
	delete from outbox.letters
	 where id = any(array(
	       select id from (select id, settled_at from outbox.letters where state = 'sent' order by id limit 10000) first
	        where settled_at < p_now - make_interval(days => p_days)));
	delete from outbox.letters where channel = 'live' and state = 'sent' and settled_at < p_now - interval '10 minutes';
	update outbox.letters set state = 'parked', error = 'The courier died each time it was tried.', lease = null
	 where state = 'waiting' and attempts >= 60 and due_at <= p_now;
	delete from outbox.holds where until < p_now - interval '1 day';
	delete from outbox.quest_pace where next_at < p_now - interval '1 hour';
	delete from outbox.couriers where seen_at < p_now - interval '1 day';
end
$$;

-- outbox.oldest(now) -> how many seconds the oldest thing that is still to be delivered or sorted has been waiting; null:
-- there is none.
-- What is only gathered, or must wait for its time, has not been kept waiting.
create or replace function outbox.oldest(p_now timestamptz) returns numeric
language plpgsql stable as $$
begin
	return extract(epoch from p_now - least(
		(select min(case when attempts = 0 then due_at else made_at end)
		   from outbox.letters where state = 'waiting' and (attempts > 0 or due_at <= p_now)),
		(select at from outbox.changes order by id limit 1)));
end
$$;

-- outbox.to_deliver(letter, settings) -> its content, with what no letter holds: where a webhook is and its secret, and
-- what is to be asked of the query server.
create or replace function outbox.to_deliver(l outbox.letters, settings jsonb) returns jsonb
language plpgsql stable as $$
begin
	return case when l.webhook_id is not null
	            then (select jsonb_build_object('url', w.url, 'secret', w.secret, 'body', jsonb_build_object(
	                             'key', l.key, 'webhookId', w.id, 'events', l.content->'events')::text)
	                    from outbox.webhooks w where w.id = l.webhook_id)
	            when l.channel = 'owners' then outbox.owners_questions(l.quest_id, settings)
	            else l.content end;
end
$$;

-- outbox.notices_since(time, now) -> the notices for the page that were sent since then, a second more or less; where that is
-- longer ago than they are kept (outbox.tidy), [{"kind": "all"}].
create or replace function outbox.notices_since(p_since timestamptz, p_now timestamptz) returns jsonb
language plpgsql stable as $$
begin
	if p_since < p_now - interval '9 minutes' or p_since > p_now + interval '1 minute' then
		return jsonb '[{"kind": "all"}]';
	end if;
	return coalesce((select jsonb_agg(notice order by l.id, n)
	                   from outbox.letters l, jsonb_array_elements(l.content->'notices') with ordinality e (notice, n)
	                  where l.channel = 'live' and l.state = 'sent' and l.settled_at > p_since), '[]');
end
$$;
