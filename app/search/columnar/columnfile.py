"""A file of named arrays: written once, mapped into memory, and no byte believed before its block is proved.

It holds a head, the arrays (little-endian, each at a multiple of 64 bytes), and a directory in JSON that says
of each array where it stands, its type and the CRC-32 of each of its blocks. Whoever names the file keeps its
size and the SHA-256 of its directory (``Seal``). Nothing in it is ever run or unpickled. An array of equal
numbers is kept as that number, one that counts 0, 1, 2, ... as its size, and one that is like another one
(stored keys are the terms of their field) as that one's name.
"""

import contextlib
import hashlib
import json
import mmap
import os
import weakref
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from app.search.columnar.arrays import Array

BLOCK = 1 << 16  # bytes that are proved together
_MAPPED = 12 << 20  # bytes that may be read before the system is told that we need not hold them
_TOUCHED = 512  # bytes that one entry counts for: most lie in pages that are mapped already
_SMALL = 1 << 12  # bytes of an array that is not worth comparing
_HEAD = b"columns6" + bytes(56)
_KINDS = frozenset(("|u1", "<u2", "<u4", "<u8", "|i1", "<i2", "<i4", "<i8", "<f4", "<f8"))


class Damaged(Exception):
    """What is on disk is not what was written: build the index anew."""


class Source(Protocol):
    """Named arrays, in memory or in a file."""

    said: Any

    def __contains__(self, name: str, /) -> bool: ...

    def __getitem__(self, name: str, /) -> Array: ...

    def part(self, name: str, begin: int, end: int, /) -> Array:
        """``array[begin:end]``."""

    def taken(self, name: str, places: Array, /) -> Array:
        """Some entries, by their places (ascending, at least one)."""

    def size(self, name: str, /) -> int:
        """How many entries an array has."""


class Memory:
    """Arrays that were not written to a file."""

    def __init__(self, arrays: Mapping[str, Array], said: Any) -> None:
        self.arrays, self.said = arrays, said

    def __contains__(self, name: str) -> bool:
        return name in self.arrays

    def __getitem__(self, name: str) -> Array:
        return self.arrays[name]

    def part(self, name: str, begin: int, end: int) -> Array:
        """``array[begin:end]``."""
        return self.arrays[name][begin:end]

    def taken(self, name: str, places: Array) -> Array:
        """Some entries, by their places."""
        return self.arrays[name].take(places)

    def size(self, name: str) -> int:
        """How many entries an array has."""
        return len(self.arrays[name])


@dataclass(frozen=True, slots=True)
class Seal:
    """What a file must be: its size in bytes, and the SHA-256 of its directory and all that follows."""

    size: int
    digest: str


class Drafting:
    """Writes a file of arrays, one after another; the file has its name only when it is whole."""

    def __init__(self, path: Path, *, lasting: bool = True) -> None:
        self.path, self.lasting = path, lasting
        self._entries: dict[str, Any] = {}
        self._added: list[tuple[str, Array]] = []
        self._draft = path.with_name(path.name + ".new")
        self._file = self._draft.open("wb", buffering=1 << 20)
        self._file.write(_HEAD)

    def add(self, name: str, array: Array) -> None:
        """An array (one dimension)."""
        plain = np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
        for other, known in self._added:
            if known.dtype == plain.dtype and np.array_equal(known, plain):
                self._entries[name] = ["like", plain.dtype.str, plain.size, other]
                return
        if plain.nbytes > _SMALL:
            self._added.append((name, plain))
        regular = _Regular(plain.dtype.str)
        regular.see(plain)
        if (said := regular.said()) is not None:
            self._entries[name] = said
            return
        self.stream(name, plain.dtype.str, (plain,))

    def stream(self, name: str, kind: str, pieces: Iterable[Array]) -> None:
        """An array that comes in pieces, each written at once."""
        place, size, checks, pending = self._file.tell(), 0, [], 0
        check, regular = 0, _Regular(kind)
        for piece in pieces:
            plain: Any = np.ascontiguousarray(piece, kind)
            regular.see(plain)
            data = memoryview(plain).cast("B") if piece.size else memoryview(b"")
            size += len(data)
            self._file.write(data)
            while data:
                block, data = data[: BLOCK - pending], data[BLOCK - pending :]
                check = zlib.crc32(block, check)
                pending += len(block)
                if pending == BLOCK:
                    checks.append(check)
                    check = pending = 0
        if pending:
            checks.append(check)
        if (said := regular.said()) is not None:
            self._file.seek(place)
            self._file.truncate()
            self._entries[name] = said
            return
        self._file.write(bytes(-size % 64))
        self._entries[name] = ["array", kind, size // np.dtype(kind).itemsize, place, checks]

    def finish(self, said: Any) -> Seal:
        """Write the directory with ``said`` (JSON) in it; if ``lasting``, all is on disk on return."""
        try:
            place = self._file.tell()
            end = json.dumps({"arrays": self._entries, "said": said}).encode() + place.to_bytes(8, "little")
            self._file.write(end)
            self._file.flush()
            if self.lasting:
                os.fsync(self._file.fileno())
            self._file.close()
            os.replace(self._draft, self.path)
        except BaseException:
            self.abandon()
            raise
        return Seal(place + len(end), hashlib.sha256(end).hexdigest())

    def abandon(self) -> None:
        """Leave nothing behind."""
        with contextlib.suppress(OSError):
            self._file.close()
        self._draft.unlink(missing_ok=True)


class _Regular:
    """Whether the numbers that go by are all the same, or count 0, 1, 2, ... (anew where the type ends)."""

    def __init__(self, kind: str) -> None:
        self.kind, self.size = kind, 0
        self.same = self.counting = np.dtype(kind).kind in "ui"
        self.first = 0

    def see(self, piece: Array) -> None:
        """What comes next."""
        if not piece.size:
            return
        if not self.size:
            self.first = int(piece[0])
        if self.same:
            self.same = int(piece[-1]) == self.first and bool((piece == self.first).all())
        if self.counting:
            self.counting = int(piece[0]) == self.size % (1 << 8 * piece.itemsize) and bool(
                (piece == np.arange(self.size, self.size + piece.size).astype(self.kind)).all()
            )
        self.size += piece.size

    def said(self) -> list[Any] | None:
        """How the array is kept; None: as it is."""
        if self.size and self.same:
            return ["same", self.kind, self.size, self.first]
        return ["count", self.kind, self.size] if self.size and self.counting else None


def write(path: Path, source: Memory, *, lasting: bool = True) -> Seal:
    """Write arrays in memory to a file. OSError when the disk is full; then nothing is left behind."""
    draft = Drafting(path, lasting=lasting)
    try:
        for name, array in source.arrays.items():
            draft.add(name, array)
    except BaseException:
        draft.abandon()
        raise
    return draft.finish(source.said)


class _Kept:
    """One array of a file, and which of its blocks are proved."""

    __slots__ = ("array", "checks", "entries", "name", "unproved")

    def __init__(self, name: str, array: Array, checks: list[int]) -> None:
        self.name, self.array, self.checks = name, array, checks
        self.entries = BLOCK // array.dtype.itemsize  # of a block
        self.unproved: set[int] = set(range(len(checks)))

    def prove(self, begin: int, end: int) -> None:
        """Read the blocks of these entries. Damaged when one is not as written."""
        first, last = begin // self.entries, (end - 1) // self.entries
        if first == last and first not in self.unproved:  # as nearly always
            return
        blocks = range(first, last + 1) if end > begin else range(0)
        if not self.unproved.isdisjoint(blocks):
            data = memoryview(self.array).cast("B")  # type: ignore[arg-type]  # numpy's arrays are buffers
            for block in self.unproved.intersection(blocks):
                if zlib.crc32(data[block * BLOCK : (block + 1) * BLOCK]) != self.checks[block]:
                    raise Damaged(f"{self.name} of a segment is not what was written")
            self.unproved.difference_update(blocks)


class Pages:
    """How much was read of the files of an index; after much all their pages are given back.

    They stay in the system's memory, but no longer count as this process's: what is asked for again costs
    little.
    """

    def __init__(self) -> None:
        self._files: weakref.WeakSet[ColumnFile] = weakref.WeakSet()
        self._read = 0

    def of(self, file: "ColumnFile") -> None:
        """A file whose pages are counted."""
        self._files.add(file)

    def count(self, read: int) -> None:
        """So many bytes were read."""
        self._read += read
        if self._read > _MAPPED:
            self._read = 0
            for file in list(self._files):
                file.let_go()


class ColumnFile:
    """A file of arrays, open for reading. May be shared by threads, and outlive the file's name.

    Attributes: ``said``, what the writer said beside the arrays. What is read is counted with ``pages``.
    OSError when there is no such file, Damaged when it is not the one that was sealed.
    """

    def __init__(self, path: Path, seal: Seal, pages: Pages | None = None) -> None:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            if size != seal.size or size < 80:
                raise Damaged(f"{path.name} has {size} bytes and should have {seal.size}")
            self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        place = int.from_bytes(self._map[-8:], "little")
        if place >= size or hashlib.sha256(self._map[place:]).hexdigest() != seal.digest:
            raise Damaged(f"the directory of {path.name} is not what was written")
        said = json.loads(self._map[place:-8])
        self.said, self._entries = said["said"], said["arrays"]
        self._kept: dict[str, _Kept] = {}
        self._pages = pages or Pages()
        self._pages.of(self)

    def __contains__(self, name: str) -> bool:
        return name in self._entries

    def __getitem__(self, name: str) -> Array:
        kept = self._kept.get(name) or self._open(name)
        if kept.unproved:
            kept.prove(0, len(kept.array))
            self._pages.count(kept.array.nbytes)
        return kept.array

    def part(self, name: str, begin: int, end: int) -> Array:
        """``array[begin:end]``, of which only the blocks it touches are proved."""
        kept = self._kept.get(name) or self._open(name)
        if kept.unproved:
            kept.prove(begin, end)
        found = kept.array[begin:end]
        self._pages.count(found.nbytes)
        return found

    def taken(self, name: str, places: Array) -> Array:
        """Some entries, by their places (ascending, at least one); the blocks they lie between are proved."""
        kept = self._kept.get(name) or self._open(name)
        if kept.unproved:
            kept.prove(int(places[0]), int(places[-1]) + 1)
        found: Array = kept.array.take(places)
        self._pages.count(_TOUCHED * len(places))
        return found

    def let_go(self) -> None:
        """Give back all pages."""
        self._map.madvise(mmap.MADV_DONTNEED)

    def size(self, name: str) -> int:
        """How many entries an array has."""
        return int(self._entries[name][2])

    def prove(self) -> None:
        """Read every block. Damaged when one is not as written."""
        for name in self._entries:
            self[name]
        if bytes(self._map[:64]) != _HEAD or any(map(any, self._between())):
            raise Damaged("the head of a segment, or what lies between arrays, is not what was written")

    def _between(self) -> Iterator[bytes]:
        """What fills the file up between one array and the next."""
        spans = [
            (rest[0], rest[0] + size * np.dtype(kind).itemsize)
            for how, kind, size, *rest in self._entries.values()
            if how == "array"
        ]
        end = int.from_bytes(self._map[-8:], "little")
        for (_, done), (begin, _) in pairwise([(0, 64), *sorted(spans), (end, end)]):
            yield self._map[done:begin]

    def _open(self, name: str) -> _Kept:
        how, kind, size, *rest = self._entries[name]
        if kind not in _KINDS:
            raise Damaged(f"{name} has no known type")
        if how == "like":
            other: str = rest[0]
            kept = self._kept[name] = self._kept.get(other) or self._open(other)
            return kept
        array: Array
        if how == "same":
            array = np.broadcast_to(np.array(rest[0], kind), size)
        elif how == "count":
            array = np.arange(size).astype(kind)
        else:
            array = np.frombuffer(self._map, kind, size, rest[0])
        kept = self._kept[name] = _Kept(name, array, rest[1] if how == "array" else [])
        return kept
