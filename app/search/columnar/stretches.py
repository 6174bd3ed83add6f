"""Cuts texts into the stretches between blanks, as arrays, and looks up many of them at once.

A stretch of at most sixteen bytes is two numbers of 64 bits. What it stands for is kept in a table with one
place for each stretch, found by multiplying; a stretch whose place is taken is left to the caller.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from app.search.columnar.arrays import Array, Ints

_LONG = 16  # bytes of the longest stretch that the table has
_FIRST, _MOST = 14, 20  # bits of a place in the table, at first and when it has grown
_MIX = np.uint64(0x9E3779B97F4A7C15)  # odd, and nothing else is wanted of it
_ENTIRE = np.array([(1 << 8 * size) - 1 for size in range(9)], np.uint64)  # of 64 bits the first bytes


class Cut:
    """Texts in UTF-8, cut: stretch ``i`` is ``data[begins[i]:ends[i]]``.

    ``data`` has the byte 0 between stretches and 1 behind each text.
    """

    def __init__(self, data: bytes) -> None:
        self.data = data + bytes(_LONG)
        letters = np.frombuffer(self.data, np.uint8)
        inside = np.zeros(len(letters) + 1, bool)
        np.greater(letters, 1, out=inside[1:])
        edges = (inside[1:] != inside[:-1]).nonzero()[0]
        self.begins, self.ends = edges[::2], edges[1::2]
        self.per_text: Ints = np.diff(self.begins.searchsorted((letters == 1).nonzero()[0]), prepend=0)

    def halves(self) -> tuple[Array, Array]:
        """The first eight bytes of each stretch, and the next eight; zeros behind its end."""
        words: Any = np.ndarray(len(self.data) - 7, "<u8", self.data, strides=(1,))
        sizes = self.ends - self.begins
        first = words.take(self.begins)
        first &= _ENTIRE.take(sizes, mode="clip")
        second = np.zeros(len(sizes), np.uint64)
        more = (sizes > 8).nonzero()[0]
        second[more] = words.take(self.begins.take(more) + 8) & _ENTIRE.take(
            sizes.take(more) - 8, mode="clip"
        )
        return first, second


class Table:
    """What stretches stand for: numbers that ``learn`` says, asked for as seldom as can be."""

    def __init__(self, learn: Callable[[Sequence[bytes]], Iterable[int]]) -> None:
        self._learn, self._used = learn, 0  # so many places are taken
        self._empty(_FIRST)

    def _empty(self, bits: int) -> None:
        self._shift = np.uint64(64 - bits)
        self._first, self._second = np.zeros((2, 1 << bits), np.uint64)
        self._codes = np.zeros(1 << bits, np.int32)

    def codes(self, cut: Cut) -> Array:
        """What each stretch stands for."""
        first, second = cut.halves()
        places = self._places(first, second)
        found: Array = self._codes.take(places)
        known = self._first.take(places) == first
        known &= self._second.take(places) == second
        known &= cut.ends - cut.begins <= _LONG
        other = (~known).nonzero()[0]
        if len(other):
            found[other] = self._asked(cut, other, first.take(other), second.take(other))
        return found

    def _asked(self, cut: Cut, numbers: Ints, first: Array, second: Array) -> Array:
        """What these stretches stand for; those whose places are free get them, one stretch each."""
        sizes, places = (cut.ends - cut.begins).take(numbers), self._places(first, second)
        found = np.zeros(len(numbers), np.int32)
        free = ((self._first.take(places) == 0) & (sizes <= _LONG)).nonzero()[0]
        at, first, second = places.take(free), first.take(free), second.take(free)
        self._codes[at] = np.arange(len(free), dtype=np.int32)  # of those for one place the last
        chosen = self._codes.take(at)
        heads = (chosen == np.arange(len(free))).nonzero()[0]
        alike = (first.take(chosen) == first) & (second.take(chosen) == second)
        codes = self._learnt(cut, numbers.take(free.take(heads)))
        self._first[at.take(heads)], self._second[at.take(heads)] = first.take(heads), second.take(heads)
        self._codes[at.take(heads)] = codes
        found[free] = self._codes.take(at)
        done = np.zeros(len(numbers), bool)
        done[free] = alike
        rest = (~done).nonzero()[0]
        found[rest] = self._learnt(cut, numbers.take(rest))
        self._used += len(heads)
        bits = 64 - int(self._shift)
        if self._used > 1 << bits - 3 and bits < _MOST:
            self._grow(bits + 2)
        return found

    def _learnt(self, cut: Cut, numbers: Ints) -> Array:
        spans = zip(cut.begins.take(numbers).tolist(), cut.ends.take(numbers).tolist(), strict=True)
        stretches = [cut.data[begin:end] for begin, end in spans]
        return np.fromiter(self._learn(stretches), np.int32, len(stretches))

    def _places(self, first: Array, second: Array) -> Ints:
        mixed = second * _MIX
        mixed ^= first
        mixed *= _MIX
        mixed >>= self._shift
        return mixed.view(np.int64)

    def _grow(self, bits: int) -> None:
        """Give all stretches new places in a larger table; of several for one place the last."""
        full = self._first.nonzero()[0]
        first, second, codes = self._first[full], self._second[full], self._codes[full]
        self._empty(bits)
        places = self._places(first, second)
        self._first[places], self._second[places], self._codes[places] = first, second, codes
