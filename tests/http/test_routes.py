"""THE route table (fcgi-app/worker/routes.c), the database and doc/openapi.yaml tell the same, for both families."""
import re
from collections import namedtuple

import pytest

from contract import HERMES, POLEMARCH
from instance import ROOT

pytestmark = pytest.mark.noreset

SECTION = re.compile(r"/\* ---- (\S+): .+ ---- \*/")
ROW = re.compile(r'\{ (HERMES|POLEMARCH), (GET|POST|PUT|PATCH|DELETE), "([^"]+)", (?:CALL\("([^"]+)"\)|NONE), (\w+), ([\w| ]+) \},')
HOOKS = "worker/hooks.c"
FAMILIES = {"HERMES": HERMES, "POLEMARCH": POLEMARCH}

# section: the file; path: as the document has it; call: the SQL function; flags: R_..., or 0.
Row = namedtuple("Row", "section family method path call hook flags")


def documented_path(family, path):
    """A row's path as the document has it: Hermes's below its server, Polemarch's whole and with a slash at its end."""
    path = re.sub(r":(rest|word)\}", "}", path)
    return path if family == HERMES else f"{POLEMARCH}/v1{path.removesuffix('/')}/"


def read_table():
    text = (ROOT / "fcgi-app/worker/routes.c").read_text()
    table = text[text.index("routes[] = {"):text.index("\n};")]
    rows, section = [], None
    for line in table.splitlines()[1:]:
        if match := SECTION.search(line):
            section = match[1]
        elif line.strip():
            match = ROW.fullmatch(line.strip())
            assert match, f"not a row that this test can read: {line}"
            family = FAMILIES[match[1]]
            rows.append(Row(section, family, match[2], documented_path(family, match[3]), match[4],
                            None if match[5] == "NULL" else match[5], set(match[6].split(" | "))))
    return rows


ROWS = read_table()
CALLS = [r for r in ROWS if r.call]
FUNCTIONS = {r.call for r in CALLS}
SCHEMAS = {c.split(".")[0] for c in FUNCTIONS}
# Not rows of their own: the address above that of version 1 leads to the root, by a mount of its own.
MOUNTS = {("GET", POLEMARCH + "/")}


def name_of(row):
    return f"{row.method} {row.path}"


def flagged(flag):
    return {(r.method, r.path) for r in ROWS if flag in r.flags}


def text_of(section):
    folder = ROOT / "fcgi-app" if section.endswith(".c") else ROOT
    return (folder / section).read_text()


def body_of(row):
    return text_of(row.section).split(f"function {row.call}(")[1].split("\n$$;")[0]


@pytest.mark.parametrize("row", CALLS, ids=name_of)
def test_a_row_names_a_function_of_the_one_signature(sql, row):
    schema, name = row.call.split(".")
    assert sql.rows("select pg_get_function_identity_arguments(oid), prorettype::regtype::text, prosecdef"
                    " from pg_proc where pronamespace::regnamespace::text = %s and proname = %s", schema, name) == [
                        ("req jsonb", "api.answer", True)]


@pytest.mark.parametrize("row", CALLS, ids=name_of)
def test_the_function_of_a_row_is_defined_in_the_file_that_its_section_names(row):
    assert f"create or replace function {row.call}(req jsonb) returns api.answer" in text_of(row.section)


def test_each_family_calls_functions_of_its_own():
    assert {(r.family, r.call.split(".")[0]) for r in CALLS} == {(HERMES, "hermes_api"), (POLEMARCH, "polemarch_api")}


@pytest.mark.parametrize("row", CALLS, ids=name_of)
def test_the_block_above_a_function_names_its_method_and_path(row):
    comment = text_of(row.section).split(f"create or replace function {row.call}(")[0].rsplit("\n\n", 1)[-1]
    first = next(l for l in comment.splitlines() if l.startswith("--"))
    methods, path = re.fullmatch(r"-- \S+\(req\).* {2,}((?:[A-Z]+,? )+)(\S+)", first).groups()
    assert row.method in re.findall("[A-Z]+", methods), first
    ours = (HERMES if row.family == HERMES else "") + row.path.removeprefix(POLEMARCH + "/v1")
    assert ours in {path, *(path.replace(one, each) for one in re.findall(r"[a-z|]+", path) for each in one.split("|"))}


def functions(sql, which):
    """Those in the families' schemas of which this is true."""
    return set(sql.column("select pronamespace::regnamespace || '.' || proname from pg_proc"
                          f" where pronamespace::regnamespace::text = any(%s) and {which}", sorted(SCHEMAS)))


def test_each_function_that_answers_for_itself_is_named_by_a_row(sql):
    """Helpers that answer for others do so with the rights of who calls them."""
    assert functions(sql, "prosecdef and prorettype = 'api.answer'::regtype") == FUNCTIONS
    assert functions(sql, "prosecdef") == FUNCTIONS


def test_the_worker_may_execute_what_rows_name_and_no_helper(sql):
    assert functions(sql, "has_function_privilege('moirai_web', oid, 'execute')") == FUNCTIONS


@pytest.mark.parametrize("row", [r for r in ROWS if r.hook], ids=name_of)
def test_the_hook_of_a_row_is_defined_where_all_hooks_are(row):
    """Instead of a function, then that file is its section, or to send what the function has answered."""
    assert f"enum status {row.hook}(struct request *r)\n{{" in text_of(HOOKS)
    assert (row.section == HOOKS) == (row.call is None)


def test_a_row_does_something_or_is_not_supported():
    for row in ROWS:
        assert bool(row.call or row.hook) != ("R_UNSUPPORTED" in row.flags), row


def test_no_row_is_there_twice():
    assert len({(r.method, r.path) for r in ROWS}) == len(ROWS)


def test_a_function_asks_who_is_signed_in_by_itself_or_by_the_helper_that_does_its_work():
    """But for what may be watched, and for what has its own words for a wrong password."""
    asks = re.compile(r"people\.must_be_\w+\(req\b|return (polemarch_api\.(permissions|sublist)_change|hermes_api\.token_end)\(req")
    assert {r.call for r in CALLS if not asks.search(body_of(r))} == {"hermes_api.health", "hermes_api.metrics",
                                                                      "polemarch_api.token_create"}


@pytest.mark.parametrize("family", [HERMES, POLEMARCH])
def test_rows_and_documented_operations_are_the_same(contract, family):
    rows = {(r.method, r.path) for r in ROWS if r.family == family and "R_UNSUPPORTED" not in r.flags}
    assert rows | (MOUNTS if family == POLEMARCH else set()) == contract.operations(family)


def test_what_is_not_supported_is_documented_as_405(contract):
    for method, path in flagged("R_UNSUPPORTED"):
        about = contract.document["paths"][path]["description"]
        assert re.search(rf"\b{method}\b.* (is|are) 405", about), (method, path)


def operations(contract):
    return contract.operations(HERMES) | contract.operations(POLEMARCH)


SIGNED_IN = [{"session": [], "xsrf": []}, {"token": []}, {"basic": []}]


def test_who_is_not_signed_in_may_ping_and_sign_in_and_it_is_documented_so(contract):
    assert flagged("R_OPEN") == {("GET", "/ping")}
    assert flagged("R_CREDENTIALS") == {("POST", "/session"), ("POST", POLEMARCH + "/v1/token/")}
    assert contract.document["security"] == SIGNED_IN
    for method, path in operations(contract):
        is_open = contract.operation(method, path).get("security") == []
        assert is_open == ((method, path) in flagged("R_OPEN") | flagged("R_CREDENTIALS")), (method, path)


def test_who_watches_need_not_sign_in_and_it_is_documented_so(contract):
    assert flagged("R_WATCH") == {("GET", "/health"), ("GET", "/metrics")}
    for method, path in flagged("R_WATCH"):
        operation = contract.operation(method, path)
        assert operation["security"] == [{}, {"bearer": []}, *SIGNED_IN]
        assert re.search(r"no sign-in from this machine itself .*`metrics_token`", operation["description"], re.S)


def test_only_what_is_open_or_watched_differs_in_who_may(contract):
    assert {o for o in operations(contract) if "security" in contract.operation(*o)} == (
        flagged("R_OPEN") | flagged("R_CREDENTIALS") | flagged("R_WATCH"))


def test_what_makes_a_secret_is_documented_to_tell_it(contract):
    told = {"POST /session": "xsrfToken", "POST /tokens": "token", f"POST {POLEMARCH}/v1/token/": "token"}
    assert {f"{m} {p}" for m, p in flagged("R_TOKEN")} == told.keys()
    for address, member in told.items():
        responses = contract.operation(*address.split())["responses"]
        schema = contract.resolve((responses.get("201") or responses["200"])["content"]["application/json"]["schema"])
        assert member in str(contract.document["components"]["schemas"]["SessionFields"] if member == "xsrfToken" else schema)


def test_what_takes_a_new_password_is_what_makes_and_changes_users():
    assert flagged("R_PASSWORD") == {("POST", POLEMARCH + "/v1/users/"), ("PUT", POLEMARCH + "/v1/users/{id}/"),
                                     ("PATCH", POLEMARCH + "/v1/users/{id}/")}


def test_each_operation_promises_something_good_and_none_501(contract):
    for method, path in operations(contract):
        codes = contract.operation(method, path)["responses"].keys()
        assert codes & {"200", "201", "204"} and "501" not in codes, (method, path)


def test_writes_are_documented_to_be_refused_with_403_and_all_but_ping_with_429(contract):
    """By a token that may only read, or without the XSRF token; wherever a password is compared."""
    for method, path in operations(contract):
        codes = contract.operation(method, path)["responses"].keys()
        assert "403" in codes or method == "GET" or (method, path) in flagged("R_CREDENTIALS"), (method, path)
        assert ("429" in codes) == (path != "/ping"), (method, path)


def test_what_is_for_some_is_documented_as_403_with_the_setting_that_says_for_whom(contract):
    for row in CALLS:
        operation, body = contract.operation(row.method, row.path), body_of(row)
        if "must_be_administrator(req)" in body:
            assert "For administrators." in operation["description"] and "403" in operation["responses"], row
        for setting in re.findall(r"must_be_among\(req, '(\w+)'\)", body):
            name = re.sub("[A-Z]", lambda m: "_" + m[0].lower(), setting)
            assert re.search(rf"\b403\b.*`{name}`", operation["description"], re.S) and "403" in operation["responses"], row


def test_what_passes_on_the_query_servers_failures_is_documented_as_502_and_504(contract):
    """Mail to a quest's owners asks as well, but any failure is a 400 there, as of a regular expression that modules are searched
    for; home does without. Who reads an inventory's text is slow, too."""
    asking = {(r.method, r.path) for r in CALLS if "api.ask(" in body_of(r) and r.call not in ("hermes_api.quests_mail", "hermes_api.quests_mail_to", "hermes_api.home", "polemarch_api.ansible_modules")}
    assert ("GET", "/labors") in asking and len(asking) == 12
    for code in ("502", "504"):
        assert {o for o in operations(contract) if code in contract.operation(*o)["responses"]} == asking


def test_each_operation_has_a_name_of_its_own(contract):
    names = [contract.operation(*o)["operationId"] for o in operations(contract)]
    assert len(set(names)) == len(names)


def test_polemarchs_paths_are_whole_and_end_in_a_slash(contract):
    for path, item in contract.document["paths"].items():
        assert (item.get("servers") == [{"url": "/"}] and path.endswith("/")) == path.startswith("/polemarch/"), path


# ---- the document by itself

def references(thing):
    if isinstance(thing, dict):
        yield from [thing["$ref"]] if isinstance(thing.get("$ref"), str) else []
        thing = list(thing.values())
    if isinstance(thing, list):
        for part in thing:
            yield from references(part)


def test_what_the_document_refers_to_is_there_and_all_that_is_there_is_referred_to(contract):
    found = set(references(contract.document))
    for reference in found:
        contract.resolve({"$ref": reference})
    parts = {f"#/components/{kind}/{name}" for kind, named in contract.document["components"].items() for name in named
             if kind != "securitySchemes"}
    of_others = {"#/components/schemas/Options", "#/components/schemas/Notices"}        # only told of in words
    assert {p for p in parts if not any(f == p or f.startswith(p + "/") for f in found)} == of_others


def test_the_documents_examples_are_as_its_schemas_say(contract):
    schemas = contract.document["components"]["schemas"]
    examples = [(name, e) for name, schema in schemas.items() for e in schema.get("examples", [])]
    assert len(examples) > 20
    for name, example in examples:
        contract.must_be(name, example, f"the example of {name}")
