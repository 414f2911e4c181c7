-- Teams (polemarch.txt Teams, polemarch-behaviour.md section 14). Everybody may list them, for rights are granted to them;
-- what else may be done with one is a matter of rights (people/rights.sql), as for other objects.

-- polemarch_api.teams_list(req) -> a page of teams                                     GET /teams/
--   query  id, id__not, name, name__not (parts of it), limit, offset; member (a user: those that he is in, of which the actor sees that);
--          expand=owner, role (null: none)
create or replace function polemarch_api.teams_list(req jsonb) returns api.answer
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor    text     := people.must_be_signed_in(req);
	among    bigint[] := polemarch_api.ids(req, 'id');
	but      bigint[] := polemarch_api.ids(req, 'id__not');
	part     text     := polemarch_api.query(req, 'name');
	part_not text     := polemarch_api.query(req, 'name__not');
	member   bigint   := polemarch_api.query_id(req, 'member');
	his      bigint[] := case when member is not null then people.may_each((req->>'actor')::bigint, 'see', 'team', array(
		select team_id from people.team_members where user_id = member)) end;
	found    bigint[];
	ids      bigint[];
begin
	found := array(select id from people.teams t
	                where (among is null or t.id = any(among)) and (but is null or t.id <> all (but))
	                  and (part is null or strpos(t.name, part) > 0)
	                  and (part_not is null or strpos(t.name, part_not) = 0)
	                  and (his is null or t.id = any(his))
	                order by t.id);
	ids := array(select unnest(found) limit polemarch_api.limit(req) offset polemarch_api.offset(req));
	return polemarch_api.page(req, cardinality(found), array(
		select '"id":' || t.id || ',"name":' || api.json(t.name) || coalesce(i.rights, '')
		       || ',"url":' || polemarch_api.url(req, '/teams/' || t.id || '/')
		  from unnest(ids, polemarch_api.rights_asked(req, 'team', ids)) with ordinality i (id, rights, n)
		  join people.teams t on t.id = i.id order by i.n));
end
$$;

-- polemarch_api.teams_create(req) -> the team                                          POST /teams/
--   body   name; users_list [user, ...]; for superusers proxy_group: the sign-in proxy's group whose members are its own
--   fails  WE400
create or replace function polemarch_api.teams_create(req jsonb) returns api.answer
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor text := people.must_be_signed_in(req);
	given jsonb;
	t     people.teams;
begin
	perform people.rights_own();
	given := polemarch_api.team_fields(req, null);
	insert into people.teams (name, proxy_group) values (given->>'name', nullif(given->>'proxy_group', ''))
	returning * into t;
	perform people.objects_add('team', array[t.id], (req->>'actor')::bigint),
	        people.team_members_set(t.id, polemarch_api.listed(given->'users_list'));
	perform polemarch_api.told(req, 'create', 'team', array[t.id], polemarch_api.team_told(given, t.id));
	return polemarch_api.created(req, '/teams/' || t.id || '/', polemarch_api.team_json(req, t));
end
$$;

-- polemarch_api.teams_get(req) -> the team                                             GET /teams/{id}/
--   query  expand=role       fails  WE404, WE403
create or replace function polemarch_api.teams_get(req jsonb) returns api.answer
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor text := people.must_be_signed_in(req);
begin
	return polemarch_api.ok(polemarch_api.team_json(req, polemarch_api.team_of_path(req, 'see')));
end
$$;

-- polemarch_api.teams_update(req) -> the team                                          PATCH, PUT /teams/{id}/
--   body   as for making one; users_list are all its members       fails  WE404, WE403, WE400
create or replace function polemarch_api.teams_update(req jsonb) returns api.answer
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor text := people.must_be_signed_in(req);
	t     people.teams;
	given jsonb;
begin
	perform people.rights_own();
	t := polemarch_api.team_of_path(req, 'edit');
	given := polemarch_api.team_fields(req, t.id);
	update people.teams
	   set name = coalesce(given->>'name', name),
	       proxy_group = case when given ? 'proxy_group' then nullif(given->>'proxy_group', '') else proxy_group end
	 where id = t.id returning * into t;
	perform people.team_members_set(t.id, polemarch_api.listed(given->'users_list')) where given ? 'users_list';
	perform polemarch_api.told(req, 'update', 'team', array[t.id], polemarch_api.team_told(given, t.id));
	return polemarch_api.ok(polemarch_api.team_json(req, t));
end
$$;

-- polemarch_api.teams_delete(req) -> nothing                                           DELETE /teams/{id}/
--   What was granted to it is granted no more.       fails  WE404, WE403
create or replace function polemarch_api.teams_delete(req jsonb) returns api.answer
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor text := people.must_be_signed_in(req);
	t     people.teams;
begin
	perform people.rights_own();
	t := polemarch_api.team_of_path(req, 'delete');
	perform people.objects_remove('team', array[t.id]), people.principal_forget(-t.id);
	delete from people.teams where id = t.id;
	perform polemarch_api.told(req, 'delete', 'team', array[t.id], jsonb_build_object('name', t.name));
	return polemarch_api.gone();
end
$$;

-- polemarch_api.team_fields(req, id) -> the body's fields of a team, cleaned; id: the team that is changed.
--   fails  WE400, WE403
create or replace function polemarch_api.team_fields(req jsonb, p_id bigint) returns jsonb
language plpgsql stable as $$
declare
	given jsonb := polemarch_api.fields(req,
		polemarch_api.want('name', 'line', needed => true, most => 80),
		polemarch_api.want('users_list', 'ids', most => 10000),
		polemarch_api.want('proxy_group', 'line', most => 255, blank => true));
begin
	if exists (select from people.teams t where t.name = given->>'name' and t.id is distinct from p_id) then
		perform polemarch_api.fail(400, '{"name": ["team with this name already exists."]}'::jsonb);
	elsif given ? 'proxy_group' and not people.is_superuser(req) then
		perform polemarch_api.forbidden();
	elsif exists (select from people.teams t where t.proxy_group = given->>'proxy_group' and t.id is distinct from p_id) then
		perform polemarch_api.fail(400, '{"proxy_group": ["team with this group already exists."]}'::jsonb);
	end if;
	return given;
end
$$;

-- polemarch_api.team_told(given, id) -> what the audit says of these fields: of members, those who really are.
create or replace function polemarch_api.team_told(given jsonb, p_id bigint) returns jsonb
language plpgsql stable as $$
begin
	if given ? 'users_list' then
		return jsonb_set(given, '{users_list}', to_jsonb(array(
			select m.user_id from people.team_members m where m.team_id = p_id order by m.user_id)));
	end if;
	return given;
end
$$;

-- polemarch_api.listed(ids) -> the numbers of a JSON array.
create or replace function polemarch_api.listed(ids jsonb) returns bigint[]
language plpgsql immutable as $$
begin
	return array(select e::bigint from jsonb_array_elements_text(coalesce(ids, '[]')) e);
end
$$;

create or replace function polemarch_api.team_json(req jsonb, t people.teams) returns text
language plpgsql stable as $$
declare
	members people.users[] := array(select u from people.team_members m join people.users u on u.id = m.user_id
	                                 where m.team_id = t.id order by u.id);
begin
	return '{"id":' || t.id || ',"name":' || api.json(t.name)
	       || ',"users":' || api.objects_list(array(select polemarch_api.user_row(req, u) from unnest(members) u))
	       || ',"users_list":[' || coalesce((select string_agg(u.id::text, ',') from unnest(members) u), '')
	       || '],"owner":' || polemarch_api.owner_json(req, 'team', t.id)
	       || coalesce(',"proxy_group":' || to_json(t.proxy_group)::text, '') || polemarch_api.role_asked(req, 'team', t.id)
	       || ',"url":' || polemarch_api.url(req, '/teams/' || t.id || '/') || '}';
end
$$;

-- polemarch_api.team_of_path(req, verb) -> the team that the path names, with which the actor may do that.
--   fails  WE404, WE403
create or replace function polemarch_api.team_of_path(req jsonb, verb text) returns people.teams
language plpgsql stable as $$
declare
	t people.teams;
begin
	select * into t from people.teams where id = api.path_id(req, 'id');
	perform polemarch_api.must(req, verb, 'team', api.path_id(req, 'id'));
	return t;
end
$$;
