"""Statements of when something happened on one strip of time, each with the bounds of what it may mean.

Positions are percentages. Ticks are hours, days, months or years, whichever are few; a bound that is open
runs to the edge.
"""

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.pages import TimeStatement

ROW = 22  # pixels
_TICKS = 6  # at most


@dataclass(frozen=True, slots=True)
class Span:
    """One statement: from where to where it may mean, and whether it is open to a side."""

    statement: TimeStatement
    key: str
    start: float
    end: float
    open_start: bool
    open_end: bool


@dataclass(frozen=True, slots=True)
class Moments:
    """The statements that can be drawn, and ticks: position, day, and hour where ticks are hours."""

    spans: tuple[Span, ...]
    ticks: tuple[tuple[float, str, str], ...]
    height: int


def moments(statements: Sequence[TimeStatement]) -> Moments | None:
    """The strip; None where fewer than two statements can be read."""
    read = [(n, s, _bounds(s)) for n, s in enumerate(statements, 1)]
    known = [m for _, _, bounds in read for m in bounds if m]
    if len([1 for _, _, bounds in read if any(bounds)]) < 2:
        return None
    first, last = min(known), max(known)
    margin = max((last - first) / 12, datetime.timedelta(minutes=30))
    low, high = first - margin, last + margin

    def at(moment: datetime.datetime) -> float:
        return round((moment - low) / (high - low) * 100, 2)

    spans = tuple(
        Span(s, str(n), at(a or low), at(b or high), a is None, b is None) for n, s, (a, b) in read if a or b
    )
    ticks = tuple((at(moment), *_label(moment, high - low)) for moment in _ticks(low, high))
    return Moments(spans, ticks, len(spans) * ROW + 40)


def _bounds(statement: TimeStatement) -> tuple[datetime.datetime | None, datetime.datetime | None]:
    return _moment(statement.happened.lower, False), _moment(statement.happened.upper, True)


def _moment(iso: str, is_end: bool) -> datetime.datetime | None:
    """An ISO day or minute; a day as an upper bound means its end. None for what is neither."""
    try:
        moment = datetime.datetime.fromisoformat(iso).replace(tzinfo=None)
    except ValueError:
        return None
    if not 1000 <= moment.year <= 2999:
        return None
    return moment + datetime.timedelta(days=1) if is_end and "T" not in iso else moment


def _ticks(low: datetime.datetime, high: datetime.datetime) -> Iterator[datetime.datetime]:
    """Round moments between the two: hours of a day, days, or first days of years."""
    length = high - low
    hours = next(
        (h for h in (1, 2, 3, 6, 12, 24, 48, 120, 240) if length / datetime.timedelta(hours=h) <= _TICKS), 0
    )
    if not hours:
        step = max(1, -(-(high.year - low.year) // _TICKS))
        yield from (
            low.replace(year=year, month=1, day=1, hour=0, minute=0)
            for year in range(low.year + 1, high.year + 1, step)
        )
        return
    moment = low.replace(hour=0, minute=0, second=0, microsecond=0)
    while moment <= high:
        if moment >= low:
            yield moment
        moment += datetime.timedelta(hours=hours)


def _label(moment: datetime.datetime, length: datetime.timedelta) -> tuple[str, str]:
    """The day as ISO, and the hour where ticks are hours."""
    return moment.date().isoformat(), moment.strftime("%H:%M") if length < datetime.timedelta(days=6) else ""
