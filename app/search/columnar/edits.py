"""Finds the terms of a segment that are spelt almost like a word: few letters put in, left out or changed."""

from typing import Any, Literal

import numpy as np

from app.search.columnar.arrays import Array, Ints, small
from app.search.columnar.postings import Postings

_NONE = np.zeros(0, np.int64)
_SHOWN = 8  # bytes of the beginning and of the end of a word that are compared as one number
_LETTER = 4  # bytes of a letter at most
_FIRST = np.array([(1 << 64) - (1 << 8 * (8 - size)) for size in range(9)], np.uint64)  # bytes, the high ones
_BYTES = np.array([1 << 8 * size for size in range(8)], np.uint64)


class Spelling:
    """The words of a field, for finding those that are spelt almost alike.

    One edit leaves the first half of a word as it was, or the second. The words that begin alike stand
    together; those that end alike are found among their ends, which are put in order once (some 10 ms for
    100,000 words). For more edits words are gone through by length.
    """

    def __init__(self, part: Postings) -> None:
        self._terms = part.terms
        plain = part.terms.plain()
        blob, starts = plain.blob, plain.starts.astype(np.int64)
        begins, ends, sizes = starts[:-1], starts[1:], np.diff(starts)
        room = np.concatenate((np.zeros(_SHOWN, np.uint8), blob, np.zeros(_SHOWN, np.uint8)))
        mask = _FIRST.take(sizes, mode="clip")
        self._heads = _numbers(room, ">u8").take(begins + _SHOWN).astype(np.uint64) & mask
        self._tails = _numbers(room, "<u8").take(ends) & mask
        self._by_tail = self._tails.argsort().astype(np.uint32)
        self._sorted_tails = self._tails.take(self._by_tail)
        following = np.concatenate(([0], np.cumsum((blob & 0xC0) == 0x80)))
        self._sizes, self._letters = small(sizes), small(sizes - np.diff(following.take(starts)))
        self._boxes: dict[int, tuple[Array, Ints]] = {}

    def near(self, word: str, most: int, same: int) -> Ints:
        """Numbers of the words at most ``most`` letters put in, left out or changed away from ``word``.

        The first ``same`` letters are the same.
        """
        if most == 1 and word:
            return self._near(word, same)
        same = min(same, len(word))
        wanted = _letters([word])[0] if word else np.zeros(0, np.uint32)
        found = [_NONE]
        for length in range(max(len(word) - most, same, 1), len(word) + most + 1):
            letters, numbers = self._box(length)
            if same and len(numbers):
                alike = (letters[:, :same] == wanted[:same]).all(axis=1)
                letters, numbers = letters[alike], numbers[alike]
            if len(numbers):
                found.append(numbers[_within(letters, wanted, most)])
        return np.sort(np.concatenate(found))

    def _box(self, length: int) -> tuple[Array, Ints]:
        """The words of one length, a row each, and their numbers."""
        known = self._boxes.get(length)
        if known is None:
            numbers = (self._letters == length).nonzero()[0]
            words = [self._word(number) for number in numbers.tolist()]
            known = self._boxes[length] = _letters(words) if words else _NONE, numbers
        return known

    def _word(self, number: int) -> str:
        return str(self._terms[number].decode("utf-8", "replace"))

    def _near(self, word: str, same: int) -> Ints:
        """The same for one edit."""
        half = len(word) // 2
        low, high = _span(self._heads, word[:half].encode()[:_SHOWN], "big")
        first, last = _span(self._sorted_tails, word[half:].encode()[-_SHOWN:], "little")
        alike = np.concatenate((np.arange(low, high), self._by_tail[first:last]))
        start, found = word[:same], []
        for number in sorted(set(alike.compress(self._likely(word.encode(), alike)).tolist())):
            other = self._word(number)
            if other.startswith(start) and one_edit(word, other):
                found.append(number)
        return np.array(found, np.int64)

    def _likely(self, word: bytes, numbers: Ints) -> Array:
        """Which of some words may be one edit away: but for a letter they begin and end alike."""
        head, tail = _key(word[:_SHOWN], "big"), _key(word[-_SHOWN:], "little")
        before = _SHOWN - _BYTES.searchsorted(self._heads.take(numbers) ^ np.uint64(head), "right")
        after = _SHOWN - _BYTES.searchsorted(self._tails.take(numbers) ^ np.uint64(tail), "right")
        sizes = self._sizes.take(numbers).astype(np.int64)
        longer = np.maximum(sizes, len(word))
        letter = np.where(sizes == self._letters.take(numbers), 1 if word.isascii() else _LETTER, _LETTER)
        fits: Array = (before == _SHOWN) | (after == _SHOWN) | (before + after + letter >= longer)
        fits &= np.abs(sizes - len(word)) <= letter
        return fits


def _numbers(data: Array, kind: str) -> Any:
    """The eight bytes from each byte on, as a number."""
    return np.ndarray(len(data) - 7, kind, data.tobytes(), strides=(1,))


def _key(data: bytes, order: Literal["big", "little"]) -> int:
    """At most eight bytes as a number: the high bytes first of a beginning, last of an end."""
    return int.from_bytes(data, order) << 8 * (_SHOWN - len(data))


def _span(keys: Array, data: bytes, order: Literal["big", "little"]) -> tuple[int, int]:
    """Which of ascending keys begin (or end) with some bytes."""
    key = _key(data, order)
    beyond = key + (1 << 8 * (_SHOWN - len(data))) - 1
    low, high = np.uint64(key), np.uint64(beyond)
    return int(keys.searchsorted(low)), int(keys.searchsorted(high, "right"))


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
