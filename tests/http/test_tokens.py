"""What scripts sign in by: tokens with a name, and the short ones of Polemarch's clients."""
import hashlib
import re

import pytest

from client import created, ok, refused
from instance import PASSWORD
from people import SIGN_IN, from_now, must_be_known_everywhere, must_prove_again, person, who
from people import must_be_nobody_everywhere as must_be_nobody_in_hermes

READ_ONLY = "This token may only read."
MAKES_NONE = "A token makes no tokens: sign in by password or proxy."
HEX = r"[0-9a-f]{40}"


@pytest.fixture
def tammy(sql):
    return person(sql, "tammy")


@pytest.fixture
def page(api, tammy):
    return api.sign_in("tammy")


def must_be_nobody_everywhere(client):
    must_be_nobody_in_hermes(client)
    answer = client.polemarch.get("/users/")
    assert (answer.status_code, answer.json()) == (401, {"detail": "Invalid token."})


def make(client, **more):
    """Who holds a new token of the client's user; it knows the token's `id`."""
    said = created(client.post("/tokens", {"name": "cron", **more}))
    holder = client.by_token(said["token"])
    holder.id, holder.token = said["id"], said["token"]
    return holder


def log_in(api, username="tammy", password=PASSWORD):
    answer = api.signed_in().polemarch.post("/token/", {"username": username, "password": password})
    assert answer.status_code == 200, answer.text
    holder = api.by_token(answer.json()["token"])
    holder.token = answer.json()["token"]
    return holder


# ---- tokens with a name

def test_a_token_is_told_this_once(api, sql, page):
    answer = page.post("/tokens", {"name": "nightly cron", "scope": "write", "expiryTime": "2090-01-01"})
    said = created(answer)
    token, id = said.pop("token"), said["id"]
    assert re.fullmatch(HEX, token)
    assert answer.headers["Location"] == f"/api/v1/tokens/{id}"
    assert said.pop("agent").startswith("python-requests/")
    assert -60 < from_now(said.pop("creationTime")) <= 1 and -60 < from_now(said.pop("seenTime")) <= 1
    assert said == {"id": id, "kind": "personal", "name": "nightly cron", "scope": "write", "address": "127.0.0.1",
                    "expiryTime": "2090-01-01 00:00:00", "href": f"{api.base}/tokens/{id}"}
    listed = page.get("/tokens")
    assert [t["id"] for t in ok(listed)["tokens"]] == [id] and token not in listed.text
    assert "token" not in ok(listed)["tokens"][0]
    (stored,) = sql.column("select encode(hash, 'hex') from people.tokens where id = %s", id)
    assert stored == hashlib.sha256(token.encode()).hexdigest()
    assert token not in "".join(sql.column("select t::text from people.tokens t union all select a::text from people.audit a"))


def test_a_token_may_only_read_and_never_ends_unless_told(page):
    said = created(page.post("/tokens", {"name": "cron"}))
    assert (said["scope"], said["expiryTime"]) == ("read", None)
    said = created(page.post("/tokens", {"name": "cron", "scope": None, "expiryTime": None}))          # a name need not be new
    assert (said["scope"], said["expiryTime"]) == ("read", None)


def test_a_token_is_known_by_both_words_in_any_case(api, page):
    holder = make(page)
    for scheme in ("Token", "Bearer", "token", "BEARER", "Token   "):
        assert who(api.by_token(holder.token, scheme)) == "tammy@example.com"
        assert api.by_token(holder.token, scheme).polemarch.get("/users/").status_code == 200


def test_what_is_not_quite_a_token_is_none(api, page):
    token = make(page).token
    for bad in (token[:-1], token + "0", token.upper(), token + " x", "0" * 40, "", "x", token[:20] + " " + token[20:],
                f'"{token}"'):
        for scheme in ("Token", "Bearer"):
            refused(api.by_token(bad, scheme).get("/currentUser"), 401, SIGN_IN)
    for header in (token, f"Tokens {token}", f"Token={token}", f"Basic {token}", f"OAuth {token}"):
        refused(api.raw("GET", "/currentUser", headers={"Authorization": header}), 401, SIGN_IN)


WRITES = [("POST", "/hosts", {"hostname": "web"}), ("PUT", "/hosts/db", {"hostname": "db2"}), ("POST", "/tokens", {"name": "x"}),
          ("POST", "/eventtypes", {"category": "a", "state": "b"}), ("DELETE", "/sessions", None), ("DELETE", "/session", None)]
POLEMARCH_WRITES = [("POST", "/teams/", {"name": "ops"}), ("PATCH", "/users/2/", {"first_name": "Tam"}),
                    ("PUT", "/users/2/", {"username": "tammy", "password": "x"}), ("DELETE", "/users/2/", None),
                    ("DELETE", "/token/", None)]


def test_a_token_that_may_only_read_reads_all_and_writes_nothing_in_either_family(api, sql, page):
    holder = make(page, scope="read")
    created(api.post("/hosts", {"hostname": "db"}))
    before = sql.state()
    for method, path, body in WRITES:
        refused(holder.call(method, path, body, {"Content-Type": "application/json"}), 403, READ_ONLY)
    for method, path, body in POLEMARCH_WRITES:
        answer = holder.polemarch.call(method, path, body, {"Content-Type": "application/json"})
        assert (answer.status_code, answer.json()) == (403, {"detail": READ_ONLY}), (method, path)
    refused(holder.delete(f"/tokens/{holder.id}"), 403, READ_ONLY)
    assert sql.state() == before
    for path in ("/hosts", "/eventtypes", "/sessions", "/tokens", "/serverConfig"):
        ok(holder.get(path))
    assert holder.polemarch.get("/users/2/").json()["username"] == "tammy"
    assert holder.polemarch.call("HEAD", "/users/").status_code == 200
    assert holder.polemarch.call("OPTIONS", "/users/").status_code == 200


def test_a_token_that_may_write_writes_as_its_user(api, page):
    holder = make(page, scope="write")
    created(holder.post("/hosts", {"hostname": "web"}))
    made = holder.polemarch.post("/teams/", {"name": "ops"})
    assert made.status_code == 201 and made.json()["owner"]["username"] == "tammy"
    assert holder.polemarch.post("/users/", {"username": "x", "password": "y"}).status_code == 403         # no superuser


def test_a_token_makes_no_tokens(api, sql, page):
    for holder in (make(page, scope="write"), log_in(api)):
        refused(holder.post("/tokens", {"name": "another"}), 403, MAKES_NONE)
    assert sql.one("select count(*) from people.tokens where kind = 'personal'") == 1


def test_who_signs_in_by_password_makes_tokens_too(api, tammy):
    assert who(make(api.signed_in("tammy", PASSWORD))) == "tammy@example.com"


def test_what_is_no_token_is_refused(sql, page):
    for body, message in (
            ({}, "Missing Required Argument: name"), ({"name": ""}, "name: must not be empty"),
            ({"name": 7}, "name: must be a string"), ({"name": "x" * 81}, "name: longer than 80 characters"),
            ({"name": "a\nb"}, "name: must be one line"), ({"name": None}, "name: must not be empty"),
            ({"name": "x", "scope": "admin"}, "scope: must be read or write"),
            ({"name": "x", "scope": ""}, "scope: must be read or write"),
            ({"name": "x", "scope": ["read"]}, "scope: must be a string"),
            ({"name": "x", "expiryTime": "2001-01-01"}, "expiryTime: is over"),
            ({"name": "x", "expiryTime": 7}, "expiryTime: must be a string"),
            ({"name": "x", "expiryTime": "soon"}, 'expiryTime: "soon" is not a time such as 2015-06-01 12:11'),
            ({"name": "x", "expiryTime": "infinity"}, 'expiryTime: "infinity" is not a time such as 2015-06-01 12:11')):
        refused(page.post("/tokens", body), 400, message)
    assert sql.one("select count(*) from people.tokens where kind <> 'session'") == 0


def test_a_token_ends_when_it_was_said_to(sql, tammy, page):
    holder = make(page, expiryTime="2090-01-01")
    must_be_known_everywhere(holder)
    sql.run("update people.tokens set expires_at = clock_timestamp() where id = %s", holder.id)
    must_prove_again(sql, tammy)
    must_be_nobody_everywhere(holder)
    assert ok(page.get("/tokens"))["tokens"] == []
    refused(page.delete(f"/tokens/{holder.id}"), 404, f"No such Token {holder.id} found")


def test_one_ends_ones_own_tokens_at_once_in_every_worker(api, page):
    first, second = make(page, name="first"), make(page, name="second")
    must_be_known_everywhere(first)
    assert [t["name"] for t in ok(page.get("/tokens"))["tokens"]] == ["second", "first"]
    assert ok(page.delete(f"/tokens/{first.id}")) == {"href": f"{api.base}/tokens/{first.id}"}
    must_be_nobody_everywhere(first)
    must_be_known_everywhere(second)
    refused(page.delete(f"/tokens/{first.id}"), 404, f"No such Token {first.id} found")
    assert [t["name"] for t in ok(page.get("/tokens"))["tokens"]] == ["second"]


def test_nobody_sees_or_ends_anothers_token(api, page):
    holder = make(page)
    assert ok(api.get("/tokens"))["tokens"] == []
    refused(api.delete(f"/tokens/{holder.id}"), 404, f"No such Token {holder.id} found")
    assert who(holder) == "tammy@example.com"


def test_use_of_a_token_is_seen(sql, tammy, page):
    holder = make(page)
    sql.run("update people.tokens set seen_at = seen_at - interval '5 days' where id = %s", holder.id)
    must_prove_again(sql, tammy)
    must_be_known_everywhere(holder)
    assert from_now(ok(page.get("/tokens"))["tokens"][0]["seenTime"]) > -60


# ---- Polemarch's

def test_polemarchs_clients_log_in_and_out(api, sql, page):
    nobody = api.signed_in().polemarch
    answer = nobody.post("/token/", {"username": "tammy", "password": PASSWORD})
    assert answer.status_code == 200 and re.fullmatch(r'\{"token":"%s"\}' % HEX, answer.text)
    form = nobody.post("/token/", b"username=tammy&password=secret", {"Content-Type": "application/x-www-form-urlencoded"})
    assert form.status_code == 200 and form.json()["token"] != answer.json()["token"]
    holder, other = (api.by_token(a.json()["token"]) for a in (answer, form))
    must_be_known_everywhere(holder)
    assert holder.polemarch.post("/teams/", {"name": "ops"}).status_code == 201

    out = holder.polemarch.delete("/token/")
    assert (out.status_code, out.content) == (204, b"")
    must_be_nobody_everywhere(holder)
    assert holder.polemarch.delete("/token/").status_code == 401
    assert who(other) == who(page) == "tammy@example.com"
    assert sql.one("select count(*) from people.tokens where kind = 'login'") == 1


def test_whoever_shows_no_right_password_gets_polemarchs_answer(api, sql, tammy):
    person(sql, "gone", active=False)
    for username, password in (("tammy", "wrong"), ("nobody", PASSWORD), ("gone", PASSWORD), ("Tammy", PASSWORD)):
        answer = api.signed_in().polemarch.post("/token/", {"username": username, "password": password})
        assert (answer.status_code, answer.text) == (
            400, '{"non_field_errors":["Unable to log in with provided credentials."]}')
    assert sql.one("select count(*) from people.tokens") == 0


def test_polemarchs_clients_are_told_what_is_missing(api, tammy):
    nobody, required = api.signed_in().polemarch, ["This field is required."]
    for body, said in (
            ({}, {"username": required, "password": required}), ({"username": "tammy"}, {"password": required}),
            ({"username": "", "password": ""}, {"username": ["This field may not be blank."],
                                                "password": ["This field may not be blank."]}),
            ({"username": None, "password": "x"}, {"username": ["This field may not be null."]}),
            ({"username": "tammy", "password": ["x"]}, {"password": ["Not a valid string."]}),
            ([], {"non_field_errors": ["Invalid data. Expected a dictionary, but got list."]})):
        answer = nobody.post("/token/", body)
        assert (answer.status_code, answer.json()) == (400, said)
    answer = api.polemarch.get("/token/")
    assert (answer.status_code, answer.json()) == (405, {"detail": 'Method "GET" not allowed.'})


def test_only_who_is_signed_in_by_a_token_ends_it(api, page):
    for client in (api, page):
        answer = client.polemarch.delete("/token/")
        assert (answer.status_code, answer.json()) == (400, {"detail": "Token not found."})
    assert api.signed_in().polemarch.delete("/token/").status_code == 401
    holder = make(page, scope="write")         # a token with a name, too
    assert holder.polemarch.delete("/token/").status_code == 204
    must_be_nobody_everywhere(holder)


def test_a_short_token_ends_when_it_was_not_used_or_is_old(api, sql, tammy):
    holder = log_in(api)
    assert sql.one("select extract(epoch from idle), expires_at - made_at between '13 days 23:59' and '14 days'"
                   " from people.tokens") == (600, True)
    for change, client_is_good in (("seen_at = clock_timestamp() - interval '590 s'", True),
                                   ("seen_at = clock_timestamp() - interval '601 s'", False),
                                   ("seen_at = clock_timestamp()", True), ("expires_at = clock_timestamp()", False)):
        sql.run(f"update people.tokens set {change}")
        must_prove_again(sql, tammy)
        if client_is_good:
            must_be_known_everywhere(holder)
            assert sql.one("select seen_at > clock_timestamp() - interval '1 minute' from people.tokens")
        else:
            must_be_nobody_everywhere(holder)


def test_short_tokens_are_listed_and_ended_like_the_others(api, page):
    holder = log_in(api)
    (listed,) = ok(page.get("/tokens"))["tokens"]
    assert (listed["kind"], listed["name"], listed["scope"]) == ("login", None, "write")
    assert 500 < from_now(listed["expiryTime"]) <= 600
    ok(page.delete(f"/tokens/{listed['id']}"))
    must_be_nobody_everywhere(holder)


def test_polemarch_says_what_is_wrong_with_what_was_shown(api):
    nobody = api.signed_in().polemarch
    for client, said, anonymous in (
            (nobody, "Authentication credentials were not provided.", "true"),
            (api.by_token("0" * 40).polemarch, "Invalid token.", None),
            (nobody.signed_in("tammy", "wrong"), "Invalid username/password.", None)):
        answer = client.get("/users/")
        assert (answer.status_code, answer.json(), answer.headers.get("X-Anonymous"), answer.headers["WWW-Authenticate"]) == (
            401, {"detail": said}, anonymous, "Token")
