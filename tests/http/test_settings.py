"""Settings of moirai-fcgi and moirai-courier, which take the same: what is taken, what is refused at the start, and what is
told to live elsewhere."""
import subprocess

import pytest
import yaml

from instance import eventually

pytestmark = pytest.mark.noreset

# The document's configuration section, all of it but its `database`, which is MySQL's.
DOCUMENTED = """\
log_format: "%(asctime)-15s\\t%(levelname)s\\t%(message)s"
num_processes: 1
port: 10901
bind_address: "127.0.0.1"
debug: true
domain: "dropbox.com"
api_xsrf_enabled: false
query_server: "http://localhost:5353/api/query"
slack_webhook: "https://hooks.slack.com/services/"
slack_proxyhost: "proxyserver:port"
email_notifications: false
email_sender_address: "hermes@localhost"
email_always_copy: "admin@company.com"
auth_token_expiry: 600
sentry_dsn:
plugin_dir:
fullstory_id:
strongpoc_server:
environment: "dev"
dev_email_recipient:
"""
ELSEWHERE = ["bind_address", "debug", "log_format", "port"]
WORKS = sorted(set(yaml.safe_load(DOCUMENTED)) - set(ELSEWHERE))
REFUSED = 111
USAGE = 100


@pytest.fixture(params=["moirai-fcgi", "moirai-courier"])
def program(request):
    return request.param


@pytest.fixture
def run(instance, program):
    def run(*arguments, program=program):
        return subprocess.run([instance.build / program, *map(str, arguments)], capture_output=True, text=True, timeout=30)
    return run


@pytest.fixture
def file(tmp_path):
    def file(text, name="moirai.yaml"):
        (tmp_path / name).write_bytes(text if isinstance(text, bytes) else text.encode())
        return tmp_path / name
    return file


def printed(run, *files):
    said = run(*[a for f in files for a in ("-c", f)], "--print-settings")
    assert (said.returncode, said.stderr) == (0, "")
    return yaml.safe_load(said.stdout)


@pytest.mark.parametrize("key", yaml.safe_load(DOCUMENTED))
def test_each_key_of_the_document_is_known(run, file, key):
    line = next(l for l in DOCUMENTED.splitlines() if l.startswith(key + ":"))
    said = run("-t", "-c", file(line))
    assert (said.returncode, said.stdout, said.stderr) == (0, "", "")


def test_the_whole_of_the_documents_settings_is_taken(run, file):
    said = printed(run, file(DOCUMENTED))
    documented = yaml.safe_load(DOCUMENTED)
    assert {k: said[k] for k in WORKS} == {k: "" if documented[k] is None else documented[k] for k in WORKS}
    assert not said.keys() & set(ELSEWHERE)


def test_keys_count_in_any_letter_case(run, file):
    assert printed(run, file("Domain: x.org\nNUM_PROCESSES: 3\n"))["num_processes"] == 3


@pytest.mark.parametrize("text, line, reason", [
    ("domain: x.org\nnonsense: 1\n", 2, "unknown setting: nonsense"),
    ("# a comment\n\n'': 1\n", 3, "unknown setting: "),
    ("database: mysql://localhost:3306/emsdb?user=emsdb&passwd=testpw\n", 1, "not a PostgreSQL URL"),
    ("database: sqlite:////tmp/hermes.db\n", 1, "not a PostgreSQL URL"),
    ("num_processes: 0\n", 1, "num_processes: '0' is not a number in its range"),
    ("num_processes: 257\n", 1, "not a number in its range"),
    ("num_processes: 8x\n", 1, "not a number in its range"),
    ("num_processes: 99999999999999999999\n", 1, "not a number in its range"),
    ("num_processes:\n", 1, "not a number in its range"),
    ("backlog: -1\n", 1, "not a number in its range"),
    ("count_events: perhaps\n", 1, "count_events: 'perhaps' is neither true nor false"),
    ("log_level: loud\n", 1, "none of error, warning, info and debug"),
    ("api_xsrf_enabled: perhaps\n", 1, "neither true nor false"),
    ("auth_token_expiry: ten\n", 1, "not a number in its range"),
    ("smtp_starttls: perhaps\n", 1, "none of never, offered and always"),
    ("email_notifications: 2\n", 1, "neither true nor false"),
    ("courier_database: mysql://localhost/x\n", 1, "not a PostgreSQL URL"),
    ("domain: [a, b]\n", 1, "domain is not a single value"),
    ("domain:\n  a: b\n", 1, "domain is not a single value"),
    ("[a, b]: c\n", 1, "a key must be a word"),
    ("- domain\n", 1, "expected lines of the form key: value"),
    ("just words\n", 1, "expected lines of the form key: value"),
    ("domain: x\nDomain: y\n", 2, "domain stands here twice"), ('domain: "a\\0b"\n', 1, "holds a NUL"),
    ("domain: \"x\n", 2, ""), ("domain: x\n\tport: 1\n", 2, ""), ("a: b: c\n", 1, ""), (b"domain: \xff\n", 1, "")])
@pytest.mark.parametrize("how", [["-t"], ["--print-settings"], []], ids=["-t", "--print-settings", "start"])
def test_what_is_wrong_refuses_the_start_with_file_line_and_reason(run, file, text, line, reason, how):
    path = file(text)
    said = run("-c", path, *how)
    assert (said.returncode, said.stdout) == (REFUSED, "")
    assert f"{path}:{line}: " in said.stderr and reason in said.stderr
    assert said.stderr.count("\n") == 1


@pytest.mark.parametrize("name, least, most", [
    ("query_timeout", 1, 30), ("slack_gather", 0, 3600), ("quest_mail_every", 0, 86400), ("hook_timeout", 1, 300),
    ("letter_retry", 10, 60000), ("letter_retention", 0, 3650), ("health_letter_age", 1, 604800),
    ("session_idle", 1, 31536000), ("session_lifetime", 1, 31536000), ("auth_token_expiry", 1, 31536000),
    ("license_users", 0, 1000000000), ("license_hosts", 0, 1000000000)])
def test_a_number_has_a_range(run, file, name, least, most):
    for good in (least, most):
        assert printed(run, file(f"{name}: {good}\n"))[name] == good
    for bad in (least - 1, most + 1):
        assert f"{name}: '{bad}' is not a number in its range" in run("-t", "-c", file(f"{name}: {bad}\n")).stderr


@pytest.mark.parametrize("name, otherwise", [("may_throw_restricted", "everyone"), ("may_mail_owners", "everyone"),
                                             ("may_edit_fates", "everyone"), ("may_delete_fates", "superusers")])
def test_who_may_is_everyone_superusers_or_a_team(run, file, name, otherwise):
    assert printed(run, file(""))[name] == otherwise
    for good in ("everyone", "superusers", "team ops", "team  a team"):
        assert printed(run, file(f"{name}: '{good}'\n"))[name] == good
    for bad in ("", "nobody", "Everyone", "team", "teams", "ops"):
        said = run("-t", "-c", file(f"{name}: '{bad}'\n"))
        assert said.returncode == REFUSED
        assert f"{name}: '{bad}' is none of everyone, superusers and team NAME" in said.stderr


@pytest.mark.parametrize("name", ["database", "courier_database"])
def test_a_refusal_does_not_repeat_what_may_hold_a_password(run, file, name):
    said = run("-t", "-c", file(name + ": mysql://localhost/x?passwd=testpw\n"))
    assert said.returncode == REFUSED and "testpw" not in said.stderr


def test_nobody_is_written_to_and_nothing_is_asked_outside_unless_the_settings_say_so(run, file):
    said = printed(run, file(""))
    for name in ("query_server", "strongpoc_server", "slack_webhook", "sentry_dsn", "plugin_dir", "live_socket",
                 "metrics_token", "email_always_copy", "dev_email_recipient"):
        assert said[name] == "", name
    assert (said["email_notifications"], said["environment"], said["domain"]) == (False, "dev", "localhost")


def test_unless_the_settings_say_otherwise_cookies_need_their_xsrf_token_and_nothing_is_limited_by_a_license(run, file):
    said = printed(run, file(""))
    assert said["api_xsrf_enabled"] is True
    assert (said["session_idle"], said["session_lifetime"], said["auth_token_expiry"]) == (43200, 1209600, 600)
    assert (said["user_auth_header"], said["user_groups_header"]) == ("X-Hermes-Email", "X-Hermes-Groups")
    assert (said["auth_proxy_create"], said["auth_proxy_superusers"]) == (True, "")
    assert [said["license_" + w] for w in ("expiry", "users", "hosts", "organization", "contacts")] == ["", 0, 0, "", ""]


def test_a_file_that_is_not_there_refuses_the_start(run, tmp_path):
    said = run("-t", "-c", tmp_path / "none.yaml")
    assert said.returncode == REFUSED and "none.yaml: No such file" in said.stderr


def test_an_empty_file_sets_nothing(run, file):
    assert printed(run, file("")) == printed(run, file("# nothing\n---\n", "other.yaml"))


def test_later_files_go_over_earlier_ones(run, file):
    said = printed(run, file("domain: a.org\nbacklog: 5\n"), file("domain: b.org\n", "later.yaml"))
    assert (said["domain"], said["backlog"]) == ("b.org", 5)


@pytest.mark.parametrize("text", [
    "", "domain: x.org\nnum_processes: 3\ncount_events: no\nlog_level: debug\n",
    "database: \"postgresql://a,b:5433/moirai?user=x&target_session_attrs=any\"\n",
    "database: \"host=/run/postgresql dbname=moirai password='a b'\"\n",
    "fullstory_id: 'a\"b'\n", "fullstory_id: 'a\\b\\n'\n", "fullstory_id: \"two\\nlines\\ttab\"\n",
    "fullstory_id: '%s'\n",
    "fullstory_id: ~\n", "fullstory_id: 'ü☃'\n", "fullstory_id: '# no comment'\n", "fullstory_id: 'null'\n"])
def test_printed_settings_are_taken_back_as_they_were(run, file, text):
    first = run("-c", file(text), "--print-settings")
    assert first.returncode == 0
    again = run("-c", file(first.stdout, "printed.yaml"), "--print-settings")
    assert (again.returncode, again.stderr) == (0, "")
    assert again.stdout == first.stdout
    values, asked = yaml.safe_load(first.stdout), yaml.safe_load(text) or {}
    assert all(values[k] == ("" if asked[k] is None else asked[k]) for k in asked)


def test_printed_settings_name_every_key_and_say_what_it_is_for(run):
    said = run("--print-settings").stdout.splitlines()
    for key in ELSEWHERE:
        assert any(l.startswith(f"# {key}: ") and len(l) > len(key) + 8 for l in said), key
    for key in WORKS:
        assert any(l.startswith(f"{key}: ") for l in said), key
    for before, line in zip(said, said[1:]):
        assert line.startswith("#") or before.startswith("# "), line


def test_both_programs_print_the_same_settings(run):
    assert run("--print-settings", program="moirai-fcgi").stdout == run("--print-settings", program="moirai-courier").stdout


def test_the_command_line_is_taken_or_explained(run, program):
    assert run("--nonsense").returncode == USAGE
    assert run("word").returncode == USAGE
    assert run("-c").returncode == USAGE
    assert (run("-h").returncode, run("-h").stdout.split(" [")[0]) == (0, "usage: " + program)
    assert run("-V").stdout.startswith(program + " ")


def test_only_the_courier_writes_digests(run, program):
    own = program == "moirai-courier"
    assert ("--digest" in run("-h").stdout) == ("--send-to ADDRESS" in run("-h").stdout) == own
    assert run("--digest", "-t").returncode == (0 if own else USAGE)
    assert run("--send-to").returncode == USAGE


def test_what_lives_elsewhere_is_told_at_the_start(instance, program, file, tmp_path):
    nowhere = f"postgresql:///none?host={tmp_path}"
    path = file(DOCUMENTED + f"socket: {tmp_path}/s\ndatabase: {nowhere}\ncourier_database: {nowhere}\n")
    with (tmp_path / "err").open("w") as err:
        server = subprocess.Popen([instance.build / program, "-c", path], stderr=err)
    try:
        eventually((tmp_path / "s").exists if program == "moirai-fcgi" else lambda: instance.children(server.pid))
    finally:
        server.terminate()
        assert server.wait(12) == 0
    said = (tmp_path / "err").read_text()
    for key in ELSEWHERE:
        assert f"setting {key} " in said, key
    for key in WORKS:
        assert f"setting {key} " not in said, key


@pytest.mark.parametrize("program", ["moirai-fcgi"])
def test_two_servers_do_not_take_one_socket(run, file, instance):
    said = run("-c", file(f"socket: {instance.run_folder()}/fcgi.sock\n"))
    assert said.returncode == REFUSED and "another server listens there" in said.stderr


@pytest.mark.parametrize("program", ["moirai-fcgi"])
def test_a_socket_path_that_is_too_long_refuses_the_start(run, file):
    said = run("-c", file(f"socket: /tmp/{'x' * 120}\n"))
    assert said.returncode == REFUSED and "longer than" in said.stderr
