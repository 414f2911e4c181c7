"""Many changes at once, all or none. (Each operation and refusal: tests/sql/bulk.sql.)"""
import pytest

from client import JSON
from polemarch import ENCRYPTED, FORBIDDEN, NOT_FOUND, grant, ids, make, said
from quiet import ansible_can, nobody_claims
from runs import make_run

pytestmark = pytest.mark.usefixtures("inventory_is_lawful")


def add(item, **data):
    return {"type": "add", "item": item, "data": data}


def test_what_there_is_to_do_is_told(admin):
    assert said(admin.get("/_bulk/")) == {"allowed_types": ["host", "group", "inventory", "project", "periodictask", "template", "history"],
                                          "operations_types": ["add", "set", "del", "mod", "get"]}


def test_all_of_it_is_done_in_order(admin, sql):
    made = said(admin.post("/_bulk/", [
        add("host", name="web"), add("group", name="g"), add("inventory", name="i", vars={"ansible_ssh_pass": "rex", "a": 1}),
        add("template", name="t", kind="Host", data={"name": "x", "vars": {"ansible_ssh_pass": "max"}}),
        {"type": "mod", "item": "group", "pk": 1, "data_type": "hosts", "data": [1]},
        {"type": "mod", "item": "inventory", "pk": 1, "data_type": "groups", "method": "POST", "data": [1, 9]},
        {"type": "set", "item": "host", "pk": 1, "data": {"name": "web1"}}, {"type": "get", "item": "host", "pk": 1},
        {"type": "del", "item": "template", "pk": 1}]))
    assert [(m["type"], m["status"]) for m in made] == [("add", 201)] * 4 + [("mod", 200)] * 2 + [("set", 200), ("get", 200), ("del", 200)]
    assert made[2]["data"]["vars"] == {"ansible_ssh_pass": ENCRYPTED, "a": 1} and made[3]["data"]["data"]["vars"] == {"ansible_ssh_pass": ENCRYPTED}
    assert made[5]["data"] == {"total": 2, "operated": 1, "not_found": 1, "failed_list": [9]}
    assert made[7]["data"]["name"] == "web1" and made[8]["data"] == {"detail": "Ok"}
    assert [h["id"] for h in said(admin.get("/groups/1/"))["hosts"]] == [1]
    assert said(admin.get("/templates/1/"), 404) == NOT_FOUND
    assert sql.column("select verb || ' ' || kind from people.audit order by id") == [
        "create host", "create group", "create inventory", "create template", "replace hosts group", "add groups inventory", "update host", "delete template"]
    assert sql.one("select count(*) from inventory.objects where sealed::text ~ 'rex|max' or vars::text ~ 'rex|max'") == 0


def test_projects_and_what_they_do_by_the_clock_are_made_changed_and_deleted(instance, admin, ann, sql):
    """A secret is sealed, wherever it stands."""
    task = {"name": "t", "type": "INTERVAL", "schedule": "3600", "mode": "site.yml", "project": 1, "inventory": 1}
    with nobody_claims(instance), ansible_can(sql):
        made = said(admin.post("/_bulk/", [
            add("inventory", name="i"), add("inventory", name="j"),
            add("project", name="p", repository="git@ex.us:p", vars={"repo_type": "GIT", "repo_password": "swordfish"}),
            add("periodictask", **task, vars={"forks": 5, "key-file": "swordfish"}),
            {"type": "set", "item": "project", "pk": 1, "data": {"vars": {"repo_type": "GIT", "repo_password": ENCRYPTED, "repo_key": "swordfish"}}},
            {"type": "set", "item": "periodictask", "pk": 1, "data": {"schedule": "60", "vars": {"key-file": ENCRYPTED, "vault-password-file": "swordfish"}}},
            {"type": "mod", "item": "project", "pk": 1, "data_type": "inventories", "method": "PUT", "data": [2, 1, 9]},
            {"type": "mod", "item": "project", "pk": 1, "data_type": "inventories", "method": "DELETE", "data": [1]},
            {"type": "mod", "item": "project", "pk": 1, "data_type": "permissions", "method": "POST", "data": [grant(2, "EXECUTOR")]},
            {"type": "get", "item": "project", "pk": 1}, {"type": "get", "item": "periodictask", "pk": 1}]))
        assert [(m["type"], m["status"]) for m in made] == [("add", 201)] * 4 + [("set", 200)] * 2 + [("mod", 200)] * 3 + [("get", 200)] * 2
        assert made[6]["data"] == {"total": 3, "operated": 2, "not_found": 1, "failed_list": [9]}
        assert made[9]["data"] == said(admin.get("/projects/1/")) and made[10]["data"] == said(admin.get("/periodic-tasks/1/"))
        assert made[9]["data"]["vars"] == {"repo_key": ENCRYPTED, "repo_password": ENCRYPTED, "repo_type": "GIT"}
        assert [i["id"] for i in made[9]["data"]["inventories"]] == [2]
        assert made[10]["data"].items() >= {**task, "schedule": "60", "vars": {"key-file": ENCRYPTED, "vault-password-file": ENCRYPTED}}.items()
        assert sql.column("select key from inventory.objects, jsonb_each(sealed) order by key") == ["key-file", "repo_key", "repo_password", "vault-password-file"]
        assert sql.one("select count(*) from inventory.objects where vars::text || sealed::text ~ 'swordfish'") == 0
        assert [m["data"]["name"] for m in said(ann.post("/_bulk/", [{"type": "get", "item": item, "pk": 1} for item in ("project", "periodictask")]))] == ["p", "t"]
        gone = [{"type": "del", "item": item, "pk": 1} for item in ("periodictask", "project")]
        assert said(ann.post("/_bulk/", gone), 403) == FORBIDDEN
        assert said(admin.post("/_bulk/", [*gone, {"type": "get", "item": "periodictask", "pk": 1}]), 404) == NOT_FOUND
        assert ids(admin.get("/projects/")) == [1] == ids(admin.get("/periodic-tasks/"))
        assert said(admin.post("/_bulk/", gone)) == [{"data": {"detail": "Ok"}, "status": 200, "type": "del"}] * 2
        assert ids(admin.get("/projects/")) == [] == ids(admin.get("/periodic-tasks/"))


def test_what_fails_undoes_all_and_answers_for_itself(admin, ann, sql):
    make(admin, "hosts", name="his")
    make(ann, "hosts", name="hers")
    before = sql.state()
    good = [add("host", name="new"), {"type": "del", "item": "host", "pk": 2}]
    for bad, code, wrong in ((add("host", name=""), 400, {"name": ["This field may not be blank."]}),
                             ({"type": "set", "item": "host", "pk": 1, "data": {"name": "x"}}, 403, FORBIDDEN),
                             ({"type": "get", "item": "host", "pk": 2}, 404, NOT_FOUND),
                             ({"type": "add", "item": "user", "data": {}}, 415, {"detail": 'Unsupported media type "user" in request.'}),
                             ({"type": "x", "item": "host", "pk": 1}, 400, {"detail": "'x'", "error_type": "KeyError"})):
        assert said(ann.post("/_bulk/", good + [bad] + good), code) == wrong
    assert [row for row in sql.state() if len(row) == 3] == [row for row in before if len(row) == 3]         # but numbers that were given out
    assert ids(admin.get("/hosts/")) == [1, 2]


def test_records_are_got_and_deleted(admin, sql):
    make_run(sql), make_run(sql, "RUN")
    assert [m["data"]["id"] for m in said(admin.post("/_bulk/", [{"type": "get", "item": "history", "pk": i} for i in (1, 2)]))] == [1, 2]
    delete = [{"type": "del", "item": "history", "pk": i} for i in (1, 2)]
    assert said(admin.post("/_bulk/", delete), 409) == {"detail": "Execution still in process."}
    assert said(admin.post("/_bulk/", delete[:1])) == [{"data": {"detail": "Ok"}, "status": 200, "type": "del"}]
    assert ids(admin.get("/history/")) == [2]
    assert said(admin.post("/_bulk/", [{"type": "set", "item": "history", "pk": 2, "data": {}}]), 415)["detail"].startswith("Unsupported media type")


def test_a_thousand_are_done_and_no_more(admin):
    assert len(said(admin.post("/_bulk/", [add("host", name=f"h{i}") for i in range(1000)]))) == 1000
    assert said(admin.post("/_bulk/", [add("host", name="h")] * 1001), 400) == {
        "non_field_errors": ["Ensure this list has no more than 1000 elements."]}
    assert said(admin.get("/hosts/?limit=1"))["count"] == 1000


def test_what_is_no_list_of_objects_is_refused(admin):
    for body, type in ((b"{}", "dict"), (b"5", "int"), (b'"x"', "str"), (b"null", "NoneType")):
        assert said(admin.raw("POST", "/_bulk/", body, headers=JSON), 400) == {"non_field_errors": [f'Expected a list of items but got type "{type}".']}
    assert said(admin.raw("POST", "/_bulk/", b"[5]", headers=JSON), 400) == {"non_field_errors": ["Invalid data. Expected a dictionary, but got int."]}
