"""Runs whose runner, shepherd, guard, Ansible or database is killed in each of their states: what can go on goes on and ends well, what can't is
an error with a reason soon, no line is lost or doubled, and nothing is left behind.

Runs in all the states are at work at once while somebody is killed. MOIRAI_CRASH_SECONDS: leases are waited for instead of ended by hand, the
database is away for longer than one, and for so many seconds somebody dies at random.
"""
import contextlib
import os
import pathlib
import random
import shutil
import signal
import subprocess
import time

import pytest
import yaml

from client import Api
from conftest import another
from crash_matrix import FAKE, LEASE, OVER, WITHIN, Run, Yard, is_there, kill, new_secrets_dir, processes
from instance import ROOT, SETTINGS, age, eventually
from polemarch import make, said
from runs import Repository

pytestmark = pytest.mark.noreset
STORM = float(os.environ.get("MOIRAI_CRASH_SECONDS", 0))
STATES = ("claimed", "preparing", "printing", "quiet", "ending", "canceling")
LOST = "Nothing was heard of the run on "
NO_GUARD, NO_SHEPHERD = "The run's guard was killed, and the run with it.", "The process that watched over the run was killed, and the run with it."
KILLED = "Ansible was killed by signal 9."


@pytest.fixture(scope="module")
def yard(instance, contract):
    secrets = new_secrets_dir()
    with another(instance, {**SETTINGS, "ansible_dir": str(FAKE), "secrets_dir": str(secrets), "jobs": 60}) as own:
        yard = Yard(own, Api(own, contract), secrets)
        yard.begin()
        yield yard
        yard.close()
    shutil.rmtree(secrets)


@pytest.fixture(autouse=True)
def lawful(yard):
    yield
    yard.let_go()
    yard.has_nothing_left()
    yard.is_lawful()


@pytest.fixture
def project(yard):
    return yard.project()


def waits_for_leases(yard, *runs):
    """Those who have them are gone. Who takes them must have been connected for as long himself."""
    for run in runs:
        if not STORM:
            yard.lease_ends(run)


class Held:
    """Runs, each in one of the states for as long as this is open."""

    def __init__(self, yard, project, names, seconds):
        """{(anything, state)}; those that print or are quiet do so for about so many seconds."""
        self.yard, self.project, self.seconds = yard, project, seconds
        self.stack = contextlib.ExitStack()
        self.runs = {}
        for name in names:
            if name[1] != "claimed":
                self.runs[name] = self.start(*name)
        for name, run in self.runs.items():
            self.wait_for(name[1], run)
        self.hold("ending", lambda r: not r.guards(), yard.row_held)
        self.claimed([n for n in names if n[1] == "claimed"])

    def start(self, victim, state):
        if state == "preparing":
            project = self.yard.project()
            self.yard.hold_project(project)
            return self.yard.start(project)
        lines = self.seconds * 1000 if state == "printing" else 10
        spawn = 0 if victim == "both" else 1
        more = {"printing": {"rate": 1000, "spawn": spawn}, "quiet": {"sleep": self.seconds, "spawn": spawn}, "ending": {"sleep": 3},
                "canceling": {"sleep": 600, "ignore_term": 1}}[state]
        return self.yard.start(self.project, lines, **more)

    def wait_for(self, state, run):
        if state == "preparing":
            eventually(lambda: run.row() == "RUN" and run.folders(), 20)
        else:
            run.has_said(5 if state == "printing" else 10)
        if state == "canceling":
            self.yard.cancel(run)
            eventually(lambda: run.row("cancel_at"))

    def hold(self, state, comes, how):
        runs = [r for n, r in self.runs.items() if n[1] == state]
        if runs:
            self.stack.enter_context(how(*runs))
            eventually(lambda: all(comes(r) for r in runs), 20)

    def claimed(self, names):
        if not names:
            return
        with self.yard.queue_held():
            self.runs |= {name: self.yard.start(self.project) for name in names}
            self.stack.enter_context(self.yard.begin_held())
        for name in names:
            eventually(lambda: self.runs[name].row() == "RUN" and self.runs[name].shepherds())

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.stack.close()
        self.yard.let_go()

    def shown(self):
        """How many lines of each there are."""
        return {name: run.row("lines") for name, run in self.runs.items()}


# ---- one of its processes

VICTIMS = {"shepherd": lambda r: r.shepherds(), "guard": lambda r: r.guards(), "ansible": lambda r: r.ansibles()}
CAN_NOT_GO_ON = {
    ("shepherd", "claimed"): LOST, ("shepherd", "preparing"): NO_GUARD,
    ("shepherd", "printing"): NO_SHEPHERD, ("shepherd", "quiet"): NO_SHEPHERD,
    ("guard", "printing"): NO_GUARD, ("guard", "quiet"): NO_GUARD,
    ("both", "printing"): NO_GUARD, ("both", "quiet"): NO_GUARD,
    ("ansible", "printing"): KILLED, ("ansible", "quiet"): KILLED,
}
GOES_ON = [("shepherd", "ending")]
INTERRUPTED = [(victim, "canceling") for victim in (*VICTIMS, "both")]


def strike(victim, run):
    if victim in VICTIMS:
        kill(*VICTIMS[victim](run))
    else:
        kill_both(run)


def kill_both(run):
    """Shepherd and guard at the same moment: the guard may not notice that the shepherd is gone."""
    shepherds, guards = run.shepherds(), run.guards()
    kill(*guards, sig=signal.SIGSTOP)
    kill(*shepherds, *guards)


def test_whatever_of_a_run_is_killed_in_whatever_state_it_ends_rightly(yard, project):
    with Held(yard, project, [*CAN_NOT_GO_ON, *GOES_ON, *INTERRUPTED], 600) as held:
        shown = held.shown()
        for (victim, _), run in held.runs.items():
            strike(victim, run)
    waits_for_leases(yard, held.runs["shepherd", "claimed"])
    for name in GOES_ON:
        held.runs[name].ended_well()
    for name in INTERRUPTED:
        held.runs[name].ended("INTERRUPTED", "canceled", at_least=shown[name])
    for name, why in CAN_NOT_GO_ON.items():
        held.runs[name].ended("ERROR", why, at_least=shown[name])


def test_what_a_run_has_left_in_the_background_goes_with_it_when_shepherd_and_guard_are_killed(yard, project):
    """It is in a session of its own, and nobody's child any more; but it is the run's."""
    run = yard.start(project, sleep=600, spawn=1)
    run.has_said(11)
    spawned = run.spawned()
    try:
        kill_both(run)
        run.comes_to(OVER)
        eventually(lambda: not [p for p in spawned if is_there(p)], 5)
    finally:
        kill(*spawned)


# ---- two runners

def git_project(yard, repository):
    """A new one, after its first sync. (One of MANUAL is had by the runner alone that has its files.)"""
    id = make(yard.admin, "projects", name="g", repository=repository.url, vars={"repo_type": "GIT"})["id"]
    eventually(lambda: yard.status_of(id) == "OK", 30)
    return id


@pytest.fixture
def repository(open_folder):
    repository = Repository(open_folder / "repository")
    repository.commit({"site.yml": "---\n# fake: lines=3\n- hosts: all\n"})
    return repository


@contextlib.contextmanager
def stopped(pid):
    """It does nothing meanwhile; the other has all that there is to do."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def starts_of(yard, seconds):
    """For so long, all the tokens by which each run was seen at work."""
    seen, until = {}, time.monotonic() + seconds
    while time.monotonic() < until:
        for folder in yard.runs_dirs:
            for p in folder.iterdir():
                id, token = p.name.split(".")[0].split("-", 1)
                seen.setdefault(int(id), set()).add(token)
        time.sleep(0.05)
    return seen


def test_of_two_runners_one_has_each_run_and_each_turn_of_a_periodic_task(yard, repository):
    project = git_project(yard, repository)
    with yard.second_runner(jobs=60):
        eventually(lambda: yard.sql.one("select count(*) from work.runners") == (2 if os.getuid() == 0 else 1))
        every_second = make(yard.admin, "periodic-tasks", name="t", type="INTERVAL", schedule="1", mode="site.yml", project=project,
                            inventory=yard.inventory, vars={"extra-vars": '{"x": "fake: lines=1"}'})["id"]
        with yard.queue_held():
            runs = [yard.start(project, lines=5, sleep=2) for _ in range(20)]
        seen = starts_of(yard, 5)
        fired = lambda: yard.sql.column("select start_time from work.runs where initiator_type = 'scheduler' order by start_time")
        eventually(lambda: len(fired()) >= 3)
        yard.admin.delete(f"/periodic-tasks/{every_second}/")
        for run in runs:
            run.ended_well()
        assert all(len(tokens) == 1 for tokens in seen.values()) and {r.id for r in runs} <= set(seen)
        # A runner looks each second, so one turn may come late and the next at once: but there is one for each.
        times = fired()
        assert len(times) <= (times[-1] - times[0]).total_seconds() + 2


def test_what_a_machine_had_that_is_gone_another_takes(yard, repository):
    project = git_project(yard, repository)
    eventually(lambda: age(yard.runner()) > LEASE + 1, LEASE + 2)
    with yard.second_runner(jobs=60) as second:
        with stopped(yard.runner()):
            runs = [yard.start(project, lines=10, sleep=600), yard.start(project, lines=600000, rate=1000)]
            for run in runs:
                run.has_said(10)
            gone = [p for run in runs for p in run.guards() + run.shepherds()]
            kill(second.pid, *gone, sig=signal.SIGSTOP)
            kill(second.pid, *gone)
            shutil.rmtree(yard.runs_dirs[-1])
        shown = [run.row("lines") for run in runs]
        for p in yard.secrets.iterdir():            # it was in that machine's memory
            shutil.rmtree(p) if p.is_dir() else p.unlink()
        waits_for_leases(yard, *runs)
        later = yard.start(project)
        for run, n in zip(runs, shown):
            run.ended("ERROR", LOST, at_least=n)
        later.ended_well()


def sync(yard, project):
    said(yard.admin.post(f"/projects/{project}/sync/"))
    eventually(lambda: yard.status_of(project) == "OK", 30)


def has_run_at(yard, project, revision, lines):
    """A run of it has these files, which say how many lines."""
    run = yard.start_it(project, {}, lines)
    run.ended_well()
    assert run.row("revision") == revision


def test_each_runner_brings_a_project_to_the_revision_that_a_run_wants(yard, repository):
    """Whichever has synchronized it, and whatever the repository has by now."""
    first, project = repository.head(), git_project(yard, repository)
    second = repository.commit({"site.yml": "---\n# fake: lines=5\n- hosts: all\n"})
    copies = yard.instance.var / "projects-2"
    copies.mkdir()
    shutil.chown(copies, pathlib.Path(f"/proc/{yard.runner()}").stat().st_uid)
    with yard.second_runner(jobs=60, projects_dir=str(copies)) as other:
        with stopped(yard.runner()):
            has_run_at(yard, project, first, 3)
            assert (copies / str(project)).is_dir()
            sync(yard, project)
            has_run_at(yard, project, second, 5)
        with stopped(other.pid):
            has_run_at(yard, project, second, 5)
            repository.commit({"site.yml": None})
            has_run_at(yard, project, second, 5)


# ---- syncs

def syncs(yard, project):
    """The process, and who beats for it."""
    return [p for p in processes(lambda w: "--sync" in w and any(v.startswith(f"{project}:") for v in w)) if yard.has(p)]


def test_a_sync_that_is_killed_is_done_again(yard):
    eventually(lambda: age(yard.runner()) > LEASE + 1, LEASE + 2)
    project = yard.project()
    eventually(lambda: not syncs(yard, project))
    yard.hold_project(project)
    said(yard.admin.post(f"/projects/{project}/sync/"))
    for _ in range(2 if STORM else 1):
        kill(*eventually(lambda: syncs(yard, project), WITHIN))
        eventually(lambda: not syncs(yard, project))
        assert yard.status_of(project) == "SYNC"
        if not STORM:
            yard.sql.run("update work.projects set lease_until = clock_timestamp() where id = %s", project)
    yard.let_go()
    eventually(lambda: yard.status_of(project) == "OK", WITHIN)
    assert yard.sql.one("select token, losses, status_detail from work.projects where id = %s", project) == (None, 0, None)


# ---- a real Ansible

PLAYBOOK = """
- hosts: all
  gather_facts: false
  tasks:
  - debug:
      msg: N{{ item }} T
    loop: "{{ range(1, 21) | list }}"
  - command: sleep {{ seconds }}
"""


@pytest.fixture
def real_ansible(yard):
    before = yard.instance.settings.read_text()
    yard.instance.renew_runner({k: v for k, v in yaml.safe_load(before).items() if k != "ansible_dir"})
    yield
    yard.instance.renew_runner(before)


@pytest.mark.skipif(not os.path.exists("/usr/bin/ansible-playbook"), reason="no ansible-playbook")
def test_a_real_ansible_that_is_killed_with_its_forks_leaves_nothing(yard, project, real_ansible):
    (yard.projects / str(project) / "site.yml").write_text(PLAYBOOK)
    runs = {victim: yard.start_it(project, {"connection": "local", "extra-vars": f"seconds=600.{i}25"})
            for i, victim in enumerate(["shepherd", "guard", "ansible", "both"])}
    good = yard.start_it(project, {"connection": "local", "extra-vars": "seconds=9"})
    for i, run in enumerate(runs.values()):
        eventually(lambda: processes(lambda w: w[:2] == ["sleep", f"600.{i}25"]), 40)
    for victim, run in runs.items():
        strike(victim, run)
    for run, why in zip(runs.values(), (NO_SHEPHERD, NO_GUARD, KILLED, NO_GUARD)):
        run.comes_to(OVER, WITHIN)
        assert run.row("status, status_detail") == ("ERROR", why)
        assert run.numbers() == list(range(1, 21))
        run.leaves_nothing()
    eventually(lambda: not processes(lambda w: w[:1] == ["sleep"] and w[1].startswith("600.")))
    good.comes_to(OVER, 40)
    assert good.row("status") == "OK" and good.numbers() == list(range(1, 21))


# ---- what all of them need

def everyone(yard, project, seconds, do):
    """Runs in each state while `do` is done: all go on."""
    later = yard.project()
    yard.keep_waiting(later)
    waits = yard.start(later)
    with Held(yard, project, [("", state) for state in STATES], seconds) as held:
        do()
    yard.run_again(later)
    return held.runs | {("", "waiting"): waits}


def all_went_on(runs, seconds=60):
    runs.pop(("", "canceling")).ended("INTERRUPTED", "canceled", seconds=seconds)
    for run in runs.values():
        run.ended_well(seconds)


def test_a_runner_that_is_killed_costs_no_run(yard, project):
    all_went_on(everyone(yard, project, 8, yard.kill_runner))


def test_a_runner_that_is_told_to_end_leaves_its_runs_to_the_next(yard, project):
    """It goes at once; they go on, with the shepherds that they have."""
    def at_work():
        return {id: tuple(sorted(Run(yard, id, 0).shepherds())) for id in yard.sql.column("select id from work.runs where status = 'RUN'")}

    def restart():
        before = at_work()
        assert len(before) == len(STATES) and all(before.values())
        for _ in range(2):
            runner = yard.runner()
            os.kill(runner, signal.SIGTERM)
            eventually(lambda: yard.runner() not in (None, runner) and not is_there(runner), 20)
        after = at_work()
        assert after and after.items() <= before.items()
    all_went_on(everyone(yard, project, 9, restart))


def test_systemd_ends_no_run_with_the_runner():
    assert "\nKillMode=process\n" in (ROOT / "systemd/moirai-runner.service.in").read_text().partition("[Service]")[2].partition("[Install]")[0]


def test_a_database_that_is_killed_costs_no_line(yard, project):
    all_went_on(everyone(yard, project, 9, yard.kill_postgres))


@pytest.mark.skipif(not STORM, reason="takes two minutes")
def test_a_database_that_is_away_for_longer_than_a_lease_costs_no_line(yard, project):
    def away():
        with yard.no_postgres():
            time.sleep(LEASE + 15)
    all_went_on(everyone(yard, project, LEASE + 30, away), 60)


# ---- chance

def some_run(yard, project):
    lines = random.choice([0, 10, 2000])
    return yard.start(project, lines, rate=random.choice([0, 500, 5000]), before=random.choice([0, 0.5]), sleep=random.choice([0, 0, 1, 4]),
                      ignore_term=random.randint(0, 1))


def somebody_dies(yard, runs):
    """Who: the name."""
    who = random.choices(["shepherd", "guard", "ansible", "both", "runner", "postgres", "canceled"], [4, 4, 4, 4, 3, 1, 4])[0]
    run = random.choice(runs)
    if who == "runner":
        yard.kill_runner()
    elif who == "postgres":
        yard.kill_postgres()
    elif who == "canceled":
        yard.admin.post(f"/history/{run.id}/cancel/")
    else:
        strike(who, run)
    return who


@pytest.mark.skipif(not STORM, reason="takes as long as one likes")
def test_whoever_dies_by_chance_each_run_ends_rightly(yard, project):
    until, runs = time.monotonic() + STORM, []
    while time.monotonic() < until:
        with contextlib.suppress(AssertionError):             # 503: the database is away
            runs += [some_run(yard, project) for _ in range(3)]
        time.sleep(random.random())
        with contextlib.suppress(AssertionError, OSError):
            somebody_dies(yard, runs[-8:])
    came = {}
    for run in runs:
        status = run.comes_to(OVER, 2 * WITHIN)
        came[status] = came.get(status, 0) + 1
        if status == "OK":
            run.ended_well()
        else:
            run.ended(status, "The run's guard", "The process that", KILLED, LOST, "canceled")
    print(came)
    assert came["OK"] > len(runs) / 10
