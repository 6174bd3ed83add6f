"""Merges segments beside readers and writers: nobody waits for it but another one of its kind."""

# mypy: allow-untyped-calls

import fcntl
import threading
from pathlib import Path
from typing import Any

import numpy as np
from whoosh.index import LockError

from app.search.columnar import contents, merging
from app.search.columnar.arrays import Bools
from app.search.columnar.indexing import ColumnarIndex
from app.search.columnar.policy import due
from app.search.columnar.segment import EXTENSION, ColumnSegment, data_of
from app.search.columnar.writing import ColumnarWriter


def tend(index: ColumnarIndex, timeout: float = 10.0) -> bool:
    """Do one merge that is due, if any; whether something was done.

    The new segment is written without the writers' lock. Then, under it, what was removed meanwhile is
    removed from the new segment too. If a writer has merged the same segments, the work is thrown away.
    """
    folder = Path(index.storage.folder)
    with open(folder / f"{index.indexname}_TENDLOCK", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        for old in folder.glob(f"{index.indexname}-tended-*"):
            old.unlink(missing_ok=True)
        return _tended(index, folder, timeout)


def _tended(index: ColumnarIndex, folder: Path, timeout: float) -> bool:
    before = index._read_toc()
    taken = due(before.segments, 0, None)
    if not taken:
        return False
    segment = ColumnSegment(index.indexname)
    draft = folder / f"{index.indexname}-tended-{segment.segid}"
    try:
        parts = [(data_of(index.storage, one), one.living()) for one in taken]
    except FileNotFoundError:
        return False  # a writer was quicker
    segment.seal, segment.count = merging.merge(draft, parts, wanted=lambda name: name in before.schema)
    try:
        writer = ColumnarWriter(index, timeout=timeout)
    except LockError:
        draft.unlink()
        return False
    try:
        now = {one.segid: one for one in writer.segments}
        if any(one.segid not in now for one in taken):
            draft.unlink()
            return False
        segment.dead = _gone_meanwhile(taken, now)
        draft.rename(folder / segment.make_filename(EXTENSION))
        names = {one.segid for one in taken}
        first = next(number for number, one in enumerate(writer.segments) if one.segid in names)
        kept = [one for one in writer.segments if one.segid not in names]
        kept.insert(first, segment)
        table = contents.Contents(writer.schema, kept, writer.generation)
        contents.write(folder, index.indexname, table)
        contents.sweep(folder, index.indexname, writer.generation, kept)
    finally:
        writer.cancel()
    return True


def _gone_meanwhile(taken: list[ColumnSegment], now: dict[str, ColumnSegment]) -> Bools | None:
    masks = []
    for one in taken:
        dead = now[one.segid].dead
        gone: Any = np.zeros(one.count, bool) if dead is None else dead
        living = one.living()
        masks.append(gone if living is None else gone[living])
    together: Bools = np.concatenate(masks)
    return together if together.any() else None


class Tending:
    """A thread that merges what is due whenever it is told of a commit. ``close`` ends it."""

    def __init__(self, index: ColumnarIndex) -> None:
        self._index = index
        self._called, self._closing = threading.Event(), False
        self.failed: Exception | None = None
        self._thread = threading.Thread(target=self._run, name="tending", daemon=True)
        self._thread.start()

    def call(self) -> None:
        """There was a commit."""
        self._called.set()

    def close(self) -> None:
        """Finish the merge that is being done, and end."""
        self._closing = True
        self._called.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._closing:
            self._called.wait()
            self._called.clear()
            try:
                while not self._closing and tend(self._index):
                    pass
            except Exception as error:  # the next writer or reader meets it too, and says so
                self.failed = error
