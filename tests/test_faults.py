"""A fault of ours is written down without the words it happened to."""

import threading

from sqlalchemy import select, text

from app.db import open_migration_engine
from app.errors import traced
from app.jobs import JOBS
from app.jobs.worker import Worker
from app.models import Job
from app.queue import enqueue
from app.services import submitting, unlocking
from tests.conftest import post

WORDS = "We hid behind the bakery until Leyla came"


def test_a_fault_of_the_database_does_not_write_the_account_to_the_log(archive, client, caplog):
    with archive.writing() as session:
        identifier = submitting.begin("ticket", "en")
        key = unlocking.key(identifier)
        session.execute(
            text(
                "CREATE TRIGGER broken BEFORE UPDATE ON submission "
                "BEGIN SELECT RAISE(ABORT, 'the disk said no'); END"
            )
        )
    with client.session_transaction() as kept:
        kept["account"], kept["key"] = identifier, key
    caplog.clear()
    answer = post(client, "/submit/account", "/submit/account", text=WORDS)
    assert answer.status_code == 500
    assert "a fault at submit." in caplog.text
    assert "IntegrityError" in caplog.text
    assert "submitting.py" in caplog.text
    assert [word for word in ("bakery", "Leyla", "We hid", "the disk said no") if word in caplog.text] == []


def test_no_engine_tells_what_was_to_be_written(archive, tmp_path):
    engine = open_migration_engine(f"sqlite:///{tmp_path / 'other.sqlite'}")
    assert engine.hide_parameters
    assert archive.database.engine.hide_parameters


def test_a_job_that_fails_keeps_no_words(archive, monkeypatch, caplog):
    def broken(_):
        try:
            raise KeyError(WORDS)
        except KeyError as error:
            raise ValueError(WORDS) from error

    monkeypatch.setitem(JOBS, "index", broken)
    with archive.writing():
        enqueue("index", testimony="x")
    Worker(archive).run_due()
    with archive.reading() as session:
        told = session.scalars(select(Job.error)).one()
    for said in (told, caplog.text):
        assert "ValueError" in said
        assert "KeyError" in said
        assert "test_faults.py" in said
        assert "bakery" not in said


def test_what_went_wrong_is_told_also_when_faults_name_one_another():
    first, second = OSError(28, WORDS), ValueError(WORDS)
    first.__cause__, second.__cause__ = second, first
    assert traced(first) == "builtins.OSError (28)\nbuiltins.ValueError"


def test_the_log_of_the_database_is_emptied_when_the_reader_has_gone(archive, settings):
    log = settings.home / "archive.sqlite-wal"
    worker = Worker(archive)
    with archive.reading() as looking:
        looking.scalars(select(Job)).all()
        with archive.writing():
            identifier = submitting.begin("ticket", "en")
            submitting.answer(identifier, "account", {"text": [WORDS]})
            enqueue("sweep")
        assert not archive.database.checkpoint()
        assert worker.run_all() == 1
        assert worker.to_sweep
        assert WORDS.encode() in log.read_bytes()
    stop = threading.Event()
    working = threading.Thread(target=worker.work, args=(stop,))
    working.start()
    for _ in range(200):
        if not worker.to_sweep or stop.wait(0.05):
            break
    stop.set()
    working.join()
    assert not worker.to_sweep
    assert log.read_bytes() == b""
    assert archive.database.checkpoint()
    with archive.database.engine.connect() as connection:  # who comes next is as patient as before
        assert connection.scalar(text("PRAGMA busy_timeout")) == 30_000
