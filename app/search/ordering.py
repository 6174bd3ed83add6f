"""Puts what was found in order: the best, or the oldest, of each segment first, then those of all together.

Equals stand by group and number, so that the order does not depend on how passages came into the index.
"""

import heapq
from collections.abc import Sequence
from itertools import islice
from typing import Any, NamedTuple

import numpy as np

from app.search.columnar.arrays import Array, Ints
from app.search.columnar.ranking import Ranked
from app.search.part import Part

Chosen = tuple[Part, int, float]  # a passage of a segment, and its score


class Ordered(NamedTuple):
    """Passages of one segment in order, what puts them in order among those of others, and their scores."""

    part: Part
    documents: Array
    keys: list[Any]
    scores: list[float]


def by_score(part: Part, found: Ranked, most: int) -> Ordered:
    """The best passages."""
    if found.alike is None:
        documents, scores = found.chosen, found.scores
        if len(documents) > most:  # of those as good as the last one shown, only so many as are shown
            least = np.partition(scores, len(scores) - most)[len(scores) - most] if most else np.inf
            better, equal = scores > least, np.flatnonzero(scores == least)
            chosen = equal[_first(_places(part, documents[equal]), most - int(better.sum()))]
            chosen = np.concatenate((np.flatnonzero(better), chosen))
            documents, scores = documents[chosen], scores[chosen]
        order = np.lexsort((_places(part, documents), -scores))
        return _ordered(part, documents[order], scores[order], (-scores[order]).tolist())
    chosen = _first(_places(part, found.documents), most)
    return _ordered(part, found.documents[chosen], np.full(len(chosen), found.alike), [0] * len(chosen))


def by_date(part: Part, found: Ranked, most: int, newest: bool) -> Ordered:
    """The oldest passages (or the newest); those without a date last. Scores are not told."""
    documents = found.documents
    if "date" in part.data.columns:
        dates = part.data.strings("date")
        ranks = dates.numbers.take(documents).astype(np.int64)
        unknown = ranks == 0
        ranks = np.where(unknown, len(dates.strings) + 1, len(dates.strings) - ranks if newest else ranks)
    else:
        ranks = np.zeros(len(documents), np.int64)
    chosen = _first_of_two(ranks, _places(part, documents), most)
    shown = documents[chosen]
    raw = [dates.raw(number) if "date" in part.data.columns else None for number in shown.tolist()]
    keys = [(one is None, _backwards(one or b"") if newest else one or b"") for one in raw]
    return _ordered(part, shown, np.zeros(len(shown)), keys)


def merged(lists: Sequence[Ordered], most: int) -> list[Chosen]:
    """The passages of all segments in order."""
    rows = (
        [
            (key, one.part.name(document), int(one.part.numbers[document]), place, document, score)
            for key, document, score in zip(one.keys, one.documents.tolist(), one.scores, strict=True)
        ]
        for place, one in enumerate(lists)
    )
    return [
        (lists[place].part, document, score)
        for _, _, _, place, document, score in islice(heapq.merge(*rows), most)
    ]


def _ordered(part: Part, documents: Array, scores: Array, keys: list[Any]) -> Ordered:
    return Ordered(part, documents, keys, scores.tolist())


def _backwards(date: bytes) -> tuple[int, ...]:
    """What sorts dates from the last to the first."""
    return (*(-byte for byte in date), 1)


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
