"""Copies of a film: H.264 with AAC in two sizes, which begin to play at once, and a poster that is not black.

The sound is that of the AAC copy, packet by packet: whoever listens and whoever watches hears the same at the
same moment.
"""

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any, BinaryIO

import av
from av.container import InputContainer
from PIL import Image

from app.derivatives import stills
from app.derivatives.frames import Frames, Picture
from app.derivatives.shelf import Shelf
from app.derivatives.streams import Window, reading, writing

SIZES = {"720p": (720, 23), "360p": (360, 26)}  # points of the shorter side; how coarse (x264's CRF)
CLOCK = 90_000  # ticks a second, the same for every film
POSTER = 1280  # points
LOOKED_AT = (0.1, 0.25, 0.4, 0.55, 0.7, 0.85, 0.02)  # parts of a film where its poster is looked for
FLAT, DARK, BRIGHT = 24.0, 40.0, 225.0  # spread and means of brightness between which a frame shows something

Tell = Callable[[float], None]


def make(
    box: InputContainer,
    stream: Any,
    zero: float,
    edits: Mapping[str, Any],
    shelf: Shelf,
    duration_ms: int | None,
    tell: Tell,
) -> None:
    """Both sizes (one, of a small film). ``duration_ms`` is that of the sound, where there is any."""
    frames, last = Frames(box, stream, zero, SIZES["720p"][0], edits), 0.0
    copies: list[_Copy] = []
    for at, frame in frames.all():
        if not copies:
            copies = _copies(frame, shelf, duration_ms is not None)
        for copy in copies:
            copy.add(frame, at)
        last = at
        tell(at)
    for copy in copies:
        copy.close()
        length = max(duration_ms or 0, round(last * 1000))
        shelf.finish(copy.name, width=copy.width, height=copy.height, duration_ms=length)


def poster(
    box: InputContainer, stream: Any, zero: float, edits: Mapping[str, Any], shelf: Shelf, seconds: float
) -> None:
    """The picture a film is shown by, and a small one of it."""
    frames = Frames(box, stream, zero, SIZES["720p"][0], edits)
    if (picture := _best(frames.some([part * seconds for part in LOOKED_AT]))) is not None:
        image = Image.fromarray(picture)
        stills.put(shelf, "poster", image, POSTER)
        stills.put(shelf, "thumb", image, stills.THUMB)


def _best(found: Iterator[tuple[float, Picture]]) -> Picture | None:
    """The first frame that shows something; else the one with the most in it."""
    best, most = None, -1.0
    for _, picture in found:
        light = picture.mean(axis=2)
        mean, spread = float(light.mean()), float(light.std())
        if spread >= FLAT and DARK <= mean <= BRIGHT:
            return picture
        if spread > most:
            best, most = picture, spread
    return best


def _copies(frame: av.VideoFrame, shelf: Shelf, has_sound: bool) -> list["_Copy"]:
    """The copies of a film whose first frame this is; none is larger than the film."""
    short = min(frame.width, frame.height)
    names = [name for name, (side, _) in SIZES.items() if name == "720p" or short > side]
    sound = shelf.streams["aac"] if has_sound else None
    return [_Copy(name, frame, shelf.streams[name], sound) for name in names]


class _Copy:
    """One film being written, picture and sound interleaved."""

    def __init__(self, name: str, frame: av.VideoFrame, out: BinaryIO, sound: BinaryIO | None) -> None:
        side, coarse = SIZES[name]
        self.name = name
        scale = min(1.0, side / min(frame.width, frame.height))
        self.width, self.height = (max(2, round(n * scale / 2) * 2) for n in (frame.width, frame.height))
        self.box = writing(out, "mp4")
        self.film: Any = self.box.add_stream("libx264", rate=30)
        self.film.width, self.film.height, self.film.pix_fmt = self.width, self.height, "yuv420p"
        self.film.codec_context.time_base = Fraction(1, CLOCK)
        self.film.codec_context.options = {
            "preset": "veryfast",
            "crf": str(coarse),
            "profile": "main",
            "g": "60",
            "x264-params": "threads=2",
        }
        self.sound = _Sound(sound, self.box) if sound else None

    def add(self, frame: av.VideoFrame, at: float) -> None:
        """The next frame, after the sound that is heard before it."""
        if self.sound:
            self.sound.until(at)
        small = frame.reformat(self.width, self.height, "yuv420p")
        small.pts, small.time_base = round(at * CLOCK), Fraction(1, CLOCK)
        small.pict_type = 0
        self.box.mux(self.film.encode(small))

    def close(self) -> None:
        """The rest of both, and the index."""
        self.box.mux(self.film.encode(None))
        if self.sound:
            self.sound.until(None)
        self.box.close()


class _Sound:
    """The packets of the AAC copy, put among the pictures."""

    def __init__(self, file: BinaryIO, box: Any) -> None:
        self.source = reading(Window(file), "mov")  # type: ignore[arg-type]
        stream = self.source.streams.audio[0]
        self.packets = iter(self.source.demux(stream))
        self.box, self.stream = box, box.add_stream_from_template(stream)
        self.next: Any = next(self.packets, None)

    def until(self, at: float | None) -> None:
        """All packets up to a second; all there are, for None."""
        while self.next is not None:
            packet = self.next
            if packet.dts is not None:
                if at is not None and float(packet.dts * packet.time_base) > at:
                    return
                packet.stream = self.stream
                self.box.mux(packet)
            self.next = next(self.packets, None)
