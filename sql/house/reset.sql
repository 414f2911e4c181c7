-- house.reset(): empties a private instance and lets identities begin at 1 again. Its administrator, admin, stays.
-- fails WE403 on any instance that script/server has not marked as its own.
create or replace function house.reset() returns void
language plpgsql as $$
declare
	tables regclass[] := '{outbox.changes, outbox.letters, outbox.webhooks, outbox.holds, outbox.quest_pace, outbox.tally,
	                       fate.hosts, fate.host_words, fate.fates, fate.event_types, fate.events, fate.quests, fate.labors, fate.labor_history, fate.counts, fate.count_deltas,
	                       inventory.objects, inventory.hosts, inventory.host_names, inventory.groups, inventory.inventories, inventory.templates,
	                       work.projects, work.tasks, work.runs, work.lines, work.run_hosts, work.run_targets, work.run_facts, work.busy, work.periodic_tasks, work.hooks,
	                       people.wrong_passwords, people.audit, people.tokens, people.team_members, people.teams,
	                       people.grants, people.objects, people.parts, people.visible, people.visible_counts}'::regclass[];
begin
	if not exists (select from house.mark where name = 'private') then
		perform api.fail(403, 'This is not a private instance of script/server: it is not emptied.');
	end if;
	-- The courier locks them now in this order and now in that: who waits for none while it has some can't deadlock.
	loop
		begin
			execute format('lock table %s in access exclusive mode nowait', array_to_string(tables, ', '));
			exit;
		exception when lock_not_available then
			perform pg_sleep(0.005);
		end;
	end loop;
	-- Workers remember sessions and tokens: who has some must prove again who he is.
	update people.users u set stamp = (random() * 9e15)::bigint where exists (select from people.tokens t where t.user_id = u.id);
	perform house.empty(tables);
	delete from people.users where username <> 'admin';
	update people.users set superuser = true, active = true, first_name = '', last_name = '', email = null
	 where not (superuser and active and first_name = '' and last_name = '' and email is null);
	perform setval(pg_get_serial_sequence('people.users', 'id'), coalesce(max(id), 1), max(id) is not null)
	   from people.users;
	perform fate.event_partitions_ensure();
end
$$;

-- house.empty(tables): they are empty, and their identities begin at 1. What refers to another comes before it. One with a few rows has
-- them deleted, for to truncate it takes as long as any.
create or replace function house.empty(tables regclass[]) returns void
language plpgsql as $$
declare
	name  regclass;
	found int;
	small regclass[] := array[]::regclass[];
	large regclass[];
begin
	foreach name in array tables loop
		execute format('select count(*) from (select from %s limit 1000) r', name) into found;
		large := case when found = 1000 then large || name else large end;
		small := case when found between 1 and 999 then small || name else small end;
	end loop;
	alter table people.audit disable trigger audit_stays;
	if large is not null then
		-- With those that refer to them, be these empty.
		large := large || array(select c.conrelid::regclass from pg_constraint c where c.contype = 'f' and c.confrelid = any(large));
		execute 'truncate ' || array_to_string(large, ', ');
	end if;
	foreach name in array small loop
		execute 'delete from ' || name;
	end loop;
	alter table people.audit enable trigger audit_stays;
	perform setval(s.seqrelid::regclass, 1, false)
	   from pg_sequence s join pg_depend d on d.objid = s.seqrelid and d.classid = 'pg_class'::regclass and d.deptype in ('a', 'i')
	  where d.refobjid = any(tables) and pg_sequence_last_value(s.seqrelid) is not null;
end
$$;
