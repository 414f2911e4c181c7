"""The audit: who did what to which object, when, by which way of sign-in; for superusers to read, and for nobody to change."""
import psycopg2
import pytest

from client import JSON, created, ok, refused
from instance import PASSWORD
from people import django_hash, from_now, person, team

FOR_ADMINISTRATORS = "This is for administrators."
STAYS = "the audit is only ever added to"
ROW = "user_id, username, via, address, verb, kind, ids, n, details"


@pytest.fixture
def tammy(sql):
    return person(sql, "tammy", superuser=True)


class Told:
    """What the audit has told since it was last asked."""

    def __init__(self, sql):
        self.sql, self.seen = sql, 0

    def __call__(self):
        rows = self.sql.rows(f"select id, {ROW} from people.audit where id > %s order by id", self.seen)
        self.seen = rows[-1][0] if rows else self.seen
        return [row[1:] for row in rows]


@pytest.fixture
def told(sql):
    return Told(sql)


def done(answer, *codes):
    assert answer.status_code in (codes or (200, 201, 204)), f"{answer.status_code}: {answer.text[:300]}"
    return answer.json() if answer.content else None


# ---- what is told

def test_each_change_in_hermes_family_is_told(api, sql, told, tammy):
    page = api.sign_in("tammy")
    assert told() == [(tammy, "tammy", "password", "127.0.0.1", "sign in", "session", [page.id], 1, {})]
    made = created(page.post("/tokens", {"name": "cron", "scope": "write"}))
    assert told() == [(tammy, "tammy", "session", "127.0.0.1", "create", "token", [made["id"]], 1,
                       {"name": "cron", "scope": "write"})]
    sql.run("insert into outbox.letters (id, channel, kind, content, made_at, due_at, state)"
            " values (7, 'webhook', 'event', '{}', now(), now(), 'parked')")
    ways = {"password": (api, 1, "admin"), "session": (page, tammy, "tammy"),
            "token": (api.by_token(made["token"]), tammy, "tammy")}
    mail = {"laborOwners": True, "from": "me", "subject": "Hello", "message": "words"}
    for n, (method, path, body, verb, kind, id, details) in enumerate([
            ("POST", "/hosts", {"hostname": "web"}, "create", "fleet host", 1, {}),
            ("PUT", "/hosts/web", {"hostname": "db"}, "update", "fleet host", 1, {"hostname": "db"}),
            ("POST", "/eventtypes", {"category": "reboot", "state": "needed", "description": "x"}, "create", "event type", 1, {}),
            ("POST", "/eventtypes", {"category": "reboot", "state": "done", "description": "x"}, "create", "event type", 2, {}),
            ("PUT", "/eventtypes/1", {"description": "y"}, "update", "event type", 1, {}),
            ("POST", "/fates", {"creationEventTypeId": 1, "description": "f", "forCreator": True, "forOwner": False},
             "create", "fate", 1, ...),
            ("POST", "/fates", {"creationEventTypeId": 2, "followsId": 1, "description": "g"}, "create", "fate", 2, ...),
            ("PUT", "/fates/2", {"description": "h"}, "update", "fate", 2, ...),
            ("POST", "/quests", {"fateId": 1, "creator": "johnny", "description": "q", "hostnames": ["db"]},
             "create", "quest", 1, {"fateId": 1, "hosts": 1}),
            ("PUT", "/quests/1", {"creator": "cher"}, "update", "quest", 1, {"creator": "cher@example.com"}),
            ("PUT", "/labors/1", {"ackUser": "cher"}, "update", "labor", 1, {"ackUser": "cher@example.com"}),
            ("POST", "/quests/1/mail", mail, "mail", "quest", 1, {"subject": "Hello"}),
            ("POST", "/letters/7/retry", {}, "retry", "letter", 7, {}),
            ("POST", "/webhooks", {"url": "http://127.0.0.1:9/x", "active": False}, "create", "webhook", 1, {}),
            ("PUT", "/webhooks/1", {"active": False}, "update", "webhook", 1, {}),
            ("DELETE", "/webhooks/1", None, "delete", "webhook", 1, {}),
            ("POST", "/eventtypes", {"category": "a", "state": "b", "description": "x"}, "create", "event type", 3, {}),
            ("DELETE", "/eventtypes/3", None, "delete", "event type", 3, {"category": "a", "state": "b"}),
            ("DELETE", "/fates/2", None, "delete", "fate", 2, ...)]):
        via = list(ways)[n % 3]
        client, user, name = ways[via]
        done(client.call(method, path, body, JSON))
        (row,) = told()
        assert row[:-1] == (user, name, via, "127.0.0.1", verb, kind, [id], 1), (method, path)
        assert details is ... or row[-1] == details, (method, path)

    other, third = api.sign_in("tammy"), api.like(address="127.0.0.7").sign_in("tammy")
    assert [row[3:7] for row in told()] == [("127.0.0.1", "sign in", "session", [other.id]),
                                            ("127.0.0.7", "sign in", "session", [third.id])]
    for deed, verb, kind, ids in ((lambda: page.delete(f"/tokens/{made['id']}"), "delete", "token", [made["id"]]),
                                  (lambda: page.delete(f"/sessions/{other.id}"), "sign out", "session", [other.id]),
                                  (lambda: page.delete("/sessions"), "sign out", "session", [third.id]),
                                  (lambda: page.delete("/session"), "sign out", "session", [page.id])):
        done(deed())
        assert told() == [(tammy, "tammy", "session", "127.0.0.1", verb, kind, ids, 1, {})]


def test_each_change_in_polemarchs_family_is_told(api, told, tammy):
    page, admin = api.sign_in("tammy"), api.polemarch
    login = done(api.signed_in().polemarch.post("/token/", {"username": "tammy", "password": PASSWORD}))["token"]
    assert told()[1:] == [(tammy, "tammy", "password", "127.0.0.1", "create", "token", [2], 1, {"kind": "login"})]
    ways = {"password": (admin, 1, "admin"), "session": (page.polemarch, tammy, "tammy"),
            "token": (api.by_token(login).polemarch, tammy, "tammy")}
    person_of = {"username": "joe", "password": "tops3cret", "first_name": "Joe"}
    grant = [{"member": 1, "member_type": "user", "role": "EDITOR"}]
    for n, (method, path, body, verb, kind, id, details) in enumerate([
            ("POST", "/users/", person_of, "create", "user", 3, ...),
            ("PATCH", "/users/3/", {"first_name": "Joey", "password": "tops3cret2"}, "update", "user", 3,
             {"first_name": "Joey", "password": True}),
            ("PATCH", "/users/3/", {"is_staff": True}, "update", "user", 3, {"is_staff": True}),
            ("DELETE", "/users/3/", None, "delete", "user", 3, {"username": "joe"}),
            ("POST", "/teams/", {"name": "ops", "users_list": [1]}, "create", "team", 1, {"name": "ops", "users_list": [1]}),
            ("PATCH", "/teams/1/", {"proxy_group": "ops"}, "update", "team", 1, {"proxy_group": "ops"}),
            ("POST", "/teams/1/permissions/", grant, "add permissions", "team", 1, {"permissions": grant}),
            ("PUT", "/teams/1/permissions/", grant, "replace permissions", "team", 1, {"permissions": grant}),
            ("DELETE", "/teams/1/permissions/", grant, "remove permissions", "team", 1, ...),
            ("PUT", "/teams/1/owner/", tammy, "change owner", "team", 1, {"owner": tammy}),
            ("DELETE", "/teams/1/", None, "delete", "team", 1, {"name": "ops"})]):
        via = list(ways)[n % 3]
        client, user, name = ways[via]
        done(client.call(method, path, body, JSON))
        (row,) = told()
        assert row[:-1] == (user, name, via, "127.0.0.1", verb, kind, [id], 1), (method, path)
        assert details is ... or row[-1] == details, (method, path)
    done(ways["token"][0].delete("/token/"))
    assert told() == [(tammy, "tammy", "token", "127.0.0.1", "delete", "token", [2], 1, {})]


def test_a_new_administrator_by_command_is_told(sql, told):
    sql.run("select people.administrator_set('boss', '$argon2id$none')")
    assert told() == [(None, "postgres", "command", None, "administrator", "user", [2], 1, {})]


def test_of_many_objects_the_first_hundred_are_named(api, told):
    created(api.post("/hosts", {"hosts": [{"hostname": f"web{i}"} for i in range(250)]}))
    ((*_, verb, kind, ids, n, details),) = told()
    assert (verb, kind, len(ids), ids[0], n, details) == ("create", "fleet host", 100, 1, 250, {})


def test_what_was_refused_or_only_read_is_not_told(api, sql, told, tammy):
    page = api.sign_in("tammy")
    person(sql, "joe")
    told()
    joe = api.signed_in("joe", PASSWORD)
    for answer in (joe.post("/webhooks", {"url": "http://x"}), joe.polemarch.post("/users/", {"username": "x", "password": "y"}),
                   joe.polemarch.patch(f"/users/{tammy}/", {"first_name": "x"}),
                   api.by_cookie(page.secret).post("/hosts", {"hostname": "a"}),
                   api.signed_in().post("/session", {"username": "tammy", "password": "wrong"}),
                   api.post("/hosts", {}), api.delete("/session"), api.delete("/tokens/99"), page.delete("/sessions/99")):
        assert 400 <= answer.status_code < 500
    ok(page.delete("/sessions"))           # there was no other
    for path in ("/hosts", "/audit", "/sessions", "/session", "/tokens"):
        ok(page.get(path))
    assert told() == []


def test_no_secret_is_in_it(api, sql, tammy):
    secrets = ["secret", "tops3cret", "an0ther", "hidd3n"]
    page = api.sign_in("tammy")
    made = created(page.post("/tokens", {"name": "cron", "scope": "write"}))["token"]
    login = done(api.signed_in().polemarch.post("/token/", {"username": "tammy", "password": PASSWORD}))["token"]
    imported = django_hash("hidd3n", 1000)
    users = api.polemarch
    done(users.post("/users/", {"username": "joe", "password": "tops3cret"}))
    done(users.put("/users/3/", {"username": "joe", "password": "an0ther"}))
    done(users.post("/users/", {"username": "old", "password": imported, "raw_password": "True"}))
    done(users.patch("/users/3/", {"password": imported, "raw_password": "True"}))
    refused(api.signed_in().post("/session", {"username": "tops3cret", "password": "an0ther"}), 401)
    old = api.sign_in("old", "hidd3n")           # is rehashed
    created(api.post("/webhooks", {"url": "http://127.0.0.1:9/an0ther", "secret": "tops3cret", "active": False}))
    secrets += [made, login, imported, page.secret, page.xsrf, old.secret, old.xsrf]
    secrets += sql.column("select password from people.users where password is not null")
    secrets += sql.column("select encode(hash, 'hex') from people.tokens")
    everything = "\n".join(sql.column("select a::text from people.audit a")) + api.get("/audit?limit=all").text
    assert [s for s in secrets if s in everything] == []
    assert everything.count('"create"') >= 5         # it does tell of all that


# ---- who may read it, and what is in it

@pytest.fixture
def rows(sql):
    """Thirty rows that others have made, one a minute."""
    person(sql, "joe")
    person(sql, "ann")
    sql.run("insert into people.audit (at, user_id, username, via, address, verb, kind, ids, n, details)"
            " select timestamptz '2025-01-01 00:00Z' + i * interval '1 minute', 2 + mod(i, 2),"
            "        (array['joe', 'ann'])[1 + mod(i, 2)], (array['session', 'token', 'proxy'])[1 + mod(i, 3)], '192.0.2.1',"
            "        (array['create', 'update'])[1 + mod(i, 2)], (array['team', 'user', 'quest'])[1 + mod(i, 3)],"
            "        array[i, 1000 + i / 10], 2, '{\"name\": \"it\"}'"
            "   from generate_series(1, 30) i")


def ids(api, query):
    return [a["id"] for a in ok(api.get("/audit" + query))["audit"]]


def test_superusers_read_it(api, sql, tammy, rows):
    said = ok(api.get("/audit?limit=1"))
    assert said == {"href": f"{api.base}/audit?limit=1", "limit": 1, "offset": 0, "audit": [
        {"id": 30, "time": "2025-01-01 00:30:00", "userId": 2, "username": "joe", "via": "session", "address": "192.0.2.1",
         "verb": "create", "kind": "team", "objectIds": [30, 1003], "totalObjects": 2, "details": {"name": "it"}}]}
    page = api.sign_in("tammy")
    newest = ok(page.get("/audit?limit=1"))["audit"][0]
    assert (newest["verb"], newest["username"], newest["objectIds"]) == ("sign in", "tammy", [page.id])
    assert -60 < from_now(newest["time"]) <= 1


def test_nobody_else_does(api, sql, rows):
    refused(api.signed_in("joe", PASSWORD).get("/audit"), 403, FOR_ADMINISTRATORS)
    refused(api.sign_in("joe").get("/audit?userId=2"), 403, FOR_ADMINISTRATORS)
    refused(api.signed_in().get("/audit"), 401)
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        assert api.call(method, "/audit", {} if method != "DELETE" else None, JSON).status_code == 405


def test_it_is_filtered(api, rows):
    every = range(30, 0, -1)
    for query, wanted in (
            ("userId=2", lambda i: i % 2 == 0), ("username=ann", lambda i: i % 2), ("username=an", lambda i: False),
            ("via=proxy", lambda i: i % 3 == 2), ("verb=update", lambda i: i % 2), ("kind=user", lambda i: i % 3 == 1),
            ("objectId=17", lambda i: i == 17), ("objectId=1001", lambda i: i // 10 == 1), ("objectId=0", lambda i: False),
            ("kind=quest&objectId=1001", lambda i: i % 3 == 2 and i // 10 == 1), ("after=2025-01-01 00:20", lambda i: i >= 20),
            ("before=2025-01-01 00:20", lambda i: i < 20),
            ("after=2025-01-01 00:05&before=2025-01-01 00:10", lambda i: 5 <= i < 10),
            ("userId=3&via=session&verb=update&kind=team", lambda i: i % 2 and i % 3 == 0), ("verb=' or 1=1", lambda i: False),
            ("userId=", lambda i: True), ("via=", lambda i: True)):
        assert ids(api, f"?limit=all&{query}") == [i for i in every if wanted(i)], query


def test_it_is_read_page_by_page_also_while_more_is_told(api, sql, rows):
    assert ids(api, "") == list(range(30, 20, -1))
    assert ids(api, "?limit=3&offset=4") == [26, 25, 24]
    seen = ids(api, "?limit=7")
    while more := ids(api, f"?limit=7&beforeId={seen[-1]}"):
        created(api.post("/hosts", {"hostname": f"web{len(seen)}"}))
        seen += more
    assert seen == list(range(30, 0, -1))


def test_what_makes_no_sense_is_refused(api):
    for query, message in (("userId=x", 'userId: "x" is not a whole number in range'),
                           ("limit=-1", "limit: must not be negative"),
                           ("beforeId=99999999999999999999", 'beforeId: "99999999999999999999" is not a whole number in range'),
                           ("objectId=1.5", 'objectId: "1.5" is not a whole number in range'),
                           ("after=soon", 'after: "soon" is not a time such as 2015-06-01 12:11')):
        refused(api.get(f"/audit?{query}"), 400, message)


# ---- nobody changes what was done

def test_it_is_only_ever_added_to_whoever_tries(sql, rows):
    before = sql.rows("select * from people.audit order by id")
    for role in ("postgres", "moirai_owner"):
        for change in ("update people.audit set username = 'nobody'", "delete from people.audit where id = 1",
                       "delete from people.audit where false", "truncate people.audit", "truncate people.audit cascade"):
            with pytest.raises(psycopg2.errors.RaiseException, match=STAYS):
                sql.run(f"set role {role}")
                try:
                    sql.run(change)
                finally:
                    sql.run("reset role")
    for role in ("moirai_web", "moirai_courier"):
        for deed in ("insert into people.audit (username) values ('x')", "delete from people.audit",
                     "select * from people.audit"):
            with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                sql.run(f"set role {role}")
                try:
                    sql.run(deed)
                finally:
                    sql.run("reset role")
    assert sql.rows("select * from people.audit order by id") == before


def test_it_outlives_whom_and_what_it_tells_of(api, sql, told, tammy):
    team(sql, "ops", tammy)
    done(api.polemarch.delete("/teams/1/"))
    done(api.sign_in("tammy").polemarch.patch(f"/users/{tammy}/", {"first_name": "T"}))
    done(api.polemarch.delete(f"/users/{tammy}/"))
    assert [(row[0], row[1], row[4], row[5]) for row in told()] == [
        (1, "admin", "delete", "team"), (tammy, "tammy", "sign in", "session"), (tammy, "tammy", "update", "user"),
        (1, "admin", "delete", "user")]
    assert [a["userId"] for a in ok(api.get(f"/audit?userId={tammy}"))["audit"]] == [tammy, tammy]
