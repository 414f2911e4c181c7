"""GET /home, /quests/N/history and /fates/counts, and expand=forecast: how far things are. What is counted by the hour, and how a forecast
is made, is told in tests/sql/labor_history.sql and home.sql; there time is an argument."""
import datetime

import pytest

from client import ok, refused

DAY = 86400


@pytest.fixture
def work(world):
    """Types and fates 1 to 3, a chain: required, ready, completed."""
    return world.chain("work required", "work ready", "work completed")


def seconds(time):
    """Of a time as the API writes it."""
    return datetime.datetime.fromisoformat(time + "+00:00").timestamp()


def history(api, quest=1):
    return ok(api.get(f"/quests/{quest}/history"))


def home(api):
    return ok(api.get("/home"))


def set_back(sql, hours, quest=1):
    """Makes a quest that has just embarked one that embarked so many hours ago. (Its labors stay as they are: fate.check() takes them for
    some that were moved.)"""
    sql.run("update fate.quests set embark_time = embark_time - %s * interval '1 hour', move_time = now() where id = %s", hours, quest)
    sql.run("update fate.labor_history set hour = hour - %s where quest_id = %s", hours, quest)


# ---- a quest's history

def test_a_new_quest_has_one_hour_behind_it(api, world, work):
    world.quest(1, "a", "b", "c", targetTime="2038-01-19 03:14:07")
    said = history(api)
    end = said["points"][-1][0]
    assert {k: v for k, v in said.items() if k not in ("asOf", "from", "points")} == {
        "href": api.base + "/quests/1/history", "questId": 1, "step": 3600, "target": "2038-01-19 03:14:07", "completionTime": None,
        "forecast": {"time": None, "perDay": 0}, "steps": [{"fateId": 1, "open": 3, "closed": 0}]}
    assert said["points"][0][1:] == [3, 3, 0]
    assert seconds(said["from"]) % 3600 == 0 and 0 <= end - seconds(said["asOf"]) < 1


def test_what_happens_is_in_the_last_point(api, world, work, sql):
    world.quest(1, "a", "b", "c")
    set_back(sql, 5)
    world.throw(2, "a", "b")
    world.throw(3, "a")
    said = history(api)
    assert [p[1:] for p in said["points"][-6:]] == [[3, 3, 0], [3, 0, 0], [3, 0, 0], [3, 0, 0], [3, 0, 0], [2, 2, 3]]
    assert said["steps"] == [{"fateId": 1, "open": 1, "closed": 2}, {"fateId": 2, "open": 1, "closed": 1}]
    begin = seconds(said["from"])
    assert [p[0] for p in said["points"][:-1]] == [begin + 3600 * i for i in range(1, len(said["points"]))]


def test_a_quest_that_is_complete_ends_with_that(api, world, work):
    world.quest(1, "a")
    world.throw(2, "a")
    world.throw(3, "a")
    said, quest = history(api), world.get_quest(1)
    assert said["completionTime"] == quest["completionTime"] is not None
    assert 0 <= said["points"][-1][0] - seconds(quest["completionTime"]) < 1 and said["points"][-1][1] == 0
    assert said["forecast"]["time"] is None and said["forecast"]["perDay"] > 0


def test_what_took_a_year_has_two_hundred_points_at_most(api, world, work, sql):
    world.quest(1, "a", "b")
    set_back(sql, 24 * 365)
    said = history(api)
    assert said["step"] == 44 * 3600 and len(said["points"]) == 200
    assert {p[1] for p in said["points"]} == {2} and sum(p[2] for p in said["points"]) == 2


def test_a_labor_that_is_moved_leaves_one_history_and_joins_the_other(api, world, work):
    world.quest(1, "a", "b")
    world.quest(1, "c")
    ok(api.put("/labors/1", {"questId": 2}))
    assert [history(api, q)["points"][-1][1] for q in (1, 2)] == [1, 2]
    assert [history(api, q)["steps"][0]["open"] for q in (1, 2)] == [1, 2]


def test_the_history_of_an_unknown_quest_is_not_found(api):
    refused(api.get("/quests/7/history"), 404, "No such Quest 7 found")


# ---- forecasts

def test_a_quest_that_went_half_way_in_two_days_needs_two_more(api, world, work, sql):
    world.chain("reboot required", "reboot completed")
    world.quest(4, "a", "b", "c", "d")
    set_back(sql, 48)
    world.throw(5, "a", "b")
    said = world.get_quest(1, "?expand=forecast")
    assert said["openLabors"] == 2
    assert abs(seconds(said["forecastTime"]) - seconds(history(api)["asOf"]) - 2 * DAY) < 60
    assert history(api)["forecast"]["perDay"] == 1


def test_a_forecast_is_shown_where_it_is_asked_for(api, world, work):
    world.quest(1, "a")
    assert "forecastTime" not in world.get_quest(1)
    (quest,) = ok(api.get("/quests?expand=forecast"))["quests"]
    assert (quest["openLabors"], quest["forecastTime"]) == (1, None)
    assert world.labor(1, "?expand=quests&expand=forecast")["quest"]["openLabors"] == 1
    assert "openLabors" not in world.labor(1, "?expand=quests")["quest"]


# ---- each fate's labors

def test_each_fate_tells_its_labors(api, world, work):
    world.quest(1, "a", "b")
    world.throw(1, "a", "c")
    world.throw(2, "a")
    assert ok(api.get("/fates/counts")) == {"href": api.base + "/fates/counts", "questId": None, "fates": [
        {"id": 1, "open": 2, "closed": 2}, {"id": 2, "open": 2, "closed": 0}, {"id": 3, "open": 0, "closed": 0}]}
    assert ok(api.get("/fates/counts?questId=1")) == {"href": api.base + "/fates/counts?questId=1", "questId": 1, "fates": [
        {"id": 1, "open": 1, "closed": 1}, {"id": 2, "open": 1, "closed": 0}, {"id": 3, "open": 0, "closed": 0}]}


def test_a_fate_that_is_gone_is_not_told(api, world, work):
    world.fate(world.type("log entry"))
    ok(api.delete("/fates/4"))
    assert [f["id"] for f in ok(api.get("/fates/counts"))["fates"]] == [1, 2, 3]


# ---- home

def test_home_is_that_of_who_asks(api, world, work):
    world.quest(1, "a", creator="admin")
    world.quest(1, "b", creator="zoe")
    said = home(api)
    assert said["user"] == "admin@example.com" and said["href"] == api.base + "/home"
    assert [q["id"] for q in said["quests"]] == [1] and said["atRisk"] == []
    assert said["quests"][0] == {**world.get_quest(1, "?progressInfo=true&expand=forecast"), "href": api.base + "/quests/1"}


def test_my_quests_are_listed_by_when_they_are_due_and_others_when_they_are_late(api, world, work, sql):
    for creator in ("admin", "zoe"):
        world.quest(1, "a", creator=creator)
        world.quest(1, "b", creator=creator, targetTime="2038-01-19 03:14:07")
        world.quest(1, "c", creator=creator, targetTime="2037-01-19 03:14:07")
    sql.run("update fate.quests set target_time = now() - interval '1 day' where id in (1, 4)")
    said = home(api)
    assert [q["id"] for q in said["quests"]] == [1, 3, 2]
    assert [q["id"] for q in said["atRisk"]] == [4]


def test_labors_wait_for_owners_of_hosts_and_for_creators_of_quests(api, world):
    types = [world.type(f"work {state}") for state in ("required", "ready", "completed")]
    world.fate(types[0])
    world.fate(types[1], 1, forOwner=False, forCreator=True)
    world.fate(types[2], 2)
    world.throw(1, "mine", "yours")
    ok(api.put("/hosts/mine", {"owner": "admin"}))
    world.quest(1, "yours", "others", creator="admin")
    at = world.labor(1)["creationTime"]
    assert home(api)["waiting"] == {"total": 1, "whole": True, "steps": [{"fateId": 1, "questId": None, "labors": 1, "oldest": at}]}
    world.throw(2, "yours", "others")
    at2 = world.open_labors("&questId=1")[0]["creationTime"]
    assert home(api)["waiting"] == {"total": 3, "whole": True, "steps": [
        {"fateId": 2, "questId": 1, "labors": 2, "oldest": at2}, {"fateId": 1, "questId": None, "labors": 1, "oldest": at}]}
    waiting = ok(api.get("/labors?open=true&userQuery=admin&limit=all"))["totalLabors"]
    assert waiting == 1, "the list takes the creator's name as it is"
    assert ok(api.get("/labors?open=true&userQuery=admin@example.com&limit=all"))["totalLabors"] == 2


def test_failures_are_the_newest_ten(api, world, work):
    world.type("run failed")
    world.type("run succeeded")
    for i in range(12):
        world.throw(4, f"h{i}", note=f"note {i}")
        world.throw(5, f"h{i}")
    failures = home(api)["failures"]
    assert [f["note"] for f in failures] == [f"note {i}" for i in range(11, 1, -1)]
    plain = ok(api.get(f"/events/{failures[0]['id']}?expand=hosts&expand=eventtypes"))
    assert failures[0] == plain and plain["host"]["hostname"] == "h11" and plain["eventType"]["state"] == "failed"


def test_today_tells_what_happened_and_days_what_was_opened_and_closed(api, world, work):
    """(Not at midnight, UTC.)"""
    world.quest(1, "a", "b")
    world.throw(2, "a")
    world.throw(3, "a")
    world.quest(1, "c")
    world.throw(2, "c")
    world.throw(3, "c")
    said = home(api)
    assert said["today"] == {"events": 7, "opened": 5, "closed": 4, "questsStarted": 2, "questsCompleted": 1}
    midnight = seconds(said["asOf"][:10])
    assert said["days"] == [[midnight - DAY * i, 0, 0] for i in range(29, 0, -1)] + [[midnight, 5, 4]]


def test_nobody_has_no_home(api):
    refused(api.signed_in().get("/home"), 401)
