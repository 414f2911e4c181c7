"""Sentry is told of errors that nobody expected: a function of an endpoint is taken away for a moment."""
import contextlib
import json
import re

import pytest

from client import ok, refused
from outside import at_first

pytestmark = pytest.mark.noreset


@pytest.fixture(scope="module", autouse=True)
def settings(far_with):
    far_with("slack_webhook", email_notifications=False)


@pytest.fixture
def broken(far_sql):
    """GET /quests meets something unexpected."""
    @contextlib.contextmanager
    def broken():
        far_sql.run("alter function hermes_api.quests_list(jsonb) rename to quests_list_away")
        try:
            yield
        finally:
            far_sql.run("alter function hermes_api.quests_list_away(jsonb) rename to quests_list")
    return broken


@pytest.fixture
def fail(far, broken):
    """fail(n): so many requests fail."""
    def fail(n=1):
        with broken():
            for _ in range(n):
                refused(far.raw("GET", "/quests?secret=s3cret", documented=False), 500, "Something went wrong on the server.")
        assert ok(far.get("/quests"))["totalQuests"] == 0
    return fail


def test_an_unexpected_error_becomes_an_event_in_an_envelope(far, fail, outbox, outside):
    fail()
    outbox.rest()
    (request,) = outside.sentry.so_far()
    assert (request.method, request.target) == ("POST", "/api/7/envelope/")
    assert request.headers["Content-Type"] == "application/x-sentry-envelope"
    assert re.fullmatch(r"Sentry sentry_version=7, sentry_client=moirai/\S+, sentry_key=publickey", request.headers["X-Sentry-Auth"])
    head, item, event, end = request.body.split(b"\n")
    event_id = json.loads(head)["event_id"]
    assert re.fullmatch("[0-9a-f]{32}", event_id) and end == b""
    assert json.loads(item) == {"type": "event", "length": len(event)}
    (letter,) = ok(far.get("/letters?kind=error"))["letters"]
    assert letter["key"].replace("-", "") == event_id and letter["state"] == "sent"
    said = json.loads(event)
    assert said["event_id"] == event_id and said["level"] == "error" and said["logger"] == "hermes_api.quests_list"
    assert said["logentry"] == {"formatted": "function hermes_api.quests_list(jsonb) does not exist"}
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", said["timestamp"])
    assert re.fullmatch(r"moirai@\S+", said["release"])
    assert b"s3cret" not in request.body


def test_at_most_ten_a_minute_are_told(fail, far_sql, outbox, outside):
    fail(14)
    outbox.rest()
    assert len(outside.sentry.so_far()) == 10
    far_sql.run("update outbox.letters set made_at = made_at - interval '59 s'")
    fail(1)
    outbox.rest()
    assert len(outside.sentry.so_far()) == 10
    far_sql.run("update outbox.letters set made_at = made_at - interval '1 s' where id = (select min(id) from outbox.letters)")
    fail(2)
    outbox.rest()
    assert len(outside.sentry.so_far()) == 11


def test_what_clients_do_wrong_is_no_error_of_ours(far, far_world, outbox):
    refused(far.get("/quests/1"), 404)
    refused(far.post("/quests", {"fateId": 9, "creator": "x", "description": "x", "hostnames": ["a"]}), 400)
    refused(far.post("/hosts", b"not json"), 400)
    refused(far.signed_in().get("/quests"), 401)
    outbox.rest()
    assert outbox.count("channel = 'sentry'") == 0


def test_it_is_tried_again_with_the_same_id(far, fail, outbox, outside):
    outside.sentry.answer = at_first((500, {}, b""), (503, {}, b""), then={"id": "x"})
    fail()
    outbox.rest()
    requests = outside.sentry.so_far()
    assert len(requests) == 3 and len({r.body for r in requests}) == 1


def test_who_sends_too_much_for_sentry_waits(fail, outbox, outside):
    outside.sentry.answer = at_first((429, {"Retry-After": "1"}, b""), then={"id": "x"})
    fail(2)
    outbox.rest()
    first, *others = outside.sentry.so_far()
    assert len(others) == 2 and min(r.at for r in others) - first.at >= 0.95


def test_what_sentry_refuses_is_parked(far, fail, outbox, outside):
    outside.sentry.answer = lambda r: (403, {}, b"")
    fail()
    outbox.rest()
    (letter,) = ok(far.get("/letters?channel=sentry"))["letters"]
    assert (letter["state"], letter["error"], letter["attempts"]) == ("parked", "HTTP 403", 1)


def test_without_sentry_dsn_nothing_is_written(fail, far_set, outbox, outside):
    far_set("sentry_dsn")
    fail()
    outbox.rest()
    assert outbox.count() == 0 and outside.sentry.so_far() == []
