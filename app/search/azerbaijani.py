"""A light stemmer for Azerbaijani nouns and names: plural, possessives, cases and the copula are taken off.

A noun is stem + plural + possessive + case + copula, each in the vowel of the syllable before it. Endings
are taken off from the last, as long as one fits, is in harmony with what it leaves, and leaves enough of a
word; so the stem of a stem is itself. Where a stem that ends in n or m cannot be told from one with an
ending (``insan-ı``, ``qapı-nı``), both lose the letter: the stem is for comparing, never for showing.
Between vowels k becomes y and q becomes ğ (``çörək, çörəyi``; ``uşaq, uşağı``), which is undone. Verbs are
left as they are, and so are short words: less is found rather than something else. The dative of words in
-ək (``çörəyə``) is taken for that of words in -ə. A word in the Cyrillic alphabet of 1958 is brought to
Latin letters first when a letter of it shows that it is not Russian.

Sources: Wikibooks, Azerbaijani, "Nouns" (declension, plural, possessives, harmony); the noun tables of
Wiktionary (az-latin-noun-decl: harmonizing consonants); C. Schönig, "Azerbaijanian", in L. Johanson and É.
Á. Csató (eds.), The Turkic Languages (1998). The way of taking off endings follows E. K. Çilden, "Stemming
Turkish Words Using Snowball" (2006), and G. Eryiğit and E. Adalı, "An Affix Stripping Morphological
Analyzer for Turkish" (2004). Rules and word lists are our own.
"""

import re
from functools import lru_cache

_CYRILLIC = str.maketrans(
    dict(zip("абвгғдеәжзијкҝлмноөпрстуүфхһчҹшы", "abvqğdeəjzijkglmnoöprstuüfxhçcşı", strict=True))
    | {"й": "y"}
)
_CYRILLIC |= {ord("ј"): "y", ord("ҝ"): "g"}

_NARROW = dict(zip("aıoueəiöü", "ııuuiiiüü", strict=True))  # the vowel of -ı, -i, -u, -ü after each vowel
_WIDE = dict(zip("aıoueəiöü", "aaaaəəəəə", strict=True))  # and that of -a, -ə
_FRONT = "eəiöü"

# Endings, I and A standing for their vowels; what must stand before them (V a vowel, C a consonant, .
# either); how many letters and syllables they must leave. The longer ones first. Those that stand after
# possessives and plural are not looked for once one of these was taken off, but for the dative, which
# cannot be told from the last vowel of many a word.
_LAST = [("dIr", ".", 4, 1), ("dAn", ".", 2, 1), ("dA", ".", 2, 1), ("yA", "V", 3, 2), ("lA", ".", 4, 2)]
_DATIVE = [("A", "C", 4, 2)]
_LAST += _DATIVE
_BEFORE = [("ImIz", "C", 2, 1), ("InIz", "C", 2, 1), ("mIz", "V", 3, 2), ("nIz", "V", 3, 2)]
_BEFORE += [("sIn", "V", 3, 2), ("lAr", ".", 2, 1), ("sI", "V", 3, 2), ("In", "C", 4, 1), ("Im", "C", 4, 1)]
_BEFORE += [("I", "C", 4, 1), ("n", "V", 4, 2), ("m", "V", 4, 2)]
# Short words that are inflected more often than not: whatever leaves one of them is an ending.
_SHORT = frozenset(
    re.findall(r"\w+", "ana ata baba nənə bacı dayı əmi xala bibi qız ev kənd yol dağ əl göz baş")
)
_VOWEL = re.compile("[aıoueəiöü]")
_OWN = re.compile("[әғјҝөүһҹ]")  # letters by which a word is known not to be Russian


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """The stem of a word in lower case."""
    if _OWN.search(word):
        word = word.translate(_CYRILLIC)
    for endings in (_LAST, _BEFORE, _DATIVE):
        while rest := _without(word, endings):
            word = rest
    return _by_itself(word)


def _without(word: str, endings: list[tuple[str, str, int, int]]) -> str:
    """What one of the endings leaves of a word; nothing when none of them fits."""
    for ending, before, letters, syllables in endings:
        rest = word[: -len(ending)]
        if _fits(rest, before, letters, syllables) and word.endswith(_spoken(ending, rest)):
            # kənd-ə, not kən-də
            return word[:-1] if ending == "dA" and rest + "d" in _SHORT else rest
    return ""


def _by_itself(word: str) -> str:
    """The stem with the last consonant it has where no ending follows."""
    if len(_VOWEL.findall(word)) > 1 and word[-2] in _NARROW:
        if word.endswith("y") and word[-2] in _FRONT:
            return word[:-1] + "k"
        if word.endswith("ğ"):
            return word[:-1] + "q"
    return word


def _fits(rest: str, before: str, letters: int, syllables: int) -> bool:
    vowels = len(_VOWEL.findall(rest))
    if not vowels or (before == "V") > (rest[-1] in _NARROW) or (before == "C") > (rest[-1] not in _NARROW):
        return False
    if rest in _SHORT:
        return True
    # Two letters are a word when the first is the vowel: ev, at, il.
    return len(rest) >= letters and vowels >= syllables and (len(rest) > 2 or rest[0] in _NARROW)


def _spoken(ending: str, rest: str) -> str:
    """The ending in harmony with what it stands after."""
    last = _VOWEL.findall(rest)[-1]
    return ending.replace("I", _NARROW[last]).replace("A", _WIDE[last])
