"""What is taken out of a copy before it is encoded: spans of sound and picture, regions, a voice's sound.

All of it happens on samples and points, so that nothing of what was there reaches the copy. Edits are JSON:
``silence`` in ms from the start (film: covered there too), ``disguise``, and ``cover``, boxes of x, y, width
and height as shares of the picture as it is shown.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from PIL.Image import Image

from app.derivatives import covering
from app.derivatives.disguising import Disguise
from app.derivatives.hushing import Hush, Samples

Edits = Mapping[str, Any]


class Sound:
    """Edits of one recording's sound, fed block by block: float32, channels by time, from its start on.

    As many samples come out as went in, and none is shifted; ``feed`` may hold some back for ``finish``.
    """

    def __init__(self, edits: Edits, rate: int) -> None:
        self._hush = Hush(edits.get("silence", ()), rate)
        self._disguise = Disguise(rate) if edits.get("disguise") else None
        self._taken = self._given = 0

    def feed(self, samples: Samples) -> Samples:
        """The next samples, edited."""
        hushed = self._hush(samples, self._taken)
        self._taken += samples.shape[1]
        return self._disguised(self._disguise.feed(hushed)) if self._disguise else hushed

    def finish(self) -> Samples:
        """What was held back."""
        return self._disguised(self._disguise.finish()) if self._disguise else np.zeros((1, 0), np.float32)

    def _disguised(self, samples: Samples) -> Samples:
        """A disguise smears its sound a little: what it brought into a span is silenced again."""
        hushed = self._hush(samples, self._given)
        self._given += samples.shape[1]
        return hushed


class Picture(covering.Cover):
    """Edits of one film's picture: frames as arrays of height by width by red, green, blue."""

    def __init__(self, edits: Edits) -> None:
        super().__init__(edits.get("silence", ()), edits.get("cover", ()))


def still(image: Image, edits: Edits) -> Image:
    """A photograph, turned as it is shown, with its regions filled."""
    return covering.fill(image, edits.get("cover", ()))
