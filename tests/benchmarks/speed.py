"""Times the search engine on the bench set (about 245,000 passages): building, opening, asking, changing.

usage: python -m tests.benchmarks.speed [FOLDER] [TESTIMONIES]

Builds an index in FOLDER (default: a temporary one) from all testimonies, or the first so many of each file,
and prints seconds of the wall and of the processor; on a busy machine the second says more. Making the
documents is not counted. Then: opening in a new process, the judged queries and one of each kind warm
(p50, p95, medians of five rounds), a testimony of 100 passages put, changed, removed, and ``compact``.
"""

import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from app.search import Document, Query, Utterance
from app.search.whoosh import WhooshEngine
from tests.benchmarks.corpus import BENCH, documents, records, shared
from tests.benchmarks.quality import judged

KINDS = {
    "common": ["the", "people", "time"],
    "rare": ["schoolmarm", "chickamauga", "gumbo"],
    "and": ["mother AND father", "house AND fire AND night"],
    "or": ["cotton OR tobacco OR corn", "war peace soldiers home"],
    "phrase": ['"the war"', '"in the house"', '"cotton field"'],
    "prefix": ["plant*", "s*", "inter*"],
    "filtered": ["year:1937..1939 slavery", "speaker:warren government"],
    "sorted": ["church", "school"],
}

OPEN = """
import sys, time
from app.search import Query
from app.search.whoosh import WhooshEngine
for words in ("", "mother", '"in the house"'):
    engine = WhooshEngine(sys.argv[1])
    start = time.perf_counter()
    engine.search(Query(words))
    print(f"{(time.perf_counter() - start) * 1000:.0f}", end=" ")
"""


class Clock:
    """Time of the wall and of the processor, without that of making documents."""

    def __init__(self) -> None:
        self.wall = self.processor = 0.0

    def start(self) -> None:
        self.wall -= time.perf_counter()
        self.processor -= time.process_time()

    def stop(self) -> None:
        self.wall += time.perf_counter()
        self.processor += time.process_time()


def build(engine: WhooshEngine, limit: int | None) -> None:
    """Build from scratch, and say how fast."""
    clock, count = Clock(), 0

    def groups() -> Iterator[tuple[str, str, list[Document]]]:
        nonlocal count
        for name in BENCH:
            for record in list(records(name))[:limit]:
                made = documents(record)
                count += len(made)
                clock.start()
                yield record["id"], "", made
                clock.stop()
        clock.start()

    engine.rebuild(groups())
    clock.stop()
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{count} passages: {count / clock.wall:.0f} a second ({count / clock.processor:.0f} a processor "
        f"second), at most {most:.0f} MB resident"
    )


def ask(engine: WhooshEngine) -> None:
    """Ask every query five times with facets, and print the quantiles of the medians."""
    asked = {"judged": [query["query"] for query in judged()], **KINDS}
    for kind, queries in asked.items():
        spent = []
        for words in queries:
            query = Query(
                words, limit=10, facets=("year", "place"), sort="date" if kind == "sorted" else "relevance"
            )
            spent.append(statistics.median(timed(lambda query=query: engine.search(query)) for _ in range(5)))
        spent.sort()
        print(f"{kind:10} p50 {statistics.median(spent):6.2f}  p95 {spent[int(len(spent) * 0.95)]:6.2f} ms")


def timed(act: Callable[[], object]) -> float:
    """Milliseconds an act takes."""
    start = time.perf_counter()
    act()
    return (time.perf_counter() - start) * 1000


def change(engine: WhooshEngine) -> None:
    """Put, change and remove testimonies; each counts until a search has seen it."""

    def passages(group: str, word: str) -> list[Document]:
        said = (
            Utterance(f"{word} " + "we went down to the river and the house burned that night " * 6, "en"),
        )
        return [Document(group, i, i, i, said, {"place": ("Y",)}) for i in range(100)]

    def put(group: str, word: str) -> None:
        engine.put({group: passages(group, word) if word else []}, {group: "1"} if word else {})
        engine.search(Query(word or group))

    acts = {"put": ("first", 30), "changed": ("second", 30), "removed": ("", 30)}
    for name, (word, rounds) in acts.items():
        spent = sorted(timed(lambda i=i, word=word: put(f"new{i}", word)) for i in range(rounds))
        print(f"{name:10} p50 {statistics.median(spent):6.1f}  worst {spent[-1]:6.1f} ms")
    old = next(iter(engine.stamps()))[0]
    print(f"an old testimony removed: {timed(lambda: engine.put({old: []}, {})):.0f} ms", end="; ")
    print(f"its words driven out: {timed(engine.compact):.0f} ms")


def main() -> None:
    """Build, open, ask, change."""
    if shared() is None:
        sys.exit("the shared corpora are not here")
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(sys.argv[1] if len(sys.argv) > 1 else temporary)
        engine = WhooshEngine(folder)
        build(engine, int(sys.argv[2]) if len(sys.argv) > 2 else None)
        size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
        print(f"{size / 1e6:.0f} MB on disk")
        opened = subprocess.run(
            [sys.executable, "-c", OPEN, str(folder)], capture_output=True, text=True, check=True
        )
        print(f"cold, in a new process: browse, word, phrase: {opened.stdout}ms")
        ask(engine)
        change(engine)


if __name__ == "__main__":
    main()
