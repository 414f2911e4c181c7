"""doc/openapi.yaml as a judge: is this answer one that the document promises?"""
import re

import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from instance import ROOT

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
METHODS = ("get", "post", "put", "delete")
# What the document's introduction says of any address, for those that it has no operation for.
WITHOUT_OPERATION = {True: {400, 401, 405}, False: {400, 404}}


class Contract:
    def __init__(self):
        self.document = yaml.load((ROOT / "doc/openapi.yaml").read_text(), LOADER)
        self.paths = [(self.pattern(path), path) for path in sorted(self.document["paths"], key=len, reverse=True)]
        self.validators = {}

    @staticmethod
    def pattern(path):
        """A path of the document as a regular expression: ids are digits, names anything; a slash may follow."""
        path = path.replace("{id}", "[0-9]+").replace("{hostname}", ".+")
        return re.compile(path + "/?")

    def operations(self):
        """(METHOD, path) of all that the document has."""
        return {(m.upper(), path) for path, item in self.document["paths"].items() for m in METHODS if m in item}

    def resolve(self, thing):
        while "$ref" in thing:
            target = self.document
            for part in thing["$ref"].removeprefix("#/").split("/"):
                target = target[part]
            thing = target
        return thing

    def path_of(self, address):
        """The document's path for an address below the mount, or None."""
        address = address.split("?")[0]
        return next((path for pattern, path in self.paths if pattern.fullmatch(address)), None)

    def validator(self, key, schema):
        if key not in self.validators:
            self.validators[key] = Draft202012Validator({**schema, "components": self.document["components"]})
        return self.validators[key]

    def must_fit(self, key, schema, value, where):
        error = best_match(self.validator(key, schema).iter_errors(value))
        assert error is None, f"{where}: {error.message} at {list(error.absolute_path)}; not as doc/openapi.yaml says"

    def check(self, method, address, answer):
        """Fails unless the document promises this answer (status_code, headers, content) there."""
        where = f"{method} {address} -> {answer.status_code}"
        path = self.path_of(address)
        operation = self.document["paths"].get(path, {}).get(method.lower())
        if operation is None:
            assert answer.status_code in WITHOUT_OPERATION[path is not None], f"{where}: not in doc/openapi.yaml"
            if method != "HEAD":
                self.must_fit("Error", {"$ref": "#/components/schemas/Error"}, answer.json(), where)
                assert answer.json()["error"]["code"] == answer.status_code
            return
        assert str(answer.status_code) in operation["responses"], f"{where}: not in doc/openapi.yaml"
        self.check_response(where, (path, method, answer.status_code),
                            self.resolve(operation["responses"][str(answer.status_code)]), answer)

    def check_response(self, where, key, response, answer):
        if "content" not in response:
            assert answer.content == b"", where
        else:
            kind = answer.headers["Content-Type"].split(";")[0]
            assert kind in response["content"], where
            if kind == "application/json":      # of text the kind is all that is judged: a stream has no end
                self.must_fit(key, response["content"][kind]["schema"], answer.json(), where)
        for name, header in response.get("headers", {}).items():
            value = answer.headers.get(name)
            assert value or name == "Location", f"{where}: no {name}"
            schema = self.resolve(header)["schema"]
            if value and schema["type"] == "string":
                self.must_fit((*key, name), schema, value, where)
