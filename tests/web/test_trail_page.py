"""The trail as archivists see it: narrowed by who, what, which record and when, to take away as well."""

import csv
import io
import json
from datetime import UTC, datetime

import pytest

from app import clock
from app.cli.base import OPERATOR
from app.policy import Actor, Role
from app.services import auditing, recounting
from tests.conftest import testimony

ADA = Actor("ada", "Ada", Role.ARCHIVIST)


@pytest.fixture
def desk(archive, sign_in, keep):
    visitor = sign_in("archivist")
    kept = keep(testimony("a", "We left.", title="Leaving"))
    for number, day in enumerate((1, 1, 2, 3), start=1):
        with clock.showing(datetime(2031, 5, day, 12, tzinfo=UTC)), archive.writing():
            told = {"testimony": kept, "lines": [number, number + 1], "stance": "supports", "basis": "saw"}
            auditing.note(ADA, "evidence.link", f"evidence:e{number}", **told)
    with clock.showing(datetime(2031, 5, 4, tzinfo=UTC)), archive.writing():
        changed = {"before": {"title": "Leaving"}, "after": {"title": "=1+1 Staying"}}
        auditing.note(OPERATOR, "testimony.describe", f"testimony:{kept}", **changed)
    return visitor, kept


def said(visitor, query: str) -> list[int]:
    """The first lines of the links that a page tells of."""
    text = visitor.get(f"/workbench/trail?{query}").text
    return [n for n in range(1, 5) if f"tied lines {n}–{n + 1} to a claim: Supports, saw it" in text]


def test_it_is_narrowed_by_everything(desk):
    visitor, kept = desk
    assert said(visitor, "") == [1, 2, 3, 4]
    assert said(visitor, "who=ada") == [1, 2, 3, 4]
    assert said(visitor, "who=nobody") == []
    assert said(visitor, "what=evidence&from=2031-05-02") == [3, 4]
    assert said(visitor, "from=2031-05-02&to=2031-05-02") == [3]
    assert said(visitor, f"record={kept}&to=2031-05-01") == [1, 2]
    assert said(visitor, "record=e2") == [2]
    assert said(visitor, "record=evidence:e2&who=ada&what=evidence.link") == [2]
    assert said(visitor, "what=term") == []
    assert visitor.get("/workbench/trail?from=yesterday").status_code == 422


def test_a_change_says_what_was_before(desk):
    text = desk[0].get("/workbench/trail?what=testimony.describe").text
    assert "<del>Leaving</del>" in text
    assert "<ins>=1+1 Staying</ins>" in text
    assert "The command line" in text


def test_pages_lead_on(desk, monkeypatch):
    monkeypatch.setattr(recounting, "PER_PAGE", 3)
    first = desk[0].get("/workbench/trail?what=evidence").text
    assert "Older" in first
    to = first.partition('" rel="next"')[0].rpartition('href="')[2].replace("&amp;", "&")
    assert said(desk[0], to.partition("?")[2]) == [1]


def test_it_is_taken_away_as_csv_and_json_lines(desk, monkeypatch):
    monkeypatch.setattr(recounting, "BATCH", 2)
    rows = list(csv.DictReader(io.StringIO(desk[0].get("/workbench/trail/export.csv?who=ada").text)))
    assert [row["target"] for row in rows] == [f"evidence:e{n}" for n in (4, 3, 2, 1)]
    lines = desk[0].get("/workbench/trail/export.jsonl?what=testimony.describe").text.splitlines()
    (entry,) = [json.loads(line) for line in lines]
    assert entry["details"]["after"] == {"title": "=1+1 Staying"}
    assert entry["sentence"] == "changed the description"
    assert desk[0].get("/workbench/trail/export.xml").status_code == 422


def test_the_desk_shows_the_last_changes_of_its_testimony(desk):
    visitor, kept = desk
    assert "<ins>=1+1 Staying</ins>" in visitor.get(f"/workbench/testimonies/{kept}").text
