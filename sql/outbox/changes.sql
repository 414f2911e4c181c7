-- outbox.changed(kind, ids, quests): somebody's hand changed these things of that kind, and so how these quests look.
-- For events fate.events_throw writes its own row.
create or replace function outbox.changed(p_kind text, p_ids bigint[], p_quests bigint[] default null) returns void
language plpgsql as $$
begin
	insert into outbox.changes (at, kind, ids, quests) values (clock_timestamp(), p_kind, p_ids, p_quests);
end
$$;
