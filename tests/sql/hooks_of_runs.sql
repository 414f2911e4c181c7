-- Who is told of runs (sql/polemarch_api/hooks.sql, sql/work/hooks.sql; polemarch-behaviour.md section 19).
begin;
\ir lib.psql
select plan(57);

insert into people.users (username, superuser, stamp) values ('admin', true, 8), ('eve', false, 9);
create function tests.on(function text, body text default '{}', id bigint default 1, name text default 'admin', more jsonb default '{}') returns text
language sql as $$ select tests.polemarch(name, 'hooks_' || function, jsonb_build_object('id', id::text), body::jsonb,
	more => jsonb_build_object('settings', tests.settings('{"hooksDir": "/etc/moirai/hooks"}')) || more) $$;
create function tests.listed(query jsonb) returns text
language sql as $$ select (m->>'count') || ': ' || coalesce((select string_agg(r->>'id', ' ' order by n) from jsonb_array_elements(m->'results') with ordinality e (r, n)), '')
	from tests.members(tests.on('list', more => jsonb_build_object('query', query))) m $$;
create function tests.made(type text, "when" text, recipients text) returns text
language sql as $$ select tests.on('create', jsonb_build_object('name', 'h', 'type', $1, 'when', $2, 'recipients', $3)::text) $$;

-- ---- for superusers ----
select is(tests.on(f, name => 'eve'), '403 {"detail": "You do not have permission to perform this action."}', f || ' is for superusers') from unnest('{list,create,get,update,delete,types}'::text[]) f;
select is(tests.on(f, name => 'nobody'), '401 Sign in to use this resource.', f || ': who is not signed in is told so') from unnest('{list,create,get,update,delete,types}'::text[]) f;
select is(tests.on('types'), '200 {"types":["HTTP","SCRIPT"],"when":{"on_execution":"A run has begun","after_execution":"A run is over"}}', 'what there is');

-- ---- made, read, changed, deleted ----
select is(tests.on('create', '{"name": " tell ", "type": "HTTP", "when": "after_execution", "recipients": "http://a/x?y=1 | https://b"}'),
	'201 /polemarch/api/v1/hooks/1/ {"id":1,"name":"tell","type":"HTTP","when":"after_execution","recipients":"http://a/x?y=1 | https://b"}', 'a hook is made');
select is(tests.on('create', '{"name": "run", "type": "SCRIPT", "recipients": "tell.sh|other"}'),
	'201 /polemarch/api/v1/hooks/2/ {"id":2,"name":"run","type":"SCRIPT","when":null,"recipients":"tell.sh|other"}', '... one that hears of begin and end');
select is(tests.on('get', id => 2), '200 {"id":2,"name":"run","type":"SCRIPT","when":null,"recipients":"tell.sh|other"}', 'it is read');
select is(tests.on('update', '{"when": "on_execution"}', 2), '200 {"id":2,"name":"run","type":"SCRIPT","when":"on_execution","recipients":"tell.sh|other"}', 'it is changed');
select is(tests.on('update', format('{"when": %s}', w), 2), '200 {"id":2,"name":"run","type":"SCRIPT","when":null,"recipients":"tell.sh|other"}', '... back by ' || w) from unnest(array['null', '""']) w;
select is(tests.on('update', '{"type": "HTTP"}', 2), '400 {"detail": {"recipients": ["Recipients must be http or https URLs."]}}', 'another type must fit the recipients');
select is(tests.listed(query::jsonb), wanted, 'hooks by ' || query) from (values ('{}', '2: 1 2'), ('{"type": ["HTTP"]}', '1: 1'), ('{"when": ["after_execution"]}', '1: 1'), ('{"name": ["un"]}', '1: 2'),
	('{"name__not": ["un"]}', '1: 1'), ('{"id__not": ["1"]}', '1: 2'), ('{"id": ["2,3"]}', '1: 2'), ('{"limit": ["1"], "offset": ["1"]}', '2: 2')) v (query, wanted);
select is(tests.on('create', ('{"name": "x", "type": "HTTP", "recipients": "http://x"}'::jsonb || body::jsonb)::text), wanted, 'refused: ' || body) from (values
	('{"name": ""}', '400 {"name": ["This field may not be blank."]}'), ('{"type": "MAIL"}', '415 {"detail": "Unknown type MAIL."}'), ('{"type": "http"}', '415 {"detail": "Unknown type http."}'),
	('{"when": "later"}', '400 {"when": ["\"later\" is not a valid choice."]}'), ('{"recipients": "ftp://x"}', '400 {"detail": {"recipients": ["Recipients must be http or https URLs."]}}'),
	('{"recipients": "http://x | x"}', '400 {"detail": {"recipients": ["Recipients must be http or https URLs."]}}'), ('{"recipients": "|"}', '400 {"detail": {"recipients": ["Ensure there are 1 to 20 recipients."]}}'),
	('{"recipients": "http://x | http://me:pw@x/"}', '400 {"detail": {"recipients": ["Recipients must have no user or password in them, for they are shown."]}}'),
	('{"recipients": "http://x\ny"}', '400 {"recipients": ["Enter one line."]}'), ('{"type": "SCRIPT", "recipients": "../x"}', '400 {"detail": {"recipients": ["Recipients must be in hooks dir."]}}'),
	('{"type": "SCRIPT", "recipients": "a | /bin/sh"}', '400 {"detail": {"recipients": ["Recipients must be in hooks dir."]}}'), ('{"type": "SCRIPT", "recipients": ".hidden"}', '400 {"detail": {"recipients": ["Recipients must be in hooks dir."]}}'))
	v (body, wanted);
select is(tests.on('create', '{"name": "x", "type": "SCRIPT", "recipients": "a"}', more => jsonb_build_object('settings', tests.settings('{"hooksDir": ""}'))),
	'400 {"detail": {"recipients": ["Recipients must be in hooks dir."]}}', 'without hooks_dir there are no scripts');
select is(tests.on('create', '{}'), '400 {"name": ["This field is required."], "type": ["This field is required."], "recipients": ["This field is required."]}', 'what is needed is told');
select is(tests.on('delete', id => 1), '204', 'it is deleted');
select is(tests.on(f, id => 1), '404 {"detail": "Not found."}', f || ': it is gone') from unnest('{get,update,delete}'::text[]) f;
select is(tests.audit('kind = ''hook'''), '(create,hook,{1}) (create,hook,{2}) (update,hook,{2}) (update,hook,{2}) (update,hook,{2}) (delete,hook,{1})', 'what was done is told');

-- ---- what they are told ----
select tests.story();
select people.objects_add('project', '{1}', 1), inventory.inventories_add('of "web"', '{}', '{}', 1);
insert into inventory.objects (kind, id, name) values ('project', 1, 'p');
create function tests.letters() returns text
language sql as $$ select string_agg(concat_ws(' ', channel, receiver, content->>'when', coalesce(content->>'script', content->>'url'), state), ', ' order by id) from outbox.letters $$;
select work.runs_add(array[row(1, 1, null, 'PLAYBOOK', 'site.yml', null, '{"user": "x"}'::jsonb, '{}'::jsonb, true, 1, 'users')::work.order], tests.at(1));
update work.runs set status = 'RUN';
select work.runs_tell('{1}');
select is(tests.letters(), null, 'without hooks nobody is told');
select tests.made('HTTP', 'on_execution', 'http://a | http://b'), tests.made('SCRIPT', 'after_execution', 'tell'), tests.made('SCRIPT', null, 'both');
select work.runs_tell('{1}');
select is(tests.letters(), 'webhook hook 1 1 http://a waiting, webhook hook 1 2 http://b waiting, script hook 3 1 on_execution both waiting', 'that it has begun, to whom wants to know');
select is((select content->>'payload' from outbox.letters where channel = 'script'), '{"execution_type":"PLAYBOOK","when":"on_execution","target":{"name":"site.yml",'
	'"inventory":{"id":1,"name":"of \"web\""},"project":{"id":1,"name":"p"}},"history":{"id":1,"start_time":"2015-06-01T12:01:00.000000Z",'
	'"initiator":{"initiator_type":"users","initiator_id":1,"name":"johnny"}}}', '... with what is run, but for its arguments');
select is((select content - 'body' from outbox.letters where id = 1), '{"hook": 1, "url": "http://a", "type": "application/x-www-form-urlencoded"}', '... by a form');
select is((select content->>'body' from outbox.letters where id = 1) ~ '^type=on_execution&payload=%7B%22execution_type%22%3A%22PLAYBOOK%22%2C.*%7D%7D%7D$', true, '... of two fields');
select is((select count(*) from outbox.letters l where outbox.to_deliver(l, '{}') = l.content), 3::bigint, '... which is what is delivered');
delete from outbox.letters;
select work.runs_over('{1}', 'OK', null, tests.at(2));
select is(tests.letters(), 'script hook 2 1 after_execution tell waiting, script hook 3 1 after_execution both waiting', 'that it is over');
select is((select content->>'payload' from outbox.letters limit 1) ~ '"start_time":"2015-06-01T12:01:00.000000Z","stop_time":"2015-06-01T12:02:00.000000Z","status":"OK","initiator"', true, '... and how');
update outbox.letters set state = 'sent' where id = (select min(id) from outbox.letters);
select tests.on('delete', id => 2), tests.on('delete', id => 3);
select is(tests.letters(), 'script hook 2 1 after_execution tell sent', 'a hook that is deleted is told nothing more');
select tests.made('SCRIPT', 'after_execution', 'tell');
select work.runs_add(array[row(null, null, 'inv', 'MODULE', 'ping', 'all', '{}'::jsonb, '{}'::jsonb, false, 5, 'scheduler')::work.order], tests.at(3));
select work.runs_over('{2}', 'ERROR', 'x', tests.at(4));
select is((select content->>'payload' from outbox.letters where state = 'waiting' and channel = 'script'), '{"execution_type":"MODULE","when":"after_execution","target":{"name":"ping",'
	'"inventory":"inv","project":null},"history":{"id":2,"start_time":"2015-06-01T12:03:00.000000Z","stop_time":"2015-06-01T12:04:00.000000Z","status":"ERROR",'
	'"initiator":{"initiator_type":"scheduler","initiator_id":5,"name":null}}}', 'of a run that is not kept, too');

select * from finish();
rollback;
