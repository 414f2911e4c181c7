"""Where plays, tasks and failures are in the output of real Ansible. (Each way of writing them: tests/sql/outline.sql.)"""
from polemarch import said
from runs import AWAY, LOCAL, debug, play, shell


def outline(work, id):
    """(kind, text, host) of each mark; its line is where the run has it."""
    told = said(work.admin.get(f"/history/{id}/outline/"))
    lines = work.lines(id)
    assert told["upto"] == len(lines)
    for mark in told["marks"]:
        assert (mark["text"] or mark["host"] or "RECAP") in lines[mark["line"] - 1] or mark["kind"] in ("failed", "unreachable")
    return [(m["kind"], m["text"], m["host"]) for m in told["marks"]]


def test_headings_and_failures_are_found_as_ansible_writes_them(work):
    inventory = work.inventory({"h1": LOCAL, "h2": LOCAL, "h3": AWAY})
    items = shell("exit {{ item }}", name="a loop", loop=[0, 3], ignore_errors=True)
    work.project(files={"site.yml": play(shell("exit 4", name="may [fail]", ignore_errors=True, when="inventory_hostname == 'h1'"), items,
                                         shell("true", name="change", notify="restart"), debug("{{ nothing }}", name="fail", when="inventory_hostname == 'h2'"),
                                         name="the site", handlers=[debug("x", name="restart")])})
    record = work.run(1, "site.yml", inventory, {"forks": 1}, status="OFFLINE")
    found = outline(work, record["id"])
    assert [(kind, text) for kind, text, _ in found if kind in ("play", "task", "handler", "recap")] == [
        ("play", "the site"), ("task", "may [fail]"), ("task", "a loop"), ("task", "change"), ("task", "fail"), ("handler", "restart"), ("recap", "")]
    assert [(kind, host) for kind, _, host in found if kind in ("failed", "ignored", "unreachable")] == [
        ("ignored", "h1"), ("ignored", "h1"), ("ignored", "h2"), ("unreachable", "h3"), ("unreachable", "h3"), ("unreachable", "h3"), ("failed", "h2")]
    texts = [text for kind, text, _ in found if kind in ("failed", "ignored", "unreachable")]
    assert texts[:3] == ["non-zero return code"] * 3 and all("Connection refused" in t for t in texts[3:5]) and "'nothing' is undefined" in texts[6]


def test_failures_of_a_module_are_found(work):
    work.project(files={"x": ""})
    inventory = work.inventory({"h1": LOCAL, "h3": AWAY})
    assert outline(work, work.run_module(1, "command", inventory, {"args": "false", "forks": 1}, status="OFFLINE")["id"]) == [
        ("failed", "", "h1"), ("unreachable", "", "h3")]
    found = outline(work, work.run_module(1, "copy", inventory, {"args": "src=/nowhere dest=/nowhere", "forks": 1}, status="OFFLINE")["id"])
    assert sorted((kind, host) for kind, _, host in found) == [("failed", "h1"), ("unreachable", "h3")]
