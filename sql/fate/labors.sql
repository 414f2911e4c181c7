-- Labors are made and closed by events alone (fate/events.sql). People may acknowledge one, or move it to a quest.

-- fate.labors_move(id, quest, now): the labor joins a quest, which must exist. Completes nothing: only closings do.
create or replace function fate.labors_move(p_id bigint, p_quest bigint, p_now timestamptz) returns void
language plpgsql as $$
declare
	l    fate.labors;
	host bigint;
begin
	-- The lock order: its host first, so that no event closes the labor meanwhile; again if that host's labors
	-- have just been moved to another.
	loop
		host := (select host_id from fate.labors where id = p_id);
		perform fate.hosts_lock(array[host]);
		select * into l from fate.labors where id = p_id for no key update;
		exit when l.host_id = host;
	end loop;
	if l.quest_id is not distinct from p_quest then
		return;
	end if;
	update fate.labors set quest_id = p_quest where id = p_id;
	perform fate.quests_change(
		array(select row(q, l.fate_id, sign, sign * o, sign * r, sign * o * r, 0)::fate.labor_change
		        from (values (l.quest_id, -1), (p_quest, 1)) v (q, sign),
		             (values ((l.completion_time is null)::int, (l.starting_labor_id is null)::int)) f (o, r)
		       where q is not null),
		p_now);
	update fate.quests set move_time = p_now where id in (l.quest_id, p_quest);
end
$$;
