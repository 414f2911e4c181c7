-- How quests went, by the hour, and how they will go on. fate.labor_history has a row for each quest, hour and fate in which
-- labors were opened or closed; fate.quests_change writes it. What was open at any time is what was opened until then less what
-- was closed.

-- fate.hour(time) -> the hour in which it lies, counted from the beginning of 1970.
create or replace function fate.hour(p_at timestamptz) returns int
language sql stable as $$
	select floor(extract(epoch from p_at) / 3600)::int
$$;

-- fate.hour_begin(hour) -> when it begins.
create or replace function fate.hour_begin(p_hour int) returns timestamptz
language sql immutable as $$
	select to_timestamp(p_hour * 3600.0)
$$;

-- fate.quests_steps(ids) -> how many labors of each fate are open in each of these quests, and how many closed.
create or replace function fate.quests_steps(p_ids bigint[])
returns table (quest_id bigint, fate_id int, open bigint, closed bigint)
language plpgsql stable as $$
begin
	return query
		select h.quest_id, h.fate_id, sum(h.opened) - sum(h.closed), sum(h.closed)
		  from fate.labor_history h where h.quest_id = any(p_ids)
		 group by 1, 2 having sum(h.opened) <> 0 order by 1, 2;
end
$$;

-- fate.fates_counted(quest) -> of every fate how many labors are open and closed, in the quest or (null) wherever they are.
create or replace function fate.fates_counted(p_quest bigint) returns table (fate_id int, open bigint, closed bigint)
language plpgsql stable as $$
begin
	return query
		select c.id, sum(c.n_open)::bigint, sum(c.n_closed)::bigint
		  from (select f.id, true as defined, 0 as n_open, 0 as n_closed from fate.fates f
		        union all
		        select s.fate_id, null, s.open, s.closed from fate.quests_steps(array[p_quest]) s
		        union all
		        select n.key, null, n.n * (n.kind = 'open')::int, n.n * case n.kind when 'open' then -1 else 1 end
		          from (select kind, key, n from fate.counts where level = 0 and block = 0 and key > 0
		                union all select kind, key, n from fate.count_deltas) n
		         where p_quest is null and n.kind in ('labor', 'open')) c
		 group by c.id having bool_or(c.defined) order by c.id;
end
$$;

-- fate.quests_points(quest, first, last, step) -> its history from the first hour to the last in pieces of `step` hours: so many labors
-- were opened and closed in each, and open at its end. The first has what was before it, too (labors that joined by hand).
create or replace function fate.quests_points(p_quest bigint, p_first int, p_last int, p_step int)
returns table (upto int, open bigint, opened bigint, closed bigint)
language plpgsql stable as $$
begin
	return query
		select least(p_first + (i + 1) * p_step, p_last + 1),
		       (sum(coalesce(h.opened, 0) - coalesce(h.closed, 0)) over (order by i))::bigint,
		       coalesce(h.opened, 0), coalesce(h.closed, 0)
		  from generate_series(0, (p_last - p_first) / p_step) i
		  left join (select (greatest(l.hour, p_first) - p_first) / p_step as piece, sum(l.opened) as opened, sum(l.closed) as closed
		               from fate.labor_history l where l.quest_id = p_quest and l.hour <= p_last
		              group by 1) h on h.piece = i
		 order by i;
end
$$;

-- fate.quests_forecast(ids, now) -> for each of these quests, how many open labors it has lost a day, on balance, in the last
-- seven days (to the hour) or since it embarked, where that is later (an hour ago at least); and when none will be left, if it goes on so: null where it
-- does not go on, or not within a hundred years, and for a quest that is complete. Of such, the days are those before that.
create or replace function fate.quests_forecast(p_ids bigint[], p_now timestamptz)
returns table (quest_id bigint, forecast_time timestamptz, per_day numeric)
language plpgsql stable as $$
begin
	return query
		select p.id,
		       case when p.completion_time is null and p.open_labors > 0 and p.open_labors * p.seconds < p.less * 3155760000
		            then date_trunc('second', p_now + p.open_labors * p.seconds / p.less * interval '1 second') end,
		       round(p.less * 86400 / p.seconds, 2)
		  from (select q.id, q.completion_time, q.open_labors::numeric, l.less::numeric,
		               greatest(extract(epoch from t.till - s.since), 3600) as seconds
		          from fate.quests q
		         cross join lateral (select coalesce(q.completion_time, p_now) as till) t
		         cross join lateral (select fate.hour(t.till - interval '7 days') + 1 as first) f
		         cross join lateral (select greatest(q.embark_time, fate.hour_begin(f.first)) as since) s
		         cross join lateral (
		               -- A young quest began with a labor on each host. offset 0: it is summed once.
		               select case when q.embark_time >= s.since then q.root_labors - q.open_labors
		                           else (select coalesce(sum(h.closed - h.opened), 0) from fate.labor_history h
		                                  where h.quest_id = q.id and h.hour between f.first and fate.hour(t.till)) end as less
		               offset 0) l
		         where q.id = any(p_ids)) p;
end
$$;
