"""The trail shows what was done to it from outside: every edit, deletion, insertion, swap and cut."""

import json
import sqlite3
from contextlib import closing, contextmanager

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from app.cli import cli
from app.cli.base import OPERATOR
from app.models import AuditEntry
from app.policy import Actor, Role
from app.services import anchoring, auditing, chaining, verifying

ADA = Actor("ada", "Ada", Role.ARCHIVIST)
FIRST, LAST = 2, 13  # numbers of the entries of the fixture, after that of the archive's beginning


@pytest.fixture
def filled(archive):
    """A dozen entries, each in a transaction of its own, about two testimonies."""
    with archive.writing() as session:
        auditing.note(OPERATOR, "accession.begin", "accession:1", file="a.jsonl")
    for number in range(FIRST, LAST + 1):
        with archive.writing():
            kept = {"testimony": f"t{number % 2}", "before": "Bălți", "after": number}
            auditing.note(ADA, "passage.tag", f"passage:{number}", **kept)
    with archive.reading() as session:
        assert session.scalars(select(AuditEntry.id).order_by(AuditEntry.id)).all() == [*range(1, LAST + 1)]
    return archive


@contextmanager
def meddling(archive):
    """The database file, opened by somebody who does not ask."""
    with closing(sqlite3.connect(archive.settings.home / "archive.sqlite")) as raw, raw:
        yield raw


def fault(archive, *heads):
    with archive.reading():
        return verifying.verify(*heads).fault


def run(archive, *arguments: str):
    return CliRunner().invoke(cli, list(arguments), env={"ARCHIVE_HOME": str(archive.settings.home)})


def test_a_trail_that_nobody_touched_follows(filled):
    said = run(filled, "trail", "verify")
    assert (said.exit_code, said.output) == (0, f"{LAST} entries: each follows from the ones before it.\n")


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("at", "2020-01-01 00:00:00.000000"),
        ("at", "yesterday"),
        ("actor", "bela"),
        ("action", "nothing.happened"),
        ("target", "passage:other"),
        ("details", '{"testimony": "t1", "before": "B", "after": 7}'),
        ("details", "not JSON"),
        ("details", '{"testimony": "t1"} {}'),
        ("about", "t9"),
        ("about", ""),
        ("chain", "0" * 64),
        ("chain", ""),
    ],
)
@pytest.mark.parametrize("number", [1, 7, LAST])
def test_an_edited_entry_is_named(filled, column, value, number):
    with meddling(filled) as raw:
        raw.execute(f"UPDATE audit_entry SET {column} = ? WHERE id = ?", (value, number))
        if raw.execute(f"SELECT count({column}) FROM audit_entry WHERE id = ?", (number,)).fetchone() == (0,):
            pytest.skip("nothing was changed")
    if column == "about" and value == "" and number == 1:
        assert fault(filled) is None  # it is about nothing
        return
    found = fault(filled)
    assert (found.number, found.wrong) == (number, "changed")
    said = run(filled, "trail", "verify")
    assert said.exit_code == 1
    assert f"Entry {number} " in said.output
    assert "changed" in said.output


@pytest.mark.parametrize("number", [1, 2, 7, LAST - 1])
def test_a_deleted_entry_is_named(filled, number):
    with meddling(filled) as raw:
        raw.execute("DELETE FROM audit_entry WHERE id = ?", (number,))
    found = fault(filled)
    assert (found.number, found.wrong) == (number, "missing")


def test_several_deleted_entries_are_named(filled):
    with meddling(filled) as raw:
        raw.execute("DELETE FROM audit_entry WHERE id BETWEEN 4 AND 6")
    assert fault(filled).sentence.startswith("Entries 4 to 6 are missing")


@pytest.mark.parametrize("number", [2, 7, LAST - 2])
def test_a_deleted_entry_is_named_though_the_others_were_numbered_anew(filled, number):
    with meddling(filled) as raw:
        raw.execute("DELETE FROM audit_entry WHERE id = ?", (number,))
        raw.execute("UPDATE audit_entry SET id = -id WHERE id > ?", (number,))
        raw.execute("UPDATE audit_entry SET id = -id - 1 WHERE id < 0")
    found = fault(filled)
    assert (found.number, found.wrong) == (number, "missing")


def insert(raw, number: int, chain: str) -> None:
    """Put an entry in, with those from its number on moved up."""
    raw.execute("UPDATE audit_entry SET id = -id WHERE id >= ?", (number,))
    raw.execute("UPDATE audit_entry SET id = -id + 1 WHERE id < 0")
    row = (number, "2026-01-01 00:00:00.000000", "ada", "passage.tag", "passage:x", "", "{}", chain)
    raw.execute("INSERT INTO audit_entry (id, at, actor, action, target, about, details, chain) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)  # fmt: skip


@pytest.mark.parametrize("number", [1, 2, 7, LAST])
@pytest.mark.parametrize("knows_the_formula", [False, True])
def test_an_inserted_entry_is_named(filled, number, knows_the_formula):
    with meddling(filled) as raw:
        asked = "SELECT chain FROM audit_entry WHERE id = ?"
        before = "".join(raw.execute(asked, (number - 1,)).fetchone() or ())
        said = (before, number, "2026-01-01T00:00:00+00:00", "ada", "passage.tag", "passage:x", {})
        insert(raw, number, chaining.chained_as_kept(*said) if knows_the_formula else "1" * 64)
    found = fault(filled)
    assert (found.number, found.wrong) == (number, "inserted")


@pytest.mark.parametrize(("one", "other"), [(3, 4), (3, 9), (1, LAST)])
@pytest.mark.parametrize("with_chain", [False, True])
def test_swapped_entries_are_named(filled, one, other, with_chain):
    with meddling(filled) as raw:
        if with_chain:
            raw.execute("UPDATE audit_entry SET id = -1 WHERE id = ?", (one,))
            raw.execute("UPDATE audit_entry SET id = ? WHERE id = ?", (one, other))
            raw.execute("UPDATE audit_entry SET id = ? WHERE id = -1", (other,))
        else:
            columns = "at, actor, action, target, about, details"
            asked = f"SELECT {columns} FROM audit_entry WHERE id = ?"
            rows = {n: raw.execute(asked, (n,)).fetchone() for n in (one, other)}
            put = "UPDATE audit_entry SET at=?, actor=?, action=?, target=?, about=?, details=? WHERE id = ?"
            raw.execute(put, (*rows[other], one))
            raw.execute(put, (*rows[one], other))
    found = fault(filled)
    assert (found.number, found.wrong) == (one, "out of order")
    assert f"belongs at number {other}" in found.sentence


@pytest.mark.parametrize("left", [0, 1, LAST - 1])
def test_a_trail_cut_short_is_told_by_the_head_beside_the_database(filled, left):
    with meddling(filled) as raw:
        raw.execute("DELETE FROM audit_entry WHERE id > ?", (left,))
    found = fault(filled)
    assert (found.number, found.wrong) == (left + 1, "the end is missing")
    assert f"Entries {left + 1} to {LAST} are missing" in run(filled, "trail", "verify").output
    assert "Trail: Entries" in run(filled, "check").output


def test_work_after_a_cut_does_not_cover_it_up(filled):
    with meddling(filled) as raw:
        raw.execute("DELETE FROM audit_entry WHERE id > 9")
    for number in range(9):
        with filled.writing():
            auditing.note(ADA, "passage.tag", f"passage:{number}")
    assert fault(filled).number == LAST
    assert fault(filled).wrong == "changed"
    # Whoever put an older copy back on purpose takes its head as the right one.
    assert run(filled, "trail", "head", "-o", str(filled.settings.home / "trail_head")).exit_code == 0
    assert fault(filled) is None


def test_a_chain_made_anew_is_told_by_an_exported_head(filled, tmp_path):
    kept = tmp_path / "head"
    assert run(filled, "trail", "head", "-o", str(kept)).exit_code == 0
    assert json.loads(kept.read_text())["number"] == LAST
    with filled.writing():
        auditing.note(ADA, "passage.tag", "passage:later")
    assert fault(filled, kept) is None  # an older head that lies on the chain is right
    with filled.writing() as session:
        entries = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
        entries[4].actor, chain = "bela", ""
        for e in entries:
            chain = e.chain = chaining.chained(chain, e.id, e.at, e.actor, e.action, e.target, e.details)
    (filled.settings.home / "trail_head").unlink()
    assert fault(filled) is None
    found = fault(filled, kept)
    assert (found.number, found.wrong) == (LAST, "changed")
    said = run(filled, "trail", "verify", "--head", str(kept))
    assert said.exit_code == 1


def test_a_crash_between_commit_and_head_raises_no_alarm(filled, monkeypatch):
    def fall(head, to):
        raise OSError("the disk went away")

    with monkeypatch.context() as failing, filled.writing():
        failing.setattr(anchoring, "write", fall)
        auditing.note(ADA, "passage.tag", "passage:later")
    assert anchoring.read(filled.settings.home / "trail_head").number == LAST
    assert fault(filled) is None
    with filled.writing():
        auditing.note(ADA, "passage.tag", "passage:later still")
    assert anchoring.read(filled.settings.home / "trail_head") == anchoring.Head(
        LAST + 2, newest(filled).chain, LAST + 2
    )


def note_and_fall() -> None:
    auditing.note(ADA, "passage.tag", "passage:never")
    raise InterruptedError


def newest(archive) -> AuditEntry:
    with archive.reading() as session:
        return session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()


def test_what_is_rolled_back_leaves_no_head(filled):
    before = (filled.settings.home / "trail_head").read_text()
    with pytest.raises(InterruptedError), filled.writing():
        note_and_fall()
    assert (filled.settings.home / "trail_head").read_text() == before
    assert fault(filled) is None


def test_a_part_taken_back_within_a_transaction_is_not_in_the_head(filled):
    with filled.writing() as session:
        auditing.note(ADA, "passage.tag", "passage:kept")
        with pytest.raises(InterruptedError), session.begin_nested():
            note_and_fall()
    assert anchoring.read(filled.settings.home / "trail_head").number == LAST + 1
    assert fault(filled) is None


def test_several_processes_find_what_one_finds(filled, monkeypatch):
    monkeypatch.setattr(verifying, "LONG", 1)
    monkeypatch.setattr(verifying, "PIECE", 3)
    with filled.reading():
        assert verifying.verify(parts=3).fault is None
    with meddling(filled) as raw:
        raw.execute("UPDATE audit_entry SET actor = 'bela' WHERE id IN (5, 11)")
    with filled.reading():
        assert verifying.verify(parts=3).fault.number == 5


def test_the_quick_way_of_chaining_says_the_same(archive):
    with archive.writing():
        odd = {
            "testimony": "t",
            "z": [1, 2.5, None, True],
            "a": 'quotes " and \\ and \n',
            "ä": "Խոջալու\u2028",
        }
        entry = auditing.note(ADA, "passage.tag", "passage:ž", **odd)
        content = (entry.actor, entry.action, entry.target, entry.details)
        at = entry.at.isoformat()
        assert chaining.chained("b", 3, entry.at, *content) == chaining.chained_as_kept("b", 3, at, *content)
    assert fault(archive) is None
