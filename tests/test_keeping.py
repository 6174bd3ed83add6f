"""Database, indexes and files: held against one another, rebuilt, copied, and told apart when they differ."""

import shutil
import sqlite3

import pytest
from click.testing import CliRunner
from sqlalchemy import select, text

from app.archive import Archive
from app.cli import cli
from app.jobs.worker import Worker
from app.models import AuditEntry
from app.services import checking, exchanging, verifying
from config import Settings
from tests.conftest import testimony


def run(archive, *arguments):
    done = CliRunner().invoke(
        cli, [str(a) for a in arguments], env={"ARCHIVE_HOME": str(archive.settings.home)}
    )
    return done.exit_code, done.output


@pytest.fixture
def filled(keep, work):
    identifiers = [keep(testimony(f"t{n}", f"The bell rang {n} times.", "Then we ran.")) for n in range(5)]
    work()
    return identifiers


def test_all_agree(archive, filled):
    assert run(archive, "check") == (0, "5 testimonies, 0 files, 0 jobs waiting: all agree.\n")


def test_a_lost_index_is_told_and_rebuilt_while_the_site_serves(archive, filled, client, work):
    shutil.rmtree(archive.settings.home / "search_index" / "public")
    status, said = run(archive, "check")
    assert status == 1
    assert "cannot be read" in said
    assert client.get(f"/testimonies/{filled[0]}").status_code == 200
    assert client.get("/search?q=bell").status_code == 200
    Worker(archive).mend()
    assert client.get("/api/v1/search?q=bell").json["total"] == 5
    assert run(archive, "check")[0] == 0


@pytest.mark.parametrize("how", ["truncated", "garbage"])
def test_a_damaged_index_is_rebuilt(how, archive, filled, client):
    for file in (archive.settings.home / "search_index" / "public").rglob("*"):
        if file.is_file():
            file.write_bytes(
                file.read_bytes()[: file.stat().st_size // 2] if how == "truncated" else b"\xff" * 999
            )
    archive.indexes["public"].close()
    assert client.get("/search?q=bell").status_code == 200
    Worker(archive).mend()
    assert client.get("/api/v1/search?q=bell").json["total"] == 5


def test_an_index_that_is_behind_is_told(archive, filled, keep):
    keep(testimony("new", "A new voice."))
    status, said = run(archive, "check")
    assert status == 1
    assert "behind with testimony" in said


def test_reindex_answers_as_before(archive, filled, client):
    before = client.get("/api/v1/search?q=bell+rang").json
    assert run(archive, "reindex")[0] == 0
    assert client.get("/api/v1/search?q=bell+rang").json == before
    assert run(archive, "check")[0] == 0


def test_a_changed_trail_names_its_first_bad_entry(archive, filled):
    with archive.reading() as session:
        assert verifying.verify().fault is None
        entries = [e.id for e in session.scalars(select(AuditEntry).order_by(AuditEntry.id))]
    with sqlite3.connect(archive.settings.home / "archive.sqlite") as raw:
        raw.execute("UPDATE audit_entry SET action = 'nothing.happened' WHERE id = ?", (entries[3],))
    raw.close()
    with archive.reading():
        fault = verifying.verify().fault
        assert fault.number == entries[3]
        assert f"Trail: {fault.sentence}" in checking.check()


def test_an_edition_that_is_missing_or_should_not_be_is_told(archive, filled):
    with archive.writing() as session:
        session.execute(
            text("UPDATE testimony SET access = 'closed' WHERE identifier = :i"), {"i": filled[0]}
        )
        session.execute(text("DELETE FROM edition WHERE audience = 'staff' AND testimony_id = 2"))
    with archive.reading():
        said = list(checking.check())
    assert any("should not have one for public" in s for s in said)
    assert any("lacks one for staff" in s for s in said)


def test_a_backup_is_an_archive(archive, filled, tmp_path, client):
    status, said = run(archive, "backup", tmp_path / "copy")
    assert (status, "Copied the database" in said) == (0, True)
    copy = Archive(Settings(home=tmp_path / "copy"))
    Worker(copy).mend()
    with copy.reading():
        assert list(checking.check()) == []
    copy.close()
    status, said = run(archive, "backup", tmp_path / "copy")
    assert status == 1


def test_a_file_that_was_changed_or_lost_is_told(archive, filled, tmp_path):
    import io

    from app.models import MediaFile
    from app.storage import store

    with archive.writing() as session:
        kept = [store().save(io.BytesIO(content)) for content in (b"one", b"two")]
        for file in kept:
            session.add(
                MediaFile(
                    use="original",
                    kind="text",
                    mimetype="text/plain",
                    key=file.key,
                    size=3,
                    sha256=file.sha256,
                )
            )
    with archive.reading():
        assert list(checking.check()) == []
    media = archive.settings.home / "media"
    (media / kept[0].key).chmod(0o600)
    (media / kept[0].key).write_bytes(b"0ne")
    (media / kept[1].key).unlink()
    with archive.reading():
        said = " ".join(checking.check())
    assert "is not what was deposited" in said
    assert "is missing" in said


def test_originals_are_sealed(archive):
    import io

    with archive.writing():
        from app.storage import store

        kept = store().save(io.BytesIO(b"a recording"))
    path = archive.settings.home / "media" / kept.key
    assert path.stat().st_mode & 0o777 == 0o400
    assert path.name == kept.sha256


def test_what_a_door_refuses_leaves_nothing_behind(archive):
    def fail_half_way() -> None:
        with archive.writing():
            exchanging.find_collection("Half", testimony("x", "y"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_half_way()
    with archive.reading() as session:
        assert session.execute(text("SELECT count(*) FROM collection")).scalar() == 0
