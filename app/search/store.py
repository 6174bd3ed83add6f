"""Keeps an index on disk: one writer, many readers, commits that are whole or not there.

The file ``current`` is the commit: it names the generation folder and every segment file with its seal, and
says which of its groups were removed. It is JSON behind its own digest, and is replaced in one step after all
it names is on disk. What it does not name does not count and is swept away by the next writer, so a writer
may be killed at any moment.
"""

import contextlib
import fcntl
import hashlib
import json
import os
import re
import secrets
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from app.search.arrays import Bools
from app.search.base import Broken, Busy
from app.search.columnfile import ColumnFile, Seal
from app.search.schema import VERSION
from app.search.segment import Segment

_PLAIN = re.compile(r"[A-Za-z0-9_.]+")
_Mark = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A segment file in a commit. ``dead`` are the numbers of its removed groups."""

    name: str
    seal: Seal
    dead: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Commit:
    """What ``current`` says."""

    folder: str
    entries: tuple[Entry, ...] = ()


@dataclass(frozen=True, eq=False)
class Held:
    """A segment, the name and seal of its file, and a mask of its groups that live."""

    name: str
    seal: Seal
    segment: Segment
    living: Bools

    def without(self, groups: set[bytes]) -> "Held":
        """The same without these groups (names in UTF-8)."""
        numbers = [self.segment.groups[name] for name in groups & self.segment.groups.keys()]
        living = self.living.copy()
        living[numbers] = False
        return Held(self.name, self.seal, self.segment, living)


@dataclass(frozen=True, slots=True)
class Draft:
    """What a change begins from, and where it writes."""

    folder: Path
    held: Sequence[Held]

    def add(self, segment: Segment) -> Held:
        """Write a segment to a file of its own, and open it."""
        name, seal, written = self._written(segment, lasting=True)
        return Held(name, seal, written, np.ones(len(written.cards.names), bool))

    def spill(self, segment: Segment) -> Segment:
        """The same segment, in a file instead of memory; the file is swept away after the commit."""
        return self._written(segment, lasting=False)[2]

    def _written(self, segment: Segment, *, lasting: bool) -> tuple[str, Seal, Segment]:
        name = f"s{secrets.token_hex(8)}.columns"
        seal = segment.save(self.folder / name, lasting=lasting)
        return name, seal, Segment.load(self.folder / name, seal)


class Store:
    """The folder of one index."""

    def __init__(self, folder: Path, timeout: float = 30.0) -> None:
        self.folder = folder
        self.timeout = timeout
        self._proved: dict[str, _Mark] = {}
        self._opened: dict[str, tuple[_Mark, Segment]] = {}

    def signature(self) -> _Mark:
        """Changes with every commit; costs one look at the folder. OSError when there is no index."""
        return _mark(self.folder / "current")

    def commit(self) -> Commit:
        """The current commit. OSError when there is none, Broken when it cannot be understood."""
        text = (self.folder / "current").read_bytes()
        digest, _, body = text.partition(b"\n")
        if hashlib.sha256(body).hexdigest().encode() != digest:
            raise Broken("the index's own table is not what was written")
        said = json.loads(body)
        if said["version"] != VERSION:
            raise Broken("the index was written by another version")
        entries = tuple(
            Entry(name, Seal(size, digest), tuple(dead)) for name, size, digest, dead in said["segments"]
        )
        if not all(map(_PLAIN.fullmatch, (said["folder"], *(entry.name for entry in entries)))):
            raise Broken("the index's own table names files elsewhere")
        return Commit(said["folder"], entries)

    def empty(self) -> bool:
        """Whether nothing was ever written here."""
        return not self.folder.exists() or not any(self.folder.glob("[cg]*"))

    def held(self) -> list[Held]:
        """The segments of the current commit; those that are open already are used again.

        A file that goes away meanwhile means that a writer has committed: look again.
        Broken when files are missing, are not what was written, or cannot be opened.
        """
        for attempt in range(10):
            commit = self.commit()
            try:
                return self._open(commit)
            except Exception as error:
                if attempt > 1 and self.commit() == commit:
                    raise Broken(f"the index cannot be opened: {error}") from error
                time.sleep(0.01 * attempt)
        raise Broken("the index changes faster than it can be opened")

    def _open(self, commit: Commit) -> list[Held]:
        opened: dict[str, tuple[_Mark, Segment]] = {}
        found: list[Held] = []
        for entry in commit.entries:
            path = self.folder / commit.folder / entry.name
            mark = _mark(path)
            known = self._opened.get(entry.name)
            segment = known[1] if known and known[0] == mark else Segment.load(path, entry.seal)
            opened[entry.name] = mark, segment
            living = np.ones(len(segment.cards.names), bool)
            living[list(entry.dead)] = False
            found.append(Held(entry.name, entry.seal, segment, living))
        self._opened = opened
        return found

    def forget(self) -> None:
        """Let go of open files."""
        self._opened = {}

    def prove(self, commit: Commit) -> None:
        """Read every file whole (once, until it changes). OSError or Broken when one is not as written."""
        for entry in commit.entries:
            path = self.folder / commit.folder / entry.name
            mark = _mark(path)
            if self._proved.get(entry.name) != mark:
                ColumnFile(path, entry.seal).prove()
                self._proved[entry.name] = mark

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Be the only writer. Busy when another one does not finish within ``timeout`` seconds."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.chmod(self.folder, 0o700)
        with open(self.folder / "lock", "w") as lock:
            deadline = time.monotonic() + self.timeout
            while True:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except OSError:
                    if time.monotonic() > deadline:
                        raise Busy("another writer holds the index") from None
                    time.sleep(0.02)
            yield  # closing the file, or the death of the process, lets go of the lock

    def write(self, change: Callable[[Draft], Sequence[Held]], *, fresh: bool = False) -> None:
        """Commit the segments that ``change`` gives. Only under ``locked``. ``fresh`` begins a new index.

        Raises Broken when the index that is to be changed cannot be read, and whatever ``change`` raises;
        then nothing has changed.
        """
        before = None if fresh else self.commit()
        if before is None:
            name = "g" + secrets.token_hex(8)
            (self.folder / name).mkdir(mode=0o700)
        else:
            name = before.folder
            self._sweep(before)
            self.prove(before)
        try:
            held = change(Draft(self.folder / name, [] if before is None else self.held()))
            after = self._settle(name, held)
        except BaseException:
            if before is None:
                shutil.rmtree(self.folder / name, ignore_errors=True)
            raise
        self._sweep(after)

    def _settle(self, name: str, held: Sequence[Held]) -> Commit:
        """Bring a commit to disk. Its files are there; their names in the folder must be, too."""
        entries = tuple(
            Entry(one.name, one.seal, tuple(np.flatnonzero(~one.living).tolist())) for one in held
        )
        segments = [[entry.name, entry.seal.size, entry.seal.digest, entry.dead] for entry in entries]
        body = json.dumps({"version": VERSION, "folder": name, "segments": segments}).encode()
        _sync(self.folder / name)
        draft = self.folder / "current.new"
        draft.write_bytes(hashlib.sha256(body).hexdigest().encode() + b"\n" + body)
        _sync(draft)
        os.replace(draft, self.folder / "current")
        _sync(self.folder)
        for one in held:  # just written, or proved before: see write
            self._proved[one.name] = _mark(self.folder / name / one.name)
        return Commit(name, entries)

    def _sweep(self, commit: Commit) -> None:
        """Remove what no commit names: older generations, and what a killed writer left behind."""
        names = {entry.name for entry in commit.entries}
        for path in self.folder.glob("g*"):
            if path.name != commit.folder:
                shutil.rmtree(path, ignore_errors=True)
        for path in (self.folder / commit.folder).iterdir():
            if path.name not in names:
                path.unlink(missing_ok=True)
        self._proved = {name: mark for name, mark in self._proved.items() if name in names}


def _mark(path: Path) -> _Mark:
    seen = os.stat(path)
    return seen.st_ino, seen.st_mtime_ns, seen.st_ctime_ns, seen.st_size


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
