"""The questions that engines are asked, drawn from the passages, and brute force to answer them."""

import random
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

KINDS = ("common", "mid", "rare", "and", "or", "phrase", "prefix", "fuzzy", "filtered", "sorted")


def drawn(sample: Sequence[dict[str, Any]], each: int = 8, seed: int = 5) -> list[dict[str, Any]]:
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

    for _ in range(each):
        ask("common", "term", [random_.choice(common)])
        ask("mid", "term", [random_.choice(mid)])
        ask("rare", "term", [random_.choice(rare)])
        ask("and", "and", together(random_.randint(2, 4)))
        ask("or", "or", together(random_.randint(2, 5)))
        text = random_.choice([p for p in sample if len(p["text"].split()) > 12])["text"].split()
        begin, length = random_.randrange(len(text) - 3), random_.randint(2, 3)
        ask("phrase", "phrase", text[begin : begin + length])
        ask("prefix", "prefix", [random_.choice(mid)[:5]])
        word = random_.choice(mid)
        place = random_.randrange(2, len(word))
        ask("fuzzy", "fuzzy", [word[:place] + random_.choice("aeiot") + word[place + 1 :]])
        one = random_.choice(sample)
        filters = {
            name: one[name] for name in random_.sample(["lang", "year", "collection"], random_.randint(1, 2))
        }
        kind = random_.choice(["term", "or"])
        chosen = [random_.choice(common)] if kind == "term" else together(2)
        ask("filtered", kind, chosen, filters=filters, facets=True)
        ask("sorted", "and" if random_.random() < 0.5 else "term", [random_.choice(common)], sort=True)
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


def fits(question: dict[str, Any], passage: dict[str, Any]) -> bool:
    """Whether a passage answers a question, found by reading it."""
    if any(passage[name] != value for name, value in question.get("filters", {}).items()):
        return False
    text, wanted = passage["text"].split(), question["words"]
    if question["kind"] == "phrase":
        return any(text[i : i + len(wanted)] == wanted for i in range(len(text) - len(wanted) + 1))
    if question["kind"] == "prefix":
        return any(word.startswith(wanted[0]) for word in text)
    if question["kind"] == "fuzzy":
        return any(word[0] == wanted[0][0] and near(word, wanted[0]) for word in set(text))
    found = [word in text for word in wanted]
    return any(found) if question["kind"] == "or" else all(found)
