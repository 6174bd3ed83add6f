"""What became of each line from one revision of a transcript to another: by lineage, never by likeness.

A lineage says for each line of a revision of which lines of the revision before it was made. An entry
is a position there; after an old revision was restored it may also be a pair ``[revision, position]``
of a line that had been lost since.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, pairwise
from typing import Any

Lineage = Sequence[Sequence[Any]]


def same(count: int) -> list[list[int]]:
    """The lineage of a revision in which every line is the one it was."""
    return [[position] for position in range(count)]


def standing(
    lineages: Mapping[int, Lineage | None], revision: int, lines: Collection[int]
) -> dict[int, set[int]]:
    """Where lines of a revision, and what was made of them, stand in it and in every later one.

    ``lineages`` holds those of all revisions of one transcript, by revision. What is kept as a
    revision without a lineage descends from nothing.
    """
    found = {revision: set(lines)}
    for number in sorted(n for n in lineages if n > revision):
        before = max(n for n in lineages if n < number)
        found[number] = {
            position
            for position, parents in enumerate(lineages[number] or ())
            if any(_reaches(parent, before, found) for parent in parents)
        }
    return found


def _reaches(parent: Any, before: int, found: Mapping[int, set[int]]) -> bool:
    revision, position = (before, parent) if isinstance(parent, int) else parent
    return position in found.get(revision, ())


def sources(
    lineages: Mapping[int, Lineage | None], revision: int, lines: Iterable[int]
) -> dict[int, set[int]]:
    """The lines of every earlier revision of which these lines were made, and the lines themselves."""
    found: dict[int, set[int]] = {number: set() for number in lineages}
    found[revision] = set(lines)
    for number in sorted((n for n in lineages if n <= revision), reverse=True):
        before = max((n for n in lineages if n < number), default=None)
        lineage = lineages[number] or ()
        for parent in (p for line in found[number] if line < len(lineage) for p in lineage[line]):
            if not isinstance(parent, int):
                found.setdefault(parent[0], set()).add(parent[1])
            elif before is not None:
                found[before].add(parent)
    return found


def origins(lineages: Mapping[int, Lineage | None], old: int, count: int) -> dict[int, list[set[int]]]:
    """For every revision from ``old`` on, the lines of ``old`` each of its lines descends from.

    ``count`` are the lines of ``old``.
    """
    found: dict[int, list[set[int]]] = {old: [{position} for position in range(count)]}
    before = old
    for number in sorted(n for n in lineages if n > old):
        lines = []
        for parents in lineages[number] or ():
            pairs = [(before, parent) if isinstance(parent, int) else tuple(parent) for parent in parents]
            lines.append({o for revision, line in pairs if revision in found for o in found[revision][line]})
        found[number] = lines
        before = number
    return found


def restored(lineages: Mapping[int, Lineage | None], old: int, current: int, count: int) -> list[list[Any]]:
    """The lineage of a new revision that has the lines of ``old`` again.

    Each line descends from what stands of it now, and from where its descendants were last seen, so that
    what stood on a lost line finds it again.
    """
    seen = origins(lineages, old, count)
    found: list[list[Any]] = [[] for _ in range(count)]
    for line, made_of in enumerate(seen[current]):
        for position in made_of:
            found[position].append(line)
    for number, after in pairwise(sorted(n for n in seen if n <= current)):
        kept = {parent for parents in lineages[after] or () for parent in parents if isinstance(parent, int)}
        for line, made_of in enumerate(seen[number]):
            for position in made_of if line not in kept else ():
                found[position].append([number, line])
    return found


@dataclass(frozen=True, slots=True)
class Unit:
    """A stretch of the lines both began with, and what each of two made of it, as line numbers of theirs.

    ``first`` and ``last`` are its base lines (``last`` is ``first - 1`` for a place between two lines).
    """

    first: int
    last: int
    mine: list[int] = field(default_factory=list)
    theirs: list[int] = field(default_factory=list)


def units(count: int, mine: Lineage, theirs: Lineage) -> list[Unit]:
    """The smallest stretches in which two descents from the same ``count`` lines can be told apart.

    Places are numbered through: 2n is the gap before base line n, 2n + 1 the line itself. Whatever one
    line was made of, and whatever was deleted where something was inserted, belongs together.
    """
    tied = list(range(2 * count + 1))  # the first place of the stretch that each place belongs to
    placed = []
    for lineage in (mine, theirs):
        spans = _spans(count, lineage)
        placed.append(spans)
        for start, end in spans:
            for place in range(start + 1, end + 1):
                tied[place] = min(tied[place], place - 1)
    for place in range(len(tied)):  # each points at its neighbour until its stretch begins
        tied[place] = place if tied[place] == place else tied[tied[place]]
    ends = {first: place for place, first in enumerate(tied)}
    made = {first: Unit(first // 2, (last - 1) // 2) for first, last in ends.items()}
    for side, spans in zip(("mine", "theirs"), placed, strict=True):
        for line, (start, _) in enumerate(spans):
            getattr(made[tied[start]], side).append(line)
    return [made[first] for first in sorted(made)]


def _spans(count: int, lineage: Lineage) -> list[tuple[int, int]]:
    """The places each line of a descent takes, first and last."""
    lows = [min(parents, default=count) for parents in lineage]
    highs = [max(parents, default=-1) for parents in lineage]
    before = [-1, *accumulate(highs, max)]
    after = [*reversed(list(accumulate(reversed(lows), min))), count]
    spans = []
    for line, parents in enumerate(lineage):
        if parents:
            spans.append((2 * min(parents) + 1, 2 * max(parents) + 1))
            continue
        left, right = before[line], after[line + 1]
        spans.append((2 * right + 1, 2 * left + 1) if right <= left else (2 * left + 2, 2 * right))
    return spans
