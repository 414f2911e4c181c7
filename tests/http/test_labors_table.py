"""GET /labors/table: where chains stand, by columns, and what has changed since somebody looked. The law is told in
tests/sql/labors_table.sql."""
import datetime
import random
import threading
import time
import urllib.parse

import pytest

from client import Crowd, created, ok, refused
from instance import Sql, eventually

COLUMNS = ["id", "host", "owner", "quest", "fate", "closingFate", "made", "closed", "acked", "ackUser", "start", "for"]


@pytest.fixture
def chain(world):
    """Types 1 to 3 and fates 1 to 3: work required, ready, completed."""
    return world.chain("work required", "work ready", "work completed")


class Follower:
    """Who looks at a table again and again: `rows` is what it shows, `wholes` how often all of it was told."""

    def __init__(self, api, query=""):
        self.api, self.query, self.rows, self.as_of, self.wholes, self.looks = api, query, {}, None, 0, 0

    def look(self):
        since = f"&since={urllib.parse.quote(self.as_of)}" if self.as_of else ""
        said = ok(self.api.get(f"/labors/table?{self.query}{since}"))
        assert list(said["columns"]) == COLUMNS
        rows = dict(zip(said["columns"]["id"], zip(*said["columns"].values())))
        assert [len(c) for c in said["columns"].values()] == [len(rows)] * len(COLUMNS)
        assert list(rows) == sorted(rows) and not rows.keys() & set(said["gone"])
        if said["whole"]:
            self.rows = {}
            assert said["gone"] == []
        self.rows = {id: row for id, row in {**self.rows, **rows}.items() if id not in said["gone"]}
        assert len(self.rows) == said["total"]
        self.as_of = said["asOf"]
        self.wholes += said["whole"]
        self.looks += 1
        return said

    def others(self):
        """What somebody else sees who looks now."""
        other = Follower(self.api, self.query)
        other.look()
        return other.rows


def test_a_table_has_labors_by_columns(api, world, chain, sql):
    world.throw(1, "web")
    world.quest(1, "db", "ns")
    world.throw(2, "db")
    world.throw(3, "db")
    ok(api.put("/hosts/web", {"owner": "tammy"}))
    ok(api.put("/labors/1", {"ackUser": "tammy"}))
    said = ok(api.get("/labors/table"))
    def seconds(column, id):
        return sql.one(f"select floor(extract(epoch from {column}))::bigint from fate.labors where id = %s", id)
    assert said.pop("asOf") > world.labor(1)["ackTime"]
    assert said == {"href": api.base + "/labors/table", "total": 3, "whole": True, "gone": [], "columns": {
        "id": [1, 3, 4], "host": ["web", "ns", "db"], "owner": ["tammy", None, None], "quest": [None, 1, 1],
        "fate": [1, 1, 2], "closingFate": [None, None, 3], "made": [seconds("creation_time", i) for i in (1, 3, 4)],
        "closed": [None, None, seconds("completion_time", 4)], "acked": [seconds("ack_time", 1), None, None],
        "ackUser": ["tammy@example.com", None, None], "start": [1, 3, 2], "for": [1, 1, 1]}}


def test_labors_are_for_owners_creators_or_both(api, world):
    for n, (owner, creator) in enumerate(((True, False), (False, True), (True, True))):
        type = world.type(f"work state{n}")
        world.fate(type, forOwner=owner, forCreator=creator)
        world.throw(type, "web")
    assert ok(api.get("/labors/table"))["columns"]["for"] == [1, 2, 3]


@pytest.mark.parametrize("query, ids", [
    ("", [1, 3, 4, 5]), ("open=true", [1, 3, 5]), ("open=FALSE", [4]), ("open=maybe", [1, 3, 4, 5]), ("questId=1", [3, 4]),
    ("questId=1&open=true", [3]), ("questId=9", []), ("hostname=web", [1, 5]), ("category=work", [1, 3, 4]),
    ("state=ready", [4]), ("category=rest&open=true", [5]), ("hostQuery=web%20or%20ns", [1, 3, 5]),
    ("hostQuery=web&category=work", [1]), ("userQuery=tammy", [4]), ("userQuery=johnny@example.com", [3]), ("startingLaborId=2", [4])])
def test_it_takes_the_filters_of_the_list(api, world, chain, sql, query, ids):
    world.throw(1, "web")
    world.quest(1, "db", "ns")                      # labors 2 and 3; then 4 behind 2
    world.throw(2, "db")
    world.throw(3, "db")
    world.fate(world.type("rest required"))
    world.throw(4, "web")
    ok(api.put("/hosts/db", {"owner": "tammy"}))
    sql.run("update fate.labors set for_creator = true where id = 3")
    said = ok(api.get("/labors/table?" + query))
    assert (said["columns"]["id"], said["total"], said["whole"]) == (ids, len(ids), True)
    assert ids == [l["id"] for l in world.labors("&" + query) if l["id"] != 2]


def test_what_it_refuses_is_what_the_list_refuses(api):
    refused(api.get("/labors/table?hostname=nobody"), 400, "No host nobody found")
    assert refused(api.get("/labors/table?questId=x"), 400).startswith("questId:")
    assert refused(api.get("/labors/table?hostQuery=("), 400).startswith("hostQuery: column")
    assert refused(api.get("/labors/table?since=now"), 400).startswith("since:")


def test_who_follows_is_told_what_is_new(api, world, chain):
    world.quest(1, "web", "db")
    all, open, quest = (Follower(api, q) for q in ("", "open=true", "questId=1"))

    def look():
        return [(s["whole"], s["columns"]["id"], s["gone"]) for s in (f.look() for f in (all, open, quest))]
    assert look() == [(True, [1, 2], [])] * 3
    assert look() == [(False, [], [])] * 3
    world.throw(2, "web")
    assert look() == [(False, [3], [1])] * 3
    world.throw(3, "web")
    assert look() == [(False, [3], []), (False, [], [3]), (False, [3], [])]
    ok(api.put("/labors", {"laborIds": [2, 3], "ackUser": "tammy"}))
    assert look() == [(False, [2, 3], []), (False, [2], []), (False, [2, 3], [])]
    world.throw(1, "web")
    assert look() == [(False, [4], []), (False, [4], []), (False, [], [])]
    assert all.rows == all.others() and open.rows == open.others() and quest.rows == quest.others()


def test_what_rows_do_not_tell_is_told_as_a_whole(api, world, chain):
    world.quest(1, "web")
    world.quest(1, "db")
    follower, other = Follower(api), Follower(api, "questId=1")

    def is_told_as_a_whole():
        said = follower.look()["whole"]
        assert follower.rows == follower.others() and not follower.look()["whole"]
        return said
    is_told_as_a_whole()
    other.look()
    for deed in (lambda: ok(api.put("/labors/2", {"questId": 1})), lambda: ok(api.put("/hosts/web", {"owner": "tammy"})),
                 lambda: ok(api.put("/hosts/web", {"hostname": "www"})), lambda: ok(api.put("/hosts/www", {"hostname": "db"})),
                 lambda: world.fate(1, 3), lambda: ok(api.put("/fates/3", {"description": "new"}))):
        deed()
        assert is_told_as_a_whole() and other.look()["whole"]
    world.throw(1, "new")
    ok(api.put("/quests/1", {"description": "new"}))
    assert not is_told_as_a_whole() and not other.look()["whole"]


@pytest.mark.parametrize("hold, ago", [("lock table fate.quests in exclusive mode", 0), ("select from fate.quests for update", 60)])
def test_what_is_not_done_yet_is_told_when_it_is(api, instance, sql, world, chain, hold, ago):
    """An event that waits for its quest, with labors in hand that have their time already. It is held up by an administrator, who by
    the first way writes nothing; by the second he might have for a minute."""
    world.quest(1, "web")
    follower = Follower(api)
    follower.look()
    holder = Sql(instance)
    holder.connection.autocommit = False
    holder.run(hold)
    before = sql.one("select clock_timestamp()") - datetime.timedelta(seconds=ago)
    thread = threading.Thread(target=world.throw, args=(2, "web"), daemon=True)
    try:
        thread.start()
        eventually(lambda: sql.one("select count(*) from pg_locks where not granted"))
        time.sleep(0.1)
        world.throw(1, "db")
        said = follower.look()
        assert (said["columns"]["id"], said["gone"]) == ([3], [])
        seen = sql.one("select (%s || 'Z')::timestamptz", said["asOf"])
        assert before <= seen < sql.one("select max(creation_time) from fate.labors") - datetime.timedelta(seconds=max(ago - 30, 0))
    finally:
        holder.connection.rollback()
        holder.close()
        thread.join(20)
    said = follower.look()
    if ago == 0:                # else all of it is told: a minute ago the fates were not there
        assert (said["whole"], said["columns"]["id"], said["gone"]) == (False, [2, 3], [1])     # labor 3 once more
    assert follower.rows == follower.others() and follower.rows.keys() == {2, 3}


def test_who_follows_while_much_is_going_on_misses_nothing(api, world, chain, sql):
    hosts = [f"h{i}" for i in range(60)]
    quest = world.quest(1, *hosts)["id"]
    dice = random.Random(7)
    clients = [api.signed_in(*api.auth) for _ in range(6)]

    def act(client):
        if dice.random() < 0.2:
            ids = ok(client.get("/labors?open=true&limit=20"))["labors"]
            if ids:
                ok(client.put("/labors", {"laborIds": [l["id"] for l in dice.sample(ids, min(5, len(ids)))], "ackUser": "tammy"}))
        else:
            created(client.post("/events", {"user": "x", "eventTypeId": dice.choice((1, 2, 3)),
                                            "hostnames": dice.sample(hosts, dice.randint(1, 8))}))
    followers = [Follower(api.signed_in(*api.auth), q) for q in ("", "open=true", f"questId={quest}")]
    crowd = Crowd([lambda c=c: act(c) for c in clients] + [f.look for f in followers])
    time.sleep(4)
    crowd.stop()
    for follower in followers:
        follower.look()
        assert follower.rows == follower.others(), follower.query
        assert follower.wholes < follower.looks / 2 and follower.looks > 10, follower.query
    assert len(followers[0].rows) > 100
