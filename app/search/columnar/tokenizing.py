"""Turns text into tokens by Whoosh's own analyzer, each stretch between blanks only once.

For analyzers made of a regular expression and filters that look at one word at a time, what a stretch of
text gives does not depend on its neighbours. So the real analyzer is asked once for each different stretch,
and what comes out is Whoosh's by construction.
"""

# mypy: allow-untyped-calls

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import count
from typing import Any

import numpy as np
from whoosh import fields, formats
from whoosh.analysis.acore import Token
from whoosh.analysis.analyzers import CompositeAnalyzer
from whoosh.analysis.filters import LowercaseFilter, StopFilter, StripFilter
from whoosh.analysis.morph import StemFilter
from whoosh.analysis.tokenizers import RegexTokenizer

from app.search.columnar.arrays import Array, ranges, starts
from app.search.columnar.stretches import Cut, Table

_PLAIN = (LowercaseFilter, StopFilter, StemFilter, StripFilter)
_PATTERNS = (r"[\w\*]+(\.?[\w\*]+)*", r"\w+(\.?\w+)*")  # of the whoosh distributions: they never match blanks
_SPACED = bytes(  # what no word of those patterns has in it, made blank
    byte if byte > 127 or chr(byte).isalnum() or chr(byte) in "_*.\1" else 0 for byte in range(256)
)
_END = "\1"  # behind each text
_MOST = 500_000  # stretches that are remembered


def quick(field: Any) -> "Tokenizing | None":
    """A tokenizing for this field, or None when its analyzer must see whole texts."""
    if type(field) is not fields.TEXT or type(field.format) is not formats.Positions:
        return None
    if field.vector or field.format.field_boost != 1.0 or field.separate_spelling():
        return None
    analyzer = field.analyzer
    items = list(analyzer.items) if type(analyzer) is CompositeAnalyzer else [analyzer]
    first = items[0]
    if type(first) is not RegexTokenizer or first.gaps or first.expression.pattern not in _PATTERNS:
        return None
    if not all(type(item) in _PLAIN for item in items[1:]):
        return None
    stops = [item for item in items[1:] if type(item) is StopFilter]
    if len(stops) > 1 or any(not item.renumber for item in stops):
        return None
    return Tokenizing(analyzer, bool(stops))


_LEARNT = 50_000  # stretches of an analyzer that all writers of the process remember
_analyzers: dict[Any, dict[bytes, tuple[bytes | None, ...]]] = {}


def _learnt(items: Sequence[Any]) -> dict[bytes, tuple[bytes | None, ...]]:
    """What analyzers made of the same parts have given for stretches."""
    parts = tuple((type(item), *sorted(vars(item).items())) for item in items)
    if len(_analyzers) > 8:
        _analyzers.clear()
    try:
        return _analyzers.setdefault(parts, {})
    except TypeError:  # a part that may change
        return {}


class _Memo(dict[bytes, int]):
    """What each stretch gives: a token, a stopped word (-1), nothing (-2), or several (-3 and below)."""

    def __init__(self, owner: "Tokenizing") -> None:
        super().__init__()
        self.owner = owner

    def __missing__(self, stretch: bytes) -> int:
        code = self[stretch] = self.owner.ask(stretch)
        return code


class Tokenizing:
    """Numbers of tokens of texts. ``names`` has the tokens as bytes."""

    def __init__(self, analyzer: Any, stops: bool) -> None:
        self.analyzer, self.stops = analyzer, stops
        self._items: list[Any] = list(analyzer.items) if type(analyzer) is CompositeAnalyzer else [analyzer]
        self.plain = StemFilter not in map(type, self._items)  # no text is refused; foreign stemmers may
        self._learnt = _learnt(self._items) if self.plain else {}
        self._word = ""
        self.reset()

    def reset(self) -> None:
        """Forget all tokens and their numbers."""
        self.names: dict[bytes, int] = defaultdict(count().__next__)  # in the order of their numbers
        self.several: list[list[int]] = []
        self._memo = _Memo(self)
        self._table = Table(self._asked_for)
        self._filtered = self._stream(iter(lambda: self._word, None))

    @property
    def full(self) -> bool:
        """Whether it remembers more than it should."""
        return len(self._memo) > _MOST

    def codes(self, texts: Sequence[str]) -> tuple[Array, Array]:
        """What each stretch of texts gives, in order; and how many stretches each text has."""
        together = _END.join([*texts, ""])
        if together.count(_END) > len(texts):  # no word of the patterns has it
            together = _END.join([*(text.replace(_END, " ") for text in texts), ""])
        cut = Cut(together.encode(errors="surrogatepass").translate(_SPACED))
        return self._table.codes(cut), cut.per_text

    def _asked_for(self, stretches: Sequence[bytes]) -> Iterable[int]:
        """What stretches give. The analyzer gets all new plain words together."""
        if self.plain:
            known, learnt = self._memo, self._learnt
            plain = [one for one in dict.fromkeys(stretches) if one.isalnum() and one not in known]
            fresh = [one for one in plain if one not in learnt]  # each is one word of the patterns
            words = zip(fresh, self._stream(map(bytes.decode, fresh)), strict=True)
            given = {one: (None if word.stopped else word.text.encode(),) for one, word in words}
            names = [(given.get(one) or learnt[one])[0] for one in plain]
            codes = [-1 if name is None else self.names[name] for name in names]
            known.update(zip(plain, codes, strict=True))
            if len(learnt) < _LEARNT:
                learnt.update(given)
        return map(self._memo.__getitem__, stretches)

    def ask(self, stretch: bytes) -> int:
        """What the analyzer gives for one stretch, as a code."""
        names = self._learnt.get(stretch)
        if names is None:
            names = self._asked(stretch.decode(errors="surrogatepass"))
            if len(self._learnt) < _LEARNT:
                self._learnt[stretch] = names
        if len(names) == 1:
            return -1 if names[0] is None else self.names[names[0]]
        if not names:
            return -2
        self.several.append([-1 if name is None else self.names[name] for name in names])
        return -2 - len(self.several)

    def _asked(self, stretch: str) -> tuple[bytes | None, ...]:
        """The tokens of a stretch; None for one that is stopped."""
        found: list[bytes | None] = []
        for match in self._items[0].expression.finditer(stretch):
            self._word = match.group(0)
            try:
                token = next(self._filtered)
            except BaseException:
                self._filtered = self._stream(iter(lambda: self._word, None))
                raise
            found.append(None if token.stopped else token.text.encode())
        return tuple(found)

    def _stream(self, given: Iterable[str]) -> Iterator[Any]:
        """What the analyzer's filters make of words, one after another: to begin them anew takes long."""
        token = Token(positions=True, removestops=False, mode="index")

        def words() -> Iterator[Any]:
            for token.text in given:
                token.pos, token.boost, token.stopped = 0, 1.0, False
                yield token

        stream: Iterator[Any] = words()
        for item in self._items[1:]:
            stream = item(stream)
        return stream

    def tokens(self, codes: Array, counts: Array) -> tuple[Array, Array, Array]:
        """Tokens of texts with ``counts`` codes each; how many each text has, and the place of its first.

        Whoosh numbers words without the stopped ones, but begins at the first word's own place.
        """
        many = np.flatnonzero(codes < -2)
        if len(many):
            lists = [self.several[-3 - code] for code in codes[many].tolist()]
            each = np.ones(len(codes), np.int64)
            each[many] = [len(one) for one in lists]
            spread = np.repeat(codes, each)
            spread[ranges((starts(each)[:-1])[many], each[many])] = np.concatenate(lists)
            counts = _per_text(each, counts)
        else:
            spread = codes
        stopped, kept = spread == -1, spread >= 0
        sums = starts(kept)
        begins = starts(counts)
        per_text = np.diff(sums[begins])
        return spread[kept], per_text, self._leads(stopped, kept, begins, per_text)

    @staticmethod
    def _leads(stopped: Array, kept: Array, begins: Array, per_text: Array) -> Array:
        leads = np.zeros(len(per_text), np.int64)
        having = np.flatnonzero(per_text)
        if len(having) and stopped.any():
            firsts = np.flatnonzero(kept)[starts(per_text)[:-1][having]]
            before = starts(stopped)
            leads[having] = before[firsts] - before[begins[:-1][having]]
        return leads


def _per_text(values: Array, counts: Array) -> Array:
    begins = starts(counts)
    return np.diff(starts(values)[begins])
