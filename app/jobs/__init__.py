"""The worker's table: each job is a name, and the verb it calls. Every job may run twice."""

from collections.abc import Callable, Sequence
from typing import Any

from app.services import indexing, publishing, submitting

Arguments = Sequence[dict[str, Any]]  # one for each job done together


def index(jobs: Arguments) -> None:
    """Bring indexes up to date with some testimonies' editions."""
    indexing.feed(sorted({job["testimony"] for job in jobs}))


def republish(jobs: Arguments) -> None:
    """Make editions anew: an embargo or a withholding has ended."""
    for job in jobs:
        publishing.republish(job["testimony"])


def replace(jobs: Arguments) -> None:
    """Put newer editions in the place of older ones, whose words then leave the files as well."""
    index(jobs)
    indexing.compact()


def forget(jobs: Arguments) -> None:
    """Destroy drafts that nobody came back to."""
    for job in jobs:
        submitting.forget(job["submission"])


JOBS: dict[str, Callable[[Arguments], None]] = {
    "index": index,
    "replace": replace,
    "republish": republish,
    "forget": forget,
}
