"""What all of the Polemarch family has in common: addresses, pages, filters, bodies, errors, the root and the license."""
import pytest

from polemarch import FORBIDDEN, NOT_FOUND, gone, ids, said

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
METHODS = "GET, POST, PUT, PATCH, DELETE"


@pytest.fixture
def five(api, sql):
    """Four users beside the administrator: ann (2), bob (3), joanna (4), b%b (5)."""
    sql.run("insert into people.users (username, first_name, last_name, email, active)"
            " values ('ann', 'Ann', 'Lee', 'ann@example.com', true), ('bob', 'Bob', 'Lee', null, false),"
            " ('joanna', 'Ann', 'Day', null, true), ('b%%b', '', '', null, false)")
    return api.polemarch


@pytest.fixture
def team(api):
    return said(api.polemarch.post("/teams/", {"name": "myteam", "users_list": [1]}), 201)


# ---- addresses

def test_the_root_gives_the_addresses_of_what_there_is(api):
    found = said(api.polemarch.get("/"))
    assert list(found) == ["token", "bulk", "users", "teams", "hosts", "groups", "inventories", "projects", "tasks", "periodic-tasks", "templates", "history",
                           "ansible", "stats", "hooks", "license"]
    for name, address in found.items():
        path = "/_bulk/" if name == "bulk" else f"/{name}/"
        assert address == api.polemarch.base + path
        assert api.polemarch.get(path).status_code == (405 if name == "token" else 200)


def test_above_the_root_is_the_address_of_the_version(api):
    for query in ("", "?format=json"):
        answer = api.raw("GET", f"/{query}", mount="/polemarch/api", documented=False)
        assert said(answer) == {"v1": api.polemarch.base + "/" + query}
    nobody = api.raw("GET", "/", headers={"Authorization": None}, mount="/polemarch/api", documented=False)
    assert said(nobody, 401) == {"detail": "Authentication credentials were not provided."}


def test_a_slash_at_the_end_makes_no_difference(api, team):
    for path in ("/users", "/users/1", "/teams", "/teams/1", "/teams/1/permissions", "/teams/1/owner", "/license"):
        with_slash, without = api.polemarch.get(path + "/"), api.polemarch.get(path)
        assert said(with_slash) == said(without) and with_slash.content == without.content
    for slash in ("", "/"):
        made = said(api.polemarch.post("/teams" + slash, {"name": f"of {slash}"}), 201)
        path = f"/teams/{made['id']}{slash}"
        assert said(api.polemarch.patch(path, {"name": "x"}))["name"] == "x"
        assert said(api.polemarch.put(path, {"name": "y"}))["name"] == "y"
        gone(api.polemarch.delete(path))
        assert said(api.polemarch.put("/teams/1/permissions" + slash, [])) == []
        assert said(api.polemarch.put("/teams/1/owner" + slash, 1)) == {"detail": "Owner changed"}
        assert said(api.polemarch.delete("/users/1" + slash), 409) == {"detail": "Could not remove youself."}


def test_addresses_are_those_by_which_was_asked(api, five, team):
    host = {"Host": "moirai.example.com:8080"}
    base = "http://moirai.example.com:8080/polemarch/api/v1"
    page = said(five.get("/users/?limit=1&offset=1", host))
    assert page["results"][0]["url"] == base + "/users/2/"
    assert (page["next"], page["previous"]) == (base + "/users/?limit=1&offset=2", base + "/users/?limit=1")
    assert said(five.get("/", host))["teams"] == base + "/teams/"
    assert said(five.get("/teams/1", host))["owner"]["url"] == base + "/users/1/"
    assert said(five.get("/users/", {"Host": "a_b!"}), 400) == {"detail": "Host: is not a host name."}


def urls(value):
    """All addresses in a JSON value, however deep."""
    if isinstance(value, dict):
        return [u for v in value.values() for u in urls(v)]
    if isinstance(value, list):
        return [u for v in value for u in urls(v)]
    return [value] if isinstance(value, str) and value.startswith("http://") else []


def test_a_format_that_is_asked_for_is_in_every_address(api, five, team):
    for path, n in (("/", 4), ("/users/", 5), ("/users/1/", 1), ("/teams/", 1), ("/teams/1/", 3)):
        found = urls(said(five.get(path + "?format=json")))
        assert len(found) >= n and all(u.endswith("/?format=json") for u in found)
        assert not any("format" in u for u in urls(said(five.get(path))))
    page = said(five.get("/users/?limit=2&format=json&offset=2"))
    assert page["next"] == five.base + "/users/?format=json&limit=2&offset=4"
    assert page["previous"] == five.base + "/users/?format=json&limit=2"
    made = said(five.post("/teams/?format=json", {"name": "new"}), 201)
    assert made["url"] == f"{five.base}/teams/{made['id']}/?format=json"
    changed = said(five.patch("/users/1/?format=json", {}))
    assert changed["url"] == five.base + "/users/1/?format=json"
    assert urls(said(five.get("/users/1/?format=%3Cscript%3E"))) == [five.base + "/users/1/"]


# ---- pages

PAGES = [
    ("", [1, 2, 3, 4, 5], None, None),
    ("?limit=2", [1, 2], "limit=2&offset=2", None),
    ("?limit=2&offset=2", [3, 4], "limit=2&offset=4", "limit=2"),
    ("?offset=4&limit=2", [5], None, "limit=2&offset=2"),
    ("?limit=2&offset=3", [4, 5], None, "limit=2&offset=1"),
    ("?limit=2&offset=1", [2, 3], "limit=2&offset=3", "limit=2"),
    ("?limit=5", [1, 2, 3, 4, 5], None, None),
    ("?limit=4", [1, 2, 3, 4], "limit=4&offset=4", None),
    ("?offset=2", [3, 4, 5], None, "limit=1000"),
    ("?offset=5", [], None, "limit=1000"),
    ("?offset=2000", [], None, "limit=1000&offset=1000"),
    ("?limit=1&offset=9", [], None, "limit=1&offset=8"),
    # What makes no sense counts as not given.
    ("?limit=0", [1, 2, 3, 4, 5], None, None),
    ("?limit=-1&offset=-2", [1, 2, 3, 4, 5], None, None),
    ("?limit=x&offset=1.5", [1, 2, 3, 4, 5], None, None),
    ("?limit=&offset=", [1, 2, 3, 4, 5], None, None),
    ("?limit=0&offset=3", [4, 5], None, "limit=1000"),
    ("?limit=999999999999999&offset=1", [2, 3, 4, 5], None, "limit=999999999999999"),
    ("?limit=99999999999999999999999&offset=99999999999999999999999", [1, 2, 3, 4, 5], None, None),
    # The last of several counts; parameters come sorted by name.
    ("?limit=1&limit=3", [1, 2, 3], "limit=3&offset=3", None),
    ("?zeta=1&limit=1&offset=1&alpha=a%20b%26%C3%A4&zeta=2", [2], "alpha=a%20b%26%C3%A4&limit=1&offset=2&zeta=2",
     "alpha=a%20b%26%C3%A4&limit=1&zeta=2"),
    ("?username=b&limit=1", [3], "limit=1&offset=1&username=b", None)]


def test_a_list_comes_in_pages_that_name_the_next_and_the_previous(five):
    link = lambda query: query and f"{five.base}/users/?{query}"
    for query, found, next, previous in PAGES:
        page = said(five.get("/users/" + query))
        assert [r["id"] for r in page["results"]] == found, query
        assert (page["count"], page["next"], page["previous"]) == (2 if "username" in query else 5, link(next),
                                                                   link(previous)), query
        for address in filter(None, (page["next"], page["previous"])):
            assert said(five.get(address.removeprefix(five.base)))["count"] == page["count"]


def test_the_links_lead_through_all_of_it_and_back(five):
    for path, all in (("/users/?limit=2", [1, 2, 3, 4, 5]), ("/users/?limit=1&id__not=2", [1, 3, 4, 5])):
        seen = []
        while path:
            page = said(five.get(path))
            seen += [r["id"] for r in page["results"]]
            last, path = path, page["next"] and page["next"].removeprefix(five.base)
        assert seen == all
        while last:
            page = said(five.get(last))
            first, last = page["results"], page["previous"] and page["previous"].removeprefix(five.base)
        assert first[0]["id"] == 1


def test_a_list_is_an_envelope_in_the_order_of_the_document(five):
    text = five.get("/users/?limit=1").text
    assert text == (f'{{"count":5,"next":"{five.base}/users/?limit=1&offset=1","previous":null,"results":['
                    f'{{"id":1,"username":"admin","is_active":true,"is_staff":true,"url":"{five.base}/users/1/"}}]}}')
    assert five.get("/teams/").text == '{"count":0,"next":null,"previous":null,"results":[]}'


# ---- filters

FILTERS = [
    ("id=2", [2]), ("id=2,4", [2, 4]), ("id=4,%202", [2, 4]), ("id=4,+2", [2, 4]), ("id=9", []), ("id=2,9,2", [2]),
    ("id=%2B2", [2]), ("id=-2", []), ("id=99999999999999999999", []), ("id__not=1", [2, 3, 4, 5]), ("id__not=1,%202,3", [4, 5]),
    ("id__not=9", [1, 2, 3, 4, 5]), ("id__not=99999999999999999999", [1, 2, 3, 4, 5]), ("id=1,2&id__not=2,3", [1]),
    ("username=ann", [2, 4]), ("username=Ann", []), ("username=b", [3, 5]), ("username=%25", [5]), ("username=_", []),
    ("username=ann,bob", []), ("username__not=ann", [1, 3, 5]), ("username__not=Ann", [1, 2, 3, 4, 5]),
    ("username__not=%25", [1, 2, 3, 4]), ("username=o&username__not=j", [3]),
    ("is_active=true", [1, 2, 4]), ("is_active=True", [1, 2, 4]), ("is_active=FALSE", [3, 5]), ("is_active=1", [1, 2, 3, 4, 5]),
    ("is_active=maybe", [1, 2, 3, 4, 5]),
    ("first_name=Ann", [2, 4]), ("first_name=An", []), ("first_name=ann", []), ("first_name=Ann,Bob", []),
    ("last_name=Lee", [2, 3]), ("last_name=lee", []), ("first_name=Ann&last_name=Lee", [2]),
    ("email=ann@example.com", [2]), ("email=ann%40example.com", [2]), ("email=ann@", []), ("email=ANN@example.com", []),
    # Nothing given is no filter, what is not known is none, of several the last counts.
    ("id=&id__not=&username=&username__not=&is_active=&first_name=&last_name=&email=", [1, 2, 3, 4, 5]),
    ("username", [1, 2, 3, 4, 5]),
    ("is_staff=true", [1, 2, 3, 4, 5]), ("nonsense=1&ordering=-id", [1, 2, 3, 4, 5]), ("id=1&id=2", [2]),
    ("username=ann&username=bob", [3]), ("id=abc&id=3", [3]), ("last_name=Lee&is_active=true&id=2,3,4&username=n", [2])]


def test_a_list_shows_what_its_filters_let_through(five):
    for query, found in FILTERS:
        assert ids(five.get("/users/?" + query)) == found, query


def test_teams_are_filtered_by_id_and_by_parts_of_the_name(api):
    for name in ("myteam", "a-b team", "outsiders"):
        said(api.polemarch.post("/teams/", {"name": name}), 201)
    for query, found in (("name=team", [1, 2]), ("name=out", [3]), ("name=Team", []), ("name__not=outsiders", [1, 2]),
                         ("name__not=my", [2, 3]),
                         ("id=1,3", [1, 3]), ("id__not=1", [2, 3]), ("name=team&id__not=2", [1]), ("name=", [1, 2, 3]),
                         ("name=a_b", []), ("owner=1", [1, 2, 3])):
        assert ids(api.polemarch.get("/teams/?" + query)) == found, query


def test_an_id_that_is_no_number_is_refused(api):
    for words, bad in (("abc", "abc"), ("1,", ""), (",", ""), ("1,x,2", "x"), ("1.0", "1.0"), ("0x1", "0x1"), ("1 2", "1 2"),
                       ("%C3%A4", "ä"), ("1,'", "'")):
        for path, name in (("/users/", "id"), ("/users/", "id__not"), ("/teams/", "id"), ("/teams/", "id__not")):
            assert said(api.polemarch.get(f"{path}?{name}={words}"), 400) == {
                "detail": f"invalid literal for int() with base 10: '{bad}'", "error_type": "ValueError"}


# ---- what is refused, and how

def test_what_is_not_there_is_not_found(api):
    for path in ("/nonsense/", "/users/1/nonsense/", "/users/x/", "/users/-1/", "/users/1//", "/Users/",
                 "/teams/1/permissions/1/"):
        for method in METHODS.split(", ") + ["HEAD", "OPTIONS", "TRACK"]:
            answer = api.polemarch.raw(method, path, b"{}")
            assert method == "HEAD" or said(answer, 404) == NOT_FOUND, path
            assert (answer.status_code, answer.headers["Allow"]) == (404, "OPTIONS")


def test_rights_are_of_some_kinds_only(api):
    for kind in ("users", "history", "tasks", "periodic-tasks", "license", "host", "token", "team"):
        for method in ("GET", "POST", "PUT", "DELETE"):
            assert said(api.polemarch.raw(method, f"/{kind}/1/permissions/", b"[]"), 404) == NOT_FOUND
        for method in ("GET", "PUT"):
            assert said(api.polemarch.raw(method, f"/{kind}/1/owner/", b"1"), 404) == NOT_FOUND


def test_an_object_that_is_not_there_is_not_found(api):
    for path in ("/users/99/", "/teams/99/", "/users/0/", "/users/99999999999999999999999999999/"):
        for call in (api.polemarch.get, api.polemarch.put, api.polemarch.patch, api.polemarch.delete):
            assert said(call(path), 404) == NOT_FOUND


def test_a_method_that_is_not_meant_is_refused_and_the_others_are_named(api, team):
    all = {"/": "GET", "/users/": "GET, POST", "/users/1/": "GET, PUT, PATCH, DELETE", "/teams/": "GET, POST",
           "/teams/1/": "GET, PUT, PATCH, DELETE", "/teams/1/permissions/": "GET, POST, PUT, DELETE",
           "/teams/1/owner/": "GET, PUT", "/license/": "GET"}
    for path, allowed in all.items():
        for method in [m for m in METHODS.split(", ") + ["TRACK"] if m not in allowed.split(", ")]:
            answer = api.polemarch.raw(method, path, b"{}")
            assert said(answer, 405) == {"detail": f'Method "{method}" not allowed.'}
            assert answer.headers["Allow"] == allowed + ", HEAD, OPTIONS"
            assert answer.headers["Vary"] == "Accept, Cookie"
        assert api.polemarch.get(path).headers["Allow"] == allowed + ", HEAD, OPTIONS"


def test_nobody_is_asked_for_credentials(api, team):
    nobody = api.polemarch.signed_in()
    for path in ("/", "/users/", "/users/1/", "/users/99/", "/teams/", "/teams/1/", "/teams/1/permissions/", "/hosts/1/owner/",
                 "/license/"):
        for method in ("GET", "PUT", "OPTIONS", "TRACK"):
            answer = nobody.call(method, path)
            assert said(answer, 401) == {"detail": "Authentication credentials were not provided."}
            assert (answer.headers["X-Anonymous"], answer.headers["WWW-Authenticate"]) == ("true", "Token")
    assert said(nobody.get("/nonsense/"), 404) == NOT_FOUND


def test_wrong_credentials_are_told_apart_from_none(api):
    for headers, words in (({"Authorization": "Token " + "0" * 40}, "Invalid token."),
                           ({"Authorization": "Token x"}, "Invalid token."),
                           ({"Authorization": "Bearer x"}, "Invalid token."),
                           (api.signed_in("admin", "no").basic(), "Invalid username/password."),
                           ({"Authorization": "Basic x"}, "Invalid username/password.")):
        answer = api.polemarch.like(auth=None, headers=headers).get("/users/")
        assert said(answer, 401) == {"detail": words}
        assert answer.headers["WWW-Authenticate"] == "Token" and "X-Anonymous" not in answer.headers


def test_who_may_not_is_told_so(people):
    ann = people.new("ann")
    assert said(ann.get("/users/1/"), 403) == FORBIDDEN
    assert said(ann.post("/users/", {}), 403) == FORBIDDEN


BROKEN = [
    (b"{", "string or '}' expected near end of file"), (b"{\"name\": }", "unexpected token (line 1"),
    (b"\xff", "unable to decode byte 0xff"),
    (b"{} x", "end of file expected (line 1"), (b"nonsense", "invalid token (line 1"),
    (b"{'a':1}", "string or '}' expected"), (b"[" * 300 + b"]" * 300, "nested deeper than")]


def test_a_body_that_is_not_json_is_refused(api, team):
    for method, path in (("POST", "/teams/"), ("PATCH", "/teams/1/"), ("DELETE", "/teams/1/permissions/")):
        for body, words in BROKEN:
            detail = said(api.polemarch.raw(method, path, body), 400)["detail"]
            assert detail.startswith("JSON parse error - ") and words in detail


def test_what_is_no_object_where_one_is_wanted_is_refused(api, team):
    for method, path in (("POST", "/teams/"), ("PUT", "/teams/1/"), ("PATCH", "/teams/1/"), ("POST", "/users/"),
                         ("PATCH", "/users/1/")):
        for body, type in ((b"[]", "list"), (b"[{}]", "list"), (b'"x"', "str"), (b"5", "int"), (b"1.5", "float"),
                           (b"true", "bool"), (b"null", "NoneType")):
            assert said(api.polemarch.raw(method, path, body), 400) == {
                "non_field_errors": [f"Invalid data. Expected a dictionary, but got {type}."]}


def test_no_body_is_an_empty_object(api, team):
    assert said(api.polemarch.post("/teams/"), 400) == {"name": ["This field is required."]}
    assert said(api.polemarch.put("/teams/1/", b""), 400) == {"name": ["This field is required."]}
    assert said(api.polemarch.patch("/teams/1/")) == said(api.polemarch.patch("/teams/1/", b"")) == team


def test_a_body_of_another_type_is_refused(api, team):
    for type in ("text/plain", "application/xml", "multipart/form-data; boundary=x", "application/jsonx", ""):
        for method, path in (("POST", "/teams/"), ("PUT", "/teams/1/"), ("PATCH", "/users/1/"),
                             ("DELETE", "/teams/1/permissions/")):
            answer = api.polemarch.raw(method, path, b'{"name":"x"}', {"Content-Type": type})
            assert said(answer, 415) == {"detail": f'Unsupported media type "{type}" in request.'}
        assert said(api.polemarch.raw("PATCH", "/teams/1/", b"", {"Content-Type": type})) == team


def test_json_is_json_however_it_is_written(api, team):
    for i, type in enumerate(("application/json", "APPLICATION/JSON", "application/json; charset=utf-8", " application/json ;x")):
        assert said(api.polemarch.raw("PATCH", "/teams/1/", b'{"name":"%d"}' % i, {"Content-Type": type}))["name"] == str(i)


def test_what_a_client_accepts_makes_no_difference(api):
    for accept in ("text/html", "text/plain", "image/png", "text/javascript", "application/json", "nonsense", ""):
        answer = api.polemarch.get("/license/", {"Accept": accept})
        assert said(answer)["actual_users"] == 1
        assert answer.headers["Content-Type"] == "application/json; charset=UTF-8"


# ---- forms

def test_a_form_is_taken_as_an_object_of_texts(api):
    body = (b"username=p%C3%A4t+ya&username=petya&password=r%26x&email=&first_name=Pe+t%2Bya&last_name=%20Smith%20"
            b"&is_active=on&is_staff=False&x=1")
    made = said(api.polemarch.post("/users/", body, FORM), 201)
    assert made == {"id": 2, "username": "petya", "password": "[~~ENCRYPTED~~]", "is_active": True, "is_staff": False,
                    "first_name": "Pe t+ya", "last_name": "Smith", "email": "", "url": api.polemarch.base + "/users/2/"}
    petya = api.signed_in("petya", "r&x").polemarch
    assert said(petya.patch("/users/2/", b"first_name=P",
                            {"Content-Type": FORM["Content-Type"] + "; charset=utf-8"}))["first_name"] == "P"
    assert said(petya.patch("/users/2/", b"", FORM))["first_name"] == "P"


def test_a_form_is_refused_as_an_object_would_be(api, team):
    assert said(api.polemarch.put("/teams/1/", b"users_list=1", FORM), 400) == {
        "name": ["This field is required."], "users_list": ['Expected a list of items but got type "str".']}
    assert said(api.polemarch.put("/teams/1/permissions/", b"member=1&role=EDITOR", FORM), 400) == {
        "non_field_errors": ['Expected a list of items but got type "dict".']}
    for body in (b"name=%ff", b"name=a%00b", b"name=a\0b", b"\xff=1"):
        assert "is not UTF-8 text" in said(api.polemarch.patch("/teams/1/", body, FORM), 400)["detail"]


# ---- the rest of HTTP

def test_head_says_what_get_would_without_it(api, team):
    for path in ("/users/", "/users/1/", "/teams/1/", "/teams/1/permissions/", "/license/", "/"):
        get, head = api.polemarch.get(path), api.polemarch.call("HEAD", path)
        assert (head.status_code, head.content) == (200, b"")
        for name in ("Content-Type", "Content-Length", "ETag", "Allow", "Vary"):
            assert head.headers[name] == get.headers[name], (path, name)
    for path, code in (("/users/99/", 404), ("/nonsense/", 404)):
        answer = api.polemarch.call("HEAD", path)
        assert (answer.status_code, answer.content) == (code, b"")


def test_options_says_what_is_understood(api):
    for path in ("/users/", "/users/99/", "/hosts/1/permissions/", "/license/"):
        answer = api.polemarch.call("OPTIONS", path)
        assert said(answer) == {"renders": ["application/json"],
                                "parses": ["application/json", "application/x-www-form-urlencoded"]}
        assert answer.headers["Allow"] == api.polemarch.get(path).headers["Allow"] and answer.headers["Vary"] == "Accept, Cookie"
    assert said(api.polemarch.call("OPTIONS", "/nonsense/"), 404) == NOT_FOUND


def test_what_has_not_changed_is_not_sent_again(api, team):
    tag = api.polemarch.get("/teams/1/").headers["ETag"]
    answer = api.polemarch.raw("GET", "/teams/1/", headers={"If-None-Match": tag}, documented=False)
    assert (answer.status_code, answer.content, answer.headers["Vary"]) == (304, b"", "Accept, Cookie")
    said(api.polemarch.patch("/teams/1/", {"name": "other"}))
    assert said(api.polemarch.get("/teams/1/", {"If-None-Match": tag}))["name"] == "other"


def test_answers_are_compact_and_letters_stand_for_themselves(api):
    answer = api.polemarch.post("/teams/", {"name": "Zwölf/\U0001f600 \"<&>\\"})
    assert answer.text.startswith('{"id":1,"name":"Zwölf/\U0001f600 \\"<&>\\\\","users":[],"users_list":[],"owner":{"id":1,')
    assert answer.headers["Content-Type"] == "application/json; charset=UTF-8"
    assert answer.headers["Cache-Control"] == "private, no-cache"


def test_what_is_made_is_named_by_its_location(api):
    answer = api.polemarch.post("/teams/", {"name": "x"})
    assert (answer.status_code, answer.headers["Location"]) == (201, "/polemarch/api/v1/teams/1/")


def test_what_cannot_be_written_is_passed_over(api, team):
    ignored = {"id": 9, "url": "x", "owner": 9, "users": [9], "nonsense": {"a": [1]}, "is_superuser": True}
    assert said(api.polemarch.patch("/teams/1/", ignored)) == team
    assert said(api.polemarch.put("/teams/1/", {"name": "myteam", **ignored})) == team
    assert said(api.polemarch.post("/teams/", {"name": "other", **ignored}), 201)["id"] == 2


# ---- the license

def hosts(client):
    """Three, as a license counts."""
    said(client.post("/hosts/", {"name": "a"}), 201)
    said(client.post("/hosts/", {"name": "b[1:2]", "type": "RANGE"}), 201)
    client.hermes.post("/hosts", {"hostname": "of the fleet only"})


def test_the_license_is_unlimited_unless_told(api, people):
    people.new("ann")
    hosts(api.polemarch)
    for client in (api.polemarch, people.new("bob")):
        assert client.get("/license/").text == ('{"expiry":null,"users":null,"organization":"","contacts":"","hosts":null,'
                                                '"actual_hosts":3,"actual_users":3}')


@pytest.mark.noreset
def test_the_license_is_what_the_settings_say(far, far_set):
    far_set(license_users=5, license_organization="VST Consulting", license_contacts="sergey.k@vstconsulting.net")
    hosts(far.polemarch)
    assert far.polemarch.get("/license/").text == (
        '{"expiry":null,"users":5,"organization":"VST Consulting","contacts":"sergey.k@vstconsulting.net","hosts":null,'
        '"actual_hosts":3,"actual_users":1}')
    far_set(license_expiry="2027-01-31", license_hosts=2)
    license = said(far.polemarch.get("/license/"))
    assert (license["expiry"], license["hosts"], license["actual_hosts"]) == ("2027-01-31", 2, 3)
