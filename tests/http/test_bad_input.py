"""Bad input at every endpoint of the Hermes family: the right 4xx in the error shape, and nothing has changed, not even a
sequence. (The Polemarch family: test_bad_fields.py.)"""
import json

import pytest

from bad import NOT_HOSTS, NOT_JSON, NOT_OBJECTS, NOT_TEXT, THINGS
from client import JSON, created, ok, refused
from world import World

pytestmark = [pytest.mark.noreset, pytest.mark.usefixtures("unchanged")]

# Each endpoint with a body: a body that would be right, and what its members are.
ENDPOINTS = {
    ("POST", "/hosts"): ({"hostname": "new"}, {"hostname": "name"}),
    ("PUT", "/hosts/web"): ({"hostname": "new"}, {"hostname": "name"}),
    ("PUT", "/hosts/web "): ({"owner": "johnny", "tags": ["new"]}, {"owner": "text 64", "tags": "tags"}),
    ("POST", "/hosts/check"): (
        {"hostnames": ["web"]}, {"hostnames": "texts", "questId": "id", "fateId": "id", "hostQuery": "query"}),
    ("POST", "/eventtypes"): (
        {"category": "new", "state": "type", "description": "x"},
        {"category": "text 64", "state": "text 32", "description": "text 1024", "restricted": "flag"}),
    ("PUT", "/eventtypes/1"): ({"description": "new"}, {"description": "text 1024"}),
    ("POST", "/events"): (
        {"user": "johnny", "eventTypeId": 1, "hostname": "new"},
        {"user": "user 64", "eventTypeId": "id", "hostname": "text 128", "hostnames": "names", "questId": "id",
         "note": "text 65535", "hostQuery": "query"}),
    ("POST", "/events "): (
        {"user": "johnny", "category": "work", "state": "required", "hostname": "new"},
        {"category": "text 64", "state": "text 32"}),
    ("POST", "/events/preview"): (
        {"user": "johnny", "eventTypeId": 1, "hostname": "new"},
        {"user": "user 64", "eventTypeId": "id", "hostname": "text 128", "hostnames": "names", "questId": "id",
         "note": "text 65535", "hostQuery": "query"}),
    ("POST", "/events/preview "): (
        {"user": "johnny", "category": "work", "state": "required", "hostname": "new"},
        {"category": "text 64", "state": "text 32"}),
    ("POST", "/fates"): (
        {"creationEventTypeId": 1, "description": "new"},
        {"creationEventTypeId": "id", "description": "text 2048", "followsId": "id", "forOwner": "flag",
         "forCreator": "flag"}),
    ("PUT", "/fates/1"): ({"description": "new"}, {"description": "text 2048", "followsId": "id"}),
    ("PUT", "/labors"): ({"laborIds": [1], "ackUser": "johnny"}, {"laborIds": "ids", "ackUser": "acker 64", "questId": "id"}),
    ("PUT", "/labors/1"): ({"ackUser": "johnny"}, {"ackUser": "acker 64", "questId": "id"}),
    ("POST", "/quests"): (
        {"fateId": 1, "creator": "johnny", "description": "new", "hostnames": ["new"]},
        {"fateId": "id", "creator": "user 64", "description": "needed 4096", "hostnames": "names",
         "targetTime": "time", "references": "list", "hostQuery": "query"}),
    ("PUT", "/quests/1"): (
        {"description": "new"},
        {"description": "text 4096", "creator": "acker 64", "targetTime": "time", "references": "list"}),
    ("POST", "/quests/1/mail"): (
        {"serverOwners": True, "from": "a@example.com", "subject": "new", "message": "new"},
        {"serverOwners": "flag", "laborOwners": "flag", "from": "line 320", "subject": "line 998",
         "message": "needed 1000000"}),
    ("POST", "/extquery"): (
        {"operation": "owners", "hostnames": ["web"]}, {"operation": "operation", "hostnames": "names"}),
    ("POST", "/letters/1/retry"): ({}, {}),
    ("POST", "/webhooks"): (
        {"url": "http://127.0.0.1:9/new"},
        {"url": "url", "secret": "text 256", "eventTypes": "types", "active": "flag"}),
    ("PUT", "/webhooks/1"): (
        {"active": False}, {"url": "url", "secret": "text 256", "eventTypes": "types", "active": "flag"}),
    ("POST", "/session"): ({"username": "nobody", "password": ""}, {"username": "name of a user", "password": "secret"}),
    ("POST", "/tokens"): ({"name": "new"}, {"name": "line 80", "scope": "scope", "expiryTime": "time to come"}),
}
LISTS = ["/hosts", "/eventtypes", "/events", "/fates", "/labors", "/quests", "/letters", "/webhooks", "/audit"]
PAGED = LISTS + ["/hosts/web", "/eventtypes/1"]
READ = PAGED + ["/events/1", "/fates/1", "/labors/1", "/labors/table", "/quests/1", "/webhooks/1", "/currentUser", "/serverConfig", "/ping",
                "/extquery", "/health", "/metrics", "/session", "/sessions", "/tokens", "/quests/1/history", "/fates/counts", "/home",
                "/search"]

WRONG = {
    "text": [1, 1.5, True, *THINGS],
    "needed": [None, "", 0, 1.5, True, *THINGS],
    "id": ["x", "", "1.5", "0x1", "1 2", 1.5, 1e300, 10 ** 18, -10 ** 18, "1" * 19, True, False, *THINGS],
    "ids": [None, 1, "1", True, {}, {"a": 1}, [], ["x"], [1.5], [None], [[]], [True], ["1", ""], [1, 10 ** 18], [1] * 100001],
    "flag": ["true", "", "maybe", 2, -1, 1.5, *THINGS],
    "texts": ["web", 5, True, {}, {"a": 1}, [1], [None], [["a"]], [{"hostname": "a"}], ["web", 1.5]],
    "names": ["web", 5, True, {}, {"a": 1}, [1], [None], [""], [["a"]], [{"hostname": "a"}], ["new", "x" * 129]],
    "time": [5, 1.5, True, *THINGS, "nonsense", "2038-13-01", "2038-01-19 25:00", "now", "infinity", "tomorrow",
             "2038", "99999-01-01", "x" * 65, "2038-01-19 " * 20],
    "list": ["x", 5, True, {}, {"label": "x"}, [1], [[]], [None]],
    "tags": ["web", 5, True, {}, {"a": 1}, [1], [None], [""], [["a"]], [{}], ["new", "x" * 129], ["new", "\u2603" * 129]],
    "query": [1, 1.5, True, *THINGS, "web1 web2", "(", "not", "web,", "dc=", "name~*", "name~(", "\t", "x" * 65537,
              "\u2603" * 30000],
    "operation": [None, "", "owner", "OWNERS", 5, True, *THINGS],
    "url": [None, "", 5, True, *THINGS, "x", "http://", "http:///x", "ftp://x", "file:///etc/passwd", "//x", "http://a b",
            "http://a\n", "http://a\tb", "http://?x", "http://#x", " http://a", "http://" + "x" * 2042],
    "types": ["x", 5, True, {}, {"category": "x"}, [1], [None], ["x"], [[]], [{}], [{"category": None}],
              [{"category": "work"}, {"restricted": True}]],
    "scope": ["", "x", "READ", "all", "readwrite", "x" * 11, 5, True, *THINGS],
    "secret": [None, 1.5, True, *THINGS, {"given": True}, {"hash": "$argon2id$x"}, {"length": 5}],
}
WRONG["name of a user"] = [5, *WRONG["secret"]]
WRONG["time to come"] = WRONG["time"] + ["2000-01-01", "0001-01-01 00:00"]
WRONG["line"] = WRONG["needed"] + ["two\nlines", "\r", "a\tb", "x\x7f", "\x01"]
WRONG["user"] = WRONG["line"] + [" ", "   "]
WRONG["acker"] = [v for v in WRONG["user"] if v is not None and v != ""]


def wrong_values(kind):
    if kind == "name":
        kind = "needed 128"
    if kind not in WRONG:
        kind, _, most = kind.partition(" ")
    else:
        most = ""
    return WRONG[kind] + (["x" * (int(most) + 1), "\u2603" * (int(most) + 1)] if most else [])


MISFITS = [(method, path.strip(), {**good, name: value}, name)
           for (method, path), (good, members) in ENDPOINTS.items()
           for name, kind in members.items() for value in wrong_values(kind)]


@pytest.fixture(scope="module", autouse=True)
def seeded(instance, api, session_sql):
    """A host web with labor 1 in quest 1; types 1 and 2, fates 1 and 2; a webhook that is told nothing."""
    session_sql.run("select house.reset()")
    world = World(api)
    world.chain("work required", "work completed")
    world.quest(1, "web")
    created(api.post("/webhooks", {"url": "http://127.0.0.1:9/", "active": False}))


@pytest.mark.parametrize("method, path, body, name", MISFITS, ids=lambda v: json.dumps(v)[:60])
def test_a_member_that_is_wrong_is_refused_by_name(api, method, path, body, name):
    assert name in refused(api.raw(method, path, json.dumps(body).encode()), 400)


@pytest.mark.parametrize("path, list_name", [("/hosts", "hosts"), ("/eventtypes", "eventTypes")])
@pytest.mark.parametrize("value", [None, "x", 5, True, {}, {"a": 1}, [1], [None], [[]], ["x"]])
def test_a_list_of_things_to_make_is_a_list_of_objects(api, path, list_name, value):
    assert list_name in refused(api.post(path, {list_name: value}), 400)


@pytest.mark.parametrize("method, path, body, name", [m for m in MISFITS if m[1] in ("/hosts", "/eventtypes")],
                         ids=lambda v: json.dumps(v)[:60])
def test_one_wrong_entry_of_a_list_refuses_all(api, method, path, body, name):
    good = ENDPOINTS[method, path][0]
    list_name = {"/hosts": "hosts", "/eventtypes": "eventTypes"}[path]
    assert name in refused(api.post(path, {list_name: [good, body]}), 400)


@pytest.mark.parametrize("method, path", [("POST", "/webhooks"), ("PUT", "/webhooks/1")])
@pytest.mark.parametrize("name, value", [("category", v) for v in wrong_values("text 64")] +
                         [("state", v) for v in wrong_values("text 32")], ids=lambda v: json.dumps(v)[:60])
def test_the_event_types_of_a_webhook_are_texts(api, method, path, name, value):
    body = {"url": "http://127.0.0.1:9/new", "eventTypes": [{"category": "work"}, {name: value}]}
    assert name in refused(api.raw(method, path, json.dumps(body).encode()), 400)


def test_a_name_that_is_too_long_with_its_domain_is_refused(api):
    user = "x" * 53
    for call, path, body in ((api.post, "/events", {"user": user, "eventTypeId": 1, "hostname": "new"}),
                             (api.post, "/quests", {"fateId": 1, "creator": user, "description": "x",
                                                    "hostnames": ["a"]}),
                             (api.put, "/quests/1", {"creator": user}), (api.put, "/labors/1", {"ackUser": user}),
                             (api.put, "/labors", {"laborIds": [1], "ackUser": user})):
        assert "longer than 64" in refused(call(path, body), 400)


@pytest.mark.parametrize("method, path", [(m, p.strip()) for m, p in ENDPOINTS])
def test_a_body_that_is_no_json_object_is_refused(api, method, path):
    for body in [*NOT_JSON, *NOT_OBJECTS]:
        long = (method, path) == ("POST", "/session") and len(body) > 16384       # of who is not known yet
        assert refused(api.raw(method, path, body), 413 if long else 400).startswith("The body "), body[:60]


@pytest.mark.parametrize("path, name", [("/hosts", "hostname"), ("/eventtypes", "category"), ("/events", "user"),
                                        ("/fates", "creationEventTypeId"), ("/quests", "fateId")])
@pytest.mark.parametrize("body", [b"", b"{}", b' {"unknown": [1]} '])
def test_an_empty_body_is_an_empty_object(api, path, name, body):
    refused(api.raw("POST", path, body), 400, "Missing Required Argument: " + name)


# ---- size

@pytest.mark.parametrize("method, path", [(m, p.strip()) for m, p in ENDPOINTS])
def test_a_body_over_16_mib_is_too_large(api, method, path):
    refused(api.raw(method, path, headers={"Content-Length": str((16 << 20) + 1)}), 413,
            "The body is larger than 16777216 bytes.")


def test_a_body_over_16_mib_in_chunks_is_too_large(api):
    refused(api.post("/hosts", iter([b" " * (1 << 20)] * 17), JSON), 413)


@pytest.mark.parametrize("size", ["-1", "x", "9" * 30, "1e3"])
def test_a_length_that_is_no_number_is_a_bad_request(api, size):
    assert api.raw("POST", "/hosts", headers={"Content-Length": size}, documented=False).status_code in (400, 413)


def test_a_body_of_millions_of_tiny_values_is_refused(api):
    body = b'{"hostname": "web", "x": [' + b"[]," * 2_000_000 + b"[]]}"
    refused(api.raw("POST", "/hosts", body), 400, "The body holds more than 2000000 values.")


# ---- the query

@pytest.mark.parametrize("path", READ + ["/live", "/quests/1/mail"])
@pytest.mark.parametrize("query", NOT_TEXT)
def test_a_query_that_is_not_text_is_refused(api, path, query):
    refused(api.raw("GET", f"{path}?{query}"), 400, "The query is not UTF-8 text.")


@pytest.mark.parametrize("path", READ)
def test_a_query_has_at_most_1000_parameters(api, path):
    refused(api.get(path + "?" + "&".join(["a=1"] * 1001)), 400, "More than 1000 parameters in the query.")
    assert api.get(path + "?query=web&q=web&" + "&".join(["a=1"] * 998) + "&&&").status_code == 200


@pytest.mark.parametrize("method, path", [(m, p.strip()) for m, p in ENDPOINTS])
def test_a_bad_query_is_refused_with_a_body_too(api, method, path):
    refused(api.raw(method, path + "?%00", b"{}"), 400, "The query is not UTF-8 text.")


@pytest.mark.parametrize("path", PAGED)
@pytest.mark.parametrize("name", ["limit", "offset"])
@pytest.mark.parametrize("value", ["-1", "x", "1.5", "1e3", "0x10", "--1", "1 2", "1,2", "9" * 19, "-" + "9" * 40,
                                   "%D9%A3", "null", "'", "%C2%A05"])
def test_a_page_is_given_by_whole_numbers_that_are_not_negative(api, path, name, value):
    assert refused(api.raw("GET", f"{path}?{name}={value.replace(' ', '%20')}"), 400).startswith(name + ":")


@pytest.mark.parametrize("path", PAGED)
def test_offset_has_no_all(api, path):
    assert refused(api.get(path + "?offset=all"), 400).startswith("offset:")


@pytest.mark.parametrize("path", [p + "?" for p in PAGED] + [
    "/hosts?hostname=web&", "/events?hostname=web&", "/events?eventTypeId=1&eventTypeId=2&", "/events?eventTypeId=1&",
    "/events?after=2000-01-01&", "/labors?hostname=web&", "/labors?questId=1&", "/labors?startingLaborId=1&",
    "/labors?open=true&", "/quests?hostnames=web&"])
def test_a_page_may_be_as_far_away_and_as_large_as_a_number_tells(api, path):
    huge = "9" * 18
    ok(api.get(f"{path}limit={huge}"))
    ok(api.get(f"{path}offset={huge}"))
    ok(api.get(f"{path}limit={huge}&offset={huge}"))


@pytest.mark.parametrize("path, name", [
    ("/events", "eventTypeId"), ("/events", "hostId"), ("/events", "afterEventType"), ("/events", "afterEventId"),
    ("/labors", "questId"), ("/labors", "startingLaborId"), ("/audit", "userId"), ("/audit", "objectId"),
    ("/labors/table", "questId"), ("/labors/table", "startingLaborId"), ("/audit", "beforeId"), ("/fates/counts", "questId")])
@pytest.mark.parametrize("value", ["x", "1.5", "1,2", "0x1", "9" * 19, "1 2", "true", "%E2%98%83"])
def test_an_id_in_the_query_is_a_whole_number(api, path, name, value):
    assert refused(api.raw("GET", f"{path}?{name}={value.replace(' ', '%20')}"), 400).startswith(name + ":")


@pytest.mark.parametrize("path, name", [
    ("/events", "eventTypeId"), ("/events", "hostId"), ("/events", "afterEventId"), ("/labors", "questId"),
    ("/labors", "startingLaborId"), ("/audit", "userId"), ("/audit", "objectId")])
def test_an_id_that_nothing_has_finds_nothing(api, path, name):
    for value in ("-1", "-" + "9" * 18, "9" * 18, "2147483648"):
        found = ok(api.get(f"{path}?{name}={value}"))[path[1:]]
        assert found == [] or (name == "afterEventId" and value.startswith("-"))


@pytest.mark.parametrize("path, name", [(p, n) for p in ("/events", "/audit") for n in ("after", "before")] + [("/labors/table", "since")])
@pytest.mark.parametrize("value", ["nonsense", "2015-13-01", "now", "infinity", "-infinity", "epoch", "tomorrow",
                                   "2015-06-01 BC", "25:00", "1e9", "x" * 5000, "99999-01-01",
                                   "2015-06-01 12:11 Nowhere/Land"], ids=lambda v: v[:30])
def test_a_time_in_the_query_is_a_time(api, path, name, value):
    assert refused(api.get(f"{path}?{name}={value}"), 400).startswith(name + ":")


@pytest.mark.parametrize("path, name", [
    ("/eventtypes", "startingTypes"), ("/quests", "filterClosed"), ("/quests", "progressInfo"),
    ("/quests", "onlyOpenLabors"), ("/quests/1", "progressInfo"), ("/quests/1", "onlyOpenLabors"),
    ("/quests/1/mail", "serverOwners"), ("/quests/1/mail", "laborOwners")])
def test_a_flag_is_true_or_false(api, path, name):
    for value in ("maybe", "2", "tru", "x"):
        assert refused(api.get(f"{path}?{name}={value}"), 400).startswith(name + ":")


@pytest.mark.parametrize("value", ["x", "WAITING", "waiting,sent", "1", "%E2%98%83"])
def test_letters_are_in_one_of_four_states(api, value):
    refused(api.raw("GET", "/letters?state=" + value), 400, "state: must be waiting, sending, sent or parked")


@pytest.mark.parametrize("path", ["/hosts", "/events", "/labors", "/labors/table", "/quests"])
@pytest.mark.parametrize("value", ["web1%20web2", "%28", "name~%28", "x" * 20000 + "%20y", "name~%5Ba", "%09"])
def test_a_host_query_is_in_the_language(api, path, value):
    assert refused(api.raw("GET", f"{path}?hostQuery={value}"), 400).startswith("hostQuery: column ")


# ---- the path

@pytest.mark.parametrize("name", ["%ff", "a%ffb", "%C3", "%C0%AF", "%ED%A0%80", "web/%ff"])
def test_a_path_that_is_not_text_is_refused(api, name):
    refused(api.raw("GET", "/hosts/" + name), 400, "The path is not UTF-8 text.")
    refused(api.raw("PUT", "/hosts/" + name, b'{"hostname": "new"}'), 400, "The path is not UTF-8 text.")


@pytest.mark.parametrize("name", ["%00", "web%00", "%zz", "%", "web%2", "%u0041", "../../../../etc/passwd"])
def test_a_path_that_nginx_cannot_read_is_refused_in_the_same_shape(api, name):
    refused(api.raw("GET", "/hosts/" + name), 400)


def test_percent_signs_are_decoded_once_however_deep(api):
    for depth in range(17):
        name = "%" + "25" * depth + "41"
        decoded = "A" if depth == 0 else "%" + "25" * (depth - 1) + "41"
        refused(api.raw("GET", "/hosts/" + name), 404, f"No such Host {decoded} found")
        assert ok(api.raw("GET", "/hosts?hostname=" + name))["hosts"] == []


@pytest.mark.parametrize("path", ["/eventtypes/", "/events/", "/fates/", "/labors/", "/quests/", "/letters/", "/webhooks/"])
@pytest.mark.parametrize("id", ["0", "2147483648", "9223372036854775808", "9" * 500, "00000000000000000000002"],
                         ids=lambda id: id[:30])
def test_an_id_beyond_all_ids_is_not_found(api, path, id):
    assert id[:100] in refused(api.get(path + id), 404)


@pytest.mark.parametrize("path", ["/sessions/", "/tokens/"])
def test_what_one_does_not_hold_is_not_found(api, path):
    for id in ("1", "0", "2147483648", "9223372036854775808", "9" * 500):
        refused(api.delete(path + id), 404, f"No such {path[1:-2].capitalize()} {id} found"[:199])


@pytest.mark.parametrize("letter", ["x", "\u00fc", "\u2603", "\U0001f600"])
def test_a_message_that_is_cut_short_is_cut_between_letters(api, letter):
    for front in ("", "a", "ab", "abc"):
        said = refused(api.get("/hosts/" + front + letter * 300), 404)
        assert said.startswith(f"No such Host {front}{letter * 30}")
        said = refused(api.get("/labors?hostname=" + front + letter * 300), 400)
        assert said.startswith(f"No host {front}{letter * 30}")


@pytest.mark.parametrize("host", NOT_HOSTS)
def test_a_host_header_that_is_no_host_name_is_refused(api, host):
    refused(api.raw("GET", "/hosts", headers={"Host": host}), 400)


def test_an_address_that_is_too_long_is_refused_in_the_same_shape(api):
    refused(api.raw("GET", "/hosts?hostname=" + "x" * 40000, documented=False), 414)


def test_headers_that_are_too_large_are_refused_in_the_same_shape(api):
    refused(api.raw("GET", "/hosts", headers={"X-Large": "x" * 40000}, documented=False), 400)
    refused(api.raw("GET", "/hosts", headers={f"X-{i}": "x" * 1000 for i in range(150)}, documented=False), 400)
