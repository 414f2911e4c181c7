"""Mail about quests (hermes-behaviour.md section 8), by a real SMTP server: who gets what, and what becomes of what the
relay does not take."""
import email.header
import json
import re
import socket

import pytest

from client import created, ok, refused
from instance import eventually
from outside import Smtp, at_first, only

pytestmark = pytest.mark.noreset
LONG = " ".join(["abcdef"] * 20)
WRAPPED = "\n\t ".join(" ".join(["abcdef"] * n) for n in (8, 8, 4))
BUSY = "451 4.3.0 come later"


@pytest.fixture(scope="module", autouse=True)
def settings(far_with):
    far_with("slack_webhook", "sentry_dsn")


@pytest.fixture(autouse=True)
def contacts(outside):
    """The same for all tests, for the courier remembers them for ten seconds."""
    outside.contacts["bob"] = "team-bob@example.org"


@pytest.fixture
def chain(far_world):
    return far_world.chain("maintenance required", "maintenance ready", "maintenance completed")


@pytest.fixture
def short(far_world):
    return far_world.chain("maintenance required", "maintenance completed")


@pytest.fixture
def came(outbox, outside):
    """came(): the mails that came once everything was sent."""
    def came():
        outbox.rest()
        mails = outside.smtp.so_far()
        outside.smtp.forget()
        return mails
    return came


def letters(far, query=""):
    return ok(far.get("/letters?channel=mail&limit=all" + query))["letters"][::-1]


def headers(mail):
    return {name: mail.message[name] for name in ("Subject", "From", "To", "Cc")}


# ---- what mails say

def test_a_quest_started_is_told_to_its_creator(far_world, chain, came):
    far_world.quest(1, "a", "b", description="an aim")
    (mail,) = came()
    assert headers(mail) == {"Subject": "Quest 1 started", "From": "moirai@example.com", "To": "johnny@example.com", "Cc": None}
    assert (mail.sender, mail.to) == ("moirai@example.com", ["johnny@example.com"])
    assert mail.text == ('QUEST 1 STARTED:\n\n\t"an aim"\n\nThere are 2 labors in the Quest.  They were started with the '
                         'event "maintenance required."')
    assert mail.message.get_content_type() == "text/plain" and mail.message.get_content_charset() == "utf-8"


def test_closed_labors_of_a_quest_are_told_to_its_creator(far_world, chain, came):
    far_world.quest(1, "a", "b", "c", description="an aim")
    came()
    far_world.throw(2, "b", "c")
    (mail,) = came()
    assert headers(mail) == {"Subject": "Quest 1 updated", "From": "moirai@example.com", "To": "johnny@example.com", "Cc": None}
    assert mail.text == (
        'QUEST 1 UPDATED:\n\n\t"an aim"\n\n\nOPEN LABORS BY TYPE:\n\tmaintenance ready: 2\tmaintenance required: 1\n\n'
        'OVERALL STATUS:\n\t40.00% complete.  5 total labors.  3 remain open.\n\nLABORS UPDATED:\n'
        '\tLabor 2 completed.\n\t\tb: maintenance required => maintenance ready\n\n'
        '\tLabor 3 completed.\n\t\tc: maintenance required => maintenance ready\n')


def test_a_quest_completed_is_told_to_its_creator_with_the_owners_in_copy(far, far_world, short, came, outside):
    outside.owners.update({"o1": "ann", "o2": "bob", "o3": "ann", "o4": "carl@example.net", "elsewhere": "dora"})
    far_world.quest(1, "o1", "o2", "o3", "o4", "nobodys", description="an aim")
    came()
    far_world.throw(2, "o1", "o2", "o3", "o4", "nobodys")
    updated, completed = sorted(came(), key=lambda m: m.subject, reverse=True)
    quest = far_world.get_quest(1)
    assert updated.subject == "Quest 1 updated" and "OPEN LABORS" not in updated.text
    assert "\n\nOVERALL STATUS:\n\t100.00% complete.  5 total labors.  0 remain open.\n\n" in updated.text
    assert headers(completed) == {"Subject": "Quest 1 completed", "From": "moirai@example.com", "To": "johnny@example.com",
                                  "Cc": "ann@example.com, carl@example.net, team-bob@example.org"}
    assert completed.to == ["johnny@example.com", "ann@example.com", "carl@example.net", "team-bob@example.org"]
    assert completed.text == (
        f'QUEST 1 COMPLETED:\n\n\t"an aim"\n\nQuest was embarked on {quest["embarkTime"]} and completed on '
        f'{quest["completionTime"]}.\nThere were 5 labors in the Quest.')
    owners, contacts = outside.query.so_far(), outside.pocs.so_far()
    assert [r.json() for r in owners] == [{"operation": "owners", "hostnames": ["o1", "o2", "o3", "o4", "nobodys"]}]
    assert [r.target for r in contacts] == ["/api/pocs/?expand=teams&expand=service_providers&expand=contact_types"
                                            "&service_provider__name=hermes&contact_type__name=email"]


@pytest.mark.parametrize("bad", [{"status": "error"}, (200, {}, b"<html>")], ids=str)
def test_where_owners_are_not_to_be_had_the_creator_is_told_alone(far_world, short, came, outside, bad):
    outside.query.answer = lambda r: bad
    far_world.quest(1, f"no{len(str(bad))}")
    far_world.throw(2, f"no{len(str(bad))}")
    (completed,) = [m for m in came() if m.subject == "Quest 1 completed"]
    assert completed.to == ["johnny@example.com"] and completed.message["Cc"] is None


def test_without_a_query_server_the_owners_that_we_know_are_in_copy(far, far_world, far_set, short, came):
    far_set("query_server", "strongpoc_server")
    far_world.quest(1, "a", "b")
    ok(far.put("/hosts/a", {"owner": "ann"}))
    far_world.throw(2, "a", "b")
    (completed,) = [m for m in came() if m.subject == "Quest 1 completed"]
    assert completed.to == ["johnny@example.com", "ann@example.com"]


def test_the_description_is_wrapped(far_world, short, came):
    far_world.quest(1, "w", description=LONG)
    far_world.throw(2, "w")
    assert [m.text.split('"')[1] for m in came()] == [WRAPPED] * 3


# ---- at most one about closed labors in a while

def test_labors_closed_within_quest_mail_every_are_told_together(far, far_sql, far_world, short, came, outbox):
    far_world.quest(1, "a", "b", "c", "d")
    far_world.throw(2, "a")
    started, updated = came()
    assert updated.text.endswith("LABORS UPDATED:\n\tLabor 1 completed.\n\t\ta: maintenance required => maintenance completed\n")
    far_world.throw(2, "b")
    far_world.throw(2, "c")
    assert came() == []
    (waiting,) = letters(far, "&state=waiting")
    assert (waiting["kind"], waiting["attempts"], waiting["questId"]) == ("quest-updated", 0, 1)
    assert 895 <= far_sql.one("select extract(epoch from w.due_at - s.made_at) from outbox.letters w, outbox.letters s"
                              " where w.state = 'waiting' and s.state = 'sent' and s.kind = 'quest-updated'") <= 905
    outbox.hurry()
    (updated,) = came()
    assert updated.text.endswith("LABORS UPDATED:\n\tLabor 2 completed.\n\t\tb: maintenance required => maintenance completed\n\n"
                                 "\tLabor 3 completed.\n\t\tc: maintenance required => maintenance completed\n")
    assert "\t75.00% complete.  4 total labors.  1 remain open.\n" in updated.text


def test_each_quest_has_a_while_of_its_own(far_world, short, came):
    far_world.quest(1, "a", "b")
    far_world.quest(1, "c", "d")
    far_world.throw(2, "a", "c")
    assert sorted(m.subject for m in came()) == ["Quest 1 started", "Quest 1 updated", "Quest 2 started", "Quest 2 updated"]
    far_world.throw(2, "b")
    assert [m.subject for m in came()] == ["Quest 1 completed"]


# ---- the rules for every mail

def test_in_dev_one_address_gets_everything(far_world, far_set, short, came, outside):
    far_set(environment="dev", dev_email_recipient="dev@example.net", email_always_copy="ops@example.com")
    outside.owners["dev1"] = "ann"
    far_world.quest(1, "dev1", description="an aim")
    far_world.throw(2, "dev1")
    mails = came()
    assert {m.subject for m in mails} == {f"[DEV] Quest 1 {what}" for what in ("started", "updated", "completed")}
    for mail in mails:
        assert (mail.to, mail.message["To"], mail.message["Cc"]) == (["dev@example.net"], "dev@example.net", None)
        copies = "['ops@example.com', 'ann@example.com']" if "completed" in mail.subject else "['ops@example.com']"
        assert mail.text.startswith("[DEV]: Sent to DEV\nOriginally addressed as: To: ['johnny@example.com']   CC: "
                                    f"{copies}\n\n\nQUEST 1 ")


def test_in_dev_without_an_address_nothing_is_written(far_world, far_set, short, came, outbox):
    far_set(environment="dev")
    far_world.quest(1, "a")
    far_world.throw(2, "a")
    assert came() == [] and outbox.count() == 0


def test_without_email_notifications_nothing_is_written(far, far_world, far_set, short, came, outbox, outside):
    far_set(email_notifications=False)
    outside.owners["off"] = "ann"
    far_world.quest(1, "off")
    far_world.throw(2, "off")
    assert created(far.post("/quests/1/mail", {"serverOwners": True, "from": "a@example.com", "subject": "s", "message": "m"})) == {}
    assert came() == [] and outbox.count() == 0


def test_who_always_gets_a_copy_gets_one_of_each_mail(far_world, far_set, short, came):
    far_set(email_always_copy="ops@example.com, log@example.net,,johnny@example.com")
    far_world.quest(1, "al1")
    far_world.throw(2, "al1")
    mails = came()
    assert len(mails) == 3
    for mail in mails:
        assert mail.to == ["johnny@example.com", "ops@example.com", "log@example.net"]
        assert mail.message["Cc"] == "ops@example.com, log@example.net"


# ---- any letters, and nothing but letters

TEXT = "Zwölf Boxkämpfer jagen Viktor\n十二 \U0001f600\n.\n..dots\nFrom me\n" + "x" * 3000 + "\n\ttab  blanks \nend"


def mail_owners(far, **body):
    return far.post("/quests/1/mail", {"serverOwners": True, "from": "ann@example.com", "subject": "a subject",
                                       "message": "a message", **body})


@pytest.fixture
def quest(far_world, short, outside, came):
    """Quest 1 on the hosts q1, of ann, and q2, of bob; its mails were sent."""
    outside.owners.update({"q1": "ann", "q2": "bob"})
    quest = far_world.quest(1, "q1", "q2")
    came()
    return quest


def test_any_letters_arrive_as_they_were_written(far, quest, came):
    subject = "Zwölf 十二 \U0001f600 " + "ä" * 300
    created(mail_owners(far, subject=subject, message=TEXT, **{"from": "Jürgen Müller <jm@example.com>"}))
    (mail,) = came()
    assert mail.subject == subject
    assert mail.text == TEXT + "\n\nhttps://moirai.example.com/v1/quests/1"
    (sender,) = mail.message["From"].addresses
    assert (sender.display_name, sender.addr_spec) == ("Jürgen Müller", "jm@example.com")
    assert max(map(len, mail.raw.split(b"\r\n"))) <= 998 and mail.raw.isascii()
    assert re.search(rb"[^\r]\n|\r[^\n]", mail.raw) is None


def test_a_creator_may_have_a_name_before_the_address(far, far_world, short, came):
    far_world.quest(1, "a", creator="Jürgen Müller <jm@example.com>", description="Größe")
    (mail,) = came()
    assert mail.to == ["jm@example.com"] and '"Größe"' in mail.text
    (to,) = mail.message["To"].addresses
    assert (to.display_name, to.addr_spec) == ("Jürgen Müller", "jm@example.com")


def test_an_address_that_no_relay_takes_is_parked_and_named(far, far_world, short, outbox):
    far_world.quest(1, "a", creator="jürgen")
    letter = outbox.tried(far)
    assert letter["state"] == "parked" and letter["error"].endswith("@example.com: not an address")
    assert letter["recipients"] == ["jürgen@example.com"]


EVIL = "x@example.com\r\nBcc: evil@example.org\r\n\r\nbody"


@pytest.mark.parametrize("member", ["from", "subject"])
@pytest.mark.parametrize("end", ["\r\n", "\x85"], ids=repr)
def test_what_would_end_a_header_is_refused(far, quest, came, member, end):
    evil = f"a@example.com{end}Bcc: evil@example.org"
    answer = mail_owners(far, **{member: evil})
    if answer.status_code == 201:       # U+0085 is no control character to PostgreSQL
        (mail,) = came()
        assert mail.to == ["ann@example.com", "team-bob@example.org"] and "evil" not in str(mail.message.get("Bcc"))
    else:
        refused(answer, 400)
        assert came() == []


@pytest.fixture
def written(far_sql):
    """A letter of this content, whatever may ever get into one."""
    return lambda **content: far_sql.run(
        "insert into outbox.letters (channel, kind, content, made_at, due_at) values ('mail', 'test', %s, now(), now())",
        json.dumps({"from": "ann@example.com", "to": [], "cc": [], "subject": "s", "text": "t", **content}))


@pytest.mark.parametrize("end", ["\r\n", "\n", "\u2028"], ids=repr)
def test_no_text_becomes_a_header_or_a_recipient(written, far, came, end):
    evil = f"a@example.com{end}Bcc: evil@example.org{end}X-Evil: yes{end}{end}evil body"
    addresses = ["johnny@example.com", evil, f"a@example.com>{end}RCPT TO:<evil@example.org", "a@b.c, evil@example.org",
                 "<evil@example.org", "evil @example.org", '"evil@example.org', "<<evil@example.org>>", "@", ""]
    written(**{"from": f"A {evil} <ann@example.com>"}, to=addresses, cc=addresses, recipients=addresses,
            subject=evil + " =?utf-8?q?=0D=0ABcc:_evil@example.org?=", text=f"{evil}{end}.{end}RCPT TO:<evil@example.org>{end}")
    (mail,) = came()
    assert mail.to == ["johnny@example.com"]
    assert sorted(name.lower() for name in mail.message.keys()) == [
        "auto-submitted", "cc", "content-transfer-encoding", "content-type", "date", "from", "message-id", "mime-version",
        "subject", "to"]
    assert [a.addr_spec for a in mail.message["From"].addresses] == ["ann@example.com"]
    assert [a.addr_spec for a in mail.message["To"].addresses] == ["johnny@example.com"]
    assert email.header.decode_header(mail.message["Subject"])[0][0].count("evil@example.org") == 2
    assert [x["state"] for x in letters(far)] == ["sent"]


def test_a_recipient_of_more_than_one_line_is_none(written, far, came):
    evil = [f"a <b@example.com>{end}RCPT TO:<evil@example.org>" for end in ("\r\n", "\n", "\r", "\t", "\x7f")]
    written(to=["johnny@example.com"], recipients=["johnny@example.com", *evil])
    (mail,) = came()
    assert mail.to == ["johnny@example.com"]
    (letter,) = letters(far)
    assert letter["state"] == "sent" and letter["error"].startswith("refused: a <b@example.com>??RCPT TO:<evil@example.org>: not an address")


def test_a_description_becomes_no_header(far_world, short, came):
    far_world.quest(1, "a", description=EVIL)
    (mail,) = came()
    assert mail.to == ["johnny@example.com"] and mail.message["Bcc"] is None
    assert '"x@example.com  Bcc: evil@example.org    body"' in mail.text


def test_a_creator_becomes_no_header(far, far_world, short, came):
    answer = far.post("/quests", {"fateId": 1, "creator": "x@example.com\r\nBcc: evil@e.org", "description": "x", "hostnames": ["a"]})
    mails = came()
    assert answer.status_code in (201, 400)
    assert [m for m in mails if "evil@e.org" in m.to or m.message["Bcc"]] == []


# ---- recipients

def test_a_recipient_who_is_refused_keeps_no_other_from_it(far, far_world, far_set, short, came, outside):
    far_set(email_always_copy="gone@example.com,ops@example.com")
    outside.smtp.refuse = lambda address: "550 5.1.1 no such user" if address.startswith("gone") else None
    far_world.quest(1, "a")
    (mail,) = came()
    assert mail.to == ["johnny@example.com", "ops@example.com"]
    assert mail.message["Cc"] == "gone@example.com, ops@example.com"
    (letter,) = letters(far)
    assert (letter["state"], letter["attempts"]) == ("sent", 1)
    assert letter["error"] == "refused: gone@example.com: 550 5.1.1 no such user"


def test_a_recipient_to_be_served_later_is_tried_again_alone(far, far_world, far_set, short, came, outside):
    far_set(email_always_copy="later@example.com,ops@example.com")
    answer = at_first(BUSY, BUSY, then=None)
    outside.smtp.refuse = lambda address: answer() if address.startswith("later") else None
    far_world.quest(1, "a")
    first, second = came()
    assert (first.to, second.to) == (["johnny@example.com", "ops@example.com"], ["later@example.com"])
    assert first.id == second.id and headers(first) == headers(second) and first.text == second.text
    (letter,) = letters(far)
    assert (letter["state"], letter["attempts"], letter["error"]) == ("sent", 3, None)


def test_where_all_recipients_are_refused_it_is_parked(far, far_world, short, came, outside):
    outside.smtp.refuse = lambda address: "550 no such user"
    far_world.quest(1, "a")
    assert came() == []
    (letter,) = letters(far)
    assert (letter["state"], letter["attempts"], letter["error"]) == (
        "parked", 1, "refused: johnny@example.com: 550 no such user")


def test_a_mail_that_the_relay_refuses_is_parked_and_the_others_go(far, far_world, short, came, outside):
    outside.smtp.data = lambda mail: "554 no spam" if "spam" in mail.text else None
    far_world.quest(1, "a", description="spam")
    far_world.quest(1, "b", description="no ham")
    far_world.quest(1, "c", description="ham")
    outside.smtp.data = lambda mail: "554 no spam" if "spam" in mail.text else None
    assert [m.subject for m in came()] == ["Quest 2 started", "Quest 3 started"]
    assert [(x["state"], x["error"]) for x in letters(far)] == [("parked", "the relay: 554 no spam"), ("sent", None), ("sent", None)]


# ---- tries

@pytest.mark.parametrize("bad", [BUSY, "drop"])
def test_each_try_bears_the_same_message_id(far, far_world, short, came, outside, bad):
    outside.smtp.data = at_first(bad, bad, then=None)
    far_world.quest(1, "a")
    eventually(lambda: len(outside.smtp.tries) == 3)
    ids = [mail.id for mail in outside.smtp.tries]
    assert len(came()) == 1
    (letter,) = letters(far)
    assert ids == [f"<{letter['key']}@example.com>"] * 3
    assert (letter["state"], letter["attempts"]) == ("sent", 3)


def test_while_the_relay_is_away_mail_waits(far, far_world, short, came, outside, outbox):
    outside.smtp.close()
    far_world.quest(1, "a")
    letter = outbox.tried(far, 2)
    assert letter["state"] == "waiting" and "Connection refused" in letter["error"]
    outside.smtp.start()
    assert [m.subject for m in came()] == ["Quest 1 started"]


# ---- the way there

@pytest.fixture
def relay(certificates):
    relays = []

    def relay(name, **more):
        relays.append(Smtp(tls_context=certificates.server(name), **more))
        return relays[-1]
    yield relay
    for r in relays:
        r.close()


def test_the_relays_certificate_must_be_of_the_right_name_and_known(
        far, far_set, far_world, short, certificates, relay, came, outbox):
    good, other = relay("DNS:localhost"), relay("DNS:elsewhere.example.com")
    ca = str(certificates.ca)

    def error_with(server, **more):
        far_set(smtp_server=f"localhost:{server.port}", smtp_starttls="always", **more)
        far_world.quest(1, "a")
        letter = outbox.tried(far)
        return letter["state"], letter["error"]
    assert error_with(good) == ("waiting", "the certificate of localhost: unable to get local issuer certificate")
    assert error_with(other, tls_ca_file=ca) == ("waiting", "the certificate of localhost: hostname mismatch")
    assert good.tries == other.tries == []
    far_set(smtp_server=f"localhost:{good.port}", smtp_starttls="always", tls_ca_file=ca)
    came()
    assert [m.secure for m in good.so_far()] == [True, True]


def test_another_machines_relay_that_offers_tls_must_show_its_certificate_as_well(
        far, far_set, far_world, short, certificates, relay, came, outbox):
    """By this machine's own name, for that is not taken for this machine."""
    try:
        name, address = socket.gethostname(), socket.gethostbyname(socket.gethostname())
    except OSError:
        pytest.skip("this machine's name leads nowhere")
    server = relay(f"DNS:{name}", address=address)
    far_set(smtp_server=f"{name}:{server.port}")
    far_world.quest(1, "a")
    assert outbox.tried(far)["error"] == f"the certificate of {name}: unable to get local issuer certificate"
    assert server.tries == []
    far_set(smtp_server=f"{name}:{server.port}", tls_ca_file=str(certificates.ca))
    came()
    assert [m.secure for m in server.so_far()] == [True]


def test_who_wants_tls_always_sends_nothing_without(far, far_set, far_world, short, outside, outbox):
    far_set(smtp_starttls="always")
    far_world.quest(1, "a")
    letter = outbox.tried(far)
    assert (letter["state"], letter["error"]) == ("waiting", "the relay does not offer STARTTLS")
    assert outside.smtp.tries == []


@pytest.mark.parametrize("how", ["never", "offered"])
def test_on_the_way_to_this_machine_tls_is_not_needed(far_set, far_world, short, relay, came, how):
    other = relay("DNS:elsewhere.example.com")
    far_set(smtp_starttls=how, smtp_server=f"localhost:{other.port}")
    far_world.quest(1, "a")
    came()
    assert [m.secure for m in other.so_far()] == [False]


def test_it_signs_in_where_it_shall(far, far_set, far_world, short, certificates, relay, came, outbox):
    server = relay("DNS:localhost", authenticator=only("moirai", "päss wörd"), auth_required=True)
    way = {"smtp_server": f"localhost:{server.port}", "smtp_starttls": "always", "tls_ca_file": str(certificates.ca),
           "smtp_username": "moirai"}
    far_set(smtp_password="wrong", **way)
    far_world.quest(1, "a")
    letter = outbox.tried(far)
    assert letter["state"] == "waiting" and letter["error"] == "AUTH: 535"
    assert server.tries == []
    far_set(smtp_password="päss wörd", **way)
    came()
    assert [(m.login, m.secure, m.subject) for m in server.so_far()] == [("moirai", True, "Quest 1 started")]


# ---- what a person writes

def test_a_mail_to_the_owners_of_a_quest_arrives_with_a_link(far, quest, came):
    assert created(mail_owners(far)) == {}
    (mail,) = came()
    assert headers(mail) == {"Subject": "a subject", "From": "ann@example.com", "To": "ann@example.com, team-bob@example.org",
                             "Cc": None}
    assert (mail.sender, mail.to) == ("moirai@example.com", ["ann@example.com", "team-bob@example.org"])
    assert mail.text == "a message\n\nhttps://moirai.example.com/v1/quests/1"


def test_a_mail_to_those_whom_labors_are_for_reaches_creator_and_owners(far, far_world, came, outside):
    outside.owners.update({"l1": "ann", "l2": "johnny@example.com"})
    work = far_world.type("work required")
    far_world.fate(work, forCreator=True, forOwner=True)
    far_world.quest(1, "l1", "l2", creator="tammy@example.net")
    came()
    created(mail_owners(far, serverOwners=False, laborOwners=True))
    (mail,) = came()
    assert mail.to == ["ann@example.com", "johnny@example.com", "tammy@example.net"]
