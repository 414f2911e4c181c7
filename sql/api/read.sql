-- Reading a request: req = {"actor": id, "stamp": n, "path": {name: text}, "query": {name: [text, ...]},
-- "body": object, "mount": "/api/v1", "base": "http://host/api/v1", "url": full URL, "settings": {...}}.
-- Whatever is not as it should be fails with 400 and the field's name.
--
-- What every request needs is read by plain expressions, which the planner puts into their callers; only what does not
-- fit goes on to a function that looks closer and says what is wrong. (Each gets the request or what is of it: with
-- constants alone the planner would call it to estimate, and be refused.)

-- api.many(n): is this more than a small request? The role moirai_web keeps its plans and walks indexes (roles.sql),
-- which is right for small requests however large the tables are. For many rows api.plan_for_many() lets the planner
-- make a plan of its own for each of this transaction's further statements, and keeps their rows in memory.
create or replace function api.many(n bigint) returns boolean
language sql immutable as $$
	select n > 500
$$;
create or replace function api.plan_for_many() returns void
language plpgsql as $$
begin
	perform set_config('plan_cache_mode', 'force_custom_plan', true), set_config('enable_seqscan', 'on', true),
	        set_config('enable_hashjoin', 'on', true), set_config('enable_mergejoin', 'on', true),
	        set_config('work_mem', '256MB', true);
end
$$;

-- api.path_id(req, name) -> the id in the path; null, which no row has, when it is larger than any id.
create or replace function api.path_id(req jsonb, name text) returns bigint
language sql immutable as $$
	select case when length(req->'path'->>name) <= 18 then (req->'path'->>name)::bigint end
$$;

-- api.integer(value, name) -> a whole number written as text; 400 for anything else, also out of range.
create or replace function api.integer(value text, name text) returns bigint
language plpgsql immutable as $$
begin
	if value !~ '^[ \t]*[+-]?[0-9]{1,18}[ \t]*$' then
		perform api.fail(400, format('%s: %s is not a whole number in range', name, left(to_json(value)::text, 60)));
	end if;
	return value::bigint;
end
$$;

-- api.query(req, name) -> the last value given, stripped of blanks, or null. '' counts as not given.
create or replace function api.query(req jsonb, name text) returns text
language sql immutable as $$
	select nullif(btrim(req->'query'->name->>-1), '')
$$;

create or replace function api.query_integer(req jsonb, name text) returns bigint
language sql immutable as $$
	select api.integer(api.query(req, name), name)
$$;

create or replace function api.flag_word(value text, name text) returns boolean
language plpgsql stable as $$
begin
	if value is null or lower(value) in ('false', 'no', 'off', '0', 'none', 'null') then
		return false;
	elsif lower(value) in ('true', 'yes', 'on', '1') then
		return true;
	end if;
	perform api.fail(400, format('%s: must be true or false', name));
end
$$;

-- A flag in the query: the usual words for yes and no, in any case.
create or replace function api.query_flag(req jsonb, name text) returns boolean
language sql stable as $$
	select case when req->'query' ? name then api.flag_word(api.query(req, name), name) else false end
$$;

create or replace function api.page_number(value text, name text, otherwise bigint) returns bigint
language plpgsql stable as $$
declare
	n bigint := coalesce(api.integer(nullif(btrim(value), ''), name), otherwise);
begin
	if n < 0 then
		perform api.fail(400, format('%s: must not be negative', name));
	end if;
	return n;
end
$$;

-- api.query_limit(req) -> rows on a page, 10 unless told; null for `all`. The first value counts.
create or replace function api.query_limit(req jsonb) returns bigint
language sql stable as $$
	select case when not req->'query' ? 'limit' then 10
	            when lower(btrim(req->'query'->'limit'->>0)) = 'all' then null
	            else api.page_number(req->'query'->'limit'->>0, 'limit', 10) end
$$;

create or replace function api.query_offset(req jsonb) returns bigint
language sql stable as $$
	select case when req->'query' ? 'offset' then api.page_number(req->'query'->'offset'->>0, 'offset', 0) else 0 end
$$;

-- api.containing(text) -> the pattern for LIKE of what has that text in it. (Unlike a function's call it tells the planner how rare
-- that is.)
create or replace function api.containing(part text) returns text
language sql immutable as $$
	select '%' || regexp_replace(part, '([\\%_])', '\\\1', 'g') || '%'
$$;

-- api.words(text) -> its words in small letters, each once.
create or replace function api.words(value text) returns text[]
language plpgsql immutable as $$
begin
	return array(select word from regexp_split_to_table(lower(value), '\s+') word where word <> '' group by word);
end
$$;

-- api.time(value, name) -> a time as people write it, year first; naive, a zone is cut off, all are UTC.
create or replace function api.time(value text, name text) returns timestamptz
language plpgsql stable set datestyle = 'ISO, YMD' as $$
declare
	t timestamp;
begin
	if value is null then
		return null;
	end if;
	-- Ways of writing that dateutil knows and PostgreSQL does not: an hour alone, a comma before the fraction.
	value := regexp_replace(value, '(:[0-9]{2}),([0-9]+)$', '\1.\2');
	value := regexp_replace(value, '^([0-9]+-[0-9]+-[0-9]+)[T ]([0-9]{1,2})$', '\1 \2:00');
	value := regexp_replace(value, ' ([0-9]{1,2}) ?([ap]m)$', ' \1:00 \2', 'i');
	-- PostgreSQL's own words (now, infinity, ...) are not times that people write.
	if value !~* '(epoch|infinity|now|today|tomorrow|yesterday|allballs|BC)' then
		begin
			t := value::timestamp;
		exception when data_exception then
			t := null;
		end;
	end if;
	if t is null or t < '0001-01-01' or t >= '10000-01-01' then
		perform api.fail(400, format('%s: %s is not a time such as 2015-06-01 12:11', name,
			left(to_json(value)::text, 60)));
	end if;
	return t at time zone 'UTC';
end
$$;

-- api.must_have(body, names): 400 for the first of them that the body lacks.
create or replace function api.must_have(body jsonb, variadic names text[]) returns void
language plpgsql immutable as $$
declare
	name text;
begin
	foreach name in array names loop
		if not body ? name then
			perform api.fail(400, 'Missing Required Argument: ' || name);
		end if;
	end loop;
end
$$;

create or replace function api.text_checked(body jsonb, name text, most int) returns text
language plpgsql stable as $$
begin
	if coalesce(body->>name, '') = '' then
		perform api.fail(400, case when body ? name then format('%s: must not be empty', name)
		                           else 'Missing Required Argument: ' || name end);
	elsif jsonb_typeof(body->name) <> 'string' then
		perform api.fail(400, format('%s: must be a string', name));
	end if;
	perform api.fail(400, format('%s: longer than %s characters', name, most));
end
$$;

-- api.text(body, name, most) -> a string of the body, at most `most` characters; null when absent or null.
create or replace function api.text(body jsonb, name text, most int) returns text
language sql stable as $$
	select case when body->>name is null or (jsonb_typeof(body->name) = 'string' and length(body->>name) <= most)
	            then body->>name else api.text_checked(body, name, most) end
$$;

-- The same for one that may not be null or empty.
create or replace function api.text_needed(body jsonb, name text, most int) returns text
language sql stable as $$
	select case when jsonb_typeof(body->name) = 'string' and length(body->>name) between 1 and most
	            then body->>name else api.text_checked(body, name, most) end
$$;

create or replace function api.id_checked(body jsonb, name text) returns bigint
language plpgsql stable as $$
begin
	if jsonb_typeof(body->name) not in ('number', 'string') then
		perform api.fail(400, format('%s: must be a whole number', name));
	end if;
	return api.integer(body->>name, name);
end
$$;

-- api.id(body, name) -> an id in the body, as a number or as its digits; null when absent or null.
create or replace function api.id(body jsonb, name text) returns bigint
language sql stable as $$
	select case when body->>name is not null then api.id_checked(body, name) end
$$;

-- The same for one that goes into a header or an address: without control characters.
create or replace function api.line_needed(body jsonb, name text, most int) returns text
language plpgsql stable as $$
begin
	if body->>name ~ '[[:cntrl:]]' then
		perform api.fail(400, format('%s: must be one line', name));
	end if;
	return api.text_needed(body, name, most);
end
$$;

-- api.is_http_url(text) -> is it a URL of a host, to be reached by HTTP?
create or replace function api.is_http_url(url text) returns boolean
language sql immutable as $$
	select url ~* '^https?://[^[:space:]/?#]+' and url !~ '[[:space:]]'
$$;

-- api.has_login(url) -> does it say as whom to sign in, maybe by which password? Not where it will be shown.
create or replace function api.has_login(url text) returns boolean
language sql immutable as $$
	select url ~ '^[^/]*//[^/?#]*@'
$$;

create or replace function api.flag(body jsonb, name text, otherwise boolean) returns boolean
language plpgsql immutable as $$
begin
	if body->>name is null then
		return otherwise;
	end if;
	if jsonb_typeof(body->name) = 'boolean' then
		return (body->>name)::boolean;
	elsif body->>name in ('0', '1') then
		return body->>name = '1';
	end if;
	perform api.fail(400, format('%s: must be true or false', name));
end
$$;

-- api.objects(body, name) -> a list of objects, as it stands.
create or replace function api.objects(body jsonb, name text) returns jsonb
language plpgsql immutable as $$
begin
	if jsonb_typeof(body->name) is distinct from 'array' then
		perform api.fail(400, format('%s: must be a list', name));
	end if;
	if exists (select from jsonb_array_elements(body->name) o where jsonb_typeof(o) <> 'object') then
		perform api.fail(400, format('%s: each entry must be an object', name));
	end if;
	return body->name;
end
$$;

-- api.hostnames_listed(body, name) -> the texts of a list of host names, each once, in the order given, be they names or not.
create or replace function api.hostnames_listed(body jsonb, name text) returns text[]
language plpgsql stable as $$
declare
	names text[];
	bad   boolean;
begin
	if jsonb_typeof(body->name) <> 'array' then
		perform api.fail(400, format('%s: must be a list of host names', name));
	end if;
	select array_agg(h order by n), bool_or(kind <> 'string')
	  into names, bad
	  from (select h #>> '{}' as h, jsonb_typeof(h) as kind, min(n) as n
	          from jsonb_array_elements(body->name) with ordinality e (h, n) group by 1, 2) once;
	if bad then
		perform api.fail(400, format('%s: a host name is a string of 1 to 128 characters', name));
	end if;
	return coalesce(names, '{}');
end
$$;

create or replace function api.hostnames_checked(body jsonb, name text) returns text[]
language plpgsql stable as $$
declare
	names text[] := api.hostnames_listed(body, name);
begin
	if exists (select from unnest(names) h where length(h) not between 1 and 128) then
		perform api.fail(400, format('%s: a host name is a string of 1 to 128 characters', name));
	end if;
	return names;
end
$$;

-- api.hostnames(body, name) -> the names of a list of strings, each once, in the order given; null when absent.
create or replace function api.hostnames(body jsonb, name text) returns text[]
language sql stable as $$
	select case when jsonb_typeof(body->name) <> 'null' then api.hostnames_checked(body, name) end
$$;

-- api.ids_needed(body, name, most) -> a list of 1 to `most` ids, each as api.id; each once, in the order given.
create or replace function api.ids_needed(body jsonb, name text, most int) returns bigint[]
language plpgsql stable as $$
begin
	perform api.must_have(body, name);
	if jsonb_typeof(body->name) <> 'array' or jsonb_array_length(body->name) not between 1 and most then
		perform api.fail(400, format('%s: must be a list of 1 to %s ids', name, most));
	elsif exists (select from jsonb_array_elements(body->name) i
	               where jsonb_typeof(i) not in ('number', 'string') or i #>> '{}' !~ '^[ \t]*[+-]?[0-9]{1,18}[ \t]*$') then
		perform api.fail(400, format('%s: an id is a whole number in range', name));
	end if;
	return array(select id from (select (i #>> '{}')::bigint as id, n
	                               from jsonb_array_elements(body->name) with ordinality e (i, n)) ids
	              group by id order by min(n));
end
$$;
