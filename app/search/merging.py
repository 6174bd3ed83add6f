"""How segments come and go: what is gathered is written, small segments are taken up into larger ones.

A segment is merged when what comes is at least half as large, so that a passage is copied about as often as
the number of passages doubles; and when something in it was removed.
"""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from app.search.arrays import Bools
from app.search.base import Document
from app.search.segment import Gathering, Segment, merge
from app.search.store import Draft, Held

AT_ONCE = 20_000  # documents of a segment that is rewritten at once when some of it was removed
LEAST = 50  # documents: a segment up to twice as large is always taken up into the next
MOST = 400_000  # documents of one segment that is made of several: it bounds the memory of merging

Part = tuple[Segment, Bools]  # and which of its groups live


def gather(draft: Draft, groups: Iterable[tuple[str, str, Sequence[Document]]]) -> list[Part]:
    """Segments of (group, stamp, documents): the last one in memory, the full ones before it in files."""
    parts: list[Part] = []
    gathering = Gathering()
    some = False
    for group, stamp, documents in groups:
        gathering.add(group, stamp, documents)
        some = True
        if gathering.full:
            parts.append(_whole(draft.spill(gathering.segment())))
            gathering, some = Gathering(), False
    if some:
        parts.append(_whole(gathering.segment()))
    return parts


def renewed(draft: Draft, held: Sequence[Held], coming: Sequence[Part], at_once: int | None) -> list[Held]:
    """The segments of the next commit: those held, and what comes, merged as far as is due.

    Segments from which something was removed are rewritten up to ``at_once`` documents (None: all).
    """
    living = [one for one in held if one.living.any()]
    taken = due(living, sum(_size(segment) for segment, _ in coming), at_once)
    kept = [one for one in living if one not in taken]
    parts = [*((one.segment, one.living) for one in taken), *coming]
    return [*kept, *(draft.add(_one(batch)) for batch in _batches(parts))]


def due(held: Sequence[Held], coming: int, at_once: int | None) -> list[Held]:
    """Which segments are taken up into the next one, with ``coming`` new documents."""
    found: list[Held] = []
    total = max(coming, LEAST)
    for one in sorted(held, key=lambda one: _size(one.segment)):
        size = _size(one.segment)
        holed = not one.living.all() and (at_once is None or size <= at_once)
        if holed or size <= 2 * total <= MOST:
            found.append(one)
            total += size
    return found


def _whole(segment: Segment) -> Part:
    return segment, np.ones(len(segment.cards.names), bool)


def _size(segment: Segment) -> int:
    return segment.cards.count + len(segment.cards.names)


def _one(parts: Sequence[Part]) -> Segment:
    if len(parts) == 1 and parts[0][1].all():
        return parts[0][0]
    return merge(parts)


def _batches(parts: Sequence[Part]) -> Iterator[list[Part]]:
    batch: list[Part] = []
    size = 0
    for part in parts:
        if batch and size + _size(part[0]) > MOST:
            yield batch
            batch, size = [], 0
        batch.append(part)
        size += _size(part[0])
    if batch:
        yield batch
