"""plugin_dir: the executables in its hooks/ get each event as one line of JSON on standard input."""
import json
import shutil
import time

import pytest

from client import ok
from instance import eventually, process_table

pytestmark = pytest.mark.noreset


@pytest.fixture(scope="module")
def plugins(far_instance):
    """A folder that the courier can read; what hooks write goes to out/."""
    folder = far_instance.var / "plugins"
    (folder / "hooks").mkdir(parents=True)
    (folder / "out").mkdir()
    (folder / "out").chmod(0o777)
    return folder


@pytest.fixture(scope="module", autouse=True)
def settings(far_with, plugins):
    far_with("slack_webhook", "sentry_dsn", email_notifications=False, plugin_dir=str(plugins), hook_timeout=1)


@pytest.fixture(autouse=True)
def empty(plugins):
    yield
    for entry in [*(plugins / "hooks").iterdir(), *(plugins / "out").iterdir()]:
        shutil.rmtree(entry) if entry.is_dir() and not entry.is_symlink() else entry.unlink()


@pytest.fixture
def hook(plugins):
    """hook(name, script): a new hook; OUT is where it may write."""
    def hook(name, script, mode=0o755):
        path = plugins / "hooks" / name
        path.write_text(f"#!/bin/sh\nOUT={plugins}/out\n{script}\n")
        path.chmod(mode)
    return hook


@pytest.fixture
def lines(plugins):
    """lines(name): what was written into out/name."""
    return lambda name: (plugins / "out" / name).read_text().splitlines() if (plugins / "out" / name).exists() else []


@pytest.fixture
def work(far_world):
    return far_world.type("work required")


def letters(far):
    return ok(far.get("/letters?channel=hook&limit=all"))["letters"][::-1]


KEEP = "cat >>$OUT/$(basename $0)"


def test_each_hook_gets_each_event_as_a_line_of_json(far, far_world, work, hook, lines, outbox):
    hook("one", KEEP)
    hook("two", KEEP)
    far_world.throw(work, "a", "b")
    far_world.throw(work, "web", note='Zwölf "x"\n\ttab', user="tammy")
    outbox.rest()
    assert lines("one") == lines("two")
    first, second, third = map(json.loads, lines("one"))
    assert [e["hostname"] for e in (first, second, third)] == ["a", "b", "web"]
    assert third == {"id": 3, "hostId": 3, "hostname": "web", "timestamp": ok(far.get("/events/3"))["timestamp"],
                     "user": "tammy@example.com", "eventTypeId": 1, "category": "work", "state": "required",
                     "note": 'Zwölf "x"\n\ttab', "href": "/api/v1/events/3"}
    assert [(x["state"], x["kind"], x["attempts"]) for x in letters(far)] == [("sent", "event", 1)] * 3


def test_a_hook_has_little_but_the_event(far_world, work, hook, lines, outbox):
    hook("little", "{ echo $# $MOIRAI_EVENT_ID $(pwd); env | cut -d= -f1 | sort | tr '\\n' ' '; echo; ls /proc/self/fd | wc -l; }"
         " >>$OUT/little; echo out; echo err >&2")
    far_world.throw(work, "a")
    outbox.rest()
    assert lines("little") == ["0 1 /", "LANG MOIRAI_EVENT_ID PATH PWD ", "4"]      # 0, 1, 2 and the folder that ls reads


def test_only_executables_with_proper_names_are_run(far_world, work, hook, lines, outbox, plugins):
    ran = "echo $(basename $0) >>$OUT/ran"
    for name in ("good", ".hidden", "old~", "old.bak"):
        hook(name, ran)
    hook("not-executable", ran, 0o644)
    (plugins / "hooks" / "folder").mkdir()
    (plugins / "hooks" / "nowhere").symlink_to("/nonexistent")
    (plugins / "hooks" / "link").symlink_to("good")
    far_world.throw(work, "a")
    outbox.rest()
    assert sorted(lines("ran")) == ["good", "link"]


def test_those_that_fail_are_run_again_alone(far, far_world, work, hook, lines, outbox):
    hook("good", KEEP)
    hook("fails", KEEP + "\n[ $(wc -l <$OUT/fails) -ge 3 ] || exit 7")
    hook("killed", KEEP + "\n[ $(wc -l <$OUT/killed) -ge 2 ] || kill -9 $$")
    far_world.throw(work, "a")
    outbox.rest()
    assert len(lines("good")) == 1
    assert len(lines("fails")) == 3 and len(set(lines("fails"))) == 1
    assert len(lines("killed")) == 2
    (letter,) = letters(far)
    assert (letter["state"], letter["attempts"], letter["error"]) == ("sent", 3, None)


def test_an_error_names_the_hooks_that_failed(far, far_world, work, hook, plugins):
    hook("fails", "exit 7")
    hook("killed", "kill -9 $$")
    hook("lost", "exit 0")
    (plugins / "hooks" / "lost").write_text("#!/nonexistent\n")
    hook("slow", "sleep 30")
    hook("good", "exit 0")
    far_world.throw(work, "a")
    (letter,) = eventually(lambda: [x for x in letters(far) if x["error"]])
    assert letter["error"] == "fails: exit 7; killed: killed by signal 9; lost: exit 127; slow: took longer than 1 s"


def test_one_that_takes_too_long_is_killed_with_what_it_started(far_world, work, hook, lines, outbox):
    hook("slow", KEEP + "\nsleep 4321 &\nsleep 4321")
    far_world.throw(work, "a")
    eventually(lambda: len(lines("slow")) == 2)     # it was run again
    hook("slow", "exit 0")
    outbox.rest()

    def sleepers():
        found = []
        for pid in process_table():
            try:
                found += [pid] if b"4321" in open(f"/proc/{pid}/cmdline", "rb").read() else []
            except OSError:
                pass
        return found
    eventually(lambda: sleepers() == [])


def test_one_that_ignores_its_input_harms_nobody(far, far_world, work, hook, lines, outbox):
    hook("deaf", "exec <&-\necho deaf >>$OUT/deaf")
    hook("hearing", KEEP)
    far_world.throw(work, "a", note="x" * 65535)
    outbox.rest()
    assert lines("deaf") == ["deaf"]
    assert json.loads(lines("hearing")[0])["note"] == "x" * 65535
    assert [(x["state"], x["attempts"]) for x in letters(far)] == [("sent", 1)]


def test_one_that_hangs_holds_up_no_request(far, far_world, work, hook, outbox):
    hook("hangs", "sleep 30")
    far_world.throw(work, "a")
    eventually(lambda: [x for x in letters(far) if x["state"] == "sending"])
    began = time.monotonic()
    for _ in range(20):
        far_world.throw(work, "a")
    assert time.monotonic() - began < 10        # each would take a second
    hook("hangs", "exit 0")
    outbox.rest(40)


def test_no_folder_is_no_hooks(far, far_world, work, plugins, outbox):
    (plugins / "hooks").rmdir()
    try:
        far_world.throw(work, "a")
        outbox.rest()
        assert [x["state"] for x in letters(far)] == ["sent"]
    finally:
        (plugins / "hooks").mkdir()


def test_without_plugin_dir_nothing_is_written(far, far_world, far_set, work, hook, lines, outbox):
    far_set("plugin_dir")
    hook("one", KEEP)
    far_world.throw(work, "a")
    outbox.rest()
    assert lines("one") == [] and letters(far) == []
