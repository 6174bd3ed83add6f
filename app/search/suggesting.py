"""Corrects the words of a query that an index does not hold towards words that it does.

One letter changed, lost, added, or swapped with its neighbour is looked for first, two in longer words only
where that finds nothing. Of several words the one that sounds alike stands before the others, then the more
frequent one; stop words stand behind. Words of the index are those of passages that count, outside the groups
that are held back.
"""

import re

from app.search import spelling, stopping
from app.search.analysis import Word, words
from app.search.folding import fold
from app.search.grammar import FIELDS
from app.search.lexicon import exactly, stands
from app.search.view import View

_OPERATORS = ("AND", "OR", "NOT", "TO")
_FIELD_VALUE = re.compile(rf"(?<!\w)(?i:{'|'.join(FIELDS)}):(\"[^\"]*\"|\[[^\]]*\]|\([^)]*\)|\S+)")
SHORTEST, LONG = 3, 6  # letters of a word that is corrected at all, and of one that may be wrong twice
SOUNDS = 30  # how many times more frequent a word must be to stand before one that sounds alike
FIRST = 5  # the same for one that begins alike
LITTLE = 10  # how many times more frequent a stop word must be: they are seldom what is looked for


def spoken(text: str) -> list[Word]:
    """The words of a query that are looked for in what was said: no operators, fields or beginnings."""
    skipped = [match.span() for match in _FIELD_VALUE.finditer(text)]
    return [
        word
        for word in words(text)
        if not word.scrap
        and word.surface not in _OPERATORS
        and text[word.end : word.end + 1] != "*"
        and text[word.start - 1 : word.start] not in ("~", "^")
        and not any(start <= word.start < end for start, end in skipped)
    ]


def suggest(
    text: str, view: View, without: frozenset[str] = frozenset(), known: frozenset[str] = frozenset()
) -> str:
    """The query with unknown words put right, the rest as typed; ``""`` when nothing can be put right.

    Folded words that are ``known`` are left as they are.
    """
    parts: list[str] = []
    done = 0
    for word in spoken(text):
        better = "" if fold(word.surface) in known else _better(word.surface, view, without)
        if better:
            parts += [text[done : word.start], better]
            done = word.end
    return "".join([*parts, text[done:]]) if done else ""


def _better(surface: str, view: View, without: frozenset[str]) -> str:
    word = fold(surface)
    if not len(word) >= SHORTEST or not word.isalpha():
        return ""
    if stands(view, surface, without):
        return ""
    mine, little = spelling.keys(surface), stopping.of(view.languages)
    for most in (1, 2) if len(word) >= LONG else (1,):
        scores = {}
        for other in _near(word, view, most):
            score = float(exactly(view, other, without))
            score *= SOUNDS if mine & spelling.keys(other) else 1
            score /= LITTLE if other in little else 1
            scores[other] = score * (FIRST if other[0] == word[0] else 1)
        best = max(scores, key=lambda other: (scores[other], other), default="")
        if best and scores[best]:
            return best
    return ""


def _near(word: str, view: View, most: int) -> set[str]:
    """Words that so many letters part from this one; two only where the first letter is the same."""
    swapped = {
        word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in range(len(word) - 1) if most == 1
    }
    found: set[str] = set(swapped)
    for part in view.parts:
        held = part.field("words")
        if held is not None:
            numbers = part.data.lexicon("words").near(word, most, most - 1)
            found.update(held.terms[number].decode() for number in numbers.tolist())
    return {other for other in found if other != word and other.isalpha() and len(other) >= SHORTEST}
