"""Several do the same at the same moment: each is answered rightly, nothing is lost, no id is used up."""
import random
import threading

import pytest

from client import at_once, created, ok, refused
from instance import Sql


@pytest.fixture
def clients(api):
    return [api.signed_in(*api.auth) for _ in range(8)]


def gaps(sql, table):
    return sql.one(f"select max(id) - count(*) from fate.{table}")


def test_many_who_name_the_same_new_hosts_in_any_order_all_get_events_on_all_of_them(api, world, sql, clients):
    type = world.type("log entry")
    for round in range(6):
        names = [f"r{round}h{i}" for i in range(30)]
        shuffled = [random.sample(names, len(names)) for _ in clients]
        for answer in at_once([lambda c=c, n=n: c.post("/events", {"user": "x", "eventTypeId": type, "hostnames": n})
                               for c, n in zip(clients, shuffled)]):
            assert created(answer)["totalEvents"] == 30
    assert ok(api.get("/hosts"))["totalHosts"] == 180 and gaps(sql, "hosts") == 0


def test_one_of_many_who_make_the_same_thing_makes_it_and_the_others_are_told(api, world, sql, clients):
    type = world.type("log entry")
    for path, table, body in (("/hosts", "hosts", lambda i: {"hostname": f"h{i}"}),
                              ("/hosts", "hosts", lambda i: {"hosts": [{"hostname": f"x{i}"}, {"hostname": f"y{i}"}]}),
                              ("/eventtypes", "event_types", lambda i: {"category": "c", "state": str(i),
                                                                         "description": "d"})):
        for i in range(5):
            answers = at_once([lambda c=c: c.post(path, body(i)) for c in clients])
            assert sorted(a.status_code for a in answers) == [201] + [409] * 7
            for answer in answers:
                if answer.status_code == 409:
                    said = refused(answer, 409)
                    assert "constraint" not in said and "key" not in said
        assert gaps(sql, table) == 0


def test_a_type_that_is_changed_while_it_is_deleted_is_changed_or_missed(api, world, clients):
    for i in range(15):
        type = world.type(f"c{i} s")
        changed, _ = at_once([lambda: clients[0].put(f"/eventtypes/{type}", {"description": "z"}),
                              lambda: clients[1].delete(f"/eventtypes/{type}")])
        if changed.status_code == 200:
            assert ok(changed)["description"] == "z"
        else:
            refused(changed, 404)


def test_many_who_give_hosts_the_same_owners_and_tags_all_do_and_are_counted(api, sql, clients):
    created(api.post("/hosts", {"hosts": [{"hostname": f"h{i}"} for i in range(12)]}))

    def change(client, draw):
        for _ in range(12):
            body = {"owner": draw.choice([None, "a", "b"]), "tags": draw.sample("abcdef", draw.randrange(5))}
            ok(client.put(f"/hosts/h{draw.randrange(12)}", body if draw.random() < 0.7 else {**body, "hostname": f"h{draw.randrange(12)}"}))
    at_once([lambda c=c, i=i: change(c, random.Random(i)) for i, c in enumerate(clients)])
    assert sql.rows("select * from fate.check()") == []
    assert sql.one("select coalesce(sum(hosts), 0) from fate.host_words where kind = 'owner'") == sql.one(
        "select count(owner) from fate.hosts")


def test_a_host_that_two_rename_gets_one_of_the_names(api, clients):
    for i in range(10):
        id = created(api.post("/hosts", {"hostname": f"old{i}"}))["id"]
        answers = at_once([lambda c=c, n=n: c.put(f"/hosts/old{i}", {"hostname": f"{n}{i}"})
                           for c, n in zip(clients, "ab")])
        assert sorted(a.status_code for a in answers) == [200, 404]
        assert ok(next(a for a in answers if a.status_code == 200))["id"] == id


def test_no_name_is_lost_to_a_rename_while_the_event_waits_for_its_turn(api, world, instance, clients):
    """The makers' lock is held from outside, so that the rename surely comes between."""
    type = world.type("log entry")
    created(api.post("/hosts", {"hostname": "lost"}))
    holder = Sql(instance)
    holder.connection.autocommit = False
    holder.run("select pg_advisory_xact_lock(hashtext('fate.hosts'))")
    answers = []
    deeds = [lambda: clients[0].put("/hosts/lost", {"hostname": "moved"}),
             lambda: clients[1].post("/events", {"user": "x", "eventTypeId": type, "hostnames": ["lost", "new"]})]
    threads = [threading.Thread(target=lambda d=d: answers.append(d()), daemon=True) for d in deeds]
    for thread in threads:
        thread.start()
        thread.join(0.3)
    holder.connection.rollback()
    holder.close()
    for thread in threads:
        thread.join(20)
    assert sorted(a.status_code for a in answers) == [200, 201]
    assert next(a for a in answers if a.status_code == 201).json()["totalEvents"] == 2


def test_a_fate_made_while_events_of_its_type_fly_judges_those_after_it(api, world, clients, sql):
    """The law's own check, run after each test, tells."""
    for i in range(5):
        type = world.type(f"fly{i} s")
        answers = at_once([lambda c=c: [c.post("/events", {"user": "x", "eventTypeId": type, "hostname": "web"})
                                        for _ in range(8)] for c in clients[1:]] +
                          [lambda: [clients[0].post("/fates", {"creationEventTypeId": type, "description": ""})]])
        assert {a.status_code for some in answers for a in some} == {201}
