"""A figure and a time as they are filled in by hand: words to numbers and bounds, and back into a form."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from app.dates import from_words
from app.errors import Invalid
from app.records import Figure, FuzzyDate
from app.services.numerals import in_digits

FIGURE = {  # field of the form: of the Figure
    "figure": "words",
    "figure_value": "value",
    "figure_low": "low",
    "figure_high": "high",
    "figure_approximate": "approximate",
    "figure_unit": "unit",
    "figure_counted": "counted",
    "figure_when": "when",
    "figure_where": "where",
}
HAPPENED = ("happened", "happened_edtf")
FIELDS = (*FIGURE, *HAPPENED)
NOTHING = FuzzyDate("")
_NUMBERS = ("value", "low", "high")
_READ = (*_NUMBERS, "approximate")  # what can be read from words
_NUMBER = r"(\d{1,3}(?:[  .,]\d{3})+|\d+)"
_ABOUT = re.compile(
    rf"\b(?:about|around|some|circa|ca\.?|approximately|roughly|nearly|almost)\s*{_NUMBER}\b|~\s*{_NUMBER}"
    rf"|{_NUMBER}(?:-odd| or so)\b",
    re.I,
)
_FROM_TO = re.compile(rf"(?:{_NUMBER}\s*(?:-|–|—|to|or)|\bbetween {_NUMBER} and)\s*{_NUMBER}", re.I)
_AT_LEAST = re.compile(rf"\b(?:at least|more than|over)\s+{_NUMBER}", re.I)
_AT_MOST = re.compile(rf"\b(?:at most|up to|fewer than|less than|under)\s+{_NUMBER}", re.I)
_ALONE = re.compile(rf"^\D*{_NUMBER}\D*$")
_GIVEN = re.compile(r"\d{1,12}(?:\.\d{1,6})?")


def figured(words: str) -> Figure:
    """The number in these words, as far as it is certain which one is meant: "dozens" stays words.

    Reads digits, and number words of English.
    """
    words = words.strip()
    if not words:
        return Figure()
    said = in_digits(words)
    if match := _FROM_TO.search(said):
        return Figure(words, low=_value(match[1] or match[2]), high=_value(match[3]))
    if match := _AT_LEAST.search(said):
        return Figure(words, low=_value(match[1]))
    if match := _AT_MOST.search(said):
        return Figure(words, high=_value(match[1]))
    if match := _ABOUT.search(said):
        return Figure(words, value=_value(match[1] or match[2] or match[3]), approximate=True)
    match = _ALONE.search(said)
    return Figure(words, value=_value(match[1])) if match else Figure(words)


def fields(figure: Figure, happened: FuzzyDate) -> dict[str, str]:
    """Both as a form holds them: FIELDS, each as text."""
    held = {name: _text(getattr(figure, part)) for name, part in FIGURE.items()}
    held["figure"] = held["figure"] or _words(figure)
    return held | {"happened": happened.words, "happened_edtf": happened.edtf}


def given(wanted: Mapping[str, str], unit: str = "") -> tuple[Figure, FuzzyDate]:
    """A new figure and time from a form. ``unit`` is what it counts in where the form does not say it.

    Raises Invalid for what is no number or no date.
    """
    said = {name: value.strip() for name, value in wanted.items() if value.strip()}
    return changed_figure(Figure(), said, unit), changed_time(NOTHING, said)


def changed_figure(held: Figure, changed: Mapping[str, str], unit: str = "") -> Figure:
    """The figure with these fields of a form changed. Numbers that were read from the words are read anew
    from new ones; numbers that were given are never overruled. Raises Invalid."""
    said: dict[str, Any] = {FIGURE[name]: value for name, value in changed.items() if name in FIGURE}
    if not said:
        return held
    for name in _NUMBERS:
        if name in said:
            said[name] = _number(said[name])
    if "approximate" in said:
        said["approximate"] = bool(said["approximate"])
    if "words" in said and not said.keys() & set(_NUMBERS) and _is_read(held):
        read = figured(said["words"])
        said = {name: getattr(read, name) for name in _READ} | said
    made = replace(held, **said)
    if made.low is not None and made.high is not None and made.low > made.high:
        raise Invalid("The lowest number is higher than the highest.")
    if replace(made, unit="") == Figure():
        return Figure()
    return replace(made, unit=made.unit or unit)


def changed_time(held: FuzzyDate, changed: Mapping[str, str]) -> FuzzyDate:
    """The time with these fields of a form changed; an expression that was read from the words is read anew.

    Raises Invalid for an expression that is none.
    """
    if not changed.keys() & set(HAPPENED):
        return held
    words = changed.get("happened", held.words)
    kept = "" if held.edtf == from_words(held.words).edtf else held.edtf
    edtf = changed.get("happened_edtf", kept)
    if not edtf:
        return from_words(words)
    read = from_words(edtf)
    if not read.edtf:
        raise Invalid(f"{edtf!r:.40} is no date like 1988-02-27, 1988-02~ or 1988-02-26/1988-02-28.")
    return replace(read, words=words or edtf)


def _is_read(held: Figure) -> bool:
    """Whether its numbers are those of its words, and were not given by somebody."""
    read = figured(held.words or _words(held))
    return all(getattr(held, name) == getattr(read, name) for name in _NUMBERS)


def _number(said: str) -> float | None:
    plain = re.sub(r"(?<=\d)[  ,](?=\d{3}\b)", "", said)
    if plain and not _GIVEN.fullmatch(plain):
        raise Invalid(f"{said!r:.40} is no number like 42 or 1200.")
    return float(plain) if plain else None


def _value(number: str) -> float:
    return float(re.sub(r"\D", "", number))


def _text(part: str | float | bool | None) -> str:
    if isinstance(part, bool):
        return "1" if part else ""
    return part if isinstance(part, str) else "" if part is None else f"{part:.15g}"


def _words(figure: Figure) -> str:
    """A number that came without words, in words that are read as the same number."""
    value, low, high = (_text(getattr(figure, name)) for name in _NUMBERS)
    if value:
        return f"about {value}" if figure.approximate else value
    if low and high:
        return f"{low} to {high}"
    if low:
        return f"at least {low}"
    return f"at most {high}" if high else ""
