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
    """The words of a field, for finding those that are spelt almost alike.

    Words that one edit parts are alike once a letter is left out of one or of both: so each word is kept
    under sums of its letters and of its letters without one. For more edits words are gone through by length.
    """

    def __init__(self, part: Postings) -> None:
        self._terms = part.terms
        words = [term.decode("utf-8", "replace") for term in part.terms.slice(0, len(part.terms))]
        by_length: dict[int, list[int]] = {}
        for number, word in enumerate(words):
            by_length.setdefault(len(word), []).append(number)
        self._boxes = {
            length: (_letters([words[number] for number in numbers]), np.array(numbers))
            for length, numbers in by_length.items()
            if length
        }
        sums, owners = [np.zeros(0, np.uint32)], [np.zeros(0, np.uint32)]
        for letters, numbers in self._boxes.values():
            found = _sums(letters)
            sums.append(found.ravel())
            owners.append(np.repeat(numbers.astype(np.uint32), found.shape[1]))
        together, belonging = np.concatenate(sums), np.concatenate(owners)
        order = together.argsort()
        self._sums, self._owners = together[order], belonging[order]

    def near(self, word: str, most: int, same: int) -> Ints:
        """Numbers of the words at most ``most`` letters put in, left out or changed away from ``word``.

        The first ``same`` letters are the same.
        """
        if most == 1 and word:
            return self._near(word, same)
        same = min(same, len(word))
        wanted = _letters([word])[0] if word else np.zeros(0, np.uint32)
        found = [_NONE]
        for length, (letters, numbers) in self._boxes.items():
            if abs(length - len(word)) > most or length < same:
                continue
            if same:
                alike = (letters[:, :same] == wanted[:same]).all(axis=1)
                letters, numbers = letters[alike], numbers[alike]
            if len(numbers):
                found.append(numbers[_within(letters, wanted, most)])
        return np.sort(np.concatenate(found))

    def _near(self, word: str, same: int) -> Ints:
        """The same for one edit."""
        sums = _sums(_letters([word]))[0]
        low, high = self._sums.searchsorted(sums), self._sums.searchsorted(sums, "right")
        alike = {
            owner
            for begin, end in zip(low.tolist(), high.tolist(), strict=True)
            for owner in self._owners[begin:end].tolist()
        }
        start = word[:same]
        found = []
        for number in sorted(alike):
            other = self._terms[number].decode("utf-8", "replace")
            if other.startswith(start) and one_edit(word, other):
                found.append(number)
        return np.array(found, np.int64)


def one_edit(word: str, other: str) -> bool:
    """Whether two words are the same but for at most one letter put in, left out or changed."""
    if abs(len(word) - len(other)) > 1:
        return False
    begin, shorter = 0, min(len(word), len(other))
    while begin < shorter and word[begin] == other[begin]:
        begin += 1
    rest, others = word[begin:], other[begin:]
    return rest[1:] == others[1:] or rest[1:] == others or rest == others[1:]


def _letters(words: list[str]) -> Array:
    """Words of one length, a row each."""
    return np.array(words).view(np.uint32).reshape(len(words), -1)


_BASE = np.uint64(0x9E3779B97F4A7C15)


def _sums(letters: Array) -> Array:
    """For each row a sum of its letters, and one of its letters without the first, the second, ...

    Words that are not alike may have the same sum: of it only the upper half is kept.
    """
    length = letters.shape[1]
    powers = np.ones(length + 1, np.uint64)
    np.multiply.accumulate(np.full(length, _BASE), out=powers[1:])
    plain = letters.astype(np.uint64)
    found = np.zeros((len(letters), length + 1), np.uint64)
    before, after = plain * powers[1:], plain * powers[:-1]
    found[:, 0] = before.sum(axis=1)
    found[:, 2:] = np.cumsum(before, axis=1)[:, :-1]  # the letters before the one left out
    found[:, 1:] += after.sum(axis=1)[:, None] - np.cumsum(after, axis=1)  # and those after it
    return (found >> np.uint64(32)).astype(np.uint32)


def _within(letters: Array, wanted: Array, most: int) -> Array:
    """Which rows are at most ``most`` edits away."""
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
