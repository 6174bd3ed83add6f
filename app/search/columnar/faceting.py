"""Counts the values of fields among the documents that were found: documents, and groups of documents."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.search.columnar.arrays import Array, Ints, changes, narrow, ranges, sizes, small, starts
from app.search.columnar.postings import Postings
from app.search.columnar.segmentdata import SegmentData


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
            return Forward(self.terms[documents], None, self.none)
        begins = self.starts[documents]
        counts = self.starts[documents + 1] - begins
        return Forward(self.terms[ranges(begins, counts)], starts(counts), self.none)

    def counts(self, weights: Array) -> Ints:
        """The sum of the weights of the documents (one for each) with each term."""
        if self.starts is not None:
            weights = np.repeat(weights, sizes(self.starts))
        found: Ints = np.bincount(self.terms, weights, self.none + 1)[: self.none].astype(np.int64)
        return found

    def same(self, other: "Forward") -> bool:
        """Whether both say the same."""
        if (self.starts is None) != (other.starts is None) or len(self.terms) != len(other.terms):
            return False
        alike = self.starts is None or other.starts is None or bool((self.starts == other.starts).all())
        return alike and bool((self.terms == other.terms).all())


def forward(part: Postings, count: int) -> Forward:
    """What each of ``count`` documents has in a field, from its postings."""
    terms = len(part.terms)
    documents = part.documents(0, terms) if terms else np.zeros(0, np.uint32)
    owners: Array = np.repeat(np.arange(terms, dtype=narrow(terms)), part.per_term())
    per_document = np.bincount(documents, minlength=count)
    if not len(per_document) or per_document.max() < 2:
        found: Array = np.full(count, terms, narrow(terms))
        found[documents] = owners
        return Forward(found, None, terms)
    order = np.argsort(documents, kind="stable")
    return Forward(owners[order], starts(per_document), terms)


class Groups:
    """The groups of a segment's documents, by the values of a field.

    ``of`` has each document's group; when every group's documents stand together, ``begins`` has the first
    of each stretch and ``names`` its group.
    """

    def __init__(self, data: SegmentData, field: str) -> None:
        self.data, self.field = data, field
        part = data.fields[field]
        by_document = forward(part, data.count)
        if by_document.starts is not None:
            raise ValueError(f"documents have several values in {field!r}: it cannot group them")
        self.of, self.count = by_document.terms, by_document.none + 1
        self.begins = changes(self.of)
        self.names = self.of[self.begins]
        self.together = len(np.unique(self.names)) == len(self.names)
        self.firsts: Ints = np.zeros(self.count, np.int64)
        self.firsts[self.of[::-1]] = np.arange(data.count)[::-1]
        self._facets: dict[str, tuple[Forward, Forward | None]] = {}
        self._pairs: dict[str, tuple[Array, Array]] = {}

    def facet(self, name: str) -> tuple[Forward, Forward | None]:
        """A field by document; and by group, if all documents of each group have the same there."""
        found = self._facets.get(name)
        if found is None:
            by_document = forward(self.data.fields[name], self.data.count)
            by_group = by_document.of(self.firsts)
            alike = by_group.of(self.of.astype(np.int64)).same(by_document)
            found = self._facets[name] = by_document, by_group if alike else None
        return found

    def per_group(self, documents: Array) -> Ints:
        """How many of these documents (ascending) each group has."""
        if self.together and len(documents) > self.data.count // 4:
            marks = np.zeros(self.data.count, np.uint8)
            marks[documents] = 1
            found = np.zeros(self.count, np.int64)
            found[self.names] = np.add.reduceat(marks, self.begins, dtype=np.int32)
            return found
        return np.bincount(self.of.take(documents), minlength=self.count)

    def count_facet(self, name: str, documents: Array, per_group: Ints) -> tuple[Ints, Ints]:
        """For each term of a field: how many of the documents have it, and how many groups."""
        by_document, by_group = self.facet(name)
        if by_group is not None:
            return by_group.counts(per_group), by_group.counts(per_group > 0)
        pairs, terms = self._paired(name, by_document)
        chosen = documents.astype(np.int64)
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


def named(part: Postings, counts: Sequence[Ints]) -> dict[str, tuple[int, ...]]:
    """The values that were counted at all, by name."""
    numbers = np.flatnonzero(counts[0]).tolist()
    columns = [one[numbers].tolist() for one in counts]
    names = part.terms.all if len(part.terms) <= 4096 else {number: part.terms[number] for number in numbers}
    return {names[number].decode(): tuple(one) for number, *one in zip(numbers, *columns, strict=True)}
