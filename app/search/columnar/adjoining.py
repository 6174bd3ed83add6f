"""Finds words that follow one another at once, by keys that say where in the whole segment each stands.

A key is where a document begins, when all are laid end to end, plus a place. Documents are as long as their
words are many; where some word stands behind that (an analyzer has left gaps), as long as the longest.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from app.search.columnar.arrays import Array, Ints, ranges
from app.search.columnar.meeting import codes, codes_in, laid
from app.search.columnar.phrasing import among, unique
from app.search.columnar.snapshot import View

LONGEST = 64  # words of a phrase; and the room between documents
_SOON = 40_000  # places of a term whose keys are made for one search
_OFTEN = 1_000_000  # and for several, if they ask for it
_RARER = 6  # of a term so many times as frequent as what is left, only those documents are looked at
_FEW_AT_ALL = 100  # keys for which it is not worth while to look at documents first


class _Gaps(Exception):
    """A word stands behind the end of its document."""


def adjoining(view: View, field: str, numbers: Sequence[int]) -> Array:
    """Documents (ascending) in which these terms follow one another."""
    return unique(_followed(view, field, [(number,) for number in numbers])[0])


def places(view: View, field: str, slots: Sequence[Sequence[int]]) -> tuple[Array, Array]:
    """Where words follow one another: the document and the first place, for every time, ascending.

    Each slot (at most ``LONGEST``) has the numbers of the terms that fit there; one may be without any.
    """
    owners, keys, first, line = _followed(view, field, slots)
    return owners, keys - line.begins.take(owners) - keys.dtype.type(first)


def _followed(view: View, field: str, slots: Sequence[Sequence[int]]) -> tuple[Array, Array, int, "_Line"]:
    """The documents and the keys of the rarest slot where all follow one another, and which slot that is."""
    line = view.lines.get(field)
    if line is None:
        line = view.lines[field] = _Line(view, field, even=view.kept.has(("gaps", field)))
    try:
        return *_kept(line, slots), line
    except _Gaps:
        view.kept.get(("gaps", field), lambda: np.ones(1, bool))
        line = view.lines[field] = _Line(view, field, even=True)
        return *_kept(line, slots), line


def _kept(line: "_Line", slots: Sequence[Sequence[int]]) -> tuple[Array, Array, int]:
    sized = sorted((sum(map(line.size, slot)), at) for at, slot in enumerate(slots))
    first = sized[0][1]
    others = [slots[at][0] for _, at in sized[1:] if len(slots[at]) == 1]
    owners, begun = line.begun(slots[first], others)
    for size, at in sized[1:]:
        if not len(begun):
            break
        step, slot = begun.dtype.type(abs(at - first)), slots[at]
        wanted = begun + step if at > first else begun - step
        if len(slot) == 1 and len(begun) * _RARER < size and not line.ready(slot[0]):
            keys = line.near(slot[0], unique(owners))[1]
        else:
            keys = line.keys(slot)
        here = among(wanted, keys).nonzero()[0]
        if len(here) < len(begun):
            begun, owners = begun.take(here), owners.take(here)
    return owners, begun, first


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
        self._sizes: dict[int, int] = {}

    def size(self, number: int) -> int:
        """How many places a term has."""
        known = self._sizes.get(number)
        if known is None:
            begin, end = self.part.place_span(number)
            if len(self._sizes) > _SOON:
                self._sizes.clear()
            known = self._sizes[number] = end - begin
        return known

    def begun(self, slot: Sequence[int], others: Sequence[int]) -> tuple[Array, Array]:
        """The documents and the keys of terms, perhaps only where all the others stand as well."""
        single = slot[0] if len(slot) == 1 else None
        if single is not None and not self.ready(single):
            documents = self._having(self.view.documents(self.field, single), others)[0]
            if len(documents) * _RARER < self.size(single):
                return self.near(single, documents)
        keys = self.keys(slot)
        owners, here = self._having(self._owners(slot, keys), others if len(keys) > _FEW_AT_ALL else ())
        return owners, keys if here is None else keys.take(here)

    def _having(self, documents: Array, others: Sequence[int]) -> tuple[Array, Array | None]:
        """The documents (ascending) that may have all these terms, and their places (None: all do).

        Of frequent words it is soon seen.
        """
        places: Array | None = None
        for number in others:
            has = laid(self.view, self.field, number)
            if has is not None:
                here = has.take(documents).nonzero()[0]
                documents, places = documents.take(here), here if places is None else places.take(here)
        return documents, places

    def ready(self, number: int) -> bool:
        """Whether the keys of a term are at hand, or soon made, or asked for so often that they should be."""
        size = self.size(number)
        if size <= _SOON:
            return True
        return size <= _OFTEN and self.view.kept.wanted(("keys", self.field, number, self.even), 4 * size)

    def keys(self, slot: Sequence[int]) -> Array:
        """The keys of all these terms, ascending."""
        if len(slot) == 1:
            return self._keys_of(slot[0])
        lists = [self._keys_of(number) for number in slot]
        return unique(np.sort(np.concatenate([self.begins[:0], *lists])))

    def _owners(self, slot: Sequence[int], keys: Array) -> Array:
        """The document of each key."""
        if len(slot) == 1:
            documents = self.view.documents(self.field, slot[0])
            if len(documents) == len(keys):
                return documents
            return documents.repeat(self._counts(slot[0]))
        found: Array = (self.edges.searchsorted(keys, "right") - 1).astype(np.uint32)
        return found

    def _keys_of(self, number: int) -> Array:
        name = ("keys", self.field, number, self.even)
        known = self.view.kept.known(name)
        if known is not None:
            return known

        def made() -> Array:
            begin, end = self.part.place_span(number)
            documents = self.view.documents(self.field, number)
            counts = None if end - begin == len(documents) else self._counts(number)
            return self._laid(documents, counts, self.part.places(begin, end))

        return self.view.kept.get(name, made)

    def _counts(self, number: int) -> Array:
        """How many places each document of a term has."""
        found: Array = self.part.counts.take(codes(self.view, self.field, number))
        return found

    def _laid(self, documents: Array, counts: Array | None, places: Array) -> Array:
        """The keys of places, so many in each document."""
        found = self.begins.take(documents)
        if counts is not None:
            found = found.repeat(counts)
        found += places
        if not self.even:
            last = found if counts is None else found.take(counts.cumsum() - 1)
            if (last + found.dtype.type(LONGEST) >= self.edges.take(documents + 1)).any():
                raise _Gaps
        return found

    def near(self, number: int, documents: Array) -> tuple[Array, Array]:
        """The documents and keys of a term in some documents (ascending)."""
        part, inside = self.part, self.view.documents(self.field, number)
        at = inside.searchsorted(documents)
        here = (inside.take(at, mode="clip") == documents).nonzero()[0]
        at, documents = at.take(here), documents.take(here)

        def firsts() -> Array:
            counts = self._counts(number)
            found = np.cumsum(counts, dtype=np.uint32)
            found -= counts.astype(np.uint32)
            return found

        begins = self.view.kept.get(("firsts", self.field, number), firsts).take(at)
        known = codes_in(self.view, self.field, number, documents)
        if known is None:
            known = part.unpacked_at("codes", part.span(number)[0] + at)
        counts = part.counts.take(known)
        where = part.place_span(number)[0] + ranges(begins, counts)
        return documents.repeat(counts), self._laid(documents, counts, self._places(documents, counts, where))

    def _places(self, documents: Array, counts: Array, where: Ints) -> Array:
        """These entries (ascending) of the places, so many in each document.

        Only in long documents may they be among the few that are not kept as bytes.
        """
        if self.even or not len(where):
            return self.part.unpacked_at("places", where)
        first = int(where[0])
        found = self.part.part("places", first, int(where[-1]) + 1).take(where - first)
        long = self.edges.take(documents + 1) - self.begins.take(documents) > 255 + LONGEST
        if long.any():
            here = long.repeat(counts).nonzero()[0]
            found = found.astype(np.uint32)
            found[here] = self.part.unpacked_at("places", where.take(here))
        return found
