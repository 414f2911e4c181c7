"""16 clients at the same 200 hosts: nothing deadlocks, nothing is lost, nothing happens twice.

MOIRAI_STORM_SECONDS  how long (15)     MOIRAI_STORM_SEED  for the same throws again
"""
import collections
import os
import random
import threading
import time

import pytest
import requests

from client import Api, Crowd
from instance import PASSWORD, Sql
from world import World

pytestmark = pytest.mark.noreset
SECONDS = float(os.environ.get("MOIRAI_STORM_SECONDS", "15"))
SEED = int(os.environ.get("MOIRAI_STORM_SEED", "0")) or int(time.time())
CLIENTS = 16
HOSTS = [f"host{i:03}" for i in range(200)]


class Ledger:
    """What the server has confirmed, for all clients together."""

    def __init__(self):
        self.lock = threading.Lock()
        self.statuses = collections.Counter()
        self.events, self.hosts = 0, set(HOSTS)
        self.quests, self.labors = [], {}          # labors: those that began a quest -> their first quest
        self.acknowledged = set()
        self.moved = set()                         # quests that labors were moved into or out of
        self.bad = []


class Client:
    """One of the throng: does this and that, as its own dice fall."""

    def __init__(self, api, ledger, types, fates, number):
        self.base, self.ledger, self.types, self.fates = api.base, ledger, types, fates
        self.dice = random.Random(SEED * 1000 + number)
        self.session = requests.Session()
        self.session.auth, self.session.trust_env = ("admin", PASSWORD), False
        self.deeds = [self.throw] * 60 + [self.embark] * 12 + [self.throw_at_quest] * 10 + [self.acknowledge] * 8 + [
            self.move] * 6 + [self.look] * 4

    def act(self):
        self.dice.choice(self.deeds)()

    def ask(self, method, path, body=None):
        answer = self.session.request(method, self.base + path, json=body, timeout=60)
        with self.ledger.lock:
            self.ledger.statuses[answer.status_code] += 1
            if answer.status_code not in (200, 201):
                self.ledger.bad.append((method, path, body, answer.status_code, answer.text[:200]))
        return answer.json() if answer.status_code < 400 else {}

    def some(self, most):
        """A few hosts, in any order; now and then one that nobody has heard of."""
        names = self.dice.sample(HOSTS, self.dice.randint(1, most))
        if self.dice.random() < 0.03:
            names += [f"new{self.dice.randrange(10 ** 6)}" for _ in range(2)]
        self.dice.shuffle(names)
        return names

    def thrown(self, said, names=()):
        with self.ledger.lock:
            self.ledger.events += len(said["events"]) if "events" in said else 1 if said else 0
            self.ledger.hosts.update(names)

    def event(self, **where):
        """Its note tells it from those that creating a quest throws."""
        return {"user": "johnny", "eventTypeId": self.dice.choice(self.types), "note": "storm", **where}

    def throw(self):
        names = self.some(6)
        self.thrown(self.ask("POST", "/events", self.event(hostnames=names)), names)

    def throw_at_quest(self):
        if self.ledger.quests:
            self.thrown(self.ask("POST", "/events", self.event(questId=self.dice.choice(self.ledger.quests[-40:]))))

    def embark(self):
        names = self.some(12)
        said = self.ask("POST", "/quests", {"fateId": self.dice.choice(self.fates), "creator": "johnny",
                                            "description": "storm", "hostnames": names})
        if said:
            with self.ledger.lock:
                self.ledger.quests.append(said["id"])
                self.ledger.labors |= {l["id"]: said["id"] for l in said["labors"][1:]}    # no quest is left empty
                self.ledger.events += len(set(names))
                self.ledger.hosts.update(names)

    def acknowledge(self):
        labors = self.some_labors()
        if labors and self.change(labors, {"ackUser": "tammy"}):
            with self.ledger.lock:
                self.ledger.acknowledged.update(labors)

    def some_labors(self):
        with self.ledger.lock:
            known = [*self.ledger.labors][-500:]
        return self.dice.sample(known, min(self.dice.choice((1, 1, 2, 6)), len(known)))

    def change(self, labors, body):
        if len(labors) == 1:
            return self.ask("PUT", f"/labors/{labors[0]}", body)
        return self.ask("PUT", "/labors", {"laborIds": labors, **body})

    def move(self):
        if labors := self.some_labors():
            quest = self.dice.choice(self.ledger.quests[-40:])
            with self.ledger.lock:
                self.ledger.moved |= {*(self.ledger.labors[l] for l in labors), quest}
            self.change(labors, {"questId": quest})

    def look(self):
        self.ask("GET", self.dice.choice(["/labors?open=true&expand=quests&expand=hosts", "/events?limit=50",
                                          "/quests?progressInfo=true&filterClosed=true", "/hosts/host001", "/labors/table"]))


@pytest.fixture(scope="module")
def storm(own_instance, contract):
    """The storm, once; the tests look at what it left."""
    own_instance.reset()
    api = Api(own_instance, contract)
    world = World(api)
    types = world.chain("work required", "work ready", "work completed")
    types += world.chain("reboot required", "reboot completed")
    world.fate(types[4], 1)          # a reboot also ends work that was not begun
    ledger = Ledger()
    world.throw(types[0], *HOSTS, note="before")
    ledger.events = len(HOSTS)
    crowd = Crowd([Client(api, ledger, types, [1, 2, 4], n).act for n in range(CLIENTS)])
    time.sleep(SECONDS)
    crowd.stop()
    print(f"storm {SEED}: {dict(ledger.statuses)}, {ledger.events} events, {len(ledger.quests)} quests")
    return ledger


@pytest.fixture
def storm_sql(storm, own_instance):
    sql = Sql(own_instance)
    yield sql
    sql.close()


def test_no_client_is_refused(storm):
    assert storm.bad == []
    assert storm.statuses.keys() == {200, 201} and sum(storm.statuses.values()) > 20 * SECONDS


def test_everything_is_as_the_law_says(storm_sql):
    assert storm_sql.rows("select * from fate.check()") == []


def test_no_event_is_lost_or_doubled(storm, storm_sql):
    assert storm_sql.one("select count(*), max(id), min(id) from fate.events")[0] == storm.events


def test_no_quest_host_or_acknowledgement_is_lost_or_doubled(storm, storm_sql):
    assert storm_sql.column("select id from fate.quests order by id") == sorted(storm.quests)
    assert set(storm_sql.column("select hostname from fate.hosts")) == storm.hosts
    assert set(storm_sql.column("select id from fate.labors where ack_user = 'tammy@example.com'")) == storm.acknowledged


def replay(fates, events):
    """What the law makes of events in their order: (host, fate, event) of each labor opened, (host, fate, closing
    fate, event) of each closed, (host, fate) of each left open. events: (id, host, type, fate of the new quest)."""
    starts, followers, goes_on = {}, collections.defaultdict(list), {follows for _, _, follows in fates}
    for id, type, follows in fates:
        if follows is None:
            starts.setdefault(type, id)
        else:
            followers[follows, type].append(id)
    still_open, opened, closed = collections.defaultdict(list), [], []
    for event, host, type, quest_fate in events:
        kept, made = [], []
        for fate in still_open[host]:
            hits = followers[fate, type]
            if hits:
                closed.append((host, fate, max(hits), event))
                made += [f for f in hits if f in goes_on]
            else:
                kept.append(fate)
        if start := quest_fate or starts.get(type):
            made.append(start)
        opened += [(host, fate, event) for fate in made]
        still_open[host] = kept + made
    return opened, closed, [(host, fate) for host, labors in still_open.items() for fate in labors]


def test_the_journal_replayed_leaves_the_very_labors_that_are_stored(storm_sql):
    fates = storm_sql.rows("select id, creation_type_id, follows_id from fate.fates order by id")
    events = storm_sql.rows("""
        select e.id, e.host_id, e.event_type_id, l.fate_id
          from fate.events e
          left join fate.labors l on e.note is null and l.creation_event_id = e.id and l.starting_labor_id is null
         order by e.id""")
    labors = "from fate.labors where"
    for law, stored in zip(replay(fates, events), (
            f"select host_id, fate_id, creation_event_id {labors} true",
            f"select host_id, fate_id, closing_fate_id, completion_event_id {labors} completion_event_id is not null",
            f"select host_id, fate_id {labors} completion_event_id is null")):
        assert collections.Counter(storm_sql.rows(stored)) == collections.Counter(law)


def test_a_quest_is_complete_exactly_when_its_last_labor_closed(storm, storm_sql):
    """Of the quests that no labor was moved into or out of."""
    rows = [row for row in storm_sql.rows("""
        select q.id, q.completion_time, max(l.completion_time), count(*) filter (where l.completion_event_id is null)
          from fate.quests q join fate.labors l on l.quest_id = q.id group by q.id""") if row[0] not in storm.moved]
    assert sum(not still_open for *_, still_open in rows) > 0
    for id, completed, last, still_open in rows:
        assert completed == (None if still_open else last), id


def test_no_labor_closes_before_it_opened(storm_sql):
    assert storm_sql.rows("select id, creation_time, completion_time from fate.labors"
                          " where completion_time < creation_time limit 3") == []


def test_times_on_one_host_are_in_the_order_of_the_events(storm_sql):
    assert storm_sql.rows("select * from (select id, at, lag(at) over (partition by host_id order by id) as before"
                          " from fate.events) e where at < before limit 3") == []
