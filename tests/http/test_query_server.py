"""Where a query server is set it is asked, by Hermes's protocol (hermes-behaviour.md section 6), and believed: what it is
sent, what its answers mean, and how it may fail without harming anybody who does not need it."""
import itertools
import json
import os
import signal
import threading
import time
import urllib.parse

import pytest

from client import JSON, Api, created, ok, refused
from instance import WORKERS, eventually
from world import World

pytestmark = pytest.mark.noreset
numbers = itertools.count(1)


@pytest.fixture
def q():
    """A query that no worker remembers an answer to."""
    return f"group=g{next(numbers)}"


def seed(api):
    """Types 1 and 2, fates 1 and 2, fate 3 for creators by type 3. Labors: 1 web1, 2 web2 in quest 1 (johnny's); 3 db1 in
    quest 2, for its creator tammy; 4 db1, of no quest; all open."""
    world = World(api)
    world.chain("reboot required", "reboot completed")
    world.fate(world.type("audit required"), forCreator=True, forOwner=False)
    world.quest(1, "web1", "web2")
    world.quest(3, "db1", creator="tammy")
    world.throw(1, "db1")
    return api


@pytest.fixture(scope="module")
def seeded(far_with, far_instance, contract):
    far_with("slack_webhook", email_notifications=False, query_timeout=1)
    far_instance.reset()
    return seed(Api(far_instance, contract))


@pytest.fixture
def far(seeded, outside):
    """For those that change nothing, which stand before the others."""
    return seeded


@pytest.fixture
def fresh(far_instance, contract, outside):
    """The same, made anew for those that change something."""
    far_instance.reset()
    api = seed(Api(far_instance, contract))
    outside.forget()
    return api


def quoted(text):
    return urllib.parse.quote(text, safe="")


def ids(far, address):
    kind = address[1:].split("?")[0]
    said = ok(far.get(address))
    assert said["total" + kind.capitalize()] == len(said[kind])
    return [thing["id"] for thing in said[kind]]


def throw(far, **body):
    return far.post("/events", {"user": "johnny", "eventTypeId": 1, **body})


def embark(far, **body):
    return far.post("/quests", {"fateId": 1, "creator": "johnny", "description": "x", **body})


def hostnames(far):
    return [h["hostname"] for h in ok(far.get("/hosts?limit=all"))["hosts"]]


# ---- what the query server is sent

@pytest.mark.parametrize("text", ["tag=value", "((", "a b", "ü☃😀", "a+b&c=d?e#f/g%h'\"\\~", "x" * 5000, "not"])
@pytest.mark.parametrize("address, name", [("/hosts?hostQuery=", "query"), ("/labors?userQuery=", "user")])
def test_a_query_is_passed_on_as_it_is_by_one_get(far, outside, address, name, text):
    text += str(next(numbers))
    outside.query.answer = lambda r: {"status": "ok", "results": []}
    far.get(address + quoted(text))
    (request,) = outside.query.so_far()
    assert (request.method, request.target, request.body) == ("GET", f"/api/query?{name}={quoted(text)}", b"")
    assert request.headers["Accept"] == "application/json" and request.headers["User-Agent"].startswith("Moirai/")
    assert not {"Authorization", "Cookie", "Transfer-Encoding"} & request.headers.keys()


def test_blanks_around_a_query_are_not_passed_on(far, outside, q):
    outside.hosts[q] = []
    assert ids(far, f"/hosts?hostQuery=%20{quoted(q)}%20") == []
    refused(throw(far, hostQuery=f" {q} "), 400, "No hosts found with given list")
    assert {r.target for r in outside.query.so_far()} == {"/api/query?query=" + quoted(q)}


def test_a_user_and_a_query_are_two_questions(far, outside, q):
    outside.hosts[q], outside.owners["web1"] = ["web1"], "johnny" + q
    assert ids(far, f"/labors?hostQuery={quoted(q)}&userQuery=johnny{quoted(q)}") == [1]
    assert sorted(r.target for r in outside.query.so_far()) == [
        "/api/query?query=" + quoted(q), "/api/query?user=johnny" + quoted(q)]


def test_extquery_passes_on_all_arguments_with_all_their_values(far, outside):
    outside.query.answer = lambda r: {"status": "ok", "results": [1]}
    n = next(numbers)
    given = f"query=a%20b&x={n}&query=c&%C3%BC=%26&empty=&bare&user= y".replace(" ", "+")
    assert ok(far.get("/extquery?" + given)) == {"href": far.base + "/extquery?" + given, "results": [1]}
    (request,) = outside.query.so_far()
    assert request.method == "GET" and request.path == "/api/query"
    passed = urllib.parse.parse_qs(request.target.split("?")[1], keep_blank_values=True)
    assert passed == {"query": ["a b", "c"], "x": [str(n)], "ü": ["&"], "empty": [""], "bare": [""], "user": [" y"]}


def test_extquery_passes_on_a_body_as_it_is(far, outside):
    outside.query.answer = lambda r: {"status": "ok", "results": {"web1": "johnny"}}
    body = {"operation": "owners", "hostnames": ["web1", "ü", "web1"], "n": next(numbers), "deep": [{"a": None}, 1.5, True],
            "far": [-1e300, 1e-300, 2 ** 63 - 1, 1e19]}
    assert ok(far.post("/extquery", body)) == {"href": far.base + "/extquery", "results": {"web1": "johnny"}}
    (request,) = outside.query.so_far()
    assert (request.method, request.target, request.json()) == ("POST", "/api/query", body)
    assert request.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize("results", [[], {}, None, 0, -1.5, True, "text", ["a", ["b"]], {"a": {"b": [None]}}, "ü☃\n\"\\",
                                     2 ** 62])
def test_extquery_answers_the_results_whatever_they_are(far, outside, results):
    outside.query.answer = lambda r: {"status": "ok", "results": results, "more": 1}
    n = next(numbers)
    assert ok(far.get(f"/extquery?n={n}"))["results"] == results
    assert ok(far.post("/extquery", {"n": n}))["results"] == results


def test_nobody_is_asked_for_a_request_that_is_refused_anyway(far, outside, q):
    nobody = far.signed_in()
    refused(nobody.get("/hosts?hostQuery=" + quoted(q)), 401)
    refused(nobody.post("/extquery", {"operation": "owners"}), 401)
    for path in ("/hosts", "/events", "/labors", "/quests"):
        refused(far.get(f"{path}?limit=x&hostQuery={quoted(q)}"), 400)
    refused(throw(far, eventTypeId=99, hostQuery=q), 400, "Bad event type")
    refused(embark(far, fateId=99, hostQuery=q), 400, "Bad fate id 99")
    refused(embark(far, hostQuery=5), 400, "hostQuery: must be a string")
    refused(far.raw("POST", "/extquery", b"[]"), 400)
    assert outside.query.so_far() == []


# ---- what its answers mean

def test_hosts_are_those_of_the_names_that_are_known(far, outside, q):
    outside.hosts[q] = ["unknown", "db1", "web1", "web1", "ü"]
    said = ok(far.get(f"/hosts?hostQuery={quoted(q)}"))
    assert ([h["hostname"] for h in said["hosts"]], said["totalHosts"]) == (["web1", "db1"], 2)
    assert ids(far, f"/hosts?hostQuery={quoted(q)}&hostname=db1") == [3]
    assert ids(far, f"/hosts?hostQuery={quoted(q)}&hostname=web2") == []
    assert hostnames(far) == ["web1", "web2", "db1"]


def test_events_and_quests_are_those_of_the_hosts(far, outside, q):
    outside.hosts[q] = ["web1", "db1", "unknown"]
    assert ids(far, f"/events?hostQuery={quoted(q)}") == [1, 3, 4]
    assert ids(far, f"/events?hostQuery={quoted(q)}&hostname=web2") == []
    assert ids(far, f"/quests?hostQuery={quoted(q)}") == [1, 2]
    outside.hosts[q + "x"] = ["db1"]
    assert ids(far, f"/quests?hostQuery={quoted(q)}x") == [2]
    assert ids(far, f"/quests?hostQuery={quoted(q)}x&hostnames=web1") == [1, 2]


def test_labors_are_those_for_the_owners_of_the_hosts(far, outside, q):
    outside.hosts[q] = ["db1", "web2", "unknown"]
    assert ids(far, f"/labors?hostQuery={quoted(q)}") == [2, 4]


def test_labors_of_a_user_are_those_for_owners_of_hosts_or_for_the_creator_of_the_quest(far, outside):
    outside.owners.update(web1="tammy", web2="tammy@example.com", unknown="tammy")
    outside.query.answer = lambda r: {"status": "ok", "results": sorted(
        h for h, o in outside.owners.items() if o == r.query["user"][0])}
    assert ids(far, "/labors?userQuery=tammy") == [1]
    assert ids(far, "/labors?userQuery=tammy@example.com") == [2, 3]


def test_what_waits_for_me_is_what_waits_on_the_hosts_that_it_says_are_mine(far, outside):
    outside.owners.update(web1="admin@example.com", unknown="admin@example.com")
    waiting = ok(far.get("/home"))["waiting"]
    (request,) = outside.query.so_far()
    assert request.target == "/api/query?user=admin%40example.com"
    assert (waiting["total"], waiting["whole"], waiting["steps"][0]["questId"]) == (1, True, 1)


def test_a_query_that_names_no_host_shows_nothing_but_for_labors_is_refused(far, outside, q):
    """As Hermes does, and whatever else the user has to do."""
    for n, names in enumerate(([], ["unknown"])):
        outside.hosts[f"{q}{n}"] = names
        for path in ("/hosts", "/events", "/quests"):
            assert ids(far, f"{path}?hostQuery={quoted(q)}{n}") == []
        refused(far.get(f"/labors?hostQuery={quoted(q)}{n}"), 400, "Querying on 0 hosts")
    outside.hosts[q + "2"], outside.owners["web2"] = ["web1"], "u" + q
    refused(far.get(f"/labors?hostQuery={quoted(q)}2&userQuery=u{quoted(q)}"), 400, "Querying on 0 hosts")
    outside.query.answer = lambda r: {"status": "ok", "results": []}
    refused(far.get("/labors?userQuery=tammy%40example.com"), 400, "Querying on 0 hosts")


# ---- how it fails

def everything_that_asks(q):
    """(method, address, body, what a refusal says)"""
    body = {"user": "x", "eventTypeId": 1, "fateId": 1, "creator": "x", "description": "x", "hostnames": ["new"],
            "hostQuery": q}
    said = "Bad host query: " + q
    return [("GET", f"{path}?hostQuery={quoted(q)}", None, said) for path in ("/hosts", "/events", "/labors", "/quests")] + [
        ("GET", "/labors?userQuery=" + quoted(q), None, "Bad user query: " + q),
        ("GET", "/extquery?query=" + quoted(q), None, said),
        ("POST", "/events", body, said), ("POST", "/quests", body, said)]


@pytest.mark.parametrize("answer", [
    {"status": "error"}, {"status": "error", "results": ["web1"]}, {"status": "OK", "results": []},
    {"status": None, "results": []},
    {"results": ["web1"]}, {}, (400, {}, b""), (404, {}, b"<html>"), (403, {}, b'{"status": "ok", "results": []}'),
    (301, {"Location": "http://127.0.0.1:1/"}, b""), (410, {}, b"x" * 100)], ids=lambda a: str(a)[:40])
def test_what_it_refuses_is_a_bad_request(far, far_sql, outside, q, answer):
    outside.query.answer = lambda r: answer
    before = far_sql.state()
    for method, address, body, said in everything_that_asks(q):
        refused(far.call(method, address, body, JSON), 400, said)
    assert refused(far.post("/extquery", {"operation": q}), 400).startswith("Bad host query: ")
    assert refused(far.get("/extquery?x=" + quoted(q)), 400).startswith("Bad host query: ")
    assert far_sql.state() == before


NO_ANSWER, TROUBLE, NONSENSE = ("does not answer.", "is in trouble.", "'s answer makes no sense.")


def results(json_text):
    return 200, {}, b'{"status": "ok", "results": ' + json_text + b"}"


@pytest.mark.parametrize("answer, said", [
    ("drop", NO_ANSWER), ((500, {}, b"<html>"), TROUBLE), ((502, {}, b'{"status": "ok", "results": []}'), TROUBLE),
    ((503, {"Retry-After": "5"}, b""), TROUBLE), ((200, {}, b""), NONSENSE), ((204, {}, b""), NONSENSE),
    ((200, {"Content-Type": "text/html"}, b"<html>"), NONSENSE), ((200, {}, b"[]"), NONSENSE),
    ((200, {}, b'"ok"'), NONSENSE),
    ((200, {}, b'{"status": "ok"}'), NONSENSE), ((200, {}, b'{"status": "ok", "results": []} x'), NONSENSE),
    ((200, {}, b'{"status": "ok", "results": ["a"'), NONSENSE),
    ((200, {}, b'{"status": "ok", "results": [], "results": []}'), NONSENSE), (results(b'["\xff"]'), NONSENSE),
    (results(b'["\\u0000"]'), NONSENSE), (results(b'["a\\ud800"]'), NONSENSE),
    (results(b"1e999"), NONSENSE), (results(b"[" * 5000 + b"]" * 5000), NONSENSE)], ids=lambda a: str(a)[:50])
def test_when_it_does_not_answer_or_makes_no_sense_the_gateway_is_bad(far, far_sql, outside, q, answer, said):
    outside.query.answer = lambda r: answer
    before = far_sql.state()
    for method, address, body, _ in everything_that_asks(q) + [("POST", "/extquery", {"operation": q}, None)]:
        why = "The query server" + (said if said.startswith("'") else " " + said)
        refused(far.call(method, address, body, JSON), 502, why)
    assert far_sql.state() == before


@pytest.mark.parametrize("wrong", [None, {}, "web1", 5, True, [1], [None], [True], [["a"]], [{"hostname": "a"}], [""],
                                   ["x" * 129], ["web1", "\u2603" * 129], {"web1": "johnny"}], ids=lambda a: str(a)[:40])
def test_names_of_hosts_are_a_list_of_texts_that_fit_or_make_no_sense(far, far_sql, outside, q, wrong):
    outside.query.answer = lambda r: {"status": "ok", "results": wrong}
    before = far_sql.state()
    for method, address, body, _ in everything_that_asks(q):
        if not address.startswith("/extquery"):
            refused(far.call(method, address, body, JSON), 502, "The query server's answer makes no sense.")
    assert far_sql.state() == before


def test_it_may_answer_64_mib_and_not_more(far, far_set, outside, q):
    far_set(query_timeout=20)
    front, back = b'{"status": "ok", "results": ["web1"', b"]}"
    whole = front + b" " * ((64 << 20) - len(front) - len(back)) + back
    outside.query.answer = lambda r: (200, {}, whole)
    assert ids(far, "/hosts?hostQuery=" + quoted(q)) == [1]
    outside.query.answer = lambda r: (200, {}, whole + b" ")
    refused(far.get(f"/hosts?hostQuery={quoted(q)}x"), 502, "The query server answers more than can be read.")
    outside.query.answer = lambda r: (200, {"X-Long": "x" * 70000}, front + back)
    refused(far.get(f"/hosts?hostQuery={quoted(q)}y"), 502)
    assert ok(far.get("/hosts"))["totalHosts"] == 3


def test_it_has_query_timeout_for_an_answer(far, far_sql, outside, q):
    outside.query.answer = lambda r: "stall"
    before = far_sql.state()
    for method, address, body, _ in everything_that_asks(q)[-2:]:
        begun = time.monotonic()
        refused(far.call(method, address, body, JSON), 504, "The query server did not answer within 1 s.")
        assert 0.9 < time.monotonic() - begun < 4
    assert far_sql.state() == before
    outside.query.answer, outside.hosts[q] = outside.as_query_server, ["web1"]
    assert ids(far, "/hosts?hostQuery=" + quoted(q)) == [1]


@pytest.mark.parametrize("answer", ["drop", "stall", {"status": "error"}, results(b"5"), (500, {}, b"")], ids=str)
def test_home_is_shown_without_it(far, far_set, outside, answer):
    outside.query.answer = lambda r: answer
    far_set(domain=f"d{next(numbers)}.example.com")     # a name that no worker remembers an answer to
    assert ok(far.get("/home"))["waiting"] == {"total": 0, "whole": False, "steps": []}


class Stalled:
    """Requests that want to know something from a query server that does not answer: their answers, as they come."""

    def __init__(self, far, n):
        self.clients = [far.signed_in(*far.auth) for _ in range(n)]
        self.answers = []
        self.threads = [threading.Thread(target=self.ask, args=(c, f"s{next(numbers)}"), daemon=True) for c in self.clients]
        for thread in self.threads:
            thread.start()

    def ask(self, client, text):
        self.answers.append(client.get("/hosts?hostQuery=" + text))

    def all_answered(self):
        for thread in self.threads:
            thread.join(30)
        return self.answers


def test_after_one_has_waited_in_vain_only_one_at_a_time_tries_again(far, outside, q):
    outside.query.answer = lambda r: "stall"
    refused(far.get("/hosts?hostQuery=" + quoted(q)), 504)
    eventually(outside.query.so_far)
    outside.forget()
    codes = [a.status_code for a in Stalled(far, 12).all_answered()]
    assert codes.count(503) >= 11 and codes.count(504) == len(outside.query.so_far()) <= 1


def test_home_does_not_wait_for_others_who_ask(far, outside, q):
    outside.query.answer = lambda r: "stall"
    refused(far.get("/hosts?hostQuery=" + quoted(q)), 504)
    eventually(outside.query.so_far)      # who has waited may be answered before what was asked is read
    outside.forget()
    stalled = Stalled(far, 1)
    eventually(outside.query.so_far)
    while stalled.threads[0].is_alive():
        assert ok(far.get("/home"))["waiting"]["whole"] is False
    refused(stalled.all_answered()[0], 504)


def test_once_it_answers_again_all_may_ask(far, outside, q):
    outside.query.answer = lambda r: "stall"
    refused(far.get("/hosts?hostQuery=" + quoted(q)), 504)
    outside.query.answer, outside.hosts[q] = outside.as_query_server, ["web1"]
    assert ids(far, "/hosts?hostQuery=" + quoted(q)) == [1]
    outside.query.answer = lambda r: "stall"
    outside.forget()
    Stalled(far, 5)
    eventually(lambda: len(outside.query.so_far()) > 1, 2)
    outside.query.release()


def test_workers_that_die_while_they_ask_keep_nobody_from_asking(far, far_instance, outside, q):
    far_instance.let_workers_grow_up()
    outside.query.answer = lambda r: "stall"
    stalled = Stalled(far, 6)
    eventually(outside.query.so_far)
    for worker in far_instance.workers():
        os.kill(worker, signal.SIGKILL)
    assert {a.status_code for a in stalled.all_answered()} == {503}
    outside.query.answer, outside.hosts[q] = outside.as_query_server, ["web1"]
    outside.query.release()
    eventually(lambda: len(far_instance.workers()) == WORKERS, 20)
    for n in range(WORKERS * 2):
        outside.hosts[f"{q}{n}"] = ["web1"]
        assert ids(far, f"/hosts?hostQuery={quoted(q)}{n}") == [1]


# ---- what is remembered; other settings

def test_what_it_has_said_is_asked_once_in_ten_seconds_by_each_worker(far, outside, q):
    outside.hosts[q] = ["web1"]
    for _ in range(40):
        assert ids(far, "/hosts?hostQuery=" + quoted(q)) == [1]
    assert 1 <= len(outside.query.so_far()) <= WORKERS


def test_a_server_that_is_not_there_is_a_bad_gateway(far, far_set, q):
    far_set(query_server="http://127.0.0.1:1/api/query")
    for method, address, body, _ in everything_that_asks(q):
        refused(far.call(method, address, body, JSON), 502, "The query server does not answer.")
    assert hostnames(far) == ["web1", "web2", "db1"]


# ---- what changes something

def test_a_post_makes_hosts_of_the_names_that_are_unknown(fresh, outside, q):
    outside.hosts[q] = ["new1", "db1", "new2", "new1"]
    said = created(throw(fresh, hostQuery=q, hostname="web1", hostnames=["new0", "db1"]))
    assert [e["hostId"] for e in said["events"]] == [1, 3, 4, 5, 6]
    assert hostnames(fresh) == ["web1", "web2", "db1", "new0", "new1", "new2"]
    outside.hosts[q + "x"] = ["newer", "web2"]
    assert [l["hostId"] for l in created(embark(fresh, hostQuery=q + "x"))["labors"]] == [2, 7]


def test_a_post_that_ends_up_without_a_host_is_refused(fresh, far_sql, outside, q):
    outside.hosts[q] = []
    before = far_sql.state()
    refused(throw(fresh, hostQuery=q), 400, "No hosts found with given list")
    refused(embark(fresh, hostQuery=q, hostnames=[]), 400, "No hosts found with given list")
    assert far_sql.state() == before
    assert created(throw(fresh, hostQuery=q, hostname="web1"))["hostId"] == 1


def test_its_word_counts_not_what_hosts_are_said_to_be_here(fresh, outside, q):
    assert ok(fresh.put("/hosts/web1", {"owner": "u" + q, "tags": ["web"]}))["owner"] == "u" + q
    outside.hosts[q] = ["web2"]
    assert ids(fresh, "/hosts?hostQuery=" + quoted(q)) == [2]
    refused(fresh.get("/labors?userQuery=u" + quoted(q)), 400, "Querying on 0 hosts")


def test_100000_names_are_taken(fresh, far_sql, outside, q):
    outside.hosts[q] = [f"bulk{i}" for i in range(100000)]
    body = {"fateId": 1, "creator": "johnny", "description": "x", "hostQuery": q}
    answer = fresh.raw("POST", "/quests", json.dumps(body).encode(), documented=False)     # long work for the validator
    assert answer.status_code == 201 and answer.content.count(b'"hostId":') == 100000
    assert far_sql.one("select count(*), min(hostname), max(hostname) from fate.hosts where id > 3") == (
        100000, "bulk0", "bulk99999")
    for path, total in (("/hosts", "totalHosts"), ("/labors", "totalLabors"), ("/events", "totalEvents")):
        assert ok(fresh.get(f"{path}?hostQuery={quoted(q)}&limit=1"))[total] == 100000
    assert ids(fresh, "/quests?hostQuery=" + quoted(q)) == [3]


def test_while_it_stalls_nobody_waits_who_does_not_need_it(fresh, outside, q):
    outside.query.answer = lambda r: "stall"
    stalled = Stalled(fresh, 30)
    eventually(outside.query.so_far)
    slowest, n = 0, 0
    while any(t.is_alive() for t in stalled.threads):
        begun = time.monotonic()
        ok(fresh.get("/hosts?limit=1"))
        created(throw(fresh, hostname="web1"))
        slowest, n = max(slowest, time.monotonic() - begun), n + 1
    answers = stalled.all_answered()
    assert n > 10 and slowest < 1.5
    waited = [a for a in answers if a.status_code == 504]
    told = [a for a in answers if a.status_code == 503]
    # A quarter of the workers is always free of it.
    assert 1 <= len(waited) <= WORKERS - WORKERS // 4 and len(waited) + len(told) == 30
    for answer in told:
        refused(answer, 503, "The query server is slow: try again.")
        assert answer.headers["Retry-After"] == "2"


def test_one_worker_asks_once(fresh, far_set, outside, q):
    """And an address that has a query already gets ours behind it."""
    far_set(num_processes=1, query_server=outside.query.url + "/api/query?key=1")
    outside.hosts[q] = ["web1", "new"]
    eventually(lambda: ids(fresh, "/hosts?hostQuery=" + quoted(q)) == [1])
    for path in ("/hosts", "/labors", "/events"):
        assert ids(fresh, f"{path}?hostQuery={quoted(q)}") == [1]
    assert len(created(throw(fresh, hostQuery=q))["events"]) == 2
    assert [r.target for r in outside.query.so_far()] == ["/api/query?key=1&query=" + quoted(q)]
    outside.query.answer = lambda r: (500, {}, b"")
    refused(fresh.get(f"/hosts?hostQuery={quoted(q)}x"), 502)
    outside.query.answer = lambda r: {"status": "error"}
    refused(fresh.get(f"/hosts?hostQuery={quoted(q)}x"), 400)
    outside.query.answer, outside.hosts[q + "x"] = outside.as_query_server, ["web2"]
    assert ids(fresh, f"/hosts?hostQuery={quoted(q)}x") == [2]
    assert len(outside.query.so_far()) == 4
