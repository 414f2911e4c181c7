-- Inventories as Ansible's own texts, in and out. (Ours: Polemarch has neither.)

-- polemarch_api.inventories_import(req) -> what was made                               POST /inventories/import/
--   body   name; text: an inventory; format ini or yaml (ini); dry_run: only tell what would be made. `ansible-inventory` reads the
--          text, which does not come here: the worker says how long it is (worker/ask.c).
--   answer {dry_run, id, url, name, hosts, groups, variables, secrets, left_out, new_machines, split}, 201; with dry_run 200,
--          without id and url. variables, secrets: how many; left_out: variables that are only
--          [~~ENCRYPTED~~] in the text; new_machines: names that the fleet has not heard of (100); split: groups that have hosts
--          and groups, and so become two
--   fails  WE400; by the worker 400 Ansible can't read it, 503 there is none, 504 it takes too long
create or replace function polemarch_api.inventories_import(req jsonb) returns api.answer
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor text  := people.must_be_signed_in(req);
	given jsonb := polemarch_api.fields(req,
		polemarch_api.want('name', 'line', most => 512, otherwise => polemarch_api.new_name()),
		polemarch_api.want('text', 'aside', needed => true),
		polemarch_api.want('format', 'text', most => 10, otherwise => '"ini"'),
		polemarch_api.want('dry_run', 'flag', otherwise => 'false'));
	dry   boolean := (given->>'dry_run')::boolean;
	told  jsonb   := req->'asked'->'inventory';
	fresh text[];
	made  bigint;
begin
	perform polemarch_api.must_be_form(given->>'format');
	if told is null then
		return api.ask(jsonb_build_object('inventory', jsonb_build_object('inventory', given->'format')));
	end if;
	perform api.plan_for_many();
	perform polemarch_api.fail(400, jsonb_build_object('text', jsonb_build_array(e)))
	   from inventory.import_error(told) e where e is not null;
	fresh := inventory.told_machines(told);
	if dry then
		return polemarch_api.ok(polemarch_api.import_json(req, given->>'name', told, fresh, null));
	end if;
	perform people.rights_own();
	made := inventory.import(told, given->>'name', (req->>'actor')::bigint);
	perform polemarch_api.told(req, 'import', 'inventory', array[made], jsonb_build_object('name', given->'name'));
	return polemarch_api.created(req, '/inventories/' || made || '/', polemarch_api.import_json(req, given->>'name', told, fresh, made));
end
$$;

-- polemarch_api.import_json(req, name, told, fresh, id) -> what is, or would be, made of what was told; id null: nothing was.
create or replace function polemarch_api.import_json(req jsonb, p_name text, told jsonb, fresh text[], p_id bigint) returns text
language plpgsql stable as $$
declare
	variables bigint;
	secrets   bigint;
	left_out  bigint;
begin
	select count(*) filter (where v.value <> '"[~~ENCRYPTED~~]"'),
	       count(*) filter (where v.value <> '"[~~ENCRYPTED~~]"' and v.key = any(inventory.secret_keys(t))),
	       count(*) filter (where v.value = '"[~~ENCRYPTED~~]"')
	  into variables, secrets, left_out from inventory.told_vars(told) t, jsonb_each(t) v;
	return '{"dry_run":' || api.json(p_id is null)
	       || coalesce(',"id":' || p_id || ',"url":' || polemarch_api.url(req, '/inventories/' || p_id || '/'), '')
	       || ',"name":' || api.json(p_name) || ',"hosts":' || (select count(*) from inventory.told_names(told))
	       || ',"groups":' || (select count(*) from inventory.told_groups(told))
	       || ',"variables":' || variables || ',"secrets":' || secrets || ',"left_out":' || left_out
	       || ',"new_machines":' || array_to_json(fresh[1:100]) || ',"split":'
	       || (select coalesce(json_agg(g.key order by g.key collate "C"), '[]') from jsonb_each(told - '{_meta,all,ungrouped}'::text[]) g
	            where g.value->'hosts' <> '[]' and g.value->'children' <> '[]') || '}';
end
$$;

-- polemarch_api.must_be_form(text): ini or yaml.       fails  WE400
create or replace function polemarch_api.must_be_form(form text) returns void
language plpgsql stable as $$
begin
	if form not in ('ini', 'yaml') then
		perform polemarch_api.fail(400, jsonb_build_object('format', jsonb_build_array(
			format('"%s" is neither ini nor yaml.', left(form, 60)))));
	end if;
end
$$;

-- polemarch_api.inventories_export(req) -> the text                                    GET /inventories/{id}/export/
--   query  format: ini or yaml (ini). Secrets are [~~ENCRYPTED~~].       fails  WE404, WE403, WE400
create or replace function polemarch_api.inventories_export(req jsonb) returns api.answer
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor text := people.must_be_signed_in(req);
	o     inventory.objects := polemarch_api.object_of_path(req, 'see', 'inventory');
	form  text := coalesce(polemarch_api.query(req, 'format'), 'ini');
begin
	perform polemarch_api.must_be_form(form);
	return row(200, null, case form when 'ini' then inventory.text(o.id) else inventory.yaml(o.id) end)::api.answer;
end
$$;
