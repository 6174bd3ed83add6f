"""The words of an index: which may be another spelling of a name, and which begin with some letters.

Names are compared by their keys (``spelling``). Working out the keys of each of some hundred thousand words
would take long; so every segment has, made once, a table of sums over the consonants of its words, sorts of
them taken together. Words that share a key have the same sum, and only they are compared by their keys.

Nothing is told of a word that stands only in removed passages, or in those of groups that are held back.
"""

import threading
from collections import Counter
from weakref import WeakKeyDictionary

import numpy as np

from app.search import nicknames, spelling
from app.search.analysis import roots, stem
from app.search.columnar.arrays import Array, ranges
from app.search.columnar.segmentdata import SegmentData
from app.search.folding import forms
from app.search.part import Part
from app.search.view import View

SHORTEST = 3  # letters of a word that may be a name
LONGEST = 24  # letters by which a word is known
BARE = frozenset(
    ("az", "cs", "lt", "ro", "sr", "tr")
)  # in their letters, ş and ç are no s and c with an accent
COMPARED = 400  # words of one sum, the most frequent first, that are compared by their keys
TRIED = 5  # times as many beginnings as are wanted, for some may stand nowhere any more

_KINDS = np.zeros(128, np.uint8)  # sorts of consonants; 0: left out, vowels and what may be one
for _sort, _letters in enumerate(("\n", "hjkcqC", "sS", *"bdlmnprtz"), 1):
    for _letter in _letters:
        _KINDS[ord(_letter)] = _sort
_NEW_LINE = 1
_POWERS = np.ones(LONGEST * 4, np.uint64)
np.multiply.accumulate(np.full(len(_POWERS) - 1, 0x9E3779B97F4A7C15, np.uint64), out=_POWERS[1:])


def sums(words: list[str]) -> Array:
    """A number for each word: the same for words that share a key."""
    text = spelling.latin("\n".join(words) + "\n").encode("ascii")
    kinds = _KINDS.take(np.frombuffer(text, np.uint8))
    kinds = kinds[kinds > 0]
    ends = kinds == _NEW_LINE
    kept = ends.copy()
    kept[0] = True
    kept[1:] |= kinds[1:] != kinds[:-1]
    kinds, ends = kinds[kept], np.flatnonzero(ends[kept])
    lengths = np.diff(ends, prepend=-1)
    places = np.minimum(ranges(np.zeros(len(lengths), np.int64), lengths), len(_POWERS) - 1)
    values = kinds * _POWERS.take(places)
    values[ends] = 0
    together = np.cumsum(values)[ends]
    found: Array = np.diff(together, prepend=np.uint64(0))
    return found


class _Alike:
    """The words of one segment by their sums; ``stems`` adds those that stand only in inflected forms."""

    def __init__(self, data: SegmentData) -> None:
        words, counts = _words(data, "words")
        roots, root_counts = _words(data, "stems")
        known = set(words)
        others = [(root, count) for root, count in zip(roots, root_counts, strict=True) if root not in known]
        self.words = [*words, *(root for root, _ in others)]
        self.counts = np.array([*counts, *(count for _, count in others)], np.int64)
        made = sums(self.words) if self.words else np.zeros(0, np.uint64)
        self.order = made.argsort().astype(np.uint32)
        self.sums = made[self.order]

    def of(self, wanted: np.uint64) -> list[str]:
        """The words of one sum, the most frequent first."""
        low, high = self.sums.searchsorted(wanted), self.sums.searchsorted(wanted, "right")
        chosen = self.order[low:high]
        chosen = chosen[np.argsort(-self.counts[chosen], kind="stable")[:COMPARED]]
        return [self.words[number] for number in chosen.tolist()]


def _words(data: SegmentData, field: str) -> tuple[list[str], list[int]]:
    """Those terms of a field that may be names, without the language of stems, and how often each stands."""
    postings = data.fields.get(field)
    if postings is None:
        return [], []
    found: Counter[str] = Counter()
    for term, count in zip(postings.terms.all, postings.per_term().tolist(), strict=True):
        word = term.decode("utf-8", "replace").rpartition(":")[2]
        if SHORTEST <= len(word) <= LONGEST and word.isalpha():
            found[word] += count
    return list(found), list(found.values())


_tables: WeakKeyDictionary[SegmentData, _Alike] = WeakKeyDictionary()
_lock = threading.Lock()


def _table(data: SegmentData) -> _Alike:
    with _lock:
        if data not in _tables:
            _tables[data] = _Alike(data)
        return _tables[data]


def stands(view: View, surface: str, without: frozenset[str] = frozenset()) -> bool:
    """Whether a word, as typed, stands anywhere in any inflection, outside the groups of ``without``."""
    return any(
        _has(part, field, term, without) for field, term in _terms(view, surface) for part in view.parts
    )


def standing(view: View, word: str, without: frozenset[str] = frozenset()) -> int:
    """In how many passages, more or less, a folded word stands in any inflection."""
    return sum(
        max(_living(part, field, term, without) for field, term in _terms(view, word)) for part in view.parts
    )


def exactly(view: View, word: str, without: frozenset[str] = frozenset()) -> int:
    """In how many passages a folded word stands as it is."""
    return sum(_living(part, "words", word.encode(), without) for part in view.parts)


def _terms(view: View, surface: str) -> list[tuple[str, bytes]]:
    """The terms under which a word is looked for."""
    found = [("words", form) for form in forms(surface)]
    found += [("stems", root) for language in (*view.languages, "") for root in roots(surface, language)]
    return [(field, term.encode()) for field, term in dict.fromkeys(found)]


def _has(part: Part, field: str, term: bytes, without: frozenset[str]) -> bool:
    postings = part.field(field)
    if postings is None or postings.terms.find(term) < 0:
        return False
    return (part.alive is None and not without) or _living(part, field, term, without) > 0


def _living(part: Part, field: str, term: bytes, without: frozenset[str]) -> int:
    documents = part.living(part.postings(field, term))[0]
    for group in without if len(documents) else ():
        documents = np.setdiff1d(documents, part.members(group), assume_unique=True)
    return len(documents)


def alike(view: View, word: str, without: frozenset[str] = frozenset()) -> tuple[str, ...]:
    """Folded words of the index that may be the same name as ``word`` (as typed), the most frequent first.

    Of words that are inflected a stem counts only where none of them stands as it is.
    """
    if not SHORTEST <= len(word) <= LONGEST or not word.isalpha():
        return ()
    bare = not BARE.isdisjoint(view.languages)
    wanted = sums([word])[0]
    others = {other for part in view.parts for other in _table(part.data).of(wanted)}
    likely = [other for other in others if spelling.may_be_one(word, other, bare)]
    counted = {
        other: count for other in {*likely, *nicknames.of(word)} if (count := standing(view, other, without))
    }
    stems = {
        root.partition(":")[2]
        for other in counted
        if exactly(view, other)
        for language in view.languages
        if (root := stem(other, language)) != f"{language}:{other}"
    }
    whole = [other for other in counted if other not in stems or exactly(view, other, without)]
    return tuple(sorted(whole, key=lambda other: (-counted[other], other)))


def beginning(view: View, start: str, most: int, without: frozenset[str] = frozenset()) -> tuple[str, ...]:
    """Folded words that begin with ``start``, the most frequent first."""
    counts: Counter[bytes] = Counter()
    for part in view.parts:
        postings = part.field("words")
        if postings is None:
            continue
        low, high = postings.terms.span(start.encode())
        each = postings.per_term()[low:high]
        for number in np.argsort(-each, kind="stable")[: most * TRIED].tolist():
            counts[postings.terms[low + number]] += int(each[number])
    best = sorted(counts, key=lambda term: (-counts[term], term))[: most * TRIED]
    living = {term.decode(): exactly(view, term.decode(), without) for term in best}
    return tuple(sorted(filter(living.get, living), key=lambda word: (-living[word], word))[:most])
