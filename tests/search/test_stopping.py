"""Words that tell nothing are found all the same when nothing else is asked for."""

from pathlib import Path

import pytest

from app.search import Query
from app.search.folding import fold
from app.search.stopping import STOP_WORDS
from app.search.whoosh import WhooshEngine
from tests.search.making import one

SAID = {
    "en": ("We were there, and it was not so.", "it was", "not so"),
    "ru": ("Мы были там, и это было не так.", "мы не", "не так"),
    "hy": ("Նա և մենք այնտեղ էինք, բայց ոչ այնպես:", "նա և", "նա և մենք"),
    "tr": ("Biz de orada idik, ama öyle değil.", "biz değil", "biz de"),
    "az": ("Biz də orada idik, amma belə deyil.", "biz deyil", "biz də"),
}


@pytest.mark.parametrize("language", SAID)
def test_a_question_of_such_words_alone_is_answered(language: str, tmp_path: Path) -> None:
    text, words, phrase = SAID[language]
    engine = WhooshEngine(tmp_path / "index")
    engine.put({"a": [one("a", 0, text, language)], "b": [one("b", 0, "1992")]}, {})
    assert all(fold(word) in STOP_WORDS for word in words.split())
    for asked in (words, f'"{phrase}"', words.replace(" ", " AND ")):
        assert [hit.group for hit in engine.search(Query(asked)).hits] == ["a"], asked
