"""An index of columns: opened, read, refreshed and written like any index of Whoosh's."""

# mypy: allow-untyped-calls, allow-untyped-defs, disallow-subclassing-any=False

import contextlib
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from whoosh.fields import Schema, ensure_schema
from whoosh.filedb.filestore import FileStorage
from whoosh.index import FileIndex
from whoosh.reading import EmptyReader, MultiReader, SegmentReader

from app.search.columnar import contents
from app.search.columnar.segment import EXTENSION, ColumnSegment, forget, mark_of

NAME = "MAIN"


class ColumnarReader(SegmentReader):
    """Whoosh's reader of one segment. Its files are shared, so that closing it closes nothing."""

    def close(self) -> None:
        """No more reading."""
        self.is_closed = True


class ColumnarIndex(FileIndex):
    """An index in a folder. Any number of readers in any number of processes, and one writer at a time."""

    storage: FileStorage
    _opened: contents.Contents | None = None  # what was read or written last, for the next reader
    _written: tuple[tuple[int, ...], contents.Contents] | None = (
        None  # and for the next writer, with its mark
    )

    def __init__(self, storage: FileStorage, schema: Schema | None = None, indexname: str = NAME) -> None:
        self.storage, self._schema, self.indexname = storage, schema and ensure_schema(schema), indexname
        self._opened = self._read_toc()

    @classmethod
    def unread(cls, storage: FileStorage, schema: Schema, indexname: str = NAME) -> "ColumnarIndex":
        """The index that may be here or not, for a writer that begins it ``fresh``."""
        found = cls.__new__(cls)
        found.storage, found._schema, found.indexname = storage, ensure_schema(schema), indexname
        return found

    def begun(self) -> contents.Contents:
        """What an index has of which nothing is written yet; its generation is the newest there is."""
        assert self._schema is not None
        return contents.Contents(self._schema, [], max(self.latest_generation(), 0))

    @classmethod
    def create(cls, storage: FileStorage, schema: Schema, indexname: str = NAME) -> "ColumnarIndex":
        """A new, empty index, in the place of one of the same name."""
        folder = Path(storage.folder)
        folder.mkdir(parents=True, exist_ok=True)
        generation = contents.latest(folder, indexname) + 1
        contents.write(folder, indexname, contents.Contents(ensure_schema(schema), [], generation))
        contents.sweep(folder, indexname, generation, [])
        return cls(storage, schema, indexname)

    def committed(self, table: contents.Contents) -> None:
        """What a writer of this index has brought to disk, for the next reader and the next writer."""
        self._opened, self._written = table, (mark_of(self._table(table.generation)), table)

    def _table(self, generation: int) -> str:
        return f"{self.storage.folder}/_{self.indexname}_{generation}.toc"

    def latest(self) -> contents.Contents:
        """The newest contents, for a writer, whose own the segments are. EmptyIndexError or Damaged."""
        if self._written is not None and self._written[1].generation == self.latest_generation():
            mark, known = self._written
            with contextlib.suppress(FileNotFoundError):
                if mark_of(self._table(known.generation)) == mark:
                    segments = [one.copied() for one in known.segments]
                    return contents.Contents(known.schema, segments, known.generation, known.said)
        return self._read_toc()

    def latest_generation(self) -> int:
        """The generation that was committed last; -1: there is no index."""
        return contents.latest(self.storage.folder, self.indexname)

    def last_modified(self) -> Any:
        """When it was committed."""
        return os.stat(self._table(self.latest_generation())).st_mtime

    @property
    def release(self) -> tuple[int, int, int]:
        """The release of the codec."""
        return (contents.VERSION, 0, 0)

    @property
    def version(self) -> int:
        """The version of the format."""
        return contents.VERSION

    def _read_toc(self) -> contents.Contents:
        return contents.read(self.storage.folder, self.indexname, self._schema)

    def writer(self, procs: int = 1, **kwargs: Any) -> Any:
        """A writer; LockError when there is another one. For several processes see ``building``."""
        from app.search.columnar.writing import ColumnarWriter

        return ColumnarWriter(self, **kwargs)

    def reader_of(self, schema: Schema, segments: Sequence[ColumnSegment], generation: int) -> Any:
        """A reader of these segments. OSError or Damaged."""
        readers = [
            ColumnarReader(self.storage, schema, segment, generation=generation) for segment in segments
        ]
        if not readers:
            return _Empty(schema, generation)
        return readers[0] if len(readers) == 1 else MultiReader(list(readers), generation=generation)

    def reader(self, reuse: Any = None) -> Any:
        """A reader of the newest commit. Damaged when its files are not what was written.

        A file that goes away meanwhile means that a writer has committed: look again.
        """
        for attempt in range(20):
            info, self._opened = self._opened, None
            if info is None or info.generation != self.latest_generation():
                info = self._read_toc()
            try:
                found = self.reader_of(info.schema, info.segments, info.generation)
            except FileNotFoundError:
                if attempt > 2 and self.latest_generation() == info.generation:
                    raise
                time.sleep(0.002 * attempt)
                continue
            forget(self.storage, {one.make_filename(EXTENSION) for one in info.segments}, self.indexname)
            return _with_memory(found, reuse, info.generation)
        raise OSError("the index changes faster than it can be opened")

    def searcher(self, **kwargs: Any) -> Any:
        """A searcher that evaluates whole arrays, and Whoosh's own for what it does not know."""
        from app.search.columnar.searching import ColumnarSearcher

        return ColumnarSearcher(self.reader(), fromindex=self, **kwargs)


def _with_memory(reader: Any, before: Any, generation: int) -> Any:
    """The reader, and what the one before had in memory: Whoosh's ``BufferedWriter`` counts on it."""
    leaves = [] if before is None else [leaf for leaf, _ in before.leaf_readers()]
    kept = [leaf for leaf in leaves if leaf.segment() and not isinstance(leaf.segment(), ColumnSegment)]
    if not kept:
        return reader
    return MultiReader([*(leaf for leaf, _ in reader.leaf_readers()), *kept], generation=generation)


class _Empty(EmptyReader):
    """A reader of nothing that knows its generation."""

    def __init__(self, schema: Schema, generation: int) -> None:
        super().__init__(schema)
        self._generation = generation

    def generation(self) -> int:
        """The commit that has no documents."""
        return self._generation


class ColumnarStorage(FileStorage):
    """A folder whose indexes are indexes of columns."""

    def create_index(self, schema, indexname=NAME, indexclass=None):
        """A new index here."""
        return ColumnarIndex.create(self, schema, indexname)

    def open_index(self, indexname=NAME, schema=None, indexclass=None):
        """The index here. EmptyIndexError: there is none."""
        return ColumnarIndex(self, schema, indexname)


def create_in(folder: str | Path, schema: Schema, indexname: str = NAME) -> ColumnarIndex:
    """A new, empty index in this folder."""
    return ColumnarIndex.create(ColumnarStorage(str(folder)), schema, indexname)


def open_dir(folder: str | Path, indexname: str = NAME, schema: Schema | None = None) -> ColumnarIndex:
    """The index in this folder. EmptyIndexError: there is none. Damaged: it is not what was written."""
    return ColumnarIndex(ColumnarStorage(str(folder)), schema, indexname)
