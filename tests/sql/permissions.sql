-- Permissions and owners of objects, as the endpoints give, take and show them (sql/polemarch_api/permissions.sql;
-- polemarch-behaviour.md sections 15.2, 15.4, 15.5). What follows from a right is in rights_engine.sql.
begin;
\ir lib.psql
select plan(155);

-- johnny owns an object of each kind; admin is a superuser; of the others each has the role that his name says on it.
insert into people.users (username, superuser, stamp) values ('admin', true, 8), ('executor', false, 9),
	('editor', false, 10),
	('master', false, 11), ('none', false, 12), ('gone', false, 13);
update people.users set active = false where username = 'gone';
-- tests.world(): that.
create function tests.world() returns void
language plpgsql as $$
begin
	perform tests.story();
	insert into people.teams (name) values ('one'), ('two');
	perform people.objects_add(k, '{1}', 1), people.grants_put(k, 1, '{3,4,5}', '{EXECUTOR,EDITOR,MASTER}')
	   from unnest(enum_range(null::people.kind, 'team')) k;
end
$$;
-- tests.on(name, function, body, objects, id) -> what an endpoint answers.
create function tests.on(name text, function text, body jsonb default null, objects text default 'hosts',
	id text default '1') returns text
language sql as $$ select tests.polemarch(name, function, jsonb_build_object('objects', objects, 'id', id), body) $$;
-- tests.rows_of(answer) -> 'u3:EXECUTOR t1:EDITOR', of permissions; or the answer itself.
create function tests.listed(answer text) returns text
language sql as $$
	select case when answer not like '200 [%' then answer else coalesce((
		select string_agg(left(p->>'member_type', 1) || (p->>'member') || ':' || (p->>'role'), ' ' order by i)
		  from jsonb_array_elements(substr(answer, 5)::jsonb) with ordinality e (p, i)), 'none') end
$$;
create function tests.row(member int, role text default null, member_type text default 'user') returns jsonb
language sql as $$ select jsonb_strip_nulls(jsonb_build_array(jsonb_build_object('member', member, 'role', role,
	'member_type', member_type))) $$;
create table tests.calls (f text, body jsonb);
insert into tests.calls values ('permissions_get', null), ('permissions_add', tests.row(6, 'EDITOR')),
	('permissions_replace', tests.row(5, 'MASTER')),
	('permissions_remove', tests.row(5)), ('owner_get', null), ('owner_set', '6');

-- ---- who may ----
select tests.world();
create table tests.kinds as select * from unnest('{hosts,groups,inventories,projects,templates,teams}'::text[],
	enum_range(null::people.kind, 'team')) k (objects, kind);
-- tests.may(name) -> which calls the user may make, each tried alone and undone; of all kinds the same.
create function tests.may(name text) returns text
language plpgsql as $$
declare
	c     record;
	k     text;
	words text;
	said  text;
	found text[];
begin
	foreach k in array (select array_agg(objects) from tests.kinds) loop
		words := '';
		for c in select * from tests.calls loop
			begin
				said := tests.on(name, c.f, c.body, k);
				raise exception using errcode = 'TT000';
			exception when sqlstate 'TT000' then
				if said like '200 %' then
					words := words || ' ' || c.f;
				elsif said <> '403 {"detail": "You do not have permission to perform this action."}' then
					words := words || ' ' || c.f || ': ' || said;
				end if;
			end;
		end loop;
		found := found || words;
	end loop;
	return (select string_agg(distinct f, ' or ') from unnest(found) f);
end
$$;
select is(tests.may(name), wanted, name || ' may, on an object of any kind:' || wanted) from (values
	('none', ''), ('executor', ' permissions_get owner_get'), ('editor', ' permissions_get owner_get'),
	('master', ' permissions_get permissions_add permissions_replace permissions_remove owner_get'),
	('johnny', ' permissions_get permissions_add permissions_replace permissions_remove owner_get owner_set'),
	('admin', ' permissions_get permissions_add permissions_replace permissions_remove owner_get owner_set')) v (name,
	 wanted);
select is(tests.audit(), '', 'what is refused, or undone, is not told');
select is(tests.on('admin', f, body, objects, id), '404 {"detail": "Not found."}', format('%s: no such object: %s %s', f,
	objects, id))
  from tests.calls, (values ('hosts', '2'), ('hosts', '99999999999999999999'), ('users', '1'), ('tasks', '1'),
	('host', '1'), ('hostss', '1')) v (objects, id);
select is(tests.on('none', 'permissions_add', '"x"'),
	'403 {"detail": "You do not have permission to perform this action."}',
	'who may not is told so whatever he sends');
select is(tests.on('nobody', f, body), '401 Sign in to use this resource.', 'who is not signed in, too: ' || f)
	from tests.calls;

-- ---- seeing them ----
select is(tests.on('executor', 'permissions_get'), '200 [{"member":3,"role":"EXECUTOR","member_type":"user"},'
	|| '{"member":4,"role":"EDITOR","member_type":"user"},{"member":5,"role":"MASTER","member_type":"user"}]',
	'all that was granted, the oldest first');
select people.grants_put('host', 1, '{4,-1}', '{EXECUTOR,EDITOR}');
select is(tests.on('johnny', 'permissions_get'),
	'200 [{"member":3,"role":"EXECUTOR","member_type":"user"},{"member":5,"role":"MASTER","member_type":"user"},'
	|| '{"member":4,"role":"EXECUTOR","member_type":"user"},{"member":1,"role":"EDITOR","member_type":"team"}]',
	'... also to teams');
select people.objects_add('host', '{2}', 1);
select is(tests.on('johnny', 'permissions_get', id => '2'), '200 []',
	'... or nothing: the owner''s right is none of these');

-- ---- adding ----
select tests.world();
select is(tests.listed(tests.on('johnny', 'permissions_add', tests.row(6, 'EDITOR'))),
	'u3:EXECUTOR u4:EDITOR u5:MASTER u6:EDITOR', 'a role is added to the others');
select is(tests.listed(tests.on('johnny', 'permissions_add', tests.row(4, 'MASTER'))),
	'u3:EXECUTOR u5:MASTER u6:EDITOR u4:MASTER', '... or put in place of what the member had');
select is(tests.listed(tests.on('johnny', 'permissions_add', '[{"member": "2", "role": "EDITOR", "member_type": "team", '
	'"x": 1}, {"member": 2, "role": "EXECUTOR",
	"member_type": "user"}]')), 'u3:EXECUTOR u5:MASTER u6:EDITOR u4:MASTER t2:EDITOR u2:EXECUTOR',
	'several at once: a team''s and a user''s, in the order given');
select is(tests.listed(tests.on('johnny', 'permissions_add', '[]')),
	'u3:EXECUTOR u5:MASTER u6:EDITOR u4:MASTER t2:EDITOR u2:EXECUTOR', '... or none');
select is(tests.listed(tests.on('johnny', 'permissions_get', null, 'groups')), 'u3:EXECUTOR u4:EDITOR u5:MASTER',
	'other objects have their own');
select is(tests.rows('people.audit', 'username, via, verb, kind, ids, details'),
	'(johnny,password,"add permissions",host,{1},"{""permissions"": [{""role"": ""EDITOR"", ""member"": 6, '
	'""member_type"": ""user""}]}") '
	|| '(johnny,password,"add permissions",host,{1},"{""permissions"": [{""role"": ""MASTER"", ""member"": 4, '
	'""member_type"": ""user""}]}") '
	|| '(johnny,password,"add permissions",host,{1},"{""permissions"": [{""role"": ""EDITOR"", ""member"": 2, '
	'""member_type"": ""team""}, '
	|| '{""role"": ""EXECUTOR"", ""member"": 2, ""member_type"": ""user""}]}") (johnny,password,"add permissions",host,'
	'{1},"{""permissions"": []}")', 'all of it is told');
select is(tests.listed(tests.on('master', 'permissions_add', tests.row(6, 'MASTER'))) ~ 'u6:MASTER$', true,
	'a MASTER makes others so');
select is(tests.on('johnny', 'permissions_add', tests.row(1, 'EXECUTOR')) ~ '^200 ', true, 'the owner may be given a role');
select is(people.role_of(1, 'host', 1), 'OWNER', '... and stays the owner');
select is(tests.on('admin', 'permissions_add', tests.row(7, 'EXECUTOR')) ~ '^200 ', true, 'so may who is no longer active');

-- ---- exactly these ----
select tests.world();
select is(tests.listed(tests.on('johnny', 'permissions_replace', '[{"member": 1, "role": "EDITOR", "member_type": "team"},
	{"member": 4, "role": "MASTER", "member_type": "user"}, {"member": 3, "role": "EXECUTOR", "member_type": "user"}]')),
	't1:EDITOR u4:MASTER u3:EXECUTOR', 'these roles and no others, in the order given');
select is(tests.rows('people.audit', 'verb, kind, ids'), '("replace permissions",host,{1})', '... which is told');
select is(tests.listed(tests.on('johnny', 'permissions_replace', '[]')), 'none', '... or none');
select is(tests.listed(tests.on('master', 'permissions_replace', tests.row(6, 'EXECUTOR'), 'teams')), 'u6:EXECUTOR',
	'a MASTER may take his own away');
select is(tests.on('master', 'permissions_get', null, 'teams'),
	'403 {"detail": "You do not have permission to perform this action."}', '... and then is none');

-- ---- removing ----
select tests.world();
select people.grants_put('host', 1, '{-1}', '{EDITOR}');
select is(tests.listed(tests.on('johnny', 'permissions_remove', tests.row(4))), 'u3:EXECUTOR u5:MASTER t1:EDITOR',
	'a member''s role is taken away');
select is(tests.listed(tests.on('johnny', 'permissions_remove', tests.row(3, 'MASTER'))), 'u5:MASTER t1:EDITOR',
	'... whatever it was');
select is(tests.listed(tests.on('johnny', 'permissions_remove', tests.row(5, 'x') || tests.row(1, 'OWNER', 'team'))),
	'none', '... whatever is said of it; several at once');
select is(tests.listed(tests.on('johnny', 'permissions_remove', tests.row(6) || tests.row(99) || tests.row(99, null,
	'team'))), 'none', 'who has none, or is not there, is passed over');
select is(tests.rows('people.audit where id = 1', 'verb, kind, ids, details'),
	'("remove permissions",host,{1},"{""permissions"": [{""member"": 4, ""member_type"": ""user""}]}")', 'it is told');
select is(tests.on('johnny', 'permissions_get'), '200 []', 'the owner''s right can''t be taken away');

-- ---- what is no permission ----
select tests.world();
select is(tests.on('johnny', f, body::jsonb), '400 ' || wanted, format('%s: %s', f, body))
  from unnest('{permissions_add,permissions_replace,permissions_remove}'::text[]) f, (values
	('{"member": 6, "role": "EDITOR", "member_type": "user"}',
	 '{"non_field_errors": ["Expected a list of items but got type \"dict\"."]}'),
	('"x"', '{"non_field_errors": ["Expected a list of items but got type \"str\"."]}'),
	 ('null', '{"non_field_errors": ["Expected a list of items but got type \"NoneType\"."]}'),
	('[7]', '{"detail": {"non_field_errors": ["Invalid data. Expected a dictionary, but got int."]}}'),
	('[{"member": 6, "role": "EDITOR"}]', '{"detail": {"member_type": ["Unknown member type null."]}}'),
	('[{"member": 6, "role": "EDITOR", "member_type": "users"}]',
	 '{"detail": {"member_type": ["Unknown member type users."]}}'),
	('[{"role": "EDITOR", "member_type": "user"}]',
	 '{"detail": {"member": ["Incorrect type. Expected pk value, received NoneType."]}}'),
	('[{"member": "x", "role": "EDITOR", "member_type": "user"}]',
	 '{"detail": {"member": ["Incorrect type. Expected pk value, received str."]}}'),
	('[{"member": -1, "role": "EDITOR", "member_type": "user"}]',
	 '{"detail": {"member": ["Incorrect type. Expected pk value, received int."]}}'),
	('[{"member": 1.5, "role": "EDITOR", "member_type": "user"}]',
	 '{"detail": {"member": ["Incorrect type. Expected pk value, received float."]}}'),
	('[{"member": true, "role": "EDITOR", "member_type": "user"}]',
	 '{"detail": {"member": ["Incorrect type. Expected pk value, received bool."]}}'),
	('[{"member": [6], "role": "EDITOR", "member_type": "user"}]',
	 '{"detail": {"member": ["Incorrect type. Expected pk value, received list."]}}'),
	('[{"member": 6, "role": "EDITOR", "member_type": "user"}, {"member": "6", "role": "MASTER", "member_type": "user"}]',
	 '{"detail": "There is duplicates in your permissions set.", "error_type": "ValueError"}')
	) v (body, wanted);
select is(tests.on('johnny', f, body::jsonb), '400 ' || wanted, format('%s: %s', f, body))
	from unnest('{permissions_add,permissions_replace}'::text[]) f, (values
	('[{"member": 6, "member_type": "user"}]', '{"detail": {"role": ["Unknown role null."]}}'),
	('[{"member": 6, "role": "editor", "member_type": "user"}]', '{"detail": {"role": ["Unknown role editor."]}}'),
	('[{"member": 6, "role": "OWNER", "member_type": "user"}]', '{"detail": {"role": ["Unknown role OWNER."]}}'),
	('[{"member": 6, "role": 1, "member_type": "user"}]', '{"detail": {"role": ["Unknown role 1."]}}'),
	('[{"member": 99, "role": "EDITOR", "member_type": "user"}]',
	 '{"detail": {"member": ["Invalid pk \"99\" - object does not exist."]}}'),
	('[{"member": 3, "role": "EDITOR", "member_type": "team"}]',
	 '{"detail": {"member": ["Invalid pk \"3\" - object does not exist."]}}'),
	('[{"member": 0, "role": "EDITOR", "member_type": "user"}]',
	 '{"detail": {"member": ["Invalid pk \"0\" - object does not exist."]}}'),
	('[{"member": 6, "role": "EDITOR", "member_type": "user"}, {"member": 7, "role": "BOSS", "member_type": "user"}]',
	 '{"detail": {"role": ["Unknown role BOSS."]}}')
	) v (body, wanted);
select is(tests.listed(tests.on('johnny', 'permissions_get')) || tests.audit(), 'u3:EXECUTOR u4:EDITOR u5:MASTER',
	'all or nothing');

-- ---- the owner ----
select tests.world();
select is(tests.on('executor', 'owner_get'), '200 1', 'an object is somebody''s');
select is(tests.on('johnny', 'owner_set', body::jsonb), '400 ' || wanted, 'no owner: ' || body) from (values
	('99', '{"detail": "User matching query does not exist.", "error_type": "DoesNotExist"}'),
	 ('7', '{"detail": "User matching query does not exist.", "error_type": "DoesNotExist"}'),
	('0', '{"detail": "User matching query does not exist.", "error_type": "DoesNotExist"}'),
	('"x"', '{"detail": {"id": ["Incorrect type. Expected pk value, received str."]}}'),
	 ('null', '{"detail": {"id": ["Incorrect type. Expected pk value, received NoneType."]}}'),
	('-1', '{"detail": {"id": ["Incorrect type. Expected pk value, received int."]}}'),
	 ('1.5', '{"detail": {"id": ["Incorrect type. Expected pk value, received float."]}}'),
	('true', '{"detail": {"id": ["Incorrect type. Expected pk value, received bool."]}}'),
	 ('[6]', '{"detail": {"id": ["Incorrect type. Expected pk value, received list."]}}'),
	('{"id": 6}', '{"detail": {"id": ["Incorrect type. Expected pk value, received dict."]}}')) v (body, wanted);
select is(tests.audit(), '', '... is told of');
select is(tests.on('johnny', 'owner_set', '1'), '200 {"detail":"Owner changed"}', 'the owner may stay it');
select is(tests.on('johnny', 'owner_set', '6'), '200 {"detail":"Owner changed"}', '... or make it another''s');
select is(tests.on('none', 'owner_get') || ' ' || people.role_of(6, 'host', 1), '200 6 OWNER', '... who then owns it');
select is(tests.on('johnny', 'owner_get'), '403 {"detail": "You do not have permission to perform this action."}',
	'... and he sees it no more');
select is(tests.rows('people.audit', 'username, verb, kind, ids, details'),
	'(johnny,"change owner",host,{1},"{""owner"": 1}") (johnny,"change owner",host,{1},"{""owner"": 6}")',
	'... it is told');
select is(tests.on('admin', 'owner_set', '"5"'), '200 {"detail":"Owner changed"}',
	'a superuser makes it anybody''s; the number may be written as text');
select is(tests.on('none', 'owner_get') ~ '^403 ', true, '... the old owner keeps nothing');
select is(tests.on('master', 'owner_set', '3') || tests.on('master', 'permissions_add', tests.row(6,
	'EXECUTOR')) ~ '200 .*200 ', true, 'who had a role on it');
select is(people.role_of(5, 'host', 1), 'MASTER', '... has that again when he owns it no more');
select is(tests.on('johnny', 'owner_get', null, 'groups'), '200 1', 'other objects stay whose they are');
select is(tests.on('johnny', 'owner_set', '6', 'teams'), '200 {"detail":"Owner changed"}', 'a team, too');
select is(tests.members(tests.polemarch('none', 'teams_get', '{"id": "1"}'))->'owner'->'id', '6', '... which says so');
select is_empty('select * from people.rights_check()', 'all is as the law says');

select * from finish();
rollback;
