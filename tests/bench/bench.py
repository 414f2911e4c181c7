"""script/bench: the table of ratios. See CONTRIBUTING.md, "Speed"."""
import argparse
import os
import statistics
import subprocess
import sys
import time

from instance import Instance, Sql
from measure import Bench, new_world
from page import SIZES, page
from runs import runs

EXPANDED = {"limit": ["100"], "expand": ["hosts", "events", "eventtypes", "quests", "fates"]}
EXPANDED_PATH = "/labors?limit=100" + "".join(f"&expand={e}" for e in EXPANDED["expand"])


class Table:
    """Rows by name; each round adds a value, the median is shown."""

    def __init__(self):
        self.rows = {}

    def add(self, name, ratio, goal=None, least=None, unit="", **figures):
        """goal: the ratio is at most that; least: at least that."""
        row = self.rows.setdefault(name, {"ratio": [], "goal": goal, "least": least, "unit": unit, "figures": {}})
        row["ratio"].append(ratio)
        for figure, value in figures.items():
            row["figures"].setdefault(figure, []).append(value)

    def show(self):
        width = max(map(len, self.rows))
        short = 0
        for name, row in self.rows.items():
            ratio = statistics.median(row["ratio"])
            aim = ("" if row["goal"] is None and row["least"] is None else
                   f"at most {row['goal']:g}" if row["least"] is None else f"at least {row['least']:g}")
            missed = (row["goal"] is not None and ratio > row["goal"]) or (
                row["least"] is not None and ratio < row["least"])
            short += missed
            figures = ", ".join(f"{statistics.median(v):.5g} {k}" for k, v in row["figures"].items())
            print(f"{name:{width}}  {ratio:8.3g}{row['unit']:3} {aim:14} {figures}{'  short' if missed else ''}")
        return short


def reset(b, table):
    """Those who try things out do it all the time."""
    took = []
    for do in (b.instance.reset, lambda: subprocess.run(["psql", "-qAt", "-h", b.instance.run_folder(), "-U", "postgres", "-c", "select 1", "moirai"],
                                                        check=True, stdout=subprocess.DEVNULL)):
        begun = time.monotonic()
        do()
        took.append(time.monotonic() - begun)
    table.add("script/reset / a psql that asks one thing", took[0] / took[1], goal=10, **{"ms script/reset": took[0] * 1000})


def single_events(b, table):
    event = {"user": "johnny", "hostname": "host#", "eventTypeId": "@", "note": "Sample"}
    for what, types, body in (("an event that opens or closes", 2, event),
                              ("an event of no fate", 1, {**event, "eventTypeId": 3, "note": "Sample @"})):
        processes = ("nginx", "moirai-fcgi", "postgres")
        before = [b.cpu(p) for p in processes]
        http = b.wrk("/events", 8, body, hosts=1000, types=types)
        used = [(b.cpu(p) - c) / http["requests"] * 1e6 for p, c in zip(processes, before)]
        alone = b.pgbench("hermes_api.events_create", 8, body=body, hosts=1000, types=types)
        table.add(f"{what}: HTTP / pgbench", http["rate"] / alone, least=0.60, **{
            "/s over HTTP": http["rate"], "/s pgbench": alone})
        table.add(f"{what}: CPU of nginx and worker / of PostgreSQL", (used[0] + used[1]) / used[2], goal=0.65, **{
            "us nginx": used[0], "us worker": used[1], "us PostgreSQL": used[2]})
    crowd = b.wrk("/events", 32, event, hosts=1000, types=2)
    table.add("an event, 32 clients on 8 workers: p99 / p50", crowd["p99"] / crowd["p50"], goal=5, **{
        "ms p50": crowd["p50"] / 1000, "ms p99": crowd["p99"] / 1000})


def reading(b, table):
    empty, labor = b.wrk("/ping", 8), b.wrk("/labors/100", 8)
    table.add("one labor / an empty answer", labor["rate"] / empty["rate"], least=0.75, **{
        "/s labor": labor["rate"], "/s empty": empty["rate"]})
    http, alone = b.wrk(EXPANDED_PATH, 8), b.pgbench("hermes_api.labors_list", 8, query=EXPANDED)
    table.add("a page of 100 labors, all expanded: HTTP / pgbench", http["rate"] / alone, least=0.60, **{
        "/s over HTTP": http["rate"], "/s pgbench": alone})


def quests(b, table, names, sizes):
    for n in sizes:
        for name in names[:24]:         # the workers know the way: what a first call costs is not measured here
            b.post("/quests", {"fateId": 1, "creator": "johnny", "description": "bench", "hostnames": [name]})
        b.post("/events", {"user": "johnny", "eventTypeId": 2, "hostnames": names[:24]})
        quest, took = b.post("/quests", {"fateId": 1, "creator": "johnny", "description": "bench",
                                         "hostnames": names[:n]})
        bare = b.seconds_of(*bare_rows(n, quest["id"]))
        table.add(f"a quest over {n:,} hosts / bare INSERTs", took / bare, goal=3, **{"s quest": took, "s bare": bare})
        if n == sizes[-1]:
            closing(b, table, quest["id"], n)
        else:
            b.post("/events", {"user": "johnny", "eventTypeId": 2, "questId": quest["id"]})


def bare_rows(n, quest):
    hosts = "(select id from fate.hosts order by id limit %s) h"
    return (("insert into fate.events (host_id, at, event_type_id, username) select id, now(), 1, 'johnny@example.com'"
             f" from {hosts}", (n,)),
            ("insert into fate.labors (fate_id, quest_id, host_id, creation_event_id, creation_time, for_creator,"
             f" for_owner) select 1, %s, id, id, now(), false, true from {hosts}", (quest, n)))


def closing(b, table, quest, n):
    bare = b.seconds_of(
        ("insert into fate.events (host_id, at, event_type_id, username) select host_id, now(), 2,"
         " 'johnny@example.com' from fate.labors where quest_id = %s order by host_id", (quest,)),
        ("update fate.labors set completion_event_id = creation_event_id, completion_time = now(), closing_fate_id = 2"
         " where quest_id = %s", (quest,)))
    _, took = b.post("/events", {"user": "johnny", "eventTypeId": 2, "questId": quest})
    table.add(f"closing {n:,} labors by one event / bare UPDATE and INSERT", took / bare, goal=3, **{
        "s closing": took, "s bare": bare})


def journal(b, table, names, sizes, rounds):
    """The newest page and the total at growing journals."""
    first = None
    for size in sizes:
        grow(b, names, size)
        for _ in range(rounds):
            rate = b.wrk("/events?limit=10", 8)["rate"]
            first = first or rate
            table.add(f"GET /events?limit=10 at {sizes[0]:,} events / at {size:,}", first / rate,
                      goal=1.5, **{"/s": rate})
            if size > 1000000:
                deep = b.wrk("/events?limit=10&offset=1000000", 8)["rate"]
                table.add(f"GET /events at offset 1,000,000 of {size:,}: time / at offset 0", rate / deep, goal=3, **{
                    "/s": deep})


def letters(b, table, n):
    """Webhooks' letters, against the database's part of it: claiming and settling as many."""
    with b.receiver() as url:
        for _ in range(8):
            b.post("/webhooks", {"url": url, "secret": "secret", "active": False})
        before = b.pss("moirai-courier")
        alone = b.claim_and_settle(n // 10) * 10
        took = b.deliver(n)
    table.add(f"{n:,} letters delivered / claimed and settled by SQL alone", took / alone, goal=2, **{
        "letters/s": n / took})
    table.add(f"PSS of the courier after {n:,} letters / before", b.pss("moirai-courier") / before, goal=1.2, **{
        "MB": b.pss("moirai-courier")})


def passwords(b, table):
    """What guessing costs those who are signed in."""
    idle = b.latencies("/labors/100")
    with b.wrong_passwords(50) as answers:
        time.sleep(1)
        memory, during = b.pss("moirai-fcgi"), b.latencies("/labors/100")
    table.add("50 wrong passwords a second: p99 of one who reads a labor / without", during[1] / idle[1], goal=3, **{
        "ms p99": during[1], "ms p99 without": idle[1], "ms p50": during[0], "compared": answers.get(401, 0),
        "told to try again": answers.get(503, 0), "MB PSS": memory})


def rights(b, table, n):
    """A user who sees n hosts, by an inventory that was granted to one of his teams, and some by two others."""
    b.sql.run("set role moirai_owner; insert into people.users (id, username) values (9001, 'seer');"
              " insert into people.teams (id, name) values (1, 'one'), (2, 'two'), (3, 'three');"
              " insert into people.team_members (team_id, user_id) values (1, 9001), (2, 9001), (3, 9001);"
              " select people.objects_add('team', '{1,2,3}', 1), people.objects_add('inventory', '{1,2,3}', 1)")
    b.sql.run("select people.objects_add('host', array(select generate_series(1::bigint, %s)), 1)", n)
    for inventory, hosts in ((1, n), (2, n // 100), (3, n // 100)):
        b.sql.run("select people.parts_add('inventory', %s, 'host', array(select generate_series(1::bigint, %s))),"
                  " people.grants_put('inventory', %s, array[-%s]::bigint[], '{EXECUTOR}')",
                  inventory, hosts, inventory, inventory)
    b.sql.run("reset role; analyze")
    statement = ("with p as materialized (select people.principals(%s) as p), page as materialized ("
                 " select people.visible_page(p, 'host', 1000, 0) as ids, people.visible_count(p, 'host') as n from p)"
                 " select n, (select string_agg(format('{\"id\":%%s,\"owner\":%%s}', o.id, to_json(u.username)), ',' order by o.id)"
                 " from people.objects o join people.users u on u.id = o.owner_id where o.kind = 'host' and o.id = any(ids))"
                 " from page")
    user, superuser = b.milliseconds_of(statement, 9001), b.milliseconds_of(statement, 1)
    table.add(f"the first page and the count of {n:,} visible hosts: a user with three teams / a superuser",
              user / superuser, goal=3, **{"ms user": user, "ms superuser": superuser})


HOSTS = ("set role moirai_owner; select people.rights_own(); select inventory.hosts_add(array_agg('host' || i), array_agg('HOST'::text),"
         " array_agg(jsonb_build_object('ansible_port', 22, 'dc', 'dc' || i %% 7, 'rack', 'rack' || i)), array_agg(jsonb '{}'), 1)"
         " from generate_series(%s, %s::bigint) i")
# A tree of groups of groups, ten to each; below them the groups of hosts, twenty to each.
GROUPS = ("select inventory.groups_add(array_agg('group' || i), array_agg(i <= %s), array_agg(jsonb_build_object('shift', i)),"
          " array_agg(jsonb '{}'), 1), inventory.inventories_add('all', '{\"ntp\": \"ntp1\"}', '{}', 1) from generate_series(1, %s) i")
PARTS = ("select people.parts_join(array("
         " select row('group', 1 + (i - 2) / 10, 'group', i)::people.parts from generate_series(2, %s) i union all"
         " select row('group', 1 + i %% %s, 'group', %s + 1 + i)::people.parts from generate_series(0, %s - %s - 1) i union all"
         " select row('group', %s + 1 + i %% (%s - %s), 'host', 1 + i)::people.parts from generate_series(0, %s - 1) i union all"
         " select row('inventory', 1, 'group', 1)::people.parts))")


def inventories(b, table, n):
    """Hosts of the inventory: what lists and filters cost when there are many; and one inventory of all of them."""
    b.sql.run(HOSTS, 1, 1000)
    b.sql.run("reset role; analyze")
    lists = {"the first page of 100": "", "variables= that one has": "&variables=rack:rack500", "name= that eleven have": "&name=host50"}
    few = {name: b.latencies("/hosts/?limit=100" + query, b.polemarch)[0] for name, query in lists.items()}
    b.sql.run(HOSTS, 1001, n)
    groups, of_groups = n // 20, n // 100
    b.sql.run(GROUPS, of_groups, groups)
    b.sql.run(PARTS, of_groups, of_groups, of_groups, groups, of_groups, of_groups, groups, of_groups, n)
    b.sql.run("reset role")
    b.sql.run("vacuum analyze")
    for name, query in lists.items():
        many = b.latencies("/hosts/?limit=100" + query, b.polemarch)[0]
        table.add(f"{name}: of {n:,} hosts / of 1,000", many / few[name], goal=3, **{"ms": many, "ms few": few[name]})
    counted = b.milliseconds_of("select array_agg(id order by id) from inventory.objects where kind = 'host'", times=3)
    all_have = b.latencies("/hosts/?limit=100&variables=ansible_port:22", b.polemarch)[0]
    table.add(f"variables= that all of {n:,} hosts have / reading their ids", all_have / counted, goal=5, ms=all_have)
    many = "select jsonb_object_agg('v' || i, 1) as v from generate_series(1, %s) i"
    read = b.milliseconds_of(f"select v::text::jsonb <> '{{}}' from ({many}) m", n, times=3)
    kept = b.milliseconds_of("select (inventory.vars_settled((select jsonb_object_agg(k, '[~~ENCRYPTED~~]'::text)"
                             f" from jsonb_object_keys(v) k), v, '{{}}')).vars <> '{{}}' from ({many}) m", n, times=3)
    table.add(f"{n:,} variables sent back as masks / reading them", kept / read, goal=10, ms=kept)
    table.add(f"the text of an inventory of {n:,} hosts in {groups:,} groups", b.milliseconds_of("select inventory.text(1)", times=3) / 1000,
              goal=3, unit=" s")


def grow(b, names, size):
    while (stored := b.sql.one("select fate.count('event')")) < size:
        b.sql.run("set role moirai_owner; select fate.events_throw(3, array(select id from fate.hosts order by id"
                  " limit %s), 'johnny@example.com', 'bulk', null); reset role", min(len(names), size - stored))
    # As some minutes later: what was counted in the last two has been folded.
    b.sql.run("set role moirai_owner; update fate.count_deltas set minute = minute - 3; select fate.counts_fold();"
              " reset role")
    b.sql.run("vacuum analyze")


def main():
    ask = argparse.ArgumentParser(prog="script/bench")
    ask.add_argument("--large", action="store_true")
    ask.add_argument("--smoke", action="store_true")
    asked = ask.parse_args()
    rounds, seconds = (1, 1) if asked.smoke else (5, 4)
    quest_sizes = [1000, 10000] if asked.smoke else [1000, 10000, 100000]
    instance = Instance(os.environ["MOIRAI_TEST_VAR"]).start()
    table = Table()
    try:
        b = Bench(instance, Sql(instance), seconds)
        for _ in range(rounds):
            reset(b, table)
        new_world(b, 1000)
        table.add("idle: PSS of pool parent and 8 workers", b.pss("moirai-fcgi"), goal=30, unit=" MB")
        table.add("idle: PSS of the courier", b.pss("moirai-courier"), goal=20, unit=" MB")
        for _ in range(rounds):
            single_events(b, table)
            reading(b, table)
            passwords(b, table)
        new_world(b, 1)
        rights(b, table, 1000 if asked.smoke else 100000)
        new_world(b, 1)
        inventories(b, table, 2000 if asked.smoke else 100000)
        names = new_world(b, max(quest_sizes))
        for _ in range(min(rounds, 3)):
            quests(b, table, names, quest_sizes)
        new_world(b, 1)
        letters(b, table, 2000 if asked.smoke else 100000)
        new_world(b, len(names))
        journal(b, table, names, [100000] + ([1000000, 10000000] if asked.large else []), min(rounds, 3))
        table.add("after all that: PSS of pool parent and 8 workers", b.pss("moirai-fcgi"), unit=" MB")
        new_world(b, 1)
        runs(b, table, asked.smoke)
        page(b, table, new_world(b, max(SIZES)), asked.smoke)
    finally:
        instance.stop()
    short = table.show()
    sys.exit(0 if asked.smoke or not short else 1)


if __name__ == "__main__":
    main()
