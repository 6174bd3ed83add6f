"""Words a few letters away are those that counting edits finds, whatever bytes their letters take."""

import random
from types import SimpleNamespace
from typing import Any

import pytest

from app.search.columnar.arrays import Strings
from app.search.columnar.columnfile import Memory
from app.search.columnar.edits import Spelling
from app.search.columnar.fronts import kept, strings_of
from tests.search.columnar.oracle import distance

LETTERS = "aaabəж𝄞"


def words(random_: random.Random, start: str, count: int) -> list[str]:
    found = {
        start * random_.randrange(2) + "".join(random_.choices(LETTERS, k=random_.randrange(1, 7)))
        for _ in range(count)
    }
    return sorted(found, key=str.encode)


@pytest.mark.parametrize("start", ["", "ab" * 6])
def test_words_nearby_are_those_that_counting_finds(start: str) -> None:
    random_ = random.Random(7)
    every = words(random_, start, 700)
    spelling = Spelling(SimpleNamespace(terms=Strings.of(word.encode() for word in every)))  # type: ignore[arg-type]
    for _ in range(40):
        word = random_.choice(words(random_, start, 3))
        same, most = random_.randrange(min(3, len(word) + 1)), random_.choice([1, 1, 1, 2, 3])
        right = [
            number
            for number, other in enumerate(every)
            if other[:same] == word[:same]
            and abs(len(word) - len(other)) <= most
            and distance(word, other) <= most
        ]
        assert spelling.near(word, most, same).tolist() == right, (word, most, same)


def test_words_that_begin_alike_are_kept_otherwise_and_found_the_same() -> None:
    every = [f"abcdefghijkl{number:05}".encode() for number in range(5_000)]
    arrays: Any = {f"t.{end}": array for end, array in kept(Strings.of(every)).items()}
    fronted = strings_of(Memory(arrays, None), "t")
    assert type(fronted) is not Strings
    spelling = Spelling(SimpleNamespace(terms=fronted))  # type: ignore[arg-type]
    assert [every[number] for number in spelling.near("abcdefghijkl0449", 1, 0).tolist()] == [
        f"abcdefghijkl{digits}".encode()
        for digits in sorted({"0449"[:at] + digit + "0449"[at:] for at in range(5) for digit in "0123456789"})
        if int(digits) < 5_000
    ]
