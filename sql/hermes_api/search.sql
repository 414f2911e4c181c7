-- Finding things by a few letters of them (beyond the document), for whoever types into the page.

-- hermes_api.search(req) -> {hosts, hostsMore, quests, eventTypes, fates, owners, tags, groups, projects, ...}  GET /api/v1/search
--   query  q; limit: of each, 8 unless told, 1 to 50; kinds: which of these, with commas between; all unless told
--   In any case. Of hosts, owners, tags and groups (of inventories, that the asker may see) what begins so, then what contains it; a quest
--   by its number, or by all words of q in its description, as event types and fates. projects, inventories, inventoryGroups, templates
--   (that the asker may see) and users: {id, name}, what begins so, then what contains it.
--   fails  WE400 nothing to look for, bad limit, a kind that is none
create or replace function hermes_api.search(req jsonb) returns api.answer
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor  text   := people.must_be_signed_in(req);
	base   text   := req->>'base';
	q      text   := nullif(regexp_replace(api.query(req, 'q'), '^\s+|\s+$', '', 'g'), '');
	most   int    := hermes_api.search_limit(req);
	kinds  text[] := hermes_api.search_kinds(req);
	all_of text[];
	ids    bigint[];
	found  text   := '';
begin
	if q is null then
		perform api.fail(400, 'q: what is to be looked for?');
	elsif length(q) > 200 then
		perform api.fail(400, 'q: longer than 200 characters');
	end if;
	all_of := array(select api.containing(w) from unnest(api.words(q)) w);
	if 'hosts' = any(kinds) then
		ids := fate.hosts_found(q, most + 1);
		found := found || ',"hosts":' || api.objects_list(array(
			select '"id":' || h.id || ',"hostname":' || api.json(h.hostname) || ',"owner":' || api.json(h.owner)
			       || ',"href":' || api.json(base || '/hosts/' || api.segment(h.hostname))
			  from unnest(ids[1:most]) with ordinality i (id, n) join fate.hosts h on h.id = i.id order by i.n))
			|| ',"hostsMore":' || api.json(cardinality(ids) > most);
	end if;
	if 'quests' = any(kinds) then
		ids := fate.quests_found(q, most);
		found := found || ',"quests":' || api.objects_list(array(
			select '"id":' || t.id || ',"description":' || api.json(t.description) || ',"completionTime":' || api.json(t.completion_time)
			       || ',"href":' || api.json(base || '/quests/' || t.id)
			  from unnest(ids) with ordinality i (id, n) join fate.quests t on t.id = i.id order by i.n));
	end if;
	if 'eventTypes' = any(kinds) then
		found := found || ',"eventTypes":' || api.objects_list(array(
			select '"id":' || t.id || ',"category":' || api.json(t.category) || ',"state":' || api.json(t.state)
			       || ',"href":' || api.json(base || '/eventtypes/' || t.id)
			  from fate.event_types t
			 where lower(concat_ws(' ', t.category, t.state, t.category || '-' || t.state, t.description)) like all (all_of)
			 order by t.id limit most));
	end if;
	if 'fates' = any(kinds) then
		found := found || ',"fates":' || api.objects_list(array(
			select '"id":' || f.id || ',"description":' || api.json(f.description) || ',"href":' || api.json(base || '/fates/' || f.id)
			  from fate.fates f where lower(f.description) like all (all_of) order by f.id limit most));
	end if;
	if 'owners' = any(kinds) then
		found := found || ',"owners":' || array_to_json(fate.host_words_found('owner', q, most));
	end if;
	if 'tags' = any(kinds) then
		found := found || ',"tags":' || array_to_json(fate.host_words_found('tag', q, most));
	end if;
	if 'groups' = any(kinds) then
		found := found || ',"groups":' || array_to_json(inventory.groups_found(people.principals((req->>'actor')::bigint), q, most));
	end if;
	found := found || coalesce((
		select string_agg(',' || api.json(k.word) || ':' || hermes_api.objects_named(req, k.kind, q, most), '' order by k.n)
		  from (values (1, 'projects', 'project'::people.kind), (2, 'inventories', 'inventory'), (3, 'inventoryGroups', 'group'),
		               (4, 'templates', 'template')) k (n, word, kind)
		 where k.word = any(kinds)), '');
	if 'users' = any(kinds) then
		found := found || ',"users":' || api.objects_list(array(
			select '"id":' || u.id || ',"name":' || api.json(u.username) from people.users u
			 where lower(u.username) like api.containing(lower(q))
			 order by not starts_with(lower(u.username), lower(q)), u.username, u.id limit most));
	end if;
	return api.ok('"href":' || api.json(req->>'url') || found);
end
$$;

-- hermes_api.objects_named(req, kind, part, most) -> [{id, name}] of objects of that kind that the asker sees.
create or replace function hermes_api.objects_named(req jsonb, p_kind people.kind, part text, most int) returns text
language plpgsql stable as $$
begin
	return api.objects_list(array(
		select '"id":' || o.id || ',"name":' || api.json(o.name)
		  from unnest(inventory.objects_named(people.principals((req->>'actor')::bigint), p_kind, part, most)) with ordinality i (id, n)
		  join inventory.objects o on o.kind = p_kind and o.id = i.id order by i.n));
end
$$;

create or replace function hermes_api.search_limit(req jsonb) returns int
language plpgsql stable as $$
declare
	most bigint := coalesce(api.query_integer(req, 'limit'), 8);
begin
	if most not between 1 and 50 then
		perform api.fail(400, 'limit: must be from 1 to 50');
	end if;
	return most;
end
$$;

create or replace function hermes_api.search_kinds(req jsonb) returns text[]
language plpgsql stable as $$
declare
	known constant text[] := array['hosts', 'quests', 'eventTypes', 'fates', 'owners', 'tags', 'groups', 'projects',
	                                'inventories', 'inventoryGroups', 'templates', 'users'];
	kinds text[] := coalesce(string_to_array(api.query(req, 'kinds'), ','), known);
begin
	if not kinds <@ known then
		perform api.fail(400, 'kinds: must be some of ' || array_to_string(known, ', '));
	end if;
	return kinds;
end
$$;
