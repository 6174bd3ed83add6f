"""Finds what is looked for, words, phrases and beginnings, in every segment of a view."""

from collections.abc import Iterator

import numpy as np

from app.search.analysis import ASKED_WEIGHT, roots
from app.search.columnar.adjoining import places
from app.search.columnar.arrays import Array, Ints, changes
from app.search.columnar.edges import LONGEST
from app.search.folding import forms
from app.search.nearness import Placed, Turns
from app.search.ordering import Passages
from app.search.part import NOTHING, Part, Postings, union
from app.search.syntax import Exact, Leaf, Prefix, Word
from app.search.tokens import TURN
from app.search.view import Scored, View
from app.search.voices import heard

VOICE_WEIGHT = 0.5  # how much it counts for a word that somebody of that name speaks
MOST_WORDS = 1000  # words that a beginning may stand for
TOO_WIDE = "Many words begin with “{}”; only the first {} of them, by the alphabet, were looked for."


class Finding:
    """What a view has of the words of a query. ``messages`` are for whoever asks."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.messages: list[str] = []

    def leaf(self, leaf: Leaf) -> list[Scored]:
        """Passages with a word, phrase or beginning, in each segment, and the score of each."""
        match leaf:
            case Word():
                return self.view.rated(leaf, lambda part: self._word(part, leaf))
            case Exact(slots):
                return self.view.rated(leaf, lambda part: phrase(part, slots))
            case Prefix(start):
                found, wide = self.view.beginning(start.encode(), MOST_WORDS)
                if wide:
                    self.messages.append(TOO_WIDE.format(start, MOST_WORDS))
                return self.view.score(found)

    def _word(self, part: Part, word: Word) -> Postings:
        """A word in any inflection its passages' languages know, or exactly as folded, or as who speaks."""
        inflected = union((part.postings("stems", root) for root in self._stems(word)), part.count)
        speaks = heard(part, word.voices)
        spoken = speaks, np.full(len(speaks), VOICE_WEIGHT, np.float32)
        return union((inflected, phrase(part, (_forms(word),)), spoken), part.count, best=True)

    def _stems(self, word: Word) -> list[bytes]:
        """The stems of a word in the languages of the index."""
        languages = (*self.view.languages, "")
        found = (root for one in word.surfaces for language in languages for root in roots(one, language))
        return [root.encode() for root in dict.fromkeys(found)]

    def rarity(self, leaf: Leaf) -> float:
        """What a word or phrase is worth for being rare."""
        return self.view.rarity(sum(len(one.documents) for one in self.leaf(leaf)))

    def placed(self, leaf: Word | Exact, rarity: float, found: Passages) -> Placed:
        """Where a word or phrase of this rarity stands in the passages found."""
        keys: list[Ints] = [np.zeros(0, np.int64)]
        for number, part in enumerate(found.parts):
            mine = np.flatnonzero(found.owners == number)
            if len(mine):
                mine = mine[np.argsort(found.documents[mine])]
                places = self._places(part, leaf, found.documents[mine].astype(np.uint32))
                keys += [(mine[index] << 32) + place for index, place in places]
        together = np.sort(np.concatenate(keys))
        together = together[changes(together)]
        return Placed(rarity, together >> 32, together & 0xFFFFFFFF)

    def turns(self, found: Passages) -> Turns:
        """Where those who tell and those who ask take turns in the passages found."""
        keys, ends = [np.arange(len(found.documents)) << 32], np.zeros(len(found.documents), np.int64)
        for number, part in enumerate(found.parts):
            mine = np.flatnonzero(found.owners == number)
            mine = mine[np.argsort(found.documents[mine])]
            documents = found.documents[mine].astype(np.uint32)
            index, place = part.positions("turns", TURN, documents)
            keys.append((mine[index] << 32) + place)
            ends[mine] = part.lengths.take(documents)
        begins = np.sort(np.concatenate(keys))
        owners = begins >> 32
        first = changes(owners)
        rank = np.arange(len(begins)) - np.repeat(first, np.diff(first, append=len(begins)))
        after = np.append(begins[1:], 0)
        after[np.append(first[1:], len(begins)) - 1] = (owners[first] << 32) + ends
        return Turns(begins, rank % 2 == 1, np.maximum(after - begins, 0))

    def _places(self, part: Part, leaf: Word | Exact, documents: Array) -> Iterator[tuple[Ints, Ints]]:
        """Index into ``documents``, and place, for each time a word or phrase stands there."""
        if isinstance(leaf, Word):
            for root in self._stems(leaf):
                yield part.positions("stems", root, documents)
            for form in _forms(leaf):
                yield part.positions("words", form.encode(), documents)
        elif len(leaf.slots) == 1:
            for form in leaf.slots[0]:
                yield part.positions("words", form.encode(), documents)
        else:
            owners, places = stretches(part, leaf.slots)
            at = np.minimum(documents.searchsorted(owners), len(documents) - 1)
            here = documents[at] == owners
            yield at[here], places[here].astype(np.int64)


def _forms(word: Word) -> tuple[str, ...]:
    """What a word and the others that stand for it are found under."""
    return tuple(dict.fromkeys(form for surface in word.surfaces for form in forms(surface)))


def phrase(part: Part, slots: tuple[tuple[str, ...], ...]) -> Postings:
    """Words side by side: the weight is how often, a questioner's counting less."""
    if len(slots) == 1:
        return union((part.postings("words", form.encode()) for form in slots[0]), part.count, best=True)
    documents, starts = stretches(part, slots)
    weights = np.where(part.asked(documents, starts), ASKED_WEIGHT, 1.0)
    first = changes(documents)
    total = np.add.reduceat(weights, first) if len(first) else weights
    return documents[first], total.astype(np.float32)


def stretches(part: Part, slots: tuple[tuple[str, ...], ...]) -> tuple[Array, Array]:
    """Where words stand side by side: the passage and the first place, each time."""
    words = part.field("words")
    numbers = [
        [number for form in slot if (number := words.terms.find(form.encode())) >= 0] if words else []
        for slot in slots[:LONGEST]
    ]
    return places(part, "words", numbers) if all(numbers) else NOTHING
