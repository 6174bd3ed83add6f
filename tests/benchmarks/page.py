"""Times the whole search page over the bench set in a running archive, beside the engine's own time.

usage: python -m tests.benchmarks.page HOME [--readers 20] [--seconds 20] [--rounds 5]

HOME is an archive; when it is empty the bench set is imported into it first (some minutes; then it is used
again). Serves it with ``archive serve``, asks ``GET /search`` with the judged questions and with those of
each class of the comparison, one after another, in random order: p50 and p95 of the page and, for the same
questions, of the engine alone (ten hits, all facets). Then so many readers at once, with wrk or, where it is
not, with processes of our own: requests a second.
"""

import argparse
import http.client
import multiprocessing
import os
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from app.archive import Archive, index
from app.services import understanding
from config import Settings
from tests.benchmarks.collection import FILES
from tests.benchmarks.corpus import shared
from tests.benchmarks.peers import passages, questions
from tests.benchmarks.quality import judged
from tests.serving import Served

LUA = """
local paths = {}
for line in io.lines("%s") do paths[#paths + 1] = line end
local at = 0
request = function()
  at = at %% #paths + 1
  return wrk.format("GET", paths[at])
end
"""


def filled(home: Path) -> None:
    """An archive with the bench set."""
    if (home / "archive.sqlite").exists():
        return
    folder = shared()
    assert folder is not None
    files = [str(folder / "corpora" / f"{name}.jsonl.gz") for name in FILES]
    command = [sys.executable, "-c", "from app.cli import main; main()", "import", *files, "--publish"]
    begin = time.monotonic()
    subprocess.run(command, env=os.environ | {"ARCHIVE_HOME": str(home)}, check=True)
    print(f"imported in {time.monotonic() - begin:.0f} s")


def asked(each: int = 12) -> list[tuple[str, dict[str, str]]]:
    """Class and parameters of every question."""
    found = [("judged", {"q": query["query"]}) for query in judged()]
    testimonies = passages.once()[:400]
    sample = [
        dict(zip(passages.NAMES, passage, strict=True)) for testimony in testimonies for passage in testimony
    ][:10_000]
    for question in questions.drawn(sample, each=each):
        words, kind = question["words"], question["kind"]
        said = {
            "phrase": f'"{" ".join(words)}"',
            "prefix": f"{words[0]}*",
            "and": " AND ".join(words),
            "or": " OR ".join(words),
        }.get(kind, words[0])
        if kind == "fuzzy":
            continue
        parameters = {"q": said}
        filters = question.get("filters", {})
        parameters |= {
            name: filters[key] for name, key in (("language", "lang"), ("year", "year")) if key in filters
        }
        if question.get("sort"):
            parameters["sort"] = "-date"
        found.append((question["class"], parameters))
    return found


def path(parameters: dict[str, str]) -> str:
    return f"/search?{urlencode(parameters)}"


def by_page(port: int, found: list[tuple[str, dict[str, str]]], rounds: int) -> dict[str, list[float]]:
    """Milliseconds of each page, by class."""
    spent: dict[str, list[float]] = defaultdict(list)
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    random_, order = random.Random(1), list(found)
    for turn in range(rounds + 1):
        random_.shuffle(order)
        for kind, parameters in order:
            begin = time.perf_counter()
            line.request("GET", path(parameters))
            answer = line.getresponse()
            answer.read()
            if answer.status != 200:
                raise RuntimeError(f"{path(parameters)}: {answer.status}")
            if turn:
                spent[kind].append((time.perf_counter() - begin) * 1000)
    line.close()
    return spent


def by_engine(
    settings: Settings, found: list[tuple[str, dict[str, str]]], rounds: int
) -> dict[str, list[float]]:
    """The same of the engine alone."""
    spent: dict[str, list[float]] = defaultdict(list)
    archive, total = Archive(settings), 0
    with archive.reading():
        for turn in range(rounds + 1):
            for kind, parameters in found:
                filters = {name: (value,) for name, value in parameters.items() if name not in ("q", "sort")}
                sort = parameters.get("sort", "relevance")
                query = understanding.understood(parameters["q"], "public", filters, sort=sort)
                query = replace(query, limit=10, facets=understanding.FACETS)
                begin = time.perf_counter()
                results = index("public").search(query)
                if turn:
                    spent[kind].append((time.perf_counter() - begin) * 1000)
                    total += results.total
    archive.close()
    if not total:
        sys.exit(f"the index in {settings.home} finds nothing: ARCHIVE_HOME={settings.home} archive reindex")
    return spent


def _read(port: int, paths: list[str], until: float, seed: int) -> list[float]:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    random_, spent = random.Random(seed), []
    while time.monotonic() < until:
        begin = time.perf_counter()
        line.request("GET", random_.choice(paths))
        line.getresponse().read()
        spent.append((time.perf_counter() - begin) * 1000)
    return spent


def loaded(port: int, paths: list[str], readers: int, seconds: int) -> str:
    """Requests a second with so many readers at once."""
    random.Random(2).shuffle(paths)
    if shutil.which("wrk"):
        with tempfile.TemporaryDirectory() as folder:
            listed, script = Path(folder) / "paths", Path(folder) / "paths.lua"
            listed.write_text("\n".join(paths))
            script.write_text(LUA % listed)
            command = [
                "wrk",
                "-t",
                "1",
                "-c",
                str(readers),
                "-d",
                f"{seconds}s",
                "--timeout",
                "30s",
                "--latency",
            ]
            command += ["-s", str(script), f"http://127.0.0.1:{port}"]
            said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        wanted = re.findall(r"(50%|99%|Requests/sec:|Non-2xx.*|Socket errors.*)\s*(\S*)", said)
        return "wrk: " + ", ".join(" ".join(part for part in one if part) for one in wanted)
    until = time.monotonic() + seconds
    with multiprocessing.Pool(readers) as pool:
        every = pool.starmap(_read, [(port, paths, until, number) for number in range(readers)])
    spent = sorted(one for reader in every for one in reader)
    return f"{len(spent) / seconds:.0f} requests/s, p50 {at(spent, 0.5):.0f} ms, p99 {at(spent, 0.99):.0f} ms"


def at(values: list[float], part: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


def main() -> None:
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("home", type=Path)
    given.add_argument("--readers", type=int, default=20)
    given.add_argument("--seconds", type=int, default=20)
    given.add_argument("--rounds", type=int, default=5)
    options = given.parse_args()
    filled(options.home)
    found = asked()
    settings = Settings(home=options.home.resolve(), secret_key="a" * 64)
    engine = by_engine(settings, found, options.rounds)
    served = Served(settings, options.home / "serve.log").start()
    try:
        page = by_page(served.port, found, options.rounds)
        print(f"{'p50 / p95, ms':24}{'page':>18}{'engine':>18}")
        for kind in [*dict.fromkeys(kind for kind, _ in found), "all"]:
            cells: list[str] = []
            for one in (page, engine):
                values: list[Any] = [v for name, held in one.items() if kind in (name, "all") for v in held]
                cells.append(f"{statistics.median(values):8.1f} /{at(values, 0.95):7.1f}")
            print(f"{kind:24}{cells[0]:>18}{cells[1]:>18}", flush=True)
        paths = [path(parameters) for _, parameters in found]
        print(f"{options.readers} readers: {loaded(served.port, paths, options.readers, options.seconds)}")
        held = served.memory()
        print(
            f"{len(held)} processes hold {sum(held.values()):.0f} MiB, the largest {max(held.values()):.0f}"
        )
    finally:
        served.stop()


if __name__ == "__main__":
    main()
