"""The records of runs: as the document has them, who sees them, and what is done with them. (Filters: tests/sql/history.sql.)"""
import pytest

from polemarch import FORBIDDEN, NOT_FOUND, Rights, gone, grant, ids, make, said, withdraw
from runs import make_run, say


@pytest.fixture
def run(sql):
    return lambda *args, **more: make_run(sql, *args, **more)


# ---- as the document has it

def test_the_examples_of_the_document(admin, sql, run):
    run(mode="task.yml", project=2, raw_inventory="inventory", raw_args="ansible-playbook main.yml -i /tmp/tmpvMIwMg -v",
        start_time="2017-07-02T12:48:11.922761Z", stop_time="2017-07-02T13:48:11.922777Z")
    say(sql, 1, "text")
    record = said(admin.get("/history/1/"))
    assert record.items() >= {
        "id": 1, "project": 2, "mode": "task.yml", "status": "OK", "kind": "PLAYBOOK", "start_time": "2017-07-02T12:48:11.922761Z",
        "stop_time": "2017-07-02T13:48:11.922777Z", "raw_inventory": "inventory", "raw_args": "ansible-playbook main.yml -i /tmp/tmpvMIwMg -v",
        "raw_stdout": "text", "initiator": 1, "initiator_type": "users"}.items()
    assert list(record) == ["id", "project", "mode", "kind", "status", "start_time", "stop_time", "inventory", "raw_inventory", "raw_args",
                            "raw_stdout", "initiator", "initiator_type", "revision", "url"]
    assert said(admin.post("/history/1/cancel/")) == {"detail": "Task canceled: 1"}
    gone(admin.delete("/history/1/"))
    assert said(admin.get("/history/1/"), 404) == NOT_FOUND


def test_a_page_of_the_document(admin, run):
    for i in range(2):
        run(start_time=f"2017-07-24T06:{27 + i}:40Z")
    page = said(admin.get("/history/?start_time__gte=2017-06-01T01:48:11.923896Z&limit=1"))
    assert (page["count"], page["previous"], [r["id"] for r in page["results"]]) == (2, None, [2])
    assert page["next"].endswith("/polemarch/api/v1/history/?limit=1&offset=1&start_time__gte=2017-06-01T01%3A48%3A11.923896Z")
    assert page["results"][0]["url"].endswith("/polemarch/api/v1/history/2/")
    assert said(admin.get("/history/2/?format=json"))["url"].endswith("/history/2/?format=json")
    assert ids(admin.get("/history/?start_time__lt=2017-07-24T06:28:00%2B00:00")) == [1]


def test_what_is_not_there_is_refused_by_method(admin, run):
    run()
    for method, path in (("POST", "/history/"), ("PUT", "/history/1/"), ("PATCH", "/history/1/"), ("GET", "/history/1/cancel/"),
                         ("POST", "/history/1/facts/"), ("DELETE", "/history/1/lines/"), ("POST", "/history/1/raw/")):
        assert said(admin.raw(method, path, b"{}"), 405) == {"detail": f'Method "{method}" not allowed.'}, path
    for path in ("/history/1/permissions/", "/history/1/owner/"):
        assert said(admin.get(path), 404) == NOT_FOUND


# ---- who sees what

def test_runs_are_seen_by_their_projects_and_inventories(admin, ann, bob, sql, run):
    rights = Rights(sql)
    for kind in ("project", "inventory"):
        rights.add(kind, [1, 2], 1)
    run(project=1, inventory=1), run(project=1, inventory_path="hosts"), run(project=2, inventory=2, initiator=ann.id), run(project=2, inventory=1), run(initiator=bob.id)
    assert (ids(ann.get("/history/")), ids(bob.get("/history/")), ids(admin.get("/history/"))) == ([3], [5], [5, 4, 3, 2, 1])
    said(admin.post("/projects/1/permissions/", [grant(ann.id, "EXECUTOR")]))
    assert ids(ann.get("/history/")) == [3, 2]
    said(admin.post("/inventories/1/permissions/", [grant(ann.id, "EXECUTOR")]))
    assert ids(ann.get("/history/")) == [3, 2, 1]
    said(admin.post("/inventories/1/permissions/", [grant(ann.id, "EDITOR")]))
    assert ids(ann.get("/history/")) == [4, 3, 2, 1]
    for id in range(1, 6):
        codes = {ann.get(f"/history/{id}/{what}").status_code for what in ("", "lines/", "raw/", "hosts/")}
        assert codes == {200 if id < 5 else 403}, id
    for client, id in ((ann, 2), (ann, 3), (bob, 1)):
        assert said(client.delete(f"/history/{id}/"), 403) == FORBIDDEN
    gone(ann.delete("/history/1/"))
    said(withdraw(admin)("/inventories/1/permissions/", [grant(ann.id, "EDITOR")]))
    assert ids(ann.get("/history/")) == [3, 2]


def test_a_project_that_is_gone_leaves_its_runs_to_who_started_them(admin, ann, bob, sql, run):
    Rights(sql).add("project", [1], ann.id)
    run(project=1, initiator=bob.id), run(project=1, initiator=ann.id)
    assert (ids(ann.get("/history/")), ids(bob.get("/history/"))) == ([2, 1], [1])
    sql.run("select work.objects_gone('project', '{1}')")
    assert (ids(ann.get("/history/")), ids(bob.get("/history/"))) == ([2], [1])
    assert said(ann.delete("/history/1/"), 403) == FORBIDDEN
    gone(ann.delete("/history/2/"))
    gone(admin.delete("/history/1/"))


def test_a_run_that_is_not_to_be_kept_is_never_shown(admin, run):
    run(), run("RUN", saved=False)
    assert ids(admin.get("/history/")) == [1]
    for path in ("", "lines/", "raw/", "facts/", "hosts/"):
        assert said(admin.get(f"/history/2/{path}"), 404) == NOT_FOUND
    assert said(admin.post("/history/2/cancel/"), 404) == NOT_FOUND


# ---- what is done with them

def test_what_is_not_over_is_canceled_and_what_is_over_deleted(admin, sql, run):
    run("DELAY"), run("RUN"), run("OK")
    for id in (1, 2):
        assert said(admin.delete(f"/history/{id}/"), 409) == {"detail": "Execution still in process."}
    for id in (1, 2, 3):
        assert said(admin.post(f"/history/{id}/cancel/")) == {"detail": f"Task canceled: {id}"}
    assert [r["status"] for r in said(admin.get("/history/"))["results"]] == ["OK", "RUN", "INTERRUPTED"]
    assert sql.column("select id from work.runs where cancel_at is not null") == [2]
    assert said(admin.get("/history/1/?expand=status_detail"))["status_detail"] == "canceled before it began"
    say(sql, 3, "a", "b")
    gone(admin.delete("/history/3/"))
    assert sql.one("select count(*) from work.lines") == 0
    assert ids(admin.get("/history/")) == [2, 1]


def test_more_is_told_where_it_is_asked_for(admin, run):
    run(arguments={"key-file": "[~~ENCRYPTED~~]", "forks": 5}, status="ERROR", status_detail="exit 2", raw_inventory="x")
    assert not {"execute_args", "status_detail"} & said(admin.get("/history/1/")).keys()
    more = said(admin.get("/history/1/?expand=execute_args,status_detail&output=no"))
    assert more["execute_args"] == {"forks": 5, "key-file": "[~~ENCRYPTED~~]"} and more["status_detail"] == "exit 2"
    assert not {"raw_stdout", "raw_inventory"} & more.keys()


# ---- what came of it

def test_facts_are_what_setup_has_found_out(admin, sql, run):
    for status, kind, mode in (("RUN", "PLAYBOOK", "x.yml"), ("DELAY", "MODULE", "setup"), ("OK", "MODULE", "ping"), ("OFFLINE", "MODULE", "setup")):
        run(status, kind=kind, mode=mode)
    sql.run("insert into work.run_facts values (4, 1, '172.16.1.29', 'SUCCESS', '{\"ansible_facts\":{\"ansible_memfree_mb\":526},\"changed\":false}'),"
            " (4, 2, '172.16.1.30', 'UNREACHABLE!', '{\"changed\":false,\"msg\":\"No route to host\\r\\n\",\"unreachable\":true}')")
    for id in (1, 2):
        assert said(admin.get(f"/history/{id}/facts/"), 424) == {"detail": "Execution still in process."}
    assert said(admin.get("/history/3/facts/"), 404) == {"detail": "Facts can be gathered only by setup module."}
    assert admin.get("/history/4/facts/").text == (
        '{"172.16.1.29":{"status":"SUCCESS","ansible_facts":{"ansible_memfree_mb":526},"changed":false},'
        '"172.16.1.30":{"status":"UNREACHABLE!","changed":false,"msg":"No route to host\\r\\n","unreachable":true}}')


def test_hosts_are_told_one_by_one(admin, sql, run):
    run()
    sql.run("insert into work.run_hosts (run_id, name, host_id, outcome, ok, task, message) values (1, 'web2', null, 'failed', 1, 'copy', 'no space'),"
            " (1, 'web1', 7, 'changed', 3, null, null), (1, 'db', null, null, 0, null, null)")
    page = said(admin.get("/history/1/hosts/"))
    assert [(h["name"], h["host"], h["outcome"], h["ok"], h["task"], h["message"]) for h in page["results"]] == [
        ("db", None, None, 0, None, None), ("web1", 7, "changed", 3, None, None), ("web2", None, "failed", 1, "copy", "no space")]
    assert said(admin.get("/history/1/hosts/?outcome=failed&name=web"))["count"] == 1


# ---- what the page asks besides

def test_runs_are_told_with_names_outcomes_and_what_may_be_done(admin, ann, sql, run):
    for path, more in (("projects", {"repository": "x", "vars": {"repo_type": "MANUAL"}}), ("inventories", {})):
        make(admin, path, name=f"my {path}", **more)
    run(project=1, inventory=1), run(project=1, inventory_path="hosts"), run("RUN", project=1, inventory=1, initiator=ann.id), run(project=1, inventory=1, initiator=99)
    sql.run("insert into work.run_hosts (run_id, name, outcome) values (3, 'a', 'ok'), (3, 'b', null), (3, 'c', null), (4, 'a', 'failed')")
    named = {"project_name": "my projects", "inventory_name": "my inventories", "initiator_name": "admin"}
    rows = said(admin.get("/history/?expand=names,outcomes,may"))["results"]
    assert [{k: r[k] for k in named} for r in rows] == [{**named, "initiator_name": None}, {**named, "initiator_name": "ann"}, {**named, "inventory_name": "hosts"}, named]
    assert [r["outcomes"] for r in rows] == [{"failed": 1}, {"ok": 1, "running": 2}, {}, {}] and {tuple(r["may"]) for r in rows} == {("cancel", "delete")}
    (row,) = said(ann.get("/history/?expand=names,may"))["results"]
    assert (row["id"], row["project_name"], row["inventory_name"], row["initiator_name"], row["may"]) == (3, None, None, "ann", ["cancel"])
    assert said(ann.get("/history/3/?expand=names,may,outcomes,hosts&output=no")).items() >= {"may": ["cancel"], "outcomes": {"ok": 1, "running": 2}, "hosts": None}.items()
    assert not {"project_name", "outcomes", "may"} & said(admin.get("/history/"))["results"][0].keys()


def test_a_run_of_machines_that_were_named_is_told_from_one_whose_inventory_is_gone(admin, run):
    run(project=1), run(project=1, bare=True), run(project=1, inventory_path="hosts")
    rows = said(admin.get("/history/?expand=names"))["results"]
    assert [(r["inventory"], r["inventory_name"], r["bare"]) for r in rows] == [(None, "hosts", False), (None, None, True), (None, None, False)]
    assert [said(admin.get(f"/history/{id}/?expand=names"))["bare"] for id in (1, 2, 3)] == [False, True, False]
    assert "bare" not in said(admin.get("/history/?expand=may"))["results"][0] and "bare" not in said(admin.get("/history/2/"))


def test_the_inventory_is_told_without_the_output(admin, sql, run):
    run(raw_inventory="web")
    say(sql, 1, "text")
    brief, whole = said(admin.get("/history/1/?output=no")), said(admin.get("/history/1/"))
    assert not {"raw_inventory", "raw_stdout"} & brief.keys()
    assert said(admin.get("/history/1/?output=no&expand=raw_inventory")) == {**brief, "raw_inventory": "web"}
    assert admin.get("/history/1/?expand=raw_inventory").text == admin.get("/history/1/").text and whole["raw_stdout"] == "text"


def test_runs_are_found_by_a_machine_that_they_have_come_to(admin, ann, sql, run):
    run(), run("RUN"), run(initiator=ann.id)
    sql.run("insert into work.run_hosts (run_id, name) values (1, 'web1'), (2, 'web1'), (3, 'web1'), (3, 'web10')")
    assert (ids(admin.get("/history/?host=web1")), ids(admin.get("/history/?host=web1&status=RUN,ERROR")), ids(admin.get("/history/?host=web"))) == ([3, 2, 1], [2], [])
    assert ids(ann.get("/history/?host=web1")) == [3]


def test_hosts_of_a_run_are_ordered_by_outcome_and_filtered_by_several(admin, sql, run):
    run("RUN")
    sql.run("insert into work.run_hosts (run_id, name, outcome) values (1, 'a', 'ok'), (1, 'b', 'failed'), (1, 'c', null), (1, 'd', 'failed'), (1, 'e', 'unreachable')")
    def names(query):
        return [h["name"] for h in said(admin.get("/history/1/hosts/" + query))["results"]]
    assert names("") == list("abcde") and names("?ordering=outcome") == list("bdeca") and names("?outcome=failed,running&ordering=outcome&limit=2&offset=1") == ["d", "c"]
