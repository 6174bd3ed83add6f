"""Whether anybody is heard where words are said to be spoken: a machine makes sentences up over silence.

Told by the peaks of the recording, which the confined child measured: speech stands far above the quiet
between sentences. A line is told apart when nothing in it comes near to how loud the recording is.
"""

import json
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import select

from app.db import session
from app.errors import NotFound
from app.models import MediaFile, Testimony
from app.records import Line
from app.storage import store

QUIET = 0.08  # of what the loud tenth of the recording reaches
SILENCE = "silence"


def told_apart(testimony: Testimony, lines: Sequence[Line]) -> list[Line]:
    """The lines; those of a machine over silence are marked ``silence`` where there are peaks to tell it."""
    if not any(line.machine for line in lines):
        return list(lines)
    return flagged(lines, *_heights(testimony))


def flagged(lines: Sequence[Line], heights: Sequence[int], each_ms: float) -> list[Line]:
    """``heights`` are the peaks (0 to 128) of stretches of ``each_ms``; none: nothing can be told."""
    loud = sorted(heights)[len(heights) * 9 // 10] if heights else 0
    return [
        replace(line, machine=SILENCE)
        if line.machine and _silent(line, heights, each_ms, loud * QUIET)
        else line
        for line in lines
    ]


def _silent(line: Line, heights: Sequence[int], each_ms: float, most: float) -> bool:
    if line.start_ms is None or line.end_ms is None or not heights:
        return False
    here = heights[int(line.start_ms / each_ms) : int(line.end_ms / each_ms) + 1]
    return max(here, default=0) <= max(most, 1)  # beyond the end of the recording nothing is heard either


def _heights(testimony: Testimony) -> tuple[list[int], float]:
    """The peaks of the unedited copy of the first recording, and how long each lasts."""
    key = session().scalar(
        select(MediaFile.key)
        .filter_by(testimony_id=testimony.id, variant="peaks", recipe="")
        .order_by(MediaFile.id)
        .limit(1)
    )
    if key is None:
        return [], 1.0
    try:
        with store().open(key) as stream:
            told = json.load(stream)
    except NotFound:
        return [], 1.0
    pairs = zip(told["data"][::2], told["data"][1::2], strict=True)
    return [max(high, -low) for low, high in pairs], 1000 * told["samples_per_pixel"] / told["sample_rate"]
