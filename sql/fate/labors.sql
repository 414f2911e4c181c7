-- Labors are made and closed by events alone (fate/events.sql). People may acknowledge some, or move them to a quest.

-- fate.labors_lock(ids): by the lock order: their hosts first, so that no event closes one meanwhile and none is moved to another
-- host. Where that has just happened, the hosts are let go of (a block that fails does that) before those of now are locked.
create or replace function fate.labors_lock(p_ids bigint[]) returns void
language plpgsql as $$
declare
	hosts bigint[];
begin
	if api.many(cardinality(p_ids)) then
		perform api.plan_for_many();
	end if;
	loop
		begin
			hosts := array(select distinct host_id from fate.labors where id = any(p_ids));
			perform fate.hosts_lock(hosts);
			exit when not exists (select from fate.labors where id = any(p_ids) and host_id <> all(hosts));
			raise sqlstate 'MV001';
		exception when sqlstate 'MV001' then
			null;
		end;
	end loop;
	perform from fate.labors where id = any(p_ids) order by id for no key update;
end
$$;

-- fate.labors_move(ids, quest, now) -> those that were not in it. These labors, which the caller has locked, join a quest, which
-- must exist. Completes nothing: only closings do.
create or replace function fate.labors_move(p_ids bigint[], p_quest bigint, p_now timestamptz) returns bigint[]
language plpgsql as $$
declare
	moved   bigint[] := array(select id from fate.labors where id = any(p_ids) and quest_id is distinct from p_quest order by id);
	changes fate.labor_change[];
begin
	changes := array(
		select row(q, l.fate_id, sum(sign), sum(sign * o), sum(sign * r), sum(sign * o * r), 0)::fate.labor_change
		  from fate.labors l,
		       lateral (values (l.quest_id, -1), (p_quest, 1)) v (q, sign),
		       lateral (values ((l.completion_time is null)::int, (l.starting_labor_id is null)::int)) f (o, r)
		 where l.id = any(moved) and q is not null
		 group by q, l.fate_id);
	update fate.labors set quest_id = p_quest where id = any(moved);
	perform fate.quests_change(changes, p_now);
	update fate.quests set move_time = greatest(move_time, p_now)
	 where id = any(array(select c.quest_id from unnest(changes) c));
	return moved;
end
$$;

-- fate.seen_until() -> a moment before which nothing will turn out to have happened: each transaction that a snapshot taken from
-- now on does not show yet reads the clock later. (Each locks something first, which is when it gets its number.) For who looks
-- again and wants to know what is new; a statement of its own, before the one that looks. Of an administrator's transaction can
-- only be seen that it has written something, not when it began: a minute ago, say.
create or replace function fate.seen_until() returns timestamptz
language plpgsql as $$
declare
	now timestamptz := clock_timestamp();
begin
	return least(now, (select min(coalesce(xact_start, now - interval '1 minute')) from pg_stat_activity
	                    where datname = current_database() and usesysid is not null and backend_xid is not null
	                      and pid <> pg_backend_pid()));
end
$$;
