"""What is secret of a run stays so: in what it says, in the files that it needs, on this machine's disks and from the run itself."""
import json
import os
import pathlib
import re
import stat

import pytest

from instance import eventually
from polemarch import ENCRYPTED, make, said
from runs import LOCAL, PATIENCE, Gate, debug, fake_ansible, play, processes_with, shell

PASSWORD, BECOME, VAULT, REPO = 'sword"fish $1', "be%come\\me#1", "open-sesame-vault", "repo-password-7"
KEY = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAA\nc2VjcmV0LWxpbmUtbnVtYmVyLXR3bw==\n-----END OPENSSH PRIVATE KEY-----\n"
ALL = (PASSWORD, json.dumps(PASSWORD)[1:-1], BECOME, VAULT, REPO, "b3BlbnNzaC1rZXktdjEAAAAA", "c2VjcmV0LWxpbmUtbnVtYmVyLXR3bw==")
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give Ansible an account of its own")

# Prints all that it was given, in each way that it could.
TELL_ALL = play(*({**task, "ignore_errors": True} for task in (
    debug("pass: {{ ansible_ssh_pass }} {{ ansible_ssh_pass | quote }} {{ [ansible_ssh_pass] | to_json }} become: {{ ansible_become_password }}"),
    {"debug": {"var": "ansible_ssh_pass"}}, shell("echo {{ ansible_ssh_pass | quote }}"), debug("key: {{ lookup('file', ansible_ssh_private_key_file) }}"),
    shell("cat {{ key }}; echo; cat $(dirname {{ key }})/*", vars={"key": "{{ ansible_ssh_private_key_file }}"}),
    shell("cat /proc/$PPID/environ; env; cat /proc/*/cmdline 2>/dev/null | tr '\\0' ' '"))),
    {"fail": {"msg": "for {{ ansible_ssh_pass }} and {{ ansible_become_password }}"}})


@pytest.fixture
def inventory(work):
    return work.inventory({"h1": {**LOCAL, "ansible_ssh_pass": PASSWORD, "ansible_ssh_private_key_file": KEY}}, ansible_become_password=BECOME)


@pytest.fixture
def shown(work, api, admin):
    """All that the API tells of a run."""
    def shown(id):
        paths = ("?expand=execute_args,status_detail", "raw/", "raw/?color=yes", "lines/?limit=1000", "lines/?limit=1000&color=yes", "hosts/", "facts/")
        return "\n".join(admin.get(f"/history/{id}/{path}").text for path in paths) + api.get("/events?limit=all").text + api.get("/audit?limit=all").text
    return shown


def leaks(text):
    return [secret for secret in ALL if secret in text]


# ---- what is shown

def test_a_secret_that_a_playbook_prints_is_masked_wherever_it_stands(work, admin, inventory, shown, instance):
    work.project(files={"site.yml": TELL_ALL}, repo_password=REPO)
    id = work.start(1, "site.yml", inventory, {"vault-password-file": VAULT, "become-password-file": BECOME})
    record = work.over(id, "ERROR")
    assert leaks(shown(id)) == []
    assert record["execute_args"] == {"vault-password-file": ENCRYPTED, "become-password-file": ENCRYPTED}
    assert re.search(r"--become-password-file \S+/become-password-file --vault-password-file \S+/vault-password-file", record["raw_args"])
    for name in ("ansible_ssh_pass", "ansible_ssh_private_key_file", "ansible_become_password"):
        assert re.search(rf"\b{name}={re.escape(ENCRYPTED)}", record["raw_inventory"]), name
    assert f'"msg": "pass: {ENCRYPTED} ' in record["raw_stdout"] and f'"ansible_ssh_pass": "{ENCRYPTED}"' in record["raw_stdout"]
    assert work.hosts(id) == {"h1": ("failed", "fail", f"for {ENCRYPTED} and {ENCRYPTED}")}
    logs = instance.log.read_text() + "".join(p.read_text(errors="replace") for p in (instance.var / "log").glob("*.log"))
    assert leaks(logs) == []


def test_a_password_with_quotes_is_masked_as_shells_and_inventories_write_it(work, admin):
    """And that again as Ansible writes it down, in JSON."""
    work.project(files={"site.yml": play(
        shell("true {{ ansible_ssh_pass | quote }}"), shell("cat {{ inventory_file }}"), debug("{{ ansible_ssh_pass | to_json | quote }}"),
        debug("{{ [ansible_ssh_pass] | string }}"))})
    hosts = {f"h{i}": {**LOCAL, "ansible_ssh_pass": password} for i, password in enumerate(("sword'fish", "sword'fish \"x\"", "sword\\fish'"))}
    text = admin.get(f"/history/{work.run(1, 'site.yml', work.inventory(hosts, ansible_become_password='fish sword'))['id']}/raw/").text
    assert [line for line in text.replace("ansible_become_password", "").splitlines() if "sword" in line or "fish" in line] == [] and text.count(ENCRYPTED) >= 12


@pytest.mark.parametrize("given", ["a=1 ansible_password=tuna-fish-7", {"a": 1, "b": {"ansible_password": "tuna-fish-7"}}], ids=["words", "object"])
def test_passwords_among_extra_variables_are_shown_and_kept_nowhere(work, admin, sql, inventory, shown, open_folder, given):
    gate = Gate(open_folder)
    work.project(files={"site.yml": play(debug("{{ a }} {{ ansible_password | default(b.ansible_password) }}"), gate.task)})
    arguments = {"extra-vars": given}
    id = work.start(1, "site.yml", inventory, arguments)
    gate.reached(work, id)
    assert processes_with("tuna-fish-7") == [] != processes_with("moirai_ansible.py")
    gate.open()
    record = work.over(id, "OK")
    assert "tuna" not in shown(id) and record["execute_args"] == arguments | {"extra-vars": ENCRYPTED} and f'"msg": "1 {ENCRYPTED}"' in record["raw_stdout"]
    task = make(admin, "periodic-tasks", name="t", kind="PLAYBOOK", mode="site.yml", project=1, inventory=inventory, type="INTERVAL", schedule="86400",
                enabled=False, vars=arguments)
    template = make(admin, "templates", name="t", kind="Task", data={"project": 1, "playbook": "site.yml", "inventory": inventory, "vars": arguments})
    assert task["vars"] == template["data"]["vars"] == {"extra-vars": ENCRYPTED}
    kept = sql.one("select (select string_agg(o::text, '') from inventory.objects o) || (select string_agg(r::text, '') from work.runs r)"
                   " || (select string_agg(t::text, '') from inventory.templates t)")
    assert "tuna" not in kept
    for path in (f"/periodic-tasks/{task['id']}/execute/", f"/templates/{template['id']}/execute/"):
        again = said(admin.post(path), 201)["history_id"]
        assert f'"msg": "1 {ENCRYPTED}"' in work.over(again, "OK")["raw_stdout"]


def test_facts_are_masked(work, admin, inventory, shown, open_folder):
    facts = open_folder / "facts.d"
    facts.mkdir()
    (facts / "ours.fact").write_text(json.dumps({"password": PASSWORD, "list": [{KEY.splitlines()[1]: 1}]}))
    facts.joinpath("ours.fact").chmod(0o644)
    work.project()
    record = work.run_module(1, "setup", inventory, {"args": f"gather_subset=!all,!min,local fact_path={facts}"})
    told = said(admin.get(f"/history/{record['id']}/facts/"))["h1"]["ansible_facts"]["ansible_local"]["ours"]
    assert told["password"] == ENCRYPTED and leaks(shown(record["id"])) == []


def test_secrets_of_the_fake_arguments_are_masked_in_what_breaks(work, inventory, shown, open_folder):
    """Whoever prints its arguments, environment and files, without an end of line."""
    work.project(files={"site.yml": "---\n# fake: secrets=1 partial=1 lines=2\n- hosts: all\n"})
    with work.settings(ansible_dir=fake_ansible(open_folder)):
        id = work.start(1, "site.yml", inventory, {"vault-password-file": VAULT, "private-key": KEY})
        record = work.over(id)
    assert "environment HOME=" in record["raw_stdout"] and ENCRYPTED in record["raw_stdout"] and leaks(shown(id)) == []


# ---- files

def files_below(*folders):
    for top in folders:
        for folder, _, names in os.walk(top):
            yield from (pathlib.Path(folder) / name for name in names)


def holding(paths):
    """Those of the files that hold a secret. What goes away meanwhile holds none."""
    found = []
    for path in paths:
        try:
            found += [path] if any(secret.encode() in path.read_bytes() for secret in ALL) else []
        except FileNotFoundError:
            pass
    return found


@as_root
def test_keys_are_in_memory_for_the_run_alone_and_gone_with_it(work, inventory, open_folder):
    gate = Gate(open_folder)
    work.project(files={"site.yml": play(debug("{{ ansible_ssh_pass }}"), gate.task, debug("{{ lookup('file', ansible_ssh_private_key_file) }}"))})
    with work.own_memory() as memory:
        assert os.statvfs(memory).f_blocks and filesystem(memory) == "tmpfs"
        id = work.start(1, "site.yml", inventory, {"vault-password-file": VAULT, "private-key": KEY})
        gate.reached(work, id)
        of_run = {p for p in files_below(memory) if not p.name.endswith(".masks")}
        assert {"inventory", "vault-password-file"} <= {p.name for p in of_run} and len(holding(of_run)) >= 3
        for path in of_run:
            told = path.stat()
            assert stat.S_IMODE(told.st_mode) == 0o600 and told.st_uid != 0 and told.st_uid != owner_of_runner(work), path
        for folder in {p.parent for p in of_run}:
            assert stat.S_IMODE(folder.stat().st_mode) == 0o700 and folder.stat().st_uid == path.stat().st_uid
        (masks,) = memory.glob("*.masks")
        assert stat.S_IMODE(masks.stat().st_mode) == 0o600 and masks.stat().st_uid == owner_of_runner(work)
        assert [p for text in ALL for p in processes_with(text)] == []
        for folder in work.folders():
            assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        # On disk only what Ansible itself has said, in the runner's spool, until it is stored and gone with the run.
        assert {p.name for p in holding(files_below(*work.folders()))} <= {"spool", "results"}
        gate.open()
        work.over(id)
        eventually(lambda: list(memory.iterdir()) == [] and work.folders() == [], PATIENCE)
    assert holding(files_below(work.setting("runs_dir"), work.instance.var / "projects", work.instance.var / "log")) == []


def filesystem(path):
    mounts = [line.split()[1:3] for line in pathlib.Path("/proc/mounts").read_text().splitlines()]
    return max((m for m in mounts if pathlib.Path(m[0]) in [path, *path.parents]), key=lambda m: len(m[0]))[1]


def owner_of_runner(work):
    return pathlib.Path(f"/proc/{work.instance.parent_of('moirai-runner')}").stat().st_uid


def test_folders_are_gone_however_a_run_ends(work, inventory):
    work.project(files={"bad.yml": "- [", "long.yml": play(shell("sleep 600")), "fail.yml": play(shell("exit 1"))})
    with work.own_memory() as memory:
        runs = [work.start(1, name, inventory) for name in ("bad.yml", "long.yml", "fail.yml", "gone.yml")] + [work.start(1, "bad.yml", "nowhere")]
        work.comes_to(runs[1], "RUN")
        work.cancel(runs[1])
        for run in runs:
            work.comes_to(run, "ERROR", "INTERRUPTED")
        eventually(lambda: list(memory.iterdir()) == [] and work.folders() == [], PATIENCE)


def test_what_is_sealed_of_a_run_is_forgotten_with_its_end(work, sql, inventory):
    work.project(files={"site.yml": play(debug("hello"))})
    work.run(1, "site.yml", inventory, {"vault-password-file": VAULT})
    assert sql.rows("select * from inventory.objects where kind = 'run'") == []


# ---- what a run can see

def test_ansible_has_nothing_of_ours_in_its_environment(work, inventory):
    work.project(files={"site.yml": play(shell("env; echo; tr '\\0' '\\n' </proc/$PPID/environ", register="seen"), {"debug": {"var": "seen.stdout_lines"}})})
    output = work.run(1, "site.yml", inventory)["raw_stdout"]
    names = set(re.findall(r'^ +"([A-Za-z_][A-Za-z_0-9]*)=', output, re.M))
    assert {"HOME", "PATH", "ANSIBLE_HOME"} <= names
    ours = {n for n in names if n.startswith(("MOIRAI", "PG", "NOTIFY", "MOIRAI_SEAL"))}
    assert ours == set(), ours
    usual = {"HOME", "PATH", "LANG", "TMPDIR", "PWD", "OLDPWD", "SHLVL", "_", "LC_CTYPE", "LC_ALL", "LC_MESSAGES", "LOGNAME", "USER"}
    assert {n for n in names if not n.startswith(("ANSIBLE_", "PYTHON"))} - usual == set()


@as_root
def test_a_run_has_an_account_of_its_own_that_reads_nothing_of_the_runners(work, inventory):
    var = work.instance.var
    secrets = [var / "seal.key", var / "data/PG_VERSION", work.instance.run_folder() / "fcgi.sock"]
    assert all(path.exists() for path in secrets) and (var / "seal.key").stat().st_uid == owner_of_runner(work)
    runner = work.instance.parent_of("moirai-runner")
    tries = [*(f"cat {path}" for path in secrets[:2]), f"ls {work.instance.run_folder()}", f"cat /proc/{runner}/environ", f"kill -0 {runner}",
             f"ls {work.setting('runs_dir')}",
             f"psql -d 'postgresql:///moirai?host={work.instance.run_folder()}&user=moirai_runner' -c 'select 1'", f"ls {var}/projects/2/git {var}/projects/3"]
    site = play(shell("id -u; id -Gn; cat /proc/self/status | grep -E '^(CapEff|CapBnd|CapAmb|NoNewPrivs)'", register="who"), {"debug": {"var": "who.stdout_lines"}},
                *(shell(command, register="tried", failed_when="tried.rc == 0") for command in tries))
    work.project(files={"site.yml": site})
    work.project()
    make(work.admin, "projects", name="p", repository="http://127.0.0.1:1/x", vars={"repo_type": "TAR"})
    record = work.run(1, "site.yml", inventory)
    who = re.findall(r'^ +"(.*)",?$', record["raw_stdout"].split("TASK [debug]")[1].split("TASK")[0], re.M)
    assert int(who[0]) not in (0, owner_of_runner(work)) and "postgres" not in who[1] and "root" not in who[1]
    assert [line.split("\\t")[-1].strip() for line in who if line.startswith(("CapEff", "CapAmb"))] == ["0" * 16] * 2
    assert record["raw_stdout"].count("Permission denied") >= 4
