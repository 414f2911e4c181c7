"""The page's files, as nginx/snippets/moirai-page.conf serves them: each address of the page is its index.html, and no API's address is."""
import gzip
import re

import pytest

from client import refused

pytestmark = pytest.mark.noreset
ADDRESSES = ["/", "/home", "/v1", "/v1/", "/v1/quests", "/v1/quests/", "/v1/quests/5", "/v1/quest/new?fate=1", "/v1/fates", "/v1/fates/3?quest=1", "/v1/labors/",
             "/v1/labors/?byOwner=me", "/v1/hosts/web-001.ams1.example.net", "/v1/hosts/a%2Fb", "/v1/hosts/" + "x" * 128, "/v1/nowhere", "/apiary", "/polemarchs",
             "/metricsx", "/assets", "/index.html", "//v1//quests"]
NO_PAGE = ["/api", "/api/", "/api/v1", "/api/v2", "/api/v1/", "/api/v1/x", "/api/v1/quests/x/y", "/api/v1/../v2/x", "/v1/../api/v2", "/%61pi/v2", "//api/v2",
           "/polemarch", "/polemarch/", "/polemarch/x", "/polemarch/api/v1/x/", "/polemarch/api/v2/"]
HEADERS = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Strict-Transport-Security": None,
           "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self';"
                                      " base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script';"
                                      " trusted-types svelte-trusted-html"}


@pytest.fixture
def ask(api):
    def ask(path, method="GET", **headers):
        return api.raw(method, path, mount="", documented=False,
                       headers={"Authorization": None, "Content-Type": None, **{k.replace("_", "-"): v for k, v in headers.items()}})
    return ask


@pytest.fixture(scope="module")
def page(instance):
    """Its folder."""
    return instance.page()


def assets(page):
    return sorted(f for f in page.joinpath("assets").iterdir() if f.suffix != ".gz")


@pytest.mark.parametrize("address", ADDRESSES)
def test_each_address_of_the_page_is_its_index(ask, page, address):
    answer = ask(address)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert answer.content == page.joinpath("index.html").read_bytes()
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS
    assert (answer.headers["Cache-Control"], "Set-Cookie" in answer.headers) == ("no-cache", False)


@pytest.mark.parametrize("address", NO_PAGE)
def test_no_answer_of_an_api_is_the_page(ask, address):
    answer = ask(address)
    assert answer.headers["Content-Type"].startswith("application/json")
    if address.startswith("/polemarch/"):
        assert (answer.status_code, answer.json().keys()) == (404, {"detail"})
    else:
        refused(answer, 404, "Resource not found.")


def test_what_watches_the_server_is_not_the_page(ask):
    assert ask("/metrics").headers["Content-Type"].startswith("text/plain")
    assert ask("/api/v1/health").json()["status"] == "ok"
    assert ask("/api/v1/live").status_code == 401


def test_the_index_is_asked_for_each_time_and_sent_when_it_is_another(ask):
    first = ask("/v1/quests/5")
    again = ask("/v1/fates", If_None_Match=first.headers["ETag"])
    assert (again.status_code, again.content, again.headers["Cache-Control"]) == (304, b"", "no-cache")
    assert {name: again.headers[name] for name in HEADERS} == HEADERS


def test_what_the_index_names_is_there_and_nothing_is_inline_or_from_elsewhere(ask):
    text = ask("/").content.decode()
    named = re.findall(r'(?:src|href)="([^"]*)"', text)
    assert len(named) >= 3 and all(name.startswith("/assets/") for name in named)
    assert all(ask(name).status_code == 200 for name in named)
    assert not re.search(r"<style|<script(?! [^>]*src=)|\son\w+=|\sstyle=", text)


def test_assets_are_kept_for_a_year_by_their_names_and_bear_the_right_types(ask, page):
    types = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".woff2": "font/woff2", ".svg": "image/svg+xml"}
    found = assets(page)
    assert {f.suffix for f in found} == types.keys()
    for file in found:
        answer = ask(f"/assets/{file.name}")
        assert (answer.status_code, answer.content) == (200, file.read_bytes())
        assert answer.headers["Content-Type"] == types[file.suffix]
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert {name: answer.headers[name] for name in HEADERS} == HEADERS
        assert re.search(r"-[\w-]{8}\.\w+$", file.name)


def test_text_travels_packed_to_who_takes_it(ask, page):
    for file in assets(page):
        answer = ask(f"/assets/{file.name}", Accept_Encoding="gzip")
        assert answer.headers["Content-Encoding"] == (None if file.suffix == ".woff2" else "gzip")
        if file.suffix != ".woff2":
            assert answer.headers["Vary"] == "Accept-Encoding"
            assert gzip.decompress(answer.content) == file.read_bytes()
    index = ask("/v1/quests/5", Accept_Encoding="gzip")
    assert gzip.decompress(index.content) == page.joinpath("index.html").read_bytes()


@pytest.mark.parametrize("address", ["/assets/", "/assets/nothing.js", "/assets/index.html", "/assets/../assets/nothing.js"])
def test_an_asset_that_is_not_there_is_404_and_kept_by_nobody(ask, address):
    answer = ask(address)
    refused(answer, 404, "Resource not found.")
    assert answer.headers["Cache-Control"] is None


@pytest.mark.parametrize("address", ["/../../etc/passwd", "/..%2f..%2fetc/passwd", "/assets/../../../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd",
                                     "/assets/..%5c..%5cetc%5cpasswd", "/assets/%2e%2e%2f%2e%2e%2f%2e%2e%2fetc%2fpasswd", "/assets/%2e%2e/%2e%2e/Makefile", "/assets/..%2f..%2fMakefile",
                                     "/v1/hosts/..%2f..%2f..%2fetc%2fpasswd"])
def test_no_address_leads_out_of_the_folder(ask, page, address):
    answer = ask(address)
    assert answer.status_code in (200, 400, 404)
    assert answer.status_code != 200 or answer.content == page.joinpath("index.html").read_bytes()


def test_what_nginx_cannot_read_is_refused(ask):
    refused(ask("/v1/%00"), 400, "The request is malformed.")
    refused(ask("/v1/quests?" + "x" * 40000), 414, "The address is too long.")


@pytest.mark.parametrize("address", ["/", "/v1/quests/5", "/assets/nothing.js", "/index.html"])
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND"])
def test_the_page_is_only_read(ask, method, address):
    refused(ask(address, method), 405)


def test_head_is_answered_without_a_body(ask, page):
    for address in ("/", "/v1/quests/5", f"/assets/{assets(page)[0].name}"):
        whole, head = ask(address), ask(address, "HEAD")
        assert (head.status_code, head.content, head.headers["Content-Length"]) == (200, b"", whole.headers["Content-Length"])
        assert head.headers["Cache-Control"] == whole.headers["Cache-Control"]


def test_a_part_is_answered(ask, page):
    font = next(f for f in assets(page) if f.suffix == ".woff2")
    answer = ask(f"/assets/{font.name}", Range="bytes=0-3")
    assert (answer.status_code, answer.content) == (206, b"wOF2")
