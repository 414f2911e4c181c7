-- Event types and fates are the definitions that events are judged by.

-- fate.definitions_hold(): nothing an event is judged by may be changed or deleted until this transaction ends.
create or replace function fate.definitions_hold() returns void
language sql as $$
	select pg_advisory_xact_lock_shared(hashtext('fate.definitions'))
$$;

-- fate.definitions_own(): waits until no event is being judged; for changes of fates and for deletions. fails 55P03 (503) after two seconds,
-- for a quest over a million hosts takes longer, and every event would queue up behind this lock.
create or replace function fate.definitions_own() returns void
language plpgsql as $$
begin
	perform set_config('lock_timeout', '2s', true);
	perform pg_advisory_xact_lock(hashtext('fate.definitions'));
end
$$;

-- fate.event_types_delete(id) -> what refers to it, in words; null: nothing did, and it is gone.
create or replace function fate.event_types_delete(p_id int) returns text
language plpgsql as $$
declare
	fates text;
begin
	perform fate.definitions_own();
	select string_agg(id::text, ', ' order by id) into fates from fate.fates where creation_type_id = p_id;
	if fates is not null then
		return 'fates ' || fates;
	elsif exists (select from fate.events where event_type_id = p_id) then
		return 'events';
	end if;
	delete from fate.event_types where id = p_id;
	return null;
end
$$;
