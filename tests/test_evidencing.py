"""Evidence by itself: taken in from a file, given out as an audience may see it, and in again as it was."""

import csv
import gzip
import json
from dataclasses import replace
from pathlib import Path

import pytest

from app.cli.base import OPERATOR
from app.formats import jsonl, register
from app.models import Audience
from app.records import EvidenceEntry, Figure, FuzzyDate
from app.services import accessioning, evidence_files, evidencing, exchanging, linking, redacting, registering
from tests.conftest import testimony
from tests.correcting import Edited, begin, save

FOLDER = Path(__file__).parent / "data" / "fort_pillow"
TEXTS = ("We left at dawn.", "=There were forty of us.", "My brother saw the bridge go.", "Nobody came back.")
CLAIMS = {
    "sources": [{"id": "s", "title": "A report"}],
    "questions": [{"id": "q", "text": "How many left?"}],
    "claims": [
        {"id": "forty", "question": "q", "text": "Forty left.", "asserted_in": "s"},
        {"id": "bridge", "question": "q", "text": "The bridge fell.", "asserted_in": "s"},
    ],
}
ENTRIES = [
    EvidenceEntry("told", 1, 1, "forty", "supports", "saw", note="-counted them"),
    EvidenceEntry(
        *("told", 2, 3, "bridge", "qualifies", "heard_from", "a brother"),
        figure=Figure("some thirty", 30, approximate=True, unit="people", counted="who left", where="Orrin"),
        happened=FuzzyDate("at dawn", "1962-06-03", "1962-06-03T04:00", "1962-06-03T06:00"),
    ),
    EvidenceEntry(
        *("told", 2, 2, "forty", "contradicts", "inferred"),
        linked_by="A guest",
        linked_at="2020-01-02T03:04:05+00:00",
    ),
]


@pytest.fixture
def account(archive, keep) -> str:
    with archive.writing():
        registering.register(register.load(json.dumps(CLAIMS)), OPERATOR, publish=True)
    return keep(testimony("told", *TEXTS))


def take(archive, entries) -> evidencing.Report:
    with archive.writing():
        return evidencing.take(entries, OPERATOR)


def given(archive, audience=Audience.STAFF):
    with archive.reading():
        return evidencing.given(audience, evidencing.claims(audience))


def test_passages_are_tied_once_and_never_twice(archive, account):
    report = take(archive, ENTRIES)
    assert (report.linked, report.known, report.problems) == (3, 0, [])
    report = take(archive, [*ENTRIES, replace(ENTRIES[0], stance="contradicts")])
    assert (report.linked, report.known) == (0, 3)
    assert "otherwise" in report.problems[0]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"testimony": "nowhere"}, "no such testimony"),
        ({"claim": "none"}, "no claim none"),
        ({"last": 9}, "not in the transcript"),
        ({"linked_at": "yesterday"}, "no moment"),
        ({"revision": 7}, "no revision 7"),
    ],
)
def test_what_cannot_be_tied_is_told_and_the_rest_goes_on(changed, said, archive, account):
    report = take(archive, [replace(ENTRIES[0], **changed), ENTRIES[1]])
    assert report.linked == 1
    assert said in report.problems[0]


@pytest.mark.parametrize("form", list(evidence_files.FORMS))
def test_out_and_in_again_loses_nothing(form, archive, account):
    take(archive, ENTRIES)
    before = given(archive)
    file = evidence_files.dump(form, before, "https://a.example", "https://a.example/e", "All")
    with archive.writing():
        for entry, _ in before:
            linking.unlink(entry.ref, OPERATOR)
    assert given(archive) == []
    report = take(archive, evidence_files.load(file.encode()))
    assert (report.linked, report.problems) == (3, [])
    after = given(archive)
    assert [(replace(e, ref=""), w) for e, w in after] == [(replace(e, ref=""), w) for e, w in before]
    assert {(e.figure, e.happened) for e, _ in after} == {(e.figure, e.happened) for e in ENTRIES}
    assert {e.linked_by for e, _ in after} == {"command line", "A guest"}


def test_lines_of_an_older_revision_are_found_where_they_stand_now(archive, account):
    (told, *rest) = [one.line for one in begin(list(TEXTS))]
    with archive.writing():
        save(account, 1, [Edited((), "Before.", "Ana Vell", 0, 500), told, *rest])
    take(archive, [replace(ENTRIES[0], revision=1)])
    ((entry, _),) = given(archive)
    assert (entry.first, entry.revision, entry.quote) == (2, 2, TEXTS[1])


def test_readers_see_no_link_of_what_is_withheld_and_nobody_who_linked(archive, account):
    take(archive, ENTRIES)
    with archive.writing():
        redacting.redact(account, 2, 2, "danger", OPERATOR)
    ((entry, _),) = given(archive, Audience.PUBLIC)
    assert (entry.first, entry.linked_by, entry.linked_at) == (1, "", "")
    assert len(given(archive)) == 3


def test_places_are_in_code_points_of_the_text(archive, account):
    take(archive, ENTRIES)
    text = "\n".join(TEXTS)
    for entry, where in given(archive):
        assert text[where.start : where.end] == entry.quote
        assert text[: where.start].endswith(where.prefix)
        assert text[where.end :].startswith(where.suffix)


def test_the_questions_of_fort_pillow_come_in_whole(archive, shared):
    """One of the eight questions with all its witnesses; every row of the file points at what is there."""
    rows = list(evidence_files.load((FOLDER / "evidence.csv").read_bytes()))
    with gzip.open(shared / "corpora" / "fort_pillow_1864.jsonl.gz") as stream:
        held = {entry.what.source_id: entry.what for entry in jsonl.read(stream)}
    assert len(rows) >= 60
    assert all(row.last < len(held[row.testimony].lines) for row in rows)
    buried = [row for row in rows if row.claim == "fp-c-buried"]
    with archive.writing():
        registering.register(register.load((FOLDER / "register.json").read_bytes()), OPERATOR, publish=True)
    with archive.writing():
        for name in dict.fromkeys(row.testimony for row in buried):
            kept = exchanging.find_collection(held[name].collection, held[name])
            accessioning.accession(held[name], kept, OPERATOR, publish=True)
    report = take(archive, buried)
    assert (report.linked, report.problems) == (len(buried), [])


def test_the_file_of_fort_pillow_copies_no_testimony(shared):
    with gzip.open(shared / "corpora" / "fort_pillow_1864.jsonl.gz", "rt") as stream:
        spoken = {gram for line in stream for s in json.loads(line)["segments"] for gram in grams(s["text"])}
    with (FOLDER / "evidence.csv").open() as file:
        notes = [row["note"] + " " + row["heard_from"] for row in csv.DictReader(file)]
    assert not [note for note in notes if grams(note) & spoken]


def grams(text: str, length: int = 6) -> set[tuple[str, ...]]:
    words = text.lower().split()
    return {tuple(words[i : i + length]) for i in range(len(words) - length + 1)}
