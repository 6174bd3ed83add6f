"""Figures on one axis: only those that count the same thing, in the same unit.

Positions are percentages of the axis, so that the drawing fits any width without its text
being scaled. Ranges are drawn as ranges, open ends as open; nothing is ever averaged.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from app.pages import ClaimView, EvidenceView
from app.records import Figure
from app.search.folding import fold


@dataclass(frozen=True, slots=True)
class Bar:
    """One figure on the axis, of a claim or of a passage for it. A point has ``start == end``; open ends
    run to the edge."""

    key: str  # the letter that names it in the table
    claim: ClaimView
    start: float
    end: float
    point: bool
    open_start: bool
    open_end: bool
    approximate: bool
    top: int  # in pixels
    evidence: EvidenceView | None = None


@dataclass(frozen=True, slots=True)
class Axis:
    """Figures that count the same thing, at one time and place where they say so. ``none`` are the keys of
    those that say there was nothing to count, beside others that say there was: a contradiction."""

    unit: str
    counted: str
    when: str
    where: str
    none: tuple[str, ...]
    bars: tuple[Bar, ...]
    ticks: tuple[tuple[float, float], ...]  # (position, value)
    height: int


@dataclass(frozen=True, slots=True)
class Given:
    """A figure as it was given, by a claim or by a passage for it."""

    key: str
    claim: ClaimView
    figure: Figure
    evidence: EvidenceView | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """The claims of a question: the figures that share an axis, and all that were given."""

    axes: tuple[Axis, ...]
    keys: dict[str, str]  # claim -> letter
    given: tuple[Given, ...] = ()


ROW = 36
TOP = 34


def round_step(highest: float) -> float:
    """A round distance between ticks, so that there are three to six of them."""
    rough = max(highest / 4, 1e-9)  # what is smaller is no count
    power = 10.0 ** math.floor(math.log10(rough))
    return next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= rough)


def bounds(figure: Figure) -> tuple[float | None, float | None]:
    """The lowest and highest the figure may mean, None where it is open."""
    if figure.low is not None or figure.high is not None:
        return figure.low, figure.high
    return figure.value, figure.value


def ticks(highest: float) -> tuple[float, tuple[tuple[float, float], ...]]:
    """How many percent of the width one is, and round ticks (position, value) to beyond the highest."""
    step = round_step(highest)
    # Room to the right of the highest, so that "at least" is seen to go on.
    top = step * (math.floor(highest / step) + 1)
    count = round(top / step)
    return 100 / top, tuple((round(n * step * 100 / top, 2), n * step) for n in range(count + 1))


def _bar(given: Given, scale: float, row: int) -> Bar:
    low, high = bounds(given.figure)
    return Bar(
        key=given.key,
        claim=given.claim,
        start=0.0 if low is None else round(low * scale, 2),
        end=100.0 if high is None else round(high * scale, 2),
        point=low is not None and low == high,
        open_start=low is None,
        open_end=high is None,
        approximate=given.figure.approximate,
        top=TOP + row * ROW,
        evidence=given.evidence,
    )


def _axis(held: Sequence[Given]) -> Axis | None:
    known = [v for given in held for v in bounds(given.figure) if v is not None]
    highest = max(known, default=0.0)
    if highest <= 0:
        return None
    scale, marks = ticks(highest)
    first = held[0].figure
    some = any((bounds(given.figure)[0] or 0) > 0 for given in held)
    return Axis(
        unit=first.unit,
        counted=first.counted,
        when=first.when,
        where=first.where,
        none=tuple(given.key for given in held if some and bounds(given.figure)[1] == 0),
        bars=tuple(_bar(given, scale, row) for row, given in enumerate(held)),
        ticks=marks,
        height=TOP + len(held) * ROW + 6,
    )


def letter(index: int) -> str:
    """A, B, ... Z, A1, B1, ..."""
    turn, place = divmod(index, 26)
    return chr(ord("A") + place) + (str(turn) if turn else "")


def compare(claims: Iterable[ClaimView]) -> Comparison:
    """Lay the figures of a question out. What does not say what it counts shares no axis."""
    claims = list(claims)
    keys = {claim.identifier: letter(index) for index, claim in enumerate(claims)}
    given = tuple(_given(claims, keys))
    groups: dict[tuple[str, ...], list[Given]] = {}
    for one in given:
        figure = one.figure
        if figure.counted and not one.claim.part_of and any(v is not None for v in bounds(figure)):
            same = tuple(
                fold(said.strip()) for said in (figure.unit, figure.counted, figure.when, figure.where)
            )
            groups.setdefault(same, []).append(one)
    shared = [_axis(held) for held in groups.values() if len(held) > 1]
    return Comparison(tuple(axis for axis in shared if axis), keys, given)


def _given(claims: Sequence[ClaimView], keys: dict[str, str]) -> Iterator[Given]:
    """Each claim's figure, then those of the passages for it; a passage for several claims comes once."""
    met: set[tuple[str, int, int, Figure]] = set()
    for claim in claims:
        if claim.figure:
            yield Given(keys[claim.identifier], claim, claim.figure)
        number = 0
        for one in claim.evidence:
            said = one.figure and (one.testimony.identifier, one.first, one.last, one.figure)
            if one.figure and said and said not in met:
                met.add(said)
                number += 1
                yield Given(f"{keys[claim.identifier]}·{number}", claim, one.figure, one)
