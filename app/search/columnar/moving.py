"""Brings the postings of several segments into the order of one, a stretch of terms at a time."""

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

import numpy as np

from app.search.columnar.arrays import Array, Bools, Ints, ranges, sizes, starts
from app.search.columnar.postings import Postings

STRETCH = 2_000_000  # postings or places that are moved together


class Owner(Protocol):
    """The documents of a part: which are kept, and their new numbers."""

    keep: Bools | None

    @property
    def number(self) -> Array:
        """The new number of each document."""


class Moving:
    """The postings of one part: which are kept, how many of each term, and what becomes of its codes."""

    def __init__(self, view: Postings, owner: Owner) -> None:
        self.view, self.owner = view, owner
        self.number: Ints = np.zeros(0, np.int64)  # of each term, once all terms are known
        self.recode: Array = np.zeros(0, np.uint32)
        self.per_term = view.per_term()
        self.kept: Bools | None = None
        if owner.keep is not None:
            terms = len(view.terms)
            self.kept = np.concatenate(
                [owner.keep[view.documents(low, high)] for low, high in stretches(view.per_term())]
                or [np.zeros(0, bool)]
            )
            begins = view.firsts[view.runs].astype(np.int64)
            self.per_term = np.diff(starts(self.kept)[begins]) if terms else self.per_term

    def span(self, low: int, high: int) -> tuple[int, int]:
        """Which of the part's terms become terms ``low`` to ``high`` of all."""
        begin, end = np.searchsorted(self.used_numbers, (low, high)).tolist()
        if begin == end:
            return 0, 0
        return int(self.used[begin]), int(self.used[end - 1]) + 1

    def settle(self, number: Ints) -> None:
        """Say what number each term gets."""
        self.number = number
        self.used = np.flatnonzero(self.per_term > 0)
        self.used_numbers = number[self.used]

    def pick(self, values: Array, begin: int, end: int) -> Array:
        """Those of the values of postings ``begin`` to ``end`` that are kept."""
        return values if self.kept is None else values[self.kept[begin:end]]

    def documents(self, low: int, high: int) -> Array:
        """New document numbers of terms ``low`` to ``high``."""
        found = self.pick(self.view.documents(low, high), *self.view.span(low, high))
        number: Array = self.owner.number[found]
        return number

    def codes(self, low: int, high: int) -> Array:
        """New codes of terms ``low`` to ``high``."""
        found = self.pick(self.view.codes(low, high), *self.view.span(low, high))
        codes: Array = self.recode[found]
        return codes

    def along(self, name: str) -> Callable[[int, int], Array]:
        """What reads places (or what goes along with them) of terms ``low`` to ``high``."""
        place_starts = self.view.array("place_starts")

        def read(low: int, high: int) -> Array:
            values = self.view.unpacked(name, int(place_starts[low]), int(place_starts[high]))
            if self.kept is None:
                return values
            counts = self.view.counts[self.view.codes(low, high)]
            begin, end = self.view.span(low, high)
            return values[np.repeat(self.kept[begin:end], counts)]

        return read

    def places_per_term(self) -> Ints:
        """How many places of each term are kept."""
        if self.kept is None:
            return sizes(self.view.array("place_starts"))
        found = [
            np.where(
                self.kept[slice(*self.view.span(low, high))], self.view.counts[self.view.codes(low, high)], 0
            )
            for low, high in stretches(self.view.per_term())
        ]
        sums = starts(np.concatenate([*found, np.zeros(0, np.int64)]))
        return sizes(sums[self.view.firsts[self.view.runs].astype(np.int64)])


def stretches(per_term: Array) -> Iterator[tuple[int, int]]:
    """Terms from, to (exclusive): about ``STRETCH`` postings together, or one term that has more."""
    ends = np.cumsum(per_term)
    low, done = 0, 0
    while low < len(per_term):
        high = max(int(np.searchsorted(ends, done + STRETCH, "right")), low + 1)
        yield low, high
        low, done = high, int(ends[high - 1])


class Layout:
    """Where each part's values go when, term by term, one part's stand after another's."""

    def __init__(self, parts: Sequence[tuple[Moving, Ints]], terms: int) -> None:
        self.parts = [moving for moving, _ in parts]
        self.rows = np.zeros((len(parts), terms), np.int64)
        for row, (moving, counts) in zip(self.rows, parts, strict=True):
            row[moving.used_numbers] = counts[moving.used]
        self.per_term = self.rows.sum(axis=0)

    def pieces(
        self, read: Sequence[Callable[[int, int], Array]], kind: str
    ) -> Iterator[tuple[int, int, Array]]:
        """Terms from, to, and the values of all parts, stretch by stretch."""
        for low, high in stretches(self.per_term):
            rows = self.rows[:, low:high]
            begins = starts(self.per_term[low:high])[:-1] + np.cumsum(rows, axis=0) - rows
            together = np.empty(int(rows.sum()), kind)
            for number, (moving, reader) in enumerate(zip(self.parts, read, strict=True)):
                span = moving.span(low, high)
                if span[1]:
                    together[ranges(begins[number], rows[number])] = reader(*span)
            yield low, high, together
