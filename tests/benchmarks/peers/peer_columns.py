"""Our codec, as the comparison asks it."""

from typing import Any

from whoosh import fields, query
from whoosh.analysis import StandardAnalyzer

from app.search import columnar
from app.search.columnar import searching  # noqa: F401  # an index is opened here, not the program loaded
from app.search.columnar.building import build
from tests.benchmarks.peers.passages import FACETS, read


def schema() -> fields.Schema:
    return fields.Schema(
        pid=fields.ID(stored=True, unique=True),
        tid=fields.ID(),
        text=fields.TEXT(analyzer=StandardAnalyzer(stoplist=None, minsize=1)),
        date=fields.NUMERIC(int, sortable=True, shift_step=0),
        **{name: fields.ID() for name in FACETS},
    )


def asked(question: dict[str, Any]) -> Any:
    """The question as Whoosh's query."""
    words = question["words"]
    kind = question["kind"]
    if kind == "phrase":
        return query.Phrase("text", words)
    if kind == "prefix":
        return query.Prefix("text", words[0])
    if kind == "fuzzy":
        return query.FuzzyTerm("text", words[0], maxdist=1, prefixlength=0)
    terms = [query.Term("text", word) for word in words]
    if len(terms) == 1:
        return terms[0]
    return query.Or(terms) if kind == "or" else query.And(terms)


class Engine:
    def __init__(self, folder: str) -> None:
        self.folder = folder

    def build(self, file: str, count: int, processes: int) -> None:
        index = columnar.create_in(self.folder, schema())
        if processes == 1:
            with index.writer() as writer:
                for passage in read(file, count):
                    writer.add_document(**passage)
        else:
            size = -(-count // processes)
            build(
                index,
                lambda number, _: read(file, min(size, count - number * size), number * size),
                processes,
            )

    def open(self) -> None:
        self.index = columnar.open_dir(self.folder)
        self.searcher = self.index.searcher()

    def ask(self, question: dict[str, Any], limit: int) -> tuple[int, list[str], Any]:
        filters = [query.Term(name, value) for name, value in question.get("filters", {}).items()]
        facets = FACETS if question.get("facets") else ()
        found = self.searcher.ask(
            asked(question),
            limit,
            filters,
            facets=facets,
            group="tid" if facets else "",
            sortedby="date" if question.get("sort") else "",
            reverse=bool(question.get("sort")),
        )
        hits = self.searcher.stored_many([number for _, number in found.hits], "pid")
        counts = {
            name: {value: one[0] for value, one in counts.items()} for name, counts in found.facets.items()
        }
        return found.total, hits, counts or None

    def put(self, tid: str, passages: list[dict[str, Any]]) -> None:
        with self.index.writer(most=20_000) as writer:
            writer.delete_by_term("tid", tid)
            for passage in passages:
                writer.add_document(**passage)
        self.searcher = self.index.searcher()

    def close(self) -> None:
        pass
