"""The pictures of a film, each with its moment: turned as they are shown, edited, in the size of a copy."""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import islice
from typing import Any

import av
import numpy as np
from av.container import InputContainer
from numpy.typing import NDArray

from app.derivatives.hearing import LONGEST
from app.derivatives.kinds import Refusal, Refused

Picture = NDArray[np.uint8]  # height by width by red, green, blue

FASTEST = 1 / 31  # seconds between two frames, at least: a telephone's 60 a second tell no more
PATIENCE = 600  # frames looked through for one that is not covered
SLOWEST = 0.25  # and at most: a picture that stands is repeated, so that what is covered is covered in time


class Frames:
    """The film of a container. ``zero`` is the second that counts as the beginning."""

    def __init__(
        self, box: InputContainer, stream: Any, zero: float, short: int, edits: Mapping[str, Any]
    ) -> None:
        self.box, self.stream, self.zero = box, stream, zero
        self.short = short  # points of the shorter side, at most
        self.cover = _cover(edits)

    def all(self) -> Iterator[tuple[float, av.VideoFrame]]:
        """Every frame to be kept, with the second it is shown at; the first is shown at 0."""
        last, shown = -1.0, None
        for frame in _decoded(self.box, self.stream):
            at = max(0.0, frame.time - self.zero) if frame.time is not None else last + 0.04
            if at > LONGEST:
                raise Refused(Refusal.TOO_HARD)
            if shown is None:
                at = 0.0
            while shown is not None and SLOWEST < at - last <= LONGEST:
                last += SLOWEST / 2
                yield last, self.show(shown, last)
            if at - last < FASTEST:
                continue
            yield at, self.show(frame, at)
            last, shown = at, frame

    def some(self, moments: list[float]) -> Iterator[tuple[float, Picture]]:
        """The frames nearest before these seconds, as far as they can be found by seeking.

        Where a film is covered, the next ones that are not.
        """
        for moment in moments:
            try:
                self.box.seek(int((moment + self.zero) * av.time_base))
                frame = next(filter(self._shows, islice(_decoded(self.box, self.stream), PATIENCE)), None)
            except (av.error.FFmpegError, Refused):
                continue
            if frame is not None:
                at = self._at(frame)
                yield at, _points(self.show(frame, at))

    def _at(self, frame: av.VideoFrame) -> float:
        return max(0.0, (frame.time or 0.0) - self.zero)

    def _shows(self, frame: av.VideoFrame) -> bool:
        """Whether anything of it may be seen."""
        return self.cover is None or self.cover.shows(self._at(frame) * 1000)

    def show(self, frame: av.VideoFrame, at: float) -> av.VideoFrame:
        """A frame as the copies have it."""
        width, height = self._size(frame)
        turns = round(frame.rotation / 90) % 4
        if not turns and (self.cover is None or self.cover.leaves(at * 1000)):
            return frame.reformat(width, height, "yuv420p")
        picture = np.ascontiguousarray(np.rot90(_points(frame.reformat(width, height)), turns))
        if self.cover is not None:
            picture = np.ascontiguousarray(self.cover(picture, at * 1000))
        return av.VideoFrame.from_ndarray(picture, "rgb24").reformat(format="yuv420p")

    def _size(self, frame: av.VideoFrame) -> tuple[int, int]:
        """Width and height before turning; points that are not square are made so, and both are even."""
        ratio = self.stream.sample_aspect_ratio or Fraction(1)
        width = frame.width * (float(ratio) if 0.1 < ratio < 10 else 1.0)
        scale = min(1.0, self.short / min(width, frame.height))
        return max(2, round(width * scale / 2) * 2), max(2, round(frame.height * scale / 2) * 2)


def _points(frame: av.VideoFrame) -> Picture:
    return np.asarray(frame.to_ndarray(format="rgb24"), dtype=np.uint8)


def _cover(edits: Mapping[str, Any]) -> Any:
    if not edits:
        return None
    from app.derivatives.editing import Picture as Edited

    return Edited(edits)


def _decoded(box: InputContainer, stream: Any) -> Iterator[av.VideoFrame]:
    for packet in box.demux(stream):
        try:
            yield from packet.decode()
        except av.error.InvalidDataError:
            continue
