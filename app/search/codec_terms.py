"""The terms of a segment as Whoosh reads them: cursors, statistics and matchers."""

# mypy: allow-untyped-calls, disallow-subclassing-any=False
# Whoosh's public names are typed, its codecs are not.

from bisect import bisect_left
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
from whoosh.codec import base
from whoosh.matching.mcore import ListMatcher
from whoosh.reading import TermInfo, TermNotFound

from app.search.arrays import ranges, starts
from app.search.inverted import Inverted
from app.search.segment import Segment

Term = tuple[str, bytes]


class _Cursor(base.FieldCursor):
    """Walks the terms of a field; Whoosh's fuzzy search skips along it."""

    def __init__(self, part: Inverted, field: Any) -> None:
        self.part, self.field, self.at = part, field, 0

    def first(self) -> Any:
        return self._go(0)

    def find(self, string: Any) -> Any:
        text = string if isinstance(string, bytes) else self.field.to_bytes(string)
        return self._go(self.part.terms.place(text))

    def next(self) -> Any:
        return self._go(self.at + 1)

    def text(self) -> Any:
        return self.field.from_bytes(self.part.terms[self.at]) if self.is_valid() else None

    def is_valid(self) -> bool:
        return self.at < len(self.part.terms)

    def _go(self, at: int) -> Any:
        self.at = at
        return self.text()


class ColumnTerms(base.TermsReader):
    """The terms of one segment, and Whoosh's matchers for them."""

    def __init__(self, segment: Segment) -> None:
        self._fields = {"stems": segment.stems, "words": segment.words}
        self._lengths = segment.cards.places["length"]

    def __contains__(self, term: Term) -> bool:
        return term[0] in self._fields and self._fields[term[0]].terms.find(term[1]) >= 0

    def indexed_field_names(self) -> list[str]:
        """Which fields have terms."""
        return list(self._fields)

    def terms(self) -> Iterator[Term]:
        """All terms, by field."""
        return self.terms_from("", b"")

    def terms_from(self, fieldname: str, prefix: bytes) -> Iterator[Term]:
        """All terms from a given one on."""
        for name, part in self._fields.items():
            if name >= fieldname:
                low = part.terms.place(prefix) if name == fieldname else 0
                yield from ((name, term) for term in part.terms.slice(low, len(part.terms)))

    def items(self) -> Iterator[tuple[Term, TermInfo]]:
        """All terms with what is known of them."""
        return self.items_from("", b"")

    def items_from(self, fieldname: str, prefix: bytes) -> Iterator[tuple[Term, TermInfo]]:
        """All terms from a given one on, with what is known of them."""
        return ((term, self.term_info(*term)) for term in self.terms_from(fieldname, prefix))

    def cursor(self, fieldname: str, fieldobj: Any) -> _Cursor:
        """A cursor at the first term of a field."""
        return _Cursor(self._fields[fieldname], fieldobj)

    def _number(self, fieldname: str, text: bytes) -> tuple[Inverted, int]:
        part = self._fields.get(fieldname)
        number = part.terms.find(text) if part is not None else -1
        if part is None or number < 0:
            raise TermNotFound(f"No term {fieldname}:{text!r}")
        return part, number

    def term_info(self, fieldname: str, text: bytes) -> TermInfo:
        """Weight, documents and lengths of a term, the removed documents counted too (as Whoosh does)."""
        part, number = self._number(fieldname, text)
        documents, weights = part.span(number, number + 1)
        lengths = self._lengths[documents]
        return TermInfo(
            float(weights.sum()),
            len(documents),
            int(lengths.min()),
            int(lengths.max()),
            float(weights.max()),
            int(documents[0]),
            int(documents[-1]),
        )

    def frequency(self, fieldname: str, text: bytes) -> float:
        """The weight of a term in all documents; 0 when there is no such term."""
        return float(self.term_info(fieldname, text).weight()) if (fieldname, text) in self else 0.0

    def doc_frequency(self, fieldname: str, text: bytes) -> int:
        """In how many documents a term stands."""
        if (fieldname, text) not in self:
            return 0
        part, number = self._number(fieldname, text)
        return int(part.starts[number + 1]) - int(part.starts[number])

    def matcher(self, fieldname: str, text: bytes, format_: Any, scorer: Any = None) -> "ColumnMatcher":
        """Whoosh's way through the postings of a term."""
        part, number = self._number(fieldname, text)
        documents, weights = part.span(number, number + 1)
        values = None
        if len(part.counts):
            counts = part.counts[int(part.starts[number]) : int(part.starts[number + 1])]
            ends = starts(counts)
            low = int(part.place_starts[number])
            places = part.places[ranges(np.array([low]), np.array([ends[-1]]))].astype("<u4").tobytes()
            cuts = (ends * 4).tolist()
            values = [places[a:b] for a, b in pairwise(cuts)]
        info = self.term_info(fieldname, text)
        return ColumnMatcher(
            documents.tolist(),
            weights.tolist(),
            values,
            format_,
            scorer,
            term=(fieldname, text),
            terminfo=info,
        )


class ColumnMatcher(ListMatcher):
    """Postings in memory. Whoosh's wrappers forget boosts when they replace by quality: never replaced."""

    def replace(self, minquality: float = 0) -> Any:
        """Itself."""
        return super().replace(0)

    def skip_to(self, id: int) -> None:
        """Go to the first document that is not before ``id``."""
        self._i = max(self._i, bisect_left(self._ids, id, self._i))

    def copy(self) -> "ColumnMatcher":
        """Another one at the same place."""
        return ColumnMatcher(
            self._ids,
            self._weights,
            self._values,
            self._format,
            self._scorer,
            self._i,
            term=self._term,
            terminfo=self._terminfo,
        )
