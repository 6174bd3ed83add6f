"""Merges the postings of one field of several segments, a stretch of terms at a time, array by array.

Each array is written as a stream, so that no more than a stretch of it is in memory.
"""

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from app.search.columnar import payload
from app.search.columnar.arrays import Array, Strings, changes, narrow, small, starts
from app.search.columnar.columnfile import Drafting
from app.search.columnar.fronts import Unions
from app.search.columnar.laying import CHUNK, in_runs
from app.search.columnar.moving import STRETCH, Layout, Moving, Owner
from app.search.columnar.postings import Postings


def merge_field(
    draft: Drafting, name: str, kind: str, given: Sequence[tuple[Postings, Owner]], unions: Unions
) -> None:
    """Write the postings of a field: of each part's documents that are kept, under their new numbers."""
    parts = [Moving(view, owner) for view, owner in given]
    terms, count, numbers = unions.of([one.view.terms for one in parts], [one.per_term > 0 for one in parts])
    for one, number in zip(parts, numbers, strict=True):
        one.settle(number)
    table, recodes, wide = _tables([one.view for one in parts])
    for one, recode in zip(parts, recodes, strict=True):
        one.recode = recode
    for kept, array in terms.items():
        draft.add(f"{name}.{kept}", array)
    for column, values in table.items():
        draft.add(f"{name}.{column}", values)
    layout = Layout([(one, one.per_term) for one in parts], count)
    _documents(draft, name, layout)
    code_kind = np.dtype(narrow(max(len(table["weights"]) - 1, 0))).str
    _packed(draft, name, "codes", layout, [one.codes for one in parts], code_kind, wide)
    if kind in payload.PLACED:
        _places(draft, name, kind, parts, count)
    if kind == "raw":
        _raw(draft, name, layout)


def _values(view: Postings, column: str) -> Array:
    """The widest numbers of a packed array."""
    return view.array(f"{column}_is" if f"{view.name}.{column}_is" in view.source else column)


def _wide(view: Postings, column: str) -> int:
    """How many numbers of a packed array are more than a byte."""
    values = view.array(column)
    if values.dtype.itemsize == 1:
        return len(_values(view, column)) if f"{view.name}.{column}_is" in view.source else 0
    return sum(
        int(np.count_nonzero(values[begin : begin + STRETCH] > 255))
        for begin in range(0, len(values), STRETCH)
    )


def _packed(
    draft: Drafting,
    name: str,
    column: str,
    layout: Layout,
    read: Sequence[Callable[[int, int], Array]],
    kind: str,
    wide: int,
) -> None:
    """Write an array as ``arrays.packed`` does; about ``wide`` numbers of it are more than a byte."""
    if np.dtype(kind).itemsize == 1 or wide * 8 > layout.per_term.sum():
        draft.stream(f"{name}.{column}", kind, (values for _, _, values in layout.pieces(read, kind)))
        return
    places: list[Array] = [np.zeros(0, np.int64)]
    found: list[Array] = [np.zeros(0, kind)]
    done = 0

    def pieces() -> Iterator[Array]:
        nonlocal done
        for _, _, values in layout.pieces(read, kind):
            wide = np.flatnonzero(values > 255)
            places.append(wide + done)
            found.append(values[wide])
            done += len(values)
            yield values.astype(np.uint8)

    draft.stream(f"{name}.{column}", "|u1", pieces())
    draft.add(f"{name}.{column}_at", small(np.concatenate(places)))
    draft.add(f"{name}.{column}_is", np.concatenate(found))


def _documents(draft: Drafting, name: str, layout: Layout) -> None:
    chunks: list[Array] = []
    firsts: list[Array] = []
    runs: list[Array] = []
    dense: list[Array] = []
    done = before = 0

    def pieces() -> Iterator[Array]:
        nonlocal done, before
        for low, high, documents in layout.pieces([one.documents for one in layout.parts], "<u4"):
            upper = (documents >> CHUNK).astype(np.uint16)
            number = np.repeat(np.arange(high - low, dtype=np.uint32), layout.per_term[low:high])
            first = changes(number, upper)
            chunks.append(upper[first])
            firsts.append(first + done)
            runs.append(np.bincount(number[first], minlength=high - low))
            laid, many = in_runs(documents, first)
            dense.append(many + before)
            before += len(first)
            done += len(documents)
            yield laid

    draft.stream(f"{name}.documents", "<u2", pieces())
    none = np.zeros(0, np.int64)
    if any(map(len, dense)):
        draft.add(f"{name}.dense", small(np.concatenate(dense)))
    draft.add(f"{name}.chunks", small(np.concatenate([*chunks, none.astype(np.uint16)])))
    draft.add(f"{name}.firsts", small(np.concatenate([*firsts, np.array([done])])))
    draft.add(f"{name}.runs", small(starts(np.concatenate([*runs, none]))))


def _places(draft: Drafting, name: str, kind: str, parts: Sequence[Moving], terms: int) -> None:
    layout = Layout([(one, one.places_per_term()) for one in parts], terms)
    draft.add(f"{name}.place_starts", small(starts(layout.per_term)))
    widest = max((_values(one.view, "places").dtype for one in parts), key=lambda dtype: dtype.itemsize)
    wide = sum(_wide(one.view, "places") for one in parts)
    _packed(draft, name, "places", layout, [one.along("places") for one in parts], widest.str, wide)
    for column, dtype in payload.COLUMNS[kind]:
        found = layout.pieces([one.along(column) for one in parts], dtype)
        draft.stream(f"{name}.{column}", dtype, (values for _, _, values in found))


def _raw(draft: Drafting, name: str, layout: Layout) -> None:
    values: list[bytes] = []
    lists = [Strings(one.view.array("raw"), one.view.array("raw_ends")).all for one in layout.parts]
    numbers = np.arange(len(layout.per_term))
    for number in numbers.tolist():
        for moving, listed in zip(layout.parts, lists, strict=True):
            low, high = moving.span(number, number + 1)
            if high:
                begin, end = moving.view.span(low, high)
                keep = (
                    range(begin, end)
                    if moving.kept is None
                    else begin + np.flatnonzero(moving.kept[begin:end])
                )
                values.extend(listed[place] for place in keep)
    strings = Strings.of(values)
    draft.add(f"{name}.raw", strings.blob)
    draft.add(f"{name}.raw_ends", small(strings.starts))


def _tables(views: Sequence[Postings]) -> tuple[dict[str, Array], list[Array], int]:
    """One table of codes for all parts; what each part's codes are in it; how many codes are past a byte."""
    rows = []
    for view in views:
        one = np.zeros(len(view.weights), [("weight", "<f4"), ("length", "u1"), ("count", "<u4")])
        one["weight"], one["length"], one["count"] = view.weights, view.lengths, view.counts
        rows.append(one)
    together, inverse = np.unique(np.concatenate(rows), return_inverse=True)
    often = np.bincount(inverse, np.concatenate([_often(view) for view in views]))
    order = np.argsort(-often, kind="stable")
    ranks = np.zeros(len(order), np.int64)
    ranks[order] = np.arange(len(order))
    together, inverse = together[order], ranks[inverse]
    kind = narrow(max(len(together) - 1, 0))
    cuts = np.cumsum([len(one) for one in rows])[:-1]
    table = {"weights": "weight", "lengths": "length", "counts": "count"}
    found = {name: np.ascontiguousarray(together[of]) for name, of in table.items()}
    return found, np.split(inverse.astype(kind), cuts), int(often[order][256:].sum())


def _often(view: Postings) -> Array:
    """How often each code stands."""
    found = np.zeros(len(view.weights), np.int64)
    for begin in range(0, view.size, STRETCH):
        codes = view.unpacked("codes", begin, min(begin + STRETCH, view.size))
        found += np.bincount(codes, minlength=len(found))
    return found
