"""What became of lines that were cited: found again by lineage, and never any old words told to readers."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select

from app.db import session
from app.errors import NotFound
from app.models import Audience, Testimony
from app.services import reading, revisions, tracing
from app.services.reading import NOT_HERE
from app.services.revisions import Edited


class State(StrEnum):
    """What became of cited lines."""

    EXACT = "exact"  # same words, same numbers, same times
    MOVED = "moved"  # same words, at another number or time
    CHANGED = "changed"  # other words, or said to be another speaker's
    GONE = "gone"  # none of them is left
    WITHHELD = "withheld"  # some of them are kept from this audience now


@dataclass(frozen=True, slots=True)
class Resolved:
    """Where cited lines stand now. ``first`` and ``last`` are None where they are gone."""

    state: State
    first: int | None
    last: int | None
    revision: int  # the one cited
    current: int


def resolve(identifier: str, audience: str, revision: int, first: int, last: int) -> Resolved:
    """What became of lines ``first`` to ``last`` of a revision, as far as this audience may know.

    Raises NotFound when the testimony, the revision or the lines are not there, or not for this audience.
    """
    edition = reading.find(identifier, audience)
    testimony = session().scalars(select(Testimony).filter_by(identifier=identifier)).one()
    current = revisions.original(testimony)
    held = {one.revision: one for one in revisions.chain(current)} if current else {}
    cited = held.get(revision)
    if current is None or cited is None or not 0 <= first <= last < revisions.count(cited):
        raise NotFound(NOT_HERE)
    stands = tracing.standing(revisions.lineages(list(held.values())), revision, range(first, last + 1))
    left = stands[current.revision]
    if not left:
        return Resolved(State.GONE, None, None, revision, current.revision)
    here = min(left), max(left)
    shown = reading.stretch(edition.id, *here)
    if audience != Audience.STAFF and any(line.withheld for line in shown):
        return Resolved(State.WITHHELD, *here, revision, current.revision)
    was = revisions.lines(cited)[first : last + 1]
    now = revisions.lines(current)[here[0] : here[1] + 1]
    return Resolved(_state(was, now, (first, last) == here), *here, revision, current.revision)


def _state(was: Sequence[Edited], now: Sequence[Edited], in_place: bool) -> State:
    if _said(was) != _said(now):
        return State.CHANGED
    same = [(line.start_ms, line.end_ms) for line in was] == [(line.start_ms, line.end_ms) for line in now]
    return State.EXACT if in_place and same else State.MOVED


def _said(lines: Sequence[Edited]) -> list[tuple[str, list[str]]]:
    """Who says which words, however they are divided into lines."""
    said: list[tuple[str, list[str]]] = []
    for line in lines:
        if not said or said[-1][0] != line.speaker:
            said.append((line.speaker, []))
        said[-1][1].extend(line.text.split())
    return said
