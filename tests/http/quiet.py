"""Runs and projects without a runner: nobody takes them, and what Ansible can do is what the test says."""
import contextlib
import json

import pytest

from instance import Sql
from polemarch import make, said


@contextlib.contextmanager
def nobody_claims(instance):
    """What waits goes on waiting: of runners only who has this lock takes something (sql/runner_api/queue.sql)."""
    sql = Sql(instance)
    sql.run("select pg_advisory_lock(hashtext('work.queue'))")
    try:
        yield
    finally:
        sql.close()


def options(type, *names):
    return {name: {"type": type, "shortopts": [name[0]], "help": f"what {name} does"} for name in names}


BOTH = {**options("boolean", "become", "check", "verbose", "ask-pass"), **options("integer", "forks", "timeout"),
        **options("text", "limit", "extra-vars", "connection", "user"), **options("keyfile", "private-key", "key-file"),
        **options("textfile", "vault-password-file", "become-password-file")}
OPTIONS = {"ansible": {**BOTH, **options("text", "args")}, "ansible-playbook": {**BOTH, **options("text", "tags"), **options("boolean", "list-tasks",
    "step")}}
MODULES = {"ansible.builtin.git": {"module": "git", "short_description": "Deploy software (or files) from git"},
           "ansible.builtin.setup": {"module": "setup", "short_description": "Gathers facts"}, "ansible.builtin._include": {},
           "cloud.aws": {"module": "aws", "short_description": "Clouds"}}


@contextlib.contextmanager
def ansible_can(sql, options=OPTIONS, modules=MODULES):
    """Until the end it is this version that was seen last."""
    sql.run("insert into work.ansible_reference (version, seen_at, options, modules) values ('of the test', now() + interval '1 day', %s, %s)",
            json.dumps(options), json.dumps(modules))
    try:
        yield
    finally:
        sql.run("delete from work.ansible_reference where version = 'of the test'")


@pytest.fixture(autouse=True)
def quiet(instance):
    with nobody_claims(instance):
        yield


@pytest.fixture(autouse=True)
def reference(sql, quiet):
    with ansible_can(sql):
        yield


@pytest.fixture(autouse=True)
def world(admin):
    """Project 1; inventory 1 with host 1, and 2, which is empty."""
    make(admin, "projects", name="p", repository="x", vars={"repo_type": "MANUAL"})
    for name in "ij":
        make(admin, "inventories", name=name)
    make(admin, "hosts", name="h")
    said(admin.post("/inventories/1/hosts/", [1]))
