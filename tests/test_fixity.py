"""Every file is read again, on every shelf, and repaired where it can be; else the alarm sounds."""

import dataclasses
import io
import random
from datetime import timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import select

import config
from app import clock
from app.archive import Archive
from app.cli import cli
from app.jobs.worker import Worker
from app.models import AuditEntry, FixityCheck, Found, Job, MediaFile, Shelf
from app.services import linking, proving, uploading
from tests.conftest import testimony


@pytest.fixture
def settings(new_home, tmp_path):
    return dataclasses.replace(new_home("home"), replica_url=f"file://{tmp_path / 'replica'}")


@pytest.fixture
def seal(archive, keep):
    """Seals files with a testimony, without copies of them."""
    identifier = keep(testimony("a", "We left at dusk."))

    def sealed(count: int, size: int = 4000) -> list[str]:
        chance = random.Random(3)
        keys = []
        with archive.writing():
            held = linking.find(identifier)
            for _ in range(count):
                kept = archive.store.save(io.BytesIO(chance.randbytes(size)))
                held.media.append(
                    MediaFile(
                        use="original",
                        kind="audio",
                        mimetype="audio/wav",
                        key=kept.key,
                        size=size,
                        sha256=kept.sha256,
                    )
                )
                keys.append(kept.key)
        return keys

    return sealed


def flip(root, key: str, chance: random.Random) -> None:
    """Change one bit of a sealed file, as a disk does."""
    path = root / key
    data = bytearray(path.read_bytes())
    data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    path.chmod(0o600)
    path.write_bytes(data)
    path.chmod(0o400)


def found(archive: Archive, key: str) -> list[tuple[Shelf, Found]]:
    with archive.reading() as session:
        rows = session.scalars(select(FixityCheck).filter_by(key=key).order_by(FixityCheck.id)).all()
        return [(row.shelf, row.found) for row in rows]


def fixity(archive: Archive, *options: str):
    return CliRunner().invoke(cli, ["fixity", *options], env=config.to_environment(archive.settings))


def test_a_new_file_is_copied_to_the_replica_by_a_job_and_read_again_in_time(archive, seal, tmp_path):
    (key,) = seal(1)
    with archive.writing():
        proving.catch_up()
    Worker(archive, slow=True).run_all()
    assert (tmp_path / "replica" / key).stat().st_mode & 0o777 == 0o400
    assert found(archive, key) == [
        (Shelf.STORE, Found.GOOD),
        (Shelf.REPLICA, Found.MISSING),
        (Shelf.REPLICA, Found.COPIED),
    ]
    with archive.reading():
        assert proving.due() == []
    with clock.showing(clock.now() + timedelta(days=61)), archive.writing() as session:
        assert proving.due() == [(key, False)]
        proving.catch_up()
        proving.catch_up()  # no second note while the first waits
        assert len(session.scalars(select(Job).filter_by(name="fixity")).all()) == 1


@pytest.mark.trial
def test_flipped_bits_are_found_and_repaired_from_the_replica(archive, seal, tmp_path, rounds):
    chance, count = random.Random(6), 200 if rounds > 20 else 20
    keys = seal(count)
    assert fixity(archive, "--all").exit_code == 0
    for key in keys:
        flip(archive.settings.home / "media", key, chance)
    said = fixity(archive, "--all")
    assert said.exit_code == 0
    assert f"{count} repaired" in said.output
    assert f"{count} damaged" in said.output
    for key in keys:
        assert found(archive, key)[-3:] == [
            (Shelf.STORE, Found.DAMAGED),
            (Shelf.REPLICA, Found.GOOD),
            (Shelf.STORE, Found.REPAIRED),
        ]
        assert (archive.settings.home / "media" / key).stat().st_mode & 0o777 == 0o400
    again = fixity(archive, "--all")
    assert f"{count * 2} good." in again.output
    flip(tmp_path / "replica", keys[0], chance)
    (archive.settings.home / "media" / keys[1]).unlink()
    assert "2 repaired" in fixity(archive, "--all").output


def test_both_copies_bad_is_an_alarm_and_no_repair(archive, seal, tmp_path):
    one, other = seal(2)
    fixity(archive, "--all")
    chance = random.Random(8)
    shelves = (archive.settings.home / "media", tmp_path / "replica")
    for root in shelves:
        flip(root, one, chance)
    bad = [(root / one).read_bytes() for root in shelves]
    said = fixity(archive, "--all")
    assert said.exit_code == 1
    assert "LOST: 1 files" in said.stderr
    assert [
        (root / one).read_bytes() for root in (archive.settings.home / "media", tmp_path / "replica")
    ] == bad
    assert found(archive, one)[-1] == (Shelf.STORE, Found.LOST)
    assert found(archive, other)[-1] == (Shelf.REPLICA, Found.GOOD)
    with archive.reading() as session:
        assert session.scalar(select(AuditEntry.action).order_by(AuditEntry.id.desc())) == "media.lose"
        assert proving.lost() == [one]


def test_a_file_that_is_destroyed_leaves_the_replica_too(archive, seal, tmp_path):
    (key,) = seal(1)
    fixity(archive)
    with archive.writing() as session:
        session.delete(session.scalar(select(MediaFile).filter_by(key=key)))
        session.flush()
        uploading.discard(key=key)
    assert not (tmp_path / "replica" / key).exists()
    assert found(archive, key) == []
