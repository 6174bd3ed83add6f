"""Keep the trail: every change leaves a line, in the same transaction, chained to the line before."""

import hashlib
import json
from typing import Any

from sqlalchemy import select

from app.db import one_at_a_time, session
from app.models import AuditEntry
from app.policy import Actor


def note(actor: Actor, action: str, target: str, **details: Any) -> AuditEntry:
    """Write down that ``actor`` did ``action`` (noun.verb) to ``target`` (kind:identifier)."""
    one_at_a_time(session())
    before = session().scalar(select(AuditEntry.chain).order_by(AuditEntry.id.desc()).limit(1))
    entry = AuditEntry(actor=actor.identifier or "system", action=action, target=target, details=details)
    session().add(entry)
    session().flush()
    entry.chain = link(before or "", entry)
    session().flush()
    return entry


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
