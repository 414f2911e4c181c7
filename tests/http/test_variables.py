"""Variables, and those of them that are secrets (D8): sealed before they come to the database, shown as [~~ENCRYPTED~~], and in
clear for nobody but who has the private key. What they are in clear is told here by that key, as the runner will read them."""
import base64
import ctypes
import ctypes.util
import json
import subprocess

import pytest

from client import JSON
from polemarch import ENCRYPTED, ids, said

HIDDEN = ["ansible_ssh_pass", "ansible_ssh_private_key_file", "ansible_become_pass", "ansible_password", "ansible_become_password",
          "ansible_sudo_pass", "ansible_su_pass", "ansible_ssh_password", "ansible_paramiko_pass", "ansible_paramiko_password", "ansible_winrm_pass",
          "ansible_winrm_password", "ansible_psrp_password", "ansible_httpapi_pass", "ansible_httpapi_password", "ansible_runas_pass", "repo_password", "repo_key", "key-file", "private-key", "vault-password-file",
          "new-vault-password-file", "vault-pass-file", "become-password-file", "become-pass-file", "connection-password-file", "conn-pass-file"]
OTHERS = ["ansible_user", "ansible_ssh_user", "password", "ANSIBLE_SSH_PASS", "ansible_ssh_pass_", "ansible.ssh_pass", "key_file", "private_key"]


# ---- tools

class SealKeys:
    """The private keys of an instance: what the runner has."""
    sodium = ctypes.CDLL(ctypes.util.find_library("sodium") or "libsodium.so.23")

    def __init__(self, instance):
        self.path = instance.var / "seal.key"

    def keys(self):
        return [base64.b64decode(line) for line in self.path.read_text().split()]

    def open(self, box):
        """The text in a box; None: none of the keys opens it."""
        box = base64.b64decode(box["sealed"], validate=True)
        for private in self.keys():
            public, text = ctypes.create_string_buffer(32), ctypes.create_string_buffer(len(box))
            self.sodium.crypto_scalarmult_base(public, private)
            if self.sodium.crypto_box_seal_open(text, box, ctypes.c_ulonglong(len(box)), public.raw, private) == 0:
                return text.raw[:len(box) - 48].decode()
        return None


class Holder:
    """Things of one kind that have variables: made, changed and shown by the API."""

    def __init__(self, api, sql, keys, kind):
        self.api, self.sql, self.keys, self.kind = api.polemarch, sql, keys, kind
        self.path = {"inventory": "/inventories/"}.get(kind, f"/{kind}s/")

    def body(self, vars):
        if self.kind == "template":
            return {"name": "t", "kind": "Host", "data": {"name": "h"} if vars is None else {"name": "h", "vars": vars}}
        return {"name": "x"} if vars is None else {"name": "x", "vars": vars}

    def make(self, vars):
        return self.shown(said(self.api.post(self.path, self.body(vars)), 201))

    def put(self, vars, id=1, method="PATCH"):
        return self.shown(said(self.api.call(method, f"{self.path}{id}/", self.body(vars), JSON)))

    def shown(self, thing):
        """The variables of an answer; asking again tells the same."""
        now = said(self.api.get(f"{self.path}{thing['id']}/"))
        assert now == thing
        return now["data"].get("vars") if self.kind == "template" else now["vars"]

    def sealed(self, id=1):
        return self.sql.one("select sealed from inventory.objects where kind = %s and id = %s", self.kind, id)

    def secrets(self, id=1):
        """{key: the JSON text that was sealed}"""
        return {key: self.keys.open(box) for key, box in self.sealed(id).items()}


@pytest.fixture
def keys(instance):
    return SealKeys(instance)


@pytest.fixture(params=["host", "group", "inventory", "template"])
def holder(request, api, sql, keys):
    return Holder(api, sql, keys, request.param)


@pytest.fixture
def hosts(api, sql, keys):
    return Holder(api, sql, keys, "host")


def exactly(value):
    """Told apart: 1, 1.0, "1" and true."""
    return json.dumps(value, sort_keys=True)


# ---- what is shown, kept, dropped

def test_hidden_variables_are_shown_as_encrypted_and_others_as_they_are(holder):
    vars = {key: f"{key} in clear" for key in HIDDEN + OTHERS}
    assert holder.make(vars) == {**vars, **{key: ENCRYPTED for key in HIDDEN}}
    assert holder.secrets() == {key: json.dumps(vars[key]) for key in HIDDEN}


def test_what_is_hidden_in_the_database_is_what_is_sealed_by_the_worker(sql):
    assert sorted(sql.one("select inventory.hidden_keys()")) == sorted(HIDDEN)


@pytest.mark.parametrize("method", ["PATCH", "PUT"])
def test_what_is_sent_back_as_it_was_shown_stays(holder, method):
    shown = holder.make({"ansible_ssh_pass": "one", "key-file": "two", "a": 1})
    before = holder.sealed()
    assert holder.put(shown, method=method) == shown
    assert holder.put({**shown, "a": 2, "b": 3}, method=method) == {**shown, "a": 2, "b": 3}
    assert holder.sealed() == before and holder.secrets() == {"ansible_ssh_pass": '"one"', "key-file": '"two"'}


def test_what_is_not_hidden_is_also_kept_by_that_word(holder):
    holder.make({"a": [1, {"b": None}], "n": None})
    assert holder.put({"a": ENCRYPTED, "n": ENCRYPTED, "c": 2}) == {"a": [1, {"b": None}], "n": None, "c": 2}


def test_where_nothing_is_stored_that_word_is_nothing(holder):
    assert holder.make({"ansible_ssh_pass": ENCRYPTED, "a": ENCRYPTED, "b": 1}) == {"b": 1}
    assert holder.put({"repo_key": ENCRYPTED, "ansible_ssh_pass": ENCRYPTED, "a": ENCRYPTED, "b": ENCRYPTED}) == {"b": 1}
    assert holder.sealed() == {}
    assert holder.put({"a": [ENCRYPTED], "b": ENCRYPTED + " "}) == {"a": [ENCRYPTED], "b": ENCRYPTED + " "}


def test_what_is_left_out_is_gone_and_what_is_sent_takes_its_place(holder):
    holder.make({"ansible_ssh_pass": "one", "repo_key": "two", "ansible_password": "three", "a": 1})
    assert holder.put({"ansible_ssh_pass": "four", "repo_key": ENCRYPTED}) == {"ansible_ssh_pass": ENCRYPTED, "repo_key": ENCRYPTED}
    assert holder.secrets() == {"ansible_ssh_pass": '"four"', "repo_key": '"two"'}
    assert holder.put({"repo_key": ENCRYPTED, "ansible_password": ENCRYPTED}) == {"repo_key": ENCRYPTED}
    assert holder.put({}) == {} and holder.sealed() == {}
    assert holder.put({"repo_key": ENCRYPTED}) == {}


def test_variables_that_are_not_sent_stay(hosts):
    hosts.make({"ansible_ssh_pass": "one", "a": 1})
    before = hosts.sealed()
    for method in ("PATCH", "PUT"):
        assert hosts.put(None, method=method) == {"ansible_ssh_pass": ENCRYPTED, "a": 1} and hosts.sealed() == before


def test_of_data_without_variables_none_stay(api, sql, keys):
    templates = Holder(api, sql, keys, "template")
    templates.make({"ansible_ssh_pass": "one", "a": 1})
    said(templates.api.patch("/templates/1/", {"name": "only the name"}))
    assert templates.secrets() == {"ansible_ssh_pass": '"one"'}
    assert templates.put(None) is None and templates.sealed() == {}


@pytest.mark.parametrize("value", ["", " ", ENCRYPTED + "x", "ü☃\U0001f600", "a\nb\t\\\"", "x" * 100000, None, True, False, 0, -1, 2**63 - 1, 0.3, 1e22, 1.0,
                                   5e-324, 0.12345678901234568, 12345678901234, [], {}, [1, "1", None, [True]], {"a": {"b": [0.1, 0.30000000000000004]}},
                                   [ENCRYPTED], {"sealed": "x", "key": 1}], ids=lambda v: json.dumps(v)[:20])
def test_a_secret_of_any_value_opens_as_what_was_sent(hosts, value):
    assert hosts.make({"ansible_ssh_pass": value}) == {"ansible_ssh_pass": ENCRYPTED}
    assert exactly(json.loads(hosts.secrets()["ansible_ssh_pass"])) == exactly(value)


def test_what_a_client_says_was_sealed_is_a_value_like_any_other(holder):
    holder.make({"ansible_ssh_pass": "real", "ansible_user": 1})
    box = holder.sealed()["ansible_ssh_pass"]
    for fake in (box, {"sealed": "AAAA", "key": 1}, {"sealed": box["sealed"], "key": 99}, {"key": 1}, {"sealed": None, "key": "x", "more": 1}):
        assert holder.put({"ansible_ssh_pass": fake, "ansible_user": fake}) == {"ansible_ssh_pass": ENCRYPTED, "ansible_user": fake}
        assert json.loads(holder.secrets()["ansible_ssh_pass"]) == fake


def test_variables_may_be_a_string_that_holds_json(holder):
    vars = {"ansible_ssh_pass": "one", "a": 0.5}
    assert holder.make(json.dumps(vars)) == {"ansible_ssh_pass": ENCRYPTED, "a": 0.5}
    assert holder.put(json.dumps({"ansible_ssh_pass": ENCRYPTED, "key-file": "two"})) == {"ansible_ssh_pass": ENCRYPTED, "key-file": ENCRYPTED}
    assert holder.secrets() == {"ansible_ssh_pass": '"one"', "key-file": '"two"'}


def test_data_may_be_a_string_that_holds_json_and_a_form_brings_strings(api, sql, keys, hosts):
    templates = Holder(api, sql, keys, "template")
    for data in ({"vars": {"ansible_ssh_pass": "one"}}, {"vars": '{"ansible_ssh_pass": "one"}'}):
        made = said(api.polemarch.post("/templates/", {"name": "t", "kind": "Host", "data": json.dumps(data)}), 201)
        assert made["data"] == {"vars": {"ansible_ssh_pass": ENCRYPTED}}
        assert templates.secrets(made["id"]) == {"ansible_ssh_pass": '"one"'}
    made = said(api.polemarch.post("/hosts/", b"name=h&vars=%7B%22ansible_ssh_pass%22%3A%22one%22%7D", {"Content-Type": "application/x-www-form-urlencoded"}), 201)
    assert made["vars"] == {"ansible_ssh_pass": ENCRYPTED} and hosts.secrets() == {"ansible_ssh_pass": '"one"'}


def test_numbers_come_back_as_they_were_sent(holder):
    for number in ("0.3", "12345678901234", "9223372036854775807", "-1", "0", "1.5", "-0.25", "100.0", "0.1", "0.000001"):
        vars = holder.make({"n": json.loads(number), "l": [json.loads(number)]})
        id = said(holder.api.get(holder.path))["count"]
        text = holder.api.get(f"{holder.path}{id}/").text
        assert f'"n":{number}' in text and f"[{number}]" in text and exactly(vars["n"]) == exactly(json.loads(number))
    for number in (1e22, 0.12345678901234568, 0.10000000000000001, 1e-7, 5e-324, 1.7976931348623157e308, 0.1 + 0.2):
        vars = holder.make({"n": number, "other": 0.3})
        assert (float(vars["n"]), vars["other"]) == (number, 0.3)
        assert holder.put(vars, said(holder.api.get(holder.path))["count"]) == vars


# ---- the key

def test_the_private_key_is_for_the_runner_alone_and_its_public_half_known(instance, sql, keys):
    assert keys.path.stat().st_mode & 0o7777 == 0o400
    assert [len(key) for key in keys.keys()] == [32]
    publics = instance.run(instance.build / "moirai-seal", "public", keys.path).stdout.split()
    assert publics == sql.column("select public_key from house.seal_keys where current")
    answer = sql.rows("select * from house.seal_keys")
    assert keys.path.read_text().strip() not in str(answer)


def test_a_box_opens_by_the_programs_own_way_for_who_has_the_key_and_for_no_other(instance, hosts, keys, tmp_path):
    hosts.make({"ansible_ssh_pass": {"a": [1, "ü"]}})
    box = hosts.sealed()["ansible_ssh_pass"]["sealed"]
    seal = instance.build / "moirai-seal"
    own = tmp_path / "own.key"
    public = instance.run(seal, "new", own).stdout.strip()

    def reseal(file):
        return subprocess.run([seal, "reseal", file, public], input=f"host 1\t{box}\n", capture_output=True, text=True, timeout=20)
    (line,) = reseal(keys.path).stdout.splitlines()
    mine = SealKeys(instance)
    mine.path = own
    assert mine.open({"sealed": line.split("\t")[1]}) == '{"a":[1,"ü"]}'
    assert mine.open({"sealed": box}) is None
    refused = reseal(own)
    assert refused.returncode == 111 and refused.stdout == "" and "no key opens this box" in refused.stderr


def test_the_same_secret_is_another_box_each_time(hosts):
    for _ in range(3):
        hosts.make({"ansible_ssh_pass": "x", "key-file": "x"})
    assert len({hosts.sealed(id)[key]["sealed"] for id in (1, 2, 3) for key in ("ansible_ssh_pass", "key-file")}) == 6


# ---- never found by it

def test_no_filter_finds_anything_by_a_secret(api, sql, keys, hosts):
    for kind in ("host", "group", "inventory", "template"):
        Holder(api, sql, keys, kind).make({"ansible_ssh_pass": "x", "repo_key": "y", "ansible_user": "u"})
    box = hosts.sealed()["ansible_ssh_pass"]["sealed"]
    for path in ("/hosts/", "/groups/", "/inventories/"):
        assert ids(api.polemarch.get(path + "?variables=ansible_user:u")) == [1]
        for pair in ("ansible_ssh_pass:x", "ansible_ssh_pass:", f"ansible_ssh_pass:{ENCRYPTED}", "repo_key:y", "ansible_user:u,ansible_ssh_pass:x",
                     "ansible_ssh_pass:None", f"ansible_ssh_pass:{box.replace('+', '%2B')}", 'ansible_ssh_pass:"x"'):
            assert ids(api.polemarch.get(f"{path}?variables={pair}")) == [], pair
    for query in ("ansible_ssh_pass=x", "ansible_ssh_pass=*", "ansible_ssh_pass~.", "repo_key=y", "ansible_ssh_pass~ENCRYPTED"):
        assert api.get(f"/extquery?query={query}").json()["results"] == [], query
    assert api.get("/extquery?query=ansible_user=u").json()["results"] == ["x"]
