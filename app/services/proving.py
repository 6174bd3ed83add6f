"""Fixity: every kept file is read again within ninety days, on every shelf, and repaired where it can be.

A file's key is its hash, so a file proves itself; what is written down is when it did, and what happened.
Originals stand on a second shelf where a replica is configured, and repair one another. A copy made from an
original needs none: one that is damaged is made again.
"""

import hashlib
import logging
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from app import clock
from app.db import session
from app.errors import NotFound, traced
from app.models import FixityCheck, Found, Job, JobState, MediaFile, Shelf, Upload, UploadState
from app.policy import Actor
from app.queue import enqueue
from app.services import auditing, deriving
from app.storage import Storage, replica, store

log = logging.getLogger(__name__)
PROMISED = timedelta(days=90)  # no file goes unread for longer
AGAIN = timedelta(days=60)  # and after this it is due: a month to get round
TOGETHER = 200  # files in one go


@dataclass(frozen=True, slots=True)
class Proof:
    """What was found of one file, shelf by shelf, in the order in which it happened."""

    key: str
    found: tuple[tuple[Shelf, Found], ...]

    @property
    def is_lost(self) -> bool:
        """Whether it is bad everywhere, with nothing to repair it from."""
        return any(found is Found.LOST for _, found in self.found)

    @property
    def is_mended(self) -> bool:
        """Whether it was bad somewhere and is good again."""
        return any(found in (Found.REPAIRED, Found.REMADE) for _, found in self.found)


def due(limit: int = TOGETHER, *, all_of_them: bool = False) -> list[tuple[str, bool]]:
    """Keys of files that were not read for long, and whether each is a copy that can be made again."""
    here = (Shelf.STORE,)
    both = (Shelf.STORE, Shelf.REPLICA) if replica() else here
    sealed = select(MediaFile.key).where(MediaFile.original_id.is_(None))
    given = select(Upload.key).where(Upload.state == UploadState.RECEIVED)
    copies = select(MediaFile.key).where(MediaFile.original_id.is_not(None))
    if not all_of_them:
        sealed = sealed.where(_unread(MediaFile.key, both))
        given = given.where(_unread(Upload.key, both))
        copies = copies.where(_unread(MediaFile.key, here))
    originals = set(session().scalars(sealed.limit(limit))) | set(session().scalars(given.limit(limit)))
    others = set(session().scalars(copies.limit(limit))) - originals
    return [*((key, False) for key in sorted(originals)), *((key, True) for key in sorted(others))]


def prove(key: str, *, is_copy: bool) -> Proof:
    """Read a file wherever it stands, and mend what can be mended. No transaction is open meanwhile."""
    second = None if is_copy else replica()
    first, other = _look(store(), key), _look(second, key) if second else None
    found = [(Shelf.STORE, first)] + ([(Shelf.REPLICA, other)] if other else [])
    if first is Found.GOOD:
        if second and other is not Found.GOOD:
            found.append((Shelf.REPLICA, _bring(store(), second, key, new=other is Found.MISSING)))
    elif second and other is Found.GOOD:
        found.append((Shelf.STORE, _bring(second, store(), key, new=False)))
    else:
        found.append((Shelf.STORE, Found.REMADE if is_copy else Found.LOST))
    return Proof(key, tuple(found))


def note(proof: Proof) -> None:
    """Write down what was found; sound the alarm for what is lost, have made again what can be.

    Of a file that was destroyed while it was read nothing is written, and nothing is left: it may have been
    brought to a shelf once more.
    """
    if not is_spoken_of(proof.key):
        enqueue("discard", key=proof.key)
        return
    for shelf, found in proof.found:
        session().add(FixityCheck(key=proof.key, shelf=shelf, found=found, at=clock.now()))
    owner = session().scalar(select(MediaFile).filter_by(key=proof.key).limit(1))
    target = f"media:{owner.identifier}" if owner else "archive:files"
    if proof.is_lost:
        log.error("file %s is damaged or missing wherever it stood, and cannot be repaired", proof.key)
        auditing.note(Actor(), "media.lose", target, file=proof.key)
    elif proof.is_mended:
        auditing.note(Actor(), "media.repair", target, file=proof.key)
    if any(found is Found.REMADE for _, found in proof.found):
        for file in session().scalars(select(MediaFile).filter_by(key=proof.key)).all():
            deriving.again(file)
    session().flush()


def is_spoken_of(key: str) -> bool:
    """Whether any row names this file: one that none names is to be destroyed."""
    return any(session().scalar(select(kind.id).filter_by(key=key).limit(1)) for kind in (Upload, MediaFile))


def forget(key: str) -> None:
    """Of a file that was destroyed nothing is left, here or on the replica."""
    if second := replica():
        second.delete(key)
    for check in session().scalars(select(FixityCheck).filter_by(key=key)):
        session().delete(check)


def catch_up() -> None:
    """Have what is due read, unless that waits already; clear the shelves of what was left half-written."""
    for shelf in filter(None, (store(), replica())):
        shelf.tidy()
    waiting = select(Job.id).where(Job.name == "fixity", Job.state != JobState.FAILED)
    if session().scalar(waiting.limit(1)) is None and due(1):
        enqueue("fixity")


def lost() -> list[str]:
    """Keys of the files that were lost when they were last looked at."""
    last = select(func.max(FixityCheck.id)).group_by(FixityCheck.key)
    bad = select(FixityCheck.key).where(FixityCheck.id.in_(last), FixityCheck.found == Found.LOST)
    return sorted(session().scalars(bad))


def _look(shelf: Storage, key: str) -> Found:
    """Whether a file on a shelf is what its key says. One that the disk cannot read is damaged."""
    try:
        with shelf.open(key) as stream:
            sha256 = hashlib.file_digest(stream, "sha256").hexdigest()  # type: ignore[arg-type]
    except NotFound:
        return Found.MISSING
    except OSError:
        return Found.DAMAGED
    return Found.GOOD if shelf.key(sha256) == key else Found.DAMAGED


def _bring(good: Storage, bad: Storage, key: str, *, new: bool) -> Found:
    """Put a file that was found good in the place of a bad one, and read it back."""
    try:
        with good.open(key) as stream:
            kept = bad.save(stream)
    except (NotFound, OSError) as error:  # the other files wait to be read
        log.error("file %s could not be brought to a shelf: %s", key, traced(error))
        return Found.MISSING if new else Found.DAMAGED
    if kept.key != key or _look(bad, key) is not Found.GOOD:
        return Found.DAMAGED
    return Found.COPIED if new else Found.REPAIRED


def _unread(key: InstrumentedAttribute[str], shelves: tuple[Shelf, ...]) -> ColumnElement[bool]:
    """That nobody has looked at a file for long, on one of these shelves."""
    looked = (
        exists().where(
            FixityCheck.key == key, FixityCheck.shelf == shelf, FixityCheck.at > clock.now() - AGAIN
        )
        for shelf in shelves
    )
    return or_(*(~one for one in looked))
