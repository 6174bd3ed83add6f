"""Correct a transcript in place: a new revision, and everything that stands on its words follows."""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

from app.errors import Conflict, Invalid
from app.formats.base import MAX_MS, clean_text
from app.models import Doubt, Passage, Transcript, TranscriptKind
from app.policy import Action, Actor, require
from app.services import aligning, auditing, following, linking, publishing, reconciling, revisions, tracing
from app.services.reconciling import Choices, LinesDiffer
from app.services.revisions import Edited
from app.services.tracing import Lineage

__all__ = ["Choices", "Edited", "LinesDiffer", "restore", "revise"]

LONGEST = 20_000  # characters of one line
LONGEST_NAME = 200  # characters of a speaker's name
MOST = 50_000  # lines
CHANGED = (
    "Somebody else has changed these lines since you opened them. Nothing was saved yet: choose for each."
)
MANY = 40  # line numbers told in the trail
_EMPTY_LINE = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")


def revise(
    testimony_id: str,
    language: str,
    read: int,
    edited: Sequence[Edited],
    actor: Actor,
    *,
    note: str = "",
    choices: Choices | None = None,
    stretch: tuple[int, int] | None = None,
) -> int | None:
    """Save corrected lines as a new revision; returns its number, or None when nothing differs.

    ``read`` is the revision that was corrected, and ``edited`` its lines as they shall be: all of them, or
    those of ``stretch`` (first and last line; the others stay). An empty line in a text splits it. When
    somebody saved meanwhile, both are brought together by lineage. Raises NotFound, Invalid with the
    line at fault, and LinesDiffer where both changed the same lines.
    """
    require(actor, Action.TRANSCRIBE)
    testimony = linking.find(testimony_id)
    revisions.locked(testimony)
    held = revisions.current(testimony, language)
    base = held if held.revision == read else revisions.numbered(held, read)
    before = revisions.lines(base)
    wanted = _whole(before, edited, stretch, empty=held.kind is TranscriptKind.TRANSLATION)
    theirs = before if base is held else revisions.lines(held)
    made, lineage = wanted, [list[Any](line.came_from) for line in wanted]
    if base is not held:
        made, lineage = reconciling.merged(before, wanted, held, theirs, read, choices)
    if [line.said for line in made] == [line.said for line in theirs] and len(made) == len(theirs):
        return None
    if held.kind is TranscriptKind.TRANSLATION:
        made, lineage = _translated(held, theirs, made, lineage)
    return keep(held, theirs, made, lineage, actor, note=note)


def restore(testimony_id: str, language: str, revision: int, actor: Actor, *, read: int) -> int | None:
    """A new revision with the words of an old one; returns its number, or None when nothing differs.

    ``read`` is the revision that was current when this was decided. Raises NotFound and Conflict.
    """
    require(actor, Action.TRANSCRIBE)
    testimony = linking.find(testimony_id)
    revisions.locked(testimony)
    held = revisions.current(testimony, language)
    if held.revision != read:
        raise Conflict("There is a newer revision since you opened this page. Look at it first.")
    old = revisions.numbered(held, revision)
    theirs, made = revisions.lines(held), revisions.lines(old)
    if [line.said for line in made] == [line.said for line in theirs]:
        return None
    original = revisions.original(testimony)
    if held.kind is TranscriptKind.TRANSLATION and original:
        count = revisions.count(original)
        aligned = len(made) == count
        moved = aligned and aligning.has_moved(original, old.id)
        if aligned is not (len(theirs) == count) or moved:
            raise Conflict("The original has other lines now than this revision was made for.")
    known = revisions.lineages(revisions.chain(held))
    lineage = tracing.restored(known, old.revision, held.revision, len(made))
    return keep(held, theirs, made, lineage, actor, action="transcript.restore", restored=revision)


def keep(
    held: Transcript,
    before: Sequence[Edited],
    made: Sequence[Edited],
    lineage: Lineage,
    actor: Actor,
    *,
    note: str = "",
    action: str = "transcript.revise",
    **more: Any,
) -> int:
    """Write the next revision and return its number; passages and translations follow; noted, published."""
    testimony, kind = held.testimony, held.kind
    after = revisions.write(held, made, lineage, actor, note.strip()[:500])
    doubts: list[tuple[Passage, Doubt]] = []
    followed: list[Transcript] = []
    if kind is TranscriptKind.ORIGINAL and revisions.original(testimony) is after:
        doubts = following.follow(testimony, revisions.chain(after))
        followed = aligning.follow(testimony, before, after, lineage, actor)
    auditing.note(
        actor,
        action,
        f"transcript:{testimony.identifier}",
        testimony=testimony.identifier,
        language=after.language,
        kind=kind.value,
        before=held.revision,
        after=after.revision,
        note=after.note,
        **_told(before, made, lineage),
        doubts=[f"{passage.identifier} {doubt.value}" for passage, doubt in doubts][:MANY],
        translations=[one.language for one in followed],
        **more,
    )
    number = after.revision
    publishing.publish(testimony)
    return number


def _told(before: Sequence[Edited], made: Sequence[Edited], lineage: Lineage) -> dict[str, Any]:
    """Which lines are others now, were added, and are left no more; numbers, never words."""
    whence = [[p for p in parents if isinstance(p, int)] for parents in lineage]
    left = {parent for parents in whence for parent in parents}
    changed = [
        n
        for n, parents in enumerate(whence)
        if parents and (len(parents) > 1 or made[n].said != before[parents[0]].said)
    ]
    return {
        "changed": changed[:MANY],
        "added": [n for n, parents in enumerate(whence) if not parents][:MANY],
        "removed": [n for n in range(len(before)) if n not in left][:MANY],
    }


def _whole(
    before: Sequence[Edited], edited: Sequence[Edited], stretch: tuple[int, int] | None, *, empty: bool
) -> list[Edited]:
    """All lines as they shall be. Raises Invalid with the number of the line at fault."""
    first, last = stretch or (0, len(before) - 1)
    if before and not 0 <= first <= last < len(before):
        raise Invalid("These lines are not in the revision that was read.")
    cleaned = [_still_a_machine(_cleaned(line), before) for line in edited]
    made = [part for line in cleaned for part in _split(line, before)]
    for number, line in enumerate(made, first):
        _check(line, number, range(first, last + 1))
        was_empty = any(not before[p].text for p in line.came_from)  # as it came in
        if not (line.text or line.is_unclear or was_empty or empty):
            raise Invalid(
                f"Line {number} has no words: write what is said, mark it as unclear, or remove it."
            )
    named = [line.came_from for line in made if line.came_from]
    # Lines joined and split anew in one go overlap; nothing may go backwards.
    if any(min(b) < min(a) or max(b) < max(a) for a, b in pairwise(named)):
        raise Invalid("The lines must stay in their order.")
    # What the form carried there and back unchanged stays to the letter as it was.
    kept = [_as_it_was(line, before) for line in made]
    whole = [*before[:first], *kept, *before[last + 1 :]]
    if len(whole) > MOST:
        raise Invalid(f"A transcript can have at most {MOST} lines.")
    return whole


def _cleaned(line: Edited) -> Edited:
    speaker = " ".join(clean_text(line.speaker).split())
    return replace(line, text=clean_text(line.text).strip(), speaker=speaker)


def _still_a_machine(line: Edited, before: Sequence[Edited]) -> Edited:
    """A machine's words are marked as such until somebody says that they are checked, or corrects them."""
    held = [before[p] for p in line.came_from if 0 <= p < len(before)]
    whole = " ".join(_cleaned(was).text for was in held)
    mark = next((was.machine for was in held if was.machine), "")
    untouched = " ".join(line.text.split()) in " ".join(whole.split())
    return replace(line, machine=mark if line.machine and untouched else "")


def _as_it_was(line: Edited, before: Sequence[Edited]) -> Edited:
    if len(line.came_from) != 1:
        return line
    was = before[line.came_from[0]]
    return was if _cleaned(was) == line else line


def _split(line: Edited, before: Sequence[Edited]) -> list[Edited]:
    """The line, divided where an empty line was written into it; its time is shared out by length."""
    parts = _EMPTY_LINE.split(line.text)
    inside = all(0 <= p < len(before) for p in line.came_from)
    if len(parts) == 1 or (inside and any(_cleaned(before[p]).text == line.text for p in line.came_from)):
        return [line]
    total, passed = sum(map(len, parts)), 0
    made = []
    for part in parts:
        start, passed = _at(line, passed, total), passed + len(part)
        made.append(replace(line, text=part.strip(), start_ms=start, end_ms=_at(line, passed, total)))
    return [replace(made[0], start_ms=line.start_ms), *made[1:-1], replace(made[-1], end_ms=line.end_ms)]


def _at(line: Edited, passed: int, total: int) -> int | None:
    if line.start_ms is None or line.end_ms is None:
        return None
    return line.start_ms + (line.end_ms - line.start_ms) * passed // max(total, 1)


def _check(line: Edited, number: int, inside: range) -> None:
    if not set(line.came_from) <= set(inside):
        raise Invalid(f"Line {number} is said to come from lines that were not read.")
    if len(line.text) > LONGEST:
        raise Invalid(f"Line {number} is too long: a line can have at most {LONGEST} characters.")
    if len(line.speaker) > LONGEST_NAME:
        raise Invalid(f"The speaker of line {number} has too long a name.")
    start, end = line.start_ms, line.end_ms
    if start is not None and end is not None and end < start:
        raise Invalid(f"Line {number} ends before it begins.")
    if any(time is not None and not 0 <= time <= MAX_MS for time in (start, end)):
        raise Invalid(f"The time of line {number} is later than any recording.")


def _translated(
    held: Transcript, theirs: Sequence[Edited], made: list[Edited], lineage: list[list[Any]]
) -> tuple[list[Edited], list[list[Any]]]:
    """A corrected translation: one that stands line by line beside the original keeps its lines.

    Raises Invalid. One that does not must not come to have as many lines by chance (see ``aligning``).
    """
    original = revisions.original(held.testimony)
    count = revisions.count(original) if original else -1
    if len(theirs) == count:
        if lineage != tracing.same(count):
            raise Invalid(
                "This translation stands beside the original line by line: "
                "its lines cannot be split or joined."
            )
        return made, lineage
    if len(made) == count:
        made, lineage = [*made, aligning.nothing_after(made)], [*lineage, []]
    return made, lineage
