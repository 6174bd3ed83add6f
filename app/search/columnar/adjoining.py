"""Finds words that follow one another at once, by keys that say where in the whole segment each stands.

A key is a document's number, shifted, plus a place. Keys of frequent words are kept from search to search.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from app.search.columnar.arrays import Array
from app.search.columnar.snapshot import View

LONGEST = 64  # words of a phrase
_SOON = 40_000  # places of a term whose keys are made for one search
_MANY = 200_000  # keys that are looked up one by one; more are sorted together with the others


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
    shift = _bits(view, field)
    placed = sorted(
        ((_any_of([keys_of(view, field, one, shift) for one in slot]), at) for at, slot in enumerate(slots)),
        key=lambda one: len(one[0]),
    )
    begun, first = placed[0]
    for keys, at in placed[1:]:
        if not len(begun):
            break
        step = begun.dtype.type(abs(at - first))
        begun = begun[_among(begun + step if at > first else begun - step, keys)]
    room = begun.dtype.type(LONGEST + first)
    return (begun >> begun.dtype.type(shift)).astype(np.uint32), (
        begun & begun.dtype.type((1 << shift) - 1)
    ) - room


def _any_of(lists: Sequence[Array]) -> Array:
    if len(lists) == 1:
        return lists[0]
    return np.unique(np.concatenate([np.zeros(0, np.uint32), *lists]))


def kept(view: View, field: str, numbers: Sequence[int]) -> bool:
    """Whether the keys of all these terms are at hand, or soon made."""
    part = view.data.fields[field]
    sizes = []
    for number in numbers:
        begin, end = part.place_span(number)
        sizes.append(0 if view.kept.has(("keys", field, number)) else end - begin)
    return max(sizes) < _SOON


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


def _among(wanted: Array, keys: Array) -> Array:
    """Which of the keys that are wanted there are; both ascending."""
    if len(wanted) < _MANY:
        at = keys.searchsorted(wanted)
        at[at == len(keys)] = len(keys) - 1
        found: Array = keys.take(at) == wanted
        return found
    together = np.concatenate((wanted, keys))
    together.sort()
    twice = together[1:][together[1:] == together[:-1]]
    return _among_few(wanted, twice)


def _among_few(wanted: Array, twice: Array) -> Array:
    found = np.zeros(len(wanted), bool)
    found[wanted.searchsorted(twice)] = True
    return found
