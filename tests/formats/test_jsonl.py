import dataclasses
import gzip
import io
import json
import tracemalloc
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import Invalid
from app.formats import jsonl, jsonlines
from app.records import Agent, Line, Named, Record, Script

BASE = {
    "id": "w-1", "collection": "C", "witness": "James Lewis", "role": "private", "date": "1864-04-28",
    "place": "Fort Pickering", "language": "en", "source": "Report", "rights": "Public domain",
    "segments": [{"start": None, "speaker": "", "text": "I was there."},
                 {"start": 1.5, "speaker": "Q", "text": ""}],
}  # fmt: skip


def read(data: bytes) -> list:
    return [
        (e.line, e.what if isinstance(e.what, Invalid) else e.what.source_id)
        for e in jsonl.read(io.BytesIO(data))
    ]


def test_base_keys() -> None:
    record = jsonl.load(BASE)
    assert record.title == "Testimony of James Lewis"
    assert record.agents == (Agent("James Lewis", "narrator", note="private"),)
    assert record.date.lower == "1864-04-28"
    assert record.place == Named("Fort Pickering")
    assert record.lines == (Line(0, "I was there."), Line(1, "", "Q", 1500))


def test_a_whole_record_round_trips(full: Record) -> None:
    line = jsonl.dump(full)
    assert "\n" not in line
    assert jsonl.load(line) == full
    for record in (Record("a", "b"), dataclasses.replace(full, scripts=full.scripts[:1], language="")):
        assert jsonl.load(jsonl.dump(record)) == record


texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")).map(
    lambda text: unicodedata.normalize("NFC", text)
)
times = st.none() | st.integers(0, 2**31 - 1)


@given(st.lists(st.tuples(texts, texts, times)), texts)
def test_any_lines_round_trip(rows: list, title: str) -> None:
    lines = tuple(Line(n, text, speaker, start) for n, (text, speaker, start) in enumerate(rows))
    record = Record("i", title or "t", scripts=(Script("", lines),))
    assert jsonl.load(jsonl.dump(record)) == record


def test_text_becomes_nfc_and_unknown_keys_are_carried() -> None:
    record = jsonl.load({**BASE, "witness": "Zoe\u0301", "shelf": {"n": 3}})
    assert record.agents[0].name == "Zo\u00e9"
    assert record.extra == {"shelf": {"n": 3}}


BAD = {
    '{"id": 1': "not JSON",
    "[]": "not an object",
    "{}": 'no "id"',
    '{"id": "a", "segments": [{"start": NaN, "text": ""}]}': "NaN",
    '{"id": "a", "segments": [{"start": -1, "text": ""}]}': "segments[0].start",
    '{"id": "a", "segments": [{"start": 1e300, "text": ""}]}': "segments[0].start",
    '{"id": "a", "segments": [{"start": "1", "text": ""}]}': "segments[0].start",
    '{"id": "a", "segments": [{"start": 2, "end": 1, "text": ""}]}': "ends before",
    '{"id": "a", "segments": [{"text": "\\ud800"}]}': "surrogate",
    '{"id": "a", "segments": [{"text": "\\u0000"}]}': "NUL",
    '{"id": "a", "segments": [{"text": 3}]}': "segments[0].text",
    '{"id": "a", "segments": {}}': "not a list",
    '{"id": "a", "segments": [], "marks": [{"claim": "c", "first": 0, "last": 0, "stance": "supports", '
    '"basis": "saw"}]}': "marks[0] points",
    '{"id": "a", "access": "Restricted"}': "access",
    '{"id": "a", "embargo_until": "soon"}': "embargo_until",
    '{"id": "a", "x": ' + "[" * 100_000 + "]" * 100_000 + "}": "",
    '{"id": "a", "x": ' + "[" * 50 + "]" * 50 + "}": "nested",
    '{"id": "a", "x": 1e999}': "finite",
    '{"id": "a", "x": ' + "9" * 5000 + "}": "not JSON",
}


@pytest.mark.parametrize("line", BAD, ids=lambda line: line[:40])
def test_a_bad_record_is_told_and_the_rest_goes_on(line: str) -> None:
    good = json.dumps(BASE)
    found = read(f"{good}\n{line}\n\n{good}".encode())
    assert [n for n, _ in found] == [1, 2, 4]
    assert (found[0][1], found[2][1]) == ("w-1", "w-1")
    assert isinstance(found[1][1], Invalid)
    assert found[1][1].line == 2
    assert BAD[line] in str(found[1][1])


def test_bytes_that_are_not_utf8_and_keys_said_twice() -> None:
    found = read(b'{"id": "\xff"}\n{"id": "a", "id": "b"}\n')
    assert "UTF-8" in str(found[0][1])
    assert found[1] == (2, "b")


def test_gzip_whole_and_cut_off() -> None:
    good = "\n".join(json.dumps({**BASE, "id": f"{n}", "x": str(n**9) * 50}) for n in range(200)).encode()
    packed = gzip.compress(good)
    entries = list(jsonl.read(io.BytesIO(packed)))
    assert len(entries) == 200
    assert entries[-1].read == len(packed)
    cut = read(packed[: len(packed) // 2])
    assert 1 < len(cut) < 200
    assert "cut off" in str(cut[-1][1])
    assert isinstance(read(b"\x1f\x8b\x08junk")[-1][1], Invalid)
    assert read(b"") == []


def test_an_endless_line_is_refused_in_flat_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jsonlines, "MAX_LINE", 2**20)
    data = gzip.compress(b'{"id": "' + b"a" * 40 * 2**20 + b'"}\n' + json.dumps(BASE).encode())
    tracemalloc.start()
    found = read(data)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert "longer than 1 MiB" in str(found[0][1])
    assert found[1] == (2, "w-1")
    assert peak < 8 * 2**20


@pytest.mark.parametrize(
    "name", ["fort_pillow_1864", "udhr_multilingual", "timed_coser_es", "paris_stories_fr"]
)
def test_real_collections_round_trip(shared, name: str) -> None:
    with shared("corpora", f"{name}.jsonl.gz").open("rb") as stream:
        for entry in jsonl.read(stream):
            assert not isinstance(entry.what, Invalid)
            assert jsonl.load(jsonl.dump(entry.what)) == entry.what
