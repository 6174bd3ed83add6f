"""One commit, open for reading: its cards, and the postings of its terms as arrays.

Documents are numbered in the order of the segments, the living ones only. A view is shared by threads, and
what it has read is kept, up to a limit.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property

import numpy as np

from app.search.arrays import Array, Bools, Floats, Ints, numbered, ranges, starts
from app.search.columns import Columns
from app.search.inverted import Inverted
from app.search.segment import Segment

Postings = tuple[Ints, Floats]  # documents, ascending, and the weight of the term in each

KEPT = 6_000_000  # postings kept decoded: about 100 MB
_NONE: Postings = (np.empty(0, np.int64), np.empty(0, np.float64))


K1 = 1.2
B = 0.75
SHORTEST = 20.0  # words; a heading is not better for being shorter than that


class _Part:
    """A segment in a view: ``base`` is the number of its first living document."""

    def __init__(self, segment: Segment, living: Bools, base: int) -> None:
        self.segment, self.base = segment, base
        alive = segment.documents(living)
        self.count = int(alive.sum())
        self.whole = self.count == len(alive)
        self._alive = alive

    @cached_property
    def _numbers(self) -> Ints:
        return numbered(self._alive)

    @cached_property
    def _documents(self) -> Ints:
        return np.flatnonzero(self._alive)

    def field(self, name: str) -> Inverted:
        return self.segment.words if name == "words" else self.segment.stems

    def living(self, documents: Array) -> Bools | None:
        """Which of the segment's documents live; None: all do."""
        return None if self.whole else self._alive[documents]

    def outward(self, documents: Array) -> Ints:
        """The view's numbers of living documents of the segment."""
        return (documents.astype(np.int64) if self.whole else self._numbers[documents]) + self.base

    def inward(self, documents: Ints) -> Ints:
        """The segment's numbers of documents of the view."""
        within = documents - self.base
        return within if self.whole else self._documents[within]

    def read(self, field: str, low: int, high: int) -> Postings:
        """The postings of the terms from ``low`` to ``high``, those of the dead left out."""
        documents, weights = self.field(field).span(low, high)
        alive = self.living(documents)
        if alive is not None:
            documents, weights = documents[alive], weights[alive]
        return self.outward(documents), weights


class View:
    """What a search reads: segments, each with a mask of its groups that live."""

    def __init__(self, segments: Sequence[tuple[Segment, Bools]]) -> None:
        self.columns = Columns([one.cards for one, _ in segments], [living for _, living in segments])
        self._parts: list[_Part] = []
        base = 0
        for segment, living in segments:
            self._parts.append(_Part(segment, living, base))
            base += self._parts[-1].count
        lengths = np.maximum(self.columns.length, SHORTEST)
        self.norms: Floats = K1 * (1 - B + B * lengths / self.columns.mean)  # what length does to BM25
        self._lock = threading.RLock()
        self._kept: OrderedDict[object, Postings] = OrderedDict()
        self._size = 0

    def postings(self, field: str, term: bytes) -> Postings:
        """Where a term stands among what is alive, and with which weight."""
        return self.kept((field, term), lambda: self._read(field, term))

    def kept(self, key: object, make: Callable[[], Postings]) -> Postings:
        """What ``make`` gives, made once and kept while there is room."""
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
                return found
        found = make()
        with self._lock:
            if key not in self._kept:
                self._kept[key] = found
                self._size += len(found[0]) + 64
            while self._size > KEPT and len(self._kept) > 1:
                self._size -= len(self._kept.popitem(last=False)[1][0]) + 64
        return found

    def _read(self, field: str, term: bytes) -> Postings:
        found: list[Postings] = []
        for part in self._parts:
            number = part.field(field).terms.find(term)
            if number >= 0:
                found.append(part.read(field, number, number + 1))
        return _joined(found)

    def positions(self, term: bytes, documents: Ints) -> tuple[Ints, Ints]:
        """Index into ``documents`` (ascending) and position, for each place where the term stands in them."""
        indexes, places = [_NONE[0]], [_NONE[0]]
        for part in self._parts:
            low, high = np.searchsorted(documents, (part.base, part.base + part.count)).tolist()
            words = part.segment.words
            number = words.terms.find(term) if low < high else -1
            if number < 0:
                continue
            begin, end = int(words.starts[number]), int(words.starts[number + 1])
            having = words.documents[begin:end]
            wanted = part.inward(documents[low:high])
            at = np.minimum(np.searchsorted(having, wanted.astype(having.dtype)), end - begin - 1)
            there = np.flatnonzero(having[at] == wanted)
            at = at[there]
            counts = words.counts[begin:end]
            first = starts(counts)[at] + int(words.place_starts[number])
            indexes.append(np.repeat(there + low, counts[at]))
            places.append(words.places[ranges(first, counts[at])].astype(np.int64))
        return np.concatenate(indexes), np.concatenate(places)

    def beginning(self, start: bytes, most: int) -> tuple[Postings, bool]:
        """Where words that begin with ``start`` stand, with the sum of their weights.

        Of more than ``most`` words only the first, in the order of their bytes, count; then also True.
        """
        spans = [(part, *part.segment.words.terms.span(start)) for part in self._parts]
        wide = sum(high - low for _, low, high in spans) > most
        if wide:
            living = sorted({term for part, low, high in spans for term in self._living(part, low, high)})
            wide = len(living) > most
            if wide:
                ends = [part.segment.words.terms.place(living[most]) for part, _, _ in spans]
                spans = [(part, low, end) for (part, low, _), end in zip(spans, ends, strict=True)]
        found = _joined([part.read("words", low, high) for part, low, high in spans if low < high])
        total: Floats = np.bincount(*found, self.columns.count).astype(np.float64)
        together: Ints = np.flatnonzero(total)
        return (together, total[together]), wide

    def _living(self, part: _Part, low: int, high: int) -> list[bytes]:
        words = part.segment.words
        terms = words.terms.slice(low, high)
        begins = words.starts[low : high + 1].astype(np.int64)
        alive = part.living(words.documents[begins[0] : begins[-1]])
        if alive is None or not terms:
            return terms
        counts = np.add.reduceat(alive, begins[:-1] - begins[0], dtype=np.int64)
        return [term for term, count in zip(terms, counts.tolist(), strict=True) if count]

    def terms(self, field: str, start: bytes = b"") -> Iterator[bytes]:
        """Terms of a field that begin with ``start``, ascending, each once; some may be of the dead only."""
        found: set[bytes] = set()
        for part in self._parts:
            terms = part.field(field).terms
            found.update(terms.slice(*terms.span(start)))
        yield from sorted(found)


def _joined(found: Sequence[Postings]) -> Postings:
    if len(found) < 2:
        return found[0] if found else _NONE
    return np.concatenate([one[0] for one in found]), np.concatenate([one[1] for one in found])


def union(found: Iterable[Postings], size: int, *, best: bool = False) -> Postings:
    """Documents of any, with the sum of their weights (or the best), in order of the given postings."""
    lists = [postings for postings in found if len(postings[0])]
    if len(lists) < 2:
        return lists[0] if lists else _NONE
    if best and len(lists) == 2:
        within = _within(lists[0], lists[1], size)
        if within is not None:
            return within
    total = np.zeros(size, np.float64)
    for documents, weights in lists:
        total[documents] = np.maximum(total[documents], weights) if best else total[documents] + weights
    together = np.flatnonzero(total)
    return together, total[together]


def _within(wide: Postings, narrow: Postings, size: int) -> Postings | None:
    """The best of both when each document of ``narrow`` is in ``wide``, as most words are in their stem's."""
    place = np.zeros(size, np.int32)
    place[wide[0]] = np.arange(len(wide[0]), dtype=np.int32)
    at = place[narrow[0]]
    if not np.array_equal(wide[0][at], narrow[0]):
        return None
    weights = wide[1].copy()
    weights[at] = np.maximum(weights[at], narrow[1])
    return wide[0], weights
