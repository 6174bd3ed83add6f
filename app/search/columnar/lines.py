"""The places of the terms of a segment as keys: where each stands when all documents are laid end to end.

A key is where a document begins, plus a place. Documents are as long as their words are many; where some word
stands behind that (an analyzer has left gaps), as long as the longest.
"""

from collections.abc import Sequence

import numpy as np

from app.search.columnar.arrays import Array, Ints, ranges, small
from app.search.columnar.meeting import codes, codes_in, laid
from app.search.columnar.phrasing import unique
from app.search.columnar.snapshot import View

LONGEST = 64  # words of a phrase; and the room between documents
FEW = 100  # keys for which it is not worth while to look at anything else first
_SOON = 40_000  # places of a term whose keys are made for one search
_OFTEN = 1_000_000  # and for several, if they ask for it
LESS_OFTEN = 400_000  # and if it could be done without
_RARER = 6  # of a term so many times as frequent as what is left, only those documents are looked at
_DEAREST = 5  # times a term is asked for before it is marked, which takes as long as a hundred askings
_MARKED = 4_000_000  # places of a term that is marked at most
_BITS = 4  # marks (at least) for each place of a term
_OF_ALL = 12  # of a term in more than this part of all documents its first place in each is kept
_EXACT = 300  # places for which it is not worth while to tell long documents apart
_STRETCH = 7  # bits of keys in a stretch
_BLOCK = 4  # bits of the number of a document among those for which one whole number is kept


class Gaps(Exception):
    """A word stands behind the end of its document."""


class Line:
    """The documents of a segment laid end to end; ``even``: all of them as long as the longest."""

    def __init__(self, view: View, field: str, *, even: bool) -> None:
        self.view, self.field, self.part = view, field, view.data.fields[field]
        lengths = None if even else view.data.lengths(field)
        self.even = lengths is None

        def laid() -> Array:
            whole = 0 if lengths is None else int(lengths.sum(dtype=np.int64))
            room = LONGEST + (self.part.most_places + 1 if lengths is None else 0)
            end = whole + (view.count + 1) * room + LONGEST
            found: Array = np.arange(view.count + 1, dtype=np.uint32 if end < 1 << 32 else np.int64)
            found *= room
            found += LONGEST
            if lengths is not None:
                found[1:] += lengths.cumsum(dtype=found.dtype)
            return found

        self.edges = view.kept.get(("line", field, self.even), laid)
        self.begins = self.edges[:-1]
        self._sizes: dict[int, int] = {}

    def size(self, number: int) -> int:
        """How many places a term has."""
        known = self._sizes.get(number)
        if known is None:
            if len(self._sizes) > _SOON:
                self._sizes.clear()
            known = self._sizes[number] = self.part.place_count(number)
        return known

    def owners(self, keys: Array) -> Array:
        """The document of each key (ascending).

        Of many keys it is looked up in which document each stretch of keys begins: two documents, no more,
        may begin within the stretch.
        """
        name = ("owners", self.field, self.even)
        size = (int(self.edges[-1]) >> _STRETCH) + 1
        if len(keys) < FEW or not self.view.kept.wanted(name, 4 * size):
            return (self.edges.searchsorted(keys, "right") - 1).astype(np.uint32)

        def made() -> Array:
            found = np.bincount(self.edges >> _STRETCH, minlength=size).cumsum(dtype=np.int32)
            return np.concatenate((np.full(1, -1, np.int32), found[:-1] - 1))

        found: Array = self.view.kept.get(name, made).take(keys >> _STRETCH)
        for _ in range((1 << _STRETCH) // LONGEST):
            found += self.edges.take(found + 1) <= keys
        return found.view(np.uint32)

    def some(self, number: int, others: Sequence[int]) -> Array:
        """The keys of a frequent term, perhaps only where all the others stand as well."""
        documents = self._having(self.view.documents(self.field, number), others)[0]
        return (
            self.near(number, documents)
            if len(documents) * _RARER < self.size(number)
            else self.keys((number,))
        )

    def having(self, keys: Array, slot: Sequence[int], others: Sequence[int]) -> Array:
        """Of the keys of terms those in documents that may have all the others."""
        here = self._having(self._owners_of(slot, keys), others)[1]
        return keys if here is None else keys.take(here)

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

    def ready(self, number: int, most: int = _OFTEN) -> bool:
        """Whether the keys of a term are at hand, or soon made, or asked for so often that they should be.

        Not if they are more than ``most``.
        """
        size = self.size(number)
        if size <= _SOON:
            return True
        return size <= most and self.view.kept.wanted(("keys", self.field, number, self.even), 4 * size)

    def keys(self, slot: Sequence[int]) -> Array:
        """The keys of all these terms, ascending."""
        if len(slot) == 1:
            return self._keys_of(slot[0])
        lists = [self._keys_of(number) for number in slot]
        return unique(np.sort(np.concatenate([self.begins[:0], *lists])))

    def _owners_of(self, slot: Sequence[int], keys: Array) -> Array:
        """The document of each of all the keys of terms."""
        if len(slot) == 1:
            documents = self.view.documents(self.field, slot[0])
            if len(documents) == len(keys):
                return documents
            return documents.repeat(self._counts(slot[0]))
        return self.owners(keys)

    def marks(self, number: int) -> Array | None:
        """A bit for each remainder that a key of a term leaves; None: it is not asked for often."""
        name = ("marks", self.field, number, self.even)
        known = self.view.kept.known(name)
        if known is not None:
            return known
        bits = 1 << (_BITS * self.size(number)).bit_length()
        if self.size(number) > _MARKED or not self.view.kept.wanted(name, bits >> 3, _DEAREST):
            return None

        def made() -> Array:
            found = np.zeros(bits, bool)
            found[self._keys_of(number, keep=False) & (bits - 1)] = True
            return np.packbits(found, bitorder="little")

        return self.view.kept.get(name, made)

    def likely(self, keys: Array, marks: Array) -> Array:
        """Which of some keys may be of a term with these marks: of the others none is (Bloom, 1970)."""
        rest = keys & keys.dtype.type(8 * len(marks) - 1)
        found: Array = marks.take(rest >> rest.dtype.type(3))
        found >>= rest.astype(np.uint8) & np.uint8(7)
        found &= np.uint8(1)
        return found.view(bool)

    def _keys_of(self, number: int, *, keep: bool = True) -> Array:
        name = ("keys", self.field, number, self.even)
        known = self.view.kept.known(name)
        if known is not None:
            return known

        def made() -> Array:
            places, documents = self.part.places_of(number), self.view.documents(self.field, number)
            counts = None if len(places) == len(documents) else self._counts(number)
            return self._laid(documents, counts, places)

        return self.view.kept.get(name, made) if keep else made()

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
                self.view.kept.get(("gaps", self.field), lambda: np.ones(1, bool))
                raise Gaps
        return found

    def near(self, number: int, documents: Array) -> Array:
        """The keys of a term in some documents (ascending)."""
        known = self._begun_in(number, documents)
        documents, first, counts = known or self._sought(number, documents)
        return self._laid(documents, counts, self._places(number, documents, counts, ranges(first, counts)))

    def _begun_in(self, number: int, documents: Array) -> tuple[Array, Array, Array] | None:
        """Those of some documents that have a term, the first of its places in each, and how many.

        Of frequent terms it is kept for every document, as what is above that of one document in sixteen.
        None: it is not frequent, or not asked for often.
        """
        kept, count = self.view.kept, self.view.count
        name = ("above", self.field, number)
        if self.part.frequency(number) * _OF_ALL < count or not kept.wanted(name, count):
            return None

        def made() -> Array:
            found = np.zeros(count + (1 << _BLOCK) + 1, np.uint32)
            found[1:][self.view.documents(self.field, number)] = self._counts(number)
            return found.cumsum(dtype=np.uint32)

        def above() -> Array:
            found = made()
            return small(found - found[:: 1 << _BLOCK].repeat(1 << _BLOCK)[: len(found)])

        base = kept.get(("bases", self.field, number), lambda: np.ascontiguousarray(made()[:: 1 << _BLOCK]))
        over = kept.get(name, above)
        after = documents + np.uint32(1)
        first = base.take(documents >> _BLOCK) + over.take(documents)
        counts = base.take(after >> _BLOCK) + over.take(after) - first
        here = counts.nonzero()[0]
        if len(here) < len(counts):
            documents, first, counts = documents.take(here), first.take(here), counts.take(here)
        return documents, first, counts

    def _sought(self, number: int, documents: Array) -> tuple[Array, Array, Array]:
        """The same, of any term."""
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
            known = part.codes_at(number, at)
        return documents, begins, part.counts.take(known)

    def _places(self, number: int, documents: Array, counts: Array, where: Ints) -> Array:
        """Some (ascending) of the places of a term, so many in each document.

        Only in long documents may they be among the few that are not kept as bytes.
        """
        if self.even or len(where) < _EXACT:
            return self.part.places_at(number, where)
        found = self.part.low_places_at(number, where)
        long = self.edges.take(documents + 1) - self.begins.take(documents) > 255 + LONGEST
        if long.any():
            here = long.repeat(counts).nonzero()[0]
            found = found.astype(np.uint32)
            found[here] = self.part.places_at(number, where.take(here))
        return found
