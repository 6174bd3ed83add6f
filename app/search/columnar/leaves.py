"""What a tree ends in, in one segment: a term, a list that is given, or the terms that a word stands for."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from app.search.columnar import expanding
from app.search.columnar.arrays import Array, Ints, sizes
from app.search.columnar.meeting import Leaf
from app.search.columnar.nodes import Given, Listed, Many, Term, TooMuch
from app.search.columnar.snapshot import Snapshot, View

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
    known: Leaf | None = snapshot.few.get((view, node))
    if known is not None:
        return known
    part = view.field(node.field)
    number = part.terms.find(node.text) if part is not None else -1
    if part is None or number < 0:
        return None
    factor = snapshot.idf(node.field, node.text) * node.boost
    found = Leaf(view, (node.field, number), snapshot.tables(node.field, view), factor)
    snapshot.keep((view, node), found, found.size)
    return found


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


def many(snapshot: Snapshot, view: View, node: Many) -> Found:
    """The documents of terms that are found in the index, and their scores."""
    found = [_many(snapshot, part, node) for part in view.parts]
    if len(found) == 1:
        return found[0]
    return spliced(view, [documents for documents, _ in found]), np.concatenate([one for _, one in found])


def any_of(snapshot: Snapshot, view: View, node: Many) -> Array:
    """The documents of terms that are found in the index."""
    return spliced(view, [anywhere(part, node.field, expanded(snapshot, part, node)) for part in view.parts])


def spliced(view: View, lists: Sequence[Array]) -> Array:
    """Documents of the segments of a view, a list each, as documents of the view."""
    if len(lists) == 1:
        return lists[0]
    return np.concatenate(
        [one + np.uint32(part.base - view.base) for part, one in zip(view.parts, lists, strict=True)]
    )


def _many(snapshot: Snapshot, view: View, node: Many) -> Found:
    numbers = expanded(snapshot, view, node)
    part = view.field(node.field)
    if part is None or not len(numbers):
        return NOWHERE
    if node.constant:
        documents = anywhere(view, node.field, numbers)
        return documents, np.full(len(documents), float(node.boost))
    documents, codes, counts = _stretches(view, node.field, numbers)
    if view.count == snapshot.count:
        idfs = snapshot.rarities(node.field, counts)
    else:
        idfs = np.array([snapshot.idf(node.field, part.terms[number]) for number in numbers.tolist()])
    scores = snapshot.tables(node.field, view).precise.take(codes)
    scores *= np.repeat(idfs * node.boost, counts)
    if len(numbers) == 1:
        return documents, scores
    total = np.bincount(documents, scores, view.count)
    together = np.flatnonzero(total).astype(np.uint32)
    return together, total[together]


def anywhere(view: View, field: str, numbers: Ints) -> Array:
    """Documents of any of these terms (ascending)."""
    if not len(numbers):
        return NOWHERE[0]
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
