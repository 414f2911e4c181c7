"""The worker pool: workers that die, are renewed, drained and besieged by slow clients."""
import json
import os
import signal
import socket
import threading
import time

import pytest

from client import Crowd, created, ok, refused
from instance import SETTINGS, WORKERS, Sql, eventually, process_table
from load import Journal
from world import World

pytestmark = pytest.mark.noreset


@pytest.fixture
def renewed(own_instance, own):
    """renewed(settings) lets the workers take them by SIGHUP; waits until none of the old is left."""
    def renew(**settings):
        old = set(own_instance.workers())
        own_instance.set({**SETTINGS, **settings})
        os.kill(own_instance.parent_of("moirai-fcgi"), signal.SIGHUP)
        eventually(lambda: own_instance.workers() and not old & set(own_instance.workers()))
    yield renew
    renew()


class Blocked:
    """A request that waits in PostgreSQL for a row which this holds; `with` lets it be answered at the end."""

    def __init__(self, own, instance, type):
        created(own.post("/hosts", {"hostname": "held"}))
        self.watcher, self.sql = Sql(instance), Sql(instance)
        self.sql.connection.autocommit = False
        self.sql.run("select from fate.hosts where hostname = 'held' for update")
        self.thread = threading.Thread(target=self.ask, args=(own, type), daemon=True)
        self.answer = None

    def ask(self, own, type):
        try:
            self.answer = own.post("/events", {"user": "x", "eventTypeId": type, "hostname": "held"})
        except Exception as e:      # for answered()
            self.answer = e

    def __enter__(self):
        self.thread.start()
        eventually(lambda: self.watcher.column("select 1 from pg_stat_activity where wait_event_type = 'Lock'"
                                               " and usename = 'moirai_web'"))
        return self

    def answered(self):
        self.thread.join(20)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def release(self):
        self.sql.connection.rollback()

    def __exit__(self, *_):
        self.release()
        self.thread.join(20)
        self.sql.close()
        self.watcher.close()


# ---- death

def test_a_killed_worker_is_replaced_and_service_goes_on(own, own_instance):
    own_instance.let_workers_grow_up()
    victim = own_instance.kill_worker()
    for _ in range(50):
        ok(own.get("/hosts"))
    assert victim not in eventually(lambda: len(own_instance.workers()) == WORKERS and own_instance.workers(), 2)
    assert f"child {victim} killed by signal 9" in own_instance.log.read_text()


def test_a_worker_that_dies_young_holds_back_its_successor(own, own_instance, renewed):
    renewed()
    own_instance.kill_worker()
    eventually(lambda: "children die young: no new one for 1 s" in own_instance.log.read_text())
    assert len(own_instance.workers()) == WORKERS - 1
    ok(own.get("/hosts"))
    eventually(lambda: len(own_instance.workers()) == WORKERS, 5)


def test_a_request_whose_worker_dies_is_told_to_come_later(own, own_instance, own_types):
    own_instance.let_workers_grow_up()
    with Blocked(own, own_instance, own_types[0]) as blocked:
        for worker in own_instance.workers():
            os.kill(worker, signal.SIGKILL)
        refused(blocked.answered(), 503)
        assert blocked.answer.headers["Retry-After"] == "2"
    eventually(lambda: own.get("/hosts").status_code == 200, 5)


def test_a_worker_retires_after_its_requests_without_refusing_one(own, own_instance, renewed):
    renewed(max_requests=20)
    before = set(own_instance.workers())
    for _ in range(400):
        ok(own.get("/currentUser"))
    eventually(lambda: not before & set(own_instance.workers()))
    assert len(own_instance.workers()) <= WORKERS


def test_connections_that_the_database_ended_are_made_again_before_anybody_notices(own, own_sql):
    for _ in range(40):
        ok(own.get("/hosts"))
    backends = own_sql.column("select pid from pg_stat_activity where usename = 'moirai_web'")
    assert len(backends) > 1
    own_sql.run("select pg_terminate_backend(pid) from unnest(%s) pid", backends)
    eventually(lambda: not set(backends) & process_table().keys())
    for _ in range(40):
        ok(own.get("/hosts"))


# ---- SIGHUP

def test_new_settings_are_taken_under_load_without_refusing_one_request(own, own_instance, own_sql, own_types, renewed):
    journal = Journal(own, own_types)
    for domain in ("a.org", "b.org", "c.org"):
        before = journal.count(201)
        renewed(domain=domain)
        assert {ok(own.get("/serverConfig"))["domain"] for _ in range(20)} == {domain}
        eventually(lambda: journal.count(201) > before + 100)
    assert journal.stop().keys() == {201}
    journal.must_be_kept(own_sql)
    assert set(own_sql.column("select distinct username from fate.events")) == {
        "johnny@example.com", "johnny@a.org", "johnny@b.org", "johnny@c.org"}


def test_large_answers_and_bodies_are_whole_while_workers_are_renewed(own, renewed):
    names = [f"{'x' * 100}{i}" for i in range(20000)]
    created(own.post("/hosts", {"hosts": [{"hostname": n} for n in names]}))
    clients = [own.signed_in(*own.auth) for _ in range(4)]
    done = []

    def ask(client):
        answer = client.session.get(client.base + "/hosts?limit=all", timeout=60)
        assert answer.status_code == 200 and len(answer.json()["hosts"]) == 20000
        body = json.dumps({"user": "x", "eventTypeId": 99, "hostnames": names}).encode()
        refused(client.raw("POST", "/events", body), 400, "Bad event type")
        done.append(client)
    crowd = Crowd([lambda c=c: ask(c) for c in clients])
    for _ in range(3):
        before = len(done)
        renewed()
        eventually(lambda: len(done) > before + 4, 30)
    crowd.stop()


def test_script_server_passes_sighup_on(own, own_instance):
    old = set(own_instance.workers())
    own_instance.process.send_signal(signal.SIGHUP)
    eventually(lambda: not old & set(own_instance.workers()))
    assert ok(own.get("/serverConfig"))["domain"] == "example.com"


def test_the_number_of_workers_follows_the_settings(own, own_instance, renewed):
    renewed(num_processes=2)
    eventually(lambda: len(own_instance.workers()) == 2)
    renewed(num_processes=5)
    eventually(lambda: len(own_instance.workers()) == 5)


def test_settings_that_are_wrong_are_not_taken(own, own_instance, renewed):
    workers = own_instance.workers()
    own_instance.set("domain: x.org\nnonsense: 1\n")
    os.kill(own_instance.parent_of("moirai-fcgi"), signal.SIGHUP)
    eventually(lambda: f"settings not taken: {own_instance.settings}:2: unknown setting: nonsense" in
               own_instance.log.read_text())
    assert own_instance.workers() == workers
    assert ok(own.get("/serverConfig"))["domain"] == "example.com"


def test_totals_of_events_are_left_out_where_the_settings_say_so(own, renewed, own_types):
    World(own).throw(own_types[0], "web")
    renewed(count_events=False)
    for query in ("", "?hostname=web"):
        said = ok(own.get("/events" + query))
        assert "totalEvents" not in said and len(said["events"]) == 1
    renewed(count_events=True)
    assert ok(own.get("/events"))["totalEvents"] == 1


def test_the_page_is_told_its_fullstory_id(own, renewed):
    renewed(fullstory_id="ABC12")
    assert ok(own.get("/serverConfig"))["fullstoryId"] == "ABC12"


# ---- SIGTERM

def test_a_request_in_flight_is_answered_before_the_pool_ends(own, own_instance, own_types):
    pool = own_instance.parent_of("moirai-fcgi")
    with Blocked(own, own_instance, own_types[0]) as blocked:
        os.kill(pool, signal.SIGTERM)
        eventually(lambda: len(own_instance.children(pool)) == 1)
        assert blocked.answer is None
        blocked.release()
        event = created(blocked.answered())
    eventually(lambda: pool not in process_table(), 3)
    eventually(lambda: own.get("/hosts").status_code == 200)
    assert ok(own.get(f"/events/{event['id']}"))["id"] == event["id"]


def test_the_pool_ends_within_ten_seconds_whatever_a_request_waits_for(own, own_instance, own_sql, own_types):
    pool = own_instance.parent_of("moirai-fcgi")
    with Blocked(own, own_instance, own_types[0]) as blocked:
        begun = time.monotonic()
        os.kill(pool, signal.SIGTERM)
        eventually(lambda: pool not in process_table(), 15)
        assert time.monotonic() - begun < 10
        refused(blocked.answered(), 503)


# ---- slow clients

@pytest.fixture
def silent(own, own_instance):
    """Each worker has accepted a connection over which nothing comes. (It waits five seconds.)"""
    path = str(own_instance.run_folder() / "fcgi.sock")
    clients = [socket.socket(socket.AF_UNIX) for _ in own_instance.workers()]
    for client in clients:
        client.connect(path)
    yield
    for client in clients:
        client.close()


def gone(pids):
    return not set(pids) & process_table().keys()


def test_workers_end_though_a_connection_over_which_nothing_comes_was_accepted(own_instance, silent, renewed):
    workers = own_instance.workers()
    os.kill(own_instance.parent_of("moirai-fcgi"), signal.SIGHUP)
    eventually(lambda: gone(workers))


def test_workers_end_with_their_parent_though_a_connection_over_which_nothing_comes_was_accepted(own, own_instance, silent):
    workers, pool = own_instance.workers(), own_instance.parent_of("moirai-fcgi")
    os.kill(pool, signal.SIGKILL)
    eventually(lambda: gone([pool, *workers]))
    eventually(lambda: own.get("/hosts").status_code == 200, 20)


def request_head(own, length, path="/hosts"):
    method = "POST" if length else "GET"
    return (f"{method} /api/v1{path} HTTP/1.1\r\nHost: x\r\nAuthorization: {own.basic()['Authorization']}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n").encode()


def connect(own_instance):
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    s.connect(("127.0.0.1", own_instance.port))
    s.settimeout(20)
    return s


def read_all(s):
    parts = []
    while part := s.recv(65536):
        parts.append(part)
    s.close()
    return b"".join(parts)


def must_be_quick(own, n=50):
    for _ in range(n):
        begun = time.monotonic()
        ok(own.get("/hosts?limit=1"))
        assert time.monotonic() - begun < 1


def test_clients_that_dribble_their_bodies_hold_no_worker(own, own_instance):
    bodies = [b'{"hostname": "slow-%02d"}' % i for i in range(20)]
    slow = [connect(own_instance) for _ in bodies]
    for s, body in zip(slow, bodies):
        s.sendall(request_head(own, len(body)))
    for i in range(len(bodies[0]) - 1):
        for s, body in zip(slow, bodies):
            s.sendall(body[i:i + 1])
        must_be_quick(own, 2)
    assert ok(own.get("/hosts"))["totalHosts"] == 0
    for s, body in zip(slow, bodies):
        s.sendall(body[-1:])
        assert read_all(s).startswith(b"HTTP/1.1 201 Created")
    assert ok(own.get("/hosts"))["totalHosts"] == 20


def test_clients_that_never_finish_their_headers_hold_no_worker(own, own_instance):
    slow = [connect(own_instance) for _ in range(20)]
    for s in slow:
        s.sendall(request_head(own, 5)[:-2])
    must_be_quick(own)
    for s in slow:
        s.close()


def test_clients_that_do_not_read_their_answers_hold_no_worker(own, own_instance):
    created(own.post("/hosts", {"hosts": [{"hostname": f"{'x' * 100}{i}"} for i in range(10000)]}))
    slow = [connect(own_instance) for _ in range(20)]
    for s in slow:
        s.sendall(request_head(own, 0, "/hosts?limit=all"))
    for s in slow:
        assert s.recv(15) == b"HTTP/1.1 200 OK"
    must_be_quick(own)
    sizes = {len(read_all(s)) for s in slow}
    assert len(sizes) == 1 and sizes.pop() > 2_000_000


def test_clients_that_go_away_leave_no_trace(own, own_instance, own_sql):
    gone = [connect(own_instance) for _ in range(20)]
    for s in gone:
        s.sendall(request_head(own, 1000) + b'{"hostname": "gone')
        s.close()
    must_be_quick(own)
    assert own_sql.one("select count(*) from fate.hosts") == 0
    assert len(own_instance.workers()) == WORKERS


def test_what_a_client_gave_up_before_its_turn_is_not_begun(own, own_instance, own_sql, own_types):
    clients = [own.signed_in(*own.auth) for _ in range(WORKERS - 1)]
    with Blocked(own, own_instance, own_types[0]) as blocked:
        others = [threading.Thread(target=c.post, args=("/events", {"user": "x", "eventTypeId": own_types[0],
                                                                      "hostname": "held"})) for c in clients]
        for thread in others:
            thread.start()
        eventually(lambda: own_sql.one("select count(*) from pg_stat_activity where wait_event_type = 'Lock'"
                                       " and usename = 'moirai_web'") == WORKERS)
        body = b'{"hostname": "given-up"}'
        gone = connect(own_instance)
        gone.sendall(request_head(own, len(body)) + body)
        time.sleep(0.3)
        gone.close()
        time.sleep(0.3)
        blocked.release()
    for thread in others:
        thread.join(20)
    must_be_quick(own)
    assert own_sql.column("select hostname from fate.hosts") == ["held"]


def test_more_clients_than_workers_are_all_served(own):
    clients = [own.signed_in(*own.auth) for _ in range(32)]
    slowest = []

    def ask(client):
        begun = time.monotonic()
        ok(client.get("/hosts?limit=1"))
        slowest.append(time.monotonic() - begun)
    crowd = Crowd([lambda c=c: ask(c) for c in clients])
    eventually(lambda: len(slowest) > 1000, 30)
    crowd.stop()
    assert max(slowest) < 5
