-- Writing an answer. Bodies are built as text, which costs a third of building json values (platform.md).
--
-- House rule: LANGUAGE sql only for plain expressions that the planner puts in line. It does so when the function is
-- not said to be more immutable than what it calls (to_json is stable), has no subquery, and uses no costly argument
-- twice. All others are PL/pgSQL, whose plans are kept: a LANGUAGE sql function that is not put in line is parsed and
-- planned anew at each call, which costs more than most of our statements.

-- api.json(text) -> a JSON string, or null.
create or replace function api.json(value text) returns text
language sql stable as $$
	select coalesce(to_json(value)::text, 'null')
$$;

create or replace function api.json(value bigint) returns text
language sql immutable as $$
	select coalesce(value::text, 'null')
$$;

create or replace function api.json(value boolean) returns text
language sql immutable as $$
	select case when value then 'true' else 'false' end
$$;

-- api.json(time) -> "2015-06-01 12:11:01.123456", naive UTC, no fraction where it is zero (D5); or null.
create or replace function api.json(value timestamptz) returns text
language sql stable as $$
	select case when value is null then 'null'
	            when value = date_trunc('second', value) then '"' || (value at time zone 'UTC')::text || '"'
	            else '"' || rpad((value at time zone 'UTC')::text, 26, '0') || '"' end
$$;

create or replace function api.segment_escaped(value text) returns text
language plpgsql immutable as $$
begin
	return (select string_agg(case when b between 33 and 126 and chr(b) ~ '[A-Za-z0-9._~-]' then chr(b)
	                               else '%' || upper(lpad(to_hex(b), 2, '0')) end, '' order by i)
	          from (select i, get_byte(convert_to(value, 'UTF8'), i) as b
	                  from generate_series(0, octet_length(value) - 1) i) bytes);
end
$$;

-- api.segment(text) -> the text as one segment of a URL's path.
create or replace function api.segment(value text) returns text
language sql immutable as $$
	select case when value is null or value ~ '^[A-Za-z0-9._~-]*$' then value else api.segment_escaped(value) end
$$;

-- api.seconds(time) -> whole seconds since 1970, for columns of times.
create or replace function api.seconds(value timestamptz) returns bigint
language sql stable as $$
	select floor(date_part('epoch', value))::bigint
$$;

-- api.list(values) -> a JSON list of them; of null an empty one.
create or replace function api.list(elements anyarray) returns text
language sql stable as $$
	select coalesce(array_to_json(elements)::text, '[]')
$$;

-- api.objects_list(members) -> a JSON list of objects, given by their members without braces.
create or replace function api.objects_list(members text[]) returns text
language sql stable as $$
	select coalesce('[{' || nullif(array_to_string(members, '},{'), '') || '}]', '[]')
$$;

-- api.ok(body): 200 with the members of an object, given without its braces.
create or replace function api.ok(members text) returns api.answer
language sql immutable as $$
	select row(200, null, '{"status":"ok",' || members || '}')::api.answer
$$;

-- api.created(location, members): 201; location null when several things were made.
create or replace function api.created(location text, members text) returns api.answer
language sql immutable as $$
	select row(201, location, '{"status":"created",' || members || '}')::api.answer
$$;

-- api.ask(questions): 100: the endpoint must know their answers first (hermes_api/ask.sql).
create or replace function api.ask(questions jsonb) returns api.answer
language sql immutable as $$
	select row(100, null, questions::text)::api.answer
$$;

-- api.page(req, limit, offset) -> the members that open every list's answer.
create or replace function api.page(req jsonb, page_limit bigint, page_offset bigint) returns text
language sql stable as $$
	select '"href":' || api.json(req->>'url') || ',"limit":' || api.json(page_limit)
	       || ',"offset":' || page_offset
$$;
