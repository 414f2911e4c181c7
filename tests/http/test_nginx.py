"""The production site file nginx/moirai.conf, with each way to sign in, before the workers of the instance."""
import contextlib
import http.server
import re
import shutil
import subprocess
import threading

import pytest
import requests

from client import ok, refused
from instance import PASSWORD, ROOT, eventually, free_port

pytestmark = pytest.mark.filterwarnings("ignore::urllib3.exceptions.InsecureRequestWarning")
WAYS = ["password", "htpasswd", "proxy", "certificate"]
FORGED = {"X-Hermes-Email": "mallory@example.com", "Remote-User": "mallory@example.com"}


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
    """Answers auth_request as oauth2-proxy does: by a cookie."""

    def do_GET(self):
        good = self.headers.get("Cookie") == "_oauth2_proxy=good"
        self.send_response(202 if good else 401)
        if good:
            self.send_header("X-Auth-Request-Email", "johnny@example.com")
        self.end_headers()

    def log_message(self, *_):
        pass


class Site:
    """nginx with the production files, of which only addresses and paths are changed."""

    def __init__(self, folder, way, instance, keys, proxy_port, unlimited=True):
        self.folder, self.port, self.plain = folder, free_port(), free_port()
        shutil.copytree(ROOT / "nginx/snippets", folder / "snippets")
        folder.joinpath("htpasswd").write_text("tammy@example.com:{PLAIN}tammys\n")
        if not unlimited:
            self.change("snippets/moirai-http.conf", [("127.0.0.0/8 1;", "")])
            self.change("snippets/moirai-sign-in-password.conf", [("burst=500", "burst=20")])
        self.change("snippets/moirai-sign-in-htpasswd.conf", [("/etc/moirai/htpasswd", str(folder / "htpasswd"))])
        site = ROOT.joinpath("nginx/moirai.conf").read_text()
        site = re.sub(r"\n\s*listen \[::\].*", "", site)
        for old, new in [("listen 80;", f"listen 127.0.0.1:{self.plain};"),
                         ("listen 443 ssl", f"listen 127.0.0.1:{self.port} ssl"),
                         ("/run/moirai/fcgi.sock", f"{instance.run_folder()}/fcgi.sock"),
                         ("/etc/ssl/certs", str(keys)), ("/etc/ssl/private", str(keys)), ("/etc/moirai", str(keys)),
                         ("127.0.0.1:4180", f"127.0.0.1:{proxy_port}"),
                         ("\t\tinclude snippets/moirai-sign-in-password.conf;", ""),
                         (f"#include snippets/moirai-sign-in-{way}.conf", f"include snippets/moirai-sign-in-{way}.conf")]:
            assert old in site or way == "password", old
            site = site.replace(old, new)
        if way == "password":
            site = site.replace("# How people sign in", "include snippets/moirai-sign-in-password.conf;\n#")
        if way == "proxy":
            site = re.sub(r"\n\t#(?=location /oauth2|location = /oauth2|\t|\})", "\n\t", site)
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

    def ask(self, path="/currentUser", port=None, session=None, **more):
        scheme = "https" if port is None else "http"
        session = session or requests.Session()
        session.trust_env = False
        return session.get(f"{scheme}://127.0.0.1:{port or self.port}/api/v1{path}", verify=False, timeout=10,
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


@pytest.mark.parametrize("way", ["password", "htpasswd", "proxy"])
def test_who_does_not_is_told_so_in_the_shape_of_the_api_whatever_headers_name(site, sql, way):
    for headers in ({}, FORGED, {"Authorization": "Basic bWFsbG9yeTp4"}):
        answer = site(way).ask(headers=headers)
        refused(answer, 401, "Sign in to use this resource.")
        assert answer.headers.get("WWW-Authenticate", "").startswith("Basic") == (way != "proxy")
    assert sql.column("select username from people.users") == ["admin"]


def test_without_a_certificate_nothing_is_served(site):
    refused(site("certificate").ask(), 401, "Sign in to use this resource.")


def test_a_sign_in_proxy_that_is_away_is_told_in_the_shape_of_the_api(instance, keys, tmp_path):
    away = Site(tmp_path, "proxy", instance, keys, free_port()).start()
    try:
        refused(away.ask(), 503, "The sign-in proxy does not answer.")
    finally:
        away.stop()


def test_moirais_own_passwords_open_no_site_where_a_proxy_signs_in(site):
    for way in ("htpasswd", "proxy"):
        refused(site(way).ask(auth=("admin", PASSWORD)), 401)


def test_links_are_https_where_the_request_was(site, keys):
    shown, _ = proof("password", keys)
    assert ok(site("password").ask(**shown))["href"].startswith("https://127.0.0.1:")


def test_every_answer_bears_the_security_headers(site, keys):
    shown, _ = proof("password", keys)
    for answer in (site("password").ask(**shown), site("password").ask(), site("password").ask("/nothing"),
                   site("password").ask("/hosts/%00")):
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
