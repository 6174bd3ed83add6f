"""The questions that engines are asked, drawn from the passages, and brute force to answer them."""

import heapq
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from tests.benchmarks.peers.passages import FACETS

KINDS = ("common", "mid", "rare", "and", "or", "phrase", "prefix", "fuzzy", "filtered", "sorted")
HARD = "phrase of common words"  # beside the others, and in no total: nobody quotes "of the"


def drawn(sample: Sequence[dict[str, Any]], each: int = 12, seed: int = 5) -> list[dict[str, Any]]:
    """So many questions of each class."""
    random_ = random.Random(seed)
    often: Counter[str] = Counter()
    for passage in sample:
        often.update(set(passage["text"].split()))
    size = len(sample)

    def words(low: float, high: float) -> list[str]:
        return sorted(w for w, n in often.items() if low < n / size <= high and len(w) > 3 and w.isalpha())

    common, mid, rare = words(0.05, 0.35), words(0.003, 0.02), words(0.00005, 0.0005)
    asked: list[dict[str, Any]] = []

    def ask(name: str, kind: str, chosen: Iterable[str], **more: Any) -> None:
        asked.append({"class": name, "kind": kind, "words": list(chosen), **more})

    def together(count: int) -> list[str]:
        """Words of one passage, neither of the most common nor of the rarest."""
        while True:
            found = [
                w
                for w in dict.fromkeys(random_.choice(sample)["text"].split())
                if 0.001 < often[w] / size < 0.2
            ]
            if len(found) >= count:
                return random_.sample(found, count)

    def phrase(plain: bool) -> list[str]:
        """Two or three words that follow one another; ``plain``: all of them common, else not all."""
        while True:
            text = random_.choice(sample)["text"].split()
            length = random_.randint(2, 3)
            if len(text) > length:
                begin = random_.randrange(len(text) - length)
                found = text[begin : begin + length]
                if all(often[word] > size / 20 for word in found) == plain:
                    return found

    for _ in range(each):
        ask("common", "term", [random_.choice(common)])
        ask("mid", "term", [random_.choice(mid)])
        ask("rare", "term", [random_.choice(rare)])
        ask("and", "and", together(random_.randint(2, 4)))
        ask("or", "or", together(random_.randint(2, 5)))
        ask("phrase", "phrase", phrase(plain=False))
        ask(HARD, "phrase", phrase(plain=True))
        ask("prefix", "prefix", [random_.choice(mid)[:5]])
        word = random_.choice(mid)
        place = random_.randrange(1, len(word))
        ask("fuzzy", "fuzzy", [word[:place] + random_.choice("aeiot") + word[place + 1 :]])
        one = random_.choice(sample)
        filters = {
            name: one[name] for name in random_.sample(["lang", "year", "collection"], random_.randint(1, 2))
        }
        kind = random_.choice(["term", "or"])
        chosen = [random_.choice(common)] if kind == "term" else together(2)
        ask("filtered", kind, chosen, filters=filters, facets=True)
        pair = random_.random() < 0.5
        ask("sorted", "and" if pair else "term", random_.sample(common, 2 if pair else 1), sort=True)
    return asked


def near(word: str, other: str) -> bool:
    """Whether at most one letter is put in, left out or changed."""
    if abs(len(word) - len(other)) > 1:
        return False
    begin = 0
    while begin < min(len(word), len(other)) and word[begin] == other[begin]:
        begin += 1
    end = 0
    while end < min(len(word), len(other)) - begin and word[-1 - end] == other[-1 - end]:
        end += 1
    return begin + end >= max(len(word), len(other)) - 1


def touches(question: dict[str, Any], word: str) -> bool:
    """Whether a passage with this word may answer a question."""
    wanted = question["words"]
    if question["kind"] == "prefix":
        return word.startswith(wanted[0])
    if question["kind"] == "fuzzy":
        return near(word, wanted[0])
    return word in wanted


def fits(question: dict[str, Any], passage: dict[str, Any]) -> bool:
    """Whether a passage answers a question, found by reading it."""
    if any(passage[name] != value for name, value in question.get("filters", {}).items()):
        return False
    text, wanted = passage["text"], question["words"]
    if question["kind"] == "phrase":
        return f" {' '.join(wanted)} " in f" {text} "
    if question["kind"] in ("term", "and"):
        return set(wanted) <= set(text.split())
    return any(touches(question, word) for word in text.split())


@dataclass
class Right:
    """The right answer to a question; ``last`` are the ten latest days of what fits, latest first."""

    total: int = 0
    facets: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    last: list[int] = field(default_factory=list)


def answered(asked: Sequence[dict[str, Any]], passages: Iterable[dict[str, Any]]) -> list[Right]:
    """The right answers, by reading every passage."""
    found = [Right() for _ in asked]

    @cache
    def by_word(word: str) -> frozenset[int]:
        return frozenset(number for number, one in enumerate(asked) if touches(one, word))

    sure = {"or", "prefix", "fuzzy"}  # one word that touches is enough
    for passage in passages:
        for number in frozenset().union(*map(by_word, set(passage["text"].split()))):
            question, right = asked[number], found[number]
            plain = question["kind"] in sure and not question.get("filters")
            if not plain and not fits(question, passage):
                continue
            right.total += 1
            if question.get("facets"):
                for name in FACETS:
                    right.facets[name][passage[name]] += 1
            if question.get("sort"):
                (heapq.heappush if len(right.last) < 10 else heapq.heappushpop)(right.last, passage["date"])
    for right in found:
        right.last.sort(reverse=True)
    return found


def wrong(question: dict[str, Any], right: Right, said: dict[str, Any], known: dict[str, Any]) -> str:
    """What is wrong with an answer; empty: nothing. ``known`` has the passages of the ids in it."""
    if said["total"] != right.total:
        return f"{said['total']} instead of {right.total} passages"
    if question.get("facets") and said["facets"] != {
        name: dict(right.facets.get(name, {})) for name in FACETS
    }:
        return "wrong counts of facets"
    hits = said["hits"]
    if len(set(hits)) != min(10, right.total):
        return f"{len(set(hits))} hits instead of {min(10, right.total)}"
    if not all(hit in known and fits(question, known[hit]) for hit in hits):
        return "a hit that does not fit"
    if question.get("sort") and [known[hit]["date"] for hit in hits] != right.last:
        return "not the latest"
    return ""
