-- What the lists of labors are asked for (hermes_api.labors_filter); what is null is no filter.
--   among, creator   labors for the owners of these hosts, or for the creator of their quest where that is him
create type hermes_api.labor_filter as (
	host bigint, quest bigint, root bigint, opened boolean, fates int[], among bigint[], creator text
);

-- For what has changed in a table of labors since somebody looked, and for how many are in it (hermes_api.labors_table).
create index on fate.labors (completion_time) where completion_time is not null;
create index on fate.quests (move_time) where move_time is not null;
create index on fate.labors (closing_fate_id, fate_id) where closing_fate_id is not null;
drop index fate.labors_closing_fate_id_idx;

-- Takes many labors now: made anew from its file.
drop function if exists fate.labors_move(bigint, bigint, timestamptz);
