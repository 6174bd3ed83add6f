"""One commit, open for reading: its segments, and what holds for all of them together.

A view is shared by threads. What takes long to work out is kept, up to a limit: what depends on a segment
alone with the segment, and what depends on all that is in the index, with the view.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from math import log

import numpy as np

from app.search.columnar.arrays import Array
from app.search.columnar.segment import ColumnSegment
from app.search.columnar.segmentdata import SegmentData
from app.search.part import Part, Postings

KEPT = 4_000_000  # postings kept with their scores: about 32 MB

K1 = 1.2
B = 0.75
SHORTEST = 20  # words; a heading is not better for being shorter than that


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
            firsts = part.groups.firsts[:-1]  # the last one is of documents without a group
            living = range(len(firsts)) if part.present is None else np.flatnonzero(part.present[firsts])
            names = part.data.fields["group"].terms.all
            for number in living:
                found.append((names[number].decode(), part.data.value(int(firsts[number]), "stamp") or ""))
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
        factor = (K1 + 1) * self.rarity(frequency)
        return [
            Scored(documents, self._saturated(part, documents, weights) * np.float32(factor))
            for part, (documents, weights) in zip(self.parts, found, strict=True)
        ]

    def rarity(self, frequency: int) -> float:
        """What a word is worth that stands in so many passages."""
        return log(1 + (self.count - frequency + 0.5) / (frequency + 0.5))

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
                {term for part, span in zip(self.parts, spans, strict=True) for term in part.words(*span)}
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
        return [part.stretch(*span) for part, span in zip(self.parts, spans, strict=True)], wide
