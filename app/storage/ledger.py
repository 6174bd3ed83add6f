"""The ledger of withdrawals: a file beside the database and outside its backups, only ever added to.

A line is one withdrawal as JSON, without a word of anybody's: identifiers, what was chosen, days. When a
database is put back that is older than the ledger, what stands here is done again.
"""

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any


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
        _fsync(self.path.parent)

    def add(self, entry: Mapping[str, Any]) -> None:
        """Write an entry at the end; on the disk when this returns."""
        line = (json.dumps(entry, sort_keys=True) + "\n").encode()
        handle = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            size = os.fstat(handle).st_size
            if size and os.pread(handle, 1, size - 1) != b"\n":  # a power cut left half a line
                line = b"\n" + line
            os.write(handle, line)
            os.fsync(handle)
        finally:
            os.close(handle)

    def entries(self) -> Iterator[dict[str, Any]]:
        """Every entry, oldest first. Half a line was never acknowledged, and is passed over."""
        if not self.exists():
            return
        with self.path.open("rb") as lines:
            for line in lines:
                try:
                    yield json.loads(line)
                except ValueError:
                    continue


def _fsync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
