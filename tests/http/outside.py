"""The world outside, on loopback: an HTTP server that plays Slack, webhooks' receivers, the query server, StrongPOC and
Sentry, and a real SMTP server (aiosmtpd). Each can be told to refuse, stall, drop and lie."""
import email
import email.policy
import http.server
import itertools
import json
import socket
import threading
import time
import urllib.parse

from aiosmtpd.controller import Controller


class Request:
    """One request that came in."""

    def __init__(self, handler, body):
        url = urllib.parse.urlsplit(handler.path)
        self.method, self.path, self.headers, self.body = handler.command, url.path, dict(handler.headers), body
        self.query = urllib.parse.parse_qs(url.query)
        self.at = time.monotonic()

    def json(self):
        return json.loads(self.body)


class Http:
    """`answer(request)` -> what is sent: an object as JSON, (status, headers, bytes), or a word: "drop", "stall"."""

    def __init__(self, answer=lambda request: {"status": "ok"}):
        self.answer, self.requests, self.lock = answer, [], threading.Lock()
        self.let_go = threading.Event()
        outside = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_one(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                request = Request(self, body)
                with outside.lock:
                    outside.requests.append(request)
                    said = outside.answer(request)
                if said == "stall":
                    outside.let_go.wait(60)
                    said = "drop"
                if said == "drop":
                    self.close_connection = True
                    self.connection.shutdown(socket.SHUT_RDWR)
                    return
                status, headers, content = said if isinstance(said, tuple) else (
                    200, {"Content-Type": "application/json"}, json.dumps(said).encode())
                self.send_response(status)
                for name, value in {**headers, "Content-Length": str(len(content))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = handle_one

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads, request_queue_size = True, 1024

            def handle_error(self, *_):
                pass

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def forget(self):
        with self.lock:
            self.requests.clear()

    def bodies(self):
        with self.lock:
            return [r.json() for r in self.requests]

    def texts(self):
        return [b["text"] for b in self.bodies()]

    def close(self):
        self.let_go.set()
        self.server.shutdown()
        self.server.server_close()


class Mail:
    """One mail that came in: `message` is parsed, `to` are the envelope's recipients."""

    def __init__(self, envelope):
        self.sender, self.to, self.raw = envelope.mail_from, list(envelope.rcpt_tos), envelope.original_content
        self.message = email.message_from_bytes(self.raw, policy=email.policy.default)
        self.subject = self.message["Subject"]

    def part(self, kind):
        part = self.message.get_body((kind,))
        return None if part is None else part.get_content().replace("\r\n", "\n")

    @property
    def text(self):
        """Without the end of line that SMTP adds where there is none."""
        return self.part("plain").removesuffix("\n")

    @property
    def html(self):
        return self.part("html").removesuffix("\n")


class Smtp:
    """`refuse(address)` -> an SMTP reply for a recipient or None; `data()` -> one for the mail, or None; "stall": after
    the mail was read."""

    def __init__(self, **more):
        self.mails, self.refuse, self.data = [], lambda address: None, lambda: None
        self.lock = threading.Lock()
        outside = self

        class Handler:
            async def handle_RCPT(self, server, session, envelope, address, options):
                said = outside.refuse(address)
                if said:
                    return said
                envelope.rcpt_tos.append(address)
                return "250 OK"

            async def handle_DATA(self, server, session, envelope):
                said = outside.data()
                if said == "stall":
                    import asyncio
                    await asyncio.sleep(120)
                if said == "drop":
                    server.transport.abort()
                    return "421 gone"
                if said:
                    return said
                with outside.lock:
                    outside.mails.append(Mail(envelope))
                return "250 OK"

        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            self.port = s.getsockname()[1]
        self.controller = Controller(Handler(), hostname="127.0.0.1", port=self.port, **more)
        self.controller.start()
        self.server = f"127.0.0.1:{self.port}"

    def forget(self):
        with self.lock:
            self.mails.clear()

    def subjects(self):
        with self.lock:
            return [m.subject for m in self.mails]

    def close(self):
        self.controller.stop()


class Outside:
    """All of it, and the settings by which a Moirai finds it."""

    def __init__(self):
        self.slack, self.hook, self.query, self.pocs, self.sentry = Http(), Http(), Http(), Http(), Http()
        self.smtp = Smtp()
        self.owners, self.tags, self.hosts, self.contacts = {}, {}, {}, {}
        self.everything_as_usual()

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
        self.smtp.refuse, self.smtp.data = lambda address: None, lambda: None
        for known in (self.owners, self.tags, self.hosts, self.contacts):
            known.clear()

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
        for server in (self.slack, self.hook, self.query, self.pocs, self.sentry, self.smtp):
            server.forget()

    def close(self):
        for server in (self.slack, self.hook, self.query, self.pocs, self.sentry, self.smtp):
            server.close()


def every_other(bad, good):
    """An answer that fails half the time."""
    turn = itertools.count()
    return lambda request=None: bad if next(turn) % 2 == 0 else good
