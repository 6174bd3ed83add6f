"""Takes documents as they come, in memory, and makes the arrays of a segment of them."""

# mypy: allow-untyped-calls

import contextlib
from array import array
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from whoosh import columns

from app.search.columnar import payload
from app.search.columnar.arrays import Array, Strings, small
from app.search.columnar.columnfile import Memory
from app.search.columnar.inverting import Tokens, length_bytes, of_postings, of_texts, of_tokens
from app.search.columnar.tokenizing import Tokenizing
from app.search.columnar.values import dumped

_REMEMBERED = 50_000  # values of a field whose terms are remembered
_COST = 60  # bytes of memory that a token takes while its postings are made


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


class Bulk(Protocol):
    """Takes the values of a field as they come, and says at the end what they are made of, all at once.

    A field type whose objects have a method ``bulk`` (of the field's name) is gathered by what it gives.
    """

    size: int  # words so far: what memory is used for

    def add(self, document: int, value: Any, /) -> None:
        """A document's value. Documents come in order."""

    def made(self, count: int, /) -> Mapping[str, Tokens]:
        """The tokens of all ``count`` documents, by field: its own, and others if it likes."""


class _Posted:
    """One field, posting by posting."""

    def __init__(self, format_: Any) -> None:
        self.format, self.kind = format_, payload.kind(format_)
        self.names: dict[bytes, int] = {}
        self.terms, self.documents, self.counts = array("I"), array("I"), array("I")
        self.weights = array("f")
        self.places = array("I")
        self.extras = {name: array(_code(kind)) for name, kind in payload.COLUMNS[self.kind]}
        self.raw: list[bytes] | None = [] if self.kind == "raw" else None

    def add(self, term: bytes, document: int, weight: float, value: bytes) -> None:
        names, count = self.names, 1
        number = names.get(term)
        if number is None:
            number = names[term] = len(names)
        if self.kind in payload.PLACED:
            places: Sequence[Any] = payload.decoded(self.format, self.kind, value)
            count = len(places)
            if self.extras:
                for values, column in zip(
                    (self.places, *self.extras.values()), zip(*places, strict=True), strict=True
                ):
                    values.extend(column)
            else:
                self.places.extend(places)
        elif self.raw is not None:
            self.raw.append(bytes(value))
        elif self.kind == "count":
            count = self.format.decode_frequency(value)
        self.terms.append(number)
        self.documents.append(document)
        self.counts.append(count)
        self.weights.append(weight)

    def arrays(self, bytes_of: Array) -> dict[str, Array]:
        along = {}
        if self.kind in payload.PLACED:
            along["places"] = _numbers(self.places)
            along |= {name: _numbers(values) for name, values in self.extras.items()}
        terms, documents, weights, counts = map(
            _numbers, (self.terms, self.documents, self.weights, self.counts)
        )
        return of_postings(list(self.names), terms, documents, weights, counts, bytes_of, along, self.raw)


class Whole:
    """One field whose values are its terms, as they are: keys and the like."""

    kind = "none"

    def __init__(self, weight: float) -> None:
        self.weight = weight
        self.names: dict[bytes, int] = {}
        self.terms, self.documents = array("I"), array("I")

    def add(self, document: int, term: bytes) -> None:
        """A document's value."""
        self.terms.append(self.names.setdefault(term, len(self.names)))
        self.documents.append(document)

    def arrays(self, bytes_of: Array) -> dict[str, Array]:
        """The field."""
        documents = _numbers(self.documents)
        counts = np.ones(len(documents), np.uint32)
        weights = np.full(len(documents), self.weight, np.float32)
        terms = _numbers(self.terms)
        return of_postings(list(self.names), terms, documents, weights, counts, bytes_of, {}, None)


class Tagged:
    """One field without places, value by value; what a value gives is worked out once."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.names: dict[bytes, int] = {}
        self.memo: dict[Any, Tags] = {}
        self.terms, self.counts, self.weights = array("I"), array("I"), array("f")
        self.documents, self.sizes = array("I"), array("I")

    def tags(self, items: Iterable[tuple[bytes, int, float, bytes]]) -> "Tags":
        """What a value gives, with terms as numbers."""
        names = self.names
        terms, counts, weights = array("I"), array("I"), array("f")
        for term, count, weight, _ in items:
            number = names.get(term)
            if number is None:
                number = names[term] = len(names)
            terms.append(number)
            counts.append(count if self.kind == "count" else 1)
            weights.append(weight)
        return terms, counts, weights

    def add(self, document: int, tags: "Tags") -> None:
        """A document\'s value."""
        self.terms.extend(tags[0])
        self.counts.extend(tags[1])
        self.weights.extend(tags[2])
        self.documents.append(document)
        self.sizes.append(len(tags[0]))

    def arrays(self, bytes_of: Array) -> dict[str, Array]:
        """The field."""
        documents = np.repeat(_numbers(self.documents), _numbers(self.sizes))
        weights, counts = _numbers(self.weights), _numbers(self.counts)
        return of_postings(
            list(self.names), _numbers(self.terms), documents, weights, counts, bytes_of, {}, None
        )


Tags = tuple["array[int]", "array[int]", "array[float]"]


class Texts:
    """One field, text by text."""

    kind = "positions"

    def __init__(self, tokenizing: Tokenizing) -> None:
        self.tokenizing = tokenizing
        self.codes, self.documents, self.counts = array("i"), array("I"), array("I")

    def add(self, document: int, text: str) -> None:
        """A document's text."""
        codes = self.codes
        before = len(codes)
        codes.extend(self.tokenizing.codes(text))
        self.documents.append(document)
        self.counts.append(len(codes) - before)

    def lengths_and_arrays(self, count: int) -> tuple[Array, int, dict[str, Array]]:
        """How long each document is, all together, and the field."""
        owners = _numbers(self.documents)
        tokens, per_text, leads = self.tokenizing.tokens(_numbers(self.codes), _numbers(self.counts))
        lengths = np.zeros(count, np.int64)
        lengths[owners] = per_text
        return (
            lengths,
            int(lengths.sum()),
            of_texts(self.tokenizing.names, tokens, owners, per_text, leads, length_bytes(lengths)),
        )


class _Values:
    """Values of documents, each different one once."""

    def __init__(self) -> None:
        self.known: dict[bytes, int] = {}
        self.documents, self.numbers = array("I"), array("I")

    def add(self, document: int, value: bytes) -> None:
        number = self.known.get(value)
        if number is None:
            number = self.known[value] = len(self.known)
        self.documents.append(document)
        self.numbers.append(number)

    def arrays(self, count: int) -> dict[str, Array]:
        values = list(self.known)
        order = sorted(range(len(values)), key=values.__getitem__)
        ranks = np.zeros(len(values) + 1, np.int64)
        ranks[order] = np.arange(1, len(values) + 1)
        numbers = np.zeros(count, np.int64)
        numbers[_numbers(self.documents)] = ranks[_numbers(self.numbers)]
        strings = Strings.of([values[number] for number in order])
        return {"numbers": small(numbers), "blob": strings.blob, "ends": strings.starts}


class _Numbers:
    """A column of numbers."""

    def __init__(self, kind: str, default: Any) -> None:
        self.kind, self.default = kind, default
        self.documents, self.values = array("I"), []  # type: ignore[var-annotated]  # numbers of any kind

    def add(self, document: int, value: Any) -> None:
        self.documents.append(document)
        self.values.append(value)

    def array(self, count: int) -> Array:
        found = np.full(count, self.default, self.kind)
        found[_numbers(self.documents)] = np.array(self.values, self.kind)
        return found


class Gathering:
    """Documents in memory; ``document`` is the number of the one that is being taken in, from zero."""

    def __init__(self, limit: float = 256.0) -> None:
        self.limit = limit  # megabytes
        self.document = -1
        self.size = 0
        self.posted: dict[str, _Posted] = {}
        self.texts: dict[str, Texts] = {}
        self.tags: dict[str, Tagged] = {}
        self.wholes: dict[str, Whole] = {}
        self.lengths: dict[str, tuple[array[int], array[int]]] = {}
        self.stored: dict[str, _Values] = {}
        self.columns: dict[str, tuple[str, Any]] = {}
        self.vectors: dict[str, _Posted] = {}
        self.bulks: dict[str, Bulk] = {}

    @property
    def full(self) -> bool:
        """Whether it is time to make a segment and begin anew."""
        size = self.size + sum(one.size for one in self.bulks.values())
        return size * _COST > self.limit * 1_000_000

    def post(self, field: str, format_: Any, term: bytes, weight: float, value: bytes) -> None:
        """A term of a field of the document."""
        one = self.posted.get(field)
        if one is None:
            one = self.posted[field] = _Posted(format_)
        one.add(term, self.document, weight, value)
        self.size += 2

    def whole(self, field: str, weight: float) -> Whole:
        """What takes the values of a field that are its terms."""
        return self.wholes.get(field) or self.wholes.setdefault(field, Whole(weight))

    def tagged(self, field: str, kind: str) -> Tagged:
        """What takes the values of a field without places."""
        return self.tags.get(field) or self.tags.setdefault(field, Tagged(kind))

    def bulk(self, name: str, field: Any) -> Bulk:
        """What takes the values of a field that brings its own way of being gathered."""
        return self.bulks.get(name) or self.bulks.setdefault(name, field.bulk(name))

    def text(self, field: str, tokenizing: Tokenizing) -> Texts:
        """What takes the texts of a field."""
        return self.texts.get(field) or self.texts.setdefault(field, Texts(tokenizing))

    def values(self, field: str) -> "_Values":
        """What takes the stored values of a field, as ``spoken`` says them."""
        return self.stored.get(field) or self.stored.setdefault(field, _Values())

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
            values = _Numbers(kind[7:], column.default_value()) if number else _Values()
            kept = self.columns[field] = kind, values
        return kept

    def vector(self, field: str, format_: Any, items: Any) -> None:
        """The document's own terms, with what their format keeps of each."""
        one = self.vectors.get(field)
        if one is None:
            one = self.vectors[field] = _Posted(format_)
        for text, weight, value in items:
            term = text if isinstance(text, bytes) else text.encode()
            one.add(term, self.document, weight, value)

    def made(self, count: int) -> Memory:
        """The arrays of all ``count`` documents; to be called once, at the end."""
        arrays: dict[str, Array] = {}
        totals: dict[str, int] = {}
        kinds: dict[str, str] = {}
        columns = {name: kind for name, (kind, _) in self.columns.items()}
        for name, texts in self.texts.items():
            lengths, totals[name], found = texts.lengths_and_arrays(count)
            arrays[f"l.{name}"] = small(lengths)
            arrays |= _named(f"f.{name}", found)
            kinds[name] = texts.kind
        for bulk in self.bulks.values():
            for name, tokens in bulk.made(count).items():
                lengths = tokens.lengths(count)
                arrays[f"l.{name}"], totals[name] = small(lengths), int(lengths.sum())
                arrays |= _named(f"f.{name}", of_tokens(tokens, length_bytes(lengths)))
                kinds[name] = "count" if tokens.places is None else "positions"
        for name, (documents, values) in self.lengths.items():
            lengths = np.zeros(count, np.int64)
            lengths[_numbers(documents)] = _numbers(values)
            arrays[f"l.{name}"], totals[name] = small(lengths), int(lengths.sum())
        for name, posted in (self.posted | self.tags | self.wholes).items():
            bytes_of = length_bytes(arrays.get(f"l.{name}", np.zeros(count, np.uint8)))
            arrays |= _named(f"f.{name}", posted.arrays(bytes_of))
            kinds[name] = posted.kind
        for name, posted in self.vectors.items():
            arrays |= _named(f"v.{name}", posted.arrays(np.zeros(count, np.uint8)))
        for name, stored in self.stored.items():
            arrays |= _named(f"s.{name}", stored.arrays(count))
        for name, (kind, column) in self.columns.items():
            if kind.startswith("number:"):
                arrays[f"c.{name}"] = column.array(count)
            else:
                arrays |= _named(f"c.{name}", column.arrays(count))
        said = {
            "count": count,
            "fields": kinds,
            "totals": totals,
            "stored": list(self.stored),
            "defaults": {
                name: None if column.default != column.default else column.default
                for name, (kind, column) in self.columns.items()
                if kind.startswith("number:")
            },
            "columns": columns,
            "vectors": {name: one.kind for name, one in self.vectors.items()},
        }
        return Memory(arrays, said)


def _named(prefix: str, arrays: dict[str, Array]) -> dict[str, Array]:
    return {f"{prefix}.{name}": one for name, one in arrays.items()}


def _numbers(values: Any) -> Array:
    return np.frombuffer(values, values.typecode) if len(values) else np.zeros(0, values.typecode)


def _code(kind: str) -> str:
    return "f" if kind == "<f4" else "I"
