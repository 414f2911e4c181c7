-- The machines that a run was asked for by name. Apart from its row, which is written and read often.
create table work.run_targets (
	run_id bigint primary key references work.runs on delete cascade,
	names  text[] not null check (cardinality(names) > 0)
);
alter table work.runs add column bare boolean not null default false;   -- it is of these alone, and of no inventory
-- Of one that is over how many machines have each outcome; null: nobody has counted yet.
alter table work.runs add column outcomes jsonb;
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
