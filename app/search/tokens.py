"""Gathers the words of passages as numbers, and makes tokens of them, all at once.

Every stretch between blanks is looked up once in its language (``analysis.entries``) and is a number from
then on. What the numbers stand for, and where each word stands, is worked out for all passages together.
"""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.search.analysis import ASKED_WEIGHT, entries, plain
from app.search.base import Utterance
from app.search.columnar.arrays import Array, Ints, ranges, small, starts
from app.search.columnar.inverting import Tokens as Found

GAP = 1  # places between two utterances, so that no phrase goes from one to the next
TURN = b"turn"  # the one term of the field that says where a questioner's words begin and end


@dataclass(slots=True)
class _Table:
    """Terms of one field; those of stretch ``s`` are ``found[ends[s]:ends[s + 1]]``, ``shifts`` words in."""

    names: dict[bytes, int]
    found: "array[int]"
    shifts: "array[int]"
    ends: "array[int]"

    def add(self, term: bytes, shift: int) -> None:
        self.found.append(self.names.setdefault(term, len(self.names)))
        self.shifts.append(shift)


def _table() -> _Table:
    return _Table({}, array("i"), array("i"), array("i", (0,)))


class _Stretches(dict[str, int]):
    """The number of each stretch of one language."""

    def __init__(self, tokens: "Tokens", language: str) -> None:
        super().__init__()
        self.tokens, self.language = tokens, language

    def __missing__(self, stretch: str) -> int:
        core = plain(stretch, self.language)
        known = core != stretch
        number = self[core] if known else self.tokens.learn(entries(stretch, self.language))
        self[stretch] = number
        return number


class Tokens:
    """The words of passages, in the order in which they are added."""

    def __init__(self) -> None:
        self.size = 0  # stretches so far: what memory is used for
        self._known: dict[str, _Stretches] = {}
        self._words, self._stems = _table(), _table()
        self._widths = array("i")  # words in each known stretch
        self._spoken = array("i")  # stretches, end to end
        self._utterances = array("i")  # for each: stretches, document, whether a questioner's

    def learn(self, found: Sequence[tuple[tuple[bytes, ...], bytes]]) -> int:
        """Give a stretch of these words (forms and stem) a number."""
        for shift, (forms, root) in enumerate(found):
            for form in forms:
                self._words.add(form, shift)
            if root:
                self._stems.add(root, shift)
        for table in (self._words, self._stems):
            table.ends.append(len(table.found))
        self._widths.append(len(found))
        return len(self._widths) - 1

    def add(self, document: int, utterances: Sequence[Utterance]) -> None:
        """What is said in the next passage."""
        for utterance in utterances:
            known = self._known.get(utterance.language)
            if known is None:
                known = self._known[utterance.language] = _Stretches(self, utterance.language)
            before = len(self._spoken)
            self._spoken.extend(map(known.__getitem__, utterance.text.split()))
            self._utterances.extend((len(self._spoken) - before, document, utterance.asks))
        self.size = len(self._spoken)

    def made(self, count: int) -> dict[str, Found]:
        """Words and stems with their places, and where those who ask and those who tell take turns."""
        spoken = _array(self._spoken)
        counts, documents, asks = _array(self._utterances).reshape(-1, 3).T
        before = starts(_array(self._widths)[spoken])
        ends = starts(counts)
        lengths = before[ends[1:]] - before[ends[:-1]]  # of utterances, in words
        begins = _places(lengths, documents)
        place = (np.repeat(begins - before[ends[:-1]], counts) + before[:-1]).astype(np.uint32)
        owner = np.repeat(documents.astype(np.uint32), counts)
        weight = np.repeat(np.where(asks, ASKED_WEIGHT, 1.0).astype(np.float32), counts)
        total = np.bincount(documents, lengths, minlength=count).astype(np.int64)
        words = self._tokens(self._words, spoken, owner, weight, place, total)
        stems = self._tokens(self._stems, spoken, owner, weight, place, total)
        return {"words": words, "stems": stems, "turns": _turns(documents, asks, begins)}

    @staticmethod
    def _tokens(
        table: _Table, spoken: Array, owner: Array, weight: Array, place: Array, long: Array
    ) -> Found:
        ends = _array(table.ends)
        sizes = np.diff(ends)[spoken]
        chosen = ranges(ends[spoken], sizes)
        where = small(np.repeat(place, sizes) + _array(table.shifts)[chosen].astype(np.uint32))
        terms = _array(table.found)[chosen]
        return Found(list(table.names), terms, np.repeat(owner, sizes), np.repeat(weight, sizes), where, long)


def _places(lengths: Ints, documents: Array) -> Ints:
    """Where each utterance begins: one after another, ``GAP`` apart, from zero in each document."""
    spans = lengths + GAP
    before = np.cumsum(spans) - spans
    first = np.searchsorted(documents, documents)  # the first utterance of the same document
    return before - before[first] if len(before) else before


def _turns(documents: Array, asks: Array, begins: Ints) -> Found:
    """The places where a questioner begins to speak after others did, or others after a questioner."""
    before = np.zeros(len(asks), asks.dtype)
    before[1:] = np.where(documents[1:] == documents[:-1], asks[:-1], 0)
    turn = np.flatnonzero(asks != before)
    owner, place = documents[turn].astype(np.uint32), small(begins[turn])
    return Found([TURN], np.zeros(len(turn), np.int32), owner, np.ones(len(turn), np.float32), place)


def _array(values: "array[int]") -> Array:
    return np.frombuffer(values, np.int32) if len(values) else np.zeros(0, np.int32)
