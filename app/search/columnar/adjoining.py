"""Finds words that follow one another at once, by keys that say where in the whole segment each stands.

A key is a document's number, shifted, plus a place. Keys of frequent words are kept from search to search.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from app.search.columnar.arrays import Array, ranges
from app.search.columnar.snapshot import View

LONGEST = 64  # words of a phrase
_SOON = 40_000  # places of a term whose keys are made for one search
_RARER = 6  # of a term so many times as frequent as what is left, only those documents are looked at
_FEW = 10_000  # and what is left must be fewer
_MANY = 20_000  # keys that are looked up one by one; more are marked off, a stretch of documents at a time
_STRETCH = 21  # bits of keys in a stretch: two megabytes of marks


def adjoining(view: View, field: str, numbers: Sequence[int]) -> Array:
    """Documents (ascending) in which these terms follow one another."""
    documents = places(view, field, [(number,) for number in numbers])[0]
    fresh = np.ones(len(documents), bool)
    fresh[1:] = documents[1:] != documents[:-1]
    found: Array = documents[fresh]
    return found


def places(view: View, field: str, slots: Sequence[Sequence[int]]) -> tuple[Array, Array]:
    """Where words follow one another: the document and the first place, for every time, ascending.

    Each slot (at most ``LONGEST``) has the numbers of the terms that fit there; one may be without any.
    """
    shift, part = _bits(view, field), view.data.fields[field]
    sized = sorted(
        (sum(end - begin for begin, end in map(part.place_span, slot)), at) for at, slot in enumerate(slots)
    )
    first = sized[0][1]
    begun = _any_of([keys_of(view, field, one, shift) for one in slots[first]])
    for size, at in sized[1:]:
        if not len(begun):
            break
        step, slot = begun.dtype.type(abs(at - first)), slots[at]
        wanted = begun + step if at > first else begun - step
        if len(slot) == 1 and size > _SOON and len(begun) < min(_FEW, size // _RARER):
            keys = _keys_in(view, field, slot[0], wanted, shift)
        else:
            keys = _any_of([keys_of(view, field, one, shift) for one in slot])
        begun = begun.compress(_among(wanted, keys, shift))
    room = begun.dtype.type(LONGEST + first)
    return (begun >> begun.dtype.type(shift)).astype(np.uint32), (
        begun & begun.dtype.type((1 << shift) - 1)
    ) - room


def _any_of(lists: Sequence[Array]) -> Array:
    if len(lists) == 1:
        return lists[0]
    return np.unique(np.concatenate([np.zeros(0, np.uint32), *lists]))


def _bits(view: View, field: str) -> int:
    """How many bits a place may take, with room for a phrase before the first and after the last."""
    part = view.data.fields[field]
    most = part.most_places + 2 * LONGEST
    return most.bit_length()


def keys_of(view: View, field: str, number: int, shift: int) -> Array:
    """The keys of a term, ascending."""
    part = view.data.fields[field]
    begin, end = part.place_span(number)

    def made() -> Any:
        kind: Any = np.uint32 if view.count << shift < 1 << 32 else np.int64
        found = view.documents(field, number).astype(kind) << kind(shift)
        if end - begin > len(found):
            found = found.repeat(part.counts.take(part.codes(number)))
        found += part.places(begin, end)
        found += kind(LONGEST)
        return found

    keys: Array = made() if end - begin < 2048 else view.kept.get(("keys", field, number), made)
    return keys


def _keys_in(view: View, field: str, number: int, wanted: Array, shift: int) -> Array:
    """The keys of a frequent term, but only in the documents of the keys that are wanted."""
    part = view.data.fields[field]
    kind, bits = wanted.dtype.type, wanted.dtype.type(shift)
    every = (wanted >> bits).astype(np.uint32)
    fresh = np.ones(len(every), bool)
    np.not_equal(every[1:], every[:-1], out=fresh[1:])
    documents, inside = every.compress(fresh), view.documents(field, number)
    at = inside.searchsorted(documents)
    at[at == len(inside)] = len(inside) - 1
    here = inside.take(at) == documents
    at, documents = at.compress(here), documents.compress(here)

    def made() -> Array:
        counts = part.counts.take(part.codes(number))
        found = np.cumsum(counts, dtype=np.uint32)
        found -= counts.astype(np.uint32)
        return found

    firsts = view.kept.get(("firsts", field, number), made).take(at)
    counts = part.counts.take(part.unpacked_at("codes", part.span(number)[0] + at))
    places = part.unpacked_at("places", part.place_span(number)[0] + ranges(firsts, counts))
    found: Array = (documents.astype(kind) << bits).repeat(counts)
    found += places
    found += kind(LONGEST)
    return found


def _among(wanted: Array, keys: Array, shift: int) -> Array:
    """Which of the keys that are wanted there are; both ascending."""
    if not len(keys):
        return np.zeros(len(wanted), bool)
    if len(wanted) < _MANY:
        at = keys.searchsorted(wanted)
        at[at == len(keys)] = len(keys) - 1
        found: Array = keys.take(at) == wanted
        return found
    size = 1 << max(_STRETCH, shift)
    edges = np.arange(0, int(wanted[-1]) + size, size, np.int64)
    limits = edges.clip(max=np.iinfo(keys.dtype).max).astype(keys.dtype)
    mine, theirs = wanted.searchsorted(limits).tolist(), keys.searchsorted(limits).tolist()
    mine[-1], theirs[-1] = len(wanted), max(theirs[-1], theirs[-2])
    marks, found = np.zeros(size, bool), np.zeros(len(wanted), bool)
    for number, edge in enumerate(limits[:-1]):
        low, high = mine[number], mine[number + 1]
        if low == high:
            continue
        there = keys[theirs[number] : theirs[number + 1]] - edge
        marks[there] = True
        marks.take(wanted[low:high] - edge, out=found[low:high])
        marks[there] = False
    return found
