"""The search engine: a Whoosh index in columns, its groups put, removed and asked for."""

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from app.search.base import Document, Marker, Query, Results
from app.search.execution import Execution
from app.search.folding import fold
from app.search.keeping import Keeping
from app.search.lexicon import alike, beginning, stands
from app.search.marking import WordMarker
from app.search.parsing import LONGEST, NO_WORDS, Parsed, parse
from app.search.suggesting import spoken, suggest
from app.search.syntax import Word, leaves
from app.search.view import View
from app.search.voices import named

UNAVAILABLE = "Search is not available at the moment: its index is being built."


class WhooshEngine:
    """One audience's index in a folder of its own. May be shared by threads, and the folder by processes."""

    def __init__(self, folder: Path | str, timeout: float = 30.0) -> None:
        self._index = Keeping(Path(folder), timeout)
        self._lock = threading.RLock()
        self._generation: tuple[int, ...] = ()
        self._open: View | None = None

    def put(self, groups: Mapping[str, Sequence[Document]], stamps: Mapping[str, str]) -> None:
        """Replace all documents of each group, in one commit that is on disk when this returns.

        An empty sequence with a stamp keeps the group without documents; without a stamp it removes the
        group. What was removed no longer counts for anything; its words leave the files now when few
        passages must be rewritten for that, or else with ``compact``. Broken: build anew. Busy: another
        writer.
        """
        coming = [
            (group, stamps.get(group, ""), documents)
            for group, documents in groups.items()
            if documents or group in stamps
        ]
        with self._index.writer() as writer:
            for group in groups:
                writer.delete_by_term("group", group)
            self._index.add(writer, coming)

    def compact(self) -> None:
        """Rewrite whatever still holds words that were removed. Broken and Busy as for ``put``."""
        if not self._index.empty():
            with self._index.writer(thorough=True):
                pass

    def rebuild(self, groups: Iterable[tuple[str, str, Sequence[Document]]]) -> None:
        """A fresh index of (group, stamp, documents), taking the place of the old one at the end.

        Readers go on with the old one, if it can be read, until then. ValueError when a group comes twice.
        """
        with self._index.writer(fresh=True) as writer:
            self._index.add(writer, _once(groups))

    def search(self, query: Query) -> Results:
        """The passages that answer the query; with a message and no hits when the index cannot be read."""
        parsed = _read(query)
        if parsed.empty:
            return Results(0, 0, (), {name: {} for name in query.facets}, parsed.message or NO_WORDS)
        try:
            found = Execution(self._view()).run(query, parsed.node)
        except Exception:  # whatever a damaged file makes numpy raise; a reader must get an answer
            return Results(0, 0, (), {name: {} for name in query.facets}, UNAVAILABLE)
        message = " ".join(filter(None, (parsed.message, found.message)))
        return replace(found, message=message)

    def tally(self, query: Query) -> Mapping[str, int]:
        """How many passages of each group answer; nothing when the index cannot be read."""
        parsed = _read(query)
        if parsed.empty:
            return {}
        try:
            return Execution(self._view()).tally(query, parsed.node)
        except Exception:  # as in search
            return {}

    def marker(self, query: Query) -> Marker:
        """What marks the words of this query in a text."""
        try:
            languages = self._view().languages
        except Exception:  # marking needs no index, only the languages it would have known
            languages = []
        return WordMarker(_read(query).node, languages)

    def suggest(
        self, words: str, without: frozenset[str] = frozenset(), known: frozenset[str] = frozenset()
    ) -> str:
        """The query with misspelt words replaced by words of this index, or ``""``."""
        try:
            return suggest(words[:LONGEST], self._view(), without, known)
        except Exception:  # as in search
            return ""

    def absent(
        self, words: str, without: frozenset[str] = frozenset(), known: frozenset[str] = frozenset()
    ) -> tuple[str, ...]:
        """The words a query asks for that stand nowhere in this index; none when it cannot be read."""
        node = parse(words).node
        asked = {leaf.surface for leaf in leaves(node) if isinstance(leaf, Word)} if node else set()
        try:
            view = self._view()
            new = dict.fromkeys(word.surface for word in spoken(words) if word.surface in asked)
            return tuple(word for word in new if fold(word) not in known and not stands(view, word, without))
        except Exception:  # as in search
            return ()

    def languages(self) -> frozenset[str]:
        """The languages of what is held; none when the index cannot be read."""
        try:
            return frozenset(self._view().languages)
        except Exception:  # as in search
            return frozenset()

    def alike(self, word: str, without: frozenset[str] = frozenset()) -> tuple[str, ...]:
        """Other folded words of this index that may be the same name."""
        try:
            return alike(self._view(), word, without)
        except Exception:  # as in search
            return ()

    def voices(self, words: str, without: frozenset[str] = frozenset()) -> frozenset[str]:
        """The folded words of a query that are typed as names are and that some who speak here have."""
        try:
            return named(self._view(), words[:LONGEST], without)
        except Exception:  # as in search
            return frozenset()

    def complete(self, start: str, most: int, without: frozenset[str] = frozenset()) -> tuple[str, ...]:
        """Folded words of this index that begin so, the most frequent first."""
        try:
            return beginning(self._view(), fold(start), most, without) if fold(start) else ()
        except Exception:  # as in search
            return ()

    def mark(self) -> object:
        """Changes with every commit."""
        try:
            return self._index.generation()
        except OSError:  # nothing was written yet
            return ()

    def stamps(self) -> Iterator[tuple[str, str]]:
        """Each group held, and its stamp, by group. Broken or OSError when the index cannot be read."""
        yield from self._view().stamps

    def healthy(self) -> bool:
        """Whether the index can be opened, and every file (read once, until it changes) is as written."""
        try:
            self._index.prove()
            self._view()
        except Exception:  # see search
            return False
        return True

    def close(self) -> None:
        """Let go of files; the next search opens them again."""
        with self._lock:
            self._open, self._generation = None, ()
            self._index.forget()

    def _view(self) -> View:
        """The view of the current commit: the one in hand, as long as nothing was committed since."""
        generation = self._index.generation()
        with self._lock:
            if self._open is None or generation != self._generation:
                self._open, self._generation = View(self._index.segments()), generation
            return self._open


def _read(query: Query) -> Parsed:
    return parse(query.words, query.variants, query.voices)


def _once(
    groups: Iterable[tuple[str, str, Sequence[Document]]],
) -> Iterator[tuple[str, str, Sequence[Document]]]:
    seen: set[str] = set()
    for group, stamp, documents in groups:
        if group in seen:
            raise ValueError(f"{group} comes twice")
        seen.add(group)
        yield group, stamp, documents
