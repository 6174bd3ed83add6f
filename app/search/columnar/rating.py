"""Rates the documents of a segment that match a tree: the best of them, how many there are, and which."""

from collections.abc import Sequence

import numpy as np

from app.search.columnar.adding import SLACK, added
from app.search.columnar.arrays import Array, Bools
from app.search.columnar.evaluating import evaluate
from app.search.columnar.leaves import NOWHERE, any_of, listed
from app.search.columnar.meeting import Leaf, shared
from app.search.columnar.nodes import All, Any_, Best, Constant, Every, Given, Listed, Many, Node, Term
from app.search.columnar.selecting import candidates
from app.search.columnar.snapshot import SHORT, Snapshot, View

_FEW = 150  # documents that are sorted rather than chosen from


class Ranked:
    """Documents that were ``chosen`` (ascending), all of the best among them, and their precise scores.

    Equals of the best too. ``total`` is how many were found; which (ascending) is in ``documents``,
    if that was wanted, and perhaps in ``marks``, a mask. ``alike`` is the score of all of them, when that is
    known; then they were not chosen from.
    """

    __slots__ = ("_documents", "alike", "chosen", "marks", "scores", "total")

    def __init__(
        self,
        chosen: Array,
        scores: Array,
        documents: Array | None,
        total: int,
        alike: float | None = None,
        marks: Bools | None = None,
    ) -> None:
        self.chosen, self.scores, self.total, self.alike = chosen, scores, total, alike
        self._documents, self.marks = documents, marks

    @property
    def documents(self) -> Array:
        """All that were found, if they were wanted."""
        if self._documents is None:
            found = NOWHERE[0] if self.marks is None else self.marks.nonzero()[0].astype(np.uint32)
            self._documents = found
        return self._documents

    def hits(self, limit: int | None, base: int = 0) -> list[tuple[float, int]]:
        """The best, with their scores; equals by document. ``base`` is added to documents."""
        if self.alike is not None:
            return [(self.alike, number + base) for number in self.documents[:limit].tolist()]
        order = (-self.scores).argsort(kind="stable")[:limit]
        documents = self.chosen.take(order).tolist()
        if base:
            documents = [document + base for document in documents]
        return list(zip(self.scores.take(order).tolist(), documents, strict=True))


_NONE = Ranked(*NOWHERE, NOWHERE[0], 0)


def ranked(
    snapshot: Snapshot,
    view: View,
    node: Node,
    mask: Bools | None,
    limit: int | None,
    whole: bool,
    few: Array | None = None,
) -> Ranked:
    """The best ``limit`` documents of a segment (None: all); all of them, if ``whole``.

    ``few`` are those in the mask (ascending), if they are at hand.
    """
    if limit is not None:
        if isinstance(node, (Term, Given)):
            one = listed(snapshot, view, node)
            if one is None:
                return _NONE
            if few is not None and isinstance(one, Leaf) and len(few) * 2 < one.size:
                return _of_any(view, [one], 1.0, mask, limit, whole, few)
            return _of_one(one, mask, limit)
        if isinstance(node, Any_) and node.boost > 0 and all(map(_adds, node.nodes)):
            lists = [listed(snapshot, view, one) for one in node.nodes if isinstance(one, (Term, Given))]
            found = [one for one in lists if one is not None]
            return _of_any(view, found, node.boost, mask, limit, whole, few)
    alike = _alike(node)
    if alike is not None:
        documents = masked(matched(snapshot, view, node), mask)
        return Ranked(*NOWHERE, documents, len(documents), alike)
    documents, scores = evaluate(snapshot, view, node)
    if mask is not None:
        fits = mask.take(documents)
        documents, scores = documents[fits], scores[fits]
    return _best(documents, scores, limit)


def _best(documents: Array, scores: Array, limit: int | None) -> Ranked:
    """Chosen from documents with precise scores."""
    total = len(documents)
    if limit is None or total <= max(limit, _FEW):
        return Ranked(documents, scores, documents, total)
    at = candidates(scores, limit)
    return Ranked(documents.take(at), scores.take(at), documents, total)


def _adds(node: Node) -> bool:
    """Whether a node is a list of scores above zero."""
    return isinstance(node, Given) or (isinstance(node, Term) and node.boost > 0)


def _alike(node: Node) -> float | None:
    """The score of all documents of a node, if it is one."""
    if isinstance(node, Many):
        return float(node.boost) if node.constant else None
    return float(node.score) if isinstance(node, (Constant, Every)) else None


def _of_one(one: Listed, mask: Bools | None, limit: int) -> Ranked:
    """The best of one list: of a short one precise at once, of a long one guessed first."""
    documents = one.documents
    if len(documents) <= SHORT:
        scores = one.scores()
        if mask is not None:
            fits = mask.take(documents).nonzero()[0]
            documents, scores = documents.take(fits), scores.take(fits)
        return _best(documents, scores, limit)
    rough = one.rough()
    if mask is not None:
        fits = mask.take(documents).nonzero()[0]
        documents, rough = documents.take(fits), rough.take(fits)
        at = candidates(rough, limit, SLACK)
        return Ranked(documents.take(at), one.at(fits.take(at)), documents, len(documents))
    at = candidates(rough, limit, SLACK)
    return Ranked(documents.take(at), one.at(at), documents, len(documents))


def _of_any(
    view: View,
    leaves: Sequence[Listed],
    boost: float,
    mask: Bools | None,
    limit: int,
    whole: bool,
    few: Array | None,
) -> Ranked:
    """The best of several lists added up."""
    if not leaves:
        return _NONE
    if len(leaves) == 1 and boost == 1.0 and few is None:
        return _of_one(leaves[0], mask, limit)
    found = added(view, leaves, mask, limit, whole, few)
    chosen = found.chosen
    exact = np.zeros(len(chosen))
    for one in leaves:
        at = one.documents.searchsorted(chosen)
        here = (one.documents.take(at, mode="clip") == chosen).nonzero()[0]
        exact[here] += one.at(at.take(here))
    if boost != 1.0:
        exact *= boost
    return Ranked(chosen, exact, found.documents, found.total, None, found.marks)


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
            return any_of(snapshot, view, node)
    return evaluate(snapshot, view, node)[0]


def _list(snapshot: Snapshot, view: View, node: Node) -> Leaf | Array:
    found = listed(snapshot, view, node) if isinstance(node, Term) else None
    return found if isinstance(found, Leaf) else matched(snapshot, view, node)


def masked(documents: Array, mask: Bools | None) -> Array:
    """Those that are in the mask (None: all are)."""
    return documents if mask is None else documents[mask.take(documents)]
