-- What a run has said (polemarch.txt History records, polemarch-behaviour.md section 10.1): its lines, as they come. They are
-- numbered from 1 without a gap, so nothing is ever counted. Output that was dropped for its age is none.

-- polemarch_api.line_shown(line, colors) -> the line, or some, without what Ansible colors it by: from ESC to the next m.
create or replace function polemarch_api.line_shown(line text, colors boolean) returns text
language sql immutable as $$
	select case when colors or strpos(line, E'\x1b') = 0 then line else regexp_replace(line, E'\x1b[^m\n]*m', '', 'g') end
$$;

-- polemarch_api.colors_asked(req) -> are lines wanted with colors (color=yes)?
create or replace function polemarch_api.colors_asked(req jsonb) returns boolean
language sql immutable as $$
	select coalesce(polemarch_api.query(req, 'color') = 'yes', false)
$$;

-- polemarch_api.run_chunk(run, after) -> the lines that follow that number, with colors, joined, up to line `upto`: 5,000, or fewer where
-- they are long; upto null: there are none. What all else would keep in memory.
create or replace function polemarch_api.run_chunk(r work.runs, after int, out chunk text, out upto int)
language plpgsql stable as $$
begin
	-- Joined in the order in which they come: an order within the aggregate costs half as much again.
	select string_agg(l.line, E'\n'), max(l.n) into chunk, upto
	  from (select n, line, sum(octet_length(line)) over (order by n) - octet_length(line) as before
	          from work.lines
	         where day = r.output_day and run_id = r.id and n > after and n <= least(after::bigint + 5000, r.lines)
	         order by n) l
	 where l.before < 500000;
end
$$;

-- polemarch_api.run_text(run, most) -> the first so many characters of what it has said, without colors.
create or replace function polemarch_api.run_text(r work.runs, most int) returns text
language plpgsql stable as $$
declare
	chunks text[] := '{}'::text[];
	length bigint := 0;
	upto   int    := 0;
	chunk  text;
begin
	while length < most loop
		select polemarch_api.line_shown(c.chunk, false), c.upto into chunk, upto from polemarch_api.run_chunk(r, upto) c;
		exit when upto is null;
		chunks := chunks || chunk;
		length := length + length(chunk) + 1;
	end loop;
	return left(array_to_string(chunks, E'\n'), most);
end
$$;

-- polemarch_api.history_lines(req) -> a page of lines, the last first                  GET /history/{id}/lines/
--   query  after, before, line_number: only those after, before, with that number; search: only those with that text, in any case;
--          color=yes: with colors; limit, offset; ordering=line_number: the first first, so that who has seen line N follows with after=N
--   fails  WE404, WE403
create or replace function polemarch_api.history_lines(req jsonb) returns api.answer
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor     text      := people.must_be_signed_in(req);
	r         work.runs := polemarch_api.run_of_path(req, 'see');
	colors    boolean   := polemarch_api.colors_asked(req);
	ascending boolean   := coalesce(polemarch_api.query(req, 'ordering') = 'line_number', false);
	page_from bigint    := polemarch_api.offset(req);
	page_size bigint    := polemarch_api.limit(req);
	search    text      := polemarch_api.query(req, 'search');
	low       bigint;
	high      bigint;
	total     bigint;
	found     int[];
begin
	select * into low, high from polemarch_api.lines_wanted(req, case when r.output_day is null then 0 else r.lines end);
	total := greatest(high - low + 1, 0);
	if search is not null then
		found := polemarch_api.lines_found(r, low, high, search);
		total := cardinality(found);
		-- Of those that were found the same pages.
		low := case when ascending then least(page_from, total) else total - page_from - page_size end;
		found := found[greatest(low, 0) + 1 : least(greatest(low + page_size, 0), total)];
	elsif ascending then
		low := low + page_from;
		high := least(high, low + page_size - 1);
	else
		high := high - page_from;
		low := greatest(low, high - page_size + 1);
	end if;
	return polemarch_api.page(req, total, array(
		select '"line_number":' || l.n || ',"line":' || api.json(polemarch_api.line_shown(l.line, colors))
		  from (select n, line from work.lines
		         where found is null and day = r.output_day and run_id = r.id and n between low and high
		        union all
		        -- Each by its key: of a run that has only just written the planner knows nothing, and would compare each with each.
		        select f.n, o.line
		          from unnest(found) f (n),
		               lateral (select line from work.lines where day = r.output_day and run_id = r.id and n = f.n limit 1) o) l
		 order by case when ascending then l.n else -l.n end));
end
$$;

-- polemarch_api.lines_wanted(req, lines) -> the first and the last of so many lines that the query asks for; the last is less than the
-- first where there is none, as where what was asked for is no number.
create or replace function polemarch_api.lines_wanted(req jsonb, lines int, out low bigint, out high bigint)
language plpgsql immutable as $$
declare
	name text;
	word text;
begin
	low := 1;
	high := lines;
	foreach name in array '{after,before,line_number}'::text[] loop
		word := polemarch_api.query(req, name);
		continue when word is null;
		if word !~ '^[ \t]*[+-]?[0-9]{1,15}[ \t]*$' then
			low := 1;
			high := 0;
			return;
		end if;
		low := greatest(low, case name when 'after' then word::bigint + 1 when 'line_number' then word::bigint end);
		high := least(high, case name when 'before' then word::bigint - 1 when 'line_number' then word::bigint end);
	end loop;
end
$$;

-- polemarch_api.lines_found(run, low, high, search) -> the numbers of the lines between these that have that text, ascending. Case does not
-- count, nor do colors.
create or replace function polemarch_api.lines_found(r work.runs, low bigint, high bigint, search text) returns int[]
language plpgsql stable as $$
declare
	-- Of ASCII alone letters are made small a dozen times as fast. What has others is looked for by the rest of it first.
	plain text := api.containing(lower(search collate "C"));
	rough text := regexp_replace(plain, '[^\x01-\x7f]+', '%', 'g');
	shown text := E'\x1b[%m' || plain || E'\x1b[0m';
begin
	if rough <> plain then
		return array(
			select l.n from work.lines l
			 where l.day = r.output_day and l.run_id = r.id and l.n between low and high
			   and octet_length(l.line) > length(l.line)
			   and (lower(l.line collate "C") like rough
			        or strpos(l.line, E'\x1b') > 0 and (l.line not like E'\x1b[%m%\x1b[0m' or l.line like E'%\x1b%\x1b%\x1b%'))
			   and strpos(lower(polemarch_api.line_shown(l.line, false)), lower(search)) > 0
			 order by l.n);
	end if;
	return array(
		select l.n from work.lines l
		 where l.day = r.output_day and l.run_id = r.id and l.n between low and high
		   -- Most lines have no color, or one from end to end: then no other line need be made of it.
		   and case when strpos(l.line, E'\x1b') = 0 then lower(l.line collate "C") like plain
		            when l.line like E'\x1b[%m%\x1b[0m' and l.line not like E'%\x1b%\x1b%\x1b%' then lower(l.line collate "C") like shown
		            else lower(polemarch_api.line_shown(l.line, false) collate "C") like plain end
		 order by l.n);
end
$$;

-- polemarch_api.history_raw(req) -> its output as text                                 GET /history/{id}/raw/
--   query  after=N: what follows line N; color=yes: with colors, which the worker (hook_raw) else takes out
--   It comes in pieces: while there is more the location is the `after` to ask for next, and the worker (hook_raw) does. A piece that
--   does not begin with line 1 begins with the newline before its first.       fails  WE404, WE403
create or replace function polemarch_api.history_raw(req jsonb) returns api.answer
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor text      := people.must_be_signed_in(req);
	r     work.runs := polemarch_api.run_of_path(req, 'see');
	after int       := least(polemarch_api.count_word(req, 'after', 0, 0), r.lines);
	chunk text;
	upto  int;
begin
	select * into chunk, upto from polemarch_api.run_chunk(r, after);
	return row(200, case when upto < r.lines then upto::text end,
	           case when upto is null then '' when after > 0 then E'\n' || chunk else chunk end)::api.answer;
end
$$;
