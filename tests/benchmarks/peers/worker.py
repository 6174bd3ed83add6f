"""One engine in a process of its own: reads what to do as lines of JSON, and writes answers.

usage: python -m tests.benchmarks.peers.worker MODULE FOLDER

An engine is a module with a class ``Engine(folder)``: ``build(file, count, processes)``, ``open()``,
``ask(question, limit)`` giving total, ids and counts of facets, ``put(tid, passages)`` which takes the place
of a testimony durably (no passages: removes it) and makes it searchable, ``close()``. Times are the engine's
own: what goes over the pipe is not counted.
"""

import importlib
import json
import sys
import time
from pathlib import Path
from typing import Any

from tests.benchmarks.peers.passages import read


def resident() -> dict[str, int]:
    """Megabytes in memory: all, and those that are this process's own."""
    said = Path("/proc/self/smaps_rollup").read_text().split("\n")
    found = {line.split(":")[0]: int(line.split()[1]) // 1024 for line in said[1:] if line}
    return {"all": found["Rss"], "own": found["Private_Dirty"] + found["Private_Clean"] - found["Swap"]}


def act(engine: Any, said: dict[str, Any]) -> dict[str, Any]:
    """Do one thing."""
    begin = time.perf_counter()
    match said["do"]:
        case "build":
            engine.build(said["file"], said["count"], said["processes"])
            return {"seconds": time.perf_counter() - begin}
        case "open":
            engine.open()
            opened = time.perf_counter() - begin
            engine.ask(said["question"], 10)
            return {"open": opened, "first": time.perf_counter() - begin}
        case "ask":
            spent = []
            for _ in range(said["times"]):
                begin = time.perf_counter()
                total, hits, facets = engine.ask(said["question"], 10)
                spent.append(time.perf_counter() - begin)
            return {"spent": spent, "total": total, "hits": hits, "facets": facets}
        case "mix":
            done = 0
            while time.perf_counter() - begin < said["seconds"]:
                for question in said["questions"]:
                    engine.ask(question, 10)
                done += len(said["questions"])
            return {"rate": done / (time.perf_counter() - begin)}
        case "put":
            passages = list(read(said["file"], said["count"], said["skip"]))
            for number, one in enumerate(passages):
                one["pid"], one["tid"] = f"{said['tid']}:{number}", said["tid"]
                one["text"] = f"{said['mark']} {one['text']}"
            question = {"class": "rare", "kind": "term", "words": [said["mark"]]}
            begin = time.perf_counter()
            engine.put(said["tid"], passages)
            total = engine.ask(question, 10)[0]
            return {"seconds": time.perf_counter() - begin, "total": total}
        case "memory":
            return resident()
        case "size":
            files = [one for one in Path(said["folder"]).rglob("*") if one.is_file()]
            return {
                "bytes": engine.size()
                if hasattr(engine, "size")
                else sum(one.stat().st_size for one in files)
            }
    raise ValueError(said["do"])


def main() -> None:
    """Until there is nothing more to do."""
    engine = importlib.import_module(sys.argv[1]).Engine(sys.argv[2])
    try:
        for line in sys.stdin:
            print(json.dumps(act(engine, json.loads(line))), flush=True)
    finally:
        engine.close()


if __name__ == "__main__":
    main()
