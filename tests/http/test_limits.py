"""The near side of each limit: what is just not too long, too deep, too large or too many is taken."""
import json

import pytest

from client import created, ok, refused
from polemarch import said


def test_64_levels_are_taken(api):
    body = b'{"hostname": "web", "pad": ' + b'{"a":' * 62 + b"[]" + b"}" * 62 + b"}"
    assert created(api.raw("POST", "/hosts", body))["hostname"] == "web"


def test_16_mib_are_taken(api):
    front, back = b'{"hostname": "web", "pad": "', b'"}'
    body = front + b"x" * ((16 << 20) - len(front) - len(back)) + back
    assert created(api.raw("POST", "/hosts", body))["hostname"] == "web"


@pytest.mark.parametrize("number", ["9223372036854775807", "-9223372036854775808", "1e308", "5e-324", "-0", "0.1e1"])
def test_numbers_in_range_are_taken(api, number):
    assert created(api.raw("POST", "/hosts", b'{"hostname": "web", "pad": %s}' % number.encode()))["id"] == 1


@pytest.mark.parametrize("letter", ["x", "\u2603", "\U0001f600"])
def test_texts_are_measured_in_characters_up_to_their_limit(api, letter):
    assert created(api.post("/hosts", {"hostname": letter * 128}))["hostname"] == letter * 128
    said = created(api.post("/eventtypes", {"category": letter * 64, "state": letter * 32,
                                            "description": letter * 1024}))
    assert (said["category"], said["state"], said["description"]) == (letter * 64, letter * 32, letter * 1024)
    assert created(api.post("/fates", {"creationEventTypeId": 1, "description": letter * 2048}))["id"] == 1
    event = {"user": "a@b." + letter * 60, "eventTypeId": 1, "hostname": letter * 128, "note": letter * 65535}
    assert created(api.post("/events", event))["note"] == letter * 65535
    quest = {"fateId": 1, "creator": "a@b." + letter * 60, "description": letter * 4096, "hostnames": [letter * 128],
             "references": [{"label": letter * 256, "url": "https://" + "x" * 2040}]}
    said = created(api.post("/quests", quest))
    assert (said["description"], said["creator"], said["references"]) == (
        quest["description"], quest["creator"], quest["references"])
    assert ok(api.put("/labors/1", {"ackUser": "a@b." + letter * 60}))["ackUser"] == "a@b." + letter * 60


@pytest.mark.parametrize("letter", ["x", "\u00fc", "\u0416", "\U0001d7d8"])
def test_polemarchs_fields_are_measured_in_characters_up_to_their_limit(api, letter):
    user = {"username": letter * 150, "password": letter * 128, "first_name": letter * 30, "last_name": letter * 30,
            "email": letter * 200 + "@" + letter * 50 + ".de"}
    made = said(api.polemarch.post("/users/", user), 201)
    assert {k: made[k] for k in user} == {**user, "password": "[~~ENCRYPTED~~]"}
    name, password = (letter * 150).encode(), (letter * 128).encode()
    assert ok(api.signed_in(name, password).get("/session"))["username"] == letter * 150
    team = {"name": letter * 80, "proxy_group": letter * 255, "users_list": [2]}
    made = said(api.polemarch.post("/teams/", team), 201)
    assert {k: made[k] for k in team} == team
    assert created(api.post("/tokens", {"name": letter * 80}))["name"] == letter * 80


def test_64_levels_and_16_mib_are_taken_by_polemarch_too(api):
    pad = b'{"a":' * 62 + b"[]" + b"}" * 62
    front, back = b'{"first_name": "Rex", "deep": ' + pad + b', "pad": "', b'"}'
    body = front + b"x" * ((16 << 20) - len(front) - len(back)) + back
    assert said(api.polemarch.raw("PATCH", "/users/1/", body))["first_name"] == "Rex"


REFUSALS = {
    "/hosts": [({"hostname": "a"}, 409), ({"hosts": [{"hostname": "b"}, {"hostname": "a"}]}, 409),
               ({"hostname": "x" * 129}, 400), ({"hosts": [{"hostname": "b"}, {"hostname": 5}]}, 400)],
    "/eventtypes": [({"category": "work", "state": "required", "description": "x"}, 409),
                    ({"category": "new", "state": "x" * 33, "description": "x"}, 400)],
    "/fates": [({"creationEventTypeId": 9, "description": "x"}, 400),
               ({"creationEventTypeId": 1, "description": "x", "forOwner": False}, 400),
               ({"creationEventTypeId": 1, "description": "x", "followsId": 9}, 400)],
    "/events": [({"user": "x", "eventTypeId": 1, "hostname": "new", "questId": 9}, 404),
                ({"user": "x", "eventTypeId": 9, "hostname": "new"}, 400),
                ({"user": "x", "eventTypeId": 1, "hostnames": ["new", ""]}, 400)],
    "/quests": [({"fateId": 9, "creator": "x", "description": "x", "hostnames": ["new"]}, 400),
                ({"fateId": 1, "creator": "x", "description": "x", "hostnames": ["new"], "targetTime": "2000-1-1"}, 400),
                ({"fateId": 1, "creator": "x", "description": "x", "hostnames": ["new"], "references": [1]}, 400)],
}
GOOD = {
    "/hosts": {"hostname": "new"},
    "/eventtypes": {"category": "new", "state": "new", "description": "x"},
    "/fates": {"creationEventTypeId": 1, "description": "x"},
    "/events": {"user": "x", "eventTypeId": 1, "hostname": "new"},
    "/quests": {"fateId": 1, "creator": "x", "description": "x", "hostnames": ["new"]},
}


@pytest.mark.parametrize("path", REFUSALS)
def test_ids_have_no_gaps_after_refusals(api, world, sql, path):
    world.chain("work required", "work completed")
    world.quest(1, "a")
    for body, code in REFUSALS[path]:
        refused(api.post(path, body), code)
    table = "fate." + {"/eventtypes": "event_types"}.get(path, path[1:])
    before = sql.one(f"select max(id) from {table}")
    assert created(api.post(path, GOOD[path]))["id"] == before + 1
    hosts = sql.column("select id from fate.hosts order by id")
    assert hosts == list(range(1, len(hosts) + 1))


def test_many_hosts_fit_into_one_request(api, world, sql):
    type, _ = world.chain("work required", "work completed")
    names = [f"host-{i:05}" for i in range(20000)]
    body = json.dumps({"user": "x", "eventTypeId": type, "hostnames": names}).encode()
    said = api.raw("POST", "/events", body, documented=False).json()      # a minute's work for the validator
    assert said["totalEvents"] == len(said["events"]) == 20000
    assert sql.one("select count(*), min(id), max(id) from fate.labors") == (20000, 1, 20000)
    assert ok(api.get("/labors?limit=1&offset=19999"))["labors"][0]["id"] == 20000


def test_open_labors_are_found_by_their_hosts_even_while_the_planner_believes_that_none_are_open(api, world, sql):
    opening, closing = world.chain("work required", "work completed")
    hosts = [f"host{i}" for i in range(3000)]
    world.throw(opening, *hosts)
    world.throw(closing, *hosts)
    sql.run("vacuum analyze fate.labors")
    world.throw(opening, *hosts)

    def read():
        sql.run("select pg_stat_clear_snapshot()")
        return sql.one("select idx_tup_read from pg_stat_user_indexes where indexrelname = 'labors_open'")
    before = read()
    world.throw(closing, *hosts)
    world.throw(opening, "host1")
    world.throw(closing, "host1")
    assert read() == before
    assert ok(api.get("/labors?open=true&limit=1"))["totalLabors"] == 0
