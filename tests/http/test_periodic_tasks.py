"""Periodic tasks: the document's examples, schedules, arguments, rights, secrets, when they are due, and that they are run once. (The calendar
itself: test_cron.py.)"""
import concurrent.futures
import datetime as dt
import json
import urllib.parse

import pytest

from instance import Sql
from polemarch import ENCRYPTED, FORBIDDEN, NOT_FOUND, gone, grant, ids, make, said
from quiet import quiet, reference, world  # noqa: F401

TASK = {"name": "n", "type": "INTERVAL", "schedule": "86400", "mode": "x.yml", "project": 1, "inventory": 1}
NO_INVENTORY = {"detail": "Inventory matching query does not exist.", "error_type": "DoesNotExist"}
NOT_ALLOWED = {"detail": "You don't have permission to inventory."}
OUTSIDE = {"detail": {"inventory": ["Inventory should be in project dir."]}}
REQUIRED = ["This field is required."]
KEYS = ["id", "name", "type", "schedule", "mode", "kind", "project", "inventory", "save_result", "enabled", "vars", "url"]



def made(client, **fields):
    return make(client, "periodic-tasks", **{**TASK, **fields})


def next_run(client, id=1):
    return dt.datetime.fromisoformat(said(client.get(f"/periodic-tasks/{id}/?expand=next_run"))["next_run"].replace("Z", "+00:00"))


def tick(sql, at, **settings):
    """What a runner does each second; as if it were then."""
    return sql.one("select work.periodic_tick(%s::jsonb, %s)", json.dumps({"timeZone": "UTC", "missedRuns": "catch_up", **settings}), at)


def runs(sql):
    return sql.rows("select initiator, status from work.runs where initiator_type = 'scheduler' order by id")


# ---- as the document has it

def test_the_examples_of_the_document(admin):
    answer = admin.post("/periodic-tasks/?format=api", {"type": "INTERVAL", "schedule": "25", "mode": "touch_the_clouds.yml", "project": 1, "inventory": 1, "vars": {}})
    told = said(answer, 201)
    assert len(told.pop("name")) == 36 and answer.headers["Location"] == "/polemarch/api/v1/periodic-tasks/1/"
    assert told == {"id": 1, "type": "INTERVAL", "schedule": "25", "mode": "touch_the_clouds.yml", "kind": "PLAYBOOK", "project": 1, "inventory": 1,
                    "save_result": True, "enabled": True, "vars": {}, "url": admin.base + "/periodic-tasks/1/?format=api"}
    told = said(admin.patch("/periodic-tasks/1/", {"type": "INTERVAL", "schedule": "25", "mode": "touch_the_clouds.yml", "project": 1, "inventory": 1, "name": "x"}))
    assert told == {**told, "id": 1, "schedule": "25", "kind": "PLAYBOOK", "project": 1, "inventory": 1}
    assert made(admin, type="CRONTAB", schedule="* */2 sun,fri 1-15 *", mode="do_greatest_evil.yml", name="é")["schedule"] == "* */2 sun,fri 1-15 *"
    base = admin.base + "/periodic-tasks"
    assert admin.get("/periodic-tasks/?project=1&format=json").text == (
        '{"count":2,"next":null,"previous":null,"results":['
        '{"id":1,"name":"x","type":"INTERVAL","schedule":"25","mode":"touch_the_clouds.yml","kind":"PLAYBOOK","project":1,"inventory":1,'
        f'"save_result":true,"enabled":true,"vars":{{}},"url":"{base}/1/?format=json"}},'
        '{"id":2,"name":"é","type":"CRONTAB","schedule":"* */2 sun,fri 1-15 *","mode":"do_greatest_evil.yml","kind":"PLAYBOOK","project":1,"inventory":1,'
        f'"save_result":true,"enabled":true,"vars":{{}},"url":"{base}/2/?format=json"}}]}}')
    assert list(said(admin.get("/periodic-tasks/2/"))) == KEYS == list(said(admin.get("/periodic-tasks/"))["results"][0])
    gone(admin.delete("/periodic-tasks/1/"))
    assert said(admin.get("/periodic-tasks/1/"), 404) == NOT_FOUND and ids(admin.get("/periodic-tasks/")) == [2]
    # As the document has it, this schedule is none: `60*` was meant to be something else.
    assert said(admin.post("/periodic-tasks/", {**TASK, "type": "CRONTAB", "schedule": "60* */2 sun,fri 1-15 *"}), 400) == {
        "detail": {"schedule": ["Invalid weekday literal '60*'."]}}


def test_schedules_of_the_originals_own_tests(admin):
    for type, schedule, code, error in (
            ("INTERVAL", "10", 201, None), ("CRONTAB", "* */2 1-15 * sun,fri", 201, None), ("CRONTAB", "", 201, None), ("CRONTAB", "30 */4", 201, None),
            ("CRONTAB", "30 */4 foo", 400, "Invalid weekday literal 'foo'."), ("INTERVAL", "", 400, "could not convert string to float: "),
            ("INTERVAL", "30 */4", 400, "could not convert string to float: '30 */4'"), ("INTERVAL", 10, 201, None), ("INTERVAL", 1.0, 201, None),
            ("INTERVAL", 1.5, 400, "A valid integer is required."), ("INTERVAL", -5, 400, "Ensure this value is greater than or equal to 1."),
            ("INTERVAL", 0, 400, "Ensure this value is greater than or equal to 1.")):
        body = said(admin.post("/periodic-tasks/", {**TASK, "type": type, "schedule": schedule}), code)
        assert body["schedule"] == str(schedule) if code == 201 else body == {"detail": {"schedule": [error]}}, (type, schedule)
    for type in ("crontab", "Interval", "x"):
        assert said(admin.post("/periodic-tasks/", {**TASK, "type": type}), 415) == {"detail": f"Unknown type {type}."}
    for kind in ("module", "Playbook", "x"):
        assert said(admin.post("/periodic-tasks/", {**TASK, "kind": kind}), 415) == {"detail": f"Unknown kind {kind}."}


# ---- fields

def test_what_is_needed_is_told_together_but_for_patch(admin):
    needed = dict.fromkeys(("type", "schedule", "mode", "project", "inventory"), REQUIRED)
    task = made(admin)
    assert said(admin.post("/periodic-tasks/", {}), 400) == needed == said(admin.put("/periodic-tasks/1/", {}), 400)
    assert said(admin.patch("/periodic-tasks/1/", {})) == task == said(admin.put("/periodic-tasks/1/", {k: v for k, v in TASK.items() if k != "name"}))
    assert said(admin.patch("/periodic-tasks/1/", {"id": 5, "url": "x", "owner": 7, "next_run": None})) == task
    for project, error in ((99, 'Invalid pk "99" - object does not exist.'), ("99", 'Invalid pk "99" - object does not exist.'),
                           ("x", "Incorrect type. Expected pk value, received str."), ([1], "Incorrect type. Expected pk value, received list."),
                           ({}, "Incorrect type. Expected pk value, received dict."), (True, "Incorrect type. Expected pk value, received bool."),
                           (None, "This field may not be null.")):
        assert said(admin.patch("/periodic-tasks/1/", {"project": project}), 400) == {"project": [error]}, project
    form = b"type=INTERVAL&schedule=60&mode=x.yml&project=1&inventory=1&enabled=false&vars=%7B%22forks%22%3A5%7D"
    told = said(admin.post("/periodic-tasks/", form, {"Content-Type": "application/x-www-form-urlencoded"}), 201)
    assert (told["project"], told["inventory"], told["enabled"], told["vars"]) == (1, 1, False, {"forks": 5})


def test_an_inventory_is_an_id_or_a_path_in_the_project(admin):
    made(admin)
    for given, shown in ((1, 1), ("1", 1), (" 1 ", 1), (2, 2), ("./1", "./1"), ("inventory", "inventory"), ("a/b..c", "a/b..c"), ("a~", "a~")):
        assert said(admin.patch("/periodic-tasks/1/", {"inventory": given}))["inventory"] == shown
        assert made(admin, inventory=given)["inventory"] == shown
    for given, body in ((99, NO_INVENTORY), ("99", NO_INVENTORY), (1.5, NO_INVENTORY), ("9" * 40, NO_INVENTORY),
                        *((p, OUTSIDE) for p in ("../inventory", "/etc/hosts", "a/../../b", "..", "~", "~root/x", "a/..")),
                        (None, {"inventory": ["This field may not be null."]}), ("", {"inventory": ["This field may not be blank."]}),
                        ([1], {"inventory": ["Not a valid string."]})):
        for call, path in ((admin.post, "/periodic-tasks/"), (admin.patch, "/periodic-tasks/1/")):
            assert said(call(path, {**TASK, "inventory": given}), 400) == body, given
    assert said(admin.get("/periodic-tasks/1/"))["inventory"] == "a~"


def test_arguments_are_those_of_the_kinds_command(admin):
    def refused(tool, why, argument):
        return {"detail": {tool: [f"Incorrect argument: {why}."], "argument": [argument]}}
    made(admin, vars={"forks": 5, "become": None})
    for vars, error in (({"nonexist": 1}, refused("playbook", "'nonexist'", "nonexist")), ({"group": "web"}, refused("playbook", "'group'", "group")),
                        ({"forks": "234bnl"}, refused("playbook", "invalid literal for int() with base 10: '234bnl'", "forks")),
                        ({"sudo": "makaka"}, refused("playbook", "This argument shouldn't have value", "sudo")),
                        ({"ansible_ssh_pass": "x"}, refused("playbook", "'ansible_ssh_pass'", "ansible_ssh_pass"))):
        for call, path in ((admin.post, "/periodic-tasks/"), (admin.patch, "/periodic-tasks/1/")):
            assert said(call(path, {**TASK, "vars": vars}), 400) == error
    told = made(admin, kind="MODULE", mode="shell", vars={"group": "web", "args": "ls -la", "forks": 1, "become": None})
    assert list(told["vars"]) == ["args", "become", "forks", "group"]
    assert said(admin.patch("/periodic-tasks/2/", {"kind": "PLAYBOOK"}), 400)["detail"]["argument"] in (["args"], ["group"])
    assert said(admin.patch("/periodic-tasks/1/", {"kind": "MODULE"}))["vars"] == {"become": None, "forks": 5}
    assert said(admin.patch("/periodic-tasks/1/", {"kind": "MODULE", "vars": {"tags": "x"}}), 400) == refused("module", "'tags'", "tags")


# ---- rights

def test_who_may_execute_the_project_sees_and_who_may_edit_it_changes(admin, ann, bob):
    made(admin)
    for path, client in (("/periodic-tasks/1/", ann), ("/periodic-tasks/1/", bob)):
        for call in (client.get, client.delete, lambda p: client.patch(p, {}), lambda p: client.put(p, TASK)):
            assert said(call(path), 403) == FORBIDDEN
    assert ids(ann.get("/periodic-tasks/")) == [] and said(ann.get("/periodic-tasks/9/"), 404) == NOT_FOUND
    assert said(ann.post("/periodic-tasks/", TASK), 403) == FORBIDDEN
    said(admin.post("/projects/1/permissions/", [grant(ann.id, "EXECUTOR"), grant(bob.id, "EDITOR")]))
    assert ids(ann.get("/periodic-tasks/")) == [1] == ids(bob.get("/periodic-tasks/?project=1")) and said(ann.get("/periodic-tasks/1/"))["name"] == "n"
    assert said(ann.patch("/periodic-tasks/1/", {"name": "x"}), 403) == FORBIDDEN == said(ann.delete("/periodic-tasks/1/"), 403)
    assert said(ann.post("/periodic-tasks/", TASK), 403) == FORBIDDEN
    assert said(bob.patch("/periodic-tasks/1/", {"name": "x"}))["name"] == "x"
    assert said(bob.patch("/periodic-tasks/1/", {"inventory": 1}), 403) == NOT_ALLOWED == said(bob.post("/periodic-tasks/", TASK), 403)
    said(admin.post("/inventories/1/permissions/", [grant(bob.id, "EXECUTOR")]))
    assert said(bob.post("/periodic-tasks/", TASK), 201)["id"] == 2
    own = make(bob, "projects", name="q", repository="x", vars={"repo_type": "MANUAL"})["id"]
    assert said(bob.patch("/periodic-tasks/2/", {"project": own}))["project"] == own
    assert said(ann.get("/periodic-tasks/2/"), 403) == FORBIDDEN
    said(admin.put("/projects/1/permissions/", [grant(bob.id, "EXECUTOR")]))
    assert said(bob.patch("/periodic-tasks/2/", {"project": 1}), 403) == FORBIDDEN
    gone(bob.delete("/periodic-tasks/2/"))
    for what in ("permissions", "owner"):
        assert said(admin.get(f"/periodic-tasks/1/{what}/"), 404) == NOT_FOUND


# ---- what is secret

def test_what_is_secret_is_never_shown_and_kept_while_it_is_sent_back(api, admin, sql):
    secret = {"key-file": "swordfish", "vault-password-file": "swordfish"}
    told = admin.post("/periodic-tasks/", {**TASK, "vars": {**secret, "forks": 5}})
    assert said(told, 201)["vars"] == {"forks": 5, **dict.fromkeys(secret, ENCRYPTED)}
    sealed = "select sealed from inventory.objects where kind = 'periodic_task' and id = 1"
    before = sql.one(sealed)
    assert before.keys() == secret.keys()
    assert said(admin.patch("/periodic-tasks/1/", {"name": "x"}))["vars"]["key-file"] == ENCRYPTED and sql.one(sealed) == before
    told = said(admin.patch("/periodic-tasks/1/", {"vars": {"key-file": ENCRYPTED, "forks": ENCRYPTED, "private-key": ENCRYPTED}}))
    assert told["vars"] == {"forks": 5, "key-file": ENCRYPTED} and sql.one(sealed) == {"key-file": before["key-file"]}
    assert tick(sql, next_run(admin)) == 1
    assert sql.one("select sealed from inventory.objects where kind = 'run'") == {"key-file": before["key-file"]}
    assert sql.one("select arguments from work.runs") == {"forks": 5, "key-file": ENCRYPTED}
    for text in (admin.get("/periodic-tasks/").text, admin.get("/periodic-tasks/1/").text, api.get("/audit?limit=all").text):
        assert "swordfish" not in text
    assert sql.one("select count(*) from inventory.objects where vars::text || sealed::text like '%%swordfish%%'") == 0


# ---- lists

def test_lists_have_filters(admin):
    for more in ({"name": "a_x"}, {"name": "b", "type": "CRONTAB", "schedule": "0 0", "mode": "b.yml"}, {"name": "ab", "kind": "MODULE", "mode": "ping"}, {"inventory": "p"}):
        made(admin, **more)
    for query, found in (("", [1, 2, 3, 4]), ("mode=b.yml", [2]), ("mode=b", []), ("kind=MODULE", [3]), ("kind=module", []), ("type=CRONTAB", [2]), ("type=", [1, 2, 3, 4]),
                         ("project=1", [1, 2, 3, 4]), ("project=2", []), ("project=x", []), ("name=a", [1, 3]), ("name=_", [1]), ("name__not=a", [2, 4]), ("id=1,3&name=b", [3]),
                         ("id__not=1, 2", [3, 4]), ("inventory=p", []), ("inventory=1", [1, 2, 3]), ("inventory=2", []), ("inventory=", [1, 2, 3, 4]),
                         ("enabled=false", []), ("enabled=true", [1, 2, 3, 4]), ("enabled=x", [1, 2, 3, 4]), ("kind=PLAYBOOK&type=INTERVAL&id__not=4", [1])):
        assert ids(admin.get("/periodic-tasks/?" + query)) == found, query
    page = said(admin.get("/periodic-tasks/?type=INTERVAL&limit=1&offset=1"))
    assert (page["count"], [r["id"] for r in page["results"]]) == (3, [3])
    assert (page["next"], page["previous"]) == (admin.base + "/periodic-tasks/?limit=1&offset=2&type=INTERVAL", admin.base + "/periodic-tasks/?limit=1&type=INTERVAL")
    assert [list(r) for r in said(admin.get("/periodic-tasks/?limit=1&expand=next_run"))["results"]] == [KEYS[:-1] + ["next_run", "url"]]


def test_those_that_are_due_first_come_first_and_those_that_never_are_come_last(admin):
    for schedule in ("3000", "1000", "2000"):
        made(admin, schedule=schedule)
    said(admin.patch("/periodic-tasks/2/", {"enabled": False}))
    assert ids(admin.get("/periodic-tasks/?ordering=next_run")) == [3, 1, 2] and ids(admin.get("/periodic-tasks/?ordering=x")) == [1, 2, 3]
    assert ids(admin.get("/periodic-tasks/?ordering=next_run&enabled=true")) == [3, 1] and ids(admin.get("/periodic-tasks/?enabled=false")) == [2]
    page = said(admin.get("/periodic-tasks/?ordering=next_run&limit=1&offset=1&expand=next_run"))
    assert (page["count"], page["results"][0]["id"]) == (3, 1) and "ordering=next_run" in page["next"]


# ---- when it would be

def when(client, **query):
    return client.get("/periodic-tasks/next/?" + urllib.parse.urlencode(query))


def test_when_a_schedule_would_be_due_is_told_before_it_is_saved(admin, ann):
    told = said(when(ann, type="CRONTAB", schedule="30 4 29 feb *"))
    assert told["zone"] == "UTC" and len(told["next"]) == 5 and all(t.endswith("-02-29T04:30:00Z") for t in told["next"])
    assert told["next"] == sorted(set(told["next"]))
    made(admin, type="CRONTAB", schedule="30 4 29 feb *")
    assert dt.datetime.fromisoformat(told["next"][0].replace("Z", "+00:00")) == next_run(admin)
    told = [dt.datetime.fromisoformat(t.replace("Z", "+00:00")) for t in said(when(admin, type="INTERVAL", schedule="90"))["next"]]
    assert {b - a for a, b in zip(told, told[1:])} == {dt.timedelta(seconds=90)} and len(told) == 5
    assert abs(told[0] - dt.datetime.now(dt.timezone.utc) - dt.timedelta(seconds=90)) < dt.timedelta(seconds=20)
    assert said(when(admin, type="CRONTAB", schedule="0 0 30 2 *")) == {"zone": "UTC", "next": []}


@pytest.mark.parametrize("sent", [
    {}, {"type": "CRONTAB"}, {"schedule": "60"}, {"type": "", "schedule": "60"}, {"type": "WEEKLY", "schedule": "60"}, {"type": "MUCH TOO LONG", "schedule": "60"},
    {"type": "INTERVAL", "schedule": "x"}, {"type": "INTERVAL", "schedule": ""}, {"type": "INTERVAL", "schedule": "0"}, {"type": "INTERVAL", "schedule": "1.5"},
    {"type": "INTERVAL", "schedule": "1e99"}, {"type": "CRONTAB", "schedule": "61 * * * *"}, {"type": "CRONTAB", "schedule": "x"},
    {"type": "CRONTAB", "schedule": "*" * 5000}])
def test_what_would_be_refused_is_refused_in_the_same_words(admin, sent):
    asked = when(admin, **sent)
    refused = admin.post("/periodic-tasks/", {**{k: v for k, v in TASK.items() if k not in ("type", "schedule")}, **sent})
    assert asked.status_code in (400, 415) and (asked.status_code, asked.json()) == (refused.status_code, refused.json())


# ---- when it is due

def test_its_clock_begins_anew_where_something_changes_that_it_goes_by(admin):
    made(admin)
    first = next_run(admin)
    now = dt.datetime.now(dt.timezone.utc)
    assert abs(first - now - dt.timedelta(days=1)) < dt.timedelta(seconds=20)
    for change in ({"name": "x"}, {"mode": "y.yml", "vars": {"forks": 1}}, {"schedule": "86400"}, {"enabled": "yes"}, {"save_result": False}, TASK):
        said(admin.patch("/periodic-tasks/1/", change))
        assert next_run(admin) == first
    said(admin.patch("/periodic-tasks/1/", {"schedule": 172800}))
    assert abs(next_run(admin) - now - dt.timedelta(days=2)) < dt.timedelta(seconds=20)
    said(admin.patch("/periodic-tasks/1/", {"type": "CRONTAB", "schedule": "0 5 29 2 *"}))
    at = next_run(admin)
    assert (at.month, at.day, at.hour, at.minute) == (2, 29, 5, 0)
    for change in ({"enabled": False}, {"enabled": True, "schedule": "0 0 30 2 *"}):
        assert said(admin.patch("/periodic-tasks/1/?expand=next_run", change))["next_run"] is None


def test_however_many_ask_at_once_it_is_run_once(instance, admin, sql):
    for n in range(20):
        made(admin, name=f"n{n}")
    at = max(next_run(admin, n) for n in range(1, 21))
    connections = [Sql(instance) for _ in range(6)]
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        for _ in range(5):
            assert sum(pool.map(lambda c: tick(c, at), connections)) == 20
            sql.run("select work.runs_over(array(select id from work.runs where stop_time is null), 'OK', null, now())")
            at += dt.timedelta(days=1)
    for connection in connections:
        connection.close()
    assert sorted(runs(sql)) == sorted([(n, "OK") for n in range(1, 21)] * 5)


def test_a_task_that_is_just_being_saved_is_run_as_it_is_saved(instance, admin, sql):
    made(admin)
    made(admin, name="m")
    at = max(next_run(admin, 1), next_run(admin, 2))
    holder = Sql(instance)
    for statement, wanted in (("update work.periodic_tasks set mode = 'new.yml' where id = 1", [(2, "x.yml"), (1, "new.yml")]),
                              ("update work.periodic_tasks set next_at = next_at + '1 year' where id = 1", [(2, "x.yml")]),
                              ("select work.periodic_tasks_delete('{1}')", [(2, "x.yml")])):
        holder.connection.autocommit = False
        holder.run(statement)
        assert tick(sql, at) == 1
        holder.connection.commit()
        assert tick(sql, at) == len(wanted) - 1
        assert sql.rows("select initiator, mode from work.runs order by id") == wanted
        sql.run("delete from work.runs")
        sql.run("update work.periodic_tasks set next_at = %s where next_at < %s", at, at + dt.timedelta(days=30))
    holder.close()


def test_a_run_that_can_come_to_nothing_is_an_error_and_says_why(admin, sql):
    for more in ({"inventory": 2}, {"kind": "MODULE", "mode": "ping"}, {"inventory": 2, "save_result": False}, {}):
        made(admin, **more)
    assert tick(sql, next_run(admin, 4)) == 4
    page = said(admin.get("/history/"))["results"]
    assert [(r["id"], r["status"], r["initiator"], r["initiator_type"]) for r in page] == [
        (4, "DELAY", 4, "scheduler"), (2, "ERROR", 2, "scheduler"), (1, "ERROR", 1, "scheduler")]
    assert sql.column("select status_detail from work.runs order by id") == ["The inventory has no hosts.", "A module needs a group, on whose hosts it is run.", None]


def test_a_task_goes_with_its_project_and_its_inventory(admin, sql):
    make(admin, "projects", name="q", repository="x", vars={"repo_type": "MANUAL"})
    for more in ({"inventory": 2}, {"inventory": "p"}, {"project": 2}, {"project": 2, "inventory": 2}):
        made(admin, **more)
    gone(admin.delete("/inventories/2/"))
    assert ids(admin.get("/periodic-tasks/")) == [2, 3]
    sql.run("update work.projects set token = null, lease_until = null")
    gone(admin.delete("/projects/1/"))
    assert ids(admin.get("/periodic-tasks/")) == [3] and said(admin.get("/periodic-tasks/2/"), 404) == NOT_FOUND
    assert sql.column("select id from inventory.objects where kind = 'periodic_task'") == [3]


def test_what_was_done_is_told(api, admin):
    made(admin, vars={"forks": 5})
    said(admin.patch("/periodic-tasks/1/", {"enabled": False}))
    gone(admin.delete("/periodic-tasks/1/"))
    told = [(e["verb"], e["details"]) for e in api.get("/audit?kind=periodictask").json()["audit"]]
    assert [verb for verb, _ in told] == ["delete", "update", "create"]
    assert told[0][1] == {"name": "n"} and told[1][1] == {"enabled": False} and told[2][1]["vars"] == ["forks"]
