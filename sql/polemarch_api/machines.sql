-- The machines that an inventory means, by their names. Beyond the document.

-- polemarch_api.inventories_machines(req) -> a page of them by name, each once         GET /inventories/{id}/machines/
--   query  name (part of it), limit, offset       fails  WE404, WE403
create or replace function polemarch_api.inventories_machines(req jsonb) returns api.answer
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor     text := people.must_be_signed_in(req);
	o         inventory.objects := polemarch_api.object_of_path(req, 'see', 'inventory');
	part      text   := api.containing(polemarch_api.query(req, 'name'));
	page_from bigint := polemarch_api.offset(req);
	page_size bigint := polemarch_api.limit(req);
	names     text[];
	total     bigint;
begin
	perform inventory.plan(o.id);
	with found as materialized (
		select m as name from inventory.machine_names(o.id) m where part is null or m like part
	)
	select (select count(*) from found), array(select f.name from found f order by f.name limit page_size offset page_from) into total, names;
	return polemarch_api.page(req, total, array(select '"name":' || api.json(n) from unnest(names) with ordinality u (n, i) order by i));
end
$$;

-- polemarch_api.inventories_machines_check(req) -> {total, operated, not_found, failed_list}   POST /inventories/{id}/machines/
--   Which of these it means: of those that it does not, the first hundred are listed. Nothing is changed.
--   body   [name, ...]       fails  WE404, WE403, WE400
create or replace function polemarch_api.inventories_machines_check(req jsonb) returns api.answer
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor   text := people.must_be_signed_in(req);
	o       inventory.objects := polemarch_api.object_of_path(req, 'see', 'inventory');
	error   text := polemarch_api.names_error(req->'body', 0);
	names   text[];
	missing text[];
begin
	if error is not null then
		perform polemarch_api.fail(400, jsonb_build_object('non_field_errors', jsonb_build_array(error)));
	end if;
	names := polemarch_api.names_sent(req->'body');
	missing := inventory.names_missing(o.id, names);
	return polemarch_api.ok('{"total":' || cardinality(names) || ',"operated":' || cardinality(names) - cardinality(missing)
		|| ',"not_found":' || cardinality(missing) || ',"failed_list":' || api.list(missing[1:100]) || '}');
end
$$;

-- polemarch_api.names_error(value, fewest) -> what is wrong with a list of at least so many names of machines, or null.
create or replace function polemarch_api.names_error(value jsonb, fewest int) returns text
language plpgsql immutable as $$
begin
	return case when jsonb_typeof(value) is distinct from 'array'
	            then 'Expected a list of items but got type "' || polemarch_api.python_type(coalesce(value, 'null')) || '".'
	            when jsonb_array_length(value) < fewest then 'This list may not be empty.'
	            when jsonb_array_length(value) > 100000 then 'Ensure this field has no more than 100000 elements.'
	            when exists (select from jsonb_array_elements(value) e (name)
	                          where jsonb_typeof(name) <> 'string' or length(polemarch_api.trimmed(name #>> '{}')) not between 1 and 512
	                             or name #>> '{}' ~ '[[:cntrl:]]')
	            then 'A name is a text of 1 to 512 characters in one line.' end;
end
$$;

-- polemarch_api.names_sent(value) -> the names of a list that is good, without white space around them, each once, in their order.
create or replace function polemarch_api.names_sent(value jsonb) returns text[]
language plpgsql immutable as $$
begin
	return array(select name
	               from (select polemarch_api.trimmed(e) as name, n from jsonb_array_elements_text(value) with ordinality u (e, n)) sent
	              group by name order by min(n));
end
$$;
