"""A name finds who speaks under it, when it is asked to."""

from pathlib import Path

import pytest

from app.search import Document, Query, Utterance
from app.search.voices import SHARED
from app.search.whoosh import WhooshEngine


def said(group: str, speaker: str, text: str) -> list[Document]:
    return [Document(group, 0, 0, 0, (Utterance(text, "en", speaker),), {"speaker": (speaker,)})]


@pytest.fixture
def engine(tmp_path: Path) -> WhooshEngine:
    made = WhooshEngine(tmp_path / "index")
    groups = {
        "a": said("a", "Mrs. KELVARIN", "The rifle was in the garage."),
        "b": said("b", "Orrin Vale", "Kelvarin had a rifle in the garage, I heard."),
        "c": said("c", "General Marsh", "There was no rifle."),
        "d": said("d", "John Hill", "Sherman came up the hill."),
    }
    groups |= {f"j{n}": said(f"j{n}", f"John Number{n}", "Nothing at all.") for n in range(SHARED)}
    made.put(groups, {})
    return made


def test_a_name_that_somebody_has_is_a_voice(engine: WhooshEngine) -> None:
    assert engine.voices("Kelvarin AND rifle AND garage") == {"kelvarin"}
    assert engine.voices("Was Orrin Vale there?") == {"orrin", "vale"}
    assert engine.voices("speaker:Kelvarin") == frozenset()


def test_words_are_no_names_unless_typed_as_names(engine: WhooshEngine) -> None:
    assert engine.voices("up the hill of kelvarin") == frozenset()
    assert engine.voices("The Nobody") == frozenset()


def test_capitals_in_a_row_are_one_name(engine: WhooshEngine) -> None:
    assert engine.voices("General Sherman") == frozenset()
    assert engine.voices("General Marsh") == {"general", "marsh"}


def test_a_name_of_many_is_nobody_s(engine: WhooshEngine) -> None:
    assert engine.voices("John") == frozenset()


def test_nothing_is_told_of_what_is_held_back_or_gone(engine: WhooshEngine) -> None:
    assert engine.voices("Kelvarin", frozenset({"a"})) == frozenset()
    engine.put({"a": []}, {})
    assert engine.voices("Kelvarin") == frozenset()


def test_passages_are_found_by_who_speaks_only_when_asked(engine: WhooshEngine) -> None:
    words = "Kelvarin AND rifle AND garage"
    assert [hit.group for hit in engine.search(Query(words)).hits] == ["b"]
    found = engine.search(Query(words, voices=engine.voices(words)))
    assert ([hit.group for hit in found.hits], found.total) == (["b", "a"], 2)
    assert engine.search(Query('"Kelvarin"', voices=frozenset({"kelvarin"}))).total == 1


def test_a_stop_word_of_a_language_that_nothing_is_told_in_may_be_a_name(tmp_path: Path) -> None:
    """Dessa is Swedish for "these"."""
    engine = WhooshEngine(tmp_path / "index")
    engine.put({"a": said("a", "Dessa Vale", "The bridge."), "b": said("b", "The Witness", "A bridge.")}, {})
    assert engine.voices("Dessa") == {"dessa"}
    assert engine.voices("The bridge") == frozenset()
    swedish = Document("c", 0, 0, 0, (Utterance("en bro", "sv"),))
    engine.put({"c": [swedish]}, {})
    assert engine.voices("Dessa") == frozenset()
