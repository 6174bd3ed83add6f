"""Answers queries by reading documents one after another: slow, plain, and without any index."""

import fnmatch
from collections import Counter
from dataclasses import dataclass
from math import log
from typing import Any

from whoosh import query
from whoosh.util.numeric import byte_to_length, length_to_byte


@dataclass
class Oracle:
    """Documents are dictionaries with a ``text`` of words and other fields of one value. None: removed."""

    documents: list[dict[str, Any] | None]
    known: list[dict[str, Any]]  # those that statistics count

    def __post_init__(self) -> None:
        self.words = [doc["text"].split() if doc else [] for doc in self.documents]
        lists = [doc["text"].split() for doc in self.known]
        self.mean = sum(map(len, lists)) / len(lists)
        self.often = Counter(word for words in lists for word in set(words))

    def term(self, number: int, text: str) -> float | None:
        """BM25F as Whoosh has it: k1 1.2, b 0.75, and lengths as its bytes tell them."""
        words = self.words[number]
        count = words.count(text)
        if not count:
            return None
        idf = log(len(self.known) / (self.often[text] + 1)) + 1
        length = byte_to_length(length_to_byte(len(words)))
        return idf * count * 2.2 / (count + 1.2 * (0.25 + 0.75 * length / self.mean))

    def score(self, q: Any, number: int) -> float | None:
        """The score of a document, or None when it does not match."""
        document = self.documents[number]
        if document is None:
            return None
        return self._score(q, number, document)

    def _score(self, q: Any, number: int, document: dict[str, Any]) -> float | None:
        match q:
            case query.Term():
                if q.fieldname == "text":
                    plain = self.term(number, q.text)
                    return None if plain is None else plain * q.boost
                return q.boost if document[q.fieldname] == q.text else None
            case query.Phrase():
                return self._phrase(q, number)
            case query.NumericRange():
                return q.boost if q.start <= document[q.fieldname] <= q.end else None
            case query.Prefix() | query.Wildcard() | query.FuzzyTerm() | query.TermRange():
                return q.boost if any(_stands_for(q, word) for word in set(self.words[number])) else None
            case query.ConstantScoreQuery():
                return q.score if self.score(q.child, number) is not None else None
            case query.Every():
                return q.boost
            case query.Not():
                return 1.0 if self.score(q.query, number) is None else None
            case query.AndNot() | query.AndMaybe() | query.Require():
                first, second = self.score(q.a, number), self.score(q.b, number)
                if first is None:
                    return None
                if isinstance(q, query.AndMaybe):
                    return first + (second or 0.0)
                return first if (second is None) == isinstance(q, query.AndNot) else None
        scores = [self.score(one, number) for one in q.subqueries]
        here = [score for score in scores if score is not None]
        if not here or (isinstance(q, query.And) and len(here) < len(scores)):
            return None
        return (max if isinstance(q, query.DisjunctionMax) else sum)(here) * q.boost

    def _phrase(self, q: Any, number: int) -> float | None:
        words = self.words[number]
        ends = {place for place, word in enumerate(words) if word == q.words[0]}
        for wanted in q.words[1:]:
            here = {place for place, word in enumerate(words) if word == wanted}
            ends = {place for place in here if any(0 < place - end <= q.slop for end in ends)}
        if not ends:
            return None
        return sum(self.term(number, word) or 0.0 for word in q.words) * q.boost

    def answer(self, q: Any) -> list[tuple[float, int]]:
        """All that match: score and number, best first."""
        scored = [(self.score(q, number), number) for number in range(len(self.documents))]
        found = [(score, number) for score, number in scored if score is not None]
        return sorted(found, key=lambda one: (-one[0], one[1]))


def _stands_for(q: Any, word: str) -> bool:
    match q:
        case query.Prefix():
            return word.startswith(q.text)
        case query.Wildcard():
            return fnmatch.fnmatchcase(word, q.text)
        case query.TermRange():
            above = word > q.start if q.startexcl else word >= q.start
            return above and (word < q.end if q.endexcl else word <= q.end)
    return word[: q.prefixlength] == q.text[: q.prefixlength] and distance(word, q.text) <= q.maxdist


def distance(one: str, other: str) -> int:
    """Levenshtein's."""
    row = list(range(len(other) + 1))
    for place, sign in enumerate(one, 1):
        before, row[0] = row[0], place
        for column, letter in enumerate(other, 1):
            before, row[column] = (
                row[column],
                min(row[column] + 1, row[column - 1] + 1, before + (sign != letter)),
            )
    return row[-1]
