"""Places of terms are where reading every document finds them, whichever way they are kept."""

import random
from pathlib import Path

import numpy as np
import pytest
from whoosh import analysis, fields, query

from app.search import columnar
from app.search.columnar import lines, meeting, searching
from app.search.columnar.leaves import leaf
from app.search.columnar.lines import Line
from app.search.columnar.nodes import Term
from app.search.columnar.snapshot import Snapshot

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
) -> tuple[Snapshot, list[list[str]]]:
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
    return searcher.snapshot, written


@pytest.mark.parametrize("word", WORDS)
def test_keys_of_some_documents_are_those_that_reading_finds(
    opened: tuple[Snapshot, list[list[str]]], word: str
) -> None:
    (view,), written = opened[0].views, opened[1]
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
def test_marks_leave_out_nothing_that_is_there(opened: tuple[Snapshot, list[list[str]]], word: str) -> None:
    (view,) = opened[0].views
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
    opened: tuple[Snapshot, list[list[str]]], word: str, kind: type
) -> None:
    (view,) = opened[0].views
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


@pytest.mark.parametrize("word", WORDS)
def test_scores_and_membership_are_those_of_the_list(
    opened: tuple[Snapshot, list[list[str]]], word: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(meeting, "_FEWEST", 0)
    snapshot, written = opened
    having = np.array([number for number, words in enumerate(written) if word in words], np.uint32)
    some = np.arange(0, len(written), 3, dtype=np.uint32)
    for _ in range(OFTEN):
        one = leaf(snapshot, snapshot.views[0], Term("text", word.encode(), 1.5))
        assert one is not None
        assert one.of(having).tolist() == one.scores().tolist()
        assert one.of(having[::7]).tolist() == one.scores()[::7].tolist()
        among = one.among(some)
        assert among is None or some[among].tolist() == [n for n in some.tolist() if word in written[n]]
    assert among is not None


def test_places_behind_the_end_of_a_short_document_are_not_mistaken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Little words that are left out leave gaps: the 267th place is in a document of twelve words."""
    monkeypatch.setattr(lines, "_EXACT", 0)
    monkeypatch.setattr(lines, "_SOON", 0)
    monkeypatch.setattr(lines, "_OF_ALL", 2)
    left_out = analysis.StopFilter(stoplist=frozenset(("the",)), minsize=1, renumber=False)
    analyzer = analysis.RegexTokenizer() | left_out
    index = columnar.create_in(tmp_path, fields.Schema(text=fields.TEXT(analyzer=analyzer, phrase=True)))
    far = "rare " + "the " * 256 + "board"
    with index.writer() as writer:
        writer.add_document(text=far)
        writer.add_document(text="rare board " * 2)
        for _ in range(30):
            writer.add_document(text="board " * 12 + "the " * 300 + "board")
    searcher = index.searcher()
    for _ in range(OFTEN):
        found = searcher.search(query.Phrase("text", ["rare", "board"]), limit=None)
        assert [hit.docnum for hit in found] == [1]
