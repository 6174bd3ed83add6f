"""A word is found however its language, its keyboard or its printer wrote it."""

from pathlib import Path

import pytest

from app.search import Query
from app.search.analysis import stem, words
from app.search.folding import LONGEST, fold, forms
from app.search.whoosh import WhooshEngine
from tests.search.making import one

SAME = [
    ["Xocalı", "XOCALI", "xocali", "xocalı", "Xocali", "XOCALİ"],
    ["İstanbul", "istanbul", "ISTANBUL", "Istanbul", "ıstanbul"],
    ["Gəncə", "GƏNCƏ", "gence", "Gence"],
    ["Երևան", "ԵՐԵՎԱՆ", "Երեւան", "երեվան", "ԵՐԵՒԱՆ"],
    ["ёлка", "Елка", "ЁЛКА", "е\u0308лка"],
    ["за\u0301мок", "замок"],
    ["أحمد", "احمد", "أَحْمَد", "احـــمد"],
    ["القاهرة", "القاهره"],
    ["علی", "علي", "على"],
    ["کتاب", "كتاب"],
    ["می\u200cروم", "میروم"],
    ["café", "CAFÉ", "cafe\u0301", "cafe", "caf\u00ade"],
    ["Straße", "STRASSE", "strasse"],
    ["Łódź", "lodz"],
    ["Ängström", "angstrom", "ANGSTRÖM"],
    ["ﬁre", "fire"],
    ["שָׁלוֹם", "שלום"],
    ["١٩٩٢", "1992", "۱۹۹۲", "１９９２"],
    ["Ὀδυσσεύς", "οδυσσευσ", "ΟΔΥΣΣΕΥΣ"],
]
DIFFERENT = [("мой", "мои"), ("її", "іі"), ("हिन्दी", "हनद"), ("が", "か"), ("sol", "şok")]
LANGUAGES = {"Xocalı": "az", "İstanbul": "tr", "Gəncə": "az", "Երևան": "hy", "ёлка": "ru", "Ängström": "sv"}


@pytest.mark.parametrize("spellings", SAME, ids=lambda spellings: spellings[0])
def test_every_spelling_finds_every_other(spellings: list[str], tmp_path: Path) -> None:
    language = LANGUAGES.get(spellings[0], "")
    engine = WhooshEngine(tmp_path / "index")
    engine.put({word: [one(word, 0, f"a {word}, b", language)] for word in spellings}, {})
    for word in spellings:
        for typed in (word, f'"{word}"', f"+{word}", f"{word}*"):
            found = {hit.group for hit in engine.search(Query(typed, limit=99)).hits}
            assert found == set(spellings), typed


@pytest.mark.parametrize(("one_word", "other"), DIFFERENT)
def test_letters_are_not_accents(one_word: str, other: str) -> None:
    assert fold(one_word) != fold(other)


def test_both_spellings_of_an_umlaut_find_it() -> None:
    assert set(forms("Müller", "de")) == {"muller", "mueller"} == set(forms("Müller"))
    assert forms("Müller", "en") == ("muller",)
    assert forms("Həsən", "az") == ("hesen", "hasan")


@pytest.mark.parametrize(
    ("language", "inflected", "typed"),
    [
        ("en", "running", "Runs"),
        ("en", "President’s", "presidents"),
        ("ru", "Книгами", "книга"),
        ("tr", "EVLERİMİZDEN", "evler"),
        ("es", "niños", "niño"),
        ("fr", "chevaux", "cheval"),
        ("hy", "քաղաքներում", "քաղաքներից"),
        ("pt-BR", "cidades", "cidade"),
        ("de", "Häuser", "häusern"),
        ("az", "EVLƏRİMİZDƏN", "evi"),
        ("az", "Uşağın", "uşaqlar"),
        ("tr", "İSTASYONLARI", "istasyonlar"),
        ("tr", "ışıklar", "IŞIK"),
        ("ru", "Ёлками", "елка"),
        ("hy", "ԵՐԵՎԱՆԻ", "Երևան"),
        ("hy", "ԵՐԵՒԱՆՈՒՄ", "երեւան"),
        ("ar", "كتابها", "كتاب"),
        ("fa", "كتاب\u200cها", "کتاب"),
    ],
)
def test_inflected_forms_are_found_in_their_language(
    language: str, inflected: str, typed: str, tmp_path: Path
) -> None:
    spoken = next(words(inflected)).surface
    assert stem(spoken, language) == stem(typed, language)
    engine = WhooshEngine(tmp_path / "index")
    engine.put({"a": [one("a", 0, inflected, language)], "b": [one("b", 0, "other", "en")]}, {})
    assert [hit.group for hit in engine.search(Query(typed)).hits] == ["a"]
    assert engine.search(Query(f'"{typed}"')).total == 0
    assert engine.marker(Query(typed)).spans(f"  {inflected}.", language) == [(2, 2 + len(spoken))]


def test_apostrophes_part_words_and_joiners_do_not() -> None:
    def surfaces(text: str) -> list[str]:
        return [word.surface for word in words(text)]

    assert surfaces("l’homme O'Brien İstanbul'da") == ["l", "homme", "O", "Brien", "İstanbul", "da"]
    assert surfaces("co-operate a_b 東京") == ["co", "operate", "a", "b", "東", "京"]
    assert surfaces("می\u200cروم हिन्दी") == ["می\u200cروم", "हिन्दी"]
    assert surfaces("\u200b \u0301 ـ …") == []


def test_a_word_without_end_is_cut_and_found(tmp_path: Path) -> None:
    engine = WhooshEngine(tmp_path / "index")
    engine.put({"a": [one("a", 0, "x" * 100_000)]}, {})
    assert len(fold("x" * 100_000)) == LONGEST
    assert engine.search(Query("x" * 900)).total == 1
