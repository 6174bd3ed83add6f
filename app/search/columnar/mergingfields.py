"""Merges the postings of one field of several segments, a stretch of terms at a time, array by array.

Each array is written as a stream, so that no more than a stretch of it is in memory.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

import numpy as np

from app.search.columnar import payload
from app.search.columnar.arrays import (
    Array,
    Bools,
    Ints,
    Strings,
    changes,
    narrow,
    ranges,
    sizes,
    small,
    starts,
    united,
)
from app.search.columnar.columnfile import Drafting
from app.search.columnar.postings import CHUNK, Postings

STRETCH = 2_000_000  # postings or places that are moved together


class Owner(Protocol):
    """The documents of a part: which are kept, and their new numbers."""

    keep: Bools | None

    @property
    def number(self) -> Array:
        """The new number of each document."""


class _Moving:
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
                [owner.keep[view.documents(low, high)] for low, high in _stretches(view.per_term())]
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
            for low, high in _stretches(self.view.per_term())
        ]
        sums = starts(np.concatenate([*found, np.zeros(0, np.int64)]))
        return sizes(sums[self.view.firsts[self.view.runs].astype(np.int64)])


def _stretches(per_term: Array) -> Iterator[tuple[int, int]]:
    ends = np.cumsum(per_term)
    low, done = 0, 0
    while low < len(per_term):
        high = max(int(np.searchsorted(ends, done + STRETCH, "right")), low + 1)
        yield low, high
        low, done = high, int(ends[high - 1])


class _Layout:
    """Where each part's values go when, term by term, one part's stand after another's."""

    def __init__(self, parts: Sequence[tuple[_Moving, Ints]], terms: int) -> None:
        self.parts = [moving for moving, _ in parts]
        self.rows = np.zeros((len(parts), terms), np.int64)
        for row, (moving, counts) in zip(self.rows, parts, strict=True):
            row[moving.used_numbers] = counts[moving.used]
        self.per_term = self.rows.sum(axis=0)

    def pieces(
        self, read: Sequence[Callable[[int, int], Array]], kind: str
    ) -> Iterator[tuple[int, int, Array]]:
        """Terms from, to, and the values of all parts, stretch by stretch."""
        for low, high in _stretches(self.per_term):
            rows = self.rows[:, low:high]
            begins = starts(self.per_term[low:high])[:-1] + np.cumsum(rows, axis=0) - rows
            together = np.empty(int(rows.sum()), kind)
            for number, (moving, reader) in enumerate(zip(self.parts, read, strict=True)):
                span = moving.span(low, high)
                if span[1]:
                    together[ranges(begins[number], rows[number])] = reader(*span)
            yield low, high, together


def merge_field(draft: Drafting, name: str, kind: str, given: Sequence[tuple[Postings, Owner]]) -> None:
    """Write the postings of a field: of each part's documents that are kept, under their new numbers."""
    parts = [_Moving(view, owner) for view, owner in given]
    terms, numbers = united([one.view.terms for one in parts], [one.per_term > 0 for one in parts])
    for one, number in zip(parts, numbers, strict=True):
        one.settle(number)
    table, recodes = _tables([one.view for one in parts])
    for one, recode in zip(parts, recodes, strict=True):
        one.recode = recode
    draft.add(f"{name}.blob", terms.blob)
    draft.add(f"{name}.ends", small(terms.starts))
    for column, values in table.items():
        draft.add(f"{name}.{column}", values)
    layout = _Layout([(one, one.per_term) for one in parts], len(terms))
    _documents(draft, name, layout)
    code_kind = np.dtype(narrow(max(len(table["weights"]) - 1, 0))).str
    _packed(draft, name, "codes", layout, [one.codes for one in parts], code_kind)
    if kind in payload.PLACED:
        _places(draft, name, kind, parts, len(terms))
    if kind == "raw":
        _raw(draft, name, layout)


def _values(view: Postings, column: str) -> Array:
    """The widest numbers of a packed array."""
    return view.array(f"{column}_is" if f"{view.name}.{column}_is" in view.source else column)


def _packed(
    draft: Drafting,
    name: str,
    column: str,
    layout: _Layout,
    read: Sequence[Callable[[int, int], Array]],
    kind: str,
) -> None:
    """Write an array as ``arrays.packed`` does, unless a part has it wide."""
    plain = any(one.view.array(column).dtype.itemsize > 1 for one in layout.parts)
    if plain or np.dtype(kind).itemsize == 1:
        draft.stream(f"{name}.{column}", kind, (values for _, _, values in layout.pieces(read, kind)))
        return
    places: list[Array] = [np.zeros(0, np.int64)]
    found: list[Array] = [np.zeros(0, kind)]
    done = 0

    def pieces() -> Iterator[Array]:
        nonlocal done
        for _, _, values in layout.pieces(read, kind):
            wide = np.flatnonzero(values > 255)
            places.append(wide + done)
            found.append(values[wide])
            done += len(values)
            yield values.astype(np.uint8)

    draft.stream(f"{name}.{column}", "|u1", pieces())
    draft.add(f"{name}.{column}_at", small(np.concatenate(places)))
    draft.add(f"{name}.{column}_is", np.concatenate(found))


def _documents(draft: Drafting, name: str, layout: _Layout) -> None:
    chunks: list[Array] = []
    firsts: list[Array] = []
    runs: list[Array] = []
    done = 0

    def pieces() -> Iterator[Array]:
        nonlocal done
        for low, high, documents in layout.pieces([one.documents for one in layout.parts], "<u4"):
            upper = (documents >> CHUNK).astype(np.uint16)
            number = np.repeat(np.arange(high - low, dtype=np.uint32), layout.per_term[low:high])
            first = changes(number, upper)
            chunks.append(upper[first])
            firsts.append(first + done)
            runs.append(np.bincount(number[first], minlength=high - low))
            done += len(documents)
            yield documents.astype(np.uint16)

    draft.stream(f"{name}.documents", "<u2", pieces())
    none = np.zeros(0, np.int64)
    draft.add(f"{name}.chunks", small(np.concatenate([*chunks, none.astype(np.uint16)])))
    draft.add(f"{name}.firsts", small(np.concatenate([*firsts, np.array([done])])))
    draft.add(f"{name}.runs", small(starts(np.concatenate([*runs, none]))))


def _places(draft: Drafting, name: str, kind: str, parts: Sequence[_Moving], terms: int) -> None:
    layout = _Layout([(one, one.places_per_term()) for one in parts], terms)
    draft.add(f"{name}.place_starts", small(starts(layout.per_term)))
    widest = max((_values(one.view, "places").dtype for one in parts), key=lambda dtype: dtype.itemsize)
    _packed(draft, name, "places", layout, [one.along("places") for one in parts], widest.str)
    for column, dtype in payload.COLUMNS[kind]:
        found = layout.pieces([one.along(column) for one in parts], dtype)
        draft.stream(f"{name}.{column}", dtype, (values for _, _, values in found))


def _raw(draft: Drafting, name: str, layout: _Layout) -> None:
    values: list[bytes] = []
    lists = [Strings(one.view.array("raw"), one.view.array("raw_ends")).all for one in layout.parts]
    numbers = np.arange(len(layout.per_term))
    for number in numbers.tolist():
        for moving, listed in zip(layout.parts, lists, strict=True):
            low, high = moving.span(number, number + 1)
            if high:
                begin, end = moving.view.span(low, high)
                keep = (
                    range(begin, end)
                    if moving.kept is None
                    else begin + np.flatnonzero(moving.kept[begin:end])
                )
                values.extend(listed[place] for place in keep)
    strings = Strings.of(values)
    draft.add(f"{name}.raw", strings.blob)
    draft.add(f"{name}.raw_ends", small(strings.starts))


def _tables(views: Sequence[Postings]) -> tuple[dict[str, Array], list[Array]]:
    """One table of codes for all parts, and what each part's codes are in it."""
    rows = []
    for view in views:
        one = np.zeros(len(view.weights), [("weight", "<f4"), ("length", "u1"), ("count", "<u4")])
        one["weight"], one["length"], one["count"] = view.weights, view.lengths, view.counts
        rows.append(one)
    together, inverse = np.unique(np.concatenate(rows), return_inverse=True)
    often = np.bincount(inverse, np.concatenate([_often(view) for view in views]))
    order = np.argsort(-often, kind="stable")
    ranks = np.zeros(len(order), np.int64)
    ranks[order] = np.arange(len(order))
    together, inverse = together[order], ranks[inverse]
    kind = narrow(max(len(together) - 1, 0))
    cuts = np.cumsum([len(one) for one in rows])[:-1]
    table = {"weights": "weight", "lengths": "length", "counts": "count"}
    found = {name: np.ascontiguousarray(together[of]) for name, of in table.items()}
    return found, np.split(inverse.astype(kind), cuts)


def _often(view: Postings) -> Array:
    """How often each code stands."""
    found = np.zeros(len(view.weights), np.int64)
    for begin in range(0, view.size, STRETCH):
        codes = view.unpacked("codes", begin, min(begin + STRETCH, view.size))
        found += np.bincount(codes, minlength=len(found))
    return found
