"""Times, dates, languages and numbers as a reader of each language is told them."""

from datetime import UTC, datetime

import pytest

from app.records import Figure, FuzzyDate
from app.web import filters


@pytest.mark.parametrize(
    ("edtf", "said"),
    [
        ("1992-02-26", "February 26, 1992"),
        ("1961-03", "March 1961"),
        ("1961", "1961"),
        ("1961~", "about 1961"),
        ("1961?", "1961, uncertain"),
        ("1961-03%", "about March 1961, uncertain"),
        ("196X", "1960s"),
        ("1961-21", "spring 1961"),
        ("1961-03-26/1961-03-27", "March 26, 1961 – March 27, 1961"),
        ("1961/..", "1961 – …"),
        ("1961-13", "1961-13"),
        ("[1667,1668]", "[1667,1668]"),
    ],
)
def test_an_edtf_date_is_put_into_words(edtf, said, request_):
    assert filters.fuzzy(FuzzyDate(edtf, edtf)) == said


def test_the_words_used_come_before_the_expression(request_):
    assert (
        filters.fuzzy(FuzzyDate("ten days after the new moon", "1961-03-26~"))
        == "ten days after the new moon"
    )
    assert filters.fuzzy(None) == ""


@pytest.mark.parametrize(
    ("lower", "upper", "said"),
    [
        ("1961-01-01", "1961-12-31", "between January 1, 1961 and December 31, 1961"),
        ("1961-01-01", "", "not before January 1, 1961"),
        ("", "1961-12-31", "not after December 31, 1961"),
        ("1961-01-01", "1961-01-01", ""),
        ("", "", ""),
    ],
)
def test_bounds_are_told_where_they_say_more_than_the_words(lower, upper, said, request_):
    assert filters.bounds(FuzzyDate("x", "", lower, upper)) == said


@pytest.mark.parametrize(
    ("figure", "said"),
    [
        (Figure(words="about forty", value=40, unit="people"), "about forty"),
        (Figure(value=1275, unit="people"), "1,275 people"),
        (Figure(value=40, approximate=True), "about 40"),
        (Figure(low=30, high=50, unit="people"), "30 to 50 people"),
        (Figure(low=30), "at least 30"),
        (Figure(high=50), "at most 50"),
        (Figure(value=0, unit="people"), "0 people"),
        (Figure(unit="people"), ""),
        (Figure(), ""),
    ],
)
def test_a_figure_is_told_as_it_was_asserted(figure, said, request_):
    assert filters.figure(figure) == said


@pytest.mark.parametrize(
    ("ms", "said"),
    [(0, "0 s"), (48_000, "48 s"), (60_000, "1 min"), (4_320_000, "1 h 12 min"), (-5, "0 s")],
)
def test_how_long_something_lasts(ms, said, request_):
    assert filters.duration(ms) == said
    assert filters.iso_duration(62_500) == "PT62.5S"


@pytest.mark.parametrize(
    ("tag", "direction", "own"),
    [
        ("az", "ltr", "azərbaycan"),
        ("azb", "rtl", None),
        ("az-Arab", "rtl", None),
        ("ar", "rtl", "العربية"),
        ("hy", "ltr", "հայերեն"),
        ("", "ltr", None),
        ("not a tag!", "ltr", None),
    ],
)
def test_a_language_is_named_and_written_its_own_way(tag, direction, own):
    assert filters.direction(tag) == direction
    if own:
        assert filters.own_language(tag).startswith(own)


def test_numbers_dates_and_languages_are_told_in_the_readers_language(speaking):
    with speaking("ru"):
        assert filters.number(1275) == "1\xa0275"
        assert filters.language("hy") == "армянский"
        assert filters.day("1992-02-26") == "26 февраля 1992\u202fг."
    with speaking("tr"):
        assert filters.number(1275) == "1.275"
        assert filters.language("hy") == "Ermenice"
    with speaking("az"):
        assert filters.day("1992-02-26") == "26 fevral 1992"
    with speaking("hy"):
        assert filters.language("hy") == "հայերեն"


def test_what_is_not_known_is_shown_as_it_is(request_):
    assert filters.language("zz-unknown-tag") == "zz-unknown-tag"
    assert filters.day("someday") == "someday"
    assert filters.term("shadow_play", "kind") == "shadow play"
    assert filters.facet_label("Kelvarin", "place") == "Kelvarin"
    assert filters.facet_label("image", "media") == "Pictures"


def test_a_moment_is_told_in_utc():
    assert filters.instant(datetime(2026, 1, 2, 3, 4, 5, 999, tzinfo=UTC)) == "2026-01-02T03:04:05Z"
    assert filters.instant(datetime(2026, 1, 2, 3, 4, 5)) == "2026-01-02T03:04:05Z"  # noqa: DTZ001
