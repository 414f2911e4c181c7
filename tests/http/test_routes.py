"""THE route table (fcgi-app/worker/routes.c), the database and doc/openapi.yaml tell the same."""
import re

import pytest

from instance import ROOT

pytestmark = pytest.mark.noreset

SECTION = re.compile(r"/\* ---- (\S+): .+ ---- \*/")
ROW = re.compile(r'\{ (\w+), (GET|POST|PUT|DELETE), "([^"]+)", (?:CALL\("([^"]+)"\)|NONE), (\w+), ([\w| ]+) \},')
HOOKS = "worker/hooks.c"


def read_table():
    """(section, method, path, SQL function, hook, flags) of each row."""
    text = (ROOT / "fcgi-app/worker/routes.c").read_text()
    table = text[text.index("routes[] = {"):text.index("\n};")]
    rows, section = [], None
    for line in table.splitlines()[1:]:
        if match := SECTION.search(line):
            section = match[1]
        elif line.strip():
            match = ROW.fullmatch(line.strip())
            assert match, f"not a row that this test can read: {line}"
            assert match[1] == "HERMES"
            rows.append((section, match[2], re.sub(r":rest\}", "}", match[3]), match[4],
                         None if match[5] == "NULL" else match[5], match[6]))
    return rows


ROWS = read_table()
CALLS = [r for r in ROWS if r[3]]
FAMILIES = {r[3].split(".")[0] for r in CALLS}


def text_of(section):
    folder = ROOT / "fcgi-app" if section.endswith(".c") else ROOT
    return (folder / section).read_text()


@pytest.mark.parametrize("row", CALLS, ids=lambda r: f"{r[1]} {r[2]}")
def test_a_row_names_a_function_of_the_one_signature(sql, row):
    schema, name = row[3].split(".")
    assert sql.rows("select pg_get_function_identity_arguments(oid), prorettype::regtype::text, prosecdef"
                    " from pg_proc where pronamespace::regnamespace::text = %s and proname = %s", schema, name) == [
                        ("req jsonb", "api.answer", True)]


@pytest.mark.parametrize("row", CALLS, ids=lambda r: f"{r[1]} {r[2]}")
def test_the_function_of_a_row_is_defined_in_the_file_that_its_section_names(row):
    assert f"create or replace function {row[3]}(req jsonb) returns api.answer" in text_of(row[0])


@pytest.mark.parametrize("row", CALLS, ids=lambda r: f"{r[1]} {r[2]}")
def test_the_block_above_a_function_names_its_method_and_path(row):
    comment = text_of(row[0]).split(f"create or replace function {row[3]}(")[0].rsplit("\n\n", 1)[-1]
    first = next(l for l in comment.splitlines() if l.startswith("--"))
    assert re.fullmatch(r"-- \S+\(req\).* ((GET|POST|PUT|DELETE),? )+\S+", first), first
    assert row[1] in first and first.endswith("/api/v1" + row[2])


def functions(sql, which):
    """Those in the families' schemas of which this is true."""
    return set(sql.column("select pronamespace::regnamespace || '.' || proname from pg_proc"
                          f" where pronamespace::regnamespace::text = any(%s) and {which}", sorted(FAMILIES)))


def test_each_function_that_answers_is_named_by_a_row(sql):
    assert functions(sql, "prorettype = 'api.answer'::regtype") == {r[3] for r in CALLS}


def test_the_worker_may_execute_what_rows_name_and_no_helper(sql):
    assert functions(sql, "has_function_privilege('moirai_web', oid, 'execute')") == {r[3] for r in CALLS}


@pytest.mark.parametrize("row", [r for r in ROWS if r[4]], ids=lambda r: f"{r[1]} {r[2]}")
def test_the_hook_of_a_row_is_defined_where_all_hooks_are(row):
    """Instead of a function, then that file is its section, or to send what the function has answered."""
    assert f"enum status {row[4]}(struct request *r)\n{{" in text_of(HOOKS)
    assert (row[0] == HOOKS) == (row[3] is None)


def test_a_row_does_something_or_is_not_supported():
    for section, method, path, call, hook, flags in ROWS:
        assert bool(call or hook) != ("R_UNSUPPORTED" in flags), (method, path)


def test_no_row_is_there_twice():
    assert len({(r[1], r[2]) for r in ROWS}) == len(ROWS)


def test_rows_and_documented_operations_are_the_same(contract):
    assert {(r[1], r[2]) for r in ROWS if "R_UNSUPPORTED" not in r[5]} == contract.operations()


def test_what_is_not_supported_is_documented_as_405(contract):
    for _, method, path, *_, flags in ROWS:
        if "R_UNSUPPORTED" in flags:
            about = contract.document["paths"][path]["description"]
            assert re.search(rf"\b{method}\b.* (is|are) 405", about), (method, path)


def test_only_ping_is_open_and_documented_so(contract):
    assert [r[2] for r in ROWS if "R_OPEN" in r[5]] == ["/ping"]
    assert contract.document["paths"]["/ping"]["get"]["security"] == []
    assert contract.document["security"] == [{"basic": []}]


def test_who_watches_need_not_sign_in_and_it_is_documented_so(contract):
    assert [(r[1], r[2]) for r in ROWS if "R_WATCH" in r[5]] == [("GET", "/health"), ("GET", "/metrics")]
    for path in ("/health", "/metrics"):
        operation = contract.document["paths"][path]["get"]
        assert operation["security"] == [{}, {"bearer": []}, {"basic": []}]
        assert re.search(r"no sign-in from this machine itself .*`metrics_token`", operation["description"], re.S)


def test_only_ping_and_what_is_watched_differ_in_who_may(contract):
    own = {path for path, item in contract.document["paths"].items() for o in item.values()
           if isinstance(o, dict) and "security" in o}
    assert own == {"/ping", "/health", "/metrics"}


def test_each_operation_promises_something_good_and_none_501(contract):
    for method, path in contract.operations():
        codes = contract.document["paths"][path][method.lower()]["responses"].keys()
        assert codes & {"200", "201"} and "501" not in codes, (method, path)


def test_what_passes_on_the_query_servers_failures_is_documented_as_502_and_504(contract):
    """Mail to a quest's owners asks as well, but any failure is a 400 there."""
    asking = set()
    for section, method, path, call, *_ in CALLS:
        body = text_of(section).split(f"function {call}(")[1].split("\n$$;")[0]
        if "api.ask(" in body and call != "hermes_api.quests_mail":
            asking.add((method, path))
    assert ("GET", "/labors") in asking and len(asking) == 8
    for code in ("502", "504"):
        assert {(m, p) for m, p in contract.operations()
                if code in contract.document["paths"][p][m.lower()]["responses"]} == asking


def test_each_operation_has_a_name_of_its_own(contract):
    names = [contract.document["paths"][p][m.lower()]["operationId"] for m, p in contract.operations()]
    assert len(set(names)) == len(names)
