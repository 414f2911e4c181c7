"""GET and PUT /labors and /labors/N. How labors open and close is told in test_fate_engine.py, what
hostQuery and userQuery mean in test_host_queries.py."""
import random

import pytest

from client import at_once, created, ok, refused


@pytest.fixture
def reboot(world):
    """Types 1 (required) and 2 (completed), fates 1 and 2."""
    return world.chain("reboot required", "reboot completed")


def ids(api, query=""):
    said = ok(api.get("/labors" + query))
    if "limit" not in query and "offset" not in query:
        assert said["totalLabors"] == len(said["labors"])
    return [l["id"] for l in said["labors"]]


def test_a_labor_without_a_quest_shows_no_target_time(api, world, reboot):
    world.throw(1, "web")
    at = ok(api.get("/events/1"))["timestamp"]
    assert world.labor(1) == {
        "id": 1, "startingLaborId": None, "questId": None, "hostId": 1, "fateId": 1, "closingFateId": None,
        "forCreator": False, "forOwner": True, "creationTime": at, "creationEventId": 1, "completionTime": None,
        "completionEventId": None, "ackUser": None, "ackTime": None, "href": api.base + "/labors/1"}


def test_a_labor_of_a_quest_shows_the_quests_target_time_or_null(api, world, reboot):
    world.quest(1, "web")
    world.quest(1, "db", targetTime="2038-01-19 03:14:07.000123")
    assert world.labor(1)["targetTime"] is None and "targetTime" in world.labor(1)
    assert world.labor(2)["targetTime"] == "2038-01-19 03:14:07.000123"


def test_a_closed_labor_names_what_closed_it_and_when(api, world, reboot):
    world.throw(1, "web")
    world.throw(2, "web")
    labor = world.labor(1)
    assert (labor["closingFateId"], labor["completionEventId"]) == (2, 2)
    assert labor["completionTime"] == ok(api.get("/events/2"))["timestamp"]


def test_an_unknown_labor_is_not_found(api):
    refused(api.get("/labors/7"), 404, "No such Labor 7 found")
    refused(api.put("/labors/7", {"ackUser": "johnny"}), 404, "No such Labor 7 found")


def test_labors_are_listed_the_oldest_first_ten_at_a_time(api, world, reboot):
    for _ in range(12):
        world.throw(1, "web")
    said = ok(api.get("/labors"))
    assert (said["limit"], said["offset"], said["totalLabors"]) == (10, 0, 12)
    assert [l["id"] for l in said["labors"]] == list(range(1, 11))
    assert ids(api, "?limit=1&offset=10") == [11]
    assert ids(api, "?limit=all&offset=1") == list(range(2, 13))


def test_with_hostname_the_newest_are_listed_oldest_first(api, world, reboot):
    for host in ("web", "db", "web", "web"):
        world.throw(1, host)
    assert ids(api, "?hostname=web&limit=2") == [3, 4]
    assert ids(api, "?hostname=web&limit=2&offset=1") == [1, 3]
    assert ids(api, "?hostname=web") == [1, 3, 4]
    refused(api.get("/labors?hostname=nobody"), 400, "No host nobody found")


def test_open_filters_and_other_words_do_not(api, world, reboot):
    world.throw(1, "web", "db")
    world.throw(2, "db")
    for query in ("", "&questId=", "&hostname=", "&category=reboot"):
        assert ids(api, "?open=true" + query) == [1], query
        assert ids(api, "?open=FALSE" + query) == [2], query
        assert ids(api, "?open=maybe" + query) == [1, 2], query
        assert ids(api, "?open=" + query) == [1, 2], query
    assert ids(api, "?hostname=db&open=true") == []


def test_a_starting_labor_brings_its_chain(api, world):
    world.chain("work required", "work ready", "work completed")
    for type in (1, 2, 1, 2, 3):
        world.throw(type, "web")
    chain = {l["id"]: l["startingLaborId"] for l in world.labors()}
    assert chain == {1: None, 2: 1, 3: None, 4: 3}
    assert ids(api, "?startingLaborId=1") == [1, 2]
    assert ids(api, "?startingLaborId=3") == [3, 4]
    assert ids(api, "?startingLaborId=4") == [4]
    assert ids(api, "?startingLaborId=1&open=false&hostname=web") == [1, 2]
    assert ids(api, "?startingLaborId=77") == []


def test_a_quest_brings_its_labors(api, world, reboot):
    world.throw(1, "web")
    world.quest(1, "web", "db")
    world.throw(2, "db")
    assert ids(api, "?questId=1") == [2, 3]
    assert ids(api, "?questId=1&open=true") == [2]
    assert ids(api, "?questId=1&open=false") == [3]
    assert ids(api, "?questId=1&hostname=web") == [2]
    assert ids(api, "?questId=1&category=reboot&open=true") == [2]
    assert ids(api, "?questId=77") == []


def test_category_and_state_are_those_of_the_event_that_opened_the_labor(api, world):
    world.chain("work required", "work ready", "work completed")
    world.chain("reboot required", "reboot completed")
    for type in (1, 2, 4):
        world.throw(type, "web")
    assert ids(api, "?category=work") == [1, 2]
    assert ids(api, "?state=required") == [1, 3]
    assert ids(api, "?category=work&state=required") == [1]
    assert ids(api, "?category=work&state=completed") == []
    assert ids(api, "?category=reboot&open=true&hostname=web") == [3]


@pytest.mark.parametrize("query", ["", "open=true", "open=false", "hostname=a", "category=work", "state=ready",
                                   "questId=1", "questId=1&open=true", "questId=1&state=ready", "startingLaborId=1",
                                   "category=work&open=false", "category=work&open=true"])
def test_the_total_is_that_of_the_filtered_labors_whatever_the_page(api, world, query):
    world.chain("work required", "work ready", "work completed")
    world.quest(1, "a", "b")
    for type, hosts in ((1, "ab"), (2, "a"), (3, "a"), (2, "b")):
        world.throw(type, *hosts)
    everything = ok(api.get("/labors?limit=all&" + query))
    page = ok(api.get("/labors?limit=1&offset=1&" + query))
    assert page["totalLabors"] == everything["totalLabors"] == len(everything["labors"]) > 0


def test_labors_expand_what_is_asked(api, world, reboot):
    world.quest(1, "web")
    world.throw(2, "web")
    plain = world.labor(1)
    said = world.labor(1, "?expand=hosts&expand=events&expand=eventtypes&expand=quests&expand=fates")
    assert said["host"] == {"id": 1, "hostname": "web", "href": api.base + "/hosts/web"}
    assert (said["creationEvent"]["id"], said["completionEvent"]["id"]) == (1, 2)
    assert said["creationEvent"]["eventType"]["state"] == "required"
    assert said["completionEvent"]["eventType"]["state"] == "completed"
    assert (said["fate"]["id"], said["closingFate"]["id"]) == (1, 2)
    assert said["fate"]["creationEventType"]["id"] == 1
    assert said["quest"] == {k: v for k, v in world.get_quest(1, "").items()}
    assert {k: said[k] for k in plain} == plain
    assert ok(api.get("/labors?expand=hosts"))["labors"][0]["host"] == said["host"]


def test_what_is_not_there_expands_to_null(api, world, reboot):
    world.throw(1, "web")
    said = world.labor(1, "?expand=events&expand=quests&expand=fates")
    assert (said["completionEvent"], said["quest"], said["closingFate"]) == (None, None, None)
    assert "eventType" not in said["creationEvent"] and "creationEventType" not in said["fate"]


def test_eventtypes_alone_adds_nothing(api, world, reboot):
    world.throw(1, "web")
    assert world.labor(1, "?expand=eventtypes") == world.labor(1)


def test_nesting_ends_because_a_name_is_used_once_on_the_way_down(api, world, reboot):
    world.quest(1, "web", "db")
    said = world.labor(1, "?expand=quests&expand=labors&expand=hosts")
    assert [l["id"] for l in said["quest"]["labors"]] == [1, 2]
    assert said["quest"]["labors"][1]["host"]["hostname"] == "db"
    assert all("quest" not in l for l in said["quest"]["labors"])


def test_an_acknowledged_labor_stays_open(api, world, reboot):
    world.throw(1, "web")
    said = ok(api.put("/labors/1", {"ackUser": "johnny"}))
    assert said["ackUser"] == "johnny@example.com" and said["ackTime"] > said["creationTime"]
    assert said["completionTime"] is None
    assert world.labor(1) == said
    assert ids(api, "?open=true") == [1]
    assert ok(api.put("/labors/1", {"ackUser": "tammy@dropbox.com"}))["ackUser"] == "tammy@dropbox.com"


@pytest.mark.parametrize("body", [{}, {"questId": None}, {"ackUser": ""}, {"ackUser": None}, {"fateId": 2}])
def test_an_update_needs_a_quest_or_a_user(api, world, reboot, body):
    world.throw(1, "web")
    refused(api.put("/labors/1", body), 400, "Must update either questId or ackUser")


def test_a_labor_may_join_a_quest_and_change_it(api, world, reboot):
    world.throw(1, "web")
    world.quest(1, "a")
    world.quest(1, "b")
    assert ok(api.put("/labors/1", {"questId": 1}))["questId"] == 1
    assert world.get_quest(1)["totalLabors"] == 2
    assert ok(api.put("/labors/1", {"questId": 2, "ackUser": "johnny"}))["questId"] == 2
    assert [world.get_quest(i)["totalLabors"] for i in (1, 2)] == [1, 2]
    assert world.labor(1)["ackUser"] == "johnny@example.com"


def test_a_labor_cannot_leave_its_quest(api, world, reboot):
    world.quest(1, "web")
    assert ok(api.put("/labors/1", {"questId": None, "ackUser": "johnny"}))["questId"] == 1


def test_joining_an_unknown_quest_is_a_conflict_that_changes_nothing(api, world, reboot):
    world.throw(1, "web")
    assert "7" in refused(api.put("/labors/1", {"questId": 7, "ackUser": "johnny"}), 409)
    assert world.labor(1)["ackUser"] is None


def test_many_labors_are_acknowledged_and_moved_at_once(api, world):
    world.chain("work required", "work ready", "work completed")
    world.throw(1, "a", "b")
    world.throw(2, "b")
    world.quest(1, "c", "d")
    world.quest(1, "e")
    assert ok(api.put("/labors", {"laborIds": [1, 2, "5"], "ackUser": "tammy"})) == {"href": api.base + "/labors", "changed": 3}
    assert [l["ackUser"] for l in world.labors()] == [*["tammy@example.com"] * 2, None, None, "tammy@example.com", None]
    assert len({l["ackTime"] for l in world.labors() if l["ackTime"]}) == 1
    assert ok(api.put("/labors", {"laborIds": [6, 1, 3, 4], "questId": 1, "ackUser": ""}))["changed"] == 3
    assert [l["questId"] for l in world.labors()] == [1, None, 1, 1, 1, 1]
    assert [world.get_quest(i)["totalLabors"] for i in (1, 2)] == [4, 0]
    assert ok(api.put("/labors", {"laborIds": [1], "questId": 1}))["changed"] == 0
    assert ok(api.put("/labors", {"laborIds": [1, 2], "questId": 2, "ackUser": "eve"}))["changed"] == 2
    assert [(l["questId"], l["ackUser"]) for l in world.labors()[:2]] == [(2, "eve@example.com")] * 2


@pytest.mark.parametrize("body, code, message", [
    ({"laborIds": [1, 99, 98], "ackUser": "tammy"}, 409, "laborIds: no such Labor 99 found"),
    ({"laborIds": [1], "questId": 7, "ackUser": "tammy"}, 409, "questId: no such Quest 7 found"),
    ({"laborIds": [1]}, 400, "Must update either questId or ackUser"), ({"ackUser": "tammy"}, 400, "Missing Required Argument: laborIds"),
    ({"laborIds": [1, "x"], "ackUser": "tammy"}, 400, "laborIds: an id is a whole number in range"),
    ({"laborIds": [], "ackUser": "tammy"}, 400, "laborIds: must be a list of 1 to 100000 ids"),
    ({"laborIds": [1] * 100001, "ackUser": "tammy"}, 400, "laborIds: must be a list of 1 to 100000 ids")], ids=lambda v: str(v)[:40])
def test_of_many_labors_all_or_none_are_changed(api, world, reboot, body, code, message):
    world.throw(1, "web")
    refused(api.put("/labors", body), code, message)
    assert world.labor(1)["ackUser"] is None


def test_a_hundred_thousand_labors_are_changed_at_once(api, world, reboot):
    created(api.post("/quests?brief=true", {"fateId": 1, "creator": "x", "description": "d", "hostnames": [f"h{i}" for i in range(100000)]}))
    world.quest(1, "web")
    assert ok(api.put("/labors", {"laborIds": list(range(100000, 0, -1)), "questId": 2, "ackUser": "tammy"}))["changed"] == 100000
    assert [world.get_quest(i)["totalLabors"] for i in (1, 2)] == [0, 100001]


def test_many_labors_are_changed_by_many_at_the_same_time(api, world, reboot):
    hosts = [f"h{i}" for i in range(40)]
    quests = [world.quest(1, *hosts)["id"] for _ in range(3)]
    ids = [l["id"] for l in world.labors()]
    clients = [api.signed_in(*api.auth) for _ in range(8)]
    for n in range(5):
        deeds = [lambda c=c, q=q, some=random.sample(ids, 60): ok(c.put("/labors", {"laborIds": some, "questId": q, "ackUser": "tammy"}))
                 for c, q in zip(clients, quests * 2)]
        deeds += [lambda c=c: created(c.post("/events", {"user": "x", "eventTypeId": 1 + n % 2, "hostnames": random.sample(hosts, 30)}))
                  for c in clients[6:]]
        at_once(deeds)
    assert sum(world.get_quest(q)["totalLabors"] for q in quests) == 120


def test_labors_for_creator_and_owner_are_marked_as_their_fate(api, world):
    type = world.type("work required")
    world.fate(type, forCreator=True, forOwner=False)
    world.throw(type, "web")
    assert (world.labor(1)["forCreator"], world.labor(1)["forOwner"]) == (True, False)
    assert created(api.post("/fates", {"creationEventTypeId": type, "description": "both", "forCreator": True}))
