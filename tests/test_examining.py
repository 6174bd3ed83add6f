"""A file taken away while it is looked at is not moved among the originals."""

import io
from pathlib import Path

from sqlalchemy import select

from app.jobs.worker import Worker
from app.models import Job
from app.services import examining, submitting, uploading

STORY = b"I was at the bridge when the lights went out. " * 40


def test_a_file_taken_away_while_it_is_looked_at_does_not_outlive_a_kill(archive):
    with archive.writing():
        account = submitting.begin("ticket", "en")
        upload = uploading.begin(account, "story.txt", len(STORY))
    with archive.reading():
        uploading.append(upload, 0, io.BytesIO(STORY), len(STORY))
    with archive.writing():
        uploading.whole(account, upload)
    with archive.reading():
        finding = examining.examine(upload)
    with archive.writing():
        uploading.remove(account, upload)
    with archive.writing():
        assert not examining.record(upload, finding)
    assert list(archive.store.keys()) == []  # and here the worker dies
    Worker(archive).run_all()
    assert list(archive.store.keys()) == list(archive.anteroom.names()) == []


def test_a_deposit_moves_nothing_that_was_taken_away_meanwhile(archive, monkeypatch):
    look = examining.probe.look

    def look_and_take_away(path: Path):
        found = look(path)
        with archive.writing():
            uploading.remove(account, upload)
        return found

    def never(*_: object) -> None:
        raise AssertionError("it was moved")

    with archive.writing():
        account = submitting.begin("ticket", "en")
        upload = uploading.begin(account, "story.txt", len(STORY))
    with archive.reading():
        uploading.append(upload, 0, io.BytesIO(STORY), len(STORY))
    with archive.writing():
        uploading.whole(account, upload)
    monkeypatch.setattr(examining.probe, "look", look_and_take_away)
    monkeypatch.setattr(archive.store, "adopt", never)
    Worker(archive).run_all()
    with archive.reading() as session:
        assert session.scalars(select(Job.name).where(Job.name.in_(("deposit", "discard")))).all() == []
    assert list(archive.store.keys()) == list(archive.anteroom.names()) == []
