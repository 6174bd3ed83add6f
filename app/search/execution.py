"""Answers a query tree from a view: which passages match, how well, in which order, and counted how.

Matching is boolean arrays over all passages. Ranking adds, for every word, phrase and beginning that is
looked for, its BM25 score (k1 1.2, b 0.75), in the order of the query; statistics are of the living passages
only. So an answer, to the last bit of its scores, depends on what is in the index and not on how it came in.
"""

import re
from bisect import bisect_left
from dataclasses import dataclass
from functools import lru_cache, reduce
from math import log

import numpy as np

from app.search.analysis import ASKED, ASKED_WEIGHT, stem
from app.search.arrays import Bools, Floats, Ints
from app.search.base import Hit, Query, Results
from app.search.folding import forms
from app.search.parsing import key as unkept_key
from app.search.syntax import (
    All,
    Either,
    Exact,
    Facet,
    Leaf,
    Loose,
    Node,
    Not,
    Plus,
    Prefix,
    Some,
    Word,
    Years,
    about_words,
)
from app.search.view import K1, Postings, View, union

MOST_WORDS = 1000  # words that a beginning may stand for

key = lru_cache(maxsize=100_000)(unkept_key)  # values of facets are asked again and again

TOO_WIDE = "Many words begin with “{}”; only the first {} of them, by the alphabet, were looked for."

# Facets whose values are named in full; of the others a word of the name is enough.
_WHOLE = ("language", "year")


@dataclass(slots=True)
class _Scored:
    mask: Bools
    scores: Floats


class Execution:
    """One query on one view. ``messages`` fill while it runs."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.columns = view.columns
        self.size = len(view.columns.alive)
        self.messages: list[str] = []

    def run(self, query: Query, node: Node | None) -> Results:
        """The answer to a query that was read into ``node`` (None: everything)."""
        if node is None:
            mask, scores = self.columns.alive, np.zeros(self.size)
        else:
            found = self.evaluate(node)
            mask, scores = found.mask & self.columns.alive, found.scores
        for facet, values in query.filters.items():
            mask = mask & self._filter(facet, values)
        if query.group:
            mask = mask & self._group(query.group)
        for group in query.without:
            mask = mask & ~self._group(group)
        documents: Ints = np.flatnonzero(mask)
        hits = self._order(documents, scores[documents], query)
        facets = {name: self.columns.count_facet(name, documents) for name in query.facets}
        return Results(
            len(documents), self.columns.count_groups(documents), hits, facets, " ".join(self.messages)
        )

    def evaluate(self, node: Node) -> _Scored:
        """Which documents match a node, and its score for each that does (zero elsewhere)."""
        match node:
            case Word() | Exact() | Prefix():
                return self._leaf(node)
            case Facet(name, words, open_end):
                return self._mask(self._facet(name, words, open_end))
            case Years(name, low, high):
                return self._mask(self._years(name, low, high))
            case Not(child):
                return self._mask(self.columns.alive & ~self.evaluate(child).mask)
            case Plus(child):
                return self.evaluate(child)
            case All(nodes):
                found = [self.evaluate(child) for child in nodes]
                mask = reduce(np.logical_and, (one.mask for one in found))
                return _Scored(mask, self._sum(found) * mask)
            case Some(nodes):
                found = [self.evaluate(child) for child in nodes]
                return _Scored(reduce(np.logical_or, (one.mask for one in found)), self._sum(found))
            case Either(nodes):
                found = [self.evaluate(child) for child in nodes]
                scores = reduce(np.maximum, (one.scores for one in found))
                return _Scored(reduce(np.logical_or, (one.mask for one in found)), scores)
            case Loose():
                return self._loose(node)

    def _loose(self, node: Loose) -> _Scored:
        required = [self.evaluate(child) for child in node.required]
        optional = [self.evaluate(child) for child in node.optional]
        mask = self.columns.alive
        for one in required:
            mask = mask & one.mask
        if optional and not any(about_words(child) for child in node.required):
            mask = mask & reduce(np.logical_or, (one.mask for one in optional))
        for child in node.banned:
            mask = mask & ~self.evaluate(child).mask
        return _Scored(mask, self._sum([*required, *optional]) * mask)

    def _sum(self, found: list[_Scored]) -> Floats:
        total = np.zeros(self.size)
        for one in found:
            total += one.scores
        return total

    def _mask(self, mask: Bools) -> _Scored:
        return _Scored(mask, np.zeros(self.size))

    def _leaf(self, leaf: Leaf) -> _Scored:
        match leaf:
            case Word(surface):
                documents, rated = self.view.kept(leaf, lambda: self._rated(self.word(surface)))
            case Exact(slots):
                documents, rated = self.view.kept(leaf, lambda: self._rated(self.phrase(slots)))
            case Prefix(start):
                documents, rated = self._rated(self._prefix(start))
        mask = np.zeros(self.size, bool)
        mask[documents] = True
        scores = np.zeros(self.size)
        scores[documents] = rated
        return _Scored(mask, scores)

    def _rated(self, found: Postings) -> Postings:
        """Documents, and the BM25 score of each."""
        documents, weights = found
        count = self.columns.count
        idf = log(1 + (count - len(documents) + 0.5) / (len(documents) + 0.5))
        scores: Floats = idf * (K1 + 1) * weights / (weights + self.view.norms[documents])
        return documents, scores

    def word(self, surface: str) -> Postings:
        """A word in any inflection its passages' languages know, or exactly as folded."""
        stems = dict.fromkeys(stem(surface, language) for language in (*self.columns.languages, ""))
        inflected = union((self.view.postings("stems", root.encode()) for root in stems), self.size)
        same = self.phrase((forms(surface),))
        return union((inflected, same), self.size, best=True)

    def _prefix(self, start: str) -> Postings:
        found, wide = self.view.beginning(start.encode(), MOST_WORDS)
        if wide:
            self.messages.append(TOO_WIDE.format(start, MOST_WORDS))
        return found

    def phrase(self, slots: tuple[tuple[str, ...], ...]) -> Postings:
        """Words side by side: the weight is how often, a questioner's counting less."""
        if len(slots) == 1:
            return union(
                (self.view.postings("words", form.encode()) for form in slots[0]), self.size, best=True
            )
        return self.view.kept(("phrase", slots), lambda: self._side_by_side(slots))

    def _side_by_side(self, slots: tuple[tuple[str, ...], ...]) -> Postings:
        choices = [[self.view.postings("words", form.encode())[0] for form in slot] for slot in slots]
        candidates = reduce(np.intersect1d, (reduce(np.union1d, lists) for lists in choices))
        starts: Ints | None = None
        for shift, slot in enumerate(slots):
            places = [self.view.positions(form.encode(), candidates) for form in slot]
            here = reduce(np.union1d, ((index << 32) + place - shift for index, place in places))
            starts = here if starts is None else np.intersect1d(starts, here, assume_unique=True)
            if not len(starts):
                break
        assert starts is not None
        weight = np.where(starts & 0xFFFFFFFF >= ASKED, ASKED_WEIGHT, 1.0)
        total = np.bincount(starts >> 32, weight, len(candidates))
        found = np.flatnonzero(total)
        return candidates[found], total[found].astype(np.float64)

    def _facet(self, name: str, words: tuple[str, ...], open_end: bool) -> Bools:
        wanted = " ".join(words)
        ending = "" if open_end else r"(?= |$)"
        pattern = re.compile(("^" if name in _WHOLE else "(?:^| )") + re.escape(wanted) + ending)
        return self.columns.having(name, [bool(pattern.search(key(value))) for value in self._values(name)])

    def _years(self, name: str, low: int | None, high: int | None) -> Bools:
        values = [int(value) if value.isdecimal() else None for value in self._values(name)]
        return self.columns.having(
            name,
            [v is not None and (low is None or v >= low) and (high is None or v <= high) for v in values],
        )

    def _filter(self, name: str, values: tuple[str, ...]) -> Bools:
        wanted = {key(value) or value for value in values}
        fits = [value in values or (key(value) or value) in wanted for value in self._values(name)]
        return self.columns.having(name, fits)

    def _values(self, name: str) -> list[str]:
        column = self.columns.facets.get(name)
        return column.values if column else []

    def _group(self, name: str) -> Bools:
        place = bisect_left(self.columns.groups, name)
        if place == len(self.columns.groups) or self.columns.groups[place] != name:
            return np.zeros(self.size, bool)
        found: Bools = self.columns.group == place
        return found

    def _order(self, documents: Ints, scores: Floats, query: Query) -> tuple[Hit, ...]:
        columns = self.columns
        start, end = max(query.offset, 0), max(query.offset, 0) + max(query.limit, 0)
        if query.sort in ("date", "-date"):
            dates = columns.set_date[columns.set[documents]]
            unknown = dates < 0
            rank = np.where(unknown, len(columns.dates), -dates if query.sort == "-date" else dates)
            keys = (columns.number[documents], columns.group[documents], rank)
        else:
            if end < len(documents) and end:  # all that are as good as the last one shown, and no more
                least = np.partition(scores, len(scores) - end)[len(scores) - end]
                documents, scores = documents[scores >= least], scores[scores >= least]
            keys = (columns.number[documents], columns.group[documents], -scores)
        shown = np.lexsort(keys)[start:end]
        return tuple(
            Hit(
                columns.groups[columns.group[document]],
                int(columns.number[document]),
                int(columns.first[document]),
                int(columns.last[document]),
                float(score),
            )
            for document, score in zip(documents[shown].tolist(), scores[shown].tolist(), strict=True)
        )
