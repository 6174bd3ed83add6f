"""Translations that stand line by line beside the original stay so when its lines are split or joined."""

from collections.abc import Sequence
from dataclasses import replace

from app.models import Testimony, Transcript, TranscriptKind
from app.policy import Actor
from app.services import revisions, tracing
from app.services.revisions import Edited
from app.services.tracing import Lineage

FOLLOWED = "The original was corrected: lines were split, joined, added or removed, or their times changed."
KEPT_APART = "An empty line was added: this translation does not stand line by line beside the original."


def translations(testimony: Testimony) -> list[Transcript]:
    """The translations as they are now, in the order in which they were first made."""
    held = [t for t in testimony.transcripts if t.is_current and t.kind is TranscriptKind.TRANSLATION]
    return sorted(held, key=lambda t: t.language)


def is_aligned(translation: Transcript, original: Transcript) -> bool:
    """Whether line n of the translation renders line n of the original."""
    return revisions.count(translation) == revisions.count(original)


def has_moved(original: Transcript, since: int) -> bool:
    """Whether the original's lines are others than when the transcript of this number was written.

    With as many lines as then, a rendering from then would stand beside other lines, and what is withheld
    of the original would be open in it.
    """
    return any(
        one.lineage != tracing.same(revisions.count(one))
        for one in revisions.chain(original)
        if one.id > since
    )


def follow(
    testimony: Testimony, before: Sequence[Edited], after: Transcript, lineage: Lineage, actor: Actor
) -> list[Transcript]:
    """Bring the translations along to the newest original; returns those of which there is a new revision.

    One that stood beside ``before`` line by line follows it. One that is placed by its times stays as it
    is; should the original now have as many lines by chance, it gets an empty line at its end, because
    what has as many lines is taken to stand beside it line by line, also where something is withheld.
    """
    new = revisions.lines(after)
    followed = []
    for held in translations(testimony):
        lines = revisions.lines(held)
        if len(lines) == len(before):
            made = [replace(line, came_from=()) for line in _followed(lines, new, lineage)]
            if [line.said for line in made] != [line.said for line in lines]:
                followed.append(revisions.write(held, made, lineage, actor, FOLLOWED))
        elif len(lines) == len(new):
            made = [*lines, nothing_after(lines)]
            unchanged = [*tracing.same(len(lines)), []]
            followed.append(revisions.write(held, made, unchanged, actor, KEPT_APART))
    return followed


def nothing_after(lines: Sequence[Edited]) -> Edited:
    """An empty line to stand at the end."""
    end = lines[-1].end_ms if lines else None
    return Edited((), "", "", end, end)


def _followed(lines: Sequence[Edited], new: Sequence[Edited], lineage: Lineage) -> list[Edited]:
    """Each translated line with the first of the lines its original became; joined ones joined."""
    taken: set[int] = set()
    made = []
    for line, parents in zip(new, lineage, strict=True):
        here = [p for p in parents if isinstance(p, int)]
        first = [lines[p] for p in here if p not in taken]
        taken.update(here)
        text = " ".join(held.text for held in first if held.text)
        speaker = next((lines[p].speaker for p in here), line.speaker)
        unclear = line.is_unclear or any(held.is_unclear for held in first)
        machine = next((held.machine for held in first if held.machine), "")
        made.append(Edited((), text, speaker, line.start_ms, line.end_ms, unclear, machine))
    return made
