"""How often the passages of searches fall in each year and in each place, beside all passages there are.

Passages are counted by testimony, which has the dates and the places. A date that is a range gives each of
its years an equal share; one that is open or wider than a generation is counted as unknown, and so is none.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import select

from app.archive import index, settings
from app.db import session
from app.models import Audience, Edition, Testimony
from app.pages import Summary
from app.services import naming, searching, understanding

WIDEST = 30  # years that a date may span and still be counted in each
MOST_COLUMNS = 30  # years, or stretches of years, that a plot shows
MOST_PLACES = 25
KINDS = ("told", "recorded")  # the years of what is told of, or those in which it was told
_STEPS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
_AT_ONCE = 500  # heads of editions read at once


@dataclass(frozen=True, slots=True)
class Share:
    """How many passages: ``sure`` at least, ``most`` at most, and ``share`` when ranges are shared out."""

    sure: int = 0
    share: float = 0.0
    most: int = 0
    per_thousand: float | None = None  # of all passages there; None where there are none


@dataclass(frozen=True, slots=True)
class Row:
    """One stretch of years (``low`` to ``high``) or one place: all passages, and those of each search."""

    label: str
    whole: Share
    found: tuple[Share, ...]
    low: int = 0
    high: int = 0


@dataclass(frozen=True, slots=True)
class Spread:
    """Rows in order, and how many passages stand in none of them. ``left`` counts places not shown."""

    rows: tuple[Row, ...] = ()
    unknown: int = 0
    unknown_found: tuple[int, ...] = ()
    left: int = 0


@dataclass(frozen=True, slots=True)
class _Known:
    """What an edition says of when and where; ``stamp`` tells whether it still says so."""

    stamp: str
    years: Mapping[str, tuple[int, int] | None]
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Words:
    """What several searches find, over time and by place. ``totals`` are passages, ``also`` as in Answer."""

    totals: tuple[int, ...]
    whole: int
    kind: str
    kinds: tuple[str, ...]  # those that anything is known of
    years: Spread
    places: Spread
    also: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    within: Summary | None = None


def spread(
    queries: Sequence[str],
    audience: str,
    filters: Mapping[str, tuple[str, ...]] | None = None,
    *,
    kind: str = "",
    exact: bool = False,
    within: str = "",
) -> Words:
    """The passages of each query by year and by place. ``kind`` is of KINDS; empty: the first that is known.

    Raises NotFound for ``within`` what is not open.
    """
    inside = searching.inside_of(within, audience)
    asked = [understanding.understood(q, audience, filters, exact=exact, within=within) for q in queries]
    asked = [replace(query, voices=frozenset()) for query in asked]  # who speaks is no word that is said
    also = {word: names for q in asked for word, names in naming.said(q.words, q.variants).items()}
    tallies = [index(audience).tally(query) if query.words.strip() else {} for query in asked]
    whole = index(audience).tally(understanding.understood("", audience, filters, within=within))
    known = _known(audience)
    whole = {group: count for group, count in whole.items() if group in known}
    tallies = [{group: count for group, count in one.items() if group in whole} for one in tallies]
    kinds = tuple(one for one in KINDS if any(known[group].years[one] for group in whole))
    kind = kind if kind in kinds else next(iter(kinds), KINDS[0])
    return Words(
        totals=tuple(sum(one.values()) for one in tallies),
        whole=sum(whole.values()),
        kind=kind,
        kinds=kinds,
        years=_by_year(tallies, whole, {group: known[group].years[kind] for group in whole}),
        places=_by_place(tallies, whole, {group: known[group].places for group in whole}),
        also=also,
        within=inside,
    )


def _by_year(
    tallies: Sequence[Mapping[str, int]],
    whole: Mapping[str, int],
    years: Mapping[str, tuple[int, int] | None],
) -> Spread:
    dated = [span for one in tallies for group in one if (span := years[group])]
    unknown = tuple(sum(count for group, count in one.items() if not years[group]) for one in tallies)
    nowhere = sum(count for group, count in whole.items() if not years[group])
    if not dated:
        return Spread((), nowhere, unknown)
    first, last = min(low for low, _ in dated), max(high for _, high in dated)
    step = next(step for step in _STEPS if last // step - first // step < MOST_COLUMNS)
    rows = []
    for low in range(first - first % step, last + 1, step):
        high = low + step - 1
        every = _shared(whole, years, low, high)
        found = tuple(_relative(_shared(one, years, low, high), every) for one in tallies)
        rows.append(Row(str(low) if step == 1 else f"{low}–{high}", every, found, low, high))
    return Spread(tuple(rows), nowhere, unknown)


def _shared(
    counts: Mapping[str, int], years: Mapping[str, tuple[int, int] | None], low: int, high: int
) -> Share:
    """How many of the passages fall between two years, both inclusive."""
    sure = most = 0
    share = 0.0
    for group, count in counts.items():
        span = years[group]
        if span and (common := min(high, span[1]) - max(low, span[0]) + 1) > 0:
            width = span[1] - span[0] + 1
            most += count
            share += count * common / width
            sure += count if common == width else 0
    return Share(sure, share, most)


def _relative(found: Share, every: Share) -> Share:
    return replace(found, per_thousand=1000 * found.share / every.share if every.share else None)


def _by_place(
    tallies: Sequence[Mapping[str, int]],
    whole: Mapping[str, int],
    places: Mapping[str, tuple[str, ...]],
) -> Spread:
    """A passage counts in every place that its testimony tells of."""
    every, *found = (_counted(one, places) for one in (whole, *tallies))
    told = [place for place in every if any(one[place] for one in found)]
    told.sort(key=lambda place: (-sum(one[place] for one in found), place))
    rows = tuple(
        Row(
            place,
            whole_there := Share(every[place], every[place], every[place]),
            tuple(_relative(Share(one[place], one[place], one[place]), whole_there) for one in found),
        )
        for place in told[:MOST_PLACES]
    )
    nowhere, *not_placed = (
        sum(count for group, count in one.items() if not places[group]) for one in (whole, *tallies)
    )
    return Spread(rows, nowhere, tuple(not_placed), max(0, len(told) - MOST_PLACES))


def _counted(counts: Mapping[str, int], places: Mapping[str, tuple[str, ...]]) -> Counter[str]:
    found = Counter[str]()
    for group, count in counts.items():
        for place in places[group]:
            found[place] += count
    return found


_kept: dict[tuple[str, str], dict[str, _Known]] = {}


def _known(audience: str) -> Mapping[str, _Known]:
    """What this audience's editions say of when and where; only those that changed are read again."""
    where = (settings().database_url, audience)
    held = Edition.audience == Audience(audience)
    stamps = session().execute(
        select(Testimony.identifier, Edition.id, Edition.stamp)
        .join(Testimony, Edition.testimony_id == Testimony.id)
        .where(held)
    )
    before, now = _kept.get(where, {}), dict[str, _Known]()
    missing: dict[int, tuple[str, str]] = {}
    for identifier, number, stamp in stamps:
        if identifier in before and before[identifier].stamp == stamp:
            now[identifier] = before[identifier]
        else:
            missing[number] = identifier, stamp
    for number, head in _heads(list(missing)):
        identifier, stamp = missing[number]
        now[identifier] = _Known(
            stamp, {"told": _span(head["period"]), "recorded": _span(head["date"])}, _places(head)
        )
    _kept[where] = now
    return now


def _heads(numbers: Sequence[int]) -> Iterator[tuple[int, dict[str, Any]]]:
    names = ("period", "date", "place", "places")
    columns = [Edition.head[name] for name in names]
    for start in range(0, len(numbers), _AT_ONCE):
        rows = session().execute(
            select(Edition.id, *columns).where(Edition.id.in_(numbers[start : start + _AT_ONCE]))
        )
        for number, *values in rows:
            yield number, dict(zip(names, values, strict=True))


def _span(said: Mapping[str, str] | None) -> tuple[int, int] | None:
    """First and last year of a date; None when it is not known, open, or too wide to be shared out."""
    bounds = [(said or {}).get(end, "")[:4] for end in ("lower", "upper")]
    if not all(bound.isdecimal() for bound in bounds):
        return None
    low, high = map(int, bounds)
    return (low, high) if 0 <= high - low < WIDEST else None


def _places(head: Mapping[str, Any]) -> tuple[str, ...]:
    said = [*(head["places"] or ()), *([head["place"]] if head["place"] else [])]
    return tuple(dict.fromkeys(place["name"] for place in said))
