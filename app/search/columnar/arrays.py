"""The few moves with whole arrays that the index is made of, and strings as arrays."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import chain, compress, islice, pairwise
from operator import ne
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]


def small(values: Array) -> Array:
    """The same whole numbers, none below zero, in the narrowest type that holds them."""
    return values.astype(narrow(int(values.max()) if values.size else 0), copy=False)


def narrow(most: int) -> type:
    """The narrowest unsigned type for numbers up to ``most``."""
    if most < 1 << 16:
        return np.uint8 if most < 1 << 8 else np.uint16
    return np.uint32 if most < 1 << 32 else np.uint64


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


def set_in(bits: Array, numbers: Array) -> Bools:
    """Whether the bit of each number is set; the lowest bit of the first byte is number 0."""
    found: Array = bits.take(numbers >> numbers.dtype.type(3))
    found >>= numbers.astype(np.uint8) & np.uint8(7)
    found &= np.uint8(1)
    return found.view(bool)


def stepped(values: Array, ends: Array) -> Array:
    """Ascending values, each repeated up to where ``ends`` (none alike) says; quicker than ``repeat``."""
    found = np.zeros(int(ends[-1]), values.dtype)
    found[0] = values[0]
    found[ends[:-1]] = values[1:] - values[:-1]
    return np.cumsum(found, out=found)


def changes(*sorted_keys: Array) -> Ints:
    """The first place of every stretch in which all the keys stay the same."""
    if not len(sorted_keys[0]):
        return np.zeros(0, np.int64)
    fresh = np.ones(len(sorted_keys[0]), bool)
    fresh[1:] = sorted_keys[0][1:] != sorted_keys[0][:-1]
    for keys in sorted_keys[1:]:
        fresh[1:] |= keys[1:] != keys[:-1]
    return np.flatnonzero(fresh)


def packed(name: str, values: Array) -> dict[str, Array]:
    """Numbers as bytes, but for a few (all, if they are not few): entry ``name_at[i]`` is ``name_is[i]``."""
    values = small(values)
    if values.dtype.itemsize == 1:
        return {name: values}
    wide = np.flatnonzero(values > 255)
    if len(wide) * 8 > len(values):
        return {name: values}
    return {name: values.astype(np.uint8), f"{name}_at": small(wide), f"{name}_is": values[wide]}


class Strings(Sequence[bytes]):
    """Byte strings end to end in ``blob``; string ``i`` is ``blob[starts[i]:starts[i + 1]]``.

    ``find`` and ``place`` ask for ascending strings.
    """

    def __init__(self, blob: Array, starts: Array) -> None:
        self.blob, self.starts = blob, starts
        self._bytes: memoryview = memoryview(blob)  # type: ignore[arg-type]  # numpy's arrays are buffers
        self._begins: memoryview = memoryview(starts)  # type: ignore[arg-type]  # quicker for one at a time
        self._found: dict[bytes, int] = {}

    @classmethod
    def of(cls, strings: Iterable[bytes]) -> "Strings":
        """These strings, in this order."""
        listed = list(strings)
        lengths = np.fromiter(map(len, listed), np.int64, len(listed))
        return cls(np.frombuffer(b"".join(listed), np.uint8), small(starts(lengths)))

    def __len__(self) -> int:
        return len(self.starts) - 1

    @property
    def mark(self) -> tuple[int, ...]:
        """The same for strings that are in the same arrays, as long as these live."""
        return id(self.blob), id(self.starts)

    def __getitem__(self, index: Any) -> Any:
        return bytes(self._bytes[self._begins[index] : self._begins[index + 1]])

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.all)

    @cached_property
    def all(self) -> list[bytes]:
        """All of them, kept once they are made."""
        return self.slice(0, len(self))

    def slice(self, low: int, high: int) -> list[bytes]:
        """Strings ``low`` to ``high`` (exclusive)."""
        places = self.starts[low : high + 1].tolist()
        if not places:
            return []
        data, first = bytes(self._bytes[places[0] : places[-1]]), places[0]
        return [data[begin - first : end - first] for begin, end in pairwise(places)]

    def place(self, wanted: bytes) -> int:
        """The number of strings below ``wanted``."""
        low, high, begins, data = 0, len(self), self._begins, self._bytes
        while low < high:
            middle = (low + high) // 2
            if bytes(data[begins[middle] : begins[middle + 1]]) < wanted:
                low = middle + 1
            else:
                high = middle
        return low

    def find(self, wanted: bytes) -> int:
        """The number of the string that is ``wanted``, or -1."""
        known = self._found.get(wanted)
        if known is None:
            place = self.place(wanted)
            known = place if place < len(self) and self[place] == wanted else -1
            if len(self._found) > 10_000:
                self._found.clear()
            self._found[wanted] = known
        return known

    def span(self, start: bytes) -> tuple[int, int]:
        """The first string that begins with ``start``, and the first after it that does not."""
        after = start.rstrip(b"\xff")
        low = self.place(start)
        return low, self.place(after[:-1] + bytes([after[-1] + 1])) if after else len(self)

    def plain(self) -> "Strings":
        """The same, end to end."""
        return self

    def taken(self, indexes: Array) -> "Strings":
        """The strings of these numbers, in this order."""
        begins = self.starts[indexes].astype(np.int64)
        lengths = self.starts[np.asarray(indexes) + 1].astype(np.int64) - begins
        return Strings(self.blob[ranges(begins, lengths)], small(starts(lengths)))


def united(lists: Sequence[Strings], used: Sequence[Bools]) -> tuple[Strings, list[Ints]]:
    """All the strings that are used in any list, ascending; and for each list their new numbers (-1: unused).

    The lists are ascending.
    """
    if len(lists) == 1 and used[0].all():
        return lists[0], [np.arange(len(lists[0]))]
    chosen = [
        one.slice(0, len(one)) if use.all() else one.taken(np.flatnonzero(use)).all
        for one, use in zip(lists, used, strict=True)
    ]
    every = list(chain.from_iterable(chosen))
    order = sorted(range(len(every)), key=every.__getitem__)  # Python's sort only merges what is ascending
    ordered = [every[number] for number in order]
    fresh = np.ones(len(every), bool)
    fresh[1:] = np.fromiter(map(ne, islice(ordered, 1, None), ordered), bool, max(len(every) - 1, 0))
    ranks = np.zeros(len(every), np.int64)
    ranks[order] = np.cumsum(fresh) - 1
    numbers, done = [], 0
    for use in used:
        found = np.full(len(use), -1, np.int64)
        many = int(np.count_nonzero(use))
        found[use] = ranks[done : done + many]
        numbers.append(found)
        done += many
    return Strings.of(compress(ordered, fresh)), numbers
