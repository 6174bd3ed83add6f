"""SubRip (.srt): captions without a standard, read by what is in use, and written plainly.

Every time line begins a cue, whether or not a blank line and a counter stand before it. A time
must have its milliseconds (``0:1:00,000`` will do, ``00:00:01`` will not). A malformed cue is
reported with its line number and the rest is kept; text after a blank line goes on with its cue.
Formatting (``<i>``, ``<font ...>``, ``{\\an8}``) is not speech; any other tag is.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from app.errors import Invalid
from app.formats import captions
from app.formats.base import MAX_MS, decode
from app.records import Line, Record
from app.timecode import format_ms

_CODE = r"(\d{1,9}):(\d{1,2}):(\d{1,2})[,.](\d{1,3})(?!\d)"
_TIMING = re.compile(rf"[ \t]*{_CODE}[ \t]*-->[ \t]*{_CODE}")
_COUNTER = re.compile(r"[ \t]*\d+[ \t]*$")
_FORMATTING = re.compile(r"</?(?:[bius][ \t]*|font(?:[ \t][^<>]*)?)>|\{\\[^{}]*\}", re.IGNORECASE)


@dataclass
class _Cue:
    start_ms: int
    end_ms: int
    line: int
    text: list[str] = field(default_factory=list)


def load(data: str | bytes) -> tuple[tuple[Line, ...], tuple[str, ...]]:
    """The lines of an SRT file, and warnings. Raises Invalid when it holds no cue."""
    content, guessed = decode(data)
    cues, warnings = _cues(content.split("\n"))
    if not cues:
        raise Invalid("the SRT file holds no cue" + (f": {warnings[0]}" if warnings else ""))
    warnings += [
        f"line {cue.line}: the cue ends before it starts; its end was inferred"
        for cue in cues
        if cue.end_ms < cue.start_ms
    ]
    lines = [Line(n, _words(cue.text), "", cue.start_ms, cue.end_ms) for n, cue in enumerate(cues)]
    return captions.closed([captions.heard(line) for line in lines]), (*guessed, *warnings)


def record(data: bytes, name: str) -> Record:
    """An SRT file as a Record. Raises Invalid."""
    lines, warnings = load(data)
    return captions.record(lines, name, warnings)


def dump(lines: Sequence[Line], *, duration_ms: int | None = None) -> str:
    """An SRT file; the speaker stands before the words, since SRT has no place for one.

    Raises Invalid when no line has a time. A line without one is put between its neighbours.
    """
    if not any(line.start_ms is not None for line in lines):
        raise Invalid("the transcript has no times, and captions are nothing without them")
    parts = []
    for line, (start, end) in zip(lines, captions.estimated(lines, duration_ms), strict=True):
        text = re.sub(r"\n{2,}", "\n", captions.written(line)).replace("-->", "->")
        said = f"{line.speaker}: {text}" if line.speaker else text
        parts.append(
            f"{line.number + 1}\n{format_ms(start, ',')} --> {format_ms(max(end, start), ',')}\n{said}\n"
        )
    return "\n".join(parts)


def _cues(rows: list[str]) -> tuple[list[_Cue], list[str]]:
    cues: list[_Cue] = []
    warnings: list[str] = []
    current: _Cue | None = None
    for n, row in enumerate(rows):
        if "-->" in row:
            current = _cue(row, n + 1)
            if current:
                cues.append(current)
            else:
                warnings.append(f"line {n + 1}: not a time code: {row!r:.60}")
        elif _is_counter(rows, n):
            if not _time_follows(rows, n):
                warnings.append(f"line {n + 1}: cue {row.strip()} has no time")
                current = None
        elif current is not None:
            current.text.append(row)
        elif row.strip() and not cues and not warnings:
            warnings.append(f"line {n + 1}: text without a time: {row!r:.60}")
    return cues, warnings


def _cue(row: str, number: int) -> _Cue | None:
    found = _TIMING.match(row)
    if not found:
        return None
    codes = found.groups()
    times = []
    for hours, minutes, seconds, fraction in (codes[:4], codes[4:]):
        if int(minutes) > 59 or int(seconds) > 59:
            return None
        whole = (int(hours) * 60 + int(minutes)) * 60 + int(seconds)
        times.append(whole * 1000 + int(fraction.ljust(3, "0")))
    return _Cue(times[0], times[1], number) if max(times) <= MAX_MS else None


def _is_counter(rows: list[str], n: int) -> bool:
    """A number alone is a counter before a time, or at the head of a block; else someone said it."""
    if not _COUNTER.match(rows[n]):
        return False
    return _time_follows(rows, n) or n == 0 or not rows[n - 1].strip()


def _time_follows(rows: list[str], n: int) -> bool:
    return n + 1 < len(rows) and "-->" in rows[n + 1]


def _words(rows: list[str]) -> str:
    text = _FORMATTING.sub("", "\n".join(rows))
    text = "\n".join(row.strip(" \t") for row in text.split("\n")).strip("\n")
    return re.sub(r"\n{3,}", "\n\n", text)
