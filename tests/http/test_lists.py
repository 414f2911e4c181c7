"""What lists and objects of the inventory, projects and templates show beyond the document, where it is asked for (expand=, parts=no): what
the page needs, and nothing of it unasked."""
import pytest

from polemarch import grant, make, said
from quiet import nobody_claims
from runs import make_run

pytestmark = pytest.mark.usefixtures("inventory_is_lawful")
PROJECT = {"repository": "x", "vars": {"repo_type": "MANUAL"}}


@pytest.fixture(autouse=True)
def quiet(instance):
    with nobody_claims(instance):
        yield


# ---- counts

def counts(client, path, id):
    """As a list tells it, and the object alone."""
    alone = said(client.get(f"/{path}/{id}/?expand=counts&parts=no"))["counts"]
    assert alone == next(r["counts"] for r in said(client.get(f"/{path}/?expand=counts"))["results"] if r["id"] == id)
    return alone


def test_counts_are_of_what_is_in_it_and_of_the_machines_it_means(admin):
    a, b, range, twin = (make(admin, "hosts", **h)["id"] for h in ({"name": "a"}, {"name": "b"}, {"name": "web[01:20]", "type": "RANGE"}, {"name": "web07"}))
    outer, inner = make(admin, "groups", name="outer", children=True)["id"], make(admin, "groups", name="inner")["id"]
    inventory, empty = make(admin, "inventories")["id"], make(admin, "inventories")["id"]
    for at, ids in ((f"groups/{inner}/hosts", [a, range]), (f"groups/{outer}/groups", [inner]), (f"inventories/{inventory}/hosts", [a, b, twin]),
                    (f"inventories/{inventory}/groups", [outer, inner])):
        said(admin.post(f"/{at}/", ids))
    assert counts(admin, "groups", inner) == {"hosts": 2, "groups": 0, "machines": 21}
    assert counts(admin, "groups", outer) == {"hosts": 0, "groups": 1, "machines": 21}
    assert counts(admin, "inventories", inventory) == {"hosts": 3, "groups": 2, "machines": 22}          # web07 is one of the range
    assert counts(admin, "inventories", empty) == {"hosts": 0, "groups": 0, "machines": 0}
    said(admin.patch(f"/hosts/{range}/", {"name": "web[01:30]"}))
    assert counts(admin, "inventories", inventory)["machines"] == 32
    said(admin.patch(f"/hosts/{range}/", {"name": "db", "type": "HOST"}))
    assert counts(admin, "inventories", inventory) == {"hosts": 3, "groups": 2, "machines": 4}


# ---- projects and templates

def test_projects_tell_what_is_asked_for(admin, sql):
    id = make(admin, "projects", name="p", **PROJECT)["id"]
    assert list(said(admin.get("/projects/"))["results"][0]) == ["id", "name", "status", "type", "url"]
    (row,) = said(admin.get("/projects/?expand=revision,status_detail,synced_time,tasks"))["results"]
    assert row == {"id": id, "name": "p", "status": "WAIT_SYNC", "type": "MANUAL", "revision": "NO VCS", "status_detail": None, "synced_time": None,
                   "tasks": 0, "url": row["url"]}
    sql.run("update work.projects set status = 'ERROR', status_detail = 'No files.', synced_at = '2017-07-24 06:39:52+00'")
    sql.run("insert into work.tasks (project_id, playbook, name) values (%s, 'a.yml', 'a'), (%s, 'b.yml', 'b')", id, id)
    (row,) = said(admin.get("/projects/?expand=tasks,synced_time,status_detail"))["results"]
    assert (row["tasks"], row["synced_time"], row["status_detail"]) == (2, "2017-07-24T06:39:52Z", "No files.") and "revision" not in row
    alone = said(admin.get(f"/projects/{id}/?expand=type,tasks,synced_time,role"))
    assert (alone["type"], alone["tasks"], alone["synced_time"], alone["role"]) == ("MANUAL", 2, "2017-07-24T06:39:52Z", "OWNER")


def test_a_list_of_projects_tells_where_they_come_from_without_the_password(admin):
    made = make(admin, "projects", name="p", repository="https://joe:swordfish@example.com/r.git", vars={"repo_type": "GIT"})
    answer = admin.get("/projects/?expand=repository")
    (row,) = said(answer)["results"]
    assert row["repository"] == made["repository"] == "https://joe:[~~ENCRYPTED~~]@example.com/r.git" and "swordfish" not in answer.text
    assert admin.get("/projects/1/?expand=repository").text == admin.get("/projects/1/").text


def test_templates_name_their_project_and_inventory_to_whom_sees_these(admin, ann):
    project, inventory = make(admin, "projects", name="site", **PROJECT)["id"], make(admin, "inventories", name="fleet")["id"]
    both = {"project": project, "inventory": inventory}
    datas = [{}, both, {"inventory": str(inventory)}, {"inventory": "hosts.ini", "project": project}, {"inventory": 999}, {"inventory": None}]
    ids = [make(admin, "templates", name="t", kind="Task", data=data)["id"] for data in datas]
    names = [(None, None), ("site", "fleet"), (None, "fleet"), ("site", "hosts.ini"), (None, None), (None, None)]
    assert [(r["project_name"], r["inventory_name"]) for r in said(admin.get("/templates/?expand=names"))["results"]] == names
    for id, (p, i) in zip(ids, names):
        alone = said(admin.get(f"/templates/{id}/?expand=names"))
        assert (alone["project_name"], alone["inventory_name"]) == (p, i) and "project_name" not in said(admin.get(f"/templates/{id}/"))
    said(admin.post(f"/templates/{ids[2]}/permissions/", [grant(ann.id, "EXECUTOR")]))
    (row,) = said(ann.get("/templates/?expand=names"))["results"]
    assert (row["project_name"], row["inventory_name"]) == (None, "fleet")              # which she sees by the template
    admin.delete(f"/inventories/{inventory}/")
    assert said(admin.get(f"/templates/{ids[1]}/?expand=names"))["inventory_name"] is None


# ---- without what is in it

@pytest.mark.parametrize("path, fields, lists", [
    ("groups", {}, ["hosts", "groups"]), ("inventories", {}, ["hosts", "groups"]), ("projects", PROJECT, ["hosts", "groups", "inventories"])])
def test_what_is_in_it_may_be_left_out(admin, path, fields, lists):
    whole = make(admin, path, **fields)
    at = f"/{path}/{whole['id']}/"
    assert set(lists) <= whole.keys() and said(admin.get(at + "?parts=yes")) == said(admin.get(at)) == whole
    assert said(admin.get(at + "?parts=no")) == {k: v for k, v in whole.items() if k not in lists}


# ---- periodic tasks

def test_periodic_tasks_tell_role_names_and_their_last_run(admin, ann, sql):
    project, inventory = make(admin, "projects", name="site", **PROJECT)["id"], make(admin, "inventories", name="fleet")["id"]
    task = {"type": "INTERVAL", "schedule": "60", "mode": "x.yml", "project": project, "inventory": inventory}
    one, two = make(admin, "periodic-tasks", **task)["id"], make(admin, "periodic-tasks", **{**task, "inventory": "hosts.ini"})["id"]
    query = "?expand=role,names,last_run"

    def told(client):
        rows = said(client.get("/periodic-tasks/" + query))["results"]
        assert rows == [said(client.get(f"/periodic-tasks/{r['id']}/{query}")) for r in rows]
        return [(r["role"], r["project_name"], r["inventory_name"], r["last_run"] and r["last_run"]["id"]) for r in rows]
    assert told(admin) == [("OWNER", "site", "fleet", None), ("OWNER", "site", "hosts.ini", None)] and told(ann) == []
    for initiator, more in ((one, {}), (one, {"status": "ERROR"}), (two, {}), (two, {"saved": False}), (one, {"initiator_type": "users"})):
        make_run(sql, project=project, inventory=inventory, initiator=initiator, **{"initiator_type": "scheduler", **more})
    assert told(admin) == [("OWNER", "site", "fleet", 2), ("OWNER", "site", "hosts.ini", 3)]
    last = said(admin.get(f"/periodic-tasks/{one}/{query}"))["last_run"]
    assert list(last) == ["id", "status", "start_time", "stop_time"] and last["status"] == "ERROR" and last["stop_time"] >= last["start_time"]
    # A run on an inventory that she does not see is not hers to see.
    said(admin.post(f"/projects/{project}/permissions/", [grant(ann.id, "EXECUTOR")]))
    assert told(ann) == [("EXECUTOR", "site", None, None), ("EXECUTOR", "site", "hosts.ini", None)]
    said(admin.post(f"/inventories/{inventory}/permissions/", [grant(ann.id, "EXECUTOR")]))
    assert told(ann) == [("EXECUTOR", "site", "fleet", 2), ("EXECUTOR", "site", "hosts.ini", 3)]
    assert "last_run" not in said(admin.get("/periodic-tasks/"))["results"][0]
