"""Hooks: who is told that a run has begun, or is over, by a form or by a script, and that all of it arrives in the end."""
import json
from urllib.parse import parse_qs

import pytest

from client import ok
from instance import eventually
from outside import at_first
from polemarch import FORBIDDEN, People, gone, ids, make, said
from runs import make_run

pytestmark = pytest.mark.noreset


@pytest.fixture(scope="module")
def folder(far_instance):
    folder = far_instance.var / "run-hooks"
    folder.mkdir()
    (folder / "out").mkdir()
    (folder / "out").chmod(0o777)
    return folder


@pytest.fixture(scope="module", autouse=True)
def settings(far_with, folder):
    far_with("slack_webhook", "sentry_dsn", email_notifications=False, hooks_dir=str(folder), hook_timeout=1, letter_retry=20)


@pytest.fixture
def script(folder):
    """script(name, text): a new executable; OUT is where it may write."""
    def script(name, text):
        path = folder / name
        path.write_text(f"#!/bin/sh\nOUT={folder}/out\n{text}\n")
        path.chmod(0o755)
    yield script
    for entry in [*folder.glob("*.sh"), *(folder / "out").iterdir()]:
        entry.unlink()


@pytest.fixture
def hook(far):
    """hook(type, when, recipients): a new hook."""
    return lambda type, when, recipients: make(far.polemarch, "hooks", name="h", type=type, when=when, recipients=recipients)


@pytest.fixture
def go(far_sql):
    """A run, which begins and ends."""
    def go():
        id = make_run(far_sql, "RUN", mode="task.yml")
        far_sql.run("select work.runs_tell(array[%s::bigint])", id)
        far_sql.run("select work.runs_over(array[%s::bigint], 'OK', null, now())", id)
        return id
    return go


def test_hooks_are_made_changed_and_deleted_by_superusers(far, far_sql):
    admin, ann = far.polemarch, People(far, far_sql).new("ann")
    assert said(admin.get("/hooks/types/")).keys() == {"types", "when"}
    made = make(admin, "hooks", name="tell", type="HTTP", when=None, recipients="http://a | http://b")
    assert made == {"id": 1, "name": "tell", "type": "HTTP", "when": None, "recipients": "http://a | http://b"} == said(admin.get("/hooks/1/"))
    assert said(admin.patch("/hooks/1/", {"when": "on_execution"}))["when"] == "on_execution"
    assert said(admin.put("/hooks/1/", {"name": "x", "type": "SCRIPT", "recipients": "a"}))["type"] == "SCRIPT"
    assert said(admin.patch("/hooks/1/", {"recipients": "../a"}), 400) == {"detail": {"recipients": ["Recipients must be in hooks dir."]}}
    assert said(admin.post("/hooks/", {"name": "x", "type": "MAIL", "recipients": "a"}), 415) == {"detail": "Unknown type MAIL."}
    for method, path in (("GET", "/hooks/"), ("POST", "/hooks/"), ("GET", "/hooks/1/"), ("PATCH", "/hooks/1/"), ("DELETE", "/hooks/1/"), ("GET", "/hooks/types/")):
        assert said(ann.raw(method, path, b"{}"), 403) == FORBIDDEN, path
    gone(admin.delete("/hooks/1/"))
    assert ids(admin.get("/hooks/")) == []


def test_a_form_tells_that_a_run_has_begun_and_is_over(far, hook, go, outbox, outside):
    hook("HTTP", None, f"{outside.hook.url}/one | {outside.hook.url}/two")
    hook("HTTP", "after_execution", f"{outside.hook.url}/after")
    go()
    outbox.rest()
    told = {}
    for request in outside.hook.so_far():
        assert request.method == "POST" and request.headers["Content-Type"] == "application/x-www-form-urlencoded"
        form = parse_qs(request.body.decode(), strict_parsing=True)
        payload = json.loads(form["payload"][0])
        assert form["type"] == [payload["when"]] and form.keys() == {"type", "payload"}
        told.setdefault(request.path, []).append(payload)
    assert {p: sorted(x["when"] for x in said) for p, said in told.items()} == {
        "/one": ["after_execution", "on_execution"], "/two": ["after_execution", "on_execution"], "/after": ["after_execution"]}
    (over,) = told["/after"]
    assert over["execution_type"] == "PLAYBOOK" and over["target"] == {"name": "task.yml", "inventory": None, "project": None}
    assert (over["history"]["id"], over["history"]["status"], over["history"]["initiator"]) == (
        1, "OK", {"initiator_type": "users", "initiator_id": 1, "name": "admin"})


def test_a_form_that_is_not_taken_is_sent_again(far, hook, go, outbox, outside):
    outside.hook.answer = at_first((500, {}, b""), (404, {}, b""), then={})
    hook("HTTP", "after_execution", outside.hook.url + "/in")
    go()
    outbox.rest()
    requests = outside.hook.so_far()
    assert len(requests) == 3 and len({(r.body, r.key) for r in requests}) == 1


def test_a_script_is_told_when_and_what(far, hook, go, script, outbox, folder):
    script("tell.sh", 'echo "$#" "$1" >>$OUT/seen; cat "$2" >>$OUT/seen')
    hook("SCRIPT", None, "tell.sh")
    go()
    outbox.rest()
    lines = (folder / "out" / "seen").read_text().splitlines()
    assert sorted(lines[::2]) == ["2 after_execution", "2 on_execution"]
    assert {json.loads(line)["when"] for line in lines[1::2]} == {"on_execution", "after_execution"}


def test_a_script_that_fails_is_run_again(far, hook, go, script, outbox, folder):
    script("fails.sh", "echo x >>$OUT/seen; [ $(wc -l <$OUT/seen) -ge 3 ] || exit 7")
    hook("SCRIPT", "after_execution", "fails.sh")
    go()
    outbox.rest()
    (letter,) = ok(far.get("/letters?channel=script&limit=all"))["letters"]
    assert (letter["kind"], letter["state"], letter["attempts"]) == ("run", "sent", 3)


def test_a_hook_that_is_deleted_is_told_nothing_more(far, hook, go, script, outbox):
    script("fails.sh", "exit 7")
    hook("SCRIPT", "after_execution", "fails.sh")
    go()
    eventually(lambda: [x for x in ok(far.get("/letters?channel=script"))["letters"] if x["error"] == "fails.sh: exit 7"])
    gone(far.polemarch.delete("/hooks/1/"))
    assert ok(far.get("/letters?channel=script"))["letters"] == []
