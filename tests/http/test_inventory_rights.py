"""Who may do what with hosts, groups, inventories and templates: all made, granted and taken away by the API."""
import itertools

import pytest

from client import JSON
from polemarch import FORBIDDEN, NOT_FOUND, counted, gone, grant, ids, make, said, withdraw

pytestmark = pytest.mark.usefixtures("inventory_is_lawful")

ROLES = ["none", "EXECUTOR", "EDITOR", "MASTER", "OWNER"]
FIELDS = {"hosts": {"name": "web"}, "groups": {"name": "g"}, "inventories": {"name": "i"},
          "templates": {"name": "t", "kind": "Host", "data": {"vars": {"a": 1}}}}
LISTS = {"hosts": [], "groups": ["hosts"], "inventories": ["hosts", "groups"], "templates": []}
# Each verb: the least role that may, the method, the path below the object, the body.
SEE = [("EXECUTOR", "GET", "", None), ("EXECUTOR", "GET", "permissions/", None), ("EXECUTOR", "GET", "owner/", None)]
EDIT = [("EDITOR", "PATCH", "", {"name": "x"}), ("EDITOR", "PATCH", "", {}), ("EDITOR", "PUT", "", "fields")]
GRANT = [("MASTER", "POST", "permissions/", [grant(1, "EDITOR")]), ("MASTER", "DELETE", "permissions/", [grant(1, "EDITOR")]),
         ("MASTER", "PUT", "permissions/", "permissions"), ("OWNER", "PUT", "owner/", "self")]
LIST = [("EXECUTOR", "GET"), ("EDITOR", "POST"), ("EDITOR", "PUT"), ("EDITOR", "DELETE")]
LAST = [("EDITOR", "DELETE", "", None)]


def verbs(path):
    of_lists = [(role, method, part + "/", None if method == "GET" else []) for part in LISTS[path] for role, method in LIST]
    export = [("EXECUTOR", "GET", f"export/?format={f}", None) for f in ("ini", "yaml")] if path == "inventories" else []
    return SEE + of_lists + export + EDIT + GRANT + LAST


# ---- the table

@pytest.mark.parametrize("path", FIELDS)
@pytest.mark.parametrize("through", ["user", "team"])
def test_each_role_may_its_part_and_no_more(admin, people, ann, path, through):
    boss = people.new("boss", superuser=True)
    make(admin, "teams", name="t", users_list=[ann.id])
    member = ann.id if through == "user" else 1
    for role in [*ROLES, "superuser"]:
        id = make(admin, path, **FIELDS[path])["id"]
        rows = [grant(member, role, through)] if role in ("EXECUTOR", "EDITOR", "MASTER") else []
        said(admin.put(f"/{path}/{id}/permissions/", rows))
        if role == "OWNER":
            said(admin.put(f"/{path}/{id}/owner/", ann.id))
        who, has = (boss, "OWNER") if role == "superuser" else (ann, role)
        for needed, method, what, body in verbs(path):
            body = {"fields": FIELDS[path], "permissions": rows, "self": who.id}.get(body, body) if isinstance(body, str) else body
            answer = who.call(method, f"/{path}/{id}/{what}", body, JSON if body is not None else None)
            if ROLES.index(has) < ROLES.index(needed):
                assert said(answer, 403) == FORBIDDEN, (role, method, what)
            else:
                assert answer.status_code == (204 if (method, what) == ("DELETE", "") else 200), (role, method, what, answer.text)
            # And what is shown is the same to all lists.
            if (method, what) == ("GET", ""):
                seen = [id] if has != "none" else []
                assert ids(who.get(f"/{path}/?id={id}")) == seen
                assert ids(who.get(f"/{path}/?name={FIELDS[path]['name']}")) == seen
                assert said(who.get(f"/{path}/?limit=1"))["count"] == len(ids(who.get(f"/{path}/"))) == len(seen)
        left = said(admin.get(f"/{path}/?id={id}"))["count"]
        assert left == (has in ("none", "EXECUTOR"))
        if left:
            assert said(admin.get(f"/{path}/{id}/")).items() >= FIELDS[path].items()
            gone(admin.delete(f"/{path}/{id}/"))


@pytest.mark.parametrize("path", FIELDS)
def test_what_is_not_there_is_not_found_by_anybody(admin, ann, path):
    for client, (_, method, what, body) in itertools.product((admin, ann), verbs(path)):
        body = {} if isinstance(body, str) else body
        for id in (9, 0, 10 ** 30):
            assert said(client.call(method, f"/{path}/{id}/{what}", body, JSON if body is not None else None), 404) == NOT_FOUND


@pytest.mark.parametrize("path", FIELDS)
def test_who_makes_it_owns_it(admin, ann, bob, path):
    id = make(ann, path, **FIELDS[path])["id"]
    assert (said(ann.get(f"/{path}/{id}/owner/")), said(ann.get(f"/{path}/{id}/permissions/"))) == (ann.id, [])
    assert said(ann.put(f"/{path}/{id}/owner/", bob.id)) == {"detail": "Owner changed"}
    assert said(ann.get(f"/{path}/{id}/"), 403) == FORBIDDEN and ids(ann.get(f"/{path}/")) == []
    assert said(bob.get(f"/{path}/{id}/?expand=owner"))["owner"]["id"] == bob.id
    gone(bob.delete(f"/{path}/{id}/"))


# ---- what is needed (the plan of polemarch-behaviour.md, section 15.6)

TREE = ["/inventories/1", "/hosts/1", "/groups/1", "/hosts/2", "/hosts/3"]


@pytest.fixture
def tree(admin, ann, bob):
    """Inventory 1 of the administrator holds host 1 and group 1, in which is host 2. Host 3 is in nothing."""
    for _ in range(3):
        make(admin, "hosts")
    make(admin, "groups")
    make(admin, "inventories")
    put(admin, "/inventories/1/hosts/", 1)
    put(admin, "/inventories/1/groups/", 1)
    put(admin, "/groups/1/hosts/", 2)


def put(client, path, *members):
    assert said(client.put(path, list(members))) == counted(len(members), len(members))


def sees(client, among=TREE):
    """Those of them that the client is shown; lists, details and counts say the same."""
    seen = []
    for path in among:
        _, list_of, id = path.split("/")
        answer = client.get(path + "/")
        assert answer.status_code in (200, 403)
        assert (ids(client.get(f"/{list_of}/?id={id}")) == [int(id)]) == (answer.status_code == 200)
        if answer.status_code == 200:
            seen.append(path)
    return seen


def test_who_has_nothing_sees_nothing(admin, ann, tree):
    assert sees(ann) == [] and sees(admin) == TREE
    for path in ("hosts", "groups", "inventories", "templates"):
        assert said(ann.get(f"/{path}/")) == {"count": 0, "next": None, "previous": None, "results": []}


@pytest.mark.parametrize("member, type", [(2, "user"), (1, "team")])
def test_who_may_use_an_inventory_sees_what_it_needs_and_changes_none_of_it(admin, ann, tree, member, type):
    make(admin, "teams", name="t", users_list=[2])
    for role in ("EXECUTOR", "EDITOR", "MASTER"):
        said(admin.put("/inventories/1/permissions/", [grant(member, role, type)]))
        assert sees(ann) == TREE[:4]
        assert [h["id"] for h in said(ann.get("/inventories/1/"))["hosts"]] == [1]
        assert said(ann.get("/groups/1/hosts/")) == [2]
        for path in TREE[1:4]:
            for call, what, body in ((ann.patch, "", {}), (ann.put, "", {}), (ann.delete, "", None), (ann.post, "permissions/", []),
                                     (ann.put, "owner/", 2)):
                assert said(call(f"{path}/{what}", *([] if body is None else [body])), 403) == FORBIDDEN
            assert said(ann.get(path + "/permissions/")) == []
        may = [ann.patch("/inventories/1/", {"name": role}).status_code, ann.post("/inventories/1/permissions/", []).status_code,
               ann.put("/inventories/1/owner/", 2).status_code]
        assert may == {"EXECUTOR": [403] * 3, "EDITOR": [200, 403, 403], "MASTER": [200, 200, 403]}[role]
    if type == "team":
        said(admin.patch("/teams/1/", {"users_list": []}))
    else:
        said(admin.put("/inventories/1/permissions/", []))
    assert sees(ann) == []


def test_what_is_taken_out_or_put_in_is_seen_accordingly(admin, ann, tree):
    said(admin.post("/inventories/1/permissions/", [grant(2, "EXECUTOR")]))
    put(admin, "/inventories/1/hosts/", 3)
    assert sees(ann) == ["/inventories/1", "/groups/1", "/hosts/2", "/hosts/3"]
    put(admin, "/groups/1/hosts/", 1, 3)
    assert sees(ann) == ["/inventories/1", "/hosts/1", "/groups/1", "/hosts/3"]
    said(withdraw(admin)("/inventories/1/hosts/", [3]))
    assert "/hosts/3" in sees(ann)                                  # by the group
    gone(admin.delete("/groups/1/"))
    assert sees(ann, [p for p in TREE if p != "/groups/1"]) == ["/inventories/1"]
    gone(admin.delete("/inventories/1/"))
    assert ids(ann.get("/hosts/")) == ids(ann.get("/inventories/")) == []


def test_two_ways_to_an_object_are_two(admin, ann, tree):
    make(admin, "inventories")
    put(admin, "/inventories/2/hosts/", 1)
    said(admin.post("/inventories/1/permissions/", [grant(2, "EXECUTOR")]))
    said(admin.post("/inventories/2/permissions/", [grant(2, "EXECUTOR")]))
    said(admin.post("/hosts/2/permissions/", [grant(2, "EDITOR")]))
    said(admin.put("/inventories/1/permissions/", []))
    assert sees(ann) == ["/hosts/1", "/hosts/2"]
    gone(admin.delete("/inventories/2/"))
    assert sees(ann) == ["/hosts/2"] and said(ann.patch("/hosts/2/", {"name": "x"}))["name"] == "x"


def test_a_foreign_host_comes_into_no_group_of_ones_own(admin, ann, tree):
    id = make(ann, "groups")["id"]
    mine = make(ann, "hosts")["id"]
    for call in (ann.post, ann.put):
        assert said(call(f"/groups/{id}/hosts/", [1, mine, 2])) == counted(3, 1, 1, 2)
        assert said(ann.get(f"/groups/{id}/hosts/")) == [mine]
    assert sees(ann) == []
    # Nor a group into an inventory, until one may see it.
    own = make(ann, "inventories")["id"]
    assert said(ann.post(f"/inventories/{own}/groups/", [1])) == counted(1, 0, 1)
    said(admin.post("/groups/1/permissions/", [grant(2, "EXECUTOR")]))
    assert said(ann.post(f"/inventories/{own}/groups/", [1])) == counted(1, 1)
    # It is seen by that way then, too, as the host in it: the right was there when it was put in.
    said(admin.put("/groups/1/permissions/", []))
    assert sees(ann) == ["/groups/1", "/hosts/2"]
    put(ann, f"/inventories/{own}/groups/")
    assert sees(ann) == []


def test_a_template_names_only_what_its_maker_may_use(admin, ann, bob, tree):
    task = lambda inventory: {"name": "t", "kind": "Task", "data": {"playbook": "x.yml", "inventory": inventory}}
    for inventory in (1, "1"):
        assert said(ann.post("/templates/", task(inventory)), 403) == FORBIDDEN
    own = make(ann, "templates", **task(None))["id"]
    for call in (ann.patch, ann.put):
        assert said(call(f"/templates/{own}/", task(1)), 403) == FORBIDDEN
    assert sees(ann) == [] and said(ann.get(f"/templates/{own}/"))["data"] == {"playbook": "x.yml", "inventory": None}
    said(admin.post("/inventories/1/permissions/", [grant(2, "EXECUTOR")]))
    assert said(ann.patch(f"/templates/{own}/", task(1)))["data"] == {"playbook": "x.yml", "inventory": 1}
    # Whom the template is given sees what it needs.
    said(ann.post(f"/templates/{own}/permissions/", [grant(3, "EXECUTOR")]))
    assert sees(bob) == TREE[:4] and said(bob.patch("/hosts/1/", {}), 403) == FORBIDDEN
    said(ann.patch(f"/templates/{own}/", task("./a/file")))
    assert sees(bob) == [] and said(bob.get(f"/templates/{own}/"))["data"]["inventory"] == "./a/file"
    said(ann.patch(f"/templates/{own}/", task(1)))
    gone(ann.delete(f"/templates/{own}/"))
    assert sees(bob) == []


def test_with_another_owner_the_old_one_has_his_rows_only(admin, ann, bob, tree):
    said(admin.put("/inventories/1/owner/", 2))
    assert sees(ann) == TREE[:4]
    said(ann.put("/inventories/1/owner/", 3))
    assert sees(ann) == [] and sees(bob) == TREE[:4]
    assert said(ann.get("/inventories/1/"), 403) == FORBIDDEN
    said(bob.post("/inventories/1/permissions/", [grant(3, "EXECUTOR")]))
    said(bob.put("/inventories/1/owner/", 1))
    assert sees(bob) == TREE[:4] and said(bob.patch("/inventories/1/", {}), 403) == FORBIDDEN


def test_a_chain_of_groups_is_followed_to_its_end(admin, ann, bob):
    chain = [make(admin, "groups", name=n, children=n != "d")["id"] for n in "abcd"]
    host = make(admin, "hosts")["id"]
    for above, below in zip(chain, chain[1:]):
        put(admin, f"/groups/{above}/groups/", below)
    put(admin, f"/groups/{chain[-1]}/hosts/", host)
    everything = [f"/groups/{id}" for id in chain] + [f"/hosts/{host}"]
    for n, id in enumerate(chain):
        said(admin.post(f"/groups/{id}/permissions/", [grant(2, "EDITOR")]))
        assert sees(ann, everything) == everything[n:]
        said(admin.put(f"/groups/{id}/permissions/", []))
    said(admin.post(f"/groups/{chain[0]}/permissions/", [grant(2, "EDITOR")]))
    put(admin, f"/groups/{chain[1]}/groups/")
    assert sees(ann, everything) == everything[:2]


def test_a_superuser_may_everything(people, ann, tree):
    boss = people.new("boss", superuser=True)
    own = make(ann, "hosts", name="hers")["id"]
    assert sees(boss, TREE + [f"/hosts/{own}"]) == TREE + [f"/hosts/{own}"]
    assert said(boss.patch(f"/hosts/{own}/", {"name": "x"}))["name"] == "x" and said(boss.get(f"/hosts/{own}/owner/")) == 2
    assert said(boss.post("/groups/1/hosts/", [own])) == counted(1, 1)
    assert said(boss.put(f"/hosts/{own}/owner/", boss.id)) == {"detail": "Owner changed"}
    assert said(ann.get(f"/hosts/{own}/"), 403) == FORBIDDEN


# ---- secrets

def test_who_may_see_is_shown_no_secret_and_who_may_edit_keeps_it(admin, ann, tree):
    said(admin.patch("/hosts/1/", {"vars": {"ansible_ssh_pass": "swordfish", "a": 1}}))
    said(admin.post("/inventories/1/permissions/", [grant(2, "EXECUTOR")]))
    for path in ("/hosts/1/", "/hosts/", "/inventories/1/", "/inventories/1/export/", "/inventories/1/export/?format=yaml"):
        answer = ann.get(path)
        assert answer.status_code == 200 and "swordfish" not in answer.text
    assert "[~~ENCRYPTED~~]" in ann.get("/inventories/1/export/").text
