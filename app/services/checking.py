"""Hold database, indexes and files against one another, and say where they disagree."""

import hashlib
from collections.abc import Iterator

from sqlalchemy import func, select, text

from app.archive import index
from app.db import session
from app.errors import NotFound
from app.models import (
    SEARCHING,
    Audience,
    Derivation,
    Edition,
    Job,
    JobState,
    MediaFile,
    Testimony,
    Upload,
    UploadState,
)
from app.services import indexing, publishing, verifying
from app.storage import anteroom, store


def check() -> Iterator[str]:
    """A sentence for each disagreement; nothing when all agree."""
    yield from _database()
    yield from _editions()
    yield from _indexes()
    yield from _anteroom()
    yield from _files()
    if fault := verifying.verify().fault:
        yield f"Trail: {fault.sentence}"


def counts() -> dict[str, int]:
    """What there is, for the report of a check."""
    waiting = select(func.count()).select_from(Job).where(Job.state != JobState.FAILED)
    return {
        "testimonies": session().scalar(select(func.count()).select_from(Testimony)) or 0,
        "files": session().scalar(select(func.count()).select_from(MediaFile)) or 0,
        "jobs waiting": session().scalar(waiting) or 0,
    }


def _database() -> Iterator[str]:
    if session().get_bind().dialect.name != "sqlite":
        return
    for (found,) in session().execute(text("PRAGMA integrity_check")):
        if found != "ok":
            yield f"Database: {found}"
    for row in session().execute(text("PRAGMA foreign_key_check")):
        yield f"Database: table {row[0]}, row {row[1]} refers to a {row[2]} that is not there."


def _editions() -> Iterator[str]:
    held: dict[int, set[Audience]] = {}
    for testimony_id, audience in session().execute(select(Edition.testimony_id, Edition.audience)):
        held.setdefault(testimony_id, set()).add(audience)
    for testimony in session().scalars(select(Testimony).execution_options(yield_per=500)):
        due = set(publishing.audiences(testimony))
        for audience in due ^ held.get(testimony.id, set()):
            verb = "lacks" if audience in due else "should not have"
            yield f"Editions: testimony {testimony.identifier} {verb} one for {audience}."


def _indexes() -> Iterator[str]:
    for audience in SEARCHING:
        if not index(audience).healthy():
            yield f"Index: the one for {audience} cannot be read; `archive reindex` rebuilds it."
            continue
        for identifier in sorted(indexing.behind(audience)):
            yield f"Index: the one for {audience} is behind with testimony {identifier}."
    failed = select(Job).where(Job.state == JobState.FAILED)
    for job in session().scalars(failed):
        yield f"Job {job.id} ({job.name}) failed: {job.error}"


def _anteroom() -> Iterator[str]:
    """Files still arriving: each has its row, and each row its file."""
    waiting = select(Upload.identifier).where(
        Upload.state.in_((UploadState.ARRIVING, UploadState.WHOLE)), Upload.key == ""
    )
    known, here = set(session().scalars(waiting)), set(anteroom().names())
    ended = set(session().scalars(select(Upload.identifier))) - known  # what is left of them a job removes
    for name in sorted(here - known - ended):
        yield f"Anteroom: {name} belongs to no upload."
    for name in sorted(known - here):
        yield f"Anteroom: upload {name} has lost its file."


def _files() -> Iterator[str]:
    media = select(MediaFile.key, MediaFile.sha256, MediaFile.identifier)
    given = select(Upload.key, Upload.sha256, Upload.identifier).where(Upload.state == UploadState.RECEIVED)
    known: set[str] = set()
    for noun, rows in (("media file", media), ("upload", given)):
        for key, sha256, identifier in session().execute(rows):
            if key not in known:
                yield from _sealed(key, sha256, f"{noun} {identifier}")
            known.add(key)
    known |= set(session().scalars(select(Upload.key)))  # and those on their way into the store
    for keys in session().scalars(select(Derivation.keys)):
        known |= set(keys)
    for key in store().keys():  # noqa: SIM118 - a store is no mapping
        if key not in known:
            yield f"Files: {key} belongs to no record."


def _sealed(key: str, sha256: str, owner: str) -> Iterator[str]:
    """Whether a kept file is there, and what was deposited."""
    try:
        with store().open(key) as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()  # type: ignore[arg-type]
    except NotFound:
        yield f"Files: {key}, of {owner}, is missing."
    else:
        if digest != sha256:
            yield f"Files: {key}, of {owner}, is not what was deposited."
