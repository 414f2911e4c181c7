"""Lists of hosts, groups and inventories: pages, filters (with those of the original's own tests), and what deleting leaves."""
from urllib.parse import quote

import pytest

from polemarch import NOT_FOUND, counted, gone, grant, ids, make, said

pytestmark = pytest.mark.usefixtures("inventory_is_lawful")

KINDS = ["hosts", "groups", "inventories"]
NOT_INT = "invalid literal for int() with base 10: '%s'"


# ---- pages

def test_a_page_tells_how_many_there_are_and_where_the_next_is(admin):
    for path in KINDS:
        for i in range(5):
            make(admin, path, name=f"n{i}")
        at = f"{admin.base}/{path}/"
        for query, rows, following, before in (
                ("", [1, 2, 3, 4, 5], None, None), ("limit=2", [1, 2], "limit=2&offset=2", None),
                ("limit=2&offset=2", [3, 4], "limit=2&offset=4", "limit=2"), ("offset=4&limit=2", [5], None, "limit=2&offset=2"),
                ("offset=9", [], None, "limit=1000"), ("limit=0&offset=-1", [1, 2, 3, 4, 5], None, None),
                ("name=n&limit=2", [1, 2], "limit=2&name=n&offset=2", None), ("limit=x&offset=x", [1, 2, 3, 4, 5], None, None)):
            page = said(admin.get(f"/{path}/?{query}"))
            assert [r["id"] for r in page["results"]] == rows and page["count"] == 5, query
            assert (page["next"], page["previous"]) == (following and f"{at}?{following}", before and f"{at}?{before}"), query
        page = said(admin.get(f"/{path}/?name=n&name__not=n3&limit=2&offset=2"))
        assert (page["count"], [r["id"] for r in page["results"]]) == (4, [3, 5])
        assert said(admin.get(f"/{path}/?name=nothing")) == {"count": 0, "next": None, "previous": None, "results": []}
    assert list(said(admin.get("/groups/"))["results"][0]) == ["id", "name", "children", "url"]
    assert list(said(admin.get("/inventories/"))["results"][0]) == ["id", "name", "url"]


# ---- the habits of this family

ADDRESSES = {"/hosts/": "GET, POST", "/groups/": "GET, POST", "/inventories/": "GET, POST", "/templates/": "GET, POST",
             "/hosts/1/": "GET, PUT, PATCH, DELETE", "/groups/1/": "GET, PUT, PATCH, DELETE", "/inventories/1/": "GET, PUT, PATCH, DELETE",
             "/templates/1/": "GET, PUT, PATCH, DELETE", "/groups/1/hosts/": "GET, POST, PUT, DELETE",
             "/inventories/1/groups/": "GET, POST, PUT, DELETE", "/inventories/1/export/": "GET", "/templates/supported-kinds/": "GET"}


def test_addresses_have_the_habits_of_this_family(api, admin):
    for path in KINDS:
        make(admin, path)
    make(admin, "templates", name="t", kind="Task", data={})
    for path, allowed in ADDRESSES.items():
        get, bare, head, options = admin.get(path), admin.get(path[:-1]), admin.call("HEAD", path), admin.call("OPTIONS", path)
        assert get.status_code == 200 and get.content == bare.content and (head.status_code, head.content) == (200, b"")
        assert head.headers["Content-Length"] == str(len(get.content)) and options.status_code == 200
        assert {a.headers["Allow"] for a in (get, bare, head, options)} == {allowed + ", HEAD, OPTIONS"}
        for method in {"GET", "POST", "PUT", "PATCH", "DELETE"} - set(allowed.split(", ")):
            assert said(admin.raw(method, path, b"{}"), 405) == {"detail": f'Method "{method}" not allowed.'}
        for method in ("GET", "PUT", "OPTIONS"):
            assert said(admin.signed_in().raw(method, path, b"{}"), 401) == {"detail": "Authentication credentials were not provided."}
        if "export" not in path:            # texts have none
            again = admin.raw("GET", path, headers={"If-None-Match": get.headers["ETag"]}, documented=False)
            assert (again.status_code, again.content) == (304, b"")
    for path in ("/hosts/x/", "/hosts/-1/", "/hosts/1/x/", "/host/1/", "/hosts/1//", "/inventories/import/1/", "/templates/kinds/"):
        assert said(admin.get(path), 404) == NOT_FOUND
    for path in KINDS:
        # An id is read as a number.
        assert said(admin.get(f"/{path}/0001/")) == said(admin.get(f"/{path}/1/"))


# ---- filters

def test_ids_and_parts_of_names_are_filters(admin):
    for path in KINDS:
        for name in ("web", "Web", "web-2", "7", "db"):
            make(admin, path, name=name)
        for query, found in (("id=2", [2]), ("id=5,1,%203,1", [1, 3, 5]), ("id=99,-1,0", []), ("id__not=1,5", [2, 3, 4]),
                             ("id=1,2&id__not=2", [1]), ("id=", [1, 2, 3, 4, 5]), ("id=" + "9" * 40, []), ("id=1&id=4", [4]),
                             ("name=web", [1, 3]), ("name=eb", [1, 2, 3]), ("name=WEB", []), ("name=-", [3]), ("name=b", [1, 2, 3, 5]),
                             ("name=%25", []), ("name=_", []), ("name=%5C", []), ("name=web,db", []), ("name=", [1, 2, 3, 4, 5]),
                             ("name__not=web", [2, 4, 5]), ("name__not=_", [1, 2, 3, 4, 5]), ("name=b&name__not=2&id__not=5", [1, 2]),
                             ("name=web&name=db", [5]), ("name__not=", [1, 2, 3, 4, 5]), ("nonsense=1&kids=true&owner=9", [1, 2, 3, 4, 5])):
            assert ids(admin.get(f"/{path}/?{query}")) == found, query
        for words, bad in (("x", "x"), ("1,", ""), (",", ""), ("1.0", "1.0"), ("%C3%A4", "ä"), ("1 2", "1 2")):
            for name in ("id", "id__not"):
                assert said(admin.get(f"/{path}/?{name}={words}"), 400) == {"detail": NOT_INT % bad, "error_type": "ValueError"}
    said(admin.patch("/inventories/1/", {"name": "50% of a_b\\c"}))
    for part in ("%", "_", "\\", "50% of", "a_b\\c"):
        assert ids(admin.get(f"/inventories/?name={quote(part)}")) == [1]
        assert ids(admin.get(f"/inventories/?name__not={quote(part)}")) == [2, 3, 4, 5]


def test_the_fixtures_of_the_originals_tests(admin):
    for name, type in (("127.0.0.1", "HOST"), ("hostonlocal", "HOST"), ("127.0.0.[3:4]", "RANGE"), ("127.0.0.[5:6]", "RANGE")):
        make(admin, "hosts", name=name, type=type)
    assert ids(admin.get("/hosts/?name=hostonlocal")) == [2]
    assert ids(admin.get("/hosts/?name__not=127.0.0.1")) == [2, 3, 4]
    for name in ("base_one", "base_two", "base_three"):
        make(admin, "groups", name=name)
    assert ids(admin.get("/groups/?name=base_t")) == [2, 3]
    assert said(admin.post("/hosts/", {"name": "x", "type": "host"}), 415) == {"detail": "Unknown type host."}
    # Of hosts that are deleted nothing is put anywhere.
    for id in (3, 4):
        gone(admin.delete(f"/hosts/{id}/"))
    assert said(admin.post("/groups/1/hosts/", [1, 2, 3, 4])) == counted(4, 2, 3, 4)
    # A chain of seven groups.
    chain = [make(admin, "groups", name=f"c{i}", children=True)["id"] for i in range(7)]
    for above, below in zip(chain, chain[1:]):
        assert said(admin.post(f"/groups/{above}/groups/", [below])) == counted(1, 1)
    assert said(admin.post(f"/groups/{chain[-1]}/groups/", [chain[0]]), 400)["error_type"] == "CiclicDependencyError"
    i = make(admin, "inventories")["id"]
    said(admin.post(f"/inventories/{i}/groups/", [chain[0]]))
    assert [g["id"] for g in said(admin.get(f"/inventories/{i}/"))["groups"]] == chain


def test_the_originals_filter_by_variables(admin):
    for path in KINDS:
        for i, vars in enumerate(({"ansible_port": 222, "ansible_user": "one"}, {"ansible_port": "222", "ansible_user": "one"},
                                  {"ansible_port": 221, "ansible_user": "one"}, {"ansible_user": "one"}, {"ansible_port": 222},
                                  {"ansible_port": 222, "ansible_user": "rh"})):
            make(admin, path, name=f"n{i}", vars=vars)
        assert ids(admin.get(f"/{path}/?variables=ansible_port:222,ansible_user:one")) == [1, 2]


VARS = [{"n": 12, "f": 0.5, "b": True, "s": "x y", "u": "http://a:80"}, {"n": "12", "f": "0.5", "b": "True", "s": " x y", "u": "http"},
        {"n": 120, "b": False, "s": "", "u": None, "l": [1, 2]}, {"n": -12, "f": 12.0, "long": "x" * 5000}]


def test_variables_are_compared_whole_and_as_text(admin):
    for path in KINDS:
        for vars in VARS:
            make(admin, path, vars=vars)
        for pairs, found in (("n:12", [1, 2]), ("n:-12", [4]), ("n:012", []), ("n:1", []), ("f:0.5", [1, 2]), ("f:0.50", []), ("f:12.0", [4]),
                             ("b:True", [1, 2]), ("b:true", []), ("b:False", [3]), ("s:x y", [1]), ("s: x y", [2]), (" s:x y", []),
                             ("s:", [3]), ("s=:", []), ("n=12:", []), ("=:", []), ("u:http://a:80", [1]), ("u:http", [2]), ("u:", []), ("u:None", []), ("u:null", []), ("n", None),
                             ("n:12,b:True", [1, 2]), ("n:12,s:x y,u:http://a:80", [1]), ("n:12,b:False", []), ("n:1,n:120", [3]),
                             ("n:120,n:1", []), ("N:12", []), ("none:1", []), ("long:" + "x" * 5000, [4]), ("long:" + "x" * 4999, []),
                             ("long:xx", []), ("n:%", []), ("n:12,", None), ("", [1, 2, 3, 4]), (",", None), (":", []), ("n:12,b", None),
                             ("l:[1", []), ("l:[1, 2]", None), ("n:'12'", [])):
            answer = admin.get(f"/{path}/?variables={quote(pairs)}")
            if found is None:
                assert said(answer, 400) == {"detail": "list index out of range", "error_type": "IndexError"}, pairs
            else:
                assert ids(answer) == found, pairs
        assert ids(admin.get(f"/{path}/?variables=n:12&id__not=1")) == [2] and ids(admin.get(f"/{path}/?variables=n:12&variables=n:120")) == [3]
        page = said(admin.get(f"/{path}/?variables=n:12&limit=1"))
        assert page["count"] == 2 and page["next"] == f"{admin.base}/{path}/?limit=1&offset=1&variables=n%3A12"
        said(admin.patch(f"/{path}/1/", {"vars": {"n": 13}}))
        assert (ids(admin.get(f"/{path}/?variables=n:12")), ids(admin.get(f"/{path}/?variables=n:13"))) == ([2], [1])


@pytest.mark.parametrize("path", [*KINDS, "templates"])
def test_filters_may_hold_anything(admin, path):
    for value in ("%", "_", "\\", "\\%", "'", '"', "(", "[a", "{", "\u2603", "a:b:c", "x" * 5000 + ":y", "=", "\x01", "null"):
        for name in ("name", "name__not", "kind", "project", "inventory", "expand", "format", "ordering", "type", "children"):
            assert admin.get(f"/{path}/?{name}={quote(value)}").status_code == 200, (name, value)
        assert admin.get(f"/{path}/?variables={quote(value)}").status_code == (200 if ":" in value or path == "templates" else 400)


def test_who_sees_a_part_only_lists_and_counts_that_part(admin, ann, bob):
    for path in KINDS:
        for i in range(1, 7):
            make([admin, ann, bob][i % 3], path, name=f"n{i}", vars={"n": i // 4})
        assert (ids(ann.get(f"/{path}/")), ids(bob.get(f"/{path}/")), ids(admin.get(f"/{path}/"))) == ([1, 4], [2, 5], [1, 2, 3, 4, 5, 6])
        said(admin.post(f"/{path}/6/permissions/", [grant(2, "EXECUTOR")]))
        for query, found in (("name=n", [1, 4, 6]), ("id=1,2,3,6", [1, 6]), ("id__not=1", [4, 6]), ("variables=n:1", [4, 6]),
                             ("name__not=n4&variables=n:1", [6]), ("name=n5", []), ("variables=n:0&id=2", [])):
            assert ids(ann.get(f"/{path}/?{query}")) == found, query
        page = said(ann.get(f"/{path}/?limit=1&offset=1"))
        assert (page["count"], [r["id"] for r in page["results"]]) == (3, [4])
        assert said(ann.get(f"/{path}/?limit=1&offset=1&name=n"))["next"] == f"{admin.base}/{path}/?limit=1&name=n&offset=2"


# ---- beyond the document: by what holds them, by sort, by name

@pytest.fixture
def fleet(admin):
    """Hosts 1 to 6: 1 to 4 in inventory 1, 3 to 5 in group 1; groups 1 (of hosts) and 2, in inventory 1 and in group 3."""
    for name in ("delta", "Alpha", "charlie", "bravo", "echo"):
        make(admin, "hosts", name=name)
    make(admin, "hosts", name="web[1:3]", type="RANGE")
    for name, children in (("web", False), ("db", False), ("all-of-them", True)):
        make(admin, "groups", name=name, children=children)
    for at, held in (("inventories/1/hosts", [1, 2, 3, 4]), ("groups/1/hosts", [3, 4, 5]), ("inventories/1/groups", [1, 2]), ("groups/3/groups", [2])):
        if at == "inventories/1/hosts":
            make(admin, "inventories", name="i")
        said(admin.post(f"/{at}/", held))


@pytest.mark.parametrize("query, found", [
    ("inventory=1", [1, 2, 3, 4]), ("group=1", [3, 4, 5]), ("inventory=1&group=1", [3, 4]), ("inventory=2", []), ("inventory=x", []), ("inventory=", [1, 2, 3, 4, 5, 6]),
    ("group=3", []), ("inventory=1&name=l", [1, 2, 3]), ("inventory=1&id=2,5", [2]), ("inventory=1&id__not=1", [2, 3, 4]), ("project=1", []),
    ("inventory=1&name=l&ordering=name", [2, 3, 1]), ("inventory=" + "9" * 30, []), ("type=RANGE", [6]), ("type=HOST&group=1", [3, 4, 5]), ("type=range", []),
    ("ordering=name", [2, 4, 3, 1, 5, 6]), ("ordering=-name", [6, 5, 1, 3, 4, 2]), ("ordering=id", [1, 2, 3, 4, 5, 6]), ("ordering=x", [1, 2, 3, 4, 5, 6]),
    ("ordering=name&variables=a:b", [])])
def test_hosts_are_found_by_what_holds_them_by_type_and_in_the_order_of_names(admin, fleet, query, found):
    assert ids(admin.get("/hosts/?" + query)) == found


@pytest.mark.parametrize("query, found", [
    ("inventory=1", [1, 2]), ("group=3", [2]), ("inventory=1&group=3", [2]), ("children=true", [3]), ("children=False", [1, 2]), ("children=x", [1, 2, 3]),
    ("children=false&inventory=1&ordering=name", [2, 1]), ("ordering=name", [3, 2, 1])])
def test_groups_are_found_by_what_holds_them_and_by_sort(admin, fleet, query, found):
    assert ids(admin.get("/groups/?" + query)) == found


def test_what_a_project_holds_is_found(admin, fleet):
    make(admin, "projects", repository="x", vars={"repo_type": "MANUAL"})
    make(admin, "inventories", name="other")
    for part, held in (("hosts", [2, 6]), ("groups", [3]), ("inventories", [1])):
        said(admin.post(f"/projects/1/{part}/", held))
        assert ids(admin.get(f"/{part}/?project=1")) == held and ids(admin.get(f"/{part}/?project=2")) == []
    assert ids(admin.get("/inventories/?inventory=2&group=1")) == [1, 2]            # of inventories these are no filters
    assert ids(admin.get("/inventories/?ordering=-name")) == [2, 1]


def test_what_somebody_does_not_see_holds_nothing(admin, ann, fleet):
    assert ids(ann.get("/hosts/?inventory=1")) == ids(ann.get("/groups/?inventory=1")) == ids(ann.get("/hosts/?group=1")) == []
    said(admin.post("/hosts/1/permissions/", [grant(2, "MASTER")]))
    assert ids(ann.get("/hosts/?inventory=1")) == []            # though she sees one of them
    said(admin.post("/inventories/1/permissions/", [grant(2, "EXECUTOR")]))
    assert ids(ann.get("/hosts/?inventory=1")) == [1, 2, 3, 4] and ids(ann.get("/hosts/?group=1")) == [3, 4, 5]
    assert ids(ann.get("/hosts/?ordering=name")) == [2, 4, 3, 1, 5] and ids(ann.get("/hosts/?group=1&name=bravo")) == [4]


def test_pages_go_on_in_the_order_and_by_the_filter(admin, fleet):
    page = said(admin.get("/hosts/?ordering=-name&limit=2&offset=1"))
    assert ([r["name"] for r in page["results"]], page["count"]) == (["echo", "delta"], 6)
    assert page["next"] == f"{admin.base}/hosts/?limit=2&offset=3&ordering=-name"
    page = said(admin.get("/hosts/?inventory=1&limit=3&offset=3"))
    assert ([r["id"] for r in page["results"]], page["count"], page["next"]) == ([4], 4, None)
    assert said(admin.get("/hosts/?inventory=1&offset=999999999999999"))["results"] == said(admin.get("/hosts/?ordering=name&offset=999999999999999"))["results"] == []


# ---- deleting

def test_what_is_deleted_leaves_no_right_and_no_variable_behind(admin, ann, sql):
    for path in KINDS:
        id = make(admin, path, vars={"a": "b", "ansible_ssh_pass": "x"})["id"]
        said(admin.post(f"/{path}/{id}/permissions/", [grant(2, "MASTER")]))
        assert ids(ann.get(f"/{path}/")) == [id]
        gone(ann.delete(f"/{path}/{id}/"))
        for call, what, body in ((ann.get, "", None), (admin.get, "", None), (admin.patch, "", {"name": "x"}), (admin.put, "", {}),
                                 (admin.delete, "", None), (admin.get, "permissions/", None), (admin.get, "owner/", None)):
            assert said(call(f"/{path}/{id}/{what}", *([] if body is None else [body])), 404) == NOT_FOUND
        assert ids(ann.get(f"/{path}/")) == ids(admin.get(f"/{path}/?variables=a:b")) == []
        assert make(ann, path, name="next")["id"] == id + 1
        assert ids(ann.get(f"/{path}/?name=next")) == [id + 1] and ids(admin.get(f"/{path}/")) == [id + 1]
        gone(ann.delete(f"/{path}/{id + 1}/"))
    for table in ("inventory.objects", "inventory.hosts", "inventory.host_names", "inventory.groups", "inventory.inventories", "people.grants",
                  "people.objects", "people.visible", "people.parts"):
        assert sql.one(f"select count(*) from {table}") == 0, table


def test_who_deleted_what_is_told(api, admin):
    make(admin, "hosts", name="web", vars={"ansible_ssh_pass": "swordfish", "b": 1})
    said(admin.patch("/hosts/1/", {"vars": {"c": 2}}))
    gone(admin.delete("/hosts/1/"))
    rows = api.get("/audit?kind=host&objectId=1").json()["audit"]
    assert [(r["verb"], r["details"]) for r in reversed(rows)] == [
        ("create", {"name": "web", "type": "HOST", "vars": ["ansible_ssh_pass", "b"]}), ("update", {"vars": ["c"]}), ("delete", {"name": "web"})]
