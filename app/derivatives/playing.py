"""All copies of a recording, in the order in which each needs the one before."""

from collections.abc import Callable, Mapping
from typing import Any, BinaryIO

import av
from av.container import InputContainer

from app.derivatives import films, looking, sounds
from app.derivatives.kinds import Refused
from app.derivatives.shelf import Shelf
from app.derivatives.streams import reading

# How much of the work each pass is, for the bar: measuring, sound, film.
SHARES = {"audio": (25, 75, 0), "video": (5, 15, 80)}


def make(
    file: BinaryIO,
    found: Mapping[str, Any],
    edits: Mapping[str, Any],
    shelf: Shelf,
    tell: Callable[[int], None],
) -> dict[str, Any]:
    """Sound, film, waveform and poster, as far as the recording has them. Returns technical facts."""
    name, seconds = looking.container(file), (found.get("duration_ms") or 0) / 1000
    with reading(file, name) as box:
        facts, zero = _facts(box), _zero(box)
    progress = _Progress(SHARES[found["kind"]], seconds, tell)
    duration_ms = _sound(file, name, zero, edits, shelf, progress)
    if found["kind"] != "video":
        return facts
    with reading(file, name) as box:
        films.poster(box, film(box), zero or 0.0, edits, shelf, (duration_ms or seconds * 1000) / 1000)
    with reading(file, name) as box:
        films.make(box, film(box), zero or 0.0, edits, shelf, duration_ms, progress.next())
    return facts


def _sound(
    file: BinaryIO,
    name: str,
    zero: float | None,
    edits: Mapping[str, Any],
    shelf: Shelf,
    progress: "_Progress",
) -> int | None:
    """The sound's copies; None for a film without sound, or whose sound cannot be decoded."""
    measuring, making = progress.next(), progress.next()
    with reading(file, name) as box:
        if not box.streams.audio:
            return None
        try:
            loud = sounds.measure(box, box.streams.audio[0], zero, measuring)
        except Refused:
            if film(box) is None:
                raise
            return None
    with reading(file, name) as box:
        return sounds.make(box, box.streams.audio[0], zero, loud, progress.seconds, edits, shelf, making)


def film(box: InputContainer) -> Any:
    """The stream of moving pictures; the picture on a record's sleeve is none."""
    sleeve = av.stream.Disposition.attached_pic
    return next((stream for stream in box.streams.video if not stream.disposition & sleeve), None)


def _zero(box: InputContainer) -> float | None:
    """The second that counts as the beginning: of a film the first of sound and picture."""
    shown = film(box)
    if shown is None:
        return None
    starts = [
        float(stream.start_time * stream.time_base)
        for stream in (shown, *box.streams.audio[:1])
        if stream.start_time is not None and stream.time_base
    ]
    return min(starts, default=0.0)


def _facts(box: InputContainer) -> dict[str, Any]:
    """What is technically so: codecs and rates, never a name, a place or a moment."""
    facts: dict[str, Any] = {"container": box.format.name, "bit_rate": box.bit_rate}
    for stream in box.streams.audio[:1]:
        facts |= {
            "sound": stream.codec_context.name,
            "sample_rate": stream.codec_context.sample_rate,
            "channels": stream.codec_context.channels,
        }
    if (shown := film(box)) is not None:
        facts |= {
            "film": shown.codec_context.name,
            "width": shown.codec_context.width,
            "height": shown.codec_context.height,
            "points": shown.codec_context.pix_fmt,
            "frames_a_second": round(float(shown.average_rate), 3) if shown.average_rate else None,
        }
    return {name: value for name, value in facts.items() if value}


class _Progress:
    """Percent of the whole, from the seconds that went by in one pass after the other."""

    def __init__(self, shares: tuple[int, ...], seconds: float, tell: Callable[[int], None]) -> None:
        self.shares, self.seconds, self.tell = list(shares), seconds, tell
        self.before, self.told = 0, -1

    def next(self) -> Callable[[float], None]:
        """The next pass."""
        share, before = self.shares.pop(0), self.before
        self.before += share
        heard = 0.0

        def tell(at: float) -> None:
            nonlocal heard
            part = min(1.0, at / self.seconds) if self.seconds else 0.0
            percent = before + int(share * part)
            # A word now and then even where the percent stands still: who is silent for long is ended.
            if percent > self.told or at - heard >= SAY_SO:
                self.told, heard = percent, at
                self.tell(percent)

        return tell


SAY_SO = 60.0  # seconds of the recording
