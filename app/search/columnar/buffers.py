"""What takes the values of one field as documents come, and makes arrays of them at the end."""

# mypy: allow-untyped-calls

from array import array
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

import numpy as np

from app.search.columnar import payload
from app.search.columnar.arrays import Array, ranges, small
from app.search.columnar.inverting import Tokens, of_postings, ranked
from app.search.columnar.numbering import Names, Spans, as_array, numbering


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
        names = ranked(list(self.names), terms)
        return of_postings(names, terms, documents, weights, counts, bytes_of, along, self.raw)


class Many:
    """Takes the values of documents one after another, many at a time or one."""

    def extend(self, first: int, values: Sequence[Any]) -> None:
        """The values of documents ``first``, ``first + 1``, ..."""
        raise NotImplementedError

    def add(self, document: int, value: Any) -> None:
        """A document's value."""
        self.extend(document, (value,))


class Whole(Many):
    """One field whose values are its terms, as they are (UTF-8 can say them): keys and the like."""

    kind = "none"

    def __init__(self, weight: float, names: Names) -> None:
        self.weight, self._names = weight, names
        self._terms, self._documents = array("I"), Spans()

    def extend(self, first: int, terms: Sequence[str]) -> None:
        """The values of documents ``first``, ``first + 1``, ..."""
        self._terms.extend(map(self._names.numbers.__getitem__, terms))
        self._documents.extend(first, len(terms))

    def arrays(self, bytes_of: Array) -> dict[str, Array]:
        """The field."""
        documents, terms = self._documents.all(), as_array(self._terms)
        counts = np.ones(len(documents), np.uint32)
        weights = np.full(len(documents), self.weight, np.float32)
        return of_postings(self._names.ranked(terms), terms, documents, weights, counts, bytes_of, {}, None)


class Tagged(Many):
    """One field without places, value by value; what a value gives is worked out once."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.names = numbering()
        self.memo: dict[type, dict[Any, int]] = {}  # values of each type, and the numbers of what they give
        self.terms, self.counts, self.weights = array("I"), array("I"), array("f")  # of all that is given
        self.ends = array("I", (0,))
        self.documents, self.given = Spans(), array("I")

    def tags(self, items: Iterable[tuple[bytes, int, float, bytes]]) -> int:
        """The number of what a value gives."""
        found = [(self.names[term], count, weight) for term, count, weight, _ in items]
        for number, count, weight in found:
            self.terms.append(number)
            self.counts.append(count if self.kind == "count" else 1)
            self.weights.append(weight)
        self.ends.append(len(self.terms))
        return len(self.ends) - 2

    def length(self, number: int) -> int:
        """How many words the value has that gives this."""
        return sum(self.counts[self.ends[number] : self.ends[number + 1]])

    def extend(self, first: int, numbers: Sequence[int]) -> None:
        """What the values of documents ``first``, ``first + 1``, ... give."""
        self.documents.extend(first, len(numbers))
        self.given.extend(numbers)

    def arrays(self, bytes_of: Array) -> dict[str, Array]:
        """The field."""
        ends, given = as_array(self.ends), as_array(self.given)
        sizes = np.diff(ends)[given]
        chosen = ranges(ends[given], sizes)
        terms, counts, weights = (as_array(one)[chosen] for one in (self.terms, self.counts, self.weights))
        documents = np.repeat(self.documents.all(), sizes)
        return of_postings(
            ranked(list(self.names), terms), terms, documents, weights, counts, bytes_of, {}, None
        )


class Values(Many):
    """Values of documents, each different one once."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._numbers, self._documents = array("I"), Spans()

    def extend(self, first: int, values: Sequence[bytes | str]) -> None:
        """The values of documents ``first``, ``first + 1``, ..."""
        self._numbers.extend(map(self._names.numbers.__getitem__, values))
        self._documents.extend(first, len(values))

    def arrays(self, count: int) -> dict[str, Array]:
        """The values of all documents."""
        given = as_array(self._numbers)
        names = self._names.ranked(given)
        numbers = np.zeros(count, np.int64)
        numbers[self._documents.all()] = names.ranks[given].astype(np.int64) + 1
        return {"numbers": small(numbers), **names.arrays}


class NumberColumn(Many):
    """A column of numbers."""

    def __init__(self, kind: str, default: Any) -> None:
        self.kind, self.default = kind, default
        self._documents, self._values = Spans(), []  # type: ignore[var-annotated]  # numbers of any kind

    def extend(self, first: int, values: Sequence[Any]) -> None:
        """The numbers of documents ``first``, ``first + 1``, ..."""
        self._documents.extend(first, len(values))
        self._values.extend(values)

    def array(self, count: int) -> Array:
        """The numbers of all documents."""
        found = np.full(count, self.default, self.kind)
        found[self._documents.all()] = np.array(self._values, self.kind)
        return found


def _code(kind: str) -> str:
    return "f" if kind == "<f4" else "I"
