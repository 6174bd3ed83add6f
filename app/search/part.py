"""One segment as searches see it: its words, groups and facets, and which of its passages count."""

from collections.abc import Iterable, Sequence
from functools import cached_property

import numpy as np

from app.search.columnar.arrays import Array, Bools, Ints, ranges, starts
from app.search.columnar.faceting import Groups
from app.search.columnar.meeting import codes
from app.search.columnar.segment import ColumnSegment
from app.search.columnar.segmentdata import SegmentData
from app.search.columnar.snapshot import View as SegmentView
from app.search.schema import FACET

Postings = tuple[Array, Array]  # documents, ascending, and the weight of something in each

NOTHING: Postings = (np.empty(0, np.uint32), np.empty(0, np.float32))


class Part(SegmentView):
    """One segment of a view. ``alive`` masks the passages that count (None: all there are)."""

    def __init__(self, segment: ColumnSegment, data: SegmentData, base: int) -> None:
        super().__init__(segment, data, base)
        self.present = self.alive  # the documents of groups without passages among them
        empty = data.fields.get("empty")
        if empty is not None:
            alive = np.ones(data.count, bool) if self.alive is None else self.alive.copy()
            alive[empty.documents(0, len(empty.terms))] = False
            self.alive = alive

    def living(self, found: Postings) -> Postings:
        """Postings of the passages that count."""
        if self.alive is None:
            return found
        fits = self.alive.take(found[0])
        return found[0][fits], found[1][fits]

    def postings(self, field: str, term: bytes) -> Postings:
        """Where a term stands, and with which weight; removed passages too."""
        part = self.field(field)
        number = part.terms.find(term) if part is not None else -1
        if part is None or number < 0:
            return NOTHING
        return self.documents(field, number), part.weights.take(codes(self, field, number))

    def positions(self, field: str, term: bytes, documents: Array) -> tuple[Ints, Ints]:
        """Index into ``documents`` (ascending), and place, for each time a term stands in one of them."""
        part = self.field(field)
        number = part.terms.find(term) if part is not None else -1
        if part is None or number < 0 or not len(documents):
            return np.zeros(0, np.int64), np.zeros(0, np.int64)
        having = self.documents(field, number)
        at = having.searchsorted(documents)
        there: Ints = (having.take(at, mode="clip") == documents).nonzero()[0]
        at = at.take(there)
        begin, end = part.place_span(number)
        if end - begin == len(having):  # one place in each
            return there, part.unpacked_at("places", begin + at).astype(np.int64)
        known = codes(self, field, number)
        begins = ("begins", field, number)
        firsts = self.kept.get(begins, lambda: starts(part.counts.take(known)).astype(np.uint32))
        counts = part.counts.take(known.take(at))
        places = part.unpacked_at("places", begin + ranges(firsts.take(at), counts))
        return there.repeat(counts), places.astype(np.int64)

    def asked(self, documents: Array, places: Array) -> Bools:
        """Whether a questioner speaks at these places of documents."""
        field = self.field("turns")
        if field is None or not len(field.terms):
            return np.zeros(len(documents), bool)

        def made() -> Array:
            owners = field.documents(0, 1).repeat(field.counts.take(field.codes(0)))
            return (owners.astype(np.int64) << 32) + field.places(*field.place_span(0))

        turns = self.kept.get(("turns", "asked"), made)
        begins = documents.astype(np.int64) << 32
        found: Bools = (turns.searchsorted(begins + places, "right") - turns.searchsorted(begins)) % 2 == 1
        return found

    @cached_property
    def lengths(self) -> Array:
        """How many words each passage has."""
        found = self.data.lengths("words")
        return np.zeros(self.count, np.uint8) if found is None else found

    @property
    def groups(self) -> Groups:
        """The group of each document."""
        found: Groups = self.data.groups("group")
        return found

    @property
    def numbers(self) -> Array:
        """The number of each passage in its group."""
        return self.data.numbers("number")

    def name(self, document: int) -> str:
        """The group of a document."""
        return self.named(int(self.groups.of[document]))

    def named(self, group: int) -> str:
        """The name of a group of the segment."""
        return str(self.data.fields["group"].terms[group].decode())

    def values(self, facet: str) -> list[str]:
        """The values that anything in the segment has of a facet."""
        part = self.field(FACET + facet)
        return [] if part is None else [value.decode() for value in part.terms.all]

    def value(self, facet: str, number: int) -> str:
        """One of ``values``, by its place among them."""
        return str(self.data.fields[FACET + facet].terms[number].decode())

    def having(self, facet: str, fits: Sequence[bool]) -> Array:
        """Documents that have a value of a facet for which ``fits`` (one for each of ``values``) holds."""
        part = self.field(FACET + facet)
        numbers = np.flatnonzero(np.array(fits, bool))
        if part is None or not len(numbers):
            return NOTHING[0]
        marks = np.zeros(self.count, bool)
        for number in numbers.tolist():
            marks[self.documents(FACET + facet, number)] = True
        return np.flatnonzero(marks).astype(np.uint32)

    def members(self, group: str) -> Array:
        """The documents of a group."""
        return self.postings("group", group.encode())[0]

    def stretch(self, low: int, high: int) -> Postings:
        """Passages that count with any of a stretch of words, and the sum of the words' weights."""
        if low >= high:
            return NOTHING
        words = self.data.fields["words"]
        documents, weights = words.documents(low, high), words.weights.take(words.codes(low, high))
        total = np.bincount(documents, weights, self.count).astype(np.float32)
        found = np.flatnonzero(total).astype(np.uint32)
        return self.living((found, total[found]))

    def words(self, low: int, high: int) -> list[bytes]:
        """Those of a stretch of words that stand in a passage that counts."""
        if low >= high:
            return []
        words = self.data.fields["words"]
        terms = words.terms.slice(low, high)
        if self.alive is None:
            return terms
        alive = self.alive.take(words.documents(low, high))
        begins = words.firsts[words.runs[low:high]].astype(np.int64)
        counts = np.add.reduceat(alive, begins - begins[0], dtype=np.int64)
        return [term for term, count in zip(terms, counts.tolist(), strict=True) if count]


def union(found: Iterable[Postings], size: int, *, best: bool = False) -> Postings:
    """Documents of any, with the sum of their weights (or the best), in order of the given postings."""
    lists = [postings for postings in found if len(postings[0])]
    if len(lists) < 2:
        return lists[0] if lists else NOTHING
    total = np.zeros(size, np.float32)
    for documents, weights in lists:
        total[documents] = np.maximum(total[documents], weights) if best else total[documents] + weights
    together = np.flatnonzero(total).astype(np.uint32)
    return together, total[together]
