"""Bars for words over time and by place, all to one scale. Positions are percentages of the width.

A bar is full as far as its passages surely fall there, and an outline above that: the share of dates that
are ranges.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from app.services.spreading import Row, Spread
from app.web.public.figures import round_step

HEIGHT = 120  # pixels of the highest bar
_LABELS = 6  # years written under a plot, at most
_WIDEST = 8  # a bar takes no more than one part in so many, however few there are


@dataclass(frozen=True, slots=True)
class Bar:
    """One stretch of years: where it begins and how wide it is; the heights of its bar, in pixels."""

    x: float
    width: float
    height: float
    sure: float
    label: str  # written under it, where there is room


@dataclass(frozen=True, slots=True)
class Plot:
    """One search over time. ``ticks`` are heights and what they stand for."""

    words: str
    bars: tuple[Bar, ...]
    ticks: tuple[tuple[float, float], ...]


def over_time(queries: Sequence[str], years: Spread) -> tuple[Plot, ...]:
    """One plot for each search; all to one scale, so that they can be compared."""
    highest = _highest(years.rows)
    if not highest:
        return ()
    step = round_step(highest)
    count = math.ceil(highest / step)
    ticks = tuple((round(HEIGHT * (1 - number / count), 1), number * step) for number in range(count + 1))
    scale = HEIGHT / (count * step)
    return tuple(
        Plot(words, tuple(_bars(years.rows, number, scale)), ticks) for number, words in enumerate(queries)
    )


def _bars(rows: Sequence[Row], number: int, scale: float) -> Iterator[Bar]:
    """The bars of one search."""
    width, every = 100 / max(len(rows), _WIDEST), math.ceil(len(rows) / _LABELS)
    for at, row in enumerate(rows):
        one = row.found[number]
        height = (one.per_thousand or 0) * scale
        yield Bar(
            x=round((at + 0.1) * width, 3),
            width=round(0.8 * width, 3),
            height=round(height, 1),
            sure=round(height * one.sure / one.share, 1) if one.share else 0.0,
            label=str(row.low) if at % every == 0 else "",
        )


def by_place(places: Spread) -> dict[str, tuple[float, ...]]:
    """How long the bar of each place is for each search, in parts of a hundred."""
    highest = _highest(places.rows)
    return {
        row.label: tuple(round(100 * (one.per_thousand or 0) / highest, 1) for one in row.found)
        for row in places.rows
    }


def _highest(rows: Iterable[Row]) -> float:
    return max((one.per_thousand or 0 for row in rows for one in row.found), default=0)
