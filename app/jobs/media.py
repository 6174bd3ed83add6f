"""Jobs about files: copies are made, files are held against their hashes, and copied to the replica."""

import logging
import time
from collections.abc import Callable, Sequence
from typing import Any

from app.archive import Archive
from app.derivatives.confined import Failed
from app.errors import NotFound, traced
from app.queue import enqueue
from app.services import deriving, proving
from app.services.deriving import Task

log = logging.getLogger(__name__)
ROUND = 300.0  # seconds
PAUSE = 3.0  # seconds between two notes of how far it has come


def derive(archive: Archive, jobs: Sequence[dict[str, Any]]) -> None:
    """Make copies of originals. Whatever goes wrong with a file is written down beside it."""
    for job in jobs:
        with archive.writing():
            task = deriving.begin(job["media"], job.get("recipe", ""))
        if task is None:
            continue
        try:
            _make(archive, task)
        except (Failed, NotFound, OSError) as error:
            log.error("no copies of media file %s: %s", task.media, traced(error))
            with archive.writing():
                deriving.fail(task, deriving.FAILED.format(why=_why(error)))
        finally:
            deriving.tidy(task)


def fixity(archive: Archive, _: Sequence[dict[str, Any]]) -> None:
    """Read the files that are due, for some minutes; what is left waits its turn behind other jobs."""
    end = time.monotonic() + ROUND
    with archive.reading():
        waiting = proving.due()
    for key, is_copy in waiting:
        prove(archive, key, is_copy)
        if time.monotonic() > end:
            break
    with archive.writing():
        if proving.due(1):
            enqueue("fixity")


def prove(archive: Archive, key: str, is_copy: bool) -> proving.Proof:
    """Hold one file against its hash, mend it, write down what was found."""
    with archive.reading():
        proof = proving.prove(key, is_copy=is_copy)
    with archive.writing():
        proving.note(proof)
    return proof


def _make(archive: Archive, task: Task) -> None:
    with archive.reading():
        copies = deriving.make(task, _noting(archive, task))
    if copies.look.refused:
        with archive.writing():
            deriving.fail(task, copies.look.refused)
        return
    found = deriving.hashes(copies)
    with archive.writing():
        wanted = deriving.announce(task, found)
    if wanted:
        with archive.reading():
            deriving.move(found)
        with archive.writing():
            deriving.keep(task, copies, found)


def _noting(archive: Archive, task: Task) -> Callable[[int], None]:
    last = time.monotonic()

    def tell(percent: int) -> None:
        nonlocal last
        if time.monotonic() - last > PAUSE:
            last = time.monotonic()
            with archive.writing():
                deriving.progress(task, percent)

    return tell


def _why(error: Exception) -> str:
    """A short word for what happened; a file's place is nobody's business."""
    if isinstance(error, OSError):
        return error.strerror or "the disk could not be written"
    return str(error).rstrip(".")
