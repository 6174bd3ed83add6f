"""An index holds what was put last and nothing else, whatever happened on the way there."""

import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from app.search import Broken, Busy, Document, Query, Results
from app.search.keeping import Keeping
from app.search.whoosh import WhooshEngine
from tests.search.making import one
from tests.search.test_against_oracle import ask, collection

ROOT = Path(__file__).parents[2]


def held(folder: Path) -> bytes:
    """All bytes of all files of an index."""
    return b"\0".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def answers(engine: WhooshEngine, seed: int) -> list[Results]:
    chance = random.Random(seed)
    asked = [Query(str(ask(chance)), facets=("place", "speaker"), limit=50) for _ in range(40)]
    return [
        engine.search(query) for query in [*asked, Query("night house river xocali"), Query("", sort="date")]
    ]


@pytest.mark.parametrize("seed", range(6))
def test_history_leaves_no_trace(seed: int, tmp_path: Path) -> None:
    """Added, replaced, removed and in any order: equal hits and equal scores to a fresh index."""
    chance = random.Random(seed)
    final = collection(chance)
    stamps = {name: f"stamp {name}" for name in final}
    fresh = WhooshEngine(tmp_path / "fresh")
    fresh.rebuild((name, stamps[name], documents) for name, documents in final.items())
    for number, lazy in enumerate((True, False)):
        worn = WhooshEngine(tmp_path / f"worn{number}")
        with pytest.MonkeyPatch.context() as patch:
            if lazy:  # what was removed stays in the files, which must not show
                patch.setattr("app.search.columnar.writing.due", lambda *_: [])
            for _ in range(4):
                other = collection(chance)
                other["gone"] = [one("gone", 0, "night night house secretword", "tr", place="York")]
                worn.put(other, dict.fromkeys(other, "old"))
                worn.search(Query("night"))
            worn.put({name: [] for name in [*other, "a", "b", "ç", "d1", "d10", "e", "f", "Ж"]}, {})
            for name in chance.sample(sorted(final), k=len(final)):
                worn.put({name: final[name]}, stamps)
            between = [
                one("between", i, "night house river secretword horse", place="York") for i in range(5)
            ]
            worn.put({**dict(list(final.items())[:1]), "between": between, **final}, stamps)
            worn.put({"between": []}, {})
        assert (b"secretword" in held(tmp_path / f"worn{number}")) == lazy
        for engine in (worn, WhooshEngine(tmp_path / f"worn{number}")):
            assert answers(engine, seed) == answers(fresh, seed)
            assert list(engine.stamps()) == list(fresh.stamps()) == sorted(stamps.items())
            assert engine.suggest("secretwerd nigth") == fresh.suggest("secretwerd nigth")
        worn.compact()
        assert answers(worn, seed) == answers(fresh, seed)
        assert b"secretword" not in held(tmp_path / f"worn{number}")


def test_what_was_removed_leaves_the_files(tmp_path: Path) -> None:
    engine = WhooshEngine(tmp_path / "index")
    engine.put(
        {
            f"g{i}": [one(f"g{i}", j, f"zyxwv{i}q words", place=f"uvwxy{i}p") for j in range(80)]
            for i in range(8)
        },
        {},
    )
    assert b"zyxwv1q" in held(tmp_path / "index")
    engine.put({"g1": [], "g2": [one("g2", 0, "other")]}, {})
    after = held(tmp_path / "index")
    for gone in (b"zyxwv1q", b"zyxwv2q", b"uvwxy1p", b"uvwxy2p"):
        assert gone not in after
    assert b"zyxwv3q" in after
    assert engine.search(Query("zyxwv1q")).total == 0


def test_compacting_drives_removed_words_out_of_large_segments(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.search.keeping.DRIVEN", 10)
    engine = WhooshEngine(tmp_path / "index")
    engine.put({f"g{i}": [one(f"g{i}", j, f"zyxwv{i}q words") for j in range(80)] for i in range(8)}, {})
    engine.put({"g1": []}, {})
    assert b"zyxwv1q" in held(tmp_path / "index")
    engine.compact()
    assert b"zyxwv1q" not in held(tmp_path / "index")
    assert engine.search(Query("words", limit=0)).total == 7 * 80


def test_groups_without_documents_keep_their_stamp(tmp_path: Path) -> None:
    engine = WhooshEngine(tmp_path / "index")
    engine.put({"a": [], "b": [one("b", 0, "word")], "c": []}, {"a": "1", "b": "2"})
    assert list(engine.stamps()) == [("a", "1"), ("b", "2")]
    engine.put({"a": []}, {"a": "3"})
    assert list(engine.stamps()) == [("a", "3"), ("b", "2")]
    engine.put({"a": [], "b": []}, {})
    assert list(engine.stamps()) == []
    assert engine.search(Query("word")).total == engine.search(Query("")).total == 0
    assert engine.healthy()


def test_a_number_below_zero_and_many_facets_are_kept(tmp_path: Path) -> None:
    engine = WhooshEngine(tmp_path / "index")
    engine.put({"a": [one("a", 0, "text"), one("a", -1, "the title text", tag="x")]}, {})
    assert [(h.number, h.first) for h in engine.search(Query("title")).hits] == [(-1, -1)]


def test_the_folder_is_closed_to_others(tmp_path: Path) -> None:
    WhooshEngine(tmp_path / "deep" / "index").put({"a": [one("a", 0, "x")]}, {})
    assert (tmp_path / "deep" / "index").stat().st_mode & 0o777 == 0o700


def damages() -> list[tuple[str, Callable[[Path], object]]]:
    return [
        ("removed", lambda path: path.unlink()),
        ("emptied", lambda path: path.write_bytes(b"")),
        ("halved", lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])),
        ("garbage", lambda path: path.write_bytes(b"\x80\x04garbage" * 50)),
        ("noise", lambda path: path.write_bytes(random.Random(1).randbytes(path.stat().st_size))),
        ("one bit", lambda path: path.write_bytes(_flipped(path.read_bytes()))),
    ]


def _flipped(data: bytes) -> bytes:
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 0x10]) + data[middle + 1 :]


@pytest.mark.parametrize(("name", "damage"), damages())
def test_a_broken_index_says_so_and_is_built_anew(
    name: str, damage: Callable[[Path], object], tmp_path: Path
) -> None:
    groups = {f"g{i}": [one(f"g{i}", j, f"night {i} {j}") for j in range(30)] for i in range(4)}
    whole = tmp_path / "whole"
    WhooshEngine(whole).put(groups, {})
    files = [path.relative_to(whole) for path in whole.rglob("*") if path.is_file() and path.stat().st_size]
    assert len(files) >= 2
    for file in files:
        folder = tmp_path / "broken"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(whole, folder)
        damage(folder / file)
        engine = WhooshEngine(folder)
        assert not engine.healthy(), file
        found = engine.search(Query("night", facets=("place",)))
        assert found.total in (0, 120), file
        assert found.total or found.message, file
        engine.suggest("nigth")
        assert engine.marker(Query("night")).spans("night") == [(0, 5)]
        with pytest.raises((Broken, OSError)):
            engine.put({"x": [one("x", 0, "y")]}, {})
        engine.rebuild((group, "", documents) for group, documents in groups.items())
        assert engine.healthy(), file
        assert engine.search(Query("night")).total == 120


def test_another_version_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = WhooshEngine(tmp_path / "index")
    engine.put({"a": [one("a", 0, "x")]}, {})
    monkeypatch.setattr("app.search.schema.VERSION", 999)
    later = WhooshEngine(tmp_path / "index")
    assert not later.healthy()
    assert later.search(Query("x")).message
    later.rebuild([("a", "", [one("a", 0, "x")])])
    assert later.healthy()


def test_the_index_of_an_earlier_program_is_built_anew_and_its_words_are_gone(tmp_path: Path) -> None:
    folder = tmp_path / "index"
    older = folder / "g0123456789abcdef"
    older.mkdir(parents=True)
    (older / "s0.columns").write_bytes(b"secretword")
    (folder / "current").write_bytes(b"secretword")
    (folder / "not-ours").write_bytes(b"kept")
    engine = WhooshEngine(folder)
    assert not engine.healthy()
    with pytest.raises(Broken):
        engine.put({"a": [one("a", 0, "x")]}, {})
    engine.rebuild([("a", "", [one("a", 0, "x")])])
    assert engine.healthy()
    assert b"secretword" not in held(folder)
    assert (folder / "not-ours").exists()


def test_a_failed_rebuild_changes_nothing(tmp_path: Path) -> None:
    engine = WhooshEngine(tmp_path / "index")
    engine.put({"a": [one("a", 0, "kept")]}, {"a": "1"})

    def failing() -> object:
        yield "b", "", [one("b", 0, "new")]
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        engine.rebuild(failing())  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="twice"):
        engine.rebuild([("b", "", []), ("b", "", [])])
    assert engine.search(Query("kept")).total == 1
    assert len(list((tmp_path / "index").glob("*.columns"))) == 1
    engine.put({"c": [one("c", 0, "kept")]}, {})
    assert engine.search(Query("kept")).total == 2


def test_a_commit_that_does_not_get_through_never_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = WhooshEngine(tmp_path / "index")
    engine.put({"a": [one("a", 0, "kept")]}, {})

    def full(*_: object) -> None:
        raise OSError("no space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("app.search.columnar.contents.os.replace", full)
        with pytest.raises(OSError, match="no space"):
            engine.put({"a": [], "b": [one("b", 0, "secretword")]}, {})
    assert engine.healthy()
    assert engine.search(Query("kept secretword")).total == 1
    engine.put({"c": [one("c", 0, "kept")]}, {})
    assert engine.search(Query("kept secretword")).total == 2
    assert b"secretword" not in held(tmp_path / "index")


def test_readers_see_commits_and_the_old_index_until_then(tmp_path: Path) -> None:
    writer, reader = WhooshEngine(tmp_path / "index"), WhooshEngine(tmp_path / "index")
    writer.put({"a": [one("a", 0, "word")]}, {})
    assert reader.search(Query("word")).total == 1

    def groups() -> object:
        for i in range(3):
            assert reader.search(Query("word")).total == 1
            yield f"b{i}", "", [one(f"b{i}", 0, "word")]

    writer.rebuild(groups())  # type: ignore[arg-type]
    assert reader.search(Query("word")).total == 3
    reader.close()
    assert reader.search(Query("word")).total == 3


def test_a_second_writer_waits_and_then_gives_up(tmp_path: Path) -> None:
    engine = WhooshEngine(tmp_path / "index", timeout=0.2)
    engine.put({"a": [one("a", 0, "word")]}, {})
    with Keeping(tmp_path / "index", 1).writer(), pytest.raises(Busy):
        engine.put({"a": []}, {})
    engine.put({"a": []}, {})


WRITER = """
import sys
from pathlib import Path
from app.search import Query
from app.search.whoosh import WhooshEngine
from tests.search.making import one
engine = WhooshEngine(Path(sys.argv[1]))
for i in range(int(sys.argv[2]), 10_000):
    steady = [one("steady", j, f"night {i}") for j in range(5)]
    engine.put({"steady": steady, f"g{i}": [one(f"g{i}", 0, "night")]}, {})
    print(i, flush=True)
"""


def test_a_killed_writer_leaves_the_last_commit_and_no_lock(tmp_path: Path) -> None:
    folder = tmp_path / "index"
    done = -1
    reader = WhooshEngine(folder, timeout=5)
    chance = random.Random(3)
    for _ in range(4):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(folder), str(done + 1)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert writer.stdout is not None
        for _ in range(chance.randint(2, 6)):
            done = int(writer.stdout.readline())
            # a reader in another process, while files are exchanged
            assert reader.search(Query("night steady", limit=0)).total >= 5 + done
        time.sleep(chance.random() * 0.02)
        writer.send_signal(signal.SIGKILL)
        rest, _ = writer.communicate()
        done = int(rest.split()[-1]) if rest.split() else done
        found = reader.search(Query("night", limit=0))
        assert found.groups in (done + 2, done + 3)  # the commit that was being made, or the one before
        assert found.total == found.groups + 4
        assert WhooshEngine(folder).healthy()
        done = found.groups - 2
    reader.put({"last": [one("last", 0, "night")]}, {})
    assert reader.search(Query("night", limit=0)).groups == done + 3
    assert sum(1 for path in folder.rglob("*.new")) == 0


def test_documents_of_every_shape(tmp_path: Path) -> None:
    engine = WhooshEngine(tmp_path / "index")
    odd = [
        Document("ö/ ü", 0, 0, 0, ()),
        Document("ö/ ü", 7, 3, 9, one("x", 0, "\0 a\ufffd 😀 \u202e").utterances, {"tag": ()}, "1990"),
    ]
    engine.put({"ö/ ü": odd}, {"ö/ ü": "a\nb"})
    assert engine.search(Query("a", group="ö/ ü")).hits[0].number == 7
    assert engine.search(Query("", limit=9)).total == 2
    assert list(engine.stamps()) == [("ö/ ü", "a\nb")]


def test_no_byte_may_change_unnoticed(tmp_path: Path) -> None:
    chance = random.Random(5)
    engine = WhooshEngine(tmp_path / "index")
    engine.put({f"g{i}": [one(f"g{i}", j, f"night {i} {j}") for j in range(9)] for i in range(4)}, {})
    whole = engine.search(Query('night "night 2"', facets=("place",)))
    for file in [path for path in (tmp_path / "index").rglob("*") if path.is_file() and path.stat().st_size]:
        data = file.read_bytes()
        for place in chance.sample(range(len(data)), k=min(150, len(data))):
            file.write_bytes(data[:place] + bytes([data[place] ^ (1 << place % 8)]) + data[place + 1 :])
            other = WhooshEngine(tmp_path / "index")
            assert not other.healthy(), (file, place)
            found = other.search(Query('night "night 2"', facets=("place",)))
            assert found == whole or (found.message and not found.hits), (file, place)
        file.write_bytes(data)
    assert WhooshEngine(tmp_path / "index").healthy()
