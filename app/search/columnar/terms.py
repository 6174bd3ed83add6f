"""The terms of a segment as Whoosh reads them: walks, cursors, statistics, matchers."""

# mypy: allow-untyped-calls, disallow-subclassing-any=False

from collections.abc import Iterator
from typing import Any

from whoosh.codec import base
from whoosh.reading import TermInfo, TermNotFound

from app.search.columnar.matching import ColumnMatcher, info_of, matcher_of
from app.search.columnar.postings import Postings
from app.search.columnar.segmentdata import SegmentData

Term = tuple[str, bytes]


class ColumnCursor(base.FieldCursor):
    """Walks the terms of a field; Whoosh's fuzzy search skips along it."""

    def __init__(self, part: Postings | None, field: Any, terms: "ColumnTerms", name: str) -> None:
        self._part, self._field, self._terms, self._name = part, field, terms, name
        self._at, self._count = 0, len(part.terms) if part is not None else 0

    def first(self) -> Any:
        """Go to the first term."""
        return self._go(0)

    def find(self, string: Any) -> Any:
        """Go to the first term that is not before this one."""
        text = string if isinstance(string, bytes) else self._field.to_bytes(string)
        return self._go(self._part.terms.place(text) if self._part is not None else 0)

    def next(self) -> Any:
        """Go to the next term."""
        return self._go(self._at + 1)

    def text(self) -> Any:
        """The term here; None past the last."""
        if self._part is None or not self.is_valid():
            return None
        return self._field.from_bytes(self._part.terms[self._at])

    def term_info(self) -> TermInfo | None:
        """What is known of the term here."""
        if self._part is None or not self.is_valid():
            return None
        return self._terms.term_info(self._name, self._part.terms[self._at])

    def is_valid(self) -> bool:
        """Whether it stands at a term."""
        return self._at < self._count

    def _go(self, at: int) -> Any:
        self._at = at
        return self.text()


class ColumnTerms(base.TermsReader):
    """The terms of one segment, and Whoosh's matchers for them."""

    def __init__(self, data: SegmentData) -> None:
        self._data = data
        self._fields = dict(sorted(data.fields.items()))

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
                for begin in range(low, len(part.terms), 1000):
                    end = min(begin + 1000, len(part.terms))
                    yield from ((name, term) for term in part.terms.slice(begin, end))

    def items(self) -> Iterator[tuple[Term, TermInfo]]:
        """All terms with what is known of them."""
        return self.items_from("", b"")

    def items_from(self, fieldname: str, prefix: bytes) -> Iterator[tuple[Term, TermInfo]]:
        """All terms from a given one on, with what is known of them."""
        return ((term, self.term_info(*term)) for term in self.terms_from(fieldname, prefix))

    def cursor(self, fieldname: str, fieldobj: Any) -> ColumnCursor:
        """A cursor at the first term of a field."""
        return ColumnCursor(self._fields.get(fieldname), fieldobj, self, fieldname)

    def _number(self, fieldname: str, text: bytes) -> tuple[Postings, int]:
        part = self._fields.get(fieldname)
        number = part.terms.find(text) if part is not None else -1
        if part is None or number < 0:
            raise TermNotFound(f"No term {fieldname}:{text!r}")
        return part, number

    def term_info(self, fieldname: str, text: bytes) -> TermInfo:
        """Weight, documents and lengths of a term, the removed documents counted too (as Whoosh does)."""
        return info_of(*self._number(fieldname, text))

    def frequency(self, fieldname: str, text: bytes) -> float:
        """The weight of a term in all documents; 0 when there is no such term."""
        return float(self.term_info(fieldname, text).weight()) if (fieldname, text) in self else 0.0

    def doc_frequency(self, fieldname: str, text: bytes) -> int:
        """In how many documents a term stands."""
        if (fieldname, text) not in self:
            return 0
        part, number = self._number(fieldname, text)
        return part.frequency(number)

    def matcher(self, fieldname: str, text: bytes, format_: Any, scorer: Any = None) -> ColumnMatcher:
        """Whoosh's way through the postings of a term."""
        part, number = self._number(fieldname, text)
        info = self.term_info(fieldname, text)
        return matcher_of(part, number, format_, scorer, (fieldname, text), info)
