"""What the page costs its users, measured by Chromium over the instance (web/e2e/bench.ts). No ratios: the goals are the budgets of its design,
on a machine of two cores."""
import json
import os
import subprocess

from instance import PASSWORD, ROOT

SIZES = 10000, 20000
LINES = 200000


def page(b, table, names, smoke):
    quests = {b.post("/quests?brief=true", {"fateId": 1, "creator": "admin", "description": f"{n} labors", "hostnames": names[:n]})[0]["id"]: n
              for n in SIZES[:1 if smoke else 2]}
    figures = measured(b, quests, runs_that_say_much(b, LINES // (20 if smoke else 1)), 2 if smoke else 10)
    for name, of in figures.items():
        if name.startswith("first load: "):
            shell = name == "first load: shell"
            table.add(f"{name}, JS and CSS packed", of["code"], goal=50 if shell else 110, unit=" KiB")
            if not shell:
                table.add(f"{name}, requests", of["requests"], goal=16, **{"KiB of font": of["font"]})
    for quest, n in quests.items():
        of = figures[f"table: {quest}"]
        table.add(f"a table of {n:,} labors is seen", of["milliseconds"] / 1000, goal=1.5 * n / SIZES[0], unit=" s")
        table.add(f"a table of {n:,} labors: JS heap", of["heap"], goal=30, unit=" MiB")
        table.add(f"a table of {n:,} labors: from a key in its filter to the next paint, p95", of["key"], goal=100, unit=" ms", **{
            "ms the longest task": of["longest"]})
        table.add(f"a table of {n:,} labors, scrolled: frames over 34 ms", of["slow"] / of["frames"] * 100, goal=3, unit=" %", **{"frames": of["frames"]})
    live = figures["live"]
    table.add(f"a table of {SIZES[0]:,} labors, 200 of which change each second: main thread, each second", live["busy"], goal=60, unit=" ms", **{
        "ms when nothing changes": live["quiet"], "ms the longest task": live["longest"], "changes": live["changes"]})
    run, live = figures["run"], figures["run live"]
    said = f"a run of {run['lines']:,} lines"
    table.add(f"{said}: its end is seen, after the answer", run["milliseconds"], goal=300, unit=" ms")
    table.add(f"{said}: JS heap at its end", run["heap"], goal=30, unit=" MiB", **{"MiB after all of it": run["after"]})
    table.add(f"{said}, scrolled: frames over 34 ms", run["slow"] / run["frames"] * 100, goal=3, unit=" %", **{"frames": run["frames"]})
    table.add("a run that says 1,000 lines a second: frames over 50 ms, more than of a blank page", max(0, live["slow"] - live["blank"]), goal=0, **{
        "of the blank page": live["blank"], "frames": live["frames"], "ms the longest task": live["longest"]})
    table.add("a run that says 1,000 lines a second: main thread, each second", live["busy"], goal=150, unit=" ms")
    table.add("a run that says 1,000 lines a second: not seen yet, at most", live["lag"], goal=1000, unit=" lines")


def runs_that_say_much(b, lines):
    """One that is over and one that is not -> their ids."""
    line = ("case when n = 1 then 'PLAY [site] ' || repeat('*', 67) when n %% 1500 = 3 then format('TASK [task %%s] ', n / 1500) || repeat('*', 60)"
            " when n %% 9973 = 0 then format(E'\\x1b[0;31mfatal: [host%%s]: FAILED! => {\"changed\": false, \"msg\": \"no such package\"}\\x1b[0m', n)"
            " else format(E'\\x1b[0;32mok: [host%%s.example.com] => (item=linux-image-6.1.0)\\x1b[0m', n) end")
    made = b.sql.column("insert into work.runs (kind, mode, arguments, initiator, initiator_type, status, start_time, stop_time, output_day, lines)"
                        " select 'PLAYBOOK', 'site.yml', '{}', 1, 'users', status, now(), stop, current_date, %s"
                        " from (values ('ERROR'::text, now()), ('RUN', null)) s (status, stop) returning id", lines)
    b.sql.run("select work.line_partitions_ensure(current_date)")
    b.sql.run(f"insert into work.lines select current_date, run, n, {line} from unnest(%s) run, generate_series(1, %s) n", made, lines)
    return made


def measured(b, quests, runs, seconds):
    written = b.instance.var / "figures.json"
    environment = {**os.environ, "MOIRAI_E2E": f"http://127.0.0.1:{b.instance.port}", "MOIRAI_ADMIN_PASSWORD": PASSWORD,
                   "MOIRAI_QUESTS": " ".join(map(str, quests)), "MOIRAI_RUNS": " ".join(map(str, runs)),
                   "MOIRAI_PSQL": f"-h {b.instance.run_folder()} -U postgres moirai",
                   "MOIRAI_SECONDS": str(seconds), "MOIRAI_FIGURES": str(written)}
    said = subprocess.run(["node", "node_modules/vitest/vitest.mjs", "run", "--project", "bench"], cwd=ROOT / "web", env=environment,
                          capture_output=True, text=True)
    assert said.returncode == 0, said.stdout + said.stderr
    return json.loads(written.read_text())
