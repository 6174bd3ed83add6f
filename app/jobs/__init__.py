"""The worker's table: each job is a name, and the verb it calls. Every job may run twice."""

from collections.abc import Callable, Sequence
from typing import Any

from app.archive import Archive
from app.jobs import bulk, media, vocabularies
from app.services import covering, examining, indexing, publishing, submitting, uploading

Arguments = Sequence[dict[str, Any]]  # one for each job done together


def index(jobs: Arguments) -> None:
    """Bring indexes up to date with some testimonies' editions."""
    indexing.feed(sorted({job["testimony"] for job in jobs}))


def republish(jobs: Arguments) -> None:
    """Make editions anew: an embargo or a withholding has ended."""
    for job in jobs:
        publishing.republish(job["testimony"])


def cover(jobs: Arguments) -> None:
    """Bring readers' copies of files in line with what is withheld."""
    for job in jobs:
        covering.tend(job["testimony"])


def replace(jobs: Arguments) -> None:
    """Put newer editions in the place of older ones, whose words then leave the files as well."""
    index(jobs)
    indexing.compact()


def forget(jobs: Arguments) -> None:
    """Destroy drafts that nobody came back to."""
    for job in jobs:
        submitting.forget(job["submission"])


def discard(jobs: Arguments) -> None:
    """Destroy files that nobody speaks of any more."""
    for job in jobs:
        uploading.discard(**job)


def sweep(_: Arguments) -> None:
    """Nothing but what the worker does after it: the write-ahead log is emptied."""


def expire(jobs: Arguments) -> None:
    """Remove files that stopped arriving."""
    for job in jobs:
        uploading.expire(job["upload"])


def deposit(archive: Archive, jobs: Arguments) -> None:
    """Look at files given with an account and keep them: no transaction is open while one is read."""
    for job in jobs:
        upload = job["upload"]
        with archive.reading():
            if not examining.waits(upload):
                continue
        with archive.reading():
            finding = examining.examine(upload)
        if finding:
            with archive.writing():
                kept = examining.record(upload, finding)
            if kept:
                with archive.reading():
                    examining.move(upload, finding)
        with archive.writing():
            examining.receive(upload, finding)


JOBS: dict[str, Callable[[Arguments], None]] = {
    "index": index,
    "replace": replace,
    "republish": republish,
    "cover": cover,
    "forget": forget,
    "discard": discard,
    "expire": expire,
    "sweep": sweep,
}
# These take long: each is done alone, when nothing else is due, and opens its own transactions.
LONG: dict[str, Callable[[Archive, Arguments], None]] = {
    "deposit": deposit,
    "bulk": bulk.bulk,
    "derive": media.derive,
    "fixity": media.fixity,
    "import_vocabulary": vocabularies.import_vocabulary,
}
# These take so long that a worker of their own does them, where the archive is served: others never wait.
SLOW = frozenset({"derive", "fixity"})
