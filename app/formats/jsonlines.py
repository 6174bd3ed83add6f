"""The stream under JSON Lines: .jsonl or .jsonl.gz, one line at a time, in flat memory.

Nothing longer than MAX_LINE is ever held, whatever the file (or the gzip stream in it) grows to.
"""

import gzip
import io
import zlib
from collections.abc import Iterator
from typing import BinaryIO, cast

from app.errors import Invalid

MAX_LINE = 64 * 2**20
MAX_SKIPPED = 2**30  # how much of an overlong line is passed over before the file is given up
_CHUNK = 2**16


class _Counted(io.RawIOBase):
    """A stream that counts the bytes taken from it, and gives ``begun`` first."""

    def __init__(self, stream: BinaryIO, begun: bytes) -> None:
        self._stream, self._begun, self.taken = stream, begun, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        piece = self._begun[: len(buffer)] or self._stream.read(len(buffer))
        self._begun = self._begun[len(piece) :]
        buffer[: len(piece)] = piece
        self.taken += len(piece)
        return len(piece)


def lines(stream: BinaryIO) -> Iterator[tuple[int, int, bytes | Invalid]]:
    """(one-based line, bytes of the file read so far, the line) for each line that is not blank.

    In place of a line longer than MAX_LINE stands an Invalid, and the next line follows. A gzip
    stream that is cut off or damaged gives its whole lines, then an Invalid, and ends.
    """
    begun = stream.read(2)
    counted = _Counted(stream, begun)
    plain = io.BufferedReader(counted, _CHUNK)
    packed = begun == b"\x1f\x8b"
    source = gzip.GzipFile(fileobj=plain) if packed else plain
    number = 0
    try:
        while raw := source.readline(MAX_LINE + 1):
            number += 1
            if len(raw) > MAX_LINE:
                yield number, counted.taken, Invalid(f"longer than {MAX_LINE // 2**20} MiB", number)
                if not _skip(cast(BinaryIO, source)):
                    yield number, counted.taken, Invalid("no end of the line in sight: given up", number)
                    return
            elif raw.strip():
                yield number, counted.taken, raw.removeprefix(b"\xef\xbb\xbf") if number == 1 else raw
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        yield number + 1, counted.taken, Invalid(f"the gzip file is cut off or damaged: {error}", number + 1)


def _skip(source: BinaryIO) -> bool:
    """Pass over the rest of an overlong line; False when it goes on beyond MAX_SKIPPED."""
    skipped = 0
    while skipped < MAX_SKIPPED:
        piece = source.readline(_CHUNK)
        skipped += len(piece)
        if not piece or piece.endswith(b"\n"):
            return True
    return False
