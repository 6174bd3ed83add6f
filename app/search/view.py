"""One commit, open for reading: its segments, and what is found in them of words, groups and facets.

A view is shared by threads. What takes long to work out is kept, up to a limit: what depends on a segment
alone with the segment, and what depends on all that is in the index, with the view.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from math import log

import numpy as np

from app.search.columnar.arrays import Array
from app.search.columnar.faceting import Groups
from app.search.columnar.segment import ColumnSegment
from app.search.columnar.segmentdata import SegmentData
from app.search.columnar.snapshot import View as SegmentView
from app.search.schema import FACET

Postings = tuple[Array, Array]  # documents, ascending, and the weight of something in each

KEPT = 4_000_000  # postings kept with their scores: about 32 MB
_NONE: Postings = (np.empty(0, np.uint32), np.empty(0, np.float32))

K1 = 1.2
B = 0.75
SHORTEST = 20  # words; a heading is not better for being shorter than that


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
            return _NONE
        return self.documents(field, number), part.weights.take(part.codes(number))

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
        return str(self.data.fields["group"].terms[int(self.groups.of[document])].decode())

    def values(self, facet: str) -> list[str]:
        """The values that anything in the segment has of a facet."""
        part = self.field(FACET + facet)
        return [] if part is None else [value.decode() for value in part.terms.all]

    def having(self, facet: str, fits: Sequence[bool]) -> Array:
        """Documents that have a value of a facet for which ``fits`` (one for each of ``values``) holds."""
        part = self.field(FACET + facet)
        numbers = np.flatnonzero(np.array(fits, bool))
        if part is None or not len(numbers):
            return _NONE[0]
        marks = np.zeros(self.count, bool)
        for number in numbers.tolist():
            marks[self.documents(FACET + facet, number)] = True
        return np.flatnonzero(marks).astype(np.uint32)

    def members(self, group: str) -> Array:
        """The documents of a group."""
        return self.postings("group", group.encode())[0]


class Scored:
    """Documents and their scores, as the executor takes them."""

    __slots__ = ("documents", "rated")

    def __init__(self, documents: Array, rated: Array) -> None:
        self.documents, self.rated = documents, rated

    def scores(self) -> Array:
        """Precise scores."""
        return self.rated.astype(np.float64)

    def rough(self) -> Array:
        """Scores in single precision: they have no other."""
        return self.rated

    def at(self, places: Array) -> Array:
        """Precise scores of some of the documents, by their places in the list."""
        return self.rated.take(places).astype(np.float64)


class View:
    """What a search reads. ``count`` passages count, with ``mean`` words each."""

    def __init__(self, segments: Sequence[tuple[ColumnSegment, SegmentData]]) -> None:
        self.parts: list[Part] = []
        base = 0
        for segment, data in segments:
            self.parts.append(Part(segment, data, base))
            base += data.count
        alive = [one.count if one.alive is None else int(np.count_nonzero(one.alive)) for one in self.parts]
        words = [
            int((one.lengths if one.alive is None else one.lengths[one.alive]).sum(dtype=np.int64))
            for one in self.parts
        ]
        self.count = sum(alive)
        self.mean = sum(words) / self.count if self.count else 1.0
        self._lock = threading.RLock()
        self._kept: OrderedDict[object, list[Scored]] = OrderedDict()
        self._size = 0

    @cached_property
    def languages(self) -> list[str]:
        """The languages of the stems of the passages that count."""
        found: set[str] = set()
        for part in self.parts:
            field = part.field("stemmed")
            for number, name in enumerate(field.terms.all if field is not None else ()):
                if part.alive is None or part.alive[part.documents("stemmed", number)].any():
                    found.add(name.decode())
        return sorted(found)

    @cached_property
    def stamps(self) -> list[tuple[str, str]]:
        """Each group and its stamp, by group."""
        found: list[tuple[str, str]] = []
        for part in self.parts:
            stamps = part.data.stored.get("stamp")
            firsts = part.groups.firsts[:-1]  # the last one is of documents without a group
            living = range(len(firsts)) if part.present is None else np.flatnonzero(part.present[firsts])
            names = part.data.fields["group"].terms.all
            for number in living:
                raw = stamps.raw(int(firsts[number])) if stamps is not None else None
                found.append((names[number].decode(), raw[1:].decode() if raw else ""))
        return sorted(found)

    def rated(self, key: object, make: Callable[[Part], Postings]) -> list[Scored]:
        """Documents and BM25 scores of what ``make`` finds in each segment, made once and kept a while.

        It counts as one word: how rare it is depends on how many passages have it.
        """
        with self._lock:
            known = self._kept.get(key)
            if known is not None:
                self._kept.move_to_end(key)
                return known
        found = self.score([part.living(make(part)) for part in self.parts])
        with self._lock:
            if key not in self._kept:
                self._kept[key] = found
                self._size += sum(len(one.documents) for one in found) + 64
            while self._size > KEPT and len(self._kept) > 1:
                _, old = self._kept.popitem(last=False)
                self._size -= sum(len(one.documents) for one in old) + 64
        return found

    def score(self, found: Sequence[Postings]) -> list[Scored]:
        """The BM25 scores of what was found in each segment, as of one word."""
        frequency = sum(len(documents) for documents, _ in found)
        factor = (K1 + 1) * log(1 + (self.count - frequency + 0.5) / (frequency + 0.5))
        return [
            Scored(documents, self._saturated(part, documents, weights) * np.float32(factor))
            for part, (documents, weights) in zip(self.parts, found, strict=True)
        ]

    def _saturated(self, part: Part, documents: Array, weights: Array) -> Array:
        norms = self._norms.take(np.minimum(part.lengths.take(documents), len(self._norms) - 1))
        found: Array = weights / (weights + norms)
        return found

    @cached_property
    def _norms(self) -> Array:
        """What length does to BM25, for every length up to the longest."""
        longest = max((int(one.lengths.max(initial=0)) for one in self.parts), default=0)
        lengths = np.maximum(np.arange(longest + 1), SHORTEST)
        return (K1 * (1 - B + B * lengths / self.mean)).astype(np.float32)

    def frequency(self, term: bytes) -> int:
        """In how many passages a word stands."""
        return sum(len(part.living(part.postings("words", term))[0]) for part in self.parts)

    def terms(self, field: str, start: bytes = b"") -> Iterator[bytes]:
        """Terms of a field that begin with ``start``, ascending, each once; some may be of the dead only."""
        found: set[bytes] = set()
        for part in self.parts:
            postings = part.field(field)
            if postings is not None:
                found.update(postings.terms.slice(*postings.terms.span(start)))
        yield from sorted(found)

    def beginning(self, start: bytes, most: int) -> tuple[list[Postings], bool]:
        """Where words that begin with ``start`` stand, with the sum of their weights, in each segment.

        Of more than ``most`` words only the first, in the order of their bytes, count; then also True.
        """
        spans: list[tuple[int, int]] = []
        for part in self.parts:
            words = part.field("words")
            spans.append(words.terms.span(start) if words is not None else (0, 0))
        wide = sum(high - low for low, high in spans) > most
        if wide:
            living = sorted(
                {term for part, span in zip(self.parts, spans, strict=True) for term in _living(part, *span)}
            )
            wide = len(living) > most
            if wide:
                spans = [
                    (
                        low,
                        min(high, part.data.fields["words"].terms.place(living[most])) if low < high else low,
                    )
                    for part, (low, high) in zip(self.parts, spans, strict=True)
                ]
        return [_together(part, *span) for part, span in zip(self.parts, spans, strict=True)], wide


def _together(part: Part, low: int, high: int) -> Postings:
    """Living passages with any of a stretch of words, and the sum of the words' weights."""
    if low >= high:
        return _NONE
    words = part.data.fields["words"]
    documents, weights = words.documents(low, high), words.weights.take(words.codes(low, high))
    total = np.bincount(documents, weights, part.count).astype(np.float32)
    found = np.flatnonzero(total).astype(np.uint32)
    return part.living((found, total[found]))


def _living(part: Part, low: int, high: int) -> list[bytes]:
    """Those of a stretch of words that stand in a living passage."""
    if low >= high:
        return []
    words = part.data.fields["words"]
    terms = words.terms.slice(low, high)
    if part.alive is None:
        return terms
    alive = part.alive.take(words.documents(low, high))
    begins = words.firsts[words.runs[low:high]].astype(np.int64)
    counts = np.add.reduceat(alive, begins - begins[0], dtype=np.int64)
    return [term for term, count in zip(terms, counts.tolist(), strict=True) if count]


def union(found: Iterable[Postings], size: int, *, best: bool = False) -> Postings:
    """Documents of any, with the sum of their weights (or the best), in order of the given postings."""
    lists = [postings for postings in found if len(postings[0])]
    if len(lists) < 2:
        return lists[0] if lists else _NONE
    total = np.zeros(size, np.float32)
    for documents, weights in lists:
        total[documents] = np.maximum(total[documents], weights) if best else total[documents] + weights
    together = np.flatnonzero(total).astype(np.uint32)
    return together, total[together]
