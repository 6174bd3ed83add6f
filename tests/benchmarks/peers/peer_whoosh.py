"""Whoosh as it comes, as the comparison asks it."""

from typing import Any

from whoosh import fields, index, query, sorting
from whoosh.analysis import StandardAnalyzer

from tests.benchmarks.peers.passages import FACETS, read
from tests.benchmarks.peers.peer_columns import asked


class Engine:
    def __init__(self, folder: str) -> None:
        self.folder = folder

    def build(self, file: str, count: int, processes: int) -> None:
        schema = fields.Schema(
            pid=fields.ID(stored=True, unique=True),
            tid=fields.ID(),
            text=fields.TEXT(analyzer=StandardAnalyzer(stoplist=None, minsize=1)),
            date=fields.NUMERIC(int, sortable=True, shift_step=0),
            **{name: fields.ID(sortable=True) for name in FACETS},
        )
        writer = index.create_in(self.folder, schema).writer(limitmb=512)
        for passage in read(file, count):
            writer.add_document(**passage)
        writer.commit()

    def open(self) -> None:
        self.index = index.open_dir(self.folder)
        self.searcher = self.index.searcher()

    def ask(self, question: dict[str, Any], limit: int) -> tuple[int, list[str], Any]:
        if not self.searcher.up_to_date():  # its ``refresh`` goes on showing what was removed
            self.searcher = self.index.searcher()
        said: dict[str, Any] = {}
        if question.get("filters"):
            said["filter"] = query.And(
                [query.Term(name, value) for name, value in question["filters"].items()]
            )
        if question.get("facets"):
            said["groupedby"] = sorting.Facets()
            for name in FACETS:
                said["groupedby"].add_facet(name, sorting.FieldFacet(name, maptype=sorting.Count))
        if question.get("sort"):
            said |= {"sortedby": "date", "reverse": True}
        found = self.searcher.search(asked(question), limit=limit, **said)
        hits = [hit["pid"] for hit in found[:limit]]
        counts = {name: dict(found.groups(name)) for name in FACETS} if question.get("facets") else None
        return len(found), hits, counts

    def put(self, tid: str, passages: list[dict[str, Any]]) -> None:
        writer = self.index.writer()
        writer.delete_by_term("tid", tid)
        for passage in passages:
            writer.add_document(**passage)
        writer.commit()

    def close(self) -> None:
        pass
