"""GET /live: notices for the page, as server-sent events."""
import json
import random
import threading
import time

import pytest
import requests

from client import created, ok, refused
from instance import eventually
from people import person
from polemarch import said


STREAM = {"Accept": "text/event-stream"}


class Stream:
    """A browser's EventSource: hears, and comes back with Last-Event-ID. `stay()`: seconds until it drops the line."""

    def __init__(self, api, last=None, stay=lambda: 60):
        self.api, self.last, self.stay = api, last, stay
        self.notices, self.opened, self.types = [], 0, set()
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()
        if last is None:
            eventually(lambda: self.opened)

    def run(self):
        while not self.over.is_set():
            headers = {**STREAM, **({"Last-Event-ID": self.last} if self.last else {})}
            try:
                with requests.get(self.api.base + "/live", auth=self.api.auth, headers=headers, stream=True,
                                  timeout=20) as answer:
                    assert answer.status_code == 200
                    self.types.add(answer.headers["Content-Type"])
                    self.hear(answer, time.monotonic() + self.stay())
            except requests.exceptions.RequestException:
                continue

    def hear(self, answer, until):
        for line in answer.iter_lines(chunk_size=1):
            self.opened += line.startswith(b":")
            if line.startswith(b"id:"):
                self.last = line[3:].strip().decode()
            if line.startswith(b"data: ["):
                self.notices += json.loads(line[6:])
            if self.over.is_set() or time.monotonic() > until:
                return

    def heard(self, kind):
        return {i for n in list(self.notices) if n["kind"] == kind for i in n.get("ids", [])}

    def close(self):
        self.over.set()


@pytest.fixture
def stream(api):
    streams = []

    def open_stream(*arguments, **more):
        streams.append(Stream(api, *arguments, **more))
        return streams[-1]
    yield open_stream
    for s in streams:
        s.close()


def test_what_an_event_changes_is_told(api, world, stream):
    world.chain("work required", "work completed")
    quest = world.quest(1, "a")["id"]
    s = stream()
    event = world.throw(2, "a")[0]
    eventually(lambda: event in s.heard("event") and 1 in s.heard("labor") and quest in s.heard("quest")
               and 1 in s.heard("host"))
    assert s.types == {"text/event-stream; charset=utf-8"}


def test_what_hands_change_is_told(api, world, stream):
    s = stream()
    type_id = world.type("work required")
    fate = world.fate(type_id)
    world.quest(fate, "a")
    ok(api.put("/labors/1", {"ackUser": "johnny"}))
    ok(api.put("/quests/1", {"description": "new"}))
    ok(api.put("/hosts/a", {"owner": "ann"}))
    ok(api.delete(f"/eventtypes/{world.type('other thing')}"))
    eventually(lambda: [s.heard(k) for k in ("eventtype", "fate", "labor", "quest", "host")] ==
               [{1, 2}, {1}, {1}, {1}, {1}])


def test_people_and_who_is_told_of_what_are_told_too(api, stream):
    s, admin = stream(), api.polemarch
    user = said(admin.post("/users/", {"username": "ann", "password": "swordfish"}), 201)["id"]
    team = said(admin.post("/teams/", {"name": "crew"}), 201)["id"]
    hook = said(admin.post("/hooks/", {"name": "h", "type": "HTTP", "when": None, "recipients": "https://example.com/"}), 201)["id"]
    created(api.post("/webhooks", {"url": "https://example.com/"}))
    eventually(lambda: [s.heard(k) for k in ("user", "team", "runhook", "webhook")] == [{user}, {team}, {hook}, {1}])
    for kind, call in (("user", lambda: admin.patch(f"/users/{user}/", {"first_name": "Ann"})), ("user", lambda: admin.delete(f"/users/{user}/")),
                       ("team", lambda: admin.patch(f"/teams/{team}/", {"name": "cast"})), ("team", lambda: admin.delete(f"/teams/{team}/")),
                       ("runhook", lambda: admin.patch(f"/hooks/{hook}/", {"name": "i"})), ("runhook", lambda: admin.delete(f"/hooks/{hook}/")),
                       ("webhook", lambda: api.put("/webhooks/1", {"active": False})), ("webhook", lambda: api.delete("/webhooks/1"))):
        s.notices.clear()
        assert call().status_code in (200, 204)
        eventually(lambda: s.heard(kind))


def test_whose_sessions_are_ended_from_elsewhere_is_told_to_ask_anew(api, stream, sql):
    ann = person(sql, "ann")
    first, second = api.sign_in("ann"), api.sign_in("ann")
    s = stream()
    for call in (lambda: second.delete("/sessions"), lambda: second.polemarch.patch(f"/users/{ann}/", {"password": "swordfish"}),
                 lambda: second.delete("/session"), lambda: api.polemarch.patch(f"/users/{ann}/", {"is_active": False})):
        s.notices.clear()
        assert call().status_code == 200
        eventually(lambda: ann in s.heard("user"))
        refused(first.get("/session"), 401)


def test_a_permission_or_an_owner_that_changes_is_told_as_a_change_of_the_object(api, stream, sql):
    s, admin, ann = stream(), api.polemarch, person(sql, "ann")
    for path, kind, fields in (("hosts", "inventoryhost", {}), ("groups", "group", {}), ("inventories", "inventory", {}), ("teams", "team", {"name": "crew"}),
                               ("templates", "template", {"name": "t", "kind": "Host", "data": {}})):
        id = said(admin.post(f"/{path}/", fields), 201)["id"]
        eventually(lambda: id in s.heard(kind))
        for call in (lambda: admin.post(f"/{path}/{id}/permissions/", [{"member": ann, "role": "EDITOR", "member_type": "user"}]),
                     lambda: admin.put(f"/{path}/{id}/owner/", ann)):
            s.notices.clear()
            said(call())
            eventually(lambda: id in s.heard(kind))


def test_what_passes_on_when_its_owner_is_deleted_is_told_and_so_are_the_teams_that_he_was_in(api, stream, sql):
    s, admin, ann = stream(), api.polemarch, person(sql, "ann")
    paths = {"hosts": "inventoryhost", "groups": "group", "inventories": "inventory"}
    ids = [said(admin.post(f"/{path}/", {}), 201)["id"] for path in paths]
    team = said(admin.post("/teams/", {"name": "crew", "users_list": [ann]}), 201)["id"]
    for path, id in zip(paths, ids):
        said(admin.put(f"/{path}/{id}/owner/", ann))
    eventually(lambda: [s.heard(kind) for kind in ("team", *paths.values())] == [{team}, *({id} for id in ids)])
    s.notices.clear()
    assert admin.delete(f"/users/{ann}/").status_code == 204
    eventually(lambda: [s.heard(kind) for kind in ("user", "team", *paths.values())] == [{ann}, {team}, *({id} for id in ids)])


def test_more_than_a_hundred_of_a_kind_are_told_without_their_ids(api, world, stream):
    type_id = world.type("work done")
    s = stream()
    world.throw(type_id, *(f"h{i}" for i in range(101)))
    eventually(lambda: {"kind": "event"} in s.notices)


def test_all_who_listen_hear_it(api, world, stream):
    type_id = world.type("work done")
    streams = [stream() for _ in range(20)]
    event = world.throw(type_id, "a")[0]
    for s in streams:
        eventually(lambda: event in s.heard("event"))


def test_who_comes_back_hears_what_was_missed(api, world, stream):
    type_id = world.type("work done")
    s = stream()
    world.throw(type_id, "a")
    eventually(lambda: s.heard("event"))
    s.close()
    missed = set(world.throw(type_id, "a", "b"))
    time.sleep(0.5)                      # until it has been published, to nobody
    again = stream(s.last)
    eventually(lambda: missed <= again.heard("event"))
    later = world.throw(type_id, "a")[0]
    eventually(lambda: later in again.heard("event"))


def test_a_line_that_breaks_again_and_again_loses_nothing(api, world, stream):
    type_id = world.type("work done")
    s = stream(stay=lambda: random.uniform(0.05, 0.4))
    thrown = set()
    for _ in range(100):
        thrown.update(world.throw(type_id, "a"))
        time.sleep(0.02)
    eventually(lambda: thrown <= s.heard("event"), 20)


@pytest.mark.parametrize("last", ["0:0", "1764031234:0", "99999999999:0", "rubbish", "'\"", "1" * 300])
def test_who_was_away_for_too_long_is_told_that_all_may_have_changed(api, stream, last):
    s = stream(last)
    eventually(lambda: {"kind": "all"} in s.notices)


def test_only_who_is_signed_in_may_listen(api):
    refused(api.signed_in().get("/live"), 401)
    refused(api.signed_in("admin", "wrong").get("/live"), 401)


def test_who_does_not_take_a_stream_is_told(api):
    refused(api.get("/live"), 400, "Accept: must take text/event-stream")


def test_the_stream_is_reached_by_no_other_way(api):
    for path in ("/_moirai/live", "/_moirai/live-again"):
        for method in ("GET", "POST"):
            refused(api.raw(method, path, mount="", documented=False), 404)
    for path in ("/publish", "/publish?id=live"):
        refused(api.raw("POST", path, mount="", documented=False), 405)
        assert b"<title>Moirai</title>" in api.raw("GET", path, mount="", documented=False).content


def test_a_server_without_live_notices_says_so(far, far_set):
    far_set(live_socket="")
    refused(far.get("/live", STREAM), 404, "This server has no live notices: ask again instead.")


def test_a_client_that_names_ids_of_nchan_ends_no_worker_of_nginx(api, instance, stream, world):
    """nchan 1.3.6 would abort (slact/nchan #534, #670)."""
    before = instance.children(instance.parent_of("nginx"))
    type_id = world.type("work done")
    for headers in ({"Last-Event-ID": "1:0"}, {"If-None-Match": "0", "If-Modified-Since": "Thu, 01 Jan 1970 00:00:01 GMT"}):
        for _ in range(3):
            answer = requests.get(api.base + "/live", auth=api.auth, headers={**STREAM, **headers},
                                  stream=True, timeout=5)
            answer.close()
    s = stream()
    event = world.throw(type_id, "a")[0]
    eventually(lambda: event in s.heard("event"))
    assert instance.children(instance.parent_of("nginx")) == before
    created(api.post("/hosts", {"hostname": "still here"}))
