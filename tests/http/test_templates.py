"""Templates: the document's examples word for word, what each kind may hold, what they name, hidden values, filters."""
import json
from urllib.parse import quote

import pytest

from polemarch import ENCRYPTED, FORBIDDEN, NOT_FOUND, Rights, gone, grant, ids, make, said

pytestmark = pytest.mark.usefixtures("inventory_is_lawful")

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
KEYS = {"Task": ["playbook", "vars", "inventory", "project"], "Host": ["name", "vars"],
        "PeriodicTask": ["playbook", "vars", "inventory", "project", "type", "name", "schedule", "kind", "mode"],
        "Group": ["name", "vars", "children"], "Module": ["inventory", "module", "group", "args", "vars", "project"]}
VALUES = {"playbook": "site.yml", "vars": {"forks": 1}, "inventory": "./hosts", "name": "web", "type": "CRONTAB", "schedule": "* */2 1-15 * sun,fri",
          "kind": "PLAYBOOK", "mode": "", "children": True, "module": "ping", "group": "all", "args": "data=\"x\""}
NO_PROJECT = {"detail": "Project matching query does not exist.", "error_type": "DoesNotExist"}
REQUIRED, NULL, BLANK, NO_TEXT = ["This field is required."], ["This field may not be null."], ["This field may not be blank."], ["Not a valid string."]


@pytest.fixture
def task(admin):
    """Template 1 of the administrator's."""
    return make(admin, "templates", name="t", kind="Task", data={"playbook": "test.yml", "vars": {"connection": "paramiko"}})


# ---- as the document has it

def test_the_examples_of_the_document(admin):
    text = '{"id":%d,"name":"%s","kind":"Task","data":{"playbook":"test.yml","vars":{"connection":"paramiko"}}}'
    body = {"name": "test_tmplt", "kind": "Task", "data": {"playbook": "test.yml", "vars": {"connection": "paramiko"}}}
    assert admin.post("/templates/", body).text == text % (1, "test_tmplt")
    assert admin.get("/templates/1/").text == text % (1, "test_tmplt")
    assert admin.get("/templates/?kind=Task").text == (
        '{"count":1,"next":null,"previous":null,"results":[{"id":1,"name":"test_tmplt","kind":"Task"}]}')
    made = admin.post("/templates/", {**body, "name": "test"})
    assert (made.status_code, made.text, made.headers["Location"]) == (201, text % (2, "test"), "/polemarch/api/v1/templates/2/")
    changed = admin.patch("/templates/2/", {"name": "test_new_name"})
    assert (changed.status_code, changed.text) == (200, text % (2, "test_new_name"))
    gone(admin.delete("/templates/2/"))
    assert said(admin.get("/templates/2/"), 404) == NOT_FOUND and ids(admin.get("/templates/")) == [1]


def test_the_kinds_are_told_with_their_keys(admin, ann):
    for client in (admin, ann):
        assert client.get("/templates/supported-kinds/").text == (
            '{"Task":["playbook","vars","inventory","project"],"Host":["name","vars"],'
            '"PeriodicTask":["playbook","vars","inventory","project","type","name","schedule","kind","mode"],'
            '"Group":["name","vars","children"],"Module":["inventory","module","group","args","vars","project"]}')
    assert said(admin.post("/templates/supported-kinds/", {}), 405) == {"detail": 'Method "POST" not allowed.'}


# ---- kinds and keys

@pytest.mark.parametrize("kind", KEYS)
def test_each_kind_holds_its_keys_and_no_others(admin, sql, kind):
    Rights(sql).add("project", [1], 1)
    values = {**VALUES, "project": 1}
    data = {k: values[k] for k in KEYS[kind]}
    made = make(admin, "templates", name="t", kind=kind, data=dict(reversed(data.items())))
    assert made == {"id": 1, "name": "t", "kind": kind, "data": data} == said(admin.get("/templates/1/"))
    # In the order of the kind's keys, but what it needs at the end.
    assert list(made["data"]) == sorted(KEYS[kind], key=lambda k: k in ("inventory", "project"))
    wrong = {"detail": {k: [f"Unknown key. Keys should be {KEYS[kind]}"] for k in ("test", "tst")}}
    for call, path in ((admin.post, "/templates/"), (admin.patch, "/templates/1/"), (admin.put, "/templates/1/")):
        assert said(call(path, {"name": "t", "kind": kind, "data": {**data, "test": 1, "tst": None}}), 400) == wrong
        for key in sorted(set(values) - set(KEYS[kind])):
            assert said(call(path, {"name": "t", "kind": kind, "data": {key: values[key]}}), 400)["detail"].keys() == {key}
    assert make(admin, "templates", name="t", kind=kind, data={})["data"] == {}
    assert said(admin.patch("/templates/1/", {"data": {"vars": {"timeout": 2}}}))["data"] == {"vars": {"timeout": 2}}      # all of it


def test_an_unknown_kind_is_refused(admin, task):
    for call, path in ((admin.post, "/templates/"), (admin.patch, "/templates/1/"), (admin.put, "/templates/1/")):
        for kind in ("Test", "task", "TASK", "Project", 5):
            assert said(call(path, {"name": "t", "kind": kind, "data": {}}), 415) == {"detail": f"Unknown type {kind}."}
    assert said(admin.get("/templates/1/")) == task


def test_another_kind_must_fit_the_data(admin, task):
    keys = "Unknown key. Keys should be ['name', 'vars']"
    assert said(admin.patch("/templates/1/", {"kind": "Host"}), 400) == {"detail": {"playbook": [keys]}}
    assert said(admin.patch("/templates/1/", {"kind": "Host", "data": {"name": "x", "playbook": "y"}}), 400) == {"detail": {"playbook": [keys]}}
    assert said(admin.patch("/templates/1/", {"kind": "PeriodicTask"}))["data"] == task["data"]
    assert said(admin.put("/templates/1/", {"name": "h", "kind": "Host", "data": {"name": "x"}})) == {
        "id": 1, "name": "h", "kind": "Host", "data": {"name": "x"}}


def test_name_kind_and_data_are_needed_but_for_patch(admin, task):
    for call, path in ((admin.post, "/templates/"), (admin.put, "/templates/1/")):
        assert said(call(path, {}), 400) == {"name": REQUIRED, "kind": REQUIRED, "data": REQUIRED}
        assert said(call(path, {"kind": "Task"}), 400) == {"name": REQUIRED, "data": REQUIRED}
    assert said(admin.patch("/templates/1/", {})) == task
    for field, value, error in (("name", None, NULL), ("name", " ", BLANK), ("name", [], NO_TEXT), ("name", "x" * 513, None),
                                ("name", "a\nb", ["Enter one line."]), ("kind", None, NULL), ("kind", "", BLANK), ("kind", {}, NO_TEXT),
                                ("kind", "x" * 33, None), ("data", None, NULL),
                                *(("data", v, ["Expected a dictionary."]) for v in ([], 5, True, "x", "", "[]", "5", "{"))):
        most = {"name": 512, "kind": 32}.get(field)
        for call, path in ((admin.patch, "/templates/1/"), (admin.put, "/templates/1/"), (admin.post, "/templates/")):
            assert said(call(path, {"name": "t", "kind": "Task", "data": {}, field: value}), 400) == {
                field: error or [f"Ensure this field has no more than {most} characters."]}
    assert said(admin.get("/templates/1/")) == task
    assert said(admin.patch("/templates/1/", {"name": 5, "id": 9, "owner": 9, "url": "x"})) == {**task, "name": "5"}


def test_the_data_may_be_a_text_or_a_form(admin):
    data = {"playbook": "x.yml", "vars": {"extra-vars": [1, None, "ü"]}}
    assert make(admin, "templates", name="t", kind="Task", data=json.dumps(data))["data"] == data
    form = "name=t&kind=Task&data=" + quote(json.dumps(data))
    assert said(admin.post("/templates/", form.encode(), FORM), 201)["data"] == data
    assert make(admin, "templates", name="t", kind="Host", data={"vars": '{"b": 1}'})["data"] == {"vars": {"b": 1}}


def test_variables_are_an_object_with_proper_names(admin, task):
    for vars, error in (([], "Expected a dictionary."), (None, "Expected a dictionary."), (5, "Expected a dictionary."), ("x", "Expected a dictionary."),
                        ({"a b": 1}, None), ({"": 1}, None)):
        wrong = said(admin.patch("/templates/1/", {"data": {"vars": vars}}), 400)
        assert wrong["detail"].keys() == {"vars"} and (error is None or wrong["detail"]["vars"] == [error]), vars
    assert said(admin.patch("/templates/1/", {"data": {"vars": {"forks": 12, "limit": "12", "tags": 0.3, "become": None}}}))["data"]["vars"] == {
        "become": None, "forks": 12, "limit": "12", "tags": 0.3}


# ---- what is secret

@pytest.mark.parametrize("kind, keys", [("Task", ["key-file", "private-key", "vault-password-file"]), ("Module", ["new-vault-password-file"]),
                                        ("PeriodicTask", ["key-file", "become-password-file"]),
                                        ("Host", ["ansible_ssh_pass", "ansible_ssh_private_key_file"]), ("Group", ["ansible_become_pass"])])
def test_what_is_secret_is_never_shown_and_kept_while_it_is_sent_back(api, admin, sql, kind, keys):
    secret = dict.fromkeys(keys, "swordfish")
    for data in ({"vars": {**secret, "user": "x"}}, json.dumps({"vars": json.dumps({**secret, "user": "x"})})):
        made = admin.post("/templates/", {"name": "t", "kind": kind, "data": data})
        assert said(made, 201)["data"] == {"vars": {**dict.fromkeys(keys, ENCRYPTED), "user": "x"}}
        assert "swordfish" not in admin.get("/templates/1/").text
    sealed = "select sealed from inventory.objects where kind = 'template' and id = 1"
    before = sql.one(sealed)
    assert before.keys() == secret.keys()
    assert said(admin.patch("/templates/1/", {"name": "u"}))["data"]["vars"][keys[0]] == ENCRYPTED
    told = said(admin.patch("/templates/1/", {"data": {"vars": {keys[0]: ENCRYPTED, "user": ENCRYPTED, "new": ENCRYPTED}}}))
    assert told["data"] == {"vars": {keys[0]: ENCRYPTED, "user": "x"}} and sql.one(sealed) == {keys[0]: before[keys[0]]}
    assert said(admin.patch("/templates/1/", {"data": {"vars": {keys[0]: "swordfish"}}}))["data"]["vars"] == {keys[0]: ENCRYPTED}
    assert sql.one(sealed).keys() == {keys[0]} and sql.one(sealed) != {keys[0]: before[keys[0]]}
    assert said(admin.patch("/templates/1/", {"data": {}}))["data"] == {} and sql.one(sealed) == {}
    assert "swordfish" not in api.get("/audit?limit=all").text
    assert sql.one("select count(*) from inventory.templates where data::text like '%%swordfish%%'") == 0


# ---- what they name

def test_a_project_must_be_there_and_an_inventory_need_not(admin, sql, task):
    Rights(sql).add("project", [7], 1)
    for project in (8, "8", 0, "x", "", 1.5, 10 ** 18, "./x"):
        for call, path in ((admin.patch, "/templates/1/"), (admin.post, "/templates/")):
            assert said(call(path, {"name": "t", "kind": "Task", "data": {"project": project}}), 400) == NO_PROJECT, project
    for key in ("project", "inventory"):
        for value in ([], {}, True, [1]):
            assert said(admin.patch("/templates/1/", {"data": {key: value}}), 400)["detail"].keys() == {key}
    for given, shown in ((7, 7), ("7", 7)):
        assert said(admin.patch("/templates/1/", {"data": {"project": given}}))["data"] == {"project": shown}
    for given, shown in ((222233222, 222233222), ("222233222", 222233222), ("./hosts", "./hosts"), (None, None), ("", "")):
        assert said(admin.patch("/templates/1/", {"data": {"inventory": given}}))["data"] == {"inventory": shown}


def test_a_project_that_is_gone_is_shown_no_more_and_an_inventory_is(admin, sql):
    Rights(sql).add("project", [1], 1)
    make(admin, "inventories")
    make(admin, "templates", name="t", kind="Task", data={"project": 1, "inventory": 1, "playbook": "x"})
    sql.run("select people.objects_remove('project', '{1}')")
    gone(admin.delete("/inventories/1/"))
    assert said(admin.get("/templates/1/"))["data"] == {"playbook": "x", "inventory": 1}
    assert said(admin.patch("/templates/1/", {"name": "u"}))["data"] == {"playbook": "x", "inventory": 1}
    assert said(admin.patch("/templates/1/", {"kind": "Module"}), 400)["detail"].keys() == {"playbook"}
    assert said(admin.patch("/templates/1/", {"data": {"project": 1}}), 400) == NO_PROJECT


def test_projects_and_inventories_are_named_by_who_may_use_them(admin, ann, sql):
    Rights(sql).add("project", [1, 2], 1)
    make(admin, "inventories")
    own = make(ann, "templates", name="t", kind="Task", data={})["id"]
    for key in ("project", "inventory"):
        for value in (1, "1"):
            body = {"name": "t", "kind": "Module", "data": {key: value}}
            for call, path in ((ann.post, "/templates/"), (ann.patch, f"/templates/{own}/"), (ann.put, f"/templates/{own}/")):
                assert said(call(path, body), 403) == FORBIDDEN
    said(admin.post("/projects/1/permissions/", [grant(2, "EXECUTOR")]))
    assert said(ann.patch(f"/templates/{own}/", {"data": {"project": 1}}))["data"] == {"project": 1}
    assert said(ann.patch(f"/templates/{own}/", {"data": {"project": 2}}), 403) == FORBIDDEN
    assert said(ann.patch(f"/templates/{own}/", {"data": {"project": 1, "inventory": 1}}), 403) == FORBIDDEN
    assert said(ann.get(f"/templates/{own}/"))["data"] == {"project": 1}
    assert said(ann.get("/projects/1/owner/")) == 1
    # The right is gone, the template stays as it is; but it cannot be named anew.
    said(admin.put("/projects/1/permissions/", []))
    assert said(ann.patch(f"/templates/{own}/", {"name": "u"}))["data"] == {"project": 1}


# ---- lists

def test_lists_have_filters(admin, sql):
    Rights(sql).add("project", [1, 2], 1)
    make(admin, "inventories")
    for name, kind, data in (("a_x", "Task", {"project": 1, "inventory": 1}), ("b", "Module", {"project": "2", "inventory": "./p"}), ("ab", "Task", {}),
                             ("Host", "Host", {"vars": {"project": "1"}}), ("c", "PeriodicTask", {"project": 1, "kind": "Task", "inventory": "1"})):
        make(admin, "templates", name=name, kind=kind, data=data)
    for query, found in (("", [1, 2, 3, 4, 5]), ("kind=Task", [1, 3]), ("kind=task", []), ("kind=Task,Host", []), ("kind=", [1, 2, 3, 4, 5]),
                         ("project=1", [1, 5]), ("project=2", [2]), ("project=99", []), ("project=x", []), ("inventory=1", [1, 5]),
                         ("inventory=./p", [2]), ("inventory=2", []), ("kind=Task&project=1", [1]), ("name=a", [1, 3]), ("name=_", [1]),
                         ("name__not=a", [2, 4, 5]), ("id=1,5&kind=Task", [1]), ("id__not=1&project=1", [5]), ("kind=Task&kind=Host", [4]),
                         ("variables=a:b", [1, 2, 3, 4, 5]), ("variables=x", [1, 2, 3, 4, 5])):
        assert ids(admin.get("/templates/?" + query)) == found, query
    page = said(admin.get("/templates/?kind=Task&limit=1"))
    assert page == {"count": 2, "next": admin.base + "/templates/?kind=Task&limit=1&offset=1", "previous": None,
                    "results": [{"id": 1, "name": "a_x", "kind": "Task"}]}
    assert said(admin.get("/templates/?id=x"), 400)["error_type"] == "ValueError"


def test_who_owns_it_is_shown_to_who_asks(admin, ann):
    id = make(ann, "templates", name="t", kind="Task", data={})["id"]
    told = said(ann.get(f"/templates/{id}/?expand=owner"))
    assert list(told) == ["id", "name", "kind", "owner", "data"] and told["owner"]["username"] == "ann"
    assert ids(ann.get("/templates/?kind=Task")) == [id] and ids(admin.get("/templates/?kind=Task")) == [id]
