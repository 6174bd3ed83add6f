"""What searches find is what reading every document finds: documents, scores, order, totals, counts."""

import os
import random
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from whoosh import fields, query

from app.search import columnar
from app.search.columnar.searching import TooMuch
from tests.search.columnar.making import CLASSES, asked, document, index
from tests.search.columnar.oracle import Oracle

ROUNDS = int(os.environ.get("ARCHIVE_QUERIES", "40"))  # queries of each class


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Oracle]:
    random_ = random.Random(3)
    documents: list[Any] = [document(random_, key) for key in range(400)]
    found = index(tmp_path_factory.mktemp("index"), documents)
    writer = found.writer()
    for key in (3, 77, 399):
        writer.delete_by_term("key", str(key))
    writer.commit(merge=False)
    living = [None if number in (3, 77, 399) else one for number, one in enumerate(documents)]
    return found.searcher(), Oracle(living, documents)


@pytest.mark.parametrize("kind", CLASSES)
def test_finds_what_reading_finds(made: tuple[Any, Oracle], kind: str) -> None:
    searcher, oracle = made
    random_ = random.Random(kind)
    for _ in range(ROUNDS):
        q = asked(random_, kind)
        right = oracle.answer(q)
        limit = random_.choice([None, 1, 10])
        results = searcher.search(q, limit=limit)
        assert type(results.collector).__name__ == "_Collected", q
        assert len(results) == len(right), q
        assert sorted(results.docs()) == sorted(number for _, number in right), q
        got = [(hit.score, hit.docnum) for hit in results]
        for (score, number), (true, document_) in zip(got, right, strict=False):
            assert score == pytest.approx(true, rel=1e-6), q
            if number != document_:  # equals may change places only with equals
                assert oracle.score(q, number) == pytest.approx(true, rel=1e-9), q
        assert len(got) == min(len(right), limit or len(right))


@pytest.mark.parametrize("field", ["number", "kind"])
@pytest.mark.parametrize("reverse", [False, True])
def test_sorts_as_whoosh_sorts(made: tuple[Any, Oracle], field: str, reverse: bool) -> None:
    searcher, oracle = made
    q = query.Term("text", "w0")
    found = searcher.search(q, limit=20, sortedby=field, reverse=reverse)
    right = sorted(
        ((oracle.documents[number] or {})[field], number) for _, number in oracle.answer(q)
    )  # fmt: skip
    right = right[::-1] if reverse else right
    assert [hit.docnum for hit in found] == [number for _, number in right[:20]]
    assert len(found) == len(right)


def test_filters_and_masks(made: tuple[Any, Oracle]) -> None:
    searcher, oracle = made
    q, kind = query.Or([query.Term("text", "w1"), query.Term("text", "w2")]), query.Term("kind", "a")
    every = [number for _, number in oracle.answer(q)]
    mine = [number for number in every if (oracle.documents[number] or {})["kind"] == "a"]
    assert [hit.docnum for hit in searcher.search(q, limit=None, filter=kind)] == mine
    rest = [number for number in every if number not in mine]
    assert [hit.docnum for hit in searcher.search(q, limit=None, mask=kind)] == rest


def test_counts_facets_of_documents_and_groups(made: tuple[Any, Oracle]) -> None:
    searcher, oracle = made
    q = query.Term("text", "w0")
    found = searcher.ask(q, facets=("kind", "key"), group="kind")
    kinds = Counter((oracle.documents[number] or {})["kind"] for _, number in oracle.answer(q))
    assert {value: many for value, (many, _) in found.facets["kind"].items()} == kinds
    assert sum(many for many, _ in found.facets["key"].values()) == found.total == kinds.total()
    assert found.groups == len(kinds)


def test_counts_over_segments_that_part_a_group(tmp_path: Path) -> None:
    """One value, several, and a field that a segment has not; the groups go on from segment to segment."""
    schema = fields.Schema(
        text=fields.TEXT,
        group=fields.ID,
        tags=fields.KEYWORD(scorable=False),
        kind=fields.ID,
        day=fields.ID(sortable=True),
    )
    segments = [
        [("a", "x", "k1"), ("a", "x", "k1"), ("b", "y", "k2")],
        [("b", "x y", "k2"), ("c", "z x", "k1"), ("", "", "")],
        [("c", None, "k1"), ("d", None, "k3")],
    ]
    made = columnar.create_in(tmp_path, schema)
    for number, rows in enumerate(segments):
        writer = made.writer()
        for group, tags, kind in rows:
            given = {"group": group or None, "tags": tags or None, "kind": kind or None}
            writer.add_document(text="word", day=str(9 - number), **{k: v for k, v in given.items() if v})
        writer.commit(merge=False)
    found = made.searcher().ask(query.Term("text", "word"), facets=("tags", "kind"), group="group")
    every = [row for rows in segments for row in rows]
    assert (found.total, found.groups) == (len(every), 4)
    tags = [(tag, group) for group, given, _ in every for tag in (given or "").split()]
    kinds = [(kind, group) for group, _, kind in every if kind]
    for name, pairs in (("tags", tags), ("kind", kinds)):
        owners = Counter(value for value, _ in set(pairs))
        right = {value: (many, owners[value]) for value, many in Counter(value for value, _ in pairs).items()}
        assert found.facets[name] == right
    days = made.searcher().ask(query.Term("text", "word"), 3, sortedby="day")
    assert days.hits == [(b"7", 6), (b"7", 7), (b"8", 3)]


def test_a_pattern_that_fits_too_much_is_said(tmp_path: Path) -> None:
    words = " ".join(f"x{number}" for number in range(21_000))
    made = index(tmp_path, [{"key": "1", "text": words, "kind": "a", "number": 1}], 1)
    with pytest.raises(TooMuch, match="longer beginning"):
        made.searcher().search(query.Prefix("text", "x"))


def test_what_is_not_known_is_left_to_whoosh(made: tuple[Any, Oracle]) -> None:
    searcher, _ = made
    q = query.Or([query.Term("text", "w1"), query.Term("text", "w2")], scale=0.5)
    found = searcher.search(q)
    assert type(found.collector).__name__ != "_Collected"
    assert len(found)
