"""The ring of tests over the real stack: nginx, workers, PostgreSQL, as script/server starts them.

One instance serves all tests; what script/reset calls empties it before each, but for those marked `noreset`. Those
that kill or stop something start instances of their own, on the same build.

    MOIRAI_TEST_VAR                   where the instance's state stays (else in a new folder under TMPDIR, removed); where
                                      pytest-xdist runs several files at a time, each of its workers has a folder below it
    MOIRAI_CONFIGURE, MOIRAI_BUILD    how it is built, as script/server takes them
    MOIRAI_STORM_SECONDS              how long test_storm.py goes on (15)
"""
import contextlib
import os
import pathlib
import shutil
import tempfile

import pytest
import yaml

pytest.register_assert_rewrite("bad", "client", "contract", "crash_matrix", "instance", "load", "outbox", "outside", "people", "polemarch", "runs")

from client import Api
from contract import Contract
from instance import BUILD, WORKERS, Instance, Sql, eventually
from outbox import Outbox
from outside import Certificates, Outside
from polemarch import People, Rights
from runs import Sshd, Work
from world import World


def pytest_configure(config):
    config.addinivalue_line("markers", "noreset: leave the instance as the test before left it")


def new_folder():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="moirai.", dir=os.environ.get("TMPDIR", "/tmp")))
    folder.chmod(0o755)
    return folder


def folder_of_worker(kept):
    """The folder below that for this worker of pytest-xdist, with the same build; the one itself where there is but one."""
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if not kept or not worker:
        return kept
    folder, build = pathlib.Path(kept) / worker, pathlib.Path(kept) / BUILD
    folder.mkdir()
    build.mkdir(exist_ok=True)
    (folder / BUILD).symlink_to(build)
    return folder


@pytest.fixture(scope="session")
def instance():
    kept = folder_of_worker(os.environ.get("MOIRAI_TEST_VAR"))
    instance = Instance(kept or new_folder())
    try:
        instance.start()
        yield instance
        instance.stop()
    finally:
        if not kept:
            shutil.rmtree(instance.var, ignore_errors=True)


@contextlib.contextmanager
def another(instance, *arguments, **more):
    """A further instance, on the build of the first."""
    folder = new_folder()
    (folder / BUILD).symlink_to(instance.build)
    other = Instance(folder, *arguments, **more)
    try:
        other.start()
        yield other
        other.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def own_instance(instance):
    """An instance to be killed and stopped as a test likes; each test leaves it running."""
    with another(instance) as own:
        yield own


@pytest.fixture(scope="session")
def contract():
    return Contract()


@pytest.fixture(scope="session")
def session_sql(instance):
    instance.fsync("off")       # emptying the tables for each test is ten times as fast so; on where PostgreSQL is killed
    sql = Sql(instance)
    yield sql
    sql.close()


def must_be_lawful(sql):
    assert sql.rows("select * from fate.check()") == []
    assert sql.rows("select * from people.rights_check()") == []


@pytest.fixture(autouse=True)
def emptied_and_lawful(request, instance, session_sql):
    """Before the test nothing is there; after it everything is as the law says."""
    if request.node.get_closest_marker("noreset") is None:
        session_sql.run("select house.reset()")
        # Ids begin anew: what people had put into the folder of an earlier project of that number is nobody's.
        for aside in (instance.var / "projects").glob(".manual-*"):
            shutil.rmtree(aside, ignore_errors=True)
    yield
    if "unchanged" not in request.fixturenames:
        must_be_lawful(session_sql)


@pytest.fixture(scope="module")
def stored(seeded, session_sql):
    """All that a module's `seeded` has made, which is as the law says."""
    must_be_lawful(session_sql)
    return session_sql.state()


@pytest.fixture
def unchanged(stored, session_sql):
    """After the test all that is stored is what it was."""
    yield
    before, stored[:] = stored[:], session_sql.state()
    assert stored == before


@pytest.fixture
def sql(session_sql):
    return session_sql


@pytest.fixture
def inventory_is_lawful(sql):
    """Where a test makes objects by the API alone, not some of their rows by hand."""
    yield
    assert sql.rows("select * from inventory.check()") == []


@pytest.fixture
def admin(api):
    return api.polemarch


@pytest.fixture(scope="session")
def api(instance, contract):
    return Api(instance, contract)


@pytest.fixture
def world(api):
    return World(api)


# ---- people (polemarch.py): made by SQL, signed in by tokens

@pytest.fixture
def people(api, sql):
    return People(api, sql)


@pytest.fixture
def rights(sql):
    return Rights(sql)


@pytest.fixture
def ann(people):
    """She is user 2."""
    return people.new("ann")


@pytest.fixture
def bob(people, ann):
    """He is user 3."""
    return people.new("bob")


# ---- runs of Ansible (runs.py)

@pytest.fixture
def work(admin, sql):
    work = Work(admin, sql)
    yield work
    work.rest()


@pytest.fixture
def open_folder():
    """A folder that any account can reach; tmp_path is its owner's."""
    folder = new_folder()
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def sshds():
    """Two servers."""
    folder = new_folder()
    for name in "ab":
        (folder / name).mkdir()
    servers = [Sshd(folder / name) for name in "ab"]
    yield servers
    for server in servers:
        server.stop()
    shutil.rmtree(folder)


# ---- the instance that may be killed

@pytest.fixture
def own(own_instance, contract):
    """A client of it: it answers, is empty, and afterwards lawful and with all its workers again."""
    api = Api(own_instance, contract)
    eventually(lambda: api.get("/hosts").status_code == 200)
    own_instance.reset()
    yield api
    eventually(lambda: len(own_instance.workers()) == WORKERS, 40)
    sql = Sql(own_instance)
    assert sql.rows("select * from fate.check()") == []
    sql.close()


@pytest.fixture
def own_sql(own, own_instance):
    sql = Sql(own_instance)
    yield sql
    sql.close()


@pytest.fixture
def own_types(own):
    """An opening and a closing event type there."""
    return World(own).chain("work required", "work completed")


# ---- the instance that knows a world outside: Slack, a mail relay, a query server, ... (outside.py)

@pytest.fixture(scope="session")
def outside_servers():
    servers = Outside()
    yield servers
    servers.close()


@pytest.fixture(scope="session")
def far_instance(instance, outside_servers):
    with another(instance, outside_servers.settings()) as far:
        far.fsync("off")
        yield far


@pytest.fixture
def outside(outside_servers):
    """The servers, as they usually are; nothing has come in yet."""
    outside_servers.everything_as_usual()
    outside_servers.forget()
    yield outside_servers
    outside_servers.everything_as_usual()


@pytest.fixture
def far_sql(far_instance):
    sql = Sql(far_instance)
    yield sql
    sql.close()


@pytest.fixture
def far(far_instance, far_sql, outside, contract):
    """A client of it; it is empty."""
    far_sql.run("select house.reset()")
    outside.forget()
    yield Api(far_instance, contract)


@pytest.fixture
def far_world(far):
    return World(far)


@pytest.fixture
def outbox(far_instance):
    outbox = Outbox(far_instance)
    yield outbox
    outbox.close()


@pytest.fixture(scope="module")
def far_with(far_instance, outside_servers):
    """far_with(*without, **more): its settings for all tests of a file."""
    yield lambda *without, **more: far_instance.renew(outside_servers.settings(*without, **more))
    far_instance.renew(outside_servers.settings())


@pytest.fixture(scope="session")
def certificates(far_instance):
    """Of a private CA, where the far instance can read it."""
    folder = far_instance.var / "certificates"
    folder.mkdir()
    return Certificates(folder)


@pytest.fixture
def far_set(far_instance, outside):
    """far_set(*without, **more): its settings, changed for this test; workers and courier have taken them when it returns."""
    before = yaml.safe_load(far_instance.settings.read_text())
    yield lambda *without, **more: far_instance.renew(
        {k: v for k, v in {**before, **more}.items() if k not in without})
    far_instance.renew(before)
