"""PostgreSQL's full text, as the comparison asks it: a server of its own in the index's folder, fsync on."""

import contextlib
import glob
import os
import pwd
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import Any

import psycopg

from tests.benchmarks.peers.passages import FACETS, NAMES, read


def programs() -> str:
    """Where the newest server's programs are; empty: there is none."""
    return max(glob.glob("/usr/lib/postgresql/*/bin"), default="")


class Engine:
    def __init__(self, folder: str) -> None:
        self.folder = Path(folder).absolute()
        self.data = self.folder / "data"
        self.user: dict[str, Any] = {}
        if os.getuid() == 0:  # it refuses to serve root
            entry = pwd.getpwnam("postgres")
            self.user = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
        self._start()

    def _start(self) -> None:
        quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": "/"}
        quiet |= self.user
        if not self.data.exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            if self.user:
                os.chown(self.folder, self.user["user"], self.user["group"])
            subprocess.run(
                [
                    *(f"{programs()}/initdb", "-A", "trust", "-U", "t", "-E", "UTF8", "--locale=C.UTF-8"),
                    *("-D", str(self.data)),
                ],
                check=True,
                **quiet,
            )
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        said = {
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "shared_buffers": "512MB",
            "work_mem": "64MB",
            "maintenance_work_mem": "512MB",
            "max_wal_size": "4GB",
        }
        options = [part for name, value in said.items() for part in ("-c", f"{name}={value}")]
        self.server = subprocess.Popen(
            [f"{programs()}/postgres", "-D", str(self.data), "-p", str(port), *options], **quiet
        )
        for _ in range(200):
            with contextlib.suppress(psycopg.OperationalError):
                self.connection = psycopg.connect(
                    f"host=127.0.0.1 port={port} user=t dbname=postgres", autocommit=True
                )
                return
            time.sleep(0.05)
        raise RuntimeError("PostgreSQL does not start")

    def build(self, file: str, count: int, processes: int) -> None:
        run = self.connection.execute
        columns = ", ".join(f"{name} {'int' if name == 'date' else 'text'}" for name in NAMES)
        run(
            f"create table p({columns}, words tsvector "
            "generated always as (to_tsvector('simple', text)) stored)"
        )
        with self.connection.cursor().copy(f"copy p({', '.join(NAMES)}) from stdin") as into:
            for passage in read(file, count):
                into.write_row([passage[name] for name in NAMES])
        run("create index on p using gin(words)")
        for name in NAMES:
            if name != "text":
                run(f"create index on p({name})")
        run("vacuum analyze p")

    def open(self) -> None:
        self.connection.execute("select 1")

    def ask(self, question: dict[str, Any], limit: int) -> tuple[int, list[str], Any]:
        run, words = self.connection.execute, question["words"]
        match question["kind"]:
            case "prefix":
                asked = f"{words[0]}:*"
            case kind:
                asked = {"or": " | ", "phrase": " <-> "}.get(kind, " & ").join(words)
        filters = question.get("filters", {})
        match_ = "p, to_tsquery('simple', %s) q where words @@ q"
        match_ += "".join(f" and {name}=%s" for name in filters)
        given = [asked, *filters.values()]
        order = "date" if question.get("sort") else "ts_rank(words, q, 1)"
        hits = run(f"select pid from {match_} order by {order} desc limit {limit}", given).fetchall()
        if question.get("facets"):
            parts = " union all ".join(
                f"select '{name}', {name}, count(*) from m group by 2" for name in FACETS
            )
            counted = run(f"with m as materialized (select {', '.join(FACETS)} from {match_}) {parts}", given)
            facets: dict[str, dict[str, int]] = {name: {} for name in FACETS}
            for name, value, number in counted:
                facets[name][value] = number
            return sum(facets["lang"].values()), [pid for (pid,) in hits], facets
        total = run(f"select count(*) from {match_}", given).fetchone()[0]
        return total, [pid for (pid,) in hits], None

    def put(self, tid: str, passages: list[dict[str, Any]]) -> None:
        with self.connection.transaction():
            self.connection.execute("delete from p where tid=%s", (tid,))
            with self.connection.cursor().copy(f"copy p({', '.join(NAMES)}) from stdin") as into:
                for passage in passages:
                    into.write_row([passage[name] for name in NAMES])

    def size(self) -> int:
        """Bytes of the table and its indexes, without the server's own files."""
        found: int = self.connection.execute("select pg_total_relation_size('p')").fetchone()[0]
        return found

    def close(self) -> None:
        self.connection.close()
        self.server.send_signal(signal.SIGINT)  # without waiting for anybody
        self.server.wait(60)
