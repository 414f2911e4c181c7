"""Load for the tests that kill, stop and renew: what was asked, and how each was answered."""
import collections
import itertools
import time

import requests

from client import Crowd
from instance import PASSWORD


class Journal:
    """Threads that throw opening and closing events, each with a note of its own. answers: note -> HTTP status, or
    0 when the connection broke. bad: answers that are neither 201 nor a 503 as it should be."""

    def __init__(self, api, types, threads=8, hosts=20):
        self.url, self.types, self.hosts = api.base + "/events", types, hosts
        self.notes = itertools.count(1)
        self.answers, self.bad = {}, []
        self.crowd = Crowd([self.thrower() for _ in range(threads)])

    def thrower(self):
        session = requests.Session()
        session.auth, session.trust_env = ("admin", PASSWORD), False

        def throw():
            n = next(self.notes)
            event = {"user": "johnny", "note": str(n), "hostname": f"host{n % self.hosts}",
                     "eventTypeId": self.types[n % len(self.types)]}
            try:
                answer = session.post(self.url, json=event, timeout=60)
            except requests.RequestException:
                self.answers[n] = 0
                time.sleep(0.01)
                return
            self.answers[n] = answer.status_code
            if answer.status_code == 503 and answer.headers.get("Retry-After") == "2":
                time.sleep(0.01)         # a client that waits a little, if not for two seconds
            elif answer.status_code != 201:
                self.bad.append((answer.status_code, answer.text[:200]))
        return throw

    def count(self, status):
        return sum(s == status for s in list(self.answers.values()))

    def stop(self):
        """How often each status was answered."""
        self.crowd.stop()
        assert self.bad == []
        return collections.Counter(self.answers.values())

    def must_be_kept(self, sql):
        """Each event answered 201 is there once, none twice, and each other one there was asked for."""
        stored = collections.Counter(int(note) for note in sql.column("select note from fate.events where note <> ''"))
        assert set(stored.values()) <= {1}
        assert {n for n, status in self.answers.items() if status == 201} <= stored.keys() <= self.answers.keys()
