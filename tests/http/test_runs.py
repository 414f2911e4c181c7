"""Runs of the real Ansible on this machine: what comes of playbooks and modules, and how runs end. (By ssh: test_runs_ssh.py; secrets:
test_runs_secrets.py; how they are asked for: test_execute.py.)"""
import json
import os
import pathlib
import re
import subprocess
import time

import pytest

from client import created, ok
from instance import eventually
from outside import After, Http
from polemarch import gone, ids, make, said
from quiet import nobody_claims
from runs import AWAY, LOCAL, OVER, PATIENCE, Gate, Repository, archive, debug, fake_ansible, play, shell

WIDTH = 79
STORM = float(os.environ.get("MOIRAI_CRASH_SECONDS", 0))       # what takes long is waited for, too


def heading(text):
    return f"{text} ".ljust(WIDTH + 1, "*")


def recap(name, **counts):
    words = {**dict.fromkeys(("ok", "changed", "unreachable", "failed", "skipped", "rescued", "ignored"), 0), **counts}
    return f"{name:<26} : " + " ".join(f"{word}={n}".ljust(len(word) + 5) for word, n in words.items()).rstrip()


@pytest.fixture
def two(work):
    """An inventory of two hosts that answer."""
    return work.inventory({"h1": LOCAL, "h2": LOCAL})


def events(api, *hosts):
    """What the journal tells of runs on each: (state, note), the first first."""
    states = {t["id"]: t["state"] for t in ok(api.get("/eventtypes?limit=all"))["eventTypes"] if t["category"] == "ansible-run"}
    found = {host: [] for host in hosts}
    names = {h["id"]: h["hostname"] for h in ok(api.get("/hosts?limit=all"))["hosts"]}
    for event in sorted(ok(api.get("/events?limit=all"))["events"], key=lambda e: e["id"]):
        if names[event["hostId"]] in found and event["eventTypeId"] in states:
            found[names[event["hostId"]]].append((states[event["eventTypeId"]], event["user"], event["note"]))
    return found


# ---- playbooks

def test_what_is_done_here_needs_no_home_whoever_ansible_user_is(work):
    work.project(files={"site.yml": play(shell("test -w $HOME"))})
    assert work.over(work.start(1, "site.yml", work.inventory({"h1": {**LOCAL, "ansible_user": "root"}})))["status"] == "OK"



def test_a_playbook_is_run_and_told_of_line_by_line_and_host_by_host(work, api, admin, two):
    work.project(files={"site.yml": play(debug("hello {{ inventory_hostname }}", name="greet"), shell("true", name="act", when="inventory_hostname == 'h2'"))})
    id = work.start(1, "site.yml", two, {"forks": 1})
    record = work.over(id)
    assert record.items() >= {"id": id, "project": 1, "mode": "site.yml", "kind": "PLAYBOOK", "status": "OK", "inventory": two, "initiator": 1,
                              "initiator_type": "users", "status_detail": None, "execute_args": {"forks": 1}}.items()
    assert record["start_time"] < record["stop_time"]
    assert re.fullmatch(r"ansible-playbook site.yml -i \S+/inventory -v --forks 1", record["raw_args"])
    vars = "ansible_connection=local ansible_python_interpreter=/usr/bin/python3"
    assert [line for line in record["raw_inventory"].splitlines() if line] == ["# Hosts ", f"h1 {vars}", f"h2 {vars}", "# Groups "]
    lines = work.lines(id)
    assert lines[1:-6] == [
        "", heading("PLAY [all]"), "", heading("TASK [greet]"), "ok: [h1] => {", '    "msg": "hello h1"', "}", "ok: [h2] => {", '    "msg": "hello h2"', "}",
        "", heading("TASK [act]"), 'skipping: [h1] => {"changed": false, "skip_reason": "Conditional result was False"}']
    assert re.fullmatch(r'changed: \[h2\] => \{"changed": true, "cmd": "true", "delta": "[\d:.]+", "end": .*, "rc": 0, .*\}', lines[-6])
    assert lines[-5:] == ["", heading("PLAY RECAP"), recap("h1", ok=1, skipped=1), recap("h2", ok=2, changed=1), ""]
    assert admin.get(f"/history/{id}/raw/").text == "\n".join(lines) == record["raw_stdout"]
    colored = work.lines(id, "&color=yes")
    assert colored[5] == "\x1b[0;32mok: [h1] => {\x1b[0m" and admin.get(f"/history/{id}/raw/?color=yes").text == "\n".join(colored)
    assert work.hosts(id) == {"h1": ("ok", None, None), "h2": ("changed", None, None)}
    assert [(h["ok"], h["changed"], h["skipped"]) for h in said(admin.get(f"/history/{id}/hosts/"))["results"]] == [(1, 0, 1), (2, 1, 0)]
    note = f"run {id}: site.yml"
    told = [("started", "admin", note), ("succeeded", "admin", note)]
    assert events(api, "h1", "h2") == {"h1": told, "h2": told}


def test_a_host_that_fails_and_one_that_is_away_are_told_apart(work, api):
    inventory = work.inventory({"h1": LOCAL, "h2": LOCAL, "h3": AWAY})
    work.project(files={"site.yml": play(shell("echo no such luck >&2; exit 3", name="try", failed_when="inventory_hostname == 'h2'"), debug("after"))})
    failed = work.start(1, "site.yml", inventory, {"limit": "h1,h2"})
    away = work.start(1, "site.yml", inventory)
    record = work.over(failed, "ERROR")
    assert record["status_detail"] == "Ansible ended with exit code 2."
    assert work.hosts(failed) == {"h1": ("changed", None, None), "h2": ("failed", "try", "non-zero return code\nno such luck")}
    record = work.over(away, "OFFLINE")
    assert record["status_detail"] == "A host could not be reached."
    found = work.hosts(away)
    assert {name: outcome for name, (outcome, _, _) in found.items()} == {"h1": "changed", "h2": "failed", "h3": "unreachable"}
    assert found["h3"][1] == "try" and "Connection refused" in found["h3"][2]
    told = events(api, "h1", "h2", "h3")
    assert {host: sorted(state for state, _, note in all if note == f"run {failed}: site.yml") for host, all in told.items()} == {
        "h1": ["started", "succeeded"], "h2": ["failed", "started"], "h3": []}
    assert {host: sorted(state for state, _, note in all if note == f"run {away}: site.yml") for host, all in told.items()} == {
        "h1": ["started", "succeeded"], "h2": ["failed", "started"], "h3": ["started", "unreachable"]}


def test_a_playbook_that_can_not_be_read_is_an_error_and_not_a_host_that_is_away(work, two):
    work.project(files={"yaml.yml": "- hosts: all\n  tasks: [\n", "keys.yml": "- hosts: all\n  nonsense: 1\n",
                        "role.yml": play(roles=["nowhere"]), "list.yml": "just a text\n"})
    for playbook, why in {"yaml.yml": "ERROR! We were unable to read either as JSON nor YAML", "keys.yml": "ERROR! 'nonsense' is not a valid attribute for a Play",
                          "role.yml": "ERROR! the role 'nowhere' was not found", "list.yml": "ERROR! A playbook must be a list of plays",
                          "gone.yml": "ERROR! the playbook: gone.yml could not be found",
                          "sub/gone.yml": "ERROR! the playbook: sub/gone.yml could not be found"}.items():
        record = work.run(1, playbook, two, status="ERROR")
        assert why in record["raw_stdout"] and record["status_detail"].startswith("Ansible ended with exit code "), playbook


def test_a_playbook_may_lie_in_a_folder_and_include_others(work, two):
    work.project(files={"sub/site.yml": play({"include_tasks": "../more/tasks.yml"}, vars_files=["vars.yml"]),
                        "more/tasks.yml": "- debug: msg={{ word }}\n", "sub/vars.yml": "word: swallow\n"})
    assert '"msg": "swallow"' in work.run(1, "sub/site.yml", two)["raw_stdout"]


# ---- inventories that are files

def test_a_file_of_the_project_is_an_inventory_whose_secrets_are_not_shown(work, admin):
    text = ("[web]\nh1 ansible_connection=local ansible_ssh_pass=swordfish ansible_become_password='two words' x=1\n"
            "[web:vars]\nansible_python_interpreter=/usr/bin/python3\nansible_password=trout\n")
    work.project(files={"site.yml": play(debug("{{ x }}")), "hosts": text, "sub/12": text})
    for path in ("hosts", "./sub/12"):
        record = work.run(1, "site.yml", path)
        assert record["raw_args"] == f"ansible-playbook site.yml -i {path} -v" and record["inventory"] is None
        assert record["raw_inventory"] == text.replace("swordfish", "[~~ENCRYPTED~~]").replace("'two words'", "[~~ENCRYPTED~~]").replace("trout", "[~~ENCRYPTED~~]")
        assert work.hosts(record["id"]) == {"h1": ("ok", None, None)}


def test_an_inventory_that_is_not_there_is_an_error(work):
    work.project(files={"site.yml": play(debug("hello"))})
    for path in ("missing", "sub/missing"):
        record = work.run(1, "site.yml", path, status="ERROR")
        why = f"[Errno 2] No such file or directory: '{path}'"
        assert (record["raw_stdout"], record["status_detail"], record["raw_inventory"], work.hosts(record["id"])) == (why, why, "", {})


def test_links_stay_in_the_project(work, open_folder):
    """One that leads out is refused before anything runs: at a sync, where people fill the folder by the run."""
    text = "h1 ansible_connection=local ansible_ssh_pass=swordfish\n"
    (open_folder / "hosts").write_text(text)
    repository = Repository(open_folder / "repository")
    repository.commit({"site.yml": play(debug("hello")), "sub/real": text})
    (repository.folder / "hosts").symlink_to("sub/real")
    repository.commit({})
    ours = work.project("GIT", repository.url)
    assert work.run(ours, "site.yml", "hosts")["raw_inventory"] == text.replace("swordfish", "[~~ENCRYPTED~~]")
    commit = work.synced(ours)["revision"]
    bad = {}
    for name, target in {"absolute": f"{open_folder}/hosts", "up": "../repository/sub/real", "far": "../../../../etc/hosts"}.items():
        bad[name] = work.project(files={"site.yml": play(debug("hello"))})
        (work.instance.var / f"projects/{bad[name]}/hosts").symlink_to(target)
    (repository.folder / "out").symlink_to(f"{open_folder}/hosts")
    repository.commit({})
    said(work.admin.post(f"/projects/{ours}/sync/"))
    for id in bad.values():
        record = work.run(id, "site.yml", "hosts", status="ERROR")
        assert "hosts" in record["status_detail"] and "is a link that leads out of it" in record["status_detail"]
        assert record["raw_inventory"] == "" and "hello" not in record["raw_stdout"]
    project = work.synced(ours, "ERROR")
    assert "is a link that leads out of it" in project["status_detail"] and project["revision"] == commit


def test_nothing_starts_where_no_host_is_meant(work, admin, two):
    work.project(files={"site.yml": play(debug("hello")), "empty": "# none\n", "only-groups": "[web]\n", "none.txt": "", "blank.txt": "\n"})
    empty = make(admin, "inventories", name="empty")["id"]
    assert said(admin.post("/projects/1/execute-playbook/", {"inventory": empty, "playbook": "site.yml"}), 400) == {
        "detail": {"inventory": ["The inventory has no hosts."]}}
    runs = {("empty", None): "ERROR! The inventory holds no hosts. Nothing was started.",
            ("only-groups", None): "ERROR! The inventory holds no hosts. Nothing was started.",
            (two, "@none.txt"): "ERROR! The limit names no hosts, and would mean all of them. Nothing was started.",
            (two, "@blank.txt"): "ERROR! The limit names no hosts, and would mean all of them. Nothing was started.",
            (two, "elsewhere"): "ERROR! Specified inventory, host pattern and/or --limit leaves us with no hosts to target."}
    started = {key: work.start(1, "site.yml", key[0], {"limit": key[1]} if key[1] else {}) for key in runs}
    for key, why in runs.items():
        record = work.over(started[key], "ERROR")
        assert why in record["raw_stdout"] and "hello" not in record["raw_stdout"], key
        assert work.hosts(started[key]) == {}


# ---- modules

def test_modules_are_run_on_the_hosts_of_a_group(work, admin, two):
    group = make(admin, "groups", name="web")["id"]
    said(admin.post(f"/groups/{group}/hosts/", ids(admin.get("/hosts/?name=h2"))))
    said(admin.post(f"/inventories/{two}/groups/", [group]))
    work.project(files={"file": "in the project"})
    runs = {name: work.start_module(1, name, two, arguments, group=hosts) for name, hosts, arguments in (
        ("ping", "all", {"args": "data=pang"}), ("command", "web", {"args": "echo a b"}), ("shell", "h*:!web", {"args": "echo $((40 + 2)) | cat", "one-line": None}),
        ("raw", "h1", {"args": "cat file"}))}
    record = work.over(runs["ping"])
    assert (record["kind"], record["mode"], record["execute_args"]) == ("MODULE", "ping", {"args": "data=pang"})
    assert re.fullmatch(r"ansible all -i \S+/inventory -v --args data=pang --module-name ping", record["raw_args"])
    for name in ("h1", "h2"):
        assert f"{name} | SUCCESS => {{\n    \"changed\": false,\n    \"ping\": \"pang\"\n}}" in record["raw_stdout"]
    assert work.lines(work.over(runs["command"])["id"])[1:] == ["h2 | CHANGED | rc=0 >>", "a b"] and work.hosts(runs["command"]) == {"h2": ("changed", None, None)}
    assert work.lines(work.over(runs["shell"])["id"])[1:] == ["h1 | CHANGED | rc=0 | (stdout) 42"] and work.hosts(runs["shell"]) == {"h1": ("changed", None, None)}
    assert "in the project" in work.lines(work.over(runs["raw"])["id"])


def test_facts_are_gathered_by_setup(work, admin, open_folder):
    inventory = work.inventory({"h1": LOCAL, "h3": AWAY})
    work.project()
    with nobody_claims(work.instance):
        waiting = work.start_module(1, "setup", inventory, {"args": "gather_subset=!all,!min,python", "limit": "h1"})
        assert said(admin.get(f"/history/{waiting}/facts/"), 424) == {"detail": "Execution still in process."}
    both = work.start_module(1, "ansible.builtin.setup", inventory, {"args": "gather_subset=!all,!min,python"})
    ping = work.start_module(1, "ping", inventory, {"limit": "h1"})
    work.over(waiting), work.over(both, "OFFLINE"), work.over(ping)
    facts = said(admin.get(f"/history/{waiting}/facts/"))
    assert list(facts) == ["h1"] and list(facts["h1"])[0] == "status" and facts["h1"]["status"] == "SUCCESS"
    assert facts["h1"]["ansible_facts"]["ansible_python"]["executable"] == "/usr/bin/python3" and facts["h1"]["changed"] is False
    facts = said(admin.get(f"/history/{both}/facts/"))
    assert {name: of["status"] for name, of in facts.items()} == {"h1": "SUCCESS", "h3": "UNREACHABLE!"} and "Connection refused" in facts["h3"]["msg"]
    assert said(admin.get(f"/history/{ping}/facts/"), 404) == {"detail": "Facts can be gathered only by setup module."}


def test_a_module_on_no_host_at_all_is_an_error(work, two):
    work.project()
    record = work.run_module(1, "ping", two, group="elsewhere", status="ERROR")
    assert record["status_detail"] == "No host matched the pattern: nothing was done." == record["raw_stdout"].splitlines()[-1]
    assert work.hosts(record["id"]) == {}
    record = work.run_module(1, "nonsense", two, status="ERROR")
    assert "The module nonsense was not found" in record["raw_stdout"] and {o for o, _, _ in work.hosts(record["id"]).values()} == {"failed"}


def test_a_module_may_only_be_asked_on_which_hosts_it_would_run(work, two):
    work.project()
    record = work.run_module(1, "ping", two, {"list-hosts": None})
    assert work.lines(record["id"])[1:] == ["  hosts (2):", "    h1", "    h2"] and work.hosts(record["id"]) == {}


# ---- arguments

def test_arguments_reach_ansible(work, two):
    said_by_play = ("{{ ansible_forks }} {{ ansible_limit | default('-') }} {{ ansible_run_tags | join('+') }} {{ ansible_check_mode }} "
                    "{{ word }} {{ (list | default([])) | length }} {{ nothing is none }}")
    work.project(files={"site.yml": play(debug(said_by_play, tags=["one"]), debug("not this", tags=["two"]))})
    run = work.start(1, "site.yml", two, {"forks": "7", "limit": "h2", "tags": "one", "check": None, "su-user": "rootburger",
                                          "extra-vars": {"word": "a 'quoted' \"word\" $HOME", "list": [1, {"a": 2}], "nothing": None}})
    text = work.start(1, "site.yml", two, {"extra-vars": "word=plain nothing=1", "skip-tags": "two", "limit": "h1", "diff": ""})
    bad = work.start(1, "site.yml", two, {"extra-vars": None})
    record = work.over(run)
    assert r'''"msg": "7 h2 one True a 'quoted' \"word\" $HOME 2 True"''' in record["raw_stdout"] and "not this" not in record["raw_stdout"]
    assert work.hosts(run) == {"h2": ("ok", None, None)}
    for words in ("--forks 7", "--limit h2", "--tags one", "--check", "--become-method su --become-user rootburger",
                  '--extra-vars {"list":[1,{"a":2}],"word":"a \'quoted\' \\"word\\" $HOME","nothing":null}'):
        assert words in record["raw_args"]
    assert '"msg": "5 h1 all False plain 0 False"' in work.over(text)["raw_stdout"]
    record = work.over(bad, "ERROR")
    assert "expected one argument" in record["raw_stdout"] and work.hosts(bad) == {}


def test_a_project_has_its_own_settings_and_encrypted_files(work, two, open_folder):
    (open_folder / "password").write_text("open sesame")
    (open_folder / "secret.yml").write_text("treasure: forty thieves\n")
    subprocess.run(["ansible-vault", "encrypt", "--vault-password-file", open_folder / "password", open_folder / "secret.yml"], check=True, capture_output=True,
                   env={"PATH": "/usr/bin:/bin", "HOME": str(open_folder), "LANG": "C.UTF-8"})
    work.project(files={"site.yml": play(debug("{{ treasure | length }} {{ treasure | upper }}"), vars_files=["secret.yml"]),
                        "secret.yml": (open_folder / "secret.yml").read_text(), "ansible.cfg": "[defaults]\nstdout_callback = minimal\n"})
    right, wrong, none = (work.start(1, "site.yml", two, {"limit": "h1", **more}) for more in (
        {"vault-password-file": "open sesame"}, {"vault-password-file": "open barley"}, {}))
    record = work.over(right)
    assert record["raw_stdout"].startswith("Using ") and "/ansible.cfg as config file" in record["raw_stdout"] and "PLAY RECAP" not in record["raw_stdout"]
    assert '"msg": "13 FORTY THIEVES"' in record["raw_stdout"]
    assert record["execute_args"] == {"limit": "h1", "vault-password-file": "[~~ENCRYPTED~~]"} and "sesame" not in str(record)
    assert "Decryption failed" in work.over(wrong, "ERROR")["raw_stdout"]
    assert "no vault secrets" in work.over(none, "ERROR")["raw_stdout"]


# ---- what Ansible can do

KNOWS = """#!/bin/sh
case $2 in
version | reference) exec cat "$(dirname "$0")/$2" ;;
esac
exec /usr/bin/python3 "$@"
"""


class Ansible:
    """One that says of itself what a test wants, and runs as the fake one does."""

    def __init__(self, folder, work):
        self.folder, self.work = pathlib.Path(fake_ansible(folder)), work
        self.put("python", KNOWS)
        for command in ("ansible", "ansible-playbook"):
            self.put(command, (self.folder / command).read_text().replace("/usr/bin/python3", str(self.folder / "python")))

    def put(self, name, text):
        (self.folder / name).write_text(text)
        (self.folder / name).chmod(0o755)

    def becomes(self, version, *options, in_time=False):
        """It is that version from now on, with these options; waits until the runner has noticed."""
        known = {name: {"type": "text", "shortopts": [], "help": version} for name in options}
        self.put("reference", json.dumps({"version": version, "key": version, "options": {"ansible": known, "ansible-playbook": known},
                                          "modules": {f"of.{version}": {"module": version}}}))
        self.put("version", version + "\n")
        self.noticed(version, in_time)

    def noticed(self, version, in_time=False):
        """A runner looks each minute, and when it begins."""
        if not in_time:
            self.work.instance.kill("moirai-runner")
        eventually(lambda: self.work.sql.one("select work.reference_known()") == version, PATIENCE, 0.1)


@pytest.fixture
def ansible(work, sql, open_folder):
    before = sql.one("select work.reference_known()")
    ansible = Ansible(open_folder, work)
    with work.settings(ansible_dir=str(ansible.folder)):
        yield ansible
        work.rest()
    sql.run("delete from work.ansible_reference where version <> %s", before)
    ansible.noticed(before)


def test_when_ansible_changes_it_is_asked_anew_what_it_can_do(work, admin, two, ansible):
    """Also when it becomes one that was known before."""
    work.project(files={"site.yml": "---\n# fake: lines=1 hosts=2\n- hosts: all\n"})
    for version, known, unknown in (("one", "old-way", "new-way"), ("two", "new-way", "old-way"), ("one", "old-way", "new-way")):
        ansible.becomes(version, "limit", known, in_time=STORM and version == "two")
        assert said(admin.get("/ansible/modules/")) == [f"of.{version}"]
        assert said(admin.get("/ansible/cli_reference/?filter=playbook"))["playbook"].keys() == {"limit", known}
        assert said(admin.post("/projects/1/execute-playbook/", {"inventory": two, "playbook": "site.yml", unknown: "x"}), 400) == {
            "detail": {"playbook": [f"Incorrect argument: '{unknown}'."], "argument": [unknown]}}
        assert f" --{known} x" in work.run(1, "site.yml", two, {known: "x"})["raw_args"]


# ---- output

def test_lines_are_readable_while_it_runs(work, admin, two, open_folder):
    gate = Gate(open_folder)
    work.project(files={"site.yml": play(debug("before"), gate.task, debug("after"), hosts="h1")})
    id = work.start(1, "site.yml", two)
    gate.reached(work, id)
    eventually(lambda: '    "msg": "before"' in work.lines(id), PATIENCE)
    assert work.record(id)["status"] == "RUN" and work.record(id)["stop_time"] is None and work.record(id)["raw_args"].startswith("ansible-playbook site.yml ")
    assert work.hosts(id) == {"h1": (None, None, None)} and "after" not in admin.get(f"/history/{id}/raw/").text
    before = work.lines(id)
    gate.open()
    work.over(id)
    assert work.lines(id)[:len(before)] == before and '    "msg": "after"' in work.lines(id)


def test_two_hundred_thousand_lines_of_one_playbook_arrive(work, admin, sql, two):
    work.project(files={"site.yml": play(shell("seq 200000"), hosts="h1"), "ansible.cfg": "[defaults]\nstdout_callback = minimal\n"})
    id = work.start(1, "site.yml", two)
    work.over(id)
    lines = admin.get(f"/history/{id}/raw/").text.split("\n")
    assert lines[1:] == ["h1 | CHANGED | rc=0 >>", *map(str, range(1, 200001))]
    assert sql.one("select count(*), min(n), max(n), (select lines from work.runs) from work.lines") == (200002, 1, 200002, 200002)
    page = said(admin.get(f"/history/{id}/lines/?limit=1&offset=100000"))
    assert page["count"] == 200002 and page["results"] == [{"line_number": 100002, "line": "100000"}]


@pytest.mark.skipif("asan" in os.environ.get("MOIRAI_CONFIGURE", ""), reason="takes minutes with AddressSanitizer")
def test_a_million_lines_of_one_run_arrive(work, admin, sql, two, open_folder):
    work.project(files={"site.yml": "---\n# fake: lines=1000000 hosts=2\n- hosts: all\n"})
    with work.settings(ansible_dir=fake_ansible(open_folder)):
        id = work.start(1, "site.yml", two)
        eventually(lambda: sql.one("select status from work.runs") in OVER, 200, 0.1)
    assert sql.one("select status, status_detail, lines from work.runs") == ("OK", None, 1000001)
    assert sql.one("select count(*), min(n), max(n) from work.lines") == (1000001, 1, 1000001)
    numbers = [int(n) for n in re.findall(r"N(\d+) T", admin.get(f"/history/{id}/raw/").text)]
    assert numbers == list(range(1, 1000001))
    page = said(admin.get(f"/history/{id}/lines/?limit=1&offset=500000"))
    assert page["count"] == 1000001 and page["results"][0]["line_number"] == 500001


def test_whatever_a_run_puts_out_becomes_lines_that_can_be_shown(work, admin, two, open_folder):
    odd = {"odd.yml": "bytes=1 cr=1 long=40000 partial=1 lines=0 exit=7", "much.yml": "lines=1000", "mixed.yml": "lines=300 stderr=3 rate=3000",
           "killed.yml": "lines=0 kill=9", "rubbish.yml": "lines=0 results=rubbish fail=h2"}
    work.project(files={name: f"---\n# fake: {what}\n- hosts: all\n" for name, what in odd.items()})
    with work.settings(ansible_dir=fake_ansible(open_folder), run_max_lines=400):
        runs = {name: work.start(1, name, two) for name in odd}
        ends = {name: work.comes_to(id, *OVER) for name, id in runs.items()}
    assert {name: (end["status"], end["status_detail"]) for name, end in ends.items()} == {
        "odd.yml": ("ERROR", "Ansible ended with exit code 7."), "much.yml": ("OK", None), "mixed.yml": ("OK", None),
        "killed.yml": ("ERROR", "Ansible was killed by signal 9."), "rubbish.yml": ("ERROR", "Ansible ended with exit code 2.")}
    lines = work.lines(runs["odd.yml"])
    assert lines[0].startswith("no UTF-8: \ufffd") and lines[1:6] == ["10%", "50%", "100%", "after CRs", ""] and lines[-1] == "the end"
    assert re.fullmatch(r"x{16384} \[\.\.\. 23615 bytes left out\]", lines[-2])
    numbers = [int(n) for n in re.findall(r"N(\d+) T", "\n".join(work.lines(runs["mixed.yml"])))]
    assert numbers == list(range(1, 301))
    assert len(work.lines(runs["much.yml"])) == 401 and work.lines(runs["much.yml"])[-1] == "[moirai] The output ends here: more than 400 lines."
    assert work.lines(runs["killed.yml"])[-1] == "Ansible was killed by signal 9." and work.hosts(runs["rubbish.yml"])["h2"][0] == "failed"


# ---- when it begins

def test_a_run_waits_for_the_first_sync_of_its_project(work, admin, two):
    server = Http()
    server.answer = lambda request: After(1, (200, {}, archive({"site.yml": play(debug("came late"))})))
    make(admin, "projects", name="p", repository=server.url + "/p.tar.gz", vars={"repo_type": "TAR"})
    id = work.start(1, "site.yml", two)
    eventually(server.so_far)
    assert work.record(id)["status"] == "DELAY" and said(admin.get("/projects/1/"))["status"] == "SYNC"
    assert "came late" in work.over(id)["raw_stdout"]
    server.close()


def test_periodic_tasks_fire_by_themselves(work, admin, two, open_folder):
    work.project(files={"site.yml": "---\n# fake: lines=2 hosts=2\n- hosts: all\n"})
    body = {"project": 1, "inventory": two, "type": "INTERVAL", "vars": {}}
    with work.settings(ansible_dir=fake_ansible(open_folder)):
        for name, schedule, more in (("play", "1", {"mode": "site.yml"}),
                                     ("module", "2", {"mode": "ping", "kind": "MODULE", "vars": {"group": "all", "args": "fake: lines=1"}}),
                                     ("forgotten", "1", {"mode": "site.yml", "save_result": False}), ("off", "1", {"mode": "site.yml", "enabled": False})):
            make(admin, "periodic-tasks", name=name, schedule=schedule, **{**body, **more})

        def ran(task):
            return ids(admin.get(f"/history/?initiator={task}&initiator_type=scheduler&status=OK"))
        eventually(lambda: len(ran(1)) >= 2 and len(ran(2)) >= 2, PATIENCE, 0.1)
        for task in (1, 2, 3):
            gone(admin.delete(f"/periodic-tasks/{task}/"))
        work.rest()
    record = work.record(ran(2)[0])
    assert record.items() >= {"mode": "ping", "kind": "MODULE", "inventory": two, "initiator": 2, "initiator_type": "scheduler", "status": "OK"}.items()
    assert {r["initiator"] for r in said(admin.get("/history/?limit=1000"))["results"]} == {1, 2}


# ---- when it ends

def test_a_run_that_nobody_has_begun_is_canceled_at_once(work, admin, two):
    work.project(files={"site.yml": play(debug("hello"))})
    with nobody_claims(work.instance):
        id = work.start(1, "site.yml", two)
        work.cancel(id)
        assert work.record(id)["status"] == "INTERRUPTED"
    other = work.run(1, "site.yml", two)
    assert other["id"] > id and work.record(id)["status"] == "INTERRUPTED" and work.lines(id) == [] and work.hosts(id) == {}


def test_a_run_that_is_canceled_ends_with_all_that_it_has_started(work, two, open_folder):
    gate = Gate(open_folder)
    background = f"(setsid sleep 7654 & echo $! >{open_folder}/background); sleep 7653 & echo $! >{open_folder}/child"
    work.project(files={"site.yml": play(shell(background), gate.task, hosts="h1")})
    id = work.start(1, "site.yml", two)
    gate.reached(work, id)
    children = [int((open_folder / name).read_text()) for name in ("background", "child")]
    assert all(pathlib.Path(f"/proc/{pid}").exists() for pid in children)
    work.cancel(id)
    record = work.over(id, "INTERRUPTED")
    assert work.lines(id)[-2:] == ["", "[ERROR]: User interrupted execution"] and record["stop_time"]
    assert [pid for pid in children if pathlib.Path(f"/proc/{pid}").exists()] == []
    assert work.hosts(id)["h1"][0] in ("ok", "changed", "interrupted")
    work.cancel(id)
    assert work.record(id) == record


def test_what_does_not_hear_the_wish_to_stop_is_killed_after_ten_seconds(work, sql, two, open_folder):
    work.project(files={"site.yml": "---\n# fake: lines=3 spawn=1 ignore_term=1 sleep=600\n- hosts: all\n"})
    with work.settings(ansible_dir=fake_ansible(open_folder)):
        id = work.start(1, "site.yml", two)
        spawned = eventually(lambda: [line for line in work.lines(id) if line.startswith("spawned ")], PATIENCE)
    work.cancel(id)
    work.over(id, "INTERRUPTED")
    assert 10 <= sql.one("select extract(epoch from stop_time - cancel_at)::float from work.runs") < 60
    assert not pathlib.Path(f"/proc/{spawned[0].split()[1]}").exists()
    assert work.lines(id)[-2:] == ["", "[ERROR]: User interrupted execution"]


def test_a_run_has_a_time_limit(work, sql, two):
    work.project(files={"site.yml": play(shell("sleep 600"), hosts="h1")})
    with work.settings(run_time_limit=3):
        record = work.run(1, "site.yml", two, status="ERROR")
    assert record["status_detail"] == "It was stopped after 3 seconds (run_time_limit)." == record["raw_stdout"].splitlines()[-1]
    assert sql.one("select extract(epoch from stop_time - start_time)::float from work.runs") >= 3


def test_a_run_leaves_no_process_and_no_folder(work, two, open_folder):
    left = f"(setsid sleep 7652 & echo $! >{open_folder}/pid) >/dev/null 2>&1; mkdir -p a/b; touch a/b/c; chmod 0 a/b"
    work.project(files={"site.yml": play(shell(left), hosts="h1")})
    open_folder.chmod(0o777)
    work.run(1, "site.yml", two)
    assert not pathlib.Path(f"/proc/{(open_folder / 'pid').read_text().strip()}").exists()
    eventually(lambda: work.folders() == [], PATIENCE)


# ---- what the fleet makes of it

def test_each_machine_of_a_range_is_one_of_the_fleet(work, api, admin, open_folder):
    inventory, host = make(admin, "inventories", name="i")["id"], make(admin, "hosts", name="h[1:3]", type="RANGE")["id"]
    said(admin.post(f"/inventories/{inventory}/hosts/", [host]))
    work.project(files={"site.yml": "---\n# fake: hosts=3 unreachable=h2\n- hosts: all\n"})
    with work.settings(ansible_dir=fake_ansible(open_folder)):
        id = work.start(1, "site.yml", inventory)
        work.over(id, "OFFLINE")
    fleet = {h["hostname"]: h["id"] for h in ok(api.get("/hosts?limit=all"))["hosts"]}
    assert {h["name"]: h["host"] for h in said(admin.get(f"/history/{id}/hosts/"))["results"]} == fleet and fleet.keys() == {"h1", "h2", "h3"}
    assert {name: [state for state, _, _ in told] for name, told in events(api, *fleet).items()} == {
        "h1": ["started", "succeeded"], "h2": ["started", "unreachable"], "h3": ["started", "succeeded"]}


def test_a_run_that_fails_opens_a_labor_where_a_fate_says_so(work, api, world):
    inventory = work.inventory({"h1": LOCAL, "h2": LOCAL})
    work.project(files={"site.yml": play(shell("exit 1", when="inventory_hostname == 'h1' and bad | default(true) | bool"))})
    types = {t["state"]: t["id"] for t in ok(api.get("/eventtypes?limit=all"))["eventTypes"] if t["category"] == "ansible-run"}
    assert types.keys() == {"started", "succeeded", "failed", "unreachable"}
    opens = world.fate(types["failed"])
    world.fate(types["succeeded"], opens)
    work.run(1, "site.yml", inventory, status="ERROR")
    (labor,) = world.open_labors()
    assert labor["hostId"] == world.host("h1")["id"] and labor["fateId"] == opens
    work.run(1, "site.yml", inventory, {"extra-vars": {"bad": False}})
    assert world.open_labors() == []
