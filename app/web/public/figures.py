"""Figures on one axis: only those that count the same thing, in the same unit.

Positions are percentages of the axis, so that the drawing fits any width without its text
being scaled. Ranges are drawn as ranges, open ends as open; nothing is ever averaged.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.pages import ClaimView
from app.records import Figure


@dataclass(frozen=True, slots=True)
class Bar:
    """One figure on the axis. A point has ``start == end``; open ends run to the edge."""

    key: str  # the letter that names it in the table
    claim: ClaimView
    start: float
    end: float
    point: bool
    open_start: bool
    open_end: bool
    approximate: bool
    top: int  # in pixels


@dataclass(frozen=True, slots=True)
class Axis:
    """Figures that count the same thing."""

    unit: str
    counted: str
    bars: tuple[Bar, ...]
    ticks: tuple[tuple[float, float], ...]  # (position, value)
    height: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """The claims of a question: those that share an axis, and those that stand alone."""

    axes: tuple[Axis, ...]
    keys: dict[str, str]  # claim -> letter


_ROW = 36
_TOP = 34


def round_step(highest: float) -> float:
    """A round distance between ticks, so that there are three to six of them."""
    rough = highest / 4
    power = 10.0 ** math.floor(math.log10(rough))
    return next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= rough)


def _bounds(figure: Figure) -> tuple[float | None, float | None]:
    """The lowest and highest the figure may mean, None where it is open."""
    if figure.low is not None or figure.high is not None:
        return figure.low, figure.high
    return figure.value, figure.value


def _bar(key: str, claim: ClaimView, figure: Figure, scale: float, row: int) -> Bar:
    low, high = _bounds(figure)
    return Bar(
        key=key,
        claim=claim,
        start=0.0 if low is None else round(low * scale, 2),
        end=100.0 if high is None else round(high * scale, 2),
        point=low is not None and low == high,
        open_start=low is None,
        open_end=high is None,
        approximate=figure.approximate,
        top=_TOP + row * _ROW,
    )


def _axis(unit: str, counted: str, held: Sequence[tuple[str, ClaimView, Figure]]) -> Axis | None:
    known = [v for _, _, figure in held for v in _bounds(figure) if v is not None]
    highest = max(known, default=0.0)
    if highest <= 0:
        return None
    step = round_step(highest)
    # Room to the right of the highest, so that "at least" is seen to go on.
    top = step * (math.floor(highest / step) + 1)
    scale = 100 / top
    count = round(top / step)
    return Axis(
        unit=unit,
        counted=counted,
        bars=tuple(_bar(key, claim, figure, scale, row) for row, (key, claim, figure) in enumerate(held)),
        ticks=tuple((round(n * step * scale, 2), n * step) for n in range(count + 1)),
        height=_TOP + len(held) * _ROW + 6,
    )


def letter(index: int) -> str:
    """A, B, ... Z, A1, B1, ..."""
    turn, place = divmod(index, 26)
    return chr(ord("A") + place) + (str(turn) if turn else "")


def compare(claims: Iterable[ClaimView]) -> Comparison:
    """Lay the figures of a question out. What does not say what it counts shares no axis."""
    groups: dict[tuple[str, str], list[tuple[str, ClaimView, Figure]]] = {}
    keys: dict[str, str] = {}
    for index, claim in enumerate(claims):
        keys[claim.identifier] = letter(index)
        figure = claim.figure
        if figure and figure.counted and not claim.part_of and any(v is not None for v in _bounds(figure)):
            groups.setdefault((figure.unit, figure.counted), []).append((letter(index), claim, figure))
    shared = [_axis(unit, counted, held) for (unit, counted), held in groups.items() if len(held) > 1]
    return Comparison(tuple(axis for axis in shared if axis), keys)
