-- Where in the output of a run plays, tasks and failures are, by how Ansible writes them (its callback plugins default and minimal).
-- Beyond the document.

-- polemarch_api.history_outline(req) -> {upto, marks: [{line, kind, text, host}, ...]} by line        GET /history/{id}/outline/
--   upto: the last line that was looked at, which is the next `after`. A failure is ignored when `...ignoring` follows; where that comes
--   only after `after` the mark is told again.
--   query  after, limit (10,000 at most)       fails  WE404, WE403
create or replace function polemarch_api.history_outline(req jsonb) returns api.answer
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor text      := people.must_be_signed_in(req);
	r     work.runs := polemarch_api.run_of_path(req, 'see');
	lines int       := case when r.output_day is null then 0 else r.lines end;
	after int       := least(polemarch_api.count_word(req, 'after', 0, 0), lines);
	most  int       := least(polemarch_api.count_word(req, 'limit', 1, 10000), 10000);
	marks polemarch_api.mark[];
begin
	marks := polemarch_api.marks_found(r, after, lines, most + 1);
	if cardinality(marks) > most then
		lines := marks[most].line;
	end if;
	if marks[1].kind = 'ignoring' then
		-- Of what was told before: what is ignored failed a few lines above.
		marks := array(select f from unnest(polemarch_api.marks_found(r, greatest(after - 1000, 0), after, 1000)) f
		                where f.kind in ('failed', 'item', 'unreachable') order by f.line desc limit 1) || marks;
	end if;
	return polemarch_api.ok('{"upto":' || lines || ',"marks":' || api.objects_list(polemarch_api.marks_told(marks, lines)) || '}');
end
$$;

-- polemarch_api.marks_told(marks, upto) -> those up to that line as objects, given by their members, without those of the kind ignoring.
create or replace function polemarch_api.marks_told(marks polemarch_api.mark[], upto int) returns text[]
language plpgsql stable as $$
begin
	return array(
		select '"line":' || line || ',"kind":"' || case when ignored then 'ignored' when kind = 'item' then 'failed' else kind end
		       || '","text":' || api.json(said) || ',"host":' || api.json(host)
		  from (select line, kind, said, host,
		               -- Of a loop the items that failed come one by one, and the one word follows them all.
		               case when kind = 'item' then bool_or(kind = 'ignoring') over (partition by turn)
		                    when kind in ('failed', 'unreachable') then lead(kind) over (order by line) = 'ignoring' end as ignored
		          from (select m.line, m.kind, m.said, m.host, count(*) filter (where m.kind <> 'item') over (order by m.line desc) as turn
		                  from unnest(marks) m) t) i
		 where kind <> 'ignoring' and line <= upto order by line);
end
$$;

-- polemarch_api.marks_found(run, after, upto, most) -> the first so many marks in these lines, in order. Their kinds are those of the
-- answer, `item` (a failure in a loop) and `ignoring`.
create or replace function polemarch_api.marks_found(r work.runs, after int, upto int, most int) returns polemarch_api.mark[]
language plpgsql stable as $$
begin
	-- What a line begins with is cheap to see, and leaves few for a closer look.
	return array(
		select row(l.n, (m.mark).kind, (m.mark).said, (m.mark).host)::polemarch_api.mark
		  from work.lines l,
		       lateral (select polemarch_api.mark_of(polemarch_api.line_shown(left(l.line, 10000), false), r.kind) as mark offset 0) m
		 where l.day = r.output_day and l.run_id = r.id and l.n > after and l.n <= upto
		   and case when r.kind = 'MODULE' then l.line like '%| FAILED%' or l.line like '%| UNREACHABLE! =>%'
		            else substr(l.line, case when starts_with(l.line, E'\x1b') then strpos(l.line, 'm') + 1 else 1 end, 4)
		                 in ('PLAY', 'TASK', 'RUNN', 'fata', 'fail', '...i') end
		   and (m.mark).kind is not null
		 order by l.n limit most);
end
$$;

-- polemarch_api.mark_of(line, kind) -> what the line, without colors, is in the output of such a run; its kind is null where it is nothing.
create or replace function polemarch_api.mark_of(p_line text, p_kind text) returns polemarch_api.mark
language plpgsql stable as $$
declare
	m    polemarch_api.mark;
	part text[];
begin
	if p_kind = 'MODULE' then
		part := regexp_match(p_line, '^(.+?) \| (FAILED|UNREACHABLE)(?:!| \| rc=-?\d+) (?:=>|>>) ?(.*)$');
		m.kind := case part[2] when 'FAILED' then 'failed' when 'UNREACHABLE' then 'unreachable' end;
	elsif p_line ~ '^fa' then
		part := regexp_match(p_line, '^(?:fatal|failed): \[(.+?)\](?:: (FAILED|UNREACHABLE)!| \((item=.*)\)) => ?(.*)$');
		m.kind := case when part[2] = 'UNREACHABLE' or part[3] is not null and part[4] like '%"unreachable": true%' then 'unreachable'
		               when part[2] = 'FAILED' then 'failed' when part[3] is not null then 'item' end;
		part := array[split_part(part[1], ' -> ', 1), part[2], part[4]];
	elsif p_line ~ '^\.\.\.ignoring\s*$' then
		m.kind := 'ignoring';
	elsif p_line ~ '^PLAY RECAP \*\*\*' then
		m.kind := 'recap';
		m.said := '';
	else
		part := regexp_match(p_line, '^(PLAY|TASK|RUNNING HANDLER) (?:\[(.*)\] )?\*\*\*+\s*$');
		m.kind := case part[1] when 'PLAY' then 'play' when 'TASK' then 'task' when 'RUNNING HANDLER' then 'handler' end;
		m.said := left(coalesce(regexp_replace(part[2], '\] \[CHECK MODE$', ''), ''), 500);
	end if;
	if m.said is null and m.kind is not null and m.kind <> 'ignoring' then
		m.host := part[1];
		m.said := polemarch_api.failure_said(part[3]);
	end if;
	return m;
end
$$;

-- polemarch_api.failure_said(text) -> the message in what Ansible writes of a failure (JSON, of which perhaps the beginning), else all of it.
create or replace function polemarch_api.failure_said(said text) returns text
language plpgsql immutable as $$
declare
	message text := (regexp_match(said, '"msg": "((?:[^"\\]|\\.)*)"'))[1];
begin
	message := coalesce(replace(replace(replace(message, '\n', ' '), '\"', '"'), '\\', '\'), said);
	return left(case when message = '{' then '' else message end, 500);
end
$$;
