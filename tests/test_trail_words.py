"""Somebody's own words in the trail: beside the chain, verified with it, destroyed with what they told."""

import sqlite3

from sqlalchemy import select

from app.cli.base import OPERATOR
from app.models import AuditEntry, AuditWords, Testimony
from app.policy import Actor
from app.services import auditing, describing, recounting, verifying, withdrawing
from tests.telling import accept, send

STAFF = Actor("", "somebody", OPERATOR.role)


def renamed(archive) -> str:
    """A given account in the archive whose title was changed; its identifier, and its testimony's."""
    identifier, _ = send(archive)
    testimony = accept(archive, identifier, title="The zorblatt bells")
    with archive.writing():
        describing.describe(testimony, {"title": "The quixnam bells"}, STAFF, version_of(archive, testimony))
    return identifier, testimony


def version_of(archive, testimony: str) -> int:
    with archive.reading() as session:
        return session.scalar(select(Testimony.version).filter_by(identifier=testimony))


def the_fault(archive):
    with archive.reading():
        return verifying.verify().fault


def test_a_change_is_told_with_what_was_before(archive):
    _, testimony = renamed(archive)
    with archive.reading():
        told = next(e for e in recounting.of(testimony, STAFF) if e.action == "testimony.describe")
    assert told.details["before"] == {"title": "The zorblatt bells"}
    assert told.details["after"] == {"title": "The quixnam bells"}
    assert "words" not in told.details
    with archive.reading() as session:
        kept = session.scalars(select(AuditEntry.details).filter_by(action="testimony.describe")).one()
    assert "zorblatt" not in str(kept)


def test_what_is_destroyed_takes_its_words_out_of_the_trail_and_the_chain_holds(archive, work):
    identifier, testimony = renamed(archive)
    with archive.writing():
        withdrawing.withdraw(identifier, "destroy")
    work()
    assert the_fault(archive) is None
    with archive.reading() as session:
        assert not session.scalars(select(AuditWords)).all()
        told = [e for e in recounting.of(testimony, STAFF) if e.action == "testimony.describe"]
    assert [entry.target for entry in told] == [f"testimony:{testimony}"]
    for file in archive.settings.home.rglob("*"):
        if file.is_file():
            assert b"zorblatt" not in file.read_bytes(), file
            assert b"quixnam" not in file.read_bytes(), file


def test_words_that_were_changed_or_taken_away_are_found(archive):
    renamed(archive)
    assert the_fault(archive) is None
    path = archive.settings.home / "archive.sqlite"
    with sqlite3.connect(path) as raw:
        number, words = raw.execute("SELECT entry_id, words FROM audit_words LIMIT 1").fetchone()
        raw.execute(
            "UPDATE audit_words SET words = ? WHERE entry_id = ?", (words.replace("bells", "drums"), number)
        )
    fault = the_fault(archive)
    assert (fault.number, fault.wrong) == (number, "changed")
    with sqlite3.connect(path) as raw:
        raw.execute("DELETE FROM audit_words WHERE entry_id = ?", (number,))
    fault = the_fault(archive)
    assert (fault.number, fault.wrong) == (number, "missing")


def test_what_is_nobodys_own_stays_in_the_chain(archive):
    with archive.writing():
        entry = auditing.note(OPERATOR, "term.change", "term:x", before="war", after="wars")
    assert entry.details == {"before": "war", "after": "wars"}
