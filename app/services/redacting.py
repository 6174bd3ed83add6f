"""Keep a passage from readers, or a whole testimony: at commit nothing public shows it. Originals stay."""

from datetime import datetime

from app.db import session
from app.models import AccessLevel, Redaction, RedactionReason
from app.policy import Action, Actor, require
from app.services import auditing, identifying, linking, publishing


def redact(
    testimony_id: str,
    first: int,
    last: int,
    reason: str,
    actor: Actor,
    *,
    until: datetime | None = None,
    note: str = "",
) -> Redaction:
    """Withhold lines ``first`` to ``last``, for a reason readers are told, until a moment or for good."""
    require(actor, Action.WITHHOLD)
    testimony = linking.find(testimony_id)
    chosen = identifying.choice(RedactionReason, reason, "reason")
    passage = linking.pick(testimony, first, last)
    redaction = Redaction(reason=chosen, until=until, note=note, made_by=actor.name or "command line")
    passage.redactions.append(redaction)
    session().flush()
    auditing.note(
        actor,
        "passage.redact",
        f"passage:{passage.identifier}",
        testimony=testimony.identifier,
        lines=[first, last],
        reason=reason,
        until=until.isoformat() if until else "",
    )
    publishing.publish(testimony)
    return redaction


def set_access(testimony_id: str, level: str, actor: Actor, *, embargo_until: datetime | None = None) -> None:
    """Say who may read a testimony, and from when."""
    require(actor, Action.WITHHOLD)
    testimony = linking.find(testimony_id)
    testimony.access = identifying.choice(AccessLevel, level, "access level")
    testimony.embargo_until = embargo_until
    auditing.note(
        actor,
        "testimony.set_access",
        f"testimony:{testimony.identifier}",
        access=level,
        embargo_until=embargo_until.isoformat() if embargo_until else "",
    )
    publishing.publish(testimony)
