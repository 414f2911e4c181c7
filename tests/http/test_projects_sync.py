"""Projects are brought here: from git repositories, archives and by hand; what is not to be had leaves what was there. (Their API: test_projects.py.)"""
import base64
import re
import shutil
import tarfile
import threading
import time

import pytest

from instance import eventually
from outside import After, Http
from polemarch import ENCRYPTED, NOT_FOUND, gone, make, said
from runs import LOCAL, Gate, Repository, archive, debug, play, processes_with, shell

HELLO = play(debug("hello"))


@pytest.fixture
def server():
    server = Http()
    yield server
    server.close()


@pytest.fixture
def repository(open_folder):
    repository = Repository(open_folder / "repository")
    repository.commit({"site.yml": HELLO, "deploy.yaml": HELLO, "site.yml.retry": "h1\n", "sub/inner.yml": HELLO, "README": "-"})
    return repository


def basic(name, password):
    return "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()


class Watch:
    """Looks all the time whether a text is in what others may see of processes."""

    def __init__(self, *texts):
        self.texts, self.found, self.looks, self.stopping = texts, [], 0, threading.Event()

    def __enter__(self):
        self.thread = threading.Thread(target=self.look)
        self.thread.start()
        return self

    def look(self):
        while not self.stopping.is_set():
            self.found += [p for text in self.texts for p in processes_with(text)]
            self.looks += 1
            self.stopping.wait(0.02)

    def __exit__(self, *what):
        self.stopping.set()
        self.thread.join()


# ---- git

def test_a_repository_comes_at_its_newest_commit_and_its_playbooks_become_tasks(work, admin, repository):
    made = make(admin, "projects", name="p", repository=repository.url, vars={"repo_type": "GIT"})
    assert made["status"] == "WAIT_SYNC"
    project = work.synced(made["id"])
    assert (project["revision"], project["status_detail"]) == (repository.head(), None) and re.fullmatch("[0-9a-f]{40}", project["revision"])
    before = work.tasks(1)
    assert before.keys() == {"site.yml", "deploy.yaml"}
    assert said(admin.get(f"/tasks/{before['deploy.yaml']}/"))["name"] == "deploy"
    commit = repository.commit({"new.yml": HELLO, "deploy.yaml": None})
    assert work.sync(1)["revision"] == commit
    after = work.tasks(1)
    assert after.keys() == {"site.yml", "new.yml"} and after["site.yml"] == before["site.yml"] and after["new.yml"] not in before.values()


def test_a_history_that_was_rewritten_is_followed(work, repository):
    work.project("GIT", repository.url)
    repository.commit({"a.yml": HELLO})
    work.sync(1)
    commit = repository.commit({"a.yml": None, "b.yml": HELLO}, "--amend")
    assert work.sync(1)["revision"] == commit and work.tasks(1).keys() == {"site.yml", "deploy.yaml", "b.yml"}


def test_a_run_has_the_files_of_the_last_sync_not_of_the_repository(work, repository):
    repository.commit({"site.yml": play(shell("cat file; git log --oneline 2>&1 | head -1")), "file": "first"})
    work.project("GIT", repository.url)
    commit = repository.head()
    repository.commit({"file": "second"})
    inventory = work.inventory({"h1": LOCAL})
    record = work.run(1, "site.yml", inventory)
    assert record["revision"] == commit and '"stdout": "first' in record["raw_stdout"] and "second" not in record["raw_stdout"]
    new = work.sync(1)["revision"]
    record = work.run(1, "site.yml", inventory)
    assert record["revision"] == new and '"stdout": "second' in record["raw_stdout"]


def test_a_branch_or_tag_may_be_chosen(work, admin, repository):
    main = repository.head()
    repository.git("tag", "v1")
    repository.git("checkout", "-q", "-b", "feature/dev")
    dev = repository.commit({"dev.yml": HELLO})
    repository.git("checkout", "-q", "main")
    work.project("GIT", repository.url, repo_branch="feature/dev")
    assert work.synced(1)["revision"] == dev and "dev.yml" in work.tasks(1)
    newer = repository.commit({"more.yml": HELLO})
    for branch, commit in (("v1", main), ("main", newer)):
        said(admin.patch("/projects/1/", {"vars": {"repo_type": "GIT", "repo_branch": branch}}))
        assert work.sync(1)["revision"] == commit, branch
    assert work.tasks(1).keys() == {"site.yml", "deploy.yaml", "more.yml"}


def test_a_repository_is_reached_by_ssh_and_a_wrong_key_is_told(work, admin, repository, sshds):
    url, key = sshds[0].url(repository), sshds[0].key
    locked = sshds[0].generate(f"locked-{time.monotonic_ns()}", "open sesame", allowed=True)
    right = {"as it is": {"repo_key": key}, "with CRs": {"repo_key": "\r\n".join(key.strip().split("\n"))},
             "unlocked": {"repo_key": locked, "repo_password": "open sesame"}}
    wrong = {"another": {"repo_key": sshds[1].key}, "none": {}, "broken": {"repo_key": key.replace("OPENSSH", "NO")}, "locked": {"repo_key": locked}}
    with work.own_memory() as memory, Watch("PRIVATE KEY", key.split("\n")[2], "open sesame") as watch:
        ids = {name: make(admin, "projects", name=name, repository=url, vars={"repo_type": "GIT", **vars})["id"] for name, vars in {**right, **wrong}.items()}
        for name in right:
            assert work.synced(ids[name])["revision"] == repository.head(), name
        for name in wrong:
            project = work.synced(ids[name], "ERROR")
            assert "Permission denied (publickey)" in project["status_detail"] and project["revision"] == "ERROR", (name, project)
            assert "PRIVATE KEY" not in str(project)
        eventually(lambda: not list(memory.iterdir()))
    assert watch.found == [] and watch.looks > 3


def test_a_password_for_http_is_given_to_the_server_and_seen_by_nobody_else(work, api, admin, instance, repository, server):
    secret, wrong = "sword\"fish's $PATH%41", "wrong/fish&sword"

    def answer(request):
        if request.headers.get("Authorization") not in (basic("git", secret), basic("jo", "in-the-url")):
            return After(0.15, (401, {"WWW-Authenticate": 'Basic realm="git"'}, b"no"))
        return After(0.15, repository.by_http(request))
    server.answer = answer
    with Watch(secret, wrong, "in-the-url") as watch:
        named = f"http://jo:in-the-url@127.0.0.1:{server.port}/.git"
        ids = [make(admin, "projects", name="p", repository=url, vars={"repo_type": "GIT", **vars})["id"] for url, vars in (
            (server.url + "/.git", {"repo_password": secret}), (named, {}), (server.url + "/.git", {"repo_password": wrong}))]
        assert [work.synced(id)["revision"] for id in ids[:2]] == [repository.head()] * 2
        assert "Authentication failed" in work.synced(ids[2], "ERROR")["status_detail"]
    assert watch.found == [] and watch.looks > 10
    shown = "".join(admin.get(f"/projects/{id}/?expand=status_detail").text for id in (ids[0], ids[2])) + api.get("/audit?limit=all").text
    said_by_us = instance.log.read_text() + "".join(p.read_text(errors="replace") for p in (instance.var / "log").glob("*.log"))
    assert ENCRYPTED in shown
    for text in (secret, wrong, "sword\\\"fish"):
        assert text not in shown and text not in said_by_us
    assert "in-the-url" not in said_by_us


# ---- archives

@pytest.mark.parametrize("mode", ["w:gz", "w:bz2", "w:xz", "w:"])
def test_an_archive_takes_the_place_of_the_one_before(work, server, mode):
    sent = {"site.yml": play(shell("cat file; ls")), "file": "first", "old.yml": HELLO}
    server.answer = lambda request: (200, {}, archive(sent, mode))
    project = work.project("TAR", server.url + "/project.tar")
    assert work.synced(project)["revision"] == "NO VCS"
    before = work.tasks(project)
    assert before.keys() == {"site.yml", "old.yml"}
    sent.update(file="second", **{"new.yml": HELLO})
    del sent["old.yml"]
    work.sync(project)
    after = work.tasks(project)
    assert after.keys() == {"site.yml", "new.yml"} and after["site.yml"] == before["site.yml"]
    if mode == "w:gz":
        record = work.run(project, "site.yml", work.inventory({"h1": LOCAL}))
        assert all((word in record["raw_stdout"]) == there for word, there in (('"stdout": "second', True), ("new.yml", True), ("old.yml", False)))
        assert re.fullmatch("[0-9a-f]{64}", record["revision"])


def test_an_archives_password_is_given_to_the_server(work, server):
    server.answer = lambda request: (200, {}, archive({"site.yml": HELLO})) if request.headers.get("Authorization") == basic("git", "swordfish") else (
        401, {"WWW-Authenticate": "Basic realm=x"}, b"")
    work.project("TAR", server.url + "/p.tar.gz", repo_password="swordfish")
    assert work.tasks(1).keys() == {"site.yml"}


def link(name, target, type=tarfile.SYMTYPE):
    member = tarfile.TarInfo(name)
    member.type, member.linkname = type, target
    return member


def test_what_can_not_be_had_leaves_what_was_there(work, admin, server, repository, open_folder):
    """All at a time: a sync is tried several times before it fails."""
    good, evil = archive({"site.yml": HELLO, "hosts": "h1 ansible_connection=local\n"}), {
        "dotdot": tarfile.TarInfo("../evil"), "within": tarfile.TarInfo("sub/../../evil"), "absolute": tarfile.TarInfo(f"{open_folder}/evil"),
        "link": link("leads-out", "/etc/passwd"), "hard": link("hard", "/etc/passwd", tarfile.LNKTYPE), "device": link("null", "", tarfile.CHRTYPE)}
    bad = {**{name: archive({"site.yml": HELLO, "new.yml": HELLO}, evil=member) for name, member in evil.items()},
           "cut": good[:len(good) // 2], "none": b"no archive"}
    answers = dict.fromkeys(bad, good)
    server.answer = lambda request: (200, {}, answers[request.path[1:]])
    ids = {name: make(admin, "projects", name=name, repository=f"{server.url}/{name}", vars={"repo_type": "TAR"})["id"] for name in bad}
    ids["git"] = make(admin, "projects", name="git", repository=repository.url, vars={"repo_type": "GIT"})["id"]
    tasks = {name: (work.synced(id), work.tasks(id))[1] for name, id in ids.items()}
    commit = repository.head()
    answers.update(bad)
    repository.folder.rename(open_folder / "elsewhere")
    for id in ids.values():
        said(admin.post(f"/projects/{id}/sync/"))
    for name, id in ids.items():
        project = work.synced(id, "ERROR")
        assert project["status_detail"] and work.tasks(id) == tasks[name], name
        assert project["revision"] == (commit if name == "git" else "NO VCS"), name
    assert "does not exist" in work.synced(ids["git"], "ERROR")["status_detail"] or "No such file" in work.synced(ids["git"], "ERROR")["status_detail"]
    assert not list(open_folder.glob("evil")) and not list((work.instance.var / "projects").glob("**/evil"))
    run = work.start(ids["git"], "site.yml", work.inventory({"h1": LOCAL}))
    assert "hello" in work.run(ids["dotdot"], "site.yml", "hosts")["raw_stdout"] and "hello" in work.over(run)["raw_stdout"]
    (open_folder / "elsewhere").rename(repository.folder)
    assert work.sync(ids["git"])["status_detail"] is None


def test_what_never_could_be_had_says_why(work, admin, server, repository):
    server.answer = lambda request: (404, {}, b"")
    wrong = [("GIT", f"file://{repository.folder.parent}/nothing", {}, "The repository can't be read: No such file or directory."),
             ("GIT", repository.url, {"repo_branch": "nope"}, "The repository has no branch or tag nope."),
             ("TAR", server.url + "/x", {}, "The archive can't be had: the server answers 404."), ("TAR", "http://127.0.0.1:1/x", {}, "The archive can't be had: "),
             ("GIT", "ext::sh -c id", {}, ""), ("GIT", "--upload-pack=id", {}, ""), ("GIT", f"file://{work.instance.var}/projects", {}, "")]
    ids = [make(admin, "projects", name="p", repository=url, vars={"repo_type": type, **vars})["id"] for type, url, vars, _ in wrong]
    for id, (type, url, _, why) in zip(ids, wrong):
        project = work.synced(id, "ERROR")
        assert why in project["status_detail"] and project["status_detail"] and project["revision"] == ("ERROR" if type == "GIT" else "NO VCS"), (url, project)
    run = work.over(work.start(ids[2], "site.yml", work.inventory({"h1": LOCAL})), "ERROR")
    assert run["status_detail"] == "The project has no files yet. The archive can't be had: the server answers 404." == run["raw_stdout"]


def test_several_wishes_while_a_sync_is_at_work_are_one_more(work, admin, server):
    server.answer = lambda request: After(0.7, (200, {}, archive({"site.yml": HELLO})))
    make(admin, "projects", name="p", repository=server.url + "/p.tar.gz", vars={"repo_type": "TAR"})
    while not server.so_far():
        time.sleep(0.02)
    for _ in range(3):
        said(admin.post("/projects/1/sync/"))
    work.synced(1)
    assert len(server.so_far()) == 2


@pytest.mark.parametrize("type", ["GIT", "TAR"])
def test_a_run_whose_project_is_being_fetched_is_canceled(work, admin, sql, server, repository, type):
    packed = archive({"site.yml": HELLO})
    server.answer = lambda request: (200, {}, packed)
    url = repository.url if type == "GIT" else server.url + "/p.tar.gz"
    work.project(type, url, repo_key="", repo_password="sesame")
    inventory = work.inventory({"h1": LOCAL})
    shutil.rmtree(work.instance.var / "projects/1")
    sql.run("update work.projects set repository = %s", server.url + "/p")
    server.forget()
    server.answer = lambda request: "stall"
    with work.own_memory() as folder:
        run = work.start(1, "site.yml", inventory)
        eventually(server.so_far)
        assert type == "TAR" or list(folder.iterdir())
        canceled = time.monotonic()
        work.cancel(run)
        record = work.over(run, "INTERRUPTED")
        assert time.monotonic() - canceled < 10 and record["status_detail"] == "canceled"
        assert list(folder.iterdir()) == [] == processes_with(server.url)
    sql.run("update work.projects set repository = %s", url)
    server.answer = lambda request: (200, {}, packed)
    assert work.run(1, "site.yml", inventory)["status"] == "OK"


# ---- by hand

def test_what_is_filled_by_hand_is_looked_at_by_a_sync(work):
    work.project(files={"site.yml": play(shell("cat file")), "file": "first", "x.yml.bak": "", "sub/y.yml": HELLO})
    assert work.tasks(1) == {}
    assert work.sync(1)["revision"] == "NO VCS" and work.tasks(1).keys() == {"site.yml"}
    inventory = work.inventory({"h1": LOCAL})
    assert '"stdout": "first"' in work.run(1, "site.yml", inventory)["raw_stdout"]
    work.put(1, {"file": "second"})
    record = work.run(1, "site.yml", inventory)
    assert '"stdout": "second"' in record["raw_stdout"] and record["revision"] == "NO VCS"
    assert (work.instance.var / "projects/1/file").read_text() == "second"


def test_a_new_project_has_nothing_of_an_old_one_of_its_number(work, sql):
    work.project(files={"site.yml": HELLO})
    sql.run("select house.reset()")
    work.project()
    assert list((work.instance.var / "projects/1").iterdir()) == [] and work.sync(1)["status"] == "OK" and work.tasks(1) == {}


# ---- the end

def test_a_project_is_deleted_when_its_runs_are_over_and_they_stay(work, admin, open_folder):
    gate = Gate(open_folder)
    work.project(files={"site.yml": play(gate.task)})
    run = work.start(1, "site.yml", work.inventory({"h1": LOCAL}))
    gate.reached(work, run)
    assert said(admin.delete("/projects/1/"), 409) == {"detail": "A run of the project is not over yet."}
    gate.open()
    work.over(run)
    gone(admin.delete("/projects/1/"))
    assert said(admin.get("/projects/1/"), 404) == NOT_FOUND and work.tasks(1) == {}
    record = work.record(run)
    assert (record["project"], record["status"]) == (None, "OK") and "wait at the gate" in record["raw_stdout"]
