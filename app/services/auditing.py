"""Keep the trail: every change leaves a line, in the same transaction, chained to the line before."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from app import clock
from app.db import one_at_a_time, session
from app.models import AuditEntry
from app.policy import Actor


def note(actor: Actor, action: str, target: str, *, day_only: bool = False, **details: Any) -> AuditEntry:
    """Write down that ``actor`` did ``action`` (noun.verb) to ``target`` (kind:identifier).

    With ``day_only`` of the moment only the day is kept, so that nobody who gave an account is found by it.
    """
    one_at_a_time(session())
    before = session().scalar(select(AuditEntry.chain).order_by(AuditEntry.id.desc()).limit(1))
    at = clock.midnight() if day_only else clock.now()
    entry = AuditEntry(
        at=at,
        actor=actor.identifier or "system",
        action=action,
        target=target,
        about=concerned(target, details),
        details=details,
    )
    session().add(entry)
    session().flush()
    entry.chain = link(before or "", entry)
    session().flush()
    return entry


def concerned(target: str, details: Mapping[str, Any]) -> str:
    """The testimony, or else the submission, that an entry is about; empty when it is about neither."""
    kind, _, identifier = target.partition(":")
    if kind in ("testimony", "submission"):
        return identifier
    return str(details.get("testimony") or details.get("submission") or "")


def link(before: str, entry: AuditEntry) -> str:
    """The chain value of an entry: SHA-256 over the value before and the entry's content."""
    content = [entry.id, entry.at.isoformat(), entry.actor, entry.action, entry.target, entry.details]
    said = json.dumps([before, *content], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(said.encode()).hexdigest()


def broken_at() -> int | None:
    """The number of the first entry that does not follow from the ones before it, or None."""
    before = ""
    entries = session().scalars(select(AuditEntry).order_by(AuditEntry.id).execution_options(yield_per=1000))
    for entry in entries:
        if entry.chain != link(before, entry):
            return entry.id
        before = entry.chain
    return None
