"""Clips cut from a copy of a recording, sample by sample: the time asked for and nothing beside it."""

import os
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any, BinaryIO

import av
import numpy as np
from av.container import OutputContainer

from app.derivatives import hearing, looking
from app.derivatives.hearing import RATE, Samples
from app.derivatives.kinds import Refused
from app.derivatives.streams import reading, writing

CLOCK = 90_000  # ticks a second of a film
LONGEST = 60 * 60 * 1000  # milliseconds of one clip
Span = tuple[int, int]  # milliseconds, the end not included


def clip(
    file: BinaryIO, outs: Sequence[BinaryIO], ask: Mapping[str, Any], tell: Callable[[int], None]
) -> dict[str, Any]:
    """Cut ``ask["spans"]`` (pairs of milliseconds), each into the file at its place in ``outs``.

    Sound alone becomes FLAC, of which every sample is that of the copy; with ``ask["film"]`` a film becomes
    MP4 (H.264, AAC). Returns the milliseconds of each, or the name of a refusal.
    """
    os.nice(10)
    spans = [(int(start), min(int(end), int(start) + LONGEST)) for start, end in ask["spans"]]
    try:
        name = looking.container(file)
        made = _film if ask.get("film") else _sound
        return {"made": made(file, name, spans, outs, tell)}
    except Refused as error:
        return {"refused": error.why.name}


def _sound(
    file: BinaryIO, name: str, spans: Sequence[Span], outs: Sequence[BinaryIO], tell: Callable[[int], None]
) -> list[int]:
    with reading(file, name) as box:
        count = hearing.channels(box.streams.audio[0])
    clips = [_Sound(av.open(out, "w", format="flac"), "flac", "s16", count) for out in outs]
    _hear(file, name, spans, clips, tell)
    for one in clips:
        one.close()
    return [round(one.count * 1000 / RATE) for one in clips]


def _film(
    file: BinaryIO, name: str, spans: Sequence[Span], outs: Sequence[BinaryIO], tell: Callable[[int], None]
) -> list[int]:
    boxes = [writing(out, "mp4") for out in outs]
    with reading(file, name) as box:
        shown, heard = box.streams.video[0], list(box.streams.audio)
        size = (shown.width // 2 * 2, shown.height // 2 * 2)
        films = [_stream(one, *size) for one in boxes]
        count = hearing.channels(heard[0]) if heard else 0
        sounds = [_Sound(one, "aac", "fltp", count) for one in boxes] if heard else []
        for frame in box.decode(shown):
            at = float(frame.time or 0)
            tell(min(99, round(at)))
            if spans and at * 1000 >= max(end for _, end in spans):
                break
            for one, stream, (start, end) in zip(boxes, films, spans, strict=True):
                if start <= at * 1000 < end:
                    small = frame.reformat(*size, "yuv420p")
                    small.pts, small.time_base = round((at - start / 1000) * CLOCK), Fraction(1, CLOCK)
                    small.pict_type = 0
                    one.mux(stream.encode(small))
    if sounds:
        _hear(file, name, spans, sounds, tell)
    for one, stream in zip(boxes, films, strict=True):
        one.mux(stream.encode(None))
    for sound in sounds:
        sound.finish()
    for one in boxes:
        one.close()
    return [end - start for start, end in spans]


def _stream(box: OutputContainer, width: int, height: int) -> Any:
    film: Any = box.add_stream("libx264", rate=30)
    film.width, film.height, film.pix_fmt = width, height, "yuv420p"
    film.codec_context.time_base = Fraction(1, CLOCK)
    film.codec_context.options = {"preset": "veryfast", "crf": "23", "profile": "main"}
    return film


def _hear(
    file: BinaryIO,
    name: str,
    spans: Sequence[Span],
    clips: Sequence["_Sound"],
    tell: Callable[[int], None],
) -> None:
    at, last = 0, max((end for _, end in spans), default=0) * RATE // 1000
    with reading(file, name) as box:
        for block in hearing.hear(box, box.streams.audio[0]):
            for one, (start, end) in zip(clips, spans, strict=True):
                first, beyond = start * RATE // 1000 - at, end * RATE // 1000 - at
                one.add(block[:, max(0, first) : max(0, beyond)])
            at += block.shape[1]
            tell(min(99, at * 100 // max(1, last)))
            if at >= last:
                return


class _Sound:
    """The sound of one clip being written."""

    def __init__(self, box: OutputContainer, codec: str, form: str, channels: int) -> None:
        self.box, self.form, self.count = box, form, 0
        self.layout = "mono" if channels == 1 else "stereo"
        self.stream: Any = box.add_stream(codec, rate=RATE, layout=self.layout)

    def add(self, samples: Samples) -> None:
        """The next samples."""
        if not samples.shape[1]:
            return
        held: Any = samples
        if self.form == "s16":
            held = (np.clip(samples, -1, 1) * 32767).round().astype(np.int16).T.reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(held), self.form, self.layout)
        frame.sample_rate, frame.pts, frame.time_base = RATE, self.count, Fraction(1, RATE)
        self.count += samples.shape[1]
        self.box.mux(self.stream.encode(frame))

    def finish(self) -> None:
        """Write what is held back."""
        self.box.mux(self.stream.encode(None))

    def close(self) -> None:
        """All of it, and the file's end."""
        self.finish()
        self.box.close()
