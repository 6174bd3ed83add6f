"""Our search engine beside those that one would pick instead: one run, the same passages, the same questions.

usage: python -m tests.benchmarks.peers HOME [--passages 100000,500000] [--growth 10000,...,1000000]

HOME keeps passages, indexes, results and, at the end, ``report.md`` and ``growth.svg``. What was measured is
kept in ``results.json`` and not measured again: an interrupted run goes on where it stopped. ``--again``
measures afresh. Engines that are not here are named and left out (see docs/benchmarks.md for getting them).

For each number of passages every engine builds, opens from a disk that nothing of it is kept of, and
answers all questions in random order, engines in turn: first cold, and these answers are held against brute
force (who is wrong in a class is not timed in it); then warm. Then the mix, memory, and testimonies put,
changed and removed.
"""

import argparse
import json
import random
import shutil
import statistics
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

from tests.benchmarks.peers import passages, questions, report
from tests.benchmarks.peers.engines import CANNOT, NAMES, Worker, absent, cooled, version

SAMPLE = 10_000  # passages that questions are drawn from: every number of passages has them
ALONE = {"fts5", "postgres", "xapian", "whoosh"}  # build with one process
QUICK = 40.0  # seconds: what builds in less is built several times


class Run:
    """The measurements, and the file that keeps them."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.home: Path = options.home
        self.options = options
        self.home.mkdir(parents=True, exist_ok=True)
        self.kept = self.home / "results.json"
        self.results: dict[str, Any] = {}
        if self.kept.exists() and not options.again:
            self.results = json.loads(self.kept.read_text())
        self.engines = [name for name in options.engines.split(",") if not absent(name, options.peers)]
        sizes = sorted({*options.passages, *options.growth})
        self.file = passages.made(self.home, max(sizes) + 3_000)
        sample = list(passages.read(self.file, SAMPLE))
        self.asked = questions.drawn(sample, each=options.each)

    def keep(self, *keys: str, value: Any) -> None:
        """Remember a result."""
        place = self.results
        for key in keys[:-1]:
            place = place.setdefault(key, {})
        place[keys[-1]] = value
        draft = self.kept.with_suffix(".new")
        draft.write_text(json.dumps(self.results))
        draft.replace(self.kept)

    def known(self, *keys: str) -> Any:
        """What was measured; None: nothing."""
        place: Any = self.results
        for key in keys:
            place = place.get(key) if place is not None else None
        return place

    def folder(self, name: str, count: int) -> Path:
        """Where an engine's index is."""
        return self.home / f"{name}-{count}"

    def worker(self, name: str, folder: Path) -> Worker:
        """An engine's process."""
        return Worker(name, folder, self.options.peers)

    def build(self, name: str, count: int, processes: int) -> dict[str, Any]:
        """Build once, in place of what is there."""
        folder = self.folder(name, count)
        shutil.rmtree(folder, ignore_errors=True)
        worker = self.worker(name, folder)
        said = worker.watched("build", file=str(self.file), count=count, processes=processes)
        size = worker("size", folder=str(folder))["bytes"]
        worker.close()
        print(f"  {NAMES[name]}: {count / said['seconds']:,.0f} passages/s, {size / 1e6:.0f} MB", flush=True)
        return {"seconds": said["seconds"], "bytes": size, "most": worker.most, "processes": processes}

    def built(self, count: int, whole: bool) -> list[str]:
        """Build all that are not built; the engines that have an index."""
        for turn in range(self.options.rounds if whole else 1):
            for processes in (1, 2):
                for name in self.engines:
                    kept = self.known("build", str(count), name) or []
                    if self._enough(name, count, processes, turn, whole, kept):
                        continue
                    kept.append(self.build(name, count, processes))
                    self.keep("build", str(count), name, value=kept)
        return [name for name in self.engines if self.folder(name, count).exists()]

    def _enough(
        self, name: str, count: int, processes: int, turn: int, whole: bool, kept: list[dict[str, Any]]
    ) -> bool:
        """Whether an engine need not build again. (The index that is asked is the one built last.)"""
        if processes == 2 and name in ALONE:
            return True
        done = [one for one in kept if one["processes"] == processes]
        if done and self.folder(name, count).exists() and (len(done) > turn or done[0]["seconds"] > QUICK):
            return True
        if processes == 1 and name not in ALONE and not (whole and turn < 3):
            return True
        sizes = self.known("build") or {}  # would it take longer than we wait?
        rates = [one[name][0]["seconds"] / int(size) for size, one in sizes.items() if one.get(name)]
        return not kept and bool(rates) and max(rates) * count > self.options.patience

    def right(self, count: int) -> list[questions.Right]:
        """The right answers."""
        found = self.known("right", str(count))
        if found is None:
            read = questions.answered(self.asked, passages.read(self.file, count))
            found = [vars(one) | {"facets": dict(one.facets)} for one in read]
            self.keep("right", str(count), value=found)
        return [questions.Right(**one) for one in found]

    def ask(self, count: int, names: list[str], rounds: int) -> None:
        """Cold (each question once, a new process, nothing in memory), checked; then warm."""
        if self.known("ask", str(count)):
            return
        right = self.right(count)
        workers, opened = {}, {}
        for name in names:
            cooled(self.folder(name, count))
            workers[name] = self.worker(name, self.folder(name, count))
            opened[name] = workers[name]("open", question=self.asked[0])
        order = [(name, number) for name in names for number in range(len(self.asked))]
        order = [(name, n) for name, n in order if self.asked[n]["kind"] not in CANNOT.get(name, ())]
        random_ = random.Random(count)
        random_.shuffle(order)
        cold = {one: workers[one[0]]("ask", question=self.asked[one[1]], times=1) for one in order}
        wrong = self._wrong(count, right, cold)
        order = [one for one in order if self.asked[one[1]]["class"] not in wrong[one[0]]]
        spent: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
        first: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
        for name, number in order:
            first[name][self.asked[number]["class"]] += cold[name, number]["spent"]
        hard = [one for one in order if self.asked[one[1]]["class"] == questions.HARD]
        for part in ([one for one in order if one not in hard], hard):
            for _ in range(rounds):
                random_.shuffle(part)
                for name, number in part:
                    said = workers[name]("ask", question=self.asked[number], times=report.TIMES)
                    spent[name][self.asked[number]["class"]] += said["spent"]
        rates = self._mixed(workers, wrong) if rounds > 2 else {}
        memory = {name: worker("memory") for name, worker in workers.items()}
        for worker in workers.values():
            worker.close()
        found = {"warm": spent, "cold": first, "wrong": wrong, "open": opened, "mix": rates, "memory": memory}
        self.keep("ask", str(count), value=found)

    def _wrong(self, count: int, right: list[questions.Right], said: Any) -> dict[str, dict[str, str]]:
        """For each engine the classes in which an answer is not right, and what is wrong."""
        pids = {hit for answer in said.values() for hit in answer["hits"]}
        known = {one["pid"]: one for one in passages.read(self.file, count) if one["pid"] in pids}
        found: dict[str, dict[str, str]] = {name: {} for name in self.engines}
        for (name, number), answer in said.items():
            question = self.asked[number]
            fault = questions.wrong(question, right[number], answer, known)
            if fault:
                found[name][question["class"]] = f"{' '.join(question['words'])}: {fault}"
                print(f"  {NAMES[name]}, {question['class']}, {' '.join(question['words'])}: {fault}")
        return found

    def _mixed(self, workers: dict[str, Worker], wrong: Any) -> dict[str, list[float]]:
        """Questions a second of the whole mix in one process, engines in turn."""
        rates: dict[str, list[float]] = defaultdict(list)
        kinds = [one for one in self.asked if one["class"] in questions.KINDS]
        mixes = {
            name: [
                one
                for one in kinds
                if one["class"] not in wrong[name] and one["kind"] not in CANNOT.get(name, ())
            ]
            for name in workers
        }
        for _ in range(5):
            for name, worker in workers.items():
                rates[name].append(worker("mix", questions=mixes[name], seconds=2)["rate"])
        return rates

    def put(self, count: int, names: list[str], times: int = 30) -> None:
        """Testimonies of 100 passages put, changed and removed in a copy of each index."""
        for name in names:
            if self.known("put", str(count), name):
                continue
            copy = self.home / f"{name}-changed"
            shutil.rmtree(copy, ignore_errors=True)
            shutil.copytree(self.folder(name, count), copy)
            if name == "postgres" and copy.owner() != self.folder(name, count).owner():
                for path in (copy, *copy.rglob("*")):
                    shutil.chown(path, "postgres", "postgres")
            worker = self.worker(name, copy)
            worker("open", question=self.asked[0])
            spent: dict[str, list[float]] = {"put": [], "changed": [], "removed": []}
            for act, many, mark in (
                ("put", 100, "zzput"),
                ("changed", 100, "zzchg"),
                ("removed", 0, "zzchg"),
            ):
                for number in range(times):
                    said = worker(
                        "put",
                        file=str(self.file),
                        count=many,
                        skip=count + number * 100,
                        tid=f"new{number}",
                        mark=f"{mark}{number}",
                    )
                    if said["total"] != many:
                        raise RuntimeError(f"{name}: {said['total']} passages found after {act}")
                    spent[act].append(said["seconds"])
            worker.close()
            shutil.rmtree(copy)
            self.keep("put", str(count), name, value=spent)
            print(f"  {NAMES[name]}: put {statistics.median(spent['put']) * 1000:.1f} ms", flush=True)


def numbers(text: str) -> list[int]:
    return [int(part) for part in text.split(",") if part]


def main() -> None:
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("home", type=Path)
    given.add_argument("--passages", type=numbers, default=[100_000, 500_000])
    given.add_argument("--growth", type=numbers, default=[10_000, 30_000, 100_000, 300_000, 1_000_000])
    given.add_argument("--engines", default=",".join(NAMES))
    given.add_argument("--peers", default=sys.executable, help="a Python that has tantivy")
    given.add_argument("--rounds", type=int, default=5)
    given.add_argument("--each", type=int, default=12, help="questions of each class")
    given.add_argument("--patience", type=float, default=900, help="an engine may build so many seconds")
    given.add_argument("--again", action="store_true", help="forget what was measured")
    options = given.parse_args()
    run = Run(options)
    run.keep("absent", value={name: absent(name, options.peers) for name in options.engines.split(",")})
    run.keep("versions", value={name: version(name, options.peers) for name in run.engines})
    for name, why in run.results["absent"].items():
        if why:
            print(f"{NAMES[name]} is not here: {why}")
    for count in sorted({*options.passages, *options.growth}):
        whole = count in options.passages
        print(f"{count:,} passages", flush=True)
        names = run.built(count, whole)
        run.ask(count, names, options.rounds if whole else 2)
        if whole:
            run.put(count, names)
    print(report.written(options.home, run.results, options.passages))


if __name__ == "__main__":
    main()
