"""A change of many testimonies, some steps at a time, so that other jobs need not wait for all of it."""

from collections.abc import Sequence
from typing import Any

from app.archive import Archive
from app.queue import enqueue
from app.services import bulk as many

STEPS = 10  # steps in one go; what is left waits its turn behind everything that is due


def bulk(archive: Archive, jobs: Sequence[dict[str, Any]]) -> None:
    """Go on with a change of many. Each step is a transaction; killed between two, the next goes on."""
    for job in jobs:
        for _ in range(STEPS):
            with archive.writing():
                if not many.step(job["bulk"]):
                    break
        else:
            with archive.writing():
                enqueue("bulk", bulk=job["bulk"])
