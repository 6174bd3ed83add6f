"""The few moves with whole arrays that the index is made of, and strings as arrays."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import pairwise
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]


class Arrays(Protocol):
    """Arrays by name: a dictionary, or a part of a file."""

    def __getitem__(self, name: str, /) -> Array: ...


def small(values: Array) -> Array:
    """The same whole numbers, none below zero, in the narrowest type that holds them."""
    most = int(values.max()) if values.size else 0
    kind = np.uint8 if most < 1 << 8 else np.uint16 if most < 1 << 16 else np.uint32
    return values.astype(kind if most < 1 << 32 else np.uint64)


def starts(counts: Array) -> Ints:
    """Where each of ``counts`` things begins when they are laid end to end, and where the last one ends."""
    found = np.zeros(len(counts) + 1, np.int64)
    np.cumsum(counts, out=found[1:])
    return found


def sizes(begins: Array) -> Ints:
    """How many things each stretch has, from what ``starts`` gave."""
    ends = begins.astype(np.int64)
    return ends[1:] - ends[:-1]


def ranges(begins: Array, counts: Array) -> Ints:
    """``begins[i], begins[i] + 1, ...``, ``counts[i]`` of them, for each ``i``, end to end."""
    counts = counts.astype(np.int64)
    before = np.cumsum(counts) - counts
    return np.repeat(begins.astype(np.int64) - before, counts) + np.arange(counts.sum(), dtype=np.int64)


def stable_order(keys: Array) -> Ints:
    """What sorts ``keys`` (from zero, below 2**32), equals in order: by halves, which numpy sorts fast."""
    order: Ints = np.argsort((keys & 0xFFFF).astype(np.uint16), kind="stable")
    if keys.size and int(keys.max()) >> 16:
        high = (keys >> 16).astype(np.uint16)
        order = order[np.argsort(high[order], kind="stable")]
    return order


def numbered(keep: Bools) -> Ints:
    """For each entry its number among those that are kept, and -1 for the others."""
    return np.where(keep, np.cumsum(keep) - 1, -1)


class Strings(Sequence[bytes]):
    """Byte strings end to end in ``blob``; string ``i`` is ``blob[starts[i]:starts[i + 1]]``.

    ``find`` and ``place`` ask for ascending strings.
    """

    def __init__(self, blob: Array, starts: Array) -> None:
        self.blob, self.starts = blob, starts
        self._bytes = memoryview(blob)  # type: ignore[arg-type]  # numpy's arrays are buffers

    @classmethod
    def of(cls, strings: Iterable[bytes]) -> "Strings":
        """These strings, in this order."""
        listed = list(strings)
        sizes = np.fromiter(map(len, listed), np.int64, len(listed))
        return cls(np.frombuffer(b"".join(listed), np.uint8), small(starts(sizes)))

    def __len__(self) -> int:
        return len(self.starts) - 1

    def __getitem__(self, index: Any) -> Any:
        return bytes(self._bytes[self.starts[index] : self.starts[index + 1]])

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.all)

    @cached_property
    def all(self) -> list[bytes]:
        """All of them, kept once they are made."""
        return self.slice(0, len(self))

    @cached_property
    def texts(self) -> list[str]:
        """All of them as text, kept once they are made."""
        return [string.decode() for string in self.all]

    def slice(self, low: int, high: int) -> list[bytes]:
        """Strings ``low`` to ``high`` (exclusive)."""
        places = self.starts[low : high + 1].tolist()
        if not places:
            return []
        data, first = bytes(self._bytes[places[0] : places[-1]]), places[0]
        return [data[begin - first : end - first] for begin, end in pairwise(places)]

    def place(self, wanted: bytes) -> int:
        """The number of strings below ``wanted``."""
        low, high = 0, len(self)
        while low < high:
            middle = (low + high) // 2
            if self[middle] < wanted:
                low = middle + 1
            else:
                high = middle
        return low

    def find(self, wanted: bytes) -> int:
        """The number of the string that is ``wanted``, or -1."""
        place = self.place(wanted)
        return place if place < len(self) and self[place] == wanted else -1

    def span(self, start: bytes) -> tuple[int, int]:
        """The first string that begins with ``start``, and the first after it that does not."""
        return self.place(start), self.place(start + b"\xff" * 8)

    def taken(self, indexes: Array) -> "Strings":
        """The strings of these numbers, in this order."""
        begins = self.starts[indexes].astype(np.int64)
        sizes = self.starts[np.asarray(indexes) + 1].astype(np.int64) - begins
        return Strings(self.blob[ranges(begins, sizes)], small(starts(sizes)))


def united(lists: Sequence[Strings], used: Sequence[Bools]) -> tuple[Strings, list[Ints]]:
    """All the strings that are used in any list, ascending; and for each list their new numbers (-1: unused).

    The lists are ascending.
    """
    if len(lists) == 1:
        return lists[0].taken(np.flatnonzero(used[0])), [numbered(used[0])]
    chosen = [
        one.all if use.all() else one.taken(np.flatnonzero(use)).all
        for one, use in zip(lists, used, strict=True)
    ]
    together = sorted(set().union(*chosen))
    ranks = {string: rank for rank, string in enumerate(together)}
    numbers = []
    for one, use in zip(chosen, used, strict=True):
        found = np.full(len(use), -1, np.int64)
        found[use] = np.fromiter(map(ranks.__getitem__, one), np.int64, len(one))
        numbers.append(found)
    return Strings.of(together), numbers
