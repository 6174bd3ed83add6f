"""Change what describes a testimony: what it is called, when and where it was told, by whom, of whom."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm.attributes import flag_modified

from app import dates
from app.db import session
from app.errors import Conflict, Invalid, NotFound
from app.models import Collection, Event, Mention, Participation, Person, Place, Testimony
from app.policy import Action, Actor, require
from app.services import (
    auditing,
    cataloguing,
    choosing,
    editions,
    linking,
    masking,
    publishing,
    settling,
)

WORDS = (
    *("title", "kind", "summary", "language", "content_note"),
    *("rights", "source", "accession_number", "repository"),
)
DATES = ("date", "period")
FIELDS = (*WORDS[:4], *DATES, "place", *WORDS[4:])

SAME_NUMBER = "The collection has another testimony of the same number."
_TAG = re.compile(r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")


def fields(testimony: Testimony) -> dict[str, str]:
    """What describes a testimony, as a form holds it: dates in their words, the place by its identifier."""
    held = {name: getattr(testimony, name) for name in WORDS}
    held |= {name: getattr(testimony, name).words for name in DATES}
    held["place"] = testimony.place.identifier if testimony.place else ""
    return {name: held[name] for name in FIELDS}


def describe(
    testimony_id: str,
    wanted: Mapping[str, str],
    actor: Actor,
    version: int,
    before: Mapping[str, str] | None = None,
) -> None:
    """Set the fields that are ``wanted`` otherwise. A date is kept in its words and read from them.

    ``place`` is what ``choosing.meant`` answers. Raises NotFound, Invalid for a title that is empty or a
    language that is no tag, and settling.Differs when somebody else changed the same fields.
    """
    testimony = _held(testimony_id, actor)
    was = fields(testimony)
    changed = settling.settle(was, testimony.version, version, wanted, before, _shown)
    if not changed.get("title", "title"):
        raise Invalid("The testimony must have a title.")
    if changed.get("language") and not _TAG.match(changed["language"]):
        raise Invalid("The language is written as a tag of two or three letters: en, az, hy.")
    for name, value in changed.items():
        if name in DATES:
            setattr(testimony, name, dates.from_words(value))
        elif name == "place":
            testimony.place = cataloguing.found_or_made(Place, value, testimony.invented, actor)
        else:
            setattr(testimony, name, value)
    if changed:
        session().flush()
        now = fields(testimony)
        _note(testimony, actor, {n: was[n] for n in changed}, {n: now[n] for n in changed})


def _shown(field: str, value: str) -> str:
    return choosing.shown(Place, value) if field == "place" else ""


def add_person(testimony_id: str, person: str, role: str, note: str, actor: Actor) -> None:
    """Say that somebody took part in making a testimony. Raises NotFound, Invalid and Conflict."""
    testimony = _held(testimony_id, actor)
    if not role:
        raise Invalid("Say what part this person played.")
    found = _person(person, testimony, actor)
    if any(p.person_id == found.id and p.role == role for p in testimony.participations):
        raise Conflict("This person stands there already, in the same part.")
    _change(
        testimony,
        actor,
        "people",
        lambda: testimony.participations.append(Participation(person=found, role=role, note=note)),
    )


def change_person(
    testimony_id: str,
    at: int,
    person: str,
    wanted: Mapping[str, str],
    actor: Actor,
    version: int,
    before: Mapping[str, str] | None = None,
) -> None:
    """Change the ``role`` or the ``note`` of the ``at``-th person. Raises as ``describe``, and Conflict."""
    testimony = _held(testimony_id, actor)
    part = _part(testimony, at, person)
    held = {"role": part.role, "note": part.note}
    changed = settling.settle(held, testimony.version, version, wanted, before)
    if not changed.get("role", "role"):
        raise Invalid("Say what part this person played.")

    def do() -> None:
        for name, value in changed.items():
            setattr(part, name, value)

    if changed:
        _change(testimony, actor, "people", do)


def remove_person(testimony_id: str, at: int, person: str, actor: Actor) -> None:
    """Say that the ``at``-th person played no part. Raises NotFound; Conflict when the list has changed."""
    testimony = _held(testimony_id, actor)
    part = _part(testimony, at, person)
    _change(testimony, actor, "people", lambda: testimony.participations.remove(part))
    _still_veiled(testimony, part.person)


def move_person(testimony_id: str, at: int, person: str, by: int, actor: Actor) -> None:
    """Let the ``at``-th person change places with the one before (-1) or after (1). Raises as above."""
    testimony = _held(testimony_id, actor)
    part = _part(testimony, at, person)
    to = at + by
    if not 0 <= to < len(testimony.participations):
        raise Conflict("The list of people has changed since you opened it. Look at it again.")
    other = testimony.participations[to]

    def swap() -> None:
        for name in ("person_id", "role", "note"):
            mine, theirs = getattr(part, name), getattr(other, name)
            setattr(part, name, theirs)
            setattr(other, name, mine)

    _change(testimony, actor, "people", swap)


def mention(testimony_id: str, person: str, actor: Actor) -> None:
    """Say that somebody is spoken of. Raises NotFound and Conflict."""
    testimony = _held(testimony_id, actor)
    found = _person(person, testimony, actor)
    if any(m.person_id == found.id for m in testimony.mentions):
        raise Conflict("This person stands there already.")
    _change(testimony, actor, "mentions", lambda: testimony.mentions.append(Mention(person=found)))


def unmention(testimony_id: str, person: str, actor: Actor) -> None:
    """Say that somebody is not spoken of. Raises NotFound."""
    testimony = _held(testimony_id, actor)
    named = [m for m in testimony.mentions if m.person.identifier == person]
    if not named:
        raise NotFound("This person is not in the list.")
    gone = named[0].person
    _change(testimony, actor, "mentions", lambda: testimony.mentions.remove(named[0]))
    _still_veiled(testimony, gone)


def add_place(testimony_id: str, place: str, actor: Actor) -> None:
    """Say that a place is spoken of. Raises NotFound, Invalid and Conflict."""
    testimony = _held(testimony_id, actor)
    found = cataloguing.found_or_made(Place, place, testimony.invented, actor)
    if found is None:
        raise Invalid("Say which place.")
    if found in testimony.places:
        raise Conflict("This place stands there already.")
    _change(testimony, actor, "places", lambda: testimony.places.append(found))


def remove_place(testimony_id: str, place: str, actor: Actor) -> None:
    """Say that a place is not spoken of. Raises NotFound."""
    testimony = _held(testimony_id, actor)
    named = [held for held in testimony.places if held.identifier == place]
    if not named:
        raise NotFound("This place is not in the list.")
    _change(testimony, actor, "places", lambda: testimony.places.remove(named[0]))


def add_event(testimony_id: str, event: str, actor: Actor) -> None:
    """Say that a testimony tells of an event. Raises NotFound and Conflict."""
    testimony = _held(testimony_id, actor)
    found = session().scalar(select(Event).filter_by(identifier=event))
    if found is None:
        raise NotFound("There is no such event.")
    if found in testimony.events:
        raise Conflict("This event stands there already.")
    _change(testimony, actor, "events", lambda: testimony.events.append(found))


def remove_event(testimony_id: str, event: str, actor: Actor) -> None:
    """Say that a testimony does not tell of an event. Raises NotFound."""
    testimony = _held(testimony_id, actor)
    named = [held for held in testimony.events if held.identifier == event]
    if not named:
        raise NotFound("This event is not in the list.")
    _change(testimony, actor, "events", lambda: testimony.events.remove(named[0]))


def move(
    testimony_id: str, collection: str, actor: Actor, version: int, before: Mapping[str, str] | None = None
) -> None:
    """Put a testimony into another collection. Raises NotFound, settling.Differs and Conflict."""
    testimony = _held(testimony_id, actor)
    was = testimony.collection
    changed = settling.settle(
        {"collection": was.identifier},
        testimony.version,
        version,
        {"collection": collection},
        before,
        lambda _, value: cataloguing.find(Collection, value).name,
    )
    if not changed:
        return
    to = cataloguing.find(Collection, collection)
    if why := cannot_move(testimony, to):
        raise Conflict(why)
    testimony.collection = to
    session().flush()
    _note(testimony, actor, {"collection": was.name}, {"collection": to.name})


def cannot_move(testimony: Testimony, to: Collection) -> str:
    """Why a testimony cannot be put into a collection, or nothing."""
    same = select(Testimony.id).filter_by(collection_id=to.id, source_id=testimony.source_id)
    if session().scalar(same.where(Testimony.id != testimony.id)) is not None:
        return SAME_NUMBER
    if to.invented != testimony.invented:
        return "What is invented for demonstration stays apart from what is not."
    return ""


def _held(testimony_id: str, actor: Actor) -> Testimony:
    """The testimony, which nobody else changes until we are done."""
    require(actor, Action.DESCRIBE)
    testimony = linking.find(testimony_id)
    settling.locked(testimony)
    return testimony


def _person(person: str, testimony: Testimony, actor: Actor) -> Person:
    found = cataloguing.found_or_made(Person, person, testimony.invented, actor)
    if found is None:
        raise Invalid("Say which person.")
    return found


def _part(testimony: Testimony, at: int, person: str) -> Participation:
    parts = testimony.participations
    if not 0 <= at < len(parts) or parts[at].person.identifier != person:
        raise Conflict("The list of people has changed since you opened it. Look at it again.")
    return parts[at]


def _still_veiled(testimony: Testimony, person: Person) -> None:
    """A veil covers those who take part or are spoken of: whose name still stands here stays among them.

    Raises Conflict.
    """
    veils = masking.of([person])
    record = editions.whole(testimony)
    if not veils or masking.record(record, veils) == record:
        return
    if not veils.keys() <= editions.veils(testimony).keys():
        raise Conflict(
            "This person is veiled, and the name still stands in this testimony. "
            "It would be open to readers: take the veil away first."
        )


def _change(testimony: Testimony, actor: Actor, name: str, do: Callable[[], object]) -> None:
    """Change one of the lists that belong to a testimony; its version counts that, too."""
    was = _listed(testimony, name)
    do()
    flag_modified(testimony, "title")
    session().flush()
    session().expire(testimony, ["participations", "mentions"])
    _note(testimony, actor, {name: was}, {name: _listed(testimony, name)})


def _listed(testimony: Testimony, name: str) -> list[Any]:
    """A list as the trail keeps it: people by identifier, for a name in the trail could not be veiled."""
    if name == "people":
        return [[p.person.identifier, p.role, p.note] for p in testimony.participations]
    if name == "mentions":
        return [m.person.identifier for m in testimony.mentions]
    return [thing.identifier for thing in getattr(testimony, name)]


def _note(testimony: Testimony, actor: Actor, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    target = f"testimony:{testimony.identifier}"
    auditing.note(actor, "testimony.describe", target, before=dict(before), after=dict(after))
    publishing.publish(testimony)
