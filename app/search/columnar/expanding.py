"""Finds the terms that a beginning, a pattern, a range or a misspelt word stands for, in one segment."""

import re
from typing import Any

import numpy as np

from app.search.columnar.arrays import Array, Ints
from app.search.columnar.postings import Postings

_NONE = np.zeros(0, np.int64)


def beginning(part: Postings, start: bytes) -> Ints:
    """Numbers of the terms that begin with ``start``."""
    return np.arange(*part.terms.span(start))


def between(part: Postings, low: bytes, high: bytes, above: bool, below: bool) -> Ints:
    """Numbers of the terms from ``low`` to ``high``, without the ends when ``above`` and ``below``."""
    terms = part.terms
    first, last = terms.place(low), terms.place(high)
    if above and first < len(terms) and terms[first] == low:
        first += 1
    if not below and last < len(terms) and terms[last] == high:
        last += 1
    return np.arange(first, max(first, last))


def matching(part: Postings, field: Any, start: bytes, pattern: str) -> Ints:
    """Numbers of the terms that begin with ``start`` and match a regular expression."""
    fits = re.compile(pattern).match
    low, high = part.terms.span(start)
    words = map(field.from_bytes, part.terms.slice(low, high))
    return np.array([number for number, word in enumerate(words, low) if fits(word)], np.int64)


class Spelling:
    """The words of a field by first letter and length, for finding those that are spelt almost alike."""

    def __init__(self, part: Postings) -> None:
        lists: dict[tuple[str, int], tuple[list[str], list[int]]] = {}
        for number, term in enumerate(part.terms.slice(0, len(part.terms))):
            word = term.decode("utf-8", "replace")
            words, numbers = lists.setdefault((word[:1], len(word)), ([], []))
            words.append(word)
            numbers.append(number)
        self._boxes = {
            key: (np.array(words).view(np.uint32).reshape(len(words), key[1]), np.array(numbers))
            for key, (words, numbers) in lists.items()
            if key[1]
        }

    def near(self, word: str, most: int, same: int) -> Ints:
        """Numbers of the words at most ``most`` letters put in, left out or changed away from ``word``.

        The first ``same`` letters are the same.
        """
        wanted = np.array([word]).view(np.uint32)[: len(word)] if word else np.zeros(0, np.uint32)
        found = []
        for (first, length), (letters, numbers) in self._boxes.items():
            if (
                abs(length - len(word)) > most
                or (same and first != word[:1])
                or length < min(same, len(word))
            ):
                continue
            if same > 1:
                alike = (letters[:, :same] == wanted[:same]).all(axis=1)
                letters, numbers = letters[alike], numbers[alike]
            if len(numbers):
                found.append(numbers[_within(letters, wanted, most)])
        return np.sort(np.concatenate(found)) if found else _NONE


def _within(letters: Array, wanted: Array, most: int) -> Array:
    """Which rows are at most ``most`` edits away."""
    if most == 1 and len(wanted):
        return _one_edit(letters, wanted)
    length = letters.shape[1]
    row = np.broadcast_to(np.arange(length + 1), (len(letters), length + 1)).copy()
    for place, letter in enumerate(wanted.tolist(), 1):
        changed = row[:, :-1] + (letters != letter)
        following = np.empty_like(row)
        following[:, 0] = place
        for column in range(1, length + 1):
            beside = np.minimum(following[:, column - 1], row[:, column]) + 1
            following[:, column] = np.minimum(beside, changed[:, column - 1])
        row = following
    found: Array = row[:, -1] <= most
    return found


def _one_edit(letters: Array, wanted: Array) -> Array:
    length, own = letters.shape[1], len(wanted)
    shared = min(length, own)
    before = np.cumprod(letters[:, :shared] == wanted[:shared], axis=1, dtype=np.uint8).sum(
        axis=1, dtype=np.int64
    )
    ends = letters[:, length - shared :] == wanted[own - shared :]
    after = np.cumprod(ends[:, ::-1], axis=1, dtype=np.uint8).sum(axis=1, dtype=np.int64)
    found: Array = before + after >= max(length, own) - 1
    return found
