-- What a user may do with an object, and which objects a user sees, by what people/rights.sql has written out. A list that has
-- filters of its own looks into people.visible itself.

-- people.role_of(user, kind, id) -> the user's role on it; null: none, or there is no such object.
create or replace function people.role_of(p_user bigint, p_kind people.kind, p_id bigint) returns people.role
language plpgsql stable as $$
declare
	mine bigint[] := people.principals(p_user);
begin
	return (select case when 0 = any(mine) or o.owner_id = any(mine) then 'OWNER'
	                    else coalesce((select max(g.role) from people.grants g
	                                    where g.kind = p_kind and g.id = p_id and g.principal = any(mine)),
	                                  case when exists (select from people.visible v
	                                                     where v.principal = any(mine) and v.kind = p_kind and v.id = p_id)
	                                       then 'EXECUTOR'::people.role end) end
	          from people.objects o where o.kind = p_kind and o.id = p_id);
end
$$;

-- people.roles_of(user, kind, ids) -> people.role_of for each of these, at its place.
create or replace function people.roles_of(p_user bigint, p_kind people.kind, p_ids bigint[]) returns people.role[]
language plpgsql stable as $$
declare
	mine bigint[] := people.principals(p_user);
begin
	if api.many(cardinality(p_ids)) then
		perform api.plan_for_many();
	end if;
	return array(
		select case when o.owner_id is null then null
		            when 0 = any(mine) or o.owner_id = any(mine) then 'OWNER'::people.role
		            else coalesce((select max(g.role) from people.grants g
		                            where g.kind = p_kind and g.id = i.id and g.principal = any(mine)),
		                          case when exists (select from people.visible v
		                                             where v.principal = any(mine) and v.kind = p_kind and v.id = i.id)
		                               then 'EXECUTOR'::people.role end) end
		  from unnest(p_ids) with ordinality i (id, n)
		  left join lateral (select owner_id from people.objects where kind = p_kind and id = i.id limit 1) o on true
		 order by i.n);
end
$$;

-- people.access(kind, id) -> a row for each reason for which somebody sees it: who (a principal, but not the superusers' 0), the role on
-- it that this gives, and why:
--   owner     he owns it
--   grant     that role was granted to him
--   members   it is this team itself
--   part      he has a role on this other object, which needs it, directly or by others
create or replace function people.access(p_kind people.kind, p_id bigint)
returns table (who bigint, gives people.role, why text, of_kind people.kind, of_id bigint)
language plpgsql stable as $$
begin
	return query
		with recursive above as (
			select p_kind as kind, p_id as id
			union
			select p.kind, p.id from above a join people.parts p on p.part_kind = a.kind and p.part_id = a.id
		), roles as (
			select o.owner_id as who, 'OWNER'::people.role as role, 'owner' as why, o.kind, o.id
			  from above a join people.objects o on o.kind = a.kind and o.id = a.id
			union all
			select g.principal, g.role, 'grant', g.kind, g.id from above a join people.grants g on g.kind = a.kind and g.id = a.id
			union all
			select -p_id, 'EXECUTOR', 'members', p_kind, p_id from people.teams t where p_kind = 'team' and t.id = p_id
		)
		select r.who, r.role, r.why, r.kind, r.id from roles r where r.kind = p_kind and r.id = p_id
		union all
		select distinct r.who, 'EXECUTOR'::people.role, 'part', r.kind, r.id from roles r where (r.kind, r.id) <> (p_kind, p_id);
end
$$;

-- people.role_needed(verb) -> the least role that may do it: see, execute, sync; edit, delete, link (put something into it
-- or take it out); grant; own (make it another's).
create or replace function people.role_needed(verb text) returns people.role
language plpgsql immutable as $$
declare
	needed people.role := case when verb in ('see', 'execute', 'sync') then 'EXECUTOR'::people.role
	                           when verb in ('edit', 'delete', 'link') then 'EDITOR'
	                           when verb = 'grant' then 'MASTER'
	                           when verb = 'own' then 'OWNER' end;
begin
	if needed is null then
		raise exception 'there is no verb %', verb;
	end if;
	return needed;
end
$$;

-- people.may(user, verb, kind, id) -> may the user do that with it? With what is not there nobody may anything.
create or replace function people.may(p_user bigint, verb text, p_kind people.kind, p_id bigint) returns boolean
language plpgsql stable as $$
begin
	return coalesce(people.role_of(p_user, p_kind, p_id) >= people.role_needed(verb), false);
end
$$;

-- people.may_each(user, verb, kind, ids) -> those of the ids with which the user may, in the order and as often as given.
create or replace function people.may_each(p_user bigint, verb text, p_kind people.kind, p_ids bigint[]) returns bigint[]
language plpgsql stable as $$
declare
	mine   bigint[]    := people.principals(p_user);
	needed people.role := people.role_needed(verb);
begin
	if api.many(cardinality(p_ids)) then
		perform api.plan_for_many();
	end if;
	if needed = 'EXECUTOR' then
		-- Each by its key, whatever the planner thinks of.
		return array(select i.id from unnest(p_ids) with ordinality i (id, n)
		              where (select v.id from people.visible v
		                      where v.principal = any(mine) and v.kind = p_kind and v.id = i.id limit 1) is not null
		              order by i.n);
	end if;
	return array(select i.id from unnest(p_ids) with ordinality i (id, n)
	               join people.objects o on o.kind = p_kind and o.id = i.id
	              where 0 = any(mine) or o.owner_id = any(mine)
	                 or exists (select from people.grants g
	                             where g.kind = p_kind and g.id = i.id and g.principal = any(mine) and g.role >= needed)
	              order by i.n);
end
$$;

-- people.may_run(user, verb, project, inventory, initiator) -> may the user `see`, `cancel` or `delete` the record of a run?
--   project     null: it is gone
--   inventory   null: it was a file of the project; 0: it is gone, and with it who might see the record by it
--   initiator            the user who started it; null: none did
create or replace function people.may_run(
	p_user bigint, verb text, p_project bigint, p_inventory bigint, p_initiator bigint
) returns boolean
language plpgsql stable as $$
declare
	on_project   people.role := people.role_of(p_user, 'project', p_project);
	on_inventory people.role := people.role_of(p_user, 'inventory', p_inventory);
begin
	if verb not in ('see', 'cancel', 'delete') then
		raise exception 'there is no verb % for a run', verb;
	elsif 0 = any(people.principals(p_user)) then
		return true;
	elsif p_project is null then
		return coalesce(p_initiator = p_user, false);
	elsif verb = 'delete' then
		return coalesce(case when p_inventory is null then on_project else on_inventory end >= 'EDITOR', false);
	end if;
	return coalesce(p_initiator = p_user, false) or coalesce(on_project >= 'EDITOR', false)
	       or coalesce(on_inventory >= 'EDITOR', false)
	       or on_project is not null and (p_inventory is null or on_inventory is not null);
end
$$;

-- ---- lists ----

-- people.visible_ids(principals, kind) -> what they see, once for each of the principals. For the lists of other tables:
--   where h.id in (select v from people.visible_ids(principals, 'host') v)
-- In that form, in FROM, the planner puts it in line and asks the index for each h, once it knows the size of the tables; as
-- `select people.visible_ids()` it would be called, and all of it read. A list without filters asks people.visible_page.
create or replace function people.visible_ids(p_principals bigint[], p_kind people.kind) returns setof bigint
language sql stable as $$
	select id from people.visible where principal = any(p_principals) and kind = p_kind
$$;

-- people.editable_ids(principals, kind) -> that on which one of them has EDITOR or more. To be used likewise.
create or replace function people.editable_ids(p_principals bigint[], p_kind people.kind) returns setof bigint
language sql stable as $$
	select id from people.grants where principal = any(p_principals) and kind = p_kind and role >= 'EDITOR'
	union all
	select id from people.objects where owner_id = any(p_principals) and kind = p_kind
	union all
	select id from people.objects where 0 = any(p_principals) and kind = p_kind
$$;

-- people.visible_page(principals, kind, limit, offset) -> ids of what they see, ascending. limit null: all. Each of them
-- gives its first ids, as many as are shown and skipped: together these hold the page.
create or replace function people.visible_page(
	p_principals bigint[], p_kind people.kind, page_limit bigint, page_offset bigint
) returns bigint[]
language plpgsql stable as $$
begin
	if cardinality(p_principals) = 1 then
		return array(select id from people.visible where principal = p_principals[1] and kind = p_kind
		              order by id limit page_limit offset page_offset);
	end if;
	return array(select distinct v.id
	               from unnest(p_principals) p,
	                    lateral (select id from people.visible where principal = p and kind = p_kind
	                              order by id limit page_limit + page_offset) v
	              order by v.id limit page_limit offset page_offset);
end
$$;

-- people.visible_count(principals, kind) -> how many that are. What the one of them sees that sees most is counted already; to
-- it comes what the others see and it does not. Where that is much to look up, it is cheaper to go through all of it.
create or replace function people.visible_count(p_principals bigint[], p_kind people.kind) returns bigint
language plpgsql stable as $$
declare
	total  bigint;
	most   bigint;
	sorted bigint[];
begin
	select sum(n)::bigint, max(n), array_agg(principal order by n desc) into total, most, sorted
	  from people.visible_counts where principal = any(p_principals) and kind = p_kind;
	if total - most > most / 8 then
		return (select count(distinct id) from people.visible where principal = any(p_principals) and kind = p_kind);
	end if;
	-- Looked up one by one, whatever the planner thinks of.
	return coalesce(most, 0) + (
		select count(distinct v.id) from people.visible v
		 where v.principal = any(sorted[2:]) and v.kind = p_kind
		   and (select f.id from people.visible f
		         where f.principal = sorted[1] and f.kind = p_kind and f.id = v.id limit 1) is null);
end
$$;
