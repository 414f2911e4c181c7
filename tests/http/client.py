"""A client of the API: each answer that passes through it is held against doc/openapi.yaml."""
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


class Api:
    def __init__(self, instance, contract, auth=("admin", PASSWORD)):
        self.instance, self.contract, self.auth = instance, contract, auth
        self.root = f"http://127.0.0.1:{instance.port}"
        self.base = self.root + "/api/v1"
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.auth = auth

    def signed_in(self, *auth):
        """The same server, asked by somebody else; by nobody when no name is given."""
        return Api(self.instance, self.contract, auth or None)

    def call(self, method, path, body=None, headers=None):
        if body is not None and not isinstance(body, bytes) and not hasattr(body, "__next__"):
            body = json.dumps(body).encode()
        answer = self.session.request(method, self.base + path, data=body, headers=headers, timeout=60,
                                      allow_redirects=False)
        self.contract.check(method, path, answer)
        return answer

    def get(self, path, headers=None):
        return self.call("GET", path, headers=headers)

    def post(self, path, body=None, headers=JSON):
        return self.call("POST", path, body, headers)

    def put(self, path, body=None, headers=JSON):
        return self.call("PUT", path, body, headers)

    def delete(self, path, headers=None):
        return self.call("DELETE", path, headers=headers)

    def raw(self, method, path, body=None, headers=None, mount="/api/v1", documented=True):
        """Sends exactly this, however malformed; `documented=False` for what nginx answers by itself."""
        connection = http.client.HTTPConnection("127.0.0.1", self.instance.port, timeout=60)
        headers = {k: v for k, v in {**self.basic(), **JSON, **(headers or {})}.items() if v is not None}
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
            self.contract.check(method, path, answer)
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
