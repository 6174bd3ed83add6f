"""Finds words that stand near one another, by arithmetic on their places in the documents that have them all.

A key is a document's number among the candidates, shifted, plus a place.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from app.search.columnar.arrays import Array, Ints, ranges
from app.search.columnar.meeting import LONGER
from app.search.columnar.postings import Postings
from app.search.columnar.snapshot import SLOTS, View

_MANY = 30_000  # keys that are looked for one by one; more are marked off, a stretch of documents at a time
_STRETCH = 20  # bits of keys in a stretch: a megabyte of marks


def common(view: View, lists: Sequence[Array]) -> tuple[Array, list[Array | None]]:
    """Documents that stand in every (ascending) list, and where in each (None: it is the list itself)."""
    order = sorted(range(len(lists)), key=lambda one: len(lists[one]))
    found = lists[order[0]]
    where: list[Array | None] = [None] * len(lists)
    for done, number in enumerate(order[1:], 1):
        other = lists[number]
        if not len(found) or not len(other):
            return np.zeros(0, np.uint32), [np.zeros(0, np.int64)] * len(lists)
        if len(other) > LONGER * len(found):
            at: Array = other.searchsorted(found)
            at[at == len(other)] = len(other) - 1
            mine = np.flatnonzero(other.take(at) == found)
            at = at.take(mine)
        else:
            room = SLOTS.fit(view.count)
            room[found] = np.arange(len(found), dtype=np.int32)
            hits: Array = room.take(other)
            at = np.flatnonzero(hits >= 0)
            mine = hits.take(at)
            room[found] = -1
        if len(mine) < len(found):
            found = found.take(mine)
            for earlier in order[:done]:
                place = where[earlier]
                where[earlier] = mine if place is None else place.take(mine)
        where[number] = at
    return found, where


def side_by_side(
    view: View,
    field: str,
    numbers: Sequence[int],
    codes: Sequence[Array],
    where: Sequence[Array | None],
    count: int,
    slop: int,
) -> Ints:
    """Which of ``count`` documents have the terms in this order, each at most ``slop`` places after the last.

    ``where`` says for each term which of its postings is that of each document (None: all of them are).
    """
    if not count:
        return np.zeros(0, np.int64)
    part = view.data.fields[field]
    placed = [_places(view, part, field, *one) for one in zip(numbers, codes, where, strict=True)]
    most = max(int(places.max()) for _, places in placed) + len(numbers) + slop + 1
    bits = most.bit_length()
    kind: Any = np.uint32 if count << bits < 1 << 32 else np.int64
    keys = [(owners.astype(kind) << kind(bits)) + places for owners, places in placed]
    if slop == 1:
        return _exact(keys, bits)
    reached = keys[0].astype(np.int64)
    for here in keys[1:]:
        at = np.searchsorted(reached, here) - 1
        gaps = here.astype(np.int64) - reached[np.maximum(at, 0)]
        reached = here[(at >= 0) & (gaps <= slop) & (gaps > 0)].astype(np.int64)
        if not len(reached):
            break
    return _owners(reached, bits)


def _places(
    view: View, part: Postings, field: str, number: int, codes: Array, where: Array | None
) -> tuple[Array, Array]:
    """The owner (from zero) and the place of each place of the chosen postings."""
    size = part.place_count(number)
    chosen = codes if where is None else codes.take(where)
    every = np.arange(len(chosen), dtype=np.uint32)
    if size == len(codes):  # one place in each
        places = part.places_of(number)
        return every, places if where is None else places.take(where)
    counts = part.counts.take(chosen)
    if where is None:
        return every.repeat(counts), part.places_of(number)

    def firsts() -> Array:
        found = np.cumsum(part.counts.take(codes), dtype=np.uint32)
        found -= part.counts.take(codes)
        return found

    first = view.kept.get(("firsts", field, number), firsts) if len(codes) > 2048 else firsts()
    first = first.take(where)
    if int(counts.max()) == 1:
        return every, part.places_of(number).take(first)
    return every.repeat(counts), part.places_of(number).take(ranges(first, counts))


def _owners(keys: Array, bits: int) -> Ints:
    owners = keys >> keys.dtype.type(bits)
    keep = np.ones(len(owners), bool)
    keep[1:] = owners[1:] != owners[:-1]
    found: Ints = owners[keep].astype(np.int64)
    return found


def _exact(keys: Sequence[Array], bits: int) -> Ints:
    """Owners in which all words follow one another at once."""
    last = len(keys) - 1
    order = sorted(range(len(keys)), key=lambda one: len(keys[one]))
    shifted = [keys[one] + keys[one].dtype.type(last - one) for one in order]
    begun = shifted[0]
    for here in shifted[1:]:
        if len(begun) > _MANY:
            begun = _both(begun, here, bits)
        else:
            at = here.searchsorted(begun)
            at[at == len(here)] = len(here) - 1
            begun = begun[here.take(at) == begun]
        if not len(begun):
            break
    return _owners(begun, bits)


def _both(one: Array, other: Array, bits: int) -> Array:
    """Keys (ascending) that are in both."""
    top = int(max(one[-1], other[-1]))
    size = 1 << max(_STRETCH, bits)
    edges = np.arange(0, top + size, size)
    cuts, others = one.searchsorted(edges).tolist(), other.searchsorted(edges).tolist()
    marks = np.zeros(size, bool)
    found = []
    for number, edge in enumerate(edges[:-1].tolist()):
        mine = one[cuts[number] : cuts[number + 1]] - one.dtype.type(edge)
        marks[other[others[number] : others[number + 1]] - other.dtype.type(edge)] = True
        found.append(one[cuts[number] : cuts[number + 1]][marks.take(mine)])
        marks.fill(False)
    return np.concatenate(found)


def unique(values: Array) -> Array:
    """Ascending values, each once."""
    if len(values) < 2:
        return values
    fresh = np.ones(len(values), bool)
    np.not_equal(values[1:], values[:-1], out=fresh[1:])
    return values.compress(fresh)


def among(wanted: Array, keys: Array) -> Array:
    """Which of the keys that are wanted there are; both ascending."""
    if not len(keys):
        return np.zeros(len(wanted), bool)
    if len(wanted) < _MANY:
        found: Array = keys.take(keys.searchsorted(wanted), mode="clip") == wanted
        return found
    edges = np.arange(0, int(wanted[-1]) + (1 << _STRETCH), (1 << _STRETCH)).astype(wanted.dtype)
    mine, theirs = [*wanted.searchsorted(edges).tolist(), len(wanted)], keys.searchsorted(edges).tolist()
    theirs.append(int(keys.searchsorted(wanted[-1:], "right")[0]))
    marks, found = np.zeros((1 << _STRETCH), bool), np.zeros(len(wanted), bool)
    own, other = wanted.astype(np.intp), keys[: theirs[-1]].astype(np.intp)
    own &= (1 << _STRETCH) - 1
    other &= (1 << _STRETCH) - 1
    for number in range(len(edges)):
        low, high = mine[number], mine[number + 1]
        if low < high:
            there = other[theirs[number] : theirs[number + 1]]
            marks[there] = True
            found[low:high] = marks[own[low:high]]
            marks[there] = False
    return found
