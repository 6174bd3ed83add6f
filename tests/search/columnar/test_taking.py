"""Documents are taken apart alike, however they come: by the list of their kind, or looked at one by one."""

from collections import defaultdict
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from whoosh import fields
from whoosh.analysis import StandardAnalyzer

from app.search import columnar
from app.search.columnar.segment import data_of
from app.search.columnar.stretches import Cut, Table

TEXTS = [
    "One day in the camp",
    "one\x01day",
    "\x00 zero",
    "über den Fluß, one.two",
    "",
    " ",
    "a.b.c *x*",
    "day " * 40,
]


def _index(folder: Path) -> Any:
    folder.mkdir(exist_ok=True)
    schema = fields.Schema(
        key=fields.ID(unique=True, stored=True),
        text=fields.TEXT(analyzer=StandardAnalyzer(), stored=True),
        number=fields.NUMERIC(int, sortable=True, stored=False),
        kind=fields.KEYWORD(sortable=True),
        more=fields.STORED(),
    )
    return columnar.create_in(folder, schema)


def _documents() -> list[dict[str, Any]]:
    found = []
    for number in range(600):
        given: dict[str, Any] = {"key": f"k{number % 500}", "text": TEXTS[number % len(TEXTS)]}
        if number % 3:
            given["number"] = number % 7 if number % 5 else True
        if number % 4:
            given["kind"] = None if number % 11 == 0 else f"kind {number % 2}"
        given["more"] = "plain" if number % 6 else {"number": number}
        found.append(given)
    return found


def _said(index: Any) -> Any:
    """All that is in an index of one segment: postings, the column of numbers, what is stored."""
    (segment,) = index._segments()
    data = data_of(index.storage, segment)
    postings = {}
    for name, part in data.fields.items():
        for number, term in enumerate(part.terms):
            weights = part.weights[part.codes(number)].tolist()
            lengths = part.lengths[part.codes(number)].tolist()
            documents = part.documents(number).tolist()
            postings[name, term] = documents, weights, lengths, part.values(number)
    return postings, data.numbers("number").tolist(), [data.document(one) for one in range(data.count)]


def test_the_same_one_by_one(tmp_path: Path) -> None:
    """A boost of one for a field that is not there makes every document be looked at: nothing differs."""
    indexes = []
    for name, more in (("a", {}), ("b", {"_other_boost": 1.0})):
        index = _index(tmp_path / name)
        with index.writer() as writer:
            for given in _documents():
                writer.add_document(**given, **more)
        indexes.append(_said(index))
    assert indexes[0] == indexes[1]
    assert ("text", b"camp") in indexes[0][0]
    assert indexes[0][2][1]["text"] == "one\x01day"
    assert indexes[0][2][2]["text"] == "\x00 zero"


def test_what_is_refused_leaves_nothing(tmp_path: Path) -> None:
    """A document whose value cannot be kept is refused whole, before and after its like were taken."""
    index = _index(tmp_path)
    good = {"key": "a", "text": "good", "number": 1}
    with index.writer() as writer:
        for wrong in ({"number": 1 << 40}, {"key": "\ud800"}, {"number": "x"}):
            for _ in range(2):
                with pytest.raises((ValueError, TypeError)):
                    writer.add_document(**{**good, **wrong})
                writer.add_document(**good)
    postings, numbers, stored = _said(index)
    assert [one["key"] for one in stored] == ["a"] * 6
    assert len(numbers) == 6
    assert len(set(numbers)) == 1
    assert {term for name, term in postings if name == "text"} == {b"good"}


def test_stretches_are_told_apart() -> None:
    """Of any length, in any script, more than have room: each gives the number that a dictionary would."""
    random = np.random.default_rng(3)
    letters = ["a", "b", "z", "é", "ж", "խ", "9"]
    words = ["".join(random.choice(letters, size)) for size in random.integers(1, 20, 10_000).tolist()]
    words += [f"abcdefgh{word[:4]}" for word in words]  # alike in the first half
    words += ["abcdefgh", "abcdefghabcdefgh", "abcdefghabcdefghi", "abcdefghabcdefghj"] * 30
    texts = [
        "",
        *(" ".join(random.choice(words, size)) for size in random.integers(0, 300, 300).tolist()),
        "",
    ]
    numbers: defaultdict[bytes, int] = defaultdict(count().__next__)
    table = Table(lambda stretches: map(numbers.__getitem__, stretches))
    for begin in range(0, len(texts), 50):
        some = texts[begin : begin + 50]
        for _ in range(2):
            data = "".join(f"{text}\1" for text in some).encode().replace(b" ", b"\0")
            cut = Cut(data)
            assert cut.per_text.tolist() == [len(text.split()) for text in some]
            expected = [numbers[word.encode()] for text in some for word in text.split()]
            assert table.codes(cut).tolist() == expected
