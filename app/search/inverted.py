"""One field of an index: its terms, and where each stands, with which weight and at which places.

Postings lie end to end in the order of terms, then of documents. Weights are few, so each posting has the
number of its weight in a table. All of it is arrays, made, filtered and merged as wholes.
"""

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from app.search.arrays import (
    Array,
    Arrays,
    Bools,
    Floats,
    Ints,
    Strings,
    numbered,
    ranges,
    sizes,
    small,
    stable_order,
    starts,
    united,
)

_HALF = 2.0  # weights that are halves, as ours are, are numbered without sorting them


NAMES = (
    "blob", "ends", "starts", "documents", "codes", "weights", "counts", "places", "place_starts"
)  # fmt: skip


class Inverted:
    """The postings of one field in one segment. Arrays are looked up when they are asked for, by ``NAMES``.

    Posting ``p`` of term ``t`` (``starts[t] <= p < starts[t + 1]``) is of document ``documents[p]``, with
    weight ``weights[codes[p]]`` and ``counts[p]`` places; ``places`` has those of term ``t`` from
    ``place_starts[t]`` on, ascending in each document. Without positions the last three are empty.
    ``blob`` and ``ends`` are the terms, ascending.
    """

    def __init__(self, arrays: Arrays) -> None:
        self.arrays = arrays

    def __getattr__(self, name: str) -> Array:
        if name not in NAMES:
            raise AttributeError(name)
        return self.arrays[name]

    @cached_property
    def terms(self) -> Strings:
        """The terms, ascending."""
        return Strings(self.blob, self.ends)

    def span(self, low: int, high: int) -> tuple[Array, Floats]:
        """Documents and weights of the postings of terms ``low`` to ``high`` (exclusive), term by term."""
        begin, end = int(self.starts[low]), int(self.starts[high])
        return self.documents[begin:end], self.weights[self.codes[begin:end]]


def _made(terms: Strings, *others: Array) -> Inverted:
    return Inverted(dict(zip(NAMES, (terms.blob, terms.starts, *others), strict=True)))


def invert(
    names: Sequence[bytes], terms: Array, documents: Array, weights: Array, places: Array | None
) -> Inverted:
    """The postings of tokens that come in the order of documents, and of places within a document.

    For each token: the number of its term in ``names``, its document, its weight (of one posting they
    are added up), and its place, if places are kept.
    """
    used = np.flatnonzero(np.bincount(terms, minlength=len(names)))
    by_name = sorted(used.tolist(), key=names.__getitem__)
    ranks = np.zeros(len(names), np.uint32)
    ranks[by_name] = np.arange(len(by_name), dtype=np.uint32)
    ranked = ranks[terms]
    order = stable_order(ranked)
    ranked, documents = ranked[order], documents[order]
    fresh = np.ones(len(order), bool)
    fresh[1:] = (ranked[1:] != ranked[:-1]) | (documents[1:] != documents[:-1])
    first = np.flatnonzero(fresh)
    total = np.add.reduceat(weights[order].astype(np.float64), first) if len(first) else np.zeros(0)
    codes, table = _coded(total)
    per_term = starts(np.bincount(ranked[first], minlength=len(by_name)))
    counts = place_starts = kept = np.zeros(0, np.uint8)
    if places is not None:
        counts = small(np.diff(first, append=len(order)))
        place_starts = small(starts(np.bincount(ranked, minlength=len(by_name))))
        kept = small(places[order])
    return _made(
        Strings.of([names[number] for number in by_name]),
        small(per_term),
        small(documents[first]),
        codes,
        table,
        counts,
        kept,
        place_starts,
    )


def _coded(weights: Floats) -> tuple[Array, Floats]:
    halves = weights * _HALF
    if not len(weights):
        return np.zeros(0, np.uint8), np.zeros(0)
    most = float(halves.max())
    if most < 1 << 16 and (halves == np.floor(halves)).all() and halves.min() >= 0:
        return small(halves.astype(np.uint32)), np.arange(int(most) + 1) / _HALF
    table, codes = np.unique(weights, return_inverse=True)
    return small(codes), table


def merge(parts: Sequence[Inverted], keep: Sequence[Bools]) -> Inverted:
    """One field of several segments' documents, those that ``keep`` (one entry for each document) says.

    Documents are numbered anew, in the order of the parts; terms of removed documents only are gone.
    """
    chosen = [_Chosen(part, kept) for part, kept in zip(parts, keep, strict=True)]
    terms, numbers = united([part.terms for part in parts], [one.per_term > 0 for one in chosen])
    for one, number in zip(chosen, numbers, strict=True):
        one.number = number
    tables, recode = _tables([part.weights for part in parts])
    bases = starts(np.array([int(kept.sum()) for kept in keep]))
    size = len(terms)
    lay = _Layout([(one.number, one.per_term) for one in chosen], size)
    documents = lay.gather(
        [one.documents.astype(np.uint32) + np.uint32(base) for one, base in zip(chosen, bases, strict=False)]
    )
    codes = lay.gather([one.pick(code[one.part.codes]) for one, code in zip(chosen, recode, strict=True)])
    counts = places = place_starts = np.zeros(0, np.uint8)
    if any(len(part.places) for part in parts):
        counts = lay.gather([one.pick(one.part.counts) for one in chosen])
        deep = _Layout([(one.number, one.places_per_term()) for one in chosen], size)
        places = deep.gather([one.pick_places() for one in chosen])
        place_starts = small(deep.starts)
    return _made(terms, small(lay.starts), documents, codes, tables, counts, places, place_starts)


class _Chosen:
    """The postings of one part that are kept. ``per_term`` counts them."""

    def __init__(self, part: Inverted, keep: Bools) -> None:
        self.part = part
        self.whole = bool(keep.all())
        self.number: Ints = np.zeros(0, np.int64)
        if self.whole:
            self.documents = part.documents
            self.per_term = sizes(part.starts)
            return
        self.kept = keep[part.documents]
        self.documents = numbered(keep)[part.documents[self.kept]]
        self.per_term = _per_span(self.kept, part.starts)

    def pick(self, values: Array) -> Array:
        return values if self.whole else values[self.kept]

    def places_per_term(self) -> Ints:
        if self.whole:
            return sizes(self.part.place_starts)
        return _per_span(np.where(self.kept, self.part.counts, 0), self.part.starts)

    def pick_places(self) -> Array:
        return self.part.places if self.whole else self.part.places[np.repeat(self.kept, self.part.counts)]


class _Layout:
    """Where each part's values go when, term by term, one part's stand after another's."""

    def __init__(self, parts: Sequence[tuple[Ints, Ints]], terms: int) -> None:
        per_part = np.zeros((len(parts), terms), np.int64)
        for row, (number, counts) in zip(per_part, parts, strict=True):
            row[number[counts > 0]] = counts[counts > 0]
        self.starts = starts(per_part.sum(axis=0))
        begins = self.starts[:-1] + np.cumsum(per_part, axis=0) - per_part
        self.spans = [(begin, row) for begin, row in zip(begins, per_part, strict=True)]

    def gather(self, values: Sequence[Array]) -> Array:
        """All values in their places, as narrow as can be."""
        if len(values) == 1:
            return small(values[0])
        most = max((int(one.max()) for one in values if one.size), default=0)
        found = np.zeros(int(self.starts[-1]), small(np.array([most])).dtype)
        for (begin, counts), one in zip(self.spans, values, strict=True):
            found[ranges(begin, counts)] = one
        return found


def _per_span(values: Array, begins: Array) -> Ints:
    return sizes(starts(values)[begins])


def _tables(tables: Sequence[Floats]) -> tuple[Floats, list[Array]]:
    """One table of weights for all, and what each old number is in it."""
    longest = max(tables, key=len, default=np.zeros(0))
    if all(np.array_equal(table, longest[: len(table)]) for table in tables):
        return longest, [np.arange(len(table)) for table in tables]
    together = np.unique(np.concatenate(tables))
    return together, [np.searchsorted(together, table) for table in tables]
