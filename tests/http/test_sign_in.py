"""Who asks: nobody is asked to sign in; HTTP Basic against Moirai's own users; nobody may name himself by a header. (Cookies
are told of in test_sessions.py, tokens in test_tokens.py.)"""
import base64

import pytest

from client import JSON, created, ok, refused
from contract import HERMES, METHODS, POLEMARCH

SIGN_IN = "Sign in to use this resource."


def basic(text):
    return "Basic " + base64.b64encode(text if isinstance(text, bytes) else text.encode()).decode()


def closed_operations(contract, family):
    """(METHOD, address below the family's mount) of all that nobody may do."""
    return [(m, p.replace("{id}", "1").replace("{hostname}", "web").replace("{objects}", "teams").removeprefix(POLEMARCH))
            for m, p in sorted(contract.operations(family)) if contract.operation(m, p).get("security") != []]


def test_nobody_is_asked_to_sign_in_everywhere_but_at_what_is_open(api, contract):
    """That who watches from this machine need not, either, is told in test_health.py."""
    nobody, elsewhere = api.signed_in(), {**JSON, "X-Forwarded-For": "192.0.2.1"}
    for method, address in closed_operations(contract, HERMES):
        answer = nobody.call(method, address, {} if method in ("POST", "PUT") else None, elsewhere)
        refused(answer, 401, SIGN_IN)
        assert answer.headers["WWW-Authenticate"].startswith("Basic realm=")


def test_nobody_is_asked_to_sign_in_everywhere_of_polemarchs_too(api, contract):
    nobody = api.signed_in().like(mount=POLEMARCH)
    for method, address in closed_operations(contract, POLEMARCH):
        for call in (method, "OPTIONS"):
            answer = nobody.call(call, address, headers=JSON)
            assert (answer.status_code, answer.json()) == (401, {"detail": "Authentication credentials were not provided."})
            assert (answer.headers["WWW-Authenticate"], answer.headers["X-Anonymous"]) == ("Token", "true")


def test_nobody_is_told_to_sign_in_before_anything_else_of_a_known_path(api):
    nobody = {"Authorization": None}
    for method, path in (("PUT", "/hosts"), ("DELETE", "/events/1"), ("POST", "/labors"), ("PATCH", "/quests")):
        refused(api.raw(method, path, b"nonsense", {**nobody, "Content-Type": "text/plain"}), 401, SIGN_IN)


@pytest.mark.parametrize("authorization", [
    basic("admin:wrong"), basic("admin:"), basic("admin"), basic(""), basic(":secret"), basic("nobody:secret"),
    basic("Admin:secret"), basic("admin:secret\0"), basic("admin\0:secret"), basic(b"\xff\xfe:secret"),
    basic("admin:" + "x" * 5000), "Basic", "Basic ", "Basic ****", "Basic YWRtaW46c2VjcmV0=", "Bearer secret", "secret",
    "", basic("admin@example.com:secret"), basic("admin' or '1'='1:secret"), "Digest username=\"admin\""])
def test_a_wrong_proof_is_nobody(api, authorization):
    refused(api.raw("GET", "/currentUser", headers={"Authorization": authorization}), 401, SIGN_IN)


@pytest.mark.parametrize("authorization", [basic("admin:secret"), "basic " + basic("admin:secret")[6:],
                                           "BASIC   " + basic("admin:secret")[6:]])
def test_the_right_proof_is_the_administrator(api, authorization):
    for _ in range(2):
        said = ok(api.raw("GET", "/currentUser", headers={"Authorization": authorization}))
        assert said["user"] == "admin@example.com"


@pytest.mark.parametrize("header", ["X-Hermes-Email", "x-hermes-email", "X_Hermes_Email", "REMOTE_USER", "Remote-User",
                                    "X-Remote-User", "HTTP_X_HERMES_EMAIL", "X-Forwarded-User", "MOIRAI_MOUNT"])
def test_no_header_of_a_client_names_a_user(api, sql, header):
    users = sql.rows("select * from people.users order by id")
    refused(api.raw("GET", "/currentUser", headers={"Authorization": None, header: "admin"}), 401, SIGN_IN)
    said = ok(api.raw("GET", "/currentUser", headers={header: "mallory@example.com"}))
    assert said["user"] == "admin@example.com"
    assert sql.rows("select * from people.users order by id") == users


@pytest.mark.parametrize("name", ["HTTP_AUTHORIZATION", "REQUEST_METHOD", "Proxy"])
def test_headers_that_look_like_parameters_change_nothing(api, name):
    assert ok(api.raw("GET", "/currentUser", headers={name: "DELETE"}))["user"] == "admin@example.com"


def test_who_really_asked_is_kept_beside_the_name_given(api, world):
    world.chain("reboot required", "reboot completed")
    world.throw(1, "web")
    assert ok(api.get("/events/1?expand=askedBy"))["askedBy"] == "admin@example.com"
    assert "askedBy" not in ok(api.get("/events/1"))
    world.quest(1, "web")
    assert ok(api.get("/quests/1?expand=askedBy"))["askedBy"] == "admin@example.com"
    assert ok(api.get("/events/2?expand=askedBy"))["askedBy"] == "admin@example.com"
    ok(api.put("/labors/1", {"ackUser": "tammy"}))
    assert ok(api.get("/labors/1?expand=askedBy"))["askedBy"] == "admin@example.com"
    assert [e["askedBy"] for e in ok(api.get("/events?expand=askedBy"))["events"]] == ["admin@example.com"] * 2


def test_nothing_is_kept_where_the_name_is_the_askers_own(api, world):
    type = world.type("log entry")
    for user in ("admin", "admin@example.com"):
        said = created(api.post("/events", {"user": user, "hostname": "web", "eventTypeId": type}))
        assert ok(api.get(f"/events/{said['id']}?expand=askedBy"))["askedBy"] is None


def must_be_nobody_everywhere(api, sql):
    for _ in range(30):
        sql.run("delete from people.wrong_passwords")       # or it would be 429
        refused(api.get("/currentUser"), 401, SIGN_IN)


def test_a_user_who_was_shut_out_is_nobody_at_once_in_every_worker(api, sql):
    for _ in range(30):
        assert ok(api.get("/currentUser"))
    sql.run("update people.users set active = false where username = 'admin'")
    try:
        must_be_nobody_everywhere(api, sql)
    finally:
        sql.run("update people.users set active = true where username = 'admin'")
    assert ok(api.get("/currentUser"))["user"] == "admin@example.com"


def test_a_new_password_ends_the_old_one_at_once_in_every_worker(api, sql):
    for _ in range(30):
        assert ok(api.get("/currentUser"))
    old = sql.one("select password from people.users where username = 'admin'")
    sql.run("select people.administrator_set('admin', '$argon2id$none')")
    try:
        must_be_nobody_everywhere(api, sql)
    finally:
        sql.run("select people.administrator_set('admin', %s)", old)
    assert ok(api.get("/currentUser"))["user"] == "admin@example.com"


def test_every_method_of_the_document_was_tried(contract):
    assert {m for family in (HERMES, POLEMARCH) for m, _ in closed_operations(contract, family)} == {m.upper() for m in METHODS}
