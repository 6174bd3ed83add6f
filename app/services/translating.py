"""Translations: typed line by line beside the original, or taken from a file; never more open than it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import BinaryIO

from app import formats
from app.db import session
from app.errors import Conflict, Invalid, NotFound
from app.models import Testimony, Transcript, TranscriptKind
from app.policy import Action, Actor, require
from app.records import Line, Record
from app.services import (
    aligning,
    auditing,
    linking,
    publishing,
    reconciling,
    revisions,
    tracing,
    transcribing,
)
from app.services.revisions import Edited
from app.services.tracing import Lineage

KINDS = {"webvtt", "srt", "plaintext"}
LONGEST_NAME = 200  # characters of a translator's name
MOVED_ON = (
    "The original has changed since you opened this page. "
    "What you typed stands beside its lines as they are now: look at it and save again."
)
_TAG = re.compile(r"^[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$")


@dataclass(frozen=True, slots=True)
class Beside:
    """A translation as archivists see it: how far it has come. ``untranslated`` are lines without words."""

    language: str
    translator: str
    revision: int
    lines: int
    untranslated: tuple[int, ...]
    is_aligned: bool  # it stands beside the original line by line


class MovedOn(Conflict):
    """The original was corrected meanwhile; ``texts`` are what was typed, by its lines as they are now."""

    def __init__(self, texts: Mapping[int, str]) -> None:
        super().__init__(MOVED_ON)
        self.texts = texts


def beside(testimony: Testimony) -> list[Beside]:
    """The translations of a testimony, and which of their lines still have no words."""
    original = revisions.original(testimony)
    said = revisions.lines(original) if original else []
    found = []
    for held in aligning.translations(testimony):
        lines = revisions.lines(held)
        aligned = len(lines) == len(said)
        missing = [n for n, line in enumerate(lines) if aligned and not line.text and said[n].text]
        found.append(
            Beside(held.language, held.translator, held.revision, len(lines), tuple(missing), aligned)
        )
    return found


def translate(
    testimony_id: str,
    language: str,
    texts: Mapping[int, str],
    actor: Actor,
    *,
    original_read: int,
    read: int = 0,
    translator: str = "",
    choices: reconciling.Choices | None = None,
) -> int | None:
    """Keep what was typed beside lines of the original; lines that are not in ``texts`` stay as they are.

    ``original_read`` is the revision of the original that was translated, ``read`` that of the translation
    (0: there was none). Returns the number of the new revision, or None when nothing differs. Raises
    NotFound, Invalid, MovedOn when the original has other lines now, and LinesDiffer.
    """
    require(actor, Action.TRANSCRIBE)
    testimony = linking.find(testimony_id)
    revisions.locked(testimony)
    original = _original(testimony)
    held = _held(testimony, _checked(language, original))
    if original.revision != original_read and (
        not held
        or held.revision != read
        or aligning.has_moved(original, revisions.numbered(original, original_read).id)
    ):
        raise MovedOn(_moved(texts, original, original_read))
    if held is None:
        if read:
            raise NotFound("There is no such transcript.")
        lines = [replace(line, text="", is_unclear=False) for line in revisions.lines(original)]
        lines = _typed(lines, texts)
        if not any(line.text for line in lines):
            raise Invalid("There are no words of a translation here yet.")
        return _first(testimony, language, lines, translator, actor)
    base = held if held.revision == read else revisions.numbered(held, read)
    edited = _typed(revisions.lines(base), texts)
    made = transcribing.revise(testimony_id, language, read, edited, actor, choices=choices)
    credited = _named(testimony, language, translator, actor)
    return made or credited


def add_translation(
    testimony_id: str, language: str, name: str, stream: BinaryIO, translator: str, actor: Actor
) -> int:
    """Take a translation from a WebVTT, SRT or plain text file.

    With as many lines as the original it stands beside it line by line, with the original's times; else
    its own times place it, and it must have them. Raises NotFound, and Invalid with what is wrong.
    """
    require(actor, Action.TRANSCRIBE)
    testimony = linking.find(testimony_id)
    revisions.locked(testimony)
    original = _original(testimony)
    held = _held(testimony, _checked(language, original))
    said, lines = revisions.lines(original), _read(name, stream)
    aligned = len(lines) == len(said)
    if not aligned and any(line.start_ms is None or line.end_ms is None for line in lines):
        raise Invalid(
            f"The file has {len(lines)} lines and the original {len(said)}. "
            "Without times it cannot be told which belong together."
        )
    made = [
        Edited(
            (),
            line.text,
            line.speaker or (said[n].speaker if aligned else ""),
            said[n].start_ms if aligned else line.start_ms,
            said[n].end_ms if aligned else line.end_ms,
        )
        for n, line in enumerate(lines)
    ]
    if held is None:
        return _first(testimony, language, made, translator, actor)
    before = revisions.lines(held)
    lineage: Lineage = tracing.same(len(made)) if len(made) == len(before) else [[] for _ in made]
    after = transcribing.keep(held, before, made, lineage, actor, action="transcript.translate")
    _named(testimony, language, translator, actor)
    return after


def _first(
    testimony: Testimony, language: str, lines: Sequence[Edited], translator: str, actor: Actor
) -> int:
    made = Transcript(
        testimony_id=testimony.id,
        kind=TranscriptKind.TRANSLATION,
        language=language,
        translator=_name(translator),
        made_by=actor.identifier or actor.name or "command line",
    )
    session().add(made)
    session().flush()
    revisions.fill(made, lines)
    auditing.note(
        actor,
        "transcript.translate",
        f"transcript:{testimony.identifier}",
        testimony=testimony.identifier,
        language=language,
        kind=made.kind.value,
        before=0,
        after=made.revision,
        lines=len(lines),
    )
    number = made.revision
    publishing.publish(testimony)
    return number


def _named(testimony: Testimony, language: str, translator: str, actor: Actor) -> int | None:
    """Say who translated, where that differs from what is known; returns the revision then."""
    held, name = revisions.current(testimony, language), _name(translator)
    before, number = held.translator, held.revision
    if not name or name == before:
        return None
    held.translator = name
    auditing.note(
        actor,
        "transcript.credit",
        f"transcript:{testimony.identifier}",
        testimony=testimony.identifier,
        language=held.language,
        before=before,
        after=name,
    )
    publishing.publish(testimony)
    return number


def _typed(lines: Sequence[Edited], texts: Mapping[int, str]) -> list[Edited]:
    if any(not 0 <= number < len(lines) for number in texts):
        raise Invalid("These lines are not in the revision that was read.")
    return [
        replace(line, text=" ".join(texts[number].split()))
        if number in texts and texts[number].split() != line.text.split()
        else line
        for number, line in enumerate(lines)
    ]


def _moved(texts: Mapping[int, str], original: Transcript, read: int) -> dict[int, str]:
    """What was typed, at the first line that descends from the line it was typed beside."""
    known = revisions.lineages(revisions.chain(original))
    moved: dict[int, str] = {}
    for number, text in sorted(texts.items()):
        stands = tracing.standing(known, read, [number]).get(original.revision)
        if text.strip():
            at = min(stands) if stands else max((n for n in moved), default=0)
            moved[at] = " ".join(filter(None, [moved.get(at, ""), text.strip()]))
    return moved


def _original(testimony: Testimony) -> Transcript:
    original = revisions.original(testimony)
    if original is None:
        raise NotFound("There is no such transcript.")
    return original


def _held(testimony: Testimony, language: str) -> Transcript | None:
    return next((t for t in aligning.translations(testimony) if t.language == language), None)


def _checked(language: str, original: Transcript) -> str:
    if not _TAG.match(language):
        raise Invalid("The language is written as a tag of two or three letters: en, az, hy.")
    if language == original.language:
        raise Invalid("This is the language of the original.")
    return language


def _name(translator: str) -> str:
    return " ".join(translator.split())[:LONGEST_NAME]


def _read(name: str, stream: BinaryIO) -> tuple[Line, ...]:
    head = stream.read(formats.HEAD)
    stream.seek(0)
    kind = formats.detect(name, head)
    if kind not in KINDS:
        raise Invalid("This file cannot be taken in as a transcript: it can be WebVTT, SubRip or plain text.")
    for entry in formats.LOADERS[kind](stream, name):
        if isinstance(entry.what, Invalid):
            raise entry.what
        if isinstance(entry.what, Record):
            return entry.what.lines
    raise Invalid("There are no words in this file that can be read.")
