"""What the tests of killed runners share: an instance with the fake Ansible, runs in a known state, who is to be killed, and what is left."""
import contextlib
import fcntl
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile

import yaml

from instance import ROOT, SETTINGS, Sql, eventually
from polemarch import make, said

FAKE = ROOT / "tests/http/fake_ansible"
LEASE = 30
WITHIN = LEASE + 8                      # seconds in which a run that can't go on is over: a lease, and who looks every 5 s
STAMP = re.compile(r"T\d+\.\d+")
OVER = ("OK", "ERROR", "OFFLINE", "INTERRUPTED")


def new_secrets_dir():
    """In memory as by default, but not with what other instances have there."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="moirai-test-", dir="/dev/shm"))
    folder.chmod(0o1777)
    return folder


# ---- processes

def words(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return []


def is_there(pid):
    """Whether it runs: not one that only waits to be buried."""
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    except OSError:
        return False


def processes(told):
    """The pids of those for whose command line told(words) is true."""
    return [int(p.name) for p in pathlib.Path("/proc").glob("[0-9]*") if told(words(p.name))]


def kill(*pids, sig=signal.SIGKILL):
    """As nearly at once as can be; who is gone already is gone."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, sig)


def environment_of(pid):
    return dict(v.split("=", 1) for v in pathlib.Path(f"/proc/{pid}/environ").read_text().split("\0") if "=" in v)


def as_process(pid):
    """Before a command: it runs as that process does, which we may only ask for as root, and then on a machine named `second`."""
    if os.getuid() != 0:
        return []
    status = dict(line.split(":", 1) for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines())
    uid, gid = (status[k].split()[0] for k in ("Uid", "Gid"))
    names = ",".join("+" + name for bit, name in ((1, "dac_override"), (6, "setgid"), (7, "setuid")) if int(status["CapAmb"], 16) >> bit & 1)
    caps = [f"--inh-caps={names}", f"--ambient-caps={names}"] if names else []
    return ["unshare", "--uts", "sh", "-c", 'hostname second; exec "$@"', "sh", "setpriv", f"--reuid={uid}", f"--regid={gid}", "--init-groups", *caps]


class Run:
    """One run and all that belongs to it."""

    def __init__(self, yard, id, lines):
        self.yard, self.id, self.lines = yard, id, lines

    def row(self, columns="status"):
        return self.yard.sql.one(f"select {columns} from work.runs where id = %s", self.id)

    # ---- its processes
    def shepherds(self, option="--run"):
        """The process, and while it prepares who beats for it, a fork."""
        return [p for p in processes(lambda w: option in w and any(v.startswith(f"{self.id}:") for v in w)) if self.yard.has(p)]

    def guards(self):
        return processes(lambda w: "--guard" in w[:2] and self.is_ours(w[2]))

    def ansibles(self):
        """With what it has started, as long as that has its command line."""
        return processes(lambda w: any("moirai_ansible.py" in v and self.is_ours(v) for v in w[:2]))

    def is_ours(self, path):
        return any(path.startswith(f"{folder}/{prefix}{self.id}-") for folder, prefix in self.yard.folders())

    def spawned(self):
        """Children in sessions of their own, as their output tells."""
        return [int(n) for line in self.output() for n in re.findall(r"^spawned (\d+)", line)]

    def folders(self):
        return [str(p) for folder, prefix in self.yard.folders() for p in folder.glob(f"{prefix}{self.id}-*")]

    # ---- its output
    def output(self):
        return self.yard.sql.column("select line from work.lines where run_id = %s order by n", self.id)

    def numbers(self):
        return [int(n) for line in self.output() for n in re.findall(r"\bN(\d+) T", line)]

    # ---- what shall be
    def comes_to(self, states, seconds=20):
        return eventually(lambda: self.row() in states and self.row(), seconds, 0.05)

    def has_said(self, n, seconds=20):
        eventually(lambda: self.row("lines") >= n, seconds, 0.05)

    def left(self):
        """Processes and folders that should be gone."""
        pids = [p for p in self.shepherds() + self.shepherds("--recover") + self.guards() + self.ansibles() + self.spawned() if is_there(p)]
        return [(p, words(p)) for p in pids] + self.folders()

    def leaves_nothing(self):
        with contextlib.suppress(AssertionError):
            eventually(lambda: not self.left(), 15, 0.2)
        assert self.left() == [], f"run {self.id}"

    def ended_well(self, seconds=WITHIN):
        """It went on as if nothing had been."""
        self.comes_to(OVER, seconds)
        assert self.row("status, status_detail") == ("OK", None), f"run {self.id}: {self.row('status_detail, raw_args')}"
        self.has_only_its_own_lines()
        assert self.numbers() == list(range(1, self.lines + 1)) and self.output()[-1].startswith("PLAY RECAP")
        self.leaves_nothing()

    def ended(self, status, *reasons, seconds=WITHIN, at_least=0):
        """It could not go on; what had been shown of it is still there."""
        self.comes_to(OVER, seconds)
        now, why = self.row("status, status_detail")
        assert now == status and any(r in (why or "") for r in reasons), f"run {self.id}: {now}: {why}"
        self.has_only_its_own_lines()
        assert len(self.output()) >= at_least
        self.leaves_nothing()

    def has_only_its_own_lines(self):
        """As the fake Ansible printed them, each once and in order, as far as they go; they are numbered so, too."""
        numbers = self.numbers()
        assert numbers == list(range(1, len(numbers) + 1)), f"run {self.id}: {numbers[:5]} ... {numbers[-5:]}, {len(numbers)}"
        expected = [STAMP.sub("T", self.yard.line(n)) for n in numbers]
        assert [STAMP.sub("T", line) for line in self.output() if STAMP.search(line)] == expected
        assert self.row("lines") == len(self.output())


class Yard:
    """An instance with a secrets_dir of its own whose Ansible is the fake one, and runs in it. Projects are MANUAL; a run says by an argument what
    it prints."""

    def __init__(self, instance, api, secrets):
        self.instance, self.admin, self.secrets = instance, api.polemarch, secrets
        self.sql = Sql(instance)
        self.told = yaml.safe_load((instance.var / "moirai.yaml").read_text())
        self.projects, self.runs_dirs = pathlib.Path(self.told["projects_dir"]), [pathlib.Path(self.told["runs_dir"])]
        self.files = []
        self.fake = {"__name__": "fake"}
        exec(compile((FAKE / "fake.py").read_text(), "fake.py", "exec"), self.fake)
        self.hosts = list(self.fake["outcomes"](self.fake["DEFAULTS"]).items())

    def has(self, pid):
        """Whether it was started by this instance's script/server."""
        try:
            return f"MOIRAI_VAR={self.instance.var}".encode() in pathlib.Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
        except OSError:
            return False

    def folders(self):
        """Where runs have theirs, and how these begin before the run's number."""
        return [(folder, "") for folder in self.runs_dirs] + [(self.secrets, "moirai-")]

    def has_nothing_left(self):
        eventually(lambda: not [p for folder, _ in self.folders() if folder.is_dir() for p in folder.iterdir()], 15, 0.2)

    def line(self, number):
        """As the fake prints it and it is stored; but for the time."""
        return self.fake["line"](number, self.hosts, 0).rstrip()

    def begin(self):
        self.inventory = make(self.admin, "inventories", name="i")["id"]
        host = make(self.admin, "hosts", name="h1")["id"]
        said(self.admin.post(f"/inventories/{self.inventory}/hosts/", [host]))
        self.wait_for_reference()

    def wait_for_reference(self):
        eventually(lambda: self.sql.column("select version from work.ansible_reference"), 60)

    def project(self, name="p"):
        """A new one that is well, with the playbook site.yml."""
        id = make(self.admin, "projects", name=name, repository="MANUAL", vars={"repo_type": "MANUAL"})["id"]
        eventually(lambda: self.status_of(id) == "OK", 30)
        (self.projects / str(id) / "site.yml").write_text("- hosts: all\n")
        return id

    def status_of(self, project):
        return self.sql.column("select status from work.projects where id = %s", project)[0]

    def start(self, project, lines=10, **fake):
        """A run of the fake Ansible, which does what fake.py tells of."""
        text = " ".join(f"{k}={v}" for k, v in {"lines": lines, **fake}.items())
        return self.start_it(project, {"extra-vars": f'{{"x": "fake: {text}"}}'}, lines)

    def start_it(self, project, arguments, lines=0):
        answer = self.admin.post(f"/projects/{project}/execute-playbook/", {"inventory": self.inventory, "playbook": "site.yml", **arguments})
        return Run(self, said(answer, 201)["history_id"], lines)

    def cancel(self, run):
        said(self.admin.post(f"/history/{run.id}/cancel/"))

    # ---- what holds a run in a state
    def hold_project(self, project):
        """Whoever wants its files waits."""
        file = (self.projects / f".lock-{project}").open("r+b")
        fcntl.lockf(file, fcntl.LOCK_EX, 2, 0)
        self.files.append(file)
        return file

    def keep_waiting(self, project):
        """Its runs are not claimed, for it is being synced; until run_again()."""
        self.sql.run("update work.projects set status = 'SYNC', token = gen_random_uuid(), lease_until = 'infinity' where id = %s", project)

    def run_again(self, project):
        self.sql.run("update work.projects set status = 'OK', token = null, lease_until = null where id = %s", project)

    def let_go(self):
        for file in self.files:
            file.close()
        self.files = []

    @contextlib.contextmanager
    def queue_held(self):
        """Nothing is claimed."""
        holder = Sql(self.instance)
        holder.run("select pg_advisory_lock(hashtext('work.queue'))")
        yield
        with contextlib.suppress(Exception):
            holder.close()

    @contextlib.contextmanager
    def row_held(self, *runs):
        """Nobody can say anything of these runs, so they do not get over their end."""
        holder = Sql(self.instance)
        holder.connection.autocommit = False
        holder.run("select from work.runs where id = any(%s) for update", [r.id for r in runs])
        yield
        with contextlib.suppress(Exception):
            holder.connection.rollback()
            holder.close()

    @contextlib.contextmanager
    def begin_held(self):
        """A shepherd can't learn what it has to do."""
        holder = Sql(self.instance)
        holder.connection.autocommit = False
        holder.run("lock table inventory.objects in access exclusive mode")
        yield
        with contextlib.suppress(Exception):
            holder.connection.rollback()
            holder.close()

    def claim(self, run):
        """As a runner that dies before it has started anything: the token."""
        return self.sql.column("update work.runs set status = 'RUN', runner = 'of the test', token = gen_random_uuid(),"
                               " lease_until = clock_timestamp() + runner_api.lease() where id = %s and status = 'DELAY' returning token", run.id)[0]

    def lease_ends(self, run):
        """As if a lease had gone by since its shepherd was heard of."""
        self.sql.run("update work.runs set lease_until = clock_timestamp() where id = %s and status = 'RUN'", run.id)

    # ---- its parts
    def runner(self):
        return self.instance.parent_of("moirai-runner")

    def kill_runner(self):
        return self.instance.kill("moirai-runner")

    def kill_postgres(self):
        self.sql.close()
        self.instance.kill("postgres")
        self.sql = eventually(lambda: Sql(self.instance), 60)

    @contextlib.contextmanager
    def no_postgres(self):
        """script/server tries to start it again all the time; without its file it can't."""
        settings = self.instance.var / "data/postgresql.conf"
        self.sql.close()
        settings.rename(settings.with_suffix(".away"))
        kill(self.instance.parent_of("postgres"), sig=signal.SIGINT)
        try:
            yield
        finally:
            settings.with_suffix(".away").rename(settings)
        self.sql = eventually(lambda: Sql(self.instance), 60)

    @contextlib.contextmanager
    def second_runner(self, **settings):
        """On another machine, as far as that goes: with a name (if we are root) and folders of its own."""
        runs, file = self.instance.var / "runs-2", self.instance.var / "second.yaml"
        runs.mkdir()
        runs.chmod(0o1733)
        file.write_text(yaml.safe_dump({"runs_dir": str(runs), **settings}))
        first = self.runner()
        shutil.chown(runs, pathlib.Path(f"/proc/{first}").stat().st_uid)
        command = [self.instance.build / "moirai-runner", *words(first)[1:-1], "-c", file]
        self.runs_dirs.append(runs)
        process = subprocess.Popen([*as_process(first), *command], env=environment_of(first), start_new_session=True)
        try:
            yield process
        finally:
            process.kill()
            process.wait()
            self.runs_dirs.remove(runs)
            shutil.rmtree(runs, ignore_errors=True)

    def is_lawful(self):
        for law in ("work", "fate", "inventory"):
            assert self.sql.rows(f"select * from {law}.check()") == []

    def close(self):
        self.let_go()
        self.sql.close()
