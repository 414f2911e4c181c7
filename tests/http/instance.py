"""Private instances of Moirai, started as anybody would start one: by script/server."""
import functools
import os
import pathlib
import re
import select
import signal
import socket
import subprocess
import time

import psycopg2
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = "build" + ("-" + os.environ["MOIRAI_BUILD"] if os.environ.get("MOIRAI_BUILD") else "")
PASSWORD = "secret"
SETTINGS = {"domain": "example.com"}       # of every instance, unless a test says otherwise
WORKERS = 8                                # and by default so many
YOUNG_SECONDS = 5                          # the pool holds back the successor of a worker that dies within these


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def eventually(ask, seconds=10, every=0.02):
    """The first truthy answer; an assertion when none comes in time. What ask raises counts as no."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            last = ask()
            if last:
                return last
        except (OSError, AssertionError, psycopg2.Error) as e:
            last = e
        assert time.monotonic() < deadline, f"not within {seconds} s; at last: {last!r}"
        time.sleep(every)


def process_table():
    """pid -> (name, pid of its parent) of all processes that run."""
    table = {}
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            front, back = stat.read_text().rsplit(")", 1)
        except OSError:
            continue
        state, parent = back.split()[:2]
        if state != "Z":
            table[int(stat.parent.name)] = (front.split("(", 1)[1], int(parent))
    return table


def age(pid):
    """Seconds since the process began."""
    ticks = int(pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[19])
    return time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")


def hear_sighup():
    """What ran the tests may have ignored it (nohup), and bash could then not trap it."""
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


class Instance:
    """One script/server with its state in `var` and its own port; `settings` go over its own."""

    def __init__(self, var, settings=SETTINGS, demo=False):
        self.var = pathlib.Path(var)
        self.var.mkdir(mode=0o755, exist_ok=True)
        self.port = free_port()
        self.build = self.var / BUILD
        self.log = self.var / "server.err"
        self.settings = self.var / "test.yaml"
        self.set(settings)
        self.demo = "1" if demo else "0"
        self.process = None

    def set(self, settings):
        """Writes the settings file; taken at the start or at SIGHUP."""
        self.settings.write_text(settings if isinstance(settings, str) else yaml.safe_dump(settings))

    def environment(self):
        return {**os.environ, "MOIRAI_VAR": str(self.var), "MOIRAI_PORT": str(self.port), "MOIRAI_DEMO": self.demo,
                "MOIRAI_ADMIN_PASSWORD": PASSWORD, "MOIRAI_SETTINGS": str(self.settings),
                "MOIRAI_SQL": str(ROOT / "sql")}

    def start(self):
        with self.log.open("w") as log:
            self.process = subprocess.Popen([ROOT / "script/server"], env=self.environment(), stdin=subprocess.DEVNULL,
                                            stdout=subprocess.PIPE, stderr=log, preexec_fn=hear_sighup)
        self.said = self.listen(f"ready http://127.0.0.1:{self.port}\n", 300)
        return self

    def listen(self, awaited, seconds):
        """What script/server says on its standard output, up to the awaited line."""
        said = ""
        while not said.endswith(awaited):
            ready, _, _ = select.select([self.process.stdout], [], [], seconds)
            more = os.read(self.process.stdout.fileno(), 4096).decode() if ready else ""
            if not more:
                self.stop()
                raise RuntimeError(f"script/server said {said!r}\n{self.log.read_text()}")
            said += more
        return said

    def stop(self):
        self.process.terminate()
        try:
            return self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        finally:
            self.process.stdout.close()

    def run(self, *command):
        """Runs a command of the house with this instance's surroundings."""
        return subprocess.run(list(map(str, command)), env=self.environment(), capture_output=True, text=True,
                              timeout=60)

    def courier_command(self, *more):
        return [self.build / "moirai-courier", "-c", self.var / "moirai.yaml", "-c", self.settings, *more]

    def run_script(self, name):
        return self.run(ROOT / "script" / name)

    def moirai_db(self, *arguments):
        said = self.run(self.build / "moirai-db", "-d", f"postgresql:///moirai?host={self.run_folder()}&user=postgres",
                        *arguments)
        assert said.returncode == 0, said.stderr
        return said.stdout

    def reset(self):
        said = self.run_script("reset")
        assert said.returncode == 0, said.stderr

    def run_folder(self):
        """Where its sockets are."""
        return pathlib.Path(yaml.safe_load((self.var / "moirai.yaml").read_text())["socket"]).parent

    def page(self):
        """The folder of the page that its nginx serves."""
        return pathlib.Path(re.search(r"\broot (.+);", (self.var / "nginx/nginx.conf").read_text())[1])

    def sql(self):
        """A connection as superuser that commits by itself."""
        connection = psycopg2.connect(host=str(self.run_folder()), user="postgres", dbname="moirai", connect_timeout=5)
        connection.autocommit = True
        return connection

    def fsync(self, word):
        sql = Sql(self)
        sql.run(f"alter system set fsync = {word}")
        sql.run("select pg_reload_conf()")
        sql.close()

    def renew(self, settings):
        """Other settings, taken by all its processes."""
        before = self.workers() + self.couriers()
        self.set(settings)
        self.process.send_signal(signal.SIGHUP)
        eventually(lambda: not set(before) & set(self.workers() + self.couriers()) and self.workers() and self.couriers(), 30)

    def renew_runner(self, settings):
        """The runner, and what it starts from now on, has these settings; the others keep theirs."""
        self.set(settings)
        taken = f"moirai-runner[{self.parent_of('moirai-runner')}]: settings taken"
        before = self.log.read_text().count(taken)
        os.kill(self.parent_of("moirai-runner"), signal.SIGHUP)
        eventually(lambda: self.log.read_text().count(taken) > before, 30)

    # ---- its processes
    def children(self, pid):
        return sorted(p for p, (_, parent) in process_table().items() if parent == pid)

    def parent_of(self, name):
        """The pid of the `postgres`, `moirai-fcgi`, `moirai-courier` or `nginx` that script/server started; None while it is away."""
        pids = [p for p, (n, parent) in process_table().items() if parent == self.process.pid and n == name]
        return pids[0] if pids else None

    def workers(self):
        pool = self.parent_of("moirai-fcgi")
        return self.children(pool) if pool else []

    def kill_worker(self):
        """One of them; waits until it is gone, so that it can't die with the next request in hand. Its pid."""
        victim = self.workers()[0]
        os.kill(victim, signal.SIGKILL)
        eventually(lambda: victim not in self.workers())
        return victim

    def couriers(self):
        """The processes that sort and deliver."""
        courier = self.parent_of("moirai-courier")
        return self.children(courier) if courier else []

    def let_workers_grow_up(self):
        def grown_up():
            workers = self.workers()
            return len(workers) == WORKERS and all(age(p) > YOUNG_SECONDS + 1 for p in workers)
        eventually(grown_up, 40)

    def kill(self, name):
        """Ends one of script/server's own children as a crash would; waits until another stands in its place."""
        pid = self.parent_of(name)
        os.kill(pid, signal.SIGKILL)
        return eventually(lambda: self.parent_of(name) not in (None, pid) and self.parent_of(name), 20)


class Sql:
    """Questions to the database, each answered at once."""

    def __init__(self, instance):
        self.connection = instance.sql()

    def rows(self, query, *values):
        with self.connection.cursor() as cursor:
            cursor.execute(query, values)
            return cursor.fetchall() if cursor.description else []

    def column(self, query, *values):
        return [row[0] for row in self.rows(query, *values)]

    def one(self, query, *values):
        (row,) = self.rows(query, *values)
        return row[0] if len(row) == 1 else row

    def run(self, query, *values):
        self.rows(query, *values)

    @functools.cached_property
    def digests(self):
        """The question for rows and a digest of each table."""
        tables = self.column("select oid::regclass::text from pg_class where relkind = 'r' and not relispartition"
                             " and relnamespace in ('fate'::regnamespace, 'people'::regnamespace, 'inventory'::regnamespace, 'work'::regnamespace)"
                             " and oid not in ('work.runners'::regclass, 'work.ansible_reference'::regclass)"      # the runner's, who says that it is there
                             " union all select 'fate.events' union all select 'outbox.webhooks' order by 1")
        return " union all ".join(f"select '{t}', count(*), md5(string_agg(r::text, ',' order by r::text)) from {t} r" for t in tables)

    def state(self):
        """All that is stored: rows and a digest of each table, the last value of each sequence."""
        # Letters are the courier's, who writes them when it comes to it.
        return self.rows(self.digests) + self.rows("select sequencename, last_value from pg_sequences"
                                                   " where sequencename <> 'letters_id_seq' order by 1")

    def close(self):
        self.connection.close()
