"""Read links a second time: another archivist confirms or questions each, and all that is said is kept."""

from typing import Any

from sqlalchemy import Select, func, select

from app import clock
from app.db import session
from app.errors import Conflict, Invalid
from app.models import Evidence, Passage, SecondReading, Verdict
from app.pages import LinkView
from app.policy import Action, Actor, require
from app.services import auditing, identifying, linking, publishing, settling

SAME = "A link is read a second time by somebody else than who made it."
CHANGED = "This link was changed since you opened it. Look at it again; nothing was saved."


def read(
    evidence_id: str, verdict: str, actor: Actor, *, note: str = "", version: int | None = None
) -> SecondReading:
    """Confirm or question a link of somebody else; a later word of the same person replaces the earlier.

    ``version`` is that of the link as it was read. Raises NotFound, Invalid for the verdict or when nothing
    says what is questioned, Conflict for one's own link and for one that was changed meanwhile.
    """
    require(actor, Action.CONFIRM)
    evidence = linking.linked(evidence_id)
    chosen = identifying.choice(Verdict, verdict, "verdict")
    if evidence.linked_by in _self(actor):
        raise Conflict(SAME)
    if chosen is Verdict.QUESTIONS and not note.strip():
        raise Invalid("Say what is questioned, so that others can answer it.")
    if settling.locked(evidence) != (evidence.version if version is None else version):
        raise Conflict(CHANGED)
    who = actor.identifier or actor.name
    held = next((r for r in evidence.readings if r.read_by == who), None)
    before = {"verdict": held.verdict.value, "note": held.note} if held else {}
    if held is None:
        held = SecondReading(read_by=who)
        evidence.readings.append(held)
    held.verdict, held.note, held.read_at = chosen, note.strip(), clock.now()
    held.evidence_version = evidence.version
    session().flush()
    testimony = evidence.passage.testimony
    auditing.note(
        actor,
        f"evidence.{chosen.value.removesuffix('s')}",
        f"evidence:{evidence.identifier}",
        testimony=testimony.identifier,
        lines=[evidence.passage.first, evidence.passage.last],
        claim=evidence.claim.identifier,
        note=held.note,
        before=before,
    )
    publishing.publish(testimony)
    return held


def waiting(actor: Actor, limit: int = 100, skip: int = 0) -> list[LinkView]:
    """Links that nobody has read a second time as they stand now, and that this archivist did not make."""
    found = _waiting(actor).order_by(Evidence.id).limit(limit).offset(skip)
    return linking.views(session().scalars(found).all())


def count(actor: Actor) -> int:
    """How many links wait for a second reading by this archivist."""
    return session().scalar(select(func.count()).select_from(_waiting(actor).subquery())) or 0


def _waiting(actor: Actor) -> Select[Any]:
    was_read = select(SecondReading.id).where(
        SecondReading.evidence_id == Evidence.id, SecondReading.evidence_version == Evidence.version
    )
    placed = select(Passage.id).where(Passage.id == Evidence.passage_id, Passage.first.is_not(None))
    return select(Evidence).where(
        Evidence.linked_by.not_in(_self(actor)), ~was_read.exists(), placed.exists()
    )


def _self(actor: Actor) -> tuple[str, ...]:
    """What this archivist's own links are marked with; of earlier ones, the name."""
    return tuple(filter(None, (actor.identifier, actor.name)))
