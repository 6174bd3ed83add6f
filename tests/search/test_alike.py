"""Names are found in every script they are written in, by what the index holds."""

from pathlib import Path

import pytest

from app.search import Query, spelling
from app.search.folding import fold
from app.search.lexicon import sums
from app.search.whoosh import WhooshEngine
from tests.search.making import one

LANGUAGES = ("en", "az", "ru", "hy")
# English as in the press of the time, Azerbaijani in its own alphabet, Russian and Armenian in theirs.
# Names of places are those of the maps; of people, common names of nobody. Transliterations follow BGN/PCGN
# for English (Khojaly), common Russian use for Azerbaijani names (Гянджа, Гусейнов), and Armenian letter by
# letter.
NAMES = [
    ("Khojaly", "Xocalı", "Ходжалы", "Խոջալու"),
    ("Huseynov", "Hüseynov", "Гусейнов", "Հուսեյնով"),
    ("Shusha", "Şuşa", "Шуша", "Շուշա"),
    ("Ganja", "Gəncə", "Гянджа", "Գյանջա"),
    ("Aghdam", "Ağdam", "Агдам", "Աղդամ"),
    ("Karabakh", "Qarabağ", "Карабах", "Ղարաբաղ"),
    ("Yerevan", "İrəvan", "Ереван", "Երևան"),
    ("Stepanakert", "Stepanakert", "Степанакерт", "Ստեփանակերտ"),
    ("Lachin", "Laçın", "Лачин", "Լաչին"),
    ("Kelbajar", "Kəlbəcər", "Кельбаджар", "Քելբաջար"),
    ("Nakhchivan", "Naxçıvan", "Нахчыван", "Նախչըվան"),
    ("Sumgait", "Sumqayıt", "Сумгаит", "Սումգայիթ"),
    ("Baku", "Bakı", "Баку", "Բաքու"),
    ("Mammadov", "Məmmədov", "Мамедов", "Մամեդով"),
    ("Aliyev", "Əliyev", "Алиев", "Ալիև"),
    ("Hasanova", "Həsənova", "Гасанова", "Հասանովա"),
    ("Jafarov", "Cəfərov", "Джафаров", "Ջաֆարով"),
    ("Grigoryan", "Qriqoryan", "Григорян", "Գրիգորյան"),
    ("Petrosyan", "Petrosyan", "Петросян", "Պետրոսյան"),
]


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> WhooshEngine:
    """Each name in each script, in a passage of its own."""
    made = WhooshEngine(tmp_path_factory.mktemp("names") / "index")
    made.put(
        {
            f"{number}{language}": [one(f"{number}{language}", 0, name, language)]
            for number, names in enumerate(NAMES)
            for language, name in zip(LANGUAGES, names, strict=True)
        },
        {},
    )
    return made


@pytest.mark.parametrize("names", NAMES, ids=lambda names: names[0])
def test_each_spelling_has_the_others(names: tuple[str, ...], engine: WhooshEngine) -> None:
    number = NAMES.index(names)
    for name in names:
        variants = {fold(name): engine.alike(name)}
        found = {hit.group for hit in engine.search(Query(name, variants=variants, limit=99)).hits}
        assert found >= {f"{number}{language}" for language in LANGUAGES}, name
        assert found <= {f"{number}{language}" for language in LANGUAGES}, name


def test_a_name_typed_without_its_accents_has_them_too(engine: WhooshEngine) -> None:
    for typed, other in (("Susa", "шуша"), ("Naxcivan", "нахчыван"), ("Xocali", "ходжалы")):
        assert other in engine.alike(typed)


def test_only_words_that_stand_somewhere_are_alike(tmp_path: Path) -> None:
    engine = WhooshEngine(tmp_path / "index")
    engine.put({"a": [one("a", 0, "Xocalıdan gəldik", "az")], "b": [one("b", 0, "Ходжалы", "ru")]}, {})
    assert engine.alike("Khojaly") == ("xocal", "ходжалы")  # the stem, for the word itself stands nowhere
    assert engine.search(Query("xocal")).total == 1
    assert engine.alike("Khojaly", frozenset({"b"})) == ("xocal",)
    with pytest.MonkeyPatch.context() as patch:  # what was removed may stay in the files for a while
        patch.setattr("app.search.columnar.writing.due", lambda *_: [])
        engine.put({"b": []}, {})
    assert engine.alike("Khojaly") == ("xocal",)
    assert WhooshEngine(tmp_path / "none").alike("Khojaly") == ()


@pytest.mark.parametrize(
    ("one_name", "other"),
    [
        ("Georgia", "George"),
        ("Paula", "Paul"),
        ("Mauser", "Messrs"),
        ("Hasanov", "Huseynov"),
        ("Baku", "Becky"),
        ("Nina", "Nonna"),
        ("Kars", "Kursk"),
        ("Smith", "Smoot"),
    ],
)
def test_other_names_stay_others(one_name: str, other: str) -> None:
    assert not spelling.may_be_one(one_name, other)


@pytest.mark.parametrize(
    "names",
    [
        ("Khojaly", "Khojali", "Hojali", "Khodjaly", "Xocalı", "Ходжалы", "Хождалы", "خوجالی", "ხოჯალი"),
        ("Huseynov", "Huseinov", "Hüseynov", "Гусейнов", "حسینوف"),
        ("Ganja", "Gandja", "Gyandzha", "Gəncə", "Гянджа"),
        ("Muhammad", "Mohammad", "Мухаммад", "محمد"),
        ("Smith", "Smyth"),
        ("Kocharyan", "Kocharian", "Кочарян", "Քոչարյան"),
    ],
    ids=lambda names: names[0],
)
def test_one_name_is_one_however_it_is_spelt(names: tuple[str, ...]) -> None:
    for name in names:
        for other in names:
            assert spelling.may_be_one(name, other), (name, other)


def test_words_of_one_key_have_one_sum() -> None:
    words = [name for names in NAMES for name in (*names, *map(fold, names))]
    words += [
        "Smith",
        "Smyth",
        "Stephens",
        "Stevens",
        "Clark",
        "Klark",
        "Tchaikovsky",
        "Чайковский",
        "حسینوف",
        "خوجالی",
    ]
    of = dict(zip(words, sums(words).tolist(), strict=True))
    shared = 0
    for word in words:
        for other in words:
            if spelling.keys(word, True) & spelling.keys(other, True):
                assert of[word] == of[other], (word, other)
                shared += word != other
    assert shared > 200
