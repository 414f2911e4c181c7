"""What the page costs its users, measured by Chromium over the instance (web/e2e/bench.ts). No ratios: the goals are the budgets of its design,
on a machine of two cores."""
import json
import os
import subprocess

from instance import PASSWORD, ROOT

SIZES = 10000, 20000


def page(b, table, names, smoke):
    quests = {b.post("/quests?brief=true", {"fateId": 1, "creator": "admin", "description": f"{n} labors", "hostnames": names[:n]})[0]["id"]: n
              for n in SIZES[:1 if smoke else 2]}
    figures = measured(b, quests, 2 if smoke else 10)
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


def measured(b, quests, seconds):
    written = b.instance.var / "figures.json"
    environment = {**os.environ, "MOIRAI_E2E": f"http://127.0.0.1:{b.instance.port}", "MOIRAI_ADMIN_PASSWORD": PASSWORD,
                   "MOIRAI_QUESTS": " ".join(map(str, quests)), "MOIRAI_SECONDS": str(seconds), "MOIRAI_FIGURES": str(written)}
    said = subprocess.run(["node", "node_modules/vitest/vitest.mjs", "run", "--project", "bench"], cwd=ROOT / "web", env=environment,
                          capture_output=True, text=True)
    assert said.returncode == 0, said.stdout + said.stderr
    return json.loads(written.read_text())
