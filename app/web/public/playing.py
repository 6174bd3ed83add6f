"""The player of a testimony: which files it plays, its waveform, and the passages that stand on it.

Everything here is drawn from an edition; positions are shares of 1000 along the recording.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from flask import request

from app.errors import NotFound
from app.records import Line, MediaRef, Record
from app.services import granting, hearing
from app.services.showing import Shown, sets
from app.web.public import bp
from app.web.visitor import actor

WIDTH, MIDDLE = 1000, 20  # of the drawing; the voice swings about its middle
BARS = 250
UNKNOWN = 10_000  # ms a passage is taken to last whose end nobody knows
SOUND = ("opus", "aac")
# What is played of a film, by the way it is asked for, the best first; "sound" is for slow lines.
FILM = {"": ("720p", "360p", ""), "small": ("360p", "720p", ""), "sound": SOUND}


@dataclass(frozen=True, slots=True)
class Moment:
    """A passage on the recording: a chapter, or one that bears on a claim; ``start`` and ``end`` are ms."""

    start: int
    end: int
    first: int | None
    title: str
    claim: str = ""
    stance: str = ""
    x: float = 0
    width: float = 0


@dataclass(frozen=True, slots=True)
class Player:
    """What a page needs to play one recording; ``kind`` is that of the element: audio or video."""

    kind: str
    files: tuple[MediaRef, ...]
    caption: str = ""
    poster: str = ""
    duration_ms: int = 0
    wave: str = ""  # the path of the waveform
    moments: tuple[Moment, ...] = ()
    ways: tuple[str, ...] = ()  # in which a film can be had besides: "", small, sound
    way: str = ""

    @property
    def chapters(self) -> list[Moment]:
        """Titled passages in the order they are spoken."""
        return [moment for moment in self.moments if not moment.claim]

    @property
    def bearing(self) -> dict[str, list[Moment]]:
        """The passages that bear on each claim, by claim."""
        found: dict[str, list[Moment]] = {}
        for moment in self.moments:
            if moment.claim:
                found.setdefault(moment.claim, []).append(moment)
        return found


@dataclass(slots=True)
class _Way:
    files: tuple[MediaRef, ...]
    kind: str
    others: tuple[str, ...] = field(default=())


def players(record: Record, *, full: bool = True) -> list[Player]:
    """A player for each recording of a record; ``full``: the first with its waveform and passages."""
    shown = [one for one in sets(record.media) if one.kind in ("audio", "video")]
    asked = request.args.get("hear", "")
    return [_player(one, record, asked, full=full and not number) for number, one in enumerate(shown)]


def _player(one: Shown, record: Record, asked: str, *, full: bool) -> Player:
    way = _way(one, asked)
    poster = one.of("poster-jpeg", "poster-webp")
    length = (
        one.duration_ms or record.duration_ms or max((line.end_ms or 0 for line in record.lines), default=0)
    )
    return Player(
        way.kind,
        way.files,
        one.caption,
        poster.ref if poster else "",
        length,
        wave=_wave(one, record) if full else "",
        moments=_moments(record, length) if full else (),
        ways=way.others,
        way=asked if asked in FILM else "",
    )


def _way(one: Shown, asked: str) -> _Way:
    """The files to play of a recording as it was asked for, and the other ways to have it."""
    if one.kind == "audio":
        return _Way(_of(one, (*SOUND, "")), "audio")
    found = {way: files for way in FILM if (files := _of(one, FILM[way])[: 2 if way == "sound" else 1])}
    if found.get("small") == found.get(""):
        found.pop("small", None)
    chosen = asked if asked in found else next(iter(found), "")
    kind = "audio" if chosen == "sound" else "video"
    return _Way(found.get(chosen, ()), kind, tuple(way for way in found if way != chosen))


def _of(one: Shown, variants: Sequence[str]) -> tuple[MediaRef, ...]:
    return tuple(one.files[variant] for variant in variants if variant in one.files)


def _wave(one: Shown, record: Record) -> str:
    """The waveform as a path of upright strokes; empty where there is none yet."""
    found = one.of("peaks")
    if found is None:
        return ""
    try:
        peaks = hearing.peaks(found.ref, granting.audience_for(actor(), record.identifier))
    except NotFound:
        return ""
    return drawn(peaks)


def drawn(peaks: Sequence[tuple[int, int]]) -> str:
    """Peaks as a path of at most BARS strokes, the loudest reaching to the edge."""
    if not peaks:
        return ""
    each = -(-len(peaks) // BARS)
    heights = [
        max(max(high, -low) for low, high in peaks[at : at + each]) for at in range(0, len(peaks), each)
    ]
    loudest = max(*heights, 1)
    step = WIDTH * each / len(peaks)
    strokes = []
    for number, height in enumerate(heights):
        reach = max(1, round(height * (MIDDLE - 2) / loudest))
        strokes.append(f"M{round((number + 0.5) * step, 1):g} {MIDDLE - reach}v{2 * reach}")
    return "".join(strokes)


def _moments(record: Record, length: int) -> tuple[Moment, ...]:
    """Chapters and passages that bear on claims, where their times are known."""
    ends = [n for mark in record.marks for n in (mark.first, mark.last)]
    ends += [n for c in record.chapters for n in (c.first, c.last) if n is not None]
    lines = hearing.lines_at(record.identifier, granting.audience_for(actor(), record.identifier), ends)
    found = [
        (c.start_ms if c.start_ms is not None else _start(lines, c.first), _end(lines, c.last, c.end_ms), c)
        for c in record.chapters
    ]
    made = [_moment(start, end, length, c.first, c.title) for start, end, c in found if start is not None]
    for mark in record.marks:
        start = _start(lines, mark.first)
        if start is not None:
            end = _end(lines, mark.last, None)
            made.append(_moment(start, end, length, mark.first, mark.claim_text, mark.claim, mark.stance))
    return tuple(sorted(made, key=lambda moment: (moment.start, moment.end)))


def _moment(
    start: int, end: int | None, length: int, first: int | None, title: str, claim: str = "", stance: str = ""
) -> Moment:
    end = max(start, end if end is not None else start + UNKNOWN)
    share = WIDTH / max(length, end, 1)
    return Moment(
        start,
        end,
        first,
        title,
        claim,
        stance,
        round(start * share, 1),
        max(round((end - start) * share, 1), 3),
    )


def _start(lines: dict[int, Line], number: int | None) -> int | None:
    line = lines.get(number) if number is not None else None
    return line.start_ms if line else None


def _end(lines: dict[int, Line], number: int | None, known: int | None) -> int | None:
    line = lines.get(number) if number is not None else None
    return known if known is not None else line.end_ms if line else None


@bp.app_context_processor
def _helpers() -> dict[str, object]:
    return {"players": players, "sets": sets}
