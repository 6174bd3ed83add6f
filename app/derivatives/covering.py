"""Picture that is taken out of a copy: all of a film for some spans, or regions of a film or a photograph."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL.Image import Image

DARK = (32, 32, 32)  # what covers, as red, green and blue: chosen before any picture was seen
EARLIER_MS = 300  # a frame is seen until the next one comes: at four frames a second that much after its time

Box = Sequence[float]  # x, y, width, height as shares of the picture as it is shown
Frame = NDArray[np.uint8]


class Cover:
    """What covers a film: all of it within spans of milliseconds, and boxes from beginning to end."""

    def __init__(self, spans: Sequence[Sequence[int]], boxes: Sequence[Box]) -> None:
        self._spans = [(start - EARLIER_MS, end) for start, end in spans]
        self._boxes = list(boxes)

    def shows(self, at_ms: float) -> bool:
        """Whether anything is to be seen at this moment."""
        return not any(start <= at_ms <= end for start, end in self._spans)

    def leaves(self, at_ms: float) -> bool:
        """Whether a frame of this moment stays as it is."""
        return not self._boxes and self.shows(at_ms)

    def __call__(self, frame: Frame, at_ms: float) -> Frame:
        """A frame (height by width by red, green, blue) without what is covered."""
        if not self.shows(at_ms):
            return np.full_like(frame, DARK)
        if self._boxes:
            frame = frame.copy()
        for box in self._boxes:
            left, top, right, bottom = _points(box, frame.shape[1], frame.shape[0])
            frame[top:bottom, left:right] = DARK
        return frame


def fill(image: Image, boxes: Sequence[Box]) -> Image:
    """A photograph, turned as it is shown, with its regions filled by one even colour.

    A blur can be computed back where it is known how it was made, and of coarse squares machines recognise a
    face among a few: McPherson, Shokri, Shmatikov, "Defeating Image Obfuscation with Deep Learning", 2016.
    """
    if not boxes:
        return image
    image = image.convert("RGB")
    for box in boxes:
        image.paste(DARK, _points(box, image.width, image.height))
    return image


def _points(box: Box, width: int, height: int) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of a box in points, rounded outwards."""
    x, y, w, h = box
    return (
        max(0, math.floor(x * width)),
        max(0, math.floor(y * height)),
        min(width, math.ceil((x + w) * width)),
        min(height, math.ceil((y + h) * height)),
    )
