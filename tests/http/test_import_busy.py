"""Imports that take long, are too large, or come many at a time: others are served meanwhile, and nothing stays behind."""
import glob
import os
import signal
import threading

from client import Crowd, at_once
from instance import eventually, process_table
from polemarch import ids, said
from test_import import TOO_MANY, pole, post, pytestmark, several, state     # noqa: F401 (a fixture, a mark)


def test_what_would_be_too_large_is_refused_and_the_worker_lives_on(pole, instance, sql):
    before = instance.workers()
    laughs = f"all:\n  hosts:\n    web:\n      a: &a {'ha' * 100000}\n      b: &b [{','.join(['*a'] * 200)}]\n      c: [{','.join(['*b'] * 50)}]\n"
    large = [("ini", "web[0:999999999]\n"), ("yaml", "all: {hosts: {'web[0:9999]-[0:99999]': {}}}\n"), ("yaml", laughs)]
    answers = several(pole, large)
    assert [said(a, 400) for a in answers] == [{"detail": "Ansible can't read the text: It takes too much memory."}] * 3
    assert said(post(pole, "x a=1\n" * (10 << 17), "yaml"), 400) == {"detail": "Ansible can't read the text: It should be a dictionary of groups."}
    assert said(post(pole, "x" * (17 << 20)), 413) == {"detail": "The body is larger than 16777216 bytes."}
    assert instance.workers() == before and ids(pole.get("/inventories/")) == []


def test_of_many_at_once_some_are_told_to_come_again_and_other_requests_are_served_meanwhile(pole, api, sql):
    served, begun = [], threading.Event()

    def look():
        assert pole.like().get("/hosts/?limit=1").status_code == 200 and api.like().get("/hosts?limit=1").status_code == 200
        served.append(begun.is_set())
    crowd = Crowd([look])
    try:
        begun.set()
        answers = at_once([lambda n=n: post(pole.like(), f"web{n}\n", name=f"i{n}") for n in range(20)])
        begun.clear()
    finally:
        crowd.stop()
    made = [a.json()["name"] for a in answers if a.status_code == 201]
    later = [a for a in answers if a.status_code != 201]
    assert made and later and served.count(True) > 3
    for answer in later:
        assert said(answer, 503) == TOO_MANY and answer.headers["Retry-After"] == "2"
    assert sorted(sql.column("select name from inventory.objects where kind = 'inventory'")) == sorted(made)
    assert said(post(pole, "web\n"), 201)


def test_where_ansible_is_killed_one_is_told_to_come_again_and_nothing_is_left(pole, instance, sql):
    before, answers = state(sql), []
    thread = threading.Thread(target=lambda: answers.append(post(pole, "web[0:999999999]\n")))
    thread.start()
    workers = set(instance.workers())
    pid = eventually(lambda: next((p for p, (name, parent) in process_table().items() if parent in workers and name.startswith("ansible-invento")), None))
    os.kill(pid, signal.SIGKILL)
    thread.join(30)
    assert said(answers[0], 503) == {"detail": "ansible-inventory was killed."} and state(sql) == before
    assert said(post(pole, "web\n"), 201)


def test_no_folder_stays(pole):
    before = set(glob.glob("/tmp/moirai-ansible-*"))            # of another instance, or of workers that were killed
    several(pole, [("ini", text) for text in ("a\n", "a b\n", "[a:vars]\n")])
    eventually(lambda: not set(glob.glob("/tmp/moirai-ansible-*")) - before, 60)
