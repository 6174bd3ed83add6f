"""Misspelt words are put right towards words of the index, and beginnings completed, in any script."""

from pathlib import Path

import pytest

from app.search import Query
from app.search.folding import fold
from app.search.whoosh import WhooshEngine
from tests.search.making import one

HELD = {
    "en": "The neighbours remembered the orphanage, the cemetery and the railway station in Stepanakert. "
    "A separate committee received the necessary ammunition; believe it, definitely. Soldiers surrounded us. "
    "We went there and were told of their weather. Khojaly was their village.",
    "az": "Qaçqınlar şəhərdən çıxdılar, mühasirə başladı, xəstəxana yandı.",
    "ru": "Беженцы пересекли границу, начальник станции видел колонну, воскресенье и здравствуйте.",
    "hy": "Փախստականները գյուղից հեռացան, հիվանդանոցը այրվեց:",
    "tr": "Mülteciler köprüden geçti, hastane yandı, çocuklar üşüyordu.",
}
# What was typed, and what was meant: letters lost, doubled, changed, swapped, as one types and hears.
SLIPS = [
    ("neigbours", "neighbours"),
    ("rememberd", "remembered"),
    ("orphange", "orphanage"),
    ("cemetary", "cemetery"),
    ("ralway", "railway"),
    ("staiton", "station"),
    ("seperate", "separate"),
    ("comittee", "committee"),
    ("recieved", "received"),
    ("neccessary", "necessary"),
    ("amunition", "ammunition"),
    ("beleive", "believe"),
    ("definately", "definitely"),
    ("soliders", "soldiers"),
    ("villege", "village"),
    ("Stepanakret", "stepanakert"),
    ("Khojalli", "khojaly"),
    ("qacqınlr", "qacqinlar"),
    ("muhasire", ""),
    ("mühasirrə", "muhasire"),
    ("xəstəxna", "xestexana"),
    ("бежинцы", "беженцы"),
    ("начальнк", "начальник"),
    ("граинцу", "границу"),
    ("воскросенье", "воскресенье"),
    ("здраствуйте", "здравствуйте"),
    ("փախստկանները", "փախստականները"),
    ("գյուխից", "գյուղից"),
    ("mülteciller", "multeciler"),
    ("hastahne", "hastane"),
]


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> WhooshEngine:
    made = WhooshEngine(tmp_path_factory.mktemp("slips") / "index")
    made.put({language: [one(language, 0, text, language)] for language, text in HELD.items()}, {})
    return made


@pytest.mark.parametrize(("typed", "meant"), SLIPS, ids=[typed for typed, _ in SLIPS])
def test_a_slip_is_put_right(typed: str, meant: str, engine: WhooshEngine) -> None:
    assert engine.suggest(typed) == meant
    if meant:
        assert engine.search(Query(meant)).total
        assert (
            engine.suggest(f'"{typed}" AND -{typed} OR place:{typed}')
            == f'"{meant}" AND -{meant} OR place:{typed}'
        )
        assert engine.suggest(typed, known=frozenset({fold(typed)})) == ""


def test_words_that_stand_somewhere_are_left_alone(engine: WhooshEngine) -> None:
    for words in (
        "neighbour stations",
        "soldier",
        "беженцами",
        "qaçqınların şəhər",
        "the there were",
        "xyzzyplugh",
    ):
        assert engine.suggest(words) == "", words


def test_what_is_held_back_is_neither_offered_nor_known(engine: WhooshEngine) -> None:
    held_back = frozenset({"ru"})
    assert engine.suggest("бежинцы", held_back) == ""
    assert engine.complete("беж", 5) == ("беженцы",)
    assert engine.complete("беж", 5, held_back) == ()


def test_beginnings_are_completed_by_frequency(tmp_path: Path) -> None:
    engine = WhooshEngine(tmp_path / "index")
    groups = {f"g{i}": [one(f"g{i}", 0, "bridge" if i else "bridges, Brücke, bread", "en")] for i in range(5)}
    engine.put(groups, {})
    assert engine.complete("BRI", 5) == ("bridge", "bridges")
    assert engine.complete("br", 2) == ("bridge", "bread")
    assert engine.complete("Brü", 5) == ("brucke",)
    assert engine.complete("", 5) == engine.complete("x", 5) == ()
    with pytest.MonkeyPatch.context() as patch:  # what was removed may stay in the files for a while
        patch.setattr("app.search.columnar.writing.due", lambda *_: [])
        engine.put({"g0": []}, {})
    assert engine.complete("br", 5) == ("bridge",)
    assert WhooshEngine(tmp_path / "none").complete("b", 5) == ()
