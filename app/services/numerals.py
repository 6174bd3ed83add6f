"""English number words as digits: "about forty" is "about 40", "thirty to fifty" is "30 to 50".

What does not say one number stays as it is: "dozens", "several hundred", "two or three hundred".
"""

import re

_UNITS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_TEENS = (
    *("ten", "eleven", "twelve", "thirteen", "fourteen"),
    *("fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_VALUES = (
    {word: number for number, word in enumerate(_UNITS + _TEENS, 1)}
    | {word: number for number, word in zip(range(20, 100, 10), _TENS, strict=True)}
    | {"a": 1, "an": 1, "zero": 0}
)
_SCALES = {"dozen": 12, "hundred": 100, "thousand": 1000}
_UNIT, _TEN = "|".join(_UNITS), "|".join(_TENS)
_SMALL = rf"(?:(?:{_TEN})(?:[ -](?:{_UNIT}))?|{'|'.join(reversed(_TEENS))}|{_UNIT}|zero)"
_BELOW_1000 = rf"(?:(?:{_SMALL}|a)[ -]hundred(?: (?:and )?{_SMALL})?|{_SMALL})"
_SPELT = re.compile(
    rf"(?<!half )(?<!no )(?<!not )\b(?:(?:{_BELOW_1000}|a)[ -]thousand(?:,? (?:and )?{_BELOW_1000})?"
    rf"|(?:{_SMALL}|a) dozen|{_BELOW_1000})\b",
    re.I,
)
_SHARED = re.compile(rf"\b({_SMALL})(?: to | or |-)({_SMALL}) (?:dozen|hundred|thousand)\b", re.I)
_NOBODY = re.compile(
    r"^(?:nobody|no one|none)(?: of \w+)?(?: (?:was|were|had|had been|is))?"
    r"(?: (?:died|dead|killed|hurt|wounded|injured|missing|lost|survived|left|taken|there))?[.!]?$",
    re.I,
)


def in_digits(words: str) -> str:
    """The words with every number that is spelt out in English as digits."""
    words = " ".join(words.split())
    if _NOBODY.match(words):
        return "0"
    shared = _SHARED.search(words)
    if shared and _value(shared[1]) < _value(shared[2]):  # "two or three hundred": which number is the first?
        return words
    return _SPELT.sub(lambda found: str(_value(found[0])), words)


def _value(spelt: str) -> int:
    total = current = 0
    for word in re.split(r"[\s,-]+", spelt.lower()):
        if word == "thousand":
            total, current = current * 1000, 0
        elif word in _SCALES:
            current *= _SCALES[word]
        else:
            current += _VALUES.get(word, 0)  # "and" adds nothing
    return total + current
