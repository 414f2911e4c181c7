"""The settings may_*: who may throw restricted events, mail owners, edit fates and delete them. Superusers always may."""
import itertools

import pytest

from client import created, ok, refused
from instance import PASSWORD, SETTINGS
from people import person, team
from world import World

FOR_ADMINISTRATORS, FOR_OPERATORS = "This is for administrators.", "This is for the team the operators."
MAIL = {"laborOwners": True, "from": "me", "subject": "Hello", "message": "words"}
numbers = itertools.count(1)


class House:
    """Somebody of each sort, and what they may want to do; each deed is done on things of its own."""

    def __init__(self, api, sql):
        self.sql, self.world = sql, World(api)
        operator = person(sql, "operator")
        person(sql, "joe")
        person(sql, "boss", superuser=True)
        self.team = team(sql, "the operators", operator)
        team(sql, "operators", sql.one("select id from people.users where username = 'joe'"))
        self.people = {name: api.signed_in(name, PASSWORD) for name in ("joe", "operator", "boss")}
        self.restricted = self.world.type("reboot required", restricted=True)
        self.free = self.world.type("reboot done")
        self.fate = self.world.fate(self.restricted, forCreator=True, forOwner=False)
        self.quest = self.world.quest(self.fate, "web")["id"]

    def throw(self, client, type=None):
        return [client.post("/events", {"user": "x", "eventTypeId": type or self.restricted, "hostname": "web"}),
                client.post("/events", {"user": "x", "category": "reboot", "state": "done" if type else "required",
                                        "hostnames": ["web", "db"]})]

    def mail(self, client):
        return [client.post(f"/quests/{self.quest}/mail", MAIL)]

    def edit(self, client):
        return [client.post("/eventtypes", {"category": "new", "state": f"state{next(numbers)}", "description": "x"}),
                client.post("/eventtypes", {"eventTypes": [{"category": "new", "state": f"state{next(numbers)}",
                                                            "description": "x"}]}),
                client.put(f"/eventtypes/{self.free}", {"description": f"described {next(numbers)}"}),
                client.post("/fates", {"creationEventTypeId": self.free, "followsId": self.fate,
                                       "description": f"f{next(numbers)}"}),
                client.put(f"/fates/{self.fate}", {"description": f"described {next(numbers)}"})]

    def delete(self, client):
        type, closing = self.world.type(f"new state{next(numbers)}"), self.world.type(f"new state{next(numbers)}")
        fate = self.world.fate(closing, self.fate)
        self.before = self.sql.state()
        return [client.delete(f"/eventtypes/{type}"), client.delete(f"/fates/{fate}")]

    def must(self, deed, **refusals):
        """joe=, operator=: with what words each is refused; whoever is not named may do it."""
        for name, client in self.people.items():
            self.before = self.sql.state()
            for answer in deed(client):
                if name in refusals:
                    refused(answer, 403, refusals[name])
                else:
                    assert answer.status_code in (200, 201), (name, answer.url, answer.text)
            if name in refusals:
                assert self.sql.state() == self.before


@pytest.fixture
def own_house(own, own_sql):
    return House(own, own_sql)


@pytest.fixture
def settings(own_instance):
    yield lambda **more: own_instance.renew({**SETTINGS, **more})
    own_instance.renew(SETTINGS)


def test_everybody_may_all_but_delete_unless_told(api, sql):
    house = House(api, sql)
    for deed in (house.throw, house.mail, house.edit):
        house.must(deed)
    house.must(house.delete, joe=FOR_ADMINISTRATORS, operator=FOR_ADMINISTRATORS)


def test_superusers_and_a_team_may_what_the_settings_say(own_house, settings):
    house = own_house
    administrators = {"joe": FOR_ADMINISTRATORS, "operator": FOR_ADMINISTRATORS}
    settings(may_throw_restricted="team the operators", may_mail_owners="superusers", may_edit_fates="team the operators",
             may_delete_fates="everyone")
    house.must(house.throw, joe=FOR_OPERATORS)
    house.must(house.mail, **administrators)
    house.must(house.edit, joe=FOR_OPERATORS)
    house.must(house.delete)
    settings(may_throw_restricted="superusers", may_mail_owners="team the operators", may_edit_fates="superusers",
             may_delete_fates="team the operators")
    house.must(house.throw, **administrators)
    house.must(house.mail, joe=FOR_OPERATORS)
    house.must(house.edit, **administrators)
    house.must(house.delete, joe=FOR_OPERATORS)

    house.must(lambda client: house.throw(client, house.free))          # what is not restricted anybody throws
    for client in house.people.values():                                # and anybody reads
        for path in ("/eventtypes", "/fates", "/events", f"/quests/{house.quest}"):
            ok(client.get(path))

    # Who enters the team or leaves it may or may not at once; as is so when the team is called otherwise.
    joe, operator = house.people["joe"], house.people["operator"]
    house.sql.run("select people.team_members_set(%s, array(select id from people.users where username = 'joe'))", house.team)
    created(house.mail(joe)[0])
    refused(house.mail(operator)[0], 403, FOR_OPERATORS)
    house.sql.run("update people.teams set name = 'them' where id = %s", house.team)
    refused(house.mail(joe)[0], 403, FOR_OPERATORS)
    created(house.mail(house.people["boss"])[0])


def test_whoever_may_not_is_told_so_before_what_is_wrong_with_what_was_sent(api, sql):
    house = House(api, sql)
    for path in ("/eventtypes/99", "/fates/99", f"/eventtypes/{house.restricted}"):
        refused(house.people["joe"].delete(path), 403, FOR_ADMINISTRATORS)
    refused(house.people["boss"].delete("/fates/99"), 404)
