"""Where the shared fixtures lie, and what a whole Record looks like."""

from pathlib import Path

import pytest

from app.records import (
    Agent,
    Chapter,
    FuzzyDate,
    Line,
    Mark,
    MediaRef,
    Named,
    Record,
    Script,
    Tag,
    Withholding,
)
from tests.formats.sharing import shared_path


@pytest.fixture
def shared():
    """Path of something under ../shared; skips, saying what is missing, where it is absent."""

    def find(*parts: str) -> Path:
        path = shared_path(*parts)
        if not path.exists():
            pytest.skip(f"{path} is not here: this test reads the shared fixtures")
        return path

    return find


@pytest.fixture
def full() -> Record:
    """A Record with something in every field."""
    lines = (
        Line(0, "Where were you?", "Q", 0, 1500),
        Line(1, "", "", None, None),
        Line(2, "Evdə idim.\n\nAt home.", "Leyla", 2500, 61_001),
        Line(3, "", "Leyla", 70_000, None, "names a child", "2031-05-17"),
    )
    return Record(
        source_id="x-1",
        title="A day",
        identifier="t-abc",
        kind="deposition",
        summary="Short.",
        language="az",
        collection="C",
        collection_ref="c-1",
        date=FuzzyDate("spring 1992", "1992-21", "1992-03-01", "1992-05-31"),
        period=FuzzyDate("that winter"),
        place=Named("Bakı", "p-1", ("Baku", "Баку")),
        agents=(Agent("Leyla", "narrator", "a-1", "teacher", True), Agent("N. N.", "interviewer")),
        scripts=(
            Script("az", lines, "original", 3, "", "checked"),
            Script("en", (Line(0, "one"), Line(1, "two")), "translation", 2, "T. T."),
        ),
        chapters=(
            Chapter(
                "Home",
                0,
                60_000,
                0,
                2,
                "s",
                ("k",),
                ("s1", "s2"),
                "p",
                39.9,
                46.7,
                (("https://e.org", "x"),),
                "r",
            ),
            Chapter("Later"),
        ),
        marks=(Mark("c-1", 0, 2, "supports", "saw", "n", "", "m-1", "claim"),),
        tags=(Tag("hunger"), Tag("snow", "weather", 0, 1, "t-1")),
        withholdings=(Withholding(3, 3, "names a child", "2031-05-17"),),
        events=(Named("E", "e-1"),),
        places=(Named("P"),),
        people=(Named("X", "", ("Y",)),),
        media=(MediaRef("access", "audio", "https://e.org/a.mp3", "a.mp3", "c", 61_001, 1, 2, "f"),),
        duration_ms=61_001,
        rights="CC0",
        source="a box",
        accession_number="A1",
        repository="R",
        content_note="cold",
        access="reading_room",
        embargo_until="2030-01-01",
        invented=True,
        extra={"k": [1, {"a": "б"}], "n": None},
        warnings=("w",),
    )
