"""One commit, open for reading: its cards, and the postings of its terms as arrays.

A view is shared by threads. Whoosh's readers are not made for that, so they are read under a lock, and what
is read is kept, up to a limit.
"""

import threading
from array import array
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from whoosh.reading import SegmentReader, TermNotFound

from app.search.columns import Bools, Columns, Ints, SegmentCards

Floats = npt.NDArray[np.float64]
Postings = tuple[Ints, Floats]  # documents, ascending, and the weight of the term in each

KEPT = 6_000_000  # postings kept decoded: about 100 MB
_NONE: Postings = (np.empty(0, np.int64), np.empty(0, np.float64))


class View:
    """What a search reads. ``cards`` are the segments' cards, in the order of ``readers``."""

    def __init__(self, readers: Sequence[SegmentReader], cards: Sequence[SegmentCards]) -> None:
        self.readers = readers
        self.bases = np.concatenate(([0], np.cumsum([reader.doc_count_all() for reader in readers]))).tolist()
        self.columns = Columns([(card, _dead(reader)) for card, reader in zip(cards, readers, strict=True)])
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
            self._kept[key] = found
            self._size += len(found[0]) + 64
            while self._size > KEPT and len(self._kept) > 1:
                self._size -= len(self._kept.popitem(last=False)[1][0]) + 64
            return found

    def _read(self, field: str, term: bytes) -> Postings:
        documents: list[Ints] = []
        weights: list[Floats] = []
        for reader, base in zip(self.readers, self.bases, strict=False):
            for ids, values in _blocks(_matcher(reader, field, term)):
                documents.append(np.asarray(ids, np.int64) + base)
                weights.append(np.asarray(values, np.float64))
        if not documents:
            return _NONE
        found, weight = np.concatenate(documents), np.concatenate(weights)
        alive = self.columns.alive[found]
        return (found, weight) if alive.all() else (found[alive], weight[alive])

    def positions(self, term: bytes, documents: Ints) -> tuple[Ints, Ints]:
        """Index into ``documents`` (ascending) and position, for each place where the term stands in them."""
        counts: list[int] = []
        indexes: list[int] = []
        values: list[bytes] = []
        with self._lock:
            for number, reader in enumerate(self.readers):
                low, high = np.searchsorted(documents, self.bases[number : number + 2]).tolist()
                matcher = _matcher(reader, "words", term) if low < high else None
                for index in range(low, high):
                    wanted = int(documents[index]) - self.bases[number]
                    if matcher is None or not matcher.is_active():
                        break
                    matcher.skip_to(wanted)
                    if matcher.is_active() and matcher.id() == wanted:
                        value = matcher.value()
                        counts.append(len(value) // 4)
                        indexes.append(index)
                        values.append(value)
        places = np.frombuffer(b"".join(values), "<u4").astype(np.int64)
        return np.repeat(np.array(indexes, np.int64), counts), places

    def terms(self, field: str, start: bytes = b"") -> Iterator[bytes]:
        """Terms of a field that begin with ``start``, ascending, each once; some may be of the dead only."""
        with self._lock:
            found: set[bytes] = set()
            for reader in self.readers:
                found.update(reader.expand_prefix(field, start))
        yield from sorted(found)


def union(found: Iterable[Postings], size: int, *, best: bool = False) -> Postings:
    """Documents of any, with the sum of their weights (or the best), in order of the given postings."""
    lists = [postings for postings in found if len(postings[0])]
    if len(lists) < 2:
        return lists[0] if lists else _NONE
    total = np.zeros(size, np.float64)
    for documents, weights in lists:
        total[documents] = np.maximum(total[documents], weights) if best else total[documents] + weights
    together = np.flatnonzero(total)
    return together, total[together]


def _dead(reader: SegmentReader) -> Bools:
    dead = np.zeros(reader.doc_count_all(), bool)
    segment: Any = reader.segment()
    dead[list(segment.deleted_docs())] = True
    return dead


def _matcher(reader: SegmentReader, field: str, term: bytes) -> Any:
    """Whoosh's matcher for a term, or None. Removed documents are in it."""
    try:
        matcher: Any = reader.postings(field, term)
    except TermNotFound:
        return None
    return getattr(matcher, "child", matcher)


def _blocks(matcher: Any) -> Iterator[tuple[Sequence[int], "array[float]"]]:
    """Documents and weights of a matcher, block by block: one by one would take ten times as long."""
    if matcher is None or not matcher.is_active():
        return
    while True:
        if not hasattr(matcher, "_next_block"):  # few postings, kept by Whoosh with the term itself
            ids, weights = [], array("d")
            while matcher.is_active():
                ids.append(matcher.id())
                weights.append(matcher.weight())
                matcher.next()
            yield ids, weights
            return
        matcher.id()
        matcher.weight()
        yield matcher._ids, matcher._weights
        matcher._next_block()
        if not matcher.is_active():
            return
