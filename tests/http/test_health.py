"""GET /health and /metrics: who may look, whether all is well, and figures in Prometheus' text form."""
import collections
import os
import re
import signal
import threading

import pytest

from client import Crowd, created, ok, refused
from instance import WORKERS, eventually
from outbox import no_courier

SIGN_IN = "Sign in to use this resource."
WATCHED = ["/health", "/metrics"]
ELSEWHERE = [{"X-Forwarded-For": "192.0.2.1"}, {"X-Forwarded-For": "127.0.0.1"}, {"Forwarded": "for=192.0.2.1"}]
# state; how many seconds ago it was made, in how many it is due; attempts. No mail leaves these instances.
LETTER = """insert into outbox.letters (channel, kind, content, state, made_at, due_at, attempts)
            select 'mail', 'x', '{}', %s, now - made * interval '1 s', now + due * interval '1 s', %s
              from (select clock_timestamp() as now, %s as made, %s as due) given"""


def bearer(token):
    return {"Authorization": "Bearer " + token}


# ---- who may look

@pytest.mark.parametrize("path", WATCHED + ["/health/", "/metrics/"])
def test_this_machine_need_not_sign_in(api, path):
    assert api.signed_in().get(path).status_code == 200


@pytest.mark.parametrize("path", WATCHED)
@pytest.mark.parametrize("headers", ELSEWHERE, ids=str)
def test_what_another_proxy_passes_on_is_not_this_machine(api, path, headers):
    refused(api.signed_in().get(path, headers), 401, SIGN_IN)
    refused(api.signed_in().get(path, {**headers, **bearer("")}), 401, SIGN_IN)
    refused(api.signed_in("admin", "wrong").get(path, headers), 401, SIGN_IN)
    assert api.get(path, headers).status_code == 200


@pytest.mark.parametrize("path", WATCHED)
def test_every_user_may_look_from_anywhere(api, sql, path):
    sql.run("insert into people.users (username, password)"
            " select 'tammy', password from people.users where username = 'admin'")
    assert api.signed_in("tammy", api.auth[1]).get(path, ELSEWHERE[0]).status_code == 200


@pytest.mark.parametrize("path", WATCHED)
@pytest.mark.parametrize("headers", [{}, *ELSEWHERE], ids=str)
def test_who_shows_the_token_may_look_from_anywhere(far, path, headers):
    nobody = far.signed_in()
    for token in (bearer("metrics-secret"), {"Authorization": "bearer metrics-secret"}):
        assert nobody.get(path, {**headers, **token}).status_code == 200
    for token in ("metrics-secre", "metrics-secret2", "Metrics-secret", "x", "metrics-secret metrics-secret"):
        refused(nobody.get(path, {**headers, **bearer(token)}), 401, SIGN_IN)


def test_the_token_opens_nothing_else(far, contract):
    nobody = far.signed_in()
    for method, path in sorted(contract.operations()):
        if method == "GET" and path not in WATCHED + ["/ping"]:
            address = path.replace("{id}", "1").replace("{hostname}", "web")
            refused(nobody.get(address, bearer("metrics-secret")), 401, SIGN_IN)


def test_prometheus_finds_metrics_where_it_looks_by_itself(api):
    answer = api.raw("GET", "/metrics", mount="", headers={"Authorization": None})
    assert answer.status_code == 200 and answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert b"\nmoirai_open_labors 0\n" in answer.content
    refused(api.raw("GET", "/metrics", mount="", headers={"Authorization": None, **ELSEWHERE[0]}), 401, SIGN_IN)


# ---- health

def unwell(answer, message):
    said = answer.json()
    assert answer.status_code == 503 and said["error"]["code"] == 503
    assert re.fullmatch(message, said["error"]["message"]), said["error"]["message"]
    assert said.keys() == {"status", "error", "database", "courier", "letters", "runner", "runs"} and said["status"] == "error"
    return said


def test_when_all_is_well_it_says_so(api):
    said = ok(eventually(lambda: api.get("/health")))
    assert said.keys() == {"database", "courier", "letters", "runner", "runs"} and said["database"] == "ok"
    assert 0 <= said["courier"]["seenSecondsAgo"] < 30
    assert said["letters"] == {"oldestSeconds": 0, "parked": 0}
    assert 0 <= said["runner"]["seenSecondsAgo"] < 60 and said["runs"] == {"waiting": 0, "running": 0}


def test_a_letter_that_has_waited_too_long_is_bad(api, sql):
    sql.run(LETTER, "waiting", 0, 3590, -3590)
    assert 3590 <= ok(api.get("/health"))["letters"]["oldestSeconds"] < 3600
    sql.run(LETTER, "waiting", 3, 7200, 600)
    said = unwell(api.get("/health"), r"A letter has been waiting for 72\d\d s\.")
    assert 7200 <= said["letters"]["oldestSeconds"] < 7260


@pytest.mark.parametrize("state, due, attempts", [("sent", -9000, 1), ("parked", -9000, 9), ("waiting", 600, 0)])
def test_what_was_sent_or_given_up_or_must_wait_for_its_time_has_not_been_kept_waiting(api, sql, state, due, attempts):
    sql.run(LETTER, state, attempts, 9000, due)
    assert ok(api.get("/health"))["letters"] == {"oldestSeconds": 0, "parked": int(state == "parked")}


def test_how_long_a_letter_may_wait_is_a_setting(far, far_set, far_sql):
    far_set("email_notifications", health_letter_age=5)
    far_sql.run(LETTER, "waiting", 0, 7, -7)
    unwell(far.get("/health"), r"A letter has been waiting for \d+ s\.")


def test_without_a_courier_for_30_seconds_it_is_bad(own, own_instance, own_sql, own_types):
    eventually(lambda: own.get("/health").status_code == 200)
    with no_courier(own_instance):
        own_sql.run("update outbox.couriers set seen_at = clock_timestamp() - interval '20 s'")
        assert 20 <= ok(own.get("/health"))["courier"]["seenSecondsAgo"] < 30
        own_sql.run("update outbox.couriers set seen_at = clock_timestamp() - interval '75 s'")
        said = unwell(own.get("/health"), r"No courier has been seen for 7\d s\.")
        assert 75 <= said["courier"]["seenSecondsAgo"] < 80
        assert float(figures(own)[1]["moirai_courier_seen_seconds"]) >= 75
        created(own.post("/hosts", {"hostname": "web"}))
        own_sql.run("update outbox.changes set at = at - interval '2 hours'")
        unwell(own.get("/health"), r"No courier has been seen for 7\d s\. A letter has been waiting for 72\d\d s\.")
        assert figures(own)[1]["moirai_changes_unsorted"] == own_sql.one("select count(*) from outbox.changes") > 0
        own_sql.run("delete from outbox.couriers")
        assert unwell(own.get("/health"), r"No courier has ever been seen\. .*")["courier"] == {"seenSecondsAgo": None}
        assert figures(own)[1]["moirai_courier_seen_seconds"] == float("inf")
    assert eventually(lambda: own.get("/health").status_code == 200, 20)
    assert figures(own)[1]["moirai_changes_unsorted"] == 0


# ---- metrics

SAMPLE = re.compile(r'([a-z_]+)(?:\{((?:[a-z]+="[^"\\\n]*",?)*)\})? (\+Inf|[0-9.e+-]+)')


def figures(api):
    """family -> its type; a sample with its labels, as written -> its value. Fails where the form is not Prometheus'."""
    text = api.get("/metrics").text
    assert text.endswith("\n")
    types, samples, family, helped = {}, {}, None, None
    for line in text.splitlines():
        if line.startswith("# HELP "):
            helped = line.split(" ", 3)[2]
            assert len(line.split(" ", 3)[3]) > 10
        elif line.startswith("# TYPE "):
            _, _, family, kind = line.split(" ")
            assert family == helped and family not in types and kind in ("counter", "gauge", "histogram")
            types[family] = kind
        else:
            match = SAMPLE.fullmatch(line)
            assert match, line
            ends = ("_bucket", "_sum", "_count") if types[family] == "histogram" else ("",)
            assert match[1] in [family + end for end in ends], line
            assert types[family] != "counter" or match[1].endswith("_total")
            key = line.rsplit(" ", 1)[0]
            assert key not in samples, line
            samples[key] = float(match[3])
    return types, samples


def requests(api, method, route):
    """status -> how many."""
    family = "hermes" if method else ""
    found = {re.search('status="([0-9]+)"', key)[1]: value for key, value in figures(api)[1].items()
             if key.startswith(f'moirai_requests_total{{method="{method}",route="{route}",family="{family}",')}
    return collections.Counter({int(k): int(v) for k, v in found.items()})


def test_it_tells_these_families(api):
    types, samples = figures(api)
    assert types == {
        "moirai_requests_total": "counter", "moirai_request_seconds": "histogram", "moirai_open_labors": "gauge",
        "moirai_open_quests": "gauge", "moirai_changes_unsorted": "gauge", "moirai_letters": "gauge",
        "moirai_letters_oldest_seconds": "gauge", "moirai_letters_settled_total": "counter",
        "moirai_courier_seen_seconds": "gauge", "moirai_runs": "gauge", "moirai_runner_seen_seconds": "gauge"}
    assert api.get("/metrics").headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert "no-store" in api.get("/metrics").headers["Cache-Control"]


def test_requests_add_up_over_all_workers_whichever_is_asked(api):
    before = requests(api, "GET", "/fates/{id}")
    clients = [api.signed_in(*api.auth) for _ in range(WORKERS)]
    counts = collections.Counter()

    def ask(client):
        if counts[client] < 25:
            refused(client.get("/fates/7"), 404)
            counts[client] += 1
    crowd = Crowd([lambda c=c: ask(c) for c in clients])
    eventually(lambda: sum(counts.values()) == 25 * WORKERS, 30)
    crowd.stop()
    for _ in range(WORKERS * 3):
        assert requests(api, "GET", "/fates/{id}") - before == {404: 25 * WORKERS}


def test_each_route_and_status_is_counted_apart(api, world):
    def ask():
        tag = ok_tag(api.get("/currentUser"))
        api.get("/currentUser", {"If-None-Match": tag})
        api.signed_in("admin", "wrong").get("/currentUser")
        api.raw("GET", "/currentUser?a=%ff")
        created(api.post("/hosts", {"hostname": "web"}))
        api.post("/hosts", {"hostname": "web"})
        api.put("/hosts/web%2F1", {"hostname": "web"})
        api.raw("DELETE", "/hosts/web", b"{}")
        api.raw("PATCH", "/hosts", b"{}")
        api.raw("GET", "/nothing")
    routes = [("GET", "/currentUser"), ("POST", "/hosts"), ("PUT", "/hosts/{hostname:rest}"),
              ("DELETE", "/hosts/{hostname:rest}"), ("", "none"), ("GET", "/hosts")]
    before = [requests(api, *route) for route in routes]
    ask()
    more = [requests(api, *route) - b for route, b in zip(routes, before)]
    assert more == [{200: 1, 304: 1, 401: 1, 400: 1}, {201: 1, 409: 1}, {404: 1}, {405: 1}, {405: 1, 404: 1}, {}]


def ok_tag(answer):
    ok(answer)
    return answer.headers["ETag"]


def test_the_histogram_is_cumulative_and_agrees_with_the_counters(api):
    for _ in range(20):
        ok(api.get("/currentUser"))
    samples = figures(api)[1]
    buckets = collections.defaultdict(list)
    for key, value in samples.items():
        if match := re.fullmatch(r'moirai_request_seconds_bucket\{(.*),le="(.*)"\}', key):
            buckets[match[1]].append((float(match[2]), value))
    totals = collections.Counter()
    for key, value in samples.items():
        if match := re.fullmatch(r'moirai_requests_total\{(.*),status="[0-9]+"\}', key):
            totals[match[1]] += value
    assert 'method="GET",route="/currentUser",family="hermes"' in buckets
    assert buckets.keys() == totals.keys()
    for route, counted in buckets.items():
        bounds, values = zip(*counted)
        assert bounds == (.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, float("inf"))
        assert list(values) == sorted(values) and values[-1] > 0
        assert values[-1] == samples[f"moirai_request_seconds_count{{{route}}}"] == totals[route]
        seconds = samples[f"moirai_request_seconds_sum{{{route}}}"]
        least = sum(low * (b - a) for low, a, b in zip((0, *bounds), (0, *values), values) if b > a)
        assert seconds >= least * 0.99 and (values[-2] < values[-1] or seconds <= sum(
            high * (b - a) for high, a, b in zip(bounds, (0, *values), values) if b > a))


def test_a_request_is_counted_by_the_time_it_took(api, sql):
    key = 'moirai_request_seconds_bucket{method="DELETE",route="/eventtypes/{id}",family="hermes",le="%s"}'
    total = 'moirai_request_seconds_sum{method="DELETE",route="/eventtypes/{id}",family="hermes"}'
    refused(api.delete("/eventtypes/7"), 404)
    before = figures(api)[1]
    sql.run("begin")
    sql.run("lock table fate.event_types in access exclusive mode")
    thread = threading.Thread(target=api.delete, args=("/eventtypes/7",))
    thread.start()
    thread.join(0.3)
    sql.run("commit")
    thread.join(10)
    after = figures(api)[1]
    assert after[key % "0.25"] == before[key % "0.25"] and after[key % "+Inf"] == before[key % "+Inf"] + 1
    assert after[key % "10"] == before[key % "10"] + 1 and 0.25 < after[total] - before[total] < 10


def test_counters_outlive_the_workers(own, own_instance):
    for _ in range(10):
        refused(own.get("/labors/7"), 404)
    before = requests(own, "GET", "/labors/{id}")
    old = set(own_instance.workers())
    own_instance.process.send_signal(signal.SIGHUP)
    eventually(lambda: own_instance.workers() and not old & set(own_instance.workers()))
    own_instance.kill_worker()
    refused(own.get("/labors/7"), 404)
    assert requests(own, "GET", "/labors/{id}") - before == {404: 1}


def test_open_labors_and_quests_are_told(api, world):
    opens, closes = world.chain("reboot required", "reboot completed")
    world.quest(1, "a", "b")
    world.quest(1, "c")
    world.throw(opens, "d")
    assert [figures(api)[1][f"moirai_open_{w}"] for w in ("labors", "quests")] == [4, 2]
    world.throw(closes, "a", "c")
    assert [figures(api)[1][f"moirai_open_{w}"] for w in ("labors", "quests")] == [2, 1]


def test_letters_are_told_by_channel(api, sql):
    none = figures(api)[1]
    assert {k for k in none if k.startswith("moirai_letters{")} == {
        f'moirai_letters{{channel="{c}",state="{s}"}}' for s in ("waiting", "parked")
        for c in ("hook", "live", "mail", "owners", "script", "sentry", "slack", "webhook")}
    for letter in (("waiting", 0, 50, 600), ("waiting", 2, 70, 600), ("parked", 9, 9000, 0), ("sent", 1, 1, 0)):
        sql.run(LETTER, *letter)
    sql.run("insert into outbox.tally values ('mail', 5, 2, 1)")
    some = figures(api)[1]
    assert some['moirai_letters{channel="mail",state="waiting"}'] == 2
    assert some['moirai_letters{channel="mail",state="parked"}'] == 1
    assert some['moirai_letters{channel="slack",state="waiting"}'] == 0
    assert 70 <= some["moirai_letters_oldest_seconds"] < 100
    settled = 'moirai_letters_settled_total{channel="mail",outcome="%s"}'
    assert [some[settled % outcome] for outcome in ("sent", "retry", "parked")] == [5, 2, 1]


def test_a_database_that_is_away_is_bad_health_in_the_usual_shape(own, own_instance):
    settings = own_instance.var / "data/postgresql.conf"
    settings.rename(settings.with_suffix(".away"))
    try:
        os.kill(own_instance.parent_of("postgres"), signal.SIGINT)
        eventually(lambda: own.get("/hosts").status_code == 503)
        for path in WATCHED:
            refused(own.signed_in().get(path), 503, "The database does not answer.")
    finally:
        settings.with_suffix(".away").rename(settings)
    eventually(lambda: own.get("/health").status_code == 200, 30)
