"""What any file store must be able to do."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A kept file: its key is made of its content (``sha256/ab/abcd...``), its size is in bytes."""

    key: str
    size: int
    sha256: str


class Storage(Protocol):
    """A store of write-once files."""

    def save(self, stream: BinaryIO) -> StoredFile:
        """Keep what the stream brings, never holding it whole; durable when this returns."""

    def key(self, sha256: str) -> str:
        """Where a file of this hash is kept, or would be."""

    def adopt(self, path: Path, sha256: str = "") -> StoredFile:
        """Take a whole file over, which then is no longer at its path; durable when this returns.

        A ``sha256`` that is known already is not worked out again.
        """

    def open(self, key: str) -> BinaryIO:
        """The file's bytes. Raises NotFound."""

    def delete(self, key: str) -> None:
        """Destroy a file; nothing happens when it is not there."""

    def tidy(self, older: float = 3600) -> None:
        """Destroy what processes that died left half-written, and nobody has touched for so many seconds."""

    def keys(self) -> Iterator[str]:
        """Every key held."""
