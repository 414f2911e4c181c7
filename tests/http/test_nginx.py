"""The production site file nginx/moirai.conf, with each way to sign in, before the workers of the instance."""
import contextlib
import http.server
import re
import shutil
import subprocess
import threading

import pytest
import requests

from client import HERMES, POLEMARCH, ok, refused
from instance import PASSWORD, ROOT, eventually, free_port
from people import team
from polemarch import said

pytestmark = pytest.mark.filterwarnings("ignore::urllib3.exceptions.InsecureRequestWarning")
WAYS = ["password", "htpasswd", "proxy", "certificate"]
FORGED = {"X-Hermes-Email": "mallory@example.com", "Remote-User": "mallory@example.com", "X-Hermes-Groups": "admins",
          "Remote-Groups": "admins", "X-Auth-Request-Email": "mallory@example.com", "X-Auth-Request-Groups": "admins"}
OLD = {"Host": "polemarch.example.com"}         # where Polemarch's old clients find it


def openssl(folder, *arguments):
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    """A certificate for the server, and one of a client named tammy@example.com signed by an authority."""
    folder = tmp_path_factory.mktemp("keys")
    new = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    openssl(folder, "req", "-x509", *new, "-keyout", "moirai.key", "-out", "moirai.pem", "-subj", "/CN=localhost")
    openssl(folder, "req", "-x509", *new, "-keyout", "ca.key", "-out", "clients-ca.pem", "-subj", "/CN=authority")
    openssl(folder, "req", *new, "-keyout", "client.key", "-out", "client.csr",
            "-subj", "/O=Moirai/CN=tammy@example.com/OU=fleet")
    openssl(folder, "x509", "-req", "-in", "client.csr", "-CA", "clients-ca.pem", "-CAkey", "ca.key", "-set_serial", "2",
            "-out", "client.pem")
    return folder


class Proxy(http.server.BaseHTTPRequestHandler):
    """Answers auth_request as oauth2-proxy does: by a cookie; and sends who has none to where one signs in."""

    def do_GET(self):
        if self.path == "/oauth2/start":
            self.send_response(302)
            self.send_header("Location", "https://id.example.com/?to=" + self.headers["X-Auth-Request-Redirect"])
            return self.end_headers()
        good = self.headers.get("Cookie") == "_oauth2_proxy=good"
        self.send_response(202 if good else 401)
        if good:
            self.send_header("X-Auth-Request-Email", "johnny@example.com")
            self.send_header("X-Auth-Request-Groups", "ops,dev")
        self.end_headers()

    def log_message(self, *_):
        pass


class Site:
    """nginx with the production files, of which only addresses and paths are changed, and what they offer is used."""

    def __init__(self, folder, way, instance, keys, proxy_port, unlimited=True):
        self.folder, self.port, self.plain = folder, free_port(), free_port()
        shutil.copytree(ROOT / "nginx/snippets", folder / "snippets")
        folder.joinpath("htpasswd").write_text("tammy@example.com:{PLAIN}tammys\n")
        if not unlimited:
            self.change("snippets/moirai-http.conf", [("127.0.0.0/8 1;", "")])
            self.change("snippets/moirai-sign-in-password.conf", [("burst=500", "burst=20")])
        self.change("snippets/moirai-sign-in-htpasswd.conf", [("/etc/moirai/htpasswd", str(folder / "htpasswd"))])
        site, clients = ROOT.joinpath("nginx/moirai.conf").read_text().split("# For Polemarch's clients that know only")
        site += "#" + clients.replace("\n#", "\n")
        site = re.sub(r"\n\s*listen \[::\].*", "", site)
        for old, new in [("listen 80;", f"listen 127.0.0.1:{self.plain};"),
                         ("listen 443 ssl", f"listen 127.0.0.1:{self.port} ssl"),
                         ("/run/moirai/fcgi.sock", f"{instance.run_folder()}/fcgi.sock"),
                         ("/etc/ssl/certs", str(keys)), ("/etc/ssl/private", str(keys)), ("/etc/moirai", str(keys)),
                         ("/usr/share/moirai/web", str(instance.page())), ("127.0.0.1:4180", f"127.0.0.1:{proxy_port}")]:
            assert old in site, old
            site = site.replace(old, new)
        if way != "password":
            site = site.replace("\t\tinclude snippets/moirai-sign-in-password.conf;", "")
            site = site.replace(f"#include snippets/moirai-sign-in-{way}.conf", f"include snippets/moirai-sign-in-{way}.conf")
        if way == "proxy":
            site = re.sub(r"\n\t#(?=location /oauth2|location = /oauth2|\t|\})", "\n\t", site)
            site = site.replace("#error_page 401 = /oauth2/start;", "error_page 401 = /oauth2/start;")
        if way == "certificate":
            site = re.sub(r"#(ssl_client_certificate|ssl_verify_client)", r"\1", site)
        paths = "".join(f"{p}_temp_path {folder}/tmp;" for p in ("client_body", "fastcgi", "proxy", "uwsgi", "scgi"))
        self.conf = folder / "nginx.conf"
        self.conf.write_text(f"user root; pid {folder}/pid; error_log {folder}/error.log; events {{ }}\n"
                             f"http {{ access_log off; {paths}\n{site}\n}}\n")

    def change(self, name, pairs):
        path = self.folder / name
        text = path.read_text()
        for old, new in pairs:
            assert old in text
            text = text.replace(old, new)
        path.write_text(text)

    def start(self):
        self.process = subprocess.Popen(["/usr/sbin/nginx", "-e", self.folder / "error.log", "-c", self.conf,
                                         "-g", "daemon off;"], stderr=subprocess.PIPE)
        eventually(lambda: self.ask("/ping").status_code)
        return self

    def stop(self):
        self.process.terminate()
        assert self.process.wait(10) == 0, self.process.stderr.read()
        self.process.stderr.close()

    def ask(self, path="/currentUser", port=None, session=None, method="GET", mount=HERMES, **more):
        scheme = "https" if port is None else "http"
        session = session or requests.Session()
        session.trust_env = False
        return session.request(method, f"{scheme}://127.0.0.1:{port or self.port}{mount}{path}", verify=False, timeout=10,
                               allow_redirects=False, **more)


@pytest.fixture(scope="module")
def site(instance, keys, tmp_path_factory):
    """site(way) is that site, running."""
    with contextlib.ExitStack() as stack:
        proxy = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
        stack.callback(proxy.shutdown)
        threading.Thread(target=proxy.serve_forever, daemon=True).start()
        sites = {}

        def site(way, **more):
            if (way, *more) not in sites:
                folder = tmp_path_factory.mktemp(way)
                sites[way, *more] = Site(folder, way, instance, keys, proxy.server_address[1], **more).start()
                stack.callback(sites[way, *more].stop)
            return sites[way, *more]
        yield site


def proof(way, keys):
    """What a client shows to be let in, and who it then is."""
    return {"password": ({"auth": ("admin", PASSWORD)}, "admin@example.com"),
            "htpasswd": ({"auth": ("tammy@example.com", "tammys")}, "tammy@example.com"),
            "proxy": ({"cookies": {"_oauth2_proxy": "good"}}, "johnny@example.com"),
            "certificate": ({"cert": (str(keys / "client.pem"), str(keys / "client.key"))}, "tammy@example.com")}[way]


@pytest.mark.parametrize("way", WAYS)
def test_who_signs_in_is_known_whatever_headers_name(site, keys, way):
    shown, who = proof(way, keys)
    assert ok(site(way).ask(**shown))["user"] == who
    assert ok(site(way).ask(headers=FORGED, **shown))["user"] == who


@pytest.mark.parametrize("way", WAYS)
def test_who_signs_in_is_in_the_groups_that_the_proxy_names_whatever_headers_name(site, keys, sql, way):
    shown, who = proof(way, keys)
    team(sql, "of admins", proxy_group="admins")
    ops = team(sql, "of ops", proxy_group="ops")
    assert ok(site(way).ask(headers=FORGED, **shown))["user"] == who
    assert sql.rows("select m.team_id, u.username from people.team_members m join people.users u on u.id = m.user_id") == (
        [(ops, who)] if way == "proxy" else [])
    assert sql.column("select username from people.users where superuser") == ["admin"]


@pytest.mark.parametrize("way", WAYS)
def test_each_way_empties_the_headers_by_which_a_proxy_names_users_and_groups(way):
    snippet = ROOT.joinpath(f"nginx/snippets/moirai-sign-in-{way}.conf").read_text()
    for header in ("X_HERMES_EMAIL", "X_HERMES_GROUPS"):
        assert re.search(rf'^fastcgi_param HTTP_{header} "";$', snippet, re.M)


@pytest.mark.parametrize("way", ["password", "htpasswd", "proxy"])
def test_who_does_not_is_told_so_in_the_shape_of_the_api_whatever_headers_name(site, sql, way):
    for headers in ({}, FORGED, {"Authorization": "Basic bWFsbG9yeTp4"}):
        answer = site(way).ask(headers=headers)
        refused(answer, 401, "Sign in to use this resource.")
        assert answer.headers.get("WWW-Authenticate", "").startswith("Basic") == (way != "proxy")
    assert sql.column("select username from people.users") == ["admin"]


def test_without_a_certificate_nothing_is_served(site):
    refused(site("certificate").ask(), 401, "Sign in to use this resource.")
    assert said(site("certificate").ask("/users/", mount=POLEMARCH), 401) == {"detail": "Sign in to use this resource."}


def test_a_sign_in_proxy_that_is_away_is_told_in_the_shape_of_the_api(instance, keys, tmp_path):
    away = Site(tmp_path, "proxy", instance, keys, free_port()).start()
    try:
        refused(away.ask(), 503, "The sign-in proxy does not answer.")
        assert said(away.ask("/users/", mount=POLEMARCH), 503) == {"detail": "The sign-in proxy does not answer."}
    finally:
        away.stop()


def test_moirais_own_passwords_open_no_site_where_a_proxy_signs_in(site):
    for way in ("htpasswd", "proxy"):
        refused(site(way).ask(auth=("admin", PASSWORD)), 401)


def test_links_are_https_where_the_request_was(site, keys):
    shown, _ = proof("password", keys)
    assert ok(site("password").ask(**shown))["href"].startswith("https://127.0.0.1:")
    assert said(site("password").ask("/", mount=POLEMARCH, **shown))["users"].startswith("https://127.0.0.1:")


def test_every_answer_bears_the_security_headers(site, keys):
    shown, _ = proof("password", keys)
    for answer in (site("password").ask(**shown), site("password").ask(), site("password").ask("/nothing"),
                   site("password").ask("/hosts/%00"), site("password").ask("/users/", mount=POLEMARCH),
                   site("password").ask("/users/", headers=OLD)):
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
        assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert "/" not in answer.headers["Server"]


def test_without_tls_one_is_sent_to_where_it_is(site):
    answer = site("password").ask("/hosts?limit=1", port=site("password").plain)
    assert (answer.status_code, answer.headers["Location"]) == (308, "https://127.0.0.1/api/v1/hosts?limit=1")


def test_a_flood_of_sign_ins_from_one_address_is_stemmed_in_the_shape_of_the_api(site):
    flooded = site("password", unlimited=False)
    with requests.Session() as session:
        answers = [flooded.ask("/ping", session=session) for _ in range(200)]
        assert {a.status_code for a in answers} == {200, 429}
        refused(next(a for a in answers if a.status_code == 429), 429, "Too many requests at a time.")
        answers = [flooded.ask("/license/", session=session, mount=POLEMARCH) for _ in range(100)]
        assert {"detail": "Too many requests at a time."} in [a.json() for a in answers if a.status_code == 429]


# ---- the page

PAGES = ["/", "/v1/quests/5?x=1"]


def is_page(answer, instance):
    assert answer.status_code == 200 and answer.content == instance.page().joinpath("index.html").read_bytes()
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self';")
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
    return True


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize("way", WAYS)
def test_who_signs_in_gets_the_page_at_each_of_its_addresses(site, keys, instance, way, address):
    shown, _ = proof(way, keys)
    assert is_page(site(way).ask(address, mount="", **shown), instance)


@pytest.mark.parametrize("address", PAGES)
def test_who_does_not_gets_the_page_where_moirai_asks_for_passwords_alone(site, instance, address):
    assert is_page(site("password").ask(address, mount=""), instance)
    refused(site("certificate").ask(address, mount=""), 401, "Sign in to use this resource.")
    answer = site("htpasswd").ask(address, mount="")
    refused(answer, 401, "Sign in to use this resource.")
    assert answer.headers["WWW-Authenticate"].startswith("Basic")


@pytest.mark.parametrize("address", [*PAGES, "/assets/nothing.js"])
def test_and_is_sent_to_the_proxy_which_sends_him_back_to_where_he_was(site, address):
    answer = site("proxy").ask(address, mount="")
    assert (answer.status_code, answer.headers["Location"]) == (302, "https://id.example.com/?to=" + address)


@pytest.mark.parametrize("way", WAYS)
def test_what_looks_like_an_apis_address_is_refused_in_its_shape_and_never_the_page(site, keys, way):
    shown, _ = proof(way, keys)
    refused(site(way).ask("/api/v2", mount="", **shown), 404, "Resource not found.")
    refused(site(way).ask("/nothing", **shown), 404, "Resource not found.")
    assert said(site(way).ask("/polemarch/x", mount="", **shown), 404) == {"detail": "Resource not found."}
    if way != "certificate":
        refused(site(way).ask("/api/v2", mount=""), 404, "Resource not found.")


def test_addresses_of_the_page_lead_to_tls_too_and_are_none_of_the_old_server(site):
    answer = site("password").ask("/v1/quests/5", mount="", port=site("password").plain)
    assert (answer.status_code, answer.headers["Location"]) == (308, "https://127.0.0.1/v1/quests/5")
    for address in PAGES:
        assert said(site("password").ask(address, mount="", headers=OLD), 404) == {"detail": "Resource not found."}


# ---- Polemarch's family

ADMIN = {"auth": ("admin", PASSWORD)}


@pytest.mark.parametrize("way", WAYS)
def test_each_way_signs_in_to_polemarchs_family_as_well(site, keys, way):
    shown, who = proof(way, keys)
    users = said(site(way).ask("/users/", mount=POLEMARCH, headers=FORGED, **shown))["results"]
    assert who.removesuffix("@example.com") in {u["username"].removesuffix("@example.com") for u in users}
    assert "mallory@example.com" not in {u["username"] for u in users}
    versions = said(site(way).ask("/", mount="/polemarch/api", **shown))
    assert versions == {"v1": f"https://127.0.0.1:{site(way).port}/polemarch/api/v1/"}


@pytest.mark.parametrize("code, words, request_", [
    (400, "The request is malformed.", {"path": "/users/%00"}), (400, "The headers are too large.", {"headers": {"X": "x" * 40000}}),
    (404, "Resource not found.", {"mount": "/polemarch/api/v2"}), (405, None, {"method": "TRACE"}),
    (413, "The body is larger than 16777216 bytes.", {"method": "POST", "data": b" " * ((16 << 20) + 1)}),
    (414, "The address is too long.", {"path": "/users/?username=" + "x" * 40000})], ids=str)
def test_what_nginx_refuses_itself_is_in_that_familys_shape(site, code, words, request_):
    answer = site("password").ask(**{"path": "/users/", "mount": POLEMARCH, **ADMIN, **request_})
    assert said(answer, code) == {"detail": words}


def test_old_clients_have_polemarch_at_the_root_of_a_name_of_its_own(site, contract):
    def ask(method, path, code=200, **more):
        answer = site("password").ask(path, method=method, headers={**OLD, **more.pop("headers", {})}, **more)
        contract.check(method, path, answer, POLEMARCH)
        assert answer.headers.get("Location") == ("/api/v1/teams/1/" if code == 201 else None)
        return said(answer, code)
    base = "https://polemarch.example.com/api/v1/"
    assert ask("GET", "/", **ADMIN)["users"] == base + "users/"
    assert said(site("password").ask("/", mount="/api", headers=OLD, **ADMIN)) == {"v1": base}
    assert ask("GET", "/users/", **ADMIN)["results"][0]["url"] == base + "users/1/"
    token = ask("POST", "/token/", json={"username": "admin", "password": PASSWORD})["token"]
    shown = {"headers": {"Authorization": "Token " + token}}
    team = ask("POST", "/teams/", 201, json={"name": "ops"}, **shown)
    assert (team["url"], team["owner"]["url"]) == (base + "teams/1/", base + "users/1/")
    page = ask("GET", "/teams/?name=o&offset=1&limit=1", **shown)
    assert (page["next"], page["previous"]) == (None, base + "teams/?limit=1&name=o")


def test_errors_there_are_in_that_familys_shape_nginxs_own_too(site):
    def ask(path, code, **more):
        return said(site("password").ask(path, **{"headers": OLD, **more}), code)
    assert ask("/users/", 401) == {"detail": "Authentication credentials were not provided."}
    assert ask("/users/", 401, headers={**OLD, **FORGED}) == {"detail": "Authentication credentials were not provided."}
    assert ask("/users/99/", 404, **ADMIN) == ask("/nothing/", 404) == ask("/labors", 404) == {"detail": "Not found."}
    assert ask("/license/", 405, method="DELETE", **ADMIN) == {"detail": 'Method "DELETE" not allowed.'}
    for mount in ("", "/x", "/api", "/polemarch/api/v1"):
        assert ask("/users/", 404, mount=mount, **ADMIN) == {"detail": "Resource not found."}
    assert ask("/users/", 413, method="POST", data=b" " * ((16 << 20) + 1), **ADMIN) == {
        "detail": "The body is larger than 16777216 bytes."}
