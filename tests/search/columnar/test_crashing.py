"""Writers and mergers that are killed leave nothing behind; a folder that was planted runs nothing."""

import os
import pickle
import random
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from whoosh import query

from app.search import columnar
from app.search.columnar import Damaged
from app.search.columnar.segment import EXTENSION
from app.search.columnar.tending import tend
from tests.search.columnar.making import schema

ROOT = Path(__file__).parents[3]

WORK = """
import random, sys, threading
from app.search import columnar
from app.search.columnar.tending import tend
from tests.search.columnar.making import document
folder, turn, merging = sys.argv[1], int(sys.argv[2]), sys.argv[3] == "merging"
made = columnar.open_dir(folder)

def write():
    for one in range(turn, 10**6):
        writer = made.writer(timeout=10, most=0 if merging else 200, limitmb=0.01 if one % 3 else 64)
        for part in range(6):
            writer.add_document(**document(random.Random(one), one * 6 + part))
        if one:
            writer.delete_by_term("key", str((one - 1) * 6))
        writer.commit()
        print(one, flush=True)

if merging:
    threading.Thread(target=write, daemon=True).start()
    while True:
        tend(made)
else:
    write()
"""


def keys(folder: Path) -> set[str]:
    with columnar.open_dir(folder).searcher() as searcher:
        return {hit["key"] for hit in searcher.search(query.Every(), limit=None)}


def files(folder: Path) -> set[str]:
    """What is in the folder, but for locks."""
    return {path.name for path in folder.iterdir() if not path.name.endswith("LOCK")}


def named(made: Any) -> set[str]:
    """What the newest table of contents names, and itself."""
    contents = made._read_toc()
    own = f"_{made.indexname}_{contents.generation}.toc"
    return {own, *(segment.make_filename(EXTENSION) for segment in contents.segments)}


@pytest.mark.trial
@pytest.mark.parametrize("kind", ["writing", "merging"])
def test_killed_at_any_moment_opens_at_the_last_commit_and_keeps_no_orphans(
    tmp_path: Path, kind: str
) -> None:
    random_ = random.Random(f"{kind} {os.environ.get('ARCHIVE_SEED', '1')}")
    made, turn = columnar.create_in(tmp_path, schema()), 0
    for _ in range(int(os.environ.get("ARCHIVE_ROUNDS", "5"))):
        child = subprocess.Popen(
            [sys.executable, "-c", WORK, str(tmp_path), str(turn), kind],
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        assert child.stdout is not None
        child.stdout.readline()
        time.sleep(random_.uniform(0.0, 0.25))
        child.send_signal(signal.SIGKILL)
        acknowledged = child.stdout.read().split()
        child.stdout.close()
        child.wait()
        found = keys(tmp_path)
        last = max((int(key) for key in found), default=-1) // 6
        assert not acknowledged or last >= int(acknowledged[-1])
        assert found == {str(key) for key in range((last + 1) * 6) if key % 6 or key == last * 6}
        turn = last + 1
        if random_.random() < 0.3:  # whoever writes next clears up
            tend(made)
            made.writer(timeout=10).commit()
            assert files(tmp_path) == named(made)


def test_a_planted_index_runs_nothing(tmp_path: Path) -> None:
    class Planted:
        def __reduce__(self) -> Any:
            return (Path.touch, (tmp_path / "run",))

    for number, name in enumerate(("_MAIN_1.toc", "MAIN_abc.columns")):
        folder = tmp_path / str(number)
        made = columnar.create_in(folder, schema())
        with made.writer() as writer:
            writer.add_document(key="1", text="bread", kind="a", number=1)
        target = next(path for path in folder.iterdir() if path.suffix == Path(name).suffix)
        target.write_bytes(pickle.dumps(Planted()))
        with pytest.raises(Damaged):
            columnar.open_dir(folder).searcher().search(query.Term("text", "bread"))
    assert not (tmp_path / "run").exists()


def test_nothing_of_the_codec_unpickles_or_evaluates() -> None:
    folder = ROOT / "app" / "search" / "columnar"
    bad = re.compile(
        r"\b(pickle|marshal|shelve|eval|exec|allow_pickle=True)\b\s*[(.,\n]|import (pickle|marshal)"
    )
    for path in folder.glob("*.py"):
        found = bad.search(path.read_text(encoding="utf-8"))
        assert found is None, (path.name, found)
