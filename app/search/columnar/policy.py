"""Which segments are merged: small ones soon, large ones seldom, so each document is copied a few times."""

# mypy: allow-untyped-calls

from collections import defaultdict
from collections.abc import Sequence
from math import log

from app.search.columnar.segment import ColumnSegment

LEAST = 128  # documents: segments up to this size are alike
FACTOR = 4  # so many segments of about one size become one
HOLES = 0.5  # the part of a segment's documents that may have been removed before it is rewritten


def due(
    segments: Sequence[ColumnSegment], coming: int | None, most: int | None = None, driven: int | None = 0
) -> list[ColumnSegment]:
    """Which segments are to become one with ``coming`` new documents; ``most`` bounds what is copied.

    A segment of at most ``driven`` documents (None: any) is rewritten as soon as one of them was removed.
    When documents are only removed (``coming`` is None) all others wait. They are given back in their order.
    """
    bad = [one for one in segments if one.deleted_count() and (driven is None or one.count <= driven)]
    if coming is None:
        return bad
    tiers: dict[int, list[ColumnSegment]] = defaultdict(list)
    for segment in segments:
        tiers[tier(segment.doc_count())].append(segment)
    taken: list[ColumnSegment] = []
    total = coming
    for level in range(max(tiers, default=-1) + 1):
        mine = tiers[level]
        arriving = total > 0 and tier(total) == level
        if len(mine) + arriving < FACTOR:
            continue
        size = sum(segment.doc_count() for segment in mine)
        if most is None or total + size <= most:
            taken += mine
            total += size
    bad += [one for one in segments if one not in bad and _holed(one) and _fits(one, total, most)]
    taken += [one for one in bad if one not in taken]
    return [one for one in segments if one in taken] if len(taken) > 1 or coming or bad else []


def tier(count: int) -> int:
    """The size class of a segment."""
    return max(0, int(log(max(count, LEAST) / LEAST, FACTOR)))


def _holed(segment: ColumnSegment) -> bool:
    return segment.deleted_count() > HOLES * segment.count


def _fits(segment: ColumnSegment, total: int, most: int | None) -> bool:
    return most is None or total + segment.doc_count() <= most
