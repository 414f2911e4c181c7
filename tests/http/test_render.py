"""The text of an inventory, and its YAML, as the real Ansible reads them. Their form, byte for byte: tests/sql/render.sql."""
import json
import os
import random
import subprocess

import pytest

TEXT, YAML = "text", "yaml"
MASK = "[~~ENCRYPTED~~]"
SEALED = {"sealed": "AAAA", "key": 1}


# ---- tools

@pytest.fixture(params=[TEXT, YAML])
def form(request):
    return request.param


@pytest.fixture
def read(sql, form, tmp_path):
    """read() -> what Ansible reads of inventory 1, in each form."""
    return lambda: ansible(sql.one(f"select inventory.{form}(1)"), form, tmp_path)


def ansible(text, form, folder):
    """(variables of each host, groups) as `ansible-inventory --list` tells them; it must have nothing to complain of."""
    path = folder / ("inventory" if form == TEXT else "inventory.yml")
    path.write_text(text, newline="")
    settings = folder / "ansible.cfg"
    settings.touch()
    said = subprocess.run(
        ["/usr/bin/ansible-inventory", "-i", path, "--list", "--export"], capture_output=True, text=True, timeout=60,
        env={"PATH": os.environ["PATH"], "HOME": str(folder), "LC_ALL": "C.UTF-8", "ANSIBLE_CONFIG": str(settings),
             "ANSIBLE_INVENTORY_ENABLED": "ini" if form == TEXT else "yaml", "ANSIBLE_VARS_ENABLED": "",
             "ANSIBLE_LOCALHOST_WARNING": "0", "ANSIBLE_TRANSFORM_INVALID_GROUP_CHARS": "ignore"})
    assert (said.returncode, said.stderr) == (0, ""), text[:2000]
    groups = json.loads(said.stdout)
    return groups.pop("_meta")["hostvars"], groups


def put(sql, kind, id, name, vars={}, sealed={}, type="HOST", children=False, holds={}):
    """An object of the administrator's, which holds those of other kinds."""
    sql.run("insert into inventory.objects values (%s, %s, %s, %s, %s)", kind, id, name, json.dumps(vars), json.dumps(sealed))
    if kind == "host":
        sql.run("insert into inventory.hosts values (%s, %s)", id, type)
    elif kind == "group":
        sql.run("insert into inventory.groups values (%s, %s)", id, children)
    else:
        sql.run("insert into inventory.inventories values (%s)", id)
    sql.run("select people.objects_add(%s, %s, 1)", kind, [id])
    for part, ids in holds.items():
        sql.run("select people.parts_add(%s, %s, %s, %s)", kind, id, part, ids)


def exactly(value):
    """Told apart: 1, 1.0, "1" and true."""
    return json.dumps(value, sort_keys=True)


# ---- what variables hold

NASTY = [
    "", " ", "a", "centos", "/usr/bin/python3", "with space", " two  spaces ", "-o StrictHostKeyChecking=no", "user@example.com",
    "1", "-1", "0x10", "0o7", "010", "1_000", "1e3", "1.5", ".5", "1.", "1:30", "1:30:00", "1.2.3", "1.2.3.4", "010.0.0.1", "1.2.3.4/24",
    "2001-01-01", "2001-01-01 00:00:00", "2001:db8::1", "12:34:56:78:9a:bc", "inf", ".inf", "nan", ".NaN", "1j", "j",
    "None", "True", "False", "null", "true", "false", "yes", "no", "on", "off", "y", "n", "~", "=", "<<", "-", "--", "---", "...", "?", ":",
    "None,None", "True,", "None ", "a,b", "()", "[]", "{}", "[1]", "{'a': 1}", "set()", "b'x'", "u'x'", "r'\\n'", "f'{1}'", "'x'", '"x"', "'", '"', "''", '""',
    "\\", "\\n", "\\\\", "\\'", "\\\"", "a\\", "\\u0041", "\\N{DIGIT ONE}", "\\x41", "a\nb", "\n", "\r\n", "\ta", "a\t", "l1\n[all:vars]\nx=1\n", "\n[evil]\nhost",
    "\x0bv", "\x0cf", "\x1c\x1d\x1e\x1f", "\x7f", "a\x85b", "\x85", "\u2028", "\u2029", "a\u2028[evil]", "\ufeff", "a\ufeff", "\ufffe\uffff", "\x01\x02\x03", "\u00a0", "\u3000",
    "ü", "日本語", "😀", "\U0001fffe", "\U0010ffff", "\u200b", "e\u0301", "\u202e",
    "#", "a#b", "a #b", "# comment", ";", "; comment", "a;b", "a=b", "=a", "a b=c", "x=1 y=2", "[all:vars]", "[x]", "]", "[", "host:22",
    "{{ 1 }}", "{{", "{% raw %}", "{# #}", "{{ lookup('pipe', 'id') }}", "!vault", "!unsafe x", "!!python/object:os.system", "&a", "*a", "|", ">", "%", "@", "`", "$HOME", "$(id)", "`id`", "~root", "*",
    "a: b", "- a", "? a", "a:", "a/" * 60, "a/" * 200, "-" * 100, "-a" * 63, "(" * 300, "9" * 5000, "not " * 100 + "a", "~" * 127, "a" * 128, "a" * 129, "x" * 10000, "a b " * 3000,
    "lambda: x", "a if b else c", "yield x", "await x", "__import__('os')", MASK, "key=" + MASK, "$ANSIBLE_VAULT;1.1;AES256\n6162",
    "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n",
    None, True, False, 0, 1, -1, 10, 100000, 2**63 - 1, -2**63, 2.0**63, 1e22, -1e40, 1e308, [1e22, {"a": -1e22}, 2**63 - 1, "1" * 30], 0.1, -0.5, 1.0, 1.5e-7, 5e-324, 123456789.123456789, 0.1 + 0.2,
    [], {}, [[]], [{}], [None, True, False], {"a": None}, ["null", "true", "false", "None", 'a"null', "\\"], {"null": None, "true": True, "yes": "yes", "<<": {"a": 1}, "=": "=", "": ""},
    {"it's": "it's", '"': '"', "\n": "\n", "\u2028": ["\u2028", "\x85"], "a: b": "#", "😀": "😀"}, {"!vault": "!vault"}, {"__ansible_vault": "x"}, {"__ansible_unsafe": "x"},
    {"k" * 1500: {"j" * 2000: [1, "k" * 3000]}}, {'"' * 1100: "\\" * 1100}, ["x" * 3000] * 3, list(range(2000)), {str(n): n for n in range(500)},
    json.loads("[" * 64 + "]" * 64), json.loads('{"a":' * 64 + "null" + "}" * 64),
]


def drawn(draw, deep=0):
    """A value at random."""
    kind = draw.random()
    if kind < 0.2 and deep < 4:
        return [drawn(draw, deep + 1) for _ in range(draw.randrange(4))]
    if kind < 0.4 and deep < 4:
        return {drawn_text(draw): drawn(draw, deep + 1) for _ in range(draw.randrange(4))}
    if kind < 0.5:
        return draw.choice([None, True, False, draw.randrange(-10**6, 10**6), draw.uniform(-1e6, 1e6), draw.random() * 10.0 ** draw.randrange(-20, 0)])
    return drawn_text(draw)


def drawn_text(draw):
    letters = draw.choice(["abcXYZ019_-./:@%+,=~ ", "'\"\\ a#;=", "{}%# '\"a", "\n\r\t\x0b\x0c\x1c\x1e\x85\u2028\u2029 a=[]:", "[]():!&*?|>-a ", "0123456789abcdefxojL._+- ",
                           "".join(map(chr, range(1, 0x100))), "".join(chr(draw.choice([draw.randrange(1, 0xd800), draw.randrange(0xe000, 0x110000)])) for _ in range(40))])
    words = ["None", "True", "[all:vars]", "{{ x }}", "!vault", "'''", '"""', "\\u0041", " #", "\n---\n", "ansible_host=x"]
    return "".join(draw.choice(words) if draw.random() < 0.1 else draw.choice(letters) for _ in range(draw.randrange(draw.choice([4, 30, 150]))))


@pytest.mark.parametrize("values", [NASTY, [drawn(random.Random(seed)) for seed in range(600)]], ids=["nasty", "random"])
def test_what_a_variable_holds_is_what_ansible_reads(sql, read, values):
    vars = {f"v{n}": value for n, value in enumerate(values)}
    put(sql, "host", 1, "h.example.com", vars)
    put(sql, "host", 2, "other")
    put(sql, "group", 1, "g", vars, holds={"host": [1, 2]})
    put(sql, "inventory", 1, "nasty", vars, holds={"host": [2], "group": [1]})
    hosts, groups = read()
    assert list(hosts) == ["h.example.com"]
    assert {name: set(group) for name, group in groups.items()} == {"all": {"children", "vars"}, "g": {"hosts", "vars"}}
    assert groups["g"]["hosts"] == ["h.example.com", "other"]
    for found in hosts["h.example.com"], groups["g"]["vars"], groups["all"]["vars"]:
        assert found.keys() == vars.keys()
        assert [(k, v) for k, v in found.items() if exactly(v) != exactly(vars[k])] == []


def test_keys_of_variables_are_what_they_are(sql, read):
    vars = {key: key for key in ["yes", "no", "On", "null", "True", "y", "_", "a.b", "a-b", "plugin", "hosts", "vars", "children", "k" * 128]}
    put(sql, "host", 1, "h", vars)
    put(sql, "group", 1, "g", vars, holds={"host": [1]})
    put(sql, "inventory", 1, "keys", vars, holds={"group": [1]})
    hosts, groups = read()
    assert hosts["h"] == groups["g"]["vars"] == groups["all"]["vars"] == vars


def test_no_priority_of_a_group_drops_the_inventory(sql, read):
    priorities = ["x", "", None, [], {}, 2.5, "7", True]
    put(sql, "host", 1, "h")
    for n, priority in enumerate(priorities, 1):
        put(sql, "group", n, f"g{n}", {"ansible_group_priority": priority}, holds={"host": [1]})
    put(sql, "inventory", 1, "priority", {"ansible_group_priority": "x"}, holds={"group": list(range(1, len(priorities) + 1))})
    _, groups = read()
    assert [groups[f"g{n}"].get("vars") for n, _ in enumerate(priorities, 1)] == [None] * 5 + [
        {"ansible_group_priority": 2}, {"ansible_group_priority": 7}, None]


# ---- secrets

def test_a_mask_is_read_as_it_is(sql, read):
    put(sql, "host", 1, "h", {"ansible_user": "u", "z": 1}, {"ansible_ssh_pass": SEALED, "ansible_become_pass": SEALED})
    put(sql, "inventory", 1, "masks", {}, {"ansible_ssh_private_key_file": SEALED}, holds={"host": [1]})
    hosts, groups = read()
    assert hosts == {"h": {"ansible_user": "u", "ansible_ssh_pass": MASK, "ansible_become_pass": MASK, "z": 1}}
    assert groups["all"]["vars"] == {"ansible_ssh_private_key_file": MASK}


def test_a_secret_that_is_put_between_the_pieces_is_read_as_it_is(sql, tmp_path):
    secrets = [value for value in NASTY if isinstance(value, str)] + [5, None, True]
    for n, _ in enumerate(secrets, 1):
        put(sql, "host", n, f"h{n}", {"a": "b c"}, {"ansible_ssh_pass": {"sealed": str(n), "key": 1}})
        put(sql, "group", n, f"g{n}", {}, {"ansible_become_pass": {"sealed": str(n), "key": 1}})
    all_of_them = list(range(1, len(secrets) + 1))
    put(sql, "inventory", 1, "pieces", holds={"host": all_of_them, "group": all_of_them})
    text = ""
    for piece, form, sealed in sql.rows("select text, form, sealed from inventory.pieces(1) order by n"):
        text += piece
        if sealed:
            literal = python_literal(secrets[int(sealed["sealed"]) - 1])
            text += literal if form == "section" else "'" + literal.replace("'", "'\"'\"'") + "'"
    hosts, groups = ansible(text, TEXT, tmp_path)
    for n, secret in enumerate(secrets, 1):
        assert exactly(hosts[f"h{n}"]) == exactly({"a": "b c", "ansible_ssh_pass": secret})
        assert exactly(groups[f"g{n}"]["vars"]) == exactly({"ansible_become_pass": secret})


def python_literal(value):
    """As the runner is to write it: JSON with Python's words, with escapes for what ends a line."""
    if not isinstance(value, str):
        return repr(value)
    return "".join(f"\\u{ord(c):04x}" if 0x7f <= ord(c) < 0xa0 or c in "\u2028\u2029\ufeff\ufffe\uffff" else c for c in json.dumps(value, ensure_ascii=False))


# ---- hosts and groups

def test_hosts_are_called_what_they_are_called(sql, read):
    names = ["a.example.com", ".dotted", "dotted.", "localhost", "123", "1.5", "no", "null", "true", "10.0.0.1", "1.2.3.400", "bücher.example", "日本", "under_score",
             "ansible_host", "hosts", "vars"]
    addresses = {"[2001:db8::1]": "2001:db8::1", "[2001:db8::]": "2001:db8::0", "[::ffff:10.0.0.1]": "::ffff:10.0.0.1"}
    ranges = {"192.168.0.[1-3]": ["192.168.0.1", "192.168.0.2", "192.168.0.3"], "web[01:03].ams": ["web01.ams", "web02.ams", "web03.ams"],
              "[a:c]": ["a", "b", "c"], "[1-3]": ["1", "2", "3"], "[0:4:2]-x[5-6]": ["0-x5", "0-x6", "2-x5", "2-x6", "4-x5", "4-x6"],
              "plain": ["plain"], "x-[1:2]": ["x-1", "x-2"]}
    stand_for = {**{name: [name] for name in names}, **{name: [address] for name, address in addresses.items()}, **ranges}
    for n, name in enumerate(stand_for, 1):
        put(sql, "host", 2 * n, name, {"name": name}, type="RANGE" if name in ranges else "HOST")
    put(sql, "inventory", 1, "names", holds={"host": [2 * n for n, _ in enumerate(stand_for, 1)]})
    hosts, groups = read()
    assert hosts == {found: {"name": name} for name, all_found in stand_for.items() for found in all_found}
    assert sorted(groups["ungrouped"]["hosts"]) == sorted(hosts)


def test_a_range_without_variables_is_no_section(sql, read):
    put(sql, "host", 1, "[1-3]", type="RANGE")
    put(sql, "host", 2, "[a:b]", type="RANGE")
    put(sql, "group", 1, "g", holds={"host": [2]})
    put(sql, "inventory", 1, "ranges", holds={"host": [1], "group": [1]})
    _, groups = read()
    assert groups["ungrouped"]["hosts"] == ["1", "2", "3"] and groups["g"]["hosts"] == ["a", "b"]


def test_groups_are_called_what_they_are_called(sql, read):
    names = ["1", "1.5", "-", ".", "..", "no", "null", "true", "on", "hosts", "vars", "children", "plugin", "a-b", "---", "0x1", "1e3", "ungrouped"]
    put(sql, "host", 1, "h")
    put(sql, "host", 2, "u")
    for n, name in enumerate(names, 1):
        put(sql, "group", n, name, {"n": n}, holds={"host": [2 if name == "ungrouped" else 1]})
    put(sql, "group", 100, "top", children=True, holds={"group": list(range(1, len(names)))})
    put(sql, "inventory", 1, "names", holds={"group": [100, len(names)]})
    _, groups = read()
    for n, name in enumerate(names, 1):
        assert groups[name]["vars"] == {"n": n} and groups[name]["hosts"] == ["u" if name == "ungrouped" else "h"], name
    assert sorted(groups["top"]["children"]) == sorted(names[:-1])


def test_a_group_called_all_is_all(sql, read):
    put(sql, "host", 1, "h")
    put(sql, "group", 1, "all", {"a": 2}, holds={"host": [1]})
    put(sql, "inventory", 1, "all", {"a": 1, "b": 1}, holds={"group": [1]})
    _, groups = read()
    assert groups["ungrouped"]["hosts"] == ["h"] and groups["all"]["vars"] == {"a": 2, "b": 1}


def test_of_one_name_all_variables_are_read_and_of_the_same_ones_the_last(sql, read):
    put(sql, "host", 1, "twin", {"a": 1, "b": 1})
    put(sql, "host", 2, "twin", {"a": 2, "c": 2})
    put(sql, "group", 1, "g", {"a": 1, "b": 1}, holds={"host": [1, 2]})
    put(sql, "group", 2, "g", {"a": 2, "c": 2}, holds={"host": [2]})
    put(sql, "group", 3, "g", {"a": 3, "d": 3}, children=True, holds={"group": [1]})
    put(sql, "inventory", 1, "twins", holds={"host": [2, 1], "group": [1, 2, 3]})
    hosts, groups = read()
    assert hosts == {"twin": {"a": 2, "b": 1, "c": 2}}
    assert groups["g"] == {"hosts": ["twin"], "vars": {"a": 2, "b": 1, "c": 2, "d": 3}}


def test_groups_hold_what_they_hold(sql, read):
    put(sql, "host", 1, "h")
    for n in range(1, 61):
        put(sql, "group", n, f"g{n}", {"n": n}, children=n < 60, holds={"host": [1]} if n == 60 else {})
    for n in range(1, 60):
        sql.run("select people.parts_add('group', %s, 'group', %s)", n, [part for part in (n + 1, n + 7) if part <= 60])
    put(sql, "inventory", 1, "deep", holds={"group": [1, 5]})
    _, groups = read()
    for n in range(1, 60):
        assert set(groups[f"g{n}"]["children"]) == {f"g{part}" for part in (n + 1, n + 7) if part <= 60}
        assert groups[f"g{n}"]["vars"] == {"n": n}
    assert groups["g60"] == {"hosts": ["h"], "vars": {"n": 60}}


def test_nothing_inside_is_an_inventory(sql, read):
    put(sql, "inventory", 1, "empty")
    assert read() == ({}, {"all": {"children": ["ungrouped"]}})
