-- Changes become letters: the courier's first step, in a transaction of its own.

-- outbox.sort(settings, n, now) -> how many changes were taken, at most n. They are gone and their letters stand, or none
-- of it. `settings` (lib/settings.c, settings_told) says which ways out there are.
-- Of large changes fewer: none is taken after 20,000 events.
create or replace function outbox.sort(settings jsonb, n int, p_now timestamptz) returns int
language plpgsql as $$
declare
	changes outbox.changes[];
begin
	with taken as (
		delete from outbox.changes
		 where id = any(array(
		       select id from (select id, sum(events) over (order by id) - events as before
		                         from (select id, cardinality(ids) as events from outbox.changes
		                                order by id limit n for update skip locked) first) summed
		        where before < 20000))
		returning *
	)
	select array_agg(t::outbox.changes order by t.id) into changes from taken t;
	if changes is null then
		return 0;
	end if;
	perform outbox.sort_webhooks(changes, p_now);
	perform outbox.sort_live(changes, p_now) where (settings->>'live')::boolean;
	perform outbox.sort_hooks(changes, p_now) where (settings->>'hooks')::boolean;
	perform outbox.sort_slack(changes, settings, p_now) where (settings->>'slack')::boolean;
	perform outbox.sort_quest_mail(changes, settings, p_now) where (settings->>'mail')::boolean;
	return cardinality(changes);
end
$$;

-- outbox.sort_later(): the oldest change, which can't be sorted, goes to the end, so that it keeps up no other.
create or replace function outbox.sort_later() returns void
language plpgsql as $$
begin
	update outbox.changes set id = nextval(pg_get_serial_sequence('outbox.changes', 'id'))
	 where id = (select id from outbox.changes order by id limit 1 for update skip locked);
end
$$;

-- outbox.events_told(changes) -> what webhooks and hooks are told of each event.
create or replace function outbox.events_told(changes outbox.changes[])
returns table (id bigint, category text, state text, event jsonb)
language plpgsql stable as $$
begin
	return query
		select e.id, t.category, t.state, jsonb_build_object(
		       'id', e.id, 'hostId', e.host_id, 'hostname', h.hostname, 'timestamp', btrim(api.json(e.at), '"'),
		       'user', e.username, 'eventTypeId', e.event_type_id, 'category', t.category, 'state', t.state,
		       'note', coalesce(e.note, ''), 'href', '/api/v1/events/' || e.id)
		  from unnest(changes) c, unnest(c.ids) i
		  join fate.events e on e.id = i
		  join fate.hosts h on h.id = e.host_id
		  join fate.event_types t on t.id = e.event_type_id
		 where c.kind = 'event';
end
$$;

-- One letter for a hundred events at most, to each webhook that wants them.
create or replace function outbox.sort_webhooks(changes outbox.changes[], p_now timestamptz) returns void
language plpgsql as $$
begin
	if not exists (select from outbox.webhooks where active) then
		return;
	end if;
	insert into outbox.letters (channel, kind, receiver, webhook_id, content, made_at, due_at)
	select 'webhook', 'events', 'webhook ' || webhook_id, webhook_id,
	       jsonb_build_object('events', jsonb_agg(event order by id)), p_now, p_now
	  from (select w.id as webhook_id, e.id, e.event, (row_number() over (partition by w.id order by e.id) - 1) / 100 as part
	          from outbox.events_told(changes) e
	          join outbox.webhooks w on w.active and (w.event_types is null or exists (
	               select from jsonb_array_elements(w.event_types) t
	                where coalesce(t->>'category', e.category) = e.category and coalesce(t->>'state', e.state) = e.state))) wanted
	 group by webhook_id, part order by webhook_id, part;
end
$$;

create or replace function outbox.sort_hooks(changes outbox.changes[], p_now timestamptz) returns void
language plpgsql as $$
begin
	insert into outbox.letters (channel, kind, content, made_at, due_at)
	select 'hook', 'event', jsonb_build_object('event', event), p_now, p_now
	  from outbox.events_told(changes) order by id;
end
$$;

-- Notices for the page: what is no longer as it was. Of a kind with a hundred or more the page is told only that: no more
-- of the labors made are known.
create or replace function outbox.sort_live(changes outbox.changes[], p_now timestamptz) returns void
language plpgsql as $$
begin
	insert into outbox.letters (channel, kind, receiver, content, made_at, due_at)
	select 'live', 'notices', 'live', jsonb_build_object('notices', jsonb_agg(notice)), p_now, p_now
	  from (select case when count(*) < 100 then jsonb_build_object('kind', kind, 'ids', jsonb_agg(id order by id))
	                    else jsonb_build_object('kind', kind) end as notice
	          from (select c.kind, i as id from unnest(changes) c, unnest(c.ids) i
	                union
	                select 'host', e.host_id
	                  from unnest(changes) c, unnest(c.ids) i join fate.events e on e.id = i where c.kind = 'event'
	                union
	                select 'labor', i from unnest(changes) c, unnest(c.made || c.closed) i
	                union
	                select 'quest', i
	                  from unnest(changes) c,
	                       unnest(c.quests || c.quest_made || array(select e.quest_id from unnest(c.effects) e)) i
	                 where i is not null) changed
	         group by kind order by kind) notices;
end
$$;

create or replace function outbox.sort_slack(changes outbox.changes[], settings jsonb, p_now timestamptz) returns void
language plpgsql as $$
declare
	due    timestamptz := p_now + make_interval(secs => (settings->>'slackGather')::int);
	made   bigint;
	ended  bigint;
	labors jsonb;
begin
	select sum(e.labors) filter (where e.labors > 0), sum(e.closings) into made, ended
	  from unnest(changes) c, unnest(c.effects) e where c.kind = 'event';
	if made > 0 then
		perform outbox.slack_gather('labors-made', made, '[]', p_now, due);
	end if;
	insert into outbox.letters (channel, kind, receiver, quest_id, content, made_at, due_at)
	select 'slack', 'quest-started', 'slack', c.quest_made,
	       jsonb_build_object('text', outbox.slack_quest_made(c.quest_made, cardinality(c.ids), c.ids[1])), p_now, due
	  from unnest(changes) c where c.quest_made is not null order by c.id;
	if ended > 0 then
		labors := (select jsonb_agg(l) from (select l from unnest(changes) c, unnest(c.closed) l order by l limit 10) first);
		perform outbox.slack_gather('labors-closed', ended, labors, p_now, due);
	end if;
	insert into outbox.letters (channel, kind, receiver, quest_id, content, made_at, due_at)
	select 'slack', 'quest-completed', 'slack', q,
	       jsonb_build_object('text', outbox.slack_quest_complete(q)), p_now, due
	  from unnest(changes) c, unnest(c.complete) q order by c.id, q;
end
$$;

-- outbox.slack_gather(kind, n, labors, now, due): n more of a kind, `labors` among them: into the message that still
-- waits for such, or a new one.
create or replace function outbox.slack_gather(
	p_kind text, n bigint, labors jsonb, p_now timestamptz, p_due timestamptz
) returns void
language plpgsql as $$
begin
	insert into outbox.letters as l (channel, kind, receiver, gather, content, made_at, due_at)
	values ('slack', p_kind, 'slack', 'slack ' || p_kind, jsonb_build_object('n', n, 'labors', labors), p_now, p_due)
	on conflict (gather) do update set content = outbox.gathered(l.content, excluded.content);
end
$$;

-- outbox.gathered({n, labors}, {n, labors}) -> both in one; it names a thousand labors, more or less.
create or replace function outbox.gathered(before jsonb, more jsonb) returns jsonb
language plpgsql immutable as $$
begin
	return jsonb_build_object(
		'n', (before->>'n')::bigint + (more->>'n')::bigint,
		'labors', case when jsonb_array_length(before->'labors') >= 1000 then before->'labors'
		               else (before->'labors') || (more->'labors') end);
end
$$;

create or replace function outbox.sort_quest_mail(changes outbox.changes[], settings jsonb, p_now timestamptz) returns void
language plpgsql as $$
begin
	insert into outbox.letters (channel, kind, quest_id, content, made_at, due_at)
	select 'mail', 'quest-started', quest, mail, p_now, p_now
	  from (select c.id, c.quest_made as quest,
	               outbox.mail_quest_made(c.quest_made, cardinality(c.ids), c.ids[1], settings) as mail
	          from unnest(changes) c where c.quest_made is not null) made
	 where mail is not null order by id;
	perform outbox.sort_quest_updates(changes, settings, p_now);
	-- Whom to copy is asked first, outside of this transaction, where there is somebody to ask.
	insert into outbox.letters (channel, kind, receiver, quest_id, content, made_at, due_at)
	select 'owners', 'quest-completed', 'owners', q, '{}', p_now, p_now
	  from unnest(changes) c, unnest(c.complete) q
	 where (settings->>'queryServer')::boolean order by c.id, q;
	insert into outbox.letters (channel, kind, quest_id, content, made_at, due_at)
	select 'mail', 'quest-completed', quest, mail, p_now, p_now
	  from (select c.id, q as quest, outbox.mail_quest_complete(q, outbox.quest_owners(q), null, settings) as mail
	          from unnest(changes) c, unnest(c.complete) q
	         where not (settings->>'queryServer')::boolean) complete
	 where mail is not null order by id, quest;
end
$$;

-- At most one mail about closed labors of a quest in each stretch of questMailEvery seconds: the first goes at once, what
-- closes before the next may go is gathered.
create or replace function outbox.sort_quest_updates(changes outbox.changes[], settings jsonb, p_now timestamptz)
returns void
language plpgsql as $$
declare
	every interval := make_interval(secs => (settings->>'questMailEvery')::int);
begin
	-- Who is just claiming such a letter is waited for: then no more can be added to it, and the next is paced.
	perform from outbox.letters
	  where gather = any(array(select distinct 'quest-updated ' || e.quest_id from unnest(changes) c, unnest(c.effects) e
	                            where e.closings > 0))
	  order by id for update;
	with closed as (
		select e.quest_id, sum(e.closings) as n
		  from unnest(changes) c, unnest(c.effects) e
		 where e.closings > 0 and e.quest_id is not null group by 1
	), labors as (
		select l.quest_id, jsonb_agg(l.id order by l.id) as ids
		  from unnest(changes) c, unnest(c.closed) i join fate.labors l on l.id = i
		 where l.quest_id is not null group by 1
	), paced as (
		insert into outbox.quest_pace as p (quest_id, next_at)
		select c.quest_id, p_now + every from closed c
		 where not exists (select from outbox.letters l where l.gather = 'quest-updated ' || c.quest_id)
		 order by 1
		on conflict (quest_id) do update set next_at = greatest(p.next_at, p_now) + every
		returning p.quest_id, p.next_at - every as due
	)
	insert into outbox.letters as l (channel, kind, quest_id, gather, content, made_at, due_at)
	select 'mail', 'quest-updated', c.quest_id, 'quest-updated ' || c.quest_id,
	       jsonb_build_object('n', c.n, 'labors', coalesce(l.ids, '[]')), p_now, coalesce(p.due, p_now)
	  from closed c left join labors l using (quest_id) left join paced p using (quest_id)
	 order by c.quest_id
	on conflict (gather) do update set content = outbox.gathered(l.content, excluded.content);
end
$$;

-- outbox.owners_known([{id, lease, attempt, reply: {owners, contacts}}], settings, now): the mails that these letters were to find
-- owners for. Owners not to be had: the creator is told all the same.
create or replace function outbox.owners_known(p_results jsonb, settings jsonb, p_now timestamptz) returns void
language plpgsql as $$
begin
	insert into outbox.letters (channel, kind, quest_id, content, made_at, due_at)
	select 'mail', 'quest-completed', quest, mail, p_now, p_now
	  from (select l.id, l.quest_id as quest,
	               outbox.mail_quest_complete(l.quest_id, r.reply->'owners', r.reply->'contacts', settings) as mail
	          from jsonb_to_recordset(p_results) as r (id bigint, lease bigint, attempt int, outcome text, reply jsonb)
	          join outbox.letters l on l.id = r.id and outbox.is_ours(l.state, l.lease, l.attempts, r.lease, r.attempt)
	         where r.outcome = 'sent') known
	 where mail is not null order by id;
end
$$;

-- outbox.report(logger, message, now): an unexpected error of ours, for Sentry; at most ten in any minute.
create or replace function outbox.report(logger text, message text, p_now timestamptz) returns void
language plpgsql as $$
begin
	insert into outbox.letters (channel, kind, receiver, content, made_at, due_at)
	select 'sentry', 'error', 'sentry',
	       jsonb_build_object('message', message, 'logger', logger, 'at', to_char(p_now at time zone 'UTC',
	                          'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')), p_now, p_now
	 where 10 > (select count(*) filter (where at > p_now - interval '1 minute')
	               from (select made_at as at from outbox.letters where kind = 'error' order by id desc limit 10) last);
end
$$;
