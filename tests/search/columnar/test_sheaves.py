"""Texts that are sorted a sheaf at a time become the same field as when all are sorted together."""

from pathlib import Path
from typing import Any

import numpy as np

from app.search.columnar.inverting import Tokens, length_bytes, of_tokens
from app.search.columnar.sheaves import Aside, Sheaf, bound, together

DOCUMENTS = 70_000  # in two stretches of 65,536
NAMES = [f"word{number}".encode() for number in range(500)]


def _texts() -> tuple[Any, ...]:
    """Texts as numbers of words, whose they are, how long they are and where they begin."""
    random = np.random.default_rng(5)
    counts = random.integers(0, 12, DOCUMENTS)
    counts[20:30] = 0
    counts[[17, 66_000]] = 700, 90_000  # more words, and more of one, than a byte or two can say
    tokens = np.minimum(random.zipf(1.3, int(counts.sum())) - 1, len(NAMES) - 1).astype(np.int32)
    return tokens, np.arange(DOCUMENTS, dtype=np.uint32), counts, random.integers(0, 3, DOCUMENTS)


def test_sheaf_by_sheaf_as_all_at_once(tmp_path: Path) -> None:
    tokens, documents, counts, leads = _texts()
    ends = np.append(0, np.cumsum(counts))
    sheaves: list[Sheaf] = []
    aside = Aside(tmp_path)
    for low, high in ((0, 20), (20, 30), (30, 30_000), (30_000, 66_001), (66_001, DOCUMENTS)):
        part = slice(low, high)
        made = bound(tokens[ends[low] : ends[high]], documents[part], counts[part], leads[part])
        assert [one.chunk for one in made] == ([0, 1] if low == 30_000 else [low >> 16])
        if low < 60_000:
            for one in made:
                aside.put(one)
        sheaves += made
    assert not list(tmp_path.iterdir())

    places = np.arange(len(tokens)) - np.repeat(ends[:-1] - leads, counts)
    owners = np.repeat(documents, counts)
    ones = np.ones(len(tokens), np.float32)
    wanted = of_tokens(
        Tokens(NAMES, tokens, owners, ones, places.astype(np.uint32)), length_bytes(counts.astype(np.int64))
    )
    found = together(NAMES, sheaves)
    assert found.keys() == wanted.keys()
    for name, array in wanted.items():
        assert found[name].dtype == array.dtype, name
        assert np.array_equal(found[name], array), name


def test_no_texts_are_an_empty_field() -> None:
    found = together(NAMES, [])
    assert not len(found["blob"])
    assert found["firsts"].tolist() == [0]
