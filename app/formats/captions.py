"""What captions and plain text share: lines into a Record, and times where some are missing."""

import dataclasses
import itertools
import re
from collections.abc import Sequence
from pathlib import PurePath

from app.records import Agent, Line, MediaRef, Record, Script

UNCHECKED = "[machine, not checked]"  # stands before a machine's words where a format has no place for it
NOT_A_PERSON = {"", "unknown", "speaker", "all", "both", "multiple speakers"}
_INTERVIEWER = re.compile(r"^(?:interviewer|int|q|question)\b", re.IGNORECASE)
# OHMS: ^[A-Z\-.' ]+: - and the capitals of other alphabets, and figures ("SPEAKER 2")
_CAPITALS = re.compile(r"^([^\W\d_a-z][^\W_a-z]*(?:[ .'’\-]+[^\W_a-z]+)*\.?):(?=\s|$)")
_PACE = 70  # milliseconds a character takes when speech is read aloud: about 14 characters a second


def record(
    lines: Sequence[Line],
    name: str,
    warnings: Sequence[str] = (),
    *,
    title: str = "",
    language: str = "",
) -> Record:
    """A Record of a transcript that came as a file of its own.

    ``name`` is the file's name: it gives the ``source_id``, and the title where there is none.
    Who is called "Interviewer" or "Q" asks; every other speaker is taken for a narrator.
    """
    stem = PurePath(name.replace("\\", "/")).name
    stem = stem.rsplit(".", 1)[0] if "." in stem[1:] else stem
    return Record(
        source_id=stem or "untitled",
        title=title or re.sub(r"[_\s]+", " ", stem).strip() or "Untitled",
        language=language,
        agents=agents(lines),
        scripts=(Script(language, tuple(lines)),),
        warnings=tuple(warnings),
    )


def agents(lines: Sequence[Line]) -> tuple[Agent, ...]:
    """The speakers of a transcript in the order in which they first speak."""
    names = dict.fromkeys(line.speaker for line in lines if line.speaker.casefold() not in NOT_A_PERSON)
    return tuple(Agent(name, "interviewer" if _INTERVIEWER.match(name) else "narrator") for name in names)


def written(line: Line) -> str:
    """The words of a line where a format knows words alone: in brackets why it is withheld, or that a machine
    wrote it. ``heard`` takes the second apart again."""
    if line.withheld:
        return f"[{line.withheld}]"
    return f"{UNCHECKED} {line.text}" if line.machine else line.text


def heard(line: Line) -> Line:
    """The line as it was before ``written`` marked it; a mark that we set is read as one."""
    if UNCHECKED not in line.text:
        return line
    return dataclasses.replace(line, text=line.text.replace(f"{UNCHECKED} ", "", 1), machine="unchecked")


def label(text: str) -> tuple[str, str] | None:
    """(speaker, the rest) where a name in capitals stands before a colon, as transcribers write it."""
    found = _CAPITALS.match(text)
    if not found or found[1] != found[1].upper() or len(found[1]) > 60:
        return None
    return found[1], text[found.end() :].strip()


def numbered(lines: Sequence[Line]) -> tuple[Line, ...]:
    """The lines with their positions for numbers."""
    return tuple(dataclasses.replace(line, number=n) for n, line in enumerate(lines))


def estimated(lines: Sequence[Line], duration_ms: int | None = None) -> list[tuple[int, int]]:
    """A start and an end for every line: its own where known, else shared out by length of text.

    Only for finding and drawing a line, never to be stored: the lines keep what is known.
    Starts never run backwards from an estimated line to the next known one.
    """
    starts = [line.start_ms for line in lines]
    known = [n for n, start in enumerate(starts) if start is not None]
    found = [start or 0 for start in starts]
    for left, right in itertools.pairwise([-1, *known, len(lines)]):
        begin = found[left] if left >= 0 else 0
        span = range(max(left, 0), right)
        weights = [len(lines[n].text) + 1 for n in span]
        total = sum(weights)
        limit = found[right] if right < len(lines) else max(duration_ms or 0, begin + total * _PACE)
        passed = 0
        for n, weight in zip(span, weights, strict=True):
            if n != left:
                found[n] = begin + max(limit - begin, 0) * passed // total
            passed += weight
    ends = [*found[1:], max(duration_ms or 0, found[-1] + (len(lines[-1].text) + 1) * _PACE)] if lines else []
    return [
        (start, line.end_ms if line.end_ms is not None else max(end, start))
        for line, start, end in zip(lines, found, ends, strict=True)
    ]


def closed(lines: Sequence[Line], duration_ms: int | None = None) -> tuple[Line, ...]:
    """The lines with ends for those that have none, or one before their start.

    The end is then the next later start, else the end of the recording. A cue that ends before it
    starts (OHMS writes 00:00:00.000 for the last) ends at the latest when its words are said.
    """
    fixed: list[Line] = []
    after = later = duration_ms or 0  # the start that follows, and the next one after that
    for line in reversed(lines):
        begin = line.start_ms
        if begin is not None:
            after = later if later > begin else after
            end: int | None = after if after > begin else None
            if end is None and line.end_ms is not None:
                end = begin + (len(line.text) + 1) * _PACE
            if line.end_ms is None or line.end_ms < begin:
                line = dataclasses.replace(line, end_ms=end)
            later = begin
        fixed.append(line)
    return tuple(reversed(fixed))


def media(address: str, kind: str = "", name: str = "") -> MediaRef:
    """A recording that came as an address."""
    return MediaRef(use="access", kind=kind, key=address, name=name)
