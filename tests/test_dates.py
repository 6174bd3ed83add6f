import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.dates import bounds, from_words, years

READ = {
    "1944~": ("1944~", "1944-01-01", "1944-12-31"),
    "1944?": ("1944?", "1944-01-01", "1944-12-31"),
    "194X": ("194X", "1940-01-01", "1949-12-31"),
    "1944-06/1944-08": ("1944-06/1944-08", "1944-06-01", "1944-08-31"),
    "../1950": ("../1950", "", "1950-12-31"),
    "1950/..": ("1950/..", "1950-01-01", ""),
    "1992-02-26": ("1992-02-26", "1992-02-26", "1992-02-26"),
    "spring 1992": ("1992-21", "1992-03-01", "1992-05-31"),
    "winter 1992": ("1992-24", "1992-01-01", "1993-02-28"),  # either winter of that year
    "about 1944": ("1944~", "1944-01-01", "1944-12-31"),
    "probably 1944": ("1944?", "1944-01-01", "1944-12-31"),
    "in the 1930s": ("193X", "1930-01-01", "1939-12-31"),
    "19th century": ("18XX", "1800-01-01", "1899-12-31"),
    "February 26, 1992": ("1992-02-26", "1992-02-26", "1992-02-26"),
    "Monday, December 11, 2023": ("2023-12-11", "2023-12-11", "2023-12-11"),
    "before 1950": ("../1949", "", "1949-12-31"),
    "after 26 February 1992": ("1992-02-27/..", "1992-02-27", ""),
    "25-26 February 1992": ("1992-02-25/1992-02-26", "1992-02-25", "1992-02-26"),
    "February 25–26, 1992": ("1992-02-25/1992-02-26", "1992-02-25", "1992-02-26"),
    "the night of 25 to 26 February 1992": ("1992-02-25/1992-02-26", "1992-02-25", "1992-02-26"),
    "between 1941 and 1945": ("1941/1945", "1941-01-01", "1945-12-31"),
    "1936-38": ("1936/1938", "1936-01-01", "1938-12-31"),
    "26.02.1992": ("1992-02-26", "1992-02-26", "1992-02-26"),
    "03/04/1992": ("1992", "1992-01-01", "1992-12-31"),  # which is the month?
    "1992-ci il fevralın 26-sı": ("1992-02-26", "1992-02-26", "1992-02-26"),
    "26 февраля 1992 года": ("1992-02-26", "1992-02-26", "1992-02-26"),
    "весной 1992": ("1992-21", "1992-03-01", "1992-05-31"),
    "около 1944 года": ("1944~", "1944-01-01", "1944-12-31"),
    "в 1930-е годы": ("193X", "1930-01-01", "1939-12-31"),
    "1992 թվականի փետրվարի 26-ին": ("1992-02-26", "1992-02-26", "1992-02-26"),
    "26 Şubat 1992": ("1992-02-26", "1992-02-26", "1992-02-26"),
    "yaz 1992": ("1992-21/1992-22", "1992-03-01", "1992-08-31"),  # spring in Baku, summer in Ankara
}
UNREAD = (
    "about ten days later", "three years after 1944", "", "??", "Unknown Date", "30 February 1992",
    "2020-02-30", "1950/1940", "may", "0000", "1944-13", "9" * 5000,
)  # fmt: skip


@pytest.mark.parametrize("words", READ)
def test_dates_are_read_and_the_words_kept(words: str) -> None:
    date = from_words(f" {words} ")
    assert date.words == words
    assert (date.edtf, date.lower, date.upper) == READ[words]


@pytest.mark.parametrize("words", UNREAD)
def test_what_cannot_be_read_stays_words(words: str) -> None:
    date = from_words(words)
    assert (date.words, date.edtf, date.lower, date.upper) == (words, "", "", "")


def test_years() -> None:
    assert years(from_words("in the 1930s")) == (1930, 1939)
    assert years(from_words("before 1950")) == (None, 1949)
    assert years(None) == (None, None)


@given(st.text() | st.text(alphabet="0129X~?%-/. maybefXфев", max_size=30))
def test_nothing_raises_and_bounds_are_in_order(words: str) -> None:
    date = from_words(words)
    assert bounds(date.edtf) == (date.lower, date.upper)
    assert not (date.lower and date.upper) or date.lower <= date.upper
