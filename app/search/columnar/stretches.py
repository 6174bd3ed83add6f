"""Cuts texts into the stretches between blanks, as arrays, and looks up many of them at once.

A stretch of at most sixteen bytes is two numbers of 64 bits. What it stands for is kept in a table with one
place for each stretch, found by multiplying; a stretch whose place is taken is left to the caller.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from app.search.columnar.arrays import Array, Ints

_LONG = 16  # bytes of the longest stretch that the table has
_FIRST = 14  # bits of a place in the table at first
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

    def __init__(self, learn: Callable[[bytes], int]) -> None:
        self._learn, self._used = learn, 0  # about so many places are taken
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
            spans = zip(cut.begins.take(other).tolist(), cut.ends.take(other).tolist(), strict=True)
            data = cut.data
            found[other] = np.fromiter(
                map(self._learn, [data[begin:end] for begin, end in spans]), np.int32, len(other)
            )
            short = other.compress((cut.ends - cut.begins).take(other) <= _LONG)
            self._enter(first.take(short), second.take(short), found.take(short))
        return found

    def _places(self, first: Array, second: Array) -> Ints:
        mixed = second * _MIX
        mixed ^= first
        mixed *= _MIX
        mixed >>= self._shift
        return mixed.view(np.int64)

    def _enter(self, first: Array, second: Array, codes: Array) -> None:
        """Give stretches their places, where these are free; of several for one place the last."""
        places = self._places(first, second)
        free = (self._first.take(places) == 0).nonzero()[0]
        places = places.take(free)
        self._first[places] = first.take(free)
        self._second[places] = second.take(free)
        self._codes[places] = codes.take(free)
        self._used += len(free)
        bits = 64 - int(self._shift)
        if self._used > 1 << bits - 2 and bits < 20:
            self._grow(bits + 2)

    def _grow(self, bits: int) -> None:
        full = self._first.nonzero()[0]
        entries = self._first[full], self._second[full], self._codes[full]
        self._used = 0
        self._empty(bits)
        self._enter(*entries)
