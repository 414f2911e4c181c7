-- Which hosts a query means: each key, each operator, and how they are put together. (The language is told and parsed in
-- fcgi-app/lib/hostquery.c; this begins with its tree.)
begin;
\ir lib.psql
select plan(122);

-- tests.found(tree, principals) -> the names of the hosts, as superusers or those see it.
create function tests.found(tree jsonb, principals bigint[] default '{0}') returns text
language sql as $$
	select coalesce(string_agg(hostname, ' ' order by n), '')
	  from unnest(fate.hosts_matching(tree, principals)) with ordinality i (id, n) join fate.hosts h using (id)
$$;
-- tests.term(op, key, value) -> the tree of one term; tests.hosts(op, key, value, principals) -> what it finds.
create function tests.term(op text, key text, value text, "column" int default 1) returns jsonb
language sql immutable as $$ select jsonb_build_object('op', op, 'key', key, 'value', value, 'column', "column") $$;
create function tests.hosts(op text, key text, value text, principals bigint[] default '{0}') returns text
language sql as $$ select tests.found(tests.term(op, key, value), principals) $$;
create function tests.tree(op text, variadic parts jsonb[]) returns jsonb
language sql immutable as $$
	select jsonb_build_object('op', op, 'of', case when op = 'not' then parts[1] else to_jsonb(parts) end)
$$;

-- a1 and a2: one owner, tags; b1: another; b2: an owner, no tags; c%_: nothing at all.
select tests.story(3);
select fate.hosts_named('{b2,a1,a2,b1,c%_}');
update fate.hosts set owner = case when hostname ~ '^a' then 'zoe' when hostname = 'b1' then 'zoe@x.org' when hostname = 'b2' then 'o%' end;
update fate.hosts set tags = case hostname when 'a1' then '{web,dc=ams,rack=1}' when 'a2' then '{web,dc=fra,note=a=b}' when 'b1' then '{db,dc=ams,dcx=1}'
                                           when 'b2' then null else '{}' end::text[];

-- ---- names ----
select is(tests.hosts('is', 'name', 'a1'), 'a1', 'a host by its name');
select is(tests.hosts('is', 'name', 'A1'), '', '... to the letter');
select is(tests.hosts('is', 'name', 'a%'), '', '... which is no shape');
select is(tests.hosts('is', 'name', 'c%_'), 'c%_', '... whatever it is');
select is(tests.hosts('is', 'name', 'nobody'), '', '... or none');
select is(tests.hosts('like', 'name', 'a%'), 'a1 a2', 'names of a shape');
select is(tests.hosts('like', 'name', '_2'), 'b2 a2', '... in the order of the hosts'' ids');
select is(tests.hosts('like', 'name', '%\%\_'), 'c%_', '... whose signs can be taken by their word');
select is(tests.hosts('like', 'name', 'A%'), '', '... to the letter, too');
select is(tests.hosts('regex', 'name', '^[ab]1$'), 'a1 b1', 'names that a regular expression matches');
select is(tests.hosts('regex', 'name', '2'), 'b2 a2', '... anywhere');
select is(tests.hosts('regex', 'name', 'x'), '', '... or none');

-- ---- owners ----
select is(tests.hosts('is', 'owner', 'zoe'), 'a1 a2', 'hosts of an owner');
select is(tests.hosts('is', 'owner', 'o%'), 'b2', '... to the letter');
select is(tests.hosts('like', 'owner', 'zoe%'), 'a1 a2 b1', '... of such owners');
select is(tests.hosts('regex', 'owner', '@'), 'b1', '... by a regular expression');
select is(tests.hosts('regex', 'owner', '.*'), 'b2 a1 a2 b1', 'a host without an owner has none that matches');

-- ---- tags ----
select is(tests.hosts('is', 'tag', 'web'), 'a1 a2', 'hosts with a tag');
select is(tests.hosts('is', 'group', 'web'), 'a1 a2', '... which may be called a group');
select is(tests.hosts('is', 'tag', 'dc=ams'), 'a1 b1', '... whatever it is');
select is(tests.hosts('is', 'tag', 'dc'), '', '... as a whole');
select is(tests.hosts('like', 'tag', 'd_'), 'b1', '... of a shape');
select is(tests.hosts('regex', 'group', '^(db|rack)'), 'a1 b1', '... by a regular expression');
select is(tests.hosts('is', 'tag', null), '', 'no tag is none that a host has');

select is(tests.hosts('is', 'dc', 'ams'), 'a1 b1', 'any other key: hosts with the tag KEY=VALUE');
select is(tests.hosts('is', 'note', 'a=b'), 'a2', '... whose value may be anything');
select is(tests.hosts('is', 'dc', 'am'), '', '... as a whole');
select is(tests.hosts('like', 'dc', '%a%'), 'a1 a2 b1', '... of a shape');
select is(tests.hosts('like', 'd', '%'), '', '... of that key, not of one that begins so');
select is(tests.hosts('regex', 'dc', '^f'), 'a2', '... by a regular expression, of the value alone');
select is(tests.hosts('regex', 'dc', 'dc'), '', '... not of the key');
select is(tests.hosts('regex', 'd.', 'a'), '', '... which is no expression');
select is(tests.hosts('regex', 'd%', 'a'), '', '... and no shape');
select is(tests.hosts('is', 'nothing', 'x'), '', 'a key that nobody has');

-- ---- labors, quests ----
select tests.throw(1, 'a1', 'b1');
select tests.quest(1, 'a2', 'b2');
select tests.throw(2, 'a1', 'a2');
select is(tests.hosts('is', 'labor', 'step-1'), 'b2 b1', 'hosts with an open labor of a type');
select is(tests.hosts('is', 'labor', 'step-2'), 'a1 a2', '... the type of the event that opened it');
select is(tests.hosts('like', 'labor', 'step-%'), 'b2 a1 a2 b1', '... each once');
select is(tests.hosts('regex', 'labor', '^s.*[23]$'), 'a1 a2', '... by a regular expression');
select is(tests.hosts('is', 'labor', 'step'), '', '... as a whole');
select tests.throw(3, 'a1', 'a2');
select is(tests.hosts('like', 'labor', '%'), 'b2 b1', 'what is closed does not count');
select is(tests.hosts('is', 'quest', '1'), 'b2 a2', 'hosts of a quest, also where their labors are closed');
select tests.quest(2, 'b1', 'b2');
select is(tests.hosts('like', 'quest', '_'), 'b2 a2 b1', '... of several, each once');
select is(tests.hosts('regex', 'quest', '[2-9]'), 'b2 b1', '... by a regular expression');
select is(tests.hosts('is', 'quest', 'x'), '', '... or none');

-- ---- together ----
select is(tests.found(tests.tree('or', tests.term('is', 'name', 'b1'), tests.term('is', 'name', 'a1'), tests.term('is',
	'name', 'b1'),
	tests.term('is', 'name', 'nobody'))), 'a1 b1', 'or of names: each once, in the order of the ids');
select is(tests.found(tests.tree('or', tests.term('is', 'owner', 'zoe'), tests.term('is', 'name', 'a1'),
	tests.term('regex', 'name', '^b2'))),
	'b2 a1 a2', 'or of anything');
select is(tests.found(tests.tree('or', tests.term('is', 'owner', 'x'), tests.term('is', 'dc', 'x'))), '',
	'or of nothing');
select is(tests.found(tests.tree('and', tests.term('is', 'owner', 'zoe'), tests.term('is', 'dc', 'ams'))), 'a1', 'and');
select is(tests.found(tests.tree('and', tests.term('is', 'owner', 'zoe'), tests.term('is', 'tag', 'web'),
	tests.term('like', 'name', '_%'))),
	'a1 a2', 'and of three');
select is(tests.found(tests.tree('and', tests.term('is', 'owner', 'zoe'), tests.term('is', 'dc', 'x'), tests.term('is',
	'tag', 'web'))),
	'', 'and with nothing is nothing');
select is(tests.found(tests.tree('not', tests.term('is', 'owner', 'zoe'))), 'b2 b1 c%_',
	'not: also hosts that have no such thing');
select is(tests.found(tests.tree('not', tests.term('is', 'dc', 'ams'))), 'b2 a2 c%_', '... as tags');
select is(tests.found(tests.tree('not', tests.term('like', 'name', '%'))), '', 'not of all is nothing');
select is(tests.found(tests.tree('not', tests.term('is', 'name', 'nobody'))), 'b2 a1 a2 b1 c%_', 'not of nothing is all');
select is(tests.found(tests.tree('and', tests.tree('not', tests.term('is', 'dc', 'ams')), tests.term('is', 'tag',
	'web'))), 'a2', 'and not');
select is(tests.found(tests.tree('and', tests.tree('not', tests.term('is', 'name', 'a1')), tests.tree('not',
	tests.term('is', 'name', 'b1')))),
	'b2 a2 c%_', '... of nothing else');
select is(tests.found(tests.tree('or', tests.tree('and', tests.term('is', 'tag', 'web'), tests.tree('not',
	tests.term('is', 'dc', 'ams'))),
	tests.tree('not', tests.tree('or', tests.term('like', 'name', 'a%'), tests.term('like', 'name', 'b%'))))), 'a2 c%_',
	'all of it');
select is(tests.found(tests.tree('not', tests.tree('not', tests.term('is', 'name', 'a1')))), 'a1', 'not not');

-- Any tree of random terms, against the plainest of queries: host by host.
create function tests.holds(h fate.hosts, tree jsonb) returns boolean
language plpgsql as $$
begin
	return case tree->>'op'
	       when 'and' then (select bool_and(tests.holds(h, p)) from jsonb_array_elements(tree->'of') p)
	       when 'or' then (select bool_or(tests.holds(h, p)) from jsonb_array_elements(tree->'of') p)
	       when 'not' then not tests.holds(h, tree->'of')
	       else h.id = any(fate.hosts_of_term(tree->>'op', tree->>'key', tree->>'value', '{0}')) end;
end
$$;
create function tests.grown(depth int) returns jsonb
language plpgsql as $$
declare
	kind float := random();
begin
	if depth = 0 or kind < 0.2 then
		return (select tests.term(op, key, value)
		          from (values ('is', 'name', 'a1'), ('is', 'name', 'b2'), ('like', 'name', '%2'), ('is', 'owner', 'zoe'),
	('is', 'tag', 'web'),
		                       ('is', 'dc', 'ams'), ('regex', 'labor', '1'), ('is', 'quest', '2'), ('is', 'name',
	'x')) v (op, key, value)
		         order by random() limit 1);
	elsif kind < 0.4 then
		return tests.tree('not', tests.grown(depth - 1));
	end if;
	return tests.tree(case when kind < 0.7 then 'and' else 'or' end,
	variadic (select array_agg(tests.grown(depth - 1)) from generate_series(1, 3)));
end
$$;
select setseed(0.7);
create table tests.trees as select tests.grown(4) as tree from generate_series(1, 300);
select cmp_ok((select count(distinct fate.hosts_matching(tree, '{0}')) from tests.trees), '>', 15::bigint,
	'random trees, which mean this and that');
select is_empty($$ select tree from tests.trees
	where fate.hosts_matching(tree, '{0}') <> array(select id from fate.hosts h where tests.holds(h, tree) order by id) $$,
	'... mean what they say');
select is_empty($$ select tree from tests.trees
	where fate.hosts_matching(tree, '{0}') <> array(select distinct id from unnest(fate.hosts_matching(tree, '{0}')) id order by id) $$,
	'... by ids, each once');

-- ---- bad expressions ----
select is(tests.refused($$ select tests.found(tests.term('regex', 'name', '(', 7)) $$),
	'WE400 column 7: invalid regular expression: parentheses () not balanced',
	'what is no regular expression is refused, with the place of its term');
select is(tests.refused($$ select tests.found(tests.tree('and', tests.term('is', 'name', 'a1', 1), tests.tree('not',
	tests.tree('or', tests.term('is', 'dc', 'x', 9),
	tests.term('regex', 'owner', '*', 23))))) $$),
	'WE400 column 23: invalid regular expression: quantifier operand invalid', '... deep in a tree');
select is_empty($$ select key from unnest('{name,owner,tag,group,labor,quest,dc}'::text[]) key
	where left(coalesce(tests.refused(format('select tests.hosts(''regex'', %L, ''[a'')', key)), ''),
	16) <> 'WE400 column 1: ' $$, '... of any key');
select is(tests.refused($$ select tests.found(tests.tree('and', tests.term('is', 'name', 'nobody'), tests.term('regex',
	'name', '('))) $$),
	'WE400 column 1: invalid regular expression: parentheses () not balanced', '... also where it would not matter');

-- ---- a fleet without hosts; a long list ----
select tests.story(1);
select is_empty($$ select op, key from unnest('{is,like,regex}'::text[]) op,
	unnest('{name,owner,tag,group,labor,quest,dc}'::text[]) key
	where tests.hosts(op, key, 'x') <> '' $$, 'where there is no host none is found');
select is_empty($$ select key from unnest('{name,owner,tag,group,labor,quest,dc}'::text[]) key
	where left(coalesce(tests.refused(format('select fate.hosts_matching(tests.term(''regex'', %L, ''[a''), ''{0}'')', key)), ''), 16)
	      <> 'WE400 column 1: ' $$,
	'... a bad expression is refused all the same');
select is(fate.hosts_matching(tests.tree('not', tests.term('is', 'name', 'x')), '{0}'), '{}', '... nor by not');
select is(fate.hosts_matching(tests.tree('and', tests.tree('not', tests.term('is', 'name', 'x')), tests.tree('not',
	tests.term('is', 'dc', 'x'))), '{0}'), '{}', '... or several');
select fate.hosts_named(array(select 'h' || i from generate_series(1, 5000) i));
select is(cardinality(fate.hosts_matching(jsonb_build_object('op', 'or', 'of', (select jsonb_agg(tests.term('is', 'name',
	'h' || i)) from generate_series(1, 6000) i)), '{0}')),
	5000, 'a list of thousands of names');

-- ---- what inventories say ----
-- hosts web[1:3], db1 and lone, machines of the same names; tagged stands in no inventory. Groups: web (web[1:2]), east (web3, db1), and all
-- of it (web, east) in top. Inventory one holds top and lone, inventory two lone only. johnny (1) owns all but lone and inventory two, which are eve's (3).
insert into people.users (username, stamp) values ('nobody', 8), ('eve', 9);
create function tests.new(kind people.kind, name text, vars jsonb default '{}', owner bigint default 1,
	sort boolean default false) returns bigint
language sql as $$
	select case kind
		when 'host' then (inventory.hosts_add(array[name], array[case when name ~ '\[' then 'RANGE' else 'HOST' end], array[vars],
	array[sealed], owner))[1]
		when 'group' then (inventory.groups_add(array[name], array[sort], array[vars], array[sealed], owner))[1]
		else inventory.inventories_add(name, vars, sealed, owner) end
	  from (select jsonb_build_object('ansible_ssh_pass', jsonb_build_object('sealed', 'AA==', 'key', 1)) as sealed) s
$$;
create function tests.vars(kind people.kind, id bigint, vars jsonb) returns void
language sql as $$ update inventory.objects o set vars = $3 where o.kind = $1 and o.id = $2 $$;
select tests.story();
select fate.hosts_named('{tagged}');
update fate.hosts set tags = '{top,color=red,plain}';
select tests.new('host', 'web[1:2]'), tests.new('host', 'web3'), tests.new('host', 'db1'), tests.new('host', 'lone', owner => 3),
       tests.new('group', 'web'), tests.new('group', 'east'), tests.new('group', 'top', sort => true), tests.new('inventory',
	'one'), tests.new('inventory', 'two', owner => 3);
select people.parts_add('group', 1, 'host', '{1}'), people.parts_add('group', 2, 'host', '{2,3}'), people.parts_add('group', 3,
	'group', '{1,2}'),
       people.parts_add('inventory', 1, 'group', '{3}'), people.parts_add('inventory', 1, 'host', '{4}'),
	people.parts_add('inventory', 2, 'host', '{4}');

select is(tests.hosts('is', 'group', 'web'), 'web1 web2', 'hosts in a group of an inventory: of a RANGE each machine');
select is(tests.hosts('is', 'group', 'top'), 'tagged web1 web2 web3 db1',
	'... in groups of that group, and with a tag of that name');
select is(tests.hosts('is', 'tag', 'top'), 'tagged', '... which alone are meant by tag');
select is(tests.hosts('is', 'group', 'plain'), 'tagged', '... a tag is enough');
select is(tests.hosts('is', 'group', 'one'), '', '... an inventory is no group');
select is(tests.hosts('is', 'group', 'Web'), '', '... to the letter');
select is(tests.hosts('like', 'group', '_e%'), 'web1 web2', '... of a shape');
select is(tests.hosts('regex', 'group', '^(east|w)'), 'web1 web2 web3 db1', '... by a regular expression, each once');
select is(tests.found(tests.tree('not', tests.term('is', 'group', 'web'))), 'tagged web3 db1 lone', '... not in it');
select is(tests.found(tests.tree('and', tests.term('is', 'group', 'top'), tests.tree('not', tests.term('is', 'group', 'east')))),
	'tagged web1 web2', '... in one and not in another');
select is(tests.hosts('is', 'group', 'top', principals), wanted, format('%s find in a group', principals)) from (values
	('{1}'::bigint[], 'tagged web1 web2 web3 db1'), ('{2}', 'tagged'), ('{3}', 'tagged'), ('{}', 'tagged'), ('{2,-9,1}',
	'tagged web1 web2 web3 db1')) v (principals, wanted);
select people.grants_put('group', 1, '{2}', '{EXECUTOR}');
select is(tests.hosts('regex', 'group', 'web|top', '{2}'), 'tagged web1 web2', '... only by groups that one sees');

-- ---- variables ----
select tests.vars('inventory', 1, '{"color": "red", "n": 1}'), tests.vars('group', 3, '{"color": "blue"}'), tests.vars('group', 2,
	'{"color": "green"}'), tests.vars('host', 3, '{"color": "gold"}');
select is(tests.hosts('is', 'color', 'gold'), 'db1', 'what a host says itself counts first');
select is(tests.hosts('is', 'color', 'green'), 'web3', '... then what its group says');
select is(tests.hosts('is', 'color', 'blue'), 'web1 web2', '... then a group around that');
select is(tests.hosts('is', 'color', 'red'), 'tagged lone', '... then the inventory; a tag counts all the same');
select is(tests.hosts('like', 'color', 'g%'), 'web3 db1', '... of a shape');
select is(tests.hosts('regex', 'color', '^(b|red)'), 'tagged web1 web2 lone', '... by a regular expression');
select is(tests.found(tests.tree('not', tests.term('is', 'color', 'blue'))), 'tagged web3 db1 lone', '... not so');
select is(tests.found(tests.tree('and', tests.term('is', 'group', 'top'), tests.term('is', 'n', '1'))), 'web1 web2 web3 db1',
	'... together with others');
select is(tests.hosts('is', 'n', '1'), 'web1 web2 web3 db1 lone', 'what only the inventory says holds for all in it');
select tests.vars('inventory', 2, '{"color": "black"}');
select is(tests.hosts('is', 'color', 'black'), 'lone', 'a host in two inventories is what either says');
select is(tests.hosts('is', 'color', 'red'), 'tagged lone', '... or the other');
select is(tests.hosts('is', 'color', 'red', principals) || '|' || tests.hosts('is', 'color', 'black', principals), wanted,
	format('%s: only inventories that one sees count', principals)) from (values
	('{1}'::bigint[], 'tagged lone|'), ('{3}', 'tagged|lone'), ('{2}', 'tagged|'), ('{1,3}', 'tagged lone|lone')) v (principals,
	wanted);
select is(tests.hosts('is', 'color', 'blue', '{2}'), '', 'a group that one does not see says nothing');
select people.grants_put('group', 3, '{2}', '{EXECUTOR}');
select is(tests.hosts('is', 'color', 'blue', '{2}') || '|' || tests.hosts('is', 'n', '1', '{2}'), 'web1 web2|',
	'... until one does; the inventory around it still not');

select tests.vars('host', 4, jsonb_build_object('t', true, 'f', 0.50, 'z', null, 'o', '{"a": [1]}'::jsonb, 'e', '', 'long',
	repeat('x', 3000)));
select is(tests.hosts('is', key, value), wanted, format('%s=%s', key, left(value, 20))) from (values ('t', 'True', 'lone'), ('t',
	'true', ''), ('f', '0.50', 'lone'), ('f', '0.5', ''), ('z', 'null', ''), ('z', '', ''),
	('o', '{"a": [1]}', 'lone'), ('e', '', 'lone'), ('long', repeat('x', 3000), 'lone'), ('long', repeat('x', 2999), ''), ('x',
	'', '')) v (key, value, wanted);
select is(tests.hosts(op, 'ansible_ssh_pass', value), '', format('a secret is no variable that is found: %s %s', op,
	value)) from (values ('is', 'AA=='), ('like', '%'), ('regex', '.*'), ('regex', 'sealed'), ('is', '[~~ENCRYPTED~~]')) v (op,
	value);
select is(tests.refused($$ select tests.hosts('regex', 'color', '(') $$),
	'WE400 column 1: invalid regular expression: parentheses () not balanced', 'what is no regular expression is refused');
select tests.vars('host', 3, '{"color": null}');
select is(tests.found(tests.tree('and', tests.term('is', 'name', 'db1'), tests.term('regex', 'color', ''))), '', 'a host that says null says it itself, and nothing');
select inventory.objects_delete('host', '{2}');
select is(tests.hosts('is', 'color', 'green'), '', 'a host that has left all inventories is none of these');

select * from finish();
rollback;
