"""Places of terms are where reading every document finds them, whichever way they are kept."""

import random
from pathlib import Path

import numpy as np
import pytest
from whoosh import analysis, fields

from app.search import columnar
from app.search.columnar import lines, meeting, searching
from app.search.columnar.lines import Line
from app.search.columnar.snapshot import View

WORDS = ("the", "of", "and", "board", "rare")
OFTEN = 6  # askings after which everything is kept that may be


def texts() -> list[list[str]]:
    """So that many codes of the first word do not fit in a byte."""
    random_ = random.Random(11)
    weights = (0.4, 0.2, 0.1, 0.02, 0.00005)
    return [
        random_.choices((*WORDS, "x"), (*weights, 0.3), k=random_.choice([0, 50, 300, 700]))
        for _ in range(1_000)
    ]


@pytest.fixture(scope="module", params=[1, 3], ids=["one segment", "three segments"])
def opened(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[View, list[list[str]]]:
    written = texts()
    schema = fields.Schema(text=fields.TEXT(analyzer=analysis.StandardAnalyzer(stoplist=None, minsize=1)))
    index = columnar.create_in(Path(tmp_path_factory.mktemp("index")), schema)
    size = -(-len(written) // request.param)
    for first in range(0, len(written), size):
        writer = index.writer()
        for words in written[first : first + size]:
            writer.add_document(text=" ".join(words))
        writer.commit(merge=False)
    searcher = index.searcher()
    assert isinstance(searcher, searching.ColumnarSearcher)
    return searcher.snapshot.views[0], written


@pytest.mark.parametrize("word", WORDS)
def test_keys_of_some_documents_are_those_that_reading_finds(
    opened: tuple[View, list[list[str]]], word: str
) -> None:
    view, written = opened
    line, number = Line(view, "text", even=False), view.data.fields["text"].terms.find(word.encode())
    begins = line.begins.tolist()
    for step in (1, 3, 50):
        chosen = np.arange(0, len(written), step, dtype=np.uint32)
        right = [
            begins[document] + place
            for document in chosen.tolist()
            for place, other in enumerate(written[document])
            if other == word
        ]
        for _ in range(OFTEN):
            assert line.near(number, chosen).tolist() == right
    assert view.kept.has(("above", "text", number)) == (word != "rare")


@pytest.mark.parametrize("word", WORDS)
def test_marks_leave_out_nothing_that_is_there(opened: tuple[View, list[list[str]]], word: str) -> None:
    view, _ = opened
    line, number = Line(view, "text", even=False), view.data.fields["text"].terms.find(word.encode())
    keys = line.keys((number,))
    assert all(line.marks(number) is None for _ in range(lines._DEAREST))
    marks = line.marks(number)
    assert marks is not None
    assert line.likely(keys, marks).all()
    every = np.arange(line.edges[-1], dtype=line.edges.dtype)
    there = np.isin(every, keys)
    wrong = np.count_nonzero(line.likely(every, marks) & ~there)
    assert wrong < len(every) / 4


@pytest.mark.parametrize(("word", "kind"), [("the", np.uint16), ("board", np.uint8)])
def test_codes_laid_out_are_those_of_the_postings(
    opened: tuple[View, list[list[str]]], word: str, kind: type
) -> None:
    view, _ = opened
    part = view.data.fields["text"]
    number = part.terms.find(word.encode())
    for _ in range(OFTEN):
        laid = meeting.laid(view, "text", number)
    assert laid is not None
    assert laid.dtype == kind
    documents = part.documents(number)
    found = meeting.codes_in(view, "text", number, documents)
    assert found is None or found.tolist() == part.codes(number).tolist()
    assert (found is None) == (kind is np.uint8 and bool((part.codes(number) >= 254).any()))
    assert laid.nonzero()[0].tolist() == documents.tolist()
