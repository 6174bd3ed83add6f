"""Loudness as people hear it (EBU R 128, ITU-R BS.1770), and bringing recordings to the same.

The gain is one number for the whole of a recording: what is quiet in it stays quieter than what is loud, and
silence stays silence to the last bit. What would be louder than the format can say is bent, sample by sample.
"""

from collections.abc import Iterable
from fractions import Fraction

import av
import av.filter
import numpy as np

from app.derivatives.hearing import RATE, Samples

TARGET = -18.0  # LUFS: between broadcast (-23) and what telephones play (-16)
GATE = -70.0  # LUFS: what is quieter is no sound (BS.1770)
MOST, LEAST = 24.0, -24.0  # decibels of gain
KNEE, CEILING = 0.7, 0.89  # of full scale: bent from here on, never above (-1 dB)


def measure(blocks: Iterable[Samples]) -> float:
    """Integrated loudness in LUFS; the gate's value for silence."""
    found, at, meter = GATE, 0, None
    for block in blocks:
        meter = meter or _Meter(block.shape[0])
        found = meter(block, at)
        at += block.shape[1]
    return found


def gain(loudness: float) -> float:
    """The factor that brings a recording of this loudness to the target; silence is left alone."""
    if not loudness > GATE:
        return 1.0
    return float(10 ** (min(max(TARGET - loudness, LEAST), MOST) / 20))


def even(samples: Samples, factor: float) -> Samples:
    """The samples, louder by a factor and bent where that is too much."""
    louder = samples * np.float32(factor)
    above = np.abs(louder) > KNEE
    if above.any():
        room = CEILING - KNEE
        over = (np.abs(louder[above]) - KNEE) / room
        louder[above] = np.sign(louder[above]) * (KNEE + room * np.tanh(over))
    return louder


def frame(samples: Samples, at: int) -> av.AudioFrame:
    """Samples as libav takes them; ``at`` is the number of the first."""
    made = av.AudioFrame.from_ndarray(
        np.ascontiguousarray(samples), "fltp", "mono" if samples.shape[0] == 1 else "stereo"
    )
    made.sample_rate, made.time_base, made.pts = RATE, Fraction(1, RATE), at
    return made


class _Meter:
    """libavfilter's meter of EBU R 128."""

    def __init__(self, channels: int) -> None:
        self.graph = graph = av.filter.Graph()  # whose parts do not hold it
        self.into = graph.add_abuffer(
            sample_rate=RATE,
            format="fltp",
            layout="mono" if channels == 1 else "stereo",
            time_base=Fraction(1, RATE),
        )
        meter, self.out = graph.add("ebur128", "metadata=1:framelog=quiet"), graph.add("abuffersink")
        self.into.link_to(meter)
        meter.link_to(self.out)
        graph.configure()
        self.found = GATE

    def __call__(self, block: Samples, at: int) -> float:
        """What has been found so far."""
        self.into.push(frame(block, at))
        while True:
            try:
                said = self.out.pull().metadata.get("lavfi.r128.I")
            except (av.error.BlockingIOError, av.error.EOFError):
                return self.found
            if said is not None:
                self.found = float(said)
