-- Who is told of runs (polemarch-behaviour.md section 19): each recipient of a hook by a letter of its own. Those of type HTTP are sent
-- as webhooks are, the others run by fcgi-app/courier/script.c.

-- work.recipients_of(text) -> the recipients that a hook names.
create or replace function work.recipients_of(recipients text) returns text[]
language plpgsql immutable as $$
begin
	return array_remove(regexp_split_to_array(btrim(recipients), '\s*\|\s*'), '');
end
$$;

-- work.runs_tell(ids): hooks hear that these runs have begun (they are RUN), or are over.
create or replace function work.runs_tell(p_ids bigint[]) returns void
language plpgsql as $$
begin
	if not exists (select from work.hooks) then
		return;
	end if;
	insert into outbox.letters (channel, kind, receiver, content, made_at, due_at)
	select case h.type when 'HTTP' then 'webhook' else 'script' end, 'run', 'hook ' || h.id || ' ' || t.n,
	       case h.type when 'HTTP'
	       then jsonb_build_object('hook', h.id, 'url', t.recipient, 'type', 'application/x-www-form-urlencoded',
	                               'body', 'type=' || s."when" || '&payload=' || api.segment(s.payload))
	       else jsonb_build_object('hook', h.id, 'script', t.recipient, 'when', s."when", 'payload', s.payload) end,
	       clock_timestamp(), clock_timestamp()
	  from (select r.id, w."when", work.run_told(r, w."when") as payload
	          from work.runs r, lateral (select case r.status when 'RUN' then 'on_execution' else 'after_execution' end) w ("when")
	         where r.id = any(p_ids)) s
	  join work.hooks h on coalesce(h."when", s."when") = s."when",
	       unnest(work.recipients_of(h.recipients)) with ordinality t (recipient, n)
	 order by s.id, h.id, t.n;
end
$$;

-- work.run_told(run, when) -> what a hook is told of it, as Polemarch's are. No arguments: they may be secrets.
create or replace function work.run_told(r work.runs, p_when text) returns text
language plpgsql stable as $$
begin
	return '{"execution_type":"' || r.kind || '","when":"' || p_when || '","target":{"name":' || api.json(r.mode)
		|| ',"inventory":' || coalesce(work.object_told('inventory', r.inventory_id), api.json(r.inventory_path))
		|| ',"project":' || coalesce(work.object_told('project', r.project_id), 'null')
		|| '},"history":{"id":' || r.id || ',"start_time":' || work.time_told(r.start_time)
		|| case when r.stop_time is not null then ',"stop_time":' || work.time_told(r.stop_time) || ',"status":"' || r.status || '"' else '' end
		|| ',"initiator":{"initiator_type":"' || r.initiator_type || '","initiator_id":' || api.json(r.initiator) || ',"name":'
		|| api.json(case r.initiator_type when 'users' then (select username from people.users where id = r.initiator)
		            else (select name from inventory.objects where kind = 'periodic_task' and id = r.initiator) end) || '}}}';
end
$$;

create or replace function work.object_told(p_kind people.kind, p_id bigint) returns text
language plpgsql stable as $$
begin
	return (select '{"id":' || o.id || ',"name":' || api.json(o.name) || '}' from inventory.objects o where o.kind = p_kind and o.id = p_id);
end
$$;

create or replace function work.time_told(value timestamptz) returns text
language plpgsql immutable as $$
begin
	return to_char(value at time zone 'UTC', '"\""YYYY-MM-DD"T"HH24:MI:SS.US"Z\""');
end
$$;

-- work.hook_delete(id): it is told nothing more, nor what still waits for it.
create or replace function work.hook_delete(p_id bigint) returns void
language plpgsql as $$
begin
	delete from work.hooks where id = p_id;
	delete from outbox.letters where kind = 'run' and state <> 'sent' and content->'hook' = to_jsonb(p_id);
end
$$;
