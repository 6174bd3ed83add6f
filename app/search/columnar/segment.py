"""A segment as Whoosh knows segments: its name, size and seal, and which of its documents were removed."""

# mypy: allow-untyped-calls, disallow-subclassing-any=False

import os
import threading
from collections import OrderedDict
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

import numpy as np
from whoosh.codec import base

from app.search.columnar.arrays import Bools, ranges
from app.search.columnar.columnfile import ColumnFile, Damaged, Seal
from app.search.columnar.kept import Room

if TYPE_CHECKING:
    from app.search.columnar.gathering import Gathering
    from app.search.columnar.segmentdata import SegmentData

EXTENSION = ".columns"


class ColumnSegment(base.Segment):
    """One segment. ``dead`` is None while nothing was removed, or a mask of the removed documents."""

    def __init__(self, indexname: str, count: int = 0, seal: Seal | None = None) -> None:
        super().__init__(indexname)
        self.count, self.seal = count, seal
        self.dead: Bools | None = None
        self.gathering: Gathering | None = None  # while it is being written

    def codec(self) -> Any:
        """How it is read."""
        from app.search.columnar.codec import ColumnCodec

        return ColumnCodec()

    def should_assemble(self) -> bool:
        """Never: it is one file already."""
        return False

    def doc_count_all(self) -> int:
        """Documents, the removed ones among them."""
        return self.count

    def set_doc_count(self, doccount: int) -> None:
        """Say how many there are."""
        self.count = doccount

    def deleted_count(self) -> int:
        """How many were removed."""
        return 0 if self.dead is None else int(np.count_nonzero(self.dead))

    def deleted_docs(self) -> frozenset[int]:
        """Which were removed."""
        return frozenset() if self.dead is None else frozenset(np.flatnonzero(self.dead).tolist())

    def is_deleted(self, docnum: int) -> bool:
        """Whether one was removed."""
        return self.dead is not None and docnum < len(self.dead) and bool(self.dead[docnum])

    def delete_document(self, docnum: int, delete: bool = True) -> None:
        """Mark a document as removed, or not."""
        if self.dead is None:
            self.dead = np.zeros(self.count, bool)
        self.dead[docnum] = delete

    def living(self) -> Bools | None:
        """A mask of the documents that live; None: all do."""
        return None if self.dead is None or not self.dead.any() else ~self.dead

    def copied(self) -> "ColumnSegment":
        """The same segment, in which other documents may be removed."""
        found = ColumnSegment(self.indexname, self.count, self.seal)
        found.segid, found.dead = self.segid, None if self.dead is None else self.dead.copy()
        return found

    def said(self) -> list[Any]:
        """What the table of contents keeps; removed documents as stretches."""
        assert self.seal is not None
        edges: list[int] = []
        if self.dead is not None:
            framed = np.zeros(self.count + 2, bool)
            framed[1:-1] = self.dead
            edges = np.flatnonzero(framed[1:] != framed[:-1]).tolist()
        return [self.segid, self.count, self.seal.size, self.seal.digest, edges]

    @classmethod
    def read(cls, indexname: str, said: Any) -> "ColumnSegment":
        """From what ``said`` gave. ValueError, TypeError or IndexError for anything else."""
        name, count, size, digest, edges = said
        found = cls(indexname, int(count), Seal(int(size), str(digest)))
        if not (isinstance(name, str) and name.isalnum()):
            raise ValueError("a segment has no plain name")
        found.segid = name
        if edges:
            bounds = np.array(edges, np.int64).reshape(-1, 2)
            found.dead = np.zeros(found.count, bool)
            found.dead[ranges(bounds[:, 0], bounds[:, 1] - bounds[:, 0])] = True
        return found


_open: OrderedDict[tuple[str, str], tuple[tuple[int, ...], "SegmentData"]] = OrderedDict()
_lock = threading.Lock()
_rooms: WeakValueDictionary[str, Room] = WeakValueDictionary()
MOST_OPEN = 256  # segments whose files are kept mapped, in use or not


def data_of(storage: Any, segment: ColumnSegment) -> "SegmentData":
    """The arrays of a segment, opened once for all readers of the process. OSError or Damaged.

    A file that was written over is opened anew; one that was removed goes on as long as it is open.
    """
    from app.search.columnar.segmentdata import SegmentData

    if segment.seal is None:
        raise Damaged("a segment that was never written cannot be read")
    folder = os.path.abspath(storage.folder)  # a Path would take several times as long
    path = f"{folder}/{segment.make_filename(EXTENSION)}"
    key = path, segment.seal.digest
    with _lock:
        known = _open.get(key)
        try:
            mark = mark_of(path)
        except FileNotFoundError:
            if known is None:
                raise
            return known[1]
        if known is None or known[0] != mark:
            room = _rooms.setdefault(f"{folder}/{segment.indexname}", Room())
            known = _open[key] = mark, SegmentData(ColumnFile(Path(path), segment.seal, room.pages), room)
            while len(_open) > MOST_OPEN:
                _open.popitem(last=False)
        _open.move_to_end(key)
        return known[1]


def mark_of(path: str | Path) -> tuple[int, ...]:
    """What changes with a file. OSError when there is none."""
    seen = os.stat(path)
    return seen.st_ino, seen.st_mtime_ns, seen.st_ctime_ns, seen.st_size


def forget(storage: Any, names: set[str], indexname: str) -> None:
    """Let go of segments of this index other than those of these file names."""
    here = os.path.abspath(storage.folder)
    with _lock:
        for key in list(_open):
            folder, name = os.path.split(key[0])
            if folder == here and name not in names and name.startswith(f"{indexname}_"):
                del _open[key]
