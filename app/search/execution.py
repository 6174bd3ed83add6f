"""Answers a query tree from a view: which passages match, how well, in which order, and counted how.

The tree becomes one of the columnar executor's. What is looked for (words, phrases, beginnings) is rated by
BM25 (k1 1.2, b 0.75) as one word each, by statistics of the living passages only; scores are added in the
order of the query. So an answer, to the last bit of its scores, depends on what is in the index and not on
how it came in.
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from functools import lru_cache, reduce

import numpy as np
from whoosh import scoring

from app.search import syntax
from app.search.base import Hit, Query, Results
from app.search.columnar import nodes
from app.search.columnar.arrays import Array, Bools
from app.search.columnar.faceting import PerGroup
from app.search.columnar.rating import Ranked, ranked
from app.search.columnar.snapshot import Snapshot, mask_of
from app.search.finding import Finding
from app.search.nearness import CANDIDATES, LEAST, LONGEST, counting, nearer
from app.search.ordering import Passages, by_date, by_group, by_score
from app.search.parsing import key as unkept_key
from app.search.part import Part
from app.search.schema import FACET, schema
from app.search.syntax import (
    Either,
    Exact,
    Facet,
    Loose,
    Not,
    Plus,
    Prefix,
    Word,
    Years,
    about_words,
    in_a_row,
    leaves,
)
from app.search.view import Scored, View

key = lru_cache(maxsize=100_000)(unkept_key)  # values of facets are asked again and again

# Facets whose values are named in full; of the others a word of the name is enough.
_WHOLE = ("language", "year")

GUESSED = 40  # passages that a group may have among the best: so many are ordered for each group to show,
FURTHER = 8  # and so many times as many when those were of too few groups

EVERYTHING = nodes.Every(None, 0.0)
_SCHEMA = schema()


class Execution:
    """One query on one view."""

    def __init__(self, view: View) -> None:
        self.view, self.finding = view, Finding(view)
        self.snapshot = Snapshot(view.parts, _SCHEMA, scoring.BM25F())

    def run(self, query: Query, asked: syntax.Node | None) -> Results:
        """The answer to a query that was read into ``asked`` (None: everything)."""
        passages, found = self._shown(query, asked)
        groups, sizes = 0, dict[str, int]()
        counts: dict[str, Counter[str]] = {name: Counter() for name in query.facets}
        for number, (part, one) in enumerate(zip(passages.parts, found, strict=True)):
            per_group = part.groups.per_group(one)
            groups += len(per_group.having)
            for name, counter in counts.items():
                counter.update(_counted(part, name, one, per_group))
            if query.each:
                shown = np.unique(part.groups.of.take(passages.documents[passages.owners == number]))
                sizes |= {part.named(group): int(per_group.counts[group]) for group in shown.tolist()}
        facets = {
            name: dict(sorted(counter.items(), key=lambda pair: (-pair[1], pair[0])))
            for name, counter in counts.items()
        }
        total, message = sum(one.total for one in found), " ".join(self.finding.messages)
        return Results(total, groups, _hits(passages), facets, message, sizes)

    def _shown(self, query: Query, asked: syntax.Node | None) -> tuple[Passages, list[Ranked]]:
        """The passages to show, in their order, and all that was found in each segment that has any."""
        node = EVERYTHING if asked is None else self.node(asked)
        first, end = max(query.offset, 0), max(query.offset, 0) + max(query.limit, 0)
        dated = query.sort in ("date", "-date")
        most = end * GUESSED if query.each else end
        while True:
            most = most if dated else max(most, CANDIDATES)
            every = [self.found(part, node, query, max(most, 1)) for part in self.view.parts]
            parts = [part for part, one in zip(self.view.parts, every, strict=True) if one.total]
            found = [one for one in every if one.total]
            if dated:
                passages = by_date(parts, found, most, query.sort == "-date")
            else:
                passages = by_score(parts, found, most)
                passages = passages if asked is None else self._nearer(asked, passages)
            if not query.each:
                return passages.taken(np.arange(first, min(end, len(passages.documents)))), found
            places, ranks = by_group(passages, query.each)
            if len(passages.documents) < most or ranks[-1] >= end - 1:
                return passages.taken(places[(first <= ranks) & (ranks < end)]), found
            most *= FURTHER

    def _nearer(self, asked: syntax.Node, found: Passages) -> Passages:
        """The best of the passages found, in a better order (see ``nearness``); the others behind them."""
        words = [leaf for leaf in dict.fromkeys(leaves(asked)) if not isinstance(leaf, Prefix)]
        if not words or not len(found.documents):
            return found
        best = found.taken(np.arange(min(CANDIDATES, len(found.documents))))
        rarities = [self.finding.rarity(leaf) for leaf in words]
        near, typed = [words[at] for at in counting(rarities)], in_a_row(asked)[:LONGEST]
        row = typed if len(typed) >= LEAST else []
        placed = {
            word: self.finding.placed(word, rarity, best)
            for word, rarity in zip(words, rarities, strict=True)
            if word in near or word in row
        }
        turns = self.finding.turns(best) if near else None
        said = [placed[word] if word else None for word in row]
        scores = nearer(best.scores, best.groups, [placed[word] for word in near], turns, said)
        order = np.lexsort((best.numbers, best.groups, -scores))
        behind = np.minimum(found.scores[CANDIDATES:], scores.min())
        places = np.concatenate((order, np.arange(len(order), len(found.documents))))
        return found.taken(places, np.concatenate((scores, behind)))

    def tally(self, query: Query, asked: syntax.Node | None) -> dict[str, int]:
        """How many passages of each group answer."""
        node = EVERYTHING if asked is None else self.node(asked)
        counts: dict[str, int] = {}
        for part in self.view.parts:
            found = self.found(part, node, query, 1)
            if found.total:
                per_group = part.groups.per_group(found).counts[:-1]
                names = part.data.fields["group"].terms
                for number in np.flatnonzero(per_group).tolist():
                    counts[names[number].decode()] = int(per_group[number])
        return counts

    def found(self, part: Part, node: nodes.Node, query: Query, limit: int) -> Ranked:
        """What answers in one segment, the best ``limit`` chosen."""
        masks = [self._filter(part, name, values) for name, values in query.filters.items()]
        if query.group:
            masks.append(mask_of(part.members(query.group), part.count))
        masks += [~mask_of(part.members(group), part.count) for group in query.without]
        if part.alive is not None:
            masks.append(part.alive)
        mask = reduce(np.logical_and, masks) if masks else None
        return ranked(self.snapshot, part, node, mask, limit, True)

    def node(self, asked: syntax.Node) -> nodes.Node:
        """The executor's tree for one of ours."""
        match asked:
            case Word() | Exact() | Prefix():
                return self._given(self.finding.leaf(asked))
            case Facet(name, words, open_end):
                return self._facet(name, words, open_end)
            case Years(name, low, high):
                return self._years(name, low, high)
            case Not(child):
                return nodes.Constant(nodes.Not(self.node(child)), 0.0)
            case Plus(child):
                return self.node(child)
            case syntax.All(children):
                return nodes.All(tuple(map(self.node, children)), 1.0)
            case syntax.Some(children):
                return nodes.Any_(tuple(map(self.node, children)), 1.0)
            case Either(children):
                return nodes.Best(tuple(map(self.node, children)), 1.0)
            case Loose():
                return self._loose(asked)

    def _loose(self, asked: Loose) -> nodes.Node:
        required, optional, banned = (
            tuple(map(self.node, children)) for children in (asked.required, asked.optional, asked.banned)
        )
        if required:
            found: nodes.Node = nodes.All(required, 1.0)
            if optional and any(about_words(child) for child in asked.required):
                found = nodes.Two("maybe", found, nodes.Any_(optional, 1.0))
            elif optional:
                found = nodes.All((*required, nodes.Any_(optional, 1.0)), 1.0)
        else:
            found = nodes.Any_(optional, 1.0) if optional else EVERYTHING
        return nodes.Two("without", found, nodes.Any_(banned, 1.0)) if banned else found

    def _given(self, found: Sequence[Scored]) -> nodes.Given:
        return nodes.Given({part.base: one for part, one in zip(self.view.parts, found, strict=True)})

    def _chosen(self, name: str, fits: Callable[[str], bool]) -> nodes.Node:
        """Passages with a value of a facet that fits; they score nothing."""
        lists = [part.having(name, [fits(value) for value in part.values(name)]) for part in self.view.parts]
        found = self._given([Scored(one, np.zeros(len(one), np.float32)) for one in lists])
        return nodes.Constant(found, 0.0)

    def _facet(self, name: str, words: tuple[str, ...], open_end: bool) -> nodes.Node:
        ending = "" if open_end else r"(?= |$)"
        start = "^" if name in _WHOLE else "(?:^| )"
        pattern = re.compile(start + re.escape(" ".join(words)) + ending)
        return self._chosen(name, lambda value: bool(pattern.search(key(value))))

    def _years(self, name: str, low: int | None, high: int | None) -> nodes.Node:
        def fits(value: str) -> bool:
            year = int(value) if value.isdecimal() else None
            return year is not None and (low is None or year >= low) and (high is None or year <= high)

        return self._chosen(name, fits)

    def _filter(self, part: Part, name: str, values: tuple[str, ...]) -> Bools:
        wanted = {key(value) or value for value in values}

        def made() -> Array:
            fits = [value in values or (key(value) or value) in wanted for value in part.values(name)]
            return mask_of(part.having(name, fits), part.count)

        return part.kept.get(("filter", name, values), made)


def _counted(part: Part, facet: str, found: Ranked, per_group: PerGroup) -> dict[str, int]:
    """How many groups have each value of a facet in one of these documents."""
    field = FACET + facet
    if field not in part.data.fields:
        return {}
    counts = part.groups.count_facet(field, found, per_group)
    return {value: groups for value, (_, groups) in part.groups.named(field, counts).items()}


def _hits(passages: Passages) -> tuple[Hit, ...]:
    """Passages, as those who ask know them."""
    hits: dict[int, Hit] = {}
    for owner, part in enumerate(passages.parts):
        here = (passages.owners == owner).nonzero()[0]
        mine = passages.documents.take(here)
        columns = [part.data.numbers(name).take(mine).tolist() for name in ("number", "first", "last")]
        names = [part.named(group) for group in part.groups.of.take(mine).tolist()]
        rows = zip(names, *columns, passages.scores.take(here).tolist(), strict=True)
        hits.update(zip(here.tolist(), (Hit(*row) for row in rows), strict=True))
    return tuple(hits[place] for place in range(len(hits)))
