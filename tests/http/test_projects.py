"""Projects and their tasks: the document's examples, fields, what is secret, rights, lists; what Ansible can do. Real repositories:
test_projects_sync.py."""
import contextlib
import time
from urllib.parse import quote

import pytest

from instance import eventually
from polemarch import ENCRYPTED, FORBIDDEN, NOT_FOUND, counted, gone, grant, ids, make, said
from quiet import MODULES, OPTIONS, ansible_can, nobody_claims
from runs import PATIENCE, Repository

BUSY = {"detail": "A run of the project is not over yet."}


def unknown(type):
    return {"detail": f"Unknown type {type} ('repo_type' variable needed!)."}


@pytest.fixture(autouse=True)
def quiet(request, instance):
    """But for those who want work to be done."""
    with contextlib.nullcontext() if "work" in request.fixturenames else nobody_claims(instance):
        yield


def project(client, name="p", type="GIT", **vars):
    return make(client, "projects", name=name, repository="git@ex.us:dir/rep1.git", vars={"repo_type": type, **vars})


def synced(sql, id, *playbooks, revision="a1" * 20):
    sql.run("select work.project_synced(%s, %s, %s)", id, revision, list(playbooks))


# ---- as the document has it

def test_the_examples_of_the_document(admin):
    base = admin.base
    made = admin.post("/projects/", {"name": "project_owl", "repository": "somewhere-in-emptiness", "vars": {"repo_type": "TAR",
        "repo_password": ""}})
    shown = ('{"id":1,"name":"project_owl","status":"WAIT_SYNC","repository":"somewhere-in-emptiness","hosts":[],"groups":[],"inventories":[],'
             '"vars":{"repo_password":"[~~ENCRYPTED~~]","repo_type":"TAR"},"url":"%s/projects/1/"}' % base)
    assert (made.status_code, made.text, made.headers["Location"]) == (201, shown, "/polemarch/api/v1/projects/1/")
    assert admin.get("/projects/1/").text == shown
    changed = admin.patch("/projects/1/", {"name": "project_owl", "repository": "somewhere-in-emptiness", "vars": {"repo_type": "TAR",
        "repo_password": ""}})
    assert (changed.status_code, changed.text) == (200, shown)
    project(admin, "project_pooh")
    assert admin.get("/projects/?status__not=SYNC").text == (
        '{"count":2,"next":null,"previous":null,"results":[{"id":1,"name":"project_owl","status":"WAIT_SYNC","type":"TAR","url":"%s/projects/1/"},'
        '{"id":2,"name":"project_pooh","status":"WAIT_SYNC","type":"GIT","url":"%s/projects/2/"}]}' % (base, base))
    assert admin.get("/projects/supported-repos/").text == '["TAR","GIT","MANUAL"]'
    asked = admin.post("/projects/2/sync/")
    assert (asked.status_code, asked.text) == (200, '{"detail":"Sync with git@ex.us:dir/rep1.git."}')
    gone(admin.delete("/projects/1/"))
    assert said(admin.get("/projects/1/"), 404) == NOT_FOUND and ids(admin.get("/projects/")) == [2]


def test_what_has_no_such_method_says_so(admin):
    project(admin)
    for call, path in ((admin.post, "/projects/supported-repos/"), (admin.get, "/projects/1/sync/"), (admin.post, "/tasks/"), (admin.get,
        "/projects/1/execute-playbook/"),
                       (admin.post, "/ansible/"), (admin.post, "/ansible/modules/"), (admin.put, "/tasks/1/"), (admin.delete, "/tasks/1/")):
        assert said(call(path), 405)["detail"].startswith("Method "), path


# ---- fields

def test_the_kind_of_the_repository_is_needed(admin, sql):
    body = {"name": "p", "repository": "x"}
    for vars, type in ((None, "Null"), ({}, "Null"), ({"repo_type": None}, "Null"), ({"repo_type": "SVN"}, "SVN"), ({"repo_type": "git"}, "git"),
        ({"repo_type": 5}, "5"),
                       ({"repo_type": ENCRYPTED}, "Null")):
        assert said(admin.post("/projects/", {**body, **({} if vars is None else {"vars": vars})}), 415) == unknown(type)
    assert sql.one("select count(*) from work.projects") == 0
    project(admin)
    assert said(admin.patch("/projects/1/", {"name": "n", "vars": {"a": 1}}), 415) == unknown("Null")
    assert said(admin.get("/projects/1/"))["name"] == "p"
    assert said(admin.patch("/projects/1/", {"vars": {"repo_type": "MANUAL"}}))["vars"] == {"repo_type": "MANUAL"}
    assert said(admin.put("/projects/1/", {"name": "n"}), 400) == {"repository": ["This field is required."]}
    assert said(admin.put("/projects/1/", {"repository": "y"}))["name"] == "p"


def test_what_is_secret_is_never_shown_and_kept_while_it_is_sent_back(api, admin, sql):
    made = project(admin, repo_password="swordfish", repo_key="-----BEGIN swordfish")
    assert made["vars"] == {"repo_key": ENCRYPTED, "repo_password": ENCRYPTED, "repo_type": "GIT"}
    sealed = "select sealed from inventory.objects where kind = 'project'"
    before = sql.one(sealed)
    assert before.keys() == {"repo_password", "repo_key"}
    said(admin.patch("/projects/1/", {"vars": {"repo_type": "GIT", "repo_password": ENCRYPTED}}))
    assert sql.one(sealed) == {"repo_password": before["repo_password"]}
    assert project(admin)["vars"] == {"repo_type": "GIT"}          # none is made up
    assert ids(admin.get("/projects/?variables=repo_password:swordfish")) == [] and ids(admin.get("/projects/?variables=repo_type:GIT")) == [1, 2]
    assert "swordfish" not in api.get("/audit?limit=all").text + admin.get("/projects/?detail=1").text


def test_what_the_document_does_not_show_is_shown_to_who_asks(admin, sql):
    project(admin)
    assert list(said(admin.get("/projects/1/?expand=status_detail,revision,owner"))) == [
        "id", "name", "status", "repository", "hosts", "groups", "inventories", "vars", "owner", "revision", "status_detail", "url"]
    assert said(admin.get("/projects/1/?expand=revision"))["revision"] == "ERROR"
    synced(sql, 1)
    assert said(admin.get("/projects/1/?expand=revision"))["revision"] == "a1" * 20
    sql.run("update work.projects set status = 'ERROR', status_detail = 'no route to host'")
    assert said(admin.get("/projects/1/?expand=status_detail"))["status_detail"] == "no route to host"
    assert said(admin.patch("/projects/1/?expand=revision", {"vars": {"repo_type": "TAR"}}))["revision"] == "NO VCS"
    assert said(admin.get("/projects/1/?expand=owner"))["owner"]["username"] == "admin"


def test_what_a_project_has_is_in_its_detail_and_in_lists(admin):
    project(admin)
    for path, more in (("hosts", {"name": "h"}), ("groups", {}), ("inventories", {})):
        for id in (2, 1):
            make(admin, path, **more)
        assert said(admin.post(f"/projects/1/{path}/", [2, 1])) == counted(2, 2)
        assert said(admin.get(f"/projects/1/{path}/")) == [1, 2]
        assert [r["id"] for r in said(admin.get("/projects/1/"))[path]] == [1, 2]
    assert said(admin.get("/projects/1/?format=json"))["hosts"][0] == {"id": 1, "name": "h", "type": "HOST",
        "url": admin.base + "/hosts/1/?format=json"}


# ---- synchronizing and deleting, as far as there is no runner

def test_who_may_see_it_may_synchronize_it_at_any_time(admin, ann, sql):
    project(admin)
    assert said(ann.post("/projects/1/sync/"), 403) == FORBIDDEN
    said(admin.post("/projects/1/permissions/", [grant(2, "EXECUTOR")]))
    for status in ("NEW", "WAIT_SYNC", "SYNC", "OK", "ERROR"):
        sql.run("update work.projects set status = %s", status)
        assert said(ann.post("/projects/1/sync/")) == {"detail": "Sync with git@ex.us:dir/rep1.git."}
        assert said(ann.get("/projects/1/"))["status"] == "WAIT_SYNC"
    assert said(ann.patch("/projects/1/", {"name": "x"}), 403) == FORBIDDEN == said(ann.delete("/projects/1/"), 403)


def test_one_that_is_at_work_is_not_deleted(admin, sql):
    project(admin)
    sql.run("update work.projects set status = 'SYNC', token = gen_random_uuid(), lease_until = now() + interval '1 minute'")
    assert said(admin.delete("/projects/1/"), 409) == {"detail": "The project is being synchronized."}
    sql.run("update work.projects set status = 'OK', token = null, lease_until = null")
    with ansible_can(sql):
        run = said(admin.post("/projects/1/execute-playbook/", {"inventory": "hosts", "playbook": "x.yml"}), 201)["history_id"]
    assert said(admin.delete("/projects/1/"), 409) == BUSY
    said(admin.post(f"/history/{run}/cancel/"))
    gone(admin.delete("/projects/1/"))
    assert sql.rows("select id, project_id, status from work.runs") == [(run, None, "INTERRUPTED")]


def test_the_files_of_one_that_is_deleted_go_and_those_of_others_stay(work, admin, instance, open_folder):
    """A runner looks every ten minutes, and when it begins."""
    repository = Repository(open_folder / "repository")
    repository.commit({"site.yml": "- hosts: all\n"})
    deleted = work.project("GIT", repository.url), work.project(files={"site.yml": "- hosts: all\n", "by-hand": "x"})
    stays = work.project(files={"site.yml": "- hosts: all\n"})
    folder = instance.var / "projects"
    theirs = [folder / name for id in deleted for name in (str(id), f".lock-{id}")]
    assert all(path.exists() for path in theirs) and len(list(folder.glob("**/by-hand"))) == 1
    for id in deleted:
        gone(admin.delete(f"/projects/{id}/"))
    instance.kill("moirai-runner")
    eventually(lambda: not any(path.exists() for path in theirs) and not list(folder.glob("**/by-hand")), PATIENCE, 0.1)
    assert (folder / str(stays) / "site.yml").read_text() == "- hosts: all\n" and work.sync(stays)["status"] == "OK"


# ---- lists

def test_lists_have_filters(admin, ann, sql):
    for name, type in (("a_x", "GIT"), ("b", "TAR"), ("ab", "MANUAL")):
        project(admin, name, type, n=name)
    project(ann, "of-ann")
    sql.run("update work.projects set status = (array['OK', 'ERROR', 'OK', 'SYNC'])[id]")
    for query, found in (("", [1, 2, 3, 4]), ("status=OK", [1, 3]), ("status=OK,SYNC", [1, 3, 4]), ("status=ok", []), ("status=", [1, 2, 3, 4]),
        ("status__not=OK", [2, 4]),
                         ("status__not=OK, ERROR", [4]), ("status=OK&status__not=OK", []), ("name=a&status=OK", [1, 3]), ("name=_", [1]),
                         ("name__not=a", [2]),
                         ("variables=repo_type:TAR", [2]), ("variables=n:ab,repo_type:MANUAL", [3]), ("id=1,4", [1, 4]), ("id__not=1&status=OK",
                         [3])):
        assert ids(admin.get("/projects/?" + query)) == found, query
    assert ids(ann.get("/projects/")) == [4] and ids(ann.get("/projects/?status=OK")) == []
    page = said(admin.get("/projects/?status=OK&limit=1&offset=1"))
    assert (page["count"], [r["id"] for r in page["results"]], page["previous"]) == (2, [3], admin.base + "/projects/?limit=1&status=OK")


# ---- tasks

def test_playbooks_that_were_found_are_tasks_and_keep_their_ids(admin, sql):
    project(admin)
    synced(sql, 1, "site.yml", "ruin_my_env.yml", "sub/x.yml", "x.yml.retry", ".hidden.yaml")
    assert admin.get("/tasks/3/").text == '{"id":3,"name":"site","playbook":"site.yml","project":1,"url":"%s/tasks/3/"}' % admin.base
    assert [r["name"] for r in said(admin.get("/tasks/"))["results"]] == [".hidden", "ruin_my_env", "site"]
    synced(sql, 1, "site.yml", "a.yml")
    assert [(r["id"], r["playbook"]) for r in said(admin.get("/tasks/?project=1"))["results"]] == [(3, "site.yml"), (4, "a.yml")]
    for query, found in (("name=site", [3]), ("playbook=.yml", [3, 4]), ("playbook__not=a", [3]), ("project=2", []), ("project=x", []), ("id__not=3",
        [4])):
        assert ids(admin.get("/tasks/?" + query)) == found, query
    assert said(admin.get("/tasks/1/"), 404) == NOT_FOUND
    gone(admin.delete("/projects/1/"))
    assert ids(admin.get("/tasks/")) == []


def test_who_sees_a_project_sees_its_tasks(admin, ann, sql):
    project(admin)
    synced(sql, 1, "site.yml")
    assert ids(ann.get("/tasks/")) == [] and said(ann.get("/tasks/1/"), 403) == FORBIDDEN
    said(admin.post("/projects/1/permissions/", [grant(2, "EXECUTOR")]))
    assert ids(ann.get("/tasks/")) == [1] and said(ann.get("/tasks/1/"))["playbook"] == "site.yml"


# ---- what Ansible can do

@pytest.fixture
def reference(sql):
    with ansible_can(sql):
        yield


def test_where_it_is_told(admin):
    assert admin.get("/ansible/?format=json").text == (
        '{"cli-reference":"%s/ansible/cli_reference/?format=json","modules":"%s/ansible/modules/?format=json"}' % (admin.base, admin.base))
    assert said(admin.get("/ansible/cli-reference/"), 404) == NOT_FOUND


def test_arguments_by_tool(admin, ann, reference):
    found = said(ann.get("/ansible/cli_reference/"))
    assert list(found) == ["ansible", "ansible-playbook", "module", "playbook", "periodic_module", "periodic_playbook"]
    assert found["ansible"] == found["module"] == found["periodic_module"] and found["playbook"] == found["ansible-playbook"] == found["periodic_playbook"]
    assert found["module"].keys() == OPTIONS["ansible"].keys() - {"verbose", "ask-pass"}
    assert found["playbook"].keys() == OPTIONS["ansible-playbook"].keys() - {"verbose", "ask-pass", "step"}
    assert found["module"]["forks"] == {"type": "integer", "shortopts": ["f"], "help": "what forks does"}
    for name in found:
        assert said(admin.get(f"/ansible/cli_reference/?filter={name}")) == {name: found[name]}
    assert said(admin.get("/ansible/cli_reference/?filter=byaka")) == {}


def test_modules_by_regular_expression(admin, reference):
    every = ["ansible.builtin.git", "ansible.builtin.setup", "cloud.aws"]
    for pattern, found in (("", every), (r"\.git", every[:1]), ("^(?!cloud).", every[:2]), ("BUILTIN", every[:2]), ("s$", every[2:]), ("nothing", []),
        ("_include", [])):
        assert said(admin.get("/ansible/modules/?filter=" + quote(pattern))) == found, pattern
    assert said(admin.get(r"/ansible/modules/?filter=git&detailed=1")) == [{"path": every[0], "data": MODULES[every[0]]}]
    assert said(admin.get(r"/ansible/modules/?filter=git&detailed=1&fields=module,x")) == [{"path": every[0], "data": {"module": "git", "x": None}}]


def test_a_bad_expression_is_refused(admin, reference):
    for pattern in ("[", "(", "*", "(?<=a*)", r"\C", "a" * 1001, "(?", "x{2,1}"):
        wrong = said(admin.get("/ansible/modules/?filter=" + quote(pattern)), 400)
        assert wrong["error_type"] == "error" and wrong["detail"], pattern
    assert said(admin.get("/ansible/modules/?filter=%5B"), 400) == {"detail": "missing terminating ] for character class at position 1",
        "error_type": "error"}


def test_an_expression_that_would_take_long_is_refused_soon(admin, sql):
    with ansible_can(sql, modules={f"{i:05}" + "a" * 90: {} for i in range(3000)}):
        for pattern in ("(a+)+[xy]", "(?:(?:(?:a|a)*)*)*[xy]", "(?R)a|[xy]", "(((a?){30}){30}){30}[xy]", "(?=(a+))*(a+)*(a+)*(a+)*[xy]"):
            before = time.monotonic()
            wrong = said(admin.get("/ansible/modules/?filter=" + quote(pattern)), 400)
            assert wrong["error_type"] == "error" and time.monotonic() - before < 4, (pattern, wrong)
