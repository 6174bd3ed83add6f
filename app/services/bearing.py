"""The passages that bear on claims, as the editions of an audience show them."""

from collections import defaultdict
from collections.abc import Sequence
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
from app.pages import EvidenceView
from app.plain import restore
from app.records import Figure, FuzzyDate, Named
from app.services import reading


def on(claims: Sequence[Claim], audience: str, words: bool = True) -> dict[int, list[EvidenceView]]:
    """The passages for each claim, by its number, in order of testimony and line; without ``words`` only
    who says them, where and how."""
    rows = session().execute(
        select(Evidence, Passage, Edition)
        .join(Passage, Evidence.passage_id == Passage.id)
        .join(EditionLink, (EditionLink.kind == LinkKind.EVIDENCE) & (EditionLink.target_id == Evidence.id))
        .join(Edition, Edition.id == EditionLink.edition_id)
        .where(Edition.audience == Audience(audience), Evidence.claim_id.in_([c.id for c in claims]))
        .order_by(Edition.sorted_by, Edition.id, Passage.first)
    )
    found: dict[int, list[EvidenceView]] = defaultdict(list)
    for evidence, passage, edition in rows:
        # Words only from the edition, where names are veiled.
        mark = next(m for m in edition.head["marks"] if m["ref"] == evidence.identifier)
        found[evidence.claim_id].append(_view(evidence, passage, edition, mark, words))
    return found


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


def _view(
    evidence: Evidence, passage: Passage, edition: Edition, mark: dict[str, Any], words: bool
) -> EvidenceView:
    first, last = passage.first or 0, passage.last or 0
    tellers = [a for a in edition.head.get("agents", ()) if a.get("role", "narrator") == "narrator"]
    return EvidenceView(
        identifier=evidence.identifier,
        testimony=reading.summary(edition),
        first=first,
        last=last,
        lines=reading.stretch(edition.id, first, last) if words else (),
        stance=evidence.stance.value,
        basis=evidence.basis.value,
        note=mark.get("note", ""),
        heard_from=mark.get("heard_from", ""),
        revision=reading.revision(edition),
        start_ms=passage.start_ms,
        translations=reading.translations(edition, first, last) if words else {},
        readings=tuple(mark.get("readings", ())),
        witnesses=tuple(Named(a["name"], a.get("ref", "")) for a in tellers),
        role=next((a["note"] for a in tellers if a.get("note")), ""),
        figure=restore(Figure, mark["figure"]) if "figure" in mark else None,
        happened=restore(FuzzyDate, mark["happened"]) if "happened" in mark else None,
    )
