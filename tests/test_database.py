"""One fair writer, readers who never wait, migrations that lose nothing, jobs that are surely done."""

import os
import subprocess
import sys
import threading
import time
from datetime import timedelta

import pytest
from sqlalchemy import create_engine, inspect, select, text

from app import clock
from app.archive import Archive, alembic_config, migrate
from app.db import Base, once
from app.jobs import JOBS
from app.jobs.worker import LEASE, Worker
from app.models import Collection, Job, JobState
from app.queue import enqueue
from config import Settings
from tests.conftest import testimony
from tests.postgres import postgres


def test_a_reader_does_not_wait_for_a_writer(archive):
    inside, done = threading.Event(), threading.Event()

    def write() -> None:
        with archive.writing() as session:
            session.add(Collection(name="slow"))
            session.flush()
            inside.set()
            done.wait(10)

    writer = threading.Thread(target=write)
    writer.start()
    assert inside.wait(5)
    with archive.reading() as session:
        assert session.scalars(select(Collection)).all() == []  # at once, and nothing half
    done.set()
    writer.join()
    with archive.reading() as session:
        assert len(session.scalars(select(Collection)).all()) == 1


def test_what_one_state_tells_is_worked_out_once_and_what_changes_each_time(archive):
    told = iter(range(9))
    with archive.reading():
        assert [once("a", lambda: next(told)), once("a", lambda: next(told))] == [0, 0]
    with archive.reading():
        assert once("a", lambda: next(told)) == 1
        with archive.writing():
            assert [once("a", lambda: next(told)), once("a", lambda: next(told))] == [2, 3]
        assert once("a", lambda: next(told)) == 1


def test_writers_are_let_in_in_the_order_they_came(archive):
    order: list[int] = []
    first = threading.Event()

    def write(number: int) -> None:
        with archive.writing():
            order.append(number)
            if number == 0:
                first.set()
                time.sleep(0.3)

    threads = []
    for number in range(8):
        thread = threading.Thread(target=write, args=(number,))
        thread.start()
        threads.append(thread)
        if number == 0:
            first.wait(5)
        time.sleep(0.02)
    for thread in threads:
        thread.join()
    assert order == list(range(8))


def test_what_a_naive_save_would_lose_is_noticed(archive):
    from sqlalchemy.orm.exc import StaleDataError

    with archive.writing() as session:
        session.add(Collection(name="a"))
    with archive.reading() as one, archive.reading() as other:
        mine, theirs = one.scalars(select(Collection)).one(), other.scalars(select(Collection)).one()
    theirs.name = "theirs"
    with archive.writing() as session:
        session.merge(theirs)
    mine.name = "mine"
    with pytest.raises(StaleDataError), archive.writing() as session:
        session.merge(mine)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/migrated.sqlite"
    else:
        with postgres() as address:
            yield address


def test_migrations_make_the_schema_of_the_models_and_go_both_ways_with_data(url, tmp_path):
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    archive = Archive(Settings(home=tmp_path / "home", database_url=url))
    archive.migrate()
    with archive.writing():
        from app.cli.base import OPERATOR
        from app.services import accessioning, exchanging

        record = testimony("a", "It was raining.")
        collection = exchanging.find_collection("Rain", record)
        kept = accessioning.accession(record, collection, OPERATOR, publish=True).identifier
    Worker(archive).mend()
    Worker(archive).run_all()
    with archive.reading():
        from app.services import checking, concording, resembling, saving, searching, spreading

        assert searching.ask("raining", "public").testimonies == 1
        assert concording.concord("raining", "public").total == 1
        assert spreading.spread(["raining"], "public").years.unknown_found == (1,)
        assert len(saving.newest(saving.Search("raining"), "public", 5)) == 1
        assert resembling.like(kept, 0, "public", "public").words == ()
        assert list(checking.check()) == []
    archive.close()
    engine = create_engine(url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, Base.metadata)
        assert [d for d in differences if d[0] != "modify_default"] == []
        assert connection.scalar(text("SELECT identifier FROM testimony")) == kept
    migrate(url, "base")
    assert set(inspect(engine).get_table_names()) <= {"alembic_version"}
    migrate(url)
    assert "testimony" in inspect(engine).get_table_names()
    engine.dispose()
    assert alembic_config(None).get_main_option("script_location")


def test_a_job_is_noted_only_with_the_change_that_calls_for_it(archive):
    def fail_half_way() -> None:
        with archive.writing():
            enqueue("index", testimony="x")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_half_way()
    with archive.reading() as session:
        assert session.scalars(select(Job)).all() == []


def test_a_job_whose_worker_was_killed_is_taken_up_again(archive, keep, client):
    keep(testimony("a", "The mill wheel turned."))
    assert Worker(archive)._claim()  # and here the worker dies
    assert Worker(archive).run_all() == 0
    with clock.showing(clock.now() + LEASE + timedelta(seconds=1)):
        assert Worker(archive).run_all() == 1
        assert client.get("/api/v1/search?q=wheel").json["total"] == 1


def test_a_job_that_fails_is_tried_again_and_at_last_waits_for_somebody(archive, monkeypatch):
    def broken(_):
        raise ValueError("it does not work")

    monkeypatch.setitem(JOBS, "index", broken)
    with archive.writing():
        enqueue("index", testimony="x")
    for hours in range(1, 8):
        with clock.showing(clock.now() + timedelta(hours=hours)):
            Worker(archive).run_due()
    with archive.reading() as session:
        job = session.scalars(select(Job)).one()
        assert (job.state, job.attempts) == (JobState.FAILED, 5)
        assert "ValueError" in job.error
        assert "it does not work" not in job.error  # a message may carry somebody's words


def test_the_clock_does_not_go_back():
    moment = clock.now()
    with clock.showing(moment + timedelta(days=1)):
        later = clock.now()
        clock._clock.source = lambda: moment
        assert clock.now() == later


def test_the_key_of_an_archive_is_made_once_and_is_ours_alone(tmp_path):
    import config

    settings = Settings(home=tmp_path / "new")
    key = config.secret_key(settings)
    assert len(key) >= 48
    assert config.secret_key(settings) == key
    assert (tmp_path / "new" / "secret_key").stat().st_mode & 0o777 == 0o600


@pytest.mark.trial
def test_nothing_acknowledged_is_lost_when_the_process_is_killed(tmp_path, rounds):
    """A child writes and says so over a pipe; it is killed; everything it said is there."""
    home = tmp_path / "home"
    archive = Archive(Settings(home=home))
    archive.migrate()
    archive.close()
    program = (
        "import sys; from pathlib import Path; from app.archive import Archive; from config import Settings\n"
        "from app.models import Collection\n"
        "a = Archive(Settings(home=Path(sys.argv[1])))\n"
        "n = int(sys.argv[2])\n"
        "while True:\n"
        "    n += 1\n"
        "    with a.writing() as s: s.add(Collection(name=f'c{n}'))\n"
        "    print(n, flush=True)\n"
    )
    said: set[int] = set()
    for number in range(rounds):
        child = subprocess.Popen(
            [sys.executable, "-c", program, str(home), str(number * 100_000)],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert child.stdout
        for _ in range(3 + number * 7 % 20):
            said.add(int(child.stdout.readline()))
        child.kill()
        said |= {int(line) for line in child.stdout.read().split()}
        child.wait()
        child.stdout.close()
    archive = Archive(Settings(home=home))
    with archive.reading() as session:
        held = {int(name[1:]) for name in session.scalars(select(Collection.name))}
    archive.close()
    assert said <= held
    assert len(said) > rounds
    assert os.path.exists(home / "archive.sqlite")


def test_a_migration_that_breaks_off_leaves_nothing_behind(tmp_path, monkeypatch):
    """Half a schema would stop the archive from ever opening again."""
    from alembic.operations import Operations

    url = f"sqlite:///{tmp_path}/broken.sqlite"
    plain = Operations.create_table
    made: list[str] = []

    def break_off(self, name, *columns, **options):
        if len(made) == 5:
            raise KeyboardInterrupt
        made.append(name)
        return plain(self, name, *columns, **options)

    monkeypatch.setattr(Operations, "create_table", break_off)
    with pytest.raises(KeyboardInterrupt):
        migrate(url)
    monkeypatch.undo()
    assert inspect(create_engine(url)).get_table_names() == []
    migrate(url)
    assert "testimony" in inspect(create_engine(url)).get_table_names()
