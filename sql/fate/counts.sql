-- Exact totals that no list has to count, and the way to a deep page without walking there.
--
-- The transaction that changes a number says so: fate.counts_add upserts a row of fate.count_deltas that only its
-- own backend writes, and only during one minute, so nobody waits for anybody. Now and then fate.counts_fold moves
-- the deltas of past minutes into fate.counts. A total is folded + not yet folded, read in one statement.
--
--   kind     what is counted            key              blocks
--   event    journal entries            event type       of 4096 ids
--   labor    labors, open or closed     fate             one (0)
--   open     open labors                fate             one (0)
--   opened   labors, by when they were  fate             of an hour: hours since 1970
--   closed   closed labors, likewise    fate             of an hour
--   host     hosts                      0                one (0)
--   quest    quests                     0                one (0)
--
-- fate.counts holds each number three times, for key 0 (all keys) as for each key: level 0 is everything, level 1
-- has blocks of 2^20 ids, level 2 of 2^12 (256 hours, one hour). Skipping N rows from the newest end walks level 1, then level 2 in one
-- block of it, then at most 4096 index entries. Events also keep the first and last time in each block.

-- fate.counts_add(kind, key, block, n, at): n more (or fewer) of it.
create or replace function fate.counts_add(
	p_kind text, p_key int, p_block bigint, p_n bigint, p_at timestamptz default null
) returns void
language plpgsql as $$
begin
	insert into fate.count_deltas as d (backend, minute, kind, key, block, n, min_at, max_at)
	values (pg_backend_pid(), extract(epoch from now())::bigint / 60, p_kind, p_key, p_block, p_n, p_at, p_at)
	on conflict on constraint count_deltas_pkey do update
	set n = d.n + excluded.n, min_at = least(d.min_at, excluded.min_at), max_at = greatest(d.max_at, excluded.max_at);
end
$$;

-- fate.counts_add_events(type, ids, at): the same for events, which are ascending ids of one type and time.
create or replace function fate.counts_add_events(p_type int, p_ids bigint[], p_at timestamptz) returns void
language plpgsql as $$
begin
	insert into fate.count_deltas as d (backend, minute, kind, key, block, n, min_at, max_at)
	select pg_backend_pid(), extract(epoch from now())::bigint / 60, 'event', p_type, b.block, b.n, p_at, p_at
	  from (select id >> 12 as block, count(*) as n from unnest(p_ids) id group by 1) b
	on conflict on constraint count_deltas_pkey do update
	set n = d.n + excluded.n, min_at = least(d.min_at, excluded.min_at), max_at = greatest(d.max_at, excluded.max_at);
end
$$;

-- fate.counts_add_labors(changes, at): the same for labors, all and open, and for those opened and closed in the hour.
create or replace function fate.counts_add_labors(p_changes fate.labor_change[], p_at timestamptz) returns void
language plpgsql as $$
declare
	hour constant int := fate.hour(p_at);
begin
	insert into fate.count_deltas as d (backend, minute, kind, key, block, n)
	select pg_backend_pid(), extract(epoch from now())::bigint / 60, c.kind, f.fate_id, c.block, c.n
	  from (select fate_id, sum(labors) as labors, sum(open_labors) as open_labors
	          from unnest(p_changes) group by fate_id) f,
	       lateral (values ('labor', 0, labors), ('open', 0, open_labors),
	                       ('opened', hour, labors), ('closed', hour, labors - open_labors)) c (kind, block, n)
	 where c.n <> 0
	on conflict on constraint count_deltas_pkey do update set n = d.n + excluded.n;
end
$$;

-- fate.counts_fold(): moves what no backend writes any more. Rows that a running transaction still holds wait for
-- the next time. Called by fate.events_throw once in 1024 events.
create or replace function fate.counts_fold() returns void
language plpgsql as $$
begin
	if not pg_try_advisory_xact_lock(hashtext('fate.counts_fold')) then
		return;
	end if;
	with taken as (
		delete from fate.count_deltas
		 where ctid = any(array(select ctid from fate.count_deltas
		                         where minute < extract(epoch from now())::bigint / 60 - 1
		                           for update skip locked))
		returning kind, key, block, n, min_at, max_at
	), leveled as (
		select kind, key, level, case level when 0 then 0 when 1 then block >> 8 else block end as block,
		       n, min_at, max_at
		  from taken, generate_series(0, case when kind in ('event', 'opened', 'closed') then 2 else 0 end) level
	)
	insert into fate.counts as c (kind, key, level, block, n, min_at, max_at)
	select kind, coalesce(key, 0), level, block, sum(n), min(min_at), max(max_at)
	  from leveled where key <> 0
	 group by grouping sets ((kind, key, level, block), (kind, level, block))
	union all
	select kind, 0, level, block, sum(n), min(min_at), max(max_at)
	  from leveled where key = 0 group by 1, 3, 4
	on conflict (kind, key, level, block) do update
	set n = c.n + excluded.n, min_at = least(c.min_at, excluded.min_at), max_at = greatest(c.max_at, excluded.max_at);
end
$$;

-- fate.count(kind, keys) -> the exact total; keys null: of all keys.
create or replace function fate.count(p_kind text, p_keys int[] default null) returns bigint
language plpgsql stable as $$
begin
	if p_keys is null then
		return coalesce((select n from fate.counts where kind = p_kind and key = 0 and level = 0 and block = 0), 0)
		     + coalesce((select sum(n) from fate.count_deltas where kind = p_kind), 0);
	end if;
	return coalesce((select sum(n) from fate.counts
	                  where kind = p_kind and key = any(p_keys) and level = 0 and block = 0), 0)
	     + coalesce((select sum(n) from fate.count_deltas where kind = p_kind and key = any(p_keys)), 0);
end
$$;

-- fate.counts_by_hour(kind, from) -> how many were opened, or closed, in each hour since that one; hours without any are left out.
create or replace function fate.counts_by_hour(p_kind text, p_from int) returns table (hour int, n bigint)
language plpgsql stable as $$
begin
	return query
		select b.block::int, sum(b.n)::bigint
		  from (select c.block, c.n from fate.counts c
		         where c.kind = p_kind and c.key = 0 and c.level = 2 and c.block >= p_from
		        union all
		        select d.block, d.n from fate.count_deltas d where d.kind = p_kind and d.block >= p_from) b
		 group by b.block;
end
$$;

-- fate.counts_skip(kind, keys, n) -> where the newest page after skipping the n newest begins: ids up to `upto`,
-- of which `rest` are still to be skipped. keys null: all. upto null: there are not more than n.
create or replace function fate.counts_skip(p_kind text, p_keys int[], p_n bigint, out upto bigint, out rest bigint)
language plpgsql stable as $$
declare
	big bigint;
begin
	select block, p_n - (sum_to - n) into big, rest
	  from (select block, n, sum(n) over (order by block desc) as sum_to
	          from (select block, sum(n) as n
	                  from (select block, n from fate.counts where kind = p_kind and key = any(coalesce(p_keys, '{0}')) and level = 1
	                        union all
	                        select block >> 8, n from fate.count_deltas
	                         where kind = p_kind and (p_keys is null or key = any(p_keys))) b
	                 group by block) blocks) run
	 where sum_to > p_n order by block desc limit 1;
	select (block + 1) * 4096 - 1, rest - (sum_to - n) into upto, rest
	  from (select block, n, sum(n) over (order by block desc) as sum_to
	          from (select block, sum(n) as n
	                  from (select block, n from fate.counts
	                         where kind = p_kind and key = any(coalesce(p_keys, '{0}')) and level = 2
	                           and block between big << 8 and (big << 8) + 255
	                        union all
	                        select block, n from fate.count_deltas
	                         where kind = p_kind and (p_keys is null or key = any(p_keys))
	                           and block between big << 8 and (big << 8) + 255) b
	                 group by block) blocks) run
	 where sum_to > rest order by block desc limit 1;
end
$$;

-- fate.counts_range(keys, after, before, from_id) -> how the events with at >= after, at < before and id >= from_id
-- lie: `inside` of them in blocks that lie wholly within, the others among the ids of the `edges`; all between the
-- ids `low` and `high`. keys null: all types.
create or replace function fate.counts_range(
	p_keys int[], p_after timestamptz, p_before timestamptz, p_from bigint,
	out inside bigint, out edges bigint[], out low bigint, out high bigint
)
language plpgsql stable as $$
begin
	with blocks as (
		select block, sum(n) as n, min(min_at) as min_at, max(max_at) as max_at
		  from (select block, n, min_at, max_at from fate.counts
		         where kind = 'event' and key = any(coalesce(p_keys, '{0}')) and level = 2
		        union all
		        select block, n, min_at, max_at from fate.count_deltas
		         where kind = 'event' and (p_keys is null or key = any(p_keys))) b
		 where block >= p_from >> 12
		 group by block
		having max(max_at) >= p_after and min(min_at) < p_before
	), judged as (
		select *, min_at >= p_after and max_at < p_before and block << 12 >= p_from as whole from blocks
	)
	select coalesce(sum(n) filter (where whole), 0), array_agg(block order by block) filter (where not whole),
	       coalesce(min(block) << 12, 0), coalesce((max(block) << 12) + 4095, 0)
	  into inside, edges, low, high
	  from judged;
end
$$;
