"""What any file store must be able to do."""

from collections.abc import Iterator
from dataclasses import dataclass
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

    def open(self, key: str) -> BinaryIO:
        """The file's bytes. Raises NotFound."""

    def delete(self, key: str) -> None:
        """Destroy a file; nothing happens when it is not there."""

    def keys(self) -> Iterator[str]:
        """Every key held."""
