"""Who may do what with an object: permissions and owners, for each kind. The objects here are made by people/rights.sql, as
their own tables will."""
import itertools

import pytest

from client import at_once, ok
from polemarch import FORBIDDEN, KINDS, NOT_FOUND, grant, may_see, said, withdraw

ROLES = ["EXECUTOR", "EDITOR", "MASTER"]
DUPLICATES = {"detail": "There is duplicates in your permissions set.", "error_type": "ValueError"}
NOBODY = {"detail": "User matching query does not exist.", "error_type": "DoesNotExist"}


@pytest.fixture
def admin(api):
    return api.polemarch


@pytest.fixture
def host(rights, ann):
    """The path of one, which is the administrator's."""
    rights.add("host", [1], 1)
    return "/hosts/1"


# ---- as the document has it

def test_the_examples_of_the_document(admin, rights, ann):
    rights.add("host", [123], 1)
    both = [{"member": 1, "role": "EDITOR", "member_type": "user"}, {"member": 2, "role": "MASTER", "member_type": "user"}]
    text = '[{"member":1,"role":"EDITOR","member_type":"user"},{"member":2,"role":"MASTER","member_type":"user"}]'
    path = "/hosts/123/permissions/"
    assert admin.get(path).text == "[]"
    for call in (admin.post, admin.put, admin.post):
        answer = call(path, both)
        assert (answer.status_code, answer.text) == (200, text)
    assert admin.get(path).text == text
    answer = withdraw(admin)(path, both)
    assert (answer.status_code, answer.text) == (200, "[]")
    answer = admin.put("/hosts/123/owner/", 2)
    assert (answer.status_code, answer.text) == (200, '{"detail":"Owner changed"}')
    assert admin.get("/hosts/123/owner/").text == "2"


def test_of_what_is_not_there_nobody_has_permissions(admin, people, rights, ann):
    for kind in KINDS.values():
        rights.add(kind, [1], 1)
    for path, client, id in itertools.product(KINDS, (admin, ann), ("2", "0", "99999999999999999999999")):
        path = f"/{path}/{id}/"
        for call, what, body in ((client.get, "permissions/", None), (client.post, "permissions/", []),
                                 (client.put, "permissions/", [grant(9, "x")]),
                                 (withdraw(client), "permissions/", []), (client.get, "owner/", None), (client.put, "owner/", 2)):
            assert said(call(path + what, *([] if body is None else [body])), 404) == NOT_FOUND


# ---- who may

def attempt(client, path, before):
    """What the client may do with it, of see, grant and own."""
    calls = {"see": [(client.get, "permissions/", None), (client.get, "owner/", None)],
             "grant": [(client.post, "permissions/", [grant(1, "EDITOR")]),
                       (withdraw(client), "permissions/", [grant(1, "EDITOR")]), (client.put, "permissions/", before)],
             "own": [(client.put, "owner/", getattr(client, "id", 1))]}
    may = []
    for verb, tries in calls.items():
        codes = {call(f"{path}/{what}", *([] if body is None else [body])).status_code for call, what, body in tries}
        assert codes in ({200}, {403})
        if codes == {200}:
            may.append(verb)
    return may


@pytest.mark.parametrize("through", ["user", "team"])
def test_each_role_may_its_part(admin, people, rights, ann, through):
    boss = people.new("boss", superuser=True)
    for path, kind in KINDS.items():
        rights.add(kind, [1, 2, 3, 4, 5], 1)
    team = said(admin.post("/teams/", {"name": "members", "users_list": [2]}), 201)["id"]
    member = lambda role: [grant({"user": 2, "team": team}[through], role, through)]
    for path in KINDS:
        for id, role in enumerate(ROLES, 2):
            assert said(admin.put(f"/{path}/{id}/permissions/", member(role))) == member(role)
        said(admin.put(f"/{path}/5/owner/", 2))
        assert attempt(ann, f"/{path}/1", []) == []
        assert attempt(ann, f"/{path}/2", member("EXECUTOR")) == ["see"]
        assert attempt(ann, f"/{path}/3", member("EDITOR")) == ["see"]
        assert attempt(ann, f"/{path}/4", member("MASTER")) == ["see", "grant"]
        assert attempt(ann, f"/{path}/5", []) == ["see", "grant", "own"]
        assert attempt(boss, f"/{path}/1", []) == ["see", "grant", "own"]
        rows = [[], *(member(role) for role in ROLES), []]
        assert [said(admin.get(f"/{path}/{id}/permissions/")) for id in range(1, 6)] == rows
        assert [said(admin.get(f"/{path}/{id}/owner/")) for id in range(1, 6)] == [boss.id, 1, 1, 1, 2]


def test_the_highest_of_several_roles_counts(admin, ann, bob, host):
    for name in ("a", "b", "c"):
        said(admin.post("/teams/", {"name": name, "users_list": [] if name == "c" else [2]}), 201)
    rows = [grant(1, "EXECUTOR", "team"), grant(2, "EXECUTOR"), grant(2, "MASTER", "team"), grant(3, "MASTER", "team"),
            grant(3, "EDITOR")]
    said(admin.put(host + "/permissions/", rows))
    assert said(ann.post(host + "/permissions/", [])) == rows
    # Without the team that had it, and again with it as one's own.
    said(admin.patch("/teams/2/", {"users_list": []}))
    assert said(ann.post(host + "/permissions/", []), 403) == FORBIDDEN and may_see(ann, host) == [host]
    said(admin.post(host + "/permissions/", [grant(2, "MASTER")]))
    assert said(ann.post(host + "/permissions/", []))[-1] == grant(2, "MASTER")
    assert said(bob.post(host + "/permissions/", []), 403) == FORBIDDEN


def test_a_team_gives_its_members_what_it_has_and_its_owner_nothing(admin, ann, bob, host):
    said(bob.post("/teams/", {"name": "t", "users_list": [2]}), 201)
    said(admin.post(host + "/permissions/", [grant(1, "MASTER", "team")]))
    assert said(ann.get(host + "/permissions/")) == [grant(1, "MASTER", "team")]
    assert said(bob.get(host + "/permissions/"), 403) == FORBIDDEN
    said(bob.patch("/teams/1/", {"users_list": [3]}))
    assert said(ann.get(host + "/permissions/"), 403) == FORBIDDEN
    assert said(withdraw(bob)(host + "/permissions/", [grant(1, "MASTER", "team")])) == []
    assert said(bob.get(host + "/permissions/"), 403) == FORBIDDEN


def test_a_team_and_a_user_of_the_same_number_are_two(admin, ann, bob, host):
    said(admin.post("/teams/", {"name": "a"}), 201)
    said(admin.post("/teams/", {"name": "b", "users_list": [3]}), 201)
    both = [grant(2, "EDITOR", "team"), grant(2, "EXECUTOR")]
    assert said(admin.post(host + "/permissions/", both)) == both
    assert said(withdraw(admin)(host + "/permissions/", [grant(2, "EDITOR", "user")])) == both[:1]
    assert (may_see(ann, host), may_see(bob, host)) == ([], [host])


# ---- permissions/

def test_post_sets_roles_and_leaves_the_others(admin, ann, bob, host):
    path = host + "/permissions/"
    assert said(admin.post(path, [grant(2, "EDITOR")])) == [grant(2, "EDITOR")]
    assert said(admin.post(path, [grant(3, "EXECUTOR"), grant(1, "MASTER")])) == [grant(2, "EDITOR"), grant(3, "EXECUTOR"),
                                                                                  grant(1, "MASTER")]
    # Oldest first: who gets another role is the youngest.
    assert said(admin.post(path, [grant(2, "EXECUTOR")])) == [grant(3, "EXECUTOR"), grant(1, "MASTER"), grant(2, "EXECUTOR")]
    assert said(admin.post(path, [])) == said(admin.get(path)) == said(ann.get(path))


def test_put_makes_it_exactly_this(admin, ann, bob, host):
    path = host + "/permissions/"
    for rows in ([grant(2, "EDITOR"), grant(3, "MASTER")], [grant(3, "EXECUTOR")],
                 [grant(1, "EDITOR"), grant(2, "EDITOR"), grant(3, "EDITOR")], [grant(3, "EDITOR"), grant(1, "EDITOR")], []):
        assert said(admin.put(path, rows)) == said(admin.get(path)) == rows
        assert (may_see(ann, host), may_see(bob, host)) == ([host] * (grant(2, "EDITOR") in rows),
                                                            [host] * any(r["member"] == 3 for r in rows))


def test_delete_takes_members_out_whatever_their_roles(admin, ann, bob, host):
    path = host + "/permissions/"
    rows = [grant(1, "MASTER"), grant(2, "EDITOR"), grant(3, "EXECUTOR")]
    said(admin.put(path, rows))
    assert said(withdraw(admin)(path, [])) == rows
    assert said(withdraw(admin)(path, [grant(99, "MASTER"), grant(99, "MASTER", "team"), grant(2, "EDITOR", "team"),
                                       grant(0, "x")])) == rows
    assert said(withdraw(admin)(path, [grant(2, "MASTER")])) == [rows[0], rows[2]]
    assert said(withdraw(admin)(path, [{"member": 1, "member_type": "user"},
                                       {"member": 3, "member_type": "user", "role": "nonsense"}])) == []
    assert said(withdraw(admin)(path, rows)) == []
    assert may_see(ann, host) == []


def test_members_may_be_numbers_as_text_and_what_else_is_said_is_passed_over(admin, ann, host):
    assert said(admin.post(host + "/permissions/",
                           [{"member": "2", "role": "EDITOR", "member_type": "user", "id": 5, "x": [1]}])) == [grant(2, "EDITOR")]
    assert said(withdraw(admin)(host + "/permissions/", [{"member": "02", "member_type": "user"}])) == []


WRONG = [
    ({}, {"non_field_errors": ['Expected a list of items but got type "dict".']}),
    (5, {"non_field_errors": ['Expected a list of items but got type "int".']}),
    ("x", {"non_field_errors": ['Expected a list of items but got type "str".']}),
    (None, {"non_field_errors": ['Expected a list of items but got type "NoneType".']}),
    (grant(2, "EDITOR"), {"non_field_errors": ['Expected a list of items but got type "dict".']}),
    ([5], {"detail": {"non_field_errors": ["Invalid data. Expected a dictionary, but got int."]}}),
    ([None], {"detail": {"non_field_errors": ["Invalid data. Expected a dictionary, but got NoneType."]}}),
    ([[grant(2, "EDITOR")]], {"detail": {"non_field_errors": ["Invalid data. Expected a dictionary, but got list."]}}),
    ([grant(2, "EDITOR", "group")], {"detail": {"member_type": ["Unknown member type group."]}}),
    ([grant(2, "EDITOR", "User")], {"detail": {"member_type": ["Unknown member type User."]}}),
    ([grant(2, "EDITOR", None)], {"detail": {"member_type": ["Unknown member type null."]}}),
    ([{"member": 2, "role": "EDITOR"}], {"detail": {"member_type": ["Unknown member type null."]}}),
    ([grant("x", "EDITOR")], {"detail": {"member": ["Incorrect type. Expected pk value, received str."]}}),
    ([grant("", "EDITOR")], {"detail": {"member": ["Incorrect type. Expected pk value, received str."]}}),
    ([grant(-2, "EDITOR")], {"detail": {"member": ["Incorrect type. Expected pk value, received int."]}}),
    ([grant(2.5, "EDITOR")], {"detail": {"member": ["Incorrect type. Expected pk value, received float."]}}),
    ([grant(True, "EDITOR")], {"detail": {"member": ["Incorrect type. Expected pk value, received bool."]}}),
    ([grant([2], "EDITOR")], {"detail": {"member": ["Incorrect type. Expected pk value, received list."]}}),
    ([grant(None, "EDITOR")], {"detail": {"member": ["Incorrect type. Expected pk value, received NoneType."]}}),
    ([{"role": "EDITOR", "member_type": "user"}],
     {"detail": {"member": ["Incorrect type. Expected pk value, received NoneType."]}}),
    ([grant(2, "EDITOR"), grant(3, "EDITOR"), grant(2, "EDITOR")], DUPLICATES),
    ([grant(2, "EDITOR"), grant("2", "MASTER")], DUPLICATES)]
WRONG_ROLES = [
    *(([grant(2, role)], {"detail": {"role": [f"Unknown role {role}."]}}) for role in ("OWNER", "editor", "Editor", " EDITOR", "",
                                                                                       "X", "SUPERUSER")),
    ([grant(2, None)], {"detail": {"role": ["Unknown role null."]}}),
    ([{"member": 2, "member_type": "user"}], {"detail": {"role": ["Unknown role null."]}}),
    ([grant(99, "EDITOR")], {"detail": {"member": ['Invalid pk "99" - object does not exist.']}}),
    ([grant(0, "EDITOR")], {"detail": {"member": ['Invalid pk "0" - object does not exist.']}}),
    ([grant(999999999999999999, "EDITOR")], {"detail": {"member": ['Invalid pk "999999999999999999" - object does not exist.']}}),
    ([grant(3, "EDITOR", "team")], {"detail": {"member": ['Invalid pk "3" - object does not exist.']}}),
    ([grant(3, "MASTER"), grant(2, "MASTER"), grant(99, "MASTER")],
     {"detail": {"member": ['Invalid pk "99" - object does not exist.']}})]


def test_wrong_permissions_are_refused_and_nothing_is_changed(admin, ann, bob, host, sql):
    path = host + "/permissions/"
    rows = [grant(2, "EXECUTOR"), grant(1, "EDITOR")]
    said(admin.put(path, rows))
    state = sql.state()
    for call, wrong in ((admin.post, WRONG + WRONG_ROLES), (admin.put, WRONG + WRONG_ROLES), (withdraw(admin), WRONG)):
        for body, error in wrong:
            assert said(call(path, b"null" if body is None else body), 400) == error, body
    # Who may not is told that, whatever he says.
    for call in (ann.post, ann.put, withdraw(ann)):
        assert said(call(path, [5]), 403) == FORBIDDEN
    assert said(admin.get(path)) == rows and sql.state() == state


def test_a_master_may_grant_all_there_is_and_shut_himself_out(admin, ann, bob, host):
    path = host + "/permissions/"
    said(admin.post(path, [grant(2, "MASTER")]))
    assert said(ann.post(path, [grant(3, "MASTER")])) == [grant(2, "MASTER"), grant(3, "MASTER")]
    assert said(ann.post(path, [grant(3, "OWNER")]), 400)["detail"]["role"] == ["Unknown role OWNER."]
    assert said(bob.post(path, [grant(2, "EDITOR")])) == [grant(3, "MASTER"), grant(2, "EDITOR")]
    assert said(ann.post(path, [grant(2, "MASTER")]), 403) == FORBIDDEN
    assert said(withdraw(bob)(path, [grant(3, "MASTER")])) == [grant(2, "EDITOR")]
    assert said(bob.get(path), 403) == FORBIDDEN


def test_what_the_owner_may_is_no_row_and_cannot_be_taken(admin, rights, ann, bob):
    rights.add("project", [7], 2)
    path = "/projects/7/permissions/"
    assert said(ann.get(path)) == []
    said(ann.post(path, [grant(3, "MASTER"), grant(2, "EXECUTOR")]))
    assert said(ann.put("/projects/7/owner/", 2)) == {"detail": "Owner changed"}
    assert said(withdraw(bob)(path, [grant(2, "EXECUTOR")])) == [grant(3, "MASTER")]
    assert said(ann.put(path, [grant(2, "EXECUTOR")])) == [grant(2, "EXECUTOR")]
    assert said(ann.put("/projects/7/owner/", 1)) == {"detail": "Owner changed"}
    assert said(ann.put(path, []), 403) == FORBIDDEN          # what is left is the row


def test_hundreds_of_members_are_granted_at_once(admin, host, sql):
    sql.run("insert into people.users (username) select 'u' || i from generate_series(1, 700) i")
    rows = [grant(i, ROLES[i % 3]) for i in range(3, 703)]
    assert said(admin.put(host + "/permissions/", rows)) == rows
    assert said(admin.post(host + "/permissions/", rows[:5])) == rows[5:] + rows[:5]
    assert said(withdraw(admin)(host + "/permissions/", rows[1:])) == rows[:1]


# ---- owner/

def test_an_owner_gives_it_away_and_keeps_what_rows_give_him(admin, rights, ann, bob):
    for path, kind in KINDS.items():
        rights.add(kind, [1], 2)
        gives_away(admin, ann, bob, f"/{path}/1/owner/", f"/{path}/1/permissions/")


def gives_away(admin, ann, bob, owner, permissions):
    assert said(ann.get(owner)) == 2 and said(bob.get(owner), 403) == FORBIDDEN
    assert said(ann.put(owner, 3)) == {"detail": "Owner changed"}
    assert said(bob.get(owner)) == 3 and said(ann.get(owner), 403) == FORBIDDEN
    said(bob.post(permissions, [grant(2, "EXECUTOR"), grant(3, "EDITOR")]))
    assert said(ann.put(owner, 2), 403) == FORBIDDEN
    said(admin.put(owner, 1))
    assert said(ann.get(permissions)) == said(bob.get(permissions)) == [grant(2, "EXECUTOR"), grant(3, "EDITOR")]
    assert said(bob.put(owner, 3), 403) == FORBIDDEN and said(admin.get(owner)) == 1


def test_an_owner_is_an_active_user(admin, host, ann, bob, sql):
    sql.run("update people.users set active = false where id = 3")
    type_error = lambda type: {"detail": {"id": [f"Incorrect type. Expected pk value, received {type}."]}}
    for body, error in ((99, NOBODY), (0, NOBODY), (3, NOBODY), (999999999999999999, NOBODY), ("x", type_error("str")),
                        ("", type_error("str")),
                        (-1, type_error("int")), (2.5, type_error("float")), (True, type_error("bool")),
                        ([2], type_error("list")),
                        ({"id": 2}, type_error("dict")), (b"null", type_error("NoneType")), (b"", type_error("dict"))):
        assert said(admin.put(host + "/owner/", body), 400) == error
    assert said(admin.get(host + "/owner/")) == 1
    assert said(admin.put(host + "/owner/", "2")) == {"detail": "Owner changed"}
    assert said(ann.get(host + "/owner/")) == 2
    assert said(admin.post(host + "/owner/", 1), 405) == {"detail": 'Method "POST" not allowed.'}


# ---- the audit

def test_the_audit_tells_who_changed_whose_rights(api, admin, rights, ann, bob):
    rights.add("inventory", [5], 2)
    said(ann.post("/inventories/5/permissions/", [grant(3, "MASTER") | {"secret": "hidden"}]))
    said(bob.put("/inventories/5/permissions/", [grant(3, "MASTER"), grant(1, "EDITOR")]))
    said(bob.put("/inventories/5/owner/", 3), 403)
    said(withdraw(ann)("/inventories/5/permissions/", [grant(9, "MASTER", "team") | {"role": {"x": "hidden"}}]))
    said(ann.put("/inventories/5/owner/", 3))
    said(ann.get("/inventories/5/owner/"), 403)
    text = api.hermes.get("/audit?kind=inventory&objectId=5&limit=all")
    rows = list(reversed(ok(text)["audit"]))
    assert [(r["verb"], r["userId"], r["username"], r["via"], r["kind"], r["objectIds"]) for r in rows] == [
        ("add permissions", 2, "ann", "token", "inventory", [5]), ("replace permissions", 3, "bob", "token", "inventory", [5]),
        ("remove permissions", 2, "ann", "token", "inventory", [5]), ("change owner", 2, "ann", "token", "inventory", [5])]
    assert [r["details"] for r in rows[:2] + rows[3:]] == [
        {"permissions": [grant(3, "MASTER")]}, {"permissions": [grant(3, "MASTER"), grant(1, "EDITOR")]}, {"owner": 3}]
    assert "hidden" not in text.text
