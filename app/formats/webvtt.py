"""WebVTT: captions as the W3C defines them (https://www.w3.org/TR/webvtt1/), in and out.

As strict as the standard about time codes, which must be whole (``00:00.00`` is none), and as
forgiving about the rest: a malformed cue is reported with its line number and the others are kept.
A cue is one line, and several voices in it are several; STYLE, REGION and NOTE blocks are not speech.
A cue that ends before it starts is kept, and its end put right (captions.closed), with a warning.

Going out, a line without a time of its own is placed between its neighbours and its cue identifier
says so (``7 untimed``; ``7 open`` where only the end is not known), so that ``load`` gives back
what was known.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from app.errors import Invalid
from app.formats import captions
from app.formats.base import MAX_MS, decode
from app.formats.cuetext import spoken, unspoken
from app.records import Line, Record
from app.timecode import format_ms

Span = tuple[int, int]  # start and end in milliseconds

_CODE = r"(?:(\d{1,9}):)?(\d{2}):(\d{2})\.(\d{3})(?!\d)"
_TIMING = re.compile(rf"[ \t\f]*{_CODE}[ \t\f]*-->[ \t\f]*{_CODE}")
MACHINE = "<c.machine>"  # around words that a machine wrote and nobody has checked
MACHINE_NOTE = "Words within <c.machine> were written by a machine. Nobody has checked them."
_OURS = re.compile(r"^\d+ (untimed|open)$")


@dataclass
class Cue:
    """A cue as it stands in the file: ``line`` is the one-based line of its time codes."""

    line: int
    start_ms: int
    end_ms: int
    identifier: str = ""
    text: list[str] = field(default_factory=list)


@dataclass
class Parsed:
    """A whole file: its cues, its NOTE blocks, and what could not be read."""

    cues: list[Cue] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def load(data: str | bytes) -> tuple[tuple[Line, ...], tuple[str, ...]]:
    """The lines of a WebVTT file, and warnings. Raises Invalid when it is none or holds no cue."""
    content, guessed = decode(data)
    parsed = parse(content)
    if not parsed.cues:
        first = f": {parsed.warnings[0]}" if parsed.warnings else ""
        raise Invalid(f"the WebVTT file holds no cue{first}")
    lines, warnings = lines_of(parsed.cues)
    return lines, (*guessed, *parsed.warnings, *warnings)


def record(data: bytes, name: str) -> Record:
    """A WebVTT file as a Record. Raises Invalid."""
    lines, warnings = load(data)
    return captions.record(lines, name, warnings)


def lines_of(
    cues: Sequence[Cue], *, carry_voice: bool = False, duration_ms: int | None = None
) -> tuple[tuple[Line, ...], list[str]]:
    """The lines cues make, and warnings. With ``carry_voice`` a cue that names nobody goes on with
    the last speaker, as in OHMS; ``<v>`` without a name then says that it is nobody."""
    lines: list[Line] = []
    warnings: list[str] = []
    inferred: list[Line] = []
    voice = ""
    for cue in cues:
        known = _OURS.match(cue.identifier)
        start = None if known and known[1] == "untimed" else cue.start_ms
        end = None if known else cue.end_ms
        if not known and cue.end_ms < cue.start_ms:
            warnings.append(f"line {cue.line}: the cue ends before it starts; its end was inferred")
        words = "\n".join(cue.text)
        machine = "unchecked" if MACHINE in words else ""
        for speaker, text in spoken(words) or [(None, "")]:
            voice = speaker if speaker is not None else (voice if carry_voice else "")
            lines.append(Line(len(lines), text, voice, start, end, machine=machine))
            if known:
                inferred.append(lines[-1])
    kept = {line.number for line in inferred}
    fixed = captions.closed(lines, duration_ms)
    return tuple(a if a.number in kept else b for a, b in zip(lines, fixed, strict=True)), warnings


def parse(content: str, *, header: bool = True) -> Parsed:
    """The blocks of a file (text with ``\\n`` line ends). ``header=False`` lets the first line be missing.

    Raises Invalid when the header is required and is not ``WEBVTT``.
    """
    rows = content.split("\n")
    signed = re.match(r"WEBVTT(?:[ \t]|$)", rows[0]) is not None
    if header and not signed:
        raise Invalid("the first line is not WEBVTT", 1)
    parsed = Parsed()
    for number, block in _blocks(rows, 1 if signed else 0):
        _block(parsed, number, block, first=signed and number == 2)
    return parsed


def _blocks(rows: list[str], begin: int) -> Iterator[tuple[int, list[str]]]:
    """(one-based line of its first row, rows) of each block between blank lines."""
    block: list[str] = []
    for number in range(begin, len(rows)):
        if rows[number]:
            block.append(rows[number])
        elif block:
            yield number + 1 - len(block), block
            block = []
    if block:
        yield len(rows) + 1 - len(block), block


def _block(parsed: Parsed, number: int, block: list[str], *, first: bool) -> None:
    """Add one block: cues, since a line with an arrow always begins another, or a note, or neither."""
    arrows = {n for n, row in enumerate(block) if "-->" in row}
    if not arrows:
        if re.match(r"NOTE(?:\s|$)", block[0]):
            parsed.notes.append("\n".join([block[0][4:].strip(), *block[1:]]).strip())
        elif not first and not re.match(r"(?:STYLE|REGION)[ \t]*$|Region:", block[0]):
            parsed.warnings.append(f"line {number}: text without a time: {block[0]!r:.60}")
        return
    cue: Cue | None = None
    for n, row in enumerate(block):
        if n in arrows:
            found = _timing(row)
            # a stray arrow on the line above a cue is its identifier gone wrong, and no cue of its own
            if found is None and n + 1 in arrows and _timing(block[n + 1]):
                cue = None
                continue
            if found is None:
                parsed.warnings.append(f"line {number + n}: not a time code: {row!r:.60}")
                cue = None
                continue
            cue = Cue(number + n, *found, identifier=block[0] if n == 1 and 0 not in arrows else "")
            parsed.cues.append(cue)
        elif cue is not None:
            cue.text.append(row)


def _timing(row: str) -> Span | None:
    found = _TIMING.match(row)
    if not found:
        return None
    codes = found.groups()
    spans = [tuple(int(part or 0) for part in codes[n : n + 4]) for n in (0, 4)]
    if any(minutes > 59 or seconds > 59 for _, minutes, seconds, _ in spans):
        return None
    start, end = (((h * 60 + m) * 60 + s) * 1000 + ms for h, m, s, ms in spans)
    return (start, end) if max(start, end) <= MAX_MS else None


def dump(
    lines: Sequence[Line],
    notes: Sequence[str] = (),
    *,
    duration_ms: int | None = None,
    carry_voice: bool = False,
) -> str:
    """A WebVTT file. A withheld line says why in place of its words; notes become NOTE blocks.

    Raises Invalid when no line has a time, since nothing could then be shown at the right moment.
    """
    if not any(line.start_ms is not None for line in lines):
        raise Invalid("the transcript has no times, and captions are nothing without them")
    told = [MACHINE_NOTE] if any(line.machine for line in lines) else []
    parts = ["WEBVTT", *(f"NOTE\n{note}" for note in (*notes, *told))]
    for line, (start, end) in zip(lines, captions.estimated(lines, duration_ms), strict=True):
        state = "untimed" if line.start_ms is None else "open" if line.end_ms is None else ""
        times = f"{format_ms(start)} --> {format_ms(max(end, start))}"
        parts.append(
            f"{line.number + 1} {state}".rstrip() + f"\n{times}\n{_payload(line, carry_voice)}".rstrip("\n")
        )
    return "\n\n".join(parts) + "\n"


def _payload(line: Line, carry_voice: bool) -> str:
    text = unspoken(line.speaker, f"[{line.withheld}]" if line.withheld else line.text)
    if line.machine and not line.withheld:
        text = f"{MACHINE}{text}</c>"
    return f"<v>{text}" if carry_voice and not line.speaker else text
