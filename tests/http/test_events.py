"""GET and POST /events, GET /events/N: the journal. What events do to labors is told in test_fate_engine.py, what hostQuery
means in test_host_queries.py."""
import pytest

from client import created, ok, refused


def throw(api, **body):
    return api.post("/events", {"user": "johnny", **body})


def ids(api, query=""):
    return [e["id"] for e in ok(api.get("/events" + query))["events"]]


@pytest.fixture
def types(world):
    """Three types without a fate: 1, 2 and 3."""
    return [world.type(n) for n in ("log entry", "log exit", "disk full")]


def test_an_event_on_one_host_is_answered_with_its_location(api, types):
    answer = throw(api, hostname="web", eventTypeId=3, note="Sample description")
    said = created(answer)
    assert said == {"id": 1, "hostId": 1, "user": "johnny@example.com", "eventTypeId": 3, "note": "Sample description",
                    "timestamp": said["timestamp"], "href": "/api/v1/events/1"}
    assert answer.headers["Location"] == "/api/v1/events/1"
    assert ok(api.get("/events/1")) == {**said, "href": api.base + "/events/1"}


def test_an_event_on_several_hosts_is_one_for_each_in_the_order_of_the_hosts(api, types):
    created(api.post("/hosts", {"hosts": [{"hostname": "b"}, {"hostname": "a"}]}))
    answer = throw(api, hostnames=["a", "new", "b"], eventTypeId=1)
    said = created(answer)
    assert said["totalEvents"] == 3 and "Location" not in answer.headers
    assert [(e["id"], e["hostId"]) for e in said["events"]] == [(1, 1), (2, 2), (3, 3)]
    assert [e["href"] for e in said["events"]] == [f"{api.base}/events/{i}" for i in (1, 2, 3)]
    assert len({e["timestamp"] for e in said["events"]}) == 1


def test_hosts_are_added_up_from_all_members_each_once(api, world, types):
    world.fate(1)
    world.quest(1, "q1", "q2")
    said = created(throw(api, hostname="a", hostnames=["b", "a", "q1", "b"], questId=1, eventTypeId=2))
    assert [world.api.get(f"/events/{e['id']}?expand=hosts").json()["host"]["hostname"] for e in said["events"]] == [
        "q1", "q2", "b", "a"]


def test_one_host_named_in_a_list_is_answered_as_one(api, types):
    assert created(throw(api, hostnames=["web"], hostname="web", eventTypeId=1))["href"] == "/api/v1/events/1"


def test_a_quest_lends_the_hosts_of_all_its_labors_open_or_closed(api, world):
    world.chain("reboot required", "reboot completed")
    world.quest(1, "a", "b")
    world.throw(2, "a")
    said = created(throw(api, questId=1, eventTypeId=2))
    assert [e["hostId"] for e in said["events"]] == [1, 2]


def test_unknown_hosts_are_made(api, types):
    created(throw(api, hostname="first", eventTypeId=1))
    created(throw(api, hostnames=["third", "second"], eventTypeId=1))
    assert [h["hostname"] for h in ok(api.get("/hosts"))["hosts"]] == ["first", "third", "second"]


def test_category_and_state_name_a_type_as_well(api, types):
    assert created(throw(api, hostname="web", category="disk", state="full"))["eventTypeId"] == 3


def test_the_id_counts_before_category_and_state(api, types):
    assert created(throw(api, hostname="web", eventTypeId=1, category="disk", state="full"))["eventTypeId"] == 1


@pytest.mark.parametrize("user, stored", [
    ("johnny", "johnny@example.com"), ("johnny@dropbox.com", "johnny@dropbox.com"),
    ("a@localhost", "a@localhost@example.com"), ("a@b.c@d", "a@b.c@d"), ("@b.c", "@b.c@example.com"),
    ("jürgen", "jürgen@example.com"), ("x" * 52, "x" * 52 + "@example.com")])
def test_a_user_gets_the_domain_unless_it_looks_like_an_address(api, types, user, stored):
    assert created(throw(api, hostname="web", eventTypeId=1, user=user))["user"] == stored


def test_a_missing_note_is_shown_as_empty(api, types):
    assert created(throw(api, hostname="web", eventTypeId=1))["note"] == ""
    assert created(throw(api, hostname="web", eventTypeId=1, note=None))["note"] == ""


def test_the_checks_of_an_event_come_in_hermes_order(api, types):
    refused(api.post("/events", {}), 400, "Missing Required Argument: user")
    refused(throw(api), 400, "Must specify an event type id or both category and state")
    refused(throw(api, eventTypeId=9, questId=9), 400, "Bad event type")
    assert "No such Quest 9" in refused(throw(api, eventTypeId=1, questId=9), 404)
    refused(throw(api, eventTypeId=1), 400, "No hosts found with given list")
    refused(throw(api, eventTypeId=1, hostnames=[]), 400, "No hosts found with given list")


@pytest.mark.parametrize("type", [{"category": "disk"}, {"state": "full"}, {"category": "disk", "state": "entry"},
                                  {"category": "no", "state": "no"}, {"eventTypeId": 0}, {"eventTypeId": -1},
                                  {"eventTypeId": 2147483648}])
def test_an_unknown_or_half_given_type_is_refused_and_makes_no_host(api, types, type):
    refused(throw(api, hostname="web", **type), 400)
    assert ok(api.get("/hosts"))["totalHosts"] == 0
    assert created(throw(api, hostname="web", eventTypeId=1))["id"] == 1


def test_an_unknown_event_is_not_found(api):
    refused(api.get("/events/7"), 404, "No such Event 7 found")


def test_an_event_expands_its_type_and_its_host(api, world, types):
    world.throw(3, "web")
    said = ok(api.get("/events/1?expand=eventtypes&expand=hosts"))
    assert said["eventType"] == {"id": 3, "category": "disk", "state": "full", "description": "disk full",
                                 "restricted": False, "href": api.base + "/eventtypes/3"}
    assert said["host"] == {"id": 1, "hostname": "web", "href": api.base + "/hosts/web"}
    assert ok(api.get("/events/1?expand=host"))["host"] == said["host"]
    assert "eventType" not in ok(api.get("/events/1?expand=eventtypes,hosts"))


def test_the_newest_events_are_shown_oldest_first(api, world, types):
    for _ in range(12):
        world.throw(1, "web")
    said = ok(api.get("/events"))
    assert (said["limit"], said["offset"], said["totalEvents"]) == (10, 0, 12)
    assert [e["id"] for e in said["events"]] == list(range(3, 13))
    assert ids(api, "?limit=2&offset=3") == [8, 9]
    assert ids(api, "?limit=all") == list(range(1, 13))
    assert ids(api, "?offset=12") == []


def test_filters_by_type_and_host_must_all_hold(api, world, types):
    for type, host in ((1, "a"), (2, "a"), (3, "b"), (1, "b")):
        world.throw(type, host)
    assert ids(api, "?eventTypeId=1") == [1, 4]
    assert ids(api, "?eventTypeId=1&eventTypeId=3") == [1, 3, 4]
    assert ids(api, "?hostId=1") == [1, 2]
    assert ids(api, "?hostname=b") == [3, 4]
    assert ids(api, "?hostname=b&hostId=1") == []
    assert ids(api, "?hostname=b&eventTypeId=1") == [4]
    assert ids(api, "?afterEventId=3") == [3, 4]
    assert ids(api, "?afterEventId=2&hostId=1") == [2]
    assert ids(api, "?eventTypeId=77") == [] and ids(api, "?hostId=77") == []
    refused(api.get("/events?hostname=nobody"), 400, "No host nobody found")


@pytest.mark.parametrize("query", ["", "?eventTypeId=1", "?hostname=a", "?eventTypeId=1&eventTypeId=2&hostId=1",
                                   "?afterEventId=4", "?after=2000-01-01", "?before=2000-01-01"])
def test_the_total_is_that_of_the_filtered_events_whatever_the_page(api, world, types, query):
    for i in range(8):
        world.throw(1 + i % 3, "ab"[i % 2])
    everything = ok(api.get("/events" + (query + "&" if query else "?") + "limit=all"))
    page = ok(api.get("/events" + (query + "&" if query else "?") + "limit=1&offset=1"))
    assert page["totalEvents"] == everything["totalEvents"] == len(everything["events"])


def test_an_empty_filter_is_no_filter(api, world, types):
    world.throw(1, "web")
    for name in ("eventTypeId", "hostId", "hostname", "after", "before", "afterEventType", "afterEventId"):
        assert ids(api, f"?{name}=") == [1], name


def test_after_takes_in_its_moment_and_before_leaves_it_out(api, world, types):
    for _ in range(3):
        world.throw(1, "web")
    times = [e["timestamp"] for e in ok(api.get("/events"))["events"]]
    assert ids(api, "?after=" + times[1]) == [2, 3]
    assert ids(api, "?before=" + times[1]) == [1]
    assert ids(api, f"?after={times[1]}&before={times[2]}") == [2]
    assert ids(api, f"?hostname=web&after={times[1]}&before={times[2]}") == [2]


@pytest.mark.parametrize("text", ["2015-06-01", "2015-06-01 12:11", "2015-06-01T12:11:01.123456", "2015/6/1 12:11",
                                  "20150601", "June 1, 2015", "1 Jun 2015 12:11pm", "2015-06-01T12:11:01Z",
                                  "2015-06-01 12:11:01+02:00", "2015-06-01 12:11 CET"])
def test_times_are_taken_as_people_write_them(api, world, types, sql, text):
    world.throw(1, "web")
    assert ids(api, "?after=" + text.replace("+", "%2B")) == [1]
    assert ids(api, "?before=" + text.replace("+", "%2B")) == []


def test_a_zone_is_cut_off_and_not_converted(api, world, types):
    world.throw(1, "web")
    at = ok(api.get("/events/1"))["timestamp"]
    for zone in ("Z", "%2B09:00", " -05:00"):
        assert ids(api, f"?after={at}{zone}") == [1]
        assert ids(api, f"?before={at}{zone}") == []


def test_after_event_type_begins_at_the_newest_event_of_that_type(api, world, types):
    for type, host in ((1, "a"), (2, "a"), (1, "a"), (3, "a"), (1, "b"), (2, "b")):
        world.throw(type, host)
    assert ids(api, "?afterEventType=1") == [5, 6]
    assert ids(api, "?afterEventType=1&hostname=a") == [3, 4]
    assert ids(api, "?afterEventType=1&hostId=1") == [3, 4]
    assert ids(api, "?afterEventType=3&eventTypeId=2") == [6]
    refused(api.get("/events?afterEventType=3&hostname=b"), 400, "No event of type 3 found")
    refused(api.get("/events?afterEventType=9"), 400, "No event of type 9 found")


def test_fractions_of_a_second_have_six_digits_or_none(api, world, types, sql):
    world.throw(1, "web", "db", "ns")
    for id, at in ((1, "2015-06-01 12:11:01+00"), (2, "2015-06-01 12:11:01.5+00"), (3, "2015-06-01 12:11:01.00001+00")):
        sql.run("update fate.events set at = %s where id = %s", at, id)
    assert [e["timestamp"] for e in ok(api.get("/events"))["events"]] == [
        "2015-06-01 12:11:01", "2015-06-01 12:11:01.500000", "2015-06-01 12:11:01.000010"]


def test_an_event_keeps_any_text_that_json_can_hold(api, types):
    note = 'tab\t newline\n quote" backslash\\ \u00fc \u2603 \U0001f600 \x01\x7f </script>'
    assert created(throw(api, hostname="web", eventTypeId=1, note=note))["note"] == note
    assert ok(api.get("/events/1"))["note"] == note


def test_an_id_may_be_given_as_its_digits(api, types):
    assert created(throw(api, hostname="web", eventTypeId="3"))["eventTypeId"] == 3


@pytest.mark.parametrize("names", [["web"], ["web", "db"]])
def test_a_brief_answer_tells_how_many_events_there_are(api, types, names):
    answer = api.post("/events?brief=true", {"user": "johnny", "eventTypeId": 1, "hostnames": names})
    assert created(answer) == {"totalEvents": len(names)} and "Location" not in answer.headers
    assert ok(api.get("/events"))["totalEvents"] == len(names)
    assert refused(api.post("/events?brief=maybe", {"user": "johnny", "eventTypeId": 1, "hostname": "new"}), 400).startswith("brief:")
