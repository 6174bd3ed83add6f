"""Evidence by itself: what bears on claims goes out to other houses, and comes in from files of theirs."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.exc import SQLAlchemyError

from app.db import session
from app.errors import ArchiveError, Conflict, Invalid, NotFound
from app.formats.webannotation import Where
from app.models import (
    Audience,
    Claim,
    Edition,
    EditionLink,
    Event,
    Evidence,
    LinkKind,
    Passage,
    Question,
    Source,
    Testimony,
)
from app.plain import restore
from app.policy import Action, Actor, require
from app.records import EvidenceEntry, Figure, FuzzyDate, Mark
from app.services import linking, publishing, quoting, reading, revisions, tracing, weighing

KINDS: dict[str, Any] = {"claim": Claim, "question": Question, "event": Event, "source": Source}


@dataclass
class Report:
    """What became of the rows of one file."""

    linked: int = 0
    known: int = 0
    problems: list[str] = field(default_factory=list)


def take(entries: Iterable[EvidenceEntry | Invalid], actor: Actor) -> Report:
    """Tie each passage to its claim; what cannot be is told, and the rest goes on.

    A link that is here already is left as it is; where it says otherwise, that is told.
    """
    require(actor, Action.LINK)
    report, touched = Report(), dict[str, Testimony]()
    for entry in entries:
        if isinstance(entry, Invalid):
            report.problems.append(str(entry))
            continue
        where = f"{entry.testimony}, lines {entry.first} to {entry.last}"
        try:
            with session().begin_nested():
                testimony = _find(entry.testimony)
                _tie(testimony, entry, actor, report)
            touched[testimony.identifier] = testimony
        except (ArchiveError, SQLAlchemyError) as refusal:
            report.problems.append(f"{where}: {refusal}")
    for testimony in touched.values():
        publishing.publish(testimony)
    return report


def _tie(testimony: Testimony, entry: EvidenceEntry, actor: Actor, report: Report) -> None:
    first, last = _now(testimony, entry)
    held = _held(testimony, first, last, linking.claimed(entry.claim))
    if held is None:
        linking.tie(testimony, replace(entry, first=first, last=last), actor)
        report.linked += 1
    elif _says(held, entry):
        report.known += 1
    else:
        raise Conflict("These lines are tied to this claim already, and otherwise; that was left as it is.")


def _says(held: Evidence, entry: EvidenceEntry) -> bool:
    """Whether a link says what the entry says. A figure or a time that the entry does not give may differ."""
    return (
        (held.stance, held.basis, held.heard_from, held.note)
        == (entry.stance, entry.basis, entry.heard_from, entry.note)
        and entry.figure in (Figure(), held.figure)
        and entry.happened in (FuzzyDate(""), held.happened)
    )


def _held(testimony: Testimony, first: int, last: int, claim: Claim) -> Evidence | None:
    return next(
        (
            evidence
            for passage in testimony.passages
            if (passage.first, passage.last) == (first, last)
            for evidence in passage.evidence
            if evidence.claim_id == claim.id
        ),
        None,
    )


def _now(testimony: Testimony, entry: EvidenceEntry) -> tuple[int, int]:
    """Where the lines of the revision named stand in the transcript as it is now. Raises Conflict."""
    current = revisions.original(testimony)
    if current is None or entry.revision in (None, current.revision):
        return entry.first, entry.last
    held = revisions.lineages(revisions.chain(current))
    if entry.revision not in held:
        raise NotFound(f"There is no revision {entry.revision} of its transcript here.")
    lines = range(entry.first, entry.last + 1)
    left = tracing.standing(held, entry.revision, lines)[current.revision]
    if not left:
        raise Conflict("None of these lines is left in the transcript as it is now.")
    return min(left), max(left)


def _find(name: str) -> Testimony:
    """A testimony by its identifier, or by what it was called elsewhere. Raises NotFound, Conflict."""
    found = session().scalar(select(Testimony).filter_by(identifier=name))
    if found:
        return found
    called = session().scalars(select(Testimony).filter_by(source_id=name).limit(2)).all()
    if len(called) > 1:
        raise Conflict("Testimonies of several collections are called so; say its identifier.")
    if not called:
        raise NotFound("There is no such testimony.")
    return called[0]


def given(audience: str, about: Select[Any]) -> list[tuple[EvidenceEntry, Where]]:
    """What bears on these claims, as far as this audience's editions show it, claim by claim.

    Who linked a passage is told to archivists only.
    """
    rows = session().execute(
        select(Evidence, Edition)
        .join(Passage, Evidence.passage_id == Passage.id)
        .join(EditionLink, (EditionLink.kind == LinkKind.EVIDENCE) & (EditionLink.target_id == Evidence.id))
        .join(Edition, Edition.id == EditionLink.edition_id)
        .where(Edition.audience == Audience(audience))
        .where(Evidence.claim_id.in_(about.with_only_columns(Claim.id)))
        .order_by(Evidence.claim_id, Edition.sorted_by, Edition.id, Passage.first, Evidence.id)
    )
    texts: dict[int, quoting.Text] = {}
    found = []
    for evidence, edition in rows:
        if edition.id not in texts:
            texts[edition.id] = quoting.Text(edition)
        mark = next(m for m in edition.head["marks"] if m["ref"] == evidence.identifier)
        found.append(_given(evidence, restore(Mark, mark), edition, texts[edition.id], audience))
    return found


def _given(
    evidence: Evidence, mark: Mark, edition: Edition, text: quoting.Text, audience: str
) -> tuple[EvidenceEntry, Where]:
    is_staff = audience == Audience.STAFF
    entry = EvidenceEntry(
        testimony=edition.head["identifier"],
        first=mark.first,
        last=mark.last,
        claim=mark.claim,
        stance=mark.stance,
        basis=mark.basis,
        heard_from=mark.heard_from,
        note=mark.note,
        revision=text.revision or None,
        linked_by=evidence.linked_by if is_staff else "",
        linked_at=evidence.linked_at.isoformat() if is_staff else "",
        ref=mark.ref,
        quote=text.said(mark.first, mark.last),
        claim_text=mark.claim_text,
        machine=quoting.machine(text.between(mark.first, mark.last)),
        figure=mark.figure or Figure(),
        happened=mark.happened or FuzzyDate(""),
    )
    return entry, text.where(mark.first, mark.last)


def claims(audience: str, kind: str = "", identifier: str = "") -> Select[Any]:
    """The claims this audience reads: of a claim, question, event or source, or all there are.

    Identifiers may also be what a thing was called where it came from. Raises NotFound.
    """
    held: Select[Any] = weighing.shown(Claim, audience)
    if not kind:
        return held
    noun = KINDS[kind]
    known = (noun.identifier == identifier) | ((noun.ref == identifier) & (noun.ref != ""))
    thing = session().scalar(weighing.shown(noun, audience).where(known))
    if thing is None:
        raise NotFound(reading.NOT_HERE)
    if kind == "claim":
        return held.where((Claim.id == thing.id) | (Claim.part_of_id == thing.id))
    if kind == "question":
        return held.where(Claim.question_id == thing.id)
    if kind == "source":
        return held.where(Claim.source_id == thing.id)
    questions = weighing.shown(Question, audience).where(Question.event_id == thing.id)
    return held.where(Claim.question_id.in_(questions.with_only_columns(Question.id)))
