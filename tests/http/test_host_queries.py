"""Host queries where no query server is set: Moirai answers itself. fcgi-app/lib/hostquery.h tells the language, and
tests/unit/test_hostquery.c how it is parsed; here it is what a query finds, and where it may be asked."""
import json
import urllib.parse

import pytest

from client import created, ok, refused
from world import World

pytestmark = pytest.mark.noreset
EVERYTHING = ["web1", "web2", "db1", "db2", "and", "a b", "web*", "50%_x"]


@pytest.fixture(scope="module")
def fleet(api, session_sql):
    """Hosts 1 to 8, as listed above. Labors:
    1 web1 reboot required, closed, quest 1; 2 web2 the same, open; 3 web1 reboot ready, open, quest 1;
    4 db1 reboot required, open; 5 db1 audit required, open, quest 2, for its creator tammy; 6, 7 db2 reboot, closed."""
    session_sql.run("select house.reset()")
    world = World(api)
    created(api.post("/hosts", {"hosts": [{"hostname": name} for name in EVERYTHING]}))
    for name, owner, tags in (
            ("web1", "johnny@example.com", ["web", "dc=ams"]), ("web2", "johnny@example.com", ["web", "dc=sfo"]),
            ("db1", "tammy@example.com", ["db", "dc=ams", "rack.no=7"]), ("and", None, ["dc=or"]),
            ("50%25_x", "storage", ["50%", "name=odd", "Dc=ams2", "dc"])):
        ok(api.put("/hosts/" + name, {"owner": owner, "tags": tags}))
    world.chain("reboot required", "reboot ready", "reboot completed")
    world.fate(world.type("audit required"), forCreator=True, forOwner=False)
    world.quest(1, "web1", "web2")
    world.throw(2, "web1")
    world.throw(1, "db1")
    world.quest(4, "db1", creator="tammy")
    for type in (1, 2, 3):
        world.throw(type, "db2")
    return world


def ask(api, path, query, more="", name="hostQuery"):
    return api.get(f"{path}?{name}={urllib.parse.quote(query, safe='')}{more}")


def hosts(api, query, more="&limit=all"):
    return [h["hostname"] for h in ok(ask(api, "/hosts", query, more))["hosts"]]


def ids(api, path, query, more="", **name):
    said = ok(ask(api, path, query, "&limit=all" + more, **name))
    kind = path[1:]
    assert said["total" + kind.capitalize()] == len(said[kind])
    return [thing["id"] for thing in said[kind]]


def but(*names):
    return [n for n in EVERYTHING if n not in names]


# ---- what a query means

@pytest.mark.parametrize("query, found", [
    ("web1", ["web1"]), ("name=web1", ["web1"]), ("host=web1", ["web1"]), ("HostName = web1", ["web1"]),
    ("WEB1", []), ("web", []), ("nobody", []), (" web1\t", ["web1"]),
    ("web*", ["web1", "web2", "web*"]), ("web?", ["web1", "web2", "web*"]), ("?b1", ["db1"]), ("*1", ["web1", "db1"]),
    ("*", EVERYTHING), ("???", ["db1", "db2", "and", "a b"]), ("w?*1", ["web1"]),
    ("50%*", ["50%_x"]), ("5?%*", ["50%_x"]), ("50_*", []), ("5*_x", ["50%_x"]), ("w%", []), ("web_", []),
    ("name=web*", ["web1", "web2", "web*"]), ("name!=web*", but("web1", "web2", "web*")), ("name!=web1", but("web1"))])
def test_names_and_their_shapes(fleet, api, query, found):
    assert hosts(api, query) == found


@pytest.mark.parametrize("query, found", [
    ('"web*"', ["web*"]), ("'web1'", ["web1"]), ('name="web*"', ["web*"]), ("name='a b'", ["a b"]), ('"and"', ["and"]),
    ("not 'and'", but("and")), ('dc="or"', ["and"]), ("dc=or", ["and"]), ("dc!='am*'", EVERYTHING), ('"50%_x"', ["50%_x"]),
    ("'we\\b1'", [])])
def test_what_is_between_quotes_is_only_itself(fleet, api, query, found):
    assert hosts(api, query) == found


@pytest.mark.parametrize("query, found", [
    ("name~^web[12]$", ["web1", "web2"]), ("name~b(1|2)", ["web1", "web2", "db1", "db2"]), ("host~[a,b]1", ["web1", "db1"]),
    ("name~(?i)^WEB", ["web1", "web2", "web*"]), ("name~'a b'", ["a b"]), ("name!~b", ["and", "50%_x"]), ("name~x{2}", []),
    ("name~\\d", ["web1", "web2", "db1", "db2", "50%_x"]), ("name~.", EVERYTHING),
    ("name~[[:digit:]]$, 'and'", ["web1", "web2", "db1", "db2", "and"])])
def test_regular_expressions_match_anywhere_unless_they_are_anchored(fleet, api, query, found):
    assert hosts(api, query) == found


@pytest.mark.parametrize("query, found", [
    ("owner=johnny@example.com", ["web1", "web2"]), ("owner=johnny", []), ("OWNER=johnny@*", ["web1", "web2"]),
    ("owner~^(tammy|storage)", ["db1", "50%_x"]), ("owner!=johnny@example.com", but("web1", "web2")),
    ("owner!~johnny", but("web1", "web2")), ("owner=*", ["web1", "web2", "db1", "50%_x"])])
def test_owners(fleet, api, query, found):
    assert hosts(api, query) == found


@pytest.mark.parametrize("query, found", [
    ("tag=web", ["web1", "web2"]), ("group=web", ["web1", "web2"]), ("Tag=WEB", []), ("group!=web", but("web1", "web2")),
    ("tag=w*", ["web1", "web2"]), ("tag=dc=ams", ["web1", "db1"]), ("tag~^dc=", ["web1", "web2", "db1", "and"]),
    ("tag!~'='", ["db2", "a b", "web*"]), ("tag='50%'", ["50%_x"]), ("tag=50%", ["50%_x"]),
    ("tag=*", but("db2", "a b", "web*")), ("tag~^d", but("db2", "a b", "web*"))])
def test_tags_which_are_groups_as_well(fleet, api, query, found):
    assert hosts(api, query) == found


@pytest.mark.parametrize("query, found", [
    ("dc=ams", ["web1", "db1"]), ("dc=am*", ["web1", "db1"]), ("dc=am?", ["web1", "db1"]),
    ("dc=*", ["web1", "web2", "db1", "and"]),
    ("dc!=ams", but("web1", "db1")), ("dc~^(ams|sfo)$", ["web1", "web2", "db1"]), ("dc!~s", but("web1", "web2", "db1")),
    ("Dc=ams2", ["50%_x"]), ("DC=ams", []), ("dc~2", []), ("rack.no=7", ["db1"]), ("rack.no~7", ["db1"]), ("rack=*", [])])
def test_any_other_key_is_that_of_a_tag_as_it_is_written(fleet, api, query, found):
    assert hosts(api, query) == found


@pytest.mark.parametrize("query, found", [
    ("labor=reboot-required", ["web2", "db1"]), ("labor=reboot-ready", ["web1"]), ("labor=reboot-completed", []),
    ("labor=reboot-*", ["web1", "web2", "db1"]), ("labor=*", ["web1", "web2", "db1"]),
    ("labor~t-re(quired|ady)$", ["web1", "web2", "db1"]),
    ("labor=audit-required", ["db1"]), ("labor!=reboot-required", but("web2", "db1")), ("labor=reboot", []),
    ("Labor=Reboot-required", []), ("group=web and labor=reboot-required", ["web2"])])
def test_open_labors_by_category_and_state(fleet, api, query, found):
    assert hosts(api, query) == found


@pytest.mark.parametrize("query, found", [
    ("quest=1", ["web1", "web2"]), ("quest=2", ["db1"]), ("quest=77", []), ("quest=01", []), ("quest=x", []),
    ("quest=*", ["web1", "web2", "db1"]), ("quest~^[12]$", ["web1", "web2", "db1"]), ("quest!=1", but("web1", "web2")),
    ("quest=1 and not labor=reboot-ready", ["web2"])])
def test_quests_by_their_labors_open_or_closed(fleet, api, query, found):
    assert hosts(api, query) == found


@pytest.mark.parametrize("query, found", [
    ("web1, db1", ["web1", "db1"]), ("db1 or web1", ["web1", "db1"]), ("db1, web1, db1 or nobody", ["web1", "db1"]),
    ("web*, dc=ams", ["web1", "web2", "db1", "web*"]), ("group=web and dc!=ams", ["web2"]),
    ("group=web AND dc=ams", ["web1"]),
    ("not dc=am*", but("web1", "db1")), ("NOT not web1", ["web1"]), ("not (web1 or db1)", but("web1", "db1")),
    ("web1, web2 and dc=ams", ["web1"]), ("(web1, web2) and dc=sfo", ["web2"]), ("web1 or not web*", but("web2", "web*")),
    ("not web* and not db*", ["and", "a b", "50%_x"]), ("not web1 or web1", EVERYTHING), ("web1 and db1", []),
    ("* and not (tag=* or owner=*)", ["db2", "a b", "web*"]), ("not *", []), ("(((web1)))", ["web1"])])
def test_not_binds_first_then_and_last_or_and_the_comma(fleet, api, query, found):
    assert hosts(api, query) == found


# ---- what is refused, and where

REFUSED = [
    ("web1 web2", 6, "expected and, or, a comma or the end"),
    ("web1,", 6, "expected a host, a condition, not or an opening parenthesis"), ("(web1", 1, "this parenthesis is not closed"),
    ("web1)", 5, "this parenthesis was not opened"), ("ü☃, 'x", 5, "this quote is not closed"),
    ("dc=", 4, "the value is missing"), ("=x", 1, "there is no key before this sign"),
    ("web1|web2", 5, "a host name with this character needs quotes"),
    ("name~*", 1, "invalid regular expression: quantifier operand invalid"),
    ("not nobody and name~'('", 16, "invalid regular expression: parentheses () not balanced"),
    ("ü or dc!~b{2,1}", 6, "invalid regular expression: invalid repetition count(s)")]


@pytest.mark.parametrize("query, column, reason", REFUSED)
def test_a_query_that_is_none_is_refused_with_the_column(fleet, api, query, column, reason):
    why = f"column {column}: {reason}"
    for path in ("/hosts", "/events", "/labors", "/quests"):
        refused(ask(api, path, query), 400, "hostQuery: " + why)
    refused(ask(api, "/extquery", query, name="query"), 400, "query: " + why)
    body = {"eventTypeId": 1, "user": "x", "fateId": 1, "creator": "x", "description": "x", "hostnames": ["web1"]}
    for path in ("/events", "/quests"):
        refused(api.post(path, {**body, "hostQuery": query}), 400, "hostQuery: " + why)


def test_as_many_hosts_and_conditions_levels_and_bytes_as_the_document_says(fleet, api):
    for query, found in (("(" * 64 + "web1" + ")" * 64, ["web1"]), ("not " * 64 + "web1", ["web1"]),
                         ("not (" * 32 + "web1" + ")" * 32, ["web1"]), ("not (db1 or " * 32 + "web1" + ")" * 32, ["web1"]),
                         ("not (not db1 and " * 30 + "web1" + ")" * 30, ["web1", "db1"])):
        assert hosts(api, query) == found
    why = "hostQuery: column 65: more than 64 levels of parentheses and not"
    refused(ask(api, "/hosts", "(" * 65 + "web1" + ")" * 65), 400, why)

    def throw(query):
        return api.post("/events", {"user": "x", "category": "reboot", "state": "ready", "hostQuery": query})
    none = "No hosts found with given list"
    refused(throw(",".join(f"h{i}" for i in range(5000))), 400, none)
    refused(throw(" and ".join(f"dc!={i}" for i in range(4999)) + " and nobody"), 400, none)
    refused(throw(",".join(f"h{i}" for i in range(5001))), 400,
            "hostQuery: column 28891: more than 5000 hosts and conditions")
    refused(throw("nobody," + " " * (65536 - 10) + "dbx"), 400, none)
    refused(throw("nobody," + "\t" * (65536 - 9) + "dbx"), 400, "hostQuery: longer than 65536 characters")
    refused(throw("'" + "\u00fc" * 32768 + "'"), 400, "hostQuery: column 32769: the query is longer than 65536 bytes")


# ---- lists

def test_hosts_found_are_paged_and_counted(fleet, api):
    said = ok(ask(api, "/hosts", "web* or db*", "&limit=2&offset=1"))
    assert (said["totalHosts"], said["limit"], said["offset"]) == (5, 2, 1)
    assert [h["hostname"] for h in said["hosts"]] == ["web2", "db1"]
    assert said["hosts"][0]["tags"] == ["dc=sfo", "web"]
    assert hosts(api, "web* or db*", "&offset=5") == []


def test_hostname_and_query_must_both_hold(fleet, api):
    assert hosts(api, "web*", "&hostname=web2") == ["web2"]
    assert hosts(api, "web*", "&hostname=db1") == hosts(api, "web*", "&hostname=nobody") == []
    assert ok(ask(api, "/hosts", "web*", "&hostname=web2"))["totalHosts"] == 1


@pytest.mark.parametrize("path", ["/hosts", "/events", "/labors", "/quests"])
def test_a_query_that_finds_no_host_shows_nothing(fleet, api, path):
    for query in ("nobody", "dc=nowhere", "not *"):
        assert ids(api, path, query) == []
    assert ids(api, "/labors", "nobody", name="userQuery") == []


def test_of_several_queries_the_last_counts_and_blanks_count_for_nothing(fleet, api):
    assert hosts(api, "web1", "&hostQuery=%20db1%20&limit=all") == ["db1"]
    assert hosts(api, " ", "&limit=all") == EVERYTHING
    refused(ask(api, "/hosts", "\t"), 400, "hostQuery: column 1: the query is empty")


def test_events_of_the_hosts_found(fleet, api):
    assert ids(api, "/events", "group=web") == [1, 2, 3]
    assert ids(api, "/events", "group=web", "&eventTypeId=1") == [1, 2]
    assert ids(api, "/events", "group=web", "&hostname=web1") == ids(api, "/events", "group=web", "&hostId=1") == [1, 3]
    assert ids(api, "/events", "group=web", "&hostname=db1") == []
    assert ids(api, "/events", "db*", "&afterEventId=6") == [6, 7, 8]
    assert ids(api, "/events", "web1 or db1", "&afterEventType=2") == [3, 4, 5]
    assert ids(api, "/events", "web2, db1", "&afterEventType=1") == [4, 5]
    refused(ask(api, "/events", "web2", "&afterEventType=2"), 400, "No event of type 2 found")
    refused(ask(api, "/events", "nobody", "&afterEventType=1"), 400, "No event of type 1 found")
    times = [e["timestamp"] for e in ok(api.get("/events"))["events"]]
    assert ids(api, "/events", "db*", f"&after={times[3]}&before={times[6]}") == [4, 5, 6]


def test_a_page_of_events_is_the_newest_of_all_hosts_found_oldest_first(fleet, api):
    said = ok(ask(api, "/events", "web* or db1", "&limit=2&offset=1"))
    assert ([e["id"] for e in said["events"]], said["totalEvents"]) == ([3, 4], 5)
    said = ok(ask(api, "/events", "web* or db1", "&limit=3&offset=4"))
    assert ([e["id"] for e in said["events"]], said["totalEvents"]) == ([1], 5)


def test_labors_for_the_owners_of_the_hosts_found(fleet, api):
    assert ids(api, "/labors", "group=web") == [1, 2, 3]
    assert ids(api, "/labors", "db*") == [4, 6, 7]
    assert ids(api, "/labors", "group=web", "&open=true") == [2, 3]
    assert ids(api, "/labors", "group=web", "&open=false") == [1]
    assert ids(api, "/labors", "*", "&hostname=db1") == [4]
    assert ids(api, "/labors", "group=web", "&hostname=db1") == []
    assert ids(api, "/labors", "*", "&questId=1&open=true") == [2, 3]
    assert ids(api, "/labors", "*", "&category=reboot&state=ready") == [3, 7]
    assert ids(api, "/labors", "*", "&startingLaborId=1") == [1, 3]


def test_a_page_of_labors_is_the_oldest_but_with_hostname_the_newest(fleet, api):
    said = ok(ask(api, "/labors", "*", "&limit=2&offset=1&expand=hosts"))
    assert ([l["id"] for l in said["labors"]], said["totalLabors"]) == ([2, 3], 6)
    assert said["labors"][0]["host"]["hostname"] == "web2"
    said = ok(ask(api, "/labors", "*", "&limit=1&hostname=web1"))
    assert ([l["id"] for l in said["labors"]], said["totalLabors"]) == ([3], 2)


@pytest.mark.parametrize("user, found", [
    ("johnny", [1, 2, 3]), ("johnny@example.com", [1, 2, 3]), ("tammy", [4]), ("tammy@example.com", [4, 5]), ("storage", []),
    ("storage@example.com", []), ("Tammy", []), ("johnny*", [])])
def test_a_users_labors_are_those_for_the_owner_of_his_hosts_and_for_the_creator_of_his_quests(fleet, api, user, found):
    """As owner with the domain or without; as creator to the letter."""
    assert ids(api, "/labors", user, name="userQuery") == found


def test_the_labors_of_a_user_and_a_query_are_on_the_hosts_of_both(fleet, api):
    assert ids(api, "/labors", "johnny", "&hostQuery=dc%3Dams", name="userQuery") == [1, 3]
    assert ids(api, "/labors", "johnny", "&hostQuery=db1", name="userQuery") == []
    assert ids(api, "/labors", "tammy@example.com", "&hostQuery=web*", name="userQuery") == [5]
    assert ids(api, "/labors", "tammy@example.com", "&open=true&category=audit", name="userQuery") == [5]


def test_quests_with_a_labor_on_the_hosts_found_or_named(fleet, api):
    assert ids(api, "/quests", "group=web") == [1]
    assert ids(api, "/quests", "dc=ams") == [1, 2]
    assert ids(api, "/quests", "db2") == []
    assert ids(api, "/quests", "web1", "&hostnames=db1,db2") == [1, 2]
    assert ids(api, "/quests", "nobody", "&hostnames=db1") == [2]
    assert ids(api, "/quests", "*", "&byCreator=tammy@example.com") == [2]
    assert ids(api, "/quests", "*", "&filterClosed=true") == [1, 2]


# ---- extquery, as a query server would answer it

def results(answer):
    return ok(answer)["results"]


def test_extquery_tells_the_names_of_the_hosts_found(fleet, api):
    said = ok(ask(api, "/extquery", "db1, web1", name="query"))
    assert said == {"href": api.base + "/extquery?query=db1%2C%20web1", "results": ["web1", "db1"]}
    assert results(ask(api, "/extquery", "nobody", name="query")) == []


def test_extquery_tells_the_hosts_of_a_user(fleet, api):
    for user in ("johnny", "johnny@example.com"):
        assert results(ask(api, "/extquery", user, name="user")) == ["web1", "web2"]
    assert results(ask(api, "/extquery", "nobody", name="user")) == []
    assert results(ask(api, "/extquery", "johnny", "&query=db1", name="user")) == ["db1"]


def test_extquery_tells_owners_and_tags_where_there_are_some(fleet, api):
    names = ["db2", "web1", "50%_x", "nobody", "web1"]
    assert results(api.post("/extquery", {"operation": "owners", "hostnames": names})) == {
        "web1": "johnny@example.com", "50%_x": "storage"}
    assert results(api.post("/extquery", {"operation": "tags", "hostnames": names[:2]})) == {"web1": ["dc=ams", "web"]}
    assert results(api.post("/extquery", {"operation": "tags", "hostnames": []})) == {}


def test_extquery_must_be_asked_something(fleet, api):
    refused(api.get("/extquery"), 400, "query or user: one of them is needed")
    refused(api.get("/extquery?query=&user=%20"), 400, "query or user: one of them is needed")
    refused(api.post("/extquery", {}), 400, "Missing Required Argument: operation")
    refused(api.post("/extquery", {"operation": "owners"}), 400, "Missing Required Argument: hostnames")
    refused(api.post("/extquery", {"operation": "x", "hostnames": []}), 400, "operation: must be owners or tags")


# ---- what changes something; each begins with an empty instance

@pytest.fixture
def reboot(api, sql, world):
    """Types 1 and 2, fates 1 and 2; hosts web1, web2 and db1, tagged by their letters."""
    sql.run("select house.reset()")
    world.chain("reboot required", "reboot completed")
    created(api.post("/hosts", {"hosts": [{"hostname": name} for name in ("web1", "web2", "db1")]}))
    for name in ("web1", "web2", "db1"):
        ok(api.put("/hosts/" + name, {"tags": [name[:-1]]}))


def throw(api, **body):
    return api.post("/events", {"user": "johnny", "eventTypeId": 1, **body})


def embark(api, **body):
    return api.post("/quests", {"fateId": 1, "creator": "johnny", "description": "x", **body})


def test_an_event_on_the_hosts_found(reboot, api):
    said = created(throw(api, hostQuery="group=web"))
    assert [(e["id"], e["hostId"]) for e in said["events"]] == [(1, 1), (2, 2)]
    answer = throw(api, hostQuery=" db* ")
    assert created(answer)["hostId"] == 3 and answer.headers["Location"] == "/api/v1/events/3"


def test_hosts_found_and_hosts_named_are_added_up_each_once(reboot, api, world):
    world.quest(1, "db1")
    said = created(throw(api, hostQuery="web1, web2", hostname="web1", hostnames=["new", "web2"], questId=1))
    assert [e["hostId"] for e in said["events"]] == [1, 2, 3, 4]
    said = created(embark(api, hostQuery="web*", hostnames=["newer", "web2"]))
    assert [l["hostId"] for l in said["labors"]] == [1, 2, 5]


def test_a_query_without_a_host_is_an_error_where_hosts_are_needed(reboot, api, sql):
    before = sql.state()
    for query in ("nobody", "group=none", "not *", "", None):
        refused(throw(api, hostQuery=query), 400, "No hosts found with given list")
        refused(embark(api, hostQuery=query), 400, "No hosts found with given list")
        refused(embark(api, hostQuery=query, hostnames=[]), 400, "No hosts found with given list")
    assert sql.state() == before


def test_a_query_means_known_hosts_alone(reboot, api, world):
    assert created(throw(api, hostQuery="nobody or web1"))["hostId"] == 1
    assert [l["hostId"] for l in created(embark(api, hostQuery="nobody, db1"))["labors"]] == [3]
    assert created(throw(api, hostQuery="nobody", hostname="new"))["hostId"] == 4
    assert hosts(api, "*") == ["web1", "web2", "db1", "new"]


def test_a_quest_follows_the_labors_that_are_open(reboot, api, world):
    world.throw(1, "web2", "db1")
    said = created(embark(api, hostQuery="labor=reboot-required and group=web"))
    assert [l["hostId"] for l in said["labors"]] == [2]
    created(throw(api, hostQuery=f"quest={said['id']}", eventTypeId=2))
    assert ok(api.get("/quests/1"))["completionTime"] is not None


def test_the_query_is_the_last_thing_that_is_judged(reboot, api):
    refused(embark(api, fateId=77, hostQuery="("), 400, "Bad fate id 77")
    refused(throw(api, eventTypeId=77, hostQuery="("), 400, "Bad event type")
    refused(throw(api, questId=77, hostQuery="("), 404, "No such Quest 77 found")


def test_what_stands_in_the_address_of_a_post_finds_no_hosts(reboot, api):
    body = {"user": "x", "fateId": 1, "eventTypeId": 1, "creator": "x", "description": "x"}
    for path in ("/events", "/quests"):
        refused(api.post(path + "?hostQuery=web*&userQuery=x", body), 400, "No hosts found with given list")


def test_a_query_that_finds_100000_hosts_makes_a_quest(reboot, api, sql):
    sql.run("insert into fate.hosts (hostname, tags) select 'bulk' || i, array['dc=' || (i & 1)]"
            " from generate_series(1, 100000) i")
    sql.run("select fate.counts_add('host', 0, 0, 100000)")
    body = {"fateId": 1, "creator": "johnny", "description": "x", "hostQuery": "bulk* and not web*"}
    said = api.raw("POST", "/quests", json.dumps(body).encode(), documented=False)      # long work for the validator
    assert said.status_code == 201 and said.content.count(b'"hostId":') == 100000
    assert sql.one("select count(*), count(distinct host_id), min(host_id), max(host_id) from fate.labors"
                   " where quest_id = 1") == (100000, 100000, 4, 100003)
    assert ok(ask(api, "/hosts", "dc=0", "&limit=1"))["totalHosts"] == 50000
    assert ok(ask(api, "/labors", "labor=reboot-required", "&limit=1"))["totalLabors"] == 100000
    assert ok(ask(api, "/labors", "dc=1", "&limit=1&offset=49999"))["labors"][0]["hostId"] == 100002
    assert ok(ask(api, "/events", "quest=1", "&limit=1"))["totalEvents"] == 100000
    assert ok(ask(api, "/quests", "dc=1"))["totalQuests"] == 1
    assert ok(ask(api, "/hosts", "*", "&limit=1&offset=100002"))["hosts"][0]["hostname"] == "bulk100000"
    sql.run("select house.reset()")
