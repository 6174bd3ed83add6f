"""The places of the terms of a segment as keys: where each stands when all documents are laid end to end.

A key is where a document begins, plus a place. Documents are as long as their words are many; where some word
stands behind that (an analyzer has left gaps), as long as the longest.
"""

from collections.abc import Sequence

import numpy as np

from app.search.columnar.arrays import Array, Ints, ranges, set_in, small, stepped
from app.search.columnar.edges import LONGEST, Edges
from app.search.columnar.meeting import codes, codes_in, laid
from app.search.columnar.phrasing import unique
from app.search.columnar.snapshot import View

_KNOWN = 40_000  # terms of which it is remembered how many places they have
_SOON = 40_000  # places of a term whose keys are made for one search
_OFTEN = 1_000_000  # and for several, if they ask for it; of no more are there marks
_RARER = 6  # of a term so many times as frequent as what is left, only those documents are looked at
_DEAREST = 2  # times a term is asked for before it is marked, which takes longer than its keys
_BITS = 8  # marks (at least) for each place of a term
_OF_ALL = 12  # of a term in more than this part of all documents its first place in each is kept
_EXACT = 1_000  # places for which it is not worth while to tell long documents apart
_BLOCK = 4  # bits of the number of a document among those for which one whole number is kept


class Line(Edges):
    """The documents of a segment laid end to end, and the places of its terms there."""

    def __init__(self, view: View, field: str, *, even: bool) -> None:
        super().__init__(view, field, even=even)
        self._sizes: dict[int, int] = {}

    def size(self, number: int) -> int:
        """How many places a term has."""
        known = self._sizes.get(number)
        if known is None:
            if len(self._sizes) > _KNOWN:
                self._sizes.clear()
            known = self._sizes[number] = self.part.place_count(number)
        return known

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
        if self.size(number) > _OFTEN or not self.view.kept.wanted(name, bits >> 3, _DEAREST):
            return None

        def made() -> Array:
            found = np.zeros(bits, bool)
            found[self._keys_of(number, keep=False) & (bits - 1)] = True
            return np.packbits(found, bitorder="little")

        return self.view.kept.get(name, made)

    def likely(self, keys: Array, marks: Array) -> Array:
        """Which of some keys may be of a term with these marks: of the others none is (Bloom, 1970)."""
        return set_in(marks, keys & keys.dtype.type(8 * len(marks) - 1))

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
        begins, ends = self.begins.take(documents), None
        if counts is None or not len(documents):
            found = begins + places
        else:
            ends = counts.cumsum(dtype=np.uint32)
            found = stepped(begins, ends)
            found += places
        if not self.even:
            last = found if ends is None else found.take(ends - 1)
            if (last + found.dtype.type(LONGEST) >= self.edges.take(documents + 1)).any():
                self.gaps()
        return found

    def _look_for_gaps(self, number: int, firsts: Array) -> None:
        """Gaps, if one of the places that are not kept as bytes is in a document that is not long.

        ``firsts`` says of each document of the term which of its places is the first there.
        """
        wide = self.part.wide_places(number)
        if not self.even and len(wide):
            at = firsts.searchsorted(wide, "right") - 1
            if not self.long(self.view.documents(self.field, number).take(at)).all():
                self.gaps()

    def near(self, number: int, documents: Array) -> Array:
        """The keys of a term in some documents (ascending)."""
        first, counts = self._begun(number, documents)
        here = counts.nonzero()[0]
        documents, first, counts = documents.take(here), first.take(here), counts.take(here)
        return self._laid(documents, counts, self._places(number, documents, counts, ranges(first, counts)))

    def standing(self, number: int, keys: Array) -> Ints:
        """Which of some keys (ascending) are of a term, found by looking at their documents."""
        documents = self.owners(keys)
        first, counts = self._begun(number, documents)
        places = self._places(number, documents, counts, ranges(first, counts))
        alike = places == (keys - self.begins.take(documents)).repeat(counts)
        found: Ints = counts.cumsum().searchsorted(alike.nonzero()[0], "right")
        return found

    def _begun(self, number: int, documents: Array) -> tuple[Array, Array]:
        """The first of the places of a term in each of some documents, and how many it has there.

        Of frequent terms it is kept for every document, as what is above that of one document in sixteen.
        """
        count, name = self.view.count, ("above", self.field, number)
        if self.part.frequency(number) * _OF_ALL < count or not self.view.kept.wanted(name, count):
            return self._sought(number, documents)

        def made() -> Array:
            above = np.zeros(count + (1 << _BLOCK) + 1, np.uint32)
            documents = self.view.documents(self.field, number)
            above[1:][documents] = self._counts(number)
            above = above.cumsum(dtype=np.uint32)
            self._look_for_gaps(number, above.take(documents))
            base = above[:: 1 << _BLOCK].copy()
            over = small(above - base.repeat(1 << _BLOCK)[: len(above)])
            return np.concatenate((base.view(np.uint8), over.view(np.uint8)))

        kept, ends = self.view.kept.get(name, made), 4 * ((count >> _BLOCK) + 2)
        width = (len(kept) - ends) // (count + (1 << _BLOCK) + 1)
        base, over = kept[:ends].view(np.uint32), kept[ends:].view(f"u{width}")
        after = documents + np.uint32(1)
        first = base.take(documents >> _BLOCK) + over.take(documents)
        return first, base.take(after >> _BLOCK) + over.take(after) - first

    def _sought(self, number: int, documents: Array) -> tuple[Array, Array]:
        """The same, of any term."""
        inside = self.view.documents(self.field, number)
        at = inside.searchsorted(documents)
        here = (inside.take(at, mode="clip") == documents).nonzero()[0]
        at = at.take(here)

        def firsts() -> Array:
            counts = self._counts(number)
            found = np.cumsum(counts, dtype=np.uint32)
            found -= counts.astype(np.uint32)
            self._look_for_gaps(number, found)
            return found

        known = codes_in(self.view, self.field, number, documents.take(here))
        first, counts = np.zeros((2, len(documents)), np.uint32)
        first[here] = self.view.kept.get(("firsts", self.field, number), firsts).take(at)
        counts[here] = self.part.counts.take(self.part.codes_at(number, at) if known is None else known)
        return first, counts

    def _places(self, number: int, documents: Array, counts: Array, where: Ints) -> Array:
        """Some (ascending) of the places of a term, so many in each document.

        Only in long documents may they be among the few that are not kept as bytes.
        """
        if self.even or len(where) < _EXACT:
            return self.part.places_at(number, where)
        found = self.part.low_places_at(number, where)
        long = self.long(documents)
        if long.any():
            here = long.repeat(counts).nonzero()[0]
            found = found.astype(np.uint32)
            found[here] = self.part.places_at(number, where.take(here))
        return found
