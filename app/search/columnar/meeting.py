"""One term's postings in a segment, and the documents that several lists share.

Of a frequent term the codes are kept laid out by document, a byte each: so whether a document has the term,
and what it scores, is one look, however long the list.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from app.search.columnar.arrays import Array, Ints, set_in
from app.search.columnar.snapshot import MARKS, SHORT, WIDE, Tables, View, mask_of

_OFTEN = 16  # a term that more than this part of all documents have is laid out
_OFTEN_OF_FEW = 50  # and if there are not more documents than
_FEW = 200_000
_FEWEST = 1_000  # documents of a list for which it is worth while to keep a bit for each document of all
_MANY_WIDE = 20  # if more than this part of the codes do not fit in a byte, two are taken
LONGER = 12  # a list so many times longer is searched, not gone through


class Leaf:
    """One term's postings in a segment, and scores that are made when they are asked for.

    ``size`` is how many documents have it, ``number`` that of the term. Short lists are held; long ones are
    asked for anew each time, of what is kept with the segment.
    """

    __slots__ = (
        "_codes",
        "_documents",
        "_often",
        "_view",
        "factor",
        "field",
        "number",
        "part",
        "size",
        "tables",
    )

    def __init__(self, view: View, key: tuple[str, int], tables: Tables, factor: float) -> None:
        self._view, self.factor = view, factor
        self.field, self.number = key
        self.part = view.data.fields[self.field]
        self.size = self.part.frequency(self.number)
        self.tables = tables
        self._often = _often(self.size, view.count)
        self._documents: Array | None = None
        self._codes: Array | None = None

    @property
    def documents(self) -> Array:
        """Its documents, ascending."""
        found = self._documents
        if found is None:
            found = self._view.documents(self.field, self.number)
            if self.size <= SHORT:
                self._documents = found
        return found

    @property
    def codes(self) -> Array:
        """The code of each posting."""
        found = self._codes
        if found is None:
            found = codes(self._view, self.field, self.number)
            if self.size <= SHORT:
                self._codes = found
        return found

    def scores(self) -> Array:
        """Precise scores."""
        return _scaled(self.tables.precise, self.factor, self.codes)

    def rough(self) -> Array:
        """Scores in single precision."""
        return _scaled(self.tables.single, np.float32(self.factor), self.codes)

    def at(self, places: Array) -> Array:
        """Precise scores of some of the documents, by their places in the list."""
        return _scaled(self.tables.precise, self.factor, self.codes.take(places))

    def of(self, documents: Array) -> Array:
        """Precise scores of these documents (ascending), which all have the term."""
        everywhere = self.laid()
        if everywhere is None:
            return self.at(placed(documents, self.documents))
        return self._looked_up(everywhere, documents, self.tables.laid, self.tables.precise, self.factor)

    def rough_in(self, documents: Array) -> Array | None:
        """Scores of any documents, single precision, 0 without the term; None: it is not laid out."""
        everywhere = self.laid()
        if everywhere is None:
            return None
        single, factor = self.tables.single, np.float32(self.factor)
        return self._looked_up(everywhere, documents, self.tables.laid_single, single, factor)

    def _looked_up(
        self, everywhere: Array, documents: Array, bytes_: Array, table: Array, factor: Any
    ) -> Array:
        """Scores of any documents, 0 without the term; of codes that do not fit in a byte one by one."""
        known = everywhere.take(documents)
        found = _scaled(bytes_, factor, known)
        if everywhere.itemsize == 1 and len(table) >= WIDE and b"\xff" in known.tobytes():
            wide = (known == WIDE).nonzero()[0]
            at = placed(documents.take(wide), self.documents)
            found[wide] = _scaled(table, factor, self.codes.take(at))
        return found

    def among(self, documents: Array) -> Ints | None:
        """Which of these documents have the term; None: it is not at hand for every document."""
        if self._often:
            everywhere = self.laid()
            return None if everywhere is None else everywhere.take(documents).nonzero()[0]
        bits = _bits(self._view, self.field, self.number) if self.size > _FEWEST else None
        return None if bits is None else set_in(bits, documents).nonzero()[0]

    def laid(self) -> Array | None:
        """For each document of the segment its code and one, 0 without; None: the term is not frequent."""
        return laid(self._view, self.field, self.number) if self._often else None


def _scaled(table: Array, factor: Any, codes: Array) -> Array:
    """What each code stands for, times a factor."""
    if len(codes) > len(table):
        scaled: Array = table * factor
        return scaled.take(codes)
    found: Array = table.take(codes)
    found *= factor
    return found


def codes(view: View, field: str, number: int) -> Array:
    """The code of each posting of a term."""
    return view.kept.get(("codes", field, number), lambda: view.data.fields[field].codes(number))


def _often(size: int, count: int) -> bool:
    """Whether a term in so many of all documents is worth a byte for each of these."""
    return size * (_OFTEN if count > _FEW else _OFTEN_OF_FEW) >= count


def laid(view: View, field: str, number: int) -> Array | None:
    """For each document the code and one of a term, or 0; None: it is not frequent, or seldom asked for.

    As bytes, if few codes do not fit (these are ``WIDE``).
    """
    key = ("laid", field, number)
    known = view.kept.known(key)
    if known is not None:
        return known
    part = view.data.fields[field]
    if not _often(part.frequency(number), view.count) or not view.kept.wanted(key, view.count):
        return None

    def made() -> Array:
        every = part.codes(number)
        room = every.dtype == np.uint16 and len(part.counts) < 1 << 16
        wide = room and int(np.count_nonzero(every >= WIDE - 1)) * _MANY_WIDE > len(every)
        found = np.zeros(view.count, every.dtype if wide else np.uint8)
        found[view.documents(field, number)] = (every if wide else np.minimum(every, WIDE - 1)) + 1
        return found

    return view.kept.get(key, made)


def _bits(view: View, field: str, number: int) -> Array | None:
    """A bit for each document, set if it has the term; None: it is seldom asked for."""
    key = ("bits", field, number)
    if not view.kept.wanted(key, view.count >> 3):
        return None

    def made() -> Array:
        return np.packbits(mask_of(view.documents(field, number), view.count), bitorder="little")

    return view.kept.get(key, made)


def codes_in(view: View, field: str, number: int, documents: Array) -> Array | None:
    """The codes of a term in documents that all have it; None: they must be looked up."""
    found = _laid_in(view, field, number, documents)
    if found is not None:
        found -= 1
    return found


def _laid_in(view: View, field: str, number: int, documents: Array) -> Array | None:
    """What is laid out for these documents; None: nothing, or not all of it fits in bytes."""
    everywhere = laid(view, field, number)
    if everywhere is None:
        return None
    found: Array = everywhere.take(documents)
    wide = everywhere.itemsize == 1 and len(view.data.fields[field].counts) >= WIDE
    return None if wide and b"\xff" in found.tobytes() else found


def placed(documents: Array, inside: Array) -> Ints:
    """Where each of these documents stands in a list that has them all."""
    found: Ints = np.arange(len(inside)) if len(documents) == len(inside) else inside.searchsorted(documents)
    return found


def shared(view: View, lists: Sequence[Leaf | Array]) -> Array:
    """Documents that stand in every (ascending) list."""
    return together(view, lists)[0]


def together(view: View, lists: Sequence[Leaf | Array]) -> tuple[Array, list[Array | None]]:
    """Documents that stand in every (ascending) list, and their places in each, where these are known."""
    first, *order = sorted(range(len(lists)), key=lambda one: _size(lists[one]))
    found = _documents(lists[first])
    where: list[Array | None] = [None] * len(lists)
    for done, number in enumerate(order):
        if not len(found):
            break
        one = lists[number]
        here = one.among(found) if isinstance(one, Leaf) else None
        if here is None:
            other = _documents(one)
            if len(other) <= LONGER * len(found):
                at = _marked(view, found, other)
                found, where = other.take(at), [None] * len(lists)
                where[number] = at
                continue
            at = other.searchsorted(found)
            here = (other.take(at, mode="clip") == found).nonzero()[0]
            where[number] = at
        if len(here) < len(found):
            found = found.take(here)
            for earlier in order[: done + 1]:
                place = where[earlier]
                where[earlier] = None if place is None else place.take(here)
    return found, where


def _size(one: Leaf | Array) -> int:
    return one.size if isinstance(one, Leaf) else len(one)


def _documents(one: Leaf | Array) -> Array:
    return one.documents if isinstance(one, Leaf) else one


def _marked(view: View, found: Array, other: Array) -> Ints:
    """Where in another list the documents found stand that it has."""
    room, chosen = MARKS.fit(view.count), found.astype(np.intp)
    room[chosen] = True
    at: Ints = room.take(other).nonzero()[0]
    room[chosen] = False
    return at
