-- What things look like in JSON (hermes-behaviour.md section 4), as text. `base` is the absolute URL of the family's
-- mount. A name in `expand` is dropped once used on the way down, so that nesting ends.

-- hermes_api.expand(req) -> what the query asks to expand; names it does not know are passed over.
create or replace function hermes_api.expand(req jsonb) returns hermes_api.expand
language plpgsql immutable as $$
declare
	names jsonb := coalesce(req->'query'->'expand', '[]');
begin
	return row(names ?| '{hosts,host}', names ? 'events', names ? 'eventtypes', names ? 'quests', names ? 'fates',
	           names ? 'labors', names ? 'askedBy', names ? 'forecast');
end
$$;

-- hermes_api.host_members(host, base) -> its members, without the braces; null for no host. So for all the others.
create or replace function hermes_api.host_members(h fate.hosts, base text) returns text
language sql stable as $$
	select '"id":' || h.id || ',"hostname":' || api.json(h.hostname)
	       || ',"href":' || api.json(base || '/hosts/' || api.segment(h.hostname))
	       || coalesce(',"owner":' || to_json(h.owner)::text, '') || coalesce(',"tags":' || to_json(h.tags)::text, '')
$$;

-- hermes_api.hosts_json(ids, base, summary) -> the members of each host, in the order given; summary: with openLabors, lastEvent.
create or replace function hermes_api.hosts_json(ids bigint[], base text, summary boolean)
returns table (host_id bigint, members text)
language plpgsql stable as $$
begin
	if api.many(cardinality(ids)) then
		perform api.plan_for_many();
	end if;
	return query
		select h.id, hermes_api.host_members(h, base) || case when summary then ',"openLabors":' || (
		               select count(*) from fate.labors l where l.host_id = h.id and l.completion_event_id is null)
		             || ',"lastEvent":' || api.json((
		               select e.at from fate.events e where e.host_id = h.id order by e.id desc limit 1)) else '' end
		  from unnest(ids) with ordinality i (id, n)
		  join fate.hosts h on h.id = i.id
		 order by i.n;
end
$$;

-- hermes_api.event_type_members(type, base, fates): fates: with autoCreates.
create or replace function hermes_api.event_type_members(t fate.event_types, base text, fates boolean) returns text
language plpgsql stable as $$
begin
	return '"id":' || t.id || ',"category":' || api.json(t.category) || ',"state":' || api.json(t.state)
	       || ',"description":' || api.json(t.description) || ',"restricted":' || api.json(t.restricted)
	       || ',"href":' || api.json(base || '/eventtypes/' || t.id)
	       || case when fates then ',"autoCreates":' || coalesce(
	                 (select api.objects_list(array_agg(hermes_api.fate_members(f, base, false) order by f.id))
	                    from fate.fates f where f.creation_type_id = t.id), '[]')
	               else '' end;
end
$$;

-- hermes_api.fate_members(fate, base, eventtypes): eventtypes: with creationEventType.
create or replace function hermes_api.fate_members(f fate.fates, base text, eventtypes boolean) returns text
language plpgsql stable as $$
begin
	return '"id":' || f.id || ',"creationEventTypeId":' || f.creation_type_id
	       || ',"followsId":' || api.json(f.follows_id)
	       || ',"precedesIds":[' || coalesce((select string_agg(n.id::text, ',' order by n.id)
	                                            from fate.fates n where n.follows_id = f.id), '')
	       || '],"forCreator":' || api.json(f.for_creator) || ',"forOwner":' || api.json(f.for_owner)
	       || ',"description":' || api.json(f.description) || ',"href":' || api.json(base || '/fates/' || f.id)
	       || case when eventtypes then ',"creationEventType":{' || (
	                 select hermes_api.event_type_members(t, base, false)
	                   from fate.event_types t where t.id = f.creation_type_id) || '}'
	               else '' end;
end
$$;

-- hermes_api.event_members(event, base, type): type: its event type's JSON to be put in, or null.
create or replace function hermes_api.event_members(e fate.events, base text, type text) returns text
language sql stable as $$
	select '"id":' || e.id || ',"hostId":' || e.host_id || ',"timestamp":' || api.json(e.at)
	       || ',"user":' || api.json(e.username) || ',"eventTypeId":' || e.event_type_id
	       || ',"note":' || coalesce(to_json(e.note)::text, '""')
	       || ',"href":' || api.json(base || '/events/' || e.id)
	       || coalesce(',"eventType":' || type, '')
$$;

-- hermes_api.events_json(ids, base, expand) -> the members of each event, in the order given.
create or replace function hermes_api.events_json(ids bigint[], base text, x hermes_api.expand)
returns table (event_id bigint, members text)
language plpgsql stable as $$
declare
	used int[];
begin
	if api.many(cardinality(ids)) then
		perform api.plan_for_many();
	end if;
	if x.eventtypes then
		used := array(select distinct e.event_type_id from fate.events e where e.id = any(ids));
	end if;
	return query
		with types as materialized (
			select t.id, '{' || hermes_api.event_type_members(t, base, x.fates) || '}' as text
			  from fate.event_types t where t.id = any(used)
		)
		select e.id,
		       hermes_api.event_members(e, base, t.text)
		       || coalesce(',"host":{' || hermes_api.host_members(h, base) || '}', '')
		       || case when x.asked_by then ',"askedBy":' || api.json(e.asked_by) else '' end
		  from unnest(ids) with ordinality i (id, n)
		  join fate.events e on e.id = i.id
		  left join types t on t.id = e.event_type_id
		  left join fate.hosts h on x.hosts and h.id = e.host_id
		 order by i.n;
end
$$;

-- hermes_api.labor_members(labor, target, base): target: the target time of its quest.
create or replace function hermes_api.labor_members(l fate.labors, target timestamptz, base text) returns text
language sql stable as $$
	select '"id":' || l.id || ',"startingLaborId":' || api.json(l.starting_labor_id)
	       || ',"questId":' || api.json(l.quest_id) || ',"hostId":' || l.host_id
	       || ',"fateId":' || l.fate_id || ',"closingFateId":' || api.json(l.closing_fate_id)
	       || ',"forCreator":' || api.json(l.for_creator) || ',"forOwner":' || api.json(l.for_owner)
	       || ',"creationTime":' || api.json(l.creation_time) || ',"creationEventId":' || l.creation_event_id
	       || ',"completionTime":' || api.json(l.completion_time)
	       || ',"completionEventId":' || api.json(l.completion_event_id)
	       || ',"ackUser":' || api.json(l.ack_user) || ',"ackTime":' || api.json(l.ack_time)
	       || ',"href":' || api.json(base || '/labors/' || l.id)
	       || case when l.quest_id is null then '' else ',"targetTime":' || api.json(target) end
$$;

-- hermes_api.labors_json(ids, base, expand) -> the members of each labor, in the order given.
create or replace function hermes_api.labors_json(ids bigint[], base text, x hermes_api.expand)
returns table (labor_id bigint, quest_id bigint, members text)
language plpgsql stable as $$
begin
	if api.many(cardinality(ids)) then
		perform api.plan_for_many();
	end if;
	if x.hosts or x.events or x.quests or x.fates or x.asked_by then
		return query select * from hermes_api.labors_json_expanded(ids, base, x);
	else
		return query
			select l.id, l.quest_id, hermes_api.labor_members(l, q.target_time, base)
			  from unnest(ids) with ordinality i (id, n)
			  join fate.labors l on l.id = i.id
			  left join fate.quests q on q.id = l.quest_id
			 order by i.n;
	end if;
end
$$;

-- The same with what is expanded. Each definition and quest is written once, however many labors show it.
create or replace function hermes_api.labors_json_expanded(ids bigint[], base text, x hermes_api.expand)
returns table (labor_id bigint, quest_id bigint, members text)
language plpgsql stable as $$
declare
	used int[];
begin
	if x.fates or x.eventtypes then
		used := array(select l.fate_id from fate.labors l where l.id = any(ids)
		              union
		              select l.closing_fate_id from fate.labors l where l.id = any(ids));
	end if;
	return query
		with fates as materialized (
			select f.id, '{' || hermes_api.fate_members(f, base, x.eventtypes) || '}' as text
			  from fate.fates f where x.fates and f.id = any(used)
		), types as materialized (
			select t.id, '{' || hermes_api.event_type_members(t, base, x.fates) || '}' as text
			  from fate.event_types t
			 where x.events and x.eventtypes
			   and t.id in (select f.creation_type_id from fate.fates f where f.id = any(used))
		), quests as materialized (
			select q.quest_id as id, '{' || q.members || '}' as text
			  from hermes_api.quests_json(
			         (select array_agg(distinct l.quest_id) from fate.labors l where x.quests and l.id = any(ids)),
			         base, x, false, false) q
			 where x.quests
		)
		select l.id, l.quest_id,
		       hermes_api.labor_members(l, lq.target_time, base)
		       || coalesce(',"host":{' || hermes_api.host_members(h, base) || '}', '')
		       || case when x.events
		               then ',"creationEvent":' || coalesce('{' || hermes_api.event_members(e1, base, t1.text) || '}', 'null')
		                    || ',"completionEvent":' || coalesce('{' || hermes_api.event_members(e2, base, t2.text) || '}', 'null')
		               else '' end
		       || case when x.quests then ',"quest":' || coalesce(q.text, 'null') else '' end
		       || case when x.fates then ',"fate":' || f1.text || ',"closingFate":' || coalesce(f2.text, 'null')
		               else '' end
		       || case when x.asked_by then ',"askedBy":' || api.json(l.ack_asked_by) else '' end
		  from unnest(ids) with ordinality i (id, n)
		  join fate.labors l on l.id = i.id
		  left join fate.quests lq on lq.id = l.quest_id
		  left join fate.hosts h on x.hosts and h.id = l.host_id
		  left join fate.events e1 on x.events and e1.id = l.creation_event_id
		  left join types t1 on t1.id = e1.event_type_id
		  left join fate.events e2 on x.events and e2.id = l.completion_event_id
		  left join types t2 on t2.id = e2.event_type_id
		  left join quests q on q.id = l.quest_id
		  left join fates f1 on f1.id = l.fate_id
		  left join fates f2 on f2.id = l.closing_fate_id
		 order by i.n;
end
$$;

-- hermes_api.must_be_bearable(labors, expand): WE400 where these labors, each with its quest and all labors of that, would
-- make an answer that nobody could send.
create or replace function hermes_api.must_be_bearable(ids bigint[], x hermes_api.expand) returns void
language plpgsql stable as $$
begin
	if x.quests and x.labors and 200000 < (select sum(q.labors) from fate.labors l join fate.quests q on q.id = l.quest_id
	                                        where l.id = any(ids)) then
		perform api.fail(400, 'expand: quests with labors would repeat more than 200000 labors; ask for the quests');
	end if;
end
$$;

-- hermes_api.quest_members(quest, base, progress, asked_by): progress, asked_by: with progressInfo, askedBy.
create or replace function hermes_api.quest_members(q fate.quests, base text, progress boolean, asked_by boolean)
returns text
language sql stable as $$
	select '"id":' || q.id || ',"embarkTime":' || api.json(q.embark_time)
	       || ',"completionTime":' || api.json(q.completion_time) || ',"creator":' || api.json(q.creator)
	       || ',"targetTime":' || api.json(q.target_time) || ',"description":' || api.json(q.description)
	       || ',"href":' || api.json(base || '/quests/' || q.id)
	       || coalesce(',"references":' || q.links::text, '')
	       || case when progress then
	            ',"totalLabors":' || q.root_labors || ',"unstartedLabors":' || q.open_roots
	            || ',"inprogressLabors":' || q.open_labors - q.open_roots
	            || ',"completedLabors":' || q.root_labors - q.open_labors
	            || ',"percentComplete":'
	            || regexp_replace(round(coalesce(100.0 * (q.labors - q.open_labors) / nullif(q.labors, 0), 0), 2)::text,
	                              '0$', '')
	          else '' end
	       || case when asked_by then ',"askedBy":' || api.json(q.asked_by) else '' end
$$;

-- hermes_api.quests_json(ids, base, expand, progress, only_open) -> the members of each quest, in the order given;
-- expand.labors adds its labors (only_open: the open ones), expanded by the other names; expand.forecast how it will go on.
create or replace function hermes_api.quests_json(
	ids bigint[], base text, x hermes_api.expand, progress boolean, only_open boolean
) returns table (quest_id bigint, members text)
language plpgsql stable as $$
declare
	inner_x hermes_api.expand := x;
begin
	inner_x.quests := false;
	if api.many(cardinality(ids)) then
		perform api.plan_for_many();
	end if;
	return query
		with labors as materialized (
			select t.quest_id, api.objects_list(array_agg(t.members order by t.labor_id)) as text
			  from hermes_api.labors_json(
			         (select array_agg(l.id order by l.id) from fate.labors l
			           where x.labors and l.quest_id = any(ids) and (l.completion_event_id is null or not only_open)),
			         base, inner_x) t
			 where x.labors
			 group by t.quest_id
		), forecasts as materialized (
			select f.quest_id, f.forecast_time
			  from fate.quests_forecast(case when x.forecast then ids end, clock_timestamp()) f
		)
		select q.id,
		       hermes_api.quest_members(q, base, progress, x.asked_by)
		       || case when x.forecast then ',"openLabors":' || q.open_labors || ',"forecastTime":' || api.json(f.forecast_time)
		               else '' end
		       || case when x.labors then ',"labors":' || coalesce(l.text, '[]') else '' end
		  from unnest(ids) with ordinality i (id, n)
		  join fate.quests q on q.id = i.id
		  left join labors l on l.quest_id = q.id
		  left join forecasts f on f.quest_id = q.id
		 order by i.n;
end
$$;
