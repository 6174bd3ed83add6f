"""What any search engine must be able to do, and the words it is spoken to in.

The engine finds; it never speaks. A hit names a group (a testimony) and one of its
documents (a passage), and the words shown come from elsewhere. An engine belongs to
one audience: what that audience may not read is not in it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Utterance:
    """Words of one segment: their language (BCP 47, may be empty), speaker and text."""

    text: str
    language: str = ""
    speaker: str = ""
    asks: bool = False  # spoken by a questioner, not by the narrator


@dataclass(frozen=True, slots=True)
class Document:
    """One findable passage. ``number`` is its position in its group, from zero.

    ``facets`` holds values to filter and count by (collection, event, claim, tag, place,
    language, year, media, speaker); ``date`` sorts (ISO day, empty when unknown).
    """

    group: str
    number: int
    first: int
    last: int
    utterances: tuple[Utterance, ...]
    facets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    date: str = ""


@dataclass(frozen=True, slots=True)
class Query:
    """A question. ``words`` is the query language; ``filters`` come from facets.

    ``variants`` maps a folded word or phrase of the query to other forms it is to be
    found under as well; folded words among ``voices`` also find passages in which somebody of that name
    speaks. ``group`` restricts to one testimony; the groups of ``without`` are not found, counted or shown,
    whatever the index still holds of them. No words but a filter or a group ask for all there is of it.
    """

    words: str
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    variants: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    voices: frozenset[str] = frozenset()
    group: str = ""
    without: frozenset[str] = frozenset()
    sort: str = "relevance"  # relevance, date, -date
    offset: int = 0
    limit: int = 20
    each: int = (
        0  # passages of a group at most, of the best; offset and limit then count groups (0: passages)
    )
    facets: tuple[str, ...] = ()  # which facets to count


@dataclass(frozen=True, slots=True)
class Hit:
    """Where to look: never the words themselves."""

    group: str
    number: int
    first: int
    last: int
    score: float


@dataclass(frozen=True, slots=True)
class Results:
    """``total`` passages in ``groups`` testimonies; facet counts are of testimonies.

    ``message`` says, in plain words, what of the query could not be understood. When groups were asked for,
    ``sizes`` has how many passages of each one shown answer.
    """

    total: int
    groups: int
    hits: tuple[Hit, ...]
    facets: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    message: str = ""
    sizes: Mapping[str, int] = field(default_factory=dict)


class Marker(Protocol):
    """Finds in a text the words that a query asked for."""

    def spans(self, text: str, language: str = "") -> Sequence[tuple[int, int]]:
        """Start and end (code points) of each matching word, in order, not overlapping."""


class Engine(Protocol):
    """One audience's index."""

    def put(self, groups: Mapping[str, Sequence[Document]], stamps: Mapping[str, str]) -> None:
        """Replace all documents of each group, in one commit.

        ``stamps`` says for each group which edition it is (an opaque word for ``stamps()``). An empty
        sequence with a stamp keeps the group without documents; without a stamp it removes the group.
        Broken when the index cannot be read, Busy when another writer holds it.
        """

    def compact(self) -> None:
        """Drive the words of removed documents out of the files as well. Broken and Busy as for ``put``."""

    def search(self, query: Query) -> Results:
        """The passages that answer the query. Never raises for anything a reader typed."""

    def tally(self, query: Query) -> Mapping[str, int]:
        """How many passages of each group answer, for every group that has any.

        The order, the page and the facets of the query do not matter. Empty when there is no word to look
        for, or the index cannot be read.
        """

    def marker(self, query: Query) -> Marker:
        """What marks the words of this query in a text."""

    def suggest(
        self, words: str, without: frozenset[str] = frozenset(), known: frozenset[str] = frozenset()
    ) -> str:
        """The query with misspelt words replaced by words of this index, or ``""``.

        Words of the groups of ``without`` are not told; folded words that are ``known`` are left alone.
        """

    def absent(
        self, words: str, without: frozenset[str] = frozenset(), known: frozenset[str] = frozenset()
    ) -> tuple[str, ...]:
        """The words a query asks for, as typed, that stand nowhere in any form but in groups of ``without``.

        Folded words that are ``known`` are left out.
        """

    def languages(self) -> frozenset[str]:
        """The languages (two letters) of what is held."""

    def alike(self, word: str, without: frozenset[str] = frozenset()) -> tuple[str, ...]:
        """Folded words of this index that may be the same name as ``word``, spelt as heard, in any script.

        The most frequent first. Of many words that are no names they say too much: see who is widened by it.
        """

    def voices(self, words: str, without: frozenset[str] = frozenset()) -> frozenset[str]:
        """The folded words of a query that are typed as names are and that some who speak here have.

        Names that many have are nobody's in particular, and are left out.
        """

    def complete(self, start: str, most: int, without: frozenset[str] = frozenset()) -> tuple[str, ...]:
        """Folded words of this index that begin with ``start``, the most frequent first."""

    def mark(self) -> object:
        """What differs once something was committed: to know how long something worked out here holds."""

    def stamps(self) -> Iterator[tuple[str, str]]:
        """Each group held, and its stamp: to hold against the database."""

    def rebuild(self, groups: Iterable[tuple[str, str, Sequence[Document]]]) -> None:
        """A fresh index of (group, stamp, documents), taking the place of the old one at the end.

        Readers go on with the old one, if it can be read, until then.
        """

    def healthy(self) -> bool:
        """Whether the index can be opened and read."""

    def close(self) -> None:
        """Let go of files."""


class Broken(Exception):
    """The index cannot be read: build it anew. Raised by writing only; ``search`` says it in a message."""


class Busy(Exception):
    """Another writer holds the index: try again later."""
