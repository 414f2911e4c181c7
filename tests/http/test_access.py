"""Who sees an object and what he may do with it: one's own role in lists (expand=role), and everybody's with the reasons
(GET /{objects}/{id}/access/)."""
import itertools

import pytest

from people import person, team
from polemarch import FORBIDDEN, KINDS, NOT_FOUND, gone, grant, make, said, sqls_hosts

SORTS = {"hosts": {}, "groups": {}, "inventories": {}, "projects": {"repository": "x", "vars": {"repo_type": "MANUAL"}},
         "templates": {"name": "t", "kind": "Task", "data": {}}, "teams": {"name": "crew"}}


def roles(client, path):
    """id -> the role that a list tells, and each one alone, too."""
    listed = {r["id"]: r["role"] for r in said(client.get(f"/{path}/?expand=role"))["results"]}
    for id, role in listed.items():
        if role is not None:
            assert said(client.get(f"/{path}/{id}/?expand=role"))["role"] == role
    return listed


def access(client, path):
    """'u2 ann EDITOR: grant EDITOR, project 3 site' ..., in the order told."""
    def reason(r):
        return " ".join(str(r[k]) for k in ("kind", "id", "name", "role") if k in r)
    told = said(client.get(path + "access/"))
    return [f"{m['member_type'][0]}{m['member']} {m['name']} {m['role']}: {', '.join(reason(r) for r in m['by'])}" for m in told["access"]]


# ---- one's own

@pytest.mark.parametrize("path", SORTS)
def test_lists_and_objects_tell_ones_own_role_where_it_is_asked_for(admin, ann, bob, people, path):
    carl = people.new("carl")
    mine = make(ann, path, **SORTS[path])
    at = f"/{path}/{mine['id']}/"
    assert "role" not in mine and "role" not in said(ann.get(at)) and "role" not in said(ann.get(f"/{path}/"))["results"][0]
    assert roles(ann, path) == roles(admin, path) == {mine["id"]: "OWNER"}
    hidden = {mine["id"]: None} if path == "teams" else {}              # teams are listed to everybody
    assert roles(bob, path) == hidden
    for role in ("EXECUTOR", "EDITOR", "MASTER"):
        said(ann.post(at + "permissions/", [grant(bob.id, role)]))
        assert roles(bob, path) == {mine["id"]: role} and roles(carl, path) == hidden
    assert said(ann.patch(at + "?expand=role", {"name": "n"}))["role"] == "OWNER"


def test_the_highest_role_of_oneself_and_ones_teams_counts(admin, ann, sql):
    crew = team(sql, "crew", ann.id)
    for own, of_team in itertools.product([None, "EXECUTOR", "MASTER"], [None, "EDITOR"]):
        id = make(admin, "hosts")["id"]
        given = [grant(ann.id, own)] * bool(own) + [grant(crew, of_team, "team")] * bool(of_team)
        said(admin.post(f"/hosts/{id}/permissions/", given))
        told = "MASTER" if own == "MASTER" else of_team or own
        assert roles(ann, "hosts").get(id) == told, (own, of_team)
    assert roles(ann, "teams") == {crew: "EXECUTOR"}


def test_what_is_seen_by_way_of_something_else_is_told_as_executor(admin, ann):
    inventory, host = make(admin, "inventories")["id"], make(admin, "hosts")["id"]
    said(admin.post(f"/inventories/{inventory}/hosts/", [host]))
    said(admin.post(f"/inventories/{inventory}/permissions/", [grant(ann.id, "MASTER")]))
    assert roles(ann, "inventories") == {inventory: "MASTER"} and roles(ann, "hosts") == {host: "EXECUTOR"}
    # What is shown within something else is as the document has it.
    assert list(said(ann.get(f"/inventories/{inventory}/?expand=role,owner"))["hosts"][0]) == ["id", "name", "type", "url"]


@pytest.mark.parametrize("path", SORTS)
def test_lists_tell_the_owner_where_he_is_asked_for(admin, ann, path):
    make(ann, path, **SORTS[path])
    (row,) = said(admin.get(f"/{path}/?expand=owner"))["results"]
    assert row["owner"] == {"id": ann.id, "username": "ann"} and "role" not in row
    (row,) = said(admin.get(f"/{path}/?expand=role,owner"))["results"]
    assert (row["owner"]["id"], row["role"]) == (ann.id, "OWNER")
    (row,) = said(admin.get(f"/{path}/?expand=nothing"))["results"]
    assert "owner" not in row and "role" not in row


# ---- everybody's

def test_owner_grants_and_ways_are_told_the_highest_role_first(admin, ann, bob, people, sql):
    carl, dora = people.new("carl"), people.new("dora")
    crew = team(sql, "crew", dora.id)
    host = make(ann, "hosts", name="web")["id"]
    inventory = make(bob, "inventories", name="site")["id"]
    said(ann.post(f"/hosts/{host}/permissions/", [grant(bob.id, "EDITOR"), grant(crew, "MASTER", "team")]))
    said(bob.post(f"/inventories/{inventory}/hosts/", [host]))
    said(bob.post(f"/inventories/{inventory}/permissions/", [grant(carl.id, "MASTER"), grant(crew, "EXECUTOR", "team")]))
    told = said(admin.get(f"/hosts/{host}/access/"))
    assert told == {"role": "OWNER", "owner": {"id": ann.id, "username": "ann"}, "superusers": 1, "access": [
        {"member": ann.id, "member_type": "user", "name": "ann", "role": "OWNER", "by": [{"kind": "owner"}]},
        {"member": crew, "member_type": "team", "name": "crew", "role": "MASTER",
         "by": [{"kind": "grant", "role": "MASTER"}, {"kind": "inventory", "id": inventory, "name": "site"}]},
        {"member": bob.id, "member_type": "user", "name": "bob", "role": "EDITOR",
         "by": [{"kind": "grant", "role": "EDITOR"}, {"kind": "inventory", "id": inventory, "name": "site"}]},
        {"member": carl.id, "member_type": "user", "name": "carl", "role": "EXECUTOR",
         "by": [{"kind": "inventory", "id": inventory, "name": "site"}]}]}
    assert said(carl.get(f"/hosts/{host}/access/"))["role"] == "EXECUTOR" and said(dora.get(f"/hosts/{host}/access/"))["role"] == "MASTER"
    # Who does not see the inventory is not told its name.
    assert access(ann, f"/hosts/{host}/")[-1] == f"u{carl.id} carl EXECUTOR: inventory {inventory} None"


def test_ways_lead_through_all_that_needs_it_and_name_that_on_which_there_is_a_role(admin, ann, bob, people):
    """A template needs a project, which needs an inventory, with a group, with a group, with the host."""
    carl = people.new("carl")
    project = make(bob, "projects", name="p", repository="x", vars={"repo_type": "MANUAL"})["id"]
    inventory, outer, inner = make(bob, "inventories", name="i")["id"], make(bob, "groups", name="o", children=True)["id"], make(bob, "groups", name="g")["id"]
    host = make(bob, "hosts", name="h")["id"]
    for at, ids in ((f"groups/{inner}/hosts", [host]), (f"groups/{outer}/groups", [inner]), (f"inventories/{inventory}/groups", [outer]),
                    (f"projects/{project}/inventories", [inventory])):
        said(bob.post(f"/{at}/", ids))
    said(bob.post(f"/projects/{project}/permissions/", [grant(ann.id, "EXECUTOR")]))
    template = make(ann, "templates", name="t", kind="Task", data={"project": project})["id"]
    said(ann.post(f"/templates/{template}/permissions/", [grant(carl.id, "EDITOR")]))
    assert access(admin, f"/hosts/{host}/") == [
        f"u{bob.id} bob OWNER: owner, group {outer} o, group {inner} g, inventory {inventory} i, project {project} p",
        f"u{ann.id} ann EXECUTOR: project {project} p, template {template} t", f"u{carl.id} carl EXECUTOR: template {template} t"]
    assert access(ann, f"/inventories/{inventory}/")[1:] == [
        f"u{ann.id} ann EXECUTOR: project {project} p, template {template} t", f"u{carl.id} carl EXECUTOR: template {template} t"]
    assert access(bob, f"/projects/{project}/")[1:] == [
        f"u{ann.id} ann EXECUTOR: grant EXECUTOR, template {template} None", f"u{carl.id} carl EXECUTOR: template {template} None"]
    gone(ann.delete(f"/templates/{template}/"))
    assert access(bob, f"/hosts/{host}/")[1:] == [f"u{ann.id} ann EXECUTOR: project {project} p"]


def test_of_a_team_its_members_are_one(admin, ann, bob):
    crew = make(ann, "teams", name="crew", users_list=[bob.id])["id"]
    assert access(bob, f"/teams/{crew}/") == [f"u{ann.id} ann OWNER: owner", f"t{crew} crew EXECUTOR: members"]
    said(ann.post(f"/teams/{crew}/permissions/", [grant(crew, "EDITOR", "team")]))
    assert access(bob, f"/teams/{crew}/")[1] == f"t{crew} crew EDITOR: members, grant EDITOR"


def test_superusers_are_counted_while_they_are_active(admin, people, sql):
    people.new("sue", superuser=True)
    person(sql, "old", superuser=True, active=False)
    make(admin, "hosts")
    told = said(admin.get("/hosts/1/access/"))
    assert (told["superusers"], told["owner"], len(told["access"])) == (2, {"id": 1, "username": "admin"}, 1)


def test_it_is_for_whom_the_object_is(admin, ann):
    for path, more in SORTS.items():
        id = make(admin, path, **more)["id"]
        assert said(ann.get(f"/{path}/{id}/access/"), 403) == FORBIDDEN
        assert said(ann.get(f"/{path}/99/access/"), 404) == said(ann.get(f"/{path}/{'9' * 30}/access/"), 404) == NOT_FOUND
    for path in ("/users/1/access/", "/tasks/1/access/", "/nothing/1/access/"):
        assert said(admin.get(path), 404) == NOT_FOUND


def test_no_more_than_a_thousand_and_twenty_reasons_of_each_are_told(admin, ann, sql):
    make(admin, "hosts")
    for i in range(25):
        make(ann, "groups", name=f"g{i:02}")
    sql.run("select people.parts_add('group', g, 'host', '{1}') from generate_series(1, 25) g")
    sql.run("insert into people.users (username) select 'u' || to_char(i, 'FM0000') from generate_series(1, 998) i")
    sql.run("select people.grants_put('host', 1, array_agg(id), array_agg('EXECUTOR'::people.role)) from people.users where username ~ '^u'")
    told = said(admin.get("/hosts/1/access/"))
    assert (len(told["access"]), told.get("more")) == (1000, None)
    hers = next(a for a in told["access"] if a["name"] == "ann")
    assert (len(hers["by"]), hers["more"]) == (20, True) and "more" not in told["access"][0]
    sql.run("insert into people.users (username) values ('zoe')")
    sql.run("select people.grants_put('host', 1, array_agg(id), array_agg('EDITOR'::people.role)) from people.users where username = 'zoe'")
    told = said(admin.get("/hosts/1/access/"))
    assert (len(told["access"]), told["more"]) == (1000, True)
    assert [a["name"] for a in told["access"][:4]] == ["admin", "zoe", "ann", "u0001"]


def test_an_inventory_of_many_hosts_tells_roles_at_once(admin, ann, sql):
    """(Not timed; but no request may take a minute.)"""
    sqls_hosts(sql, 20_000)
    make(admin, "inventories")
    sql.run("select people.parts_add('inventory', 1, 'host', array(select id from inventory.hosts))")
    said(admin.post("/inventories/1/permissions/", [grant(ann.id, "EXECUTOR")]))
    page = said(ann.get("/hosts/?expand=role,owner&limit=20000"))
    assert (page["count"], {r["role"] for r in page["results"]}) == (20_000, {"EXECUTOR"})
    assert access(ann, "/hosts/777/")[-1] == f"u{ann.id} ann EXECUTOR: inventory 1 {said(ann.get('/inventories/1/?parts=no'))['name']}"
