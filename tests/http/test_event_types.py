"""GET and POST /eventtypes, GET, PUT and DELETE /eventtypes/N."""
import pytest

from client import created, ok, refused

REBOOT = {"category": "system-reboot", "state": "required", "description": "System requires a reboot."}


def shown(api, id, base=None, **members):
    return {"id": id, "restricted": False, "href": f"{base or api.base}/eventtypes/{id}", **members}


def ids(answer):
    said = ok(answer)
    assert said["totalEventTypes"] == len(said["eventTypes"])
    return [t["id"] for t in said["eventTypes"]]


def test_a_new_type_is_answered_with_its_location(api):
    answer = api.post("/eventtypes", REBOOT)
    assert created(answer) == shown(api, 1, **REBOOT)
    assert answer.headers["Location"] == "/api/v1/eventtypes/1"


def test_several_types_are_made_in_the_order_given_without_a_location(api):
    foo = {"category": "foo", "state": "bar", "description": "Some description"}
    baz = {"category": "foo", "state": "baz", "description": None, "restricted": True}
    answer = api.post("/eventtypes", {"eventTypes": [foo, baz]})
    assert created(answer) == {"totalEventTypes": 2, "eventTypes": [shown(api, 1, **foo), shown(api, 2, **baz)]}
    assert "Location" not in answer.headers


def test_a_list_of_one_type_is_answered_as_one(api):
    answer = api.post("/eventtypes", {"eventTypes": [REBOOT]})
    assert created(answer) == shown(api, 1, **REBOOT)
    assert answer.headers["Location"] == "/api/v1/eventtypes/1"


def test_an_empty_list_of_types_makes_nothing(api):
    assert created(api.post("/eventtypes", {"eventTypes": []})) == {"eventTypes": [], "totalEventTypes": 0}


@pytest.mark.parametrize("name", ["category", "state", "description"])
def test_a_type_needs_category_state_and_description(api, name):
    lacking = {k: v for k, v in REBOOT.items() if k != name}
    refused(api.post("/eventtypes", lacking), 400, "Missing Required Argument: " + name)
    refused(api.post("/eventtypes", {"eventTypes": [REBOOT, lacking]}), 400, "Missing Required Argument: " + name)
    assert ids(api.get("/eventtypes")) == []


@pytest.mark.parametrize("name", ["category", "state"])
def test_a_null_category_or_state_is_refused_in_hermes_words(api, name):
    refused(api.post("/eventtypes", {**REBOOT, name: None}), 400, "Category and State are required")


@pytest.mark.parametrize("more", [[], [{**REBOOT, "state": "completed"}]])
def test_a_taken_type_is_a_conflict_that_stores_nothing_and_uses_up_no_id(api, more):
    created(api.post("/eventtypes", REBOOT))
    refused(api.post("/eventtypes", {"eventTypes": more + [REBOOT]}), 409)
    assert ids(api.get("/eventtypes")) == [1]
    assert created(api.post("/eventtypes", {**REBOOT, "state": "completed"}))["id"] == 2


def test_a_type_twice_in_one_list_is_a_conflict(api):
    refused(api.post("/eventtypes", {"eventTypes": [REBOOT, REBOOT]}), 409)
    assert ids(api.get("/eventtypes")) == []


def test_types_of_one_category_differ_by_state(api, world):
    assert [world.type(n) for n in ("a x", "a y", "b x")] == [1, 2, 3]
    assert ids(api.get("/eventtypes?category=a")) == [1, 2]
    assert ids(api.get("/eventtypes?state=x")) == [1, 3]
    assert ids(api.get("/eventtypes?category=a&state=x")) == [1]
    assert ids(api.get("/eventtypes?category=c")) == []


def test_types_are_listed_by_id_in_pages(api, world):
    for i in range(12):
        world.type(f"category state{i}")
    said = ok(api.get("/eventtypes"))
    assert (said["limit"], said["offset"], said["totalEventTypes"]) == (10, 0, 12)
    assert [t["id"] for t in said["eventTypes"]] == list(range(1, 11))
    said = ok(api.get("/eventtypes?limit=3&offset=10"))
    assert [t["id"] for t in said["eventTypes"]] == [11, 12]
    assert ids(api.get("/eventtypes?limit=all")) == list(range(1, 13))


def test_starting_types_are_those_of_starting_fates(api, world):
    world.chain("maintenance required", "maintenance ready", "maintenance completed")
    assert ids(api.get("/eventtypes?startingTypes=true")) == [1]
    assert ids(api.get("/eventtypes?startingTypes=1&state=ready")) == []


@pytest.mark.parametrize("word", ["false", "FALSE", "0", "no", "off", ""])
def test_a_flag_that_says_no_is_no(api, world, word):
    world.chain("reboot required", "reboot completed")
    assert ids(api.get("/eventtypes?startingTypes=" + word)) == [1, 2]


def test_a_type_shows_its_newest_events_oldest_first(api, world):
    reboot = world.type("reboot required")
    for i in range(4):
        world.throw(reboot, f"h{i}")
    said = ok(api.get(f"/eventtypes/{reboot}?limit=2&offset=1"))
    assert said == shown(api, 1, category="reboot", state="required", description="reboot required") | {
        "limit": 2, "offset": 1, "events": [{"id": i, "href": f"{api.base}/events/{i}"} for i in (2, 3)]}


def test_a_type_expands_its_events_and_fates(api, world):
    reboot, _ = world.chain("reboot required", "reboot completed")
    world.throw(reboot, "web")
    said = ok(api.get(f"/eventtypes/{reboot}?expand=events&expand=fates&expand=hosts"))
    assert said["events"][0]["host"]["hostname"] == "web"
    assert [f["id"] for f in said["autoCreates"]] == [1]
    assert "autoCompletes" not in said


def test_a_list_of_types_expands_fates(api, world):
    world.chain("reboot required", "reboot completed")
    world.type("alone type")
    said = ok(api.get("/eventtypes?expand=fates"))["eventTypes"]
    assert [[f["id"] for f in t["autoCreates"]] for t in said] == [[1], [2], []]
    assert said[0]["autoCreates"][0] == {
        "id": 1, "creationEventTypeId": 1, "followsId": None, "precedesIds": [2], "forCreator": False,
        "forOwner": True, "description": "fate of 1", "href": api.base + "/fates/1"}
    assert "autoCreates" not in ok(api.get("/eventtypes"))["eventTypes"][0]


def test_an_unknown_type_is_not_found(api):
    for call in (api.get, api.delete, api.put):
        refused(call("/eventtypes/7"), 404, "No such EventType 7 found")
    refused(api.get("/eventtypes/99999999999999999999999"), 404, "No such EventType 99999999999999999999999 found")


def test_only_the_description_of_a_type_can_change(api):
    created(api.post("/eventtypes", REBOOT))
    said = ok(api.put("/eventtypes/1", {"description": "New", "category": "x", "state": "y", "restricted": True}))
    assert said == shown(api, 1, **{**REBOOT, "description": "New"})
    assert ok(api.put("/eventtypes/1/", {"description": None}))["description"] is None
    refused(api.put("/eventtypes/1", {"state": "y"}), 400, "Missing Required Argument: description")


def test_a_type_that_nothing_refers_to_can_be_deleted(api, world):
    world.type("a b")
    assert ok(api.delete("/eventtypes/1")) == {"href": api.base + "/eventtypes/1"}
    refused(api.get("/eventtypes/1"), 404)
    assert world.type("a b") == 2


def test_a_type_with_a_fate_stays_and_the_refusal_names_the_fate(api, world):
    world.fate(world.type("a b"))
    refused(api.delete("/eventtypes/1"), 409, "EventType 1 is referred to by fates 1")
    assert ids(api.get("/eventtypes")) == [1]


def test_a_type_with_an_event_stays_and_the_refusal_says_so(api, world):
    world.throw(world.type("a b"), "web")
    refused(api.delete("/eventtypes/1"), 409, "EventType 1 is referred to by events")
    assert ids(api.get("/eventtypes")) == [1]


def test_events_of_restricted_types_can_be_thrown(api, world):
    assert world.throw(world.type("a b", restricted=True), "web") == [1]
