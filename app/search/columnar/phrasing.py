"""Finds words that stand side by side, by arithmetic on their places."""

from collections.abc import Sequence

import numpy as np

from app.search.columnar.arrays import Array, Ints, ranges, starts
from app.search.columnar.postings import Postings


def side_by_side(
    part: Postings, numbers: Sequence[int], codes: Sequence[Array], where: Sequence[Array | None], count: int, slop: int
) -> Ints:
    """Which of ``count`` documents have the terms in this order, each at most ``slop`` places after the last.

    ``where`` says for each term which of its postings is that of each document (None: they are the documents).
    """
    if not count:
        return np.zeros(0, np.int64)
    order = sorted(range(len(numbers)), key=lambda one: len(codes[one]))
    placed = {one: _places(part, numbers[one], codes[one], where[one]) for one in order}
    if slop == 1:
        return _exact(placed, order)
    reached = _keys(*placed[0])
    for one in range(1, len(numbers)):
        here = _keys(*placed[one])
        at = np.searchsorted(reached, here) - 1
        before = reached[np.maximum(at, 0)]
        reached = here[(at >= 0) & (here - before <= slop) & (here > before)]
        if not len(reached):
            break
    return np.unique(reached >> 32)


def _places(part: Postings, number: int, codes: Array, where: Array | None) -> tuple[Array, Array]:
    """The owner (from zero) and the place of each place of the chosen postings."""
    begin, end = part.place_span(number)
    chosen = codes if where is None else codes.take(where)
    if end - begin == len(codes):  # one place in each
        places = part.part("places", begin, end)
        return np.arange(len(chosen)), places if where is None else places.take(where)
    counts = part.counts.take(chosen)
    owners = np.repeat(np.arange(len(chosen)), counts)
    if where is None:
        return owners, part.part("places", begin, end)
    first = starts(part.counts.take(codes))[:-1].take(where)
    if len(owners) == len(chosen):
        return owners, part.part("places", begin, end).take(first)
    return owners, part.part("places", begin, end).take(ranges(first, counts))


def _keys(owners: Array, places: Array) -> Ints:
    found: Ints = owners.astype(np.int64) << 32
    found += places
    return found


def _exact(placed: dict[int, tuple[Array, Array]], order: Sequence[int]) -> Ints:
    """Owners in which all words follow one another at once."""
    shift = max(order)
    first = order[0]
    begun = _keys(*placed[first]) + (shift - first)
    for one in order[1:]:
        here = _keys(*placed[one]) + (shift - one)
        if len(here) < len(begun):
            begun, here = here, begun
        at = here.searchsorted(begun)
        at[at == len(here)] = len(here) - 1
        begun = begun[here.take(at) == begun]
        if not len(begun):
            break
    owners = begun >> 32
    keep = np.ones(len(owners), bool)
    keep[1:] = owners[1:] != owners[:-1]
    found: Ints = owners[keep]
    return found
