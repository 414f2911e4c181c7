-- Finding things by a few letters (hermes_api.search, fate/search.sql).
begin;
\ir lib.psql
select plan(65);

create function tests.found(query jsonb) returns jsonb
language sql as $$ select tests.ask('search', '{}', query, '{}', '{"body": null}') - '{status,href}'::text[] $$;
-- tests.hits(kind, q, limit) -> what of that kind is found, by its name or number.
create function tests.hits(kind text, q text, most int default 8) returns text
language sql as $$
	select coalesce(string_agg(coalesce(h->>case kind when 'hosts' then 'hostname' else 'id' end, h #>> '{}'), ' ' order by n), '')
	  from jsonb_array_elements(tests.found(jsonb_build_object('q', array[q], 'limit', array[most::text], 'kinds', array[kind]))->kind)
	       with ordinality e (h, n)
$$;

-- ---- hosts ----
select tests.story();
select fate.hosts_named('{web-042.ams1,db-1.fra3,WEB-041.Ams1,x-web,"50%_\\",日本-web,mail}');
select is(tests.hits('hosts', 'web'), 'WEB-041.Ams1 web-042.ams1 x-web 日本-web',
	'names that begin so, by name; then those that contain it, in the order in which they were made');
select is(tests.hits('hosts', E'\tweb-042 '), 'web-042.ams1', 'blanks around it do not count');
select is(tests.hits('hosts', 'WEB-04'), 'WEB-041.Ams1 web-042.ams1', 'in any case');
select is(tests.hits('hosts', '.AMS1'), 'web-042.ams1 WEB-041.Ams1', '... also within');
select is(tests.hits('hosts', '日'), '日本-web', 'other letters');
select is(tests.hits('hosts', '%'), '50%_\', 'letters that mean something in a pattern mean themselves');
select is(tests.hits('hosts', '_'), '50%_\', '... each');
select is(tests.hits('hosts', '\'), '50%_\', '... of them');
select is(tests.hits('hosts', 'nobody'), '', 'nothing');
select is(tests.hits('hosts', 'web', 2), 'WEB-041.Ams1 web-042.ams1', 'so many');
select is(tests.found('{"q": ["web"], "kinds": ["hosts"], "limit": ["3"]}')->'hostsMore', 'true', '... and that there are more');
select is(tests.found('{"q": ["web"], "kinds": ["hosts"], "limit": ["4"]}')->'hostsMore', 'false', '... or not');
update fate.hosts set owner = 'zoe' where hostname = 'mail';
select is(tests.found('{"q": ["mai"], "kinds": ["hosts"]}'),
	'{"hosts": [{"id": 7, "hostname": "mail", "owner": "zoe", "href": "http://moirai/api/v1/hosts/mail"}], "hostsMore": false}',
	'what is told of one');
select is(tests.found('{"q": ["db"], "kinds": ["hosts"]}') #> '{hosts,0,owner}', 'null', '... without an owner');
select fate.hosts_rename(7, 'post');
select is(tests.hits('hosts', 'mail') || tests.hits('hosts', 'pos'), 'post', 'a host that is renamed is found by its new name');

-- Beyond the first ten thousand: by the index of trigrams, and by that alone what is rare.
insert into fate.hosts (hostname) select 'n' || i || case when i > 10100 then '.rare-site' || i % 3 else '' end from generate_series(1, 10200) i;
select is(tests.hits('hosts', 'rare-site1', 2), 'n10102.rare-site1 n10105.rare-site1', 'names far behind are found by what they contain');
select is(tests.hits('hosts', 'e-s', 1), 'n10101.rare-site0', '... by whatever has trigrams');
select is(tests.hits('hosts', '02.'), 'n10102.rare-site1', '... by the end of a word');
select is(tests.hits('hosts', 'e2'), '', '... one or two letters only among the first ten thousand');
select is(tests.hits('hosts', 'n99', 3), 'n99 n990 n9900', 'names far behind are found by their beginning');
select is(array(select p from unnest('{abc,ab-,-a,a.b,日本語,ab,a,-,"a ",...,""}'::text[]) p where fate.has_trigrams(p)), '{abc,ab-,-a,a.b,日本語}',
	'what has trigrams');
select is_empty($$ select p from unnest('{abc,ab-,-a,a.b,日本語}'::text[]) p where trigrams.show_trgm(p) = '{}' $$, '... really');

-- tests.plan(command) -> the indexes that it uses, with the plans of the web role.
create function tests.plan(command text) returns text
language plpgsql as $$
declare
	line  text;
	lines text := '';
begin
	perform set_config('plan_cache_mode', 'force_generic_plan', true), set_config('enable_seqscan', 'off', true);
	execute 'prepare asked (text, int) as ' || command;
	for line in execute 'explain execute asked (''x'', 9)' loop
		lines := concat_ws(' ', lines, (regexp_match(line, 'hosts_[a-z_0-9]+'))[1]);
	end loop;
	deallocate asked;
	return btrim(lines);
end
$$;
analyze fate.hosts;
select is(tests.plan('select id from fate.hosts where lower(hostname) ~>=~ $1 and lower(hostname) ~<~ fate.beyond($1)
	order by lower(hostname) using ~<~ limit $2'), 'hosts_lower_idx', 'names that begin so are read from an index, in order');
select is(tests.plan('select id from (select id from fate.hosts where lower(hostname) like api.containing($1) offset 0) h limit $2'),
	'hosts_lower_idx1', '... those that contain it from another');

-- ---- quests ----
select tests.story(1);
select tests.quest(1, 'a') from generate_series(1, 6);
update fate.quests set description = case id when 1 then 'Reboot the web servers' when 2 then 'reboot databases, 100%' when 3 then 'New disks for web'
	when 4 then 'Ünrest' when 5 then 'quest 2 again' else 'x' end;
select is(tests.hits('quests', 'REBOOT'), '2 1', 'quests by a word, the newest first');
select is(tests.hits('quests', 'web reboot'), '1', '... by all words, in any order');
select is(tests.hits('quests', '  disks   web '), '3', '... with blanks around');
select is(tests.hits('quests', 'reboot disks'), '', '... not by some');
select is(tests.hits('quests', '2'), '2 5', 'by its number, before those of which the words have it');
select is(tests.hits('quests', '#3'), '3', '... as people write it');
select is(tests.hits('quests', '999999999999999999'), '', '... of none');
select is(tests.hits('quests', '9999999999999999999999'), '', '... beyond all');
select is(tests.hits('quests', '00%'), '2', 'signs mean themselves');
select is(tests.hits('quests', 'ünr'), '4', 'other letters in any case');
select is(tests.hits('quests', 'reboot', 1), '2', 'so many');
select is(tests.found('{"q": ["reboot web"], "kinds": ["quests"]}'), '{"quests": [{"id": 1, "description": "Reboot the web servers",
	"completionTime": null, "href": "http://moirai/api/v1/quests/1"}]}', 'what is told of one');
insert into fate.quests (embark_time, creator, description) select now(), 'x', 'filling' from generate_series(1, 600);
select is(tests.hits('quests', 'reboot servers'), '1', 'quests far behind are found by trigrams');
select is(tests.hits('quests', 'filling', 2), '606 605', '... the newest first');
select is(tests.hits('quests', 'reb web ers the') || tests.hits('quests', 'reb web ers thx'), '1', '... by any number of words');

-- ---- definitions ----
select tests.story();
insert into fate.event_types (category, state, description) values ('system-reboot', 'required', 'Must be rebooted'), ('deploy', 'finished', null),
	('system-reboot', 'completed', '');
select tests.fate(1), tests.fate(3, 1);
update fate.fates set description = case id when 1 then 'Reboot the machine' end;
select is(tests.hits('eventTypes', 'reboot'), '1 3', 'event types by category');
select is(tests.hits('eventTypes', 'REBOOT comp'), '3', '... and state');
select is(tests.hits('eventTypes', 'system-reboot-required'), '1', '... as host queries have them');
select is(tests.hits('eventTypes', 'must'), '1', '... or what they are');
select is(tests.hits('eventTypes', 'finished'), '2', '... be nothing said of that');
select is(tests.hits('fates', 'the reboot'), '1', 'fates by the words of what they are');
select is(tests.found('{"q": ["machine"], "kinds": ["fates,eventTypes"]}'), '{"eventTypes": [], "fates": [{"id": 1, "description": "Reboot the machine",
	"href": "http://moirai/api/v1/fates/1"}]}', 'what is told of one; and of kinds that were asked for, if be nothing');

-- ---- owners and tags ----
select tests.story();
select fate.hosts_named('{a,b,c}');
update fate.hosts set owner = 'team-web', tags = '{env=prod,web}' where hostname in ('a', 'b');
update fate.hosts set owner = 'Web-ops', tags = '{env=test}' where hostname = 'c';
select is(tests.hits('owners', 'web'), 'Web-ops team-web', 'owners: what begins so, then what contains it');
select is(tests.hits('tags', 'ENV='), 'env=prod env=test', 'tags');
select is(tests.hits('tags', 'e', 3), 'env=prod env=test web', '... so many');
select is((select string_agg(concat_ws(' ', kind, word, hosts), ', ' order by kind, word) from fate.host_words),
	'owner Web-ops 1, owner team-web 2, tag env=prod 2, tag env=test 1, tag web 2', 'they are counted as hosts take them');
update fate.hosts set owner = 'new', tags = '{web,web,env=test}' where hostname = 'a';
update fate.hosts set owner = null, tags = null where hostname in ('b', 'c');
insert into fate.hosts (hostname, owner, tags) values ('d', 'new', '{env=prod}'), ('e', null, null), ('f', null, '{}');
select is((select string_agg(concat_ws(' ', kind, word, hosts), ', ' order by kind, word) from fate.host_words),
	'owner new 2, tag env=prod 1, tag env=test 1, tag web 1', '... and lose them');
select is(tests.hits('owners', 'team') || tests.hits('tags', 'prod'), 'env=prod', 'what no host has any more is not found');
select is((select count(*) from fate.check() where rule ~ 'an owner'), 0::bigint, 'so says the law');
delete from fate.host_words where word = 'web';
select is((select string_agg(found, ' ') from fate.check() where rule ~ 'an owner'), '(tag,web)', '... which sees one that is missing');

-- ---- groups: of inventories, that the asker may see ----
select tests.story();
insert into people.users (username, superuser, stamp) values ('root', true, 9);
select inventory.groups_add('{web,web,prod-WEB,db}', '{f,f,f,f}', array_fill('{}'::jsonb, array[4]), array_fill('{}'::jsonb, array[4]),
	(select id from people.users where username = 'root'));
create function tests.groups(who text, q text) returns text
language sql as $$
	select tests.members(tests.hermes(who, 'search', '{}', 'null', jsonb_build_object('q', array[q], 'kinds', array['groups'])))->>'groups'
$$;
select is(tests.groups('root', 'Web'), '["web", "prod-WEB"]', 'groups, each name once, to who sees them');
select is(tests.groups('johnny', 'web'), '[]', '... and to nobody else');
select people.grants_put('group', 3, array[1]::bigint[], '{EXECUTOR}');
select is(tests.groups('johnny', 'web'), '["prod-WEB"]', '... but what was granted');

-- ---- the request ----
select is(array(select jsonb_object_keys(tests.found('{"q": ["x"]}')) k order by k), '{eventTypes,fates,groups,hosts,hostsMore,inventories,inventoryGroups,owners,projects,quests,tags,templates,users}',
	'all kinds unless told');
select is(tests.refused(format('select tests.found(%L)', query)), words, words) from (values
	('{}', 'WE400 q: what is to be looked for?'),
	('{"q": ["  "]}', 'WE400 q: what is to be looked for?'),
	('{"q": ["\t\n"]}', 'WE400 q: what is to be looked for?'),
	(format('{"q": ["%s"]}', repeat('x', 201)), 'WE400 q: longer than 200 characters'),
	('{"q": ["x"], "limit": ["0"]}', 'WE400 limit: must be from 1 to 50'),
	('{"q": ["x"], "limit": ["51"]}', 'WE400 limit: must be from 1 to 50'),
	('{"q": ["x"], "kinds": ["hosts,host"]}', 'WE400 kinds: must be some of hosts, quests, eventTypes, fates, owners, tags, groups, projects, inventories, inventoryGroups, templates, users')) r (query, words);

select * from finish();
rollback;
