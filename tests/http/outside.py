"""The world outside, on loopback: an HTTP server that plays Slack, webhooks' receivers, the query server, StrongPOC,
Sentry and a proxy, and a real SMTP server (aiosmtpd). Each can be told to refuse, stall, drop and lie."""
import asyncio
import dataclasses
import email
import email.policy
import http
import itertools
import json
import pathlib
import socket
import ssl
import subprocess
import threading
import time
import urllib.parse

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

LOOP = asyncio.new_event_loop()         # of all that speak HTTP
threading.Thread(target=LOOP.run_forever, daemon=True).start()


class Request:
    """One request that came in: when, and until when it was answered (monotonic seconds; None: not yet)."""

    def __init__(self, method, target, headers, body):
        url = urllib.parse.urlsplit(target)
        self.method, self.target, self.path, self.headers, self.body = method, target, url.path, headers, body
        self.query = urllib.parse.parse_qs(url.query)
        self.key = headers.get("Idempotency-Key")
        self.at, self.until, self.said = time.monotonic(), None, None

    def json(self):
        return json.loads(self.body)


@dataclasses.dataclass
class After:
    """An answer that takes its time."""
    seconds: float
    then: object


class Line(asyncio.Protocol):
    """A connection to an Http: one request after the other."""

    def __init__(self, outside):
        self.outside, self.buffer, self.beyond = outside, b"", None

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        if self.beyond:
            self.beyond.transport.write(data)
            return
        self.buffer += data
        end = self.buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        first, *lines = self.buffer[:end].decode("latin-1").split("\r\n")
        headers = dict(line.split(": ", 1) if ": " in line else (line.rstrip(":"), "") for line in lines)
        whole = end + 4 + int(headers.get("Content-Length", 0))
        if len(self.buffer) >= whole:
            body, self.buffer = self.buffer[end + 4:whole], self.buffer[whole:]
            self.serve(Request(*first.split(" ")[:2], headers, body))

    def serve(self, request):
        with self.outside.lock:
            self.outside.requests.append(request)
            request.said = said = self.outside.answer(request)
        if said == "stall":
            self.outside.stalled.add(self)
        elif said == "drop":
            request.until = time.monotonic()
            self.transport.close()
        elif said == "tunnel":
            LOOP.create_task(self.tunnel(*request.target.split(":")))
        elif isinstance(said, After):
            request.said = said.then
            LOOP.call_later(said.seconds, self.say, request, said.then)
        else:
            self.say(request, said)

    def say(self, request, said):
        status, headers, content = said if isinstance(said, tuple) else (
            200, {"Content-Type": "application/json"}, json.dumps(said).encode())
        lines = [f"HTTP/1.1 {status} {http.HTTPStatus(status).phrase}", f"Content-Length: {len(content)}",
                 *(f"{name}: {value}" for name, value in headers.items())]
        request.until = time.monotonic()            # before the other side can have it
        self.transport.write("\r\n".join(lines).encode() + b"\r\n\r\n" + content)

    async def tunnel(self, host, port):
        """What CONNECT asks for."""
        _, self.beyond = await LOOP.create_connection(lambda: Line(self.outside), host, int(port))
        self.beyond.beyond = self
        self.transport.write(b"HTTP/1.1 200 Connected\r\n\r\n")

    def connection_lost(self, problem):
        self.outside.stalled.discard(self)
        if self.beyond:
            self.beyond.transport.close()


class Http:
    """`answer(request)` -> what is sent: an object as JSON, (status, headers, bytes), After(seconds, one of these), or a
    word: "drop", "tunnel" (a CONNECT), "stall". What stalls does so until release(), and is then dropped. `tls`: an
    ssl.SSLContext, then it is https."""

    def __init__(self, answer=lambda request: {"status": "ok"}, tls=None):
        self.answer, self.requests, self.lock, self.stalled = answer, [], threading.Lock(), set()
        self.server = asyncio.run_coroutine_threadsafe(
            LOOP.create_server(lambda: Line(self), "127.0.0.1", 0, ssl=tls, backlog=1024), LOOP).result(10)
        self.port = self.server.sockets[0].getsockname()[1]
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"

    def release(self):
        LOOP.call_soon_threadsafe(lambda: [line.transport.close() for line in self.stalled])

    def forget(self):
        with self.lock:
            self.requests.clear()

    def so_far(self):
        with self.lock:
            return list(self.requests)

    def bodies(self):
        return [r.json() for r in self.so_far()]

    def texts(self):
        return [b["text"] for b in self.bodies()]

    def keys(self):
        return [r.key for r in self.so_far()]

    def close(self):
        self.release()
        LOOP.call_soon_threadsafe(self.server.close)


class Mail:
    """One mail that came in: `message` is parsed, `to` are the envelope's recipients, `login` is who signed in."""

    def __init__(self, session, envelope):
        self.sender, self.to, self.raw = envelope.mail_from, list(envelope.rcpt_tos), envelope.original_content
        self.message = email.message_from_bytes(self.raw, policy=email.policy.default)
        self.subject, self.id = self.message["Subject"], self.message["Message-ID"]
        self.secure, self.login = session.ssl is not None, session.auth_data

    def part(self, kind):
        part = self.message.get_body((kind,))
        return None if part is None else part.get_content().replace("\r\n", "\n")

    @property
    def text(self):
        """Without the end of line that SMTP adds where there is none; a text that ends in one itself loses it, too."""
        return self.part("plain").removesuffix("\n")

    @property
    def html(self):
        return self.part("html").removesuffix("\n")


class Smtp:
    """`refuse(address)` -> an SMTP reply for a recipient or None; `data(mail)` -> one for the mail, or None, or a word:
    "drop", or "stall" until release(). `tries` are all mails that were read, `mails` those that were taken."""

    def __init__(self, address="127.0.0.1", **more):
        self.tries, self.mails, self.refuse, self.data = [], [], lambda address: None, lambda mail: None
        self.lock, self.let_go = threading.Lock(), threading.Event()
        with socket.socket() as s:
            s.bind((address, 0))
            self.port = s.getsockname()[1]
        self.address, self.more, self.server = address, more, f"{address}:{self.port}"
        self.start()

    def start(self):
        outside = self

        class Handler:
            async def handle_RCPT(self, server, session, envelope, address, options):
                said = outside.refuse(address)
                if said:
                    return said
                envelope.rcpt_tos.append(address)
                return "250 OK"

            async def handle_DATA(self, server, session, envelope):
                mail, let_go = Mail(session, envelope), outside.let_go
                with outside.lock:
                    outside.tries.append(mail)
                said = outside.data(mail)
                if said == "stall":
                    while not let_go.is_set():
                        await asyncio.sleep(0.05)
                    said = "drop"
                if said == "drop":
                    server.transport.abort()
                    return "421 gone"
                if said:
                    return said
                with outside.lock:
                    outside.mails.append(mail)
                return "250 OK"

        self.controller = Controller(Handler(), hostname=self.address, port=self.port, **self.more)
        self.controller.start()

    def close(self):
        """Nobody listens there until start()."""
        self.let_go.set()
        if self.controller:
            self.controller.stop()
        self.controller = None

    def release(self):
        with self.lock:
            self.let_go.set()
            self.let_go = threading.Event()

    def forget(self):
        with self.lock:
            self.tries.clear()
            self.mails.clear()

    def so_far(self):
        with self.lock:
            return list(self.mails)

    def subjects(self):
        return [m.subject for m in self.so_far()]


def only(name, password):
    """For Smtp(authenticator=...): one account."""
    def judge(server, session, envelope, mechanism, data):
        given = (data.login.decode(), data.password.decode())
        return AuthResult(success=given == (name, password), handled=False, auth_data=given[0])
    return judge


class Certificates:
    """A private CA (`ca`, a file) and certificates of its own: server(name) -> an ssl.SSLContext for a server so named."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.chmod(0o755)
        self.ca = self.folder / "ca.pem"
        self.openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
                     "/CN=Private CA", "-keyout", self.folder / "ca.key", "-out", self.ca,
                     "-addext", "basicConstraints=critical,CA:true", "-addext", "keyUsage=critical,keyCertSign")

    def server(self, name):
        """'DNS:localhost', 'IP:127.0.0.1', ..."""
        key, request, certificate, extra = (self.folder / f"{name.replace(':', '-')}.{end}" for end in
                                            ("key", "csr", "pem", "ext"))
        extra.write_text(f"subjectAltName={name}\n")
        self.openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=server",
                     "-keyout", key, "-out", request)
        self.openssl("x509", "-req", "-in", request, "-CA", self.ca, "-CAkey", self.folder / "ca.key", "-CAcreateserial",
                     "-days", "2", "-extfile", extra, "-out", certificate)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        return context

    @staticmethod
    def openssl(*arguments):
        subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


class Outside:
    """All of it, and the settings by which a Moirai finds it."""

    def __init__(self):
        self.slack, self.hook, self.query, self.pocs, self.sentry = Http(), Http(), Http(), Http(), Http()
        self.smtp = Smtp()
        self.owners, self.tags, self.hosts, self.contacts = {}, {}, {}, {}
        self.everything_as_usual()

    @property
    def servers(self):
        return self.slack, self.hook, self.query, self.pocs, self.sentry, self.smtp

    def settings(self, *without, **more):
        all_of_them = {
            "domain": "example.com", "frontend": "https://moirai.example.com",
            "slack_webhook": self.slack.url + "/services/T0/B0/secret", "slack_gather": 1,
            "email_notifications": True, "environment": "prod", "email_sender_address": "moirai@example.com",
            "smtp_server": self.smtp.server, "query_server": self.query.url + "/api/query", "query_timeout": 2,
            "strongpoc_server": self.pocs.url, "sentry_dsn": self.sentry.url.replace("//", "//publickey@") + "/7",
            "letter_retry": 50, "metrics_token": "metrics-secret",
        }
        return {k: v for k, v in {**all_of_them, **more}.items() if k not in without}

    def everything_as_usual(self):
        self.slack.answer = lambda r: (200, {}, b"ok")
        self.hook.answer = lambda r: {}
        self.query.answer = self.as_query_server
        self.pocs.answer = lambda r: [{"team": {"name": t}, "value": a} for t, a in self.contacts.items()]
        self.sentry.answer = lambda r: {"id": "x"}
        self.smtp.refuse, self.smtp.data = lambda address: None, lambda mail: None
        if not self.smtp.controller:
            self.smtp.start()
        for known in (self.owners, self.tags, self.hosts, self.contacts):
            known.clear()
        for server in self.servers:
            server.release()

    def everything_stalls(self):
        for server in (self.slack, self.hook, self.query, self.pocs, self.sentry):
            server.answer = lambda r: "stall"
        self.smtp.data = lambda mail: "stall"

    def as_query_server(self, request):
        """Hermes's protocol (hermes-behaviour.md section 6), answered from owners, tags and hosts (query -> names)."""
        if request.method == "GET" and "query" in request.query:
            found = self.hosts.get(request.query["query"][0])
            return {"status": "error"} if found is None else {"status": "ok", "results": found}
        if request.method == "GET":
            user = request.query.get("user", [""])[0]
            return {"status": "ok", "results": sorted(h for h, o in self.owners.items() if o == user)}
        asked = request.json()
        known = {"owners": self.owners, "tags": self.tags}.get(asked.get("operation"))
        if known is None:
            return {"status": "error"}
        return {"status": "ok", "results": {h: known[h] for h in asked["hostnames"] if h in known}}

    def forget(self):
        for server in self.servers:
            server.forget()

    def close(self):
        for server in self.servers:
            server.close()


def every_other(bad, good):
    """An answer that fails half the time."""
    turn = itertools.count()
    return lambda request=None: bad if next(turn) % 2 == 0 else good


def at_first(*bad, then):
    """An answer that is each of these once, and then another for good."""
    left = list(bad)
    return lambda request=None: left.pop(0) if left else then
