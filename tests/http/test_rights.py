"""What objects need is seen by who has them: over HTTP, for each kind, and while all of it changes. The objects are made by
people/rights.sql, as their own tables will. That it is right however much there is is told by tests/sql/rights*.sql."""
import itertools

import pytest

from client import Crowd, at_once
from polemarch import FORBIDDEN, gone, grant, may_see, said, withdraw

ROLES = ["EXECUTOR", "EDITOR", "MASTER"]


@pytest.fixture
def admin(api):
    return api.polemarch


# ---- what objects need

@pytest.fixture
def tree(rights, ann, bob):
    """Inventory 1 holds host 1 and group 1; group 1 holds group 2, which holds group 3, which holds host 2. Project 1 holds
    inventory 1, template 1 needs project 1. Hosts 3 and inventory 2 stand for themselves."""
    rights.add("host", [1, 2, 3], 1)
    rights.add("group", [1, 2, 3], 1)
    rights.add("inventory", [1, 2], 1)
    rights.add("project", [1], 1)
    rights.add("template", [1], 1)
    rights.part("inventory", 1, "host", 1)
    rights.part("inventory", 1, "group", 1)
    rights.part("group", 1, "group", 2)
    rights.part("group", 2, "group", 3)
    rights.part("group", 3, "host", 2)
    rights.part("project", 1, "inventory", 1)
    rights.part("template", 1, "project", 1)
    return rights


HOSTS, GROUPS = ["/hosts/1", "/hosts/2"], ["/groups/1", "/groups/2", "/groups/3"]
BELOW = {"/groups/3": ["/hosts/2"], "/groups/1": ["/groups/2", "/groups/3", "/hosts/2"], "/inventories/1": GROUPS + HOSTS,
         "/projects/1": ["/inventories/1"] + GROUPS + HOSTS, "/templates/1": ["/projects/1", "/inventories/1"] + GROUPS + HOSTS}
EVERYTHING = ["/templates/1", "/projects/1", "/inventories/1", "/inventories/2"] + GROUPS + HOSTS + ["/hosts/3"]


def test_who_has_an_object_sees_what_it_needs(admin, ann, bob, tree):
    for (path, below), role in zip(BELOW.items(), itertools.cycle(ROLES)):
        said(admin.put(path + "/permissions/", [grant(2, role)]))
        assert may_see(ann, *EVERYTHING) == [p for p in EVERYTHING if p in [path] + below]
        # Never more than that, and as no row.
        for p in below:
            assert said(ann.put(p + "/permissions/", []), 403) == FORBIDDEN
            assert said(ann.put(p + "/owner/", 2), 403) == FORBIDDEN
            assert said(admin.get(p + "/permissions/")) == []
        said(admin.put(path + "/permissions/", []))
        assert may_see(ann, *EVERYTHING) == []
    assert may_see(bob, *EVERYTHING) == []


def test_owners_and_teams_see_what_their_objects_need(admin, ann, bob, tree):
    said(admin.put("/projects/1/owner/", 2))
    said(admin.post("/teams/", {"name": "t", "users_list": [3]}), 201)
    said(admin.put("/groups/2/permissions/", [grant(1, "EDITOR", "team")]))
    assert may_see(ann, *EVERYTHING) == ["/projects/1"] + [p for p in EVERYTHING if p in BELOW["/projects/1"]]
    assert may_see(bob, *EVERYTHING) == ["/groups/2", "/groups/3", "/hosts/2"]
    said(admin.put("/projects/1/owner/", 3))
    assert may_see(ann, *EVERYTHING) == []
    said(admin.patch("/teams/1/", {"users_list": []}))
    assert may_see(bob, *EVERYTHING) == ["/projects/1"] + [p for p in EVERYTHING if p in BELOW["/projects/1"]]


def test_what_is_needed_no_longer_is_seen_no_longer(admin, ann, tree):
    said(admin.put("/inventories/1/permissions/", [grant(2, "EDITOR")]))
    tree.part_no_more("inventory", 1, "host", 1)
    assert may_see(ann, *EVERYTHING) == ["/inventories/1"] + GROUPS + ["/hosts/2"]
    tree.part("inventory", 1, "host", 3)
    tree.part_no_more("group", 2, "group", 3)
    assert may_see(ann, *EVERYTHING) == ["/inventories/1", "/groups/1", "/groups/2", "/hosts/3"]
    tree.part_no_more("inventory", 1, "group", 1)
    assert may_see(ann, *EVERYTHING) == ["/inventories/1", "/hosts/3"]


def test_what_is_needed_for_two_reasons_is_seen_until_both_are_gone(admin, ann, tree):
    tree.part("inventory", 2, "host", 1)
    tree.part("inventory", 2, "group", 3)
    said(admin.post("/teams/", {"name": "t", "users_list": [2]}), 201)
    said(admin.post("/inventories/1/permissions/", [grant(2, "EXECUTOR"), grant(1, "EDITOR", "team")]))
    said(admin.post("/inventories/2/permissions/", [grant(2, "EXECUTOR")]))
    said(admin.post("/hosts/2/permissions/", [grant(2, "EXECUTOR")]))
    for path, member, left in (("/inventories/1", grant(2, "x"), ["/inventories/1", "/inventories/2"] + GROUPS + HOSTS),
                               ("/inventories/1", grant(1, "x", "team"), ["/inventories/2", "/groups/3"] + HOSTS),
                               ("/inventories/2", grant(2, "x"), ["/hosts/2"]), ("/hosts/2", grant(2, "x"), [])):
        withdraw(admin)(path + "/permissions/", [member])
        assert may_see(ann, *EVERYTHING) == left


def test_an_explicit_role_stands_above_the_automatic_one(admin, ann, tree):
    said(admin.put("/inventories/1/permissions/", [grant(2, "MASTER")]))
    said(admin.put("/hosts/1/permissions/", [grant(2, "MASTER")]))
    assert said(ann.put("/hosts/1/permissions/", [])) == []          # now there is the automatic one only
    assert said(ann.put("/hosts/1/permissions/", []), 403) == FORBIDDEN
    assert may_see(ann, "/hosts/1") == ["/hosts/1"]


def test_who_is_a_superuser_no_longer_has_what_else_is_his(admin, people, tree, ann):
    said(admin.put("/groups/3/permissions/", [grant(2, "EDITOR")]))
    said(admin.patch("/users/2/", {"is_staff": True}))
    assert may_see(ann, *EVERYTHING) == EVERYTHING
    said(admin.patch("/users/2/", {"is_staff": False}))
    assert may_see(ann, *EVERYTHING) == ["/groups/3", "/hosts/2"]


# ---- at the same moment

def test_of_changes_at_the_same_moment_none_is_lost(api, admin, people, tree, sql):
    sql.run("insert into people.users (username) select 'u' || i from generate_series(1, 8) i")
    clients = [admin.signed_in(*api.auth) for _ in range(8)]
    for i in range(3):
        answers = at_once([lambda c=c, n=n: c.post("/inventories/1/permissions/", [grant(n, "EDITOR")]) for n,
                           c in enumerate(clients, 4)])
        assert sorted(len(said(a)) for a in answers) == list(range(1, 9))
        answers = at_once([lambda c=c, n=n: withdraw(c)("/inventories/1/permissions/", [grant(n, "EDITOR")]) for n,
                           c in enumerate(clients, 4)])
        assert sorted(len(said(a)) for a in answers) == list(range(8))
    answers = at_once([lambda c=c, n=n: c.put("/inventories/1/owner/", n) for n, c in enumerate(clients, 4)])
    assert {a.status_code for a in answers} == {200} and 4 <= said(admin.get("/inventories/1/owner/")) <= 11


def test_in_a_crowd_that_changes_rights_all_is_answered(api, admin, people, tree, sql):
    """Users and teams come and go, grants and owners change in any order. (In the end people.rights_check() is asked.)"""
    sql.run("insert into people.teams (id, name) overriding system value select 100 + i, 't' || i from generate_series(1, 3) i")
    sql.run("select people.objects_add('team', '{101, 102, 103}', 1)")
    counts, codes = itertools.count(), set()
    paths = ["/inventories/1", "/groups/2", "/templates/1", "/teams/101"]

    def deed(client, kind):
        n = next(counts)
        path = paths[n % len(paths)]
        answer = {"post": lambda: client.post(path + "/permissions/",
                                              [grant(2, ROLES[n % 3]), grant(102 + n % 2, "EDITOR", "team")]),
                  "put": lambda: client.put(path + "/permissions/", [grant(3, "MASTER")]),
                  "delete": lambda: withdraw(client)(path + "/permissions/", [grant(2 + n % 2, "EDITOR")]),
                  "own": lambda: client.put(path + "/owner/", 1 + n % 3),
                  "team": lambda: client.patch("/teams/102/", {"users_list": [2, 3][: n % 3]}),
                  "parts": lambda: client.get(path + "/permissions/")}[kind]()
        codes.add((kind, answer.status_code))
    crowd = Crowd([lambda c=admin.signed_in(*api.auth), k=k: deed(c, k) for k in ("post", "put", "delete", "own", "team",
                                                                                  "parts")])
    for i in range(12):
        tree.part_no_more("inventory", 1, "host", 1)
        t = said(admin.post("/teams/", {"name": f"x{i}", "users_list": [2, 3]}), 201)["id"]
        said(admin.post("/inventories/2/permissions/", [grant(t, "MASTER", "team")]))
        u = people.new(f"x{i}").id
        said(admin.put(f"/teams/{t}/owner/", u))
        gone(admin.delete(f"/users/{u}/"))
        tree.part("inventory", 1, "host", 1)
        gone(admin.delete(f"/teams/{t}/"))
    crowd.stop()
    assert {code for _, code in codes} == {200} and len(codes) == 6
    assert said(admin.get("/inventories/2/permissions/")) == []
