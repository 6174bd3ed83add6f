"""Know people, places and events by every name the archive has for them, as far as a reader may know it.

A search finds a place or a person under all their names, and says so; and it points to the
pages of those who are named so. Only names that the reader's own editions and events show
are used: a search must not give away another name of somebody it keeps.
"""

import threading
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Select, case, func, select, true
from sqlalchemy.orm import selectinload

from app.archive import index
from app.db import once, session
from app.models import Audience, Edition, EditionLink, Event, LinkKind, Person, Place
from app.records import Named
from app.search import stopping, suggesting
from app.search.analysis import words as words_of
from app.search.folding import fold
from app.services import masking, weighing

N = TypeVar("N", Person, Place)

LONGEST = 4  # words of a name that is looked up in a query
MOST = 6  # pages pointed to
ALIKE = 40  # ways to say a query by other names, that pages are looked for by
LOOKED_AT = 40  # words of names that begin alike and are looked at


@dataclass
class Names:
    """The names of one audience: what is called so, by the whole folded name and by each word of it."""

    things: list[tuple[str, Named]] = field(default_factory=list)  # kind, and its name with all others
    by_name: dict[str, list[int]] = field(default_factory=dict)
    by_word: dict[str, set[int]] = field(default_factory=dict)

    @cached_property
    def words(self) -> list[str]:
        """The words of all names, in order."""
        return sorted(self.by_word)

    def add(self, kind: str, identifier: str, forms: Iterable[str]) -> None:
        """Know a thing by its forms, the one shown first."""
        first, *others = dict.fromkeys(form for form in forms if form)
        number = len(self.things)
        self.things.append((kind, Named(first, identifier, tuple(others))))
        for form in (first, *others):
            words = folded(form)
            self.by_name.setdefault(" ".join(words), []).append(number)
            for word in words:
                self.by_word.setdefault(word, set()).add(number)


def variants(words: str, audience: str) -> dict[str, tuple[str, ...]]:
    """Each name of a place or a person in the query, folded, with the other forms it is known under."""
    names = _names(audience)
    found = {key: _others(names, key) for key in spoken(words) if key in names.by_name}
    return {key: others for key, others in found.items() if others}


def _others(names: Names, key: str) -> tuple[str, ...]:
    """The other forms of what has this name, unless it is an event: events are told of, not named."""
    forms = {
        form
        for number in names.by_name[key]
        for kind, named in [names.things[number]]
        if kind != "events"
        for form in (named.name, *named.variants)
        if " ".join(folded(form)) != key
    }
    return tuple(sorted(forms))


def spoken(words: str) -> set[str]:
    """Every word of the query, and every few words in a row, folded: what may be a name."""
    return rows(folded(words))


def rows(words: Sequence[str]) -> set[str]:
    """Every word, and every few words in a row."""
    return {key for key, _, _ in _rows(words)}


def _rows(words: Sequence[str]) -> Iterator[tuple[str, int, int]]:
    """Each few words in a row, where they begin and how many they are."""
    for many in range(1, LONGEST + 1):
        for at in range(len(words) - many + 1):
            yield " ".join(words[at : at + many]), at, many


def begun(start: str, audience: str, most: int) -> list[tuple[str, str]]:
    """Kinds and names of people and places of which a word begins with ``start`` (folded).

    Of several names of one the first that does; shorter names before longer ones.
    """
    names = _names(audience)
    found: dict[str, str] = {}
    at = bisect_left(names.words, start)
    for word in islice(names.words, at, at + LOOKED_AT):
        for number in sorted(names.by_word[word]) if word.startswith(start) else ():
            kind, named = names.things[number]
            if kind != "events":
                name = next(form for form in (named.name, *named.variants) if _begins(form, start))
                found.setdefault(name, kind)
    ranked = sorted(found, key=lambda name: (not fold(name).startswith(start), len(name), name))
    return [(found[name], name) for name in ranked[:most]]


def _begins(form: str, start: str) -> bool:
    return any(word.startswith(start) for word in folded(form))


def pages(words: str, audience: str) -> tuple[tuple[str, Named], ...]:
    """The people, places and events whose names hold all the words of the query but stop words.

    A name in it may stand for any other of the same place or person: Xocalı for Khojaly.
    """
    names, little = _names(audience), stopping.of(index(audience).languages())
    asked = " ".join(fold(word.surface) for word in suggesting.spoken(words))
    same = [asked]
    for name in sorted(row for row in rows(asked.split()) if row in names.by_name):
        same += [_put(asked, name, form) for form in _others(names, name)]
    found: dict[int, None] = {}
    for one in same[:ALIKE]:
        told = [word for word in one.split() if word not in little]
        held = [names.by_word.get(word, set()) for word in told]
        found |= dict.fromkeys(sorted(set.intersection(*held)) if held else ())
    return tuple(names.things[number] for number in list(found)[:MOST])


def _put(asked: str, name: str, form: str) -> str:
    """What was asked, with another name in the place of one."""
    return f" {asked} ".replace(f" {name} ", f" {' '.join(folded(form))} ").strip()


def known(words: str, audience: str) -> set[str]:
    """The words of the query, folded, that stand in the name of anybody or anything."""
    held = _names(audience).by_word
    return {word for word in folded(words) if word in held}


def said(words: str, variants: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """The variants, under the words as the reader typed them."""
    typed = [word.surface for word in words_of(words)]
    spelt = {key: " ".join(typed[at : at + n]) for key, at, n in _rows([fold(one) for one in typed])}
    return {spelt.get(key, key): forms for key, forms in variants.items()}


def folded(text: str) -> list[str]:
    """The words of a name, or of what may hold one, folded."""
    return [fold(word.surface) for word in words_of(text)]


_kept: dict[tuple[object, ...], tuple[tuple[object, ...], Names]] = {}
_reading = threading.Lock()  # all names take a second to read: those who come meanwhile wait, and have them


def _names(audience: str) -> Names:
    """The names of an audience, read again only when an edition or an event has changed."""
    return once(("names", audience), lambda: _current(audience))


def _current(audience: str) -> Names:
    now = state(audience)
    where = now[:2]
    if where not in _kept or _kept[where][0] != now:
        with _reading:
            if where not in _kept or _kept[where][0] != now:
                _kept[where] = (now, _read(audience))
    return _kept[where][1]


def state(audience: str) -> tuple[object, ...]:
    """What differs once something this audience may see has changed; first the archive, the audience."""
    address = str(session().get_bind().engine.url)
    return (address, audience, *session().execute(_marks(audience)).one())


@cache
def _marks(audience: str) -> Select[Any]:
    """One question, for every page asks it: its making takes longer than its answer."""
    held = Edition.audience == Audience(audience)
    count = select(func.count(Edition.id).label("count")).where(held).subquery()
    # The highest number may be given again when its edition was removed: its stamp is not.
    newest = (
        select(Edition.serial, Edition.stamp)
        .where(held)
        .order_by(Edition.serial.desc(), Edition.id.desc())
        .limit(1)
        .subquery()
    )
    events = select(
        func.max(Event.id).label("last"),
        func.sum(Event.version).label("versions"),
        func.count(case((Event.is_published, 1))).label("open"),
    ).subquery()
    named = [
        select(func.count(noun.id).label("count"), func.sum(noun.version).label("versions")).subquery()
        for noun in (Person, Place)
    ]
    said = count.outerjoin(newest, true())
    for part in (events, *named):
        said = said.join(part, true())
    return select(count, newest, events, *named).select_from(said)


def _read(audience: str) -> Names:
    names, veils = Names(), masking.kept_from(audience)
    for event in session().scalars(weighing.shown(Event, audience).order_by(Event.id)):
        names.add("events", event.identifier, masking.names([event.title], veils))
    seen = _linked(LinkKind.PLACE, audience).union(
        weighing.shown(Event, audience).with_only_columns(Event.place_id)
    )
    for place in _in_use(Place, seen):
        names.add("places", place.identifier, masking.names([place.name, *place.other_names], veils))
    _read_people(names, audience, veils)
    return names


def _read_people(names: Names, audience: str, veils: masking.Veils) -> None:
    seen = _linked(LinkKind.PERSON, audience).union(_linked(LinkKind.MENTION, audience))
    for person in _in_use(Person, seen):
        if person.is_veiled and audience != Audience.STAFF:  # a veiled name is known to staff alone
            names.add("people", person.identifier, [person.shown_as])
        else:
            forms = [f for p in person.everyone for f in (p.name, *(n.form for n in p.names))]
            names.add("people", person.identifier, masking.names(forms, veils))


def _in_use(noun: type[N], seen: Any) -> list[N]:
    """The people or places of these numbers, or those that stand for them, with all their names."""
    # All at once: who was merged into whom is then known without asking for each.
    held = {
        thing.id: thing
        for thing in session().scalars(
            select(noun).options(selectinload(noun.names), selectinload(noun.merged)).order_by(noun.id)
        )
    }
    # An event whose place is not known brings no number.
    numbers = sorted(number for number in session().scalars(seen) if number)
    return list(dict.fromkeys(held[number].in_use for number in numbers))


def _linked(kind: LinkKind, audience: str) -> Select[int]:
    return (
        select(EditionLink.target_id)
        .join(Edition, Edition.id == EditionLink.edition_id)
        .where(EditionLink.kind == kind, Edition.audience == Audience(audience))
        .distinct()
    )
