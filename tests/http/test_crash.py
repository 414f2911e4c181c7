"""Crashes under load: what was answered 201 is in the database afterwards, and service comes back by itself."""
import os
import signal
import subprocess

import pytest

from client import created, ok, refused
from instance import BUILD, ROOT, Sql, eventually, process_table
from load import Journal

pytestmark = pytest.mark.noreset


@pytest.fixture
def journal(own, own_types):
    journal = Journal(own, own_types)
    eventually(lambda: journal.count(201) > 200)
    yield journal
    journal.crowd.stopping.set()


def must_recover(journal, seconds=30):
    """Throws on until all goes well again: many good answers after the last bad one."""
    def well():
        latest = [journal.answers[n] for n in sorted(journal.answers)[-200:]]
        return latest == [201] * 200
    before = len(journal.answers)
    eventually(lambda: len(journal.answers) > before + 400 and well(), seconds)


def must_have_kept_all(journal, instance):
    answered = journal.stop()
    sql = Sql(instance)
    journal.must_be_kept(sql)
    assert sql.rows("select * from fate.check()") == []
    sql.close()
    return answered


@pytest.mark.parametrize("name", ["postgres", "moirai-fcgi"])
def test_a_killed_parent_costs_no_acknowledged_event(journal, own_instance, name):
    for _ in range(2):
        own_instance.kill(name)
        must_recover(journal)
    assert must_have_kept_all(journal, own_instance).keys() <= {201, 503}


def test_killed_workers_cost_no_acknowledged_event(journal, own_instance):
    own_instance.let_workers_grow_up()
    for worker in own_instance.workers()[::3]:
        os.kill(worker, signal.SIGKILL)
    must_recover(journal)
    assert must_have_kept_all(journal, own_instance).keys() <= {201, 503}


def test_a_killed_backend_costs_no_acknowledged_event(journal, own_instance):
    """PostgreSQL then restarts all its processes and recovers from its log."""
    sql = Sql(own_instance)
    backend = sql.column("select pid from pg_stat_activity where usename = 'moirai_web'")[0]
    sql.close()
    os.kill(backend, signal.SIGKILL)
    must_recover(journal)
    assert must_have_kept_all(journal, own_instance).keys() <= {201, 503}


def test_a_killed_nginx_costs_no_acknowledged_event_and_leaves_no_process_behind(journal, own_instance):
    workers = own_instance.children(own_instance.parent_of("nginx"))
    try:
        own_instance.kill("nginx")
        must_recover(journal)
        assert must_have_kept_all(journal, own_instance).keys() <= {201, 503, 0}
        eventually(lambda: not set(workers) & process_table().keys())
    finally:
        for orphan in set(workers) & process_table().keys():
            os.kill(orphan, signal.SIGKILL)


def test_while_the_database_is_away_clients_are_told_to_come_later(own, own_instance, journal):
    """script/server tries to start it again all the time; without its file it can't."""
    workers = set(own_instance.workers())
    settings = own_instance.var / "data/postgresql.conf"
    settings.rename(settings.with_suffix(".away"))
    try:
        os.kill(own_instance.parent_of("postgres"), signal.SIGINT)
        eventually(lambda: journal.count(503) > 100)
        for answer in (own.get("/hosts"), own.get("/labors/1"), own.delete("/fates/1"), own.put("/quests/1")):
            refused(answer, 503)
            assert answer.headers["Retry-After"] == "2"
        assert own.get("/ping").json() == {"status": "ok"}
        refused(own.signed_in("admin", "wrong").get("/hosts"), 503)
        refused(own.signed_in().get("/hosts"), 401)
    finally:
        settings.with_suffix(".away").rename(settings)
    must_recover(journal)
    assert must_have_kept_all(journal, own_instance).keys() == {201, 503}
    assert set(own_instance.workers()) == workers


def test_the_database_restarted_under_load_is_found_again_by_the_same_workers(own_instance, journal):
    workers = set(own_instance.workers())
    postgres = own_instance.parent_of("postgres")
    os.kill(postgres, signal.SIGINT)
    eventually(lambda: own_instance.parent_of("postgres") not in (None, postgres))
    must_recover(journal)
    assert must_have_kept_all(journal, own_instance).keys() <= {201, 503}
    assert set(own_instance.workers()) == workers


def test_an_upgrade_under_load_refuses_nothing(journal, own_instance):
    """`moirai-db install` makes all functions anew while they are called."""
    own_instance.moirai_db("install")
    must_recover(journal)
    assert must_have_kept_all(journal, own_instance).keys() == {201}


def test_a_second_server_on_the_same_state_is_refused(own, own_instance):
    second = own_instance.run_script("server")
    assert second.returncode == 1
    assert f"server: a server runs on {own_instance.var} already" in second.stderr
    assert created(own.post("/hosts", {"hostname": "web"}))["id"] == 1
    assert ok(own.get("/hosts"))["totalHosts"] == 1


def test_a_server_on_a_port_that_is_taken_says_so(own_instance, tmp_path):
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / BUILD).symlink_to(own_instance.build.resolve())
    environment = {**own_instance.environment(), "MOIRAI_VAR": str(tmp_path / "var")}
    said = subprocess.run([ROOT / "script/server"], env=environment, capture_output=True, text=True, timeout=120)
    assert (said.returncode, said.stdout) == (1, "")
    assert f"something listens on port {own_instance.port} already; choose another by MOIRAI_PORT" in said.stderr
