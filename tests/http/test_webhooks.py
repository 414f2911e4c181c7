"""Webhooks: who is told of which events, signed how, and that all of it arrives in the end. doc/openapi.yaml (webhooks)
says what is sent."""
import collections
import hashlib
import hmac
import random

import pytest

from client import created, ok, refused
from instance import eventually
from outbox import no_courier
from outside import at_first

pytestmark = pytest.mark.noreset


@pytest.fixture(scope="module", autouse=True)
def settings(far_with):
    far_with("slack_webhook", "sentry_dsn", email_notifications=False, letter_retry=20)


@pytest.fixture
def types(far_world):
    """work required (1), work completed (2), log entry (3)"""
    return [far_world.type(n) for n in ("work required", "work completed", "log entry")]


@pytest.fixture
def hook(far, outside):
    """hook(path, ...): a new webhook to outside.hook's path."""
    return lambda path="/in", **more: created(far.post("/webhooks", {"url": outside.hook.url + path, **more}))


@pytest.fixture
def told(outbox, outside, contract):
    """told(path): the requests that came there once everything was sent; each is as doc/openapi.yaml says."""
    def told(path="/in"):
        outbox.rest()
        requests = [r for r in outside.hook.so_far() if r.path == path]
        for r in requests:
            contract.must_fit("Delivery", {"$ref": "#/components/schemas/Delivery"}, r.json(), "a webhook's body")
            assert r.method == "POST" and r.headers["Content-Type"] == "application/json"
            assert r.key == r.headers["X-Moirai-Delivery"] == r.json()["key"]
        return requests
    return told


def events(requests):
    return [e for r in requests for e in r.json()["events"]]


# ---- what is told

def test_an_event_is_told_as_it_was(far, far_world, types, hook, told):
    assert hook()["id"] == 1
    far_world.throw(3, "b")
    far_world.throw(1, "web", note="Zwölf \U0001f600 \"x\"\n")
    said = ok(far.get("/events/2"))
    requests = told()
    assert [e["id"] for e in events(requests)] == [1, 2]
    assert events(requests)[1] == {
        "id": 2, "hostId": 2, "hostname": "web", "timestamp": said["timestamp"], "user": "johnny@example.com", "eventTypeId": 1,
        "category": "work", "state": "required", "note": "Zwölf \U0001f600 \"x\"\n", "href": "/api/v1/events/2"}
    assert {r.json()["webhookId"] for r in requests} == {1}


def test_events_of_quests_are_told_as_well(far_world, types, hook, told):
    hook()
    far_world.fate(1)
    far_world.quest(1, "a", "b", creator="tammy")
    assert [(e["hostname"], e["user"], e["state"]) for e in events(told())] == [
        ("a", "tammy@example.com", "required"), ("b", "tammy@example.com", "required")]


def test_many_events_come_a_hundred_at_a_time(far_world, types, hook, told):
    hook()
    far_world.throw(1, *(f"h{i}" for i in range(250)))
    requests = told()
    assert sorted(len(r.json()["events"]) for r in requests) == [50, 100, 100]
    assert sorted(e["id"] for e in events(requests)) == list(range(1, 251))
    assert len({r.key for r in requests}) == 3


def test_a_webhook_is_told_of_what_it_wants(far_world, types, hook, told):
    wishes = [(None, [1, 2, 3]), ([], []), ([{"category": "work"}], [1, 2]), ([{"state": "entry"}], [3]),
              ([{"category": "work", "state": "completed"}], [2]), ([{"category": "log"}, {"state": "required"}], [1, 3]),
              ([{"category": "work"}, {"category": "work"}], [1, 2]), ([{"category": "Work"}, {"category": "work", "state": "entry"}], [])]
    for i, (wanted, _) in enumerate(wishes):
        assert hook(f"/{i}", eventTypes=wanted)["eventTypes"] == wanted
    for t in types:
        far_world.throw(t, "a")
    assert [sorted(e["id"] for e in events(told(f"/{i}"))) for i in range(len(wishes))] == [ids for _, ids in wishes]


def test_each_webhook_is_told_for_itself(far_world, types, hook, told):
    hook("/one")
    hook("/two", eventTypes=[{"state": "completed"}])
    hook("/three", active=False)
    far_world.throw(1, "a")
    far_world.throw(2, "a")
    assert [e["id"] for e in events(told("/one"))] == [1, 2]
    assert [e["id"] for e in events(told("/two"))] == [2]
    assert told("/three") == []


def test_what_was_sent_to_a_webhook_is_found_by_its_number(far, far_world, types, hook, told):
    hook("/one"), hook("/two")
    far_world.throw(3, "a")
    told()
    (mine,) = ok(far.get("/letters?webhookId=2"))["letters"]
    assert (mine["webhookId"], mine["channel"]) == (2, "webhook") and ok(far.get("/letters"))["totalLetters"] == 2
    assert [ok(far.get(f"/letters?{q}"))["totalLetters"] for q in ("webhookId=1&state=sent", "webhookId=1&state=parked", "webhookId=3", "webhookId=")] == [1, 0, 0, 2]
    assert refused(far.get("/letters?webhookId=x"), 400).startswith("webhookId:")


def test_a_change_counts_from_then_on(far, far_world, types, hook, told, outside):
    hook()
    far_world.throw(1, "a")
    told()
    ok(far.put("/webhooks/1", {"url": outside.hook.url + "/there", "eventTypes": [{"category": "log"}]}))
    far_world.throw(1, "a")
    far_world.throw(3, "a")
    assert [e["id"] for e in events(told())] == [1]
    assert [e["id"] for e in events(told("/there"))] == [3]
    ok(far.put("/webhooks/1", {"active": False}))
    far_world.throw(3, "a")
    assert len(told("/there")) == 1


# ---- who says so

def test_a_body_is_signed_by_the_secret(far_world, types, hook, told):
    secrets = ["s3cret", "Schlüssel \U0001f511", "x" * 256, None, ""]
    for i, secret in enumerate(secrets):
        assert hook(f"/{i}", secret=secret)["signed"] is bool(secret)
    assert hook("/without")["signed"] is False
    far_world.throw(1, "a", note="Größe")
    for i, secret in enumerate(secrets[:3]):
        (request,) = told(f"/{i}")
        assert request.headers["X-Moirai-Signature"] == "sha256=" + hmac.new(secret.encode(), request.body, hashlib.sha256).hexdigest()
    for path in ("/3", "/4", "/without"):
        (request,) = told(path)
        assert "X-Moirai-Signature" not in request.headers


def test_a_new_secret_signs_what_waits(far, far_world, types, hook, told, outside):
    hook(secret="old")
    outside.hook.answer = lambda r: (500, {}, b"")
    far_world.throw(1, "a")
    eventually(outside.hook.so_far)
    ok(far.put("/webhooks/1", {"secret": "new"}))
    outside.hook.answer = lambda r: {}
    last = told()[-1]
    assert last.headers["X-Moirai-Signature"] == "sha256=" + hmac.new(b"new", last.body, hashlib.sha256).hexdigest()


def test_neither_answers_nor_letters_tell_the_secret(far, far_world, types, hook, told):
    hook(secret="s3cret")
    far_world.throw(1, "a")
    told()
    for path in ("/webhooks", "/webhooks/1", "/letters", "/letters/1"):
        assert b"s3cret" not in far.get(path).content


# ---- until it arrives

def test_what_is_not_taken_comes_again_with_the_same_key_and_body(far, far_world, types, hook, told, outside):
    bad = [(500, {}, b""), (404, {}, b""), (401, {}, b""), (302, {"Location": outside.slack.url}, b""), "drop"]
    answers = {f"/{i}": at_first(b, b, then=(204, {}, b"")) for i, b in enumerate(bad)}
    outside.hook.answer = lambda r: answers[r.path]()
    for path in answers:
        hook(path)
    far_world.throw(1, "a")
    keys = set()
    for path in answers:
        requests = told(path)
        assert len(requests) == 3 and len({(r.key, r.body) for r in requests}) == 1
        keys.add(requests[0].key)
    assert {(x["state"], x["key"], x["error"]) for x in ok(far.get("/letters"))["letters"]} == {("sent", k, None) for k in keys}
    assert len(keys) == len(bad) and outside.slack.so_far() == []


def test_who_does_not_want_any_more_gets_no_more(far, far_world, types, hook, told, outside):
    hook()
    outside.hook.answer = lambda r: (410, {}, b"")
    far_world.throw(1, "a")
    assert len(told()) == 1
    (letter,) = ok(far.get("/letters"))["letters"]
    assert (letter["state"], letter["error"], letter["webhookId"]) == ("parked", "HTTP 410", 1)


def test_who_asks_for_time_gets_it_and_the_others_get_theirs(far_world, types, hook, told, outside):
    hook("/busy")
    hook("/in")
    answer = at_first((429, {"Retry-After": "2"}, b""), then={})
    outside.hook.answer = lambda r: answer(r) if r.path == "/busy" else {}
    far_world.throw(1, "a")
    eventually(lambda: len(outside.hook.so_far()) == 2)
    far_world.throw(1, "b")
    first, *others = told("/busy")
    assert len(others) == 2 and min(r.at for r in others) - first.at >= 1.9
    assert max(r.at for r in told("/in")) < min(r.at for r in others)


def test_a_stalled_webhook_holds_up_another_once_at_most(far_world, far_sql, types, hook, outside):
    """It has ten seconds. Then it is served apart, until it answers again."""
    outside.hook.answer = lambda r: "stall" if r.path == "/dead" else {}
    hook("/dead")
    hook("/in")
    came = lambda: {e["id"] for r in outside.hook.so_far() if r.path == "/in" for e in r.json()["events"]}
    far_world.throw(1, "a")
    eventually(lambda: came() == {1})
    eventually(lambda: far_sql.one("select error from outbox.letters where receiver = 'webhook 1'") == "no answer within 10 s", 15)
    for i in range(2, 8):
        far_world.throw(1, "a")
        eventually(lambda: i in came(), 8)
    tried = [r for r in outside.hook.so_far() if r.path == "/dead"]
    assert len(tried) >= 1 and len({r.key for r in tried}) <= 4     # a quarter of sixteen at a time
    outside.hook.answer = lambda r: {}
    outside.hook.release()
    eventually(lambda: {e["id"] for r in outside.hook.so_far() if r.path == "/dead" and r.said == {} for e in r.json()["events"]}
               == set(range(1, 8)), 20)
    eventually(lambda: far_sql.one("select count(*) from outbox.holds") == 0)


def test_a_deleted_webhook_gets_nothing_more_and_the_others_get_theirs(
        far, far_world, types, hook, told, outside, outbox):
    hook("/gone")
    hook("/in")
    outside.hook.answer = lambda r: (500, {}, b"") if r.path == "/gone" else {}
    far_world.throw(1, "a")
    eventually(lambda: [r for r in outside.hook.so_far() if r.path == "/gone"])
    assert ok(far.delete("/webhooks/1"))["href"] == far.base + "/webhooks/1"
    assert outbox.count("webhook_id = 1") == 0
    refused(far.get("/webhooks/1"), 404, "No such Webhook 1 found")
    outbox.rest()
    outside.hook.forget()
    far_world.throw(1, "b")
    assert [e["id"] for e in events(told("/in"))] == [2] and told("/gone") == []


def test_ten_thousand_letters_all_arrive_where_half_the_requests_fail(
        far, far_instance, far_sql, far_world, types, hook, outside, outbox):
    dice = random.Random(1)
    outside.hook.answer = lambda r: {} if dice.random() < 0.5 else (503, {}, b"") if dice.random() < 0.95 else "drop"
    for i in range(50):
        hook(f"/{i}")
    with no_courier(far_instance):
        for i in range(200):
            far_world.throw(1, "a")
        far_sql.run("set jit = off")        # as for the courier's role
        while far_sql.one("select outbox.sort('{}', 1, clock_timestamp())"):
            pass
        assert outbox.count("state = 'waiting' and attempts = 0") == 10000
    outbox.rest(120)
    assert far_sql.rows("select state, count(*) from outbox.letters where channel = 'webhook' group by 1") == [("sent", 10000)]
    requests = outside.hook.so_far()
    taken = collections.Counter(r.key for r in requests if r.said == {})
    assert set(taken) == set(far_sql.column("select key::text from outbox.letters where channel = 'webhook'"))
    assert set(taken.values()) == {1}           # nobody was killed, so none came twice
    assert len(requests) > 19000
    arrived = collections.Counter((r.path, e["id"]) for r in requests if r.said == {} for e in r.json()["events"])
    assert arrived == {(f"/{w}", e): 1 for w in range(50) for e in range(1, 201)}
