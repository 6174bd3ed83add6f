"""A whole with the parts that were given of it, as they were given; sums are pointed out, not corrected."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from app.pages import ClaimView
from app.records import Figure
from app.web.public import figures

MOST = 12  # parts among which a sum is looked for


@dataclass(frozen=True, slots=True)
class Length:
    """A figure drawn from nothing to its value; ``end`` is where it surely ends, ``reach`` where it may."""

    claim: ClaimView
    end: float
    reach: float
    top: int  # in pixels


@dataclass(frozen=True, slots=True)
class Whole:
    """A claim with parts. ``fits``: "all" of the parts, "some" of them, "more" or "less" than the whole;
    "other" where they count in another unit, "" where the numbers do not say."""

    claim: ClaimView
    lengths: tuple[Length, ...]  # the whole first
    ticks: tuple[tuple[float, float], ...]
    height: int
    total: float | None  # of the parts, where each gives one number
    fits: str
    making: tuple[float, ...] = ()  # the parts that make up the whole, where some do


def wholes(claims: Iterable[ClaimView]) -> tuple[Whole, ...]:
    """Every claim that has a number and parts with numbers."""
    return tuple(whole for claim in claims if (whole := _whole(claim)))


def _whole(claim: ClaimView) -> Whole | None:
    parts = [part for part in claim.parts if part.figure and _ends(part.figure) is not None]
    if claim.figure is None or _ends(claim.figure) is None or not parts:
        return None
    ends = [_ends(one.figure) or (0.0, 0.0) for one in (claim, *parts) if one.figure]
    highest = max(reach for _, reach in ends)
    if highest <= 0:
        return None
    scale, ticks = figures.ticks(highest)
    fits, making = _fits(claim.figure, [part.figure for part in parts if part.figure])
    return Whole(
        claim,
        tuple(
            Length(one, round(end * scale, 2), round(reach * scale, 2), figures.TOP + row * figures.ROW)
            for row, (one, (end, reach)) in enumerate(zip((claim, *parts), ends, strict=True))
        ),
        ticks,
        figures.TOP + len(ends) * figures.ROW + 6,
        _total([part.figure for part in parts if part.figure]),
        fits,
        making,
    )


def _ends(figure: Figure) -> tuple[float, float] | None:
    low, high = figures.bounds(figure)
    known = [v for v in (low, high) if v is not None]
    return (min(known), max(known)) if known else None


def _total(parts: Sequence[Figure]) -> float | None:
    values = [part.value for part in parts]
    return sum(v for v in values if v is not None) if None not in values else None


def _fits(whole: Figure, parts: Sequence[Figure]) -> tuple[str, tuple[float, ...]]:
    if any(part.unit != whole.unit for part in parts):
        return "other", ()
    total, values = _total(parts), [part.value for part in parts if part.value is not None]
    low, high = figures.bounds(whole)
    if total is None or low is None or high is None or whole.approximate or any(p.approximate for p in parts):
        return "", ()
    if low <= total <= high:
        return "all", tuple(values)
    if total < low:
        return "less", ()
    for count in range(len(values) - 1, 1, -1) if len(values) <= MOST else ():
        for some in combinations(values, count):
            if low <= sum(some) <= high:
                return "some", some
    return "more", ()
