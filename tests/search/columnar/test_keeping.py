"""Adding, changing, removing, merging and opening again, against a dictionary; and what a crash leaves."""

import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from whoosh import fields, query
from whoosh.index import EmptyIndexError, LockError

from app.search import columnar
from app.search.columnar import Damaged
from app.search.columnar.building import build
from app.search.columnar.tending import Tending, tend
from tests.search.columnar.making import document, schema
from tests.search.columnar.making import index as index_of

Step = tuple[str, int, int]
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["add", "add", "remove", "merge", "reopen", "cancel", "tend"]),
        st.integers(0, 12),
        st.integers(0, 99),
    ),
    max_size=25,
)


def held(made: Any) -> dict[str, str]:
    """What an index has, as searches tell it: key and the documents' kinds."""
    with made.searcher() as searcher:
        found = searcher.search(query.Every(), limit=None)
        assert len(found) == searcher.doc_count()
        return {hit["key"]: hit["kind"] for hit in found}


@given(STEPS)
@settings(max_examples=60, deadline=None)
def test_holds_what_a_dictionary_holds(steps: list[Step]) -> None:
    folder = Path(tempfile.mkdtemp())
    try:
        made, right = columnar.create_in(folder, schema()), {}
        for act, key, seed in steps:
            one = document(random.Random(seed), key)
            if act == "reopen":
                made = columnar.open_dir(folder)
            elif act == "tend":
                tend(made)
            elif act == "merge":
                made.writer().commit(optimize=True)
            elif act == "remove":
                writer = made.writer()
                writer.delete_by_term("key", str(key))
                writer.commit(merge=False)
                right.pop(str(key), None)
            else:
                writer = made.writer(limitmb=0.001 if seed % 5 == 0 else 64)
                writer.update_document(**one)
                if act == "cancel":
                    writer.cancel()
                    continue
                writer.commit(merge=bool(seed % 2))
                right[str(key)] = one["kind"]
            assert held(made) == right
        with made.searcher() as searcher:
            assert searcher.reader().field_length("text") >= 0
    finally:
        shutil.rmtree(folder)


def test_runs_that_went_to_disk_and_a_build_of_two_processes_make_the_same_index(tmp_path: Path) -> None:
    random_ = random.Random(1)
    documents = [document(random_, key) for key in range(300)]
    made = [columnar.create_in(tmp_path / name, schema()) for name in ("one", "runs", "two")]
    for index, limit in zip(made[:2], (64, 0.02), strict=True):
        with index.writer(limitmb=limit) as writer:
            for one in documents:
                writer.add_document(**one)
    build(made[2], lambda number, count: documents[number * 150 : number * 150 + 150], 2, merge=True)
    readers = [index.reader() for index in made]
    for reader in readers[1:]:
        assert reader.is_atomic()
        for term in readers[0].all_terms():
            found, right = reader.postings(*term), readers[0].postings(*term)
            assert list(found.all_ids()) == list(right.all_ids())
        assert list(reader.all_terms()) == list(readers[0].all_terms())
        assert list(reader.all_stored_fields()) == list(readers[0].all_stored_fields())
        assert reader.field_length("text") == readers[0].field_length("text")


def test_what_was_removed_leaves_the_files(tmp_path: Path) -> None:
    made = columnar.create_in(tmp_path, schema())
    with made.writer() as writer:
        writer.add_document(key="1", text="quetzalcoatl", kind="a")
        writer.add_document(key="2", text="bread", kind="b")
    writer = made.writer()
    writer.delete_by_term("key", "1")
    writer.commit(optimize=True)
    assert not any(b"quetzalcoatl" in path.read_bytes() for path in tmp_path.iterdir())


def test_readers_go_on_and_one_writes(tmp_path: Path) -> None:
    made = columnar.create_in(tmp_path, schema())
    with made.writer() as writer:
        writer.add_document(key="1", text="bread", kind="a")
    before = made.searcher()
    writer = made.writer()
    with pytest.raises(LockError):
        made.writer()
    writer.update_document(key="1", text="wine", kind="b")
    writer.commit(optimize=True)
    assert len(before.search(query.Term("text", "bread"))) == 1
    after = before.refresh()
    assert after is not before
    assert len(after.search(query.Term("text", "bread"))) == 0
    assert after.refresh() is after


def test_merges_beside_writers_and_readers(tmp_path: Path) -> None:
    made = columnar.create_in(tmp_path, schema())
    tending, right = Tending(made), {}
    random_ = random.Random(4)
    for turn in range(40):
        writer = made.writer(timeout=10, most=0)
        gone, *keys = random_.sample(range(60), 6)
        for key in keys:
            one = document(random_, key)
            writer.update_document(**one)
            right[str(key)] = one["kind"]
        writer.delete_by_term("key", str(gone))
        right.pop(str(gone), None)
        writer.commit()
        tending.call()
        if turn % 10 == 9:
            assert {**held(made)} == right
    tending.close()
    assert tending.failed is None
    while tend(made):
        pass
    assert held(made) == right
    assert len(made._read_toc().segments) < 12


def test_no_index_and_a_strange_one(tmp_path: Path) -> None:
    with pytest.raises(EmptyIndexError):
        columnar.open_dir(tmp_path)
    made = columnar.create_in(tmp_path, schema())
    next(tmp_path.glob("*.toc")).write_bytes(b"strange")
    with pytest.raises(Damaged):
        columnar.open_dir(tmp_path)
    with pytest.raises(Damaged):
        made.writer()
    with pytest.raises(Damaged):  # and the lock was let go
        made.writer()


def asked(made: Any) -> list[Any]:
    """Everything an index says."""
    with made.searcher() as searcher:
        found = [searcher.search(query.Every(), limit=None, sortedby="number")]
        found.append(searcher.search(query.Phrase("text", ["w0", "w1"]), limit=None))
        found.append(searcher.search(query.Prefix("text", "w"), limit=None))
        said = [[(hit.docnum, hit.score, hit.fields()) for hit in one] for one in found]
        return [*said, list(searcher.reader().all_terms())]


def test_a_byte_changed_anywhere_is_said_or_makes_no_difference(tmp_path: Path) -> None:
    random_ = random.Random(int(os.environ.get("ARCHIVE_SEED", "7")))
    made = columnar.create_in(tmp_path / "whole", schema())
    with made.writer() as writer:
        for key in range(60):
            writer.add_document(**document(random_, key))
    writer = made.writer()
    writer.delete_by_term("key", "5")
    writer.commit(merge=False)
    right = asked(made)
    said = 0
    rounds = int(os.environ.get("ARCHIVE_ROUNDS", "150"))
    for turn in range(rounds):
        folder = tmp_path / f"broken{turn}"
        shutil.copytree(tmp_path / "whole", folder)
        path = random_.choice([one for one in folder.iterdir() if one.stat().st_size])
        data = bytearray(path.read_bytes())
        if turn % 10 == 0:
            del data[random_.randrange(len(data)) :]
        else:
            data[random_.randrange(len(data))] ^= 1 << random_.randrange(8)
        path.write_bytes(data)
        try:
            assert asked(columnar.open_dir(folder)) == right
        except Damaged:
            said += 1
        shutil.rmtree(folder)
    assert said > rounds // 2


WRITER = """
import random, sys
from app.search import columnar
from tests.search.columnar.making import document
made = columnar.open_dir(sys.argv[1])
for turn in range(int(sys.argv[2]), 10**6):
    writer = made.writer(timeout=5, most=400)
    for part in range(10):
        one = document(random.Random(turn), turn * 10 + part)
        writer.add_document(**one)
    if turn:
        writer.delete_by_term("key", str((turn - 1) * 10))
    writer.commit()
    print(turn, flush=True)
"""


@pytest.mark.trial
def test_a_writer_that_is_killed_loses_nothing_it_acknowledged(tmp_path: Path) -> None:
    made = columnar.create_in(tmp_path, schema())
    random_, turn = random.Random(1), 0
    reading, faults = threading.Event(), []

    def read() -> None:
        while not reading.is_set():
            try:
                with made.searcher() as searcher:
                    found = len(searcher.search(query.Every(), limit=1))
                    assert found == 0 or found % 9 == 1, found  # each turn adds ten and removes one
            except Exception as error:  # whatever it is, the test says it
                faults.append(error)

    thread = threading.Thread(target=read)
    thread.start()
    for _ in range(int(os.environ.get("ARCHIVE_ROUNDS", "6"))):
        child = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path), str(turn)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[3],
        )
        assert child.stdout is not None
        child.stdout.readline()
        time.sleep(random_.uniform(0.02, 0.3))
        child.send_signal(signal.SIGKILL)
        acknowledged = child.stdout.read().split()
        child.stdout.close()
        child.wait()
        keys = set(held(columnar.open_dir(tmp_path)))
        last = max((int(key) for key in keys), default=-1) // 10
        if acknowledged:
            assert last >= int(acknowledged[-1])
        expected = {str(key) for key in range((last + 1) * 10) if key % 10 or key == last * 10}
        assert keys == expected
        turn = last + 1
    reading.set()
    thread.join()
    assert not faults


def test_to_remove_rewrites_no_segment(tmp_path: Path) -> None:
    """What is removed is no longer found; its segment is rewritten when something is added."""
    made = index_of(tmp_path, [document(random.Random(key), key) for key in range(30)], 3)
    before = {path.name for path in tmp_path.glob("*.columns")}
    with made.writer() as writer:
        for key in range(8):
            writer.delete_by_term("key", str(key))
    assert {path.name for path in tmp_path.glob("*.columns")} == before
    assert sorted(map(int, held(made))) == list(range(8, 30))
    with made.writer() as writer:
        writer.add_document(**document(random.Random(8), 40))
    assert not before <= {path.name for path in tmp_path.glob("*.columns")}
    assert sorted(map(int, held(made))) == [*range(8, 30), 40]


def test_a_writer_begins_with_what_is_there(tmp_path: Path) -> None:
    """Not with what the one before it thought of, nor with what was replaced by others meanwhile."""
    columnar.create_in(tmp_path, schema())
    made, other = columnar.open_dir(tmp_path), columnar.open_dir(tmp_path)
    with made.writer() as writer:
        writer.add_document(**document(random.Random(1), 1))
    reader = made.reader()
    writer = made.writer()
    writer.add_field("more", fields.ID())
    writer.delete_by_term("key", "1")
    writer.cancel()
    assert "more" not in reader.schema
    with made.writer() as writer:
        assert "more" not in writer.schema
    assert held(made).keys() == {"1"}
    with other.writer() as writer:
        writer.add_document(**document(random.Random(2), 2))
    with made.writer() as writer:
        writer.add_field("more", fields.ID(stored=True))
        writer.add_document(**document(random.Random(3), 3), more="told")
    with made.writer() as writer:
        writer.add_document(**document(random.Random(4), 4), more="too")
    assert held(other).keys() == held(made).keys() == {"1", "2", "3", "4"}
    assert "more" in columnar.open_dir(tmp_path).schema
