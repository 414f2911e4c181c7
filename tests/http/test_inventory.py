"""Hosts, groups and inventories: the document's examples word for word, fields, variables, lists, and the fleet's machines."""
import json
import re
from urllib.parse import quote

import pytest

from client import ok
from polemarch import ENCRYPTED, NOT_FOUND, counted, gone, ids, make, next_id, said
from world import World

pytestmark = pytest.mark.usefixtures("inventory_is_lawful")

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
KINDS = ["hosts", "groups", "inventories"]
UUID = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
MOST, NO_TEXT, NULL, BLANK = ("Ensure this field has no more than %d characters.", "Not a valid string.",
                              "This field may not be null.", "This field may not be blank.")


def refused(error):
    """What is said of a name."""
    return {"detail": {"other_errors": [error]}}


def bad_name(name):
    return refused(f"Invalid hostname or IP '{name}'.")


def row(client, path, id, **more):
    """As lists show it."""
    return {"id": id, **more, "url": f"{client.base}/{path}/{id}/"}


# ---- as the document has it

def test_the_examples_of_hosts(admin, sql):
    next_id(sql, "hosts", 12)
    body = {"name": "038108237241668497-0875926814493907", "type": "HOST", "vars": {}}
    text = ('{"id":12,"name":"038108237241668497-0875926814493907","type":"HOST","vars":{},"url":"' + admin.base
            + '/hosts/12/?format=json"}')
    made = admin.post("/hosts/?format=json", body)
    assert (made.status_code, made.text, made.headers["Location"]) == (201, text, "/polemarch/api/v1/hosts/12/")
    assert admin.get("/hosts/12/?format=json").text == text
    changed = admin.patch("/hosts/12/?format=json", body)
    assert (changed.status_code, changed.text) == (200, text)
    gone(admin.delete("/hosts/12/"))
    assert said(admin.get("/hosts/12/"), 404) == NOT_FOUND
    next_id(sql, "hosts", 1)
    names = [("127.0.0.1", "HOST"), ("hostonlocal", "HOST"), ("127.0.0.[3:4]", "RANGE"), ("127.0.0.[5:6]", "RANGE")]
    rows = ",".join(f'{{"id":{i},"name":"{n}","type":"{t}","url":"{admin.base}/hosts/{i}/"}}' for i, (n, t) in enumerate(names, 1))
    for name, type in [*names, ("192.168.0.1", "HOST")]:
        make(admin, "hosts", name=name, type=type)
    assert admin.get("/hosts/?name__not=192.168.0.1").text == f'{{"count":4,"next":null,"previous":null,"results":[{rows}]}}'


def test_the_examples_of_groups(admin, sql):
    make(admin, "groups", name="Group1")
    next_id(sql, "hosts", 41)
    make(admin, "hosts", name="127.0.0.2")
    make(admin, "hosts", name="192.168.0.[1-10]", type="RANGE")
    assert admin.post("/groups/1/hosts/", [42, 41]).text == '{"total":2,"operated":2,"not_found":0,"failed_list":[]}'
    b = admin.base
    assert admin.get("/groups/1/").text == (
        f'{{"id":1,"name":"Group1","hosts":[{{"id":41,"name":"127.0.0.2","type":"HOST","url":"{b}/hosts/41/"}},'
        f'{{"id":42,"name":"192.168.0.[1-10]","type":"RANGE","url":"{b}/hosts/42/"}}],"groups":[],"vars":{{}},"children":false,'
        f'"url":"{b}/groups/1/"}}')
    make(admin, "groups", name="Group2", children=True)
    text = '{"id":3,"name":"%s","hosts":[],"groups":[],"vars":{},"children":true,"url":"' + b + '/groups/3/"}'
    made = admin.post("/groups/", {"name": "SomeGroup", "children": True, "vars": {}})
    assert (made.status_code, made.text, made.headers["Location"]) == (201, text % "SomeGroup", "/polemarch/api/v1/groups/3/")
    assert admin.patch("/groups/3/", {"name": "SomeGroupChanged", "children": True, "vars": {}}).text == text % "SomeGroupChanged"
    said(admin.patch("/groups/3/", {"name": "web-servers"}))
    assert admin.get("/groups/?name__not=web-servers").text == (
        '{"count":2,"next":null,"previous":null,"results":['
        f'{{"id":1,"name":"Group1","children":false,"url":"{b}/groups/1/"}},'
        f'{{"id":2,"name":"Group2","children":true,"url":"{b}/groups/2/"}}]}}')


def test_the_examples_of_inventories(admin, sql):
    next_id(sql, "inventories", 8)
    text = '{"id":%d,"name":"%s","hosts":[],"groups":[],"vars":{},"url":"' + admin.base + '/inventories/%d/"}'
    assert admin.post("/inventories/", {"name": "Inventory1"}).text == text % (8, "Inventory1", 8)
    made = admin.post("/inventories/", {"name": "Test servers", "vars": {}})
    assert (made.status_code, made.text, made.headers["Location"]) == (201, text % (9, "Test servers", 9),
                                                                       "/polemarch/api/v1/inventories/9/")
    assert admin.patch("/inventories/9/", {"name": "Test servers", "vars": {}}).text == text % (9, "Test servers", 9)
    said(admin.patch("/inventories/9/", {"name": "production"}))
    assert admin.get("/inventories/?name__not=production").text == (
        '{"count":1,"next":null,"previous":null,"results":[{"id":8,"name":"Inventory1","url":"' + admin.base + '/inventories/8/"}]}')


def test_the_examples_of_variables(admin):
    vars = '"vars":{"float_variable3":0.3,"integer_variable2":12,"string_variable1":"some_string"}'
    for path in KINDS:
        make(admin, path, vars={"old": 1})
        body = {"vars": {"string_variable1": "some_string", "integer_variable2": 12, "float_variable3": 0.3}}
        assert vars in admin.patch(f"/{path}/1/", body).text and vars in admin.get(f"/{path}/1/").text


def test_addresses_follow_the_host_and_the_format(admin):
    make(admin, "groups")
    make(admin, "hosts", name="web")
    said(admin.post("/groups/1/hosts/", [1]))
    there = said(admin.get("/groups/1/?format=json", {"Host": "moirai.example.com:8080"}))
    assert there["url"] == "http://moirai.example.com:8080/polemarch/api/v1/groups/1/?format=json"
    assert there["hosts"][0]["url"] == "http://moirai.example.com:8080/polemarch/api/v1/hosts/1/?format=json"
    # What is neither of the two formats, and quotes, are no part of it.
    for query in ("format=xml", "format=%22%3E", "format=json%22"):
        assert said(admin.get("/groups/1/?" + query))["hosts"] == [row(admin, "hosts", 1, name="web", type="HOST")]


# ---- names and types

def test_what_is_not_given_is_a_random_name_and_a_host(admin):
    for path in KINDS:
        names = {make(admin, path)["name"] for _ in range(3)}
        assert len(names) == 3 and all(UUID.fullmatch(n) for n in names)
    assert said(admin.post("/hosts/", b""), 201)["type"] == "HOST"
    assert said(admin.get("/groups/1/"))["children"] is False


GOOD = {"HOST": ["web1.example.com", "127.0.0.1", "1.2.3.400", "[::1]", "bücher.example", "a" * 512, "..web", "\U0001f600" * 512],
        "RANGE": ["web[01:20].example.com", "192.168.0.[1-10]", "w[a:c]x[1:9:2]", "web", "w_1[1:2]"]}
BAD = {"HOST": ["???", "a b", "a\nb", "a_b", "-a", "a-", "::1", "1.2.3.4:22", "web[1:3]", "a#b", "a/b", "\u200b", "[::1", "[add]"],
       "RANGE": ["a b", "a,b", "ü[1:2]", "web[1:2]\nx", "#"]}


def test_a_host_has_the_name_of_a_machine_or_a_range(admin):
    make(admin, "hosts", name="old")
    make(admin, "hosts", name="old", type="RANGE")
    for id, type in enumerate(("HOST", "RANGE"), 1):
        for name in GOOD[type]:
            assert make(admin, "hosts", name=name, type=type)["name"] == name
            assert said(admin.patch(f"/hosts/{id}/", {"name": name}))["name"] == name
        for name in BAD[type]:
            error = bad_name(name) if type == "HOST" else refused("Name must be Alphanumeric")
            assert said(admin.post("/hosts/", {"name": name, "type": type}), 400) == error, name
            for call in (admin.patch, admin.put):
                assert said(call(f"/hosts/{id}/", {"name": name}), 400) == error, name
    for name, error in (("web[3:1]", "Name must be a range that Ansible reads, such as web[01:20].example.com"),
                        ("w[0:65536]", "Name stands for more than 65536 hosts.")):
        assert said(admin.post("/hosts/", {"name": name, "type": "RANGE"}), 400) == refused(error)


def test_name_type_and_address_are_judged_together_whichever_is_changed(admin):
    make(admin, "hosts", name="web[1:3]", type="RANGE")
    assert said(admin.patch("/hosts/1/", {"type": "HOST"}), 400) == bad_name("web[1:3]")
    assert said(admin.patch("/hosts/1/", {"type": "HOST", "name": "web"}))["type"] == "HOST"
    assert said(admin.patch("/hosts/1/", {"vars": {"ansible_host": "x y"}}), 400) == bad_name("x y")
    assert said(admin.patch("/hosts/1/", {"name": "web_1", "vars": {"ansible_host": "10.0.0.1"}}))["name"] == "web_1"
    assert said(admin.patch("/hosts/1/", {"vars": {}}), 400) == bad_name("web_1")
    assert said(admin.get("/hosts/1/"))["vars"] == {"ansible_host": "10.0.0.1"}


def test_a_type_is_host_or_range(admin):
    make(admin, "hosts", name="web")
    for type in ("host", "Host", "range", "x", 5):
        for call, path in ((admin.post, "/hosts/"), (admin.patch, "/hosts/1/"), (admin.put, "/hosts/1/")):
            assert said(call(path, {"type": type}), 415) == {"detail": f"Unknown type {type}."}
    for type, error in (("RANGES", MOST % 5), ("", BLANK), (None, NULL), (True, NO_TEXT), ([], NO_TEXT)):
        assert said(admin.post("/hosts/", {"type": type}), 400) == {"type": [error]}


def test_a_group_has_a_simple_name_and_an_inventory_any_of_one_line(admin):
    make(admin, "groups", name="g")
    make(admin, "inventories", name="i")
    for name in ("all", "ungrouped", "web-1.x_y", "7", "a" * 512):
        assert said(admin.patch("/groups/1/", {"name": name}))["name"] == name
    for name in ("a b", "ü", "a/b", "a[1:2]", "a\nb", "a:b"):
        for call, path in ((admin.post, "/groups/"), (admin.patch, "/groups/1/"), (admin.put, "/groups/1/")):
            assert said(call(path, {"name": name}), 400) == refused("Name must be Alphanumeric")
    for call, path in ((admin.post, "/groups/"), (admin.patch, "/groups/1/"), (admin.put, "/groups/1/")):
        assert said(call(path, {"name": "_meta"}), 400) == refused("The name _meta is Ansible's own.")
    for name in ("Test servers", "ü \"x\" <\\>", "\U0001f600" * 512, "a/b:c"):
        assert said(admin.patch("/inventories/1/", {"name": name}))["name"] == name == make(admin, "inventories", name=name)["name"]
    for path in KINDS:
        for name, error in (("a" * 513, MOST % 512), ("", BLANK), (" ", BLANK), (None, NULL), (False, NO_TEXT), ({}, NO_TEXT)):
            assert said(admin.post(f"/{path}/", {"name": name}), 400) == {"name": [error]}
        assert make(admin, path, name=5)["name"] == make(admin, path, name=" 5\n")["name"] == "5"        # not unique either


def test_patch_and_put_change_what_they_name(admin):
    for path in KINDS:
        before = make(admin, path, name="a", vars={"x": 1})
        for call in (admin.patch, admin.put):
            assert said(call(f"/{path}/1/", {})) == before
            assert said(call(f"/{path}/1/", {"id": 9, "url": "x", "hosts": [1], "groups": [1], "unknown": [None], "owner": 9})) == before
            assert said(call(f"/{path}/1/", {"name": "b"})) == {**before, "name": "b"}
            assert said(call(f"/{path}/1/", {"name": "a", "vars": {"y": 2}})) == {**before, "vars": {"y": 2}}
            assert said(call(f"/{path}/1/", {"vars": {"x": 1}})) == before == said(admin.get(f"/{path}/1/"))


def test_a_form_says_the_same(admin):
    assert said(admin.post("/hosts/", b"name=w[1:2]&type=RANGE&vars=" + quote('{"a": 1, "b": "x y"}').encode(), FORM), 201)["vars"] == {
        "a": 1, "b": "x y"}
    assert said(admin.patch("/hosts/1/", b"name=w&type=HOST", FORM)) == row(admin, "hosts", 1, name="w", type="HOST", vars={"a": 1, "b": "x y"})
    assert said(admin.post("/groups/", b"children=on&name=g", FORM), 201)["children"] is True
    assert said(admin.put("/hosts/1/", b"vars=1", FORM), 400) == {"vars": ["Expected a dictionary."]}


def test_who_owns_it_is_shown_to_who_asks(admin, ann):
    owner = {"id": 2, "username": "ann", "is_active": True, "is_staff": False, "url": admin.base + "/users/2/"}
    for path in KINDS:
        plain = make(ann, path, name="x")
        assert "owner" not in plain and said(ann.get(f"/{path}/1/?expand=nonsense")) == plain
        for answer in (ann.get(f"/{path}/1/?expand=owner"), ann.patch(f"/{path}/1/?expand=owner", {})):
            assert said(answer) == {**plain, "owner": owner} and list(answer.json())[-2:] == ["owner", "url"]


# ---- variables

KEPT = ('{"ansible_host":"a.b","ansible_port":22,"ansible_user":"u","ansible_become":true,"ansible_zone":"z","B":null,"a":0.3,'
        '"b":"12","c":12,"d":[1,"x",{"y":[]}],"e":{"f":false},"g":0.50,"h":"ü\\"\\\\\\n","i":1e2}')


def test_variables_are_kept_as_they_were_sent_and_shown_in_order(admin):
    shuffled = dict(sorted(json.loads(KEPT).items(), key=lambda v: v[0][::-1]))
    for path in KINDS:
        for vars in (shuffled, json.dumps(shuffled)):
            told = make(admin, path, name="x", vars=vars)["vars"]
            assert list(told.items()) == list(json.loads(KEPT).items())
            assert [type(v) for v in told.values()][:-1] == [type(v) for v in json.loads(KEPT).values()][:-1]
        answer = admin.patch(f"/{path}/1/", b'{"vars": {"b": "12", "a": 0.50, "c": 12, "e": 1.0, "d": 9223372036854775807, "f": 1e-7}}')
        assert '"vars":{"a":0.5,"b":"12","c":12,"d":9223372036854775807,"e":1.0,"f":' in answer.text
        assert said(answer)["vars"]["f"] == 1e-7
        assert said(admin.patch(f"/{path}/1/", {"vars": {"z": ""}}))["vars"] == {"z": ""}
        assert said(admin.patch(f"/{path}/1/", {"vars": "{}"}))["vars"] == {}


def test_variables_are_an_object_with_proper_names(admin):
    make(admin, "hosts", name="web", vars={"a": 1})
    for path in KINDS:
        make(admin, path)
        for vars in ([], [["a", 1]], 5, True, "x", "", "[1]", "5", "{", '{"a":1,"a":2}'):
            for call, there in ((admin.post, ""), (admin.patch, "1/"), (admin.put, "1/")):
                assert said(call(f"/{path}/{there}", {"vars": vars}), 400) == {"vars": ["Expected a dictionary."]}, vars
        assert said(admin.patch(f"/{path}/1/", {"vars": None}), 400) == {"vars": [NULL]}
        for key in ("", "1a", "a b", "a\nb", "a=b", "ü", "a" * 129, "a:b", "-a"):
            assert said(admin.patch(f"/{path}/1/", {"vars": {key: 1}}), 400)["vars"][0].startswith(f"{json.dumps(key, ensure_ascii=False)} is no name")
    assert said(admin.get("/hosts/1/"))["vars"] == {"a": 1}
    assert make(admin, "hosts", vars={"a" * 128: "x" * 100000, "_x.y-z": 1})["vars"] == {"a" * 128: "x" * 100000, "_x.y-z": 1}


def test_what_is_secret_is_never_shown_and_kept_while_it_is_sent_back(admin):
    hidden = ["ansible_ssh_pass", "ansible_ssh_private_key_file", "ansible_become_pass", "ansible_password"]
    for path in KINDS:
        id = make(admin, path, vars={"a": 1, **dict.fromkeys(hidden, "swordfish")})["id"]
        at = f"/{path}/{id}/"
        assert "swordfish" not in admin.get(at).text and [said(admin.get(at))["vars"][h] for h in hidden] == [ENCRYPTED] * 4
        told = said(admin.patch(at, {"vars": {"a": ENCRYPTED, hidden[0]: ENCRYPTED, hidden[1]: "", "b": ENCRYPTED}}))["vars"]
        assert told == {hidden[0]: ENCRYPTED, hidden[1]: ENCRYPTED, "a": 1}
        assert ids(admin.get(f"/{path}/?variables={hidden[0]}:swordfish")) == ids(admin.get(f"/{path}/?variables={hidden[0]}:{ENCRYPTED}")) == []
        assert said(admin.patch(at, {"vars": {hidden[0]: None}}))["vars"] == {hidden[0]: ENCRYPTED}
        assert said(admin.patch(at, {"vars": {"c": 1}}))["vars"] == {"c": 1}
    assert "swordfish" not in admin.hermes.get("/audit?limit=all").text


# ---- groups and inventories

def test_what_a_group_holds_is_said_when_it_is_made(admin):
    for id, children in enumerate((True, False), 1):
        make(admin, "groups", children=children)
        for call in (admin.patch, admin.put):
            assert said(call(f"/groups/{id}/", {"children": children, "name": "x"}))["children"] is children
            assert said(call(f"/groups/{id}/", {"children": str(children)}))["children"] is children
            answer = call(f"/groups/{id}/", {"children": not children, "name": "y"})
            assert said(answer, 400) == ["Children not allowed to update."]
        assert said(admin.get(f"/groups/{id}/"))["name"] == "x"
    assert said(admin.post("/groups/", {"children": "maybe"}), 400) == {"children": ['"maybe" is not a valid boolean.']}


def test_an_inventory_shows_all_groups_below_it_and_its_own_hosts(admin):
    for name in ("b", "C", "a", "a", "x"):
        make(admin, "hosts", name=name)
    for name, children in (("plain", False), ("top", True), ("middle", True), ("low", False), ("other", False)):
        make(admin, "groups", name=name, children=children)
    make(admin, "inventories")
    for path, members in (("groups/2/groups", [3, 4]), ("groups/3/groups", [4]), ("groups/4/hosts", [5]), ("inventories/1/groups", [1, 2]),
                          ("inventories/1/hosts", [1, 2, 3, 4])):
        assert said(admin.post(f"/{path}/", members)) == counted(len(members), len(members))
    shown = said(admin.get("/inventories/1/"))
    assert [h["id"] for h in shown["hosts"]] == [2, 3, 4, 1]            # by name, as bytes
    assert shown["groups"] == [row(admin, "groups", id, name=name, children=c) for id, name, c in
                               ((2, "top", True), (3, "middle", True), (1, "plain", False), (4, "low", False))]
    assert said(admin.get("/groups/2/"))["groups"] == [row(admin, "groups", 3, name="middle", children=True),
                                                       row(admin, "groups", 4, name="low", children=False)]
    # What is gone is gone from all that held it, with what only it has led to.
    for path, left in (("groups/3", [2, 1, 4]), ("groups/2", [1]), ("hosts/2", [1])):
        gone(admin.delete(f"/{path}/"))
        assert [g["id"] for g in said(admin.get("/inventories/1/"))["groups"]] == left
    assert (said(admin.get("/inventories/1/hosts/")), said(admin.get("/groups/4/hosts/"))) == ([1, 3, 4], [5])
    gone(admin.delete("/inventories/1/"))
    assert (ids(admin.get("/hosts/")), ids(admin.get("/groups/"))) == ([1, 3, 4, 5], [1, 4, 5])
    assert said(admin.get("/inventories/1/hosts/"), 404) == said(admin.delete("/inventories/1/"), 404) == NOT_FOUND


# ---- the fleet

def test_the_machines_of_a_host_are_the_fleets(api, admin):
    fleet = lambda: [h["hostname"] for h in ok(api.get("/hosts?limit=all"))["hosts"]]
    make(admin, "hosts", name="web")
    make(admin, "hosts", name="db[1:3].example.com", type="RANGE")
    make(admin, "hosts", name="[::1]")
    make(admin, "hosts", name="web")
    assert sorted(fleet()) == ["::1", "db1.example.com", "db2.example.com", "db3.example.com", "web"]
    assert said(admin.get("/license/"))["actual_hosts"] == 6
    world = World(api)
    types = world.chain("work required", "work done")
    world.throw(types[0], "db2.example.com")
    assert len(ok(api.get("/labors?hostname=db2.example.com"))["labors"]) == 1
    said(admin.patch("/hosts/2/", {"name": "db[3:4].example.com"}))
    assert said(admin.get("/license/"))["actual_hosts"] == 5
    gone(admin.delete("/hosts/1/"))
    assert {"db1.example.com", "db4.example.com", "web"} <= set(fleet()) and len(fleet()) == 6        # machines stay
    # A machine that is renamed takes its past along; the inventory's name is a machine all the same.
    ok(api.put("/hosts/db3.example.com", {"hostname": "new"}))
    assert {"db3.example.com", "new"} <= set(fleet()) and said(admin.get("/hosts/2/"))["name"] == "db[3:4].example.com"
