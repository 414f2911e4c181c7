-- The table of contents of the database: who may do what, what has not been migrated yet, then every function.
--
-- Run by `moirai-db install` in one transaction. Run twice it changes nothing: migrations are remembered in
-- house.migration, functions are replaced by themselves.
\set ON_ERROR_STOP on
\set QUIET on
set client_min_messages = warning;

\ir roles.sql
set role moirai_owner;

-- Tables, types and data: each file once, in order, never changed after its release.
\ir migrate/house.sql
select not exists (select from house.migration where number = 1) as todo \gset
\if :todo
\ir migrate/0001_people.sql
\ir migrate/0001_fate.sql
insert into house.migration (number, name) values (1, 'people and fates');
\endif
select not exists (select from house.migration where number = 2) as todo \gset
\if :todo
\ir migrate/0002_outbox.sql
insert into house.migration (number, name) values (2, 'what leaves the house');
\endif
select not exists (select from house.migration where number = 3) as todo \gset
\if :todo
\ir migrate/0003_people.sql
\ir migrate/0003_rights.sql
insert into house.migration (number, name) values (3, 'people and rights');
\endif
select not exists (select from house.migration where number = 4) as todo \gset
\if :todo
\ir migrate/0004_inventory.sql
\ir migrate/0004_seal.sql
insert into house.migration (number, name) values (4, 'inventory');
\endif
select not exists (select from house.migration where number = 5) as todo \gset
\if :todo
\ir migrate/0005_work.sql
insert into house.migration (number, name) values (5, 'runs');
\endif
select not exists (select from house.migration where number = 6) as todo \gset
\if :todo
\ir migrate/0006_history.sql
\ir migrate/0006_labors.sql
\ir migrate/0006_search.sql
insert into house.migration (number, name) values (6, 'history');
\endif
select not exists (select from house.migration where number = 7) as todo \gset
\if :todo
\ir migrate/0007_lists.sql
\ir migrate/0007_runs.sql
insert into house.migration (number, name) values (7, 'what the page asks of runs and lists');
\endif

-- What every endpoint stands on.
\ir api/fail.sql
\ir api/read.sql
\ir api/write.sql

-- The law: what people may do, what events do.
\ir people/users.sql
\ir people/teams.sql
\ir people/rights.sql
\ir people/roles.sql
\ir people/tokens.sql
\ir people/throttle.sql
\ir people/audit.sql
\ir fate/counts.sql
\ir fate/hosts.sql
\ir fate/event_types.sql
\ir fate/fates.sql
\ir fate/history.sql
\ir fate/quests.sql
\ir fate/labors.sql
\ir fate/events.sql
\ir fate/hostquery.sql
\ir fate/search.sql
\ir fate/check.sql

-- What Ansible is told.
\ir inventory/seal.sql
\ir inventory/variables.sql
\ir inventory/names.sql
\ir inventory/objects.sql
\ir inventory/hostquery.sql
\ir inventory/render.sql
\ir inventory/machines.sql
\ir inventory/import.sql

-- What Ansible is to do, and what came of it.
\ir work/reference.sql
\ir work/arguments.sql
\ir work/projects.sql
\ir work/runs.sql
\ir work/queue.sql
\ir work/lines.sql
\ir work/cron.sql
\ir work/periodic.sql
\ir work/hooks.sql
\ir work/check.sql

-- What leaves the house: changes become letters, letters are delivered by moirai-courier.
\ir outbox/changes.sql
\ir outbox/slack.sql
\ir outbox/mail.sql
\ir outbox/sort.sql
\ir outbox/letters.sql
\ir outbox/digest.sql
\ir courier_api/courier.sql
\ir runner_api/queue.sql
\ir runner_api/run.sql
\ir runner_api/sync.sql
\ir runner_api/reference.sql
\ir house/reset.sql

-- The endpoints: a row of fcgi-app/worker/routes.c names one of these functions.
\ir people_api/seal.sql
\ir people_api/sign_in.sql
\ir hermes_api/json.sql
\ir hermes_api/ask.sql
\ir hermes_api/hosts.sql
\ir hermes_api/event_types.sql
\ir hermes_api/events.sql
\ir hermes_api/fates.sql
\ir hermes_api/labors.sql
\ir hermes_api/quests.sql
\ir hermes_api/history.sql
\ir hermes_api/home.sql
\ir hermes_api/search.sql
\ir hermes_api/letters.sql
\ir hermes_api/webhooks.sql
\ir hermes_api/session.sql
\ir hermes_api/audit.sql
\ir hermes_api/server.sql
\ir polemarch_api/read.sql
\ir polemarch_api/write.sql
\ir polemarch_api/permissions.sql
\ir polemarch_api/objects.sql
\ir polemarch_api/hosts.sql
\ir polemarch_api/groups.sql
\ir polemarch_api/inventories.sql
\ir polemarch_api/machines.sql
\ir polemarch_api/sublists.sql
\ir polemarch_api/templates.sql
\ir polemarch_api/import.sql
\ir polemarch_api/projects.sql
\ir polemarch_api/execute.sql
\ir polemarch_api/tasks.sql
\ir polemarch_api/history.sql
\ir polemarch_api/output.sql
\ir polemarch_api/outline.sql
\ir polemarch_api/periodic_tasks.sql
\ir polemarch_api/ansible.sql
\ir polemarch_api/bulk.sql
\ir polemarch_api/stats.sql
\ir polemarch_api/hooks.sql
\ir polemarch_api/users.sql
\ir polemarch_api/teams.sql
\ir polemarch_api/server.sql

select fate.event_partitions_ensure(), work.line_partitions_ensure(current_date);

\ir grants.sql
reset role;
