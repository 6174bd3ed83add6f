"""Dates as people say them: words in, an EDTF expression and its bounds out.

The words are always kept. What cannot be read stays words, with no expression and no
bounds: a date is never guessed. EDTF is level 1 of ISO 8601-2 (https://www.loc.gov/standards/datetime/).
"""

import calendar
import datetime
import re
import unicodedata
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from app.records import FuzzyDate

with warnings.catch_warnings():  # the grammar of edtf 5 is older than the pyparsing that reads it
    warnings.simplefilter("ignore")
    from edtf import parse_edtf

_LEVEL_1 = re.compile(
    r"""^(?:[12]\d{3}                                        # 1944
         | [12]\d{2}X | [12]\dXX                            # 194X, 19XX
         | [12]\d{3}-(?:0[1-9]|1[0-2]|2[1-4]|XX)             # 1944-06, 1992-21 (spring), 1944-XX
         | [12]\d{3}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01]|XX)
         | [12]\d{3}-XX-XX)[?~%]?$""",
    re.VERBOSE,
)
_TIMED = re.compile(r"^(\d{4}-\d{2}-\d{2})T\d{2}:\d{2}")

# A month is known by how its name begins, in English, Azerbaijani, Turkish, Russian and Armenian;
# the endings are cases ("fevralın", "февраля", "փետրվարի").
_MONTHS = (
    r"jan(?:uary)?|yanvar\w{0,4}|oca[kğ]\w{0,3}|январ\w{1,3}|հունվար\w{0,4}",
    r"feb(?:ruary)?|fevral\w{0,4}|şubat\w{0,4}|феврал\w{1,3}|փետրվար\w{0,4}",
    r"mar(?:ch)?|mart\w{0,4}|март\w{0,3}|մարտ\w{0,4}",
    r"apr(?:il)?|aprel\w{0,4}|nisan\w{0,4}|апрел\w{1,3}|ապրիլ\w{0,4}",
    r"may|mayın\w{0,2}|mayda|mayıs\w{0,4}|ма[йяею]|մայիս\w{0,4}",
    r"june?|iyun\w{0,4}|haziran\w{0,4}|июн\w{1,3}|հունիս\w{0,4}",
    r"july?|iyul\w{0,4}|temmuz\w{0,4}|июл\w{1,3}|հուլիս\w{0,4}",
    r"aug(?:ust)?|avqust\w{0,4}|ağustos\w{0,4}|август\w{0,3}|օգոստոս\w{0,4}",
    r"sept?(?:ember)?|sentyabr\w{0,4}|eylül\w{0,4}|сентябр\w{1,3}|սեպտեմբեր\w{0,4}",
    r"oct(?:ober)?|oktyabr\w{0,4}|ekim\w{0,4}|октябр\w{1,3}|հոկտեմբեր\w{0,4}",
    r"nov(?:ember)?|noyabr\w{0,4}|kasım\w{0,4}|ноябр\w{1,3}|նոյեմբեր\w{0,4}",
    r"dec(?:ember)?|dekabr\w{0,4}|aralı[kğ]\w{0,3}|декабр\w{1,3}|դեկտեմբեր\w{0,4}",
)
# "yaz" is spring in Azerbaijani and summer in Turkish, so it is both here.
_SEASONS = (
    (r"spring|ilkbahar\w{0,3}|bahar\w{0,3}|весн\w{1,2}|գարուն|գարնան\w{0,3}", ("21",)),
    (r"summer|yay\w{0,3}|лет[оаом]{1,2}|ամառ\w{0,3}|ամռան\w{0,3}", ("22",)),
    (r"autumn|fall|payız\w{0,3}|sonbahar\w{0,3}|güz\w{0,3}|осен\w{1,3}|աշուն|աշնան\w{0,3}", ("23",)),
    (r"winter|qış\w{0,3}|kış\w{0,3}|зим\w{1,2}|ձմեռ\w{0,3}|ձմռան\w{0,3}", ("24",)),
    (r"yaz\w{0,3}", ("21", "22")),
)
_ABOUT = (
    r"about|around|circa|ca|c|approximately|approx|roughly|təxminən|təqribən|haqqında|около|примерно"
    r"|приблизительно|մոտ|մոտավորապես|շուրջ|yaklaşık|aşağı-yukarı|civarı\w{0,4}"
)
_MAYBE = r"probably|possibly|perhaps|maybe|ehtimal|bəlkə|возможно|вероятно|հավանաբար|գուցե|muhtemelen|belki"
_BEFORE = r"before|əvvəl|до|առաջ|önce"
_UNTIL = r"until|till|by|qədər|kadar"
_AFTER = r"after|sonra|после|հետո"
_SINCE = r"since|from|bəri|с|beri|սկսած"
_SMALL = (
    r"the|of|in|on|at|during|early|mid|late|year|years|day|date|a|d|ad|morning|evening|afternoon|night|nights|noon"
    r"|midnight|(?:mon|tues|wednes|thurs|fri|satur|sun)day|il|ili\w{0,4}|ildə|ilin|illər\w{0,4}|ki|cı|ci|cu|cü|gün\w{0,2}"
    r"|yıl\w{0,5}|lar\w{0,4}|ler\w{0,4}|lı|lu|г|гг|год\w{0,2}|в|во|թ|թվական\w{0,6}|ին|ական|gecə\w{0,3}|gece\w{0,3}|ночь\w?"
    r"|de|da|nda|nde|si|sı|su|sü|ü|in|un|ın"
)
_KINDS = tuple(
    (re.compile(f"(?:{pattern})$"), kind)
    for kind, pattern in (
        ("about", _ABOUT),
        ("maybe", _MAYBE),
        ("before", _BEFORE),
        ("until", _UNTIL),
        ("after", _AFTER),
        ("since", _SINCE),
        ("small", _SMALL),
    )
)
_MONTH_OF = tuple((re.compile(f"(?:{pattern})$"), n) for n, pattern in enumerate(_MONTHS, 1))
_SEASON_OF = tuple((re.compile(f"(?:{pattern})$"), codes) for pattern, codes in _SEASONS)
_DECADE = re.compile(r"^([12]\d{2})0(?:['’]?s|['’]?l[ae]r\w*|['’]l[ıiuü]|-c[ıiuü]|-[ые]\w?|-?ական\w*)$")
_CENTURY = re.compile(r"\b(1[1-9]|2[01])(?:st|th) century\b")
_NUMBER = re.compile(r"^(\d{1,4})(?:st|nd|rd|th|[-'’]\w{1,4})?$")
_DOTTED = re.compile(r"^(\d{1,2})([./])(\d{1,2})[./]([12]\d{3})$")
_SHORT_RANGE = re.compile(r"^([12]\d{3})\s*[-–—/]\s*(\d{2})$")
_RANGE = re.compile(r"\s*[–—]\s*|\s+-\s+|\s+(?:to|and|through)\s+|(?<=\d)-(?=\d{1,4}\b(?!-))")


@dataclass(frozen=True)
class _Parts:
    """What was found in one side of an expression."""

    year: str = ""  # 1944, 194X
    month: int = 0
    seasons: tuple[str, ...] = ()
    day: int = 0
    marks: frozenset[str] = frozenset()  # about, maybe, before, after, ...


def from_words(words: str) -> FuzzyDate:
    """A date from what was said or written: ISO, EDTF level 1, or plain words.

    Reads English, and the usual forms of Azerbaijani, Armenian, Russian and Turkish. The words
    are kept as they came; ``edtf``, ``lower`` and ``upper`` stay empty when they cannot be read
    ("about ten days later"). Bounds are ISO days, empty where open. Never raises.
    """
    return _read(words.strip())


@lru_cache(maxsize=4096)
def _read(words: str) -> FuzzyDate:
    plain = unicodedata.normalize("NFC", words)
    if len(plain) > 120:  # no date is that long, and the words below are tried against every pattern
        return FuzzyDate(words)
    edtf = _as_edtf(plain) or _in_words(plain)
    lower, upper = bounds(edtf)
    return FuzzyDate(words, edtf, lower, upper) if lower or upper else FuzzyDate(words)


def bounds(edtf: str) -> tuple[str, str]:
    """First and last day of an EDTF level 1 expression, as ISO days; empty where open or unreadable.

    ``~`` and ``?`` do not widen the bounds. A winter may be either end of its year, so both are in.
    """
    first, slash, last = edtf.partition("/")
    lower = "" if first in ("", "..") else _bound(first, first=True)
    upper = "" if slash and last in ("", "..") else _bound(last if slash else first, first=False)
    if lower and upper and lower > upper:
        return "", ""
    return lower, upper


def years(date: FuzzyDate | None) -> tuple[int | None, int | None]:
    """First and last year of a date; None where open or not known."""
    if date is None:
        return None, None
    return (int(date.lower[:4]) if date.lower else None), (int(date.upper[:4]) if date.upper else None)


def _bound(side: str, *, first: bool) -> str:
    plain = side.rstrip("?~%")
    if plain[5:] == "24" and plain[:4].isdigit():
        year = int(plain[:4])
        return f"{year:04}-01-01" if first else _last_day(year + 1, 2)
    if len(plain) == 10 and plain.isascii() and plain.replace("-", "").isdigit():  # no need of a grammar
        try:
            return datetime.date.fromisoformat(plain).isoformat()
        except ValueError:
            return ""
    try:
        parsed = parse_edtf(plain)
        year, month, day = (parsed.lower_strict() if first else parsed.upper_strict())[:3]
    except Exception:  # edtf raises whatever its arithmetic runs into; an unread date is no error
        return ""
    return f"{year:04}-{month:02}-{day:02}"


def _last_day(year: int, month: int) -> str:
    return f"{year:04}-{month:02}-{calendar.monthrange(year, month)[1]:02}"


def _as_edtf(words: str) -> str:
    """The words themselves, where they are an ISO date or an EDTF expression; else nothing."""
    timed = _TIMED.match(words)
    sides = (timed[1] if timed else words).replace("x", "X").replace("u", "X").split("/")
    if len(sides) == 2 and any(_LEVEL_1.match(side) for side in sides):
        sides = [side if side not in ("", "open") else ".." for side in sides]
    open_side = len(sides) == 2 and ".." in sides and set(sides) != {".."}
    if len(sides) > 2 or not all(_LEVEL_1.match(s) or (open_side and s == "..") for s in sides):
        return ""
    return "/".join(sides)


def _in_words(words: str) -> str:
    low = words.replace("İ", "i").casefold().strip(' .,;()[]"“”')
    low = re.sub(r"\?$", " probably", low)
    short = _SHORT_RANGE.match(low)
    if short and int(short[2]) > int(short[1][2:]):
        return f"{short[1]}/{short[1][:2]}{short[2]}"
    between = re.match(r"(?:between|from)\s", low)
    halves = _RANGE.split(low[between.end() :] if between else low)
    parts = [_parts(half) for half in halves]
    if len(parts) == 1 and between:
        parts = [_parts(low)]
    if any(p is None for p in parts) or len(parts) > 2:
        return ""
    found = [p for p in parts if p is not None]
    if len(found) == 1:
        return _one(found[0])
    first, last = _share(found[0], found[1])
    lower, upper = _expression(first), _expression(last)
    if not lower or not upper or (first.marks | last.marks) - {"about", "maybe"}:
        return ""
    return f"{lower.partition('/')[0]}/{upper.rpartition('/')[2]}"


def _share(first: _Parts, last: _Parts) -> tuple[_Parts, _Parts]:
    """Each side of a range with what it leaves to the other: "25-26 February 1992"."""
    first = replace(first, year=first.year or last.year)
    last = replace(last, year=last.year or first.year)
    if first.day and not first.month:
        first = replace(first, month=last.month)
    if last.day and not last.month:
        last = replace(last, month=first.month)
    return first, last


def _one(parts: _Parts) -> str:
    expression = _expression(parts)
    if not expression or not parts.marks & {"before", "until", "after", "since"}:
        return expression
    lower, upper = bounds(expression)
    if not lower or not upper:
        return ""
    whole_year = re.fullmatch(r"\d{4}[?~%]?", expression)
    if "before" in parts.marks:
        return f"../{int(expression[:4]) - 1:04}" if whole_year else f"../{_shift(lower, -1)}"
    if "after" in parts.marks:
        return f"{int(expression[:4]) + 1:04}/.." if whole_year else f"{_shift(upper, 1)}/.."
    return f"../{expression}" if "until" in parts.marks else f"{expression}/.."


def _shift(day: str, by: int) -> str:
    return (datetime.date.fromisoformat(day) + datetime.timedelta(days=by)).isoformat()


def _expression(parts: _Parts) -> str:
    mark = {(True, False): "~", (False, True): "?", (True, True): "%"}.get(
        ("about" in parts.marks, "maybe" in parts.marks), ""
    )
    if not parts.year or (parts.day and not parts.month) or (parts.month and parts.seasons):
        return ""
    if parts.seasons:
        return "/".join(f"{parts.year}-{code}{mark}" for code in parts.seasons)
    if parts.day:
        return f"{parts.year}-{parts.month:02}-{parts.day:02}{mark}"
    return f"{parts.year}-{parts.month:02}{mark}" if parts.month else f"{parts.year}{mark}"


def _parts(words: str) -> _Parts | None:
    """Year, month, season and day in a stretch of words; None when any word is not understood."""
    found = _Parts()
    for key, value in _tokens(words):
        held = getattr(found, key, None)
        if key == "unknown" or (key != "marks" and held):
            return None
        if value != "small":
            changed: dict[str, Any] = {key: found.marks | {value} if key == "marks" else value}
            found = replace(found, **changed)
    return found


def _tokens(words: str) -> Iterator[tuple[str, Any]]:
    words = _CENTURY.sub(lambda found: f"{int(found[1]) - 1:02}XX", words)
    for part in re.split(r"[\s,]+", words):
        if plain := part.strip(".,;()"):
            yield from _token(plain)


def _token(token: str) -> Iterator[tuple[str, Any]]:
    if iso := re.match(r"^([12]\d{3})-(0[1-9]|1[0-2])(?:-(\d{2}))?$", token):
        yield "year", iso[1]
        yield "month", int(iso[2])
        if iso[3]:
            yield "day", int(iso[3])
    elif dotted := _DOTTED.match(token):
        yield from _dotted(*dotted.groups())
    elif re.match(r"^\d\dXX$", token):
        yield "year", token
    elif decade := _DECADE.match(token):
        # "the 1900s" may be ten years or a hundred
        yield "year", f"{decade[1][:2]}XX" if decade[1].endswith("0") else f"{decade[1]}X"
    elif number := _NUMBER.match(token):
        yield _number(number[1])
    else:
        yield _word(token)


def _dotted(first: str, separator: str, second: str, year: str) -> Iterator[tuple[str, Any]]:
    """26.02.1992; with slashes either order is in use, and only an unambiguous one is read to the day."""
    day, month = int(first), int(second)
    yield "year", year
    if separator == "/" and day <= 12:
        if month <= 12 and day != month:
            return
        day, month = month, day
    if 1 <= month <= 12 and 1 <= day <= 31:
        yield "month", month
        yield "day", day
    else:
        yield "unknown", first


def _number(digits: str) -> tuple[str, Any]:
    if len(digits) == 4 and 1000 <= int(digits) < 3000:
        return "year", digits
    return ("day", int(digits)) if len(digits) <= 2 and 1 <= int(digits) <= 31 else ("unknown", digits)


def _word(token: str) -> tuple[str, Any]:
    for pattern, month in _MONTH_OF:
        if pattern.match(token):
            return "month", month
    for pattern, seasons in _SEASON_OF:
        if pattern.match(token):
            return "seasons", seasons
    for pattern, kind in _KINDS:
        if pattern.match(token):
            return "marks", kind
    return "unknown", token
