"""GET and POST /quests, GET and PUT /quests/N. How quests complete is told in test_fate_engine.py, what
hostQuery means in test_host_queries.py, their mail in test_quest_mail.py."""
import re

import pytest

from client import created, ok, refused

TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{6})?")


@pytest.fixture(autouse=True)
def reboot(world):
    """Types 1 (required) and 2 (completed), fates 1 and 2."""
    return world.chain("reboot required", "reboot completed")


def post(api, query="", **body):
    return api.post("/quests" + query, {"fateId": 1, "creator": "johnny", "description": "A quest almighty", **body})


def ids(api, query=""):
    said = ok(api.get("/quests" + query))
    if "limit" not in query:
        assert said["totalQuests"] == len(said["quests"])
    return [q["id"] for q in said["quests"]]


def test_a_new_quest_is_answered_with_its_location_and_its_labors(api, world):
    answer = post(api, hostnames=["b", "a"], targetTime="2038-01-19 03:14:07")
    said = created(answer)
    assert answer.headers["Location"] == "/api/v1/quests/1"
    assert TIME.fullmatch(said["embarkTime"])
    assert {k: v for k, v in said.items() if k != "labors"} == {
        "id": 1, "href": api.base + "/quests/1", "creator": "johnny@example.com", "embarkTime": said["embarkTime"],
        "targetTime": "2038-01-19 03:14:07", "completionTime": None, "description": "A quest almighty"}
    assert said["labors"] == world.labors()
    assert [(l["id"], l["hostId"], l["questId"]) for l in said["labors"]] == [(1, 1, 1), (2, 2, 1)]
    assert said["labors"][0]["creationTime"] == said["labors"][1]["creationTime"] >= said["embarkTime"]
    assert [h["hostname"] for h in ok(api.get("/hosts"))["hosts"]] == ["b", "a"]


def test_the_events_of_a_new_quest_are_the_creators_and_have_no_note(api, world):
    post(api, hostnames=["a", "b"])
    events = ok(api.get("/events"))["events"]
    assert [(e["hostId"], e["eventTypeId"], e["user"], e["note"]) for e in events] == [
        (1, 1, "johnny@example.com", ""), (2, 1, "johnny@example.com", "")]


@pytest.mark.parametrize("name", ["fateId", "creator", "description"])
def test_a_quest_needs_a_fate_a_creator_and_a_description(api, name):
    body = {"fateId": 1, "creator": "johnny", "description": "x", "hostnames": ["a"]}
    del body[name]
    refused(api.post("/quests", body), 400, "Missing Required Argument: " + name)


def test_a_quest_without_hosts_is_refused(api):
    refused(post(api), 400, "No hosts found with given list")
    refused(post(api, hostnames=[]), 400, "No hosts found with given list")
    refused(post(api, hostnames=None), 400, "No hosts found with given list")


def test_a_quest_of_an_unknown_fate_is_refused_and_makes_no_host(api):
    refused(post(api, fateId=77, hostnames=["a"]), 400, "Bad fate id 77")
    assert ok(api.get("/hosts"))["totalHosts"] == 0
    assert created(post(api, hostnames=["a"]))["id"] == 1


def test_a_name_given_twice_counts_once(api):
    assert len(created(post(api, hostnames=["a", "b", "a"]))["labors"]) == 2


@pytest.mark.parametrize("target", ["2000-01-01", "2015-06-01 12:11:01.123456", "1999-12-31T23:59:59Z"])
def test_a_target_must_lie_in_the_future(api, target):
    refused(post(api, hostnames=["a"], targetTime=target), 400, "Quest target date must be in future")
    post(api, hostnames=["a"])
    refused(api.put("/quests/1", {"targetTime": target}), 400, "Quest target date must be in future")


@pytest.mark.parametrize("target, shown", [
    ("2038-01-19 03:14:07.123456", "2038-01-19 03:14:07.123456"),
    ("2038-01-19 03:14:07.5", "2038-01-19 03:14:07.500000"),
    ("2038-01-19", "2038-01-19 00:00:00"), ("2038-01-19T03:14:07+09:00", "2038-01-19 03:14:07"),
    ("Jan 19, 2038 3:14pm", "2038-01-19 15:14:00"), (None, None), ("", None)])
def test_a_target_is_kept_to_the_microsecond_and_its_zone_is_cut_off(api, world, target, shown):
    assert created(post(api, hostnames=["a"], targetTime=target))["targetTime"] == shown
    assert world.get_quest(1)["targetTime"] == shown


def test_an_unknown_quest_is_not_found(api):
    refused(api.get("/quests/7"), 404, "No such Quest 7 found")
    refused(api.put("/quests/7", {"description": "x"}), 404, "No such Quest 7 found")


def test_quests_are_listed_the_oldest_first_in_pages(api):
    for _ in range(12):
        post(api, hostnames=["a"])
    said = ok(api.get("/quests"))
    assert (said["limit"], said["offset"], said["totalQuests"]) == (10, 0, 12)
    assert [q["id"] for q in said["quests"]] == list(range(1, 11))
    assert "labors" not in said["quests"][0] and "totalLabors" not in said["quests"][0]
    assert ids(api, "?limit=2&offset=10") == [11, 12]
    assert ids(api, "?limit=all") == list(range(1, 13))


def test_closed_quests_can_be_filtered_out(api, world):
    for host in "ab":
        post(api, hostnames=[host])
    world.throw(2, "a")
    assert ids(api, "?filterClosed=true") == [2]
    assert ids(api, "?filterClosed=false") == [1, 2]


def test_by_creator_takes_the_name_as_it_is(api):
    post(api, hostnames=["a"], creator="johnny")
    post(api, hostnames=["a"], creator="tammy@dropbox.com")
    assert ids(api, "?byCreator=tammy@dropbox.com") == [2]
    assert ids(api, "?byCreator=johnny@example.com") == [1]
    assert ids(api, "?byCreator=johnny") == []


def test_hostnames_bring_the_quests_with_a_labor_on_any_of_them_once(api, world):
    post(api, hostnames=["a", "b"])
    post(api, hostnames=["b", "c"])
    post(api, hostnames=["d"])
    world.throw(2, "d")
    assert ids(api, "?hostnames=b") == [1, 2]
    assert ids(api, "?hostnames=a,b") == [1, 2]
    assert ids(api, "?hostnames=a%2C%20d") == [1, 3]
    assert ids(api, "?hostnames=nobody") == []
    assert ids(api, "?hostnames=d&filterClosed=true") == []


def test_a_quest_expands_its_labors_and_what_is_in_them(api, world):
    post(api, hostnames=["a", "b"])
    world.throw(2, "a")
    query = "?expand=labors&expand=hosts&expand=events&expand=eventtypes&expand=fates&expand=quests"
    said = world.get_quest(1, query)
    assert [l["id"] for l in said["labors"]] == [1, 2]
    closed = said["labors"][0]
    assert closed["host"]["hostname"] == "a" and closed["completionEvent"]["eventType"]["id"] == 2
    assert closed["closingFate"]["creationEventType"]["id"] == 2 and "quest" not in closed
    assert ok(api.get("/quests" + query))["quests"] == [said]
    assert "labors" not in world.get_quest(1, "?expand=hosts")


def test_only_open_labors_leaves_out_the_closed(api, world):
    post(api, hostnames=["a", "b"])
    world.throw(2, "a")
    assert [l["id"] for l in world.get_quest(1, "?expand=labors&onlyOpenLabors=true")["labors"]] == [2]
    assert [l["id"] for l in world.get_quest(1, "?expand=labors&onlyOpenLabors=false")["labors"]] == [1, 2]
    assert ok(api.get("/quests?expand=labors&onlyOpenLabors=1"))["quests"][0]["labors"][0]["id"] == 2


def test_a_quest_changes_by_what_is_given(api, world):
    before = created(post(api, hostnames=["a"]))
    del before["labors"]
    said = ok(api.put("/quests/1", {"description": "New desc", "creator": "tammy", "targetTime": "2038-01-19 03:14:07"}))
    assert said == {**before, "description": "New desc", "creator": "tammy@example.com",
                    "targetTime": "2038-01-19 03:14:07"}
    assert world.get_quest(1, "") == said


@pytest.mark.parametrize("body", [None, {}, {"description": ""}, {"description": None, "creator": None},
                                  {"targetTime": None}, {"completionTime": "2038-01-19"}, {"fateId": 2}])
def test_what_is_empty_or_unknown_is_passed_over(api, world, body):
    post(api, hostnames=["a"], targetTime="2038-01-19")
    before = world.get_quest(1, "")
    assert ok(api.put("/quests/1", body)) == before


def test_references_are_shown_where_they_were_set_and_nowhere_else(api, world):
    refs = [{"label": "OPS-42", "url": "https://jira.example.com/browse/OPS-42"}, {"label": "x", "url": "HTTP://x"}]
    assert "references" not in created(post(api, hostnames=["a"]))
    assert created(post(api, hostnames=["a"], references=refs))["references"] == refs
    assert ok(api.get("/quests"))["quests"][1]["references"] == refs
    assert ok(api.put("/quests/1", {"references": refs[1:]}))["references"] == refs[1:]
    assert ok(api.put("/quests/1", {"description": "kept"}))["references"] == refs[1:]
    assert "references" not in ok(api.put("/quests/1", {"references": None}))
    assert "references" not in ok(api.put("/quests/2", {"references": []}))


@pytest.mark.parametrize("refs", ["x", {}, [1], [{}], [{"label": "x"}], [{"url": "http://x"}],
                                  [{"label": "x", "url": "javascript:alert(1)"}], [{"label": "x", "url": "http://a b"}],
                                  [{"label": "", "url": "http://x"}], [{"label": "x" * 257, "url": "http://x"}],
                                  [{"label": "x", "url": "http://" + "x" * 2048}], [{"label": 1, "url": "http://x"}]])
def test_references_are_labels_with_http_urls_or_refused(api, refs):
    refused(post(api, hostnames=["a"], references=refs), 400)
    assert ids(api) == [] and ok(api.get("/hosts"))["totalHosts"] == 0


def test_a_brief_answer_has_no_labors(api, world):
    whole = created(post(api, hostnames=["a", "b"]))
    answer = post(api, "?brief=true", hostnames=["c", "b"])
    said = created(answer)
    assert said == {**{k: v for k, v in whole.items() if k != "labors"}, "id": 2, "embarkTime": said["embarkTime"],
                    "href": api.base + "/quests/2", "totalLabors": 2}
    assert answer.headers["Location"] == "/api/v1/quests/2"
    assert len(ok(api.get("/quests/2?expand=labors"))["labors"]) == 2
    assert "labors" in created(post(api, "?brief=no", hostnames=["c"]))
    assert refused(post(api, "?brief=maybe", hostnames=["new"]), 400).startswith("brief:")
