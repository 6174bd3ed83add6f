"""Corrections for tests: random ones, and an account of what becomes of every line that does not ask ours."""

import itertools
import random
from dataclasses import dataclass, field, replace

from app.cli.base import OPERATOR
from app.services import linking, revisions, transcribing
from app.services.revisions import Edited

_words = itertools.count()


def fresh(count: int = 4) -> str:
    """Words that occur nowhere else."""
    return " ".join(f"word{next(_words)}x" for _ in range(count))


@dataclass
class Told:
    """A line, and of which lines of which revisions it is what is left: (revision, position)."""

    line: Edited
    tags: set[tuple[int, int]] = field(default_factory=set)


def begin(texts: list[str]) -> list[Told]:
    """The lines of revision 1 as ``tests.conftest.testimony`` makes them."""
    lines = [
        Edited((), text, "Ana Vell", number * 2000, number * 2000 + 2000) for number, text in enumerate(texts)
    ]
    return stamped([Told(line) for line in lines], 1)


def stamped(lines: list[Told], revision: int) -> list[Told]:
    """The lines as read at a revision: each comes from itself, and carries its place there."""
    return [
        Told(replace(told.line, came_from=(position,)), told.tags | {(revision, position)})
        for position, told in enumerate(lines)
    ]


def corrected(lines: list[Told], chance: random.Random, steps: int) -> list[Told]:
    """Some corrections of the lines: split, join, insert, delete, other words, other times."""
    made = list(lines)
    for _ in range(steps):
        kind = chance.choice(["split", "join", "insert", "delete", "retext", "reword", "retime"])
        at = chance.randrange(len(made)) if made else 0
        if kind == "insert" or not made:
            made.insert(at, Told(Edited((), fresh(), "Ana Vell", None, None)))
            continue
        told = made[at]
        words = told.line.text.split()
        if kind == "split" and len(words) > 1:
            cut = chance.randrange(1, len(words))
            parts = (" ".join(words[:cut]), " ".join(words[cut:]))
            made[at : at + 1] = [Told(replace(told.line, text=part), set(told.tags)) for part in parts]
        elif kind == "join" and at + 1 < len(made):
            other = made[at + 1]
            parents = tuple(sorted({*told.line.came_from, *other.line.came_from}))
            text = f"{told.line.text} {other.line.text}"
            joined = replace(told.line, came_from=parents, text=text, end_ms=None)
            made[at : at + 2] = [Told(joined, told.tags | other.tags)]
        elif kind == "delete" and len(made) > 1:
            del made[at]
        elif kind == "retext":
            made[at] = Told(replace(told.line, text=fresh(len(words) or 1)), told.tags)
        elif kind == "reword":
            words[chance.randrange(len(words))] = fresh(1)
            made[at] = Told(replace(told.line, text=" ".join(words)), told.tags)
        elif kind == "retime":
            start = chance.randrange(100_000)
            made[at] = Told(replace(told.line, start_ms=start, end_ms=start + 500), told.tags)
    return made


def save(identifier: str, read: int, lines: list[Told] | list[Edited], **more: object):
    """Hand the lines in, as an archivist who read that revision."""
    edited = [told.line if isinstance(told, Told) else told for told in lines]
    return transcribing.revise(identifier, "", read, edited, OPERATOR, **more)


def lines_of(identifier: str, language: str = "") -> list[Edited]:
    """The lines as they stand."""
    return revisions.lines(revisions.current(linking.find(identifier), language))
