"""Show every place where the words of a search stand, each in its context: a concordance.

It is made of the passages that the search finds, so that it finds neither more nor less than the search.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import select

from app.archive import index
from app.db import session
from app.errors import Invalid
from app.models import Audience, Edition, Testimony
from app.pages import Summary
from app.plain import restore
from app.records import Line
from app.search import Marker
from app.search.analysis import words as words_of
from app.search.folding import fold
from app.services import naming, opening, reading, searching, understanding
from app.services.opening import Part

MOST = 2_000  # passages that are laid out; of more, those that answer best
PER_PAGE = 50
AROUND = 64  # characters of context on either side
ORDERS = ("testimony", "date", "left", "right")
NO_WORDS = "Words in context need a word to look for."
_BETWEEN = re.compile(r"[\s\-'’]*")  # what may part two words that are one find


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One place where the words stand. ``line`` is None where they stand in a description."""

    testimony: Summary
    line: int | None
    start_ms: int | None
    speaker: str
    language: str
    before: str
    word: str
    after: str
    revision: int | None = None
    reserved: bool = False  # the narrator keeps mining to themselves
    machine: str = ""  # as Line.machine


@dataclass(frozen=True, slots=True)
class Concordance:
    """One page of it: ``total`` places, in ``laid`` of all the ``passages`` that the search finds."""

    rows: tuple[Occurrence, ...] = ()
    total: int = 0
    passages: int = 0
    testimonies: int = 0
    laid: int = 0
    page: int = 1
    pages: int = 1
    order: str = "testimony"
    message: str = ""
    also: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    within: Summary | None = None


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a find stands, before it is put into words for a page."""

    edition: Edition
    part: Part
    number: int  # of the line within its part
    start: int
    end: int
    before: str
    after: str


def concord(
    words: str,
    audience: str,
    filters: Mapping[str, tuple[str, ...]] | None = None,
    *,
    order: str = "testimony",
    page: int = 1,
    per_page: int | None = PER_PAGE,
    exact: bool = False,
    within: str = "",
) -> Concordance:
    """Where the words of a search stand; ``per_page`` None gives all of it.

    Raises Invalid for an order there is none of, NotFound for ``within`` what is not open.
    """
    if order not in ORDERS:
        raise Invalid("Words in context are ordered by testimony, date, left or right.")
    inside = searching.inside_of(within, audience)
    if not words.strip():
        return Concordance(order=order, message=NO_WORDS, within=inside)
    query = understanding.understood(words, audience, filters, exact=exact, within=within)
    query = replace(query, voices=frozenset())  # who speaks stands in no line
    engine = index(audience)
    results = engine.search(replace(query, limit=MOST))
    wanted: dict[str, list[int]] = {}
    for hit in results.hits:
        wanted.setdefault(hit.group, []).append(hit.number)
    places = list(_places(wanted, audience, engine.marker(query)))
    places.sort(key=_KEYS[order])
    pages = max(1, -(-len(places) // per_page)) if per_page else 1
    page = min(page, pages)
    shown = places[(page - 1) * per_page : page * per_page] if per_page else places
    return Concordance(
        rows=tuple(_rows(shown)),
        total=len(places),
        passages=results.total,
        testimonies=results.groups,
        laid=len(results.hits),
        page=page,
        pages=pages,
        order=order,
        message=results.message,
        also=naming.said(words, query.variants),
        within=inside,
    )


def _places(wanted: Mapping[str, Sequence[int]], audience: str, marker: Marker) -> Iterator[_Place]:
    found = session().execute(
        select(Testimony.identifier, Edition)
        .join(Testimony, Edition.testimony_id == Testimony.id)
        .where(Edition.audience == Audience(audience), Testimony.identifier.in_(wanted))
    )
    editions: dict[int, Edition] = {}
    keys: list[tuple[int, int]] = []
    for identifier, edition in found:
        editions[edition.id] = edition
        keys += [(edition.id, number) for number in wanted[identifier]]
    for (edition_id, _), part in opening.parts(keys).items():
        yield from _finds(editions[edition_id], part, marker)


def _finds(edition: Edition, part: Part, marker: Marker) -> Iterator[_Place]:
    """Every find in a passage, with what the same speaker says before and after it."""
    language = opening.language_of(edition.head, part.script)
    lines = [(line.get("text", ""), line.get("speaker", "")) for line in part.lines]
    for number, (text, speaker) in enumerate(lines):
        for start, end in _joined(text, marker.spans(text, language)):
            before, after = text[:start], text[end:]
            for earlier, by in reversed(lines[:number]):
                if by != speaker or not earlier or len(before) > AROUND:
                    break
                before = f"{earlier} {before}"
            for later, by in lines[number + 1 :]:
                if by != speaker or not later or len(after) > AROUND:
                    break
                after = f"{after} {later}"
            yield _Place(edition, part, number, start, end, _end(before), _beginning(after))


def _joined(text: str, spans: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The marked words, those that stand side by side as one."""
    start, end = -1, -1
    for first, last in spans:
        if start >= 0 and _BETWEEN.fullmatch(text, end, first):
            end = last
            continue
        if start >= 0:
            yield start, end
        start, end = first, last
    if start >= 0:
        yield start, end


def _end(text: str) -> str:
    """The last words of a text, whole, as many as there is room for."""
    text = " ".join(text.split()) + (" " if text[-1:].isspace() else "")
    if len(text) <= AROUND:
        return text
    cut = text[-AROUND:]
    return "…" + (cut[cut.index(" ") :] if " " in cut.rstrip() else cut)


def _beginning(text: str) -> str:
    text = (" " if text[:1].isspace() else "") + " ".join(text.split())
    if len(text) <= AROUND:
        return text
    cut = text[:AROUND]
    return (cut[: cut.rindex(" ") + 1] if " " in cut.lstrip() else cut) + "…"


def _as_told(place: _Place) -> tuple[Any, ...]:
    head = place.edition.head
    return fold(head["title"]), head["identifier"], place.part.number, place.number, place.start


def _folded(text: str) -> list[str]:
    return [fold(word.surface) for word in words_of(text)]


_KEYS: dict[str, Callable[[_Place], tuple[Any, ...]]] = {
    "testimony": _as_told,
    # What has no day comes last, as in a search.
    "date": lambda place: (place.edition.sorted_by or "~", *_as_told(place)),
    "left": lambda place: (_folded(place.before)[::-1], *_as_told(place)),
    "right": lambda place: (_folded(place.after), *_as_told(place)),
}


def _rows(places: Sequence[_Place]) -> Iterator[Occurrence]:
    summaries: dict[int, Summary] = {}
    for place in places:
        edition, part = place.edition, place.part
        if edition.id not in summaries:
            summaries[edition.id] = reading.summary(edition)
        line = restore(Line, part.lines[place.number])
        scripts = edition.head.get("scripts", ())
        yield Occurrence(
            machine=line.machine,
            testimony=summaries[edition.id],
            line=line.number if part.script >= 0 else None,
            start_ms=line.start_ms if line.start_ms is not None else part.start_ms,
            speaker=line.speaker,
            language=opening.language_of(edition.head, part.script),
            before=place.before,
            word=line.text[place.start : place.end],
            after=place.after,
            revision=scripts[0].get("revision", 1) if part.script == 0 else None,
            reserved="uses" in edition.head and not edition.head["uses"].get("machines"),
        )
