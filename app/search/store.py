"""Keeps an index on disk: one writer, many readers, commits that are whole or not there.

The file ``current`` is the commit: it names the generation folder, Whoosh's table of contents and every
segment file with its size and digest. It is replaced in one step after all it names is on disk. What it
does not name does not count and is swept away by the next writer, so a writer may be killed at any moment.
Nothing is unpickled that does not have the digest written down in ``current``.
"""

# mypy: allow-untyped-calls
# Whoosh's public names are typed, its constructors and writers are not.

import contextlib
import fcntl
import hashlib
import json
import os
import secrets
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from whoosh.filedb.filestore import FileStorage
from whoosh.index import TOC, FileIndex
from whoosh.reading import SegmentReader
from whoosh.writing import SegmentWriter

from app.search.base import Broken, Busy
from app.search.schema import VERSION, schema

Change = Callable[[SegmentWriter], Any]  # writes, and may return a merge policy for Whoosh

NAME = "MAIN"  # Whoosh's name for the only index of a folder


@dataclass(frozen=True, slots=True)
class Commit:
    """What ``current`` says: folder, generation of the table of contents, and files with size and digest."""

    folder: str
    generation: int
    files: dict[str, tuple[int, str]] = field(default_factory=dict)


class _Index(FileIndex):
    """A Whoosh index that begins from a given commit, whatever else lies in its folder."""

    def __init__(self, storage: FileStorage, generation: int) -> None:
        self._committed = generation
        super().__init__(storage, indexname=NAME)

    def _read_toc(self) -> TOC:
        toc: TOC = TOC.read(self.storage, NAME, gen=self._committed)
        return toc


class _Writer(SegmentWriter):
    """Whoosh's writer, which leaves old files alone: the store sweeps after its own commit."""

    def _commit_toc(self, segments: Any) -> None:
        TOC(self.schema, segments, self.generation).write(self.storage, self.indexname)


class Store:
    """The folder of one index."""

    def __init__(self, folder: Path, timeout: float = 30.0) -> None:
        self.folder = folder
        self.timeout = timeout
        self._proved: dict[tuple[str, str], tuple[int, ...]] = {}

    def signature(self) -> tuple[int, ...]:
        """Changes with every commit; costs one look at the folder. OSError when there is no index."""
        seen = os.stat(self.folder / "current")
        return seen.st_ino, seen.st_mtime_ns, seen.st_size

    def commit(self) -> Commit:
        """The current commit. OSError when there is none, Broken when it cannot be understood."""
        text = (self.folder / "current").read_bytes()
        try:
            said = json.loads(text)
            files = {str(name): (int(size), str(digest)) for name, (size, digest) in said["files"].items()}
            found = Commit(str(said["folder"]), int(said["generation"]), files)
            names_are_plain = all("/" not in name for name in (found.folder, *files))
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise Broken("the index's own table cannot be read") from error
        if said.get("version") != VERSION or not names_are_plain:
            raise Broken("the index was written by another version")
        return found

    def empty(self) -> bool:
        """Whether nothing was ever written here."""
        return not self.folder.exists() or not any(self.folder.glob("[cg]*"))

    def segments(self, opened: dict[str, SegmentReader]) -> tuple[Commit, list[SegmentReader]]:
        """A reader for each segment of the current commit, those of ``opened`` (by name) used again.

        A file that goes away meanwhile means that a writer has committed: look again.
        Broken when files are missing, are not what was written, or cannot be opened.
        """
        for attempt in range(10):
            commit = self.commit()
            try:
                return commit, self._open(commit, opened)
            except Exception as error:
                if attempt > 1 and self.commit() == commit:
                    raise Broken(f"the index cannot be opened: {error}") from error
                time.sleep(0.01 * attempt)
        raise Broken("the index changes faster than it can be opened")

    def _open(self, commit: Commit, opened: dict[str, SegmentReader]) -> list[SegmentReader]:
        self.prove(commit)
        folder = self.folder / commit.folder
        storage = FileStorage(str(folder))
        toc = TOC.read(storage, NAME, gen=commit.generation)
        readers: list[SegmentReader] = []
        for segment in toc.segments:
            known = opened.get(segment.segment_id())
            if known is not None and _dead(known) == segment.deleted_docs():
                readers.append(known)
            else:
                readers.append(SegmentReader(storage, toc.schema, segment))
        return readers

    def prove(self, commit: Commit) -> None:
        """Compare every file with its digest (once, until it changes). OSError or Broken when one differs."""
        for name, (size, digest) in commit.files.items():
            path = self.folder / commit.folder / name
            seen = os.stat(path)
            mark = (seen.st_ino, seen.st_mtime_ns, seen.st_ctime_ns, seen.st_size)
            if self._proved.get((commit.folder, name)) != mark:
                if seen.st_size != size or _digest(path) != digest:
                    raise Broken(f"{name} is not what was written")
                self._proved[commit.folder, name] = mark

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

    def write(
        self, change: Callable[[SegmentWriter], Any], *, fresh: bool = False, memory: int = 128
    ) -> None:
        """Let ``change`` write, then commit. Only under ``locked``. ``fresh`` begins a new index.

        ``memory`` is in MiB. Raises Broken when the index that is to be changed cannot be read, and whatever
        ``change`` raises; then nothing has changed.
        """
        before = None if fresh else self.commit()
        if before is None:
            name, generation = "g" + secrets.token_hex(8), 0
            (self.folder / name).mkdir(mode=0o700)
            TOC.create(FileStorage(str(self.folder / name)), schema(), NAME)
        else:
            name, generation = before.folder, before.generation
            self._sweep(before)
            self.prove(before)
        storage = FileStorage(str(self.folder / name))
        try:
            writer = _Writer(_Index(storage, generation), limitmb=memory, timeout=self.timeout)
            try:
                policy = change(writer)
                writer.commit(mergetype=policy, merge=policy is not None)
            finally:
                if not writer.is_closed:
                    writer.cancel()
            after = self._settle(name, generation + 1, before)
        except BaseException:
            if before is None:
                shutil.rmtree(self.folder / name, ignore_errors=True)
            raise
        self._sweep(after)

    def _settle(self, name: str, generation: int, before: Commit | None) -> Commit:
        """Bring all files of a commit to disk, and then the commit itself."""
        folder = self.folder / name
        toc = TOC.read(FileStorage(str(folder)), NAME, gen=generation)
        alive = {segment.segment_id() for segment in toc.segments}
        files: dict[str, tuple[int, str]] = {}
        for path in sorted(folder.iterdir()):
            if path.name != _toc_name(generation) and path.name.partition(".")[0] not in alive:
                continue
            known = before.files.get(path.name) if before and before.folder == name else None
            if known is None or path.name == _toc_name(generation):
                _sync(path)
                known = (path.stat().st_size, _digest(path))
            files[path.name] = known
        _sync(folder)
        after = Commit(name, generation, files)
        draft = self.folder / "current.new"
        draft.write_text(
            json.dumps({"version": VERSION, "folder": name, "generation": generation, "files": files})
        )
        _sync(draft)
        os.replace(draft, self.folder / "current")
        _sync(self.folder)
        return after

    def _sweep(self, commit: Commit) -> None:
        """Remove what no commit names: older generations, and what a killed writer left behind."""
        for path in self.folder.glob("g*"):
            if path.name != commit.folder:
                shutil.rmtree(path, ignore_errors=True)
        for path in (self.folder / commit.folder).iterdir():
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            elif path.name not in commit.files and not path.name.endswith("LOCK"):
                path.unlink(missing_ok=True)


def _dead(reader: SegmentReader) -> Any:
    segment: Any = reader.segment()
    return segment.deleted_docs()


def _toc_name(generation: int) -> str:
    return f"_{NAME}_{generation}.toc"


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
