"""How a page is signed in: by a cookie that scripts can't read, and an XSRF token that other sites' pages can't."""
import datetime
import hashlib
import re

import pytest

from client import JSON, created, ok, refused
from instance import PASSWORD, SETTINGS, eventually
from people import (SIGN_IN, from_now, must_be_known_everywhere, must_be_nobody_everywhere, must_prove_again, person, team,
                    who)
from test_nginx import Site, keys     # noqa: F401 (a fixture)

pytestmark = pytest.mark.filterwarnings("ignore::urllib3.exceptions.InsecureRequestWarning")
WRONG = "Wrong name or password."
NO_XSRF = "CSRF Failed: X-XSRFToken is missing or not this session's."
ELSEWHERE = "CSRF Failed: another site's page may not write."
HEX = r"[0-9a-f]{40}"


@pytest.fixture
def tammy(sql):
    return person(sql, "tammy")


@pytest.fixture
def page(api, tammy):
    """Tammy's page, signed in."""
    return api.sign_in("tammy")


def credentials(username="tammy", password=PASSWORD):
    return {"username": username, "password": password}


# ---- signing in

def test_who_signs_in_gets_a_cookie_that_neither_scripts_nor_other_sites_see(api, tammy):
    answer = api.signed_in().post("/session", credentials())
    said = created(answer)
    assert re.fullmatch(rf"moirai={HEX}; Path=/; HttpOnly; SameSite=Lax", answer.headers["Set-Cookie"])
    assert answer.headers["Location"] == "/api/v1/session"
    assert re.fullmatch(HEX, said.pop("xsrfToken"))
    assert 43100 < from_now(said.pop("expiryTime")) <= 43200
    assert said == {"href": f"{api.base}/session", "user": "tammy@example.com", "userId": tammy, "username": "tammy",
                    "superuser": False, "may": ["mayEditFates", "mayMailOwners", "mayThrowRestricted"], "via": "session"}
    assert answer.cookies["moirai"] not in answer.text


def test_over_tls_browsers_keep_the_cookie_to_this_host_and_to_tls(instance, api, tammy, keys, tmp_path):
    site = Site(tmp_path, "password", instance, keys, 9).start()
    try:
        https = api.like(auth=None, root=f"https://127.0.0.1:{site.port}")
        answer = https.post("/session", credentials())
        created(answer)
        assert re.fullmatch(rf"__Host-moirai={HEX}; Path=/; HttpOnly; SameSite=Lax; Secure", answer.headers["Set-Cookie"])
        page = https.sign_in("tammy")
        assert who(page) == "tammy@example.com"
        refused(https.like(headers={"Cookie": f"moirai={page.secret}"}).get("/currentUser"), 401, SIGN_IN)
        refused(api.like(auth=None, headers={"Cookie": f"__Host-moirai={page.secret}"}).get("/currentUser"), 401, SIGN_IN)
        assert page.delete("/session").headers["Set-Cookie"] == \
            "__Host-moirai=; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=0"
        refused(page.get("/currentUser"), 401, SIGN_IN)
    finally:
        site.stop()


def test_a_page_is_told_who_it_is_by_whatever_way(api, tammy, page):
    said = ok(page.get("/session"))
    assert (said["user"], said["via"], said["xsrfToken"]) == ("tammy@example.com", "session", page.xsrf)
    assert said["expiryTime"] is not None
    said = ok(api.get("/session"))
    assert said == {"href": f"{api.base}/session", "user": "admin@example.com", "userId": 1, "username": "admin",
                    "superuser": True, "may": ["mayDeleteFates", "mayEditFates", "mayMailOwners", "mayThrowRestricted"],
                    "via": "password", "expiryTime": None}
    token = created(page.post("/tokens", {"name": "cron"}))["token"]
    said = ok(api.by_token(token).get("/session"))
    assert (said["username"], said["via"]) == ("tammy", "token") and "xsrfToken" not in said
    refused(api.signed_in().get("/session"), 401, SIGN_IN)


def test_whoever_shows_no_right_password_is_told_the_same(api, sql, tammy):
    person(sql, "gone", active=False)
    person(sql, "proxied", password=None)
    for username, password in (
            ("tammy", "wrong"), ("tammy", ""), ("tammy", "secret "), ("tammy", "x" * 5000), ("nobody", "secret"),
            ("Tammy", "secret"), ("gone", "secret"), ("proxied", "secret"), ("proxied", ""), ("", "secret"),
            ("' or '1'='1", "secret"), ("x" * 9000, "secret")):
        sql.run("truncate people.wrong_passwords")
        answer = api.signed_in().post("/session", credentials(username, password))
        assert (answer.status_code, answer.text, "Set-Cookie" in answer.headers) == (
            401, '{"status":"error","error":{"code":401,"message":"Wrong name or password."}}', False), (username, password)
    assert sql.one("select count(*) from people.tokens") == 0


def test_what_is_no_name_and_password_is_refused(api, sql, tammy):
    for body, message in (
            ({}, "Missing Required Argument: username"), ({"username": "tammy"}, "Missing Required Argument: password"),
            ({"password": "secret"}, "Missing Required Argument: username"),
            *((b, "username, password: must be strings") for b in (
                credentials(None), credentials(7), credentials(["tammy"]), credentials("tammy", None),
                credentials("tammy", ["secret"]), credentials("tammy", {"given": True}), credentials("tammy", {"hash": "x"})))):
        refused(api.signed_in().post("/session", body), 400, message)
    assert sql.one("select count(*) from people.tokens") == 0


def test_no_hash_is_taken_for_a_password(api, sql, tammy):
    """One that takes a minute to compare, say. What the workers make of a password is theirs alone to say."""
    before = sql.state()
    for client in (api, api.signed_in("tammy", PASSWORD)):
        for password in ({"hash": "$argon2id$v=19$m=1048576,t=99,p=1$c2FsdHNhbHQ$x"}, {"given": True}, {"length": 1}):
            answer = client.polemarch.patch(f"/users/{tammy}/", {"password": password})
            assert (answer.status_code, answer.json()) == (400, {"password": ["Not a valid string."]})
    assert sql.state() == before


def test_a_page_that_shows_basic_as_well_signs_in_as_whom_the_body_names(api, tammy):
    assert created(api.post("/session", credentials()))["username"] == "tammy"
    refused(api.post("/session", credentials(password="wrong")), 401, WRONG)


def test_other_sites_pages_sign_nobody_in(api, tammy):
    """What a form of another site can send is no JSON."""
    for type in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
        answer = api.signed_in().post("/session", credentials(), {"Content-Type": type})
        refused(answer, 400, "Invalid Content-Type for POST/PUT request.")
        assert "Set-Cookie" not in answer.headers


# ---- writes show that they are the page's own

WRITES = [("POST", "/hosts", {"hostname": "web"}, 201), ("PUT", "/hosts/db", {"hostname": "db2"}, 200),
          ("POST", "/tokens", {"name": "cron"}, 201), ("POST", "/polemarch/teams/", {"name": "new"}, 201),
          ("PATCH", "/polemarch/users/2/", {"first_name": "Tam"}, 200),
          ("PUT", "/polemarch/teams/1/", {"name": "other", "users_list": []}, 200), ("DELETE", "/polemarch/teams/1/", None, 204),
          ("DELETE", "/polemarch/token/", None, 400), ("DELETE", "/sessions", None, 200), ("DELETE", "/session", None, 200)]


def write(client, method, path, body):
    """In either family."""
    if path.startswith("/polemarch"):
        client, path = client.polemarch, path.removeprefix("/polemarch")
    return client.call(method, path, body, JSON if body is not None else None)


def must_be_forbidden(answer, message):
    assert answer.status_code == 403, f"{answer.status_code}: {answer.content[:300]}"
    said = answer.json()
    assert said in ({"detail": message}, {"status": "error", "error": {"code": 403, "message": message}})
    assert ("detail" in said) == ("/polemarch/" in answer.url)


@pytest.fixture
def things(api, sql, tammy):
    """What the writes write to."""
    created(api.post("/hosts", {"hostname": "db"}))
    team(sql, "ops", owner=tammy)


def test_a_write_by_cookie_shows_its_sessions_xsrf_token(api, sql, things, page):
    second, admins = api.sign_in("tammy"), api.sign_in("admin")
    before = sql.state()
    for xsrf in (None, "x", second.xsrf, admins.xsrf, page.xsrf.upper(), page.xsrf[:-1], page.xsrf + "0", page.secret):
        for method, path, body, _ in WRITES:
            must_be_forbidden(write(api.by_cookie(page.secret, xsrf), method, path, body), NO_XSRF)
    assert sql.state() == before
    for method, path, body, code in WRITES:
        assert write(page, method, path, body).status_code == code, (method, path)


def test_djangos_name_for_the_xsrf_token_is_known_too(api, page):
    created(api.by_cookie(page.secret, **{"X-CSRFToken": page.xsrf}).post("/hosts", {"hostname": "web"}))
    stranger = "0" * 40
    both = api.by_cookie(page.secret, stranger, **{"X-CSRFToken": page.xsrf})
    must_be_forbidden(both.post("/hosts", {"hostname": "b"}), NO_XSRF)


def test_a_stolen_cookie_alone_reads_but_does_not_write(api, sql, page):
    thief = api.by_cookie(page.secret)
    before = sql.state()
    assert who(thief) == "tammy@example.com"
    must_be_forbidden(thief.post("/hosts", {"hostname": "mine"}), NO_XSRF)
    must_be_forbidden(thief.polemarch.post("/teams/", {"name": "mine"}), NO_XSRF)
    must_be_forbidden(thief.delete("/session"), NO_XSRF)
    assert sql.state() == before


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_what_browsers_say_comes_from_another_sites_page_does_not_write_but_by_token(api, sql, things, page, site):
    token = created(page.post("/tokens", {"name": "cron", "scope": "write"}))["token"]
    before = sql.state()
    for client in (page, api.signed_in("tammy", PASSWORD)):
        client = client.like(headers={**client.headers, "Sec-Fetch-Site": site})
        for method, path, body, _ in WRITES:
            must_be_forbidden(write(client, method, path, body), ELSEWHERE)
        assert who(client) == "tammy@example.com"
        assert client.polemarch.get("/teams/").json()["count"] == 1
    assert sql.state() == before
    by_token = api.like(auth=None, headers={"Authorization": f"Token {token}", "Sec-Fetch-Site": site})
    created(by_token.post("/hosts", {"hostname": "web"}))


def test_what_browsers_say_comes_from_our_page_or_its_user_writes(api, page):
    for site in ("same-origin", "none", "unheard-of"):
        for client in (page, api):
            created(client.post("/tokens", {"name": "cron"}, {**JSON, "Sec-Fetch-Site": site}))


# ---- signing out

def test_who_signed_out_is_nobody_at_once_in_every_worker(api, sql, page):
    must_be_known_everywhere(page)
    answer = page.delete("/session")
    assert ok(answer) == {"href": f"{api.base}/session"}
    assert answer.headers["Set-Cookie"] == "moirai=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0"
    must_be_nobody_everywhere(page)
    refused(page.delete("/session"), 401, SIGN_IN)
    refused(page.post("/hosts", {"hostname": "web"}), 401, SIGN_IN)
    assert page.polemarch.get("/users/").json() == {"detail": "Authentication credentials were not provided."}
    assert sql.one("select count(*) from people.tokens") == 0


def test_only_who_is_signed_in_by_a_cookie_can_sign_out(api, page):
    refused(api.delete("/session"), 409, "You are not signed in by a session.")
    token = created(page.post("/tokens", {"name": "cron", "scope": "write"}))["token"]
    refused(api.by_token(token).delete("/session"), 409, "You are not signed in by a session.")
    assert who(page) == "tammy@example.com"


def test_one_lists_and_ends_ones_own_sessions(api, tammy, page):
    pages = [page, api.like(address="127.0.0.7").sign_in("tammy"), api.like(headers={"User-Agent": "Firefox"}).sign_in("tammy")]
    api.sign_in("admin")
    said = ok(page.get("/sessions"))
    assert said["href"] == f"{api.base}/sessions"
    assert [s["id"] for s in said["sessions"]] == [p.id for p in reversed(pages)]
    assert [s["current"] for s in said["sessions"]] == [False, False, True]
    assert [s["address"] for s in said["sessions"]] == ["127.0.0.1", "127.0.0.7", "127.0.0.1"]
    assert said["sessions"][0]["agent"] == "Firefox"
    newest = said["sessions"][0]
    assert newest["href"] == f"{api.base}/sessions/{pages[2].id}"
    assert from_now(newest["creationTime"]) > -60 and newest["seenTime"] == newest["creationTime"]
    assert 43100 < from_now(newest["expiryTime"]) <= 43200
    assert newest.keys() == {"id", "current", "creationTime", "seenTime", "expiryTime", "address", "agent", "href"}

    assert ok(page.delete(f"/sessions/{pages[1].id}")) == {"href": f"{api.base}/sessions/{pages[1].id}"}
    must_be_nobody_everywhere(pages[1])
    must_be_known_everywhere(pages[2])
    assert [s["id"] for s in ok(page.get("/sessions"))["sessions"]] == [pages[2].id, page.id]
    refused(page.delete(f"/sessions/{pages[1].id}"), 404, f"No such Session {pages[1].id} found")


def test_one_ends_all_ones_other_sessions_at_once(api, page):
    others, admins = [api.sign_in("tammy") for _ in range(3)], api.sign_in("admin")
    assert ok(page.delete("/sessions"))["ended"] == 3
    for other in others:
        must_be_nobody_everywhere(other)
    must_be_known_everywhere(page)
    must_be_known_everywhere(admins, "admin@example.com")
    assert ok(page.delete("/sessions"))["ended"] == 0
    assert ok(api.signed_in("tammy", PASSWORD).delete("/sessions"))["ended"] == 1
    must_be_nobody_everywhere(page)


def test_one_ends_ones_own_current_session_by_its_number_too(page):
    ok(page.delete(f"/sessions/{page.id}"))
    must_be_nobody_everywhere(page)


def test_nobody_sees_or_ends_anothers_session(api, sql, page):
    person(sql, "mallory")
    mallory = api.sign_in("mallory")
    for client in (mallory, api):          # not even an administrator
        assert page.id not in [s["id"] for s in ok(client.get("/sessions"))["sessions"]]
        refused(client.delete(f"/sessions/{page.id}"), 404, f"No such Session {page.id} found")
    ok(mallory.delete("/sessions"))
    assert who(page) == "tammy@example.com"


def test_a_session_that_is_not_there_is_not_found(page):
    for id in (0, 999, 10**18, 10**30):
        refused(page.delete(f"/sessions/{id}"), 404, f"No such Session {id} found")


def test_a_token_is_no_session(api, page):
    token = created(page.post("/tokens", {"name": "cron"}))
    refused(page.delete(f"/sessions/{token['id']}"), 404, f"No such Session {token['id']} found")
    refused(page.delete(f"/tokens/{page.id}"), 404, f"No such Token {page.id} found")
    assert [s["id"] for s in ok(page.get("/sessions"))["sessions"]] == [page.id]
    must_be_nobody_everywhere(api.by_cookie(token["token"]))
    must_be_nobody_everywhere(api.by_token(page.secret))


# ---- fixation

def test_a_cookie_that_an_attacker_chose_is_never_made_good(api, tammy):
    chosen = "a" * 40
    victim = api.by_cookie(chosen)
    answer = victim.post("/session", credentials())
    created(answer)
    assert answer.cookies["moirai"] != chosen
    must_be_nobody_everywhere(victim)


def test_signing_in_upon_another_session_makes_a_new_one_and_leaves_the_other_as_it_was(api, sql, page):
    person(sql, "mallory")
    attacker = api.sign_in("mallory")
    answer = api.by_cookie(attacker.secret).post("/session", credentials())
    said = created(answer)
    assert answer.cookies["moirai"] not in (attacker.secret, page.secret)
    assert said["xsrfToken"] != attacker.xsrf
    assert who(attacker) == "mallory@example.com"
    assert who(api.by_cookie(answer.cookies["moirai"])) == "tammy@example.com"
    again = api.by_cookie(page.secret).post("/session", credentials())
    created(again)
    assert again.cookies["moirai"] != page.secret and who(page) == "tammy@example.com"


def test_each_secret_and_xsrf_token_is_another(api, tammy):
    pages = [api.sign_in("tammy") for _ in range(5)]
    assert len({s for p in pages for s in (p.secret, p.xsrf)}) == 10


# ---- the end of a session

def age(sql, page, seen="0", ends="0"):
    """The session was last used, or ends, by so much earlier."""
    user = sql.one("update people.tokens set seen_at = seen_at - %s::interval, expires_at = expires_at - %s::interval"
                   " where id = %s returning user_id", seen, ends, page.id)
    must_prove_again(sql, user)


def test_a_session_that_was_not_used_ends(api, sql, page):
    age(sql, page, seen="11:59:00")
    assert who(page) == "tammy@example.com"
    age(sql, page, seen="12:00:01")
    must_be_nobody_everywhere(page)
    assert ok(api.signed_in("tammy", PASSWORD).get("/sessions"))["sessions"] == []
    api.sign_in("tammy")
    assert sql.column("select id from people.tokens where id = %s", page.id) == []         # swept away


def test_use_moves_the_end_of_a_session(sql, page):
    age(sql, page, seen="11:00:00")
    (was,) = sql.column("select seen_at from people.tokens")
    assert 43100 < from_now(ok(page.get("/session"))["expiryTime"]) <= 43200
    (now,) = sql.column("select seen_at from people.tokens")
    assert datetime.timedelta(hours=10, minutes=59) < now - was < datetime.timedelta(hours=11, minutes=2)


def test_a_session_ends_in_any_case_however_much_it_is_used(api, sql, page):
    assert sql.one("select expires_at - made_at between '13 days 23:59' and '14 days' from people.tokens")
    age(sql, page, ends="13 days 23:00")
    assert who(page) == "tammy@example.com"
    assert 3500 < from_now(ok(page.get("/session"))["expiryTime"]) <= 3600
    age(sql, page, ends="01:00:01")
    must_be_nobody_everywhere(page)
    assert ok(api.signed_in("tammy", PASSWORD).get("/sessions"))["sessions"] == []


def test_settings_say_how_long_sessions_last_and_whether_writes_show_a_token(own, own_instance, own_sql):
    """By the clock, once. That there was a session before the workers were renewed: nothing of it is kept in a process."""
    person(own_sql, "tammy")
    before = own.sign_in("tammy")
    try:
        own_instance.renew({**SETTINGS, "api_xsrf_enabled": False, "session_idle": 100, "session_lifetime": 2})
        assert who(before) == "tammy@example.com"
        page = own.sign_in("tammy")
        idle, lasts = own_sql.one("select extract(epoch from idle), extract(epoch from expires_at - made_at)"
                                  " from people.tokens where id = %s", page.id)
        assert idle == 100 and 1 < lasts <= 2
        created(own.by_cookie(before.secret).post("/hosts", {"hostname": "web"}))
        must_be_forbidden(before.post("/hosts", {"hostname": "b"}, {**JSON, "Sec-Fetch-Site": "cross-site"}), ELSEWHERE)
        eventually(lambda: page.get("/currentUser").status_code == 401, 5)
        must_be_nobody_everywhere(page)
    finally:
        own_instance.renew(SETTINGS)
    must_be_forbidden(own.by_cookie(before.secret).post("/hosts", {"hostname": "c"}), NO_XSRF)


# ---- what is stored

def test_only_hashes_of_secrets_are_stored(sql, page):
    ok(page.get("/sessions"))
    (stored,) = sql.column("select encode(hash, 'hex') from people.tokens")
    assert stored == hashlib.sha256(page.secret.encode()).hexdigest()
    everything = "".join(sql.column("select t::text from people.tokens t union all select a::text from people.audit a"))
    assert page.secret not in everything and page.xsrf not in everything
