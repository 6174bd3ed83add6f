"""Answers a tree from all segments of a snapshot: the best documents, their number, counts of facets."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

import numpy as np

from app.search.columnar.arrays import Array, Bools, Ints
from app.search.columnar.evaluating import NOWHERE, Leaf, anywhere, common, evaluate, expanded, leaf
from app.search.columnar.faceting import named
from app.search.columnar.nodes import All, Any_, Constant, Every, Many, Node, Term, Unknown
from app.search.columnar.selecting import best, candidates, first
from app.search.columnar.snapshot import Snapshot, View, mask_of, scratch

_SLACK = 1e-5  # far more than sums of scores in single precision are wrong
_SHORT = 5_000  # documents of a list that is ranked without a first guess
_DENSE = 12  # lists with more than this part of all documents are added up over all documents


@dataclass(slots=True)
class Answer:
    """``hits`` are (score or sort key, document), best first; ``facets``: value to (documents, groups)."""

    total: int = 0
    groups: int = 0
    hits: list[tuple[Any, int]] = field(default_factory=list)
    facets: dict[str, dict[str, tuple[int, int]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Asked:
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
    """The answer. TooMuch: the query asks for too much. Unknown: a column or a field is not as it must be."""
    found = Answer(facets={name: {} for name in asked.facets})
    group_names: set[bytes] = set()
    for view in snapshot.views:
        mask = _mask(snapshot, view, asked)
        if mask is not None and not mask.any():
            continue
        whole = bool(asked.facets or asked.group)
        if asked.sort:
            documents = _masked(matched(snapshot, view, asked.node), mask)
            found.total += len(documents)
            found.hits += _sorted(view, documents, asked)
        else:
            hits, documents, total = _best(snapshot, view, asked.node, mask, asked.limit, whole)
            found.total += total
            found.hits += [(score, document + view.base) for score, document in hits]
        if whole and len(documents):
            _count(snapshot, view, asked, documents, found, group_names)
    if asked.sort:
        found.hits.sort(reverse=asked.last)
    elif len(snapshot.views) > 1:
        found.hits.sort(key=lambda hit: (-hit[0], hit[1]))
    if asked.limit is not None:
        del found.hits[asked.limit :]
    if len(snapshot.views) > 1:
        found.groups = len(group_names)
    return found


def matched(snapshot: Snapshot, view: View, node: Node) -> Array:
    """Which documents match, removed ones perhaps among them; how well is not worked out."""
    match node:
        case Term():
            one = leaf(snapshot, view, node)
            return one.documents if one is not None else NOWHERE[0]
        case All(nodes, _):
            lists = [matched(snapshot, view, one) for one in nodes]
            return common(view, lists)[0]
        case Any_(nodes, _) if nodes:
            marks = np.zeros(view.count, bool)
            for one_node in nodes:
                marks[matched(snapshot, view, one_node)] = True
            return np.flatnonzero(marks).astype(np.uint32)
        case Constant(inner, _):
            return matched(snapshot, view, inner)
        case Many():
            numbers = expanded(snapshot, view, node)
            return anywhere(view, node.field, numbers) if len(numbers) else NOWHERE[0]
    return evaluate(snapshot, view, node)[0]


def documents_of(snapshot: Snapshot, asked: Asked) -> Ints:
    """Every document that is found, ascending."""
    found = [
        _masked(matched(snapshot, view, asked.node), _mask(snapshot, view, asked)).astype(np.int64)
        + view.base
        for view in snapshot.views
    ]
    return np.concatenate([*found, np.zeros(0, np.int64)])


def _mask(snapshot: Snapshot, view: View, asked: Asked) -> Bools | None:
    """Documents that live and that the filters let through; None: all."""

    def kept(node: Node) -> Bools:
        found: Bools = view.kept.get(
            ("mask", node), lambda: mask_of(matched(snapshot, view, node), view.count)
        )
        return found

    masks = [kept(node) for node in asked.filters] + [~kept(node) for node in asked.banned]
    if view.alive is not None:
        masks.append(view.alive)
    return reduce(np.logical_and, masks) if masks else None


def _masked(documents: Array, mask: Bools | None) -> Array:
    return documents if mask is None else documents[mask.take(documents)]


Hits = list[tuple[float, int]]


def _best(
    snapshot: Snapshot, view: View, node: Node, mask: Bools | None, limit: int | None, whole: bool
) -> tuple[Hits, Array, int]:
    """The best documents of a segment; all of them (if ``whole``); and how many there are."""
    if limit is not None:
        nodes = (node,) if isinstance(node, Term) else node.nodes if isinstance(node, Any_) else ()
        if nodes and all(isinstance(one, Term) for one in nodes):
            boost = node.boost if isinstance(node, Any_) else 1.0
            leaves = [leaf(snapshot, view, one) for one in nodes if isinstance(one, Term)]
            return _best_of_any(view, [one for one in leaves if one is not None], boost, mask, limit, whole)
    alike = _alike(node)
    if alike is not None:
        documents = _masked(matched(snapshot, view, node), mask)
        return [(alike, number) for number in documents[:limit].tolist()], documents, len(documents)
    documents, scores = evaluate(snapshot, view, node)
    if mask is not None:
        fits = mask.take(documents)
        documents, scores = documents[fits], scores[fits]
    chosen = best(documents, scores, limit)
    return _pairs(documents[chosen], scores[chosen]), documents, len(documents)


def _alike(node: Node) -> float | None:
    """The score of all documents of a node, if it is one."""
    if isinstance(node, Many):
        return float(node.boost) if node.constant else None
    return float(node.score) if isinstance(node, (Constant, Every)) else None


def _pairs(documents: Array, scores: Array) -> Hits:
    return list(zip(scores.tolist(), documents.tolist(), strict=True))


def _best_of_any(
    view: View, leaves: Sequence[Leaf], boost: float, mask: Bools | None, limit: int, whole: bool
) -> tuple[Hits, Array, int]:
    if len(leaves) == 1 and len(leaves[0].documents) < _SHORT:
        return _best_of_few(leaves[0], boost, mask, limit)
    lists = [(one.documents, one.rough()) for one in leaves]
    if mask is not None:
        fits = [mask.take(documents) for documents, _ in lists]
        lists = [(documents[fit], scores[fit]) for (documents, scores), fit in zip(lists, fits, strict=True)]
    if not lists:
        return [], NOWHERE[0], 0
    if len(lists) == 1:
        documents, scores = lists[0]
        total = len(documents)
        chosen = documents.take(candidates(scores, limit, _SLACK))
    else:
        chosen, documents, total = _added(view, lists, limit, whole)
    exact = np.zeros(len(chosen))
    for one in leaves:
        at = one.documents.searchsorted(chosen)
        at[at == len(one.documents)] = len(one.documents) - 1
        here = one.documents.take(at) == chosen
        exact[here] += one.table.take(one.codes.take(at[here])) * one.factor
    order = np.lexsort((chosen, -exact))[:limit]
    return _pairs(chosen[order], exact[order] * boost), documents, total


def _best_of_few(one: Leaf, boost: float, mask: Bools | None, limit: int) -> tuple[Hits, Array, int]:
    """The same for one short list: precise at once."""
    documents, scores = one.documents, one.scores()
    if mask is not None:
        fits = mask.take(documents)
        documents, scores = documents[fits], scores[fits]
    if len(scores) > limit:
        least = np.partition(scores, len(scores) - limit)[len(scores) - limit]
        chosen = np.flatnonzero(scores >= least)
    else:
        chosen = np.arange(len(scores))
    ranked = sorted(zip((-scores.take(chosen)).tolist(), documents.take(chosen).tolist(), strict=True))
    return [(-score * boost, document) for score, document in ranked[:limit]], documents, len(documents)


def _added(
    view: View, lists: Sequence[tuple[Array, Array]], limit: int, whole: bool
) -> tuple[Array, Array, int]:
    """Candidates for the best, all documents (ascending, if ``whole``), and how many there are."""
    room = scratch.fit(view.count)
    scores, marks = room.scores[: view.count], room.marks
    if sum(len(documents) for documents, _ in lists) * _DENSE > view.count:
        for documents, rough in lists:
            np.add.at(scores, documents, rough)
        chosen = candidates(scores, limit, _SLACK)
        chosen = chosen[scores[chosen] > 0].astype(np.uint32)
        if whole:
            documents = np.flatnonzero(scores).astype(np.uint32)
            total = len(documents)
        else:
            documents, total = NOWHERE[0], int(np.count_nonzero(scores))
        scores.fill(0)
        return chosen, documents, total
    fresh = []
    for documents, rough in lists:
        np.add.at(scores, documents, rough)
        new = documents[~marks.take(documents)]
        marks[new] = True
        fresh.append(new)
    together = np.concatenate(fresh)
    chosen = together.take(candidates(scores.take(together), limit, _SLACK))
    scores[together] = 0
    marks[together] = False
    return chosen, np.sort(together) if whole else NOWHERE[0], len(together)


def _sorted(view: View, documents: Array, asked: Asked) -> list[tuple[Any, int]]:
    kind = view.data.columns.get(asked.sort)
    if kind is None or kind == "value" or kind.startswith("number:<f"):
        raise Unknown(f"{asked.sort} cannot be sorted by here")
    number = kind.startswith("number:")
    keys = view.data.numbers(asked.sort) if number else view.data.strings(asked.sort).numbers
    chosen = documents[first(keys.take(documents), documents, asked.limit, asked.last)]
    if number:
        return list(
            zip(keys.take(chosen).tolist(), (chosen.astype(np.int64) + view.base).tolist(), strict=True)
        )
    strings = view.data.strings(asked.sort)
    return [(strings.raw(document) or b"", document + view.base) for document in chosen.tolist()]


def _count(
    snapshot: Snapshot, view: View, asked: Asked, documents: Array, found: Answer, group_names: set[bytes]
) -> None:
    """Add a segment's counts."""
    if not asked.group:
        raise Unknown("facets are counted by group")
    groups = view.data.groups(asked.group)
    per_group = groups.per_group(documents)
    having = np.flatnonzero(per_group[:-1])
    found.groups += len(having)
    if len(snapshot.views) > 1:
        terms = view.data.fields[asked.group].terms
        group_names.update(terms[number] for number in having.tolist())
    for name in asked.facets:
        if name not in view.data.fields:
            continue
        counts = named(view.data.fields[name], groups.count_facet(name, documents, per_group))
        known = found.facets[name]
        for value, (many, owners) in counts.items():
            before = known.get(value, (0, 0))
            known[value] = before[0] + many, before[1] + owners
