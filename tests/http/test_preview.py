"""POST /events/preview: what an event would do is what it does. POST /hosts/check: what is known of hosts before that. The law itself:
tests/sql/preview.sql, hosts_check.sql."""
import random

import pytest

from client import created, ok, refused
from instance import PASSWORD
from people import person

ALL = "?limit=all"


def preview(api, type_id, **body):
    said = ok(api.post("/events/preview", {"user": "johnny", "eventTypeId": type_id, **body}))
    assert said.pop("href") == api.base + "/events/preview"
    return said


def state(api):
    """All that an event could change, by the API itself."""
    return [ok(api.get(f"/{what}{ALL}")) for what in ("hosts", "events", "labors", "quests", "letters")]


def test_a_chain_is_foretold_step_by_step(api, world):
    ready, done = world.chain("drain required", "drain ready", "drain done")[1:]
    quest = world.quest(1, "web1", "web2")["id"]
    world.throw(1, "web3")
    before = state(api)
    said = preview(api, ready, hostnames=["web1", "web2", "web3", "new"])
    assert said == {
        "eventTypeId": ready, "hosts": 4, "newHosts": 1, "unmoved": 1, "completes": [], "restricted": False, "may": True,
        "opens": [{"fateId": 2, "questId": None, "labors": 1}, {"fateId": 2, "questId": quest, "labors": 2}],
        "closes": [{"fateId": 1, "closingFateId": 2, "questId": None, "labors": 1},
                   {"fateId": 1, "closingFateId": 2, "questId": quest, "labors": 2}]}
    assert state(api) == before
    world.throw(ready, "web1", "web2", "web3", "new")
    assert preview(api, done, questId=quest) == {
        "eventTypeId": done, "hosts": 2, "newHosts": 0, "unmoved": 0, "completes": [quest], "restricted": False, "may": True,
        "opens": [], "closes": [{"fateId": 2, "closingFateId": 3, "questId": quest, "labors": 2}]}


def test_hosts_come_from_a_query_too(api, world):
    world.chain("reboot required", "reboot completed")
    world.throw(1, "web1", "web2", "db1")
    assert preview(api, 2, hostQuery="web*")["hosts"] == 2
    assert preview(api, 2, hostQuery="web*", hostname="db1", hostnames=["web1", "x"])["hosts"] == 4
    refused(api.post("/events/preview", {"user": "x", "eventTypeId": 2, "hostQuery": "nothing*"}), 400, "No hosts found with given list")
    assert refused(api.post("/events/preview", {"user": "x", "eventTypeId": 2, "hostQuery": "a b"}), 400).startswith("hostQuery: column ")


def test_the_next_things_have_the_next_numbers(api, world):
    """A preview uses up none."""
    world.chain("reboot required", "reboot completed")
    for _ in range(3):
        preview(api, 1, hostnames=["a", "b"])
    assert world.throw(1, "c") == [1]
    assert (world.host("c")["id"], world.labors()[0]["id"]) == (1, 1)


def test_it_is_refused_as_the_event_would_be(api, world):
    world.chain("reboot required", "reboot completed")
    for body in ({}, {"user": "x"}, {"user": "x", "eventTypeId": 77, "hostname": "a"}, {"user": "x", "eventTypeId": 1},
                 {"user": "x", "eventTypeId": 1, "questId": 77}, {"user": "x", "eventTypeId": 1, "hostnames": ["x" * 129]},
                 {"user": "x", "eventTypeId": 1, "hostname": "a", "note": 5}):
        answer = api.post("/events", body)
        assert refused(api.post("/events/preview", body), answer.status_code) == answer.json()["error"]["message"]


def test_who_may_not_throw_it_is_told_so_and_what_it_would_do(far, far_world, far_sql, far_set):
    far_world.fate(far_world.type("disk failing", restricted=True))
    person(far_sql, "johnny")
    johnny = far.signed_in("johnny", PASSWORD)
    body = {"user": "johnny", "eventTypeId": 1, "hostname": "web"}
    assert [preview(who, 1, hostname="web")["may"] for who in (johnny, far)] == [True, True]
    far_set(may_throw_restricted="superusers")
    said = [preview(who, 1, hostname="web") for who in (johnny, far)]
    assert [(s["restricted"], s["may"], s["opens"]) for s in said] == [
        (True, may, [{"fateId": 1, "questId": None, "labors": 1}]) for may in (False, True)]
    refused(johnny.post("/events", body), 403, "This is for administrators.")
    created(far.post("/events", body))


@pytest.mark.parametrize("seed", range(6))
def test_in_random_worlds_what_is_foretold_is_done(api, world, sql, seed):
    """Over HTTP, by whatever names the hosts: the events that follow one another."""
    draw = random.Random(seed)
    types = [world.type(f"type {i}") for i in range(4)]
    fates = []
    for _ in range(7):
        fates.append(world.fate(draw.choice(types), draw.choice([None, *fates])))
    quests = []
    for _ in range(12):
        hosts = [f"h{draw.randrange(9)}" for _ in range(draw.randrange(1, 5))]
        if draw.random() < 0.4:
            quests.append(world.quest(draw.choice(fates), *hosts)["id"])
        body = {"user": "johnny", "eventTypeId": draw.choice(types)}
        body |= {"questId": draw.choice(quests)} if quests and draw.random() < 0.4 else {}
        body |= {"hostQuery": "h1 or h2*"} if quests and draw.random() < 0.2 else {}
        body |= {"hostnames": hosts} if "questId" not in body or draw.random() < 0.5 else {}
        said = preview(api, body["eventTypeId"], **body)
        known, complete = world_figures(sql)
        answer = created(api.post("/events", body))
        events = [e["id"] for e in answer["events"]] if "events" in answer else [answer["id"]]
        now_known, now_complete = world_figures(sql)
        labors = world.labors()
        opened = [(l["fateId"], l["questId"]) for l in labors if l["creationEventId"] in events]
        closed = [(l["fateId"], l["closingFateId"], l["questId"]) for l in labors if l["completionEventId"] in events]
        moved = {l[k] for l in labors for k in ("creationEventId", "completionEventId") if l[k] in events}
        assert (said["hosts"], said["newHosts"], said["unmoved"]) == (len(events), now_known - known, len(events) - len(moved))
        assert sorted(((o["fateId"], o["questId"]) for o in said["opens"] for _ in range(o["labors"])), key=str) == sorted(opened, key=str)
        assert sorted(((c["fateId"], c["closingFateId"], c["questId"]) for c in said["closes"] for _ in range(c["labors"])),
                      key=str) == sorted(closed, key=str)
        assert set(now_complete) - set(complete) <= set(said["completes"]) <= set(now_complete)


def world_figures(sql):
    return sql.one("select count(*) from fate.hosts"), sql.column("select id from fate.quests where completion_time is not null")


# ---- hosts

def check(api, **body):
    said = ok(api.post("/hosts/check", body))
    assert said.pop("href") == api.base + "/hosts/check"
    return said


def test_hosts_are_known_or_new_busy_or_without_an_owner(api, world):
    world.chain("reboot required", "reboot completed")
    world.fate(world.type("audit required"))
    world.throw(1, "web1", "web2")
    world.throw(3, "db1")
    world.throw(2, "web2")
    ok(api.put("/hosts/web1", {"owner": "zoe"}))
    names = ["web2", "new", "web1", "db1", "new", "x" * 129, ""]
    assert check(api, hostnames=names) == {
        "hosts": 4, "known": 3, "withoutOwner": 3, "new": {"total": 1, "names": ["new"]},
        "withLabor": {"total": 2, "names": ["web1", "db1"]}, "invalid": {"total": 2, "names": ["x" * 129, ""]}}
    assert check(api, hostnames=names, fateId=2)["withLabor"] == {"total": 1, "names": ["web1"]}
    assert check(api, hostQuery="web*", fateId=3)["withLabor"] == {"total": 0, "names": []}
    assert ok(api.get("/hosts"))["totalHosts"] == 3


def test_hosts_of_a_quest_are_checked_with_others(api, world):
    world.chain("reboot required", "reboot completed")
    quest = world.quest(1, "a", "b")["id"]
    said = check(api, questId=quest, hostnames=["b", "c"], hostQuery="a or b")
    assert (said["hosts"], said["known"], said["new"]["names"], said["withLabor"]["names"]) == (3, 2, ["c"], ["b", "a"])


def test_a_list_that_is_none_is_refused_and_so_is_nothing(api):
    refused(api.post("/hosts/check", {}), 400, "hostnames, hostQuery or questId: one of them is needed")
    refused(api.post("/hosts/check", {"hostnames": "a"}), 400, "hostnames: must be a list of host names")
    refused(api.post("/hosts/check", {"hostnames": ["a"], "fateId": 7}), 400, "Bad fate id 7")
    refused(api.post("/hosts/check", {"questId": 7}), 404, "No such Quest 7 found")


def test_a_hundred_thousand_names_are_checked_at_once(api, world):
    world.chain("reboot required", "reboot completed")
    world.throw(1, *(f"h{i}" for i in range(2000)))
    said = check(api, hostnames=[f"h{i}" for i in range(100000)])
    assert (said["hosts"], said["known"], said["new"]["total"], said["withLabor"]["total"]) == (100000, 2000, 98000, 2000)
    assert said["new"]["names"] == [f"h{i}" for i in range(2000, 3000)]
    said = preview(api, 2, hostnames=[f"h{i}" for i in range(100000)])
    assert (said["hosts"], said["newHosts"], said["unmoved"], said["closes"]) == (
        100000, 98000, 98000, [{"fateId": 1, "closingFateId": 2, "questId": None, "labors": 2000}])


def test_a_host_may_be_called_check_or_preview(api):
    created(api.post("/hosts", {"hosts": [{"hostname": "check"}, {"hostname": "preview"}]}))
    assert ok(api.get("/hosts/check"))["id"] == 1
    assert ok(api.put("/hosts/check", {"hostname": "checked"}))["hostname"] == "checked"


def test_a_query_server_knows_owners_and_what_a_query_means(far, far_set, outside):
    far_set(query_timeout=1)
    outside.owners.update({"w1": "zoe", "w9": "adam"})
    outside.hosts["any=thing"] = ["w1", "w9", "w2"]
    created(far.post("/hosts", {"hostname": "w1"}))
    said = check(far, hostQuery="any=thing", hostnames=["w3"])
    assert (said["hosts"], said["known"], said["withoutOwner"]) == (4, 1, 2)
    outside.query.answer = lambda r: (500, {}, b"")
    assert check(far, hostnames=["w1", "w7"])["withoutOwner"] is None
    refused(far.post("/hosts/check", {"hostQuery": "other=thing"}), 502)
