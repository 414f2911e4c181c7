-- Which hosts a query means (D11). The language is parsed by fcgi-app/lib/hostquery.c; here its tree becomes hosts.

-- fate.hosts_matching(tree, principals) -> their ids, ascending.
--   tree   {op: and|or, of: [tree, ...]}, {op: not, of: tree}, {op: is|like|regex, key, value, column}
--   key    name; owner; tag: one of its tags; group: one of its tags, or of the inventories' groups that it is in; labor:
--          CATEGORY-STATE of an open labor; quest: it has a labor of it; any other: it has the tag KEY=VALUE, or that
--          variable by an inventory
--   principals   whom the one who asks stands for: of inventories only what they see counts
--   fails  WE400 a regular expression that is none
create or replace function fate.hosts_matching(tree jsonb, principals bigint[]) returns bigint[]
language plpgsql stable as $$
declare
	found bigint[];
	these bigint[];
	but   bigint[];
	part  jsonb;
begin
	-- What a part means is found before the statement that uses it: a function below unnest() is called by the planner,
	-- too, who wants to know how much it returns, and that would be twice the work on each level.
	case tree->>'op'
	when 'or' then
		-- A long list of names is one question.
		found := fate.hosts_known(array(select p->>'value' from jsonb_array_elements(tree->'of') p
		                                 where p->>'op' = 'is' and p->>'key' = 'name'));
		for part in select p from jsonb_array_elements(tree->'of') p
		             where not (p->>'op' = 'is' and p->>'key' = 'name') loop
			found := found || fate.hosts_matching(part, principals);
		end loop;
		return array(select distinct id from unnest(found) id order by id);
	when 'and' then
		for part in select p from jsonb_array_elements(tree->'of') p where p->>'op' <> 'not' loop
			these := fate.hosts_matching(part, principals);
			found := case when found is null then these
			         else array(select unnest(found) intersect select unnest(these)) end;
		end loop;
		found := coalesce(found, array(select id from fate.hosts));
		for part in select p->'of' from jsonb_array_elements(tree->'of') p where p->>'op' = 'not' loop
			but := but || fate.hosts_matching(part, principals);
		end loop;
		return array(select unnest(found) except select unnest(but) order by 1);
	when 'not' then
		these := fate.hosts_matching(tree->'of', principals);
		return array(select id from fate.hosts except select unnest(these) order by 1);
	else
		if tree->>'op' = 'regex' then
			perform '' ~ (tree->>'value');     -- bad is bad, also where nothing is there to be matched
		end if;
		return fate.hosts_of_term(tree->>'op', tree->>'key', tree->>'value', principals);
	end case;
exception when invalid_regular_expression then
	perform api.fail(400, format('column %s: %s', tree->>'column', sqlerrm));
end
$$;

-- fate.fits(text, op, value): is it the value, like it, or matched by it?
create or replace function fate.fits(subject text, op text, value text) returns boolean
language sql immutable as $$
	select case op when 'is' then subject = value when 'like' then subject like value else subject ~ value end
$$;

-- fate.hosts_of_term(op, key, value, principals) -> ids, ascending.
create or replace function fate.hosts_of_term(op text, key text, value text, principals bigint[]) returns bigint[]
language plpgsql stable as $$
declare
	kinds int[];
begin
	if key = 'name' then
		return case op when 'is' then array(select id from fate.hosts where hostname = value)
		       else array(select id from fate.hosts where fate.fits(hostname, op, value) order by id) end;
	elsif key = 'owner' then
		return case op when 'is' then array(select id from fate.hosts where owner = value order by id)
		       else array(select id from fate.hosts where fate.fits(owner, op, value) order by id) end;
	elsif key = 'quest' then
		return array(select distinct host_id from fate.labors
		              where quest_id is not null and quest_id = any(
		                    array(select id from fate.quests where fate.fits(id::text, op, value))) order by 1);
	elsif key = 'labor' then
		kinds := array(select f.id from fate.fates f join fate.event_types t on t.id = f.creation_type_id
		                where fate.fits(t.category || '-' || t.state, op, value));
		return array(select distinct host_id from fate.labors
		              where fate_id = any(kinds) and completion_event_id is null order by 1);
	elsif key = 'tag' then
		return fate.hosts_tagged('', op, value);
	elsif key = 'group' then
		return array(select unnest(fate.hosts_tagged('', op, value)) union
		             select unnest(inventory.machines_in_groups(principals, op, value)) order by 1);
	end if;
	return array(select unnest(fate.hosts_tagged(key || '=', op, value)) union
	             select unnest(inventory.machines_with(principals, key, op, value)) order by 1);
end
$$;

-- fate.hosts_tagged(prefix, op, value) -> ids of hosts with a tag that goes on so after the prefix, ascending.
create or replace function fate.hosts_tagged(prefix text, op text, value text) returns bigint[]
language plpgsql stable as $$
begin
	if op = 'is' then
		return array(select id from fate.hosts where tags @> array[prefix || value] order by id);
	end if;
	return array(select id from fate.hosts
	              where exists (select from unnest(tags) t
	                             where starts_with(t, prefix) and fate.fits(substr(t, length(prefix) + 1), op, value))
	              order by id);
end
$$;
