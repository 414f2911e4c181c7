"""GET and POST /hosts, GET and PUT /hosts/NAME. What hostQuery means is told in test_host_queries.py."""
import urllib.parse

import pytest

from client import created, ok, refused


def make(api, *names):
    return [created(api.post("/hosts", {"hostname": name})) for name in names]


def names(answer):
    return [h["hostname"] for h in ok(answer)["hosts"]]


def test_a_new_host_is_answered_with_its_location(api):
    answer = api.post("/hosts", {"hostname": "example"})
    assert created(answer) == {"id": 1, "hostname": "example", "href": api.base + "/hosts/example"}
    assert answer.headers["Location"] == "/api/v1/hosts/example"


def test_several_hosts_are_made_in_the_order_given_without_a_location(api):
    answer = api.post("/hosts", {"hosts": [{"hostname": "b"}, {"hostname": "a"}]})
    assert created(answer) == {"totalHosts": 2, "hosts": [
        {"id": 1, "hostname": "b", "href": api.base + "/hosts/b"},
        {"id": 2, "hostname": "a", "href": api.base + "/hosts/a"}]}
    assert "Location" not in answer.headers


def test_a_list_of_one_is_answered_as_one(api):
    answer = api.post("/hosts", {"hosts": [{"hostname": "only"}]})
    assert created(answer) == {"id": 1, "hostname": "only", "href": api.base + "/hosts/only"}
    assert answer.headers["Location"] == "/api/v1/hosts/only"


def test_an_empty_list_makes_nothing_and_says_so(api):
    assert created(api.post("/hosts", {"hosts": []})) == {"hosts": [], "totalHosts": 0}


@pytest.mark.parametrize("body", [{"hostname": "b"}, {"hosts": [{"hostname": "c"}, {"hostname": "b"}]},
                                  {"hosts": [{"hostname": "c"}, {"hostname": "c"}]}])
def test_a_taken_name_is_a_conflict_that_stores_nothing_and_uses_up_no_id(api, body):
    make(api, "a", "b")
    assert "hostname" in refused(api.post("/hosts", body), 409)
    assert names(api.get("/hosts")) == ["a", "b"]
    assert make(api, "d")[0]["id"] == 3


def test_a_missing_name_is_told(api):
    refused(api.post("/hosts", {}), 400, "Missing Required Argument: hostname")
    refused(api.post("/hosts", {"hosts": [{"hostname": "a"}, {}]}), 400, "Missing Required Argument: hostname")
    assert names(api.get("/hosts")) == []


def test_hosts_are_listed_by_id_ten_at_a_time(api):
    created(api.post("/hosts", {"hosts": [{"hostname": f"h{i}"} for i in range(12)]}))
    said = ok(api.get("/hosts"))
    assert (said["limit"], said["offset"], said["totalHosts"]) == (10, 0, 12)
    assert said["href"] == api.base + "/hosts"
    assert [h["id"] for h in said["hosts"]] == list(range(1, 11))


def test_limit_and_offset_choose_the_page_and_are_echoed(api):
    created(api.post("/hosts", {"hosts": [{"hostname": f"h{i}"} for i in range(5)]}))
    said = ok(api.get("/hosts?limit=2&offset=3"))
    assert (said["limit"], said["offset"], said["totalHosts"]) == (2, 3, 5)
    assert [h["hostname"] for h in said["hosts"]] == ["h3", "h4"]
    assert said["href"] == api.base + "/hosts?limit=2&offset=3"
    assert names(api.get("/hosts?limit=0")) == []
    assert names(api.get("/hosts?offset=5")) == []


def test_a_list_may_tell_what_happens_on_each_host(api, world):
    world.chain("reboot required", "reboot completed")
    make(api, "idle")
    world.throw(1, "web", "db")
    world.throw(1, "web")
    world.throw(2, "db")
    times = {e["id"]: e["timestamp"] for e in ok(api.get("/events"))["events"]}

    def said(query):
        return [(h["hostname"], h["openLabors"], h["lastEvent"]) for h in ok(api.get("/hosts?expand=summary" + query))["hosts"]]
    assert said("") == [("idle", 0, None), ("web", 2, times[3]), ("db", 0, times[4])]
    assert said("&limit=1&offset=2") == said("&hostname=db") == said("&hostQuery=db") == [("db", 0, times[4])]
    assert "openLabors" not in ok(api.get("/hosts?expand=hosts"))["hosts"][0]


def test_limit_all_has_no_limit_and_is_echoed_as_null(api):
    created(api.post("/hosts", {"hosts": [{"hostname": f"h{i}"} for i in range(15)]}))
    said = ok(api.get("/hosts?limit=all&offset=2"))
    assert (said["limit"], said["offset"], len(said["hosts"])) == (None, 2, 13)


def test_of_limit_and_offset_the_first_value_counts_and_blanks_are_stripped(api):
    make(api, "a", "b", "c")
    said = ok(api.get("/hosts?limit=%201%20&limit=3&offset=+2&offset=0"))
    assert (said["limit"], said["offset"]) == (1, 2)
    assert [h["hostname"] for h in said["hosts"]] == ["c"]


def test_hostname_filters_exactly_and_its_last_value_counts(api):
    make(api, "web", "web1")
    said = ok(api.get("/hosts?hostname=web"))
    assert said["totalHosts"] == 1 and [h["hostname"] for h in said["hosts"]] == ["web"]
    assert names(api.get("/hosts?hostname=web&hostname=web1")) == ["web1"]
    assert names(api.get("/hosts?hostname=WEB")) == []
    assert names(api.get("/hosts?hostname=")) == ["web", "web1"]


def test_paging_a_filtered_list_keeps_its_total(api):
    make(api, "web")
    for query, shown in (("limit=all", 1), ("limit=0", 0), ("offset=1", 0), ("limit=1&offset=7", 0)):
        said = ok(api.get("/hosts?hostname=web&" + query))
        assert (said["totalHosts"], len(said["hosts"])) == (1, shown), query


def test_an_unknown_host_is_not_found_by_name(api):
    refused(api.get("/hosts/nobody"), 404, "No such Host nobody found")
    refused(api.put("/hosts/nobody", {}), 404, "No such Host nobody found")


def test_a_host_shows_its_labors_quests_and_events(api, world):
    opens, closes = world.chain("reboot required", "reboot completed")
    world.quest(1, "web")
    world.throw(opens, "web")
    world.throw(closes, "web")
    event = ok(api.get("/events/3"))
    assert world.host("web") == {
        "id": 1, "hostname": "web", "href": api.base + "/hosts/web", "limit": 10, "offset": 0,
        "labors": [{"id": i, "href": f"{api.base}/labors/{i}"} for i in (1, 2)],
        "quests": [{"id": 1, "href": f"{api.base}/quests/1"}],
        "events": [{"id": i, "href": f"{api.base}/events/{i}"} for i in (1, 2, 3)],
        "lastEvent": event["timestamp"]}


def test_a_host_without_history_has_no_last_event(api, world):
    make(api, "web")
    said = world.host("web")
    assert (said["labors"], said["quests"], said["events"], said["lastEvent"]) == ([], [], [], None)


def test_a_hosts_children_are_the_newest_page_oldest_first(api, world):
    opens, _ = world.chain("reboot required", "reboot completed")
    for _ in range(5):
        world.throw(opens, "web")
    said = ok(api.get("/hosts/web?limit=2&offset=1"))
    assert [e["id"] for e in said["events"]] == [3, 4]
    assert [l["id"] for l in said["labors"]] == [3, 4]
    assert (said["limit"], said["offset"]) == (2, 1)
    assert said["lastEvent"] == ok(api.get("/events/5"))["timestamp"]
    said = ok(api.get("/hosts/web?limit=all"))
    assert [e["id"] for e in said["events"]] == [1, 2, 3, 4, 5] and said["limit"] is None


def test_each_labor_shown_that_has_a_quest_names_it_so_quests_repeat(api, world):
    world.chain("reboot required", "reboot completed")
    world.quest(1, "web")
    world.throw(1, "web")
    ok(api.put("/labors/2", {"questId": 1}))
    assert [q["id"] for q in world.host("web")["quests"]] == [1, 1]
    assert [q["id"] for q in ok(api.get("/hosts/web?expand=quests"))["quests"]] == [1, 1]


def test_a_host_expands_what_is_asked(api, world):
    opens, _ = world.chain("reboot required", "reboot completed")
    world.quest(1, "web")
    said = ok(api.get("/hosts/web?expand=labors&expand=events&expand=quests&expand=eventtypes"))
    (labor,), (event,), (quest,) = said["labors"], said["events"], said["quests"]
    assert labor["fateId"] == 1 and labor["quest"]["id"] == 1
    assert labor["creationEvent"]["eventType"]["id"] == opens
    assert event["eventType"]["category"] == "reboot"
    assert quest["description"] == "a quest" and quest["labors"][0]["id"] == labor["id"]
    assert "quest" not in quest["labors"][0]


def test_a_name_not_taken_renames_the_host(api):
    make(api, "old", "other")
    assert ok(api.put("/hosts/old", {"hostname": "new"})) == {
        "id": 1, "hostname": "new", "href": api.base + "/hosts/new"}
    refused(api.get("/hosts/old"), 404)
    assert names(api.get("/hosts")) == ["new", "other"]


def test_a_host_may_be_renamed_to_its_own_name(api):
    make(api, "same")
    assert ok(api.put("/hosts/same", {"hostname": "same"}))["id"] == 1


def test_a_name_that_is_taken_merges_the_histories_there_and_leaves_the_old_host_empty(api, world):
    opens, closes = world.chain("reboot required", "reboot completed")
    world.throw(opens, "old")
    world.throw(opens, "new")
    assert ok(api.put("/hosts/old", {"hostname": "new"})) == {
        "id": 2, "hostname": "new", "href": api.base + "/hosts/new"}
    assert [e["id"] for e in world.host("new")["events"]] == [1, 2]
    assert [l["id"] for l in world.host("new")["labors"]] == [1, 2]
    assert world.host("old")["events"] == [] and world.host("old")["labors"] == []
    world.throw(closes, "new")
    assert world.open_labors() == []


def test_renaming_needs_a_name(api):
    make(api, "web")
    refused(api.put("/hosts/web", {}), 400, "Missing Required Argument: hostname")


@pytest.mark.parametrize("name, segment", [
    ("a b", "a%20b"), ("a/b", "a%2Fb"), ("a/", "a%2F"), ("50%", "50%25"), ("%41", "%2541"), ("ü☃😀", None),
    ("q?x=1&y#z", "q%3Fx%3D1%26y%23z"), ("+plus+", "%2Bplus%2B"), ("tab\there", "tab%09here"), ('"\\', "%22%5C"),
    (".hidden-~_", ".hidden-~_"), ("a" * 128, "a" * 128)])
def test_a_name_may_hold_anything_and_its_links_lead_to_it(api, name, segment):
    segment = segment or urllib.parse.quote(name, safe="")
    answer = api.post("/hosts", {"hostname": name})
    assert created(answer) == {"id": 1, "hostname": name, "href": f"{api.base}/hosts/{segment}"}
    assert answer.headers["Location"] == "/api/v1/hosts/" + segment
    assert ok(api.get("/hosts/" + segment))["hostname"] == name
    assert names(api.get("/hosts?hostname=" + urllib.parse.quote(name, safe=""))) == [name.strip(" ")]
    assert ok(api.put("/hosts/" + segment, {"hostname": "plain"}))["hostname"] == "plain"


def test_a_slash_in_a_path_belongs_to_the_name_but_one_at_the_end(api):
    make(api, "rack/7", "rack")
    assert ok(api.get("/hosts/rack/7"))["id"] == 1
    assert ok(api.get("/hosts/rack/7/"))["id"] == 1
    assert ok(api.get("/hosts/rack/"))["id"] == 2


def test_names_differ_by_letter_case_and_by_blanks(api):
    make(api, "web", "Web", "web ")
    assert [ok(api.get("/hosts/" + n))["id"] for n in ("web", "Web", "web%20")] == [1, 2, 3]


# ---- owner and tags

def test_a_host_shows_owner_and_tags_where_they_were_set_and_nowhere_else(api, world):
    make(api, "web", "db")
    said = ok(api.put("/hosts/web", {"owner": "johnny@example.com", "tags": ["web", "dc=ams"]}))
    assert said == {"id": 1, "hostname": "web", "href": api.base + "/hosts/web", "owner": "johnny@example.com",
                    "tags": ["dc=ams", "web"]}
    assert ok(api.get("/hosts"))["hosts"] == [said, {"id": 2, "hostname": "db", "href": api.base + "/hosts/db"}]
    assert {k: world.host("web")[k] for k in said} == said
    world.throw(world.type("log entry"), "web")
    assert ok(api.get("/events/1?expand=hosts"))["host"] == said


def test_an_owner_is_taken_as_it_is(api):
    make(api, "web")
    for owner in ("storage", "johnny@example.com", "\u00fc" * 64, " a b "):
        assert ok(api.put("/hosts/web", {"owner": owner}))["owner"] == owner


def test_tags_are_told_in_order_and_each_once(api):
    make(api, "web")
    tags = ["web", "dc=ams", "web", "Web", "\u2603" * 128, " ", "a=b=c"]
    assert ok(api.put("/hosts/web", {"tags": tags}))["tags"] == sorted(set(tags))


def test_of_owner_and_tags_what_is_not_given_stays(api):
    make(api, "web")
    ok(api.put("/hosts/web", {"owner": "johnny", "tags": ["web"]}))
    said = ok(api.put("/hosts/web", {"owner": "tammy"}))
    assert (said["owner"], said["tags"]) == ("tammy", ["web"])
    said = ok(api.put("/hosts/web", {"tags": ["db"]}))
    assert (said["owner"], said["tags"]) == ("tammy", ["db"])
    assert ok(api.put("/hosts/web", {"hostname": "new"})) == {**said, "hostname": "new", "href": api.base + "/hosts/new"}


@pytest.mark.parametrize("owner, tags", [(None, None), ("", []), (None, []), ("", None)])
def test_null_or_empty_takes_owner_and_tags_away(api, owner, tags):
    make(api, "web")
    ok(api.put("/hosts/web", {"owner": "johnny", "tags": ["web"]}))
    assert "owner" not in ok(api.put("/hosts/web", {"owner": owner}))
    assert ok(api.put("/hosts/web", {"tags": tags})) == {"id": 1, "hostname": "web", "href": api.base + "/hosts/web"}


def test_owner_and_tags_go_to_the_host_that_bears_the_name_in_the_end(api):
    make(api, "old", "other")
    said = ok(api.put("/hosts/old", {"hostname": "new", "owner": "johnny"}))
    assert (said["id"], said["hostname"], said["owner"]) == (1, "new", "johnny")
    ok(api.put("/hosts/other", {"tags": ["kept"]}))
    said = ok(api.put("/hosts/new", {"hostname": "other", "owner": "tammy"}))
    assert (said["id"], said["owner"], said["tags"]) == (2, "tammy", ["kept"])
    assert ok(api.get("/hosts/new"))["owner"] == "johnny"


def test_an_unknown_host_gets_neither_owner_nor_tags_nor_made(api):
    refused(api.put("/hosts/nobody", {"owner": "johnny", "tags": ["web"]}), 404, "No such Host nobody found")
    assert names(api.get("/hosts")) == []


def test_a_wrong_name_changes_neither_owner_nor_tags(api):
    make(api, "web")
    refused(api.put("/hosts/web", {"hostname": "", "owner": "johnny"}), 400)
    refused(api.put("/hosts/web", {"hostname": "new", "owner": "johnny", "tags": [""]}), 400)
    assert ok(api.get("/hosts"))["hosts"] == [{"id": 1, "hostname": "web", "href": api.base + "/hosts/web"}]
