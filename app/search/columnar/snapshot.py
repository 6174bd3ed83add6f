"""What a searcher evaluates queries on: the segments of a commit, their statistics, what is kept of them.

Scores are Whoosh's BM25F to the last bits. A posting's code says its weight and its document's length, so the
score of a code is looked up in a table made once for a field, and multiplied by the rarity of the term.
"""

# mypy: allow-untyped-calls

import threading
import time
from collections.abc import Sequence
from math import inf, log
from typing import Any, NamedTuple

import numpy as np
from whoosh import scoring

from app.search.columnar.arrays import Array, Bools
from app.search.columnar.inverting import LENGTHS
from app.search.columnar.kept import Kept
from app.search.columnar.nodes import TooMuch
from app.search.columnar.postings import Postings
from app.search.columnar.segment import ColumnSegment
from app.search.columnar.segmentdata import SegmentData

WIDE = 255  # stands for codes that do not fit in a byte
SHORT = 5_000  # documents of a list that is short
_SHORTS = 1_000_000  # documents of all short lists that a snapshot keeps at hand: about 5 MB


class _Scratch(threading.local):
    """An array as long as the largest segment, one for each thread; whoever uses it leaves it empty."""

    def __init__(self, kind: Any, empty: Any) -> None:
        self._kind, self._empty = kind, empty
        self._array: Array = np.zeros(0, kind)

    def fit(self, size: int) -> Array:
        """The array, of so many entries or more."""
        if len(self._array) < size:
            self._array = np.full(size, self._empty, self._kind)
        return self._array


SUMS, SLOTS, MARKS = _Scratch(np.float32, 0), _Scratch(np.int32, -1), _Scratch(bool, False)


class Patience:
    """How long a search may take: until ``until``, by the clock that never goes back."""

    def __init__(self) -> None:
        self.until = inf

    def check(self) -> None:
        """TooMuch when the time is up."""
        if time.monotonic() > self.until:
            raise TooMuch("the search took too long and was given up; ask for rarer words")


class View:
    """One segment of a snapshot. ``alive`` masks its living documents (None: all), ``base`` is its first."""

    def __init__(self, segment: ColumnSegment, data: SegmentData, base: int) -> None:
        self.start(data, base, segment.living(), segment.deleted_count())

    def start(self, data: SegmentData, base: int, alive: Bools | None, generation: Any) -> None:
        """Take these; ``generation`` tells apart which documents live."""
        self.data, self.base, self.count = data, base, data.count
        self.alive, self.generation = alive, generation
        self.kept: Kept = data.kept
        self.patience = Patience()
        self.lines: dict[str, Any] = {}

    @property
    def parts(self) -> Sequence["View"]:
        """The segments that it is made of."""
        return (self,)

    def field(self, name: str) -> Postings | None:
        """The postings of a field, if the segment has any. TooMuch when the search takes too long."""
        self.patience.check()
        return self.data.fields.get(name)

    def documents(self, name: str, term: int) -> Array:
        """Documents of a term. TooMuch as for ``field``."""
        self.patience.check()
        return self.kept.get((name, term), lambda: self.data.fields[name].documents(term))


class Tables(NamedTuple):
    """What codes score: precise, in single precision, and both for each code and one, 0 for none."""

    precise: Array
    single: Array
    laid: Array
    laid_single: Array


class Snapshot:
    """The segments that one searcher reads."""

    def __init__(self, views: Sequence[View], schema: Any, weighting: scoring.BM25F) -> None:
        self.views, self.schema, self.weighting = views, schema, weighting
        self.count = sum(view.count for view in views)
        self.patience = Patience()
        for view in views:
            for one in (view, *view.parts):
                one.patience = self.patience
        self._tables: dict[tuple[str, View], Tables] = {}
        self._idfs: dict[tuple[str, bytes], float] = {}
        self.few: dict[Any, Any] = {}
        self._held = 0

    def keep(self, key: Any, found: Any, size: int) -> None:
        """Keep at hand, in ``few``, a list of so many documents, which it holds if they are not too many."""
        self._held += (size if size <= SHORT else 0) + 64
        if self._held > _SHORTS:
            self.few.clear()
            self._held = SHORT
        self.few[key] = found

    def tables(self, field: str, view: View) -> Tables:
        """The score of each code of a field in a segment, but for the term's rarity."""
        key = field, view
        found = self._tables.get(key)
        if found is None:
            part = view.data.fields[field]
            weights = part.weights.astype(np.float64)
            if self.schema[field].scorable:
                total = sum(one.data.said["totals"].get(field, 0) for one in self.views)
                mean = total / (self.count or 1) or 1
                b, k1 = self.weighting._field_B.get(field, self.weighting.B), self.weighting.K1
                lengths = np.maximum(LENGTHS[part.lengths], 1)
                weights = weights * (k1 + 1) / (weights + k1 * ((1 - b) + b * lengths / mean))
            single, laid = weights.astype(np.float32), np.concatenate(([0.0], weights))
            found = self._tables[key] = Tables(weights, single, laid, laid.astype(np.float32))
        return found

    def idf(self, field: str, term: bytes) -> float:
        """The rarity of a term; of a field that is not scored, one. Removed documents count, as in Whoosh."""
        known = self._idfs.get((field, term))
        if known is None:
            known = self.rarity(field, self.frequency(field, term))
            if len(self._idfs) > 50_000:
                self._idfs.clear()
            self._idfs[field, term] = known
        return known

    def rarity(self, field: str, frequency: int) -> float:
        """The rarity of a term in so many documents."""
        return log(self.count / (frequency + 1)) + 1 if self.schema[field].scorable else 1.0

    def rarities(self, field: str, frequencies: Array) -> Array:
        """The rarities of terms in so many documents each."""
        if not self.schema[field].scorable:
            return np.ones(len(frequencies))
        found: Array = np.log(self.count / (frequencies + 1)) + 1
        return found

    def frequency(self, field: str, term: bytes) -> int:
        """In how many documents a term stands."""
        total = 0
        for view in self.views:
            part = view.field(field)
            number = part.terms.find(term) if part is not None else -1
            if part is not None and number >= 0:
                total += part.frequency(number)
        return total


def mask_of(documents: Array, count: int) -> Bools:
    """A mask of these documents."""
    found = np.zeros(count, bool)
    found[documents] = True
    return found
