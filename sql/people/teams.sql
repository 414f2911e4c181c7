-- Teams, and what the sign-in proxy says of groups.

-- people.named_by_proxy(name) -> the user whom the proxy means: by name, else by a mail address that is trusted.
create or replace function people.named_by_proxy(p_name text) returns people.users
language plpgsql stable as $$
declare
	u people.users;
begin
	select * into u from people.users n
	 where n.username = p_name or (n.email = p_name and n.email_trusted)
	 order by n.username = p_name desc limit 1;
	return u;
end
$$;

-- people.groups_told(user, groups, superusers): the proxy says that the user is in these groups and in no others: so for
-- the teams that stand for a group, and, where a group is named whose members are superusers, for that. The last superuser
-- stays one. What workers remember of what the proxy said before counts no more.
create or replace function people.groups_told(who people.users, groups text[], superusers text) returns void
language plpgsql as $$
declare
	super   boolean := case when superusers = '' then who.superuser else superusers = any(groups) end;
	turns   boolean;
	leaves  bigint[];
	entered bigint[];
begin
	if super = who.superuser and not exists (select from people.teams_told(who.id, groups)) then
		return;
	end if;
	perform people.superusers_own(), people.rights_own();
	select array_agg(team) filter (where not enters), array_agg(team) filter (where enters)
	  into leaves, entered from people.teams_told(who.id, groups);
	delete from people.team_members m where m.user_id = who.id and m.team_id = any(leaves);
	insert into people.team_members (team_id, user_id, by_proxy) select t, who.id, true from unnest(entered) t;
	turns := superusers <> '' and super <> (select u.superuser from people.users u where u.id = who.id)
	         and (super or not people.is_last_superuser(who.id));
	if turns then
		update people.users set superuser = super where id = who.id;
		perform people.audited_by(who.id, 'proxy', null, 'update', 'user', array[who.id], jsonb_build_object('is_staff', super));
	end if;
	perform outbox.changed('user', array[who.id]) where turns;
	perform outbox.changed('team', t) from (select coalesce(leaves, '{}') || coalesce(entered, '{}') as t) changed where t <> '{}';
	perform people.must_prove_again(who.id) where turns or leaves <> '{}' or entered <> '{}';
	perform people.audited_by(who.id, 'proxy', null, 'leave', 'team', leaves) where leaves <> '{}';
	perform people.audited_by(who.id, 'proxy', null, 'enter', 'team', entered) where entered <> '{}';
end
$$;

-- people.teams_told(user, groups) -> the teams that the user must leave, or enter, for that to be true.
create or replace function people.teams_told(p_user bigint, groups text[]) returns table (team bigint, enters boolean)
language plpgsql stable as $$
begin
	return query
		select m.team_id, false from people.team_members m join people.teams t on t.id = m.team_id
		 where m.user_id = p_user and m.by_proxy and coalesce(t.proxy_group <> all (groups), true)
		union all
		select t.id, true from people.teams t
		 where t.proxy_group = any(groups)
		   and not exists (select from people.team_members m where m.team_id = t.id and m.user_id = p_user);
end
$$;

-- people.team_members_set(team, users): exactly these are its members; ids of nobody are passed over.
create or replace function people.team_members_set(p_team bigint, users bigint[]) returns void
language plpgsql as $$
begin
	delete from people.team_members where team_id = p_team and user_id <> all (users);
	insert into people.team_members (team_id, user_id)
	select p_team, u.id from people.users u where u.id = any(users)
	on conflict do nothing;
end
$$;
