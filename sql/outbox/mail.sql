-- Mails (hermes-behaviour.md section 8). A mail letter's content is {from, to, cc, recipients, subject, text, html?}: what
-- the headers say, and who is still to be served.

-- outbox.address(name, contacts, domain) -> where to write to an owner or user: the contact that StrongPOC knows, else
-- the name with the domain.
create or replace function outbox.address(name text, contacts jsonb, domain text) returns text
language sql immutable as $$
	select coalesce(contacts->>name, people.qualified(name, domain))
$$;

-- outbox.mail(settings, to, cc, subject, text, html, from) -> the content of a mail, or null when nobody is left to
-- get it. The rules for every mail are here: who always gets a copy, and who alone gets it in a dev environment.
-- Each address once, in the order given; html and from may be null.
create or replace function outbox.mail(
	settings jsonb, p_to text[], p_cc text[], subject text, body text, html text default null, sender text default null
) returns jsonb
language plpgsql stable as $$
declare
	list text;
begin
	p_to := outbox.each_once(p_to, '{}');
	p_cc := outbox.each_once(string_to_array(settings->>'alwaysCopy', ',') || p_cc, p_to);
	if settings->>'environment' = 'dev' then
		list := format('Originally addressed as: To: %s   CC: %s', outbox.python_list(p_to), outbox.python_list(p_cc));
		subject := '[DEV] ' || subject;
		body := E'[DEV]: Sent to DEV\n' || list || E'\n\n\n' || body;
		html := '<p><strong>DEV:</strong> Sent to DEV<br />' || outbox.html(list) || '<br/></p>' || html;
		p_to := outbox.each_once(case when p_to || p_cc <> '{}' then array[settings->>'devRecipient'] end, '{}');
		p_cc := '{}';
	end if;
	if p_to = '{}' and p_cc = '{}' then
		return null;
	end if;
	return jsonb_strip_nulls(jsonb_build_object(
		'from', coalesce(sender, settings->>'sender'), 'to', p_to, 'cc', p_cc, 'recipients', p_to || p_cc,
		'subject', subject, 'text', body, 'html', html));
end
$$;

-- outbox.each_once(addresses, but) -> trimmed, without empty ones, doubles and those of `but`.
create or replace function outbox.each_once(addresses text[], but text[]) returns text[]
language plpgsql immutable as $$
begin
	return array(select a
	               from (select btrim(a) as a, min(i) as i from unnest(addresses) with ordinality u (a, i) group by 1) once
	              where a <> '' and a <> all(but) order by i);
end
$$;

-- outbox.python_list(texts) -> as Python writes it: each between apostrophes, or between quotes where it has one.
create or replace function outbox.python_list(texts text[]) returns text
language plpgsql immutable as $$
begin
	return (select '[' || coalesce(string_agg(case when t ~ '''' then '"' || t || '"' else '''' || t || '''' end, ', '
	                                          order by i), '') || ']'
	          from unnest(texts) with ordinality u (t, i));
end
$$;

create or replace function outbox.html(value text) returns text
language sql immutable as $$
	select replace(replace(replace(replace(value, '&', '&amp;'), '<', '&lt;'), '>', '&gt;'), '"', '&quot;')
$$;

-- outbox.expanded(text): tabs become blanks up to the next column that 8 divides, where each part behind a tab begins.
create or replace function outbox.expanded(value text) returns text
language plpgsql immutable as $$
declare
	parts text[] := string_to_array(value, E'\t');
	n     int    := cardinality(parts);
begin
	if n < 2 then
		return value;
	end if;
	return (select string_agg(part || case when i = n then ''
	                                  else repeat(' ', 8 - length(regexp_replace(part, '^.*[\n\r]', '')) % 8) end, '' order by i)
	          from unnest(parts) with ordinality p (part, i));
end
$$;

-- outbox.wrapped(text, indent, width) -> as Python's textwrap.fill(text, width, subsequent_indent=indent) does it: lines
-- end at blanks, behind hyphens inside words and around dashes; what is longer than a line is cut, behind a hyphen if
-- there is one.
create or replace function outbox.wrapped(value text, indent text default E'\t ', width int default 60) returns text
language plpgsql immutable as $$
declare
	chunks text[];
	n      int;
	i      int := 1;
	piece  text;
	line   text;
	lines  text[] := array[]::text[];
	room   int := width;
begin
	value := regexp_replace(outbox.expanded(value), '[\n\v\f\r]', ' ', 'g');
	-- A word may end behind the hyphen of well-known, before and behind the dash of this--or that.
	chunks := array(
		select chunk
		  from regexp_matches(value, ' +|[^ ]+', 'g') with ordinality w (word, i),
		       unnest(case when word[1] !~ '-' then word else regexp_split_to_array(word[1],
		         '(?<=[^\W\d][^\W\d]-|[^\W\d]-[^\W\d]-)(?=[^\W\d]-?[^\W\d])|'
		         '(?<=[\w!"''&.,?])(?=-{2,}\w)|(?<=[\w!"''&.,?]-{2,})(?=\w)') end) with ordinality c (chunk, j)
		 order by w.i, j);
	n := cardinality(chunks);
	while i <= n loop
		if lines <> '{}' and chunks[i] ~ '^ ' then
			i := i + 1;
			continue;
		end if;
		line := '';
		piece := '';
		while i <= n and length(line) + length(chunks[i]) <= room loop
			piece := chunks[i];
			line := line || piece;
			i := i + 1;
		end loop;
		if length(chunks[i]) > room then
			piece := left(chunks[i], room - length(line));
			piece := coalesce(substring(piece from '^.*[^-].*-'), piece);
			line := line || piece;
			chunks[i] := substr(chunks[i], length(piece) + 1);
		end if;
		if piece ~ '^ ' then
			line := left(line, -length(piece));
		end if;
		if line <> '' then
			lines := lines || line;
			room := width - length(indent);
		end if;
	end loop;
	return array_to_string(lines, E'\n' || indent);
end
$$;

-- The opening words of every mail about a quest.
create or replace function outbox.mail_quest_head(q fate.quests, what text) returns text
language sql immutable as $$
	select format(E'QUEST %s %s:\n\n\t"%s"\n\n', q.id, what, outbox.wrapped(q.description))
$$;

-- outbox.mail_quest_made(quest, hosts, event, settings): to its creator; `event` is one of those that started it.
create or replace function outbox.mail_quest_made(p_quest bigint, hosts bigint, event bigint, settings jsonb) returns jsonb
language plpgsql stable as $$
begin
	return (select outbox.mail(settings, array[q.creator], null, format('Quest %s started', q.id),
	               outbox.mail_quest_head(q, 'STARTED')
	               || format('There are %s labors in the Quest.  They were started with the event "%s %s."',
	                         hosts, t.category, t.state))
	          from fate.quests q, fate.events e join fate.event_types t on t.id = e.event_type_id
	         where q.id = p_quest and e.id = event);
end
$$;

-- outbox.mail_quest_updated(quest, {n, labors: [id, ...]}, settings): n labors closed, of which at most a thousand named.
create or replace function outbox.mail_quest_updated(p_quest bigint, closed jsonb, settings jsonb) returns jsonb
language plpgsql stable as $$
declare
	open_types text;
	updated    text;
	more       bigint := (closed->>'n')::bigint - jsonb_array_length(closed->'labors');
begin
	select string_agg(format(E'\t%s %s: %s', category, state, n), '' order by category, state) into open_types
	  from (select t.category, t.state, sum(o.n) as n
	          from (select fate_id, count(*) as n from fate.labors
	                 where quest_id = p_quest and completion_time is null group by 1) o
	          join fate.fates f on f.id = o.fate_id join fate.event_types t on t.id = f.creation_type_id
	         group by t.id) by_type;
	select string_agg(format(E'\tLabor %s completed.\n\t\t%s\n\n', c.labor_id, c.what), '' order by c.labor_id) into updated
	  from outbox.closings(closed->'labors') c;
	return (select outbox.mail(settings, array[q.creator], null, format('Quest %s updated', q.id),
	               outbox.mail_quest_head(q, 'UPDATED')
	               || coalesce(E'\nOPEN LABORS BY TYPE:\n' || open_types, '')
	               || format(E'\n\nOVERALL STATUS:\n\t%s%% complete.  %s total labors.  %s remain open.\n\n',
	                         round(coalesce(100.0 * (q.labors - q.open_labors) / nullif(q.labors, 0), 0), 2),
	                         q.labors, q.open_labors)
	               || E'LABORS UPDATED:\n' || coalesce(updated, '')
	               || case when more > 0 then format(E'\tand %s more.\n\n', more) else '' end)
	          from fate.quests q where q.id = p_quest);
end
$$;

-- outbox.mail_quest_complete(quest, owners, contacts, settings): to its creator, with copies to the owners of its hosts.
--   owners  {host: owner, ...} as the query server knows them; null, or JSON's null: not to be had
create or replace function outbox.mail_quest_complete(p_quest bigint, owners jsonb, contacts jsonb, settings jsonb)
returns jsonb
language plpgsql stable as $$
begin
	return (select outbox.mail(settings, array[q.creator],
	               array(select distinct outbox.address(o, contacts, settings->>'domain')
	                       from jsonb_each_text(nullif(owners, 'null')) e (h, o) where o <> '' order by 1),
	               format('Quest %s completed', q.id),
	               outbox.mail_quest_head(q, 'COMPLETED')
	               || format(E'Quest was embarked on %s and completed on %s.\nThere were %s labors in the Quest.',
	                         btrim(api.json(q.embark_time), '"'), btrim(api.json(q.completion_time), '"'), q.labors))
	          from fate.quests q where q.id = p_quest);
end
$$;

-- outbox.quest_link(quest, settings) -> where the page shows it.
create or replace function outbox.quest_link(quest bigint, settings jsonb) returns text
language sql immutable as $$
	select rtrim(settings->>'frontend', '/') || '/v1/quests/' || quest
$$;

-- outbox.quest_owners(quest) -> {host: owner}: what we know ourselves of the hosts of all its labors; null: nothing.
create or replace function outbox.quest_owners(p_quest bigint) returns jsonb
language plpgsql stable as $$
declare
	ids bigint[] := fate.quests_hosts(p_quest);
begin
	return (select jsonb_object_agg(hostname, owner) from fate.hosts where owner is not null and id = any(ids));
end
$$;

-- outbox.owners_questions(quest, settings) -> what must be asked to know whom to write to about it (hermes_api/ask.sql).
create or replace function outbox.owners_questions(p_quest bigint, settings jsonb) returns jsonb
language plpgsql stable as $$
declare
	ids bigint[] := fate.quests_hosts(p_quest);
begin
	return jsonb_build_object('owners', jsonb_build_object(
	         'operation', 'owners', 'else', true,
	         'hostnames', array(select hostname from fate.hosts where id = any(ids) order by id)))
	       || case when (settings->>'contacts')::boolean then '{"contacts": {"contacts": true, "else": true}}'::jsonb
	          else '{}' end;
end
$$;
