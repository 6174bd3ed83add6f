"""Counts the values of fields among the documents that were found: documents, and groups of documents."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, Protocol

import numpy as np

from app.search.columnar.arrays import (
    Array,
    Bools,
    Floats,
    Ints,
    changes,
    narrow,
    ranges,
    sizes,
    small,
    starts,
)
from app.search.columnar.postings import Postings
from app.search.columnar.segmentdata import SegmentData

_ABOVE = 1 << 26  # documents and groups are added up as one number: groups count this many
_LISTED = 4096  # names of a field that are kept as text


class Numbered(Protocol):
    """Documents: their numbers, ascending, and perhaps a mask of them, which is then the quicker."""

    marks: Bools | None

    @property
    def documents(self) -> Array:
        """The numbers."""


@dataclass(frozen=True, slots=True)
class Forward:
    """The terms of each document in a field: its numbers are ``terms[starts[d]:starts[d + 1]]``.

    Without ``starts`` each document has one: ``terms[d]``, or ``none`` when it has none.
    """

    terms: Array
    starts: Ints | None
    none: int

    def of(self, documents: Ints) -> "Forward":
        """The same for some documents, in this order."""
        if self.starts is None:
            return Forward(self.terms.take(documents), None, self.none)
        begins = self.starts[documents]
        counts = self.starts[documents + 1] - begins
        return Forward(self.terms[ranges(begins, counts)], starts(counts), self.none)

    def same(self, other: "Forward") -> bool:
        """Whether both say the same."""
        if (self.starts is None) != (other.starts is None) or len(self.terms) != len(other.terms):
            return False
        alike = self.starts is None or other.starts is None or bool((self.starts == other.starts).all())
        return alike and bool((self.terms == other.terms).all())

    def ready(self) -> "Forward":
        """The same, with terms of the type that counting wants."""
        return Forward(self.terms.astype(np.intp), self.starts, self.none)


def forward(part: Postings, count: int) -> Forward:
    """What each of ``count`` documents has in a field, from its postings."""
    terms = len(part.terms)
    documents = part.documents(0, terms) if terms else np.zeros(0, np.uint32)
    owners: Array = np.repeat(np.arange(terms, dtype=narrow(terms)), part.per_term())
    found: Array = np.full(count, terms, narrow(terms))
    found[documents] = owners
    if np.count_nonzero(found != terms) == len(documents):  # no document was named twice
        return Forward(found, None, terms)
    order = np.argsort(documents, kind="stable")
    return Forward(owners[order], starts(np.bincount(documents, minlength=count)), terms)


class PerGroup(NamedTuple):
    """How many of the documents found each group has, the last being no group; and which groups have any.

    ``both`` is the number of documents of each, and ``_ABOVE`` besides if there is any.
    """

    counts: Ints
    having: Ints
    both: Floats


class Groups:
    """The groups of a segment's documents, by the values of a field.

    ``of`` has each document's group; when every group's documents stand together, ``begins`` has the first
    of each stretch and ``names`` its group.
    """

    def __init__(self, data: SegmentData, field: str) -> None:
        self.data, self.field = data, field
        by_document: Forward = data.forward(field)
        if by_document.starts is not None:
            raise ValueError(f"documents have several values in {field!r}: it cannot group them")
        self.of, self.count = by_document.terms, by_document.none + 1
        self.begins = changes(self.of)
        self.names = self.of[self.begins].astype(np.intp)
        self.together = bool((np.bincount(self.names, minlength=1) < 2).all())
        self.firsts: Ints = np.zeros(self.count, np.int64)
        self.firsts[self.of[::-1]] = np.arange(data.count)[::-1]
        self._facets: dict[str, tuple[Forward, Forward | None]] = {}
        self._pairs: dict[str, tuple[Array, Array]] = {}
        self._texts: dict[str, list[str]] = {}

    def facet(self, name: str) -> tuple[Forward, Forward | None]:
        """A field by document; and by group, if all documents of each group have the same there."""
        found = self._facets.get(name)
        if found is None:
            by_document: Forward = self.data.forward(name)
            by_group = by_document.of(self.firsts)
            alike = by_group.of(self.of).same(by_document)
            found = self._facets[name] = by_document, by_group.ready() if alike else None
        return found

    @cached_property
    def _edges(self) -> tuple[Ints, Array]:
        """For the first document of each stretch: which 64 it is one of, and a mask of those before."""
        within = (self.begins & 63).astype(np.uint64)
        return self.begins >> 6, (np.uint64(1) << within) - np.uint64(1)

    def per_group(self, found: Numbered) -> PerGroup:
        """How many of the documents found each group has."""
        if self.together and found.marks is not None:
            counts = np.zeros(self.count, np.int64)
            counts[self.names] = self._per_stretch(found.marks)
        else:
            counts = np.bincount(self.of.take(found.documents), minlength=self.count)
        both = counts.astype(np.float64)
        having = counts.nonzero()[0]
        both[having] += _ABOVE
        return PerGroup(counts, having, both)

    def _per_stretch(self, marks: Bools) -> Ints:
        """How many marks each stretch of one group's documents has."""
        packed = np.packbits(marks, bitorder="little")
        words = np.zeros(len(marks) // 64 + 1, np.uint64)
        words.view(np.uint8)[: len(packed)] = packed
        before = np.zeros(len(words) + 1, np.int64)
        np.bitwise_count(words).cumsum(dtype=np.int64, out=before[1:])
        at, below = self._edges
        sums = before.take(at)
        sums += np.bitwise_count(words.take(at) & below)
        return np.diff(sums, append=before[-1])

    def count_facet(self, name: str, found: Numbered, per_group: PerGroup) -> tuple[Ints, Ints]:
        """For each term of a field: how many of the documents found have it, and how many groups."""
        by_document, by_group = self.facet(name)
        if by_group is not None:
            weights = per_group.both
            if by_group.starts is not None:
                weights = np.repeat(weights, sizes(by_group.starts))
            both = np.bincount(by_group.terms, weights, by_group.none + 1)[:-1].astype(np.int64)
            return both & (_ABOVE - 1), both >> 26
        pairs, terms = self._paired(name, by_document)
        chosen = found.documents.astype(np.int64)
        if by_document.starts is not None:
            begins = by_document.starts[chosen]
            chosen = ranges(begins, by_document.starts[chosen + 1] - begins)
        marks = np.zeros(len(terms), bool)
        marks[pairs.take(chosen)] = True
        size = by_document.none + 1
        many = np.bincount(by_document.terms.take(chosen), minlength=size)[: by_document.none]
        return many, np.bincount(terms[marks], minlength=size)[: by_document.none]

    def _paired(self, name: str, by_document: Forward) -> tuple[Array, Array]:
        """The pair of group and term that each value of each document is; and the term of each pair."""
        found = self._pairs.get(name)
        if found is None:
            owners = self.of.astype(np.int64)
            if by_document.starts is not None:
                owners = np.repeat(owners, sizes(by_document.starts))
            width = by_document.none + 1
            each, numbers = np.unique(owners * width + by_document.terms, return_inverse=True)
            found = self._pairs[name] = small(numbers), small(each % width)
        return found

    def named(self, name: str, counts: tuple[Ints, Ints]) -> dict[str, tuple[int, int]]:
        """The values of a field that ``count_facet`` has counted at all, by name."""
        numbers = counts[0].nonzero()[0]
        values = zip(counts[0].take(numbers).tolist(), counts[1].take(numbers).tolist(), strict=True)
        return dict(zip(self._named(name, numbers.tolist()), values, strict=True))

    def _named(self, name: str, numbers: Sequence[int]) -> list[str]:
        terms = self.data.names(name)
        if len(terms) > _LISTED:
            return [terms[number].decode() for number in numbers]
        texts = self._texts.get(name)
        if texts is None:
            texts = self._texts[name] = [term.decode() for term in terms.slice(0, len(terms))]
        return [texts[number] for number in numbers]
