"""Which machines an inventory means, by their names."""
from polemarch import FORBIDDEN, NOT_FOUND, counted, grant, make, said


def inventory(admin):
    """1 has b and, by a RANGE in a group of a group, web1 to web4, of which web2 is a host of its own, too."""
    for name, type in (("b", "HOST"), ("web[1:4]", "RANGE"), ("web2", "HOST"), ("[fe80::1]", "HOST"), ("elsewhere", "HOST")):
        make(admin, "hosts", name=name, type=type)
    for name, children in (("web", False), ("up", True)):
        make(admin, "groups", name=name, children=children)
    make(admin, "inventories", name="i")
    said(admin.post("/groups/1/hosts/", [2, 4]))
    said(admin.post("/groups/2/groups/", [1]))
    said(admin.post("/inventories/1/groups/", [1, 2]))
    said(admin.post("/inventories/1/hosts/", [1, 3]))


def names(answer):
    page = said(answer)
    return page["count"], [m["name"] for m in page["results"]]


def test_the_machines_of_an_inventory_are_listed_by_name_each_once(admin):
    inventory(admin)
    assert names(admin.get("/inventories/1/machines/")) == (6, ["b", "fe80::1", "web1", "web2", "web3", "web4"])
    assert names(admin.get("/inventories/1/machines/?name=web&limit=2&offset=1")) == (4, ["web2", "web3"])
    assert names(admin.get("/inventories/1/machines/?name=%25")) == (0, [])
    page = said(admin.get("/inventories/1/machines/?limit=4&offset=2"))
    assert page["next"] is None and page["previous"].endswith("/inventories/1/machines/?limit=4")
    make(admin, "inventories", name="empty")
    assert names(admin.get("/inventories/2/machines/")) == (0, [])


def test_of_given_names_those_are_told_that_it_does_not_mean(admin, sql):
    inventory(admin)
    before = sql.one("select count(*) from people.audit")
    assert said(admin.post("/inventories/1/machines/", ["web3", "web5", "b", "web5", "elsewhere"])) == counted(4, 2, "web5", "elsewhere")
    assert said(admin.post("/inventories/1/machines/", [])) == counted(0, 0)
    many = said(admin.post("/inventories/1/machines/", ["b"] + [f"x{i}" for i in range(700)]))
    assert many == {"total": 701, "operated": 1, "not_found": 700, "failed_list": [f"x{i}" for i in range(100)]}
    assert sql.one("select count(*) from people.audit") == before and names(admin.get("/inventories/1/machines/"))[0] == 6


def test_what_is_no_list_of_names_is_refused(admin):
    inventory(admin)
    for body, why in (({}, 'Expected a list of items but got type "dict".'), ("b", 'Expected a list of items but got type "str".'),
                      ([1], "A name is a text of 1 to 512 characters in one line."), (["x"] * 100001, "Ensure this field has no more than 100000 elements.")):
        assert said(admin.post("/inventories/1/machines/", body), 400) == {"non_field_errors": [why]}


def test_they_are_for_executors(admin, ann):
    inventory(admin)
    for ask in (lambda path: ann.get(path), lambda path: ann.post(path, ["b"])):
        assert said(ask("/inventories/1/machines/"), 403) == FORBIDDEN
        assert said(ask("/inventories/9/machines/"), 404) == NOT_FOUND
    said(admin.post("/inventories/1/permissions/", [grant(ann.id, "EXECUTOR")]))
    assert said(ann.post("/inventories/1/machines/", ["b"])) == counted(1, 1)
    assert names(ann.get("/inventories/1/machines/?limit=1")) == (6, ["b"])


def test_a_hundred_thousand_are_listed_and_compared(admin):
    for name in "ab":
        make(admin, "hosts", name=f"{name}[1:50000]", type="RANGE")
    make(admin, "inventories", name="i")
    said(admin.post("/inventories/1/hosts/", [1, 2]))
    assert names(admin.get("/inventories/1/machines/?limit=2&offset=50000")) == (100000, ["b1", "b10"])
    assert said(admin.post("/inventories/1/machines/", ["x"] + [f"{name}{i}" for name in "ab" for i in range(2, 50001)])) == counted(99999, 99998, "x")
    assert said(admin.post("/inventories/1/machines/", ["a7", "x"])) == counted(2, 1, "x")
