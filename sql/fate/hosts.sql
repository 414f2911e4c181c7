-- Hosts of the fleet: known by name, made when first named, never deleted.

-- fate.hosts_known(names) -> ids of those names that are known, ascending.
create or replace function fate.hosts_known(p_names text[]) returns bigint[]
language plpgsql stable as $$
begin
	return array(select id from fate.hosts where hostname = any(p_names) order by id);
end
$$;

-- fate.hosts_own_names(): until this transaction ends nobody else makes or renames hosts. Taken before any other lock.
create or replace function fate.hosts_own_names() returns void
language sql as $$
	select pg_advisory_xact_lock(hashtext('fate.hosts'))
$$;

-- fate.hosts_named(names) -> ids of all these names (each given once), ascending. The unknown are made, in the order
-- given. Makers of hosts wait for each other, or those of the same names could deadlock, use up ids, or lose a name to a
-- rename; who names known hosts only waits for nobody.
create or replace function fate.hosts_named(p_names text[]) returns bigint[]
language plpgsql as $$
declare
	ids   bigint[];
	known text[];
	made  bigint;
begin
	if api.many(cardinality(p_names)) then
		perform api.plan_for_many();
	end if;
	ids := array(select id from fate.hosts where hostname = any(p_names) order by id);
	if cardinality(ids) = cardinality(p_names) then
		return ids;
	end if;
	perform fate.hosts_own_names();
	-- Not by a join: where the planner takes the table for empty it would read it for each name, as it grows.
	known := array(select hostname from fate.hosts where hostname = any(p_names));
	insert into fate.hosts (hostname)
	select name from unnest(p_names) with ordinality n (name, i) where name <> all(known) order by i;
	get diagnostics made = row_count;
	if made > 0 then
		perform fate.counts_add('host', 0, 0, made);
	end if;
	return fate.hosts_known(p_names);
end
$$;

-- fate.hosts_lock(ids): the first rows in the lock order: hosts by id, then labors, then quests by id (D6).
create or replace function fate.hosts_lock(p_ids bigint[]) returns void
language plpgsql as $$
begin
	perform from fate.hosts where id = any(p_ids) order by id for no key update;
end
$$;

-- fate.hosts_rename(id, name) -> the id of the host that now bears the name and all the history.
--   A free name: the host itself, renamed. A taken one: everything moves to the host of that name, and the old one
--   stays, empty (hermes-behaviour.md section 5, PUT /hosts/NAME). A name that an inventory has is made anew. The caller
--   owns the names.
create or replace function fate.hosts_rename(p_id bigint, p_name text) returns bigint
language plpgsql as $$
declare
	other bigint := (select id from fate.hosts where hostname = p_name);
	old   text   := (select hostname from fate.hosts where id = p_id);
begin
	if other = p_id then
		return p_id;
	elsif other is null then
		update fate.hosts set hostname = p_name where id = p_id;
		perform fate.hosts_named(array[old]) where exists (select from inventory.host_names n where n.name = old);
		return p_id;
	end if;
	perform fate.hosts_lock(array[p_id, other]);
	update fate.hosts set since = coalesce(pg_sequence_last_value('fate.events_id_seq'), 0) where id = other;
	update fate.events set host_id = other where host_id = p_id;
	update fate.labors set host_id = other where host_id = p_id;
	return other;
end
$$;

-- fate.host_words_made(), fate.host_words_changed(): each owner and tag that hosts take or lose is counted (fate/search.sql finds them), once
-- for all hosts of a statement. In one order, and after any other lock: who changes hosts of the same words waits for another, no more.
create or replace function fate.host_words_made() returns trigger
language plpgsql as $$
begin
	insert into fate.host_words as w (kind, word, hosts)
	select kind, word, count(*)
	  from (select 'owner', owner from made
	        union all select 'tag', t from made, lateral (select distinct unnest(tags)) u (t)) now (kind, word)
	 where word is not null
	 group by 1, 2 order by 1, 2
	on conflict on constraint host_words_pkey do update set hosts = w.hosts + excluded.hosts;
	return null;
end
$$;
create or replace function fate.host_words_changed() returns trigger
language plpgsql as $$
begin
	insert into fate.host_words as w (kind, word, hosts)
	select kind, word, sum(n)
	  from (select 'owner', owner, -1 from was
	        union all select 'owner', owner, 1 from made
	        union all select 'tag', t, -1 from was, lateral (select distinct unnest(tags)) u (t)
	        union all select 'tag', t, 1 from made, lateral (select distinct unnest(tags)) u (t)) now (kind, word, n)
	 where word is not null
	 group by 1, 2 having sum(n) <> 0 order by 1, 2
	on conflict on constraint host_words_pkey do update set hosts = w.hosts + excluded.hosts;
	delete from fate.host_words
	 where hosts = 0 and (kind, word) in (select 'owner', owner from was union select 'tag', unnest(tags) from was);
	return null;
end
$$;
create or replace trigger host_words_made after insert on fate.hosts
referencing new table as made for each statement execute function fate.host_words_made();
create or replace trigger host_words_changed after update on fate.hosts
referencing old table as was new table as made for each statement execute function fate.host_words_changed();
