-- Reading a request of the Polemarch family (polemarch-behaviour.md sections 1.3, 1.6, 1.7), and refusing it in that
-- family's shapes. The request is as sql/api/read.sql tells; "body" may be any JSON value here.

-- polemarch_api.fail(status, answer): refuse with this body, which the worker sends as it is.
create or replace function polemarch_api.fail(status int, answer jsonb) returns void
language plpgsql as $$
begin
	raise exception using errcode = 'WE' || status, message = coalesce(answer->>'detail', 'refused'), detail = answer::text;
end
$$;
create or replace function polemarch_api.fail(status int, detail text) returns void
language plpgsql as $$
begin
	perform polemarch_api.fail(status, jsonb_build_object('detail', detail));
end
$$;
create or replace function polemarch_api.not_found() returns void
language plpgsql as $$
begin
	perform polemarch_api.fail(404, 'Not found.');
end
$$;
create or replace function polemarch_api.forbidden() returns void
language plpgsql as $$
begin
	perform polemarch_api.fail(403, 'You do not have permission to perform this action.');
end
$$;

-- polemarch_api.want(name, kind, ...) -> what a field of a body may be, for polemarch_api.fields.
--   kind        text; line (no control characters); username; email; flag; pk (the number of something); ids (a list of whole numbers); vars (variables, as
--               the worker has sealed them: inventory/variables.sql); object; aside (a text that the worker keeps: {"length"}); password (what
--               the worker has made of it: {"hash"}, {"given"} or {"length"}, see worker/sign_in.h); hash (Django's)
--   needed      must be there, but for PATCH
--   most        characters
--   otherwise   what a POST means that has none; null: nothing
--   blank       text may be empty
create or replace function polemarch_api.want(name text, kind text, needed boolean default false, most int default null,
                                              otherwise jsonb default null, blank boolean default false)
returns polemarch_api.field
language sql immutable as $$
	select row(name, kind, needed, most, otherwise, blank)::polemarch_api.field
$$;

create or replace function polemarch_api.python_type(value jsonb) returns text
language plpgsql immutable as $$
begin
	return case jsonb_typeof(value) when 'array' then 'list' when 'string' then 'str' when 'boolean' then 'bool'
	            when 'null' then 'NoneType' when 'object' then 'dict'
	            else case when value::text ~ '[.eE]' then 'float' else 'int' end end;
end
$$;

-- polemarch_api.trimmed(text) -> the text without white space around it.
create or replace function polemarch_api.trimmed(value text) returns text
language sql immutable as $$
	select regexp_replace(value, '^\s+|\s+$', '', 'g')
$$;

-- polemarch_api.object(req) -> the body, which must be an object.       fails  WE400
create or replace function polemarch_api.object(req jsonb) returns jsonb
language plpgsql stable as $$
begin
	if jsonb_typeof(req->'body') is distinct from 'object' then
		perform polemarch_api.fail(400, jsonb_build_object('non_field_errors', jsonb_build_array(
			format('Invalid data. Expected a dictionary, but got %s.', polemarch_api.python_type(coalesce(req->'body', 'null'))))));
	end if;
	return req->'body';
end
$$;

-- polemarch_api.must_be_list(body, most): a list, of so many elements at the most.       fails  WE400
create or replace function polemarch_api.must_be_list(body jsonb, most int default null) returns void
language plpgsql stable as $$
begin
	if jsonb_typeof(body) is distinct from 'array' then
		perform polemarch_api.fail(400, jsonb_build_object('non_field_errors', jsonb_build_array(
			format('Expected a list of items but got type "%s".', polemarch_api.python_type(coalesce(body, 'null'))))));
	elsif jsonb_array_length(body) > most then
		perform polemarch_api.fail(400, jsonb_build_object('non_field_errors', jsonb_build_array(
			format('Ensure this list has no more than %s elements.', most))));
	end if;
end
$$;

create or replace function polemarch_api.text_error(value jsonb, f polemarch_api.field) returns text
language plpgsql immutable as $$
declare
	trimmed text := polemarch_api.trimmed(value #>> '{}');
begin
	return case when jsonb_typeof(value) not in ('string', 'number') then 'Not a valid string.'
	            when trimmed = '' and not coalesce(f.blank, false) then 'This field may not be blank.'
	            when length(trimmed) > f.most then format('Ensure this field has no more than %s characters.', f.most)
	            when f.kind = 'email' and trimmed <> '' and trimmed !~ '^[^@[:space:][:cntrl:]]+@[^@[:space:][:cntrl:]]+\.[^@.[:space:][:cntrl:]]+$'
	            then 'Enter a valid email address.'
	            when f.kind = 'username' and trimmed !~ '^[[:alnum:]@.+_-]+$'
	            then 'Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters.'
	            when trimmed ~ '[[:cntrl:]]' and f.kind = 'line' then 'Enter one line.' end;
end
$$;

-- polemarch_api.field_error(value, field) -> what is wrong with it, or null.
create or replace function polemarch_api.field_error(value jsonb, f polemarch_api.field) returns text
language plpgsql immutable as $$
begin
	if jsonb_typeof(value) = 'null' then
		return 'This field may not be null.';
	end if;
	return case f.kind
		when 'flag' then case when polemarch_api.flag_word(value) is null then format('"%s" is not a valid boolean.', left(value #>> '{}', 60)) end
		when 'pk' then case when value = '""' then 'This field may not be blank.'
			when polemarch_api.trimmed(value #>> '{}') !~ '^[+-]?[0-9]+$'
			then format('Incorrect type. Expected pk value, received %s.', polemarch_api.python_type(value)) end
		when 'ids' then case when jsonb_typeof(value) <> 'array' then 'Expected a list of items but got type "' || polemarch_api.python_type(value) || '".'
			when exists (select from jsonb_array_elements(value) e where coalesce(e #>> '{}', '') !~ '^[+-]?[0-9]{1,18}$')
			then 'A valid integer is required.'
			when jsonb_array_length(value) > f.most then format('Ensure this field has no more than %s elements.', f.most) end
		when 'password' then case when value = '"[~~ENCRYPTED~~]"' then null
			when jsonb_typeof(value) <> 'object' then 'Not a valid string.'
			when value ?| '{hash,given}' then null
			when value->>'length' = '0' then 'This field may not be blank.'
			when value ? 'length' then format('Ensure this field has no more than %s characters.', f.most)
			else 'Not a valid string.' end
		when 'vars' then inventory.vars_error(value)
		when 'object' then case when jsonb_typeof(value) <> 'object' then 'Expected a dictionary.' end
		when 'aside' then case when coalesce(jsonb_typeof(value->'length'), '') <> 'number' then 'Not a valid string.'
			when value->>'length' = '0' then 'This field may not be blank.' end
		when 'hash' then case when value <> '"[~~ENCRYPTED~~]"' and value #>> '{}' !~ '^pbkdf2_sha256\$[1-9][0-9]{0,6}\$[^$]{1,64}\$[A-Za-z0-9+/]{43}=$'
			then 'Expected pbkdf2_sha256$ITERATIONS$SALT$HASH, as Django writes it.' end
		else polemarch_api.text_error(value, f) end;
end
$$;

-- The words for yes and no; null for anything else.
create or replace function polemarch_api.flag_word(value jsonb) returns boolean
language plpgsql immutable as $$
declare
	word text := value #>> '{}';
begin
	return case when jsonb_typeof(value) in ('array', 'object') then null
	            when word in ('true', 'True', 'TRUE', 't', 'T', 'y', 'Y', 'yes', 'Yes', 'YES', 'on', 'On', 'ON', '1') then true
	            when word in ('false', 'False', 'FALSE', 'f', 'F', 'n', 'N', 'no', 'No', 'NO', 'off', 'Off', 'OFF', '0') then false end;
end
$$;

-- polemarch_api.fields(req, fields) -> an object of those fields that the body has, cleaned, or that have a value otherwise.
-- What it does not name is passed over.       fails  WE400, all fields that are wrong together
create or replace function polemarch_api.fields(req jsonb, variadic wanted polemarch_api.field[]) returns jsonb
language plpgsql stable as $$
declare
	body    jsonb   := polemarch_api.object(req);
	partial boolean := req->>'method' = 'PATCH';
	given   jsonb   := jsonb '{}';
	field   polemarch_api.field;
	wrong   jsonb;
begin
	select jsonb_object_agg(name, jsonb_build_array(error)) into wrong
	  from (select f.name, case when body ? f.name then polemarch_api.field_error(body->f.name, f)
	                            when f.needed and not partial then 'This field is required.' end as error
	          from unnest(wanted) f) checked
	 where error is not null;
	if wrong is not null then
		perform polemarch_api.fail(400, wrong);
	end if;
	-- Added up, for PostgreSQL's jsonb_object_agg takes quadratic time for what is nested.
	foreach field in array wanted loop
		continue when not (body ? field.name or (req->>'method' = 'POST' and field.otherwise is not null));
		given := given || jsonb_build_object(field.name,
			case when not body ? field.name then field.otherwise
			     when field.kind = 'flag' then to_jsonb(polemarch_api.flag_word(body->field.name))
			     when field.kind in ('text', 'line', 'username', 'email', 'pk') then to_jsonb(polemarch_api.trimmed(body->>field.name))
			     else body->field.name end);
	end loop;
	return given;
end
$$;

-- ---- the query ----

-- polemarch_api.query(req, name) -> the last value given; '' counts as not given.
create or replace function polemarch_api.query(req jsonb, name text) returns text
language sql immutable as $$
	select nullif(req->'query'->name->>-1, '')
$$;

create or replace function polemarch_api.count_word(req jsonb, name text, smallest bigint, otherwise bigint) returns bigint
language plpgsql immutable as $$
declare
	word text := polemarch_api.query(req, name);
begin
	return case when word ~ '^[ \t]*\+?[0-9]{1,15}[ \t]*$' and word::bigint >= smallest then word::bigint else otherwise end;
end
$$;

-- Rows on a page, 1000 unless told, and how many are skipped: what makes no sense counts as not given.
create or replace function polemarch_api.limit(req jsonb) returns bigint
language sql immutable as $$
	select polemarch_api.count_word(req, 'limit', 1, 1000)
$$;
create or replace function polemarch_api.offset(req jsonb) returns bigint
language sql immutable as $$
	select polemarch_api.count_word(req, 'offset', 0, 0)
$$;

create or replace function polemarch_api.ids_of(words text) returns bigint[]
language plpgsql immutable as $$
declare
	bad text;
begin
	select w into bad from unnest(string_to_array(words, ',')) w where w !~ '^[ \t]*[+-]?[0-9]+[ \t]*$' limit 1;
	if bad is not null then
		perform polemarch_api.fail(400, jsonb_build_object('detail', format('invalid literal for int() with base 10: ''%s''', btrim(bad)),
		                                                   'error_type', 'ValueError'));
	end if;
	-- A number beyond all ids is one that nothing has.
	return array(select case when length(btrim(w)) <= 18 then w::bigint else -1 end from unnest(string_to_array(words, ',')) w);
end
$$;

-- polemarch_api.ids(req, name) -> the ids of a list with commas, or null.       fails  WE400
create or replace function polemarch_api.ids(req jsonb, name text) returns bigint[]
language sql immutable as $$
	select case when polemarch_api.query(req, name) is not null then polemarch_api.ids_of(polemarch_api.query(req, name)) end
$$;

-- A flag of the query; null, so no filter, for what is neither true nor false.
create or replace function polemarch_api.query_flag(req jsonb, name text) returns boolean
language sql immutable as $$
	select case lower(polemarch_api.query(req, name)) when 'true' then true when 'false' then false end
$$;

-- polemarch_api.words(req, name) -> the words of a list with commas, without the blanks around them; null: not given.
create or replace function polemarch_api.words(req jsonb, name text) returns text[]
language plpgsql immutable as $$
begin
	return (select array_agg(btrim(w) order by n) from unnest(string_to_array(polemarch_api.query(req, name), ',')) with ordinality u (w, n));
end
$$;

-- polemarch_api.query_id(req, name) -> an id to filter by; -1, which nothing has, for what is none; null: not given.
create or replace function polemarch_api.query_id(req jsonb, name text) returns bigint
language plpgsql immutable as $$
declare
	word text := btrim(polemarch_api.query(req, name));
begin
	return case when word ~ '^[0-9]{1,18}$' then word::bigint when word is not null then -1 end;
end
$$;
