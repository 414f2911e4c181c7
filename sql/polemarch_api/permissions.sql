-- Who may do what with an object (polemarch.txt ACL system, polemarch-behaviour.md section 15): for hosts, groups,
-- inventories, projects, templates and teams alike.

-- polemarch_api.permissions_get(req) -> [{member, role, member_type}], oldest first    GET /{objects}/{id}/permissions/
--   fails  WE404, WE403
create or replace function polemarch_api.permissions_get(req jsonb) returns api.answer
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor text := people.must_be_signed_in(req);
	kind  people.kind := polemarch_api.kind_of_path(req);
begin
	perform polemarch_api.must(req, 'see', kind, api.path_id(req, 'id'));
	return polemarch_api.ok(polemarch_api.permissions_json(kind, api.path_id(req, 'id')));
end
$$;

-- polemarch_api.permissions_add(req) -> all permissions                                POST /{objects}/{id}/permissions/
--   body   [{member, role, member_type}]: each sets that member's role       fails  WE404, WE403, WE400
create or replace function polemarch_api.permissions_add(req jsonb) returns api.answer
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
	return polemarch_api.permissions_change(req, 'add');
end
$$;

-- polemarch_api.permissions_replace(req) -> all permissions                            PUT /{objects}/{id}/permissions/
--   body   exactly what is to hold       fails  WE404, WE403, WE400
create or replace function polemarch_api.permissions_replace(req jsonb) returns api.answer
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
	return polemarch_api.permissions_change(req, 'replace');
end
$$;

-- polemarch_api.permissions_remove(req) -> all permissions                             DELETE /{objects}/{id}/permissions/
--   body   [{member, member_type}], whatever their roles       fails  WE404, WE403, WE400
create or replace function polemarch_api.permissions_remove(req jsonb) returns api.answer
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
	return polemarch_api.permissions_change(req, 'remove');
end
$$;

-- polemarch_api.permissions_change(req, how): add, replace or remove what the body lists.
create or replace function polemarch_api.permissions_change(req jsonb, how text) returns api.answer
language plpgsql as $$
declare
	actor      text := people.must_be_signed_in(req);
	kind       people.kind := polemarch_api.kind_of_path(req);
	object     bigint := api.path_id(req, 'id');
	principals bigint[];
	roles      people.role[];
	had        bigint[];
begin
	-- The list before the lock: who changes rights makes all others wait.
	perform polemarch_api.must(req, 'grant', kind, object);
	perform polemarch_api.must_be_permissions(req->'body', how <> 'remove');
	perform people.rights_own();
	perform polemarch_api.must(req, 'grant', kind, object);
	perform polemarch_api.must_be_members(req->'body') where how <> 'remove';
	had := polemarch_api.members(kind, object);
	select coalesce(array_agg(polemarch_api.principal(p) order by i), '{}'), coalesce(array_agg((p->>'role')::people.role order by i) filter (where how <> 'remove'), '{}')
	  into principals, roles from jsonb_array_elements(req->'body') with ordinality e (p, i);
	if how = 'add' then
		perform people.grants_put(kind, object, principals, roles);
	elsif how = 'replace' then
		perform people.grants_replace(kind, object, principals, roles);
	else
		perform people.grants_remove(kind, object, principals);
	end if;
	perform people.audited(req, how || ' permissions', kind::text, array[object], jsonb_build_object('permissions', (
		select coalesce(jsonb_agg(jsonb_build_object('member', (p->>'member')::bigint, 'member_type', p->'member_type',
		                                             'role', case when how <> 'remove' then p->'role' end) order by i), '[]')
		  from jsonb_array_elements(req->'body') with ordinality e (p, i)
		 where how <> 'remove' or polemarch_api.principal(p) = any(had)))),
	        polemarch_api.noticed(kind, array[object]);
	return polemarch_api.ok(polemarch_api.permissions_json(kind, object));
end
$$;

-- polemarch_api.members(kind, id) -> the principals to whom something is granted on it.
create or replace function polemarch_api.members(p_kind people.kind, p_id bigint) returns bigint[]
language plpgsql stable as $$
begin
	return array(select g.principal from people.grants g where g.kind = p_kind and g.id = p_id);
end
$$;

-- polemarch_api.must_be_permissions(body, roles): a list of members, each once, with roles that can be granted.
--   fails  WE400
create or replace function polemarch_api.must_be_permissions(body jsonb, roles boolean) returns void
language plpgsql stable as $$
declare
	wrong jsonb;
begin
	perform polemarch_api.must_be_list(body, 10000);
	select polemarch_api.permission_error(p, roles) into wrong
	  from jsonb_array_elements(body) p where polemarch_api.permission_error(p, roles) is not null limit 1;
	if wrong is not null then
		perform polemarch_api.fail(400, jsonb_build_object('detail', wrong));
	elsif exists (select from jsonb_array_elements(body) p group by polemarch_api.principal(p) having count(*) > 1) then
		perform polemarch_api.fail(400, '{"detail": "There is duplicates in your permissions set.", "error_type": "ValueError"}'::jsonb);
	end if;
end
$$;

-- polemarch_api.must_be_members(body): whom the list names exist.       fails  WE400
create or replace function polemarch_api.must_be_members(body jsonb) returns void
language plpgsql stable as $$
declare
	wrong jsonb;
begin
	select jsonb_build_array(format('Invalid pk "%s" - object does not exist.', p->>'member')) into wrong
	  from jsonb_array_elements(body) p
	 where not exists (select from people.users u where u.id = polemarch_api.principal(p))
	   and not exists (select from people.teams t where -t.id = polemarch_api.principal(p)) limit 1;
	if wrong is not null then
		perform polemarch_api.fail(400, jsonb_build_object('detail', jsonb_build_object('member', wrong)));
	end if;
end
$$;

create or replace function polemarch_api.permission_error(p jsonb, roles boolean) returns jsonb
language plpgsql immutable as $$
begin
	if jsonb_typeof(p) <> 'object' then
		return jsonb_build_object('non_field_errors', jsonb_build_array(
			format('Invalid data. Expected a dictionary, but got %s.', polemarch_api.python_type(p))));
	elsif coalesce(p->>'member_type', '') not in ('user', 'team') then
		return jsonb_build_object('member_type', jsonb_build_array(format('Unknown member type %s.', coalesce(left(p->>'member_type', 60), 'null'))));
	elsif coalesce(p->>'member', '') !~ '^[0-9]{1,18}$' then
		return jsonb_build_object('member', jsonb_build_array(
			format('Incorrect type. Expected pk value, received %s.', polemarch_api.python_type(coalesce(p->'member', 'null')))));
	elsif roles and coalesce(p->>'role', '') not in ('EXECUTOR', 'EDITOR', 'MASTER') then
		return jsonb_build_object('role', jsonb_build_array(format('Unknown role %s.', coalesce(left(p->>'role', 60), 'null'))));
	end if;
	return null;
end
$$;

-- polemarch_api.principal(permission) -> its member, as people.grants numbers it.
create or replace function polemarch_api.principal(p jsonb) returns bigint
language plpgsql immutable as $$
begin
	return case p->>'member_type' when 'team' then -1 else 1 end * (p->>'member')::bigint;
end
$$;

create or replace function polemarch_api.permissions_json(p_kind people.kind, p_id bigint) returns text
language plpgsql stable as $$
begin
	return api.objects_list(array(
		select '"member":' || abs(g.principal) || ',"role":"' || g.role || '","member_type":"'
		       || case when g.principal < 0 then 'team' else 'user' end || '"'
		  from people.grants g where g.kind = p_kind and g.id = p_id order by g.seq));
end
$$;

-- polemarch_api.access_get(req) -> {role, owner, superusers, access: [{member, ...}]}  GET /{objects}/{id}/access/
--   Beyond the document: who sees it, who may do what with it, and why; the highest role first, then by name. No more than a thousand:
--   "more": true where there are.       fails  WE404, WE403
create or replace function polemarch_api.access_get(req jsonb) returns api.answer
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor  text := people.must_be_signed_in(req);
	p_kind people.kind := polemarch_api.kind_of_path(req);
	object bigint := api.path_id(req, 'id');
	found  text[];
begin
	perform polemarch_api.must(req, 'see', p_kind, object);
	found := polemarch_api.access_rows(req, p_kind, object, 1001);
	return polemarch_api.ok((
		select '{"role":"' || people.role_of((req->>'actor')::bigint, p_kind, object)
		       || '","owner":{"id":' || u.id || ',"username":' || api.json(u.username)
		       || '},"superusers":' || (select count(*) from people.users s where s.superuser and s.active)
		       || ',"access":' || api.objects_list(found[1:1000]) || case when cardinality(found) > 1000 then ',"more":true' else '' end || '}'
		  from people.objects o join people.users u on u.id = o.owner_id where o.kind = p_kind and o.id = object));
end
$$;

-- polemarch_api.access_rows(req, kind, id, most) -> the members of who has access to it, at most so many, with twenty reasons at most.
create or replace function polemarch_api.access_rows(req jsonb, p_kind people.kind, p_id bigint, most int) returns text[]
language plpgsql stable as $$
declare
	mine bigint[] := people.principals((req->>'actor')::bigint);
begin
	perform api.plan_for_many();
	return array(
		with reasons as materialized (
			select a.*, row_number() over (partition by a.who order by a.why = 'part', a.why = 'grant', a.of_kind, a.of_id) as place
			  from people.access(p_kind, p_id) a
		), those as materialized (
			select w.who, w.role, coalesce(u.username, t.name) as name, w.reasons
			  from (select r.who, max(r.gives) as role, count(*) as reasons from reasons r group by r.who) w
			  left join people.users u on u.id = w.who
			  left join people.teams t on t.id = -w.who
			 order by w.role desc, coalesce(u.username, t.name) collate "C", w.who desc limit most
		), told as (
			select r.who, string_agg('{"kind":"' || case r.why when 'part' then r.of_kind::text else r.why end || '"'
			       || case r.why when 'grant' then ',"role":"' || r.gives || '"'
			                     when 'part' then ',"id":' || r.of_id || ',"name":' || api.json(case when v.id is not null then o.name end)
			                     else '' end || '}', ',' order by r.place) as by
			  from reasons r join those on those.who = r.who
			  left join inventory.objects o on r.why = 'part' and o.kind = r.of_kind and o.id = r.of_id
			  left join lateral (select s.id from people.visible s
			                      where s.principal = any(mine) and s.kind = r.of_kind and s.id = r.of_id limit 1) v on r.why = 'part'
			 where r.place <= 20
			 group by r.who
		)
		select '"member":' || abs(w.who) || ',"member_type":"' || case when w.who < 0 then 'team' else 'user' end
		       || '","name":' || api.json(w.name) || ',"role":"' || w.role || '","by":[' || told.by || ']'
		       || case when w.reasons > 20 then ',"more":true' else '' end
		  from those w join told on told.who = w.who
		 order by w.role desc, w.name collate "C", w.who desc);
end
$$;

-- polemarch_api.owner_get(req) -> the number of the user who owns it                   GET /{objects}/{id}/owner/
--   fails  WE404, WE403
create or replace function polemarch_api.owner_get(req jsonb) returns api.answer
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor  text := people.must_be_signed_in(req);
	p_kind people.kind := polemarch_api.kind_of_path(req);
begin
	perform polemarch_api.must(req, 'see', p_kind, api.path_id(req, 'id'));
	return polemarch_api.ok((select o.owner_id::text from people.objects o where o.kind = p_kind and o.id = api.path_id(req, 'id')));
end
$$;

-- polemarch_api.owner_set(req) -> {detail}                                             PUT /{objects}/{id}/owner/
--   body   the number of the user who shall own it       fails  WE404, WE403, WE400
create or replace function polemarch_api.owner_set(req jsonb) returns api.answer
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor  text := people.must_be_signed_in(req);
	kind   people.kind := polemarch_api.kind_of_path(req);
	object bigint := api.path_id(req, 'id');
	owner  bigint;
begin
	perform people.rights_own();
	perform polemarch_api.must(req, 'own', kind, object);
	if coalesce(req->>'body', '') !~ '^[0-9]{1,18}$' then
		perform polemarch_api.fail(400, jsonb_build_object('detail', jsonb_build_object('id', jsonb_build_array(
			format('Incorrect type. Expected pk value, received %s.', polemarch_api.python_type(coalesce(req->'body', 'null')))))));
	end if;
	select u.id into owner from people.users u where u.id = (req->>'body')::bigint and u.active for share;
	if owner is null then
		perform polemarch_api.fail(400, jsonb_build_object('detail', 'User matching query does not exist.', 'error_type', 'DoesNotExist'));
	end if;
	perform people.owner_set(kind, object, owner),
	        people.audited(req, 'change owner', kind::text, array[object], jsonb_build_object('owner', owner)),
	        polemarch_api.noticed(kind, array[object]);
	return polemarch_api.ok('{"detail":"Owner changed"}');
end
$$;

-- polemarch_api.owner_json(req, kind, id) -> the user who owns it.
create or replace function polemarch_api.owner_json(req jsonb, p_kind people.kind, p_id bigint) returns text
language plpgsql stable as $$
begin
	return (select '{' || polemarch_api.user_row(req, u) || '}' from people.objects o join people.users u on u.id = o.owner_id
	         where o.kind = p_kind and o.id = p_id);
end
$$;

-- polemarch_api.kind_of_path(req) -> the kind that the path names in the plural.       fails  WE404
create or replace function polemarch_api.kind_of_path(req jsonb) returns people.kind
language plpgsql stable as $$
begin
	return polemarch_api.kind_named(req->'path'->>'objects');
end
$$;

-- polemarch_api.kind_named(plural) -> the kind.       fails  WE404
create or replace function polemarch_api.kind_named(plural text) returns people.kind
language plpgsql stable as $$
begin
	if plural not in ('hosts', 'groups', 'inventories', 'projects', 'templates', 'teams') then
		perform polemarch_api.not_found();
	end if;
	return case plural when 'inventories' then 'inventory' else rtrim(plural, 's') end::people.kind;
end
$$;

-- polemarch_api.must(req, verb, kind, id): the actor may do that with it.       fails  WE404 there is none, WE403
create or replace function polemarch_api.must(req jsonb, verb text, p_kind people.kind, p_id bigint) returns void
language plpgsql stable as $$
begin
	if not exists (select from people.objects o where o.kind = p_kind and o.id = p_id) then
		perform polemarch_api.not_found();
	elsif not people.may((req->>'actor')::bigint, verb, p_kind, p_id) then
		perform polemarch_api.forbidden();
	end if;
end
$$;
