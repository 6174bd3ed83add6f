"""Keys under which one name is found however it is spelt: Huseynov, Hüseynov, Гусейнов, Հուսեյնով.

A word is brought to Latin letters by the habits of its script, then to its consonants, with those letters
taken for one that the languages of the Caucasus write for one another (h, g, kh, gh; c, j, dzh). What is
left is good for suggesting that two names may be one, and for nothing else.
"""

import re
import unicodedata
from functools import lru_cache
from itertools import product

from anyascii import anyascii

from app.search.columnar.edits import one_edit

# Letters whose usual Latin form misleads; J stands for the sound of "John", C for that of "church",
# q for a sound between h and k, W for one between u and v.
_LATIN = {"ə": "a", "ş": "S", "ç": "C", "ğ": "h", "ı": "i", "ž": "j", "š": "S", "č": "C"}
_CYRILLIC = {"ж": "j", "х": "h", "г": "h", "щ": "S", "ш": "S", "ч": "C", "ц": "ts"}
_CYRILLIC |= {"ё": "e", "ю": "iu", "я": "ia", "ь": "", "ъ": "", "й": "i", "ы": "i", "э": "e"}
_CYRILLIC |= {"ә": "a", "ғ": "h", "ҝ": "h", "һ": "h", "ҹ": "j", "ј": "i", "ө": "o", "ү": "u"}  # Azerbaijani
_ARMENIAN = {"և": "ev", "ջ": "j", "ճ": "j", "ժ": "j", "խ": "h", "ղ": "q", "հ": "h", "չ": "C"}
_ARMENIAN |= {"շ": "S", "ծ": "ts", "ց": "ts", "ձ": "dz", "օ": "o", "թ": "t", "փ": "p", "ք": "k", "ր": "r"}
_ARABIC = {"خ": "h", "ح": "h", "ه": "h", "غ": "h", "ق": "q", "گ": "h", "ج": "j", "چ": "C", "ش": "S", "ژ": "j"}
_ARABIC |= {"ع": "", "و": "W", "ی": "i", "ي": "i", "ى": "i"}
# Several letters for one sound, first of other scripts, then in Latin spelling; the longer first.
_PAIRS = {"дж": "j", "жд": "j", "ու": "u"}
_ONE = {"dzh": "j", "tch": "C", "sch": "S", "zh": "j", "dj": "j", "ch": "C", "sh": "S", "ph": "f", "ck": "k"}
_ONE |= {"kh": "h", "gh": "h", "x": "h", "w": "v", "g": "h"}
# Letters that stand for either of two: c in Jafarov and in Clark, q in Qasimov and in Karabakh.
_EITHER = {"c": ("j", "k"), "q": ("h", "k"), "W": ("o", "v")}
# The same in a word that has lost its accents: Şuşa is susa, Naxçıvan naxcivan.
_BARE = _EITHER | {"c": ("j", "k", "C"), "s": ("s", "S")}
ENOUGH = 3  # letters of a key by which a name is known without its vowels when it has more of them
_UNVOCALISED = re.compile("[\u0590-\u07ff]")  # scripts that leave vowels out
_SORTS = {"a": "a", "e": "a", "i": "i", "o": "o", "u": "o"}
_PATRONYMIC = re.compile(r".{2,}(?:[oe]vi?ch|[oe]vna|ichna|o[gğh]l[iuy]|oğlu|[qgk][iıy]z[iıy])$")
_WORDS = re.compile(r"[\s,.;()\-–—’'\"]+")


@lru_cache(maxsize=200_000)
def keys(word: str, bare: bool = False) -> frozenset[str]:
    """The keys of one word of a name: two words that share one may be the same name.

    A ``bare`` word is one that has lost its accents, so that more letters may stand for either of two.
    """
    unvocalised = bool(_UNVOCALISED.search(word))
    return frozenset(key for plain in _readings(word, bare) for key in _sounds(plain, unvocalised))


def may_be_one(word: str, other: str, bare: bool = False) -> bool:
    """Whether two words may be one name. ``bare``: they may have lost their accents.

    In one script they must sound alike with all their vowels: Georgia is not George. In two scripts those
    with two consonants, which share their keys with many a word, must have almost the same vowels.
    """
    shared = keys(word, bare) & keys(other, bare)
    if not shared:
        return False
    if script(word) == script(other):
        return not _shapes(word, bare).isdisjoint(_shapes(other, bare))
    return any(len(key) > ENOUGH for key in shared) or one_edit(_plainly(word), _plainly(other))


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


def _readings(word: str, bare: bool) -> list[str]:
    """A word in Latin letters, each that stands for either of two read in both ways."""
    plain = latin(word)[:24]
    either = _BARE if bare and word.isascii() else _EITHER
    doubtful = [at for at, letter in enumerate(plain) if letter in either][:4]
    choices = [either[letter] if at in doubtful else (letter,) for at, letter in enumerate(plain)]
    return ["".join(chosen) for chosen in product(*choices)]


@lru_cache(maxsize=200_000)
def _shapes(word: str, bare: bool) -> frozenset[str]:
    """The consonants of a word with its vowels, but for a narrow one at its end, which is often left out."""
    return frozenset(_shape(plain, bare) for plain in _readings(word, bare))


def _shape(plain: str, bare: bool) -> str:
    plain = re.sub("i(?=[aeou].)|[iu]$", "", plain.replace("y", "i"))
    plain = plain.replace("u", "o").replace("e", "a" if bare else "e")
    return re.sub(r"(.)\1+", r"\1", re.sub("^[aeio]+", "a", plain))


def _plainly(word: str) -> str:
    return latin(word).lower().replace("q", "k").replace("y", "i")


class _Signs(dict[int, str]):
    """What each sign becomes in Latin letters: nothing, when it is no letter. A new line stays."""

    def __missing__(self, point: int) -> str:
        bare = anyascii(unicodedata.normalize("NFKD", chr(point))).lower()
        made = self[point] = re.sub("[^a-z]", "", bare)
        return made


_SIGNS = _Signs({ord(sign): latin for sign, latin in (_LATIN | _CYRILLIC | _ARMENIAN | _ARABIC).items()})
_SIGNS[ord("\n")] = "\n"


def latin(text: str) -> str:
    """Words, one on each line, in Latin letters, one letter for each consonant."""
    plain = unicodedata.normalize("NFC", text.replace("İ", "i").replace("I", "i")).casefold()
    for pair, one in _PAIRS.items():
        plain = plain.replace(pair, one)
    plain = plain.translate(_SIGNS)
    for several, one in _ONE.items():
        plain = plain.replace(several, one)
    return plain


def _sounds(plain: str, unvocalised: bool) -> tuple[str, ...]:
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
    first = "" if unvocalised else next((sign for sign in spoken if sign in _SORTS), "")
    sorts = _SORTS[first] if first else "aio"
    return tuple(plain[0] + sort + rest for sort in sorts)
