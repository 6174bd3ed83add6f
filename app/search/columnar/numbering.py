"""Numbers for values as they come and the documents they come from, and what order they have at the end."""

import itertools
from array import array
from collections import defaultdict
from typing import Any

import numpy as np

from app.search.columnar.arrays import Array, ranges
from app.search.columnar.inverting import Ranked, ranked


def as_array(values: Any) -> Array:
    """A buffer of numbers as an array."""
    return np.frombuffer(values, values.typecode) if len(values) else np.zeros(0, values.typecode)


def numbering() -> defaultdict[Any, int]:
    """Numbers for whatever is asked for: 0, 1, 2, ..."""
    return defaultdict(itertools.count().__next__)


class Spans:
    """Numbers of documents, ascending: nearly all are one more than the one before."""

    def __init__(self) -> None:
        self._firsts, self._counts = array("I"), array("I")
        self._end = 0

    def extend(self, first: int, count: int) -> None:
        """``first``, ``first + 1``, ..., so many."""
        if first != self._end or not self._counts:
            self._firsts.append(first)
            self._counts.append(0)
        self._counts[-1] += count
        self._end = first + count

    def all(self) -> Array:
        """The numbers."""
        found: Array = ranges(as_array(self._firsts), as_array(self._counts)).astype(np.uint32)
        return found


class Names:
    """Texts or bytes, each different one once: ``numbers`` has them with their numbers."""

    def __init__(self) -> None:
        self.numbers = numbering()
        self._used: Array = np.zeros(0, bool)
        self._ranked: Ranked | None = None

    def ranked(self, numbers: Array) -> Ranked:
        """Those that occur among these numbers. Asked for the same ones again, it still knows."""
        used = np.bincount(numbers, minlength=len(self.numbers)) > 0
        if self._ranked is None or not np.array_equal(self._used, used):
            names = [name if type(name) is bytes else name.encode() for name in self.numbers]
            self._used, self._ranked = used, ranked(names, numbers)
        return self._ranked
