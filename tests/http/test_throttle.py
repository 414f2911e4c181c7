"""Who guesses passwords is slowed down, and learns nothing; nobody is locked out by others (sql/people/throttle.sql)."""
import os
import pathlib
import re
import signal
import statistics
import threading
import time

import pytest

from client import created, refused
from instance import PASSWORD, eventually
from people import django_hash, must_be_known_everywhere, person, who

TOO_MANY = r"Too many wrong passwords: try again in \d+ seconds\."
THROTTLED = r"Request was throttled\. Expected available in \d+ seconds\."
WAYS = ["session", "Basic", "Polemarch's token", "Polemarch's Basic"]


@pytest.fixture
def tammy(sql):
    return person(sql, "tammy")


@pytest.fixture
def here(api, tammy):
    """A client at an address of its own."""
    return api.like(auth=None, address="127.0.0.9")


def credentials(username="tammy", password=PASSWORD):
    return {"username": username, "password": password}


def show(client, username, password, way="session"):
    """The answer to that name and password, shown in one of the ways."""
    if way == "session":
        return client.post("/session", credentials(username, password))
    if way == "Polemarch's token":
        return client.polemarch.post("/token/", credentials(username, password))
    shown = client.signed_in(username, password)
    return shown.get("/hosts") if way == "Basic" else shown.polemarch.get("/users/")


def wrong(sql, n, username="tammy", address="127.0.0.9", every=0, ago=0):
    """There were n wrong passwords, each some seconds before the next, the last so many seconds ago. {} in a name or address
    is a number."""
    sql.run("insert into people.wrong_passwords (at, address, name)"
            " select clock_timestamp() - make_interval(secs => %s + %s * i), people.address_key(replace(%s, '{}', i::text)),"
            " people.name_key(replace(%s, '{}', i::text)) from generate_series(0, %s - 1) i", ago, every, address, username, n)


def count(sql):
    return sql.one("select count(*) from people.wrong_passwords")


def must_wait(answer, least=290, most=300):
    """It is a refusal that says for how long."""
    seconds = int(answer.headers["Retry-After"])
    assert answer.status_code == 429 and least <= seconds <= most, answer.headers
    said = answer.json()
    if "/polemarch/" in answer.url:
        assert said.keys() == {"detail"} and re.fullmatch(THROTTLED, said["detail"])
        assert f" {seconds} " in said["detail"]
    else:
        assert re.fullmatch(TOO_MANY, refused(answer, 429)) and f" {seconds} " in said["error"]["message"]
    assert "Set-Cookie" not in answer.headers and "WWW-Authenticate" not in answer.headers


# ---- an address

def test_after_ten_wrong_passwords_an_address_waits_by_whichever_way_they_were_shown(here, sql):
    refusals = {"session": 401, "Basic": 401, "Polemarch's token": 400, "Polemarch's Basic": 401}
    for n in range(10):
        way = WAYS[n % 4]
        assert show(here, ("tammy", "nobody", "admin")[n % 3], f"wrong{n}", way).status_code == refusals[way]
    assert count(sql) == 10
    for way in WAYS:
        for username, password in (("tammy", PASSWORD), ("tammy", "wrong"), ("nobody", "wrong")):
            must_wait(show(here, username, password, way))
    assert count(sql) == 10         # what is not looked at makes nobody wait longer
    for log in (sql.column("select t::text from people.tokens t"), sql.column("select a::text from people.audit a")):
        assert log == []


def test_nine_are_not_too_many_and_right_ones_do_not_count(here, sql):
    wrong(sql, 9)
    for way in WAYS * 2:
        assert show(here, "tammy", PASSWORD, way).status_code in (200, 201)
    refused(show(here, "tammy", "wrong"), 401)
    must_wait(show(here, "tammy", PASSWORD))


def test_other_addresses_do_not_wait(api, here, sql):
    wrong(sql, 50)
    must_wait(show(here, "tammy", PASSWORD))
    for way in WAYS:
        assert show(api.like(address="127.0.0.10"), "tammy", PASSWORD, way).status_code in (200, 201)


def test_what_a_client_says_of_its_address_counts_for_nothing(api, sql, tammy):
    for n in range(10):
        headers = {name: f"192.0.2.{n}" for name in ("X-Forwarded-For", "Forwarded", "X-Real-IP", "REMOTE_ADDR", "Client-IP")}
        refused(show(api.like(address="127.0.0.9", headers=headers), "tammy", "wrong"), 401)
    must_wait(show(api.like(address="127.0.0.9", headers={"X-Forwarded-For": "192.0.2.99"}), "tammy", PASSWORD))


def test_who_was_signed_in_at_that_address_stays_so(here, sql):
    page = here.sign_in("tammy")
    token = created(page.post("/tokens", {"name": "cron"}))["token"]
    login = show(here, "tammy", PASSWORD, "Polemarch's token").json()["token"]
    clients = [page, here.by_token(token), here.by_token(login), here.signed_in("tammy", PASSWORD)]
    for client in clients:
        must_be_known_everywhere(client)
    wrong(sql, 20)
    for client in clients:
        must_be_known_everywhere(client)         # the password, too, is remembered
    must_wait(show(here, "admin", PASSWORD))


# ---- a name

def test_a_name_that_many_addresses_try_stays_open_to_who_gets_it_right(api, here, sql):
    wrong(sql, 30, address="10.0.0.{}")
    for way in WAYS:
        assert show(here, "tammy", PASSWORD, way).status_code in (200, 201)


def test_but_who_gets_it_wrong_there_once_waits(api, here, sql):
    wrong(sql, 30, address="10.0.0.{}", every=1)
    for way in WAYS:
        address = f"127.0.0.{20 + WAYS.index(way)}"
        there = api.like(auth=None, address=address)
        assert show(there, "tammy", "wrong", way).status_code in (400, 401)
        for again in WAYS:
            must_wait(show(there, "tammy", PASSWORD, again), 280)
        assert show(there, "admin", PASSWORD, way).status_code in (200, 201)          # another name
    assert show(here, "tammy", PASSWORD).status_code == 201                           # another address


def test_names_that_nobody_has_are_treated_alike(api, sql, tammy):
    """So nobody learns which there are."""
    person(sql, "gone", active=False)
    person(sql, "proxied", password=None)
    names = ("tammy", "nobody", "gone", "proxied", "' or '1'='1")
    for name in names:
        wrong(sql, 9, name, "10.0.0.{}")
    for way in WAYS:
        said = []
        for n, name in enumerate(names):
            there = api.like(auth=None, address=f"127.0.1.{n + 10 * WAYS.index(way)}")
            first, second = show(there, name, "wrong", way), show(there, name, "wrong", way)
            assert first.status_code in (400, 401)
            must_wait(second)
            said.append([(a.status_code, a.reason, re.sub(r"\d+ seconds", "", a.text), sorted(a.headers))
                         for a in (first, second)])
        assert all(s[0] == said[0][0] and s[1][2:] == said[0][1][2:] for s in said)


# ---- time

def test_one_waits_until_fewer_than_ten_lie_within_five_minutes(here, sql):
    wrong(sql, 10, every=30)                     # the first of them 270 s ago
    must_wait(show(here, "tammy", PASSWORD), 27, 30)
    wrong(sql, 1)                                # now the tenth last is one of 240 s ago
    must_wait(show(here, "tammy", PASSWORD), 57, 60)
    sql.run("update people.wrong_passwords set at = at - interval '60 s'")
    created(show(here, "tammy", PASSWORD))


def test_for_a_name_likewise(here, sql):
    wrong(sql, 9, address="10.0.0.{}", every=30, ago=30)
    wrong(sql, 1)
    must_wait(show(here, "tammy", PASSWORD), 27, 30)
    sql.run("update people.wrong_passwords set at = at - interval '30 s'")
    created(show(here, "tammy", PASSWORD))


def test_what_is_older_is_forgotten(here, sql):
    wrong(sql, 500, "name{}", "10.0.0.{}", ago=301)
    refused(show(here, "tammy", "wrong"), 401)
    assert count(sql) == 1


def test_a_private_instance_that_is_emptied_forgets(here, instance, sql):
    wrong(sql, 10)
    must_wait(show(here, "tammy", PASSWORD))
    instance.reset()
    assert count(sql) == 0
    created(show(here, "admin", PASSWORD))


# ---- what is kept

def test_neither_names_nor_passwords_are_written_down(here, instance, sql):
    """Some type their password where the name belongs."""
    for way in WAYS:
        show(here, "tops3cret-as-a-name", "tops3cret-as-a-password", way)
    assert "tops3cret" not in "".join(sql.column("select w::text || convert_from(name, 'LATIN1') from people.wrong_passwords w"))
    assert "wrong password from 127.0.0.9" in instance.log.read_text()
    for log in (instance.log, instance.var / "log/postgres.log", instance.var / "log/nginx.log"):
        assert "tops3cret" not in log.read_text(errors="replace"), log


# ---- time that tells nothing

def medians(api, sql, names, rounds=5):
    """name -> how long a wrong password of it takes."""
    client, times = api.signed_in(), {name: [] for name in names}
    for n in range(rounds):
        for name in names:
            sql.run("truncate people.wrong_passwords")
            began = time.perf_counter()
            refused(show(client, name, "wrong"), 401)
            times[name].append(time.perf_counter() - began)
    return {name: statistics.median(t) for name, t in times.items()}


def must_take_the_same_time(api, sql, *names):
    """This machine may be busy with other things: what is really so is seen in one of three tries."""
    for _ in range(3):
        took = medians(api, sql, names)
        if max(took.values()) < 1.6 * min(took.values()):
            return
    assert False, took


def test_the_time_of_an_answer_does_not_tell_who_exists(api, sql, tammy):
    person(sql, "gone", active=False)
    person(sql, "proxied", password=None)
    must_take_the_same_time(api, sql, "tammy", "nobody", "gone", "proxied")


def test_nor_who_has_an_imported_password(api, sql, tammy):
    person(sql, "old", password=django_hash("other", 120000))
    person(sql, "gone", active=False)
    must_take_the_same_time(api, sql, "tammy", "nobody", "old", "gone")


def test_nor_how_old_an_imported_password_is(api, sql, tammy):
    """Django's releases differ in how long one takes."""
    person(sql, "older", password=django_hash("other", 10000))
    person(sql, "old", password=django_hash("other", 120000))
    must_take_the_same_time(api, sql, "tammy", "nobody", "older", "old")


# ---- many at once

@pytest.mark.parametrize("names", [["ann"], [f"ann{i}" for i in range(15)]])
def test_a_crowd_whom_nobody_remembers_is_signed_in_or_told_to_come_again(api, sql, tammy, names):
    """The others are served meanwhile."""
    page = api.sign_in("tammy")
    for name in names:
        person(sql, name)
    clients, answers = [api.signed_in(name, PASSWORD) for name in names * (30 // len(names))], []
    together = threading.Barrier(len(clients))

    def sign_in(client):
        together.wait()
        answers.append(client.get("/currentUser"))
    threads = [threading.Thread(target=sign_in, args=(c,), daemon=True) for c in clients]
    for thread in threads:
        thread.start()
    served = 0
    while any(t.is_alive() for t in threads):
        assert who(page) == "tammy@example.com"
        served += 1
    assert served > 0 and len(answers) == 30
    assert {a.status_code for a in answers} <= {200, 503} and 200 in {a.status_code for a in answers}
    for answer in answers:
        if answer.status_code == 503:
            refused(answer, 503, "Too many passwords are being checked just now: try again.")
            assert answer.headers["Retry-After"] == "2"
        assert answer.elapsed.total_seconds() < 10         # it waits for two at most, and is slow when the machine is
    assert count(sql) == 0
    for client in clients:
        assert eventually(lambda: client.get("/currentUser").status_code == 200)


def ticks(pid):
    """How long the process has been running on a processor."""
    try:
        return sum(map(int, pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[11:13]))
    except OSError:
        return 0


def busy_worker(instance, before):
    return next((pid for pid in instance.workers() if ticks(pid) - before.get(pid, ticks(pid)) >= 10), None)


def test_a_worker_that_dies_with_a_password_in_hand_takes_no_others_along(own, own_instance, own_sql):
    person(own_sql, "tammy")
    person(own_sql, "old", password=django_hash("other", 2000000))          # takes a while
    page, answers = own.sign_in("tammy"), []
    before = {pid: ticks(pid) for pid in own_instance.workers()}
    slow = threading.Thread(target=lambda: answers.append(show(own.signed_in(), "old", "wrong")), daemon=True)
    slow.start()
    os.kill(eventually(lambda: busy_worker(own_instance, before)), signal.SIGKILL)
    must_be_known_everywhere(page)
    slow.join(30)
    refused(answers[0], 503)
    assert answers[0].headers["Retry-After"] == "2"
    own_sql.run("delete from people.users where username = 'old'")
    created(eventually(lambda: (a := show(own.signed_in(), "tammy", PASSWORD)).status_code == 201 and a, 30))
