"""What a segment knows of each document, as Whoosh reads it: lengths, stored values, columns, vectors."""

# mypy: allow-untyped-calls, allow-untyped-defs, disallow-subclassing-any=False

from collections.abc import Iterator
from typing import Any

import numpy as np
from whoosh import columns
from whoosh.codec import base
from whoosh.util.numeric import byte_to_length, length_to_byte

from app.search.columnar.arrays import Array, Ints, starts
from app.search.columnar.matching import ColumnMatcher
from app.search.columnar.postings import Postings
from app.search.columnar.segment import ColumnSegment
from app.search.columnar.segmentdata import SegmentData, Stored
from app.search.columnar.values import loaded


def rounded(length: int) -> int:
    """A length as Whoosh's byte for it tells it."""
    return int(byte_to_length(length_to_byte(length)))


class NumberColumn(columns.ColumnReader):
    """A column of numbers. The array is ``values``."""

    def __init__(self, values: Array, count: int, boolean: bool) -> None:
        self.values, self._doccount = values, count
        self._reverse, self._boolean = False, boolean

    def __len__(self) -> int:
        return self._doccount

    def __getitem__(self, docnum: int) -> Any:
        found = self.values[docnum].item()
        return bool(found) if self._boolean else found

    def __iter__(self) -> Iterator[Any]:
        found = self.values.tolist()
        return iter(map(bool, found) if self._boolean else found)

    def load(self) -> Any:
        """All values."""
        return list(self)

    def sort_key(self, docnum: int) -> Any:
        """What documents are sorted by."""
        found = self.values[docnum].item()
        return (not found if self._boolean else 0 - found) if self._reverse else self[docnum]

    def set_reverse(self) -> None:
        """Sort the other way round from now on."""
        self._reverse = True


class StringColumn(columns.ColumnReader):
    """A column of bytes, or of any values."""

    def __init__(self, kept: Stored, count: int, default: Any, plain: bool) -> None:
        self._kept, self._doccount, self._default, self._plain = kept, count, default, plain

    def __len__(self) -> int:
        return self._doccount

    def __getitem__(self, docnum: int) -> Any:
        raw = self._kept.raw(docnum)
        if raw is None:
            return self._default
        return raw if self._plain else loaded(raw)

    def __iter__(self) -> Iterator[Any]:
        return (self[docnum] for docnum in range(self._doccount))

    def load(self) -> list[Any]:
        """All values."""
        return list(self)


class ColumnDocuments(base.PerDocumentReader):
    """Lengths, stored values, columns and vectors of a segment's documents."""

    def __init__(self, segment: ColumnSegment, data: SegmentData) -> None:
        self._segment, self._data = segment, data
        self._forward: dict[str, tuple[Ints, Ints, Ints]] = {}

    def supports_columns(self) -> bool:
        """Yes."""
        return True

    def doc_count(self) -> int:
        """Documents that live."""
        return self.doc_count_all() - self._segment.deleted_count()

    def doc_count_all(self) -> int:
        """All documents."""
        return self._data.count

    def has_deletions(self) -> bool:
        """Whether any was removed."""
        return bool(self._segment.has_deletions())

    def is_deleted(self, docnum: int) -> bool:
        """Whether one was removed."""
        return self._segment.is_deleted(docnum)

    def deleted_docs(self) -> frozenset[int]:
        """Which were removed."""
        return self._segment.deleted_docs()

    def has_column(self, fieldname: str) -> bool:
        """Whether there are values."""
        return fieldname in self._data.columns

    def column_reader(self, fieldname: str, column: Any) -> columns.ColumnReader:
        """The values of a column."""
        kind = self._data.columns[fieldname]
        if kind.startswith("number:"):
            boolean = isinstance(column, columns.BitColumn)
            return NumberColumn(self._data.numbers(fieldname), self._data.count, boolean)
        kept = self._data.strings(fieldname)
        return StringColumn(kept, self._data.count, column.default_value(), kind == "bytes")

    def doc_field_length(self, docnum: int, fieldname: str, default: Any = 0) -> Any:
        """About how many words a document has in a field, as precisely as Whoosh keeps it; None for none."""
        lengths = self._data.lengths(fieldname)
        if lengths is None:
            return default
        return rounded(int(lengths[docnum])) or None

    def field_length(self, fieldname: str) -> int:
        """Words of all documents, the removed ones too."""
        return int(self._data.said["totals"].get(fieldname, 0))

    def min_field_length(self, fieldname: str) -> int:
        """Words of the shortest document."""
        lengths = self._data.lengths(fieldname)
        return 0 if lengths is None or not len(lengths) else rounded(int(lengths.min()))

    def max_field_length(self, fieldname: str) -> int:
        """Words of the longest document."""
        lengths = self._data.lengths(fieldname)
        return 0 if lengths is None or not len(lengths) else rounded(int(lengths.max()))

    def stored_fields(self, docnum: int) -> dict[str, Any]:
        """What a document stores."""
        return self._data.document(docnum)

    def _vectors(self, fieldname: str) -> tuple[Postings, tuple[Ints, Ints, Ints]] | None:
        """The postings of a vector field; where each document's begin; their numbers and terms."""
        if fieldname not in self._data.vectors:
            return None
        part = Postings(self._data.source, f"v.{fieldname}", self._data.vectors[fieldname])
        if fieldname not in self._forward:
            documents = part.documents(0, len(part.terms))
            order = np.argsort(documents, kind="stable")
            owners = np.repeat(np.arange(len(part.terms)), part.per_term())
            begins = starts(np.bincount(documents, minlength=self._data.count))
            self._forward[fieldname] = begins, order, owners[order]
        return part, self._forward[fieldname]

    def has_vector(self, docnum: int, fieldname: str) -> bool:
        """Whether a document's terms are kept."""
        found = self._vectors(fieldname)
        return found is not None and bool(found[1][0][docnum + 1] > found[1][0][docnum])

    def vector(self, docnum: int, fieldname: str, format_: Any) -> ColumnMatcher:
        """A document's terms, ascending."""
        found = self._vectors(fieldname)
        if found is None or not self.has_vector(docnum, fieldname):
            raise KeyError(f"document {docnum} has no vector in {fieldname!r}")
        part, (begins, order, owners) = found
        low, high = int(begins[docnum]), int(begins[docnum + 1])
        texts = [part.terms[number].decode() for number in owners[low:high].tolist()]
        codes = part.unpacked("codes", 0, part.size)[order[low:high]]
        values = [
            part.values(term)[posting - part.span(term)[0]]
            for term, posting in zip(owners[low:high].tolist(), order[low:high].tolist(), strict=True)
        ]
        tables = part.lengths[codes], part.counts[codes]
        return ColumnMatcher(texts, part.weights[codes], values, format_, codes=tables)
