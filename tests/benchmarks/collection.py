"""The whole bench set into an archive, killed twice on the way: time, memory, sizes, what is there.

usage: python -m tests.benchmarks.collection HOME [--kill SECONDS ...]

Imports warren, wpa, fwp and pohi of the shared corpora with ``archive import --publish``. At each
given number of seconds the import is killed with SIGKILL and begun again. Prints one line for each
run, then the counts and the answer of ``archive check``.
"""

import argparse
import gzip
import json
import os
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

from tests.conftest import shared_folder

FILES = ("warren", "wpa_slave_narratives", "fwp_life_histories", "pohi")


def run(home: Path, *arguments: str, kill_after: float | None = None) -> tuple[int, float, int]:
    """Run an ``archive`` command; returns its exit status, seconds and peak memory in KiB (ru_maxrss)."""
    command = [sys.executable, "-c", "from app.cli import main; main()", *arguments]
    began = time.monotonic()
    child = subprocess.Popen(command, env=os.environ | {"ARCHIVE_HOME": str(home)}, stderr=subprocess.DEVNULL)
    if kill_after is not None:
        time.sleep(kill_after)
        child.kill()
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = status
    return status, time.monotonic() - began, usage.ru_maxrss


def size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path)
    parser.add_argument("--kill", type=float, nargs="*", default=[60, 60])
    given = parser.parse_args()
    files = [str(shared_folder() / "corpora" / f"{name}.jsonl.gz") for name in FILES]
    records = segments = 0
    for file in files:
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            for line in lines:
                records += 1
                segments += len(json.loads(line)["segments"])
    print(f"in the files: {records:,} records, {segments:,} segments")
    for seconds in [*given.kill, None]:
        status, took, peak = run(given.home, "import", *files, "--publish", kill_after=seconds)
        what = f"killed after {seconds:g} s" if seconds is not None else f"exit status {status}"
        print(f"import: {what}, {took:.0f} s, peak memory {peak / 1024:.0f} MiB")
    with sqlite3.connect(given.home / "archive.sqlite") as database:
        for noun in ("testimony", "segment", "edition", "edition_part", "job"):
            count = database.execute(f"SELECT count(*) FROM {noun}").fetchone()[0]
            print(f"{noun}: {count:,}")
        doubled = database.execute(
            "SELECT count(*) FROM (SELECT 1 FROM testimony"
            " GROUP BY collection_id, source_id HAVING count(*) > 1)"
        ).fetchone()[0]
        print(f"doubled: {doubled}")
    database.close()
    print(f"database {size(given.home) - size(given.home / 'search_index'):,} bytes")
    for audience in ("public", "reading_room", "staff"):
        print(f"index {audience}: {size(given.home / 'search_index' / audience):,} bytes")
    status, took, _ = run(given.home, "check")
    print(f"archive check: exit status {status}, {took:.0f} s")


if __name__ == "__main__":
    main()
