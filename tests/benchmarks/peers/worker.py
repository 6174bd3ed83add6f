"""One engine in a process of its own: reads questions as lines of JSON, and writes answers.

usage: python worker.py MODULE FOLDER
"""

import importlib
import json
import resource
import sys
import time
from itertools import islice
from pathlib import Path
from typing import Any


def passages(file: str, count: int, skip: int = 0) -> list[dict[str, Any]]:
    with open(file, encoding="utf-8") as lines:
        return [json.loads(line) for line in islice(lines, skip, skip + count)]


def resident() -> dict[str, int]:
    """Megabytes in memory: all, and those that are this process's own."""
    said = Path("/proc/self/smaps_rollup").read_text().split("\n")
    found = {line.split(":")[0]: int(line.split()[1]) // 1024 for line in said[1:] if line}
    return {"all": found["Rss"], "own": found["Private_Dirty"]}


def act(engine: Any, said: dict[str, Any]) -> dict[str, Any]:
    if said["do"] == "build":
        given = passages(said["file"], said["count"])
        begin = time.perf_counter()
        engine.build(given)
        took = time.perf_counter() - begin
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        return {"seconds": took, "most": most}
    if said["do"] == "open":
        begin = time.perf_counter()
        engine.open()
        found = engine.ask(said["question"])
        return {"seconds": time.perf_counter() - begin, "total": found[0]}
    if said["do"] == "ask":
        spent = []
        for _ in range(said["times"]):
            begin = time.perf_counter()
            found = engine.ask(said["question"])
            spent.append(time.perf_counter() - begin)
        return {"spent": spent, "total": found[0], "hits": found[1], "facets": found[2]}
    if said["do"] == "mix":
        begin, done = time.perf_counter(), 0
        while time.perf_counter() - begin < said["seconds"]:
            for question in said["questions"]:
                engine.ask(question)
                done += 1
        return {"rate": done / (time.perf_counter() - begin)}
    if said["do"] == "add":
        given = passages(said["file"], 100, said["skip"])
        for number, one in enumerate(given):
            one["pid"], one["tid"] = f"new{said['skip']}-{number}", f"new{said['skip']}"
        begin = time.perf_counter()
        engine.add(given)
        engine.ask(said["question"])
        return {"seconds": time.perf_counter() - begin}
    return resident()


def main() -> None:
    engine = importlib.import_module(sys.argv[1]).Engine(sys.argv[2])
    for line in sys.stdin:
        print(json.dumps(act(engine, json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
