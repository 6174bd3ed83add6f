"""Adds up the scores of several lists: which documents may be among the best, and all that there are."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from app.search.columnar.arrays import Array, Bools
from app.search.columnar.meeting import Leaf
from app.search.columnar.nodes import Listed
from app.search.columnar.phrasing import unique
from app.search.columnar.selecting import candidates
from app.search.columnar.snapshot import SUMS, View

SLACK = 1e-5  # far more than sums of scores in single precision are wrong
_DENSE = 12  # lists with more than this part of all documents are added up over all documents


class Added(NamedTuple):
    """``chosen`` may be among the best (ascending); of all there are ``total``.

    Which these are is in ``documents`` (ascending) or in ``marks``, if it was asked for.
    """

    chosen: Array
    total: int
    documents: Array | None = None
    marks: Bools | None = None


def added(
    view: View, lists: Sequence[Listed], mask: Bools | None, limit: int, whole: bool, few: Array | None = None
) -> Added:
    """The documents of any list that are in the mask (None: all are).

    ``few`` are those in the mask (ascending), if they are at hand.
    """
    room = SUMS.fit(view.count)[: view.count]
    total = sum(len(one.documents) for one in lists)
    if few is not None and len(few) < total:
        return _within(room, lists, few, limit)
    if total * _DENSE > view.count:
        return _everywhere(room, lists, mask, limit, whole)
    return _here_and_there(room, lists, mask, limit, whole)


def _within(scores: Array, lists: Sequence[Listed], few: Array, limit: int) -> Added:
    """Over few documents."""
    sums, rest = np.zeros(len(few), np.float32), []
    for one in lists:
        rough = one.rough_in(few) if isinstance(one, Leaf) else None
        if rough is None:
            np.add.at(scores, one.documents, one.rough())
            rest.append(one)
        else:
            sums += rough
    if rest:
        sums += scores.take(few)
        for one in rest:
            scores[one.documents] = 0
    marks = sums.view(np.uint32) != 0
    documents = few.compress(marks)
    chosen = candidates(sums.compress(marks), limit, SLACK)  # among many zeros it would take long
    return Added(documents.take(chosen), len(documents), documents)


def _everywhere(scores: Array, lists: Sequence[Listed], mask: Bools | None, limit: int, whole: bool) -> Added:
    """Over all documents of the segment."""
    for one in lists:
        rough = one.rough()
        np.add.at(scores, one.documents, rough if mask is None else rough * mask.take(one.documents))
    marks: Bools = scores.view(np.uint32) != 0
    chosen = candidates(scores, limit, SLACK)
    chosen = chosen.compress(marks.take(chosen)).astype(np.uint32)
    scores.fill(0)
    return Added(chosen, int(np.count_nonzero(marks)), None, marks if whole else None)


def _here_and_there(
    scores: Array, lists: Sequence[Listed], mask: Bools | None, limit: int, whole: bool
) -> Added:
    """Over the documents of the lists only. (No list has a document twice.)"""
    places, fresh, total = [], [], 0
    for one in lists:
        at, rough = one.documents.astype(np.intp), one.rough()
        if mask is not None:
            fits = mask.take(at).nonzero()[0]
            at, rough = at.take(fits), rough.take(fits)
        before = scores.take(at)
        new = before == 0
        total += int(np.count_nonzero(new))
        before += rough
        scores[at] = before
        places.append(at)
        if whole:
            fresh.append(at.compress(new).astype(np.uint32))
    sums = [scores.take(at) for at in places]
    together = np.concatenate(sums)
    chosen = np.concatenate(places).take(
        candidates(together, len(lists) * limit, SLACK)
    )  # some stand in each
    for at in places:
        scores[at] = 0
    chosen.sort()
    return Added(unique(chosen).astype(np.uint32), total, np.sort(np.concatenate(fresh)) if whole else None)
