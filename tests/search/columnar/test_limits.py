"""No query takes more than a search may take: what asks for too much is told so."""

from typing import Any

import pytest
from whoosh import query
from whoosh.query import spans
from whoosh.searching import Searcher

from app.search.columnar.nodes import MOST_EDITS, MOST_NODES, Unknown
from app.search.columnar.searching import TooMuch
from tests.search.columnar.making import index


@pytest.fixture(scope="module")
def searcher(tmp_path_factory: pytest.TempPathFactory) -> Searcher:
    texts = (f"x{number} w1 w2" for number in range(2_000))
    documents: list[Any] = [
        {"key": str(key), "text": text, "kind": "a", "number": key} for key, text in enumerate(texts)
    ]
    found: Searcher = index(tmp_path_factory.mktemp("index"), documents, 1).searcher()
    return found


def nested(depth: int) -> Any:
    found: Any = query.Term("text", "w1")
    for _ in range(depth):
        found = query.Not(found)
    return found


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (query.Or([query.Term("text", f"x{number}") for number in range(10_000)]), "at most"),
        (query.FuzzyTerm("text", "w1", maxdist=MOST_EDITS + 1), "letters"),
        (nested(MOST_NODES - 1), "parts within parts"),
    ],
)
def test_what_asks_for_too_much_is_told_so(searcher: Searcher, asked: Any, message: str) -> None:
    with pytest.raises(TooMuch, match=message):
        searcher.search(asked)


@pytest.mark.parametrize(
    "asked",
    [
        query.And([query.Term("text", "w1"), query.Prefix("text", "x")]),
        spans.SpanNear(query.Term("text", "w1"), query.Term("text", "w2")),  # which Whoosh itself answers
    ],
)
def test_a_search_that_takes_too_long_is_given_up(searcher: Any, asked: Any) -> None:
    assert len(searcher.search(asked)) == 2_000
    searcher.seconds = -1.0
    try:
        with pytest.raises(TooMuch, match="too long"):
            searcher.search(asked)
    finally:
        del searcher.seconds
    assert len(searcher.search(asked)) == 2_000


def test_spans_are_for_whoosh(searcher: Any) -> None:
    with pytest.raises(Unknown):
        searcher.ask(spans.SpanNear(query.Term("text", "w1"), query.Term("text", "w2")))
