"""Copies of a recording's sound: Opus for few bytes, AAC for every browser, both from the same samples.

Two passes: the first measures how loud the recording is, the second brings it to the archive's loudness,
makes the edits that are asked for, draws the waveform and encodes.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, BinaryIO

import numpy as np
from av.container import InputContainer, OutputContainer

from app.derivatives import hearing, loudness
from app.derivatives.hearing import RATE, Samples
from app.derivatives.peaks import Peaks
from app.derivatives.shelf import Shelf
from app.derivatives.streams import writing

Tell = Callable[[float], None]  # hears how many of all seconds have gone by
BLOCK = RATE // 2  # samples that go through edits and encoders at once
# Bits a second for one channel and for two: speech stays clear, and an hour in Opus has 14 megabytes.
OPUS, AAC = (32_000, 56_000), (64_000, 112_000)


def measure(box: InputContainer, stream: Any, zero: float | None, tell: Tell) -> float:
    """How loud the sound is, in LUFS."""
    return loudness.measure(_told(hearing.hear(box, stream, zero), tell))


def make(
    box: InputContainer,
    stream: Any,
    zero: float | None,
    loud: float,
    seconds: float,
    edits: Mapping[str, Any],
    shelf: Shelf,
    tell: Tell,
) -> int:
    """Opus, AAC and the waveform. ``seconds`` is about how long it is. Returns the milliseconds they last."""
    count = hearing.channels(stream)
    encoders = [
        _Encoder(shelf.streams["opus"], "webm", "libopus", OPUS[count - 1], count, seconds),
        _Encoder(shelf.streams["aac"], "mp4", "aac", AAC[count - 1], count, seconds),
    ]
    factor, peaks = loudness.gain(loud), Peaks()
    heard = (loudness.even(block, factor) for block in _told(_blocks(hearing.hear(box, stream, zero)), tell))
    for block in _edited(heard, edits) if edits else heard:
        for encoder in encoders:
            encoder.add(block, peaks.samples)
        peaks.add(block)
    for encoder in encoders:
        encoder.close()
    duration_ms = round(peaks.samples * 1000 / RATE)
    for variant in ("opus", "aac"):
        shelf.finish(variant, duration_ms=duration_ms)
    shelf.put("peaks", peaks.json(), duration_ms=duration_ms)
    return duration_ms


def _edited(blocks: Iterator[Samples], edits: Mapping[str, Any]) -> Iterator[Samples]:
    from app.derivatives.editing import Sound

    sound = Sound(edits, RATE)
    for block in blocks:
        yield sound.feed(block)
    yield sound.finish()


def _blocks(pieces: Iterator[Samples]) -> Iterator[Samples]:
    """The same samples in larger pieces."""
    held: list[Samples] = []
    for piece in pieces:
        held.append(piece)
        if sum(one.shape[1] for one in held) >= BLOCK:
            yield np.concatenate(held, axis=1)
            held = []
    if held:
        yield np.concatenate(held, axis=1)


def _told(blocks: Iterator[Samples], tell: Tell) -> Iterator[Samples]:
    count = 0
    for block in blocks:
        count += block.shape[1]
        tell(count / RATE)
        yield block


class _Encoder:
    """One copy being written."""

    def __init__(
        self, out: BinaryIO, container: str, codec: str, bits: int, channels: int, seconds: float
    ) -> None:
        self.box: OutputContainer = writing(out, container, seconds)
        layout = "mono" if channels == 1 else "stereo"
        stream: Any = self.box.add_stream(codec, rate=RATE, layout=layout)
        stream.bit_rate = bits
        stream.codec_context.thread_count = 1
        self.stream = stream

    def add(self, samples: Samples, at: int) -> None:
        """Encode the samples, of which the first is number ``at``."""
        if samples.shape[1]:
            self.box.mux(self.stream.encode(loudness.frame(samples, at)))

    def close(self) -> None:
        """Write what is held back, and the index."""
        self.box.mux(self.stream.encode(None))
        self.box.close()
