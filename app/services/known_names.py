"""What things are called, kept at hand for typing: people, places, events, claims, questions and more.

They are some thousands, not some hundred thousands: each process keeps them folded, as they stand at one
entry of the trail, and reads them anew once the trail is longer, for every change leaves an entry there.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import func, select

from app.archive import settings
from app.db import session
from app.errors import Invalid
from app.models import (
    AuditEntry,
    Claim,
    Collection,
    Event,
    Participation,
    Person,
    PersonName,
    Place,
    PlaceName,
    Question,
    Testimony,
)
from app.services import keying


class Thing(NamedTuple):
    """A thing, what it is called, a word more, and every name it is found by."""

    value: str
    label: str
    hint: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Known:
    thing: Thing
    written: tuple[tuple[str, str], ...]  # each way each name is folded, and the name


_kept: dict[tuple[str, str], tuple[int, list[_Known]]] = {}


def suggest(kind: str, words: str, most: int) -> list[tuple[str, str, str]]:
    """The best things for what was typed: identifier, label, hint. Every word typed begins a word of a name.

    Raises Invalid for an unknown kind.
    """
    if kind not in KINDS:
        raise Invalid(f"There are no suggestions of the kind {kind!r}.")
    asked = [beginning.split() for beginning in keying.looked_for(words)]
    if not asked:
        return []
    found = []
    for known in _all(kind):
        fits = [fit for written, name in known.written if (fit := _fit(asked, written, name))]
        if fits:
            rank, name = min(fits)
            thing = known.thing
            hint = name if name != thing.label and name in thing.names else thing.hint
            found.append((rank, thing.label.casefold(), thing.value, thing.label, hint))
    found.sort()
    return [(value, label, hint) for _, _, value, label, hint in found[:most]]


def _fit(asked: list[list[str]], written: str, name: str) -> tuple[int, str] | None:
    spaced = f" {written}"
    for other_script, beginnings in enumerate(asked):
        if all(f" {beginning}" in spaced for beginning in beginnings):
            typed = " ".join(beginnings)
            rank = 0 if written == typed else 2 if written.startswith(typed) else 4
            return rank + other_script, name
    return None


def _all(kind: str) -> list[_Known]:
    place = (settings().database_url, kind)
    length = session().scalar(select(func.max(AuditEntry.id))) or 0
    kept = _kept.get(place)
    if kept is None or kept[0] != length:
        kept = _kept[place] = (length, [_Known(thing, _written(thing.names)) for thing in KINDS[kind]()])
    return kept[1]


def _written(names: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    return tuple(
        (written, name)
        for name in dict.fromkeys(names)
        for written in dict.fromkeys((keying.folded(name), keying.latin(keying.folded(name))))
        if written
    )


def _people() -> Iterator[Thing]:
    """Each person who stands for others under all their names; those merged into them are not listed."""
    yield from _merging(Person, PersonName, PersonName.person_id, lambda row: row.public_name)


def _places() -> Iterator[Thing]:
    yield from _merging(Place, PlaceName, PlaceName.place_id, lambda row: row.region)


def _merging(noun: Any, named: Any, owner: Any, hint: Callable[[Any], str]) -> Iterator[Thing]:
    rows = {row.id: row for row in session().execute(select(noun.__table__))}
    forms: dict[int, list[str]] = {number: [row.name] for number, row in rows.items()}
    for number, form in session().execute(select(owner, named.form)):
        forms[number].append(form)
    names: dict[int, list[str]] = {}
    for number, row in rows.items():
        while row.merged_into_id is not None:
            row = rows[row.merged_into_id]
        names.setdefault(row.id, []).extend(forms[number])
    for number, all_names in names.items():
        row = rows[number]
        yield Thing(row.identifier, row.name, hint(row), (row.name, *all_names))


def _events() -> Iterator[Thing]:
    rows = select(Event.identifier, Event.title, Place.name).outerjoin(Event.place)
    for identifier, title, place in session().execute(rows):
        yield Thing(identifier, title, place or "", (title,))


def _claims() -> Iterator[Thing]:
    rows = select(Claim.identifier, Claim.text, Question.text).join(
        Question, Question.id == Claim.question_id
    )
    for identifier, text, question in session().execute(rows):
        yield Thing(identifier, text, question, (text,))


def _questions() -> Iterator[Thing]:
    rows = select(Question.identifier, Question.text, Event.title).outerjoin(Question.event)
    for identifier, text, event in session().execute(rows):
        yield Thing(identifier, text, event or "", (text,))


def _collections() -> Iterator[Thing]:
    for identifier, name in session().execute(select(Collection.identifier, Collection.name)):
        yield Thing(identifier, name, "", (name,))


def _testimonies() -> Iterator[Thing]:
    told: dict[int, list[str]] = {}
    rows = select(Participation.testimony_id, Person.name).join(Person, Person.id == Participation.person_id)
    for number, name in session().execute(rows.where(Participation.role == "narrator")):
        told.setdefault(number, []).append(name)
    for number, identifier, title, source in session().execute(
        select(Testimony.id, Testimony.identifier, Testimony.title, Testimony.source_id)
    ):
        hint = ", ".join(told.get(number, ())) or source
        yield Thing(identifier, title, hint, (title, source, *told.get(number, ())))


KINDS: dict[str, Callable[[], Iterator[Thing]]] = {
    "people": _people,
    "places": _places,
    "events": _events,
    "claims": _claims,
    "questions": _questions,
    "collections": _collections,
    "testimonies": _testimonies,
}
