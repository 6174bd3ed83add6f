"""A file of named arrays: written once, mapped into memory, and no array read before it is proved whole.

It holds a head, the arrays (little-endian, each at a multiple of 64 bytes), a directory in JSON that says of
each array where it stands, its type and the SHA-256 of its bytes, and the place of the directory. Whoever
names the file keeps its size and the SHA-256 of its directory (``Seal``), from which everything else
follows. Nothing in it is ever run or unpickled.
"""

import contextlib
import hashlib
import json
import mmap
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from app.search.arrays import Array
from app.search.base import Broken

_HEAD = b"columns1" + bytes(56)
_KINDS = frozenset(("|u1", "<u2", "<u4", "<u8", "<i4", "<i8", "<f8"))


@dataclass(frozen=True, slots=True)
class Seal:
    """What a file must be: its size in bytes, and the SHA-256 of its directory and all that follows."""

    size: int
    digest: str


def write(path: Path, arrays: Mapping[str, Array], said: Any, *, lasting: bool = True) -> Seal:
    """Write one-dimensional arrays, and ``said`` (JSON) beside them; if ``lasting``, on disk on return."""
    entries: dict[str, list[Any]] = {}
    draft = path.with_name(path.name + ".new")
    try:
        with draft.open("wb") as file:
            file.write(_HEAD)
            for name, array in arrays.items():
                plain = np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
                data = memoryview(plain).cast("B") if plain.size else b""  # type: ignore[arg-type]
                padding = bytes(-plain.nbytes % 64)
                digest = hashlib.sha256(data)
                digest.update(padding)
                entries[name] = [plain.dtype.str, file.tell(), plain.size, digest.hexdigest()]
                file.write(data)
                file.write(padding)
            place = file.tell()
            end = json.dumps({"arrays": entries, "said": said}).encode() + place.to_bytes(8, "little")
            file.write(end)
            file.flush()
            if lasting:
                os.fsync(file.fileno())
        os.replace(draft, path)
    except BaseException:
        with contextlib.suppress(OSError):
            draft.unlink()
        raise
    return Seal(place + len(end), hashlib.sha256(end).hexdigest())


class ColumnFile:
    """A file of arrays, open for reading. May be shared by threads, and outlive the file's name.

    ``said`` is what was said when it was written. OSError when it is not there, Broken when its size,
    head or directory are not what was sealed.
    """

    def __init__(self, path: Path, seal: Seal) -> None:
        self.name = path.name
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_size != seal.size or seal.size < len(_HEAD) + 8:
                raise Broken(f"{self.name} is not as long as it was written")
            self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        place = int.from_bytes(self._map[-8:], "little")
        end = self._map[place:] if len(_HEAD) <= place < seal.size else b""
        if self._map[: len(_HEAD)] != _HEAD or hashlib.sha256(end).hexdigest() != seal.digest:
            raise Broken(f"{self.name} is not what was written")
        directory = json.loads(end[:-8])
        self.said: Any = directory["said"]
        self._entries: dict[str, list[Any]] = directory["arrays"]
        self._proved: dict[str, Array] = {}

    def __getitem__(self, name: str) -> Array:
        """An array, read-only. Broken when its bytes are not what was written."""
        found = self._proved.get(name)
        if found is None:
            found = self._proved[name] = self._prove(name)
        return found

    def part(self, prefix: str) -> "Part":
        """The arrays whose names begin with ``prefix`` and a dot, without it."""
        return Part(self, prefix)

    def _prove(self, name: str) -> Array:
        kind, place, size, digest = self._entries[name]
        if kind not in _KINDS:
            raise Broken(f"{self.name} holds an array of an unknown kind")
        length = size * np.dtype(kind).itemsize
        whole = memoryview(self._map)[place : place + length + -length % 64]
        if hashlib.sha256(whole).hexdigest() != digest:
            raise Broken(f"{self.name} is not what was written ({name})")
        return np.frombuffer(self._map, kind, size, place)

    def prove(self) -> None:
        """Read and prove every array now. Broken when one is not what was written."""
        for name in self._entries:
            self._prove(name)


@dataclass(frozen=True, slots=True)
class Part:
    """Some of the arrays of a file."""

    file: ColumnFile
    prefix: str

    def __getitem__(self, name: str) -> Array:
        return self.file[f"{self.prefix}.{name}"]
