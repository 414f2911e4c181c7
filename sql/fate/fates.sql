-- Fates: which event opens a labor, and which closes it (hermes-behaviour.md section 2).

-- fate.fates_circle(id, follows) -> would this fate, following that one, follow itself?
create or replace function fate.fates_circle(p_id int, p_follows int) returns boolean
language plpgsql stable as $$
begin
	return (with recursive above as (
		select p_follows as id
		union
		select f.follows_id from fate.fates f join above a on f.id = a.id where f.follows_id is not null
	)
	select exists (select from above where id = p_id));
end
$$;

-- fate.fates_chain(id) -> all fates of its chain, from the root on with every branch; null for none.
create or replace function fate.fates_chain(p_id int) returns int[]
language plpgsql stable as $$
begin
	return (with recursive above as (
		select id, follows_id from fate.fates where id = p_id
		union
		select f.id, f.follows_id from fate.fates f join above a on f.id = a.follows_id
	), chain as (
		select id from above where follows_id is null
		union
		select f.id from fate.fates f join chain c on f.follows_id = c.id
	)
	select array_agg(id order by id) from chain);
end
$$;

-- fate.fates_judge(): after any change of fates, writes into the event types what these now say of them. Whoever changes
-- fates owns the definitions, or two changes at once could each miss the other, and an event in flight the new fate.
create or replace function fate.fates_judge() returns trigger
language plpgsql as $$
begin
	update fate.event_types t
	   set opens_by = f.opens_by, closes = f.closes
	  from (select types.id, min(f.id) filter (where f.follows_id is null) as opens_by,
	               coalesce(bool_or(f.follows_id is not null), false) as closes
	          from fate.event_types types left join fate.fates f on f.creation_type_id = types.id group by 1) f
	 where f.id = t.id and (t.opens_by, t.closes) is distinct from (f.opens_by, f.closes);
	return null;
end
$$;
create or replace trigger judge after insert or delete or update of creation_type_id, follows_id on fate.fates
for each statement execute function fate.fates_judge();

-- fate.fates_follow(id, follows): makes the fate follow another, or none. One at a time, or two that are right
-- alone could close a circle together. fails WE409 on a circle or an unknown fate.
create or replace function fate.fates_follow(p_id int, p_follows bigint) returns void
language plpgsql as $$
begin
	perform fate.definitions_own();
	if p_follows is not null and not exists (select from fate.fates where id = p_follows) then
		perform api.fail(409, format('followsId: no such Fate %s found', p_follows));
	elsif fate.fates_circle(p_id, p_follows::int) then
		perform api.fail(409, format('followsId: Fate %s would follow itself', p_id));
	end if;
	update fate.fates
	   set follows_id = p_follows, since = coalesce(pg_sequence_last_value('fate.events_id_seq'), 0)
	 where id = p_id;
end
$$;

-- fate.fates_delete(id) -> what refers to it, in words; null: nothing did, and it is gone.
create or replace function fate.fates_delete(p_id int) returns text
language plpgsql as $$
declare
	followers text;
begin
	perform fate.definitions_own();
	select string_agg(id::text, ', ' order by id) into followers from fate.fates where follows_id = p_id;
	if followers is not null then
		return 'fates ' || followers;
	elsif exists (select from fate.labors where fate_id = p_id)
	   or exists (select from fate.labors where closing_fate_id = p_id) then
		return 'labors';
	end if;
	delete from fate.fates where id = p_id;
	return null;
end
$$;
