-- What the shepherd of a run may call (fcgi-app/runner/record.c). Each function is told the run's token; who has it no more gets null,
-- and stops.

-- runner_api.run_held(id, token) -> the run, locked, with a new lease; null: it is somebody else's, or over.
create or replace function runner_api.run_held(p_id bigint, p_token uuid) returns work.runs
language plpgsql as $$
declare
	r work.runs;
begin
	update work.runs set lease_until = clock_timestamp() + runner_api.lease()
	 where id = p_id and token = p_token and status = 'RUN' returning * into r;
	return r;
end
$$;

-- runner_api.run_beat(id, token) -> true: somebody is at it.
create or replace function runner_api.run_beat(p_id bigint, p_token uuid) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
	r work.runs := runner_api.run_held(p_id, p_token);
begin
	-- Nobody minds if it is lost: no need to wait for the disk.
	perform set_config('synchronous_commit', 'off', true);
	return nullif(r.id is not null, false);
end
$$;

-- runner_api.run_asked(id, token) -> is it to be stopped? Changes nothing, so it may be asked often.
create or replace function runner_api.run_asked(p_id bigint, p_token uuid) returns boolean
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
	return (select cancel_at is not null from work.runs where id = p_id and token = p_token and status = 'RUN');
end
$$;

-- runner_api.run_begin(id, token) -> all that the shepherd must know:
--	{"kind", "mode", "pattern", "arguments", "sealed", "day",
--	 "project": {"id", "type", "repository", "branch", "sealed", "revision", "status", "status_detail"},
--	 "inventory": {"path"}, {"pieces": [{"text", "form", "key", "sealed"}]} (inventory.pieces), or {"refused": why there is none}}
-- From now on the run has its text and its revision, and tells which of the machines that were named are left out.
create or replace function runner_api.run_begin(p_id bigint, p_token uuid) returns json
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
	r       work.runs := runner_api.run_held(p_id, p_token);
	pieces  json;
	named   text[];
	gone    text[];
	refused text;
begin
	if r.id is null then
		return null;
	end if;
	perform work.line_partitions_ensure(current_date);
	named := (select names from work.run_targets where run_id = p_id);
	if r.bare then
		r.raw_inventory := inventory.bare_text(named);
		pieces := json_build_array(json_build_object('text', r.raw_inventory));
	elsif r.inventory_id is not null then
		gone := case when named is not null then inventory.names_missing(r.inventory_id, named) end;
		-- Without hosts it would be an inventory that Ansible takes as well.
		refused := case when gone = named then 'None of its hosts is in the inventory any more.' end;
		select coalesce(json_agg(json_build_object('text', p.text, 'form', p.form, 'key', p.key, 'sealed', p.sealed->'sealed') order by p.n), '[]'),
		       string_agg(p.text || case when p.key is not null then '[~~ENCRYPTED~~]' else '' end, '' order by p.n)
		  into pieces, r.raw_inventory from inventory.pieces(r.inventory_id, named) p;
	end if;
	update work.runs set output_day = current_date, raw_inventory = case when refused is null then r.raw_inventory end,
	       status_detail = case when refused is null and gone <> '{}'
	                            then format('No longer in the inventory: %s.', inventory.names_told(gone)) end,
	       revision = (select case o.vars->>'repo_type' when 'MANUAL' then 'NO VCS' else p.revision end
	                     from work.projects p join inventory.objects o on o.kind = 'project' and o.id = p.id where p.id = r.project_id)
	 where id = p_id returning * into r;
	return json_build_object(
		'kind', r.kind, 'mode', r.mode, 'pattern', r.host_pattern, 'arguments', r.arguments, 'day', r.output_day,
		'sealed', coalesce((select work.boxes(o.sealed) from inventory.objects o where o.kind = 'run' and o.id = p_id), '{}'),
		'project', (select json_build_object('id', p.id, 'type', o.vars->>'repo_type', 'repository', p.repository,
		                                     'branch', o.vars->>'repo_branch', 'sealed', work.boxes(o.sealed), 'revision', p.revision,
		                                     'status', p.status, 'status_detail', p.status_detail)
		              from work.projects p join inventory.objects o on o.kind = 'project' and o.id = p.id where p.id = r.project_id),
		'inventory', case when r.inventory_path is not null then json_build_object('path', r.inventory_path)
		                  when refused is not null then json_build_object('refused', refused)
		                  when r.bare or r.inventory_id is not null then json_build_object('pieces', pieces) end);
end
$$;

-- work.boxes(sealed) -> {key: box}, without what the database says about them.
create or replace function work.boxes(p_sealed jsonb) returns jsonb
language plpgsql immutable as $$
begin
	return (select coalesce(jsonb_object_agg(s.key, s.value->'sealed'), '{}') from jsonb_each(p_sealed) s);
end
$$;

-- runner_api.run_resume(id, token) -> {"kind", "day", "lines", "cancel"}: how far it is, for who goes on with it; null: it is not ours.
create or replace function runner_api.run_resume(p_id bigint, p_token uuid) returns jsonb
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
	r work.runs := runner_api.run_held(p_id, p_token);
begin
	return case when r.id is not null
	       then jsonb_build_object('kind', r.kind, 'day', r.output_day, 'lines', r.lines, 'cancel', r.cancel_at is not null) end;
end
$$;

-- work.masked(text) -> the text of an inventory file, whose passwords nobody has told us: what stands after a hidden key is not shown.
create or replace function work.masked(p_text text) returns text
language plpgsql immutable as $$
begin
	-- KEY=VALUE, KEY: VALUE, "KEY": VALUE; the value a text in quotes, a block of YAML, or what comes before white space.
	return regexp_replace(p_text, '\m(' || array_to_string(inventory.hidden_keys(), '|') || ')("?''?\s*[=:]\s*)'
	                              '([|>][-+0-9]*[ \t]*(\n+[ \t]+[^\n]*)+|"([^"\\]|\\.)*"|''[^'']*''|(\\.|\S)+)',
	                      '\1\2[~~ENCRYPTED~~]', 'g');
end
$$;

-- runner_api.run_started(id, token, args, inventory) -> true: by this command. inventory: the text of a file of the project.
create or replace function runner_api.run_started(p_id bigint, p_token uuid, p_args text, p_inventory text) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
	update work.runs set raw_args = coalesce(p_args, raw_args), raw_inventory = coalesce(work.masked(p_inventory), raw_inventory)
	 where id = p_id and token = p_token and status = 'RUN';
	return nullif(found, false);
end
$$;

-- runner_api.lines_stored(id, token, first, last) -> is it to be stopped? These lines were just stored, in this transaction, by COPY.
--   fails  WE409 the line before the first is not the last that is there
create or replace function runner_api.lines_stored(p_id bigint, p_token uuid, p_first int, p_last int) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
	r work.runs;
begin
	select * into r from work.runs where id = p_id and token = p_token and status = 'RUN' for update;
	if r.id is null then
		perform api.fail(404, 'the run is not ours any more');
	elsif r.lines <> p_first - 1 then
		perform api.fail(409, format('%s lines are there, not %s', r.lines, p_first - 1));
	end if;
	update work.runs set lines = p_last, lease_until = clock_timestamp() + runner_api.lease() where id = p_id;
	return r.cancel_at is not null;
end
$$;

-- runner_api.hosts_started(id, token, names) -> true: the run has come to these machines.
create or replace function runner_api.hosts_started(p_id bigint, p_token uuid, p_names text[]) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
	r     work.runs := runner_api.run_held(p_id, p_token);
	hosts bigint[];
begin
	if r.id is null then
		return null;
	end if;
	if api.many(cardinality(p_names)) then
		perform api.plan_for_many();
	end if;
	with new as (
		insert into work.run_hosts (run_id, name, host_id)
		select p_id, n, f.id from (select distinct n from unnest(p_names) n) d left join fate.hosts f on f.hostname = d.n
		on conflict do nothing returning host_id
	)
	select array_agg(host_id order by host_id) into hosts from new where host_id is not null;
	perform work.events_throw(r, hosts, 'started');
	return true;
end
$$;

-- runner_api.run_settle(id, token, status, detail, results) -> true: it is over.
--   results   {"hosts": [{"name", "outcome", "ok", "changed", "unreachable", "failed", "skipped", "rescued", "ignored", "task", "message"}],
--              "facts": [{"name", "status", "facts": a JSON object as text}], "lines": how many are there,
--              "unknown": what came of other machines that it had come to can't be told}
--   fails  WE409 there are not so many lines
create or replace function runner_api.run_settle(p_id bigint, p_token uuid, p_status text, p_detail text, results jsonb) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
	r work.runs := runner_api.run_held(p_id, p_token);
begin
	if r.id is null then
		return null;
	elsif r.lines <> (results->>'lines')::int then
		perform api.fail(409, format('%s lines are there, not %s', r.lines, results->>'lines'));
	end if;
	perform work.run_end(r, p_status, p_detail, results->'hosts', results->'facts',
	                     case when (results->>'unknown')::boolean then 'unknown' else 'interrupted' end, clock_timestamp());
	return true;
end
$$;
