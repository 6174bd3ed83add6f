"""Several segments read as if they were one, so that a query costs what it costs on one.

What is only asked of a single segment (stretches of terms, words alike) is asked of each of them.
"""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import chain
from typing import Any

import numpy as np

from app.search.columnar.arrays import Array, Bools, Strings, narrow, starts
from app.search.columnar.endtoend import Joined
from app.search.columnar.faceting import Forward
from app.search.columnar.segmentdata import SegmentData, Stored
from app.search.columnar.snapshot import View


class JoinedData(SegmentData):
    """The arrays of several segments, in their order."""

    def __init__(self, parts: Sequence[SegmentData]) -> None:
        self.parts = parts
        self.bases = starts(np.array([part.count for part in parts])).tolist()
        self.count = self.bases.pop()
        totals = [part.said["totals"] for part in parts]
        self.said = {
            "totals": {name: sum(one.get(name, 0) for one in totals) for one in totals for name in one}
        }
        self.fields = {}
        for name in dict.fromkeys(chain.from_iterable(part.fields for part in parts)):
            having = [(part.fields[name], base) for part, base in self._based() if name in part.fields]
            self.fields[name] = Joined([one for one, _ in having], [base for _, base in having])
        names = dict.fromkeys(chain.from_iterable(part.stored for part in parts))
        self.stored = {name: _Stored([part.stored.get(name) for part in parts], self.bases) for name in names}
        self.room = parts[0].room

    def _based(self) -> Any:
        return zip(self.parts, self.bases, strict=True)

    def lengths(self, field: str) -> Array | None:
        """How many words each document has in a field; None: they are not known of all."""
        lists = [part.lengths(field) for part in self.parts]
        known = [one for one in lists if one is not None]
        return np.concatenate(known) if len(known) == len(lists) else None

    def forward(self, field: str) -> Forward:
        """The terms of each document in a field."""
        joined = self.fields[field]
        assert isinstance(joined, Joined)
        names, maps = joined.merged
        none, kind, pieces, renumbered = len(names), narrow(len(names)), [], iter(maps)
        for part in self.parts:
            if field in part.fields:
                one, numbers = part.forward(field), next(renumbered)
                pieces.append((np.append(numbers, none).astype(kind).take(one.terms), one.starts))
            else:
                pieces.append((np.full(part.count, none, kind), None))
        if all(begins is None for _, begins in pieces):
            return Forward(np.concatenate([one for one, _ in pieces]), None, none)
        counts = [(one < none) if begins is None else np.diff(begins) for one, begins in pieces]
        terms: Array = np.concatenate([one[one < none] for one, _ in pieces])
        return Forward(terms, starts(np.concatenate(counts)), none)

    def names(self, field: str) -> Strings:
        """The terms of a field, ascending."""
        joined = self.fields[field]
        assert isinstance(joined, Joined)
        return joined.merged[0]


class _Stored(Stored):
    """What documents of several segments store (None: nothing)."""

    def __init__(self, parts: Sequence[Stored | None], bases: Sequence[int]) -> None:
        self._parts, self._bases = parts, bases
        self._heard = {}

    def raw(self, document: int) -> bytes | None:
        """One document's value."""
        owner = bisect_right(self._bases, document) - 1
        part = self._parts[owner]
        return None if part is None else part.raw(document - self._bases[owner])


class JoinedView(View):
    """The views of several segments as one."""

    def __init__(self, parts: Sequence[View], data: JoinedData) -> None:
        self._parts = parts
        self.start(data, 0, _living(parts), tuple(part.generation for part in parts))

    @property
    def parts(self) -> Sequence[View]:
        """The segments."""
        return self._parts


def _living(parts: Sequence[View]) -> Bools | None:
    if all(part.alive is None for part in parts):
        return None
    return np.concatenate([np.ones(part.count, bool) if part.alive is None else part.alive for part in parts])


def joined(parts: Sequence[View]) -> list[View]:
    """One view for all segments; none, if there is none."""
    if not parts:
        return []
    datas = [part.data for part in parts]
    room = datas[0].room
    if len(parts) == 1:
        room.joined = None  # what was removed is let go
        return list(parts)
    known = room.joined
    if not isinstance(known, JoinedData) or known.parts != datas:
        known = room.joined = JoinedData(datas)
    return [JoinedView(parts, known)]
