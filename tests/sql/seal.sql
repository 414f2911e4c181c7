-- Secrets that the worker has sealed: which are such, to which key, and how they are exchanged (sql/inventory/seal.sql,
-- sql/people_api/seal.sql).
begin;
\ir lib.psql
select plan(36);
delete from house.seal_keys;

-- tests.key(letter) -> what looks like a public key.
create function tests.key(letter text) returns text
language sql immutable as $$ select repeat(letter, 43) || '=' $$;
-- tests.box(word, key) -> what stands for a secret.
create function tests.box(word text, key int) returns jsonb
language sql immutable as $$ select jsonb_build_object('sealed', word, 'key', key) $$;
create function tests.store(id int, sealed jsonb) returns void
language sql as $$ insert into inventory.objects (kind, id, name, sealed) values ('host', id, 'web', sealed) $$;
create function tests.boxes(most int default 100) returns text
language sql as $$ select string_agg(concat_ws(' ', kind, id, key, box), ', ' order by id, key) from inventory.boxes(most) $$;
create function tests.first() returns int language sql as $$ select min(id) from house.seal_keys $$;
create function tests.last() returns int language sql as $$ select max(id) from house.seal_keys $$;

-- ---- which are secrets ----
select ok('ansible_ssh_pass' = any(inventory.secret_keys('{}')) and 'conn-pass-file' = any(inventory.secret_keys('{}')), 'passwords and key files are secrets');
select ok(not 'ansible_user' = any(inventory.secret_keys('{}')) and not 'ANSIBLE_SSH_PASS' = any(inventory.secret_keys('{}')) and not '' = any(inventory.secret_keys('{}')),
	'... nothing else is');
select is(cardinality(inventory.hidden_keys()), 27, 'so many');
select is((select count(distinct k) from unnest(inventory.hidden_keys()) k), 27::bigint, '... each once');

-- ---- the current key ----
select is_empty('select * from people_api.seal_key()', 'at first there is no key');
select is(inventory.current_key(), null, '... so none is the current one');
select lives_ok($$ select inventory.must_be_current('{}') $$, '... who has no secret needs none');
select is(tests.refused($$ select inventory.must_be_current(jsonb_build_object('repo_key', tests.box('x', 1))) $$),
	'WE503 Secrets are being sealed anew: try again.', '... who has one cannot store it');
select matches(tests.refused($$ select house.seal_key_add('x') $$), 'not a public key: x', 'a key is 32 bytes in base64');
select is(house.seal_key_add(tests.key('A')), tests.last(), 'the first key');
select results_eq('select * from people_api.seal_key()', $$ values (tests.last(), tests.key('A')) $$,
	'... is what the worker seals to');
select lives_ok($$ select inventory.must_be_current(jsonb_build_object('repo_key', tests.box('x', tests.last()))) $$,
	'... and what is sealed to it can be stored');
select is(house.seal_key_add(tests.key('B')), tests.last(), 'the next key');
select is(inventory.current_key(), tests.last(), '... takes its place');
select is((select array_agg(public_key order by id) from house.seal_keys where not current), array[tests.key('A')], '... which is kept');
select is(tests.refused($$ select inventory.must_be_current(jsonb_build_object('repo_key', tests.box('x', tests.first()))) $$),
	'WE503 Secrets are being sealed anew: try again.', '... but nothing can be stored that is sealed to it');
select is(tests.refused($$ select inventory.must_be_current(jsonb_build_object('repo_key', tests.box('x', tests.first()), 'key-file', tests.box('x', tests.last()))) $$),
	'WE503 Secrets are being sealed anew: try again.', '... not even beside another');
select is(house.seal_key_add(tests.key('A')), tests.first(), 'a key that is known is made the current one again');
select is(inventory.current_key(), tests.first(), '... without a new id');
select is(house.seal_key_add(tests.key('B')), tests.last(), '... and back');
select is(tests.refused(format('select inventory.must_be_current(%L)', jsonb_build_object('repo_key', wrong))),
	'P0001 a secret that is not sealed', concat('what is not sealed is not stored, nor told: ', wrong))
  from (values ('"rex"'::jsonb), ('["sealed", "key"]'), ('{"sealed": "x"}'), ('null')) v (wrong);

-- ---- what is sealed to another ----
select is(tests.boxes(), null, 'at first nothing is');
select tests.store(1, jsonb_build_object('repo_key', tests.box('one', tests.first()), 'key-file', tests.box('two', tests.last()))),
       tests.store(2, jsonb_build_object('repo_key', tests.box('one', tests.first()), 'key-file', tests.box('two', tests.first()))),
       tests.store(3, jsonb_build_object('repo_key', tests.box('one', tests.last()))), tests.store(4, '{}');
select is(tests.boxes(), 'host 1 repo_key one, host 2 key-file two, host 2 repo_key one', 'what is sealed to an old key is to be sealed anew');
select is((select count(*) from inventory.boxes(2)), 2::bigint, '... so many at a time');
select ok(not house.seal_key_drop(tests.first()), 'a key to which something is sealed stays');
select ok(not house.seal_key_drop(tests.last()), '... the current one, too');

select is(tests.refused(format('select inventory.boxes_put(%s, %L, %L, %L, %L, %L)', tests.first(), '{host}', '{1}', '{repo_key}',
	array[inventory.box_mark('one')], '{new}')), 'WE503 Secrets are being sealed anew: try again.', 'nothing is sealed anew to an old key');
select inventory.boxes_put(tests.last(), array_agg(kind), array_agg(id), array_agg(key), array_agg(mark), array_agg('new ' || box))
  from inventory.boxes(100) where not (id = 2 and key = 'key-file');
select is((select string_agg(concat_ws(' ', id, k, sealed->k->>'sealed', (sealed->k->'key')::int = tests.last()), ', ' order by id, k)
             from inventory.objects, jsonb_object_keys(sealed) k),
	'1 key-file two t, 1 repo_key new one t, 2 key-file two f, 2 repo_key new one t, 3 repo_key one t',
	'what was sealed anew stands in the place of the old, beside the others');
select inventory.boxes_put(tests.last(), '{host,host,host}', '{2,3,9}', '{key-file,repo_key,repo_key}', array_fill(inventory.box_mark('old'), '{3}'), '{x,x,x}');
select is((select string_agg(sealed->k->>'sealed', ', ' order by id, k) from inventory.objects, jsonb_object_keys(sealed) k),
	'two, new one, two, new one, one', '... but what was changed or deleted meanwhile is left alone');
select inventory.boxes_put(tests.last(), array_agg(kind), array_agg(id), array_agg(key), array_agg(mark), array_agg(box))
  from inventory.boxes(100);
select is(tests.boxes(), null, 'at last nothing is left');
select ok(house.seal_key_drop(tests.first()), '... so the old key can go');
select is(tests.first(), inventory.current_key(), '... and the current one is the only one');

-- ---- resets ----
insert into house.mark values ('private') on conflict do nothing;
select house.reset();
select isnt(inventory.current_key(), null, 'a private instance that is emptied keeps its key');

select finish();
rollback;
