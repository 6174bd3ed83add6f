"""Answers a tree from a snapshot: the best documents, their number, counts of facets."""

from dataclasses import dataclass, field
from functools import reduce
from typing import Any, NamedTuple

import numpy as np

from app.search.columnar.arrays import Array, Bools, Ints
from app.search.columnar.leaves import NOWHERE
from app.search.columnar.nodes import Node, Unknown
from app.search.columnar.rating import Ranked, masked, matched, ranked
from app.search.columnar.selecting import first
from app.search.columnar.snapshot import Snapshot, View, mask_of

_PART = 3  # filters that let through more than this part of all documents do not let through few


@dataclass(slots=True)
class Answer:
    """``hits`` are (score or sort key, document), best first; ``facets``: value to (documents, groups)."""

    total: int = 0
    groups: int = 0
    hits: list[tuple[Any, int]] = field(default_factory=list)
    facets: dict[str, dict[str, tuple[int, int]]] = field(default_factory=dict)


class Asked(NamedTuple):
    """What is wanted: the best ``limit`` (None: all) of ``node`` where every filter fits.

    ``sort`` is a column; ``facets`` and ``group`` are fields.
    """

    node: Node
    limit: int | None = 10
    filters: tuple[Node, ...] = ()
    banned: tuple[Node, ...] = ()
    facets: tuple[str, ...] = ()
    group: str = ""
    sort: str = ""
    last: bool = False  # sort from the last to the first


def answer(snapshot: Snapshot, asked: Asked) -> Answer:
    """The answer of the one view of a snapshot.

    TooMuch: the query asks for too much. Unknown: a column or a field is not as it must be.
    """
    found = Answer(facets={name: {} for name in asked.facets})
    for view in snapshot.views:
        mask = _mask(snapshot, view, asked)
        if mask is not None and not mask.any():
            continue
        whole = bool(asked.facets or asked.group)
        if asked.sort:
            documents = masked(matched(snapshot, view, asked.node), mask)
            one = Ranked(*NOWHERE, documents, len(documents), 0.0)
            found.hits = _sorted(view, documents, asked)
        else:
            few = _few(view, mask, asked)
            one = ranked(snapshot, view, asked.node, mask, asked.limit, whole, few)
            found.hits = one.hits(asked.limit, view.base)
        found.total = one.total
        if whole and one.total:
            _count(view, asked, one, found)
    return found


def documents_of(snapshot: Snapshot, asked: Asked) -> Ints:
    """Every document that is found, ascending."""
    found = [
        masked(matched(snapshot, view, asked.node), _mask(snapshot, view, asked)).astype(np.int64) + view.base
        for view in snapshot.views
    ]
    return np.concatenate([*found, np.zeros(0, np.int64)])


def _mask(snapshot: Snapshot, view: View, asked: Asked) -> Bools | None:
    """Documents that live and that the filters let through; None: all."""
    if not asked.filters and not asked.banned:
        return view.alive

    def kept(node: Node) -> Bools:
        found: Bools = view.kept.get(
            ("mask", node), lambda: mask_of(matched(snapshot, view, node), view.count)
        )
        return found

    def together() -> Array:
        masks = [kept(node) for node in asked.filters] + [~kept(node) for node in asked.banned]
        if view.alive is not None:
            masks.append(view.alive)
        found: Array = reduce(np.logical_and, masks)
        return found

    def chosen() -> Bools:
        single = len(asked.filters) == 1 and not asked.banned and view.alive is None
        return kept(asked.filters[0]) if single else view.kept.get(("mask", *key), together)

    key = _filtering(view, asked)
    whole = view.kept.get(("whole", *key), lambda: np.array([chosen().all()]))
    return None if whole[0] else chosen()


def _few(view: View, mask: Bools | None, asked: Asked) -> Array | None:
    """The documents that filters let through, if these are few."""
    if mask is None or not (asked.filters or asked.banned):
        return None
    chosen: Bools = mask

    def made() -> Array:
        many = int(np.count_nonzero(chosen)) * _PART > view.count
        return NOWHERE[0] if many else chosen.nonzero()[0].astype(np.uint32)

    found = view.kept.get(("few", *_filtering(view, asked)), made)
    return found if len(found) else None


def _filtering(view: View, asked: Asked) -> tuple[Any, ...]:
    """What tells a segment's filters apart."""
    return asked.filters, asked.banned, view.generation


def _sorted(view: View, documents: Array, asked: Asked) -> list[tuple[Any, int]]:
    """The first of some documents (ascending), by a column."""
    name, kinds = asked.sort, [part.data.columns.get(asked.sort) for part in view.parts]
    if any(kind is None or kind == "value" or kind.startswith("number:<f") for kind in kinds):
        raise Unknown(f"{name} cannot be sorted by here")
    mine = _parted(view, documents)
    if kinds.count(kinds[0]) == len(kinds) and str(kinds[0]).startswith("number:"):
        keys = [part.data.numbers(name).take(one) for part, one in mine]
        return _first(keys[0] if len(keys) == 1 else np.concatenate(keys), documents, asked, view.base)
    found: list[tuple[Any, int]] = []
    for kind, (part, one) in zip(kinds, mine, strict=True):
        if str(kind).startswith("number:"):
            found += _first(part.data.numbers(name).take(one), one, asked, part.base)
        else:
            strings = part.data.strings(name)
            chosen = one[first(strings.numbers.take(one), one, asked.limit, asked.last)]
            found += [(strings.raw(document) or b"", document + part.base) for document in chosen.tolist()]
    found.sort(reverse=asked.last)
    return found[: asked.limit]


def _parted(view: View, documents: Array) -> list[tuple[View, Array]]:
    """Documents of a view (ascending) as documents of its segments."""
    if len(view.parts) == 1:
        return [(view, documents)]
    ends = np.array([part.base - view.base + part.count for part in view.parts])
    cuts = [0, *documents.searchsorted(ends).tolist()]
    return [
        (part, documents[low:high] - np.uint32(part.base - view.base))
        for part, low, high in zip(view.parts, cuts, cuts[1:], strict=False)
    ]


def _first(keys: Array, documents: Array, asked: Asked, base: int) -> list[tuple[Any, int]]:
    """The documents with the first keys, and these."""
    at = first(keys, documents, asked.limit, asked.last)
    chosen = documents.take(at).astype(np.int64) + base
    return list(zip(keys.take(at).tolist(), chosen.tolist(), strict=True))


def _count(view: View, asked: Asked, one: Ranked, found: Answer) -> None:
    """Count values of facets, and groups."""
    if not asked.group:
        raise Unknown("facets are counted by group")
    groups = view.data.groups(asked.group)
    per_group = groups.per_group(one)
    having = per_group.having[: -1 if per_group.counts[-1] else None]
    found.groups = len(having)
    for name in asked.facets:
        if name in view.data.fields:
            found.facets[name] = groups.named(name, groups.count_facet(name, one, per_group))
