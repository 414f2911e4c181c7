"""doc/openapi.yaml as a judge: is this answer one that the document promises?"""
import re

import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from instance import ROOT

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
METHODS = ("get", "post", "put", "patch", "delete")
HERMES, POLEMARCH = "/api/v1", "/polemarch/api"
# What the document's introduction says of any address of a family, for those that it has no operation for.
WITHOUT_OPERATION = {True: {400, 401, 403, 405, 429}, False: {400, 404}}
ERROR = {HERMES: "Error", POLEMARCH: "Detail"}
# Of a schema with no others it is known, without a look at the value, which members an object may have.
PLAIN = {"type", "required", "properties", "description", "examples", "example", "unevaluatedProperties"}


class Contract:
    def __init__(self):
        self.document = yaml.load((ROOT / "doc/openapi.yaml").read_text(), LOADER)
        # The longest that fits is it, but what names its objects, or its host, comes before what is of any.
        self.paths = [(self.pattern(path), path) for path in sorted(
            self.document["paths"], key=lambda p: ("{objects}" in p, "{hostname}" in p, -len(p)))]
        self.validators = {}
        self.say_names(self.document)

    def say_names(self, schema):
        """`unevaluatedProperties: false` is said by the names that remain, where they are known: else the validator finds them out for
        each object, by judging it again."""
        if isinstance(schema, dict):
            if schema.get("unevaluatedProperties") is False and (names := self.names_of(schema)) is not None:
                del schema["unevaluatedProperties"]
                schema["propertyNames"] = {"enum": sorted(names)}
            schema = schema.values()
        elif not isinstance(schema, list):
            return
        for part in schema:
            self.say_names(part)

    def names_of(self, schema):
        """The members that an object of this schema may have; None: that depends."""
        schema = self.resolve(schema)
        if not schema.keys() <= PLAIN | {"allOf"}:
            return None
        names = [self.names_of(part) for part in schema.get("allOf", [])]
        return None if None in names else set(schema.get("properties", {})).union(*names)

    @staticmethod
    def pattern(path):
        """A path of the document as a regular expression: ids are digits, kinds words, names anything; the slash is optional."""
        path = path.replace("{id}", "[0-9]+").replace("{objects}", "[a-z-]+").replace("{hostname}", ".+")
        return re.compile(path.removesuffix("/") + "/?")

    def operations(self, family=HERMES):
        """(METHOD, path) of all that the document has for that family."""
        return {(m.upper(), path) for path, item in self.document["paths"].items() for m in METHODS
                if m in item and self.family_of(path) == family}

    def operation(self, method, path):
        return self.document["paths"].get(path, {}).get(method.lower())

    @staticmethod
    def family_of(path):
        return POLEMARCH if path.startswith(POLEMARCH + "/") else HERMES

    def resolve(self, thing):
        while "$ref" in thing:
            target = self.document
            for part in thing["$ref"].removeprefix("#/").split("/"):
                target = target[part]
            thing = target
        return thing

    def path_of(self, address, mount, method):
        """The document's path for an address below the mount, or None; one that has the method, if any has. (The document's server is
        Hermes's mount.)"""
        address = address.split("?")[0]
        if mount.startswith(POLEMARCH):
            address = mount + address
        found = [path for pattern, path in self.paths if pattern.fullmatch(address)]
        return next((p for p in found if self.operation(method, p)), found[0] if found else None)

    def validator(self, key, schema):
        if key not in self.validators:
            self.validators[key] = Draft202012Validator({**schema, "components": self.document["components"]})
        return self.validators[key]

    def must_fit(self, key, schema, value, where):
        error = best_match(self.validator(key, schema).iter_errors(value))
        assert error is None, f"{where}: {error.message} at {list(error.absolute_path)}; not as doc/openapi.yaml says"

    def must_be(self, name, value, where):
        self.must_fit(name, {"$ref": f"#/components/schemas/{name}"}, value, where)

    def check(self, method, address, answer, mount=HERMES):
        """Fails unless the document promises this answer (status_code, headers, content) there."""
        where = f"{method} {mount}{address} -> {answer.status_code}"
        family = self.family_of(mount + "/")
        path = self.path_of(address, mount, method)
        operation = self.operation("GET" if method == "HEAD" and family == POLEMARCH else method, path)
        if family == POLEMARCH and path and (method, answer.status_code) == ("OPTIONS", 200):
            self.must_be("Options", answer.json(), where)
        elif operation is None:
            self.check_refusal(where, family, path, method, answer)
        else:
            assert str(answer.status_code) in operation["responses"], f"{where}: not in doc/openapi.yaml"
            self.check_response(where, (path, method, answer.status_code),
                                self.resolve(operation["responses"][str(answer.status_code)]), answer, method == "HEAD")

    def check_refusal(self, where, family, path, method, answer):
        """Of what the document has no operation for."""
        assert answer.status_code in WITHOUT_OPERATION[path is not None], f"{where}: not in doc/openapi.yaml"
        if method != "HEAD":
            self.must_be(ERROR[family], answer.json(), where)
            assert family == POLEMARCH or answer.json()["error"]["code"] == answer.status_code

    def check_response(self, where, key, response, answer, is_head):
        if "content" not in response or is_head:
            assert answer.content == b"", where
        if "content" in response:
            kind = answer.headers["Content-Type"].split(";")[0]
            assert kind in response["content"], where
            if kind == "application/json" and not is_head:      # of text the kind is all that is judged: a stream has no end
                self.must_fit(key, response["content"][kind]["schema"], answer.json(), where)
        for name, header in response.get("headers", {}).items():
            value = answer.headers.get(name)
            header = self.resolve(header)
            assert value or name == "Location", f"{where}: no {name}"
            if value and header["schema"]["type"] == "string":
                self.must_fit((*key, name), header["schema"], value, where)
