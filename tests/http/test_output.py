"""What a run has said: lines, and the whole as a text, while it is at work and afterwards."""
import http.client
import os
import pathlib
import threading
import time

import pytest

from client import JSON
from instance import eventually
from polemarch import FORBIDDEN, NOT_FOUND, said
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


def test_lines_are_found_by_a_text_in_any_case_and_color(admin, sql, run):
    say(sql, run, "\x1b[0;32mok: [Web1]\x1b[0m", "nothing", "web1 : \x1b[0;32mok=1\x1b[0m", "WEB1")
    assert numbers(admin.get("/history/1/lines/?search=web1")) == [4, 3, 1]
    page = said(admin.get("/history/1/lines/?search=web1&ordering=line_number&limit=1&offset=1&color=yes"))
    assert (page["count"], page["results"]) == (3, [{"line_number": 3, "line": "web1 : \x1b[0;32mok=1\x1b[0m"}])
    assert page["next"].endswith("?color=yes&limit=1&offset=2&ordering=line_number&search=web1")
    assert numbers(admin.get("/history/1/lines/?search=1%20:%20OK")) == [3] and numbers(admin.get("/history/1/lines/?search=0;32")) == []


def test_the_outline_has_the_headings_and_failures(admin, ann, sql, run):
    say(sql, run, "", "PLAY [site] *****", "", "TASK [copy] ****", '\x1b[0;31mfatal: [web2]: FAILED! => {"msg": "no space"}\x1b[0m')
    play, task = {"line": 2, "kind": "play", "text": "site", "host": None}, {"line": 4, "kind": "task", "text": "copy", "host": None}
    failed = {"line": 5, "kind": "failed", "text": "no space", "host": "web2"}
    assert said(admin.get("/history/1/outline/")) == {"upto": 5, "marks": [play, task, failed]}
    assert said(admin.get("/history/1/outline/?after=2&limit=1")) == {"upto": 4, "marks": [task]}
    say(sql, run, "\x1b[0;36m...ignoring\x1b[0m", "PLAY RECAP ****")
    assert said(admin.get("/history/1/outline/?after=5")) == {"upto": 7, "marks": [
        {**failed, "kind": "ignored"}, {"line": 7, "kind": "recap", "text": "", "host": None}]}
    assert said(ann.get("/history/1/outline/"), 403) == FORBIDDEN and said(ann.get("/history/9/outline/"), 404) == NOT_FOUND


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


def test_a_million_lines_are_searched_and_outlined(admin, huge):
    found = said(admin.get(f"/history/{huge}/lines/?search=HOST999999.&limit=5"))
    assert (found["count"], [r["line_number"] for r in found["results"]]) == (1, [999999])
    assert said(admin.get(f"/history/{huge}/lines/?search=host&limit=1"))["count"] == LINES
    assert said(admin.get(f"/history/{huge}/outline/")) == {"upto": LINES, "marks": []}


def test_of_many_lines_that_were_found_a_page_comes_whatever_the_planner_takes_them_for(admin, sql, huge):
    """(Not timed, but no request may take a minute.)"""
    sql.run("analyze work.lines")
    sql.run("update pg_class set reltuples = 0, relpages = pg_relation_size(oid) / 8192 where oid in (select inhrelid from pg_inherits where inhparent = 'work.lines'::regclass)")
    sql.run("delete from pg_statistic where starelid in (select inhrelid from pg_inherits where inhparent = 'work.lines'::regclass)")
    page = said(admin.get(f"/history/{huge}/lines/?search=host&offset=2000"))
    assert (page["count"], [r["line_number"] for r in page["results"][::999]]) == (LINES, [LINES - 2000, LINES - 2999])
    sql.run("analyze work.lines")


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
