"""Runs of machines that are named: what is asked for, and what is refused. (What comes of it: test_runs_hosts.py.)"""
import pytest

from client import ok
from polemarch import FORBIDDEN, gone, grant, ids, make, said
from quiet import quiet, reference, world  # noqa: F401

PLAY, MODULE = "/projects/1/execute-playbook/", "/projects/1/execute-module/"


@pytest.fixture(autouse=True)
def more(admin, world):  # noqa: F811
    """Inventory 1 has h, and web1 to web4 by a RANGE in a group of a group."""
    make(admin, "hosts", name="web[1:4]", type="RANGE")
    make(admin, "groups", name="web")
    make(admin, "groups", name="all_web", children=True)
    said(admin.post("/groups/1/hosts/", [2]))
    said(admin.post("/groups/2/groups/", [1]))
    said(admin.post("/inventories/1/groups/", [2]))


def play(client, code=201, **body):
    return said(client.post(PLAY, {"playbook": "x.yml", **body}), code)


def shown(client, id):
    return said(client.get(f"/history/{id}/?expand=hosts"))


def test_a_run_is_of_the_hosts_that_are_named(admin, api, sql):
    assert play(admin, inventory=1, hosts=["web3", "h", "web3"]) == {"detail": "Started at 2 hosts of inventory 1.", "history_id": 1}
    assert (shown(admin, 1)["hosts"], shown(admin, 1)["inventory"]) == (["web3", "h"], 1)
    assert play(admin, inventory="1", hosts=["h"])["detail"] == "Started at 1 host of inventory 1."
    assert play(admin, inventory=1)["history_id"] == 3
    assert shown(admin, 3)["hosts"] is None and "hosts" not in said(admin.get("/history/1/"))
    assert [e["details"].get("hosts") for e in ok(api.get("/audit?limit=all"))["audit"] if e["verb"] == "execute"] == [None, 1, 2]
    assert sql.column("select arguments from work.runs") == [{}] * 3


def test_without_an_inventory_it_is_these_names_and_nothing_else(admin, sql):
    names = ["web9", "web_1.example.com", "10.0.0.1", "fe80::1", "m\u00fcnchen"]
    assert play(admin, hosts=names) == {"detail": "Started at 5 hosts.", "history_id": 1}
    assert (shown(admin, 1)["hosts"], shown(admin, 1)["inventory"]) == (names, None)
    told = said(admin.post(MODULE, {"hosts": ["web9"], "module": "ping"}), 201)
    assert told["detail"] == "Started at 1 host." and sql.one("select host_pattern from work.runs where id = 2") == "all"
    assert said(admin.post(MODULE, {"hosts": ["web9", "web8"], "module": "ping", "group": "web9"}), 201)["history_id"] == 3
    assert sql.column("select bare from work.runs order by id") == [True] * 3


def test_names_that_the_inventory_does_not_have_are_told(admin, sql):
    for hosts, why in ((["web5"], "web5"), (["h", "web5", "WEB1", "web[1:4]"], "web5, WEB1, web[1:4]"), ([f"a{i}" for i in range(13)] + ["h"],
                       "a0, a1, a2, a3, a4, a5, a6, a7, a8, a9 and 3 more")):
        assert play(admin, 400, inventory=1, hosts=hosts) == {"detail": {"hosts": [f"Not in the inventory: {why}."]}}
    assert play(admin, 400, inventory=2, hosts=["h"]) == {"detail": {"hosts": ["Not in the inventory: h."]}}
    assert sql.one("select count(*) from work.runs") == 0


def test_a_list_that_is_none_is_refused_by_its_name(admin, sql):
    name, no_list = "A name is a text of 1 to 512 characters in one line.", 'Expected a list of items but got type "{}".'
    for hosts, why in (([], "This list may not be empty."), (None, no_list.format("NoneType")), ("h", no_list.format("str")), ({}, no_list.format("dict")),
                       ([1], name), ([None], name), ([["h"]], name), ([""], name), (["h\n"], name), (["h\x7f"], name), (["x" * 513], name),
                       ([f"h{i}" for i in range(100001)], "Ensure this field has no more than 100000 elements.")):
        for body in ({"inventory": 1}, {}):
            assert play(admin, 400, hosts=hosts, **body) == {"hosts": [why]}, hosts
            assert said(admin.post(MODULE, {"module": "ping", "hosts": hosts, **body}), 400) == {"hosts": [why]}
    assert said(admin.post(PLAY, b"inventory=1&playbook=x.yml&hosts=h", {"Content-Type": "application/x-www-form-urlencoded"}),
                400) == {"hosts": [no_list.format("str")]}
    assert sql.one("select count(*) from work.runs") == 0


def test_a_bare_name_can_say_nothing_but_a_name(admin):
    """What a line of an inventory would take for variables, a range, a section or a comment."""
    bad = ["a b", "h ansible_connection=local", "h[1:3]", "[web]", "#h", "h;x", "h:22", "all", "ungrouped", "-h", "h-", "h,i", "h=1", '"h"', "h'", "h\u2028i", "[::1]", "::1 x=1", "fe80::"]
    for name in bad:
        assert play(admin, 400, hosts=["h", name]) == {"detail": {"hosts": [f"No names of hosts: {name}."]}}, name
    assert play(admin, 400, hosts=bad)["detail"]["hosts"][0].endswith(" and 9 more.")


def test_of_an_inventory_that_is_a_file_limit_says_on_which_hosts(admin):
    assert play(admin, 400, inventory="hosts", hosts=["h"]) == {
        "detail": {"hosts": ["Of an inventory that is a file of the project, limit says on which hosts."]}}
    play(admin, inventory="hosts", limit="h")
    play(admin, inventory=1, hosts=["h", "web1"], limit="h")


def test_a_template_has_no_hosts(admin):
    assert "hosts" in str(said(admin.post("/templates/", {"name": "t", "kind": "Task", "data": {"playbook": "x.yml", "project": 1, "inventory": 1, "hosts": ["h"]}}), 400))


def test_who_sees_a_run_of_bare_names_sees_it_by_the_project_alone(admin, ann, bob, sql):
    said(admin.post("/projects/1/permissions/", [grant(ann.id, "EXECUTOR")]))
    assert play(ann, 403, inventory=1, hosts=["h"]) == {"detail": "You don't have permission to inventory."}
    assert play(bob, 403, hosts=["h"]) == FORBIDDEN
    play(admin, hosts=["h"]), play(ann, hosts=["h"]), play(admin, inventory=1, hosts=["h"])
    assert (ids(ann.get("/history/")), ids(bob.get("/history/"))) == ([2, 1], [])
    sql.run("update work.runs set status = 'OK', stop_time = now()")
    assert said(ann.delete("/history/1/"), 403) == FORBIDDEN
    said(admin.post("/projects/1/permissions/", [grant(ann.id, "EDITOR")]))
    gone(ann.delete("/history/1/"))
    gone(admin.delete("/inventories/1/"))
    # Its inventory is gone: who might see it by that nobody can tell any more.
    said(admin.post("/projects/1/permissions/", [grant(bob.id, "EXECUTOR")]))
    assert (ids(bob.get("/history/")), ids(ann.get("/history/"))) == ([2], [3, 2])
    assert shown(ann, 3)["hosts"] == ["h"]


def test_a_hundred_thousand_are_named(admin, sql):
    names = [f"m{i}.example.com" for i in range(100000)]
    assert play(admin, hosts=names)["detail"] == "Started at 100000 hosts."
    assert shown(admin, 1)["hosts"] == names
