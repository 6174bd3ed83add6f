"""The documents of a segment laid end to end: where each begins, and which one a place is in."""

import numpy as np

from app.search.columnar.arrays import Array
from app.search.columnar.snapshot import View

LONGEST = 64  # words of a phrase; and the room between documents
FEW = 100  # keys for which it is not worth while to look at anything else first
_STRETCH = 7  # bits of keys in a stretch


class Gaps(Exception):
    """A word stands behind the end of its document."""


class Edges:
    """Where the documents of a segment begin, and the last ends; ``even``: all are as long as the longest."""

    def __init__(self, view: View, field: str, *, even: bool) -> None:
        self.view, self.field, self.part = view, field, view.data.fields[field]
        lengths = None if even else view.data.lengths(field)
        self.even = lengths is None

        def laid() -> Array:
            whole = 0 if lengths is None else int(lengths.sum(dtype=np.int64))
            room = LONGEST + (self.part.most_places + 1 if lengths is None else 0)
            end = whole + (view.count + 1) * room + LONGEST
            found: Array = np.arange(view.count + 1, dtype=np.uint32 if end < 1 << 32 else np.int64)
            found *= room
            found += LONGEST
            if lengths is not None:
                found[1:] += lengths.cumsum(dtype=found.dtype)
            return found

        self.edges = view.kept.get(("line", field, self.even), laid)
        self.begins = self.edges[:-1]

    def owners(self, keys: Array) -> Array:
        """The document of each key (ascending).

        Of many keys it is looked up in which document each stretch of keys begins: two documents, no more,
        may begin within the stretch.
        """
        name = ("owners", self.field, self.even)
        size = (int(self.edges[-1]) >> _STRETCH) + 1
        if len(keys) < FEW or not self.view.kept.wanted(name, 4 * size):
            return (self.edges.searchsorted(keys, "right") - 1).astype(np.uint32)

        def made() -> Array:
            found = np.bincount(self.edges >> _STRETCH, minlength=size).cumsum(dtype=np.int32)
            return np.concatenate((np.full(1, -1, np.int32), found[:-1] - 1))

        found: Array = self.view.kept.get(name, made).take(keys >> _STRETCH)
        for _ in range((1 << _STRETCH) // LONGEST):
            found += self.edges.take(found + 1) <= keys
        return found.view(np.uint32)

    def gaps(self) -> None:
        """Gaps, now and whenever these documents are laid so once more."""
        self.view.kept.get(("gaps", self.field), lambda: np.ones(1, bool))
        raise Gaps

    def long(self, documents: Array) -> Array:
        """Which of some documents are so long that a place there may not fit in a byte."""
        found: Array = self.edges.take(documents + 1) - self.begins.take(documents) > 255 + LONGEST
        return found
