"""The ledger of withdrawals: a file beside the database and outside its backups, only ever added to.

A line is one withdrawal as JSON, without a word of anybody's: identifiers, what was chosen, days. When a
database is put back that is older than the ledger, what stands here is done again. What came to nothing
is made void by a further line.
"""

import errno
import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from app.db import new_identifier
from app.errors import Conflict
from app.storage.local import sync

MISSING = "The ledger of withdrawals is missing. Nothing can be withdrawn until it is back."


class Ledger:
    """One ledger file, mode 0600."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def exists(self) -> bool:
        """Whether it is there at all: an archive that had one and has lost it must not serve."""
        return self.path.exists()

    def begin(self) -> None:
        """Make it, empty, when it is new."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(self.path, os.O_CREAT | os.O_WRONLY, 0o600))
        sync(self.path.parent)

    def add(self, entry: Mapping[str, Any]) -> None:
        """Write an entry at the end; on the disk when this returns, or not there at all.

        Raises OSError, and Conflict when the ledger is missing: a lost one is not begun anew unnoticed.
        """
        line = (json.dumps(entry, sort_keys=True) + "\n").encode()
        try:
            handle = os.open(self.path, os.O_RDWR | os.O_APPEND)
        except FileNotFoundError:
            raise Conflict(MISSING) from None
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            size = os.fstat(handle).st_size
            if size and os.pread(handle, 1, size - 1) != b"\n":  # a power cut left half a line
                line = b"\n" + line
            try:
                _write(handle, line)
            except OSError:
                os.ftruncate(handle, size)
                raise
        finally:
            os.close(handle)

    def void(self, identifier: str) -> None:
        """Say that an entry came to nothing: what it speaks of was not done. Raises as ``add`` does."""
        self.add({"identifier": new_identifier(), "void": identifier})

    def entries(self) -> Iterator[dict[str, Any]]:
        """Every entry that was not made void, oldest first."""
        lines = list(self._lines())
        void = {line["void"] for line in lines if "void" in line}
        return (line for line in lines if "void" not in line and line["identifier"] not in void)

    def _lines(self) -> Iterator[dict[str, Any]]:
        """Every line. Half a one was never acknowledged, and is passed over."""
        if not self.exists():
            return
        with self.path.open("rb") as lines:
            for line in lines:
                try:
                    yield json.loads(line)
                except ValueError:
                    continue


def _write(handle: int, line: bytes) -> None:
    """All of it, to the disk: a disk that is nearly full takes a part and says so only the next time."""
    while line:
        if not (written := os.write(handle, line)):
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        line = line[written:]
    os.fsync(handle)
