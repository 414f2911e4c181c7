"""moirai-courier --digest: each owner's open labors in one mail (hermes-behaviour.md section 10)."""
import pytest

from client import ok

pytestmark = pytest.mark.noreset
LONG = " ".join(["abcdef"] * 20)


@pytest.fixture(scope="module", autouse=True)
def settings(far_with):
    far_with("slack_webhook", "sentry_dsn", frontend="https://moirai.example.com/", query_timeout=1)


@pytest.fixture
def digest(far_instance, outbox, outside):
    """digest(...): the mails that were written, by their addressees, once they were sent."""
    def digest(*arguments, status=0):
        outbox.rest()
        outside.smtp.forget()
        said = far_instance.run(*far_instance.courier_command("--digest", *arguments))
        assert (said.returncode, said.stdout) == (status, ""), said.stderr
        digest.said = said.stderr
        outbox.rest()
        mails = outside.smtp.so_far()
        assert [m.to for m in mails if len(m.to) != 1] == []
        return {m.to[0]: m for m in mails}
    return digest


@pytest.fixture
def chain(far_world):
    return far_world.chain("maintenance required", "maintenance ready", "maintenance completed")


@pytest.fixture
def two_quests(far_world, chain, outbox, outside):
    """Of ann: a1 and a2 in quest 1, which is due, a2 in quest 2, and a1 in none, twice; of bob: b1 in quest 1. A host has
    no owner; quest 3 is complete."""
    outside.owners.update(a1="ann", a2="ann", b1="bob")
    outside.tags.update(a1=["web", "dc=ams"], b1=[])
    far_world.quest(1, "a2", "a1", "b1", "nobodys", description=LONG, targetTime="2038-01-19 03:14:07")
    far_world.quest(1, "a2", creator="tammy@example.net", description='say "R&D" <b>')
    far_world.throw(1, "a1")
    far_world.throw(1, "a1")
    far_world.quest(1, "c1")
    far_world.throw(2, "c1")
    far_world.throw(3, "c1")
    outbox.rest()


HEAD = """\
This email is being sent to {0} because that is the owner listed
for the systems with open Hermes labors listed below.

Due dates, if any, are noted with each quest.

To throw an event manually, you can run the following command on a shell server:

$ hermes event create [event] --host [hostname].

Or you can visit the quests linked below.

"""
WRAPPED = "\n".join(" ".join(["abcdef"] * n) for n in (8, 8, 4))
ANN = HEAD.format("ann") + f"""\
==[ QUEST 1 ]================================
CREATOR: johnny@example.com
DUE: 2038-01-19 03:14:07
DESC: "{WRAPPED}"
LINK: https://moirai.example.com/v1/quests/1

Machines with labors:
    a1 (web, dc=ams)
    a2 (no services)


==[ QUEST 2 ]================================
CREATOR: tammy@example.net
DESC: "say "R&D" <b>"
LINK: https://moirai.example.com/v1/quests/2

Machines with labors:
    a2 (no services)


  Labors not associated with a quest:

Machines with labors:
    a1 (web, dc=ams)
    a1 (web, dc=ams)


"""
HTML_HEAD = (
    "<html><body style=\"font-family: Verdana; font-size: 1em; color: #000\"><div style='padding: 10px; border-radius: 5px; "
    "background: #232f3e; color: #fff; font-weight: bold; font-size: 1.25em;'>Hermes Notifications</div><div style='padding: "
    "10px;'><p>This email is being sent to {0} because that is the owner listed\nfor the systems with open Hermes labors "
    "listed below.</p><p>Due dates, if any, are noted with each quest.</p><p>To throw an event manually, you can run the "
    "following command on a shell server:</p><pre style='font-size: 1.2em'>$ hermes event create [event] --host [hostname]"
    "</pre><p>Or you can visit the quests linked below.</p></div>")
HTML_BLOCK = ("<div style='border-radius: 5px; background: #dce1e6; padding: 10px; margin-bottom: 10px;'>"
              "<span style='font-size: 1.1em; font-weight: bold'>")
HTML_HOSTS = "<p>Machines with labors:</p><pre style='margin-left: 10px; font-size: 1.2em'>{0}</pre></div>"
ANN_HTML = (
    HTML_HEAD.format("ann") + HTML_BLOCK + "QUEST 1</span><br/><strong>CREATOR:</strong> johnny@example.com<br />"
    f"<strong>DUE:</strong> 2038-01-19 03:14:07<br/><strong>DESC:</strong><p> \"{LONG}\"</p><strong>LINK:</strong> "
    "<code>https://moirai.example.com/v1/quests/1</code><br/>" + HTML_HOSTS.format("a1 (web, dc=ams)\na2 (no services)\n")
    + HTML_BLOCK + "QUEST 2</span><br/><strong>CREATOR:</strong> tammy@example.net<br /><strong>DESC:</strong><p> \"say "
    "&quot;R&amp;D&quot; &lt;b&gt;\"</p><strong>LINK:</strong> <code>https://moirai.example.com/v1/quests/2</code><br/>"
    + HTML_HOSTS.format("a2 (no services)\n")
    + HTML_BLOCK + "Labors not associated with a quest:</span><br />"
    + HTML_HOSTS.format("a1 (web, dc=ams)\na1 (web, dc=ams)\n") + "</body>")


def test_each_owner_gets_the_open_labors_of_his_hosts_by_quest(two_quests, digest):
    mails = digest()
    assert mails.keys() == {"ann@example.com", "bob@example.com"}
    mail = mails["ann@example.com"]
    assert mail.message["Subject"] == "ann: Open Hermes labors need your attention"
    assert (mail.message["From"], mail.message["To"], mail.message["Cc"]) == ("moirai@example.com", "ann@example.com", None)
    assert mail.part("plain") == ANN
    assert mail.html == ANN_HTML
    assert mail.message.get_content_type() == "multipart/alternative"
    assert [p.get_content_type() for p in mail.message.iter_parts()] == ["text/plain", "text/html"]
    assert "\n    b1 (no services)\n" in mails["bob@example.com"].text
    assert mails["bob@example.com"].subject == "bob: Open Hermes labors need your attention"
    assert "digest: 2 mails written" in digest.said


def test_send_to_gets_all_of_them(two_quests, digest, outside):
    digest("--send-to", "boss@example.org")
    mails = outside.smtp.so_far()
    assert [m.to for m in mails] == [["boss@example.org"]] * 2
    assert {m.subject.split(":")[0]: m.message["To"] for m in mails} == {"ann": "boss@example.org", "bob": "boss@example.org"}
    assert mails[0].part("plain") == ANN


def test_contacts_of_strongpoc_get_it_where_there_are_some(two_quests, digest, outside):
    outside.contacts["ann"] = "team-ann@example.org"
    mails = digest()
    assert mails.keys() == {"team-ann@example.org", "bob@example.com"}
    assert mails["team-ann@example.org"].part("plain") == ANN


def test_labors_for_creators_reach_who_made_the_quest_or_threw_the_event(far_world, digest, outside):
    """... also where nobody knows who owns the host."""
    work = far_world.type("work required")
    far_world.fate(work, forCreator=True, forOwner=False)
    far_world.quest(1, "mine", creator="tammy@example.net", description="an aim")
    far_world.throw(work, "loose", user="mallory")
    far_world.throw(work, "loose too", user="mallory")
    mails = digest()
    assert mails.keys() == {"tammy@example.net", "mallory@example.com"}
    assert mails["mallory@example.com"].part("plain") == HEAD.format("mallory@example.com") + (
        "  Labors not associated with a quest:\n\nMachines with labors:\n"
        "    loose (no services)\n    loose too (no services)\n\n\n")
    assert "==[ QUEST 1 ]====" in mails["tammy@example.net"].text and "    mine (no services)\n" in mails["tammy@example.net"].text


def test_labors_for_both_reach_the_owner(far_world, digest, outside):
    outside.owners["both"] = "ann"
    work = far_world.type("work required")
    far_world.fate(work, forCreator=True, forOwner=True)
    far_world.quest(1, "both")
    assert digest().keys() == {"ann@example.com"}


def test_without_open_labors_nobody_gets_anything(far_world, chain, digest):
    far_world.quest(1, "a")
    far_world.throw(2, "a")
    far_world.throw(3, "a")
    assert digest() == {}
    assert "digest: 0 mails written" in digest.said


def test_the_rules_for_every_mail_hold(two_quests, far_set, digest, outside):
    far_set(environment="dev", dev_email_recipient="dev@example.net")
    digest()
    mails = outside.smtp.so_far()
    assert [m.to for m in mails] == [["dev@example.net"]] * 2
    assert mails[0].subject == "[DEV] ann: Open Hermes labors need your attention"
    listed = "Originally addressed as: To: ['ann@example.com']   CC: []"
    assert mails[0].part("plain") == f"[DEV]: Sent to DEV\n{listed}\n\n\n" + ANN
    assert mails[0].html == f"<p><strong>DEV:</strong> Sent to DEV<br />{listed}<br/></p>" + ANN_HTML


def test_without_email_notifications_nothing_is_asked_or_written(two_quests, far_set, digest, outbox, outside):
    far_set(email_notifications=False)
    outside.query.forget()
    before = outbox.count()
    assert digest() == {} and outbox.count() == before
    assert outside.query.so_far() == []


def test_without_a_query_server_owners_and_tags_are_those_that_we_know(far, two_quests, far_set, digest):
    far_set("query_server", "strongpoc_server")
    ok(far.put("/hosts/a1", {"owner": "ann", "tags": ["web", "dc=ams"]}))
    ok(far.put("/hosts/a2", {"owner": "ann"}))
    mails = digest()
    assert mails.keys() == {"ann@example.com"}      # tags are kept in order
    assert mails["ann@example.com"].part("plain") == ANN.replace("web, dc=ams", "dc=ams, web")


@pytest.mark.parametrize("bad, why", [
    ((500, {}, b""), "The query server is in trouble."), ("drop", "The query server does not answer."),
    ({"status": "error"}, "Bad host query: "), ("stall", "The query server did not answer within 1 s.")], ids=str)
def test_where_owners_are_not_to_be_had_it_fails_and_nothing_is_written(two_quests, digest, outbox, outside, bad, why):
    before = outbox.count()
    outside.query.answer = lambda r: bad
    assert digest(status=1) == {}
    assert why in digest.said and outbox.count() == before


def test_where_only_tags_or_contacts_are_not_to_be_had_it_goes_without(two_quests, digest, outside):
    outside.contacts["ann"] = "team-ann@example.org"
    outside.pocs.answer = lambda r: (500, {}, b"")
    outside.query.answer = lambda r: (500, {}, b"") if b"tags" in r.body else outside.as_query_server(r)
    mails = digest()
    assert mails["ann@example.com"].part("plain") == ANN.replace("(web, dc=ams)", "(no services)")


def test_while_the_database_is_away_it_fails(far_instance, tmp_path):
    nowhere = tmp_path / "nowhere.yaml"
    nowhere.write_text("courier_database: postgresql:///moirai?host=/nonexistent\n")
    said = far_instance.run(*far_instance.courier_command("-c", nowhere, "--digest"))
    assert said.returncode == 1 and "The database does not answer." in said.stderr
