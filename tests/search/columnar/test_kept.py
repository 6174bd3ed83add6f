"""What a reader holds in memory is bounded, and what is asked for again and again is there."""

import gc
import random
import weakref
from pathlib import Path

import numpy as np
import pytest
from whoosh import query

from app.search.columnar import columnfile
from app.search.columnar.columnfile import ColumnFile, Memory
from app.search.columnar.kept import Kept, Room
from tests.search.columnar.making import document, index

SIZE = 300_000  # bytes, of which a fifth of all have room


def test_a_round_too_large_for_the_room_keeps_its_part() -> None:
    kept, made = Room(room=10 * SIZE), 0

    def make() -> "np.ndarray[tuple[int], np.dtype[np.uint8]]":
        nonlocal made
        made += 1
        return np.full(SIZE - 1000, made % 256, np.uint8)

    for _ in range(30):
        for term in range(50):
            kept.get((1, "text", term), make)
    assert made <= 30 * 50 * 0.9  # of the fifth that has room nearly all was there
    for _ in range(200):
        kept.get((1, "text", 99), make)
    assert kept.has((1, "text", 99))  # what is asked for much more takes its place
    assert sum(array.nbytes for array in kept._found.values()) <= 10 * SIZE


def test_segments_share_a_room_and_what_is_gone_leaves_it() -> None:
    room = Room(room=3 * SIZE)
    one, other = Kept(room), Kept(room)
    for kept in (one, other):
        kept.get(("text", 1), lambda: np.zeros(SIZE, np.uint8))
    assert (one.has(("text", 1)), one.has(("text", 2)), other.has(("text", 1))) == (True, False, True)
    for number in range(9):
        one.get(("text", number), lambda: np.zeros(SIZE, np.uint8))
    assert sum(array.nbytes for array in room._found.values()) <= 3 * SIZE
    del one
    other.get(("text", 9), lambda: np.zeros(10, np.uint8))
    assert {owner for owner, *_ in room._found} == {other._owner}
    assert room._size < 2 * SIZE


def test_segments_that_are_merged_are_let_go(tmp_path: Path) -> None:
    made = index(tmp_path, [document(random.Random(1), key) for key in range(40)], 2)
    searcher = made.searcher()
    assert len(searcher.search(query.Every(), limit=None)) == 40
    old = weakref.ref(searcher.snapshot.views[0].data)
    made.optimize()
    searcher = made.searcher()
    assert len(searcher.search(query.Every(), limit=None)) == 40
    gc.collect()
    assert old() is None


@pytest.mark.skipif(not Path("/proc/self/smaps").exists(), reason="only Linux says what is mapped")
def test_pages_that_were_given_back_are_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columnfile, "_MAPPED", 1 << 16)
    random_, pages, files = np.random.default_rng(5), columnfile.Pages(), []
    for name in ("one", "other"):
        numbers = random_.integers(0, 1 << 30, 100_000, dtype=np.uint32)
        seal = columnfile.write(tmp_path / name, Memory({"numbers": numbers}, None))
        file = ColumnFile(tmp_path / name, seal, pages)
        held = file.part("numbers", 0, 50_000)
        if name == "other":
            assert not mapped(tmp_path / "one")  # what is read of one file counts for both
        assert held.sum(dtype=np.int64) == numbers[:50_000].sum(dtype=np.int64)
        assert mapped(tmp_path / name) > 1 << 16
        files.append((file, held, numbers))
    for file, held, numbers in files:
        assert (file["numbers"] == numbers).all()
        for begin in range(0, 100_000, 10_000):
            assert (file.part("numbers", begin, begin + 10_000) == numbers[begin : begin + 10_000]).all()
        assert (held == numbers[:50_000]).all()


def mapped(path: Path) -> int:
    """Bytes of a file that are in this process's memory."""
    said = Path("/proc/self/smaps").read_text().split("\n")
    at = next(number for number, line in enumerate(said) if line.endswith(str(path)))
    return 1024 * int(next(line for line in said[at:] if line.startswith("Rss:")).split()[1])
