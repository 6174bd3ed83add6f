"""Turns text into the terms it is indexed and found under.

A word is indexed twice: folded, with its positions, for exact words, phrases and prefixes; and as the stem
of its language (by Snowball; by our own rules for Azerbaijani, and before it for Armenian), for ranking.
Stems carry their language (``en:run``), so that a French stemmer never decides what an English passage means.
Apostrophes part words (``l'homme``, ``İstanbul'da``), and the scrap they leave (``don't`` gives ``t``) has no
stem. Chinese and Japanese signs are words of one sign.
"""

import re
import string
import threading
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from typing import Any, NamedTuple

import Stemmer  # type: ignore[import-not-found]  # PyStemmer has no types

from app.search import armenian, azerbaijani, inflecting
from app.search.folding import DROPPED, fold, forms, lower, marks, primary

ASKED_WEIGHT = 0.5  # how much a questioner's word counts against a narrator's

_SINGLE = "\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_INSIDE = marks() + "".join(sorted(DROPPED))
_LETTER = f"[^\\W_{_SINGLE}]"
# Letters are taken by the row; and that a sign is ASCII is known sooner than that it is none of many marks.
_PART = re.compile(f"{_LETTER}++(?:(?![\\x00-\\x7f])[{_INSIDE}]{_LETTER}*+)*+|[{_SINGLE}]")
_ASCII = re.compile("[a-zA-Z0-9]+")  # what _PART finds where there is nothing else
_APOSTROPHES = "'’‘ʼʹ′`´＇\u02bb\u055a\uff07"

_STEMMERS = dict(
    re.findall(
        r"(\w+):(\w+)",
        "ar:arabic ca:catalan cs:czech da:danish de:german el:greek en:english eo:esperanto es:spanish "
        "et:estonian eu:basque fa:persian fi:finnish fr:french ga:irish hi:hindi hu:hungarian hy:armenian "
        "id:indonesian it:italian lt:lithuanian nb:norwegian ne:nepali nl:dutch nn:norwegian no:norwegian "
        "pl:polish pt:portuguese ro:romanian ru:russian sr:serbian sv:swedish ta:tamil tr:turkish yi:yiddish",
    )
)
# "and the", written as one word with what follows; after L. S. Larkey, L. Ballesteros and M. E. Connell,
# Improving Stemming for Arabic Information Retrieval (2002). Snowball takes off "the" only at the beginning.
_AND_THE = re.compile("^[وف](?=ال\\w{3})")
_local = threading.local()  # a Snowball stemmer keeps state while it works: one for each thread


@lru_cache(maxsize=100_000)
def stem(word: str, language: str) -> str:
    """The ranking term of a word in a language: ``en:run``, or ``:running`` where there is no stemmer."""
    code = primary(language)
    if code == "az":
        return f"az:{fold(azerbaijani.stem(lower(word, code)))}"
    name = _STEMMERS.get(code)
    if name is None:
        return ":" + fold(word)
    made: dict[str, Any] = _local.__dict__.setdefault("made", {})
    if name not in made:
        made[name] = Stemmer.Stemmer(name, 0)  # without its own cache
    return f"{code}:{fold(made[name].stemWord(_prepared(lower(word, code), code)))}"


def _prepared(word: str, code: str) -> str:
    """A word without the endings or beginnings that Snowball's stemmer of the language leaves."""
    if code == "hy":
        return armenian.stem(word)
    return _AND_THE.sub("", word) if code == "ar" else word


def roots(word: str, language: str) -> tuple[str, ...]:
    """The ranking terms of a word in all its inflections: its stem, and those of its irregular forms.

    Of a Turkish word also the word itself: Snowball makes ``aile`` of ``ailesinin``, and ``ai`` of ``aile``.
    """
    root, code = stem(word, language), primary(language)
    found = _irregular(code).get(root, (root,))
    return tuple(dict.fromkeys((*found, f"tr:{fold(lower(word, code))}"))) if code == "tr" else found


@cache
def _irregular(code: str) -> Mapping[str, tuple[str, ...]]:
    """The stems of one word, by each of them."""
    found: dict[str, tuple[str, ...]] = {}
    for group in inflecting.GROUPS.get(code, ()):
        together = tuple(dict.fromkeys(stem(form, code) for form in group))
        found |= dict.fromkeys(together, together)
    return found


def stem_language(language: str) -> str:
    """The language whose stems an utterance is indexed under: its own when it has a stemmer, or ``""``."""
    code = primary(language)
    return code if code in _STEMMERS or code == "az" else ""


class Word(NamedTuple):
    """One word of a text, where it stands (code points), and whether it is a scrap of the word before."""

    surface: str
    start: int
    end: int
    scrap: bool = False


def pieces(text: str) -> list[re.Match[str]]:
    """Where the words of a text stand, in order."""
    if text.isascii():
        return list(_ASCII.finditer(text))
    return [match for match in _PART.finditer(text) if match[0].isascii() or fold(match[0])]


def words(text: str) -> Iterator[Word]:
    """The words of a text, in order."""
    for match in pieces(text):
        start, end = match.span()
        after = start > 1 and text[start - 1] in _APOSTROPHES and text[start - 2].isalnum()
        yield Word(match[0], start, end, after and end - start <= 2)


_Entry = tuple[tuple[bytes, ...], bytes]


class _Memo(dict[str, tuple[_Entry, ...]]):
    """Terms of each stretch between blanks, in one language: here lies the speed of indexing."""

    def __init__(self, language: str) -> None:
        super().__init__()
        self.language = language

    def __missing__(self, chunk: str) -> tuple[_Entry, ...]:
        entries = tuple(
            (
                tuple(form.encode() for form in forms(word.surface, self.language)),
                b"" if word.scrap else stem(word.surface, self.language).encode(),
            )
            for word in words(chunk)
        )
        if len(chunk) <= 40:
            if len(self) > 400_000:
                self.clear()
            self[chunk] = entries
        return entries


_memos: dict[str, _Memo] = {}


_AROUND = string.punctuation + "“”„«»‘’‚…–—"
_OWN_CASE = ("tr", "az")  # languages whose capitals are not those of English


def plain(chunk: str, language: str) -> str:
    """A stretch without blanks that has the same ``entries``, and fewer ways to be written."""
    core = chunk.strip(_AROUND)
    if core.isascii() and core.isalnum():
        return core if primary(language) in _OWN_CASE else core.lower()
    return chunk


def entries(chunk: str, language: str) -> tuple[_Entry, ...]:
    """For each word of a stretch without blanks: the forms it is found under, and its stem (or nothing)."""
    memo = _memos.get(language)
    if memo is None:
        memo = _memos.setdefault(language, _Memo(language))
    return memo[chunk]
