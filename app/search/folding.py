"""Brings the many ways one word is written down to one form, so that it can be found by any of them.

Folding is language-neutral, for the language of a query is unknown: case, accents, the four i of Turkish
and Azerbaijani, Armenian ligature, Cyrillic ё, Arabic letter forms and marks, digits and zero-width signs.
Where a language has a second habit of plain spelling (German ü as ue, Azerbaijani ə as a), ``forms`` gives
that one too. Vowel signs of Indic scripts, й and ї are letters, not accents, and stay.
"""

import unicodedata
from collections.abc import Mapping
from functools import lru_cache

LONGEST = 100  # code points of one word that count; a longer "word" is noise, and terms must stay small

_DROPPED = "\u00ad\u034f\u061c\u0640\u180e\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u05f3\u05f4" + "".join(
    map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A), *range(0xFE00, 0xFE10)))
)
DROPPED = frozenset(_DROPPED)
"""Signs inside a word that are not part of it: joiners, direction marks, soft hyphen, tatweel, geresh."""

_LETTERS: dict[int, str | None] = dict.fromkeys(map(ord, _DROPPED))
_LETTERS |= zip(map(ord, "ıəǝøłđðħŧŋĸɣѐѝ"), "ieeolddhtnkgеи", strict=True)
_LETTERS |= zip(map(ord, "ٱىیېےکةۀہھەۃۆۇٶ"), "ايييي" + "ك" + "هههههه" + "ووو", strict=True)
_LETTERS |= {ord("æ"): "ae", ord("œ"): "oe", ord("þ"): "th"}
_LETTERS |= {
    point: str(unicodedata.decimal(chr(point)))
    for point in (*range(0x0660, 0x066A), *range(0x06F0, 0x06FA), *range(0x0966, 0x0970))
}

_UMLAUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
_NORDIC = str.maketrans({"å": "aa", "ø": "oe", "ö": "oe", "ä": "ae"})
_SCHWA = str.maketrans({"ə": "a"})
_HABITS: Mapping[str, dict[int, str]] = {
    "de": _UMLAUT,
    **dict.fromkeys(("da", "nb", "nn", "no", "sv"), _NORDIC),
    "az": _SCHWA,
}
_DOTLESS = str.maketrans({"I": "ı", "İ": "i"})


def primary(language: str) -> str:
    """The language without region or script, in lower case: ``pt-BR`` is ``pt``."""
    return language.replace("_", "-").partition("-")[0].lower()


@lru_cache(maxsize=200_000)
def fold(word: str) -> str:
    """One word in its neutral form, at most ``LONGEST`` code points; may be empty."""
    if word.isascii():
        return word.lower()[:LONGEST]
    decomposed = unicodedata.normalize("NFKD", word.casefold().translate(_LETTERS)).casefold()
    kept: list[str] = []
    base = ""
    for sign in decomposed.translate(_LETTERS):
        if unicodedata.combining(sign):
            if _is_accent(sign, base):
                continue
        else:
            base = sign
        kept.append(sign)
    folded = unicodedata.normalize("NFC", "".join(kept))
    # The ligature և decomposes to եւ; in today's spelling its capital is ԵՎ.
    return folded.replace("եվ", "եւ")[:LONGEST]


def _is_accent(mark: str, base: str) -> bool:
    """Whether a combining mark only decorates its base letter."""
    if "\u0400" <= base <= "\u052f":  # й, ї and ў are letters; ё and stress marks are not
        return mark in "\u0300\u0301" or (mark == "\u0308" and base == "е")
    if "\u0300" <= mark <= "\u036f" or "\u1ab0" <= mark <= "\u1aff":
        return True
    # points of Hebrew, Arabic and Syriac; not the vowel signs of Indic scripts, nor kana voicing
    return "\u0591" <= mark <= "\u074a"


def lower(word: str, language: str) -> str:
    """One word in the lower case of its language, accents kept: what stemmers are made for."""
    if primary(language) in ("tr", "az"):
        word = word.translate(_DOTLESS)
    word = unicodedata.normalize("NFC", word.lower().replace("i̇", "i"))
    if not word.isascii():
        word = "".join(sign for sign in word if sign not in DROPPED).replace("ё", "е").replace("եվ", "և")
    return word[:LONGEST]


@lru_cache(maxsize=200_000)
def forms(word: str, language: str = "") -> tuple[str, ...]:
    """What a word is found under: its neutral form first, then the plain spelling its language is used to.

    Without a language (as in a query) the habits of every language count.
    """
    neutral = fold(word)
    if word.isascii() or not neutral:
        return (neutral,) if neutral else ()
    small = unicodedata.normalize("NFC", word.casefold())
    code = primary(language)
    habits = _HABITS.values() if not code else [_HABITS[code]] if code in _HABITS else ()
    return tuple(dict.fromkeys((neutral, *(fold(small.translate(habit)) for habit in habits))))


def marks() -> str:
    """Every combining mark, as ranges for a regular expression's character class."""
    points = [p for p in range(0x1E000) if unicodedata.category(chr(p))[0] == "M"]
    ranges: list[str] = []
    start = previous = points[0]
    for point in [*points[1:], -1]:
        if point != previous + 1:
            ranges.append(f"{chr(start)}-{chr(previous)}")
            start = point
        previous = point
    return "".join(ranges)
