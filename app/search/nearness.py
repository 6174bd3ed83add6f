"""Puts the best passages in a better order: words near one another or in a row, and not all of one group.

The best ``CANDIDATES`` by their words alone are looked at; what is behind them stays behind.
"""

from collections.abc import Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np

from app.search.analysis import ASKED_WEIGHT
from app.search.columnar.arrays import Bools, Floats, Ints
from app.search.view import K1, SHORTEST, B

CANDIDATES = 400
RARE = 2.0  # how rare a word must be to count for nearness
MOST = 8  # words whose nearness counts, the rarest
REACH = 8.0  # words: at this distance nearness counts for a third
SHARE = 0.4  # of the rarer word's weight, for two words side by side
TURN = 36.0  # words of a turn that is neither long nor short (the mean of 503,529 turns of the bench set)
ROW = 1.2  # of the rarer word's weight, for each two neighbours in a row of the query's words
LEAST = 3  # words of the query side by side, as they stand in it, that are a row
LONGEST = 16  # words of a query whose rows count, the first
BEST_TURN = 0.2  # what the turn that answers best adds of its own score
NEXT = 0.95  # what each further passage of one group counts for against the one before


class Placed(NamedTuple):
    """A word of the query among the candidates: how rare it is, and where it stands.

    ``owners`` are candidates (ascending), ``places`` ascending within each.
    """

    rarity: float
    owners: Ints
    places: Ints


class Turns(NamedTuple):
    """The turns of all candidates, each of words told or asked: key, whether asked, about how many words.

    Keys, ascending, are ``candidate << 32`` and the place of the first word together.
    """

    keys: Ints
    asked: Bools
    lengths: Ints


def counting(rarities: Sequence[float]) -> list[int]:
    """Which words of a query, by their rarities, count for nearness: none, or two at least."""
    rare = sorted((at for at, rarity in enumerate(rarities) if rarity >= RARE), key=lambda at: -rarities[at])
    return sorted(rare[:MOST]) if len(rare) > 1 else []


def nearer(
    scores: Floats,
    groups: Ints,
    words: Sequence[Placed],
    turns: Turns | None,
    query: Sequence[Placed | None] = (),
) -> Floats:
    """New scores of the candidates, from their scores, the group of each, and where the words stand.

    ``words`` are those that count for nearness, ``query`` all of them in the order in which they were typed.
    """
    found = scores + ROW * _row(query, len(scores))
    if turns is not None:
        found += BEST_TURN * _best_turn(words, turns, len(scores))
    for one, other in combinations(words, 2):
        near = np.exp(-_least(one, other, len(scores)) / REACH)
        found += SHARE * min(one.rarity, other.rarity) * near
    order = np.lexsort((np.arange(len(found)), -found, groups))
    fresh = np.ones(len(order), bool)
    fresh[1:] = groups[order][1:] != groups[order][:-1]
    first = np.flatnonzero(fresh)
    rank = np.arange(len(order)) - np.repeat(first, np.diff(first, append=len(order)))
    found[order] *= NEXT**rank
    return found


def _row(query: Sequence[Placed | None], count: int) -> Floats:
    """What the best row of words of the query is worth: nearly a quotation of what was typed.

    Stop words count for their place in it. Metzler and Croft, A Markov Random Field Model for Term
    Dependencies (2005), have rows of every length; here those of two are what nearness is already.
    """
    best = np.zeros(count)
    before: Placed | None = None
    ends, worth, words = np.zeros(0, np.int64), np.zeros(0), np.zeros(0, np.int64)
    for word in query:
        keys = np.zeros(0, np.int64) if word is None else (word.owners << 32) + word.places
        gained, long = np.zeros(len(keys)), np.ones(len(keys), np.int64)
        if word is not None and before is not None and len(ends):
            at = np.minimum(ends.searchsorted(keys - 1), len(ends) - 1)
            goes_on = ends[at] == keys - 1
            gained[goes_on] = worth[at[goes_on]] + min(before.rarity, word.rarity)
            long[goes_on] += words[at[goes_on]]
            whole = long >= LEAST
            np.maximum.at(best, word.owners[whole], gained[whole])
        before, ends, worth, words = word, keys, gained, long
    return best


def _best_turn(words: Sequence[Placed], turns: Turns, count: int) -> Floats:
    """The BM25 score of the best turn of each candidate, as if it were a passage."""
    total = np.zeros(len(turns.keys))
    norms = K1 * (1 - B + B * np.maximum(turns.lengths, SHORTEST) / TURN)
    weights = np.where(turns.asked, ASKED_WEIGHT, 1.0)
    for word in words:
        turn = turns.keys.searchsorted((word.owners << 32) + word.places, "right") - 1
        times = np.bincount(turn, minlength=len(total)) * weights
        total += (K1 + 1) * word.rarity * times / (times + norms)
    best = np.zeros(count)
    np.maximum.at(best, turns.keys >> 32, total)
    return best


def _least(one: Placed, other: Placed, count: int) -> Floats:
    """The least distance between two words in each candidate; infinite where they do not meet."""
    found = np.full(count, np.inf)
    keys, others = ((word.owners << 32) + word.places for word in (one, other))
    if not len(keys) or not len(others):
        return found
    after = others.searchsorted(keys)
    for at in (np.minimum(after, len(others) - 1), np.maximum(after - 1, 0)):
        distance = np.abs(others[at] - keys)
        same = others[at] >> 32 == one.owners
        np.minimum.at(found, one.owners[same], distance[same].astype(np.float64))
    return found
