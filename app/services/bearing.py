"""The passages that bear on claims, as the editions of an audience show them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from app import clock
from app.db import session
from app.models import (
    Audience,
    Claim,
    Dismissal,
    Edition,
    EditionLink,
    Evidence,
    LinkKind,
    Passage,
    Redaction,
)
from app.pages import EvidenceView, Summary
from app.plain import restore
from app.records import Figure, FuzzyDate, Named
from app.services import reading


def on(claims: Sequence[Claim], audience: str) -> dict[int, list[EvidenceView]]:
    """The passages for each claim, by its number, in order of testimony and line: who says them, where and
    how. Their words are added by ``spoken``."""
    rows = session().execute(
        select(Evidence, Passage, Edition)
        .join(Passage, Evidence.passage_id == Passage.id)
        .join(EditionLink, (EditionLink.kind == LinkKind.EVIDENCE) & (EditionLink.target_id == Evidence.id))
        .join(Edition, Edition.id == EditionLink.edition_id)
        .where(Edition.audience == Audience(audience), Evidence.claim_id.in_([c.id for c in claims]))
        .order_by(Edition.sorted_by, Edition.id, Passage.first)
    )
    found: dict[int, list[EvidenceView]] = defaultdict(list)
    summaries: dict[int, Summary] = {}
    marks: dict[str, dict[str, Any]] = {}
    for evidence, passage, edition in rows:
        if edition.id not in summaries:
            summaries[edition.id] = reading.summary(edition)
            # Words only from the edition, where names are veiled.
            marks |= {mark["ref"]: mark for mark in edition.head["marks"]}
        mark = marks[evidence.identifier]
        found[evidence.claim_id].append(_view(evidence, passage, edition, summaries[edition.id], mark))
    return found


def spoken(one: EvidenceView, audience: str) -> EvidenceView:
    """The passage with what is said in it and in its translations: for the few that a page shows."""
    edition = reading.find(one.testimony.identifier, audience)
    return replace(
        one,
        lines=reading.stretch(edition.id, one.first, one.last),
        translations=reading.translations(edition, one.first, one.last),
    )


def dismissed(claim: Claim, audience: str) -> int:
    """How many passages that this audience may read were found not to be about the claim."""
    moment = clock.now()
    kept, told = aliased(Passage), select(func.count(Dismissal.id)).where(Dismissal.claim_id == claim.id)
    if audience == Audience.STAFF:
        return session().scalar(told) or 0
    withheld = (
        exists()
        .where(Redaction.passage_id == kept.id, kept.testimony_id == Passage.testimony_id)
        .where(Redaction.lifted_at.is_(None), or_(Redaction.until.is_(None), Redaction.until > moment))
        .where(  # of other revisions it cannot be said which lines are meant
            or_(
                kept.transcript_id.is_distinct_from(Passage.transcript_id),
                and_(kept.first <= Passage.last, Passage.first <= kept.last),
            )
        )
    )
    open_to = select(Edition.testimony_id).where(Edition.audience == Audience(audience))
    told = told.join(Passage, Passage.id == Dismissal.passage_id)
    return session().scalar(told.where(Passage.testimony_id.in_(open_to), ~withheld)) or 0


def _has_recording(edition: Edition) -> bool:
    """Whether this edition gives a recording to its audience."""
    return any(m.get("ref") and m.get("kind") in ("audio", "video") for m in edition.head.get("media", ()))


def _view(
    evidence: Evidence, passage: Passage, edition: Edition, summary: Summary, mark: dict[str, Any]
) -> EvidenceView:
    tellers = [a for a in edition.head.get("agents", ()) if a.get("role", "narrator") == "narrator"]
    return EvidenceView(
        identifier=evidence.identifier,
        testimony=summary,
        first=passage.first or 0,
        last=passage.last or 0,
        lines=(),
        stance=evidence.stance.value,
        basis=evidence.basis.value,
        note=mark.get("note", ""),
        heard_from=mark.get("heard_from", ""),
        revision=reading.revision(edition),
        start_ms=passage.start_ms,
        is_heard=passage.start_ms is not None and _has_recording(edition),
        readings=tuple(mark.get("readings", ())),
        witnesses=tuple(Named(a["name"], a.get("ref", "")) for a in tellers),
        role=next((a["note"] for a in tellers if a.get("note")), ""),
        figure=restore(Figure, mark["figure"]) if "figure" in mark else None,
        happened=restore(FuzzyDate, mark["happened"]) if "happened" in mark else None,
    )
