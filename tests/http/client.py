"""A client of the API: each answer that passes through it is held against doc/openapi.yaml."""
import concurrent.futures
import http.client
import json
import threading
from dataclasses import dataclass

import requests

from instance import PASSWORD

JSON = {"Content-Type": "application/json"}


@dataclass
class Answer:
    """What raw() returns: as much like requests' response as the tests need."""
    status_code: int
    reason: str
    headers: http.client.HTTPMessage
    content: bytes

    def json(self):
        return json.loads(self.content)


HERMES, POLEMARCH = "/api/v1", "/polemarch/api/v1"


class FromAddress(requests.adapters.HTTPAdapter):
    """Connects from one of this machine's many addresses, such as 127.0.0.9."""
    def __init__(self, address):
        self.address = address
        super().__init__()

    def init_poolmanager(self, *args, **kwargs):
        super().init_poolmanager(*args, source_address=(self.address, 0), **kwargs)


class Api:
    """`auth`: (name, password), or None for nobody; `headers`: what each request has besides (Authorization, Cookie ...);
    `mount`: of which family; `address`: where it comes from; `root`: of another nginx before the same workers."""
    def __init__(self, instance, contract, auth=("admin", PASSWORD), headers=None, mount=HERMES, address=None, root=None):
        self.instance, self.contract, self.auth, self.headers = instance, contract, auth, headers or {}
        self.mount, self.address = mount, address
        self.root = root or f"http://127.0.0.1:{instance.port}"
        self.base = self.root + mount
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.verify = False          # the tests' own certificates
        self.session.auth = auth
        self.session.headers.update(self.headers)
        if address:
            self.session.mount("http://", FromAddress(address))

    def like(self, **other):
        """The same client but for this."""
        mine = dict(auth=self.auth, headers=self.headers, mount=self.mount, address=self.address, root=self.root)
        return Api(self.instance, self.contract, **{**mine, **other})

    def signed_in(self, *auth):
        """The same server, asked by somebody else; by nobody when no name is given."""
        return self.like(auth=auth or None)

    def by_token(self, token, scheme="Token"):
        """The same server, asked by who holds this token."""
        return self.like(auth=None, headers={"Authorization": f"{scheme} {token}"})

    def by_cookie(self, secret, xsrf=None, **headers):
        """The same server, asked by a page: by this session's cookie, and showing the XSRF token unless that is None."""
        shown = {"X-XSRFToken": xsrf} if xsrf else {}
        return self.like(auth=None, headers={"Cookie": f"{self.cookie}={secret}", **shown, **headers})

    @property
    def cookie(self):
        """The name of a session's cookie there."""
        return "__Host-moirai" if self.root.startswith("https:") else "moirai"

    def sign_in(self, username, password=PASSWORD):
        """A page that has just signed in; it knows its session's `id`, `secret` and `xsrf`."""
        answer = self.like(auth=None).post("/session", {"username": username, "password": password})
        said = created(answer)
        page = self.by_cookie(answer.cookies[self.cookie], said["xsrfToken"])
        page.secret, page.xsrf = answer.cookies[self.cookie], said["xsrfToken"]
        page.id = next(s["id"] for s in ok(page.get("/sessions"))["sessions"] if s["current"])
        return page

    @property
    def hermes(self):
        return self.like(mount=HERMES)

    @property
    def polemarch(self):
        return self.like(mount=POLEMARCH)

    def call(self, method, path, body=None, headers=None):
        if body is not None and not isinstance(body, bytes) and not hasattr(body, "__next__"):
            body = json.dumps(body).encode()
        answer = self.session.request(method, self.base + path, data=body, headers=headers, timeout=60,
                                      allow_redirects=False)
        self.contract.check(method, path, answer, self.mount)
        return answer

    def get(self, path, headers=None):
        return self.call("GET", path, headers=headers)

    def post(self, path, body=None, headers=JSON):
        return self.call("POST", path, body, headers)

    def put(self, path, body=None, headers=JSON):
        return self.call("PUT", path, body, headers)

    def patch(self, path, body=None, headers=JSON):
        return self.call("PATCH", path, body, headers)

    def delete(self, path, body=None, headers=None):
        return self.call("DELETE", path, body, headers)

    def raw(self, method, path, body=None, headers=None, mount=None, documented=True):
        """Sends exactly this, however malformed; `documented=False` for what nginx answers by itself."""
        mount = self.mount if mount is None else mount
        connection = http.client.HTTPConnection("127.0.0.1", self.instance.port, timeout=60)
        headers = {k: v for k, v in {**self.basic(), **self.headers, **JSON, **(headers or {})}.items() if v is not None}
        try:
            connection.putrequest(method, mount + path, skip_host="Host" in headers, skip_accept_encoding=True)
            for name, value in headers.items():
                connection.putheader(name, value)
            if body is not None and "Content-Length" not in headers:
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            response = connection.getresponse()
            answer = Answer(response.status, response.reason, response.headers, response.read())
        finally:
            connection.close()
        if documented:
            self.contract.check(method, path, answer, mount)
        return answer

    def basic(self):
        return {"Authorization": requests.auth._basic_auth_str(*self.auth)} if self.auth else {}


def refused(answer, code, message=...):
    """Asserts a refusal in the family's error shape; its message, to be looked at further."""
    assert answer.status_code == code, f"{answer.status_code}: {answer.content[:300]}"
    said = answer.json()
    assert said.keys() == {"status", "error"} and said["status"] == "error"
    assert said["error"].keys() == {"code", "message"} and said["error"]["code"] == code
    if message is not ...:
        assert said["error"]["message"] == message
    return said["error"]["message"]


def without_status(answer, status):
    """The members of an answer but its status, which is asserted."""
    code = {"ok": 200, "created": 201}[status]
    assert answer.status_code == code, f"{answer.status_code}: {answer.content[:300]}"
    said = answer.json()
    assert said.pop("status") == status
    return said


def ok(answer):
    return without_status(answer, "ok")


def created(answer):
    return without_status(answer, "created")


class Crowd:
    """Threads that each repeat one deed until stopped. What a deed raises is kept, and raised by stop()."""

    def __init__(self, deeds):
        self.stopping = threading.Event()
        self.failures = []
        self.threads = [threading.Thread(target=self.repeat, args=(deed,), daemon=True) for deed in deeds]
        for thread in self.threads:
            thread.start()

    def repeat(self, deed):
        try:
            while not self.stopping.is_set():
                deed()
        except Exception as e:      # whatever it is, the test shall see it
            self.failures.append(e)

    def stop(self):
        self.stopping.set()
        for thread in self.threads:
            thread.join(90)
            assert not thread.is_alive()
        if self.failures:
            raise self.failures[0]


def at_once(deeds):
    """Does all of them at the same moment -> their answers, in order. What one raises is raised here."""
    barrier = threading.Barrier(len(deeds))

    def do(deed):
        barrier.wait(10)
        return deed()
    with concurrent.futures.ThreadPoolExecutor(len(deeds)) as pool:
        return [f.result(60) for f in [pool.submit(do, deed) for deed in deeds]]
