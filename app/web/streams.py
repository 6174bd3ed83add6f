"""Files handed to a visitor: whole or the ranges asked for, in pieces, without holding up whoever reads.

A recording holds a thread for as long as somebody listens: not the database (the door's read session
ends before the first byte leaves), and never more than ``config.LISTENERS`` threads of a process. A
listener that takes nothing for a minute (a player that pauses) is let go; browsers come back with a range.
"""

import secrets
import threading
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

from flask import Response, request
from werkzeug.wsgi import wrap_file

import config
from app.services import hearing
from app.services.hearing import Held
from app.web import ranges
from app.web.visitor import archive

PIECE = 256 * 1024  # bytes in memory at a time for one listener
PATIENCE = 60.0  # seconds a listener may take nothing
BUSY = "Too many people are listening at this moment. Try again in a few seconds.\n"

_threads = threading.BoundedSemaphore(config.LISTENERS)


class Stretch:
    """Some bytes of an open file, read as if they were a file; gives its listener's place back when closed.

    gunicorn hands the bytes from disk to line by ``sendfile``, so none of them pass through us.
    """

    def __init__(self, file: BinaryIO, start: int, length: int, leave: Callable[[], None]) -> None:
        self._file, self._left, self._leave = file, length, leave
        file.seek(start)

    def fileno(self) -> int:
        """The open file, which stands at the first byte of the stretch."""
        return self._file.fileno()

    def read(self, size: int = PIECE) -> bytes:
        """The next bytes, at most ``size``; with the last of them the file is closed."""
        piece = self._file.read(min(size, self._left)) if self._left else b""
        self._left -= len(piece)
        if not self._left or not piece:
            self.close()
        return piece

    def close(self) -> None:
        """Close the file; nothing happens a second time."""
        if not self._file.closed:
            self._file.close()
            self._leave()


def answer(held: Held) -> Response:
    """The file as RFC 9110 has it: 200, 206, 304, 412 or 416; 503 when too many listen at this moment."""
    response = Response(mimetype=held.mimetype)
    response.set_etag(held.tag)
    response.accept_ranges = "bytes"
    if request.if_match and not request.if_match.contains(held.tag):
        return _bare(response, 412)
    if request.if_none_match.contains_weak(held.tag):
        return _bare(response, 304)
    prefix = archive().settings.x_accel
    if prefix and not _asks_by_time(held):
        response.headers["X-Accel-Redirect"] = f"{prefix.rstrip('/')}/{held.key}"
        del response.headers["Accept-Ranges"]  # nginx says so itself
        return response
    wanted = _wanted(held)
    if wanted == []:
        response.headers["Content-Range"] = f"bytes */{held.size}"
        return _bare(response, 416)
    if request.method == "HEAD":
        response.content_length = held.size
        return response
    if not _threads.acquire(blocking=False):
        response.headers["Retry-After"] = "5"
        response.set_data(BUSY)
        return _bare(response, 503)
    return _streamed(response, held, wanted)


def _asks_by_time(held: Held) -> bool:
    """Whether the answer would turn on when the file was made: nginx knows that and would tell, we do not."""
    known = (None, f'"{held.tag}"')
    by_time = "If-Unmodified-Since" in request.headers or "If-Modified-Since" in request.headers
    return by_time or request.headers.get("If-Range") not in known


def _bare(response: Response, status: int) -> Response:
    """An answer without the file."""
    response.status_code = status
    if status != 304:
        response.mimetype = "text/plain"
    return response


def _wanted(held: Held) -> list[range] | None:
    """The ranges asked for; None for the whole, also when the file has changed since (If-Range)."""
    since = request.headers.get("If-Range")
    if request.method != "GET" or (since is not None and since.strip() != f'"{held.tag}"'):
        return None
    return ranges.asked(request.headers.get("Range"), held.size)


def _streamed(response: Response, held: Held, wanted: list[range] | None) -> Response:
    try:
        file = hearing.opened(held)
    except BaseException:
        _threads.release()
        raise
    if line := request.environ.get("gunicorn.socket"):
        line.settimeout(PATIENCE)
    only = range(held.size) if wanted is None else wanted[0]
    response.direct_passthrough = True
    if wanted is None or len(wanted) == 1:
        stretch: Any = Stretch(file, only.start, len(only), _threads.release)
        body: Any = wrap_file(request.environ, stretch, PIECE)
        response.content_length = len(only)
    else:
        parts = _Parts(file, held, wanted)
        body, response.content_length = parts, parts.length
        response.headers["Content-Type"] = f"multipart/byteranges; boundary={parts.boundary}"
    if wanted is not None:
        response.status_code = 206
        if len(wanted) == 1:
            response.headers["Content-Range"] = f"bytes {only.start}-{only.stop - 1}/{held.size}"
    response.response = body
    return response


class _Parts:
    """Several ranges as one body, each part under its own headers (RFC 9110 section 14.6)."""

    def __init__(self, file: BinaryIO, held: Held, wanted: list[range]) -> None:
        self.boundary = secrets.token_hex(16)
        self._file, self._wanted = file, wanted
        self._heads = [
            f"\r\n--{self.boundary}\r\nContent-Type: {held.mimetype}\r\n"
            f"Content-Range: bytes {r.start}-{r.stop - 1}/{held.size}\r\n\r\n".encode()
            for r in wanted
        ]
        self._end = f"\r\n--{self.boundary}--\r\n".encode()
        self.length = sum(map(len, self._heads)) + sum(map(len, wanted)) + len(self._end)

    def __iter__(self) -> Iterator[bytes]:
        for head, stretch in zip(self._heads, self._wanted, strict=True):
            yield head
            self._file.seek(stretch.start)
            for at in range(stretch.start, stretch.stop, PIECE):
                yield self._file.read(min(PIECE, stretch.stop - at))
        self.close()
        yield self._end

    def close(self) -> None:
        """Close the file; nothing happens a second time."""
        if not self._file.closed:
            self._file.close()
            _threads.release()
