-- Quests (hermes.txt /quests).

-- hermes_api.quests_list(req) -> {limit, offset, totalQuests, quests}                  GET /api/v1/quests
--   query  filterClosed, byCreator, hostnames (comma list), hostQuery, progressInfo, limit, offset,
--          expand labors and what labors expand, askedBy
--   fails  WE400 bad number or flag, bad host query
create or replace function hermes_api.quests_list(req jsonb) returns api.answer
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor       text    := people.must_be_signed_in(req);
	page_limit  bigint  := api.query_limit(req);
	page_offset bigint  := api.query_offset(req);
	only_open   boolean := api.query_flag(req, 'filterClosed');
	progress    boolean := api.query_flag(req, 'progressInfo');
	open_labors boolean := api.query_flag(req, 'onlyOpenLabors');
	by_creator  text    := api.query(req, 'byCreator');
	names       text    := api.query(req, 'hostnames');
	x           hermes_api.expand := hermes_api.expand(req);
	wanted      jsonb   := hermes_api.hosts_wanted(req);
	hosts       bigint[];
	on_hosts    bigint[];
	found       bigint[];
	ids         bigint[];
	total       bigint;
begin
	if wanted is not null then
		return api.ask(wanted);
	end if;
	hosts := hermes_api.hosts_queried(req);
	if names is not null then
		hosts := hosts || fate.hosts_known(array(select btrim(n) from unnest(string_to_array(names, ',')) n));
	end if;
	if hosts is not null then
		on_hosts := array(select distinct l.quest_id from fate.labors l
		                   where l.host_id = any(hosts) and l.quest_id is not null);
	end if;
	-- Each way to the quests has its own index.
	if on_hosts is not null then
		found := array(select id from fate.quests
		                where id = any(on_hosts) and (not only_open or completion_time is null)
		                  and (by_creator is null or creator = by_creator) order by id);
	elsif by_creator is not null then
		found := array(select id from fate.quests
		                where creator = by_creator and (not only_open or completion_time is null) order by id);
	elsif only_open then
		found := array(select id from fate.quests where completion_time is null order by id);
	end if;
	if found is null then
		total := fate.count('quest');
		ids := array(select id from fate.quests order by id limit page_limit offset page_offset);
	else
		total := cardinality(found);
		ids := array(select id from unnest(found) with ordinality i (id, n) order by n limit page_limit offset page_offset);
	end if;
	return api.ok(api.page(req, page_limit, page_offset) || ',"totalQuests":' || total || ',"quests":'
		|| api.objects_list(array(select members from hermes_api.quests_json(ids, req->>'base', x, progress, open_labors))));
end
$$;

-- hermes_api.quests_create(req) -> the quest with its open labors                      POST /api/v1/quests
--   body   fateId, creator, description; hostnames and/or hostQuery; targetTime; references [{label, url}]
--   query  brief: how many labors there are (totalLabors) instead of these
--   Unknown hosts are made.
--   fails  WE400 missing or malformed, target not in the future, unknown fate, no host, bad host query
create or replace function hermes_api.quests_create(req jsonb) returns api.answer
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor   text        := people.must_be_signed_in(req);
	body    jsonb       := req->'body';
	brief   boolean     := api.query_flag(req, 'brief');
	creator text;
	about   text;
	target  timestamptz;
	links   jsonb;
	names   text[];
	hosts   bigint[];
	f       fate.fates;
	quest   bigint;
	made    text;
	labors  text;
begin
	perform api.must_have(body, 'fateId', 'creator', 'description');
	creator := people.named(body, 'creator', req->'settings'->>'domain');
	about := api.text_needed(body, 'description', 4096);
	target := hermes_api.target_time(body, clock_timestamp());
	links := hermes_api.references(body);
	names := api.hostnames(body, 'hostnames');
	select * into f from fate.fates where id = api.id(body, 'fateId');
	if not found then
		perform api.fail(400, format('Bad fate id %s', body->>'fateId'));
	end if;
	perform people.must_be_among(req, 'mayThrowRestricted') from fate.event_types t where t.id = f.creation_type_id and t.restricted;
	if hermes_api.hosts_wanted(req) is not null then
		return api.ask(hermes_api.hosts_wanted(req));
	end if;
	names := hermes_api.names_with(names, hermes_api.names_queried(req));
	if coalesce(cardinality(names), 0) = 0 then
		perform api.fail(400, 'No hosts found with given list');
	end if;
	hosts := fate.hosts_named(names);
	perform fate.definitions_hold();
	if not exists (select from fate.fates where id = f.id) then
		perform api.fail(400, format('Bad fate id %s', f.id));
	end if;
	quest := fate.quests_embark(f.id, f.creation_type_id, hosts, creator, about, target, links,
	                            people.other(actor, creator));
	perform people.audited(req, 'create', 'quest', array[quest], jsonb_build_object('fateId', f.id, 'hosts', cardinality(hosts)));
	select hermes_api.quest_members(q, req->>'base', false, false) || case when brief then ',"totalLabors":' || q.root_labors else '' end
	  into made from fate.quests q where id = quest;
	if brief then
		return api.created((req->>'mount') || '/quests/' || quest, made);
	end if;
	-- Not by quests_json: this answer may be a hundred thousand labors, and is written in one go.
	select string_agg(hermes_api.labor_members(l, target, req->>'base'), '},{') into labors
	  from (select * from fate.labors where quest_id = quest and completion_event_id is null order by id) l;
	return api.created((req->>'mount') || '/quests/' || quest,
	                   made || ',"labors":' || coalesce('[{' || labors || '}]', '[]'));
end
$$;

-- hermes_api.quests_get(req) -> the quest                                              GET /api/v1/quests/{id}
--   query  progressInfo, onlyOpenLabors, expand labors, hosts, events, eventtypes, fates, askedBy       fails  WE404
create or replace function hermes_api.quests_get(req jsonb) returns api.answer
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor text := people.must_be_signed_in(req);
begin
	return api.ok(hermes_api.quest_of_path(req, hermes_api.expand(req), api.query_flag(req, 'progressInfo'),
	                                       api.query_flag(req, 'onlyOpenLabors')));
end
$$;

-- hermes_api.quests_update(req) -> the quest                                           PUT /api/v1/quests/{id}
--   body   description (empty: passed over), creator, targetTime, references; nothing changes nothing
--   fails  WE404, WE400 malformed, target not in the future
create or replace function hermes_api.quests_update(req jsonb) returns api.answer
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor   text        := people.must_be_signed_in(req);
	body    jsonb       := req->'body';
	owner   text;
	about   text;
	target  timestamptz;
	refs    jsonb;
begin
	perform hermes_api.quest_of_path(req, null, false, false);
	about := nullif(api.text(body, 'description', 4096), '');
	target := hermes_api.target_time(body, clock_timestamp());
	refs := hermes_api.references(body);
	if coalesce(body->>'creator', '') <> '' then
		owner := people.named(body, 'creator', req->'settings'->>'domain');
	end if;
	update fate.quests
	   set description = coalesce(about, description), creator = coalesce(owner, creator),
	       target_time = coalesce(target, target_time),
	       links = case when body ? 'references' then refs else links end,
	       asked_by = case when owner is null then asked_by else people.other(actor, owner) end
	 where id = api.path_id(req, 'id');
	perform outbox.changed('quest', array[api.path_id(req, 'id')]),
	        people.audited(req, 'update', 'quest', array[api.path_id(req, 'id')], jsonb_build_object('creator', owner));
	return api.ok(hermes_api.quest_of_path(req, null, false, false));
end
$$;

-- hermes_api.quests_mail(req) -> {}                                                   POST /api/v1/quests/{id}/mail
--   body   serverOwners, laborOwners: to the owners of the hosts of all its labors, to those whom its labors are for;
--          from, subject, message. A link to the quest is put below the message.
--   One letter; none where nobody is left to get it, or where the settings say that no mail is sent.
--   fails  WE403, WE400 missing or malformed, owners not to be found; WE404
create or replace function hermes_api.quests_mail(req jsonb) returns api.answer
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor    text    := people.must_be_among(req, 'mayMailOwners');
	body     jsonb   := req->'body';
	settings jsonb   := req->'settings';
	servers  boolean := api.flag(body, 'serverOwners', false);
	laborers boolean := api.flag(body, 'laborOwners', false);
	sender   text;
	subject  text;
	message  text;
	q        fate.quests;
	whom     record;
	mail     jsonb;
begin
	perform hermes_api.must_name_owners(servers, laborers);
	perform api.must_have(body, 'from', 'subject', 'message');
	sender := api.line_needed(body, 'from', 320);
	if sender !~ '@' then
		sender := people.qualified(sender, settings->>'domain');
	end if;
	subject := api.line_needed(body, 'subject', 998);
	message := api.text_needed(body, 'message', 1000000);
	q := hermes_api.quest_to_write_about(req);
	whom := hermes_api.quest_owners(req, q, servers, laborers);
	if whom.wanted is not null then
		return api.ask(whom.wanted);
	end if;
	mail := outbox.mail(settings, whom.addresses, null, subject, message || E'\n\n' || outbox.quest_link(q.id, settings), null, sender);
	if mail is not null and (settings->>'mail')::boolean then
		insert into outbox.letters (channel, kind, quest_id, content, made_at, due_at)
		values ('mail', 'quest-mail', q.id, mail, clock_timestamp(), clock_timestamp());
	end if;
	perform people.audited(req, 'mail', 'quest', array[q.id], jsonb_build_object('subject', subject));
	return row(201, null, '{"status":"created"}')::api.answer;
end
$$;

-- hermes_api.quests_mail_to(req) -> who would get such a mail                           GET /api/v1/quests/{id}/mail
--   query  serverOwners, laborOwners
--   {mail (does the house send any), may (who asks send it), to, cc (as the settings have it), hostsWithoutOwner (of all its labors)}
--   fails  as POST, but for WE403
create or replace function hermes_api.quests_mail_to(req jsonb) returns api.answer
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
	actor     text    := people.must_be_signed_in(req);
	settings  jsonb   := req->'settings';
	servers   boolean := api.query_flag(req, 'serverOwners');
	laborers  boolean := api.query_flag(req, 'laborOwners');
	q         fate.quests;
	whom      record;
	mail      jsonb;
	ownerless bigint;
begin
	perform hermes_api.must_name_owners(servers, laborers);
	q := hermes_api.quest_to_write_about(req);
	whom := hermes_api.quest_owners(req, q, servers, laborers);
	if whom.wanted is not null then
		return api.ask(whom.wanted);
	end if;
	mail := coalesce(outbox.mail(settings, whom.addresses, null, '', ''), '{"to": [], "cc": []}');
	ownerless := (select count(*) from unnest(fate.quests_hosts(q.id)) host join fate.hosts h on h.id = host
	                left join jsonb_each_text(whom.owners) o (host, owner) on o.host = h.hostname where coalesce(o.owner, '') = '');
	return api.ok('"href":' || api.json(req->>'url') || ',"mail":' || api.json((settings->>'mail')::boolean)
	              || ',"may":' || api.json(people.is_among(req, 'mayMailOwners'))
	              || ',"to":' || (mail->'to')::text || ',"cc":' || (mail->'cc')::text || ',"hostsWithoutOwner":' || ownerless);
end
$$;

create or replace function hermes_api.must_name_owners(servers boolean, laborers boolean) returns void
language plpgsql stable as $$
begin
	if not servers and not laborers then
		perform api.fail(400, 'Must specify serverOwners and/or laborOwners as true');
	end if;
end
$$;

create or replace function hermes_api.quest_to_write_about(req jsonb) returns fate.quests
language plpgsql stable as $$
declare
	q fate.quests;
begin
	select * into q from fate.quests where id = api.path_id(req, 'id');
	if not found then
		perform api.fail(404, format('Quest %s not found', req->'path'->>'id'));
	end if;
	return q;
end
$$;

-- hermes_api.quest_owners(req, quest, servers, laborers) -> where to write to the owners of the hosts of all its labors, or to those whom
-- its labors are for; and who owns which host. wanted: the questions that must be asked first.
--   fails  WE400 owners are not to be found
create or replace function hermes_api.quest_owners(
	req jsonb, q fate.quests, servers boolean, laborers boolean, out addresses text[], out owners jsonb, out wanted jsonb
)
language plpgsql stable as $$
declare
	settings jsonb   := req->'settings';
	served   boolean := (settings->>'queryServer')::boolean;
begin
	if served and not coalesce(req->'asked' ? 'owners', false) then
		wanted := outbox.owners_questions(q.id, settings);
		return;
	end if;
	owners := case when served then nullif(req->'asked'->'owners', 'null') else outbox.quest_owners(q.id) end;
	if owners is null and (served or servers or exists (select from fate.labors where quest_id = q.id and for_owner)) then
		perform api.fail(400, 'Host owners not found');
	end if;
	perform api.plan_for_many();
	addresses := array(
		select outbox.address(who, req->'asked'->'contacts', settings->>'domain')
		  from (select distinct case when l.for_creator and c then q.creator else o.owner end as who
		          from fate.labors l join fate.hosts h on h.id = l.host_id
		          left join jsonb_each_text(owners) o (host, owner) on o.host = h.hostname,
		               (values (true), (false)) v (c)
		         where l.quest_id = q.id
		           and case when c then laborers and l.for_creator else servers or (laborers and l.for_owner) end) whom
		 where who <> '' order by 1);
end
$$;

-- hermes_api.quest_of_path(req, expand, progress, only_open) -> the members of the quest that the path names.
create or replace function hermes_api.quest_of_path(
	req jsonb, x hermes_api.expand, progress boolean, only_open boolean
) returns text
language plpgsql stable as $$
declare
	found text;
begin
	select members into found
	  from hermes_api.quests_json(array[api.path_id(req, 'id')], req->>'base', x, progress, only_open);
	if found is null then
		perform api.fail(404, format('No such Quest %s found', req->'path'->>'id'));
	end if;
	return found;
end
$$;

-- hermes_api.target_time(body, now) -> the body's targetTime, which lies in the future, or null; else WE400.
create or replace function hermes_api.target_time(body jsonb, now timestamptz) returns timestamptz
language plpgsql stable as $$
declare
	target timestamptz := api.time(nullif(api.text(body, 'targetTime', 64), ''), 'targetTime');
begin
	if target <= now then
		perform api.fail(400, 'Quest target date must be in future');
	end if;
	return target;
end
$$;

-- hermes_api.references(body) -> [{label, url}] as it shall be stored, null for none. Beyond the document: it hopes
-- for "outside references, such as Jira tickets". Only http and https, for the page makes links of them.
create or replace function hermes_api.references(body jsonb) returns jsonb
language plpgsql immutable as $$
declare
	refs jsonb;
begin
	if body->>'references' is null then
		return null;
	end if;
	perform api.must_have(r, 'label', 'url'), api.text_needed(r, 'label', 256), api.text_needed(r, 'url', 2048)
	   from jsonb_array_elements(api.objects(body, 'references')) r;
	if exists (select from jsonb_array_elements(body->'references') r where r->>'url' !~* '^https?://[^[:space:]]+$') then
		perform api.fail(400, 'references: url must begin with http:// or https://');
	end if;
	select jsonb_agg(jsonb_build_object('label', r->'label', 'url', r->'url') order by n) into refs
	  from jsonb_array_elements(body->'references') with ordinality e (r, n);
	return refs;
end
$$;
