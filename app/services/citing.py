"""What became of lines that were cited: found again by lineage, and never any old words told too many."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum

from sqlalchemy import select

from app import clock
from app.db import session
from app.errors import NotFound
from app.models import Audience, Edition, Testimony, Transcript
from app.records import Line
from app.services import editions, masking, reading, revisions, tracing
from app.services.descending import Descent, origin_of, place_of
from app.services.reading import NOT_HERE
from app.services.revisions import Edited


class State(StrEnum):
    """What became of cited lines. Of a testimony that was destroyed there is only a tombstone (Gone)."""

    EXACT = "exact"  # same words, same numbers, same times
    MOVED = "moved"  # same words, at another number or time
    CHANGED = "changed"  # other words, or said to be another speaker's
    SUPERSEDED = "superseded"  # none of them is left in the revision that took the place of the one cited
    WITHHELD = "withheld"  # some of them are kept from this audience now


@dataclass(frozen=True, slots=True)
class Resolved:
    """Where cited lines stand now. ``first`` and ``last`` are None where they are gone.

    ``was`` are the lines as they were cited: none where this audience may not read them, above all where
    anything of them was ever withheld. ``now`` are the lines as this audience reads them.
    """

    state: State
    first: int | None
    last: int | None
    revision: int  # the one cited
    current: int
    was: tuple[Line, ...] = ()
    now: tuple[Line, ...] = ()


def resolve(identifier: str, audience: str, revision: int, first: int, last: int) -> Resolved:
    """What became of lines ``first`` to ``last`` of a revision, as far as this audience may know.

    Raises NotFound when the testimony, the revision or the lines are not there, or not for this audience,
    and Gone for a testimony everybody could read before it was destroyed.
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
    start, end = (min(left), max(left)) if left else (None, None)
    shown = reading.stretch(edition.id, min(left), max(left)) if left else ()
    found = Resolved(State.WITHHELD, start, end, revision, current.revision)
    is_staff = audience == Audience.STAFF
    withheld, ever = _kept_back(testimony, list(held.values()), revision, set(range(first, last + 1)))
    ever = ever or _misheard(revisions.lines(cited, first, last), testimony)
    if not is_staff and (withheld or any(line.withheld for line in shown)):
        return found
    was = revisions.lines(cited, first, last)
    now = revisions.lines(current, min(left), max(left)) if left else []
    state = _state(was, now, (first, last) == (start, end)) if left else State.SUPERSEDED
    if state in (State.EXACT, State.MOVED):
        told = shown
    elif is_staff or (not ever and _was_read(testimony, edition, cited, list(held.values()))):
        told = _told(was, {} if is_staff else masking.everybody() | editions.veils(testimony))
    else:
        told = ()
    return replace(found, state=state, was=told, now=shown)


def _kept_back(
    testimony: Testimony, held: Sequence[Transcript], revision: int, cited: set[int]
) -> tuple[bool, bool]:
    """Whether something of these lines is withheld now, and whether anything of them ever was."""
    withheld = ever = False
    descent, moment = Descent(held), clock.now()
    lineages = revisions.lineages(held)
    for passage in testimony.passages:
        if not passage.redactions or passage.transcript_id not in descent.by_id or passage.first is None:
            continue
        for place in {place_of(passage, descent), origin_of(passage, descent)}:
            if place.revision < revision:
                reached = tracing.standing(lineages, place.revision, place.lines)[revision]
            else:
                reached = tracing.sources(lineages, place.revision, place.lines).get(revision, set())
            if reached & cited:
                ever = True
                withheld |= any(redaction.is_in_force(moment) for redaction in passage.redactions)
    return withheld, ever


def _was_read(testimony: Testimony, edition: Edition, cited: Transcript, held: Sequence[Transcript]) -> bool:
    """Whether this audience could read that revision when it was the current one."""
    after = min((one for one in held if one.revision > cited.revision), key=lambda one: one.revision)
    opened = edition.published_at
    if testimony.consent:  # of tellers only the day is kept: it may have been opened at its end
        opened += timedelta(days=1)
    return opened <= after.created_at


def _misheard(was: Sequence[Edited], testimony: Testimony) -> bool:
    """Whether a machine wrote them where names are veiled, so that readers never had them."""
    return any(line.machine for line in was) and bool(editions.veils(testimony))


def _told(lines: Sequence[Edited], veils: dict[str, str]) -> tuple[Line, ...]:
    texts = masking.veiled_lines([line.text for line in lines], veils)
    return tuple(
        Line(
            line.came_from[0],
            unicodedata.normalize("NFC", text),
            masking.veiled(line.speaker, veils),
            line.start_ms,
            line.end_ms,
            machine=line.machine,
        )
        for line, text in zip(lines, texts, strict=True)
    )


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
