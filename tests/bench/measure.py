"""How a thing is measured: load by wrk through nginx, by pgbench at the database alone; CPU time and memory by /proc."""
import base64
import collections
import contextlib
import itertools
import json
import multiprocessing
import os
import pathlib
import signal
import socket
import statistics
import subprocess
import threading
import time

import requests

from client import FromAddress
from instance import PASSWORD, eventually, free_port, process_table

HERE = pathlib.Path(__file__).parent
AUTH = "Basic " + base64.b64encode(f"admin:{PASSWORD}".encode()).decode()
TICK = os.sysconf("SC_CLK_TCK")


class Bench:
    """An instance under measurement. seconds: of each single load."""

    def __init__(self, instance, sql, seconds):
        self.instance, self.sql, self.seconds = instance, sql, seconds
        self.base = f"http://127.0.0.1:{instance.port}/api/v1"
        self.polemarch = f"http://127.0.0.1:{instance.port}/polemarch/api/v1"
        self.session = requests.Session()
        self.session.auth, self.session.trust_env = ("admin", PASSWORD), False
        self.session.headers["Accept-Encoding"] = "identity"       # as curl asks

    # ---- one thing, by hand
    def post(self, path, body):
        """The answer as an object, and how many seconds it took to the last byte."""
        began = time.monotonic()
        answer = self.session.post(self.base + path, json=body, timeout=600)
        took = time.monotonic() - began
        assert answer.status_code == 201, answer.text[:300]
        return answer.json(), took

    def seconds_of(self, *statements):
        """How long the statements take in one transaction, which is then undone."""
        connection = self.sql.connection
        connection.autocommit = False
        began = time.monotonic()
        for statement, values in statements:
            self.sql.run(statement, *values)
        took = time.monotonic() - began
        connection.rollback()
        connection.autocommit = True
        self.sql.run("vacuum fate.events, fate.labors")
        return took

    # ---- letters
    def write_letters(self, n):
        self.sql.run("insert into outbox.letters (channel, kind, receiver, webhook_id, content, made_at, due_at)"
                     " select 'webhook', 'events', 'webhook ' || w, w, '{\"events\": []}', now(), now()"
                     " from generate_series(1, %s) i, lateral (select 1 + i %% 8) l (w)", n)

    def deliver(self, n):
        """How many seconds the courier takes for so many."""
        self.write_letters(n)
        began = time.monotonic()
        eventually(lambda: not self.sql.one("select exists (select from outbox.letters where state = 'waiting')"), 600, 0.05)
        return time.monotonic() - began

    @contextlib.contextmanager
    def receiver(self):
        """The address of a server that thanks for whatever is posted to it, faster than anybody posts."""
        port = free_port()
        conf = self.instance.var / "receiver.conf"
        conf.write_text(f"daemon off; pid {conf}.pid; error_log {conf}.log; events {{}}\n"
                        f"http {{ access_log off; server {{ listen 127.0.0.1:{port}; return 204; }} }}\n")
        process = subprocess.Popen(["nginx", "-c", conf])
        try:
            eventually(lambda: socket.create_connection(("127.0.0.1", port)).close() is None)
            yield f"http://127.0.0.1:{port}/"
        finally:
            process.terminate()
            process.wait()

    def claim_and_settle(self, n):
        """How many seconds the database alone takes for it, in batches of 16, while the courier looks away."""
        courier = self.family("moirai-courier")
        for pid in courier:
            os.kill(pid, signal.SIGSTOP)
        self.write_letters(n)
        told = json.dumps({"letterRetry": 1000})
        began = time.monotonic()
        while batch := self.sql.one("select courier_api.claim('webhook', 16, 60, %s)", told):
            self.sql.run("select courier_api.settle('webhook', %s, %s)", json.dumps(
                [{"id": l["id"], "lease": l["lease"], "outcome": "sent", "error": ""} for l in batch]), told)
        took = time.monotonic() - began
        for pid in courier:
            os.kill(pid, signal.SIGCONT)
        return took

    # ---- load
    def wrk(self, path, clients, body=None, hosts=1, types=1):
        """{rate, p50, p99 in microseconds} of what nginx answers."""
        environment = {**os.environ, "AUTHORIZATION": AUTH, "HOSTS": str(hosts), "TYPES": str(types)}
        if body is not None:
            environment["BODY"] = json.dumps(body).replace('"@"', "@")
        said = subprocess.run(["wrk", "-t1", f"-c{clients}", f"-d{self.seconds}s", "-s", HERE / "load.lua",
                               self.base + path], env=environment, capture_output=True, text=True, check=True)
        result = json.loads(said.stdout.splitlines()[-1])
        assert result["bad"] == 0 and result["requests"] > 0, said.stdout
        return result

    def pgbench(self, function, clients, path=None, query=None, body=None, hosts=1, types=1):
        """Calls a second of an endpoint's function, given what the worker gives it."""
        req = {"actor": 1, "stamp": self.sql.one("select stamp from people.users where id = 1"), "path": path or {},
               "query": query or {}, "body": body, "mount": "/api/v1", "base": self.base, "url": self.base + "/x",
               "settings": {"domain": "example.com", "countEvents": True, "mayThrowRestricted": "everyone"}}
        script = self.instance.var / "pgbench.sql"
        script.write_text(f"\\set h random(1, {hosts})\n\\set t random(1, {types})\n"
                          f"select status, location, body from {function}(cast(replace(replace(:req,"
                          " '#', cast(:h as text)), '@', cast(:t as text)) as jsonb))\n")
        said = subprocess.run(["pgbench", "-n", "-M", "prepared", "-h", self.instance.run_folder(), "-U", "moirai_web",
                               "-f", script, "-D", "req=" + json.dumps(req).replace('"@"', "@"), "-c", str(clients),
                               "-T", str(self.seconds), "moirai"], capture_output=True, text=True, check=True)
        return float(next(line.split("=")[1].split()[0] for line in said.stdout.splitlines() if "tps" in line))

    # ---- one after the other, and others meanwhile
    def latencies(self, path, base=None):
        """(p50, p99) in milliseconds of one client that asks again and again, as long as a load is."""
        took, end = [], time.monotonic() + self.seconds
        while (began := time.monotonic()) < end:
            assert self.session.get((base or self.base) + path).status_code == 200
            took.append((time.monotonic() - began) * 1000)
        return statistics.median(took), statistics.quantiles(took, n=100)[98]

    @contextlib.contextmanager
    def wrong_passwords(self, rate):
        """So many a second, each from another address and for another name, so that none is throttled; by a process of its
        own, for a thread would hold up who measures. Yields a dict that has, at the end, how often each status came."""
        fork, counts = multiprocessing.get_context("fork"), {}
        stopping, (end, here) = fork.Event(), fork.Pipe()
        guesser = fork.Process(target=guess_passwords, args=(self.base, rate, stopping, end))
        guesser.start()
        try:
            yield counts
        finally:
            stopping.set()
            counts.update(here.recv())
            guesser.join()

    def milliseconds_of(self, statement, *values, times=50):
        """How long a statement takes, the median of so many, with the plans that the workers' role has."""
        took = []
        self.sql.run("set jit = off; set plan_cache_mode = force_generic_plan; set enable_seqscan = off; set enable_hashjoin = off;"
                     " set enable_mergejoin = off")
        for _ in range(times):
            began = time.monotonic()
            self.sql.rows(statement, *values)
            took.append((time.monotonic() - began) * 1000)
        self.sql.run("reset all")
        return statistics.median(took)

    # ---- processes
    def family(self, name):
        parent = self.instance.parent_of(name)
        return [parent, *(p for p, (_, of) in process_table().items() if of == parent)]

    def cpu(self, name):
        """Seconds of CPU that the processes of nginx, moirai-fcgi or postgres have had."""
        ticks = 0
        for i, pid in enumerate(self.family(name)):
            fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
            ticks += sum(map(int, fields[11:15] if i == 0 else fields[11:13]))     # the parent has those of the dead
        return ticks / TICK

    def pss(self, name):
        """Megabytes, what is shared counted by halves."""
        kilobytes = 0
        for pid in self.family(name):
            rollup = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
            kilobytes += int(next(line.split()[1] for line in rollup.splitlines() if line.startswith("Pss:")))
        return kilobytes / 1024


def guess_passwords(base, rate, stopping, pipe):
    def guess(numbers):
        for n in numbers:
            if stopping.wait(10 / rate):
                return
            session = requests.Session()
            session.trust_env = False
            session.mount("http://", FromAddress(f"127.1.{n // 250 % 250}.{n % 250 + 1}"))
            statuses.append(session.post(base + "/session", json={
                "username": f"user{n}", "password": "wrong"}).status_code)
            session.close()

    statuses = []
    threads = [threading.Thread(target=guess, args=(itertools.count(i, 10),)) for i in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    pipe.send(collections.Counter(statuses))


def new_world(bench, hosts):
    """An empty instance with fates 1 (type 1) and 2 (type 2 ends it), a type 3 of no fate, and hosts host1, host2, ..."""
    bench.instance.reset()
    bench.post("/eventtypes", {"eventTypes": [{"category": c, "state": s, "description": ""} for c, s in (
        ("work", "required"), ("work", "completed"), ("log", "entry"))]})
    bench.post("/fates", {"creationEventTypeId": 1, "description": ""})
    bench.post("/fates", {"creationEventTypeId": 2, "followsId": 1, "description": ""})
    names = [f"host{i}" for i in range(1, hosts + 1)]
    for i in range(0, hosts, 100000):
        bench.sql.run("set role moirai_owner; select fate.hosts_named(%s); reset role", names[i:i + 100000])
    bench.sql.run("analyze")
    return names
