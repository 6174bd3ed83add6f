"""Puts what was found in order: the best, or the oldest, of each segment first, then those of all together.

Equals stand by group and number, so that the order does not depend on how passages came into the index.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.search.columnar.arrays import Array, Floats, Ints, changes
from app.search.columnar.rating import Ranked
from app.search.part import Part


@dataclass(frozen=True, slots=True)
class Passages:
    """Passages of several segments in order: the segment (of ``parts``), document and score of each.

    ``groups`` are numbers in the order of the groups' names, ``numbers`` those within the group.
    """

    parts: Sequence[Part]
    owners: Ints
    documents: Ints
    scores: Floats
    groups: Ints
    numbers: Ints

    def taken(self, places: Ints, scores: Floats | None = None) -> "Passages":
        """Those at these places, in this order; with new ``scores`` (one for each of all), if given."""
        rated = self.scores if scores is None else scores
        return Passages(
            self.parts,
            self.owners[places],
            self.documents[places],
            rated[places],
            self.groups[places],
            self.numbers[places],
        )


def by_group(found: Passages, each: int) -> tuple[Ints, Ints]:
    """The first ``each`` passages of every group, group after group, as places; and the rank of its group.

    Groups come in the order of their first passages.
    """
    _, firsts, owners = np.unique(found.groups, return_index=True, return_inverse=True)
    ranks = firsts.argsort().argsort()[owners]
    places = ranks.argsort(kind="stable")
    ranks = ranks[places]
    begins = changes(ranks)
    nth = np.arange(len(ranks)) - np.repeat(begins, np.diff(begins, append=len(ranks)))
    return places[nth < each], ranks[nth < each]


def by_score(parts: Sequence[Part], found: Sequence[Ranked], most: int) -> Passages:
    """The best passages, from what was found in each segment."""
    chosen: list[tuple[Array, Floats]] = []
    for part, one in zip(parts, found, strict=True):
        if one.alike is not None:
            first = one.documents[_first(_places(part, one.documents), most)]
            chosen.append((first, np.full(len(first), one.alike)))
        elif len(one.chosen) > most:  # of those as good as the last one shown, only so many as are shown
            scores = one.scores
            least = np.partition(scores, len(scores) - most)[len(scores) - most] if most else np.inf
            better, equal = np.flatnonzero(scores > least), np.flatnonzero(scores == least)
            equal = equal[_first(_places(part, one.chosen[equal]), most - len(better))]
            places = np.concatenate((better, equal))
            chosen.append((one.chosen[places], scores[places]))
        else:
            chosen.append((one.chosen, one.scores))
    all_of = _together(parts, [documents for documents, _ in chosen], [scores for _, scores in chosen])
    return all_of.taken(np.lexsort((all_of.numbers, all_of.groups, -all_of.scores))[:most])


def by_date(parts: Sequence[Part], found: Sequence[Ranked], most: int, newest: bool) -> Passages:
    """The oldest passages (or the newest); those without a date last. Scores are not told."""
    documents, dates = [], []
    for part, one in zip(parts, found, strict=True):
        mine = one.documents
        if "date" not in part.data.columns:
            mine = mine[_first(_places(part, mine), most)]
            dates += [b""] * len(mine)
        else:
            known = part.data.strings("date")
            ranks = known.numbers.take(mine).astype(np.int64)
            size = len(known.strings) + 1
            ranks = np.where(ranks == 0, size, size - ranks if newest else ranks)
            mine = mine[_first_of_two(ranks, _places(part, mine), most)]
            dates += [known.raw(number) or b"" for number in mine.tolist()]
        documents.append(mine)
    all_of = _together(parts, documents, [np.zeros(len(mine)) for mine in documents])
    rank = {date: number for number, date in enumerate(sorted(filter(None, set(dates)), reverse=newest))}
    ranks = np.array([rank.get(date, len(rank)) for date in dates], np.int64)
    return all_of.taken(np.lexsort((all_of.numbers, all_of.groups, ranks))[:most])


def _together(parts: Sequence[Part], documents: Sequence[Array], scores: Sequence[Floats]) -> Passages:
    """Passages of all segments, not in order yet."""
    owners = np.repeat(np.arange(len(parts)), [len(one) for one in documents])
    groups = [part.groups.of.take(one).astype(np.int64) for part, one in zip(parts, documents, strict=True)]
    if len(parts) > 1:
        names = [
            {number: part.named(number) for number in np.unique(one).tolist()}
            for part, one in zip(parts, groups, strict=True)
        ]
        rank = {name: at for at, name in enumerate(sorted({n for one in names for n in one.values()}))}
        groups = [
            np.array([rank[mine[number]] for number in one.tolist()], np.int64)
            for mine, one in zip(names, groups, strict=True)
        ]
    numbers = [part.numbers.take(one) for part, one in zip(parts, documents, strict=True)]
    none = np.zeros(0, np.int64)
    joined = (np.concatenate([none, *map(np.int64, one)]) for one in (documents, groups, numbers))
    where, which, numbered = joined
    return Passages(parts, owners, where, np.concatenate([np.zeros(0), *scores]), which, numbered)


def _places(part: Part, documents: Array) -> Ints:
    """Numbers that put passages of a segment in the order of groups, and of numbers within each."""
    numbers = part.numbers
    low = int(numbers.min(initial=0))
    width = int(numbers.max(initial=0)) - low + 1
    found: Ints = part.groups.of.take(documents).astype(np.int64) * width
    found += numbers.take(documents) - low
    return found


def _first(keys: Ints, most: int) -> Ints:
    """Places of the least keys, in order."""
    if most <= 0:
        return np.zeros(0, np.int64)
    chosen = np.arange(len(keys))
    if most < len(keys):
        chosen = np.flatnonzero(keys <= np.partition(keys, most - 1)[most - 1])
    return chosen[np.argsort(keys[chosen], kind="stable")][:most]


def _first_of_two(keys: Ints, others: Ints, most: int) -> Ints:
    """Places of the least keys, in order; equals by the other keys."""
    if most <= 0 or not len(keys):
        return np.zeros(0, np.int64)
    last = np.partition(keys, min(most, len(keys)) - 1)[min(most, len(keys)) - 1]
    sure, equal = np.flatnonzero(keys < last), np.flatnonzero(keys == last)
    chosen = np.concatenate((sure, equal[_first(others[equal], most - len(sure))]))
    return chosen[np.lexsort((others[chosen], keys[chosen]))]
