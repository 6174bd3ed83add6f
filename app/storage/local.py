"""Files on a local disk, named by their content, written once and never opened for writing again."""

import hashlib
import os
import re
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

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
            part.chmod(0o400)
            sha256 = digest.hexdigest()
            path = self.root / sha256[:2] / sha256
            path.parent.mkdir(exist_ok=True)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
        for folder in (path.parent, self.root):
            _fsync(folder)
        return StoredFile(f"{sha256[:2]}/{sha256}", size, sha256)

    def open(self, key: str) -> BinaryIO:
        """The file's bytes. Raises NotFound."""
        try:
            return self._path(key).open("rb")
        except FileNotFoundError:
            raise NotFound("There is no such file.") from None

    def delete(self, key: str) -> None:
        """Destroy a file; nothing happens when it is not there."""
        self._path(key).unlink(missing_ok=True)

    def keys(self) -> Iterator[str]:
        """Every key held, in order."""
        for path in sorted(self.root.glob("??/*")):
            yield path.relative_to(self.root).as_posix()

    def _path(self, key: str) -> Path:
        if not KEY.match(key):
            raise NotFound("There is no such file.")
        return self.root / key


def _fsync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
