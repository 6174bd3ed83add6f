"""Engines side by side in one run: building, opening, asking, changing, sizes, memory, ratios.

usage: python -m tests.benchmarks.peers.compare FOLDER COUNT [--peers PYTHON] [--engines columns,tantivy,...]

FOLDER keeps the passages and the indexes. PYTHON is the interpreter of an environment with tantivy in it
(``python -m venv /tmp/peers; /tmp/peers/bin/pip install tantivy``). The answers of every engine are held
against brute force on the first 10,000 passages before anything is timed.
"""

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from tests.benchmarks.peers import questions
from tests.benchmarks.peers.passages import FACETS, many
from tests.benchmarks.peers.worker import passages

ROOT = Path(__file__).parents[3]
CHECKED = 10_000


class Worker:
    """An engine in its process."""

    def __init__(self, name: str, folder: Path, python: str) -> None:
        own = name != "tantivy"
        module = f"tests.benchmarks.peers.peer_{name}" if own else "peer_tantivy"
        path = str(ROOT) if own else str(Path(__file__).parent)
        self.process = subprocess.Popen(
            [
                sys.executable if own else python,
                str(Path(__file__).parent / "worker.py"),
                module,
                str(folder),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONPATH": path},
        )

    def __call__(self, do: str, **said: Any) -> Any:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps({"do": do, **said}) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("an engine has died")
        return json.loads(line)

    def close(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait()


def checked(folder: Path, file: str, names: list[str], python: str, sample: list[dict[str, Any]]) -> None:
    """Hold every engine's totals and counts against brute force."""
    small = sample[:CHECKED]
    asked = questions.drawn(small, each=20, seed=11)
    right = []
    for question in asked:
        found = [one for one in small if questions.fits(question, one)]
        right.append((len(found), {name: Counter(one[name] for one in found) for name in FACETS}))
    for name in names:
        place = folder / f"{name}-{CHECKED}"
        subprocess.run(["rm", "-rf", str(place)], check=True)
        place.mkdir()
        worker = Worker(name, place, python)
        worker("build", file=file, count=CHECKED)
        worker("open", question=asked[0])
        wrong = 0
        for question, (total, facets) in zip(asked, right, strict=True):
            said = worker("ask", question=question, times=1)
            counts = {facet: dict(values) for facet, values in facets.items()}
            if said["total"] != total or (said["facets"] is not None and said["facets"] != counts):
                wrong += 1
                print("  wrong:", name, question, said["total"], "is", total)
        worker.close()
        print(f"{name}: {len(asked)} questions on {CHECKED} passages, {wrong} wrong")


def built(folder: Path, file: str, count: int, names: list[str], python: str) -> dict[str, Path]:
    places = {}
    for name in names:
        place = places[name] = folder / f"{name}-{count}"
        subprocess.run(["rm", "-rf", str(place)], check=True)
        place.mkdir()
        worker = Worker(name, place, python)
        said = worker("build", file=file, count=count)
        worker.close()
        size = sum(one.stat().st_size for one in place.rglob("*") if one.is_file())
        print(
            f"{name}: built {count / said['seconds']:,.0f} passages/s, {size / 1e6:.0f} MB on disk",
            flush=True,
        )
    return places


def timed(workers: dict[str, Worker], asked: list[dict[str, Any]], rounds: int) -> None:
    """Ask all, in random order, and print the quantiles."""
    spent: dict[tuple[str, str], list[float]] = defaultdict(list)
    order = [(name, question) for name in workers for question in asked]
    random_ = random.Random(1)
    for turn in range(rounds + 1):
        random_.shuffle(order)
        for name, question in order:
            said = workers[name]("ask", question=question, times=3)
            if turn:
                spent[name, question["class"]] += said["spent"]
                spent[name, "all"] += said["spent"]
    print(f"{'':10}" + "".join(f"{name:>22}" for name in workers) + "   ratio of p50 / p95 to the last")
    last = list(workers)[-1]
    for kind in (*questions.KINDS, "all"):
        cells, shown = [], {}
        for name in workers:
            values = sorted(spent[name, kind])
            shown[name] = statistics.median(values) * 1000, values[int(len(values) * 0.95)] * 1000
            cells.append(f"{shown[name][0]:12.3f} /{shown[name][1]:7.3f}")
        first = shown[next(iter(workers))]
        ratio = f"{first[0] / shown[last][0]:8.2f} /{first[1] / shown[last][1]:6.2f}"
        print(f"{kind:10}" + " ".join(cells) + ratio, flush=True)


def main() -> None:
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("folder", type=Path)
    given.add_argument("count", type=int)
    given.add_argument("--peers", default="/tmp/peers/bin/python")
    given.add_argument("--engines", default="columns,tantivy")
    given.add_argument("--rounds", type=int, default=3)
    given.add_argument("--keep", action="store_true", help="ask the indexes that are there")
    options = given.parse_args()
    names, count, folder = options.engines.split(","), options.count, options.folder
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"passages-{count}.jsonl"
    if not file.exists():
        with file.open("w", encoding="utf-8") as lines:
            lines.writelines(json.dumps(one) + "\n" for one in many(count))
    sample = passages(str(file), min(count, 20_000))
    places = {name: folder / f"{name}-{count}" for name in names}
    if not options.keep:
        checked(folder, str(file), names, options.peers, sample)
        places = built(folder, str(file), count, names, options.peers)
    asked = questions.drawn(sample)
    workers = {name: Worker(name, places[name], options.peers) for name in names}
    for name, worker in workers.items():
        print(f"{name}: open and ask once {worker('open', question=asked[0])['seconds'] * 1000:.1f} ms")
    timed(workers, asked, options.rounds)
    for name, worker in workers.items():
        print(
            f"{name}: the mix, {worker('mix', questions=asked, seconds=5)['rate']:,.0f} questions/s;",
            worker("memory"),
        )
    for name, worker in workers.items():
        took = [
            worker("add", file=str(file), skip=number * 100, question=asked[0])["seconds"]
            for number in range(30)
        ]
        took.sort()
        print(f"{name}: 100 passages added p50 {took[15] * 1000:.1f} p95 {took[28] * 1000:.1f} ms")
        worker.close()


if __name__ == "__main__":
    main()
