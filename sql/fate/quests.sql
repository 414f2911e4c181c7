-- Quests: labors under one aim. Their figures stand in the quest's own row, kept under its lock by whoever opens,
-- closes or moves labors, so that progress costs nothing to read and completion can't be missed.

-- fate.is_complete_by(closings, open): does a change that closes so many labors of a quest, and leaves so many open, complete it?
create or replace function fate.is_complete_by(closings bigint, open_labors bigint) returns boolean
language sql immutable as $$
	select closings > 0 and open_labors = 0
$$;

-- fate.quests_change(changes, now): the last step of the lock order. A quest is complete when the last of its open
-- labors closes; the labors opened by the same event count first. Its completion time is that of its last closing,
-- which need not be the transaction that gets the quest's lock last. Returns those that are complete by it, or null.
create or replace function fate.quests_change(p_changes fate.labor_change[], p_now timestamptz) returns bigint[]
language plpgsql as $$
declare
	changed bigint[] := array(select distinct quest_id from unnest(p_changes) where quest_id is not null);
	done    bigint[];
begin
	if changed = '{}' then
		return null;
	end if;
	perform from fate.quests where id = any(changed) order by id for no key update;
	with kept as (
		insert into fate.labor_history as h (quest_id, hour, fate_id, opened, closed)
		select quest_id, fate.hour(p_now), fate_id, sum(labors), sum(labors - open_labors)
		  from unnest(p_changes) where quest_id is not null
		 group by quest_id, fate_id having sum(labors) <> 0 or sum(open_labors) <> 0
		on conflict on constraint labor_history_pkey do update
		set opened = h.opened + excluded.opened, closed = h.closed + excluded.closed
	), counted as (
		update fate.quests q
		   set labors      = q.labors + c.labors,
		       open_labors = q.open_labors + c.open_labors,
		       root_labors = q.root_labors + c.root_labors,
		       open_roots  = q.open_roots + c.open_roots,
		       last_closing_time = case when c.closings > 0 then greatest(q.last_closing_time, p_now)
		                                else q.last_closing_time end,
		       completion_time = case when fate.is_complete_by(c.closings, q.open_labors + c.open_labors)
		                              then greatest(q.last_closing_time, p_now) else q.completion_time end
		  from (select quest_id, sum(labors) as labors, sum(open_labors) as open_labors, sum(root_labors) as root_labors,
		               sum(open_roots) as open_roots, sum(closings) as closings
		          from unnest(p_changes) group by quest_id) c
		 where q.id = c.quest_id
		returning q.id, fate.is_complete_by(c.closings, q.open_labors) as complete
	)
	select array_agg(id order by id) filter (where complete) into done from counted;
	return done;
end
$$;

-- fate.quests_embark(fate, hosts, creator, ...) -> the id of a new quest: an event of the fate's type and a labor
-- on each host. The fate need not be a starting one. now: null: the clock's, once the hosts are locked.
create or replace function fate.quests_embark(
	p_fate int, p_type int, p_hosts bigint[], p_creator text, p_description text, p_target timestamptz,
	p_links jsonb, p_asked_by text, p_now timestamptz default null
) returns bigint
language plpgsql as $$
declare
	quest bigint;
begin
	perform fate.hosts_lock(p_hosts);
	p_now := coalesce(p_now, clock_timestamp());
	insert into fate.quests (embark_time, target_time, creator, description, links, asked_by)
	values (p_now, p_target, p_creator, p_description, p_links, p_asked_by)
	returning id into quest;
	perform fate.counts_add('quest', 0, 0, 1);
	perform fate.events_throw(p_type, p_hosts, p_creator, null, p_asked_by, p_now, quest, p_fate);
	return quest;
end
$$;

-- fate.quests_hosts(id) -> the hosts of all its labors, open or closed, ascending.
create or replace function fate.quests_hosts(p_id bigint) returns bigint[]
language plpgsql stable as $$
begin
	return array(select distinct host_id from fate.labors where quest_id = p_id order by host_id);
end
$$;
