"""Phrases, ranking, marks, suggestions."""

import re
import unicodedata
from pathlib import Path
from random import Random

import pytest

from app.search import Document, Query, Utterance, divide, open_engine
from app.search.whoosh import WhooshEngine
from tests.benchmarks.corpus import documents, records, shared
from tests.search.making import one


def test_a_phrase_stays_within_an_utterance(tmp_path: Path) -> None:
    engine = WhooshEngine(tmp_path / "index")
    said = (
        Utterance("I saw the", "en"),
        Utterance("red house\nburning down", "en", asks=True),
        Utterance("red", "en"),
    )
    engine.put({"a": [Document("a", 0, 0, 2, said), one("a", 1, "house on the hill")]}, {})
    assert engine.search(Query('"red house"')).total == 1
    assert engine.search(Query('"house burning"')).total == 1  # over the end of a line
    for phrase in ("the red", "down red", "red house on", "saw red", "the house"):
        assert engine.search(Query(f'"{phrase}"')).total == 0, phrase


def test_the_narrators_words_stand_before_the_questioners(tmp_path: Path) -> None:
    engine = WhooshEngine(tmp_path / "index")
    groups = {}
    for name, asks in (("asked", True), ("told", False)):
        said = (Utterance("the flood came", "en", asks=asks), Utterance("yes it was so", "en", asks=not asks))
        groups[name] = [Document(name, 0, 0, 1, said)]
    engine.put(groups, {})
    for query in ("flood", '"flood came"', "floo*", "floods"):
        hits = engine.search(Query(query)).hits
        assert [hit.group for hit in hits] == ["told", "asked"], query
        assert hits[0].score > hits[1].score


def test_who_spoke_is_known_when_questions_and_answers_take_turns(tmp_path: Path) -> None:
    engine = WhooshEngine(tmp_path / "index")

    def turns(name: str, where: int) -> list[Document]:
        lines = ["well it was so", "and did you go", "yes we did", "where to then"]
        lines[where] = "the flood came"
        said = tuple(Utterance(line, "en", asks=at % 2 == 1) for at, line in enumerate(lines))
        return [Document(name, 0, 0, 3, said)]

    engine.put({f"line{where}": turns(f"line{where}", where) for where in range(4)}, {})
    for query in ("flood", '"flood came"'):
        hits = engine.search(Query(query)).hits
        assert [hit.group for hit in hits] == ["line0", "line2", "line1", "line3"], query
        assert hits[0].score == hits[1].score > hits[2].score == hits[3].score


def test_more_and_rarer_words_stand_first(tmp_path: Path) -> None:
    engine = WhooshEngine(tmp_path / "index")
    texts = {
        "both": "the bridge at dawn",
        "rare": "a bridge by noon",
        "common": "we left at dawn",
        "none": "so it was",
    }
    texts |= {f"more{i}": "again we left at dawn" for i in range(5)}
    engine.put({name: [one(name, 0, text)] for name, text in texts.items()}, {})
    hits = [hit.group for hit in engine.search(Query("the bridge at dawn")).hits]
    assert hits[:2] == ["both", "rare"]
    assert "none" not in hits


def test_marks_are_where_the_words_are(tmp_path: Path) -> None:
    engine = WhooshEngine(tmp_path / "index")
    engine.put({"a": [one("a", 0, "fire", "en"), one("a", 1, "ateş", "tr"), one("a", 2, "огонь", "ru")]}, {})

    def marked(query: str, text: str, language: str = "") -> list[str]:
        return [text[start:end] for start, end in engine.marker(Query(query)).spans(text, language)]

    assert marked("run", "He RAN; running, runs 😀 runner’s run") == ["RAN", "running", "runs", "run"]
    assert marked('"big house"', "big house, big or house; a BIG, house") == ["big", "house", "BIG", "house"]
    assert marked("hous*", "Houses and house-boats, hose") == ["Houses", "house"]
    assert marked("книга -дом", "Книгами полон дом", "ru") == ["Книгами"]
    assert marked("xocali", "XOCALI və Xocalı, İ", "az") == ["XOCALI", "Xocalı"]
    assert marked("place:york fire", "York fire") == ["fire"]
    assert marked("", "anything") == []
    assert marked("a", "") == []


def test_suggestions_come_from_this_index_alone(tmp_path: Path) -> None:
    engine = WhooshEngine(tmp_path / "index")
    engine.put(
        {"a": [one("a", 0, "the plantation overseer and the emancipation"), one("a", 1, "overseer")]}, {}
    )
    engine.put({"b": [one("b", 0, "a proclamation")]}, {"b": ""})
    assert engine.suggest("overseeer") == "overseer"
    assert engine.suggest('+plantatoin AND "the ovrseer" -emancipaton place:oversear') == (
        '+plantation AND "the overseer" -emancipation place:oversear'
    )
    assert engine.suggest("overseers plantation") == ""
    assert engine.suggest("zzzzzz 1234 plantatoi*") == ""
    assert engine.suggest("proclimation") == "proclamation"
    with pytest.MonkeyPatch.context() as patch:  # what was removed may stay in the files for a while
        patch.setattr("app.search.columnar.writing.due", lambda *_: [])
        engine.put({"b": [], "c": [one("c", i, "a bend") for i in range(30)] + [one("c", 30, "a band")]}, {})
    assert engine.suggest("proclimation") == ""
    assert engine.suggest("bxnd") == "bend"
    assert WhooshEngine(tmp_path / "none").suggest("x") == ""


def test_passages_cover_every_segment_once_in_order() -> None:
    assert divide([]) == []
    assert divide([5]) == [(0, 0)]
    assert divide([500, 3, 2]) == [(0, 0), (1, 2)]
    assert divide([20, 20, 2]) == [(0, 2)]
    assert divide([10, 25, 40, 40], [False, True, False, True]) == [(0, 2), (3, 3)]
    lengths = [7, 0, 31, 12, 90, 4, 4, 4, 29, 61, 1]
    places = [i for first, last in divide(lengths) for i in range(first, last + 1)]
    assert places == list(range(len(lengths)))


def test_addresses() -> None:
    with pytest.raises(ValueError, match="no search engine"):
        open_engine("solr://host/core")
    assert not open_engine("whoosh:///nowhere/at/all").healthy()


PHRASES = [
    *(
        "the white flag",
        "in the hospital",
        "took the fort",
        "black soldiers",
        "after the surrender",
        "I saw them",
    ),
    *("shot down", "major Booth", "the gunboat", "by the rebels", "general Forrest", "I do not know"),
    *("were you at", "on the hill", "no quarter", "buried alive", "what did they", "I was wounded"),
    *("into the fort", "Fort Pillow"),
]


@pytest.fixture(scope="module")
def fort_pillow(tmp_path_factory: pytest.TempPathFactory) -> tuple[WhooshEngine, dict[str, list[str]]]:
    if shared() is None:
        pytest.skip("the shared corpora are not beside the repository; set ARCHIVE_SHARED to their folder")
    engine = WhooshEngine(tmp_path_factory.mktemp("fort") / "index")
    testimonies = list(records("fort_pillow_1864"))
    engine.rebuild((record["id"], "", documents(record)) for record in testimonies)
    return engine, {r["id"]: [segment["text"] for segment in r["segments"]] for r in testimonies}


@pytest.mark.parametrize("phrase", PHRASES)
def test_phrases_are_counted_as_reading_counts_them(
    phrase: str, fort_pillow: tuple[WhooshEngine, dict[str, list[str]]]
) -> None:
    engine, testimonies = fort_pillow
    pattern = re.compile(r"(?<![^\W_])" + r"[\W_]+".join(phrase.split()) + r"(?![^\W_])", re.IGNORECASE)
    expected = {
        name
        for name, texts in testimonies.items()
        if any(pattern.search(unicodedata.normalize("NFC", text)) for text in texts)
    }
    found = engine.search(Query(f'"{phrase}"', limit=10_000))
    assert found.groups == len(expected)
    assert {hit.group for hit in found.hits} == expected
    assert expected, "a phrase that nobody said proves nothing"


def test_irregular_forms_are_inflections(tmp_path: Path) -> None:
    """In English only: a saw is no form of the French ``see``, and of most words there are none."""
    engine = WhooshEngine(tmp_path / "index")
    texts = {"a": "we saw him", "b": "I have Seen it", "c": "they see us", "d": "a seed"}
    passages = {name: [one(name, 0, text)] for name, text in texts.items()}
    engine.put(passages | {"e": [one("e", 0, "see seen", "fr")]}, {})
    for word in ("saw", "sees", "seen"):
        hits = {hit.group for hit in engine.search(Query(word)).hits}
        assert {"a", "b", "c"} <= hits, word
        assert "d" not in hits, word
    assert {hit.group for hit in engine.search(Query('"saw"')).hits} == {"a"}
    assert engine.suggest("seen") == ""


def test_a_word_and_the_others_that_stand_for_it_are_one_word(tmp_path: Path) -> None:
    """Its rarity is that of all together: nobody stands first for being called by the rarer name."""
    engine = WhooshEngine(tmp_path / "index")
    names = ["Abraham", "Abe"] + ["Abraham"] * 8
    engine.put({f"{n}": [one(f"{n}", 0, f"{name} said")] for n, name in enumerate(names)}, {})
    hits = engine.search(Query("abraham", variants={"abraham": ("Abe",)})).hits
    assert len(hits) == 10
    assert len({hit.score for hit in hits}) == 1


def test_groups_are_paged_as_their_best_passages_stand(tmp_path: Path) -> None:
    engine = WhooshEngine(tmp_path / "index")
    random = Random(7)
    sizes = {f"g{n}": random.choice((1, 2, 5, 60)) for n in range(90)}
    for name, size in sizes.items():  # in segments of their own, until they are merged
        engine.put(
            {name: [one(name, n, "flood " * random.randint(1, 9) + "x " * 30) for n in range(size)]}, {}
        )
    for sort in ("relevance", "date"):
        every = engine.search(Query("flood", sort=sort, limit=10_000)).hits
        order = list(dict.fromkeys(hit.group for hit in every))
        best = [[hit for hit in every if hit.group == name][:3] for name in order]
        for first, many in ((0, 10), (80, 10), (85, 10), (90, 10)):
            found = engine.search(Query("flood", sort=sort, offset=first, limit=many, each=3))
            shown = {name: [hit for hit in found.hits if hit.group == name] for name in found.sizes}
            assert list(dict.fromkeys(hit.group for hit in found.hits)) == order[first : first + many]
            for name, hits in shown.items():  # those far behind may be left out, the best one never
                assert hits == best[order.index(name)][: len(hits)]
            assert (found.total, found.groups) == (len(every), len(sizes))
            assert found.sizes == {name: sizes[name] for name in order[first : first + many]}
