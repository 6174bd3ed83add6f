"""Numbers are read from words where it is certain which is meant; a number that was given stays."""

import pytest

from app.records import Figure, FuzzyDate
from app.services import figuring


@pytest.mark.parametrize(
    ("words", "figure"),
    [
        ("613", (613, None, None, False)),
        ("about 1,275 people", (1275, None, None, True)),
        ("150 to 180", (None, 150, 180, False)),
        ("150–180", (None, 150, 180, False)),
        ("at least 40", (None, 40, None, False)),
        ("up to 12", (None, None, 12, False)),
        ("about forty", (40, None, None, True)),
        ("forty-odd people", (40, None, None, True)),
        ("thirty to fifty", (None, 30, 50, False)),
        ("between forty and fifty", (None, 40, 50, False)),
        ("ninety to a hundred", (None, 90, 100, False)),
        ("at least twenty-two", (None, 22, None, False)),
        ("one thousand two hundred and five", (1205, None, None, False)),
        ("a dozen", (12, None, None, False)),
        ("nobody died", (0, None, None, False)),
        ("None of them survived.", (0, None, None, False)),
        ("nobody knows", (None, None, None, False)),
        ("two or three hundred", (None, None, None, False)),
        ("half a dozen", (None, None, None, False)),
        ("several hundred", (None, None, None, False)),
        ("dozens", (None, None, None, False)),
        ("one of them said forty", (None, None, None, False)),
        ("qırx nəfər", (None, None, None, False)),
        ("12 men and 13 women", (None, None, None, False)),
        ("", (None, None, None, False)),
    ],
)
def test_a_figure_is_read_from_its_words_where_that_is_certain(words, figure):
    read = figuring.figured(words)
    assert (read.value, read.low, read.high, read.approximate) == figure
    assert read.words == words


def test_a_number_that_was_given_is_never_overruled():
    figure, _ = figuring.given({"figure": "about forty", "figure_value": "42"})
    assert figure == Figure("about forty", 42)
    assert figuring.changed_figure(figure, {"figure": "about fifty"}) == Figure("about fifty", 42)
    read = Figure("about forty", 40, approximate=True, counted="coffins")
    assert figuring.changed_figure(read, {"figure": "sixty"}) == Figure("sixty", 60, counted="coffins")
    assert figuring.changed_figure(read, {"figure_counted": "people"}).value == 40


@pytest.mark.parametrize(
    "figure", [Figure("", 1234567), Figure("", low=3, high=8), Figure("so", 2.5, unit="hours"), Figure()]
)
def test_what_a_form_holds_is_read_as_it_was(figure):
    held = figuring.fields(figure, figuring.NOTHING)
    made, happened = figuring.given(held)
    assert [getattr(made, n) for n in ("value", "low", "high")] == [figure.value, figure.low, figure.high]
    assert happened == figuring.NOTHING
    assert figuring.changed_figure(figure, {}) == figure


def test_a_time_keeps_its_words_beside_the_expression_that_was_given():
    words = {"happened": "the night the bridge fell", "happened_edtf": "1988-02-27~"}
    time = FuzzyDate(words["happened"], "1988-02-27~", "1988-02-27", "1988-02-27")
    assert figuring.given(words)[1] == time
    assert figuring.changed_time(time, {"happened": "that night"}).edtf == "1988-02-27~"
    read = figuring.changed_time(figuring.NOTHING, {"happened": "27 February 1988"})
    assert figuring.changed_time(read, {"happened": "1990"}).edtf == "1990"
