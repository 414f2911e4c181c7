-- Runs go on meanwhile: who ends one has its row before anything of the tables below.
lock table work.runs in access exclusive mode;

-- Hosts that are told by name (polemarch_api/sublists.sql), byte by byte, whatever the database's collation. Of the name alone: where the
-- planner takes the table for empty it would look for ids of a kind by any index that has the kind.
create index on inventory.objects (name collate "C");

-- For how many machines it stands: how much work it is to count them (inventory.machines_counted).
alter table inventory.hosts add column names int not null default 1;
update inventory.hosts h set names = n.names
  from (select host_id, count(*) as names from inventory.host_names group by 1 having count(*) > 1) n
 where n.host_id = h.id;

-- What notices tell of.
alter table outbox.changes drop constraint changes_kind_check;
alter table outbox.changes add constraint changes_kind_check check (kind in (
	'event', 'labor', 'quest', 'host', 'eventtype', 'fate', 'inventoryhost', 'group', 'inventory', 'template',
	'project', 'run', 'periodictask', 'user', 'team', 'webhook', 'runhook'));

-- No longer there.
drop function if exists polemarch_api.query_key(jsonb, text);
