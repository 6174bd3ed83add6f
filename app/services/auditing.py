"""Keep the trail: every change leaves a line, in the same transaction, chained to the line before."""

from typing import Any

from sqlalchemy import select

from app import clock
from app.db import one_at_a_time, session
from app.models import AuditEntry
from app.policy import Actor
from app.services import anchoring, chaining


def note(actor: Actor, action: str, target: str, *, day_only: bool = False, **details: Any) -> AuditEntry:
    """Write down that ``actor`` did ``action`` (noun.verb) to ``target`` (kind:identifier).

    With ``day_only`` of the moment only the day is kept, so that nobody who gave an account is found by it.
    """
    one_at_a_time(session())
    anchoring.follow(session())
    before = session().scalar(select(AuditEntry.chain).order_by(AuditEntry.id.desc()).limit(1))
    at = clock.midnight() if day_only else clock.now()
    entry = AuditEntry(
        at=at,
        actor=actor.identifier or "system",
        action=action,
        target=target,
        about=chaining.concerned(target, details),
        details=details,
    )
    session().add(entry)
    session().flush()
    content = (entry.actor, entry.action, entry.target, entry.details)
    entry.chain = chaining.chained(before or "", entry.id, entry.at, *content)
    session().flush()
    return entry
