"""What takes the values of one field as documents come, and makes arrays of them at the end."""

# mypy: allow-untyped-calls

from array import array
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

import numpy as np

from app.search.columnar import fronts, payload
from app.search.columnar.arrays import Array, Strings, small
from app.search.columnar.inverting import Tokens, length_bytes, of_postings, of_texts
from app.search.columnar.tokenizing import Tokenizing


class Bulk(Protocol):
    """Takes the values of a field as they come, and says at the end what they are made of, all at once.

    A field type whose objects have a method ``bulk`` (of the field's name) is gathered by what it gives.
    """

    size: int  # words so far: what memory is used for

    def add(self, document: int, value: Any, /) -> None:
        """A document's value. Documents come in order."""

    def made(self, count: int, /) -> Mapping[str, Tokens]:
        """The tokens of all ``count`` documents, by field: its own, and others if it likes."""


class Posted:
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
        """A posting of a document."""
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
        """The field."""
        along = {}
        if self.kind in payload.PLACED:
            along["places"] = as_array(self.places)
            along |= {name: as_array(values) for name, values in self.extras.items()}
        terms, documents, weights, counts = map(
            as_array, (self.terms, self.documents, self.weights, self.counts)
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
        documents = as_array(self.documents)
        counts = np.ones(len(documents), np.uint32)
        weights = np.full(len(documents), self.weight, np.float32)
        terms = as_array(self.terms)
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
        documents = np.repeat(as_array(self.documents), as_array(self.sizes))
        weights, counts = as_array(self.weights), as_array(self.counts)
        return of_postings(
            list(self.names), as_array(self.terms), documents, weights, counts, bytes_of, {}, None
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
        owners = as_array(self.documents)
        tokens, per_text, leads = self.tokenizing.tokens(as_array(self.codes), as_array(self.counts))
        lengths = np.zeros(count, np.int64)
        lengths[owners] = per_text
        return (
            lengths,
            int(lengths.sum()),
            of_texts(self.tokenizing.names, tokens, owners, per_text, leads, length_bytes(lengths)),
        )


class Values:
    """Values of documents, each different one once."""

    def __init__(self) -> None:
        self.known: dict[bytes, int] = {}
        self.documents, self.numbers = array("I"), array("I")

    def add(self, document: int, value: bytes) -> None:
        """A document's value."""
        number = self.known.get(value)
        if number is None:
            number = self.known[value] = len(self.known)
        self.documents.append(document)
        self.numbers.append(number)

    def arrays(self, count: int) -> dict[str, Array]:
        """The values of all documents."""
        values = list(self.known)
        order = sorted(range(len(values)), key=values.__getitem__)
        ranks = np.zeros(len(values) + 1, np.int64)
        ranks[order] = np.arange(1, len(values) + 1)
        numbers = np.zeros(count, np.int64)
        numbers[as_array(self.documents)] = ranks[as_array(self.numbers)]
        strings = Strings.of([values[number] for number in order])
        return {"numbers": small(numbers), **fronts.kept(strings)}


class NumberColumn:
    """A column of numbers."""

    def __init__(self, kind: str, default: Any) -> None:
        self.kind, self.default = kind, default
        self.documents, self.values = array("I"), []  # type: ignore[var-annotated]  # numbers of any kind

    def add(self, document: int, value: Any) -> None:
        """A document's number."""
        self.documents.append(document)
        self.values.append(value)

    def array(self, count: int) -> Array:
        """The numbers of all documents."""
        found = np.full(count, self.default, self.kind)
        found[as_array(self.documents)] = np.array(self.values, self.kind)
        return found


def as_array(values: Any) -> Array:
    """A buffer of numbers as an array."""
    return np.frombuffer(values, values.typecode) if len(values) else np.zeros(0, values.typecode)


def _code(kind: str) -> str:
    return "f" if kind == "<f4" else "I"
