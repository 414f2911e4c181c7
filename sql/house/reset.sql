-- house.reset(): empties a private instance and lets identities begin at 1 again. Its administrator, admin, stays.
-- fails WE403 on any instance that script/server has not marked as its own.
create or replace function house.reset() returns void
language plpgsql as $$
declare
	tables text := 'outbox.changes, outbox.letters, outbox.webhooks, outbox.holds, outbox.quest_pace, outbox.tally, '
	               'fate.hosts, fate.event_types, fate.fates, fate.events, fate.quests, fate.labors, '
	               'fate.counts, fate.count_deltas, people.wrong_passwords, people.audit, people.tokens, people.team_members, '
	               'inventory.objects, inventory.hosts, inventory.host_names, inventory.groups, inventory.inventories, inventory.templates, '
	               'people.teams, people.objects, people.grants, people.parts, people.visible, people.visible_counts';
begin
	if not exists (select from house.mark where name = 'private') then
		perform api.fail(403, 'This is not a private instance of script/server: it is not emptied.');
	end if;
	-- The courier locks them now in this order and now in that: who waits for none while it has some can't deadlock.
	loop
		begin
			execute format('lock table %s in access exclusive mode nowait', tables);
			exit;
		exception when lock_not_available then
			perform pg_sleep(0.005);
		end;
	end loop;
	-- Workers remember sessions and tokens: who has some must prove again who he is.
	update people.users u set stamp = (random() * 9e15)::bigint where exists (select from people.tokens t where t.user_id = u.id);
	alter table people.audit disable trigger audit_stays;
	execute format('truncate %s restart identity', tables);
	alter table people.audit enable trigger audit_stays;
	delete from people.users where username <> 'admin';
	update people.users set superuser = true, active = true, first_name = '', last_name = '', email = null
	 where not (superuser and active and first_name = '' and last_name = '' and email is null);
	perform setval(pg_get_serial_sequence('people.users', 'id'), coalesce(max(id), 1), max(id) is not null)
	   from people.users;
	perform fate.event_partitions_ensure();
end
$$;
