"""What is kept in less room is read as it was written: keys that begin alike, frequent terms, long places."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from whoosh import fields
from whoosh.analysis import StandardAnalyzer

from app.search import columnar
from app.search.columnar.arrays import Strings
from app.search.columnar.columnfile import Memory
from app.search.columnar.fronts import Fronted, kept, strings_of
from app.search.columnar.segment import data_of
from app.search.columnar.segmentdata import SegmentData

COUNT = 70_000  # more than a run of 65,536 has


def _keys(count: int) -> list[str]:
    return [
        f"testimony-of-{number * 7919 % count // 20:05}:{number * 7919 % count % 20}"
        for number in range(count)
    ]


def _often(number: int) -> bool:
    return number % 5 < 2


def _document(number: int, key: str) -> dict[str, Any]:
    text = "common often" if _often(number) else "common"
    return {"key": key, "text": f"{text} late" if number > 66_000 else text}


def _segments(index: Any) -> list[SegmentData]:
    return [data_of(index.storage, segment) for segment in index._segments()]


def _checked(data: SegmentData, keys: list[str], numbers: list[int]) -> None:
    """Every key, and every document of every word, read in each way there is."""
    text, terms = data.fields["text"], data.fields["key"].terms
    wanted = {
        b"common": list(range(len(numbers))),
        b"often": [place for place, number in enumerate(numbers) if _often(number)],
        b"late": [place for place, number in enumerate(numbers) if number > 66_000],
    }
    for term, documents in wanted.items():
        number = text.terms.find(term)
        assert text.documents(number).tolist() == documents
        bits = text.bits(number, data.count)
        assert (bits is None) == (len(documents) < 10_000)
        if bits is not None:
            marks = np.unpackbits(bits, bitorder="little")
            assert np.flatnonzero(marks).tolist() == documents
    everything = [document for _, documents in sorted(wanted.items()) for document in documents]
    assert text.documents(0, len(text.terms)).tolist() == everything
    assert isinstance(terms, Fronted)
    assert terms.all == sorted(key.encode() for key in keys)
    places = [0, 1, 16, 17, len(keys) - 1, len(keys) // 2]
    assert data.values(places, "key") == [keys[place] for place in places]
    assert data.values(places, "key") == [keys[place] for place in places]  # from memory
    assert [terms[terms.find(keys[place].encode())] for place in places] == [keys[p].encode() for p in places]
    assert terms.find(b"testimony-of-00001:") == -1
    assert terms.find(b"zz") == -1
    assert terms.find(b"") == -1
    low, high = terms.span(b"testimony-of-00001:")
    assert terms.slice(low, high) == [key for key in terms.all if key.startswith(b"testimony-of-00001:")]
    assert data.fields["key"].documents(terms.find(keys[9].encode())).tolist() == [9]


def test_merged_as_written(tmp_path: Path) -> None:
    """Two segments, then one without the documents that were removed: documents and keys stay right."""
    analyzer = StandardAnalyzer(stoplist=None)
    schema = fields.Schema(key=fields.ID(unique=True, stored=True), text=fields.TEXT(analyzer=analyzer))
    index = columnar.create_in(tmp_path, schema)
    keys = _keys(COUNT)
    with index.writer(limitmb=4000) as writer:
        for number, key in enumerate(keys):
            writer.add_document(**_document(number, key))
    _checked(_segments(index)[0], keys, list(range(COUNT)))
    gone = {3, 17, 65_535, 65_536, COUNT - 1}
    with index.writer() as writer:
        for number in sorted(gone):
            assert writer.delete_by_term("key", keys[number]) == 1
        writer.optimize = True
    stay = [number for number in range(COUNT) if number not in gone]
    _checked(_segments(index)[0], [keys[number] for number in stay], stay)


def test_long_places_stay_few(tmp_path: Path) -> None:
    """A segment whose places do not fit into bytes does not make those of all others wide."""
    analyzer = StandardAnalyzer(stoplist=None, minsize=1)
    index = columnar.create_in(tmp_path, fields.Schema(text=fields.TEXT(analyzer=analyzer)))
    words = " ".join(f"w{number % 50}" for number in range(100))
    with index.writer() as writer:
        for _ in range(100):
            writer.add_document(text=words)
    with index.writer(merge=False) as writer:
        writer.add_document(text=" ".join([words] * 9))
    wide = [data.fields["text"].array("places").dtype.itemsize for data in _segments(index)]
    before = [data.fields["text"].values(7) for data in _segments(index)]
    with index.writer() as writer:
        writer.optimize = True
    (together,) = _segments(index)
    assert sorted(wide) == [1, 2]
    assert together.fields["text"].array("places").dtype.itemsize == 1
    assert together.fields["text"].values(7) == [*before[0], *before[1]]


@pytest.mark.parametrize("count", [5000, 5008, 5009])
def test_keys_of_any_length(count: int) -> None:
    """Front-coded or not, strings are the same; long ones, short ones and none stay as they are."""
    listed = sorted({f"{'k' * (number % 3 * 100)}{number:05}".encode() for number in range(count)} | {b""})
    for strings in (listed, [*listed, b"z" * 300], [b""], []):
        arrays = kept(Strings.of(strings))
        read = strings_of(Memory({f"s.{end}": array for end, array in arrays.items()}, {}), "s")
        assert isinstance(read, Fronted) == (strings is listed)
        assert list(read) == strings
        assert [read[number] for number in range(len(read))] == strings
        assert [read.place(one) for one in strings[:40]] == list(range(len(strings[:40])))
        assert read.place(b"\xff") == len(strings)
        assert read.taken(np.arange(len(strings))[::-3]).all == strings[::-3]
