import dataclasses

import pytest

from app.dates import from_words
from app.errors import NotFound
from app.formats import citation
from app.records import Agent, Line, Record, Script

URL = "https://archive.example/t/abc#s1"
RECORD = Record(
    source_id="x",
    identifier="abc",
    title="Salt & 100% {rice}\nof_Ağdam",
    date=from_words("spring 1992"),
    collection="The $5 Collection",
    repository="Science Institute",
    accession_number="OH1",
    language="az",
    agents=(Agent("Leyla Əliyeva"), Agent("Ann Bo", "interviewer")),
    scripts=(
        Script(
            "az", (Line(0, "a", "", 0, 60_000), Line(1, "b", "", 60_000, 125_000), Line(2, "c")), revision=3
        ),
    ),
)


def test_chicago() -> None:
    assert citation.chicago(RECORD, URL, 0, 1, archive_name="Our Archive") == (
        "Leyla Əliyeva, interview by Ann Bo, spring 1992 [1992-21], OH1, 0:00–2:05 (segments 0–1), "
        "transcript revision 3, The $5 Collection, Science Institute, Our Archive, " + URL + "."
    )
    written = dataclasses.replace(RECORD, kind="letter", title="To K.", date=None)
    assert citation.chicago(written, URL, 2).startswith(
        "Leyla Əliyeva, “To K.,” letter, n.d., OH1, segment 2, tran"
    )
    with pytest.raises(NotFound):
        citation.chicago(RECORD, URL, 2, 3)


def test_bibtex() -> None:
    entry = citation.bibtex(RECORD, URL + "_%20{", 1)
    assert entry.startswith("@misc{abc-1,\n  author = {{Leyla Əliyeva}},\n")
    assert r"title = {{Salt \& 100\% \textbraceleft{}rice\textbraceright{} of\_Ağdam}}" in entry
    assert r"series = {The \$5 Collection}" in entry
    assert "date = {1992-21}" in entry
    assert "url = {https://archive.example/t/abc#s1_%20%7B}" in entry
    assert "transcript revision 3; date: spring 1992 [1992-21]" in entry


def test_ris() -> None:
    entry = citation.ris(RECORD, URL)
    rows = entry.split("\r\n")
    assert rows[0] == "TY  - GEN"
    assert rows[-2:] == ["ER  - ", ""]
    assert "DA  - 1992///spring 1992 [1992-21]" in rows
    assert "TI  - Salt & 100% {rice} of_Ağdam" in rows
    assert "\n" not in entry.replace("\r\n", "")


def test_csl() -> None:
    item = citation.csl_json(RECORD, URL, 0)
    assert item["type"] == "interview"
    assert item["author"] == [{"literal": "Leyla Əliyeva"}]
    assert item["issued"] == {"literal": "spring 1992 [1992-21]"}
    for words, issued in {
        "1992-02-26": {"date-parts": [[1992, 2, 26]]},
        "about 1944": {"date-parts": [[1944]], "circa": True, "literal": "about 1944 [1944~]"},
        "1941/1945": {"date-parts": [[1941], [1945]]},
    }.items():
        assert citation.csl_json(dataclasses.replace(RECORD, date=from_words(words)), URL)["issued"] == issued
