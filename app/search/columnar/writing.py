"""Writes an index of columns, as Whoosh's own writer would: the same calls and lock, one file a segment."""

# mypy: allow-untyped-calls, disallow-subclassing-any=False, disable-error-code="override"

import contextlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from whoosh.index import EmptyIndexError, LockError
from whoosh.reading import SegmentReader
from whoosh.util.filelock import try_for
from whoosh.writing import IndexingError, SegmentWriter

from app.search.columnar import columnfile, contents, merging
from app.search.columnar.arrays import Bools
from app.search.columnar.codec import ColumnCodec
from app.search.columnar.columnfile import ColumnFile, Damaged, Memory
from app.search.columnar.gathering import Gathering
from app.search.columnar.policy import due
from app.search.columnar.segment import EXTENSION, ColumnSegment, data_of
from app.search.columnar.segmentdata import SegmentData
from app.search.columnar.taking import Taking

Parted = tuple[SegmentData, Bools | None]  # a segment, and a mask of its documents that live (None: all)


class ColumnarWriter(SegmentWriter):
    """Adds, changes and removes documents; nothing counts before ``commit``, and then it is on disk.

    ``limitmb`` bounds the memory for documents that are not written yet; what is more goes to disk in runs.
    ``most`` is how many documents a commit may merge (None: as many as are due), ``driven`` the size of
    segments that are rewritten as soon as something in them was removed (None: of any size). ``fresh``
    begins anew, whatever is there now, which readers go on with until the commit. LockError: another writer.
    """

    def __init__(
        self,
        ix: Any,
        timeout: float = 0.0,
        delay: float = 0.1,
        limitmb: float = 256,
        most: int | None = None,
        driven: int | None = 0,
        fresh: bool = False,
        **_: Any,
    ) -> None:
        self.writelock = ix.lock("WRITELOCK")
        if not try_for(self.writelock.acquire, timeout=timeout, delay=delay):
            self.writelock = None
            raise LockError
        self.codec = ColumnCodec()
        self.storage, self.indexname, self.ix = ix.storage, ix.indexname, ix
        try:
            info = ix.begun() if fresh else ix.latest()
        except BaseException:
            self.writelock.release()
            raise
        self.generation, self.schema, self.segments = info.generation + 1, info.schema, info.segments
        self._said = info.said if ix._schema is None else None  # the schema as it is on disk, if it is that
        self._known = {segment.segid for segment in info.segments}
        self.docnum = self.docbase = 0
        self._setup_doc_offsets()
        self.is_closed = self._added = self.optimize = False
        self.merge, self.mergetype = True, None
        self._searcher: Any = None
        self._most, self._driven, self._limit = most, driven, limitmb
        self._runs: list[Parted] = []
        self._taking = Taking(self.schema, Gathering(limitmb, self.folder))

    @property
    def folder(self) -> Path:
        """Where the index is."""
        return Path(self.storage.folder)

    # what comes in

    def add_document(self, **given: Any) -> None:
        """A document. UnknownFieldError, ValueError or TypeError leave the writer as it was."""
        self._check_state()
        taking = self._taking
        boost = self._doc_boost(given) if "_boost" in given else 1.0
        if not taking.add(given, boost):
            self._close_run(spill=True)
            taking.add(given, boost)
        self._added = True
        self.docnum += 1
        if taking.gathering.full:
            self._close_run(spill=True)

    def update_document(self, **given: Any) -> None:
        """A document, in the place of those with the same value in a unique field."""
        self._check_state()
        for name in self._unique_fields(given):
            self.delete_by_term(name, given[name])
        self.add_document(**given)

    def delete_by_term(self, fieldname: str, text: Any, searcher: Any = None) -> int:
        """Remove the documents with this term; how many there were."""
        self._check_state()
        try:
            term = self.schema[fieldname].to_bytes(text)
        except (ValueError, KeyError):
            return 0
        removed = 0
        for segment in self.segments:
            part = data_of(self.storage, segment).fields.get(fieldname)
            number = part.terms.find(term) if part is not None else -1
            if part is not None and number >= 0:
                documents = part.documents(number)
                before = segment.deleted_count()
                segment.dead = np.zeros(segment.count, bool) if segment.dead is None else segment.dead
                segment.dead[documents] = True
                removed += segment.deleted_count() - before
        return removed

    def add_field(self, fieldname: str, fieldspec: Any, **kwargs: Any) -> None:
        """Add a field to the schema, before any document."""
        self._schema_changes()
        super().add_field(fieldname, fieldspec, **kwargs)

    def remove_field(self, fieldname: str) -> None:
        """Remove a field from the schema, before any document."""
        self._schema_changes()
        super().remove_field(fieldname)

    def _schema_changes(self) -> None:
        if self._said is not None:
            self.schema = self.ix._read_toc().schema  # readers may have the other
        self._said, self._taking = None, Taking(self.schema, self._taking.gathering)

    def add_reader(self, reader: Any) -> None:
        """All living documents of another reader."""
        self._check_state()
        self._close_run(spill=False)
        segment = reader.segment() if isinstance(reader, SegmentReader) else None
        if isinstance(segment, ColumnSegment):
            part: Parted = (data_of(reader.storage(), segment), segment.living())
        elif not reader.is_atomic():
            for leaf, _ in reader.leaf_readers():
                self.add_reader(leaf)
            return
        else:
            part = (self._foreign(reader), None)
        self._runs.append(part)
        self.docnum += part[0].count if part[1] is None else int(part[1].sum())
        self._added = True

    def _foreign(self, reader: Any) -> SegmentData:
        """The documents of a reader of another codec."""
        segment = self.codec.new_segment(self.storage, self.indexname)
        self.perdocwriter = self.codec.per_document_writer(self.storage, segment)
        before, self.docnum = self.docnum, 0
        names = {name for name in reader.indexed_field_names() if name in self.schema}
        try:
            numbers = self.write_per_doc(set(self.schema.names()) | names, reader)
        finally:
            self.docnum = before
        self.perdocwriter.close()
        gathering = segment.gathering
        assert gathering is not None
        for fieldname, text, docnum, weight, value in reader.iter_postings():
            if fieldname in self.schema and (numbers is None or docnum in numbers):
                gathering.document = docnum if numbers is None else numbers[docnum]
                gathering.post(fieldname, self.schema[fieldname].format, text, weight, value)
        return SegmentData(gathering.made(segment.count))

    def reader(self, reuse: Any = None) -> Any:
        """A reader of what was committed, without what this writer has removed."""
        self._check_state()
        return self.ix.reader_of(self.schema, self.segments, self.generation)

    def iter_postings(self) -> NoReturn:
        """Postings are kept as columns, not one by one."""
        raise NotImplementedError("documents that are not committed have no postings to walk")

    # what goes out

    def commit(self, mergetype: Any = None, optimize: bool | None = None, merge: bool | None = None) -> None:
        """Make all changes count, on disk when this returns. Arguments as for Whoosh's ``SegmentWriter``.

        OSError when the disk is full and Damaged when a segment that is to be merged is not as written:
        then nothing has changed, and the lock is free.
        """
        self._check_state()
        try:
            kept, taken = self._chosen(mergetype, optimize, merge)
            self._close_run(spill=False)
            parts = [*((data_of(self.storage, one), one.living()) for one in taken), *self._runs]
            self.segments = [*kept, *self._made(parts)]
            self._commit_toc(self.segments)
        finally:
            self._release()

    def _commit_toc(self, segments: list[ColumnSegment]) -> None:
        table = contents.Contents(self.schema, segments, self.generation, self._said)
        fresh = any(segment.segid not in self._known for segment in segments)
        contents.write(self.folder, self.indexname, table, fresh=fresh)
        contents.sweep(self.folder, self.indexname, self.generation, segments)
        self.ix.committed(table)

    def cancel(self) -> None:
        """Forget all changes."""
        self._check_state()
        try:
            self._close_segment()
            with contextlib.suppress(EmptyIndexError, Damaged):
                table = self.ix._read_toc()
                contents.sweep(self.folder, self.indexname, table.generation, table.segments)
        finally:
            self._release()

    def _close_segment(self) -> None:
        self._runs = []

    def _chosen(
        self, mergetype: Any, optimize: bool | None, merge: bool | None
    ) -> tuple[list[Any], list[Any]]:
        """Segments that stay as they are, and those that are taken up into the new one."""
        mergetype = mergetype or self.mergetype
        living = [one for one in self.segments if one.count > one.deleted_count()]
        if mergetype is not None:
            return list(mergetype(self, living)), []
        if optimize if optimize is not None else self.optimize:
            whole = len(living) == 1 and living[0].living() is None and not self.docnum
            return (living, []) if whole else ([], living)
        if not (merge if merge is not None else self.merge):
            return living, []
        taken = due(living, self.docnum if self._added else None, self._most, self._driven)
        return [one for one in living if one not in taken], taken

    def _made(self, parts: Sequence[Parted]) -> list[ColumnSegment]:
        parts = [part for part in parts if part[0].count and (part[1] is None or part[1].any())]
        if not parts:
            return []
        segment = ColumnSegment(self.indexname)
        path = self.folder / segment.make_filename(EXTENSION)
        first = parts[0][0].source
        if len(parts) == 1 and isinstance(first, Memory):
            segment.seal, segment.count = columnfile.write(path, first), parts[0][0].count
        else:
            segment.seal, segment.count = merging.merge(path, parts, wanted=self._wanted())
        return [segment]

    def detached(self) -> ColumnSegment | None:
        """A segment of what was added, on disk but in no commit; None if there is nothing."""
        self._close_run(spill=False)
        made = self._made(self._runs)
        self._runs, self.docnum, self._added = [], 0, False
        return made[0] if made else None

    def _wanted(self) -> Callable[[str], bool]:
        spelled = {
            field.spelling_fieldname(name) for name, field in self.schema.items() if field.separate_spelling()
        }
        return lambda name: name in self.schema or name in spelled

    def _close_run(self, spill: bool) -> None:
        """Make arrays of what was gathered; ``spill`` them to a file that goes with the commit."""
        if not self._taking.count:
            return
        gathering, count = self._taking.handed(Gathering(self._limit, self.folder))
        made: Any = gathering.made(count)
        if spill:
            path = self.folder / ColumnSegment(self.indexname).make_filename(EXTENSION)
            made = ColumnFile(path, columnfile.write(path, made, lasting=False))
        self._runs.append((SegmentData(made), None))

    def _release(self) -> None:
        if self._searcher is not None:
            self._searcher._orig_close()
            self._searcher = None
        if self.writelock:
            self.writelock.release()
            self.writelock = None
        self._runs, self.is_closed = [], True

    def _check_state(self) -> None:
        if self.is_closed:
            raise IndexingError("This writer is closed")
