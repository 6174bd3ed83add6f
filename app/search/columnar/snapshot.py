"""What a searcher evaluates queries on: the segments of a commit, their statistics, what is kept of them.

Scores are Whoosh's BM25F to the last bits. A posting's code says its weight and its document's length, so the
score of a code is looked up in a table made once for a field, and multiplied by the rarity of the term.
"""

# mypy: allow-untyped-calls

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from math import inf, log
from typing import Any, NamedTuple

import numpy as np
from whoosh import scoring

from app.search.columnar.arrays import Array, Bools
from app.search.columnar.inverting import LENGTHS
from app.search.columnar.nodes import TooMuch
from app.search.columnar.postings import Postings
from app.search.columnar.segment import ColumnSegment
from app.search.columnar.segmentdata import SegmentData

KEPT = 64_000_000  # bytes of unpacked postings and masks that are kept for a segment
WIDE = 255  # stands for codes that do not fit in a byte
SHORT = 5_000  # documents of a list that is short
_SHORTS = 1_000_000  # documents of all short lists that a snapshot keeps at hand: about 5 MB

_ASKED = 4_000  # arrays of which it is known how often they were asked for
_DEAR = {  # beside a copy
    **dict.fromkeys(("laid", "firsts", "begins", "mask", "filter"), 4),
    **dict.fromkeys(("turns", "keys", "marks", "above", "bases"), 8),
    "line": 99,
}
_ENTRY = 400  # bytes that an array takes beside its own


class Kept:
    """Arrays that were worked out for a segment: those asked for most, as many as there is room for.

    What is asked for as seldom as what is here already does not take its place: else questions that come
    round again and again would find everything gone each time. (Einziger, Friedman, Manes: TinyLFU, 2017.)
    May be shared by threads: then numbers of askings are about right.
    """

    def __init__(self, room: int = KEPT) -> None:
        self._found: OrderedDict[Any, Array] = OrderedDict()
        self._room, self._size = room, 0
        self._lock = threading.Lock()
        self._asked: dict[Any, int] = {}

    def get(self, key: Any, make: Callable[[], Array]) -> Array:
        """What ``make`` gives, made once."""
        found = self.known(key)
        if found is None:
            found = make()
            with self._lock:
                size = found.nbytes + _ENTRY
                if key not in self._found and self._room_for(size, self._ask(key)):
                    self._found[key] = found
                    self._size += size
        return found

    def known(self, key: Any) -> Array | None:
        """An array, if it is here."""
        found = self._found.get(key)
        if found is not None:
            try:
                self._found.move_to_end(key)
                self._asked[key] += _DEAR.get(key[0], 1)
            except KeyError:  # another thread has just let it go
                pass
        return found

    def wanted(self, key: Any, size: int) -> bool:
        """Whether an array of so many bytes is here, or is asked for so often that it should be."""
        if key in self._found:
            return True
        with self._lock:
            asked = self._ask(key)
            return asked > 2 * _DEAR.get(key[0], 1) and self._room_for(size + _ENTRY, asked)

    def has(self, key: Any) -> bool:
        """Whether an array is here."""
        return key in self._found

    def _ask(self, key: Any) -> int:
        """Count an asking; how often was it asked for of late, and how dear is it."""
        if len(self._asked) > _ASKED:
            self._asked = {one: many // 2 for one, many in self._asked.copy().items() if many > 1}
        found = self._asked[key] = self._asked.get(key, 0) + _DEAR.get(key[0], 1)
        return found

    def _room_for(self, size: int, asked: int) -> bool:
        """Make room for what was asked for so often, if what must go was asked for less."""
        while self._size + size > self._room and self._found:
            oldest = next(iter(self._found))
            if self._asked.get(oldest, 0) >= asked:
                self._found.move_to_end(oldest)
                self._asked[oldest] = self._asked.get(oldest, 0) // 2
                return False
            self._size -= self._found.pop(oldest).nbytes + _ENTRY
        return True


class _Scratch(threading.local):
    """Arrays as long as the largest segment, one set for each thread; whoever uses them leaves them empty."""

    size = 0

    def fit(self, size: int) -> "_Scratch":
        if self.size < size:
            self.size = size
            self.scores = np.zeros(size, np.float32)
            self.slots = np.full(size, -1, np.int32)
            self.marks = np.zeros(size, bool)
        return self


scratch = _Scratch()


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
        self.data, self.base, self.count = data, base, data.count
        self.alive = segment.living()
        self.generation = segment.deleted_count()
        self.kept: Kept = data.kept
        self.patience = Patience()
        self.lines: dict[str, Any] = {}

    def field(self, name: str) -> Postings | None:
        """The postings of a field, if the segment has any. TooMuch when the search takes too long."""
        self.patience.check()
        return self.data.fields.get(name)

    def documents(self, name: str, term: int) -> Array:
        """Documents of a term. TooMuch as for ``field``."""
        self.patience.check()
        return self.kept.get((name, term), lambda: self.data.fields[name].documents(term))


class Tables(NamedTuple):
    """What codes score: precise, in single precision, and (precise) for each code and one, 0 for none."""

    precise: Array
    single: Array
    laid: Array


class Snapshot:
    """The segments that one searcher reads."""

    def __init__(self, views: Sequence[View], schema: Any, weighting: scoring.BM25F) -> None:
        self.views, self.schema, self.weighting = views, schema, weighting
        self.count = sum(view.count for view in views)
        self.patience = Patience()
        for view in views:
            view.patience = self.patience
        self._tables: dict[tuple[str, int], Tables] = {}
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
        key = field, view.base
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
            found = self._tables[key] = Tables(
                weights, weights.astype(np.float32), np.concatenate(([0.0], weights))
            )
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
                begin, end = part.span(number)
                total += end - begin
        return total


def mask_of(documents: Array, count: int) -> Bools:
    """A mask of these documents."""
    found = np.zeros(count, bool)
    found[documents] = True
    return found
