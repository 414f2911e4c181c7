-- Hosts: known by name, made when first named, never deleted; renamed and merged (hermes-behaviour.md section 5).
begin;
\ir lib.psql
select plan(49);

-- ---- names to ids ----
select is(fate.hosts_named('{b,a,c}'), '{1,2,3}', 'unknown hosts are made');
select is(tests.rows('fate.hosts', 'id, hostname'), '(1,b) (2,a) (3,c)', '... in the order given');
select is(fate.hosts_named('{c,b}'), '{1,3}',
	'known hosts are found: ids ascending, whatever the order of the names');
select is(fate.hosts_named('{d,a}'), '{2,4}', 'known and unknown may be mixed');
select is(fate.hosts_named('{}'), '{}', 'no names, no ids');
select is(fate.count('host'), 4::bigint, 'hosts are counted as they are made');
select is(fate.hosts_known('{a,nobody,b}'), '{1,2}', 'hosts_known passes over what is unknown');
select is(fate.hosts_known('{A,"a "}'), '{}', 'a name is its letters, case and blanks');
select is((select count(*) from fate.hosts), 4::bigint, '... and makes nothing');
select is(cardinality(fate.hosts_named(array(select 'n' || i from generate_series(1, 1000) i))), 1000,
	'a thousand at once');
select is(fate.hosts_named(array['日本', 'a b/c%d', E'tab\there', repeat('x', 512)]), '{1005,1006,1007,1008}',
	'a name may be anything of 1 to 512 characters');
select is(left(tests.refused($$ select fate.hosts_named(array[repeat('x', 513)]) $$), 5), '23514',
	'... no longer');
select is(left(tests.refused($$ select fate.hosts_named('{""}') $$), 5), '23514', '... not empty');

-- ---- renaming ----
select tests.story(3);
select tests.throw(1, 'old', 'other');
select is(fate.hosts_rename(1, 'new'), 1::bigint, 'a free name: the host itself is renamed');
select is(tests.rows('fate.hosts', 'id, hostname'), '(1,new) (2,other)', '... its id and the others stay');
select is(fate.hosts_rename(1, 'new'), 1::bigint, 'the own name: nothing happens');

select fate.hosts_rename(1, 'other') as merged \gset
select is(:merged, 2, 'a taken name: the answer is the host of that name');
select is(tests.rows('fate.hosts', 'id, hostname'), '(1,new) (2,other)', '... the old host stays');
select is((select count(*) from fate.events where host_id = 1) + (select count(*) from fate.labors where host_id = 1),
	0::bigint, '... empty');
select is(tests.rows('fate.events', 'id, host_id'), '(1,2) (2,2)', '... its events have moved');
select is(tests.labors('id, host_id, creation_event_id'), '(1,2,1) (2,2,2)', '... and so have its labors');
select tests.throw(2, 'other');
select is(tests.open('fate_id, host_id, starting_labor_id'), '(2,2,1) (2,2,2)',
	'what was open on the old host is closed by events on the new, and its chains go on there');
select tests.throw(3, 'new');
select is(tests.open('id'), '(3) (4)', '... and no longer by events on the old');
select is(fate.count('event') || ' ' || fate.count('labor') || ' ' || fate.count('open') || ' ' || fate.count('host'),
	'4 4 2 2', 'moving changes no total');

select tests.story(2);
select tests.quest(1, 'old', 'other');
select fate.hosts_rename(1, 'other');
select is(fate.quests_hosts(1), '{2}', 'the quest of a moved labor now has the host it moved to');
select tests.throw(2, 'other');
select is(tests.rows('fate.quests', 'completion_time = tests.at(2), labors'), '(t,2)',
	'... and completes there');

-- ---- the endpoint says the same ----
select tests.story(2);
select tests.throw(1, 'a', 'b');
select is(tests.ask('hosts_update', '{"hostname": "a"}', '{}', '{"hostname": "c"}') - 'status',
	'{"id": 1, "hostname": "c", "href": "http://moirai/api/v1/hosts/c"}', 'PUT with a free name answers with the host');
select is(tests.ask('hosts_update', '{"hostname": "c"}', '{}', '{"hostname": "b"}')->'id', '2',
	'PUT with a taken name answers with the host of that name');
select is(tests.ask('hosts_get', '{"hostname": "b"}')->'events' #>> '{}',
	'[{"id": 1, "href": "http://moirai/api/v1/events/1"}, {"id": 2, "href": "http://moirai/api/v1/events/2"}]',
	'... which shows the events of both');
select is(tests.ask('hosts_get', '{"hostname": "c"}')->'lastEvent', 'null', '... and the old one none');
select is(tests.refused($$ select tests.ask('hosts_update', '{"hostname": "nobody"}', '{}', '{"hostname": "b"}') $$),
	'WE404 No such Host nobody found', 'a host that is not there cannot be renamed');
select is(tests.refused($$ select tests.ask('hosts_create', '{}', '{}',
	'{"hosts": [{"hostname": "x"}, {"hostname": "b"}]}') $$),
	'WE409 hostname: host b exists already', 'a taken name among several refuses them all');

-- ---- owner and tags ----
select tests.story();
select fate.hosts_named('{a,b}');
create function tests.put(name text, body jsonb) returns jsonb
language sql as $$ select tests.ask('hosts_update', jsonb_build_object('hostname', name), '{}',
	body) - '{status,href}'::text[] $$;
select is(tests.put('a', '{"owner": "zoe"}'), '{"id": 1, "hostname": "a", "owner": "zoe"}', 'a host gets an owner');
select is(tests.put('a', '{"tags": ["web", "dc=ams", "web", "日本"]}'),
	'{"id": 1, "hostname": "a", "owner": "zoe", "tags": ["dc=ams", "web", "日本"]}',
	'... and tags, each once; what is not given stays');
select is(tests.put('a', '{"hostname": "c", "owner": "adam", "tags": ["x"]}'),
	'{"id": 1, "hostname": "c", "owner": "adam", "tags": ["x"]}', 'all at once');
select is(tests.ask('hosts_list', '{}', '{"hostname": ["c"]}')->'hosts'->0->'owner', '"adam"', 'lists show them');
select is(tests.ask('hosts_get', '{"hostname": "c"}')->'tags', '["x"]', '... and the host itself');
select is(tests.put('c', '{"owner": null, "tags": []}'), '{"id": 1, "hostname": "c"}', 'both can be taken away');
select tests.put('c', '{"owner": "zoe", "tags": ["x"]}');
select is(tests.put('c', '{"owner": "", "tags": null}'), '{"id": 1, "hostname": "c"}', '... so, too');
select is(tests.rows('fate.hosts', 'id, owner, tags'), '(1,,) (2,,)', '... and then are not there');
select is(tests.put('c', '{"hostname": "b", "owner": "zoe"}'), '{"id": 2, "hostname": "b", "owner": "zoe"}',
	'with a taken name the host of that name gets them');
select is_empty($$ select body, tests.refused(format('select tests.put(''b'', %L)', body)) from (values
	('{"owner": 7}', 'WE400 owner: must be a string'), ('{"tags": "x"}', 'WE400 tags: must be a list'), ('{"tags": {}}',
	'WE400 tags: must be a list'),
	('{"tags": [7]}', 'WE400 tags: a tag is a string of 1 to 128 characters'), ('{"tags": [""]}',
	'WE400 tags: a tag is a string of 1 to 128 characters'),
	('{"tags": ["x", null]}', 'WE400 tags: a tag is a string of 1 to 128 characters'), ('{"tags": [["x"]]}',
	'WE400 tags: a tag is a string of 1 to 128 characters'),
	(jsonb_build_object('owner', repeat('x', 65))::text, 'WE400 owner: longer than 64 characters'),
	(jsonb_build_object('tags', array[repeat('x', 129)])::text, 'WE400 tags: a tag is a string of 1 to 128 characters'),
	('{"owner": "x", "hostname": ""}', 'WE400 hostname: must not be empty'), ('{}',
	'WE400 Missing Required Argument: hostname')) v (body, why)
	where tests.refused(format('select tests.put(''b'', %L)', body)) is distinct from why $$,
	'what is no owner, no tag, or nothing at all is refused');
select is(tests.rows('fate.hosts', 'owner, tags'), '(,) (zoe,)', '... and nothing is changed');
select is(tests.refused($$ select tests.put('nobody', '{"owner": "x"}') $$), 'WE404 No such Host nobody found',
	'a host that is not there has no owner');

-- ---- what happens on each ----
select tests.story(2);
insert into fate.hosts (hostname) values ('a'), ('b'), ('c');
select tests.throw(1, 'a', 'b');
select tests.throw(1, 'a');
select tests.throw(2, 'b');
create function tests.hosts(query jsonb) returns text
language sql as $$
	select string_agg(h->>'hostname' || ' ' || coalesce(h->>'openLabors', '-') || ' ' || coalesce(h->>'lastEvent', '-'), ', ' order by n)
	  from jsonb_array_elements(tests.ask('hosts_list', '{}', query)->'hosts') with ordinality e (h, n)
$$;
select is(tests.hosts('{"expand": ["x", "summary"]}'), 'a 2 2015-06-01 12:02:00, b 0 2015-06-01 12:03:00, c 0 -',
	'a list tells how many labors are open on each host, and when the newest event was');
select is(tests.hosts('{"expand": ["summary"], "limit": ["1"], "offset": ["1"]}'), 'b 0 2015-06-01 12:03:00', '... of those on the page');
select is(tests.hosts('{"expand": ["summary"], "hostname": ["a"]}'), 'a 2 2015-06-01 12:02:00', '... of one');
select is(tests.hosts('{"expand": ["hosts"]}'), 'a - -, b - -, c - -', '... where that is asked for');
select is(tests.ask('hosts_list', '{}', '{"expand": ["summary"]}') #> '{hosts,2,lastEvent}', 'null', 'where nothing ever happened it is null');

select * from finish();
rollback;
