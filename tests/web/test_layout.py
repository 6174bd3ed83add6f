"""A stretch as turns: a speaker is named once, withheld lines of one reason are one row."""

from app.pages import TestimonyPage
from app.records import Chapter, Line, Mark, Record, Script
from app.web.public import layout


def line(number: int, text: str = "", speaker: str = "Mira", **more) -> Line:
    return Line(number, text, speaker, number * 1000, number * 1000 + 900, **more)


def page(*lines: Line, focus: int | None = None, translations=None, **more) -> TestimonyPage:
    record = Record("a", "A", scripts=(Script("en", lines),), **more)
    return TestimonyPage(record, focus=focus, translations=translations or {})


def test_a_speaker_is_named_once_a_turn():
    turns = layout.turns(
        page(line(0, "a"), line(1, "b"), line(2, "c", "Ansa"), line(3, "d", ""), line(4, "e", "Mira")), []
    )
    assert [(t.speaker, len(t.rows)) for t in turns] == [("Mira", 2), ("Ansa", 1), ("", 1), ("Mira", 1)]


def test_a_chapter_begins_a_turn_also_in_the_middle_of_one():
    chapters = (Chapter("The bridge", first=1, last=1),)
    turns = layout.turns(page(line(0, "a"), line(1, "b"), chapters=chapters), [])
    assert [(t.speaker, t.chapter.title if t.chapter else "") for t in turns] == [
        ("Mira", ""),
        ("Mira", "The bridge"),
    ]


def test_withheld_lines_of_one_reason_are_one_row_that_keeps_every_anchor():
    turns = layout.turns(
        page(
            line(0, "a"),
            line(1, withheld="names another"),
            line(2, withheld="names another"),
            line(3, withheld="at the narrator's wish"),
            line(4, withheld="at the narrator's wish", withheld_until="2071-01-01"),
            line(5, "b"),
            line(6, withheld="names another"),
        ),
        [],
    )
    assert [list(row.numbers) for row in turns[0].rows] == [[0], [1, 2], [3], [4], [5], [6]]


def test_withheld_lines_of_two_speakers_are_two_rows():
    turns = layout.turns(page(line(0, withheld="x"), line(1, speaker="Ansa", withheld="x")), [])
    assert [len(t.rows) for t in turns] == [1, 1]


def test_the_line_asked_for_is_marked_also_inside_a_withheld_run():
    turns = layout.turns(page(line(0, withheld="x"), line(1, withheld="x"), line(2, "b"), focus=1), [])
    assert [row.focused for row in turns[0].rows] == [True, False]


def test_a_stretch_asked_for_is_marked_whole():
    lines = [line(number, "a") for number in range(5)]
    marked = [row.focused for row in layout.turns(page(*lines, focus=1), [], to=3)[0].rows]
    assert marked == [False, True, True, True, False]
    backwards = [row.focused for row in layout.turns(page(*lines, focus=3), [], to=1)[0].rows]
    assert backwards == [False, False, False, True, False]


def test_a_mark_stands_where_it_begins_and_bears_on_all_its_lines():
    marks = (Mark("claim", 1, 2, "supports", "saw"),)
    rows = layout.turns(page(*(line(n, "a") for n in range(4)), marks=marks), [])[0].rows
    assert [len(row.marks) for row in rows] == [0, 1, 0, 0]
    assert [row.bearing for row in rows] == [False, True, True, False]


def test_a_translation_stands_beside_its_line_and_nothing_is_invented_for_the_others():
    beside = {"en": {1: Line(1, "two")}}
    rows = layout.turns(page(line(0, "раз"), line(1, "два"), translations=beside), ["en"])[0].rows
    assert [[held.text for _, held in row.translated] for row in rows] == [[], ["two"]]


def test_which_translations_are_shown():
    held = {"en": {}, "fr": {}}
    assert layout.shown_translations(held, "") == ["en", "fr"]
    assert layout.shown_translations(held, "fr") == ["fr"]
    assert layout.shown_translations(held, "none") == []
    assert layout.shown_translations(held, "xx") == ["en", "fr"]


def test_nothing_is_laid_out_as_nothing():
    assert layout.turns(page(), []) == []


def test_what_was_asked_for_ends_where_the_transcript_ends():
    lines = [line(number, "a") for number in range(5)]
    assert layout.focused(page(*lines)) is None
    assert layout.focused(page(*lines, focus=2)) == (2, 2)
    assert layout.focused(page(*lines, focus=2), to=3) == (2, 3)
    assert layout.focused(page(*lines, focus=2), to=1) == (2, 2)
    assert layout.focused(page(*lines, focus=2), to=99) == (2, 4)
