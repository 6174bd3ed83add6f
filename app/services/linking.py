"""Tie a passage to a claim: who says what bears on what, how, and how they know. It can be undone."""

from sqlalchemy import select

from app.db import session
from app.errors import Conflict, Invalid, NotFound
from app.models import Basis, Claim, Evidence, Passage, Segment, Stance, Testimony, Transcript, TranscriptKind
from app.policy import Action, Actor, require
from app.services import auditing, identifying, publishing


def link(
    testimony_id: str,
    first: int,
    last: int,
    claim_id: str,
    stance: str,
    basis: str,
    actor: Actor,
    *,
    note: str = "",
    heard_from: str = "",
) -> Evidence:
    """Say that lines ``first`` to ``last`` of a testimony bear on a claim.

    Raises NotFound for the testimony or the claim, Invalid for lines, stance or basis, and
    Conflict when the same lines are tied to the claim already.
    """
    require(actor, Action.LINK)
    testimony = find(testimony_id)
    claim = session().scalar(
        select(Claim).where((Claim.identifier == claim_id) | ((Claim.ref == claim_id) & (Claim.ref != "")))
    )
    if claim is None:
        raise NotFound(f"There is no claim {claim_id}.")
    chosen_stance = identifying.choice(Stance, stance, "stance")
    chosen_basis = identifying.choice(Basis, basis, "basis")
    passage = pick(testimony, first, last)
    if any(evidence.claim_id == claim.id for evidence in passage.evidence):
        raise Conflict("These lines are tied to this claim already; undo that link to change it.")
    evidence = Evidence(
        claim=claim,
        stance=chosen_stance,
        basis=chosen_basis,
        note=note,
        heard_from=heard_from,
        linked_by=actor.name or actor.identifier or "command line",
    )
    passage.evidence.append(evidence)
    session().flush()
    auditing.note(
        actor,
        "evidence.link",
        f"evidence:{evidence.identifier}",
        testimony=testimony.identifier,
        lines=[first, last],
        claim=claim.identifier,
        stance=stance,
        basis=basis,
    )
    publishing.publish(testimony)
    return evidence


def unlink(evidence_id: str, actor: Actor) -> Testimony:
    """Undo a link. The trail keeps what it was. Raises NotFound."""
    require(actor, Action.LINK)
    evidence = session().scalar(select(Evidence).filter_by(identifier=evidence_id))
    if evidence is None:
        raise NotFound("There is no such link.")
    testimony = evidence.passage.testimony
    auditing.note(
        actor,
        "evidence.unlink",
        f"evidence:{evidence.identifier}",
        testimony=testimony.identifier,
        lines=[evidence.passage.first, evidence.passage.last],
        claim=evidence.claim.identifier,
        stance=evidence.stance.value,
        basis=evidence.basis.value,
    )
    evidence.passage.evidence.remove(evidence)
    publishing.publish(testimony)
    return testimony


def pick(testimony: Testimony, first: int, last: int) -> Passage:
    """The passage of these lines of the current original, made when it is new. Raises Invalid."""
    transcript = session().scalar(
        select(Transcript).filter_by(testimony_id=testimony.id, kind=TranscriptKind.ORIGINAL, is_current=True)
    )
    ends = {
        s.position: s
        for s in session().scalars(
            select(Segment).where(
                Segment.transcript_id == (transcript.id if transcript else None),
                Segment.position.in_([first, last]),
            )
        )
    }
    if transcript is None or first > last or first not in ends or last not in ends:
        raise Invalid(f"Lines {first} to {last} are not in the transcript.")
    untitled = (p for p in testimony.passages if not p.title and p.transcript_id == transcript.id)
    for passage in untitled:
        if (passage.first, passage.last) == (first, last):
            return passage
    passage = Passage(
        transcript_id=transcript.id,
        first=first,
        last=last,
        start_ms=ends[first].start_ms,
        end_ms=ends[last].end_ms,
    )
    testimony.passages.append(passage)
    session().flush()
    return passage


def find(testimony_id: str) -> Testimony:
    """The testimony of this identifier, for somebody who acts on it. Raises NotFound."""
    testimony = session().scalar(select(Testimony).filter_by(identifier=testimony_id))
    if testimony is None:
        raise NotFound(f"There is no testimony {testimony_id}.")
    return testimony
