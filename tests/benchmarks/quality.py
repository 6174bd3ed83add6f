"""Scores the search engine against graded judgements, as ``judge.py`` does over HTTP, step by step.

usage: python -m tests.benchmarks.quality [--steps] [FOLDER]

Builds an index of the bench set in FOLDER (default: a temporary one; an existing one is used again), asks
every judged query of ``queries_dev.json``, and prints nDCG@10 (condensed), the share of queries with a
relevant hit among the first ten, and the recall of relevant segments at 50. With ``--steps`` also how each of
the decisions that make up the ranking changes them, on queries of our own as well: an index for each of the
first four.
"""

import argparse
import json
import math
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from app.search import Document, Hit, Query, finding, nearness, nicknames
from app.search.analysis import stem, words
from app.search.folding import fold
from app.search.whoosh import WhooshEngine
from tests.benchmarks.corpus import BENCH, documents, records, shared


class Step(NamedTuple):
    """One more decision: how documents are made for it, and what counts in their order by then."""

    name: str
    folder: str
    pair: bool = True  # a question stays with its answer
    roles: bool = True  # a questioner's words count half
    turns: bool = False  # every turn by itself
    near: bool = True
    turn: bool = True
    further: bool = True
    forms: bool = True  # saw is a form of see
    row: bool = True
    names: bool = True  # Abe is Abraham
    voices: bool = True  # a name finds who speaks as well


LATER: dict[str, Any] = {"forms": False, "row": False, "names": False, "voices": False}
PLAIN: dict[str, Any] = {"near": False, "turn": False, "further": False, **LATER}
STEPS = (
    Step("every turn by itself, BM25", "turns", pair=False, roles=False, turns=True, **PLAIN),
    Step("passages of 30 to 90 words", "passages", pair=False, roles=False, **PLAIN),
    Step("a question stays with its answer", "paired", roles=False, **PLAIN),
    Step("a questioner's words count half", "whole", **PLAIN),
    Step("words near one another count", "whole", turn=False, further=False, **LATER),
    Step("further passages of a testimony less", "whole", turn=False, **LATER),
    Step("the best turn adds its own score", "whole", **LATER),
    Step("irregular forms of a word are that word", "whole", row=False, names=False, voices=False),
    Step("three and more words in a row count", "whole", names=False, voices=False),
    Step("short forms of given names", "whole", voices=False),
    Step("a name finds who speaks as well", "whole"),
)


def judged(own: bool = False) -> list[dict[str, Any]]:
    """The queries that were judged and have a relevant segment; or those of our own (see its ``method``)."""
    folder = shared()
    assert folder is not None
    file = Path(__file__).with_name("queries_own.json") if own else folder / "corpora" / "queries_dev.json"
    queries = json.loads(file.read_text())["queries"]
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
    return sum((2.0**gain - 1) / math.log2(rank + 2) for rank, gain in enumerate(gains[:10]))


def asked(engine: WhooshEngine, text: str, step: Step) -> Query:
    """A query as the archive would ask it, were each word that may be a given name written as one in it."""
    short = {fold(word.surface): nicknames.of(word.surface) for word in words(text)} if step.names else {}
    return Query(text, variants=short, voices=engine.voices(text) if step.voices else frozenset(), limit=50)


def evaluate(
    engine: WhooshEngine, step: Step = STEPS[-1], show: bool = False, own: bool = False
) -> tuple[float, float, float, float]:
    """Means of the three scores over all judged queries, and the milliseconds a query took."""
    engine.search(Query("warm"))
    queries = judged(own)
    start = time.monotonic()
    answers = [engine.search(asked(engine, query["query"], step)).hits for query in queries]
    spent = (time.monotonic() - start) * 1000 / len(queries)
    rows = [score(query, hits) for query, hits in zip(queries, answers, strict=True)]
    if show:
        for query, row in zip(queries, rows, strict=True):
            print(f"{row[0]:.2f} {row[1]:d} {row[2]:.2f}  {query['query']}")
    ndcg, early, recall = (sum(column) / len(rows) for column in zip(*rows, strict=True))
    return ndcg, early, recall, spent


def made(record: dict[str, Any], step: Step) -> list[Document]:
    """The documents of a testimony, as a step has them."""
    found = (
        documents(record, enough=1, most=1, pair=False) if step.turns else documents(record, pair=step.pair)
    )
    if step.roles:
        return found
    return [replace(one, utterances=tuple(replace(u, asks=False) for u in one.utterances)) for one in found]


def build(engine: WhooshEngine, limit: int | None = None, step: Step = STEPS[-1]) -> int:
    """Index the bench set, or the first ``limit`` testimonies of each of its files; how many passages."""
    count = 0

    def groups() -> Iterable[tuple[str, str, list[Document]]]:
        nonlocal count
        for name in BENCH:
            for number, record in enumerate(records(name)):
                if number == limit:
                    break
                found = made(record, step)
                count += len(found)
                yield record["id"], "", found

    engine.rebuild(groups())
    return count


@contextmanager
def weighing(step: Step) -> Iterator[None]:
    """While this lasts, what a step leaves out of the order of the best passages counts nothing."""
    parts: dict[tuple[Any, str], tuple[bool, Any]] = {
        (nearness, "SHARE"): (step.near, 0.0),
        (nearness, "BEST_TURN"): (step.turn, 0.0),
        (nearness, "NEXT"): (step.further, 1.0),
        (nearness, "ROW"): (step.row, 0.0),
        (finding, "roots"): (step.forms, lambda word, language: (stem(word, language),)),
    }
    kept = {part: getattr(*part) for part in parts}
    for part, (counts, nothing) in parts.items():
        setattr(*part, kept[part] if counts else nothing)
    try:
        yield
    finally:
        for part, value in kept.items():
            setattr(*part, value)


def opened(folder: Path, step: Step) -> WhooshEngine:
    """The engine of a step's index, built if need be."""
    engine = WhooshEngine(folder / step.folder)
    if not engine.healthy():
        start = time.monotonic()
        count = build(engine, step=step)
        print(f"built {count} passages ({step.folder}), {count / (time.monotonic() - start):.0f} a second")
    return engine


def table(folder: Path) -> None:
    """What each step brings."""
    print("| step | nDCG@10 | gain | hit@10 | recall@50 | our own: nDCG@10 |\n|---|---|---|---|---|---|")
    before = 0.0
    for step in STEPS:
        engine = opened(folder, step)
        with weighing(step):
            ndcg, early, recall, _ = evaluate(engine, step)
            own = evaluate(engine, step, own=True)[0]
        engine.close()
        gain = f"{ndcg - before:+.3f}" if before else ""
        print(f"| {step.name} | {ndcg:.3f} | {gain} | {early:.3f} | {recall:.3f} | {own:.3f} |")
        before = ndcg


def main() -> None:
    """Build if need be, ask, print."""
    parser = argparse.ArgumentParser(description="Scores the search against graded judgements.")
    parser.add_argument("folder", nargs="?", type=Path, help="where its indexes are, or are to be kept")
    parser.add_argument("--steps", action="store_true", help="also print what each step brings")
    asked = parser.parse_args()
    if shared() is None:
        parser.exit(1, "the shared corpora are not here\n")
    with tempfile.TemporaryDirectory() as temporary:
        folder = asked.folder or Path(temporary)
        if asked.steps:
            table(folder)
        ndcg, early, recall, spent = evaluate(opened(folder, STEPS[-1]), show=True)
        print(f"nDCG@10 {ndcg:.3f}  hit@10 {early:.3f}  recall@50 {recall:.3f}  {spent:.1f} ms a query")


if __name__ == "__main__":
    main()
