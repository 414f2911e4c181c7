"""What lies in the outbox of an instance, and couriers of the tests' own that run on it."""
import contextlib
import os
import signal
import subprocess

from client import ok
from instance import Sql, eventually, process_table


class Outbox:
    def __init__(self, instance):
        self.instance, self.sql = instance, Sql(instance)

    def close(self):
        self.sql.close()

    def is_sorted(self):
        return self.sql.one("select not exists (select from outbox.changes)")

    def hurry(self):
        """Waits until all changes are letters, and lets the time come for which these wait."""
        eventually(self.is_sorted)
        self.sql.run("update outbox.letters set due_at = clock_timestamp() where state = 'waiting' and lease is null")

    def is_at_rest(self):
        """Nothing is to be sorted; nothing is being sent, nor will it be soon."""
        return self.sql.one("select not exists (select from outbox.changes) and not exists (select from outbox.letters"
                            " where state = 'waiting' and (lease is not null or due_at < clock_timestamp() + interval '10 s'))")

    def rest(self, seconds=20):
        eventually(self.is_at_rest, seconds)

    def tried(self, api, times=1):
        """The newest letter, once it was tried so often and is not just being tried again."""
        def newest():
            (letter,) = ok(api.get("/letters?limit=1"))["letters"]
            return letter if letter["attempts"] >= times and letter["state"] != "sending" else None
        eventually(self.is_sorted)
        return eventually(newest)

    def count(self, where="true"):
        return self.sql.one(f"select count(*) from outbox.letters where channel <> 'live' and {where}")

    def leases_end(self):
        """As they would in time. Only where nobody is left who has a letter."""
        self.sql.run("update outbox.letters set due_at = clock_timestamp() where state = 'waiting' and lease is not null")


@contextlib.contextmanager
def no_courier(instance):
    """The instance's own courier does nothing meanwhile: its parent is stopped, so that nobody starts those below it anew."""
    parent = instance.parent_of("moirai-courier")
    os.kill(parent, signal.SIGSTOP)
    try:
        for child in instance.couriers():
            os.kill(child, signal.SIGTERM)
        eventually(lambda: not instance.couriers())
        yield
    finally:
        os.kill(parent, signal.SIGCONT)
        eventually(instance.couriers)


class Courier:
    """A moirai-courier of our own, on the instance's settings, and what is put over them."""

    def __init__(self, instance, *files):
        self.log = (instance.var / "log" / "own-courier.log").open("a")
        self.process = subprocess.Popen(instance.courier_command(*files), env=instance.environment(), stderr=self.log)
        self.pid = self.process.pid

    def children(self):
        return sorted(p for p, (_, parent) in process_table().items() if parent == self.pid)

    def started(self, n):
        return eventually(lambda: len(self.children()) == n and self.children())

    def kill(self, *pids):
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def stop(self, seconds=30):
        """Its exit status."""
        self.process.terminate()
        return self.wait(seconds)

    def wait(self, seconds=30):
        status = self.process.wait(seconds)
        self.log.close()
        return status


@contextlib.contextmanager
def courier(instance, *files):
    own = Courier(instance, *files)
    try:
        yield own
    finally:
        if own.process.poll() is None:
            own.kill(*own.children(), own.pid)
            own.wait()
