"""Plain text transcripts, with time codes or with none.

Understood: a time alone on its line (``[00:02:07]``) or before the words (``(1:02) ...``,
``00:01:02 SPEAKER: ...``), and a speaker before a colon. A line is a paragraph (as between blank
lines), or what stands between two time codes; one without a speaker goes on with the last one only
where a time code parted the turn. What stands before the first time code is front matter: it is
carried in ``extra["front_matter"]`` and is not speech.
"""

import dataclasses
import re
from collections.abc import Iterator

from app.errors import Invalid
from app.formats import captions
from app.formats.base import MAX_MS, decode
from app.records import Line, Record
from app.timecode import parse

_CODE = r"(?:\d{1,3}:)?\d{1,2}:\d{2}(?:[.,]\d{1,3})?"
_TIMED = re.compile(rf"^[ \t]*(?:\[({_CODE})\]|\(({_CODE})\)|({_CODE})(?=[ \t]|$))[ \t]*[-–—:]?[ \t]*(.*)$")
_HALF = re.compile(rf"^[ \t]*(?:-->|[-–—])[ \t]*{_CODE}[ \t]*")  # the end of "0:01 - 0:05 words"
_NAMED = re.compile(r"^([^\W\d_][\w.'’\-]*(?: [\w.'’\-]+){0,3}):(?:[ \t]+|$)")


def load(data: str | bytes) -> tuple[tuple[Line, ...], tuple[str, ...]]:
    """The lines of a plain text transcript, and warnings. Raises Invalid when there are no words."""
    lines, _, warnings = _load(data)
    return lines, warnings


def record(data: bytes, name: str) -> Record:
    """A plain text transcript as a Record. Raises Invalid."""
    lines, front, warnings = _load(data)
    held = captions.record(lines, name, warnings)
    return dataclasses.replace(held, extra={"front_matter": front}) if front else held


def dump(record: Record) -> str:
    """The transcript as text: a time code where one is known, the speaker, the words.

    A withheld line gives its reason in brackets.
    """
    parts = []
    for line in record.lines:
        time = f"[{_code(line.start_ms)}]\n" if line.start_ms is not None else ""
        text = captions.written(line)
        parts.append(time + (f"{line.speaker}: {text}" if line.speaker else text))
    return "\n\n".join(parts) + "\n"


def _code(ms: int) -> str:
    seconds, rest = divmod(ms, 1000)
    whole = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return f"{whole}.{rest:03}" if rest else whole


def _load(data: str | bytes) -> tuple[tuple[Line, ...], str, tuple[str, ...]]:
    content, guessed = decode(data)
    warnings = list(guessed)
    pieces = list(_pieces(content.split("\n"), warnings))
    if not any(text for _, _, text, _ in pieces):
        raise Invalid("the file holds no words")
    first = next((n for n, piece in enumerate(pieces) if piece[0] is not None), None)
    front = "\n\n".join(piece[2] for piece in pieces[:first]) if first else ""
    lines: list[Line] = []
    speaker = ""
    labels = _labels(text for _, _, text, _ in pieces)
    for start, parted, text, number in pieces[first:]:
        named = _speaker(text, labels)
        speaker = named[0] if named else (speaker if parted else "")
        if words := named[1] if named else text:
            lines.append(captions.heard(Line(len(lines), words, speaker, start)))
        else:
            warnings.append(f"line {number}: a time or a speaker without words")
    if not lines:
        raise Invalid("the file holds no words after its time codes")
    return captions.closed(lines), front, tuple(warnings)


def _pieces(rows: list[str], warnings: list[str]) -> Iterator[tuple[int | None, bool, str, int]]:
    """(start in ms, whether only a time code parts it from the piece before, text, one-based line)."""
    start: int | None = None
    held: list[str] = []
    begun, parted = 1, False
    for n, row in enumerate([*rows, ""], 1):
        timed = _timed(row, n, warnings)
        if timed is None and row.strip() and not (held and captions.label(row.strip())):
            begun = begun if held else n
            held.append(row.strip())
            continue
        if held or (timed and start is not None):
            yield start, parted, "\n".join(held), begun
            start, parted, held = None, False, []
        if timed:
            start, parted, begun = timed[0], True, n
            held = [timed[1]] if timed[1] else []
        elif row.strip():  # another speaker, without a blank line between
            begun, held = n, [row.strip()]


def _timed(row: str, number: int, warnings: list[str]) -> tuple[int, str] | None:
    found = _TIMED.match(row)
    if not found:
        return None
    code = found[1] or found[2] or found[3]
    try:
        ms = parse(code)
    except ValueError as error:
        warnings.append(f"line {number}: {error}")
        return None
    if ms > MAX_MS:
        warnings.append(f"line {number}: {code} is later than any recording")
        return None
    return ms, _HALF.sub("", found[4]).strip()


def _labels(texts: Iterator[str]) -> frozenset[str]:
    """Names that stand before a colon more than once: "He said: ..." does not make a speaker."""
    seen: dict[str, int] = {}
    for text in texts:
        if found := _NAMED.match(text):
            seen[found[1]] = seen.get(found[1], 0) + 1
    return frozenset(name for name, count in seen.items() if count > 1 and name[0].isupper())


def _speaker(text: str, labels: frozenset[str]) -> tuple[str, str] | None:
    if found := captions.label(text):
        return found
    named = _NAMED.match(text)
    return (named[1], text[named.end() :].strip()) if named and named[1] in labels else None
