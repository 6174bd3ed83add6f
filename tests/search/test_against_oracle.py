"""The engine finds what reading every document finds, and counts it the same."""

import random
from collections import Counter
from pathlib import Path

import pytest

from app.search import Document, Query, Utterance
from app.search.whoosh import WhooshEngine
from tests.search.oracle import Ask, answer

WORDS = [
    "house",
    "Horse",
    "river",
    "İstanbul",
    "ışık",
    "café",
    "night",
    "nightfall",
    "fire",
    "Xocalı",
    "2",
    "red",
]
SPEAKERS = ["Anna Bell", "Bell", "Karl Öz", "Mr. Night"]
PLACES = ["New York", "York", "Xocalı", "Bakı"]


def utterance(chance: random.Random) -> Utterance:
    words = chance.choices(WORDS, k=chance.randint(0, 8))
    text = chance.choice([" ", ", ", "\n", " — "]).join(words)
    return Utterance(text, chance.choice(["", "xx"]), chance.choice(SPEAKERS), chance.random() < 0.3)


def collection(chance: random.Random) -> dict[str, list[Document]]:
    groups = {}
    for name in chance.sample(["a", "b", "ç", "d1", "d10", "e", "f", "Ж"], k=chance.randint(1, 8)):
        documents = []
        for number in range(chance.randint(0, 4)):
            said = tuple(utterance(chance) for _ in range(chance.randint(1, 3)))
            facets = {
                "speaker": tuple({one.speaker: 0 for one in said}),
                "place": tuple(chance.sample(PLACES, k=chance.randint(0, 2))),
                "year": (str(chance.randint(1988, 1995)),),
            }
            date = chance.choice(["", "1990-01-02", "1991-05-06", "1990-01-01"])
            documents.append(Document(name, number, number, number, said, facets, date))
        groups[name] = documents
    return groups


def ask(chance: random.Random, depth: int = 2) -> Ask:
    kinds = ["word", "phrase", "prefix", "field", "years"] + (["and", "or", "not", "side"] if depth else [])
    kind = chance.choice(kinds)
    match kind:
        case "word":
            return Ask(
                kind, chance.choice(["house", "horse", "river", "istanbul", "isik", "cafe", "night", "none"])
            )
        case "phrase":
            return Ask(kind, " ".join(chance.choices(WORDS, k=chance.randint(1, 3))))
        case "prefix":
            return Ask(kind, chance.choice(["ho", "night", "x", "zz", "istan"]))
        case "field":
            values = [
                "speaker:bell",
                "place:xocali",
                'place:"new york"',
                "place:York",
                "speaker:oz",
                "place:BAKI",
            ]
            return Ask(kind, chance.choice(values))
        case "years":
            low = chance.randint(1988, 1995)
            return Ask(kind, f"year:{low}..{low + chance.randint(0, 3)}")
        case "not":
            return Ask(kind, children=(ask(chance, 0),))
    return Ask(kind, children=tuple(ask(chance, depth - 1) for _ in range(chance.randint(2, 4))))


@pytest.mark.parametrize("seed", range(12))
def test_the_engine_finds_what_reading_finds(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    groups = collection(chance)
    engine = WhooshEngine(tmp_path / "index")
    engine.rebuild((name, "", documents) for name, documents in groups.items())
    for _ in range(60):
        wanted = ask(chance)
        query = Query(
            str(wanted),
            filters={"place": tuple(chance.sample(PLACES, k=2))} if chance.random() < 0.2 else {},
            group=chance.choice([*groups, "", "", ""]),
            facets=("place", "speaker", "year", "event"),
            limit=100,
        )
        expected, facets = answer(groups, wanted, query)
        found = engine.search(query)
        assert {(hit.group, hit.number) for hit in found.hits} == expected, query
        assert found.total == len(expected) == len(found.hits), query
        assert found.groups == len({group for group, _ in expected}), query
        assert engine.tally(query) == Counter(group for group, _ in expected), query
        assert {name: dict(counts) for name, counts in found.facets.items()} == facets, query
        scores = [(-hit.score, hit.group, hit.number) for hit in found.hits]
        assert scores == sorted(scores), query


@pytest.mark.parametrize("seed", range(4))
def test_sorting_by_date_and_turning_pages(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    groups = collection(chance)
    engine = WhooshEngine(tmp_path / "index")
    engine.put(groups, {})
    every = [document for documents in groups.values() for document in documents]
    for sort in ("relevance", "date", "-date"):
        whole = engine.search(Query("", sort=sort, limit=100)).hits
        pages = [
            engine.search(Query("", sort=sort, offset=i, limit=3)).hits for i in range(0, len(every) + 3, 3)
        ]
        assert [hit for page in pages for hit in page] == list(whole)
        assert len(whole) == len(every)

    def expected(newest: bool) -> list[tuple[str, int]]:
        ordered = sorted(every, key=lambda d: (d.group, d.number))
        ordered.sort(key=lambda d: d.date, reverse=newest)
        ordered.sort(key=lambda d: not d.date)
        return [(d.group, d.number) for d in ordered]

    for sort, newest in (("date", False), ("-date", True)):
        hits = engine.search(Query("", sort=sort, limit=100)).hits
        assert [(hit.group, hit.number) for hit in hits] == expected(newest)


def test_a_limit_of_nothing_still_counts(tmp_path: Path) -> None:
    engine = WhooshEngine(tmp_path / "index")
    engine.put({"a": [Document("a", 0, 0, 0, (Utterance("one two", "en"),))]}, {"a": "1"})
    found = engine.search(Query("one", limit=0))
    assert (found.total, found.groups, found.hits) == (1, 1, ())
    assert engine.search(Query("one", offset=5)).hits == ()
