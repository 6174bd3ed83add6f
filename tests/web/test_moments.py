"""Statements of when are drawn on one strip, between the bounds of what they may mean."""

import pytest

from app.dates import from_words
from app.pages import TimeStatement
from app.records import FuzzyDate, Named
from app.web.public.moments import moments


def stated(*words: str) -> list[TimeStatement]:
    return [TimeStatement(from_words(said), Named("A claim")) for said in words]


def test_a_statement_reaches_from_its_first_to_its_last_day():
    drawn = moments(stated("25 February 1992", "February 1992", "after 26 February 1992"))
    day, month, after = drawn.spans
    assert month.start < day.start < day.end < month.end
    assert (after.open_start, after.open_end) == (False, True)
    assert after.end == 100
    assert day.end < after.start
    assert [span.key for span in drawn.spans] == ["1", "2", "3"]


def test_what_cannot_be_read_keeps_its_number_and_is_not_drawn():
    drawn = moments(stated("25 February 1992", "when the snow had gone", "1992"))
    assert [span.key for span in drawn.spans] == ["1", "3"]
    assert moments(stated("25 February 1992", "when the snow had gone")) is None


def test_hours_are_ticks_where_all_is_of_one_day():
    hours = [FuzzyDate(h, h, f"1864-04-12T{h}", f"1864-04-12T{h}") for h in ("05:30", "15:00", "16:00")]
    drawn = moments([TimeStatement(hour, Named("A claim")) for hour in hours])
    assert [span.start == span.end for span in drawn.spans] == [True] * 3
    assert {hour[-3:] for _, _, hour in drawn.ticks} == {":00"}
    assert {day for _, day, _ in drawn.ticks} == {"1864-04-12"}


@pytest.mark.parametrize("words", [("1915", "1920"), ("2 May 1915", "9 May 1915"), ("May 1915", "1985")])
def test_there_are_a_few_ticks_and_all_lie_on_the_strip(words):
    drawn = moments(stated(*words))
    assert 1 <= len(drawn.ticks) <= 7
    assert all(0 <= at <= 100 for at, _, _ in drawn.ticks)
    assert [at for at, _, _ in drawn.ticks] == sorted(at for at, _, _ in drawn.ticks)
