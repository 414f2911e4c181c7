"""GET /search: things by a few letters of them. How it finds them: tests/sql/search.sql."""
import urllib.parse

import pytest

from client import created, ok, refused
from instance import PASSWORD
from people import person
from world import World

pytestmark = pytest.mark.noreset
KINDS = ["hosts", "quests", "eventTypes", "fates", "owners", "tags", "groups", "projects", "inventories", "inventoryGroups", "templates", "users"]


@pytest.fixture(scope="module", autouse=True)
def seeded(instance, session_sql, api):
    session_sql.run("select house.reset()")
    world = World(api)
    world.chain("system-reboot required", "system-reboot completed")
    created(api.post("/hosts", {"hosts": [{"hostname": h} for h in ("web-1.ams", "Web-2.fra", "proxy-web", "db-1", "a b/c%_")]}))
    ok(api.put("/hosts/web-1.ams", {"owner": "team-web", "tags": ["web", "env=prod"]}))
    ok(api.put("/hosts/db-1", {"owner": "Zoe", "tags": ["db", "env=prod"]}))
    world.quest(1, "web-1.ams", "Web-2.fra", description="Reboot the web servers into kernel 6")
    world.quest(1, "db-1", description="Reboot databases")
    for name in ("webservers", "the-web"):
        assert api.polemarch.post("/groups/", {"name": name}).status_code == 201
    for path, body in (("inventories", {"name": "Web of all"}), ("projects", {"name": "the web", "repository": "x", "vars": {"repo_type": "MANUAL"}}),
                       ("templates", {"name": "webbing", "kind": "Task", "data": {}}), ("projects", {"name": "Webber", "repository": "x", "vars": {"repo_type": "MANUAL"}})):
        assert api.polemarch.post(f"/{path}/", body).status_code == 201
    for name in ("cobweb", "Webster"):
        person(session_sql, name)


def search(api, q, **query):
    said = ok(api.get("/search?" + urllib.parse.urlencode({"q": q, **query})))
    assert said.pop("href").startswith(api.base + "/search?q=")
    return said


def test_each_kind_is_found(api):
    base = api.base
    assert search(api, "WEB") == {
        "hosts": [{"id": 1, "hostname": "web-1.ams", "owner": "team-web", "href": base + "/hosts/web-1.ams"},
                  {"id": 2, "hostname": "Web-2.fra", "owner": None, "href": base + "/hosts/Web-2.fra"},
                  {"id": 3, "hostname": "proxy-web", "owner": None, "href": base + "/hosts/proxy-web"}],
        "hostsMore": False,
        "quests": [{"id": 1, "description": "Reboot the web servers into kernel 6", "completionTime": None, "href": base + "/quests/1"}],
        "eventTypes": [], "fates": [], "owners": ["team-web"], "tags": ["web"], "groups": ["webservers", "the-web"],
        "inventoryGroups": [{"id": 1, "name": "webservers"}, {"id": 2, "name": "the-web"}], "inventories": [{"id": 1, "name": "Web of all"}],
        "projects": [{"id": 2, "name": "Webber"}, {"id": 1, "name": "the web"}], "templates": [{"id": 1, "name": "webbing"}],
        "users": [{"id": 3, "name": "Webster"}, {"id": 2, "name": "cobweb"}]}
    said = search(api, "reboot comp")
    assert said["eventTypes"] == [{"id": 2, "category": "system-reboot", "state": "completed", "href": base + "/eventtypes/2"}]
    assert search(api, "of 2")["fates"] == [{"id": 2, "description": "fate of 2", "href": base + "/fates/2"}]
    assert [q["id"] for q in search(api, "reboot")["quests"]] == [2, 1]
    assert [q["id"] for q in search(api, "#2")["quests"]] == [2]
    assert search(api, "zo")["owners"] == ["Zoe"]
    assert search(api, "env=")["tags"] == ["env=prod"]


def test_signs_mean_themselves(api):
    for q in ("b/c", "c%", "%_", "a b", "_"):
        assert [h["hostname"] for h in search(api, q)["hosts"]] == ["a b/c%_"], q
    for q in ("nobody", "'", "\\", "☃", "%%", "a%c", "x" * 200):
        assert not any(search(api, q).values()), q


def test_only_what_is_asked_for_is_looked_for(api):
    assert search(api, "web", kinds="owners,tags").keys() == {"owners", "tags"}
    for kind in KINDS:
        assert search(api, "web", kinds=kind).keys() == ({kind, "hostsMore"} if kind == "hosts" else {kind})
    assert search(api, "web").keys() == {*KINDS, "hostsMore"}


def test_at_most_so_many_are_told(api):
    said = search(api, "web", limit=2)
    assert (len(said["hosts"]), said["hostsMore"]) == (2, True)
    said = search(api, "web", limit=3)
    assert (len(said["hosts"]), said["hostsMore"]) == (3, False)
    assert len(search(api, "web", limit=1, kinds="groups")["groups"]) == 1
    ok(api.get("/search?q=web&limit=50"))


@pytest.mark.parametrize("query, name", [
    ("", "q"), ("q=", "q"), ("q=%20%20", "q"), ("q=" + "x" * 201, "q"), ("q=x&limit=0", "limit"), ("q=x&limit=51", "limit"),
    ("q=x&limit=-1", "limit"), ("q=x&limit=all", "limit"), ("q=x&limit=1.5", "limit"), ("q=x&limit=" + "9" * 19, "limit"),
    ("q=x&kinds=host", "kinds"), ("q=x&kinds=hosts,", "kinds"), ("q=x&kinds=hosts,%20tags", "kinds"), ("q=x&kinds=HOSTS", "kinds")])
def test_a_senseless_question_is_refused_by_name(api, query, name):
    assert refused(api.get("/search?" + query), 400).startswith(name + ":")


def test_groups_are_shown_to_whom_they_are_shown(api, session_sql):
    person(session_sql, "stranger")
    stranger = api.signed_in("stranger", PASSWORD)
    said = search(stranger, "web")
    assert (said["groups"], len(said["hosts"])) == ([], 3)
    session_sql.run("select people.grants_put('group', 1, array[(select id from people.users where username = 'stranger')], '{EXECUTOR}')")
    assert search(stranger, "web")["groups"] == ["webservers"]
    assert search(stranger, "web", kinds="inventoryGroups") == {"inventoryGroups": [{"id": 1, "name": "webservers"}]}
    mine = {"projects", "inventories", "templates"}
    assert not any(search(stranger, "web", kinds=",".join(mine)).values())
    session_sql.run("select people.grants_put('template', 1, array[(select id from people.users where username = 'stranger')], '{EXECUTOR}')")
    assert search(stranger, "web", kinds=",".join(mine)) == {"projects": [], "inventories": [], "templates": [{"id": 1, "name": "webbing"}]}


def test_what_a_host_loses_is_not_found(api):
    ok(api.put("/hosts/db-1", {"owner": "adam", "tags": ["env=test"]}))
    assert (search(api, "zoe")["owners"], search(api, "ada")["owners"]) == ([], ["adam"])
    assert (search(api, "db")["tags"], search(api, "env=")["tags"]) == ([], ["env=prod", "env=test"])
    ok(api.put("/hosts/db-1", {"hostname": "database"}))
    assert [h["hostname"] for h in search(api, "data")["hosts"]] == ["database"] and search(api, "db-1")["hosts"] == []
