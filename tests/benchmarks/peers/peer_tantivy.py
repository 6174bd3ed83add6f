"""tantivy, as the comparison asks it (a development extra)."""

import os
from typing import Any

import tantivy

from tests.benchmarks.peers.passages import FACETS, read


class Engine:
    def __init__(self, folder: str) -> None:
        self.folder = folder
        make = tantivy.SchemaBuilder()
        make.add_text_field("pid", stored=True, tokenizer_name="raw", index_option="basic")
        make.add_text_field("tid", tokenizer_name="raw", index_option="basic")
        make.add_text_field("text", tokenizer_name="default", index_option="position")
        for name in FACETS:
            make.add_text_field(name, tokenizer_name="raw", index_option="basic", fast=True)
        make.add_integer_field("date", fast=True, indexed=True)
        self.schema = make.build()
        self.counted = {name: {"terms": {"field": name, "size": 100000}} for name in FACETS}
        self.writer: Any = None

    def build(self, file: str, count: int, processes: int) -> None:
        os.makedirs(self.folder, exist_ok=True)
        index = tantivy.Index(self.schema, path=self.folder)
        writer = index.writer(heap_size=512_000_000, num_threads=processes)
        for passage in read(file, count):
            writer.add_document(tantivy.Document(**{name: [value] for name, value in passage.items()}))
        writer.commit()
        writer.wait_merging_threads()

    def open(self) -> None:
        self.index = tantivy.Index.open(self.folder)
        self.searcher = self.index.searcher()

    def _query(self, question: dict[str, Any]) -> Any:
        words, kind, make = question["words"], question["kind"], tantivy.Query
        if kind == "phrase":
            return make.phrase_query(self.schema, "text", words)
        if kind == "prefix":
            return make.regex_query(self.schema, "text", words[0] + ".*")
        if kind == "fuzzy":
            return make.fuzzy_term_query(
                self.schema, "text", words[0], distance=1, transposition_cost_one=False
            )
        terms = [make.term_query(self.schema, "text", word) for word in words]
        if len(terms) == 1:
            return terms[0]
        how = tantivy.Occur.Should if kind == "or" else tantivy.Occur.Must
        return make.boolean_query([(how, term) for term in terms])

    def ask(self, question: dict[str, Any], limit: int) -> tuple[int, list[str], Any]:
        asked = self._query(question)
        make, must = tantivy.Query, tantivy.Occur.Must
        if question.get("filters"):
            filters = [
                (must, make.const_score_query(make.term_query(self.schema, name, value), 0.0))
                for name, value in question["filters"].items()
            ]
            asked = make.boolean_query([(must, asked), *filters])
        order = {"order_by_field": "date"} if question.get("sort") else {}
        found = self.searcher.search(asked, limit=limit, count=True, **order)
        hits = [self.searcher.doc(place).get_first("pid") for _, place in found.hits]
        counts = None
        if question.get("facets"):
            counted = self.searcher.aggregate(asked, self.counted)
            counts = {
                name: {bucket["key"]: bucket["doc_count"] for bucket in counted[name]["buckets"]}
                for name in FACETS
            }
        return found.count, hits, counts

    def put(self, tid: str, passages: list[dict[str, Any]]) -> None:
        if self.writer is None:
            self.writer = self.index.writer(heap_size=64_000_000, num_threads=1)
        self.writer.delete_documents("tid", tid)
        for passage in passages:
            self.writer.add_document(tantivy.Document(**{name: [value] for name, value in passage.items()}))
        self.writer.commit()
        self.index.reload()
        self.searcher = self.index.searcher()

    def close(self) -> None:
        if self.writer is not None:
            self.writer.wait_merging_threads()
