"""Whom a sign-in proxy names: nginx with the production files, before workers that know of its groups."""
import contextlib
import http.server
import threading

import pytest

from client import Api, created, ok, refused
from instance import PASSWORD, SETTINGS, Sql, eventually
from people import SIGN_IN, from_now, must_be_known_everywhere, must_prove_again, person, team, who
from test_nginx import Site, keys     # noqa: F401 (a fixture)

pytestmark = pytest.mark.filterwarnings("ignore::urllib3.exceptions.InsecureRequestWarning")
ELSEWHERE = "CSRF Failed: another site's page may not write."
FOR_ADMINISTRATORS = "This is for administrators."
PROXIED = {**SETTINGS, "auth_proxy_superusers": "wheel"}
FORGED = {"X-Hermes-Email": "mallory@example.com", "X-Hermes-Groups": "wheel,ops", "Remote-User": "mallory@example.com",
          "REMOTE_USER": "mallory@example.com", "Remote-Groups": "wheel,ops", "REMOTE_GROUPS": "wheel,ops",
          "X-Forwarded-User": "mallory@example.com", "X-Forwarded-Groups": "wheel,ops",
          "X-Auth-Request-Email": "mallory@example.com", "X-Auth-Request-Groups": "wheel,ops"}


class Proxy(http.server.BaseHTTPRequestHandler):
    """Answers auth_request as oauth2-proxy does: the cookie says who, and after a bar in which groups."""

    def do_GET(self):
        cookies = dict(c.strip().split("=", 1) for c in self.headers.get("Cookie", "").split(";") if "=" in c)
        name, bar, groups = cookies.get("_oauth2_proxy", "").partition("|")
        self.send_response(202 if name else 401)
        if name:
            self.send_header("X-Auth-Request-Email", name)
        if bar:
            self.send_header("X-Auth-Request-Groups", groups)
        self.end_headers()

    def log_message(self, *_):
        pass


# ---- the server, the sites before it, and who comes through them

@pytest.fixture(scope="module")
def house(own_instance):
    eventually(own_instance.workers)
    own_instance.fsync("off")
    own_instance.renew(PROXIED)
    yield own_instance
    own_instance.reset()
    own_instance.renew(SETTINGS)
    own_instance.fsync("on")


@pytest.fixture(scope="module")
def otherwise(house):
    """With other settings from here on: the tests that want them stand at the end."""
    house.renew({**SETTINGS, "auth_proxy_create": False, "user_auth_header": "X-Remote-Who",
                 "user_groups_header": "x-remote-teams"})


@pytest.fixture
def db(house):
    sql = Sql(house)
    sql.run("select house.reset()")
    yield sql
    assert sql.rows("select * from people.rights_check()") == []
    sql.close()


@pytest.fixture
def admin(house, contract, db):
    return Api(house, contract)


@pytest.fixture(scope="module")
def site(house, keys, tmp_path_factory):
    """site(way): the address of nginx with that way to sign in; `header`: one that says no REMOTE_USER, behind a proxy
    that fills the headers."""
    with contextlib.ExitStack() as stack:
        proxy = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
        stack.callback(proxy.server_close)
        stack.callback(proxy.shutdown)
        threading.Thread(target=proxy.serve_forever, daemon=True).start()
        sites = {}

        def site(way):
            if way not in sites:
                folder = tmp_path_factory.mktemp(way)
                sites[way] = Site(folder, "password" if way == "header" else way, house, keys, proxy.server_address[1])
                if way == "header":
                    folder.joinpath("snippets/moirai-sign-in-password.conf").write_text("# The proxy before us says it.\n")
                sites[way].start()
                stack.callback(sites[way].stop)
            return f"https://127.0.0.1:{sites[way].port}"
        yield site


@pytest.fixture
def proxied(admin, site):
    """proxied(name, *groups): whom the proxy lets in by that name; groups None: it does not speak of them."""
    def proxied(name="johnny@example.com", *groups, **headers):
        bar = "" if groups == (None,) else "|" + ",".join(groups)
        return admin.like(auth=None, root=site("proxy"), headers={"Cookie": f"_oauth2_proxy={name}{bar}", **headers})
    return proxied


@pytest.fixture
def headed(admin, site):
    """headed(headers): what the proxy before us says in these."""
    return lambda **headers: admin.like(auth=None, root=site("header"),
                                        headers={k.replace("_", "-"): v for k, v in headers.items()})


@pytest.fixture
def certified(admin, site, keys):
    """Who shows the certificate of tammy@example.com."""
    client = admin.like(auth=None, root=site("certificate"))
    client.session.cert = (str(keys / "client.pem"), str(keys / "client.key"))
    return client


def members(db, team):
    return db.column("select u.username from people.team_members m join people.users u on u.id = m.user_id"
                     " where m.team_id = %s order by u.username", team)


def is_superuser(db, name="johnny@example.com"):
    return db.one("select superuser from people.users where username = %s", name)


def audit(db, *columns):
    return db.rows(f"select {', '.join(columns)} from people.audit where via = 'proxy' order by id")


# ---- who it is

def test_whom_the_proxy_names_is_made_a_user_once(db, proxied):
    must_be_known_everywhere(proxied(), "johnny@example.com")
    assert db.rows("select id, username, email, email_trusted, password, active, superuser"
                   "  from people.users where username <> 'admin'") == [
        (2, "johnny@example.com", "johnny@example.com", True, None, True, False)]
    assert who(proxied("joe")) == "joe@example.com"
    assert db.one("select username, email from people.users where id = 3") == ("joe", None)
    assert audit(db, "user_id", "username", "verb", "kind", "ids") == [
        (2, "johnny@example.com", "create", "user", [2]), (3, "joe", "create", "user", [3])]
    told = "select jsonb_path_query_array(content, '$.notices[*] ? (@.kind == \"user\").ids[*]') from outbox.letters where channel = 'live'"
    eventually(lambda: {id for ids in db.column(told) for id in ids} >= {2, 3})


def test_a_name_longer_than_any_users_is_nobody(db, proxied):
    assert who(proxied("x" * 150)) == "x" * 150 + "@example.com"
    refused(proxied("x" * 151).get("/currentUser"), 401, SIGN_IN)
    refused(proxied("x" * 2000).get("/currentUser"), 401, SIGN_IN)
    assert db.one("select count(*) from people.users") == 2


def test_a_user_of_that_name_is_that_user(db, proxied):
    id = person(db, "johnny@example.com")
    said = ok(proxied("johnny@example.com", None).get("/session"))
    assert (said["userId"], said["via"], said["expiryTime"]) == (id, "proxy", None) and "xsrfToken" not in said
    assert audit(db, "verb") == []


def test_an_address_that_an_administrator_gave_is_a_name_too(db, admin, proxied):
    id = person(db, "john")
    assert admin.polemarch.patch(f"/users/{id}/", {"email": "johnny@example.com"}).status_code == 200
    must_be_known_everywhere(proxied(), "john@example.com")
    assert db.one("select count(*) from people.users") == 2
    person(db, "johnny@example.com")              # whose name it is comes first
    must_prove_again(db, id)
    must_be_known_everywhere(proxied("johnny@example.com", None), "johnny@example.com")


def test_an_address_that_users_gave_themselves_is_not(db, admin, proxied):
    id = person(db, "mallory")
    mallory = admin.signed_in("mallory", PASSWORD).polemarch
    assert mallory.patch(f"/users/{id}/", {"email": "johnny@example.com"}).json()["email"] == "johnny@example.com"
    must_be_known_everywhere(proxied(), "johnny@example.com")
    whole = {"username": "mallory", "password": "[~~ENCRYPTED~~]", "email": "johnny@example.com", "first_name": "M"}
    assert admin.polemarch.put(f"/users/{id}/", whole).status_code == 200         # an administrator saves the form it stands in
    assert db.one("select email_trusted from people.users where id = %s", id) is False
    db.run("delete from people.users where username = 'johnny@example.com'")
    must_be_known_everywhere(proxied("johnny@example.com", None), "johnny@example.com")
    assert db.one("select count(*) from people.users where email = 'johnny@example.com'") == 2


def test_who_changes_the_address_an_administrator_gave_is_not_called_by_it_any_more(db, admin, proxied):
    id = person(db, "john", email="john@example.org")
    john = admin.signed_in("john", PASSWORD).polemarch
    for address in ("johnny@example.com", "john@example.org"):
        assert john.patch(f"/users/{id}/", {"email": address}).status_code == 200
        assert db.one("select email, email_trusted from people.users where id = %s", id) == (address, False)
        assert who(proxied(address)) == address


def test_who_is_no_longer_active_is_nobody_and_is_not_made_anew(db, admin, proxied):
    must_be_known_everywhere(proxied(), "johnny@example.com")
    assert admin.polemarch.patch("/users/2/", {"is_active": False}).status_code == 200
    for groups in ((), (None,), ("ops",)):
        johnny = proxied("johnny@example.com", *groups)
        for _ in range(8):
            refused(johnny.get("/currentUser"), 401, SIGN_IN)
    assert db.one("select count(*) from people.users") == 2


def test_a_crowd_of_first_requests_makes_one_user_who_enters_once(db, proxied):
    ops = team(db, "ops", proxy_group="ops")
    clients, said = [proxied("johnny@example.com", "ops") for _ in range(8)], []
    together = threading.Barrier(8)

    def ask(client):
        together.wait()
        said.append(who(client))
    threads = [threading.Thread(target=ask, args=(c,)) for c in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert said == ["johnny@example.com"] * 8
    assert members(db, ops) == ["johnny@example.com"]
    assert audit(db, "verb", "kind", "ids") == [("create", "user", [2]), ("enter", "team", [ops])]


# ---- groups

def test_teams_that_stand_for_groups_are_entered_and_left_as_the_proxy_says(db, proxied):
    ops, dev = team(db, "operators", proxy_group="ops"), team(db, "developers", proxy_group="dev")
    hand = team(db, "dba")                          # stands for no group
    for groups, teams in ((("ops", "unheard-of"), {ops}), (("ops", "dev"), {ops, dev}), (("dev", "dba"), {dev}), ((), set())):
        assert who(proxied("johnny@example.com", *groups)) == "johnny@example.com"
        assert {t for t in (ops, dev, hand) if members(db, t)} == teams
    assert audit(db, "username", "verb", "kind", "ids")[1:] == [
        ("johnny@example.com", "enter", "team", [ops]), ("johnny@example.com", "enter", "team", [dev]),
        ("johnny@example.com", "leave", "team", [ops]), ("johnny@example.com", "leave", "team", [dev])]


def test_a_member_by_hand_stays_whatever_the_proxy_says(db, proxied):
    id = person(db, "johnny@example.com")
    ops, dba = team(db, "operators", id, proxy_group="ops"), team(db, "dba", id)
    for groups in ((), ("ops",), ("dev",)):
        ok(proxied("johnny@example.com", *groups).get("/currentUser"))
        assert members(db, ops) == members(db, dba) == ["johnny@example.com"]


def test_what_a_team_lets_its_members_do_follows_the_proxy(db, admin, proxied):
    created_team = admin.polemarch.post("/teams/", {"name": "operators", "proxy_group": "ops"})
    assert created_team.status_code == 201
    path = f"/teams/{created_team.json()['id']}/"
    assert proxied("johnny@example.com", "ops").polemarch.get(path).status_code == 200
    assert proxied("johnny@example.com", "dev").polemarch.get(path).status_code == 403


def test_a_proxy_that_does_not_speak_of_groups_changes_nothing(db, certified):
    id = person(db, "tammy@example.com", superuser=True)
    ops = team(db, "operators", proxy_group="ops")
    db.run("insert into people.team_members (team_id, user_id, by_proxy) values (%s, %s, true)", ops, id)
    must_be_known_everywhere(certified)
    assert members(db, ops) == ["tammy@example.com"] and is_superuser(db, "tammy@example.com")


def test_superusers_are_whom_the_proxy_says_to_be_of_that_group(db, proxied):
    refused(proxied("johnny@example.com", "ops").get("/audit"), 403, FOR_ADMINISTRATORS)
    assert ok(proxied("johnny@example.com", "ops", "wheel").get("/audit"))["audit"][0]["verb"] == "update"
    assert is_superuser(db)
    refused(proxied("johnny@example.com", "dev").get("/audit"), 403, FOR_ADMINISTRATORS)
    assert not is_superuser(db)
    assert audit(db, "username", "verb", "kind", "ids", "details")[1:] == [
        ("johnny@example.com", "update", "user", [2], {"is_staff": True}),
        ("johnny@example.com", "update", "user", [2], {"is_staff": False})]


def test_what_the_proxy_unsays_counts_at_once_though_it_was_said_before(db, proxied):
    """Workers remember who came with which groups; those of a moment ago are not those of now."""
    ops = team(db, "operators", proxy_group="ops")
    for groups in ((), ("ops", "wheel"), (), ("ops", "wheel"), ("wheel",), ("ops",), ()):
        johnny = proxied("johnny@example.com", *groups)
        for _ in range(3):
            assert who(johnny) == "johnny@example.com"
        assert (is_superuser(db), members(db, ops) != []) == ("wheel" in groups, "ops" in groups), groups


def test_a_group_is_known_by_its_whole_name(db, proxied):
    for groups in (("wheels",), ("Wheel",), ("whee", "l"), ("the wheel",), ("wheel wheel",), ("",)):
        ok(proxied("johnny@example.com", *groups).get("/currentUser"))
        assert not is_superuser(db)


def test_the_last_superuser_stays_one_whatever_the_proxy_says(db, proxied):
    ok(proxied("johnny@example.com", "wheel").get("/audit"))
    db.run("update people.users set superuser = false where username = 'admin'")
    ok(proxied("johnny@example.com", "ops").get("/audit"))
    assert is_superuser(db)
    assert [a for a in audit(db, "verb", "details") if a == ("update", {"is_staff": False})] == []


# ---- a client that names itself

@pytest.mark.parametrize("way", ["password", "htpasswd", "proxy", "certificate"])
def test_a_client_that_names_itself_or_its_groups_is_not_believed(db, admin, proxied, certified, site, way):
    ops = team(db, "operators", proxy_group="ops")
    client, name = {"password": (admin.like(root=site(way)), "admin@example.com"),
                    "htpasswd": (admin.like(root=site(way), auth=("tammy@example.com", "tammys")), "tammy@example.com"),
                    "proxy": (proxied(), "johnny@example.com"), "certificate": (certified, "tammy@example.com")}[way]
    for header, value in FORGED.items():
        assert ok(client.get("/currentUser", {header: value}))["user"] == name
    assert ok(client.get("/currentUser", FORGED))["user"] == name
    assert members(db, ops) == []
    assert db.column("select username from people.users where superuser") == ["admin"]
    assert db.one("select count(*) from people.users where username = 'mallory@example.com'") == 0


def ask(client, path="/currentUser"):
    """What nginx may refuse by itself: with another challenge than doc/openapi.yaml says of the workers."""
    return client.session.get(client.base + path, timeout=60)


def test_who_only_names_itself_is_nobody_in_either_family(db, admin, site):
    for way in ("password", "htpasswd", "proxy"):
        nobody = admin.like(auth=None, root=site(way), headers=FORGED)
        refused(ask(nobody), 401, SIGN_IN)
        answer = ask(nobody.polemarch, "/users/")
        assert answer.status_code == 401 and answer.json().keys() == {"detail"}
    assert db.column("select username from people.users") == ["admin"]


def test_a_wrong_password_of_nginxs_file_or_of_ours_opens_no_site_of_a_proxy(db, admin, site):
    for way, auth in (("htpasswd", ("tammy@example.com", "wrong")), ("htpasswd", ("admin", PASSWORD)),
                      ("proxy", ("admin", PASSWORD))):
        refused(ask(admin.like(root=site(way), auth=auth)), 401, SIGN_IN)
    assert db.column("select username from people.users") == ["admin"]


# ---- writing, and other ways beside the proxy

@pytest.mark.parametrize("elsewhere", ["cross-site", "same-site"])
def test_another_sites_page_does_not_write_by_the_proxys_cookie(db, proxied, elsewhere):
    johnny = proxied("johnny@example.com", **{"Sec-Fetch-Site": elsewhere})
    refused(johnny.post("/hosts", {"hostname": "web"}), 403, ELSEWHERE)
    answer = johnny.polemarch.post("/teams/", {"name": "ops"})
    assert (answer.status_code, answer.json()) == (403, {"detail": ELSEWHERE})
    assert who(johnny) == "johnny@example.com"
    created(proxied("johnny@example.com", **{"Sec-Fetch-Site": "same-origin"}).post("/hosts", {"hostname": "web"}))
    created(proxied().post("/hosts", {"hostname": "db"}))         # no browser
    assert [a[0] for a in audit(db, "kind") if a[0] == "fleet host"] == ["fleet host"] * 2


def test_a_session_counts_before_the_proxy_and_one_worth_nothing_does_not(db, admin, proxied):
    person(db, "tammy")
    page = admin.sign_in("tammy")
    for secret, user in ((page.secret, "tammy@example.com"), ("0" * 40, "johnny@example.com")):
        both = proxied(f"johnny@example.com|; __Host-moirai={secret}", None)
        must_be_known_everywhere(both, user)
    ok(page.delete("/session"))
    must_be_known_everywhere(proxied(f"johnny@example.com|; __Host-moirai={page.secret}", None), "johnny@example.com")


def test_who_comes_through_a_proxy_makes_tokens_for_where_there_is_none(db, admin, proxied):
    token = created(proxied().post("/tokens", {"name": "cron"}))
    assert token["expiryTime"] is None and from_now(token["creationTime"]) > -60
    must_be_known_everywhere(admin.by_token(token["token"]), "johnny@example.com")
    assert who(proxied("joe", Authorization=f"Token {token['token']}")) == "joe@example.com"          # not at the proxy's site
    assert audit(db, "verb", "kind", "ids")[1] == ("create", "token", [token["id"]])


# ---- a proxy that says it by headers, for which nginx sets no REMOTE_USER

def test_a_header_names_the_user_where_nginx_does_not(db, headed):
    ops = team(db, "operators", proxy_group="ops")
    refused(headed().get("/currentUser"), 401, SIGN_IN)
    refused(headed(X_Hermes_Email="").get("/currentUser"), 401, SIGN_IN)
    refused(headed(X_Hermes_Groups="wheel").get("/currentUser"), 401, SIGN_IN)
    must_be_known_everywhere(headed(X_Hermes_Email="johnny@example.com"), "johnny@example.com")
    assert (members(db, ops), is_superuser(db)) == ([], False)
    ok(headed(X_Hermes_Email="johnny@example.com", X_Hermes_Groups="ops,wheel").get("/audit"))
    assert (members(db, ops), is_superuser(db)) == (["johnny@example.com"], True)
    refused(headed(X_Hermes_Email="johnny@example.com", X_Hermes_Groups="").get("/audit"), 403)
    assert (members(db, ops), is_superuser(db)) == ([], False)
    refused(headed(X_Hermes_Email=b"j\xf6hnny").get("/currentUser"), 401, SIGN_IN)              # not UTF-8
    assert who(headed(X_Hermes_Email="jöhnny".encode())) == "jöhnny@example.com"


def test_a_password_or_token_counts_before_the_header(db, admin, headed):
    person(db, "tammy")
    token = created(admin.sign_in("tammy").post("/tokens", {"name": "cron"}))["token"]
    for authorization in (admin.signed_in("tammy", PASSWORD).basic()["Authorization"], f"Token {token}"):
        assert who(headed(X_Hermes_Email="johnny@example.com", Authorization=authorization)) == "tammy@example.com"
    for authorization in ("Basic dGFtbXk6d3Jvbmc=", "Token " + "0" * 40):
        refused(headed(X_Hermes_Email="johnny@example.com", Authorization=authorization).get("/currentUser"), 401, SIGN_IN)
    assert db.column("select username from people.users order by id") == ["admin", "tammy"]


# ---- with other settings

def test_names_are_made_users_only_where_the_settings_say_so(otherwise, db, proxied):
    refused(proxied().get("/currentUser"), 401, SIGN_IN)
    assert db.column("select username from people.users") == ["admin"]
    id = person(db, "johnny@example.com")
    must_be_known_everywhere(proxied(), "johnny@example.com")
    db.run("delete from people.users where id = %s", id)
    refused(proxied().get("/currentUser"), 401, SIGN_IN)


def test_without_a_group_in_the_settings_the_proxy_makes_no_superusers_and_unmakes_none(otherwise, db, proxied):
    id = person(db, "johnny@example.com")
    refused(proxied("johnny@example.com", "wheel", "").get("/audit"), 403, FOR_ADMINISTRATORS)
    db.run("update people.users set superuser = true where id = %s", id)
    ok(proxied("johnny@example.com", "ops").get("/audit"))


def test_the_settings_say_which_headers(otherwise, db, headed):
    person(db, "johnny@example.com")
    ops = team(db, "operators", proxy_group="ops")
    refused(headed(X_Hermes_Email="johnny@example.com").get("/currentUser"), 401, SIGN_IN)
    ok(headed(X_Remote_Who="johnny@example.com", X_Hermes_Groups="ops").get("/currentUser"))
    assert members(db, ops) == []
    ok(headed(X_Remote_Who="johnny@example.com", X_Remote_Teams="ops").get("/currentUser"))
    assert members(db, ops) == ["johnny@example.com"]
    ok(headed(X_Remote_Who="johnny@example.com", X_Hermes_Groups="ops", X_Remote_Teams="").get("/currentUser"))
    assert members(db, ops) == []
