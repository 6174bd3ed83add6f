"""One field of a segment: its terms, and the documents, weights, lengths and places of each.

Postings lie end to end in the order of terms, then of documents. Of a document's number only the lower 16
bits are kept with the posting: the postings of a term are parted into runs, one for each 65,536 documents.
A posting's weight, its document's length and its number of places are one code, looked up in a table.
"""

import itertools
from bisect import bisect_left
from functools import cached_property
from typing import Any

import numpy as np

from app.search.columnar import payload
from app.search.columnar.arrays import Array, Ints, Strings, changes, narrow, packed, sizes, small, starts
from app.search.columnar.columnfile import Source

_NONE = np.zeros(0, np.uint8)
CHUNK = 16  # bits of a document's number within its run


class Postings:
    """The postings of one field, read from arrays named ``field.blob`` and so on (see ``made``).

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
        first = int(places[0])
        found: Array = self.part(name, first, int(places[-1]) + 1).take(places - first)
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
        return Strings(self.array("blob"), self.array("ends"))

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
        runs, firsts = self._edges
        low, high = runs[term], runs[term + 1 if end is None else end]
        found = self.part("documents", firsts[low], firsts[high]).astype(np.uint32)
        bases, counts = self._runs_of
        if high - low > 1:
            found += bases[low:high].repeat(counts[low:high])
        elif high > low and bases[low]:
            found += bases[low]
        return found

    @cached_property
    def _runs_of(self) -> tuple[Array, Array]:
        """What is added to the documents of each run, and how many it has."""
        bases = self.array("chunks").astype(np.uint32)
        bases <<= np.uint32(CHUNK)
        return bases, np.diff(self.firsts)

    def codes(self, term: int, end: int | None = None) -> Array:
        """Codes of the same postings."""
        return self.unpacked("codes", *self.span(term, end))

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


def coded(weights: Array, lengths: Array, counts: Array) -> tuple[Array, dict[str, Array]]:
    """Codes for (weight, length byte, count) of each posting, the most frequent first; and their tables."""
    plain = bool(len(counts)) and int(counts.max()) < 256 and bool((weights == counts).all())
    if plain:  # as nearly always: then a pair of bytes says it all
        keys = (counts.astype(np.uint16) << np.uint16(8)) | lengths
        often = np.bincount(keys, minlength=1)
        seen = np.flatnonzero(often)
        seen = seen[np.argsort(-often[seen], kind="stable")]
        codes: Array = np.zeros(1 << 16, narrow(max(len(seen) - 1, 0)))
        codes[seen] = np.arange(len(seen))
        many: Array = (seen >> 8).astype(np.uint32)
        table: dict[str, Array] = {
            "weights": many.astype(np.float32),
            "lengths": (seen & 255).astype(np.uint8),
            "counts": many,
        }
        return codes[keys], table
    if len(counts) and _halves(weights, int(counts.max()) + 1):  # small numbers are told apart by looking
        width = int(counts.max()) + 1
        pairs, pair = _distinct((weights * 2).astype(np.uint32) * np.uint32(width) + counts)
        seen, codes = _distinct(pair.astype(np.uint32) * np.uint32(256) + lengths)
        order = np.argsort(-np.bincount(codes), kind="stable")
        ranks: Array = np.zeros(len(order), narrow(max(len(order) - 1, 0)))
        ranks[order] = np.arange(len(order))
        twice, many = np.divmod(pairs[seen[order] >> 8], width)
        return ranks[codes], {
            "weights": (twice / 2).astype(np.float32),
            "lengths": (seen[order] & 255).astype(np.uint8),
            "counts": many.astype(np.uint32),
        }
    rows = np.zeros(len(weights), [("weight", "<f4"), ("length", "u1"), ("count", "<u4")])
    rows["weight"], rows["length"], rows["count"] = weights, lengths, counts
    table_rows, found, often = np.unique(rows, return_inverse=True, return_counts=True)
    order = np.argsort(-often, kind="stable")
    ranks = np.zeros(len(order), np.int64)
    ranks[order] = np.arange(len(order))
    table_rows, found = table_rows[order], ranks[found]
    names = {"weights": "weight", "lengths": "length", "counts": "count"}
    return small(found), {name: np.ascontiguousarray(table_rows[of]) for name, of in names.items()}


def _halves(weights: Array, times: int) -> bool:
    """Whether all weights are halves, and small enough for a table of so many of each."""
    twice = weights * 2
    few = twice.min() >= 0 and (twice.max() + 1) * times <= 1 << 24
    return bool(few and (twice == np.floor(twice)).all())


def _distinct(values: Array) -> tuple[Array, Array]:
    """The different numbers, ascending (all of them small), and which of these each value is."""
    marks = np.zeros(int(values.max()) + 1, bool)
    marks[values] = True
    distinct = np.flatnonzero(marks)
    table: Array = np.zeros(len(marks), narrow(len(distinct)))
    table[distinct] = np.arange(len(distinct))
    return distinct, table[values]


def made(
    terms: Strings, per_term: Array, documents: Array, codes: Array, table: dict[str, Array]
) -> dict[str, Array]:
    """The arrays of a field from postings in the order of terms, then of documents.

    ``blob`` and ``ends`` are the terms; ``runs`` says of each term where its runs begin, ``chunks`` and
    ``firsts`` of each run its upper bits and its first posting; ``documents`` has the lower bits.
    """
    chunks = (documents >> CHUNK).astype(np.uint16)
    number = np.repeat(np.arange(len(per_term), dtype=np.uint32), per_term)
    first = changes(number, chunks)
    return {
        "blob": terms.blob,
        "ends": terms.starts,
        "runs": small(starts(np.bincount(number[first], minlength=len(per_term)))),
        "chunks": small(chunks[first]),
        "firsts": small(np.append(first, len(documents))),
        "documents": documents.astype(np.uint16),
        **packed("codes", codes),
        **table,
    }
