"""The revisions of a transcript: found, read and written. An old one is never changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, insert, select, true

from app.db import session
from app.errors import Conflict, NotFound
from app.models import Segment, Testimony, Transcript, TranscriptKind
from app.policy import Actor
from app.services.tracing import Lineage


@dataclass(frozen=True, slots=True)
class Edited:
    """A line as it shall be. ``came_from`` are its lines in the revision that was read; none: inserted."""

    came_from: tuple[int, ...]
    text: str
    speaker: str = ""
    start_ms: int | None = None
    end_ms: int | None = None
    is_unclear: bool = False
    machine: str = ""  # as Segment.machine: empty once a person has checked the words

    @property
    def said(self) -> tuple[Any, ...]:
        """All of the line but where it came from."""
        return self.text, self.speaker, self.start_ms, self.end_ms, self.is_unclear, self.machine


def original(testimony: Testimony) -> Transcript | None:
    """The transcript that every passage stands on: the original as it is now."""
    held = [t for t in testimony.transcripts if t.kind is TranscriptKind.ORIGINAL]
    current = [t for t in held if t.is_current]
    return min(current, key=lambda one: _begun(one, held), default=None)


def current(testimony: Testimony, language: str = "") -> Transcript:
    """The transcript in a language as it is now; without one, the original. Raises NotFound."""
    first = original(testimony)
    if first and language in ("", first.language):
        return first
    for transcript in testimony.transcripts:
        if transcript.is_current and transcript.language == language:
            return transcript
    raise NotFound("There is no such transcript.")


def number(testimony: Testimony) -> int:
    """The revision that line numbers count in; 0 where there is no transcript."""
    held = original(testimony)
    return held.revision if held else 0


def still(testimony_id: str, read: int) -> None:
    """Go on when lines chosen in revision ``read`` stand where they stood. Raises Conflict when not."""
    testimony = session().scalar(select(Testimony).filter_by(identifier=testimony_id))
    if testimony is not None and number(testimony) != read:
        raise Conflict(
            "The transcript was corrected since you chose these lines, and they may stand elsewhere now. "
            "Nothing was changed: choose them again."
        )


def chain(transcript: Transcript) -> list[Transcript]:
    """All revisions of a transcript, oldest first."""
    return list(
        session().scalars(
            select(Transcript)
            .filter_by(
                testimony_id=transcript.testimony_id, kind=transcript.kind, language=transcript.language
            )
            .order_by(Transcript.revision)
        )
    )


def numbered(transcript: Transcript, revision: int) -> Transcript:
    """A revision of the same transcript. Raises NotFound."""
    for one in chain(transcript):
        if one.revision == revision:
            return one
    raise NotFound("There is no such revision.")


def lineages(revisions: Sequence[Transcript]) -> dict[int, Lineage | None]:
    """Of which lines the lines of each revision were made."""
    return {one.revision: one.lineage for one in revisions}


def lines(transcript: Transcript, first: int = 0, last: int | None = None) -> list[Edited]:
    """The lines of a revision, all or ``first`` to ``last``, each said to come from itself."""
    rows = session().execute(
        select(
            Segment.position,
            Segment.text,
            Segment.speaker,
            Segment.start_ms,
            Segment.end_ms,
            Segment.is_unclear,
            Segment.machine,
        )
        .where(Segment.transcript_id == transcript.id, Segment.position >= first)
        .where(Segment.position <= last if last is not None else true())
        .order_by(Segment.position)
    )
    return [
        Edited((position,), text, speaker, start, end, unclear, machine)
        for position, text, speaker, start, end, unclear, machine in rows
    ]


def count(transcript: Transcript) -> int:
    """How many lines a revision has."""
    held = select(func.count()).select_from(Segment).where(Segment.transcript_id == transcript.id)
    return session().scalar(held) or 0


def locked(testimony: Testimony) -> None:
    """Let nobody else write a revision for this testimony until this transaction ends."""
    session().refresh(testimony, with_for_update=True)
    session().expire(testimony, ["transcripts"])


def write(
    before: Transcript, made: Sequence[Edited], lineage: Lineage, actor: Actor, note: str = ""
) -> Transcript:
    """The next revision, which is the current one from now on."""
    newest = chain(before)[-1].revision
    before.is_current = False
    after = Transcript(
        testimony_id=before.testimony_id,
        kind=before.kind,
        language=before.language,
        revision=newest + 1,
        translator=before.translator,
        note=note,
        made_by=actor.identifier or actor.name or "command line",
        lineage=[list(parents) for parents in lineage],
    )
    session().add(after)
    session().flush()
    fill(after, made)
    return after


def begin(transcript: Transcript, made: Sequence[Edited]) -> None:
    """Write a first revision."""
    session().add(transcript)
    session().flush()
    fill(transcript, made)


def fill(transcript: Transcript, made: Sequence[Edited]) -> None:
    """Write the lines of a new transcript."""
    rows = [
        {
            "transcript_id": transcript.id,
            "position": position,
            "text": line.text,
            "speaker": line.speaker,
            "start_ms": line.start_ms,
            "end_ms": line.end_ms,
            "is_unclear": line.is_unclear,
            "machine": line.machine,
        }
        for position, line in enumerate(made)
    ]
    if rows:
        session().execute(insert(Segment), rows)
    session().expire(transcript, ["segments"])
    session().expire(transcript.testimony, ["transcripts"])


def _begun(one: Transcript, held: Sequence[Transcript]) -> int:
    """Where its first revision stands among the transcripts of the testimony."""
    return min(t.id for t in held if t.language == one.language)
