"""People for the tests, put into the database at once: each has the administrator's password, so that none is hashed.
And whom the server takes a client for."""
import base64
import datetime
import hashlib

from client import ok, refused

SIGN_IN = "Sign in to use this resource."
EVERY_WORKER = 12          # so many requests, one after the other, reach each of the eight
PASSWORD_OF_ADMIN = "(select password from people.users where username = 'admin')"


def person(sql, username, **columns):
    """The id of a new user. `columns` as in people.users, such as superuser=True; password=None: one without."""
    names = ["username", *columns] + ([] if "password" in columns else ["password"])
    values = ["%s"] * (1 + len(columns)) + ([] if "password" in columns else [PASSWORD_OF_ADMIN])
    return sql.one(f"insert into people.users ({', '.join(names)}) values ({', '.join(values)}) returning id",
                   username, *columns.values())


def django_hash(password, iterations):
    """As Django writes it."""
    key = hashlib.pbkdf2_hmac("sha256", password.encode(), b"Nacl", iterations)
    return f"pbkdf2_sha256${iterations}$Nacl${base64.b64encode(key).decode()}"


def must_prove_again(sql, user):
    """What workers remember of the user counts no more: after a change that the API did not make."""
    sql.run("select people.must_prove_again(%s)", user)


def team(sql, name, *members, owner=1, proxy_group=None):
    """The id of a new team of these users."""
    id = sql.one("insert into people.teams (name, proxy_group) values (%s, %s) returning id", name, proxy_group)
    sql.run("select people.objects_add('team', array[%s]::bigint[], %s)", id, owner)
    sql.run("select people.team_members_set(%s, %s::bigint[])", id, list(members))
    return id


def who(client):
    return ok(client.get("/currentUser"))["user"]


def must_be_known_everywhere(client, name="tammy@example.com"):
    for _ in range(EVERY_WORKER):
        assert who(client) == name


def must_be_nobody_everywhere(client, sql=None):
    """`sql`: where a password may be shown, which is then wrong, lest that be too often."""
    by_password = sql and client.auth
    for _ in range(10 if by_password else EVERY_WORKER):
        if by_password:
            sql.run("truncate people.wrong_passwords")
        refused(client.get("/currentUser"), 401, SIGN_IN)


def from_now(text):
    """Seconds until that time of an answer."""
    time = datetime.datetime.fromisoformat(text).replace(tzinfo=datetime.timezone.utc)
    return (time - datetime.datetime.now(datetime.timezone.utc)).total_seconds()
