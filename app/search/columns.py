"""The cards of an index as arrays: where each passage stands, in which group, with which facets.

Arrays are made once for a commit, from parts kept for each segment, and never changed, so threads share them.
Everything is in terms of what is alive: nothing about a removed document can be told from them.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from whoosh.reading import SegmentReader

from app.search.schema import Facets, read_group, read_passage

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class SegmentCards:
    """The cards of one segment, dead or alive, one entry for each document.

    ``places`` are rows of set (-1: the card of a group), number, first, last, length; ``owners`` are
    ordinals in ``names``; ``groups`` are the cards of groups by document.
    """

    places: Ints
    owners: Ints
    names: list[str]
    groups: dict[int, tuple[str, str, list[str], list[Facets]]]


def read_segment(reader: SegmentReader) -> SegmentCards:
    """Read the cards of one segment."""
    column: Any = reader.column_reader("card", translate=False)
    count = reader.doc_count_all()
    places = np.full((count, 5), -1, np.int64)
    owners = np.full(count, -1, np.int64)
    known: dict[str, int] = {}
    groups = {}
    for document in range(count):
        card = bytes(column[document])
        passage = read_passage(card)
        if passage is None:
            groups[document] = read_group(card)
        else:
            *place, name = passage
            places[document] = place
            owners[document] = known.setdefault(name, len(known))
    return SegmentCards(places, owners, list(known), groups)


@dataclass(frozen=True, slots=True)
class FacetColumn:
    """One facet: sorted ``values``, and those of facet set ``s``: ``ordinals[starts[s]:starts[s + 1]]``."""

    values: list[str]
    starts: Ints
    ordinals: Ints


class Columns:
    """All passages of a commit, in the order of its segments.

    Attributes, one entry for each document: ``alive`` (a passage, and not removed), ``set``, ``number``,
    ``first``, ``last``, ``length`` (words) and ``group`` (ordinal in ``groups``, which is sorted). One entry
    for each facet set: ``set_group``, ``set_date`` (ordinal in ``dates``; -1 unknown).
    """

    def __init__(self, segments: Sequence[tuple[SegmentCards, Bools]]) -> None:
        cards = [
            card
            for segment, dead in segments
            for document, card in segment.groups.items()
            if not dead[document]
        ]
        cards.sort(key=lambda card: card[0])
        self.groups = [card[0] for card in cards]
        self.stamps = [(card[0], card[1]) for card in cards]
        self.languages = sorted({language for card in cards for language in card[2]})
        self._read_sets([card[3] for card in cards])
        self._read_places(segments)
        self.count = int(self.alive.sum())
        self.mean = float(self.length[self.alive].sum()) / self.count if self.count else 1.0

    def _read_sets(self, sets: list[list[Facets]]) -> None:
        sizes = np.fromiter(map(len, sets), np.int64, len(sets))
        self.set_start = np.concatenate(([0], np.cumsum(sizes))).astype(np.int64)
        self.set_group = np.repeat(np.arange(len(sets)), sizes)
        flat = [one for group in sets for one in group]
        self.dates = sorted({date for date, _ in flat if date})
        ranks = {date: rank for rank, date in enumerate(self.dates)}
        self.set_date = np.fromiter((ranks.get(date, -1) for date, _ in flat), np.int64, len(flat))
        pairs: dict[str, list[tuple[int, str]]] = defaultdict(list)
        for index, (_, facets) in enumerate(flat):
            for name, values in facets.items():
                pairs[name].extend((index, value) for value in values)
        self.facets: Mapping[str, FacetColumn] = {
            name: _facet_column(found, len(flat)) for name, found in pairs.items()
        }

    def _read_places(self, segments: Sequence[tuple[SegmentCards, Bools]]) -> None:
        ordinals = {name: ordinal for ordinal, name in enumerate(self.groups)}
        places, groups, alive = [np.empty((0, 5), np.int64)], [np.empty(0, np.int64)], [np.empty(0, bool)]
        for segment, dead in segments:
            names = np.array([ordinals.get(name, -1) for name in segment.names] + [-1], np.int64)
            groups.append(names[segment.owners])
            places.append(segment.places)
            alive.append((segment.owners >= 0) & ~dead)
        rows = np.concatenate(places)
        self.alive: Bools = np.concatenate(alive)
        self.group: Ints = np.concatenate(groups)
        self.number, self.first, self.last, self.length = np.ascontiguousarray(rows.T[1:])
        self.set: Ints = np.where(self.alive, self.set_start[self.group] + rows[:, 0], 0)

    def count_groups(self, documents: Ints) -> int:
        """How many groups these documents belong to."""
        return int(np.count_nonzero(np.bincount(self.group[documents], minlength=1)))

    def count_facet(self, name: str, documents: Ints) -> dict[str, int]:
        """For each value of a facet how many groups have one of these documents with it; most first."""
        column = self.facets.get(name)
        if column is None or not len(documents):
            return {}
        sets = np.flatnonzero(np.bincount(self.set[documents], minlength=1))
        starts, sizes = column.starts[sets], column.starts[sets + 1] - column.starts[sets]
        skipped = np.repeat(starts - np.concatenate(([0], np.cumsum(sizes)[:-1])), sizes)
        values = column.ordinals[skipped + np.arange(len(skipped))]
        groups = np.repeat(self.set_group[sets], sizes)
        pairs = np.unique(groups * len(column.values) + values)
        counts = np.bincount(pairs % len(column.values), minlength=1)
        order = sorted(np.flatnonzero(counts).tolist(), key=lambda value: (-counts[value], value))
        return {column.values[value]: int(counts[value]) for value in order}

    def having(self, name: str, fits: Sequence[bool]) -> Bools:
        """Which documents have one of the facet's values for which ``fits`` (one for each value) holds."""
        column = self.facets.get(name)
        if column is None:
            return np.zeros(len(self.alive), bool)
        chosen = np.concatenate(([0], np.cumsum(np.array(fits, bool)[column.ordinals])))
        sets = chosen[column.starts[1:]] > chosen[column.starts[:-1]]
        found: Bools = sets[self.set] & self.alive
        return found


def _facet_column(pairs: list[tuple[int, str]], sets: int) -> FacetColumn:
    values = sorted({value for _, value in pairs})
    ranks = {value: rank for rank, value in enumerate(values)}
    owners = np.fromiter((index for index, _ in pairs), np.int64, len(pairs))
    starts = np.concatenate(([0], np.cumsum(np.bincount(owners, minlength=sets)))).astype(np.int64)
    return FacetColumn(
        values, starts, np.fromiter((ranks[value] for _, value in pairs), np.int64, len(pairs))
    )
