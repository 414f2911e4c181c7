"""What Slack is told (hermes-behaviour.md section 7), and what becomes of it when Slack does not take it."""
import pytest

from client import ok
from instance import eventually
from outside import Http, at_first

pytestmark = pytest.mark.noreset
LONG = " ".join(["abcdef"] * 20)


@pytest.fixture(scope="module", autouse=True)
def settings(far_with):
    """What is gathered waits until a test lets it go."""
    far_with("sentry_dsn", slack_gather=3600, email_notifications=False)


@pytest.fixture
def chain(far_world):
    """Types 1 to 3 and their fates: required, ready, completed."""
    return far_world.chain("maintenance required", "maintenance ready", "maintenance completed")


@pytest.fixture
def told(outbox, outside):
    """told(n): what Slack was told once everything was sent, and that these were n letters."""
    def told(n):
        outbox.hurry()
        outbox.rest()
        texts = outside.slack.texts()
        assert len(texts) == n
        outside.slack.forget()
        return texts
    return told


# ---- what it is told

def test_labors_made_are_told_by_their_number(far_world, chain, told):
    far_world.throw(1, *(f"h{i}" for i in range(150)))
    assert told(1) == ["*Labors:* created 150 labors"]
    far_world.throw(1, "a")
    assert told(1) == ["*Labors:* created 1 labor"]


def test_a_message_says_text_name_and_icon_as_json(far_world, chain, told, outbox, outside):
    far_world.throw(1, "a")
    outbox.hurry()
    outbox.rest()
    (request,) = outside.slack.so_far()
    assert request.json() == {"text": "*Labors:* created 1 labor", "username": "Hermes Log", "icon_emoji": ":hermes:"}
    assert (request.method, request.path) == ("POST", "/services/T0/B0/secret")
    assert request.headers["Content-Type"] == "application/json"


def test_a_quest_is_told_after_its_labors(far_world, chain, told):
    far_world.quest(1, "a", "b", "c")
    assert told(2) == ["*Labors:* created 3 labors",
                       '*Quest 1* created by johnny@example.com: 3 hosts started with maintenance required\n\t"a quest"']


def test_fewer_than_ten_closed_labors_are_told_one_by_one_in_one_text(far_world, chain, told):
    hosts = [f"h{i}" for i in range(1, 10)]
    far_world.throw(1, *hosts)
    far_world.throw(2, *hosts)
    told(2)
    far_world.throw(3, *hosts)
    assert told(1) == ["".join(f"*Labor {i + 9}* completed.\n\th{i}: maintenance ready => maintenance completed\n\n"
                               for i in range(1, 10))]


def test_ten_closed_labors_are_told_by_their_number(far_world, chain, told):
    hosts = [f"h{i}" for i in range(10)]
    far_world.throw(1, *hosts)
    told(1)
    far_world.throw(2, *hosts)
    assert told(2) == ["*Labors:* created 10 labors", "*Labors:* completed 10 Labors"]


def test_a_chain_that_moves_on_tells_what_was_made_and_then_what_was_closed(far_world, chain, told):
    far_world.throw(1, "a")
    told(1)
    far_world.throw(2, "a")
    assert told(2) == ["*Labors:* created 1 labor",
                       "*Labor 1* completed.\n\ta: maintenance required => maintenance ready\n\n"]


def test_a_closed_labor_of_a_quest_says_so_and_then_the_quest_is_complete(far_world, told):
    far_world.chain("maintenance required", "maintenance completed")
    far_world.quest(1, "a", "b", description="an aim")
    told(2)
    far_world.throw(2, "b")
    assert told(1) == ["*Labor 2* completed.\n\tb: maintenance required => maintenance completed\n"
                       '\tPart of Quest [1] "an aim"\n\n']
    far_world.throw(2, "a")
    assert told(2) == ["*Labor 1* completed.\n\ta: maintenance required => maintenance completed\n"
                       '\tPart of Quest [1] "an aim"\n\n', '*Quest 1* completed:\n\t"an aim"']


@pytest.mark.parametrize("description", [
    LONG, "Zwölf Boxkämpfer – 十二 \U0001f600 " * 99, 'a "quoted" \\ line\n\tand <another> & *more*'])
def test_a_description_is_told_as_it_is(far_world, told, description):
    far_world.chain("maintenance required", "maintenance completed")
    far_world.quest(1, "a", description=description)
    far_world.throw(2, "a")
    texts = told(4)
    assert texts[1].endswith(f'\n\t"{description}"') and texts[2].endswith(f' [1] "{description}"\n\n')
    assert texts[3] == f'*Quest 1* completed:\n\t"{description}"'


def test_events_without_labors_are_not_told(far_world, chain, told):
    far_world.type("log entry")
    far_world.throw(4, "a", "b")
    far_world.throw(3, "a")
    assert told(0) == []


# ---- many become one

def test_what_is_made_and_closed_in_a_short_time_becomes_one_message_each(far_world, far_sql, told):
    far_world.chain("maintenance required", "maintenance completed")
    for host in "abcdefghijkl":
        far_world.throw(1, host)
    for host in "abcdefghijk":
        far_world.throw(2, host)
    assert told(2) == ["*Labors:* created 12 labors", "*Labors:* completed 11 Labors"]


def test_a_few_closed_one_after_the_other_are_told_one_by_one_in_one_message(far_world, told):
    far_world.chain("maintenance required", "maintenance completed")
    far_world.throw(1, *"abc")
    told(1)
    for host in "cab":
        far_world.throw(2, host)
    assert told(1) == ["".join(f"*Labor {i}* completed.\n\t{h}: maintenance required => maintenance completed\n\n"
                               for i, h in ((1, "a"), (2, "b"), (3, "c")))]


def test_what_comes_after_a_message_was_sent_becomes_another(far_world, chain, told):
    far_world.throw(1, "a")
    assert told(1) == ["*Labors:* created 1 labor"]
    far_world.throw(1, "b", "c")
    assert told(1) == ["*Labors:* created 2 labors"]


def test_it_is_told_by_itself_when_slack_gather_is_over(far_world, far_set, chain, outside):
    far_set(slack_gather=1)
    far_world.throw(1, "a")
    assert eventually(outside.slack.texts) == ["*Labors:* created 1 labor"]


def test_without_slack_webhook_nothing_is_written(far_world, far_set, chain, outbox, outside):
    far_set("slack_webhook")
    far_world.quest(1, "a")
    far_world.throw(2, "a")
    far_world.throw(3, "a")
    outbox.rest()
    assert outbox.count("channel = 'slack'") == 0 and outside.slack.so_far() == []


# ---- when Slack does not take it

@pytest.mark.parametrize("bad", [(500, {}, b"oops"), (408, {}, b""), "drop"], ids=str)
def test_what_fails_is_tried_again_with_the_same_key(far_world, chain, outbox, outside, far, bad):
    outside.slack.answer = at_first(bad, bad, bad, then=(200, {}, b"ok"))
    far_world.throw(1, "a")
    outbox.hurry()
    outbox.rest()
    (letter,) = ok(far.get("/letters?channel=slack"))["letters"]
    assert (letter["state"], letter["error"]) == ("sent", None)
    if bad != "drop":       # on a connection that was kept, curl itself tries once more
        assert letter["attempts"] == 4
    assert outside.slack.keys() == [letter["key"]] * 4
    assert outside.slack.texts() == ["*Labors:* created 1 labor"] * 4


def test_slack_gets_nothing_before_the_time_it_asks_for(far_world, far_set, chain, outbox, outside):
    far_set(slack_gather=0)
    outside.slack.answer = at_first((429, {"Retry-After": "2"}, b"slow down"), then=(200, {}, b"ok"))
    far_world.throw(1, "a")
    eventually(outside.slack.so_far)
    far_world.throw(1, "b")         # whoever asks for time means all that is for him, not only this message
    outbox.rest()
    first, *others = outside.slack.so_far()
    assert sorted(r.json()["text"] for r in others) == ["*Labors:* created 1 labor"] * 2
    assert [r.at - first.at >= 1.9 for r in others] == [True, True]


@pytest.mark.parametrize("status, answer, error", [
    (404, b"no_service", "HTTP 404: no_service"), (400, b"invalid_payload", "HTTP 400: invalid_payload"),
    (403, b"no: /services/T0/B0/secret", "HTTP 403: no: "), (302, b"", "HTTP 302")])
def test_what_slack_refuses_for_good_is_parked_and_the_rest_goes_on(
        far_world, chain, told, outside, far, status, answer, error):
    outside.slack.answer = at_first((status, {"Location": outside.hook.url}, answer), then=(200, {}, b"ok"))
    far_world.quest(1, "a")
    told(2)
    parked, sent = ok(far.get("/letters?state=parked"))["letters"], ok(far.get("/letters?state=sent&channel=slack"))["letters"]
    assert [(p["kind"], p["attempts"], p["error"]) for p in parked] == [("labors-made", 1, error)]
    assert [(s["kind"], s["attempts"], s["error"]) for s in sent] == [("quest-started", 1, None)]
    assert outside.hook.so_far() == []


# ---- the way there

def test_slack_is_reached_through_a_proxy(far_world, far_set, chain, told, outside):
    far_set(slack_proxyhost=outside.hook.url.removeprefix("http://"))
    far_world.throw(1, "a")
    told(0)
    (request,) = outside.hook.so_far()
    assert request.target == outside.slack.url + "/services/T0/B0/secret"
    assert request.json()["text"] == "*Labors:* created 1 labor"


@pytest.fixture
def https(certificates):
    servers = []

    def https(name):
        servers.append(Http(lambda r: (200, {}, b"ok"), tls=certificates.server(name)))
        return servers[-1]
    yield https
    for server in servers:
        server.close()


def test_slacks_certificate_must_be_of_the_right_name_and_known(
        far_world, far_set, chain, https, outbox, certificates, far):
    good, other = https("IP:127.0.0.1"), https("DNS:elsewhere.example.com")

    def error_with(server, **more):
        far_set(slack_webhook=server.url + "/services/T0/B0/secret", **more)
        far_world.throw(1, "a")
        outbox.hurry()
        letter = outbox.tried(far)
        return letter["state"], letter["error"]
    assert error_with(good) == ("waiting", "SSL peer certificate or SSH remote key was not OK")
    assert error_with(other, tls_ca_file=str(certificates.ca)) == (
        "waiting", "SSL peer certificate or SSH remote key was not OK")
    assert good.so_far() == other.so_far() == []
    assert error_with(good, tls_ca_file=str(certificates.ca)) == ("sent", None)


def test_slacks_certificate_is_checked_behind_a_proxy_as_well(
        far_world, far_set, chain, https, outbox, certificates, outside):
    good = https("IP:127.0.0.1")
    outside.hook.answer = lambda r: "tunnel"
    far_set(slack_webhook=good.url + "/services/T0/B0/secret", tls_ca_file=str(certificates.ca),
            slack_proxyhost=outside.hook.url.removeprefix("http://"))
    far_world.throw(1, "a")
    outbox.hurry()
    outbox.rest()
    assert good.texts() == ["*Labors:* created 1 labor"]
    assert [(r.method, r.target) for r in outside.hook.so_far()] == [("CONNECT", f"127.0.0.1:{good.port}")]
