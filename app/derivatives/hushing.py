"""Spans of sound made silent, on samples, before anything is encoded."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

# Encoders smear. After loud sound Opus takes up to 260 ms (white noise; speech 60 ms) until what is decoded
# lies below -80 dBFS, and what follows is heard up to 40 ms before it. A span is silent for so much longer.
LEAD_MS, TRAIL_MS = 300, 80
FADE_MS = 10  # so that silence begins without a click

Samples = NDArray[np.float32]


class Hush:
    """Silence in spans of a recording, in milliseconds from its start, and a little around them."""

    def __init__(self, silence: Sequence[Sequence[int]], rate: int) -> None:
        self._spans = [
            ((start - LEAD_MS) * rate // 1000, -(-(end + TRAIL_MS) * rate // 1000)) for start, end in silence
        ]
        self._fade = max(1, FADE_MS * rate // 1000)

    def __call__(self, samples: Samples, at: int) -> Samples:
        """Samples (channels by time, the first one ``at`` samples from the start) with silence in them."""
        end, fade = at + samples.shape[1], self._fade
        near = [(a, b) for a, b in self._spans if a - fade < end and at < b + fade]
        if not near:
            return samples
        index = np.arange(at, end)
        gain = np.ones(len(index), np.float32)
        for a, b in near:
            outside = np.maximum(a - index, index - b) / fade
            gain = np.minimum(gain, np.clip(outside, 0, 1).astype(np.float32))
        return samples * gain
