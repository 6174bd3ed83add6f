"""Documents, queries and indexes for the tests of the codec."""

import random
from pathlib import Path
from typing import Any

from whoosh import fields, query
from whoosh.analysis import StandardAnalyzer

from app.search import columnar

WORDS = [f"w{number}" for number in range(60)] + [
    "walk",
    "walks",
    "talk",
    "tall",
    "tale",
    "stall",
    "été",
    "σοφία",
]


def schema() -> fields.Schema:
    return fields.Schema(
        key=fields.ID(unique=True, stored=True),
        text=fields.TEXT(analyzer=StandardAnalyzer(stoplist=None, minsize=1)),
        kind=fields.ID(sortable=True, stored=True),
        number=fields.NUMERIC(int, sortable=True),
    )


def document(random_: random.Random, key: int) -> dict[str, Any]:
    count = random_.choice([0, 1, 5, 20, 40, 90, 300])
    return {
        "key": str(key),
        "text": " ".join(random_.choices(WORDS, [1 / (n + 1) for n in range(len(WORDS))], k=count)),
        "kind": random_.choice("abcde"),
        "number": random_.randint(-20, 100),
    }


def index(folder: Path, documents: list[dict[str, Any]], segments: int = 3) -> columnar.ColumnarIndex:
    """An index of these documents in so many segments."""
    made = columnar.create_in(folder, schema())
    size = -(-len(documents) // segments)
    for begin in range(0, len(documents), size):
        writer = made.writer()
        for one in documents[begin : begin + size]:
            writer.add_document(**one)
        writer.commit(merge=False)
    return made


CLASSES = ("term", "phrase", "prefix", "fuzzy", "range", "wildcard", "and", "or", "not", "two", "nested")


def asked(random_: random.Random, kind: str, depth: int = 0) -> Any:
    """A query of one class."""
    word = random_.choice(WORDS)
    boost = random_.choice([1.0, 1.0, 2.5])
    if kind == "term":
        return random_.choice(
            [query.Term("text", word, boost=boost), query.Term("kind", random_.choice("abcx"))]
        )
    if kind == "phrase":
        words = random_.choices(WORDS[:20], k=random_.randint(2, 3))
        return query.Phrase("text", words, slop=random_.choice([1, 1, 2, 8]), boost=boost)
    if kind == "prefix":
        return query.Prefix("text", word[: random_.randint(1, 3)], boost=boost)
    if kind == "fuzzy":
        return query.FuzzyTerm(
            "text",
            word + random_.choice(["", "x"]),
            boost=boost,
            maxdist=random_.choice([1, 2]),
            prefixlength=random_.choice([0, 1, 2]),
        )
    if kind == "range":
        low = random_.randint(-25, 60)
        numbers = query.NumericRange("number", low, low + random_.randint(0, 60), boost=boost)
        return random_.choice(
            [numbers, query.TermRange("text", "w1", "w3", random_.random() < 0.5, random_.random() < 0.5)]
        )
    if kind == "wildcard":
        return query.Wildcard("text", random_.choice(["w?1", "*alk*", "t*l*", "w[1-3]"]), boost=boost)
    leaves = CLASSES[:6] if depth < 2 else CLASSES[:1]
    some = [asked(random_, random_.choice(leaves), depth + 1) for _ in range(random_.randint(2, 4))]
    if kind == "and":
        return query.And(some[:2], boost=boost)
    if kind == "or":
        return random_.choice([query.Or, query.DisjunctionMax])(some, boost=boost)
    if kind == "not":
        return query.And([some[0], query.Not(some[1])])
    if kind == "two":
        return random_.choice([query.AndNot, query.AndMaybe, query.Require])(some[0], some[1])
    if depth > 1:
        return random_.choice([query.Every(), query.ConstantScoreQuery(some[0], 2.0)])
    nested = [asked(random_, random_.choice(CLASSES), depth + 1) for _ in range(random_.randint(2, 3))]
    return random_.choice([query.And, query.Or])(nested, boost=boost)
