"""Lets Whoosh's own searchers and query parser read our segments, through its codec interface.

Reading only: segments are written by ``segment.Gathering`` and ``merging``. Fields are ``words`` and
``stems``; stored are the keys (group, number, first, last). There are no vectors and no columns.
"""

# mypy: allow-untyped-calls, disallow-subclassing-any=False
# Whoosh's public names are typed, its codecs are not.

from array import array
from collections.abc import Iterator, Sequence
from typing import Any, NoReturn

import numpy as np
from whoosh import fields, formats
from whoosh.analysis.acore import Token
from whoosh.analysis.tokenizers import Tokenizer
from whoosh.codec import base
from whoosh.filedb.filestore import RamStorage
from whoosh.reading import EmptyReader, IndexReader, MultiReader, SegmentReader

from app.search.analysis import words
from app.search.codec_terms import ColumnTerms
from app.search.folding import fold
from app.search.store import Held

KEYS = ("group", "number", "first", "last")


class Places(formats.Format):
    """Postings that carry the positions of a word, as little-endian 32-bit numbers."""

    def decode_positions(self, value: bytes) -> "array[int]":
        """The positions of one posting, ascending."""
        return array("I", value)


class Folded(Tokenizer):
    """The folded words of a text, as ``words`` holds them."""

    def __call__(self, value: str, **_: Any) -> Iterator[Token]:
        """One token a word."""
        token = Token(positions=True, chars=True)
        for place, word in enumerate(words(value)):
            token.text, token.pos, token.stopped = fold(word.surface), place, False
            token.startchar, token.endchar = word.start, word.end
            yield token


def schema() -> fields.Schema:
    """The fields that Whoosh can see."""
    said, roots = fields.TEXT(analyzer=Folded()), fields.ID()
    said.format = Places()
    return fields.Schema(words=said, stems=roots, **{key: fields.STORED() for key in KEYS})


def open_reader(held: Sequence[Held]) -> IndexReader:
    """Whoosh's reader of these segments."""
    readers: list[IndexReader] = [SegmentReader(RamStorage(), schema(), ColumnSegment(one)) for one in held]
    return MultiReader(readers) if readers else EmptyReader(schema())


def _unwritten(*_: Any, **__: Any) -> NoReturn:
    raise NotImplementedError("segments are written by Gathering, and changed by the store")


class ColumnSegment(base.Segment):
    """One of our segments, as Whoosh knows segments."""

    set_doc_count = delete_document = _unwritten

    def __init__(self, held: Held) -> None:
        super().__init__("MAIN")
        self.held = held
        living = held.segment.documents(held.living)
        self.dead = frozenset(np.flatnonzero(~living).tolist())

    def codec(self) -> "ColumnCodec":
        """How it is read."""
        return ColumnCodec()

    def doc_count_all(self) -> int:
        """Documents, the removed ones among them."""
        return self.held.segment.cards.count

    def deleted_count(self) -> int:
        """How many were removed."""
        return len(self.dead)

    def deleted_docs(self) -> frozenset[int]:
        """Which were removed."""
        return self.dead

    def is_deleted(self, docnum: int) -> bool:
        """Whether one was removed."""
        return docnum in self.dead


class ColumnCodec(base.Codec):
    """Reads our segments for Whoosh. What would write them raises NotImplementedError."""

    per_document_writer = field_writer = postings_writer = new_segment = _unwritten
    postings_reader = _unwritten  # matchers come from ``ColumnTerms``

    def terms_reader(self, storage: Any, segment: ColumnSegment) -> ColumnTerms:
        """Terms and postings of a segment."""
        return ColumnTerms(segment.held.segment)

    def per_document_reader(self, storage: Any, segment: ColumnSegment) -> "ColumnDocuments":
        """Lengths and keys of a segment's documents."""
        return ColumnDocuments(segment)


class ColumnDocuments(base.PerDocumentReader):
    """Lengths (exact, in words, the same for both fields) and stored keys of documents."""

    def __init__(self, segment: ColumnSegment) -> None:
        self._segment, self._cards = segment, segment.held.segment.cards

    def doc_count(self) -> int:
        """Documents that live."""
        return self.doc_count_all() - len(self._segment.dead)

    def doc_count_all(self) -> int:
        """All documents."""
        return self._segment.doc_count_all()

    def has_deletions(self) -> bool:
        """Whether any was removed."""
        return bool(self._segment.dead)

    def is_deleted(self, docnum: int) -> bool:
        """Whether one was removed."""
        return docnum in self._segment.dead

    def deleted_docs(self) -> frozenset[int]:
        """Which were removed."""
        return self._segment.dead

    def doc_field_length(self, docnum: int, fieldname: str, default: int = 0) -> int:
        """Words of a document."""
        return int(self._cards.places["length"][docnum])

    def field_length(self, fieldname: str) -> int:
        """Words of all documents."""
        return int(self._cards.places["length"].sum())

    def min_field_length(self, fieldname: str) -> int:
        """Words of the shortest document."""
        return int(self._cards.places["length"].min()) if self._cards.count else 0

    def max_field_length(self, fieldname: str) -> int:
        """Words of the longest document."""
        return int(self._cards.places["length"].max()) if self._cards.count else 0

    def stored_fields(self, docnum: int) -> dict[str, Any]:
        """Group, number, first and last segment of a document."""
        group = int(np.searchsorted(self._cards.documents, docnum, "right")) - 1
        keys = {name: int(self._cards.places[name][docnum]) for name in KEYS[1:]}
        return {"group": self._cards.names[group].decode(), **keys}
