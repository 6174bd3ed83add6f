"""A light stemmer for Eastern Armenian nouns and names: article, case and plural are taken off.

A noun is stem + plural + case + article. Endings are taken off from the last, as long as one fits and leaves
enough of a word; so the stem of a stem is itself. The digraph ու is one vowel. Where an ending cannot be told
from the end of a stem (``Երևան``, ``գիշեր``, ``այգի``), every form of the word loses it: the stem is for
comparing, never for showing. Vowels that change within a word (``տուն, տան``) are left to ``inflecting``.
What is left goes on to Snowball, which takes off endings of verbs and derivations, but of longer words only:
by itself it leaves ``գյուղերից`` and ``գյուղի`` (of ``գյուղ``, village) as they are.

Source: J. Dum-Tragut, Armenian: Modern Eastern Armenian (2009), 2.1 (number, declensions, definite article).
The way of taking off endings is that of our Azerbaijani stemmer; rules are our own.
"""

import re
from functools import lru_cache

_OU = "\ue000"  # stands for ու while endings are taken off
_VOWEL = re.compile(f"[աեէըիոօ{_OU}]")
_GLIDED = "իո"  # what endings begin with before which a յ is put in: երեխա, երեխա-յ-ից

# Endings; what must stand before them (V a vowel, C a consonant, 1 one syllable); letters that must be left.
_ENDINGS = [
    (ending.replace("ու", _OU), before, letters)
    for ending, before, letters in (
        *(("ներ", "", 3), ("եր", "1", 3), ("ից", "", 3), ("ուց", "", 3), ("ով", "", 3), ("ում", "", 3)),
        *(("վա", "C", 2), ("ը", "C", 2), ("ն", "V", 4), ("յի", "V", 3), ("ի", "C", 3), ("ու", "C", 3)),
    )
]


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """The stem of a word in lower case."""
    found = word.replace("ու", _OU)
    while rest := _without(found):
        found = rest
    return found.replace(_OU, "ու")


def _without(word: str) -> str:
    """What one of the endings leaves of a word; nothing when none of them fits."""
    for ending, before, letters in _ENDINGS:
        rest = word[: -len(ending)]
        if word.endswith(ending) and len(rest) >= letters and _fits(rest, before):
            glided = ending[0] in _GLIDED and len(rest) > 3 and rest.endswith(("այ", "ոյ"))
            return rest[:-1] if glided else rest
    return ""


def _fits(rest: str, before: str) -> bool:
    vowels = len(_VOWEL.findall(rest))
    open_end = bool(_VOWEL.match(rest[-1]))
    return vowels > 0 and {"": True, "1": vowels == 1, "V": open_end, "C": not open_end}[before]
