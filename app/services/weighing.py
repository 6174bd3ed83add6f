"""Set claims side by side with the passages that bear on them. The archive weighs nothing itself."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Select, func, select

from app.db import session
from app.errors import NotFound
from app.models import (
    Audience,
    Claim,
    Edition,
    EditionLink,
    Event,
    LinkKind,
    Person,
    Question,
    Source,
    Stance,
    known,
)
from app.pages import ClaimView, EventView, EvidenceView, QuestionView, SourcePage, TieView
from app.records import Figure, Named
from app.services import bearing, masking, reading, statements, tying, witnessing
from app.services.reading import NOT_HERE

NO_FIGURE = Figure()
PER_PAGE = 30  # passages on the page of a claim


def event(identifier: str, audience: str, page: int = 1) -> EventView:
    """An event with its questions, people, sources and testimonies. Raises NotFound."""
    found = find(Event, identifier, audience)
    questions = (
        session()
        .scalars(shown(Question, audience).where(Question.event_id == found.id).order_by(Question.id))
        .all()
    )
    held = reading.that_show(audience, LinkKind.EVENT, found.id).order_by(Edition.sorted_by, Edition.id)
    sources = session().scalars(
        shown(Source, audience).where(
            Source.id.in_(
                shown(Claim, audience)
                .where(Claim.question_id.in_([question.id for question in questions]))
                .with_only_columns(Claim.source_id)
            )
        )
    )
    ties = tying.known_to(audience)
    views = tuple(question_view(question, audience, ties) for question in questions)
    view = event_view(
        found,
        audience,
        questions=views,
        times=statements.times(views),
        orders=statements.orders(views),
        places=statements.places(views),
        gaps=statements.gaps(views),
        people=_people(held, audience),
        sources=tuple(Named(source.title, source.identifier) for source in sources),
        listing=reading.listing(held, page),
    )
    return masking.shared(view, audience)


def question(identifier: str, audience: str) -> QuestionView:
    """A question in dispute with every claim and the passages under each; of these the first of each stance
    with its words. Raises NotFound."""
    view = question_view(find(Question, identifier, audience), audience)
    return masking.shared(replace(view, claims=tuple(_begun(c, audience) for c in view.claims)), audience)


def claim(identifier: str, audience: str, page: int = 1) -> ClaimView:
    """One claim as asserted, with a page of the passages that bear on it. Raises NotFound."""
    found = find(Claim, identifier, audience)
    view = _claim_views([found], audience)[0]
    pages = max(1, -(-len(view.evidence) // PER_PAGE))
    if not 1 <= page <= pages:
        raise NotFound(NOT_HERE)
    ordered = sorted(view.evidence, key=lambda e: list(Stance).index(Stance(e.stance)))
    shown = tuple(bearing.spoken(e, audience) for e in ordered[(page - 1) * PER_PAGE : page * PER_PAGE])
    dismissed = bearing.dismissed(found, audience)
    view = replace(view, evidence=shown, page=page, pages=pages, dismissed=dismissed)
    return masking.shared(view, audience)


def source(identifier: str, audience: str) -> SourcePage:
    """A source and the claims made in it. Raises NotFound."""
    found = find(Source, identifier, audience)
    claims = session().scalars(shown(Claim, audience).where(Claim.source_id == found.id).order_by(Claim.id))
    page = SourcePage(
        found.identifier,
        found.title,
        found.kind,
        known(found.date),
        found.language,
        found.asserted_by,
        found.note,
        found.url,
        tuple(_claim_views(claims.all(), audience)),
        found.invented,
    )
    return masking.shared(page, audience)


def claims_to_choose(audience: str) -> list[tuple[QuestionView, tuple[ClaimView, ...]]]:
    """Every question with its claims, without passages: what an archivist chooses from."""
    questions = session().scalars(shown(Question, audience).order_by(Question.event_id, Question.id))
    return [
        (
            QuestionView(q.identifier, q.text, q.unit, _named_event(q, audience)),
            tuple(ClaimView(c.identifier, c.text) for c in q.claims),
        )
        for q in questions
    ]


def shown(noun: type[Any], audience: str) -> Select[Any]:
    """The events, sources, questions or claims that this audience may read."""
    if audience == Audience.STAFF:
        return select(noun)
    seen = select(noun).where(noun.is_published)
    if noun is Claim:  # a claim would say what its question asks
        return seen.where(Claim.question_id.in_(select(Question.id).where(Question.is_published)))
    return seen


def event_view(found: Event, audience: str, **more: Any) -> EventView:
    """An event as it stands in a list, or with ``more`` on its own page."""
    place = found.place.in_use if found.place else None
    count = session().scalar(
        select(func.count()).select_from(reading.that_show(audience, LinkKind.EVENT, found.id).subquery())
    )
    return EventView(
        identifier=found.identifier,
        title=found.title,
        description=found.description,
        date=known(found.date),
        place=Named(place.name, place.identifier, place.other_names) if place else None,
        latitude=place.latitude if place else None,
        longitude=place.longitude if place else None,
        testimonies=count or 0,
        invented=found.invented,
        **more,
    )


def question_view(
    found: Question, audience: str, known_ties: Sequence[TieView] | None = None
) -> QuestionView:
    """A question with its claims; a part stands under its whole. Passages are without their words."""
    claims = (
        session()
        .scalars(shown(Claim, audience).where(Claim.question_id == found.id).order_by(Claim.id))
        .all()
    )
    ties = tying.known_to(audience) if known_ties is None else known_ties
    views = _claim_views(claims, audience, ties)
    told = [(view.text, one) for view in views for one in view.evidence]
    return QuestionView(
        found.identifier,
        found.text,
        found.unit,
        _named_event(found, audience),
        tuple(view for view in views if view.part_of is None),
        found.invented,
        witnessing.grouped([one for _, one in told], ties)[1],
        witnessing.retold(told),
    )


def _claim_views(
    claims: Sequence[Claim], audience: str, known_ties: Sequence[TieView] | None = None
) -> list[ClaimView]:
    ties = tying.known_to(audience) if known_ties is None else known_ties
    parts = [part for claim in claims for part in claim.parts if is_shown(part, audience)]
    evidence = bearing.on([*claims, *parts], audience)
    part_views: dict[int, list[ClaimView]] = defaultdict(list)
    for part in parts:
        part_views[part.part_of_id or 0].append(_claim_view(part, evidence[part.id], (), ties, audience))
    return [_claim_view(claim, evidence[claim.id], part_views[claim.id], ties, audience) for claim in claims]


def _claim_view(
    found: Claim,
    evidence: Sequence[EvidenceView],
    parts: Sequence[ClaimView],
    ties: Sequence[TieView],
    audience: str,
) -> ClaimView:
    numbered, independence = witnessing.grouped(evidence, ties)
    place = found.place.in_use if found.place else None
    source = found.source if found.source and is_shown(found.source, audience) else None
    whole = found.part_of if found.part_of and is_shown(found.part_of, audience) else None
    asked = found.question
    return ClaimView(
        identifier=found.identifier,
        text=found.text,
        source=Named(source.title, source.identifier) if source else None,
        asserted_by=source.asserted_by if source else "",
        attributed_to=found.attributed_to,
        figure=found.figure if found.figure != NO_FIGURE else None,
        note=found.note,
        part_of=Named(whole.text, whole.identifier) if whole else None,
        parts=tuple(parts),
        evidence=numbered,
        counts=Counter(e.stance for e in evidence),
        independence=independence,
        happened=known(found.happened),
        place=Named(place.name, place.identifier) if place else None,
        latitude=place.latitude if place else None,
        longitude=place.longitude if place else None,
        earlier=found.earlier,
        later=found.later,
        question=Named(asked.text, asked.identifier),
        event=_named_event(asked, audience),
        invented=found.invented,
    )


def _begun(claim: ClaimView, audience: str) -> ClaimView:
    """The claim with the words of its first passage of each stance: the others stand on its own page."""
    first = {e.stance: e.identifier for e in reversed(claim.evidence)}.values()
    return replace(
        claim,
        evidence=tuple(bearing.spoken(e, audience) if e.identifier in first else e for e in claim.evidence),
    )


def _people(held: Select[Any], audience: str) -> tuple[Named, ...]:
    """Those who tell of it."""
    people = session().scalars(
        select(Person)
        .where(
            Person.id.in_(
                select(EditionLink.target_id).where(
                    EditionLink.kind == LinkKind.PERSON,
                    EditionLink.edition_id.in_(held.order_by(None).with_only_columns(Edition.id)),
                )
            )
        )
        .order_by(Person.id)
        .limit(200)
    )
    staff = audience == Audience.STAFF
    shown = dict.fromkeys(person.in_use for person in people)
    return tuple(Named(p.name if staff else p.shown_as, p.identifier) for p in shown)


def _named_event(found: Question, audience: str) -> Named | None:
    event = found.event
    return Named(event.title, event.identifier) if event and is_shown(event, audience) else None


def is_shown(thing: Claim | Source | Event, audience: str) -> bool:
    """Whether this audience may read it: of a claim, its question too."""
    if audience == Audience.STAFF:
        return True
    return thing.is_published and (not isinstance(thing, Claim) or thing.question.is_published)


def find(noun: type[Any], identifier: str, audience: str) -> Any:
    """What this audience may read of events, sources, questions or claims, by identifier. Raises NotFound."""
    found = session().scalar(shown(noun, audience).where(noun.identifier == identifier))
    if found is None:
        raise NotFound(NOT_HERE)
    return found
