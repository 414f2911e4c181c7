"""What a run has said: lines, and the whole as a text, while it is at work and afterwards."""
import http.client
import os
import pathlib
import threading
import time

import pytest

from client import JSON
from instance import eventually
from polemarch import said
from runs import COLORS, make_run, say, say_much

TEXT = "text/plain; charset=utf-8"


@pytest.fixture
def run(sql):
    return make_run(sql, "RUN")


def numbers(answer):
    return [r["line_number"] for r in said(answer)["results"]]


# ---- lines

def test_lines_are_as_the_document_has_them(admin, sql, run):
    say(sql, run, "a", "b", "\x1b[0;31mERROR! the playbook: /home/centos/test.yml could not be found\x1b[0m", "")
    assert said(admin.get("/history/1/lines/?after=2")) == {"count": 2, "next": None, "previous": None, "results": [
        {"line_number": 4, "line": ""}, {"line_number": 3, "line": "ERROR! the playbook: /home/centos/test.yml could not be found"}]}
    assert numbers(admin.get("/history/1/lines/?after=2&before=4")) == [3]
    page = said(admin.get("/history/1/lines/?limit=2"))
    assert page["count"] == 4 and page["next"].endswith("/history/1/lines/?limit=2&offset=2")


def test_who_follows_a_run_sees_each_line_once(admin, sql, run):
    seen, batches = [], [["one"], [], ["two", "three"], [f"line {i}" for i in range(2500)]]
    for batch in batches:
        say(sql, run, *batch)
        while page := said(admin.get(f"/history/1/lines/?ordering=line_number&after={len(seen)}"))["results"]:
            assert [r["line_number"] for r in page] == list(range(len(seen) + 1, len(seen) + 1 + len(page)))
            seen += [r["line"] for r in page]
    assert seen == sum(batches, [])


# ---- the whole text

def test_a_text_is_shown_with_and_without_colors(admin, sql, run):
    say(sql, run, *(c + "word\x1b[0m end" for c in COLORS), "")
    for query in ("", "?color=no", "?color=true", "?color="):
        answer = admin.get("/history/1/raw/" + query)
        assert (answer.text, answer.headers["Content-Type"]) == ("\n".join(["word end"] * 7 + [""]), TEXT)
    assert admin.get("/history/1/raw/?color=yes").text == "\n".join([c + "word\x1b[0m end" for c in COLORS] + [""])
    assert said(admin.get("/history/1/"))["raw_stdout"] == "\n".join(["word end"] * 7 + [""])
    assert admin.raw("HEAD", "/history/1/raw/").headers["Content-Length"] == str(7 * 9)


def test_a_run_that_has_said_nothing_has_an_empty_text(admin, run):
    answer = admin.get("/history/1/raw/")
    assert (answer.status_code, answer.text, answer.headers["Content-Type"]) == (200, "", TEXT)


def test_a_long_text_comes_whole(admin, sql, run):
    say_much(sql, run, 12345, "'\x1b[0;32mline ' || n || repeat('\u00fc', mod(n, 100)) || '\x1b[0m'")
    answer = admin.get("/history/1/raw/")
    assert answer.text == "\n".join(f"line {n}" + "\u00fc" * (n % 100) for n in range(1, 12346))
    assert answer.headers["Content-Type"] == TEXT and "Content-Length" not in answer.headers
    head = admin.raw("HEAD", "/history/1/raw/")
    assert (head.status_code, head.content, head.headers["Content-Type"]) == (200, b"", TEXT)
    assert admin.get("/history/1/raw/?after=12343").text == "\nline 12344" + "\u00fc" * 44 + "\nline 12345" + "\u00fc" * 45


# ---- a million lines

LINES = 1_000_000


@pytest.fixture
def huge(sql, run):
    say_much(sql, run, LINES)
    return run


def opened(admin, path):
    """A connection on which the path was asked for -> it and the answer, of which nothing was read."""
    connection = http.client.HTTPConnection("127.0.0.1", admin.instance.port, timeout=60)
    connection.request("GET", admin.mount + path, headers={**admin.basic(), **admin.headers, **JSON})
    return connection, connection.getresponse()


def largest_worker(instance):
    """Megabytes of the largest, at its most."""
    return max(int(next(line.split()[1] for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmHWM:")))
               for pid in instance.workers()) / 1024


def read_all(admin):
    """Size and number of lines, as they come."""
    connection, answer = opened(admin, "/history/1/raw/")
    size = lines = 0
    while piece := answer.read(1 << 20):
        size, lines = size + len(piece), lines + piece.count(b"\n")
    connection.close()
    return size, lines


def test_a_million_lines_are_sent(admin, huge):
    size, lines = read_all(admin)
    assert lines == LINES - 1 and size > 60 * LINES
    assert numbers(admin.get("/history/1/lines/?limit=2")) == [LINES, LINES - 1]
    assert numbers(admin.get("/history/1/lines/?limit=1&offset=500000")) == [LINES // 2]
    assert len(said(admin.get("/history/1/"))["raw_stdout"]) == 10_000_000


@pytest.mark.skipif("asan" in os.environ.get("MOIRAI_CONFIGURE", ""), reason="AddressSanitizer keeps what was freed")
def test_a_million_lines_are_never_held(admin, instance, huge):
    before = largest_worker(instance)
    read_all(admin)
    assert largest_worker(instance) < before + 8


def test_who_goes_away_frees_the_worker(admin, sql, huge):
    connection, answer = opened(admin, "/history/1/raw/")
    answer.read(1000)
    connection.close()
    answer.close()
    eventually(lambda: not sql.one("select exists (select from pg_stat_activity where usename = 'moirai_web' and state = 'active')"), 20)
    assert admin.get("/history/1/").status_code == 200


def test_a_text_that_can_not_be_read_to_its_end_is_seen_to_break_off(admin, sql, huge):
    """Not taken for the whole."""
    connection, answer = opened(admin, "/history/1/raw/")
    stopping = threading.Event()

    def forget():
        while not stopping.is_set():
            sql.run("update work.runs set save_result = false where id = 1")
            time.sleep(0.01)
    thread = threading.Thread(target=forget)
    thread.start()
    try:
        with pytest.raises((http.client.IncompleteRead, ConnectionError)):
            while answer.read(1 << 20):
                pass
    finally:
        stopping.set()
        thread.join()
        connection.close()
        sql.run("update work.runs set save_result = true where id = 1")
