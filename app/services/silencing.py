"""What readers' copies of a file must not have: times that say what is kept, regions of a picture, a voice.

Of every original it is worked out from what is withheld and veiled at this moment. A copy carries the digest
of what it was made without (its recipe); readers are given none whose recipe is not the one due.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from app import clock
from app.archive import settings
from app.models import MediaFile, Passage, Redaction, Testimony
from app.records import Line, Script
from app.services import descending, masking, revisions

NEVER = "-"  # the recipe of what cannot be made: no copy has it
RECORDINGS = ("audio", "video")
ALIKE_MS = 2000  # two recordings of one conversation may differ by so much in length
WHOLE = 10_000  # the width and the height of a picture in the units of regions
ALL = [0.0, 0.0, 1.0, 1.0]  # the whole of a picture
MADE = 1  # counted up when copies are made in another way, so that all are made anew

Span = tuple[int, int]


class Hindrance(StrEnum):
    """Why no copy for readers can be made. The file is withheld from them."""

    UNTIMED = "untimed"  # lines that are kept have no times
    SEVERAL = "several"  # recordings of different length: to which do the times belong?
    BEYOND = "beyond"  # the times lie after its end: they are not this recording's
    VOICE = "voice"  # somebody speaks whose name is veiled
    PAPER = "paper"  # a paper that says the words again


@dataclass(frozen=True, slots=True)
class Spoken:
    """When a testimony says what is kept, in ms from the start and in order; and what is not known of it."""

    spans: tuple[Span, ...] = ()
    is_kept: bool = False  # anything is
    is_untimed: bool = False  # some of it at times that nobody knows
    by_veiled: bool = False  # lines are spoken by somebody whose name is veiled


@dataclass(frozen=True, slots=True)
class Due:
    """What the copies that readers get of one original must be without; nothing: plain ones will do."""

    edits: Mapping[str, Any] = field(default_factory=dict)
    hindrance: Hindrance | None = None

    @property
    def recipe(self) -> str:
        """The digest that such a copy carries; empty for plain ones."""
        if self.hindrance:
            return NEVER
        if not self.edits:
            return ""
        words = json.dumps({"made": MADE, **self.edits}, sort_keys=True)
        return hashlib.sha256(words.encode()).hexdigest()[:32]


def due(testimony: Testimony, scripts: Sequence[Script], veils: Mapping[str, str]) -> dict[int, Due]:
    """For each original of a testimony, by its row's number, what readers' copies must be without."""
    originals = [m for m in testimony.media if m.original_id is None]
    if not originals:
        return {}
    spoken = _spoken(testimony, scripts, veils)
    return {m.id: _due(m, spoken, originals, is_disguised(testimony)) for m in originals}


def is_disguised(testimony: Testimony) -> bool:
    """Whether voices are heard in disguise: the narrator asks for it, or the archive has decided it."""
    return testimony.is_disguised or bool(testimony.consent and testimony.consent.disguise)


def in_force(testimony: Testimony) -> list[tuple[Passage, Redaction]]:
    """The passages that are withheld at this moment, with why."""
    moment = clock.now()
    return [
        (passage, redaction)
        for passage in testimony.passages
        for redaction in passage.redactions
        if passage.first is not None and passage.last is not None and redaction.is_in_force(moment)
    ]


def widened(spans: Iterable[Span], by: int) -> list[list[int]]:
    """Spans made longer on both sides, and those joined that then meet."""
    found: list[list[int]] = []
    for start, end in sorted(spans):
        if found and start - by <= found[-1][1]:
            found[-1][1] = max(found[-1][1], end + by)
        else:
            found.append([max(0, start - by), end + by])
    return found


def _due(original: MediaFile, spoken: Spoken, originals: Sequence[MediaFile], disguised: bool) -> Due:
    if hindrance := _hindrance(original, spoken, originals, disguised):
        return Due(hindrance=hindrance)
    cover = [[n / WHOLE for n in region.box] for region in original.regions if region.is_in_force]
    edits: dict[str, Any] = {}
    if original.kind in RECORDINGS:
        edits["silence"] = widened(spoken.spans, settings().silence_guard)
        edits["disguise"] = disguised
        if original.kind == "video":  # a face would tell whose voice it is
            edits["cover"] = cover or ([ALL] if disguised else [])
    elif original.kind == "image":
        edits["cover"] = cover
    return Due({name: held for name, held in edits.items() if held})


def _hindrance(
    original: MediaFile, spoken: Spoken, originals: Sequence[MediaFile], disguised: bool
) -> Hindrance | None:
    if original.kind == "text" and spoken.is_kept:
        return Hindrance.PAPER
    if original.kind not in RECORDINGS or not spoken.is_kept:
        return None
    lengths = [m.duration_ms or 0 for m in originals if m.kind in RECORDINGS]
    end = max((end for _, end in spoken.spans), default=0)
    found = {
        Hindrance.UNTIMED: spoken.is_untimed,
        Hindrance.VOICE: spoken.by_veiled and not disguised,
        Hindrance.SEVERAL: bool(spoken.spans) and max(lengths) - min(lengths) > ALIKE_MS,
        Hindrance.BEYOND: bool(original.duration_ms) and end > (original.duration_ms or 0) + ALIKE_MS,
    }
    return next((why for why, holds in found.items() if holds), None)


def _spoken(testimony: Testimony, scripts: Sequence[Script], veils: Mapping[str, str]) -> Spoken:
    kept = in_force(testimony)
    times: list[Span | None] = []
    held = revisions.original(testimony)
    if kept and held is not None:
        descent = descending.Descent(revisions.chain(held))
        for passage, _ in kept:
            times += _withheld(passage, descent)
    named, by_veiled = _veiled(scripts, veils)
    times += named
    lines = scripts[0].lines if scripts else ()
    if not all(line.speaker for line in lines):  # nobody knows who speaks them
        by_veiled = by_veiled or any(p.person.is_veiled for p in testimony.participations)
    return Spoken(
        tuple(sorted({span for span in times if span})),
        bool(times or kept or veils),  # a paper may say the name that no line says
        None in times or (bool(kept or veils) and not (held and lines)),
        by_veiled,
    )


def _withheld(passage: Passage, descent: descending.Descent) -> list[Span | None]:
    """Every time that the lines of a passage ever had; None where they have none now.

    Also where it stood before it came into doubt: the times may have been corrected since, or wrongly so.
    """
    if passage.transcript_id not in descent.by_id:
        return [None]
    found: list[Span | None] = []
    for place in {descending.place_of(passage, descent), descending.origin_of(passage, descent)}:
        everywhere = descent.everywhere(place)
        now = descent.newest if everywhere.get(descent.newest) else place.revision
        for revision, numbers in everywhere.items():
            lines = descent.lines(revision)
            spans = [_span(lines, number) for number in numbers if number < len(lines)]
            found += spans if revision == now else [span for span in spans if span]
    return found


def _veiled(scripts: Sequence[Script], veils: Mapping[str, str]) -> tuple[list[Span | None], bool]:
    """When a veiled name is said, by the lines of every language; and whether one of its bearers speaks.

    Nobody knows when, as long as lines of a machine are unchecked: it spells names in its own way.
    """
    found: list[Span | None] = []
    if not veils or not scripts:
        return found, False
    original = scripts[0].lines
    if any(line.machine for line in original):
        found.append(None)
    for script in scripts:
        texts = [line.text for line in script.lines]
        told = masking.veiled_lines(texts, veils)
        beside = original if len(original) == len(script.lines) else script.lines
        found += [_span(beside, n) for n, text in enumerate(texts) if told[n] != text]
    speakers = {line.speaker for line in original}
    return found, any(masking.veiled(speaker, veils) != speaker for speaker in speakers)


def _span(lines: Sequence[Line] | Sequence[revisions.Edited], number: int) -> Span | None:
    """From when to when a line is spoken: to the next one, where its end is not known."""
    line = lines[number]
    if line.start_ms is None:
        return None
    later = (next_.start_ms for next_ in lines[number + 1 :] if next_.start_ms is not None)
    end = line.end_ms if line.end_ms is not None else next((at for at in later if at > line.start_ms), None)
    return None if end is None else (line.start_ms, end)
