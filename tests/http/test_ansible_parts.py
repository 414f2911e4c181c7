"""What stands between a shepherd and the real Ansible (fcgi-app/runner/ansible): the wrapper, the plugin that tells what came of each
host. They are run as they are: no server is needed. The reference, and the fake Ansible: test_ansible_reference.py."""
import json
import os
import re
import signal
import subprocess
import time

import pytest

from instance import ROOT

PYTHON = "/usr/bin/python3"
WRAPPER = ROOT / "fcgi-app/runner/ansible/moirai_ansible.py"
FAKE = ROOT / "tests/http/fake_ansible"
AD_HOC, PLAYBOOK = "/usr/bin/ansible", "/usr/bin/ansible-playbook"
INVENTORY = """
h1 ansible_connection=local
h2 ansible_connection=local
h3 ansible_connection=local
[away]
gone ansible_host=127.0.0.1 ansible_port=1
[all:vars]
ansible_python_interpreter=/usr/bin/python3
"""
pytestmark = [pytest.mark.noreset, pytest.mark.skipif(not os.path.exists(PLAYBOOK), reason="no ansible-playbook")]


@pytest.fixture(autouse=True)
def emptied_and_lawful():
    """No database here."""


# ---- tools

class Place:
    """A project's folder, and runs of Ansible in it, plain or wrapped."""

    def __init__(self, folder):
        self.folder = folder
        (folder / "home").mkdir()
        self.environment = {
            "PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": str(folder / "home"), "ANSIBLE_FORCE_COLOR": "true",
            "ANSIBLE_HOST_KEY_CHECKING": "False", "ANSIBLE_NOCOWS": "1", "ANSIBLE_LOCAL_TEMP": str(folder / "home"),
            "ANSIBLE_HOME": str(folder / "home"), "ANSIBLE_DEPRECATION_WARNINGS": "0"}
        self.put("inventory", INVENTORY)

    def put(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def start(self, *command, results=None, **more):
        environment = dict(self.environment)
        if WRAPPER not in command:
            environment["PYTHONUNBUFFERED"] = "1"       # what the wrapper sees to itself: lines in the order in which they were said
        if results is not None:
            environment["MOIRAI_RESULTS_FD"] = str(results)
            more["pass_fds"] = (results,)
        return subprocess.Popen(command, cwd=self.folder, **{"env": environment, "stdin": subprocess.DEVNULL,
                                                             "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT} | more)

    def plain(self, *command):
        """(output, exit code)"""
        process = self.start(*command)
        return process.communicate(timeout=120)[0], process.returncode

    def ours(self, command, *arguments):
        """The words by which a shepherd has it run."""
        file = self.put("home/arguments", "".join(str(argument) + "\0" for argument in arguments))
        return PYTHON, WRAPPER, "run", command, file

    def wrapped(self, *command, **more):
        """(output, exit code, what was told)"""
        with open(self.folder / "results", "wb+") as results:
            process = self.start(*self.ours(*command), results=results.fileno(), **more)
            output = process.communicate(timeout=120)[0]
            results.seek(0)
            return output, process.returncode, [json.loads(line) for line in results]

    def play(self, text, *arguments):
        self.put("play.yml", text)
        return self.wrapped(PLAYBOOK, "play.yml", "-i", "inventory", "-f1", *arguments)

    def ad_hoc(self, *arguments):
        return self.wrapped(AD_HOC, "-i", "inventory", "-f1", *arguments)


@pytest.fixture
def place(tmp_path):
    return Place(tmp_path)


def only(told, event):
    return [line for line in told if line["e"] == event]


def outcomes(told):
    return {line["name"]: line["outcome"] for line in only(told, "host")}


def failures(told):
    return [(line["host"], line["outcome"], line["task"], line["message"]) for line in only(told, "fail")]


# ---- what came of each host

PLAY = "- hosts: {}\n  gather_facts: no\n  tasks:\n"
BAD = "fail: {msg: bad}"
ON = "when: inventory_hostname == "


@pytest.mark.parametrize("tasks, outcome, messages", [
    ("debug: {msg: hi}", "ok", []),
    ("command: /bin/true", "changed", []),
    ("{debug: {msg: hi}, when: false}", "skipped", []),
    (BAD, "failed", ["bad"]),
    (f"{{{BAD}, ignore_errors: yes}}", "ok", []),
    (f"{{block: [{BAD}], rescue: [debug: {{msg: saved}}]}}", "ok", []),
    (f"{{block: [{{block: [{BAD}]}}], rescue: [debug: {{msg: saved}}]}}", "ok", []),
    (f"{{block: [{BAD}], rescue: [fail: {{msg: worse}}]}}", "failed", ["worse"]),
    (f"{{block: [{BAD}], always: [debug: {{msg: late}}]}}", "failed", ["bad"]),
    (f"{{block: [{BAD}], rescue: [debug: {{msg: saved}}], always: [fail: {{msg: after}}]}}", "failed", ["after"]),
    ("{command: /bin/true, failed_when: true}", "failed", [""]),
    ("{command: 'sh -c \"echo out; echo why >&2; exit 3\"'}", "failed", ["non-zero return code\nwhy"]),
    ("{command: 'sh -c \"echo out; exit 3\"'}", "failed", ["non-zero return code\nout"]),
    ("{command: /no/such}", "failed", ["[Errno 2] No such file or directory: b'/no/such'"]),
    ("{fail: {msg: 'bad {{ item }}'}, loop: [a, b]}", "failed", ["One or more items failed: (item=a) bad a"]),
    ("{fail: {msg: 'bad {{ item }}'}, loop: [a, b], when: item == 'b'}", "failed", ["One or more items failed: (item=b) bad b"]),
    ("{fail: {msg: hidden}, no_log: true}", "failed", ["censored"]),
    ("{fail: {msg: 'hidden {{ item }}'}, no_log: true, loop: [hidden]}", "failed", ["censored"]),
    ("{fail: {msg: 'hidden {{ item }}'}, no_log: '{{ item == \"hidden\" }}', loop: [hidden, x]}", "failed", ["censored"]),
    ("{command: sleep 0.1, async: 5, poll: 1}", "changed", []),
    ("{command: /bin/false, async: 5, poll: 1}", "failed", ["non-zero return code"]),
    ("{command: sleep 9, async: 1, poll: 1}", "failed", ["async task did not complete within the requested time - 1s"]),
    ("{fail: {msg: elsewhere}, delegate_to: h2}", "failed", ["elsewhere"]),
    ("{meta: end_host}\n    - fail: {msg: never}", "skipped", []),
    ("{include_role: {name: r}}", "failed", ["in role"]),
    ("{import_role: {name: r}}", "failed", ["in role"]),
    ("{include_tasks: none.yml}", "failed", [None]),
    ("{debug: {msg: '{{ undefined_variable }}'}}", "failed", [None]),
    ("{assert: {that: 1 == 2}}", "failed", ["Assertion failed"]),
    (f"{{{BAD}}}\n    - {{meta: clear_host_errors}}", "failed", ["bad"]),
    (f"{{{BAD}, ignore_errors: yes, name: one}}\n    - {{{BAD}, name: two}}", "failed", ["bad"]),
    (f"{{block: [{BAD}], rescue: [debug: {{msg: saved}}]}}\n    - {{fail: {{msg: then}}}}", "failed", ["then"]),
    ("{command: /bin/true, notify: h}\n  handlers:\n    - {name: h, fail: {msg: handled}}", "failed", ["handled"]),
])
def test_a_host_is_told_as_ansible_counts_it(place, tasks, outcome, messages):
    place.put("roles/r/tasks/main.yml", "- fail: {msg: in role}\n")
    output, code, told = place.play(PLAY.format("h1") + "    - " + tasks + "\n")
    assert told[0] == {"e": "start", "hosts": ["h1"]} and told[-1] == {"e": "end"}, output.decode()
    assert outcomes(told) == {"h1": outcome}
    assert code == (2 if outcome == "failed" else 0)
    assert [(line["host"], line["outcome"]) for line in only(told, "fail")] == [("h1", "failed")] * len(messages)
    assert all(wanted in (None, line["message"]) for wanted, line in zip(messages, only(told, "fail"))), told
    assert "hidden" not in json.dumps(told)


def test_counts_are_those_of_the_recap(place):
    output, _, told = place.play(PLAY.format("all:!away") + f"""
    - {{command: /bin/true, {ON}'h1'}}
    - {{debug: {{msg: x}}}}
    - {{{BAD}, ignore_errors: yes, {ON}'h2'}}
    - block: [{{{BAD}, {ON}'h3'}}]
      rescue: [debug: {{msg: x}}]
    - {{{BAD}, {ON}'h1'}}
""")
    assert only(told, "start") == [{"e": "start", "hosts": ["h1", "h2", "h3"]}]
    recap = re.findall(r"^(\w+) +: (.*)$", re.sub(r"\033\[[0-9;]*m", "", output.decode().split("PLAY RECAP")[1]), re.M)
    assert {name: dict((word, int(n)) for word, n in (pair.split("=") for pair in counts.split())) for name, counts in recap} == \
        {line["name"]: {word: n for word, n in line.items() if word not in ("e", "name", "outcome")} for line in only(told, "host")}
    assert outcomes(told) == {"h1": "failed", "h2": "ok", "h3": "ok"}


def test_an_unreachable_host(place):
    output, code, told = place.play(PLAY.format("h1,gone") + "    - {ping: , name: knock}\n")
    assert code == 4 and outcomes(told) == {"h1": "ok", "gone": "unreachable"}
    assert [failure[:3] for failure in failures(told)] == [("gone", "unreachable", "knock")]
    assert "port 1: Connection refused" in failures(told)[0][3]


def test_a_host_whose_absence_is_ignored(place):
    _, code, told = place.play(PLAY.format("gone") + "    - {ping: , ignore_unreachable: yes}\n")
    assert code == 0 and outcomes(told) == {"gone": "ok"} and failures(told) == []


@pytest.mark.parametrize("strategy", ["linear", "free", "host_pinned"])
def test_strategies(place, strategy):
    _, _, told = place.play(PLAY.replace("tasks", f"strategy: {strategy}\n  tasks").format("all:!away") +
                            f"    - {{{BAD}, {ON}'h2'}}\n    - ping:\n")
    assert outcomes(told) == {"h1": "ok", "h2": "failed", "h3": "ok"} and len(failures(told)) == 1


@pytest.mark.parametrize("stop, wanted", [
    ("serial: 1", {"h1": "failed"}),                    # the whole batch failed, so the others never start, and are not told
    ("serial: 2", {"h1": "failed", "h2": "ok", "h3": "ok"}),
    ("any_errors_fatal: yes", {"h1": "failed", "h2": "skipped", "h3": "skipped"}),
    ("serial: 2\n  max_fail_percentage: 10", {"h1": "failed", "h2": "skipped"}),
    ("run_once: yes", {"h1": "failed", "h2": "skipped", "h3": "skipped"}),
])
def test_what_ends_a_play_early(place, stop, wanted):
    _, code, told = place.play(PLAY.replace("tasks", stop + "\n  tasks").format("all:!away") +
                               f"    - {{{BAD}, when: inventory_hostname == 'h1'}}\n    - ping:\n")
    assert code == 2 and outcomes(told) == wanted
    assert failures(told) == [("h1", "failed", "fail", "bad")]


def test_a_host_of_two_plays_is_told_once(place):
    both = PLAY.format("h1") + "    - command: /bin/true\n" + PLAY.format("h1,h2") + "    - fail: {msg: bad}\n"
    _, _, told = place.play(both + PLAY.format("localhost") + "    - {add_host: {name: new, ansible_connection: local}}\n"
                            + PLAY.format("new") + "    - ping:\n")
    assert [line["hosts"] for line in only(told, "start")] == [["h1"], ["h2"]]      # both fail, which ends the playbook
    assert outcomes(told) == {"h1": "failed", "h2": "failed"} and len(failures(told)) == 2


def test_hosts_that_the_playbook_itself_adds(place):
    _, _, told = place.play(PLAY.format("localhost") + "    - {add_host: {name: new, ansible_connection: local}}\n"
                            + PLAY.format("new") + "    - ping:\n")
    assert [line["hosts"] for line in only(told, "start")] == [["localhost"], ["new"]]
    assert outcomes(told) == {"localhost": "changed", "new": "ok"}


def test_a_playbook_that_breaks_off_has_told_of_its_hosts(place):
    _, code, told = place.play(PLAY.format("h1") + "    - command: /bin/true\n" + "- hosts: h2\n  roles: [none]\n")
    assert code != 0 and told == []             # found before the first play: nothing began
    _, code, told = place.play(PLAY.format("h1") + "    - {command: /bin/true, notify: none}\n")
    assert code == 1 and outcomes(told) == {"h1": "skipped"} and told[-1] == {"e": "end"}     # an unknown handler ends Ansible at once


# ---- facts

def blocks(output):
    """(host, status, object) as `ansible` printed them."""
    text = re.sub(r"\033\[[0-9;]*m", "", output.decode())
    return [(host, status, json.loads(body)) for host, status, body in re.findall(r"^(\S+) \| (\S+) => (\{\n.*?^\})", text, re.M | re.S)]


@pytest.mark.parametrize("module", ["setup", "ansible.builtin.setup", "ansible.legacy.setup", "gather_facts"])
def test_facts_are_those_printed(place, module):
    output, code, told = place.ad_hoc("h1:h2:gone", "-m", module)
    printed = blocks(output)
    assert [(line["host"], line["status"], line["result"]) for line in only(told, "facts")] == printed
    assert sorted(host for host, _, _ in printed) == ["gone", "h1", "h2"] and code == 4
    assert outcomes(told) == {"h1": "ok", "h2": "ok", "gone": "unreachable"}
    assert {status for _, status, _ in printed} == {"SUCCESS", "UNREACHABLE!"}
    assert "invocation" not in json.dumps(told)


def test_facts_of_a_host_that_fails(place):
    output, _, told = place.ad_hoc("h1:h2", "-m", "setup", "-e", '{"ansible_python_interpreter": "/bin/false"}')
    assert [(line["host"], line["status"], line["result"]) for line in only(told, "facts")] == blocks(output) != []
    assert outcomes(told) == {"h1": "failed", "h2": "failed"}


def test_facts_in_one_line_each(place):
    output, _, told = place.ad_hoc("h1:gone", "-m", "setup", "--one-line")
    assert {line["host"]: line["status"] for line in only(told, "facts")} == {"h1": "SUCCESS", "gone": "UNREACHABLE!"}
    assert output.count(b"\n") == 2


def test_other_modules_and_playbooks_tell_no_facts(place):
    assert only(place.ad_hoc("h1", "-m", "ping")[2], "facts") == []
    assert only(place.play("- hosts: h1\n  tasks: [setup: ]\n")[2], "facts") == []


# ---- the run is not disturbed

UNDISTURBED = [
    [AD_HOC, "h1:h2", "-i", "inventory", "-f1", "-m", "ping", "-v"],
    [AD_HOC, "all", "-i", "inventory", "-f1", "-m", "command", "-a", "echo x"],
    [AD_HOC, "h1", "-i", "inventory", "-m", "nonsense"],
    [AD_HOC, "nobody", "-i", "inventory", "-m", "ping"],
    [AD_HOC, "all", "-i", "inventory", "--list-hosts"],
    [AD_HOC, "--version"], [AD_HOC, "--nonsense"], [AD_HOC, "--help"],
    [PLAYBOOK, "play.yml", "-i", "inventory", "-f1", "-v"],
    [PLAYBOOK, "play.yml", "-i", "inventory", "-f1", "--check"],
    [PLAYBOOK, "play.yml", "-i", "inventory", "--limit", "nobody"],
    [PLAYBOOK, "play.yml", "-i", "inventory", "--limit", "@none"],
    [PLAYBOOK, "play.yml", "-i", "inventory", "--list-tasks"],
    [PLAYBOOK, "play.yml", "-i", "inventory", "--syntax-check"],
    [PLAYBOOK, "bad.yml", "-i", "inventory"], [PLAYBOOK, "none.yml", "-i", "inventory"],
    [PLAYBOOK, "play.yml"],
]


def write_project(place):
    """A project with settings and a callback plugin of its own, of our name."""
    place.put("ansible.cfg", "[defaults]\nstdout_callback = oneline\ncallback_plugins = plugins\ncallbacks_enabled = moirai\n")
    place.put("plugins/moirai.py", "from ansible.plugins.callback import CallbackBase\n\n\nclass CallbackModule(CallbackBase):\n"
              "    CALLBACK_VERSION = 2.0\n    CALLBACK_TYPE = 'notification'\n    CALLBACK_NAME = 'moirai'\n"
              "    CALLBACK_NEEDS_ENABLED = True\n\n    def v2_playbook_on_stats(self, stats):\n        print('the project has its own')\n")
    place.put("bad.yml", "- hosts: all\n  tasks: [\n")
    place.put("play.yml", PLAY.format("all:!away") +
              f"    - {{debug: {{msg: 'bücher {{{{ inventory_hostname }}}}'}}}}\n    - {{{BAD}, {ON}'h2'}}\n"
              "    - {copy: {dest: '{{ playbook_dir }}/copied', content: x}, check_mode: yes}\n" + PLAY.format("gone") + "    - ping:\n")


@pytest.mark.parametrize("command, settings", [(command, False) for command in UNDISTURBED] + [(UNDISTURBED[n], True) for n in (0, 1, 8)],
                         ids=lambda value: " ".join(value)[9:60] if isinstance(value, list) else f"{value:d}")
def test_output_and_exit_code_are_those_of_ansible_alone(place, command, settings):
    write_project(place)
    if not settings:
        (place.folder / "ansible.cfg").unlink()
    if command[-1] == "play.yml":       # the inventory's own: of no hosts, which is refused; see below
        command = [*command, "-i", "h1,", "-c", "local"]
    plain = place.plain(*command)
    output, code, told = place.wrapped(*command)
    assert (output, code) == plain
    assert not told or told[-1] == {"e": "end"}


def test_without_anybody_to_tell_it_runs_the_same(place):
    place.put("play.yml", PLAY.format("h1") + "    - ping:\n")
    command = [PLAYBOOK, "play.yml", "-i", "inventory"]
    wanted = place.plain(*command)
    assert place.plain(*place.ours(*command)) == wanted
    for bad in ("", "x", "0", "1", "99"):
        place.environment["MOIRAI_RESULTS_FD"] = bad
        assert place.plain(*place.ours(*command)) == wanted


def test_nobody_reads_any_more(place):
    place.put("play.yml", PLAY.format("h1") + "    - ping:\n")
    reading, writing = os.pipe()
    os.close(reading)
    process = place.start(*place.ours(PLAYBOOK, "play.yml", "-i", "inventory"), results=writing)
    os.close(writing)
    assert (process.communicate(timeout=60)[0], process.returncode) == place.plain(PLAYBOOK, "play.yml", "-i", "inventory")


def test_what_ansible_starts_has_neither_the_variable_nor_the_descriptor(place):
    seen = place.folder / "seen"
    _, code, told = place.play(PLAY.format("h1") + f"    - shell: (env; ls -l /proc/self/fd) >{seen}\n")
    assert code == 0 and told[-1] == {"e": "end"}
    assert "MOIRAI" not in seen.read_text() and "results" not in seen.read_text()


def test_home_is_where_a_run_has_it(place):
    """Also for what is done locally: the account's own folder may be nowhere."""
    output, code, _ = place.play(PLAY.format("h1") + "    - {command: 'pwd', args: {chdir: '~'}, async: 5, poll: 1}\n"
                                 "    - debug: {var: ansible_user}\n")
    assert code == 0, output.decode()
    home = place.folder / "home"
    assert (home / ".ansible/tmp").is_dir() and (home / ".ansible_async").is_dir() and b"VARIABLE IS NOT DEFINED" in output


def test_a_line_comes_at_once(place):
    """Not when the slowest host has answered, as from Ansible alone."""
    place.put("play.yml", PLAY.format("h1,h2") + "    - {command: \"sleep {{ {'h1': 0, 'h2': 60}[inventory_hostname] }}\"}\n")
    process = place.start(*place.ours(PLAYBOOK, "play.yml", "-i", "inventory"), start_new_session=True)
    seen = b""
    while b"changed: [h1]" not in seen:
        line = process.stdout.readline()
        assert line, seen
        seen += line
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate(timeout=20)


def started(place, wrapped):
    place.put("play.yml", PLAY.format("h1,h2") + "    - {fail: {msg: first}, when: inventory_hostname == 'h2'}\n    - command: sleep 30\n")
    command = [PLAYBOOK, "play.yml", "-i", "inventory"]
    with open(place.folder / "results", "wb") as results:
        process = place.start(*(place.ours(*command) if wrapped else command), results=results.fileno(), start_new_session=True)
    for line in process.stdout:
        if b"TASK [command" in line:
            break
    time.sleep(0.5)
    return process


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_it_ends_by_a_signal_as_ansible_does(place, number):
    """Of SIGINT, which nobody sends it, Ansible itself makes now this and now that."""
    ends = []
    for wrapped in (False, True):
        process = started(place, wrapped)
        process.send_signal(number)
        ends.append(process.wait(timeout=20))
        os.killpg(process.pid, signal.SIGKILL)
    assert ends[0] == ends[1]
    told = [json.loads(line) for line in open(place.folder / "results")]
    assert failures(told) == [("h2", "failed", "fail", "first")]
    assert outcomes(told) == {}


# ---- refused before anything starts

REFUSED = b"\033[0;31mERROR! The limit names no hosts, and would mean all of them. Nothing was started.\033[0m\n"
EMPTY = b"\033[0;31mERROR! The inventory holds no hosts. Nothing was started.\033[0m\n"
COMMANDS = [[AD_HOC, "all", "-a", "touch started"], [PLAYBOOK, "touch.yml"]]


def touching(place):
    place.put("touch.yml", PLAY.format("all,localhost") + f"    - {{command: touch {place.folder}/started, delegate_to: localhost}}\n")
    place.put("blank", "\n  \n\n")
    place.put("named", "\n h1\n")


@pytest.mark.parametrize("command", COMMANDS, ids=["ansible", "ansible-playbook"])
@pytest.mark.parametrize("limit", ["", " ", ",", ":", ", ,", "[", "!", "&", "~", "@blank", "@blank,", "@/dev/null"])
def test_a_limit_without_hosts_is_refused(place, command, limit):
    touching(place)
    for form in (["--limit", limit], ["--lim=" + limit], ["-vl", limit])[:3 if limit == "" else 1]:
        output, code, told = place.wrapped(*command, "-i", "inventory", *form)
        if limit == "@/dev/null":
            assert code == 1 and b"ERROR! Limit starting with" in output
        else:
            assert output.endswith(REFUSED) and code == 1
        assert told == [] and not (place.folder / "started").exists()


@pytest.mark.parametrize("command", COMMANDS, ids=["ansible", "ansible-playbook"])
def test_a_limit_whose_file_is_missing_is_refused_and_one_with_names_is_obeyed(place, command):
    touching(place)
    output, code, _ = place.wrapped(*command, "-i", "inventory", "--limit", "@missing")
    assert code == 1 and b"ERROR! Unable to find limit file" in output and not (place.folder / "started").exists()
    _, code, told = place.wrapped(*command, "-i", "inventory", "--limit", "@named")
    assert code == 0 and outcomes(told) == {"h1": "changed"} and (place.folder / "started").exists()


@pytest.mark.parametrize("command", COMMANDS, ids=["ansible", "ansible-playbook"])
def test_an_inventory_without_hosts_is_refused(place, command):
    touching(place)
    place.put("empty", "[group]\n")
    script = place.put("dynamic", "#!/bin/sh\necho '{\"_meta\": {\"hostvars\": {}}}'\n")
    script.chmod(0o755)
    for inventory in ("empty", "dynamic", "missing", "/dev/null"):
        output, code, told = place.wrapped(*command, "-i", inventory)
        assert code == 1 and output.endswith(EMPTY) and told == [] and not (place.folder / "started").exists()
    assert place.wrapped(PLAYBOOK, "touch.yml", "-i", "empty", "--syntax-check")[1] == 0        # needs none


# ---- many hosts, odd texts: the plugin by itself

def test_ten_thousand_hosts(place):
    program = place.put("many.py", f"""
import json, os, resource, runpy
import ansible.cli
from ansible.executor.stats import AggregateStats
m = runpy.run_path({str(WRAPPER.parent / 'callback/moirai.py')!r})
LONG = "m\\0\\x1b\\udcff" * 99999
class Named:
    def __init__(self, name): self.name = name
    def get_name(self): return self.name
class Inventory:
    hosts = [Named(f"host{{n}}.example.com") for n in range(10000)]
    def get_hosts(self, pattern): return self.hosts
class Manager:
    _stats = AggregateStats()
    def get_inventory(self): return Inventory()
class Result:
    task_name = "t\\0\\ud800" + "x" * 9999
    def __init__(self, host, result): self._host, self._result, self._task = host, result, type("Task", (), {{"action": "setup"}})
manager = Manager()
p = m["CallbackModule"](manager, m["Results"](int(os.environ["MOIRAI_RESULTS_FD"])))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
p.v2_playbook_on_start(type("Playbook", (), {{"_file_name": "__adhoc_playbook__"}}))
p.v2_playbook_on_play_start(type("Play", (), {{"hosts": "all"}}))
for n, host in enumerate(Inventory.hosts):
    if n % 2:
        manager._stats.increment("failures", host.name)
        p.v2_runner_on_failed(Result(host, {{"msg": LONG if n < 9 else "short", "stderr": "s"}}))
    else:
        manager._stats.increment("ok", host.name)
        p.v2_runner_on_ok(Result(host, {{"ansible_facts": {{"n": n, "big": 1 << 70, "nan": float("nan"), "\\0": ["\\0", b"x", {{3}}],
            "_ansible_x": 1}}, "invocation": 1, "_ansible_no_log": False, **({{"huge": LONG * 9}} if n == 2 else {{}})}}))
p.v2_runner_on_ok(None)
p.v2_playbook_on_stats(manager._stats)
p.finish()
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
""")
    with open(place.folder / "results", "wb+") as results:
        process = place.start(PYTHON, program, results=results.fileno())
        output = process.communicate(timeout=120)[0].decode()
        results.seek(0)
        lines = results.readlines()
    assert process.returncode == 0, output
    assert int(output) < 64 << 10       # KiB
    told = [json.loads(line) for line in lines]
    assert max(len(line) for line in lines if b'"facts"' not in line) <= 64 << 10
    assert [len(line["hosts"]) for line in only(told, "start")] == [1000] * 10
    assert len(only(told, "facts")) == 10000 and len(only(told, "fail")) == 5000 and len(only(told, "host")) == 10000
    assert told[-1] == {"e": "end", "missed": 1}
    first, huge = only(told, "facts")[0], [line for line in only(told, "facts") if line["status"] == "SUCCESS" and "note" in line]
    assert first["result"] == {"ansible_facts": {"n": 0, "big": str(1 << 70), "nan": "nan", "\ufffd": ["\ufffd", "b'x'", [3]]}}
    assert [line["result"] for line in huge] == [{}]
    failure = only(told, "fail")[0]
    assert len(failure["message"]) == 2000 and len(failure["task"]) == 500 and failure["task"].startswith("t\ufffd?x")


def test_wrong_use(place):
    for arguments in ([], ["run"], ["run", "x"], ["run", "x", "y", "z"], ["reference"], ["nonsense", "x"], ["version", "a", "b"]):
        output, code = place.plain(PYTHON, WRAPPER, *arguments)
        assert code == 1 and output.startswith(b"usage: ")
