"""Inventories from the texts that Ansible reads, and as such: by the real ansible-inventory. With others in its place:
tests/unit/test_ansible.c; what is made of its answer: tests/sql/import.sql; the exported text: test_render.py."""
import concurrent.futures
import os
import random

import pytest
import yaml

from polemarch import ENCRYPTED, FORBIDDEN, NOT_FOUND, grant, ids, said
from test_render import TEXT, YAML, ansible, drawn, exactly
from test_variables import SealKeys

pytestmark = pytest.mark.skipif(not os.path.exists("/usr/bin/ansible-inventory"), reason="no ansible-inventory")
INI = r"""
plain
10.0.0.1 ansible_port=2222
2001:db8::1 six=yes
under_score ansible_host=10.0.0.2
bücher.example note='ä ö "quoted" # no comment' n=5 f=0.5 l='[1, "a", None]' t=True s='"5"'
[web]
web[01:03].ams.example.com http_port=80 ansible_user=deploy
web[a:c].sfo.example.com
[web:vars]
path=/srv/with blank # no comment
ansible_group_priority=3
[db]
db-[1:5:2]
plain
[db:vars]
d={'a': {'b': [1, 2.5, True, None]}}
[site-1.ams:children]
web
db
[top:children]
site-1.ams
[top]
extra
web01.ams.example.com
[empty]
[all:vars]
ntp=ntp.example.com
motto=日本 😀
"""
YML = r"""
all:
  vars: {ntp: ntp.example.com, "no": 7, long: "a\nb\n", text: "5", list: [1, {a: null}, "x"]}
  hosts:
    plain:
    "10.0.0.1": {ansible_port: 2222}
    "2001:db8::1": {six: true}
    under_score: {ansible_host: 10.0.0.2}
  children:
    top:
      vars: {k: v}
      hosts: {extra: {}, plain: {x: 1}}
      children:
        web:
          hosts: {"web[01:03]": {port: 80}, "[a:c].example.com": {}}
        db: {hosts: {"db[1:5:2]-[x:y]": {}}, vars: {deep: {a: {b: [[]]}}}}
    other: {children: {web: {}, nothing: {}}}
"""


@pytest.fixture
def pole(api):
    return api.polemarch


@pytest.fixture
def secrets(instance):
    return SealKeys(instance)


def post(client, text, form="ini", **more):
    return client.post("/inventories/import/", {"text": text, "format": form, **more})


def export(client, id, form="ini"):
    answer = client.get(f"/inventories/{id}/export/?format={form}")
    assert answer.status_code == 200 and answer.headers["Content-Type"].startswith("text/plain")
    answer.encoding = "utf-8"
    return answer.text


TOO_MANY = {"detail": "Too many inventories are being read just now: try again."}


def several(client, texts):
    """Imports each (form, text), two at a time, for so many are read -> their answers, in order."""
    def patiently(of):
        while True:
            answer = post(client, of[1], of[0])
            if answer.status_code != 503 or answer.json() != TOO_MANY:
                return answer
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        return list(pool.map(patiently, texts))


def variables(client, path, name):
    return {thing["name"]: said(client.get(f"{path}{thing['id']}/"))["vars"] for thing in said(client.get(path))["results"]}[name]


def state(sql):
    return sql.state(), sql.rows("select * from inventory.objects order by kind, id")


# ---- what is made

@pytest.mark.parametrize("form, text, told", [
    ("ini", INI, {"hosts": 15, "groups": 6, "variables": 20, "split": ["top"]}),
    ("yaml", YML, {"hosts": 17, "groups": 6, "variables": 14, "split": ["top"]})], ids=["ini", "yaml"])
def test_what_comes_in_goes_out_as_the_same_and_a_dry_run_tells_it_beforehand(pole, sql, tmp_path, form, text, told):
    before = state(sql)
    would = said(post(pole, text, form, name="it", dry_run=True))
    assert state(sql) == before
    answer = post(pole, text, form, name="it")
    made = said(answer, 201)
    assert {**made, "dry_run": True} == {**would, "id": 1, "url": pole.base + "/inventories/1/"}
    assert (made["name"], made["dry_run"], made["secrets"], made["left_out"]) == ("it", False, 0, 0)
    assert {key: made[key] for key in told} == told and answer.headers["Location"] == "/polemarch/api/v1/inventories/1/"
    assert made["new_machines"] == sorted(sql.column("select hostname from fate.hosts"), key=str.encode)
    was = ansible(text, TEXT if form == "ini" else YAML, tmp_path)
    texts = {word: export(pole, 1, word) for word in ("ini", "yaml")}
    for word, kind in (("ini", TEXT), ("yaml", YAML)):
        assert meaning(*ansible(texts[word], kind, tmp_path)) == meaning(*was)
        again = said(post(pole, texts[word], word), 201)["id"]
        assert {word: export(pole, again, word) for word in texts} == texts
    assert sql.rows("select * from inventory.check()") == []


def meaning(hosts, groups):
    """Variables of hosts and groups, and who is in which group; but for groups NAME.hosts, into which hosts go of those that
    hold groups, and those that are there in name only."""
    def below(name):
        group = groups.get(name, {})
        return set(group.get("hosts", [])).union(*map(below, group.get("children", [])))
    own = {name: group for name, group in groups.items() if not name.endswith(".hosts")}
    children = {name: sorted(c for c in group.get("children", []) if not c.endswith(".hosts") and c in groups) for name, group in own.items()}
    return (exactly(hosts), {name: sorted(below(name)) for name in own}, children, exactly({name: group["vars"] for name, group in own.items() if "vars" in group}))


def drawn_inventory(draw):
    """YAML of any groups in each other that have hosts, variables, both or nothing."""
    def vars():
        return {key: drawn(draw) for key in "abcd" if draw.random() < 0.3} | ({"ansible_port": draw.randrange(99)} if draw.random() < 0.1 else {})

    def hosts():
        return {draw.choice(["h%d", "h_%d", "10.0.0.%d", "2001:db8::%x", "bü%d.x", "a-%d.b", "off%d"]) % draw.randrange(30): vars() for _ in range(draw.randrange(5))}

    def group(level):
        names = [f"{draw.choice(['g', 'G-', '', 'g.', 'no', 'hosts', 'vars'])}{level}{draw.choice(['', '.hosts', draw.randrange(9)])}" for _ in range(draw.randrange(5))]
        parts = {"hosts": hosts(), "vars": vars(), "children": {name: group(level + 1) for name in names} if level < 4 else {}}
        return {key: part for key, part in parts.items() if draw.random() < 0.8}
    return yaml.safe_dump({"all": {"hosts": hosts(), "vars": vars(), "children": {f"top{n}": group(0) for n in range(3)}}}, allow_unicode=True)


@pytest.mark.parametrize("seed", [1, 3, 4])
def test_any_inventory_goes_out_as_it_came_in(pole, tmp_path, seed):
    text = drawn_inventory(random.Random(seed))
    said(post(pole, text, "yaml"), 201)
    was = meaning(*ansible(text, YAML, tmp_path))
    for word, kind in (("ini", TEXT), ("yaml", YAML)):
        assert meaning(*ansible(export(pole, 1, word), kind, tmp_path)) == was


def test_groups_and_hosts_are_objects_like_any_others_and_the_importers_own(pole, ann, bob, sql):
    made = said(post(ann, "a x=1\n[g]\nb\n[p:children]\ng\n[p]\nc\n"), 201)
    assert made["split"] == ["p"] and made["new_machines"] == ["a", "b", "c"]
    inventory = said(ann.get("/inventories/1/"))
    assert [h["name"] for h in inventory["hosts"]] == ["a"] and [(g["name"], g["children"]) for g in inventory["groups"]] == [
        ("p", True), ("g", False), ("p.hosts", False)]
    assert variables(ann, "/hosts/", "a") == {"x": 1}
    for path in ("/hosts/", "/groups/", "/inventories/"):
        assert ids(bob.get(path)) == [] and {said(ann.get(f"{path}{id}/?expand=owner"))["owner"]["username"] for id in ids(ann.get(path))} == {"ann"}
        assert said(bob.get(path + "1/"), 403) == FORBIDDEN
    assert said(pole.hermes.get("/audit"))["audit"][0]["details"] == {"name": made["name"]}
    said(bob.post("/inventories/import/", {"text": "a\n"}), 201)           # known to the fleet, and yet bob's own
    assert ids(bob.get("/hosts/")) == [4] and sql.column("select hostname from fate.hosts order by id") == ["a", "b", "c"]


def test_of_groups_that_are_split_no_two_get_the_same_name(pole, tmp_path):
    text = "".join(f"[{g}:children]\nx\n[{g}]\n{host}\n" for g, host in (("g", "a"), ("g.hosts", "b"), ("g.hosts.hosts", "c"))) + "[x]\nd\n[h.hosts]\ne\n[h]\nf\n[h:children]\nx\n"
    assert said(post(pole, text), 201)["split"] == ["g", "g.hosts", "g.hosts.hosts", "h"]
    names = sorted(g["name"] for g in said(pole.get("/groups/"))["results"])
    assert names == sorted(["x", "h", "h.hosts", "h.hosts.hosts", *("g" + ".hosts" * n for n in range(6))])
    _, groups = ansible(export(pole, 1), TEXT, tmp_path)
    assert [[groups[part]["hosts"] for part in groups[g]["children"] if part != "x"] for g in ("g", "g.hosts", "g.hosts.hosts", "h")] == [[["a"]], [["b"]], [["c"]], [["f"]]]


def test_ports_names_with_an_underscore_and_machines_that_are_known(pole, sql):
    made = said(post(pole, 'web:22 a=1\n[::1]:2200\n"[2001:db8::5]:22" x=1\nunder_score\n'), 201)
    assert made["new_machines"] == ["2001:db8::5", "::1", "under_score", "web"]
    assert [(h["name"], h["type"]) for h in said(pole.get("/hosts/"))["results"]] == [
        ("[2001:db8::5]", "HOST"), ("[::1]", "HOST"), ("under_score", "RANGE"), ("web", "HOST")]
    assert variables(pole, "/hosts/", "web") == {"a": 1, "ansible_port": 22}
    assert said(post(pole, "web\nnew\n", dry_run=True))["new_machines"] == ["new"]


def test_a_text_without_hosts_makes_an_inventory_without_hosts(pole):
    for text in (" \n", "# nothing\n"):
        made = said(post(pole, text), 201)
        assert (made["hosts"], made["groups"], made["new_machines"]) == (0, 0, [])


def test_a_form_may_bring_the_text(pole):
    body = b"name=of+a+form&format=yaml&text=all%3A+%7Bhosts%3A+%7Bweb%3A+%7Bansible_ssh_pass%3A+rex%7D%7D%7D"
    made = said(pole.post("/inventories/import/", body, {"Content-Type": "application/x-www-form-urlencoded"}), 201)
    assert (made["name"], made["hosts"], made["secrets"]) == ("of a form", 1, 1)
    assert variables(pole, "/hosts/", "web") == {"ansible_ssh_pass": ENCRYPTED}


def test_secrets_of_a_text_are_sealed_and_masked_and_masks_are_left_out(pole, sql, secrets):
    text = ("web ansible_ssh_pass='it is 5' ansible_user=u\nold ansible_ssh_pass='[~~ENCRYPTED~~]' x=1\n[g]\nweb\n[g:vars]\nansible_become_pass=5\n"
            "repo_key=[~~ENCRYPTED~~]\n[all:vars]\nansible_ssh_private_key_file=\"l1\\nl2\\n\"\n")
    told = said(post(pole, text, dry_run=True))
    assert (told["variables"], told["secrets"], told["left_out"]) == (5, 3, 2)
    said(post(pole, text), 201)
    assert variables(pole, "/hosts/", "web") == {"ansible_user": "u", "ansible_ssh_pass": ENCRYPTED} and variables(pole, "/hosts/", "old") == {"x": 1}
    assert variables(pole, "/groups/", "g") == {"ansible_become_pass": ENCRYPTED}
    assert said(pole.get("/inventories/1/"))["vars"] == {"ansible_ssh_private_key_file": ENCRYPTED}
    assert sorted(secrets.open(box) for (sealed,) in sql.rows("select sealed from inventory.objects") for box in sealed.values()) == ['"it is 5"', '"l1\\nl2\\n"', "5"]
    exported = [export(pole, 1, form) for form in ("ini", "yaml")]
    assert [e.count(ENCRYPTED) for e in exported] == [3, 3] and not any("it is" in e for e in exported)
    told = said(post(pole, exported[0], dry_run=True))
    assert (told["secrets"], told["left_out"]) == (0, 3)


# ---- what is refused

HUNTER = [          # a password in the text is in no answer
    ("ini", "web ansible_ssh_pass='hunter2\n", "line 1: No closing quotation"), ("ini", "web ansible_ssh_pass = hunter2\n", "line 1: Expected key=value host variable assignment"),
    ("ini", "ok\n[a:vars]\nx=hunter2\n", "line 2: The variables are those of an undefined group"), ("ini", "[a]\n[a:vars]\nhunter2\n", "line 3: Expected key=value"),
    ("ini", "[hunter2:x]\n", "line 1: The section has an unknown type: it may be hosts, children or vars"), ("ini", "[a:children]\nhunter2\n", "line 2: The children include an undefined group"),
    ("ini", "[a:children]\nhunter2\n[hunter2:children]\na\n", ": A group is its own descendant"), ("ini", "hunter2[5:1\n", ": A host has [ or ] alone"),
    ("ini", "hunter2[1]\n", ": host range must be begin:end or begin:end:step"), ("ini", "hunter2[01:100]\n", ": host range must specify equal-length begin and end formats"),
    ("ini", "hunter2:\n", ": A host may not end in ':'"), ("ini", "---\nall: hunter2\n", ": --- is normally a sign that this is YAML"),
    ("yaml", "all:\n  vars: {ansible_ssh_pass: %hunter2}\n", "line 2: found character that cannot start any token"), ("yaml", "all:\n  hosts: [hunter2]\n", ": hosts, children and vars must be dictionaries"),
    ("yaml", "- hunter2\n", ": It should be a dictionary of groups"), ("yaml", "# hunter2\n", ": The text is empty"), ("yaml", "all: {hosts: {5: {x: hunter2}}}\n", ": A host must be a string: put numbers into quotes"),
    ("yaml", "$ANSIBLE_VAULT;1.1;AES256\n6162\n", ": It is encrypted by ansible-vault"),
]


def test_what_ansible_cannot_read_is_refused_in_its_words_but_in_none_of_the_text(pole, sql):
    before = state(sql)
    answers = several(pole, HUNTER)
    for (form, text, words), answer in zip(HUNTER, answers):
        words = (": " if words.startswith(": ") else ", ") + words.removeprefix(": ")
        assert said(answer, 400) == {"detail": f"Ansible can't read the text{words}."}, text
    assert state(sql) == before


def test_what_cannot_be_made_here_is_refused_whole(pole, sql):
    before = state(sql)
    wrong = [("[../../etc]\nweb\n", "group ../../etc: Name must be Alphanumeric"), ("../../etc/passwd\n", "host ../../etc/passwd: Name must be Alphanumeric"),
             ("good\na,b\n", "host a,b: Name must be Alphanumeric"), ("good\nx ansible_host='a b'\n", "host x: Invalid hostname or IP 'a b'."),
             ("x" * 513 + "\n", "host " + "x" * 60 + "...: Ensure this field has no more than 512 characters."),
             ("a\n[all:vars]\nü=1\n", 'group all: "ü" is no name of a variable: letters, digits, _, . and -, no more than 128, the first a letter or _.')]
    for (text, words), answer in zip(wrong, several(pole, [("ini", text) for text, _ in wrong])):
        assert said(answer, 400) == {"text": [words]}
    for text, words in (("[_meta]\nweb\n", "No group may have the name _meta."), (f"web x={'9' * 30}\n", "The inventory holds a number that is too large."),
                        ("web x=1e999\n", "The inventory holds what is no JSON, such as NaN.")):
        assert said(post(pole, text), 400) == {"detail": words}
    assert state(sql) == before


def test_what_is_no_text_is_refused_before_ansible_is_asked(pole):
    for body, error in (({}, {"text": ["This field is required."]}), ({"text": ""}, {"text": ["This field may not be blank."]}), ({"text": None}, {"text": ["This field may not be null."]}),
                        ({"text": 5}, {"text": ["Not a valid string."]}), ({"text": ["web"]}, {"text": ["Not a valid string."]}), ({"text": {"length": 5}}, {"detail": "text: must be a string."}),
                        ({"text": "x", "format": "toml"}, {"format": ['"toml" is neither ini nor yaml.']}), ({"text": "x", "name": "a\nb"}, {"name": ["Enter one line."]}),
                        ({"text": "x", "dry_run": "maybe"}, {"dry_run": ['"maybe" is not a valid boolean.']})):
        assert said(pole.post("/inventories/import/", body), 400) == error
    for text in ("\0", "web\0 a=1\n", "web a='\0'\n"):
        assert said(post(pole, text), 400)["detail"].startswith("JSON parse error - ")
    assert said(pole.signed_in().post("/inventories/import/", {"text": "x"}), 401)


def test_nothing_of_a_text_is_ever_executed(pole, sql, tmp_path):
    tmp_path.chmod(0o777)
    touch = f"touch {tmp_path}/pwned"
    lookup = "{{ lookup('pipe', '%s') }}" % touch
    texts = [("yaml", f"plugin: ansible.builtin.constructed\nstrict: true\ncompose:\n  x: lookup('pipe', '{touch}')\n"), ("yaml", f"plugin: ansible.builtin.generator\nhosts: {{name: \"{lookup}\"}}\n"),
             ("ini", f"#!/bin/sh\n{touch}\n"), ("yaml", f"#!/bin/sh\n{touch}\n"), ("yaml", f"all: {{hosts: {{a: {{x: !!python/object/apply:os.system ['{touch}']}}}}}}\n"),
             ("yaml", f"!!python/object/new:subprocess.check_output [['sh', '-c', '{touch}']]\n"), ("yaml", "all:\n  hosts:\n    a:\n      x: !vault |\n        $ANSIBLE_VAULT;1.1;AES256\n        6162\n"),
             ("yaml", "all: {hosts: {a: &a {x: *a}}}\n"), ("ini", f"[`{touch}`]\n"), ("ini", f"$({touch})\n"), ("ini", f"a x=`{touch}` y=__import__('os').system('{touch}')\n"),
             ("ini", f"a x=\"{lookup}\" ansible_connection=local\n"), ("yaml", f"all: {{hosts: {{a: {{x: \"{lookup}\"}}}}}}\n"), ("ini", f"[{lookup}]\na\n")]
    answers = several(pole, texts)
    assert {a.status_code for a in answers} == {400, 201} and not any(a.text.count("pwned") for a in answers if "python" in a.text)
    assert [a.status_code for a in answers[:8]] == [400] * 8
    assert variables(pole, "/hosts/", "a")["x"] == lookup
    assert os.listdir(tmp_path) == []


# ---- export

def test_only_who_sees_an_inventory_exports_it(pole, ann, bob, sql):
    said(post(ann, "a\n"), 201)
    assert said(bob.get("/inventories/1/export/"), 403) == FORBIDDEN and said(bob.get("/inventories/2/export/"), 404) == NOT_FOUND
    assert said(pole.signed_in().get("/inventories/1/export/"), 401)
    said(ann.post("/inventories/1/permissions/", [grant(bob.id, "EXECUTOR")]))
    assert export(bob, 1) == export(ann, 1) == export(pole, 1) == "# Hosts \na \n\n\n\n# Groups "
    said(ann.call("DELETE", "/inventories/1/permissions/", [grant(bob.id, "EXECUTOR")], {"Content-Type": "application/json"}))
    assert said(bob.get("/inventories/1/export/"), 403) == FORBIDDEN
    assert said(ann.get("/inventories/1/export/?format=toml"), 400) == {"format": ['"toml" is neither ini nor yaml.']}
    assert export(ann, 1, "") == export(ann, 1)
