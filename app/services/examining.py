"""A file that is whole is looked at, and taken among the originals or refused.

In steps, each a transaction of its own or none, so that nothing waits while a file is read. A file's row
names its place in the store before the file goes there: whoever destroys files nobody names leaves it be.
"""

import hashlib
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import select

from app.db import session
from app.derivatives import probe
from app.derivatives.kinds import Look
from app.errors import NotFound
from app.models import SubmissionState, Upload, UploadState
from app.policy import Actor
from app.queue import enqueue
from app.services import auditing
from app.storage import anteroom, store

LOST = "This file was lost before it could be kept. Give it again."


@dataclass(frozen=True, slots=True)
class Finding:
    """What a look at a file found, and its hash."""

    look: Look
    sha256: str = ""


def waits(upload: str) -> bool:
    """Whether this file is still to be looked at."""
    return _whole(upload) is not None


def examine(upload: str) -> Finding | None:
    """Look at it in the confined child, and hash it. None when it is no longer in the anteroom."""
    try:
        path = anteroom().path(upload)
        look = probe.look(path)
        if look.refused:
            return Finding(look)
        with path.open("rb") as stream:
            return Finding(look, hashlib.file_digest(stream, "sha256").hexdigest())
    except FileNotFoundError:
        return None


def record(upload: str, finding: Finding) -> bool:
    """Write down what was found; a refusal is the end of it. Returns whether the file is to be moved.

    One that was taken away meanwhile is not: were we killed after that, no row would name it in the store.
    """
    if (held := _whole(upload)) is None:
        return False
    look = finding.look
    if look.refused:
        _end(held, UploadState.REFUSED, look.refused)
        return False
    held.kind, held.mimetype = look.kind, look.mimetype
    held.duration_ms, held.width, held.height = look.duration_ms, look.width, look.height
    held.sha256, held.key = finding.sha256, store().key(finding.sha256)
    session().flush()
    return True


def move(upload: str, finding: Finding) -> None:
    """Among the originals with it, unless it is there already. Only when ``record`` said so."""
    if not finding.look.refused:
        with suppress(FileNotFoundError):
            store().adopt(anteroom().path(upload), finding.sha256)


def receive(upload: str, finding: Finding | None = None) -> None:
    """Say that it is kept, or be rid of it when it was taken away meanwhile."""
    held = _whole(upload)
    if held is None:
        if finding and finding.sha256:
            enqueue("discard", upload=upload, key=store().key(finding.sha256))
        return
    try:
        store().open(held.key).close()
    except NotFound:
        _end(held, UploadState.REFUSED, LOST)
    else:
        _end(held, UploadState.RECEIVED)


def _end(held: Upload, state: UploadState, reason: str = "") -> None:
    held.state, held.reason = state, reason
    if state is UploadState.REFUSED:
        enqueue("discard", upload=held.identifier)
    if held.submission.state is not SubmissionState.DRAFT:
        auditing.note(Actor(), f"upload.{state}", f"upload:{held.identifier}", day_only=True)
    session().flush()


def _whole(upload: str) -> Upload | None:
    return session().scalar(select(Upload).filter_by(identifier=upload, state=UploadState.WHOLE))
