"""One term's postings in a segment, and the documents that several lists share.

Of a frequent term the codes are kept laid out by document, a byte each: so whether a document has the term,
and what it scores, is one look, however long the list.
"""

from collections.abc import Sequence

import numpy as np

from app.search.columnar.arrays import Array, Ints
from app.search.columnar.snapshot import View, scratch

_OFTEN = 50  # a term that more than this part of all documents have is laid out
_WIDE = 255  # stands for codes that do not fit in a byte
_LONGER = 12  # a list so many times longer is searched, not gone through


class Leaf:
    """One term's postings in a segment: documents, and scores that are made when they are asked for."""

    __slots__ = ("_codes", "_key", "_view", "documents", "factor", "single", "table")

    def __init__(self, view: View, key: tuple[str, int], tables: tuple[Array, Array], factor: float) -> None:
        self._view, self._key = view, key
        self._codes: Array | None = None
        self.documents, self.factor = view.documents(*key), factor
        self.table, self.single = tables

    @property
    def codes(self) -> Array:
        """The code of each posting."""
        if self._codes is None:
            field, number = self._key
            view = self._view
            self._codes = view.kept.get(
                ("codes", field, number), lambda: view.data.fields[field].codes(number)
            )
        return self._codes

    def scores(self) -> Array:
        """Precise scores."""
        found: Array = self.table.take(self.codes)
        found *= self.factor
        return found

    def rough(self) -> Array:
        """Scores in single precision."""
        found: Array = self.single.take(self.codes)
        found *= np.float32(self.factor)
        return found

    def at(self, places: Array) -> Array:
        """Precise scores of some of the documents, by their places in the list."""
        found: Array = self.table.take(self.codes.take(places))
        found *= self.factor
        return found

    def of(self, documents: Array) -> Array:
        """Precise scores of these documents (ascending), which all have the term."""
        laid = self.laid()
        if laid is None:
            return self.at(placed(documents, self.documents))
        codes = laid.take(documents)
        if len(self.table) >= _WIDE and (codes == _WIDE).any():
            return self.at(placed(documents, self.documents))
        codes -= 1
        found: Array = self.table.take(codes)
        found *= self.factor
        return found

    def laid(self) -> Array | None:
        """For each document of the segment its code and one, 0 without; None: the term is not frequent."""
        return laid(self._view, *self._key)


def laid(view: View, field: str, number: int) -> Array | None:
    """For each document the code and one of a term, or 0; None: the term is not frequent."""
    part = view.data.fields[field]
    begin, end = part.span(number)
    if (end - begin) * _OFTEN < view.count:
        return None

    def made() -> Array:
        found = np.zeros(view.count, np.uint8)
        found[view.documents(field, number)] = np.minimum(part.codes(number), _WIDE - 1) + 1
        return found

    return view.kept.get(("laid", field, number), made)


def placed(documents: Array, inside: Array) -> Ints:
    """Where each of these documents stands in a list that has them all."""
    found: Ints = np.arange(len(inside)) if len(documents) == len(inside) else inside.searchsorted(documents)
    return found


def shared(view: View, lists: Sequence[Leaf | Array]) -> Array:
    """Documents that stand in every (ascending) list."""
    plain = [one.documents if isinstance(one, Leaf) else one for one in lists]
    first, *order = sorted(range(len(lists)), key=lambda one: len(plain[one]))
    found = plain[first]
    for number in order:
        if not len(found):
            break
        one, other = lists[number], plain[number]
        laid = one.laid() if isinstance(one, Leaf) else None
        if laid is not None:
            found = found.take(laid.take(found).nonzero()[0])
        elif len(other) > _LONGER * len(found):
            at = other.searchsorted(found)
            at[at == len(other)] = len(other) - 1
            found = found.compress(other.take(at) == found)
        else:
            marks = scratch.fit(view.count).marks
            marks[found] = True
            together = other.compress(marks.take(other))
            marks[found] = False
            found = together
    return found


def common(view: View, lists: Sequence[Array]) -> tuple[Array, list[Array | None]]:
    """Documents that stand in every (ascending) list, and where in each (None: it is the list itself)."""
    order = sorted(range(len(lists)), key=lambda one: len(lists[one]))
    found = lists[order[0]]
    where: list[Array | None] = [None] * len(lists)
    for done, number in enumerate(order[1:], 1):
        other = lists[number]
        if not len(found) or not len(other):
            return np.zeros(0, np.uint32), [np.zeros(0, np.int64)] * len(lists)
        if len(other) > _LONGER * len(found):
            at: Array = other.searchsorted(found)
            at[at == len(other)] = len(other) - 1
            mine = np.flatnonzero(other.take(at) == found)
            at = at.take(mine)
        else:
            slots = scratch.fit(view.count).slots
            slots[found] = np.arange(len(found), dtype=np.int32)
            hits: Array = slots.take(other)
            at = np.flatnonzero(hits >= 0)
            mine = hits.take(at)
            slots[found] = -1
        if len(mine) < len(found):
            found = found.take(mine)
            for earlier in order[:done]:
                place = where[earlier]
                where[earlier] = mine if place is None else place.take(mine)
        where[number] = at
    return found, where
