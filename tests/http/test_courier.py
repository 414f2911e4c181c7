"""moirai-courier killed, stopped, doubled, renewed: no letter is lost, and none comes twice but what was in flight; the
outside dead: no request is slower for it; its memory stays as it is.

Letters are to a hundred webhooks: one event is one letter to each. Times are not waited for where a lease can be ended by
hand (outbox.leases_end), which is done only when nobody is left who has a letter."""
import collections
import http.client
import json
import os
import random
import shutil
import signal
import statistics
import time

import pytest

from client import Api, created, ok
from instance import SETTINGS, eventually, process_table
from outbox import Outbox, courier, no_courier
from outside import After, Http
from world import World

pytestmark = pytest.mark.noreset
WEBHOOKS = 100
BATCH = 16              # of the channel webhook; as many letters are in flight at most


@pytest.fixture(scope="module")
def stalled(own_instance, contract):
    """A Slack that does not answer, which another instance was to tell something when these tests began: it takes half a
    minute."""
    slack, api = Http(lambda r: "stall"), Api(own_instance, contract)
    own_instance.renew({**SETTINGS, "slack_webhook": slack.url, "slack_gather": 0, "letter_retry": 50})
    own_instance.reset()
    World(api).throw(*World(api).chain("work required", "work completed")[:1], "a")
    yield slack
    slack.close()
    own_instance.renew(SETTINGS)


@pytest.fixture(scope="module", autouse=True)
def settings(far_with, stalled):
    far_with("slack_webhook", "sentry_dsn", "query_server", "strongpoc_server", email_notifications=False, letter_retry=10)


@pytest.fixture
def hooks(far, far_world, outside):
    """A hundred webhooks, and an event type without fates."""
    far_world.type("log entry")
    for i in range(WEBHOOKS):
        created(far.post("/webhooks", {"url": f"{outside.hook.url}/{i}"}))


def waiting(outbox):
    return outbox.count("channel = 'webhook' and state = 'waiting'")


def write(far_world, outbox, rounds):
    """So many letters to each webhook, while no courier is at work; the keys of all that there are."""
    before = outbox.count("channel = 'webhook'")
    outbox.sql.run("set jit = off")         # as for the courier's role
    for _ in range(rounds):
        far_world.throw(1, "a")
    while outbox.sql.one("select outbox.sort('{}', 1, clock_timestamp())"):
        pass
    assert outbox.count("channel = 'webhook'") == before + rounds * WEBHOOKS
    return set(outbox.sql.column("select key::text from outbox.letters where channel = 'webhook'"))


@pytest.fixture
def plugins(far_instance):
    """With a hook that never ends by itself."""
    folder = far_instance.var / "hanging"
    (folder / "hooks").mkdir(parents=True)
    (folder / "hooks" / "hangs").write_text("#!/bin/sh\nexec sleep 1000\n")
    (folder / "hooks" / "hangs").chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def taken(outside):
    """How often each letter was taken by its receiver, by its key."""
    return collections.Counter(r.key for r in outside.hook.so_far() if r.said == {})


def ended(pids):
    return eventually(lambda: not set(pids) & process_table().keys())


# ---- killed

def died(own, outbox, victims):
    """They are killed in one moment: nobody among them sees another dead, and what they had begun in the database has ended.
    (The sorter would release what a killed process had, and that would no longer look as if it had been in flight.)"""
    for pid in victims:
        os.kill(pid, signal.SIGSTOP)
    eventually(lambda: outbox.sql.one("select not exists (select from pg_stat_activity where application_name = 'moirai-courier'"
                                      " and state <> 'idle')"))
    own.kill(*victims)


def test_a_courier_killed_a_hundred_times_loses_no_letter_and_doubles_those_in_flight_at_most(
        far_instance, far_world, hooks, outside, outbox):
    dice, doubtful, keys = random.Random(7), collections.Counter(), set()
    outside.hook.answer = lambda r: After(dice.random() / 50, {} if dice.random() < 0.8 else (500, {}, b""))
    with no_courier(far_instance):
        for _ in range(100):
            if waiting(outbox) < 1000:
                keys = write(far_world, outbox, 20)
            with courier(far_instance) as own:
                enough = len(outside.hook.so_far()) + dice.randrange(2 * BATCH)
                eventually(lambda: len(outside.hook.so_far()) > enough, 30, every=0.002)
                children = own.children()
                if dice.randrange(3) == 0:
                    own.kill(own.pid)
                else:
                    died(own, outbox, [own.pid, *children])
                own.wait()
                ended(children)     # by themselves, when it was their parent that died
            doubtful.update(outbox.sql.column("select key::text from outbox.letters where channel = 'webhook'"
                                              " and outbox.is_claimed(state, lease, due_at, clock_timestamp())"))
            outbox.leases_end()
        assert waiting(outbox) > 0      # it was killed while sending
    outbox.rest(60)
    came, sent = taken(outside), collections.Counter(outside.hook.keys())
    claims = dict(outbox.sql.rows("select key::text, attempts from outbox.letters where channel = 'webhook'"))
    assert set(came) == keys                                                # none is lost
    assert {key: n - 1 for key, n in came.items() if n - 1 > doubtful[key]} == {}
    assert {key: n for key, n in sent.items() if n > claims[key]} == {}     # a claim is sent once
    assert sum(doubtful.values()) <= BATCH * 100
    print(f"{len(keys)} letters, {sum(doubtful.values())} in flight, {sum(came.values()) - len(came)} doubled")


def test_what_a_killed_process_had_is_sent_again_long_before_its_lease_ends(
        far_instance, far_world, hooks, outside, outbox):
    outside.hook.answer = lambda r: After(0.3, {})
    with no_courier(far_instance):
        keys = write(far_world, outbox, 1)
    eventually(outside.hook.so_far)
    for pid in far_instance.couriers():
        os.kill(pid, signal.SIGKILL)
    outbox.rest(30)         # the lease is 35 s
    came = taken(outside)
    assert set(came) == keys and 1 <= sum(came.values()) - len(came) <= BATCH


@pytest.fixture
def postgres_comes_back(far, far_instance):
    far_instance.fsync("on")
    yield
    far_instance.fsync("off")
    eventually(lambda: far.get("/hosts").status_code == 200, 30)
    eventually(lambda: len(far_instance.couriers()) >= 3, 30)


def test_killing_postgresql_while_letters_are_sent_loses_none(
        far_instance, far_world, hooks, outside, postgres_comes_back):
    outbox = Outbox(far_instance)
    with no_courier(far_instance):
        keys = write(far_world, outbox, 10)
    for n in (200, 600):
        eventually(lambda: len(outside.hook.so_far()) > n, 30, every=0.002)
        far_instance.kill("postgres")
    outbox.close()
    outbox = eventually(lambda: Outbox(far_instance), 30)
    eventually(lambda: set(taken(outside)) == keys or len(outside.hook.so_far()) > 900, 60)
    with no_courier(far_instance):
        outbox.leases_end()
    outbox.rest(60)
    came = taken(outside)
    assert set(came) == keys
    assert sum(came.values()) - len(came) <= 2 * BATCH
    assert outbox.count("channel = 'webhook' and state <> 'sent'") == 0
    outbox.close()


# ---- several

def test_several_couriers_never_have_one_letter_at_a_time_and_all_arrive_once(
        far_instance, far_world, hooks, outside, outbox):
    dice = random.Random(3)
    outside.hook.answer = lambda r: After(dice.random() / 100, {} if dice.random() < 0.7 else (500, {}, b""))
    with no_courier(far_instance):
        keys = write(far_world, outbox, 15)
    with courier(far_instance) as second, courier(far_instance) as third:
        outbox.rest(60)
        assert second.stop() == third.stop() == 0
    tries = collections.defaultdict(list)
    for r in outside.hook.so_far():
        tries[r.key].append((r.at, r.until))
    assert [key for key, times in tries.items() if any(b[0] < a[1] for a, b in zip(times, times[1:]))] == []
    assert taken(outside) == {key: 1 for key in keys}


# ---- stopped and renewed

def test_one_that_is_told_to_end_settles_what_is_in_flight(far_instance, far_world, hooks, outside, outbox):
    outside.hook.answer = lambda r: After(0.2, {})
    with no_courier(far_instance):
        keys = write(far_world, outbox, 1)
        for _ in range(3):
            with courier(far_instance) as own:
                before = len(outside.hook.so_far())
                eventually(lambda: len(outside.hook.so_far()) > before)
                assert own.stop() == 0
            assert outbox.count("channel = 'webhook' and lease is not null") == 0
            sent = set(outbox.sql.column("select key::text from outbox.letters where channel = 'webhook' and state = 'sent'"))
            assert sent == set(taken(outside)) and len(sent) < len(keys)
    outbox.rest()
    assert taken(outside) == {key: 1 for key in keys}


def test_renewed_while_letters_are_sent_it_neither_loses_nor_doubles_any(
        far_instance, far_world, far_set, hooks, outside, outbox):
    outside.hook.answer = lambda r: After(0.1, {})
    with no_courier(far_instance):
        keys = write(far_world, outbox, 5)
    eventually(outside.hook.so_far)
    assert waiting(outbox) > BATCH
    far_set(letter_retry=11)
    far_set(letter_retry=12)
    outbox.rest(30)
    assert taken(outside) == {key: 1 for key in keys}


def test_new_settings_count_from_then_on(far_world, far_set, outside, outbox):
    opened, _ = far_world.chain("work required", "work completed")
    far_set(slack_webhook=outside.slack.url + "/first", slack_gather=0)
    far_world.throw(opened, "a")
    outbox.rest()
    far_set(slack_webhook=outside.slack.url + "/second", slack_gather=0, email_notifications=True)
    far_world.quest(1, "a")
    outbox.rest()
    assert [r.path for r in outside.slack.so_far()] == ["/first", "/second", "/second"]
    assert outside.smtp.subjects() == ["Quest 1 started"]


# ---- what it costs

class Thrower:
    """Throws events over one connection, as fast as they are answered."""

    def __init__(self, far, types):
        self.connection = http.client.HTTPConnection("127.0.0.1", far.instance.port, timeout=30)
        self.headers = {**far.basic(), "Content-Type": "application/json"}
        self.types = types

    def median(self, n):
        """Of n requests, in seconds."""
        times = []
        for i in range(n):
            body = json.dumps({"user": "johnny", "eventTypeId": self.types[i % 2], "hostname": f"host{i % 20}"})
            began = time.perf_counter()
            self.connection.request("POST", "/api/v1/events", body, self.headers)
            answer = self.connection.getresponse()
            answer.read()
            times.append(time.perf_counter() - began)
            assert answer.status == 201
        return statistics.median(times)


def test_a_dead_outside_slows_no_request(far, far_world, far_set, outside, outbox, plugins):
    """Slack, relay, query server, webhooks, a hook and Sentry: all stall."""
    far_set(slack_webhook=outside.slack.url, slack_gather=0, email_notifications=True, quest_mail_every=0,
            query_server=outside.query.url, plugin_dir=str(plugins), hook_timeout=1, letter_retry=50)
    types = far_world.chain("work required", "work completed")
    for i in range(3):
        created(far.post("/webhooks", {"url": f"{outside.hook.url}/{i}"}))
    thrower = Thrower(far, types)

    def measured():
        outside.forget()
        far_world.quest(1, *(f"host{i}" for i in range(20)))
        eventually(lambda: outside.slack.so_far() and outside.hook.so_far() and outside.smtp.tries)
        return thrower.median(100)
    measured()
    ratios = []
    for _ in range(6):
        alive = measured()
        outside.everything_stalls()
        ratios.append(measured() / alive)
        outside.everything_as_usual()
    print(f"a request takes {alive * 1e3:.2f} ms; dead to alive: {', '.join(f'{r:.2f}' for r in ratios)}")
    assert min(ratios) < 1.1 and statistics.median(ratios) < 2      # the machine is not ours alone


def pss(pid):
    """Kilobytes that are its own, and its part of what it shares."""
    with open(f"/proc/{pid}/smaps_rollup") as f:
        return next(int(line.split()[1]) for line in f if line.startswith("Pss:"))


@pytest.mark.skipif("asan" in os.environ.get("MOIRAI_CONFIGURE", ""), reason="AddressSanitizer keeps what was freed")
def test_its_memory_stays_as_it_is(far_instance, far_world, far_set, hooks, outside, outbox):
    far_set(slack_webhook=outside.slack.url, email_notifications=True, sentry_dsn=outside.sentry.url.replace("//", "//k@") + "/7")
    mail = {"from": "a@example.com", "to": ["b@example.com"], "cc": [], "recipients": ["b@example.com"], "subject": "ä" * 50,
            "text": "x" * 3000, "html": "<p>" * 1000}

    def send(n):
        for server in (outside.hook, outside.slack):
            dice = random.Random(5)
            server.answer = lambda r: {} if dice.random() < 0.9 else (500, {}, b"x" * 100) if dice.random() < 0.8 else "drop"
        for channel, count, content in (("webhook", n, {"events": ["x" * 2000]}), ("slack", n // 10, {"text": "x" * 2000}),
                                        ("sentry", n // 10, {"message": "x" * 500}), ("mail", n // 50, mail)):
            outbox.sql.run(
                "insert into outbox.letters (channel, kind, content, webhook_id, receiver, made_at, due_at)"
                " select %s, 'test', %s, case when %s then i %% 100 + 1 end, %s || i %% 100, now(), now() from generate_series(1, %s) i",
                channel, json.dumps(content), channel == "webhook", channel, count)
        for _ in range(n // 200):
            far_world.throw(1, "a")
        outbox.rest(60)
    send(1000)
    couriers = far_instance.couriers()
    before = {pid: pss(pid) for pid in couriers}
    send(3000)
    assert far_instance.couriers() == couriers
    grown = {pid: pss(pid) - before[pid] for pid in couriers}
    print(f"kB before {sorted(before.values())}, grown by {sorted(grown.values())}")
    assert max(grown.values()) < 300


# The last one, for it waits for what has begun with the first.
def test_what_stalls_is_tried_again_with_the_same_key_after_half_a_minute(stalled, own_instance, contract):
    first, second = eventually(lambda: len(stalled.so_far()) > 1 and stalled.so_far()[:2], 60)
    assert first.key == second.key and first.body == second.body
    assert second.at - first.at > 29
    (letter,) = ok(Api(own_instance, contract).get("/letters"))["letters"]
    assert letter["key"] == first.key and letter["error"] == "no answer within 30 s"
