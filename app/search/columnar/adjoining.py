"""Finds words that follow one another at once, by keys that say where in the whole segment each stands.

A key is where a document begins, when all are laid end to end, plus a place. Documents are as long as their
words are many; where some word stands behind that (an analyzer has left gaps), all are as long as the
longest. Keys of frequent words are kept from search to search.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from app.search.columnar.arrays import Array, ranges
from app.search.columnar.meeting import laid
from app.search.columnar.snapshot import View

LONGEST = 64  # words of a phrase; and the room between documents
_SOON = 40_000  # places of a term whose keys are made for one search
_RARER = 6  # of a term so many times as frequent as what is left, only those documents are looked at
_FEW = 10_000  # and what is left must be fewer
_FEW_AT_ALL = 100  # keys for which it is not worth while to look at documents first
_MANY = 30_000  # keys that are looked up one by one; more are marked off, a stretch at a time
_STRETCH = 1 << 20


class _Gaps(Exception):
    """A word stands behind the end of its document."""


def adjoining(view: View, field: str, numbers: Sequence[int]) -> Array:
    """Documents (ascending) in which these terms follow one another."""
    return _unique(places(view, field, [(number,) for number in numbers])[0])


def places(view: View, field: str, slots: Sequence[Sequence[int]]) -> tuple[Array, Array]:
    """Where words follow one another: the document and the first place, for every time, ascending.

    Each slot (at most ``LONGEST``) has the numbers of the terms that fit there; one may be without any.
    """
    try:
        return _places(view, field, slots, _Line(view, field, even=view.kept.has(("gaps", field))))
    except _Gaps:
        view.kept.get(("gaps", field), lambda: np.ones(1, bool))
        return _places(view, field, slots, _Line(view, field, even=True))


def _places(view: View, field: str, slots: Sequence[Sequence[int]], line: "_Line") -> tuple[Array, Array]:
    part = view.data.fields[field]
    sized = sorted(
        (sum(end - begin for begin, end in map(part.place_span, slot)), at) for at, slot in enumerate(slots)
    )
    first = sized[0][1]
    begun = line.keys(slots[first])
    owners = line.owners(slots[first], begun)
    for _, at in sized[1:]:  # of frequent words it is soon seen whether a document has them at all
        has = laid(view, field, slots[at][0]) if len(slots[at]) == 1 and len(begun) > _FEW_AT_ALL else None
        if has is not None:
            here = has.take(owners).nonzero()[0]
            begun, owners = begun.take(here), owners.take(here)
    for size, at in sized[1:]:
        if not len(begun):
            break
        step, slot = begun.dtype.type(abs(at - first)), slots[at]
        wanted = begun + step if at > first else begun - step
        if len(slot) == 1 and size > _SOON and len(begun) < min(_FEW, size // _RARER):
            keys = line.keys_in(slot[0], _unique(owners))
        else:
            keys = line.keys(slot)
        here = _among(wanted, keys)
        begun, owners = begun.compress(here), owners.compress(here)
    return owners, begun - line.begins.take(owners) - begun.dtype.type(first)


class _Line:
    """The documents of a segment laid end to end; ``even``: all of them as long as the longest."""

    def __init__(self, view: View, field: str, *, even: bool) -> None:
        self.view, self.field, self.part = view, field, view.data.fields[field]
        lengths = None if even else view.data.lengths(field)
        self.even = lengths is None

        def laid() -> Array:
            if lengths is None:
                sizes: Any = np.full(view.count, self.part.most_places + 1, np.int64)
            else:
                sizes = lengths.astype(np.int64)
            ends = np.cumsum(sizes + LONGEST)
            kind = np.uint32 if not len(ends) or ends[-1] + LONGEST < 1 << 32 else np.int64
            return np.concatenate(([LONGEST], ends + LONGEST)).astype(kind)

        self.edges = view.kept.get(("line", field, self.even), laid)
        self.begins = self.edges[:-1]

    def keys(self, slot: Sequence[int]) -> Array:
        """The keys of all these terms, ascending."""
        lists = [self._keys_of(number) for number in slot]
        if len(lists) == 1:
            return lists[0]
        return _unique(np.sort(np.concatenate([self.begins[:0], *lists])))

    def owners(self, slot: Sequence[int], keys: Array) -> Array:
        """The document of each key."""
        if len(slot) == 1:
            documents = self.view.documents(self.field, slot[0])
            if len(documents) == len(keys):
                return documents
            return documents.repeat(self._counts(slot[0]))
        found: Array = (self.edges.searchsorted(keys, "right") - 1).astype(np.uint32)
        return found

    def _keys_of(self, number: int) -> Array:
        def made() -> Array:
            begin, end = self.part.place_span(number)
            documents = self.view.documents(self.field, number)
            counts = None if end - begin == len(documents) else self._counts(number)
            return self._laid(documents, counts, self.part.places(begin, end))

        return self.view.kept.get(("keys", self.field, number, self.even), made)

    def _counts(self, number: int) -> Array:
        """How many places each document of a term has."""
        codes = self.view.kept.get(("codes", self.field, number), lambda: self.part.codes(number))
        found: Array = self.part.counts.take(codes)
        return found

    def _laid(self, documents: Array, counts: Array | None, places: Array) -> Array:
        """The keys of places, so many in each document."""
        found, ends = self.begins.take(documents), self.edges.take(documents + 1)
        if counts is not None:
            found, ends = found.repeat(counts), ends.repeat(counts)
        found += places
        if not self.even and (found + found.dtype.type(LONGEST) >= ends).any():
            raise _Gaps
        return found

    def keys_in(self, number: int, documents: Array) -> Array:
        """The keys of a frequent term, but only in these documents."""
        part, inside = self.part, self.view.documents(self.field, number)
        at = inside.searchsorted(documents)
        at[at == len(inside)] = len(inside) - 1
        here = inside.take(at) == documents
        at, documents = at.compress(here), documents.compress(here)

        def firsts() -> Array:
            counts = self._counts(number)
            found = np.cumsum(counts, dtype=np.uint32)
            found -= counts.astype(np.uint32)
            return found

        begins = self.view.kept.get(("firsts", self.field, number), firsts).take(at)
        counts = part.counts.take(part.unpacked_at("codes", part.span(number)[0] + at))
        where = part.place_span(number)[0] + ranges(begins, counts)
        return self._laid(documents, counts, part.unpacked_at("places", where))


def _unique(values: Array) -> Array:
    """Ascending values, each once."""
    fresh = np.ones(len(values), bool)
    np.not_equal(values[1:], values[:-1], out=fresh[1:])
    return values.compress(fresh)


def _among(wanted: Array, keys: Array) -> Array:
    """Which of the keys that are wanted there are; both ascending."""
    if not len(keys):
        return np.zeros(len(wanted), bool)
    if len(wanted) < _MANY:
        at = keys.searchsorted(wanted)
        at[at == len(keys)] = len(keys) - 1
        found: Array = keys.take(at) == wanted
        return found
    edges = np.arange(0, int(wanted[-1]) + _STRETCH, _STRETCH).astype(wanted.dtype)
    mine, theirs = [*wanted.searchsorted(edges).tolist(), len(wanted)], keys.searchsorted(edges).tolist()
    theirs.append(int(keys.searchsorted(wanted[-1:], "right")[0]))
    marks, found = np.zeros(_STRETCH, bool), np.zeros(len(wanted), bool)
    own, other = wanted.astype(np.intp), keys[: theirs[-1]].astype(np.intp)
    own &= _STRETCH - 1
    other &= _STRETCH - 1
    for number in range(len(edges)):
        low, high = mine[number], mine[number + 1]
        if low < high:
            there = other[theirs[number] : theirs[number + 1]]
            marks[there] = True
            found[low:high] = marks[own[low:high]]
            marks[there] = False
    return found
