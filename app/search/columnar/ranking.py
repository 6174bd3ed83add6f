"""Answers a tree from all segments of a snapshot: the best documents, their number, counts of facets."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import Any, NamedTuple

import numpy as np

from app.search.columnar.arrays import Array, Bools, Ints
from app.search.columnar.evaluating import NOWHERE, anywhere, evaluate, expanded, listed
from app.search.columnar.faceting import named
from app.search.columnar.meeting import Leaf, shared
from app.search.columnar.nodes import (
    All,
    Any_,
    Best,
    Constant,
    Every,
    Given,
    Listed,
    Many,
    Node,
    Term,
    Unknown,
)
from app.search.columnar.selecting import candidates, first
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
            one = ranked(snapshot, view, asked.node, mask, asked.limit, whole)
            documents = one.documents
            found.total += one.total
            found.hits += one.hits(asked.limit, view.base)
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
        case Term() | Given():
            one = listed(snapshot, view, node)
            return one.documents if one is not None else NOWHERE[0]
        case All(nodes, _):
            return shared(view, [_list(snapshot, view, one) for one in nodes])
        case Any_(nodes, _) | Best(nodes, _) if nodes:
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


def _list(snapshot: Snapshot, view: View, node: Node) -> Leaf | Array:
    found = listed(snapshot, view, node) if isinstance(node, Term) else None
    return found if isinstance(found, Leaf) else matched(snapshot, view, node)


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
    if not asked.filters and not asked.banned:
        return view.alive

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


class Ranked(NamedTuple):
    """The ``chosen`` documents, all of the best among them (equals included), and their precise scores.

    All ``documents`` that were found (ascending), if they were wanted, and how many there are. ``alike`` is
    the score of all of them, when that is known; then they were not chosen from.
    """

    chosen: Array
    scores: Array
    documents: Array
    total: int
    alike: float | None = None

    def hits(self, limit: int | None, base: int = 0) -> list[tuple[float, int]]:
        """The best, with their scores; equals by document. ``base`` is added to documents."""
        if self.alike is not None:
            return [(self.alike, number + base) for number in self.documents[:limit].tolist()]
        order = np.lexsort((self.chosen, -self.scores))[:limit]
        documents = self.chosen.take(order).tolist()
        if base:
            documents = [document + base for document in documents]
        return list(zip(self.scores.take(order).tolist(), documents, strict=True))


def ranked(
    snapshot: Snapshot, view: View, node: Node, mask: Bools | None, limit: int | None, whole: bool
) -> Ranked:
    """The best ``limit`` documents of a segment (None: all); all of them, if ``whole``."""
    if limit is not None:
        if isinstance(node, (Term, Given)):
            one = listed(snapshot, view, node)
            return _of_any(view, () if one is None else (one,), 1.0, mask, limit, whole)
        if isinstance(node, Any_) and node.nodes:
            leaves = [one for one in node.nodes if isinstance(one, (Term, Given))]
            if len(leaves) == len(node.nodes):
                lists = [listed(snapshot, view, one) for one in leaves]
                return _of_any(
                    view, [one for one in lists if one is not None], node.boost, mask, limit, whole
                )
    alike = _alike(node)
    if alike is not None:
        documents = _masked(matched(snapshot, view, node), mask)
        return Ranked(NOWHERE[0], NOWHERE[1], documents, len(documents), alike)
    documents, scores = evaluate(snapshot, view, node)
    if mask is not None:
        fits = mask.take(documents)
        documents, scores = documents[fits], scores[fits]
    chosen = np.arange(len(scores)) if limit is None else candidates(scores, limit)
    return Ranked(documents[chosen], scores[chosen], documents, len(documents))


def _alike(node: Node) -> float | None:
    """The score of all documents of a node, if it is one."""
    if isinstance(node, Many):
        return float(node.boost) if node.constant else None
    return float(node.score) if isinstance(node, (Constant, Every)) else None


def _of_any(
    view: View, leaves: Sequence[Listed], boost: float, mask: Bools | None, limit: int, whole: bool
) -> Ranked:
    if len(leaves) == 1 and len(leaves[0].documents) < _SHORT:
        return _of_few(leaves[0], boost, mask, limit)
    lists = [(one.documents, one.rough()) for one in leaves]
    if mask is not None:
        fits = [mask.take(documents) for documents, _ in lists]
        lists = [(documents[fit], scores[fit]) for (documents, scores), fit in zip(lists, fits, strict=True)]
    if not lists:
        return Ranked(*NOWHERE, NOWHERE[0], 0)
    if len(lists) == 1:
        documents, scores = lists[0]
        total = len(documents)
        chosen = documents.take(candidates(scores, limit, _SLACK))
    else:
        chosen, documents, total = _added(view, lists, limit, whole)
        chosen.sort()
    exact = np.zeros(len(chosen))
    for one in leaves:
        at = one.documents.searchsorted(chosen)
        at[at == len(one.documents)] = len(one.documents) - 1
        here = one.documents.take(at) == chosen
        exact[here] += one.at(at[here])
    return Ranked(chosen, exact * boost if boost != 1.0 else exact, documents, total)


def _of_few(one: Listed, boost: float, mask: Bools | None, limit: int) -> Ranked:
    """The same for one short list: precise at once."""
    documents, scores = one.documents, one.scores()
    if mask is not None:
        fits = mask.take(documents)
        documents, scores = documents[fits], scores[fits]
    total = len(documents)
    chosen, best = documents, scores
    if total > limit:
        at = candidates(scores, limit)
        chosen, best = documents.take(at), scores.take(at)
    return Ranked(chosen, best if boost == 1.0 else best * boost, documents, total)


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
