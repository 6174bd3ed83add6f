"""Power cuts: whatever the disk kept of what was not synced, the index opens at the last commit or the next.

While a writer works, every sync, renaming and removal is noted. At each of these moments the power may go:
then names are those of the last sync of the folder, with some of the later changes; files that were synced
are as they were then; of others any part may be missing or empty. All such folders must open.
"""

import os
import random
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from whoosh import query

from app.search import columnar
from app.search.columnar.contents import sync
from app.search.columnar.tending import tend
from tests.search.columnar.making import document, schema

pytestmark = pytest.mark.trial
COMMITS = int(os.environ.get("ARCHIVE_ROUNDS", "4")) * 2  # a commit is about ten moments


class Disk:
    """What a disk would hold after a power cut, told by the calls that bring things to it."""

    def __init__(self, folder: Path, cuts: Path, seed: int) -> None:
        self.folder, self.cuts, self.random = folder, cuts, random.Random(seed)
        self.synced: dict[int, bytes] = {}  # inode to content
        self.names: dict[str, int] = {}  # as of the last sync of the folder
        self.pending: list[tuple[str, int | None]] = []  # name to inode, or to nothing
        self.made: list[Path] = []  # the folders that cuts have left
        self.moments = 0

    def fsync(self, descriptor: int, real: Any) -> None:
        real(descriptor)
        what = os.fstat(descriptor)
        if stat.S_ISDIR(what.st_mode):
            self._settle()
        else:
            self.synced[what.st_ino] = Path(f"/proc/self/fd/{descriptor}").read_bytes()
        self.moment()

    def renamed(self, source: Any, target: Any, real: Any) -> None:
        inode = os.stat(source).st_ino
        real(source, target)
        self.pending += [(Path(target).name, inode), (Path(source).name, None)]
        self.moment()

    def removed(self, path: Any, real: Any) -> None:
        real(path)
        self.pending.append((Path(path).name, None))
        self.moment()

    def _settle(self) -> None:
        self.names = {path.name: path.stat().st_ino for path in self.folder.iterdir()}
        self.pending = []

    def moment(self) -> None:
        """The power goes: write down a folder that may be found afterwards."""
        self.moments += 1
        names = dict(self.names)
        here = {path.stat().st_ino: path for path in self.folder.iterdir()}
        fresh = [(path.name, inode) for inode, path in here.items() if inode not in self.names.values()]
        changes = [*self.pending, *(one for one in fresh if self.random.random() < 0.5)]
        for name, inode in changes:
            if self.random.random() < 0.5:
                continue
            if inode is None:
                names.pop(name, None)
            else:
                names[name] = inode
        folder = self.cuts / str(self.moments)
        folder.mkdir(parents=True)
        for name, inode in names.items():
            (folder / name).write_bytes(self._content(inode, here.get(inode)))
        self.made.append(folder)

    def _content(self, inode: int, path: Path | None) -> bytes:
        if inode in self.synced:
            return self.synced[inode]
        data = path.read_bytes() if path else b""
        kept = data[: self.random.randint(0, len(data))]
        return kept + bytes(self.random.choice([0, len(data) - len(kept)]))


@contextmanager
def watched(disk: Disk, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Note what happens to files (of this process; there is one thread)."""
    fsync, replace, rename, unlink = os.fsync, os.replace, os.rename, os.unlink
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", lambda descriptor: disk.fsync(descriptor, fsync))
        patched.setattr(os, "replace", lambda one, other: disk.renamed(one, other, replace))
        patched.setattr(os, "rename", lambda one, other: disk.renamed(one, other, rename))
        patched.setattr(os, "unlink", lambda path, **_: disk.removed(path, unlink))
        yield


def keys(folder: Path) -> frozenset[str]:
    with columnar.open_dir(folder).searcher() as searcher:
        return frozenset(hit["key"] for hit in searcher.search(query.Every(), limit=None))


def test_opens_after_a_power_cut_at_any_moment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seed = int(os.environ.get("ARCHIVE_SEED", "3"))
    random_ = random.Random(seed)
    folder = tmp_path / "index"
    made = columnar.create_in(folder, schema())
    sync(folder)
    disk = Disk(folder, tmp_path / "cuts", seed)
    disk._settle()
    for path in folder.iterdir():
        disk.synced[path.stat().st_ino] = path.read_bytes()
    before: frozenset[str] = frozenset()
    tried = 0

    def tried_all(*allowed: frozenset[str]) -> int:
        """Open what the cuts so far have left."""
        for cut in disk.made:
            assert keys(cut) in allowed, cut
            shutil.rmtree(cut)
        cuts = len(disk.made)
        disk.made.clear()
        return cuts

    for turn in range(COMMITS):
        writer = made.writer(most=random_.choice([0, 20, 400]))
        gone = random_.choice([*before, "-"]) if turn % 3 == 2 else "-"
        writer.delete_by_term("key", gone)
        for part in range(5):
            writer.add_document(**document(random_, turn * 5 + part))
        after = (before - {gone}) | {str(turn * 5 + part) for part in range(5)}
        with watched(disk, monkeypatch):
            writer.commit()
        tried += tried_all(before, after)
        with watched(disk, monkeypatch):
            disk.moment()  # what was acknowledged stays
            if turn % 4 == 3:
                tend(made)
        tried += tried_all(after)
        before = after
    assert tried >= COMMITS * 5
