"""GET and POST /fates, GET, PUT and DELETE /fates/N."""
import pytest

from client import created, ok, refused


@pytest.fixture
def types(world):
    return [world.type(n) for n in ("maintenance required", "maintenance ready", "maintenance completed")]


def make(api, type, **body):
    return api.post("/fates", {"creationEventTypeId": type, "description": "This is a fate", **body})


def test_a_new_fate_is_answered_with_its_location(api, types):
    answer = make(api, 1)
    said = created(answer)
    assert said == {"id": 1, "creationEventTypeId": 1, "followsId": None, "precedesIds": [], "forCreator": False,
                    "forOwner": True, "description": "This is a fate", "href": "/api/v1/fates/1"}
    assert answer.headers["Location"] == "/api/v1/fates/1"
    assert ok(api.get("/fates/1")) == {**said, "href": api.base + "/fates/1"}


def test_a_fate_may_follow_another_which_then_names_it(api, types):
    created(make(api, 1))
    assert created(make(api, 2, followsId=1, forCreator=True, forOwner=False))["followsId"] == 1
    created(make(api, 3, followsId=1))
    said = ok(api.get("/fates/2"))
    assert (said["followsId"], said["forCreator"], said["forOwner"]) == (1, True, False)
    assert ok(api.get("/fates/1"))["precedesIds"] == [2, 3]


@pytest.mark.parametrize("name", ["creationEventTypeId", "description"])
def test_a_fate_needs_a_type_and_a_description(api, types, name):
    body = {"creationEventTypeId": 1, "description": "x"}
    del body[name]
    refused(api.post("/fates", body), 400, "Missing Required Argument: " + name)


def test_a_fate_of_an_unknown_type_is_refused(api, types):
    refused(make(api, 9), 400, "Bad creation event type")
    refused(make(api, 99999999999), 400, "Bad creation event type")
    refused(make(api, None), 400, "Bad creation event type")


def test_a_fate_cannot_follow_what_does_not_exist(api, types):
    refused(make(api, 1, followsId=7), 400, "Fate cannot follow a non-existent Fate 7")
    assert created(make(api, 1))["id"] == 1


def test_a_fate_is_for_the_owner_or_the_creator_or_both(api, types):
    refused(make(api, 1, forOwner=False), 400,
            "Fate must designate labors for the machine owner, quest creator, or both.")
    said = created(make(api, 1, forOwner=True, forCreator=True))
    assert (said["forOwner"], said["forCreator"]) == (True, True)


def test_the_same_fate_may_be_made_twice(api, types):
    assert [created(make(api, 1))["id"] for _ in range(2)] == [1, 2]


def test_fates_are_listed_by_id_in_pages(api, types):
    for _ in range(12):
        make(api, 1)
    said = ok(api.get("/fates"))
    assert (said["limit"], said["offset"], said["totalFates"]) == (10, 0, 12)
    assert [f["id"] for f in said["fates"]] == list(range(1, 11))
    assert [f["id"] for f in ok(api.get("/fates?limit=1&offset=11"))["fates"]] == [12]
    assert len(ok(api.get("/fates?limit=all"))["fates"]) == 12


def test_fates_expand_their_type(api, types):
    make(api, 2)
    wanted = {"id": 2, "category": "maintenance", "state": "ready", "description": "maintenance ready",
              "restricted": False, "href": api.base + "/eventtypes/2"}
    assert ok(api.get("/fates/1?expand=eventtypes"))["creationEventType"] == wanted
    assert ok(api.get("/fates?expand=eventtypes"))["fates"][0]["creationEventType"] == wanted


def test_an_unknown_fate_is_not_found(api):
    for call in (api.get, api.delete, api.put):
        refused(call("/fates/7"), 404, "No such Fate 7 found")


def test_description_and_what_it_follows_can_change_and_nothing_else(api, types):
    for t in (1, 2):
        created(make(api, t))
    said = ok(api.put("/fates/2", {"description": "New desc", "followsId": 1, "creationEventTypeId": 3,
                                   "forOwner": False, "forCreator": True}))
    assert said == {"id": 2, "creationEventTypeId": 2, "followsId": 1, "precedesIds": [], "forCreator": False,
                    "forOwner": True, "description": "New desc", "href": api.base + "/fates/2"}
    assert ok(api.put("/fates/2", {"followsId": None}))["followsId"] is None
    assert ok(api.get("/fates/1"))["precedesIds"] == []


def test_an_empty_body_changes_nothing(api, types):
    created(make(api, 1))
    before = ok(api.get("/fates/1"))
    assert ok(api.put("/fates/1", {})) == before
    assert ok(api.put("/fates/1")) == before


def test_following_an_unknown_fate_is_a_conflict(api, types):
    created(make(api, 1))
    assert "7" in refused(api.put("/fates/1", {"followsId": 7, "description": "changed"}), 409)
    assert ok(api.get("/fates/1"))["description"] == "This is a fate"
    refused(api.put("/fates/1", {"followsId": 99999999999}), 409)


@pytest.mark.parametrize("fate, follows", [(1, 1), (1, 2), (1, 3), (2, 3)])
def test_a_fate_that_would_follow_itself_is_a_conflict_directly_or_not(api, types, fate, follows):
    created(make(api, 1))
    created(make(api, 2, followsId=1))
    created(make(api, 3, followsId=2))
    before = ok(api.get("/fates"))
    refused(api.put(f"/fates/{fate}", {"followsId": follows}), 409)
    assert ok(api.get("/fates")) == before


def test_a_change_of_what_follows_counts_for_the_next_event(api, world, types):
    created(make(api, 1))
    created(make(api, 2))
    world.throw(1, "web")
    world.throw(2, "web")
    assert [(l["fateId"], l["closingFateId"]) for l in world.labors()] == [(1, None), (2, None)]
    ok(api.put("/fates/2", {"followsId": 1}))
    world.throw(2, "web")
    assert [(l["fateId"], l["closingFateId"]) for l in world.labors()] == [(1, 2), (2, None)]


def test_a_fate_that_nothing_refers_to_can_be_deleted(api, types):
    created(make(api, 1))
    created(make(api, 2, followsId=1))
    assert ok(api.delete("/fates/2")) == {"href": api.base + "/fates/2"}
    refused(api.get("/fates/2"), 404)
    assert ok(api.get("/fates/1"))["precedesIds"] == []


def test_a_fate_that_another_follows_stays(api, types):
    created(make(api, 1))
    created(make(api, 2, followsId=1))
    refused(api.delete("/fates/1"), 409, "Fate 1 is referred to by fates 2")
    assert ok(api.get("/fates"))["totalFates"] == 2


def test_a_fate_that_has_opened_or_closed_a_labor_stays(api, world, types):
    created(make(api, 1))
    created(make(api, 2, followsId=1))
    world.throw(1, "web")
    world.throw(2, "web")
    refused(api.delete("/fates/2"), 409, "Fate 2 is referred to by labors")
    ok(api.put("/fates/2", {"followsId": None}))
    refused(api.delete("/fates/1"), 409, "Fate 1 is referred to by labors")
