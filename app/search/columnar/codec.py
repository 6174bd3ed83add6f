"""Our segments through Whoosh's codec interface: any writer of Whoosh's can write them, any reader read."""

# mypy: allow-untyped-calls, disallow-subclassing-any=False

from collections.abc import Iterable
from pathlib import Path
from typing import Any, NoReturn

from whoosh.codec import base

from app.search.columnar import columnfile
from app.search.columnar.gathering import Gathering, spoken
from app.search.columnar.perdocument import ColumnDocuments
from app.search.columnar.segment import EXTENSION, ColumnSegment, data_of
from app.search.columnar.terms import ColumnTerms
from app.search.columnar.values import dumped


class ColumnCodec(base.Codec):
    """Segments of columns, one file each. Postings are not read or written one list at a time."""

    length_stats = False  # lengths are gathered with the documents

    def new_segment(self, storage: Any, indexname: str) -> ColumnSegment:
        """A segment to be written."""
        found = ColumnSegment(indexname)
        found.gathering = Gathering()
        return found

    def per_document_writer(self, storage: Any, segment: ColumnSegment) -> "ColumnDocumentWriter":
        """What takes lengths, stored values, columns and vectors."""
        return ColumnDocumentWriter(segment)

    def field_writer(self, storage: Any, segment: ColumnSegment) -> "ColumnFieldWriter":
        """What takes postings, and writes the segment when it is closed."""
        return ColumnFieldWriter(storage, segment)

    def terms_reader(self, storage: Any, segment: ColumnSegment) -> ColumnTerms:
        """Terms and postings of a segment. OSError or Damaged when it cannot be read."""
        return ColumnTerms(data_of(storage, segment))

    def per_document_reader(self, storage: Any, segment: ColumnSegment) -> ColumnDocuments:
        """Documents of a segment. OSError or Damaged when it cannot be read."""
        return ColumnDocuments(segment, data_of(storage, segment))

    def postings_writer(self, dbfile: Any, byteids: bool = False) -> NoReturn:
        """There is none: a segment is written whole."""
        raise NotImplementedError("postings are written with their segment")

    def postings_reader(self, *_: Any, **__: Any) -> NoReturn:
        """There is none: matchers come from ``terms_reader``."""
        raise NotImplementedError("postings are read through the terms of their segment")


class ColumnDocumentWriter(base.PerDocumentWriter):
    """Takes documents one after another, as Whoosh's own writer gives them."""

    def __init__(self, segment: ColumnSegment) -> None:
        assert segment.gathering is not None
        self._segment, self._gathering = segment, segment.gathering
        self._count = 0
        self.is_closed = False

    def start_doc(self, docnum: int) -> None:
        """Begin a document. ValueError when it is not the next one."""
        if docnum != self._count:
            raise ValueError(f"document {docnum} comes where {self._count} is due")
        self._gathering.document = docnum

    def add_field(self, fieldname: str, fieldobj: Any, value: Any, length: int | None) -> None:
        """What the document stores of a field, and how many words it has."""
        if value is not None:
            self._gathering.values(fieldname).add(self._gathering.document, spoken(value))
        self._gathering.length(fieldname, length or 0)

    def add_column_value(self, fieldname: str, columnobj: Any, value: Any) -> None:
        """The document's value in a column."""
        kind, taking = self._gathering.column(fieldname, columnobj)
        taking.add(self._gathering.document, dumped(value) if kind == "value" else value)

    def add_vector_items(self, fieldname: str, fieldobj: Any, items: Iterable[Any]) -> None:
        """The document's terms."""
        self._gathering.vector(fieldname, fieldobj.vector, items)

    def finish_doc(self) -> None:
        """The document is whole."""
        self._count += 1

    def cancel_doc(self) -> None:
        """The document is given up; the next one takes its number."""

    def close(self) -> None:
        """All documents were given."""
        self._segment.set_doc_count(self._count)
        self.is_closed = True


class ColumnFieldWriter(base.FieldWriter):
    """Takes postings field by field and term by term, as Whoosh's own writer gives them."""

    def __init__(self, storage: Any, segment: ColumnSegment) -> None:
        assert segment.gathering is not None
        self._storage, self._segment, self._gathering = storage, segment, segment.gathering
        self._field, self._format, self._term = "", None, b""
        self._written = False
        self.is_closed = False

    def start_field(self, fieldname: str, fieldobj: Any) -> None:
        """Begin a field."""
        self._field, self._format = fieldname, fieldobj.format

    def start_term(self, text: bytes) -> None:
        """Begin a term."""
        self._term = text

    def add(self, docnum: int, weight: float, vbytes: bytes, length: int) -> None:
        """A posting of the term."""
        self._gathering.document = docnum
        self._gathering.post(self._field, self._format, self._term, weight, vbytes)
        self._written = True

    def finish_term(self) -> None:
        """The term is done."""

    def close(self) -> None:
        """Write the segment's file, if it has documents."""
        if self._segment.count and not self.is_closed:
            path = Path(self._storage.folder) / self._segment.make_filename(EXTENSION)
            self._segment.seal = columnfile.write(path, self._gathering.made(self._segment.count))
            self._segment.gathering = None
        self.is_closed = True
