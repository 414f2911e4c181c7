"""People for the tests, put into the database at once: each has the administrator's password, so that none is hashed."""
import hashlib
import base64

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


def team(sql, name, *members, **columns):
    """The id of a new team of these users, which the administrator owns."""
    names = "".join(f", {c}" for c in columns)
    id = sql.one(f"insert into people.teams (name{names}) values (%s{', %s' * len(columns)}) returning id",
                 name, *columns.values())
    sql.run("select people.objects_add('team', array[%s]::bigint[], (select id from people.users where username = 'admin'))", id)
    sql.run("insert into people.team_members (team_id, user_id) select %s, unnest(%s::bigint[])", id, list(members))
    return id
