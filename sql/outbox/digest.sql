-- The digest: each owner's open labors, by quest, in one mail (hermes-behaviour.md section 10).

-- outbox.digest_questions(settings) -> what must be asked first (hermes_api/ask.sql); {} when we know it all ourselves.
create or replace function outbox.digest_questions(settings jsonb) returns jsonb
language plpgsql stable as $$
declare
	hosts jsonb;
begin
	if not (settings->>'mail')::boolean or not (settings->>'queryServer')::boolean then
		return jsonb '{}';
	end if;
	select coalesce(jsonb_agg(hostname order by id), '[]') into hosts
	  from fate.hosts where id in (select host_id from fate.labors where completion_time is null);
	return jsonb_build_object('owners', jsonb_build_object('operation', 'owners', 'hostnames', hosts),
	                          'tags', jsonb_build_object('operation', 'tags', 'hostnames', hosts, 'else', true))
	       || case when (settings->>'contacts')::boolean then '{"contacts": {"contacts": true, "else": true}}'::jsonb
	          else '{}' end;
end
$$;

-- outbox.digest(asked, send_to, settings, now) -> how many mails were written.
--   A labor concerns the owner of its host where it is for the owner, else the creator of its quest, else who threw the
--   event. Labors of hosts whose owner nobody knows are left out.
create or replace function outbox.digest(asked jsonb, send_to text, settings jsonb, p_now timestamptz) returns int
language plpgsql as $$
declare
	known boolean := (settings->>'queryServer')::boolean;
	n     int;
begin
	if not (settings->>'mail')::boolean then
		return 0;
	end if;
	insert into outbox.letters (channel, kind, content, made_at, due_at)
	select 'mail', 'digest', mail, p_now, p_now
	  from (select s.who, outbox.mail(settings,
	               array[coalesce(send_to, outbox.address(s.who, asked->'contacts', settings->>'domain'))], null,
	               s.who || ': Open Hermes labors need your attention',
	               outbox.digest_text(s.who, string_agg(s.plain, '' order by s.quest_id nulls last)),
	               outbox.digest_html(s.who, string_agg(s.html, '' order by s.quest_id nulls last))) as mail
	          from outbox.digest_sections(
	               case when known then asked->'owners' end, case when known then asked->'tags' end, known, settings) s
	         group by s.who) mails
	 where mail is not null order by who;
	get diagnostics n = row_count;
	return n;
end
$$;

-- outbox.digest_sections(owners, tags, asked, settings) -> each addressee's part about each open quest, or (quest_id null)
-- about labors of none. owners, tags: what the query server said, where it was asked.
create or replace function outbox.digest_sections(owners jsonb, p_tags jsonb, asked boolean, settings jsonb)
returns table (who text, quest_id bigint, plain text, html text)
language plpgsql stable as $$
begin
	return query
		with owner as materialized (
			select o.host, o.name from jsonb_each_text(nullif(owners, 'null')) o (host, name)
		), labels as materialized (
			select t.host, case when jsonb_typeof(t.list) = 'array'
			                    then (select string_agg(x, ', ') from jsonb_array_elements_text(t.list) x) end as text
			  from jsonb_each(case when jsonb_typeof(p_tags) = 'object' then p_tags end) t (host, list)
		), labor as (
			select case when l.for_owner then case when asked then o.name else h.owner end
			            else coalesce(q.creator, e.username) end as who,
			       case when q.completion_time is null then q.id end as quest_id,
			       h.hostname collate "C" as name, h.hostname || ' (' || coalesce(nullif(
			         case when asked then t.text else array_to_string(h.tags, ', ') end, ''), 'no services') || ')' as host
			  from fate.labors l
			  join fate.hosts h on h.id = l.host_id
			  left join fate.quests q on q.id = l.quest_id
			  left join fate.events e on e.id = l.creation_event_id and not l.for_owner and l.quest_id is null
			  left join owner o on o.host = h.hostname
			  left join labels t on t.host = h.hostname
			 where l.completion_time is null
		), section as (
			select l.who, l.quest_id, string_agg('    ' || l.host || E'\n', '' order by l.name) as plain_hosts,
			       string_agg(outbox.html(l.host) || E'\n', '' order by l.name) as html_hosts
			  from labor l where l.who <> '' group by 1, 2
		)
		select s.who, s.quest_id,
		       coalesce(outbox.digest_quest_text(q, settings), E'  Labors not associated with a quest:\n\n')
		       || E'Machines with labors:\n' || s.plain_hosts || E'\n\n',
		       '<div style=''border-radius: 5px; background: #dce1e6; padding: 10px; margin-bottom: 10px;''>'
		       || '<span style=''font-size: 1.1em; font-weight: bold''>'
		       || coalesce(outbox.digest_quest_html(q, settings), 'Labors not associated with a quest:</span><br />')
		       || '<p>Machines with labors:</p><pre style=''margin-left: 10px; font-size: 1.2em''>'
		       || s.html_hosts || '</pre></div>'
		  from section s left join fate.quests q on q.id = s.quest_id;
end
$$;

create or replace function outbox.digest_quest_text(q fate.quests, settings jsonb) returns text
language plpgsql stable as $$
begin
	return (select format(E'==[ QUEST %s ]================================\nCREATOR: %s\n', q.id, q.creator)
	       || case when q.target_time is null then '' else 'DUE: ' || btrim(api.json(q.target_time), '"') || E'\n' end
	       || format(E'DESC: "%s"\nLINK: %s\n\n', outbox.wrapped(q.description, ''), outbox.quest_link(q.id, settings))
	         where q.id is not null);
end
$$;

create or replace function outbox.digest_quest_html(q fate.quests, settings jsonb) returns text
language plpgsql stable as $$
begin
	return (select format('QUEST %s</span><br/><strong>CREATOR:</strong> %s<br />', q.id, outbox.html(q.creator))
	       || case when q.target_time is null then ''
	               else '<strong>DUE:</strong> ' || btrim(api.json(q.target_time), '"') || '<br/>' end
	       || format('<strong>DESC:</strong><p> "%s"</p><strong>LINK:</strong> <code>%s</code><br/>',
	                 outbox.html(q.description), outbox.html(outbox.quest_link(q.id, settings)))
	         where q.id is not null);
end
$$;

create or replace function outbox.digest_text(who text, sections text) returns text
language sql immutable as $$
	select format(E'This email is being sent to %s because that is the owner listed
for the systems with open Hermes labors listed below.

Due dates, if any, are noted with each quest.

To throw an event manually, you can run the following command on a shell server:

$ hermes event create [event] --host [hostname].

Or you can visit the quests linked below.

', who) || sections
$$;

create or replace function outbox.digest_html(who text, sections text) returns text
language sql immutable as $$
	select '<html><body style="font-family: Verdana; font-size: 1em; color: #000">'
	       '<div style=''padding: 10px; border-radius: 5px; background: #232f3e; color: #fff; font-weight: bold; '
	       'font-size: 1.25em;''>Hermes Notifications</div><div style=''padding: 10px;''>'
	       || format(E'<p>This email is being sent to %s because that is the owner listed\nfor the systems with open Hermes '
	                 'labors listed below.</p><p>Due dates, if any, are noted with each quest.</p>', outbox.html(who))
	       || '<p>To throw an event manually, you can run the following command on a shell server:</p>'
	       '<pre style=''font-size: 1.2em''>$ hermes event create [event] --host [hostname]</pre>'
	       '<p>Or you can visit the quests linked below.</p></div>'
	       || sections || '</body>'
$$;
