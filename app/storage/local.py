"""Files on a local disk, named by their content, written once and never opened for writing again."""

import hashlib
import os
import re
import secrets
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from app import clock
from app.errors import NotFound
from app.storage.base import StoredFile

CHUNK = 1024 * 1024
KEY = re.compile(r"^[0-9a-f]{2}/[0-9a-f]{64}$")


class LocalStorage:
    """A folder of sealed files: ``ab/<sha256>``, mode 0400."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def save(self, stream: BinaryIO) -> StoredFile:
        """Temporary file, fsync, rename, fsync of the folder: in this order nothing kept is lost."""
        self.root.mkdir(parents=True, exist_ok=True)
        part = self.root / f".{secrets.token_hex(8)}.part"
        digest, size = hashlib.sha256(), 0
        try:
            with part.open("xb") as out:
                while chunk := stream.read(CHUNK):
                    out.write(chunk)
                    digest.update(chunk)
                    size += len(chunk)
                out.flush()
                os.fsync(out.fileno())
            return self._seal(part, digest.hexdigest(), size)
        finally:
            part.unlink(missing_ok=True)

    def key(self, sha256: str) -> str:
        """Where a file of this hash is kept, or would be."""
        return f"{sha256[:2]}/{sha256}"

    def adopt(self, path: Path, sha256: str = "") -> StoredFile:
        """Read it once for its hash and rename it; from another file system it is copied."""
        self.root.mkdir(parents=True, exist_ok=True)
        with path.open("rb") as stream:
            if path.stat().st_dev != self.root.stat().st_dev:
                kept = self.save(stream)
                path.unlink()
                return kept
            sha256 = sha256 or hashlib.file_digest(stream, "sha256").hexdigest()
            os.fsync(stream.fileno())
        kept = self._seal(path, sha256, path.stat().st_size)
        sync(path.parent)
        return kept

    def _seal(self, part: Path, sha256: str, size: int) -> StoredFile:
        part.chmod(0o400)
        day = clock.midnight().timestamp()  # the hour would tell when somebody gave it
        os.utime(part, (day, day))
        path = self.root / self.key(sha256)
        path.parent.mkdir(exist_ok=True)
        part.replace(path)
        for folder in (path.parent, self.root):
            sync(folder)
        return StoredFile(self.key(sha256), size, sha256)

    def open(self, key: str) -> BinaryIO:
        """The file's bytes. Raises NotFound."""
        try:
            return self._path(key).open("rb")
        except FileNotFoundError:
            raise NotFound("There is no such file.") from None

    def delete(self, key: str) -> None:
        """Destroy a file; nothing happens when it is not there."""
        self._path(key).unlink(missing_ok=True)

    def tidy(self, older: float = 3600) -> None:
        """Destroy what processes that died left half-written, and nobody has touched for so many seconds."""
        for part in self.root.glob(".*.part"):
            with suppress(FileNotFoundError):  # it was sealed just now
                if part.stat().st_ctime < time.time() - older:
                    part.unlink()

    def keys(self) -> Iterator[str]:
        """Every key held, in order."""
        for path in sorted(self.root.glob("??/*")):
            yield path.relative_to(self.root).as_posix()

    def _path(self, key: str) -> Path:
        if not KEY.match(key):
            raise NotFound("There is no such file.")
        return self.root / key


def sync(folder: Path) -> None:
    """Bring a folder's names to the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
