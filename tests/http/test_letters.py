"""GET /letters, GET /letters/N, POST /letters/N/retry: what leaves the house, as administrators see it; and its figures in
/metrics and /health."""
import re

import pytest

from client import ok, refused
from instance import eventually
from outbox import no_courier

pytestmark = pytest.mark.noreset


@pytest.fixture(scope="module", autouse=True)
def settings(far_with):
    far_with("query_server", "strongpoc_server", "sentry_dsn", slack_gather=0)


@pytest.fixture
def chain(far_world):
    return far_world.chain("work required", "work completed")


@pytest.fixture
def plain(far, far_sql):
    """A user who is no administrator."""
    far_sql.run("insert into people.users (username, password) select 'plain', password from people.users where username = 'admin'")
    return far.signed_in("plain", "secret")


@pytest.fixture
def parked(far, far_world, chain, outbox, outside):
    """A letter that Slack has refused."""
    outside.slack.answer = lambda r: (404, {}, b"no_service")
    far_world.throw(1, "a")
    outbox.rest()
    outside.slack.answer = lambda r: (200, {}, b"ok")
    outside.slack.forget()
    (letter,) = ok(far.get("/letters?state=parked"))["letters"]
    return letter["id"]


def the_one(far):
    """The only letter, once there is one."""
    return eventually(lambda: ok(far.get("/letters?limit=1"))["letters"])[0]["id"]


def listed(far, query=""):
    said = ok(far.get("/letters" + query))
    return said["totalLetters"], [x["kind"] for x in said["letters"]]


# ---- lists

def test_letters_are_listed_newest_first_with_what_became_of_them(far, far_world, chain, outbox):
    far_world.quest(1, "a", "b")
    outbox.rest()
    said = ok(far.get("/letters"))
    assert (said["limit"], said["offset"], said["totalLetters"]) == (10, 0, 3)
    by_kind = {x["kind"]: x for x in said["letters"]}
    assert [x["id"] for x in said["letters"]] == sorted((x["id"] for x in said["letters"]), reverse=True)
    assert by_kind.keys() == {"labors-made", "quest-started"} and said["letters"][0]["channel"] == "mail"
    mail = said["letters"][0]
    assert mail == {
        "id": mail["id"], "channel": "mail", "kind": "quest-started", "state": "sent", "key": mail["key"], "questId": 1,
        "webhookId": None, "recipients": ["johnny@example.com"], "subject": "Quest 1 started", "attempts": 1, "error": None,
        "madeTime": mail["madeTime"], "dueTime": None, "settledTime": mail["settledTime"],
        "href": f"{far.base}/letters/{mail['id']}"}
    assert mail["madeTime"] < mail["settledTime"]


def test_letters_are_filtered_by_state_kind_and_channel(far, far_world, chain, outbox, outside):
    outside.slack.answer = lambda r: (404, {}, b"") if b"created 1 labor" in r.body else (200, {}, b"")
    far_world.throw(1, "a")
    outbox.rest()
    far_world.quest(1, "b", "c")
    outbox.rest()
    all_of_them = ["quest-started", "quest-started", "labors-made", "labors-made"]
    assert listed(far) == (4, all_of_them)
    assert listed(far, "?state=sent") == (3, all_of_them[:3])
    assert listed(far, "?state=parked") == (1, ["labors-made"])
    assert listed(far, "?state=waiting") == listed(far, "?state=sending") == (0, [])
    assert listed(far, "?kind=quest-started") == (2, ["quest-started"] * 2)
    assert listed(far, "?kind=labors-made&state=sent") == (1, ["labors-made"])
    assert listed(far, "?channel=mail") == (1, ["quest-started"])
    assert listed(far, "?channel=slack&kind=quest-started&state=sent") == (1, ["quest-started"])
    assert listed(far, "?channel=mail&state=parked") == listed(far, "?kind=nonsense") == listed(far, "?channel=nonsense") == (0, [])
    assert listed(far, "?limit=1&offset=2") == (4, ["labors-made"])
    assert listed(far, "?limit=all&offset=3") == (4, ["labors-made"])
    assert listed(far, "?limit=0") == (4, [])


def test_a_letter_waits_is_sent_and_was_sent(far, far_instance, far_world, chain, outbox, outside):
    outside.slack.answer = lambda r: "stall"
    with no_courier(far_instance):
        far_world.throw(1, "a")
        assert listed(far) == (0, [])       # a change, not yet a letter
    eventually(lambda: listed(far, "?state=sending") == (1, ["labors-made"]))
    (letter,) = ok(far.get("/letters?state=sending"))["letters"]
    assert letter["attempts"] == 1 and letter["dueTime"] > letter["madeTime"] and letter["settledTime"] is None
    assert listed(far, "?state=waiting") == (0, [])
    outside.slack.answer = lambda r: (500, {}, b"")
    outside.slack.release()
    waiting = eventually(lambda: [x for x in ok(far.get("/letters?state=waiting"))["letters"] if x["error"] == "HTTP 500"])
    assert waiting[0]["dueTime"] > waiting[0]["settledTime"]
    outside.slack.answer = lambda r: (200, {}, b"ok")
    outbox.rest()
    assert listed(far, "?state=sent") == (1, ["labors-made"])


def test_notices_for_the_page_are_listed_only_by_their_channel(far, far_world, chain, outbox):
    far_world.throw(1, "a")
    outbox.rest()
    assert "notices" not in listed(far, "?limit=all")[1]
    assert set(listed(far, "?channel=live&limit=all")[1]) == {"notices"}


@pytest.mark.parametrize("query, name", [("state=gone", "state"), ("state=Sent", "state"), ("limit=x", "limit"), ("offset=-1", "offset")])
def test_what_cannot_be_is_refused(far, query, name):
    assert refused(far.get("/letters?" + query), 400).startswith(name + ":")


# ---- one

def test_one_letter_tells_what_it_says(far, parked):
    said = ok(far.get(f"/letters/{parked}"))
    assert said["content"] == {"text": "*Labors:* created 1 labor"}
    del said["content"]
    assert said == ok(far.get("/letters"))["letters"][0]
    assert (said["state"], said["error"], said["attempts"]) == ("parked", "HTTP 404: no_service", 1)


@pytest.mark.parametrize("letter", ["99", "0"])
def test_a_letter_that_is_not_there_is_not_found(far, parked, letter):
    for answer in (far.get(f"/letters/{letter}"), far.post(f"/letters/{letter}/retry", {})):
        refused(answer, 404, f"No such Letter {letter} found")


# ---- again

def test_a_parked_letter_is_sent_again_when_somebody_says_so(far, parked, outbox, outside):
    before = ok(far.get(f"/letters/{parked}"))
    said = ok(far.post(f"/letters/{parked}/retry", {}))
    assert (said["id"], said["state"], said["attempts"], said["key"]) == (parked, "waiting", 0, before["key"])
    assert said["content"] == before["content"]
    outbox.rest()
    assert outside.slack.texts() == ["*Labors:* created 1 labor"] and outside.slack.keys() == [before["key"]]
    after = ok(far.get(f"/letters/{parked}"))
    assert (after["state"], after["attempts"], after["error"]) == ("sent", 1, None)


def test_a_letter_that_waits_for_its_next_try_is_tried_now(far, far_set, far_world, chain, outbox, outside):
    far_set(letter_retry=60000)
    outside.slack.answer = lambda r: (500, {}, b"")
    far_world.throw(1, "a")
    letter = the_one(far)
    eventually(lambda: ok(far.get(f"/letters/{letter}"))["error"] == "HTTP 500")
    outside.slack.answer = lambda r: (200, {}, b"ok")
    assert ok(far.post(f"/letters/{letter}/retry", {}))["attempts"] == 0
    eventually(lambda: ok(far.get(f"/letters/{letter}"))["state"] == "sent")


def test_a_letter_that_was_sent_is_not_sent_again(far, parked, outbox, outside):
    ok(far.post(f"/letters/{parked}/retry", {}))
    outbox.rest()
    refused(far.post(f"/letters/{parked}/retry", {}), 409, f"Letter {parked} is sent")
    outbox.rest()
    assert len(outside.slack.so_far()) == 1


def test_a_letter_that_is_being_sent_is_left_alone(far, far_world, chain, outbox, outside):
    outside.slack.answer = lambda r: "stall"
    far_world.throw(1, "a")
    eventually(outside.slack.so_far)
    letter = the_one(far)
    refused(far.post(f"/letters/{letter}/retry", {}), 409, f"Letter {letter} is sending")
    outside.slack.answer = lambda r: (200, {}, b"ok")
    outside.slack.release()
    outbox.rest()


def test_letters_are_for_administrators(far, parked, plain, outbox, outside):
    for answer in (plain.get("/letters"), plain.get("/letters/1"), plain.get("/letters/99"), plain.post(f"/letters/{parked}/retry", {}),
                   plain.post("/letters/99/retry", {}), plain.get("/letters?state=gone")):
        refused(answer, 403, "This is for administrators.")
    nobody = far.signed_in()
    for answer in (nobody.get("/letters"), nobody.get("/letters/1"), nobody.post(f"/letters/{parked}/retry", {})):
        refused(answer, 401)
    outbox.rest()
    assert outside.slack.so_far() == [] and ok(far.get(f"/letters/{parked}"))["state"] == "parked"


# ---- figures

def figures(far):
    text = far.get("/metrics").content.decode()
    return {name: float(value) for name, value in re.findall(r"^(moirai_(?:letters|changes|courier)\S*) (\S+)$", text, re.M)}


def test_metrics_count_letters_by_channel_and_state(far, parked, far_world, outbox, outside):
    outside.smtp.close()
    far_world.quest(1, "b")
    eventually(lambda: outbox.count("channel = 'mail' and attempts > 1"))
    now = figures(far)
    assert now['moirai_letters{channel="slack",state="parked"}'] == 1
    assert now['moirai_letters{channel="slack",state="waiting"}'] == 0
    assert now['moirai_letters{channel="mail",state="waiting"}'] == 1
    assert now['moirai_letters_settled_total{channel="slack",outcome="parked"}'] == 1
    assert now['moirai_letters_settled_total{channel="mail",outcome="retry"}'] >= 1
    assert now["moirai_changes_unsorted"] == 0
    assert 0 < now["moirai_letters_oldest_seconds"] < 30 and 0 <= now["moirai_courier_seen_seconds"] < 10
    outside.smtp.start()
    outbox.rest()
    now = figures(far)
    assert now['moirai_letters{channel="mail",state="waiting"}'] == now["moirai_letters_oldest_seconds"] == 0
    assert now['moirai_letters_settled_total{channel="mail",outcome="sent"}'] == 1


def test_metrics_and_health_tell_since_when_the_oldest_waits(far, far_sql, far_world, chain, outbox, outside):
    outside.smtp.close()
    far_world.quest(1, "b")
    eventually(lambda: outbox.count("channel = 'mail' and attempts > 0"))
    far_sql.run("update outbox.letters set made_at = made_at - interval '1000 s' where channel = 'mail'")
    assert 1000 <= figures(far)["moirai_letters_oldest_seconds"] < 1030
    assert 1000 <= ok(far.get("/health"))["letters"]["oldestSeconds"] < 1030
    far_sql.run("update outbox.letters set made_at = made_at - interval '2700 s' where channel = 'mail'")
    answer = far.get("/health")
    assert re.fullmatch(r"A letter has been waiting for 37\d\d s\.", refused_with_more(answer))
    outside.smtp.start()
    outbox.rest()
    assert ok(far.get("/health"))["letters"]["oldestSeconds"] == 0


def refused_with_more(answer):
    """/health says besides how things are."""
    assert answer.status_code == 503
    return answer.json()["error"]["message"]


def test_health_counts_parked_letters(far, parked):
    assert ok(far.get("/health"))["letters"] == {"oldestSeconds": 0, "parked": 1}


def test_changes_that_no_courier_sorts_are_told_as_well(far, far_instance, far_sql, far_world, chain, outbox):
    outbox.rest()
    with no_courier(far_instance):
        far_world.throw(1, "a", "b")
        far_world.throw(2, "a")
        assert figures(far)["moirai_changes_unsorted"] == 2
        far_sql.run("update outbox.changes set at = at - interval '3700 s'")
        assert figures(far)["moirai_letters_oldest_seconds"] >= 3700
        assert "A letter has been waiting for 37" in refused_with_more(far.get("/health"))
    outbox.rest()
    assert figures(far)["moirai_changes_unsorted"] == 0
