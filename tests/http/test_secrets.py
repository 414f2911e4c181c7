"""Secrets are in clear nowhere (D8), whatever is written down; and get another key while they are used. What they are, and for
whom: test_variables.py."""
import base64
import itertools
import json
import os
import re
import signal
import subprocess
import time

import pytest

from client import Crowd
from instance import eventually
from polemarch import ENCRYPTED, said
from test_variables import HIDDEN, Holder, keys     # noqa: F401 (a fixture)


# ---- in clear nowhere

@pytest.fixture
def everything_logged(instance, sql):
    """PostgreSQL writes down each statement with its parameters; the folder with all logs and all data."""
    words = {"log_statement": "'all'", "log_parameter_max_length": "-1", "log_parameter_max_length_on_error": "-1", "log_min_error_statement": "'debug5'"}
    for word, value in words.items():
        sql.run(f"alter system set {word} = {value}")
    sql.run("select pg_reload_conf()")
    eventually(lambda: sql.one("show log_statement") == "all")
    yield instance.var
    for word in words:
        sql.run(f"alter system reset {word}")
    sql.run("select pg_reload_conf()")


def traces(mark):
    """How it could stand somewhere: as it is, as hexadecimal digits, in base64."""
    plain = mark.encode()
    return [plain, plain.hex().encode(), plain.hex().upper().encode(), *(base64.b64encode(b"x" * n + plain)[4:-4] for n in range(3))]


def places_with(folder, mark, since=0):
    """The files below the folder that hold it, and what of it; only those that were changed since."""
    wanted = re.compile(b"|".join(map(re.escape, traces(mark))))
    files = [p for p in folder.rglob("*") if p.is_file() and p.stat().st_mtime >= since]
    return [(p.name, found.group()) for p in files for found in [wanted.search(p.read_bytes())] if found]


def test_a_trace_would_be_found(tmp_path):
    mark = "correct horse battery"
    (tmp_path / "a").write_bytes(b"xx" + base64.b64encode(b'{"pass": "' + mark.encode() + b'"}'))
    (tmp_path / "b").write_text("\\x0a" + mark.encode().hex() + "00")
    (tmp_path / "c").write_text("correct horse")
    assert sorted(name for name, _ in places_with(tmp_path, mark)) == ["a", "b"]


def deeds_with_secrets(holder, new):
    """Requests of all sorts in which secrets are, and their answers."""
    api, path, body = holder.api, holder.path, holder.body
    for vars in ({key: new() for key in HIDDEN}, json.dumps({"ansible_ssh_pass": new()}), {"ansible_ssh_pass": {"deep": [new()]}}):
        holder.make(vars)
    holder.put({**{key: ENCRYPTED for key in HIDDEN}, "ansible_ssh_pass": new()})
    secret = {"ansible_ssh_pass": new()}
    refused = [api.patch(path + "1/", {**body(secret), "name": "" if holder.kind == "template" else "a\n?"}), api.post(path, body({**secret, "bad key": 1})),
               api.put(path + "1/", {"name": [], "vars": secret, "data": {"vars": secret}}), api.post(path, body([secret])), api.post(path, [body(secret)]),
               api.post(path, body(new())), api.post(path, new()), api.post(path, body('{"repo_key": "' + new() + '", }')), api.post(path, body('{"x": "' + new())),
               api.patch(path + "999/", body(secret)), api.signed_in().post(path, body(secret))]
    assert [a.status_code for a in refused] == [400] * 9 + [404, 401]
    return [api.get(path + "1/"), api.get(path), *refused]


def imports_with_secrets(api, new):
    good = f"web1 ansible_ssh_pass={new()} ansible_user=u\n[g]\nweb2\n[g:vars]\nansible_become_pass={new()}\n[all:vars]\nrepo_key={new()}\n"
    bad = [f"{good}[g:vars]\n{new()}", f"web1 ansible_ssh_pass='{new()}", f"a_b ansible_ssh_pass={new()} ansible_host=???"]
    answers = [api.post("/inventories/import/", {"text": text, "dry_run": dry}) for text in (good, *bad) for dry in (True, False)]
    assert [a.status_code for a in answers] == [200, 201] + [400] * 6
    made = answers[1].json()["id"]
    return answers + [api.get(f"/inventories/{made}/"), *(api.get(f"/inventories/{made}/export/?format={form}") for form in ("ini", "yaml"))]


def test_a_secret_is_in_clear_in_no_table_no_log_no_letter_and_no_answer(api, sql, instance, keys, everything_logged):
    mark, numbers, pole, began = os.urandom(12).hex(), itertools.count(), api.polemarch, time.time()

    def new():
        return f"{mark}-{next(numbers)}"
    answers = [a for kind in ("host", "group", "inventory", "template") for a in deeds_with_secrets(Holder(api, sql, keys, kind), new)]
    answers += [pole.post("/templates/", {"name": "t", "kind": "Host", "data": data}) for data in
                ('{"vars": {"ansible_ssh_pass": "' + new() + '"}', json.dumps({"vars": '{"ansible_ssh_pass": "' + new() + '"'}), [{"vars": {"key-file": new()}}])]
    answers += imports_with_secrets(pole, new)
    pole.raw("POST", "/hosts/", b'{"vars": {"ansible_ssh_pass": "' + new().encode() + b'" x}}', documented=False)
    answers += [api.get("/audit?limit=all"), pole.get("/hosts/?detail=1&name=marker")]
    assert [a.text for a in answers if mark in a.text] == []
    boxes = [box["sealed"].encode() for (sealed,) in sql.rows("select sealed from inventory.objects") for box in sealed.values()]
    dump = subprocess.run(["pg_dump", "-h", instance.run_folder(), "-U", "postgres", "moirai"], capture_output=True, timeout=60, check=True).stdout
    assert len(boxes) > 80 and all(box in dump for box in boxes) and [t for t in traces(mark) if t in dump] == []
    sql.run("checkpoint")
    os.kill(instance.parent_of("nginx"), signal.SIGUSR1)          # it writes down what it has
    eventually(lambda: b"name=marker" in (everything_logged / "log/access.log").read_bytes())
    assert boxes[0] in (everything_logged / "log/postgres.log").read_bytes()
    assert [places_with(everything_logged / part, mark, began) for part in ("log", "data")] == [[], []]
    assert mark not in instance.log.read_text()


# ---- another key

def rekey(instance):
    environment = {**instance.environment(), "PATH": f"{instance.build}:{os.environ['PATH']}", "MOIRAI_SEAL_KEY": str(instance.var / "seal.key")}
    done = subprocess.run([instance.build / "moirai-db", "-d", f"postgresql:///moirai?host={instance.run_folder()}&user=postgres", "rekey"],
                          env=environment, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")


def test_while_secrets_are_sealed_anew_requests_succeed_or_are_told_to_try_again_and_all_secrets_open_afterwards(api, sql, instance, keys, people):
    first, stored, later = keys.keys(), {}, []
    hosts = Holder(people.new("max", superuser=True), sql, keys, "host")
    for number in range(40):
        hosts.make({"ansible_ssh_pass": f"old {number}", "key-file": [number]})
        stored[number + 1] = {"ansible_ssh_pass": f"old {number}", "key-file": [number]}

    def deed(mine):
        client, numbers = hosts.api.like(), itertools.count()

        def store():
            number = next(numbers)
            if number % 3 == 0:
                vars = {"ansible_ssh_pass": f"{mine} {number}"}
                answer = client.post("/hosts/", {"name": "h", "vars": vars})
            else:
                id = mine * 10 + number % 10 + 1
                vars = {"ansible_ssh_pass": f"{mine} {number}" if number % 2 else ENCRYPTED, "key-file": ENCRYPTED}
                answer = client.patch(f"/hosts/{id}/", {"vars": vars})
            if answer.status_code == 503:
                assert answer.json()["detail"] == "Secrets are being sealed anew: try again." and answer.headers["Retry-After"] == "2"
                later.append(answer)
                return
            id = said(answer, 201 if number % 3 == 0 else 200)["id"]
            stored[id] = {key: stored[id][key] if value == ENCRYPTED else value for key, value in vars.items()}
        return store
    crowd = Crowd([deed(mine) for mine in range(4)])
    try:
        for _ in range(3):
            rekey(instance)
    finally:
        crowd.stop()
    assert len(keys.keys()) == 1 and keys.keys() != first and keys.path.stat().st_mode & 0o7777 == 0o400
    assert len(stored) > 60 and len(later) < len(stored)
    assert {id: {key: json.loads(keys.open(box)) for key, box in sealed.items()} for id, sealed in
            sql.rows("select id, sealed from inventory.objects where kind = 'host'")} == stored
    assert sql.one("select count(distinct s.value->>'key'), (select count(*) from house.seal_keys) from inventory.objects, jsonb_each(sealed) s") == (1, 1)
