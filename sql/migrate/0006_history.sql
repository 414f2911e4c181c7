-- Nobody makes or closes labors meanwhile; in the order in which the engine takes them.
lock table fate.hosts, fate.labors, fate.quests in access exclusive mode;

-- How each quest went, by the hour: so many labors were opened and closed. Kept where its figures are (fate.quests_change),
-- under its row lock. A labor that joins or leaves by hand does so in that hour, as what it is: then both may be negative.
create table fate.labor_history (
	quest_id bigint not null,
	hour     int not null,                      -- hours since 1970 (fate.hour)
	fate_id  int not null,
	opened   int not null,
	closed   int not null,
	primary key (quest_id, hour, fate_id)
) with (fillfactor = 70);

-- For what is asked of quests by their times, of open quests by creator, and of the open labors of a quest.
create index on fate.quests (embark_time);
create index on fate.quests (completion_time) where completion_time is not null;
create index quests_open_creator on fate.quests (creator) where completion_time is null;
create index labors_open_quest on fate.labors (quest_id, fate_id, id) where quest_id is not null and completion_event_id is null;

alter type hermes_api.expand add attribute forecast boolean;
-- It has a time now, too: made anew from its file.
drop function if exists fate.counts_add_labors(fate.labor_change[]);

-- What happened before.
insert into fate.labor_history (quest_id, hour, fate_id, opened, closed)
select quest_id, floor(extract(epoch from at) / 3600), fate_id, sum(opened), sum(closed)
  from (select quest_id, fate_id, creation_time as at, 1 as opened, 0 as closed from fate.labors where quest_id is not null
        union all
        select quest_id, fate_id, completion_time, 0, 1 from fate.labors where quest_id is not null and completion_time is not null) l
 group by 1, 2, 3;
-- The kinds opened and closed of fate/counts.sql.
insert into fate.counts (kind, key, level, block, n)
select kind, coalesce(fate_id, 0), level, block, count(*)
  from (select 'opened' as kind, fate_id, floor(extract(epoch from creation_time) / 3600)::bigint as hour from fate.labors
        union all
        select 'closed', fate_id, floor(extract(epoch from completion_time) / 3600)::bigint from fate.labors where completion_time is not null) l,
       lateral (values (0, 0), (1, hour >> 8), (2, hour)) b (level, block)
 group by grouping sets ((kind, fate_id, level, block), (kind, level, block));
