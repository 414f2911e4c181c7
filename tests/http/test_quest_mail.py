"""POST /quests/N/mail: who is written to about a quest, and what. How mail is delivered is told in test_mail.py."""
import itertools

import pytest

from client import Api, created, ok, refused
from instance import PASSWORD
from outside import Http
from people import person
from world import World

pytestmark = pytest.mark.noreset
numbers = itertools.count(1)
BODY = {"from": "ann@example.com", "subject": "Hello!", "message": "Work is about\nto commence.\n"}


@pytest.fixture(scope="module")
def seeded(far_with, far_instance, contract):
    """Fates: 1 for owners, closed by type 2; 3 for creators, by type 3; 4 for both, by type 4."""
    far_with("slack_webhook", query_timeout=1)      # and no worker remembers who was who
    far_instance.reset()
    api = Api(far_instance, contract)
    world = World(api)
    world.chain("reboot required", "reboot completed")
    world.fate(world.type("audit required"), forCreator=True, forOwner=False)
    world.fate(world.type("both required"), forCreator=True)
    return api


@pytest.fixture
def far(seeded, outside):
    """Each test makes hosts of its own: what a query server says is remembered."""
    outside.contacts["storage"] = "storage-team@example.org"
    return seeded


class Quest:
    """A quest on hosts of its own, which the query server knows: {"web": "johnny", "db": None, ...}. They are owner's labors
    but where `fates` says otherwise."""

    def __init__(self, api, outside, owners, fates={}, creator="cher"):
        self.api, self.n, world = api, next(numbers), World(api)
        self.id = world.quest(1, *(self.host(h) for h in owners if h not in fates), creator=creator)["id"]
        for host, fate in fates.items():
            world.throw({3: 3, 4: 4}[fate], self.host(host))
            (labor,) = world.labors("&hostname=" + self.host(host))
            ok(api.put(f"/labors/{labor['id']}", {"questId": self.id}))
        outside.owners.update({self.host(h): o for h, o in owners.items() if o is not None})

    def host(self, name):
        return f"{name}{self.n}"

    def letters(self):
        return [l for l in ok(self.api.get("/letters?limit=all&kind=quest-mail"))["letters"] if l["questId"] == self.id]

    def post(self, **more):
        return self.api.post(f"/quests/{self.id}/mail", {**BODY, **more})

    def mail(self, **more):
        """The content of the one letter that comes of it, or None."""
        before = len(self.letters())
        answer = self.post(**more)
        assert created(answer) == {} and "Location" not in answer.headers
        letters = self.letters()
        assert len(letters) - before in (0, 1)
        return ok(self.api.get(f"/letters/{letters[0]['id']}"))["content"] if len(letters) > before else None

    def to(self, **more):
        mail = self.mail(**more)
        return mail and mail["to"]


def test_it_is_judged_in_the_order_of_hermes(far, outside):
    path, owners = "/quests/77/mail", {"serverOwners": True}
    refused(far.post(path, {}), 400, "Must specify serverOwners and/or laborOwners as true")
    refused(far.post(path, {**BODY, "serverOwners": False, "laborOwners": None}), 400,
            "Must specify serverOwners and/or laborOwners as true")
    for given, missing in (({}, "from"), ({"from": "x"}, "subject"), ({"from": "x", "subject": "x"}, "message"),
                           ({"message": "x"}, "from")):
        refused(far.post(path, {**owners, **given}), 400, "Missing Required Argument: " + missing)
    refused(far.post(path, {**owners, **BODY}), 404, "Quest 77 not found")
    refused(far.post(path, {"laborOwners": True, **BODY}), 404, "Quest 77 not found")
    assert outside.query.so_far() == outside.pocs.so_far() == []


def test_server_owners_are_those_of_all_its_hosts_each_once(far, outside):
    quest = Quest(far, outside, {"web": "johnny", "db": "tammy", "ns": "johnny", "audited": "zoe"}, {"audited": 3})
    assert quest.to(serverOwners=True) == ["johnny@example.com", "tammy@example.com", "zoe@example.com"]


def test_owners_of_closed_labors_are_owners_too(far, outside):
    quest = Quest(far, outside, {"web": "johnny", "db": "tammy"})
    World(far).throw(2, quest.host("web"))
    assert quest.to(serverOwners=True) == quest.to(laborOwners=True) == ["johnny@example.com", "tammy@example.com"]
    World(far).throw(2, quest.host("db"))
    assert quest.to(laborOwners=True) == ["johnny@example.com", "tammy@example.com"]


@pytest.mark.parametrize("fates, to", [
    ({}, ["johnny", "tammy"]), ({"db": 3}, ["cher", "johnny"]), ({"db": 4}, ["cher", "johnny", "tammy"])])
def test_labor_owners_are_those_whom_the_labors_are_for(far, outside, fates, to):
    quest = Quest(far, outside, {"web": "johnny", "db": "tammy"}, fates)
    assert quest.to(laborOwners=True) == [name + "@example.com" for name in to]
    assert quest.to(laborOwners=True, serverOwners=False) == [name + "@example.com" for name in to]


def test_both_are_added_up(far, outside):
    quest = Quest(far, outside, {"web": "johnny", "db": "tammy", "ns": "cher"}, {"db": 3})
    assert quest.to(laborOwners=True, serverOwners=True) == [n + "@example.com" for n in ("cher", "johnny", "tammy")]


def test_an_owner_gets_it_at_the_contact_that_strongpoc_knows_else_by_name_and_domain(far, outside):
    quest = Quest(far, outside, {"web": "storage", "db": "tammy@example.net", "ns": "a@localhost", "mx": "johnny"})
    assert quest.to(serverOwners=True) == ["a@localhost@example.com", "johnny@example.com", "storage-team@example.org",
                                           "tammy@example.net"]


def test_a_creator_may_have_a_contact_as_well(far, far_set, outside):
    far_set(letter_retention=8)       # with workers that remember nothing
    outside.contacts["cher@example.com"] = "cher@example.org"
    assert Quest(far, outside, {"web": "johnny", "db": "x"}, {"db": 3}).to(laborOwners=True) == [
        "cher@example.org", "johnny@example.com"]
    (request,) = outside.pocs.so_far()
    assert (request.method, request.target) == (
        "GET", "/api/pocs/?expand=teams&expand=service_providers&expand=contact_types"
               "&service_provider__name=hermes&contact_type__name=email")


def test_the_mail_is_what_was_written_with_a_link_to_the_quest_below(far, outside):
    quest = Quest(far, outside, {"web": "johnny"})
    mail = quest.mail(serverOwners=True, subject="Grüße ☃", message="a\n\tb <c> & \"d\"\n")
    assert (mail["from"], mail["to"], mail["subject"]) == ("ann@example.com", ["johnny@example.com"], "Grüße ☃")
    assert mail["text"] == f"a\n\tb <c> & \"d\"\n\n\nhttps://moirai.example.com/v1/quests/{quest.id}"
    assert "html" not in mail and mail.get("cc", []) == []
    (letter,) = quest.letters()
    assert (letter["channel"], letter["kind"], letter["subject"], letter["webhookId"]) == (
        "mail", "quest-mail", "Grüße ☃", None)


def test_the_query_server_is_asked_once_for_the_owners_of_all_hosts(far, outside):
    quest = Quest(far, outside, {"web": "johnny", "db": "tammy", "ü ☃": None})
    World(far).throw(2, quest.host("db"))
    quest.mail(serverOwners=True)
    (request,) = [r for r in outside.query.so_far() if quest.host("web") in r.json()["hostnames"]]
    assert (request.method, request.target) == ("POST", "/api/query")
    assert request.json() == {"operation": "owners", "hostnames": [quest.host(h) for h in ("web", "db", "ü ☃")]}
    assert request.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize("answer", [
    {"status": "error"}, "drop", (500, {}, b""), (404, {}, b""), (200, {}, b"<html>"), {"status": "ok"},
    {"status": "ok", "results": ["johnny"]}, {"status": "ok", "results": {"web": 5}},
    {"status": "ok", "results": {"web": ["a"]}}, {"status": "ok", "results": None}, "stall"], ids=str)
def test_without_an_answer_about_owners_it_is_refused(far, outside, answer):
    quest = Quest(far, outside, {"web": "johnny"})
    outside.query.answer = lambda r: answer
    refused(quest.post(serverOwners=True), 400, "Host owners not found")
    refused(quest.post(laborOwners=True), 400, "Host owners not found")
    assert quest.letters() == []


def test_hosts_without_an_owner_are_left_out(far, outside):
    quest = Quest(far, outside, {"web": "johnny", "db": None, "ns": "", "mx": "x"})
    usual = outside.as_query_server
    outside.query.answer = lambda r: {"status": "ok", "results": {**usual(r)["results"], quest.host("mx"): None, "o": "y"}}
    assert quest.to(serverOwners=True) == ["johnny@example.com"]


def test_where_nobody_is_left_nothing_is_sent_and_all_is_well(far, outside):
    quest = Quest(far, outside, {"web": None})
    assert quest.mail(serverOwners=True) is None
    assert quest.to(laborOwners=True) is None


def test_without_strongpoc_owners_go_by_name_and_domain(far, far_set, outside):
    quest = Quest(far, outside, {"web": "storage"})
    broken = Http(lambda r: (500, {}, b"<html>"))
    far_set(strongpoc_server=broken.url)
    assert quest.to(serverOwners=True) == ["storage@example.com"]
    assert len(broken.so_far()) == 1
    broken.answer = lambda r: {"not": "a list"}
    assert quest.to(serverOwners=True) == ["storage@example.com"]
    broken.close()


def test_in_a_dev_environment_one_gets_it_and_is_told_who_would(far, far_set, outside):
    quest = Quest(far, outside, {"web": "johnny", "db": "tammy"})
    far_set(environment="dev", dev_email_recipient="dev@example.com")
    mail = quest.mail(serverOwners=True)
    assert (mail["to"], mail["subject"]) == (["dev@example.com"], "[DEV] Hello!")
    assert mail["text"].startswith("[DEV]: Sent to DEV\nOriginally addressed as: To: ['johnny@example.com',"
                                   " 'tammy@example.com']   CC: []\n\n\nWork is about\nto commence.\n")


def test_without_a_query_server_owners_are_those_that_hosts_have_here(far, far_set, outside):
    quest = Quest(far, outside, {"web": "johnny", "db": "johnny", "ns": None})
    far_set("query_server", "strongpoc_server")
    outside.forget()
    refused(quest.post(serverOwners=True), 400, "Host owners not found")
    ok(far.put("/hosts/" + quest.host("db"), {"owner": "tammy"}))
    assert quest.to(serverOwners=True) == quest.to(laborOwners=True) == ["tammy@example.com"]
    ok(far.put("/hosts/" + quest.host("ns"), {"owner": "zoe@example.net"}))
    assert quest.to(serverOwners=True) == ["tammy@example.com", "zoe@example.net"]
    assert outside.query.so_far() == []


def test_labors_for_creators_alone_need_no_owner_here(far, far_set, outside):
    quest = World(far).quest(3, f"lonely{next(numbers)}", creator="cher")["id"]
    far_set("query_server", "strongpoc_server")
    refused(far.post(f"/quests/{quest}/mail", {**BODY, "serverOwners": True}), 400, "Host owners not found")
    created(far.post(f"/quests/{quest}/mail", {**BODY, "laborOwners": True}))
    (letter,) = [l for l in ok(far.get("/letters?kind=quest-mail"))["letters"] if l["questId"] == quest]
    assert letter["recipients"] == ["cher@example.com"]


# ---- GET: who would get it

def told(api, quest, **flags):
    said = ok(api.get(f"/quests/{quest.id}/mail?" + "&".join(f"{f}={str(v).lower()}" for f, v in flags.items())))
    assert said.pop("href").startswith(f"{api.base}/quests/{quest.id}/mail?")
    return said


@pytest.mark.parametrize("flags", [{"serverOwners": True}, {"laborOwners": True}, {"serverOwners": True, "laborOwners": True},
                                   {"serverOwners": False, "laborOwners": True}], ids=str)
def test_who_would_get_it_is_who_gets_it(far, outside, flags):
    quest = Quest(far, outside, {"web": "johnny", "db": "storage", "ns": None, "mx": "", "audited": "zoe"}, {"audited": 3})
    said = told(far, quest, **flags)
    assert quest.letters() == []
    mail = quest.mail(**flags)
    assert said == {"mail": True, "may": True, "to": mail["to"], "cc": mail.get("cc", []), "hostsWithoutOwner": 2}
    assert "storage-team@example.org" in said["to"]


def test_query_server_and_strongpoc_are_asked_as_for_the_mail_and_once_for_both(far, far_set, outside):
    far_set(letter_retention=9)       # with workers that remember nothing
    quest = Quest(far, outside, {"web": "johnny", "db": None})
    told(far, quest, serverOwners=True)
    (owners,) = [r for r in outside.query.so_far() if r.method == "POST"]
    assert owners.json() == {"operation": "owners", "hostnames": [quest.host("web"), quest.host("db")]}
    assert len(outside.pocs.so_far()) == 1


def test_in_a_dev_environment_and_with_copies_it_is_told_who_would_get_it(far, far_set, outside):
    quest = Quest(far, outside, {"web": "johnny"})
    far_set(email_always_copy="boss@example.com")
    assert (told(far, quest, serverOwners=True)["to"], told(far, quest, serverOwners=True)["cc"]) == (["johnny@example.com"], ["boss@example.com"])
    far_set(environment="dev", dev_email_recipient="dev@example.com", email_always_copy="boss@example.com")
    assert (told(far, quest, serverOwners=True)["to"], told(far, quest, serverOwners=True)["cc"]) == (["dev@example.com"], [])


def test_it_is_refused_as_the_mail_would_be(far, outside):
    quest = Quest(far, outside, {"web": "johnny"})
    for query in ("", "?serverOwners=false", "?serverOwners=0&laborOwners=no"):
        refused(far.get(f"/quests/{quest.id}/mail{query}"), 400, "Must specify serverOwners and/or laborOwners as true")
    refused(far.get("/quests/777/mail?serverOwners=true"), 404, "Quest 777 not found")
    outside.query.answer = lambda r: {"status": "error"}
    refused(far.get(f"/quests/{quest.id}/mail?serverOwners=true"), 400, "Host owners not found")


def test_who_may_not_mail_is_told_so_and_who_would_get_it(far, far_sql, far_set, outside):
    quest = Quest(far, outside, {"web": "johnny"})
    person(far_sql, "reader")
    far_set(may_mail_owners="superusers")
    reader = far.signed_in("reader", PASSWORD)
    assert [told(who, quest, serverOwners=True)["may"] for who in (reader, far)] == [False, True]
    assert told(reader, quest, serverOwners=True)["to"] == ["johnny@example.com"]
    refused(reader.post(f"/quests/{quest.id}/mail", {**BODY, "serverOwners": True}), 403)


def test_where_no_mail_is_sent_it_is_told_so_and_who_would_get_it(far, far_set, outside):
    quest = Quest(far, outside, {"web": "johnny"})
    far_set(email_notifications=False)
    assert told(far, quest, serverOwners=True) == {
        "mail": False, "may": True, "to": ["johnny@example.com"], "cc": [], "hostsWithoutOwner": 0}


# ---- POST again, without any of these servers

def test_where_no_mail_is_sent_it_is_judged_all_the_same(api, sql, world, outside):
    """As in Hermes."""
    sql.run("select house.reset()")
    world.chain("reboot required", "reboot completed")
    quest = Quest(api, outside, {"web": "johnny"})
    refused(quest.post(serverOwners=True), 400, "Host owners not found")
    ok(api.put("/hosts/" + quest.host("web"), {"owner": "johnny"}))
    refused(quest.post(), 400, "Must specify serverOwners and/or laborOwners as true")
    assert quest.mail(serverOwners=True) is None
    assert ok(api.get("/letters"))["totalLetters"] == 0
