"""Take in a register: sources, places, events, questions in dispute, and claims as they were asserted."""

from typing import TypeVar

from sqlalchemy import select

from app.db import session
from app.errors import Invalid
from app.models import Claim, Event, Place, PlaceName, Question, Source
from app.policy import Action, Actor, require
from app.records import ClaimEntry, EventEntry, Figure, FuzzyDate, PlaceEntry, Register
from app.services import auditing, tying

NOTHING = FuzzyDate("")
N = TypeVar("N", Source, Event, Question, Claim)


def register(entries: Register, actor: Actor, *, publish: bool = False) -> dict[str, int]:
    """Keep what is new of a register; what is here already, by its reference, is left as it is.

    Returns how many of each kind were added. Raises Invalid when an entry points at nothing.
    """
    require(actor, Action.IMPORT)
    places = {entry.ref: _place(entry, entries.invented) for entry in entries.places}
    counts = {"sources": 0, "events": 0, "questions": 0, "claims": 0}
    shared = {"is_published": publish, "invented": entries.invented}
    for source in entries.sources:
        if _known(Source, source.ref):
            continue
        made: Source | Event | Question | Claim = Source(
            ref=source.ref,
            title=source.title,
            kind=source.kind,
            date=source.date or NOTHING,
            language=source.language,
            asserted_by=source.asserted_by,
            note=source.note,
            url=source.url,
            **shared,
        )
        counts["sources"] += _add(made, actor)
    for event in entries.events:
        if not _known(Event, event.ref):
            counts["events"] += _add(_event(event, places, **shared), actor)
    for question in entries.questions:
        if not _known(Question, question.ref):
            event_id = _need(Event, question.event).id if question.event else None
            made = Question(
                ref=question.ref, text=question.text, unit=question.unit, event_id=event_id, **shared
            )
            counts["questions"] += _add(made, actor)
    for claim in _wholes_first(entries.claims):
        if not _known(Claim, claim.ref):
            counts["claims"] += _add(_claim(claim, places, **shared), actor)
    if entries.ties:
        counts["ties"] = sum(tying.take(tie, actor, **shared) for tie in entries.ties)
    return counts


def _wholes_first(claims: tuple[ClaimEntry, ...]) -> list[ClaimEntry]:
    """A claim after the claim it is a part of. Raises Invalid for a circle of parts."""
    waiting, done, ordered = list(claims), {""}, []
    refs = {claim.ref for claim in claims}
    while waiting:
        ready = [c for c in waiting if c.part_of in done or c.part_of not in refs]
        if not ready:
            raise Invalid(f"The claims {', '.join(c.ref for c in waiting)} are parts of one another.")
        ordered += ready
        done |= {c.ref for c in ready}
        waiting = [c for c in waiting if c.ref not in done]
    return ordered


def _place(entry: PlaceEntry, invented: bool) -> Place:
    place = session().scalar(select(Place).filter_by(ref=entry.ref)) if entry.ref else None
    place = place or session().scalar(select(Place).filter_by(name=entry.name, invented=invented))
    if place is None:
        place = Place(ref=entry.ref, name=entry.name, invented=invented)
        session().add(place)
    place.region = place.region or entry.region
    if place.latitude is None:
        place.latitude, place.longitude = entry.latitude, entry.longitude
    known = {name.form for name in place.names} | {place.name}
    place.names += [PlaceName(form=variant) for variant in entry.variants if variant not in known]
    session().flush()
    return place


def _event(entry: EventEntry, places: dict[str, Place], *, is_published: bool, invented: bool) -> Event:
    return Event(
        ref=entry.ref,
        title=entry.title,
        description=entry.description,
        date=entry.date or NOTHING,
        place_id=places[entry.place].id if entry.place else None,
        is_published=is_published,
        invented=invented or entry.invented,
    )


def _claim(entry: ClaimEntry, places: dict[str, Place], *, is_published: bool, invented: bool) -> Claim:
    return Claim(
        ref=entry.ref,
        question_id=_need(Question, entry.question).id,
        text=entry.text,
        source_id=_need(Source, entry.source).id if entry.source else None,
        attributed_to=entry.attributed_to,
        part_of_id=_need(Claim, entry.part_of).id if entry.part_of else None,
        figure=entry.figure or Figure(),
        happened=entry.happened or NOTHING,
        place_id=places[entry.place].id if entry.place else None,
        earlier=entry.earlier,
        later=entry.later,
        note=entry.note,
        is_published=is_published,
        invented=invented,
    )


def _known(kind: type[N], ref: str) -> N | None:
    return session().scalar(select(kind).filter_by(ref=ref))


def _need(kind: type[N], ref: str) -> N:
    found = _known(kind, ref)
    if found is None:
        raise Invalid(
            f"There is no {kind.__name__.lower()} {ref!r}, neither in the register nor in the archive."
        )
    return found


def _add(thing: Source | Event | Question | Claim, actor: Actor) -> int:
    session().add(thing)
    session().flush()
    noun = type(thing).__name__.lower()
    auditing.note(actor, f"{noun}.register", f"{noun}:{thing.identifier}", ref=thing.ref)
    return 1
