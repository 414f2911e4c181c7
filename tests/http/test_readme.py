"""README.md's story runs as printed, before the demo that a fresh script/server loads."""
import re
import subprocess

import pytest

from conftest import another
from instance import ROOT, Sql, eventually
from runs import PATIENCE

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
    # In one shell, as who types it has it.
    script = "".join(f"{line}\nprintf '\\0' | tee /dev/stderr\n" for line in [function, *(command for command, _ in told)])
    said = subprocess.run(["bash", "-c", script.replace("8080", str(demo.port))], cwd=tmp_path, capture_output=True, text=True, timeout=120)
    printed = zip((command for command, _ in told), said.stdout.split("\0")[1:], said.stderr.split("\0")[1:])
    assert list(printed) == [(*step, "") for step in told]


def test_what_the_texts_lead_to_is_there_and_each_picture_is_in_the_manual():
    texts = [*ROOT.glob("*.md"), *ROOT.glob("doc/**/*.md")]
    links = {(text, link) for text in texts for link in re.findall(r"\]\(([^)#:]+)\)", text.read_text())}
    assert {(text.name, link) for text, link in links if not (text.parent / link).exists()} == set()
    manual = ROOT / "doc/manual/page.md"
    assert {link for text, link in links if text == manual} == {f"pictures/{picture.name}" for picture in ROOT.glob("doc/manual/pictures/*")}


def test_the_demo_is_as_the_law_says_and_shows_quests_in_every_state(demo):
    sql = Sql(demo)
    assert sql.rows("select * from fate.check()") == []
    assert sql.rows("select id from (select id, at, lag(at, 1, '-infinity') over (order by id) as before from fate.events"
                    " where at < date_trunc('hour', now())) e where at < before") == []
    assert sql.one("select max(at) < now() from fate.events")
    # On time, late; overdue and stuck; nearly done; too slow; three that go well.
    assert sql.rows("select q.id, completion_time <= target_time, target_time < now(), forecast_time > target_time"
                    " from fate.quests q, fate.quests_forecast(array[q.id], now()) f where q.id < 9 order by 1") == [
        (1, True, True, None), (2, False, True, None), (3, None, True, None), (4, None, False, False), (5, None, False, True),
        (6, None, False, False), (7, None, False, False), (8, None, False, False)]
    assert sql.rows("select count(*), sum(open_labors) from fate.quests where creator = 'admin@localhost'") == [(4, 128)]
    assert sql.one("select count(*) between 15000 and 25000 from fate.events")
    sql.close()


def at_rest(demo):
    """Nothing of it is at work, that would go on changing what is stored: no run, no sync."""
    sql = Sql(demo)
    try:
        return sql.one("select not exists (select from work.runs where status in ('DELAY', 'RUN')) and bool_and(status = 'OK') from work.projects")
    finally:
        sql.close()


def test_a_second_start_keeps_the_data(demo):
    def state():
        sql = Sql(demo)
        try:
            return sql.state()
        finally:
            sql.close()
    eventually(lambda: at_rest(demo), PATIENCE, 0.1)
    before = state()
    demo.stop()
    demo.start()
    assert state() == before
