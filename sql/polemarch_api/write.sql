-- Writing an answer of the Polemarch family: bodies as text, as in sql/api/write.sql.

-- polemarch_api.url(req, path) -> the absolute URL of a thing, as a JSON string. `?format=json` of the request goes along.
create or replace function polemarch_api.url(req jsonb, path text) returns text
language plpgsql stable as $$
begin
	return api.json((req->>'base') || path
	                || coalesce('?format=' || api.segment(substring(polemarch_api.query(req, 'format') from '^(json|api)$')), ''));
end
$$;

-- polemarch_api.url_ends(req, path) -> {"http://.../path/, /?format=json"}: the URL of each thing of a long list is its id between these.
create or replace function polemarch_api.url_ends(req jsonb, path text) returns text[]
language plpgsql stable as $$
declare
	url text := polemarch_api.url(req, path || '//');
begin
	return array[split_part(url, '//', 1) || '//' || split_part(url, '//', 2) || '/', '/' || split_part(url, '//', 3)];
end
$$;

-- polemarch_api.time(time) -> "2017-07-24T06:39:52.052504Z", no fraction where it is zero (D5); or null.
create or replace function polemarch_api.time(value timestamptz) returns text
language plpgsql immutable as $$
begin
	return coalesce('"' || to_char(value at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS')
	                || coalesce('.' || nullif(to_char(value at time zone 'UTC', 'US'), '000000'), '') || 'Z"', 'null');
end
$$;

create or replace function polemarch_api.ok(body text) returns api.answer
language sql immutable as $$
	select row(200, null, body)::api.answer
$$;

-- polemarch_api.created(req, path, body): 201 for the thing at that path.
create or replace function polemarch_api.created(req jsonb, path text, body text) returns api.answer
language sql immutable as $$
	select row(201, (req->>'mount') || path, body)::api.answer
$$;

create or replace function polemarch_api.gone() returns api.answer
language sql immutable as $$
	select row(204, null, '')::api.answer
$$;

-- polemarch_api.page_url(req, offset) -> this list from there on, as a JSON string: the parameters in the order of their
-- names, the last value of each. offset 0: without one.
create or replace function polemarch_api.page_url(req jsonb, page_offset bigint) returns text
language plpgsql stable as $$
begin
	return api.json(split_part(req->>'url', '?', 1) || '?' || (
		select string_agg(api.segment(name) || '=' || api.segment(value), '&' order by name collate "C")
		  from (select key as name, v->>-1 as value from jsonb_each(req->'query') q (key, v) where key not in ('limit', 'offset')
		        union all select 'limit', polemarch_api.limit(req)::text
		        union all select 'offset', page_offset::text where page_offset > 0) parameters));
end
$$;

-- polemarch_api.page(req, total, rows) -> the answer of a list; `rows` are its objects, given by their members without braces.
create or replace function polemarch_api.page(req jsonb, total bigint, page_rows text[]) returns api.answer
language plpgsql stable as $$
declare
	l bigint := polemarch_api.limit(req);
	o bigint := polemarch_api.offset(req);
begin
	return polemarch_api.ok('{"count":' || total
		|| ',"next":' || case when o + l < total then polemarch_api.page_url(req, o + l) else 'null' end
		|| ',"previous":' || case when o > 0 then polemarch_api.page_url(req, greatest(o - l, 0)) else 'null' end
		|| ',"results":' || api.objects_list(page_rows) || '}');
end
$$;
