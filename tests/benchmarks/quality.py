"""Scores the search engine against graded judgements, as ``judge.py`` does over HTTP.

usage: python -m tests.benchmarks.quality [FOLDER]

Builds an index of the bench set in FOLDER (default: a temporary one; an existing one is used again), asks
every judged query of ``queries_dev.json``, and prints nDCG@10 (condensed), the share of queries with a
relevant hit among the first ten, and the recall of relevant segments at 50.
"""

import json
import math
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from app.search import Document, Hit, Query, WhooshEngine
from tests.benchmarks.corpus import BENCH, documents, records, shared


def judged() -> list[dict[str, Any]]:
    """The queries that were judged and have a relevant segment."""
    folder = shared()
    assert folder is not None
    queries = json.loads((folder / "corpora" / "queries_dev.json").read_text())["queries"]
    return [query for query in queries if query.get("judged") and any(r["grade"] for r in query["qrels"])]


def score(query: dict[str, Any], hits: Sequence[Hit]) -> tuple[float, bool, float]:
    """nDCG@10, whether one of the first ten is relevant, and recall, of the first 50 hits."""
    grades = {(r["testimony_id"], r["segment"]): r["grade"] for r in query["qrels"]}
    relevant = {place for place, grade in grades.items() if grade > 0}
    seen: set[tuple[str, int]] = set()
    found: set[tuple[str, int]] = set()
    gains: list[int] = []
    early = False
    for rank, hit in enumerate(hits[:50]):
        covered = [p for p in grades if p[0] == hit.group and hit.first <= p[1] <= hit.last]
        found.update(place for place in covered if grades[place] > 0)
        early |= rank < 10 and any(grades[place] > 0 for place in covered)
        fresh = [place for place in covered if place not in seen]
        if fresh:
            seen.update(fresh)
            gains.append(max(grades[place] for place in fresh))
    ideal = sorted(grades.values(), reverse=True)
    return _dcg(gains) / _dcg(ideal), early, len(found) / len(relevant)


def _dcg(gains: Sequence[int]) -> float:
    return sum((2**gain - 1) / math.log2(rank + 2) for rank, gain in enumerate(gains[:10]))


def evaluate(ask: Callable[[str], Sequence[Hit]], show: bool = False) -> tuple[float, float, float]:
    """Means of the three scores over all judged queries."""
    rows = []
    for query in judged():
        rows.append(score(query, ask(query["query"])))
        if show:
            print(f"{rows[-1][0]:.2f} {rows[-1][1]:d} {rows[-1][2]:.2f}  {query['query']}")
    ndcg, early, recall = (sum(column) / len(rows) for column in zip(*rows, strict=True))
    return ndcg, early, recall


def build(engine: WhooshEngine, limit: int | None = None) -> int:
    """Index the bench set, or the first ``limit`` testimonies of each of its files; how many passages."""
    count = 0

    def groups() -> Iterable[tuple[str, str, list[Document]]]:
        nonlocal count
        for name in BENCH:
            for number, record in enumerate(records(name)):
                if number == limit:
                    break
                made = documents(record)
                count += len(made)
                yield record["id"], "", made

    engine.rebuild(groups())
    return count


def main() -> None:
    """Build if need be, ask, print."""
    if shared() is None:
        sys.exit("the shared corpora are not here")
    with tempfile.TemporaryDirectory() as temporary:
        engine = WhooshEngine(Path(sys.argv[1] if len(sys.argv) > 1 else temporary))
        if not engine.healthy():
            start = time.monotonic()
            count = build(engine)
            print(f"built {count} passages, {count / (time.monotonic() - start):.0f} a second")
        engine.search(Query("warm"))
        start = time.monotonic()
        means = evaluate(lambda words: engine.search(Query(words, limit=50)).hits, show=True)
        spent = (time.monotonic() - start) * 1000 / len(judged())
        print("nDCG@10 {:.3f}  hit@10 {:.3f}  recall@50 {:.3f}".format(*means), f" {spent:.0f} ms a query")


if __name__ == "__main__":
    main()
