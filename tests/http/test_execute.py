"""Runs are asked for: bodies, statuses and checks; what comes of them: test_runs.py."""
import pytest

from polemarch import ENCRYPTED, FORBIDDEN, NOT_FOUND, grant, make, said
from quiet import quiet, reference, world  # noqa: F401

REQUIRED = ["This field is required."]
NO_INVENTORY = {"detail": "Inventory matching query does not exist.", "error_type": "DoesNotExist"}
NOT_ALLOWED = {"detail": "You don't have permission to inventory."}
NO_HOSTS = {"detail": {"inventory": ["The inventory has no hosts."]}}
OUTSIDE = {"detail": {"inventory": ["Inventory should be in project dir."]}}
PLAY, MODULE = "/projects/1/execute-playbook/", "/projects/1/execute-module/"



def run(sql, id):
    """What was asked for."""
    return sql.rows("select project_id, coalesce(inventory_id::text, inventory_path), kind, mode, host_pattern, arguments, initiator, initiator_type, save_result"
                    " from work.runs where id = %s", id)[0]


def refused(tool, why, argument):
    return {"detail": {tool: [f"Incorrect argument: {why}."], "argument": [argument]}}


# ---- as the document has it

def test_the_examples_of_the_document(admin, sql):
    answer = admin.post(PLAY, {"inventory": 1, "playbook": "main.yml", "become": None, "su-user": "rootburger"})
    assert (answer.status_code, answer.text, answer.headers["Location"]) == (
        201, '{"detail":"Started at inventory 1.","history_id":1}', "/polemarch/api/v1/history/1/")
    assert run(sql, 1) == (1, "1", "PLAYBOOK", "main.yml", None, {"become": None, "su-user": "rootburger"}, 1, "users", True)
    answer = admin.post(MODULE, {"inventory": 1, "module": "shell", "group": "all", "args": "ls -la"})
    assert (answer.status_code, answer.text) == (201, '{"detail":"Started at inventory 1.","history_id":2}')
    assert run(sql, 2) == (1, "1", "MODULE", "shell", "all", {"args": "ls -la"}, 1, "users", True)
    shown = said(admin.get("/history/2/"))
    assert (shown["status"], shown["mode"], shown["kind"], shown["inventory"], shown["initiator"]) == ("DELAY", "shell", "MODULE", 1, 1)


def test_an_inventory_is_an_id_or_a_path_in_the_project(admin, sql):
    for given, shown in ((1, "1"), ("1", "1"), (" 1 ", "1"), ("./1", "./1"), ("inventory", "inventory"), ("a/b..c/hosts", "a/b..c/hosts"), ("a~",
        "a~")):
        answer = said(admin.post(PLAY, {"inventory": given, "playbook": "x.yml"}), 201)
        assert answer["detail"] == f"Started at inventory {shown}." and run(sql, answer["history_id"])[1] == shown
    for given, code, body in ((99, 400, NO_INVENTORY), ("99", 400, NO_INVENTORY), ("9" * 40, 400, NO_INVENTORY), (1.5, 400, NO_INVENTORY), (2, 400,
        NO_HOSTS),
                              *((p, 400, OUTSIDE) for p in ("../inventory", "/etc/hosts", "a/../../b", "..", "~", "~root/x", "a/..")),
                              (None, 400, {"inventory": ["This field may not be null."]}), ("", 400, {"inventory": ["This field may not be blank."]}),
                              *((v, 400, {"inventory": ["Not a valid string."]}) for v in ([], [1], {}, True)), ("a\nb", 400,
                              {"inventory": ["Enter one line."]}),
                              ("x" * 1025, 400, {"inventory": ["Ensure this field has no more than 1024 characters."]})):
        assert said(admin.post(PLAY, {"inventory": given, "playbook": "x.yml"}), code) == body, given
        assert said(admin.post(MODULE, {"inventory": given, "module": "ping", "group": "all"}), code) == body, given


def test_what_is_needed_is_told(admin):
    for path, body, field in ((PLAY, {}, "inventory"), (PLAY, {"playbook": "x"}, "inventory"), (PLAY, {"inventory": 1}, "playbook"), (MODULE,
        {"inventory": 1, "group": "all"}, "module"),
                              (MODULE, {"inventory": 1, "module": "ping"}, "group")):
        assert said(admin.post(path, body), 400) == {field: REQUIRED}
    for empty in ("", "  "):
        wrong = {"detail": "Empty playbook/module name.", "error_type": "PMException"}
        assert said(admin.post(PLAY, {"inventory": 1, "playbook": empty}), 400) == wrong == said(admin.post(MODULE, {"inventory": 1, "module": empty,
            "group": "x"}), 400)


def test_names_are_no_options_and_stay_in_the_project(admin):
    minus = ["It begins with -."]
    for name, body in (("--version", minus), ("-x", minus), ("/x.yml", None), ("../x.yml", None), ("~/x.yml", None)):
        assert said(admin.post(PLAY, {"inventory": 1, "playbook": name}),
            400) == {"detail": {"playbook": body or ["Playbook should be in project dir."]}}
    assert said(admin.post(MODULE, {"inventory": 1, "module": "-x", "group": "all"}), 400) == {"detail": {"module": minus}}
    for group, why in (("--list-hosts", minus[0]), (",", "It names no hosts."), (":", "It names no hosts."), ("!", "It names no hosts."), ("[",
        "It names no hosts.")):
        assert said(admin.post(MODULE, {"inventory": 1, "module": "ping", "group": group}), 400) == {"group": [why]}
    for group in (None, [], {}, ""):
        assert said(admin.post(MODULE, {"inventory": 1, "module": "ping", "group": group}), 400).keys() == {"group"}


# ---- arguments

@pytest.mark.parametrize("path, tool, body", [(PLAY, "playbook", {"inventory": 1, "playbook": "x.yml"}), (MODULE, "module", {"inventory": 1,
    "module": "ping", "group": "all"})])
def test_arguments_are_those_of_the_installed_ansible(admin, sql, path, tool, body):
    flag, number = "This argument shouldn't have value", "invalid literal for int() with base 10: "
    for key, value, why in (("non-existent-ansible-arg", "x", "'non-existent-ansible-arg'"), ("", 1, "''"), ("ü", 1, "'ü'"), ("forks", "234bnl",
        number + "'234bnl'"), ("forks", None, number + "''"),
                            ("forks", "", number + "''"), ("forks", 1.5, number + "'1.5'"), ("sudo", "makaka", flag), ("become", True, flag),
                            ("become", False, flag), ("verbose", None, "'verbose'"),
                            ("ask-pass", None, "'ask-pass'"), ("step", None, "'step'"), ("sync", True, "'sync'"), ("save_result", False,
                            "'save_result'"), ("limit", ",", "It names no hosts"),
                            ("limit", None, "It names no hosts"), ("ansible_ssh_pass", "x", "'ansible_ssh_pass'"), ("connection", "x" * 100001,
                            "This argument is longer than 100000 bytes"),
                            ("tags" if tool == "module" else "args", "x", "'tags'" if tool == "module" else "'args'")):
        assert said(admin.post(path, {**body, key: value}), 400) == refused(tool, why, key), (key, value)
    if tool == "playbook":
        assert said(admin.post(path, {**body, "group": "all"}), 400) == refused(tool, "'group'", "group")
    good = {"forks": "5", "timeout": 0, "become": "", "check": None, "extra-vars": {"a": [1, None]}, "user": True, "limit": "web*:!db",
        "connection": "-x", "sudo-user": "u"}
    told = said(admin.post(path, {**body, **good}), 201)
    assert run(sql, told["history_id"])[5] == good


def test_arguments_that_are_secrets_are_sealed_and_never_shown(api, admin, sql):
    for key in ("private-key", "key-file", "vault-password-file", "become-password-file", "new-vault-password-file"):
        told = said(admin.post(PLAY, {"inventory": 1, "playbook": "x.yml", key: "swordfish", "forks": 1}), 201)
        assert run(sql, told["history_id"])[5] == {key: ENCRYPTED, "forks": 1}
        assert sql.one("select sealed from inventory.objects where kind = 'run' and id = %s", told["history_id"])[key].keys() == {"sealed", "key"}
        assert "swordfish" not in admin.get(f"/history/{told['history_id']}/").text
    assert said(admin.post(PLAY, {"inventory": 1, "playbook": "x.yml", "repo_key": "swordfish"}), 400) == refused("playbook", "'repo_key'",
        "repo_key")
    assert "swordfish" not in api.get("/audit?limit=all").text
    assert sql.one("select count(*) from work.runs where arguments::text like '%%swordfish%%'") == 0


def test_a_form_will_do(admin, sql):
    told = said(admin.post(PLAY, b"inventory=1&playbook=x.yml&forks=5&become=", {"Content-Type": "application/x-www-form-urlencoded"}), 201)
    assert run(sql, told["history_id"])[5] == {"forks": "5", "become": ""}


# ---- rights

def test_who_executes_needs_a_right_on_project_and_inventory(admin, ann):
    body = {"inventory": 1, "playbook": "x.yml"}
    assert said(ann.post(PLAY, body), 403) == FORBIDDEN == said(ann.post(MODULE, {}), 403)
    assert said(ann.post("/projects/9/execute-playbook/", body), 404) == NOT_FOUND
    said(admin.post("/projects/1/permissions/", [grant(2, "EXECUTOR")]))
    assert said(ann.post(PLAY, body), 403) == NOT_ALLOWED
    told = said(ann.post(PLAY, {**body, "inventory": "hosts"}), 201)
    assert said(ann.get(f"/history/{told['history_id']}/"))["initiator"] == 2
    said(admin.post("/inventories/1/permissions/", [grant(2, "EXECUTOR")]))
    said(ann.post(PLAY, body), 201)


# ---- templates

def test_a_template_is_executed(admin, ann, sql):
    task = make(admin, "templates", name="t", kind="Task", data={"playbook": "x.yml", "project": 1, "inventory": 1,
        "vars": {"private-key": "swordfish", "become": None}})
    answer = admin.post(f"/templates/{task['id']}/execute/")
    assert (answer.status_code, answer.text, answer.headers["Location"]) == (201, '{"detail":"Started at inventory 1.","history_id":1}',
        "/polemarch/api/v1/history/1/")
    assert run(sql, 1) == (1, "1", "PLAYBOOK", "x.yml", None, {"private-key": ENCRYPTED, "become": None}, 1, "users", True)
    assert sql.rows("select (select sealed from inventory.objects where kind = 'run') = (select sealed from inventory.objects where kind = 'template')") == [(True,)]
    module = make(admin, "templates", name="t", kind="Module", data={"module": "ping", "group": "all", "args": "data=x", "project": 1,
        "inventory": "hosts"})
    assert said(admin.post(f"/templates/{module['id']}/execute/"), 201) == {"detail": "Started at inventory hosts.", "history_id": 2}
    assert run(sql, 2)[2:6] == ("MODULE", "ping", "all", {"args": "data=x"})
    periodic = make(admin, "templates", name="t", kind="PeriodicTask", data={"mode": "y.yml", "project": 1, "inventory": 1, "type": "INTERVAL",
        "schedule": "5"})
    assert said(admin.post(f"/templates/{periodic['id']}/execute/"), 201)["history_id"] == 3 and run(sql, 3)[2:4] == ("PLAYBOOK", "y.yml")
    assert said(ann.post("/templates/1/execute/"), 403) == FORBIDDEN
    said(admin.post("/templates/1/permissions/", [grant(2, "EXECUTOR")]))
    said(ann.post("/templates/1/execute/"), 201)
    for kind, data, code, body in (("Host", {}, 415, {"detail": "Unknown kind Host."}), ("Group", {}, 415, {"detail": "Unknown kind Group."}),
                                   ("Task", {"playbook": "x"}, 400, {"detail": {"inventory": ["Inventory have to set."],
                                   "project": ["Project have to set."]}}),
                                   ("Task", {"playbook": "x", "inventory": 1}, 400, {"detail": {"project": ["Project have to set."]}}),
                                   ("Task", {"project": 1, "inventory": 1}, 400, {"playbook": REQUIRED}), ("Task", {"playbook": "x", "project": 1,
                                   "inventory": 2}, 400, NO_HOSTS),
                                   ("Module", {"module": "x", "project": 1, "inventory": 1}, 400, {"group": REQUIRED}), ("Task", {"playbook": "x",
                                   "project": 1, "inventory": 77}, 400, NO_INVENTORY)):
        assert said(admin.post(f"/templates/{make(admin, 'templates', name='t', kind=kind, data=data)['id']}/execute/"), code) == body, (kind, data)


def test_a_template_saves_arguments_of_its_tool(admin):
    for kind, data, tool in (("Task", {"vars": {"args": "x"}}, "playbook"), ("PeriodicTask", {"vars": {"args": "x"}}, "playbook"), ("Module",
        {"vars": {"tags": "x"}}, "module"),
                             ("PeriodicTask", {"kind": "MODULE", "vars": {"tags": "x"}}, "module")):
        key = next(iter(data["vars"]))
        assert said(admin.post("/templates/", {"name": "t", "kind": kind, "data": data}), 400) == refused(tool, f"'{key}'", key)
    made = make(admin, "templates", name="t", kind="Task", data={"vars": {"tags": "x"}})
    assert said(admin.patch("/templates/1/", {"kind": "Module"}), 400) == refused("module", "'tags'", "tags")
    assert said(admin.get("/templates/1/")) == made


# ---- periodic tasks

def test_a_periodic_task_is_executed_now(admin, ann, sql):
    make(admin, "periodic-tasks", name="n", type="INTERVAL", schedule="3600", mode="x.yml", project=1, inventory=1, enabled=False, vars={"forks": 5,
        "key-file": "swordfish"})
    assert said(admin.post("/periodic-tasks/1/execute/"), 201) == {"detail": "Started at inventory 1.", "history_id": 1}
    assert run(sql, 1) == (1, "1", "PLAYBOOK", "x.yml", None, {"forks": 5, "key-file": ENCRYPTED}, 1, "users", True)
    assert said(ann.post("/periodic-tasks/1/execute/"), 403) == FORBIDDEN and said(ann.post("/periodic-tasks/9/execute/"), 404) == NOT_FOUND
    make(admin, "periodic-tasks", name="n", type="INTERVAL", schedule="3600", kind="MODULE", mode="ping", project=1, inventory="hosts",
        save_result=False, vars={"group": "web"})
    told = admin.post("/periodic-tasks/2/execute/")
    assert said(told, 201) == {"detail": "Started at inventory hosts.", "history_id": None} and "Location" not in told.headers
    assert run(sql, 2)[2:6] == ("MODULE", "ping", "web", {}) and run(sql, 2)[8] is False
