"""Keys under which one name is found however it is spelt: Huseynov, Hüseynov, Гусейнов, Հուսեյնով.

A word is brought to Latin letters by the habits of its script, then to its consonants, with those letters
taken for one that the languages of the Caucasus write for one another (h, g, kh, gh; c, j, dzh). What is
left is good for suggesting that two names may be one, and for nothing else.
"""

import re
import unicodedata
from functools import lru_cache, partial
from itertools import product

from anyascii import anyascii

# Letters whose usual Latin form misleads; J stands for the sound of "John", C for that of "church".
_LATIN = {"ə": "a", "ş": "S", "ç": "C", "ğ": "h", "ı": "i", "ž": "j", "š": "S", "č": "C"}
_CYRILLIC = {"дж": "j", "жд": "j", "ж": "j", "х": "h", "г": "h", "щ": "S", "ш": "S", "ч": "C", "ц": "ts"}
_CYRILLIC |= {"ё": "e", "ю": "iu", "я": "ia", "ь": "", "ъ": "", "й": "i", "ы": "i", "э": "e"}
_ARMENIAN = {"ու": "u", "և": "ev", "ջ": "j", "ճ": "j", "ժ": "j", "խ": "h", "ղ": "h", "հ": "h", "չ": "C"}
_ARMENIAN |= {"շ": "S", "ծ": "ts", "ց": "ts", "ձ": "dz", "օ": "o", "թ": "t", "փ": "p", "ք": "k", "ր": "r"}
_ARABIC = {"خ": "h", "ح": "h", "ه": "h", "غ": "h", "ق": "h", "گ": "h", "ج": "j", "چ": "C", "ش": "S", "ژ": "j"}
_ARABIC |= {"ع": "", "و": "v", "ی": "i", "ي": "i", "ى": "i"}
_TABLES = tuple(
    (re.compile("|".join(sorted(map(re.escape, table), key=len, reverse=True))), table)
    for table in (_LATIN, _CYRILLIC, _ARMENIAN, _ARABIC)
)
# Several letters for one sound, in Latin spelling; the longer first.
_TOGETHER = re.compile("dzh|tch|sch|kh|gh|zh|dj|ch|sh|ph|ck|x|w|g")
_ONE = {"dzh": "j", "tch": "C", "sch": "S", "kh": "h", "gh": "h", "zh": "j", "dj": "j", "ch": "C", "sh": "S"}
_ONE |= {"ph": "f", "ck": "k", "x": "h", "w": "v", "g": "h"}
# Letters that stand for either of two: c in Jafarov and in Clark, q in Qasimov and in Karabakh.
_EITHER = {"c": ("j", "k"), "q": ("h", "k")}
_SORTS = {"a": "a", "e": "a", "i": "i", "o": "o", "u": "o"}
_PATRONYMIC = re.compile(r".{2,}(?:[oe]vi?ch|[oe]vna|ichna|o[gğh]l[iuy]|oğlu|[qgk][iıy]z[iıy])$")
_WORDS = re.compile(r"[\s,.;()\-–—’'\"]+")


@lru_cache(maxsize=100_000)
def keys(word: str) -> frozenset[str]:
    """The keys of one word of a name: two words that share one may be the same name."""
    plain = _latin(word)
    doubtful = [at for at, letter in enumerate(plain) if letter in _EITHER][:4]
    choices = [_EITHER[letter] if at in doubtful else (letter,) for at, letter in enumerate(plain)]
    return frozenset(key for chosen in product(*choices) for key in _sounds("".join(chosen)))


def words(name: str) -> tuple[str, ...]:
    """The words of a name, signs between them left out."""
    return tuple(filter(None, _WORDS.split(name)))


def is_initial(word: str) -> bool:
    """Whether this is only the first letter of a name."""
    return len(unicodedata.normalize("NFC", word)) == 1


def is_patronymic(word: str) -> bool:
    """Whether a word says whose child somebody is: it may be left out."""
    return bool(_PATRONYMIC.search(anyascii(word).lower()) or _PATRONYMIC.search(word.casefold()))


def script(name: str) -> str:
    """The script a name is written in, by the Unicode name of its first letter."""
    letter = next((sign for sign in name if sign.isalpha()), "")
    return unicodedata.name(letter, "").partition(" ")[0]


def _latin(word: str) -> str:
    plain = unicodedata.normalize("NFC", word.replace("İ", "i").replace("I", "i")).casefold()
    for pattern, table in _TABLES:
        plain = pattern.sub(partial(_replaced, table), plain)
    kept = "".join(
        sign if sign in "SC" else anyascii(unicodedata.normalize("NFKD", sign)).lower() for sign in plain
    )
    kept = re.sub("[^a-zSC]", "", kept)
    return _TOGETHER.sub(lambda found: _ONE[found[0]], kept)[:24]


def _replaced(table: dict[str, str], found: re.Match[str]) -> str:
    return table[found[0]]


def _sounds(plain: str) -> tuple[str, ...]:
    """The first letter, the sound of the first syllable, and the consonants after it.

    Vowels are of three sorts, for Hasanov is not Huseynov; a script without vowels leaves each sort open.
    """
    plain = plain.replace("y", "i")
    plain = re.sub(r"[eoa]?ff?$", "v", plain) if len(plain) > 4 else plain
    if not plain:
        return ()
    rest = re.sub(r"(.)\1+", r"\1", re.sub("[aeiou]", "", plain[1:]))
    if plain[0] in _SORTS:
        return ("a" + rest,)
    spoken = re.sub("i(?=[aeou])", "", plain[1:])
    first = next((sign for sign in spoken if sign in _SORTS), "")
    sorts = _SORTS[first] if first else "aio"
    return tuple(plain[0] + sort + rest for sort in sorts)
