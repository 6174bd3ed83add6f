"""SQLite's FTS5, as the comparison asks it. It keeps the text as well: it removes a passage by its words."""

import sqlite3
from typing import Any

from tests.benchmarks.peers.passages import FACETS, NAMES, read

KEPT = ("pid", "tid", "date", *FACETS, "text")


class Engine:
    def __init__(self, folder: str) -> None:
        self.connection = sqlite3.connect(f"{folder}/index.sqlite", isolation_level=None)
        for said in (
            "journal_mode=wal",
            "synchronous=full",
            "cache_size=-262144",
            "mmap_size=4000000000",
            "temp_store=memory",
        ):
            self.connection.execute(f"pragma {said}")

    def _insert(self, number: int, passage: dict[str, Any]) -> None:
        values = [passage[name] for name in KEPT]
        self.connection.execute(f"insert into p values(?{',?' * len(KEPT)})", (number, *values))
        self.connection.execute("insert into f(rowid, text) values(?, ?)", (number, passage["text"]))

    def build(self, file: str, count: int, processes: int) -> None:
        run = self.connection.execute
        run(f"create table p(id integer primary key, {', '.join(KEPT)})")
        run("create virtual table f using fts5(text, content=p, content_rowid=id, tokenize=unicode61)")
        run("begin")
        for number, passage in enumerate(read(file, count), 1):
            self._insert(number, passage)
        run("commit")
        for name in NAMES:
            if name != "text":
                run(f"create index p_{name} on p({name})")
        run("insert into f(f) values('optimize')")
        run("analyze")
        run("pragma wal_checkpoint(truncate)")

    def open(self) -> None:
        self.connection.execute("select count(*) from f where f match 'nothing'")

    def ask(self, question: dict[str, Any], limit: int) -> tuple[int, list[str], Any]:
        run, words = self.connection.execute, question["words"]
        match question["kind"]:
            case "phrase":
                asked = f'"{" ".join(words)}"'
            case "prefix":
                asked = f"{words[0]}*"
            case kind:
                asked = (" OR " if kind == "or" else " AND ").join(f'"{word}"' for word in words)
        filters = question.get("filters", {})
        where = "".join(f" and p.{name}=?" for name in filters)
        given = [asked, *filters.values()]
        if question.get("facets"):
            run("drop table if exists temp.m")
            columns = ", ".join(f"p.{name} {name}" for name in ("pid", *FACETS))
            run(
                f"create temp table m as select f.rank r, {columns} from f join p on p.id=f.rowid "
                f"where f match ?{where}",
                given,
            )
            hits = run("select pid from m order by r limit ?", (limit,)).fetchall()
            facets = {name: dict(run(f"select {name}, count(*) from m group by 1")) for name in FACETS}
            total = run("select count(*) from m").fetchone()[0]
            return total, [pid for (pid,) in hits], facets
        if question.get("sort"):
            hits = run(
                f"select p.pid from f join p on p.id=f.rowid where f match ?{where} "
                "order by p.date desc limit ?",
                (*given, limit),
            ).fetchall()
        else:
            hits = run(
                "select p.pid from (select rowid, rank from f where f match ? order by rank limit ?) x "
                "join p on p.id=x.rowid order by x.rank",
                (asked, limit),
            ).fetchall()
        total = run("select count(*) from f where f match ?", (asked,)).fetchone()[0]
        return total, [pid for (pid,) in hits], None

    def put(self, tid: str, passages: list[dict[str, Any]]) -> None:
        run = self.connection.execute
        run("begin immediate")
        for number, text in run("select id, text from p where tid=?", (tid,)).fetchall():
            run("insert into f(f, rowid, text) values('delete', ?, ?)", (number, text))
            run("delete from p where id=?", (number,))
        last = run("select max(id) from p").fetchone()[0]
        for number, passage in enumerate(passages, last + 1):
            self._insert(number, passage)
        run("commit")

    def close(self) -> None:
        self.connection.close()
