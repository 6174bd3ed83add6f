"""Pages about what testimonies have in common: collections, people, places, and the first page."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice, zip_longest
from typing import Any

from sqlalchemy import Select, func, select

from app.archive import index
from app.db import session
from app.errors import NotFound
from app.models import (
    Audience,
    Claim,
    Collection,
    Edition,
    EditionLink,
    Event,
    LinkKind,
    Participation,
    Person,
    Place,
    Question,
    Source,
    Term,
    Testimony,
)
from app.pages import CollectionPage, Entry, EventView, HomePage, PersonPage, PlacePage, Summary
from app.records import Named
from app.search import Query
from app.services import masking, naming, reading, tying, weighing
from app.services.reading import NOT_HERE

BROWSABLE: dict[str, tuple[type[Any], LinkKind]] = {
    "collections": (Collection, LinkKind.COLLECTION),
    "people": (Person, LinkKind.PERSON),
    "places": (Place, LinkKind.PLACE),
    "subjects": (Term, LinkKind.TERM),
    "events": (Event, LinkKind.EVENT),
}


PUBLISHABLE: dict[str, type[Any]] = {
    "events": Event,
    "questions": Question,
    "claims": Claim,
    "sources": Source,
}


def home(audience: str) -> HomePage:
    """What the archive holds, for the first page."""
    collections = browse("collections", audience)
    events = session().scalars(weighing.shown(Event, audience).order_by(Event.invented.desc(), Event.id))
    return HomePage(
        collections=tuple(collections),
        events=masking.shared(
            tuple(weighing.event_view(event, audience) for event in events.fetchmany(12)), audience
        ),
        examples=_examples(audience),
        testimonies=sum(entry.testimonies for entry in collections),
        latest=tuple(reading.published(audience, limit=5)),
    )


def browse(kind: str, audience: str, page: int = 1, per_page: int = 200) -> list[Entry]:
    """The things of a kind that this audience's editions show, with how many show each."""
    if kind == "events":
        events = session().scalars(weighing.shown(Event, audience).order_by(Event.title))
        told = (
            Entry(Named(e.title, e.identifier), weighing.event_view(e, audience).testimonies, e.invented)
            for e in events
        )
        return list(masking.shared(tuple(told), audience))
    if kind not in BROWSABLE:
        raise NotFound(NOT_HERE)
    noun, link = BROWSABLE[kind]
    count = func.count(EditionLink.edition_id)
    rows = session().execute(
        _seen(noun, link, audience, count).order_by(_name(noun)).limit(per_page).offset((page - 1) * per_page)
    )
    entries = tuple(
        Entry(Named(_label(thing, audience), thing.identifier), number, getattr(thing, "invented", False))
        for thing, number in rows
    )
    return list(entries if noun is Term else masking.shared(entries, audience))


def addresses(audience: str) -> Iterator[tuple[str, str, datetime | None]]:
    """Kind, identifier and last change of everything this audience may open, for the sitemap."""
    rows = session().execute(
        select(Testimony.identifier, Edition.changed_at)
        .join(Testimony, Edition.testimony_id == Testimony.id)
        .where(Edition.audience == Audience(audience))
        .order_by(Edition.id)
    )
    for identifier, changed_at in rows:
        yield "testimonies", identifier, changed_at
    for kind in ("collections", "people", "places"):
        noun, link = BROWSABLE[kind]
        things = session().scalars(
            _seen(noun, link, audience, func.count()).with_only_columns(noun.identifier)
        )
        for identifier in things:
            yield kind, identifier, None
    for kind, noun in PUBLISHABLE.items():
        for identifier in session().scalars(
            weighing.shown(noun, audience).with_only_columns(noun.identifier)
        ):
            yield kind, identifier, None


def collection(identifier: str, audience: str, page: int = 1) -> CollectionPage:
    """A collection and its testimonies. Raises NotFound when this audience sees none of them."""
    found = _find(Collection, identifier, LinkKind.COLLECTION, audience)
    held = reading.that_show(audience, LinkKind.COLLECTION, found.id)
    languages = session().execute(
        select(Edition.head["language"].as_string(), func.count())
        .where(Edition.id.in_(held.with_only_columns(Edition.id)))
        .group_by(Edition.head["language"].as_string())
    )
    shown = CollectionPage(
        found.identifier,
        found.name,
        found.description,
        reading.listing(held.order_by(Edition.sorted_by, Edition.id), page),
        found.rights,
        {language: count for language, count in languages if language},
        found.invented,
    )
    return masking.shared(shown, audience)


def person(identifier: str, audience: str) -> PersonPage:
    """A person, by the name this audience may read, and what they took part in.

    Of somebody who was merged the page is that of the person who stands for them. Raises NotFound.
    """
    found = _standing(session().scalar(select(Person).filter_by(identifier=identifier)), audience)
    same = [one.id for one in found.everyone]
    parts: dict[str, tuple[Summary, ...]] = {}
    taken = session().execute(
        reading.that_show(audience, LinkKind.PERSON, *same)
        .join(Participation, Participation.testimony_id == Edition.testimony_id)
        .where(Participation.person_id.in_(same))
        .add_columns(Participation.role)
        .order_by(Edition.sorted_by, Edition.id)
    )
    for edition, role in taken:
        summary = reading.summary(edition)
        parts[role] = tuple(dict.fromkeys((*parts.get(role, ()), summary)))
    mentions = session().scalars(reading.that_show(audience, LinkKind.MENTION, *same).order_by(Edition.id))
    if spoken_of := tuple(reading.summary(edition) for edition in mentions):
        parts["mentioned"] = spoken_of
    if not parts:
        raise NotFound(NOT_HERE)
    veiled = found.is_veiled and audience != Audience.STAFF
    forms = [form for one in found.everyone for form in (one.name, *(n.form for n in one.names))]
    page = PersonPage(
        found.identifier,
        _label(found, audience),
        () if veiled else tuple(form for form in dict.fromkeys(forms) if form != found.name),
        "" if veiled else found.note,
        parts,
        found.invented,
        tuple(t for t in tying.known_to(audience) if found.identifier in (t.one.ref, t.other.ref)),
    )
    return masking.shared(page, audience)


def place(identifier: str, audience: str, page: int = 1) -> PlacePage:
    """A place, what happened there and what is told of it. Raises NotFound when nothing shows it."""
    found = session().scalar(select(Place).filter_by(identifier=identifier))
    if found is None:
        raise NotFound(NOT_HERE)
    found = found.in_use
    same = [one.id for one in found.everyone]
    events = session().scalars(weighing.shown(Event, audience).where(Event.place_id.in_(same))).all()
    held = reading.that_show(audience, LinkKind.PLACE, *same).order_by(Edition.sorted_by, Edition.id)
    listing = reading.listing(held, page)
    if not events and not listing.total:
        raise NotFound(NOT_HERE)
    views: Sequence[EventView] = [weighing.event_view(event, audience) for event in events]
    shown = PlacePage(
        found.identifier,
        found.name,
        found.other_names,
        found.region,
        found.latitude,
        found.longitude,
        tuple(views),
        listing,
        found.invented,
    )
    return masking.shared(shown, audience)


def _standing(found: Person | None, audience: str) -> Person:
    """The person that stands for this one. Raises NotFound.

    The address of somebody whose name is veiled must not lead from a name that was known to a public one.
    """
    if found is None or (found.merged_into and found.is_veiled and audience != Audience.STAFF):
        raise NotFound(NOT_HERE)
    return found.in_use


_examples_kept: dict[tuple[object, ...], tuple[str, ...]] = {}


def _examples(audience: str) -> tuple[str, ...]:
    """Three searches that find a spoken line: subjects and places most told of, each tried first."""
    state = naming.state(audience)
    if state in _examples_kept:
        return _examples_kept[state]
    engine = index(audience)
    found = tuple(islice((w for w in _candidates(audience) if engine.search(Query(w, limit=1)).total), 3))
    if len(found) == 3:  # fewer may only mean that the index has not followed yet
        _examples_kept.clear()
        _examples_kept[state] = found
    return found


def _candidates(audience: str) -> Iterator[str]:
    count = func.count(EditionLink.edition_id)
    lists = [
        session().execute(_seen(noun, link, audience, count).order_by(count.desc(), noun.id).limit(8))
        for noun, link in ((Term, LinkKind.TERM), (Place, LinkKind.PLACE))
    ]
    for pair in zip_longest(*lists):  # a subject, a place, a subject, ...
        for label in (_label(row[0], audience) for row in pair if row):
            yield f'"{label}"' if " " in label else label


def _seen(noun: type[Any], link: LinkKind, audience: str, count: Any) -> Select[Any]:
    return (
        select(noun, count)
        .join(EditionLink, (EditionLink.kind == link) & (EditionLink.target_id == noun.id))
        .join(Edition, Edition.id == EditionLink.edition_id)
        .where(Edition.audience == Audience(audience))
        .group_by(noun.id)
    )


def _find(noun: type[Any], identifier: str, link: LinkKind, audience: str) -> Any:
    row = (
        session()
        .execute(_seen(noun, link, audience, func.count()).where(noun.identifier == identifier))
        .first()
    )
    if row is None:
        raise NotFound(NOT_HERE)
    return row[0]


def _name(noun: type[Any]) -> Any:
    if noun is Person:  # its place in the list must not tell a kept name
        return func.coalesce(func.nullif(Person.public_name, ""), Person.name)
    return {Term: Term.label, Event: Event.title}.get(noun, getattr(noun, "name", None))


def _label(thing: Any, audience: str) -> str:
    if isinstance(thing, Person):
        return thing.name if audience == Audience.STAFF else thing.shown_as
    return str(getattr(thing, "label", None) or thing.name)
