-- Who may do what with hosts, groups, inventories, projects, templates and teams (polemarch-behaviour.md section 15).
--
-- A principal is whom rights belong to: a user's id; a team's id, negative; 0 for all superusers. A superuser stands for
-- {0} only, anyone else for himself and his teams. His role on an object is the highest of
--   OWNER      when he owns it, or is a superuser
--   as granted to one of his principals (people.grants)
--   EXECUTOR   when he sees it: because a role on another object is his which needs this one (people.parts), directly or
--              by others; or because it is a team of his
--
-- people.visible holds for each principal what it sees, and for how many reasons: one for owning it, one for a grant, one
-- for being superusers, one for being that team, and one for each object that has it as a part and is seen by the same
-- principal. (Superusers see every object; for them parts are no reasons.) What is no longer seen for any reason has no
-- row. people.visible_counts counts the rows.
--
-- Whatever changes objects, grants or parts owns the rights until its transaction ends; it says which reasons come and go,
-- and people.visible_change follows that downward. Who checks something first, and then relies on it, takes
-- people.rights_own() before the check.

-- people.principals(user) -> whom the user stands for; none where there is no such user.
create or replace function people.principals(p_user bigint) returns bigint[]
language plpgsql stable as $$
begin
	return coalesce((
		select case when u.superuser then '{0}'
		            else u.id || array(select -m.team_id from people.team_members m where m.user_id = u.id order by 1 desc) end
		  from people.users u where u.id = p_user), '{}');
end
$$;

-- people.rights_own(): until this transaction ends nobody else changes objects, grants or parts. Taken before any other
-- lock, but that on the key which secrets are sealed to, of which all take only their share. With it there are no deadlocks, and no reason is lost between two that each saw only half of it. Who waits keeps a
-- worker waiting: so not for long.       fails  55P03, which is a 503, after two seconds
create or replace function people.rights_own() returns void
language plpgsql set lock_timeout = '2s' as $$
begin
	perform pg_advisory_xact_lock(hashtext('people.rights'));
end
$$;

-- people.visible_change(ways): these reasons to see something come (n > 0) or go, and with them what they entail. Level by
-- level: whatever became visible, or ceased to be, adds or takes a reason to see each of its parts. No circle leads through
-- the parts, so this ends. The caller owns the rights.
create or replace function people.visible_change(p_ways people.way[]) returns void
language plpgsql as $$
declare
	level people.way[] := p_ways;
begin
	while cardinality(level) > 0 loop
		if api.many(cardinality(level)) then
			perform api.plan_for_many();
		end if;
		with changes as (
			select principal, kind, id, sum(n)::int as n from unnest(level) group by 1, 2, 3 having sum(n) <> 0
		), judged as materialized (
			-- Each by its key: this table is the largest, and the planner would rather read all of it.
			select c.principal, c.kind, c.id, c.n, v.ways as had, v.ctid as place
			  from changes c
			  left join lateral (select ways, ctid from people.visible
			                      where principal = c.principal and kind = c.kind and id = c.id limit 1) v on true
		), kept as (
			-- By its key, too: an update from `judged` may be planned to compare each with each.
			insert into people.visible (principal, kind, id, ways)
			select principal, kind, id, had + n from judged where had + n <> 0
			on conflict (principal, kind, id) do update set ways = excluded.ways
		), came as (
			insert into people.visible (principal, kind, id, ways)
			select principal, kind, id, n from judged where had is null order by 1, 2, 3
			returning principal, kind, id
		), went as (
			delete from people.visible
			 where ctid = any(array(select place from judged where had + n = 0))
			returning principal, kind, id
		), seen as (
			select principal, kind, id, 1 as n from came
			union all
			select principal, kind, id, -1 from went
		), counted as (
			insert into people.visible_counts as c (principal, kind, n)
			select principal, kind, sum(n) from seen group by 1, 2
			on conflict (principal, kind) do update set n = c.n + excluded.n
		)
		select array_agg(row(s.principal, p.part_kind, p.part_id, s.n)::people.way) into level
		  from seen s
		  join people.parts p on p.kind = s.kind and p.id = s.id
		 where s.principal <> 0 and s.kind not in ('host', 'team');
	end loop;
end
$$;

-- people.ways(principals, kind, ids, n) -> each of these principals has n more reasons to see each of these.
create or replace function people.ways(p_principals bigint[], p_kind people.kind, p_ids bigint[], p_n int)
returns people.way[]
language plpgsql immutable as $$
begin
	return array(select row(p, p_kind, i, p_n)::people.way from unnest(p_principals) p, unnest(p_ids) i);
end
$$;

-- ---- objects ----

-- people.objects_add(kind, ids, owner): there are these, and that user owns them. Ids are those of the kind's own table,
-- each given once.
create or replace function people.objects_add(p_kind people.kind, p_ids bigint[], p_owner bigint) returns void
language plpgsql as $$
begin
	perform people.rights_own();
	insert into people.objects (kind, id, owner_id) select p_kind, i, p_owner from unnest(p_ids) i;
	perform people.visible_change(people.ways(array[0, p_owner], p_kind, p_ids, 1));
	if p_kind = 'team' then
		perform people.visible_change(array(select row(-i, p_kind, i, 1)::people.way from unnest(p_ids) i));
	end if;
end
$$;

-- people.objects_remove(kind, ids): they are gone, with their grants and their places in other objects. What was seen only
-- through them is seen no more. Ids of nothing are passed over.
create or replace function people.objects_remove(p_kind people.kind, p_ids bigint[]) returns void
language plpgsql as $$
begin
	perform people.rights_own();
	if api.many(cardinality(p_ids)) then
		perform api.plan_for_many();
	end if;
	delete from people.grants where kind = p_kind and id = any(p_ids);
	delete from people.parts where part_kind = p_kind and part_id = any(p_ids);
	perform people.visible_change(array(select row(v.principal, v.kind, v.id, -v.ways)::people.way
	                                      from people.visible v where v.kind = p_kind and v.id = any(p_ids)));
	delete from people.parts where kind = p_kind and id = any(p_ids);
	delete from people.objects where kind = p_kind and id = any(p_ids);
end
$$;

-- people.owner_set(kind, id, owner): the object is that user's. The old owner keeps what grants give him.
create or replace function people.owner_set(p_kind people.kind, p_id bigint, p_owner bigint) returns void
language plpgsql as $$
declare
	old bigint;
begin
	perform people.rights_own();
	select owner_id into old from people.objects where kind = p_kind and id = p_id;
	update people.objects set owner_id = p_owner where kind = p_kind and id = p_id;
	if old <> p_owner then
		perform people.visible_change(people.ways(array[p_owner], p_kind, array[p_id], 1)
		                              || people.ways(array[old], p_kind, array[p_id], -1));
	end if;
end
$$;

-- people.objects_pass(from, to): whatever the one user owns is the other's.
create or replace function people.objects_pass(p_from bigint, p_to bigint) returns void
language plpgsql as $$
declare
	ways people.way[];
begin
	perform people.rights_own();
	with passed as (
		update people.objects set owner_id = p_to where owner_id = p_from returning kind, id
	)
	select array_agg(row(w.principal, p.kind, p.id, w.n)::people.way) into ways
	  from passed p, (values (p_to, 1), (p_from, -1)) w (principal, n);
	perform people.visible_change(ways);
end
$$;

-- people.principal_forget(principal): a user or team that is being deleted: its grants, and what it sees. What the user
-- owned has been passed on before; a team is also an object, for people.objects_remove.
create or replace function people.principal_forget(p_principal bigint) returns void
language plpgsql as $$
begin
	perform people.rights_own();
	assert p_principal <> 0 and not exists (select from people.objects where owner_id = p_principal),
	       'a principal that owns something is not forgotten';
	delete from people.grants where principal = p_principal;
	delete from people.visible where principal = p_principal;
	delete from people.visible_counts where principal = p_principal;
end
$$;

-- ---- grants ----

-- people.grants_put(kind, id, principals, roles): each of these principals, given once, has now the role that stands at its
-- place, and is the youngest of the object's grants; others stay. Roles up to MASTER.
create or replace function people.grants_put(
	p_kind people.kind, p_id bigint, p_principals bigint[], p_roles people.role[]
) returns void
language plpgsql as $$
declare
	had bigint[];
begin
	perform people.rights_own();
	with old as (
		delete from people.grants where kind = p_kind and id = p_id and principal = any(p_principals) returning principal
	)
	select array_agg(principal) into had from old;
	insert into people.grants (kind, id, principal, role)
	select p_kind, p_id, principal, role from unnest(p_principals, p_roles) with ordinality g (principal, role, n)
	 order by n;
	perform people.visible_change(people.ways(
		array(select unnest(p_principals) except select unnest(had)), p_kind, array[p_id], 1));
end
$$;

-- people.grants_remove(kind, id, principals): these have no grant on it any more, others stay.
create or replace function people.grants_remove(p_kind people.kind, p_id bigint, p_principals bigint[]) returns void
language plpgsql as $$
declare
	had bigint[];
begin
	perform people.rights_own();
	with old as (
		delete from people.grants where kind = p_kind and id = p_id and principal = any(p_principals) returning principal
	)
	select array_agg(principal) into had from old;
	perform people.visible_change(people.ways(had, p_kind, array[p_id], -1));
end
$$;

-- people.grants_replace(kind, id, principals, roles): exactly these grants, in that order.
create or replace function people.grants_replace(
	p_kind people.kind, p_id bigint, p_principals bigint[], p_roles people.role[]
) returns void
language plpgsql as $$
begin
	perform people.grants_put(p_kind, p_id, p_principals, p_roles);
	perform people.grants_remove(p_kind, p_id, array(
		select principal from people.grants where kind = p_kind and id = p_id
		except select unnest(p_principals)));
end
$$;

-- ---- parts ----

-- people.parts_circle(kind, id, part_kind, ids) -> would a circle close if these became parts of it? 'self': it is one of
-- them; 'longer': it is a part of one of them, directly or by others; null: no. Only groups hold their own kind, so only
-- they can. What parts it has already makes no difference.
create or replace function people.parts_circle(
	p_kind people.kind, p_id bigint, p_part_kind people.kind, p_ids bigint[]
) returns text
language plpgsql stable as $$
begin
	if p_kind <> p_part_kind then
		return null;
	elsif p_id = any(p_ids) then
		return 'self';
	end if;
	return (with recursive above as (
		select p_id as id
		union
		select p.id from above a
		  join people.parts p on p.part_kind = p_kind and p.part_id = a.id and p.kind = p_kind
	)
	select max('longer') from above where id = any(p_ids));
end
$$;

-- people.seers(kind, id) -> whose principals see it, but for the superusers.
create or replace function people.seers(p_kind people.kind, p_id bigint) returns bigint[]
language plpgsql stable as $$
begin
	return array(select principal from people.visible where kind = p_kind and id = p_id and principal <> 0);
end
$$;

-- people.parts_add(kind, id, part_kind, ids): these are parts of it, too. Ids of nothing, and of what is a part already, are
-- passed over.   fails  WE400 on a circle: callers ask people.parts_circle() first, to say it in their own words
create or replace function people.parts_add(
	p_kind people.kind, p_id bigint, p_part_kind people.kind, p_ids bigint[]
) returns void
language plpgsql as $$
begin
	perform people.rights_own();
	if people.parts_circle(p_kind, p_id, p_part_kind, p_ids) is not null then
		perform api.fail(400, format('%s %s would be a part of itself', p_kind, p_id));
	end if;
	perform people.parts_join(array(select row(p_kind, p_id, p_part_kind, i)::people.parts from unnest(p_ids) i));
end
$$;

-- people.parts_join(parts): each of these is a part of its object, too. Passed over as by people.parts_add; the caller owns the
-- rights, and knows that no circle closes.
create or replace function people.parts_join(p_parts people.parts[]) returns void
language plpgsql as $$
declare
	ways people.way[];
begin
	if api.many(cardinality(p_parts)) then
		perform api.plan_for_many();
	end if;
	with new as (
		insert into people.parts (kind, id, part_kind, part_id)
		select p.kind, p.id, p.part_kind, p.part_id
		  from unnest(p_parts) p
		       -- Each by its key: while others make many objects the planner may take the table for empty, and compare each with each.
		 where (select o.id from people.objects o where o.kind = p.kind and o.id = p.id limit 1) is not null
		   and (select o.id from people.objects o where o.kind = p.part_kind and o.id = p.part_id limit 1) is not null
		 order by p.kind, p.id, p.part_kind, p.part_id
		on conflict do nothing
		returning kind, id, part_kind, part_id
	), seers as (
		-- Asked once for each object, of which there are fewer than of parts.
		select v.principal, v.kind, v.id from (select distinct kind, id from new) n
		  join people.visible v on v.kind = n.kind and v.id = n.id and v.principal <> 0
	)
	select array_agg(row(s.principal, n.part_kind, n.part_id, 1)::people.way) into ways
	  from seers s join new n on n.kind = s.kind and n.id = s.id;
	perform people.visible_change(ways);
end
$$;

-- people.parts_remove(kind, id, part_kind, ids): these are no longer parts of it. Those that are none are passed over.
create or replace function people.parts_remove(
	p_kind people.kind, p_id bigint, p_part_kind people.kind, p_ids bigint[]
) returns void
language plpgsql as $$
declare
	removed bigint[];
begin
	perform people.rights_own();
	if api.many(cardinality(p_ids)) then
		perform api.plan_for_many();
	end if;
	with old as (
		-- Each by its key, whatever the planner thinks of: an object may have a hundred thousand parts.
		delete from people.parts
		 where ctid = any(array(select p.ctid
		                          from unnest(p_ids) i,
		                               lateral (select ctid from people.parts
		                                         where kind = p_kind and id = p_id and part_kind = p_part_kind
		                                           and part_id = i limit 1) p))
		returning part_id
	)
	select array_agg(part_id) into removed from old;
	perform people.visible_change(people.ways(people.seers(p_kind, p_id), p_part_kind, removed, -1));
end
$$;

-- people.parts_replace(kind, id, part_kind, ids): of that kind exactly these are its parts. What stays visible through
-- another part is not hidden in between.     fails  as people.parts_add
create or replace function people.parts_replace(
	p_kind people.kind, p_id bigint, p_part_kind people.kind, p_ids bigint[]
) returns void
language plpgsql as $$
begin
	perform people.parts_add(p_kind, p_id, p_part_kind, p_ids);
	perform people.parts_remove(p_kind, p_id, p_part_kind, array(
		select part_id from people.parts where kind = p_kind and id = p_id and part_kind = p_part_kind
		except select unnest(p_ids)));
end
$$;

-- people.rights_check() -> a row for each thing that is not as the law says, like fate.check(); none when all is well.
create or replace function people.rights_check() returns table (rule text, id text, found text)
language sql stable as $$
	with recursive reasons as (
		select owner_id as principal, kind, id from people.objects
		union all
		select -id, kind, id from people.objects where kind = 'team'
		union all
		select principal, kind, id from people.grants
	), seen as (
		select principal, kind, id from reasons
		union
		select s.principal, p.part_kind, p.part_id
		  from seen s join people.parts p on p.kind = s.kind and p.id = s.id
	), ways as (
		select principal, kind, id, count(*) as ways
		  from (select principal, kind, id from reasons
		        union all
		        select s.principal, p.part_kind, p.part_id
		          from seen s join people.parts p on p.kind = s.kind and p.id = s.id
		        union all
		        select 0, kind, id from people.objects) w
		 group by 1, 2, 3
	), inside as (
		select id, part_id from people.parts where kind = 'group' and part_kind = 'group'
		union
		select i.id, p.part_id
		  from inside i join people.parts p on p.kind = 'group' and p.id = i.part_id and p.part_kind = 'group'
	)
	select 'who sees what, and for how many reasons', concat_ws(' ', principal, kind, id),
	       format('%s, should be %s', coalesce(v.ways, 0), coalesce(w.ways, 0))
	  from ways w full join people.visible v using (principal, kind, id)
	 where v.ways is distinct from w.ways
	union all
	select 'what a principal sees is counted', concat_ws(' ', principal, kind),
	       format('%s, should be %s', coalesce(c.n, 0), coalesce(w.n, 0))
	  from (select principal, kind, count(*) as n from ways group by 1, 2) w
	  full join people.visible_counts c using (principal, kind)
	 where coalesce(c.n, 0) <> coalesce(w.n, 0)
	union all
	select 'a grant is of a user or a team that is there', g.seq::text, g::text
	  from people.grants g
	 where not exists (select from people.users u where u.id = g.principal)
	   and not exists (select from people.teams t where t.id = -g.principal)
	union all
	select 'a part and what it is a part of are there', concat_ws(' ', p.kind, p.id, p.part_kind, p.part_id), p::text
	  from people.parts p
	 where not exists (select from people.objects o where o.kind = p.kind and o.id = p.id)
	    or not exists (select from people.objects o where o.kind = p.part_kind and o.id = p.part_id)
	union all
	select 'nothing is a part of itself', concat_ws(' ', 'group', i.id), 'in a circle'
	  from inside i where i.id = i.part_id
$$;
