"""Keep the head of the trail in a file beside the database, so that a trail cut short is noticed."""

import json
import os
import threading
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from app.archive import settings
from app.errors import Invalid
from app.models import AuditEntry

NAME = "trail_head"  # in the home of the archive


@dataclass(frozen=True, slots=True)
class Head:
    """The last entry of a trail: its number, its chain value, and how many entries there are up to it."""

    number: int
    chain: str
    count: int


def path() -> Path:
    """Where the head is kept."""
    return settings().home / NAME


def read(kept: Path) -> Head | None:
    """The head that a file holds, or None where there is no such file. Raises Invalid when it is no head."""
    try:
        said = json.loads(kept.read_text())
        return Head(int(said["number"]), str(said["chain"]), int(said["count"]))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError):
        raise Invalid(f"{kept} is not the head of a trail.") from None


def write(head: Head, to: Path) -> None:
    """Keep a head in a file: whole, or as it was before."""
    part = to.with_name(f".{to.name}.{os.getpid()}.{threading.get_ident()}")
    try:
        with part.open("w") as file:
            file.write(json.dumps(asdict(head)) + "\n")
            file.flush()
            os.fsync(file.fileno())
        part.replace(to)
    finally:
        part.unlink(missing_ok=True)


def of(session: Session, before: Head | None = None) -> Head | None:
    """The head as it stands; entries are counted from the head ``before``. None for an empty trail."""
    last = session.execute(
        select(AuditEntry.id, AuditEntry.chain).order_by(AuditEntry.id.desc()).limit(1)
    ).first()
    if last is None:
        return None
    since = (
        select(func.count()).select_from(AuditEntry).where(AuditEntry.id > (before.number if before else 0))
    )
    return Head(last.id, last.chain, (before.count if before else 0) + (session.scalar(since) or 0))


def follow(session: Session) -> None:
    """Have the head written once this session's changes are committed.

    A head that does not lie on this trail is left as it is: what was cut off must not be forgotten
    because somebody worked on since. When we fall between commit and file, the older head still lies on
    the trail.
    """
    if session.info.get("trail_is_followed"):
        return
    session.info["trail_is_followed"] = True
    kept, found = path(), list[Head]()

    def look(held: Session) -> None:
        if not held.in_nested_transaction():
            found[:] = _next(held, kept)

    def keep(held: Session) -> None:
        if found and not held.in_nested_transaction():
            with suppress(OSError):  # the change is committed, whatever becomes of the file
                write(found.pop(), kept)

    event.listen(session, "before_commit", look)
    event.listen(session, "after_commit", keep)


def _next(session: Session, kept: Path) -> list[Head]:
    try:
        before = read(kept)
    except Invalid:
        return []
    session.flush()
    if before and not lies_on(session, before):
        return []
    head = of(session, before)
    return [head] if head else []


def lies_on(session: Session, head: Head) -> bool:
    """Whether the trail has this very entry."""
    there: Any = session.scalar(select(AuditEntry.chain).where(AuditEntry.id == head.number))
    return bool(there == head.chain)
