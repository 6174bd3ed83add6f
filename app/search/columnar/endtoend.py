"""One field of several segments read as if they were one: the lists of each term end to end.

A term's number is made of its numbers in the segments, as digits (zero: it is not there); so nothing is
merged before it is asked for.
"""

from collections.abc import Callable, Sequence
from functools import cached_property

import numpy as np

from app.search.columnar.arrays import Array, Ints, Strings, narrow, starts, united
from app.search.columnar.postings import Postings, Row

_KNOWN = 10_000  # terms of which it is remembered where they are


class Joined(Postings):
    """The postings of a field in several segments, whose documents begin at ``bases``."""

    def __init__(self, parts: Sequence[Postings], bases: Sequence[int]) -> None:
        self.parts, self.bases = parts, bases
        self.kind, self.placed = parts[0].kind, parts[0].placed
        self._known: dict[int, list[tuple[int, int]]] = {}
        self._begins: dict[tuple[int, str], Ints] = {}

    @cached_property
    def terms(self) -> "_Terms":
        """The terms, to be found one at a time."""
        return _Terms([part.terms for part in self.parts])

    @cached_property
    def merged(self) -> tuple[Strings, list[Ints]]:
        """All terms, ascending; and for each segment the place there of each of its own."""
        lists = [part.terms for part in self.parts]
        return united(lists, [np.ones(len(one), bool) for one in lists])

    @cached_property
    def _codes(self) -> tuple[int, list[Row], list[Array]]:
        """The segment with the most codes, whose codes stay; what further ones stand for; and maps to these.

        That segment knows most of the others' already, so that a small one that has come in costs little.
        """
        most = max(range(len(self.parts)), key=lambda place: len(self.parts[place].rows))
        known = {row: code for code, row in enumerate(self.parts[most].rows)}
        size, more = len(self.parts[most].rows), list[Row]()
        for place, part in enumerate(self.parts):
            if place != most:
                fresh = [row for row in part.rows if row not in known]
                known.update(zip(fresh, range(size + len(more), size + len(more) + len(fresh)), strict=True))
                more += fresh
        kind = narrow(size + len(more))
        maps: list[Array] = [
            np.fromiter(map(known.__getitem__, part.rows), kind, len(part.rows)) for part in self.parts
        ]
        return most, more, maps

    def _table(self, at: int, name: str) -> Array:
        most, more, _ = self._codes
        kind = np.result_type(*(getattr(part, name).dtype for part in self.parts))
        further = np.array([row[at] for row in more], kind)
        return np.concatenate((getattr(self.parts[most], name), further), dtype=kind)

    @cached_property
    def weights(self) -> Array:
        """The weight that a code stands for."""
        return self._table(0, "weights")

    @cached_property
    def lengths(self) -> Array:
        """The length byte that a code stands for."""
        return self._table(1, "lengths")

    @cached_property
    def counts(self) -> Array:
        """The number of places that a code stands for."""
        return self._table(2, "counts")

    @cached_property
    def most_places(self) -> int:
        """No place is greater."""
        return max(part.most_places for part in self.parts)

    def _having(self, term: int) -> list[tuple[int, int]]:
        """The segments that have a term, and its number in each."""
        known = self._known.get(term)
        if known is None:
            known, rest = [], term
            for place, part in enumerate(self.parts):
                rest, number = divmod(rest, len(part.terms) + 1)
                if number:
                    known.append((place, number - 1))
            if len(self._known) > _KNOWN:
                self._known.clear()
            self._known[term] = known
        return known

    def documents(self, term: int, end: int | None = None) -> Array:
        """Documents of a term, ascending. Unsigned, 32 bits."""
        found, last = np.empty(self.frequency(term), np.uint32), 0
        for place, number in self._having(term):
            mine = self.parts[place].documents(number)
            begin, last = last, last + len(mine)
            np.add(mine, np.uint32(self.bases[place]), out=found[begin:last])
        return found

    def codes(self, term: int, end: int | None = None) -> Array:
        """Codes of the same postings."""
        most, _, maps = self._codes
        found, last = np.empty(self.frequency(term), maps[most].dtype), 0
        for place, number in self._having(term):
            mine = self.parts[place].codes(number)
            begin, last = last, last + len(mine)
            if place == most:
                found[begin:last] = mine
            else:
                maps[place].take(mine, out=found[begin:last], mode="clip")
        return found

    def codes_at(self, term: int, places: Ints) -> Array:
        """Codes of some of a term's postings, by their places in its list (ascending)."""
        maps = self._codes[2]
        return self._at(
            term,
            places,
            self._frequency,
            lambda place, number, mine: maps[place].take(self.parts[place].codes_at(number, mine)),
        )

    def _frequency(self, place: int, number: int) -> int:
        return self.parts[place].frequency(number)

    def frequency(self, term: int) -> int:
        """How many documents a term stands in."""
        return sum(self._frequency(place, number) for place, number in self._having(term))

    def _place_count(self, place: int, number: int) -> int:
        return self.parts[place].place_count(number)

    def place_count(self, term: int) -> int:
        """How many places a term has."""
        return sum(self._place_count(place, number) for place, number in self._having(term))

    def places_of(self, term: int) -> Array:
        """All places of a term, in the order of its documents."""
        return np.concatenate([self.parts[place].places_of(number) for place, number in self._having(term)])

    def places_at(self, term: int, which: Ints) -> Array:
        """Some of a term's places, by where they stand among them (ascending)."""
        return self._at(
            term,
            which,
            self._place_count,
            lambda place, number, mine: self.parts[place].places_at(number, mine),
        )

    def low_places_at(self, term: int, which: Ints) -> Array:
        """The same, of which those above 255 may be told wrong."""
        return self._at(
            term,
            which,
            self._place_count,
            lambda place, number, mine: self.parts[place].low_places_at(number, mine),
        )

    def wide_places(self, term: int) -> Ints:
        """Which of a term's places (ascending) are not kept as bytes, where most are."""
        found, before = [np.zeros(0, np.int64)], 0
        for place, number in self._having(term):
            found.append(self.parts[place].wide_places(number) + before)
            before += self._place_count(place, number)
        return np.concatenate(found)

    def _at(
        self,
        term: int,
        which: Ints,
        size: Callable[[int, int], int],
        taken: Callable[[int, int, Ints], Array],
    ) -> Array:
        """Some (ascending) of what a term has so much of in each segment, ``taken`` from there."""
        having = self._having(term)
        if len(having) == 1:
            return taken(*having[0], which)
        key = term, size.__name__
        begins = self._begins.get(key)
        if begins is None:
            if len(self._begins) > _KNOWN:
                self._begins.clear()
            begins = self._begins[key] = starts(np.array([size(*one) for one in having]))
        cuts = which.searchsorted(begins).tolist()
        lists = [
            taken(place, number, which[low:high] - begin)
            for (place, number), low, high, begin in zip(having, cuts, cuts[1:], begins, strict=False)
            if low < high
        ]
        return np.concatenate(lists) if lists else np.zeros(0, np.uint8)


class _Terms(Strings):
    """The terms of several segments."""

    def __init__(self, lists: Sequence[Strings]) -> None:
        self._lists = lists
        self._found: dict[bytes, int] = {}

    def find(self, wanted: bytes) -> int:
        """The number of a term, or -1."""
        known = self._found.get(wanted)
        if known is None:
            known, unit = 0, 1
            for one in self._lists:
                known += unit * (one.find(wanted) + 1)
                unit *= len(one) + 1
            known -= not known
            if len(self._found) > _KNOWN:
                self._found.clear()
            self._found[wanted] = known
        return known
