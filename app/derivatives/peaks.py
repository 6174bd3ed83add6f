"""The shape of a sound: the lowest and the highest sample of each short stretch, as small JSON.

The form is that of audiowaveform, version 2 (https://github.com/bbc/audiowaveform/blob/master/doc/DataFormat.md):
``data`` holds lowest and highest of one stretch after the other, each from -128 to 127.
"""

import json

import numpy as np

from app.derivatives.hearing import RATE, Samples

STEP = 480  # samples of the shortest stretch: 10 ms
MOST = 2400  # stretches


class Peaks:
    """Gathers peaks while a recording goes by; 800 bytes for each second of it."""

    def __init__(self) -> None:
        self.low: list[Samples] = []
        self.high: list[Samples] = []
        self.rest = np.zeros(0, np.float32)
        self.samples = 0

    def add(self, samples: Samples) -> None:
        """Look at the next samples, all channels as one."""
        self.samples += samples.shape[1]
        line = np.concatenate([self.rest, samples.mean(axis=0, dtype=np.float32)])
        whole = len(line) // STEP * STEP
        self._keep(line[:whole].reshape(-1, STEP))
        self.rest = line[whole:]

    def _keep(self, rows: Samples) -> None:
        if rows.size:
            self.low.append(rows.min(axis=1))
            self.high.append(rows.max(axis=1))

    def json(self) -> bytes:
        """The shape of all that went by."""
        if self.rest.size:
            self._keep(self.rest[None])
        low, high = np.concatenate(self.low), np.concatenate(self.high)
        together = max(1, -(-len(low) // MOST))
        starts = np.arange(0, len(low), together)
        pairs = np.stack([np.minimum.reduceat(low, starts), np.maximum.reduceat(high, starts)], axis=1)
        data = np.clip(np.round(pairs * 127), -128, 127).astype(int)
        shape = {
            "version": 2,
            "channels": 1,
            "sample_rate": RATE,
            "samples_per_pixel": STEP * together,
            "bits": 8,
            "length": len(data),
            "data": data.ravel().tolist(),
        }
        return json.dumps(shape, separators=(",", ":")).encode()
