"""The arrays of one segment: its fields, the lengths of its documents, what they store, their columns."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np

from app.search.columnar.arrays import Array, Strings
from app.search.columnar.columnfile import Source
from app.search.columnar.fronts import strings_of
from app.search.columnar.kept import Kept, Room
from app.search.columnar.postings import Postings
from app.search.columnar.values import loaded

_HEARD, _SHORT = 10_000, 200  # values that are kept as they are heard, and letters of the longest of them


class Stored:
    """Values of documents, each kept once: document ``d`` has value ``numbers[d] - 1``, 0: none."""

    def __init__(self, source: Source, name: str) -> None:
        self._source, self._name, self._blob = source, name, f"{name}.blob"
        self._fronted = f"{name}.shared" in source
        self._heard: dict[int, Any] = {}

    @cached_property
    def numbers(self) -> Array:
        """The number of each document's value, from one; zero: it has none."""
        return self._source[f"{self._name}.numbers"]

    @cached_property
    def strings(self) -> Strings:
        """The values as bytes."""
        return strings_of(self._source, self._name)

    @cached_property
    def _begins(self) -> tuple[memoryview, memoryview]:
        """The numbers, and where each value (or block of values) begins, to be asked one at a time."""
        ends: Any = self._source[f"{self._name}.ends"]
        numbers: Any = self.numbers
        return memoryview(numbers), memoryview(ends)

    def raw(self, document: int) -> bytes | None:
        """One document's value; of the values only those near it are read."""
        numbers, begins = self._begins
        number = numbers[document]
        if number == 0:
            return None
        if self._fronted:
            found: bytes = self.strings[number - 1]
            return found
        return self._source.part(self._blob, begins[number - 1], begins[number]).tobytes()

    def many(self, documents: Sequence[int]) -> list[Any]:
        """What documents store, as ``heard``; short texts that were read lately are kept."""
        known = self._heard
        found = [known.get(document) for document in documents]
        if None in found:
            if len(known) > _HEARD:
                known.clear()
            for place, document in enumerate(documents):
                if found[place] is None:
                    one = found[place] = heard(self.raw(document))
                    if type(one) is str and len(one) < _SHORT:
                        known[document] = one
        return found


def heard(raw: bytes | None) -> Any:
    """A stored value, from what ``gathering.spoken`` made of it; None: there is none."""
    if raw is None:
        return None
    return loaded(raw[1:]) if raw[:1] == b"\0" else raw.decode()


class SegmentData:
    """One segment's arrays. May be shared by threads.

    ``said`` has: ``count`` of documents; ``fields`` (name to kind of payload); ``totals`` (tokens of all
    documents, by field); ``stored`` names; ``columns`` (name to kind: number, bytes, value); ``vectors``.
    ``room`` is where what is worked out is kept, with that of other segments of the index.
    """

    def __init__(self, source: Source, room: Room | None = None) -> None:
        self.source, self.said, self.room = source, source.said, room or Room()
        self.count: int = source.said["count"]
        self.fields = {
            name: Postings(source, f"f.{name}", kind) for name, kind in self.said["fields"].items()
        }
        self.stored = {name: Stored(source, f"s.{name}") for name in self.said["stored"]}
        self.columns: dict[str, str] = self.said["columns"]
        self.vectors: dict[str, str] = self.said["vectors"]

    @cached_property
    def kept(self) -> Kept:
        """What searchers keep of this segment."""
        return Kept(self.room)

    def lengths(self, field: str) -> Array | None:
        """How many words each document has in a field; None: nobody has any."""
        name = f"l.{field}"
        return self.source[name] if name in self.source else None  # noqa: SIM401

    def value(self, number: int, field: str) -> Any:
        """What a document stores of one field; None: nothing."""
        one = self.stored.get(field)
        return heard(None if one is None else one.raw(number))

    def values(self, numbers: Sequence[int], field: str) -> list[Any]:
        """What documents store of one field."""
        one = self.stored.get(field)
        if one is None:
            return [None] * len(numbers)
        return one.many(numbers)

    def document(self, number: int) -> dict[str, Any]:
        """What a document stores."""
        found = {name: self.value(number, name) for name in self.stored}
        return {name: one for name, one in found.items() if one is not None}

    def numbers(self, column: str) -> Array:
        """The values of a column of numbers."""
        return self.source[f"c.{column}"]

    def strings(self, column: str) -> Stored:
        """The values of a column of bytes, ascending; or of other values."""
        return Stored(self.source, f"c.{column}")

    @cached_property
    def every(self) -> Array:
        """All document numbers."""
        return np.arange(self.count, dtype=np.uint32)

    @cached_property
    def _lexicons(self) -> dict[str, Any]:
        return {}

    def lexicon(self, field: str) -> Any:
        """The words of a field, for finding those that are spelt almost alike; made once."""
        from app.search.columnar.edits import Spelling

        if field not in self._lexicons:
            self._lexicons[field] = Spelling(self.fields[field])
        return self._lexicons[field]

    def forward(self, field: str) -> Any:
        """The terms of each document in a field."""
        from app.search.columnar.faceting import forward

        return forward(self.fields[field], self.count)

    def names(self, field: str) -> Strings:
        """The terms of a field, ascending."""
        return self.fields[field].terms

    def groups(self, field: str) -> Any:
        """The groups of the documents by a field; made once. ValueError: a document has several values."""
        from app.search.columnar.faceting import Groups

        known = self._lexicons.get(f"\0{field}")
        if known is None:
            known = self._lexicons[f"\0{field}"] = Groups(self, field)
        return known
