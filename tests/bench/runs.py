"""Rows of runs: what comes of output between Ansible's write and a reader, what waits in the queue, long histories.

Ansible is the fake of tests/http, or what it has printed once (replay.py); where its own start is the limit, it is the real one.
"""
import contextlib
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import statistics
import subprocess
import time

import psycopg2

from instance import ROOT, SETTINGS, eventually, process_table
from measure import AUTH, TICK
from quiet import ansible_can

HERE = pathlib.Path(__file__).parent
HOSTS = 10
PLAYBOOK = "- hosts: all\n  gather_facts: false\n  connection: local\n  tasks:\n  - debug: msg=hello\n"
READ_EVERY = 0.02           # so often who follows a run asks for more
STAMP = re.compile(r"N\d+ T(\d+\.\d+)")


# ---- the world

@contextlib.contextmanager
def runner_with(b, **settings):
    """The instance, whose runner has Ansible from that folder; what Ansible can do need not be found out first."""
    b.instance.renew({**SETTINGS, **settings})
    try:
        with ansible_can(b.sql):
            yield
    finally:
        b.instance.renew(SETTINGS)


def fakes(b):
    """A folder that is Ansible's, to which the account of runs can go."""
    folder = b.instance.var / "ansible"
    folder.mkdir(mode=0o755, exist_ok=True)
    shutil.copy(ROOT / "tests/http/fake_ansible/fake.py", folder)
    for command in ("ansible", "ansible-playbook"):
        shutil.copy(HERE / "replay.py", folder / command)
        (folder / command).chmod(0o755)
    return folder


def ask(b, method, path, body=None):
    answer = b.session.request(method, b.polemarch + path, json=body, timeout=60)
    assert answer.status_code in (200, 201), answer.text[:300]
    return answer.json()


def new_project(b):
    """Project 1, of a repository with a playbook, and inventory 1 with hosts that have passwords, which are masked in all output."""
    repository = b.instance.var / "repository"
    repository.mkdir(mode=0o755, exist_ok=True)
    (repository / "site.yml").write_text(PLAYBOOK)
    git = ["git", "-C", repository, "-c", "user.name=b", "-c", "user.email=b@example.com"]
    for command in (["init", "-q"], ["add", "."], ["commit", "-q", "--allow-empty", "-m", "bench"]):
        subprocess.run(git + command, check=True)
    ask(b, "POST", "/projects/", {"name": "bench", "repository": str(repository), "vars": {"repo_type": "GIT"}})
    ask(b, "POST", "/inventories/", {"name": "bench"})
    ids = [ask(b, "POST", "/hosts/", {"name": f"h{i}", "vars": {"ansible_password": f"secret of h{i}"}})["id"] for i in range(1, HOSTS + 1)]
    ask(b, "POST", "/inventories/1/hosts/", ids)
    eventually(lambda: ask(b, "GET", "/projects/1/")["status"] == "OK", 60, 0.2)


def execute(b, what):
    """A run of that (fake.py, replay.py) -> its id."""
    body = {"inventory": 1, "playbook": "site.yml", "extra-vars": json.dumps({"x": what})}
    return ask(b, "POST", "/projects/1/execute-playbook/", body)["history_id"]


def ended(b, run):
    status = eventually(lambda: (s := ask(b, "GET", f"/history/{run}/?output=no")["status"]) not in ("DELAY", "RUN") and s, 120, 0.1)
    assert status == "OK", (run, status, ask(b, "GET", f"/history/{run}/?expand=status_detail"))


class Reader:
    """Who asks for a run's lines again and again, at as little cost as may be."""

    def __init__(self, b):
        self.connection = http.client.HTTPConnection("127.0.0.1", b.instance.port, timeout=60)

    def lines(self, run, query):
        self.connection.request("GET", f"/polemarch/api/v1/history/{run}/lines/?{query}", headers={"Authorization": AUTH})
        answer = self.connection.getresponse()
        text = answer.read()
        assert answer.status == 200, text[:300]
        return json.loads(text)

    def until(self, run, n):
        """When so many lines are there to be read, by time.time()."""
        while self.lines(run, "limit=1")["count"] < n:
            time.sleep(READ_EVERY)
        return time.time()


# ---- how much

def throughput(b, table, n, rounds):
    recorded, printed = record(b, n)
    reader, stay = Reader(b), recorded.with_suffix(".stay")
    for _ in range(rounds):
        bare = n / copied(b, recorded, n)
        stay.touch()
        before = b.cpu("postgres")
        run = execute(b, f"replay={recorded}")
        took = reader.until(run, n + 2) - float(reader.lines(run, "line_number=1")["results"][0]["line"][1:])
        ours, postgres = sum(cpu_of(pid) for pid in family(b)[1:]), b.cpu("postgres") - before
        table.add(f"{n:,} lines of a run stored / bare COPY of them", n / took / bare, least=0.5, **{
            "lines/s": n / took, "lines/s bare": bare, "us a line of shepherd and guard": ours / n * 1e6,
            "us of PostgreSQL": postgres / n * 1e6})
        stay.unlink()
        ended(b, run)
    for _ in range(rounds):
        run = execute(b, f"fake: lines={n} hosts={HOSTS}")
        eventually(lambda: reader.lines(run, "limit=1")["count"], 30, READ_EVERY)
        end = reader.until(run, n + 1)
        first, last = (float(STAMP.search(reader.lines(run, f"line_number={i}")["results"][0]["line"])[1]) for i in (1, n))
        table.add(f"the fake prints {n:,} lines into a run / into a pipe to nobody", n / (last - first) / printed, least=0.6, **{
            "lines/s": n / (last - first), "lines/s to nobody": printed, "ms until the last is read": (end - last) * 1000})
        ended(b, run)


def record(b, n):
    """What the fake prints -> the file, and how many lines a second it prints when the other end of its pipe throws them away."""
    path = b.instance.var / "recorded"
    command = [b.instance.var / "ansible/ansible-playbook", "all", "-e", f"fake: lines={n} hosts={HOSTS}"]
    with path.open("wb") as file:
        subprocess.run(command, stdout=file, check=True)
    path.chmod(0o644)
    fake, began = subprocess.Popen(command, stdout=subprocess.PIPE), time.monotonic()
    while os.read(fake.stdout.fileno(), 1 << 16):
        pass
    fake.stdout.close()
    fake.wait()
    return path, n / (time.monotonic() - began)


def copied(b, recorded, n):
    """How many seconds one COPY of the same lines takes, into a table of the same kind."""
    rows = b.instance.var / "rows"
    with recorded.open() as lines, rows.open("w") as file:
        file.writelines(f"2026-11-30\t1\t{i}\t{line}" for i, line in enumerate(lines, 1))
    b.sql.run("create table bare (like work.lines including all) partition by range (day);"
              " create table bare_1 partition of bare for values from ('2026-11-30') to ('2026-12-07')")
    with b.sql.connection.cursor() as cursor, rows.open() as file:
        began = time.monotonic()
        cursor.copy_expert("copy bare from stdin", file, 1 << 16)
        took = time.monotonic() - began
        assert cursor.rowcount == n + 1
    b.sql.run("drop table bare")
    return took


# ---- how late

def lag(b, table, runs, seconds):
    """So many at once, each of which prints ten lines a second; five of them are read."""
    ids = [execute(b, f"fake: lines={seconds * 10} rate=10 hosts={HOSTS} sleep=1") for _ in range(runs)]
    followed = {run: 0 for run in ids[::max(1, runs // 5)][:5]}
    reader, late, end = Reader(b), [], time.monotonic() + seconds + 60
    while any(n < seconds * 10 for n in followed.values()) and time.monotonic() < end:
        for run, n in followed.items():
            page = reader.lines(run, f"ordering=line_number&limit=100&after={n}")["results"]
            now = time.time()
            late += [now - float(stamp[1]) for line in page if (stamp := STAMP.search(line["line"]))]
            followed[run] = page[-1]["line_number"] if page else n
            time.sleep(READ_EVERY / 2)
    for run in ids:
        ended(b, run)
    middle, high = statistics.median(late), statistics.quantiles(late, n=100)[98]
    table.add(f"from Ansible's write to who reads, {runs} runs at once: p99", high, goal=1 if runs <= 20 else None, unit=" s", **{
        "s p50": middle, "s at most": max(late), "lines": len(late)})


# ---- how much of the machine

def family(b):
    """The runner; the shepherd and the guard of the only run."""
    runner, table = b.instance.parent_of("moirai-runner"), process_table()

    def child(of, option):
        return next((p for p, (_, parent) in table.items()
                     if parent == of and option in pathlib.Path(f"/proc/{p}/cmdline").read_bytes().split(b"\0")), None)
    shepherd = child(runner, b"--run")
    return [runner, shepherd, child(shepherd, b"--guard")]


def cpu_of(pid):
    return sum(map(int, pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[11:13])) / TICK


def kilobytes(pid, file, word):
    return int(next(line.split()[1] for line in pathlib.Path(f"/proc/{pid}/{file}").read_text().splitlines() if line.startswith(word)))


def memory(b, table, n):
    run = execute(b, f"fake: before=3 lines={n} hosts={HOSTS} sleep=3")
    everyone = eventually(lambda: None not in (f := family(b)) and f, 30)
    time.sleep(1)
    idle = [kilobytes(pid, "smaps_rollup", "Pss:") / 1024 for pid in everyone]
    Reader(b).until(run, n)
    busy = [kilobytes(pid, "smaps_rollup", "Pss:") / 1024 for pid in everyone]
    peak = [kilobytes(pid, "status", "VmHWM:") / 1024 for pid in everyone]
    ended(b, run)
    for i, (name, goal) in enumerate((("the runner", 8), ("a shepherd", 16), ("a guard", 4))):
        table.add(f"PSS of {name} after {n:,} lines", busy[i], goal=goal, unit=" MB", **{"MB idle": idle[i], "MB RSS at most": peak[i]})


# ---- how soon

def soon(b, table, rounds):
    """What we add: the fake needs next to nothing."""
    reader = Reader(b)
    for _ in range(rounds * 3):
        began = time.time()
        run = execute(b, "fake: lines=1")
        table.add("from POST to the first line of the fake", reader.until(run, 1) - began, goal=0.6, unit=" s")
        ended(b, run)


def start(b, table, rounds):
    """Real Ansible's first line, of a run and by hand."""
    inventory, reader = b.instance.var / "by-hand", Reader(b)
    inventory.write_text("".join(f"h{i}\n" for i in range(1, HOSTS + 1)))
    command = ["ansible-playbook", "-i", inventory, b.instance.var / "repository/site.yml"]
    for _ in range(rounds):
        began = time.time()
        by_hand = subprocess.Popen(command, stdout=subprocess.PIPE)
        by_hand.stdout.read(1)
        alone = time.time() - began
        by_hand.communicate()
        began = time.time()
        run = execute(b, "nothing")
        ours = reader.until(run, 1) - began
        ended(b, run)
        table.add("the first line of a run is read / of ansible-playbook by hand", ours / alone, goal=2, **{
            "s run": ours, "s by hand": alone})


# ---- how long a history may be

RUNS = ("insert into work.runs (project_id, inventory_id, kind, mode, arguments, initiator, initiator_type, status, start_time, stop_time)"
        " select 1, 1, 'PLAYBOOK', 'site.yml', '{}', 1, 'users', case when i <= 100 then 'ERROR' else 'OK' end, now(), now()"
        " from generate_series(1, %s) i")
LISTS = {"the first page of the history": "", "the history's status= that few have": "&status=ERROR"}


def add_runs(b, n):
    b.sql.run(RUNS, n)
    b.sql.run("set role moirai_owner; select work.runs_counted(%s), fate.counts_fold(); reset role", n)
    b.sql.run("vacuum analyze work.runs")
    b.sql.run("checkpoint")


def history(b, table, n):
    add_runs(b, 1000)
    with runner_looks_away(b):
        claimed = claim(b, 1, 10)
    few = {name: b.latencies("/history/?limit=100" + query, b.polemarch)[0] for name, query in LISTS.items()}
    add_runs(b, n)
    for name, query in LISTS.items():
        many = b.latencies("/history/?limit=100" + query, b.polemarch)[0]
        table.add(f"{name}: of {n:,} runs / of 1,000", many / few[name], goal=3, **{"ms": many, "ms few": few[name]})
    counted = b.milliseconds_of("select count(*), array_agg(id order by id desc) from work.runs where save_result", times=3)
    all_have = b.latencies("/history/?limit=100&status=OK", b.polemarch)[0]
    table.add(f"status= that nearly all of {n:,} runs have / reading their ids", all_have / counted, goal=3, ms=all_have)
    with runner_looks_away(b):
        claimed_then = claim(b, 1, 10)
    table.add(f"ten waiting runs claimed after {n:,} / after 1,000", claimed_then / claimed, goal=2, **{
        "ms": claimed_then, "ms few": claimed})
    user = b.milliseconds_of("select (polemarch_api.history_list(%s)).status", json.dumps(user_who_sees_all(b)), times=3)
    table.add(f"a user who sees {n:,} runs by their project / reading their ids", user / counted, goal=3, ms=user)


def user_who_sees_all(b):
    """What the worker would tell of his GET /history/."""
    b.sql.run("set role moirai_owner; insert into people.users (id, username) values (9002, 'reader'); select people.rights_own();"
              " select people.grants_put(kind::people.kind, 1, array[9002]::bigint[], '{MASTER}')"
              " from unnest('{project,inventory}'::text[]) kind; reset role")
    return {"actor": 9002, "stamp": b.sql.one("select stamp from people.users where id = 9002"), "path": {}, "query": {"limit": ["100"]},
            "mount": "/polemarch/api/v1", "base": b.polemarch, "url": b.polemarch + "/history/", "settings": {}}


def output(b, table, n):
    """Of a run with many lines: those after one, and all of them."""
    short, long = (run_with_lines(b, size) for size in (1000, n))
    ask_after = "/history/%s/lines/?ordering=line_number&limit=100&after=%s"
    few, many = (b.latencies(ask_after % (run, size - 100), b.polemarch)[0] for run, size in ((short, 1000), (long, n)))
    table.add(f"lines?after= of a run with {n:,} lines / with 1,000", many / few, goal=1.5, **{"ms": many, "ms few": few})
    workers = b.instance.workers()
    before = max(kilobytes(pid, "status", "VmHWM:") for pid in workers)
    size, took = read_raw(b, long)
    alone = copied_out(b, long)
    table.add(f"raw of {n:,} lines / bare COPY of them to nobody", size / took / (size / alone), least=0.3, **{
        "MB/s": size / took / 1e6, "MB/s bare": size / alone / 1e6})
    grown = max(kilobytes(pid, "status", "VmHWM:") for pid in workers) - before
    table.add("the largest worker grew by that", grown / 1024, goal=8, unit=" MB")


def run_with_lines(b, n):
    (run,) = b.sql.column("insert into work.runs (project_id, inventory_id, kind, mode, arguments, initiator, initiator_type, status,"
                          " start_time, stop_time, output_day, lines)"
                          " values (1, 1, 'PLAYBOOK', 'site.yml', '{}', 1, 'users', 'OK', now(), now(), current_date, %s) returning id", n)
    b.sql.run("insert into work.lines select current_date, %s, n, E'\\x1b[0;32mok: [h' || n || '] => {\"msg\": \"words, as long as such"
              " lines are\"}\\x1b[0m' from generate_series(1, %s) n", run, n)
    b.sql.run("vacuum analyze work.lines")
    return run


def read_raw(b, run):
    """Bytes, and seconds."""
    connection, began, size = http.client.HTTPConnection("127.0.0.1", b.instance.port, timeout=600), time.monotonic(), 0
    connection.request("GET", f"/polemarch/api/v1/history/{run}/raw/?color=yes", headers={"Authorization": AUTH})
    answer = connection.getresponse()
    while piece := answer.read(1 << 20):
        size += len(piece)
    connection.close()
    return size, time.monotonic() - began


class Nobody:
    def write(self, bytes):
        pass


def copied_out(b, run):
    with b.sql.connection.cursor() as cursor:
        began = time.monotonic()
        cursor.copy_expert(f"copy (select line from work.lines where day = current_date and run_id = {run} order by n) to stdout", Nobody())
        return time.monotonic() - began


# ---- how long a queue may be

WAITING = ("insert into work.runs (project_id, inventory_id, kind, mode, arguments, initiator, initiator_type, start_time)"
           " select 1 + i %% %s, 1, 'PLAYBOOK', 'site.yml', '{}', 1, 'users', now() from generate_series(1, %s) i")


@contextlib.contextmanager
def runner_looks_away(b):
    runner = b.instance.parent_of("moirai-runner")
    os.kill(runner, signal.SIGSTOP)
    try:
        yield
    finally:
        b.sql.run("delete from work.runs where status = 'DELAY'; delete from work.projects where id > 1")
        os.kill(runner, signal.SIGCONT)


def queue(b, table, n):
    with runner_looks_away(b):
        b.sql.run("insert into work.projects (id, repository, status) select i, 'x', 'OK' from generate_series(2, 100) i")
        for projects, of in ((1, "one project"), (100, "100 projects")):
            few, many = claim(b, projects, 10 * projects), claim(b, projects, n)
            table.add(f"ten of {n:,} waiting runs of {of} claimed / of ten of each", many / few, goal=3, **{"ms": many, "ms few": few})


def claim(b, projects, n):
    """Milliseconds, of ten, by the runner's role; nothing is left of it but that so many wait."""
    b.sql.run("delete from work.runs where status = 'DELAY'")
    b.sql.run(WAITING, projects, n)
    b.sql.run("vacuum analyze work.runs")
    connection = psycopg2.connect(host=str(b.instance.run_folder()), user="moirai_runner", dbname="moirai")
    took, told = [], json.dumps({"jobs": 10, "jobsPerProject": 0, "jobsPerHost": 0})
    with contextlib.closing(connection), connection.cursor() as cursor:
        for _ in range(20):
            began = time.monotonic()
            cursor.execute("select jsonb_array_length(runner_api.claim('bench', %s))", (told,))
            took.append((time.monotonic() - began) * 1000)
            assert cursor.fetchone()[0] == 10
            connection.rollback()
    return statistics.median(took)


# ---- all of it

def runs(b, table, smoke):
    n, rounds, seconds = (20000, 1, 3) if smoke else (200000, 3, 20)
    new_project(b)
    with runner_with(b, ansible_dir=str(fakes(b)), jobs=60):
        throughput(b, table, n, rounds)
        soon(b, table, rounds)
        memory(b, table, n)
        for at_once in (1, 5) if smoke else (1, 20, 50):
            lag(b, table, at_once, seconds)
    with ansible_can(b.sql):
        start(b, table, rounds)
    queue(b, table, 1000 if smoke else 10000)
    output(b, table, 50000 if smoke else 1000000)
    history(b, table, 20000 if smoke else 1000000)
