"""Tie a passage to a claim: who says what bears on what, how, and how they know. It can be undone."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from sqlalchemy import select

from app import clock
from app.db import session
from app.errors import Conflict, Invalid, NotFound
from app.models import (
    Basis,
    Claim,
    Evidence,
    Passage,
    Segment,
    Stance,
    Testimony,
    Transcript,
    TranscriptKind,
    User,
)
from app.pages import LinkView, ReadingView
from app.policy import Action, Actor, require
from app.records import EvidenceEntry
from app.services import auditing, figuring, identifying, publishing, settling


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
    told: Mapping[str, str] | None = None,
) -> Evidence:
    """Say that lines ``first`` to ``last`` of a testimony bear on a claim. ``told`` are the figure and the
    time they give, as a form holds them (figuring.FIELDS).

    Raises NotFound for the testimony or the claim; Invalid for lines, stance or basis, what is no number and
    what is no date; and Conflict when the same lines are tied to the claim already.
    """
    require(actor, Action.LINK)
    testimony = find(testimony_id)
    figure, happened = figuring.given(told or {})
    said = EvidenceEntry(
        *(testimony_id, first, last, claim_id, stance, basis, heard_from, note),
        figure=figure,
        happened=happened,
    )
    evidence = tie(testimony, said, actor)
    publishing.publish(testimony)
    return evidence


def tie(testimony: Testimony, said: EvidenceEntry, actor: Actor) -> Evidence:
    """Tie a passage to a claim, and leave publishing to whoever ties several.

    Who linked it and when is as ``said``, where it says so. Raises as ``link``.
    """
    require(actor, Action.LINK)
    claim = claimed(said.claim)
    passage = pick(testimony, said.first, said.last)
    stance = identifying.choice(Stance, said.stance, "stance")
    basis = identifying.choice(Basis, said.basis, "basis")
    if any(evidence.claim_id == claim.id for evidence in passage.evidence):
        raise Conflict("These lines are tied to this claim already; undo that link to change it.")
    evidence = Evidence(
        claim=claim,
        stance=stance,
        basis=basis,
        note=said.note,
        heard_from=said.heard_from,
        figure=said.figure,
        happened=said.happened,
        linked_by=said.linked_by or actor.identifier or actor.name or "command line",
        linked_at=_moment(said.linked_at) if said.linked_at else clock.now(),
    )
    passage.evidence.append(evidence)
    session().flush()
    auditing.note(
        actor,
        "evidence.link",
        f"evidence:{evidence.identifier}",
        testimony=testimony.identifier,
        lines=[said.first, said.last],
        claim=claim.identifier,
        stance=stance.value,
        basis=basis.value,
        note=said.note,
        heard_from=said.heard_from,
        after=_told(evidence),
    )
    return evidence


def _told(evidence: Evidence) -> dict[str, str]:
    """The figure and the time the passage gives, as far as it gives any."""
    held = figuring.fields(evidence.figure, evidence.happened)
    return {name: value for name, value in held.items() if value}


def _moment(written: str) -> datetime:
    try:
        at = datetime.fromisoformat(written)
    except ValueError:
        raise Invalid(f"{written!r:.40} is no moment like 2031-05-17T12:00:00+00:00.") from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def change(
    evidence_id: str,
    wanted: Mapping[str, str],
    read: int,
    actor: Actor,
    before: Mapping[str, str] | None = None,
) -> Testimony:
    """Say otherwise how a passage bears on its claim: ``stance``, ``basis``, ``heard_from``, ``note``, and
    the figure and the time it gives (figuring.FIELDS).

    ``read`` is the version that was edited, ``before`` what was read. What was read a second time before
    needs a new reading. Raises NotFound, settling.Differs, and Invalid as ``link``.
    """
    require(actor, Action.LINK)
    evidence = linked(evidence_id)
    identifying.choice(Stance, wanted.get("stance", evidence.stance.value), "stance")
    identifying.choice(Basis, wanted.get("basis", evidence.basis.value), "basis")
    version = settling.locked(evidence)
    held = {
        "stance": evidence.stance.value,
        "basis": evidence.basis.value,
        "heard_from": evidence.heard_from,
        "note": evidence.note,
        **figuring.fields(evidence.figure, evidence.happened),
    }
    changed = settling.settle(held, version, read, wanted, before)
    testimony = evidence.passage.testimony
    if not changed:
        return testimony
    for name in changed.keys() - set(figuring.FIELDS):
        kind = {"stance": Stance, "basis": Basis}.get(name, str)
        setattr(evidence, name, kind(changed[name]))
    evidence.figure = figuring.changed_figure(evidence.figure, changed)
    evidence.happened = figuring.changed_time(evidence.happened, changed)
    evidence.linked_by = actor.identifier or actor.name or "command line"
    session().flush()
    auditing.note(
        actor,
        "evidence.change",
        f"evidence:{evidence.identifier}",
        testimony=testimony.identifier,
        lines=[evidence.passage.first, evidence.passage.last],
        claim=evidence.claim.identifier,
        before={name: held[name] for name in changed},
        after=changed,
    )
    publishing.publish(testimony)
    return testimony


def linked(evidence_id: str) -> Evidence:
    """The link of this identifier. Raises NotFound."""
    evidence = session().scalar(select(Evidence).filter_by(identifier=evidence_id))
    if evidence is None:
        raise NotFound("There is no such link.")
    return evidence


def claimed(claim_id: str) -> Claim:
    """The claim of this identifier, or of this name in the file it came from. Raises NotFound."""
    claim = session().scalar(
        select(Claim).where((Claim.identifier == claim_id) | ((Claim.ref == claim_id) & (Claim.ref != "")))
    )
    if claim is None:
        raise NotFound(f"There is no claim {claim_id}.")
    return claim


def of(testimony_id: str) -> list[LinkView]:
    """Every link of a testimony, in the order of its lines, as archivists see it. Raises NotFound."""
    testimony = find(testimony_id)
    held = sorted(
        (e for passage in testimony.passages for e in passage.evidence if passage.first is not None),
        key=lambda e: (e.passage.first or 0, e.passage.last or 0, e.id),
    )
    return views(held)


def views(held: Sequence[Evidence]) -> list[LinkView]:
    """Links as archivists see them: with who made them, and who says what of them."""
    known = names([e.linked_by for e in held] + [r.read_by for e in held for r in e.readings])
    return [_view(evidence, known) for evidence in held]


def names(identifiers: Iterable[str]) -> dict[str, str]:
    """Who these people are, by identifier. What is none stands for itself."""
    wanted = set(identifiers)
    users = session().execute(
        select(User.identifier, User.name, User.email).where(User.identifier.in_(wanted))
    )
    return {word: word for word in wanted} | {identifier: name or email for identifier, name, email in users}


def _view(evidence: Evidence, known: Mapping[str, str]) -> LinkView:
    passage, claim = evidence.passage, evidence.claim
    return LinkView(
        identifier=evidence.identifier,
        version=evidence.version,
        testimony=passage.testimony.identifier,
        title=passage.testimony.title,
        first=passage.first or 0,
        last=passage.last or 0,
        claim=claim.identifier,
        claim_text=claim.text,
        question=claim.question.text,
        stance=evidence.stance.value,
        basis=evidence.basis.value,
        heard_from=evidence.heard_from,
        note=evidence.note,
        linked_by=known[evidence.linked_by],
        linked_on=evidence.linked_at.date(),
        told=figuring.fields(evidence.figure, evidence.happened),
        readings=tuple(
            ReadingView(
                known[r.read_by],
                r.verdict.value,
                r.note,
                r.read_at.date(),
                r.evidence_version != evidence.version,
            )
            for r in evidence.readings
        ),
    )


def unlink(evidence_id: str, actor: Actor) -> Testimony:
    """Undo a link. The trail keeps what it was. Raises NotFound."""
    require(actor, Action.LINK)
    evidence = linked(evidence_id)
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
        note=evidence.note,
        heard_from=evidence.heard_from,
        before=_told(evidence),
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


def place(evidence_id: str) -> tuple[str, str]:
    """The testimony and the claim that a link ties together. Raises NotFound."""
    evidence = linked(evidence_id)
    return evidence.passage.testimony.identifier, evidence.claim.identifier
