"""A restricted testimony is read by whoever was let in by name, until the end of a day."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from app import clock
from app.cli.base import OPERATOR
from app.errors import Conflict, Forbidden, Invalid
from app.models import AccessLevel, AccessRequest, AuditEntry, Testimony, User
from app.policy import Actor, Role
from app.services import accounts, consenting, granting, managing, publishing, redacting
from tests.conftest import post, testimony
from tests.telling import accept, send

LEAD = Actor("", "command line", Role.LEAD_ARCHIVIST)
WORDS = "The lamp stood in the third window."


@pytest.fixture
def hidden(keep) -> str:
    return keep(testimony("a", WORDS, "Nobody spoke.", title="The third window", access="restricted"))


@pytest.fixture
def reader(sign_in):
    return sign_in("reader")


def held(archive, state: str = "waiting") -> AccessRequest:
    with archive.reading() as session:
        return session.scalars(select(AccessRequest).filter_by(state=state)).one()


def ask(visitor, identifier: str, reason: str = "I write about the night."):
    return post(visitor, f"/testimonies/{identifier}", f"/restricted/{identifier}/ask", reason=reason)


def let_in(archive, reader, identifier: str, until: date | None = None) -> AccessRequest:
    assert ask(reader, identifier).status_code == 303
    with archive.writing():
        one = held(archive)
        granting.grant(one.identifier, until or clock.today(), one.version, LEAD, "For your book.")
    return held(archive, "granted")


def reads(visitor, identifier: str) -> bool:
    page, data = visitor.get(f"/testimonies/{identifier}"), visitor.get(f"/testimonies/{identifier}.json")
    cited = visitor.get(f"/testimonies/{identifier}/cite.txt")
    told = {WORDS in page.text, data.status_code == 200, cited.status_code == 200}
    assert len(told) == 1, (page.status_code, data.status_code, cited.status_code)
    return told.pop()


def test_a_reader_sees_that_it_is_there_and_a_stranger_does_not(hidden, reader, client):
    nowhere = client.get("/testimonies/0123456789ab")
    assert client.get(f"/testimonies/{hidden}").data == nowhere.data
    assert client.get("/restricted").headers["Location"].startswith("/sign-in")
    for address in ("/restricted", f"/testimonies/{hidden}"):
        seen = reader.get(address)
        assert seen.status_code == 200
        assert "Tests" in seen.text
        assert "The third window" not in seen.text
        assert "Ana Vell" not in seen.text
        assert WORDS not in seen.text


@pytest.mark.parametrize("more", [{"access": "closed"}, {"access": "public", "embargo_until": "2999-01-01"}])
def test_what_is_not_restricted_stays_hidden_from_readers(keep, reader, more):
    identifier = keep(testimony("b", WORDS, **more))
    nowhere = reader.get("/testimonies/0123456789ab")
    assert (nowhere.status_code, reader.get(f"/testimonies/{identifier}").data) == (404, nowhere.data)
    unpublished = keep(testimony("c", WORDS, access="restricted"), publish=False)
    assert reader.get(f"/testimonies/{unpublished}").data == nowhere.data
    for one in (identifier, unpublished):
        assert post(reader, "/restricted", f"/restricted/{one}/ask", reason="x").status_code == 404


def test_asked_granted_and_read_until_the_end_of_the_day(archive, hidden, reader, sign_in, client):
    other = sign_in("submitter")
    assert not reads(reader, hidden)
    let_in(archive, reader, hidden)
    assert "For your book." in reader.get("/restricted").text
    assert reads(reader, hidden)
    assert not reads(other, hidden)
    assert not reads(client, hidden)
    for address in ("/testimonies", "/search?q=lamp", "/api/v1/search?q=lamp", "/feed.atom", "/people"):
        assert hidden not in reader.get(address).text
    midnight = datetime.combine(clock.today() + timedelta(days=1), datetime.min.time(), UTC)
    with clock.showing(midnight - timedelta(seconds=1)):
        assert reads(reader, hidden)
    with clock.showing(midnight):
        assert not reads(reader, hidden)


def test_it_ends_early_by_hand(archive, hidden, reader):
    one = let_in(archive, reader, hidden, clock.today() + timedelta(days=30))
    with archive.writing():
        granting.end(one.identifier, one.version, LEAD)
    assert not reads(reader, hidden)
    assert "ended" in reader.get("/restricted").text
    assert ask(reader, hidden).status_code == 303  # and may be asked for again


def test_it_ends_when_the_role_changes_and_does_not_come_back(archive, hidden, reader):
    let_in(archive, reader, hidden)
    for role in ("submitter", "reader"):
        with archive.writing() as session:
            user = session.scalars(select(User)).one()
            managing.set_role(user.identifier, role, user.version, OPERATOR)
        assert not reads(reader, hidden)


def test_it_ends_when_the_account_is_closed(archive, app, hidden, reader):
    let_in(archive, reader, hidden)
    with archive.writing() as session:
        managing.deactivate(session.scalars(select(User)).one().identifier, OPERATOR)
    assert not reads(reader, hidden)
    with archive.writing() as session:
        user = session.scalars(select(User)).one()
        managing.reactivate(user.identifier, OPERATOR)
        assert granting.audience_for(accounts.actor_of(user), hidden) == "reading_room"


@pytest.mark.parametrize("level", ["closed", "public", "reading_room"])
def test_it_ends_when_the_access_changes(archive, hidden, reader, level):
    let_in(archive, reader, hidden)
    with archive.writing() as session:
        kept = session.scalars(select(Testimony)).one()
        kept.access = AccessLevel(level)
        session.flush()
        publishing.publish(kept)
        user = session.scalars(select(User)).one()
        assert granting.audience_for(accounts.actor_of(user), hidden) == "reading_room"
    assert (reader.get(f"/testimonies/{hidden}").status_code == 404) is (level == "closed")


def test_it_ends_when_the_teller_allows_less(archive, reader):
    from app.models import Submission
    from app.services import withdrawing

    given, _ = send(archive, readers={"access": ["restricted"]})
    identifier = accept(archive, given)
    let_in(archive, reader, identifier)
    assert "bells" in reader.get(f"/testimonies/{identifier}").text
    with archive.writing() as session:
        assert consenting.access_now(session.scalars(select(Testimony)).one()) == "restricted"
        assert session.scalars(select(Submission)).one()
        withdrawing.withdraw(given, "stop")
    assert reader.get(f"/testimonies/{identifier}").status_code == 404


def test_what_is_withheld_stays_withheld(archive, hidden, reader):
    let_in(archive, reader, hidden)
    with archive.writing():
        redacting.redact(hidden, 0, 0, "danger", OPERATOR)
    seen = reader.get(f"/testimonies/{hidden}").text
    assert "Nobody spoke." in seen
    assert WORDS not in seen
    assert WORDS not in reader.get(f"/testimonies/{hidden}.json").text


def test_refused_with_words_that_the_asker_reads(archive, hidden, reader, sign_in):
    lead, archivist = sign_in("lead_archivist"), sign_in("archivist")
    ask(reader, hidden)
    one = held(archive)
    page = lead.get("/workbench/requests")
    assert "I write about the night." in page.text
    assert archivist.get("/workbench/requests").status_code == 404
    to = f"/workbench/requests/{one.identifier}/decide"
    empty = post(lead, "/workbench/requests", to, decision="refuse", version=one.version, answer=" ")
    assert empty.status_code == 422
    assert "Say why it is refused" in empty.text
    none = post(lead, "/workbench/requests", to, decision="grant", version=one.version, answer="kept words")
    assert none.status_code == 422
    assert "kept words" in none.text
    done = post(lead, "/workbench/requests", to, decision="refuse", version=one.version, answer="Not yet.")
    assert done.status_code == 303
    assert "Not yet." in reader.get("/restricted").text
    assert not reads(reader, hidden)
    again = post(lead, "/workbench/requests", to, decision="grant", version=one.version, until="2999-01-01")
    assert again.status_code == 409


def test_asking_needs_a_reason_and_is_done_once(archive, hidden, reader):
    empty = ask(reader, hidden, "  ")
    assert empty.status_code == 422
    assert "Say why you ask" in empty.text
    assert ask(reader, hidden).status_code == 303
    with archive.writing() as session:
        asker = accounts.actor_of(session.scalars(select(User)).one())
        with pytest.raises(Conflict):
            granting.ask(hidden, "again", asker)


def test_only_leads_decide_and_staff_do_not_ask(archive, hidden, reader):
    ask(reader, hidden)
    one = held(archive)
    with archive.writing():
        for role in (None, Role.READER, Role.SUBMITTER, Role.ARCHIVIST):
            with pytest.raises(Forbidden):
                granting.grant(one.identifier, clock.today(), one.version, Actor("x", "X", role))
        with pytest.raises(Forbidden):
            granting.ask(hidden, "why", Actor("x", "X", Role.ARCHIVIST))
        with pytest.raises(Invalid):
            granting.grant(one.identifier, clock.today() - timedelta(days=1), one.version, LEAD)


def test_the_trail_keeps_it_all_and_no_reason(archive, hidden, reader):
    one = let_in(archive, reader, hidden)
    with archive.writing():
        granting.end(one.identifier, one.version, LEAD)
    with archive.reading() as session:
        kept = session.scalars(select(AuditEntry).where(AuditEntry.action.startswith("request."))).all()
        assert [entry.action for entry in kept] == ["request.ask", "request.grant", "request.end"]
        assert {entry.about for entry in kept} == {hidden}
        assert "I write about" not in str([entry.details for entry in kept])
