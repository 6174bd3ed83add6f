"""Keeps the index of one audience on disk: opened, proved, and written by one writer at a time."""

# mypy: allow-untyped-calls

import contextlib
import os
import re
import shutil
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from whoosh.index import LockError

from app.search.analysis import stem_language
from app.search.base import Broken, Busy, Document
from app.search.columnar import contents
from app.search.columnar.columnfile import ColumnFile
from app.search.columnar.indexing import NAME, ColumnarIndex, ColumnarStorage
from app.search.columnar.policy import due
from app.search.columnar.schemafile import dumped
from app.search.columnar.segment import EXTENSION, ColumnSegment, data_of, forget, mark_of
from app.search.columnar.segmentdata import SegmentData
from app.search.columnar.writing import ColumnarWriter
from app.search.schema import FACET, schema

DRIVEN = 20_000  # documents of a segment that is rewritten at once when something in it was removed
LIMIT = 180  # megabytes for what comes in: about three million words
MOST = 100_000  # documents that a change may merge with what comes; more are merged when all is compacted

EARLIER = re.compile(r"current(\.new)?|lock|g[0-9a-f]{16}")  # files of the index before it was Whoosh's

_Mark = tuple[int, ...]


class Keeping:
    """The index in a folder, which may not be there yet."""

    def __init__(self, folder: Path, timeout: float) -> None:
        self.folder, self.timeout = folder, timeout
        self.storage = ColumnarStorage(str(folder))
        self._schema = schema()
        self._said = dumped(self._schema)
        self._proved: dict[str, _Mark] = {}

    def generation(self) -> _Mark:
        """Changes with every commit; costs one look at the folder."""
        return contents.latest(self.folder, NAME), self.folder.stat().st_ino

    def contents(self) -> contents.Contents:
        """The current commit. OSError when there is none, Broken when it cannot be understood."""
        try:
            found = contents.read(self.folder, NAME, self._schema)
        except Exception as error:
            raise Broken(f"the index cannot be read: {error}") from error
        if found.said != self._said:
            raise Broken("the index was written by another version")
        return found

    def segments(self) -> list[tuple[ColumnSegment, SegmentData]]:
        """The segments of the current commit, open.

        A file that goes away meanwhile means that a writer has committed: look again.
        Broken when files are missing, are not what was written, or cannot be opened.
        """
        for attempt in range(10):
            table = self.contents()
            try:
                found = [(one, data_of(self.storage, one)) for one in table.segments]
            except Exception as error:
                if attempt > 1 and self.contents().generation == table.generation:
                    raise Broken(f"the index cannot be opened: {error}") from error
                time.sleep(0.01 * attempt)
                continue
            forget(self.storage, {one.make_filename(EXTENSION) for one in table.segments}, NAME)
            return found
        raise Broken("the index changes faster than it can be opened")

    def forget(self) -> None:
        """Let go of open files."""
        forget(self.storage, set(), NAME)

    def prove(self) -> None:
        """Read every file whole (once, until it changes). Broken or OSError when one is not as written."""
        for segment in self.contents().segments:
            path = self.folder / segment.make_filename(EXTENSION)
            mark = mark_of(path)
            if self._proved.get(path.name) != mark:
                assert segment.seal is not None
                try:
                    ColumnFile(path, segment.seal).prove()
                except OSError:
                    raise
                except Exception as error:
                    raise Broken(f"the index is damaged: {error}") from error
                self._proved[path.name] = mark

    @contextlib.contextmanager
    def writer(self, *, fresh: bool = False, thorough: bool = False) -> Iterator[ColumnarWriter]:
        """Change the index: what was done counts, all of it, when this ends without an exception.

        ``fresh`` begins anew. ``thorough`` rewrites whatever holds something that was removed. Busy when
        another writer does not finish in time, Broken when what is there cannot be read.
        """
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.chmod(self.folder, 0o700)
        fresh = fresh or self.empty()
        most, driven = (None, None) if thorough else (MOST, DRIVEN)
        index = ColumnarIndex.unread(self.storage, self._schema)
        try:
            writer = ColumnarWriter(index, self.timeout, 0.02, LIMIT, most=most, driven=driven, fresh=fresh)
        except LockError:
            raise Busy("another writer holds the index") from None
        except Exception as error:
            raise Broken(f"the index cannot be read: {error}") from error
        try:
            if not fresh:
                self.contents()
                self.prove()
            yield writer
            if thorough and not due(writer.segments, 0, most, driven):
                writer.cancel()
            else:
                writer.commit()
        except BaseException:
            if not writer.is_closed:
                writer.cancel()
            raise
        if fresh:
            self._clear()
        for segment in writer.segments:  # just written, or proved before
            path = self.folder / segment.make_filename(EXTENSION)
            self._proved[path.name] = mark_of(path)

    def empty(self) -> bool:
        """Whether nothing was ever written here."""
        return not self.folder.exists() or not any(
            path.name.endswith((".toc", EXTENSION)) or EARLIER.fullmatch(path.name)
            for path in self.folder.iterdir()
        )

    def _clear(self) -> None:
        """Remove the index that an earlier version of the program left here, and the words in it."""
        for path in self.folder.iterdir():
            if EARLIER.fullmatch(path.name):
                if path.is_dir():
                    shutil.rmtree(path)
                else:
                    path.unlink()

    @staticmethod
    def add(writer: ColumnarWriter, groups: Iterable[tuple[str, str, Sequence[Document]]]) -> None:
        """Add groups: (group, stamp, documents)."""
        for group, stamp, documents in groups:
            for document in documents:
                writer.add_document(group=group, stamp=stamp, **_fields(document))
            if not documents:
                writer.add_document(group=group, stamp=stamp, empty="1")


def _fields(document: Document) -> dict[str, Any]:
    languages = {stem_language(one.language) for one in document.utterances} - {""}
    return {
        "words": document.utterances,
        "number": document.number,
        "first": document.first,
        "last": document.last,
        "date": document.date.encode() or None,
        "stemmed": tuple(sorted(languages)),
        **{FACET + name: tuple(values) for name, values in document.facets.items()},
    }
