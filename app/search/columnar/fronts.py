"""Strings that begin alike, sixteen together: what they share with the first of the sixteen is kept once.

Keys of documents ("trial-17:0412") begin like their neighbours when they are sorted: of some 33 bytes four
are left. Words do not, and stay as they are, which is quicker to look things up in.
"""

from collections.abc import Sequence
from itertools import accumulate
from typing import Any

import numpy as np

from app.search.columnar.arrays import Array, Bools, Ints, Strings, small, united
from app.search.columnar.columnfile import Source

_BLOCK = 4  # bits of a string's number within its block
_FEW = 4096  # so few strings are not worth it
_WORTH = 8  # bytes that a string must have in common with its block, in the mean


class Fronted(Strings):
    """Ascending strings in the arrays ``name.blob``, ``.ends``, ``.shared`` and ``.rest`` of a source.

    String ``i`` is the first ``shared[i]`` bytes of the first string of its block, and ``rest[i]`` bytes of
    ``blob``, where the rests lie end to end; ``ends`` has where each block begins.
    """

    def __init__(self, source: Source, name: str) -> None:
        self._source, self._name = source, name
        self._part, self._names = source.part, (f"{name}.blob", f"{name}.shared", f"{name}.rest")
        self._size = source.size(f"{name}.shared")
        self._ends: Any = memoryview(source[f"{name}.ends"])  # type: ignore[arg-type]  # arrays are buffers
        self._found = {}

    def __len__(self) -> int:
        return self._size

    @property
    def mark(self) -> tuple[int, ...]:
        """The same for strings that are in the same arrays, as long as these live."""
        return tuple(map(id, self.arrays().values()))

    def __getitem__(self, index: Any) -> Any:
        part, (blob, shared, rest) = self._part, self._names
        first = index >> _BLOCK << _BLOCK
        lengths = part(rest, first, index + 1).tolist()
        begin, before = self._ends[index >> _BLOCK], sum(lengths[:-1])
        data = part(blob, begin, begin + before + lengths[-1]).tobytes()
        return data[: part(shared, index, index + 1).item()] + data[before:]

    def slice(self, low: int, high: int) -> list[bytes]:
        """Strings ``low`` to ``high`` (exclusive)."""
        low, high = max(low, 0), min(high, self._size)
        if low >= high:
            return []
        first, part = low >> _BLOCK << _BLOCK, self._part
        last = min(((high - 1) >> _BLOCK) + 1 << _BLOCK, self._size)
        ends = self._ends[first >> _BLOCK], self._ends[((last - 1) >> _BLOCK) + 1]
        data = part(self._names[0], *ends).tobytes()
        shared, lengths = (part(name, first, last).tolist() for name in self._names[1:])
        found, head = [], b""
        for number, end in enumerate(accumulate(lengths)):
            if not number & 15:
                head = data[end - lengths[number] : end]
            found.append(head[: shared[number]] + data[end - lengths[number] : end])
        return found[low - first : high - first]

    def place(self, wanted: bytes) -> int:
        """The number of strings below ``wanted``."""
        low, high = 0, len(self._ends) - 1
        while low < high:
            middle = (low + high) // 2
            if self[middle << _BLOCK] < wanted:
                low = middle + 1
            else:
                high = middle
        first = max(low - 1, 0) << _BLOCK
        block = self.slice(first, first + (1 << _BLOCK))
        return first + sum(one < wanted for one in block)

    def arrays(self) -> dict[str, Array]:
        """All arrays, by the ends of their names."""
        return {end: self._source[f"{self._name}.{end}"] for end in ("blob", "ends", "shared", "rest")}

    def plain(self) -> Strings:
        """The same, end to end."""
        return Strings.of(self.slice(0, self._size))

    def taken(self, indexes: Array) -> Strings:
        """The strings of these numbers, in this order."""
        every = self.slice(0, self._size)
        return Strings.of([every[number] for number in indexes.tolist()])


def strings_of(source: Source, name: str) -> Strings:
    """The strings that were kept under a name."""
    if f"{name}.shared" in source:
        return Fronted(source, name)
    return Strings(source[f"{name}.blob"], source[f"{name}.ends"])


def kept(strings: Strings) -> dict[str, Array]:
    """The arrays in which ascending strings are kept."""
    if isinstance(strings, Fronted):
        return strings.arrays()
    begins = strings.starts.astype(np.int64)
    plain = {"blob": strings.blob, "ends": small(strings.starts)}
    lengths = np.diff(begins)
    if len(lengths) < _FEW or lengths.max() > 255:
        return plain
    shared = _shared(strings.blob, begins[:-1], lengths)
    if shared.sum(dtype=np.int64) < _WORTH * len(shared):
        return plain
    rest = lengths - shared
    parts = np.column_stack((shared, rest)).ravel()  # of each string: what goes, and what stays
    blob = strings.blob[np.repeat(np.arange(len(parts)) % 2 == 1, parts)]
    ends = np.append((np.cumsum(rest) - rest)[:: 1 << _BLOCK], len(blob))
    return {"blob": blob, "ends": small(ends), "shared": shared, "rest": rest.astype(np.uint8)}


class Unions:
    """Brings strings of several lists together, once for those that are kept under two names."""

    def __init__(self) -> None:
        self._known: dict[Any, tuple[dict[str, Array], int, list[Ints]]] = {}

    def of(self, lists: Sequence[Strings], used: Sequence[Bools]) -> tuple[dict[str, Array], int, list[Ints]]:
        """The arrays of all strings that are used, how many they are, and each list's new numbers.

        See ``arrays.united``. The lists' arrays must live as long as this.
        """
        key = tuple((one.mark, use.tobytes()) for one, use in zip(lists, used, strict=True))
        if key not in self._known:
            strings, numbers = united(lists, used)
            self._known[key] = kept(strings), len(strings), numbers
        return self._known[key]


def _shared(blob: Array, begins: Array, lengths: Array) -> Array:
    """How many bytes each string has in common with the first of its block; that one itself none."""
    numbers = np.arange(len(begins))
    first = numbers >> _BLOCK << _BLOCK
    most, heads = np.minimum(lengths, lengths[first]), begins[first]
    found = np.zeros(len(begins), np.uint8)
    open_ = numbers[(numbers != first) & (most > 0)]
    at = 0
    while len(open_):
        open_ = open_[blob[begins[open_] + at] == blob[heads[open_] + at]]
        at += 1
        found[open_] = at
        open_ = open_[most[open_] > at]
    return found
