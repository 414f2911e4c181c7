"""Host queries by what inventories say of machines: groups, and variables of hosts, groups and inventories. Who asks finds only
by what he sees, and nobody by a secret. What else a query means: test_host_queries.py."""
import urllib.parse

import pytest

from client import created, ok, refused
from polemarch import People, grant, said, withdraw
from world import World

FLEET = ["free", "tagged", "web1", "web2", "db1", "r1", "r2", "r3", "lone", "both"]
SECRET = {"ansible_ssh_pass": "x", "repo_key": "y"}


class Inventories:
    """Objects of who asks, made by the API; ids by name."""

    def __init__(self, client):
        self.client = client

    def make(self, path, **body):
        return said(self.client.post(path, body), 201)["id"]

    def host(self, name, type="HOST", **vars):
        return self.make("/hosts/", name=name, type=type, vars=vars)

    def group(self, name, *ids, children=False, **vars):
        id = self.make("/groups/", name=name, children=children, vars=vars)
        said(self.client.post(f"/groups/{id}/{'groups' if children else 'hosts'}/", list(ids)))
        return id

    def inventory(self, hosts=(), groups=(), **vars):
        id = self.make("/inventories/", vars=vars)
        said(self.client.post(f"/inventories/{id}/hosts/", list(hosts)))
        said(self.client.post(f"/inventories/{id}/groups/", list(groups)))
        return id


def build(client):
    """Hosts 1 web1, 2 web2, 3 db1, 4 r[1:3], 5 lone, 6 both. Groups 1 web (web1, web2), 2 db (db1, r, both), 3 blue (both),
    4 prod [web], 5 top [prod, db]. Inventory 1: lone, blue, top."""
    i = Inventories(client)
    web1, web2 = i.host("web1", dc="host", port=22, up=True, **SECRET), i.host("web2", port=0.5, up=False, rack=None, note="a b")
    db1, r, lone, both = i.host("db1", tree={"a": [1]}), i.host("r[1:3]", "RANGE", rack="r"), i.host("lone", **SECRET), i.host("both")
    web = i.group("web", web1, web2, tier="front", port=80, **SECRET)
    db, blue = i.group("db", db1, r, both, tier="back"), i.group("blue", both, tier="blue", dc="blue")
    prod = i.group("prod", web, children=True, dc="prod", tier="none")
    top = i.group("top", prod, db, children=True, dc="top", stage="live")
    i.inventory([lone], [blue, top], dc="inv", stage="dead", owner_team="x", **SECRET)


@pytest.fixture(scope="module")
def built(api, session_sql):
    session_sql.run("select house.reset()")
    created(api.post("/hosts", {"hosts": [{"hostname": name} for name in ("free", "tagged")]}))
    ok(api.put("/hosts/tagged", {"tags": ["dc=prod", "web"]}))
    build(api.polemarch)


def found(client, query):
    said = ok(client.hermes.get(f"/extquery?query={urllib.parse.quote(query, safe='')}"))["results"]
    assert said == [h["hostname"] for h in ok(client.hermes.get(f"/hosts?limit=all&hostQuery={urllib.parse.quote(query, safe='')}"))["hosts"]]
    return said


def but(*names):
    return [n for n in FLEET if n not in names]


RACK = ["r1", "r2", "r3"]


@pytest.mark.noreset
@pytest.mark.parametrize("query, names", [
    ("group=web", ["tagged", "web1", "web2"]), ("tag=web", ["tagged"]), ("group=db", ["db1", *RACK, "both"]), ("group=blue", ["both"]),
    ("group=prod", ["web1", "web2"]), ("group=top", but("free", "tagged", "lone")), ("group=p*", ["web1", "web2"]), ("group~^(blue|prod)$", ["web1", "web2", "both"]),
    ("group=WEB", []), ("group=all", []), ("group=*", but("free", "lone")), ("group!=top", ["free", "tagged", "lone"]), ("not group=web", but("tagged", "web1", "web2")),
    ("group=db and group=blue", ["both"]), ("group=top and not (group=web or group=blue)", ["db1", *RACK]), ("group=prod, lone", ["web1", "web2", "lone"]), ('group="w*"', [])])
def test_a_group_is_all_hosts_in_it_and_in_the_groups_in_it(built, api, query, names):
    assert found(api, query) == names


@pytest.mark.noreset
@pytest.mark.parametrize("query, names", [
    ("dc=host", ["web1"]), ("dc=prod", ["tagged", "web2"]), ("dc=top", ["db1", *RACK, "both"]), ("dc=inv", ["lone"]), ("dc=blue", ["both"]),
    ("dc=*", but("free")), ("dc~^(host|inv)$", ["web1", "lone"]), ("dc!=top", ["free", "tagged", "web1", "web2", "lone"]), ("not dc=*", ["free"]),
    ("tier=front", ["web1", "web2"]), ("tier=none", []), ("tier=b*", ["db1", *RACK, "both"]), ("tier=blue", ["both"]), ("stage=live", but("free", "tagged", "lone")),
    ("stage=dead", ["lone"]), ("owner_team=x", but("free", "tagged")), ("DC=top", []), ("dc=top and not group=blue", ["db1", *RACK]), ("dc=prod and group=prod", ["web2"]),
    ("group=top and not dc=host and not tier=back", ["web2"])])
def test_of_a_variable_the_host_counts_before_its_groups_these_before_theirs_and_the_inventory_last(built, api, query, names):
    """Of several groups beside each other each counts."""
    assert found(api, query) == names


@pytest.mark.noreset
@pytest.mark.parametrize("query, names", [
    ("port=22", ["web1"]), ("port=0.5", ["web2"]), ("port=80", []), ("port~^[0-9]+$", ["web1"]), ("up=True", ["web1"]), ("up=False", ["web2"]), ("up=true", []),
    ("rack=r", RACK), ("rack=None", []), ("rack=*", RACK), ("note='a b'", ["web2"]), ("note=a*", ["web2"]), ("tree~'\"a\"'", ["db1"])])
def test_values_are_compared_as_text_and_null_is_none(built, api, query, names):
    assert found(api, query) == names


@pytest.mark.noreset
@pytest.mark.parametrize("key", ["ansible_ssh_pass", "repo_key"])
def test_nothing_is_found_by_a_secret(built, api, key):
    for query in (f"{key}=x", f"{key}=y", f"{key}=*", f"{key}~.", f"{key}~ENC", f"{key}='[~~ENCRYPTED~~]'", f"{key}~sealed"):
        assert found(api, query) == []
    assert found(api, f"not {key}=x") == found(api, f"{key}!=x") == FLEET


# ---- what one sees

@pytest.mark.noreset
def test_one_finds_only_by_what_he_sees(built, api, session_sql):
    people = People(api, session_sql)
    bob = people.new("bob the viewer")
    pole = api.polemarch

    def shared(path, *queries):
        """What these find when that is shared with him."""
        said(pole.post(f"{path}permissions/", [grant(bob.id, "EXECUTOR")]))
        answers = [found(bob, query) for query in queries]
        said(withdraw(pole)(f"{path}permissions/", [grant(bob.id, "EXECUTOR")]))
        return answers
    for query in ("group=*", "dc=top", "port=22", "owner_team=*"):
        assert found(bob, query) == (["tagged"] if query == "group=*" else [])
    assert found(bob, "dc=*") == ["tagged"] and found(bob, "not dc=top") == FLEET and found(bob, "web*") == ["web1", "web2"]
    assert shared("/hosts/1/", "dc=host", "dc=*", "group=web", "port=22", "tier=*") == [["web1"], ["tagged", "web1"], ["tagged"], ["web1"], []]
    assert shared("/groups/1/", "group=web", "tier=front", "dc=prod", "dc=*", "group=top") == [["tagged", "web1", "web2"], ["web1", "web2"], ["tagged"], ["tagged", "web1"], []]
    assert shared("/groups/4/", "group=prod", "group=web", "dc=prod") == [["web1", "web2"], ["tagged", "web1", "web2"], ["tagged", "web2"]]
    assert shared("/groups/3/", "dc=blue", "dc=top", "dc=*") == [["both"], [], ["tagged", "both"]]
    assert shared("/inventories/1/", "owner_team=x", "dc=inv", "group=top") == [but("free", "tagged"), ["lone"], but("free", "tagged", "lone")]
    assert found(bob, "group=top") == []


def test_each_ones_groups_and_variables_are_his_own(api, ann, bob):
    mine, his = Inventories(ann), Inventories(bob)
    mine.group("web", mine.host("a", dc="x"))
    his.group("web", his.host("b", dc="x"), his.host("a", dc="y"))
    for query, of_ann, of_bob, of_admin in (("group=web", ["a"], ["a", "b"], ["a", "b"]), ("dc=x", ["a"], ["b"], ["a", "b"]), ("dc=y", [], ["a"], ["a"]),
                                            ("dc=x and dc=y", [], [], ["a"]), ("not dc=x", ["b"], ["a"], [])):
        assert (found(ann, query), sorted(found(bob, query)), sorted(found(api, query))) == (of_ann, of_bob, of_admin)


def test_a_team_sees_for_its_members(api, ann, bob, sql):
    Inventories(ann).group("web", Inventories(ann).host("a"))
    assert said(api.polemarch.post("/teams/", {"name": "t", "users_list": [bob.id]}), 201)["id"] == 1
    assert found(bob, "group=web") == []
    said(ann.post("/groups/1/permissions/", [grant(1, "EXECUTOR", "team")]))
    assert found(bob, "group=web") == ["a"]


# ---- what changes

def test_what_is_moved_renamed_or_deleted_is_found_as_it_is_now(api):
    i, pole = Inventories(api.polemarch), api.polemarch
    web, top = i.group("web", i.host("a"), i.host("b[1:2]", "RANGE", dc="x")), i.group("top", children=True, dc="t")
    assert (found(api, "group=web"), found(api, "group=top"), found(api, "dc=x")) == (["a", "b1", "b2"], [], ["b1", "b2"])
    said(pole.post(f"/groups/{top}/groups/", [web]))
    assert (found(api, "group=top"), found(api, "dc=t")) == (["a", "b1", "b2"], ["a"])
    said(pole.patch("/hosts/2/", {"name": "b[2:3]", "vars": {}}))
    assert (found(api, "group=top"), found(api, "dc=t"), found(api, "dc=x")) == (["a", "b2", "b3"],) * 2 + ([],)
    said(pole.patch(f"/groups/{web}/", {"name": "www"}))
    assert (found(api, "group=web"), found(api, "group=www")) == ([], ["a", "b2", "b3"])
    said(withdraw(pole)(f"/groups/{web}/hosts/", [2]))
    assert found(api, "group=top") == ["a"]
    assert pole.delete("/groups/1/").status_code == 204
    assert found(api, "group=top, group=www") == [] and found(api, "*") == ["a", "b1", "b2", "b3"]


# ---- where hosts are needed

def test_quests_and_events_are_made_and_found_by_groups_and_variables(api, sql, ann, bob):
    world = World(api)
    world.chain("reboot required", "reboot completed")
    i = Inventories(ann)
    i.group("top", i.group("web", i.host("w[1:2]", "RANGE", dc="x")), children=True)
    body = {"fateId": 1, "creator": "johnny", "description": "x"}
    quest = created(ann.hermes.post("/quests", {**body, "hostQuery": "group=top and not dc=y"}))
    assert [l["hostId"] for l in quest["labors"]] == [1, 2]
    for query in ("group=top", "dc=x"):
        refused(bob.hermes.post("/quests", {**body, "hostQuery": query}), 400, "No hosts found with given list")
        refused(bob.hermes.post("/events", {"user": "johnny", "eventTypeId": 2, "hostQuery": query}), 400, "No hosts found with given list")
    assert [e["hostId"] for e in created(ann.hermes.post("/events", {"user": "johnny", "eventTypeId": 2, "hostQuery": "dc=x and w1", "hostname": "new"}))["events"]] == [1, 3]
    for client, query, n in ((ann, "group=web", 2), (ann, "dc=x", 2), (ann, "group=web and w2", 1), (bob, "group=web", 0), (bob, "not group=web", 2)):
        assert ok(client.hermes.get(f"/labors?hostQuery={urllib.parse.quote(query)}"))["totalLabors"] == n
        assert ok(client.hermes.get(f"/quests?hostQuery={urllib.parse.quote(query)}"))["totalQuests"] == (n > 0)
    assert ok(ann.hermes.get("/events?hostQuery=group%3Dweb"))["totalEvents"] == 3
