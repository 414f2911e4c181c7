"""README.md's story runs as printed, before the demo that a fresh script/server loads."""
import re
import subprocess

import pytest

from conftest import another
from instance import ROOT, Sql

pytestmark = pytest.mark.noreset
README = (ROOT / "README.md").read_text()


@pytest.fixture(scope="module")
def demo(instance):
    with another(instance, {}, demo=True) as demo:
        yield demo


def story():
    """The shell function, then (command, what it prints) in the order told."""
    function = re.search(r"^api\(\) \{.*\}$", README, re.M)[0]
    told = re.findall(r"^\$ (.+)\n((?:(?!\$|```).*\n)*)", "".join(re.findall(r"```console\n(.*?)```", README, re.S)), re.M)
    return function, told


def test_the_story_runs_as_printed(demo, tmp_path):
    function, told = story()
    assert len(told) == 17
    tmp_path.joinpath("var").symlink_to(demo.var)
    for command, printed in told:
        said = subprocess.run(["bash", "-c", f"{function}\n{command}".replace("8080", str(demo.port))], cwd=tmp_path,
                              capture_output=True, text=True, timeout=30)
        assert (said.stdout, said.stderr) == (printed, ""), command


def test_the_demo_is_as_the_law_says_and_shows_quests_done_late_and_going_well(demo):
    sql = Sql(demo)
    assert sql.rows("select * from fate.check()") == []
    assert sql.rows("select id from (select id, at, lag(at, 1, '-infinity') over (order by id) as before from fate.events"
                    " where at < date_trunc('hour', now())) e where at < before") == []
    assert sql.one("select max(at) < now() from fate.events")
    assert sql.rows("select id, completion_time is not null, target_time < now() from fate.quests where id < 4"
                    " order by id") == [(1, True, True), (2, False, True), (3, False, False)]
    sql.close()


def test_a_second_start_keeps_the_data(demo):
    def state():
        sql = Sql(demo)
        try:
            return sql.state()
        finally:
            sql.close()
    before = state()
    demo.stop()
    demo.start()
    assert state() == before
