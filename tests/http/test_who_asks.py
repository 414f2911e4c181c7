"""Who asks, when several things say it (D9), and what ends each of them."""
import pytest

from client import created, ok, refused
from instance import PASSWORD
from people import EVERY_WORKER, SIGN_IN, must_be_known_everywhere, must_be_nobody_everywhere, must_prove_again, person, who

WRONG = "Wrong name or password."
NO_XSRF = "CSRF Failed: X-XSRFToken is missing or not this session's."


@pytest.fixture
def tammy(sql):
    return person(sql, "tammy")


@pytest.fixture
def page(api, tammy):
    """Tammy's page, signed in."""
    return api.sign_in("tammy")


def credentials(username="tammy", password=PASSWORD):
    return {"username": username, "password": password}


# ---- the order in which is asked who asks (D9)

def test_a_cookie_counts_before_what_else_is_shown(api, page):
    token = created(page.post("/tokens", {"name": "cron"}))["token"]
    both = api.by_cookie(page.secret, **api.basic())
    assert who(both) == "tammy@example.com"
    assert ok(both.get("/session"))["via"] == "session"
    for authorization in ("Basic YWRtaW46d3Jvbmc=", "Token " + "0" * 40, f"Bearer {token}", "nonsense"):
        assert ok(api.by_cookie(page.secret, Authorization=authorization).get("/session"))["via"] == "session"
    refused(both.post("/hosts", {"hostname": "web"}), 403, NO_XSRF)


def test_a_cookie_worth_nothing_counts_as_none(api, page):
    token = created(page.post("/tokens", {"name": "cron"}))["token"]
    for cookie in ("moirai=" + "0" * 40, "moirai=", "moirai", "moirai=%00", "moirai=" + "f" * 9000, "=", ";;;", 'moirai=""',
                   "moirai=' or 1=1", "moirai=\xff\xfe", "other=1"):
        headers = {"Cookie": cookie.encode("latin-1")}
        assert ok(api.raw("GET", "/session", headers=headers))["via"] == "password"
        said = ok(api.raw("GET", "/session", headers={**headers, "Authorization": f"Token {token}"}))
        assert (said["via"], said["username"]) == ("token", "tammy")
        refused(api.raw("GET", "/session", headers={**headers, "Authorization": None}), 401, SIGN_IN)


def test_a_session_that_ended_counts_as_none(api, page):
    must_be_known_everywhere(page)
    ok(page.delete("/session"))
    for _ in range(EVERY_WORKER):
        assert who(api.by_cookie(page.secret, **api.basic())) == "admin@example.com"


def test_where_a_session_ended_what_else_is_shown_may_no_more_than_by_itself(api, sql, page):
    """Workers still remember the session, whose page might write: what counts now is a token that may only read."""
    token = created(page.post("/tokens", {"name": "cron", "scope": "read"}))["token"]
    must_be_known_everywhere(page)
    sql.run("delete from people.tokens where kind = 'session'")
    must_prove_again(sql, sql.one("select id from people.users where username = 'tammy'"))
    both = api.by_cookie(page.secret, page.xsrf, Authorization=f"Token {token}")
    for n in range(EVERY_WORKER):
        refused(both.post("/hosts", {"hostname": f"web{n}"}), 403, "This token may only read.")
    assert sql.one("select count(*) from fate.hosts") == 0


def test_the_cookie_is_found_among_others(api, page):
    for cookie in ("a=b; {}", "{}; c=d", "xmoirai=1;{}", "moiraix=1; {}; moirai=" + "0" * 40):
        assert who(api.like(auth=None, headers={"Cookie": cookie.format(f"moirai={page.secret}")})) == "tammy@example.com"


# ---- what ends sessions beside signing out

@pytest.fixture
def ways(api, tammy, page):
    """Tammy by each way of signing in."""
    personal = created(page.post("/tokens", {"name": "cron", "scope": "write"}))["token"]
    login = api.signed_in().polemarch.post("/token/", credentials()).json()["token"]
    return {"page": page, "second page": api.sign_in("tammy"), "personal token": api.by_token(personal),
            "login token": api.by_token(login), "password": api.signed_in("tammy", PASSWORD)}


def test_a_new_password_ends_all_but_by_what_it_was_set(api, sql, tammy, ways):
    for client in ways.values():
        must_be_known_everywhere(client)
    page = ways.pop("page")
    assert page.polemarch.patch(f"/users/{tammy}/", {"password": "another"}).status_code == 200
    for client in ways.values():
        must_be_nobody_everywhere(client, sql)
    must_be_known_everywhere(page)
    created(page.post("/hosts", {"hostname": "web"}))
    assert who(api.signed_in("tammy", "another")) == "tammy@example.com"


def test_a_new_password_from_an_administrator_ends_all(api, sql, tammy, ways):
    assert api.polemarch.patch(f"/users/{tammy}/", {"password": "another"}).status_code == 200
    for client in ways.values():
        must_be_nobody_everywhere(client, sql)
    assert who(api.signed_in("tammy", "another")) == "tammy@example.com"


def test_other_changes_of_a_user_end_nothing(api, tammy, ways):
    for change in ({"first_name": "Tam"}, {"password": "[~~ENCRYPTED~~]"}, {"email": "tammy@example.org"}, {"is_staff": True}):
        assert api.polemarch.patch(f"/users/{tammy}/", change).status_code == 200
    for client in ways.values():
        assert who(client) == "tammy@example.com"


def test_an_inactive_user_is_out_at_once_by_every_way(api, sql, tammy, ways):
    for client in ways.values():
        must_be_known_everywhere(client)
    assert api.polemarch.patch(f"/users/{tammy}/", {"is_active": False}).status_code == 200
    for client in ways.values():
        must_be_nobody_everywhere(client, sql)
    sql.run("truncate people.wrong_passwords")
    refused(api.signed_in().post("/session", credentials()), 401, WRONG)
    assert api.polemarch.patch(f"/users/{tammy}/", {"is_active": True}).status_code == 200
    for name in ("page", "second page", "login token"):
        refused(ways[name].get("/currentUser"), 401, SIGN_IN)
    for name in ("personal token", "password"):
        assert who(ways[name]) == "tammy@example.com"


def test_a_deleted_user_is_out_at_once_by_every_way(api, tammy, ways):
    assert api.polemarch.delete(f"/users/{tammy}/").status_code == 204
    for client in ways.values():
        for _ in range(8):
            refused(client.get("/currentUser"), 401, SIGN_IN)


# ---- how a 401 says what is wanted

@pytest.mark.parametrize("headers, hermes", [({}, "Basic"), ({"Sec-Fetch-Dest": "document"}, "Basic"),
                                             ({"Sec-Fetch-Dest": "empty"}, "Token")])
def test_a_browser_opens_no_window_of_its_own_for_what_a_page_asks(api, headers, hermes):
    nobody = api.like(auth=None, headers=headers)
    for answer in (nobody.get("/hosts"), nobody.post("/session", credentials("x", "y")), nobody.post("/hosts", {}),
                   nobody.like(auth=("x", "y")).get("/hosts")):
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == {"Basic": 'Basic realm="Moirai", charset="UTF-8"', "Token": "Token"}[hermes]
    answer = nobody.polemarch.get("/users/")
    assert (answer.status_code, answer.headers["WWW-Authenticate"], answer.headers["X-Anonymous"]) == (401, "Token", "true")
