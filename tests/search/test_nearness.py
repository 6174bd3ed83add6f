"""The order of the best passages: words near one another, and not all of one testimony."""

from pathlib import Path

import numpy as np

from app.search import Document, Query, Utterance
from app.search.columnar.rating import Ranked
from app.search.finding import Finding
from app.search.nearness import MOST, NEXT, RARE, ROW, Placed, Turns, counting, nearer
from app.search.ordering import by_score
from app.search.whoosh import WhooshEngine
from tests.search.making import one

FILLING = " ".join(f"w{number}" for number in range(30))


def found(engine: WhooshEngine, words: str) -> list[tuple[str, int]]:
    return [(hit.group, hit.number) for hit in engine.search(Query(words)).hits]


def filled(engine: WhooshEngine, **texts: str) -> None:
    """An index of these passages and of many others, so that words are rare."""
    groups = {name: [one(name, 0, text)] for name, text in texts.items()}
    groups |= {f"z{number}": [one(f"z{number}", 0, f"nothing here {FILLING}")] for number in range(40)}
    engine.put(groups, {})


def test_words_near_one_another_stand_before_words_apart(tmp_path: Path) -> None:
    engine = WhooshEngine(tmp_path / "index")
    filled(
        engine,
        apart=f"the river {FILLING} a bridge",
        near=f"a bridges by the river {FILLING}",
        middle=f"river w1 w2 w3 w4 w5 w6 w7 w8 w9 bridge {FILLING[36:]}",
    )
    assert found(engine, "river bridge") == [("near", 0), ("middle", 0), ("apart", 0)]
    assert found(engine, "bridge river")[0] == ("near", 0)


def test_a_question_and_its_answer_are_near(tmp_path: Path) -> None:
    """Words count as near across the turns of a passage, in the order in which they were spoken."""
    engine = WhooshEngine(tmp_path / "index")

    def passage(name: str, *turns: tuple[str, bool]) -> Document:
        return Document(
            name, 0, 0, len(turns), tuple(Utterance(text, "en", "", asks) for text, asks in turns)
        )

    groups = {
        "a": [passage("a", (f"the garage {FILLING}", True), ("the rifle", False))],
        "b": [passage("b", (f"{FILLING} the garage", True), ("the rifle", False))],
    }
    groups |= {f"z{number}": [one(f"z{number}", 0, FILLING)] for number in range(40)}
    engine.put(groups, {})
    assert found(engine, "rifle garage") == [("b", 0), ("a", 0)]


def test_further_passages_of_one_testimony_count_for_less(tmp_path: Path) -> None:
    engine = WhooshEngine(tmp_path / "index")
    groups = {
        "a": [one("a", number, f"the flood came {FILLING[:40]}") for number in range(3)],
        "b": [one("b", 0, f"the flood came {FILLING[:43]}")],
    }
    engine.put(groups, {})
    assert found(engine, "flood") == [("a", 0), ("b", 0), ("a", 1), ("a", 2)]


def test_scores_are_those_of_the_formula() -> None:
    """Three candidates of two groups, worked out by hand."""
    places = (
        Placed(4.0, np.array([0, 0, 1, 2]), np.array([3, 50, 10, 7])),
        Placed(3.0, np.array([0, 2, 2]), np.array([51, 3, 500])),
    )
    new = nearer(np.array([5.0, 4.0, 6.0]), np.array([0, 1, 0]), places, None)
    first = 5.0 + 0.4 * 3.0 * np.exp(-1 / 8)
    third = 6.0 + 0.4 * 3.0 * np.exp(-4 / 8)
    np.testing.assert_allclose(new, [first * NEXT, 4.0, third])


def test_the_best_turn_adds_its_own_score() -> None:
    """Two words in one turn of 36 words, told and asked; apart in two turns; alone in a long one."""
    start = 1 << 32
    turns = Turns(
        np.array([0, 10, start, start, 2 * start, 2 * start + 36, 3 * start]),
        np.array([False, True, False, True, False, True, False]),
        np.array([10, 36, 0, 36, 36, 36, 72]),
    )
    words = (
        Placed(4.0, np.array([0, 1, 2, 3]), np.array([20, 5, 5, 1])),
        Placed(3.0, np.array([0, 1, 2]), np.array([1000, 1000, 40])),
    )
    zeros, groups = np.zeros(4), np.arange(4)
    asked, told = 2.2 * 0.5 / (0.5 + 1.2), 2.2 / (1 + 1.2)
    long = 2.2 / (1 + 1.2 * (0.25 + 0.75 * 2))
    near = nearer(zeros, groups, words, None)
    expected = [7 * asked, 7 * asked, 4 * told, 4 * long]
    np.testing.assert_allclose(nearer(zeros, groups, words, turns) - near, 0.2 * np.array(expected))


def test_turns_are_those_that_were_spoken(tmp_path: Path) -> None:
    engine = WhooshEngine(tmp_path / "index")
    said = [("one two", True), ("three", False), ("four five six", False), ("seven", True)]
    passage = Document("a", 0, 0, 3, tuple(Utterance(text, "en", "", asks) for text, asks in said))
    engine.put({"a": [passage, one("a", 1, "one told alone")], "b": [one("b", 0, "one more")]}, {})
    view = engine._view()
    every = np.arange(3)
    found = by_score(view.parts, [Ranked(every, np.ones(3), every, 3)], 3)
    turns = Finding(view).turns(found)
    assert turns.asked.tolist() == [False, True, False, True, False, False]
    assert (turns.keys >> 32).tolist() == [0, 0, 0, 0, 1, 2]
    assert turns.lengths.tolist() == [0, 3, 6, 0, 3, 2]


def test_the_rarest_words_count_and_one_alone_does_not() -> None:
    """A long question costs no more than eight words."""
    assert counting([RARE, RARE - 0.1, 9.0]) == [0, 2]
    assert counting([RARE - 0.1, 9.0]) == []
    assert counting([float(rarity) for rarity in range(3, 15)]) == list(range(12 - MOST, 12))


def test_rows_of_the_query_s_words_are_worth_their_rarer_neighbours() -> None:
    """Three words: in a row, two and one, in another order, two alone, and one."""
    words = (
        Placed(1.0, np.array([0, 1, 2, 3]), np.array([5, 5, 7, 8])),
        Placed(4.0, np.array([0, 1, 2, 3]), np.array([6, 6, 6, 9])),
        Placed(3.0, np.array([0, 1, 2, 4]), np.array([7, 9, 5, 10])),
    )
    zeros = np.zeros(5)
    new = nearer(zeros, np.arange(5), (), None, words)
    np.testing.assert_allclose(new, [ROW * (1.0 + 3.0), 0, 0, 0, 0])
    assert not nearer(zeros, np.arange(5), (), None, (*words[:2], None, words[2])).any()
    assert not nearer(zeros, np.arange(5), (), None, words[:2]).any()  # two are near, not a row


def test_what_is_nearly_a_quotation_stands_first(tmp_path: Path) -> None:
    """Little words count for their place in a row, an irregular form for its word."""
    engine = WhooshEngine(tmp_path / "index")
    filled(
        engine,
        row=f"I see a ghost there once {FILLING}",
        often=f"ghost and ghost, a ghost was seen {FILLING}",
    )
    assert found(engine, "saw a ghost") == [("row", 0), ("often", 0)]
    assert found(engine, "a ghost saw")[0] == ("often", 0)
