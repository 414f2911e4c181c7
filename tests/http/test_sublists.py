"""What is in what: the lists of groups and of inventories, what is told of a change, circles, rights, and changes at once."""
import itertools
import time

import pytest

from client import Crowd, at_once, ok
from polemarch import FORBIDDEN, NOT_FOUND, Rights, counted, gone, grant, held_up, ids, make, said, sqls_hosts, withdraw

pytestmark = pytest.mark.usefixtures("inventory_is_lawful")

PAIRS = [("group", "hosts"), ("group", "groups"), ("inventory", "hosts"), ("inventory", "groups"), ("project", "hosts"),
         ("project", "groups"), ("project", "inventories")]
PLURAL = {"group": "groups", "inventory": "inventories", "project": "projects"}
SELF = {"detail": "A cyclic dependence was found. The group can not refer to itself.", "error_type": "CiclicDependencyError"}
CIRCLE = {"detail": "A cyclic dependence was found. The group has a dependence on itself.", "error_type": "CiclicDependencyError"}


def holder(client, kind, part, sql):
    """The path of a new list: of a group, an inventory, or a project, which are made by people/rights.sql so far."""
    if kind == "project":
        Rights(sql).add("project", [1], 1)
        return f"/projects/1/{part}/"
    more = {"children": part == "groups"} if kind == "group" else {}
    return f"/{PLURAL[kind]}/{make(client, PLURAL[kind], **more)['id']}/{part}/"


def parts(client, part, n):
    return [make(client, part)["id"] for _ in range(n)]


# ---- what is told

def test_the_example_of_the_document(admin):
    make(admin, "groups")
    parts(admin, "hosts", 3)
    answer = admin.post("/groups/1/hosts/", [2, 3])
    assert (answer.status_code, answer.text) == (200, '{"total":2,"operated":2,"not_found":0,"failed_list":[]}')
    assert admin.get("/groups/1/hosts/").text == "[2,3]"


@pytest.mark.parametrize("kind, part", PAIRS)
def test_a_list_is_added_to_replaced_and_taken_from(admin, sql, kind, part):
    path = holder(admin, kind, part, sql)
    a, b, c, d = parts(admin, part, 4)
    assert admin.get(path).text == "[]"
    for call, sent, told, left in (
            (admin.post, [b, a], counted(2, 2), [a, b]), (admin.post, [b, c], counted(2, 2), [a, b, c]),
            (admin.post, [], counted(0, 0), [a, b, c]), (admin.post, {}, counted(0, 0), [a, b, c]),
            (withdraw(admin), [b, d], counted(2, 2), [a, c]), (withdraw(admin), [99, d, 98, d], counted(4, 2, 99, 98), [a, c]),
            (admin.put, [d, 99, b], counted(3, 2, 99), [b, d]), (admin.put, [c], counted(1, 1), [c]),
            (admin.post, [a, a, 99, 99, b], counted(5, 3, 99, 99), [a, b, c]), (admin.put, [99], counted(1, 0, 99), []),
            (admin.put, [a, a, d], counted(3, 3), [a, d]), (withdraw(admin), [], counted(0, 0), [a, d]),
            (withdraw(admin), [a, a], counted(2, 2), [d]), (admin.put, {}, counted(0, 0), []), (admin.put, [d], counted(1, 1), [d]),
            (admin.put, [], counted(0, 0), [])):
        assert said(call(path, sent)) == told, (sent, left)
        assert said(admin.get(path)) == left
        if kind != "project":
            detail = said(admin.get(path.removesuffix(f"{part}/")))
            assert sorted(r["id"] for r in detail[part]) == left


@pytest.mark.parametrize("kind, part", PAIRS)
def test_ids_may_be_texts_and_what_else_is_sent_is_refused(admin, sql, kind, part):
    path = holder(admin, kind, part, sql)
    a, b, _ = parts(admin, part, 3)
    huge = 2 ** 63 - 1
    assert said(admin.post(path, [str(a), f" {b} ", "99", "+98", huge, "9" * 400, -1, "-1", 0])) == counted(
        9, 2, "99", "+98", huge, "9" * 400, -1, "-1", 0)
    before = said(admin.get(path))
    assert before == [a, b]
    for call in (admin.post, admin.put, withdraw(admin)):
        for body, type in ((b"1", "int"), (b'"x"', "str"), (b"null", "NoneType"), (b"true", "bool"), (b"1.5", "float"), (b'{"a":1}', "dict")):
            assert said(call(path, body), 400) == {"non_field_errors": [f'Expected a list of items but got type "{type}".']}
        for bad, word in (("x", "x"), ("", ""), ("1,2", "1,2"), (1.5, "1.5"), ("1 2", "1 2"), ("\u0663", "\u0663"), (None, "None")):
            assert said(call(path, [a, bad]), 400) == {"detail": f"invalid literal for int() with base 10: '{word}'",
                                                       "error_type": "ValueError"}
        for bad in ([], [1], {}, {"id": 1}, True, "0x1", "1e1", "1_0"):
            assert said(call(path, [a, bad]), 400)["error_type"] == "ValueError"
    assert said(admin.get(path)) == before
    assert said(admin.patch(path, [a]), 405) == {"detail": 'Method "PATCH" not allowed.'}


def test_only_these_kinds_have_these_lists(admin, sql):
    Rights(sql).add("project", [1], 1)
    for path in ("hosts", "groups", "inventories", "templates"):
        make(admin, path, **({"name": "t", "kind": "Task", "data": {}} if path == "templates" else {}))
    admin.post("/teams/", {"name": "t"})
    for path in ("/hosts/1/hosts/", "/hosts/1/groups/", "/groups/1/inventories/", "/inventories/1/inventories/", "/templates/1/hosts/",
                 "/teams/1/hosts/", "/users/1/groups/", "/groups/99/hosts/", "/inventories/0/groups/", "/projects/2/hosts/",
                 "/groups/99999999999999999999/hosts/"):
        for method in ("GET", "POST", "PUT", "DELETE"):
            assert said(admin.raw(method, path, b"[1]"), 404) == NOT_FOUND, path


def test_a_group_has_hosts_or_groups(admin):
    make(admin, "groups", children=True)
    make(admin, "groups", children=False)
    for path, words in (("/groups/1/hosts/", "Group is children."), ("/groups/2/groups/", "Group is not children.")):
        for method, body in itertools.product(("GET", "POST", "PUT", "DELETE"), (b"[1]", b"[99]", b"[]", b'["x"]', b"5")):
            assert said(admin.raw(method, path, body), 409) == [words]


# ---- circles

def test_no_group_is_in_itself(admin):
    a, b, c, d = (make(admin, "groups", name=n, children=True)["id"] for n in "abcd")
    at = lambda id: f"/groups/{id}/groups/"
    for call in (admin.post, admin.put):
        assert said(call(at(a), [b, a]), 400) == SELF and said(admin.get(at(a))) == []
    said(admin.post(at(a), [b, d]))
    said(admin.post(at(b), [c, d]))                 # d twice is none
    said(admin.post(at(c), [d]))
    for call in (admin.post, admin.put):
        for id, sent in ((b, [a]), (c, [a]), (c, [d, b]), (d, [a, 99]), (d, [c])):
            assert said(call(at(id), sent), 400) == CIRCLE, (id, sent)
        assert said(call(at(c), [a, c]), 400) == SELF
    assert [said(admin.get(at(id))) for id in (a, b, c, d)] == [[b, d], [c, d], [d], []]
    # What is taken out, or deleted, is in the way no more. Taking out is never refused.
    assert said(withdraw(admin)(at(a), [a, b, 99])) == counted(3, 2, 99)
    assert said(admin.post(at(c), [a])) == counted(1, 1)
    assert said(admin.post(at(a), [b]), 400) == CIRCLE
    gone(admin.delete(f"/groups/{c}/"))
    assert said(admin.put(at(a), [b])) == counted(1, 1) and said(admin.get(at(b))) == [d]


def test_of_two_that_would_close_a_circle_together_one_is_refused(api, admin):
    clients = [admin.signed_in(*api.auth) for _ in range(4)]
    for n, calls in enumerate((("post", "post"), ("put", "put"), ("post", "put")) * 3):
        groups = [make(admin, "groups", children=True)["id"] for _ in range(2 + n % 3)]
        ring = list(zip(groups, groups[1:] + groups[:1]))
        answers = at_once([lambda c=c, a=a, b=b, call=calls[i % 2]: getattr(c, call)(f"/groups/{a}/groups/", [b])
                           for i, (c, (a, b)) in enumerate(zip(clients, ring))])
        assert sorted(a.status_code for a in answers) == [200] * (len(ring) - 1) + [400]
        assert [a.json() for a in answers if a.status_code == 400] == [CIRCLE]
        held = [said(admin.get(f"/groups/{id}/groups/")) for id in groups]
        assert sorted(map(len, held)) == [0] + [1] * (len(ring) - 1)


def test_a_crowd_that_links_groups_closes_no_circle(api, admin, sql):
    groups = [make(admin, "groups", children=True)["id"] for _ in range(5)]
    turns, codes = itertools.count(), set()

    def deed(client):
        n = next(turns)
        a, b = groups[n % 5], groups[(n * 3 + 1 + n // 5) % 5]
        call = (client.post, client.put, withdraw(client), client.post)[n % 4]
        codes.add(call(f"/groups/{a}/groups/", [b]).status_code)
    crowd = Crowd([lambda c=admin.signed_in(*api.auth): deed(c) for _ in range(6)])
    time.sleep(0.8)
    crowd.stop()
    assert codes == {200, 400}
    assert sql.rows("with recursive way as (select id as top, part_id as id from people.parts where kind = 'group' and part_kind = 'group'"
                    " union select w.top, p.part_id from way w join people.parts p on p.kind = 'group' and p.id = w.id"
                    " and p.part_kind = 'group') select * from way where top = id") == []


# ---- rights

def test_what_one_does_not_see_one_puts_nowhere(admin, ann):
    for path, kind in (("/groups/1/hosts/", "groups"), ("/inventories/1/hosts/", "inventories")):
        make(ann, kind)
    make(admin, "hosts", name="foreign")
    mine = make(ann, "hosts", name="mine")["id"]
    for path in ("/groups/1/hosts/", "/inventories/1/hosts/"):
        for call in (ann.post, ann.put, withdraw(ann)):
            assert said(call(path, [1])) == counted(1, 0, 1)
            assert said(call(path, [mine, 1, "1", 99])) == counted(4, 1, 1, "1", 99)
        said(admin.put(path, [1]))
        # Now he sees it, for what he has needs it.
        assert said(ann.get("/hosts/1/"))["name"] == "foreign" and said(ann.post(path, [1])) == counted(1, 1)
        assert said(withdraw(ann)(path, [1])) == counted(1, 1)
        assert said(ann.get("/hosts/1/"), 403) == FORBIDDEN


def test_who_may_not_is_told_that_whatever_he_sends(admin, ann):
    make(admin, "groups", children=True)
    for call in (ann.post, ann.put, withdraw(ann)):
        for path in ("/groups/1/groups/", "/groups/1/hosts/"):
            assert said(call(path, ["x"]), 403) == FORBIDDEN
    said(admin.post("/groups/1/permissions/", [grant(2, "EXECUTOR")]))
    assert said(ann.get("/groups/1/groups/")) == [] and said(ann.get("/groups/1/hosts/"), 409) == ["Group is children."]
    assert said(ann.post("/groups/1/groups/", []), 403) == FORBIDDEN


def test_changes_are_told_to_the_audit(api, admin):
    make(admin, "inventories")
    parts(admin, "hosts", 2)
    said(admin.post("/inventories/1/hosts/", [1, 2, 99]))
    said(admin.put("/inventories/1/hosts/", [2]))
    said(withdraw(admin)("/inventories/1/hosts/", [2]))
    rows = ok(api.get("/audit?kind=inventory&objectId=1"))["audit"]
    assert [(r["verb"], r["details"]) for r in reversed(rows)][1:] == [
        ("add hosts", {"n": 2, "ids": [1, 2]}), ("replace hosts", {"n": 1, "ids": [2]}), ("remove hosts", {"n": 1, "ids": [2]})]


# ---- hosts by their names

def by_name(total, operated, *failed, created=0):
    return {**counted(total, operated, *failed), "created": created}


@pytest.mark.parametrize("kind", ["group", "inventory", "project"])
def test_hosts_may_be_named(admin, sql, kind):
    path = holder(admin, kind, "hosts", sql)
    a, b, c = (make(admin, "hosts", name=name)["id"] for name in ("a", "b", "a"))
    web = make(admin, "hosts", name="web[1:3]", type="RANGE")["id"]
    for call, names, told, left in (
            (admin.post, ["a", "x"], by_name(2, 1, "x"), [a, c]), (admin.post, [" b ", "b", "web[1:3]"], by_name(2, 2), [a, b, c, web]),
            (withdraw(admin), ["a", "y", "x"], by_name(3, 1, "y", "x"), [b, web]), (admin.put, ["a"], by_name(1, 1), [a, c]),
            (admin.post, [], by_name(0, 0), [a, c]), (admin.put, ["web1"], by_name(1, 0, "web1"), []), (admin.put, [], by_name(0, 0), [])):
        assert said(call(path, {"names": names})) == told
        assert said(admin.get(path)) == left


def test_names_that_are_not_there_are_made_where_that_is_asked_for(api, admin, ann):
    make(ann, "inventories")
    theirs = make(admin, "hosts", name="b")["id"]
    mine = make(ann, "hosts", name="a")["id"]
    at = "/inventories/1/hosts/"
    assert said(ann.post(at, {"names": ["a", "b", "c.example.com", "[::1]"], "create": True})) == by_name(4, 4, created=3)
    made = said(ann.get(at))
    # Of what she does not see she is told nothing: it is a host of her own that bears the name, too.
    assert made == [mine, theirs + 2, theirs + 3, theirs + 4] and [said(ann.get(f"/hosts/{i}/"))["name"] for i in made] == ["a", "b", "c.example.com", "[::1]"]
    assert {said(ann.get(f"/hosts/{i}/owner/")) for i in made} == {2} and said(ann.get(f"/hosts/{made[1]}/"))["type"] == "HOST"
    assert "c.example.com" in [h["hostname"] for h in ok(api.get("/hosts?limit=all"))["hosts"]]
    assert said(ann.post(at, {"names": ["c.example.com", "d"], "create": "yes"})) == by_name(2, 2, created=1)
    assert said(ann.put(at, {"names": ["a", "e"], "create": 1})) == by_name(2, 2, created=1)
    assert [said(ann.get(f"/hosts/{i}/"))["name"] for i in said(ann.get(at))] == ["a", "e"]
    assert said(withdraw(ann)(at, {"names": ["a", "nothing"], "create": True})) == by_name(2, 1, "nothing")
    assert said(ann.post(at, {"names": ["f"], "create": False})) == said(ann.post(at, {"names": ["f"], "create": None})) == by_name(1, 0, "f")
    told = [(r["verb"], r["details"]) for r in ok(api.get("/audit?kind=host"))["audit"]][:2]
    assert told == [("create", {"names": ["e"]}), ("create", {"names": ["d"]})]


NO_NAME = "A name is a text of 1 to 512 characters in one line."


@pytest.mark.parametrize("body, field, error", [
    ({"names": "a"}, "names", 'Expected a list of items but got type "str".'), ({"names": None}, "names", 'Expected a list of items but got type "NoneType".'),
    ({"names": {"a": 1}}, "names", 'Expected a list of items but got type "dict".'), ({"names": [1]}, "names", NO_NAME),
    ({"names": ["a", None]}, "names", NO_NAME), ({"names": [["a"]]}, "names", NO_NAME), ({"names": ["a", " "]}, "names", NO_NAME),
    ({"names": ["a" * 513]}, "names", NO_NAME), ({"names": ["a\nb"]}, "names", NO_NAME),
    ({"names": ["a"], "create": "maybe"}, "create", '"maybe" is not a valid boolean.'), ({"names": ["a"], "create": []}, "create", '"[]" is not a valid boolean.'),
    ({"names": ["fine", "a b"], "create": True}, "names", "Invalid hostname or IP 'a b'."), ({"names": ["all"], "create": True}, "names", "Invalid hostname or IP 'all'."),
    ({"names": ["n"] * 100_001}, "names", "Ensure this field has no more than 100000 elements.")])
def test_names_that_can_be_none_are_refused_and_nothing_is_changed(admin, body, field, error):
    make(admin, "groups")
    for call in (admin.post, admin.put):
        assert said(call("/groups/1/hosts/", body), 400) == {"detail": {field: [error]}}
    assert ids(admin.get("/hosts/")) == [] and said(admin.get("/groups/1/hosts/")) == []


def test_only_hosts_are_named(admin):
    make(admin, "inventories")
    assert said(admin.post("/inventories/1/groups/", {"names": ["a"]}), 400) == {"non_field_errors": ['Expected a list of items but got type "dict".']}


def test_who_may_not_change_the_list_makes_nothing(admin, ann):
    make(admin, "inventories")
    said(admin.post("/inventories/1/permissions/", [grant(2, "EXECUTOR")]))
    assert said(ann.post("/inventories/1/hosts/", {"names": ["a"], "create": True}), 403) == FORBIDDEN
    assert ids(admin.get("/hosts/")) == []


def test_who_names_the_same_new_hosts_at_the_same_time_makes_each_once(api, admin):
    make(admin, "inventories")
    clients = [admin.signed_in(*api.auth) for _ in range(6)]
    names = [f"n{i}" for i in range(200)]
    answers = at_once([lambda c=c: c.post("/inventories/1/hosts/", {"names": names, "create": True}) for c in clients])
    assert sorted(said(a)["created"] for a in answers) == [0] * 5 + [200]
    assert said(admin.get("/inventories/1/hosts/")) == ids(admin.get("/hosts/"))


# ---- many

TABLES = "inventory.hosts, inventory.objects, inventory.host_names, people.objects, people.parts, people.visible"


def taken_for_empty(sql):
    """So the planner takes tables that were analyzed while somebody made all that is in them: many pages, and nothing in these."""
    sql.run("update pg_class set reltuples = 0, relpages = pg_relation_size(oid) / 8192 where oid = any(%s::regclass[])",
            TABLES.split(", "))


def test_a_hundred_thousand_hosts_are_named_at_once(admin, sql):
    """Whatever the planner takes the tables for. (Not timed, but no request may take a minute.)"""
    sql.run("analyze fate.hosts, " + TABLES)
    make(admin, "groups")
    names = [f"machine{i}.example.com" for i in range(100_000)]
    assert said(admin.post("/groups/1/hosts/", {"names": names[:50_000], "create": True})) == by_name(50_000, 50_000, created=50_000)
    taken_for_empty(sql)
    assert said(admin.post("/groups/1/hosts/", {"names": names})) == by_name(100_000, 50_000, *names[50_000:])
    assert said(admin.get("/groups/1/?parts=no&expand=counts"))["counts"] == {"hosts": 50_000, "groups": 0, "machines": 50_000}
    taken_for_empty(sql)
    assert said(admin.put("/groups/1/hosts/", {"names": names[49_999:51_000], "create": True})) == by_name(1001, 1001, created=1000)
    taken_for_empty(sql)
    assert said(withdraw(admin)("/groups/1/hosts/", {"names": names[:50_000] + names[50_001:51_000]})) == by_name(50_999, 50_999)
    (left,) = said(admin.get("/groups/1/hosts/"))
    assert said(admin.get(f"/hosts/{left}/"))["name"] == names[50_000]
    sql.run("analyze " + TABLES)                 # for what looks through all of them after each test


def test_a_hundred_thousand_hosts_are_put_in_at_once(admin, sql):
    """Beside as many that are not there: no plan may compare each with each, also when the planner takes the tables for empty.
    (Not timed, but no request may take a minute.)"""
    sql.run("analyze fate.hosts, " + TABLES)
    first, last = sqls_hosts(sql, 100_000)
    make(admin, "groups")
    there, absent = list(range(first, last + 1)), list(range(last + 1, last + 50_001))
    taken_for_empty(sql)
    assert said(admin.post("/groups/1/hosts/", there)) == counted(100_000, 100_000)
    taken_for_empty(sql)
    assert said(admin.put("/groups/1/hosts/", absent + there[::2])) == counted(100_000, 50_000, *absent)
    assert said(withdraw(admin)("/groups/1/hosts/", there[2:])) == counted(99_998, 99_998)
    assert said(admin.get("/groups/1/hosts/")) == [first]
    sql.run("analyze " + TABLES)


# ---- at the same moment

def test_a_host_that_is_deleted_meanwhile_is_not_found(instance, admin):
    """The deletion is held up until the change of the list waits for it."""
    make(admin, "groups")
    a, b = parts(admin, "hosts", 2)
    (answer,) = held_up(instance, f"select people.rights_own(); select inventory.objects_delete('host', '{{{a}}}')",
                        lambda: admin.post("/groups/1/hosts/", [a, b]))
    assert said(answer) == counted(2, 1, a) and said(admin.get("/groups/1/hosts/")) == [b]


def test_hosts_and_groups_that_come_and_go_leave_nothing_behind(api, admin):
    clients = [admin.signed_in(*api.auth) for _ in range(6)]
    make(admin, "inventories")
    for _ in range(10):
        h, g = make(admin, "hosts")["id"], make(admin, "groups")["id"]
        answers = at_once([lambda: clients[0].post(f"/groups/{g}/hosts/", [h]), lambda: clients[1].delete(f"/hosts/{h}/"),
                           lambda: clients[2].post("/inventories/1/groups/", [g]), lambda: clients[3].put("/inventories/1/hosts/", [h]),
                           lambda: clients[4].delete(f"/groups/{g}/"), lambda: clients[5].get("/inventories/1/")])
        codes = [a.status_code for a in answers]
        assert codes[0] in (200, 404) and codes[1:] == [204, 200, 200, 204, 200], codes
        assert said(admin.get("/inventories/1/hosts/")) == said(admin.get("/inventories/1/groups/")) == []
    assert ids(admin.get("/hosts/")) == ids(admin.get("/groups/")) == []


def test_who_waits_two_seconds_for_the_change_of_another_is_told_to_come_again(admin, sql):
    sql.run("begin")
    sql.run("select people.rights_own()")
    try:
        answer = admin.post("/groups/", {"name": "g"})
        assert said(answer, 503) == {"detail": "The database is busy."} and answer.headers["Retry-After"] == "2"
        assert said(admin.get("/groups/"))["count"] == 0
    finally:
        sql.run("rollback")
    assert said(admin.post("/groups/", {"name": "g"}), 201)["id"] == 1
