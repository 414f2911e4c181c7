-- Slack's texts (hermes-behaviour.md section 7).

create or replace function outbox.slack_labors_made(n bigint) returns text
language sql immutable as $$
	select format('*Labors:* created %s labor%s', n, case when n = 1 then '' else 's' end)
$$;

-- outbox.slack_labors_closed({n, labors: [id, ...]}): fewer than ten are told one by one.
create or replace function outbox.slack_labors_closed(closed jsonb) returns text
language plpgsql stable as $$
begin
	if (closed->>'n')::bigint >= 10 then
		return format('*Labors:* completed %s Labors', closed->>'n');
	end if;
	return (select string_agg(format(E'*Labor %s* completed.\n\t%s%s\n\n', c.labor_id, c.what,
	                                 E'\n\tPart of Quest [' || c.quest_id || '] "' || q.description || '"'),
	                          '' order by c.labor_id)
	          from outbox.closings(closed->'labors') c left join fate.quests q on q.id = c.quest_id);
end
$$;

-- outbox.closings([labor, ...]) -> of each its quest and "HOST: CATEGORY STATE => CATEGORY STATE": which event opened
-- it, and which closed it.
create or replace function outbox.closings(p_labors jsonb)
returns table (labor_id bigint, quest_id bigint, what text)
language plpgsql stable as $$
begin
	return query
		select l.id, l.quest_id, format('%s: %s %s => %s %s', h.hostname, o.category, o.state, c.category, c.state)
		  from jsonb_array_elements_text(p_labors) i
		  join fate.labors l on l.id = i::bigint
		  join fate.hosts h on h.id = l.host_id
		  join fate.fates f on f.id = l.fate_id join fate.event_types o on o.id = f.creation_type_id
		  join fate.fates g on g.id = l.closing_fate_id join fate.event_types c on c.id = g.creation_type_id;
end
$$;

create or replace function outbox.slack_quest_made(quest bigint, hosts bigint, event bigint) returns text
language plpgsql stable as $$
begin
	return (select format(E'*Quest %s* created by %s: %s hosts started with %s %s\n\t"%s"',
	                      q.id, q.creator, hosts, t.category, t.state, q.description)
	          from fate.quests q, fate.events e join fate.event_types t on t.id = e.event_type_id
	         where q.id = quest and e.id = event);
end
$$;

create or replace function outbox.slack_quest_complete(quest bigint) returns text
language plpgsql stable as $$
begin
	return (select format(E'*Quest %s* completed:\n\t"%s"', q.id, q.description) from fate.quests q where q.id = quest);
end
$$;
