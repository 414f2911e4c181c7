-- Hooks: who is told of runs (beyond the document; polemarch-behaviour.md section 19). For superusers, for what is told is of
-- everybody's runs. How it is told is in sql/work/hooks.sql.

-- polemarch_api.must_be_superuser(req) -> who asks.       fails  WE401, WE403
create or replace function polemarch_api.must_be_superuser(req jsonb) returns text
language plpgsql stable as $$
declare
	name text := people.must_be_signed_in(req);
begin
	perform polemarch_api.forbidden() where not people.is_superuser(req);
	return name;
end
$$;

-- polemarch_api.hooks_types(req) -> {types: [...], when: {word: what it means}}        GET /hooks/types/
--   fails  WE403
create or replace function polemarch_api.hooks_types(req jsonb) returns api.answer
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor text := people.must_be_signed_in(req);
begin
	actor := polemarch_api.must_be_superuser(req);
	return polemarch_api.ok('{"types":["HTTP","SCRIPT"],"when":{"on_execution":"A run has begun","after_execution":"A run is over"}}');
end
$$;

-- polemarch_api.hooks_list(req) -> a page of hooks                                     GET /hooks/
--   query  id, id__not, name, name__not (parts of it), type, when, limit, offset       fails  WE403
create or replace function polemarch_api.hooks_list(req jsonb) returns api.answer
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor    text     := people.must_be_signed_in(req);
	among    bigint[] := polemarch_api.ids(req, 'id');
	but      bigint[] := polemarch_api.ids(req, 'id__not');
	part     text     := polemarch_api.query(req, 'name');
	part_not text     := polemarch_api.query(req, 'name__not');
	of_type  text     := polemarch_api.query(req, 'type');
	at       text     := polemarch_api.query(req, 'when');
	found    bigint[];
begin
	actor := polemarch_api.must_be_superuser(req);
	found := array(select h.id from work.hooks h
	                where (among is null or h.id = any(among)) and (but is null or h.id <> all(but))
	                  and (part is null or strpos(h.name, part) > 0) and (part_not is null or strpos(h.name, part_not) = 0)
	                  and (of_type is null or h.type = of_type) and (at is null or h."when" = at) order by h.id);
	return polemarch_api.page(req, cardinality(found), array(
		select polemarch_api.hook_members(h) from work.hooks h
		 where h.id = any(found) order by h.id limit polemarch_api.limit(req) offset polemarch_api.offset(req)));
end
$$;

-- polemarch_api.hooks_create(req) -> the hook                                          POST /hooks/
--   body   name, type (HTTP, SCRIPT), when (on_execution, after_execution; null: both), recipients: URLs, or names of executables in the
--          folder of the setting hooks_dir, with ` | ` between       fails  WE403, WE400, WE415 unknown type
create or replace function polemarch_api.hooks_create(req jsonb) returns api.answer
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor text := people.must_be_signed_in(req);
	given jsonb;
	h     work.hooks;
begin
	actor := polemarch_api.must_be_superuser(req);
	given := polemarch_api.hook_fields(req);
	perform polemarch_api.must_be_recipients(req, given->>'type', given->>'recipients');
	insert into work.hooks (name, type, "when", recipients)
	values (given->>'name', given->>'type', given->>'when', given->>'recipients') returning * into h;
	perform people.audited(req, 'create', 'hook', array[h.id], given - 'recipients'), outbox.changed('runhook', array[h.id]);
	return polemarch_api.created(req, '/hooks/' || h.id || '/', '{' || polemarch_api.hook_members(h) || '}');
end
$$;

-- polemarch_api.hooks_get(req) -> the hook                                             GET /hooks/{id}/
--   fails  WE403, WE404
create or replace function polemarch_api.hooks_get(req jsonb) returns api.answer
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor text := people.must_be_signed_in(req);
begin
	actor := polemarch_api.must_be_superuser(req);
	return polemarch_api.ok('{' || polemarch_api.hook_members(polemarch_api.hook_of_path(req)) || '}');
end
$$;

-- polemarch_api.hooks_update(req) -> the hook                                          PATCH, PUT /hooks/{id}/
--   body   as for making one. What was to be told before goes to whom it was to go.       fails  WE403, WE404, WE400, WE415
create or replace function polemarch_api.hooks_update(req jsonb) returns api.answer
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor text := people.must_be_signed_in(req);
	given jsonb;
	h     work.hooks;
begin
	actor := polemarch_api.must_be_superuser(req);
	perform from work.hooks where id = api.path_id(req, 'id') for update;
	h := polemarch_api.hook_of_path(req);
	given := polemarch_api.hook_fields(req);
	h.name := coalesce(given->>'name', h.name);
	h.type := coalesce(given->>'type', h.type);
	h."when" := case when given ? 'when' then given->>'when' else h."when" end;
	h.recipients := coalesce(given->>'recipients', h.recipients);
	perform polemarch_api.must_be_recipients(req, h.type, h.recipients) where given ?| '{type,recipients}';
	update work.hooks set name = h.name, type = h.type, "when" = h."when", recipients = h.recipients where id = h.id;
	perform people.audited(req, 'update', 'hook', array[h.id], given - 'recipients'), outbox.changed('runhook', array[h.id]);
	return polemarch_api.ok('{' || polemarch_api.hook_members(h) || '}');
end
$$;

-- polemarch_api.hooks_delete(req) -> nothing                                           DELETE /hooks/{id}/
--   What it was still to be told is gone, too.       fails  WE403, WE404
create or replace function polemarch_api.hooks_delete(req jsonb) returns api.answer
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor text := people.must_be_signed_in(req);
	h     work.hooks;
begin
	actor := polemarch_api.must_be_superuser(req);
	h := polemarch_api.hook_of_path(req);
	perform work.hook_delete(h.id), people.audited(req, 'delete', 'hook', array[h.id], jsonb_build_object('name', h.name)),
	        outbox.changed('runhook', array[h.id]);
	return polemarch_api.gone();
end
$$;

create or replace function polemarch_api.hook_of_path(req jsonb) returns work.hooks
language plpgsql stable as $$
declare
	h work.hooks;
begin
	select * into h from work.hooks where id = api.path_id(req, 'id');
	if not found then
		perform polemarch_api.not_found();
	end if;
	return h;
end
$$;

create or replace function polemarch_api.hook_members(h work.hooks) returns text
language plpgsql stable as $$
begin
	return '"id":' || h.id || ',"name":' || api.json(h.name) || ',"type":"' || h.type || '","when":' || api.json(h."when")
	       || ',"recipients":' || api.json(h.recipients);
end
$$;

-- polemarch_api.hook_fields(req) -> the body's fields of a hook, cleaned; `when` null where it is null or empty.       fails  WE400, WE415
create or replace function polemarch_api.hook_fields(req jsonb) returns jsonb
language plpgsql stable as $$
declare
	body  jsonb   := polemarch_api.object(req);
	always boolean := body ? 'when' and coalesce(body->'when' #>> '{}', '') = '';
	given jsonb   := polemarch_api.fields(case when always then req #- '{body,when}' else req end,
		polemarch_api.want('name', 'line', needed => true, most => 512),
		polemarch_api.want('type', 'text', needed => true, most => 32),
		polemarch_api.want('when', 'text', most => 32),
		polemarch_api.want('recipients', 'line', needed => true, most => 16384));
begin
	perform polemarch_api.fail(415, format('Unknown type %s.', given->>'type')) where given->>'type' not in ('HTTP', 'SCRIPT');
	perform polemarch_api.fail(400, jsonb_build_object('when', jsonb_build_array(format('"%s" is not a valid choice.', given->>'when'))))
	  where given->>'when' not in ('on_execution', 'after_execution');
	return case when always then given || '{"when": null}' else given end;
end
$$;

-- polemarch_api.must_be_recipients(req, type, recipients): each is one that such a hook can tell. Whether the executable is there is
-- seen when it is run, maybe on another machine.       fails  WE400
create or replace function polemarch_api.must_be_recipients(req jsonb, p_type text, recipients text) returns void
language plpgsql stable as $$
declare
	each text[] := work.recipients_of(recipients);
	why  text   := case when cardinality(each) not between 1 and 20 then 'Ensure there are 1 to 20 recipients.'
	                    when p_type = 'HTTP' and exists (select from unnest(each) r where not api.is_http_url(r) or length(r) > 2048)
	                    then 'Recipients must be http or https URLs.'
	                    when p_type = 'HTTP' and exists (select from unnest(each) r where api.has_login(r))
	                    then 'Recipients must have no user or password in them, for they are shown.'
	                    when p_type = 'SCRIPT' and (coalesce(req->'settings'->>'hooksDir', '') = ''
	                                                or exists (select from unnest(each) r where r ~ '/|^\.' or length(r) > 255))
	                    then 'Recipients must be in hooks dir.' end;
begin
	perform polemarch_api.fail(400, jsonb_build_object('detail', jsonb_build_object('recipients', jsonb_build_array(why))))
	  where why is not null;
end
$$;
