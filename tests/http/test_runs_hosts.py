"""Runs of the real Ansible on machines that are named: its inventory has these hosts and no other. (How they are asked for:
test_execute_hosts.py.)"""
import json

import pytest

from polemarch import gone, make, said
from runs import LOCAL, Gate, debug, play, shell

WHERE = debug("{{ inventory_hostname }} {{ of_group | default('-') }} {{ of_all | default('-') }} {{ own | default('-') }} {{ groups['all'] | sort | join(',') }}"
              " {{ groups['web'] | default([]) | sort | join(',') }}")


@pytest.fixture
def fleet(work, admin):
    """An inventory: h1; web1 to web4, a RANGE, and db in the group web; out in a group of a group."""
    id = work.inventory({"h1": {**LOCAL, "own": "h1"}}, of_all="all")
    range_, db, out = (make(admin, "hosts", name=name, type=type, vars={**LOCAL, "own": name[:3]})["id"]
                       for name, type in (("web[1:4]", "RANGE"), ("db", "HOST"), ("out", "HOST")))
    web, outer, top = (make(admin, "groups", name=name, children=children, vars={"of_group": name})["id"]
                       for name, children in (("web", False), ("outer", False), ("top", True)))
    said(admin.post(f"/groups/{web}/hosts/", [range_, db]))
    said(admin.post(f"/groups/{outer}/hosts/", [out]))
    said(admin.post(f"/groups/{top}/groups/", [outer]))
    said(admin.post(f"/inventories/{id}/groups/", [web, top]))
    return id


def messages(record):
    return sorted(line.split('"')[3] for line in record["raw_stdout"].splitlines() if '"msg": "' in line)


def test_only_the_named_hosts_are_in_the_inventory_with_their_groups_and_variables(work, admin, fleet):
    work.project(files={"site.yml": play(WHERE)})
    record = work.run(1, "site.yml", fleet, {"hosts": ["web3", "h1", "web1"]})
    assert messages(record) == ["h1 - all h1 h1,web1,web3 web1,web3", "web1 web all web h1,web1,web3 web1,web3", "web3 web all web h1,web1,web3 web1,web3"]
    assert work.hosts(record["id"]) == {name: ("ok", None, None) for name in ("h1", "web1", "web3")}
    lines = record["raw_inventory"].splitlines()
    vars = "ansible_connection=local ansible_python_interpreter=/usr/bin/python3"
    assert [line for line in lines if "=/usr" in line] == [f"h1 {vars} own=h1", f"web1 {vars} own=web", f"web3 {vars} own=web"]
    assert "[outer]" in lines and "of_group=outer" in lines and "--limit" not in record["raw_args"]
    whole = work.run(1, "site.yml", fleet, {"hosts": ["web4", "web2", "web3", "web1"]})
    assert f"web[1:4] {vars} own=web" in whole["raw_inventory"].splitlines()
    assert [m.split()[0] for m in messages(whole)] == ["web1", "web2", "web3", "web4"]
    assert messages(work.run(1, "site.yml", fleet, {"hosts": ["out"]})) == ["out outer all out out "]


def test_no_limit_and_no_pattern_leads_out_of_the_named_hosts(work, fleet):
    work.project(files={"site.yml": play(WHERE, hosts="all:!web1:db:h1"), "odd.yml": play(WHERE, hosts="db")})
    assert [m.split()[0] for m in messages(work.run(1, "site.yml", fleet, {"hosts": ["web1", "web2"], "limit": "all"}))] == ["web2"]
    record = work.run(1, "odd.yml", fleet, {"hosts": ["web1"]})
    assert "skipping: no hosts matched" in record["raw_stdout"] and work.hosts(record["id"]) == {}
    record = work.over(work.start_module(1, "ping", fleet, {"hosts": ["db", "web2"]}, "web"))
    assert set(work.hosts(record["id"])) == {"db", "web2"}


def test_secrets_of_a_range_stay_with_the_hosts_that_are_named(work, admin):
    id = work.inventory({"h1": LOCAL})
    range_ = make(admin, "hosts", name="web[1:3]", type="RANGE", vars={**LOCAL, "ansible_become_pass": "sword'fish"})["id"]
    said(admin.post(f"/inventories/{id}/hosts/", [range_]))
    work.project(files={"site.yml": play(shell("test '{{ ansible_become_pass | length }}' = 10"))})
    record = work.run(1, "site.yml", id, {"hosts": ["web1", "web3"]})
    assert {name: outcome for name, (outcome, _, _) in work.hosts(record["id"]).items()} == {"web1": "changed", "web3": "changed"}
    assert record["raw_inventory"].count("ansible_become_pass=[~~ENCRYPTED~~]") == 2 and "sword" not in json.dumps(record)


def test_bare_names_are_all_that_ansible_is_given(work, admin, sql):
    work.project(files={"site.yml": play(WHERE, connection="local", vars={"ansible_python_interpreter": "/usr/bin/python3"})})
    id = said(admin.post("/projects/1/execute-playbook/", {"playbook": "site.yml", "hosts": ["h_2", "fe80::1", "h1"]}), 201)["history_id"]
    record = work.over(id)
    assert messages(record) == [f"{name} - - - fe80::1,h1,h_2 " for name in ("fe80::1", "h1", "h_2")]
    assert record["raw_inventory"] == "# Hosts \nh_2\nfe80::1\nh1\n\n\n\n# Groups " and record["inventory"] is None
    assert sql.rows("select name, host_id is null from work.run_hosts order by name") == [("fe80::1", True), ("h1", True), ("h_2", True)]


def test_a_host_that_has_left_the_inventory_meanwhile_is_left_out_and_told(work, admin, fleet, open_folder):
    work.project(files={"site.yml": play(WHERE), "wait.yml": play(Gate(open_folder).task)})
    with work.settings(jobs_per_project=1):
        gate = Gate(open_folder)
        first = work.start(1, "wait.yml", work.inventory({"h1": LOCAL}))
        gate.reached(work, first)
        some, none = work.start(1, "site.yml", fleet, {"hosts": ["h1", "web1", "db"]}), work.start(1, "site.yml", fleet, {"hosts": ["db", "web1"]})
        web = next(g["id"] for g in said(admin.get(f"/inventories/{fleet}/"))["groups"] if g["name"] == "web")
        gone(admin.delete(f"/groups/{web}/"))
        gate.open()
        record = work.over(some)
        assert record["status_detail"] == "No longer in the inventory: web1, db." and set(work.hosts(some)) == {"h1"}
        record = work.over(none, "ERROR")
        assert record["status_detail"] == "None of its hosts is in the inventory any more." == record["raw_stdout"]
        assert (work.hosts(none), record["raw_inventory"]) == ({}, "")


def test_a_deleted_inventory_is_no_bare_run(work, admin, fleet, open_folder):
    gate = Gate(open_folder)
    work.project(files={"site.yml": play(WHERE), "wait.yml": play(gate.task)})
    with work.settings(jobs_per_project=1):
        gate.reached(work, work.start(1, "wait.yml", work.inventory({"h1": LOCAL})))
        id = work.start(1, "site.yml", fleet, {"hosts": ["h1"]})
        gone(admin.delete(f"/inventories/{fleet}/"))
        gate.open()
        assert work.over(id, "ERROR")["status_detail"] == "The inventory is gone."


def test_jobs_per_host_counts_the_named_hosts_only(work, fleet, open_folder):
    gate = Gate(open_folder)
    work.project(files={"wait.yml": play(gate.task)})
    with work.settings(jobs_per_host=1):
        one, two, three = (work.start(1, "wait.yml", fleet, {"hosts": hosts}) for hosts in (["web1"], ["web2", "web1"], ["web2", "h1"]))
        gate.reached(work, one, "web1")
        gate.reached(work, three, "web2")
        assert work.record(two)["status"] == "DELAY"
        gate.open()
        for id in (one, two, three):
            work.over(id)
