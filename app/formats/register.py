"""A register: what sources assert about events, question by question, as JSON.

The shape of ``../shared/data/khojaly_register.json``::

    {"about", "invented": true,
     "source": {...} or "sources": [{"id", "title", "kind", "date", "language", "asserted_by",
                                     "stance_note" or "note", "url"}],
     "places": [{"id", "name", "variants", "region", "lat", "lon"}],
     "events": [{"id", "title", "date", "place": an id of places, or a place itself, "description"}],
     "questions": [{"id", "event", "text", "unit"}],
     "claims": [{"id", "question", "text", "asserted_in", "attributed_to", "part_of", "note",
                 "figure": {"value", "low", "high", "approximate", "unit", "counted", "words",
                            "when", "where"}, "happened", "place", "earlier", "later"}],
     "ties": [{"persons": [two ids of people], "kind", "note", "said_in": an id of a testimony}]}

Dates are words. Nothing is filled in that the file does not say; a reference that leads nowhere
makes the whole register Invalid, since half a register would misstate its source.
"""

import dataclasses
import json
from collections.abc import Mapping
from typing import Any, NoReturn, TypeVar

from app.dates import from_words
from app.errors import Invalid
from app.formats import shape
from app.formats.base import check_size
from app.records import (
    ClaimEntry,
    EventEntry,
    FuzzyDate,
    PlaceEntry,
    QuestionEntry,
    Register,
    SourceEntry,
    TieEntry,
)

T = TypeVar("T")

# field of the record: key of the file, where they differ
KEYS = {"ref": "id", "source": "asserted_in"}


def load(data: bytes | str) -> Register:
    """The register of a JSON file. Raises Invalid, naming what is missing, unknown or said twice."""
    found = _parse(data)
    sources = found.get("sources", found.get("source"))
    places = list(_rows(PlaceEntry, found.get("places"), "places"))
    events = [
        _event(item, f"events[{n}]", places) for n, item in enumerate(_list(found.get("events"), "events"))
    ]
    register = Register(
        about=shape.text(found.get("about"), "about"),
        sources=_rows(SourceEntry, [sources] if isinstance(sources, Mapping) else sources, "sources"),
        places=tuple(places),
        events=tuple(events),
        questions=_rows(QuestionEntry, found.get("questions"), "questions"),
        claims=_rows(ClaimEntry, found.get("claims"), "claims"),
        ties=shape.rows(TieEntry, found.get("ties"), "ties"),
        invented=found.get("invented") is True,
    )
    _check(register)
    return register


def dump(register: Register) -> str:
    """The register as JSON such that ``load(dump(register)) == register``."""
    held: dict[str, Any] = {"about": register.about} if register.about else {}
    if register.invented:
        held["invented"] = True
    for name in ("sources", "places", "events", "questions", "claims", "ties"):
        if rows := getattr(register, name):
            held[name] = [_row(entry) for entry in rows]
    return json.dumps(held, ensure_ascii=False, indent=1, allow_nan=False)


def _parse(data: bytes | str) -> Mapping[str, Any]:
    check_size(data)
    try:
        found = json.loads(data, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise Invalid(f"not JSON: {error}") from None
    if not isinstance(found, dict) or not found.keys() & {
        "claims",
        "events",
        "questions",
        "sources",
        "source",
        "ties",
    }:
        raise Invalid("a register is an object with sources, events, questions and claims")
    return found


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number")


def _list(data: object, where: str) -> list[Any]:
    if data is None:
        return []
    if not isinstance(data, list):
        raise Invalid(f"{where} is not a list")
    return data


def _rows(kind: type[T], data: object, where: str) -> tuple[T, ...]:
    return tuple(_entry(kind, item, f"{where}[{n}]") for n, item in enumerate(_list(data, where)))


def _entry(kind: type[T], item: object, where: str) -> T:
    """One entry, under the names of the file, its ``id`` required."""
    if not isinstance(item, Mapping):
        raise Invalid(f"{where} is not an object")
    given = {**item, **{ours: item.get(theirs) for ours, theirs in KEYS.items() if theirs in item}}
    if "note" not in given and "stance_note" in given:
        given["note"] = given["stance_note"]
    if not shape.text(given.get("ref"), f"{where}.id"):
        raise Invalid(f"{where} has no id")
    return shape.read(kind, given, where)


def _event(item: object, where: str, places: list[PlaceEntry]) -> EventEntry:
    """An event; a place told within it joins ``places``, under an id of its own."""
    if isinstance(item, Mapping) and isinstance(item.get("place"), Mapping):
        place = {"id": f"place-of-{item.get('id')}", **item["place"]}
        entry = _entry(PlaceEntry, place, f"{where}.place")
        held = next((p for p in places if dataclasses.replace(p, ref=entry.ref) == entry), None)
        if held is None:
            places.append(entry)
        item = {**item, "place": (held or entry).ref}
    return _entry(EventEntry, item, where)


def _check(register: Register) -> None:
    known = {
        name: _refs(getattr(register, name), name)
        for name in ("sources", "places", "events", "questions", "claims")
    }
    pointers = (
        ("events", "place", "places"),
        ("questions", "event", "events"),
        ("claims", "question", "questions"),
        ("claims", "source", "sources"),
        ("claims", "part_of", "claims"),
        ("claims", "place", "places"),
    )
    for name, field, target in pointers:
        for entry in getattr(register, name):
            ref = getattr(entry, field)
            if ref and ref not in known[target]:
                said = KEYS.get(field, field)
                raise Invalid(f"{entry.ref}: {said} is {ref!r:.80}, which is none of the {target}")
    _no_circles({claim.ref: claim.part_of for claim in register.claims})


def _refs(entries: tuple[Any, ...], name: str) -> set[str]:
    refs: set[str] = set()
    for entry in entries:
        if entry.ref in refs:
            raise Invalid(f"{name} holds {entry.ref!r:.80} twice")
        refs.add(entry.ref)
    return refs


def _no_circles(part_of: Mapping[str, str]) -> None:
    settled: set[str] = set()
    for ref in part_of:
        path: dict[str, None] = {}
        while ref and ref not in settled:
            if ref in path:
                raise Invalid(f"claim {ref!r:.80} is part of itself")
            path[ref] = None
            ref = part_of[ref]
        settled |= path.keys()


def _row(entry: Any) -> dict[str, Any]:
    names = {**KEYS, "latitude": "lat", "longitude": "lon"}
    held = {names.get(name, name): value for name, value in shape.dump(entry).items()}
    for name in ("date", "happened"):
        date = getattr(entry, name, None)
        if isinstance(date, FuzzyDate) and date == from_words(date.words):
            held[name] = date.words
    return held
