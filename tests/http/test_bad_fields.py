"""Bad input at every endpoint of the Polemarch family: the right 4xx in that family's shape, which names the field, and
nothing has changed, not even a sequence. (The Hermes family: test_bad_input.py.)"""
import json
import re
from urllib.parse import quote

import pytest

from bad import NOT_HOSTS, NOT_JSON, NOT_OBJECTS, NOT_TEXT, THINGS
from client import JSON
from instance import eventually
from people import django_hash
from polemarch import ENCRYPTED, NOT_FOUND, grant, make, said
from runs import PATIENCE, make_run

pytestmark = [pytest.mark.noreset, pytest.mark.usefixtures("unchanged")]
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
DJANGO = django_hash("rex", 1)

USER = {"username": "username 150", "email": "email 254", "first_name": "blank line 30", "last_name": "blank line 30",
        "is_active": "flag", "is_staff": "flag"}
TEAM = {"name": "line 80", "users_list": "ids", "proxy_group": "blank line 255"}
HOST = {"name": "text 512", "type": "text 5", "vars": "vars"}
GROUP = {"name": "text 512", "children": "flag", "vars": "vars"}
INVENTORY = {"name": "line 512", "vars": "vars"}
TEMPLATE = {"name": "line 512", "kind": "text 32", "data": "object"}
PROJECT = {"name": "line 512", "repository": "line 2048", "vars": "vars"}
SITE = {"name": "new", "repository": "x", "vars": {"repo_type": "MANUAL"}}
HOOK = {"name": "line 512", "type": "text 32", "recipients": "line 16384"}
TELL = {"name": "new", "type": "HTTP", "recipients": "http://x"}
TASK = {"name": "new", "kind": "Task", "data": {"playbook": "x.yml"}}
PERIODIC = {"name": "line 512", "type": "text 10", "schedule": "text 4096", "mode": "line 256", "kind": "text 50", "project": "pk", "inventory": "line 1024",
            "save_result": "flag", "enabled": "flag", "vars": "vars"}
HOURLY = {"name": "new", "type": "INTERVAL", "schedule": "3600", "mode": "x.yml", "project": 1, "inventory": 1}
# Each endpoint that takes fields: a body that would be right and costs no hashing, and what its fields are.
ENDPOINTS = {
    ("POST", "/users/"): ({"username": "new", "password": DJANGO, "raw_password": True}, {**USER, "password": "raw"}),
    ("POST", "/users/ "): ({"username": "new", "password": "x"}, {"password": "password 128"}),
    ("PUT", "/users/2/"): ({"username": "bob", "password": ENCRYPTED}, {**USER, "password": "password 128"}),
    ("PATCH", "/users/2/"): ({}, {**USER, "password": "password 128"}),
    ("PATCH", "/users/2/ "): ({"raw_password": "True"}, {"password": "raw"}),
    ("POST", "/teams/"): ({"name": "new"}, TEAM),
    ("PUT", "/teams/1/"): ({"name": "new"}, TEAM),
    ("PATCH", "/teams/1/"): ({}, TEAM),
    ("POST", "/hosts/"): ({"name": "new"}, HOST),
    ("PUT", "/hosts/1/"): ({}, HOST),
    ("PATCH", "/hosts/1/"): ({}, HOST),
    ("POST", "/groups/"): ({"name": "new"}, GROUP),
    ("PUT", "/groups/1/"): ({}, GROUP),
    ("PATCH", "/groups/1/"): ({}, GROUP),
    ("POST", "/inventories/"): ({"name": "new"}, INVENTORY),
    ("PUT", "/inventories/1/"): ({}, INVENTORY),
    ("PATCH", "/inventories/1/"): ({}, INVENTORY),
    ("POST", "/inventories/import/"): ({"name": "new", "text": "web", "dry_run": True}, {"name": "line 512", "text": "aside", "dry_run": "flag"}),
    ("POST", "/templates/"): (TASK, TEMPLATE),
    ("PUT", "/templates/1/"): (TASK, TEMPLATE),
    ("PATCH", "/templates/1/"): ({}, TEMPLATE),
    ("POST", "/projects/"): (SITE, PROJECT),
    ("PUT", "/projects/1/"): (SITE, PROJECT),
    ("PATCH", "/projects/1/"): ({}, PROJECT),
    ("POST", "/hooks/"): (TELL, HOOK),
    ("PUT", "/hooks/1/"): (TELL, HOOK),
    ("PATCH", "/hooks/1/"): ({}, HOOK),
    ("POST", "/periodic-tasks/"): (HOURLY, PERIODIC),
    ("PUT", "/periodic-tasks/1/"): (HOURLY, PERIODIC),
    ("PATCH", "/periodic-tasks/1/"): ({}, PERIODIC),
    ("POST", "/token/"): ({"username": "nobody", "password": "x"}, {"username": "text", "password": "password"}),
}
LISTED = [(m, "/teams/1/permissions/") for m in ("POST", "PUT", "DELETE")]
SUBLISTS = ["/groups/1/hosts/", "/groups/2/groups/", "/inventories/1/hosts/", "/inventories/1/groups/", "/projects/1/hosts/", "/projects/1/groups/",
            "/projects/1/inventories/"]
OBJECTS = ["/hosts/", "/groups/", "/inventories/", "/templates/", "/projects/", "/periodic-tasks/"]
LISTS = ["/users/", "/teams/", "/hooks/", "/history/"] + OBJECTS
WRITES = ([(m, p) for m, p in ENDPOINTS if not p.endswith(" ")] + LISTED + [(m, p) for p in SUBLISTS for m in ("POST", "PUT", "DELETE")] +
          [("PUT", "/teams/1/owner/"), ("DELETE", "/users/2/"), ("DELETE", "/token/"), ("POST", "/_bulk/"), ("POST", "/history/1/cancel/")] + [("DELETE", p + "1/") for p in LISTS[1:]])
READ = (["/history/1/lines/", "/history/1/raw/", "/history/1/facts/", "/history/1/hosts/", "/_bulk/", "/stats/", "/hooks/types/"] +
        ["/", "/license/", "/teams/1/permissions/", "/teams/1/owner/", "/inventories/1/export/", "/templates/supported-kinds/", "/projects/supported-repos/", "/tasks/", "/ansible/"] + SUBLISTS +
        [p + id for p in LISTS for id in ("", "1/")])

CONTROLS = ["two\nlines", "a\tb", "x\x7f", "\x01a"]
WRONG = {
    "text": [None, True, *THINGS],
    "username": ["", " \t\n", "a b", "a/b", "a,b", "<a>", "\u2603", *CONTROLS],
    "email": [5, "x", "@", "a@b", "a b@c.d", "a@b c.d", "a@@b.c", "@b.c", "a@.c", *CONTROLS],
    "line": ["", " \n ", *CONTROLS],
    "blank line": CONTROLS,
    "flag": [None, "", "maybe", "tRUE", " true", "yess", 2, -1, 1.5, 10 ** 17, *THINGS],
    "ids": [None, "x", "1", 5, True, {}, {"a": 1}, ["x"], [""], [1.5], [None], [[]], [True], [{}], [10 ** 18], ["1 2"],
            [1, "x"]],
    # None of these is what the worker puts in a password's place.
    "password": ["", 1.5, {"hash": "$argon2id$x"}, {"hash": None}, {"given": True}, {"length": 5}],
    "vars": [5, True, "x", "", "[]", "{", "5", '{"a":1,"a":2}', [], [1], [["a", 1]], {"": 1}, {"a b": 1}, {"1": 1}, {"a\n": 1}, {"\u2603": 1},
             {"x" * 129: 1}, {"a": 1, "ansible ssh_pass": "swordfish"}],
    "pk": [None, "", " ", "x", "1.5", 1.5, 99, "99", -1, 10 ** 17, "9" * 5000, True, *THINGS],
    "object": [5, True, "x", "", "[]", "{", "5", [], [1], [{}]],
    # None of these is what the worker puts in a text's place.
    "aside": ["", 5, True, [], {}, {"length": "x"}],
    "raw": ["", "x", DJANGO + "x", "pbkdf2_sha256$0$a$" + "A" * 43 + "=", "md5$a$b", "x" * 513, {"hash": DJANGO}],
}


def wrong_values(kind):
    kind, _, most = kind.rpartition(" ") if kind[-1].isdigit() else (kind, "", "")
    values = WRONG[kind] + ([None] if kind in ("vars", "object", "aside", "pk") else WRONG["text"] if kind not in ("text", "flag", "ids") else [])
    return values + (["x" * (int(most) + 1), "\u2603" * (int(most) + 1)] if most else [])


@pytest.fixture(scope="module", autouse=True)
def seeded(api, session_sql):
    """User 2, bob, and team 1, in which he is and on which he is EDITOR; a thing of each other kind, and group 2, of groups."""
    session_sql.run("select house.reset()")
    session_sql.run("insert into people.users (username, password) values ('bob', 'x')")
    said(api.polemarch.post("/teams/", {"name": "ops", "users_list": [2], "proxy_group": "ops"}), 201)
    said(api.polemarch.post("/teams/1/permissions/", [grant(2, "EDITOR")]))
    make_run(session_sql)
    make(api.polemarch, "hooks", **TELL)
    for path, more in (("projects", SITE), ("hosts", {"name": "web"}), ("groups", {"name": "g"}), ("groups", {"name": "of-groups", "children": True}),
                       ("inventories", {"name": "i"}), ("templates", TASK), ("periodic-tasks", HOURLY)):
        make(api.polemarch, path, **more)
    for path in SUBLISTS[:1] + SUBLISTS[2:4]:
        said(api.polemarch.post(path, [1]))
    # What the runner has to do with it is done: from here on only requests could change anything.
    eventually(lambda: said(api.polemarch.get("/projects/1/"))["status"] == "OK", PATIENCE, 0.1)


@pytest.fixture
def asked(api):
    """asked(method, path, body, ...) -> what is said, with 400; the body may be any JSON."""
    def asked(method, path, body, code=400, **more):
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
        answer = api.polemarch.raw(method, path.strip(), body, **more)
        assert answer.status_code == code, (body[:100], answer.status_code, answer.content[:200])
        return answer.json()
    return asked


# ---- fields

@pytest.mark.parametrize("method, path, name", [(m, p, name) for (m, p), (_, fields) in ENDPOINTS.items() for name in fields])
def test_a_field_that_is_wrong_is_refused_by_name(asked, method, path, name):
    good, fields = ENDPOINTS[method, path]
    for value in wrong_values(fields[name]):
        wrong = asked(method, path, {**good, name: value})
        assert wrong.keys() == {name} and len(wrong[name]) == 1, (value, wrong)


NEEDED = {"teams": {"name"}, "users": {"username", "password"}, "token": {"username", "password"}, "templates": {"name", "kind", "data"}, "hooks": {"name", "type", "recipients"},
          "projects": {"repository"}, "periodic-tasks": {"type", "schedule", "mode", "project", "inventory"}, "import": {"text"}}


@pytest.mark.parametrize("method, path", [(m, p) for m, p in ENDPOINTS if m != "PATCH" and not p.endswith(" ")
                                          and (p.split("/")[1] in NEEDED or "import" in p)])
@pytest.mark.parametrize("body", [b"", b"{}", b'{"unknown": [1]}'])
def test_what_is_needed_and_not_there_is_told_together(asked, method, path, body):
    needed = NEEDED[path.split("/")[1] if "import" not in path else "import"]
    assert asked(method, path, body) == {name: ["This field is required."] for name in needed}


def test_all_fields_that_are_wrong_are_told_together(asked):
    wrong = {"username": "a b", "password": "", "email": "x", "first_name": "x" * 31, "is_staff": "maybe"}
    for method, path in (("POST", "/users/"), ("PUT", "/users/2/"), ("PATCH", "/users/2/")):
        assert asked(method, path, wrong).keys() == wrong.keys()


@pytest.mark.parametrize("method, path, body, wrong", [
    ("PATCH", "/users/2/", {"username": "admin"}, {"username": ["Already exists."]}),
    ("POST", "/users/", {"username": "bob"}, {"username": ["Already exists."]}),
    ("PATCH", "/users/1/", {"is_active": False}, {"detail": "The last superuser must stay one."}),
    ("PUT", "/users/1/", {"username": "admin", "password": ENCRYPTED, "is_staff": "f"},
     {"detail": "The last superuser must stay one."})])
def test_what_is_taken_and_who_is_last_are_a_conflict(asked, method, path, body, wrong):
    assert asked(method, path, body, 409) == wrong


# ---- permissions and owner

@pytest.mark.parametrize("method, path", LISTED)
def test_permissions_are_a_list_of_objects(asked, method, path):
    for body in (None, {}, {"member": 2}, "x", 5, 1.5, True):
        assert asked(method, path, body).keys() == {"non_field_errors"}
    for entry in (None, "x", 5, 1.5, True, [], [1]):
        for body in ([entry], [grant(1, "MASTER"), entry]):
            assert asked(method, path, body)["detail"].keys() == {"non_field_errors"}, body


@pytest.mark.parametrize("method, path", LISTED)
@pytest.mark.parametrize("name, values", [
    ("member", [None, "x", "", "-1", -1, 1.5, 10 ** 18, True, "\u0663", *THINGS]),
    ("member_type", [None, "", "x", "User", "users", 5, True, *THINGS]),
    ("role", [None, "", "OWNER", "editor", "x" * 5000, 5, True, *THINGS])])
def test_a_permission_that_is_wrong_is_refused_by_name_and_none_counts(asked, method, path, name, values):
    if (method, name) == ("DELETE", "role"):
        return                      # is passed over
    for value in values:
        wrong = asked(method, path, [grant(1, "MASTER"), {**grant(2, "MASTER"), name: value}])
        assert wrong["detail"].keys() == {name}, (value, wrong)
    short = grant(2, "MASTER")
    del short[name]
    assert asked(method, path, [short])["detail"].keys() == {name}


@pytest.mark.parametrize("method, path", LISTED)
def test_a_member_is_somebody_and_named_once(asked, method, path):
    if method != "DELETE":
        for member, type in ((99, "user"), (0, "user"), (2, "team"), (10 ** 18 - 1, "team")):
            assert asked(method, path, [grant(1, "MASTER"), grant(member, "MASTER", type)]) == {
                "detail": {"member": [f'Invalid pk "{member}" - object does not exist.']}}
    assert asked(method, path, [grant(2, "MASTER"), grant("2", "EDITOR")]) == {
        "detail": "There is duplicates in your permissions set.", "error_type": "ValueError"}


def test_an_owner_is_the_number_of_a_user(asked, session_sql):
    for body in (None, "x", "", "-1", -1, 1.5, True, 10 ** 18, *THINGS, [2], {"id": 2}):
        assert asked("PUT", "/teams/1/owner/", body)["detail"].keys() == {"id"}, body
    for body in (0, 99, 10 ** 18 - 1):
        assert asked("PUT", "/teams/1/owner/", body) == {"detail": "User matching query does not exist.",
                                                         "error_type": "DoesNotExist"}


@pytest.mark.parametrize("what", ["permissions", "owner"])
def test_what_has_no_permissions_is_not_found_before_the_body_is_judged(asked, what):
    for path in ("/teams/99/", "/hosts/99/", "/users/1/", "/tasks/1/", "/nothing/1/", "/team/1/",
                 "/teams/" + "9" * 500 + "/"):
        assert asked("PUT", path + what + "/", "nonsense", 404) == NOT_FOUND


# ---- what variables hold

@pytest.mark.parametrize("path", ["/hosts/1/", "/groups/1/", "/inventories/1/", "/templates/1/"])
def test_a_value_of_a_variable_that_no_number_can_hold_is_refused(asked, path):
    for value in (b"1e400", b"9223372036854775808", b'"\\u0000"', b'"\xff"', b"[" * 70 + b"]" * 70, b"NaN", b'{"a":1,"a":2}'):
        for key in (b"a", b"ansible_ssh_pass"):
            vars = b'{"vars":{"%s":%s}}' % (key, value)
            body = b'{"data":%s}' % vars if "templates" in path else vars
            assert asked("PATCH", path, body)["detail"].startswith("JSON parse error - "), body


# ---- the body as a whole

@pytest.mark.parametrize("method, path", WRITES)
def test_a_body_that_is_no_json_is_refused(asked, method, path):
    for body in NOT_JSON:
        if (method, path) == ("POST", "/token/") and len(body) > 16384:        # of who is not known yet
            assert asked(method, path, body, 413) == {"detail": "The body is larger than 16384 bytes."}
        else:
            assert asked(method, path, body)["detail"].startswith("JSON parse error - The body "), body[:60]


@pytest.mark.parametrize("method, path", [e for e in ENDPOINTS if not e[1].endswith(" ")])
def test_a_body_that_is_no_object_is_refused(asked, method, path):
    for body, type in NOT_OBJECTS.items():
        assert asked(method, path, body) == {
            "non_field_errors": [f"Invalid data. Expected a dictionary, but got {type}."]}


@pytest.mark.parametrize("method, path", [e for e in ENDPOINTS if not e[1].endswith(" ")])
def test_a_form_that_is_no_text_is_refused(asked, method, path):
    for body in (b"username=%ff", b"name=%00", b"%c3=a", b"name=\xff", b"name=\0", b"a=\xed\xa0\x80",
                 b"&".join([b"a=1"] * 1001)):
        assert re.fullmatch("The (body|form) is not UTF-8 text.*", asked(method, path, body, headers=FORM)["detail"]), body[:20]


def test_a_form_is_judged_as_json_is(asked):
    assert asked("POST", "/users/", b"username=a+b&password=&is_staff=maybe", headers=FORM) == {
        "username": ["Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters."],
        "password": ["This field may not be blank."], "is_staff": ['"maybe" is not a valid boolean.']}
    assert asked("POST", "/teams/1/permissions/", b"member=1", headers=FORM).keys() == {"non_field_errors"}
    assert asked("PUT", "/teams/1/owner/", b"2", headers=FORM)["detail"].keys() == {"id"}


@pytest.mark.parametrize("method, path", WRITES)
def test_a_body_of_another_type_is_not_taken(asked, method, path):
    for type in ("text/plain", "multipart/form-data; boundary=x", "application/jsonp", "application / json", "", None):
        assert asked(method, path, b"{}", 415, headers={"Content-Type": type}) == {
            "detail": f'Unsupported media type "{type or ""}" in request.'}


@pytest.mark.parametrize("type", [b"text/\xff", b"text/\xc3\xa9", ("text/" + "\u2603" * 60).encode(),
                                  ("text/x" + "\u2603" * 60).encode(), b"x" * 5000])
def test_the_type_that_is_not_taken_is_told_as_far_as_it_is_text(asked, type):
    assert asked("POST", "/teams/", b"{}", 415, headers={"Content-Type": type})["detail"].startswith("Unsupported media type ")


# ---- size

@pytest.mark.parametrize("method, path", WRITES)
def test_a_body_over_16_mib_is_too_large(api, method, path):
    answer = api.polemarch.raw(method, path, headers={"Content-Length": str((16 << 20) + 1)})
    assert said(answer, 413) == {"detail": "The body is larger than 16777216 bytes."}


def test_a_body_over_16_mib_in_chunks_is_too_large(api):
    answer = api.polemarch.post("/teams/", iter([b" " * (1 << 20)] * 17), JSON)
    assert said(answer, 413) == {"detail": "The body is larger than 16777216 bytes."}


@pytest.mark.parametrize("path, name", [("/users/2/", "username"), ("/users/2/", "email"), ("/users/2/", "password"),
                                        ("/users/2/", "is_staff"), ("/teams/1/", "name"), ("/teams/1/", "users_list"),
                                        ("/hosts/1/", "name"), ("/hosts/1/", "type"), ("/hosts/1/", "vars"), ("/groups/1/", "name"),
                                        ("/groups/1/", "children"), ("/inventories/1/", "name"), ("/projects/1/", "repository"), ("/templates/1/", "kind"),
                                        ("/templates/1/", "data")])
def test_a_value_of_10_mib_is_refused_as_a_short_one_is(asked, path, name):
    wrong = asked("PATCH", path, {name: "a@b." + "x" * (10 << 20)})
    assert wrong.keys() == {name} and len(str(wrong)) < 500


def test_a_body_of_millions_of_tiny_values_is_refused(asked):
    body = b'{"users_list": [' + b"[]," * 2_000_000 + b"[]]}"
    assert asked("PATCH", "/teams/1/", body) == {
        "detail": "JSON parse error - The body holds more than 2000000 values."}


# ---- the query, the path, the headers

@pytest.mark.parametrize("path", READ)
def test_a_query_that_is_not_text_is_refused(asked, path):
    for query in NOT_TEXT:
        assert asked("GET", f"{path}?{query}", b"") == {"detail": "The query is not UTF-8 text."}
    assert asked("GET", path + "?" + "&".join(["a=1"] * 1001), b"") == {"detail": "More than 1000 parameters in the query."}


@pytest.mark.parametrize("method, path", WRITES)
def test_a_bad_query_is_refused_with_a_body_too(asked, method, path):
    assert asked(method, path + "?%00", b"{}") == {"detail": "The query is not UTF-8 text."}


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("name", ["id", "id__not"])
def test_ids_that_are_no_numbers_are_refused(asked, api, path, name):
    for value in ("x", "1.5", "1,", ",", "1,,2", "0x1", "1 2", "true", "\u2603", "\u0663"):
        assert asked("GET", f"{path}?{name}={quote(value)}", b"").keys() == {"detail", "error_type"}, value
    for value in ("-1", "0", "9" * 5000, "-" + "9" * 40):
        page = said(api.polemarch.get(f"{path}?{name}={value}"))
        assert page["count"] == (0 if name == "id" else 2 if path in ("/users/", "/groups/") else 1)


@pytest.mark.parametrize("path", LISTS)
def test_a_page_may_be_as_far_away_and_as_large_as_a_number_tells(api, path):
    for huge in ("9" * 15, "9" * 18, "9" * 5000):
        for query in (f"limit={huge}", f"offset={huge}", f"limit={huge}&offset={huge}"):
            assert said(api.polemarch.get(f"{path}?{query}"))["count"] > 0


@pytest.mark.parametrize("path", ["/users/%ff/", "/users/1/%ff", "/%ff/1/owner/", "/users/%31/", "/users/1x/", "/users/-1/",
                                  "/teams/1/owner/x/", "//users/", "/users//1/", "/users/1//", "/Users/", "x/", "users/"])
def test_an_address_that_is_none_is_not_found(asked, path):
    for method in ("GET", "POST", "PATCH", "DELETE"):
        assert asked(method, path, b"", 404) == NOT_FOUND
    assert asked("GET", path, b"", 404, headers={"Authorization": None}) == NOT_FOUND


@pytest.mark.parametrize("path", ["/users/%00/", "/users/1%00", "/users/%zz", "/users/%", "/users/%u0041",
                                  "/../../../../etc/passwd"])
def test_a_path_that_nginx_cannot_read_is_refused_in_the_same_shape(asked, path):
    assert asked("GET", path, b"", documented=False) == {"detail": "The request is malformed."}


@pytest.mark.parametrize("host", NOT_HOSTS)
def test_a_host_header_that_is_no_host_name_is_refused(asked, host):
    assert asked("GET", "/users/", b"", headers={"Host": host}).keys() == {"detail"}


def test_an_address_and_headers_that_are_too_large_are_refused_in_the_same_shape(asked):
    assert asked("GET", "/users/?username=" + "x" * 40000, b"", 414, documented=False) == {
        "detail": "The address is too long."}
    assert asked("GET", "/users/", b"", headers={"X-Large": "x" * 40000}, documented=False) == {
        "detail": "The headers are too large."}
