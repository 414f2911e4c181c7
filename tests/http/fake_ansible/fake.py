"""Stands in for Ansible where load, lag and ill behaviour are tested: no hosts, no modules, started in 20 ms.

What it does stands after "fake:" in an argument (-e '{"x": "fake: lines=5"}') or in the first lines of the playbook
("# fake: lines=5 rate=1000"); what comes later counts:

    lines=10 rate=0         lines on stdout, this many a second (0: as fast as they are taken); every one holds N<number>,
                            from 1, and T<seconds since the epoch, when it was written>
    width=0                 lines are filled up to so many characters
    stderr=0                every so manieth line goes to stderr
    hosts=3                 h1, h2, ...; of these:
    fail= unreachable= changed=     names, with commas between
    before=0 sleep=0        seconds before the first line, after the last one
    exit=                   its exit code; else 4 if a host is unreachable, 2 if one fails, 0
    kill=0                  instead of an exit: this signal, to itself
    ignore_term=0           1: TERM and INT do nothing
    spawn=0 spawn_print=0   so many children in sessions of their own that ignore TERM, sleep ten minutes, and print a line every
                            so many seconds; a line "spawned PID" tells of each
    secrets=0               1: prints what it was given: arguments, environment, the files that its arguments name
    bytes=0 cr=0 long=0     1: a line that is no UTF-8, one with CRs; a line of so many bytes (1: a MiB)
    partial=0               1: the last line does not end
    config=0                1: the line of -v about ansible.cfg
    results=1               0: tells no results; "rubbish": lines that are none; "flood": a MiB of failures
    facts=0                 1: facts of each host, as of `ansible -m setup`

What came of the hosts goes to MOIRAI_RESULTS_FD, as from callback/moirai.py. Under the wrapper, too, which has taken the variable
away: it still stands in what the kernel keeps of the process's beginning.
"""
import json
import os
import re
import signal
import sys
import time

DEFAULTS = {
    "lines": "10", "rate": "0", "width": "0", "stderr": "0", "hosts": "3", "fail": "", "unreachable": "", "changed": "",
    "before": "0", "sleep": "0", "exit": "", "kill": "0", "ignore_term": "0", "spawn": "0", "spawn_print": "0", "secrets": "0",
    "bytes": "0", "cr": "0", "long": "0", "partial": "0", "config": "0", "results": "1", "facts": "0",
}
COLOURS = {"ok": "0;32", "changed": "0;33", "failed": "0;31", "unreachable": "0;31"}
TICK = 0.005                # what is due is written so often
MIB = 1 << 20
RUBBISH = b'\n{"e"\n{}\n[]\n{"e":7}\n\xff\xfe\n{"e":"host"}\n{"e":"fail","host":3}\n{"e":"start","hosts":"h1"}\n'


def main():
    wanted = settings()
    hosts = outcomes(wanted)
    if wanted["ignore_term"] != "0":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    time.sleep(float(wanted["before"]))
    results = Results(wanted["results"])
    results.start(hosts)
    oddities(wanted)
    print_lines(wanted, list(hosts.items()))
    results.end(hosts, facts=wanted["facts"] != "0")
    time.sleep(float(wanted["sleep"]))
    put("the end" if wanted["partial"] != "0" else "PLAY RECAP *****\n")
    leave(wanted, hosts)


def settings():
    """Later ones count."""
    playbooks = [path for path in sys.argv[1:] if path.endswith((".yml", ".yaml")) and os.path.isfile(path)]
    texts = [open(path, errors="replace").read(4096) for path in playbooks]
    told = dict(DEFAULTS)
    for text in texts + sys.argv[1:]:
        for words in re.findall(r"fake:((?: *[a-z_]+=[^\s\"'\\}]*)+)", text):
            told.update(word.split("=", 1) for word in words.split())
    unknown = set(told) - set(DEFAULTS)
    if unknown:
        sys.exit(f"ERROR! the fake ansible knows no {unknown}")
    return told


def outcomes(wanted):
    special = {name: outcome for outcome in ("changed", "fail", "unreachable") for name in wanted[outcome].split(",") if name}
    names = [f"h{n}" for n in range(1, int(wanted["hosts"]) + 1)]
    return {name: special.get(name, "ok").replace("fail", "failed") for name in names}


# ---- output

def put(text, fd=1):
    data = text if isinstance(text, bytes) else text.encode()
    while data:
        data = data[os.write(fd, data):]


def print_lines(wanted, hosts):
    count, rate = int(wanted["lines"]), float(wanted["rate"])
    begun, done = time.monotonic(), 0
    while done < count:
        due = count if rate == 0 else min(count, int((time.monotonic() - begun) * rate) + 1)
        for number in range(done + 1, due + 1):
            put(line(number, hosts, int(wanted["width"])), 2 if is_nth(number, int(wanted["stderr"])) else 1)
        done = due
        if done < count:
            time.sleep(max(TICK, begun + done / rate - time.monotonic()))


def is_nth(number, every):
    return every > 0 and number % every == 0


def line(number, hosts, width):
    """As Ansible's, with its colours: a heading, then each host."""
    turn = (number - 1) % (len(hosts) + 1)
    stamp = f"N{number} T{time.time():.6f}"
    if turn == 0:
        return f"TASK [fake {stamp}] ".ljust(width, "*") + "\n"
    host, outcome = hosts[turn - 1]
    said = {"failed": f"fatal: [{host}]: FAILED! => ", "unreachable": f"fatal: [{host}]: UNREACHABLE! => "}
    text = said.get(outcome, f"{outcome}: [{host}] => ") + json.dumps({"msg": stamp})
    return f"\033[{COLOURS[outcome]}m{text.ljust(width)}\033[0m\n"


def oddities(wanted):
    if wanted["config"] != "0":
        put("\033[0;34mNo config file found; using defaults\033[0m\n")
    if wanted["secrets"] != "0":
        print_secrets()
    if wanted["bytes"] != "0":
        put(b"no UTF-8: \xff\xfe\xc3\x28 \xed\xa0\x80 \xf0\x9f, NUL: \0.\n")
    if wanted["cr"] != "0":
        put(b"10%\r50%\r100%\r\nafter CRs\r\r\n\r\n")
    if wanted["long"] != "0":
        size = MIB if wanted["long"] == "1" else int(wanted["long"])
        put("x" * (size - 1) + "\n")
    for _ in range(int(wanted["spawn"])):
        spawn(float(wanted["spawn_print"]))


def print_secrets():
    for argument in sys.argv[1:]:
        put(f"argument {argument}\n")
        path = argument.rpartition("@")[2].rpartition("=")[2]
        if os.path.isfile(path):
            put(f"file {path}\n")
            with open(path, "rb") as file:
                put(file.read())
            put("\n")
    for name, value in os.environ.items():
        put(f"environment {name}={value}\n")


def spawn(every):
    """A child that nobody waits for, in a session of its own, with the output in its hands."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.setsid()
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        if os.fork() == 0:
            os.write(writing, str(os.getpid()).encode())
            os.close(writing)
            os.close(reading)
            linger(every)
        os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    put(f"spawned {os.read(reading, 20).decode()}\n")
    os.close(reading)


def linger(every):
    try:
        until = time.monotonic() + 600
        while time.monotonic() < until:
            time.sleep(every or 600)
            put("a child's line\n" if every else "")
    except OSError:
        pass
    os._exit(0)


def leave(wanted, hosts):
    if wanted["kill"] != "0":
        os.kill(os.getpid(), int(wanted["kill"]))
    code = 4 if "unreachable" in hosts.values() else 2 if "failed" in hosts.values() else 0
    sys.exit(int(wanted["exit"] or code))


# ---- results

class Results:
    def __init__(self, how):
        self.how = how
        with open("/proc/self/environ", "rb") as file:
            given = re.search(rb"(?:^|\0)MOIRAI_RESULTS_FD=(\d+)", file.read())
        self.fd = int(given[1]) if given and how != "0" else None

    def tell(self, **what):
        if self.fd is not None:
            put(json.dumps(what, ensure_ascii=False, separators=(",", ":")) + "\n", self.fd)

    def start(self, hosts):
        self.tell(e="start", hosts=list(hosts))
        if self.how == "rubbish" and self.fd is not None:
            put(RUBBISH + b"y" * MIB + b"\n", self.fd)
        if self.how == "flood":
            for n in range(512):
                self.tell(e="fail", host="h1", outcome="failed", task=f"flood {n}", message="m" * 2000)

    def end(self, hosts, facts):
        for name, outcome in hosts.items():
            if facts:
                self.tell(e="facts", host=name, status="SUCCESS", result={"ansible_facts": {"ansible_hostname": name}, "changed": False})
            if outcome in ("failed", "unreachable"):
                self.tell(e="fail", host=name, outcome=outcome, task="fake", message=f"{name} is {outcome}")
        for name, outcome in hosts.items():
            counts = {word: int(word == outcome) for word in ("ok", "changed", "failed", "unreachable")}
            counts["ok"] |= counts["changed"]
            self.tell(e="host", name=name, **counts, skipped=0, rescued=0, ignored=0, outcome=outcome)
        self.tell(e="end")
