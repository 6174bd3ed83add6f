"""The cards of a commit as arrays: where each passage stands, in which group, with which facets.

Arrays are made once for a commit and never changed, so threads share them. Only what is alive is in them:
nothing about a removed document can be told from them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from app.search.arrays import Bools, Ints, ranges
from app.search.arrays import sizes as sizes_of
from app.search.cards import Cards, merge


@dataclass(frozen=True, slots=True)
class FacetColumn:
    """One facet: sorted ``values``, and those of facet set ``s``: ``ordinals[starts[s]:starts[s + 1]]``."""

    values: list[str]
    starts: Ints
    ordinals: Ints


class Columns:
    """All living passages of a commit, in the order of its segments.

    Attributes, one entry for each document: ``alive`` (always true), ``set``, ``number``, ``first``,
    ``last``, ``length`` (words) and ``group`` (ordinal in ``groups``, which is sorted). One entry for each
    facet set: ``set_group``, ``set_date`` (ordinal in ``dates``; -1 unknown).
    """

    def __init__(self, parts: Sequence[Cards], living: Sequence[Bools]) -> None:
        cards = merge(parts, living)
        names = cards.names.texts
        order = sorted(range(len(names)), key=names.__getitem__)
        self._cards, self._order = cards, order
        ranks = np.zeros(len(names), np.int64)
        ranks[order] = np.arange(len(names))
        self.groups = [names[index] for index in order]
        self.languages = sorted(
            {language for text in set(cards.languages) for language in text.decode().split()}
        )
        self.set: Ints = cards.places["set"].astype(np.int64)
        self.number, self.first, self.last, self.length = (
            cards.places[name].astype(np.int64) for name in ("number", "first", "last", "length")
        )
        self.group: Ints = np.repeat(ranks, sizes_of(cards.documents))
        self.alive: Bools = np.ones(cards.count, bool)
        self.count = cards.count
        self.mean = float(self.length.sum()) / self.count if self.count else 1.0
        self.set_group: Ints = np.repeat(ranks, sizes_of(cards.sets))
        self._read_dates(cards)
        self.facets: Mapping[str, FacetColumn] = {
            name: FacetColumn(
                facet.values.texts, facet.starts.astype(np.int64), facet.ordinals.astype(np.int64)
            )
            for name, facet in cards.facets.items()
        }

    @property
    def stamps(self) -> list[tuple[str, str]]:
        """Each group and its stamp, by group."""
        names, stamps = self._cards.names.texts, self._cards.stamps.texts
        return [(names[index], stamps[index]) for index in self._order]

    def _read_dates(self, cards: Cards) -> None:
        dates = cards.dates.texts
        unknown = bool(dates) and not dates[0]  # the empty date is the first one
        self.dates = dates[1:] if unknown else dates
        self.set_date: Ints = cards.set_dates.astype(np.int64) - unknown

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
        values = column.ordinals[ranges(starts, sizes)]
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
