"""A strip of time: when an event happened and when its testimonies were given.

Positions are percentages. What has no readable date is left to the list beside it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from app.pages import Summary
from app.records import FuzzyDate


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing on the strip, from ``start`` to ``end``."""

    start: float
    end: float
    row: int
    label: str
    date: FuzzyDate
    identifier: str = ""  # of the testimony; empty for the event itself


@dataclass(frozen=True, slots=True)
class Strip:
    """Everything on the strip, and the years written under it."""

    moments: tuple[Moment, ...]
    years: tuple[tuple[float, int], ...]
    rows: int


def _span(value: FuzzyDate | None) -> tuple[float, float] | None:
    """The bounds of a date in years, or None when it has none."""
    if value is None or not (value.lower or value.upper):
        return None
    try:
        low, high = (date.fromisoformat(d) for d in (value.lower or value.upper, value.upper or value.lower))
    except ValueError:
        return None
    return _year(low), _year(high)


def _year(day: date) -> float:
    return day.year + (day.timetuple().tm_yday - 1) / 366


def strip(title: str, when: FuzzyDate | None, testimonies: Iterable[Summary]) -> Strip | None:
    """The event, then its testimonies as they were given; None if fewer than two are dated."""
    told = [(_span(s.date), s) for s in testimonies]
    dated = sorted(((span, s) for span, s in told if span), key=lambda pair: pair[0])
    first = _span(when)
    spans = ([first] if first else []) + [span for span, _ in dated]
    if len(spans) < 2:
        return None
    low, high = int(min(s[0] for s in spans)), int(max(s[1] for s in spans)) + 1
    scale = 100 / (high - low)

    def place(span: tuple[float, float]) -> tuple[float, float]:
        return round((span[0] - low) * scale, 2), round((span[1] - low) * scale, 2)

    moments = [Moment(*place(first), 0, title, when)] if first and when else []
    for span, testimony in dated:
        if testimony.date:
            row = len(moments)
            moments.append(Moment(*place(span), row, testimony.title, testimony.date, testimony.identifier))
    step = max(1, -(-(high - low) // 5))
    years = tuple((round((year - low) * scale, 2), year) for year in range(low, high + 1, step))
    return Strip(tuple(moments), years, len(moments))
