-- Webhooks (beyond the documents): who is told of events by HTTP. For administrators: a webhook makes this server send
-- requests.

-- hermes_api.webhooks_list(req) -> {limit, offset, totalWebhooks, webhooks}            GET /api/v1/webhooks
--   query  limit, offset       fails  WE400 bad number, WE403
create or replace function hermes_api.webhooks_list(req jsonb) returns api.answer
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor       text   := people.must_be_administrator(req);
	page_limit  bigint := api.query_limit(req);
	page_offset bigint := api.query_offset(req);
begin
	return api.ok(api.page(req, page_limit, page_offset)
		|| ',"totalWebhooks":' || (select count(*) from outbox.webhooks)
		|| ',"webhooks":' || api.objects_list(array(
		       select hermes_api.webhook_members(w, req->>'base')
		         from (select * from outbox.webhooks order by id limit page_limit offset page_offset) w order by w.id)));
end
$$;

-- hermes_api.webhooks_create(req) -> the webhook                                       POST /api/v1/webhooks
--   body   url (http or https); secret, by which bodies are signed; eventTypes [{category and/or state}, ...], all
--          unless given; active       fails  WE400, WE403
create or replace function hermes_api.webhooks_create(req jsonb) returns api.answer
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor text := people.must_be_administrator(req);
	w     outbox.webhooks;
begin
	perform api.must_have(req->'body', 'url');
	w := hermes_api.webhook_of_body(req->'body', null);
	insert into outbox.webhooks (url, secret, event_types, active, made_by, made_at)
	values (w.url, w.secret, w.event_types, w.active, actor, clock_timestamp()) returning * into w;
	perform people.audited(req, 'create', 'webhook', array[w.id]), outbox.changed('webhook', array[w.id]);
	return api.created((req->>'mount') || '/webhooks/' || w.id, hermes_api.webhook_members(w, req->>'base'));
end
$$;

-- hermes_api.webhooks_get(req) -> the webhook                                          GET /api/v1/webhooks/{id}
--   fails  WE403, WE404
create or replace function hermes_api.webhooks_get(req jsonb) returns api.answer
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor text := people.must_be_administrator(req);
begin
	return api.ok(hermes_api.webhook_members(hermes_api.webhook_of_path(req), req->>'base'));
end
$$;

-- hermes_api.webhooks_update(req) -> the webhook                                       PUT /api/v1/webhooks/{id}
--   body   as for making one; what is not given stays       fails  WE400, WE403, WE404
create or replace function hermes_api.webhooks_update(req jsonb) returns api.answer
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor text := people.must_be_administrator(req);
	w     outbox.webhooks;
begin
	w := hermes_api.webhook_of_body(req->'body', hermes_api.webhook_of_path(req));
	update outbox.webhooks set url = w.url, secret = w.secret, event_types = w.event_types, active = w.active
	 where id = w.id returning * into w;
	if not found then         -- deleted a moment ago
		w := hermes_api.webhook_of_path(req);
	end if;
	perform people.audited(req, 'update', 'webhook', array[w.id]), outbox.changed('webhook', array[w.id]);
	return api.ok(hermes_api.webhook_members(w, req->>'base'));
end
$$;

-- hermes_api.webhooks_delete(req) -> {}                                                DELETE /api/v1/webhooks/{id}
--   Its letters go with it.       fails  WE403, WE404
create or replace function hermes_api.webhooks_delete(req jsonb) returns api.answer
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor text := people.must_be_administrator(req);
	w     outbox.webhooks := hermes_api.webhook_of_path(req);
begin
	delete from outbox.webhooks where id = w.id;
	perform people.audited(req, 'delete', 'webhook', array[w.id]), outbox.changed('webhook', array[w.id]);
	return api.ok('"href":' || api.json((req->>'base') || '/webhooks/' || w.id));
end
$$;

-- hermes_api.webhook_of_body(body, webhook) -> the webhook with what the body says, or WE400.
create or replace function hermes_api.webhook_of_body(body jsonb, w outbox.webhooks) returns outbox.webhooks
language plpgsql stable as $$
begin
	if body ? 'url' then
		w.url := api.line_needed(body, 'url', 2048);
		perform api.fail(400, 'url: must begin with http:// or https:// and a host') where not api.is_http_url(w.url);
		perform api.fail(400, 'url: must have no user or password in it, for it is shown') where api.has_login(w.url);
	end if;
	if body ? 'secret' then
		w.secret := nullif(api.text(body, 'secret', 256), '');
	end if;
	if body ? 'eventTypes' then
		w.event_types := hermes_api.webhook_filter(body);
	end if;
	w.active := api.flag(body, 'active', coalesce(w.active, true));
	return w;
end
$$;

create or replace function hermes_api.webhook_filter(body jsonb) returns jsonb
language plpgsql stable as $$
begin
	if jsonb_typeof(body->'eventTypes') = 'null' then
		return null;
	end if;
	if jsonb_array_length(api.objects(body, 'eventTypes')) > 100 then
		perform api.fail(400, 'eventTypes: more than 100');
	end if;
	perform api.text(t, 'category', 64), api.text(t, 'state', 32),
	        case when coalesce(t->>'category', t->>'state') is null then api.fail(400, 'eventTypes: each needs category, state or both') end
	   from jsonb_array_elements(api.objects(body, 'eventTypes')) t;
	return (select coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object('category', t->'category', 'state', t->'state'))
	                                  order by i), '[]')
	          from jsonb_array_elements(body->'eventTypes') with ordinality e (t, i));
end
$$;

-- The secret is not told: only that there is one.
create or replace function hermes_api.webhook_members(w outbox.webhooks, base text) returns text
language plpgsql stable as $$
begin
	return '"id":' || w.id || ',"url":' || api.json(w.url) || ',"signed":' || api.json(w.secret is not null)
	       || ',"eventTypes":' || coalesce(w.event_types::text, 'null') || ',"active":' || api.json(w.active)
	       || ',"creator":' || api.json(w.made_by) || ',"creationTime":' || api.json(w.made_at)
	       || ',"href":' || api.json(base || '/webhooks/' || w.id);
end
$$;

create or replace function hermes_api.webhook_of_path(req jsonb) returns outbox.webhooks
language plpgsql stable as $$
declare
	w outbox.webhooks;
begin
	select * into w from outbox.webhooks where id = api.path_id(req, 'id');
	if not found then
		perform api.fail(404, format('No such Webhook %s found', req->'path'->>'id'));
	end if;
	return w;
end
$$;
