-- Hosts of the fleet (hermes.txt /hosts, hermes-behaviour.md section 5).

-- hermes_api.hosts_list(req) -> {limit, offset, totalHosts, hosts}                     GET /api/v1/hosts
--   query  hostname, hostQuery, limit, offset, expand summary (how many labors are open, when the newest event was)
--   fails  WE400 bad number or host query
create or replace function hermes_api.hosts_list(req jsonb) returns api.answer
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor       text   := people.must_be_signed_in(req);
	page_limit  bigint := api.query_limit(req);
	page_offset bigint := api.query_offset(req);
	name        text   := api.query(req, 'hostname');
	summary     boolean := coalesce(req->'query'->'expand' ? 'summary', false);
	wanted      jsonb  := hermes_api.hosts_wanted(req);
	among       bigint[];
	ids         bigint[];
	total       bigint;
begin
	if wanted is not null then
		return api.ask(wanted);
	end if;
	among := hermes_api.hosts_queried(req);
	if name is not null then
		among := array(select id from fate.hosts where hostname = name and (among is null or id = any(among)));
	end if;
	if among is not null then
		total := cardinality(among);
		ids := array(select id from unnest(among) with ordinality p (id, n) order by n limit page_limit offset page_offset);
	else
		total := fate.count('host');
		ids := array(select id from fate.hosts order by id limit page_limit offset page_offset);
	end if;
	return api.ok(api.page(req, page_limit, page_offset) || ',"totalHosts":' || total || ',"hosts":'
	              || api.objects_list(array(select members from hermes_api.hosts_json(ids, req->>'base', summary))));
end
$$;

-- hermes_api.hosts_create(req) -> the host, or {hosts, totalHosts}                     POST /api/v1/hosts
--   body   {hostname} or {hosts: [{hostname}, ...]}       fails  WE400 missing or malformed, WE409 name taken
create or replace function hermes_api.hosts_create(req jsonb) returns api.answer
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor text  := people.must_be_signed_in(req);
	body  jsonb := req->'body';
	base  text  := req->>'base';
	many  jsonb;
	names text[];
	texts text[];
	taken text;
begin
	if body ? 'hosts' then
		many := api.objects(body, 'hosts');
	else
		perform api.must_have(body, 'hostname');
		many := jsonb_build_array(body);
	end if;
	perform api.must_have(o, 'hostname') from jsonb_array_elements(many) o;
	select coalesce(array_agg(api.text_needed(o, 'hostname', 128) order by i), '{}') into names
	  from jsonb_array_elements(many) with ordinality e (o, i);
	if api.many(cardinality(names)) then
		perform api.plan_for_many();
	end if;
	perform fate.hosts_own_names();
	select name into taken from unnest(names) name group by name having count(*) > 1 limit 1;
	taken := coalesce(taken, (select hostname from fate.hosts where hostname = any(names) order by id limit 1));
	if taken is not null then
		perform api.fail(409, format('hostname: host %s exists already', taken));
	end if;
	with made as (
		insert into fate.hosts (hostname)
		select name from unnest(names) with ordinality n (name, i) order by i returning *
	)
	select array_agg(hermes_api.host_members(h, base) order by h.id) into texts from made h;
	if cardinality(names) > 0 then
		perform fate.counts_add('host', 0, 0, cardinality(names)), outbox.changed('host', ids), people.audited(req, 'create', 'fleet host', ids)
		   from fate.hosts_known(names) ids;
	end if;
	if cardinality(names) = 1 then
		return api.created((req->>'mount') || '/hosts/' || api.segment(names[1]), texts[1]);
	end if;
	return api.created(null, '"hosts":' || api.objects_list(texts) || ',"totalHosts":' || cardinality(names));
end
$$;

-- hermes_api.hosts_check(req) -> what is known of the hosts that somebody means          POST /api/v1/hosts/check
--   body   hostnames, hostQuery, questId: which hosts, as for an event; fateId
--   {hosts, known, new, withLabor, withoutOwner, invalid}: numbers, and of new, withLabor and invalid {total, names: the first 1000, in the order
--   given}. withLabor: with an open labor of that fate or another of its chain; without fateId: with any. withoutOwner: null
--   where the query server is to say it and does not. invalid: what is not there and can't be made; it counts as no host.
--   fails  WE400 none of the three, malformed, no such fate, bad host query; WE404 no such quest
create or replace function hermes_api.hosts_check(req jsonb) returns api.answer
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor  text    := people.must_be_signed_in(req);
	body   jsonb   := req->'body';
	chain  int[]   := fate.fates_chain(hermes_api.fate_of_body(body));
	served boolean := (req->'settings'->>'queryServer')::boolean;
	given  record;
	names  text[];
	owners jsonb;
	found  record;
begin
	if num_nonnulls(body->>'hostnames', body->>'hostQuery', body->>'questId') = 0 then
		perform api.fail(400, 'hostnames, hostQuery or questId: one of them is needed');
	end if;
	given := hermes_api.hosts_of_body(req, case when body->>'hostnames' is not null then api.hostnames_listed(body, 'hostnames') end);
	if given.wanted is not null then
		return api.ask(given.wanted);
	end if;
	names := coalesce(hermes_api.names_with(given.names, case when given.hosts is not null then array(
		select hostname from fate.hosts where id = any(given.hosts) order by id) end), '{}');
	if served and not coalesce(req->'asked' ? 'owners', false) then
		return api.ask(jsonb_build_object('owners', jsonb_build_object('operation', 'owners', 'else', true, 'soon', true, 'hostnames', array(
			select name from unnest(names) with ordinality n (name, i) where not hermes_api.is_no_name(name) order by i))));
	end if;
	owners := nullif(req->'asked'->'owners', 'null');
	if api.many(cardinality(names)) then
		perform api.plan_for_many();
	end if;
	with host as materialized (
		select n.name, n.i, h.id, case when served then nullif(o.owner, '') else h.owner end as owner,
		       h.id is null and hermes_api.is_no_name(n.name) as bad,
		       exists (select from fate.labors l
		                where l.host_id = h.id and l.completion_event_id is null and (chain is null or l.fate_id = any(chain))) as busy
		  from unnest(names) with ordinality n (name, i)
		  left join fate.hosts h on h.hostname = n.name
		  left join jsonb_each_text(owners) o (host, owner) on o.host = n.name
	)
	select count(*) filter (where not bad) as hosts, count(id) as known,
	       count(*) filter (where not bad and owner is null) as ownerless,
	       hermes_api.names_told(array_agg(name order by i) filter (where id is null and not bad)) as new,
	       hermes_api.names_told(array_agg(name order by i) filter (where busy)) as busy,
	       hermes_api.names_told(array_agg(name order by i) filter (where bad)) as bad
	  into found from host;
	return api.ok('"href":' || api.json(req->>'url') || ',"hosts":' || found.hosts || ',"known":' || found.known
	              || ',"new":' || found.new || ',"withLabor":' || found.busy
	              || ',"withoutOwner":' || case when served and owners is null then 'null' else found.ownerless::text end
	              || ',"invalid":' || found.bad);
end
$$;

-- hermes_api.is_no_name(text) -> is it nothing that a host should be called?
create or replace function hermes_api.is_no_name(name text) returns boolean
language sql immutable as $$
	select length(name) not between 1 and 128
$$;

-- hermes_api.names_told(names) -> {total, names}: the first thousand, of each the first 512 characters.
create or replace function hermes_api.names_told(names text[]) returns text
language plpgsql stable as $$
begin
	return '{"total":' || coalesce(cardinality(names), 0)
	       || ',"names":' || array_to_json(array(select left(name, 512) from unnest(names[1:1000]) with ordinality n (name, i) order by i)) || '}';
end
$$;

-- hermes_api.hosts_get(req) -> the host with its newest labors, quests and events      GET /api/v1/hosts/{hostname}
--   query  limit, offset (of labors and events alike), expand labors, events, eventtypes, quests, hosts, fates
--   fails  WE404
create or replace function hermes_api.hosts_get(req jsonb) returns api.answer
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor       text   := people.must_be_signed_in(req);
	page_limit  bigint := api.query_limit(req);
	page_offset bigint := api.query_offset(req);
	base        text   := req->>'base';
	x           hermes_api.expand := hermes_api.expand(req);
	h           fate.hosts := hermes_api.host_of_path(req);
	labor_ids   bigint[];
	event_ids   bigint[];
	labors      text[];
	quests      text[];
	events      text[];
begin
	labor_ids := array(select id from (select id from fate.labors where host_id = h.id
	                                    order by id desc limit page_limit offset page_offset) l order by id);
	event_ids := array(select id from (select id from fate.events where host_id = h.id
	                                    order by id desc limit page_limit offset page_offset) e order by id);
	perform hermes_api.must_be_bearable(labor_ids, x);
	if api.many(cardinality(labor_ids)) then
		perform api.plan_for_many();
	end if;
	if x.labors then
		labors := array(select members from hermes_api.labors_json(labor_ids, base, x));
	else
		labors := array(select hermes_api.stub('labors', id, base) from unnest(labor_ids) id);
	end if;
	if x.events then
		events := array(select members from hermes_api.events_json(event_ids, base, x));
	else
		events := array(select hermes_api.stub('events', id, base) from unnest(event_ids) id);
	end if;
	-- One entry for each labor that has a quest, so duplicates: a quirk that clients may rely on.
	quests := array(
		select coalesce(q.members, hermes_api.stub('quests', l.quest_id, base))
		  from unnest(labor_ids) with ordinality i (id, n)
		  join fate.labors l on l.id = i.id and l.quest_id is not null
		  left join hermes_api.quests_json(
		         (select array_agg(distinct quest_id) from fate.labors where x.quests and id = any(labor_ids)),
		         base, x, false, false) q on q.quest_id = l.quest_id
		 order by i.n);
	return api.ok(hermes_api.host_members(h, base)
		|| ',"limit":' || api.json(page_limit) || ',"offset":' || page_offset
		|| ',"labors":' || api.objects_list(labors) || ',"quests":' || api.objects_list(quests)
		|| ',"events":' || api.objects_list(events)
		|| ',"lastEvent":' || coalesce((select api.json(at) from fate.events where host_id = h.id
		                                 order by id desc limit 1), 'null'));
end
$$;

-- hermes_api.hosts_update(req) -> the host that now bears the name                     PUT /api/v1/hosts/{hostname}
--   body   hostname: a taken one: the histories are merged; beyond the document: owner, tags [text, ...], null or [] for
--          none       fails  WE404, WE400
create or replace function hermes_api.hosts_update(req jsonb) returns api.answer
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor text  := people.must_be_signed_in(req);
	body  jsonb := req->'body';
	name  text;
	facts fate.hosts;
	h     fate.hosts;
	ids   bigint[];
	busy  bigint[];
begin
	h := hermes_api.host_of_path(req);
	if not body ?| '{owner,tags}' then
		perform api.must_have(body, 'hostname');
	end if;
	name := case when body ? 'hostname' then api.text_needed(body, 'hostname', 128) end;
	facts.owner := nullif(api.text(body, 'owner', 64), '');
	if facts.owner ~ '[[:cntrl:]]' then
		perform api.fail(400, 'owner: must be one line');
	end if;
	facts.tags := hermes_api.tags(body);
	perform fate.hosts_own_names() where name is not null;
	h := hermes_api.host_of_path(req);
	ids := array[h.id];
	if name is not null then
		h.id := fate.hosts_rename(h.id, name);
		ids := array(select distinct unnest(ids || h.id));
	end if;
	update fate.hosts
	   set owner = case when body ? 'owner' then facts.owner else owner end,
	       tags = case when body ? 'tags' then facts.tags else tags end
	 where id = h.id and body ?| '{owner,tags}';
	select * into h from fate.hosts where id = h.id;
	-- Its labors are shown under its name, with its owner.
	busy := array(select id from fate.labors where host_id = h.id and completion_event_id is null);
	perform outbox.changed('labor', busy) where busy <> '{}';
	perform outbox.changed('host', ids, array(select distinct quest_id from fate.labors where host_id = h.id and quest_id is not null)),
	        people.audited(req, 'update', 'fleet host', array[h.id], jsonb_build_object('hostname', h.hostname));
	return api.ok(hermes_api.host_members(h, req->>'base'));
end
$$;

-- hermes_api.tags(body) -> the body's tags, each once, or null for none; else WE400.
create or replace function hermes_api.tags(body jsonb) returns text[]
language plpgsql immutable as $$
begin
	if jsonb_typeof(body->'tags') not in ('array', 'null') then
		perform api.fail(400, 'tags: must be a list');
	elsif jsonb_typeof(body->'tags') = 'array' then
		if exists (select from jsonb_array_elements(body->'tags') t
		            where jsonb_typeof(t) <> 'string' or length(t #>> '{}') not between 1 and 128) then
			perform api.fail(400, 'tags: a tag is a string of 1 to 128 characters');
		end if;
		return (select array_agg(distinct t order by t) from jsonb_array_elements_text(body->'tags') t);
	end if;
	return null;
end
$$;

-- hermes_api.host_of_path(req) -> the host that the path names, or WE404.
create or replace function hermes_api.host_of_path(req jsonb) returns fate.hosts
language plpgsql stable as $$
declare
	h fate.hosts;
begin
	select * into h from fate.hosts where hostname = req->'path'->>'hostname';
	if not found then
		perform api.fail(404, format('No such Host %s found', req->'path'->>'hostname'));
	end if;
	return h;
end
$$;

-- hermes_api.stub(collection, id, base) -> the members id and href, which stand for a thing that is not expanded.
create or replace function hermes_api.stub(collection text, id bigint, base text) returns text
language sql stable as $$
	select '"id":' || id || ',"href":' || api.json(base || '/' || collection || '/' || id)
$$;
