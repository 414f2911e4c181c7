-- What is in what (polemarch.txt Sublists, polemarch-behaviour.md section 6): hosts and groups of groups and of inventories, and
-- whatever a project has. The path says of which object, and which kind.

-- polemarch_api.sublists_get(req) -> [id, ...] of what it holds itself                 GET /{objects}/{id}/hosts|groups|inventories/
--   fails  WE404, WE403, WE409 a group of the other sort
create or replace function polemarch_api.sublists_get(req jsonb) returns api.answer
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor text := people.must_be_signed_in(req);
	s     polemarch_api.sublist := polemarch_api.sublist_of_path(req, 'see');
begin
	return polemarch_api.ok('[' || array_to_string(inventory.parts_of(s.kind, s.id, s.part_kind), ',') || ']');
end
$$;

-- polemarch_api.sublists_add(req) -> {total, operated, not_found, failed_list}         POST /{objects}/{id}/hosts|groups|inventories/
--   body   [id, ...]; those that the actor does not see are passed over, and listed in failed_list. Of hosts also {names: [name, ...],
--          create}: all of these names that the actor sees; create: a name by which he sees none is made a HOST, his own
--   fails  WE404, WE403, WE409, WE400 no list of ids, or a group would be in itself
create or replace function polemarch_api.sublists_add(req jsonb) returns api.answer
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
	return polemarch_api.sublist_change(req, 'add');
end
$$;

-- polemarch_api.sublists_replace(req) -> as above: exactly these                       PUT /{objects}/{id}/hosts|groups|inventories/
create or replace function polemarch_api.sublists_replace(req jsonb) returns api.answer
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
	return polemarch_api.sublist_change(req, 'replace');
end
$$;

-- polemarch_api.sublists_remove(req) -> as above: without these                        DELETE /{objects}/{id}/hosts|groups|inventories/
create or replace function polemarch_api.sublists_remove(req jsonb) returns api.answer
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
	return polemarch_api.sublist_change(req, 'remove');
end
$$;

-- polemarch_api.sublist_change(req, how): add, replace or remove what the body lists.
create or replace function polemarch_api.sublist_change(req jsonb, how text) returns api.answer
language plpgsql as $$
declare
	actor text := people.must_be_signed_in(req);
	s     polemarch_api.sublist := polemarch_api.sublist_of_path(req, 'link');
	sent  bigint[];
	seen  bigint[];
	circle text;
begin
	if s.part_kind = 'host' and polemarch_api.are_names(req->'body') then
		return polemarch_api.sublist_change_by_name(req, how);
	end if;
	-- The list before the lock: who changes what is in what makes all others wait.
	sent := polemarch_api.sent_ids(req->'body');
	perform people.rights_own();
	s := polemarch_api.sublist_of_path(req, 'link');
	seen := people.may_each((req->>'actor')::bigint, 'see', s.part_kind, sent);
	if how <> 'remove' then
		circle := people.parts_circle(s.kind, s.id, s.part_kind, seen);
		perform polemarch_api.fail(400, jsonb_build_object('error_type', 'CiclicDependencyError', 'detail', 'A cyclic dependence was found. '
			|| case circle when 'self' then 'The group can not refer to itself.' else 'The group has a dependence on itself.' end))
		  where circle is not null;
	end if;
	perform polemarch_api.sublist_put(req, how, s, seen);
	return polemarch_api.ok(polemarch_api.sublist_told(req->'body', sent, seen));
end
$$;

-- polemarch_api.sublist_put(req, how, sublist, ids): these, which the actor sees, are added to it, replace what it has, or are removed.
create or replace function polemarch_api.sublist_put(req jsonb, how text, s polemarch_api.sublist, ids bigint[]) returns void
language plpgsql as $$
begin
	case how
	when 'add' then perform people.parts_add(s.kind, s.id, s.part_kind, ids);
	when 'replace' then perform people.parts_replace(s.kind, s.id, s.part_kind, ids);
	when 'remove' then perform people.parts_remove(s.kind, s.id, s.part_kind, ids);
	end case;
	perform people.audited(req, how || ' ' || polemarch_api.plural(s.part_kind), s.kind::text, array[s.id],
	                       jsonb_build_object('n', cardinality(ids), 'ids', to_jsonb(ids[1:100])));
	perform outbox.changed(s.kind::text, array[s.id]);
end
$$;

-- ---- hosts by their names ----

-- polemarch_api.sublist_change_by_name(req, how): as polemarch_api.sublist_change, of the hosts that have the names in the body.
create or replace function polemarch_api.sublist_change_by_name(req jsonb, how text) returns api.answer
language plpgsql as $$
declare
	s       polemarch_api.sublist;
	names   text[];
	making  boolean := how <> 'remove' and polemarch_api.sent_create(req->'body');
	named   record;
	missing text[];
	made    bigint[] := '{}'::bigint[];
begin
	perform polemarch_api.names_refused('names', polemarch_api.names_error(req->'body'->'names', 0));
	names := polemarch_api.names_sent(req->'body'->'names');
	if api.many(cardinality(names)) then
		perform api.plan_for_many();
	end if;
	if making then
		-- Looked at before the lock, and again with it: who changes what is in what makes all others wait.
		named := polemarch_api.hosts_of_names(req, names);
		perform polemarch_api.must_be_new_hosts(named.missing);
		missing := named.missing;
	end if;
	perform people.rights_own();
	s := polemarch_api.sublist_of_path(req, 'link');
	named := polemarch_api.hosts_of_names(req, names);
	if making and named.missing <> '{}' then
		perform polemarch_api.must_be_new_hosts(array(select unnest(named.missing) except select unnest(missing)));
		made := inventory.hosts_add(named.missing, array_fill('HOST'::text, array[cardinality(named.missing)]),
		                            array_fill('{}'::jsonb, array[cardinality(named.missing)]),
		                            array_fill('{}'::jsonb, array[cardinality(named.missing)]), (req->>'actor')::bigint);
		perform polemarch_api.told(req, 'create', 'host', made, jsonb_build_object('names', to_jsonb(named.missing[1:100])));
		named.missing := '{}';
	end if;
	perform polemarch_api.sublist_put(req, how, s, named.ids || made);
	return polemarch_api.ok('{"total":' || cardinality(names) || ',"operated":' || cardinality(names) - cardinality(named.missing)
	                        || ',"not_found":' || cardinality(named.missing) || ',"failed_list":' || to_json(named.missing)
	                        || ',"created":' || cardinality(made) || '}');
end
$$;

-- polemarch_api.hosts_of_names(req, names) -> the hosts with these names that the actor sees, and the names by which he sees none.
create or replace function polemarch_api.hosts_of_names(req jsonb, names text[], out ids bigint[], out missing text[])
language plpgsql stable as $$
declare
	principals bigint[] := people.principals((req->>'actor')::bigint);
begin
	with looked as materialized (
		-- Each by its name, whatever the planner thinks of: an index by kinds might seem as good to it, and answers no such question.
		select w.name, w.n, array(select o.id from inventory.objects o
		                           where o.name collate "C" = w.name and o.kind is not distinct from 'host'
		                             and (select v.id from people.visible v
		                                   where v.principal = any(principals) and v.kind = 'host' and v.id = o.id limit 1) is not null) as found
		  from unnest(names) with ordinality w (name, n)
	)
	select array(select unnest(l.found) as id from looked l order by id), array(select l.name from looked l where l.found = '{}' order by l.n)
	  into ids, missing;
end
$$;

-- polemarch_api.must_be_new_hosts(names): hosts may be called so.       fails  WE400
create or replace function polemarch_api.must_be_new_hosts(names text[]) returns void
language plpgsql stable as $$
declare
	wrong text;
begin
	select inventory.name_error(w, 'HOST', '{}') into wrong
	  from unnest(names) w where inventory.name_error(w, 'HOST', '{}') is not null limit 1;
	perform polemarch_api.names_refused('names', wrong);
end
$$;

-- polemarch_api.names_refused(field, error): there is none.       fails  WE400
create or replace function polemarch_api.names_refused(field text, error text) returns void
language plpgsql stable as $$
begin
	if error is not null then
		perform polemarch_api.fail(400, jsonb_build_object('detail', jsonb_build_object(field, jsonb_build_array(error))));
	end if;
end
$$;

-- polemarch_api.are_names(body) -> does it name hosts, not their ids?
create or replace function polemarch_api.are_names(body jsonb) returns boolean
language sql immutable as $$
	select coalesce(jsonb_typeof(body) = 'object' and body ? 'names', false)
$$;

-- polemarch_api.sent_create(body) -> are hosts that are not there to be made?       fails  WE400
create or replace function polemarch_api.sent_create(body jsonb) returns boolean
language plpgsql stable as $$
begin
	if body->>'create' is not null then
		perform polemarch_api.names_refused('create', polemarch_api.field_error(body->'create', polemarch_api.want('create', 'flag')));
	end if;
	return coalesce(polemarch_api.flag_word(body->'create'), false);
end
$$;

-- ---- ids ----

-- polemarch_api.sublist_told(body, sent, seen) -> what came of it.
create or replace function polemarch_api.sublist_told(body jsonb, sent bigint[], seen bigint[]) returns text
language plpgsql stable as $$
declare
	failed text[] := '{}'::text[];
begin
	if cardinality(seen) < cardinality(sent) then
		failed := array(select e::text from jsonb_array_elements(body) with ordinality b (e, n)
		                 where not exists (select from unnest(seen) s where s = sent[n]) order by n);
	end if;
	return '{"total":' || cardinality(sent) || ',"operated":' || cardinality(seen) || ',"not_found":' || cardinality(failed)
	       || ',"failed_list":[' || array_to_string(failed, ',') || ']}';
end
$$;

-- polemarch_api.sent_ids(body) -> the ids of a list; of none for {}. A number too large for any is -1.       fails  WE400
create or replace function polemarch_api.sent_ids(body jsonb) returns bigint[]
language plpgsql stable as $$
declare
	wrong text;
begin
	if body = '{}' then
		return '{}'::bigint[];
	end if;
	perform polemarch_api.must_be_list(body);
	select left(e #>> '{}', 60) into wrong from jsonb_array_elements(body) e
	 where jsonb_typeof(e) not in ('number', 'string') or e #>> '{}' !~ '^[ \t]*[+-]?[0-9]+[ \t]*$' limit 1;
	if found then
		perform polemarch_api.fail(400, jsonb_build_object('error_type', 'ValueError',
			'detail', format('invalid literal for int() with base 10: ''%s''', coalesce(wrong, 'None'))));
	end if;
	return array(select case when length(btrim(w)) <= 18 then w::bigint else -1 end
	               from jsonb_array_elements_text(body) with ordinality e (w, n) order by n);
end
$$;

create or replace function polemarch_api.plural(p_kind people.kind) returns text
language sql immutable as $$
	select case p_kind when 'inventory' then 'inventories' else p_kind || 's' end
$$;

-- polemarch_api.sublist_of_path(req, verb) -> of which object, and which kind; the actor may do that with the object.
--   fails  WE404, WE403, WE409 the group is of the other sort
create or replace function polemarch_api.sublist_of_path(req jsonb, verb text) returns polemarch_api.sublist
language plpgsql stable as $$
declare
	s    polemarch_api.sublist;
	last text := substring(split_part(req->>'url', '?', 1) from '([a-z]+)/?$');
begin
	s.kind := polemarch_api.kind_of_path(req);
	s.id := api.path_id(req, 'id');
	s.part_kind := polemarch_api.kind_named(last);
	if s.kind not in ('group', 'inventory', 'project') or (s.part_kind = 'inventory' and s.kind <> 'project') then
		perform polemarch_api.not_found();
	end if;
	perform polemarch_api.must(req, verb, s.kind, s.id);
	perform polemarch_api.fail(409, jsonb_build_array(case when g.children then 'Group is children.' else 'Group is not children.' end))
	   from inventory.groups g where s.kind = 'group' and g.id = s.id and g.children <> (s.part_kind = 'group');
	return s;
end
$$;
