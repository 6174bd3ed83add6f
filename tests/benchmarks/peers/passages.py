"""The passages that engines are compared on: real testimony in plain letters, one line of tabs each.

The bench set has about 250,000 passages; testimonies stand in random order (always the same), so that the
first 10,000 lines are a fair sample of all. More are made by going round again: each passage's two halves
change places, and its testimony gets another name. Words keep their frequencies, phrases nearly so, but no
new words come: the vocabulary stops growing after the first round.
"""

import random
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

NAMES = ("pid", "tid", "text", "date", "lang", "place", "year", "collection")
FACETS = ("lang", "place", "year", "collection")
_WORD = re.compile(r"[a-z0-9]+")


def read(file: str | Path, count: int, skip: int = 0) -> Iterator[dict[str, Any]]:
    """So many passages of a file; ``date`` is a number, everything else text."""
    with open(file, encoding="utf-8") as lines:
        for line in islice(lines, skip, skip + count):
            passage: dict[str, Any] = dict(zip(NAMES, line.rstrip("\n").split("\t"), strict=True))
            passage["date"] = int(passage["date"])
            yield passage


def once() -> list[list[list[str]]]:
    """Every passage of the bench set, by testimony."""
    from app.search.passages import divide
    from tests.benchmarks.corpus import BENCH, records

    found = []
    for name in BENCH:
        for record in records(name):
            day = (record.get("date") or "0000-00-00").replace("-", "").ljust(8, "0")[:8]
            facets = [
                record.get("language") or "en",
                record.get("place") or "unknown",
                day[:4],
                record.get("collection") or name,
            ]
            facets = [" ".join(value.split()) for value in facets]
            segments = record["segments"]
            testimony = []
            for first, last in divide([len(segment["text"].split()) for segment in segments]):
                text = " ".join(segment["text"] for segment in segments[first : last + 1])
                words = " ".join(_WORD.findall(text.lower()))
                testimony.append([f"{record['id']}:{first}", record["id"], words, str(int(day)), *facets])
            found.append(testimony)
    random.Random(7).shuffle(found)
    return found


def many(count: int) -> Iterator[str]:
    """So many passages, as lines."""
    testimonies = once()
    done = turn = 0
    while True:
        for testimony in testimonies:
            for pid, tid, text, *rest in testimony:
                if done == count:
                    return
                if turn:
                    words = text.split()
                    half = len(words) // 2
                    text = " ".join(words[half:] + words[:half])
                    pid, tid = f"{pid}+{turn}", f"{tid}+{turn}"
                yield "\t".join((pid, tid, text, *rest)) + "\n"
                done += 1
        turn += 1


def made(folder: Path, count: int) -> Path:
    """A file in ``folder`` with at least so many passages: the one that is there, or a new one."""
    file = folder / "passages.tsv"
    if file.exists():
        with file.open("rb") as lines:
            if sum(1 for _ in islice(lines, count)) == count:
                return file
    draft = folder / "passages.new"
    with draft.open("w", encoding="utf-8") as lines:
        lines.writelines(many(count))
    draft.replace(file)
    return file
