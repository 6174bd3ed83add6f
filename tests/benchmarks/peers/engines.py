"""The engines of the comparison: which are here, and each in its own process with its own interpreter."""

import glob
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3]
HERE = Path(__file__).parent
NAMES = {
    "columns": "ours",
    "tantivy": "tantivy",
    "lucene": "Lucene",
    "fts5": "SQLite FTS5",
    "postgres": "PostgreSQL",
    "xapian": "Xapian",
    "whoosh": "stock Whoosh",
}
CANNOT = {name: {"fuzzy"} for name in ("fts5", "postgres", "xapian")}  # no such question there
DEBIAN = "/usr/bin/python3"


def python(name: str, peers: str) -> str:
    """The interpreter of an engine; ``peers`` is that of the environment with tantivy."""
    return {"tantivy": peers, "xapian": DEBIAN}.get(name, sys.executable)


def jars() -> str:
    """Lucene's jars: $LUCENE_JARS, or Debian's."""
    debian = glob.glob("/usr/share/java/lucene-core-*.jar") + glob.glob(
        "/usr/share/java/lucene-analyzers-common-*.jar"
    )
    return os.environ.get("LUCENE_JARS") or ":".join(debian)


@cache
def absent(name: str, peers: str) -> str:
    """Why an engine is not here; empty: it is."""
    if name == "lucene":
        if not shutil.which("javac"):
            return "no javac (apt-get install openjdk-17-jdk-headless)"
        return "" if jars() else "no Lucene (apt-get install liblucene8-java)"
    if name == "postgres" and not glob.glob("/usr/lib/postgresql/*/bin/initdb"):
        return "no server (apt-get install postgresql)"
    needed = {"tantivy": "tantivy", "xapian": "xapian", "postgres": "psycopg"}.get(name)
    if needed is None:
        return ""
    found = subprocess.run([python(name, peers), "-c", f"import {needed}"], capture_output=True, check=False)
    return "" if found.returncode == 0 else f"{python(name, peers)} has no {needed}"


def version(name: str, peers: str) -> str:
    """What was measured, for the table."""
    asks = {
        "columns": "import app.search.columnar.contents as c; print('codec', c.VERSION)",
        "tantivy": "from importlib.metadata import version; print('tantivy-py', version('tantivy'))",
        "fts5": "import sqlite3; print('SQLite', sqlite3.sqlite_version)",
        "postgres": "from tests.benchmarks.peers.peer_postgres import programs; print(programs())",
        "xapian": "import xapian; print('Xapian', xapian.version_string())",
        "whoosh": "from importlib.metadata import version; print('whoosh3', version('whoosh3'))",
    }
    if name == "lucene":
        return ", ".join(Path(one).name for one in jars().split(":")[:1])
    said = subprocess.run(
        [python(name, peers), "-c", asks[name]], capture_output=True, text=True, cwd=ROOT, check=True
    )
    return said.stdout.strip()


class Worker:
    """An engine in its process. ``most`` is the most memory it and its children have had (MB)."""

    def __init__(self, name: str, folder: Path, peers: str) -> None:
        self.name, self.folder = name, folder
        folder.mkdir(parents=True, exist_ok=True)
        if name == "lucene":
            classes = HERE / "__pycache__"
            classes.mkdir(exist_ok=True)
            source, made = HERE / "Lucene.java", classes / "Lucene.class"
            if not made.exists() or made.stat().st_mtime < source.stat().st_mtime:
                subprocess.run(["javac", "-nowarn", "-d", classes, "-cp", jars(), source], check=True)
            command = ["java", "-Xmx4g", "-cp", f"{jars()}:{classes}", "Lucene", str(folder)]
        else:
            module = f"tests.benchmarks.peers.peer_{name}"
            command = [python(name, peers), "-m", "tests.benchmarks.peers.worker", module, str(folder)]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
        )
        self.most = 0.0

    def __call__(self, do: str, **said: Any) -> Any:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        said = {"do": do, **said}
        self.process.stdin.write((lucene_line(said) if self.name == "lucene" else json.dumps(said)) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.name} has died")
        return json.loads(line)

    def watched(self, do: str, **said: Any) -> Any:
        """The same, and ``most`` is kept up meanwhile."""
        done = threading.Event()

        def watch() -> None:
            while not done.wait(0.1):
                self.most = max(self.most, anonymous(self.process.pid))

        thread = threading.Thread(target=watch)
        thread.start()
        try:
            return self(do, **said)
        finally:
            done.set()
            thread.join()

    def close(self) -> None:
        """End it."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(120)


def anonymous(pid: int) -> float:
    """Megabytes of memory that a process and its descendants hold, without files that are mapped."""
    found = 0.0
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith(("RssAnon", "RssShmem")):
                found += int(line.split()[1]) / 1024
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            found += anonymous(int(child))
    return found


def lucene_line(said: dict[str, Any]) -> str:
    """What the other workers are told as JSON, for Lucene."""

    def asked(question: dict[str, Any]) -> list[str]:
        filters = "\x1f".join(f"{name}={value}" for name, value in question.get("filters", {}).items())
        flags = [str(int(bool(question.get(name)))) for name in ("facets", "sort")]
        return [question["kind"], " ".join(question["words"]), filters, *flags]

    parts: list[Any] = [said["do"]]
    match said["do"]:
        case "build":
            parts += [said["file"], said["count"], said["processes"]]
        case "open":
            parts += asked(said["question"])
        case "ask":
            parts += [said["times"], *asked(said["question"])]
        case "mix":
            parts += [said["seconds"], *(part for one in said["questions"] for part in asked(one))]
        case "put":
            parts += [said["file"], said["count"], said["skip"], said["tid"], said["mark"]]
        case "size":
            parts += [said["folder"]]
    return "\t".join(map(str, parts))


def cooled(folder: Path) -> None:
    """Have the system forget what it keeps of these files in memory."""
    os.sync()
    for path in folder.rglob("*"):
        if path.is_file():
            handle = os.open(path, os.O_RDONLY)
            os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
            os.close(handle)
    time.sleep(0.05)
