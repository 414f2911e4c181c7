"""Runs on machines that are reached by ssh: two servers on loopback."""
import os
import subprocess

import pytest

from runs import LOCAL, Gate, Sshd, debug, play, processes_with, shell

WHOAMI = "echo $(id -un) $SSH_CONNECTION"


@pytest.fixture
def inventory(work, sshds):
    return work.inventory({"one": sshds[0].vars, "two": sshds[1].vars})


def ports(record):
    """Those of the servers that a playbook came to."""
    return {line.split()[-1].strip('",') for line in record["raw_stdout"].splitlines() if line.lstrip().startswith('"msg": ')}


def clients(sshds):
    """Processes of ssh that were told the port of one of them."""
    return [p for s in sshds for p in processes_with(f"Port={s.port}") if p.startswith((b"ssh", b"/usr/bin/ssh"))]


SITE = play(shell("printf 'by {{ inventory_hostname }}' >{{ place }}/written; " + WHOAMI, register="who"), debug("{{ who.stdout }}"))


def test_hosts_are_reached_by_keys(work, sshds, inventory):
    work.project(files={"site.yml": SITE})
    record = work.run(1, "site.yml", inventory)
    assert ports(record) == {str(s.port) for s in sshds} and sshds[0].account in record["raw_stdout"]
    assert work.hosts(record["id"]) == {"one": ("changed", None, None), "two": ("changed", None, None)}
    assert [(s.folder / "home/written").read_text() for s in sshds] == ["by one", "by two"]
    assert record["raw_inventory"].count("ansible_ssh_private_key_file=[~~ENCRYPTED~~]") == 2 and "PRIVATE KEY" not in str(record)


def test_a_key_may_be_of_a_group_of_the_inventory_or_of_the_run(work, sshds):
    plain = [{k: v for k, v in s.vars.items() if k != "ansible_ssh_private_key_file"} for s in sshds]
    work.project(files={"key": sshds[0].key})
    bare = work.inventory({"two": plain[1]})
    of_inventory = work.start_module(1, "ping", work.inventory({"one": plain[0]}, ansible_ssh_private_key_file=sshds[0].key))
    of_run = work.start_module(1, "raw", bare, {"private-key": sshds[1].key, "args": "true"})
    with_crs = work.start_module(1, "raw", bare, {"key-file": sshds[1].key.strip().replace("\n", "\r\n"), "args": "true"})
    by_path = work.start_module(1, "raw", work.inventory({"one": plain[0]}), {"private-key": "key", "args": "true"})
    none, outside = (work.start_module(1, "raw", bare, {"args": "true", **more}) for more in ({}, {"private-key": "../../x"}))
    for run in (of_inventory, of_run, with_crs, by_path):
        record = work.over(run)
        assert "PRIVATE KEY" not in str(record)
    assert work.record(of_run)["execute_args"] == {"private-key": "[~~ENCRYPTED~~]", "args": "true"}
    record = work.over(none, "OFFLINE")
    assert "Permission denied (publickey)" in work.hosts(none)["two"][2]
    assert work.over(outside, "ERROR")["status_detail"] == "private-key: it is neither the text of a key nor a path below the project."


@pytest.fixture
def by_password(open_folder):
    """A server that takes passwords, and an account of this machine that has one."""
    name, password = f"moirai-{os.getpid()}", "tuna fish's \"7\""
    subprocess.run(["useradd", "--no-create-home", "--home-dir", open_folder, "--shell", "/bin/sh", name], check=True)
    subprocess.run(["chpasswd"], input=f"{name}:{password}\n", text=True, check=True)
    open_folder.chmod(0o777)
    (open_folder / "sshd").mkdir()
    server = Sshd(open_folder / "sshd", passwords="yes")
    yield {**server.vars, "ansible_user": name, "ansible_ssh_pass": password, "ansible_ssh_private_key_file": "",
           "ansible_remote_tmp": f"{open_folder}/tmp"}
    server.stop()
    subprocess.run(["userdel", "--force", name], check=True, stderr=subprocess.DEVNULL)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make an account")
def test_a_host_is_reached_by_a_password(work, by_password):
    work.project()
    good = work.start_module(1, "command", work.inventory({"one": by_password}), {"args": "id -un"})
    bad = work.start_module(1, "ping", work.inventory({"two": {**by_password, "ansible_ssh_pass": "wrong"}}))
    assert by_password["ansible_user"] in work.over(good, "OK")["raw_stdout"]
    work.over(bad, "OFFLINE")
    assert "Permission denied" in work.hosts(bad)["two"][2] or "Invalid/incorrect password" in work.hosts(bad)["two"][2]


def test_a_server_that_is_away_leaves_the_other_host_its_result(work, sshds, inventory):
    work.project(files={"site.yml": SITE})
    (sshds[0].folder / "home/written").unlink(missing_ok=True)
    sshds[1].stop()
    try:
        record = work.run(1, "site.yml", inventory, status="OFFLINE")
        assert ports(record) == {str(sshds[0].port)} and (sshds[0].folder / "home/written").read_text() == "by one"
        found = work.hosts(record["id"])
        assert found["one"] == ("changed", None, None) and found["two"][:2] == ("unreachable", "shell") and "Connection refused" in found["two"][2]
    finally:
        sshds[1].start()
    assert work.hosts(work.run_module(1, "ping", inventory)["id"])["two"] == ("ok", None, None)


def test_a_run_leaves_no_client_behind(work, sshds, inventory, open_folder):
    """Ansible keeps connections for a while, in processes of their own."""
    gate = Gate(open_folder)
    work.project(files={"site.yml": play(gate.task)})
    canceled = work.start(1, "site.yml", inventory)
    gate.reached(work, canceled, "one", "two")
    assert clients(sshds) != []
    work.cancel(canceled)
    work.over(canceled, "INTERRUPTED")
    assert clients(sshds) == []
    gate.open()
    work.run(1, "site.yml", inventory)
    assert clients(sshds) == []


def test_machines_by_ssh_and_this_one_are_run_together(work, sshds):
    inventory = work.inventory({"one": sshds[0].vars, "here": LOCAL})
    work.project(files={"site.yml": play(shell("echo ${SSH_CONNECTION:-none}", register="way"), debug("{{ way.stdout }}"))})
    record = work.run(1, "site.yml", inventory)
    assert ports(record) == {str(sshds[0].port), "none"}
