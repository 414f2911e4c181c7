-- What a request must know from outside: an endpoint that lacks an answer returns status 100 with its questions, and
-- changes nothing. The worker (fcgi-app/worker/ask.c) finds the answers, outside of any transaction, puts them into
-- req->'asked' under the questions' names and calls again. Questions:
--
--	{"query": TEXT}     hosts: the query server's list of names, or without one our own parser's tree
--	{"user": NAME}      hosts that the user is responsible for: a list of names
--	{"operation": "owners"|"tags", "hostnames": [...]}: {host: owner or tags}
--	{"contacts": true}  StrongPOC's {team: address}
--	{"get": true}, {"post": true}: what the query server makes of this request's query string or body, passed on as it is
--	{"inventory": "ini"|"yaml"}: what Ansible makes of the body's text, for a row that is R_INVENTORY: the answer of
--	    `ansible-inventory --list --export`, whose secret variables are sealed:
--	    {"_meta": {"hostvars": {HOST: {VARIABLE: value}}},                    only hosts that have variables of their own
--	     GROUP: {"hosts": [HOST, ...], "children": [GROUP, ...], "vars": {VARIABLE: value}}}   what is empty is left out, so
--	    that a GROUP may stand among children alone. Every host is in "hosts" of some group, "ungrouped" at least; "all" has no
--	    hosts of its own; "children" of "all" are those that no other has. Ansible's !unsafe and !vault are
--	    {"__ansible_unsafe": text}, {"__ansible_vault": text}.
--	{"regex": TEXT, "texts": [TEXT, ...]}: those of the texts in which the expression, as Perl has them, is found; {"error": TEXT} for one
--	    that is none or takes too long
-- A question with "else": true that gets no answer is answered by null; any other then ends the request. With "soon": true it is so, too,
-- where it would have to wait for others who ask.

-- hermes_api.hosts_wanted(req) -> the questions behind hostQuery and userQuery, of the body where there is one, else of the
-- query string, that were not asked yet; null when there are none.
create or replace function hermes_api.hosts_wanted(req jsonb) returns jsonb
language plpgsql stable as $$
declare
	body    boolean := req->>'body' is not null;
	hosts   text    := case when body then btrim(api.text(req->'body', 'hostQuery', 65536)) else api.query(req, 'hostQuery') end;
	of_user text    := case when not body then api.query(req, 'userQuery') end;
	wanted  jsonb   := jsonb '{}';
begin
	if hosts <> '' and not coalesce(req->'asked' ? 'hostQuery', false) then
		wanted := jsonb_build_object('hostQuery', jsonb_build_object('query', hosts));
	end if;
	if of_user <> '' and (req->'settings'->>'queryServer')::boolean and not coalesce(req->'asked' ? 'userQuery', false) then
		wanted := wanted || jsonb_build_object('userQuery', jsonb_build_object('user', of_user));
	end if;
	return nullif(wanted, '{}');
end
$$;

-- hermes_api.hosts_queried(req) -> ids of the known hosts that hostQuery means, ascending; null when there is none.
create or replace function hermes_api.hosts_queried(req jsonb) returns bigint[]
language plpgsql stable as $$
begin
	return hermes_api.hosts_answered(req, 'hostQuery');
end
$$;

-- hermes_api.hosts_of_user(req) -> ids of the known hosts that the user of userQuery owns; null when there is none.
create or replace function hermes_api.hosts_of_user(req jsonb) returns bigint[]
language plpgsql stable as $$
declare
	name text := api.query(req, 'userQuery');
begin
	if name is null or (req->'settings'->>'queryServer')::boolean then
		return hermes_api.hosts_answered(req, 'userQuery');
	end if;
	return hermes_api.hosts_owned(req, name);
end
$$;

-- hermes_api.hosts_owned(req, name) -> ids of the hosts that have this owner here, with the domain or without.
create or replace function hermes_api.hosts_owned(req jsonb, name text) returns bigint[]
language plpgsql stable as $$
begin
	return array(select id from fate.hosts
	              where owner in (name, people.qualified(name, req->'settings'->>'domain')) order by id);
end
$$;

-- hermes_api.hosts_answered(req, question) -> ids of the known hosts of a list of names or a query's tree; null: not asked.
create or replace function hermes_api.hosts_answered(req jsonb, question text) returns bigint[]
language plpgsql stable as $$
declare
	answer jsonb := req->'asked'->question;
begin
	if answer is null then
		return null;
	end if;
	perform api.plan_for_many();
	if jsonb_typeof(answer) = 'array' then
		return fate.hosts_known(array(select jsonb_array_elements_text(answer)));
	end if;
	return fate.hosts_matching(answer, people.principals((req->>'actor')::bigint));
exception when sqlstate 'WE400' then
	perform api.fail(400, question || ': ' || sqlerrm);
end
$$;

-- hermes_api.names_queried(req) -> the names that hostQuery means, known or not; null when there is none.
create or replace function hermes_api.names_queried(req jsonb) returns text[]
language plpgsql stable as $$
declare
	answer jsonb := req->'asked'->'hostQuery';
	ids    bigint[];
begin
	if jsonb_typeof(answer) = 'array' then
		return array(select jsonb_array_elements_text(answer));
	end if;
	ids := hermes_api.hosts_answered(req, 'hostQuery');
	return array(select hostname from fate.hosts where id = any(ids) order by id);
end
$$;

-- hermes_api.hosts_of_body(req, names) -> the hosts that the body's questId and hostQuery mean, and those of these names: by name, known or
-- not, each once; by the quest, ascending; each null where nothing names any. wanted: the questions that must be asked first.
--   fails  WE400, WE404 no such quest
create or replace function hermes_api.hosts_of_body(
	req jsonb, given text[], out names text[], out hosts bigint[], out wanted jsonb
)
language plpgsql stable as $$
declare
	body  jsonb  := req->'body';
	quest bigint := api.id(body, 'questId');
begin
	names := given;
	if quest is not null then
		if not exists (select from fate.quests where id = quest) then
			perform api.fail(404, format('No such Quest %s found', quest));
		end if;
		hosts := fate.quests_hosts(quest);
	end if;
	if body ? 'hostQuery' then
		wanted := hermes_api.hosts_wanted(req);
		if wanted is null then
			names := hermes_api.names_with(names, hermes_api.names_queried(req));
		end if;
	end if;
end
$$;

-- hermes_api.names_with(names, more) -> both, each name once, in the order given.
create or replace function hermes_api.names_with(names text[], more text[]) returns text[]
language plpgsql immutable as $$
begin
	return case when more is null then names
	       else array(select name from unnest(names || more) with ordinality u (name, i) group by name order by min(i)) end;
end
$$;

-- hermes_api.extquery(req) -> {results}                                                GET, POST /api/v1/extquery
--   Passes on to the query server as it is. Without one, we answer as it would: query, user; {operation: owners|tags,
--   hostnames}.
--   fails  WE400 refused or malformed; 502, 504 by the worker
create or replace function hermes_api.extquery(req jsonb) returns api.answer
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor   text := people.must_be_signed_in(req);
	results text;
begin
	if (req->'settings'->>'queryServer')::boolean then
		if not coalesce(req->'asked' ? 'results', false) then
			return api.ask(jsonb_build_object('results', case when req->>'body' is null then jsonb '{"get": true}'
			                                             else jsonb '{"post": true}' end));
		end if;
		results := (req->'asked'->'results')::text;
	elsif req->>'body' is not null then
		results := hermes_api.owners_or_tags(req->'body');
	elsif api.query(req, 'query') is not null then
		if not coalesce(req->'asked' ? 'query', false) then
			return api.ask(jsonb_build_object('query', jsonb_build_object('query', api.query(req, 'query'))));
		end if;
		results := hermes_api.names_json(hermes_api.hosts_answered(req, 'query'));
	elsif api.query(req, 'user') is not null then
		results := hermes_api.names_json(hermes_api.hosts_owned(req, api.query(req, 'user')));
	else
		perform api.fail(400, 'query or user: one of them is needed');
	end if;
	return api.ok('"href":' || api.json(req->>'url') || ',"results":' || results);
end
$$;

-- hermes_api.names_json(ids) -> a JSON list of their names.
create or replace function hermes_api.names_json(ids bigint[]) returns text
language plpgsql stable as $$
begin
	return (select coalesce('[' || string_agg(api.json(hostname), ',' order by id) || ']', '[]')
	          from fate.hosts where id = any(ids));
end
$$;

-- hermes_api.owners_or_tags({operation, hostnames}) -> {host: owner} or {host: [tag, ...]} of those that have some.
create or replace function hermes_api.owners_or_tags(body jsonb) returns text
language plpgsql stable as $$
declare
	ids bigint[] := fate.hosts_known(coalesce(api.hostnames(body, 'hostnames'), '{}'));
begin
	perform api.must_have(body, 'operation', 'hostnames');
	if body->>'operation' = 'owners' then
		return (select coalesce(jsonb_object_agg(hostname, owner)::text, '{}')
		          from fate.hosts where id = any(ids) and owner is not null);
	elsif body->>'operation' = 'tags' then
		return (select coalesce(jsonb_object_agg(hostname, tags)::text, '{}')
		          from fate.hosts where id = any(ids) and tags <> '{}');
	end if;
	perform api.fail(400, 'operation: must be owners or tags');
end
$$;
