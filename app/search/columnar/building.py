"""Builds an index of many documents with several processes, and counts them in one commit."""

# mypy: allow-untyped-calls

import json
import os
import sys
import traceback
from collections.abc import Callable, Iterable
from typing import Any

from app.search.columnar.columnfile import Seal
from app.search.columnar.indexing import ColumnarIndex
from app.search.columnar.segment import ColumnSegment
from app.search.columnar.writing import ColumnarWriter


class Unbuilt(Exception):
    """A process that was to build a part of the index has failed; nothing has changed."""


def build(
    index: ColumnarIndex,
    share: Callable[[int, int], Iterable[dict[str, Any]]],
    processes: int = 2,
    limitmb: float = 512,
    merge: bool = False,
) -> None:
    """Add the documents of ``share(0, processes)``, ``share(1, processes)`` ..., each in its own process.

    ``limitmb`` is for all of them together. Each process leaves one segment, or all make one (``merge``).
    The processes are forked: call this before threads are started. Unbuilt: one of them failed.
    """
    writer = ColumnarWriter(index, limitmb=limitmb / processes)
    children: list[tuple[int, int]] = []
    try:
        for number in range(processes - 1):
            children.append(_started(writer, share, number, processes))
        try:
            made = _segment(writer, share(processes - 1, processes))
        finally:
            found = [_ended(*child) for child in children]
        for said in [*found, made]:
            if said is None:
                raise Unbuilt("a process that built a part of the index has failed")
            if said:
                segment = ColumnSegment(writer.indexname, said[1], Seal(said[2], said[3]))
                segment.segid = said[0]
                writer.segments.append(segment)
    except BaseException:
        writer.cancel()
        raise
    writer.commit(optimize=merge, merge=False)


def _segment(writer: ColumnarWriter, documents: Iterable[dict[str, Any]]) -> list[Any]:
    """Make a segment of documents, without a commit; nothing if there are none."""
    for document in documents:
        writer.add_document(**document)
    segment = writer.detached()
    return segment.said() if segment is not None else []


def _started(writer: ColumnarWriter, share: Any, number: int, processes: int) -> tuple[int, int]:
    reading, writing = os.pipe()
    child = os.fork()
    if child:
        os.close(writing)
        return child, reading
    status = 1
    try:
        os.close(reading)
        said = json.dumps(_segment(writer, share(number, processes))).encode()
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(said)
        status = 0
    except BaseException:
        traceback.print_exc(file=sys.stderr)
    finally:
        os._exit(status)


def _ended(child: int, reading: int) -> list[Any] | None:
    with os.fdopen(reading, "rb") as pipe:
        said = pipe.read()
    _, status = os.waitpid(child, 0)
    return json.loads(said) if status == 0 and said else None
