"""Which documents of a segment match a node, and how well: as arrays."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from app.search.columnar import expanding
from app.search.columnar.adjoining import LONGEST, adjoining
from app.search.columnar.arrays import Array, Ints, sizes
from app.search.columnar.meeting import Leaf, common, placed, shared
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
    TooMuch,
    Two,
)
from app.search.columnar.phrasing import side_by_side
from app.search.columnar.snapshot import Snapshot, View, mask_of

MOST_TERMS = 20_000  # terms that a beginning or a pattern may stand for in a segment
_FEW = 24  # fewer than this part of all documents are put in order, not marked off
NOWHERE: tuple[Array, Array] = np.zeros(0, np.uint32), np.zeros(0)

Found = tuple[Array, Array]  # documents, ascending, and their scores (precise)


def listed(snapshot: Snapshot, view: View, node: Term | Given) -> Listed | None:
    """The documents of a term, or of a list that is given; None when the segment has none."""
    if isinstance(node, Term):
        return leaf(snapshot, view, node)
    found = node.lists.get(view.base)
    return found if found is not None and len(found.documents) else None


def leaf(snapshot: Snapshot, view: View, node: Term) -> Leaf | None:
    """The postings of a term; None when the segment has none. Short ones are kept."""
    known: Leaf | None = snapshot.few.get((view.base, node))
    if known is not None:
        return known
    part = view.field(node.field)
    number = part.terms.find(node.text) if part is not None else -1
    if part is None or number < 0:
        return None
    factor = snapshot.idf(node.field, node.text) * node.boost
    found = Leaf(view, (node.field, number), snapshot.tables(node.field, view), factor)
    snapshot.keep((view.base, node), found, len(found.documents))
    return found


def evaluate(snapshot: Snapshot, view: View, node: Node) -> Found:
    """The documents that match, removed ones perhaps among them."""
    match node:
        case Term() | Given():
            one = listed(snapshot, view, node)
            return (one.documents, one.scores()) if one is not None else NOWHERE
        case Many():
            return _many(snapshot, view, node)
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
        part = view.field(field)
        if part is None:
            return NOWHERE
        documents = np.flatnonzero(mask_of(part.documents(0, len(part.terms)), view.count)).astype(np.uint32)
    return documents, np.full(len(documents), float(score))


def expanded(snapshot: Snapshot, view: View, node: Many) -> Ints:
    """Numbers of the terms that a node stands for in a segment. TooMuch: they are too many."""
    part = view.field(node.field)
    if part is None:
        return np.zeros(0, np.int64)
    given: tuple[Any, ...] = node.given
    if node.how == "prefix":
        found = expanding.beginning(part, *given)
    elif node.how == "range":
        found = expanding.between(part, *given)
    elif node.how == "pattern":
        found = expanding.matching(part, snapshot.schema[node.field], *given)
    else:
        found = view.data.lexicon(node.field).near(*given)
    if len(found) > MOST_TERMS and node.how != "range":
        raise TooMuch(f"more than {MOST_TERMS} words of the index fit; ask for a longer beginning")
    return found


def _many(snapshot: Snapshot, view: View, node: Many) -> Found:
    numbers = expanded(snapshot, view, node)
    part = view.field(node.field)
    if part is None or not len(numbers):
        return NOWHERE
    if node.constant:
        documents = anywhere(view, node.field, numbers)
        return documents, np.full(len(documents), float(node.boost))
    documents, codes, counts = _stretches(view, node.field, numbers)
    if len(snapshot.views) == 1:
        idfs = snapshot.rarities(node.field, counts)
    else:
        idfs = np.array([snapshot.idf(node.field, part.terms[number]) for number in numbers.tolist()])
    scores = snapshot.tables(node.field, view)[0].take(codes)
    scores *= np.repeat(idfs * node.boost, counts)
    if len(numbers) == 1:
        return documents, scores
    total = np.bincount(documents, scores, view.count)
    together = np.flatnonzero(total).astype(np.uint32)
    return together, total[together]


def anywhere(view: View, field: str, numbers: Ints) -> Array:
    """Documents of any of these terms (ascending)."""
    part = view.data.fields[field]
    if len(numbers) == 1:
        return view.documents(field, int(numbers[0]))
    low, high = int(numbers[0]), int(numbers[-1]) + 1
    whole = high - low == len(numbers)
    lists = [part.documents(low, high)] if whole else [view.documents(field, one) for one in numbers.tolist()]
    if sum(map(len, lists)) * _FEW > view.count:
        return marked(view, lists)
    together = np.concatenate(lists)
    together.sort()
    fresh = np.ones(len(together), bool)
    np.not_equal(together[1:], together[:-1], out=fresh[1:])
    return together.compress(fresh)


def marked(view: View, lists: Sequence[Array]) -> Array:
    """Documents of any list, ascending."""
    marks = np.zeros(view.count, bool)
    for documents in lists:
        marks[documents] = True
    found: Array = marks.nonzero()[0].astype(np.uint32)
    return found


def _stretches(view: View, field: str, numbers: Ints) -> tuple[Array, Array, Ints]:
    """Documents and codes of these terms (ascending), one after another; and how many each has."""
    part = view.data.fields[field]
    low, high = int(numbers[0]), int(numbers[-1]) + 1
    counts = sizes(part.firsts[part.runs[low : high + 1]])
    if high - low == len(numbers):
        return part.documents(low, high), part.codes(low, high), counts
    lists = [(view.documents(field, number), part.codes(number)) for number in numbers.tolist()]
    documents = np.concatenate([one for one, _ in lists])
    return documents, np.concatenate([one for _, one in lists]), counts[numbers - low]


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
    documents = shared(view, [_plain(one) for one in lists])
    total = np.zeros(len(documents))
    for each in lists:
        if isinstance(each, Leaf):
            total += each.of(documents)
        elif isinstance(each, tuple):
            total += each[1].take(placed(documents, each[0]))
        else:
            total += each.at(placed(documents, each.documents))
    return documents, total * boost if boost != 1.0 else total


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
    part = view.data.fields[node.field]
    numbers = [part.terms.find(word) for word in node.words]
    if node.slop == 1 and len(numbers) < LONGEST:
        documents = adjoining(view, node.field, numbers)
    else:
        documents, where = common(view, [one.documents for one in leaves])
        codes = [one.codes for one in leaves]
        chosen = side_by_side(view, node.field, numbers, codes, where, len(documents), node.slop)
        documents = documents.take(chosen)
    total = np.zeros(len(documents))
    for one in leaves:
        total += one.of(documents)
    return documents, total
