-- What leaves the house (beyond the documents): for administrators, for letters say what was written to others.

-- hermes_api.letters_list(req) -> {limit, offset, totalLetters, letters}               GET /api/v1/letters
--   query  state (waiting, sending, sent, parked), kind, channel, webhookId, limit, offset. The newest first. Notices for
--          the page only where channel=live asks for them.
--   fails  WE400 bad number or state; WE403
create or replace function hermes_api.letters_list(req jsonb) returns api.answer
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor       text   := people.must_be_administrator(req);
	page_limit  bigint := api.query_limit(req);
	page_offset bigint := api.query_offset(req);
	in_state    text   := api.query(req, 'state');
	of_kind     text   := api.query(req, 'kind');
	by_channel  text   := api.query(req, 'channel');
	to_webhook  bigint := api.query_integer(req, 'webhookId');
	total       bigint;
	texts       text[];
begin
	if in_state not in ('waiting', 'sending', 'sent', 'parked') then
		perform api.fail(400, 'state: must be waiting, sending, sent or parked');
	end if;
	perform api.plan_for_many();
	with found as materialized (                 -- not what they say: that may be much
		select id from outbox.letters l
		 where (to_webhook is null or l.webhook_id = to_webhook)
		   and (in_state is null or (l.state = case in_state when 'sending' then 'waiting' else in_state end
		        and outbox.is_claimed(l.state, l.lease, l.due_at, clock_timestamp()) = (in_state = 'sending')))
		   and (of_kind is null or l.kind = of_kind) and l.channel = coalesce(by_channel, l.channel) and (l.channel <> 'live' or by_channel = 'live')
	)
	select (select count(*) from found),
	       array(select hermes_api.letter_members(f, req->>'base', false)
	               from outbox.letters f
	              where id in (select id from found order by id desc limit page_limit offset page_offset) order by id desc)
	  into total, texts;
	return api.ok(api.page(req, page_limit, page_offset) || ',"totalLetters":' || total
	              || ',"letters":' || api.objects_list(texts));
end
$$;

-- hermes_api.letters_get(req) -> the letter with its content                           GET /api/v1/letters/{id}
--   fails  WE403, WE404
create or replace function hermes_api.letters_get(req jsonb) returns api.answer
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor text := people.must_be_administrator(req);
begin
	return api.ok(hermes_api.letter_members(hermes_api.letter_of_path(req), req->>'base', true));
end
$$;

-- hermes_api.letters_retry(req) -> the letter, due now                                 POST /api/v1/letters/{id}/retry
--   One that was parked, or waits for its next try.       fails  WE403, WE404, WE409 sent, or a courier has it
create or replace function hermes_api.letters_retry(req jsonb) returns api.answer
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor text := people.must_be_administrator(req);
	l     outbox.letters := hermes_api.letter_of_path(req);
begin
	if not outbox.letters_retry(l.id, clock_timestamp()) then
		perform api.fail(409, format('Letter %s is %s', l.id, hermes_api.letter_state(hermes_api.letter_of_path(req))));
	end if;
	perform people.audited(req, 'retry', 'letter', array[l.id]);
	return api.ok(hermes_api.letter_members(hermes_api.letter_of_path(req), req->>'base', true));
end
$$;

create or replace function hermes_api.letter_state(l outbox.letters) returns text
language plpgsql stable as $$
begin
	return case when outbox.is_claimed(l.state, l.lease, l.due_at, clock_timestamp()) then 'sending' else l.state end;
end
$$;

-- hermes_api.letter_members(letter, base, content): content: with what it says. Secrets are never part of a letter.
create or replace function hermes_api.letter_members(l outbox.letters, base text, content boolean) returns text
language plpgsql stable as $$
begin
	return '"id":' || l.id || ',"channel":' || api.json(l.channel) || ',"kind":' || api.json(l.kind)
	       || ',"state":' || api.json(hermes_api.letter_state(l)) || ',"key":' || api.json(l.key::text)
	       || ',"questId":' || api.json(l.quest_id) || ',"webhookId":' || api.json(l.webhook_id)
	       || ',"recipients":' || coalesce((l.content->'recipients')::text, 'null')
	       || ',"subject":' || coalesce((l.content->'subject')::text, 'null')
	       || ',"attempts":' || l.attempts || ',"error":' || api.json(l.error)
	       || ',"madeTime":' || api.json(l.made_at)
	       || ',"dueTime":' || case l.state when 'waiting' then api.json(l.due_at) else 'null' end
	       || ',"settledTime":' || api.json(l.settled_at)
	       || ',"href":' || api.json(base || '/letters/' || l.id)
	       || case when content then ',"content":' || l.content::text else '' end;
end
$$;

create or replace function hermes_api.letter_of_path(req jsonb) returns outbox.letters
language plpgsql stable as $$
declare
	l outbox.letters;
begin
	select * into l from outbox.letters where id = api.path_id(req, 'id');
	if not found then
		perform api.fail(404, format('No such Letter %s found', req->'path'->>'id'));
	end if;
	return l;
end
$$;
