"""One field of a segment: its terms, and the documents, weights, lengths and places of each.

Postings lie end to end in the order of terms, then of documents. Of a document's number only the lower 16
bits are kept with the posting: the postings of a term are parted into runs, one for each 65,536 documents.
A run of more than an eighth of these is kept as bits, in the place of its postings.
A posting's weight, its document's length and its number of places are one code, looked up in a table.
"""

import itertools
from bisect import bisect_left
from functools import cached_property
from typing import Any

import numpy as np

from app.search.columnar import fronts, payload
from app.search.columnar.arrays import Array, Ints, Strings, sizes, starts
from app.search.columnar.columnfile import Source
from app.search.columnar.laying import BYTES, CHUNK, bits_of

Row = tuple[float, int, int]
_NONE = np.zeros(0, np.uint8)


class Postings:
    """The postings of one field, read from arrays named ``field.blob`` and so on (see ``laying.made``).

    Attributes: ``kind`` of payload, ``placed`` whether there are places, and the tables of codes:
    ``weights``, ``lengths`` (Whoosh's length byte), ``counts``.
    """

    def __init__(self, source: Source, name: str, kind: str) -> None:
        self.source, self.name, self.kind = source, name, kind
        self.placed = kind in payload.PLACED
        self._wide: dict[str, tuple[Array, Any]] = {}

    def array(self, name: str) -> Array:
        """The whole of one of the field's arrays."""
        return self.source[f"{self.name}.{name}"]

    def part(self, name: str, begin: int, end: int) -> Array:
        """A stretch of one of the field's arrays."""
        return self.source.part(f"{self.name}.{name}", begin, end)

    def taken(self, name: str, places: Ints) -> Array:
        """Some entries of one of the field's arrays (ascending, at least one)."""
        return self.source.taken(f"{self.name}.{name}", places)

    def unpacked(self, name: str, begin: int, end: int) -> Array:
        """A stretch of an array that was ``packed``."""
        found = self.part(name, begin, end)
        at, where = self._wide.get(name) or self._exceptions(name)
        low = bisect_left(where, begin)
        if low == len(where) or where[low] >= end:
            return found
        high = bisect_left(where, end, low)
        values = self.part(f"{name}_is", low, high)
        found = found.astype(values.dtype)
        found[at[low:high].astype(np.int64) - begin] = values
        return found

    def unpacked_at(self, name: str, places: Ints) -> Array:
        """Some entries of an array that was ``packed`` (ascending)."""
        if not len(places):
            return _NONE
        found = self.taken(name, places)
        at, _ = self._wide.get(name) or self._exceptions(name)
        if not len(at):
            return found
        where = at.searchsorted(places.astype(at.dtype))
        where[where == len(at)] = len(at) - 1
        wide = (at.take(where) == places).nonzero()[0]
        if len(wide):
            values = self.array(f"{name}_is")
            found = found.astype(values.dtype)
            found[wide] = values.take(where.take(wide))
        return found

    def _exceptions(self, name: str) -> tuple[Array, Any]:
        key = f"{self.name}.{name}_at"
        at = self.source[key] if key in self.source else _NONE  # noqa: SIM401  # a file is no dictionary
        found = self._wide[name] = at, memoryview(at)  # type: ignore[arg-type]  # numpy's arrays are buffers
        return found

    @cached_property
    def terms(self) -> Strings:
        """The terms, ascending."""
        return fronts.strings_of(self.source, self.name)

    @cached_property
    def runs(self) -> Array:
        """Where the runs of each term begin."""
        return self.array("runs")

    @cached_property
    def firsts(self) -> Array:
        """The first posting of each run, and one past the last of all."""
        return self.array("firsts")

    @cached_property
    def weights(self) -> Array:
        """The weight that a code stands for."""
        return self.array("weights")

    @cached_property
    def lengths(self) -> Array:
        """The length byte that a code stands for."""
        return self.array("lengths")

    @cached_property
    def counts(self) -> Array:
        """The number of places that a code stands for."""
        return self.array("counts")

    @cached_property
    def rows(self) -> list[Row]:
        """The weight, the length byte and the number of places of each code."""
        tables = (self.weights.tolist(), self.lengths.tolist(), self.counts.tolist())
        return list(zip(*tables, strict=True))

    @cached_property
    def size(self) -> int:
        """All postings."""
        return int(self.firsts[-1])

    @cached_property
    def _edges(self) -> tuple[Any, Any]:
        """The runs and their first postings, to be asked one at a time."""
        return memoryview(self.runs), memoryview(self.firsts)  # type: ignore[arg-type]

    def span(self, term: int, end: int | None = None) -> tuple[int, int]:
        """The postings of a term, or of the terms from it up to ``end`` (exclusive)."""
        runs, firsts = self._edges
        return firsts[runs[term]], firsts[runs[term + 1 if end is None else end]]

    def documents(self, term: int, end: int | None = None) -> Array:
        """Documents of a term, ascending; or of several terms, one after another. Unsigned, 32 bits."""
        runs, _ = self._edges
        low, high = runs[term], runs[term + 1 if end is None else end]
        found = self._lower(low, high)
        bases, counts = self._runs_of
        if high - low > 1:
            found += bases[low:high].repeat(counts[low:high])
        elif high > low and bases[low]:
            found += bases[low]
        return found

    def bits(self, term: int, count: int) -> Array | None:
        """Which of the segment's ``count`` documents a term stands in: a bit each, lowest first, as bytes.

        None: in no run more than an eighth of the documents have it; then documents are quicker.
        """
        runs, _ = self._edges
        low, high = runs[term], runs[term + 1]
        dense = self._dense[0]
        first = bisect_left(dense, low)
        if first == len(dense) or dense[first] >= high:
            return None
        found: Array = np.zeros((-(-count >> CHUNK), BYTES), np.uint8)
        chunks = self.array("chunks")
        for run in range(low, high):
            if first < len(dense) and dense[first] == run:
                found[chunks[run]] = self._words(run).view(np.uint8)
                first += 1
            else:
                found[chunks[run]] = bits_of(self._lower(run, run + 1))
        return found.reshape(-1)[: -(-count >> 3)]

    @cached_property
    def _dense(self) -> tuple[Any, Any]:
        """The runs that are kept as bits; and how many entries less than postings there are up to each."""
        dense = self.array("dense") if f"{self.name}.dense" in self.source else _NONE
        runs = dense.astype(np.int64)
        less = starts(self.firsts[runs + 1].astype(np.int64) - self.firsts[runs] - BYTES // 2)
        return memoryview(dense), memoryview(less)  # type: ignore[arg-type]  # numpy's arrays are buffers

    def _words(self, run: int) -> Array:
        """The bits of a run that is kept as bits."""
        dense, less = self._dense
        begin = self._edges[1][run] - less[bisect_left(dense, run)]
        return self.part("documents", begin, begin + BYTES // 2)

    def _lower(self, low: int, high: int) -> Array:
        """The lower bits of the documents of some runs."""
        firsts, (dense, less) = self._edges[1], self._dense
        at = bisect_left(dense, low)
        if at == len(dense) or dense[at] >= high:
            return self.part("documents", firsts[low] - less[at], firsts[high] - less[at]).astype(np.uint32)
        found = []
        while at < len(dense) and dense[at] < high:
            run = dense[at]
            found.append(self.part("documents", firsts[low] - less[at], firsts[run] - less[at]))
            bits = np.unpackbits(self._words(run).view(np.uint8), bitorder="little")
            found.append(bits.view(bool).nonzero()[0].astype(np.uint16))
            low, at = run + 1, at + 1
        found.append(self.part("documents", firsts[low] - less[at], firsts[high] - less[at]))
        return np.concatenate(found, dtype=np.uint32)

    @cached_property
    def _runs_of(self) -> tuple[Array, Array]:
        """What is added to the documents of each run, and how many it has."""
        bases = self.array("chunks").astype(np.uint32)
        bases <<= np.uint32(CHUNK)
        return bases, np.diff(self.firsts)

    def codes(self, term: int, end: int | None = None) -> Array:
        """Codes of the same postings."""
        return self.unpacked("codes", *self.span(term, end))

    def codes_at(self, term: int, places: Ints) -> Array:
        """Codes of some of a term's postings, by their places in its list (ascending)."""
        return self.unpacked_at("codes", self.span(term)[0] + places)

    def frequency(self, term: int) -> int:
        """How many documents a term stands in."""
        begin, end = self.span(term)
        return int(end - begin)

    def per_term(self) -> Ints:
        """How many documents each term stands in."""
        return sizes(self.firsts[self.runs])

    def place_span(self, term: int) -> tuple[int, int]:
        """Where the places of a term begin and end."""
        begin, end = self._place_starts[term : term + 2].tolist()
        return begin, end

    @cached_property
    def _place_starts(self) -> Array:
        return self.array("place_starts")

    @cached_property
    def most_places(self) -> int:
        """No place is greater."""
        for name in ("places_is", "places"):
            if f"{self.name}.{name}" in self.source:
                values = self.array(name)
                if values.dtype.itemsize == 1:
                    return 255
                return int(values.max()) if len(values) else 255
        return 0

    def places(self, begin: int, end: int) -> Array:
        """Places, end to end (see ``place_span``)."""
        return self.unpacked("places", begin, end)

    def place_count(self, term: int) -> int:
        """How many places a term has."""
        begin, end = self.place_span(term)
        return end - begin

    def places_of(self, term: int) -> Array:
        """All places of a term, in the order of its documents."""
        return self.places(*self.place_span(term))

    def places_at(self, term: int, which: Ints) -> Array:
        """Some of a term's places, by where they stand among them (ascending)."""
        return self.unpacked_at("places", self.place_span(term)[0] + which)

    def low_places_at(self, term: int, which: Ints) -> Array:
        """The same (at least one), of which those above 255 may be told wrong."""
        return self.taken("places", self.place_span(term)[0] + which)

    def wide_places(self, term: int) -> Ints:
        """Which of a term's places (ascending) are not kept as bytes, where most are."""
        begin, end = self.place_span(term)
        at, where = self._wide.get("places") or self._exceptions("places")
        found: Ints = at[bisect_left(where, begin) : bisect_left(where, end)].astype(np.int64)
        found -= begin
        return found

    def values(self, term: int) -> list[Any]:
        """The payload of each posting of a term: lists of positions or tuples, or bytes when it is raw."""
        if self.kind == "raw":
            low, high = self.span(term)
            return Strings(self.array("raw"), self.array("raw_ends")).slice(low, high)
        if not self.placed:
            return [()] * (self.span(term)[1] - self.span(term)[0])
        begin, end = self.place_span(term)
        parts = [self.places(begin, end).tolist()]
        parts += [self.part(name, begin, end).tolist() for name in self.extras]
        every = parts[0] if len(parts) == 1 else list(zip(*parts, strict=True))
        cuts = starts(self.counts[self.codes(term)]).tolist()
        return [every[low:high] for low, high in itertools.pairwise(cuts)]

    @property
    def extras(self) -> list[str]:
        """Names of the arrays that go along with places."""
        return [name for name, _ in payload.COLUMNS[self.kind]]
