-- What the installed Ansible can do (polemarch.txt Ansible, polemarch-behaviour.md section 17), as a runner has found out.

-- polemarch_api.ansible(req) -> {cli-reference, modules}: addresses                    GET /ansible/
create or replace function polemarch_api.ansible(req jsonb) returns api.answer
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor text := people.must_be_signed_in(req);
begin
	return polemarch_api.ok('{"cli-reference":' || polemarch_api.url(req, '/ansible/cli_reference/')
	                        || ',"modules":' || polemarch_api.url(req, '/ansible/modules/') || '}');
end
$$;

-- polemarch_api.ansible_cli_reference(req) -> {TOOL: {OPTION: {type, shortopts, help}}}   GET /ansible/cli_reference/
--   query  filter: one tool. Each has its own name, and those that Polemarch gives it.       fails  WE503 no runner has been here yet
create or replace function polemarch_api.ansible_cli_reference(req jsonb) returns api.answer
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor  text := people.must_be_signed_in(req);
	wanted text := polemarch_api.query(req, 'filter');
	module text := polemarch_api.options_json(work.options_of('ansible'));
	book   text := polemarch_api.options_json(work.options_of('ansible-playbook'));
begin
	return polemarch_api.ok('{' || coalesce((
		select string_agg('"' || t.name || '":' || case when t.of_module then module else book end, ',' order by t.n)
		  from (values (1, 'ansible', true), (2, 'ansible-playbook', false), (3, 'module', true), (4, 'playbook', false),
		               (5, 'periodic_module', true), (6, 'periodic_playbook', false)) t (n, name, of_module)
		 where wanted is null or t.name = wanted), '') || '}');
end
$$;

create or replace function polemarch_api.options_json(options jsonb) returns text
language plpgsql stable as $$
begin
	return (select '{' || coalesce(string_agg(api.json(key) || ':{"type":' || api.json(o->>'type')
	                                          || ',"shortopts":' || array_to_json(array(select jsonb_array_elements_text(o->'shortopts')))
	                                          || ',"help":' || api.json(o->>'help') || '}', ',' order by key collate "C"), '') || '}'
	          from jsonb_each(options) e (key, o));
end
$$;

-- polemarch_api.ansible_modules(req) -> [NAME, ...], sorted                            GET /ansible/modules/
--   query  filter: a regular expression, as Perl has them, that is searched in the names, whatever the letters' case (the worker
--          does it: hermes_api/ask.sql); detailed=1: [{path, data}, ...], fields=NAME,...: which of the documentation (module,
--          short_description)
--   fails  WE400 it is none, or takes too long; WE503 no runner has been here yet
create or replace function polemarch_api.ansible_modules(req jsonb) returns api.answer
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor   text   := people.must_be_signed_in(req);
	known   text   := work.reference_needed();
	pattern text   := polemarch_api.query(req, 'filter');
	fields  text[] := coalesce(polemarch_api.words(req, 'fields'), '{module,short_description}');
	told    jsonb  := req->'asked'->'modules';
	names   text[];
begin
	perform polemarch_api.fail(400, '{"fields": ["Ensure this field has no more than 100 elements."]}'::jsonb) where cardinality(fields) > 100;
	select r.names into names from work.ansible_reference r where r.version = known;
	if pattern is not null and told is null then
		return api.ask(jsonb_build_object('modules', jsonb_build_object('regex', pattern, 'texts', names)));
	end if;
	perform polemarch_api.fail(400, jsonb_build_object('detail', told->'error', 'error_type', 'error')) where told ? 'error';
	names := case when pattern is null then names else array(select jsonb_array_elements_text(told)) end;
	if polemarch_api.query(req, 'detailed') in ('1', 'true') then
		return polemarch_api.ok(polemarch_api.modules_json(known, names, fields));
	end if;
	return polemarch_api.ok(array_to_json(names)::text);
end
$$;

-- polemarch_api.modules_json(version, names, fields) -> [{path, data}, ...] of these modules.
create or replace function polemarch_api.modules_json(p_version text, names text[], fields text[]) returns text
language plpgsql stable as $$
declare
	docs jsonb;
begin
	select modules || '{}' into docs from work.ansible_reference where version = p_version;       -- read once, not for each module
	return api.objects_list(array(
		select '"path":' || api.json(m.name) || ',"data":{' || (
		           select string_agg(api.json(f.name) || ':' || coalesce((docs->m.name->f.name)::text, 'null'), ',' order by f.n)
		             from (select name, min(n) as n from unnest(fields) with ordinality u (name, n) group by name) f) || '}'
		  from unnest(names) with ordinality m (name, n) order by m.n));
end
$$;
