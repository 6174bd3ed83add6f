"""The transcript of OHMS before version 6: text wrapped at 80 characters, and a word for every minute.

``sync`` is ``1:|13(3)|19(14)``: a step in minutes, then for each step the line and the word being
spoken, ``line(word)``; the n-th entry is n steps into the recording. Lines are counted from 1 over all
lines of the element, empty ones too, and words from 1 (tried against both kinds of reader and the
fixtures; where counting from 0 alone avoids empty lines, it is counted from 0).

A line of 80 characters is no unit of speech, so a segment here is a turn (a paragraph, or what a
speaker label begins), cut where a minute falls: at the beginning of the sentence with that word.
Each cut has its exact time; what lies between has none, for none is known. ``Transcript.rows``
gives the line of the file each segment begins on, so that "line 13" can still be found.
"""

import bisect
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from app.formats import captions
from app.formats.base import MAX_MS
from app.records import Line

_FOOTNOTES = re.compile(r"\[\[footnotes\]\](.*?)(?:\[\[/footnotes\]\]|\Z)", re.DOTALL)
_MARKER = re.compile(r"\[\[footnote\]\](.{0,99}?)\[\[/footnote\]\]")
_LINK = re.compile(r"\[\[link\]\](.{0,999}?)\[\[/link\]\]", re.DOTALL)
_ENTRY = re.compile(r"^(\d{1,7})(?:\((\d{1,5})\))?$")
_STOP = re.compile(r"[.?!…][\"'”’)\]]*$")
_SEARCH = 40  # how many words back the beginning of a sentence is looked for

Place = tuple[int, int]  # line and word of the file, both from 1


@dataclass
class Transcript:
    """What a legacy transcript holds. ``rows``: for each line, the row of the file it begins on, from 1."""

    lines: tuple[Line, ...] = ()
    rows: tuple[int, ...] = ()
    footnotes: list[dict[str, object]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


@dataclass
class _Word:
    text: str
    place: Place
    turn: int


def load(text: str, sync: str, names: Collection[str] = ()) -> Transcript:
    """A transcript and its times. ``names`` are speakers whose labels need not be in capitals."""
    found = Transcript()
    pieces = text.split("[[note]]")[1:]
    notes = [_LINK.sub("", piece.partition("[[/note]]")[0]).strip() for piece in pieces]
    text = _FOOTNOTES.sub(lambda part: "\n" * part[0].count("\n"), text)
    rows = text.split("\n")
    words, speakers = _words(rows, names)
    if not words:
        return found
    cuts = _cuts(words, _times(rows, sync, found.warnings))
    lines: list[Line] = []
    first_rows: list[int] = []
    for begin, end in _stretches(words, cuts):
        stretch = words[begin:end]
        said = " ".join(word.text for word in stretch)
        for marker in _MARKER.findall(said):
            found.footnotes.append({"ref": marker, "line": len(lines), "note": _nth(notes, marker)})
        said = " ".join(_MARKER.sub("", said).split())
        lines.append(Line(len(lines), said, speakers[stretch[0].turn], cuts.get(begin)))
        first_rows.append(stretch[0].place[0])
    found.lines = tuple(_ended(lines))
    found.rows = tuple(first_rows)
    return found


def dump(lines: Collection[Line]) -> str:
    """Turns without times: ``SPEAKER: words``, parted by an empty line."""
    said = (" ".join(captions.written(line).split()) for line in lines)
    pairs = zip(lines, said, strict=True)
    return "\n\n".join(f"{line.speaker}: {words}" if line.speaker else words for line, words in pairs) + "\n"


def _nth(notes: list[str], marker: str) -> str:
    return notes[int(marker) - 1] if marker.isdigit() and 0 < int(marker) <= len(notes) else ""


def _ended(lines: list[Line]) -> Iterator[Line]:
    """Lines with an end where the very next line's start is known."""
    for line, following in zip(lines, [*lines[1:], None], strict=True):
        end = following.start_ms if following and line.start_ms is not None else None
        yield Line(line.number, line.text, line.speaker, line.start_ms, end)


def _words(rows: list[str], names: Collection[str]) -> tuple[list[_Word], list[str]]:
    """Every word with its place, and the speaker of every turn."""
    words: list[_Word] = []
    speakers: list[str] = []
    speaker, parted = "", True
    for number, row in enumerate(rows, 1):
        named = _label(row.strip(), names)
        if named or (parted and row.strip()):
            # a note in brackets between paragraphs is nobody's speech
            aside = re.fullmatch(r"\[.*\]", row.strip())
            speaker = named[0] if named else speaker
            speakers.append("" if aside else speaker)
        parted = not row.strip()
        tokens = row.split()
        skipped = len(tokens) - len(named[1].split()) if named else 0
        for n, token in enumerate(tokens[skipped:], skipped + 1):
            words.append(_Word(token, (number, n), len(speakers) - 1))
    return words, speakers


def _label(row: str, names: Collection[str]) -> tuple[str, str] | None:
    name, colon, rest = row.partition(":")
    if colon and name in names and rest[:1] in ("", " "):
        return name, rest.strip()
    return captions.label(row)


def _times(rows: list[str], sync: str, warnings: list[str]) -> list[tuple[Place, int]]:
    """(place, milliseconds) of each step that is later in the text than the one before."""
    step, _, entries = sync.strip().partition(":")
    if not sync.strip():
        return []
    if not re.fullmatch(r"\d{1,3}(?:\.\d{1,3})?", step) or float(step) == 0:
        warnings.append(f"sync does not begin with a step in minutes: {sync!r:.40}")
        return []
    places: list[tuple[Place, int]] = []
    for n, entry in enumerate(entries.split("|")):
        found = _ENTRY.match(entry.strip())
        ms = round(n * float(step) * 60_000)
        if found and ms <= MAX_MS:
            places.append(((int(found[1]), int(found[2] or 1)), ms))
        elif entry.strip():
            warnings.append(f"sync: entry {n} is {entry!r:.40}, not line(word)")
    if _misfits(rows, places, 0) < _misfits(rows, places, 1):
        places = [((line + 1, word), ms) for (line, word), ms in places]
    kept: list[tuple[Place, int]] = []
    for place, ms in places:
        if not kept or place > kept[-1][0]:  # silence: several steps at one word
            kept.append((place, ms))
        elif place < kept[-1][0]:
            warnings.append(f"sync: {ms // 1000} s is on line {place[0]}, before the step that precedes it")
    return kept


def _misfits(rows: list[str], places: list[tuple[Place, int]], origin: int) -> int:
    """How many steps fall on an empty line, or on none, when lines are counted from ``origin``."""
    at = (line - origin for (line, _), _ in places)
    return sum(1 for n in at if not (0 <= n < len(rows) and rows[n].strip()))


def _cuts(words: list[_Word], times: list[tuple[Place, int]]) -> dict[int, int]:
    """Word positions at which a segment begins at a known time."""
    places = [word.place for word in words]
    cuts: dict[int, int] = {}
    for place, ms in times:
        at = bisect.bisect_left(places, place)
        if at < len(words):
            cuts.setdefault(_sentence(words, at), ms)
    return cuts


def _sentence(words: list[_Word], at: int) -> int:
    """Where the sentence with the word begins; the word itself where none begins nearby."""
    for n in range(at, max(at - _SEARCH, -1), -1):
        if n == 0 or words[n - 1].turn != words[n].turn or _STOP.search(words[n - 1].text):
            return n
    return at


def _stretches(words: list[_Word], cuts: dict[int, int]) -> Iterator[tuple[int, int]]:
    starts = [n for n in range(len(words)) if n in cuts or n == 0 or words[n].turn != words[n - 1].turn]
    yield from zip(starts, [*starts[1:], len(words)], strict=True)
