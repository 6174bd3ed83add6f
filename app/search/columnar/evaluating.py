"""Which documents of a segment match a node, and how well: as arrays."""

from collections.abc import Sequence

import numpy as np

from app.search.columnar.adjoining import adjoining
from app.search.columnar.arrays import Array
from app.search.columnar.edges import LONGEST
from app.search.columnar.leaves import NOWHERE, Found, leaf, listed, many, spliced
from app.search.columnar.meeting import Leaf, placed, together
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
    Not,
    Phrase,
    Term,
    Two,
)
from app.search.columnar.phrasing import common, side_by_side
from app.search.columnar.snapshot import Snapshot, View, mask_of


def evaluate(snapshot: Snapshot, view: View, node: Node) -> Found:
    """The documents that match, removed ones perhaps among them."""
    match node:
        case Term() | Given():
            one = listed(snapshot, view, node)
            return (one.documents, one.scores()) if one is not None else NOWHERE
        case Many():
            return many(snapshot, view, node)
        case Phrase():
            return _phrase(snapshot, view, node)
        case All(nodes, boost):
            return intersect(snapshot, view, nodes, boost)
        case Any_(nodes, boost):
            return union(view, [evaluate(snapshot, view, one) for one in nodes], boost)
        case Best(nodes, boost):
            return union(view, [evaluate(snapshot, view, one) for one in nodes], boost, best=True)
        case Two(how, first, second):
            return _two(how, evaluate(snapshot, view, first), evaluate(snapshot, view, second), view)
        case Not(inner):
            mask = ~mask_of(evaluate(snapshot, view, inner)[0], view.count)
            documents = np.flatnonzero(mask if view.alive is None else mask & view.alive).astype(np.uint32)
            return documents, np.ones(len(documents))
        case Constant(inner, score):
            documents = evaluate(snapshot, view, inner)[0]
            return documents, np.full(len(documents), float(score))
        case Every(field, score):
            return _every(view, field, score)


def _every(view: View, field: str | None, score: float) -> Found:
    if field is None:
        documents: Array = view.data.every
    else:
        documents = spliced(view, [_having(part, field) for part in view.parts])
    return documents, np.full(len(documents), float(score))


def _having(view: View, field: str) -> Array:
    """Documents of a segment that have any term of a field."""
    part = view.field(field)
    if part is None:
        return NOWHERE[0]
    return np.flatnonzero(mask_of(part.documents(0, len(part.terms)), view.count)).astype(np.uint32)


def _two(how: str, first: Found, second: Found, view: View) -> Found:
    documents, scores = first
    if how == "maybe":
        extra = np.zeros(view.count)
        extra[second[0]] = second[1]
        return documents, scores + extra[documents]
    fits = mask_of(second[0], view.count)[documents]
    if how == "without":
        fits = ~fits
    return documents[fits], scores[fits]


def union(view: View, found: Sequence[Found], boost: float, *, best: bool = False) -> Found:
    """Documents of any, their scores added, or the ``best`` of them."""
    found = [one for one in found if len(one[0])]
    if len(found) < 2:
        documents, scores = found[0] if found else NOWHERE
        return documents, scores * boost if boost != 1.0 else scores
    total = np.zeros(view.count)
    marks = np.zeros(view.count, bool)
    for documents, scores in found:
        total[documents] = np.maximum(total[documents], scores) if best else total[documents] + scores
        marks[documents] = True
    together = np.flatnonzero(marks).astype(np.uint32)
    return together, total[together] * boost


def intersect(snapshot: Snapshot, view: View, nodes: Sequence[Node], boost: float) -> Found:
    """Documents of all, their scores added: the shortest list first, the others where it has some."""
    lists: list[Listed | Found] = []
    for node in nodes:
        if isinstance(node, (Term, Given)):
            one = listed(snapshot, view, node)
            if one is None:
                return NOWHERE
            lists.append(one)
        else:
            found = evaluate(snapshot, view, node)
            if not len(found[0]):
                return NOWHERE
            lists.append(found)
    documents, where = together(view, [_plain(one) for one in lists])
    total: Array | None = None
    for each, at in zip(lists, where, strict=True):
        scores = _rated(each, documents, at)
        if total is None:
            total = scores
        else:
            total += scores
    assert total is not None
    return documents, total * boost if boost != 1.0 else total


def _rated(one: "Listed | Found", documents: Array, at: Array | None) -> Array:
    """The scores of documents that a list has, which stand ``at`` these places of it, if that is known."""
    if isinstance(one, Leaf):
        return one.of(documents) if at is None else one.at(at)
    inside = one[0] if isinstance(one, tuple) else one.documents
    if at is None:
        at = placed(documents, inside)
    return one[1].take(at) if isinstance(one, tuple) else one.at(at)


def _plain(one: "Listed | Found") -> Leaf | Array:
    if isinstance(one, Leaf):
        return one
    return one[0] if isinstance(one, tuple) else one.documents


def _phrase(snapshot: Snapshot, view: View, node: Phrase) -> Found:
    leaves: list[Leaf] = []
    for word in node.words:
        one = leaf(snapshot, view, Term(node.field, word, node.boost))
        if one is None:
            return NOWHERE
        leaves.append(one)
    numbers = [one.number for one in leaves]
    if node.slop == 1 and len(numbers) < LONGEST:
        documents = adjoining(view, node.field, numbers)
    else:
        documents, where = common(view, [one.documents for one in leaves])
        codes = [one.codes for one in leaves]
        chosen = side_by_side(view, node.field, numbers, codes, where, len(documents), node.slop)
        documents = documents.take(chosen)
    total = leaves[0].of(documents)
    for one in leaves[1:]:
        total += one.of(documents)
    return documents, total
