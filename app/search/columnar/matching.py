"""Walks the postings of a term for Whoosh's own searcher."""

# mypy: allow-untyped-calls, allow-untyped-defs, allow-incomplete-defs, disallow-subclassing-any=False
# mypy: disable-error-code="attr-defined"

from typing import Any

import numpy as np
from whoosh.matching.mcore import LeafMatcher, ReadTooFar
from whoosh.reading import TermInfo

from app.search.columnar import payload
from app.search.columnar.inverting import LENGTHS
from app.search.columnar.postings import Postings

BLOCK = 128  # postings that are rated together


class ColumnMatcher(LeafMatcher):
    """The postings of one term: ids are documents (or, of a vector, texts)."""

    def __init__(self, ids, weights, values, format_, scorer=None, term=None, info=None, codes=None) -> None:
        self._ids, self._weights, self._values = ids, weights, values
        self.format, self.scorer, self._term, self._info = format_, scorer, term, info
        self._kind = payload.kind(format_) if format_ is not None else "none"
        self._lengths: Any
        self._counts: Any
        self._lengths, self._counts = codes or (None, None)
        self._listed = ids.tolist() if isinstance(ids, np.ndarray) else ids
        self._at = 0

    def is_active(self):
        """Whether it stands at a posting."""
        return self._at < len(self._listed)

    def id(self):
        """The document."""
        return self._listed[self._at]

    def all_ids(self):
        """Every document from here on."""
        return iter(self._listed[self._at :])

    def all_values(self):
        """Every payload."""
        while self.is_active():
            yield self.value()
            self.next()

    def next(self):
        """One further; whether the next block has begun."""
        if not self.is_active():
            raise ReadTooFar
        self._at += 1
        return self._at % BLOCK == 0

    def skip_to(self, id):
        """To the first document that is not before ``id``."""
        if not self.is_active():
            raise ReadTooFar
        if id <= self.id():
            return False
        ids = self._ids
        step = ids[self._at :] if isinstance(ids, np.ndarray) else np.array(ids[self._at :])
        self._at += int(np.searchsorted(step, id))
        return True

    def reset(self):
        """Back to the first posting."""
        self._at = 0

    def copy(self):
        """Another one at the same place."""
        other = ColumnMatcher.__new__(ColumnMatcher)
        other.__dict__.update(self.__dict__)
        return other

    def replace(self, minquality=0):
        """Nothing once it is through. Never for its quality: Whoosh's wrappers forget boosts."""
        from whoosh.matching import NullMatcher

        return self if self.is_active() else NullMatcher()

    def weight(self):
        """The weight of the posting."""
        return float(self._weights[self._at])

    def _places(self) -> Any:
        if callable(self._values):
            self._values = self._values()
        return self._values[self._at] if self._values else ()

    def _count(self) -> int:
        return 1 if self._counts is None else int(self._counts[self._at])

    def value(self):
        """The payload as its format's bytes."""
        places = self._places()
        if self._kind == "raw":
            return places
        return payload.encoded(self.format, self._kind, self._count(), places)

    def value_as(self, astype):
        """The payload as positions, characters and so on."""
        if self._kind != "raw":
            places = self._places()
            found = payload.told(self._kind, astype, self._count(), places, self.format.field_boost)
            if found is not None:
                return found
        return self.format.decoder(astype)(self.value())

    def supports(self, astype):
        """Whether the format keeps this."""
        return self.format.supports(astype)

    def _block(self) -> slice:
        low = self._at // BLOCK * BLOCK
        return slice(low, low + BLOCK)

    def block_min_length(self):
        """The shortest length in this block."""
        if self._lengths is None:
            return 0
        return int(LENGTHS[self._lengths[self._block()].min()])

    def block_max_length(self):
        """The longest length in this block."""
        return 0 if self._lengths is None else int(LENGTHS[self._lengths[self._block()].max()])

    def block_max_weight(self):
        """The greatest weight in this block."""
        return float(self._weights[self._block()].max())

    def max_quality(self):
        """The best score of all."""
        return self.scorer.max_quality() if self.scorer else self._info.max_weight()

    def skip_to_quality(self, minquality):
        """To the first block that may have a better score; how many were skipped."""
        skipped = 0
        while self.is_active() and self.block_quality() <= minquality:
            self._at = self._block().stop
            skipped += 1
        return skipped


def matcher_of(
    part: Postings, number: int, format_: Any, scorer: Any, term: Any, info: TermInfo
) -> ColumnMatcher:
    """The matcher of one term."""
    codes = part.codes(number)
    values = None if part.kind in ("none", "count") else lambda: part.values(number)
    tables = part.lengths[codes], part.counts[codes]
    return ColumnMatcher(
        part.documents(number), part.weights[codes], values, format_, scorer, term, info, tables
    )


def info_of(part: Postings, number: int) -> TermInfo:
    """What Whoosh wants to know of a term; removed documents count."""
    codes = part.codes(number)
    weights = part.weights[codes]
    documents = part.documents(number)
    bytes_of = part.lengths[codes]
    return TermInfo(
        float(weights.sum(dtype=np.float64)),
        len(codes),
        int(LENGTHS[bytes_of.min()]),
        int(LENGTHS[bytes_of.max()]),
        float(weights.max()),
        int(documents[0]),
        int(documents[-1]),
    )
