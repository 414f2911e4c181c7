"""Teams: users to whom rights are granted together."""
import pytest

from client import at_once, ok
from polemarch import FORBIDDEN, NOT_FOUND, Rights, gone, grant, held_up, ids, said, withdraw

TAKEN = {"name": ["team with this name already exists."]}
GROUP_TAKEN = {"proxy_group": ["team with this group already exists."]}
MOST = "Ensure this field has no more than %d characters."


@pytest.fixture
def teams(api):
    """The API as the administrator asks it."""
    return api.polemarch


def make(client, name, **more):
    return said(client.post("/teams/", {"name": name, **more}), 201)


# ---- as the document has it

def test_the_examples_of_the_document(teams, sql):
    user = lambda id, name: f'{{"id":{id},"username":"{name}","is_active":true,"is_staff":true,"url":"{teams.base}/users/{id}/"}}'
    team = lambda id, name, users, list: (f'{{"id":{id},"name":"{name}","users":[{users}],"users_list":[{list}],'
                                          f'"owner":{user(1, "admin")},"url":"{teams.base}/teams/{id}/"}}')
    sql.run("insert into people.users (username, superuser) values ('max', true)")
    assert said(teams.post("/teams/", {"name": "myteam"}), 201)["users"] == []
    assert teams.patch("/teams/1/", {"users_list": [1]}).text == team(1, "myteam", user(1, "admin"), 1)
    assert teams.get("/teams/1/").text == team(1, "myteam", user(1, "admin"), 1)
    assert teams.get("/teams/?name__not=outsiders").text == (
        f'{{"count":1,"next":null,"previous":null,"results":[{{"id":1,"name":"myteam","url":"{teams.base}/teams/1/"}}]}}')
    made = teams.post("/teams/", {"name": "another_team"})
    assert (made.status_code, made.text) == (201, team(2, "another_team", "", ""))
    assert made.headers["Location"] == "/polemarch/api/v1/teams/2/"
    changed = teams.patch("/teams/2/", {"name": "another_team", "users_list": [1, 2]})
    assert (changed.status_code, changed.text) == (200, team(2, "another_team", user(1, "admin") + "," + user(2, "max"), "1,2"))
    gone(teams.delete("/teams/2/"))
    assert said(teams.get("/teams/2/"), 404) == NOT_FOUND and ids(teams.get("/teams/")) == [1]


# ---- fields

def test_who_makes_a_team_owns_it(teams, ann):
    made = make(ann, "hers", users_list=[1], owner=1)
    assert made["owner"] == {"id": 2, "username": "ann", "is_active": True, "is_staff": False, "url": teams.base + "/users/2/"}
    assert made["users_list"] == [1] and said(ann.get("/teams/1/owner/")) == 2


def test_members_are_set_and_emptied_by_their_ids(teams, ann, bob):
    assert make(teams, "t", users_list=[3, 1, 3, "2", 99, -1, 0, "999999999999999999"])["users_list"] == [1, 2, 3]
    for body, members in (({"users_list": [2]}, [2]), ({"users_list": [3, 1]}, [1, 3]), ({}, [1, 3]), ({"users": [2]}, [1, 3]),
                          ({"users_list": [99]}, []), ({"users_list": ["+1", "003"]}, [1, 3]), ({"users_list": []}, [])):
        changed = said(teams.patch("/teams/1/", body))
        assert changed["users_list"] == members == [u["id"] for u in changed["users"]]
        assert said(teams.get("/teams/1/")) == changed
    assert said(teams.put("/teams/1/", {"name": "t", "users_list": [2]}))["users"] == [
        {"id": 2, "username": "ann", "is_active": True, "is_staff": False, "url": teams.base + "/users/2/"}]
    assert said(teams.put("/teams/1/", {"name": "t"}))["users_list"] == [2]


def test_members_are_numbers_in_a_list(teams):
    make(teams, "t", users_list=[1])
    not_numbers = ["A valid integer is required."]
    for value, error in ((None, ["This field may not be null."]), ("1", ['Expected a list of items but got type "str".']),
                         (1, ['Expected a list of items but got type "int".']),
                         ({}, ['Expected a list of items but got type "dict".']),
                         ([1, "a"], not_numbers), ([1.5], not_numbers), ([None], not_numbers), ([True], not_numbers),
                         ([[1]], not_numbers),
                         ([{"id": 1}], not_numbers), ([""], not_numbers), ([10**18], not_numbers), (["1 or 1=1"], not_numbers)):
        for call, path in ((teams.patch, "/teams/1/"), (teams.put, "/teams/1/"), (teams.post, "/teams/")):
            assert said(call(path, {"name": "x", "users_list": value}), 400) == {"users_list": error}
    assert said(teams.get("/teams/1/"))["users_list"] == [1]


def test_a_name_is_one_line_of_1_to_80_characters(teams):
    make(teams, "t")
    blank, null, no_text = ["This field may not be blank."], ["This field may not be null."], ["Not a valid string."]
    for value, error in (("", blank), (" \n", blank), (None, null), (True, no_text), ([], no_text), ({}, no_text),
                         ("x" * 81, [MOST % 80]), ("ä" * 81, [MOST % 80]), ("a\nb", ["Enter one line."])):
        for call, path in ((teams.patch, "/teams/1/"), (teams.put, "/teams/1/"), (teams.post, "/teams/")):
            assert said(call(path, {"name": value}), 400) == {"name": error}
    for value, name in (("x" * 80, "x" * 80), ("  a  b ", "a  b"), (5, "5"), ("ä\U0001f600" * 40, "ä\U0001f600" * 40)):
        assert said(teams.patch("/teams/1/", {"name": value}))["name"] == name
    for call, path in ((teams.put, "/teams/1/"), (teams.post, "/teams/")):
        assert said(call(path, {"users_list": "x"}), 400) == {"name": ["This field is required."],
                                                              "users_list": ['Expected a list of items but got type "str".']}


def test_a_name_is_given_once(teams, ann):
    make(teams, "myteam")
    make(teams, "other")
    for name in ("myteam", " myteam "):
        assert said(teams.post("/teams/", {"name": name}), 400) == TAKEN
        assert said(ann.post("/teams/", {"name": name}), 400) == TAKEN
        assert said(teams.patch("/teams/2/", {"name": name}), 400) == TAKEN
        assert said(teams.put("/teams/2/", {"name": name, "users_list": [1]}), 400) == TAKEN
    assert said(teams.put("/teams/1/", {"name": "myteam"}))["name"] == "myteam"
    assert make(teams, "Myteam")["id"] == 3        # no id was used up
    gone(teams.delete("/teams/1/"))
    assert said(teams.patch("/teams/2/", {"name": "myteam"}))["users_list"] == []


def test_a_group_of_the_proxy_is_for_superusers_and_shown_when_there_is_one(teams, ann):
    made = make(teams, "t", proxy_group="ops")
    assert list(made) == ["id", "name", "users", "users_list", "owner", "proxy_group", "url"] and made["proxy_group"] == "ops"
    assert said(teams.patch("/teams/1/", {"proxy_group": "dev \"team\""}))["proxy_group"] == 'dev "team"'
    assert said(teams.patch("/teams/1/", {"name": "u"}))["proxy_group"] == 'dev "team"'
    assert "proxy_group" not in said(teams.patch("/teams/1/", {"proxy_group": ""}))
    assert "proxy_group" not in make(teams, "v", proxy_group="")
    assert said(teams.patch("/teams/1/", {"proxy_group": "ops"}))["proxy_group"] == "ops"
    assert said(teams.patch("/teams/2/", {"proxy_group": "ops"}), 400) == GROUP_TAKEN
    assert said(teams.post("/teams/", {"name": "w", "proxy_group": "ops"}), 400) == GROUP_TAKEN
    for value, error in (("x" * 256, MOST % 255), (None, "This field may not be null."), ("a\nb", "Enter one line."),
                         ([], "Not a valid string.")):
        assert said(teams.patch("/teams/2/", {"proxy_group": value}), 400) == {"proxy_group": [error]}
    own = make(ann, "hers")["id"]
    for value in ("ops", "mine", ""):
        assert said(ann.patch(f"/teams/{own}/", {"proxy_group": value}), 403) == FORBIDDEN
    assert said(ann.post("/teams/", {"name": "x", "proxy_group": "mine"}), 403) == FORBIDDEN
    assert "proxy_group" not in said(ann.get(f"/teams/{own}/"))
    assert ids(teams.get("/teams/?name=x")) == []


# ---- who may what

def test_everybody_lists_all_teams_and_makes_new_ones(teams, ann, bob):
    make(teams, "a")
    make(ann, "b")
    for client in (teams, ann, bob):
        assert said(client.get("/teams/"))["results"] == [{"id": 1, "name": "a", "url": teams.base + "/teams/1/"},
                                                          {"id": 2, "name": "b", "url": teams.base + "/teams/2/"}]


def test_members_see_their_team_and_others_do_not(teams, ann, bob):
    make(teams, "t", users_list=[2])
    assert said(ann.get("/teams/1/"))["users_list"] == [2]
    assert (said(ann.get("/teams/1/permissions/")), said(ann.get("/teams/1/owner/"))) == ([], 1)
    for call, path, body in ((ann.patch, "/teams/1/", {}), (ann.patch, "/teams/1/", {"users_list": [2, 3]}),
                             (ann.put, "/teams/1/", {}),
                             (ann.delete, "/teams/1/", None), (ann.put, "/teams/1/owner/", 2),
                             (ann.post, "/teams/1/permissions/", []),
                             (ann.put, "/teams/1/permissions/", [grant(2, "MASTER")]),
                             (withdraw(ann), "/teams/1/permissions/", [])):
        assert said(call(path, body), 403) == FORBIDDEN
    for path in ("/teams/1/", "/teams/1/permissions/", "/teams/1/owner/"):
        assert said(bob.get(path), 403) == FORBIDDEN
    said(teams.patch("/teams/1/", {"users_list": [3]}))
    assert said(ann.get("/teams/1/"), 403) == FORBIDDEN and said(bob.get("/teams/1/"))["name"] == "t"


def test_teams_are_found_by_a_member_for_who_may_look_into_them(teams, ann, bob):
    for name, members in (("a", [2, 3]), ("b", [3]), ("c", [2]), ("d", [])):
        make(teams, name, users_list=members)
    for client, member, found in ((teams, 2, [1, 3]), (ann, 2, [1, 3]), (bob, 2, [1]), (bob, 3, [1, 2]), (teams, 1, []), (teams, 99, []), (teams, "x", [])):
        assert ids(client.get(f"/teams/?member={member}")) == found, (client, member)
    page = said(teams.get("/teams/?member=2&limit=1&name__not=x"))
    assert (page["count"], [r["name"] for r in page["results"]]) == (2, ["a"]) and "member=2" in page["next"]
    said(teams.patch("/teams/1/", {"users_list": [3]}))
    assert ids(teams.get("/teams/?member=2")) == [3] and ids(ann.get("/teams/?member=3")) == []


@pytest.mark.parametrize("through", ["user", "team"])
def test_each_role_on_a_team_may_its_part(people, teams, through):
    """A team may have a role on another, which its members then have."""
    who, boss = people.new("who"), people.new("boss", superuser=True)
    make(teams, "others", users_list=[who.id])
    for id, (role, may) in enumerate({"none": "", "EXECUTOR": "see", "EDITOR": "see edit", "MASTER": "see edit grant",
                                      "OWNER": "see edit grant own", "superuser": "see edit grant own"}.items(), 2):
        make(teams, role)
        if role == "OWNER":
            said(teams.put(f"/teams/{id}/owner/", who.id))
        elif role not in ("none", "superuser"):
            said(teams.post(f"/teams/{id}/permissions/",
                            [{"user": grant(who.id, role), "team": grant(1, role, "team")}[through]]))
        may_only(boss if role == "superuser" else who, f"/teams/{id}/", may, said(teams.get(f"/teams/{id}/permissions/")))


def may_only(who, team, may, permissions):
    tries = {"see": [(who.get, "", None), (who.get, "permissions/", None), (who.get, "owner/", None)],
             "edit": [(who.patch, "", {"name": "u"}), (who.put, "", {"name": "t", "users_list": [1]}),
                      (who.patch, "", {"users_list": []})],
             "grant": [(who.post, "permissions/", [grant(1, "EDITOR")]), (withdraw(who), "permissions/", [grant(1, "EDITOR")]),
                       (who.put, "permissions/", permissions)],
             "own": [(who.put, "owner/", who.id)], "edit last": [(who.delete, "", None)]}
    for verb, calls in tries.items():
        for call, what, body in calls:
            answer = call(team + what, *([] if body is None else [body]))
            if verb.split()[0] not in may:
                assert said(answer, 403) == FORBIDDEN
            else:
                gone(answer) if call == who.delete else said(answer)


def test_a_new_owner_has_the_power_and_the_old_one_no_longer(teams, ann, bob):
    make(ann, "t", users_list=[1])
    assert said(ann.put("/teams/1/owner/", 3)) == {"detail": "Owner changed"}
    assert said(ann.get("/teams/1/"), 403) == FORBIDDEN and said(ann.put("/teams/1/owner/", 2), 403) == FORBIDDEN
    assert said(bob.patch("/teams/1/", {"users_list": [2]}))["owner"]["username"] == "bob"
    assert said(ann.get("/teams/1/"))["owner"]["id"] == 3            # as a member
    said(bob.post("/teams/1/permissions/", [grant(2, "MASTER")]))
    said(bob.put("/teams/1/owner/", 1))
    assert said(ann.put("/teams/1/permissions/", [])) == []
    assert said(bob.get("/teams/1/"), 403) == FORBIDDEN


# ---- deleting

def test_what_was_granted_to_a_deleted_team_is_granted_no_more(teams, ann, sql):
    rights = Rights(sql)
    rights.add("inventory", [1], 1)
    rights.add("host", [1], 1)
    rights.part("inventory", 1, "host", 1)
    make(teams, "t", users_list=[2])
    said(teams.post("/inventories/1/permissions/", [grant(1, "MASTER", "team"), grant(1, "EDITOR")]))
    assert said(ann.get("/hosts/1/owner/")) == said(ann.get("/inventories/1/owner/")) == 1
    gone(teams.delete("/teams/1/"))
    for path in ("/hosts/1/owner/", "/inventories/1/owner/"):
        assert said(ann.get(path), 403) == FORBIDDEN
    assert said(teams.get("/inventories/1/permissions/")) == [grant(1, "EDITOR")]
    # A new team is another.
    make(teams, "t", users_list=[2])
    assert said(ann.get("/inventories/1/owner/"), 403) == FORBIDDEN


# ---- at the same moment

def test_of_two_who_take_a_name_at_the_same_moment_one_gets_it(api, teams, sql):
    clients = [teams.signed_in(*api.auth) for _ in range(4)]
    for i in range(4):
        answers = at_once([lambda c=c: c.post("/teams/", {"name": f"t{i}", "users_list": [1]}) for c in clients])
        assert sorted(a.status_code for a in answers) == [201, 400, 400, 400]
        assert all(a.json() == TAKEN for a in answers if a.status_code == 400)
    for i in range(4):
        a, b = at_once([lambda c=c, n=n: c.patch(f"/teams/{n}/", {"name": f"same{i}"}) for c, n in zip(clients, (1, 2))])
        assert sorted((a.status_code, b.status_code)) == [200, 400]
        assert TAKEN in (a.json(), b.json())
    assert sql.one("select max(id) - count(*) from people.teams") == 0


def test_a_team_that_is_deleted_while_it_is_changed_is_changed_or_missed(api, teams, ann, sql):
    clients = [teams.signed_in(*api.auth) for _ in range(7)]
    Rights(sql).add("host", [1], 1)
    for i in range(12):
        t = make(teams, f"t{i}", users_list=[1])["id"]
        answers = at_once([lambda: clients[0].delete(f"/teams/{t}/"), lambda: clients[6].delete(f"/teams/{t}/"),
                           lambda: clients[1].post(f"/teams/{t}/permissions/", [grant(2, "EDITOR")]),
                           lambda: clients[2].put(f"/hosts/1/permissions/", [grant(t, "EDITOR", "team"), grant(2, "EDITOR")]),
                           lambda: clients[3].patch(f"/teams/{t}/", {"name": f"u{i}", "users_list": [2]}),
                           lambda: clients[4].put(f"/teams/{t}/owner/", 2),
                           lambda: clients[5].get(f"/teams/{t}/")])
        codes = [a.status_code for a in answers]
        assert sorted([codes[0], codes.pop(1)]) == [204, 404]
        assert codes[1] in (200, 404) and codes[2] in (200, 400) and codes[3] in (200, 404), codes
        assert codes[4] in (200, 404) and codes[5] in (200, 404), codes
        assert [r for r in said(teams.get("/hosts/1/permissions/")) if r["member_type"] == "team"] == []
    assert ids(teams.get("/teams/")) == []


def test_a_member_who_is_deleted_at_the_same_moment_is_none(instance, api, teams, people):
    """The user's deletion is held up until the change of the team waits for it."""
    make(teams, "t")
    id = people.new("x").id
    (answer,) = held_up(instance, f"select people.rights_own(); delete from people.visible where principal = {id};"
                        f" delete from people.users where id = {id}", lambda: teams.patch("/teams/1/", {"users_list": [1, id]}))
    assert said(answer)["users_list"] == [1]


# ---- the audit

def test_the_audit_tells_who_did_what_to_which_team(api, teams, ann, bob):
    make(ann, "t", users_list=[2])
    said(ann.patch("/teams/1/", {"users_list": [2, 3]}))
    said(ann.post("/teams/1/permissions/", [grant(3, "MASTER") | {"password": "secret"}]))
    said(withdraw(bob)("/teams/1/permissions/", [grant(3, "MASTER")]))
    said(bob.put("/teams/1/permissions/", []), 403)
    said(ann.put("/teams/1/permissions/", []))
    said(ann.put("/teams/1/owner/", 3))
    gone(bob.delete("/teams/1/"))
    rows = list(reversed(ok(api.hermes.get("/audit?kind=team&objectId=1&limit=all"))["audit"]))
    assert [(r["verb"], r["username"], r["via"], r["objectIds"], r["totalObjects"]) for r in rows] == [
        ("create", "ann", "token", [1], 1), ("update", "ann", "token", [1], 1), ("add permissions", "ann", "token", [1], 1),
        ("remove permissions", "bob", "token", [1], 1), ("replace permissions", "ann", "token", [1], 1),
        ("change owner", "ann", "token", [1], 1), ("delete", "bob", "token", [1], 1)]
    assert [r["details"] for r in rows[:3] + rows[5:]] == [{"name": "t", "users_list": [2]}, {"users_list": [2, 3]},
                                                           {"permissions": [grant(3, "MASTER")]}, {"owner": 3}, {"name": "t"}]
    assert "secret" not in api.hermes.get("/audit?limit=all").text
    assert ok(api.hermes.get("/audit?kind=team&verb=delete&userId=3"))["audit"][0]["objectIds"] == [1]
