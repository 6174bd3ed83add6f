"""What takes the values of one field as documents come, and makes arrays of them at the end."""

# mypy: allow-untyped-calls

import itertools
from array import array
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from app.search.columnar import fronts, payload
from app.search.columnar.arrays import Array, Strings, ranges, small
from app.search.columnar.inverting import Tokens, of_postings
from app.search.columnar.sheaves import WORDS, Aside, Sheaf, bound, together
from app.search.columnar.tokenizing import Tokenizing

_TOGETHER = 512  # texts that are taken apart together


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


class _Many:
    """Takes the values of documents one after another, many at a time or one."""

    def extend(self, first: int, values: Sequence[Any]) -> None:
        """The values of documents ``first``, ``first + 1``, ..."""
        raise NotImplementedError

    def add(self, document: int, value: Any) -> None:
        """A document's value."""
        self.extend(document, (value,))


class Whole(_Many):
    """One field whose values are its terms, as they are (UTF-8 can say them): keys and the like."""

    kind = "none"

    def __init__(self, weight: float) -> None:
        self.weight = weight
        self.names = numbering()
        self.terms, self.documents = array("I"), array("I")

    def extend(self, first: int, terms: Sequence[str]) -> None:
        """The values of documents ``first``, ``first + 1``, ..."""
        self.terms.extend(map(self.names.__getitem__, terms))
        self.documents.extend(range(first, first + len(terms)))

    def arrays(self, bytes_of: Array) -> dict[str, Array]:
        """The field."""
        documents = as_array(self.documents)
        counts = np.ones(len(documents), np.uint32)
        weights = np.full(len(documents), self.weight, np.float32)
        terms, names = as_array(self.terms), [name.encode() for name in self.names]
        return of_postings(names, terms, documents, weights, counts, bytes_of, {}, None)


class Tagged(_Many):
    """One field without places, value by value; what a value gives is worked out once."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.names = numbering()
        self.memo: dict[type, dict[Any, int]] = {}  # values of each type, and the numbers of what they give
        self.terms, self.counts, self.weights = array("I"), array("I"), array("f")  # of all that is given
        self.ends = array("I", (0,))
        self.documents, self.given = array("I"), array("I")

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
        self.documents.extend(range(first, first + len(numbers)))
        self.given.extend(numbers)

    def arrays(self, bytes_of: Array) -> dict[str, Array]:
        """The field."""
        ends, given = as_array(self.ends), as_array(self.given)
        sizes = np.diff(ends)[given]
        chosen = ranges(ends[given], sizes)
        terms, counts, weights = (as_array(one)[chosen] for one in (self.terms, self.counts, self.weights))
        documents = np.repeat(as_array(self.documents), sizes)
        return of_postings(list(self.names), terms, documents, weights, counts, bytes_of, {}, None)


class Texts(_Many):
    """One field, text by text. What is many goes to a file in the folder (None: it stays in memory)."""

    kind = "positions"

    def __init__(self, tokenizing: Tokenizing, folder: str | Path | None) -> None:
        self._tokenizing, self._names, self._folder = tokenizing, tokenizing.names, folder
        self._documents = array("I")  # whose texts are in no sheaf
        self._texts: list[str] = []
        self._tokens: list[tuple[Array, Array, Array]] = []
        self._waiting = 0  # tokens that are in no sheaf
        self._lengths: list[tuple[Array, Array]] = []
        self._sheaves: list[Sheaf] = []
        self._aside: Aside | None = None

    def extend(self, first: int, texts: Sequence[str]) -> None:
        """The texts of documents ``first``, ``first + 1``, ... Analyzers that may refuse one do so now."""
        self._texts.extend(texts)
        if len(self._texts) >= _TOGETHER or not self._tokenizing.plain:
            self.settle()
        self._documents.extend(range(first, first + len(texts)))
        if self._waiting > WORDS:
            self._put_aside(self._bound())

    def settle(self) -> None:
        """No text waits for its tokenizing any longer."""
        texts, self._texts = self._texts, []
        if texts:
            tokens = self._tokenizing.tokens(*self._tokenizing.codes(texts))
            self._tokens.append(tokens)
            self._waiting += len(tokens[0])

    def _bound(self) -> list[Sheaf]:
        """What the waiting tokens become."""
        documents = as_array(self._documents)
        tokens, counts, leads = map(np.concatenate, zip(*self._tokens, strict=True))
        self._lengths.append((documents, counts.astype(np.uint32)))
        self._documents, self._tokens, self._waiting = array("I"), [], 0
        sheaves = bound(tokens, documents, counts, leads)
        self._sheaves += sheaves
        return sheaves

    def _put_aside(self, sheaves: Sequence[Sheaf]) -> None:
        if self._folder is not None:
            self._aside = self._aside or Aside(self._folder)
            for sheaf in sheaves:
                self._aside.put(sheaf)

    def lengths_and_arrays(self, count: int) -> tuple[Array, int, dict[str, Array]]:
        """How long each document is, all together, and the field; to be called once."""
        self.settle()
        if self._tokens:
            self._bound()
        lengths = np.zeros(count, np.int64)
        for documents, counts in self._lengths:
            lengths[documents] = counts
        return lengths, int(lengths.sum()), together(list(self._names), self._sheaves)


class Values(_Many):
    """Values of documents, each different one once."""

    def __init__(self) -> None:
        self.known = numbering()
        self.documents, self.numbers = array("I"), array("I")

    def extend(self, first: int, values: Sequence[bytes | str]) -> None:
        """The values of documents ``first``, ``first + 1``, ..."""
        self.documents.extend(range(first, first + len(values)))
        self.numbers.extend(map(self.known.__getitem__, values))

    def arrays(self, count: int) -> dict[str, Array]:
        """The values of all documents."""
        values = [value if type(value) is bytes else value.encode() for value in self.known]
        order = sorted(range(len(values)), key=values.__getitem__)
        ranks = np.zeros(len(values) + 1, np.int64)
        ranks[order] = np.arange(1, len(values) + 1)
        numbers = np.zeros(count, np.int64)
        numbers[as_array(self.documents)] = ranks[as_array(self.numbers)]
        strings = Strings.of([values[number] for number in order])
        return {"numbers": small(numbers), **fronts.kept(strings)}


class NumberColumn(_Many):
    """A column of numbers."""

    def __init__(self, kind: str, default: Any) -> None:
        self.kind, self.default = kind, default
        self.documents, self.values = array("I"), []  # type: ignore[var-annotated]  # numbers of any kind

    def extend(self, first: int, values: Sequence[Any]) -> None:
        """The numbers of documents ``first``, ``first + 1``, ..."""
        self.documents.extend(range(first, first + len(values)))
        self.values.extend(values)

    def array(self, count: int) -> Array:
        """The numbers of all documents."""
        found = np.full(count, self.default, self.kind)
        found[as_array(self.documents)] = np.array(self.values, self.kind)
        return found


def as_array(values: Any) -> Array:
    """A buffer of numbers as an array."""
    return np.frombuffer(values, values.typecode) if len(values) else np.zeros(0, values.typecode)


def numbering() -> defaultdict[Any, int]:
    """Numbers for whatever is asked for: 0, 1, 2, ..."""
    return defaultdict(itertools.count().__next__)


def _code(kind: str) -> str:
    return "f" if kind == "<f4" else "I"
