"""The table of contents: the schema and the segments of a commit, as JSON behind its own digest.

It is written to another name, synced and renamed, and its folder synced, after all that it names is on disk;
so a writer may be killed at any moment, and what was acknowledged last stands.
"""

# mypy: allow-untyped-calls

import hashlib
import json
import os
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from whoosh.fields import Schema, ensure_schema
from whoosh.index import EmptyIndexError

from app.search.columnar import schemafile
from app.search.columnar.columnfile import Damaged
from app.search.columnar.segment import EXTENSION, ColumnSegment

VERSION = 4  # raise it when formats change


@dataclass
class Contents:
    """What one generation of an index consists of. ``said`` is its schema as it stands on disk, if known."""

    schema: Schema
    segments: list[ColumnSegment]
    generation: int
    said: Any = None


_seen: dict[str, tuple[int, int]] = {}  # folder and name: when the folder was last changed, the generation
_TICK = 2_000_000_000  # nanoseconds: changes so near to one another may bear the same time


def latest(folder: str | Path, name: str) -> int:
    """The newest generation, or -1. The folder is read again only when something in it has changed."""
    key = f"{folder}\0{name}"
    try:
        changed = os.stat(folder).st_mtime_ns
        known = _seen.get(key)
        if known is not None and known[0] == changed:
            return known[1]
        start = f"_{name}_"
        found = [file[len(start) : -4] for file in os.listdir(folder) if file.startswith(start)]
    except FileNotFoundError:
        return -1
    generation = max((int(number) for number in found if number.isdecimal()), default=-1)
    if time.time_ns() - changed > _TICK:
        _seen[key] = changed, generation
    return generation


def read(folder: str | Path, name: str, schema: Schema | None = None) -> Contents:
    """The newest table. EmptyIndexError: there is none. Damaged: it is not what was written.

    A table that goes away meanwhile means that a writer has committed: the newer one is read.
    """
    for _ in range(100):
        generation = latest(folder, name)
        if generation < 0:
            raise EmptyIndexError(f"there is no index called {name!r} in {folder}")
        try:
            text = _path(folder, name, generation).read_bytes()
        except FileNotFoundError:
            continue
        return _understood(text, name, schema)
    raise OSError("the index changes faster than it can be opened")


def _understood(text: bytes, name: str, schema: Schema | None) -> Contents:
    digest, _, body = text.partition(b"\n")
    if hashlib.sha256(body).hexdigest().encode() != digest:
        raise Damaged("the table of contents is not what was written")
    said = json.loads(body)
    if said["version"] != VERSION:
        raise Damaged(f"the index was written by version {said['version']} of the codec")
    segments = [ColumnSegment.read(name, one) for one in said["segments"]]
    return Contents(schema or schemafile.loaded(said["schema"]), segments, said["generation"], said["schema"])


def write(folder: str | Path, name: str, contents: Contents, *, fresh: bool = True) -> None:
    """Bring a table to disk; when this returns it is the newest. OSError: it is not there.

    ``fresh`` says that it names files whose names may not be on disk yet.
    """
    if contents.said is None:
        contents.said = schemafile.dumped(ensure_schema(contents.schema))
    said = {
        "version": VERSION,
        "generation": contents.generation,
        "schema": contents.said,
        "segments": [segment.said() for segment in contents.segments],
    }
    body = json.dumps(said).encode()
    path = _path(folder, name, contents.generation)
    draft = path.with_name(path.name + ".new")
    with draft.open("wb") as file:
        file.write(hashlib.sha256(body).hexdigest().encode() + b"\n" + body)
        file.flush()
        os.fsync(file.fileno())
    if fresh:
        sync(folder)
    os.replace(draft, path)
    sync(folder)


def sweep(folder: str | Path, name: str, generation: int, segments: Sequence[ColumnSegment]) -> None:
    """Remove the files of this index that this generation does not name."""
    kept = {_path(folder, name, generation).name, *(one.make_filename(EXTENSION) for one in segments)}
    ours = re.compile(rf"_{re.escape(name)}_[0-9]+\.toc(\.new)?|{re.escape(name)}_[0-9a-z]+\.columns(\.new)?")
    for file in os.listdir(folder):
        if file not in kept and ours.fullmatch(file):
            (Path(folder) / file).unlink(missing_ok=True)


def sync(folder: Any) -> None:
    """Bring the names in a folder to disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _path(folder: str | Path, name: str, generation: int) -> Path:
    return Path(folder) / f"_{name}_{generation}.toc"
