"""The search engine on Whoosh: its postings, columns and segments, our analysis, ranking and commits."""

# mypy: allow-untyped-calls
# Whoosh's public names are typed, its constructors and writers are not.

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from whoosh.reading import SegmentReader, TermNotFound
from whoosh.writing import SegmentWriter

from app.search.base import Document, Marker, Query, Results
from app.search.columns import SegmentCards, read_segment
from app.search.execution import Execution
from app.search.marking import WordMarker
from app.search.parsing import NO_WORDS, parse
from app.search.schema import rows
from app.search.store import Store
from app.search.suggesting import Lexicon, suggest
from app.search.view import View

AT_ONCE = 2000  # documents of a segment that is rewritten at once when some of it was removed
LEAST = 50  # documents: a segment up to twice as large is always taken up into the next

UNAVAILABLE = "Search is not available at the moment: its index is being built."


class WhooshEngine:
    """One audience's index in a folder of its own. May be shared by threads, and the folder by processes."""

    def __init__(self, folder: Path | str, timeout: float = 30.0) -> None:
        self._store = Store(Path(folder), timeout)
        self._lock = threading.RLock()
        self._signature: tuple[int, ...] = ()
        self._open: View | None = None
        self._cards: dict[str, SegmentCards] = {}
        self._lexicon: tuple[View, Lexicon] | None = None

    def put(self, groups: Mapping[str, Sequence[Document]], stamps: Mapping[str, str]) -> None:
        """Replace all documents of each group, in one commit that is on disk when this returns.

        An empty sequence with a stamp keeps the group without documents; without a stamp it removes the
        group. What was removed no longer counts for anything; its words leave the files now when few
        passages must be rewritten for that, or else with ``compact``. Broken: build anew. Busy: another
        writer.
        """

        def change(writer: SegmentWriter) -> Any:
            _remove(writer, groups)
            for group, documents in groups.items():
                if documents or group in stamps:
                    for row in rows(group, stamps.get(group, ""), documents):
                        writer.add_document(**row)
            return _Policy(AT_ONCE)

        with self._store.locked():
            self._store.write(change, fresh=self._store.empty())

    def compact(self) -> None:
        """Rewrite whatever still holds words that were removed. Broken and Busy as for ``put``."""
        with self._store.locked():
            if any(reader.has_deletions() for reader in self._store.segments({})[1]):
                self._store.write(lambda writer: _Policy(None))

    def rebuild(self, groups: Iterable[tuple[str, str, Sequence[Document]]]) -> None:
        """A fresh index of (group, stamp, documents), taking the place of the old one at the end.

        Readers go on with the old one, if it can be read, until then. ValueError when a group comes twice.
        """

        def change(writer: SegmentWriter) -> Any:
            seen: set[str] = set()
            for group, stamp, documents in groups:
                if group in seen:
                    raise ValueError(f"{group} comes twice")
                seen.add(group)
                for row in rows(group, stamp, documents):
                    writer.add_document(**row)
            return _Policy(0)

        with self._store.locked():
            self._store.write(change, fresh=True, memory=256)

    def search(self, query: Query) -> Results:
        """The passages that answer the query; with a message and no hits when the index cannot be read."""
        parsed = parse(query.words, query.variants)
        if parsed.empty:
            return Results(0, 0, (), {name: {} for name in query.facets}, parsed.message or NO_WORDS)
        try:
            found = Execution(self._view()).run(query, parsed.node)
        except Exception:  # whatever a damaged file makes Whoosh raise; a reader must get an answer
            return Results(0, 0, (), {name: {} for name in query.facets}, UNAVAILABLE)
        message = " ".join(filter(None, (parsed.message, found.message)))
        return Results(found.total, found.groups, found.hits, found.facets, message)

    def marker(self, query: Query) -> Marker:
        """What marks the words of this query in a text."""
        try:
            languages = self._view().columns.languages
        except Exception:  # marking needs no index, only the languages it would have known
            languages = []
        return WordMarker(parse(query.words, query.variants).node, languages)

    def suggest(self, words: str) -> str:
        """The query with misspelt words replaced by words of this index, or ``""``."""
        try:
            view = self._view()
            with self._lock:
                if self._lexicon is None or self._lexicon[0] is not view:
                    self._lexicon = (view, Lexicon(view))
                lexicon = self._lexicon[1]
            return suggest(words[:1000], view, lexicon)
        except Exception:  # as in search
            return ""

    def stamps(self) -> Iterator[tuple[str, str]]:
        """Each group held, and its stamp, by group. Broken or OSError when the index cannot be read."""
        yield from self._view().columns.stamps

    def healthy(self) -> bool:
        """Whether the index can be opened, and every file (read once, until it changes) is as written."""
        try:
            self._store.prove(self._store.commit())
            self._view()
        except Exception:  # see search
            return False
        return True

    def close(self) -> None:
        """Let go of files; the next search opens them again."""
        with self._lock:
            self._open, self._lexicon, self._signature = None, None, ()
            self._cards = {}

    def _view(self) -> View:
        """The view of the current commit: the one in hand, as long as nothing was committed since."""
        signature = self._store.signature()
        with self._lock:
            if self._open is None or signature != self._signature:
                opened: dict[str, SegmentReader] = {}
                if self._open is not None:
                    opened = {_name(reader): reader for reader in self._open.readers}
                _, readers = self._store.segments(opened)
                cards = [self._cards.get(_name(reader)) or read_segment(reader) for reader in readers]
                self._cards = dict(zip(map(_name, readers), cards, strict=True))
                self._open = View(readers, cards)
                self._signature = signature
            return self._open


def _name(reader: SegmentReader) -> str:
    segment: Any = reader.segment()
    return str(segment.segment_id())


def _remove(writer: SegmentWriter, groups: Iterable[str]) -> None:
    reader = writer.reader()
    try:
        for group in groups:
            try:
                documents = list(reader.postings("group", group.encode()).all_ids())
            except TermNotFound:
                continue
            for document in documents:
                writer.delete_document(document)
    finally:
        reader.close()


class _Policy:
    """Which segments a commit takes up into the new one.

    Small ones, and those from which something was removed, up to ``at_once`` documents (None: all of them).
    """

    def __init__(self, at_once: int | None) -> None:
        self.at_once = at_once

    def __call__(self, writer: SegmentWriter, segments: Sequence[Any]) -> list[Any]:
        kept = []
        taken = max(writer.docnum, LEAST)
        for segment in sorted(segments, key=lambda segment: segment.doc_count_all()):
            size = segment.doc_count_all()
            holed = segment.has_deletions() and (self.at_once is None or size <= self.at_once)
            if not segment.doc_count():
                continue
            if holed or size <= 2 * taken:
                reader = SegmentReader(writer.storage, writer.schema, segment)
                writer.add_reader(reader)
                reader.close()
                taken += segment.doc_count()
            else:
                kept.append(segment)
        return kept
