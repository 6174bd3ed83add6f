"""Take what is due, do it, tick it off. Killed half-way, another takes it up when the lease has run out."""

import logging
import os
import secrets
import socket
import threading
import time
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import ColumnElement, or_, select, true, update
from sqlalchemy.orm import Session

from app import clock
from app.archive import Archive
from app.db import one_at_a_time, skip_locked
from app.errors import traced
from app.jobs import JOBS, LONG, SLOW
from app.models import Job, JobState
from app.services import deriving, indexing, keying, proving, uploading

log = logging.getLogger(__name__)
LEASE = timedelta(seconds=60)
TOGETHER = 100  # jobs of one name done in one go: one commit of the index instead of a hundred
CATCH_UP = 20.0  # seconds between looks for files that arrived whole and that nobody was told of
ATTEMPTS = 5
IN_ORDER = {"index", "replace"}  # two at once could put an older edition over a newer one
# Jobs after which the write-ahead log is emptied: what was withdrawn stood in it.
SWEEPS = {"replace", "sweep", "discard"}
SWEEP_AGAIN = 1.0  # seconds until that is tried again, when a reader was in the way
READS_ONLY = {
    "index",
    "replace",
    "sweep",
}  # jobs that change nothing in the database do not hold up its writer


class Worker:
    """Does the jobs of one archive: all of them, or only the slow ones, or only the others."""

    def __init__(self, archive: Archive, slow: bool | None = None) -> None:
        self.archive, self.slow = archive, slow
        self.strays: frozenset[str] = frozenset()  # files in the anteroom that belonged to nobody
        self.to_sweep = True  # a worker that was killed may have left it to us
        self.sweep_from = 0.0
        self.keyed, self.caught_up = False, -CATCH_UP
        self.name = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}"

    def work(self, stop: threading.Event, poll: float = 0.25) -> None:
        """Until told to stop. An index that cannot be read is rebuilt on the way."""
        while not stop.is_set():
            try:
                if not self.slow:
                    self.look_after()
                if not self.run_due():
                    stop.wait(poll)
            except Exception as error:
                log.error("the worker stumbled; it goes on: %s", traced(error))
                stop.wait(poll * 8)

    def look_after(self) -> None:
        """What nobody left a note for."""
        if not self.keyed:  # terms of an archive that is older than what they are found by while typing
            with self.archive.writing():
                keying.mend()
            self.keyed = True
        if time.monotonic() - self.caught_up > CATCH_UP:
            self.caught_up = time.monotonic()
            self.catch_up()
        self.mend()
        self.sweep()

    def mend(self) -> None:
        """Rebuild what cannot be read."""
        with self.archive.reading():
            mended = indexing.mend()
        if mended:
            log.info("built what could not be read: the index for %s", ", ".join(mended))
            with self.archive.reading():  # what was published while it was being rebuilt
                indexing.catch_up()

    def catch_up(self) -> None:
        """Go on with files that were whole when the process that took them died, or have no copies yet."""
        with self.archive.writing():
            self.strays = uploading.catch_up(self.strays)
            deriving.catch_up()
            proving.catch_up()

    def sweep(self) -> None:
        """Empty the write-ahead log when a job asked for it; later, when a reader is in the way."""
        if self.to_sweep and time.monotonic() >= self.sweep_from:
            self.to_sweep = not self.archive.database.checkpoint()
            self.sweep_from = time.monotonic() + SWEEP_AGAIN if self.to_sweep else 0.0

    def run_all(self) -> int:
        """Everything that is due now. Returns how many jobs were done."""
        done = 0
        while count := self.run_due():
            done += count
        return done

    def run_due(self) -> int:
        """The oldest due job, together with others of its name. Returns how many were taken."""
        jobs = self._claim()
        if not jobs:
            return 0
        beat = _Heartbeat(self, [job.id for job in jobs])
        try:
            with beat:
                self._do(jobs)
        except Exception as error:
            log.error("job %s failed: %s", jobs[0].name, traced(error))
            self._put_back(jobs, traced(error))
        else:
            if jobs[0].name in SWEEPS:
                self.to_sweep = True
                self.sweep()
        return len(jobs)

    def _do(self, jobs: Sequence[Job]) -> None:
        name, arguments = jobs[0].name, [job.arguments for job in jobs]
        if name in LONG:
            LONG[name](self.archive, arguments)
        elif name in READS_ONLY:
            with self.archive.reading():
                JOBS[name](arguments)
        else:
            with self.archive.writing() as session:
                JOBS[name](arguments)
                self._tick_off(session, jobs)
            return
        with self.archive.writing() as session:
            self._tick_off(session, jobs)

    def _claim(self) -> Sequence[Job]:
        moment = clock.now()
        due = self._mine() & or_(
            (Job.state == JobState.QUEUED) & (Job.run_at <= moment),
            (Job.state == JobState.RUNNING) & (Job.lease_until < moment),
        )
        with self.archive.reading() as session:
            if session.scalar(select(Job.id).where(due).limit(1)) is None:
                return []
        with self.archive.writing() as session:
            one_at_a_time(session)
            busy = select(Job.name).where(Job.state == JobState.RUNNING, Job.lease_until >= moment)
            if IN_ORDER & set(session.scalars(busy)):
                due &= Job.name.not_in(IN_ORDER)
            first = session.scalar(
                select(Job)
                .where(due)
                .order_by(Job.name.in_(LONG), Job.run_at, Job.id)
                .limit(1)
                .with_for_update(skip_locked=skip_locked(session))
            )
            if first is None:
                return []
            together = select(Job).where(due, Job.name == first.name).order_by(Job.run_at, Job.id)
            jobs = session.scalars(
                together.limit(1 if first.name in LONG else TOGETHER).with_for_update(
                    skip_locked=skip_locked(session)
                )
            ).all()
            for job in jobs:
                job.state, job.worker = JobState.RUNNING, self.name
                job.lease_until = moment + LEASE
                job.attempts += 1
            return jobs

    def _mine(self) -> ColumnElement[bool]:
        if self.slow is None:
            return true()
        return Job.name.in_(SLOW) if self.slow else Job.name.not_in(SLOW)

    def _tick_off(self, session: Session, jobs: Sequence[Job]) -> None:
        for job in jobs:
            held = session.get(Job, job.id)
            if held is not None and held.worker == self.name:
                session.delete(held)

    def _put_back(self, jobs: Sequence[Job], error: str) -> None:
        """To be tried again, later each time; what failed too often waits for somebody to look."""
        with self.archive.writing() as session:
            for job in jobs:
                held = session.get(Job, job.id)
                if held is None or held.worker != self.name:
                    continue
                tired = held.attempts >= ATTEMPTS
                held.state = JobState.FAILED if tired else JobState.QUEUED
                held.run_at = clock.now() + timedelta(seconds=2**held.attempts)
                held.error, held.lease_until = error[:2000], None

    def extend(self, ids: Sequence[int]) -> None:
        """Say that these jobs are still being done."""
        with self.archive.writing() as session:
            session.execute(
                update(Job)
                .where(Job.id.in_(ids), Job.worker == self.name)
                .values(lease_until=clock.now() + LEASE)
            )


class _Heartbeat:
    """Extends the lease of running jobs from a thread of its own."""

    def __init__(self, worker: Worker, ids: Sequence[int]) -> None:
        self.worker, self.ids = worker, ids
        self.done = threading.Event()
        self.thread = threading.Thread(target=self._beat, daemon=True)

    def __enter__(self) -> None:
        self.thread.start()

    def __exit__(self, *_: object) -> None:
        self.done.set()
        self.thread.join()

    def _beat(self) -> None:
        while not self.done.wait(LEASE.total_seconds() / 3):
            try:
                self.worker.extend(self.ids)
            except Exception as error:
                log.error("a lease could not be extended: %s", traced(error))
