"""What Ansible's own commands and documentation say of themselves (fcgi-app/runner/ansible/reference.py), and the fake Ansible of the
load tests. No server is needed."""
import json
import os
import re
import signal
import subprocess
import time

import pytest

from test_ansible_parts import FAKE, PYTHON, WRAPPER, emptied_and_lawful, outcomes, place, pytestmark  # noqa: F401


# ---- the reference

@pytest.fixture(scope="module")
def reference(tmp_path_factory):
    said = subprocess.run([PYTHON, WRAPPER, "reference", "/usr/bin"], stdout=subprocess.PIPE, timeout=120, check=True,
                          env={"HOME": str(tmp_path_factory.mktemp("home"))})
    return json.loads(said.stdout)


BOTH = {
    "boolean": "help version become check diff list-hosts", "integer": "forks timeout", "keyfile": "private-key key-file",
    "text": "become-method become-user connection extra-vars limit module-path scp-extra-args sftp-extra-args ssh-common-args "
            "ssh-extra-args user vault-id",
    "textfile": "become-password-file become-pass-file connection-password-file conn-pass-file vault-password-file vault-pass-file"}
ONLY = {
    "ansible": {"integer": "background poll task-timeout", "text": "args tree playbook-dir", "boolean": "one-line"},
    "ansible-playbook": {"boolean": "flush-cache force-handlers list-tags list-tasks syntax-check", "text": "skip-tags start-at-task tags"}}
SHORT = {"help": "h", "become": "b", "check": "C", "diff": "D", "forks": "f", "timeout": "T", "connection": "c", "extra-vars": "e",
         "limit": "l", "module-path": "M", "user": "u"}
ONLY_SHORT = {"ansible": {"background": "B", "poll": "P", "args": "a", "tree": "t", "one-line": "o"}, "ansible-playbook": {"tags": "t"}}


@pytest.mark.parametrize("command", ["ansible", "ansible-playbook"])
def test_options_are_those_known(reference, command):
    if not reference["version"].startswith("2.14."):
        pytest.skip("the table is that of 2.14")
    wanted = {name: kind for table in (BOTH, ONLY[command]) for kind, names in table.items() for name in names.split()}
    known = reference["options"][command]
    assert {name: option["type"] for name, option in known.items()} == wanted
    short = SHORT | ONLY_SHORT[command]
    assert {name: option["shortopts"] for name, option in known.items()} == {name: [*short.get(name, "")] for name in wanted}
    assert known["forks"] == {"type": "integer", "shortopts": ["f"], "help": "specify number of parallel processes to use (default=5)"}


@pytest.mark.parametrize("command", ["ansible", "ansible-playbook"])
def test_options_are_those_that_help_prints(reference, command):
    """Read as polemarch-behaviour.md 18.2 tells."""
    printed = subprocess.run(["/usr/bin/" + command, "--help"], capture_output=True, text=True, timeout=60, check=True,
                             env={"COLUMNS": "5000", "HOME": "/nonexistent", "ANSIBLE_LOCAL_TEMP": "/tmp", "ANSIBLE_HOME": "/tmp"}).stdout
    read = {}
    for head, text in re.findall(r"^  (-\S.*?)(?: {2,}|\n {24})(.*(?:\n {24}.*)*)$", printed, re.M):
        words = [word.split(" ") for word in head.split(", ")]
        short = [word[0][1:] for word in words if not word[0].startswith("--")]
        for word in words:
            if word[0].startswith("--"):
                read[word[0][2:]] = (short, re.sub(r"\n +", " ", text), len(word) > 1)
    ours = {name for name in read if name in ("verbose", "inventory", "inventory-file", "module-name", "step") or name.startswith("ask-")}
    assert len(ours) >= 8
    known = reference["options"][command]
    assert {name: (option["shortopts"], option["help"], option["type"] != "boolean") for name, option in known.items()} \
        == {name: value for name, value in read.items() if name not in ours}


def test_modules_are_those_that_ansible_doc_lists(reference, place):
    listed = json.loads(subprocess.run(["/usr/bin/ansible-doc", "-l", "-j"], capture_output=True, timeout=60, env=place.environment).stdout)
    assert set(reference["modules"]) == set(listed)
    assert {name: doc["short_description"].strip().rstrip(".") for name, doc in reference["modules"].items()} == \
        {name: text.rstrip(".") for name, text in listed.items()}
    ping = json.loads(subprocess.run(["/usr/bin/ansible-doc", "-j", "ping"], capture_output=True, timeout=60, env=place.environment).stdout)
    assert reference["modules"]["ansible.builtin.ping"] == ping["ping"]["doc"]


COLLECTION = "home/collections/ansible_collections/our/own/"


def test_modules_of_a_collection_some_of_them_broken(reference, place):
    place.environment["ANSIBLE_COLLECTIONS_PATH"] = str(place.folder / "home/collections")
    version = place.plain(PYTHON, WRAPPER, "version", "/usr/bin")
    place.put(COLLECTION + "galaxy.yml", "namespace: our\nname: own\nversion: 1.0.0\nauthors: [x]\nreadme: x\n")
    for name, text in {"good": "module: good\nshort_description: it's good\ndescription: [x]\nversion_added: 2020-01-01",
                       "broken": "module: [", "none": "", "odd": "- 1\n- 2"}.items():
        place.put(COLLECTION + f"plugins/modules/{name}.py", f"DOCUMENTATION = r'''\n{text}\n'''\n")
    place.put(COLLECTION + "plugins/modules/nonsense.py", "def (\n")
    said = place.start(PYTHON, WRAPPER, "reference", "/usr/bin", stderr=subprocess.DEVNULL).communicate(timeout=100)[0]
    modules = json.loads(said)["modules"]
    assert modules["our.own.good"]["short_description"] == "it's good"
    for name in ("broken", "none", "odd", "nonsense"):
        assert modules.get(f"our.own.{name}", {"short_description": "UNDOCUMENTED"})["short_description"] == "UNDOCUMENTED"
    assert set(reference["modules"]) < set(modules)
    assert place.plain(PYTHON, WRAPPER, "version", "/usr/bin") != version       # a collection came


def test_the_version_is_cheap_and_that_of_the_reference(reference, place):
    said = subprocess.run([PYTHON, WRAPPER, "version", "/usr/bin"], capture_output=True, text=True, timeout=60,
                          env={"HOME": "/nonexistent"})
    assert said.returncode == 0 and re.fullmatch(re.escape(reference["version"]) + r"-[0-9a-f]{12}\n", said.stdout)
    assert reference["key"] == said.stdout.strip()
    imported = subprocess.run([PYTHON, "-X", "importtime", WRAPPER, "version", "/usr/bin"], capture_output=True, text=True, timeout=60)
    assert "ansible" not in imported.stderr and "jinja2" not in imported.stderr


def test_too_much_documentation_is_left_out(place):
    program = place.put("small.py", f"""
import runpy
m = runpy.run_path({str(WRAPPER.parent / 'reference.py')!r})
m["reference"].__globals__["MOST"] = 20000
print(m["reference"]("/usr/bin"))
""")
    modules = json.loads(place.plain(PYTHON, program)[0])["modules"]
    assert len(modules) >= 70 and all(set(doc) == {"module", "short_description"} for doc in modules.values())


# ---- the fake Ansible

def fake(place, what, wrapped, tool="ansible-playbook"):
    command = [FAKE / tool, "all", "-e", json.dumps({"x": "fake: " + what})]
    with open(place.folder / "results", "wb+") as results:
        process = place.start(*(place.ours(*command) if wrapped else command), results=results.fileno())
        output = process.communicate(timeout=60)[0]
        results.seek(0)
        return output, process.returncode, results.read().splitlines()


@pytest.mark.parametrize("wrapped", [False, True], ids=["direct", "wrapped"])
def test_the_fake_prints_and_tells_as_it_was_told(place, wrapped):
    begun = time.time()
    output, code, told = fake(place, "lines=50 rate=100 fail=h2 unreachable=h3 hosts=4", wrapped)
    assert code == 4 and [int(n) for n in re.findall(rb"N(\d+) T", output)] == list(range(1, 51))
    stamps = [float(t) for t in re.findall(rb" T([\d.]+)", output)]
    assert begun < stamps[0] and stamps == sorted(stamps) and 0.4 < stamps[-1] - stamps[0] < 2
    told = [json.loads(line) for line in told]
    assert outcomes(told) == {"h1": "ok", "h2": "failed", "h3": "unreachable", "h4": "ok"} and told[-1] == {"e": "end"}


def test_the_fake_behaves_badly(place):
    output, code, told = fake(place, "lines=1 bytes=1 cr=1 long=1 secrets=1 partial=1 exit=7 results=0", True)
    assert code == 7 and told == []
    assert b"\xff\xfe" in output and b"\r\n" in output and b"x" * ((1 << 20) - 1) + b"\n" in output and not output.endswith(b"\n")
    assert b"environment HOME=" in output and b"MOIRAI_RESULTS_FD" not in output
    assert fake(place, "kill=9", True)[1] == -9
    _, _, told = fake(place, "results=rubbish", True)
    assert len(told) > 10


def test_the_fake_leaves_children_behind(place):
    place.put("f.yml", "---\n# fake: spawn=1 lines=0 ignore_term=1 sleep=60\n- hosts: all\n")
    process = place.start(FAKE / "ansible-playbook", "f.yml", start_new_session=True)
    child = int(process.stdout.readline().split()[1])
    process.terminate()
    assert os.getsid(child) != process.pid and process.poll() is None
    os.kill(child, signal.SIGTERM)
    time.sleep(0.1)
    assert os.path.exists(f"/proc/{child}")
    os.kill(child, signal.SIGKILL)
    process.kill()
    process.wait()
