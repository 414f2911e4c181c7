-- The text of an inventory, byte for byte as it has to be (⏎ for a line's end, as in polemarch-behaviour.md 5.1), what becomes of
-- values, and the same as YAML. What Ansible reads of it: tests/http/test_render.py.
begin;
\ir lib.psql
select plan(60);

-- ---- tools ----
-- tests.new(kind, id, name, vars, sealed, type, children): an object of johnny's.
create function tests.new(
	kind people.kind, id bigint, name text, vars jsonb default '{}', sealed jsonb default '{}', type text default 'HOST',
	children boolean default false
) returns void
language plpgsql as $$
begin
	insert into inventory.objects values (kind, id, name, vars, sealed);
	execute case kind when 'host' then 'insert into inventory.hosts (id, type) values ($1, $2)'
	                  when 'group' then 'insert into inventory.groups (id, children) values ($1, $3)'
	                  else 'insert into inventory.inventories (id) values ($1)' end using id, type, children;
	perform people.objects_add(kind, array[id], 1);
end
$$;

-- tests.text(id), tests.yaml(id) -> with ⏎.
create function tests.text(id bigint) returns text
language sql as $$ select replace(inventory.text(id), E'\n', '⏎') $$;
create function tests.yaml(id bigint) returns text
language sql as $$ select replace(inventory.yaml(id), E'\n', '⏎') $$;

-- tests.host(value), tests.section(value) -> the value as it stands on the line of a host, and in a section.
create function tests.host(value jsonb) returns text
language sql as $$ select inventory.host_value(value::text) $$;
create function tests.section(value jsonb) returns text
language sql as $$ select inventory.section_value(value::text) $$;

-- ---- the form ----
select is(inventory.text(1), null, 'an inventory that is not there has no text');
select is(inventory.yaml(1), null, '... nor YAML');
select is((select count(*) from inventory.pieces(1) where text is not null), 0::bigint, '... nor pieces');

select tests.new('inventory', 1, 'empty');
select is(tests.text(1), '# Hosts ⏎⏎⏎⏎# Groups ', 'nothing inside');
select is(tests.yaml(1), 'all: {}⏎', '... nor in the YAML');

select tests.new('inventory', 2, 'a host'), tests.new('host', 1, 'b.host');
select people.parts_add('inventory', 2, 'host', '{1}');
select is(tests.text(2), '# Hosts ⏎b.host ⏎⏎⏎⏎# Groups ', 'a host only');
select is(tests.yaml(2), 'all:⏎  hosts:⏎    b.host: {}⏎', '... in YAML');

select tests.new('inventory', 3, 'vars', '{"a": "1x", "ansible_user": "u"}');
update inventory.objects set vars = '{"a": 1, "ansible_user": "u"}' where kind = 'inventory' and id = 3;
select is(tests.text(3), '# Hosts ⏎⏎# Global vars⏎[all:vars]⏎ansible_user=u⏎a=1⏎⏎# Groups ', 'variables only');
select is(tests.yaml(3), 'all:⏎  vars:⏎    ansible_user: "u"⏎    a: 1⏎', '... in YAML');

select tests.new('inventory', 4, 'a group'), tests.new('group', 1, 'zg', '{"gv": 1}'), tests.new('host', 2, 'a.host');
select people.parts_add('inventory', 4, 'group', '{1}'), people.parts_add('group', 1, 'host', '{2}');
select is(tests.text(4), '# Hosts ⏎⏎⏎⏎# Groups ⏎[zg]⏎a.host ⏎⏎⏎[zg:vars]⏎gv=1⏎', 'a group with a host and variables');
select is(tests.yaml(4), 'all:⏎  children:⏎    zg:⏎      hosts:⏎        a.host: {}⏎      vars:⏎        gv: 1⏎', '... in YAML');

select tests.new('inventory', 5, 'groups'), tests.new('group', 2, 'zg'), tests.new('group', 3, 'ag'),
       tests.new('group', 4, 'par', children => true);
select people.parts_add('inventory', 5, 'group', '{4}'), people.parts_add('group', 4, 'group', '{2,3}');
select is(tests.text(5), '# Hosts ⏎⏎⏎⏎# Groups ⏎[par:children]⏎ag⏎zg⏎⏎⏎[zg]⏎⏎⏎⏎[ag]⏎⏎⏎',
	'a group of groups comes before those it holds, which stand in it by their names and follow by their ids');
select is(tests.yaml(5), 'all:⏎  children:⏎    par:⏎      children:⏎        ag: {}⏎        zg: {}⏎', '... in YAML');

-- The reference case of the original suite.
select tests.new('inventory', 6, 'reference', '{"custom_var1": "hello_world"}', '{"ansible_ssh_private_key_file": {"key": 1, "sealed": "S1=="}}'),
       tests.new('host', 11, '127.0.1.1'), tests.new('host', 12, '127.0.1.[3:4]', type => 'RANGE'),
       tests.new('host', 13, 'hostlocl', '{"ansible_user": "centos"}', '{"ansible_ssh_private_key_file": {"key": 1, "sealed": "S2=="}}'),
       tests.new('group', 11, 'hosts1'), tests.new('group', 12, 'hosts2'),
       tests.new('group', 13, 'groups1', '{"ansible_user": "ubuntu"}', '{"ansible_ssh_pass": {"key": 2, "sealed": "S3=="}}', children => true),
       tests.new('group', 14, 'groups2', children => true), tests.new('group', 15, 'groups3', children => true);
select people.parts_add('inventory', 6, 'host', '{13,12,11}'), people.parts_add('inventory', 6, 'group', '{13}'),
       people.parts_add('group', 13, 'group', '{14,15}'), people.parts_add('group', 14, 'group', '{15}'),
       people.parts_add('group', 15, 'group', '{11,12}'), people.parts_add('group', 11, 'host', '{11,12}'),
       people.parts_add('group', 12, 'host', '{13}');
select is(inventory.text(6), $$# Hosts 
127.0.1.1 
127.0.1.[3:4] 
hostlocl ansible_user=centos ansible_ssh_private_key_file=[~~ENCRYPTED~~]

# Global vars
[all:vars]
ansible_ssh_private_key_file=[~~ENCRYPTED~~]
custom_var1=hello_world

# Groups 
[groups1:children]
groups2
groups3


[groups1:vars]
ansible_user=ubuntu
ansible_ssh_pass=[~~ENCRYPTED~~]

[groups2:children]
groups3


[groups3:children]
hosts1
hosts2


[hosts1]
127.0.1.1 
127.0.1.[3:4] 


[hosts2]
hostlocl ansible_user=centos ansible_ssh_private_key_file=[~~ENCRYPTED~~]

$$, 'the reference case');
select is(inventory.yaml(6), $$all:
  hosts:
    127.0.1.1: {}
    "127.0.1.[3:4]": {}
    hostlocl:
      ansible_user: "centos"
      ansible_ssh_private_key_file: "[~~ENCRYPTED~~]"
  vars:
    ansible_ssh_private_key_file: "[~~ENCRYPTED~~]"
    custom_var1: "hello_world"
  children:
    groups1:
      vars:
        ansible_user: "ubuntu"
        ansible_ssh_pass: "[~~ENCRYPTED~~]"
      children:
        groups2:
          children:
            groups3: {}
        groups3:
          children:
            hosts1:
              hosts:
                127.0.1.1: {}
                "127.0.1.[3:4]": {}
            hosts2:
              hosts:
                hostlocl:
                  ansible_user: "centos"
                  ansible_ssh_private_key_file: "[~~ENCRYPTED~~]"
$$, '... in YAML: each group is written out once, where it stands least deep');

-- ---- pieces ----
create temp table pieces as select * from inventory.pieces(6);
select is((select array_agg(concat_ws(' ', n, form, key, sealed) order by n) from pieces),
	array['1 host ansible_ssh_private_key_file {"key": 1, "sealed": "S2=="}', '2 section ansible_ssh_private_key_file {"key": 1, "sealed": "S1=="}',
	      '3 section ansible_ssh_pass {"key": 2, "sealed": "S3=="}', '4 host ansible_ssh_private_key_file {"key": 1, "sealed": "S2=="}', '5'],
	'the text is cut where a secret stands, which is there as it is sealed, with how it is to be written');
select is((select string_agg(text || case when sealed is null then '' else '[~~ENCRYPTED~~]' end, '' order by n) from pieces), inventory.text(6),
	'... and is the text, with the secrets between its pieces');
select is((select array_agg(text) from inventory.pieces(2)), array[inventory.text(2)], 'without secrets it is one piece');

-- ---- of some machines only ----
create function tests.only(id bigint, variadic names text[]) returns text
language sql as $$ select replace((select string_agg(text || coalesce('<' || key || '>', ''), '' order by n) from inventory.pieces(id, names)), E'\n', '⏎') $$;
select tests.new('inventory', 18, 'some', '{"i": 1}'), tests.new('host', 131, 'web[8-11].x', '{"v": 1}', '{"ansible_ssh_pass": {"key": 1, "sealed": "S"}}', 'RANGE'), tests.new('host', 132, 'db'),
       tests.new('host', 133, 'web9.x', '{"own": 1}'), tests.new('host', 134, '[fe80::1]'), tests.new('group', 131, 'g', '{"gv": 1}'), tests.new('group', 132, 'rest');
select inventory.host_names_put('{131,132,133,134}'), people.parts_add('inventory', 18, 'host', '{132,134}'), people.parts_add('inventory', 18, 'group', '{131,132}'),
       people.parts_add('group', 131, 'host', '{131}'), people.parts_add('group', 132, 'host', '{133}');
select is(tests.only(18, 'web11.x', 'web8.x', 'db'), '# Hosts ⏎db ⏎⏎# Global vars⏎[all:vars]⏎i=1⏎⏎# Groups ⏎[g]⏎web8.x ansible_ssh_pass=<ansible_ssh_pass> v=1⏎'
	'web11.x ansible_ssh_pass=<ansible_ssh_pass> v=1⏎⏎⏎[g:vars]⏎gv=1⏎⏎[rest]⏎⏎⏎', 'of a RANGE those that are meant, by name, with its variables; groups stay');
select is(tests.only(18, 'web8.x', 'web9.x', 'web10.x', 'web11.x', 'fe80::1', 'nowhere', 'web9.x'), '# Hosts ⏎fe80::1 ⏎⏎# Global vars⏎[all:vars]⏎i=1⏎⏎# Groups ⏎[g]⏎web[8:11].x ansible_ssh_pass=<ansible_ssh_pass> v=1⏎⏎⏎'
	'[g:vars]⏎gv=1⏎⏎[rest]⏎web9.x own=1⏎⏎', 'a RANGE of which all are meant is one; each host of a name is there');
select is(inventory.names_missing(18, '{x,web8.x,fe80::1,web[8-11].x,db,web12.x}'), '{x,web[8-11].x,web12.x}', 'which it does not mean');
select is(inventory.names_missing(18, array(select 'n' || n from generate_series(1, 600) n) || '{db,y}'::text[]), array(select 'n' || n from generate_series(1, 600) n) || '{y}'::text[], '... of many');
select is((select string_agg(m, ' ' order by m) from inventory.machine_names(18) m), 'db fe80::1 web10.x web11.x web8.x web9.x', 'all that it means, each once');
select is(tests.only(18, 'DB', 'Web9.x', 'web9'), tests.only(18, 'nowhere'), 'a name in other letters, or a part of one, is another name');

-- ---- order ----
select is((select string_agg(key, ' ' order by inventory.key_rank(key) collate "C")
             from unnest('{b,Z,a,ansible_z,ansible,ansible_become,ansible_ssh_private_key_file,ansible_ssh_pass,ansible_user,ansible_port,ansible_host,ansible_}'::text[]) key),
	'ansible_host ansible_port ansible_user ansible_ssh_pass ansible_ssh_private_key_file ansible_ ansible_become ansible_z Z a ansible b',
	'variables: how to reach a host, other matters of Ansible''s, the rest');
select tests.new('inventory', 7, 'twice'), tests.new('host', 21, 'twin', '{"x": 1, "z": 1}'), tests.new('host', 22, 'twin', '{"x": 2}'),
       tests.new('host', 23, 'Twin'), tests.new('group', 21, 'g', '{"v": 1, "w": 1}'), tests.new('group', 22, 'g', '{"v": 2}'),
       tests.new('group', 23, 'g', '{"v": 3, "u": 3}', children => true);
select people.parts_add('inventory', 7, 'host', '{22,21,23}'), people.parts_add('inventory', 7, 'group', '{22,21,23}'),
       people.parts_add('group', 21, 'host', '{21}'), people.parts_add('group', 22, 'host', '{23}'), people.parts_add('group', 23, 'group', '{22}');
select is(tests.text(7), '# Hosts ⏎Twin ⏎twin x=1 z=1⏎twin x=2⏎⏎⏎⏎# Groups ⏎[g:children]⏎⏎⏎⏎[g:vars]⏎u=3⏎v=3⏎⏎[g]⏎twin x=1 z=1⏎⏎⏎[g:vars]⏎v=1⏎w=1⏎⏎[g]⏎Twin ⏎⏎⏎[g:vars]⏎v=2⏎',
	'of one name: by their ids, each for itself; a group does not hold itself');
select is(tests.yaml(7), 'all:⏎  hosts:⏎    Twin: {}⏎    twin:⏎      x: 2⏎      z: 1⏎  children:⏎    g:⏎      hosts:⏎        Twin: {}⏎        twin:⏎          x: 1⏎          z: 1⏎      vars:⏎        u: 3⏎        v: 2⏎        w: 1⏎',
	'... in YAML they are one, the last one''s variables hold');
select tests.new('inventory', 8, 'all', '{"x": 1, "z": 1}'), tests.new('group', 31, 'all', '{"x": 2}'), tests.new('group', 32, 'no');
select people.parts_add('inventory', 8, 'group', '{31,32}'), people.parts_add('group', 31, 'host', '{1}');
select is(tests.yaml(8), 'all:⏎  hosts:⏎    b.host: {}⏎  vars:⏎    x: 2⏎    z: 1⏎  children:⏎    "no": {}⏎',
	'a group called all is all; names that YAML would read otherwise are quoted');

-- A chain of 40 groups.
select tests.new('inventory', 9, 'deep');
select tests.new('group', 1000 + i, 'g' || i, '{"v": 1}', children => true) from generate_series(1, 40) i;
select people.parts_add('group', 1000 + i, 'group', array[1001 + i]) from generate_series(1, 39) i;
select people.parts_add('inventory', 9, 'group', '{1001}');
select is((select array_agg(length(l) - length(ltrim(l)) || ' ' || ltrim(l) order by n)
             from string_to_table(inventory.yaml(9), E'\n') with ordinality t (l, n) where l ~ ' g(1|2|32|33|34|40):'),
	'{"4 g1:","8 g2:","128 g32:","132 g33: {}","4 g33:","8 g34: {}","4 g34:","8 g40: {}","4 g40:"}',
	'what is more than 32 levels down is written out below all');

-- ---- names ----
select is(inventory.host_pattern('192.168.0.[1-10].[a-c]-x', 'RANGE'), '192.168.0.[1:10].[a:c]-x', 'ranges have colons');
select is(inventory.host_pattern('[2001:db8::1]', 'HOST') || ' ' || inventory.host_pattern('[2001:db8::]', 'HOST'), '2001:db8::1 2001:db8::0',
	'addresses have no brackets, and do not end in a colon');
select tests.new('inventory', 10, 'range'), tests.new('host', 41, '[1-3]', type => 'RANGE');
select people.parts_add('inventory', 10, 'host', '{41}');
select is(tests.text(10), '# Hosts ⏎"[1:3]" ⏎⏎⏎⏎# Groups ', 'what begins like a section is quoted');
select is(tests.yaml(10), 'all:⏎  hosts:⏎    "[1:3]": {}⏎', '... in YAML too');
select is((select string_agg(inventory.yaml_key(name), ' ' order by n) from unnest('{a,_a.b-c,1,1.2,-,.,Yes,NO,on,n,"null",True,Off,nope,ü,~}'::text[]) with ordinality t (name, n)),
	'a _a.b-c "1" "1.2" "-" "." "Yes" "NO" "on" "n" "null" "True" "Off" nope "ü" "~"', 'names in YAML');

-- ---- values ----
create function tests.both(value jsonb) returns text
language sql as $$ select tests.section(value) || '   ' || tests.host(value) $$;
select is(tests.both('null'), 'None   ''None''', 'nothing');
select is(tests.both('true') || ' ' || tests.both('false'), 'True   ''True'' False   ''False''', 'yes and no');
select is(tests.both('-0.50'), '-0.50   -0.50', 'a number');
select is(tests.both('100000000000000000000'), '100000000000000000000.0   100000000000000000000.0', 'a large number, which came with an exponent');
select is(tests.both(to_jsonb(w)), w || '   ' || w, 'plain: ' || w)
  from unnest('{centos,/usr/bin/python3,-l,a=b,10.0.0.1,10.0.0.0/8,user@example.com,e5,C:/x}'::text[]) w;
select is(tests.both('"with space"'), 'with space   ''"with space"''', 'a blank is quoted on the line of a host');
select is(tests.both('"-o StrictHostKeyChecking=no"'), '-o StrictHostKeyChecking=no   ''"-o StrictHostKeyChecking=no"''', '... and may be in a section');
select is((select string_agg(w, ' | ' order by n) from unnest(array['', '5', '1_000', '0x10', '1e3', '1.2.3', 'None', 'True,False', '-5', '-', ' a', 'a ', 'a  b', '[x]',
                    '[all:vars]', 'a#b', ';a', '{{ 1 }}', '{% x %}', '!vault', 'a"b', 'a\b', E'a\nb\tc', 'ü', '😀', repeat('a', 129)]) with ordinality t (w, n)
            where tests.section(to_jsonb(w)) <> to_json(w)::text or tests.host(to_jsonb(w)) <> '''' || to_json(w) || ''''), null,
	'what might mean something is a JSON string, in single quotes on the line of a host');
select is(tests.both('"it''s"'), '"it''s"   ''"it''"''"''s"''', 'a single quote ends the quotes of a shell');
select is(tests.section(to_jsonb(U&'\000b\000c\001e\007f\0085\00a0\2028\2029\feff\ffff\+01f600'::text)),
	U&'"\\u000b\\f\\u001e\\u007f\\u0085\00a0\\u2028\\u2029\\ufeff\\uffff\+01f600"', 'what ends a line for Python is escaped');
select is(tests.both('["null", null, "a\"true", true, {"false": false, "n": 1.50}, [], {}]'),
	'["null", None, "a\"true", True, {"n": 1.50, "false": False}, [], {}]   ''["null", None, "a\"true", True, {"n": 1.50, "false": False}, [], {}]''',
	'lists and objects are Python''s');
select is(inventory.yaml_value('{"a": "yes", "b": [null, true, 1.5]}'), '{"a": "yes", "b": [null, true, 1.5]}', '... and JSON in YAML');
select is(inventory.yaml_value(format('{"%s": {"a": 1, "%s": ["%1$s"]}}', repeat('k', 1100), repeat('j', 1100))),
	format('{? "%s" : {"a": 1, ? "%s" : ["%1$s"]}}', repeat('k', 1100), repeat('j', 1100)), '... where long keys are announced');
select is((select string_agg(v || ' ' || (inventory.group_vars(jsonb_build_object('ansible_group_priority', v::jsonb)) ->> 'ansible_group_priority'), ', ')
             from unnest(array['7', '"-7"', 'true', '"x"', 'null', '[]', '2.5']) v),
	'7 7, "-7" -7, true true, "x" 1, null 1, [] 1, 2.5 2.5', 'a priority that is no number, for which Ansible drops everything, is 1');

-- ---- what Ansible can't be told ----
select tests.new('inventory', 200, 'odd'), tests.new('group', 201, 'x', children => true), tests.new('group', 202, 'y', children => true),
       tests.new('group', 203, 'x'), tests.new('group', 204, 'z', children => true), tests.new('group', 205, 'all'), tests.new('group', 206, 'ungrouped');
select people.parts_add('inventory', 200, 'group', '{201,204}'), people.parts_add('group', 201, 'group', '{202}'), people.parts_add('group', 202, 'group', '{203}'),
       people.parts_add('group', 204, 'group', '{205,206}');
select set_eq('select name, part from inventory.unsaid(200)', $$ values ('y', 'x'), ('z', 'all'), ('z', 'ungrouped') $$,
	'a circle of names is cut where it closes; all and ungrouped are in no group');
select matches(tests.text(200), '\[x:children\]⏎y⏎.*\[y:children\]⏎⏎⏎.*\[z:children\]⏎⏎⏎', '... in the text');
select is(tests.yaml(200), 'all:⏎  children:⏎    ungrouped: {}⏎    x:⏎      children:⏎        "y": {}⏎    z: {}⏎', '... in YAML');
select people.parts_add('group', 202, 'group', '{204}');
select set_eq('select name, part from inventory.unsaid(200)', $$ values ('y', 'x'), ('z', 'all'), ('z', 'ungrouped') $$,
	'... and nowhere else');

select * from finish();
rollback;
