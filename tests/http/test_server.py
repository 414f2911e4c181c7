"""What holds for all addresses: methods, paths, Content-Type, ETag, links; currentUser, serverConfig, ping, extquery."""
import gzip
import re

import pytest

from client import JSON, created, ok, refused
from instance import PASSWORD

UNSUPPORTED = "Method not supported for this resource."
COLLECTIONS = ["/hosts", "/eventtypes", "/events", "/fates", "/labors", "/quests", "/webhooks"]
ITEMS = ["/hosts/web", "/eventtypes/1", "/events/1", "/fates/1", "/labors/1", "/quests/1", "/webhooks/1"]
READ_ONLY = ["/letters", "/letters/1", "/currentUser", "/serverConfig", "/ping", "/health", "/metrics", "/live", "/audit"]
HELD = ["/session", "/sessions", "/tokens"]


def test_the_current_user_has_the_domain(api):
    assert ok(api.get("/currentUser")) == {"href": api.base + "/currentUser", "user": "admin@example.com"}


def test_the_server_tells_its_domain(api):
    assert ok(api.get("/serverConfig")) == {"href": api.base + "/serverConfig", "domain": "example.com",
                                            "fullstoryId": None}


def test_ping_needs_nobody(api):
    answer = api.signed_in().get("/ping")
    assert answer.json() == {"status": "ok"} and answer.status_code == 200


@pytest.mark.parametrize("path", ["/", "/nothing", "/host", "/hosts2", "/eventtypes/x", "/eventtypes/1x", "/events/-1",
                                  "/events/1.0", "/fates/0x1", "/labors/1/2", "/quests/1/mails", "/events/%31x",
                                  "//hosts", "/eventtypes//1", "/eventtypes/1//", "/HOSTS", "/currentuser",
                                  "/quests/1/mail/x"])
def test_an_unknown_path_is_not_found_whoever_asks(api, path):
    for method in ("GET", "DELETE", "POST"):
        refused(api.raw(method, path), 404)
    refused(api.raw("GET", path, headers={"Authorization": None}), 404)


@pytest.mark.parametrize("path", ["/api", "/api/v1", "/api/v2/hosts", "/x/../api/v1/hosts"])
def test_outside_the_mount_there_is_nothing_of_hermes(api, path):
    refused(api.raw("GET", path, mount="", documented=False), 404, "Resource not found.")


@pytest.mark.parametrize("path", ["/polemarch/", "/polemarch/x", "/polemarch/api/v2/users/"])
def test_outside_the_mount_there_is_nothing_of_polemarch_in_its_shape(api, path):
    answer = api.raw("GET", path, mount="", documented=False)
    assert (answer.status_code, answer.json()) == (404, {"detail": "Resource not found."})


@pytest.mark.parametrize("path", COLLECTIONS + HELD[1:] + ["/letters", "/currentUser", "/serverConfig", "/ping", "/extquery",
                                                           "/audit"])
def test_one_trailing_slash_is_always_allowed(api, path):
    plain, slash = api.get(path), api.get(path + "/")
    assert plain.status_code == slash.status_code
    if plain.status_code == 200 and path != "/ping":
        assert slash.json() == {**plain.json(), "href": api.base + path + "/"}


def test_a_trailing_slash_is_allowed_on_single_things_and_on_post(api, world):
    world.chain("reboot required", "reboot completed")
    world.quest(1, "web")
    created(api.post("/webhooks/", {"url": "http://127.0.0.1:9/", "active": False}))
    for path in ITEMS:
        assert ok(api.get(path + "/")) == ok(api.get(path))
    assert created(api.post("/hosts/", {"hostname": "db"}))["id"] == 2
    assert ok(api.put("/hosts/db/", {"hostname": "ns"}))["hostname"] == "ns"
    refused(api.post("/quests/1/mail/", {}), 400, "Must specify serverOwners and/or laborOwners as true")
    refused(api.post("/letters/99999/retry/", {}), 404, "No such Letter 99999 found")


# ---- methods

@pytest.mark.parametrize("method, path", [("DELETE", p) for p in ITEMS if not re.search("type|fate|hook", p)] +
                         [("PUT", "/events/1"), ("POST", "/labors"), ("PUT", "/events/1/"), ("DELETE", "/labors/77")])
def test_what_hermes_calls_not_supported_says_so_whether_or_not_the_thing_exists(api, method, path):
    refused(api.raw(method, path, body=b"{}"), 405, UNSUPPORTED)


@pytest.mark.parametrize("method, path",
                         [(m, p) for p in COLLECTIONS for m in ("PUT", "DELETE", "PATCH", "OPTIONS") if (m, p) != ("PUT", "/labors")] +
                         [("PATCH", p) for p in ITEMS] + [("POST", p) for p in ITEMS] +
                         [(m, p) for p in READ_ONLY for m in ("POST", "PUT", "DELETE")] +
                         [(m, p) for p in HELD for m in ("PUT", "PATCH", "OPTIONS")] +
                         [(m, p) for p in ("/sessions/1", "/tokens/1") for m in ("GET", "POST", "PUT")] +
                         [("POST", "/sessions"), ("DELETE", "/tokens")] +
                         [("PUT", "/quests/1/mail"), ("PUT", "/extquery"), ("DELETE", "/extquery"), ("MKCOL", "/hosts"),
                          ("TRACE", "/hosts"), ("GET", "/letters/1/retry"), ("PUT", "/letters/1/retry")])
def test_any_other_method_has_no_words(api, method, path):
    refused(api.raw(method, path, body=b"{}"), 405, None)


@pytest.mark.parametrize("path", COLLECTIONS + ITEMS + READ_ONLY + HELD)
def test_head_is_not_supported(api, path):
    answer = api.raw("HEAD", path)
    assert (answer.status_code, answer.content) == (405, b"")


# ---- Content-Type

@pytest.mark.parametrize("method, path", [("PUT", p) for p in ITEMS + COLLECTIONS] +
                         [("POST", p) for p in COLLECTIONS + ["/extquery", "/quests/1/mail", "/letters/1/retry",
                                                              "/hosts/web", "/session", "/tokens"]])
@pytest.mark.parametrize("type", [None, "", "text/plain", "application/x-www-form-urlencoded", "application/jsonp",
                                  "text/json", "application / json"])
def test_posts_and_puts_are_json_or_refused_before_anything_else(api, method, path, type):
    refused(api.raw(method, path, body=b"not json", headers={"Content-Type": type}), 400,
            "Invalid Content-Type for POST/PUT request.")


@pytest.mark.parametrize("type", ["application/json", "application/json; charset=utf-8", "APPLICATION/Json;charset=x",
                                  "application/json;"])
def test_parameters_and_letter_case_of_the_type_count_for_nothing(api, type):
    assert created(api.post("/hosts", {"hostname": "web"}, headers={"Content-Type": type}))["id"] == 1


def test_get_and_delete_ask_for_no_type(api):
    ok(api.raw("GET", "/hosts", headers={"Content-Type": "text/plain"}))
    refused(api.raw("DELETE", "/events/1", headers={"Content-Type": None}), 405, UNSUPPORTED)


# ---- ETag

def test_an_answer_the_client_has_is_not_sent_again(api, world):
    created(api.post("/hosts", {"hostname": "web"}))
    first = api.get("/hosts/web")
    tag = first.headers["ETag"]
    assert re.fullmatch(r'"[0-9a-f]{32}"', tag)
    for header in (tag, "W/" + tag, f'"other", {tag}', "*"):
        answer = api.get("/hosts/web", {"If-None-Match": header})
        assert (answer.status_code, answer.content, answer.headers["ETag"]) == (304, b"", tag), header
    assert api.get("/hosts/web", {"If-None-Match": '"other"'}).json() == first.json()


def test_a_changed_thing_is_sent_again_with_another_tag(api, world):
    type = world.type("log entry")
    created(api.post("/hosts", {"hostname": "web"}))
    tag = api.get("/hosts/web").headers["ETag"]
    world.throw(type, "web")
    answer = api.get("/hosts/web", {"If-None-Match": tag})
    assert answer.status_code == 200 and answer.headers["ETag"] != tag


def test_a_compressed_answer_has_a_weak_tag_that_works_as_well(api):
    created(api.post("/hosts", {"hosts": [{"hostname": f"host{i}"} for i in range(200)]}))
    plain = api.raw("GET", "/hosts?limit=all")
    packed = api.raw("GET", "/hosts?limit=all", headers={"Accept-Encoding": "gzip"}, documented=False)
    assert packed.headers["Content-Encoding"] == "gzip" and len(packed.content) < len(plain.content) / 4
    assert gzip.decompress(packed.content) == plain.content
    assert packed.headers["ETag"] == "W/" + plain.headers["ETag"]
    answer = api.raw("GET", "/hosts?limit=all", headers={"Accept-Encoding": "gzip",
                                                         "If-None-Match": packed.headers["ETag"]})
    assert answer.status_code == 304


def test_only_good_answers_to_get_have_a_tag(api):
    assert "ETag" not in api.get("/hosts/nobody").headers
    assert "ETag" not in api.post("/hosts", {"hostname": "web"}).headers
    assert "ETag" not in api.put("/hosts/web", {"hostname": "web"}).headers
    assert api.get("/hosts/nobody", {"If-None-Match": "*"}).status_code == 404


# ---- answers

def test_answers_are_json_in_utf8_and_not_kept_by_others(api):
    for answer in (api.get("/hosts"), api.post("/hosts", {"hostname": "web"}), api.get("/labors/1")):
        assert answer.headers["Content-Type"] == "application/json; charset=UTF-8"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "no-cache" in api.get("/hosts").headers["Cache-Control"]


def test_the_reason_phrase_is_the_message(api):
    assert api.raw("GET", "/hosts/nobody").reason == "No such Host nobody found"
    assert api.raw("GET", "/hosts/%C3%BC%0A").reason == "No such Host ??? found"
    assert len(api.raw("GET", "/hosts/" + "x" * 3000).reason) <= 150
    assert api.raw("GET", "/hosts").reason == "OK"
    assert api.raw("POST", "/hosts", b'{"hostname": "web"}').reason == "Created"


def test_links_follow_the_host_header_and_lists_repeat_the_address(api):
    created(api.post("/hosts", {"hostname": "web"}))
    said = ok(api.raw("GET", "/hosts?hostname=web&limit=%35&x", headers={"Host": "hermes.example.com:81"}))
    assert said["href"] == "http://hermes.example.com:81/api/v1/hosts?hostname=web&limit=%35&x"
    assert said["hosts"][0]["href"] == "http://hermes.example.com:81/api/v1/hosts/web"


def test_only_the_two_quirks_answer_links_without_a_host(api, world):
    type = created(api.post("/eventtypes", {"category": "a", "state": "b", "description": "c"}))
    assert type["href"] == api.base + "/eventtypes/1"
    assert created(api.post("/fates", {"creationEventTypeId": 1, "description": ""}))["href"] == "/api/v1/fates/1"
    event = created(api.post("/events", {"user": "x", "eventTypeId": 1, "hostname": "web"}))
    assert event["href"] == "/api/v1/events/1"
    assert world.quest(1, "web")["href"] == api.base + "/quests/1"


def test_locations_are_paths_to_the_letter(api, world):
    where = [api.post(path, body).headers["Location"] for path, body in (
        ("/hosts", {"hostname": "web"}), ("/eventtypes", {"category": "a", "state": "b", "description": "c"}),
        ("/fates", {"creationEventTypeId": 1, "description": ""}),
        ("/events", {"user": "x", "eventTypeId": 1, "hostname": "web"}),
        ("/quests", {"creator": "x", "fateId": 1, "description": "d", "hostnames": ["web"]}),
        ("/tokens", {"name": "x"}), ("/session", {"username": "admin", "password": PASSWORD}))]
    assert where == ["/api/v1/hosts/web", "/api/v1/eventtypes/1", "/api/v1/fates/1", "/api/v1/events/1",
                     "/api/v1/quests/1", "/api/v1/tokens/1", "/api/v1/session"]


@pytest.mark.parametrize("path", ["/hosts", "/events", "/labors", "/quests"])
def test_an_empty_host_query_is_none(api, path):
    assert ok(api.get(path + "?hostQuery=&userQuery=%20"))[path[1:]] == []


def test_an_empty_host_query_adds_no_host(api, world):
    world.chain("reboot required", "reboot completed")
    said = created(api.post("/quests", {"creator": "x", "fateId": 1, "description": "d", "hostnames": ["web"],
                                        "hostQuery": ""}))
    assert len(said["labors"]) == 1
    refused(api.post("/events", {"user": "x", "eventTypeId": 1, "hostQuery": ""}), 400, "No hosts found with given list")


@pytest.mark.parametrize("path, body", [("/quests/9", {"targetTime": "x"}), ("/labors/9", {"questId": "x"}),
                                        ("/fates/9", {"followsId": "x"}), ("/hosts/x", {"hostname": 1}),
                                        ("/eventtypes/9", {"description": 1})])
def test_a_thing_that_is_not_there_is_missed_before_the_body_is_judged(api, path, body):
    refused(api.put(path, body), 404)


def test_unknown_query_arguments_and_expansions_are_passed_over(api, world):
    world.throw(world.type("log entry"), "web")
    assert ok(api.get("/events/1?expand=nonsense&nonsense=1&expand=")) == ok(api.get("/events/1"))


def test_an_empty_body_changes_nothing_where_nothing_is_needed(api, world):
    world.chain("reboot required", "reboot completed")
    world.quest(1, "web")
    created(api.post("/webhooks", {"url": "http://127.0.0.1:9/", "active": False, "secret": "x"}))
    for path in ("/fates/1", "/quests/1", "/webhooks/1"):
        before = ok(api.get(path))
        assert ok(api.raw("PUT", path, b"")) == ok(api.raw("PUT", path)) == ok(api.get(path)) == before


def test_a_body_may_come_in_chunks_of_unknown_length(api):
    chunks = iter([b'{"host', b'name": ', b'"web"}'])
    assert created(api.post("/hosts", chunks, JSON))["hostname"] == "web"


# ---- script/server and script/reset themselves

def test_script_server_says_one_line(instance):
    assert instance.said == f"ready http://127.0.0.1:{instance.port}\n"


def test_script_reset_empties_the_instance(own, own_instance):
    created(own.post("/hosts", {"hostname": "web"}))
    own_instance.reset()
    assert ok(own.get("/hosts"))["totalHosts"] == 0
    assert created(own.post("/hosts", {"hostname": "web"}))["id"] == 1
