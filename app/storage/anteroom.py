"""Where files wait that are still arriving: the size of each file here is how far it has come."""

import errno
import fcntl
import hashlib
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Protocol

from app import clock
from app.db import ALPHABET
from app.errors import Conflict, Invalid, NoRoom, NotFound
from app.storage.local import sync

NAME = re.compile(f"^[{ALPHABET}]{{12}}$")
CHUNK = 1024 * 1024  # after so many bytes the disk's room is looked at again
PIECE = 64 * 1024  # what is read at once: of a line that breaks, no more than this is lost
FULL = "There is no room for more at the moment. What has arrived is kept: try again later."
PATIENCE = 4.0  # seconds to wait for another who is adding to the same file
CHECKSUMS = ("sha1", "sha256")


class Busy(Conflict):
    """Somebody else is adding to this file at the moment."""

    status = 423


class TooMuch(Invalid):
    """More bytes than were announced, or than are taken in."""

    status = 413


class Mismatch(Invalid):
    """The bytes that came are not those that were sent."""

    status = 460


class Source(Protocol):
    """Where bytes come from: at most so many at a time, none at the end, OSError when the line breaks."""

    def read(self, size: int, /) -> bytes: ...  # noqa: D102


class Anteroom:
    """A folder of unfinished uploads, with the limits that keep it from filling the disk (all in bytes).

    What came while its checksum is not confirmed is not counted: a second, hidden file says up to where
    the first is sure, so that also a kill leaves no doubtful byte.
    """

    def __init__(self, root: Path, *, largest: int, quota: int, files: int, reserve: int) -> None:
        self.root = root
        self.largest, self.quota, self.files, self.reserve = largest, quota, files, reserve

    def path(self, name: str) -> Path:
        """Where a file lies. Raises NotFound for what is no name."""
        if not NAME.match(name):
            raise NotFound("There is no such upload.")
        return self.root / name

    def create(self, name: str, size: int) -> None:
        """An empty file that ``size`` bytes are expected for. Raises NoRoom."""
        path = self.path(name)
        try:
            self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.require_room(size)
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
            sync(self.root)
        except OSError as error:
            raise _full(error) from error

    def offset(self, name: str) -> int:
        """How many bytes of it are here. Raises NotFound."""
        try:
            size = self.path(name).stat().st_size
        except FileNotFoundError:
            raise NotFound("There is no such upload.") from None
        return min(size, self._sure(name, size))

    def append(
        self, name: str, offset: int, stream: Source, most: int, checksum: tuple[str, bytes] | None = None
    ) -> int:
        """Add what the stream brings, at most ``most`` bytes; durable when the new offset is returned.

        When the line breaks, or the disk is full, what came is kept; with a ``checksum`` (its name and the
        digest) all of it or nothing. Raises NotFound, Busy, Conflict for another offset, TooMuch,
        Mismatch, NoRoom.
        """
        with self._held(name) as handle:
            if self._settle(name, handle) != offset:
                raise Conflict("The file has come further, or less far, than this.")
            if checksum is None:
                try:
                    return offset + self._pour(handle, offset, stream, most)
                except TooMuch:
                    os.ftruncate(handle, offset)
                    raise
            self._doubt(name, offset)
            try:
                digest = hashlib.new(checksum[0], usedforsecurity=False)
                came = self._pour(handle, offset, stream, most, digest.update)
                if digest.digest() != checksum[1]:
                    raise Mismatch("The bytes that came are not those that were sent.")
            except Exception:
                os.ftruncate(handle, offset)
                os.fsync(handle)
                raise
            finally:
                self._trust(name)
            return offset + came

    def remove(self, name: str) -> None:
        """Destroy a file, also while somebody adds to it; nothing happens when it is not there."""
        self.path(name).unlink(missing_ok=True)
        self._trust(name)

    def names(self) -> Iterator[str]:
        """Every file here, in order."""
        with suppress(FileNotFoundError):
            yield from sorted(entry.name for entry in os.scandir(self.root) if NAME.match(entry.name))

    def is_idle(self, name: str) -> bool:
        """Whether nobody is adding to it at this moment."""
        try:
            handle = os.open(self.path(name), os.O_RDWR)
        except FileNotFoundError:
            return True
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        finally:
            os.close(handle)
        return True

    def require_room(self, size: int) -> None:
        """Go on, or raise NoRoom: the reserve is for those who read."""
        if shutil.disk_usage(self.root).free - self.reserve < size:
            raise NoRoom(FULL)

    def _pour(
        self, handle: int, offset: int, stream: Source, most: int, see: Callable[[bytes], None] | None = None
    ) -> int:
        came = looked = 0
        os.lseek(handle, offset, os.SEEK_SET)
        self.require_room(min(most, CHUNK))
        try:
            while piece := _read(stream, min(PIECE, most - came + 1)):
                if came + len(piece) > most:
                    raise TooMuch("More came than was announced.")
                if came - looked >= CHUNK:
                    self._still_wanted(handle)
                    self.require_room(min(most - came, CHUNK))
                    looked = came
                _write(handle, piece)
                if see:
                    see(piece)
                came += len(piece)
        except OSError as error:
            raise _full(error) from error
        finally:
            with suppress(OSError):  # a file's time would tell when somebody gave it
                _forget_the_hour(handle)
            os.fsync(handle)
        self._still_wanted(handle)
        return came

    def _still_wanted(self, handle: int) -> None:
        if os.fstat(handle).st_nlink == 0:
            raise NotFound("There is no such upload.")

    @contextmanager
    def _held(self, name: str) -> Iterator[int]:
        """The file, held against other threads and processes. Raises Busy after a while."""
        try:
            handle = os.open(self.path(name), os.O_RDWR)
        except FileNotFoundError:
            raise NotFound("There is no such upload.") from None
        try:
            end = time.monotonic() + PATIENCE
            while True:
                try:
                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() > end:
                        raise Busy("This file is still being added to. Try again in a moment.") from None
                    time.sleep(0.05)
            yield handle
        finally:
            os.close(handle)

    def _settle(self, name: str, handle: int) -> int:
        """Cut off what a kill left unconfirmed. Only who holds the file may."""
        size = os.fstat(handle).st_size
        if (sure := self._sure(name, size)) < size:
            os.ftruncate(handle, sure)
            os.fsync(handle)
        self._trust(name)
        return min(size, sure)

    def _mark(self, name: str) -> Path:
        return self.root / f".{name}.sure"

    def _sure(self, name: str, otherwise: int) -> int:
        try:
            return int(self._mark(name).read_text() or otherwise)
        except FileNotFoundError:
            return otherwise

    def _doubt(self, name: str, offset: int) -> None:
        part = self.root / f".{name}.part"
        try:
            with part.open("w") as out:
                out.write(str(offset))
                out.flush()
                os.fsync(out.fileno())
            part.replace(self._mark(name))
            sync(self.root)
        except OSError as error:
            raise _full(error) from error

    def _trust(self, name: str) -> None:
        self._mark(name).unlink(missing_ok=True)


def _read(stream: Source, size: int) -> bytes:
    try:
        return stream.read(size)
    except (OSError, EOFError):  # the line broke, or nothing came for too long
        return b""


def _write(handle: int, piece: bytes) -> None:
    rest = memoryview(piece)
    while rest:
        rest = rest[os.write(handle, rest) :]


def _full(error: OSError) -> Exception:
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return NoRoom(FULL)
    return error


def _forget_the_hour(handle: int) -> None:
    day = clock.midnight().timestamp()
    os.utime(handle, (day, day))
