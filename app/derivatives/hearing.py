"""The sound of a recording as samples on one time line: 48,000 a second from its beginning, none lost.

A transcript's times are only as good as this line. Headers lie (an MP3 of variable bit rate is placed by a
table of a hundred entries, minutes wrong at its end), so nothing is placed by seeking: all is decoded, from
the first sample on, and counted. Where a container gives each frame its time, a hole in the recording is
filled with silence and what comes twice is left out; where a frame cannot be decoded, silence stands for it.
"""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import av
import numpy as np
from av.audio.resampler import AudioResampler
from av.container import InputContainer
from numpy.typing import NDArray

from app.derivatives.kinds import Refusal, Refused

Samples = NDArray[np.float32]  # (channels, samples), full scale is 1

RATE = 48_000  # samples a second
SLACK = 0.06  # seconds that times of a container may be off before they count
LONGEST_HOLE = 600.0  # seconds of silence put in for a hole; a longer one is a mistake of the clock
BEHIND = 1.0  # seconds that frames come twice; more is a clock that was set back
LONGEST = 12 * 3600.0  # seconds of a recording
CLOCKLESS = ("mp3", "aac", "wav", "flac", "amr")  # formats whose frames carry no time: theirs is counted


def channels(stream: Any) -> int:
    """How many channels the copies have: one or two."""
    return 1 if (stream.codec_context.channels or 1) < 2 else 2


def hear(box: InputContainer, stream: Any, zero: float | None = None) -> Iterator[Samples]:
    """All samples of a stream, in blocks. ``zero`` is the second that counts as the beginning.

    Raises Refused when nothing can be decoded or there is no end to it.
    """
    line = _Line(zero, trusted=box.format.name.split(",")[0] not in CLOCKLESS)
    layout = "mono" if channels(stream) == 1 else "stereo"
    sampler = _Sampler(layout)
    given = 0
    for frame, lost in _frames(box, stream):
        hole = lost if frame is None else line.before(frame)
        if hole is None:
            continue
        if hole:
            given += (silent := round(hole * RATE))
            yield np.zeros((1 if layout == "mono" else 2, silent), np.float32)
        if frame is None:
            line.skip(lost)
            continue
        for block in sampler(frame):
            given += block.shape[1]
            yield block
        if given > LONGEST * RATE:
            raise Refused(Refusal.TOO_HARD)
    for block in sampler(None):
        given += block.shape[1]
        yield block
    if not given:
        raise Refused(Refusal.DAMAGED)


def _frames(box: InputContainer, stream: Any) -> Iterator[tuple[Any, float]]:
    """Every frame; for a packet that cannot be decoded, None and the seconds that are lost with it."""
    heard = False
    for packet in box.demux(stream):
        try:
            for frame in packet.decode():
                heard = True
                yield frame, 0.0
        except av.error.InvalidDataError:
            if heard and packet.duration and packet.time_base:
                yield None, min(float(packet.duration * packet.time_base), BEHIND)


class _Line:
    """Where on the time line the next frame belongs."""

    def __init__(self, zero: float | None, *, trusted: bool) -> None:
        self.zero, self.trusted = zero, trusted
        self.at = Fraction(0)  # seconds given so far; exact, for rounding adds up over hours

    def before(self, frame: Any) -> float | None:
        """Seconds of silence that go before this frame; None to leave it out, it was heard already."""
        length = Fraction(frame.samples, frame.sample_rate or RATE)
        hole = self._hole(frame) if self.trusted else 0.0
        if hole < -SLACK:
            return None
        self.at += length
        if hole > SLACK:
            self.at += Fraction(hole).limit_denominator(1_000_000)
            return hole
        return 0.0

    def skip(self, seconds: float) -> None:
        """Silence stands for what could not be decoded."""
        self.at += Fraction(seconds).limit_denominator(1_000_000)

    def _hole(self, frame: Any) -> float:
        if frame.time is None:
            return 0.0
        if self.zero is None:
            self.zero = frame.time
        hole = float(frame.time - self.zero - self.at)
        if hole > LONGEST_HOLE or hole < -BEHIND:
            self.zero += hole  # the clock was set anew
            return 0.0
        return hole


class _Sampler:
    """Brings frames of any kind to our rate and channels; it may change within a recording."""

    def __init__(self, layout: str) -> None:
        self.layout = layout
        self._make(None)

    def _make(self, kind: object) -> None:
        self.kind = kind
        self.sampler = AudioResampler(format="fltp", layout=self.layout, rate=RATE)

    def __call__(self, frame: Any) -> Iterator[Samples]:
        """The samples of a frame; of None, those still held back."""
        if frame is not None:
            kind = (frame.format.name, frame.layout.name, frame.sample_rate)
            if self.kind not in (None, kind):
                yield from self(None)
                self._make(kind)
            self.kind = kind
            frame.pts = None
        elif self.kind is None:
            return
        for done in self.sampler.resample(frame):
            yield np.nan_to_num(done.to_ndarray(), copy=False, posinf=1.0, neginf=-1.0)
