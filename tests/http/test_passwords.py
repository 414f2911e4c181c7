"""Passwords: what is shown of them and what they end; those that Django hashed; who is out, and at once."""
import base64

import pytest

from instance import PASSWORD
from people import EVERY_WORKER, django_hash
from polemarch import ENCRYPTED, FORBIDDEN, PETYA, held_up, ids, said, signs_in

BAD_HASH = "Expected pbkdf2_sha256$ITERATIONS$SALT$HASH, as Django writes it."


@pytest.fixture
def users(api):
    """The API as the administrator asks it."""
    return api.polemarch


# ---- what is shown, and what a new one ends

def test_a_password_is_never_shown(api, users, people):
    password = "correct horse"
    answers = [users.post("/users/", PETYA | {"password": password}),
               users.put("/users/2/", PETYA | {"password": password + "!"}),
               users.patch("/users/2/", {"password": password}), users.get("/users/2/"), users.get("/users/"),
               users.get("/users/1/"),
               api.signed_in("petya", password).polemarch.get("/users/2/"), api.hermes.get("/audit?limit=all"),
               users.patch("/users/2/", {"password": password, "is_staff": "maybe"})]
    for answer in answers:
        assert password not in answer.text and "argon2" not in answer.text and "pbkdf2" not in answer.text
    assert [a.json()["password"] for a in answers[:4]] == [ENCRYPTED] * 4
    assert password not in str(people.sql.rows("select * from people.users, people.audit"))


def test_what_is_shown_instead_changes_nothing_when_sent_back(api, users, people):
    said(users.post("/users/", PETYA), 201)
    token, hash = people.token(2), people.sql.one("select password from people.users where id = 2")
    for method in (users.put, users.patch, api.by_token(token).polemarch.put):
        assert said(method("/users/2/", said(users.get("/users/2/"))))["password"] == ENCRYPTED
    said(users.patch("/users/2/", {"password": ENCRYPTED, "raw_password": "True"}))
    assert people.sql.one("select password from people.users where id = 2") == hash
    assert signs_in(api, "petya", "rex") and not signs_in(api, "petya", ENCRYPTED)
    assert said(api.by_token(token).polemarch.get("/users/2/"))["first_name"] == "Petya"
    assert said(users.post("/users/", PETYA | {"username": "max", "password": ENCRYPTED}),
                400) == {"password": ["This field is required."]}


def test_any_password_of_1_to_128_characters_signs_in(api, users, ann, people):
    for password in ("1", "ä" * 128, "pä:ss wörd \U0001f600"):
        said(users.patch("/users/2/", {"password": password}))
        assert api.polemarch.like(auth=None, headers=basic("ann", password)).get("/license/").status_code == 200
    said(users.patch("/users/2/", {"password": 12345}))
    assert signs_in(api, "ann", "12345")
    assert people.sql.one("select password from people.users where id = 2").startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def basic(name, password):
    return {"Authorization": "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()}


def test_a_new_password_ends_all_that_signs_the_user_in_but_what_set_it(api, users, people, ann):
    session, other_session = [people.session("ann", PASSWORD) for _ in range(2)]
    token = api.by_token(people.token(2)).polemarch
    login = api.signed_in().polemarch.post("/token/", {"username": "ann", "password": PASSWORD})
    login = api.by_token(said(login)["token"]).polemarch
    all = [session, other_session, token, login, ann]
    admins = people.session("admin", PASSWORD)
    assert [c.get("/users/2/").status_code for c in all] == [200] * 5
    said(session.patch("/users/2/", {"password": "new"}))
    assert [c.get("/users/2/").status_code for c in all] == [200, 401, 401, 401, 401]
    assert signs_in(api, "ann", "new") and not signs_in(api, "ann", PASSWORD)
    # By whom it is not the user himself it ends them all.
    assert said(session.patch("/users/2/", {"first_name": "Ann"}))["first_name"] == "Ann"
    said(admins.patch("/users/2/", {"password": "newer"}))
    assert session.get("/users/2/").status_code == 401
    assert said(admins.get("/users/2/"))["first_name"] == "Ann"


def test_a_token_that_sets_a_new_password_stays(api, users, people, ann):
    token = api.by_token(people.token(2)).polemarch
    said(token.put("/users/2/", {"username": "ann", "password": "new"}))
    assert [c.get("/users/2/").status_code for c in (token, ann)] == [200, 401]
    said(users.patch("/users/1/", {"first_name": "A"}))       # the administrator's own change of another field ends nothing
    assert [c.get("/users/2/").status_code for c in (token, users)] == [200, 200]


def test_a_token_with_a_name_sets_no_password_of_its_own_user(api, users, people, ann):
    """Or one that was stolen would make itself a home."""
    token = api.by_token(people.token(2, "personal")).polemarch
    assert said(token.patch("/users/2/", {"password": "new"}), 403)["detail"].startswith("A token sets no password")
    assert [c.get("/users/2/").status_code for c in (token, ann)] == [200, 200]
    said(token.patch("/users/2/", {"first_name": "Ann", "password": ENCRYPTED}))
    said(api.by_token(people.token(1, "personal")).polemarch.patch("/users/2/", {"password": "new"}))
    assert ann.get("/users/2/").status_code == 401


# ---- what Django hashed

def stored(sql, id):
    return sql.one("select password from people.users where id = %s", id)


@pytest.mark.parametrize("iterations, password", [(1, "rex"), (36000, "Größe \U0001f600"), (260000, "p:w")])
def test_a_hash_of_djangos_signs_in_and_is_one_of_ours_afterwards(api, users, sql, iterations, password):
    hash = django_hash(password, iterations)
    made = users.post("/users/", {"username": "petya", "password": hash, "raw_password": "True"})
    assert said(made, 201)["password"] == ENCRYPTED and stored(sql, 2) == hash
    wrong = api.polemarch.like(auth=None, headers=basic("petya", password + "x"), address="127.0.0.7")
    assert wrong.get("/users/2/").status_code == 401 and stored(sql, 2) == hash
    petya = api.polemarch.like(auth=None, headers=basic("petya", password))
    assert said(petya.get("/users/2/"))["username"] == "petya"
    assert stored(sql, 2).startswith("$argon2id$")
    assert said(petya.like(address="127.0.0.7").get("/users/2/"))["username"] == "petya"
    assert wrong.get("/users/2/").status_code == 401
    assert hash not in users.get("/users/2/").text + api.hermes.get("/audit").text


def test_the_hash_of_the_document_is_one(users, sql):
    hash = "pbkdf2_sha256$36000$usSWH0uGIPZl$+Xzz3KpJrq8ZP3truExYOe3CjsaIWgOxuN6jIvJ5ZO8="
    assert said(users.post("/users/", PETYA | {"password": hash, "raw_password": "True"}), 201)["password"] == ENCRYPTED
    assert stored(sql, 2) == hash


def test_a_hash_is_also_taken_over_at_each_other_sign_in(api, users, sql, ann, people):
    for sign_in in (lambda: people.session("ann", "rex"),
                    lambda: said(api.signed_in().polemarch.post("/token/", {"username": "ann", "password": "rex"}))):
        said(users.patch("/users/2/", {"password": django_hash("rex", 100), "raw_password": "True"}))
        assert stored(sql, 2).startswith("pbkdf2")
        sign_in()
        assert stored(sql, 2).startswith("$argon2id$")


def test_a_hash_that_comes_in_ends_what_signed_the_user_in(users, ann):
    said(users.put("/users/2/", {"username": "ann", "password": django_hash("rex", 1), "raw_password": "True"}))
    assert ann.get("/users/2/").status_code == 401


def test_a_bad_hash_is_refused(users, ann, sql):
    good = django_hash("rex", 100)
    before = stored(sql, 2)
    for bad in ("rex", good[:-1], good.replace("100", "0"), good.replace("100", "1e3"), good.replace("100", "2000001"),
                good.replace("Nacl", ""),
                good.replace("Nacl", "x" * 65), good.replace("256", "1"), before, good.rsplit("$", 1)[0], "x" * 600, 5, ""):
        assert said(users.patch("/users/2/", {"password": bad, "raw_password": "True"}), 400) == {
            "password": [BAD_HASH]}, bad
    assert said(users.post("/users/", {"username": "a b", "password": "rex", "raw_password": "True"}),
                400).keys() == {"username", "password"}
    assert stored(sql, 2) == before and ids(users.get("/users/")) == [1, 2]


def test_nobody_brings_a_hash_in_the_shape_in_which_the_worker_tells_of_one(api, users, ann, sql):
    before = stored(sql, 1)
    for value in ({"hash": before}, {"hash": "x"}, {"given": True}, {"length": 5}, [before], ["hash"]):
        for raw in ({}, {"raw_password": "True"}, {"raw_password": False}):
            error = BAD_HASH if raw.get("raw_password") else "Not a valid string."
            assert said(users.post("/users/", {"username": "bob", "password": value, **raw}), 400) == {"password": [error]}
            assert said(ann.patch("/users/2/", {"password": value, **raw}), 400) == {"password": [error]}
    assert stored(sql, 2) == before and ids(users.get("/users/")) == [1, 2]


def test_a_hash_is_a_password_like_any_other_unless_said_to_be_one(api, users, ann):
    hash = django_hash("rex", 1)
    said(users.patch("/users/2/", {"password": hash}))
    assert signs_in(api, "ann", hash) and not signs_in(api, "ann", "rex")


def test_only_superusers_bring_hashes(ann, sql):
    before = stored(sql, 2)
    assert said(ann.patch("/users/2/", {"password": django_hash("rex", 1), "raw_password": "True"}), 403) == FORBIDDEN
    assert stored(sql, 2) == before


# ---- out at once

def test_who_is_deactivated_is_out_at_once_by_every_way_and_in_every_worker(api, users, people, ann):
    login = said(api.signed_in().polemarch.post("/token/", {"username": "ann", "password": PASSWORD}))["token"]
    ways = [ann, api.by_token(login).polemarch, people.session("ann", PASSWORD)]
    by_password = api.signed_in("ann", PASSWORD).polemarch.like(address="127.0.0.9")
    for c in ways + [by_password]:
        assert [c.get("/license/").status_code for _ in range(EVERY_WORKER)] == [200] * EVERY_WORKER
    assert said(users.patch("/users/2/", {"is_active": False}))["is_active"] is False
    for c in ways:
        assert [c.get("/license/").status_code for _ in range(EVERY_WORKER)] == [401] * EVERY_WORKER
    assert [by_password.get("/license/").status_code for _ in range(8)] == [401] * 8
    assert api.signed_in("ann", PASSWORD).hermes.like(address="127.0.0.10").get("/currentUser").status_code == 401
    assert said(api.signed_in().polemarch.like(address="127.0.0.11").post("/token/", {"username": "ann", "password": PASSWORD}),
                400) == {
        "non_field_errors": ["Unable to log in with provided credentials."]}
    assert api.signed_in().hermes.like(address="127.0.0.12").post("/session",
                                                                  {"username": "ann", "password": PASSWORD}).status_code == 401
    said(users.patch("/users/2/", {"is_active": True}))
    assert signs_in(api, "ann", PASSWORD)
    assert [c.get("/license/").status_code for c in ways[1:]] == [401, 401]       # sessions do not come back


def test_what_a_superuser_changes_meanwhile_is_not_undone_by_the_user(instance, users, ann):
    """The user's own change is held up until the superuser's is done."""
    statement = "update people.users set active = false, first_name = 'Ann' where id = 2"
    (answer,) = held_up(instance, statement, lambda: ann.patch("/users/2/", {"last_name": "Lee"}))
    assert answer.status_code == 401
    now = said(users.get("/users/2/"))
    assert (now["is_active"], now["first_name"]) == (False, "Ann")
