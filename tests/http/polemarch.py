"""What the tests of the Polemarch family share: its answers, and people who sign in at little cost."""
import hashlib
import secrets
import threading

from client import JSON, created
from instance import Sql
from people import person, team

FORBIDDEN = {"detail": "You do not have permission to perform this action."}
NOT_FOUND = {"detail": "Not found."}
ENCRYPTED = "[~~ENCRYPTED~~]"           # what is shown instead of a password
PETYA = {"email": "petyasupermail@example.com", "first_name": "Petya", "last_name": "Smith", "username": "petya",
         "is_active": "true", "is_staff": "false", "password": "rex"}          # as the document has it
KINDS = {"hosts": "host", "groups": "group", "inventories": "inventory", "projects": "project", "templates": "template",
         "teams": "team"}               # as paths say it and as people.kind does


def said(answer, code=200):
    """The JSON of an answer, whose status is asserted."""
    assert answer.status_code == code, f"{answer.status_code}: {answer.content[:300]}"
    return answer.json()


def gone(answer):
    assert answer.status_code == 204 and answer.content == b"", f"{answer.status_code}: {answer.content[:300]}"


def ids(answer):
    """The ids of a list that is on one page."""
    page = said(answer)
    assert page["count"] == len(page["results"]) and page["next"] is None
    return [r["id"] for r in page["results"]]


def make(client, path, **fields):
    """A new thing of that list -> its detail."""
    return said(client.post(f"/{path}/", fields), 201)


def next_id(sql, path, id):
    """The next thing of that list gets this number."""
    sql.run(f"select setval(pg_get_serial_sequence('inventory.{path}', 'id'), %s, false)", id)


def counted(total, operated, *failed):
    """What a sublist says of a change."""
    return {"total": total, "operated": operated, "not_found": len(failed), "failed_list": list(failed)}


def sqls_hosts(sql, n, owner=1):
    """The first and the last id of so many new hosts, made by SQL."""
    return sql.one("with own as materialized (select people.rights_own()), h as materialized (select inventory.hosts_add("
                   "array_agg('h' || i), array_agg('HOST'::text), array_agg('{}'::jsonb), array_agg('{}'::jsonb), %s) as ids"
                   " from own, generate_series(1, %s) i) select ids[1], ids[cardinality(ids)] from h", owner, n)


class People:
    """Users that are made by SQL. Each has the administrator's password, and signs in by a token: hashing takes its time."""

    def __init__(self, api, sql):
        self.api, self.sql = api, sql

    def new(self, name, superuser=False):
        """The API of this family, as a new user asks it; its `id` is the user's."""
        id = person(self.sql, name, superuser=superuser)
        client = self.api.by_token(self.token(id)).polemarch
        client.id = id
        return client

    def token(self, id, kind="login"):
        token = secrets.token_hex(20)
        self.sql.run("insert into people.tokens (user_id, kind, hash, name, made_at, seen_at) values (%s, %s, %s, %s, now(), now())",
                     id, kind, hashlib.sha256(token.encode()).digest(), "of the tests" if kind == "personal" else None)
        return token

    def session(self, name, password):
        """The API of this family, as who has signed in by a cookie asks it."""
        answer = self.api.signed_in().hermes.post("/session", {"username": name, "password": password})
        cookie = answer.headers["Set-Cookie"].split(";")[0]
        return self.api.like(auth=None, headers={"Cookie": cookie, "X-XSRFToken": created(answer)["xsrfToken"]}).polemarch


class Rights:
    """Objects of any kind, without a row of their kind: by people/rights.sql."""

    def __init__(self, sql):
        self.sql = sql

    def add(self, kind, ids, owner):
        if kind == "team":
            assert ids == [team(self.sql, f"team {i}", owner=owner) for i in ids]
        else:
            self.sql.run("select people.objects_add(%s, %s::bigint[], %s)", kind, ids, owner)

    def part(self, kind, id, part_kind, *ids):
        self.sql.run("select people.parts_add(%s, %s, %s, %s::bigint[])", kind, id, part_kind, list(ids))

    def part_no_more(self, kind, id, part_kind, *ids):
        self.sql.run("select people.parts_remove(%s, %s, %s, %s::bigint[])", kind, id, part_kind, list(ids))


def grant(member, role, member_type="user"):
    return {"member": member, "role": role, "member_type": member_type}


def withdraw(client):
    """client.delete(), with the permissions that are to go as its body."""
    return lambda path, body: client.delete(path, body, JSON)


def signs_in(api, name, password, address="127.0.0.8"):
    """By HTTP Basic. (Wrong passwords are counted by the address they come from.)"""
    code = api.signed_in(name, password).like(address=address).polemarch.get("/license/").status_code
    assert code in (200, 401)
    return code == 200


def held_up(instance, statements, *deeds):
    """Begins all of the deeds while a transaction that has done this is still open; when it is committed they go on.
    -> their answers"""
    holder, answers = Sql(instance), [None] * len(deeds)
    holder.connection.autocommit = False
    holder.run(statements)

    def do(i):
        answers[i] = deeds[i]()
    threads = [threading.Thread(target=do, args=(i,), daemon=True) for i in range(len(deeds))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(0.2)
    holder.connection.commit()
    holder.close()
    for thread in threads:
        thread.join(20)
    return answers


def may_see(client, *paths):
    """Those of the objects that the client sees."""
    found = []
    for path in paths:
        answer = client.get(path + "/permissions/")
        assert said(client.get(path + "/owner/"), answer.status_code) is not None
        if answer.status_code == 200:
            found.append(path)
        else:
            assert said(answer, 403) == FORBIDDEN
    return found
