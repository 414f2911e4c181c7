"""What came of each host: told to the shepherd while Ansible runs, a JSON object a line, in UTF-8.

    {"e":"start","hosts":[NAME,...]}     hosts of the play that begins (after the limit) which were not told before
    {"e":"fail","host":NAME,"outcome":"failed"|"unreachable","task":TEXT,"message":TEXT}     as it happens, unless ignored or rescued
    {"e":"facts","host":NAME,"status":"SUCCESS"|"CHANGED"|"FAILED!"|"UNREACHABLE!","result":{...}}     of `ansible -m setup`, as printed
    {"e":"host","name":NAME,"ok":N,"changed":N,"failed":N,"unreachable":N,"skipped":N,"rescued":N,"ignored":N,"outcome":WORD}
                                         at the end, each that was told or counted; of a host told twice the last is right
    {"e":"end"}                          nothing more comes; "missed":N of what should have been told could not be

A line has at most LINE bytes, one of facts FACTS (larger: "result":{} and a "note"). What Ansible hides by no_log says "censored",
and nobody's module arguments are told. Texts hold no NUL and no half character, numbers are below 2^63 (larger ones become texts), so
that every reader of JSON can read them. But what a module says may be any secret: who stores it masks it as the output.

The wrapper (moirai_ansible.py) makes it one of the TaskQueueManager's callbacks, so that neither a project's settings nor a plugin
of its own with this name come into it. It must never disturb the run: what goes wrong in here is counted, and not said.
"""
import functools
import json
import math
import os
from collections.abc import Mapping, Sequence, Set

from ansible.plugins.callback import CallbackBase

LINE, FACTS = 64 << 10, 1 << 20
NAMES = 1000                # in one line of "start"
MESSAGE, TASK, ITEM = 2000, 500, 100        # characters
SETUP = {prefix + name for prefix in ("", "ansible.builtin.", "ansible.legacy.") for name in ("setup", "gather_facts")}
NOT_PRINTED = {"invocation", "diff", "exception"}
PRINTED_APART = {"warnings", "deprecations"}       # if there are any
DETAILS = ("stderr", "module_stderr", "stdout", "module_stdout")


# ---- lines

class Results:
    """Where the lines go; only the process that made it writes, not the workers that Ansible forks."""

    def __init__(self, fd):
        self.fd, self.process, self.missed = fd, os.getpid(), 0

    def tell(self, most=LINE, **what):
        """Whether it was short enough to be told. Once nobody reads any more, nothing is written."""
        line = json.dumps(plain(what), ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace") + b"\n"
        if len(line) > most:
            return False
        while line and self.fd is not None and os.getpid() == self.process:
            try:
                line = line[os.write(self.fd, line):]
            except OSError:
                self.fd = None
        return True

    def must_tell(self, **what):
        if not self.tell(**what):
            self.missed += 1


def plain(value):
    """The same of what all JSON has, without Ansible's internal keys."""
    if isinstance(value, str):
        return value.replace("\0", "\ufffd")
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return int(value) if -1 << 63 <= value < 1 << 63 else str(value)
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else str(value)
    if isinstance(value, Mapping):
        return {plain(str(key)): plain(item) for key, item in value.items() if not str(key).startswith("_ansible_")}
    if isinstance(value, (Sequence, Set)) and not isinstance(value, (bytes, bytearray)):
        return [plain(item) for item in value]
    return plain(repr(value))


def portions(names):
    """Names, as many at a time as fit into a line."""
    portion, size = [], 0
    for name in names:
        more = len(json.dumps(name)) + 1            # escaped: not shorter than in UTF-8
        if portion and (len(portion) == NAMES or size + more > LINE - 100):
            yield portion
            portion, size = [], 0
        portion.append(name)
        size += more
    if portion:
        yield portion


# ---- messages

def message_of(result):
    if "censored" in result or result.get("_ansible_no_log"):
        return "censored"
    said = text(next((result[name] for name in ("msg", "reason") if result.get(name) is not None), ""))
    for item in result.get("results") or ():
        if isinstance(item, Mapping) and (item.get("failed") or item.get("unreachable")):
            return cut(f"{said}: {label_of(item)}{message_of(item)}", MESSAGE)
    return with_detail(said, result)


def label_of(item):
    label = item.get("_ansible_item_label", item.get("item"))
    if item.get("_ansible_no_log") or not isinstance(label, (str, int, float)):
        return ""
    return f"(item={cut(text(label), ITEM)}) "


def with_detail(said, result):
    """A command that failed says why in its streams, a module that broke in its own."""
    detail = next((result[name].strip() for name in DETAILS if isinstance(result.get(name), str) and result[name].strip()), "")
    if not detail or detail in said or said and not result.get("rc") and "module_stderr" not in result:
        return cut(said, MESSAGE)
    room = MESSAGE - len(said) - 2
    if room < ITEM:
        return cut(said, MESSAGE)
    return (said and said + "\n") + (detail if len(detail) <= room else "…" + detail[1 - room:])


def text(value):
    return value if isinstance(value, str) else json.dumps(plain(value), ensure_ascii=False)


def cut(value, most):
    return value if len(value) <= most else value[:most - 1] + "…"


def outcome_of(counts):
    return next((word for word in ("unreachable", "failed", "changed", "ok") if counts[word]), "skipped")


# ---- the plugin

class Silent:
    verbosity = 0


def quietly(method):
    @functools.wraps(method)
    def tried(self, *args, **kwargs):
        try:
            return method(self, *args, **kwargs)
        except Exception:       # ours, not the run's
            self.results.missed += 1
    return tried


# Newer Ansibles name these without the underscore, and complain of those with it.
def host_of(result):
    return (getattr(result, "host", None) or result._host).get_name()


def task_of(result):
    return getattr(result, "task", None) or result._task


def said_by(result):
    said = getattr(result, "result", None)
    return said if isinstance(said, Mapping) else result._result


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "moirai"

    def __init__(self, manager, results):
        super().__init__(display=Silent())      # at -vvvv it would tell of itself
        self.manager, self.results = manager, results
        self.told = {}          # hosts, in their order
        self.counted = {}       # host with failures -> its counts when it last had one
        self.is_ad_hoc = self.ended = False

    @quietly
    def v2_playbook_on_start(self, playbook):
        self.is_ad_hoc = getattr(playbook, "_file_name", None) == "__adhoc_playbook__"

    @quietly
    def v2_playbook_on_play_start(self, play):
        names = [host.get_name() for host in self.manager.get_inventory().get_hosts(play.hosts)]
        fresh = [name for name in names if name not in self.told]
        self.told.update(dict.fromkeys(fresh))
        for portion in portions(fresh):
            self.results.must_tell(e="start", hosts=portion)

    @quietly
    def v2_runner_on_ok(self, result):
        if self.is_ad_hoc and task_of(result).action in SETUP:
            self.tell_facts(result, "CHANGED" if said_by(result).get("changed") else "SUCCESS")

    @quietly
    def v2_runner_on_failed(self, result, ignore_errors=False):
        self.tell_failure(result, "failures", "failed")
        if self.is_ad_hoc and task_of(result).action in SETUP:
            self.tell_facts(result, "FAILED!")

    @quietly
    def v2_runner_on_unreachable(self, result):
        self.tell_failure(result, "unreachable", "unreachable")
        if self.is_ad_hoc and task_of(result).action in SETUP:
            self.tell_facts(result, "UNREACHABLE!")

    @quietly
    def v2_playbook_on_stats(self, stats):
        self.tell_hosts()
        self.ended = True

    def finish(self):
        """Also where the run breaks off, and Ansible calls nobody."""
        if not self.ended:
            self.tell_hosts()
        missed = {"missed": self.results.missed} if self.results.missed else {}
        self.results.tell(e="end", **missed)

    def tell_failure(self, result, count, outcome):
        """Ansible has counted it by now: as a failure only if it was neither ignored nor is to be rescued."""
        name = host_of(result)
        now = self.manager._stats.summarize(name)
        before = self.counted.get(name, {})
        self.counted[name] = now
        if now[count] > before.get(count, 0):
            self.results.must_tell(e="fail", host=name, outcome=outcome, task=cut(text(result.task_name), TASK),
                                   message=message_of(said_by(result)))

    def tell_facts(self, result, status):
        printed = {key: value for key, value in said_by(result).items()
                   if key not in NOT_PRINTED and not (key in PRINTED_APART and value)}
        known = {"e": "facts", "host": host_of(result), "status": status}
        if not self.results.tell(FACTS, **known, result=printed):
            self.results.must_tell(**known, result={}, note=f"left out: more than {FACTS} bytes")

    @quietly
    def tell_hosts(self):
        stats = self.manager._stats
        for name in dict.fromkeys([*self.told, *stats.processed]):
            counts = stats.summarize(name)
            counts["failed"] = counts.pop("failures")
            self.results.must_tell(e="host", name=name, **counts, outcome=outcome_of(counts))
