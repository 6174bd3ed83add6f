"""Whatever is typed is answered, and the query language means what it says."""

import random
from pathlib import Path

import pytest

from app.search import Query
from app.search.parsing import LONGEST, NO_WORDS, NOT_CLOSED, TOO_DEEP, TOO_LONG, TOO_MANY
from app.search.whoosh import WhooshEngine
from tests.search.making import one


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> WhooshEngine:
    made = WhooshEngine(tmp_path_factory.mktemp("parsing") / "index")
    texts = {
        "both": "the night of the fire",
        "night": "night and day",
        "fire": "fire! The night... no, the fire",
        "water": "cold water; co-operate, and and or or not",
    }
    made.put(
        {k: [one(k, 0, text, place="New York", year="1990", collection="Oral")] for k, text in texts.items()},
        {},
    )
    return made


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("night fire", "both night fire"),
        ("night AND day", "night"),
        ("night and day", "both fire night water"),
        ("+night fire", "both night fire"),
        ("+night +day", "night"),
        ("night -day", "both fire"),
        ("night NOT fire", "night"),
        ("NOT night", "water"),
        ("-night -cold", ""),
        ('"the fire"', "both fire"),
        ("“the fire”", "both fire"),
        ("«the fire» day", "both fire"),
        ('"fire the"', "fire"),
        ('-"the fire" night', "night"),
        ("(night AND day) OR cold", "night water"),
        ("night AND (day OR (fire -no))", "both night"),
        ("nig* AND da*", "night"),
        ("+(cold night) -fire", "night water"),
        ("co-operate", "water"),
        ("cooperate", ""),
        ("place:york", "both night fire water"),
        ('place:"new york" cold', "water"),
        ("place:(york OR paris) AND day", "night"),
        ("PLACE:York cold", "water"),
        ("place:yo*", "both night fire water"),
        ("place:new place:york day", "night"),
        ("year:1990 cold", "water"),
        ("year:199", ""),
        ("year:1989..1991 cold", "water"),
        ("year:1991..1989 cold", "water"),
        ("year:[1991 TO 1989] cold", "water"),
        ("year:..1991 cold", "water"),
        ("year:1991.. cold", ""),
        ("year:[1980 TO 1990] cold", "water"),
        ("cold -year:1990", ""),
        ("collection:oral cold", "water"),
        ("Is it cold?", "water"),
        ("", "both night fire water"),
    ],
)
def test_the_query_language(engine: WhooshEngine, typed: str, found: str) -> None:
    result = engine.search(Query(typed))
    assert {hit.group for hit in result.hits} == set(found.split()), typed
    assert result.total == len(found.split())


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ('"the fire', NOT_CLOSED),
        ("fire " * 2000, TOO_LONG),
        ("a b " * 200, TOO_MANY),
        ("(" * 50 + "fire", TOO_DEEP),
        ("?!", NO_WORDS),
        ('""', NO_WORDS),
        ("\0", ""),
    ],
)
def test_what_is_not_understood_is_said(engine: WhooshEngine, typed: str, message: str) -> None:
    assert message in engine.search(Query(typed)).message


def test_nothing_typed_raises(engine: WhooshEngine) -> None:
    strange = [
        *(
            "AND",
            "OR",
            "NOT",
            "AND OR NOT",
            "a AND",
            "AND a",
            "NOT NOT a",
            "a NOT",
            "()",
            ")(",
            "((a)",
            "(a))",
        ),
        *("+", "-", "+-a", "- a", "++a", "--", "+(", '-"', '"', '""', '"""', "a\0b", "\ud800", "\U0010ffff"),
        *(
            "*",
            "**",
            "a**",
            "*a",
            "a*b*",
            "place:",
            ":",
            "::",
            "place:place:x",
            "place:()",
            "year:[",
            "year:[TO]",
        ),
        *(
            "year:[1 TO",
            "year:[a TO b]",
            "year:..",
            "[TO]",
            "{1 TO 2}",
            "year:99999..0",
            "year:-5",
            "x^2",
            "a~2",
        ),
        *("a~", '"a b"~2', "/re/", "\\", "a\\", "<script>", "'; DROP", "%00", "\u202e", "e\u0301" * 500),
        *(
            "x" * 10_000,
            "(a " * 3000,
            'a" ' * 3000,
            "NOT " * 2500 + "a",
            "+" * 10_000,
            "place:" * 2000,
            "[" * 9000,
        ),
        *("[a " * 3000, "a OR " * 2000 + "b", "- " * 5000, "\n\t\r", "a*" * 500, "s* t* n* f* o* " * 20),
    ]
    chance = random.Random(7)
    parts = [
        "AND",
        "OR",
        "NOT",
        "(",
        ")",
        '"',
        "+",
        "-",
        "*",
        "night",
        "place:",
        "year:",
        "[1 TO 2]",
        "..",
        " ",
        "~",
        "^",
    ]
    strange += ["".join(chance.choices(parts, k=chance.randint(1, 30))) for _ in range(200)]
    strange += [" ".join(chance.choices(parts, k=chance.randint(1, 30))) for _ in range(200)]
    for typed in strange:
        result = engine.search(Query(typed, facets=("place",)))
        assert "not available" not in result.message, typed
        engine.marker(Query(typed)).spans("the night of the fire")
        engine.suggest(typed)
    assert len(max(strange, key=len)) > 9 * LONGEST


def test_a_beginning_of_too_many_words_is_cut_short(
    engine: WhooshEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.search.finding.MOST_WORDS", 1)
    result = engine.search(Query("n*"))  # night, no, not
    assert "n" in result.message
    assert {hit.group for hit in result.hits} == {"both", "night", "fire"}


def test_variants_widen_words_and_phrases(tmp_path: Path) -> None:
    engine = WhooshEngine(tmp_path / "index")
    texts = {
        "a": "in Khojaly that day",
        "b": "Xocalı şəhəri",
        "c": "the town of Khojalu burned",
        "d": "elsewhere",
    }
    engine.put({k: [one(k, 0, text, "az" if k == "b" else "en")] for k, text in texts.items()}, {})

    def ask(words: str, **variants: tuple[str, ...]) -> str:
        named = {name.replace("_", " "): forms for name, forms in variants.items()}
        return "".join(sorted(hit.group for hit in engine.search(Query(words, variants=named)).hits))

    assert ask("khojaly") == "a"
    assert ask("khojaly", khojaly=("Xocalı",)) == "ab"
    assert ask("KHOJALY AND day", khojaly=("Xocalı",)) == "a"
    assert ask("+Khojaly", khojaly=("Xocalı", "town of Khojalu")) == "abc"
    assert ask('"in Khojaly"', in_khojaly=("Xocalı şəhəri",)) == "ab"
    assert ask('"town of khojaly"', khojaly=("Khojalu",)) == "c"
    assert ask("khojaly day", khojaly_day=("Xocalı şəhəri",)) == "ab"
    assert ask("-khojaly", khojaly=("Xocalı",)) == "cd"
    marker = engine.marker(Query("khojaly", variants={"khojaly": ("town of Khojalu",)}))
    assert marker.spans("The town of Khojalu, of Khojaly") == [(4, 8), (9, 11), (12, 19), (24, 31)]
