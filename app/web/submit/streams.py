"""Bodies of any size, taken as they come: how many at once, and how long one waits for a line."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from sys import maxsize
from threading import BoundedSemaphore
from time import monotonic

from flask import request
from werkzeug.exceptions import HTTPException, ServiceUnavailable

from app.storage.anteroom import PIECE
from app.web.visitor import read_no_more

STREAMS = 24  # files that come in at once in one process: the other threads are for readers
SILENCE = 30.0  # seconds without a byte after which a line counts as broken
AFTERWARDS, REST = 5.0, 64 * 2**20  # seconds, and bytes, of a refused body that are let pass
BUSY = "Many files are coming in at the moment. Try again in a moment."
_streams = BoundedSemaphore(STREAMS)


@contextmanager
def streaming() -> Iterator[None]:
    """A place among those that send at this moment."""
    read_no_more()
    if not _streams.acquire(blocking=False):
        raise ServiceUnavailable(BUSY, retry_after=5)
    try:
        with patience(SILENCE):
            yield
    finally:
        _streams.release()


@contextmanager
def patience(seconds: float) -> Iterator[None]:
    """A body of any size, on a line that may not fall silent for so long."""
    request.max_content_length = maxsize  # None would mean: as for forms
    line = request.environ.get("gunicorn.socket")
    if line:
        line.settimeout(seconds)
    try:
        yield
    finally:
        if line:
            line.settimeout(None)


def hear_out() -> None:
    """Let the rest of a refused body pass for a moment: who is cut off while sending does not hear why."""
    end, passed = monotonic() + AFTERWARDS, 0
    with patience(AFTERWARDS), suppress(OSError, HTTPException):
        while monotonic() < end and passed < REST and (piece := request.stream.read(PIECE)):
            passed += len(piece)
