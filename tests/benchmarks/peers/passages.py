"""The passages that engines are compared on: real testimony in plain letters, one line of JSON each.

usage: python -m tests.benchmarks.peers.passages FILE COUNT

The bench set has about 260,000 passages. More are made by going round again: each passage's two halves
change places, and its testimony gets another name. Words keep their frequencies; phrases nearly so.
"""

import json
import re
import sys
from collections.abc import Iterator
from typing import Any

from app.search.passages import divide
from tests.benchmarks.corpus import BENCH, records

FACETS = ("lang", "place", "year", "collection")
_WORD = re.compile(r"[a-z0-9]+")


def once() -> Iterator[dict[str, Any]]:
    """Every passage of the bench set."""
    for name in BENCH:
        for record in records(name):
            segments = record["segments"]
            lengths = [len(segment["text"].split()) for segment in segments]
            day = (record.get("date") or "0000-00-00").replace("-", "").ljust(8, "0")[:8]
            facets = {
                "lang": record.get("language") or "en",
                "place": record.get("place") or "unknown",
                "year": day[:4],
                "collection": record.get("collection") or name,
            }
            for first, last in divide(lengths):
                text = " ".join(segment["text"] for segment in segments[first : last + 1])
                words = " ".join(_WORD.findall(text.lower()))
                yield {
                    "pid": f"{record['id']}:{first}",
                    "tid": record["id"],
                    "text": words,
                    "date": int(day),
                    **facets,
                }


def many(count: int) -> Iterator[dict[str, Any]]:
    """So many passages."""
    done = turn = 0
    while True:
        for passage in once():
            if done == count:
                return
            if turn:
                words = passage["text"].split()
                half = len(words) // 2
                passage["text"] = " ".join(words[half:] + words[:half])
                passage["pid"] += f"+{turn}"
                passage["tid"] += f"+{turn}"
            yield passage
            done += 1
        turn += 1


if __name__ == "__main__":
    with open(sys.argv[1], "w", encoding="utf-8") as file:
        for one in many(int(sys.argv[2])):
            file.write(json.dumps(one) + "\n")
