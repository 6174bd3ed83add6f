"""Whoosh's own searcher, parser and readers work on an index, and find what the engine finds."""

import random
from pathlib import Path

import pytest
from whoosh import query as whoosh_query
from whoosh.qparser import QueryParser
from whoosh.searching import Searcher

from app.search import Query, columnar
from app.search.schema import schema
from app.search.whoosh import WhooshEngine
from tests.search.making import one
from tests.search.test_against_oracle import collection


@pytest.mark.parametrize("seed", range(4))
def test_whooshs_searcher_finds_the_same(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "app.search.columnar.writing.due", lambda *_: []
    )  # several segments, and dead documents
    chance = random.Random(seed)
    engine = WhooshEngine(tmp_path)
    engine.put({"gone": [one("gone", 0, "night house")], "a0": [one("a0", 0, "red fire night fire")]}, {})
    engine.put({f"z{name}": documents for name, documents in collection(chance).items()}, {})
    engine.put({"gone": []}, {})
    reader = columnar.open_dir(tmp_path, schema=schema()).reader()
    numbers = reader.column_reader("number")
    with Searcher(reader) as searcher:
        parser = QueryParser("words", schema())
        for asked in (
            "night",
            "night AND fire",
            "house OR river",
            '"red house"',
            '"night fire"',
            "nigh*",
            "red NOT fire",
        ):
            found = searcher.search(parser.parse(asked), limit=None)
            mine = engine.search(Query(asked, limit=1000)).hits
            assert {(hit["group"], numbers[hit.docnum]) for hit in found} == {
                (h.group, h.number) for h in mine
            }, asked
        every = searcher.search(whoosh_query.Every(), limit=None)
        assert len(every) == engine.search(Query("")).total
        fuzzy = searcher.search(whoosh_query.FuzzyTerm("words", "nighd"), limit=None)
        assert len(fuzzy) == engine.search(Query('"night"')).total
        assert set(searcher.reader().lexicon("words")) >= {b"night", b"fire"}
