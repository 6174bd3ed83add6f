"""Takes documents as they come, in memory, and makes the arrays of a segment of them."""

# mypy: allow-untyped-calls

import contextlib
from array import array
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from whoosh import columns

from app.search.columnar.arrays import Array, small
from app.search.columnar.buffers import Bulk, NumberColumn, Posted, Tagged, Values, Whole
from app.search.columnar.columnfile import Memory
from app.search.columnar.inverting import length_bytes, of_tokens
from app.search.columnar.numbering import Names, as_array
from app.search.columnar.texts import Texts
from app.search.columnar.tokenizing import Tokenizing
from app.search.columnar.values import dumped

_COST = 60  # bytes of memory that a posting, or a word of a bulk, takes while postings are made


def spoken(value: Any) -> bytes:
    """A stored value: a text as it is, others as JSON. TypeError for objects that JSON cannot say."""
    if type(value) is str and value[:1] != "\0":
        with contextlib.suppress(UnicodeEncodeError):
            return value.encode()
    return b"\0" + dumped(value)


def column_kind(column: columns.Column) -> str:
    """How the values of a Whoosh column are kept: as numbers, as bytes, or as any values."""
    if isinstance(column, columns.NumericColumn):
        return f"number:{np.dtype(column._typecode).newbyteorder('<').str}"
    if isinstance(column, columns.BitColumn):
        return "number:|u1"
    if isinstance(column, (columns.VarBytesColumn, columns.FixedBytesColumn, columns.RefBytesColumn)):
        return "bytes"
    return "value"


class Gathering:
    """Documents in memory; ``document`` is the number of the one that is being taken in, from zero."""

    def __init__(self, limit: float = 256.0, folder: str | Path | None = None) -> None:
        self.limit, self.folder = limit, folder  # megabytes of memory; where more may be put aside
        self.document = -1
        self.size = 0  # bytes of memory that what was gathered takes, about, while postings are made
        self.posted: dict[str, Posted] = {}
        self.texts: dict[str, Texts] = {}
        self.tags: dict[str, Tagged] = {}
        self.wholes: dict[str, Whole] = {}
        self.lengths: dict[str, tuple[array[int], array[int]]] = {}
        self.stored: dict[str, Values] = {}
        self._names: defaultdict[str, Names] = defaultdict(Names)  # of fields that are kept whole or stored
        self.columns: dict[str, tuple[str, Any]] = {}
        self.vectors: dict[str, Posted] = {}
        self.bulks: dict[str, Bulk] = {}

    @property
    def full(self) -> bool:
        """Whether it is time to make a segment and begin anew."""
        size = self.size
        if self.bulks:
            size += _COST * sum(one.size for one in self.bulks.values())
        return size > self.limit * 1_000_000

    def post(self, field: str, format_: Any, term: bytes, weight: float, value: bytes) -> None:
        """A term of a field of the document."""
        one = self.posted.get(field)
        if one is None:
            one = self.posted[field] = Posted(format_)
        one.add(term, self.document, weight, value)
        self.size += 2 * _COST

    def whole(self, field: str, weight: float) -> Whole:
        """What takes the values of a field that are its terms."""
        return self.wholes.get(field) or self.wholes.setdefault(field, Whole(weight, self._names[field]))

    def tagged(self, field: str, kind: str) -> Tagged:
        """What takes the values of a field without places."""
        return self.tags.get(field) or self.tags.setdefault(field, Tagged(kind))

    def bulk(self, name: str, field: Any) -> Bulk:
        """What takes the values of a field that brings its own way of being gathered."""
        return self.bulks.get(name) or self.bulks.setdefault(name, field.bulk(name))

    def text(self, field: str, tokenizing: Tokenizing) -> Texts:
        """What takes the texts of a field."""
        return self.texts.get(field) or self.texts.setdefault(field, Texts(tokenizing, self.folder))

    def values(self, field: str) -> "Values":
        """What takes the stored values of a field, as ``spoken`` says them."""
        return self.stored.get(field) or self.stored.setdefault(field, Values(self._names[field]))

    def length(self, field: str, length: int) -> None:
        """How many words the document has in a field that was posted."""
        if length:
            documents, lengths = self.lengths.setdefault(field, (array("I"), array("I")))
            documents.append(self.document)
            lengths.append(min(length, 0xFFFFFFFF))

    def column(self, field: str, column: columns.Column) -> tuple[str, Any]:
        """How the values of a column are kept, and what takes them (those of kind ``value`` as bytes)."""
        kept = self.columns.get(field)
        if kept is None:
            kind = column_kind(column)
            number = kind.startswith("number:")
            values = NumberColumn(kind[7:], column.default_value()) if number else Values(Names())
            kept = self.columns[field] = kind, values
        return kept

    def vector(self, field: str, format_: Any, items: Any) -> None:
        """The document's own terms, with what their format keeps of each."""
        one = self.vectors.get(field)
        if one is None:
            one = self.vectors[field] = Posted(format_)
        for text, weight, value in items:
            term = text if isinstance(text, bytes) else text.encode()
            one.add(term, self.document, weight, value)

    def settle(self) -> None:
        """No text waits for its tokenizing any longer."""
        for texts in self.texts.values():
            texts.settle()

    def made(self, count: int) -> Memory:
        """The arrays of all ``count`` documents; to be called once, at the end."""
        arrays: dict[str, Array] = {}
        totals: dict[str, int] = {}
        kinds: dict[str, str] = {}
        columns = {name: kind for name, (kind, _) in self.columns.items()}
        for bulk in self.bulks.values():
            for name, tokens in bulk.made(count).items():
                lengths = tokens.lengths(count)
                arrays[f"l.{name}"], totals[name] = small(lengths), int(lengths.sum())
                arrays |= _named(f"f.{name}", of_tokens(tokens, length_bytes(lengths)))
                kinds[name] = "count" if tokens.places is None else "positions"
        for name, (documents, values) in self.lengths.items():
            lengths = np.zeros(count, np.int64)
            lengths[as_array(documents)] = as_array(values)
            arrays[f"l.{name}"], totals[name] = small(lengths), int(lengths.sum())
        for name, posted in _used_up(self.posted, self.tags, self.wholes):
            bytes_of = length_bytes(arrays.get(f"l.{name}", np.zeros(count, np.uint8)))
            arrays |= _named(f"f.{name}", posted.arrays(bytes_of))
            kinds[name] = posted.kind
        for name, posted in self.vectors.items():
            arrays |= _named(f"v.{name}", posted.arrays(np.zeros(count, np.uint8)))
        stored = list(self.stored)
        for name in stored:  # of which nothing is left when the texts, which need room, are laid out
            arrays |= _named(f"s.{name}", self.stored.pop(name).arrays(count))
        self._names.clear()
        for name, (kind, column) in self.columns.items():
            if kind.startswith("number:"):
                arrays[f"c.{name}"] = column.array(count)
            else:
                arrays |= _named(f"c.{name}", column.arrays(count))
        for name, texts in _used_up(self.texts):
            lengths, totals[name], found = texts.lengths_and_arrays(count)
            arrays[f"l.{name}"] = small(lengths)
            arrays |= _named(f"f.{name}", found)
            kinds[name] = texts.kind
        said = {
            "count": count,
            "fields": kinds,
            "totals": totals,
            "stored": stored,
            "defaults": {
                name: None if column.default != column.default else column.default
                for name, (kind, column) in self.columns.items()
                if kind.startswith("number:")
            },
            "columns": columns,
            "vectors": {name: one.kind for name, one in self.vectors.items()},
        }
        return Memory(arrays, said)


def _used_up(*fields: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """What was gathered of each field, which is let go of as soon as its arrays are made."""
    for some in fields:
        for name in list(some):
            yield name, some.pop(name)


def _named(prefix: str, arrays: dict[str, Array]) -> dict[str, Array]:
    return {f"{prefix}.{name}": one for name, one in arrays.items()}
