"""Corrects the words of a query that an index does not hold towards words that it does."""

import re
from collections import defaultdict

import numpy as np
import numpy.typing as npt

from app.search.analysis import Word, words
from app.search.execution import Execution
from app.search.folding import fold
from app.search.grammar import FIELDS
from app.search.syntax import Word as Known
from app.search.view import View

_OPERATORS = ("AND", "OR", "NOT", "TO")
_FIELD_VALUE = re.compile(rf"(?<!\w)(?i:{'|'.join(FIELDS)}):(\"[^\"]*\"|\[[^\]]*\]|\([^)]*\)|\S+)")
_WIDTHS = range(3, 25)
CLOSER = 20  # how many times more frequent a word must be to be worth one letter more of difference


class Lexicon:
    """The words of a view, by length, as arrays of letters."""

    def __init__(self, view: View) -> None:
        by_width: dict[int, list[str]] = defaultdict(list)
        for term in view.terms("words"):
            word = term.decode()
            if len(word) in _WIDTHS and word.isalpha():
                by_width[len(word)].append(word)
        self.words = by_width
        self.letters = {
            width: np.array(found).view("<u4").reshape(len(found), width).astype(np.uint32)
            for width, found in by_width.items()
        }

    def near(self, word: str, most: int) -> list[tuple[int, str]]:
        """Distance and word, for all words at most so many letters away (changed, lost, added, swapped)."""
        found: list[tuple[int, str]] = []
        for width in range(len(word) - most, len(word) + most + 1):
            if width in self.letters:
                distances = _distances(word, self.letters[width])
                for index in np.flatnonzero(distances <= most).tolist():
                    found.append((int(distances[index]), self.words[width][index]))
        return found


def _distances(word: str, letters: npt.NDArray[np.uint32]) -> npt.NDArray[np.int8]:
    """Edit distance with swaps of neighbours, from one word to many of one length, all at once."""
    count, width = letters.shape
    start = np.repeat(np.arange(width + 1, dtype=np.int8)[:, None], count, axis=1)
    rows: list[npt.NDArray[np.int8]] = [start]
    columns = np.ascontiguousarray(letters.T)
    for i, sign in enumerate(map(ord, word), 1):
        row = np.empty_like(rows[0])
        row[0] = i
        for j in range(1, width + 1):
            changed = rows[-1][j - 1] + (columns[j - 1] != sign)
            row[j] = np.minimum(np.minimum(rows[-1][j], row[j - 1]) + 1, changed)
            if i > 1 and j > 1:
                swapped = (columns[j - 2] == sign) & (columns[j - 1] == ord(word[i - 2]))
                row[j] = np.where(swapped, np.minimum(row[j], rows[-2][j - 2] + 1), row[j])
        rows = [*rows[-1:], row]
    last: npt.NDArray[np.int8] = rows[-1][width]
    return last


def suggest(text: str, view: View, lexicon: Lexicon) -> str:
    """The query with unknown words put right, the rest as typed; ``""`` when nothing can be put right."""
    execution = Execution(view)
    skipped = [match.span() for match in _FIELD_VALUE.finditer(text)]
    parts: list[str] = []
    done = 0
    for word in words(text):
        better = "" if _left_alone(text, word, skipped) else _better(word.surface, execution, lexicon)
        if better:
            parts += [text[done : word.start], better]
            done = word.end
    return "".join([*parts, text[done:]]) if done else ""


def _left_alone(text: str, word: Word, skipped: list[tuple[int, int]]) -> bool:
    return (
        word.scrap
        or word.surface in _OPERATORS
        or text[word.end : word.end + 1] == "*"
        or any(start <= word.start < end for start, end in skipped)
    )


def _better(surface: str, execution: Execution, lexicon: Lexicon) -> str:
    word = fold(surface)
    most = 0 if len(word) < 3 or not word.isalpha() else 1 if len(word) < 6 else 2
    if not most or any(len(one.documents) for one in execution.leaf(Known(surface))):
        return ""
    best, score = "", 0.0
    for distance, other in sorted(lexicon.near(word, most)):
        frequency = execution.view.frequency(other.encode()) / CLOSER**distance
        if frequency > score:
            best, score = other, frequency
    return best
