"""RANGE names against Ansible's own code: whatever we take, Ansible reads as exactly the same names, in the same order; and of
what it reads we refuse only what is told here. Names are drawn from a small nasty alphabet, each time the same ones."""
import random
import re
import sys

import pytest

from polemarch import said
from test_render import TEXT, YAML, ansible

sys.path.append("/usr/lib/python3/dist-packages")
ansible_inventory = pytest.importorskip("ansible.plugins.inventory")
parse_address = pytest.importorskip("ansible.parsing.utils.addresses").parse_address

MOST = 65536                # machines that one name may stand for
FEW = 3000                  # that we compare one by one
PARTS = ["[", "]", ":", "-", "", "", "0", "1", "2", "9", "00", "01", "007", "10", "99", "100", "a", "c", "z", "A", "Z", "ab", "x", ".", "..", "_", "[1:3]",
         "[a:c]", "[01:10]", "[", "]", ":", "[-", "]]", "[[", "[]", "[:]", "[:3]", "[3:]", "[1:9:2]", "[z:a]", "[a:Z]", "[Z:a]", "[0:a]", "web", "db-", "1.2.3."]
ENDS = {"begin": ["", "0", "1", "2", "5", "00", "01", "02", "001", "09", "a", "b", "A", "Y", "aa", "_", "-", "."],
        "end": ["", "0", "1", "2", "5", "9", "00", "09", "10", "12", "20", "010", "100", "123", "c", "e", "z", "C", "Z", "aa", "_", "-", "."]}
LIKELY = [("0", "3"), ("1", "12"), ("01", "12"), ("001", "010"), ("a", "e"), ("A", "C"), ("x", "B"), ("", "2"), ("5", "5"), ("9", "11"), ("098", "101"), ("00", "99"),
          ("1", "02"), ("0", "01"), ("00", "01")]
STEPS = ["", "", "", "", "", ":1", ":2", ":3", "-2", ":0", ":00", ":01", ":", ":x", ":5:", ":100", ":-1", ":999999999"]
PLAIN = ["", "a", "web", "db-", "x.", ".example.com", "-", "0", "10.", "_", "..", "a-b", "Z"]


# ---- names, and what Ansible reads in them

def drawn(draw):
    """A name: noise, or ranges in which perhaps something is wrong."""
    if draw.random() < 0.4:
        return "".join(draw.choice(PARTS) for _ in range(draw.randrange(7)))
    name = draw.choice(PLAIN)
    for _ in range(draw.choice([1, 1, 1, 2, 2, 3])):
        begin, end = draw.choice(LIKELY) if draw.random() < 0.7 else (draw.choice(ENDS["begin"]), draw.choice(ENDS["end"]))
        name += "[" + begin + draw.choice(":::-") + end + draw.choice(STEPS) + "]" + draw.choice(PLAIN)
    while draw.random() < 0.15:
        at = draw.randrange(len(name) + 1)
        name = name[:at] + draw.choice(["", "[", "]", ":", "-", "0", "a", "\u0661", "\u00fc", " ", "%"]) + name[at + draw.randrange(2):]
    return name


def names_of(seed, n):
    draw = random.Random(seed)
    return sorted({drawn(draw) for _ in range(n)})


def as_ansible_has_it(name):
    """`-` is `:` within brackets."""
    return re.sub(r"-(?=[^\[\]]*\])", ":", name)


def read_by_ansible(name):
    """What its plugins make of a host in an inventory (_expand_hostpattern); None: an error."""
    pattern, port = as_ansible_has_it(name), None
    try:
        pattern, port = parse_address(pattern, allow_ranges=True)
    except Exception:       # noqa: S110 as there
        pass
    try:
        return port, ansible_inventory.expand_hostname_range(pattern) if ansible_inventory.detect_range(pattern) else [pattern]
    except Exception:
        return None


def ours(sql, names):
    """{name: (how many it stands for, they, if these are few)}; None: it is refused."""
    found = {}
    for start in range(0, len(names), 1000):
        found.update({name: n and (n, they) for name, n, they in sql.rows(
            "select n, cardinality(r), case when cardinality(r) <= %s then r end"
            "  from unnest(%s) n, lateral (select inventory.range_names(n) as r offset 0) x", FEW, names[start:start + 1000])})
    return found


# ---- by the function

@pytest.mark.noreset
def test_what_is_taken_ansible_reads_as_exactly_the_same_names(sql):
    found = ours(sql, names_of(1, 20000))
    taken = {name: f for name, f in found.items() if f and f[0] <= MOST}
    assert len(taken) > 2500 and len(found) - len(taken) > 2500
    assert sum(n > 1 for n, _ in taken.values()) > 1000
    few = {name: they for name, (n, they) in taken.items() if n <= FEW}
    assert [(name, they, read_by_ansible(name)) for name, they in few.items() if read_by_ansible(name) != (None, they)] == []
    many = random.Random(2).sample([name for name in taken if name not in few], 15)
    assert {name: taken[name][0] for name in many} == {name: len(read_by_ansible(name)[1]) for name in many}


@pytest.mark.noreset
def test_what_ansible_reads_is_refused_only_where_it_stands_for_nothing_or_begins_with_a_hyphen_or_has_other_letters_ports_or_long_numbers(sql):
    found = ours(sql, names_of(3, 20000))
    refused = [name for name, f in found.items() if f is None]
    readable = 0
    for name in refused:
        if not re.fullmatch(r"(?!-)[A-Za-z0-9._-]*(\[[A-Za-z0-9:-]+\][A-Za-z0-9._-]*)*", name) or re.search(r"[0-9]{10}", name):
            continue
        readable += 1
        read = read_by_ansible(name)
        assert read is None or read[1] == [] or read[0] is not None, name
    assert readable > 1000


@pytest.mark.noreset
def test_what_stands_for_too_many_is_told_apart_from_what_is_none(sql):
    for name, n in (("[0:65535]", 65536), ("[0:255]-[0:255]", 65536), ("[0:65536]", 65537), ("[0:999999999]", 65537),
                    ("[000000000:999999999]", 65537), ("[0:999999999:15259]", 65536), ("[0:999999999:2]", 65537), ("[0:99]" * 80, 65537),
                    ("[0:9]" * 4 + "[0:6]", 65537), ("[0:1]" * 16, 65536), ("[0:1]" * 17, 65537), ("[5:5]" * 100, 1), ("[0:9999999999]", None), ("[9:1]" + "[0:9]" * 9, None)):
        assert sql.one("select cardinality(inventory.range_names(%s))", name) == n, name


# ---- by the API

BAD_LETTER = "Name must be Alphanumeric"
NO_RANGE = "Name must be a range that Ansible reads, such as web[01:20].example.com"
TOO_MANY = "Name stands for more than 65536 hosts."


def refusal(name, found):
    if re.search(r"[^a-zA-Z0-9._\[\]:-]", name):
        return BAD_LETTER
    return NO_RANGE if found is None else TOO_MANY if found[0] > MOST else None


@pytest.fixture(scope="module")
def drawn_names(session_sql):
    """Some hundred names: (name, None or those for which it stands, the words by which it is refused)."""
    found = ours(session_sql, [name for name in names_of(4, 700) if name.strip() == name != ""])
    return [(name, f and f[1], refusal(name, f)) for name, f in found.items() if not f or not FEW < f[0] <= MOST]


def test_each_name_that_is_taken_makes_the_machines_that_ansible_reads(api, sql, drawn_names, tmp_path):
    pole, ids, machines = api.polemarch, [], set()
    for name, stands_for, refused in drawn_names:
        answer = pole.post("/hosts/", {"name": name, "type": "RANGE"})
        if refused:
            assert said(answer, 400) == {"detail": {"other_errors": [refused]}}, name
            continue
        host = said(answer, 201)
        assert (host["name"], host["type"]) == (name, "RANGE") and read_by_ansible(name) == (None, stands_for)
        ids.append(host["id"])
        machines.update(stands_for)
    assert len(ids) > 150 and len(drawn_names) - len(ids) > 100 and len(machines) > 1000
    assert set(sql.column("select hostname from fate.hosts")) == machines
    assert sql.rows("select * from inventory.check()") == []
    said(pole.post("/inventories/", {}), 201)
    said(pole.post("/inventories/1/hosts/", ids))
    for form, word in ((TEXT, "ini"), (YAML, "yaml")):
        _, groups = ansible(pole.get(f"/inventories/1/export/?format={word}").text, form, tmp_path)
        assert set(groups["ungrouped"]["hosts"]) == machines


def test_a_host_that_becomes_a_range_or_another_one_stands_for_that_alone(api, sql, drawn_names):
    pole = api.polemarch
    said(pole.post("/hosts/", {"name": "web"}), 201)
    for name, stands_for, refused in drawn_names[::5]:
        answer = pole.patch("/hosts/1/", {"name": name, "type": "RANGE"})
        if refused:
            assert said(answer, 400) == {"detail": {"other_errors": [refused]}}, name
        else:
            before = said(answer)["name"]
            assert before == name
            assert sorted(sql.column("select name from inventory.host_names")) == sorted(set(stands_for))
    assert said(pole.get("/hosts/1/"))["name"] == before
    assert sql.rows("select * from inventory.check()") == []
