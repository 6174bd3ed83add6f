"""A segment: documents of whole groups with their postings and cards, in memory or in a file of its own.

A segment never changes. Which of its groups were removed stands in the commit, and what was removed leaves
the files when segments are merged into a new one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from app.search import cards, columnfile, inverted
from app.search.arrays import Array, Bools, sizes
from app.search.base import Document
from app.search.cards import CardBox, Cards
from app.search.columnfile import ColumnFile, Seal
from app.search.inverted import Inverted
from app.search.tokens import Tokens

FULL = 3_000_000  # words gathered in memory before they are made into a segment: about 300 MB


@dataclass(frozen=True)
class Segment:
    """Postings of folded words with their places, of stems, and the cards."""

    words: Inverted
    stems: Inverted
    cards: Cards

    @cached_property
    def groups(self) -> dict[bytes, int]:
        """The number of each group, by its name in UTF-8."""
        return {name: number for number, name in enumerate(self.cards.names.all)}

    def documents(self, groups: Bools) -> Bools:
        """Which documents belong to these groups (one entry for each group)."""
        return np.repeat(groups, sizes(self.cards.documents))

    def save(self, path: Path, *, lasting: bool = True) -> Seal:
        """Write it to a file; if ``lasting``, it is on disk when this returns."""
        arrays: dict[str, Array] = {f"cards.{name}": one for name, one in self.cards.arrays().items()}
        for field, part in (("words", self.words), ("stems", self.stems)):
            arrays |= {f"{field}.{name}": part.arrays[name] for name in inverted.NAMES}
        return columnfile.write(path, arrays, {"facets": list(self.cards.facets)}, lasting=lasting)

    @classmethod
    def load(cls, path: Path, seal: Seal) -> "Segment":
        """From a file; postings are read when they are needed. OSError and Broken as for ``ColumnFile``."""
        file = ColumnFile(path, seal)
        read = Cards.read(file.part("cards"), file.said["facets"])
        return cls(Inverted(file.part("words")), Inverted(file.part("stems")), read)


class Gathering:
    """Takes groups as they come, and makes a segment of them."""

    def __init__(self) -> None:
        self._tokens, self._cards = Tokens(), CardBox()

    @property
    def full(self) -> bool:
        """Whether it is time to make a segment and begin anew."""
        return self._tokens.size >= FULL

    def add(self, group: str, stamp: str, documents: Sequence[Document]) -> None:
        """A group with its passages (perhaps none)."""
        self._cards.add(group, stamp, documents)
        for document in documents:
            self._tokens.add(document.utterances)

    def segment(self) -> Segment:
        """All that was added; to be called once, at the end."""
        words, stems, lengths = self._tokens.inverted()
        return Segment(words, stems, self._cards.cards(lengths))


def merge(parts: Sequence[tuple[Segment, Bools]]) -> Segment:
    """One segment of the groups that live (a mask for each segment's groups), in the order of the parts."""
    segments = [segment for segment, _ in parts]
    documents = [segment.documents(living) for segment, living in parts]
    return Segment(
        inverted.merge([segment.words for segment in segments], documents),
        inverted.merge([segment.stems for segment in segments], documents),
        cards.merge([segment.cards for segment in segments], [living for _, living in parts]),
    )
