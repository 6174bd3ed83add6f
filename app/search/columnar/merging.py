"""Makes one segment of several, without the documents that were removed, a stretch of terms at a time."""

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from app.search.columnar import fronts
from app.search.columnar.arrays import Array, Bools, Strings, narrow
from app.search.columnar.columnfile import Drafting, Seal
from app.search.columnar.fronts import Unions
from app.search.columnar.mergingfields import merge_field
from app.search.columnar.postings import Postings
from app.search.columnar.segmentdata import SegmentData


class Part:
    """A segment that is merged: ``keep`` masks its documents (None: all), ``base`` is its first number."""

    def __init__(self, data: SegmentData, keep: Bools | None, base: int) -> None:
        self.data, self.base = data, base
        self.keep = None if keep is None or keep.all() else keep
        self.count = data.count if self.keep is None else int(np.count_nonzero(self.keep))

    @cached_property
    def number(self) -> Array:
        """The new number of each document."""
        if self.keep is None:
            return np.arange(self.base, self.base + self.count, dtype=np.uint32)
        return (np.cumsum(self.keep) - 1 + self.base).astype(np.uint32)

    def kept(self, values: Array) -> Array:
        """Those values (one for each document) that stay."""
        return values if self.keep is None else values[self.keep]


def parts_of(given: Sequence[tuple[SegmentData, Bools | None]]) -> list[Part]:
    """Segments in the order in which their documents are numbered; the empty ones left out."""
    found: list[Part] = []
    base = 0
    for data, keep in given:
        part = Part(data, keep, base)
        base += part.count
        if part.count:
            found.append(part)
    return found


def merge(
    path: Path,
    given: Sequence[tuple[SegmentData, Bools | None]],
    *,
    wanted: Callable[[str], bool] = lambda name: True,
    lasting: bool = True,
) -> tuple[Seal, int]:
    """Write the segment of these segments' living documents, in their order: its seal, and their number.

    Fields that are not ``wanted`` (any more) are left out.

    OSError when the disk is full and Damaged when a segment is not as written; then nothing is left behind.
    """
    parts = parts_of(given)
    draft = Drafting(path, lasting=lasting)
    try:
        said = _written(draft, parts, wanted)
    except BaseException:
        draft.abandon()
        raise
    return draft.finish(said), said["count"]


def _written(draft: Drafting, parts: Sequence[Part], wanted: Callable[[str], bool]) -> dict[str, Any]:
    says = [_only(part.data.said, wanted) for part in parts]
    fields, totals = _joined(says, "fields"), dict.fromkeys(_joined(says, "totals"), 0)
    unions = Unions()
    vectors, columns = _joined(says, "vectors"), _joined(says, "columns")
    for prefix, kinds in (("f", fields), ("v", vectors)):
        for name, kind in kinds.items():
            having = [part for part in parts if f"{prefix}.{name}.blob" in part.data.source]
            views = [Postings(part.data.source, f"{prefix}.{name}", kind) for part in having]
            merge_field(draft, f"{prefix}.{name}", kind, list(zip(views, having, strict=True)), unions)
    for name in totals:
        totals[name] = _lengths(draft, name, parts)
    stored = list(dict.fromkeys(name for said in says for name in said["stored"]))
    for name in stored:
        _values(draft, f"s.{name}", parts, unions)
    for name, kind in columns.items():
        if kind.startswith("number:"):
            _numbers(draft, f"c.{name}", kind[7:], parts)
        else:
            _values(draft, f"c.{name}", parts, unions)
    count = sum(part.count for part in parts)
    return {
        "count": count,
        "fields": fields,
        "totals": totals,
        "stored": stored,
        "columns": columns,
        "vectors": vectors,
        "defaults": _joined(says, "defaults"),
    }


def _only(said: Any, wanted: Callable[[str], bool]) -> dict[str, Any]:
    found = {
        name: {field: one for field, one in said[name].items() if wanted(field)}
        for name in ("fields", "totals", "vectors", "columns", "defaults")
    }
    return {**found, "stored": [name for name in said["stored"] if wanted(name)]}


def _joined(says: Sequence[dict[str, Any]], name: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for said in says:
        found |= said.get(name, {})
    return found


def _lengths(draft: Drafting, name: str, parts: Sequence[Part]) -> int:
    """How long each document is; and all together."""
    arrays = []
    for part in parts:
        lengths = part.data.lengths(name)
        arrays.append(np.zeros(part.count, np.uint8) if lengths is None else part.kept(lengths))
    together = np.concatenate(arrays)
    draft.add(f"l.{name}", together)
    return int(together.sum(dtype=np.int64))


def _numbers(draft: Drafting, name: str, kind: str, parts: Sequence[Part]) -> None:
    default = next(part.data.said["defaults"].get(name[2:], 0) for part in parts if name in part.data.source)
    filler = np.array([float("nan") if default is None else default]).astype(kind)
    draft.stream(
        name,
        np.dtype(kind).str,
        (
            part.kept(part.data.source[name]) if name in part.data.source else np.repeat(filler, part.count)
            for part in parts
        ),
    )


def _values(draft: Drafting, name: str, parts: Sequence[Part], unions: Unions) -> None:
    lists: list[Strings] = []
    used: list[Bools] = []
    numbers: list[Array] = []
    for part in parts:
        if f"{name}.numbers" not in part.data.source:
            lists.append(Strings.of([]))
            numbers.append(np.zeros(part.count, np.uint8))
        else:
            lists.append(fronts.strings_of(part.data.source, name))
            numbers.append(part.kept(part.data.source[f"{name}.numbers"]))
        used.append(np.bincount(numbers[-1], minlength=len(lists[-1]) + 1)[1:] > 0)
    together, count, maps = unions.of(lists, used)
    kind = np.dtype(narrow(count)).newbyteorder("<").str

    def pieces() -> Iterator[Array]:
        for ranks, own in zip(maps, numbers, strict=True):
            yield np.concatenate((np.zeros(1, np.int64), ranks + 1))[own]

    draft.stream(f"{name}.numbers", kind, pieces())
    for kept, array in together.items():
        draft.add(f"{name}.{kept}", array)
