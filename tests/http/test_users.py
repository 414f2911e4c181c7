"""Users: all fields and limits; who may do what; the last superuser stays; what happens with whom who is deleted had."""
import itertools

import pytest

from client import at_once, ok
from instance import PASSWORD
from polemarch import ENCRYPTED, FORBIDDEN, NOT_FOUND, PETYA, Rights, gone, held_up, ids, said, signs_in

TAKEN = {"username": ["Already exists."]}
NAME = "Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters."
LAST = {"detail": "The last superuser must stay one."}


@pytest.fixture
def users(api):
    """The API as the administrator asks it."""
    return api.polemarch


# ---- as the document has it

def test_the_examples_of_the_document(users):
    words = (f'"username":"petya","password":"{ENCRYPTED}","is_active":true,"is_staff":false,"first_name":"Petya",'
             f'"last_name":"Smith","email":"petyasupermail@example.com","url":"{users.base}/users/')
    assert said(users.post("/users/", {"username": "max", "password": "x"}), 201)["id"] == 2
    made = users.post("/users/", PETYA)
    assert (made.status_code, made.text) == (201, '{"id":3,' + words + '3/"}')
    assert made.headers["Location"] == "/polemarch/api/v1/users/3/"
    assert users.get("/users/3/").text == made.text
    changed = users.patch("/users/3/", PETYA)
    assert (changed.status_code, changed.text) == (200, made.text)
    said(users.patch("/users/2/", {"is_active": False}))
    assert users.get("/users/?is_active=true").text == (
        '{"count":2,"next":null,"previous":null,"results":['
        f'{{"id":1,"username":"admin","is_active":true,"is_staff":true,"url":"{users.base}/users/1/"}},'
        f'{{"id":3,"username":"petya","is_active":true,"is_staff":false,"url":"{users.base}/users/3/"}}]}}')


def test_a_name_and_a_password_are_enough(api, users):
    assert said(users.post("/users/", {"username": "petya", "password": "rex"}), 201) == {
        "id": 2, "username": "petya", "password": ENCRYPTED, "is_active": True, "is_staff": False, "first_name": "",
        "last_name": "", "email": "", "url": users.base + "/users/2/"}
    assert said(api.signed_in("petya", "rex").polemarch.get("/license/"))["actual_users"] == 2
    assert said(users.post("/users/", {"is_superuser": True, "groups": [1]}), 400) == {
        "username": ["This field is required."], "password": ["This field is required."]}


def test_patch_changes_what_it_names(users, ann):
    before = said(users.get("/users/2/"))
    for change in ({"first_name": "Ann"}, {"last_name": "Lee"}, {"email": "ann@example.com"}, {"is_active": False},
                   {"is_staff": True},
                   {"username": "anna"}, {"first_name": "", "email": ""},
                   {"is_active": True, "is_staff": False, "username": "ann"}, {}):
        before.update(change)
        assert said(users.patch("/users/2/", change)) == said(users.get("/users/2/")) == before


def test_put_needs_a_name_and_a_password_and_keeps_what_it_does_not_name(users, ann):
    said(users.patch("/users/2/", {"first_name": "Ann", "email": "ann@example.com", "is_staff": True, "is_active": False}))
    assert said(users.put("/users/2/", {}), 400) == {"username": ["This field is required."],
                                                     "password": ["This field is required."]}
    assert said(users.put("/users/2/", {"username": "petya", "password": "rex", "last_name": "Lee"})) == {
        "id": 2, "username": "petya", "password": ENCRYPTED, "is_active": False, "is_staff": True, "first_name": "Ann",
        "last_name": "Lee", "email": "ann@example.com", "url": users.base + "/users/2/"}


# ---- fields

def test_fields_have_limits(users, ann):
    email = lambda n: "a" * (n - 12) + "@example.com"
    most = "Ensure this field has no more than %d characters."
    not_null, not_blank, no_text = "This field may not be null.", "This field may not be blank.", "Not a valid string."
    for field, value, error in (
            ("username", None, not_null), ("username", "", not_blank), ("username", " \t", not_blank),
            ("username", True, no_text),
            ("username", [], no_text), ("username", {}, no_text), ("username", "x" * 151, most % 150),
            ("username", "\u00a0", NAME), ("username", "a b", NAME),
            ("username", "a/b", NAME), ("username", "a\nb", NAME), ("username", "a:b", NAME), ("username", "<a>", NAME),
            ("first_name", None, not_null), ("first_name", "x" * 31, most % 30), ("first_name", False, no_text),
            ("first_name", ["x"], no_text),
            ("last_name", None, not_null), ("last_name", "ä" * 31, most % 30), ("last_name", {"a": 1}, no_text),
            ("first_name", "a\nb", "Enter one line."), ("last_name", "a\x1bb", "Enter one line."),
            ("email", None, not_null), ("email", email(255), most % 254), ("email", 7, "Enter a valid email address."),
            ("email", [], no_text),
            *(("email", e, "Enter a valid email address.") for e in ("x", "a@b", "@example.com", "a@", "a@b@c.d", "a b@c.d",
                                                                     "a@b c.d", "a@c.")),
            ("is_active", None, not_null), ("is_staff", None, not_null), ("is_active", "", '"" is not a valid boolean.'),
            *(("is_staff", w, f'"{w}" is not a valid boolean.') for w in ("maybe", "tRUE", "2", 2, -1, "null")),
            ("password", None, not_null), ("password", "", not_blank), ("password", "x" * 129, most % 128),
            ("password", "ä" * 129, most % 128),
            ("password", True, no_text), ("password", [], no_text), ("password", {}, no_text)):
        assert said(users.patch("/users/2/", {field: value}), 400) == {field: [error]}, value
    assert said(users.get("/users/2/"))["first_name"] == ""


def test_what_keeps_within_the_limits_is_taken(users, ann):
    for field, value in (("username", "x" * 150), ("username", "Az09@.+-_"), ("username", "Zoë"), ("first_name", "ä" * 30),
                         ("last_name", "x" * 30),
                         ("first_name", "\U0001f600 'O\"Hara\\"), ("email", "a" * 242 + "@example.com"),
                         ("email", "a+b@c.d-e.museum"), ("email", "ä@exämple.com")):
        assert said(users.patch("/users/2/", {field: value}))[field] == value


def test_texts_are_trimmed_and_numbers_become_texts(users, ann):
    assert said(users.patch("/users/2/", {"username": 5, "first_name": " Ann \n", "last_name": 1.5, "email": " a@b.c\t"})) == {
        "id": 2, "username": "5", "password": ENCRYPTED, "is_active": True, "is_staff": False, "first_name": "Ann",
        "last_name": "1.5", "email": "a@b.c", "url": users.base + "/users/2/"}
    assert said(users.patch("/users/2/", {"username": "\t ann\n"}))["username"] == "ann"


def test_flags_know_many_words(users, ann):
    for words, flag in ((("t", "T", "y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON", "1", 1, True), True),
                        (("f", "F", "n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF", "0", 0, False),
                         False)):
        for word in words:
            assert said(users.patch("/users/2/", {"is_staff": word}))["is_staff"] is flag
            assert said(users.patch("/users/2/", {"is_staff": not flag}))["is_staff"] is not flag


def test_all_that_is_wrong_is_told_together(users):
    assert said(users.post("/users/", {"username": "a b", "password": "", "email": "x", "first_name": "x" * 31, "last_name": None,
                                       "is_active": "maybe", "is_staff": []}), 400) == {
        "username": [NAME], "password": ["This field may not be blank."], "email": ["Enter a valid email address."],
        "first_name": ["Ensure this field has no more than 30 characters."], "last_name": ["This field may not be null."],
        "is_active": ['"maybe" is not a valid boolean.'], "is_staff": ['"[]" is not a valid boolean.']}
    assert ids(users.get("/users/")) == [1]


# ---- names

def test_a_name_is_given_once_and_that_is_looked_at_before_anything_else(users, people, ann):
    bob = people.new("bob")
    for body in ({"username": "ann"}, {"username": " ann ", "password": ""},
                 {"username": "ann", "email": "x", "is_staff": "maybe"}, PETYA | {"username": "ann"}):
        assert said(users.post("/users/", body), 409) == TAKEN
        assert said(users.put("/users/3/", body), 409) == TAKEN
        assert said(users.patch("/users/3/", body), 409) == TAKEN
    assert said(users.patch("/users/2/", {"username": "ann"}))["username"] == "ann"
    assert said(users.patch("/users/3/", {"username": "Ann"}))["username"] == "Ann"
    assert said(bob.get("/users/3/"))["username"] == "Ann"
    assert said(users.post("/users/", {"username": "bob", "password": "x"}), 201)["id"] == 4       # no id was used up


def test_an_address_that_the_administrator_gives_is_one_users_own(users, ann):
    own = {"email": ["Another user has this address."]}
    said(users.patch("/users/2/", {"email": "ann@example.com"}))
    assert said(users.patch("/users/2/", {"email": "ann@example.com"}))["email"] == "ann@example.com"
    assert said(users.patch("/users/1/", {"email": "ann@example.com"}), 400) == own
    assert said(users.post("/users/", PETYA | {"email": "ann@example.com"}), 400) == own
    assert said(users.post("/users/", PETYA), 201)["id"] == 3
    # One that users give themselves is no name by which a proxy could mean them.
    assert said(ann.patch("/users/2/", {"email": PETYA["email"]}))["email"] == PETYA["email"]
    assert said(users.patch("/users/1/", {"email": "ann@example.com"}))["email"] == "ann@example.com"
    assert said(users.patch("/users/2/", {"first_name": "Ann"}))["email"] == PETYA["email"]


def test_of_two_who_take_a_name_at_the_same_moment_one_gets_it(api, users, sql):
    clients = [users.signed_in(*api.auth) for _ in range(2)]
    for i in range(4):
        a, b = at_once([lambda c=c: c.post("/users/", {"username": f"u{i}", "password": "x"}) for c in clients])
        assert sorted((a.status_code, b.status_code)) == [201, 409] and TAKEN in (a.json(), b.json())
    for i in range(4):
        a, b = at_once([lambda c=c, n=n: c.patch(f"/users/{n}/", {"username": f"same{i}"}) for c, n in zip(clients, (2, 3))])
        assert sorted((a.status_code, b.status_code)) == [200, 409]
        assert TAKEN in (a.json(), b.json())
    assert sql.rows("select id, username from people.users order by id")[3:] == [(4, "u2"), (5, "u3")]        # no id was used up


# ---- who may what

def test_everybody_lists_users_and_sees_himself_whole(users, people, ann):
    people.new("bob")
    assert ids(ann.get("/users/")) == [1, 2, 3]
    assert said(ann.get("/users/?username=bob"))["results"] == [
        {"id": 3, "username": "bob", "is_active": True, "is_staff": False, "url": users.base + "/users/3/"}]
    assert said(ann.get("/users/2/")) == said(users.get("/users/2/"))


def test_others_are_for_superusers(users, people, ann):
    people.new("bob")
    before = said(users.get("/users/3/"))
    for call in (ann.get, ann.put, ann.patch, ann.delete):
        assert said(call("/users/3/"), 403) == FORBIDDEN
        assert said(call("/users/99/"), 404) == NOT_FOUND
    assert said(ann.patch("/users/1/", {"password": "mine"}), 403) == FORBIDDEN
    assert said(ann.post("/users/", PETYA), 403) == FORBIDDEN
    assert said(ann.post("/users/", {"username": "bob"}), 403) == FORBIDDEN
    assert said(users.get("/users/3/")) == before and ids(users.get("/users/")) == [1, 2, 3]


def test_users_change_themselves_but_not_who_they_are(api, users, ann):
    said(users.patch("/users/2/", {"email": "ann@example.com"}))
    assert said(ann.patch("/users/2/", {"first_name": "Ann", "last_name": "Lee", "email": "lee@example.com"})) == {
        "id": 2, "username": "ann", "password": ENCRYPTED, "is_active": True, "is_staff": False, "first_name": "Ann",
        "last_name": "Lee", "email": "lee@example.com", "url": users.base + "/users/2/"}
    before = said(ann.get("/users/2/"))
    for change in ({"is_staff": True}, {"is_active": False}, {"username": "admin"}, {"username": "anna"},
                   {"is_staff": "yes", "first_name": "x"}):
        assert said(ann.patch("/users/2/", change), 403) == FORBIDDEN
        assert said(ann.put("/users/2/", {"username": "ann", "password": ENCRYPTED, **change}), 403) == FORBIDDEN
    assert said(ann.patch("/users/2/", before)) == before
    assert said(ann.get("/users/2/")) == before
    assert said(ann.put("/users/2/", {"username": "ann", "password": "new"}))["first_name"] == "Ann"
    assert signs_in(api, "ann", "new")


def test_nobody_deletes_himself(users, people, ann):
    boss = people.new("boss", superuser=True)
    for client, id in ((users, 1), (ann, 2), (boss, 3)):
        assert said(client.delete(f"/users/{id}/"), 409) == {"detail": "Could not remove youself."}
    assert ids(users.get("/users/")) == [1, 2, 3]


def test_a_superuser_is_one_at_once_and_no_longer_one_at_once(users, ann):
    said(users.patch("/users/2/", {"is_staff": True}))
    assert said(ann.get("/users/1/"))["username"] == "admin"
    assert said(ann.post("/users/", {"username": "bob", "password": "x", "is_staff": True}), 201)["is_staff"] is True
    said(users.patch("/users/2/", {"is_staff": False}))
    assert said(ann.get("/users/1/"), 403) == FORBIDDEN


# ---- the last superuser

def test_the_last_superuser_stays_one(users, people, sql):
    for change in ({"is_staff": False}, {"is_active": False}, {"is_staff": "off", "is_active": "off"}):
        assert said(users.patch("/users/1/", change), 409) == LAST
    assert said(users.put("/users/1/", {"username": "admin", "password": ENCRYPTED, "is_staff": "n"}), 409) == LAST
    boss = people.new("boss", superuser=True)
    assert said(boss.patch("/users/1/", {"is_staff": False}))["is_staff"] is False
    assert said(users.get("/users/2/"), 403) == FORBIDDEN
    for change in ({"is_staff": False}, {"is_active": False}):
        assert said(boss.patch("/users/2/", change), 409) == LAST
    # One who may not sign in is none.
    said(boss.patch("/users/1/", {"is_staff": True, "is_active": False}))
    for change in ({"is_staff": False}, {"is_active": False}):
        assert said(boss.patch("/users/2/", change), 409) == LAST
    said(boss.patch("/users/1/", {"is_active": True}))
    assert said(boss.patch("/users/2/", {"is_staff": False}))["is_staff"] is False
    assert sql.rows("select id from people.users where superuser and active") == [(1,)]


@pytest.fixture
def two(people, sql):
    """Two superusers, and no third."""
    both = [people.new(name, superuser=True) for name in ("a", "b")]
    sql.run("update people.users set superuser = false where id = 1")
    yield both
    sql.run("update people.users set superuser = true where id = 1")


SUPERUSERS = "select pg_advisory_xact_lock(hashtext('people.superusers'))"
WAYS = {"demote": lambda c, other: c.patch(f"/users/{other.id}/", {"is_staff": False}),
        "deactivate": lambda c, other: c.patch(f"/users/{other.id}/", {"is_active": False}),
        "replace": lambda c, other: c.put(f"/users/{other.id}/", {"username": f"x{other.id}", "password": ENCRYPTED,
                                                                  "is_staff": "no"}),
        "delete": lambda c, other: c.delete(f"/users/{other.id}/")}


def test_of_two_superusers_who_demote_each_other_one_stays(instance, sql, two):
    a, b = two
    for i, (first, second) in enumerate([w for w in itertools.product(WAYS, WAYS) if "delete" not in w]):
        deeds = [lambda: WAYS[first](a, b), lambda: WAYS[second](b, a)]
        answers = at_once(deeds) if i % 3 else held_up(instance, SUPERUSERS, *deeds)
        codes = sorted(x.status_code for x in answers)
        assert codes[0] == 200 and codes[1] in (401, 403, 409), (first, second)
        assert sql.one("select count(*) from people.users where superuser and active") == 1
        sql.run("update people.users set superuser = true, active = true where id in (%s, %s)", a.id, b.id)


def test_of_two_superusers_who_remove_each_other_one_stays(instance, people, sql, two):
    a, b = two
    for i, (first, second) in enumerate([w for w in itertools.product(WAYS, WAYS) if "delete" in w]):
        deeds = [lambda: WAYS[first](a, b), lambda: WAYS[second](b, a)]
        answers = at_once(deeds) if i % 3 else held_up(instance, SUPERUSERS, *deeds)
        codes = sorted(x.status_code for x in answers)
        assert codes[0] in (200, 204) and codes[1] in (401, 403, 404, 409), (first, second)
        assert sql.one("select count(*) from people.users where superuser and active") == 1
        sql.run("delete from people.users where superuser")
        a, b = [people.new(f"{name}{i}", superuser=True) for name in ("a", "b")]


# ---- deleting

def test_what_a_deleted_user_had_passes_to_who_deletes_him_and_his_rights_go(users, people, sql, ann):
    boss, rights = people.new("boss", superuser=True), Rights(sql)
    rights.add("host", [1, 2], 2)
    rights.add("team", [1], 2)
    rights.add("inventory", [1], 1)
    rights.add("team", [2], 1)
    rights.part("inventory", 1, "host", 1)
    for path in ("/inventories/1", "/teams/1", "/hosts/2"):
        said(users.post(path + "/permissions/", [{"member": 2, "role": "MASTER", "member_type": "user"}]))
    said(users.patch("/teams/2/", {"users_list": [1, 2]}))
    gone(boss.delete("/users/2/"))
    for path in ("/hosts/1", "/hosts/2", "/teams/1"):
        assert said(boss.get(path + "/owner/")) == boss.id == 3
    assert said(boss.get("/inventories/1/owner/")) == 1
    for path in ("/inventories/1", "/teams/1", "/hosts/2"):
        assert said(boss.get(path + "/permissions/")) == []
    assert said(boss.get("/teams/2/"))["users_list"] == [1]
    assert said(boss.get("/teams/1/"))["owner"]["username"] == "boss"
    assert sql.one("select count(*) from people.tokens where user_id = 2") == 0
    assert sql.one("select count(*) from people.visible where principal = 2") == 0
    assert said(users.get("/users/2/"), 404) == NOT_FOUND
    assert said(users.delete("/users/2/"), 404) == NOT_FOUND


def test_how_much_a_user_owns_is_told_to_him_and_to_superusers(users, people, sql, ann):
    rights, bob = Rights(sql), people.new("bob")
    rights.add("host", [1, 2, 3], 2)
    rights.add("host", [4], 1)
    rights.add("team", [1], 2)
    rights.add("inventory", [1], 2)
    rights.part("inventory", 1, "host", 4)          # which she sees, but it is not hers
    nothing = dict.fromkeys(["hosts", "groups", "inventories", "projects", "templates", "teams"], 0)
    for client in (users, ann):
        assert said(client.get("/users/2/?expand=owns"))["owns"] == {**nothing, "hosts": 3, "inventories": 1, "teams": 1}
        assert "owns" not in said(client.get("/users/2/"))
    assert said(bob.get("/users/3/?expand=owns"))["owns"] == nothing
    assert said(bob.get("/users/2/?expand=owns"), 403) == FORBIDDEN


def test_who_is_deleted_is_out_at_once_by_every_way(api, users, people, ann):
    ways = [ann, people.session("ann", PASSWORD), api.signed_in("ann", PASSWORD).polemarch.like(address="127.0.0.9")]
    for c in ways:
        assert [c.get("/license/").status_code for _ in range(4)] == [200] * 4
    gone(users.delete("/users/2/"))
    assert [c.get("/license/").status_code for c in ways for _ in range(4)] == [401] * 12
    # Another of the same name is another.
    assert said(users.post("/users/", {"username": "ann", "password": "other"}), 201)["id"] == 3
    assert [c.get("/license/").status_code for c in ways] == [401] * 3


def test_a_user_who_is_deleted_while_he_is_changed_is_changed_or_missed(instance, users, people, api):
    other = users.signed_in(*api.auth)
    for i in range(6):
        id = people.new(f"u{i}").id
        deeds = [lambda: users.delete(f"/users/{id}/"), lambda: other.patch(f"/users/{id}/", {"first_name": "x"})]
        deleted, changed = at_once(deeds) if i else held_up(instance, SUPERUSERS, *deeds)
        gone(deleted)
        if changed.status_code == 200:
            assert changed.json()["first_name"] == "x"
        else:
            assert said(changed, 404) == NOT_FOUND


def test_of_two_who_delete_the_same_user_one_is_told_that_there_is_none(users, people, api):
    clients = [users.signed_in(*api.auth) for _ in range(4)]
    for i in range(4):
        id = people.new(f"u{i}").id
        answers = at_once([lambda c=c: c.delete(f"/users/{id}/") for c in clients])
        assert sorted(a.status_code for a in answers) == [204, 404, 404, 404]
    assert len(ok(api.hermes.get("/audit?kind=user&verb=delete"))["audit"]) == 4


# ---- the audit

def test_the_audit_tells_who_did_what_to_whom_and_by_which_way(api, users, people, ann):
    session, boss = people.session("ann", PASSWORD), people.new("boss", superuser=True)
    made = said(users.post("/users/", PETYA), 201)["id"]
    said(boss.patch(f"/users/{made}/", {"first_name": "P", "password": "new"}))
    said(session.patch("/users/2/", {"last_name": "Lee", "is_active": True}))
    said(ann.patch("/users/1/", {"last_name": "Lee"}), 403)
    said(users.post("/users/", {"username": "ann"}), 409)
    gone(boss.delete(f"/users/{made}/"))
    rows = ok(api.hermes.get("/audit?kind=user&limit=all"))["audit"]
    members = ("verb", "userId", "username", "via", "objectIds", "totalObjects", "address")
    assert [tuple(r[m] for m in members) for r in reversed(rows)] == [
        ("create", 1, "admin", "password", [4], 1, "127.0.0.1"), ("update", 3, "boss", "token", [4], 1, "127.0.0.1"),
        ("update", 2, "ann", "session", [2], 1, "127.0.0.1"), ("delete", 3, "boss", "token", [4], 1, "127.0.0.1")]
    assert [r["details"] for r in reversed(rows)] == [
        {"username": "petya", "email": "petyasupermail@example.com", "first_name": "Petya", "last_name": "Smith",
         "is_active": True, "is_staff": False},
        {"first_name": "P", "password": True}, {"last_name": "Lee", "is_active": True}, {"username": "petya"}]
    all = api.hermes.get("/audit?limit=all").text
    assert not any(secret in all for secret in ("rex", "new", PASSWORD, "argon2", ENCRYPTED))
    assert ann.hermes.get("/audit").status_code == 403
