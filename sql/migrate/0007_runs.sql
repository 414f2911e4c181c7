-- The machines that a run was asked for by name. Apart from its row, which is written and read often.
create table work.run_targets (
	run_id    bigint primary key references work.runs on delete cascade,
	names     text[] not null check (cardinality(names) > 0),
	waits_for text            -- the one of them that had enough to do when it was last to begin (work.runs_with_room)
);
alter table work.runs add column bare boolean not null default false;   -- it is of these alone, and of no inventory
-- Of one that is over how many machines have each outcome.
alter table work.runs add column outcomes jsonb;
update work.runs r set outcomes = h.outcomes
  from (select run_id, jsonb_object_agg(outcome, n) as outcomes
          from (select run_id, outcome, count(*) as n from work.run_hosts where outcome is not null group by run_id, outcome) o group by run_id) h
 where h.run_id = r.id and r.stop_time is not null;
-- Which runs have come to a machine.
create index on work.run_hosts (name, run_id);

-- What is found in the output of a run (polemarch_api/outline.sql).
create type polemarch_api.mark as (line int, kind text, said text, host text);

-- Functions whose arguments were others before.
drop function if exists inventory.plan(bigint);
drop function if exists inventory.ini(bigint, boolean);
drop function if exists inventory.pieces(bigint);
drop function if exists polemarch_api.order_sent(jsonb, bigint, text, jsonb);
drop function if exists polemarch_api.run_asked(jsonb, work.order, text, bigint);
drop function if exists inventory.told_hosts(jsonb);
